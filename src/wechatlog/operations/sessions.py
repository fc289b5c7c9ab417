"""A conversation in sessions: cut where nobody said anything for a while, or for a while that is long for this chat.

Takes messages in the order of the archive, gives runs of them; nothing is dropped, and nothing is sorted.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import TYPE_CHECKING, Final, Literal

from wechatlog.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wechatlog.model import Conversation, Message

__all__ = ["HOUR", "iter_sessions", "own_gap", "sessions"]

HOUR: Final = dt.timedelta(hours=1)
_SHORTEST: Final = dt.timedelta(minutes=5)
_LONGEST: Final = dt.timedelta(days=1)
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
    """The silence that parts the sessions of this very chat.

    People answer within seconds or minutes, or come back after hours, and where the one ends and the other begins is
    another time in every chat. The pauses are parted so that, in orders of magnitude, those of each side differ least
    among themselves (Otsu's method on their logarithms).

    Args:
        messages: a conversation, or a stream in its order.

    Returns:
        Between five minutes and a day, in whole seconds; an hour where there are fewer than 30 pauses of a second or
        more, or all are alike.
    """
    times = [message.time for message in messages if message.time is not None and message.precision != "day"]
    steps = (abs((two - one).total_seconds()) for one, two in itertools.pairwise(times))
    pauses = sorted(math.log(step) for step in steps if step >= 1)
    if len(pauses) < _FEWEST or pauses[0] == pauses[-1]:
        return HOUR
    sums = list(itertools.accumulate(pauses, initial=0.0))
    low, high = (math.log(span.total_seconds()) for span in (_SHORTEST, _LONGEST))
    best, found = -1.0, HOUR.total_seconds()
    for left in range(1, len(pauses)):
        middle = (pauses[left - 1] + pauses[left]) / 2
        if pauses[left - 1] == pauses[left] or not low <= middle <= high:
            continue
        right = len(pauses) - left
        apart = left * right * (sums[left] / left - (sums[-1] - sums[left]) / right) ** 2
        if apart > best:
            best, found = apart, math.exp(middle)
    return dt.timedelta(seconds=round(found))


def sessions(conversation: Conversation, *, gap: dt.timedelta | Literal["own"] = HOUR) -> tuple[Conversation, ...]:
    """Cut a conversation at its silences.

    Args:
        conversation: any.
        gap: as for `iter_sessions`; `"own"` for the `own_gap` of this very chat.

    Returns:
        Conversations with the messages of one session each, which together are those of the whole.

    Raises:
        ValueError: for a gap below zero.
    """
    longest = own_gap(conversation) if gap == "own" else gap
    return tuple(conversation._with(session) for session in iter_sessions(conversation.messages, gap=longest))
