"""SQLite databases of tools without a reader of their own: those with a table of messages.

Takes a SQLite file, gives entries of the tables that `several` knows as those of messages.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.column_words import fields_of
from wechatlog.content.file_kinds import kind_of
from wechatlog.diagnostics import Severity
from wechatlog.engine import Evidence, Format, Head, Reading
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
from wechatlog.readers.named.entries import named_entries
from wechatlog.readers.named.rows import NamedRow, fields_by
from wechatlog.readers.named.several import SEEN, Key, Tables, begin_table, draft_of

if TYPE_CHECKING:
    import sqlite3

_FEWEST: Final = 3
"""Columns of a table of messages."""


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
            begin_table(reading, table, columns, told)
            time = (told or fields_of(dict(zip(columns, columns, strict=True))))["time"]
            orders, damage = _orders(connection, table, time)
            if damage is not None:
                reading.report("broken-database", f"{table}: {damage}", severity=Severity.ERROR)
            query, chat = row_query(table, columns, {*columns}), draft_of(reading, table, len(tables.told))
            for number in (number for order in orders for number in order.rows):
                values = fetch_row(connection, query, number)
                if values is not None:
                    texts = (_shown(value) if isinstance(value, bytes) else value for value in values)
                    row = fields_by(dict(zip(columns, texts, strict=True)), told)
                    yield NamedRow(row.get, number, None, chat)


def _shown(value: bytes) -> str | None:
    """The text of some bytes, or a picture, a voice or a video as an address that holds it."""
    kind = kind_of(value)
    return decode(value) if kind is None else f"data:{kind.type};base64,{base64.b64encode(value).decode()}"


def _database_tables(connection: sqlite3.Connection) -> tuple[Tables, list[Key], list[str]]:
    """The tables of messages, all with their columns in order, and those that only look like messages.

    What is made of another table for searching in it is none, unless there is nothing else.
    """
    names = tables_of(connection)
    made = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    virtual = {decode(name) for (name,) in made}
    inside = tuple(f"{name}_" for name in virtual)
    real = [name for name in names if name not in virtual and not name.startswith(inside)]
    tables, keys, others = Tables(), list[Key](), list[str]()
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
    query = f"SELECT {', '.join(map(quote_name, columns))} FROM {quote_name(table)} LIMIT {SEEN}"  # noqa: S608
    with contextlib.suppress(*SQLITE_ERRORS):
        rows = connection.execute(query).fetchall()
        texts = ([decode(cell) if is_text(cell) else "" for cell in row] for row in rows)
        return [dict(zip(columns, row, strict=True)) for row in texts]
    return []


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
