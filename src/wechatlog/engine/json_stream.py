"""JSON that is too large to load whole: the items of an array, or of an array inside an object, one by one.

Takes blocks of text and gives Python values; memory holds one item. Knows no format. Damage is reported with line
and column, and reading goes on at the next item where one can be found.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from wechatlog.diagnostics import Severity
from wechatlog.engine.json_damage import (
    HIDDEN_LIST,
    OVERLAP,
    Items,
    another,
    lead_of,
    listed,
    lists_pattern,
    opening_of,
    resume_pattern,
)
from wechatlog.engine.json_plain import Layouts
from wechatlog.tokenizer import whole_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence

    from wechatlog.diagnostics import Collector
    from wechatlog.engine.json_plain import Layout, Plain

__all__ = ["BEGIN", "END", "Cursor", "Item", "iter_json", "iter_json_lines", "line_objects"]

_SPACE: Final = re.compile(r"[ \t\n\r\ufeff]*")
_EXCERPT: Final = 100
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SEPARATOR: Final = re.compile(r"[ \t\n\r]*+,[ \t\n\r]*+")
_OPENING_LENGTH: Final = 32
"""Of an item: its brace, its first key and the quote of its value."""
_RUN: Final = 64
"""Items that are given together, so that each need not go through all the generators below."""
_TAIL: Final = 8192
"""Characters at the end of the window that are read apart from those in front of them."""
_LOOKED_AT: Final = 20
"""Objects that are looked at, to see whether the array that they stand in is the right one."""
_ALIKE: Final = 0.6
"""How much of its key a list that was hit by damage must still have, where no other list is there."""
_AROUND_LINE: Final = " \t\r\n\ufeff"


_DECODER: Final = json.JSONDecoder(strict=False)
_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = _DECODER.scan_once  # type: ignore[attr-defined]
_SCAN_STRICTLY: Final[Callable[[str, int], tuple[Any, int]]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
"""Takes no text with a control character as it stands."""


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


Run: TypeAlias = "Sequence[Item]"
"""Items that follow each other."""


class _Edge:
    """Where an object begins or ends that is given in parts."""


BEGIN: Final = _Edge()
END: Final = _Edge()


class Cursor:
    """The window, with the line number kept up incrementally."""

    def __init__(self, blocks: Iterable[str], plain: Mapping[str, Plain | Layout] = {}) -> None:
        self._blocks = iter(blocks)
        self.text = next(self._blocks, "")
        self.position = 0
        self._base = 0
        self._line = 1
        self._line_start = 0  # offset of the first character of that line
        self._counted = 0
        self.lists: list[str] = []  # keys of the arrays that were given item by item so far
        self.items = Items("", ())  # of the last of them
        self.has_bare_ends = False
        self._layouts = {key: Layouts(each) for key, each in plain.items()}

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
        self._drop()
        self.text = "".join((self.text, *taken))
        return True

    def _drop(self) -> None:
        """Let go of what stands in front of the position."""
        self._count()
        self.text = self.text[self.position :]
        self._base += self.position
        self.position = self._counted = 0

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

    def is_next(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Whether a short pattern is the next."""
        self.peek()
        while len(self.text) - self.position < OVERLAP and self.grow():
            pass
        return pattern.match(self.text, self.position)

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Move behind a short pattern, if it is the next."""
        match = self.is_next(pattern)
        self.position = match.end() if match else self.position
        return match is not None

    def move_to(self, wanted: str | re.Pattern[str]) -> re.Match[str] | None:
        """Move behind the next match, or to the end; each character is seen once."""
        pattern, begin = re.compile(wanted), self.position
        while (match := pattern.search(self.text, begin)) is None:
            self.position = max(self.position, len(self.text) - OVERLAP)
            if not self.grow():
                self.position = len(self.text)
                return None
            begin = self.position
        self.position = match.end()
        return match

    def step_back(self, offset: int, most: int) -> None:
        """Move back a little, but stay behind an offset: damage may have been noticed late, in the next item."""
        self.go_back(max(offset + 1, self.offset - most))

    def whole_items(self, key: str) -> Iterator[Run]:
        """The items of an array that stand whole in the window with a comma behind them: nearly all, and fast."""
        text, base, scan, new = self.text, self._base, _SCAN_STRICTLY, tuple.__new__
        self._count()
        position, line, layouts = self.position, self._line, self._layouts.get(key)
        separator, run = _SEPARATOR.match, list[Item]()
        while True:
            for pattern, numbers, lines in layouts.found if layouts is not None else ():
                for match in iter(pattern.scanner(text, position).match, None):  # type: ignore[attr-defined]
                    run.append(new(Item, (key, match.group(*numbers), line, base + position)))
                    line += lines
                    position = match.end()
            if len(text) - position < _TAIL < position:  # an error in what is cut counts all lines in front of it
                self._move(position, line)
                self._drop()
                text, base, position = self.text, self._base, 0
            try:
                value, end = scan(text, position)
            except (StopIteration, ValueError, RecursionError):
                break
            behind = separator(text, end)
            if behind is None:
                break
            run.append(new(Item, (key, value, line, base + position)))
            if layouts is not None:
                layouts.learn(value, text, position, behind.end())
            line += text.count("\n", position, behind.end())
            position = behind.end()
            if len(run) > _RUN:
                yield run
                run = []
        yield run
        self._move(position, line)

    def _move(self, position: int, line: int) -> None:
        """Move on to a position whose line is known."""
        self.position = self._counted = position
        if line > self._line:
            self._line, self._line_start = line, self._base + self.text.rfind("\n", 0, position) + 1

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
    plain: Mapping[str, Plain | Layout] = {},
) -> Iterator[Item]:
    """The parts of a JSON text.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        stream: keys of the top-level object whose arrays are given item by item; other values are given whole.
        parted: keys of the top-level object whose arrays hold objects that are too large themselves. Each is given as
            the top-level object is, between an item of the value `BEGIN` and one of the value `END`.
        tail: text may follow the value, which then is part of a script; it is not read.
        plain: what the objects have that need not be parsed, by the key of their array, which is empty for one at the
            top; they are given as tuples.

    Yields:
        For an array at the top: its items. For an object: its values with their keys, in the order of the file.
        A streamed array that is empty gives nothing.
    """
    return itertools.chain.from_iterable(_iter_runs(blocks, collector, stream, parted, tail, plain))


def _iter_runs(
    blocks: Iterable[str],
    collector: Collector,
    stream: Collection[str],
    parted: Collection[str],
    tail: bool,
    plain: Mapping[str, Plain | Layout],
) -> Iterator[Run]:
    """The same in runs."""
    cursor, lists = Cursor(blocks, plain), (*stream, *parted)
    first = cursor.peek()
    if first not in ("[", "{"):
        _report(cursor, collector, "no JSON object or array begins here")
        first = "{" if first == '"' else _find_start(cursor, lists)
    if first == "[":
        yield from _iter_array(cursor, collector, "")
    elif first:
        cursor.take("{")
        yield from _iter_object(cursor, collector, stream, parted)
    while first and cursor.peek() and not (tail and (cursor.lists or not lists)):
        _report(cursor, collector, "text after the end of the JSON value")
        if cursor.matches(another(lists)) or (first == "[" and cursor.move_to(cursor.items.next_item())):
            yield from _iter_array(cursor, collector, "", items=cursor.items)  # a bracket was lost or added
        elif first == "[":
            return
        elif (found := cursor.move_to(lists_pattern(lists))) is not None:
            yield from _iter_lists(cursor, collector, found["list"], stream, parted)
            yield from _iter_object(cursor, collector, stream, parted)
        else:
            return


def _find_start(cursor: Cursor, lists: tuple[str, ...]) -> str:
    """Move to where an array or the keys of an object begin whose bracket was lost, and name the bracket."""
    if (found := _move_to_list(cursor, lists, None)) is None:
        return ""
    if found["hidden"] is not None:
        return "["
    if found["list"] is not None:
        cursor.position = found.start("list") - (cursor.text[found.start("list") - 1] == '"')
    return "{"


def _iter_object(
    cursor: Cursor,
    collector: Collector,
    stream: Collection[str],
    parted: Collection[str] = (),
    holders: Collection[str] = (),
) -> Iterator[Run]:
    """The values of an object whose brace was taken; `holders` are the openings of all objects of its kind."""
    given = len(cursor.lists)
    swallowed = yield from _iter_values(cursor, collector, stream, parted, holders)
    if swallowed is not None and len(cursor.lists) == given:  # a damaged key, or another object that was not closed
        _report(cursor, collector, f"no list has its key; one under {swallowed.key[:60]!r} was taken for it")
        yield from _parts(swallowed, stream)


def _iter_values(
    cursor: Cursor, collector: Collector, stream: Collection[str], parted: Collection[str], holders: Collection[str]
) -> Generator[Run, None, Item | None]:
    """The values of an object; returns one that is, or holds, a list which damage may have put there."""
    lists, given = (*parted, *stream), len(cursor.lists)
    swallowed, hidden, damaged = None, False, False
    key: Any = None
    lead: str | None = None
    while (begins := cursor.peek()) and begins != "}":
        lead = lead_of(cursor.text, cursor.position) if lead is None else lead
        element, before = cursor.offset, key
        key = _value(cursor, collector) if begins == '"' else None
        value: Any = _BROKEN
        is_first = before is None and len(cursor.lists) == given
        if begins == "{" and (is_first or not cursor.is_next(another(lists))):
            _report(cursor, collector, "one brace too many stands in front of the keys")
            cursor.take("{")
            continue
        if begins == "{" and lists and (before in lists or len(cursor.lists) == given):
            _report(cursor, collector, "the list of objects has no bracket in front")
            name = before if before in lists else lists[0]
            yield from _iter_lists(cursor, collector, name, stream, parted, holders)
            value = None
        elif not isinstance(key, str) or not cursor.take(":"):
            if key is not _BROKEN:
                _report(cursor, collector, "expected a key and a colon")
        elif cursor.peek() == "[" and (name := listed(key, lists)) is not None:
            if name != key:
                _report(cursor, collector, f"the key {key[:60]!r} is none of this format; it was taken for {name!r}")
            yield from _iter_lists(cursor, collector, name, stream, parted, holders)
            value = None
        else:
            line, offset = cursor.place()
            value = _value(cursor, collector)
            if value is not _BROKEN:
                yield (Item(key, value, line, offset),)
                last = value[-1] if isinstance(value, list) and value else value
                if _hidden_in({key: value}, stream):
                    hidden, swallowed = True, Item(key, {key: value}, line, offset)
                elif _hidden_in(last, stream):
                    swallowed = Item(key, last, line, offset)
        while value is _BROKEN or not (cursor.take(",") or cursor.peek() in ("}", "")):
            damaged = True
            if value is not _BROKEN:
                _report(cursor, collector, "expected a comma or the end of the object")
            else:  # what is looked for may stand in it, where a quote or a brace was lost
                cursor.go_back(element)
            name = _resume(cursor, lists, lead, None if lists and lists[0] in cursor.lists[given:] else key or "")
            if name is None:
                return swallowed
            value = None
            if not name:
                break
            yield from _iter_lists(cursor, collector, name, stream, parted, holders)
    if not cursor.take("}"):
        damaged = True
        _report(cursor, collector, "the JSON object is not closed: the file is cut or damaged")
    return swallowed if damaged or hidden else None


def _resume(cursor: Cursor, lists: tuple[str, ...], lead: str | None, wanted: object) -> str | None:
    """Move behind damage in an object: to a list, whose key is given, or to the next key, which an empty text says.

    Args:
        cursor: at the damage.
        lists: keys of lists that are given in parts; first the main one.
        lead: the indentation of the keys.
        wanted: the key in front of the damage; `None` where the main list was already given.
    """
    if wanted is None or not lists:
        found = cursor.move_to(resume_pattern(lists, lead))
    elif wanted in lists:  # its bracket may be lost, so its first item will do
        found = cursor.move_to(Items(str(wanted), lists).next_item())
        return found and (found["list"] or str(wanted))
    elif (found := _move_to_list(cursor, lists, lead)) is not None and found["hidden"] is not None:
        return lists[0]
    return found and (found["list"] or "")


def _move_to_list(cursor: Cursor, lists: tuple[str, ...], lead: str | None) -> re.Match[str] | None:
    """Move to the next key, to a list that is named, or (`hidden`) to objects whose key and bracket may be lost.

    Nothing is hidden where the main list is named further down.
    """
    named = re.compile(lists_pattern(lists[:1])).search(cursor.text, cursor.position)
    hidden = r"(?P<hidden>(?!))" if named else HIDDEN_LIST
    return cursor.move_to(f"{resume_pattern(lists, lead)}|{hidden}")


def _hidden_in(value: Any, stream: Collection[str]) -> bool:
    return isinstance(value, dict) and any(_hidden_list(key, inner, stream) for key, inner in value.items())


def _hidden_list(key: str, value: Any, stream: Collection[str]) -> str | None:
    """The list whose key a list of objects may have had before it was damaged."""
    is_list = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    return listed(key, stream, _ALIKE) if is_list else None


def _parts(item: Item, stream: Collection[str]) -> Iterator[Run]:
    """The parts of an object, as if it were the one at the top."""
    for key, value in item.value.items():
        name = _hidden_list(key, value, stream)
        values = [value] if name is None else value
        yield [Item(name or key, each, item.line, item.offset) for each in values]


def _iter_lists(
    cursor: Cursor,
    collector: Collector,
    key: str,
    stream: Collection[str],
    parted: Collection[str],
    holders: Collection[str] = (),
) -> Iterator[Run]:
    """A list that is given in parts, and those whose keys stand in it because its end was lost."""
    found: str | None = key
    while found is not None:
        if found in parted:
            yield from _iter_parted(cursor, collector, found, stream)
            found = None
        else:
            found = yield from _iter_array(cursor, collector, found, (*stream, *parted), holders)


def _iter_array(
    cursor: Cursor,
    collector: Collector,
    key: str,
    lists: tuple[str, ...] = (),
    holders: Collection[str] = (),
    items: Items | None = None,
) -> Generator[Run, None, str | None]:
    """The items of an array; returns the key of the list that damage led into, if it did.

    Damage in one that stands in an object does not lead into that of the next such object (`holders`).
    """
    cursor.take("[")
    cursor.lists.append(key)
    items = cursor.items = items or Items(key, lists, holders)
    damaged = False
    value: Any = None
    line, offset = 1, 0
    while True:
        while cursor.peek() not in ("]", ""):
            items.note(cursor.text, cursor.position)
            yield from cursor.whole_items(key)
            if cursor.peek() in ("]", ""):
                break
            items.note(cursor.text, cursor.position)
            line, offset = cursor.place()
            value = _value(cursor, collector)
            if isinstance(value, str) and value in lists and cursor.take(":"):
                cursor.go_back(offset)
            elif _is_doubled(cursor, value):
                cursor.go_back(offset)
                cursor.take("[")
                _report(cursor, collector, "one bracket too many stands in front of the items")
                continue
            elif value is not _BROKEN:
                swallowed = _swallowed(cursor, items, value) if cursor.peek() in ("]", "") else ()
                yield [Item(key, each, line, offset) for each in (value, *swallowed)]
                if cursor.take(",") or cursor.peek() in ("]", ""):
                    continue
            if value is not _BROKEN:
                _report(cursor, collector, "expected a comma or the end of the array")
            damaged = True
            cursor.step_back(offset, OVERLAP if items.leads else _OPENING_LENGTH)
            if (found := cursor.move_to(items.next_item())) is None or found["list"] is not None:
                return found and found["list"]
            if found["end"]:
                cursor.position = found.start("end")
            elif (other := _list_of_others(cursor, items, lists)) is not None:
                return other
            elif not items.leads:
                _leave_inner(cursor, items)
        if not cursor.take("]"):
            _report(cursor, collector, "the JSON array is not closed: the file is cut")
            if lists and lists[0] not in cursor.lists and _hidden_in(value, lists[:1]):
                yield from _parts(Item(key, value, line, offset), lists[:1])
            return None
        if cursor.matches(another(lists)):
            _report(cursor, collector, "the array ends before its last item")
            if (other := _list_of_others(cursor, items, lists)) is not None:
                return other
        elif not (damaged and cursor.matches(items.behind_inner())):
            return None


def _list_of_others(cursor: Cursor, items: Items, lists: tuple[str, ...]) -> str | None:
    """The main list, where damage hid that the items of a lesser one are over and its own begin."""
    if not lists or lists[0] in cursor.lists or items.is_alike(cursor.text, cursor.position):
        return None
    return lists[0]


def _is_doubled(cursor: Cursor, value: Any) -> bool:
    """Whether an item is all there is: the bracket in front of the items stands there twice."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and not cursor.peek()


