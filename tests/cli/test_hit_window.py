"""Which messages `search` shows around a hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.cli.hit_window import Window
from wechatlog.operations.search import Place


def shown(hits: str, before: int, after: int) -> str:
    """What a window shows of messages that are hits (`x`) or not (`.`): `x`, `-` around it, `|` for a gap."""
    window = Window(before, after)
    found = ""
    numbers = []
    for place in hits:
        places = (Place(place, (0, 1)),) if place == "x" else None
        for line in window.feed(wechatlog.Message(text=place), places):
            found += ("|" if line.gap else "") + ("-" if line.places is None else "x")
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
