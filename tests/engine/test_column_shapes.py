"""What columns without a heading mean, and tables that are no chats."""

from __future__ import annotations

import pytest

from wechatlog.engine.column_shapes import tell_columns

TIMES = [f"2026-05-01 08:00:{second:02}" for second in range(8)]


def rows(*columns: list[str]) -> list[dict[int, str]]:
    """Rows with a time in front."""
    return [dict(enumerate(cells)) for cells in zip(TIMES, *columns, strict=True)]


NAMES = ["李四", "我", "李四", "李四", "我", "我", "李四", "我"]
TEXTS = ["早", "走，好", "好", "几点出发", "八点", "好", "一会儿见", "[图片]"]


def test_times_names_and_texts_are_told_by_what_stands_in_them() -> None:
    assert tell_columns(rows(NAMES, TEXTS), {}) == {"time": 0, "sender": 1, "text": 2}


def test_columns_of_types_directions_and_numbers_are_no_names() -> None:
    kinds = ["text"] * 7 + ["image"]
    sides = ["接收" if name == "李四" else "发送" for name in NAMES]
    numbers = [str(number) for number in range(1, 9)]
    assert tell_columns(rows(numbers, kinds, sides, TEXTS), {}) == {"time": 0, "kind": 2, "own": 3, "text": 4}


def test_what_names_tell_stays_but_for_a_side_that_holds_names() -> None:
    assert tell_columns(rows(NAMES, TEXTS), {"own": 1}) == {"time": 0, "sender": 1, "text": 2}


def test_what_is_called_a_time_and_holds_none_is_no_chat() -> None:
    steps = [{"time": f"step {n}", "role": name, "text": f"早{n}", "chat": "x"} for n, name in enumerate(NAMES)]
    known = {"time": "time", "own": "role", "text": "text", "chat": "chat"}
    assert tell_columns(steps, known, "time role text chat") is None
    timed = [step | {"time": time} for step, time in zip(steps, TIMES, strict=True)]
    assert tell_columns(timed, known, "time role text chat") is not None
    assert tell_columns([step | {"text": ""} for step in timed], known, "time role text chat") is None


def test_one_cell_in_five_may_be_damaged() -> None:
    damaged = rows(NAMES, TEXTS)
    damaged[3][0] = "2026-05-01 0"
    assert tell_columns(damaged, {}) == {"time": 0, "sender": 1, "text": 2}


@pytest.mark.parametrize(
    "columns",
    [
        (["INFO", "WARN"] * 4, [f"started {number}" for number in range(8)]),
        (["kitchen", "bath"] * 4, [f"{number}.25" for number in range(8)]),
        (["alice", "bob"] * 4, [f"fix: thing {number} [WIP]" for number in range(8)]),
        (["转账", "红包"] * 4, ["李四", "王五"] * 4, [f"￥{number}.00" for number in range(8)]),
        (NAMES,),
    ],
)
def test_logs_measurements_and_bills_are_no_chats(columns: tuple[list[str], ...]) -> None:
    assert tell_columns(rows(*columns), {}) is None


def test_of_a_chat_few_rows_show_enough() -> None:
    assert tell_columns(rows(NAMES, TEXTS)[:1], {}, is_chat=True) == {"time": 0, "sender": 1, "text": 2}
