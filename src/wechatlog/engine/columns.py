"""Messages as columns, for who wants no objects: which of them are wanted, and what the sink gives.

`Wanted` says which columns and rows somebody asked for; `Rows` are some rows of one conversation, as lists by name.
Takes the entries of a format, as `entry` does for messages, and keeps the same rules for a batch of them at a time; or
takes the messages of a reader that makes nothing else. What the lists mean is that of the table of messages; `given`
are the segments that the archive gave. Knows no format, and no library for frames.
"""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.engine.entry import Entry, EntryRun, EntryRuns, is_credited
from wechatlog.engine.reading import FIRST_YEAR, LAST_YEAR, Draft, Reading
from wechatlog.errors import OptionError
from wechatlog.model import NOTICES, Message, normalize_name
from wechatlog.timestamps import Day, UnixTimes, instant, moment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.protocol import Batch
    from wechatlog.source import Stretch

_BATCH_SIZE: Final = 1024
_Run: TypeAlias = "tuple[Draft, dict[str, Sequence[Any]]]"
"""Entries of one conversation as columns."""


class Rows(NamedTuple):
    """Some rows of one conversation.

    Attributes:
        draft: what is known of it.
        height: how many rows there are.
        columns: lists of that length by name, or arrays of Arrow; those that were asked for.
    """

    draft: Draft
    height: int
    columns: dict[str, Sequence[Any]]

    @property
    def characters(self) -> int:
        """How long the texts are together, if they are there; those of an array in bytes."""
        texts: Any = self.columns.get("text", ())
        return int(texts.nbytes) if hasattr(texts, "nbytes") else sum(map(len, texts))


@attrs.frozen
class Wanted:
    """Which columns and rows are wanted; all conditions add up.

    Attributes:
        columns: names of columns: those of the table that are no more than what a file says of a message, `given`,
            what else an origin says, `offset` and `raw`, and `found`: the segments that a file of ours keeps because
            they were found where more was known. A reader of other files has no column `found`.
        bodies: names of columns about the bodies, for a reader that has them; others give `kind`, `text`, `given` and
            `found`.
        since: a day or a time, included; `None` for all.
        until: a day, which is included, or a time, which is not.
        senders: names with single blanks, and account ids; empty for everybody.
        kinds: empty for all.
    """

    columns: frozenset[str]
    bodies: frozenset[str] = frozenset()
    since: Day | None = None
    until: Day | None = None
    senders: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    _known: dict[str | None, bool] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    @property
    def asked(self) -> frozenset[str]:
        """The columns that say which rows are wanted."""
        asked = {"time"} if self.since is not None or self.until is not None else set()
        if self.senders:
            asked |= {"sender", "sender_id"}
        if self.kinds:
            asked.add("kind")
        return frozenset(asked)

    @property
    def needed(self) -> frozenset[str]:
        """The columns that are wanted, or that say which rows are."""
        return self.columns | self.asked

    def choose(self, rows: Rows, tz: dt.tzinfo | None) -> Rows:
        """The rows that are wanted, of some that have all columns which are needed.

        Args:
            rows: of one conversation.
            tz: its zone, for bounds without one; where `None`, that of the first time.

        Raises:
            OptionError: for a bound with a zone where the times have none.
        """
        names = self.bodies | self.columns
        columns = {name: values for name, values in rows.columns.items() if name in names}
        tests = [test for test in self._tests(rows.columns, tz) if test is not None]
        if not tests:
            return Rows(rows.draft, rows.height, columns)
        kept = list(map(all, zip(*tests, strict=True)))
        return Rows(rows.draft, sum(kept), {name: _compress(values, kept) for name, values in columns.items()})

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
        low, high = self._bound("since", zone), self._bound("until", zone)
        moments = [None if time is None else instant(time) for time in times]
        return [
            point is not None and (low is None or point >= low) and (high is None or point < high) for point in moments
        ]

    def _bound(self, option: str, zone: dt.tzinfo | None) -> dt.timedelta | None:
        try:
            return moment(getattr(self, option), zone, last=option == "until")
        except TypeError as error:
            what = "the times have no zone; give a time without one, or name theirs with tz="
            raise OptionError(option, what) from error

    def _is_of_them(self, name: str | None) -> bool:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = name is not None and normalize_name(name) in self.senders
        return found


