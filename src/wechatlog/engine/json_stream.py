"""JSON that is too large to load whole: the items of an array, or of an array inside an object, one by one.

Takes blocks of text and gives Python values; memory holds one item. Knows no format. Damage is reported with line
and column, and reading goes on at the next item where one can be found.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wechatlog.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator

    from wechatlog.diagnostics import Collector

__all__ = ["BEGIN", "END", "Cursor", "Item", "iter_json", "iter_json_lines"]

_SPACE: Final = re.compile(r"[ \t\n\r\ufeff]*")
_EXCERPT: Final = 100
_OPENING: Final = re.compile(r"\{\s{0,64}+(\"[^\"\\]{1,40}\")")
_MOST_OPENINGS: Final = 8
_NEXT_ITEM: Final = r"\}\s{0,64}+,\s{0,64}+(?=\{)|\n[ \t]{0,64}+(?=\{\s{0,64}+\")"
"""Where an item of an array seems to begin."""
_OVERLAP: Final = 256
"""As long as what recovery looks for can be, so that it is found where two blocks share it."""
_SEPARATOR: Final = re.compile(r"[ \t\n\r]*+,[ \t\n\r]*+")


_DECODER: Final = json.JSONDecoder(strict=False)
_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = _DECODER.scan_once  # type: ignore[attr-defined]


class Item(NamedTuple):
    """A value and where it stands.

    Attributes:
        key: of the top-level object whose value (or item of whose array) this is; empty for a top-level array.
        value: the value.
        line: 1-based line of its first character.
        offset: of its first character.
    """

    key: str
    value: Any
    line: int
    offset: int


class _Edge:
    """Where an object begins or ends that is given in parts."""


BEGIN: Final = _Edge()
END: Final = _Edge()


class Cursor:
    """The window, with the line number kept up incrementally."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._blocks = iter(blocks)
        self.text = next(self._blocks, "")
        self.position = 0
        self._base = 0
        self._line = 1
        self._line_start = 0  # offset of the first character of that line
        self._counted = 0

    def grow(self) -> bool:
        """Take in at least as much again as is pending, so that one huge item costs linear time."""
        wanted = max(1, len(self.text) - self.position)
        taken: list[str] = []
        while wanted > 0:
            block = next(self._blocks, None)
            if block is None:
                break
            taken.append(block)
            wanted -= len(block)
        if not taken:
            return False
        self._count()
        self.text = "".join((self.text[self.position :], *taken))
        self._base += self.position
        self.position = self._counted = 0
        return True

    def _count(self) -> None:
        """Count lines up to the position; all calls together cost one pass over the text."""
        found = self.text.count("\n", self._counted, self.position)
        if found:
            self._line += found
            self._line_start = self._base + self.text.rfind("\n", 0, self.position) + 1
        self._counted = self.position

    def column(self) -> int:
        """1-based column of the position."""
        self._count()
        return self._base + self.position - self._line_start + 1

    def place(self) -> tuple[int, int]:
        """Line and offset of the position."""
        self._count()
        return self._line, self._base + self.position

    @property
    def offset(self) -> int:
        """Of the position in the whole text."""
        return self._base + self.position

    def go_back(self, offset: int) -> None:
        """Move back to an offset, or to the first character that is still held behind it."""
        self.position = max(0, offset - self._base)
        if self.position < self._counted:
            self._line -= self.text.count("\n", self.position, self._counted)
            self._line_start = self._base + self.text.rfind("\n", 0, self.position) + 1
            self._counted = self.position

    def peek(self) -> str:
        """The next character that is no white space, or nothing at the end."""
        while True:
            match = _SPACE.match(self.text, self.position)
            self.position = match.end() if match else self.position
            if self.position < len(self.text):
                return self.text[self.position]
            if not self.grow():
                return ""

    def whole_items(self, key: str) -> Iterator[Item]:
        """The items of an array that stand whole in the window with a comma behind them: nearly all, and fast."""
        text, base, scan, new = self.text, self._base, _SCAN, tuple.__new__
        position, counted, line = self.position, self._counted, self._line
        count, separator = text.count, _SEPARATOR.match
        while True:
            try:
                value, end = scan(text, position)
            except (StopIteration, ValueError, RecursionError):
                break
            behind = separator(text, end)
            if behind is None:
                break
            line += count("\n", counted, position)
            counted = position
            yield new(Item, (key, value, line, base + position))
            position = behind.end()
        self.position = position
        self._count()

    def take(self, character: str) -> bool:
        """Move over a character, if it is the next."""
        found = self.peek() == character
        self.position += found
        return found


