"""The numbers of a chat as immutable values: who, when, how much, to whom, how soon, in which words.

Takes nothing but numbers; `Statistics.tables` has plain rows for whoever shows them. Knows nothing of messages, of
tables on a screen and of plots.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import attrs

from wechatlog.emoji import lookup
from wechatlog.errors import MissingExtraError
from wechatlog.model import FrozenMapping, MessageKind

Key = TypeVar("Key", bound=Hashable)
Row = dict[str, Any]


class Counts(FrozenMapping[Key, int]):
    """How often each thing occurs: a frozen, hashable, picklable mapping in a fixed order.

    Args:
        items: things with their numbers, or pairs of both, in the order of the mapping.

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> counts = operations.statistics(chat).kinds
        >>> counts.most_common(2)
        [(<MessageKind.TEXT: 'text'>, 388), (<MessageKind.QUOTE: 'quote'>, 8)]
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Counts({list(self._items.items())!r})"

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

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> streak = operations.statistics(chat).longest_streak
        >>> (streak.last - streak.first).days + 1
        91
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

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> silence = operations.statistics(chat).longest_silence
        >>> silence.end - silence.start == silence.duration
        True
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

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> responses = operations.statistics(chat).responses
        >>> responses.count, responses.lower <= responses.median <= responses.upper
        (162, True)
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
        night: messages between midnight and five in the morning.
        opened: days on which they wrote the first message.
        closed: days on which they wrote the last.
        laughs: messages in which they laugh: `哈哈`, `233`, `lol`, 😂, `[偷笑]`.
        repeats: messages with the very text of the message before, which somebody else wrote.
        calls: calls that stand under their name.
        call_seconds: how long these were together.

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> sender = operations.statistics(chat).most_active(1)[0]
        >>> sender.label, sender.messages, sender.active_days
        ('老郑', 114, 90)
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
    night: int = 0
    opened: int = 0
    closed: int = 0
    laughs: int = 0
    repeats: int = 0
    calls: int = 0
    call_seconds: int = 0

    @property
    def night_share(self) -> float:
        """Messages between midnight and five, of all of theirs, 0 to 1."""
        return self.night / self.messages if self.messages else 0.0


