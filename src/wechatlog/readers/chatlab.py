"""ChatLab Format 0.0.1 and 0.0.2, the exchange format that several exporters write: JSON and JSON Lines.

Takes `{"chatlab": …, "meta": …, "members": […], "messages": […]}`, or a line for each of these parts; gives
messages as they stream by. Written by ChatLab itself, WeFlow, CipherTalk and pc_wechat_exp, and by wechatlog, whose
own files are taken at their word.

Format facts: ChatLab `docs/cn/standard/chatlab-format.md` and `packages/parser/src/chatlab-validator.ts`;
WeFlow 1.0.3 `formatters/ChatLabFormatter.ts` (`chatRecords`, types that stand for something else, names of
forwarded messages among the members).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content import chatlab
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WEFLOW, read_placeholder
from wechatlog.content.vocabulary import kind_of_chatlab
from wechatlog.content.weflow import (
    build_segments,
    has_lost_prefix,
    has_template,
    looks_like_account,
    read_records,
    strip_frame,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine.json_stream import iter_json_lines
from wechatlog.engine.json_values import (
    facts_before_messages,
    read_identifier,
    read_integer,
    read_list,
    read_object,
    read_string,
    report_shape,
)
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.model import MessageKind, Participant
from wechatlog.timestamps import ASSUMED_ZONE, resolve_zone
from wechatlog.tokenizer import iter_lines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.json_stream import Item
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["JSON", "JSONL", "ChatlabJsonReader", "ChatlabLinesReader"]

Kind = MessageKind

_BATCH_SIZE: Final = 1024
_SYSTEM: Final = chatlab.SYSTEM_SENDER
_SHARE: Final = 24
_LISTS: Final = ("members",)
_MILLISECONDS: Final = 100_000_000_000
_GROUPS: Final = {"group": True, "private": False}
# Types that stand for more than they say: WeFlow writes forwards, music and red packets as links, transfers
# as "other", and a share (24) is a mini program or a page.
_VAGUE: Final = frozenset({None, Kind.LINK, Kind.OTHER})
# WeFlow and CipherTalk cut texts; other writers of the format do not.
_CUTTING: Final = frozenset({"WeFlow", "CipherTalk", "VXdaochu"})


# --- header and members ---------------------------------------------------------------------------


class _Header:
    """What the file says of the conversation and of its writer."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        head, meta = read_object(value.get("chatlab")), read_object(value.get("meta"))
        self.meta = meta
        self.generator = read_string(head.get("generator"))
        self.is_ours = self.generator == chatlab.GENERATOR
        self.owner = read_string(meta.get("ownerId")) or None
        self.is_group = _GROUPS.get(read_string(meta.get("type")))
        self.cuts_texts = self.generator in _CUTTING
        self.metadata = {
            "exporter": self.generator or "ChatLab",
            "version": read_string(head.get("version")),
            "exported_at": read_integer(head.get("exportedAt")),
            "description": read_string(head.get("description")),
            "platform": read_string(meta.get("platform")),
            "source_session_id": read_string(meta.get("sourceSessionId")),
        }

    def describe(self, draft: Draft) -> None:
        """Put what is known on a draft."""
        draft.title = read_string(self.meta.get("name")) or None
        draft.id = read_string(self.meta.get("groupId")) or None
        draft.is_group = self.is_group
        draft.owner = self.owner or draft.owner
        if self.is_ours:
            draft.id = draft.id or read_string(self.meta.get("sourceSessionId")) or None
            draft.owner = draft.owner if self.owner is None else chatlab.read_owner(self.owner)
        draft.metadata.update({key: value for key, value in self.metadata.items() if value not in ("", None)})


def _aliases(value: Mapping[str, Any]) -> list[str]:
    """Every name of a member, the one shown first."""
    names = [value.get("groupNickname"), value.get("accountName"), *read_list(value.get("aliases"))]
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def _roles(value: Mapping[str, Any]) -> list[str]:
    roles = (read_string(read_object(role).get("id")) for role in read_list(value.get("roles")))
    return [role for role in roles if role]


def _our_member(value: Mapping[str, Any], identifier: str, person: Participant) -> Participant:
    """A member as wechatlog wrote it."""
    aliases = [name for name in read_list(value.get("aliases")) if isinstance(name, str)]
    name, account = chatlab.read_name(value, identifier), chatlab.read_account(identifier)
    return attrs.evolve(person, name=name, id=account, aliases=aliases)


