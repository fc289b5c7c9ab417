"""Markup too large to parse whole: the text before the first mark, then each piece from one mark to the next.

Takes blocks of text and a pattern, gives pieces with their place, and says whether one is more than a piece; memory
holds one piece. Knows no format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.diagnostics import Severity
from wechatlog.engine.reading import find_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wechatlog.engine.reading import Reading

_BEFORE_TIME: Final = re.compile(
    r"(?:<[^<>]{1,400}>\s{0,40}|\b(?:title|datetime|data-[a-z-]{1,30})=[\"'])"
    r"(?=[^\w<>]{0,2}[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4})"
)
"""What stands in front of a date that begins an element, what follows one, or an attribute."""


class Piece(NamedTuple):
    """A piece of markup.

    Attributes:
        text: from its mark up to the next one.
        line: 1-based line of its first character.
        offset: of its first character; -1 for the text before the first mark.
    """

    text: str
    line: int
    offset: int


def iter_pieces(blocks: Iterable[str], mark: re.Pattern[str], longest: int) -> Iterator[Piece]:
    """The pieces of a text; the first is the text before the first mark, even when it is empty.

    A mark begins with `<` and is no longer than `longest` characters, so that one that two blocks share is found.
    """
    parts: list[str] = []
    rest, line, offset = "", 1, -1
    position = 0  # of `rest` in the text
    for block in blocks:
        text = rest + block
        begin = floor = 0
        for match in mark.finditer(text):
            parts.append(text[begin : match.start()])
            whole = "".join(parts)
            yield Piece(whole, line, offset)
            parts.clear()
            line += whole.count("\n")
            begin, floor, offset = match.start(), match.end(), position + match.start()
        held = text.find("<", max(floor, len(text) - longest + 1))
        cut = held if held >= 0 else len(text)
        parts.append(text[begin:cut])
        position += cut
        rest = text[cut:]
    yield Piece("".join((*parts, rest)), line, offset)


def tell_crowded(reading: Reading, text: str, line: int) -> None:
    """Tell where a piece holds a second time as its first one stands: a message without the mark is in it."""
    times = [match[0] for match in _BEFORE_TIME.finditer(text)]
    if times.count(times[0] if times else "") > 1:
        report_crowded(reading, line)


def tell_times(reading: Reading, text: str, line: int) -> None:
    """Tell of times as of messages where none is known: in front of the first mark, or behind the last message."""
    if (begin := find_times(text)) is not None:
        what = "times as of messages stand in a part of the page where no message is known; it was not read"
        reading.report("unread-part", what, severity=Severity.WARNING, line=line + text.count("\n", 0, begin))


def report_crowded(reading: Reading, line: int) -> None:
    """Tell that an element holds several messages."""
    what = "several messages stand in one element: those of an unknown shape were taken for a part of one"
    reading.report("unread-part", what, severity=Severity.WARNING, line=line)
