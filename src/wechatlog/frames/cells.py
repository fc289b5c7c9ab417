"""The values of the columns of messages as cells of a table, and back: what `csv`, `tsv` and `xlsx` have in common.

Takes messages and gives one list of values a column, as in `columns`; takes the texts of cells and gives values.
Knows no file and no library for spreadsheets.

A cell that is empty stands for nothing. `segments` has a value only where the archive gave the pieces of the body;
`mentions`, `emoji`, `links`, `images` and `apart` are for people to look at, and nothing reads them back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from wechatlog.content.native import segment_from_json
from wechatlog.engine.json_values import read_flag
from wechatlog.errors import OptionError
from wechatlog.frames.bodies import PIECES, Bodies
from wechatlog.frames.columns import BODY_COLUMNS, TABLES, collect
from wechatlog.frames.pieces import segments_of_rows, segments_to_json
from wechatlog.model import Conversation, Message
from wechatlog.segments import Segment

COLUMN_TYPES: Final[Mapping[str, str]] = {column.name: column.type for column in TABLES["messages"]}
"""Every column that a table of messages may have, and the type of its values."""

DEFAULT_COLUMNS: Final = (
    "conversation", "conversation_id", "time", "precision", "sender", "sender_id", "is_self", "kind", "text", "id",
    "reply_to", "mentions", "emoji", "links", "images", "apart", "segments",
)  # fmt: skip
"""Those that are written unless others are asked for: without `number`, since the rows have an order, `parsed`, since
only given segments are written, and `source` and `line`, which say where a message stood before."""

LIST_SEPARATOR: Final = " | "


def choose_columns(value: object, default: Sequence[str] = DEFAULT_COLUMNS) -> tuple[str, ...]:
    """The columns that an option asks for by names, or by a text of names with commas; the default for `None`."""
    if value is None:
        return tuple(default)
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise OptionError("columns", f"expected names of columns, not {value!r}")
    chosen = tuple(stripped for name in names if (stripped := name.strip()))
    if unknown := [name for name in chosen if name not in COLUMN_TYPES]:
        raise OptionError("columns", f"no column {', '.join(unknown)}; there are: {', '.join(COLUMN_TYPES)}")
    if not chosen or len(set(chosen)) < len(chosen):
        raise OptionError("columns", f"expected names of columns, each of them once, not {value!r}")
    return chosen


def cell_values(
    conversation: Conversation, messages: Sequence[Message], names: Sequence[str], start: int = 0
) -> list[list[Any]]:
    """The values of messages, one list a column, in the order of `names`; the first message stands at `start`.

    They are those of `columns.collect`, but for `segments`: given ones as a text in JSON, else `None`.
    """
    plainly = [name for name in names if name not in BODY_COLUMNS]
    columns = collect(conversation, messages=messages, start=start, names=plainly)
    bodies = None if len(plainly) == len(names) else Bodies.of_messages(messages)
    return cells_of(columns, bodies, names)


def cells_of(columns: Mapping[str, Sequence[Any]], bodies: Bodies | None, names: Iterable[str]) -> list[list[Any]]:
    """The same of columns, and of bodies where the columns do not have what is in them."""
    found: dict[str, Any] = dict(columns)
    wanted = BODY_COLUMNS.intersection(names)
    if bodies is not None:
        if not PIECES.keys().isdisjoint(wanted):
            found.update(bodies.name_lists())
        found |= {name: make(bodies) for name, make in _OF_BODIES.items() if name in wanted}
    elif "segments" in wanted:
        pairs = zip(found["segments"], found["parsed"], strict=True)
        found["segments"] = [None if parsed else segments_to_json(segments_of_rows(rows)) for rows, parsed in pairs]
    return [found[name] for name in names]


_OF_BODIES: Final[Mapping[str, Callable[[Bodies], list[Any]]]] = {
    "apart": Bodies.apart,
    "parsed": Bodies.parsed,
    "segments": Bodies.given,
}


TO_TEXT: Final[Mapping[str, Callable[[Any], str]]] = {
    "text": str,
    "category": str,
    "segments": str,
    "flag": {True: "true", False: "false"}.__getitem__,
    "integer": str,
    "time": lambda time: time.isoformat(),
    "texts": LIST_SEPARATOR.join,
}
"""The text of a value that is not `None`, by type of column."""


def parse_flag(cell: str) -> bool | None:
    """The truth value of a cell, as spreadsheet programs (`TRUE`), databases (`1`) and people (`是`) spell it.

    `None` for an empty one, a `ValueError` for another text.
    """
    found = read_flag(cell)
    if found is None and cell.strip():
        raise ValueError("expected true or false")
    return found


def parse_segments_cell(cell: str) -> tuple[Segment, ...] | None:
    """The segments of a cell; `None` for an empty one, whose text has to be parsed."""
    if not cell:
        return None
    found = json.loads(cell)
    if not isinstance(found, list):
        raise TypeError("expected a list of segments")
    return tuple(segment_from_json(fields) for fields in found)


# --- formulas --------------------------------------------------------------------------------------
# Spreadsheet programs run a cell that begins with one of `=+-@`, in full width too, and some look past white space,
# control characters, invisible ones and a quote; a tab or a line end at the start may begin a new cell for a program
# that quotes otherwise (OWASP, "CSV Injection"). An apostrophe in front makes a text of it. A text that has apostrophes
# in front of such a start gets one more, so that taking one away always gives back the text.

_SKIPPED: Final = (
    '[\\s\\x00-\\x20\\x7f-\\xa0\\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff"]'
)
_START: Final = f"(?:[\\t\\r\\n]|{_SKIPPED}*+[=+\\-@＝＋－＠﹦﹢﹣﹫−])"
_RUNS: Final = re.compile(_START)
_RUNS_OR_QUOTED: Final = re.compile(f"'*+{_START}")
_QUOTED: Final = re.compile(f"'++{_START}")


def inert(text: str) -> str:
    """A text that no spreadsheet program runs: one that would gets an apostrophe in front. Undone by `plain`."""
    return f"'{text}" if _RUNS_OR_QUOTED.match(text) else text


def protected(text: str) -> str:
    """A text that is left to run, and yet comes back from `plain`."""
    return f"'{text}" if _QUOTED.match(text) else text


def plain(cell: str) -> str:
    """The text that `inert` or `protected` wrote."""
    return cell[1:] if _QUOTED.match(cell) else cell


def runs(cell: str) -> bool:
    """Whether a spreadsheet program may take a cell for a formula."""
    return _RUNS.match(cell) is not None