def _compress(values: Any, kept: Sequence[bool]) -> Any:
    """The values that are kept, of a list, or of an array of Arrow, which has a way of its own to do it."""
    return values.filter(kept) if hasattr(values, "filter") else list(itertools.compress(values, kept))


_VALUES: Final[Mapping[str, Callable[[Message], Any]]] = {
    **{
        name: operator.attrgetter(name)
        for name in ("time", "precision", "sender", "sender_id", "is_self", "text", "id", "reply_to")
    },
    "kind": operator.attrgetter("kind._value_"),  # `value` is a property, and written in Python
    "given": operator.attrgetter("_segments"),
    "found": operator.attrgetter("_parsed"),
    "source": lambda message: message._origin[0],
    "line": lambda message: message._origin[1],
    "offset": lambda message: message._origin[2],
    "raw": lambda message: message._origin[3],
}


class RowSink:
    """Numbers the rows of each conversation, and passes on those that are wanted."""

    def __init__(self, reading: Reading, wanted: Wanted) -> None:
        self._reading, self._wanted = reading, wanted
        self.needed = wanted.needed
        self._counts: dict[Draft, int] = {}
        self._stretch = reading.source.stretch
        self._given = 0 if self._stretch is None else self._stretch.given  # rows of the head that are still to come

    def give(self, draft: Draft, height: int, columns: dict[str, Sequence[Any]]) -> Rows:
        """The rows that are wanted of the next ones of a conversation."""
        start = self._counts.get(draft, 0)
        if self._stretch is not None:
            if not self._counts:
                start = self._stretch.number
            height, columns = self._place(self._stretch, height, columns)
        self._counts[draft] = start + height
        if "number" in self.needed:
            columns["number"] = range(start, start + height)
        return self._wanted.choose(Rows(draft, height, columns), self._reading.tz or draft.tz)

    def _place(
        self, stretch: Stretch, height: int, columns: Mapping[str, Sequence[Any]]
    ) -> tuple[int, dict[str, Sequence[Any]]]:
        """Rows of a part, without those of its head, on the lines that they have in the whole file."""
        head = min(self._given, height)
        self._given -= head
        found = {name: values[head:] for name, values in columns.items()}
        shift = stretch.line - stretch.head.count(b"\n")
        if shift and stretch.placed and "line" in found:
            found["line"] = [line if line is None else line + shift for line in found["line"]]
        return height - head, found


def rows_of_batches(reading: Reading, batches: Iterable[Batch], wanted: Wanted) -> Iterator[Rows]:
    """The rows that are wanted of each batch, for a reader that makes nothing but messages; there may be none."""
    sink = RowSink(reading, wanted)
    for draft, messages in batches:
        yield sink.give(draft, len(messages), columns_of_messages(messages, sink.needed))


def columns_of_messages(messages: Sequence[Message], names: Container[str]) -> dict[str, Sequence[Any]]:
    """What messages say, as columns; those of `Rows` but `number`."""
    return {name: list(map(value, messages)) for name, value in _VALUES.items() if name in names}


def rows_of_entries(reading: Reading, entries: Iterable[Entry], wanted: Wanted) -> Iterator[Rows]:
    """The rows of entries: what `entry.batches_of` would make messages of.

    Yields:
        For each run of entries of one conversation the rows that are wanted of it; for one without messages none.
    """
    sink = RowSink(reading, wanted)
    seen: set[Draft] = set()
    count = 0
    for draft, columns in _fitted(reading, entries) if isinstance(entries, EntryRuns) else _runs_of(reading, entries):
        seen.add(draft)
        count += len(columns["text"])
        yield sink.give(draft, len(columns["text"]), _ruled(reading, columns, sink.needed))
    reading.check_count(reading.claimed, count)
    if not seen:
        reading.tell_empty()
    yield from (Rows(empty, 0, {}) for empty in reading.chats() if empty not in seen)