def _swallowed(cursor: Cursor, items: Items, value: Any) -> list[Any]:
    """Take out of the last item those behind it, which stand in it where its own brackets were lost."""
    inner = items.inside(value)
    if inner is None or cursor.grow():
        return []
    rest = _STRING.sub("", cursor.text[cursor.position :])
    closed = sum(map(rest.count, "]}")) - sum(map(rest.count, "[{"))
    if closed != items.depth - 2 or not closed:  # two closed what is not theirs; 0: a file was cut
        return []
    holder, begin = inner
    found = holder[begin:]
    del holder[begin:]
    return found


def _leave_inner(cursor: Cursor, items: Items) -> None:
    """Move behind a list inside a damaged item, where the next objects turn out to be of such a list."""
    position, pattern = cursor.position, items.behind_inner()
    for _ in range(_LOOKED_AT):
        try:
            _, end = _SCAN(cursor.text, position)
        except (StopIteration, ValueError, RecursionError):
            return
        if (closing := pattern.match(cursor.text, end)) is not None:
            cursor.position = closing.end()
            return
        if (behind := _SEPARATOR.match(cursor.text, end)) is None:
            return
        position = behind.end()


def _iter_parted(cursor: Cursor, collector: Collector, key: str, stream: Collection[str]) -> Iterator[Run]:
    cursor.take("[")
    cursor.lists.append(key)
    openings: dict[str, None] = {}
    while cursor.peek() not in ("]", ""):
        place = cursor.place()
        if cursor.peek() == "{":
            if (opening := opening_of(cursor.text, cursor.position)) is not None and len(openings) < _LOOKED_AT:
                openings[opening] = None
            yield (Item(key, BEGIN, *place),)
            cursor.take("{")
            yield from _iter_object(cursor, collector, stream, holders=openings)
            yield (Item(key, END, *cursor.place()),)
        elif (value := _value(cursor, collector)) is not _BROKEN:
            yield (Item(key, value, *place),)
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
            value, end = _SCAN(cursor.text, cursor.position)  # `raw_decode` would count the lines in front of an error
        except (StopIteration, ValueError, RecursionError) as error:
            if not _may_be_cut(error, cursor) or not cursor.grow():
                _report(cursor, collector, f"broken JSON value: {_explain(error)}", error)
                return _BROKEN
            continue
        if not isinstance(value, dict | list | str) and _may_go_on(cursor.text, end) and cursor.grow():
            continue
        _tell_bare_ends(cursor, collector)
        cursor.position = end
        return value


