"""JSON that is too large to load whole: the items of an array, or of an array inside an object, one by one.

Takes blocks of text and gives Python values; memory holds one item. Knows no format. Damage is reported with line
and column, and reading goes on at the next item where one can be found.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, ParamSpec, TypeAlias

from wechatlog.diagnostics import Collector
from wechatlog.engine.json_damage import (
    HIDDEN_LIST,
    Items,
    another,
    lead_of,
    listed,
    lists_pattern,
    opening_of,
    resume_pattern,
)
from wechatlog.engine.json_plain import Layouts
from wechatlog.engine.window import OVERLAP, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.json_plain import Layout, Plain

_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SEPARATOR: Final = re.compile(r"[ \t\n\r]*+,[ \t\n\r]*+")
_NO_END: Final = re.compile(r"\][ \t\r\n]*+[^,}\];\s]")
"""What stands behind no array."""
_OPENING_LENGTH: Final = 32
"""Of an item: its brace, its first key and the quote of its value."""
RUN: Final = 256
"""About how many items are given together, so that each need not go through all the generators below; what is made of
more would drive them from the cache of the processor."""
_TAIL: Final = 8192
"""Characters at the end of the window that are read apart from those in front of them."""
_LOOKED_AT: Final = 20
"""Objects that are looked at, to see whether the array that they stand in is the right one."""
_ALIKE: Final = 0.6
"""How much of its key a list that was hit by damage must still have, where no other list is there."""


_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = json.JSONDecoder(strict=False).scan_once  # type: ignore[attr-defined]
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
_How = ParamSpec("_How")


class _Edge:
    """Where an object begins or ends that is given in parts."""


AROUND: Final = "\0"
"""The key of what stands beside a value in a script."""
BEGIN: Final = _Edge()
END: Final = _Edge()


class _Broken:
    """The value of what could not be parsed."""


_BROKEN: Final = _Broken()


class _Lists(NamedTuple):
    """The lists in an object that are given in parts.

    Attributes:
        stream: keys of those whose items are given.
        parted: keys of those whose items are given in parts themselves.
        holders: how all objects of the kind begin, where several hold such lists.
    """

    stream: tuple[str, ...] = ()
    parted: tuple[str, ...] = ()
    holders: Collection[str] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All of their keys; first that of the main one."""
        return (*self.parted, *self.stream)


def one_by_one(runs: Callable[_How, Iterator[Run]]) -> Callable[_How, Iterator[Item]]:
    """The items of runs, which another function gives."""

    @functools.wraps(runs)
    def items(*args: _How.args, **kwargs: _How.kwargs) -> Iterator[Item]:
        return itertools.chain.from_iterable(runs(*args, **kwargs))

    return items


def iter_json_runs(
    blocks: Iterable[str],
    collector: Collector,
    stream: Collection[str] = ("messages",),
    *,
    parted: Collection[str] = (),
    front: str | None = None,
    plain: Mapping[str, Plain | Layout] = {},
) -> Iterator[Run]:
    """The parts of a JSON text, in runs of some that follow each other.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        stream: keys of the top-level object whose arrays are given item by item; other values are given whole.
        parted: keys of the top-level object whose arrays hold objects that are too large themselves, or which are such
            an object; an empty key is that of an array at the top. Each is given as the top-level object is, between
            an item of the value `BEGIN` and one of the value `END`.
        front: what stands in front of the value in a script or a page, where more may follow; `None` for JSON alone.
            What stands there, or behind the value, and begins as the items of its last list do, is given too, with the
            key `AROUND`.
        plain: what the objects have that need not be parsed, by the key of their array, which is empty for one at the
            top; they are given as tuples.

    Yields:
        For an array at the top: its items. For an object: its values with their keys, in the order of the file.
        A streamed array that is empty gives nothing.
    """
    return _Stream(blocks, collector, plain).runs(_Lists(tuple(stream), tuple(parted)), front)


iter_json = one_by_one(iter_json_runs)
"""The same one by one."""


