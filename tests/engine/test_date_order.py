"""Dates whose year stands last: the dates of a file say whether the day comes first, or it is told that none does."""

from __future__ import annotations

import pytest

import wechatlog
from wechatlog.engine.date_order import find_date_order

AMBIGUOUS = ["ambiguous-date"]
FOUND = ["locale-date"]


def read(*times: str, **options: str) -> tuple[list[str], list[str]]:
    text = "time\tsender\ttext\n" + "".join(f"{time}\t李四\t看 1/13/2026 的\n" for time in times)
    chat = wechatlog.loads(text, format="tsv", **options)
    return [str(message.time)[:16] for message in chat], [entry.code for entry in chat.diagnostics]


@pytest.mark.parametrize(
    ("times", "expected", "told"),
    [
        (["5/1/2026 08:00"], ["2026-05-01 08:00"], AMBIGUOUS),
        (["5-1-2026 08:00", "5-1-2026 09:00"], ["2026-05-01 08:00", "2026-05-01 09:00"], AMBIGUOUS * 2),
        (["5/1/2026"], ["2026-05-01 00:00"], AMBIGUOUS),
        (["5/1/26 8:00 下午"], ["2026-05-01 20:00"], AMBIGUOUS),
        (["5/1/2026, 8:00:00 PM"], ["2026-05-01 20:00"], AMBIGUOUS),
        (["5/1/2026 08:00", "13/1/2026 08:00"], ["2026-01-05 08:00", "2026-01-13 08:00"], FOUND),
        (["1/5/2026 08:00", "1/13/2026 08:00"], ["2026-01-05 08:00", "2026-01-13 08:00"], FOUND),
        (
            ["30/4/2026 08:00", "1/5/2026 08:00", "2/5/2026 08:00"],
            ["2026-04-30 08:00", "2026-05-01 08:00", "2026-05-02 08:00"],
            FOUND,
        ),
        (
            ["1/5/2026 8:00", "2/5/2026 8:00", "1/6/2026 8:00"],
            ["2026-05-01 08:00", "2026-05-02 08:00", "2026-06-01 08:00"],
            FOUND,
        ),
        (["5/5/2026 08:00"], ["2026-05-05 08:00"], []),
        (["5.1.2026 08:00"], ["2026-01-05 08:00"], []),
        (["2026/5/1 08:00"], ["2026-05-01 08:00"], []),
        (["13/13/2026 08:00"], ["None"], ["bad-time"]),
    ],
)
def test_the_order_of_day_and_month(times: list[str], expected: list[str], told: list[str]) -> None:
    assert read(*times) == (expected, told)


def test_a_busy_day_hides_no_date_that_decides() -> None:
    assert find_date_order([("1", "5", "2026")] * 30_000 + [("30", "5", "2026")]) == "dmy"


@pytest.mark.parametrize(("order", "expected"), [("dmy", "2026-01-05 08:00"), ("mdy", "2026-05-01 08:00")])
def test_what_the_user_says_counts(order: str, expected: str) -> None:
    assert read("5/1/2026 08:00", date_order=order) == ([expected], [])


def test_a_format_without_the_option_tells_too() -> None:
    text = "时间,发送者,类型,内容\n5/1/2026 08:00:00,李四,文本,早\n"
    chat = wechatlog.loads(text, format="wechat-export-macos-csv")
    assert [entry.code for entry in chat.diagnostics] == AMBIGUOUS
    assert chat.diagnostics[0].line == 2
