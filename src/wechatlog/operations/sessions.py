"""A conversation in sessions: cut where nobody said anything for a while, or for a while that is long for this chat.

Takes messages in the order of the archive, gives runs of them; nothing is dropped, and nothing is sorted.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from wechatlog.model import Conversation, Message
from wechatlog.timestamps import instant

HOUR: Final = dt.timedelta(hours=1)
_SHORTEST: Final = dt.timedelta(minutes=5)
_LONGEST: Final = dt.timedelta(days=1)
_UNUSUAL: Final = 2.5 * 1.4826
_LEAST_SPREAD: Final = 0.5
"""Of the logarithms; for clocks that show minutes, where most pauses are the same."""
_FEWEST: Final = 30
"""Pauses from which on a chat has habits of its own."""


def iter_sessions(messages: Iterable[Message], *, gap: dt.timedelta = HOUR) -> Iterator[list[Message]]:
    """The sessions of a stream, one after the other, in memory for one session.

    Args:
        messages: in the order of the archive.
        gap: the longest silence within a session. A message that is earlier by more than that begins one too; one
            without a time goes with the message before it.

    Raises:
        ValueError: for a gap below zero.

    Example:
        >>> stream = wechatlog.iter_messages("examples/reading-club.jsonl")
        >>> [len(messages) for messages in operations.iter_sessions(stream)][:5]
        [11, 7, 1, 1, 1]
    """
    if gap < dt.timedelta():
        raise ValueError(f"a gap is no less than zero, not {gap}")
    session: list[Message] = []
    last: dt.timedelta | None = None
    for message in messages:
        if message.time is not None:
            if last is not None and abs(instant(message.time) - last) > gap:
                yield session
                session = []
            last = instant(message.time)
        session.append(message)
    if session:
        yield session


def own_gap(messages: Iterable[Message]) -> dt.timedelta:
    """The silence that parts the sessions of this very chat: one that is unusual for it.

    In a busy group a quarter of an hour is long, between two friends who write once a day it is nothing. The pauses are
    compared by orders of magnitude, by the median of their logarithms and the median distance from that: a pause is
    unusual where it is two and a half standard deviations longer than usual (that is 2.5 times 1.4826 such distances).

    Args:
        messages: a conversation, or a stream in its order.

    Returns:
        Between five minutes and a day, in whole seconds; an hour where there are fewer than 30 pauses of a second or
        more, or all are alike.

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> print(operations.own_gap(chat))
        1 day, 0:00:00
    """
    dated = (message for message in messages if message.precision != "day")
    times = [instant(message.time) for message in dated if message.time is not None]
    steps = (abs((two - one).total_seconds()) for one, two in itertools.pairwise(times))
    pauses = [math.log(step) for step in steps if step >= 1]
    if len(pauses) < _FEWEST or len(set(pauses)) == 1:
        return HOUR
    usual = statistics.median(pauses)
    spread = max(_LEAST_SPREAD, statistics.median(abs(pause - usual) for pause in pauses))
    longest = math.exp(min(usual + _UNUSUAL * spread, math.log(_LONGEST.total_seconds())))
    return max(_SHORTEST, min(_LONGEST, dt.timedelta(seconds=round(longest))))


def sessions(conversation: Conversation, *, gap: dt.timedelta | Literal["own"] = HOUR) -> tuple[Conversation, ...]:
    """Cut a conversation at its silences.

    Args:
        conversation: any.
        gap: as for `iter_sessions`; `"own"` for the `own_gap` of this very chat.

    Returns:
        Conversations with the messages of one session each, which together are those of the whole.

    Raises:
        ValueError: for a gap below zero.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> [len(session) for session in operations.sessions(chat)]
        [17, 7, 1]
    """
    longest = own_gap(conversation) if gap == "own" else gap
    return tuple(conversation._with(session) for session in iter_sessions(conversation.messages, gap=longest))
