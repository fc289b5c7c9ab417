"""chatlog-keeper's `wechat_messages.json`: one array of the messages of all conversations.

`is_self` compares the beginning of account ids only.

Format facts: chatlog-keeper 2026 (`cli.py`, `export.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.appmsg import parse_content
from wechatlog.content.dialects import BRACKETS
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import kind_of_local_type
from wechatlog.engine import NOTICES, Entry, Evidence, Format, iter_objects
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_list, read_object, read_string
from wechatlog.model import MessageKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from wechatlog.engine import Head, Reading
    from wechatlog.segments import Segment

Kind = MessageKind


def _entries(reading: Reading) -> Iterator[Entry]:
    owners: dict[str, set[str]] = {}
    for _, value, line, offset in iter_objects(reading):
        chat_id, name = read_string(value.get("conversation_id")), read_string(value.get("chat_room"))
        chat = reading.chat_of(
            read_string(value.get("thread_id")) or chat_id or name,
            id=chat_id or None,
            title=name or None,
            is_group=read_flag(value.get("is_group_chat")),
            owner=read_string(value.get("account_id")) or None,
        )
        own, account = read_flag(value.get("is_self")), read_string(value.get("sender_wxid")) or None
        if own:
            _check_owner(reading, owners.setdefault(read_string(value.get("account_id")), set()), account or "", line)
        time = reading.unix_time(value.get("ts"), line=line)
        kind, text, segments = _body(reading, value, line, None if time is None else time.tzinfo)
        own = None if kind in NOTICES else own
        sender, id_ = (
            read_string(value.get("sender")) or account,
            read_identifier(reading, value.get("server_id"), line),
        )
        yield Entry(line, time, "second", sender, account, own, kind, text, segments, id_, None, offset, chat)


def _check_owner(reading: Reading, known: set[str], account: str, line: int) -> None:
    """Two accounts cannot both be the owner's: the writer compared no more than the beginning of their ids."""
    if account not in known and len(known) < 1000:
        if known:
            sentence = "chatlog-keeper calls a second account the owner's: it compares only how account ids begin"
            reading.report("writer-fault", sentence, line=line)
        known.add(account)


def _body(
    reading: Reading, value: Mapping[str, Any], line: int, zone: dt.tzinfo | None
) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
    text, number = read_string(value.get("content")), read_integer(value.get("msg_type"))
    kind = Kind.OTHER if number is None else kind_of_local_type(number)
    if kind is Kind.TEXT:
        return kind, text, None
    if kind in NOTICES or text.lstrip().startswith("<"):
        found = parse_content(kind, text, reading.collector, zone=zone, line=line)
        if found.kind is Kind.SYSTEM:
            return read_notice(found.text) or found.kind, found.text, None
        return found.kind, found.text, found.segments
    if kind is Kind.OTHER:
        if placed := read_placeholder(text, BRACKETS, zone=zone):
            return placed[0], text, placed[1]
        reading.tell("unknown-kind", f"unknown message type {str(value.get('msg_type'))[:60]!r}", line)
    return kind, text, parse_body(kind, text, BRACKETS, zone=zone)


def _detect(head: Head) -> Evidence | None:
    """The keys of the first message."""
    rows = read_list(head.json)
    keys = read_object(rows[0]).keys() if rows else set[str]()
    if {"ts", "sender_wxid", "source_offset"} <= keys:
        return Evidence(1.0, "an array with ts, sender_wxid and source_offset")
    if {"ts", "sender_wxid", "chat_room"} <= keys:
        return Evidence(0.85, "an array with ts, sender_wxid and chat_room")
    return None


JSON: Final = Format(
    "chatlog-keeper-json",
    "chatlog-keeper 2026, wechat_messages.json with all conversations",
    ".json",
    _detect,
    _entries,
    {"exporter": "chatlog-keeper"},
)
