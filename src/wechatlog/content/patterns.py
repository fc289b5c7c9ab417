"""What somebody looks for: words or an expression, and where that is in a text.

Takes what was typed or compiled, gives a function from a text to the places in it. Words are found in whatever way they
are written: see `content.folding` for what is alike; an emoji is found by any of its codes, names and pictures. An
expression has a limit of time, since some take longer than anybody lives. Knows nothing of messages.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

import regex

from wechatlog.content.folding import fold, fold_with_places, keeps_places
from wechatlog.emoji import iter_codes, spellings
from wechatlog.errors import FormatError, SlowPatternError

Span: TypeAlias = tuple[int, int]
Matcher: TypeAlias = "Callable[[str], tuple[Span, ...] | None]"
"""Gives where something is in a text, empty places left out; `None` where it is not."""
Pattern: TypeAlias = "str | re.Pattern[str] | regex.Pattern[str]"

_MOST: Final = 1000
"""Places that are told of one text."""
_SLOW: Final = 0.01
"""Seconds from which on the time for one text is added up."""
_PATIENCE: Final = 30
"""How many times the limit for one text all slow texts together may take."""
_PICTURE: Final = regex.compile(r"\p{Extended_Pictographic}(?:[\uFE0F\U0001F3FB-\U0001F3FF]|\u200D\p{So})*+")
_TONES: Final = "[\U0001f3fb-\U0001f3ff]?"
_FLAGS: Final = (
    (re.IGNORECASE, regex.IGNORECASE),
    (re.MULTILINE, regex.MULTILINE),
    (re.DOTALL, regex.DOTALL),
    (re.VERBOSE, regex.VERBOSE),
    (re.ASCII, regex.ASCII),
)


def compile_pattern(pattern: Pattern, *, exact: bool = False, timeout: float = 1.0) -> Matcher:
    """A function that looks for words, upper and lower case alike, or for a compiled expression.

    One of `re` is compiled again with `regex`. The rest is as for `compile_words` and `compile_expression`; anything
    else, such as an expression for bytes, is a `TypeError`.
    """
    if isinstance(pattern, str):
        return compile_words(pattern, exact=exact)
    source: object = getattr(pattern, "pattern", None)
    if not isinstance(source, str):
        raise TypeError(f"words or a compiled expression for texts are looked for, not {pattern!r}")
    if not isinstance(pattern, re.Pattern):
        return _Expression(pattern.finditer, timeout)
    return _compiled(source, sum(theirs for ours, theirs in _FLAGS if pattern.flags & ours), timeout)


def compile_words(words: str, *, ignore_case: bool = True, exact: bool = False) -> Matcher:
    """A function that looks for words as somebody typed them.

    With `exact` it looks for these very characters: other widths, traditional characters and other spellings of an
    emoji are something else.
    """
    if exact:
        cased = words.lower() != words.upper()  # most Chinese is found faster without the flag
        plain = re.compile(re.escape(words), re.IGNORECASE if ignore_case and cased else 0)
        return lambda text: _spans(plain.finditer(text)) if plain.search(text) else None
    case = not ignore_case
    parts: list[str] = []
    end = 0
    for start, stop in _emoji_in(words):  # each emoji is one of its spellings, or itself where it is in no table
        code = words[start:stop]
        ways = _alternatives((code, *spellings(code)), case=case)
        parts += [re.escape(fold(words[end:start], case=case)), f"(?:{ways})"]
        end = stop
    typed = "".join((*parts, re.escape(fold(words[end:], case=case))))
    whole = _alternatives(spellings(words), case=case)
    find = re.compile(f"{typed}|{whole}" if whole else typed).finditer

    def spans(text: str) -> tuple[Span, ...] | None:
        found = _spans(find(fold(text, case=case)))
        if not found or keeps_places(text):
            return found
        folded, places = fold_with_places(text, case=case)
        found = _spans(find(folded))
        return found and tuple((places[start], _end(places, end)) for start, end in found)

    return spans


def _end(places: list[int], end: int) -> int:
    """Where the last character ends that is in a span of a folded text; a part of a character is the whole of it."""
    last = places[end - 1]
    while end < len(places) - 1 and places[end] == last:
        end += 1
    return places[end]


def _emoji_in(words: str) -> Iterator[Span]:
    codes = [(start, start + len(code)) for start, _, code in iter_codes(words)]
    pictures = [found.span() for found in _PICTURE.finditer(words)]
    end = 0
    for start, stop in sorted(codes + pictures):
        if start >= end:
            yield start, stop
            end = stop


def _alternatives(ways: Iterable[str], *, case: bool) -> str:
    """Any of the spellings, the longest first; a picture may have a colour of skin."""
    folded = dict.fromkeys(fold(way, case=case) for way in ways)
    shown = (re.escape(way) + (_TONES if _PICTURE.match(way) else "") for way in sorted(folded, key=len, reverse=True))
    return "|".join(shown)


def _spans(matches: Iterable[Any]) -> tuple[Span, ...] | None:
    found = [match.span() for match in itertools.islice(matches, _MOST)]
    return tuple((start, end) for start, end in found if start < end) if found else None


def compile_expression(pattern: str, *, ignore_case: bool = False, timeout: float = 1.0) -> Matcher:
    """A function that looks for an expression of the library `regex`, whose `^` and `$` are the ends of lines.

    It may take `timeout` seconds for one text; all texts together that take over 10 ms may take 30 times that. What is
    no expression is a `FormatError` that says where.
    """
    return _compiled(pattern, regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0), timeout)


def _compiled(pattern: str, flags: int, timeout: float) -> Matcher:
    try:
        return _Expression(regex.compile(pattern, flags).finditer, timeout)
    except (regex.error, OverflowError, RecursionError) as error:
        position = getattr(error, "pos", None) or 0
        reason = getattr(error, "msg", None) or str(error)
        raise FormatError(reason, source="PATTERN", column=position + 1, excerpt=pattern) from error


class _Expression:
    """Looks for an expression, with a limit of time for each text and one for all."""

    def __init__(self, find: Callable[..., Iterable[Any]], timeout: float) -> None:
        self._find = find
        self._timeout = timeout
        self._spent = 0.0

    def __call__(self, text: str) -> tuple[Span, ...] | None:
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
