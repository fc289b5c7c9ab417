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
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from wechatlog.content.notices import clean_notice, read_notice
from wechatlog.content.placeholders import parse_call, quote_segments
from wechatlog.content.vocabulary import (
    APP_MESSAGE,
    PLAIN_KINDS,
    TRANSFER_STATES,
    kind_of_local_type,
    kind_of_type,
    segment_for,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.json_values import (
    read_degrees,
    read_flag,
    read_identifier,
    read_integer,
    read_list,
    read_object,
    read_string,
    report_shape,
)
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.engine.script_literals import iter_literals
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, build_message
from wechatlog.readers.memotrace_bodies import EXPORTER, check_segments, report_half_day
from wechatlog.tokenizer import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.engine.json_stream import Item
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.segments import Segment
    from wechatlog.source import Source

__all__ = ["HTML", "JSON", "MemotraceHtmlReader", "MemotraceJsonReader"]

Kind = MessageKind
Row: TypeAlias = "Mapping[str, Any]"
Built: TypeAlias = "tuple[str, tuple[Segment, ...] | None]"

_KEYS: Final = frozenset({"type", "is_send", "timestamp", "server_id", "display_name"})
_NOTICES: Final = frozenset({Kind.SYSTEM, Kind.RECALL, Kind.PAT})
_PAT: Final = 266287972401
_DEEPEST: Final = 16
_FIRST_TIME: Final = 1_293_840_000  # 2011: before there was WeChat a time is none


# --- the fields of one object ---------------------------------------------------------------------


def _get(row: Row, *keys: str) -> str:
    return next((text for key in keys if (text := read_string(row.get(key)))), "")


def _positive(value: Any) -> int | None:
    number = read_integer(value)
    return number if number is not None and number > 0 else None


def _place(path: str) -> dict[str, str]:
    """Where a picture is: on the web, or beside the page."""
    return {"url": path} if path.startswith(("http://", "https://")) else {"path": path}


def _one(kind: MessageKind, text: str = "", **data: Any) -> Built:
    return text, (segment_for(kind, text, **data),)


def _plain(row: Row) -> Built:
    return _get(row, "text"), None


def _image(row: Row) -> Built:
    return _one(Kind.IMAGE, **_place(_get(row, "path")))


def _sticker(row: Row) -> Built:
    return _one(Kind.STICKER, name=_get(row, "desc"), **_place(_get(row, "path")))


def _voice(row: Row) -> Built:
    transcript = _get(row, "voice_to_text", "text")
    seconds = _positive(row.get("duration"))
    return _one(Kind.VOICE, seconds=seconds, transcript=transcript, path=_get(row, "path"))


def _video(row: Row) -> Built:
    return _one(Kind.VIDEO, seconds=_positive(row.get("duration")), **_place(_get(row, "path")))


def _file(row: Row) -> Built:
    name = _get(row, "file_name")
    size = _positive(row.get("file_size"))
    return _one(Kind.FILE, name, name=name, size=size, path=_get(row, "path"))


def _page(kind: MessageKind) -> Callable[[Row], Built]:
    def build(row: Row) -> Built:
        title, url = _get(row, "title"), _get(row, "url")
        return _one(kind, title or url, title=title, url=url)

    return build


def _program(row: Row) -> Built:
    title, name = _get(row, "title"), _get(row, "app_name")
    return _one(Kind.MINI_PROGRAM, title or name, title=title, url=_get(row, "url"), name=name)


def _location(row: Row) -> Built:
    poi, label = _get(row, "poiname"), _get(row, "label")
    text = " ".join(part for part in (poi, label) if part)
    degrees = {"latitude": read_degrees(row.get("x")), "longitude": read_degrees(row.get("y"))}
    return _one(Kind.LOCATION, text, label=label, poi=poi, **degrees)


def _card(row: Row) -> Built:
    name = _get(row, "nickname", "alias")
    return _one(Kind.CARD, name, name=name, id=_get(row, "username", "alias"))


def _transfer(row: Row) -> Built:
    state = TRANSFER_STATES.get(read_integer(row.get("pay_subtype")) or 0)
    amount, note = _get(row, "fee_desc"), _get(row, "pay_memo")
    return _one(Kind.TRANSFER, _get(row, "text"), amount=amount, note=note, state=state)


def _titled(kind: MessageKind) -> Callable[[Row], Built]:
    def build(row: Row) -> Built:
        title = _get(row, "text", "title", "description")
        return _one(kind, title, title=title)

    return build


_CALL_KINDS: Final = {0: "video", 1: "voice"}


def _call(row: Row) -> Built:
    kind = _CALL_KINDS.get(read_integer(row.get("invite_type")))  # type: ignore[arg-type]
    text = _get(row, "display_content")
    return text, (parse_call(text, kind, _positive(row.get("duration"))),)


def _quote(row: Row) -> Built:
    reply, quoted = _get(row, "text"), _get(row, "quote_text")
    if not quoted:
        return reply, quote_segments(reply, None, "")
    sender, colon, text = quoted.partition(": ")
    return reply, quote_segments(reply, sender, text) if colon else quote_segments(reply, None, quoted)


_BUILDERS: Final[Mapping[MessageKind, Callable[[Row], Built]]] = {
    Kind.IMAGE: _image,
    Kind.STICKER: _sticker,
    Kind.VOICE: _voice,
    Kind.VIDEO: _video,
    Kind.FILE: _file,
    Kind.LINK: _page(Kind.LINK),
    Kind.MUSIC: _page(Kind.MUSIC),
    Kind.CHANNEL: _page(Kind.CHANNEL),
    Kind.MINI_PROGRAM: _program,
    Kind.LOCATION: _location,
    Kind.CARD: _card,
    Kind.TRANSFER: _transfer,
    Kind.RED_PACKET: _titled(Kind.RED_PACKET),
    Kind.NOTE: _titled(Kind.NOTE),
    Kind.CALL: _call,
    Kind.QUOTE: _quote,
}


def _kind_of(row: Row) -> MessageKind | None:
    """The kind by the type; `None` for a type that no table has. A number in place of a text marks a pat."""
    number = read_integer(row.get("type"))
    if number is None:
        return None
    if number == _PAT or (number == 10000 and isinstance(row.get("type"), int)):
        return Kind.PAT
    kind = kind_of_local_type(number)
    return None if kind is Kind.OTHER else kind


def _xml_text(row: Row) -> str:
    """The title of an app message of which MemoTrace wrote nothing but its XML."""
    app = read_object(read_object(read_object(row.get("xml_dict")).get("msg")).get("appmsg"))
    return next((text for key in ("textannouncement", "title", "des") if isinstance(text := app.get(key), str)), "")


# --- version 3 ------------------------------------------------------------------------------------


def _unescape(row: Row) -> dict[str, Any]:
    """An object of a page without the escapes of its values; nested lists have none."""
    return {key: _unescape_value(value, 0) for key, value in row.items()}


def _unescape_value(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if value.startswith("http") or "&" not in value else html.unescape(value)
    if isinstance(value, dict) and depth < 100:
        return {key: _unescape_value(inner, depth + 1) for key, inner in value.items()}
    return value


class _Conversion:
    """Objects of version 3 to messages."""

    def __init__(self, context: Context, draft: Draft, *, escaped: bool) -> None:
        self.context = context
        self.draft = draft
        self.escaped = escaped
        self.others: set[str] = set()

    def messages(self, items: Iterable[Item]) -> Iterator[Message]:
        """All messages."""
        for item in items:
            if isinstance(item.value, dict):
                yield self._message(_unescape(item.value) if self.escaped else item.value, item)
            else:
                report_shape(self.context, "a message", item)

    def _message(self, row: Row, item: Item) -> Message:
        context, line = self.context, item.line
        time = context.unix_time(row.get("timestamp"), line=line)
        kind, text, segments = self._body(row, line)
        if kind is Kind.FORWARD:
            segments = self._forward(row, text, line, 0)
            if _is_half_day_off(row):
                report_half_day(context, line)
            else:
                segments = check_segments(context, segments, time, "", line)
        elif kind is Kind.QUOTE and segments is not None:
            segments = check_segments(context, segments, time, text, line)
        is_self = read_flag(row.get("is_send"))
        sender = None if kind in _NOTICES else _get(row, "display_name") or None
        if sender is not None and is_self is False:
            self._count(sender)
        return context.message(
            self.draft,
            time=time,
            sender=sender,
            is_self=is_self,
            kind=kind,
            text=text,
            id=read_identifier(context, row.get("server_id"), line),
            reply_to=read_identifier(context, row.get("quote_server_id"), line),
            segments=segments,
            line=line,
            offset=item.offset,
        )

    def _count(self, sender: str) -> None:
        """Two people besides the owner make a group."""
        if self.draft.is_group is None:
            self.others.add(sender)
            self.draft.is_group = True if len(self.others) > 1 else None

    def _body(self, row: Row, line: int) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
        kind = _kind_of(row)
        if kind is None:
            self.context.report(
                "unknown-kind",
                f"unknown type {read_string(row.get('type'))[:40]!r}",
                severity=Severity.INFO,
                line=line,
            )
            kind = Kind.OTHER
        builder = _BUILDERS.get(kind)
        if builder is not None:
            return kind, *builder(row)
        if kind is Kind.FORWARD:
            return kind, _get(row, "title"), None
        text = _get(row, "text")
        if kind is Kind.SYSTEM:
            text = clean_notice(text)
            kind = read_notice(text) or kind
        elif not text and kind is not Kind.TEXT:
            text = _xml_text(row)
        return kind, text, None if kind in PLAIN_KINDS else (segment_for(kind, text),)

    def _forward(self, row: Row, text: str, line: int, depth: int) -> tuple[Segment, ...]:
        if depth >= _DEEPEST:
            found = "merged forwards nested too deeply; the inner ones were left out"
            self.context.report("deep-forward", found, line=line)
            return (segment_for(Kind.FORWARD, text, title=_get(row, "title")),)
        inner = read_list(row.get("messages"))
        messages = tuple(self._nested(item, line, depth) for item in inner if isinstance(item, dict))
        return (segment_for(Kind.FORWARD, text, title=_get(row, "title"), messages=messages),)

    def _nested(self, row: Row, line: int, depth: int) -> Message:
        """A message inside a merged forward: names only, no direction, hardly ever an id."""
        kind, text, segments = self._body(row, line)
        if kind is Kind.FORWARD:
            segments = self._forward(row, text, line, depth + 1)
        elif kind is Kind.LOCATION:  # the writer has longitude and latitude the other way round in here
            text, segments = _location({**row, "x": row.get("y"), "y": row.get("x")})
        stamp = read_integer(row.get("timestamp")) or 0
        time = self.context.unix_time(stamp, line=line) if stamp >= _FIRST_TIME else None
        return build_message(
            time,
            None if time is None else "second",
            _get(row, "display_name") or None,
            kind,
            text,
            id=read_identifier(self.context, row.get("server_id"), line),
            segments=segments,
        )


_SOURCE_TIME: Final = re.compile(r"<sourcetime>[^<]{0,40}上午")


def _is_half_day_off(row: Row) -> bool:
    """Whether the XML of a merged forward has a morning time, which MemoTrace turns into one of the evening."""
    app = read_object(read_object(read_object(row.get("xml_dict")).get("msg")).get("appmsg"))
    record = app.get("recorditem")
    return isinstance(record, str) and _SOURCE_TIME.search(record) is not None and "srcMsgCreateTime" not in record


class MemotraceJsonReader:
    """Reads the `.html.json` of MemoTrace 3."""

    name = "memotrace-json"
    description = "MemoTrace (WeChatMsg) 3 `.html.json`"
    suffixes = (".json",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the first object decide."""
        value = head.json
        first = value[0] if isinstance(value, list) and value else None
        if not isinstance(first, dict) or not first.keys() >= _KEYS:
            return None
        return Evidence(1.0, "a list of objects with is_send, server_id and display_name")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": EXPORTER})
        items = iter_json(context.blocks(), context.collector)
        return in_batches(draft, _Conversion(context, draft, escaped=False).messages(items))


# --- version 1 ------------------------------------------------------------------------------------

_EMOJI_IMAGE: Final = re.compile(r'<img [^<>]{0,300}id="([^"<>]{1,40})" class="emoji_img">')
_NEXT_LITERAL: Final = re.compile(r"\{ ?type:\s?[0-9]")


def _typed(text: str) -> str:
    """A text of version 1 as somebody typed it: pictures of emoji become codes again, entities characters."""
    if "<" in text:
        text = _EMOJI_IMAGE.sub(lambda match: f"[{match[1].replace(' ', '')}]", text)
    return html.unescape(text) if "&" in text else text


def _v1_get(row: Row, *keys: str) -> str:
    """A field; Python's `None`, which the writer put into the page, is no text."""
    return next((text for key in keys if (text := read_string(row.get(key))) not in ("", "None")), "")


def _v1_picture(row: Row) -> Built:
    return _one(Kind.IMAGE, **_place(_v1_get(row, "text")))


def _v1_sticker(row: Row) -> Built:
    return _one(Kind.STICKER, **_place(_v1_get(row, "text")))


def _v1_voice(row: Row) -> Built:
    return _one(Kind.VOICE, transcript=_typed(_v1_get(row, "voice_to_text")), path=_v1_get(row, "text"))


def _v1_video(row: Row) -> Built:
    return _one(Kind.VIDEO, **_place(_v1_get(row, "text")))


def _v1_file(row: Row) -> Built:
    name = _v1_get(row, "file_name")
    size = _positive(row.get("file_size"))
    return _one(Kind.FILE, name, name=name, size=size, path=_v1_get(row, "text"))


def _v1_page(kind: MessageKind) -> Callable[[Row], Built]:
    def build(row: Row) -> Built:
        title, url = _typed(_v1_get(row, "title")), _v1_get(row, "url", "link_url")
        return _one(kind, title or url, title=title, url=url)

    return build


def _v1_transfer(row: Row) -> Built:
    state = TRANSFER_STATES.get(read_integer(row.get("paysubtype")) or 0)
    amount, note = _v1_get(row, "feedesc"), _v1_get(row, "pay_memo")
    return _one(Kind.TRANSFER, _v1_get(row, "text"), amount=amount, note=note, state=state)


def _v1_call(row: Row) -> Built:
    kind = _CALL_KINDS.get(read_integer(row.get("call_type")))  # type: ignore[arg-type]
    text = _v1_get(row, "text")
    return text, (parse_call(text, kind),)


def _v1_quote(row: Row) -> Built:
    reply, quoted = _typed(_get(row, "text")), _typed(_v1_get(row, "refer_text"))
    sender, colon, text = quoted.partition("：")
    return reply, quote_segments(reply, sender, text) if colon else quote_segments(reply, None, quoted)


_V1_BUILDERS: Final[Mapping[MessageKind, Callable[[Row], Built]]] = {
    Kind.IMAGE: _v1_picture,
    Kind.STICKER: _v1_sticker,
    Kind.VOICE: _v1_voice,
    Kind.VIDEO: _v1_video,
    Kind.FILE: _v1_file,
    Kind.LINK: _v1_page(Kind.LINK),
    Kind.MUSIC: _v1_page(Kind.MUSIC),
    Kind.TRANSFER: _v1_transfer,
    Kind.CALL: _v1_call,
    Kind.QUOTE: _v1_quote,
}


def _v1_kind(row: Row) -> MessageKind | None:
    number, subtype = read_integer(row.get("type")), read_integer(row.get("sub_type")) or 0
    if number == 0:
        return Kind.SYSTEM
    if number == 3 and read_string(row.get("text")).startswith(("http://", "https://", "./emoji/")):
        return Kind.STICKER  # pictures stand beside the page, stickers on the web
    kind = Kind.OTHER if number is None else kind_of_type(number, subtype if number == APP_MESSAGE else 0)
    return None if kind is Kind.OTHER else kind


class _LiteralConversion:
    """Objects of version 1 to messages."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self.context = context
        self.draft = draft

    def messages(self, items: Iterable[Item]) -> Iterator[Message]:
        """All messages."""
        for item in items:
            if isinstance(item.value, dict):
                yield self._message(item.value, item)
            else:
                report_shape(self.context, "a message", item)

    def _message(self, row: Row, item: Item) -> Message:
        kind, text, segments = self._body(row, item.line)
        is_room = read_flag(row.get("is_chatroom"))
        if is_room is not None:
            self.draft.is_group = is_room
        return self.context.message(
            self.draft,
            time=self.context.unix_time(row.get("timestamp"), line=item.line),
            sender=None if kind in _NOTICES else html.unescape(_get(row, "displayname")) or None,
            is_self=read_flag(row.get("is_send")),
            kind=kind,
            text=text,
            segments=segments,
            line=item.line,
            offset=item.offset,
        )

    def _body(self, row: Row, line: int) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
        kind = _v1_kind(row)
        if kind is None:
            found = f"unknown type {read_string(row.get('type'))[:20]!r}, {read_string(row.get('sub_type'))[:20]!r}"
            self.context.report("unknown-kind", found, severity=Severity.INFO, line=line)
            kind = Kind.OTHER
        if (builder := _V1_BUILDERS.get(kind)) is not None:
            return kind, *builder(row)
        text = _typed(_get(row, "text"))
        if kind is Kind.SYSTEM:
            kind = read_notice(text) or kind
        return kind, text, None if kind in PLAIN_KINDS else (segment_for(kind, text),)


# --- pages ----------------------------------------------------------------------------------------

_LIST: Final = re.compile(r"const\s{1,8}chatMessages\s{0,8}=\s{0,8}(?=\[)")
_FIRST_KEY: Final = re.compile(r"\[\s*(?:\{\s*(?P<quote>\"?)[A-Za-z_]|\])")
_TITLES: Final = (re.compile(r'<p id="title">([^\n]{0,500}?)</p>'), re.compile(r"<title>([^\n]{0,500}?)</title>"))
_ACCOUNT: Final = re.compile(r'const wxid ?= ?"([^"\n]{1,100})"')
_STYLES: Final = (".chat-refer", ".chat-music-audio", ".content-wrapper-left", ".timeline-item-month")
_NO_TITLES: Final = frozenset({"", "出错了", "Chat Records"})
_LONGEST_HEAD: Final = 16 << 20


class _Page(NamedTuple):
    """A page cut at its list.

    Attributes:
        head: the text before the list.
        blocks: the whole text, with blanks for everything before the list, so that places stay right.
        is_json: whether the list is JSON; JavaScript literals otherwise.
    """

    head: str
    blocks: Iterator[str]
    is_json: bool


def _open_page(source: Source, context: Context) -> _Page:
    """Find the list of a page.

    Raises:
        FormatError: where there is none.
    """
    blocks = prepare(context.blocks()).blocks
    text = ""
    while (match := _LIST.search(text)) is None:
        block = next(blocks, None)
        if block is None or len(text) > _LONGEST_HEAD:
            raise FormatError("this page has no list of messages `const chatMessages = [`", source=source.label)
        text += block
    while _FIRST_KEY.match(text, match.end()) is None and len(text) < _LONGEST_HEAD:
        block = next(blocks, None)
        if block is None:
            break
        text += block
    first = _FIRST_KEY.match(text, match.end())
    is_json = first is None or first["quote"] != ""

    def rest() -> Iterator[str]:
        yield re.sub(r"[^\n]", " ", text[: match.end()])
        yield text[match.end() :]
        yield from blocks

    return _Page(text[: match.start()], rest(), is_json)


class MemotraceHtmlReader:
    """Reads the HTML pages of MemoTrace 1 and 3."""

    name = "memotrace-html"
    description = "MemoTrace (WeChatMsg) 1 and 3 HTML"
    suffixes = (".html", ".htm")
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The list of messages, or, where it lies beyond the head, the style sheet in front of it."""
        text = head.text
        if match := _LIST.search(text):
            first = _FIRST_KEY.match(text, match.end())
            is_ours = first is not None or match.end() + 100 > len(text)
            return Evidence(1.0, "the list `const chatMessages = [`") if is_ours else None
        if all(style in text for style in _STYLES):
            return Evidence(0.9, "the style sheet of MemoTrace's pages")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where the page has no list of messages.
            MissingExtraError: for a page of version 1, without pyjson5.
        """
        page = _open_page(source, context)
        draft = _describe(context, page.head)
        if page.is_json:
            items = iter_json(page.blocks, context.collector, tail=True)
            return in_batches(draft, _Conversion(context, draft, escaped=True).messages(items))
        items = iter_literals(page.blocks, context.collector, _NEXT_LITERAL)
        return in_batches(draft, _LiteralConversion(context, draft).messages(items))


def _describe(context: Context, head: str) -> Draft:
    """What the page says of the chat before its list."""
    titles = (match[1] for pattern in _TITLES if (match := pattern.search(head)))
    title = next((text for text in titles if text not in _NO_TITLES), None)
    account = match[1] if (match := _ACCOUNT.search(head)) else None
    is_group = None if account is None else account.endswith("@chatroom")
    return context.draft(title=title, id=account, is_group=is_group, metadata={"exporter": EXPORTER})


JSON: Final = MemotraceJsonReader()
HTML: Final = MemotraceHtmlReader()
