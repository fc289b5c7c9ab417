"""Tables of messages as text, one row a message: `csv` and `tsv`.

Takes conversations, gives rows of the columns of `frames.columns`; what is in a cell is `frames.cells`. The texts are
those of RFC 4180, in tab-separated files too: a field with a separator, a quote or a line end stands in quotes, and
rows end with CRLF, so that they are told from the line ends inside. All separators that a program may look for are
quoted, not only our own: LibreOffice parts cells at commas, semicolons and tabs unless told otherwise.
"""

from __future__ import annotations

import contextlib
import functools
import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.frames.cells import (
    COLUMN_TYPES,
    DEFAULT_COLUMNS,
    TO_TEXT,
    cell_values,
    cells_of,
    choose_columns,
    inert,
    protected,
)
from wechatlog.writers.base import Items, batched
from wechatlog.writers.options import choice_option, flag_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wechatlog.inputs.scan import Scan

_BATCH_SIZE: Final = 1024
_NAMES: Final = 4096
"""Names whose cells are kept, since they come again and again."""
_LINE_END: Final = "\r\n"
_QUOTED: Final = re.compile('[",;|\t\r\n]')
_LOSSES: Final[Mapping[str, str]] = {
    "conversation": "of the conversation only title and id are in the rows",
    "sender:empty": "an empty cell is no name",
    "id:empty": "an empty cell is no id",
    "segments:custom": "a segment of a user's own class is kept as its text",
    "id:number": "a spreadsheet program writes a rounded id so",
    "text:surrogates": "a file in UTF-8 cannot hold half a surrogate pair, which becomes U+FFFD",
}
_FREE: Final = frozenset({"text", "category", "texts", "segments"})


@attrs.frozen
class TableWriter:
    """The writer of text tables.

    Attributes:
        separators: that may stand between cells; the first is the usual one.
        bom: whether a byte order mark stands in front unless the option says otherwise.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    separators: tuple[str, ...]
    bom: bool
    losses = _LOSSES
    several = True
    streaming = True
    binary = False

    @property
    def options(self) -> Mapping[str, str]:
        """Keyword options and what they mean."""
        found = {
            "columns": "names with commas between them, in their order, such as `time,sender,text`",
            "formulas": "`inert` (the default) puts an apostrophe before what a spreadsheet would run; `raw` does not",
            "times": "`iso` (the default), or `excel`: `2026-05-01 09:00:00`, which Excel takes for a date",
            "bom": f"a byte order mark, by which Excel knows UTF-8; default {str(self.bom).lower()}",
        }
        if len(self.separators) > 1:
            found["separator"] = "`,` (the default), or `;` for spreadsheets of countries that write 1,5 for 1.5"
        return found

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """The names of the columns, then a row for each message; columns tell the conversations apart."""
        names = choose_columns(options.get("columns"))
        values = (
            cell_values(conversation, batch, names, number * _BATCH_SIZE)
            for conversation, messages in items
            for number, batch in enumerate(batched(messages, _BATCH_SIZE))
        )
        return self._write(names, values, options)

    def write_scan(self, scan: Scan, options: Mapping[str, Any]) -> Iterator[str]:
        """The rows of a scan: of those columns that it has, if it was asked for some; otherwise as `write`."""
        every = len(scan.columns) == len(COLUMN_TYPES)
        names = choose_columns(options.get("columns"), DEFAULT_COLUMNS if every else scan.columns)
        return self._write(names, _values_of_scan(scan, names), options)

    def _write(
        self, names: Sequence[str], batches: Iterable[list[list[Any]]], options: Mapping[str, Any]
    ) -> Iterator[str]:
        shield = inert if choice_option(options, "formulas", ("inert", "raw")) == "inert" else protected
        clock = _wall_clock if choice_option(options, "times", ("iso", "excel")) == "excel" else TO_TEXT["time"]
        cells = [_cell(COLUMN_TYPES[name], shield, clock) for name in names]
        separator = choice_option(options, "separator", self.separators)
        mark = "\ufeff" if flag_option(options, "bom", self.bom) else ""
        yield f"{mark}{separator.join(names)}{_LINE_END}"
        for columns in batches:
            texts = [list(map(cell, values)) for cell, values in zip(cells, columns, strict=True)]
            yield "".join(f"{row}{_LINE_END}" for row in map(separator.join, zip(*texts, strict=True)))


def _values_of_scan(scan: Scan, names: Sequence[str]) -> Iterator[list[list[Any]]]:
    needed = [*names, *(("parsed",) if "segments" in names and "parsed" not in names else ())]
    with contextlib.closing(scan.select(needed, watched=True).plain_rows()) as found:
        for rows in found:
            title, id_ = rows.key
            head = {"conversation": [title] * rows.height, "conversation_id": [id_] * rows.height}
            yield cells_of({**rows.columns, **head}, rows.bodies, names)


def _wall_clock(time: Any) -> str:
    text: str = time.replace(tzinfo=None).isoformat(" ", "seconds")
    return text


def _cell(kind: str, shield: Callable[[str], str], clock: Callable[[Any], str]) -> Callable[[Any], str]:
    to_text = clock if kind == "time" else TO_TEXT[kind]
    if kind not in _FREE:
        return lambda value: "" if value is None else to_text(value)

    def free_cell(value: Any) -> str:
        if not value:
            return ""
        text = shield(to_text(value))
        return '"{}"'.format(text.replace('"', '""')) if _QUOTED.search(text) else text

    return functools.lru_cache(_NAMES)(free_cell) if kind == "category" else free_cell


CSV: Final = TableWriter(
    "csv", "table of messages, comma-separated, for spreadsheets and programs", (".csv",), (",", ";"), bom=True
)
TSV: Final = TableWriter("tsv", "table of messages, tab-separated, for programs", (".tsv", ".tab"), ("\t",), bom=False)
