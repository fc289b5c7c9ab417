"""MemoTrace's messages as objects: the `.html.json` of version 3, and the list inside its HTML pages.

Version 3 writes `<remark>.html.json`, a JSON array, and the same array into `<remark>.html` after
`const chatMessages = `, there with the values HTML-escaped: not those that begin with `http`, and not what stands
inside nested lists. An object has `type` (text of the number of WeChat 4; the number 10000 for pats), `is_send`,
`timestamp` (Unix seconds), `server_id`, `display_name`, `avatar_src`, `xml_dict`, and what its type needs. It is
MemoTrace's best file: direction, ids and seconds; there are no account ids.

Version 1 writes JavaScript literals into its pages: bare keys, single quotes, commas at the end. Texts and names are
escaped for HTML and JavaScript, emoji codes are pictures; file names, addresses and remarks of transfers are not
escaped at all, so that a quote in one breaks the page. Stickers have the type of pictures, calls do not say who called.

Format facts: `exporter_html.py`, `template.html` and `wxManager/model/message.py` of MemoTrace 3, `exporter_html.py`,
`exporter.py` and `replace_text.py` of MemoTrace 1.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import parse_mapping
from wechatlog.content.notices import clean_notice, read_notice
from wechatlog.content.placeholders import parse_call, quote_segments
from wechatlog.content.vocabulary import APP_MESSAGE, PLAIN_KINDS, kind_of_local_type, kind_of_type, segment_for
from wechatlog.engine import NOTICES, Entry, Evidence, Fields, Format, Head, Reading, iter_objects, one_segment
from wechatlog.engine.json_stream import Item
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_list, read_object, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.engine.script_literals import iter_literals
from wechatlog.errors import FormatError
from wechatlog.model import Message, MessageKind, build_message
from wechatlog.readers.memotrace_bodies import EXPORTER, check_segments, report_half_day
from wechatlog.segments import Segment
from wechatlog.tokenizer import prepare

Kind = MessageKind
Row: TypeAlias = Mapping[str, Any]
Segments: TypeAlias = "tuple[Segment, ...] | None"

_PAT: Final = 266287972401
_DEEPEST: Final = 16
_FIRST_TIME: Final = 1_293_840_000  # 2011: before there was WeChat a time is none
_CALL_KINDS: Final = {0: "video", 1: "voice"}


_PAGE: Final = "title=title url=url thumb=cover_url"
_FIELDS: Final = Fields(
    {
        Kind.IMAGE: "path=path",
        Kind.STICKER: "name=desc path=path",
        Kind.VOICE: "seconds=duration transcript=voice_to_text|text path=path",
        Kind.VIDEO: "seconds=duration path=path",
        Kind.FILE: "name=file_name size=file_size path=path",
        **dict.fromkeys((Kind.LINK, Kind.MUSIC, Kind.CHANNEL), _PAGE),
        Kind.MINI_PROGRAM: f"{_PAGE} name=app_name",
        Kind.LOCATION: "latitude=x longitude=y label=label poi=poiname",
        Kind.CARD: "name=nickname|alias id=username|alias",
        Kind.TRANSFER: "amount=fee_desc note=pay_memo state=pay_subtype",
        **dict.fromkeys((Kind.RED_PACKET, Kind.NOTE), "title=text|title|description"),
        Kind.FORWARD: "title=title",
    }
)
_V1_FIELDS: Final = Fields(
    {
        **dict.fromkeys((Kind.IMAGE, Kind.STICKER, Kind.VIDEO), "path=text"),
        Kind.VOICE: "transcript=voice_to_text path=text",
        Kind.FILE: "name=file_name size=file_size path=text",
        **dict.fromkeys((Kind.LINK, Kind.MUSIC), "title=title url=url|link_url thumb=thumbnail"),
        Kind.TRANSFER: "amount=feedesc note=pay_memo state=paysubtype",
    }
)
_SHOWN: Final[Mapping[MessageKind, tuple[str, ...]]] = {
    Kind.FILE: ("file_name",),
    **dict.fromkeys((Kind.LINK, Kind.MUSIC), ("title", "url", "link_url")),
    Kind.CHANNEL: ("title", "url"),
    Kind.MINI_PROGRAM: ("title", "app_name"),
    Kind.CARD: ("nickname", "alias"),
    **dict.fromkeys((Kind.RED_PACKET, Kind.NOTE), ("text", "title", "description")),
    Kind.FORWARD: ("title",),
    Kind.CALL: ("display_content",),
    **dict.fromkeys((Kind.IMAGE, Kind.STICKER, Kind.VOICE, Kind.VIDEO), ()),
}
"""What a person reads of a kind, where it is not `text`."""
_ON_THE_WEB: Final = frozenset({Kind.IMAGE, Kind.STICKER, Kind.VIDEO})


def _get(row: Row, *keys: str) -> str:
    return next((text for key in keys if (text := read_string(row.get(key)))), "")


def _text(row: Row, kind: MessageKind) -> str:
    if kind is Kind.LOCATION:
        return " ".join(part for part in (_get(row, "poiname"), _get(row, "label")) if part)
    return _get(row, *_SHOWN.get(kind, ("text",)))


def _segments(fields: Fields, row: Row, kind: MessageKind, text: str) -> Segments:
    if kind in PLAIN_KINDS:
        return None
    found = fields.read(kind, row)
    if kind in _ON_THE_WEB and str(found.get("path", "")).startswith(("http://", "https://")):
        found["url"] = found.pop("path")
    return one_segment(kind, text, **found)


def _call(text: str, kind: Any, seconds: Any = None) -> Segments:
    length = read_integer(seconds)
    number = read_integer(kind)
    side = None if number is None else _CALL_KINDS.get(number)
    return (parse_call(text, side, length if length is not None and length > 0 else None),)


def _quote(reply: str, quoted: str, colon: str) -> Segments:
    sender, found, text = quoted.partition(colon)
    return quote_segments(reply, sender, text) if found else quote_segments(reply, None, quoted)


def _kind_of(row: Row) -> MessageKind | None:
    """The kind by the type; `None` for a type that no table has. A number in place of a text marks a pat."""
    number = read_integer(row.get("type"))
    if number is None:
        return None
    if number == _PAT or (number == 10000 and isinstance(row.get("type"), int)):
        return Kind.PAT
    kind = kind_of_local_type(number)
    return None if kind is Kind.OTHER else kind


def _unescape_value(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if value.startswith("http") or "&" not in value else html.unescape(value)
    if isinstance(value, dict) and depth < 100:
        return {key: _unescape_value(inner, depth + 1) for key, inner in value.items()}
    return value


_VAGUE: Final = frozenset({Kind.OTHER, Kind.PAT})  # version 3 calls notes pats


def _body(reading: Reading, row: Row, line: int) -> tuple[MessageKind, str, Segments]:
    kind = reading.kind_of(_kind_of(row), row.get("type", "''"), "", line)
    text = _text(row, kind)
    if (kind in _VAGUE or not (text or _FIELDS.read(kind, row))) and (
        built := parse_mapping(row.get("xml_dict"), read_integer(row.get("type")), zone=reading.zone, line=line)
    ):
        return built.body
    if kind is Kind.CALL:
        return kind, text, _call(text, row.get("invite_type"), row.get("duration"))
    if kind is Kind.QUOTE:
        return kind, text, _quote(text, _get(row, "quote_text"), ": ")
    if kind is Kind.SYSTEM:
        text = clean_notice(text)
        return read_notice(text) or kind, text, None
    return kind, text, None if kind is Kind.FORWARD else _segments(_FIELDS, row, kind, text)


def _objects(reading: Reading, items: Iterator[Item] | None = None) -> Iterator[Entry]:
    others: set[str] = set()
    for _, value, line, offset in iter_objects(reading) if items is None else items:
        row = value if items is None else {key: _unescape_value(each, 0) for key, each in value.items()}
        time = reading.unix_time(row.get("timestamp"), line=line)
        kind, text, segments = _body(reading, row, line)
        if kind is Kind.FORWARD:
            segments = _forward(reading, row, text, line, 0)
        if kind is Kind.FORWARD and _is_half_day_off(row):
            report_half_day(reading, line)
        elif segments is not None and kind in (Kind.FORWARD, Kind.QUOTE):
            segments = check_segments(reading, segments, time, "" if kind is Kind.FORWARD else text, line)
        own, sender = read_flag(row.get("is_send")), _get(row, "display_name") or None
        if sender is not None and own is False and reading.chat.is_group is None and kind not in NOTICES:
            others.add(sender)  # two people besides the owner make a group
            reading.chat.is_group = True if len(others) > 1 else None
        reading.keep_avatar(reading.chat, sender, row.get("avatar_src"))
        id_ = read_identifier(reading, row.get("server_id"), line)
        reply_to = read_identifier(reading, row.get("quote_server_id"), line)
        yield Entry(line, time, "second", sender, None, own, kind, text, segments, id_, reply_to, offset)


def _forward(reading: Reading, row: Row, text: str, line: int, depth: int) -> tuple[Segment, ...]:
    inner = read_list(row.get("messages"))
    if depth >= _DEEPEST:
        reading.report("deep-forward", "merged forwards nested too deeply; the inner ones were left out", line=line)
        inner = []
    messages = tuple(_nested(reading, item, line, depth) for item in inner if isinstance(item, dict))
    return (segment_for(Kind.FORWARD, text, title=_get(row, "title"), messages=messages),)


def _nested(reading: Reading, row: Row, line: int, depth: int) -> Message:
    """A message inside a merged forward: names only, no direction, hardly ever an id."""
    kind, text, segments = _body(reading, row, line)
    if kind is Kind.FORWARD:
        segments = _forward(reading, row, text, line, depth + 1)
    elif kind is Kind.LOCATION:  # the writer has longitude and latitude the other way round in here
        segments = _segments(_FIELDS, {**row, "x": row.get("y"), "y": row.get("x")}, kind, text)
    stamp = read_integer(row.get("timestamp")) or 0
    time = reading.unix_time(stamp, line=line) if stamp >= _FIRST_TIME else None
    name, id_ = _get(row, "display_name") or None, read_identifier(reading, row.get("server_id"), line)
    return build_message(time, None if time is None else "second", name, kind, text, id=id_, segments=segments)


_SOURCE_TIME: Final = re.compile(r"<sourcetime>[^<]{0,40}上午")


def _is_half_day_off(row: Row) -> bool:
    """Whether the XML of a merged forward has a morning time, which MemoTrace turns into one of the evening."""
    app = read_object(read_object(read_object(row.get("xml_dict")).get("msg")).get("appmsg"))
    record = app.get("recorditem")
    return isinstance(record, str) and _SOURCE_TIME.search(record) is not None and "srcMsgCreateTime" not in record


_EMOJI_IMAGE: Final = re.compile(r'<img [^<>]{0,300}id="([^"<>]{1,40})" class="emoji_img">')
_NEXT_LITERAL: Final = re.compile(r"\{ ?type:\s?[0-9]")


def _typed(text: str) -> str:
    """A text of version 1 as somebody typed it: pictures of emoji become codes again, entities characters."""
    if "<" in text:
        text = _EMOJI_IMAGE.sub(lambda match: f"[{match[1].replace(' ', '')}]", text)
    return html.unescape(text) if "&" in text else text


def _v1_kind(row: Row) -> MessageKind | None:
    number, subtype = read_integer(row.get("type")), read_integer(row.get("sub_type")) or 0
    if number == 0:
        return Kind.SYSTEM
    if number == 3 and read_string(row.get("text")).startswith(("http://", "https://", "./emoji/")):
        return Kind.STICKER  # pictures stand beside the page, stickers on the web
    kind = Kind.OTHER if number is None else kind_of_type(number, subtype if number == APP_MESSAGE else 0)
    return None if kind is Kind.OTHER else kind


def _literals(reading: Reading, items: Iterator[Item]) -> Iterator[Entry]:
    for _, value, line, offset in items:
        row = {key: cell for key, cell in value.items() if cell != "None"}  # as the writer put Python's into the page
        group = read_flag(row.get("is_chatroom"))
        if group is not None:
            reading.chat.is_group = group
        kind, text, segments = _v1_body(reading, row, line)
        time, own = reading.unix_time(row.get("timestamp"), line=line), read_flag(row.get("is_send"))
        sender = html.unescape(_get(row, "displayname")) or None
        reading.keep_avatar(reading.chat, sender, row.get("avatar_path"))
        yield Entry(line, time, "second", sender, None, own, kind, text, segments, offset=offset)


def _v1_body(reading: Reading, row: dict[str, Any], line: int) -> tuple[MessageKind, str, Segments]:
    kind = _v1_kind(row)
    if kind is None:
        what = f"unknown type {read_string(row.get('type'))[:20]!r}, {read_string(row.get('sub_type'))[:20]!r}"
        reading.tell("unknown-kind", what, line)
        kind = Kind.OTHER
    if kind is Kind.CALL:
        text = _get(row, "text")
        return kind, text, _call(text, row.get("call_type"))
    if kind is Kind.QUOTE:
        reply = _typed(_get(row, "text"))
        return kind, reply, _quote(reply, _typed(_get(row, "refer_text")), "：")
    for key in ("title", "voice_to_text"):
        if isinstance(row.get(key), str):
            row[key] = _typed(row[key])
    text = _text(row, kind)
    if kind is not Kind.TRANSFER and kind not in _SHOWN:
        text = _typed(text)
    kind = read_notice(text) or kind if kind is Kind.SYSTEM else kind
    return kind, text, _segments(_V1_FIELDS, row, kind, text)


_LIST: Final = re.compile(r"const\s{1,8}chatMessages\s{0,8}=\s{0,8}(?=\[)")
_FIRST_KEY: Final = re.compile(r"\[\s*(?:\{\s*(?P<quote>\"?)[A-Za-z_]|\])")
_TITLES: Final = (re.compile(r'<p id="title">([^\n]{0,500}?)</p>'), re.compile(r"<title>([^\n]{0,500}?)</title>"))
_ACCOUNT: Final = re.compile(r'const wxid ?= ?"([^"\n]{1,100})"')
_STYLES: Final = (".chat-refer", ".chat-music-audio", ".content-wrapper-left", ".timeline-item-month")
_NO_TITLES: Final = frozenset({"", "出错了", "Chat Records"})
_LONGEST_HEAD: Final = 16 << 20


def _open_page(reading: Reading) -> tuple[str, Iterator[str], bool]:
    """The text before the list of a page; the whole, with blanks for that, so that places stay right; is it JSON?"""
    blocks = prepare(reading.blocks()).blocks
    text = ""
    while (match := _LIST.search(text)) is None:
        block = next(blocks, None)
        if block is None or len(text) > _LONGEST_HEAD:
            raise FormatError("this page has no list of messages `const chatMessages = [`", source=reading.source.label)
        text += block
    while _FIRST_KEY.match(text, match.end()) is None and len(text) < _LONGEST_HEAD:
        block = next(blocks, None)
        if block is None:
            break
        text += block
    first = _FIRST_KEY.match(text, match.end())
    is_json = first["quote"] != "" if first else _NEXT_LITERAL.search(text, match.end()) is None

    def rest() -> Iterator[str]:
        yield re.sub(r"[^\n]", " ", text[: match.end()])
        yield text[match.end() :]
        yield from blocks

    return text[: match.start()], rest(), is_json


def _is_page(head: Head) -> Evidence | None:
    text = head.text
    if match := _LIST.search(text):
        is_ours = _FIRST_KEY.match(text, match.end()) is not None or match.end() + 100 > len(text)
        return Evidence(1.0, "the list `const chatMessages = [`") if is_ours else None
    if all(style in text for style in _STYLES):
        return Evidence(0.9, "the style sheet of MemoTrace's pages")
    return None


def _page(reading: Reading) -> Iterator[Entry]:
    (head, blocks, is_json), chat = _open_page(reading), reading.chat
    titles = (match[1] for pattern in _TITLES if (match := pattern.search(head)))
    chat.title = next((text for text in titles if text not in _NO_TITLES), None)
    chat.id = match[1] if (match := _ACCOUNT.search(head)) else None
    chat.is_group = is_room(chat.id)
    if is_json:
        return _objects(reading, iter_objects(reading, "", front=head, blocks=blocks))
    return _literals(reading, iter_literals(blocks, reading, _NEXT_LITERAL, front=head))


JSON: Final = Format(
    "memotrace-json",
    "MemoTrace (WeChatMsg) 3 `.html.json`",
    ".json",
    keyed(Keys(1.0, "", "type is_send timestamp server_id display_name")),
    _objects,
    EXPORTER,
)
HTML: Final = Format("memotrace-html", "MemoTrace (WeChatMsg) 1 and 3 HTML", ".html .htm", _is_page, _page, EXPORTER)
