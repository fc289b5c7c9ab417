"""The JSON exports of WeFlow, echotrace and CipherTalk: one engine, and what each tool writes round it.

Takes `{…, "session": {…}, "messages": […]}`, gives messages as they stream by. The three tools share their
message object: `createTime` in Unix seconds, a Chinese `type`, `content` as a person reads it, `isSend`,
`senderUsername`. The variants that name senders by a number (`senderID`, `senderId`) look them up in a list
of the file.

Format facts: WeFlow 1.0.3 `formatters/JsonFormatter.ts` (detailed and arkme-json; some builds say `wxid`,
some `accountId`), echotrace `chat_export_service.dart`, CipherTalk `exportService.ts` (detailed-json,
arkme-json). The number in `localType` is trusted only where `type` says nothing: older builds got it wrong.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.appmsg import AppMessage, parse_content, split_sender_prefix
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WEFLOW, read_placeholder
from wechatlog.content.vocabulary import (
    PLAIN_KINDS,
    kind_of_app_type,
    kind_of_chatlab,
    kind_of_local_type,
    kind_of_name,
)
from wechatlog.content.weflow import (
    build_segments,
    has_lost_prefix,
    has_template,
    read_records,
    strip_frame,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine.json_values import (
    facts_before_messages,
    read_degrees,
    read_flag,
    read_identifier,
    read_integer,
    read_list,
    read_object,
    read_string,
)
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.model import MessageKind, Participant
from wechatlog.segments.types import Quote, Segment
from wechatlog.timestamps import ASSUMED_ZONE, Precision, parse_clock, resolve_zone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["ARKME", "CIPHERTALK", "DETAILED", "ECHOTRACE", "WeflowJsonReader"]

Kind = MessageKind

_NOTICES: Final = frozenset({Kind.SYSTEM, Kind.RECALL, Kind.PAT})
_VAGUE: Final = frozenset({None, Kind.OTHER, Kind.LINK})
_LISTS: Final = ("senders", "members", "groupMembers")
_ACCOUNT_KEYS: Final = ("wxid", "accountId", "username", "wechatId", "groupId")
_NO_ACCOUNT: Final = frozenset({"", "unknown"})


# --- detection ------------------------------------------------------------------------------------


def _has_rows(value: dict[str, Any]) -> bool:
    rows = read_list(value.get("messages"))
    first = read_object(rows[0]) if rows else {}
    return "createTime" in first and "content" in first


def _has_session(value: dict[str, Any]) -> bool:
    session = read_object(value.get("session"))
    return any(key in session for key in _ACCOUNT_KEYS) and "displayName" in session


def _is_arkme(value: dict[str, Any]) -> bool:
    header = read_object(value.get("weflow"))
    return header.get("format") == "arkme-json" or "senders" in value


def _detect_weflow(value: dict[str, Any], *, arkme: bool) -> Evidence | None:
    if not isinstance(value.get("weflow"), dict) or _is_arkme(value) is not arkme:
        return None
    if "session" not in value and "messages" not in value:
        return None
    return Evidence(1.0, "an object with `weflow` and " + ("`senders`" if arkme else "`session`"))


def _detect_detailed(value: dict[str, Any]) -> Evidence | None:
    return _detect_weflow(value, arkme=False)


def _detect_arkme(value: dict[str, Any]) -> Evidence | None:
    return _detect_weflow(value, arkme=True)


def _detect_echotrace(value: dict[str, Any]) -> Evidence | None:
    if "weflow" in value or "exportInfo" in value or not _has_session(value):
        return None
    if _has_rows(value):
        signed = "exportTime" in value or "mediaBase" in value
        return Evidence(1.0 if signed else 0.9, "`session` and `messages` with `createTime`, and no `weflow`")
    session = read_object(value["session"])
    if {"type", "messageCount", "lastTimestamp"} <= session.keys():
        return Evidence(0.8, "`session` with `messageCount` and `lastTimestamp`, and no `weflow`")
    return None


def _detect_ciphertalk(value: dict[str, Any]) -> Evidence | None:
    info = read_object(value.get("exportInfo"))
    if info.get("generator") == "CipherTalk":
        return Evidence(1.0, "`exportInfo.generator` is CipherTalk")
    if info.get("format") in ("detailed-json", "arkme-json") and ("session" in value or "messages" in value):
        return Evidence(0.9, f"`exportInfo.format` is {info['format']}")
    return None


# --- what a file says of its people ---------------------------------------------------------------


class _Person(NamedTuple):
    """A sender of a list.

    Attributes:
        name: the name shown.
        id: the account id.
        is_self: whether the list says that this is the owner.
    """

    name: str | None
    id: str | None
    is_self: bool | None = None


def _account(value: Mapping[str, Any]) -> str | None:
    found = next((read_string(value[key]) for key in _ACCOUNT_KEYS if value.get(key)), "")
    return None if found in _NO_ACCOUNT else found


def _names(value: Mapping[str, Any]) -> list[str]:
    """Every name of a person, the one shown first."""
    keys = ("displayName", "groupNickname", "remark", "nickname", "nickName")
    names = [read_string(value.get(key)) for key in keys]
    return list(dict.fromkeys(name for name in names if name))


def _participant(value: Mapping[str, Any]) -> Participant | None:
    account, names = _account(value) or _sender_account(value), _names(value)
    if account is None:
        return None
    shown = names[0] if names else None
    return Participant(shown, account, read_flag(value.get("isSelf")), tuple(names[1:]))


def _sender_account(value: Mapping[str, Any]) -> str | None:
    found = read_string(value.get("senderUsername"))
    return None if found in _NO_ACCOUNT else found


def _person(value: Mapping[str, Any], *, is_self: bool | None = None) -> _Person:
    account = _account(value) or _sender_account(value)
    names = _names(value)
    if account is None:
        return _Person(None, None)
    return _Person(names[0] if names else None, account, is_self)


def _people(facts: Mapping[str, Any]) -> dict[str, _Person]:
    """Senders by the number that messages name them by."""
    found: dict[str, _Person] = {}
    session = read_object(facts.get("session"))
    for key, is_self in (("send", None), ("recordOwner", True)):
        entry = read_object(session.get(key))
        if entry.get("senderId") is not None:
            found[read_string(entry["senderId"])] = _person(entry, is_self=is_self)
    for key in ("senders", "members"):
        for entry in map(read_object, read_list(facts.get(key))):
            number = entry.get("senderID", entry.get("senderId"))
            if number is not None:
                found[read_string(number)] = _person(entry, is_self=read_flag(entry.get("isSelf")))
    return found


def _needed(first: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that messages need, by what the first one refers to."""
    if "senderID" in first:
        return "session", "senders"
    return ("session", "members") if "senderId" in first else ("session",)