def iter_json(
    blocks: Iterable[str],
    collector: Collector,
    stream: Collection[str] = ("messages",),
    *,
    parted: Collection[str] = (),
    tail: bool = False,
) -> Iterator[Item]:
    """The parts of a JSON text.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        stream: keys of the top-level object whose arrays are given item by item; other values are given whole.
        parted: keys of the top-level object whose arrays hold objects that are too large themselves. Each is given as
            the top-level object is, between an item of the value `BEGIN` and one of the value `END`.
        tail: text may follow the value, which then is part of a script; it is not read.

    Yields:
        For an array at the top: its items. For an object: its values with their keys, in the order of the file.
        A streamed array that is empty gives nothing.
    """
    cursor, lists = Cursor(blocks), (*stream, *parted)
    first = cursor.peek()
    if first == "[":
        yield from _iter_array(cursor, collector, "")
    elif first == "{":
        cursor.take("{")
        yield from _iter_object(cursor, collector, stream, parted)
    else:
        _report(cursor, collector, "no JSON object or array begins here")
        found = _find_list(cursor, lists)
        if found is None:
            return
        yield from _iter_lists(cursor, collector, found, stream, parted)
        yield from _iter_object(cursor, collector, stream, parted)
    if not tail and cursor.peek():
        _report(cursor, collector, "text after the end of the JSON value")


def _iter_object(
    cursor: Cursor, collector: Collector, stream: Collection[str], parted: Collection[str] = (), *, inner: bool = False
) -> Iterator[Item]:
    """The values of an object whose brace was taken; `inner` for one of several of its kind."""
    lists = (*stream, *parted)
    swallowed: Item | None = None
    key: Any = None
    while (begins := cursor.peek()) and begins != "}":
        value: Any = _BROKEN
        element = cursor.offset
        before, key = key, _value(cursor, collector) if begins == '"' else None
        if begins == "{" and before in lists:
            _report(cursor, collector, "the list of objects has no bracket in front")
            yield from _iter_lists(cursor, collector, str(before), stream, parted, inner=inner)
            value = None
        elif not isinstance(key, str) or not cursor.take(":"):
            if key is not _BROKEN:
                _report(cursor, collector, "expected a key and a colon")
        elif cursor.peek() == "[" and (listed := _listed(key, lists)) is not None:
            if listed != key:
                _report(cursor, collector, f"the key {key[:60]!r} is none of this format; it was taken for {listed!r}")
            yield from _iter_lists(cursor, collector, listed, stream, parted, inner=inner)
            value = None
        else:
            line, offset = cursor.place()
            value = _value(cursor, collector)
            if value is not _BROKEN:
                yield Item(key, value, line, offset)
                if isinstance(value, dict) and any(isinstance(value.get(name), list) for name in stream):
                    swallowed = Item(key, value, line, offset)
        while value is _BROKEN or not (cursor.take(",") or cursor.peek() in ("}", "")):
            if value is not _BROKEN:
                _report(cursor, collector, "expected a comma or the end of the object")
            if value is _BROKEN:  # the list may stand in it, where a quote or a brace was lost
                cursor.go_back(element)
            if (found := _find_list(cursor, lists)) is None:
                return
            yield from _iter_lists(cursor, collector, found, stream, parted, inner=inner)
            value = None
    if cursor.take("}"):
        return
    _report(cursor, collector, "the JSON object is not closed: the file is cut or damaged")
    if swallowed is not None:  # it was another object that was not closed
        yield from _parts(swallowed, stream)


