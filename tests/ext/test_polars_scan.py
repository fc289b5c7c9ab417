"""Chats as a lazy frame of polars: what a query needs is made, and the answer is that of the whole frame."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from wechatlog.ext.conditions import Condition, narrow

pl = pytest.importorskip("polars")
pytest.importorskip("pyarrow")

from wechatlog.ext import polars as ext  # noqa: E402
from wechatlog.ext.polars_scan import conditions_of  # noqa: E402

EXAMPLES = Path(__file__).parents[2] / "examples"
CHINA = zoneinfo.ZoneInfo("Asia/Shanghai")
MAY = dt.datetime(2026, 5, 1, tzinfo=CHINA)
BEFORE_MAY = dt.datetime(2026, 4, 30, 16, tzinfo=dt.UTC)
MOMENT = dt.timedelta(microseconds=1)
time, sender, kind = pl.col("time"), pl.col("sender"), pl.col("kind")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the scans are asked for."""
    found: list[dict[str, Any]] = []
    scan = wechatlog.scan

    def watched(source: Any, **how: Any) -> Any:
        found.append(how)
        return scan(source, **how)

    monkeypatch.setattr(wechatlog, "scan", watched)
    return found


QUERIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "name and time": ((sender == "林晓") & (time >= MAY), {"sender": ["林晓"], "since": BEFORE_MAY}),
    "turned round": (pl.lit(MAY) > time, {"until": BEFORE_MAY}),
    "between": (
        time.is_between(MAY, MAY + dt.timedelta(days=1)),
        {"since": BEFORE_MAY, "until": BEFORE_MAY + dt.timedelta(days=1) + MOMENT},
    ),
    "kinds": (kind.is_in(["image", "link"]), {"kind": ["image", "link"]}),
    "chat": (pl.col("conversation") == "城南读书会", {"conversation": ["城南读书会"]}),
    "either": ((sender == "林晓") | (kind == "image"), {}),
    "function": (sender.cast(pl.String).str.contains("林"), {}),
    "not": (sender != "林晓", {}),
    "half": ((sender == "林晓") & pl.col("text").str.contains("书"), {"sender": ["林晓"]}),
    "missing": (sender.is_null(), {}),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_predicate_is_taken_over(asked: list[dict[str, Any]], name: str) -> None:
    predicate, expected = QUERIES[name]
    lazy, whole = ext.scan(EXAMPLES, tz="Asia/Shanghai"), ext.scan(EXAMPLES, tz="Asia/Shanghai").collect()
    asked.clear()
    found = lazy.filter(predicate).collect()
    assert found.to_dicts() == whole.filter(predicate).to_dicts()
    assert 0 < found.height < whole.height
    assert {
        key: value for key, value in asked[-1].items() if key in ("sender", "kind", "since", "until", "conversation")
    } == expected


def test_a_limit_of_the_scan_counts_before_the_query() -> None:
    lazy = ext.scan(EXAMPLES, tz="Asia/Shanghai", limit=5)
    first = ext.scan(EXAMPLES, tz="Asia/Shanghai").head(5).collect()
    assert lazy.collect().to_dicts() == first.to_dicts()
    assert lazy.head(9).collect().height == 5
    assert lazy.head(2).collect().height == 2
    someone = sender == first["sender"][0]
    assert lazy.filter(someone).collect().to_dicts() == first.filter(someone).to_dicts()


def test_columns_and_rows_are_taken_over(asked: list[dict[str, Any]]) -> None:
    lazy = ext.scan(EXAMPLES, tz="Asia/Shanghai")
    assert lazy.select("text").head(5).collect().shape == (5, 1)
    assert (asked[-1]["columns"], asked[-1]["limit"]) == (["text"], 5)
    assert lazy.filter(kind == "image").head(2).collect().height == 2
    assert lazy.select(pl.len()).collect().item() == lazy.collect().height
    assert len(asked[-1]) < len(wechatlog.frames.columns.TABLES["messages"])


def test_the_frame_is_that_of_the_conversation() -> None:
    path = EXAMPLES / "reading-club.jsonl"
    lazy, whole = ext.scan(path), wechatlog.load(path).to_polars()
    assert lazy.collect_schema() == whole.schema
    assert lazy.collect().to_dicts() == whole.to_dicts()


def test_a_query_runs_twice_and_in_a_stream() -> None:
    counts = ext.scan(EXAMPLES, tz="Asia/Shanghai").group_by("sender").len().sort("len", "sender")
    assert counts.collect().equals(counts.collect(engine="streaming"))


def test_a_fixed_offset_becomes_utc() -> None:
    lazy = ext.scan(EXAMPLES / "reading-club.jsonl", tz="+08:00")
    assert lazy.collect_schema()["time"] == pl.Datetime("us", "UTC")
    assert (
        lazy.select("time").collect().item(0, 0) == wechatlog.load(EXAMPLES / "reading-club.jsonl", tz="+08:00")[0].time
    )


def test_errors_come_when_the_frame_is_collected(tmp_path: Path) -> None:
    with pytest.raises((FileNotFoundError, pl.exceptions.ComputeError), match="nothing"):
        ext.scan(tmp_path / "nothing").collect()


def test_a_predicate_that_cannot_be_read_is_left_to_polars() -> None:
    assert conditions_of(pl.col("sender").map_batches(lambda names: names == "林晓", return_dtype=pl.Boolean)) == []


NAIVE = dt.datetime(2026, 5, 1)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([("sender", "==", "a"), ("sender_id", "in", ["b", "c"])], {"sender": ["a"]}),
        ([("sender", "==", "a  b")], {}),
        ([("sender", "==", None)], {}),
        ([("conversation", "==", "a\ufffd")], {}),
        ([("kind", "in", ["text", "nothing"])], {}),
        ([("kind", "<", "text")], {}),
        ([("text", "==", "a")], {}),
        ([("time", "==", NAIVE)], {"since": NAIVE, "until": NAIVE + MOMENT}),
        ([("time", ">", NAIVE), ("time", ">=", dt.datetime(2026, 5, 2))], {"since": dt.datetime(2026, 5, 2)}),
        ([("time", "<", NAIVE), ("time", "<=", NAIVE)], {"until": NAIVE}),
        ([("time", "<=", dt.datetime(9999, 12, 31, 23, 59, 59, 999_999))], {}),
        ([("time", ">=", MAY)], {}),
        ([("time", ">=", "2026-05-01")], {}),
    ],
)
def test_conditions_narrow_a_scan(conditions: list[Any], expected: dict[str, Any]) -> None:
    assert narrow([Condition(*each) for each in conditions], aware=False) == expected


def test_what_is_wrong_with_the_arguments_is_told_at_once() -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        ext.scan("nothing/")
    with pytest.raises(TypeError, match="no reader takes an option 'colums'"):
        ext.scan("examples/", colums=["time"])
    with pytest.raises(wechatlog.OptionError, match="kind: no kind 'txt'; did you mean text"):
        ext.scan("examples/", kind="txt")
