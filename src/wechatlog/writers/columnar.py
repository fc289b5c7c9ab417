"""Messages in columns: Parquet files, and Arrow files (IPC file format, which is Feather version 2).

Takes conversations, gives the bytes of a file, a group of rows at a time; what is in the columns is `frames.arrow`. The
conversations themselves, which a row has no place for, are in the metadata: of a Parquet file in its footer, of an
Arrow file in the schema and, for those that begin later, with the batch in which they begin.

An Arrow file is of the file format and not a stream, since that is what `.arrow` and `.feather` stand for, what pandas,
polars and R read by these suffixes, and what can be memory-mapped. In that format a dictionary may grow but not be
replaced, so names keep their place for the length of the file. polars cannot read dictionaries that grow: of a whole
conversation they are complete in the first batch; only for a stream, or for several conversations, they may grow.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.errors import WriteError
from wechatlog.frames.columns import TABLES, CommonZone, collect, times_of
from wechatlog.frames.seal import SEAL_KEY, new_seal
from wechatlog.writers.options import choice_option, number_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.inputs.scan import Scan
    from wechatlog.model import Conversation, Message
    from wechatlog.writers.base import Items

_ROWS: Final = 16_384
"""Rows of a group. With 65,536 the file is a twentieth smaller, and writing it takes 40 MB more."""

_MOST_ROWS: Final = 1 << 24
_PART_ROWS: Final = 2048
_PART_CHARACTERS: Final = 1 << 21
"""How many messages, and characters, become columns at a time: as many as fit beside a group of them."""

_GROUP_BYTES: Final = 48 << 20
"""A group is closed when its arrays take this much memory, however few rows that are."""

_LOSSES: Final[Mapping[str, str]] = {
    "segments:custom": "a segment of a user's own class is kept as its text",
    "text:surrogates": "Arrow keeps texts as UTF-8, which cannot hold half a surrogate pair; it becomes U+FFFD",
    "segments:seconds": "seconds are numbers with a point, exact up to 2**53",
    "text:surrogate-pairs": "two halves side by side become their character",
}
_REPEATING: Final = [
    *(column.name for column in TABLES["messages"] if column.type == "category"),
    *("mentions.list.element", "emoji.list.element"),
    *(f"segments.list.element.{name}" for name in ("type", "code", "name", "unicode")),
]
"""What a Parquet file keeps as dictionaries. pyarrow tries it with all texts, which takes a fifth more time (measured),
and makes the file a sixth larger."""

_CATEGORIES: Final = tuple(column.name for column in TABLES["messages"] if column.type == "category")


class _Sink(io.RawIOBase):
    """Takes what a writer of pyarrow writes, until it is fetched."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._seal = new_seal()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._seal.update(self._parts[-1])
        self._size += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._size

    @property
    def seal(self) -> bytes:
        """A checksum of everything that was written."""
        return bytes(self._seal.hexdigest(), "ascii")

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


@attrs.define
class _Group:
    """Rows that are written together, the conversations that begin in it, and whether no group follows."""

    begun: list[tuple[Conversation, int | None]]
    _tables: list[Any]
    last: bool = False

    @property
    def schema(self) -> Any:
        return self._tables[0].schema

    def take(self) -> Any:
        """The rows, with one dictionary for each category; given away, so that they do not stay in memory."""
        return self._tables.pop()


