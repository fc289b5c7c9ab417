"""The names by which people are mentioned in an archive.

Takes names that are known (senders, member lists) and bodies to learn from; gives the longest name that
stands at a position. The name in a mention is the person's name in the group, which the sender column often
lacks, so it is learnt from the mentions whose end is certain and then found again where it is not. Knows
nothing of segments.

A mention ends in U+2005 when a phone wrote it and in an ordinary blank when a desktop client did. A
conversion to GBK makes one `?` of U+2005 and `??` of an emoji outside the BMP: so in such *lossy* text an
odd run of `?` after a name ends in the terminator, and an even run belongs to the name.
"""

from __future__ import annotations

import functools
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

MARK = "\u2005"
"""FOUR-PER-EM SPACE, which phones write after the name in a mention."""

_LONGEST_NAME = 80
_PUNCTUATION_AFTER = frozenset("?？，。！；、：,.!;:…）)】」[]“”")
_INNER_MARKS = frozenset("-_—|·~")

NAME_CHARACTERS = r"[^\s?？，。！；、：,!;:\[\]【】「」@]"
"""What a name is made of where nothing else is known."""


def is_boundary(body: str, position: int) -> bool:
    """Whether a name can end before a position: not before `~`, `-` or `_`, which occur inside names."""
    following = body[position : position + 1]
    return not following or following in _PUNCTUATION_AFTER or following.isspace()


class _Patterns:
    """What names are learnt with; compiled when a lexicon first learns."""

    __slots__ = ("marked", "masked", "opening", "questioned", "quoted", "spaced")

    def __init__(self) -> None:
        run = rf"(?:{NAME_CHARACTERS}|\?\?){{1,40}}+"
        name = f"{run}(?:@{run})?"
        spaced_name = f"{name}(?: {{1,2}}{run}){{1,3}}+"
        self.masked = re.compile(
            r"(?:https?://|www\.)[!-~]+|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|@(?=[@\"])"
        )
        self.marked = re.compile(rf"@([^@\r\n{MARK}]{{1,40}}){MARK}")
        self.questioned = re.compile(rf"@({name})\?(?!\?)")
        self.spaced = re.compile(rf"@({spaced_name})\?(?!\?)")
        self.opening = re.compile(f"@({spaced_name})")
        self.quoted = re.compile(r"「[ \t]*([^:：「」\r\n]{1,40})(?:：|:[ \t])")


@functools.cache
def _patterns() -> _Patterns:
    return _Patterns()


class _Index(NamedTuple):
    """What a lexicon knows at one moment: names, their lengths by their first two characters, the longest first."""

    names: frozenset[str]
    lengths: dict[str, tuple[int, ...]]
    lossy: bool | None

    @classmethod
    def of(cls, names: frozenset[str], lossy: bool | None) -> _Index:
        lengths: dict[str, set[int]] = {}
        for name in names:
            lengths.setdefault(name[:2], set()).add(len(name))
        return cls(names, {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}, lossy)


