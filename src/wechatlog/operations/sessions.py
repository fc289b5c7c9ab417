"""A conversation in sessions: cut where nobody said anything for a while.

Takes messages in the order of the archive, gives runs of them; nothing is dropped, and nothing is sorted.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from wechatlog.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wechatlog.model import Conversation, Message

__all__ = ["HOUR", "iter_sessions", "sessions"]

HOUR: Final = dt.timedelta(hours=1)


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


def sessions(conversation: Conversation, *, gap: dt.timedelta = HOUR) -> tuple[Conversation, ...]:
    """Cut a conversation at its silences.

    Args:
        conversation: any.
        gap: as for `iter_sessions`.

    Returns:
        Conversations with the messages of one session each, which together are those of the whole.

    Raises:
        ValueError: for a gap below zero.
    """
    return tuple(conversation._with(session) for session in iter_sessions(conversation.messages, gap=gap))
