"""Messages in columns: the library's own Parquet and Arrow files, also after people worked on them.

Takes record batches, gives messages; what is in the columns is `frames.arrow`. Rows may have been filtered, sorted and
changed, columns left out or added, and the metadata that describe the conversations lost. A file of other origin is
taken where it has the columns time, sender and text, of the types that these need.

Facts: Parquet files begin and end with `PAR1`, Arrow files (Feather 2) with `ARROW1`, Arrow streams begin with four
bytes 0xFF (Apache Parquet format 2.11, Arrow columnar format 1.5).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from wechatlog.diagnostics import Severity
from wechatlog.engine.protocol import Batch, Context, Draft, Evidence, Head, Refusal
from wechatlog.errors import FormatError, RefusedFormatError, WechatlogError
from wechatlog.frames.cells import COLUMN_TYPES
from wechatlog.frames.rows import READ_COLUMNS, RowOwners, messages_of, runs_of
from wechatlog.frames.seal import SEAL_KEY, is_sealed
from wechatlog.model import Message
from wechatlog.source import Source

if TYPE_CHECKING:
    from wechatlog.engine.columns import Rows, RowSink, Wanted
    from wechatlog.frames.arrow import Contents

_ROWS: Final = 1024
_BYTES: Final = 8 << 20
"""How many rows, and bytes of arrays, become messages at a time."""

_MOST_GROWTH: Final = 100
"""Times its size that a file may grow to in memory, where that is more than the limit of the source."""

_MOST_ROWS: Final = 16_384
"""How many rows are read at a time where they stay columns."""

_KEY: Final = ("conversation", "conversation_id")
_NOT_KEPT: Final = frozenset({"offset", "raw"})
"""What messages say and no table has."""
_TELLING: Final = frozenset({"time", "sender", "text"})
_STREAM_START: Final = b"\xff"


def _broken() -> tuple[type[Exception], ...]:
    from pyarrow.lib import ArrowException

    kinds = (ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError, RuntimeError, OSError)
    return (*kinds, NotImplementedError, ArrowException)


class _File:
    """An open file of record batches; `parts` of it can be read each for itself."""

    schema: Any
    metadata: Mapping[bytes, bytes]
    rows: int | None = None
    parts: int = 1

    def __init__(self, stream: IO[bytes]) -> None:
        raise NotImplementedError

    def is_ours(self) -> bool:
        """Whether the rows are as the writer wrote them."""
        return False

    def choose(self, names: Iterable[str]) -> None:
        """Read some columns only, and many rows at a time."""

    def batches(self, part: int) -> Iterator[tuple[Mapping[bytes, bytes] | None, Any]]:
        """The record batches of a part, each with metadata of its own."""
        raise NotImplementedError


class _ParquetFile(_File):
    def __init__(self, stream: IO[bytes]) -> None:
        import pyarrow.parquet as pq

        self._stream = stream
        self._file = pq.ParquetFile(stream)
        self.schema = self._file.schema_arrow
        self.metadata = self._file.metadata.metadata or {}
        self.rows = self._file.metadata.num_rows
        self.parts = self._file.num_row_groups
        self._names = [name for name in self.schema.names if name in READ_COLUMNS]
        self._most = _ROWS

    def is_ours(self) -> bool:
        return is_sealed(self._stream, self.metadata.get(SEAL_KEY))

    def choose(self, names: Iterable[str]) -> None:
        self._names, self._most = list(names), _MOST_ROWS

    def batches(self, part: int) -> Iterator[tuple[Mapping[bytes, bytes] | None, Any]]:
        group = self._file.metadata.row_group(part)
        rows = max(1, min(self._most, group.num_rows * _BYTES // max(1, group.total_byte_size)))
        for batch in self._file.iter_batches(rows, [part], self._names, use_threads=False):
            yield None, batch


class _ArrowFile(_File):
    def __init__(self, stream: IO[bytes]) -> None:
        import pyarrow as pa

        self._is_stream = stream.read(1) == _STREAM_START
        stream.seek(0)
        options = pa.ipc.IpcReadOptions(use_threads=False)  # each thread keeps memory of its own
        self._reader = (pa.ipc.open_stream if self._is_stream else pa.ipc.open_file)(stream, options=options)
        self.schema = self._reader.schema
        self.metadata = self.schema.metadata or {}
        if not self._is_stream:
            self.parts = self._reader.num_record_batches
            self.rows = getattr(self._reader, "count_rows", self._count_rows)()  # pyarrow 18 does not have it

    def _count_rows(self) -> int:
        return sum(self._reader.get_batch(part).num_rows for part in range(self.parts))

    def batches(self, part: int) -> Iterator[tuple[Mapping[bytes, bytes] | None, Any]]:
        if not self._is_stream:
            batch, metadata = self._reader.get_batch_with_custom_metadata(part)
            yield metadata, batch
            return
        with contextlib.suppress(StopIteration):
            while True:
                batch, metadata = self._reader.read_next_batch_with_custom_metadata()
                yield metadata, batch


@attrs.frozen(eq=False)
class ColumnarReader:
    """The reader of files of one kind."""

    name: str
    description: str
    suffixes: tuple[str, ...]
    kind: type[_File]
    options: Mapping[str, str] = {}

    @contextlib.contextmanager
    def _open(self, source: Source) -> Iterator[_File]:
        from wechatlog.frames import arrow  # noqa: F401 - says what to install where there is no pyarrow

        with source.open() as stream, _as_format_errors(source, self.name):
            yield self.kind(stream if stream.seekable() else io.BytesIO(stream.read()))

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """The metadata decide, or the columns. A broken file is taken too, so that reading it says what is wrong."""
        if self.name not in head.containers:
            return None
        from wechatlog.frames.arrow import METADATA_KEY, contents_of, find_problem

        try:
            with self._open(head.source) as file:
                schema, metadata = file.schema, file.metadata
        except FormatError:
            broken = Evidence(0.2, f"it begins as files of the form {self.name} do, and is broken")
            return None if head.data.startswith(_STREAM_START) else broken
        if METADATA_KEY not in metadata:
            fits = set(schema.names) >= _TELLING and find_problem(schema) is None
            return Evidence(0.6, "the columns time, sender and text") if fits else None
        try:
            contents = contents_of(metadata)
        except ValueError:  # of a later version; reading it says so
            contents = None
        if contents is not None and contents.table != "messages":
            return Refusal(f"these are the {contents.table} of a conversation, and not its messages")
        return Evidence(1.0, "the metadata name wechatlog")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of each conversation.

        Raises:
            FormatError: where the file is broken, or its columns are not those of messages.
            MissingExtraError: without pyarrow.
        """
        with self._open(source) as file:
            yield from _Walk(file, source, context).batches()

    def read_rows(self, source: Source, context: Context, wanted: Wanted) -> Iterator[Rows]:
        """The same as columns: as they are where nobody changed the file and it has them all, else of messages.

        Raises:
            FormatError: as `read`.
            MissingExtraError: as `read`.
        """
        from wechatlog.engine.columns import RowSink, rows_of_batches

        with self._open(source) as file:
            walk = _Walk(file, source, context)
            if context.tz is None and _NOT_KEPT.isdisjoint(wanted.columns) and file.is_ours():
                yield from walk.rows(RowSink(context, wanted), wanted)
            else:
                yield from rows_of_batches(context, walk.batches(), wanted)


