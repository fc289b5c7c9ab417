"""What the columns of a table mean that has no heading, or one that is not known: told by what stands in them.

One column holds times, one names that come again or accounts, and of what is left the longest is the text. Takes the
first rows, gives the column of each field. Programs write such tables too: in one of a chat 我 or an account speaks, a
picture or an emoji code stands, or a column says what kind each row is of. Knows no tool.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.accounts import is_account
from wechatlog.content.column_words import says_own
from wechatlog.content.dialects import PICTURES
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.emoji import iter_codes
from wechatlog.engine.headers import is_log_word
from wechatlog.engine.reading import ME
from wechatlog.model import MessageKind
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LEAST: Final = 3
"""Columns, and rows, that show what columns mean."""
_MOST: Final = 12
_LONGEST_NAME: Final = 40
_UNIX: Final = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")
_NUMBER: Final = re.compile(r"[-+0-9.,]+|[0-9a-fA-F]{16,64}")


class ColumnShape(NamedTuple):
    """What the columns mean.

    Attributes:
        places: the column of each field that there is: `time`, `text`, and `sender`, `account`, `own` or `kind`.
        width: how many columns there are.
        is_headed: the first row is a heading.
    """

    places: Mapping[str, int]
    width: int
    is_headed: bool


def learn_columns(rows: Sequence[Sequence[str]], *, is_chat: bool = False) -> ColumnShape | None:
    """What the columns of a table mean, by its first rows; `None` where they do not show it.

    Args:
        rows: of the table; few will do for one of a chat.
        is_chat: somebody says that it is one.
    """
    widths = Counter(map(len, rows))
    width = widths.most_common(1)[0][0] if widths else 0
    alike = [row for row in rows if len(row) == width]
    if not _LEAST <= width <= _MOST or len(alike) * 3 < len(rows) * 2 or len(alike) < (1 if is_chat else _LEAST):
        return None
    is_headed = len(alike) > 1 and not any(map(_is_moment, alike[0]))
    columns = [[cell.strip() for cell in cells] for cells in zip(*alike[is_headed:], strict=True)]
    places = _places(columns, _are_short if is_chat else _come_again)
    if places is None or not (is_chat or _is_chat(columns, places)):
        return None
    return ColumnShape(places, width, is_headed)


def _places(columns: list[list[str]], are_names: Callable[[list[str]], bool]) -> dict[str, int] | None:
    left = dict(enumerate(columns))
    places: dict[str, int] = {}
    for field, is_one in _FIELDS.items():
        if (found := next((at for at, cells in left.items() if _are_most(cells, is_one)), None)) is not None:
            places[field] = found
            del left[found]
    left = {at: cells for at, cells in left.items() if not all(map(_says_nothing, cells))}
    names = [at for at, cells in left.items() if are_names(cells)]
    says_who = bool({*places} & {"account", "own"})
    texts = [at for at in left if at not in names] or (names if says_who else names[1:])
    if "time" not in places or not texts or not (says_who or names):
        return None
    places["text"] = max(texts, key=lambda at: sum(map(len, left[at])))
    if named := [at for at in names if at != places["text"]]:
        places["sender"] = named[0]
    return places


def _are_most(cells: list[str], is_one: Callable[[str], bool]) -> bool:
    """Whether cells are of a kind, but for one in five, which may be damaged; hardly one is empty."""
    return sum(bool(cell) and is_one(cell) for cell in cells) * 5 >= len(cells) * 4


def _is_moment(cell: str) -> bool:
    cell = cell.strip()
    return (":" in cell[8:] and parse_clock(cell) is not None) or _UNIX.fullmatch(cell) is not None


def _says_nothing(cell: str) -> bool:
    return not cell or _NUMBER.fullmatch(cell) is not None


def _is_kind(cell: str) -> bool:
    return not cell.isdigit() and kind_of_name(cell) is not None


_FIELDS: Final[Mapping[str, Callable[[str], bool]]] = {
    "time": _is_moment,
    "account": is_account,
    "own": lambda cell: cell != ME and says_own(cell) is not None,
    "kind": _is_kind,
}
"""What all cells of a column are that says such a field, in the order in which columns are looked for."""


def _are_short(cells: list[str]) -> bool:
    return _are_most(cells, lambda cell: len(cell) <= _LONGEST_NAME and "\n" not in cell)


def _come_again(cells: list[str]) -> bool:
    """Whether cells are short and come again, as names do."""
    return _are_short(cells) and len({*cells}) < len(cells) and len({*cells}) * 2 <= len(cells) + 1


def _is_chat(columns: list[list[str]], places: Mapping[str, int]) -> bool:
    said = {field: columns[at] for field, at in places.items()}
    names = said.get("sender", [])
    if sum(map(is_log_word, names)) * 5 > len(names):
        return False
    kinds = {*map(kind_of_name, said.get("kind", []))}
    told = MessageKind.TEXT in kinds and len(kinds - {MessageKind.OTHER, None}) > 1
    if told or ME in names or "account" in said or not PICTURES.isdisjoint(said["text"]):
        return True
    return any(code.startswith("[") for text in said["text"] for _, _, code in iter_codes(text))
