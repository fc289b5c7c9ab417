"""Messages as columns, for who wants no objects: which of them are wanted, and what the sink gives.

`Wanted` says which columns and rows somebody asked for; `Rows` are some rows of one conversation, as lists by name.
Takes the batches of a reader. What the lists mean is that of the table of messages; `given` are the segments that the
archive gave. Knows no format, and no library for frames.
"""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.model import normalize_name
from wechatlog.timestamps import instant, moment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.protocol import Batch
    from wechatlog.engine.reading import Draft, Reading
    from wechatlog.model import Message
    from wechatlog.timestamps import Day

__all__ = ["Rows", "Wanted", "rows_of_batches"]


class Rows(NamedTuple):
    """Some rows of one conversation.

    Attributes:
        draft: what is known of it.
        height: how many rows there are.
        columns: lists of that length by name; those that were asked for.
    """

    draft: Draft
    height: int
    columns: dict[str, Sequence[Any]]


@attrs.frozen
class Wanted:
    """Which columns and rows are wanted; all conditions add up.

    Attributes:
        columns: names of columns: those of the table that are no more than what a file says of a message, and `given`.
        since: a day or a time, included; `None` for all.
        until: a day, which is included, or a time, which is not.
        senders: names with single blanks, and account ids; empty for everybody.
        kinds: empty for all.
    """

    columns: frozenset[str]
    since: Day | None = None
    until: Day | None = None
    senders: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    _known: dict[str | None, bool] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    @property
    def needed(self) -> frozenset[str]:
        """The columns that are wanted, or that say which rows are."""
        needed = set(self.columns)
        if self.since is not None or self.until is not None:
            needed.add("time")
        if self.senders:
            needed |= {"sender", "sender_id"}
        if self.kinds:
            needed.add("kind")
        return frozenset(needed)

    def choose(self, rows: Rows, tz: dt.tzinfo | None) -> Rows:
        """The rows that are wanted, of some that have all columns which are needed.

        Args:
            rows: of one conversation.
            tz: its zone, for bounds without one; where `None`, that of the first time.

        Raises:
            TypeError: for a bound with a zone where the times have none.
        """
        columns: dict[str, Sequence[Any]] = {name: rows.columns[name] for name in self.columns}
        tests = [test for test in self._tests(rows.columns, tz) if test is not None]
        if not tests:
            return Rows(rows.draft, rows.height, columns)
        kept = list(map(all, zip(*tests, strict=True)))
        chosen: dict[str, Sequence[Any]] = {
            name: list(itertools.compress(values, kept)) for name, values in columns.items()
        }
        return Rows(rows.draft, sum(kept), chosen)

    def _tests(self, columns: Mapping[str, Sequence[Any]], tz: dt.tzinfo | None) -> Iterator[list[bool] | None]:
        if self.since is not None or self.until is not None:
            yield self._in_span(columns["time"], tz)
        if self.senders:
            pairs = zip(columns["sender"], columns["sender_id"], strict=True)
            yield [self._is_of_them(name) or id_ in self.senders for name, id_ in pairs]
        if self.kinds:
            yield [kind in self.kinds for kind in columns["kind"]]

    def _in_span(self, times: Sequence[dt.datetime | None], tz: dt.tzinfo | None) -> list[bool]:
        first = next((time for time in times if time is not None), None)
        if first is None:
            return [False] * len(times)
        zone = None if first.tzinfo is None else tz or first.tzinfo
        low, high = moment(self.since, zone, last=False), moment(self.until, zone, last=True)
        moments = [None if time is None else instant(time) for time in times]
        return [
            point is not None and (low is None or point >= low) and (high is None or point < high) for point in moments
        ]

    def _is_of_them(self, name: str | None) -> bool:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = name is not None and normalize_name(name) in self.senders
        return found


_VALUES: Final[Mapping[str, Callable[[Message], Any]]] = {
    **{
        name: operator.attrgetter(name)
        for name in ("time", "precision", "sender", "sender_id", "is_self", "text", "id", "reply_to")
    },
    "kind": operator.attrgetter("kind._value_"),  # `value` is a property, and written in Python
    "given": operator.attrgetter("_segments"),
    "source": lambda message: message._origin[0],
    "line": lambda message: message._origin[1],
}


def rows_of_batches(reading: Reading, batches: Iterable[Batch], wanted: Wanted) -> Iterator[Rows]:
    """The rows of messages, for a reader that makes nothing but messages.

    Args:
        reading: what the messages are read in.
        batches: those of the reader.
        wanted: which rows.

    Yields:
        For each batch the rows that are wanted of it, which may be none.
    """
    counts: dict[Draft, int] = {}
    needed = wanted.needed
    for draft, messages in batches:
        start = counts.get(draft, 0)
        counts[draft] = start + len(messages)
        columns: dict[str, Sequence[Any]] = {
            name: list(map(value, messages)) for name, value in _VALUES.items() if name in needed
        }
        if "number" in needed:
            columns["number"] = range(start, counts[draft])
        yield wanted.choose(Rows(draft, len(messages), columns), draft.tz or reading.tz)
