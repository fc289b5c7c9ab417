"""What an input holds after a mark, and the mark of what was read.

Three ways, and the first that can be trusted is taken. A text whose reader says that it may (`cuts`) is read from
a place before the mark on, after its beginning: the messages before the mark must come out as they did, and whatever
looks doubtful behind it sends us to the third way. A database is asked for the rows behind the last one. Everything
else is read whole, and the messages that are known are left out. So every format gives what is new; some give it
without reading the rest. Knows no format.
"""

from __future__ import annotations

import collections
import contextlib
import hashlib
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from wechatlog.decoding import BLOCK_SIZE, judge_encoding
from wechatlog.detection import is_dense
from wechatlog.diagnostics import Collector, Diagnostic, ErrorPolicy, Severity
from wechatlog.engine.protocol import Batch, Context, Draft, Head
from wechatlog.engine.sqlite import SQLITE_ERRORS, connect, quote_name
from wechatlog.errors import WechatlogError
from wechatlog.inputs.mark import LAST, Mark, Place, Rows, Seen, checksum, fingerprint
from wechatlog.inputs.single import How, guarded, open_reader
from wechatlog.source import HEAD_SIZE, Source

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from wechatlog.model import Message

_BEGINNING: Final = BLOCK_SIZE
"""Bytes at the beginning that are read again: as much as readers look at to find out how a file is written."""
_KEPT: Final = 2048
"""Messages before the mark among which a place to go on is looked for."""
_HEADING: Final = 4
"""Lines above a message in which the heading of its day may stand."""
_MOST_KNOWN: Final = 4096
"""Messages of a database that are looked at again, of all tables together."""
_DOUBTS: Final = frozenset({"suspected-forgery", "clock-set-back"})
"""What readers tell that depends on everything above: which names there were, and which times."""


class _Collector(Collector):
    """Tells lines as they are in the whole file, and nothing of those before the mark, which was told already.

    Args:
        known: the last line before the mark, in what is read.
        place: where reading goes on, or `None` where everything is read.

    Attributes:
        doubtful: something was told behind the mark that may depend on what was not read.
    """

    __slots__ = ("_known", "_place", "doubtful")

    def __init__(self, errors: ErrorPolicy, source: str | None, known: int, place: Place | None = None) -> None:
        super().__init__(errors, source)
        self._known, self._place = known, place
        self.doubtful = False

    def report(
        self, code: str, message: str, *, severity: Severity = Severity.WARNING, line: int | None = None, **rest: Any
    ) -> None:
        if line is not None and line <= self._known:
            return
        self.doubtful = self.doubtful or code in _DOUBTS or severity is not Severity.INFO
        super().report(code, message, severity=severity, line=_whole_line(line, self._place), **rest)

    def keep(self, diagnostic: Diagnostic) -> None:
        """Nothing: what an earlier reading told is no news."""


def _whole_line(line: int | None, place: Place | None) -> int | None:
    """The line in the whole file."""
    if line is None or place is None or line <= place.stop_line:
        return line
    return line + place.start_line - place.stop_line - 1


class _Tally:
    """What goes by of one chat.

    Args:
        before: what was read of it before the messages that go by.
    """

    def __init__(self, draft: Draft, before: Seen | None = None) -> None:
        self.draft = draft
        self.border, self.sum = (0, 0) if before is None else (before.border, before.sum)
        self.kept: collections.deque[Message] = collections.deque(maxlen=_KEPT)
        self.last: list[Message] = []

    @property
    def count(self) -> int:
        return self.border + len(self.last)

    def add(self, messages: Sequence[Message]) -> None:
        self.kept.extend(messages)
        self.last += messages
        if (surplus := len(self.last) - LAST) > 0:
            self.sum = checksum(self.last[:surplus], self.sum)
            self.border += surplus
            del self.last[:surplus]

    @property
    def seen(self) -> Seen:
        return Seen(self.count, self.sum, tuple(map(fingerprint, self.last)))


class _Comparison:
    """Compares a chat with what was read of it before."""

    def __init__(self, seen: Seen) -> None:
        self._seen, self._count, self._sum = seen, 0, 0
        self._last: list[str] = []

    def add(self, messages: Sequence[Message]) -> None:
        if not self.complete:
            border = max(0, self._seen.border - self._count)
            self._sum = checksum(messages[:border], self._sum)
            self._last += map(fingerprint, messages[border : self._seen.count - self._count])
        self._count += len(messages)

    @property
    def complete(self) -> bool:
        """Whether there are as many messages as before."""
        return self._count >= self._seen.count

    @property
    def known(self) -> int | None:
        """How many messages are as they were; `None` where the chat is another."""
        return self._seen.known(self._last) if self._sum == self._seen.sum else None


