"""The library's own tables of messages, one row a message: `csv`, `tsv` and the workbook `xlsx`.

Takes rows, gives messages; the columns are those of `frames.columns`, in any order, and some may be missing or added. A
table may have been through a spreadsheet program: other encodings and separators, dates rewritten, ids rounded. What is
lost by that is reported.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from wechatlog.content.accounts import is_room
from wechatlog.content.native import SCHEMA
from wechatlog.diagnostics import Origin, Severity
from wechatlog.engine.delimited import iter_rows
from wechatlog.engine.excel import DATE_ORDER_OPTION, check_date_order, read_local_clock
from wechatlog.engine.protocol import OWNER_OPTION, Batch, Context, Draft, Evidence, Head
from wechatlog.engine.tables import Table, first_rows, near_names, tell_unread_sheets
from wechatlog.engine.workbooks import cell_text, iter_sheet, peek_sheets, sheet_names
from wechatlog.errors import FormatError, MissingExtraError
from wechatlog.frames.cells import COLUMN_TYPES, DEFAULT_COLUMNS, parse_flag, parse_segments_cell, plain
from wechatlog.frames.rows import conversation_of
from wechatlog.model import KINDS, Conversation, Message, MessageKind
from wechatlog.segments import Segment
from wechatlog.source import Source
from wechatlog.timestamps import Precision, in_zone

_BATCH_SIZE: Final = 1024
_PRECISIONS: Final[tuple[Precision, ...]] = ("second", "minute", "day")
_ROUNDED: Final = re.compile(r"[0-9](?:[.,][0-9]{1,17})?[eE]\+[0-9]{2,3}|[0-9]{16,17}\.0")
_BAD_VALUES: Final = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
_TELLING: Final = ("time", "sender", "kind", "text")
_REACH: Final = 4
"""Rows in which the heading is looked for."""
_FACTS: Final = "conversation"
"""The sheet on the conversation."""
_MARK: Final = re.compile(r" ⟦exact ([0-9]+)⟧\Z")
_OPTIONS: Final[Mapping[str, str]] = {**OWNER_OPTION, **DATE_ORDER_OPTION}


def _judge(names: Sequence[str]) -> Evidence | None:
    known = COLUMN_TYPES.keys() & names
    if known >= set(DEFAULT_COLUMNS):
        return Evidence(1.0, "all columns of a table of wechatlog", opening=True)
    if known >= set(_TELLING):
        return Evidence(0.9, f"the columns {', '.join(name for name in names if name in known)}")
    if known == set(names) and "text" in known and known & {"time", "sender"}:
        return Evidence(0.7, f"the columns {', '.join(names)} and no others")
    return None


class _Teller:
    """Rows to messages, each with its conversation; `zone` is that of dates without one."""

    def __init__(
        self, context: Context, draft_of: Callable[[Mapping[str, Any]], Draft], zone: dt.tzinfo | None = None
    ) -> None:
        check_date_order(context)
        self._context, self._draft_of, self._zone = context, draft_of, zone

    def tell(self, row: Mapping[str, Any], line: int) -> tuple[Draft, Message]:
        """The message of a row, and its conversation; cells are texts by name of column, the time perhaps a date."""
        draft = self._draft_of(row)
        time, precision = self._time(row, line)
        text, segments = row.get("text", ""), row.get("segments")
        return draft, self._context.message(
            draft,
            time=time,
            precision=precision,
            sender=row.get("sender") or None,
            kind=self._kind(row.get("kind", ""), line),
            text=text,
            sender_id=row.get("sender_id") or None,
            is_self=self._flag(row, line),
            id=self._id(row, "id", line),
            reply_to=self._id(row, "reply_to", line),
            segments=self._segments(segments, text, line) if segments else None,
            line=line,
            origin=self._origin(row, line) if row.get("source") or row.get("line") else None,
        )

    def _report_cell(self, column: str, value: str, line: int, why: object = "") -> None:
        shown = value if len(value) <= 60 else f"{value[:57]}…"
        reason = f": {why}" if why else ""
        self._context.report(
            "bad-cell", f"{column} cannot be {shown!r}{reason}; it was left out", severity=Severity.ERROR, line=line
        )

    def _time(self, row: Mapping[str, Any], line: int) -> tuple[dt.datetime | None, Precision | None]:
        cell = row.get("time", "")
        if not cell:
            return None, None
        time, found = self._clock(cell, line)
        if time is None:
            return None, None
        named = row.get("precision", "")
        if named in _PRECISIONS:
            found = max(found or "second", named, key=_PRECISIONS.index) if isinstance(cell, str) else named
        elif named:
            self._report_cell("precision", named, line)
        return time, found

    def _clock(self, cell: str | dt.date, line: int) -> tuple[dt.datetime | None, Precision | None]:
        context = self._context
        if not isinstance(cell, str):
            time = context.wall_time(_rounded(cell).replace(tzinfo=self._zone))
            return time, "second" if isinstance(cell, dt.datetime) else "day"
        if cell[10:11] != "T":
            return read_local_clock(cell, context, line=line)
        try:
            time = dt.datetime.fromisoformat(cell)
        except ValueError:
            return context.clock(cell, line=line)
        if self._zone is not None:
            time = time.replace(tzinfo=self._zone) if time.tzinfo is None else in_zone(time, self._zone)
        return context.wall_time(time), "second"

    def _kind(self, cell: str, line: int) -> MessageKind:
        kind = KINDS.get(cell or "text")
        if kind is None:
            self._context.report(
                "unknown-kind", f"no kind of message: {cell[:60]!r}", severity=Severity.INFO, line=line
            )
            return MessageKind.OTHER
        return kind

    def _flag(self, row: Mapping[str, Any], line: int) -> bool | None:
        cell = row.get("is_self", "")
        try:
            return parse_flag(cell)
        except ValueError as error:
            self._report_cell("is_self", cell, line, error)
            return None

    def _id(self, row: Mapping[str, Any], column: str, line: int) -> str | None:
        cell = row.get(column) or None
        if cell is not None and _ROUNDED.fullmatch(cell):
            self._context.report("rounded-id", f"a spreadsheet rounded {column} to {cell}; it was dropped", line=line)
            return None
        return cell

    def _segments(self, cell: str, text: str, line: int) -> tuple[Segment, ...] | None:
        try:
            segments = parse_segments_cell(cell)
            raw = None if segments is None else "".join(segment.raw for segment in segments)
        except _BAD_VALUES as error:
            self._report_cell("segments", cell, line, error)
            return None
        if raw is None or raw == text:
            return segments
        self._context.tell("changed-text", "the text is not that of its segments any more, and was parsed", line)
        return None

    def _origin(self, row: Mapping[str, Any], line: int) -> Origin:
        """Where the message stood before, where the table says it."""
        source, number = row.get("source") or None, row.get("line", "")
        if number and not (number.isascii() and number.isdigit()):
            self._report_cell("line", number, line)
            number = ""
        if number:
            return Origin(source, int(number))
        return self._context.origin(line) if source is None else Origin(source)


def _rounded(day: dt.date) -> dt.datetime:
    """A date of a spreadsheet to the second: it is a number there, whose fractions are never exact."""
    time = day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time())
    return (time + dt.timedelta(microseconds=500_000)).replace(microsecond=0)


class _Layout(NamedTuple):
    """The row of the heading, and the names in it; of a lost one, what is left of it, or -1."""

    separator: str
    names: tuple[str, ...]
    row: int
    lost: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether these are names of columns; a row of a message may hold the word text too."""
        return "text" in self.names and (len(self.names) < 3 or sum(name in COLUMN_TYPES for name in self.names) > 1)


