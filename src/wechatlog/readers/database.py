"""Decrypted databases of WeChat for PC: version 3 (`MSG0.db` …) and version 4 (`message_0.db` …).

Takes a SQLite file, gives one conversation for each person or group in it, one after the other; nothing
of the file is changed, and nothing is made beside it. Names come from the contact database beside it,
where there is one: `MicroMsg.db` for version 3 (or its tables in the same file), `contact.db` for version 4.

Version 3, table `MSG`: `StrTalker`, `IsSender`, `Type` and `SubType`, `StrContent`; app messages are in
`CompressContent`, an LZ4 block; who wrote in a group stands in `BytesExtra`, protobuf field 3 of type 1,
and whom a message addresses in the XML of type 7 (`source` in version 4, Zstandard data or text).
The account id of the owner is nowhere in it; own messages are those of `我`. Version 4, a table
`Msg_<md5 of the username>` for each conversation: `real_sender_id` is a row number of `Name2Id`,
`local_type` is `subtype << 32 | type`, `message_content` is Zstandard data where
`WCDB_CT_message_content` is 4; in groups the content of others begins with their account id, a colon and
LF. Whose archive it is, is not written down either: in a private chat whoever is not the other one.

Source of the format: PyWxDump `dbMSG.py`, chatlog 0.0.x `internal/model`, WeChatDataAnalysis 2026
`chat_helpers.py`.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.appmsg import parse_content, split_sender_prefix
from wechatlog.content.mentions import parse_at_users, point_mentions
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_type
from wechatlog.diagnostics import Severity
from wechatlog.engine.protocol import Evidence, Refusal
from wechatlog.engine.sqlite import (
    SQLITE_ERRORS,
    columns_of,
    connect,
    decode,
    fetch_row,
    has_unread_log,
    is_encrypted,
    missing_bytes,
    parse_protobuf,
    quote_name,
    row_orders,
    row_query,
    tables_of,
)
from wechatlog.errors import FormatError, MissingExtraError, RefusedFormatError, WechatlogError
from wechatlog.model import MessageKind, Participant

if TYPE_CHECKING:
    import sqlite3
    from array import array
    from collections.abc import Callable, Iterator, Mapping

    from wechatlog.content.appmsg import AppMessage
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["V3", "V4", "DatabaseReader"]

_BATCH: Final = 1024
_LARGEST_CONTENT: Final = 64 << 20
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_ZSTANDARD_FLAG: Final = 4
_GROUP: Final = "@chatroom"
_ME: Final = "我"
_MESSAGE_TABLE: Final = re.compile(r"Msg_[0-9a-fA-F]{32}")
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_V3_COLUMNS: Final = (
    "MsgSvrID", "Type", "SubType", "IsSender", "CreateTime", "StrContent", "CompressContent", "BytesExtra",
)  # fmt: skip
_V4_COLUMNS: Final = (
    "server_id", "local_type", "real_sender_id", "create_time", "status", "message_content",
    "compress_content", "WCDB_CT_message_content", "source",
)  # fmt: skip
_ENCRYPTED: Final = "the database is encrypted (SQLCipher); decrypt it first, with the key of its account"


# --- contacts -------------------------------------------------------------------------------------


@attrs.frozen
class _Contact:
    """A person or a group as the contact database has it."""

    remark: str = ""
    nickname: str = ""
    alias: str = ""

    @property
    def name(self) -> str | None:
        """What the client shows."""
        return self.remark or self.nickname or None


class _ContactLayout(NamedTuple):
    """Where a version keeps contacts: files, and the columns of two tables."""

    files: tuple[str, ...]
    table: str
    contact: tuple[str, str, str, str]
    room_table: str
    room: tuple[str, str]


_V3_CONTACTS: Final = _ContactLayout(
    ("MicroMsg.db", "de_MicroMsg.db", "decoded_MicroMsg.db", "../MicroMsg.db", "../de_MicroMsg.db"),
    "Contact",
    ("UserName", "Remark", "NickName", "Alias"),
    "ChatRoom",
    ("ChatRoomName", "RoomData"),
)
_V4_CONTACTS: Final = _ContactLayout(
    ("contact.db", "../contact/contact.db", "../contact.db", "contact/contact.db"),
    "contact",
    ("username", "remark", "nick_name", "alias"),
    "chat_room",
    ("username", "ext_buffer"),
)


class _People:
    """Names by account id, and the names that people bear in groups."""

    def __init__(self) -> None:
        self.contacts: dict[str, _Contact] = {}
        self.rooms: dict[str, dict[str, str]] = {}

    def name(self, account: str, room: str = "") -> str:
        """The name that the client shows; the account id where none is known."""
        contact = self.contacts.get(account)
        in_room = self.rooms.get(room, {}).get(account, "")
        if contact is None:
            return in_room or account
        return contact.remark or in_room or contact.nickname or account

    def participant(self, account: str, room: str = "", *, is_self: bool | None = None) -> Participant:
        contact = self.contacts.get(account, _Contact())
        known = (contact.remark, self.rooms.get(room, {}).get(account, ""), contact.nickname)
        names = list(dict.fromkeys(name for name in known if name))
        return Participant(names[0] if names else None, account, is_self, tuple(names[1:]))

    def read(self, connection: sqlite3.Connection, layout: _ContactLayout) -> None:
        """Take over the contacts of a database; one that is damaged gives what it can."""
        with contextlib.suppress(*SQLITE_ERRORS):
            self._read_contacts(connection, layout)
        with contextlib.suppress(*SQLITE_ERRORS):
            self._read_rooms(connection, layout)

    def _read_contacts(self, connection: sqlite3.Connection, layout: _ContactLayout) -> None:
        for row in _select(connection, layout.table, layout.contact):
            account, remark, nickname, alias = (decode(value) for value in row)
            if account:
                self.contacts[account] = _Contact(remark, nickname, alias)

    def _read_rooms(self, connection: sqlite3.Connection, layout: _ContactLayout) -> None:
        for name, data in _select(connection, layout.room_table, layout.room):
            if isinstance(data, bytes):
                self.rooms[decode(name)] = dict(_room_names(data))


def _select(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    present = columns_of(connection, table)
    if columns[0] in present:
        wanted = ", ".join(quote_name(name) if name in present else "NULL" for name in columns)
        yield from connection.execute(f"SELECT {wanted} FROM {quote_name(table)}")  # noqa: S608


def _room_names(data: bytes) -> Iterator[tuple[str, str]]:
    """`RoomData` and `ext_buffer`: repeated field 1 of account id (1) and name in the group (2)."""
    for member in parse_protobuf(data).get(1, ()):
        if isinstance(member, bytes):
            fields = parse_protobuf(member)
            account, name = (decode(_first(fields, number)) for number in (1, 2))
            if account:
                yield account, name


def _first(fields: Mapping[int, list[int | bytes]], number: int) -> int | bytes | None:
    values = fields.get(number)
    return values[0] if values else None


def _find_people(source: Source, connection: sqlite3.Connection, layout: _ContactLayout) -> _People:
    """Contacts of the same file, else of the contact database beside it."""
    people = _People()
    people.read(connection, layout)
    for pattern in () if people.contacts else layout.files:
        for beside in source.siblings(pattern):
            with contextlib.suppress(WechatlogError, OSError), connect(beside) as contacts:
                people.read(contacts, layout)
        if people.contacts:
            break
    return people


# --- compressed columns ---------------------------------------------------------------------------


def _unpack_lz4(data: bytes) -> tuple[str, bool]:
    """An LZ4 block whose size nobody wrote down, and whether it is whole."""
    try:
        import lz4.block
    except ImportError as error:
        raise MissingExtraError("database", "reading an app message of a WeChat 3 database") from error
    size = max(len(data) << 8, 1 << 12)
    content = lz4.block.decompress(data, uncompressed_size=min(size, _LARGEST_CONTENT))
    return decode(content).rstrip("\0"), True


def _unpack_zstandard(data: bytes) -> tuple[str, bool]:
    """A Zstandard frame, as far as it goes, and whether it is whole."""
    try:
        import zstandard
    except ImportError as error:
        raise MissingExtraError("database", "reading a compressed message of a WeChat 4 database") from error
    try:
        expected = zstandard.frame_content_size(data)
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as stream:
            content = stream.read(_LARGEST_CONTENT + 1)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
    if len(content) > _LARGEST_CONTENT:
        raise ValueError("it grows too large")
    return decode(content), len(content) >= expected


# --- rows of version 3 ----------------------------------------------------------------------------


_EXTRA_SENDER: Final = 1
_EXTRA_SOURCE: Final = 7


def _extra_text(extra: object, type_: int) -> str | None:
    """The text of a type in `BytesExtra`: the account id of the sender, or the XML of the source."""
    for item in parse_protobuf(extra).get(3, ()) if isinstance(extra, bytes) else ():
        if isinstance(item, bytes):
            fields = parse_protobuf(item)
            if _first(fields, 1) == type_ and isinstance(value := _first(fields, 2), bytes):
                return decode(value) or None
    return None


@attrs.define
class _Fact:
    """What a row says, whatever the version.

    Attributes:
        id: the server's.
        kind: from the type numbers.
        content: raw, unpacked, without prefix.
        time: Unix seconds.
        is_self: as far as the row alone tells.
        sender_id: the account, or `None`.
        at_users: whom it addresses, by account id.
    """

    id: str | None
    kind: MessageKind
    content: str
    time: object
    is_self: bool | None
    sender_id: str | None
    at_users: tuple[str, ...] = ()


def _identifier(value: object) -> str | None:
    text = decode(value)
    return text if text.strip("0-") else None


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


class _Table:
    """The messages of one conversation of one table."""

    def __init__(self, walk: _Walk, draft: Draft, table: str, talker: str) -> None:
        self.walk = walk
        self.draft = draft
        self.table = table
        self.talker = talker
        self.is_group = talker.endswith(_GROUP)

    def unpack(self, unpack: Callable[[bytes], tuple[str, bool]], data: bytes, row: int) -> str:
        """Compressed content as text, as far as it goes; a diagnostic where that is not to its end."""
        try:
            text, whole = unpack(data)
            problem = None if whole else "it is cut"
        except WechatlogError:
            raise
        except Exception as error:  # noqa: BLE001 - the libraries have errors of their own
            text, problem = "", str(error)
        if problem is not None:
            self.walk.context.report(
                "broken-content",
                f"the compressed content of row {row} of {self.table} cannot be unpacked: {problem}",
                severity=Severity.ERROR,
            )
        return text

    def v3_fact(self, fields: tuple[Any, ...], row: int) -> _Fact:
        server, type_, subtype, is_sender, time, content, packed, extra = fields
        text = decode(content)
        if not text and isinstance(packed, bytes) and packed:
            text = self.unpack(_unpack_lz4, packed, row)
        is_self = None if is_sender is None else bool(is_sender)
        sender = None if is_self else self.talker
        if self.is_group and not is_self:
            sender = _extra_text(extra, _EXTRA_SENDER)
            if sender is None:
                sender, text = split_sender_prefix(text)
        kind = kind_of_type(_integer(type_), _integer(subtype))
        at_users = parse_at_users(_extra_text(extra, _EXTRA_SOURCE) or "") if self.is_group and "@" in text else ()
        return _Fact(_identifier(server), kind, text, time, is_self, sender, at_users)

    def v4_fact(self, fields: tuple[Any, ...], row: int) -> _Fact:
        server, local_type, sender_row, time, status, content, packed, flag, source = fields
        text = self._v4_content(content, packed, flag, row)
        sender = self.walk.names.get(_integer(sender_row))
        prefixed = False
        if self.is_group:
            prefix, rest = split_sender_prefix(text)
            if prefix is not None and (prefix == sender or sender is None):
                sender, text, prefixed = prefix, rest, True
        kind = kind_of_local_type(_integer(local_type))
        is_self = self._v4_is_self(sender, _integer(status), prefixed=prefixed)
        at_users = parse_at_users(self._v4_source(source, row)) if self.is_group and "@" in text else ()
        return _Fact(_identifier(server), kind, text, time, is_self, sender, at_users)

    def _v4_content(self, content: object, packed: object, flag: object, row: int) -> str:
        for value in (content, packed):
            if isinstance(value, bytes) and value:
                if value.startswith(_ZSTANDARD):
                    return self.unpack(_unpack_zstandard, value, row)
                if flag == _ZSTANDARD_FLAG and not _is_text(value):
                    report = f"row {row} of {self.table} is marked as compressed and is not"
                    self.walk.context.report("broken-content", report, severity=Severity.ERROR)
                return decode(value)
        return decode(content)

    def _v4_source(self, source: object, row: int) -> str:
        """The XML of a source."""
        if isinstance(source, bytes) and source.startswith(_ZSTANDARD):
            with contextlib.suppress(MissingExtraError):  # the text can be read without it
                return self.unpack(_unpack_zstandard, source, row)
            return ""
        return decode(source)

    def _v4_is_self(self, sender: str | None, status: int, *, prefixed: bool) -> bool | None:
        owner = self.walk.owner_id
        if sender is None:
            return None
        if owner is not None:
            return sender == owner
        if self.talker and not self.is_group:
            return sender != self.talker
        if prefixed:
            return False
        return True if self.is_group and status == 2 else None  # 2: sent

    def message(self, fact: _Fact, row: int) -> Message:
        context = self.walk.context
        time = context.unix_time(fact.time)
        zone = None if time is None else time.tzinfo
        said = parse_content(fact.kind, fact.content, context.collector, zone=zone)
        self._check_kind(fact, said, row)
        segments = said.segments
        if fact.at_users and segments is None and said.kind is MessageKind.TEXT:
            segments = point_mentions(said.text, fact.at_users, self._names_of(fact.at_users))
        is_notice = said.kind in _NOTICES and fact.kind in _NOTICES
        sender_id = fact.sender_id or (None if fact.is_self else said.sender_id)
        is_self = fact.is_self
        if is_notice:
            sender = sender_id = is_self = None
        else:
            sender = self._name(sender_id, is_self=is_self)
            sender_id = sender_id or (self.walk.owner_id if is_self else None)
        return context.message(
            self.draft,
            time=time,
            sender=sender,
            sender_id=sender_id,
            is_self=is_self,
            kind=said.kind,
            text=said.text,
            id=fact.id,
            reply_to=said.reply_to,
            segments=segments,
        )

    def _names_of(self, accounts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """The names that mentions in this group may show."""
        people = (self.walk.people.participant(account, self.talker) for account in accounts)
        return {person.id or "": tuple(filter(None, (person.name, *person.aliases))) for person in people}

    def _name(self, sender_id: str | None, *, is_self: bool | None) -> str | None:
        walk = self.walk
        own = (sender_id or walk.owner_id) if is_self else sender_id
        name = None if own is None else walk.people.name(own, self.talker)
        if is_self and name in (own, None):
            return walk.context.owner or name or _ME
        return name

    def _check_kind(self, fact: _Fact, said: AppMessage, row: int) -> None:
        if fact.kind is MessageKind.OTHER and said.kind is MessageKind.OTHER:
            self.walk.context.report(
                "unknown-kind", f"row {row} of {self.table} is of unknown type", severity=Severity.INFO
            )


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# --- a whole database -----------------------------------------------------------------------------


class _Walk:
    """One pass over one database."""

    def __init__(self, source: Source, context: Context, connection: sqlite3.Connection, version: int) -> None:
        self.source = source
        self.context = context
        self.connection = connection
        self.version = version
        self.people = _find_people(source, connection, _V3_CONTACTS if version == 3 else _V4_CONTACTS)
        self.names: dict[int, str] = {}
        self.owner_id: str | None = self._named_owner()
        if has_unread_log(source):
            context.report(
                "unread-log",
                "a write-ahead log lies beside the database; what is only in there was not read",
                severity=Severity.WARNING,
            )
        if missing := missing_bytes(source):
            self.report_damage(f"the file is cut: {missing} bytes are missing at its end")

    def _named_owner(self) -> str | None:
        """The account id of the owner that the user named, by id or by name."""
        owner = self.context.owner
        if owner is None:
            return None
        if owner in self.people.contacts or owner.startswith("wxid_"):
            return owner
        found = [
            account
            for account, contact in self.people.contacts.items()
            if owner in (contact.nickname, contact.remark, contact.alias)
        ]
        return found[0] if len(found) == 1 else None

    def draft(self, key: str, talker: str) -> Draft:
        is_group = talker.endswith(_GROUP) if talker else None
        contact = self.people.contacts.get(talker)
        members = [self.people.participant(account, talker) for account in self.people.rooms.get(talker, ())]
        if talker and not is_group:
            members = [self.people.participant(talker, is_self=talker == self.owner_id)]
        return self.context.draft(
            key,
            title=None if contact is None else contact.name,
            id=talker or None,
            is_group=is_group,
            owner=self.owner_id,
            members=members,
            metadata={"exporter": f"WeChat {self.version} database", "version": str(self.version)},
        )

    def batches(self, table: _Table, columns: tuple[str, ...], rows: array[int]) -> Iterator[Batch]:
        """The messages of a conversation; a row on a damaged page is reported and left out."""
        query = row_query(table.table, columns, columns_of(self.connection, table.table))
        read = table.v3_fact if self.version == 3 else table.v4_fact
        batch: list[Message] = []
        for row in rows:
            fields = fetch_row(self.connection, query, row)
            if fields is None:
                self.report_damage(f"row {row} of {table.table} stands on a damaged page")
                continue
            batch.append(table.message(read(fields, row), row))
            if len(batch) >= _BATCH:
                yield table.draft, batch
                batch = []
        table.draft.done = True
        yield table.draft, batch

    def report_damage(self, sentence: str) -> None:
        self.context.report("broken-database", sentence, severity=Severity.ERROR)

    def v3(self) -> Iterator[Batch]:
        orders, damage = row_orders(self.connection, "MSG", "StrTalker", "CreateTime")
        if damage is not None:
            self.report_damage(f"a page of the table MSG is damaged: {damage}")
        for talker, rows in orders:
            draft = self.draft(talker, talker)
            yield draft, []  # what is reported from here on is of this conversation
            yield from self.batches(_Table(self, draft, "MSG", talker), _V3_COLUMNS, rows)
        if not orders:
            yield self.context.draft(), []

    def v4(self) -> Iterator[Batch]:
        with contextlib.suppress(*SQLITE_ERRORS):
            found = self.connection.execute('SELECT rowid, user_name FROM "Name2Id"')
            self.names = {row: decode(name) for row, name in found if name}
        tables = [name for name in tables_of(self.connection) if _MESSAGE_TABLE.fullmatch(name)]
        talkers = {_table_name(name): name for name in (*self.people.contacts, *self.names.values())}
        if self.owner_id is None:
            self.owner_id = self._find_owner(tables, talkers)
        for table in tables:
            yield from self._v4_table(table, talkers.get(table.lower(), ""))
        if not tables:
            yield self.context.draft(), []

    def _v4_table(self, table: str, talker: str) -> Iterator[Batch]:
        draft = self.draft(table, talker)
        yield draft, []  # what is reported from here on is of this conversation
        key = "sort_seq" if "sort_seq" in columns_of(self.connection, table) else "create_time"
        orders, damage = row_orders(self.connection, table, None, key)
        if damage is not None:
            self.report_damage(f"a page of the table {table} is damaged: {damage}")
        if not talker:
            self.context.report(
                "unknown-conversation",
                f"nothing says whose table {table} is; whether it is a group is unknown",
                severity=Severity.INFO,
            )
        if orders:
            yield from self.batches(_Table(self, draft, table, talker), _V4_COLUMNS, orders[0].rows)
        draft.done = True

    def _find_owner(self, tables: list[str], talkers: Mapping[str, str]) -> str | None:
        """Whoever wrote in private chats and is not the other one; `None` where that is not one account."""
        found: dict[str, None] = {}
        for table in tables:
            talker = talkers.get(table.lower(), "")
            if not talker or talker.endswith(_GROUP):
                continue
            with contextlib.suppress(*SQLITE_ERRORS):
                rows = self.connection.execute(
                    f"SELECT real_sender_id FROM {quote_name(table)} "  # noqa: S608
                    "WHERE local_type = 1 AND real_sender_id <> "
                    '(SELECT rowid FROM "Name2Id" WHERE user_name = ?) LIMIT 1',
                    (talker,),
                )
                for (row,) in rows:
                    if row in self.names:
                        found[self.names[row]] = None
        return next(iter(found)) if len(found) == 1 else None


def _table_name(account: str) -> str:
    return "msg_" + hashlib.md5(account.encode(), usedforsecurity=False).hexdigest()


class DatabaseReader:
    """The reader of one version.

    Args:
        version: 3 or 4.
        description: one line.
    """

    suffixes = (".db",)
    options: Mapping[str, str] = {"owner": "account id or name of the person whose archive it is"}

    def __init__(self, version: int, description: str) -> None:
        self.version = version
        self.name = f"wechat-v{version}-db"
        self.description = description

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """The tables decide; for a damaged file, the words of its schema."""
        if "sqlite" not in head.containers:
            return Refusal(_ENCRYPTED, 0.9) if is_encrypted(head.source) else None
        try:
            with connect(head.source) as connection:
                return self._judge({name: columns_of(connection, name) for name in tables_of(connection)})
        except (WechatlogError, OSError, *SQLITE_ERRORS):
            words = (b"StrTalker", b"TABLE MSG") if self.version == 3 else (b"Name2Id", b"Msg_")
            if all(word in head.data for word in words):
                return Evidence(0.6, f"a damaged message database of WeChat {self.version}")
        return None

    def _judge(self, tables: Mapping[str, set[str]]) -> Evidence | Refusal | None:
        if self.version == 3:
            if {"StrTalker", "StrContent", "CreateTime"} <= tables.get("MSG", set()):
                return Evidence(1.0, "table MSG of WeChat 3")
            contacts = "UserName" in tables.get("Contact", ())
        else:
            if "Name2Id" in tables and any(_is_messages(name, columns) for name, columns in tables.items()):
                return Evidence(1.0, "tables Name2Id and Msg_… of WeChat 4")
            contacts = "username" in tables.get("contact", ())
        if contacts:
            reason = "contacts, no messages; they are read along with the message database beside them"
            return Refusal(reason, 0.9)
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The conversations of a database, one after the other.

        Raises:
            FormatError: where SQLite cannot read it, or it holds no messages of this version.
            RefusedFormatError: for a database that was never decrypted.
            MissingExtraError: at the first compressed content, without its library.
        """
        try:
            with connect(source) as connection:
                self._check(connection, source)
                walk = _Walk(source, context, connection, self.version)
                yield from walk.v3() if self.version == 3 else walk.v4()
        except FormatError:
            if is_encrypted(source):
                raise RefusedFormatError(source.label, self.name, _ENCRYPTED) from None
            raise

    def _check(self, connection: sqlite3.Connection, source: Source) -> None:
        wanted = "MSG" if self.version == 3 else "Name2Id"
        if wanted not in tables_of(connection):
            raise FormatError(f"has no table {wanted} of WeChat {self.version}", source=source.label)


def _is_messages(name: str, columns: set[str]) -> bool:
    return _MESSAGE_TABLE.fullmatch(name) is not None and "local_type" in columns


V3: Final = DatabaseReader(3, "WeChat 3 for PC, decrypted MSG*.db")
V4: Final = DatabaseReader(4, "WeChat 4 for PC, decrypted message_*.db")
