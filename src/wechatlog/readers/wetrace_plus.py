"""Wetrace Plus's JSON: the document of all conversations that the program takes from other tools.

`format` is `wetrace-plus`, `version` 1; `account` says whose archive it is. A time is an ISO text or a number of
seconds or milliseconds, in `time` or in `timestamp`; the direction is `is_self`, or else `direction`. Contents are
texts or the XML of WeChat; a type that is missing or not above 0 is text.

Format facts: Wetrace Plus 2026 (`internal/importer/json.go`, its page on import formats, `gen_demo_import.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.content.accounts import is_room
from wechatlog.content.numbered import parse_numbered
from wechatlog.diagnostics import Severity
from wechatlog.engine import NOTICES, Draft, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.json_facts import iter_facts_first
from wechatlog.engine.json_objects import report_shape, report_unknown_keys
from wechatlog.engine.json_stream import BEGIN, END, Item
from wechatlog.engine.json_values import (
    first_object,
    read_flag,
    read_identifier,
    read_integer,
    read_object,
    read_string,
)
from wechatlog.model import MessageKind

_KNOWN: Final = frozenset("id seq time timestamp sender_id sender_name direction is_self type subtype content".split())
_DIRECTIONS: Final = {"outgoing": True, "sent": True, "incoming": False, "received": False}
_MILLISECONDS: Final = 1e12
_VERSION: Final = 1
_CHAT: Final = ("id", "name", "type")
"""What is said of a conversation."""


def _entries(reading: Reading) -> Iterator[Entry]:
    said: dict[str, Any] = {}
    about: dict[str, Any] = {}
    chat: Draft | None = None
    number = 0
    for item in iter_facts_first(reading, parted=("conversations",), needed=lambda _: _CHAT, beside=("account",)):
        if item.value is BEGIN:
            about, chat, number = {}, None, number + 1
        elif item.value is END:
            chat = _chat(reading, said, about, number)
        elif item.key == "messages":
            chat = chat or _chat(reading, said, about, number)
            if isinstance(item.value, dict):
                yield _entry(reading, said, chat, item)
            else:
                report_shape(reading.collector, "a message", item)
        elif item.key == "conversations":
            report_shape(reading.collector, "a conversation", item)
        elif number and item.key in _CHAT:
            about[item.key] = item.value
        else:
            said[item.key] = item.value
            if item.key == "version" and item.value != _VERSION:
                sentence = f"version {str(item.value)[:20]!r} of the format is not known here; it was read as version 1"
                reading.report("unknown-version", sentence, severity=Severity.WARNING, line=item.line)


def _chat(reading: Reading, said: Mapping[str, Any], about: Mapping[str, Any], number: int) -> Draft:
    id_, title = read_string(about.get("id")), read_string(about.get("name"))
    kind = read_string(about.get("type")).lower()
    return reading.chat_of(
        id_ or title or str(number),
        id=id_ or None,
        title=title or None,
        is_group=True if kind == "group" or is_room(id_) else False if kind else None,
        owner=read_string(read_object(said.get("account")).get("id")) or None,
    )


def _entry(reading: Reading, said: Mapping[str, Any], chat: Draft, item: Item) -> Entry:
    value, line = item.value, item.line
    report_unknown_keys(reading, value, _KNOWN, line)
    time, precision = _time(reading, value, line)
    number = read_integer(value.get("type"))
    zone = None if time is None else time.tzinfo
    number = 1 if number is None or number <= 0 else number
    body = parse_numbered(number, read_string(value.get("content")), reading.collector, zone=zone, line=line)
    if body.kind is MessageKind.OTHER and body.segments is None:
        reading.tell("unknown-kind", f"unknown message type {str(value.get('type'))[:60]!r}", line)
    own = read_flag(value.get("is_self"))
    own = _DIRECTIONS.get(read_string(value.get("direction")).lower()) if own is None else own
    account = read_object(said.get("account")) if own else {}
    sender_id = read_string(value.get("sender_id")) or read_string(account.get("id")) or None
    sender = read_string(value.get("sender_name")) or read_string(account.get("name")) or sender_id
    own = None if body.kind in NOTICES else own
    id_ = read_identifier(reading, value.get("id"), line)
    return Entry(line, time, precision, sender, sender_id, own, *body.body, id_, body.reply_to, item.offset, chat)


def _time(reading: Reading, value: Mapping[str, Any], line: int) -> tuple[dt.datetime | None, Any]:
    """The time: a clock text, or a number of seconds, or of milliseconds where it is too large for seconds."""
    given: Any = next((value[key] for key in ("time", "timestamp") if value.get(key) not in (None, "")), None)
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        if isinstance(given, str):
            return reading.clock(given, line=line)
        return reading.unix_time(given, line=line), "second"
    return reading.unix_time(number / 1000 if abs(number) > _MILLISECONDS else number, line=line), "second"


def _detect(head: Head) -> Evidence | None:
    value = read_object(head.json)
    if read_string(value.get("format")).lower() == "wetrace-plus":
        return Evidence(1.0, "`format` is wetrace-plus")
    first = first_object(first_object(value.get("conversations")).get("messages"))
    if {"account", "conversations"} <= value.keys() and {"sender_id", "content"} <= first.keys():
        return Evidence(0.9, "`account`, and `conversations` with messages that have a `sender_id`")
    return None


JSON: Final = Format(
    "wetrace-plus-json", "Wetrace Plus 2026, the JSON of all conversations", ".json", _detect, _entries, "Wetrace Plus"
)