def _tell_bare_ends(cursor: Cursor, collector: Collector) -> None:
    """Tell, once, that the value at the position has a line end inside a text: JSON has none as it stands."""
    if cursor.has_bare_ends:
        return
    try:
        _SCAN_STRICTLY(cursor.text, cursor.position)
    except json.JSONDecodeError as error:
        if cursor.text[error.pos] in "\r\n":
            cursor.has_bare_ends = True
            what = "a line end stands inside a text, where JSON has none: the file was wrapped, or badly written"
            collector.report("broken-json", what, line=cursor.place()[0])


def _may_go_on(text: str, end: int) -> bool:
    """Whether the number that ends here could go on in the next block: `0` may become `0.5`, `1` `1e6`."""
    return len(text) - end < 32 and not text[end:].strip("0123456789+-.eE")


def _may_be_cut(error: Exception, cursor: Cursor) -> bool:
    """Whether a value failed because the window ends inside it. An error well before the end is damage."""
    position = _position_of(error)
    if position is None:
        return False
    return _explain(error).startswith("Unterminated string") or position >= len(cursor.text) - 16


def _position_of(error: Exception | None) -> int | None:
    """Where a value failed, if the scanner says so."""
    if isinstance(error, StopIteration):
        return int(error.value)
    return error.pos if isinstance(error, json.JSONDecodeError) else None


