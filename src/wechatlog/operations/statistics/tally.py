"""Counting messages in one pass: the accumulators behind `statistics`.

Takes messages, one conversation after the other, and keeps numbers, never messages. What is kept grows with people and
days; tables whose keys come out of the bodies stop growing at `LIMIT` keys. Knows nothing of how the numbers are shown.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Final, TypeVar

from wechatlog.model import Conversation, Message, MessageKind, account_names, called, normalize_name
from wechatlog.operations.statistics.words import WordFinder, find_emoji, is_serious, laughs
from wechatlog.segments.parser import is_plain
from wechatlog.segments.types import Call, Emoji, Link, Mention, Quote, Segment, Text
from wechatlog.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from wechatlog.operations.identity import Identities

    Key = TypeVar("Key", bound=Hashable)

LIMIT: Final = 100_000
"""Different keys that a table made from bodies may have, and messages back to which an answer is looked up (at least
that many, at most twice)."""

EVERYONE: Final = "@所有人"
"""Who is mentioned where everybody is."""

NIGHT: Final = 5
"""The hour at which a day begins for those who stay up: what is written before it is night."""

_TOGETHER: Final = 200
"""People of one session who are counted as being there together."""
_LONGEST_CALL: Final = 86_400 * 7
"""Seconds of a call from which on a number is a mistake."""
_JOIN: Final = {False: "", True: " "}
_REPEATED: Final = 40
"""Characters of the longest text whose repetition is counted."""
_NAMES: Final = 1_000
_HOST: Final = re.compile(
    r"(?:(?:[A-Za-z][A-Za-z0-9+.-]{0,30}:)?//|(?=[^/?#\s]{0,253}\.))"  # a scheme, or else a dot in the host
    r"(?:[^/?#@\s]{0,100}@)?(?:www\.)?([^/?#@:\[\]\s]{1,253})(?![^/?#:])",
    re.IGNORECASE,
)


def in_order_of_time(conversation: Conversation) -> Iterable[Message]:
    """The messages of a conversation in the order of time; as they are, where they are in order."""
    last: dt.timedelta | None = None
    for message in conversation.messages:
        if message.time is not None:
            moment = instant(message.time)
            if last is not None and moment < last:
                return conversation.sorted().messages
            last = moment
    return conversation.messages


def domain_of(url: str) -> str | None:
    """The host of an address in small letters, without `www.` and port; `None` where there is none."""
    found = _HOST.match(url)
    return found[1].lower() if found else None


class TalliedSender:
    """What is counted of one sender.

    Attributes:
        names: all names shown, with single blanks, up to 1,000 of them.
        characters: code points typed.
        days: ordinals of the days on which they wrote.
        waits: whole seconds until they answered, to how often.
        calls: calls, and their seconds together.
    """

    __slots__ = (
        *("_shown", "calls", "characters", "closed", "days", "id", "is_self", "laughs", "messages", "name", "names"),
        *("night", "opened", "repeats", "started", "waits"),
    )

    def __init__(self, sender_id: str | None) -> None:
        self.id = sender_id
        self.name: str | None = None
        self.is_self: bool | None = None
        self.names: dict[str, None] = {}
        self.messages = self.characters = self.started = 0
        self.night = self.opened = self.closed = self.laughs = self.repeats = 0
        self.calls = (0, 0)
        self.days: set[int] = set()
        self.waits: dict[int, int] = {}
        self._shown: str | None = None

    def see(self, name: str | None, is_self: bool | None) -> None:
        """Count a message, and learn from it."""
        self.messages += 1
        if is_self is not None and self.is_self is None:
            self.is_self = is_self
        if name is not None and name != self._shown:
            self._shown = name
            if self.name is None:
                self.name = name
            if len(self.names) < _NAMES:
                self.names[normalize_name(name)] = None


class _Calendar:
    """Days, hours, the first and the last time, by the clock on the wall of each conversation."""

    def __init__(self) -> None:
        self.days: dict[int, int] = {}
        self.hours = [0] * (7 * 24)
        self.first: dt.datetime | None = None
        self.last: dt.datetime | None = None
        self._low = self._high = dt.timedelta()

    def add(self, time: dt.datetime, moment: dt.timedelta, precision: str | None) -> int:
        """Count a message; gives the ordinal of its day."""
        day = time.toordinal()
        self.days[day] = self.days.get(day, 0) + 1
        if precision != "day":
            self.hours[(day + 6) % 7 * 24 + time.hour] += 1
        if self.first is None or moment < self._low:
            self.first, self._low = time, moment
        if self.last is None or moment > self._high:
            self.last, self._high = time, moment
        return day


class _Talk:
    """Who speaks after whom: sessions, answers and silences."""

    def __init__(self, gap: dt.timedelta) -> None:
        self._ahead, self._back = gap, -gap
        self.sessions = 0
        self.together: dict[tuple[TalliedSender, TalliedSender], int] = {}
        self._present: dict[TalliedSender, None] = {}
        self.silence = dt.timedelta()
        self.silent: tuple[dt.datetime, dt.datetime] | None = None
        self.begin()

    def begin(self) -> None:
        """Another conversation: what comes now answers nothing that was before."""
        self._end_session()
        self._last: tuple[TalliedSender, dt.datetime, dt.timedelta] | None = None

    def add(self, sender: TalliedSender, time: dt.datetime, moment: dt.timedelta) -> None:
        last, self._last = self._last, (sender, time, moment)
        if last is not None:
            step = moment - last[2]
            if step > self.silence:
                self.silence, self.silent = step, (last[1], time)
            if self._back <= step <= self._ahead:
                if last[0] is not sender and step.days >= 0:
                    seconds = step.days * 86_400 + step.seconds
                    sender.waits[seconds] = sender.waits.get(seconds, 0) + 1
                self._present[sender] = None
                return
        self.sessions += 1
        sender.started += 1
        self._end_session()
        self._present[sender] = None

    def _end_session(self) -> None:
        """Note who was there together; of very many the first."""
        for pair in itertools.combinations(itertools.islice(self._present, _TOGETHER), 2):
            key = pair if pair in self.together or pair[::-1] not in self.together else pair[::-1]
            if key in self.together or len(self.together) < LIMIT:
                self.together[key] = self.together.get(key, 0) + 1
        self._present = {}


class _Ends:
    """Who writes first and last on each day, and what was written latest at night."""

    def __init__(self) -> None:
        self.latest: tuple[TalliedSender, dt.datetime] | None = None
        self._late = -1
        self._day: int | None = None
        self._last: TalliedSender | None = None

    def begin(self) -> None:
        """Another conversation, whose days have ends of their own."""
        if self._last is not None:
            self._last.closed += 1
        self._day = self._last = None

    def add(self, sender: TalliedSender, time: dt.datetime, day: int) -> None:
        if day != self._day:
            self.begin()
            sender.opened += 1
            self._day = day
        self._last = sender
        if time.hour < NIGHT:
            sender.night += 1
            late = time.hour * 3600 + time.minute * 60 + time.second
            if late > self._late:
                self._late, self.latest = late, (sender, time)


class Frequent:
    """How often things occur, of which there may be too many to keep: now and then the rarest are forgotten."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.complete = True
        self._floor = 1

    def add(self, key: str) -> None:
        """Count one more."""
        self.counts[key] = self.counts.get(key, 0) + 1
        if len(self.counts) > 2 * LIMIT:
            self.complete = False
            while len(self.counts) > LIMIT:
                self.counts = {key: number for key, number in self.counts.items() if number > self._floor}
                self._floor += 1


