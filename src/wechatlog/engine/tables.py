"""Tables with a header row, whatever holds them: delimited text of any delimiter, or a sheet of a workbook.

A `Table` says which columns are which fields; its rows are named tuples of texts. What a spreadsheet program does to a
file on the way (another delimiter, a nameless column of row numbers, blank cells at the end) is undone here. Knows no
format.
"""

from __future__ import annotations

import collections
import csv
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.column_words import KNOWN
from wechatlog.engine.delimited import Row, iter_rows, lenient_cells
from wechatlog.engine.head import Head
from wechatlog.engine.protocol import Evidence
from wechatlog.engine.workbooks import cell_text, iter_sheet, peek_sheets
from wechatlog.errors import FormatError, MissingExtraError
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from wechatlog.engine.reading import Reading

_SPECIFIC: Final = 4
"""Columns by which a table is known in any order."""
_DEEPEST: Final = 20
"""Rows down to which a heading may stand in any table."""
_LINES: Final = 60
"""Lines in which they are looked for."""
_BAR: Final = "|"
_RULE: Final = re.compile(r":?-+:?")
_DELIMITERS: Final = (",", "\t", ";", "|")
_EXACT: Final = 1e15
"""Excel keeps fifteen digits."""
_LETTERS: Final = 5
_ROW_NUMBERS: Final = ("", "Unnamed: 0")
"""What pandas and Excel call a column of row numbers in front."""


def near_names(name: str, names: Iterable[str]) -> list[str]:
    """The name that another one is but for a damaged character, or for characters that nobody sees; or nothing."""
    import difflib

    return difflib.get_close_matches("".join(filter(str.isprintable, name)), list(names), 1, 0.75)


def _is_spoilt(name: str, other: str) -> bool:
    """Whether a name is another one but for one character, and for what is none."""
    name = "".join(filter(str.isprintable, name)).replace("\ufffd", "")
    letters = len(other) + 2 * (not other.isascii())  # a short English word is soon another one
    return letters >= _LETTERS and any(
        name[:at] == other[:at] and (name[at:] == other[at + 1 :] or name[at + 1 :] in (other[at:], other[at + 1 :]))
        for at in range(len(other) + 1)
    )


class Layout(NamedTuple):
    """Where a table stands in a file.

    Attributes:
        row: 0-based row of the header, blank lines not counted.
        places: the column of each field; -1 for one that the file lacks.
        width: how many columns the header has.
        delimiter: of a text; empty for a sheet.
        sheet: the name of the sheet; empty for a text.
        damaged: a header cell that is none of the table's but stands where one should.
        unknown: header cells that the table does not know.
        moved: somebody put the columns of an exact table into another order, or others among them.
    """

    row: int
    places: tuple[int, ...]
    width: int
    delimiter: str = ""
    sheet: str = ""
    damaged: str = ""
    unknown: tuple[str, ...] = ()
    moved: bool = False


