"""Counting conversations or a stream of messages in one pass.

Takes them, gives `Statistics`: the tally's numbers, frozen, with a label for each sender. Knows nothing of how they are
shown.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from wechatlog.model import Conversation, Message
from wechatlog.operations.identity.names import Names
from wechatlog.operations.sessions import HOUR
from wechatlog.operations.statistics.tally import TalliedSender, Tally
from wechatlog.operations.statistics.values import Counts, Moment, ResponseTimes, SenderStatistics, Silence, Statistics
from wechatlog.operations.statistics.words import WordFinder, knows_words

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from wechatlog.operations.identity import Identities

    Key = TypeVar("Key", bound=Hashable)


def statistics(
    messages: Conversation | Iterable[Message] | Iterable[Conversation],
    *,
    gap: dt.timedelta = HOUR,
    segments: bool = True,
    words: bool | None = None,
    people: Identities | None = None,
) -> Statistics:
    """Count a conversation, several, or a stream of messages, in one pass.

    A sender is known by the account id, or else by the exact name; in a conversation also by a name or an alias that
    its list of members gives to one account. The messages of a conversation are taken in the order of time, those of
    a stream as they come. Several conversations are counted together, but no session, answer or silence goes from one
    into the next: `merge` those that are parts of one chat.

    Memory grows with senders and days, not with messages: for each sender their names (1,000 at most), their days, and
    how often they answered after how many seconds (`gap` at most). What bodies can make up is limited, see
    `Statistics.complete`. Who sent a message that is answered by its id is known for the 100,000 messages before.

    Args:
        messages: what `load`, `load_archive` or `iter_messages` gives, or any other conversations or messages.
        gap: the longest pause inside a session.
        segments: look for emoji, mentions, links and words, which takes longer than all the rest. Without it those are
            empty.
        words: count words, which takes longer than all the rest together. `None` counts those of conversations, not of
            a stream, where jieba is installed (extra `chinese`).
        people: who is who, as `identities` finds it; whoever is in it is counted as one, with the name shown last.

    Raises:
        ValueError: for a gap below zero.
        TypeError: for anything but messages and conversations.
        MissingExtraError: where words are asked for, and jieba is not installed.

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> numbers = operations.statistics(chat)
        >>> numbers.messages, numbers.most_active(1)[0].label
        (417, '老郑')
    """
    if gap < dt.timedelta():
        raise ValueError(f"a gap is no less than zero, not {gap}")
    tally = Tally(gap, segments=segments, people=people, words=WordFinder() if words and segments else None)
    if words is None and segments and knows_words():
        tally.count_words_of_conversations()
    items = iter((messages,) if isinstance(messages, Conversation) else messages)
    first = list(itertools.islice(items, 1))
    every = itertools.chain(first, items)
    if not first or isinstance(first[0], Message):
        tally.add(cast("Iterable[Message]", every))
    else:
        for conversation in every:
            if not isinstance(conversation, Conversation):
                raise TypeError(f"statistics takes messages or conversations, not {type(conversation).__name__}")
            tally.add_conversation(conversation)
    return _freeze(tally, gap, segments=segments)


def _freeze(tally: Tally, gap: dt.timedelta, *, segments: bool) -> Statistics:
    senders = sorted(tally.senders, key=lambda sender: -sender.messages)
    labels = _labels(senders)
    pairs = _resolver(labels)
    waits: Counter[int] = Counter()
    for sender in senders:
        waits.update(sender.waits)
    calendar, talk, latest = tally.calendar, tally.talk, tally.ends.latest
    return Statistics(
        messages=tally.messages,
        notices=tally.notices,
        undated=tally.undated,
        first=calendar.first,
        last=calendar.last,
        senders=tuple(_sender(sender, labels[sender], tally.messages - tally.notices) for sender in senders),
        kinds=_ranked(tally.kinds),
        days=Counts((dt.date.fromordinal(day), number) for day, number in sorted(calendar.days.items())),
        hours=tuple(tuple(calendar.hours[start : start + 24]) for start in range(0, 7 * 24, 24)),
        gap=gap,
        sessions=talk.sessions,
        responses=ResponseTimes.of(waits),
        longest_silence=Silence(*talk.silent, talk.silence) if talk.silent else None,
        emoji=_ranked(tally.emoji.items()),
        mentions=pairs(tally.mentions),
        replies=pairs(tally.replies),
        domains=_ranked(tally.domains.items()),
        words=_ranked(tally.words.counts.items()),
        phrases=_ranked((phrase, number) for phrase, number in tally.phrases.counts.items() if number > 1),
        repeats=_ranked(tally.repeats.counts.items()),
        together=_ranked(((labels[one], labels[other]), number) for (one, other), number in talk.together.items()),
        latest=None if latest is None else Moment(latest[1], labels[latest[0]]),
        coarse=tally.coarse,
        segments=segments,
        complete=tally.is_complete,
    )


_COUNTED: Final = (
    "name", "id", "is_self", "messages", "characters", "started", "night", "opened", "closed", "laughs", "repeats"
)  # fmt: skip
"""What is told of a sender as it was counted."""


def _sender(sender: TalliedSender, label: str, sent: int) -> SenderStatistics:
    calls, seconds = sender.calls
    return SenderStatistics(
        label=label,
        share=sender.messages / sent,
        active_days=len(sender.days),
        responses=ResponseTimes.of(sender.waits),
        calls=calls,
        call_seconds=seconds,
        **{name: getattr(sender, name) for name in _COUNTED},
    )


def _ranked(items: Iterable[tuple[Key, int]]) -> Counts[Key]:
    """The highest number first; of equal ones the first."""
    return Counts(sorted(items, key=lambda item: -item[1]))


def _labels(senders: Iterable[TalliedSender]) -> dict[TalliedSender, str]:
    plain = {sender: sender.name or sender.id or "" for sender in senders}
    often = Counter(plain.values())
    labels: dict[TalliedSender, str] = {}
    taken: set[str] = set()
    for sender, name in plain.items():
        label = f"{name} ({sender.id})" if often[name] > 1 and sender.id else name
        numbered = (f"{label} #{number}" for number in itertools.count(2))
        labels[sender] = next(text for text in itertools.chain((label,), numbered) if text not in taken)
        taken.add(labels[sender])
    return labels


def _resolver(
    labels: Mapping[TalliedSender, str],
) -> Callable[[Mapping[tuple[TalliedSender, Any], int]], Counts[tuple[str, str]]]:
    """What gives pairs of labels, with what belongs to one pair added up.

    A name stands for the one sender who has shown it, or else for itself.
    """
    names = Names[TalliedSender]()
    for sender in labels:
        for name in sender.names:
            names.add(name, sender)

    def pairs(found: Mapping[tuple[TalliedSender, Any], int]) -> Counts[tuple[str, str]]:
        counts: Counter[tuple[str, str]] = Counter()
        for (sender, target), number in found.items():
            owner = names.only(target) if isinstance(target, str) else target
            counts[labels[sender], str(target) if owner is None else labels[owner]] += number
        return _ranked(counts.items())

    return pairs