class Lexicon:
    """The names of one archive; learns from whole archives, not from one day.

    Pickles as what it has learnt.

    Args:
        names: names that are known: senders, members.
        lossy: whether `?` is what is left of U+2005. `None` finds out: text is lossy when no body learnt from
            holds U+2005.
    """

    __slots__ = (
        "_certain",
        "_learnt",
        "_lock",
        "_lossy",
        "_marked",
        "_openings",
        "_questioned",
        "_ready",
        "_sources",
        "_spaced",
    )

    def __init__(self, names: Iterable[str] = (), *, lossy: bool | None = None) -> None:
        self._lossy = lossy
        self._marked = False
        self._learnt = False
        self._certain: set[str] = set()
        self._questioned: set[str] = set()
        self._spaced: Counter[str] = Counter()
        self._openings: Counter[str] = Counter()
        self._sources: list[Callable[[], tuple[Iterable[str], Iterable[str]]]] = []
        self._ready: _Index | None = None
        self._lock = threading.RLock()
        self._add(names)

    def __repr__(self) -> str:
        return f"<Lexicon of {len(self.names)} names>"

    def __reduce__(self) -> tuple[Callable[..., Lexicon], tuple[frozenset[str]]]:
        return functools.partial(Lexicon, lossy=self.lossy), (self.names,)

    @property
    def names(self) -> frozenset[str]:
        """All names; asks the bound sources first."""
        return self._current().names

    @property
    def lossy(self) -> bool | None:
        """Whether `?` ends mentions; `None` while nothing was learnt: then each body is its own evidence."""
        return (self._ready or self._current()).lossy

    def bind(self, source: Callable[[], tuple[Iterable[str], Iterable[str]]]) -> None:
        """Learn names and bodies from a source, which is called once, when a name is first asked for."""
        with self._lock:
            self._sources.append(source)
            self._ready = None

    def forget(self) -> None:
        """Let go of what it could still learn from."""
        with self._lock:
            self._sources.clear()

    def adopt(self, other: Lexicon) -> None:
        """Take over everything that another one was told."""
        with self._lock:
            self._marked |= other._marked
            self._learnt |= other._learnt
            self._certain |= other._certain
            self._questioned |= other._questioned
            self._spaced += other._spaced
            self._openings += other._openings
            self._ready = None

    def learn(self, bodies: Iterable[str]) -> None:
        """Learn the names that bodies, their entities decoded, mention or quote."""
        with self._lock:
            body = None
            for body in bodies:
                if "@" in body:
                    self._learn_mentions(_patterns().masked.sub(" ", body))
                if "「" in body:
                    self._add(_patterns().quoted.findall(body))
            self._learnt = self._learnt or body is not None
            self._ready = None

    def longest(self, body: str, position: int) -> int | None:
        """The end of the longest name that begins at a position and is followed by a boundary, or `None`."""
        index = self._ready or self._current()
        names, lengths = index.names, index.lengths
        first = body[position : position + 1]
        for length in (*lengths.get(body[position : position + 2], ()), *lengths.get(first, ())):
            end = position + length
            if end <= len(body) and is_boundary(body, end) and body[position:end] in names:
                return end
        return None

    def beginning(self, body: str, position: int) -> int | None:
        """The end of the longest name of at least two characters that begins at a position, whatever follows it."""
        index = self._ready or self._current()
        for length in index.lengths.get(body[position : position + 2], ()):
            end = position + length
            if length > 1 and end <= len(body) and body[position:end] in index.names:
                return end
        return None

    def add(self, names: Iterable[str]) -> None:
        """Take up names that are known: of senders, of members, from other files of the same group."""
        with self._lock:
            self._add(names)

    def _add(self, names: Iterable[str]) -> None:
        for name in names:
            stripped = name.strip()
            if stripped and len(stripped) <= _LONGEST_NAME:
                self._certain.add(stripped)
        self._ready = None

    def _learn_mentions(self, body: str) -> None:
        patterns = _patterns()
        if MARK in body:
            self._marked = True
            self._add(patterns.marked.findall(body))
        if "?" in body:
            self._questioned.update(patterns.questioned.findall(body))
            self._spaced.update(patterns.spaced.findall(body))
        for opening in patterns.opening.findall(body):
            words = opening.split(" ")
            self._openings.update(" ".join(words[:count]) for count in range(2, len(words) + 1))

    def _current(self) -> _Index:
        with self._lock:
            while self._sources:
                names, bodies = self._sources.pop()()
                self._add(names)
                self.learn(bodies)
            if self._ready is None:
                self._ready = _Index.of(frozenset(self._certain | self._doubtful()), self._is_lossy())
            return self._ready

    def _doubtful(self) -> set[str]:
        """Names before `?`, where that ends a name; those with blanks must be seen twice or look like it."""
        if self._lossy or (self._lossy is None and not self._marked):
            return self._questioned | {name for name in self._spaced if self._is_likely(name)}
        return set()

    def _is_likely(self, name: str) -> bool:
        """Whether a name with blanks that stood before `?` is one, and no name with the sentence after it.

        Beyond what it looks like and how often it stood before `?`: it occurs again, and the word before its
        first blank is nobody's name.
        """
        first, _, rest = name.partition(" ")
        if self._spaced[name] > 1 or not _INNER_MARKS.isdisjoint(rest):  # `name -company`, as names in groups are
            return True
        return self._openings[name] > 1 and first not in self._questioned and first not in self._certain

    def _is_lossy(self) -> bool | None:
        if self._lossy is not None or not self._learnt:
            return self._lossy
        return not self._marked
