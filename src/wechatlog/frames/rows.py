"""Tables of plain values back to messages and conversations.

Takes columns, whatever they were read from, and gives messages; checks a column at a time and complains with row and
column. Knows no file, no reader and no library for frames.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast, get_args

import attrs

from wechatlog.content.native import conversation_from_json, conversation_to_json
from wechatlog.diagnostics import Origin
from wechatlog.frames.columns import Key, conversation_key
from wechatlog.frames.pieces import segments_of_rows
from wechatlog.model import KINDS, Conversation, Message, build_message
from wechatlog.segments import Lexicon, Segment
from wechatlog.timestamps import Precision, in_zone
from wechatlog.utf8 import json_line

_VALUES: Final[Mapping[str, tuple[type, str]]] = {
    "time": (dt.datetime, "a datetime"),
    **dict.fromkeys(
        (
            *("conversation", "conversation_id", "precision", "sender", "sender_id", "kind", "text", "id", "reply_to"),
            "source",
        ),
        (str, "a text"),
    ),
    "is_self": (bool, "true or false"),
    "parsed": (bool, "true or false"),
    "line": (int, "a whole number"),
}
"""What the columns that messages are made of can hold beside `None`, and how that is called."""

READ_COLUMNS: Final = frozenset({*_VALUES, "segments"})
"""The columns that conversations are made of; the others of the table follow from them."""

_KINDS: Final = frozenset({*KINDS, None, ""})
_PRECISIONS: Final = frozenset({*get_args(Precision), None, ""})


def conversation_header(conversation: Conversation) -> str:
    """What is known of a conversation, without its messages, as a line of JSON (schema `wechatlog/1`)."""
    return json_line(conversation_to_json(conversation))


def conversation_of(header: str | None) -> Conversation:
    """The conversation, without messages, of such a line; an empty one where there is none."""
    return conversation_from_json(json.loads(header)) if header else Conversation()


def messages_of(
    columns: Mapping[str, Sequence[Any]],
    *,
    zone: dt.tzinfo | None = None,
    lexicon: Lexicon | None = None,
    rows: Sequence[int] | None = None,
) -> Iterator[Message]:
    """The messages of columns; what is missing has its default, columns that are not known are ignored.

    The pieces of a body count as far as they join to its text; otherwise it was changed, and is parsed again.

    Args:
        columns: sequences of equal length by name of column; times as `datetime`, `segments` as rows of
            `SEGMENT_FIELDS` or as segments.
        zone: that of the conversation, in which aware times are given.
        lexicon: what mentions are looked up in, where a body has to be parsed again.
        rows: what the rows are called in complaints; their places, from 0, where `None`.

    Raises:
        ValueError: for columns of different lengths, or a value that a column cannot have; names row and column.
    """
    length = _count_rows(columns)
    rows = range(length) if rows is None else rows
    for name in _VALUES:
        _check_type(name, columns.get(name, ()), rows)
    blank = [None] * length
    kinds = columns.get("kind", blank)
    _check_choice("kind", kinds, _KINDS, rows)
    times = _times_in(zone, columns.get("time", blank), rows)
    precisions = columns.get("precision")
    if precisions is None:
        precisions = [None if time is None else "second" for time in times]
    _check_choice("precision", precisions, _PRECISIONS, rows)
    texts = [text or "" for text in columns.get("text", blank)]
    others = (columns.get(name, blank) for name in ("sender", "sender_id", "is_self", "id", "reply_to"))
    places = map(Origin, columns.get("source", blank), columns.get("line", blank))
    values = zip(times, precisions, kinds, texts, _bodies(columns, texts, rows), places, *others, strict=True)
    for time, precision, kind, text, (given, parsed), place, sender, sender_id, is_self, id_, reply_to in values:
        yield build_message(
            time,
            cast("Precision | None", precision or None),
            sender,
            KINDS[kind or "text"],
            text,
            sender_id=sender_id,
            is_self=is_self,
            id=id_,
            reply_to=reply_to,
            origin=place,
            segments=given,
            lexicon=lexicon,
            parsed=parsed,
        )


def _complaint(row: int, column: str, what: object) -> ValueError:
    return ValueError(f"row {row}, column {column}: {what}")


def _count_rows(columns: Mapping[str, Sequence[Any]]) -> int:
    """How many rows there are, in columns of equal length."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"the columns are of different lengths: {shown}")
    return next(iter(lengths.values()), 0)


def _check_type(name: str, values: Sequence[Any], rows: Sequence[int]) -> None:
    kind, called = _VALUES[name]
    if set(map(type, values)) <= {kind, type(None)}:
        return
    for row, value in zip(rows, values, strict=False):
        if value is not None and not isinstance(value, kind):
            raise _complaint(row, name, f"must be {called}, not {type(value).__name__}")


def _check_choice(name: str, values: Sequence[Any], valid: Iterable[str | None], rows: Sequence[int]) -> None:
    if unknown := set(values).difference(valid):
        row, value = next((row, value) for row, value in zip(rows, values, strict=True) if value in unknown)
        choice = ", ".join(sorted(filter(None, valid)))
        raise _complaint(row, name, f"{value!r} is none of {choice}")