def _columns(spec: str | Mapping[str, str]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """`"Time|时间=time Sender=sender"`: names in the header, and the name of the field."""
    pairs = spec.items() if isinstance(spec, Mapping) else (word.rsplit("=", 1) for word in spec.split())
    return tuple((tuple(names.split("|")), field) for names, field in pairs)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen(eq=False)
class Table:
    """A table with a header row.

    Attributes:
        columns: names in the header and the field of each, in order: `"Time|时间=time Sender=sender"`, or a mapping
            where a name holds a blank. `|` parts names that mean the same.
        optional: fields whose columns a file may lack; their texts are empty then.
        exact: the header is these columns in this order and no others, unless somebody moved them; else in any order
            among others, which are told.
        depth: rows in which the header stands.
        reach: rows down to which it is looked for where somebody may have put lines above it, which is told.
        mends: a damaged name of a column is told by the others; one that other tools give to a column is none.
        plain: what of a name of a column counts; the names of the fields are plain.
        tail: a field whose text may be written without quotes where its column is the last one: what is too much in a
            row, and lines below that are none, belong to it. The first field is a time.
        extra: a field without a column, which `spare` fills; empty in most rows.
        spare: takes a cell out that a build of the writer put in without a column for it, and returns it for `extra`;
            gets the cells of a row whose length is not that of the header, and how many there should be.
    """

    columns: tuple[tuple[tuple[str, ...], str], ...] = attrs.field(converter=_columns)
    optional: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    exact: bool = True
    depth: int = 1
    reach: int = 4
    mends: bool = True
    plain: Callable[[str], str] = str
    tail: str = ""
    extra: str = ""
    spare: Callable[[Reading, list[str], int, int], str] | None = None

    @functools.cached_property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(field for _, field in self.columns)

    @functools.cached_property
    def _row(self) -> Any:
        names = (*self.fields, self.extra) if self.extra else self.fields
        return collections.namedtuple("TableRow", names, rename=True)  # noqa: PYI024 - its fields are data

    @functools.cached_property
    def _spellings(self) -> dict[str, str]:
        """The names of columns by what they are in any case."""
        return {name.casefold(): name for names, _ in self.columns for name in names}

    @functools.cached_property
    def _deepest(self) -> int:
        return max(self.depth, self.reach)

    def __str__(self) -> str:
        return ",".join(names[0] for names, _ in self.columns)

    # --- where it is

    def match(self, cells: Sequence[str], row: int = 0) -> Layout | None:
        """The layout of a header row; `None` where it is that of another table."""
        stripped = (cell.strip(' "\ufeff\r') for cell in cells)
        names = [self._spellings.get(name.casefold(), name) for name in stripped]
        while names and not names[-1]:
            names.pop()
        glued = self._unglued(names) if self.mends else ""
        shift = bool(names) and names[0] in _ROW_NUMBERS and names[0] not in self.columns[0][0]
        found = self._exact(names, int(shift)) or self._moved(names) if self.exact else self._loose(names)
        if found is not None and glued:
            found = found._replace(damaged=glued)
        return found and found._replace(row=row)

    def _unglued(self, names: list[str]) -> str:
        """Part two names that ran together, or join one that a delimiter parts; says what stood there."""
        known = {name for each, _ in self.columns for name in each}
        missing = known - {*names}
        for at, name in enumerate(names):
            if name in known:
                continue
            if (joined := "".join(names[at : at + 2])) in missing:  # a delimiter too many
                names[at : at + 2] = [joined]
                return name
            for end in filter(name.endswith, missing):
                begin = name.removesuffix(end)
                begin = begin if begin in missing else begin[:-1]
                if begin in missing:
                    names[at : at + 1] = begin, end
                    return name
        return ""

    def _exact(self, names: list[str], shift: int) -> Layout | None:
        if len(names) - shift != len(self.columns):
            return None
        wrong = [index for index, (known, _) in enumerate(self.columns) if names[index + shift] not in known]
        if wrong and (len(wrong) > 1 or len(self.columns) < 4 or names[wrong[0] + shift] in KNOWN):
            return None
        places = tuple(range(shift, len(names)))
        return Layout(0, places, len(names), damaged=names[wrong[0] + shift] or "an empty cell" if wrong else "")

    def _moved(self, names: list[str]) -> Layout | None:
        """All of the columns in any order, and one beside them at most; of one that says more others know more."""
        if not _SPECIFIC <= len(self.columns) <= len(names) <= len(self.columns) + 1 or len({*names}) < len(names):
            return None
        found = self._loose(names)
        if found is None or found.damaged or -1 in found.places or any(name in KNOWN for name in found.unknown):
            return None
        return found._replace(moved=True)

    def _loose(self, names: list[str]) -> Layout | None:
        plain = [*map(self.plain, names)]
        places = tuple(
            next((plain.index(name) for name in known if name in plain), -1)  # the first name that is there
            for known, _ in self.columns
        )
        damaged = ""
        for at, place in enumerate(places):
            if place < 0 and (near := self._near(at, names, places)) is not None:
                places, damaged = (*places[:at], near, *places[at + 1 :]), names[near]
        missing = {field for field, place in zip(self.fields, places, strict=True) if place < 0}
        if missing - self.optional:
            return None
        unknown = tuple(name for index, name in enumerate(names) if name and index not in places)
        return Layout(0, places, len(names), damaged=damaged, unknown=unknown)

    def _near(self, at: int, names: list[str], places: tuple[int, ...]) -> int | None:
        """The column whose name is that of a field but for a character; of a needed one only where others are known."""
        known, field = self.columns[at]
        sure = self.mends and sum(place >= 0 for place in places) * 4 >= len(places) * 3
        for index, name in enumerate(names):
            if index in places or (plain := self.plain(name)) in KNOWN:
                continue
            if (sure and near_names(name, known)) or (
                field in self.optional and any(_is_spoilt(plain, each) for each in known)
            ):
                return index
        return None

    def find(self, head: Head) -> Layout | None:
        """Where the table stands in a text."""
        lines = tuple(head.lines[:_LINES])
        tables = [(delimiter, _first_rows(lines, delimiter)) for delimiter in _DELIMITERS]
        for row in range(self._deepest):
            for delimiter, rows in tables:
                if row < len(rows):
                    found = self.match(rows[row], row)
                    if found and not (
                        found.damaged and any(len(below) > found.width for below in rows[row + 1 : row + 2])
                    ):
                        return found._replace(delimiter=delimiter)
        return None

    def find_sheet(self, head: Head) -> Layout | None:
        """Where the table stands in a workbook: the first sheet that has its header.

        Raises:
            MissingExtraError: for a file that is called a workbook or looks like one, without python-calamine.
        """
        return next(self.find_sheets(head), None)

    def find_sheets(self, head: Head) -> Iterator[Layout]:
        """Where it stands in each sheet that has its header.

        Raises:
            MissingExtraError: as `find_sheet`.
        """
        try:
            for name, rows in peek_sheets(head.source, self._deepest) or ():
                texts = ([cell_text(cell) for cell in cells] for cells in rows)
                found = (self.match(cells, row) for row, cells in enumerate(texts))
                if (layout := next(filter(None, found), None)) is not None:
                    yield layout._replace(sheet=name)
        except MissingExtraError:
            if head.suffix in (".xlsx", ".xlsm") or "ole" in head.containers or b"xl/" in head.data:
                raise

    def detect(self, head: Head) -> Evidence | None:
        """The header row of a text."""
        return self._judge(self.find(head), f"the columns {self}")

    def detect_sheet(self, head: Head) -> Evidence | None:
        """The header row of a sheet."""
        return self._judge(self.find_sheet(head), f"a sheet with the columns {self}")

    def _judge(self, found: Layout | None, reason: str) -> Evidence | None:
        if found is None:
            return None
        confidence = 0.8 if found.damaged else 1.0 if self.exact else 0.9
        if found.moved:  # more of one table than of another that has some of its columns
            confidence = 0.45 + 0.4 * len(self.columns) / found.width
        return Evidence(min(confidence, 0.85) if found.row >= self.depth else confidence, reason)

    # --- what it holds

    def rows(self, reading: Reading, layout: Layout | None = None, *, needed: int = 1) -> Iterator[tuple[Any, int]]:
        """The rows with their lines, or numbers in the sheet; one of another length than the header is told.

        Args:
            reading: of a text or a workbook.
            layout: where the table stands; found out where `None`.
            needed: cells that a row must have to be one.

        Yields:
            A named tuple of the fields, texts all of them, and the line.

        Raises:
            FormatError: where the header is not there.
        """
        if layout is None:
            return one_of(reading, {"": self}, needed=needed)[1]
        rows: Iterator[Row] = itertools.islice(self._all_rows(reading, layout), layout.row, None)
        header = next(rows, None)
        line = header.line if header else 1
        if layout.damaged:
            what = f"the heading {layout.damaged[:60]!r} is damaged; the column was told by its place"
            reading.report("damaged-header", what, line=line)
        if layout.row >= self.depth:
            reading.tell("text-before-first-message", "what stands above the heading of the table was left out", 1)
        reading.tell_unknown(layout.unknown, (), line)
        if header and len(header.fields) > layout.width:
            rows = _without_blanks(rows, layout.width)
        if self.tail and layout.delimiter and layout.places[self.fields.index(self.tail)] == layout.width - 1:
            rows = _with_tails(reading, rows, layout, layout.places[0])
        return self._fields(reading, layout, rows, needed, list(header.fields) if header else [])

    def _all_rows(self, reading: Reading, layout: Layout) -> Iterator[Row]:
        if layout.delimiter:
            found = iter_rows(reading.blocks(), reading.collector, delimiter=layout.delimiter)
            return found if layout.delimiter != _BAR else _without_bars(found)
        cells = (_trimmed(row, layout.width) for row in iter_sheet(reading.source, layout.sheet))
        return (Row(row, number) for number, row in enumerate(cells, 1))

    def _fields(
        self, reading: Reading, layout: Layout, rows: Iterable[Row], needed: int, header: list[str]
    ) -> Iterator[tuple[Any, int]]:
        _, places, width, *_ = layout
        new, made, spare, numbered = (
            tuple.__new__,
            self._row,
            self.spare,
            self.exact and not layout.moved and places[0] == 1,
        )
        if numbered:  # a column of row numbers in front
            places, width = tuple(range(width - 1)), width - 1
        in_order = places == tuple(range(width))
        usual = in_order and not numbered and spare is None
        heading = [cell.lstrip("\ufeff") for cell in header[: layout.width]]
        starts = {heading[0], f"\ufeff{heading[0]}"} if heading else set()
        for cells, line in rows:
            if usual and len(cells) == width and cells[0] and cells[0] not in starts:
                yield new(made, cells), line
                continue
            if not any(cells):
                continue
            if cells[0] in starts and [cells[0].lstrip("\ufeff"), *cells[1:]] == heading:
                reading.tell("repeated-header", "the header row stands here again: files were put together", line)
                continue
            extra = ""
            if numbered:
                del cells[:1]
            if len(cells) != width:
                if spare is not None:
                    extra = spare(reading, cells, width, line)
                if len(cells) != width:
                    reading.report("row-length", f"the row has {len(cells)} fields, the header {width}", line=line)
                if len(cells) < needed:
                    continue
                cells += [""] * (width - len(cells))
                del cells[width:]
            if not in_order:
                cells = [cells[at] if at >= 0 else "" for at in places]
            if spare is not None:
                cells.append(extra)
            yield new(made, cells), line


def _without_blanks(rows: Iterable[Row], width: int) -> Iterator[Row]:
    """Rows without the empty cells that spreadsheet programs write behind those of a table."""
    for row in rows:
        while len(row.fields) > width and not row.fields[-1]:
            row.fields.pop()
        yield row


def _with_tails(reading: Reading, rows: Iterable[Row], layout: Layout, time: int) -> Iterator[Row]:
    """Rows whose last cell was written without quotes, with what belongs to it; each row begins with a time."""
    pieces: list[str] = []  # of the last text
    held: Row | None = None
    count = long = 0
    for row in rows:
        cells, line = row
        if held is not None and 0 < len(cells) < layout.width and not (time < len(cells) and parse_clock(cells[time])):
            what = "a line that is no row was taken for a line of the text above"
            reading.tell("row-length", what, line, once=True)
            pieces.append(layout.delimiter.join(cells))
            continue
        if held is not None:
            yield _with_tail(held, pieces)
        count += 1
        long += len(cells) > layout.width
        if len(cells) > layout.width:
            what = f"the row has {len(cells)} fields, the header {layout.width}: its last text has no quotes"
            reading.tell("row-length", what, line)
            cells[layout.width - 1 :] = [layout.delimiter.join(cells[layout.width - 1 :])]
        held, pieces = row, []
    if held is not None:
        yield _with_tail(held, pieces)
    if long > 1 and long * 2 > count:
        reading.report("damaged-header", "most rows have more fields than the header", line=1)


def _with_tail(row: Row, pieces: list[str]) -> Row:
    if pieces:
        row.fields[-1] = "\n".join([row.fields[-1], *pieces])
    return row


def one_of(reading: Reading, tables: Mapping[str, Table], *, needed: int = 1) -> tuple[str, Iterator[tuple[Any, int]]]:
    """The rows of whichever table a text or a workbook holds, and the name of that table.

    Raises:
        FormatError: where it holds none of them.
    """
    head = Head.of(reading.source, reading.encoding)
    layouts = ((name, table.find(head) or table.find_sheet(head)) for name, table in tables.items())
    found = [(name, layout) for name, layout in layouts if layout is not None]
    if found:  # the first, but one whose columns nobody moved before others
        name, layout = min(found, key=lambda each: each[1].moved)
        return name, tables[name].rows(reading, layout, needed=needed)
    wanted, is_text = next(iter(tables.values())), "text" in head.containers
    what = f"the first line is not {wanted}" if is_text else f"no sheet has the columns {wanted}"
    raise FormatError(what, source=reading.source.label, line=1 if is_text else None)


@functools.lru_cache(maxsize=16)
def _first_rows(lines: tuple[str, ...], delimiter: str) -> list[list[str]]:
    """The first rows of a text, as `iter_rows` counts them: a cell may hold line ends, a row holds something."""
    rows: list[list[str]] = []
    at = 0 if any(delimiter in line for line in lines) else len(lines)
    while at < len(lines) and len(rows) <= _DEEPEST:
        reader = csv.reader((f"{line}\n" for line in lines[at:]), delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
            at += reader.line_num
        except csv.Error:  # a quote was lost
            cells = lenient_cells(lines[at], delimiter)
            at += 1
        if any(cells):
            rows.append(cells)
    return rows if delimiter != _BAR else [cells for cells in map(_unbarred, rows) if not _is_rule(cells)]


def _is_rule(cells: list[str]) -> bool:
    return all(map(_RULE.fullmatch, cells))


def _unbarred(cells: list[str]) -> list[str]:
    """The cells of a row between bars, which may stand at both of its ends too, as in Markdown."""
    cells = [cell.strip() for cell in cells]
    return cells[1:-1] if len(cells) > 2 and not cells[0] and not cells[-1] else cells


def _without_bars(rows: Iterable[Row]) -> Iterator[Row]:
    """Such rows, without the rule under the heading."""
    for fields, line in rows:
        cells = _unbarred(fields)
        if not _is_rule(cells):
            yield Row(cells, line)


def _trimmed(cells: Sequence[object], width: int) -> list[str]:
    """The cells of a sheet's row as texts, as many as the header has, and more only where they hold something."""
    texts = [_sheet_text(cell) for cell in cells]
    while len(texts) > width and not texts[-1]:
        texts.pop()
    return texts + [""] * (width - len(texts))


def _sheet_text(cell: object) -> str:
    """A cell as text; a number of more digits than Excel keeps is no id any more, and is shown as one that is not."""
    if isinstance(cell, float) and abs(cell) >= _EXACT:
        return f"{cell:.14E}".replace("E+0", "E+")
    return cell_text(cell)
