"""A lazy frame of polars that reads chats when it is collected: `wechatlog.ext.polars.scan`.

polars says which columns, rows and how many it wants; the scan makes no others. Of the predicate the comparisons are
taken over that `conditions` understands, and the predicate filters what they leave. How polars writes a predicate down
is no promise of its: what is not understood is filtered by polars alone. Needs polars 1.10 and pyarrow.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from polars.io.plugins import register_io_source

import wechatlog
from wechatlog import Part
from wechatlog.ext.conditions import Condition, narrow

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from wechatlog.source import Readable


_MOST_ROWS: Final = 16_384
_EPOCH: Final = dt.datetime(1970, 1, 1)
_UNITS: Final = {"Milliseconds": 1000, "Microseconds": 1, "Nanoseconds": 0.001}
_OPERATORS: Final = {"Eq": "==", "Lt": "<", "LtEq": "<=", "Gt": ">", "GtEq": ">="}
_TURNED: Final = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def scan(source: Readable | Iterable[str | os.PathLike[str]] | Part, **how: Any) -> pl.LazyFrame:
    """Chats as a lazy frame of polars: the table of messages, of which what a query needs is made when it runs.

    Args:
        source: as for `wechatlog.scan`.
        how: the other arguments of `wechatlog.scan`: `tz`, `format`, `encoding`, `errors`, options of the formats, and
            conditions that hold beside those of the query; a `limit` counts before these.

    Raises:
        WechatlogError: as `wechatlog.scan`. What is found wrong when the frame is collected is the text of an error of
            polars.
        TypeError: for an option that does not exist.
        FileNotFoundError: where a path or a glob finds nothing.
    """
    whole = wechatlog.scan(source, **how)  # which reads nothing, but says now what is wrong with the arguments

    @functools.cache
    def schema() -> pl.Schema:
        return _frame(whole.schema.empty_table()).schema

    def read(
        names: list[str] | None, predicate: pl.Expr | None, most: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        asked = {**how, "columns": names, "batch_size": max(1, min(size or _MOST_ROWS, _MOST_ROWS))}
        if predicate is None:
            asked["limit"] = min((limit for limit in (most, how.get("limit")) if limit is not None), default=None)
        elif "limit" not in how:  # which rows those are does not depend on the query
            found = narrow(conditions_of(predicate), aware=getattr(schema()["time"], "time_zone", None) is not None)
            asked = {**found, **asked}
        return _read(wechatlog.scan(source, **asked), predicate, most)

    return register_io_source(read, schema=schema)


def _read(batches: Iterable[Any], predicate: pl.Expr | None, most: int | None) -> Iterator[pl.DataFrame]:
    for batch in batches:
        frame = _frame(batch)
        if predicate is not None:
            frame = frame.filter(predicate)
        yield frame if most is None else frame.head(most)
        if most is not None and (most := most - frame.height) <= 0:
            return


def _frame(batch: Any) -> pl.DataFrame:
    """A frame of Arrow's columns; polars knows IANA names of zones only, so that a fixed offset becomes UTC."""
    zone = getattr(batch.schema.field("time").type, "tz", None) if "time" in batch.schema.names else None
    if zone is not None and zone[:1] in "+-":
        import pyarrow as pa

        place = batch.schema.get_field_index("time")
        times = batch.column(place).cast(pa.timestamp("us", "UTC"))
        batch = batch.set_column(place, "time", times)
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a batch is no array
    return frame


def conditions_of(predicate: pl.Expr) -> list[Condition]:
    """The comparisons that must all hold where a predicate does, as far as they are understood."""
    try:
        tree = json.loads(predicate.meta.serialize(format="json"))
    except Exception:  # noqa: BLE001 - of another version, or of a function of Python
        return []
    return list(_conditions(tree))


def _conditions(tree: Any) -> Iterator[Condition]:
    kind, parts = _open(tree)
    if kind == "BinaryExpr" and parts.get("op") in ("And", "LogicalAnd"):
        yield from _conditions(parts["left"])
        yield from _conditions(parts["right"])
    elif kind == "BinaryExpr" and parts.get("op") in _OPERATORS:
        operator = _OPERATORS[parts["op"]]
        for one, other, shown in (("left", "right", operator), ("right", "left", _TURNED[operator])):
            name, value = _column(parts[one]), _value(parts[other])
            if name is not None and value is not None:
                yield Condition(name, shown, value)
    elif kind == "Function":
        yield from _of_function(parts)


def _of_function(parts: dict[str, Any]) -> Iterator[Condition]:
    inputs = parts.get("input") or [None]
    name, values = _column(inputs[0]), [_value(value) for value in inputs[1:]]
    kind, _ = _open(parts.get("function", {}).get("Boolean"))
    if name is None or not values or None in values:
        return
    if kind == "IsIn" and isinstance(values[0], list):
        yield Condition(name, "in", values[0])
    elif kind == "IsBetween" and len(values) == 2:  # that the ends may be excluded is seen to by the predicate
        yield Condition(name, ">=", values[0])
        yield Condition(name, "<=", values[1])


def _open(tree: Any) -> tuple[str | None, dict[str, Any]]:
    """The kind and the parts of a node."""
    if isinstance(tree, dict) and len(tree) == 1:
        ((kind, parts),) = tree.items()
        return kind, parts if isinstance(parts, dict) else {"": parts}
    return None, {}


def _column(tree: Any) -> str | None:
    kind, parts = _open(tree)
    name = parts.get("") if kind == "Column" else None
    return name if isinstance(name, str) else None


def _value(tree: Any) -> Any:
    """A text, a time or a list of texts; `None` for anything else."""
    kind, parts = _open(tree)
    if kind != "Literal":
        return None
    kind, parts = _open(parts.get("Scalar", parts))
    value = parts.get("")
    if kind == "String":
        return value
    if kind == "Datetime" and isinstance(value, list) and value[1] in _UNITS:
        time = _EPOCH + dt.timedelta(microseconds=value[0] * _UNITS[value[1]])
        return time if value[2] is None else time.replace(tzinfo=dt.UTC)
    if kind == "List" and isinstance(value, list):
        texts = pl.read_ipc_stream(io.BytesIO(bytes(value))).to_series(0).to_list()
        return texts if all(isinstance(text, str) for text in texts) else None
    return None
