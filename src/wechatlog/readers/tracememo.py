"""Exports of TraceMemo: JSON, the script of its HTML pages, CSV and Markdown.

Takes any of the four, gives messages. JSON and script hold the same message objects, whose `contentData` says what a
message is; CSV and Markdown hold what a person reads, without ids and direction.

Format facts: TraceMemo 2026 `src/main/export-service.ts` (`render`, `writeHtmlArchive`), `services/chat-service.ts`
(type names, times in the form of `toLocaleString("zh-CN")`), `message-parser.ts` (`contentData`). JavaScript engines
of some years write midnight of `2026/1/1` as `2026/1/1 24:00:00`. `content` is empty where `contentData` has it all;
where a name is missing, CSV and Markdown say 我 or 联系人.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

import attrs

from wechatlog.content.accounts import is_room
from wechatlog.content.forwards import parse_source_time
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_call, quote_segments
from wechatlog.content.vocabulary import (
    PLAIN_KINDS,
    kind_of_app_type,
    kind_of_local_type,
    kind_of_name,
    kind_of_record_type,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine import (
    Draft,
    Entry,
    Evidence,
    Fields,
    Format,
    Head,
    Reading,
    Table,
    iter_objects,
    message_blocks,
    one_segment,
)
from wechatlog.engine.headers import Block
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_list, read_object, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.engine.scripts import assigned_head
from wechatlog.model import Message, MessageKind, build_message
from wechatlog.segments.types import Segment
from wechatlog.timestamps import parse_clock
from wechatlog.tokenizer import Grammar

Kind = MessageKind

_VARIABLE = "__WECHAT_EXPORT__"
_NAMELESS = "联系人"
_DEEPEST = 8

# The names that this tool alone gives; the others stand in the vocabulary.
_OWN_NAMES = {"分享消息": Kind.LINK, "文件发送中": Kind.FILE, "不支持的消息": Kind.OTHER}
_OWN_NAMES |= {"普通文本": Kind.TEXT, "语音消息": Kind.VOICE}
_CONTENT_TYPES = {kind.value: kind for kind in Kind} | {
    "forwardBundle": Kind.FORWARD,
    "miniProgram": Kind.MINI_PROGRAM,
    "redPacket": Kind.RED_PACKET,
    "voip": Kind.CALL,
}
_PAGE = "title=title url=url"
_FIELDS = Fields(
    {
        **dict.fromkeys((Kind.VOICE, Kind.VIDEO), "seconds=duration"),
        Kind.STICKER: "url=url md5=md5",
        Kind.FILE: "name=title",
        **dict.fromkeys((Kind.LINK, Kind.MUSIC, Kind.CHANNEL), _PAGE),
        Kind.CARD: "name=nickname id=username",
        Kind.LOCATION: "latitude=lat longitude=lng label=label poi=poiname",
        Kind.MINI_PROGRAM: "title=title name=appName",
        Kind.RED_PACKET: "title=description|title",
        Kind.TRANSFER: "amount=transfer.amountText|des note=transfer.payMemo state=transfer.paySubtype",
        Kind.FORWARD: "title=title",
    }
)
_FILE_KINDS = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.VOICE, Kind.STICKER, Kind.FILE})
_TEXT_KEYS = {"text": ("content",), "quote": ("content", "title"), "system": ("content",), "unknown": ("raw",)}


def _kind_of_type(name: str) -> MessageKind | None:
    """The kind of a type name; a type that the tool does not know stands as its number."""
    if re.fullmatch(r"-?[0-9]{1,15}", name):
        return kind_of_local_type(int(name))
    return _OWN_NAMES.get(name) or kind_of_name(name)


def _kind_of_content(data: Mapping[str, Any], text: str) -> MessageKind | None:
    kind_name = read_string(data.get("type"))
    if kind_name == "share":
        number = read_integer(data.get("typeVal"))
        found = None if number is None else kind_of_app_type(number)
        return Kind.LINK if found in (None, Kind.OTHER, Kind.TEXT) else found
    kind = _CONTENT_TYPES.get(kind_name)
    if kind is not Kind.SYSTEM:
        return kind
    if read_flag(data.get("pat")):
        return Kind.PAT
    return Kind.RECALL if data.get("recall") else read_notice(text) or Kind.SYSTEM


_LOCALE_TIME = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2})")


def _parse_locale_time(text: str) -> dt.datetime | None:
    """`2026/1/1 08:00:00`, and `24:00:00` for the midnight at which that day begins."""
    match = _LOCALE_TIME.fullmatch(text)
    if match is None:
        clock = parse_clock(text)
        return None if clock is None else clock.time
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        return dt.datetime(year, month, day, hour % 24 if hour == 24 else hour, minute, second)
    except ValueError:
        return None


def _segments(
    kind: MessageKind, text: str, data: Mapping[str, Any], path: str, zone: dt.tzinfo | None
) -> tuple[Segment, ...] | None:
    if kind is Kind.QUOTE:
        sender, quoted = read_string(data.get("quotedSender")), read_string(data.get("quotedContent"))
        return quote_segments(text, sender, quoted) if sender or quoted else None
    if kind in PLAIN_KINDS:
        return None
    if kind is Kind.CALL:  # its kind is left open: the tool takes the number of the room type for the other one
        seconds = int(_FIELDS.read(Kind.VOICE, data).get("seconds", 0)) or None
        return (attrs.evolve(parse_call(read_string(data.get("status")), None, seconds), raw=text),)
    fields = _FIELDS.read(kind, data)
    if kind is Kind.FORWARD:
        fields["messages"] = _forwarded(data.get("items"), zone) or None
    return one_segment(kind, text, **fields, **({"path": path} if kind in _FILE_KINDS else {}))


def _forwarded(items: Any, zone: dt.tzinfo | None, depth: int = 0) -> tuple[Message, ...]:
    return tuple(_forwarded_message(item, zone, depth) for item in read_list(items) if isinstance(item, dict))


def _forwarded_message(item: Mapping[str, Any], zone: dt.tzinfo | None, depth: int) -> Message:
    nested = _forwarded(item.get("nested"), zone, depth + 1) if depth < _DEEPEST else ()
    kind = Kind.FORWARD if nested else kind_of_record_type(read_integer(item.get("messageType")) or 1)
    text = read_string(item.get("text"))
    time, precision = parse_source_time(read_string(item.get("sentAt")), zone)
    segments = None if kind in PLAIN_KINDS else one_segment(kind, text, **({"messages": nested} if nested else {}))
    return build_message(time, precision, read_string(item.get("sender")) or None, kind, text, segments=segments)


def _is_script(head: Head) -> Evidence | None:
    return Evidence(1.0, f"window.{_VARIABLE}") if assigned_head(head, _VARIABLE) else None


_SAID = {"exportedAt": "exported_at", "version": "version", "sourceId": "source_id"}


def _objects(reading: Reading, *, script: bool = False) -> Iterator[Entry]:
    """Entries of message objects, which name their chat where an archive holds several (version 2 of the script)."""
    said = reading.said
    for _, value, line, offset in iter_objects(reading, script=script):
        session, key = read_string(value.get("sessionId")), read_string(value.get("exportConversationId"))
        title = read_string(value.get("exportConversationName")) or None
        chat = reading.chat_of(key, title=title) if key else reading.chat
        if chat.id is None and session:
            chat.id, chat.is_group = session, is_room(session)
        yield _object(reading, chat, value, line, offset)
    owner = next((chat.owner for chat in reading.chats() if chat.owner), None)
    for chat in reading.chats():
        chat.owner = owner
        chat.title = chat.title or read_string(said.get("name")) or None
        chat.metadata |= {name: text for key, name in _SAID.items() if (text := read_string(said.get(key)))}


def _text(value: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """`content`, or the words that stand in `contentData` alone."""
    if text := read_string(value.get("content")):
        return text
    words = (read_string(data.get(key)) for key in _TEXT_KEYS.get(read_string(data.get("type")), ()))
    return next((word for word in words if word), "")


def _object(reading: Reading, chat: Draft, value: Mapping[str, Any], line: int, offset: int) -> Entry:
    data, name = read_object(value.get("contentData")), read_string(value.get("type"))
    text = _text(value, data)
    kind = reading.kind_of(_kind_of_content(data, text) or _kind_of_type(name), name, text, line, untyped=Kind.TEXT)
    sender_id, own = read_string(value.get("senderId")) or None, read_flag(value.get("isSender"))
    own = chat.sent_by(sender_id, own, kind)
    time = _time(reading, value, line)
    path = read_string(value.get("exportMediaUrl")) or read_string(value.get("voiceDataUrl"))
    segments = _segments(kind, text, data, path, None if time is None else time.tzinfo)
    if segments and kind is Kind.VOICE and (words := read_string(value.get("voiceTranscript"))):
        segments = (attrs.evolve(segments[0], transcript=words),)  # type: ignore[call-arg]
    reply_to = read_identifier(reading, read_object(data.get("recall")).get("targetId"), line)
    sender, id_ = read_string(value.get("name")) or sender_id, read_identifier(reading, value.get("serverId"), line)
    return Entry(line, time, "second", sender, sender_id, own, kind, text, segments, id_, reply_to, offset, chat)


def _time(reading: Reading, value: Mapping[str, Any], line: int) -> dt.datetime | None:
    if value.get("createTime"):
        return reading.unix_time(value["createTime"], line=line)
    text = read_string(value.get("datetime"))
    time = _parse_locale_time(text)
    if time is None:
        reading.report("bad-time", f"not a time: {text[:60]!r}", severity=Severity.ERROR, line=line)
        return None
    return reading.zoned(time)


_TABLE = Table("时间=time 发送者=sender 类型=type 内容=content 媒体路径=path 媒体状态=state")
_STAMP = re.compile(r"(?P<name>.+)_[0-9]{8}_[0-9]{6}(?: ?\([0-9]+\))?\.[A-Za-z]+")
_GRAMMAR = Grammar(
    "TraceMemo Markdown",
    r"\*\*(?P<sender>[^\n\r]*)\*\* · "
    r"(?P<time>[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} [0-9]{1,2}:[0-9]{2}:[0-9]{2})[ \t]*(?=\r?(?:\n|\Z))",
)
_PLACEHOLDER = re.compile(r"\[(?P<type>[^\[\]\n]{1,20})\]")
_MEDIA = re.compile(r"(?P<body>\[[^\[\]\n]{1,20}\])\n\n媒体：(?P<path>[^\n]*)")
_FILES = re.compile(r"(?:\.{0,2}/)?(?:media|voices|avatars)/[^\n]+|data:[^\n]+|file://[^\n]+")


def _name_chat(reading: Reading) -> None:
    match = _STAMP.fullmatch(reading.source.name or "")
    reading.chat.title = match["name"] if match else None


def _shown(
    reading: Reading, clock: str, sender: str, kind: MessageKind, text: str, path: str, line: int, offset: int | None
) -> Entry:
    local = _parse_locale_time(clock)
    time, precision = reading.clock(clock, line=line) if local is None else (reading.wall_time(local), "second")
    segments = _segments(kind, text, {"status": text} if kind is Kind.CALL else {}, path, reading.tz)
    return Entry(line, time, precision, sender or None, None, None, kind, text, segments, offset=offset)


def _rows(reading: Reading) -> Iterator[Entry]:
    _name_chat(reading)
    for row, line in _TABLE.rows(reading):
        kind = reading.kind_of(_kind_of_type(row.type), row.type, row.content, line)
        yield _shown(reading, row.time, row.sender, kind, row.content, row.path, line, None)


def _is_markdown(head: Head) -> Evidence | None:
    found = sum(_GRAMMAR.pattern.match("\n" + line) is not None for line in head.lines[:400])
    sure = 0.95 if next((line for line in head.lines if line.strip()), "").startswith("# ") else 0.7
    return Evidence(sure, f"{found} header lines '**name** · YYYY/M/D HH:MM:SS'") if found else None


def _read_title(reading: Reading, block: Block) -> None:
    """The text before the first header is `# name`."""
    title, _, rest = block.lines.lstrip("\ufeff\n").partition("\n")
    if title.startswith("# "):
        reading.chat.title = title[2:]
    else:
        rest = block.lines
    reading.report_preamble(rest, line=1 + (rest is not block.lines))


def _blocks(reading: Reading) -> Iterator[Entry]:
    _name_chat(reading)
    records = message_blocks(
        reading,
        _GRAMMAR,
        itemgetter("sender"),
        lambda match: _parse_locale_time(match["time"]),
        preamble=functools.partial(_read_title, reading),
        blanks=1,
        serious=True,
    )
    for header, block in records:
        text = block.lines.partition("\n")[2].removeprefix("\n").removesuffix("\n")
        text = text if block.last else text.removesuffix("\n")
        path = ""
        if media := _MEDIA.fullmatch(text):
            text, path = media["body"], media["path"] if _FILES.fullmatch(media["path"]) else ""
        placeholder = _PLACEHOLDER.fullmatch(text)
        kind = _kind_of_type(placeholder["type"]) or Kind.TEXT if placeholder else Kind.TEXT
        if kind is Kind.TEXT and header["sender"] == _NAMELESS:  # nobody's name: perhaps nobody's message
            kind = read_notice(text) or kind
        yield _shown(reading, header["time"], header["sender"], kind, text, path, block.line, block.offset)


_format = functools.partial(Format, facts="TraceMemo")
JSON = _format(
    "tracememo-json",
    "TraceMemo 2026, JSON",
    ".json",
    keyed(Keys(1.0, "name exportedAt", "isSender datetime"), Keys(0.6, "name exportedAt messages", "")),
    _objects,
)
JS = _format(
    "tracememo-js",
    "TraceMemo 2026, data/messages.js of the HTML pages",
    ".js",
    _is_script,
    functools.partial(_objects, script=True),
)
CSV = _format("tracememo-csv", "TraceMemo 2026, CSV", ".csv", _TABLE.detect, _rows, cuts="tried")
MARKDOWN = _format(
    "tracememo-markdown", "TraceMemo 2026, Markdown", ".md .markdown", _is_markdown, _blocks, cuts="tried"
)
