"""Sessions: cut at silences, and nothing else happens."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import conversations
from wechatlog import Conversation, Message
from wechatlog.operations import iter_sessions, sessions

NINE = dt.datetime(2026, 5, 1, 9)
gaps = st.timedeltas(dt.timedelta(), dt.timedelta(days=30_000))


def at(minute: int | None) -> Message:
    if minute is None:
        return Message(sender="李四", text="没有时间")
    return Message(NINE + dt.timedelta(minutes=minute), "minute", "李四", text=str(minute))


def cut(*minutes: int | None, gap: int = 60) -> list[list[str]]:
    found = sessions(Conversation([at(minute) for minute in minutes]), gap=dt.timedelta(minutes=gap))
    return [[message.text for message in session] for session in found]


@given(conversations(), gaps)
def test_nothing_is_lost(conversation: Conversation, gap: dt.timedelta) -> None:
    found = sessions(conversation, gap=gap)
    assert [message for session in found for message in session] == list(conversation)
    assert all(len(session) for session in found)
    assert [list(session) for session in found] == list(iter_sessions(iter(conversation), gap=gap))
    for session in found:
        assert (session.title, session.members, session.tz) == (
            conversation.title,
            conversation.members,
            conversation.tz,
        )
        times = [message.time for message in session if message.time is not None]
        assert all(abs(two - one) <= gap for one, two in itertools.pairwise(times))


def test_where_it_is_cut() -> None:
    assert cut() == []
    assert cut(0, 60, 121) == [["0", "60"], ["121"]]
    assert cut(0, 60, 121, gap=0) == [["0"], ["60"], ["121"]]
    assert cut(0, 0, gap=0) == [["0", "0"]]
    assert cut(None, 0, None, 61, None) == [["没有时间", "0", "没有时间"], ["61", "没有时间"]]
    assert cut(100, 90, 0) == [["100", "90"], ["0"]]


def test_mentions_keep_to_the_names_of_the_whole() -> None:
    chat = Conversation([at(0), Message(NINE + dt.timedelta(hours=5), "minute", "Mia Lin", text="@Mia Lin 早")])
    assert sessions(chat)[1][0].mentions[0].name == "Mia Lin"


def test_a_gap_is_no_less_than_zero() -> None:
    with pytest.raises(ValueError, match="a gap is no less than zero, not -1 day"):
        sessions(Conversation([at(0)]), gap=dt.timedelta(days=-1))
