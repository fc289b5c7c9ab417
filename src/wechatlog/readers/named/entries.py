"""What a row says of one message, whose columns are called as those of chats are.

Takes rows, gives entries. Knows no container.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.appmsg import parse_markup, split_sender_prefix
from wechatlog.content.column_words import fields_of
from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.file_kinds import KINDS
from wechatlog.content.notices import read_notice
from wechatlog.content.numbered import parse_numbered
from wechatlog.content.placeholders import parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_name, kind_of_type_name, segment_for
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Draft, Entry, Reading
from wechatlog.engine.entry import Body
from wechatlog.engine.json_values import read_identifier, read_integer, read_object
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.named.payloads import segment_fields
from wechatlog.readers.named.people import chat_of_row, look_ahead, own_of, person_of
from wechatlog.readers.named.rows import NamedRow, text_in, text_of
from wechatlog.readers.named.signs import NOBODY, NUMBER, WHO
from wechatlog.segments import parse_segments

_NOTED: Final = re.compile(r"\[(?:系统|System): ((?s:.*))\]")
"""A notice as both tools that are called wechat-decrypt write it."""
_SPOKEN: Final = ("text", "content", "message", "msg", "reply_text", "title")
_SPEAKERS: Final = (
    "sender",
    "sender_name",
    "senderName",
    "name",
    "nickname",
    "displayName",
    "display_name",
    "displayname",
    "display",
    "from",
)
_RAW: Final = ("raw_xml", "raw")
_PATHS: Final = ("path", "file", "local_path", "localPath", "url", "src")
"""Keys of the objects that say what a reply answers, and where a file is."""
_IS_ID: Final = re.compile(r"[0-9A-Fa-f_:-]{8,64}")
_CLOCK: Final = re.compile(r"(?:[^\W\d]{2} ?)?[0-9]{1,2}(?:[:：][0-9]{2}){1,2}(?:\.[0-9]{1,6})?(?: ?[^\W\d]{2})?")
_MEDIA: Final = {
    **dict.fromkeys((".jpeg", ".dat"), "image"),
    **dict.fromkeys((".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip"), "file"),
    **{kind.suffix: kind.type for kind in KINDS},
}
"""Suffixes of files, and what they hold."""


def named_entries(reading: Reading, rows: Iterator[NamedRow]) -> Iterator[Entry]:
    """What rows say whose columns are called as those of chats are."""
    habits, rows = look_ahead(rows)
    people: dict[tuple[Draft, str, str], dict[str, None]] = {}
    for row in rows:
        what = "no tool is known that writes this: what its columns mean was taken from their names"
        reading.tell_first("guessed-columns", what, row.line)
        if not any(row.get(field) not in (None, "") for field in ("time", "text", "shown", "raw", "path", *WHO)):
            if reading.is_news("unread row"):
                what = "an object or a row says nothing that is known of messages; it was left out, and so are others"
                reading.report("unread-part", what, severity=Severity.WARNING, line=row.line)
            continue
        person = person_of(row, habits)
        sender, account = person.name, person.account
        chat, text = chat_of_row(reading, row, habits), _words(reading, row)
        if is_room(account):
            sender, account = "" if sender == account else sender, ""
        if not account and (not sender or sender.isdigit()):
            prefix, rest = split_sender_prefix(text)
            if prefix and is_account(prefix):  # as databases have it of groups
                sender, account, text = "", prefix, rest
                chat.is_group = True if chat.is_group is None else chat.is_group
        time, precision = _time(reading, row)
        zone = None if time is None else time.tzinfo
        kind, text, segments = _body(reading, row, text, zone, nobody=sender in NOBODY)
        own = None if kind in NOTICES else own_of(reading, row, person, habits)
        if habits.of_chat and own is False and chat.is_group is False:
            account = chat.id or ""
        if not sender and not account and (own or (own is False and chat.is_group is False)):
            sender, account = (ME, "") if own else (chat.title or "", chat.id or "")
        if own and account and chat.owner is None:
            chat.owner = account
        if person.aliases and kind not in NOTICES:
            people.setdefault((chat, sender, account), {}).update(dict.fromkeys(person.aliases))
        id_, answered = row.get("id") or (_id(row.said) if row.said else None), _id(read_object(_quoted(row)))
        id_ = read_identifier(reading, id_, row.line) if id_ else None
        answered = read_identifier(reading, answered, row.line) if answered else None
        path = text_in(row.get("path"), _PATHS)
        if path and kind is MessageKind.TEXT and not segments and (of_file := _kind_of_file(path)) is not None:
            kind = of_file if not text.strip() else kind  # a text may have a file beside it
            file = segment_for(of_file, "" if kind is MessageKind.TEXT else text, path=path)
            segments = (*parse_segments(text), file) if kind is MessageKind.TEXT else (file,)
        said = {"path": path, "transcript": text_of(row.get("transcript"))}
        if segments and (said := {key: value for key, value in said.items() if value and hasattr(segments[0], key)}):
            segments = (attrs.evolve(segments[0], **said), *segments[1:])
        names = sender or account or None, account or None
        yield Entry(row.line, time, precision, *names, own, kind, text, segments, id_, answered, row.offset, chat)
    for (chat, sender, account), aliases in people.items():
        chat.members.append(Participant(sender or None, account or None, None, tuple(aliases)))


def _time(reading: Reading, row: NamedRow) -> tuple[Any, Any]:
    value = text_of(row.get("time")).strip().strip("'")
    if _CLOCK.fullmatch(value):
        value = f"{text_of(row.get('day'))} {value}"
    return reading.clock(value, line=row.line) if value else (None, None)


def _untagged(value: Any) -> Any:
    """What an enum of Rust holds, which stands under its name: `{"Text": "早"}`, `{"Link": {"title": …}}`."""
    tag, inner = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", None)
    return inner if tag[:1].isupper() else value


def _words(reading: Reading, row: NamedRow) -> str:
    """The text of a row, or else what the tool shows for it; that an object says neither is told."""
    value = row.get("text")
    inside = _untagged(value)
    text = inside if isinstance(inside, str) else text_in(inside, _SPOKEN) if inside is value else ""
    text = text or text_of(row.get("shown")) or text_in(inside, _SPOKEN)
    if not text and value and not isinstance(value, str | int | float) and not row.said:
        what = "the text of a message is an object of unknown keys; it was left out"
        if reading.is_news(what):
            reading.report("unread-part", what, severity=Severity.WARNING, line=row.line)
    return text


def _body(reading: Reading, row: NamedRow, text: str, zone: dt.tzinfo | None, *, nobody: bool) -> Body:
    kind, text, segments = _said(reading, row, text, zone)
    if row.said and (fields := segment_fields(kind, row.said, zone)):
        segment, *others = segments or (segment_for(kind, text),)
        fields = {key: value for key, value in fields.items() if hasattr(segment, key)}
        segments = (attrs.evolve(segment, **fields), *others)
    if kind in (MessageKind.OTHER, MessageKind.SYSTEM) or (nobody and kind is MessageKind.TEXT):
        found = read_notice(_NOTED.sub(r"\1", text)) or (MessageKind.SYSTEM if nobody else None)
        return (kind, text, segments) if found is None else (found, text, None)
    return kind, text, segments


def _quoted(row: NamedRow) -> Any:
    """What a row answers: a text, an id, or an object."""
    return row.get("quote") or (fields_of(row.said).get("quote") if row.said else None)


def _id(said: Mapping[str, Any]) -> Any:
    """The server's id that an object has, or one in it."""
    return fields_of(said).get("id") or fields_of(read_object(said.get("id"))).get("id")