def _fitted(reading: Reading, entries: EntryRuns) -> Iterator[_Run]:
    """The runs of entries, their times as those of the conversation are."""
    for run in entries.runs:
        if not isinstance(run, EntryRun):
            yield from _runs_of(reading, run)
            continue
        draft, columns = run.chat, dict(run.columns)
        times = columns["time"]
        known = {True} if isinstance(times, UnixTimes) else {time and time.tzinfo is not None for time in times}
        if known != {draft.aware}:
            pairs = zip(times, columns["line"], strict=True)
            columns["time"] = [time and _fit(reading, draft, time, line) for time, line in pairs]
        yield draft, columns


def _fit(reading: Reading, draft: Draft, time: dt.datetime, line: int | None) -> dt.datetime:
    aware = time.tzinfo is not None
    return time if aware is draft.aware else reading.fit_time(draft, time, line, aware=aware)


def _runs_of(reading: Reading, entries: Iterable[Entry]) -> Iterator[_Run]:
    """Entries of one conversation at a time, their times as those of the conversation are.

    What is told of an entry is told before the next is taken, and what is told of a conversation before the next
    begins, so that both are told as they are where messages are made.
    """
    run: list[Entry] = []
    draft = reading.chat
    for entry in entries:
        chat, time = entry.chat, entry.time
        if chat is not None and chat is not draft:
            if run:
                yield _turned(draft, run)
                run = []
            draft = chat
        if time is not None and (aware := time.tzinfo is not None) is not draft.aware:
            entry = entry._replace(time=reading.fit_time(draft, time, entry.line, aware=aware))
        run.append(entry)
        if len(run) == _BATCH_SIZE:
            yield _turned(draft, run)
            run = []
    if run:
        yield _turned(draft, run)


def _turned(draft: Draft, run: Sequence[Entry]) -> _Run:
    return draft, dict(zip(Entry._fields, zip(*run, strict=True), strict=True))


def _ruled(reading: Reading, columns: dict[str, Sequence[Any]], names: Container[str]) -> dict[str, Sequence[Any]]:
    """The columns of entries of one conversation, after the rules that hold for every format.

    The rules are looked at for all entries together, and only where one of them matters for each.
    """
    times, kinds, height = columns["time"], columns["kind"], len(columns["text"])
    known = times.extremes if (all_known := isinstance(times, UnixTimes)) else list(filter(None, times))
    if known and not (min(known).year >= FIRST_YEAR and max(known).year < LAST_YEAR):
        for time, line in zip(times, columns["line"], strict=True):
            if time is not None:
                reading.watch_year(time, line)
    if not all_known and len(known) < height:
        columns["precision"] = [time and precision for time, precision in zip(times, columns["precision"], strict=True)]
    if not NOTICES.isdisjoint(kinds):
        credited, ids = reading.credits_notices, columns["sender_id"]
        said = [kind not in NOTICES or (credited and is_credited(who)) for kind, who in zip(kinds, ids, strict=True)]
        for name in ("sender", "sender_id"):
            columns[name] = [who if kept else None for kept, who in zip(said, columns[name], strict=True)]
    if reading.format_of is not None:
        for kind, text, line in zip(kinds, columns["text"], columns["line"], strict=True):
            if "\n" in text:
                reading.watch_body(kind, text, line)
    if reading.owner is not None:
        people = zip(columns["is_self"], columns["sender"], columns["sender_id"], strict=True)
        columns["is_self"] = [reading.is_own(name, id_) if own is None else own for own, name, id_ in people]
    columns["given"] = columns["segments"]
    columns["source"] = [reading.source.place] * height if "source" in names else ()
    columns["raw"] = [None] * height if "raw" in names else ()
    return columns
