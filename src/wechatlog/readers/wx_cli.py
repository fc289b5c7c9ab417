"""wx-cli's JSON: `{chat, chat_type, count, is_group, messages, meta, username}`, keys in alphabetical order.

What it finds and what is new (`wx search`, `wx new-messages`) are of several chats, and each message says of which; the
former stands under `results`, without saying whether a chat is a group. chatlog_alpha gives the same objects under
`/api/v1/history` and `/api/v1/search`, with English type names and the addresses of files on its own server.

In a private chat the *other* person's name is empty and the owner is named (early builds named the other one); in a
group everybody is named, the owner too. System notices are cut at 50 characters, recalls at 30. Newer builds add
`sender_username`, `sender_contact_display` and `sender_group_nickname`, and the `url` of a page.

Format facts: wx-cli 2026 (`src/cli/export.rs`, `src/daemon/query.rs`); chatlog_alpha of July 2026
(`internal/chatlog/http/route.go`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import attrs

from wechatlog.content.accounts import is_account, is_group_word, is_room
from wechatlog.content.appmsg import parse_content
from wechatlog.content.dialects.chatlog import CHATLOG
from wechatlog.content.dialects.wx_cli import WXCLI
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import kind_of_name, kind_of_type
from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine import NOTICES, Draft, Entry, Evidence, Format, Head, Reading, iter_objects, one_segment
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.json_values import first_object, read_flag, read_integer, read_list, read_object, read_string
from wechatlog.model import MessageKind, Participant
from wechatlog.segments import Link, MiniProgram, Segment
from wechatlog.timestamps import parse_clock

Kind = MessageKind

_CUT_NOTICES: Final = (("[系统] ", 50), ("[撤回] ", 30))
_LABEL: Final = re.compile(r"\[(?P<label>[^\[\]\n]{1,12})\]")
_NUMBER: Final = re.compile(r"type=(-?[0-9]{1,10})")
_NAMES: Final = ("sender", "sender_group_nickname", "sender_contact_display")
_KNOWN: Final = frozenset(
    {"local_id", "content", "type", "time", "timestamp", "chat", "username", "is_group", "chat_type", "sender_username"}
    | {"url", *_NAMES}
    | {f"media_{each}" for each in ("type", "key", "keys", "path", "url")}
    | {f"image_{each}" for each in ("key", "keys", "path", "url")}
)
_HEAD: Final = ("chat", "chat_type", "is_group", "username")
_LISTS: Final = ("messages", "results")
_ANY_APP: Final = "share"
"""What chatlog_alpha calls every app message."""
_MOST_PEOPLE: Final = 10_000


def _describe(chat: Draft, said: Mapping[str, Any]) -> Draft:
    if chat.title is None:
        chat.title, chat.id = read_string(said.get("chat")) or None, read_string(said.get("username")) or None
        of_type = is_group_word(read_string(said.get("chat_type")))
        chat.is_group = read_flag(said["is_group"]) if "is_group" in said else of_type
    if chat_type := read_string(said.get("chat_type")):
        chat.metadata["chat_type"] = chat_type
    return chat


def _chat_of(reading: Reading, value: Mapping[str, Any]) -> Draft:
    """The chat of a message that says itself of which it is; in groups senders have accounts, in private chats none."""
    account = read_string(value.get("username"))
    chat = _describe(reading.chat_of(account or read_string(value["chat"])), value)
    if chat.is_group is None:
        is_notice = kind_of_name(read_string(value.get("type"))) in NOTICES
        named = True if "sender_username" in value else None if value.get("sender") or is_notice else False
        chat.is_group = is_room(account) if account else named
    return chat


class _Layout(NamedTuple):
    """What the beginning of a file shows, damaged or not.

    Attributes:
        key: of the list of messages.
        mixed: each message says of which chat it is.
        names_peer: the other person of a private chat is named, as early builds did, and the owner is not.
    """

    key: str
    mixed: bool
    names_peer: bool


def _layout(head: Head) -> _Layout:
    key, chat, names, told = "", "", set[str](), False
    for item in iter_json((head.text,), Collector(), _LISTS):
        if item.key == "chat":
            chat = read_string(item.value)
        elif item.key in _LISTS:
            message, key = read_object(item.value), key or item.key
            names.add(read_string(message.get("sender")))
            told = told or "chat" in message
    return _Layout(key or _LISTS[0], told and not chat, chat != "" and chat in names)


def _sender(
    chat: Draft, name: str, account: str | None, *, names_peer: bool
) -> tuple[str | None, str | None, bool | None]:
    account = account or (name if is_account(name) else None)
    if chat.is_group is not False:
        return name or None, account, None
    if names_peer:
        return (name, chat.id, False) if name == chat.title else (name or None, account, True)
    return (name, account, True) if name else (chat.title, chat.id, False)


def _entries(reading: Reading) -> Iterator[Entry]:
    people: dict[Draft, dict[str, Participant]] = {}
    (key, mixed, names_peer), chat = _layout(reading.head_with(*_LISTS)), reading.chat
    for _, value, line, offset in iter_objects(reading, key, needed=lambda _: () if mixed else _HEAD, known=_KNOWN):
        chat = _chat_of(reading, value) if mixed and value.get("chat") else _describe(reading.chat, reading.said)
        time, precision = _time(reading, value, line)
        kind, text, segments = _body(reading, value, line, None if time is None else time.tzinfo)
        account = read_string(value.get("sender_username")) or None
        written = read_string(value.get("sender"))
        named = written == chat.title if mixed else names_peer
        name, account, own = _sender(chat, written, account, names_peer=named)
        known = people.setdefault(chat, {})
        if account and kind not in NOTICES and account not in known and len(known) < _MOST_PEOPLE:
            others = (read_string(value.get(key)) for key in _NAMES)
            names = dict.fromkeys(other for other in others if other not in ("", name))
            if "sender_username" in value:
                known[account] = Participant(name, account, own, tuple(names))
        own = None if kind in NOTICES else own
        yield Entry(line, time, precision, name, account, own, kind, text, segments, offset=offset, chat=chat)
    for chat, known in people.items():
        chat.members = list(known.values())
    reading.claimed = read_integer(reading.said.get("count"))
    if mixed:
        return
    _describe(reading.chat, reading.said)
    if missing := [key for key in ("chat", "is_group") if key not in reading.said]:
        what = f"the file has no {missing[0]!r}, so who sent the messages of a private chat is not certain"
        reading.report("damaged-head", what, line=1)


def _time(reading: Reading, value: Mapping[str, Any], line: int) -> tuple[dt.datetime | None, Any]:
    if value.get("timestamp"):
        return reading.unix_time(value["timestamp"], line=line), "second"
    if clock := parse_clock(read_string(value.get("time"))):
        return reading.zoned(clock.time), clock.precision
    reading.report("bad-time", "the message has no time", severity=Severity.ERROR, line=line)
    return None, None


def _body(
    reading: Reading, value: Mapping[str, Any], line: int, zone: dt.tzinfo | None
) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
    text, name = read_string(value.get("content")), read_string(value.get("type"))
    number = _NUMBER.fullmatch(name)
    kind = kind_of_type(int(number[1])) if number else kind_of_name(name)
    if name == _ANY_APP:  # what is not rendered is a reply, or a pat
        kind, segments = read_placeholder(text, CHATLOG, zone=zone) or (read_notice(text) or Kind.QUOTE, None)
        return kind, text, segments
    if kind is None:
        reading.tell("unknown-kind", f"unknown message type {name[:60]!r}", line)
        kind = Kind.OTHER
    if kind is Kind.TEXT:
        return kind, text, None
    if kind in NOTICES:
        found = read_notice(_whole_notice(reading, text, line))
        return (found if found and kind is Kind.SYSTEM else kind), text, None
    if name.isascii() and not number:  # chatlog_alpha, which says voice of every call
        return kind, text, one_segment(kind, text) if kind is Kind.CALL else parse_body(kind, text, CHATLOG, zone=zone)
    if text.lstrip().startswith("<"):
        body = parse_content(kind, text, reading.collector, zone=zone, line=line)
        return body.kind, body.text, body.segments
    if kind is Kind.OTHER:
        if placed := read_placeholder(text, WXCLI, zone=zone):
            kind, segments = placed
            if (url := read_string(value.get("url"))) and isinstance(segments[0], Link | MiniProgram):
                segments = (attrs.evolve(segments[0], url=url),)
            return kind, text, None if kind in NOTICES else segments
        label = _LABEL.match(text)
        kind = kind_of_name(label["label"]) or Kind.OTHER if label else Kind.OTHER
    return kind, text, parse_body(kind, text, WXCLI, zone=zone)


def _whole_notice(reading: Reading, text: str, line: int) -> str:
    for mark, limit in _CUT_NOTICES:
        if text.startswith(mark):
            text = text.removeprefix(mark)
            if len(text) == limit:
                words = f"wx-cli cuts these notices at {limit} characters: this one may go on"
                reading.tell("writer-fault", words, line)
    return text


def _detect(head: Head) -> Evidence | None:
    value = read_object(head.json)
    first = first_object(read_list(value.get("messages") or value.get("results")))
    if "chat" not in value and {"chat", "content", "sender", "time", "timestamp", "type"} <= first.keys():
        return Evidence(0.9, "messages with chat, sender, time, timestamp and type")
    timed = not first.keys().isdisjoint({"time", "timestamp"})
    if timed and {"chat", "is_group"} <= value.keys() and {"local_id", "content", "sender", "type"} <= first.keys():
        return Evidence(1.0, "chat, is_group and messages with local_id, sender and type")
    if {"chat", "chat_type", "is_group", "messages"} <= value.keys() and not value["messages"]:
        return Evidence(0.8, "chat, chat_type and is_group, and no messages")
    return None


JSON: Final = Format("wx-cli-json", "wx-cli 2026, JSON", ".json", _detect, _entries, "wx-cli")
