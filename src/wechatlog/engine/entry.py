"""What a file says of one message, and the messages that are made of it.

Takes entries in the order of a file, gives batches of messages. What is true of the messages of every format stands
here once: nobody sends a notice, a conversation never holds naive and aware times together, several chats of one file
go into batches of their own. Knows no format and no container.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.content.accounts import is_room
from wechatlog.engine.reading import FIRST_YEAR, LAST_YEAR, Draft, Reading
from wechatlog.model import NOTICES, Loose, Message, MessageKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.protocol import Batch
    from wechatlog.segments import Segment
    from wechatlog.timestamps import Precision

Body: TypeAlias = "tuple[MessageKind, str, tuple[Segment, ...] | None]"
"""What a body is: kind and text, and the segments where they do not follow from the text."""

_BATCH_SIZE: Final = 256
"""What is made of more would drive each other from the cache of the processor."""


class Entry(NamedTuple):
    """What a file says of one message.

    Attributes:
        line: 1-based line, or row of a sheet; `None` where the container has none.
        chat: the conversation, for a file that holds several; `None` for that of the file.
        others: as in `Message`. A notice loses its sender, unless the format credits notices; `is_self`
            falls back on the owner that the user named.
    """

    line: int | None
    time: dt.datetime | None = None
    precision: Precision | None = "second"
    sender: str | None = None
    sender_id: str | None = None
    is_self: bool | None = None
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    segments: tuple[Segment, ...] | None = None
    id: str | None = None
    reply_to: str | None = None
    offset: int | None = None
    chat: Draft | None = None


new_entry: Final = tuple.__new__
"""`new_entry(Entry, fields)` takes all of the fields and half of the time of `Entry(…)`: for what most files hold."""


@attrs.frozen(eq=False)
class EntryRun:
    """Entries that follow each other in a chat, at least one.

    Attributes:
        chat: that of all of them.
        columns: for each other field of `Entry`, in their order, what it is in each.
    """

    chat: Draft
    columns: Mapping[str, Sequence[Any]]

    def __iter__(self) -> Iterator[Any]:
        return zip(*self.columns.values(), itertools.repeat(self.chat), strict=False)


class EntryRuns:
    """Entries in runs: for a format that knows what most of them say without a look at each. Iterates one by one.

    Args:
        runs: of one chat, or entries that were looked at one by one.
    """

    def __init__(self, runs: Iterable[EntryRun | Sequence[Entry]]) -> None:
        self.runs = runs

    def __iter__(self) -> Iterator[Entry]:
        runs: Iterable[Iterable[Entry]] = self.runs
        return itertools.chain.from_iterable(runs)


def is_credited(sender_id: str | None) -> bool:
    """Whether a notice that a file credits to somebody is about a person: not where the group itself stands there."""
    return not is_room(sender_id)


def batches_of(reading: Reading, entries: Iterable[Entry]) -> Iterator[Batch]:
    """Batches of the messages of entries; a chat without messages gives an empty one, so that it is one too.

    Written out, because every message of every format passes here.
    """
    name, owner, credited = reading.source.place, reading.owner, reading.credits_notices
    pending: dict[Draft, list[Message]] = {}
    seen: set[Draft] = set()
    count, draft, odd = 0, reading.chat, list[Any]()
    batch = pending.setdefault(draft, [])
    for line, time, precision, sender, sender_id, own, kind, text, segments, id_, reply_to, offset, chat in entries:
        if chat is not None and chat is not draft:
            if draft.done:  # it goes out, so that what is told from here on is of the next
                seen.update(other for other, messages in pending.items() if messages)
                yield from _filled(reading, pending, odd)
                yield chat, []
                pending = {}
            draft, batch = chat, pending.setdefault(chat, [])
        if time is None:
            precision = None
        else:
            if (aware := time.tzinfo is not None) is not draft.aware:
                time = reading.fit_time(draft, time, line, aware=aware)
            if not FIRST_YEAR <= time.year < LAST_YEAR:
                odd.append((time, line))
        if kind in NOTICES and not (credited and is_credited(sender_id)):
            sender = sender_id = None
        if own is None and owner is not None:
            own = reading.is_own(sender, sender_id)
        if "\n" in text:
            reading.watch_body(kind, text, line)
        message = Loose()
        message.time, message.precision = time, precision
        message.sender, message.sender_id, message.is_self = sender, sender_id, own
        message.kind, message.text, message.id, message.reply_to = kind, text, id_, reply_to
        message._origin = (name, line, offset, None)
        message._segments, message._parsed, message._lexicon = segments, None, draft.lexicon
        message.__class__ = Message  # type: ignore[assignment]
        batch.append(message)  # type: ignore[arg-type]
        count += 1
        if count % _BATCH_SIZE == 0:
            seen.update(other for other, messages in pending.items() if messages)
            yield from _filled(reading, pending, odd)
            batch = []
            pending = {draft: batch}
    reading.check_count(reading.claimed, count)
    yield from _filled(reading, pending, odd)
    seen.update(other for other, messages in pending.items() if messages)
    if not count:
        reading.tell_empty()
    yield from ((empty, []) for empty in reading.chats() if empty not in seen)


def _filled(
    reading: Reading, pending: dict[Draft, list[Message]], odd: list[tuple[dt.datetime, int | None]]
) -> Iterator[Batch]:
    """What is pending; times in odd years are told first."""
    for time, line in odd:
        reading.watch_year(time, line)
    odd.clear()
    return ((draft, batch) for draft, batch in pending.items() if batch)
