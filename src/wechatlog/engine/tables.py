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
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.content.column_words import KNOWN, fields_of
from wechatlog.diagnostics import Severity
from wechatlog.engine.column_shapes import tell_columns
from wechatlog.engine.delimited import RUN, Rows, filled, iter_row_runs
from wechatlog.engine.head import UNSEEN, Head
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
_SHOWN: Final = 16
"""Cells in rows of one length that show that it is no accident."""
_LINES: Final = 60
"""Lines in which they are looked for."""
_WIDEST: Final = 200
"""Columns among which a damaged name is looked for; no tool writes as many."""
_LINE_END: Final = re.compile(r"<br ?/?>", re.IGNORECASE)
_BAR: Final = "|"
_RULE: Final = re.compile(r":?-+:?")
_UNSEEN: Final = re.compile(f"[{UNSEEN}]")
DELIMITERS: Final = (",", "\t", ";", "|")
_EXACT: Final = 1e15
"""Excel keeps fifteen digits."""
_LETTERS: Final = 5
_ROW_NUMBERS: Final = ("", "Unnamed: 0")
"""What pandas and Excel call a column of row numbers in front."""


_DATED: Final = re.compile(r"[\s\"'\[(]{0,3}[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?[T ][0-9]{1,2}:[0-9]{2}")
"""The beginning of a row of messages, in whatever table."""


def near_names(name: str, names: Iterable[str]) -> list[str]:
    """The name that another one is but for a damaged character, or for characters that nobody sees; or nothing."""
    import difflib

    return difflib.get_close_matches("".join(filter(str.isprintable, name)), list(names), 1, 0.75)


def _is_spoilt(name: str, other: str) -> bool:
    """Whether a name is another one but for one character, and for what is none."""
    name = "".join(filter(str.isprintable, name)).replace("\ufffd", "")
    # a short English word is soon another one, and what is left of 群id is a name of its own
    letters = min(len(word) + 2 * (not word.isascii()) for word in (name + "?", other))
    return letters >= _LETTERS and any(
        name[:at] == other[:at] and (name[at:] == other[at + 1 :] or name[at + 1 :] in (other[at:], other[at + 1 :]))
        for at in range(len(other) + 1)
    )


