"""What `search` finds in a text: words as they stand there, expressions, and how long one may take."""

from __future__ import annotations

import re
import time

import click
import pytest

from wechatlog.cli.search import _matcher
from wechatlog.content import patterns
from wechatlog.content.patterns import Matcher
from wechatlog.errors import SlowPatternError


def find(pattern: str, *, is_regex: bool = False, ignore_case: bool | None = None, timeout: float = 5) -> Matcher:
    return _matcher(pattern, {"regex": is_regex, "ignore_case": ignore_case, "timeout": timeout, "exact": True})


def as_list(spans: tuple[tuple[int, int], ...] | None) -> list[tuple[int, int]] | None:
    return None if spans is None else list(spans)


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        ("扳手", "扳手和扳手", [(0, 2), (3, 5)]),
        ("扳手", "手", None),
        ("mia", "Mia MIA mia", [(0, 3), (4, 7), (8, 11)]),
        ("Mia", "Mia MIA mia", [(0, 3)]),
        ("a.b", "axb a.b", [(4, 7)]),
        ("[强]", "强[强]", [(1, 4)]),
        ("\n", "a\nb", [(1, 2)]),
        ("é", "É", [(0, 1)]),
    ],
)
def test_text(pattern: str, text: str, spans: list[tuple[int, int]] | None) -> None:
    assert as_list(find(pattern)(text)) == spans
    escaped = find(re.escape(pattern), is_regex=True)
    assert as_list(escaped(text)) == spans


@pytest.mark.parametrize(
    ("pattern", "text", "spans"),
    [
        (r"\d+", "a12b3", [(1, 3), (4, 5)]),
        ("^b$", "a\nb\nc", [(2, 3)]),
        (r"\p{Han}+", "ab扳手c", [(2, 4)]),
        (r"\W", "a b", [(1, 2)]),
        (r"(?<Name>x)", "X", [(0, 1)]),
        (r"\S+B", "aab", None),
        ("a*", "bb", []),
        ("(?i)A", "a", [(0, 1)]),
    ],
)
def test_expressions(pattern: str, text: str, spans: list[tuple[int, int]] | None) -> None:
    assert as_list(find(pattern, is_regex=True)(text)) == spans


def test_case_can_be_chosen() -> None:
    for is_regex in (False, True):
        assert find("MIA", is_regex=is_regex, ignore_case=True)("mia") == ((0, 3),)
        assert find("mia", is_regex=is_regex, ignore_case=False)("Mia") is None


def test_a_bad_expression_says_where() -> None:
    with pytest.raises(click.UsageError) as caught:
        find("早(上", is_regex=True)
    assert caught.value.message == "PATTERN:4: missing )\n    早(上\n    \u3000 \u3000^"


def test_a_thousand_places_are_told() -> None:
    for is_regex in (False, True):
        assert len(find("a", is_regex=is_regex)("a" * 5000) or ()) == 1000


def test_a_slow_expression_is_stopped() -> None:
    slow = find("(x+x+)+y", is_regex=True, timeout=0.1)
    start = time.process_time()
    with pytest.raises(SlowPatternError) as caught:
        slow("x" * 5000)
    assert (caught.value.seconds, caught.value.together) == (0.1, False)
    assert time.process_time() - start < 5


def test_many_slow_texts_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(patterns.time, "perf_counter", lambda: next(clock))
    slow = find("a", is_regex=True, timeout=2)
    for _ in range(60):
        assert slow("a") == ((0, 1),)
    with pytest.raises(SlowPatternError) as caught:
        slow("a")
    assert (caught.value.seconds, caught.value.together) == (60, True)


def test_quick_texts_are_not_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(number / 200 for number in range(100_000))
    monkeypatch.setattr(patterns.time, "perf_counter", lambda: next(clock))
    quick = find("a", is_regex=True, timeout=0.1)
    assert all(quick("a") for _ in range(2000))
