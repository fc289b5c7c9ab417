"""Databases and SQL scripts of tools without a reader of their own, told by what their columns are called or hold.

Takes a SQLite file, or a script with `INSERT INTO` or `COPY`, gives entries of the tables that have a time, a text and
somebody who wrote it, as `named_columns` knows them; of several such tables each is a chat of its own, unless a column
says whose chat a row is of. A table that only looks so, beside these, is told.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.column_words import fields_of, known_with
from wechatlog.content.file_kinds import kind_of
from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine import Draft, Evidence, Format, Head, Reading, iter_inserts
from wechatlog.engine.sql import SqlRow, columns_in
from wechatlog.engine.sqlite import (
    SQLITE_ERRORS,
    Order,
    columns_of,
    connect,
    decode,
    fetch_row,
    is_text,
    number_rows,
    quote_name,
    row_orders,
    row_query,
    tables_of,
)
from wechatlog.readers.named_columns import NamedRow, fields_by, is_chat, is_named, named_entries, told_keys
from wechatlog.source import Source

if TYPE_CHECKING:
    import sqlite3

_CONFIDENCE: Final = 0.5
_GUESSED: Final = 0.46
_FIRST: Final = "#1"
"""What the first column is called where nothing says it."""
_SEEN: Final = 16
"""Rows of a table that show what its columns mean."""
_FEWEST: Final = 3
"""Columns of a table of messages."""
_SPEAKERS: Final = ("sender", "card", "name", "account")

_Key = tuple[str, tuple[str, ...]]
"""A table, and the columns of rows of it."""


@attrs.define
class _Tables:
    """Which tables hold messages, by the names of their columns or by their first rows.

    Attributes:
        told: of tables of messages, the column of each field; none where names tell them.
        alike: of columns that rows told, the same, for a table of few rows.
        people: those who wrote the first rows.
    """

    told: dict[_Key, dict[str, str]] = attrs.field(factory=dict)
    alike: dict[tuple[str, ...], dict[str, str]] = attrs.field(factory=dict)
    people: set[str] = attrs.field(factory=set)

    def tell(self, key: _Key, rows: list[Mapping[str, Any]]) -> bool:
        """Whether a table is one of messages, of which these are the first rows."""
        table, columns = key
        told: dict[str, str] = {}
        if not _is_called(columns) and not is_named(rows):
            told = told_keys(rows, about=table) or self.alike.get(columns, {})
            if not told:
                return False
            if columns[0] != _FIRST:
                self.alike[columns] = told
        self.told[key] = told
        self.people |= _people(rows, told)
        return True

    def is_like(self, key: _Key, rows: list[Mapping[str, Any]]) -> bool:
        """Whether a table of something else looks like those of messages: people who write there stand in it."""
        told = told_keys(rows, about="chat")
        people = _people(rows, told) if told else set()
        return key[1] in self.alike or len(people & self.people) * 2 > len(people)

    def evidence(self) -> Evidence | None:
        """What is to be said of a database or a script; names of columns say more than what they hold."""
        for (table, _), told in sorted(self.told.items(), key=lambda item: bool(item[1])):
            if told:
                return Evidence(_GUESSED, f"columns of {table!r} hold times, names and texts")
            return Evidence(_CONFIDENCE, f"columns of {table!r} are called as those of chats are")
        return None


def _people(rows: Iterable[Mapping[str, Any]], told: Mapping[str, str]) -> set[str]:
    found = (fields_by(row, told) for row in rows)
    return {str(name) for said in found for field in _SPEAKERS if (name := said.get(field))}


def _is_called(columns: Iterable[str]) -> bool:
    return is_chat({*fields_of(dict.fromkeys(columns))})


def _begin(
    reading: Reading, table: str, columns: Iterable[str], told: Mapping[str, str], line: int | None = None
) -> None:
    """Tell, of a table of messages, that its columns were told by what they hold, and which are unknown."""
    if told:
        what = f"no tool is known that writes this: what the columns of {table!r} mean was taken from what they hold"
        reading.is_news("guessed-columns")  # no name of a column was believed
        reading.report("guessed-columns", what, severity=Severity.WARNING, line=line)
    reading.tell_unknown(columns, known_with(told.values()), line)


def _draft(reading: Reading, table: str, tables: int) -> Draft | None:
    return reading.chat_of(table, title=table) if tables > 1 else None


# --- scripts ----------------------------------------------------------------------------------------------------------


def _script_tables(head: Head) -> _Tables:
    """The tables of messages that the beginning of a script shows."""
    reading = Reading(Source.of_text(head.text), Collector())
    samples = dict[_Key, list[Mapping[str, Any]]]()
    for row in iter_inserts(reading, (), others=True):
        samples.setdefault((row.table, (*row.values,)), []).append(row.values)
    tables = _Tables({(name, (*columns,)): {} for name, columns in columns_in(head).items() if _is_called(columns)})
    for key, rows in samples.items():
        tables.tell(key, rows[:_SEEN])
    return tables


def _inserted(reading: Reading) -> Iterator[NamedRow]:
    """The rows of tables of messages; those of a new one wait until there are enough to tell what they are."""
    tables = _script_tables(reading.head)
    names = [*dict.fromkeys(table for table, _ in tables.told)]
    chats = dict[str, Draft | None]()
    begun = set[_Key]()
    seen = dict[_Key, list[SqlRow]]()

    def said(key: _Key, rows: list[SqlRow]) -> Iterator[NamedRow]:
        table, told = key[0], tables.told[key]
        if key not in begun:
            begun.add(key)
            names.extend({table} - {*names})
            _begin(reading, *key, told, rows[0].line)
            chats.setdefault(table, _draft(reading, table, len(names)))
        for row in rows:
            yield NamedRow(fields_by(row.values, told).get, row.line, None, chats[table])

    for row in iter_inserts(reading, names, others=True):
        key = row.table, (*row.values,)
        rows = [row]
        if key not in tables.told:
            if len(rows := seen.setdefault(key, [])) == _SEEN:  # it is of something else
                continue
            rows.append(row)
            is_enough = len(rows) == _SEEN or _is_called(key[1])
            if not is_enough or not tables.tell(key, [each.values for each in rows]):
                continue
            del seen[key]
        yield from said(key, rows)
    for key, rows in sorted(seen.items(), key=lambda item: -len(item[1])):
        if tables.tell(key, [row.values for row in rows]):
            yield from said(key, rows)
        elif key[0] in names or tables.is_like(key, [row.values for row in rows]):
            reading.tell_unread(key[0], rows[0].line)


# --- databases --------------------------------------------------------------------------------------------------------


def _shown(value: bytes) -> str | None:
    """The text of some bytes, or a picture, a voice or a video as an address that holds it."""
    kind = kind_of(value)
    return decode(value) if kind is None else f"data:{kind.type};base64,{base64.b64encode(value).decode()}"


def _database_tables(connection: sqlite3.Connection) -> tuple[_Tables, list[_Key], list[str]]:
    """The tables of messages, all with their columns in order, and those that only look like messages.

    What is made of another table for searching in it is none, unless there is nothing else.
    """
    names = tables_of(connection)
    made = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    virtual = {decode(name) for (name,) in made}
    inside = tuple(f"{name}_" for name in virtual)
    real = [name for name in names if name not in virtual and not name.startswith(inside)]
    tables, keys, others = _Tables(), list[_Key](), list[str]()
    for each in (real, virtual):
        keys = [(name, (*sorted(columns_of(connection, name)),)) for name in each]
        samples = {key: _sample(connection, *key) for key in keys if len(key[1]) >= _FEWEST}
        for key in sorted(samples, key=lambda key: -len(samples[key])):
            tables.tell(key, samples[key])
        others = [key[0] for key in samples if key not in tables.told and tables.is_like(key, samples[key])]
        if tables.told:
            break
    return tables, keys, others


def _sample(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """The first rows of a table, as far as it is whole; bytes that are no text are nothing."""
    query = f"SELECT {', '.join(map(quote_name, columns))} FROM {quote_name(table)} LIMIT {_SEEN}"  # noqa: S608
    with contextlib.suppress(*SQLITE_ERRORS):
        rows = connection.execute(query).fetchall()
        texts = ([decode(cell) if is_text(cell) else "" for cell in row] for row in rows)
        return [dict(zip(columns, row, strict=True)) for row in texts]
    return []


def _stored(reading: Reading) -> Iterator[NamedRow]:
    with connect(reading.source) as connection:
        tables, keys, others = _database_tables(connection)
        if not tables.told:
            found = len(tables_of(connection))
            what = f"no table of this database is one of messages, of {found}: nothing was read"
            reading.report("broken-shape", what, severity=Severity.ERROR)
        for table in others:
            reading.tell_unread(table)
        for table, columns in (key for key in keys if key in tables.told):
            told = tables.told[table, columns]
            _begin(reading, table, columns, told)
            time = (told or fields_of(dict(zip(columns, columns, strict=True))))["time"]
            orders, damage = _orders(connection, table, time)
            if damage is not None:
                reading.report("broken-database", f"{table}: {damage}", severity=Severity.ERROR)
            query, chat = row_query(table, columns, {*columns}), _draft(reading, table, len(tables.told))
            for number in (number for order in orders for number in order.rows):
                values = fetch_row(connection, query, number)
                if values is not None:
                    texts = (_shown(value) if isinstance(value, bytes) else value for value in values)
                    row = fields_by(dict(zip(columns, texts, strict=True)), told)
                    yield NamedRow(row.get, number, None, chat)


def _orders(connection: sqlite3.Connection, table: str, time: str) -> tuple[list[Order], str | None]:
    """The rows of a table, as `row_orders` gives them; those of one that does not number them in order of time."""
    try:
        number_rows(connection, table, time)
    except SQLITE_ERRORS as error:
        return [], str(error)
    return row_orders(connection, table, None, "rowid")


def _find_tables(head: Head) -> Evidence | None:
    if head.tables is None:
        return None
    with connect(head.source) as connection:
        return _database_tables(connection)[0].evidence()


DATABASES: Final = Format(
    "named-tables",
    "a SQLite database with a table whose columns are called as those of chats are (any tool)",
    ".db .sqlite .sqlite3",
    _find_tables,
    lambda reading: named_entries(reading, _stored(reading)),
)
SCRIPTS: Final = Format(
    "named-sql",
    "an SQL script that fills a table whose columns are called as those of chats are (any tool)",
    ".sql",
    lambda head: _script_tables(head).evidence(),
    lambda reading: named_entries(reading, _inserted(reading)),
)
