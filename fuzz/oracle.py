"""What must hold for any bytes at all.

Takes bytes and the name of a format; gives what is wrong, in a sentence, or nothing.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections import Counter
from typing import Any, NamedTuple

import wechatlog
from fuzz.seeds import Seed, read
from wechatlog import Conversation, Message, Severity, WechatlogError

__all__ = ["BEYOND", "Outcome", "check", "find_fault", "judge"]

_SECONDS = 5.0
"""CPU seconds for one small file: what is linear takes a hundredth of that."""
_BYTES = 100_000
BEYOND = 2
"""Records that damage at one place may cost: it may stand where one ends and the next begins."""


class Outcome(NamedTuple):
    """What became of a damaged file.

    Attributes:
        lost: messages that the whole file had and this one has not.
        told: a warning or an error was given.
        refused: nothing was read, with an error that says why.
        silent: not even a note was given that the whole file does not give.
        hit: messages of which something stood in the bytes that are others now, as far as the file says where they stand.
        renamed: what is gone beyond that is the name of one person, in each of their messages: it stood there once.
    """

    lost: int
    told: bool
    refused: bool
    renamed: bool = False
    silent: bool = False
    hit: int = 0


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
        return Outcome(len(seed.messages), told=True, refused=True, hit=_hit(seed, data))
    found = [message for chat in chats for message in chat]
    told = any(entry.severity is not Severity.INFO for chat in chats for entry in chat.diagnostics)
    silent = not told and "converted-text" not in {entry.code for chat in chats for entry in chat.diagnostics}
    before, after = Counter(map(_identity, seed.messages)), Counter(map(_identity, found))
    gone, come = before - after, after - before
    renamed = _is_renamed(gone, come)
    return Outcome(gone.total(), told, refused=False, renamed=renamed, silent=silent, hit=_hit(seed, data))


def _same(one: bytes, other: bytes) -> int:
    """How many bytes are the same at the beginning."""
    same, end = 0, min(len(one), len(other))
    while same < end:
        middle = (same + end + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            end = middle - 1
    return same


def _hit(seed: Seed, data: bytes) -> int:
    """How many messages of a seed stand where a damaged copy is different: by their lines, their places, or texts."""
    begin = _same(seed.data, data)
    same = _same(seed.data[begin:][::-1], data[begin:][::-1])
    lost = seed.data[begin : len(seed.data) - same]
    lines = [message.origin.line or 0 for message in seed.messages]
    if len({*lines}) == len(lines):
        first, starts = seed.data.count(b"\n", 0, begin) + 1, sorted(lines)
        last = first + lost.count(b"\n")
    else:
        starts = sorted(message.origin.offset or 0 for message in seed.messages)
        first, size = (len(piece.decode("utf-8", "replace")) for piece in (seed.data[:begin], lost))
        last = first + size
    if not any(starts):
        return sum(message.text.encode() in lost for message in seed.messages)
    ends = [*(start - 1 for start in starts[1:]), sys.maxsize]
    return sum(start <= last and first <= end for start, end in zip(starts, ends, strict=True)) if lost else 0


def _is_renamed(gone: Counter[tuple[Any, ...]], come: Counter[tuple[Any, ...]]) -> bool:
    """Whether one name in place of another is all that is different, but for the two records that were hit."""
    bodies = [Counter(tuple(body) for _, *body in found.elements()) for found in (gone, come)]
    same = bodies[0] & bodies[1]
    names = [{name for name, *body in found if tuple(body) in same} for found in (gone, come)]
    return len(names[0]) == len(names[1]) == 1 and gone.total() - same.total() <= BEYOND


def _identity(message: Message) -> tuple[object, ...]:
    return message.sender, message.kind, message.text


def check(seed: Seed, data: bytes) -> str | None:
    """What is wrong with how a damaged copy of a seed is read."""
    return find_fault(data, seed.format, seed.options)