def _said(reading: Reading, row: NamedRow, text: str, zone: dt.tzinfo | None) -> Body:
    name, raw = text_of(row.get("kind")).strip(), text_of(row.get("raw")) or text_in(_untagged(row.get("text")), _RAW)
    raw = split_sender_prefix(raw)[1]
    number, below = int(name) if NUMBER.fullmatch(name) else None, read_integer(row.get("subtype"))
    number = below << 32 | number if number is not None and below and 0 < number < 1 << 32 else number
    quoted = _quoted(row)
    if (words := text_in(quoted, _SPOKEN)) and not _IS_ID.fullmatch(words):
        speaker = text_in(quoted, _SPEAKERS) if isinstance(quoted, dict) else ""
        return MessageKind.QUOTE, text, quote_segments(text, speaker or None, words)
    if number is None and not name:
        kind, segments = read_placeholder(text, BRACKET_LINES, zone=zone) or (MessageKind.TEXT, None)
        return kind, text, segments
    found = kind_of_type_name(name) if number is None else kind_of_local_type(number)
    placed = read_placeholder(text, BRACKET_LINES, zone=zone) if found in (None, MessageKind.OTHER) else None
    if placed is not None:
        return placed[0], text, placed[1]
    kind = reading.kind_of(found, name, text, row.line)
    markup = next((each for each in (raw, text) if each.lstrip().startswith("<")), None)
    if number is not None and markup is not None:
        return parse_numbered(number, markup, reading.collector, dialect=BRACKET_LINES, zone=zone, line=row.line).body
    if markup is not None and (built := parse_markup(markup, reading.collector, zone=zone, line=row.line)):
        return built.body
    return kind, text, parse_body(kind, text, BRACKET_LINES, zone=zone)


def _kind_of_file(path: str) -> MessageKind | None:
    """The kind of a message that is a file; `None` for a path of something else."""
    media = path[len("data:") :] if path.startswith("data:") else _MEDIA.get(path[path.rfind(".") :].lower(), "")
    return kind_of_name(media.partition("/")[0])
