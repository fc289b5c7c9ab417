"""Records of line-based text for readers: the tokenizer's engine, with line ends cleaned up.

A line-based format is a `Grammar` and a function from records to messages. Knows no format.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from wechatlog.tokenizer import iter_records, prepare

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from wechatlog.tokenizer import Grammar, Record


class TextRecord(NamedTuple):
    """One record of a text export.

    Attributes:
        header: the match of the header, or `None` for the text before the first one. Its groups hold no line end.
        inline: the rest of the header line.
        rest: the lines after the header line with LF for line ends, blank lines at the end among them.
        line: 1-based line of the header.
        offset: of the header's first character.
        last: no record follows; where `mark_last` was asked.
    """

    header: re.Match[str] | None
    inline: str
    rest: str
    line: int
    offset: int
    last: bool = False

    @property
    def body(self) -> str:
        """The lines after the header line without the blank ones at the end."""
        return strip_blank_end(f"\n{self.rest}")[1:]


def records_of(blocks: Iterable[str], grammar: Grammar) -> Iterator[Record]:
    """The records of a text one by one, as the tokenizer has them.

    Args:
        blocks: the text in pieces of any size; a byte order mark and CR line ends are taken care of.
        grammar: the dialect.
    """
    return itertools.chain.from_iterable(iter_records(prepare(blocks).blocks, grammar))


def read_records(blocks: Iterable[str], grammar: Grammar) -> Iterator[TextRecord]:
    """Records of a text; the first is the text before the first header, all of it in `body`, even when empty.

    A byte order mark and CR or CRLF line ends are taken care of.
    """
    for header, raw, offset, line in records_of(blocks, grammar):
        text = raw.replace("\r\n", "\n")
        inline, _, rest = ("", "", text) if header is None else text.partition("\n")
        yield TextRecord(header, inline.rstrip("\r"), rest, line, offset)


def mark_last(records: Iterable[TextRecord]) -> Iterator[TextRecord]:
    """The same records; the last of them knows that it is, and each waits for the next."""
    waiting: TextRecord | None = None
    for record in records:
        if waiting is not None:
            yield waiting
        waiting = record
    if waiting is not None:
        yield waiting._replace(last=True)


def strip_blank_end(text: str) -> str:
    """A body without the blank lines at its end and without its last line end."""
    end = len(text.rstrip(" \t\r\n"))
    cut = text.find("\n", end)
    return text if cut < 0 else text[:cut]


def count_headers(lines: Iterable[str], grammar: Grammar) -> int:
    """How many lines of a head are headers of a grammar, for detection."""
    found = 0
    for line in lines:
        match = grammar.pattern.match("\n" + line)
        found += match is not None and (grammar.accept is None or grammar.accept(match))
    return found