@contextlib.contextmanager
def _as_format_errors(source: Source, form: str) -> Iterator[None]:
    """What pyarrow raises for a broken file as an error of ours; what the system says of the disk stays as it is."""
    try:
        yield
    except WechatlogError:
        raise
    except _broken() as error:
        if _is_of_the_system(error):
            raise
        raise FormatError(f"a broken file of the form {form}: {_reason(error)}", source=source.label) from error


def _is_of_the_system(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno is not None


def _reason(error: Exception) -> str:
    return str(error).split("\n", 1)[0] or type(error).__name__


class _Walk:
    def __init__(self, file: _File, source: Source, context: Context) -> None:
        self._file, self._source, self._context = file, source, context
        self._owners = RowOwners()
        self._drafts: list[Draft] = []
        self._left: list[int | None] = []
        self._row = self._bytes = 0
        self._exact = False

    def batches(self) -> Iterator[Batch]:
        """Every conversation in batches; at least one, so that a file without rows is an empty chat."""
        from wechatlog.frames.arrow import contents_of, read_columns

        self._start()
        for metadata, batch in self._read():
            self._expect(contents_of(metadata))
            step = max(1, min(_ROWS, batch.num_rows * _BYTES // max(1, batch.nbytes)))
            for start in range(0, batch.num_rows, step):
                yield from self._sort(read_columns(batch.slice(start, step)))
        yield from self._begin(len(self._owners.heads))
        if not self._drafts:
            yield self._context.draft(), []

    def _start(self) -> None:
        from wechatlog.frames.arrow import contents_of, find_problem

        if problem := find_problem(self._file.schema):
            raise FormatError(problem, source=self._source.label)
        self._context.tell_unknown(self._file.schema.names, COLUMN_TYPES)
        contents = contents_of(self._file.metadata)
        self._expect(contents)
        self._exact = contents is not None and self._file.rows == sum(count or 0 for count in self._left)

    def rows(self, sink: RowSink, wanted: Wanted) -> Iterator[Rows]:
        """The rows of a file that nobody changed, as arrays; what each row is asked for as lists."""
        from wechatlog.engine.columns import Rows
        from wechatlog.frames.arrow import key_runs

        self._start()
        names = (sink.needed | wanted.bodies).intersection(COLUMN_TYPES) - {"number"}
        self._file.choose([*_KEY, *(names - {*_KEY})])
        for _, batch in self._read():
            start = 0
            for place, length in self._owners.take(key_runs(batch)):
                for draft, _ in self._begin(place + 1):
                    yield Rows(draft, 0, {})
                part = batch.slice(start, length)
                columns = {name: part.column(name) for name in names}
                columns.update((name, part.column(name).to_pylist()) for name in wanted.asked)
                yield sink.give(self._drafts[place], length, columns)
                start += length
                self._finish(place, length)
        for draft, _ in self._begin(len(self._owners.heads)):
            yield Rows(draft, 0, {})
        if not self._drafts:
            yield Rows(self._context.draft(), 0, {})

    def _read(self) -> Iterator[tuple[Mapping[bytes, bytes] | None, Any]]:
        """All batches that are sound; where a part of the file is broken, the other parts are read."""
        first: Exception | None = None
        sound = 0
        for part in range(self._file.parts):
            batches = self._file.batches(part)
            while True:
                try:
                    found = next(batches, None)
                    if found is not None:
                        self._weigh(found[1])
                except _broken() as error:
                    if isinstance(error, WechatlogError) or _is_of_the_system(error):
                        raise
                    first = first or error
                    sentence = f"part {part + 1} of {self._file.parts} of the file cannot be read: {_reason(error)}"
                    self._context.report("broken-row", sentence, severity=Severity.ERROR)
                    break
                if found is None:
                    break
                sound += 1
                yield found
        if first is not None and not sound:
            raise first

    def _expect(self, contents: Contents | None) -> None:
        if contents is not None:
            for head, count in zip(contents.heads, contents.counts, strict=True):
                self._owners.add(head, count)
                self._left.append(count)

    def _weigh(self, batch: Any) -> None:
        """Make sure that the arrays are sound, and that the file is not made to fill the memory."""
        batch.validate(full=True)
        self._bytes += batch.nbytes
        limit = self._source.size_limit
        if self._bytes > limit and self._bytes > _MOST_GROWTH * self._source.unpacked_size:
            reason = f"grows to more than {limit:,} bytes; raise size_limit= if that is expected"
            raise RefusedFormatError(self._source.label, "compressed file", reason)

    def _sort(self, columns: dict[str, list[Any]]) -> Iterator[Batch]:
        """The messages of some rows, each run of them with its conversation."""
        if self._context.tz is not None and "time" in columns:
            columns["time"] = [
                self._context.wall_time(time) if isinstance(time, dt.datetime) else time for time in columns["time"]
            ]
        blank = [None] * len(columns["text"])
        keys = zip(columns.get("conversation", blank), columns.get("conversation_id", blank), strict=True)
        start = 0
        for place, length in self._owners.take(runs_of(keys)):
            yield from self._begin(place + 1)
            part = {name: values[start : start + length] for name, values in columns.items()}
            draft = self._drafts[place]
            yield draft, self._messages(draft, part)
            start += length
            self._finish(place, length)

    def _begin(self, count: int) -> Iterator[Batch]:
        while len(self._drafts) < count:
            place = len(self._drafts)
            known = self._owners.heads[place]
            draft = self._context.draft(str(place), title=known.title, id=known.id)
            self._drafts.append(draft)
            yield draft, []
            self._context.learn(draft, known)
            self._finish(place, 0)

    def _finish(self, place: int, length: int) -> None:
        """Take rows off those that a conversation has; without any left it is done, and need not be kept."""
        if self._exact:
            left = self._left[place] = (self._left[place] or 0) - length
            self._drafts[place].done = left <= 0

    def _messages(self, draft: Draft, columns: Mapping[str, Sequence[Any]]) -> list[Message]:
        """The messages of rows; where one of them cannot be read, the others are."""
        rows = range(self._row, self._row + len(columns["text"]))
        self._row = rows.stop
        try:
            return self._read_rows(draft, columns, rows)
        except ValueError:
            return [message for row in rows for message in self._read_row(draft, columns, row, row - rows.start)]

    def _read_row(self, draft: Draft, columns: Mapping[str, Sequence[Any]], row: int, place: int) -> list[Message]:
        try:
            one = {name: values[place : place + 1] for name, values in columns.items()}
            return self._read_rows(draft, one, range(row, row + 1))
        except ValueError as error:
            self._context.report("broken-row", str(error), severity=Severity.ERROR)
            return []

    def _read_rows(self, draft: Draft, columns: Mapping[str, Sequence[Any]], rows: range) -> list[Message]:
        zone = self._context.tz or draft.tz
        messages = list(messages_of(columns, zone=zone, lexicon=draft.lexicon, rows=rows))
        given = zip(rows, messages, columns.get("parsed", ()), columns.get("segments", ()), strict=False)
        for row, message, parsed, segments in given:
            if parsed is False and segments is not None and message.given_segments is None:
                sentence = f"row {row}: the text is not that of its segments any more, and was parsed"
                self._context.report("changed-text", sentence, severity=Severity.INFO)
        return messages


PARQUET: Final = ColumnarReader(
    "parquet", "Parquet with a row for each message, as wechatlog writes it", (".parquet",), _ParquetFile
)
ARROW: Final = ColumnarReader(
    "arrow",
    "Arrow (IPC file or stream, Feather 2) with a row for each message, as wechatlog writes it",
    (".arrow", ".feather", ".arrows"),
    _ArrowFile,
)
