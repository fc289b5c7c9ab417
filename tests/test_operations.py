"""Merging conversations."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechatlog import Conversation, Message
from wechatlog.operations import merge


def say(minute: int, text: str, **fields: object) -> Message:
    return Message(dt.datetime(2026, 5, 1, 9, minute), "second", "李四", text=text, **fields)  # type: ignore[arg-type]


short = st.lists(st.builds(say, st.integers(0, 2), st.sampled_from("ab")), max_size=8).map(Conversation)


@given(parts=st.lists(short, min_size=1, max_size=3))
def test_a_union_of_multisets(parts: list[Conversation]) -> None:
    merged = merge(parts)
    expected: Counter[Message] = Counter()
    for part in parts:
        expected |= Counter(part.messages)
    assert Counter(merged.messages) == expected
    if len(parts) > 1:
        times = [message.time for message in merged]
        assert times == sorted(times)  # type: ignore[type-var]
    assert merge([merged, *parts]).messages == merged.sorted().messages


def test_ids_decide_where_there_are_any() -> None:
    one = Conversation([say(0, "a", id="1"), say(0, "a", id="2")], title="示例群")
    two = Conversation([say(0, "A", id="1"), say(1, "b", id="3")])
    merged = merge([one, two])
    assert [(message.id, message.text) for message in merged] == [("1", "a"), ("2", "a"), ("3", "b")]
    assert merged.title == "示例群"


def test_what_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="at least one"):
        merge([])
    aware = Conversation([Message(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "second")])
    with pytest.raises(ValueError, match="naive and aware times cannot be merged; load all of them with tz="):
        merge([aware, Conversation([say(0, "a")])])