# --- messages -------------------------------------------------------------------------------------

_APP_KINDS: Final[Mapping[str, MessageKind]] = MappingProxyType(
    {
        "red-packet": Kind.RED_PACKET,
        "music": Kind.MUSIC,
        "miniapp": Kind.MINI_PROGRAM,
        "file": Kind.FILE,
        "chat-record": Kind.FORWARD,
        "transfer": Kind.TRANSFER,
        "announcement": Kind.ANNOUNCEMENT,
        "quote": Kind.QUOTE,
        "solitaire": Kind.TEXT,
        "link": Kind.LINK,
        "finder": Kind.CHANNEL,
    }
)

# Fields of segments that the message object has beside its text: the first key that holds something counts.
_FIELDS: Final[Mapping[MessageKind, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        Kind.STICKER: {"name": ("emojiCaption",), "url": ("emojiCdnUrl",), "md5": ("emojiMd5",)},
        Kind.LINK: {"title": ("linkTitle",), "url": ("linkUrl",)},
        Kind.LOCATION: {"poi": ("locationPoiname",), "label": ("locationLabel",)},
        Kind.CARD: {
            "name": ("contactCardNickname",),
            "id": ("contactCardAccountId", "contactCardWxid", "contactCardUsername"),
        },
        Kind.MUSIC: {"title": ("musicTitle",), "url": ("musicUrl", "musicDataUrl")},
        Kind.CHANNEL: {"title": ("finderTitle", "finderDesc"), "url": ("finderUrl",)},
        Kind.MINI_PROGRAM: {"url": ("linkUrl",), "name": ("appMsgSourceName", "appMsgAppName")},
    }
)


