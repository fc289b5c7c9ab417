"""Conversations as pandas frames, and frames as columns.

Takes a conversation and gives a `DataFrame` made column by column, of types that know missing values; takes a frame,
filtered, sorted or edited as may be, and gives columns of plain values for `frames.rows`. Needs pandas 2.2 or later,
and no pyarrow.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from wechatlog.errors import needs_extra
from wechatlog.frames.columns import ColumnType, CommonZone, collect_all, columns_of, names_of
from wechatlog.frames.rows import READ_COLUMNS, conversation_header
from wechatlog.frames.values import aware_in, held, microseconds
from wechatlog.model import Conversation, paused_collection

with needs_extra("pandas", what="a pandas frame"):
    import numpy as np
    import pandas as pd


HEADER: Final = "wechatlog"
"""Under this key the `attrs` of a frame say what is known of the conversation: a line of JSON."""

DTYPES: Final[Mapping[ColumnType, str]] = {
    "text": "string", "category": "category", "flag": "boolean", "integer": "Int64", "number": "Float64",
    "time": "datetime64[us]", "texts": "object", "segments": "object",
}  # fmt: skip
"""The type of a column by what it holds; a time has its zone, where there is one."""

_NOT_A_TIME: Final = np.iinfo(np.int64).min
"""How numpy keeps a missing time."""


def to_frame(conversations: Sequence[Conversation], table: str = "messages", *, segments: bool = True) -> pd.DataFrame:
    """One of the tables as a frame; see `Conversation.to_pandas`."""
    names = names_of(table, segments=segments)
    kinds = {column.name: column.type for column in columns_of(table)}
    zone = CommonZone.of(conversations)
    with paused_collection():
        columns = collect_all(conversations, table, names=names)
        arrays = {name: held(functools.partial(_array, kinds[name]), columns.pop(name)) for name in names}
    if zone is not None and "time" in arrays:
        arrays["time"] = arrays["time"].tz_localize("UTC").tz_convert(zone.tzinfo)
    frame = pd.DataFrame(arrays, copy=False)
    if table == "messages" and len(conversations) == 1:
        frame.attrs[HEADER] = conversation_header(conversations[0])
    return frame


def _array(kind: ColumnType, values: Sequence[Any]) -> Any:
    """A column for a frame; times as an index, in UTC or naive."""
    if kind == "category":
        codes: dict[str | None, int] = {None: -1}  # in the order in which they appear
        places = [codes.setdefault(value, len(codes) - 1) for value in values]
        del codes[None]
        return pd.Categorical.from_codes(places, pd.Index(list(codes), dtype="str"))
    if kind == "time":
        units = [_NOT_A_TIME if unit is None else unit for unit in microseconds(values)]
        return pd.DatetimeIndex(np.array(units, dtype=np.int64).view(DTYPES[kind]))
    return pd.Series(values, dtype=DTYPES[kind])


def read_frame(frame: pd.DataFrame) -> tuple[dict[str, list[Any]], str | None]:
    """The columns of a frame that conversations are made of, and the header that it carries."""
    columns: dict[str, list[Any]] = {}
    for name in READ_COLUMNS.intersection(frame.columns):
        if (count := list(frame.columns).count(name)) > 1:
            raise ValueError(f"the column {name} is there {count} times")
        series = frame[name]
        columns[name] = _read_times(series) if name == "time" else _read_values(series)
    header = frame.attrs.get(HEADER)
    return columns, header if isinstance(header, str) else None


def _read_times(series: pd.Series[Any]) -> list[Any]:
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        zone: dt.tzinfo = series.dt.tz
        return aware_in(zone, _read_clocks(series.dt.tz_convert("UTC").dt.tz_localize(None)))
    if pd.api.types.is_datetime64_dtype(series.dtype):
        return _read_clocks(series)
    return [
        value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value for value in _read_values(series)
    ]


def _read_clocks(series: pd.Series[Any]) -> list[Any]:
    found: list[Any] = series.to_numpy(dtype="datetime64[us]").astype(object).tolist()
    return found


def _read_values(series: pd.Series[Any]) -> list[Any]:
    values, missing = series.to_numpy(dtype=object).tolist(), series.isna().to_numpy().tolist()
    return [
        None if gone else value.item() if isinstance(value, np.generic) else value
        for value, gone in zip(values, missing, strict=True)
    ]
