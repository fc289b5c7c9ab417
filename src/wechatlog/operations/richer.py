"""One message of two versions of it: field by field the value that says more.

Takes messages, gives a message and what the two contradict each other in. Every choice is the greatest by a total
order, so it does not matter which version comes first, nor how three of them are put together. Knows nothing of how
versions are found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import attrs

from wechatlog.model import Message, MessageKind, build_message
from wechatlog.operations.identity.names import OWN_NAMES
from wechatlog.operations.sameness import content_key, letters
from wechatlog.segments.types import Segment

_PRECISIONS: Final = {None: 0, "day": 1, "minute": 2, "second": 3}
_VAGUE: Final = {MessageKind.OTHER: 0, MessageKind.TEXT: 1, MessageKind.LINK: 2, MessageKind.SYSTEM: 2}
"""Kinds that exporters write where they know no better; the higher, the better they knew."""
_KNOWN: Final = 3
_EPOCH: Final = dt.datetime(1970, 1, 1)


def _by_length(text: str | None) -> tuple[int, str]:
    return (-1, "") if text is None else (len(text), text)


def _longer(one: str | None, two: str | None) -> str | None:
    return one if one == two else max(one, two, key=_by_length)


def _name(one: Message, two: Message) -> str | None:
    """The name of the sender: it is better than an account id in its place, and that is better than 我."""

    def rank(name: str | None) -> tuple[int, int, str]:
        is_id = name is not None and (name in (one.sender_id, two.sender_id) or name.startswith("wxid_"))
        return (0 if name is None or name in OWN_NAMES else 1 if is_id else 2, *_by_length(name))

    return one.sender if one.sender == two.sender else max(one.sender, two.sender, key=rank)


def _richness(message: Message) -> tuple[Any, ...]:
    """How much a body says: the kind, the segments, the text; then any order.

    What `_fill` adds to a body does not count, so that of three versions it does not matter which two meet first.
    """
    given = message.given_segments
    shape = () if given is None else tuple(type(segment).__name__ for segment in given)
    kept = len(message.text) - message.text.count("?")  # a conversion leaves "??" of what it cannot write
    return (
        _VAGUE.get(message.kind, _KNOWN),
        message.kind.value,
        given is not None,
        len(shape),
        shape,
        kept,
        *_by_length(message.text),
        repr(given) if len(shape) > 1 else "",
    )


def _fields(segment: Segment) -> dict[str, Any]:
    return {field.name: getattr(segment, field.name) for field in attrs.fields(type(segment)) if field.name != "raw"}


def unite(one: Message, two: Message) -> tuple[Message, tuple[str, ...], bool]:
    """Make one message of two versions.

    Returns:
        The message; the names of the fields in which both say something and contradict each other; whether it says more
        than either of the two.
    """
    if one == two:
        return one, (), False
    first, segments, finer = one, one.given_segments, one
    has_one_body = one.kind is two.kind and one.text == two.text and one.given_segments == two.given_segments
    if not has_one_body:
        first, second = (one, two) if _richness(one) >= _richness(two) else (two, one)
        segments = _fill(first.given_segments, second.given_segments)
    if not (has_one_time := _have_one_time(one, two)):
        finer = max(one, two, key=_fineness)
    union = build_message(
        finer.time,
        finer.precision,
        _name(one, two),
        first.kind,
        first.text,
        sender_id=_longer(one.sender_id, two.sender_id),
        is_self=max(one.is_self, two.is_self, key=lambda known: (known is not None, known)),
        id=_longer(one.id, two.id),
        reply_to=_longer(one.reply_to, two.reply_to),
        origin=first.origin,
        segments=segments,
        lexicon=first._lexicon,
        parsed=first._parsed if segments is None else None,
    )
    conflicts = () if has_one_body and has_one_time else tuple(_conflicts(one, two))
    return union, conflicts, union not in (one, two)


def _have_one_time(one: Message, two: Message) -> bool:
    first, second = one.time, two.time
    if first is None or second is None or one.precision != two.precision:
        return first is second and one.precision == two.precision
    return first == second and first.tzinfo is second.tzinfo and first.fold == second.fold


def _fineness(message: Message) -> tuple[int, dt.timedelta]:
    """How well a time is known; of two that are known equally well the earlier by the clock on the wall is more."""
    return _PRECISIONS[message.precision], _EPOCH - (message.time or _EPOCH).replace(tzinfo=None)


def _fill(richer: tuple[Segment, ...] | None, poorer: tuple[Segment, ...] | None) -> tuple[Segment, ...] | None:
    """The segments of the richer version, with what only the other knows, where both are one segment of one class."""
    if not richer or not poorer or len(richer) + len(poorer) > 2 or type(richer[0]) is not type(poorer[0]):
        return richer
    known, more = _fields(richer[0]), _fields(poorer[0])
    best = {name: max(value, more[name], key=_by_content) for name, value in known.items()}
    return richer if best == known else (attrs.evolve(richer[0], **best),)


def _by_content(value: object) -> tuple[bool, int, str]:
    """An order of what two versions say of one thing: nothing is least, and then what is longer is more."""
    written = repr(value)
    return value not in (None, "", ()), len(written), written


def _conflicts(one: Message, two: Message) -> Iterator[str]:
    """Fields in which both versions say something, and not the same."""
    if one.kind is not two.kind and _KNOWN == _VAGUE.get(one.kind, _KNOWN) == _VAGUE.get(two.kind, _KNOWN):
        yield "kind"
    if one.text != two.text and one.kind is two.kind:
        short, long = sorted((letters(one.text), letters(two.text)), key=len)
        if content_key(one) != content_key(two) and short not in long:
            yield "text"
    if one.precision == two.precision == "second" and one.time != two.time:
        yield "time"
