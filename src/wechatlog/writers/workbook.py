"""An Excel workbook: the messages as a table, the participants, what is known of the conversation.

Takes a conversation, gives the bytes of an `.xlsx`; the columns are those of `frames.cells`. Every text is written as
a text, so nothing in it runs or becomes a number, a date or a link. XlsxWriter writes rows to temporary files, in
a folder that goes away with the writing, so memory does not grow.

A cell cannot hold every text: 32,767 characters at most (UTF-16 units; Excel's specification), no halves of surrogate
pairs, no U+FFFE and U+FFFF, and none that XlsxWriter 3.3 would take for markup of its own (`<r>…</r>`). Such a text
stands in the cell as far as it can, ends with `⟦exact N⟧`, and is given exactly, as JSON, in the sheet `exact`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.native import SCHEMA
from wechatlog.errors import needs_extra
from wechatlog.frames.cells import DEFAULT_COLUMNS, TO_TEXT, cell_values, choose_columns
from wechatlog.frames.columns import columns_of
from wechatlog.frames.rows import conversation_header
from wechatlog.model import Author, Conversation, Message, participants_of
from wechatlog.timestamps import zone_name
from wechatlog.utf8 import escape
from wechatlog.writers.base import Form, Items, batched, built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_BATCH_SIZE: Final = 1024
_ROWS: Final = 1_048_576
"""Rows of a sheet."""
_CELL_UNITS: Final = 32_767
_PART: Final = 16_000
"""Characters that fit a cell whatever they are."""
_MADE: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""The day that every workbook says it was made on, so that the same chat gives the same bytes."""
_FIRST_YEAR: Final = 1901
"""Before it Excel counts a day that was none (29 February 1900), and before 1900 it has no dates."""

_OWN_COLUMNS: Final = tuple(name for name in DEFAULT_COLUMNS if not name.startswith("conversation"))
_WIDTHS: Final[Mapping[str, int]] = {
    "conversation": 20, "conversation_id": 22, "number": 8, "time": 19, "precision": 9, "sender": 18, "sender_id": 22,
    "is_self": 8, "kind": 12, "text": 60, "id": 21, "reply_to": 21, "mentions": 18, "emoji": 14, "links": 30,
    "images": 30, "apart": 40, "segments": 20, "parsed": 8, "source": 24, "line": 8, "name": 18, "aliases": 30,
    "message_count": 14, "key": 14, "value": 60, "json": 60,
}  # fmt: skip
_CLOCKS: Final = {"second": "yyyy-mm-dd hh:mm:ss", "minute": "yyyy-mm-dd hh:mm", "day": "yyyy-mm-dd"}
_UNFIT: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_JSON_UNFIT: Final = re.compile("[\ud800-\udfff\ufffe\uffff<]")
_MARK: Final = re.compile(r" ⟦exact [0-9]+⟧\Z")