def _explain(error: Exception) -> str:
    if isinstance(error, StopIteration):
        return "Expecting value"
    return error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"


def _report(cursor: Cursor, collector: Collector, message: str, error: Exception | None = None) -> None:
    begin = cursor.position
    position = _position_of(error)
    at = cursor.position = begin if position is None else position
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


def iter_json_lines(blocks: Iterable[str], collector: Collector, plain: Plain | Layout | None = None) -> Iterator[Item]:
    """The values of a JSON Lines text; blank lines and lines that begin with `#` are skipped, broken ones reported.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        plain: what the objects have that need not be parsed, or how they are laid out; they are given as tuples.
    """
    number, offset, layouts, new = 0, 0, Layouts(plain), tuple.__new__
    for text in whole_lines(blocks):
        position, offset = 1, offset - 1  # of the text, which has the line end before it at its front
        while position < len(text):
            for pattern, numbers, _ in layouts.found:
                for match in iter(pattern.scanner(text, position).match, None):  # type: ignore[attr-defined]
                    number += 1
                    yield new(Item, ("", match.group(*numbers), number, offset + position))
                    position = match.end()
            end = text.find("\n", position) + 1 or len(text)
            if position < end:
                number += 1
                content = text[position:end].strip(_AROUND_LINE)
                if content and not content.startswith("#"):
                    try:
                        value = _DECODER.decode(content)
                    except (ValueError, RecursionError) as error:
                        _report_line(collector, content, number, error)
                    else:
                        yield new(Item, ("", value, number, offset + position))
                        layouts.learn(value, text, position, end)
            position = end
        offset += len(text)


def _report_line(collector: Collector, content: str, number: int, error: Exception) -> None:
    column = error.colno if isinstance(error, json.JSONDecodeError) else 1
    what = f"broken JSON line: {_explain(error)}"
    collector.report("broken-json", what, severity=Severity.ERROR, line=number, column=column, excerpt=content)


def line_objects(lines: Iterable[str]) -> Iterator[Mapping[str, Any] | None]:
    """The object of each line of a JSON Lines text; `None` for a line that holds none."""
    for line in lines:
        content = line.strip(_AROUND_LINE)
        value = None
        if content.startswith("{"):
            with contextlib.suppress(ValueError, RecursionError):
                value = _DECODER.decode(content)
        yield value
