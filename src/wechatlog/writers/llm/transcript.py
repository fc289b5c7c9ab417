"""A transcript: one line a message, few tokens, and no line that a message could forge.

    ## 2026-05-01
    09:01 P1: 早上好
    - 今天两点集合
    P2: > P1: 今天两点集合
      好的
    09:05 * "P3" 撤回了一条消息

A line has no time where it is that of the line before, and `-` for a name where it is that of the line before. `*` is a
notice. Further lines of a message are indented; whatever begins at the edge was written by this module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from wechatlog.model import NOTICES, Message
from wechatlog.timestamps import day_and_clock
from wechatlog.writers.llm.bodies import describe, one_line

_LONGEST_NAME: Final = 32
_NOTICE: Final = "*"
_AGAIN: Final = "-"


class Entry(NamedTuple):
    """A message as a transcript shows it.

    Attributes:
        time: when it was sent, or `None`.
        day: `2026-05-01`; empty where no message had a time yet.
        clock: `09:01`; empty where it is not known.
        who: the name shown, or the sign of a notice.
        text: what it says, perhaps in several lines.
    """

    time: dt.datetime | None
    day: str
    clock: str
    who: str
    text: str


def is_notice(message: Message) -> bool:
    """Whether WeChat itself speaks."""
    return message.kind in NOTICES or not (message.sender is not None or message.sender_id or message.is_self)


def shown_name(message: Message) -> str:
    """Who sent a message that is no notice, on one line; in quotes where it could be taken for something else."""
    name = message.sender or message.sender_id
    if not name and message.sender is None:
        return "me"
    name = one_line(name or "", _LONGEST_NAME).replace(":", "：")
    return name if name[:1].isalpha() else f'"{name}"'


def entries_of(messages: Iterable[Message], *, notices: bool = True) -> Iterator[Entry]:
    """The messages of a transcript, with the notices or without; one without a time goes with the one before it."""
    day = clock = ""
    for message in messages:
        notice = is_notice(message)
        if notice and not notices:
            continue
        if message.time is not None:
            day, clock = day_and_clock(message.time, message.precision)
        yield Entry(message.time, day, clock[:5], _NOTICE if notice else shown_name(message), describe(message))


def line_of(entry: Entry, before: Entry | None) -> str:
    """The lines of a message with their ends, behind that of a new day, if it is not that of the message before."""
    opening = ""
    if entry.day and (before is None or entry.day != before.day):
        opening, before = f"## {entry.day}\n", None
    clock = "" if not entry.clock or (before is not None and entry.clock == before.clock) else f"{entry.clock} "
    if entry.who == _NOTICE:
        head = _NOTICE
    else:
        head = _AGAIN if before is not None and entry.who == before.who else f"{entry.who}:"
    return f"{opening}{clock}{head} {indented(entry.text)}\n"


def indented(text: str) -> str:
    """A text whose further lines cannot be taken for the beginning of a message; blank ones are left out."""
    return "\n  ".join(line for line in text.split("\n") if line.strip())
