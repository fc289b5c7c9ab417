"""A conversation as columns of plain values, to be sent to another process or kept, and back.

Much smaller and several times faster than the pickle of its messages, because the values of a column are alike and
nothing is learnt of the names. What comes back is the same: messages, origins, diagnostics. Knows no format.
"""

from __future__ import annotations

import datetime as dt
import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import attrs

from wechatlog.model import Conversation, Loose, Message, MessageKind, paused_collection
from wechatlog.segments import Lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wechatlog.diagnostics import Diagnostic
    from wechatlog.segments import Segment

__all__ = ["Kept", "Packed", "pack", "unpack"]

_KINDS: Final = {kind.value: kind for kind in MessageKind}
_BEGIN: Final = dt.datetime(2000, 1, 1)
_MOMENT: Final = dt.timedelta(microseconds=1)
_SAME: Final = ("precision", "sender", "sender_id", "is_self", "text", "id", "reply_to")


class Packed(NamedTuple):
    """A conversation in columns.

    Attributes:
        head: all of it but the messages.
        times: in microseconds since the beginning of 2000 on the clock of `zone`; as they are where zones differ.
        zone: that of every time; `False` where they differ.
        kinds: of the messages.
        columns: of `_SAME`, in that order.
        origins: sources, lines, offsets and raw texts.
        segments: those that the archive gave, by the number of the message.
    """

    head: Conversation
    times: Sequence[Any]
    zone: dt.tzinfo | bool | None
    kinds: Sequence[str]
    columns: tuple[Sequence[Any], ...]
    origins: tuple[Sequence[Any], ...]
    segments: dict[int, tuple[Segment, ...]]


@attrs.frozen
class Kept:
    """What one input held: one file, or those that are pages of one chat.

    Attributes:
        conversations: in their order.
        detections: how the format of each was found out, as three values; `None` where it was named.
        inside: where each lies in its file, if that is a ZIP; else empty.
        notes: what the archive told of the files.
        beside: patterns of files that were looked for beside them.
        error: what kept the archive from going on; such inputs are not kept.
    """

    conversations: tuple[Packed, ...]
    detections: tuple[tuple[str, float, str] | None, ...] = ()
    inside: tuple[str, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    beside: tuple[str, ...] = ()
    error: Exception | None = None


def pack(conversation: Conversation) -> Packed:
    """The columns of a conversation."""
    messages = conversation.messages
    times: list[Any] = [message.time for message in messages]
    zones = {time.tzinfo for time in times if time is not None}
    zone: dt.tzinfo | bool | None = False
    if len(zones) <= 1 and not any(time.fold for time in times if time is not None):
        zone = next(iter(zones), None)
        begin = _BEGIN.replace(tzinfo=zone)
        times = [time and (time - begin) // _MOMENT for time in times]
    given = [message._segments for message in messages]
    return Packed(
        attrs.evolve(conversation, messages=(), lexicon=Lexicon()),
        times,
        zone,
        list(map(operator.attrgetter("kind._value_"), messages)),
        tuple(list(map(operator.attrgetter(name), messages)) for name in _SAME),
        tuple(list(map(operator.itemgetter(part), (message._origin for message in messages))) for part in range(4)),
        {number: pieces for number, pieces in enumerate(given) if pieces is not None},
    )


def unpack(packed: Packed) -> Conversation:
    """The conversation of columns."""
    head, times, zone, kinds, columns, origins, segments = packed
    if zone is not False:
        begin, delta = _BEGIN.replace(tzinfo=cast("dt.tzinfo | None", zone)), dt.timedelta
        times = [None if time is None else begin + delta(0, 0, time) for time in times]
    lexicon, messages = Lexicon(), []
    with paused_collection():
        rows = zip(times, map(_KINDS.__getitem__, kinds), zip(*origins, strict=True), *columns, strict=True)
        for time, kind, origin, precision, sender, sender_id, is_self, text, id_, reply_to in rows:
            message = Loose()
            message.time, message.precision = time, precision
            message.sender, message.sender_id, message.is_self = sender, sender_id, is_self
            message.kind, message.text, message.id, message.reply_to = kind, text, id_, reply_to
            message._origin, message._lexicon = origin, lexicon
            message._segments = message._parsed = None
            message.__class__ = Message  # type: ignore[assignment]
            messages.append(cast("Message", message))
    for number, pieces in segments.items():
        object.__setattr__(messages[number], "_segments", pieces)
    conversation = attrs.evolve(head, messages=messages, lexicon=lexicon)
    conversation.teach(lexicon)
    return conversation
