"""The two tables of the source, messages and diagnostics: their schemas as Spark has them, and batches that fit.

Spark knows no dictionaries, and its times have a zone, which it keeps as UTC, or have none.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from wechatlog import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wechatlog import Diagnostic

__all__ = ["DIAGNOSTICS", "arrow_schema", "diagnostics_batch", "fit", "has_zone", "said"]

DIAGNOSTICS: Final = "file string, line bigint, column bigint, severity string, code string, message string"
"""The table of what was noticed, as a schema of Spark; `file` is the path."""
_NAMES: Final = {"string": "string", "bool": "boolean", "int64": "bigint", "double": "double"}


def said(schema: Any) -> Any:
    """A schema of Arrow as the engine wants to hear it, with texts for dictionaries.

    Spark takes its own words and nothing of Arrow; Sail, in whose own process this runs, takes nothing else for lists.
    """
    if "pysail" not in sys.modules:
        return ", ".join(f"{field.name} {_type(field.type)}" for field in schema)
    import pyarrow as pa

    texts = {field.name: pa.string() for field in schema if pa.types.is_dictionary(field.type)}
    return pa.schema([field.with_type(texts.get(field.name, field.type)) for field in schema])


def _type(kind: Any) -> str:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return "string"
    if pa.types.is_timestamp(kind):
        return "timestamp_ntz" if kind.tz is None else "timestamp"
    if pa.types.is_list(kind):
        return f"array<{_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'`{field.name}`: {_type(field.type)}' for field in kind)}>"
    return _NAMES[str(kind)]


def arrow_schema(schema: Any) -> Any:
    """The `pyarrow.Schema` of a table: Spark says it in its own types, Sail in those of Arrow."""
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    return schema if isinstance(schema, pa.Schema) else to_arrow_schema(schema, timezone="UTC")


def has_zone(schema: Any) -> bool:
    """Whether the times of a table have a zone."""
    return "time" in schema.names and getattr(schema.field("time").type, "tz", None) is not None


def fit(batch: Any, schema: Any, name: str) -> Any:
    """A record batch of a scan as Spark wants it.

    Args:
        batch: has the columns of the schema.
        schema: as `arrow_schema` gives it.
        name: of the file, for the complaint.

    Raises:
        FormatError: for times with a zone where those of the table have none, or the other way round.
    """
    import pyarrow as pa

    times = batch.column("time") if "time" in schema.names else None
    if times is not None and has_zone(batch.schema) is not has_zone(schema) and times.null_count < len(times):
        kind, other = ("naive", "aware") if has_zone(schema) else ("aware", "naive")
        what = f"this has {kind} times and the table {other} ones; name the zone with .option('tz', …)"
        raise FormatError(what, source=name)
    arrays = [_cast(batch.column(field.name), field.type) for field in schema]
    return pa.record_batch(arrays, schema=schema)


def _cast(array: Any, kind: Any) -> Any:
    import pyarrow as pa

    return pa.nulls(len(array), kind) if array.null_count == len(array) else array.cast(kind)


def diagnostics_batch(file: str, found: Iterable[Diagnostic], schema: Any) -> Any:
    """The rows of the table of diagnostics for one file."""
    import pyarrow as pa

    rows = [
        {
            "file": file,
            "line": entry.line,
            "column": entry.column,
            "severity": entry.severity.value,
            "code": entry.code,
            "message": entry.message,
        }
        for entry in found
    ]
    return pa.RecordBatch.from_pylist(rows, schema=schema)