def _text_kind(_row: Mapping[str, Any], text: str) -> MessageKind | None:
    found = read_placeholder(text, WEFLOW) if text[:1] == "[" else None
    return found[0] if found is not None else None


def _local_kind(row: Mapping[str, Any], _text: str) -> MessageKind | None:
    number = read_integer(row.get("localType"))
    return None if number is None or number in (1, 49) else kind_of_local_type(number)


def _app_kind(row: Mapping[str, Any], _text: str) -> MessageKind | None:
    number = read_integer(row.get("appMsgType"))
    kind = Kind.OTHER if number is None else kind_of_app_type(number)
    return _APP_KINDS.get(read_string(row.get("appMsgKind"))) if kind is Kind.OTHER else kind


def _chatlab_kind(row: Mapping[str, Any], _text: str) -> MessageKind | None:
    code = read_integer(row.get("chatLabType"))
    return None if code is None else kind_of_chatlab(code)


# Who is asked, one after the other, where the name of the type says nothing.
_WITNESSES: Final = (_app_kind, _local_kind, _text_kind, _chatlab_kind)


def _refine(row: Mapping[str, Any], text: str, kind: MessageKind | None) -> MessageKind:
    """A kind for a row whose type is unknown, `其他消息`, or a link, as red packets and mini programs are."""
    for witness in _WITNESSES:
        found = witness(row, text)
        if found not in _VAGUE and found is not None and not (kind is Kind.LINK and found is Kind.TEXT):
            return found
        if found is Kind.LINK:
            kind = kind if kind not in (None, Kind.OTHER) else Kind.LINK
    return kind or Kind.OTHER