class _Conversion:
    """The messages of one conversation."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self.context = context
        self.draft = draft
        self.header = _Header({})
        self.zone = context.tz or resolve_zone(ASSUMED_ZONE)
        self._noted: set[str] = set()
        self._names: dict[str, str] = {}

    def note(self, key: str, message: str, line: int) -> None:
        """Report a habit of the writer, once for the conversation."""
        if key not in self._noted:
            self._noted.add(key)
            self.context.report("writer-fault", message, severity=Severity.INFO, line=line)

    def open(self, header: Mapping[str, Any]) -> None:
        """Take the header in."""
        self.header = _Header(header)
        self.header.describe(self.draft)

    def add_members(self, values: Any) -> None:
        """Take a list of members in."""
        for value in values:
            self.add_member(read_object(value))

    def add_member(self, value: Mapping[str, Any], line: int = 1) -> None:
        """Take a member in, unless it is a name that a forwarded message left there."""
        account, names = read_string(value.get("platformId")), _aliases(value)
        if not account or account == _SYSTEM:
            return
        if self.header.cuts_texts and names == [account] and not looks_like_account(account):
            self.note("leak", "names out of forwarded messages stand among the members; left out", line)
            return
        person = Participant(names[0] if names else None, account, self._is_own(account), names[1:])
        if self.header.is_ours:
            person = _our_member(value, account, person)
        self.draft.members.append(person)
        if person.name is not None:
            self._names[account] = person.name
        if roles := _roles(value):
            self.draft.metadata.setdefault("roles", {})[person.id or account] = roles

    def _is_own(self, identifier: str | None) -> bool | None:
        """Whether a `platformId` is that of the owner."""
        return None if self.header.owner is None or identifier is None else identifier == self.header.owner

    # --- messages

    def message(self, row: Mapping[str, Any], line: int, offset: int) -> Message:
        """One message."""
        text = read_string(row.get("content"))
        kind = self._kind(row, text, line)
        text = self._unframe(kind, text, line)
        sender, account, is_self = self._sender(row, kind)
        known = self._forwarded(row, text) if kind is Kind.FORWARD else {}
        time = self._time(row.get("timestamp"), line)
        return self.context.message(
            self.draft,
            time=time,
            precision="second",
            sender=sender,
            sender_id=account,
            is_self=is_self,
            kind=kind,
            text=text,
            id=self._identifier(row.get("platformMessageId"), line),
            reply_to=self._identifier(row.get("replyToMessageId"), line),
            segments=build_segments(kind, text, known),
            line=line,
            offset=offset,
        )

    def _forwarded(self, row: Mapping[str, Any], text: str) -> dict[str, Any]:
        """What is known of a merged forward: its title is all the text of most writers."""
        bare = text and not text.startswith("[") and "\n" not in text
        return {
            "title": text if bare else "",
            "messages": read_records(row.get("chatRecords"), self.zone),
        }

    def _kind(self, row: Mapping[str, Any], text: str, line: int) -> MessageKind:
        code = read_integer(row.get("type"))
        kind = None if code is None else kind_of_chatlab(code)
        if kind is None:
            self.context.report(
                "unknown-kind", f"unknown type {row.get('type')!r:.40}", severity=Severity.INFO, line=line
            )
        if row.get("chatRecords") and kind in _VAGUE:
            return Kind.FORWARD
        vague = kind in _VAGUE and (code == _SHARE or not self.header.is_ours)
        if vague and "](" not in text and (found := read_placeholder(text, WEFLOW)) is not None:
            kind = kind if found[0] in _VAGUE and kind is not None else found[0]
        if kind is Kind.SYSTEM:
            return read_notice(text) or kind
        return kind or Kind.OTHER

    def _unframe(self, kind: MessageKind, text: str, line: int) -> str:
        if kind in (Kind.SYSTEM, Kind.RECALL, Kind.PAT) and not self.header.is_ours and has_template(text):
            self.context.report("writer-fault", "the notice holds a template in place of names", line=line)
        if kind is not Kind.TEXT or not self.header.cuts_texts:
            return text
        if self.header.is_group and text[:1] in ("\n", "\r"):
            self.note("frame", "group texts begin with a line end that nobody typed; it was left out", line)
            return strip_frame(text)
        if has_lost_prefix(text):
            self.context.report(
                "writer-fault",
                "the text begins with a blank: the writer may have cut off a word and a colon",
                line=line,
            )
        return text

    def _identifier(self, value: Any, line: int) -> str | None:
        if self.header.is_ours and isinstance(value, str):
            return chatlab.read_message_id(value)
        return read_identifier(self.context, value, line)

    def _sender(self, row: Mapping[str, Any], kind: MessageKind) -> tuple[str | None, str | None, bool | None]:
        """Name and account of who wrote it, and whether it was the owner.

        Nobody writes a notice, whomever the writer credits it to.
        """
        account = read_string(row.get("sender"))
        if account == _SYSTEM:
            return None, None, None
        if self.header.is_ours:
            return chatlab.read_name(row, account), chatlab.read_account(account), self._is_own(account)
        if account.endswith("@chatroom") or read_integer(row.get("type")) == 80:
            return None, None, None
        if kind is Kind.RECALL and not account:
            return None, None, None
        name = read_string(row.get("groupNickname")) or read_string(row.get("accountName"))
        return name or self._names.get(account), account or None, self._is_own(account or None)

    def _time(self, seconds: Any, line: int) -> dt.datetime | None:
        if isinstance(seconds, bool) or seconds is None:
            self.context.report("bad-time", "the message has no time", severity=Severity.ERROR, line=line)
            return None
        number = read_integer(seconds)
        if number is not None and number >= _MILLISECONDS:
            self.context.report(
                "writer-fault", "the time is in milliseconds, which the format does not allow", line=line
            )
        return self.context.unix_time(seconds, line=line)


# --- JSON -----------------------------------------------------------------------------------------


def _needed(first: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that messages need: the members only where messages do not name their senders."""
    return ("chatlab", "meta") if first.get("accountName") else ("chatlab", "meta", "members")


