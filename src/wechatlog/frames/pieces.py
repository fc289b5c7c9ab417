"""The pieces of message bodies in a table, and back.

Takes segments and gives rows of plain values with one set of fields for all classes of segments; takes such rows, or
columns of them, and gives segments. Knows no messages and no tables.
"""

from __future__ import annotations

import itertools
import json
import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.native import segment_from_json, segment_to_json
from wechatlog.segments import types
from wechatlog.segments.types import Segment, Text
from wechatlog.utf8 import json_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.frames.columns import ColumnType

SEGMENT_FIELDS: Final[Mapping[str, ColumnType]] = {
    "type": "text", "raw": "text", "code": "text", "name": "text", "unicode": "text", "confidence": "number",
    "everyone": "flag", "url": "text", "label": "text", "path": "text", "title": "text", "sender": "text",
    "text": "text", "size": "integer", "md5": "text", "seconds": "number", "transcript": "text",
    "latitude": "number", "longitude": "number", "poi": "text", "id": "text", "amount": "text", "note": "text",
    "state": "text", "kind": "text", "messages": "text",
}  # fmt: skip
"""The fields of a piece of a body: those of all segment classes together; `None` where its class has no such field.
`messages`, the contents of a bundle of forwarded messages, are a text in JSON."""

_BAD_PIECE: Final = (ValueError, TypeError, AttributeError, KeyError, RecursionError)


class _Shape(NamedTuple):
    """What pieces of a class are in a table: the name of their type, and the fields that they have."""

    type: str
    fields: tuple[str, ...]


_SHAPES: Final[dict[type, _Shape]] = {}


def _shape(segment: Segment) -> _Shape:
    cls = type(segment)
    shape = _SHAPES.get(cls)
    if shape is None:
        ours = getattr(types, cls.__name__, None) is cls  # a class of the user's own is kept as its text
        fields = tuple(field.name for field in attrs.fields(cls)) if ours else ("raw",)
        shape = _SHAPES[cls] = _Shape(segment_to_json(segment)["type"], fields)
    return shape


def segment_to_row(segment: Segment) -> dict[str, Any]:
    """A segment as a row of `SEGMENT_FIELDS`, without the fields that its class does not have."""
    return {name: value for name, (value,) in columns_of_segments([segment])}


def columns_of_segments(segments: Sequence[Segment]) -> Iterator[tuple[str, list[Any]]]:
    """Segments of one class as columns of `SEGMENT_FIELDS`, without the fields that the class does not have."""
    shape = _shape(segments[0])
    yield "type", [shape.type] * len(segments)
    for name in shape.fields:
        values = list(map(operator.attrgetter(name), segments))
        if name == "seconds":
            values = [_as_number(value) if type(value) is int else value for value in values]
        elif name == "messages":
            values = [json_line(segment_to_json(segment)["messages"]) for segment in segments]
        yield name, values


def _as_number(seconds: int) -> float | None:
    """Seconds as a column of numbers holds them: rounded above 2**53."""
    try:
        return float(seconds)
    except OverflowError:
        return None


def segments_to_json(segments: Iterable[Segment]) -> str:
    """Segments as a text in JSON."""
    return json.dumps([segment_to_json(segment) for segment in segments], ensure_ascii=False, separators=(",", ":"))


def rebuild_segments(
    lengths: Iterable[int | None], fields: Mapping[str, Sequence[Any]]
) -> Iterator[list[Mapping[str, Any] | Segment] | None]:
    """The pieces of each body, from columns, for `segments_of_rows`: what `Bodies.pieces` made is undone.

    A body has so many pieces, or `None` for no list of them; fields that are not known are ignored.
    """
    known = {name: values for name, values in fields.items() if name in SEGMENT_FIELDS}
    values = zip(*known.values(), strict=True)
    kinds, raws = known.get("type", itertools.repeat(None)), known.get("raw", itertools.repeat(None))
    pieces = (
        Text(raw) if kind == "text" and type(raw) is str else dict(zip(known, row, strict=True))
        for kind, raw, row in zip(kinds, raws, values, strict=False)
    )
    for length in lengths:
        yield None if length is None else list(itertools.islice(pieces, length))


def segments_of_rows(rows: Iterable[Mapping[str, Any] | Segment]) -> tuple[Segment, ...]:
    """The segments of rows of `SEGMENT_FIELDS`; segments among them stay as they are."""
    try:
        return tuple(row if isinstance(row, Segment) else _segment_of(row) for row in rows)
    except _BAD_PIECE as error:
        raise ValueError(str(error) or type(error).__name__) from error


def _segment_of(row: Mapping[str, Any]) -> Segment:
    if row.get("type") == "text":
        return Text(row.get("raw") or "")
    found = {name: value for name, value in row.items() if value is not None}
    if "messages" in found:
        found["messages"] = json.loads(found["messages"])
    for name in ("size", "seconds") if found.get("type") == "call" else ("size",):
        if isinstance(value := found.get(name), float) and value.is_integer():
            found[name] = int(value)  # a column of numbers holds them with a point
    return segment_from_json(found)
