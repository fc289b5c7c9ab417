"""What the segments of a message say of the parts of its text: here is a name, here an emoji code, here an address.

Takes messages and segments, gives marks; knows nothing of people. Quotes are looked into three deep, since each level
is parsed again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wechatlog.content.notices import find_names
from wechatlog.model import MessageKind
from wechatlog.segments import parse_segments
from wechatlog.segments.types import Card, Emoji, Forward, Image, Link, Location, Mention, Quote, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.model import Message
    from wechatlog.segments import Lexicon

__all__ = ["Mark", "all_marks", "find_marks", "mark_title", "marks_of"]

_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_CERTAIN: Final = 0.9
_DEEPEST_QUOTE: Final = 3
_CHAT_OF: Final = re.compile(r"([^\n]{1,80}?)(?:和([^\n]{1,80}))?的聊天记录")
_OF_A_GROUP: Final = "群聊"


class Mark(NamedTuple):
    """A part of a text of which its segments say what it is.

    `what` is `person`, `guess` (perhaps a person), `group`, `emoji` (left alone), `url` or `place`.
    """

    start: int
    end: int
    what: str


def _shift(marks: Iterable[Mark], by: int) -> Iterator[Mark]:
    return (Mark(mark.start + by, mark.end + by, mark.what) for mark in marks)


def _place_of(raw: str, part: str | None, what: str, start: int = 0) -> Iterator[Mark]:
    found = raw.find(part, start) if part else -1
    if part and found >= 0:
        yield Mark(found, found + len(part), what)


def _mark_mention(segment: Mention, _lexicon: Lexicon | None, _depth: int) -> Iterator[Mark]:
    if not segment.everyone:
        what = "person" if segment.confidence >= _CERTAIN else "guess"
        yield from _place_of(segment.raw, segment.name, what)


def _mark_quote(segment: Quote, lexicon: Lexicon | None, depth: int) -> Iterator[Mark]:
    start = 0
    for mark in _place_of(segment.raw, segment.sender, "person"):
        yield mark
        start = mark.end
    found = segment.raw.find(segment.text, start) if segment.text else -1
    if found >= 0 and depth < _DEEPEST_QUOTE:
        inner = parse_segments(segment.text, lexicon)
        yield from _shift(find_marks(inner, lexicon, depth + 1), found)


def _mark_card(segment: Card, _lexicon: Lexicon | None, _depth: int) -> Iterator[Mark]:
    yield from _place_of(segment.raw, segment.name, "person")


def _mark_emoji(segment: Emoji, _lexicon: Lexicon | None, _depth: int) -> Iterator[Mark]:
    yield Mark(0, len(segment.raw), "emoji")


def _mark_url(segment: Link | Image, _lexicon: Lexicon | None, _depth: int) -> Iterator[Mark]:
    yield from _place_of(segment.raw, segment.url, "url")


def _mark_place(segment: Location, _lexicon: Lexicon | None, _depth: int) -> Iterator[Mark]:
    if segment.raw:
        yield Mark(0, len(segment.raw), "place")


def _mark_forward(segment: Forward, _lexicon: Lexicon | None, _depth: int) -> Iterator[Mark]:
    for title in _place_of(segment.raw, segment.title, "title"):
        yield from _shift(mark_title(segment.raw[title.start : title.end]), title.start)


def mark_title(title: str) -> Iterator[Mark]:
    """The people in the title of a merged forward."""
    found = _CHAT_OF.fullmatch(title)
    if found is not None and found[1] != _OF_A_GROUP:
        yield from (Mark(*found.span(group), "person") for group in (1, 2) if found[group])


_MARKS: Final[Mapping[type[Segment], Callable[[Any, Lexicon | None, int], Iterator[Mark]]]] = {
    Mention: _mark_mention,
    Quote: _mark_quote,
    Card: _mark_card,
    Emoji: _mark_emoji,
    Image: _mark_url,
    Link: _mark_url,
    Location: _mark_place,
    Forward: _mark_forward,
}


def find_marks(segments: Iterable[Segment], lexicon: Lexicon | None, depth: int = 0) -> Iterator[Mark]:
    """What the segments of a text say of its parts, in order."""
    position = 0
    for segment in segments:
        mark = _MARKS.get(type(segment))
        if mark is not None:
            yield from _shift(mark(segment, lexicon, depth), position)
        position += len(segment.raw)


def _mark_notice(message: Message) -> Iterator[Mark]:
    """The names in what WeChat itself says; without a sender, only in sentences that are known."""
    notice = message.kind in _NOTICES
    if notice or message.sender is None:
        for start, end, whose in find_names(message.text):
            if notice or whose != "unsure":
                yield Mark(start, end, "guess" if whose == "unsure" else whose)


def all_marks(message: Message) -> Iterator[Mark]:
    """The marks in the text of a message, in no order; some may be within others."""
    yield from find_marks(_joining_segments(message), message._lexicon)
    if message.kind is MessageKind.FORWARD:
        yield from mark_title(message.text)
    yield from _mark_notice(message)


def marks_of(message: Message) -> list[Mark]:
    """The marks in the text of a message, in order, none within another."""
    ordered: list[Mark] = []
    for mark in sorted(all_marks(message), key=lambda mark: (mark.start, -mark.end)):
        if not ordered or mark.start >= ordered[-1].end:
            ordered.append(mark)
    return ordered


def _joining_segments(message: Message) -> tuple[Segment, ...]:
    """The segments of a message; those parsed from its text where the given ones do not join to it."""
    segments = message.segments
    if "".join(segment.raw for segment in segments) == message.text:
        return segments
    return parse_segments(message.text, message._lexicon)
