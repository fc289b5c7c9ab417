"""chatlog-keeper's `wechat_messages.json`: one array of the messages of all conversations.

`is_self` compares the beginning of account ids only.

Format facts: chatlog-keeper 2026 (`cli.py`, `export.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wechatlog.content.dialects import CHATLOG_KEEPER
from wechatlog.content.numbered import parse_numbered
from wechatlog.engine import NOTICES, Entry, Evidence, Format, Head, Reading, iter_objects
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_list, read_object, read_string
from wechatlog.model import MessageKind


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
        number, zone = read_integer(value.get("msg_type")), None if time is None else time.tzinfo
        content = read_string(value.get("content"))
        body = parse_numbered(number, content, reading.collector, dialect=CHATLOG_KEEPER, zone=zone, line=line)
        if body.kind is MessageKind.OTHER and body.segments is None:
            reading.tell("unknown-kind", f"unknown message type {str(value.get('msg_type'))[:60]!r}", line)
        own = None if body.kind in NOTICES else own
        sender = read_string(value.get("sender")) or account
        id_ = read_identifier(reading, value.get("server_id"), line)
        yield Entry(line, time, "second", sender, account, own, *body.body, id_, None, offset, chat)


def _check_owner(reading: Reading, known: set[str], account: str, line: int) -> None:
    """Two accounts cannot both be the owner's: the writer compared no more than the beginning of their ids."""
    if account not in known and len(known) < 1000:
        if known:
            sentence = "chatlog-keeper calls a second account the owner's: it compares only how account ids begin"
            reading.report("writer-fault", sentence, line=line)
        known.add(account)


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
    "chatlog-keeper",
)
