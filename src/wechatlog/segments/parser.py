"""A body into segments.

Takes a body and, where there is one, the lexicon of its archive; gives a tuple of segments whose `raw` join
to the body. Knows no rule: it jumps from one trigger to the next, asks the rules of the table there, and
everything that no rule takes is text. Each rule bounds its work per position, so the time is linear in the
body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from wechatlog.segments.rule import Context
from wechatlog.segments.rule_table import compiled_rules
from wechatlog.segments.types import Segment, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wechatlog.segments.lexicon import Lexicon
    from wechatlog.segments.rule_table import Match


def parse_segments(body: str, lexicon: Lexicon | None = None) -> tuple[Segment, ...]:
    """The segments of a message body.

    Args:
        body: the text of a message, entities decoded.
        lexicon: the names known in the archive, which decide where a mention ends. Without it a mention is
            read from the body alone, which finds fewer names that hold blanks.

    Returns:
        Segments whose `raw` join to the body; two texts never stand side by side. An empty body has none.

    Raises:
        TypeError: where the body is no string.

    Example:
        >>> segments = wechatlog.parse_segments("@李四 看这里 [强] https://example.invalid/a")
        >>> [type(segment).__name__ for segment in segments]
        ['Mention', 'Text', 'Emoji', 'Text', 'Link']
    """
    search, by_character = compiled_rules()
    try:
        found = search(body, 0)
    except TypeError:
        raise TypeError(f"body must be a str, not {type(body).__name__}") from None
    if found is None:
        return (Text(body),) if body else ()
    context = Context(body, lexicon)
    segments: list[Segment] = []
    while found is not None:
        position = found.start()
        match = _first_match(by_character[body[position]], position, context)
        if match is None:
            found = search(body, position + 1)
            continue
        if position > context.text_start:
            segments.append(Text(body[context.text_start : position]))
        segments.append(match[0])
        context.text_start = match[1]
        found = search(body, match[1])
    if context.text_start < len(body):
        segments.append(Text(body[context.text_start :]))
    return tuple(segments)


def is_plain(body: str) -> bool:
    """Whether a body is text and nothing else for sure: nothing that a rule looks for occurs in it."""
    return compiled_rules()[0](body, 0) is None


def _first_match(matches: Iterable[Match], position: int, context: Context) -> tuple[Segment, int] | None:
    """What the first rule that takes the position makes of it.

    A rule of somebody else's must not break the law that segments join to the body: an end that is none is no
    match, text is left to the parser, and a wrong `raw` is put right.
    """
    body = context.body
    for match in matches:
        result = match(body, position, context)
        if result is None or not position < result[1] <= len(body) or isinstance(result[0], Text):
            continue
        segment, end = result
        if segment.raw != body[position:end]:
            segment = attrs.evolve(segment, raw=body[position:end])
        return segment, end
    return None