class Layout(NamedTuple):
    """Where a table stands in a file.

    Attributes:
        row: 0-based row of the header, blank lines not counted; -1 where there is none any more.
        places: the column of each field; -1 for one that the file lacks.
        width: how many columns the header has.
        delimiter: of a text; empty for a sheet.
        sheet: the name of the sheet; empty for a text.
        damaged: a header cell that is none of the table's but stands where one should; the whole table where the
            header cannot be read.
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


class _Part(NamedTuple):
    """What stands under a heading: where, the heading, and all rows below it."""

    layout: Layout
    header: Sequence[str]
    runs: Iterator[Rows]


def _columns(spec: str | Mapping[str, str]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """`"Time|时间=time Sender=sender"`: names in the header, and the name of the field."""
    pairs = spec.items() if isinstance(spec, Mapping) else (word.rsplit("=", 1) for word in spec.split())
    return tuple((tuple(names.split("|")), field) for names, field in pairs)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


RowRun: TypeAlias = "tuple[Sequence[Sequence[Any]], Sequence[int]]"
"""Rows, at least one, and their lines."""


class TableRows:
    """The rows of a table, each with its line, as named tuples.

    Args:
        row: a named tuple of the fields.
        runs: what stands in the fields of rows that follow each other, and their lines; what is told of a row is told
            between two runs. The same rows, for who needs no names.
    """

    def __init__(self, row: Any, runs: Iterator[RowRun]) -> None:
        self.row, self.runs = row, runs

    def __iter__(self) -> Iterator[tuple[Any, int]]:
        new = functools.partial(tuple.__new__, self.row)
        return ((new(cells), line) for run in self.runs for cells, line in zip(*run, strict=True))

    def peek(self, count: int) -> list[tuple[Any, int]]:
        """About so many of the first rows, which are given again."""
        seen: list[RowRun] = []
        while sum(len(lines) for _, lines in seen) < count and (run := next(self.runs, None)) is not None:
            seen.append(run)
        self.runs = itertools.chain(seen, self.runs)
        return [*TableRows(self.row, iter(seen))]


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
    def _needed_first(self) -> list[int]:
        """The places of the fields: where a needed column is missing, the many names of the others are not compared."""
        return sorted(range(len(self.fields)), key=lambda at: self.fields[at] in self.optional)

    @functools.cached_property
    def _deepest(self) -> int:
        return max(self.depth, self.reach)

    def __str__(self) -> str:
        return ",".join(names[0] for names, _ in self.columns)

    # --- where it is

    def match(self, cells: Sequence[str], row: int = 0) -> Layout | None:
        """The layout of a header row; `None` where it is that of another table."""
        stripped = [cell.strip(' "\ufeff\r') for cell in cells]
        seen = [_UNSEEN.sub("", name) for name in stripped]
        names = [self._spellings.get(name.casefold(), name) for name in seen]
        while names and not names[-1]:
            names.pop()
        spoilt = next((name for name, clean in zip(stripped, seen, strict=True) if name != clean), "")
        spoilt = (self._unglued(names) if self.mends else "") or spoilt
        shift = bool(names) and names[0] in _ROW_NUMBERS and names[0] not in self.columns[0][0]
        found = self._exact(names, int(shift)) or self._moved(names) if self.exact else self._loose(names)
        if found is not None and spoilt:
            found = found._replace(damaged=found.damaged or spoilt)
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
        for at in self._needed_first:
            if places[at] < 0 and (near := self._near(at, names, places)) is not None:
                places, damaged = (*places[:at], near, *places[at + 1 :]), names[near]
            if places[at] < 0 and self.fields[at] not in self.optional:
                return None
        unknown = tuple(name for index, name in enumerate(names) if name and index not in places)
        return Layout(0, places, len(names), damaged=damaged, unknown=unknown)

    def _near(self, at: int, names: list[str], places: tuple[int, ...]) -> int | None:
        """The column whose name is that of a field but for a character; of a needed one only where others are known."""
        known, field = self.columns[at]
        missing = {each for each, place in zip(self.fields, places, strict=True) if place < 0}
        needed = {*self.fields} - self.optional
        is_alone = len(needed) >= _SPECIFIC and missing & needed == {field}
        sure = self.mends and (is_alone or len(missing) * 4 <= len(places))
        for index, name in enumerate(names[:_WIDEST]):
            if index in places or (plain := self.plain(name)) in KNOWN:
                continue
            if (sure and near_names(name, known)) or (
                field in self.optional and any(_is_spoilt(plain, each) for each in known)
            ):
                return index
        return None

    def find(self, head: Head) -> Layout | None:
        """Where the table stands in a text."""
        tables = [(delimiter, first_rows(head, delimiter)) for delimiter in DELIMITERS]
        for row in range(self._deepest):
            layouts: list[Layout] = []
            for delimiter, rows in tables:
                if row < len(rows):
                    cells, below = rows[row], next(map(len, rows[row + 1 : row + 2]), 0)
                    found = self._behind(cells, len(cells) - below, row) or self.match(cells, row)
                    if found and not (found.damaged and below > found.width):
                        layouts.append(found._replace(delimiter=delimiter))
            if layouts:
                return next((layout for layout in layouts if not layout.damaged), layouts[0])
        return None

    def _behind(self, cells: list[str], at: int, row: int) -> Layout | None:
        """The heading behind a part of one, which was cut where the whole file stands once more."""
        first = cells[0].strip(' "\ufeff')
        if not 0 < at <= len(cells) - _SPECIFIC or not first or not cells[at].endswith(first):
            return None
        found = self.match([first, *cells[at + 1 :]], row)
        return found and found._replace(damaged=cells[at])

    def find_headless(self, head: Head) -> Layout | None:
        """Where the rows stand in a text whose header is gone or cannot be read: most are as long as it would be.

        Not where the header of another table stands there.
        """
        width, ours = len(self.columns), {name for names, _ in self.columns for name in names}
        for delimiter in DELIMITERS if width >= _SPECIFIC and "text" in head.containers else ():
            rows = first_rows(head, delimiter)
            alike = sum(len(cells) == width for cells in rows)
            if alike * 2 <= len(rows) or alike * width < _SHOWN:
                continue
            first, *below = rows
            is_heading = sum(cell in ours for cell in first) * 2 > len(first)
            if is_heading or _has_value(first) or sum(cell in KNOWN for cell in first) < 2:
                is_row = not is_heading and len(first) == width and _has_value(first) >= any(map(_has_value, below))
                return Layout(-is_row, tuple(range(width)), width, delimiter, damaged=str(self))
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

    def rows(self, reading: Reading, layout: Layout | None = None, *, needed: int = 1) -> TableRows:
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
        runs = self._all_rows(reading, layout)
        above, header, line, runs = _below(runs, layout.row)
        if layout.delimiter in ("", _BAR):
            runs = itertools.chain.from_iterable(itertools.starmap(filled, runs))
        if layout.damaged == str(self):
            what = f"the heading is missing or damaged; the columns were taken for {self}"
            reading.report("damaged-header", what, line=line)
        elif layout.damaged:
            what = f"the heading {layout.damaged[:60]!r} is damaged; the column was told by its place"
            reading.report("damaged-header", what, line=line)
        if layout.row >= self.depth:
            severity = Severity.WARNING if sum(any(map(_DATED.match, cells)) for cells in above) > 1 else Severity.INFO
            what = "what stands above the heading of the table was left out"
            reading.report("text-before-first-message", what, severity=severity, line=1)
        reading.tell_unknown(layout.unknown, (), line)
        return TableRows(self._row, self._parts(reading, _Part(layout, header, runs), needed))

    @functools.cached_property
    def _beginnings(self) -> frozenset[str]:
        """What a heading may begin with, in the usual ways to write it."""
        names = {name for each, _ in self.columns for name in each}
        ways = (name for each in names for name in (each, each.title(), each.upper()))
        return frozenset(way for name in ways for way in (name, f"\ufeff{name}"))

    def _parts(self, reading: Reading, part: _Part | None, needed: int) -> Iterator[RowRun]:
        """The rows of a table, and of those below it that have another heading."""
        while part is not None:
            (layout, header, _), below = part, list[_Part]()
            runs = self._above_heading(reading, part, below)
            if len(header) > layout.width:
                runs = _without_blanks(runs, layout.width)
            if self.tail and layout.delimiter and layout.places[self.fields.index(self.tail)] == layout.width - 1:
                runs = _with_tails(reading, runs, layout, layout.places[0])
            yield from self._runs(reading, layout, runs, needed)
            part = below[0] if below else None

    def _above_heading(self, reading: Reading, part: _Part, below: list[_Part]) -> Iterator[Rows]:
        """The rows down to another heading, without the titles above headings; `below` gets what stands under it."""
        layout, header, runs = part
        beginnings = self._beginnings | {*header[:1]}
        held: list[tuple[list[str], int]] = []  # the last row, which may be a title
        for run in runs:
            rows, lines = run
            if held:
                rows, lines = [held[0][0], *rows], [held[0][1], *lines]
            held = [(rows[-1], lines[-1])] if _is_title(rows[-1], layout) else []
            if not held and beginnings.isdisjoint([cells[0] for cells in rows]):
                yield rows, lines
                continue
            begin, end = 0, len(rows) - len(held)
            for at, cells in enumerate(rows[:end]):
                if cells[0] not in beginnings or (found := self._heading(cells, part)) is None:
                    continue
                top = at - (at > begin and _is_above(rows, lines, at - 1, layout))
                if top < at:
                    what = "a line above a heading belongs to no row of the table"
                    reading.tell("text-outside-messages", what, lines[top])
                if begin < top:
                    yield rows[begin:top], lines[begin:top]
                begin = at + 1
                if (found.places, found.width) == (layout.places, layout.width):
                    what = "the header row stands here again: files were put together"
                    reading.tell("repeated-header", what, lines[at])
                    continue
                reading.tell("repeated-header", "another header row stands here: its columns are others", lines[at])
                rest = [(rows[begin:], lines[begin:])] if rows[begin:] else []
                below.append(_Part(found._replace(delimiter=layout.delimiter), cells, itertools.chain(rest, runs)))
                return
            if begin < end:
                yield rows[begin:end], lines[begin:end]
        if held:
            yield [held[0][0]], [held[0][1]]

    def _heading(self, cells: list[str], part: _Part) -> Layout | None:
        """The layout of a row that is a heading, that of the part where it stands there again."""
        header = part.header
        if len(cells) == len(header) and [cells[0].lstrip("\ufeff"), *cells[1:]] == [
            header[0].lstrip("\ufeff"),
            *header[1:],
        ]:
            return part.layout
        found = self.match(cells)
        return None if found is None or found.damaged else found

    def _all_rows(self, reading: Reading, layout: Layout) -> Iterator[Rows]:
        if layout.delimiter:
            found = iter_row_runs(reading.blocks(), reading.collector, delimiter=layout.delimiter)
            return found if layout.delimiter != _BAR else _without_bars(reading, found)
        reading.sheets_read.add(layout.sheet)
        reading.look_back = functools.partial(tell_unread_sheets, reading)
        return _sheet_runs(iter_sheet(reading.source, layout.sheet), layout.width)

    def _runs(self, reading: Reading, layout: Layout, runs: Iterable[Rows], needed: int) -> Iterator[RowRun]:
        for rows, lines in runs:
            if {*map(len, rows)} == {layout.width}:
                yield self._placed(layout, rows), lines
                continue
            begin = 0
            for at, cells in enumerate(rows):
                if len(cells) == layout.width:
                    continue
                if begin < at:  # what is told of a row is told behind the rows before it
                    yield self._placed(layout, rows[begin:at]), lines[begin:at]
                begin = at + 1
                if (found := self._mended(reading, layout, cells, lines[at], needed)) is not None:
                    yield self._placed(layout, found[:1], found[1]), lines[at:begin]
            if begin < len(rows):
                yield self._placed(layout, rows[begin:]), lines[begin:]

    def _mended(
        self, reading: Reading, layout: Layout, whole: list[str], line: int, needed: int
    ) -> tuple[list[str], str] | None:
        """A row of as many cells as the header, and what was taken out of it; `None` where it is none."""
        if not any(map(str.strip, whole)):
            return None
        numbered = self.exact and not layout.moved and layout.places[0] == 1  # a column of row numbers in front
        width, cells, extra = layout.width - numbered, whole[numbered:], ""
        if len(cells) != width and self.spare is not None:
            extra = self.spare(reading, cells, width, line)
        if len(cells) != width:
            reading.report("row-length", f"the row has {len(cells)} fields, the header {width}", line=line)
            if len(cells) < needed:
                return None
            cells = (cells + [""] * width)[:width]
        return whole[:numbered] + cells, extra

    def _placed(self, layout: Layout, rows: Sequence[Sequence[str]], extra: str = "") -> Sequence[Sequence[str]]:
        """What stands in the fields of rows."""
        places = layout.places if self.spare is None else (*layout.places, layout.width)
        if places == tuple(range(layout.width)):
            return rows
        pick = operator.itemgetter(*places)
        return [pick((*cells, extra, "")) for cells in rows]


def _is_title(cells: Sequence[str], layout: Layout) -> bool:
    """Whether a row may be the title of a table: one cell alone, or beside empty ones."""
    return layout.width > 1 and sum(map(bool, cells)) == 1


def _is_above(rows: Sequence[Sequence[str]], lines: Sequence[int], at: int, layout: Layout) -> bool:
    """Whether a row is the title of a table that begins below it; in a text it stands under a blank line."""
    if not _is_title(rows[at], layout):
        return False
    return not layout.delimiter or at == 0 or lines[at] > lines[at - 1] + 1 + sum(c.count("\n") for c in rows[at - 1])


def _without_blanks(runs: Iterable[Rows], width: int) -> Iterator[Rows]:
    """Rows without the empty cells that spreadsheet programs write behind those of a table."""
    for rows, lines in runs:
        for cells in rows:
            while len(cells) > width and not cells[-1]:
                cells.pop()
        yield rows, lines


def _below(runs: Iterator[Rows], row: int) -> tuple[list[list[str]], Sequence[str], int, Iterator[Rows]]:
    """The rows above a header row, this, its line, and the rows below it; all of them where there is none."""
    above: list[list[str]] = []
    for rows, lines in runs:
        if row < 0:
            return above, (), lines[0], itertools.chain([(rows, lines)], runs)
        if len(rows) > row:
            rest = rows[row + 1 :], lines[row + 1 :]
            return [*above, *rows[:row]], rows[row], lines[row], itertools.chain([rest] if rest[0] else (), runs)
        above += rows
        row -= len(rows)
    return above, (), 1, iter(())


def _with_tails(reading: Reading, runs: Iterable[Rows], layout: Layout, time: int) -> Iterator[Rows]:
    """Rows whose last cell was written without quotes, with what belongs to it; each row begins with a time."""
    pieces: list[str] = []  # of the last text
    held: tuple[list[str], int] | None = None
    count = long = 0
    for rows, lines in runs:
        if {*map(len, rows)} == {layout.width}:
            if held is not None:
                yield _with_tail(*held, pieces)
            if rows[1:]:
                yield rows[:-1], lines[:-1]
            count += len(rows)
            held, pieces = (rows[-1], lines[-1]), []
            continue
        for cells, line in zip(rows, lines, strict=True):
            if (
                held is not None
                and 0 < len(cells) < layout.width
                and not (time < len(cells) and parse_clock(cells[time]))
            ):
                pieces.append(layout.delimiter.join(cells))
                what = "a line that is no row was taken for a line of the text above"
                severity = Severity.INFO
                if _DATED.match(pieces[-1]):
                    what = "a line with a time is no row of this table; it was taken for a line of the text above"
                    severity = Severity.WARNING
                if reading.is_news(what):
                    reading.report("row-length", what, severity=severity, line=line)
                continue
            if held is not None:
                yield _with_tail(*held, pieces)
            count += 1
            long += len(cells) > layout.width
            if len(cells) > layout.width:
                what = f"the row has {len(cells)} fields, the header {layout.width}: its last text has no quotes"
                reading.tell("row-length", what, line)
                cells[layout.width - 1 :] = [layout.delimiter.join(cells[layout.width - 1 :])]
            held, pieces = (cells, line), []
    if held is not None:
        yield _with_tail(*held, pieces)
    if long > 1 and long * 2 > count:
        reading.report("damaged-header", "most rows have more fields than the header", line=1)


def _with_tail(cells: list[str], line: int, pieces: list[str]) -> Rows:
    if pieces:
        cells[-1] = "\n".join([cells[-1], *pieces])
    return [cells], [line]


def one_of(reading: Reading, tables: Mapping[str, Table], *, needed: int = 1) -> tuple[str, TableRows]:
    """The rows of whichever table a text or a workbook holds, and the name of that table.

    Raises:
        FormatError: where it holds none of them.
    """
    head = reading.head
    layouts = ((name, table.find(head) or table.find_sheet(head)) for name, table in tables.items())
    found = [(name, layout) for name, layout in layouts if layout is not None]
    if found:  # the first, but one whose columns nobody moved before others
        name, layout = min(found, key=lambda each: each[1].moved)
        return name, tables[name].rows(reading, layout, needed=needed)
    for name, table in tables.items():
        if (headless := table.find_headless(head)) is not None:
            return name, table.rows(reading, headless, needed=needed)
    wanted, is_text = next(iter(tables.values())), "text" in head.containers
    what = f"the first line is not {wanted}" if is_text else f"no sheet has the columns {wanted}"
    raise FormatError(what, source=reading.source.label, line=1 if is_text else None)


def tell_unread_sheets(reading: Reading) -> None:
    """Tell of sheets of a workbook that hold messages as well, and were not read."""
    for name, peeked in peek_sheets(reading.source, _LINES) or ():
        if name in reading.sheets_read:
            continue
        rows = [[cell_text(cell) for cell in cells] for cells in peeked if any(cells)]
        named = (fields_of(dict.fromkeys(cells, "")) for cells in rows)
        if any({"time", "text"} <= fields.keys() for fields in named) or tell_columns([*map(_numbered, rows)], {}):
            what = f"the sheet {name[:60]!r} looks like one of messages too; it was not read"
            reading.report("unread-part", what, severity=Severity.WARNING)


def _numbered(cells: list[str]) -> dict[int, str]:
    return dict(enumerate(cells))


def first_rows(head: Head, delimiter: str) -> list[list[str]]:
    """The first rows of a text, as `iter_rows` counts them: a cell may hold line ends, a row holds something."""
    return _rows_of(tuple(head.lines[:_LINES]), delimiter)


@functools.lru_cache(maxsize=16)
def _rows_of(lines: tuple[str, ...], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    at = 0 if any(delimiter in line for line in lines) else len(lines)
    while at < len(lines) and len(rows) <= _DEEPEST:
        reader = csv.reader((f"{line}\n" for line in lines[at:]), delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
            at += reader.line_num
        except csv.Error:  # a quote was lost; no name of a column needs one
            cells = lines[at].replace('"', "").split(delimiter)
            at += 1
        if any(cells):
            rows.append(cells)
    return rows if delimiter != _BAR else [cells for cells in map(_unbarred, rows) if not _is_rule(cells)]


def _has_value(cells: list[str]) -> bool:
    return any(cell.isdigit() or parse_clock(cell) for cell in cells)


def _is_rule(cells: list[str]) -> bool:
    return all(map(_RULE.fullmatch, cells))


def _unbarred(cells: list[str]) -> list[str]:
    """The cells of a row between bars; bars at both of its ends too are Markdown.

    There `<br>` is a line end, and a bar behind a backslash is one of the text.
    """
    if not (len(cells) > 2 and not cells[0].strip() and not cells[-1].strip()):
        return [cell.strip() for cell in cells]
    inner: list[str] = []
    for before, cell in itertools.pairwise(cells[:-1]):
        if before.endswith("\\") and inner:
            inner[-1] = f"{inner[-1][:-1]}|{cell}"
        else:
            inner.append(cell)
    return [_LINE_END.sub("\n", cell.strip()) for cell in inner]


def _without_bars(reading: Reading, runs: Iterable[Rows]) -> Iterator[Rows]:
    """Such rows, without the rules under headings, and without what stands between tables that have one."""
    is_ruled = is_closed = False
    for rows, lines in runs:
        kept: list[tuple[list[str], int]] = []
        for cells, line in zip(rows, lines, strict=True):
            if is_ruled and is_closed and len(cells) == 1:
                what = f"a line between the rows of a table was left out: {cells[0][:60]!r}"
                reading.tell("text-outside-messages", what, line)
                continue
            inner, is_closed = _unbarred(cells), not cells[-1].strip()
            is_rule = _is_rule(inner)
            is_ruled = is_ruled or is_rule
            kept += [] if is_rule else [(inner, line)]
        if kept:
            yield [cells for cells, _ in kept], [line for _, line in kept]


def _sheet_runs(rows: Iterator[Sequence[object]], width: int) -> Iterator[Rows]:
    """The rows of a sheet with their numbers."""
    number = 1
    while run := [_trimmed(cells, width) for cells in itertools.islice(rows, RUN)]:
        yield run, range(number, number + len(run))
        number += len(run)


def _trimmed(cells: Sequence[object], width: int) -> list[str]:
    """The cells of a sheet's row as texts, as many as the header has, and more only where they hold something."""
    texts = [_sheet_text(cell) for cell in cells]
    while len(texts) > width and not texts[-1]:
        texts.pop()
    return texts + [""] * (width - len(texts))


def _sheet_text(cell: object) -> str:
    """A cell as text; a number of more digits than Excel keeps is no id any more, and is shown as one that is not."""
    return f"{cell:.14E}".replace("E+0", "E+") if isinstance(cell, float) and abs(cell) >= _EXACT else cell_text(cell)
