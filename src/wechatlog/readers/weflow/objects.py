"""The message objects of WeFlow, echotrace, CipherTalk and weflow-cli, whatever file they stand in.

Takes a reading, gives entries. The tools share their message object: `createTime` in Unix seconds, a Chinese `type`,
`content` as a person reads it, `isSend`, `senderUsername`. The variants that name senders by a number (`senderID`,
`senderId`) look them up in a list of the file; those that name keys otherwise say so in a `Tool`.

Format facts: WeFlow 1.0.3 and 5.0.0 `formatters/JsonFormatter.ts` (detailed and arkme-json; some builds say `wxid`,
some `accountId`), echotrace `chat_export_service.dart`, CipherTalk `exportService.ts` (detailed-json, arkme-json). The
number in `localType` is trusted only where `type` says nothing: older builds got it wrong. echotrace has the id of the
chat in own messages where it does not know that of the owner.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.accounts import is_group_word
from wechatlog.content.appmsg import AppMessage, parse_content, parse_markup, split_sender_prefix
from wechatlog.content.dialects.weflow import WEFLOW
from wechatlog.content.placeholders import read_placeholder
from wechatlog.content.vocabulary import (
    PLAIN_KINDS,
    kind_of_app_type,
    kind_of_chatlab,
    kind_of_local_type,
    kind_of_name,
)
from wechatlog.content.weflow import build_segments, read_records
from wechatlog.diagnostics import Severity
from wechatlog.engine import NOTICES, Entry, Fields, Reading, iter_objects
from wechatlog.engine.entry import new_entry
from wechatlog.engine.fields import with_thumb
from wechatlog.engine.json_plain import DIGITS, FLAG, SECONDS, TEXT, YES, Plain
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_list, read_object, read_string
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.weflow.bodies import check, unframe, unwrap
from wechatlog.segments.types import Quote
from wechatlog.timestamps import ASSUMED_ZONE, Precision, parse_clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.segments import Segment

    Json = Mapping[str, Any]

Kind = MessageKind

_VAGUE: Final = frozenset({None, Kind.OTHER, Kind.LINK})
_NO_TIME: Final = (None, 0, "", "0")
_NOBODY: Final = ("", "unknown")
_LISTS: Final = ("senders", "members", "groupMembers")
HEADERS: Final = ("weflow", "omnimindWechat")
"""Keys under which WeFlow, and a fork of another name, say what wrote a file."""
ACCOUNT_KEYS: Final = ("wxid", "accountId", "username", "wechatId", "groupId")
_NAME_KEYS: Final = ("displayName", "groupNickname", "remark", "nickname", "nickName")
_APP_KINDS: Final = {
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
_FIELDS: Final = Fields(
    {
        Kind.IMAGE: "path=mediaPath|mediaLocalPath|imageFileName",
        **dict.fromkeys((Kind.VIDEO, Kind.VOICE), "path=mediaPath|mediaLocalPath"),
        Kind.FILE: "name=mediaFileName path=mediaPath|mediaLocalPath",
        Kind.STICKER: "name=emojiCaption url=emojiCdnUrl md5=emojiMd5 path=mediaPath|mediaLocalPath",
        Kind.LINK: "title=linkTitle|appTitle url=linkUrl|appUrl thumb=linkThumb|appMsgThumbUrl",
        Kind.LOCATION: "poi=locationPoiname label=locationLabel latitude=locationLat longitude=locationLng",
        Kind.CARD: "name=contactCardNickname id=contactCardAccountId|contactCardWxid|contactCardUsername",
        Kind.MUSIC: "title=musicTitle url=musicUrl|musicDataUrl thumb=musicCoverUrl|musicAlbumUrl",
        Kind.CHANNEL: "title=finderTitle|finderDesc url=finderUrl thumb=finderCoverUrl",
        Kind.MINI_PROGRAM: "url=linkUrl name=appMsgSourceName|appMsgAppName thumb=linkThumb|appMsgThumbUrl",
    }
)
_KNOWN: Final = frozenset(
    """appDescription appMsgAppName appMsgDesc appMsgKind appMsgSourceName appMsgSourceUsername appMsgThumbUrl
    appMsgType appTitle appUrl cardKind chatLabType chatRecords contactCardAccountId contactCardAlias
    contactCardAvatar contactCardCity contactCardGender contactCardNickname contactCardProvince contactCardRemark
    contactCardSignature contactCardUsername contactCardWxid content createTime emojiCaption emojiCdnUrl emojiMd5
    finderAvatar finderCoverUrl finderDesc finderDuration finderNickname finderObjectId finderTitle finderUrl
    finderUsername formattedTime groupNickname imageBase64 imageFileName isSend linkThumb linkTitle linkUrl localId
    localType locationLabel locationLat locationLng locationPoiname mediaFileName mediaId mediaLocalPath mediaPath
    mediaType mediaUrl musicAlbumUrl musicAppName musicCoverUrl musicDataUrl musicDuration musicSinger
    musicSourceName musicTitle musicUrl parsedContent platformMessageId quote quotedContent quotedSender quotedSvrid
    quotedType rawContent replyToMessageId senderAvatar senderAvatarKey senderDisplayName senderID senderId
    senderUsername source type""".split()
)


@attrs.frozen
class Tool:
    """What a tool does to texts and ids.

    Attributes:
        frames_texts: texts of groups begin with a line end that nobody typed, and may have lost a word and its colon.
        borrows_ids: the row number stands where the server's id is missing, and ids went through JavaScript's numbers.
        cuts_texts: a text may be the beginning of `rawContent`, or be missing.
        names: it gives names beside the accounts; the account is the name otherwise.
        keys: its names of keys, and ours.
        session: what it says of the chat, as the others say it.
    """

    frames_texts: bool = True
    borrows_ids: bool = False
    cuts_texts: bool = False
    names: bool = True
    keys: Mapping[str, str] = {}
    session: Callable[[Reading], Json] | None = None


def _account(value: Json) -> str | None:
    found = next((read_string(value[key]) for key in ACCOUNT_KEYS if value.get(key)), "")
    return None if found in _NOBODY else found


def _names(value: Json) -> list[str]:
    return list(dict.fromkeys(name for key in _NAME_KEYS if (name := read_string(value.get(key)))))


def _person(value: Json) -> Participant:
    account = _account(value) or read_string(value.get("senderUsername"))
    if account in _NOBODY:
        return Participant()
    shown, *others = _names(value) or (None,)
    return Participant(shown, account, read_flag(value.get("isSelf")), tuple(filter(None, others)))


def _number(value: Json) -> Any:
    return value.get("senderID", value.get("senderId"))


def _numbered(said: Json) -> dict[str, Participant]:
    session = read_object(said.get("session"))
    peer, owner = read_object(session.get("send")), read_object(session.get("recordOwner"))
    found = [(peer, attrs.evolve(_person(peer), is_self=None)), (owner, attrs.evolve(_person(owner), is_self=True))]
    for key in ("senders", "members"):
        found += [(entry, _person(entry)) for entry in map(read_object, read_list(said.get(key)))]
    return {read_string(_number(value)): person for value, person in found if _number(value) is not None}


def _needed(first: Json) -> tuple[str, ...]:
    """The keys that messages need, by what the first one refers to."""
    if "senderID" in first:
        return "session", "senders"
    return ("session", "members") if "senderId" in first else ("session",)


def _members(said: Json, session: Json, is_group: bool | None) -> list[Participant]:
    """The people whom the file lists; of a private chat, also the other one, with all names."""
    entries = [read_object(entry) for key in reversed(_LISTS) for entry in read_list(said.get(key))]
    if is_group is False:
        entries = [read_object(session.get("send")), dict(session), *entries, read_object(session.get("recordOwner"))]
    found: dict[str, Participant] = {}
    for person in map(_person, entries):
        if person.id is not None and not person.id.endswith("@chatroom"):
            known = found.get(person.id, Participant())
            names = dict.fromkeys(filter(None, (known.name, *known.aliases, person.name, *person.aliases)))
            shown, *others = names or (None,)
            is_self = person.is_self if known.is_self is None else known.is_self
            found[person.id] = Participant(shown, person.id, is_self, tuple(filter(None, others)))
    return list(found.values())


def _avatars(said: Json, session: Json) -> Iterator[tuple[str | None, str]]:
    """The pictures of people: of the table, where echotrace has the bare bytes, and of the lists."""
    for account, value in read_object(said.get("avatars")).items():
        picture = read_string(read_object(value).get("base64")) if isinstance(value, dict) else read_string(value)
        yield account, f"data:image/jpeg;base64,{picture}" if picture and isinstance(value, dict) else picture
    people = [entry for key in _LISTS for entry in map(read_object, read_list(said.get(key)))]
    for value in (*people, session, read_object(session.get("send")), read_object(session.get("recordOwner"))):
        yield _person(value).id, read_string(value.get("avatar"))


def _describe(reading: Reading, tool: Tool) -> None:
    """What the file says of the conversation goes to the chat."""
    if tool.session is not None:
        reading.said["session"] = tool.session(reading)
    chat, said, session = reading.chat, reading.said, read_object(reading.said.get("session"))
    chat.id = _account(session)
    chat.title = next(iter(_names(session)), chat.id)
    told = read_flag(session.get("isGroup"))
    told = is_group_word(read_string(session.get("type"))) if told is None else told
    chat.is_group = told if told is not None else True if (chat.id or "").endswith("@chatroom") else None
    owner = read_object(session.get("recordOwner"))
    chat.owner = read_string(session.get("ownerId")) or _person(owner).id or chat.owner
    chat.members = _members(said, session, chat.is_group)
    for who, picture in _avatars(said, session):
        reading.keep_avatar(chat, who, picture)
    header = next((read_object(said[key]) for key in (*HEADERS, "exportInfo") if said.get(key)), {})
    pairs = {
        "exporter": read_string(header.get("generator")),
        "version": read_string(header.get("version")),
        "format": read_string(header.get("format")),
        "exported_at": header.get("exportedAt", said.get("exportTime")),
        "nickname": read_string(session.get("nickname")),
        "remark": read_string(session.get("remark")),
        "message_count": read_integer(session.get("messageCount")),
    }
    chat.metadata |= {
        name: value for name, value in pairs.items() if isinstance(value, str | int | float) and value != ""
    }


_kind_of_name: Final = lru_cache(maxsize=256)(kind_of_name)


def _local_kind(row: Json) -> MessageKind | None:
    number = read_integer(row.get("localType"))
    return None if number is None or number in (1, 49) else kind_of_local_type(number)


def _witnesses(row: Json, text: str) -> Iterator[MessageKind | None]:
    """What is asked, one after the other, where the name of the type says nothing."""
    number = read_integer(row.get("appMsgType"))
    kind = Kind.OTHER if number is None else kind_of_app_type(number)
    yield _APP_KINDS.get(read_string(row.get("appMsgKind"))) if kind is Kind.OTHER else kind
    yield _local_kind(row)
    if text.startswith("[链接]"):
        yield Kind.LINK
    else:
        found = read_placeholder(text, WEFLOW) if text[:1] == "[" else None
        yield found[0] if found is not None else None
    code = read_integer(row.get("chatLabType"))
    yield None if code is None else kind_of_chatlab(code)


def _refine(row: Json, text: str, kind: MessageKind | None) -> MessageKind:
    """A kind for a row whose type is unknown, `其他消息`, or a link, as red packets and mini programs are."""
    for found in _witnesses(row, text):
        if found not in _VAGUE and found is not None and not (kind is Kind.LINK and found is Kind.TEXT):
            return found
        if found is Kind.LINK:
            kind = kind if kind not in (None, Kind.OTHER) else Kind.LINK
    return kind or Kind.OTHER


def _kind(
    reading: Reading, row: Json, name: str, named: MessageKind | None, text: str, built: AppMessage | None, line: int
) -> MessageKind:
    kind = named if name else Kind.TEXT if read_integer(row.get("localType")) == 1 else None
    if kind in _VAGUE:
        if built is not None and built.kind not in _VAGUE:
            return built.kind
        kind = _refine(row, text, kind)
        if kind is Kind.OTHER and name != "其他消息":
            reading.tell("unknown-kind", f"unknown type {name[:40] or row.get('localType')!r}", line)
    if name == "文件消息" and (local := _local_kind(row)) in (Kind.NOTE, Kind.STICKER):  # to echotrace these are files
        kind = local
    found = reading.kind_of(kind, name, text, line)
    return Kind.PAT if found is Kind.SYSTEM and _local_kind(row) is Kind.PAT else found


def _xml(reading: Reading, row: Json, kind: MessageKind, text: str, line: int) -> AppMessage | None:
    """What the raw content says, where the exporter kept it, or put it in place of words."""
    if kind is Kind.TEXT:
        return None
    if (built := parse_markup(text, zone=reading.zone)) is not None:
        return built
    raw = row.get("rawContent")
    if not isinstance(raw, str) or ("<sysmsg" if kind in NOTICES else "<") not in raw[:200]:
        return None
    return parse_content(kind, raw, None, zone=reading.zone, line=line)


def _typed(tool: Tool, reading: Reading, row: Json, kind: MessageKind, text: str, line: int) -> str:
    """A text without what the writer did to it, as far as the file itself shows it."""
    is_group, raw = reading.chat.is_group, row.get("rawContent")
    if kind is Kind.TEXT and isinstance(raw, str) and raw and not raw.lstrip().startswith("<"):
        whole = split_sender_prefix(raw)[1] if is_group else raw
        if is_group is None or whole == text or not whole.strip().endswith(text.strip()):
            return text
        if whole.strip() != text.strip():
            what = "the writer cut off the beginning of the text; rawContent has it whole"
            reading.report("writer-fault", what, line=line)
        return whole
    if kind is Kind.TEXT and is_group and tool.frames_texts and text[:1] in ("\n", "\r"):
        return unframe(reading, text, line)
    if kind is not Kind.TEXT or tool.frames_texts:
        check(reading, kind, text, line)
    return text


def _time(reading: Reading, row: Json, line: int) -> tuple[dt.datetime | None, Precision | None]:
    seconds, written = row.get("createTime"), row.get("formattedTime")
    missing = isinstance(seconds, bool) or seconds in _NO_TIME
    time = None if missing else reading.unix_time(seconds, line=line)
    if time is not None and (reading.tz is not None or written == time.isoformat(" ")[:19]):
        return time, "second"
    clock = parse_clock(written) if isinstance(written, str) else None
    if time is not None:
        if clock is not None and clock.precision == "second":
            _tell_zone(reading, clock.time, time, line)
        return time, "second"
    if clock is None:
        if missing:
            reading.report("bad-time", "the message has no time", severity=Severity.ERROR, line=line)
        return None, None
    reading.report("bad-time", "no usable createTime; formattedTime was taken", line=line)
    return reading.zoned(clock.time), clock.precision


def _tell_zone(reading: Reading, written: dt.datetime, time: dt.datetime, line: int) -> None:
    """The wall clock beside the Unix time shows the zone of the exporting machine."""
    if written != time.replace(tzinfo=None):
        what = f"formattedTime is not in {ASSUMED_ZONE}: the export was made in another zone; pass tz= to read it there"
        reading.tell("other-zone", what, line, once=True)


def _sender(
    reading: Reading, people: Mapping[str, Participant], row: Json, line: int
) -> tuple[str | None, str | None, bool | None]:
    """Name, account, and whether a list says that it is the owner."""
    number, chat, own = _number(row), reading.chat, None
    if number is None:
        name, account = read_string(row.get("senderDisplayName")) or None, read_string(row.get("senderUsername"))
    else:
        if (known := people.get(read_string(number))) is None:
            reading.report("unknown-sender", f"no sender {number!r} in the list of senders", line=line)
            return None, None, None
        name, account, own = known.name, known.id or "", known.is_self
    if account in _NOBODY:
        return name, None, own
    if account.endswith("@chatroom"):
        return (None if name == chat.title else name), None, own
    return chat.title if name is None and account == chat.id else name, account, own


def _identifiers(
    tool: Tool, reading: Reading, row: Json, built: AppMessage | None, line: int
) -> tuple[str | None, str | None]:
    id_ = read_identifier(reading, row.get("platformMessageId"), line, javascript=tool.borrows_ids)
    if id_ is not None and tool.borrows_ids and id_ == read_string(row.get("localId")):
        what = "the row number stands where the server's id is missing; it was left out"
        reading.tell("writer-fault", what, line, once=True)
        id_ = None
    reply_to = read_identifier(reading, row.get("replyToMessageId"), line)
    reply_to = reply_to or read_identifier(reading, row.get("quotedSvrid"), line)
    return id_, reply_to or (None if built is None else built.reply_to)


def _segments(
    reading: Reading, row: Json, kind: MessageKind, text: str, built: AppMessage | None
) -> tuple[Segment, ...] | None:
    if kind in PLAIN_KINDS:
        return None
    known = _FIELDS.read(kind, row)
    thumb = known.pop("thumb", None)
    if kind is Kind.FORWARD and (records := read_records(row.get("chatRecords"), reading.zone)):
        known["messages"] = records
    first = built.segments[0] if built is not None and built.segments and built.kind is kind else None
    if first is not None and not isinstance(first, Quote):
        known = {name: value for name, value in attrs.asdict(first, recurse=False).items() if value} | known
    if kind is not Kind.QUOTE:
        segments = build_segments(kind, text, known)
        return None if segments is None else with_thumb(segments, thumb)
    quote = read_object(row.get("quote"))
    sender, words = quote.get("accountName") or quote.get("sender"), quote.get("content")
    quoted = read_string(row.get("quotedSender") or sender), read_string(row.get("quotedContent") or words)
    if isinstance(first, Quote) and quoted == ("", ""):
        quoted = first.sender or "", first.text
    return build_segments(kind, text, known, quoted=quoted)


def _entry(tool: Tool, reading: Reading, people: Mapping[str, Participant], row: Json, line: int, offset: int) -> Entry:
    content, text = row.get("content"), read_string(row.get("content"))
    if content is not None and not isinstance(content, str):
        reading.report("writer-fault", "the content is no text; its JSON is kept", line=line)
    raw = row.get("rawContent")
    if tool.cuts_texts and isinstance(raw, str) and raw.startswith(text):
        prefix, rest = split_sender_prefix(raw)
        is_group = reading.chat.is_group  # known from the name of the file alone
        text = rest if is_group or (is_group is None and prefix == row.get("senderUsername")) else raw
    name = read_string(row.get("type"))
    named = _kind_of_name(name)
    if named in NOTICES:
        text = unwrap(text)
    built = _xml(reading, row, named or Kind.OTHER, text, line)
    if built is not None and (text.lstrip()[:1] == "<" or (named in NOTICES and built.text)):
        text = built.text
    kind = _kind(reading, row, name, named, text, built, line)
    text = _typed(tool, reading, row, kind, text, line)
    time, precision = _time(reading, row, line)
    sender, account, listed = (None, None, None) if kind in NOTICES else _sender(reading, people, row, line)
    own = read_flag(row.get("isSend"))
    if own is None and kind not in NOTICES:
        owner = read_string(read_object(reading.said.get("session")).get("ownerId"))
        own = account == owner if listed is None and owner and account else listed
    if "senderAvatar" in row:
        reading.keep_avatar(reading.chat, account or sender, row["senderAvatar"])
    if not tool.names:
        sender = sender or account
    if own and account == reading.chat.id:
        account = None  # the id of the chat stands where the owner's is not known
    id_, reply_to = _identifiers(tool, reading, row, built, line)
    segments = _segments(reading, row, kind, text, built)
    said = line, time, precision, sender, account, own, kind, text, segments, id_, reply_to, offset, None
    return new_entry(Entry, said)


_PLAIN: Final = Plain(
    {
        "content": TEXT,
        "createTime": SECONDS,
        "formattedTime": TEXT,
        "isSend": FLAG,
        "senderDisplayName": TEXT,
        "senderUsername": TEXT,
        "platformMessageId": DIGITS,
    },
    {"type": "文本消息"},
    optional="platformMessageId",
    without="rawContent replyToMessageId quotedSvrid senderID senderId senderAvatar",
)


def _plain(reading: Reading, said: tuple[Any, ...], line: int, offset: int) -> Entry | None:
    """What nearly all objects say: a text, a time, a sender with name and account; `None` where one says more."""
    text, seconds, written, own, name, account, id_ = said
    own = own in YES
    if (
        text[:1] in "\n\r "
        or not name
        or account in _NOBODY
        or account[-9:] == "@chatroom"
        or (own and account == reading.chat.id)
    ):
        return None
    time = reading.unix_time(int(seconds), line=line)
    if time is None or (reading.tz is None and written[11:13] != _HOURS[time.hour]):
        return None
    return new_entry(Entry, (line, time, "second", name, account, own, _TEXT, text, None, id_, None, offset, None))


_TEXT: Final = Kind.TEXT  # asking the class for a member costs as much as a call
_HOURS: Final = tuple(f"{hour:02}" for hour in range(24))


def entries(
    reading: Reading, *, tool: Tool, front: str | None = None, blocks: Iterable[str] | None = None
) -> Iterator[Entry]:
    """Entries of message objects."""
    people: dict[str, Participant] | None = None
    count, chat = 0, reading.chat
    known, plain = _KNOWN | tool.keys.keys(), None if tool.borrows_ids or tool.keys else _PLAIN
    for _, row, line, offset in iter_objects(
        reading, lists=_LISTS, needed=_needed, known=known, front=front, blocks=blocks, plain=plain
    ):
        if people is None:
            _describe(reading, tool)
            people = _numbered(reading.said)
        count += 1
        entry = _plain(reading, row, line, offset) if isinstance(row, tuple) else None
        if entry is None:
            row = _PLAIN.object(row) if isinstance(row, tuple) else row
            ours = {tool.keys.get(key, key): value for key, value in row.items()} if tool.keys else row
            entry = _entry(tool, reading, people, ours, line, offset)
        if entry.is_self and chat.owner is None:
            chat.owner = entry.sender_id
        yield entry
    _describe(reading, tool)
    announced = read_integer(read_object(reading.said.get("session")).get("messageCount"))
    if announced is not None and announced != count:
        reading.tell("count-differs", f"the session announces {announced} messages, the file holds {count}")
