"""wechat-cli: JSON with display strings, and a later form of JSON Lines.

Display strings `[YYYY-MM-DD HH:MM] name: text` stand in an object or a bare array; lines have `sender_display` and
`local_type`.

Format facts: wechat-cli 2026 (`commands/history.py`, `core/messages.py`).
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from wechatlog.content.accounts import is_account
from wechatlog.content.appmsg import parse_app_message
from wechatlog.content.dialects import BRACKETS
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_local_type, kind_of_name
from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine import NOTICES, Entry, Evidence, Format, iter_line_objects, iter_objects, one_segment
from wechatlog.engine.json_objects import report_shape
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.json_values import read_flag, read_integer, read_list, read_object, read_string
from wechatlog.model import MessageKind
from wechatlog.segments import Quote, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine import Draft, Head, Reading
    from wechatlog.engine.json_stream import Item
    from wechatlog.segments import Segment

Kind = MessageKind
Body: TypeAlias = "tuple[MessageKind, str, tuple[Segment, ...] | None]"

_LABEL: Final = re.compile(r"\[(?P<label>[^\[\]\n]{1,12})\]")
_ENTRY: Final = re.compile(
    r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)\] (?P<rest>(?s:.*))"
)
_NOBODY: Final = re.compile(r"\[(?:系统|撤回)\](?: |\Z)")
_NAME: Final = re.compile(r"(?P<name>[^\n]{1,100}?): (?P<text>(?s:.*))")
_REPLY: Final = re.compile(
    r"(?P<reply>(?:(?!\n  ↳ 回复).)*+)(?P<quote>\n  ↳ 回复(?: (?P<sender>[^:\n]{0,100}))?: (?P<text>.*))", re.DOTALL
)
_PAGE: Final = re.compile(r" (?P<title>[^\n]*)(?:\n  (?P<url>\S+))?")
_FILE: Final = re.compile(r" (?P<name>[^\n]*)(?:\n  (?P<path>[^\n]+))?")
# What may follow a label of a kind that holds no text.
_BARE: Final = re.compile(r"(?: \(local_id=[0-9]+\)| <(?s:.*)| (?:/|[A-Za-z]:\\)[^\n]*)?")
_LABELS: Final[Mapping[str, MessageKind]] = MappingProxyType(
    {
        "图片": Kind.IMAGE,
        "语音": Kind.VOICE,
        "名片": Kind.CARD,
        "视频": Kind.VIDEO,
        "表情": Kind.STICKER,
        "位置": Kind.LOCATION,
        "通话": Kind.CALL,
        "文件": Kind.FILE,
        "链接": Kind.LINK,
        "小程序": Kind.MINI_PROGRAM,
        "链接/文件": Kind.OTHER,
        "系统": Kind.SYSTEM,
        "撤回": Kind.RECALL,
    }
)
_TITLED: Final = MappingProxyType({Kind.FILE: _FILE, Kind.LINK: _PAGE, Kind.MINI_PROGRAM: _PAGE})


_SILENT: Final = Collector()

# --- display strings --------------------------------------------------------------------------------------------------


def _is_display(head: Head) -> Evidence | None:
    """Strings that begin with a time."""
    value = head.json
    is_object = isinstance(value, dict) and "chat" in value
    rows = read_list(value.get("messages") if is_object else value)
    if not rows or not isinstance(rows[0], str) or _ENTRY.match(rows[0]) is None:
        return None
    if is_object:
        return Evidence(1.0, "an object with chat and messages '[time] name: text'")
    return Evidence(0.9, "an array of '[time] name: text'")


def _display(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    for item in iter_json(reading.blocks(), reading.collector):
        if item.key in ("messages", ""):
            if isinstance(item.value, str):
                yield _string(reading, item)
            else:
                report_shape(reading.collector, "a message", item)
        elif item.key == "chat":
            chat.title = read_string(item.value) or None
        elif item.key == "username":
            chat.id = read_string(item.value) or None
        elif item.key == "is_group":
            chat.is_group = read_flag(item.value)
        elif item.key == "failures" and item.value:
            failed = f"wechat-cli could not export {len(read_list(item.value))} messages or databases"
            reading.report("writer-fault", failed, line=item.line)


def _string(reading: Reading, item: Item) -> Entry:
    match = _ENTRY.fullmatch(item.value)
    if match is None:
        sentence = f"not '[time] name: text': {item.value[:60]!r}"
        reading.report("broken-shape", sentence, severity=Severity.ERROR, line=item.line)
        return Entry(item.line, text=item.value)
    sender, account, own, text = _split(reading.chat, match["rest"])
    kind, text, segments = _labelled(reading, text, item.line)
    own = None if kind in NOTICES else own
    time, precision = reading.clock(match["time"], line=item.line)
    return Entry(item.line, time, precision, sender, account, own, kind, text, segments, offset=item.offset)


def _split(chat: Draft, rest: str) -> tuple[str | None, str | None, bool | None, str]:
    """Name, account, direction and text; the name of the chat is looked for first, since names may hold colons."""
    private = chat.is_group is False
    if private and chat.title and rest.startswith(f"{chat.title}: "):
        return chat.title, chat.id, False, rest[len(chat.title) + 2 :]
    match = None if _NOBODY.match(rest) else _NAME.fullmatch(rest)
    if match is None:
        return None, None, None, rest
    name = match["name"]
    # wechat-cli calls the other person of a private chat as it calls the chat: anybody else is the owner.
    return name, name if is_account(name) else None, True if private and chat.title else None, match["text"]


def _labelled(reading: Reading, text: str, line: int) -> Body:
    """The body of a display string, by its label."""
    if reply := _REPLY.fullmatch(text):
        quote = Quote(reply["sender"] or None, reply["text"], raw=reply["quote"])
        return Kind.QUOTE, text, (Text(reply["reply"]), quote) if reply["reply"] else (quote,)
    label = _LABEL.match(text)
    kind = _LABELS.get(label["label"]) if label else None
    if label is None or kind is None:
        return Kind.TEXT, text, None
    rest = text[label.end() :]
    if kind in NOTICES:
        return read_notice(rest) or kind, text, None
    if (shape := _TITLED.get(kind)) and (match := shape.fullmatch(rest)):
        return kind, text, one_segment(kind, text, **match.groupdict())
    if kind is Kind.CALL and (not rest or rest.startswith(" ")):
        return kind, text, parse_body(kind, text, BRACKETS)
    if rest and not (kind is Kind.OTHER and rest.startswith(" ")) and not _BARE.fullmatch(rest):
        return Kind.TEXT, text, None
    # Nothing behind the label, a row number, or the XML of the database.
    if rest.startswith(" <") and (found := parse_app_message(rest[1:], reading.collector, line=line)):
        segments = found.segments if found.segments and len(found.segments) == 1 else None
        return kind, text, segments and (attrs.evolve(segments[0], raw=text),)
    return kind, text, None if kind in PLAIN_KINDS else one_segment(kind, text)


# --- lines ------------------------------------------------------------------------------------------------------------


def _is_lines(head: Head) -> Evidence | None:
    """The keys of the first line."""
    value = head.json
    rows = read_list(value)
    first = read_object(rows[0] if rows else value)
    if {"local_type", "sender_display", "create_time"} <= first.keys():
        return Evidence(1.0, "lines with local_type, sender_display and create_time")
    return None


def _lines(reading: Reading) -> Iterator[Entry]:
    """Entries of lines, or of an array that somebody made of them, each in its chat."""
    first = next(reading.source.blocks(_SILENT, reading.encoding), "")
    read = iter_objects if first.lstrip("\ufeff \t\r\n").startswith("[") else iter_line_objects
    for _, value, line, offset in read(reading):
        chat_id, title = read_string(value.get("chat_username")), read_string(value.get("chat_display"))
        group = read_flag(value.get("is_group"))
        chat = reading.chat_of(chat_id or title, id=chat_id or None, title=title or None, is_group=group)
        text, number = read_string(value.get("text")), read_integer(value.get("local_type"))
        kind = Kind.OTHER if number is None else kind_of_local_type(number)
        if kind is Kind.OTHER and (named := kind_of_name(read_string(value.get("msg_type")))):
            kind = named
        kind, text, segments = _line_body(reading, kind, text, line)
        if kind is Kind.OTHER:
            what = f"unknown message type {str(value.get('msg_type') or number)[:60]!r}"
            reading.tell("unknown-kind", what, line)
        own, account = read_flag(value.get("is_self")), read_string(value.get("sender_id")) or None
        if kind in NOTICES:
            own = None
        elif own and account and chat.owner is None:
            chat.owner = account
        sender = read_string(value.get("sender_display")) or account
        time = reading.unix_time(value.get("create_time"), line=line)
        yield Entry(line, time, "second", sender, account, own, kind, text, segments, offset=offset, chat=chat)


def _line_body(reading: Reading, kind: MessageKind, text: str, line: int) -> Body:
    if kind is Kind.TEXT:
        return kind, text, None
    if kind in NOTICES:
        return read_notice(_NOBODY.sub("", text)) or kind, text, None
    found = _labelled(reading, text, line)
    if found[0] is kind or (kind is Kind.OTHER and found[0] is not Kind.TEXT):
        return found
    return kind, text, parse_body(kind, text, BRACKETS)


_FACTS: Final = {"exporter": "wechat-cli"}
JSON: Final = Format(
    "wechat-cli-json", "wechat-cli 2026, JSON with display strings", ".json", _is_display, _display, _FACTS
)
JSONL: Final = Format(
    "wechat-cli-jsonl", "wechat-cli 2026, JSON Lines", ".jsonl", _is_lines, _lines, _FACTS, cuts="tried"
)
