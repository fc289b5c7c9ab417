"""Records of line-based text for readers: the tokenizer's engine, with line ends cleaned up.

A line-based format is a `Grammar` and a function from records to messages. Knows no format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wechatlog.tokenizer import iter_records, prepare

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from wechatlog.tokenizer import Grammar


class TextRecord(NamedTuple):
    """One record of a text export.

    Attributes:
        header: the match of the header, or `None` for the text before the first one. Its groups hold no line end.
        inline: the rest of the header line.
        body: the lines after the header line joined by LF, blank lines at the end kept out.
        line: 1-based line of the header.
        offset: of the header's first character.
        blank_lines: how many blank lines were kept out at the end of `body`.
    """

    header: re.Match[str] | None
    inline: str
    body: str
    line: int
    offset: int
    blank_lines: int


def read_records(blocks: Iterable[str], grammar: Grammar) -> Iterator[TextRecord]:
    """Records of a text; the first is the text before the first header, all of it in `body`, even when empty.

    Args:
        blocks: the text in pieces of any size; a byte order mark and CR or CRLF line ends are taken care of.
        grammar: the dialect.
    """
    for batch in iter_records(prepare(blocks).blocks, grammar):
        for header, raw, offset, line in batch:
            text = raw.replace("\r\n", "\n")
            if header is None:
                inline, rest = "", text
            else:
                inline, _, rest = text.partition("\n")
            body, blank = _strip_blank_end(rest)
            yield TextRecord(header, inline.rstrip("\r"), body, line, offset, blank)


def _strip_blank_end(text: str) -> tuple[str, int]:
    if not text:
        return "", 0
    lines = text.removesuffix("\n").split("\n")
    count = 0
    while lines and not lines[-1].strip(" \t\r"):
        lines.pop()
        count += 1
    return "\n".join(lines), count


def count_headers(lines: Iterable[str], grammar: Grammar) -> int:
    """How many lines of a head are headers of a grammar, for detection."""
    found = 0
    for line in lines:
        match = grammar.pattern.match("\n" + line)
        found += match is not None and (grammar.accept is None or grammar.accept(match))
    return found
