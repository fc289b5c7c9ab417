"""`[label](target)`: where it ends, for images and links alike.

Takes a body, gives spans. Knows nothing of what the target is. Which bracket closes which is found once per
body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wechatlog.segments.rule import Context

_BRACKET = re.compile(r"[\[\]()]|\s+")


class Bracketed(NamedTuple):
    """A label, a target and where they end."""

    label: str
    target: str
    end: int


class _Pairs(NamedTuple):
    """The closing bracket for each opening one, and the closing square brackets that have none: positions."""

    closing: dict[int, int]
    stray: frozenset[int]


def _has_target(body: str) -> bool:
    return "](" in body


def _pairs(body: str) -> _Pairs:
    """Match square brackets across the body and round ones inside each run without blanks.

    Labels may hold line breaks and brackets; targets may hold balanced round brackets but no blanks.
    """
    closing: dict[int, int] = {}
    stray = set()
    square: list[int] = []
    round_: list[int] = []
    for found in _BRACKET.finditer(body):
        position, character = found.start(), found.group()
        if character == "[":
            square.append(position)
        elif character == "(":
            round_.append(position)
        elif character == "]":
            if square:
                closing[square.pop()] = position
            else:
                stray.add(position)
        elif character == ")":
            if round_:
                closing[round_.pop()] = position
        else:
            round_.clear()
    return _Pairs(closing, frozenset(stray))


def bracketed_at(context: Context, position: int) -> Bracketed | None:
    """`[label](target)` whose label opens at a position, or `None`.

    Where it is the whole body, as exporters write images and web pages, the label may hold unbalanced brackets and the
    target blanks: then the last `](` divides them and the last `)` ends the target.
    """
    if not context.derived(_has_target):
        return None
    body, pairs = context.body, context.derived(_pairs)
    middle = pairs.closing.get(position)
    if middle is not None and body.startswith("(", middle + 1):
        end = pairs.closing.get(middle + 1)
        if end is not None:
            return Bracketed(body[position + 1 : middle], body[middle + 2 : end], end + 1)
    return _whole_body(context, position) if position == 0 or (position == 1 and body[0] == "!") else None


def _whole_body(context: Context, position: int) -> Bracketed | None:
    body, pairs = context.body, context.derived(_pairs)
    end = len(body.rstrip()) - 1
    middle = body.rfind("](", position, end)
    if middle < 0 or body[end] != ")":
        return None
    if pairs.closing.get(position) not in (None, middle) and middle not in pairs.stray:
        return None
    return Bracketed(body[position + 1 : middle], body[middle + 2 : end], end + 1)
