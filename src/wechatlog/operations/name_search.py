"""Names, account ids and telling numbers in running text.

Takes names and ids that are known and a text; gives the places where they stand. Account ids, phone numbers, addresses
of mail and pages and identity numbers are told by their shape, names only as they are written. One pattern finds where
something can begin, and what begins with a name is looked up by its first two characters, so the time does not grow
with the number of names. Knows nothing of people and of pseudonyms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MASKS", "Hit", "NameSearch"]

MASKS: Final = {
    "url": r"(?:https?://|www\.)[!-~]*[A-Za-z0-9/=&#_%-]",
    "email": r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}",
    "id_number": (
        r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
        r"(?![0-9A-Za-z])"
    ),
    "phone": (
        r"(?<![0-9])(?:(?:(?:\+|00)86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}|0[1-9][0-9]{1,2}-[0-9]{7,8})(?![0-9])"
    ),
}
"""What is told by its shape and may be masked. An identity number has eighteen digits and a possible birthday."""

_IDS: Final = (
    r"wxid_[A-Za-z0-9_-]{1,64}"
    r"|(?<![A-Za-z0-9_])gh_[A-Za-z0-9]{6,64}"
    r"|(?<![0-9])[0-9]{5,20}@(?:chatroom|im\.chatroom)"
    r"|(?<![0-9])[0-9]{5,30}@openim"
)
_LONGEST: Final = 200
_SHORT_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_FIRST_WIDE: Final = "\u2e80"
_NEVER: Final = r"(?!)"


class Hit(NamedTuple):
    """Something found.

    Attributes:
        start: index of its first character.
        end: index behind its last.
        what: a key of `MASKS`, `id`, or `name`.
    """

    start: int
    end: int
    what: str


def is_searchable(name: str) -> bool:
    """Whether a name is looked for in running text.

    Not one of a single character, of fewer than five digits, without a letter or digit (`。。。`), or longer than 200.
    """
    if not 2 <= len(name) <= _LONGEST or _SHORT_NUMBER.fullmatch(name):
        return False
    return any(character.isalnum() for character in name)


def _joins(before: str, after: str) -> bool:
    """Whether two characters are inside one word; scripts of East Asia write no blanks between words."""
    return before < _FIRST_WIDE and after < _FIRST_WIDE and before.isalnum() and after.isalnum()


class NameSearch:
    """What is looked for; names may be added at any time.

    Args:
        masks: keys of `MASKS`.
    """

    def __init__(self, masks: Iterable[str] = ()) -> None:
        self._shapes = "|".join((*(f"(?P<{name}>{MASKS[name]})" for name in MASKS if name in masks), f"(?P<id>{_IDS})"))
        self._shape = re.compile(self._shapes)
        self._names: set[str] = set()
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._firsts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, name: str) -> None:
        """Look for a name from now on, if it is one that can be looked for."""
        if name in self._names or not is_searchable(name):
            return
        self._names.add(name)
        lengths = self._lengths.get(name[:2], ())
        if len(name) not in lengths:
            self._lengths[name[:2]] = tuple(sorted((*lengths, len(name)), reverse=True))
        if name[0] not in self._firsts:
            self._firsts.add(name[0])
            self._pattern = None

    def name_at(self, text: str, start: int, cut: int = -1, limit: int | None = None) -> int | None:
        """The end of the longest name that stands at an index as a word of its own, or `None`.

        Args:
            text: any.
            start: index of the first character.
            cut: an index at which a word begins whatever stands before it, since something was found there.
            limit: where a name has to end at the latest; what stands behind it does not matter.
        """
        limit = len(text) if limit is None else limit
        lengths = self._lengths.get(text[start : start + 2])
        if lengths is None or (start and start != cut and _joins(text[start - 1], text[start])):
            return None
        for length in lengths:
            end = start + length
            if end > limit or text[start:end] not in self._names:
                continue
            if end == limit or not _joins(text[end - 1], text[end]) or self._shape.match(text, end):
                return end
        return None

    def next(self, text: str, start: int, cut: int = -1, limit: int | None = None) -> Hit | None:
        """The first thing found at or behind an index; of two at one place a name, and of names the longest.

        Args:
            text: any.
            start: where to begin.
            cut: as for `name_at`.
            limit: as for `name_at`.
        """
        search = (self._pattern or self._compile()).search
        limit = len(text) if limit is None else limit
        found = search(text, start, limit)
        while found is not None:
            end = self.name_at(text, found.start(), cut, limit)
            if end is not None:
                return Hit(found.start(), end, "name")
            if found.lastgroup is not None:
                return Hit(*found.span(), found.lastgroup)
            found = search(text, found.start() + 1, limit)
        return None

    def _compile(self) -> re.Pattern[str]:
        firsts = f"[{''.join(map(re.escape, sorted(self._firsts)))}]" if self._firsts else _NEVER
        self._pattern = re.compile(f"{self._shapes}|{firsts}")
        return self._pattern
