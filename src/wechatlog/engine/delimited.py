"""Rows of a delimited text with the line that each begins on.

Takes blocks of text and gives lists of cells. Quoted cells may hold line ends, delimiters and NUL. A quote that was
lost costs its own row: reading goes on at the next line, and the damage is told. Knows no format.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import sys
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from wechatlog.diagnostics import Collector, Severity
from wechatlog.tokenizer import prepare, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FIELD_LIMIT: Final = min(sys.maxsize, 2**31 - 1)
_LONGEST_ROW: Final = 1 << 24
"""Characters of a row; a longer one has lost the quote that ends it."""


_PROBED: Final = 50
"""Lines behind a broken row that are looked at."""
_QUOTED_WORDS: Final = re.compile(r'"[^"]+"[^"]+(?:"[^"]+"[^"]*)*')


class Row(NamedTuple):
    """A row.

    Attributes:
        fields: as text.
        line: 1-based line that it begins on.
    """

    fields: list[str]
    line: int


Rows: TypeAlias = "tuple[Sequence[list[str]], Sequence[int]]"
"""Rows that follow each other, and the line that each begins on."""
RUN: Final = 256
"""How many rows are given together, so that each need not go through all the generators above; what is made of more
would drive them from the cache of the processor."""
_FIRST_RUN: Final = 32
"""The first runs are shorter, since rows are learnt from those before them."""


class _Lines:
    """The lines of a text, those of the open row held so that reading can go back to its second one."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._texts = (io.StringIO(text[1:], newline="\n") for text in whole_lines(blocks))
        self.begins = [1]  # the lines that rows begin on, the last of them that of the open one
        self._first = 1  # that of what is held
        self._held: list[str] = []
        self._again: list[str] = []
        self.ended = False

    @property
    def row(self) -> int:
        """The line that the open row begins on."""
        return self.begins[-1]

    def batches(self) -> Iterator[list[str]]:
        """Lines in lists; stops early where the open row is longer than a row can be."""
        if self._again:
            self._held, self._again = self._again, []
            yield self._held.copy()
        for text in self._texts:
            del self._held[: self.row - self._first]
            self._first = self.row
            lines = list(text)
            self._held += lines
            yield lines
            if self.row == self._first and sum(map(len, self._held)) > _LONGEST_ROW:
                return
        self.ended = True

    def give_up(self, width: int, delimiter: str) -> list[str]:
        """The cells of a broken row: of its first line alone, unless no line behind it looks like a row of its own."""
        line, *rest = self._held[self.row - self._first :]
        shaped = (len(lenient_cells(other, delimiter)) == width for other in rest[:_PROBED])
        if self.ended and not (width > 1 and any(shaped)):
            line, rest = "".join((line, *rest)), []
        elif len(rest):
            line = line.rstrip("\r\n")
        self._first = self.row + max(1, line.count("\n"))
        self.begins = [self._first]
        self._held, self._again = [], rest
        self.ended = self.ended and not rest
        return lenient_cells(line, delimiter)


def iter_row_runs(blocks: Iterable[str], collector: Collector, *, delimiter: str = ",") -> Iterator[Rows]:
    """The rows of `iter_rows` in runs: some that follow each other, at least one."""
    told = False
    for rows, lines, end in _runs(blocks, collector, delimiter):
        if not told and end - lines[0] > len(rows):
            ends = (*lines[1:], end)
            for at, cells in enumerate(rows):
                if ends[at] - lines[at] > 1 and "\r\n" in ",".join(cells):
                    told = True
                    what = (
                        "a cell has CR LF for line ends; whether somebody wrote it so or a conversion did is not known"
                    )
                    if at:
                        yield from filled(rows[:at], lines[:at])
                    collector.report("converted-text", what, severity=Severity.INFO, line=lines[at])
                    rows, lines = rows[at:], lines[at:]
                    break
        yield from filled(rows, lines)


def iter_rows(blocks: Iterable[str], collector: Collector, *, delimiter: str = ",") -> Iterator[Row]:
    """The rows of a delimited text.

    Blank lines and rows of nothing but delimiters are skipped. A row whose quotes do not fit is reported, read as one
    line, and the lines behind it are read as rows.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        delimiter: one character.
    """
    for rows, lines in iter_row_runs(blocks, collector, delimiter=delimiter):
        yield from map(Row, rows, lines)


def filled(rows: Sequence[list[str]], lines: Sequence[int]) -> Iterator[Rows]:
    """The rows that hold something."""
    if all(map(any, rows)):
        yield rows, lines
    elif kept := [(cells, line) for cells, line in zip(rows, lines, strict=True) if any(cells)]:
        yield [cells for cells, _ in kept], [line for _, line in kept]


def _runs(
    blocks: Iterable[str], collector: Collector, delimiter: str
) -> Iterator[tuple[list[list[str]], list[int], int]]:
    """Rows, the lines that they begin on, and the line behind them."""
    # The csv module refuses fields over 131,072 characters unless told otherwise; the limit is one for the process,
    # so it is only ever raised.
    if csv.field_size_limit() < _FIELD_LIMIT:
        csv.field_size_limit(_FIELD_LIMIT)
    lines, width, most = _Lines(prepare(blocks).blocks), 0, _FIRST_RUN
    while not lines.ended:
        reader = csv.reader(itertools.chain.from_iterable(lines.batches()), delimiter=delimiter, strict=True)
        base = lines.row
        cells: list[str] = []
        error: csv.Error | None = None
        ended = False
        while not ended:
            rows: list[list[str]] = []
            begins = lines.begins = [lines.row]
            try:
                for cells in itertools.islice(reader, most):
                    rows.append(cells)
                    begins.append(base + reader.line_num)
            except csv.Error as damage:
                error = damage
            ended, most = len(rows) < most, min(2 * most, RUN)
            if rows:
                yield rows, begins[:-1], lines.row
        if error is not None:
            line = lines.row
            if "end of data" in str(error):
                collector.report("open-quote", "a quoted field never ends: the file is cut or damaged", line=line)
            else:
                collector.report("broken-csv", f"broken CSV row: {error}", severity=Severity.ERROR, line=line)
            width = len(cells) or width
            yield [lines.give_up(width, delimiter)], [line], line + 1


def lenient_cells(line: str, delimiter: str) -> list[str]:
    """The cells of one row, whatever its quotes are: a cell keeps them that begins with words in quotes and goes on."""
    split = line.rstrip("\r\n").split(delimiter)
    try:
        cells = next(csv.reader(io.StringIO(line, newline="\n"), delimiter=delimiter), [])
    except csv.Error:  # a CR outside of quotes
        return [cell.strip('"') for cell in split]
    if len(cells) != len(split):
        return cells
    return [words if _QUOTED_WORDS.fullmatch(words) else cell for cell, words in zip(cells, split, strict=True)]
