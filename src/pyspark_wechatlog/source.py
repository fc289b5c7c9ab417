"""The data source: what Spark, or Sail, asks for, answered by `wechatlog.split` and `wechatlog.scan`.

The driver makes parts of the paths; each part is a partition, which a worker scans. Everything that goes from one to
the other pickles. What a worker cannot see, or has not installed, is an error that says so; a file that is broken is
left out under the policy `collect`, told in the log of the worker, and stands in the table of diagnostics.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import os
import platform
import sys
from typing import TYPE_CHECKING, Any, Final

from pyspark.sql.datasource import (
    DataSource,
    DataSourceReader,
    DataSourceStreamReader,
    EqualNullSafe,
    EqualTo,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    InputPartition,
    LessThan,
    LessThanOrEqual,
)

import wechatlog
from pyspark_wechatlog.tables import DIAGNOSTICS, arrow_schema, diagnostics_batch, fit, has_zone, said
from wechatlog import Diagnostic, OptionError, Severity, WechatlogError
from wechatlog.ext.conditions import Condition, narrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyspark.sql.datasource import Filter
    from pyspark.sql.types import StructType

    from wechatlog import Part

__all__ = ["DefaultSource", "WechatlogPartition", "WechatlogReader", "WechatlogSource", "WechatlogStreamReader"]

_LOG: Final = logging.getLogger("pyspark_wechatlog")
_OURS: Final = ("path", "paths", "part_size", "partitions", "diagnostics")
"""Options that are no arguments of `wechatlog.scan`."""
_MOST_ON_SAIL: Final = 16
"""How many partitions there are at most on Sail, which reads all at once, unless another number is asked for."""
_UNREAD: Final = ("skipped-file", "unreadable-file")
"""The codes of files of which no message was read."""


class WechatlogSource(DataSource):
    """Chats of any format as a table of Spark."""

    @classmethod
    def name(cls) -> str:
        """The name for `spark.read.format`."""
        return "wechatlog"

    def schema(self) -> Any:
        """The schema of the messages, as `wechatlog.scan` has it, or that of the diagnostics.

        Whether times have a zone is seen in the beginning of the first file, unless the option `tz` names one.
        """
        asked = _Asked(self.options)
        if asked.diagnostics:
            return DIAGNOSTICS
        return said(wechatlog.scan(asked.paths, **asked.how).schema)

    def reader(self, schema: StructType) -> WechatlogReader:
        """A reader of the columns of a schema, which may be some of those of the table."""
        return WechatlogReader(_Asked(self.options), arrow_schema(schema))

    def streamReader(self, schema: StructType) -> WechatlogStreamReader:  # noqa: N802 - Spark's name
        """A reader of a folder to which files are added."""
        return WechatlogStreamReader(_Asked(self.options), arrow_schema(schema))


DefaultSource = WechatlogSource
"""The name under which Spark looks for the source of a package `pyspark_…`."""


class _Asked:
    """What the options ask for.

    Attributes:
        paths: what to read.
        how: arguments of `wechatlog.scan`.
        diagnostics: whether the table of diagnostics is asked for.
        part_size: bytes from which on a file is cut; `None` for what is usual.
        most: how many partitions there are at most; `None` for one for each part.

    Raises:
        OptionError: without a path, and for a value that means nothing.
    """

    def __init__(self, options: Mapping[str, str]) -> None:
        given = {name.lower(): value for name, value in options.items()}
        self.how: dict[str, Any] = {name: value for name, value in given.items() if name not in _OURS}
        self.paths: list[str] | str = json.loads(given["paths"]) if "paths" in given else given.get("path", "")
        if not self.paths:
            raise OptionError("path", "there is nothing to read; name a file, a folder or a glob: .load(path)")
        self.diagnostics = given.get("diagnostics", "false").lower() == "true"
        self.part_size = _number(given, "part_size")
        self.most = _number(given, "partitions") or (_MOST_ON_SAIL if "pysail" in sys.modules else None)

    def parts(self) -> list[Part]:
        """The parts of the paths; files are cut for messages alone, since only whole ones tell everything."""
        chosen: dict[str, Any] = {name: self.how[name] for name in ("format", "encoding") if name in self.how}
        if self.diagnostics or self.how.get("errors") == "strict":
            chosen["size"] = sys.maxsize
        elif self.part_size is not None:
            chosen["size"] = self.part_size
        return wechatlog.split(self.paths, **chosen)

    def partitions(self, parts: Sequence[Part]) -> list[InputPartition]:
        """The partitions for some parts."""
        count = len(parts) if self.most is None else min(self.most, len(parts))
        return [WechatlogPartition(parts[number::count], _added_formats()) for number in range(count)]

    def batches(self, partition: InputPartition, schema: Any, arguments: Mapping[str, Any]) -> Iterator[Any]:
        """The record batches of a partition.

        Raises:
            FileNotFoundError: for a file that this worker does not see.
            WechatlogError: for a format that is not installed here, and as `wechatlog.scan`.
        """
        if not isinstance(partition, WechatlogPartition):  # what Spark makes up where there is none
            return
        for part in partition.parts:
            _see(part)
            try:
                if self.diagnostics:
                    found = self._look(part)
                    yield diagnostics_batch(str(part), found, schema)
                else:
                    scan = wechatlog.scan(part, **self.how, columns=schema.names, **arguments)
                    for batch in scan:
                        yield fit(batch, schema, str(part))
                    found = scan.diagnostics
            except WechatlogError as error:
                partition.blame(error)
                raise
            for entry in found:
                if entry.code in _UNREAD:
                    partition.blame(entry)
                    _LOG.warning("%s: %s", part, entry)

    def _look(self, part: Part) -> tuple[Diagnostic, ...]:
        """What is noticed of a part when all of it is read."""
        scan = wechatlog.scan(part, **self.how, columns=["kind"])
        try:
            for _ in scan:
                pass
        except (WechatlogError, OSError) as error:
            return (*scan.diagnostics, Diagnostic("unreadable-file", str(error), Severity.ERROR))
        return tuple(scan.diagnostics)


def _added_formats() -> tuple[str, ...]:
    """The formats that packages added to those of wechatlog, in this process."""
    return tuple(sorted(point.name for point in importlib.metadata.entry_points(group="wechatlog.readers")))


def _number(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name)
    if value is not None and not (value.isdecimal() and int(value)):
        raise OptionError(name, f"expected a whole number from 1 on, not {value!r}")
    return None if value is None else int(value)


def _see(part: Part) -> None:
    """Raise `FileNotFoundError` for a file that this worker does not see."""
    for path in part.paths:
        if not os.path.exists(path):  # noqa: PTH110 - one look, of many files
            what = f"the worker on {platform.node()} cannot see this file; it must have this path on all workers"
            raise FileNotFoundError(2, what, path)


class WechatlogPartition(InputPartition):
    """What one task reads.

    Attributes:
        parts: of the messages; read one after the other.
        added: the formats that packages added to those of wechatlog where the parts were made.
    """

    def __init__(self, parts: Sequence[Part], added: tuple[str, ...]) -> None:
        super().__init__(", ".join(map(str, parts)))
        self.parts, self.added = tuple(parts), added

    def blame(self, problem: object) -> None:
        """Raise for a file that was not read because this worker has fewer formats than the driver."""
        here = _added_formats()
        if missing := [name for name in self.added if name not in here]:
            raise WechatlogError(
                f"{problem}; the worker on {platform.node()} has no format {', '.join(missing)}, which the driver has: "
                "install the package that brings it on all workers"
            )


class WechatlogReader(DataSourceReader):
    """Reads the parts of the paths."""

    def __init__(self, asked: _Asked, schema: Any) -> None:
        self.asked, self.schema = asked, schema
        self.arguments: dict[str, Any] = {}
        self.pushFilters = _Push(self)

    def narrow(self, filters: list[Filter]) -> None:
        """Take over what `wechatlog.scan` can do of some filters."""
        conditions = [found for each in filters if (found := _condition(each)) is not None]
        if not self.asked.diagnostics:
            self.arguments = narrow(conditions, aware=has_zone(self.schema))

    def partitions(self) -> list[InputPartition]:
        """One for each file, and several for a large one that can be cut."""
        return self.asked.partitions(self.asked.parts())

    def read(self, partition: InputPartition) -> Iterator[Any]:
        """The record batches of a partition."""
        return self.asked.batches(partition, self.schema, self.arguments)


class _Push:
    """`pushFilters` of a reader.

    Spark refuses a reader with such a method unless `spark.sql.python.filterPushdown.enabled` is true, lest the filters
    be ignored. Here nothing depends on them: all are given back, and Spark filters again. So the reader does not count
    as one that must have them, which Spark sees from the function below the method.
    """

    __func__ = staticmethod(DataSourceReader.pushFilters)

    def __init__(self, reader: WechatlogReader) -> None:
        self._reader = reader

    def __call__(self, filters: list[Filter]) -> Iterable[Filter]:
        self._reader.narrow(filters)
        return filters


_OPERATORS: Final[Mapping[type, str]] = {
    EqualTo: "==",
    EqualNullSafe: "==",
    GreaterThan: ">",
    GreaterThanOrEqual: ">=",
    In: "in",
    LessThan: "<",
    LessThanOrEqual: "<=",
}


def _condition(each: Any) -> Condition | None:
    operator = _OPERATORS.get(type(each))
    if operator is None or len(each.attribute) != 1:
        return None
    return Condition(each.attribute[0], operator, each.value)


class WechatlogStreamReader(DataSourceStreamReader):
    """Reads a folder to which files are added; an offset is the files seen, with their sizes.

    Each file is read once, when it is first seen; so it has to be put in place whole, by renaming it.
    """

    def __init__(self, asked: _Asked, schema: Any) -> None:
        self.asked, self.schema = asked, schema

    def initialOffset(self) -> dict[str, int]:  # noqa: N802 - Spark's name
        """No file."""
        return {}

    def latestOffset(self, start: dict[str, int] | None = None, limit: object = None) -> dict[str, int]:  # noqa: ARG002, N802
        """Every file that was seen, or is there now."""
        seen = dict(start or {})
        try:
            parts = wechatlog.split(self.asked.paths, size=sys.maxsize)
        except FileNotFoundError:  # a glob that finds nothing yet
            return seen
        new = [path for part in parts for path in part.paths if path not in seen]
        return seen | {path: os.path.getsize(path) for path in new}  # noqa: PTH202 - one look, of many files

    def partitions(self, start: dict[str, int], end: dict[str, int]) -> list[InputPartition]:
        """Those of the files that are new.

        Raises:
            FileNotFoundError: for a file that is gone before it was read.
        """
        new = end.keys() - start.keys()
        parts = [part.of(new) for part in self.asked.parts()] if new else []
        for path in sorted(new.difference(*(part.paths for part in parts))):
            raise FileNotFoundError(2, "the file was seen, and is gone before it was read", path)
        return self.asked.partitions([part for part in parts if part.paths])

    def read(self, partition: InputPartition) -> Iterator[Any]:
        """The record batches of a partition."""
        return self.asked.batches(partition, self.schema, {})
