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
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.accounts import is_room
from wechatlog.content.forwards import parse_source_time
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_call, quote_segments
from wechatlog.content.vocabulary import (
    PLAIN_KINDS,
    TRANSFER_STATES,
    kind_of_app_type,
    kind_of_local_type,
    kind_of_name,
    kind_of_record_type,
    segment_for,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine.headers import HeaderCheck, iter_blocks
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
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Head, in_batches
from wechatlog.engine.scripts import assigned_head, json_blocks
from wechatlog.model import MessageKind, build_message
from wechatlog.readers.support.named_rows import find_delimiter, text_rows
from wechatlog.timestamps import parse_clock
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.engine.headers import Block
    from wechatlog.engine.json_stream import Item
    from wechatlog.engine.protocol import Batch, Context, Draft
    from wechatlog.model import Message
    from wechatlog.segments.types import Segment
    from wechatlog.source import Source
    from wechatlog.timestamps import Precision

__all__ = ["CSV", "JS", "JSON", "MARKDOWN", "TracememoCsvReader", "TracememoJsonReader", "TracememoMarkdownReader"]

Kind = MessageKind

_METADATA: Final = MappingProxyType({"exporter": "TraceMemo"})
_VARIABLE: Final = "__WECHAT_EXPORT__"
_NOTICES: Final = frozenset({Kind.SYSTEM, Kind.RECALL, Kind.PAT})
_NAMELESS: Final = "联系人"
_DEEPEST: Final = 8

# --- types and times ------------------------------------------------------------------------------

# The names that this tool alone gives; the others stand in the vocabulary.
_OWN_NAMES: Final[Mapping[str, MessageKind]] = MappingProxyType(
    {
        "普通文本": Kind.TEXT,
        "分享消息": Kind.LINK,
        "文件发送中": Kind.FILE,
        "不支持的消息": Kind.OTHER,
        "语音消息": Kind.VOICE,
    }
)
_CONTENT_TYPES: Final[Mapping[str, MessageKind]] = MappingProxyType(
    {
        "text": Kind.TEXT,
        "voice": Kind.VOICE,
        "location": Kind.LOCATION,
        "card": Kind.CARD,
        "forwardBundle": Kind.FORWARD,
        "miniProgram": Kind.MINI_PROGRAM,
        "redPacket": Kind.RED_PACKET,
        "voip": Kind.CALL,
        "image": Kind.IMAGE,
        "video": Kind.VIDEO,
        "sticker": Kind.STICKER,
        "quote": Kind.QUOTE,
        "system": Kind.SYSTEM,
    }
)


def _kind_of_type(name: str) -> MessageKind | None:
    """The kind of a type name; a type that the tool does not know stands as its number."""
    if re.fullmatch(r"-?[0-9]{1,15}", name):
        return kind_of_local_type(int(name))
    return _OWN_NAMES.get(name) or kind_of_name(name)


def _kind_of_content(data: Mapping[str, Any], text: str) -> MessageKind | None:
    kind_name = data.get("type")
    if kind_name == "share":
        number = read_integer(data.get("typeVal"))
        found = None if number is None else kind_of_app_type(number)
        return Kind.LINK if found in (None, Kind.OTHER, Kind.TEXT) else found
    kind = _CONTENT_TYPES.get(kind_name) if isinstance(kind_name, str) else None
    if kind is not Kind.SYSTEM:
        return kind
    if read_flag(data.get("pat")):
        return Kind.PAT
    return Kind.RECALL if data.get("recall") else read_notice(text) or Kind.SYSTEM


_LOCALE_TIME: Final = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2})")


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


def _wall_time(context: Context, text: str, line: int | None) -> tuple[dt.datetime | None, Precision | None]:
    time = _parse_locale_time(text)
    if time is None:
        return context.clock(text, line=line)
    return context.wall_time(time), "second"


# --- what contentData says ------------------------------------------------------------------------


def _transfer(data: Mapping[str, Any]) -> dict[str, Any]:
    pay = read_object(data.get("transfer"))
    state = read_integer(pay.get("paySubtype"))
    return {
        "amount": read_string(pay.get("amountText")) or read_string(data.get("des")),
        "note": read_string(pay.get("payMemo")),
        "state": None if state is None else TRANSFER_STATES.get(state),
    }


