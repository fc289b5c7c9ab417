"""Conversations as polars frames, and frames as columns.

Takes a conversation and gives a `DataFrame` made column by column; takes a frame, filtered, sorted or edited as may be,
and gives columns of plain values for `frames.rows`. Needs polars 1.10 or later, and no pyarrow. A polars frame has no
place for what belongs to the whole conversation.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from wechatlog.errors import needs_extra
from wechatlog.frames.bodies import Bodies
from wechatlog.frames.columns import ColumnType, CommonZone, Zone, collect_all, columns_of, names_of
from wechatlog.frames.pieces import SEGMENT_FIELDS, rebuild_segments
from wechatlog.frames.rows import READ_COLUMNS
from wechatlog.frames.values import aware_in, held, microseconds
from wechatlog.model import Conversation, paused_collection
from wechatlog.timestamps import resolve_zone

with needs_extra("polars", what="a polars frame"):
    import polars as pl

    from wechatlog.ext.polars_scan import scan


__all__ = ["DTYPES", "read_frame", "scan", "to_frame"]

_INSIDE: Final[Mapping[str, Any]] = {
    "text": pl.String, "flag": pl.Boolean, "integer": pl.Int64, "number": pl.Float64,
}  # fmt: skip
_SEGMENT: Final = {name: _INSIDE[kind] for name, kind in SEGMENT_FIELDS.items()}
DTYPES: Final[Mapping[ColumnType, Any]] = {
    "text": pl.String, "category": pl.Categorical, "flag": pl.Boolean, "integer": pl.Int64, "number": pl.Float64,
    "time": pl.Datetime("us"), "texts": pl.List(pl.String), "segments": pl.List(pl.Struct(_SEGMENT)),
}  # fmt: skip
"""The type of a column by what it holds; a time has its zone, where there is one."""


def to_frame(conversations: Sequence[Conversation], table: str = "messages", *, segments: bool = True) -> pl.DataFrame:
    """One of the tables as a frame; see `Conversation.to_polars`."""
    names = names_of(table, segments=segments)
    kinds = {column.name: column.type for column in columns_of(table)}
    zone = CommonZone.of(conversations)
    with paused_collection():
        messages = list(itertools.chain.from_iterable(conversations))
        made: dict[str, pl.Series] = {}
        if "segments" in names:  # and the columns of lists
            bodies = Bodies.of_messages(messages)
            for name, (lengths, values) in bodies.names().items():
                made[name] = _gathered(_series(name, values, "text", None), lengths)
            lengths, fields = bodies.pieces()
            count = len(fields["raw"])
            columns = (
                _series(name, fields[name], SEGMENT_FIELDS[name], None)
                if name in fields
                else pl.repeat(None, count, dtype=kind, eager=True).alias(name)
                for name, kind in _SEGMENT.items()
            )
            made["segments"] = _gathered(pl.DataFrame(list(columns)).to_struct("segments"), lengths)
        rest = [name for name in names if name not in made]
        for name, values in collect_all(conversations, table, names=rest).items():
            made[name] = _series(name, values, kinds[name], zone)
        return pl.DataFrame([made[name] for name in names])


def _series(name: str, values: list[Any], kind: ColumnType, zone: Zone | None) -> pl.Series:
    def series(values: Sequence[Any]) -> pl.Series:
        if kind == "time":
            return _times(name, values, zone)
        if kind == "texts":
            texts = pl.Series(name, list(itertools.chain.from_iterable(values)), pl.String)
            return _gathered(texts, list(map(len, values)))
        return pl.Series(name, values, DTYPES[kind])

    return held(series, values)


def _times(name: str, values: Sequence[dt.datetime | None], zone: Zone | None) -> pl.Series:
    series = pl.Series(name, microseconds(values), pl.Int64).cast(DTYPES["time"])
    if zone is None:
        return series
    return series.dt.replace_time_zone("UTC").dt.convert_time_zone(_zone_name(zone))


def _zone_name(zone: Zone) -> str:
    """The name of a zone for polars, which knows IANA names only: an offset of whole hours has one (`Etc/GMT-8`)."""
    if not isinstance(zone.tzinfo, dt.timezone):
        return zone.name
    hours = zone.tzinfo.utcoffset(None) / dt.timedelta(hours=1)
    return f"Etc/GMT{-hours:+.0f}" if hours in range(-12, 15) and hours else "UTC"


def _gathered(values: pl.Series, lengths: Sequence[int]) -> pl.Series:
    """Values gathered to lists of these lengths; ten times as fast as a column made of a list of lists."""
    owners = list(itertools.chain.from_iterable(map(itertools.repeat, itertools.count(), lengths)))
    owned = pl.DataFrame([pl.Series("owner", owners, pl.Int64).set_sorted(), values])
    lists = owned.group_by("owner", maintain_order=True).agg(values.name)[values.name]
    places = itertools.count()
    found = lists.gather(pl.Series([next(places) if length else None for length in lengths], dtype=pl.UInt32))
    return found.fill_null(pl.lit(pl.Series(values.name, [[]], pl.List(values.dtype))))


def read_frame(frame: pl.DataFrame) -> dict[str, list[Any]]:
    """The columns of a frame that conversations are made of."""
    return {name: _read_series(name, frame[name]) for name in frame.columns if name in READ_COLUMNS}


def _read_series(name: str, series: pl.Series) -> list[Any]:
    kind = series.dtype
    if isinstance(kind, pl.Categorical | pl.Enum):
        return series.cast(pl.String).to_list()
    if name == "time" and kind == pl.Date:
        return series.cast(pl.Datetime("us")).to_list()
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        clocks = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return aware_in(resolve_zone(kind.time_zone), clocks.to_list())
    if name == "segments" and isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct):
        lengths = series.list.len()
        pieces = series.filter(lengths > 0).explode().struct.unnest()
        fields = {part.name: part.to_list() for part in pieces if part.null_count() < len(part)}
        return list(rebuild_segments(lengths.to_list(), fields))
    return series.to_list()
