"""Sessions: cut at silences, and nothing else happens."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import conversations
from wechatlog import Conversation, Message
from wechatlog.operations import iter_sessions, own_gap, sessions

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


def test_the_gap_of_a_chat_is_between_its_pauses() -> None:
    def paused(short: float, long: float) -> Conversation:
        minutes, messages = 0.0, []
        for number in range(200):
            minutes += long if number % 10 == 9 else short * (1 + number % 3)
            time = dt.datetime(2026, 5, 1) + dt.timedelta(minutes=minutes)
            messages.append(Message(time=time, precision="second", sender="李四", text="早"))
        return Conversation(messages)

    assert dt.timedelta(minutes=6) < own_gap(paused(2, 90)) < dt.timedelta(minutes=90)
    assert dt.timedelta(minutes=60) < own_gap(paused(20, 600)) < dt.timedelta(minutes=600)
    assert len(sessions(paused(20, 600), gap="own")) == 21


def test_a_chat_without_habits_has_an_hour() -> None:
    assert own_gap([]) == dt.timedelta(hours=1)
    every_minute = [
        Message(time=dt.datetime(2026, 5, 1, 9) + dt.timedelta(minutes=n), precision="minute") for n in range(99)
    ]
    assert own_gap(every_minute) == dt.timedelta(hours=1)


@given(conversations())
def test_the_gap_of_any_chat_is_one(conversation: Conversation) -> None:
    assert dt.timedelta(minutes=5) <= own_gap(conversation) <= dt.timedelta(days=1)
    assert [m for part in sessions(conversation, gap="own") for m in part] == list(conversation)