def _seconds(data: Mapping[str, Any]) -> float | None:
    value = data.get("duration")
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def _page(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": read_string(data.get("title")), "url": read_string(data.get("url"))}


_BUILDERS: Final[Mapping[MessageKind, Callable[[Mapping[str, Any]], dict[str, Any]]]] = MappingProxyType(
    {
        Kind.VOICE: lambda data: {"seconds": _seconds(data)},
        Kind.VIDEO: lambda data: {"seconds": _seconds(data)},
        Kind.STICKER: lambda data: {"url": read_string(data.get("url")), "md5": read_string(data.get("md5"))},
        Kind.FILE: lambda data: {"name": read_string(data.get("title"))},
        Kind.LINK: _page,
        Kind.MUSIC: _page,
        Kind.CHANNEL: _page,
        Kind.CARD: lambda data: {
            "name": read_string(data.get("nickname")),
            "id": read_string(data.get("username")),
        },
        Kind.LOCATION: lambda data: {
            "latitude": read_degrees(data.get("lat")),
            "longitude": read_degrees(data.get("lng")),
            "label": read_string(data.get("label")),
            "poi": read_string(data.get("poiname")),
        },
        Kind.MINI_PROGRAM: lambda data: {
            "title": read_string(data.get("title")),
            "name": read_string(data.get("appName")),
        },
        Kind.RED_PACKET: lambda data: {"title": read_string(data.get("description") or data.get("title"))},
        Kind.TRANSFER: _transfer,
        Kind.FORWARD: lambda data: {"title": read_string(data.get("title"))},
    }
)
_PATH_KINDS: Final = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.VOICE, Kind.STICKER, Kind.FILE})


def _segments(
    kind: MessageKind, text: str, data: Mapping[str, Any], path: str, zone: dt.tzinfo | None
) -> tuple[Segment, ...] | None:
    if kind is Kind.QUOTE:
        sender, quoted = read_string(data.get("quotedSender")), read_string(data.get("quotedContent"))
        return quote_segments(text, sender, quoted) if sender or quoted else None
    if kind in PLAIN_KINDS:
        return None
    if kind is Kind.CALL:
        return (_call(text, data),)
    fields = _BUILDERS[kind](data) if kind in _BUILDERS else {}
    if kind is Kind.FORWARD and (messages := _forwarded(data.get("items"), zone)):
        fields["messages"] = messages
    if kind in _PATH_KINDS and path:
        fields["path"] = path
    return (segment_for(kind, text, **fields),)


def _call(text: str, data: Mapping[str, Any]) -> Segment:
    """A call. Its kind is left open: the tool takes the number of the room type for the other one."""
    duration = _seconds(data)
    seconds = int(duration) if duration else None
    known = parse_call(read_string(data.get("status")), None, seconds)
    return attrs.evolve(known, raw=text)


def _forwarded(items: Any, zone: dt.tzinfo | None, depth: int = 0) -> tuple[Message, ...]:
    return tuple(_forwarded_message(item, zone, depth) for item in read_list(items) if isinstance(item, dict))


def _forwarded_message(item: Mapping[str, Any], zone: dt.tzinfo | None, depth: int) -> Message:
    kind = kind_of_record_type(read_integer(item.get("messageType")) or 1)
    text = read_string(item.get("text"))
    time, precision = parse_source_time(read_string(item.get("sentAt")), zone)
    nested = _forwarded(item.get("nested"), zone, depth + 1) if depth < _DEEPEST else ()
    if nested:
        kind = Kind.FORWARD
    fields: dict[str, Any] = {"messages": nested} if nested else {}
    segments = None if kind in PLAIN_KINDS else (segment_for(kind, text, **fields),)
    return build_message(time, precision, read_string(item.get("sender")) or None, kind, text, segments=segments)


# --- JSON and script ------------------------------------------------------------------------------


def _is_export(value: Any) -> Evidence | None:
    facts = read_object(value)
    rows = read_list(facts.get("messages"))
    first = read_object(rows[0]) if rows else {}
    if not {"name", "exportedAt"} <= facts.keys():
        return None
    if {"isSender", "datetime"} <= first.keys():
        return Evidence(1.0, "name, exportedAt and messages with isSender and datetime")
    return Evidence(0.6, "name and exportedAt, and no messages") if not rows and "messages" in facts else None


