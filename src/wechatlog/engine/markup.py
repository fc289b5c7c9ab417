"""Markup too large to parse whole: the text before the first mark, then each piece from one mark to the next.

Takes blocks of text and a pattern, gives pieces with their place; memory holds one piece. Knows no format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator


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
