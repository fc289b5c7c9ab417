"""Rows of a table whose column names are known, from CSV or from a workbook.

Takes blocks of text or a source and what the columns are called, gives mappings from field to text with their lines.
The delimiter may have become a tab or a semicolon on the way through a spreadsheet program. Knows no format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wechatlog.engine.delimited import Row, iter_dicts, iter_rows
from wechatlog.engine.workbooks import cell_text, iter_sheet, peek_sheets
from wechatlog.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.diagnostics import Collector
    from wechatlog.engine.protocol import Context, Head
    from wechatlog.source import Source

__all__ = ["find_delimiter", "find_sheet", "has_columns", "sheet_rows", "text_rows"]

_DELIMITERS: Final = (",", "\t", ";")


def _names(line: str, delimiter: str) -> list[str]:
    return [name.strip(' "\ufeff\r') for name in line.split(delimiter)]


def find_delimiter(line: str, columns: Iterable[str]) -> str | None:
    """What parts the columns of a header line; `None` where it is not exactly these columns."""
    wanted = list(columns)
    return next((mark for mark in _DELIMITERS if _names(line, mark) == wanted), None)


def has_columns(head: Head, columns: Iterable[str]) -> bool:
    """Whether a text begins with a header row of exactly these columns."""
    line = next((line for line in head.lines if line.strip()), "")
    return find_delimiter(line, columns) is not None


def text_rows(
    blocks: Iterable[str], collector: Collector, columns: Mapping[str, str], delimiter: str = ","
) -> Iterator[tuple[dict[str, str], int | None]]:
    """The rows of a CSV text as fields.

    Args:
        blocks: the text in pieces.
        collector: told of damage.
        columns: column name to field name.
        delimiter: what parts the columns.
    """
    for values, line in iter_dicts(iter_rows(blocks, collector, delimiter=delimiter), collector):
        yield {field: values.get(column, "") for column, field in columns.items()}, line


def find_sheet(head: Head, layouts: Sequence[Mapping[str, str]]) -> tuple[str, Mapping[str, str]] | None:
    """The first sheet whose header row is one of these layouts, and the layout.

    Raises:
        MissingExtraError: for a file that is called a workbook, without python-calamine.
    """
    try:
        return _find(head.source, layouts)
    except MissingExtraError:
        if head.suffix in (".xlsx", ".xlsm"):
            raise
        return None


def _find(source: Source, layouts: Sequence[Mapping[str, str]]) -> tuple[str, Mapping[str, str]] | None:
    for name, rows in peek_sheets(source, 1) or ():
        first = [cell_text(cell).strip() for cell in rows[0]] if rows else []
        while first and not first[-1]:
            first.pop()
        for layout in layouts:
            if first == list(layout):
                return name, layout
    return None


def sheet_rows(context: Context, sheet: str, columns: Mapping[str, str]) -> Iterator[tuple[dict[str, str], int | None]]:
    """The rows of a sheet as fields, with the row number for a line."""
    rows = (
        Row([cell_text(cell) for cell in cells], number)
        for number, cells in enumerate(iter_sheet(context.source, sheet), 1)
    )
    header = next(rows, None)
    for cells, line in rows:
        padded = cells + [""] * (len(columns) - len(cells))
        if header is not None:
            yield dict(zip(columns.values(), padded, strict=False)), line
