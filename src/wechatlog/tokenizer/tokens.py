"""The lossless view of a text: one token a line, for tools that need every character.

The tokens come from the engine's records, so what is a header here is a header for the readers. The tokens of any
string join to that string.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.tokenizer.engine import MARKDOWN, Grammar, iter_records, prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FENCE: Final = re.compile(r"---[ \t]*")
_DATE_HEADING: Final = re.compile(r"##[ \t]+[0-9]{4}-[0-9]{2}-[0-9]{2}[ \t]*")
_LINE_END: Final = "\r\n"


class TokenKind(enum.StrEnum):
    """What a line is.

    Example:
        >>> [kind.value for kind in wechatlog.TokenKind]
        ['mark', 'fence', 'front_matter', 'header', 'separator', 'body', 'date_heading', 'blank']
    """

    MARK = "mark"
    FENCE = "fence"
    FRONT_MATTER = "front_matter"
    HEADER = "header"
    SEPARATOR = "separator"
    BODY = "body"
    DATE_HEADING = "date_heading"
    BLANK = "blank"


@attrs.frozen(slots=True)
class Token:
    r"""One line of the text, or a byte order mark.

    Attributes:
        kind: what it is.
        text: its characters, line end included.
        line: 1-based.
        offset: of its first character in the text, 0-based.
        fields: names and values of the header's parts (`time`, `sender`, `text`), trailing blanks removed from
            none of them but the two that end a header of a Markdown archive; empty for other kinds.

    Example:
        >>> token = next(iter(wechatlog.tokenize("> 2026-05-01 09:00:00  李四  \n")))
        >>> token.kind, dict(token.fields)["sender"]
        (<TokenKind.HEADER: 'header'>, '李四')
    """

    kind: TokenKind
    text: str
    line: int
    offset: int
    fields: tuple[tuple[str, str], ...] = ()

    def _field(self, name: str) -> str | None:
        return dict(self.fields).get(name)

    @property
    def time(self) -> str | None:
        """The clock text of a header."""
        return self._field("time")

    @property
    def sender(self) -> str | None:
        """The name part of a header."""
        return self._field("sender")


def tokenize(text: str, grammar: Grammar = MARKDOWN) -> tuple[Token, ...]:
    r"""Split a text into tokens that join to it exactly.

    Args:
        text: any string.
        grammar: the dialect; by default that of the Markdown archives.

    Returns:
        One token a line, in order.

    Raises:
        TypeError: where `text` is no string or `grammar` no grammar.

    Example:
        >>> text = "> 2026-05-01 09:00:00  李四  \n   \n早上好  \n   \n"
        >>> tokens = wechatlog.tokenize(text)
        >>> "".join(token.text for token in tokens) == text
        True
    """
    for name, value, wanted in (("text", text, str), ("grammar", grammar, Grammar)):
        if not isinstance(value, wanted):
            raise TypeError(f"{name} must be a {wanted.__name__}, not {type(value).__name__}")
    return tuple(iter_tokens((text,), grammar))


def iter_tokens(blocks: Iterable[str], grammar: Grammar = MARKDOWN) -> Iterator[Token]:
    """`tokenize` for a text that comes in pieces, in memory that does not grow with it.

    Args:
        blocks: the text in pieces of any size, lines or not.
        grammar: the dialect.
    """
    prepared = prepare(blocks)
    shift = len(prepared.mark)
    if prepared.mark:
        yield Token(TokenKind.MARK, prepared.mark, 1, 0)
    for records in iter_records(prepared.blocks, grammar):
        for header, body, offset, line in records:
            kinds = _LineKinds(grammar, preamble=header is None)
            for number, piece in enumerate(_split(body if header is None else header.group()[1:] + body)):
                fields: tuple[tuple[str, str], ...] = ()
                if header is not None and number == 0:
                    kind, fields = TokenKind.HEADER, _fields(header)
                else:
                    kind = kinds(piece.rstrip(_LINE_END))
                shown = piece.replace("\n", "\r") if prepared.cr else piece
                yield Token(kind, shown, line + number, offset + shift, fields)
                offset += len(piece)


def _fields(header: re.Match[str]) -> tuple[tuple[str, str], ...]:
    values = {name: value.rstrip(_LINE_END) for name, value in header.groupdict().items() if value is not None}
    if "sender" in values and header.end("sender") == header.end():
        values["sender"] = values["sender"].removesuffix("  ")
    return tuple(values.items())


def _split(text: str) -> list[str]:
    """Lines with their line ends; LF ends a line, nothing else does."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


class _LineKinds:
    """What the lines of a body are, one after the other; in a preamble front matter stands between two fences."""

    def __init__(self, grammar: Grammar, *, preamble: bool) -> None:
        self._separator = grammar.separator_pattern
        self._fences = 0 if preamble else 2  # that were seen; behind two there is nothing but lines
        self._started = False

    def __call__(self, line: str) -> TokenKind:
        if self._fences < 2 and _FENCE.fullmatch(line) and (self._fences or not self._started):
            self._fences += 1
            return TokenKind.FENCE
        if self._fences == 1:
            return TokenKind.FRONT_MATTER
        if line and self._separator.fullmatch(line):
            kind = TokenKind.SEPARATOR
        elif _DATE_HEADING.fullmatch(line):
            kind = TokenKind.DATE_HEADING
        else:
            kind = TokenKind.BODY if line.strip(" \t") else TokenKind.BLANK
        self._started = self._started or kind is not TokenKind.BLANK
        return kind
