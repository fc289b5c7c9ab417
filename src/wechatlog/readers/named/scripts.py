"""SQL scripts of tools without a reader of their own: those that fill a table of messages.

Takes a script with `INSERT INTO` or `COPY`, gives entries of the tables that `several` knows as those of messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.diagnostics import Collector
from wechatlog.engine import Draft, Format, Head, Reading, iter_inserts
from wechatlog.engine.sql import SqlRow, columns_in
from wechatlog.readers.named.entries import named_entries
from wechatlog.readers.named.rows import NamedRow, fields_by
from wechatlog.readers.named.several import SEEN, Key, Tables, are_called, begin_table, draft_of
from wechatlog.source import Source


def _script_tables(head: Head) -> Tables:
    """The tables of messages that the beginning of a script shows."""
    reading = Reading(Source.of_text(head.text), Collector())
    samples = dict[Key, list[Mapping[str, Any]]]()
    for row in iter_inserts(reading, (), others=True):
        samples.setdefault((row.table, (*row.values,)), []).append(row.values)
    tables = Tables({(name, (*columns,)): {} for name, columns in columns_in(head).items() if are_called(columns)})
    for key, rows in samples.items():
        tables.tell(key, rows[:SEEN])
    return tables


def _inserted(reading: Reading) -> Iterator[NamedRow]:
    """The rows of tables of messages; those of a new one wait until there are enough to tell what they are."""
    tables = _script_tables(reading.head)
    names = [*dict.fromkeys(table for table, _ in tables.told)]
    chats = dict[str, Draft | None]()
    begun = set[Key]()
    seen = dict[Key, list[SqlRow]]()

    def said(key: Key, rows: list[SqlRow]) -> Iterator[NamedRow]:
        table, told = key[0], tables.told[key]
        if key not in begun:
            begun.add(key)
            names.extend({table} - {*names})
            begin_table(reading, *key, told, rows[0].line)
            chats.setdefault(table, draft_of(reading, table, len(names)))
        for row in rows:
            yield NamedRow(fields_by(row.values, told).get, row.line, None, chats[table])

    for row in iter_inserts(reading, names, others=True):
        key = row.table, (*row.values,)
        if key in tables.told:
            yield from said(key, [row])
        elif len(rows := seen.setdefault(key, [])) < SEEN:  # one with more is of something else
            rows.append(row)
            is_enough = len(rows) == SEEN or are_called(key[1])
            if is_enough and tables.tell(key, [each.values for each in rows]):
                yield from said(key, seen.pop(key))
    for key, rows in sorted(seen.items(), key=lambda item: -len(item[1])):
        if tables.tell(key, [row.values for row in rows]):
            yield from said(key, rows)
        elif key[0] in names or tables.is_like(key, [row.values for row in rows]):
            reading.tell_unread(key[0], rows[0].line)


SCRIPTS: Final = Format(
    "named-sql",
    "an SQL script that fills a table whose columns are called as those of chats are (any tool)",
    ".sql",
    lambda head: _script_tables(head).evidence(),
    lambda reading: named_entries(reading, _inserted(reading)),
)