class _Pile:
    """Record batches that wait until they make a group of at most so many rows."""

    def __init__(self, form: str, rows: int) -> None:
        from wechatlog.frames import arrow

        self._arrow = arrow
        self._form, self._rows = form, rows
        self._schema = arrow.make_schema("messages", None)
        self._times = CommonZone()
        self._begun: list[tuple[Conversation, int | None]] = []
        self._batches: list[Any] = []
        self._count = self._size = 0
        self._empty = True

    def groups(self, items: Items) -> Iterator[_Group]:
        """All rows of some conversations; at least one group, which may be empty.

        None is kept here when it has been given away, so that only one is in memory.
        """
        for conversation, messages in items:
            self._begun.append((conversation, len(conversation) if messages is conversation.messages else None))
            start = 0
            for part in self._arrow.slices(messages, _PART_ROWS, _PART_CHARACTERS):
                self._meet(conversation, part)
                try:
                    batch = self._arrow.make_batch(self._schema, "messages", conversation, part, start)
                except ValueError as error:
                    raise WriteError(f"messages {start} to {start + len(part) - 1}: {error}", self._form) from error
                while batch.num_rows:
                    room = self._rows - self._count
                    taken, batch = batch.slice(0, room), batch.slice(room)
                    self._batches.append(taken)
                    self._count += taken.num_rows
                    self._size += taken.nbytes
                    if self._count == self._rows or self._size >= _GROUP_BYTES:
                        yield self._flush()
                start += len(part)
            if not start:
                self._meet(conversation, ())
        if self._count or self._begun or self._empty:
            yield self._flush(last=True)

    def _meet(self, conversation: Conversation, part: Sequence[Message]) -> None:
        """See that the times go into one column."""
        try:
            self._times.meet(conversation.title or conversation.id, conversation.tz, times_of(part))
        except ValueError as error:
            raise WriteError(str(error), self._form) from error
        self._schema = self._arrow.make_schema("messages", self._times.zone)

    def _flush(self, *, last: bool = False) -> _Group:
        group = _Group(self._begun, [self._arrow.join_batches(self._schema, self._batches)], last)
        self._begun, self._batches = [], []
        self._count = self._size = 0
        self._times.decided, self._empty = True, False
        return group


@attrs.frozen
class _ColumnarWriter:
    name: str
    description: str
    suffixes: tuple[str, ...]
    compressions: tuple[str, ...]
    losses = _LOSSES
    several = True
    streaming = True
    binary = True

    @property
    def options(self) -> Mapping[str, str]:
        first, *others = self.compressions
        return {
            "row_group": f"rows that are written together, at most; default {_ROWS}",
            "compression": f"`{first}` (the default), `{'`, `'.join(others)}`",
        }

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The bytes of a file, a group of rows at a time; columns tell the conversations apart.

        Raises:
            WriteError: where some times are naive and some aware.
        """
        rows, compression = self._settings(options)
        return self._write_groups(_Pile(self.name, rows).groups(items), compression)

    def write_scan(self, scan: Scan, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The bytes of a file of the rows of a scan; otherwise as `write`."""
        rows, compression = self._settings(options)
        return self._write_groups(_groups_of(scan, rows), compression)

    def _settings(self, options: Mapping[str, Any]) -> tuple[int, str | None]:
        rows = number_option(options, "row_group", _ROWS, least=1, most=_MOST_ROWS)
        compression = choice_option(options, "compression", self.compressions)
        return rows, None if compression == "none" else compression

    def _write_groups(self, groups: Iterator[_Group], compression: str | None) -> Iterator[bytes]:
        raise NotImplementedError


class ParquetWriter(_ColumnarWriter):
    """The writer of Parquet files."""

    def _write_groups(self, groups: Iterator[_Group], compression: str | None) -> Iterator[bytes]:
        import pyarrow.parquet as pq

        from wechatlog.frames.arrow import METADATA_KEY, describe_contents

        sink = _Sink()
        first = next(groups)
        begun = first.begun
        schema = first.schema.with_metadata({METADATA_KEY: describe_contents("messages", begun)})
        how = {"compression": compression or "none", "use_dictionary": _REPEATING}
        with pq.ParquetWriter(sink, schema, **how) as writer:
            writer.write_table(first.take(), _MOST_ROWS)
            for group in groups:
                yield sink.take()
                begun = [*begun, *group.begun]
                writer.write_table(group.take(), _MOST_ROWS)
            if len(begun) > len(first.begun):  # what the schema says of the first is known, that of the others is not
                writer.add_key_value_metadata({METADATA_KEY: describe_contents("messages", begun)})
            if schema.names == [column.name for column in TABLES["messages"]]:
                writer.add_key_value_metadata({SEAL_KEY: sink.seal})
        yield sink.take()