class _Conversion:
    """The messages of one file: what was learnt of it, and what was reported once already."""

    def __init__(self, reader: WeflowJsonReader, context: Context, draft: Draft) -> None:
        self.reader = reader
        self.context = context
        self.draft = draft
        self.zone = context.tz or resolve_zone(ASSUMED_ZONE)
        self.facts: dict[str, Any] = {}
        self.people: dict[str, _Person] = {}
        self.count = 0
        self._noted: set[str] = set()

    def note(self, key: str, message: str, line: int, code: str = "writer-fault") -> None:
        """Report a habit of the writer, once for the file."""
        if key not in self._noted:
            self._noted.add(key)
            self.context.report(code, message, severity=Severity.INFO, line=line)

    def messages(self) -> Iterator[Message]:
        """All messages; the draft is complete when they are."""
        described = False
        for item in facts_before_messages(self.context, self.facts, _LISTS, _needed):
            if not described:
                described = True
                self.describe()
                self.people = _people(self.facts)
            self.count += 1
            yield self.message(item.value, item.line, item.offset)
        self.describe()
        self._check_count()

    def describe(self) -> None:
        """What the file says of the conversation goes to the draft."""
        draft, session = self.draft, read_object(self.facts.get("session"))
        draft.id = _account(session)
        names = _names(session)
        draft.title = names[0] if names else draft.id
        draft.is_group = _is_group(session, draft.id)
        owner = read_string(session.get("ownerId")) or _owner_account(self.facts)
        draft.owner = owner or draft.owner
        draft.members = _members(self.facts, session, draft.is_group)
        draft.metadata.update(_metadata(self.reader.tool, self.facts, session))

    def _check_count(self) -> None:
        announced = read_integer(read_object(self.facts.get("session")).get("messageCount"))
        if announced is not None and announced != self.count:
            self.context.report(
                "count-differs",
                f"the session announces {announced} messages, the file holds {self.count}",
                severity=Severity.INFO,
            )

    def message(self, row: dict[str, Any], line: int, offset: int) -> Message:
        """One message."""
        text = self._text(row, line)
        built = self._xml(row, line)
        kind = self._kind(row, text, built, line)
        text = self._unframe(row, kind, text, line)
        time, precision = self._time(row, line)
        is_notice = kind in _NOTICES
        person = _Person(None, None) if is_notice else self._sender(row, line)
        is_self = self._is_self(row, person, is_notice=is_notice)
        if is_self and self.draft.owner is None:
            self.draft.owner = person.id
        return self.context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=person.name,
            sender_id=person.id,
            is_self=is_self,
            kind=kind,
            text=text,
            id=self._identifier(row, line),
            reply_to=self._reply_to(row, built, line),
            segments=self._segments(row, kind, text, built),
            line=line,
            offset=offset,
        )

    # --- fields

    def _text(self, row: dict[str, Any], line: int) -> str:
        content = row.get("content")
        if content is not None and not isinstance(content, str):
            self.context.report("writer-fault", "the content is no text; its JSON is kept", line=line)
        return read_string(content)

    def _unframe(self, row: dict[str, Any], kind: MessageKind, text: str, line: int) -> str:
        """A text without what the writer did to it, as far as the file itself shows it."""
        if kind in _NOTICES:
            if has_template(text):
                self.context.report("writer-fault", "the notice holds a template in place of names", line=line)
            return text
        if kind is not Kind.TEXT:
            return text
        raw = row.get("rawContent")
        if isinstance(raw, str) and raw and not raw.lstrip().startswith("<"):
            return self._restored(raw, text, line)
        if self.draft.is_group and self.reader.frames_texts and text[:1] in ("\n", "\r"):
            self.note("frame", "texts of a group begin with a line end that nobody typed; it was left out", line)
            return strip_frame(text)
        if self.reader.cuts_prefixes and has_lost_prefix(text):
            self.context.report(
                "writer-fault",
                "the text begins with a blank: the writer may have cut off a word and a colon",
                line=line,
            )
        return text

    def _restored(self, raw: str, text: str, line: int) -> str:
        """The text of the database where the exporter kept it beside the one that it cut."""
        if self.draft.is_group is None:
            return text
        whole = split_sender_prefix(raw)[1] if self.draft.is_group else raw
        if whole == text or not whole.strip().endswith(text.strip()):
            return text
        if whole.strip() != text.strip():
            self.context.report(
                "writer-fault",
                "the writer cut off the beginning of the text; rawContent has it whole",
                line=line,
            )
        return whole

    def _xml(self, row: dict[str, Any], line: int) -> AppMessage | None:
        """What the raw content says, where the exporter kept it."""
        raw = row.get("rawContent")
        if not isinstance(raw, str) or "<" not in raw[:200]:
            return None
        kind = kind_of_name(read_string(row.get("type"))) or Kind.OTHER
        if kind is Kind.TEXT or kind in _NOTICES:
            return None
        return parse_content(kind, raw, None, zone=self.zone, line=line)

    def _kind(self, row: dict[str, Any], text: str, built: AppMessage | None, line: int) -> MessageKind:
        name = read_string(row.get("type"))
        kind = kind_of_name(name) if name else None
        if not name and read_integer(row.get("localType")) == 1:
            kind = Kind.TEXT
        if kind in _VAGUE:
            if built is not None and built.kind not in _VAGUE:
                return built.kind
            kind = _refine(row, text, kind)
            if kind is Kind.OTHER and name != "其他消息":
                self.context.report("unknown-kind", f"unknown type {name[:40]!r}", severity=Severity.INFO, line=line)
        if kind is Kind.SYSTEM:
            pat = _local_kind(row, text) is Kind.PAT
            kind = read_notice(text) or (Kind.PAT if pat else Kind.SYSTEM)
        return kind or Kind.OTHER

    def _time(self, row: dict[str, Any], line: int) -> tuple[dt.datetime | None, Precision | None]:
        seconds, written = row.get("createTime"), row.get("formattedTime")
        if isinstance(seconds, bool):
            seconds = None
        if seconds not in (None, 0, "", "0"):
            time = self.context.unix_time(seconds, line=line)
            if time is not None:
                self._check_zone(time, written, line)
                return time, "second"
        clock = parse_clock(written) if isinstance(written, str) else None
        if clock is None:
            if seconds in (None, 0, "", "0"):
                self.context.report("bad-time", "the message has no time", severity=Severity.ERROR, line=line)
            return None, None
        self.context.report("bad-time", "no usable createTime; formattedTime was taken", line=line)
        self.context.tz_assumed = self.context.tz is None
        return clock.time.replace(tzinfo=self.zone), clock.precision

    def _check_zone(self, time: dt.datetime, written: Any, line: int) -> None:
        """The wall clock beside the Unix time shows the zone of the exporting machine."""
        if self.context.tz is not None or "zone" in self._noted or not isinstance(written, str):
            return
        if written == time.isoformat(" ")[:19]:
            return
        clock = parse_clock(written)
        if clock is None or clock.precision != "second" or clock.time == time.replace(tzinfo=None):
            return
        self.note(
            "zone",
            f"formattedTime says {written}, which is not {ASSUMED_ZONE}: the export was made in another zone;"
            " pass tz= to read it there",
            line,
            "other-zone",
        )

    def _sender(self, row: dict[str, Any], line: int) -> _Person:
        number = row.get("senderID", row.get("senderId"))
        if number is not None:
            person = self.people.get(read_string(number))
            if person is None:
                self.context.report("unknown-sender", f"no sender {number!r} in the list of senders", line=line)
                return _Person(None, None)
        else:
            name = read_string(row.get("senderDisplayName"))
            person = _Person(name or None, _sender_account(row))
        if person.id is None or person.id.endswith("@chatroom"):
            return person if person.id is None and person.name else _Person(None, None)
        if person.name is None and person.id == self.draft.id:
            return person._replace(name=self.draft.title)
        return person

    def _is_self(self, row: dict[str, Any], person: _Person, *, is_notice: bool) -> bool | None:
        sent = read_flag(row.get("isSend"))
        if sent is not None or is_notice:
            return sent
        if person.is_self is not None:
            return person.is_self
        owner = read_string(read_object(self.facts.get("session")).get("ownerId"))
        return person.id == owner if owner and person.id is not None else None

    def _identifier(self, row: dict[str, Any], line: int) -> str | None:
        found = read_identifier(self.context, row.get("platformMessageId"), line)
        if found is not None and self.reader.borrows_ids and found == read_string(row.get("localId")):
            self.note("id", "the row number stands where the server's id is missing; it was left out", line)
            return None
        return found

    def _reply_to(self, row: dict[str, Any], built: AppMessage | None, line: int) -> str | None:
        for key in ("replyToMessageId", "quotedSvrid"):
            if (found := read_identifier(self.context, row.get(key), line)) is not None:
                return found
        return built.reply_to if built is not None and built.kind is Kind.QUOTE else None

    def _segments(
        self, row: dict[str, Any], kind: MessageKind, text: str, built: AppMessage | None
    ) -> tuple[Segment, ...] | None:
        if kind in PLAIN_KINDS:
            return None
        known: dict[str, Any] = {
            field: value
            for field, keys in _FIELDS.get(kind, {}).items()
            if (value := next((read_string(row[key]) for key in keys if row.get(key)), ""))
        }
        if kind is Kind.LOCATION:
            known["latitude"] = read_degrees(row.get("locationLat"))
            known["longitude"] = read_degrees(row.get("locationLng"))
        if kind is Kind.FORWARD and (records := read_records(row.get("chatRecords"), self.zone)):
            known["messages"] = records
        first = built.segments[0] if built is not None and built.segments and built.kind is kind else None
        if first is not None and not isinstance(first, Quote):
            inner = attrs.asdict(first, recurse=False)
            known = {**{name: value for name, value in inner.items() if value}, **known}
        quoted = (read_string(row.get("quotedSender")), read_string(row.get("quotedContent")))
        if isinstance(first, Quote) and quoted == ("", ""):
            quoted = (first.sender or "", first.text)
        return build_segments(kind, text, known, quoted=quoted)


