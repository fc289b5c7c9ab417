"""What `search` looks for, and which messages around a hit belong to it.

Takes texts and messages one by one, gives where the pattern is in them. Knows neither files nor how a hit is shown.
"""

from __future__ import annotations

import itertools
import re
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from wechatlog.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wechatlog.model import Message

__all__ = ["Line", "Matcher", "SlowPatternError", "Span", "Window", "make_matcher"]

Span: TypeAlias = tuple[int, int]
Matcher: TypeAlias = "Callable[[str], list[Span] | None]"
"""Gives where the pattern is in a text, the empty places left out; `None` where it is not."""

_MOST: Final = 1000
"""Places that are told of one text."""
_SLOW: Final = 0.01
"""Seconds from which on the time for one text is added up."""
_PATIENCE: Final = 30
"""How many times the limit for one text all slow texts together may take."""
_NO_LETTERS: Final = re.compile(r"\\[pP]\{[^}]*\}|\\.|\(\?P?<[^>]*>", re.DOTALL)
"""What is in a regular expression without being looked for."""


class SlowPatternError(Exception):
    """A pattern takes too long.

    Attributes:
        seconds: the limit.
        together: whether it was that for all texts, not that for one.
    """

    def __init__(self, seconds: float, *, together: bool) -> None:
        super().__init__(seconds, together)
        self.seconds = seconds
        self.together = together


def make_matcher(pattern: str, *, is_regex: bool, ignore_case: bool | None, timeout: float) -> Matcher:
    """A function that looks for a pattern.

    Args:
        pattern: a text, or a regular expression of the library `regex`, whose `^` and `$` are the ends of lines.
        is_regex: which of the two.
        ignore_case: whether upper and lower case are alike; where `None`, they are if the pattern is in lower case.
        timeout: seconds that a regular expression may take for one text.

    Raises:
        FormatError: where the expression is none; says where.
    """
    if ignore_case is None:
        letters = _NO_LETTERS.sub("", pattern) if is_regex else pattern
        ignore_case = not any(character.isupper() for character in letters)
    if is_regex:
        return _Expression(pattern, ignore_case=ignore_case, timeout=timeout)
    cased = pattern.lower() != pattern.upper()  # most Chinese is found faster without the flag
    compiled = re.compile(re.escape(pattern), re.IGNORECASE if ignore_case and cased else 0)
    return lambda text: _spans(compiled.finditer(text)) if compiled.search(text) else None


def _spans(matches: Iterable[Any]) -> list[Span] | None:
    found = [match.span() for match in itertools.islice(matches, _MOST)]
    return [(start, end) for start, end in found if start < end] if found else None


class _Expression:
    """Looks for a regular expression, with a limit of time for each text and one for all."""

    def __init__(self, pattern: str, *, ignore_case: bool, timeout: float) -> None:
        import regex

        flags = regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0)
        try:
            self._find = regex.compile(pattern, flags).finditer
        except (regex.error, OverflowError, RecursionError) as error:
            position = getattr(error, "pos", None) or 0
            reason = getattr(error, "msg", None) or str(error)
            raise FormatError(reason, source="PATTERN", column=position + 1, excerpt=pattern) from error
        self._timeout = timeout
        self._spent = 0.0

    def __call__(self, text: str) -> list[Span] | None:
        start = time.perf_counter()
        try:
            found = _spans(self._find(text, timeout=self._timeout))
        except TimeoutError:
            raise SlowPatternError(self._timeout, together=False) from None
        seconds = time.perf_counter() - start
        if seconds > _SLOW:
            self._spent += seconds
            if self._spent > self._timeout * _PATIENCE:
                raise SlowPatternError(self._timeout * _PATIENCE, together=True)
        return found


class Line(NamedTuple):
    """A message that is shown.

    Attributes:
        number: of the message in its conversation, from 1.
        message: the message.
        spans: where the pattern is in its text; `None` for a message that is shown for its neighbours.
        gap: whether messages before it are left out, where messages around hits are shown.
    """

    number: int
    message: Message
    spans: list[Span] | None
    gap: bool


class Window:
    """The messages of one conversation as they go by: hits, and what is shown before and after them.

    Args:
        before: messages before a hit.
        after: messages after a hit.

    Attributes:
        left: messages after the last hit that are still to come.
    """

    def __init__(self, before: int, after: int) -> None:
        self._after, self._with_gaps = after, before + after > 0
        self._recent: deque[tuple[int, Message]] = deque(maxlen=before)
        self._number = self._shown = self.left = 0

    def feed(self, message: Message, spans: list[Span] | None) -> Iterator[Line]:
        """What is to be shown now that this message has come."""
        self._number += 1
        if spans is not None:
            for number, earlier in self._recent:
                yield self._line(number, earlier, None)
            self._recent.clear()
            self.left = self._after
            yield self._line(self._number, message, spans)
        elif self.left:
            self.left -= 1
            yield self._line(self._number, message, None)
        else:
            self._recent.append((self._number, message))

    def _line(self, number: int, message: Message, spans: list[Span] | None) -> Line:
        gap = self._with_gaps and 0 < self._shown < number - 1
        self._shown = number
        return Line(number, message, spans, gap)
