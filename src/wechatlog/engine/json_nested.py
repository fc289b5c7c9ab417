"""Objects that stand deep in a JSON text: in lists or objects under days, chats and numbers, or each in another object.

Takes the whole text and a judge of a few objects, gives those that it takes, with where each stands and what stands
round it. Knows no format.
"""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from wechatlog.engine.column_shapes import is_moment
from wechatlog.engine.head import partial_json

_SCAN: Final = json.JSONDecoder(strict=False).raw_decode
_MARKS: Final = re.compile(r"[ \t\r\n\ufeff,:]*+")
_DEEPEST: Final = 8
_LOOKED_AT: Final = 8
Judge: TypeAlias = Callable[[list[Any]], bool]
"""Whether some objects, the first that stand together, are what is looked for."""


class Nested(NamedTuple):
    """An object that was found.

    Attributes:
        value: the object.
        offset: of its first character.
        keys: those that lead to the list or object that it stands in.
        about: the texts and numbers of the objects that lead to it.
    """

    value: dict[str, Any]
    offset: int
    keys: tuple[str, ...]
    about: Mapping[str, Any]


def whole_values(text: str, report: Callable[[str, int], None], *, in_lines: bool) -> str:
    """A text of JSON values in which nothing is damaged: of one that is there is what is whole, on one line.

    Args:
        text: of one value, or of several behind each other.
        report: is told of damage, with its line.
        in_lines: each value has a line; else damage goes to the end.
    """
    pieces, line = list[str](), 1
    for value in io.StringIO(text, newline="\n") if in_lines else [text]:
        at, found = _after_marks(value, 0), value
        try:
            while at < len(value):
                at = _after_marks(value, _SCAN(value, at)[1])
        except (ValueError, RecursionError) as error:
            report(f"the JSON is damaged here: {error}", line + value.count("\n", 0, getattr(error, "pos", 0)))
            found = json.dumps(partial_json(value.lstrip()) or [], ensure_ascii=False) + "\n"
        pieces.append(found)
        line += value.count("\n")
    return "".join(pieces)


def iter_nested(text: str, is_taken: Judge, left_out: tuple[str, ...] | None = None) -> Iterator[Nested]:
    """The objects of JSON values that a judge takes, wherever they stand.

    Args:
        text: one value, or several behind each other, without damage.
        is_taken: the judge.
        left_out: the keys that lead to a list which is not looked into.
    """
    for value, at in iter_values(text):
        if isinstance(value, dict | list):
            yield from _walk(text, at, (), {}, is_taken, left_out)


def _walk(
    text: str,
    at: int,
    keys: tuple[str, ...],
    about: Mapping[str, Any],
    is_taken: Judge,
    left_out: tuple[str, ...] | None,
) -> Iterator[Nested]:
    value = _SCAN(text, at)[0]
    found = inner_key(value, is_taken)
    if found is None and isinstance(value, dict):
        about = {**about, **{key: said for key, said in value.items() if isinstance(said, str | int | float)}}
    for key, row, offset in _members(text, at):
        if found is None and isinstance(row, dict | list) and len(keys) < _DEEPEST:
            inner = (*keys, key) if key else keys
            if inner != left_out:
                yield from _walk(text, offset, inner, about, is_taken, left_out)
        elif found is not None and isinstance(row, dict):
            said = row.get(found)
            yield Nested({**row, **said} if isinstance(said, dict) else row, offset, keys, about)


def iter_values(text: str) -> Iterator[tuple[Any, int]]:
    """JSON values without damage that stand behind each other, and where each begins."""
    at = _after_marks(text, 0)
    while at < len(text):
        value, end = _SCAN(text, at)
        yield value, at
        at = _after_marks(text, end)


def inner_key(value: Any, is_taken: Judge) -> str | None:
    """Under which key the objects of a list or an object hold what is looked for; empty where they are it."""
    held = value if isinstance(value, list) else [*value.values()] if isinstance(value, dict) else []
    objects = [item for item in held[:_LOOKED_AT] if isinstance(item, dict)]
    keys = [key for key in objects[0] if isinstance(value, list)] if objects else []
    inner = ((key, [item[key] for item in objects if isinstance(item.get(key), dict)]) for key in keys)
    return next((key for key, items in (("", objects), *inner) if items and is_taken(items)), None)


def rows_of(value: Any) -> list[dict[str, Any]]:
    """The rows of a table that JSON holds as arrays, as an object of columns, or as names and arrays beside each other.

    Columns of an array of arrays without a heading are called `0`, `1` and so on.
    """
    if isinstance(value, dict) and isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        value = [value["columns"], *value["data"]]
    if isinstance(value, dict) and value and all(isinstance(column, dict) for column in value.values()):
        keys = dict.fromkeys(key for column in value.values() for key in column)
        return [{name: column.get(key) for name, column in value.items()} for key in keys]
    if isinstance(value, dict) and value and all(isinstance(column, list) for column in value.values()):
        return [dict(zip(value, cells, strict=False)) for cells in itertools.zip_longest(*value.values())]
    if not isinstance(value, list) or not value or not all(isinstance(cells, list) for cells in value):
        return []
    heading = value[0] if all(isinstance(name, str) and not is_moment(name) for name in value[0]) else None
    names = heading or [*map(str, range(max(map(len, value))))]
    return [dict(zip(names, cells, strict=False)) for cells in value[heading is not None :]]


def line_counts(text: str, at: int) -> list[int]:
    """The lines of what the array or object at a position of a text holds."""
    lines, line, counted = list[int](), 1, 0
    for _, _, offset in _members(text, at):
        line, counted = line + text.count("\n", counted, offset), offset
        lines.append(line)
    return lines


def _members(text: str, at: int) -> Iterator[tuple[str, Any, int]]:
    """Key, value and offset of what a list or object holds; the keys of a list are empty."""
    key, is_object, at = "", text[at] == "{", _after_marks(text, at + 1)
    while not text.startswith(("]", "}"), at):
        if is_object:
            key, at = _SCAN(text, at)
            at = _after_marks(text, at)
        value, end = _SCAN(text, at)
        yield key, value, at
        at = _after_marks(text, end)


def _after_marks(text: str, at: int) -> int:
    match = _MARKS.match(text, at)
    return at if match is None else match.end()