class TracememoJsonReader:
    """The reader of the JSON, alone or in a script."""

    options: Mapping[str, str] = OWNER_OPTION

    def __init__(self, *, script: bool) -> None:
        self._script = script
        self.name = "tracememo-js" if script else "tracememo-json"
        what = "data/messages.js of the HTML pages" if script else "JSON"
        self.description = f"TraceMemo 2026, {what}"
        self.suffixes = (".js",) if script else (".json",)

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the object and of its first message."""
        if not self._script:
            return _is_export(head.json)
        inner = assigned_head(head, _VARIABLE)
        return None if inner is None else Evidence(1.0, f"window.{_VARIABLE}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft(metadata=dict(_METADATA))
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        facts: dict[str, Any] = {}
        blocks = json_blocks(context.blocks()) if self._script else context.blocks()
        for item in iter_json(blocks, context.collector):
            if item.key != "messages":
                facts[item.key] = item.value
            elif isinstance(item.value, dict):
                _describe(draft, facts, item)
                yield _read_message(context, draft, item)
            else:
                report_shape(context, "a message", item)
        _describe(draft, facts, None)


def _describe(draft: Draft, facts: Mapping[str, Any], item: Item | None) -> None:
    """What the file and its first message say of the chat."""
    if draft.title is None:
        draft.title = read_string(facts.get("name")) or None
        for name, key in (("exported_at", "exportedAt"), ("version", "version"), ("source_id", "sourceId")):
            if value := read_string(facts.get(key)):
                draft.metadata[name] = value
    session = read_string(item.value.get("sessionId")) if item is not None else ""
    if draft.id is None and session:
        draft.id, draft.is_group = session, is_room(session)


def _json_time(context: Context, value: Mapping[str, Any], line: int) -> dt.datetime | None:
    """`createTime`, or else the wall clock, in the same zone."""
    if value.get("createTime"):
        return context.unix_time(value["createTime"], line=line)
    text = read_string(value.get("datetime"))
    time = _parse_locale_time(text)
    if time is None:
        context.report("bad-time", f"not a time: {text[:60]!r}", severity=Severity.ERROR, line=line)
        return None
    return context.zoned(time)


def _body_text(value: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """`content`, or the words that stand in `contentData` alone."""
    text = read_string(value.get("content"))
    if text:
        return text
    keys = {"text": ("content",), "quote": ("content", "title"), "system": ("content",), "unknown": ("raw",)}
    kind_name = data.get("type")
    found = (read_string(data.get(key)) for key in keys.get(kind_name if isinstance(kind_name, str) else "", ()))
    return next((words for words in found if words), "")


def _read_message(context: Context, draft: Draft, item: Item) -> Message:
    value, data = item.value, read_object(item.value.get("contentData"))
    text, type_name = _body_text(value, data), read_string(value.get("type"))
    kind = _kind_of_content(data, text) or _kind_of_type(type_name)
    if kind is Kind.SYSTEM:
        kind = read_notice(text) or kind
    if kind is None:
        kind = Kind.OTHER if type_name else Kind.TEXT
        _report_kind(context, type_name, item.line)
    time = _json_time(context, value, item.line)
    notice = kind in _NOTICES
    sender_id = read_string(value.get("senderId")) or None
    own = read_flag(value.get("isSender"))
    if own and sender_id and not notice and draft.owner is None:
        draft.owner = sender_id
    path = read_string(value.get("exportMediaUrl")) or _stored(value.get("voiceDataUrl"))
    return context.message(
        draft,
        time=time,
        sender=None if notice else read_string(value.get("name")) or sender_id,
        sender_id=None if notice else sender_id,
        is_self=None if notice else own,
        kind=kind,
        text=text,
        id=read_identifier(context, value.get("serverId"), item.line),
        segments=_segments(kind, text, data, path, None if time is None else time.tzinfo),
        line=item.line,
        offset=item.offset,
    )


def _stored(value: Any) -> str:
    """A path; data that stands in the file itself is no path."""
    text = read_string(value)
    return "" if text.startswith("data:") else text


def _report_kind(context: Context, name: str, line: int | None) -> None:
    context.report("unknown-kind", f"unknown message type {name[:60]!r}", severity=Severity.INFO, line=line)


# --- CSV ------------------------------------------------------------------------------------------

_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "时间": "time",
        "发送者": "sender",
        "类型": "type",
        "内容": "content",
        "媒体路径": "path",
        "媒体状态": "state",
    }
)


def _csv_delimiter(head: Head) -> str | None:
    line = next((line for line in head.lines if line.strip()), "")
    return find_delimiter(line, _COLUMNS)


_STAMP: Final = re.compile(r"(?P<name>.+)_[0-9]{8}_[0-9]{6}(?: ?\([0-9]+\))?\.[A-Za-z]+")


def _title_of_file(source: Source) -> str | None:
    """The chat in `<chat>_<date>_<time>.csv`."""
    match = _STAMP.fullmatch(source.name or "")
    return match["name"] if match else None


class TracememoCsvReader:
    """The reader of the CSV."""

    name = "tracememo-csv"
    description = "TraceMemo 2026, CSV"
    suffixes = (".csv",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The exact columns."""
        found = _csv_delimiter(head)
        return None if found is None else Evidence(1.0, f"the columns {','.join(_COLUMNS)}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        delimiter = _csv_delimiter(Head.of(source, context.encoding)) or ","
        draft = context.draft(title=_title_of_file(source), metadata=dict(_METADATA))
        rows = text_rows(context.blocks(), context.collector, _COLUMNS, delimiter)
        return in_batches(draft, _read_csv(rows, context, draft))


def _read_csv(
    rows: Iterable[tuple[Mapping[str, str], int | None]], context: Context, draft: Draft
) -> Iterator[Message]:
    for row, line in rows:
        if not any(row.values()):
            continue
        kind = _kind_of_type(row["type"])
        if kind is None:
            _report_kind(context, row["type"], line)
        kind = read_notice(row["content"]) or kind if kind is Kind.SYSTEM else kind or Kind.OTHER
        yield _wall_message(context, draft, row, kind, line, None)


def _wall_message(
    context: Context, draft: Draft, row: Mapping[str, str], kind: MessageKind, line: int | None, offset: int | None
) -> Message:
    """A message of CSV or Markdown."""
    time, precision = _wall_time(context, row["time"], line)
    data = {"status": row["content"]} if kind is Kind.CALL else {}
    return context.message(
        draft,
        time=time,
        precision=precision,
        sender=None if kind in _NOTICES else row["sender"] or None,
        kind=kind,
        text=row["content"],
        segments=_segments(kind, row["content"], data, _stored(row["path"]), context.tz),
        line=line,
        offset=offset,
    )


# --- Markdown -------------------------------------------------------------------------------------

_GRAMMAR: Final = Grammar(
    "TraceMemo Markdown",
    r"\*\*(?P<sender>[^\n\r]*)\*\* · "
    r"(?P<time>[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} [0-9]{1,2}:[0-9]{2}:[0-9]{2})[ \t]*(?=\r?(?:\n|\Z))",
)
_PLACEHOLDER: Final = re.compile(r"\[(?P<type>[^\[\]\n]{1,20})\]")
_MEDIA: Final = re.compile(r"(?P<body>\[[^\[\]\n]{1,20}\])\n\n媒体：(?P<path>[^\n]*)")
_FILES: Final = re.compile(r"(?:\.{0,2}/)?(?:media|voices|avatars)/[^\n]+|data:[^\n]+|file://[^\n]+")


class TracememoMarkdownReader:
    """The reader of the Markdown."""

    name = "tracememo-markdown"
    description = "TraceMemo 2026, Markdown"
    suffixes = (".md", ".markdown")
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """Header lines between blank lines."""
        found = sum(_GRAMMAR.pattern.match("\n" + line) is not None for line in head.lines[:400])
        if not found:
            return None
        titled = next((line for line in head.lines if line.strip()), "").startswith("# ")
        return Evidence(0.95 if titled else 0.7, f"{found} header lines '**name** · YYYY/M/D HH:MM:SS'")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        draft = context.draft(title=_title_of_file(source), metadata=dict(_METADATA))
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        gate = HeaderCheck(
            context,
            lambda match: match["sender"],
            lambda match: _parse_locale_time(match["time"]),
            blanks=1,
            serious=True,
        )
        for block in iter_blocks(context.blocks(), _GRAMMAR, gate.accept):
            if block.header is not None:
                yield _markdown_message(context, draft, block, block.header)
            else:
                _read_title(context, draft, block)


def _read_title(context: Context, draft: Draft, block: Block) -> None:
    """The text before the first header is `# name`."""
    lines = [line for line in block.lines.lstrip("\ufeff").split("\n") if line.strip()]
    if lines and lines[0].startswith("# "):
        draft.title = lines.pop(0)[2:]
    if lines:
        sentence = "text before the first header belongs to no message"
        context.report("text-before-first-message", sentence, line=1, column=1)


def _markdown_message(context: Context, draft: Draft, block: Block, header: re.Match[str]) -> Message:
    text = block.lines.partition("\n")[2]
    text = text.removeprefix("\n").removesuffix("\n")
    if not block.last:
        text = text.removesuffix("\n")
    kind, path = Kind.TEXT, ""
    media = _MEDIA.fullmatch(text)
    if media is not None:
        text, path = media["body"], media["path"] if _FILES.fullmatch(media["path"]) else ""
    if placeholder := _PLACEHOLDER.fullmatch(text):
        kind = _kind_of_type(placeholder["type"]) or Kind.TEXT
    sender = header["sender"]
    if kind is Kind.TEXT and sender == _NAMELESS:  # nobody's name: perhaps nobody's message
        kind = read_notice(text) or kind
    row = {"time": header["time"], "sender": sender, "content": text, "path": path}
    return _wall_message(context, draft, row, kind, block.line, block.offset)


JSON: Final = TracememoJsonReader(script=False)
JS: Final = TracememoJsonReader(script=True)
CSV: Final = TracememoCsvReader()
MARKDOWN: Final = TracememoMarkdownReader()
