"""What the columns of a table, or the keys of objects, mean that nobody knows: told by what they hold.

One holds times, one names that come again or accounts, and of what is left the longest is the text. Programs write such
tables too: in one of a chat 我 or an account speaks, a picture or an emoji code stands, types of messages are named, or
a word of chats stands in the heading; and somebody says two things, as nobody does in a list of people or of chats.
Takes the first rows, gives the column of each field. Knows no tool.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.column_words import fields_of, says_own
from wechatlog.content.dialects.shared import PICTURES
from wechatlog.content.vocabulary import kind_of_type_name
from wechatlog.emoji import iter_codes
from wechatlog.engine.headers import is_log_word
from wechatlog.engine.json_values import read_flag
from wechatlog.engine.reading import ME
from wechatlog.model import MessageKind
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_K = TypeVar("_K")

_SURE: Final = frozenset("time day sender card name text kind subtype account own id".split())
"""Fields that are what their names say; a column that is called as another one may still be one of these."""
_SPEAKERS: Final = ("sender", "card", "name")
_MORE: Final = ("account", "own", "chat_id")
_FEWEST: Final = 3
"""Rows that show what columns hold."""
_LONGEST_NAME: Final = 40
_UNIX: Final = re.compile(r"1[0-9]{9}(?:[0-9]{3}|\.[0-9]{1,6})?")
_NUMBER: Final = re.compile(r"[-+￥¥$]?[0-9][0-9,]*(?:\.[0-9]+)?[%元]?|(?:[A-Za-z0-9_-]{1,20}:){0,4}[0-9a-fA-F]{16,64}")
_CHAT: Final = re.compile("聊天|微信|群|发言|说话|消息|wechat|weixin|chat", re.IGNORECASE)
_LATEST: Final = re.compile("(?<![a-z])last|latest|最后|最近", re.IGNORECASE)
"""What a list of chats calls the time and the text of the message that was the last of each."""
_SAID: Final = frozenset({"time", "sender", "text"})


def tell_columns(
    rows: Sequence[Mapping[_K, str]], known: Mapping[str, _K], about: str = "", *, is_chat: bool = False
) -> dict[str, _K] | None:
    """The columns of time and text and of whoever wrote, of types, and those that are known.

    Args:
        rows: of texts.
        known: the columns of fields that names have told.
        about: what the columns are called.
        is_chat: somebody says that it is one; few rows will do then.

    Returns:
        `None` where it cannot be told, or where nothing shows that it is a chat.
    """
    keys = dict.fromkeys(key for row in rows for key in row)
    columns = {key: [row.get(key, "").strip() for row in rows] for key in keys}
    found = {field: key for field, key in known.items() if field in _SURE}
    if "own" in found and not _are_most(columns[found["own"]], _is_side):
        del found["own"]
    left = {key: cells for key, cells in columns.items() if key not in found.values()}
    for field, is_one in _FIELDS.items():
        if field not in found:
            fitting = (key for key, cells in left.items() if _are_most(cells, is_one))
            if (key := next(fitting, None)) is not None:
                found[field] = key
                del left[key]
    left = {key: cells for key, cells in left.items() if not all(map(_says_nothing, cells))}
    names = [key for key, cells in left.items() if (_are_short if is_chat else _come_again)(cells)]
    if "text" not in found:
        needs_name = found.keys().isdisjoint((*_SPEAKERS, "account", "own"))
        texts = [key for key in left if key not in names] or names[needs_name:]
        found |= dict.fromkeys(
            ("text",)[: len(texts)], max(texts, key=lambda key: sum(map(len, left[key])), default=None)
        )  # type: ignore[arg-type]
    names = [key for key in names if key != found.get("text")]
    if found.keys().isdisjoint(_SPEAKERS) and names:
        found["sender"] = min(names, key=lambda key: (ME not in columns[key], len({*columns[key]})))
    said = {field: columns[key] for field, key in found.items()}
    if not {"time", "text"} <= found.keys() or found.keys().isdisjoint((*_SPEAKERS, "account", "own")):
        return None
    is_timed = _are_most(said["time"], is_moment) or "day" in said
    is_timed = is_timed and not any(_LATEST.search(str(found[field])) for field in ("time", "text"))
    if not is_chat and (len(rows) < _FEWEST or not is_timed or not any(said["text"]) or not _is_chat(said, about)):
        return None
    return found | {field: key for field, key in known.items() if key not in found.values()}


def are_like(columns: Collection[str], usual: Collection[str]) -> bool:
    """Whether columns are most of those that a table of messages has, or are called as those of messages are."""
    there = {*map(str.lower, columns)}
    known = len(there.intersection(map(str.lower, usual)))
    return known * 3 > len(usual) * 2 or fields_of(dict.fromkeys(columns)).keys() >= _SAID


def is_moment(cell: str) -> bool:
    """Whether a text is a time of a message: with a clock, or seconds or milliseconds since 1970."""
    cell = cell.strip()
    return (":" in cell[8:] and parse_clock(cell) is not None) or _UNIX.fullmatch(cell) is not None


def _are_most(cells: Sequence[str], is_one: Callable[[str], bool]) -> bool:
    """Whether cells are of a kind, but for one in five, which may be damaged; hardly one is empty."""
    return sum(bool(cell) and is_one(cell) for cell in cells) * 5 >= len(cells) * 4


def _is_side(cell: str) -> bool:
    return cell != ME and (says_own(cell) is not None or read_flag(cell) is not None)


def _is_kind(cell: str) -> bool:
    return not cell.isdigit() and kind_of_type_name(cell) is not None


_FIELDS: Final[Mapping[str, Callable[[str], bool]]] = {
    "time": is_moment,
    "chat_id": lambda cell: is_room(cell) is True,
    "account": is_account,
    "own": lambda cell: cell != ME and says_own(cell) is not None,
    "kind": _is_kind,
}
"""What all cells of a column are that says such a field, in the order in which columns are looked for."""


def _says_nothing(cell: str) -> bool:
    return not cell or "\ufffd" in cell or _NUMBER.fullmatch(cell) is not None or is_moment(cell)


def _are_short(cells: Sequence[str]) -> bool:
    return _are_most(cells, lambda cell: len(cell) <= _LONGEST_NAME and "\n" not in cell)


def _come_again(cells: Sequence[str]) -> bool:
    """Whether cells are short and come again, as names do."""
    different = len({*cells})
    most = len(cells) - 1 if ME in cells else max(2, 0.7 * len(cells))
    return _are_short(cells) and 1 < different <= most and different < len(cells)


def _is_chat(said: Mapping[str, Sequence[str]], about: str) -> bool:
    names = [name for field in _SPEAKERS for name in said.get(field, ())]
    people = [*zip(*(said[field] for field in (*_SPEAKERS, *_MORE) if field in said), strict=True)]
    is_list = len({*zip(people, said["text"], strict=True)}) == len({*people})  # nobody says two things
    if is_list or sum(map(is_log_word, names)) * 5 > len(names):
        return False
    kinds = {*map(kind_of_type_name, said.get("kind", []))}
    told = MessageKind.TEXT in kinds and len(kinds - {MessageKind.OTHER, None}) > 1
    if told or ME in names or any(map(is_account, names)) or not said.keys().isdisjoint(("account", "chat_id")):
        return True
    texts = said["text"]
    shown = any(code[0] == "[" for text in texts for *_, code in iter_codes(text)) or not PICTURES.isdisjoint(texts)
    return shown or _CHAT.search(about) is not None
