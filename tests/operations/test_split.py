"""Cutting a conversation: nothing is lost, and everything is where the calendar says."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.strategies import conversations
from wechatlog.operations import merge, split
from wechatlog.operations.split import UNITS, iter_runs, label_parts


def message(text: str, *time: int) -> wechatlog.Message:
    return wechatlog.Message(text=text, time=dt.datetime(*time) if time else None)


def texts(conversation: wechatlog.Conversation) -> str:
    return "".join(message.text for message in conversation)


CHAT = wechatlog.Conversation(
    [
        message("a"),
        message("b", 2026, 4, 30, 23, 59),
        message("c"),
        message("d", 2026, 5, 1),
        message("e", 2025, 5, 1),
        message("f", 2026, 4, 30),
    ],
    title="读书会",
    participants=[wechatlog.Participant("李四")],
    diagnostics=[wechatlog.Diagnostic("cut-message", "damaged")],
)


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        ("day", [("2025-05-01", "e"), ("2026-04-30", "abcf"), ("2026-05-01", "d")]),
        ("month", [("2025-05", "e"), ("2026-04", "abcf"), ("2026-05", "d")]),
        ("year", [("2025", "e"), ("2026", "abcdf")]),
        (4, [("part-001", "abcd"), ("part-002", "ef")]),
        (6, [("part-001", "abcdef")]),
        (1, [(f"part-00{number}", text) for number, text in enumerate("abcdef", 1)]),
    ],
)
def test_parts(by: str | int, parts: list[tuple[str, str]]) -> None:
    found = list(label_parts(CHAT, by))
    assert [(label, texts(part)) for label, part in found] == parts
    assert split(CHAT, by) == tuple(part for _, part in found)
    for _, part in found:
        assert (part.title, part.members) == (CHAT.title, CHAT.members)
    assert [len(part.diagnostics) for _, part in found] == [1] + [0] * (len(found) - 1)


def test_a_stream_is_cut_where_the_calendar_changes() -> None:
    runs = list(iter_runs(iter(CHAT.messages), "month"))
    shown = [(label, "".join(message.text for message in run)) for label, run in runs]
    assert shown == [("2026-04", "abc"), ("2026-05", "d"), ("2025-05", "e"), ("2026-04", "f")]
    endless = iter_runs((message("x", year, 1, 1) for year in range(1, 9999)), "year")
    assert [next(endless)[0] for _ in range(2)] == ["0001", "0002"]


def test_the_clock_of_the_messages_decides() -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    chat = wechatlog.Conversation([wechatlog.Message(time=dt.datetime(2026, 5, 1, 0, 30, tzinfo=zone))])
    assert [label for label, _ in label_parts(chat, "day")] == ["2026-05-01"]


def test_without_messages_or_times() -> None:
    empty = wechatlog.Conversation(title="空")
    timeless = wechatlog.Conversation([message("a"), message("b")])
    for by in (*UNITS, 10):
        assert split(empty, by) == (empty,)
        assert split(timeless, by) == (timeless,)
    assert [label for label, _ in label_parts(timeless, "day")] == [""]


@pytest.mark.parametrize("by", ["week", "", "5MB", 0, -1, True, 1.5, None])
def test_other_ways(by: object) -> None:
    with pytest.raises(ValueError, match="split by day, month, year or a number of messages, not by"):
        split(CHAT, by)  # type: ignore[arg-type]


@given(conversations(), st.sampled_from(["day", "month", "year", 1, 2, 3]))
def test_no_message_is_lost_and_none_is_twice(chat: wechatlog.Conversation, by: str | int) -> None:
    parts = split(chat, by)
    assert sorted(id(m) for part in parts for m in part) == sorted(id(m) for m in chat)
    assert all(len(part) for part in parts) or not len(chat)
    if by in UNITS:
        for part in parts:
            spans = {m.time.isoformat()[: UNITS[str(by)]] for m in part if m.time is not None}
            assert len(spans) <= 1
    else:
        assert tuple(m for part in parts for m in part) == chat.messages


def test_merge_puts_the_parts_together() -> None:
    ordered = wechatlog.Conversation([message(str(day), 2026, 1 + day // 28, 1 + day % 28) for day in range(60)])
    for by in (*UNITS, 7):
        assert merge(split(ordered, by)) == ordered
