"""Rows of a delimited text with the line that each begins on.

Takes blocks of text and gives lists of cells. Quoted cells may hold line ends, delimiters and NUL. A quote that was
lost costs its own row: reading goes on at the next line, and the damage is told. Knows no format.
"""

from __future__ import annotations

import csv
import io
import itertools
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.diagnostics import Collector, Severity
from wechatlog.tokenizer import prepare, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIELD_LIMIT: Final = min(sys.maxsize, 2**31 - 1)
_LONGEST_ROW: Final = 1 << 24
"""Characters of a row; a longer one has lost the quote that ends it."""


_PROBED: Final = 50
"""Lines behind a broken row that are looked at."""


class Row(NamedTuple):
    """A row.

    Attributes:
        fields: as text.
        line: 1-based line that it begins on.
    """

    fields: list[str]
    line: int


class _Lines:
    """The lines of a text, those of the open row held so that reading can go back to its second one."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._texts = (io.StringIO(text[1:], newline="\n") for text in whole_lines(blocks))
        self.row = self._first = 1  # the lines that the open row and what is held begin on
        self._held: list[str] = []
        self._again: list[str] = []
        self.ended = False

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
        self.row = self._first = self.row + max(1, line.count("\n"))
        self._held, self._again = [], rest
        self.ended = self.ended and not rest
        return lenient_cells(line, delimiter)


def iter_rows(blocks: Iterable[str], collector: Collector, *, delimiter: str = ",") -> Iterator[Row]:
    """The rows of a delimited text.

    Blank lines and rows of nothing but delimiters are skipped. A row whose quotes do not fit is reported, read as one
    line, and the lines behind it are read as rows.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        delimiter: one character.
    """
    # The csv module refuses fields over 131,072 characters unless told otherwise; the limit is one for the process,
    # so it is only ever raised.
    if csv.field_size_limit() < _FIELD_LIMIT:
        csv.field_size_limit(_FIELD_LIMIT)
    lines, new, width, told = _Lines(prepare(blocks).blocks), tuple.__new__, 0, False
    while not lines.ended:
        reader = csv.reader(itertools.chain.from_iterable(lines.batches()), delimiter=delimiter, strict=True)
        base = line = lines.row
        cells: list[str] = []
        try:
            for cells in reader:
                if not told and base + reader.line_num - line > 1 and any("\r\n" in cell for cell in cells):
                    told = True
                    what = (
                        "a cell has CR LF for line ends; whether somebody wrote it so or a conversion did is not known"
                    )
                    collector.report("converted-text", what, severity=Severity.INFO, line=line)
                if any(cells):
                    yield new(Row, (cells, line))
                lines.row = line = base + reader.line_num
        except csv.Error as error:
            if "end of data" in str(error):
                collector.report("open-quote", "a quoted field never ends: the file is cut or damaged", line=line)
            else:
                collector.report("broken-csv", f"broken CSV row: {error}", severity=Severity.ERROR, line=line)
            width = len(cells) or width
            cells = lines.give_up(width, delimiter)
            if any(cells):
                yield Row(cells, line)


def lenient_cells(line: str, delimiter: str) -> list[str]:
    """The cells of one row, whatever its quotes are."""
    try:
        return next(csv.reader(io.StringIO(line, newline="\n"), delimiter=delimiter), [])
    except csv.Error:  # a CR outside of quotes
        return [cell.strip('"') for cell in line.rstrip("\r\n").split(delimiter)]