def _layouts(head: Head, separators: str) -> Iterator[_Layout]:
    """The rows that may be the heading: the first, and those below it that have all the columns that tell."""
    for separator in separators:
        for row, cells in enumerate(first_rows(head, separator)[:_REACH]):
            names = tuple(name.strip(' "\ufeff') for name in cells)
            if not row or {*names} >= {*_TELLING}:
                yield _Layout(separator, names, row)


class TableReader:
    """The reader of a text table.

    Args:
        name: of the format.
        description: in one line.
        suffixes: of its files.
        separators: that may stand between its cells.
    """

    options = _OPTIONS
    cuts: Final = "tried"

    def __init__(self, name: str, description: str, suffixes: tuple[str, ...], separators: str) -> None:
        self.name, self.description, self.suffixes = name, description, suffixes
        self._separators = separators

    def detect(self, head: Head) -> Evidence | None:
        """The names of the columns decide."""
        found = (_judge(layout.names) for layout in _layouts(head, self._separators))
        return next((evidence for evidence in found if evidence is not None), None)

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one draft for each conversation.

        Raises:
            FormatError: without a column `text`.
        """
        head = Head.of(source, context.encoding)
        layout = next((layout for layout in _layouts(head, self._separators) if layout.is_heading), None)
        if layout is None:
            found = filter(None, (table.find_headless(head) for table in _USUAL_TABLES))
            usual = next((each for each in found if each.delimiter in self._separators), None)
            if usual is None:
                raise FormatError("the first row names no column text", source=source.label, line=1)
            message = "the heading is lost; the columns are taken for the usual ones"
            context.report("no-header", message, severity=Severity.ERROR, line=1)
            layout = _Layout(usual.delimiter, _USUAL[usual.width != len(_USUAL[0])], usual.row, lost=True)
        chat_of = functools.lru_cache(maxsize=1024)(functools.partial(_chat_of, context))
        teller = _Teller(context, lambda row: chat_of(row.get("conversation", ""), row.get("conversation_id", "")))
        return _batches((teller.tell(row, line) for row, line in _text_rows(context, layout)), context)


def _batches(stream: Iterator[tuple[Draft, Message]], context: Context) -> Iterator[Batch]:
    """Batches of one conversation or several; an empty one where there is no message."""
    empty = True
    while rows := list(itertools.islice(stream, _BATCH_SIZE)):
        pending: dict[Draft, list[Message]] = {}
        for draft, message in rows:
            pending.setdefault(draft, []).append(message)
        yield from pending.items()
        empty = False
    if empty:
        yield context.first_chat, []


def _chat_of(context: Context, title: str, id_: str) -> Draft:
    """The conversation of a row; a title that is the id was none."""
    known = {"title": title if title != id_ else None, "id": id_ or None, "is_group": is_room(id_) or None}
    return context.chat_of(f"{title}\0{id_}", **known)


_ROW_NUMBERS: Final = ("", "Unnamed: 0")
"""What programs call a column of row numbers that they put in front."""
_USUAL: Final = (DEFAULT_COLUMNS, tuple(name for name in DEFAULT_COLUMNS if name != "apart"))
"""The columns of a file of which nobody wanted others; older versions had no column for what stands apart."""
_USUAL_TABLES: Final = tuple(Table(" ".join(f"{name}={name}" for name in names)) for names in _USUAL)


def _mended(names: tuple[str, ...], width: int) -> tuple[str, ...]:
    """The names of columns, those with damaged characters and those that ran together told by their place."""
    known = [*dict.fromkeys(name for name in names if name in COLUMN_TYPES)]
    if len(known) == len(names) >= width:
        return names
    if names[0] in _ROW_NUMBERS and DEFAULT_COLUMNS[0] in known and len(known) == len(names) - 1:
        return names
    for usual in _USUAL:
        if len(known) <= width == len(usual) and known == [name for name in usual if name in known]:
            return usual
    if len(names) < width <= len(DEFAULT_COLUMNS):
        left = tuple(itertools.takewhile(COLUMN_TYPES.__contains__, names))
        right = tuple(itertools.takewhile(COLUMN_TYPES.__contains__, reversed(names)))[::-1]
        begin = DEFAULT_COLUMNS.index(left[-1]) + 1 if left and left[-1] in DEFAULT_COLUMNS else 0
        whole = (*left, *DEFAULT_COLUMNS[begin : begin + width - len(left) - len(right)], *right)
        return whole if len(set(whole)) == width and {*known} <= {*whole} else names
    missing = [name for name in COLUMN_TYPES if name not in names]
    near = {name: near_names(name, missing) for name in names if name not in COLUMN_TYPES}
    found = tuple((near.get(name) or [name])[0] for name in names)
    return found if len(set(found)) == len(found) else names


def _text_rows(context: Context, layout: _Layout) -> Iterator[tuple[dict[str, str], int]]:
    """The rows below the heading as cells by name of column.

    Spreadsheet programs leave out empty cells at the end of a row, so a row may be short as long as it has its text.
    """
    rows = iter_rows(context.blocks(), context.collector, delimiter=layout.separator)
    names, told = layout.names, False
    if layout.lost:
        rows = itertools.islice(rows, layout.row + 1, None)
    else:
        for above in itertools.islice(rows, layout.row):
            what = "what stands above the heading of the table was left out"
            context.tell("text-before-first-message", what, above.line, once=True)
        header, first = next(rows, None), list(itertools.islice(rows, 3))
        line = header.line if header else 1
        widths = [len(row.fields) for row in first]
        names = _mended(names, max(widths, key=widths.count, default=len(names)))
        if names != layout.names:
            wrong = next((name for name in layout.names if name not in names), ",".join(layout.names))
            what = f"the heading {wrong[:60]!r} is damaged; the column was told by its place"
            context.report("damaged-header", what, line=line)
        context.tell_unknown(names, COLUMN_TYPES, line)
        rows = itertools.chain(first, rows)
    place = names.index("text")
    for cells, line in rows:
        if len(cells) != len(names):
            if not any(map(str.strip, cells)):
                continue
            is_short = place < len(cells) < len(names)
            if not (is_short and told):
                severity = Severity.INFO if is_short else Severity.WARNING
                message = f"the row has {len(cells)} cells, the heading {len(names)}"
                context.report("row-length", message, severity=severity, line=line)
            told = told or is_short
        elif cells[place] == "text" and tuple(name.strip(" \ufeff") for name in cells) == names:
            context.tell("repeated-header", "the heading stands there again", line)
            continue
        yield dict(zip(names, [plain(cell) if cell[:1] == "'" else cell for cell in cells], strict=False)), line


class WorkbookReader:
    """The reader of the workbook."""

    name = "xlsx"
    description = "wechatlog's own Excel workbook"
    suffixes = (".xlsx",)
    options = _OPTIONS

    def detect(self, head: Head) -> Evidence | None:
        """The names of the columns decide, and the sheet on the conversation."""
        try:
            sheets = peek_sheets(head.source, 2) or []
        except MissingExtraError:
            if head.suffix in (".xlsx", ".xlsm"):
                raise
            return None
        found = _find_table(sheets)
        facts = (row for name, rows in sheets if name == _FACTS for row in rows)
        if found is not None and any([cell_text(cell) for cell in row[:2]] == ["schema", SCHEMA] for row in facts):
            return Evidence(1.0, f"the sheet {_FACTS} names the schema {SCHEMA}")
        return None if found is None else found[1]

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where no sheet has the columns.
            MissingExtraError: without python-calamine.
        """
        sheets = peek_sheets(source, 1) or []
        found = _find_table(sheets)
        if found is None:
            names = ", ".join(sheet_names(source))
            raise FormatError(f"no sheet has the columns {', '.join(_TELLING)}: {names}", source=source.label)
        book = _Book(context, [name for name, _ in sheets])
        known = book.describe()
        context.learn(context.chat, known)
        teller = _Teller(context, lambda _: context.chat, known.tz)
        yield from _batches((teller.tell(row, line) for row, line in book.rows(found[0])), context)
        context.sheets_read.add(found[0])
        tell_unread_sheets(context)