class Tally:
    """Everything that is counted.

    Attributes:
        emoji: canonical codes.
        mentions: pairs of a sender and a name, with single blanks.
        replies: pairs of a sender and who was answered: a sender, or a name.
        domains: hosts of links.
        phrases: two words that follow each other.
        complete: whether no table reached `LIMIT`.
    """

    def __init__(
        self, gap: dt.timedelta, *, segments: bool, people: Identities | None = None, words: WordFinder | None = None
    ) -> None:
        self._segments = segments
        self._people = people
        self._finder, self._own_finder = words, False
        self.words, self.phrases, self.repeats = Frequent(), Frequent(), Frequent()
        self.coarse = 0
        self._before: tuple[TalliedSender, str] | None = None
        self.messages = self.notices = self.undated = 0
        self.complete = True
        self._kinds: dict[int, int] = {}
        self._by_id: dict[str | None, TalliedSender] = {}
        self._by_name: dict[str | None, TalliedSender] = {}
        self._by_person: dict[int, TalliedSender] = {}
        self._accounts: dict[str, str] = {}
        self._aliases: dict[str, list[str]] = {}
        self._owner: str | None = None
        self.senders: list[TalliedSender] = []
        self.calendar = _Calendar()
        self.talk = _Talk(gap)
        self.ends = _Ends()
        self._sent: dict[str, TalliedSender] = {}
        self.emoji: dict[str, int] = {}
        self.mentions: dict[tuple[TalliedSender, str], int] = {}
        self.replies: dict[tuple[TalliedSender, TalliedSender | str], int] = {}
        self.domains: dict[str, int] = {}

    @property
    def kinds(self) -> Iterator[tuple[MessageKind, int]]:
        """How many there are of each kind that occurs."""
        return ((kind, self._kinds[id(kind)]) for kind in MessageKind if id(kind) in self._kinds)

    @property
    def is_complete(self) -> bool:
        """Whether no table reached its limit."""
        return all((self.complete, self.words.complete, self.phrases.complete, self.repeats.complete))

    def count_words_of_conversations(self) -> None:
        """Count words in what is given as a conversation, not in a stream."""
        self._own_finder = True

    def add_conversation(self, conversation: Conversation) -> None:
        """Count a conversation, and go by what it says of names and account ids."""
        if self._people is None:
            self._accounts = account_names(conversation.members)
            self._aliases = {who.id: sorted(called(who)) for who in conversation.members if who.id}
        self._owner = conversation.owner
        if self._own_finder and self._finder is None:
            self._finder = WordFinder()
        if self._finder is not None:
            self._finder.learn(conversation._names())
        self.add(in_order_of_time(conversation))
        self._accounts, self._aliases, self._owner = {}, {}, None

    def add(self, messages: Iterable[Message]) -> None:
        """Count the messages of one conversation."""
        self.talk.begin()
        self.ends.begin()
        self._sent = {}
        self._before = None
        kinds = self._kinds
        for message in messages:
            self.messages += 1
            kind = id(message.kind)  # members of an enumeration hash slowly, and each is there once
            kinds[kind] = kinds.get(kind, 0) + 1
            time = message.time
            moment = None if time is None else instant(time)
            day = None
            if time is not None and moment is not None:
                day = self.calendar.add(time, moment, message.precision)
            if day is None:
                self.undated += 1
            sender = self._find(message)
            if sender is None:
                self.notices += 1
                continue
            sender.see(message.sender, message.is_self)
            if time is not None and moment is not None and day is not None:
                sender.days.add(day)
                if message.precision != "day":
                    self.talk.add(sender, time, moment)
                    self.ends.add(sender, time, day)
                self.coarse += message.precision != "second"
            self._look_into(message, sender)
        self.talk.begin()
        self.ends.begin()

    def _find(self, message: Message) -> TalliedSender | None:
        """Who this is: by the account id, or else by the name; nobody where there is neither."""
        sender_id, name = message.sender_id, message.sender
        if not sender_id and name is None:
            return None
        if self._people is not None and (person := self._people.of(message, self._owner)) is not None:
            if (found := self._by_person.get(id(person))) is None:
                found = self._by_person[id(person)] = self._meet(person.ids[0] if person.ids else None)
                found.name = person.name
                found.names.update((normalize_name(known.name), None) for known in person.names)
            return found
        if not sender_id and self._accounts:
            sender_id = self._accounts.get(normalize_name(name or ""))
        key, known = (sender_id, self._by_id) if sender_id else (name, self._by_name)
        if (found := known.get(key)) is None:
            found = known[key] = self._meet(sender_id or None)
            found.names.update(dict.fromkeys(self._aliases.get(sender_id or "", ())))
        return found

    def _meet(self, sender_id: str | None) -> TalliedSender:
        self.senders.append(TalliedSender(sender_id))
        return self.senders[-1]

    def _look_into(self, message: Message, sender: TalliedSender) -> None:
        quoting = message.kind is MessageKind.QUOTE
        if message.kind is MessageKind.TEXT:
            sender.characters += len(message.text)
        elif quoting:
            typed = (segment.raw for segment in message.segments if not isinstance(segment, Quote))
            sender.characters += sum(map(len, typed))
        if self._segments:
            if message._segments is None and message._parsed is None and is_plain(message.text):
                sender.laughs += bool(message.text) and self._count_text(message.text)
            else:
                self._count_segments(message.segments, sender)
            text = message.text.strip()
            before, self._before = self._before, (sender, text)
            is_repeated = before is not None and before[1] == text and before[0] is not sender
            if is_repeated and message.kind is MessageKind.TEXT and 0 < len(text) <= _REPEATED:
                sender.repeats += 1
                self.repeats.add(text)
        if quoting or message.reply_to is not None:
            answered: TalliedSender | str | None = self._sent.get(message.reply_to) if message.reply_to else None
            if answered is None:  # then by the name in the quote
                names = (segment.sender for segment in message.segments if isinstance(segment, Quote))
                name = next(names, None)
                answered = None if name is None else normalize_name(name)
            if answered is not None:
                self._bump(self.replies, (sender, answered))
        if message.id is not None:
            self._sent[message.id] = sender
            if len(self._sent) > 2 * LIMIT:
                self._sent = dict(itertools.islice(self._sent.items(), LIMIT, None))

    def _count_segments(self, segments: Iterable[Segment], sender: TalliedSender) -> None:
        laughing = False
        for segment in segments:
            if type(segment) is Text:
                laughing = self._count_text(segment.raw) or laughing
            elif isinstance(segment, Emoji):
                self._bump(self.emoji, segment.name)
                laughing = laughing or laughs("", (segment.name,))
            elif isinstance(segment, Mention):
                self._bump(self.mentions, (sender, EVERYONE if segment.everyone else normalize_name(segment.name)))
            elif isinstance(segment, Link) and segment.url:
                domain = domain_of(segment.url)
                if domain is not None:
                    self._bump(self.domains, domain)
            elif isinstance(segment, Call):
                calls, seconds = sender.calls
                sender.calls = calls + 1, seconds + min(max(0, int(segment.seconds or 0)), _LONGEST_CALL)
        sender.laughs += laughing

    def _count_text(self, text: str) -> bool:
        """Count what a text is made of; whether somebody laughs in it."""
        serious = is_serious(text)
        for emoji in () if serious else find_emoji(text):
            self._bump(self.emoji, emoji)
        if self._finder is not None:
            for run in self._finder.runs(text):
                for word in run:
                    self.words.add(word)
                for pair in itertools.pairwise(run):
                    self.phrases.add(_JOIN[any(map(str.isascii, pair))].join(pair))
        return not serious and laughs(text)

    def _bump(self, counts: dict[Key, int], key: Key) -> None:
        if key in counts:
            counts[key] += 1
        elif len(counts) < LIMIT:
            counts[key] = 1
        else:
            self.complete = False
