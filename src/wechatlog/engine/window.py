"""A text that comes in blocks, seen through a window that moves over it: where it stands, what comes next.

Takes blocks of text; memory holds what is pending. Lines are counted as the position moves. Patterns that are searched
match a short text, so that one that two blocks share is found. Knows no container and no format.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from wechatlog.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wechatlog.diagnostics import Collector

OVERLAP: Final = 256
"""As long as what a pattern matches can be."""
_SPACE: Final = re.compile(r"[ \t\n\r\ufeff]*")
_EXCERPT: Final = 100


class Window:
    """What is seen of a text, and a position in it.

    Args:
        blocks: the text in pieces of any size.
    """

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

    def rest(self) -> Iterator[str]:
        """What comes from the position on, in blocks."""
        return itertools.chain((self.text[self.position :],), self._blocks)

    def step_back(self, offset: int, most: int) -> None:
        """Move back a little, but stay behind an offset: damage may have been noticed late, in the next item."""
        self.go_back(max(offset + 1, self.offset - most))

    def take(self, character: str) -> bool:
        """Move over a character, if it is the next."""
        found = self.peek() == character
        self.position += found
        return found

    def report(self, collector: Collector, message: str, at: int | None = None) -> None:
        """Tell of damage in JSON (`broken-json`), with what stands round it.

        Args:
            collector: is told.
            message: what is wrong.
            at: where in the window; `None` for the position.
        """
        begin = self.position
        at = self.position = begin if at is None else at
        left = max(self.text.rfind("\n", 0, at) + 1, at - _EXCERPT)
        end = self.text.find("\n", at, at + _EXCERPT)
        excerpt = self.text[left : end if end >= 0 else at + _EXCERPT]
        (line, _), column = self.place(), self.column()
        self.position = max(begin, at)
        span = at - left, at - left + 1
        collector.report(
            "broken-json", message, severity=Severity.ERROR, line=line, column=column, excerpt=excerpt, span=span
        )
