"""`「X：text」`, a line of dashes, the reply: what desktop clients write when a person answers a message.

Takes a position, gives a `Quote` whose `raw` reaches to the end of the dash line, separators included; the
reply is the rest of the body. The line has fifteen dashes with blanks between; on a line of its own a
longer one is taken too, and where an exporter made blanks of the line breaks it is exactly the first
fifteen. Spellings:

* `「X：text」` with a full-width colon;
* `「 X: text 」` with a half-width colon and blanks;
* `? X: text ?` at the start of the body: the second one after a conversion to GBK, which lost its brackets.

Without the dash line `「…」` is an ordinary quotation mark. What is quoted may be a quote with its reply
again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from wechatlog.segments.rule import Context, Rule
from wechatlog.segments.types import Quote

_LINE_BREAK = r"(?:\r\n|\r|\n)"
_OWN_LINE = rf"[ \t]*+{_LINE_BREAK}[ \t]*+-(?: -){{14,}}+[ \t]*+(?:{_LINE_BREAK}|\Z)"
_FLATTENED = r" {1,2}+-(?: -){14}(?: |\Z)"
_DASH_LINE = f"(?:{_OWN_LINE}|{_FLATTENED})"

_CLOSED = re.compile(f"」{_DASH_LINE}")
_CLOSED_LOST = re.compile(rf"\?{_DASH_LINE}")
_CORNER = re.compile("[「」]")
_LOST_HEADS = re.compile(r"(?:\? [^:?\r\n]{1,64}: )+")
_HEADS = (
    re.compile(r"[ \t]+(?P<sender>[^:：\r\n]{1,64}):\s"),
    re.compile(r"(?P<sender>[^：\r\n]{1,64}?)："),
    re.compile(r"(?P<sender>[^:：\r\n]{1,64}):"),
)


class _Ends(NamedTuple):
    """Where quotes can end: positions of the closing mark, and of the end of the dash line behind each."""

    marks: list[int]
    lines: dict[int, int]


def _ends(body: str, pattern: re.Pattern[str]) -> _Ends:
    # One search for the dashes keeps the pattern away from the many bodies that only use the marks.
    lines = {found.start(): found.end() for found in pattern.finditer(body)} if "- - - - -" in body else {}
    return _Ends(list(lines), lines)


def _corner_ends(body: str) -> _Ends:
    return _ends(body, _CLOSED)


def _lost_ends(body: str) -> _Ends:
    return _ends(body, _CLOSED_LOST)


def _corner_pairs(body: str) -> dict[int, int]:
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for found in _CORNER.finditer(body):
        if found.group() == "「":
            opened.append(found.start())
        elif opened:
            pairs[opened.pop()] = found.start()
    return pairs


def match_quote(body: str, position: int, context: Context) -> tuple[Quote, int] | None:
    """A quote that begins at a position, or `None`."""
    if body[position] == "「":
        ends, mark = context.derived(_corner_ends), _corner_mark(position, context)
    else:
        ends, mark = context.derived(_lost_ends), _lost_mark(position, context)
    if mark is None:
        return None
    sender, text = _head_and_text(body[position + 1 : mark])
    end = ends.lines[mark]
    return Quote(sender=sender, text=text, raw=body[position:end]), end


def _corner_mark(position: int, context: Context) -> int | None:
    """The `」` that ends a quote: the balanced one, or for one that opens the body the next with dashes."""
    ends = context.derived(_corner_ends)
    if not ends.marks:
        return None
    balanced = context.derived(_corner_pairs).get(position)
    if balanced in ends.lines:
        return balanced
    following = bisect_right(ends.marks, position)
    return ends.marks[following] if position == 0 and following < len(ends.marks) else None


def _lost_mark(position: int, context: Context) -> int | None:
    """The `?` that ends a quote whose brackets are lost; quotes in it are counted by their heads."""
    marks = context.derived(_lost_ends).marks if position == 0 else []
    heads = _LOST_HEADS.match(context.body) if marks else None
    if heads is None:
        return None
    depth = heads.group().count("? ")
    return marks[min(depth, len(marks)) - 1]


def _head_and_text(inner: str) -> tuple[str | None, str]:
    """The person quoted and what is quoted; blanks inside the brackets belong to the spelling with blanks."""
    for head in _HEADS:
        found = head.match(inner)
        if found is not None:
            text = inner[found.end() :]
            return found["sender"].strip() or None, text.strip() if inner[0].isspace() else text
    return None, inner


RULE = Rule("quote", ("「", "? "), match_quote)
