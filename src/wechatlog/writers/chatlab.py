"""ChatLab Format 0.0.2, the exchange format of ChatLab: JSON and JSON Lines, valid by its strict checks.

Takes a conversation, gives one object, or a line for each of its parts. Everybody gets an id and a name and every
message a time, since ChatLab takes nothing without. Who is who is `content.chatlab`, the type numbers are in
`content.vocabulary`, what stands for a place or a voice is in `chatlab_bodies`.

Format facts: ChatLab `docs/cn/standard/chatlab-format.md`, `packages/parser/src/chatlab-validator.ts` and, for what its
importer does to a file, `packages/parser/src/formats/chatlab.ts` and `chatlab-jsonl.ts` (2026-09).
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from wechatlog.content.chatlab import (
    GENERATOR,
    LATEST,
    SYSTEM_SENDER,
    VERSION,
    digest_of,
    is_blank,
    made_id,
    write_account,
    write_message_id,
    write_name,
)
from wechatlog.content.vocabulary import chatlab_type
from wechatlog.content.wording import unsaid
from wechatlog.errors import OptionError
from wechatlog.model import Conversation, Message, MessageKind, Metadata
from wechatlog.segments import Segment
from wechatlog.segments.types import File, Image, Sticker, Video, Voice
from wechatlog.timestamps import ASSUMED_ZONE, resolve_zone
from wechatlog.utf8 import escape
from wechatlog.writers.base import Form, Items
from wechatlog.writers.chatlab_bodies import write_body
from wechatlog.writers.options import choice_option

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECOND: Final = dt.timedelta(seconds=1)
_UNTITLED: Final = "微信聊天"
_PLATFORM: Final = "weixin"
_SYSTEM_NAME: Final = "系统消息"
_SYSTEM_TYPES: Final = (80, 81)
"""The types that a notice, which nobody sent, may have."""

_AHEAD: Final = 1000
"""Messages that are looked at for a first time."""

_REMEMBERED: Final = 100_000
"""Messages of a stream that are remembered, to write no id twice: at least that many, at most twice."""
_NEAR: Final = 500
"""Messages without an id of a stream that are remembered, to number equal ones, which are of one second."""

_OPTIONS: Final[Mapping[str, str]] = {
    "tz": f"zone of times that have none: a name such as `Europe/Berlin`, or `+08:00` (default `{ASSUMED_ZONE}`)",
    "exported_at": "when the file was made, as Unix seconds or an ISO time (default: as the archive says, else the "
    "time of the last message, of a stream the first)",
    "owner": "the owner's account id, which own messages get in every file; otherwise as each archive says",
    "media": "what stands for media: `text` (the default), or the `path` of the file where the archive has one, from "
    "which ChatLab shows the file",
}
_LOSSES: Final[Mapping[str, str]] = {
    "conversation": "name, id, group or not, members and owner are kept, or filled in where they are missing; "
    "metadata is lost but for description, platform, roles and the time of the export",
    "id": "an id that is blank, and the second of two that are the same",
    "reply_to": "one that is blank",
    "is_self": "it follows from the owner: where the archive names nobody as such, it is lost",
    "precision": "all times are in seconds",
    "kind": "music, mini programs, channel posts and notes are shares, announcements are notices; "
    "a message of nobody is a notice",
    "segments": "they are parsed again from the text",
    "text:media": "a page whose address the text lacks is written as `[title](address)`",
    "text:placeholder": "a bare placeholder gets what the archive knows beside it: `[位置] 图书馆 (39.9,116.4)`",
    "text:surrogate-pairs": "JSON has one way to write both",
    "time:wall-clock": "times are Unix seconds; without a zone they count as those of the option `tz`",
    "time:fraction": "times are whole seconds",
    "time:missing": "every message has a time: that of the message before, of the next where there is none before",
    "time:range": "a time that ChatLab does not take counts as missing",
}


# U+2028 and U+2029 end lines for the line reader of Node.js; half a surrogate pair does not go into UTF-8.
_UNSAFE: Final = re.compile("[\u2028\u2029\ud800-\udfff]")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"')
# ChatLab finds `meta` by counting braces and `members` by its first bracket, inside strings as well.
_BRACKETS: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "{}[]"}


def _json(value: Mapping[str, Any]) -> str:
    return escape(json.dumps(value, ensure_ascii=False, separators=(",", ":")), _UNSAFE)


def _json_of_facts(value: Mapping[str, Any]) -> str:
    """JSON for the head of a file, where ChatLab looks for parts of it with patterns."""
    return _STRING.sub(lambda match: match[0].translate(_BRACKETS), _json(value))


def _shown(text: Any) -> str | None:
    """A text that is not blank, else `None`."""
    return text if isinstance(text, str) and not is_blank(text) else None


def _zone(options: Mapping[str, Any]) -> dt.tzinfo:
    try:
        return resolve_zone(options.get("tz") or ASSUMED_ZONE)
    except (ValueError, TypeError) as error:
        raise OptionError("tz", str(error)) from error


def _seconds(time: dt.datetime | None, zone: dt.tzinfo) -> int | None:
    """Unix seconds; `None` for a time that ChatLab does not take."""
    if time is None:
        return None
    number = ((time if time.tzinfo is not None else time.replace(tzinfo=zone)) - _EPOCH) // _SECOND
    return number if 0 < number < LATEST else None  # 0 stands for no time


def _exported_at(value: Any, zone: dt.tzinfo) -> int | None:
    """The value of the option `exported_at` in Unix seconds."""
    if value is None:
        return None
    number: int | None = None
    try:
        if isinstance(value, dt.datetime):
            number = _seconds(value, zone)
        elif isinstance(value, str) and not value.strip().isdecimal():
            number = _seconds(dt.datetime.fromisoformat(value), zone)
        elif not isinstance(value, bool):
            number = int(value)
    except (ValueError, TypeError, OverflowError):
        number = None
    if number is None or not 0 <= number < LATEST:
        raise OptionError("exported_at", f"expected Unix seconds or an ISO time, not {value!r}")
    return number


_MEDIA: Final = (Image, Voice, Video, File, Sticker)
_PLACEHOLDER: Final = re.compile(r"\s*+(?:\[[^\[\]\n]{1,20}\][^\n]{0,8})?+\s*+")


def _content(message: Message, *, paths: bool) -> str | None:
    """What ChatLab shows: the text, or what else is known where that is a placeholder or a bare title."""
    given, text = message.given_segments or (), message.text
    if len(given) == 1:
        only = given[0]
        if paths and isinstance(only, _MEDIA) and only.path:
            return only.path
        is_poor = _PLACEHOLDER.fullmatch(text) is not None or text == getattr(only, "title", None)
        if is_poor and (body := write_body(only)) is not None:
            return body
    return text or (None if message.kind is not MessageKind.TEXT else "")


class _Rows:
    """Messages as ChatLab has them, one after the other.

    Those before the first that has a time get `time`. The path of media stands for its text where `paths` says so. With
    `forget` ids of long ago are forgotten, so that memory does not grow.
    """

    def __init__(self, zone: dt.tzinfo, time: int, *, paths: bool, forget: bool) -> None:
        self._zone = zone
        self._time = time
        self._paths = paths
        self._forget = forget
        self._ids: dict[str, None] = {}
        self._equal: dict[str, int] = {}
        self._second = time
        self._start = self._highest = 0

    def row(self, message: Message) -> dict[str, Any]:
        seconds = _seconds(message.time, self._zone)
        self._time = self._time if seconds is None else seconds
        code = chatlab_type(message.kind)
        sender = write_account(message.sender, message.sender_id)
        if sender is None:
            code = code if code in _SYSTEM_TYPES else _SYSTEM_TYPES[0]
            fields = {"sender": SYSTEM_SENDER, "accountName": _SYSTEM_NAME}
        else:
            fields = {"sender": sender, **write_name(message.sender, sender)}
        row: dict[str, Any] = {
            **fields,
            "timestamp": self._time,
            "type": code,
            "content": _content(message, paths=self._paths),
        }
        answered = message.reply_to
        reply_to = None if answered is None or is_blank(answered) else write_message_id(answered)
        if message.id is not None and self._is_new(message.id):
            row["platformMessageId"] = write_message_id(message.id)
        else:
            digest = digest_of(*(row[name] for name in ("timestamp", "sender", "type", "content")), reply_to)
            same_second = row["timestamp"] == self._second
            if self._forget and len(self._equal) >= _NEAR:
                self._equal, self._start = {}, self._highest if same_second else 0
            self._equal[digest] = number = self._equal.get(digest, self._start) + 1
            self._highest = max(number, self._highest if same_second else 0)
            self._second = row["timestamp"]
            row["platformMessageId"] = made_id(digest, number)
        if reply_to is not None:
            row["replyToMessageId"] = reply_to
        return row

    def _is_new(self, identifier: str) -> bool:
        if identifier in self._ids or is_blank(identifier):
            return False
        self._ids[identifier] = None
        if self._forget and len(self._ids) >= 2 * _REMEMBERED:
            self._ids = dict.fromkeys(itertools.islice(self._ids, _REMEMBERED, None))
        return True


def _members(conversation: Conversation) -> dict[str, dict[str, Any]]:
    """Everybody who is known, by `platformId`."""
    roles = conversation.metadata.get("roles")
    found: dict[str, dict[str, Any]] = {}
    for person in conversation.participants:
        identifier = write_account(person.name, person.id)
        if identifier is None or identifier in found:
            continue
        found[identifier] = {"platformId": identifier, **write_name(person.name, identifier)}
        if person.aliases:
            found[identifier]["aliases"] = list(person.aliases)
        held = roles.get(person.id or identifier) if isinstance(roles, Metadata) else None
        if held := [{"id": name} for name in held if _shown(name)] if isinstance(held, tuple) else None:
            found[identifier]["roles"] = held
    for message in conversation.messages:  # an empty account, which is none to participants
        identifier = write_account(message.sender, message.sender_id)
        if identifier is not None and identifier not in found:
            found[identifier] = {"platformId": identifier, **write_name(message.sender, identifier)}
    return found


def _owner(conversation: Conversation) -> str | None:
    """The `platformId` of the owner: the person whom the archive names, or else whose messages are its own."""
    people = conversation.participants
    named = conversation.owner if _shown(conversation.owner) else None
    for matches in (
        lambda person: named is not None and person.id == named,
        lambda person: named is not None and person.name == named,
        lambda person: named is None and person.is_self is True,
    ):
        if (person := next(filter(matches, people), None)) is not None:
            return write_account(person.name, person.id)
    return None if named is None else write_account(None, named)


def _meta(conversation: Conversation, owner: str | None, people: int | None) -> dict[str, Any]:
    known, is_group = conversation.metadata, conversation.is_group
    if is_group is None:  # told by the room id and the number of people, if that is known
        is_group = people is None or people > 2 or (conversation.id or "").endswith("@chatroom")
    fields: dict[str, Any] = {
        "name": _shown(conversation.title) or _shown(conversation.id) or _UNTITLED,
        "platform": _shown(known.get("platform")) or _PLATFORM,
        "type": "group" if is_group else "private",
    }
    session = known.get("source_session_id")
    if conversation.id is not None:
        fields["groupId" if is_group else "sourceSessionId"] = conversation.id
    if isinstance(session, str):
        fields.setdefault("sourceSessionId", session)
    if owner is not None:
        fields["ownerId"] = owner
    return fields


def _wants_paths(options: Mapping[str, Any]) -> bool:
    return choice_option(options, "media", ("text", "path")) == "path"


class _Plan:
    """What both forms find out before they write."""

    def __init__(self, conversation: Conversation, messages: Iterable[Message], options: Mapping[str, Any]) -> None:
        zone = _zone(options)
        given = _exported_at(options.get("exported_at"), zone)
        is_whole = messages is conversation.messages
        own = value = options.get("owner")
        if value is not None and _shown(value) is None:
            raise OptionError("owner", f"expected an account id, not {value!r}")
        if own is not None:
            messages = (attrs.evolve(message, sender_id=own) if message.is_self else message for message in messages)
            members = [attrs.evolve(person, id=own) if person.is_self else person for person in conversation.members]
            conversation = attrs.evolve(
                conversation, owner=own, participants=members, messages=messages if is_whole else (), lexicon=None
            )
            messages = conversation.messages if is_whole else messages
        first, self.messages = _first_time(messages, zone)
        of_file = conversation.metadata.get("exported_at")
        of_file = of_file if type(of_file) is int and 0 <= of_file < LATEST else None
        times = (_seconds(message.time, zone) for message in reversed(conversation.messages))
        last = next((time for time in times if time is not None), None)
        exported_at = next(time for time in (given, of_file, last, first, 0) if time is not None)
        self.rows = _Rows(
            zone, exported_at if first is None else first, paths=_wants_paths(options), forget=not is_whole
        )
        self.chatlab = {"version": VERSION, "exportedAt": exported_at, "generator": GENERATOR}
        if isinstance(description := conversation.metadata.get("description"), str):
            self.chatlab["description"] = description
        self.members = _members(conversation) if is_whole else {}
        owner = _owner(conversation) if is_whole or own is not None else None
        if owner is not None and is_whole:
            self.members.setdefault(owner, {"platformId": owner, **write_name(None, owner)})
        self.meta = _meta(conversation, owner, len(self.members) if is_whole else None)


def _first_time(messages: Iterable[Message], zone: dt.tzinfo) -> tuple[int | None, Iterable[Message]]:
    """The first time of a few messages, and the messages once more."""
    items = iter(messages)
    seen: list[Message] = []
    for message in itertools.islice(items, _AHEAD):
        seen.append(message)
        if (first := _seconds(message.time, zone)) is not None:
            return first, itertools.chain(seen, items)
    return None, itertools.chain(seen, items)


class _ChatlabWriter(Form):
    options = _OPTIONS
    losses = _LOSSES

    def left_out(self, message: Message, options: Mapping[str, Any]) -> tuple[Segment, ...]:
        """What is quoted, and what else stands apart from the text and has no place in the content."""
        return unsaid(message, _content(message, paths=_wants_paths(options)) or "")


class ChatlabJsonWriter(_ChatlabWriter):
    """The writer of one object, with a line for each member and message.

    Holds all messages, since the members come first.
    """

    name = "chatlab-json"
    description = "ChatLab Format 0.0.2, one JSON object, to be opened in ChatLab"
    suffixes = (".chatlab.json",)

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """The header, the members, the messages."""
        ((conversation, messages),) = items
        if messages is not conversation.messages:
            conversation = attrs.evolve(conversation, messages=messages)
        plan = _Plan(conversation, conversation.messages, options)
        if conversation.messages and not plan.members:  # ChatLab wants one member
            plan.members[SYSTEM_SENDER] = {"platformId": SYSTEM_SENDER, "accountName": _SYSTEM_NAME}
        yield f'{{\n"chatlab":{_json_of_facts(plan.chatlab)},\n"meta":{_json_of_facts(plan.meta)},\n"members":['
        yield from _items(_json_of_facts(member) for member in plan.members.values())
        yield '],\n"messages":['
        yield from _items(_json(plan.rows.row(message)) for message in plan.messages)
        yield "]\n}\n"


def _items(texts: Iterable[str]) -> Iterator[str]:
    """The items of an array, each in a line of its own."""
    before = "\n"
    for text in texts:
        yield before + text
        before = ",\n"
    if before != "\n":
        yield "\n"


class ChatlabLinesWriter(_ChatlabWriter):
    """The writer of a line for each part.

    Of a stream, whose members and owner nobody knows before its end, there are no member lines; ChatLab gathers the
    members from the messages.
    """

    name = "chatlab-jsonl"
    description = "ChatLab Format 0.0.2, JSON Lines, to be opened in ChatLab"
    suffixes = (".chatlab.jsonl",)
    streaming = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """The header, the members, the messages."""
        ((conversation, messages),) = items
        plan = _Plan(conversation, messages, options)
        yield _json({"_type": "header", "chatlab": plan.chatlab, "meta": plan.meta}) + "\n"
        for member in plan.members.values():
            yield _json({"_type": "member", **member}) + "\n"
        for message in plan.messages:
            yield _json({"_type": "message", **plan.rows.row(message)}) + "\n"


JSON: Final = ChatlabJsonWriter()
JSONL: Final = ChatlabLinesWriter()
