"""Objects that look as most of a file do, found by a pattern in place of being parsed.

A format says with `Plain` what it wants of such an object. From an object that was parsed a `Layout` is made: its keys
in their order, and its white space, which a program writes alike a million times. What a layout matches is just an
object that parsing would give, and whatever is different in any way is parsed; so nothing changes but the time, by a
third to a half: the pattern makes nothing of what nobody wants. Knows no format.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DIGITS", "FLAG", "NUMBER", "SECONDS", "TEXT", "YES", "Layouts", "Plain"]

TEXT: Final = r'"([^"\\\x00-\x1f]*+)"'
"""A text in which nothing is escaped."""
DIGITS: Final = r'"([1-9][0-9]*+)"'
"""A text of digits: the id of a message."""
SECONDS: Final = r"([1-9][0-9]{0,10}+)"
"""Unix seconds, as `Reading.unix_time` takes them."""
NUMBER: Final = "(0|[1-9][0-9]{0,17}+)"
"""A whole number that is not negative."""
FLAG: Final = "([01]|true|false)"
YES: Final = ("1", "true")
"""What `FLAG` gives for yes."""

_BLANK: Final = r"[ \t\n\r]*+"
_MEMBER: Final = re.compile(
    rf'([{{,]{_BLANK}"([^"\\\x00-\x1f]*+)"{_BLANK}:{_BLANK})(?:"(?:[^"\\]++|\\.)*+"|[^"{{}}\[\],\s]++)', re.DOTALL
)
_CLOSING: Final = re.compile(rf"{_BLANK}\}}{_BLANK}(?:,{_BLANK})?+")
_SCALAR: Final = r'(?:"[^"\\\x00-\x1f]*+"|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+|true|false|null)'
_NOTHING: Final = "(?:|())"
"""A group that holds `None`."""
_MOST: Final = 8


class Plain:
    """What a plain object has under which keys.

    Args:
        given: patterns of values, each with one group: what is given of the object, in this order. There are at least
            two of them. Under other keys may be any value that is no list and no object.
        fixed: values that it has.
        optional: keys of `given` that may be missing; `None` is given then.
        without: keys that it does not have.
    """

    def __init__(
        self, given: Mapping[str, str], fixed: Mapping[str, str | int] = {}, *, optional: str = "", without: str = ""
    ) -> None:
        self.fixed, self.keys, self._without = tuple(fixed.items()), tuple(given), frozenset(without.split())
        wanted = {key: re.escape(json.dumps(value, ensure_ascii=False)) for key, value in fixed.items()}
        self._patterns = {**wanted, **given}
        self._needed = self._patterns.keys() - optional.split()

    def layout(self, text: str, begin: int, end: int) -> Layout | None:
        """How an object is laid out; `None` where no plain one is laid out so.

        Args:
            text: a text.
            begin: of the object in it.
            end: behind the comma and the white space that follow the object; in JSON Lines behind its line end.
        """
        found: dict[str, str] = {}
        at, lines = begin, 0
        while (member := _MEMBER.match(text, at)) is not None:
            start, key = member.groups()
            if key in found or key in self._without:
                return None
            found[key] = re.escape(start) + self._patterns.get(key, _SCALAR)
            at, lines = member.end(), lines + start.count("\n")
        closing = _CLOSING.match(text, at)
        if closing is None or closing.end() != end or not found.keys() >= self._needed:
            return None
        groups = [key for key in found if key in self.keys]
        numbers = tuple(groups.index(key) + 1 if key in groups else len(groups) + 1 for key in self.keys)
        pattern = re.compile("".join((*found.values(), re.escape(closing.group()), _NOTHING)))
        return Layout(pattern, numbers, lines + closing.group().count("\n"))

    def object(self, given: tuple[str | None, ...]) -> dict[str, Any]:
        """An object of what was given, as parsing makes one."""
        found = {key: value for key, value in zip(self.keys, given, strict=True) if value is not None}
        return dict(self.fixed) | {
            key: value if self._patterns[key][0] == '"' else json.loads(value) for key, value in found.items()
        }


class Layout(NamedTuple):
    """How plain objects are laid out.

    Attributes:
        pattern: of an object, with the comma and the white space behind it, or with its line end.
        numbers: of the groups that hold what is given of an object.
        lines: line ends in what it matches.
    """

    pattern: re.Pattern[str]
    numbers: tuple[int, ...]
    lines: int


class Layouts:
    """How the plain objects of a file are laid out, as far as it was read.

    Args:
        plain: what they have; or how they are laid out, where it is known beforehand; `None` where none is plain.
    """

    def __init__(self, plain: Plain | Layout | None) -> None:
        self._plain = plain if isinstance(plain, Plain) else None
        self._seen: set[tuple[str, ...]] = set()
        self.found: list[Layout] = [plain] if isinstance(plain, Layout) else []

    def learn(self, value: Any, text: str, begin: int, end: int) -> None:
        """Learn from an object that was parsed, if it has the values of a plain one under keys that are new.

        Args:
            value: the object.
            text: as for `Plain.layout`, and so are the others.
            begin: of the object.
            end: behind it.
        """
        if self._plain is None or type(value) is not dict:
            return
        for key, wanted in self._plain.fixed:
            if value.get(key) != wanted:
                return
        if (keys := tuple(value)) not in self._seen and len(self._seen) < _MOST:
            self._seen.add(keys)
            if (layout := self._plain.layout(text, begin, end)) is not None:
                self.found.append(layout)
