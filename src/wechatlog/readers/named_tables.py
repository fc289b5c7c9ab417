"""Databases and SQL scripts of tools without a reader of their own, told by what their columns are called.

Takes a SQLite file, or a script with `INSERT INTO` or `COPY`, gives entries of the tables that have a time, a text and
somebody who wrote it, as `named_columns` knows them; of several such tables each is a chat of its own, unless a column
says whose chat a row is of.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from wechatlog.content.column_words import KNOWN, fields_of
from wechatlog.content.file_kinds import kind_of
from wechatlog.diagnostics import Severity
from wechatlog.engine import Draft, Evidence, Format, Reading, iter_inserts
from wechatlog.engine.sql import columns_in
from wechatlog.engine.sqlite import (
    SQLITE_ERRORS,
    Order,
    columns_of,
    connect,
    decode,
    fetch_row,
    number_rows,
    row_orders,
    row_query,
    tables_of,
)
from wechatlog.readers.named_columns import NamedRow, is_chat, named_entries

if TYPE_CHECKING:
    import sqlite3

_CONFIDENCE: Final = 0.5


def _chats(tables: Mapping[str, Collection[str]]) -> list[str]:
    return [name for name, columns in tables.items() if is_chat({*fields_of(dict.fromkeys(sorted(columns)))})]


def _shown(value: bytes) -> str | None:
    """The text of some bytes, or a picture, a voice or a video as an address that holds it."""
    kind = kind_of(value)
    return decode(value) if kind is None else f"data:{kind.type};base64,{base64.b64encode(value).decode()}"


def _draft(reading: Reading, table: str, tables: list[str]) -> Draft | None:
    return reading.chat_of(table, title=table) if len(tables) > 1 else None


def _inserted(reading: Reading) -> Iterator[NamedRow]:
    columns = columns_in(reading.head)
    tables = _chats(columns)
    for row in iter_inserts(reading, tables, KNOWN):
        yield NamedRow(fields_of(row.values).get, row.line, None, _draft(reading, row.table, tables))


def _stored(reading: Reading) -> Iterator[NamedRow]:
    with connect(reading.source) as connection:
        found = {name: sorted(columns_of(connection, name)) for name in tables_of(connection)}
        tables = _chats(found)
        if not tables:
            what = f"no table of this database is one of messages, of {len(found)}: nothing was read"
            reading.report("broken-shape", what, severity=Severity.ERROR)
        for table in tables:
            columns = found[table]
            reading.tell_unknown(columns, KNOWN)
            orders, damage = _orders(connection, table, columns)
            if damage is not None:
                reading.report("broken-database", f"{table}: {damage}", severity=Severity.ERROR)
            query = row_query(table, columns, {*columns})
            for number in (number for order in orders for number in order.rows):
                values = fetch_row(connection, query, number)
                if values is not None:
                    texts = (_shown(value) if isinstance(value, bytes) else value for value in values)
                    row = fields_of(dict(zip(columns, texts, strict=True)))
                    yield NamedRow(row.get, number, None, _draft(reading, table, tables))


def _orders(connection: sqlite3.Connection, table: str, columns: list[str]) -> tuple[list[Order], str | None]:
    """The rows of a table, as `row_orders` gives them; those of one that does not number them in order of time."""
    try:
        number_rows(connection, table, fields_of(dict(zip(columns, columns, strict=True)))["time"])
    except SQLITE_ERRORS as error:
        return [], str(error)
    return row_orders(connection, table, None, "rowid")


def _evidence(tables: Mapping[str, Collection[str]]) -> Evidence | None:
    chats = _chats(tables)
    return Evidence(_CONFIDENCE, f"columns of {chats[0]!r} are called as those of chats are") if chats else None


DATABASES: Final = Format(
    "named-tables",
    "a SQLite database with a table whose columns are called as those of chats are (any tool)",
    ".db .sqlite .sqlite3",
    lambda head: _evidence(head.tables or {}),
    lambda reading: named_entries(reading, _stored(reading)),
)
SCRIPTS: Final = Format(
    "named-sql",
    "an SQL script that fills a table whose columns are called as those of chats are (any tool)",
    ".sql",
    lambda head: _evidence(columns_in(head)),
    lambda reading: named_entries(reading, _inserted(reading)),
)