def _times_in(
    zone: dt.tzinfo | None, values: Sequence[dt.datetime | None], rows: Sequence[int]
) -> Sequence[dt.datetime | None]:
    aware = {time.tzinfo is not None for time in values if time is not None}
    if len(aware) > 1:
        known = [(row, time.tzinfo is None) for row, time in zip(rows, values, strict=True) if time is not None]
        row = next(row for row, naive in known if naive != known[0][1])
        raise _complaint(row, "time", "naive and aware times in one conversation")
    if zone is None or True not in aware:
        return values
    return [time if time is None else in_zone(time, zone) for time in values]


def _bodies(
    columns: Mapping[str, Sequence[Any]], texts: Sequence[str], rows: Sequence[int]
) -> Iterable[tuple[tuple[Segment, ...] | None, tuple[Segment, ...] | None]]:
    """For each message the segments that the archive gave, and those that were parsed from its text."""
    pieces = columns.get("segments")
    if pieces is None:
        yield from itertools.repeat((None, None), len(texts))
        return
    flags = columns.get("parsed", itertools.repeat(True))
    for row, text, found, parsed in zip(rows, texts, pieces, flags, strict=False):
        try:
            segments = None if found is None else segments_of_rows(found)
            same = segments is not None and "".join([segment.raw for segment in segments]) == text
        except (ValueError, TypeError) as error:
            raise _complaint(row, "segments", error) from error
        if not same:
            yield None, None
        elif parsed or parsed is None:
            yield None, segments
        else:
            yield segments, None


def runs_of(keys: Iterable[Key]) -> Iterator[tuple[Key, int]]:
    """How many rows of a key follow each other."""
    return ((key, sum(1 for _ in run)) for key, run in itertools.groupby(keys))


class RowOwners:
    """Which conversation the rows of a table belong to.

    Rows are told apart by their keys. Several conversations may share a key: then each takes as many rows as it is
    said to have, in order, and the last takes the rest. Rows without a key belong to the only conversation there is.
    A key that is not known begins a new one.

    Attributes:
        heads: what is known of the conversations, without messages, in the order in which they were added.
    """

    def __init__(self) -> None:
        self.heads: list[Conversation] = []
        self._waiting: dict[Key, deque[list[int | None]]] = {}

    def add(self, head: Conversation, count: int | None = None) -> int:
        """Make known a conversation and how many messages it has, as far as that is known; gives its place."""
        self.heads.append(head)
        self._waiting.setdefault(conversation_key(head), deque()).append([len(self.heads) - 1, count])
        return len(self.heads) - 1

    def take(self, runs: Iterable[tuple[Key, int]]) -> Iterator[tuple[int, int]]:
        """The rows that come next: for each run of rows of one key the place of its conversation, and its length."""
        for key, left in runs:
            queue = self._find(key)
            while left:
                place, free = cast("tuple[int, int | None]", queue[0])
                taken = left if free is None or len(queue) == 1 else min(left, free)
                if taken:
                    yield place, taken
                left -= taken
                if free is not None:
                    queue[0][1] = free - taken
                if left:
                    queue.popleft()

    def _find(self, key: Key) -> deque[list[int | None]]:
        if key not in self._waiting:
            if key == (None, None) and len(self._waiting) == 1:
                return next(iter(self._waiting.values()))
            name, id_ = key
            self.add(Conversation(title=None if name == id_ else name, id=id_))
        return self._waiting[key]


def read_conversations(
    columns: Mapping[str, Sequence[Any]], heads: Iterable[Conversation] = (), counts: Iterable[int | None] = ()
) -> list[Conversation]:
    """The conversations of columns, told apart by `conversation` and `conversation_id`, in order of appearance.

    What is known of them is in `heads`; one without rows is a conversation without messages. How many rows each has is
    needed where two have the same title and id.
    """
    owners = RowOwners()
    for head, count in zip(heads, itertools.chain(counts, itertools.repeat(None)), strict=False):
        owners.add(head, count)
    parts: dict[int, list[range]] = {place: [] for place in range(len(owners.heads))}
    nothing = [None] * _count_rows(columns)
    start = 0
    keys = zip(columns.get("conversation", nothing), columns.get("conversation_id", nothing), strict=True)
    for place, length in owners.take(runs_of(keys)):
        parts.setdefault(place, []).append(range(start, start + length))
        start += length
    return [_read_part(columns, ranges, owners.heads[place]) for place, ranges in parts.items()]


def _read_part(columns: Mapping[str, Sequence[Any]], ranges: Sequence[range], head: Conversation) -> Conversation:
    rows: Sequence[int] = ranges[0] if len(ranges) == 1 else list(itertools.chain.from_iterable(ranges))
    part = {
        name: [value for span in ranges for value in values[span.start : span.stop]]
        for name, values in columns.items()
        if name in READ_COLUMNS
    }
    return join(head, messages_of(part, zone=head.tz, rows=rows))


def join(head: Conversation, messages: Iterable[Message]) -> Conversation:
    """A conversation of what is known of it and its messages; its zone is theirs where the head has none."""
    found = tuple(messages)
    zone = head.tz or next((message.time.tzinfo for message in found if message.time is not None), None)
    return attrs.evolve(head, messages=found, tz=zone, lexicon=None)