class ChatlabJsonReader:
    """The reader of one object."""

    name = "chatlab-json"
    description = "ChatLab Format 0.0.1 and 0.0.2, JSON (ChatLab, WeFlow, CipherTalk, pc_wechat_exp)"
    suffixes = (".json",)
    options: Mapping[str, str] = MappingProxyType(OWNER_OPTION)

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the object decide."""
        value = head.json
        if not isinstance(value, dict) or "_type" in value or not isinstance(value.get("chatlab"), dict):
            return None
        if "meta" in value or "messages" in value:
            return Evidence(1.0, "an object with `chatlab` and `meta`")
        return Evidence(0.9, "an object with `chatlab`") if "version" in value["chatlab"] else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft()
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        conversion, facts = _Conversion(context, draft), dict[str, Any]()
        opened = False
        for item in facts_before_messages(context, facts, _LISTS, _needed):
            if not opened:
                opened = True
                conversion.open(facts)
                conversion.add_members(facts.pop("members", ()))
            yield conversion.message(item.value, item.line, item.offset)
        if not opened:
            conversion.open(facts)
        conversion.add_members(facts.pop("members", ()))


# --- JSON Lines -----------------------------------------------------------------------------------


def _first_object(head: Head) -> dict[str, Any]:
    """The first line that is no comment and not blank, as far as the head has it."""
    import json

    for line in head.lines:
        content = line.strip()
        if content.startswith("{"):
            try:
                return read_object(json.loads(content))
            except (ValueError, RecursionError):
                break
        if content and not content.startswith("#"):
            return {}
    return read_object(head.json)


class ChatlabLinesReader:
    """The reader of a line for each part."""

    name = "chatlab-jsonl"
    description = "ChatLab Format 0.0.1 and 0.0.2, JSON Lines (ChatLab, WeFlow, CipherTalk, pc_wechat_exp)"
    suffixes = (".jsonl", ".ndjson")
    options: Mapping[str, str] = MappingProxyType(OWNER_OPTION)

    def detect(self, head: Head) -> Evidence | None:
        """The first line decides: the header, or else what only a line of this format has."""
        first = _first_object(head)
        kind = first.get("_type")
        if kind == "header" and ("chatlab" in first or "meta" in first):
            return Evidence(1.0, "the first line is a header with `chatlab`")
        if kind == "message" and {"sender", "timestamp"} <= first.keys():
            return Evidence(0.9, 'lines with `"_type": "message"`, `sender` and `timestamp`')
        if kind == "member" and "platformId" in first:
            return Evidence(0.9, 'lines with `"_type": "member"` and `platformId`')
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of each conversation; a second header that says something else begins another one."""
        del source  # the context has it
        conversion: _Conversion | None = None
        batch: list[Message] = []
        header: Any = None
        for item in iter_json_lines(iter_lines(context.blocks()), context.collector):
            kind = item.value.get("_type") if isinstance(item.value, dict) else None
            if kind == "header":
                if conversion is not None and _same(header, item.value):
                    context.report("repeated-header", "the header stands twice", line=item.line, column=1)
                    continue
                if conversion is not None:
                    conversion.draft.done = True
                    yield conversion.draft, batch
                    batch = []
                header, conversion = item.value, self._open(context, item)
                continue
            if conversion is None:
                context.report("no-header", "no header line before the first part", line=item.line, column=1)
                conversion = _Conversion(context, context.draft())
                conversion.open({})
            message = _read_line(conversion, item, kind)
            if message is not None:
                batch.append(message)
            if len(batch) >= _BATCH_SIZE:
                yield conversion.draft, batch
                batch = []
        yield conversion.draft if conversion is not None else context.draft(), batch

    def _open(self, context: Context, item: Item) -> _Conversion:
        conversion = _Conversion(context, context.draft(str(item.offset)))
        conversion.open(item.value)
        return conversion


def _same(header: Any, other: Any) -> bool:
    """Whether two headers are of one chat, exported once or twice."""
    return read_object(header).get("meta") == read_object(other).get("meta")


def _read_line(conversion: _Conversion, item: Item, kind: Any) -> Message | None:
    context = conversion.context
    if not isinstance(item.value, dict):
        report_shape(context, "the line", item)
    elif kind == "message":
        return conversion.message(item.value, item.line, item.offset)
    elif kind == "member":
        conversion.add_member(item.value, item.line)
    else:
        context.report("unknown-line", f"line of unknown type {kind!r:.40}", line=item.line, column=1)
    return None


JSON: Final = ChatlabJsonReader()
JSONL: Final = ChatlabLinesReader()
