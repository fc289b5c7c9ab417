"""Numbers of a chat: who, when, how much, to whom, how soon.

Takes conversations or a stream of messages, gives one immutable value; counting is done in one pass by `counting`.
Knows nothing of tables on a screen and of plots: `Statistics.tables` has plain rows for whoever shows them.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

import attrs

from wechatlog.emoji import lookup
from wechatlog.errors import MissingExtraError
from wechatlog.model import Conversation, Message, MessageKind
from wechatlog.operations.counting import Tally
from wechatlog.operations.sessions import HOUR

if TYPE_CHECKING:
    from wechatlog.operations.counting import TalliedSender
    from wechatlog.operations.identity import Identities

__all__ = ["Counts", "ResponseTimes", "SenderStatistics", "Silence", "Statistics", "Streak", "statistics"]

Key = TypeVar("Key", bound=Hashable)
Row = dict[str, Any]


class Counts(Mapping[Key, int], Generic[Key]):
    """How often each thing occurs: a frozen, hashable, picklable mapping in a fixed order.

    Args:
        items: pairs of a thing and its number, in the order of the mapping.
    """

    __slots__ = ("_items",)
    _items: dict[Key, int]

    def __init__(self, items: Iterable[tuple[Key, int]] = ()) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("counts are frozen")

    def __getitem__(self, key: Key) -> int:
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Counts({list(self._items.items())!r})"

    def __reduce__(self) -> tuple[type[Counts[Key]], tuple[tuple[tuple[Key, int], ...]]]:
        return Counts, (tuple(self._items.items()),)

    @property
    def total(self) -> int:
        """The sum of the numbers."""
        return sum(self._items.values())

    def most_common(self, number: int | None = None) -> list[tuple[Key, int]]:
        """The things with the highest numbers, all of them where `number` is `None`; of equal ones the first."""
        return sorted(self._items.items(), key=lambda item: -item[1])[:number]


class Streak(NamedTuple):
    """Days in a row with a message on each.

    Attributes:
        first: the first of them.
        last: the last of them.
    """

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1


class Silence(NamedTuple):
    """A pause between two messages.

    Attributes:
        start: time of the last message before it.
        end: time of the first message after it.
        duration: between them.
    """

    start: dt.datetime
    end: dt.datetime
    duration: dt.timedelta


@attrs.frozen(slots=True)
class ResponseTimes:
    """How soon somebody answers.

    Whenever the speaker changes within a session, the time since the message before is one response time of the new
    speaker, in whole seconds, rounded down. A quartile is the smallest response time that a quarter (half, three
    quarters) of all do not exceed.

    Attributes:
        count: how many response times there are, at least one.
        lower: the first quartile.
        median: the second.
        upper: the third.
    """

    count: int
    lower: dt.timedelta
    median: dt.timedelta
    upper: dt.timedelta

    @classmethod
    def of(cls, waits: Mapping[int, int]) -> ResponseTimes | None:
        """Those of a table from seconds to how often; `None` for an empty one."""
        total = sum(waits.values())
        if not total:
            return None
        quartiles = []
        ordered = iter(sorted(waits.items()))
        seconds = passed = 0
        for part in (1, 2, 3):
            while passed * 4 < part * total:
                seconds, number = next(ordered)
                passed += number
            quartiles.append(dt.timedelta(seconds=seconds))
        return cls(total, *quartiles)


@attrs.frozen(slots=True)
class SenderStatistics:
    """The numbers of one sender.

    Attributes:
        label: what tells them apart in this statistics: the name, or else the account id; where several have one name,
            with the account id or a number.
        name: the first name shown, or `None`.
        id: account id, or `None`.
        is_self: whether this is the owner of the archive; `None` where it does not say.
        messages: how many they sent.
        share: of all messages that somebody sent, 0 to 1.
        characters: code points that they typed: the texts of messages of kind `text`, and of kind `quote` without the
            quoted part; an emoji code counts as it is written.
        active_days: days on which they wrote.
        started: sessions that they began.
        responses: how soon they answer, or `None` where they never did.
    """

    label: str
    name: str | None
    id: str | None
    is_self: bool | None
    messages: int
    share: float
    characters: int
    active_days: int
    started: int
    responses: ResponseTimes | None


@attrs.frozen(slots=True, repr=False)
class Statistics:
    """The numbers of one or several conversations.

    Times and days are those of the clock on the wall of each conversation. A *session* is a run of messages that
    somebody sent, each no longer than `gap` after the one before it (nor earlier by more, where an archive is not quite
    in order); messages without a time, or with only a day, have no part in sessions.

    Attributes:
        messages: how many there are.
        notices: how many of them nobody sent.
        undated: how many of them have no time.
        first: the earliest time, or `None`.
        last: the latest.
        senders: everybody who sent something, the most active first.
        kinds: messages of each kind, the most frequent first.
        days: messages on each day that has any, in order.
        hours: messages on each weekday (Monday first) in each hour (0 to 23), 7 times 24 numbers; without those of
            which only the day is known.
        gap: the longest pause inside a session.
        sessions: how many there were.
        responses: how soon somebody answers, of all senders together; `None` where nobody ever did.
        longest_silence: the longest time between two messages that follow each other in a conversation, or `None`.
        emoji: emoji codes by canonical name (`[微笑]`), the most frequent first; not Unicode emoji, not stickers.
        mentions: pairs of labels, who and whom, the most frequent first. A name that just one sender has shown stands
            for that sender; any other stands for itself; `@所有人` for everybody.
        replies: pairs of labels, who and whom: messages of kind `quote`, or with `reply_to`, whose target is known.
        domains: hosts of links in small letters, without `www.`, the most frequent first.
        segments: whether bodies were looked into; otherwise `emoji`, `mentions` and `domains` are empty.
        complete: whether nothing was left out of `emoji`, `mentions`, `replies` and `domains`; each takes 100,000
            different entries.
    """

    messages: int
    notices: int
    undated: int
    first: dt.datetime | None
    last: dt.datetime | None
    senders: tuple[SenderStatistics, ...]
    kinds: Counts[MessageKind]
    days: Counts[dt.date]
    hours: tuple[tuple[int, ...], ...]
    gap: dt.timedelta
    sessions: int
    responses: ResponseTimes | None
    longest_silence: Silence | None
    emoji: Counts[str]
    mentions: Counts[tuple[str, str]]
    replies: Counts[tuple[str, str]]
    domains: Counts[str]
    segments: bool
    complete: bool

    @property
    def active_days(self) -> int:
        """Days with a message."""
        return len(self.days)

    @property
    def longest_streak(self) -> Streak | None:
        """The most days in a row with a message on each, the first such run; `None` where no day is known."""
        best: Streak | None = None
        first = last = None
        for day in self.days:
            if first is None or last is None or (day - last).days != 1:
                first = day
            last = day
            if best is None or last - first > best.last - best.first:
                best = Streak(first, last)
        return best

    def most_active(self, number: int = 10) -> tuple[SenderStatistics, ...]:
        """The senders with the most messages; of equal ones those who wrote first."""
        return self.senders[:number]

    def tables(self) -> dict[str, list[Row]]:
        """Everything as rows of plain values, ready for a data frame or a page.

        Returns:
            Rows by name of table: `summary` (one row), `senders`, `kinds`, `days`, `hours` (168 rows, weekdays from 1
            for Monday), `emoji`, `mentions`, `replies`, `domains`. Durations are in seconds.
        """
        return {
            "summary": [_summary(self)],
            "senders": [_sender_row(sender) for sender in self.senders],
            "kinds": [{"kind": kind.value, "messages": number} for kind, number in self.kinds.items()],
            "days": [{"day": day, "messages": number} for day, number in self.days.items()],
            "hours": [
                {"weekday": weekday, "hour": hour, "messages": number}
                for weekday, numbers in enumerate(self.hours, 1)
                for hour, number in enumerate(numbers)
            ],
            "emoji": [
                {"emoji": name, "unicode": unicode_of(name), "count": number} for name, number in self.emoji.items()
            ],
            "mentions": _pairs(self.mentions, "mentioned"),
            "replies": _pairs(self.replies, "answered"),
            "domains": [{"domain": domain, "links": number} for domain, number in self.domains.items()],
        }

    def __repr__(self) -> str:
        people = len(self.senders)
        parts = [f"{self.messages} messages", f"{people} {'sender' if people == 1 else 'senders'}"]
        if self.first is not None and self.last is not None:
            parts.append(f"{self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M}")
        return f"<Statistics: {', '.join(parts)}>"

    def _repr_html_(self) -> str | None:
        """The most important numbers for a notebook; `None` without the extra `html`."""
        try:
            from wechatlog.ext.notebook import statistics_html
        except MissingExtraError:
            return None
        return statistics_html(self)


def unicode_of(name: str) -> str | None:
    """The closest Unicode emoji of a canonical name, or `None`."""
    entry = lookup(name)
    return entry.unicode if entry is not None else None


def duration_text(duration: dt.timedelta) -> str:
    """A duration as people write it, in its two largest units: `43 s`, `1 min 13 s`, `2 h`, `3 days 4 h`."""
    rest = round(duration.total_seconds())
    parts: list[str] = []
    for size, unit in ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s")):
        number, rest = divmod(rest, size)
        if number and (unit != "s" or len(parts) < 2):
            parts.append(f"{number:,} {unit}{'s' if unit == 'day' and number > 1 else ''}")
        if len(parts) == 2 or (parts and not number):
            break
    return " ".join(parts) or "0 s"


def _seconds(duration: dt.timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _summary(found: Statistics) -> Row:
    streak, silence = found.longest_streak, found.longest_silence
    return {
        "messages": found.messages,
        "notices": found.notices,
        "undated": found.undated,
        "senders": len(found.senders),
        "characters": sum(sender.characters for sender in found.senders),
        "first": found.first,
        "last": found.last,
        "active_days": found.active_days,
        "streak_days": streak.days if streak else 0,
        "streak_first": streak.first if streak else None,
        "streak_last": streak.last if streak else None,
        "silence": _seconds(silence.duration) if silence else None,
        "silence_start": silence.start if silence else None,
        "silence_end": silence.end if silence else None,
        "gap": _seconds(found.gap),
        "sessions": found.sessions,
        **_response_row(found.responses),
        "complete": found.complete,
    }


def _response_row(found: ResponseTimes | None) -> Row:
    quartiles = (found.lower, found.median, found.upper) if found else (None, None, None)
    names = ("response_lower", "response_median", "response_upper")
    return {"responses": found.count if found else 0, **dict(zip(names, map(_seconds, quartiles), strict=True))}


def _sender_row(sender: SenderStatistics) -> Row:
    row = {"sender": sender.label, **attrs.asdict(sender, recurse=False)}
    del row["label"], row["responses"]
    return {**row, **_response_row(sender.responses)}


def _pairs(counts: Counts[tuple[str, str]], whom: str) -> list[Row]:
    return [{"sender": sender, whom: target, "count": number} for (sender, target), number in counts.items()]


def statistics(
    messages: Conversation | Iterable[Message] | Iterable[Conversation],
    *,
    gap: dt.timedelta = HOUR,
    segments: bool = True,
    people: Identities | None = None,
) -> Statistics:
    """Count a conversation, several, or a stream of messages, in one pass.

    A sender is known by the account id, or else by the exact name; in a conversation also by a name or an alias that
    its list of members gives to one account. Messages are taken in their order; if it is not that of time, `sorted` of
    the conversation first. Several conversations are counted together, but no session, answer or silence goes from one
    into the next: `merge` those that are parts of one chat.

    Memory grows with senders and days, not with messages: for each sender their names (1,000 at most), their days, and
    how often they answered after how many seconds (`gap` at most). What bodies can make up is limited, see
    `Statistics.complete`. Who sent a message that is answered by its id is known for the 100,000 messages before.

    Args:
        messages: what `load`, `load_archive` or `iter_messages` gives, or any other conversations or messages.
        gap: the longest pause inside a session.
        segments: look for emoji, mentions and links, which takes longer than all the rest. Without it those are empty.
        people: who is who, as `identities` finds it; whoever is in it is counted as one, with the name shown last.

    Raises:
        ValueError: for a gap below zero.
        TypeError: for anything but messages and conversations.
    """
    if gap < dt.timedelta():
        raise ValueError(f"a gap is no less than zero, not {gap}")
    tally = Tally(gap, segments=segments, people=people)
    if isinstance(messages, Conversation):
        tally.add_conversation(messages)
        return _freeze(tally, gap, segments=segments)
    items = iter(messages)
    first = next(items, None)
    if first is None or isinstance(first, Message):
        tally.add(cast("Iterable[Message]", () if first is None else itertools.chain((first,), items)))
        return _freeze(tally, gap, segments=segments)
    for conversation in itertools.chain((first,), items):
        if not isinstance(conversation, Conversation):
            raise TypeError(f"statistics takes messages or conversations, not {type(conversation).__name__}")
        tally.add_conversation(conversation)
    return _freeze(tally, gap, segments=segments)


def _freeze(tally: Tally, gap: dt.timedelta, *, segments: bool) -> Statistics:
    senders = sorted(tally.senders, key=lambda sender: -sender.messages)
    labels = _labels(senders)
    resolve = _Resolver(labels)
    waits: Counter[int] = Counter()
    for sender in senders:
        waits.update(sender.waits)
    calendar, talk = tally.calendar, tally.talk
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
        mentions=_ranked(resolve.pairs(tally.mentions)),
        replies=_ranked(resolve.pairs(tally.replies)),
        domains=_ranked(tally.domains.items()),
        segments=segments,
        complete=tally.complete,
    )


def _sender(sender: TalliedSender, label: str, sent: int) -> SenderStatistics:
    return SenderStatistics(
        label=label,
        name=sender.name,
        id=sender.id,
        is_self=sender.is_self,
        messages=sender.messages,
        share=sender.messages / sent,
        characters=sender.characters,
        active_days=len(sender.days),
        started=sender.started,
        responses=ResponseTimes.of(sender.waits),
    )


def _ranked(items: Iterable[tuple[Key, int]]) -> Counts[Key]:
    """The highest number first; of equal ones the first."""
    return Counts(sorted(items, key=lambda item: -item[1]))


def _labels(senders: Iterable[TalliedSender]) -> dict[TalliedSender, str]:
    """A label of its own for each sender."""
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


class _Resolver:
    """Whom names stand for: the one sender who has shown them, or else themselves."""

    def __init__(self, labels: Mapping[TalliedSender, str]) -> None:
        self._labels = labels
        self._owners: dict[str, TalliedSender | None] = {}
        for sender in labels:
            for name in sender.names:
                self._owners[name] = None if name in self._owners else sender

    def pairs(self, found: Mapping[tuple[TalliedSender, Any], int]) -> Iterable[tuple[tuple[str, str], int]]:
        """Pairs of labels, with what belongs to one pair added up."""
        counts: Counter[tuple[str, str]] = Counter()
        for (sender, target), number in found.items():
            counts[self._labels[sender], self._label(target)] += number
        return counts.items()

    def _label(self, target: TalliedSender | str) -> str:
        owner = self._owners.get(target) if isinstance(target, str) else target
        return self._labels[owner] if owner is not None else str(target)
