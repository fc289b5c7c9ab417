"""Which cases of the corpus show something: for laws that cost too much to be tried on every one of them.

What a case shows is taken from what is expected of it, so that a new case joins as soon as it shows something new:
the fields, kinds and segments of its messages, the clocks and zones, what is told, how many chats there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.test_corpus import expected_of

__all__ = ["telling"]


def telling(cases: Iterable[Path], among: Callable[[Path], object] = lambda _: None) -> list[Path]:
    """The cases that show something which those before them do not.

    Args:
        cases: of the corpus, readable ones.
        among: what is shown counts once for each value of this, such as the format.
    """
    seen: set[tuple[object, object]] = set()
    found = []
    for case in cases:
        shown = {(among(case), shape) for shape in _shapes(case)}
        if not shown <= seen:
            found.append(case)
            seen |= shown
    return found


def _shapes(case: Path) -> Iterator[object]:
    expected = expected_of(case)
    chats = expected.get("conversations", [expected])
    yield "suffix", case.suffix
    yield "chats", len(chats) > 1, len({chat["conversation"].get("title") for chat in chats}) == len(chats)
    for name in expected.get("options", ()):
        yield "option", name
    for chat in chats:
        facts = chat["conversation"]
        yield "facts", frozenset(facts)
        yield "group", facts.get("is_group")
        yield "empty", not chat["messages"]
        for code, _ in chat["diagnostics"]:
            yield "told", code
        for message in chat["messages"]:
            yield from _shapes_of_message(message)


def _shapes_of_message(message: dict[str, Any]) -> Iterator[object]:
    time = message.get("time")
    yield "clock", message.get("precision"), time is None, time is not None and len(time) > len("2026-05-01T09:00:00")
    yield "kind", message.get("kind")
    for name in message:
        yield "field", name
    yield "sender", "sender" in message, "sender_id" in message, message.get("is_self")
    for segment in message.get("segments") or ():
        yield "segment", segment["type"], frozenset(segment)
