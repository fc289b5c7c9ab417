"""Clock texts."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechatlog.timestamps import UnixTimes, from_unix, parse_clock, resolve_zone, zone_from_name, zone_name

TODAY = dt.date(2026, 5, 7)  # a Thursday
EAST = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("2026-05-01 09:00:05", (2026, 5, 1, 9, 0, 5), "second"),
        ("2026-05-01T09:00:05", (2026, 5, 1, 9, 0, 5), "second"),
        ("2026/5/1 9:00:05", (2026, 5, 1, 9, 0, 5), "second"),
        ("2026/5/1 9:00", (2026, 5, 1, 9, 0), "minute"),
        ("2026年5月1日 17:33", (2026, 5, 1, 17, 33), "minute"),
        ("2026年05月01日 星期五 17:33", (2026, 5, 1, 17, 33), "minute"),
        ("2026-05-01 上午10:30", (2026, 5, 1, 10, 30), "minute"),
        ("2026/5/1 9:05:00 上午", (2026, 5, 1, 9, 5), "second"),
        ("2026/5/1 9:05 下午", (2026, 5, 1, 21, 5), "minute"),
        ("2026年5月1日 9时05分00秒", (2026, 5, 1, 9, 5), "second"),
        ("2026年5月1日 下午9点05分", (2026, 5, 1, 21, 5), "minute"),
        ("2026-05-01 09：05：07", (2026, 5, 1, 9, 5, 7), "second"),
        ("20260501090507", (2026, 5, 1, 9, 5, 7), "second"),
        ("20260501 0905", (2026, 5, 1, 9, 5), "minute"),
        ("20260501 09:05:07", (2026, 5, 1, 9, 5, 7), "second"),
        ("20260501", (2026, 5, 1), "day"),
        ("2026-05-01 下午 5:08", (2026, 5, 1, 17, 8), "minute"),
        ("2026-04-30 上午 10:01", (2026, 4, 30, 10, 1), "minute"),
        ("2026-05-01 上午12:30", (2026, 5, 1, 0, 30), "minute"),
        ("2026-05-01 下午12:30", (2026, 5, 1, 12, 30), "minute"),
        ("2026-05-01 晚上11:30", (2026, 5, 1, 23, 30), "minute"),
        ("2026-05-01 凌晨1:30", (2026, 5, 1, 1, 30), "minute"),
        ("2026-05-01", (2026, 5, 1), "day"),
        ("5/1/2026 5:08:09 PM", (2026, 5, 1, 17, 8, 9), "second"),
        ("2026-05-01 09:00:05.250", (2026, 5, 1, 9, 0, 5, 250000), "second"),
        ("昨天 21:30", (2026, 5, 6, 21, 30), "minute"),
        ("前天 21:30", (2026, 5, 5, 21, 30), "minute"),
        ("Yesterday 9:30 PM", (2026, 5, 6, 21, 30), "minute"),
        ("21:30", (2026, 5, 7, 21, 30), "minute"),
        ("星期三 21:30", (2026, 5, 6, 21, 30), "minute"),
        ("星期四 21:30", (2026, 4, 30, 21, 30), "minute"),
        ("05-01 09:00:05", (2026, 5, 1, 9, 0, 5), "second"),
    ],
)
def test_naive_forms(text: str, expected: tuple[int, ...], precision: str) -> None:
    assert parse_clock(text, today=TODAY) == (dt.datetime(*expected), precision)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2026-05-01T09:00:05+08:00", "2026-05-01 09:00:05 +0800", "2026-05-01T01:00:05.000Z"])
def test_offsets_are_kept(text: str) -> None:
    found = parse_clock(text)
    assert found is not None
    assert found.time == dt.datetime(2026, 5, 1, 9, 0, 5, tzinfo=EAST)


@pytest.mark.parametrize(
    "text", ["", "x", "12", "May", "昨天 21:30", "21:30", "星期三 21:30", "05-01 09:00", "2026-13-01 00:00:00", "25:00", "2026-05-01 24:00:00",
             "２０２６-05-01 09:00:05", "9" * 400, "10 10 10", "2026年"]
)  # fmt: skip
def test_what_is_no_whole_time(text: str) -> None:
    assert parse_clock(text) is None


@given(text=st.text(alphabet="0123456789-/:年月日 上午下昨天星期三TZ+.apmAPM", max_size=30))
def test_any_text_gives_a_time_or_none(text: str) -> None:
    found = parse_clock(text, today=TODAY)
    assert found is None or isinstance(found.time, dt.datetime)


def test_the_machine_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "2026-05-01 09:00:05",
        "Fri May 1 09:00:05 2026",
        "Fri, 1 May 2026 09:00:05 CST",
        "1 May 2026 09:00:05 EST",
    ]
    results = []
    for zone in ("America/New_York", "Asia/Shanghai"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        parse_clock.__globals__["_parse_odd"].cache_clear()
        results.append([parse_clock(text) for text in texts])
    monkeypatch.undo()
    time.tzset()
    assert results[0] == results[1]
    assert results[0][1] == (dt.datetime(2026, 5, 1, 9, 0, 5), "second")


def test_unix_times() -> None:
    expected = dt.datetime(2026, 5, 1, 9, 0, 5, tzinfo=EAST)
    stamp = expected.timestamp()
    assert from_unix(stamp, EAST) == from_unix(stamp * 1e3, EAST) == from_unix(stamp * 1e6, EAST) == expected
    for bad in (-1, float("nan"), float("inf"), 1e30):
        with pytest.raises(ValueError, match="not a Unix time"):
            from_unix(bad, EAST)


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "+08:00", "-03:30", "UTC+8", "+0800"])
def test_zones_by_name(name: str) -> None:
    assert resolve_zone(name).utcoffset(dt.datetime(2026, 1, 1)) is not None


def test_bad_zones() -> None:
    for bad in ("Nowhere/Town", "+99:00", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="unknown time zone"):
            resolve_zone(bad)
    with pytest.raises(TypeError, match="tz must be a zone name or a tzinfo, not int"):
        resolve_zone(8)  # type: ignore[arg-type]


@given(minutes=st.integers(-1439, 1439))
def test_zone_names_come_back(minutes: int) -> None:
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    assert zone_from_name(str(zone_name(zone))) == zone


def test_unknown_zones_are_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"unknown time zone: 'Asia/Shangai'; did you mean Asia/Shanghai\?"):
        resolve_zone("Asia/Shangai")
    with pytest.raises(ValueError, match=r"'x'; use a name such as Asia/Shanghai or an offset such as \+08:00"):
        resolve_zone("x")


@given(seconds=st.lists(st.integers(1, 10**10), min_size=1))
def test_unix_times_are_a_list_of_times(seconds: list[int]) -> None:
    zone = resolve_zone("America/New_York")  # whose clocks go back
    expected = [from_unix(number, zone) for number in seconds]
    times = UnixTimes(seconds, zone)
    assert list(times) == expected
    assert [time.fold for time in times] == [time.fold for time in expected]
    assert (len(times), times[-1], list(times[1:3])) == (len(expected), expected[-1], expected[1:3])
    assert list(times.extremes) == [from_unix(number, zone) for number in (min(seconds), max(seconds))]