def _parts(item: Item, stream: Collection[str]) -> Iterator[Item]:
    """The parts of an object, as if it were the one at the top."""
    for key, value in item.value.items():
        values = value if key in stream and isinstance(value, list) else [value]
        yield from (Item(key, each, item.line, item.offset) for each in values)


def _iter_lists(
    cursor: Cursor,
    collector: Collector,
    key: str,
    stream: Collection[str],
    parted: Collection[str],
    *,
    inner: bool = False,
) -> Iterator[Item]:
    """A list that is given in parts, and those whose keys stand in it because its end was lost."""
    found: str | None = key
    while found is not None:
        if found in parted:
            yield from _iter_parted(cursor, collector, found, stream)
            found = None
        else:
            found = yield from _iter_array(cursor, collector, found, (*stream, *parted), inner=inner)


def _listed(key: str, lists: Collection[str]) -> str | None:
    """The list that a key names; a key with a damaged character still does."""
    if key in lists:
        return key
    import difflib

    near = difflib.get_close_matches(key[:60], lists, 1, 0.8)
    return near[0] if near else None


@functools.cache
def _lists_pattern(lists: tuple[str, ...]) -> str:
    names = "|".join(map(re.escape, lists)) or "(?!)"
    return rf'\b(?P<list>{names})"?[ \t\r\n]{{0,64}}+:?[ \t\r\n]{{0,64}}+(?=[\[{{])'


def _find_list(cursor: Cursor, lists: tuple[str, ...]) -> str | None:
    """Move behind damage to the bracket of the next list that is given in parts, and name its key."""
    found = _move_to(cursor, re.compile(_lists_pattern(lists)), 0)
    return found and found["list"]


def _note_opening(cursor: Cursor, openings: dict[str, None]) -> None:
    """Note the key that the item at the position begins with: it tells the items from the objects inside them."""
    opening = _OPENING.match(cursor.text, cursor.position)
    if opening is not None and len(openings) < _MOST_OPENINGS:
        openings[opening[1]] = None


def _next_item(openings: dict[str, None], *, inner: bool) -> str:
    """The pattern of where the next item begins, or where an inner list ends and another of its kind follows."""
    if not openings:
        return rf"(?P<end>(?!))|{_NEXT_ITEM}"
    keys = "|".join(map(re.escape, openings))
    first = rf"\{{\s{{0,64}}+(?:{keys})\s{{0,64}}+:"
    end = rf"\]\s{{0,64}}+\}}\s{{0,64}}+,\s{{0,64}}+(?=\{{)(?!{first})" if inner else "(?!)"
    return rf"(?P<end>{end})|(?:[\]}}]\s{{0,64}}+,\s{{0,64}}+|\n[ \t]{{0,64}}+)(?={first})"


def _iter_array(
    cursor: Cursor, collector: Collector, key: str, lists: tuple[str, ...] = (), *, inner: bool = False
) -> Generator[Item, None, str | None]:
    """The items of an array; returns the key of the list that damage led into, if it did.

    Damage in an `inner` one does not lead into the next of its kind.
    """
    cursor.take("[")
    openings: dict[str, None] = {}
    while cursor.peek() not in ("]", ""):
        _note_opening(cursor, openings)
        yield from cursor.whole_items(key)
        if cursor.peek() in ("]", ""):
            break
        _note_opening(cursor, openings)
        line, offset = cursor.place()
        value = _value(cursor, collector)
        if value is not _BROKEN:
            if isinstance(value, str) and value in lists and cursor.take(":"):
                cursor.go_back(offset)
            else:
                yield Item(key, value, line, offset)
                if cursor.take(",") or cursor.peek() in ("]", ""):
                    continue
            _report(cursor, collector, "expected a comma or the end of the array")
        pattern = f"{_next_item(openings, inner=inner)}|{_lists_pattern(lists)}"
        found = _move_to(cursor, re.compile(pattern), 0)
        if found is not None and found["end"]:
            cursor.position -= len(found["end"])
            continue
        if found is None or found["list"] is not None:
            return found and found["list"]
    if not cursor.take("]"):
        _report(cursor, collector, "the JSON array is not closed: the file is cut")
    return None


