"""Conversations as Arrow: tables, streams of batches, and back.

Takes conversations, or messages as they come, and gives record batches whose columns are those of `frames.columns`;
takes record batches and gives columns of plain values for `frames.rows`. This module imports pyarrow at its top,
so it is imported by those only who were asked for Arrow. Knows no files.

Types: a `category` is `dictionary<int32, string>`, a `time` `timestamp[us]` with the zone's name or without one, the
pieces of a body a list of structs. Texts are `string` and not `large_string`: batches are kept small enough for offsets
of 32 bits, which take half the room.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from wechatlog.content.native import SCHEMA, conversation_from_json, conversation_to_json
from wechatlog.errors import needs_extra
from wechatlog.frames.bodies import PIECES, Bodies
from wechatlog.frames.columns import CommonZone, Key, Zone, collect, columns_of, names_of
from wechatlog.frames.pieces import SEGMENT_FIELDS, rebuild_segments
from wechatlog.frames.rows import READ_COLUMNS, runs_of
from wechatlog.frames.values import aware_in, held, without_surrogates
from wechatlog.model import Conversation, Message, paused_collection
from wechatlog.segments.types import Forward, Quote
from wechatlog.timestamps import UnixTimes, resolve_zone
from wechatlog.utf8 import json_line

with needs_extra("arrow", what="Arrow or Parquet"):
    import pyarrow as pa
    import pyarrow.compute as pc


METADATA_KEY: Final = b"wechatlog"
"""Under this key the metadata of a schema say what the rows are: see `describe_contents`."""

_ROWS: Final = 65_536
_CHARACTERS: Final = 1 << 23
"""How many messages, and characters of text, a batch holds at most, unless a single message is longer."""

_EPOCH: Final = dt.datetime(1970, 1, 1)

_TEXT: Final = pa.string()
_CATEGORY: Final = pa.dictionary(pa.int32(), pa.string())
_INSIDE: Final[Mapping[str, Any]] = {
    "text": _TEXT, "flag": pa.bool_(), "integer": pa.int64(), "number": pa.float64(),
}  # fmt: skip
_SEGMENT: Final = pa.struct([(name, _INSIDE[kind]) for name, kind in SEGMENT_FIELDS.items()])
_TYPES: Final[Mapping[str, Any]] = {
    **_INSIDE, "category": _CATEGORY, "texts": pa.list_(_TEXT), "segments": pa.list_(_SEGMENT),
}  # fmt: skip


def make_schema(
    table: str, zone: Zone | None, *, segments: bool = True, metadata: Mapping[bytes, bytes] | None = None
) -> Any:
    """The schema of a table, its times of a zone or naive; without `segments` it lacks the columns of bodies."""
    names = set(names_of(table, segments=segments))
    time = pa.timestamp("us", None if zone is None else zone.name)
    fields = [
        (column.name, time if column.type == "time" else _TYPES[column.type])
        for column in columns_of(table)
        if column.name in names
    ]
    return pa.schema(fields, metadata=metadata)


def select_fields(schema: Any, names: Iterable[str]) -> Any:
    """Some fields of a schema, in the order of their names."""
    return pa.schema([schema.field(name) for name in names])


def stream_of(schema: Any, batches: Iterable[Any]) -> Any:
    """A `pyarrow.RecordBatchReader` of batches, which are made when they are asked for."""
    return pa.RecordBatchReader.from_batches(schema, batches)


class Contents(NamedTuple):
    """What the metadata of a schema say of the rows: of which table and conversations, and, if known, how many."""

    table: str
    heads: tuple[Conversation, ...]
    counts: tuple[int | None, ...]


def describe_contents(table: str, items: Iterable[tuple[Conversation, int | None]]) -> bytes:
    """What stands under `METADATA_KEY`: a JSON object with `schema`, `table`, and `conversations`.

    Each of the latter is the first line of the form `jsonl`, and in `rows` the number of its messages, if known.
    """
    found = [
        {**conversation_to_json(conversation), **({} if count is None else {"rows": count})}
        for conversation, count in items
    ]
    return json_line({"schema": SCHEMA, "table": table, "conversations": found}).encode()


def contents_of(metadata: Mapping[bytes, bytes] | None) -> Contents | None:
    """What the metadata of a schema, a file or a batch say; `None` where they are not of this library.

    A `ValueError` says that they are broken, or of a later version.
    """
    text = (metadata or {}).get(METADATA_KEY)
    if text is None:
        return None
    try:
        found = json.loads(text)
        if found["schema"] != SCHEMA:
            raise ValueError(f"schema {found['schema']!r} is not known here; this version reads {SCHEMA}")
        items = found["conversations"]
        heads = tuple(map(conversation_from_json, items))
        counts = tuple(int(item["rows"]) if "rows" in item else None for item in items)
        return Contents(str(found["table"]), heads, counts)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"the metadata of wechatlog are broken: {error!r}") from error


def slices(messages: Iterable[Message], rows: int = _ROWS, characters: int = _CHARACTERS) -> Iterator[list[Message]]:
    """Messages, as they come, in lists that are neither long nor large; none of them is empty.

    A list is closed when it has so many rows, or when its texts, with what they quote and forward, are longer than so
    many characters.
    """
    batch: list[Message] = []
    size = 0
    for message in messages:
        batch.append(message)
        size += _characters(message)
        if len(batch) >= rows or size > characters:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _characters(message: Message) -> int:
    size = len(message.text)
    for segment in message.given_segments or ():
        if isinstance(segment, Forward):
            size += sum(map(_characters, segment.messages))
        elif isinstance(segment, Quote):
            size += len(segment.text)
    return size


def make_batch(schema: Any, table: str, conversation: Conversation, messages: Sequence[Message], start: int = 0) -> Any:
    """A record batch of messages of a conversation, the first of which stands at `start` in it."""
    lists = {*PIECES, "segments"}.intersection(schema.names) if table == "messages" else ()
    names = [name for name in schema.names if name not in lists]
    columns = collect(conversation, table, messages=messages, start=start, names=names)
    return batch_of(schema, columns, Bodies.of_messages(messages) if lists else None)


def batch_of(schema: Any, columns: Mapping[str, Sequence[Any]], bodies: Bodies | None) -> Any:
    """A record batch of columns of plain values; those of lists are made of the bodies of the rows."""
    lists = {} if bodies is None else _lists_of(bodies, schema.names)
    arrays = [
        lists[field.name] if field.name in lists else array_of(field.name, field.type, columns[field.name])
        for field in schema
    ]
    return pa.record_batch(arrays, schema=schema)


def rows_alone(count: int) -> Any:
    """A record batch of so many rows without columns."""
    return pa.RecordBatch.from_struct_array(pa.nulls(count, pa.struct([])))


def _lists_of(bodies: Bodies, names: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not PIECES.keys().isdisjoint(names):
        for name, (lengths, values) in bodies.names().items():
            if name in names:
                found[name] = lists_of(lengths, array_of(name, _TEXT, values))
    if "segments" in names:
        lengths, fields = bodies.pieces()
        nothing = {kind: pa.nulls(len(fields["raw"]), kind) for kind in _INSIDE.values()}  # what most fields hold, once
        arrays = [
            array_of(f"segments, field {field.name}", field.type, fields[field.name])
            if field.name in fields
            else nothing[field.type]
            for field in _SEGMENT
        ]
        found["segments"] = lists_of(lengths, pa.StructArray.from_arrays(arrays, fields=list(_SEGMENT)))
    return found


def join_parts(parts: Sequence[Any]) -> Any:
    """Lists, or arrays, of one column, one below the other."""
    if all(isinstance(part, UnixTimes) for part in parts):
        seconds = itertools.chain.from_iterable(part.seconds for part in parts)
        return UnixTimes(list(seconds), parts[0].zone)
    if all(isinstance(part, pa.Array) for part in parts):
        whole = pa.chunked_array(parts).unify_dictionaries()
        return parts[0] if len(parts) == 1 else whole.combine_chunks()
    lists = (part.to_pylist() if isinstance(part, pa.Array) else part for part in parts)
    return parts[0] if len(parts) == 1 else list(itertools.chain.from_iterable(lists))


def some_times(values: Any) -> Any:
    """The times of a column, or of an array one of them, which is like all others."""
    if isinstance(values, UnixTimes):
        return values[:1]
    if not isinstance(values, pa.Array):
        return values
    return [values.drop_null()[0].as_py()] if values.null_count < len(values) else ()


def repeated(name: str, runs: Sequence[tuple[str | None, int]]) -> Any:
    """An array of categories that has each value so many times."""
    indices = [pa.repeat(pa.scalar(place, pa.int32()), height) for place, (_, height) in enumerate(runs)]
    values = array_of(name, _CATEGORY, [value for value, _ in runs])
    return values.take(pa.concat_arrays(indices)) if indices else values


def array_of(name: str, kind: Any, values: Any) -> Any:
    """An array of plain values, or the array that there is already; a `ValueError` for a value of another type.

    What no array can hold is replaced: half a surrogate pair by U+FFFD, a number of more than 64 bits by nothing.
    """
    if isinstance(values, pa.Array):
        return values if values.type == kind else values.cast(kind)
    if isinstance(values, UnixTimes):
        return pa.array(values.seconds, pa.timestamp("s", kind.tz)).cast(kind)
    if isinstance(values, range) and values:  # thirty times as fast as from numbers of Python
        return pc.cumulative_sum(pa.repeat(pa.scalar(values.step, kind), len(values)), start=values.start - values.step)
    try:
        return held(lambda fitting: pa.array(fitting, kind), values)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ValueError(f"column {name}: {error}") from error


def lists_of(lengths: Sequence[int], values: Any) -> Any:
    """An array of lists of these lengths, of an array of all their values one after the other."""
    return pa.ListArray.from_arrays(pa.array(list(itertools.accumulate(lengths, initial=0)), pa.int32()), values)


def join_batches(schema: Any, batches: Sequence[Any]) -> Any:
    """A table of batches, with one dictionary for each category.

    Batches that were made before the zone of the times was known have none, and fit.
    """
    fitting = [batch if batch.schema.equals(schema) else _with_zone(schema, batch) for batch in batches]
    return pa.Table.from_batches(fitting, schema).unify_dictionaries()


def _with_zone(schema: Any, batch: Any) -> Any:
    arrays = [
        pa.nulls(len(column), field.type) if pa.types.is_timestamp(field.type) else column
        for field, column in zip(schema, batch.columns, strict=True)
    ]
    return pa.record_batch(arrays, schema=schema)


class GrowingDictionaries:
    """The dictionaries of an Arrow file, in which a value keeps its place from batch to batch; some are foreseen."""

    def __init__(self, schema: Any, foreseen: Mapping[str, Sequence[str]]) -> None:
        self._schema = schema
        self._places: dict[str, dict[str, int]] = {}
        self._dictionaries: dict[str, Any] = {}
        for field in schema:
            if pa.types.is_dictionary(field.type):
                self._places[field.name] = {}
                self._dictionaries[field.name] = array_of(field.name, _TEXT, [])
                self._learn(field.name, without_surrogates(foreseen.get(field.name, ())))

    def _learn(self, name: str, values: Iterable[str]) -> None:
        places = self._places[name]
        new = [value for value in dict.fromkeys(values) if value not in places]
        if new:
            places.update(zip(new, range(len(places), len(places) + len(new)), strict=True))
            added = array_of(name, _TEXT, new)
            self._dictionaries[name] = pa.concat_arrays([self._dictionaries[name], added])

    def apply(self, table: Any, *, growing: bool = True) -> Any:
        """A table with one dictionary for each category as a single batch with these dictionaries.

        Where more may follow no dictionary is left empty, since Arrow (26) lets only those grow that have a value.
        """
        arrays = []
        for name, column in zip(table.schema.names, table.columns, strict=True):
            array = column.combine_chunks() if column.num_chunks else pa.nulls(0, column.type)
            arrays.append(self._translated(name, array, growing=growing) if name in self._places else array)
        return pa.record_batch(arrays, schema=self._schema)

    def _translated(self, name: str, array: Any, *, growing: bool) -> Any:
        values = array.dictionary.to_pylist()
        self._learn(name, values if values or self._places[name] or not growing else [""])
        moved = array_of(name, pa.int64(), [self._places[name][value] for value in values]).cast(pa.int32())
        return pa.DictionaryArray.from_arrays(moved.take(array.indices), self._dictionaries[name])


def iter_batches(schema: Any, table: str, conversation: Conversation) -> Iterator[Any]:
    """The batches of a whole conversation, each with dictionaries of its own."""
    if table == "participants":
        yield make_batch(schema, table, conversation, ())
        return
    start = 0
    for batch in slices(conversation.messages):
        yield make_batch(schema, table, conversation, batch, start)
        start += len(batch)


def _whole_schema(conversations: Sequence[Conversation], table: str, *, segments: bool) -> Any:
    items = [(conversation, len(conversation) if table == "messages" else None) for conversation in conversations]
    metadata = {METADATA_KEY: describe_contents(table, items)}
    return make_schema(table, CommonZone.of(conversations), segments=segments, metadata=metadata)


def to_table(conversations: Sequence[Conversation], table: str = "messages", *, segments: bool = True) -> Any:
    """A `pyarrow.Table`; see `Conversation.to_arrow`."""
    schema = _whole_schema(conversations, table, segments=segments)
    with paused_collection():
        batches = (batch for conversation in conversations for batch in iter_batches(schema, table, conversation))
        return pa.Table.from_batches(batches, schema).unify_dictionaries()


def to_stream(conversation: Conversation, table: str = "messages", *, segments: bool = True) -> Any:
    """A `pyarrow.RecordBatchReader`, whose batches are made when they are asked for."""
    schema = _whole_schema([conversation], table, segments=segments)
    return stream_of(schema, iter_batches(schema, table, conversation))


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_list_of_structs(kind: Any) -> bool:
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return bool(is_list and pa.types.is_struct(kind.value_type))


_TESTS: Final[Mapping[str, tuple[Any, str]]] = {
    "text": (_is_text, "texts"),
    "category": (_is_text, "texts"),
    "flag": (pa.types.is_boolean, "true or false"),
    "integer": (pa.types.is_integer, "whole numbers"),
    "time": (lambda kind: pa.types.is_timestamp(kind) or pa.types.is_date(kind), "times"),
    "segments": (_is_list_of_structs, "lists of pieces"),
}
_NEEDED: Final[Mapping[str, str]] = {
    column.name: column.type for column in columns_of("messages") if column.name in READ_COLUMNS
}


def find_problem(schema: Any) -> str | None:
    """Why rows of a schema can be no messages; `None` where they can be. Columns that are not known do not matter."""
    for field in schema:
        if field.name in _NEEDED:
            test, called = _TESTS[_NEEDED[field.name]]
            value = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            if not test(value) and not pa.types.is_null(value):
                return f"the column {field.name} should hold {called}, not {field.type}"
    return None if "text" in schema.names else "there is no column text"


def open_stream(stream: Any) -> Any:
    """A `pyarrow.RecordBatchReader` of anything that has `__arrow_c_stream__`."""
    return pa.RecordBatchReader.from_stream(stream)


def read_columns(batch: Any) -> dict[str, list[Any]]:
    """The columns of a record batch that messages are made of, for `messages_of`.

    `find_problem` finds none in its schema, and its arrays are sound. A text that is no UTF-8, or a zone that is not
    known, is a `ValueError`.
    """
    return {
        field.name: _read_column(field.name, batch.column(place))
        for place, field in enumerate(batch.schema)
        if field.name in _NEEDED
    }


def key_runs(batch: Any) -> Iterable[tuple[Key, int]]:
    """How many rows of a conversation follow each other in a record batch that was written here."""
    columns = [batch.column(name) for name in ("conversation", "conversation_id")]
    if all(len(column.dictionary) < 2 and column.null_count in (0, len(column)) for column in columns):
        length, columns = (
            batch.num_rows,
            [column.slice(0, 1) for column in columns],
        )  # one conversation, as nearly always
        return ((key, length) for key, _ in runs_of(zip(*(column.to_pylist() for column in columns), strict=True)))
    return runs_of(zip(*(column.to_pylist() for column in columns), strict=True))


def _read_column(name: str, array: Any) -> list[Any]:
    if pa.types.is_null(array.type):
        return [None] * len(array)
    if pa.types.is_dictionary(array.type):  # so that equal values are one object
        values = _read_column(name, array.dictionary)
        return [None if place is None else values[place] for place in array.indices.to_pylist()]
    kind = _NEEDED[name]
    if kind == "time":
        zone = getattr(array.type, "tz", None)
        units = array.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64()).to_pylist()
        times = list(map(_clock, units))
        return times if zone is None else aware_in(resolve_zone(zone), times)
    if kind == "segments":
        lengths = pc.list_value_length(array).to_pylist()
        pieces = array.flatten()
        arrays = zip(pieces.type, pieces.flatten(), strict=True)
        fields = {field.name: part.to_pylist() for field, part in arrays if part.null_count < len(part)}
        return list(rebuild_segments(lengths, fields))
    found: list[Any] = array.to_pylist()
    return found


def _clock(unit: int | None) -> dt.datetime | int | None:
    """The clock at so many microseconds; outside the years 1 to 9999 the number, which `messages_of` complains of."""
    try:
        return None if unit is None else _EPOCH + dt.timedelta(microseconds=unit)
    except OverflowError:
        return unit
