"""Merged forwards that a text export writes as lines.

Takes the lines under the header of a forward, in one of two layouts; gives nested messages. What the
body of a line is, the caller says (`read`), so that this module knows no placeholder. Names are cut at
the first colon, since the tools do not escape colons.

Layouts: one line per message with indentation for nesting (MemoTrace 3 `to_text`, WeFlow, wx-cli), and
chatlog's block of `name time`, body lines, blank line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.content.forwards import parse_source_time
from wechatlog.model import Message, MessageKind, build_message
from wechatlog.segments.types import Forward, Segment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    ReadBody = Callable[[str], tuple[MessageKind, tuple[Segment, ...]] | None]

_DEEPEST: Final = 16


@attrs.define
class _Item:
    """A nested message while its lines are collected."""

    depth: int
    sender: str
    time: str
    lines: list[str]
    inner: list[_Item] = attrs.Factory(list)


def _to_message(item: _Item, read: ReadBody, zone: dt.tzinfo | None) -> Message:
    text = "\n".join(item.lines).rstrip("\n")
    time, precision = parse_source_time(item.time, zone)
    inner = tuple(_to_message(child, read, zone) for child in item.inner)
    known = read(text)
    kind, segments = known if known is not None else (MessageKind.TEXT, None)
    if inner:
        title = segments[0].title if segments and isinstance(segments[0], Forward) else None
        kind, segments = MessageKind.FORWARD, (Forward(title or text or None, inner, raw=text),)
    return build_message(time, precision, item.sender or None, kind, text, segments=segments)


def parse_lines(
    lines: Sequence[str], pattern: re.Pattern[str], step: int, read: ReadBody, zone: dt.tzinfo | None = None
) -> tuple[Message, ...]:
    """Nested messages of one line each; a line that fits no message continues the one above.

    Args:
        lines: the lines under the header.
        pattern: of a line, with the groups `indent`, `sender`, `text`, and `time` where the tool writes one.
        step: blanks per level of nesting.
        read: gives kind and segments of a body that is a placeholder, `None` for text.
        zone: see `forwards.parse_source_time`.
    """
    items: list[_Item] = []
    for line in lines:
        if match := pattern.fullmatch(line):
            depth = min(len(match["indent"]) // step, _DEEPEST)
            items.append(_Item(depth, match["sender"], match.groupdict().get("time") or "", [match["text"]]))
        elif items:
            items[-1].lines.append(line)
    top: list[_Item] = []
    above: list[_Item] = []
    for item in items:  # a deeper one goes into the one that it follows
        while above and above[-1].depth >= item.depth:
            above.pop()
        (above[-1].inner if above else top).append(item)
        above.append(item)
    return tuple(_to_message(item, read, zone) for item in top)


_BLOCK_HEADER: Final = re.compile(
    r"(?P<sender>\S[^\n]{0,200}?|) (?P<time>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[^\n]{0,20}|[0-9]{10})"
)
_BLOCK_TITLE: Final = re.compile(r"\[合并转发\|(?P<title>[^\n]*)\]")


def parse_blocks(
    lines: Sequence[str], read: ReadBody, zone: dt.tzinfo | None = None, depth: int = 0
) -> tuple[Message, ...]:
    """Nested messages as chatlog writes them (`mediamessage.go`): `  name time`, body lines, a blank line.

    The lines are those under `[合并转发|title]`, each with its two blanks; `depth` forwards are round them.
    """
    items: list[_Item] = []
    for line in (line.removeprefix("  ") for line in lines):
        if match := _BLOCK_HEADER.fullmatch(line):
            items.append(_Item(depth, match["sender"], match["time"], []))
        elif items:
            items[-1].lines.append(line)
    return tuple(_block_message(item, read, zone, depth) for item in items)


def _block_message(item: _Item, read: ReadBody, zone: dt.tzinfo | None, depth: int) -> Message:
    lines = [line.removeprefix("  ") for line in item.lines]
    title = _BLOCK_TITLE.fullmatch(lines[0]) if lines and depth < _DEEPEST else None
    if title is None:
        return _to_message(item, read, zone)
    time, precision = parse_source_time(item.time, zone)
    forward = Forward(title["title"] or None, parse_blocks(lines[1:], read, zone, depth + 1), raw=lines[0])
    return build_message(time, precision, item.sender or None, MessageKind.FORWARD, lines[0], segments=(forward,))
