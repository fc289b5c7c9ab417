"""One conversation of several that overlap: pages of an export, copies of it, exports of different days.

A multiset union: a message that one of them holds twice is there twice. The result never holds fewer messages than any
of them; a key of time, sender and text alone would lose real repeats.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wechatlog.model import Conversation, Message

__all__ = ["merge"]


def merge(conversations: Iterable[Conversation]) -> Conversation:
    """Unite conversations of one chat.

    Messages are the same when the server's id is, or, where there is none, when time, sender, kind and text are,
    counted per conversation.

    Args:
        conversations: at least one; what is known of the chat is taken from the first.

    Returns:
        All messages in order of time; in the order of the conversations where times are equal.

    Raises:
        ValueError: for no conversation at all, or for naive and aware times together.
    """
    pages = list(conversations)
    if not pages:
        raise ValueError("merge takes at least one conversation")
    first = pages[0]
    if len(pages) == 1:
        return first
    messages = list(_unite(page.messages for page in pages))
    if len({message.time.tzinfo is None for message in messages if message.time is not None}) > 1:
        raise ValueError("naive and aware times cannot be merged; load all of them with tz=")
    diagnostics = [entry for page in pages for entry in page.diagnostics]
    members = dict.fromkeys(member for page in pages for member in page.members)
    merged = attrs.evolve(first, messages=messages, diagnostics=diagnostics, participants=members, lexicon=None)
    return merged if _in_order(messages) else merged.sorted()


def _identity(message: Message) -> tuple[object, ...]:
    if message.id is not None:
        return (message.id,)
    return (message.time, message.sender, message.sender_id, message.kind, message.text)


def _unite(pages: Iterable[Iterable[Message]]) -> Iterable[Message]:
    kept: Counter[tuple[object, ...]] = Counter()
    for page in pages:
        seen: Counter[tuple[object, ...]] = Counter()
        for message in page:
            key = _identity(message)
            seen[key] += 1
            if seen[key] > kept[key]:
                kept[key] += 1
                yield message


def _in_order(messages: list[Message]) -> bool:
    times = [message.time for message in messages if message.time is not None]
    return all(one <= two for one, two in itertools.pairwise(times))
