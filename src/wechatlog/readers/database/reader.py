"""The rows of the databases of any client, as its `Layout` says which column is what. Knows no client.

Gives the format of a layout. A damaged database gives the rows round the damage: rows are found first, sorted, and
fetched one by one.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.accounts import OF_THE_CLIENT, accounts_in, is_account, is_room
from wechatlog.content.appmsg import AppMessage, parse_content, split_sender_prefix
from wechatlog.content.mentions import parse_at_users, point_mentions
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_type
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Draft, Entry, Evidence, Format, Head, Reading, Refusal
from wechatlog.engine.sqlite import (
    SQLITE_ERRORS,
    columns_of,
    connect,
    decode,
    fetch_row,
    has_unread_log,
    is_encrypted,
    is_text,
    missing_bytes,
    quote_name,
    row_orders,
    stray_bytes,
    tables_of,
)
from wechatlog.errors import FormatError, MissingExtraError, RefusedFormatError, WechatlogError
from wechatlog.model import MessageKind
from wechatlog.readers.database.contents import (
    EXTRA_SOURCE,
    ZSTANDARD,
    extra_text,
    folder_in,
    integer,
    unpack_lz4,
    unpack_zstandard,
    with_path,
)
from wechatlog.readers.database.layout import Layout, Row, find_columns, near_columns, parse_columns
from wechatlog.readers.database.people import People
from wechatlog.segments import Segment

if TYPE_CHECKING:
    import sqlite3

_APP_TYPE: Final = 0xFFFF
_ZSTANDARD_FLAG: Final = 4
_ENCRYPTED: Final = "the database is encrypted (SQLCipher); decrypt it first, with the key of its account"
_CONTACTS_ONLY: Final = "contacts, no messages; they are read along with the message database beside them"
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_@.\-]{3,80}")
_LOOKED_AT: Final = 200
"""Rows of a table without a name that are looked at for whose it is."""
_SEARCHED: Final = 2000
"""Rows of each table in which account ids are looked for, where the names of some tables mean nobody."""


def _identifier(value: object) -> str | None:
    text = decode(value)
    return text if text.strip("0-") else None


@functools.lru_cache(maxsize=1024)
def _kind_of(type_: object, subtype: object) -> MessageKind:
    """The kind of the type numbers; Android packs the subtype into the upper bytes, and its XML tells it too."""
    number = integer(type_)
    kind = kind_of_local_type(number) if subtype is None else kind_of_type(number, integer(subtype))
    return kind_of_type(number & _APP_TYPE) if kind is MessageKind.OTHER and number > _APP_TYPE else kind


class Chat:
    """The messages of one conversation in one table.

    Args:
        walk: through the database.
        table: its name.
        talker: the account id of the other one, or of the group; empty where nothing tells it.
        seems_group: contents begin with account ids, where nothing else tells what it is.
    """

    def __init__(self, walk: Walk, table: str, talker: str, *, seems_group: bool = False) -> None:
        self.walk, self.layout, self.names = walk, walk.layout, walk.names
        self.table, self.talker, self.owner = table, talker, walk.owner
        self.is_group = bool(is_room(talker)) if talker else seems_group
        self.draft = self._draft(walk.people)

    def _draft(self, people: People) -> Draft:
        contact = people.contacts.get(self.talker)
        members = [people.participant(account, self.talker) for account in people.rooms.get(self.talker, ())]
        if self.talker and not self.is_group:
            members = [people.participant(self.talker, is_self=self.talker == self.owner)]
        draft = self.walk.reading.chat_of(
            self.talker if self.layout.talker else self.table,
            title=contact.name if contact is not None else None if self.talker else self.table,
            id=self.talker or None,
            is_group=self.is_group if self.talker or self.is_group else None,
        )
        if "\ufffd" in self.talker:
            self.walk.report_broken_text(f"the account of a conversation in {self.table}")
        draft.owner, draft.members = self.owner or draft.owner, members
        return draft

    def entries(self, rows: Iterable[int]) -> Iterator[Entry]:
        """Its messages; a row on a damaged page is reported and left out."""
        connection = self.walk.connection
        query = self.layout.query(self.table, columns_of(connection, self.table))
        for number in rows:
            fields = fetch_row(connection, query, number)
            if fields is None:
                self.walk.report_damage(f"row {number} of {self.table} stands on a damaged page")
            else:
                yield self._entry(Row._make(fields), number)
        if not self.talker and not self.layout.talker:
            what = "" if self.is_group else "; whether it is a group is unknown"
            self.walk.reading.tell("unknown-conversation", f"nothing says whose table {self.table} is{what}")
        self.draft.done = True

    def _entry(self, row: Row, number: int) -> Entry:
        reading, layout = self.walk.reading, self.layout
        kind = _kind_of(row.type, row.subtype)
        time = reading.unix_time(row.time)
        is_self, sender_id, text = layout.sender(self, row, self._text(row, number))
        reply_to: str | None = None
        segments: tuple[Segment, ...] | None = None
        is_app = kind is MessageKind.TEXT and integer(row.type) != 1
        if kind is MessageKind.TEXT and not is_app:
            if self.is_group and "@" in text:
                segments = self._mentions(row, text, number)
        else:
            if layout.content is not None:
                account, text = layout.content(kind, text)
                sender_id = account or sender_id if self.is_group and not is_self else sender_id
            zone = None if time is None else time.tzinfo
            said = parse_content(kind, text, reading.collector, is_app=is_app, zone=zone)
            if kind is said.kind is MessageKind.OTHER:
                reading.tell("unknown-kind", f"row {number} of {self.table} is of unknown type")
            kind, reply_to, segments = said.kind, said.reply_to, with_path(said.segments, row.extra)
            text = self._pat_text(said) if kind is MessageKind.PAT else said.text
            sender_id = sender_id or (None if is_self else said.sender_id)
        if kind in NOTICES:
            sender = sender_id = is_self = None
        else:
            sender = self._name(sender_id, is_self=is_self)
            sender_id = sender_id or (self.owner if is_self else None)
        id_, chat = _identifier(row.id), self.draft
        return Entry(None, time, "second", sender, sender_id, is_self, kind, text, segments, id_, reply_to, chat=chat)

    def _name(self, sender_id: str | None, *, is_self: bool | None) -> str | None:
        own = (sender_id or self.owner) if is_self else sender_id
        name = None if own is None else self.walk.people.name(own, self.talker)
        if is_self and name in (own, None):
            return self.walk.reading.owner or name or ME
        return name

    def _pat_text(self, said: AppMessage) -> str:
        """The words of a pat with names for account ids; those of its title, where an id has no name here."""
        people, room = self.walk.people, self.talker
        text = _ACCOUNT.sub(lambda found: people.name(found[0], room), said.text)
        unnamed = text == said.text or any(map(is_account, _ACCOUNT.findall(text)))
        return said.title if said.title and unnamed else text

    def _mentions(self, row: Row, text: str, number: int) -> tuple[Segment, ...] | None:
        """The pieces of a text in a group that addresses people by their ids."""
        at_users = parse_at_users(extra_text(row.extra, EXTRA_SOURCE) or self._source(row.source, number))
        people = [self.walk.people.participant(account, self.talker) for account in at_users]
        names = {person.id or "": tuple(filter(None, (person.name, *person.aliases))) for person in people}
        return point_mentions(text, at_users, names) if at_users else None

    # --- contents

    def _text(self, row: Row, number: int) -> str:
        for value in (row.content, row.other):
            if isinstance(value, bytes) and value:
                if value.startswith(ZSTANDARD):
                    return self._unpack(unpack_zstandard, value, number)
                text = decode(value)
                broken = "\ufffd" in text and not is_text(value)
                if broken and integer(row.flag) == _ZSTANDARD_FLAG:
                    sentence = f"row {number} of {self.table} is marked as compressed and is not"
                    self.walk.reading.report("broken-content", sentence, severity=Severity.ERROR)
                elif broken:
                    self.walk.report_broken_text(f"row {number} of {self.table}")
                return text
        if isinstance(row.packed, bytes) and row.packed:
            return self._unpack(unpack_lz4, row.packed, number)
        return decode(row.content)

    def _source(self, source: object, number: int) -> str:
        if isinstance(source, bytes) and source.startswith(ZSTANDARD):
            with contextlib.suppress(MissingExtraError):  # the text can be read without it
                return self._unpack(unpack_zstandard, source, number)
            return ""
        return decode(source)

    def _unpack(self, unpack: Callable[[bytes], tuple[str, bool]], data: bytes, number: int) -> str:
        """Compressed content as text, as far as it goes; a diagnostic where that is not to its end."""
        try:
            text, whole = unpack(data)
            problem = None if whole else "it is cut"
        except WechatlogError:
            raise
        except Exception as error:  # noqa: BLE001 - the libraries have errors of their own
            text, problem = "", str(error)
        if problem is None and "\ufffd" in text:
            self.walk.report_broken_text(f"row {number} of {self.table}")
        if problem is not None:
            sentence = f"the compressed content of row {number} of {self.table} cannot be unpacked: {problem}"
            self.walk.reading.report("broken-content", sentence, severity=Severity.ERROR)
        return text


class Walk:
    """One pass over one database."""

    def __init__(self, reading: Reading, connection: sqlite3.Connection, layout: Layout) -> None:
        source = reading.source
        self.reading, self.connection, self.layout = reading, connection, layout
        self.people = People(source, connection, layout.contacts)
        for account in self.people.broken:
            self.report_broken_text(f"a name of {account!r}")
        self.names = self._names()
        named = None if reading.owner is None else self.people.account_of(reading.owner)
        self.owner = named or self.people.owner or self._owner_of_folders()
        if has_unread_log(source):
            sentence = "a write-ahead log lies beside the database; what is only in there was not read"
            reading.report("unread-log", sentence, severity=Severity.WARNING)
        if missing := missing_bytes(source):
            self.report_damage(f"the file is cut: {missing} bytes are missing at its end")
        elif stray := stray_bytes(source):
            self.report_damage(f"the file does not end with a page: {stray} bytes are too many, or others are missing")

    def report_damage(self, sentence: str) -> None:
        """Say what of the file is damaged."""
        self.reading.report("broken-database", sentence, severity=Severity.ERROR)

    def report_broken_text(self, where: str) -> None:
        """Say where bytes stand that are no text."""
        self.reading.report("broken-encoding", f"{where} holds bytes that are not UTF-8; they were replaced by U+FFFD")

    def _names(self) -> dict[int, str]:
        if not self.layout.names:
            return {}
        with contextlib.suppress(*SQLITE_ERRORS):
            found = self.connection.execute(f"SELECT rowid, user_name FROM {quote_name(self.layout.names)}")  # noqa: S608
            names = {row: name for row, name in found if name}
            for row in [row for row, name in names.items() if not is_text(name)]:
                self.report_broken_text(f"row {row} of {self.layout.names}")
            return {row: decode(name) for row, name in names.items()}
        return {}

    def _owner_of_folders(self) -> str | None:
        """The account whose folder all files are in that the first and the last pictures and videos name."""
        if not self.layout.talker:
            return None
        query = "SELECT {extra} FROM {table} WHERE {type} IN (3, 43) ORDER BY rowid * ? LIMIT ?"
        extras = (extra for order in (1, -1) for extra in self._ask(self.layout.table, query, order, _LOOKED_AT))
        found = set(filter(None, map(folder_in, extras)))
        return found.pop() if len(found) == 1 else None

    def entries(self) -> Iterator[Entry]:
        """The messages of every conversation, one after the other."""
        tables = [name for name in tables_of(self.connection) if self.layout.is_table(name)]
        in_tables = ((table, self._orders(table)) for table in tables)
        of_talkers = ((Chat(self, table, talker), rows) for table, orders in in_tables for talker, rows in orders)
        chats = of_talkers if self.layout.talker else self._of_tables(tables)
        for chat, rows in chats:
            yield from chat.entries(rows)
        for table in tables_of(self.connection):
            if table not in tables and self._is_left_out(table):
                self.reading.tell_unread(table)

    def _is_left_out(self, table: str) -> bool:
        """Whether a table that is called otherwise has columns of messages, and rows."""
        with contextlib.suppress(*SQLITE_ERRORS):
            if self.layout.is_like(columns_of(self.connection, table)):
                return self.connection.execute(f"SELECT 1 FROM {quote_name(table)}").fetchone() is not None  # noqa: S608
        return False

    def _orders(self, table: str) -> Iterator[tuple[str, Iterable[int]]]:
        """The rows of each conversation in a table, in order of time."""
        columns = columns_of(self.connection, table)
        for name in near_columns(parse_columns(self.layout.columns), columns).values():
            self.report_damage(f"the name of the column {name!r} of the table {table} is damaged")
        key = self.layout.sort_key(columns)
        after = self.reading.row_after(table)
        orders, damage = row_orders(self.connection, table, self.layout.talker or None, key, after)
        yield from orders
        if damage is not None:
            self.report_damage(f"a page of the table {table} is damaged: {damage}")

    def _of_tables(self, tables: list[str]) -> Iterator[tuple[Chat, Iterable[int]]]:
        """The conversations of tables that are named after account ids."""
        known = (*self.people.contacts, *self.people.rooms, *self.names.values())
        talkers = {self.layout.name_of(account): account for account in known}
        groups: set[str] = set()
        for table in tables if not self.layout.names else ():
            if table.lower() not in talkers and (accounts := self._prefixes(table)):
                groups.add(table)
                talkers = {self.layout.name_of(account): account for account in accounts} | talkers
        if unknown := {table.lower() for table in tables} - talkers.keys():
            talkers = self._find_talkers(tables, unknown) | talkers
        if self.owner is None and self.layout.names:
            self.owner = self._find_owner(tables, talkers)
        for table in tables:
            chat = Chat(self, table, talkers.get(table.lower(), ""), seems_group=table in groups)
            yield chat, (row for _, rows in self._orders(table) for row in rows)

    def _find_talkers(self, tables: Iterable[str], unknown: set[str]) -> dict[str, str]:
        """Whose tables these are, as far as an account id that stands in any content, or that every client has, tells.

        A table is called after the hash of an id, so that an id that fits is the right one.
        """
        found: dict[str, str] = {}
        asked: set[str] = set()
        for accounts in itertools.chain((set(OF_THE_CLIENT),), map(self._mentioned, tables)):
            named = {self.layout.name_of(account): account for account in accounts - asked}
            found |= {table: named[table] for table in named.keys() & unknown}
            asked |= accounts
            if len(found) == len(unknown):
                break
        return found

    def _mentioned(self, table: str) -> set[str]:
        """The account ids in the contents of a table."""
        query = "SELECT {content} FROM {table} WHERE {content} LIKE ? OR {content} LIKE ? LIMIT ?"
        values = self._ask(table, query, "%username%", "%@chatroom%", _SEARCHED)
        return set[str]().union(*(accounts_in(decode(value)) for value in values))

    def _prefixes(self, table: str) -> set[str]:
        """The account ids that texts of others in a table begin with; empty where one has none: that is no group."""
        query = "SELECT {content} FROM {table} WHERE {type} = 1 AND {own} <> ? LIMIT ?"
        values = self._ask(table, query, self.layout.own, _LOOKED_AT)
        found = {split_sender_prefix(decode(value))[0] for value in values}
        return set() if None in found else set(filter(None, found))

    def _ask(self, table: str, query: str, *values: object) -> Iterator[Any]:
        """What a query gives, in which fields of rows stand in braces; as far as the table has them and is whole."""
        columns = find_columns(parse_columns(self.layout.columns), columns_of(self.connection, table))
        names = {field: quote_name(name) for field, name in {**columns, "table": table}.items()}
        with contextlib.suppress(*SQLITE_ERRORS, KeyError):
            for (value,) in self.connection.execute(query.format(**names), values):
                yield value

    def _find_owner(self, tables: Collection[str], talkers: Mapping[str, str]) -> str | None:
        """Whoever wrote in private chats and is not the other one; `None` where that is not one account."""
        found: set[str] = set()
        rows = {name: row for row, name in self.names.items()}
        for table in tables:
            talker = talkers.get(table.lower(), "")
            if not talker or is_room(talker):
                continue
            query = "SELECT {sender} FROM {table} WHERE {type} = 1 AND {sender} NOT IN (?, ?) LIMIT 1"
            for value in self._ask(table, query, rows.get(talker, -1), talker):
                found |= {decode(value) if isinstance(value, bytes) else self.names.get(integer(value), "")} - {""}
        return found.pop() if len(found) == 1 else None


def database(name: str, description: str, suffix: str, layout: Layout) -> Format:
    """The format of the databases of one client."""
    detect, entries = functools.partial(_detect, layout), functools.partial(_entries, layout, name)
    options = {"owner": "account id or name of the person whose archive it is"}
    return Format(name, description, suffix, detect, entries, layout.facts, options)


def _detect(layout: Layout, head: Head) -> Evidence | Refusal | None:
    """The tables decide; for a damaged file, the words of its schema."""
    client, tables = layout.client, head.tables
    if tables is None:
        damaged = "sqlite" in head.containers and all(word in head.data for word in layout.words)
        return Evidence(0.6, f"a damaged message database of {client}") if damaged else None
    if any(layout.is_messages(name, columns, tables) for name, columns in tables.items()):
        return Evidence(1.0, f"table {layout.table} of {client}")
    for spec in layout.contacts.tables:
        table, columns = spec.split(" ", 1)
        if "account" in find_columns(parse_columns(columns), tables.get(table, ())):
            return Refusal(_CONTACTS_ONLY, 0.9)
    return None


def _entries(layout: Layout, name: str, reading: Reading) -> Iterator[Entry]:
    source = reading.source
    try:
        with connect(source) as connection:
            if not any(layout.is_table(name) for name in tables_of(connection)):
                raise FormatError(f"has no table {layout.table} of {layout.client}", source=source.label)
            yield from Walk(reading, connection, layout).entries()
    except FormatError:
        if is_encrypted(source):
            raise RefusedFormatError(source.label, name, _ENCRYPTED) from None
        raise
