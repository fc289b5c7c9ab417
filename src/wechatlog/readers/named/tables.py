"""Tables of tools without a reader of their own, told by what their columns are called or hold: CSV and workbooks.

Takes the table of a text, or those of the sheets of a workbook, gives entries. A time, a text and somebody who wrote
it, or whether the owner did, must be there by one of their names (`content.column_words`); the name of a column is
believed, and that it was is told (`guessed-columns`). Whoever knows more of a format says it with more confidence and
is asked first.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from wechatlog.content.column_words import FIELDS, fields_of, names_of, plain_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import Evidence, Format, Head, Reading, Table
from wechatlog.engine.column_shapes import is_moment, tell_columns
from wechatlog.engine.tables import DELIMITERS, Layout, first_rows
from wechatlog.engine.workbooks import cell_text, peek_sheets
from wechatlog.readers.named.entries import named_entries
from wechatlog.readers.named.people import AHEAD
from wechatlog.readers.named.rows import NamedRow
from wechatlog.readers.named.signs import CONFIDENCE, WHO, is_chat

_TABLE: Final = Table(
    " ".join(f"{'|'.join(names_of(field))}={field}" for field in FIELDS),
    optional=frozenset(FIELDS) - {"time", "text"},
    exact=False,
    reach=8,
    mends=False,
    plain=plain_name,
    tail="text",
)
_SHEETS: Final = frozenset({"zip", "ole"})
_SEEN: Final = 20
"""Rows of a sheet that show what its columns mean."""
_NARROWEST: Final = 3
_WIDEST: Final = 12


def _told_rows(reading: Reading) -> Iterator[NamedRow]:
    """The rows of a table; that nothing in it says who wrote is told."""
    rows = _rows(reading)
    first = list(itertools.islice(rows, AHEAD))
    if len(first) > 1 and not any(row.get(field) for row in first for field in WHO):
        what = "no column says who wrote: a heading is damaged, or the tool left it out"
        reading.report("damaged-header", what, line=1)
    return itertools.chain(first, rows)


def _rows(reading: Reading) -> Iterator[NamedRow]:
    """The rows of the table of a text, or of each sheet of a workbook: several are several chats."""
    head = reading.head.fuller
    tables = _headed(head)
    guessed = _told_by_rows(head, tables) or ([] if tables else _told_by_rows(head, is_chat=True))
    if guessed:
        what = "no heading says what the columns of this table are: they were told by what stands in them"
        reading.tell_first("guessed-columns", what, 1, Severity.WARNING)
    layouts: list[Layout | None] = [*tables, *guessed] or [None]
    for layout in layouts:
        chat = reading.chat_of(layout.sheet, title=layout.sheet) if layout is not None and layouts[1:] else None
        for row, line in _TABLE.rows(reading, layout):
            yield NamedRow(row._asdict().get, line, None, chat)


def _is_table(head: Head) -> Evidence | None:
    if not (tables := _headed(head)):
        guessed = _told_by_rows(head)
        return Evidence(CONFIDENCE - 0.04, "columns that hold times, names and texts") if guessed else None
    there = {field for field, place in zip(_TABLE.fields, tables[0].places, strict=True) if place >= 0}
    return Evidence(CONFIDENCE, "columns that are called as those of chats are") if is_chat(there) else None


def _headed(head: Head) -> list[Layout]:
    """Where tables stand that have a heading which is known: of a text, or of each sheet of a workbook."""
    if not _SHEETS.isdisjoint(head.containers):
        return [*_TABLE.find_sheets(head)]
    return [found] if (found := _TABLE.find(head)) is not None else []


def _told_by_rows(head: Head, known: Sequence[Layout] = (), *, is_chat: bool = False) -> list[Layout]:
    """Where others stand whose columns are told by what they hold; in a text with one that is known is no other."""
    if not _SHEETS.isdisjoint(head.containers):
        peeked, names = peek_sheets(head.source, _SEEN) or (), {layout.sheet for layout in known}
        texts = {name: [[*map(cell_text, row)] for row in rows] for name, rows in peeked if name not in names}
        told = (_told_table("", name, rows, is_chat=is_chat) for name, rows in texts.items())
        return [layout for layout in told if layout is not None]
    for delimiter in () if known else DELIMITERS:
        rows = first_rows(head, delimiter)
        if len(rows) > 1 and len(rows[-1]) < len(rows[-2]) and not head.text.endswith("\n"):  # the file was cut
            rows = rows[:-1]
        if (layout := _told_table(delimiter, "", rows, is_chat=is_chat)) is not None:
            return [layout]
    return []


def _told_table(delimiter: str, sheet: str, rows: list[list[str]], *, is_chat: bool) -> Layout | None:
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    first = next((at for at, cells in enumerate(rows) if len(cells) == width), 0)
    alike = [dict(enumerate(cells)) for cells in rows if len(cells) == width]
    if not _NARROWEST <= width <= _WIDEST or len(alike) < 0.85 * (len(rows) - first):  # lines of another kind
        return None
    is_headed = len(alike) > 1 and not any(map(is_moment, alike[0].values()))
    heading = {cell: at for at, cell in reversed(alike[0].items()) if cell} if is_headed else {}
    told = tell_columns(alike[is_headed:], fields_of(heading), " ".join(heading), is_chat=is_chat)
    if told is None or (first and not is_headed):
        return None
    places = tuple(told.get(field, -1) for field in FIELDS)
    names = alike[0].values() if is_headed else [f"#{at + 1}" for at in range(width)]
    unknown = tuple(name for at, name in enumerate(names) if name and at not in places)
    return Layout(first if is_headed else -1, places, width, delimiter, sheet, unknown=unknown)


COLUMNS: Final = Format(
    "named-columns",
    "a table whose columns are called as those of chats are (any tool)",
    ".csv .tsv .xlsx .xls",
    _is_table,
    lambda reading: named_entries(reading, _told_rows(reading)),
)