def _iter_parted(cursor: Cursor, collector: Collector, key: str, stream: Collection[str]) -> Iterator[Item]:
    cursor.take("[")
    while cursor.peek() not in ("]", ""):
        place = cursor.place()
        if cursor.peek() == "{":
            yield Item(key, BEGIN, *place)
            cursor.take("{")
            yield from _iter_object(cursor, collector, stream, inner=True)
            yield Item(key, END, *cursor.place())
        elif (value := _value(cursor, collector)) is not _BROKEN:
            yield Item(key, value, *place)
        if not cursor.take(","):
            break
    if not cursor.take("]") and cursor.peek():  # that a file is cut, the object around this will say
        _report(cursor, collector, "expected a comma or the end of the array")


class _Broken:
    """The value of what could not be parsed."""


_BROKEN: Final = _Broken()


def _value(cursor: Cursor, collector: Collector) -> Any:
    """The value at the position; more text is taken in until it is whole."""
    while True:
        try:
            value, end = _DECODER.raw_decode(cursor.text, cursor.position)
        except (ValueError, RecursionError) as error:
            if not _may_be_cut(error, cursor) or not cursor.grow():
                _report(cursor, collector, f"broken JSON value: {_explain(error)}", error)
                return _BROKEN
            continue
        if not isinstance(value, dict | list | str) and _may_go_on(cursor.text, end) and cursor.grow():
            continue
        cursor.position = end
        return value


def _may_go_on(text: str, end: int) -> bool:
    """Whether the number that ends here could go on in the next block: `0` may become `0.5`, `1` `1e6`."""
    return len(text) - end < 32 and not text[end:].strip("0123456789+-.eE")


def _may_be_cut(error: Exception, cursor: Cursor) -> bool:
    """Whether a value failed because the window ends inside it. An error well before the end is damage."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated string") or error.pos >= len(cursor.text) - 16


def _explain(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"


def _move_to(cursor: Cursor, wanted: re.Pattern[str], step: int) -> re.Match[str] | None:
    """Move behind the next match, from so many characters behind the position; each character is seen once."""
    begin = cursor.position + step
    while (match := wanted.search(cursor.text, begin)) is None:
        cursor.position = max(cursor.position, len(cursor.text) - _OVERLAP)
        if not cursor.grow():
            return None
        begin = cursor.position
    cursor.position = match.end()
    return match


def _report(cursor: Cursor, collector: Collector, message: str, error: Exception | None = None) -> None:
    begin = cursor.position
    if isinstance(error, json.JSONDecodeError):
        cursor.position = error.pos
    at = cursor.position
    left = max(cursor.text.rfind("\n", 0, at) + 1, at - _EXCERPT)
    end = cursor.text.find("\n", at, at + _EXCERPT)
    excerpt = cursor.text[left : end if end >= 0 else at + _EXCERPT]
    line, _ = cursor.place()
    column = cursor.column()
    cursor.position = max(begin, at) if error is None else at
    collector.report(
        "broken-json",
        message,
        severity=Severity.ERROR,
        line=line,
        column=column,
        excerpt=excerpt,
        span=(at - left, at - left + 1),
    )


def iter_json_lines(lines: Iterable[tuple[str, int]], collector: Collector) -> Iterator[Item]:
    """The values of a JSON Lines text; blank lines and lines that begin with `#` are skipped, broken ones reported.

    Args:
        lines: lines with their line ends, and offsets, as `tokenizer.iter_lines` gives them.
        collector: told of damage.
    """
    for number, (line, offset) in enumerate(lines, 1):
        content = line.strip(" \t\r\n\ufeff")
        if not content or content.startswith("#"):
            continue
        try:
            value = _DECODER.decode(content)
        except (ValueError, RecursionError) as error:
            column = error.colno if isinstance(error, json.JSONDecodeError) else 1
            collector.report(
                "broken-json",
                f"broken JSON line: {_explain(error)}",
                severity=Severity.ERROR,
                line=number,
                column=column,
                excerpt=content,
            )
            continue
        yield Item("", value, number, offset)