def _find_table(sheets: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> tuple[str, Evidence] | None:
    for name, rows in sheets:
        evidence = _judge(_headings(rows[0])) if rows else None
        if evidence is not None:
            return name, evidence
    return None


def _headings(row: Sequence[object]) -> list[str]:
    names = [cell_text(cell).strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


class _Book:
    def __init__(self, context: Context, sheets: Sequence[str]) -> None:
        self._context, self._sheets = context, sheets
        self._exact = self._read_exact()

    def _parts(self, name: str) -> Iterator[str]:
        pattern = re.compile(rf"{re.escape(name)}(?: [0-9]+)?")
        return (sheet for sheet in self._sheets if pattern.fullmatch(sheet))

    def _read_exact(self) -> dict[str, str]:
        parts: dict[str, list[str]] = {}
        for sheet in self._parts("exact"):
            for row in iter_sheet(self._context.source, sheet):
                number, part = (cell_text(cell) for cell in (*row, "", "")[:2])
                parts.setdefault(number, []).append(part)
        parts.pop("number", None)
        texts = {number: self._exact_text(number, found) for number, found in parts.items()}
        return {number: text for number, text in texts.items() if text is not None}

    def _exact_text(self, number: str, parts: Iterable[str]) -> str | None:
        try:
            text = json.loads("".join(parts))
        except ValueError:
            text = None
        if isinstance(text, str):
            return text
        self._context.report("broken-json", f"the exact text {number[:20]} cannot be read", severity=Severity.ERROR)
        return None

    def _text(self, cell: object) -> str:
        """A cell as text; one that could not hold its text has it elsewhere."""
        if isinstance(cell, bool):
            return "true" if cell else "false"
        text = cell_text(cell)
        mark = _MARK.search(text) if text.endswith("⟧") else None
        return text if mark is None else self._exact.get(mark[1], text)

    def describe(self) -> Conversation:
        if _FACTS not in self._sheets:
            return Conversation()
        rows = ((*row, "", "")[:2] for row in iter_sheet(self._context.source, _FACTS))
        facts = {self._text(key): self._text(value) for key, value in rows}
        try:
            return conversation_of(facts.get("header"))
        except _BAD_VALUES as error:
            self._context.report("no-header", f"the header cannot be read: {error}", severity=Severity.ERROR)
            return Conversation()

    def rows(self, table: str) -> Iterator[tuple[dict[str, Any], int]]:
        for sheet in self._parts(table):
            rows = iter_sheet(self._context.source, sheet)
            names = _headings(next(rows, []))
            if "text" not in names:
                continue
            self._context.tell_unknown(names, COLUMN_TYPES, 1)
            for line, cells in enumerate(rows, 2):
                if any(cell != "" for cell in cells):
                    known = ((name, cell) for name, cell in zip(names, cells, strict=False) if name in COLUMN_TYPES)
                    yield {name: self._value(name, cell) for name, cell in known}, line

    def _value(self, name: str, cell: object) -> str | dt.date:
        return cell if name == "time" and isinstance(cell, dt.date) else self._text(cell)


CSV: Final = TableReader("csv", "wechatlog's own table of messages, comma-separated", (".csv",), ",;")
TSV: Final = TableReader("tsv", "wechatlog's own table of messages, tab-separated", (".tsv", ".tab"), "\t")
XLSX: Final = WorkbookReader()
