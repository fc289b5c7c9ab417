"""The table of chats on Spark, and on Sail: that of `wechatlog.scan`, whatever is cut, filtered or broken."""

from __future__ import annotations

import datetime as dt
import logging
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

import wechatlog

pytest.importorskip("pyspark", reason="no Spark and no Sail: pip install 'wechatlog[sail]' or 'wechatlog[spark]'")
pa = pytest.importorskip("pyarrow")

from pyspark.sql import datasource as api  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402, N812

from pyspark_wechatlog import DefaultSource  # noqa: E402
from pyspark_wechatlog.source import WechatlogPartition  # noqa: E402

from .conftest import PART_SIZE, ZONE, days  # noqa: E402

SCHEMA = pa.schema([("sender", pa.string()), ("time", pa.timestamp("us", "UTC"))])
MAY_2 = dt.datetime(2026, 5, 1, 16, tzinfo=dt.UTC)


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in rows:
        row["time"] = row["time"] and row["time"].astimezone(dt.UTC)
    return sorted(rows, key=lambda row: (str(row["source"]), row["conversation"], row["number"]))


def scanned(path: Path, **how: Any) -> list[dict[str, Any]]:
    return in_order([row for batch in wechatlog.scan(path, tz=ZONE, **how) for row in batch.to_pylist()])


def collected(table: Any) -> list[dict[str, Any]]:
    return in_order(table.toArrow().to_pylist())


# --- on an engine -----------------------------------------------------------------------------------


def test_the_rows_are_those_of_a_scan(read: Any, chats: Path) -> None:
    parts = wechatlog.split(chats, size=PART_SIZE)
    assert sum(part.stretch is not None for part in parts) > 2
    assert collected(read()) == scanned(chats)


def test_the_schema_is_that_of_a_scan(read: Any, chats: Path) -> None:
    found, schema = read().schema, wechatlog.scan(chats, tz=ZONE).schema
    assert found.names == schema.names
    types = {field.name: field.dataType.simpleString() for field in found}
    assert {name: types[name] for name in ("conversation", "number", "time", "is_self", "mentions", "line")} == {
        "conversation": "string",
        "number": "bigint",
        "time": "timestamp",
        "is_self": "boolean",
        "mentions": "array<string>",
        "line": "bigint",
    }
    assert types["segments"].startswith("array<struct<type:string,raw:string,")


def test_filters_choose_the_same_rows(read: Any, chats: Path) -> None:
    table = read()
    chosen = table.filter(
        (F.col("sender") == "李 四1") & (F.col("time") >= F.lit(MAY_2)) & F.col("kind").isin("text", "image")
    )
    expected = [row for row in scanned(chats) if row["sender"] == "李 四1" and row["time"] and row["time"] >= MAY_2]
    assert collected(chosen) == expected
    assert expected


def test_filters_are_pushed_down_where_that_is_on(spark: Any, read: Any, chats: Path) -> None:
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    try:
        test_filters_choose_the_same_rows(read, chats)
    finally:
        spark.conf.unset("spark.sql.python.filterPushdown.enabled")


def test_some_columns_and_times_without_a_zone(spark: Any, chats: Path) -> None:
    source = spark.read.format("wechatlog").schema("sender string, time timestamp_ntz")
    table = source.load(str(chats / "2026-05-01.markdown"))
    assert table.columns == ["sender", "time"]
    assert table.agg(F.min("time")).collect()[0][0] == dt.datetime(2026, 5, 1)
    assert table.count() == 60


def test_no_file_is_lost_in_silence(read: Any, chats: Path) -> None:
    rows = {Path(row.file).name: row for row in read(diagnostics="true").collect()}
    assert rows["picture.jpg"].code == "skipped-file"
    assert (rows["broken.jsonl"].code, rows["broken.jsonl"].severity, rows["broken.jsonl"].line) == (
        "broken-json",
        "error",
        3,
    )


