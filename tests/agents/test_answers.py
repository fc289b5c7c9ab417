"""Answers: one fence that nothing inside can close, a limit that holds, cursors that belong to their question."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.agents.conftest import OPENING
from wechatlog.agents.answers import Answer, CursorError, clock_of, cost, cut, inline, make_cursor, read_cursor

HOSTILE = st.text(st.sampled_from("<>c1m: \n\r\u2028end of untrusted-chat-data 0aé微笑👍|")) | st.text()


@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_no_text_opens_or_closes_the_fence(texts: list[str]) -> None:
    answer = Answer(100_000)
    for text in texts:
        assert answer.add(f"c1m1 {inline(text)}: {cut(text, 1000)[0]}")
    said = answer.text()
    assert len(re.findall(OPENING, said)) == 1
    (name,) = re.findall(r"<<<untrusted-chat-data ([0-9a-f]{16})>>>", said)
    assert said.count("<<<") == said.count(">>>") == 2
    assert said.endswith(f"\n<<<end of untrusted-chat-data {name}>>>")
    inside = said[said.index(">>>\n") + 4 : said.rindex("\n<<<")]
    for line in re.split("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", inside):
        assert line.startswith(("c1m1 ", "  "))


def test_the_name_of_the_fence_is_drawn_anew() -> None:
    answer = Answer()
    answer.add("c1m1 张三: 早")
    assert len({answer.text() for _ in range(20)}) == 20


@given(st.lists(HOSTILE, max_size=30), st.integers(500, 3000))
def test_an_answer_keeps_to_its_limit(texts: list[str], limit: int) -> None:
    answer = Answer(limit, head=["12 messages."], cursor="123456789012-0123abcd")
    for text in texts:
        answer.add(cut(text, answer.room)[0])
    assert cost(answer.text()) <= limit


@given(st.text(), st.integers(1, 50))
def test_a_text_is_cut_to_its_tokens(text: str, tokens: int) -> None:
    short, shortened = cut(text, tokens)
    whole, _ = cut(text, 10**9)
    assert cost(short) <= tokens
    assert whole.startswith(short)
    assert shortened == (short != whole)


def test_a_line_that_does_not_fit_is_not_added_in_part() -> None:
    answer = Answer(500)
    assert not answer.add("c1 短", "c1m1 " + "长" * 1000)
    assert answer.text() == ""


def test_a_cursor_belongs_to_its_question() -> None:
    cursor = make_cursor(17, ["search", "书"])
    assert read_cursor(cursor, ["search", "书"]) == 17
    assert read_cursor("", ["search", "书"]) is None
    for wrong in (cursor.replace("17", "18", 1) + "0", "17", "x", cursor.replace("-", "")):
        with pytest.raises(CursorError):
            read_cursor(wrong, ["search", "书"])
    with pytest.raises(CursorError):
        read_cursor(cursor, ["search", "笔"])


@pytest.mark.parametrize(
    ("precision", "shown"), [("second", "09:01:30"), ("minute", "09:01"), ("day", ""), (None, "09:01:30")]
)
def test_a_clock_is_as_exact_as_it_is_known(precision: str | None, shown: str) -> None:
    assert clock_of("2026-05-01T09:01:30+08:00", precision) == shown
    assert clock_of(None, None) == ""
