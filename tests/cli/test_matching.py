"""What `search` finds in a text, and which messages it shows around a hit."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.cli import matching
from wechatlog.cli.matching import Matcher, SlowPatternError, Window, make_matcher


def find(pattern: str, *, is_regex: bool = False, ignore_case: bool | None = None, timeout: float = 5) -> Matcher:
    return make_matcher(pattern, is_regex=is_regex, ignore_case=ignore_case, timeout=timeout)


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
    assert find(pattern)(text) == spans
    escaped = find(re.escape(pattern), is_regex=True)
    assert escaped(text) == spans


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
    assert find(pattern, is_regex=True)(text) == spans


def test_case_can_be_chosen() -> None:
    for is_regex in (False, True):
        assert find("MIA", is_regex=is_regex, ignore_case=True)("mia") == [(0, 3)]
        assert find("mia", is_regex=is_regex, ignore_case=False)("Mia") is None


def test_a_bad_expression_says_where() -> None:
    with pytest.raises(wechatlog.FormatError) as caught:
        find("早(上", is_regex=True)
    assert str(caught.value) == "PATTERN:4: missing )\n    早(上\n    \u3000 \u3000^"


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
    monkeypatch.setattr(matching.time, "perf_counter", lambda: next(clock))
    slow = find("a", is_regex=True, timeout=2)
    for _ in range(60):
        assert slow("a") == [(0, 1)]
    with pytest.raises(SlowPatternError) as caught:
        slow("a")
    assert (caught.value.seconds, caught.value.together) == (60, True)


def test_quick_texts_are_not_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(number / 200 for number in range(100_000))
    monkeypatch.setattr(matching.time, "perf_counter", lambda: next(clock))
    quick = find("a", is_regex=True, timeout=0.1)
    assert all(quick("a") for _ in range(2000))


def shown(hits: str, before: int, after: int) -> str:
    """What a window shows of messages that are hits (`x`) or not (`.`): `x`, `-` around it, `|` for a gap."""
    window = Window(before, after)
    found = ""
    numbers = []
    for place in hits:
        spans = [(0, 1)] if place == "x" else None
        for line in window.feed(wechatlog.Message(text=place), spans):
            found += ("|" if line.gap else "") + ("-" if line.spans is None else "x")
            numbers.append(line.number)
    assert numbers == sorted(set(numbers))
    return found


@pytest.mark.parametrize(
    ("hits", "before", "after", "lines"),
    [
        (".x..x", 0, 0, "xx"),
        ("..x....x..", 1, 1, "-x-|-x-"),
        ("..x..x..", 1, 1, "-x--x-"),
        ("..x.x..", 1, 1, "-x-x-"),
        ("xx..", 2, 1, "xx-"),
        ("x......x", 2, 0, "x|--x"),
        ("x......x", 0, 2, "x--|x"),
        ("", 3, 3, ""),
    ],
)
def test_around_hits(hits: str, before: int, after: int, lines: str) -> None:
    assert shown(hits, before, after) == lines


@given(st.text("x.", max_size=40), st.integers(0, 4), st.integers(0, 4))
def test_what_is_shown_is_what_is_near_a_hit(hits: str, before: int, after: int) -> None:
    near = [place for number, place in enumerate(hits) if "x" in hits[max(0, number - after) : number + before + 1]]
    assert shown(hits, before, after).replace("|", "") == "".join(near).replace(".", "-")
