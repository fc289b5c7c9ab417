"""The engine: blocks of text in, records out, in one pass and in memory that does not grow.

A record is a header and everything up to the next one. Records are plain tuples, because objects here would double
the cost of reading. Lines end with LF or CRLF, mixed as they come; a text that has CR only goes through `prepare`
first. `str.splitlines()` is not used: it splits at U+2028, U+0085 and vertical tab, which occur inside messages.
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@attrs.frozen(slots=True, cache_hash=True)
class Grammar:
    """A dialect of the line-based formats.

    Attributes:
        name: of the dialect, for people.
        header: regular expression (`re` syntax) of a header line from its first character on. It is searched
            after a line end; it need not reach the end of the line: what it leaves is the record's inline body. It
            may also go beyond, to take in a usual body in the same pass.
            Its groups may be named; `time`, `sender` and `text` are what tokens report. Beginning it with literal
            characters makes it several times faster.
        separator: regular expression that a whole separator line must match, or `None` for blank lines only.
        framed: a header counts only at the start of the text or after a blank line, because in this dialect a
            body line may look like a header.
        accept: a last word on a header match: false makes the line a body line.
        opens: how a header begins that may go over several lines, or `None` where none does; a block that ends within
            one is read with the next.
    """

    name: str
    header: str
    separator: str | None = None
    framed: bool = False
    accept: Callable[[re.Match[str]], bool] | None = attrs.field(default=None, eq=False)
    opens: str | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled header pattern, with the line end before the header at its front."""
        return _compile(self.header)

    @property
    def separator_pattern(self) -> re.Pattern[str]:
        """The compiled pattern of a separator line without its line end."""
        return re.compile(r"[ \t]*" if self.separator is None else self.separator)


@functools.lru_cache(maxsize=256)
def _compile(header: str) -> re.Pattern[str]:
    # The leading line end is a literal prefix, which `re` searches for at memchr speed.
    return re.compile("\n" + header)


MARKDOWN: Final = Grammar(
    name="Markdown archive",
    header=r"> (?P<time>(?:[0-9]{4}-[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}:[0-9]{2})  (?P<sender>.*)",
    separator=r"[ \t]{3}",
)
"""Both dialects of the Markdown archive.

The sender group holds the two blanks that end the line, where an editor has not stripped them.
"""

Record: TypeAlias = "tuple[re.Match[str] | None, str, int, int]"
"""`(header, body, offset, line)`.

The header match begins with the line end before it. `body` runs from the end of the match to the start of the next
header line, so it begins with the rest of the header's own line and keeps all line ends. `offset` is that of the
header's first character, `line` its 1-based line. The text before the first header comes as a record without one.
"""


_LONGEST_HEADER: Final = 1 << 15
"""Characters that are waited for where a header of several lines has begun."""


_MARKS: Final = 64
"""Marks that are looked for beyond a block: a tool puts one before that of another."""


class Prepared(NamedTuple):
    """Text that the engine can take.

    Attributes:
        blocks: the text without its byte order mark, with CR turned into LF where `cr` is true.
        mark: the byte order mark, or several, or nothing.
        cr: the text ends its lines with CR alone. Turning them into LF keeps every offset.
    """

    blocks: Iterator[str]
    mark: str
    cr: bool


def prepare(blocks: Iterable[str]) -> Prepared:
    """Take off the byte order mark, and see from the first block whether CR ends the lines."""
    stream: Iterator[str] = filter(None, blocks)
    first = next(stream, "")
    while not (text := first.lstrip("\ufeff")) and len(first) < _MARKS and (more := next(stream, "")):
        first += more
    mark, first = first[: len(first) - len(text)], text
    cr = "\r" in first and "\n" not in first
    stream = itertools.chain((first,), stream)
    return Prepared((block.replace("\r", "\n") for block in stream) if cr else stream, mark, cr)


def iter_records(blocks: Iterable[str], grammar: Grammar) -> Iterator[list[Record]]:
    """Split text into records.

    Args:
        blocks: the text in pieces of any size.
        grammar: the dialect.

    Yields:
        Records in lists, as many as a block completes. The first record of all is the text before the first
        header; it is there even when it is empty.
    """
    header: re.Match[str] | None = None
    parts: list[str] = []  # the body of the open record, from the blocks before
    offset, line = 0, 1  # of the open record
    block_offset, block_line = -1, 1  # of text[0], the line end before the block; of its first line
    after_blank = True
    picky = grammar.framed or grammar.accept is not None
    whole = whole_lines(blocks)
    for text in whole if grammar.opens is None else _whole_headers(whole, grammar.opens, grammar.pattern):
        records: list[Record] = []
        begin = counted = 1
        for match in grammar.pattern.finditer(text):
            start = match.start() + 1
            if picky and not _accepts(grammar, match, text, start, after_blank):
                continue
            body = text[begin:start]
            if parts:
                body = "".join((*parts, body))
                parts.clear()
            records.append((header, body, offset, line))
            block_line += text.count("\n", counted, start)
            header, offset, line = match, block_offset + start, block_line
            begin, counted = match.end(), start
        parts.append(text[begin:])
        block_line += text.count("\n", counted)
        block_offset += len(text) - 1
        if grammar.framed:
            after_blank = _ends_blank(text, len(text) - 1)
        if records:
            yield records
    yield [(header, "".join(parts), offset, line)]


def _accepts(grammar: Grammar, match: re.Match[str], text: str, start: int, after_blank: bool) -> bool:
    if grammar.framed and not (after_blank if start == 1 else _ends_blank(text, start - 1)):
        return False
    return grammar.accept is None or grammar.accept(match)


def _ends_blank(text: str, line_end: int) -> bool:
    """Whether the line that ends at `text[line_end]` is blank."""
    return not text[text.rfind("\n", 0, line_end) + 1 : line_end].strip(" \t\r")


def whole_lines(blocks: Iterable[str]) -> Iterator[str]:
    """Blocks cut after a line end, each with the line end before it at its front."""
    carry: list[str] = []
    for block in blocks:
        cut = block.rfind("\n") + 1
        if cut:
            yield "".join(("\n", *carry, block[:cut]))
            carry.clear()
        if cut < len(block):
            carry.append(block[cut:])
    if carry:
        yield "".join(("\n", *carry))


def _whole_headers(texts: Iterable[str], opens: str, header: re.Pattern[str]) -> Iterator[str]:
    """Whole lines, cut in front of a header of several lines that does not end in its block."""
    opening, held = _compile(opens), ""
    for text in texts:
        text = held + text[bool(held) :]
        begin = max((match.start() for match in opening.finditer(text)), default=len(text))
        near = header.finditer(text, max(begin - _LONGEST_HEADER, 0))
        is_whole = len(text) - begin > _LONGEST_HEADER or any(match.start() <= begin < match.end() for match in near)
        held = "" if is_whole or begin == len(text) else text[begin:]
        if len(held) < len(text):
            yield text[: len(text) - len(held) + bool(held)]
    if held:
        yield held


def iter_lines(blocks: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Lines with their line ends, and the offset of each, for formats that are read line by line."""
    offset = 0
    for text in whole_lines(blocks):
        begin = 1
        while begin < len(text):
            end = text.find("\n", begin) + 1 or len(text)
            yield text[begin:end], offset
            offset += end - begin
            begin = end
