"""What must hold for any bytes at all.

Takes bytes and the name of a format; gives what is wrong, in a sentence, or nothing.
"""

from __future__ import annotations

import pickle
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import wechatlog
from fuzz.seeds import Seed, read
from wechatlog import Conversation, Message, Severity, WechatlogError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Outcome", "check", "find_fault", "judge"]

_SECONDS = 5.0
"""CPU seconds for one small file: what is linear takes a hundredth of that."""
_BYTES = 100_000


class Outcome(NamedTuple):
    """What became of a damaged file.

    Attributes:
        lost: messages that the whole file had and this one has not.
        told: a warning or an error was given.
        refused: nothing was read, with an error that says why.
    """

    lost: int
    told: bool
    refused: bool


def find_fault(data: bytes, format: str, options: dict[str, object]) -> str | None:  # noqa: A002
    """Read, and say what is wrong with how that went."""
    start = time.process_time()
    try:
        chats = read(data, format, options)
    except WechatlogError as error:
        hidden = str(error) if "cannot be read as" in str(error) else None
        return hidden or _too_slow(start, data)
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return f"a bare {error!r}"
    if slow := _too_slow(start, data):
        return slow
    try:
        return next(filter(None, map(_broken_law, chats)), None)
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return f"what was read cannot be used: {error!r}"


def _too_slow(start: float, data: bytes) -> str | None:
    taken = time.process_time() - start
    allowed = _SECONDS * max(1.0, len(data) / _BYTES)
    return f"takes {taken:.1f} s for {len(data):,} bytes" if taken > allowed else None


def _broken_law(chat: Conversation) -> str | None:
    hash(chat)
    repr(chat)
    if pickle.loads(pickle.dumps(chat)) != chat:  # noqa: S301 - our own bytes
        return "does not pickle"
    zones = {message.time.tzinfo is None for message in chat if message.time is not None}
    if len(zones) > 1:
        return "naive and aware times in one conversation"
    chat.sorted()
    for message in chat:
        str(message)
        if "".join(segment.raw for segment in message.segments) not in ("", message.text):
            return f"the segments of {message!r} do not join to its text"
    if wechatlog.loads(wechatlog.dumps(chat), format="jsonl") != chat:
        return "is not the same after a round trip through jsonl"
    return None


def judge(seed: Seed, data: bytes) -> Outcome:
    """How many messages of a seed are gone from a damaged copy, and whether that was told."""
    try:
        chats = read(data, seed.format, seed.options)
    except WechatlogError:
        return Outcome(len(seed.messages), told=True, refused=True)
    found = [message for chat in chats for message in chat]
    told = any(entry.severity is not Severity.INFO for chat in chats for entry in chat.diagnostics)
    return Outcome(_missing(seed.messages, found), told, refused=False)


def _missing(before: Sequence[Message], after: Sequence[Message]) -> int:
    """How many messages are gone: neither who nor what nor when is left of them together."""
    gone = Counter(map(_identity, before)) - Counter(map(_identity, after))
    return gone.total()


def _identity(message: Message) -> tuple[object, ...]:
    return message.sender, message.kind, message.text


def check(seed: Seed, data: bytes) -> str | None:
    """What is wrong with how a damaged copy of a seed is read."""
    return find_fault(data, seed.format, seed.options)
