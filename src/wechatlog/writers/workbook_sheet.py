"""A sheet of XlsxWriter that is given columns, and writes what XlsxWriter writes of their cells.

XlsxWriter makes an object of each cell and asks it what it is, which takes most of the time of a long table. Here the
columns of some rows become the XML of the rows. Of the inside of XlsxWriter this needs the file in which the rows of a
sheet wait, how far the sheet reaches, and the numbers of formats; nobody else knows of it. XlsxWriter is imported at
the top, so this module is imported by those only who were asked for a workbook.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_EPOCH: Final = dt.datetime(1899, 12, 30)
"""The day that Excel counts from, for times after February 1900."""
_SECOND: Final = dt.timedelta(seconds=1)
_DAY: Final = 24 * 60 * 60

_SPECIAL: Final = re.compile("[&<>\x00-\x08\x0b-\x1f]|_x")
_CODE: Final = re.compile("(?=_x[0-9a-fA-F]{4}_)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f]")


class Sheet(Worksheet):  # type: ignore[misc]
    """The sheet."""

    def write_columns(self, start: int, columns: Sequence[Sequence[Any]], formats: Sequence[Any]) -> None:
        """Write rows, after all that were written before.

        Args:
            start: the first row, from 0.
            columns: of equal length; each value a text, a number, a truth value, a date with the format of its cell,
                or `None` for no cell.
            formats: for each column that of its other cells.
        """
        height = len(columns[0])
        rows = [str(row) for row in range(start + 1, start + height + 1)]
        found = []
        for place, (values, form) in enumerate(zip(columns, formats, strict=True)):
            begin = f'<c r="{xl_col_to_name(place)}'
            pairs = zip(rows, values, strict=True)
            found.append(["" if value is None else f'{begin}{row}"{_cell(value, form)}' for row, value in pairs])
        joined = map("".join, zip(*found, strict=True))
        lines = [f'<row r="{row}">{cells}</row>' for row, cells in zip(rows, joined, strict=True) if cells]
        self.row_data_fh.write("".join(lines))
        self._check_dimensions(start, 0)
        self._check_dimensions(start + height - 1, len(columns) - 1)


def _cell(value: Any, form: Any) -> str:
    """What stands in a cell after its address."""
    if isinstance(value, str):
        return f' s="{form._get_xf_index()}" t="inlineStr"><is>{_string(value)}</is></c>'
    if isinstance(value, bool):
        return f' s="{form._get_xf_index()}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, int):
        return f' s="{form._get_xf_index()}"><v>{value:.16G}</v></c>'
    time, form = value
    return f' s="{form._get_xf_index()}"><v>{(time - _EPOCH) // _SECOND / _DAY:.16G}</v></c>'


def _string(text: str) -> str:
    if _SPECIAL.search(text) is not None:
        text = _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", _CODE.sub("_x005F", text))
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<t{kept}>{text}</t>"