class _Stream(Window):
    """A JSON text from which values are taken; each method goes on where the one before it stopped."""

    def __init__(self, blocks: Iterable[str], collector: Collector, plain: Mapping[str, Plain | Layout]) -> None:
        super().__init__(blocks)
        self._collector = collector
        self._layouts = {key: Layouts(each) for key, each in plain.items()}
        self._given: list[str] = []  # keys of the arrays that were given item by item so far
        self._items = Items("", ())  # of the last of them
        self._has_bare_ends = self._was_rescued = False

    def runs(self, lists: _Lists, front: str | None) -> Iterator[Run]:
        """What `iter_json_runs` gives."""
        first = self.peek()
        if first not in ("[", "{"):
            self._report("no JSON object or array begins here")
            first = "{" if first == '"' else self._find_start(lists.keys)
        if first == "[" and "" in lists.parted:
            yield from self._parted("", lists)
            lists = _Lists(lists.stream)
        elif first == "[":
            yield from self._array("", _Lists())
        elif first:
            self.take("{")
            yield from self._object(lists)
        while first and self.peek() and (front is None or (lists.keys and not self._given)):
            self._report("text after the end of the JSON value")
            if self.matches(another(lists.keys)) or (first == "[" and self.move_to(self._items.next_item())):
                yield from self._array("", _Lists(), items=self._items)  # a bracket was lost or added
            elif first == "[" or (found := self._move_to_list(lists.keys, lists_pattern(lists.keys))) is None:
                return
            elif found["hidden"] is not None:
                yield from self._list(lists.keys[0], lists)
            else:
                yield from self._list(found["list"], lists)
                yield from self._object(lists)
        if front is not None:
            yield from self._alike()
            super().__init__((front,))
            yield from self._alike()

    def _alike(self) -> Iterator[Run]:
        """The objects from here on that begin as the items of the last list do; they may be code and no JSON."""
        self._collector, broken = Collector(), 0
        while broken < _LOOKED_AT and self.move_to(self._items.an_object()):
            (line, offset), value = self.place(), self._value()
            if value is not _BROKEN:
                yield (Item(AROUND, value, line, offset),)
            else:
                broken += 1
                self.go_back(offset + 1)

    def _find_start(self, keys: tuple[str, ...]) -> str:
        """Move to where an array or the keys of an object begin whose bracket was lost, and name the bracket."""
        if (found := self._move_to_list(keys, resume_pattern(keys, None))) is None:
            return ""
        if found["hidden"] is not None:
            return "["
        if found["list"] is not None:
            self.position = found.start("list") - (self.text[found.start("list") - 1] == '"')
        return "{"

    def _object(self, lists: _Lists) -> Iterator[Run]:
        """The values of an object whose brace was taken."""
        given = len(self._given)
        swallowed = yield from self._values(lists)
        if swallowed is not None and len(self._given) == given:  # a damaged key, or another object that was not closed
            self._report(f"no list has its key; one under {swallowed.key[:60]!r} was taken for it")
            yield from _parts(swallowed, lists.stream)

    def _values(self, lists: _Lists) -> Generator[Run, None, Item | None]:
        """The values of an object; returns one that is, or holds, a list which damage may have put there."""
        given = len(self._given)
        swallowed, hidden, damaged = None, False, False
        key: Any = None
        lead: str | None = None
        while (begins := self.peek()) and begins != "}":
            lead = lead_of(self.text, self.position) if lead is None else lead
            element, before = self.offset, key
            is_first = before is None and len(self._given) == given
            if begins == "{" and (is_first or not self.is_next(another(lists.keys))):
                self._report("one brace too many stands in front of the keys")
                self.take("{")
                key = None
                continue
            key = self._value() if begins == '"' else None
            value: Any = _BROKEN
            name = self._list_begun(begins, key, before, lists, is_given=len(self._given) > given)
            if name:
                yield from self._list(name, lists)
                value = None
            elif name is None and key in lists.parted and self.peek() == "{":
                yield from self._part(key, _Lists(lists.stream))
                value = None
            elif name is None:
                line, offset = self.place()
                value = self._value()
                if value is not _BROKEN:
                    yield (Item(key, value, line, offset),)
                    last = value[-1] if isinstance(value, list) and value else value
                    if _hidden_in({key: value}, lists.stream):
                        hidden, swallowed = True, Item(key, {key: value}, line, offset)
                    elif _hidden_in(last, lists.stream):
                        swallowed = Item(key, last, line, offset)
            while value is _BROKEN or not (self.take(",") or self.peek() in ("}", "")):
                damaged = True
                if value is not _BROKEN:
                    self._report("expected a comma or the end of the object")
                else:  # what is looked for may stand in it, where a quote or a brace was lost
                    self.go_back(element)
                is_main_given = bool(lists.keys) and lists.keys[0] in self._given[given:]
                name = self._resume(lists.keys, lead, None if is_main_given else key or "")
                if name is None:
                    return swallowed
                value = None
                if not name:
                    break
                yield from self._list(name, lists)
        if not self.take("}"):
            damaged = True
            self._report("the JSON object is not closed: the file is cut or damaged")
        return swallowed if damaged or hidden else None

    def _list_begun(self, begins: str, key: Any, before: Any, lists: _Lists, *, is_given: bool) -> str | None:
        """The key of a list that begins here and is given in parts; `None` where another value does.

        Args:
            begins: the first character.
            key: the text that begins with it, if one does.
            before: the key in front of it.
            lists: those that are given in parts.
            is_given: whether one of them was given.

        Returns:
            An empty text where no value begins, which is told.
        """
        if begins == "{" and lists.keys and (before in lists.keys or not is_given):
            self._report("the list of objects has no bracket in front")
            return before if before in lists.keys else lists.keys[0]
        if not isinstance(key, str) or not self.take(":"):
            if key is not _BROKEN:
                self._report("expected a key and a colon")
            return ""
        if self.peek() == '"' and key in lists.keys[:1] and opening_of(self.text, self.position) is not None:
            self._report("the list of texts has no bracket in front")
            return key
        if self.peek() != "[" or (name := listed(key, lists.keys)) is None:
            return None
        if name != key:
            self._report(f"the key {key[:60]!r} is none of this format; it was taken for {name!r}")
        return name

    def _resume(self, keys: tuple[str, ...], lead: str | None, wanted: object) -> str | None:
        """Move behind damage in an object: to a list, whose key is given, or to the next key, which an empty text says.

        Args:
            keys: of lists that are given in parts; first the main one.
            lead: the indentation of the keys.
            wanted: the key in front of the damage; `None` where the main list was already given.
        """
        if wanted is None or not keys:
            found = self.move_to(resume_pattern(keys, lead))
        elif wanted in keys:  # its bracket may be lost, so its first item will do
            found = self.move_to(Items(str(wanted), keys).next_item())
            return found and (found["list"] or str(wanted))
        elif (found := self._move_to_list(keys, resume_pattern(keys, lead))) is not None and found[
            "hidden"
        ] is not None:
            return keys[0]
        return found and (found["list"] or "")

    def _move_to_list(self, keys: tuple[str, ...], pattern: str) -> re.Match[str] | None:
        """Move to a pattern, or to objects (`hidden`) whose key and bracket may be lost.

        Nothing is hidden where the main list was given, or is named further down.
        """
        named = {*keys[:1]} & {*self._given} or re.compile(lists_pattern(keys[:1])).search(self.text, self.position)
        return self.move_to(rf"{pattern}|{r'(?P<hidden>(?!))' if named else HIDDEN_LIST}")

    def _list(self, key: str, lists: _Lists) -> Iterator[Run]:
        """A list that is given in parts, and those whose keys stand in it because its end was lost."""
        found: str | None = key
        while found is not None:
            if found in lists.parted:
                yield from self._parted(found, lists)
                found = None
            else:
                found = yield from self._array(found, lists)

    def _array(self, key: str, lists: _Lists, items: Items | None = None) -> Generator[Run, None, str | None]:
        """The items of an array; returns the key of the list that damage led into, if it did.

        Damage in one that stands in an object does not lead into that of the next such object (`holders`).
        """
        self.take("[")
        self._given.append(key)
        items = self._items = items or Items(key, lists.keys, lists.holders)
        damaged = False
        value: Any = None
        line, offset = 1, 0
        while True:
            while not self._is_over(items):
                items.note(self.text, self.position)
                yield from self._whole_items(key)
                if self._is_over(items):
                    break
                items.note(self.text, self.position)
                line, offset = self.place()
                value = self._value()
                if isinstance(value, str) and value in lists.keys and self.take(":"):
                    self.go_back(offset)
                elif self._is_doubled(value):
                    self.go_back(offset)
                    self.take("[")
                    self._report("one bracket too many stands in front of the items")
                    continue
                elif value is not _BROKEN:
                    is_last = self.peek() in ("]", "")
                    if is_last and _hidden_in(value, (key,)):  # one file was cut, and another one begins here
                        self._report("another object with such a list stands among its items")
                        yield from _parts(Item(key, value, line, offset), (key,))
                        value = None
                    else:
                        swallowed = self._swallowed(items, value) if is_last else ()
                        yield [Item(key, each, line, offset) for each in (value, *swallowed)]
                    if self.take(",") or self.peek() in ("]", ""):
                        continue
                if value is not _BROKEN:
                    self._report("expected a comma or the end of the array")
                damaged = True
                if not self.peek() and not self._was_rescued:  # most of what follows may stand in this one
                    self._was_rescued = True
                    self.go_back(offset + 1)
                self.step_back(offset, OVERLAP if items.leads else _OPENING_LENGTH)
                if (found := self.move_to(items.next_item())) is None or found["list"] is not None:
                    return found and found["list"]
                if found["end"]:
                    self.position = found.start("end")
                elif (other := self._list_of_others(items, lists.keys)) is not None:
                    return other
                elif not items.leads:
                    self._leave_inner(items)
            if not self.take("]"):
                self._report("the JSON array is not closed: the file is cut")
                main = lists.keys[:1]
                if main and main[0] not in self._given and _hidden_in(value, main):
                    yield from _parts(Item(key, value, line, offset), main)
                return None
            if self.matches(another(lists.keys)):
                self._report("the array ends before its last item")
                if (other := self._list_of_others(items, lists.keys)) is not None:
                    return other
            elif not (damaged and self.matches(items.behind_inner())):
                return None

    def _is_over(self, items: Items) -> bool:
        """Whether the array ends here; a bracket behind the quote that damage put into a text is none of its own."""
        end = self.peek()
        return not end or (end == "]" and not (items.are_texts and self.is_next(_NO_END)))

    def _whole_items(self, key: str) -> Iterator[Run]:
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
                    if len(run) >= RUN:
                        yield run
                        run = []
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
            if len(run) >= RUN:
                yield run
                run = []
        yield run
        self._move(position, line)

    def _move(self, position: int, line: int) -> None:
        """Move on to a position whose line is known."""
        self.position = self._counted = position
        if line > self._line:
            self._line, self._line_start = line, self._base + self.text.rfind("\n", 0, position) + 1

    def _list_of_others(self, items: Items, keys: tuple[str, ...]) -> str | None:
        """The main list, where damage hid that the items of a lesser one are over and its own begin."""
        if not keys or keys[0] in self._given or items.is_alike(self.text, self.position):
            return None
        return keys[0]

    def _is_doubled(self, value: Any) -> bool:
        """Whether an item is all there is: the bracket in front of the items stands there twice."""
        return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and not self.peek()

    def _swallowed(self, items: Items, value: Any) -> list[Any]:
        """Take out of the last item those behind it, which stand in it where its own brackets were lost."""
        inner = items.inside(value)
        if inner is None or self.grow():
            return []
        rest = _STRING.sub("", self.text[self.position :])
        closed = sum(map(rest.count, "]}")) - sum(map(rest.count, "[{"))
        if closed != items.depth - 2 or not closed:  # two closed what is not theirs; 0: a file was cut
            return []
        holder, begin = inner
        found = holder[begin:]
        del holder[begin:]
        return found

    def _leave_inner(self, items: Items) -> None:
        """Move behind a list inside a damaged item, where the next objects turn out to be of such a list."""
        position, pattern = self.position, items.behind_inner()
        for _ in range(_LOOKED_AT):
            try:
                _, end = _SCAN(self.text, position)
            except (StopIteration, ValueError, RecursionError):
                return
            if (closing := pattern.match(self.text, end)) is not None:
                self.position = closing.end()
                return
            if (behind := _SEPARATOR.match(self.text, end)) is None:
                return
            position = behind.end()

    def _part(self, key: str, lists: _Lists) -> Iterator[Run]:
        """An object in parts, as the one at the top is given."""
        yield (Item(key, BEGIN, *self.place()),)
        self.take("{")
        yield from self._object(lists)
        yield (Item(key, END, *self.place()),)

    def _parted(self, key: str, lists: _Lists) -> Iterator[Run]:
        """The objects of an array, each in parts."""
        self.take("[")
        self._given.append(key)
        openings: dict[str, None] = {}
        inner = _Lists(lists.stream, (), openings)
        while self.peek() not in ("]", ""):
            place = self.place()
            if self.peek() == "{":
                if (opening := opening_of(self.text, self.position)) is not None and len(openings) < _LOOKED_AT:
                    openings[opening] = None
                yield from self._part(key, inner)
            elif (value := self._value()) is not _BROKEN:
                yield (Item(key, value, *place),)
            if not self.take(","):
                break
        if not self.take("]") and self.peek():  # that a file is cut, the object around this will say
            self._report("expected a comma or the end of the array")

    def _value(self) -> Any:
        """The value at the position; more text is taken in until it is whole."""
        while True:
            try:
                value, end = _SCAN(self.text, self.position)  # `raw_decode` would count the lines before an error
            except (StopIteration, ValueError, RecursionError) as error:
                if not self._may_be_cut(error) or not self.grow():
                    self._report(f"broken JSON value: {explain_broken(error)}", _position_of(error, self.position))
                    return _BROKEN
                continue
            if not isinstance(value, dict | list | str) and _may_go_on(self.text, end) and self.grow():
                continue
            self._tell_bare_ends()
            self.position = end
            return value

    def _may_be_cut(self, error: Exception) -> bool:
        """Whether a value failed because the window ends inside it. An error well before the end is damage."""
        position = _position_of(error, -1)
        if position < 0:
            return False
        return explain_broken(error).startswith("Unterminated string") or position >= len(self.text) - 16

    def _tell_bare_ends(self) -> None:
        """Tell, once, that the value at the position has a line end inside a text: JSON has none as it stands."""
        if self._has_bare_ends:
            return
        try:
            _SCAN_STRICTLY(self.text, self.position)
        except json.JSONDecodeError as error:
            if self.text[error.pos] in "\r\n":
                self._has_bare_ends = True
                what = "a line end stands inside a text, where JSON has none: the file was wrapped, or badly written"
                self._collector.report("broken-json", what, line=self.place()[0])

    def _report(self, message: str, at: int | None = None) -> None:
        self.report(self._collector, message, at)


