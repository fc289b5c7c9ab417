"""Rows of Excel workbooks (`.xlsx`, and the old `.xls`), through python-calamine.

Takes a source, gives the rows of its sheets as lists of Python values; knows no format. The library
loads a sheet whole, so memory grows with the sheet; it is loaded once, also when detection has looked at
it. A workbook that would unpack to something absurd is refused before it is loaded: a compression bomb, two cells at
the ends of the earth, between which the library would lay out every empty cell, or a long text that very many cells
share, of which the library makes a copy for each.

Detection calls `peek_sheets`, reading calls `iter_sheet`, which is lazy; `cell_text` gives a cell as the text that
Excel shows. Needs the extra `excel`.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import re
import weakref
import zipfile
import zlib
from array import array
from typing import IO, TYPE_CHECKING, Any, Final

from wechatlog.errors import FormatError, MissingExtraError, RefusedFormatError, WechatlogError, needs_extra
from wechatlog.source import Source, is_folder_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_LARGEST: Final = 1 << 30
_SUSPICIOUS: Final = 64 << 20
_HIGHEST_RATIO: Final = 200
_CHUNK: Final = 1 << 20
_LONGEST_TAG: Final = 4096
_CELL: Final = re.compile(rb"\sr\s{0,8}=\s{0,8}[\"']([A-Za-z]{1,7})([0-9]{1,10})[\"']")
_FREE_AREA: Final = 1_000_000
_AREA_PER_CELL: Final = 32
_SHORTEST_CELL: Final = 20
_TEXT_END: Final = re.compile(rb"</(?:\w{1,20}:)?si\s{0,9}>|<(?:\w{1,20}:)?si\s{0,9}/>")
_VALUE: Final = re.compile(
    rb"(<(?:\w{1,20}:)?c(?:\s[^<>]{0,400})?>)?\s{0,20}<(?:\w{1,20}:)?v(?:\s[^<>]{0,99})?>\s{0,20}([0-9]{1,9})\s{0,20}</"
)
_SHARED: Final = re.compile(rb"\st\s{0,9}=\s{0,9}[\"']s[\"']")
_LOAD_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)

# The workbook that detection opened last, so that reading does not load it again: one at most, and none
# whose source nobody holds. And the sources that turned out to be none.
_opened: Final[weakref.WeakKeyDictionary[Source, _Book]] = weakref.WeakKeyDictionary()
_unreadable: Final[weakref.WeakSet[Source]] = weakref.WeakSet()


class _Book:
    """An open workbook, and the sheets of it that are loaded."""

    def __init__(self, source: Source) -> None:
        self._label = source.label
        with _binary(source) as stream:
            if source.head().startswith(_ZIP):
                _check_package(stream, source)
                stream.seek(0)
            self._workbook = self._call("is no workbook that can be read", _load, stream)
        self._sheets: dict[str, Any] = {}

    def _call(self, what: str, function: Any, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except (MemoryError, WechatlogError):
            raise
        except BaseException as error:
            # Rust panics arrive as a BaseException of their own.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise FormatError(f"{what}: {error}", source=self._label) from error

    @property
    def names(self) -> list[str]:
        """Sheet names in their order."""
        return [str(name) for name in self._workbook.sheet_names]

    def _sheet(self, name: str) -> Any:
        if name not in self._sheets:
            self._sheets[name] = self._call(f"sheet {name!r} is damaged", self._workbook.get_sheet_by_name, name)
        return self._sheets[name]

    def peek(self, name: str, rows: int) -> list[list[object]]:
        """The first rows of a sheet; it stays loaded."""
        sheet = self._sheet(name)
        if not rows or not sheet.width:  # the library panics
            return []
        found: list[list[object]] = sheet.to_python(skip_empty_area=False, nrows=rows)
        return found

    def rows(self, name: str) -> Iterator[list[object]]:
        """The rows of a sheet, which is let go afterwards."""
        sheet = self._sheet(name)
        self._sheets.pop(name)
        left = [""] * (sheet.start[1] if sheet.start else 0)  # columns that are empty in all rows
        return (left + row for row in sheet.iter_rows()) if left else iter(sheet.iter_rows())


def _load(stream: IO[bytes]) -> Any:
    with needs_extra("excel", what="reading an Excel workbook"):
        from python_calamine import CalamineWorkbook
    return CalamineWorkbook.from_filelike(stream)


def _binary(source: Source) -> IO[bytes]:
    """The bytes of a source as a stream that can go back and forth."""
    stream = source.open()
    if stream.seekable():
        return stream
    with stream:
        return io.BytesIO(stream.read())


def _check_package(stream: IO[bytes], source: Source) -> None:
    """Go through an `.xlsx` once before the library does.

    Raises:
        FormatError: for a ZIP that is damaged, or no workbook.
        RefusedFormatError: for one that unpacks to something absurd.
    """
    try:
        with zipfile.ZipFile(stream) as package:
            members = package.infolist()
            if not any(info.filename.replace("\\", "/").lower() == "xl/workbook.xml" for info in members):
                raise FormatError("this ZIP is no Excel workbook", source=source.label)
            unpacked, packed = (sum(getattr(info, name) for info in members) for name in ("file_size", "compress_size"))
            is_bomb = unpacked > _SUSPICIOUS and unpacked > packed * _HIGHEST_RATIO
            if unpacked > min(source.size_limit, _LARGEST) or is_bomb:
                reason = f"it would unpack from {packed:,} to {unpacked:,} bytes, as a compression bomb does"
                raise RefusedFormatError(source.label, "Excel workbook", reason)
            for info in members:
                if not is_folder_entry(info):
                    _check_member(package, info, source)
            _check_texts(package, source)
    except _LOAD_ERRORS as error:
        if isinstance(error, WechatlogError):
            raise
        raise FormatError(f"is a damaged workbook: {error}", source=source.label) from error


class _Extent:
    """How many cells a sheet has, and how far apart they are."""

    def __init__(self) -> None:
        self._cells = 0
        self._rows: list[int] = []
        self._columns: set[bytes] = set()

    def take(self, xml: bytes) -> None:
        """Count the cells in a piece of a sheet."""
        found = _CELL.findall(xml)
        if found:
            rows = [int(row) for _, row in found]
            self._cells += len(found)
            self._columns.update(column for column, _ in found)
            self._rows = [min(*self._rows, *rows, rows[0]), max(*self._rows, *rows, rows[0])]

    def check(self, source: Source) -> None:
        """Refuse a sheet that is nearly all empty space."""
        numbers = [
            functools.reduce(lambda high, sign: high * 26 + sign - 64, name.upper(), 0) for name in self._columns
        ]
        if not numbers:
            return
        area = (self._rows[1] - self._rows[0] + 1) * (max(numbers) - min(numbers) + 1)
        if area > _FREE_AREA + _AREA_PER_CELL * self._cells:
            reason = f"its {self._cells:,} cells are spread over an area of {area:,}"
            raise RefusedFormatError(source.label, "Excel workbook", reason)


def _is_sheet(info: zipfile.ZipInfo) -> bool:
    return "worksheets/" in info.filename.lower()


def _pieces(package: zipfile.ZipFile, info: zipfile.ZipInfo, mark: bytes) -> Iterator[bytes]:
    """A member in pieces, each of which ends before a mark."""
    carry = b""
    with package.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            chunk = carry + chunk
            cut = max(chunk.rfind(mark), len(chunk) - _LONGEST_TAG, 0)
            yield chunk[:cut]
            carry = chunk[cut:]
    yield carry


def _check_member(package: zipfile.ZipFile, info: zipfile.ZipInfo, source: Source) -> None:
    """Unpack a member for its size and checksum; in a sheet, see how far apart its cells are."""
    extent, is_sheet = _Extent(), _is_sheet(info)
    for piece in _pieces(package, info, b"<"):
        if is_sheet:
            extent.take(piece)
    extent.check(source)


def _check_texts(package: zipfile.ZipFile, source: Source) -> None:
    """Refuse a workbook whose cells share texts so long that their copies fill the memory."""
    limit, members = min(source.size_limit, _LARGEST), package.infolist()
    shared = [info for info in members if info.filename.lower().endswith("sharedstrings.xml")]
    sheets = [info for info in members if _is_sheet(info) and not is_folder_entry(info)]
    cells = sum(info.file_size for info in sheets) // _SHORTEST_CELL
    if cells * max((info.file_size for info in shared), default=0) <= limit:
        return
    sizes = array("Q")
    for info in shared:
        left = 0
        for piece in _pieces(package, info, b"<"):
            begin = -left
            for end in _TEXT_END.finditer(piece):
                sizes.append(end.start() - begin)
                begin = end.end()
            left = len(piece) - begin
    if cells * max(sizes, default=0) <= limit:
        return
    total = 0
    for info in sheets:
        for piece in _pieces(package, info, b"<c"):
            numbers = (int(number) for cell, number in _VALUE.findall(piece) if not cell or _SHARED.search(cell))
            total += sum(sizes[number] for number in numbers if number < len(sizes))
            if total > limit:
                reason = f"its cells share texts whose copies would grow to more than {limit:,} bytes"
                raise RefusedFormatError(source.label, "Excel workbook", reason)


def _open(source: Source) -> _Book:
    book = _opened.get(source)
    if book is None:
        book = _Book(source)
        _opened.clear()
        _opened[source] = book
    return book


def sheet_names(source: Source) -> list[str]:
    """The names of the sheets, in their order.

    Raises:
        FormatError: where the source is no workbook, or a damaged one.
        RefusedFormatError: where it would unpack to something absurd.
        MissingExtraError: without python-calamine.
    """
    return _open(source).names


def peek_sheets(source: Source, rows: int = 8) -> list[tuple[str, list[list[object]]]] | None:
    """Name and first rows of each sheet, for detection.

    Returns:
        `None` where the source is no workbook that can be read. What is wrong with it, reading says.

    Raises:
        MissingExtraError: for a workbook, without python-calamine.
    """
    if not source.head().startswith((_ZIP, _OLE)) or source in _unreadable:
        return None
    try:
        book = _open(source)
        return [(name, book.peek(name, rows)) for name in book.names]
    except MissingExtraError:
        raise
    except (WechatlogError, OSError):
        _unreadable.add(source)
        return None


def iter_sheet(source: Source, name: str) -> Iterator[list[object]]:
    """The rows of one sheet from its first row on.

    Yields:
        Strings, numbers (all floats), truth values, dates; `""` for an empty cell.

    Raises:
        FormatError: as `sheet_names`, and where there is no sheet of that name.
    """
    book = _open(source)
    if name not in book.names:
        raise FormatError(f"has no sheet {name!r}", source=source.label)
    return book.rows(name)


def cell_text(value: object) -> str:
    """A cell as text: numbers without a needless `.0`, times as `2026-05-01 08:00:00`.

    A number of more than 15 digits has lost its last ones in Excel: the caller must not take it for an id.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):  # a day is a number there, and its fractions are never exact
        return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(" ")
    return str(value)