class ArrowWriter(_ColumnarWriter):
    """The writer of Arrow files."""

    def write_scan(self, scan: Scan, options: Mapping[str, Any]) -> Iterator[bytes]:
        """What is known at the end, the categories and the conversations, is found in a reading of its own."""
        rows, compression = self._settings(options)
        first = scan.select([name for name in scan.columns if name in {*_CATEGORIES, "time", "is_self"}])
        values: dict[str, dict[str, None]] = {}
        for batch in first:
            for name in first.schema.names:
                if name in _CATEGORIES:
                    values.setdefault(name, {}).update(dict.fromkeys(batch.column(name).dictionary.to_pylist()))
        foreseen = {name: list(found) for name, found in values.items()}
        return self._write_groups(_groups_of(scan, rows, first.heads), compression, foreseen)

    def _write_groups(
        self, groups: Iterator[_Group], compression: str | None, foreseen: Mapping[str, list[str]] | None = None
    ) -> Iterator[bytes]:
        import pyarrow as pa

        from wechatlog.frames.arrow import METADATA_KEY, GrowingDictionaries, describe_contents

        sink = _Sink()
        first = next(groups)
        schema = first.schema.with_metadata({METADATA_KEY: describe_contents("messages", first.begun)})
        options = pa.ipc.IpcWriteOptions(compression=compression, use_threads=False, emit_dictionary_deltas=True)
        dictionaries = GrowingDictionaries(schema, foreseen or _foreseen(first.begun))
        with pa.ipc.new_file(sink, schema, options=options) as writer:
            writer.write_batch(dictionaries.apply(first.take(), growing=not first.last))
            for group in groups:
                yield sink.take()
                described = {METADATA_KEY: describe_contents("messages", group.begun)} if group.begun else None
                writer.write_batch(dictionaries.apply(group.take()), described)
        yield sink.take()


def _groups_of(scan: Scan, rows: int, known: Sequence[tuple[Conversation, int]] | None = None) -> Iterator[_Group]:
    """The rows of a scan in groups; at least one, which may be empty.

    The last has the conversations, unless they are known before.
    """
    from wechatlog.frames.arrow import join_batches

    begun: list[tuple[Conversation, int | None]] = list(known or ())
    held: list[Any] = []
    count = 0
    for batch in scan:
        for start in range(0, batch.num_rows, rows):
            part = batch.slice(start, rows)
            if count + part.num_rows > rows:
                yield _Group(begun, [join_batches(scan.schema, held)])
                begun, held, count = [], [], 0
            held.append(part)
            count += part.num_rows
    yield _Group([*begun, *(scan.heads if known is None else ())], [join_batches(scan.schema, held)], last=True)


def _foreseen(begun: Iterable[tuple[Conversation, int | None]]) -> dict[str, list[str]]:
    """The values that the categories of whole conversations have, so that their dictionaries need not grow."""
    found: dict[str, dict[str | None, None]] = {name: {} for name in _CATEGORIES}
    for conversation, count in begun:
        if count is not None:
            for name in _CATEGORIES:
                found[name].update(dict.fromkeys(collect(conversation, names=[name])[name]))
    return {name: [value for value in values if value is not None] for name, values in found.items()}


PARQUET: Final = ParquetWriter(
    "parquet",
    "Parquet, a row for each message, lossless; for DuckDB, pandas, polars, Spark",
    (".parquet",),
    ("zstd", "snappy", "gzip", "brotli", "lz4", "none"),
)
ARROW: Final = ArrowWriter(
    "arrow",
    "Arrow (IPC file, Feather 2), a row for each message, lossless; for pyarrow, pandas, polars, R",
    (".arrow", ".feather"),
    ("lz4", "zstd", "none"),
)
