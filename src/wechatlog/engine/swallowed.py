"""Texts of other formats in those of messages: files that somebody joined to one of lines, or pieces that they pasted.

Takes the text of a message that has lines with clocks, tells where such a text begins in it. What is one says who knows
formats; this knows none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.diagnostics import Severity
from wechatlog.engine.reading import FEWEST_CLOCKS
from wechatlog.source import HEAD_SIZE
from wechatlog.tokenizer import iter_lines, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wechatlog.engine.reading import Reading

_TRIES: Final = 20
"""How many texts are looked at before only larger ones are."""
_UNSEEN: Final = re.compile(r"[\s\\]+")
_AROUND_BODIES: Final = 8
"""Lines that a format may have in front of a body and round it."""
_CLOCKED: Final = re.compile(r"^[^\n]{0,60}?(?<![0-9:])[0-9]{1,2}:[0-9]{2}(?![0-9])", re.MULTILINE)
"""A line with a clock at its beginning, or behind a day and a name."""
_PEOPLE: Final = re.compile(
    r"""^[^\n:]{0,40}?(?: [^\W0-9A-Za-z_年月日上下午][^\n:]{0,40}?[0-9]:[0-9]{2}
                      | [0-9]:[0-9]{2}(?::[0-9]{2})?[^\n:：]{0,20}?[^\W0-9A-Za-z_])""",
    re.MULTILINE | re.VERBOSE,
)
"""A clock beside what is hardly a part of a program: those have names of Latin letters in their logs."""
_BREAK: Final = re.compile(r"\n[ \t\r]*\n")
_BLANK_LINES: Final = re.compile(r"\A(?:[ \t\r]*\n)*")
_BREAKS: Final = 6
"""How many blank lines above the second clock may be those behind which it begins: a foot may have a clock too."""


class Swallowed(NamedTuple):
    """A text of another format in that of a message.

    Attributes:
        at: where it begins.
        format: its format.
        is_sure: whether that was no guess, or the clocks stand beside names of people.
    """

    at: int
    format: str
    is_sure: bool


class SwallowedTexts:
    """Texts of other formats that went into those of messages: files that were joined, or what somebody pasted.

    Args:
        format_of: the format of a text and whether that is sure, or `None`.
    """

    def __init__(self, format_of: Callable[[str], tuple[str, bool] | None]) -> None:
        self._format_of, self._tries, self._fewest = format_of, _TRIES, FEWEST_CLOCKS
        self._lines: Iterator[tuple[int, str]] | None = None

    def tell(self, reading: Reading, text: str, line: int | None) -> None:
        """Tell of one in the text of a message, which begins on a line, or near it."""
        found = self.find(text)
        if found is None:
            return
        what = (
            f"a text of the format {found.format!r} begins in this message, joined or pasted; its messages stay there"
        )
        severity = Severity.WARNING if found.is_sure else Severity.INFO
        first = text[found.at :].split("\n", 1)[0]
        line = line and self._line_of(reading, first, line + text.count("\n", 0, found.at))
        reading.report("unread-part", what, severity=severity, line=line, excerpt=first[:200])

    def _line_of(self, reading: Reading, shown: str, least: int) -> int:
        """The line on which a line of a body stands, here or not far below; those further up were asked for before."""
        wanted = _UNSEEN.sub("", shown)
        if self._lines is None:
            lines = iter_lines(prepare(reading.look()).blocks)
            self._lines = ((number, text) for number, (text, _) in enumerate(lines, 1))
        for number, text in self._lines:
            if number >= least and _UNSEEN.sub("", text) == wanted:
                return number
            if number > least + _AROUND_BODIES:
                break
        return least

    def find(self, text: str) -> Swallowed | None:
        """The one in the text of a message, behind its first line; `None` in nearly all.

        Where many were looked at, only one with more lines that have clocks than any before is: it must cost little.
        """
        first = text.find("\n") + 1
        clocks = [match.start() for match in _CLOCKED.finditer(text, first)] if first else []
        if len(clocks) < self._fewest:
            return None
        self._tries -= 1
        self._fewest = self._fewest if self._tries > 0 else len(clocks) + 1
        breaks = [match.end() for match in _BREAK.finditer(text, 0, clocks[1])][-_BREAKS:]
        found, people = [], 2 * len(_PEOPLE.findall(text, first)) > len(clocks)
        for place in sorted({_BLANK_LINES.sub("", text[at:], 1) for at in (first, *breaks, clocks[0])}, key=len)[::-1]:
            known = self._format_of(place[:HEAD_SIZE])
            found += [] if known is None else [Swallowed(len(text) - len(place), known[0], known[1] or people)]
        return max(found, key=lambda each: each.is_sure, default=None)