class After:
    """One reading of an input from a mark on.

    Attributes:
        context: what the reader knows.
        batches: what is new; a chat without anything new may give an empty one.
    """

    context: Context
    batches: Generator[Batch]

    def __init__(self, source: Source, mark: Mark, how: How) -> None:
        self._reader, _ = open_reader(source, how)
        self._source, self._how = source, how
        self._tallies: dict[Draft, _Tally] = {}
        self._mark: Mark | None = None
        self._from: Place | None = None
        self._size = _length(source)
        fits = 0 < mark.size <= (self._size or 0)
        self._same = fits and _checksums(source, mark.size) == (mark.head, mark.tail)
        is_text = self._size is not None and not Head.of(source).is_binary
        self._may_cut = is_text and getattr(self._reader, "cuts", None) is not None
        self._choose(mark)

    @property
    def mark(self) -> Mark:
        """How far the input was read, when all of it was.

        Raises:
            ValueError: before that.
        """
        if self._mark is None:
            raise ValueError("the mark is known when all messages were taken")
        return self._mark

    # --- ways

    def _choose(self, mark: Mark) -> None:
        """Take the first way that can be trusted."""
        if not mark.format:
            self._read_all()
        elif mark.format != self._reader.name:
            self._read_all(f"it was {mark.format} and is {self._reader.name}")
        elif mark.rows and self._knows_rows(mark):
            self._read_rows(mark)
        elif mark.rows:
            self._read_all("rows there are gone or others")
        elif self._same and mark.place is not None and (again := self._try_place(mark, mark.place)) is not None:
            self._read_place(mark, mark.place, again)
        elif (known := self._compare(mark)) is not None:
            self._read_whole(mark, known)
        else:
            self._read_all("its messages there are others")

    def _reading(
        self, source: Source, collector: Collector, encoding: str | None = None
    ) -> tuple[Context, Generator[Batch]]:
        how, encoding, dense = self._how, encoding or self._how.encoding, is_dense(self._reader)
        context = Context(source, collector, tz=how.tz, encoding=encoding, options=how.options, dense=dense)
        return context, guarded(self._reader, source, context)

    def _part(self, place: Place | None = None) -> Source:
        """What is read of the input, up to where it ended when reading began: somebody may be writing."""
        if not self._may_cut or self._size is None:
            return self._source
        return self._source.part(*((place.stop, place.start) if place else (0, 0)), self._size)

    def _note(self, collector: Collector, code: str, what: str, severity: Severity = Severity.INFO) -> None:
        collector.note(Diagnostic(code, what, severity, self._source.place))

    def _note_again(self, collector: Collector, count: int) -> None:
        if count:
            what = f"{count} of the messages before the mark went on or changed; what they are now is given again"
            self._note(collector, "changed-message", what)

    def _read_all(self, changed: str = "") -> None:
        """Everything; where it changed before the mark, that is told."""
        collector = Collector(self._how.errors, self._source.place)
        if changed:
            what = f"the file changed before the mark ({changed}); all of it was read"
            self._note(collector, "changed-before-mark", what, Severity.WARNING)
        self.context, batches = self._reading(self._part(), collector)
        self.batches = self._counted(batches, ())

    # --- the whole, without what is known

    def _compare(self, mark: Mark) -> list[int] | None:
        """How many messages of each chat are as they were, in a pass of its own; `None` where those are too few."""
        if self._same and mark.size == self._size:
            return [chat.count for chat in mark.chats]
        found: dict[Draft, _Comparison] = {}
        left = iter(mark.chats)
        for draft, messages in _as_far(self._reading(self._part(), Collector())[1]):
            if draft not in found:
                found[draft] = _Comparison(next(left, Seen(0, 0, ())))
            found[draft].add(messages)
            if len(mark.chats) == 1 and found[draft].complete:
                break
        known = [number for chat in found.values() if (number := chat.known) is not None]
        return known if len(known) == len(found) and next(left, None) is None else None

    def _read_whole(self, mark: Mark, known: Sequence[int]) -> None:
        collector = _Collector(self._how.errors, self._source.place, mark.line - 1)
        self._note_again(collector, sum(chat.count for chat in mark.chats) - sum(known))
        if self._may_cut and not self._same:
            what = "the file changed before the mark, but none of its messages there did"
            self._note(collector, "changed-before-mark", what)
        elif not self._may_cut or mark.place is None:
            what = f"{self._reader.name} is not read from a mark on: all of it was read, and what was known left out"
            self._note(collector, "read-whole", what)
        self.context, batches = self._reading(self._part(), collector)
        self.batches = self._counted(batches, known)

    def _counted(self, batches: Iterable[Batch], known: Sequence[int]) -> Generator[Batch]:
        """The messages behind those that are known of each chat."""
        borders: dict[Draft, int] = {}
        for draft, messages in batches:
            tally = self._tallies.setdefault(draft, _Tally(draft))
            border = borders.setdefault(draft, known[len(borders)] if len(borders) < len(known) else 0)
            left = max(0, border - tally.count)
            tally.add(messages)
            yield draft, messages[left:]
        self._mark = self._make_mark()

    # --- from a place in a text on

    def _try_place(self, mark: Mark, place: Place) -> int | None:
        """How many messages from there are as they were, in a pass of its own; `None` where it cannot be trusted."""
        (chat,) = mark.chats
        collector = _Collector("collect", None, place.lines, place)
        last: list[str] = []
        drafts: set[Draft] = set()
        count, border = 0, place.messages - len(chat.last)
        for draft, messages in _as_far(self._reading(self._part(place), collector, place.encoding)[1]):
            drafts.add(draft)
            last += map(fingerprint, messages[max(0, border - count) : max(0, place.messages - count)])
            count += len(messages)
        if len(drafts) > 1 or (place.start != place.stop and collector.doubtful):
            return None
        known = chat.known(last)
        if known is None:
            return None if chat.border else 0  # all messages there are, which went on
        return place.messages - chat.count + known

    def _read_place(self, mark: Mark, place: Place, known: int) -> None:
        (chat,) = mark.chats
        collector = _Collector(self._how.errors, self._source.place, place.lines, place)
        self._note_again(collector, place.messages - known)
        self._from = place
        self.context, batches = self._reading(self._part(place), collector, place.encoding)
        self.batches = self._behind(batches, place, known, chat)

    def _behind(self, batches: Iterable[Batch], place: Place, known: int, chat: Seen) -> Generator[Batch]:
        count = 0
        border = place.messages - len(chat.last)
        for draft, messages in batches:
            tally = self._tallies.setdefault(draft, _Tally(draft, chat))
            for message in messages:
                _move(message, place, self._source.place)
            tally.add(messages[max(0, border - count) :])
            left = max(0, known - count)
            count += len(messages)
            yield draft, messages[left:]
        self._mark = self._make_mark()

    # --- rows of a database

    def _read_rows(self, mark: Mark) -> None:
        collector = _Collector(self._how.errors, self._source.place, 0)
        self.context, batches = self._behind_rows(mark.rows, collector)
        self.batches = self._unknown(batches, collector, collections.Counter(mark.known))

    def _behind_rows(self, rows: Iterable[Rows], collector: Collector) -> tuple[Context, Generator[Batch]]:
        """A reading of what stands behind the anchors of tables."""
        context, batches = self._reading(self._source, collector)
        context.rows_read = {part.table: part.anchor for part in rows}
        return context, batches

    def _knows_rows(self, mark: Mark) -> bool:
        """Whether all rows up to the mark are there, and some of the last of them are as they were."""
        try:
            with connect(self._source) as connection:
                if any(_count_rows(connection, part.table, part.last) != part.count for part in mark.rows):
                    return False
        except SQLITE_ERRORS:
            return False
        known = set(mark.known)
        messages = (message for _, batch in self._behind_rows(mark.rows, Collector())[1] for message in batch)
        return not known or any(fingerprint(message) in known for message in messages)

    def _unknown(
        self, batches: Iterable[Batch], collector: Collector, known: collections.Counter[str]
    ) -> Generator[Batch]:
        """The messages that are not among those of the last rows before the mark; chats with such messages only."""
        first, empty = None, True
        for draft, messages in batches:
            first = first or draft
            prints = ((message, fingerprint(message)) for message in messages)
            if new := [message for message, print_ in prints if not _take(known, print_)]:
                empty = False
                yield draft, new
        self._note_again(collector, known.total())
        if empty and first is not None:
            yield first, []
        self._mark = self._make_mark()

    # --- the mark

    def _make_mark(self) -> Mark:
        size = self._size or 0
        mark = Mark(self._reader.name, size, *_checksums(self._source, size))
        if self.context.row_tables:
            with contextlib.suppress(*SQLITE_ERRORS):  # of a damaged database no rows are known: all are given again
                tables = self.context.row_tables
                most = max(1, min(LAST, _MOST_KNOWN // max(1, len(tables))))
                with connect(self._source) as connection:
                    rows = tuple(_last_rows(connection, table, most) for table in sorted(tables))
                _, batches = self._behind_rows(rows, Collector())
                known = tuple(fingerprint(message) for _, messages in batches for message in messages)
                mark = attrs.evolve(mark, rows=rows, known=known)
            return mark
        tallies = list(self._tallies.values())
        line = tallies[-1].last[-1].origin.line if tallies and tallies[-1].last else None
        mark = attrs.evolve(mark, chats=tuple(tally.seen for tally in tallies), line=line or 0)
        if not self._may_cut or len(tallies) != 1 or self.context.needs_whole:
            return mark
        (tally,), (seen,) = tallies, mark.chats
        places = _Places(self._source, size, self._from, self._source.place)
        if size <= _BEGINNING or not tally.count:  # it is all beginning
            return attrs.evolve(mark, place=Place(0, 0, 0, 1, 0, tally.count, places.count_lines(), None))
        tried = (self._tried(place, tally, seen) for place in places.of(tally.kept))
        return attrs.evolve(mark, place=next(filter(None, tried), None))  # else only the whole gives the same messages

    def _tried(self, place: Place, tally: _Tally, seen: Seen) -> Place | None:
        """A place with what reading from it gives, if that is what was read."""
        context, batches = self._reading(self._part(place), Collector(), place.encoding)
        last: collections.deque[Message] = collections.deque(maxlen=LAST)
        count = 0
        drafts: dict[Draft, None] = {}
        for draft, messages in _as_far(batches):
            drafts[draft] = None
            last.extend(messages)
            count += len(messages)
        if len(drafts) != 1 or tuple(map(fingerprint, last)) != seen.last:
            return None
        one, two = context.describe(next(iter(drafts))), self.context.describe(tally.draft)
        if (one.title, one.id, one.is_group, one.owner) != (two.title, two.id, two.is_group, two.owner):
            return None
        pairs = zip(reversed(last), reversed(tally.last), strict=True)
        offsets = ((one.origin.offset, two.origin.offset) for one, two in pairs)
        shift = next((here - there for there, here in offsets if None not in (there, here)), 0)  # type: ignore[operator]
        return attrs.evolve(place, messages=count, shift=shift)


def _as_far(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Batches of a reading that is but a try, up to what makes it fail."""
    with contextlib.suppress(WechatlogError):
        yield from batches


def _take(known: collections.Counter[str], print_: str) -> bool:
    if known[print_] <= 0:
        return False
    known[print_] -= 1
    return True


def _move(message: Message, place: Place, name: str | None) -> None:
    """Say where a message stands in the whole file."""
    source, line, offset, raw = message.origin
    if source == name and line is not None and line > place.stop_line:
        shifted = None if offset is None else offset + place.shift
        object.__setattr__(message, "_origin", (source, _whole_line(line, place), shifted, raw))


class _Places:
    """Places in a text before its end from which reading might go on."""

    def __init__(self, source: Source, size: int, before: Place | None, name: str | None) -> None:
        self._source, self._size, self._name = source, size, name
        self._stop = self._stop_line = self._lines = 0
        self._from, self._line, self._encoding = 0, 1, None
        if before is not None and before.stop:
            self._stop, self._stop_line = before.stop, before.stop_line
            self._from, self._line, self._encoding = before.start, before.start_line, before.encoding

    def count_lines(self) -> int:
        """The lines of all of it."""
        with self._source.seekable() as stream:  # type: ignore[union-attr]
            return _count_lines(stream, 0, self._size)

    def of(self, messages: Sequence[Message]) -> Iterator[Place]:
        """The places, the best first."""
        with self._source.seekable() as stream:  # type: ignore[union-attr]
            if not self._stop:
                stream.seek(_BEGINNING)
                stream.readline(BLOCK_SIZE)
                self._stop = stream.tell()
                self._stop_line = _count_lines(stream, 0, self._stop)
            wanted = list(dict.fromkeys(self._wanted(messages)))
            starts = self._scan(stream, wanted)
            if (self._encoding or "").startswith(("utf-16", "utf-32")):
                return
            lines = wanted or sorted(starts, reverse=True)[LAST + 1 :: LAST // 2 + 1]
            for line in (*lines, self._line):
                start = starts.get(line, 0)
                if start >= self._stop:
                    count = self._stop_line + self._lines - line + 1
                    yield Place(self._stop, start, self._stop_line, line, 0, 0, count, self._encoding)

    def _wanted(self, messages: Sequence[Message]) -> Iterator[int]:
        """Lines where reading might go on: that of a message, or above it where the heading of its day stands."""
        messages = [message for message in messages if message.origin.source == self._name and message.origin.line]
        index = max(0, len(messages) - LAST)
        if not messages:
            return
        yield messages[index].origin.line or 0
        while index and _day(messages[index - 1]) == _day(messages[index]):
            index -= 1
        line = messages[index].origin.line or 0
        yield from range(line, line - _HEADING - 1, -1)

    def _scan(self, stream: IO[bytes], wanted: Sequence[int]) -> dict[int, int]:
        """The bytes at which lines begin, of those wanted, or else of the last; and how the text is encoded."""
        found: collections.deque[tuple[int, int]] = collections.deque(maxlen=2 * LAST + 1)
        starts: dict[int, int] = {}
        offset, line = self._from, self._line
        starts[line] = offset
        found.append((line, offset))
        left = sorted(number for number in wanted if number > line)
        stream.seek(offset)
        while data := stream.read(min(BLOCK_SIZE, self._size - offset)):
            if self._encoding is None and not (data.isascii() and b"\0" not in data):
                self._encoding = judge_encoding(data).name
            count = data.count(b"\n")
            if not wanted or (left and left[0] <= line + count):
                at = -1
                for number in range(line + 1, line + count + 1):
                    at = data.index(b"\n", at + 1)
                    found.append((number, offset + at + 1))
                    if left and number >= left[0]:
                        starts[left.pop(0)] = offset + at + 1
            line += count
            offset += len(data)
        self._lines = line
        return starts if wanted else dict(found)


def _day(message: Message) -> dt.date | None:
    return None if message.time is None else message.time.date()


def _count_lines(stream: IO[bytes], begin: int, end: int) -> int:
    stream.seek(begin)
    count = 0
    while data := stream.read(min(BLOCK_SIZE, end - begin)):
        count += data.count(b"\n")
        begin += len(data)
    return count


def _length(source: Source) -> int | None:
    """Bytes of an input that can be read from any place on."""
    if (stream := source.seekable()) is None:
        return None
    with stream:
        return stream.seek(0, 2)


def _checksums(source: Source, size: int) -> tuple[str, str]:
    """Of the first and the last bytes up to a size; nothing for what cannot be read from any place on."""
    if (stream := source.seekable()) is None:
        return "", ""
    with stream:
        head = stream.read(min(HEAD_SIZE, size))
        stream.seek(max(0, size - HEAD_SIZE))
        tail = stream.read(min(HEAD_SIZE, size))
    return hashlib.blake2b(head, digest_size=16).hexdigest(), hashlib.blake2b(tail, digest_size=16).hexdigest()


def _count_rows(connection: sqlite3.Connection, table: str, last: int) -> int:
    query = f"SELECT count(*) FROM {quote_name(table)} WHERE rowid <= ?"  # noqa: S608
    return int(connection.execute(query, (last,)).fetchone()[0])


def _last_rows(connection: sqlite3.Connection, table: str, most: int) -> Rows:
    """The last row of a table, and the one behind which a few others stand."""
    query = f"SELECT rowid FROM {quote_name(table)} ORDER BY rowid DESC LIMIT ?"  # noqa: S608
    found = [row for (row,) in connection.execute(query, (most,))]
    last, anchor = (found[0], found[-1] - 1) if found else (0, -1)
    return Rows(table, anchor, last, _count_rows(connection, table, last))