class WorkbookWriter(Form):
    """The writer of Excel workbooks."""

    name = "xlsx"
    description = "Excel workbook: messages with real dates, participants, the conversation"
    suffixes = (".xlsx",)
    options: Mapping[str, str] = {
        "columns": "names with commas between them, in their order, such as `time,sender,text`"
    }
    losses: Mapping[str, str] = {
        "time:fraction": "dates are written to the second",
        "sender:empty": "an empty cell is no name",
        "id:empty": "an empty cell is no id",
        "id:number": "a spreadsheet program writes a rounded id so",
        "segments:custom": "a segment of a user's own class is kept as its text",
        "text:surrogate-pairs": "JSON has one way to write both",
    }
    streaming = True
    binary = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The workbook."""
        names = choose_columns(options.get("columns"), _OWN_COLUMNS)
        ((conversation, messages),) = items

        def build(path: Path) -> None:
            book = _Book(path)
            try:
                _fill(book, conversation, messages, names)
            finally:
                book.release()

        yield from built("book.xlsx", build)


def _fill(book: _Book, conversation: Conversation, messages: Iterable[Message], names: Sequence[str]) -> None:
    authors: Counter[Author] = Counter()
    days = _Days(conversation.tz)
    table = book.table("messages", names)
    for number, batch in enumerate(batched(messages, _BATCH_SIZE)):
        authors.update((message.sender, message.sender_id, message.is_self) for message in batch)
        columns = cell_values(conversation, batch, names, number * _BATCH_SIZE)
        for place, name in enumerate(names):
            if name == "time":
                columns[place] = [days.day_of(message) for message in batch]
        table.extend(columns)
    _finish(book, attrs.evolve(conversation, messages=(), tz=days.zone), authors)
    book.close()


def _finish(book: _Book, head: Conversation, authors: Counter[Author]) -> None:
    """The sheets that are known at the end."""
    names = [column.name for column in columns_of("participants") if not column.name.startswith("conversation")]
    people = participants_of(authors, head.members)
    values = [[getattr(person, name) for person in people] for name in names]
    values[names.index("aliases")] = [list(person.aliases) for person in people]
    book.table("participants", names).extend(values)
    kind = {True: "group", False: "private", None: None}[head.is_group]
    facts = (
        ("schema", SCHEMA),
        ("title", head.title),
        ("id", head.id),
        ("kind", kind),
        ("owner", head.owner),
        ("time zone", None if head.tz is None else zone_name(head.tz)),
        ("messages", authors.total()),
        ("header", conversation_header(head)),
    )
    book.table("conversation", ("key", "value")).extend(list(zip(*facts, strict=True)))


class _Days:
    """Times as wall clocks in the zone of the conversation, else in that of the first time that has one."""

    def __init__(self, zone: dt.tzinfo | None) -> None:
        self.zone = zone

    def day_of(self, message: Message) -> tuple[dt.datetime, str] | str | None:
        """The date and its precision, or an ISO text where a date cannot say it."""
        if message.time is None:
            return None
        time = message.time.replace(microsecond=0)
        if time.tzinfo is not None:
            with contextlib.suppress(OverflowError):  # the last hours of the year 9999 are in no other zone
                time = time.astimezone(self._settle(time))
        if time.year < _FIRST_YEAR or time.fold or (time.tzinfo or self.zone) is not self.zone:
            return time.isoformat()
        return time.replace(tzinfo=None), message.precision or "second"

    def _settle(self, time: dt.datetime) -> dt.tzinfo:
        if self.zone is None or zone_name(self.zone) is None:
            assert time.tzinfo is not None  # noqa: S101 - it was asked before
            named = zone_name(time.tzinfo) is not None
            self.zone = time.tzinfo if named else dt.timezone(time.utcoffset() or dt.timedelta())
        return self.zone


class _Book:
    def __init__(self, path: Path) -> None:
        with needs_extra("excel", what="writing an Excel workbook"):
            import xlsxwriter
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent), "in_memory": False}
        )
        self._book.use_zip64()
        self._book.set_properties({"created": _MADE})
        top = {"valign": "top"}
        self.heading = self._book.add_format({"bold": True, "bg_color": "#E7EEF7", "bottom": 1})
        self.text = self._book.add_format({**top, "quote_prefix": True})
        self.wrapped = self._book.add_format({**top, "quote_prefix": True, "text_wrap": True})
        self.clocks = {name: self._book.add_format({**top, "num_format": form}) for name, form in _CLOCKS.items()}
        self._tables: list[_Table] = []
        self._exact: _Table | None = None
        self._exact_count = 0

    def table(self, name: str, columns: Sequence[str]) -> _Table:
        self._tables.append(_Table(self, name, columns))
        return self._tables[-1]

    def sheet(self, name: str) -> Any:
        from wechatlog.writers.workbook_sheet import Sheet

        return self._book.add_worksheet(name, Sheet)

    def fit(self, text: str) -> str:
        """A text as a cell can hold it; what that changes is kept in the sheet `exact`."""
        if _fits(text):
            return text
        if self._exact is None:
            self._exact = self.table("exact", ("number", "json"))
        self._exact_count += 1
        exact = escape(json.dumps(text, ensure_ascii=False), _JSON_UNFIT)
        parts = [exact[begin : begin + _PART] for begin in range(0, len(exact), _PART)]
        self._exact.extend([[self._exact_count] * len(parts), parts], fitting=True)
        return f"{_UNFIT.sub(chr(0xFFFD), text[:_PART])} ⟦exact {self._exact_count}⟧"

    def close(self) -> None:
        from xlsxwriter.exceptions import FileCreateError

        for table in self._tables:
            table.finish()
        try:
            self._book.close()
        except FileCreateError as error:  # it holds the error of the system
            raise OSError(*getattr(error.args[0], "args", error.args)) from error

    def release(self) -> None:
        """Close the temporary files, also of a workbook that was not finished."""
        for sheet in self._book.worksheets():
            handle = getattr(sheet, "row_data_fh", None)
            if handle is not None:
                handle.close()


def _fits(text: str) -> bool:
    if len(text) > _PART and len(text.encode("utf-16-le", "surrogatepass")) > 2 * _CELL_UNITS:
        return False
    if text.endswith(("⟧", "</r>")) and (text.startswith("<r>") or _MARK.search(text)):
        return False
    return _UNFIT.search(text) is None


class _Table:
    """A table with a heading; it goes on in another sheet, whose name has a number, when one is full."""

    def __init__(self, book: _Book, name: str, columns: Sequence[str]) -> None:
        self._book, self._name, self._columns = book, name, columns
        self._formats = [book.wrapped if name in ("text", "value") else book.text for name in columns]
        self._number = 0
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        self._sheet = sheet = self._book.sheet(self._name if self._number == 1 else f"{self._name} {self._number}")
        self._row = 0
        for place, (name, form) in enumerate(zip(self._columns, self._formats, strict=True)):
            sheet.set_column(place, place, _WIDTHS.get(name, 18), form)
        sheet.write_columns(0, [[name] for name in self._columns], [self._book.heading] * len(self._columns))
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_ROWS}"})

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)

    def extend(self, columns: Sequence[Sequence[Any]], *, fitting: bool = False) -> None:
        """Write rows.

        Args:
            columns: one for each name, of equal length: texts, numbers, truth values, lists of texts, dates with their
                precision; `None` or an empty text for an empty cell.
            fitting: the texts are known to fit a cell.
        """
        fit = str if fitting else self._book.fit
        values = [[self._in_cell(value, fit) for value in column] for column in columns]
        height = len(values[0])
        done = 0
        while done < height:
            if self._row == _ROWS - 1:
                self.finish()
                self._begin()
            count = min(height - done, _ROWS - 1 - self._row)
            self._sheet.write_columns(self._row + 1, [column[done : done + count] for column in values], self._formats)
            self._row += count
            done += count

    def _in_cell(self, value: Any, fit: Callable[[str], str]) -> Any:
        if isinstance(value, tuple):
            return value[0], self._book.clocks[value[1]]
        if isinstance(value, list):
            value = TO_TEXT["texts"](value)
        return (fit(value) or None) if isinstance(value, str) else value


WRITER: Final = WorkbookWriter()