class Moment(NamedTuple):
    """When somebody wrote.

    Attributes:
        time: of the message.
        sender: the label of who wrote it.

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> moment = operations.statistics(chat).latest
        >>> moment.sender, f"{moment.time:%H:%M}"
        ('老郑', '00:21')
    """

    time: dt.datetime
    sender: str


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
        emoji: emoji codes by canonical name (`[微笑]`) and Unicode emoji with their modifiers (`👍🏽`), the most
            frequent first; not stickers.
        mentions: pairs of labels, who and whom, the most frequent first. A name that just one sender has shown stands
            for that sender; any other stands for itself; `@所有人` for everybody.
        replies: pairs of labels, who and whom: messages of kind `quote`, or with `reply_to`, whose target is known.
        domains: hosts of links in small letters, without `www.`, the most frequent first.
        words: words in the texts, the most frequent first: Chinese ones of two characters and more, others in small
            letters, names of people whole; without stop words, numbers, emoji codes and addresses. Empty where they
            were not counted.
        phrases: two words that follow each other, likewise.
        repeats: texts that somebody wrote again right after somebody else, by how often that happened.
        together: pairs of labels: sessions in which both wrote.
        latest: the message that was written latest at night, which ends at five in the morning.
        coarse: messages whose time is not to the second.
        segments: whether bodies were looked into; otherwise `emoji`, `mentions`, `domains`, `words`, `phrases` and
            `repeats` are empty, and nobody laughs or calls.
        complete: whether nothing was left out of `emoji`, `mentions`, `replies`, `domains` and `together`, each of
            which takes 100,000 different entries, and of `words`, `phrases` and `repeats`, of which the rarest are
            forgotten beyond that.

    Example:
        >>> chat = wechatlog.load("examples/reading-club.jsonl")
        >>> numbers = operations.statistics(chat)
        >>> numbers.messages, numbers.notices, numbers.first.date() == chat[0].time.date()
        (417, 5, True)
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
    words: Counts[str] = attrs.field(factory=Counts)
    phrases: Counts[str] = attrs.field(factory=Counts)
    repeats: Counts[str] = attrs.field(factory=Counts)
    together: Counts[tuple[str, str]] = attrs.field(factory=Counts)
    latest: Moment | None = None
    coarse: int = 0

    @property
    def cautions(self) -> tuple[str, ...]:
        """What to keep in mind when reading the numbers, in sentences; empty where there is nothing."""
        dated = self.messages - self.undated
        found = []
        if self.coarse:
            all_of_them = "all" if self.coarse == dated else f"{self.coarse:,} of {dated:,}"
            found.append(
                f"the times of {all_of_them} messages are not to the second: response times are rough, and what was "
                "written in one minute is in the order of the archive"
            )
        if not self.complete:
            found.append("some of the rarest emoji, mentions, replies, links or words were not counted")
        return tuple(found)

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
            for Monday), `emoji`, `mentions`, `replies`, `domains`, `words`, `phrases`, `repeats`, `together`. Durations
            are in seconds.
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
            **{name: _rows(getattr(self, name), columns) for name, columns in _TABLES.items()},
        }

    def __repr__(self) -> str:
        people = len(self.senders)
        parts = [f"{self.messages} messages", f"{people} {'sender' if people == 1 else 'senders'}"]
        if self.first is not None and self.last is not None:
            parts.append(f"{self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M}")
        return f"<Statistics: {', '.join(parts)}>"

    def _repr_html_(self) -> str | None:
        try:
            from wechatlog.ext.notebook import statistics_html
        except MissingExtraError:
            return None
        return statistics_html(self)


def unicode_of(name: str) -> str | None:
    """The closest Unicode emoji of a canonical name, which a Unicode emoji is itself; or `None`."""
    entry = lookup(name)
    return name if entry is None and not name.startswith("[") else entry.unicode if entry is not None else None


def with_picture(name: str) -> str:
    """A code behind its picture, if Unicode has one: `🙂 [微笑]`."""
    picture = unicode_of(name)
    return name if picture is None or picture == name else f"{picture} {name}"


def duration_text(duration: dt.timedelta, units: Sequence[str] = ("day", "h", "min", "s")) -> str:
    """A duration as people write it, in its two largest units: `43 s`, `1 min 13 s`, `2 h`, `3 days 4 h`."""
    rest = round(duration.total_seconds())
    parts: list[str] = []
    for size, unit in zip((86_400, 3_600, 60, 1), units, strict=True):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number:,} {unit}{'s' if unit == 'day' and number > 1 else ''}")
        if parts and (not number or len(parts) == 2):
            break
    return " ".join(parts) or f"0 {units[-1]}"


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
        "night": sum(sender.night for sender in found.senders),
        "latest": found.latest.time if found.latest else None,
        "latest_sender": found.latest.sender if found.latest else None,
        "calls": sum(sender.calls for sender in found.senders),
        "call_seconds": sum(sender.call_seconds for sender in found.senders),
        "coarse": found.coarse,
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


_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "mentions": ("sender", "mentioned", "count"),
    "replies": ("sender", "answered", "count"),
    "domains": ("domain", "links"),
    "words": ("word", "count"),
    "phrases": ("phrase", "count"),
    "repeats": ("text", "count"),
    "together": ("sender", "other", "sessions"),
}
"""The columns of tables whose rows are things, or pairs of them, and how often they occur."""


def _rows(counts: Counts[Any], columns: tuple[str, ...]) -> list[Row]:
    pairs = len(columns) > 2
    return [dict(zip(columns, (*(key if pairs else (key,)), number), strict=True)) for key, number in counts.items()]