def _hidden_in(value: Any, stream: Collection[str]) -> bool:
    return isinstance(value, dict) and any(_hidden_list(key, inner, stream) for key, inner in value.items())


def _hidden_list(key: str, value: Any, stream: Collection[str]) -> str | None:
    """The list whose key a list of objects may have had before it was damaged."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict | str):
        return None
    return listed(key, stream, _ALIKE if isinstance(value[0], dict) else 1.0)


def _parts(item: Item, stream: Collection[str]) -> Iterator[Run]:
    """The parts of an object, as if it were the one at the top."""
    for key, value in item.value.items():
        name = _hidden_list(key, value, stream)
        values = [value] if name is None else value
        yield [Item(name or key, each, item.line, item.offset) for each in values]


def _may_go_on(text: str, end: int) -> bool:
    """Whether the number that ends here could go on in the next block: `0` may become `0.5`, `1` `1e6`."""
    return len(text) - end < 32 and not text[end:].strip("0123456789+-.eE")


def _position_of(error: Exception, default: int) -> int:
    """Where a value failed, if the scanner says so."""
    if isinstance(error, StopIteration):
        return int(error.value)
    return error.pos if isinstance(error, json.JSONDecodeError) else default


def explain_broken(error: Exception) -> str:
    """What is wrong with a JSON value, by the error of the parser."""
    if isinstance(error, StopIteration):
        return "Expecting value"
    return error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