def _is_group(session: Mapping[str, Any], account: str | None) -> bool | None:
    told = read_flag(session.get("isGroup"))
    named = {"群聊": True, "私聊": False}.get(read_string(session.get("type")))
    if told is not None or named is not None:
        return told if told is not None else named
    if account is None:
        return None
    return True if account.endswith("@chatroom") else None


def _owner_account(facts: Mapping[str, Any]) -> str | None:
    """The owner where a list of people marks them."""
    entry = read_object(read_object(facts.get("session")).get("recordOwner"))
    return _account(entry) or _sender_account(entry)


def _members(facts: Mapping[str, Any], session: Mapping[str, Any], is_group: bool | None) -> list[Participant]:
    """The people whom the file lists; of a private chat, also the other one, with all names."""
    entries = [read_object(entry) for key in reversed(_LISTS) for entry in read_list(facts.get(key))]
    if is_group is False:
        entries = [
            read_object(session.get("send")),
            dict(session),
            *entries,
            read_object(session.get("recordOwner")),
        ]
    found: dict[str, Participant] = {}
    for entry in entries:
        person = _participant(entry)
        account = person.id if person is not None else None
        if person is not None and account is not None and not account.endswith("@chatroom"):
            known = found.get(account)
            found[account] = person if known is None else _merged(known, person)
    return list(found.values())


