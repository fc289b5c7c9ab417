"""One conversation into several: by the calendar, or by the number of messages.

Takes a conversation, or a stream of messages, and gives its parts with a label each. Every message is in one part.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from wechatlog.model import Conversation, Message

UNITS: Final = {"day": 10, "month": 7, "year": 4}
"""The calendar units, and how much of an ISO time names one."""


def split(conversation: Conversation, by: str | int) -> tuple[Conversation, ...]:
    """Cut a conversation into parts.

    Args:
        conversation: what to cut.
        by: `"day"`, `"month"` or `"year"`, by the clock of the messages; or how many messages a part has at most.

    Returns:
        The parts, in the order of the calendar or of the messages; a conversation without messages is its own only
        part. Each keeps title, members and what else is known of the whole; the diagnostics are with the first. A
        message without a time is in the part of the one before it. `merge` puts the parts together again.

    Raises:
        ValueError: for another `by`.

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> [(part[0].time.month, len(part)) for part in operations.split(chat, "month")]
        [(3, 140), (4, 141), (5, 136)]
    """
    return tuple(part for _, part in label_parts(conversation, by))


def label_parts(conversation: Conversation, by: str | int) -> Iterator[tuple[str, Conversation]]:
    """The parts as `split` gives them, each with what tells it apart: `2026-05`, or `part-001`."""
    found: dict[str, list[Message]] = {}
    for label, run in iter_runs(conversation.messages, by):
        found.setdefault(label, []).extend(run)
    for number, (label, messages) in enumerate(sorted(found.items()) if by in UNITS else found.items()):
        notes = () if number else conversation.diagnostics
        yield label, attrs.evolve(conversation, messages=messages, diagnostics=notes)
    if not found:
        yield "", conversation


def iter_runs(messages: Iterable[Message], by: str | int) -> Iterator[tuple[str, list[Message]]]:
    """Messages that follow each other and belong together, with their label; holds one run at a time.

    Where they go back in time, a label comes again; `by` is as for `split`.
    """
    if by in UNITS:
        return _iter_spans(messages, UNITS[str(by)])
    if isinstance(by, int) and not isinstance(by, bool) and by > 0:
        return _iter_batches(messages, by)
    raise ValueError(f"a conversation is split by {', '.join(UNITS)} or a number of messages, not by {by!r}")


def _iter_batches(messages: Iterable[Message], size: int) -> Iterator[tuple[str, list[Message]]]:
    items = iter(messages)
    for number in itertools.count(1):
        batch = list(itertools.islice(items, size))
        if not batch:
            return
        yield f"part-{number:03}", batch


def _iter_spans(messages: Iterable[Message], length: int) -> Iterator[tuple[str, list[Message]]]:
    label = ""
    run: list[Message] = []
    for message in messages:
        found = label if message.time is None else message.time.isoformat()[:length]
        if label and found != label:
            yield label, run
            run = []
        label = found
        run.append(message)
    if run:
        yield label, run