def test_strict_reading_fails_for_the_file(read: Any) -> None:
    with pytest.raises(Exception, match=r"broken.jsonl:3:9: broken JSON line"):
        read(errors="strict").count()


def test_naive_times_among_aware_ones_are_an_error(spark: Any, chats: Path) -> None:
    table = spark.read.format("wechatlog").schema("time timestamp").load(str(chats / "2026-05-01.markdown"))
    with pytest.raises(
        Exception, match=r"this has naive times and the table aware ones; name the zone with .option\('tz', …\)"
    ):
        table.collect()


def test_what_is_not_there_is_told(read: Any, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"No such file|nothing"):
        read(tmp_path / "nothing").count()
    with pytest.raises(Exception, match="takes an option 'ownr'"):
        read(ownr="李四").count()


def test_a_folder_that_grows(spark: Any, tmp_path: Path) -> None:
    if not hasattr(spark, "sparkContext"):
        pytest.skip("Sail streams no Python data source")
    folder, out = tmp_path / "chats", tmp_path / "out"
    folder.mkdir()
    (folder / "a.markdown").write_text(days(1, 30), encoding="utf-8")

    def run() -> int:
        table = spark.readStream.format("wechatlog").schema("time timestamp_ntz, sender string").load(str(folder))
        stream = table.writeStream.format("parquet").option("checkpointLocation", str(tmp_path / "seen"))
        stream.trigger(availableNow=True).start(str(out)).awaitTermination()
        return spark.read.parquet(str(out)).count()

    assert run() == 30
    (folder / "b.markdown").write_text(days(2, 20), encoding="utf-8")
    assert run() == 50
    assert run() == 50


# --- the classes alone --------------------------------------------------------------------------------


def source(path: Path, **options: str) -> DefaultSource:
    return DefaultSource({"path": str(path), "tz": ZONE, **options})


def reader_of(path: Path, **options: str) -> Any:
    return source(path, **options).reader(SCHEMA)


def test_filters_become_arguments(chats: Path) -> None:
    reader = reader_of(chats)
    filters = [
        api.EqualTo(("sender",), "李四"),
        api.In(("kind",), ("text", "image")),
        api.GreaterThan(("time",), MAY_2),
        api.LessThanOrEqual(("time",), MAY_2 + dt.timedelta(days=1)),
        api.EqualNullSafe(("conversation_id",), "1@chatroom"),
        api.Not(api.EqualTo(("sender",), "王五")),
        api.EqualTo(("segments", "raw"), "李四"),
        api.IsNotNull(("time",)),
        api.StringContains(("text",), "早"),
    ]
    assert list(reader.pushFilters(filters)) == filters, "the engine filters again"
    assert reader.arguments == {
        "sender": ["李四"],
        "kind": ["image", "text"],
        "since": MAY_2,
        "until": MAY_2 + dt.timedelta(days=1, microseconds=1),
        "conversation": ["1@chatroom"],
    }
    assert getattr(reader.pushFilters, "__func__", None) is api.DataSourceReader.pushFilters, "Spark asks for this"
    pickle.loads(pickle.dumps(reader))


def test_filters_make_fewer_rows(chats: Path) -> None:
    reader = reader_of(chats)
    reader.pushFilters([api.EqualTo(("sender",), "李 四1")])
    rows = [row for part in reader.partitions() for batch in reader.read(part) for row in batch.to_pylist()]
    assert rows
    assert {row["sender"] for row in rows} == {"李 四1"}