def _merged(known: Participant, other: Participant) -> Participant:
    """What two lists say of the same person."""
    names = [name for name in (known.name, *known.aliases, other.name, *other.aliases) if name]
    shown, *others = dict.fromkeys(names) or (None,)
    is_self = other.is_self if known.is_self is None else known.is_self
    return Participant(shown, known.id, is_self, tuple(name for name in others if name))


def _metadata(tool: str, facts: Mapping[str, Any], session: Mapping[str, Any]) -> dict[str, Any]:
    header = read_object(facts.get("weflow")) or read_object(facts.get("exportInfo"))
    pairs = {
        "exporter": read_string(header.get("generator")) or tool,
        "version": read_string(header.get("version")),
        "format": read_string(header.get("format")),
        "exported_at": header.get("exportedAt", facts.get("exportTime")),
        "nickname": read_string(session.get("nickname")),
        "remark": read_string(session.get("remark")),
        "message_count": read_integer(session.get("messageCount")),
    }
    return {key: value for key, value in pairs.items() if isinstance(value, str | int | float) and value != ""}


@attrs.frozen(eq=False)
class WeflowJsonReader:
    """One member of the family.

    Attributes:
        name: identifier of the format.
        description: tool and versions.
        tool: who writes it.
        signature: says from the beginning of the object whether it is this format.
        frames_texts: texts of groups begin with a line end that nobody typed.
        cuts_prefixes: texts may have lost a first word and its colon.
        borrows_ids: the row number stands where the server's id is missing.
        suffixes: of its files.
        options: what the user can say.
    """

    name: str
    description: str
    tool: str
    signature: Callable[[dict[str, Any]], Evidence | None]
    frames_texts: bool = False
    cuts_prefixes: bool = False
    borrows_ids: bool = False
    suffixes: tuple[str, ...] = (".json",)
    options: Mapping[str, str] = MappingProxyType(OWNER_OPTION)

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the object decide."""
        value = head.json
        return self.signature(value) if isinstance(value, dict) else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft()
        draft.metadata["exporter"] = self.tool
        return in_batches(draft, _Conversion(self, context, draft).messages())


DETAILED: Final = WeflowJsonReader(
    "weflow-json",
    "WeFlow (WeChat 4) detailed JSON",
    "WeFlow",
    _detect_detailed,
    frames_texts=True,
    cuts_prefixes=True,
)
ARKME: Final = WeflowJsonReader(
    "weflow-arkme",
    "WeFlow (WeChat 4) arkme JSON, with a list of senders",
    "WeFlow",
    _detect_arkme,
    frames_texts=True,
    cuts_prefixes=True,
)
ECHOTRACE: Final = WeflowJsonReader(
    "echotrace-json",
    "echotrace JSON (indented and streamed)",
    "echotrace",
    _detect_echotrace,
)
CIPHERTALK: Final = WeflowJsonReader(
    "ciphertalk-json",
    "CipherTalk detailed and arkme JSON",
    "CipherTalk",
    _detect_ciphertalk,
    frames_texts=True,
    cuts_prefixes=True,
    borrows_ids=True,
)
