"""Rows of a CSV text with the line that each begins on.

Takes blocks of text and gives lists of fields. Quoted fields may hold line ends, commas and NUL. Knows no format.
"""

from __future__ import annotations

import csv
import itertools
import sys
from typing import TYPE_CHECKING, NamedTuple

from wechatlog.diagnostics import Severity
from wechatlog.tokenizer import iter_lines, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wechatlog.diagnostics import Collector

__all__ = ["Row", "iter_dicts", "iter_rows"]

_FIELD_LIMIT = min(sys.maxsize, 2**31 - 1)


class Row(NamedTuple):
    """A row.

    Attributes:
        fields: as text.
        line: 1-based line that it begins on.
    """

    fields: list[str]
    line: int


def iter_rows(blocks: Iterable[str], collector: Collector, *, delimiter: str = ",") -> Iterator[Row]:
    """The rows of a CSV text.

    Blank lines and rows of nothing but delimiters are skipped; a quote that never closes is reported.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        delimiter: one character.
    """
    # The csv module refuses fields over 131,072 characters unless told otherwise; the limit is one for the process,
    # so it is only ever raised.
    if csv.field_size_limit() < _FIELD_LIMIT:
        csv.field_size_limit(_FIELD_LIMIT)
    quotes = _QuoteCounter(line for line, _ in iter_lines(prepare(blocks).blocks))
    reader = csv.reader(quotes, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        quotes.count = 0
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # pragma: no cover - nothing is known that raises it without strict
            collector.report("broken-csv", f"broken CSV row: {error}", severity=Severity.ERROR, line=line)
            continue
        if quotes.ended and quotes.count % 2:
            collector.report("open-quote", "a quoted field never ends: the file is cut or damaged", line=line)
        if any(fields):
            yield Row(fields, line)


class _QuoteCounter:
    """Lines for the csv module, with a count of the quotes in them: an odd one at the end is an open field."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        self.count += line.count('"')
        return line


def iter_dicts(
    rows: Iterable[Row], collector: Collector, columns: Sequence[str] | None = None
) -> Iterator[tuple[dict[str, str], int]]:
    """Rows as mappings from column name to field.

    Args:
        rows: as `iter_rows` gives them.
        collector: told of rows that are too short or too long; their fields are used as far as they go.
        columns: the names; taken from the first row where `None`.

    Yields:
        The mapping, with an empty text for every field that is missing, and the line.
    """
    stream = iter(rows)
    if columns is None:
        first = next(stream, None)
        if first is None:
            return
        columns = [name.strip("\ufeff ") for name in first.fields]
    for fields, line in stream:
        if len(fields) != len(columns):
            collector.report("row-length", f"the row has {len(fields)} fields, the header {len(columns)}", line=line)
        yield dict(itertools.zip_longest(columns, fields[: len(columns)], fillvalue="")), line
