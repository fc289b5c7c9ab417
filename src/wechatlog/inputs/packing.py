"""A conversation as columns of plain values, to be sent to another process or kept, and back.

Much smaller and several times faster than the pickle of its messages, because the values of a column are alike and
nothing is learnt of the names. The columns are those that a reader gives without making messages, where it can. What
comes back is the same: messages, origins, diagnostics. Knows no format.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import attrs

from wechatlog.engine.columns import Rows, Wanted, columns_of_messages
from wechatlog.inputs.single import whole_chats
from wechatlog.model import KINDS, Conversation, Loose, Message, paused_collection
from wechatlog.segments import Lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.diagnostics import Diagnostic
    from wechatlog.engine.protocol import Context

_BEGIN: Final = dt.datetime(2000, 1, 1)
_MOMENT: Final = dt.timedelta(microseconds=1)
_delta: Final = dt.timedelta
_ORIGIN: Final = ("source", "line", "offset", "raw")
_SAME: Final = ("precision", "sender", "sender_id", "is_self", "text", "id", "reply_to", "given", "found")

EVERYTHING: Final = Wanted(frozenset({"time", "kind", *_SAME, *_ORIGIN}))
"""All that a message holds."""


class Packed(NamedTuple):
    """A conversation in columns.

    Attributes:
        head: all of it but the messages.
        zone: that of every time; `False` where they differ.
        runs: the columns of some messages each, one run behind the other; those of nothing but `None` are left out.
            Times are microseconds since the beginning of 2000 on the clock of `zone`; as they are where zones differ.
    """

    head: Conversation
    zone: dt.tzinfo | bool | None
    runs: Sequence[Mapping[str, Sequence[Any]]]


@attrs.frozen
class Kept:
    """What one input held: one file, or those that are pages of one chat.

    Attributes:
        conversations: in their order, as `Packed`; or what was made of them.
        detections: how the format of each was found out, as three values; `None` where it was named.
        inside: where each lies in its file, if that is a ZIP; else empty.
        notes: what the archive told of the files.
        beside: patterns of files that were looked for beside them.
        error: what kept the archive from going on; such inputs are not kept.
    """

    conversations: tuple[Any, ...]
    detections: tuple[tuple[str, float, str] | None, ...] = ()
    inside: tuple[str, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    beside: tuple[str, ...] = ()
    error: Exception | None = None


def pack(conversation: Conversation) -> Packed:
    """The columns of a conversation."""
    head = attrs.evolve(conversation, messages=(), lexicon=Lexicon())
    return _packed(head, [columns_of_messages(conversation.messages, EVERYTHING.columns)])


def pack_rows(context: Context, rows: Iterable[Rows]) -> Iterator[Packed]:
    """The conversations of rows, each as soon as it is whole: as `conversations_of` gives those of batches."""
    pieces = ((draft, [columns] if height else []) for draft, height, columns in rows)
    for draft, runs in whole_chats(pieces):
        times = (time for columns in runs for time in columns["time"])
        first = next((time.tzinfo for time in times if time is not None), None)
        yield _packed(attrs.evolve(context.close(draft, first), lexicon=Lexicon()), runs)


def _packed(head: Conversation, runs: Sequence[dict[str, Sequence[Any]]]) -> Packed:
    times = [time for columns in runs for time in columns["time"] if time is not None]
    zones = {time.tzinfo for time in times}
    zone: dt.tzinfo | bool | None = False
    if len(zones) <= 1 and not any(time.fold for time in times):
        zone = next(iter(zones), None)
        begin = _BEGIN.replace(tzinfo=zone)
        for columns in runs:
            columns["time"] = [time and (time - begin) // _MOMENT for time in columns["time"]]
    kept = [
        {name: values for name, values in columns.items() if name == "text" or values.count(None) < len(values)}
        for columns in runs
    ]
    return Packed(head, zone, kept)


def unpack(packed: Packed) -> Conversation:
    """The conversation of columns."""
    head, zone, runs = packed
    begin = None if zone is False else _BEGIN.replace(tzinfo=cast("dt.tzinfo | None", zone))
    lexicon, messages = Lexicon(), []
    with paused_collection():
        for columns in runs:
            for time, kind, origin, precision, name, account, own, text, id_, reply_to, given, found in _rows_of(
                columns, begin
            ):
                message = Loose()
                message.time, message.precision, message.kind = time, precision, kind
                message.sender, message.sender_id, message.is_self = name, account, own
                message.text, message.id, message.reply_to = text, id_, reply_to
                message._segments, message._parsed, message._origin, message._lexicon = given, found, origin, lexicon
                message.__class__ = Message  # type: ignore[assignment]
                messages.append(cast("Message", message))
        conversation = attrs.evolve(head, messages=messages, lexicon=lexicon)
    conversation.teach(lexicon)
    return conversation


def _rows_of(columns: Mapping[str, Sequence[Any]], begin: dt.datetime | None) -> Iterator[tuple[Any, ...]]:
    """What each message of a run holds: time, kind, origin, and `_SAME`."""

    def column(name: str) -> Iterable[Any]:
        return columns.get(name) or itertools.repeat(None, len(columns["text"]))

    times = column("time")
    if begin is not None:
        times = [None if time is None else begin + _delta(0, 0, time) for time in times]
    origins = zip(*map(column, _ORIGIN), strict=True)
    return zip(times, map(KINDS.__getitem__, column("kind")), origins, *map(column, _SAME), strict=True)