def test_a_file_that_a_worker_does_not_see(chats: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(chats, copied)
    reader = reader_of(copied)
    partition = reader.partitions()[0]
    shutil.rmtree(copied)
    with pytest.raises(FileNotFoundError, match="cannot see this file; it must have this path on all workers"):
        list(reader.read(partition))


def test_a_format_that_a_worker_has_not_installed(chats: Path) -> None:
    reader = reader_of(chats / "picture.jpg")
    (partition,) = reader.partitions()
    assert isinstance(partition, WechatlogPartition)
    with pytest.raises(wechatlog.UnknownFormatError):
        list(reader.read(partition))
    partition.added = ("qq-text",)
    with pytest.raises(
        wechatlog.WechatlogError,
        match="has no format qq-text, which the driver has: install the package that brings it",
    ):
        list(reader.read(partition))


def test_a_format_that_is_named_and_not_installed(chats: Path) -> None:
    reader = reader_of(chats, format="qq-text")
    (partition, *_) = reader_of(chats).partitions()
    assert isinstance(partition, WechatlogPartition)
    partition.added = ("qq-text",)
    with pytest.raises(wechatlog.WechatlogError, match="has no format qq-text, which the driver has"):
        list(reader.read(partition))


def test_skipped_files_are_told_in_the_log(chats: Path, caplog: pytest.LogCaptureFixture) -> None:
    reader = reader_of(chats)
    with caplog.at_level(logging.WARNING, "pyspark_wechatlog"):
        for partition in reader.partitions():
            list(reader.read(partition))
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == [str(chats / "picture.jpg")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "path: there is nothing to read"),
        ({"path": "x", "part_size": "many"}, "part_size: expected a whole number from 1 on, not 'many'"),
    ],
)
def test_options_that_mean_nothing(options: dict[str, str], message: str) -> None:
    with pytest.raises(wechatlog.OptionError, match=message):
        DefaultSource(options).schema()


def test_files_share_partitions_where_there_are_many(chats: Path) -> None:
    each = reader_of(chats, partitions="1000").partitions()
    assert len(each) == len(wechatlog.split(chats))
    some = reader_of(chats, partitions="3").partitions()
    assert [len(partition.parts) for partition in some] == [3, 2, 2]
    reader = reader_of(chats)
    rows = [row for part in some for batch in reader.read(part) for row in batch.to_pylist()]
    assert len(rows) == 481


def test_several_paths(chats: Path) -> None:
    paths = f'["{chats / "table.csv"}", "{chats / "chatlab.json"}"]'
    reader = DefaultSource({"paths": paths, "tz": ZONE}).reader(SCHEMA)
    assert len(reader.partitions()) == 2


def test_offsets_are_the_files_seen(tmp_path: Path) -> None:
    stream = source(tmp_path).streamReader(SCHEMA)
    assert stream.latestOffset(stream.initialOffset()) == {}
    assert source(tmp_path / "*.md").streamReader(SCHEMA).latestOffset() == {}
    first, second = tmp_path / "a.markdown", tmp_path / "b.markdown"
    first.write_text(days(1, 3), encoding="utf-8")
    seen = stream.latestOffset({})
    assert seen == {str(first): first.stat().st_size}
    second.write_text(days(2, 2), encoding="utf-8")
    first.unlink()
    later = stream.latestOffset(seen)
    assert list(later) == [str(first), str(second)]
    assert stream.partitions(later, later) == []
    (partition,) = stream.partitions(seen, later)
    assert sum(batch.num_rows for batch in stream.read(partition)) == 2
    with pytest.raises(FileNotFoundError, match="the file was seen, and is gone before it was read"):
        stream.partitions({}, later)


def test_a_page_that_comes_later_is_read_alone(tmp_path: Path) -> None:
    stream = source(tmp_path).streamReader(SCHEMA)
    (tmp_path / "a_0_3.markdown").write_text(days(1, 3), encoding="utf-8")
    seen = stream.latestOffset({})
    (tmp_path / "a_3_5.markdown").write_text(days(2, 2), encoding="utf-8")
    (partition,) = stream.partitions(seen, stream.latestOffset(seen))
    assert sum(batch.num_rows for batch in stream.read(partition)) == 2


def test_a_folder_without_files(tmp_path: Path) -> None:
    reader = reader_of(tmp_path)
    assert reader.partitions() == []
    assert list(reader.read(api.InputPartition(None))) == []
