"""Where JSON goes on behind damage: the next item of an array, its end, the next key, a list further down.

Takes what was seen of the whole parts (how items begin, how deep they stand), gives patterns that are searched from the
damage on. Each matches a short text, so that one that two blocks share is found. Knows no window and no format.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "HIDDEN_LIST",
    "Items",
    "another",
    "lead_of",
    "listed",
    "lists_pattern",
    "narrowed",
    "opening_of",
    "resume_pattern",
    "value_of",
]

_TEXT: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NARROW: Final = {code + 0xFEE0: code for code in map(ord, "0123456789:[]{},-.")}
_BLANK: Final = r"[ \t\r\n]{0,64}+"
_OPENING: Final = re.compile(rf'\{{{_BLANK}"[^"\\\n]{{1,40}}"(?={_BLANK}:)')
_MARK: Final = r'"[^\w\s\\",:]'
_MARKED: Final = re.compile(_MARK)
"""A text that begins with a mark, as do those of a list in which each is a message."""
_KEY: Final = re.compile(r'"[^"\\\n]{1,40}"')
_SOME_ITEM: Final = rf'\}}{_BLANK},{_BLANK}(?=\{{)|\n[ \t]{{0,64}}+(?=\{{{_BLANK}"|{_MARK})'
HIDDEN_LIST: Final = rf'(?P<hidden>(?=\[{_BLANK}\{{{_BLANK}")|{_SOME_ITEM})'
"""Objects in an array, with its bracket or without."""
_LIST: Final = rf'"?{_BLANK}:?[^\[\]{{}}",:]{{0,8}}?{_BLANK}(?=[\[{{])'
_LINE_KEY: Final = r'(?="[^"\\\n]{1,60}"[ \t]{0,8}+:)'
_NEVER: Final = "(?!)"
_MOST: Final = 8
_LONGEST_LEAD: Final = 64


def opening_of(text: str, position: int) -> str | None:
    """The pattern of how an item begins: the brace and the first key of an object, the mark of a text."""
    if (match := _OPENING.match(text, position)) is None:
        marked = _MARKED.match(text, position)
        return marked and re.escape(marked.group())
    key = _KEY.search(match.group())
    return rf"\{{{_BLANK}{re.escape(key.group())}{_BLANK}:" if key else None


def lead_of(text: str, position: int) -> str | None:
    """What stands on the line in front of a position, if that is blank: the indentation."""
    begin = text.rfind("\n", max(0, position - _LONGEST_LEAD), position)
    if begin < 0 or text[begin + 1 : position].strip(" \t"):
        return None
    return text[begin + 1 : position]


def listed(key: str, lists: Collection[str], least: float = 0.8) -> str | None:
    """The list that a key names; a key with a damaged character, or with more or less in front, still does."""
    if key in lists:
        return key
    import difflib

    key = "".join(filter(str.isprintable, key))
    near = difflib.get_close_matches(key[-60:], lists, 1, least)
    if near:
        return near[0]
    return next((name for name in lists if key.endswith(name) or (len(key) > 2 and name.endswith(key))), None)


def narrowed(text: str) -> str:
    """A text in which the marks between the texts of JSON are no longer full-width."""
    ends = [0, *(at for match in _TEXT.finditer(text) for at in match.span()), len(text)]
    pieces = [text[begin:end] for begin, end in itertools.pairwise(ends)]
    pieces[::2] = [piece.translate(_NARROW) for piece in pieces[::2]]
    return "".join(pieces)


def value_of(text: str, key: str) -> Any:
    """What stands behind a key in damaged JSON; `None` where nothing whole does."""
    for match in re.finditer(rf'"{re.escape(key)}"{_BLANK}:{_BLANK}', text):
        with contextlib.suppress(ValueError, RecursionError):
            return json.JSONDecoder(strict=False).raw_decode(text, match.end())[0]
    return None


@functools.cache
def lists_pattern(lists: tuple[str, ...]) -> str:
    """The bracket of a list that is given in parts, behind its key; the key is in the group `list`."""
    names = "|".join(map(re.escape, lists)) or _NEVER
    return rf"(?<![^\W_])(?P<list>{names}){_LIST}"


@functools.cache
def another(lists: tuple[str, ...]) -> re.Pattern[str]:
    """One more item behind what ends an array; no brace that stands in front of the key of a list."""
    names = "|".join(map(re.escape, lists)) or _NEVER
    return re.compile(rf'(?:,{_BLANK})?(?=\{{)(?!\{{{_BLANK}"(?:{names})")')


@functools.cache
def resume_pattern(lists: tuple[str, ...], lead: str | None) -> str:
    """The next key of an object, or the bracket of a list in it.

    Args:
        lists: keys of lists that are given in parts.
        lead: the indentation of the keys; `None` where it is not known.
    """
    blank = r"[ \t]{0,64}+" if lead is None else re.escape(lead)
    return rf"\n{blank}{_LINE_KEY}|{lists_pattern(lists)}"


class Items:
    """How the items of an array begin, and from that where the next one does.

    What differs between an item and the objects inside it is the indentation, or else the first key.

    Args:
        key: of the array.
        lists: keys of all lists that are given in parts.
        holders: patterns of how the objects begin that hold such arrays, where several follow each other.

    Attributes:
        are_texts: there are texts among the items.
        leads: the indentations of items.
        depth: how many brackets are open inside the array, its own one with them.
    """

    def __init__(self, key: str, lists: tuple[str, ...], holders: Collection[str] = ()) -> None:
        self._key, self._lists = key, lists
        self._holder = "|".join(holders)
        self._openings: dict[str, None] = {}
        self._first_keys = set[str]()
        self.are_texts = False
        self.depth = 1 + bool(key) + 2 * bool(holders)
        self.leads: dict[str, None] = {}

    def note(self, text: str, position: int) -> None:
        """Learn from the item at a position."""
        opening, lead = opening_of(text, position), lead_of(text, position)
        if opening is not None and len(self._openings) < _MOST:
            self._openings[opening] = None
            if text[position] == "{":
                self._first_keys.add(_KEY.search(text, position).group()[1:-1])  # type: ignore[union-attr]
            else:
                self.are_texts = True
            if lead is not None:
                self.leads[lead] = None

    def is_alike(self, text: str, position: int) -> bool:
        """Whether the object at a position begins as an item does that was seen."""
        opening = opening_of(text, position)
        return opening is None or not self._openings or opening in self._openings

    def inside(self, value: Any) -> tuple[list[Any], int] | None:
        """A list inside an item, and from where on it holds objects that begin as items do."""
        if not isinstance(value, dict):
            return None
        for inner in value.values():
            for at, each in enumerate(inner) if isinstance(inner, list) else ():
                if isinstance(each, dict) and next(iter(each), None) in self._first_keys:
                    return inner, at
                if (found := self.inside(each)) is not None:
                    return found
        return None

    @property
    def _first(self) -> str:
        return "|".join(self._openings) or _NEVER

    def an_object(self) -> re.Pattern[str]:
        """Where something begins as the objects among the items do."""
        return re.compile("|".join(f"(?={each})" for each in self._openings if each[0] == "\\") or _NEVER)

    def next_item(self) -> re.Pattern[str]:
        """The next item, the end of the array, of which the group is `end`, or another list (`list`)."""
        holder = rf"(?!{self._holder})" if self._holder else ""
        if self.leads:
            leads, depth = "|".join(map(re.escape, self.leads)), min(map(len, self.leads))
            begins = r'[{"]' if self.are_texts else r"\{"
            item = rf"\n(?:{leads})(?={begins}){holder}"
            end = rf"\n[ \t]{{0,{max(depth - 1, 0)}}}+(?=\](?:[,}};]|[ \t\r]{{0,8}}+(?:\n|\Z)))"
            line = rf"[ \t]{{0,{depth}}}+" if depth else rf"(?:{self._holder or _NEVER})[^\n]{{0,4096}}?"
            other = rf"\n{line}\"?{lists_pattern(self._lists)}"
        elif self._openings:
            item = rf"(?:[\]}}\"]{_BLANK},{_BLANK}|\n[ \t]{{0,64}}+)(?={self._first}){holder}"
            end = rf"\]{_BLANK}\}}{_BLANK},{_BLANK}(?={self._holder})" if self._holder else _NEVER
            # Without a holder around it, a list of the same key stands in an item.
            other = lists_pattern(tuple(name for name in self._lists if self._holder or name != self._key))
        else:
            item, end, other = _SOME_ITEM, _NEVER, lists_pattern(self._lists)
        return re.compile(rf"(?P<end>{end})|(?:{item})|{other}")

    def behind_inner(self) -> re.Pattern[str]:
        """What closes a list inside an item, up to the next item; matched at the end of an object, or of the list."""
        closing = rf"[\]}}]{_BLANK}"
        return re.compile(rf"{_BLANK}(?:{closing}){{1,8}}+,{_BLANK}(?={self._first})")
