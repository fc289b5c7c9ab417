"""The union of several exports of one chat, one export after the other.

Takes the messages of an export at a time, finds for each the version that the union has already, and unites the two.
The work for an export grows with its own length, not with that of the union. An export is compared by ids where its ids
are those of the union, and else by content inside windows of time as wide as the coarser of two precisions; what stands
there several times is counted. Knows nothing of conversations but what a `Part` says.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from wechatlog.content.accounts import is_account, is_room
from wechatlog.model import Message, MessageKind
from wechatlog.operations.identity.senders import ANYBODY, Senders
from wechatlog.operations.richer import unite
from wechatlog.operations.sameness import (
    content_key,
    detail,
    is_telling,
    letters,
    lossy,
    quoted_names,
    resemble,
    typed_text,
)
from wechatlog.operations.sequences import anchors, between
from wechatlog.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from wechatlog.operations.identity import Identities


_PlaceOf: TypeAlias = "Callable[[int | None, str], Hashable]"
"""Where a message of a clock and a content key stands in a table; `None` for nowhere."""

Label: TypeAlias = "tuple[str | None, str | None, str | None]"
"""What tells chats apart: the id, the title, the owner."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_WIDEST: Final = 8
"""How many versions of one content in one window are looked at one after the other; equal ones are found at once."""
_SAME_CHAT: Final = 0.4
_ENOUGH: Final = 8
_OTHERS: Final = 4
"""So many texts of others on both sides, and none of them alike, are two chats whatever they are called."""
_LARGEST_OFFSET: Final = 16 * _HOUR
_STRETCH: Final = 600
"""Seconds of the windows in which it is counted how much of one export another has."""
_DISTINCT: Final = 6
_FEWEST_SHIFTED: Final = 3
_SERVER_ID: Final = 15
"""Digits from which on a number is that of the server, and not one that a tool counts."""
_NONE: Final = -1
_UNTOLD: Final[Mapping[str | None, Mapping[str, Any]]] = {
    None: {},
    "minute": {"second": 0, "microsecond": 0},
    "day": {"hour": 0, "minute": 0, "second": 0, "microsecond": 0},
}
"""What a precision says nothing of."""


def _text_of_minute(second: int | None, key: str) -> Hashable:
    return None if second is None else second // _MINUTE, key


def _text_of_day(second: int | None, key: str) -> Hashable:
    return None if second is None else (second // _DAY, key)


def _minute(second: int | None, _key: str) -> Hashable:
    return None if second is None else second // _MINUTE


def _long_text(_second: int | None, key: str) -> Hashable:
    return key if len(key) >= _DISTINCT else None


def _shifted(seconds: list[int | None], offset: int) -> list[int | None]:
    return [None if second is None else second + offset for second in seconds] if offset else seconds


def _second(time: dt.datetime) -> int:
    since = instant(time)
    return since.days * _DAY + since.seconds


def _steps(messages: Iterable[Message]) -> Iterator[int]:
    """From each time to the next: 1 for later, -1 for earlier, 0 for what the coarser of the two does not tell."""
    timed = ((message.time, message.precision) for message in messages if message.time is not None)
    for (one, precision), (two, other) in itertools.pairwise(timed):
        small = _UNTOLD["day" if "day" in (precision, other) else "minute" if "minute" in (precision, other) else None]
        before, after = instant(one.replace(**small)), instant(two.replace(**small))
        yield (before < after) - (before > after)


class _Row:
    """Messages, and of each the clock, the content key and the key of the sender."""

    messages: Sequence[Message]
    seconds: list[int | None]
    keys: list[str]
    senders: list[str]

    def second(self, place: int) -> int | None:
        """The clock of a message to the second; `None` where it is not known so well."""
        return self.seconds[place] if self.messages[place].precision not in ("minute", "day") else None

    def sharp(self, place: int) -> str:
        """The content key with what distinguishes the message, such as a title, where that says something."""
        known = detail(self.messages[place])
        return self.keys[place] if known is None or not is_telling(known) else known + self.keys[place]


@attrs.define(eq=False)
class Part(_Row):
    """One export on its way into the union, whose clocks are shifted by `offset`.

    Attributes:
        number: its place among all.
        own: the key of its 我.
        writers: the keys of those who write, but for the owner.
        found: the entry of the union of each message; -1 for none.
        taken: the entries that were found.
        step: 1, or -1 where the newest message comes first; 0 where there is no order.
        space: the bit of its numbering of messages.
        telling: texts that say something, in stretches of time of which the union has some too; the smaller number of
            both sides.
        alike: how many of them have a like in the union, whoever sent it.
        common: as `telling`, for messages of all kinds.
        equal: how many of these have a like in the union.
        others: texts that say something in these stretches, but of the sender with the most that are alike.
        others_alike: how many of those have a like in the union.
        doubtful: matches for which several messages come into question, of those at hand or of those that are missing.
    """

    number: int
    messages: tuple[Message, ...]
    own: str
    label: Label
    seconds: list[int | None] = attrs.field(factory=list)
    keys: list[str] = attrs.field(factory=list)
    senders: list[str] = attrs.field(factory=list)
    writers: frozenset[str] = frozenset()
    found: list[int] = attrs.field(factory=list)
    taken: set[int] = attrs.field(factory=set)
    step: int = 1
    offset: int = 0
    space: int = 0
    matched: int = 0
    telling: int = 0
    alike: int = 0
    common: int = 0
    equal: int = 0
    others: int = 0
    others_alike: int = 0
    doubtful: int = 0

    @property
    def rate(self) -> float:
        """How much of what could be found was found."""
        return self.alike / self.telling if self.telling else 0.0

    @property
    def is_same_chat(self) -> bool:
        """Whether so much was found that both are exports of one chat."""
        return self.alike >= 2 and self.rate >= _SAME_CHAT

    @property
    def is_whole(self) -> bool:
        """Whether all that could be found was found, though it may be little."""
        if self.telling:
            return self.alike >= self.telling and self.equal * 2 > self.common
        return self.equal >= max(2, self.common)

    def is_as_fine(self, one: int, two: int) -> bool:
        """Whether two clocks are equally fine: where they are not, the order of the messages may be that of a union."""
        return self.messages[one].precision == self.messages[two].precision

    def is_at_once(self, one: int, two: int) -> bool:
        """Whether two messages are of one second, of which an exporter, or a union, may have guessed the order."""
        return self.second(one) == self.second(two) is not None

    def unmatched(self, place_of: _PlaceOf, offset: int = 0) -> dict[Hashable, list[int]]:
        """Messages that are not matched yet, by the places of their shifted clocks."""
        groups: dict[Hashable, list[int]] = {}
        for index, (second, key) in enumerate(zip(_shifted(self.seconds, offset), self.keys, strict=True)):
            if self.found[index] == _NONE and (place := place_of(second, key)) is not None:
                groups.setdefault(place, []).append(index)
        return groups


class Union(_Row):
    """All messages so far, as far as it is known of these people, in the order in which they were met.

    For each there are its clock and its sources, pairs of a part and the index there. `enriched` are those that say
    more than any of their versions, `conflicts` an index, fields, and the versions that contradict each other.
    `numberings` are ways of numbering messages that were met, `steps` comparisons, for tests of what the work grows
    with.
    """

    def __init__(self, people: Identities | None = None) -> None:
        self.people = Senders(people)
        self.messages: list[Message] = []
        self.seconds, self.keys, self.senders = [], [], []
        self.where: list[list[tuple[int, int]]] = []
        self.parts: list[Part] = []
        self.enriched: set[int] = set()
        self.conflicts: list[tuple[int, tuple[str, ...], Message, Message]] = []
        self.steps = 0
        self._spaces: list[int] = []
        self._tables: dict[_PlaceOf, dict[Hashable, list[int]]] = {_text_of_minute: {}}
        self._by_id: dict[tuple[str, bool], list[int]] = {}
        self.numberings = 1
        self._has_server_ids = self._has_days = False
        self._stretches: Counter[tuple[int, bool]] = Counter()
        self._numbered: dict[int, Part] = {}

    # --- one part -----------------------------------------------------------------------------------

    def add(self, part: Part) -> None:
        """Unite an export with all that came before."""
        messages = part.messages
        part.seconds = [None if message.time is None else _second(message.time) for message in messages]
        steps = set(_steps(messages)) - {0}
        part.step = (steps or {1}).pop() if len(steps) < 2 else 0
        part.keys = [content_key(message) for message in messages]
        part.senders = [self.people.key(message, part.own) for message in messages]
        own = {sender for sender, message in zip(part.senders, messages, strict=True) if message.is_self}
        part.writers = frozenset(part.senders) - own - {part.own, ANYBODY}
        part.found = [_NONE] * len(messages)
        self._has_days = self._has_days or any(message.precision == "day" for message in messages)
        self.people.meet(zip(part.senders, messages, strict=True))
        for sender in own - {ANYBODY}:
            self.people.join(part.own, sender)
        if self.messages and not any(are_two_chats(part.label, other.label) for other in self.parts):
            self._match(part)
        self._take(part)
        self._numbered[part.number] = part
        self.parts.append(part)

    def _match(self, part: Part) -> None:
        self._match_ids(part)
        is_undated = [all(second is None for second in row.seconds) for row in (part, self)]
        is_little = any(len(set(filter(is_telling, row.keys))) < _ENOUGH for row in (part, self))
        if any(is_undated) and not (all(is_undated) and is_little):
            self._match_sequence(part)
            return
        if offset := self._offset_of_ids(part):
            self._shift(part, offset)
            self._match_ids(part)
        self._compare(part)
        if not part.is_same_chat and not part.matched:
            self._find_offset(part)
        is_doubtful = any(_other_label(part.label, other.label) for other in self.parts)
        is_strange = is_doubtful or self._are_others(part)
        is_other = not part.matched and self._is_one_sided(part, is_strange)
        is_sure = part.matched > 0 or (part.is_same_chat and not is_other)
        may_be_same = part.is_whole and part.alike != 1 if is_strange else not is_other
        if is_sure or (may_be_same and part.telling < _ENOUGH):
            self._learn(part, is_sure=is_sure, is_doubtful=is_doubtful)
            self._match_groups(part, exact=False)
            if self._has_days:
                self._match_days(part)
            if is_sure:
                self._match_rest(part)
        elif may_be_same:
            self._match_groups(part, exact=True)
        if not part.matched:
            self._shift(part, -part.offset)

    def _are_others(self, part: Part) -> bool:
        """Whether other people write in the part, but for owners: no name and no account id is in both."""
        mine, theirs = part.writers, {sender for other in self.parts for sender in other.writers}
        if not mine or {sender[:1] for sender in mine} != {sender[:1] for sender in theirs}:
            return False
        return not {self.people.top(sender) for sender in mine} & {self.people.top(sender) for sender in theirs}

    def _is_one_sided(self, part: Part, is_strange: bool) -> bool:
        """Whether one person said in both what is alike, and the others nothing: one text went into two chats."""
        if part.others < 2 or part.others_alike:
            return False
        return is_strange or min(part.others, self._telling_of_others(part)) >= _OTHERS

    def _telling_of_others(self, part: Part) -> int:
        """How many texts of the union say something, of people and at times of which the part has nothing alike."""
        stretches = {second // _STRETCH for second in part.seconds if second is not None}
        alike = {self.senders[entry] for _, entries in self._groups(part, 0) for entry in entries}
        return sum(
            second is not None and second // _STRETCH in stretches and sender not in alike and is_telling(key)
            for second, sender, key in zip(self.seconds, self.senders, self.keys, strict=True)
        )

    def _pair(self, part: Part, index: int, entry: int) -> None:
        part.found[index] = entry
        part.matched += 1
        part.taken.add(entry)

    # --- ids ----------------------------------------------------------------------------------------

    def _match_ids(self, part: Part) -> None:
        """Match by ids, where the ids of the part are those of the union: most that are in both mean one message."""
        seen: dict[tuple[str, bool], list[int]] = {}
        pairs: list[tuple[int, int, bool]] = []
        for index, message in enumerate(part.messages):
            if message.id is not None:
                seen.setdefault((message.id, message.kind is MessageKind.RECALL), []).append(index)
        for place, inside in seen.items():
            entries = self._by_id.get(place)
            if entries:
                pairs += (
                    (index, entry, self._agree(part, index, entry)) for index, entry in self._zip(part, inside, entries)
                )
            elif (place[0], not place[1]) in self._by_id:  # taken back later: the notice has the id of the message
                pairs.append((inside[0], _NONE, True))
        if not seen:
            return
        agreed = sum(agree for *_, agree in pairs)
        if (pairs and agreed * 2 < len(pairs)) or (not pairs and self._is_own_numbering(part)):
            part.space = 1 << self.numberings
            self.numberings += 1
            return
        same = [(index, entry) for index, entry, agree in pairs if agree and entry != _NONE]
        counts = Counter(self._spaces[entry] & -self._spaces[entry] for _, entry in same)  # most have its numbering
        part.space = max(counts.items(), key=lambda item: (item[1], -item[0]), default=(1, 0))[0] or 1
        for index, entry in same:
            if entry not in part.taken and part.found[index] == _NONE:
                self._pair(part, index, entry)

    def _is_own_numbering(self, part: Part) -> bool:
        """Whether the part numbers its messages in its own way: the same messages have other, short numbers."""
        lengths = sorted(len(message.id) for message in part.messages if message.id is not None)
        if lengths[len(lengths) // 2] >= _SERVER_ID and self._has_server_ids:
            return False
        self._compare(part)
        return part.equal >= 2 and part.equal * 2 >= part.common

    def _zip(self, part: Part, inside: list[int], entries: list[int]) -> Iterator[tuple[int, int]]:
        """Pairs of messages with one id: equal ones first, where an id stands there several times, then in order."""
        if len(inside) == len(entries) == 1:
            yield inside[0], entries[0]
            return
        waiting: dict[object, deque[int]] = {}
        for entry in entries:
            message = self.messages[entry]
            waiting.setdefault((message.time, message.kind, message.text), deque()).append(entry)
        rest = []
        for index in inside:
            message = part.messages[index]
            queue = waiting.get((message.time, message.kind, message.text))
            if queue:
                yield index, queue.popleft()
            else:
                rest.append(index)
        yield from zip(rest, sorted(entry for queue in waiting.values() for entry in queue), strict=False)

    def _agree(self, part: Part, index: int, entry: int) -> bool:
        """Whether two messages of one id may be one: they have one time, or one content."""
        if part.keys[index] == self.keys[entry]:
            return True
        one, two = part.seconds[index], self.seconds[entry]
        return one is None or two is None or one // _MINUTE == two // _MINUTE

    # --- how much is alike --------------------------------------------------------------------------

    def _groups(self, part: Part, offset: int) -> Iterator[tuple[list[int], list[int]]]:
        """Messages of the part that are not matched yet, with those of the union of the same content and minute."""
        for place, inside in part.unmatched(_text_of_minute, offset).items():
            if entries := self._tables[_text_of_minute].get(place):
                yield inside, entries

    def _compare(self, part: Part, offset: int = 0) -> None:
        stretches: Counter[tuple[int, bool]] = Counter()
        telling: Counter[str] = Counter()
        for second, key, sender in zip(part.seconds, part.keys, part.senders, strict=True):
            if second is not None:
                place = ((second + offset) // _STRETCH, is_telling(key))
                stretches[place] += 1
                if place[1] and place in self._stretches:
                    telling[sender] += 1
        known = {place: self._stretches[place] for place in stretches if place in self._stretches}
        part.telling = min(sum(table[place] for place in known if place[1]) for table in (stretches, known))
        part.common = min(sum(table[place] for place in known) for table in (stretches, known))
        part.alike = part.equal = 0
        alike: Counter[str] = Counter()
        for inside, entries in self._groups(part, offset):
            if part.seconds[inside[0]] is not None:
                number = self._alike(part, inside, entries, offset)
                part.equal += number
                if is_telling(part.keys[inside[0]]):
                    part.alike += number
                    alike[part.senders[inside[0]]] += number
        first = max(alike, key=lambda sender: (alike[sender], sender), default="")
        part.others = telling.total() - telling[first]
        part.others_alike = alike.total() - alike[first]
        part.alike += sum(entry != _NONE and is_telling(key) for entry, key in zip(part.found, part.keys, strict=True))

    def _alike(self, part: Part, inside: list[int], entries: list[int], offset: int) -> int:
        self.steps += len(inside) + min(len(entries), len(inside) * _WIDEST)
        known = Counter(map(self.second, entries[: len(inside) * _WIDEST]))
        count = 0
        for index in inside:
            clock = part.second(index)
            clock = None if clock is None else clock + offset
            for found in (clock, None) if clock is not None else tuple(known):
                if known[found]:
                    known[found] -= 1
                    count += 1
                    break
        return count

    def _shift(self, part: Part, offset: int) -> None:
        if offset:
            part.offset += offset
            part.seconds = _shifted(part.seconds, offset)

    def _offset_of_ids(self, part: Part) -> int:
        """What the clock of the part is behind, as most of the messages matched by id say."""
        differences: Counter[int] = Counter()
        for index, entry in enumerate(part.found):
            if entry != _NONE:
                one, two = self.second(entry), part.second(index)
                if one is not None and two is not None:
                    differences[one - two] += 1
        shift, number = _most_frequent(differences)
        return shift if number >= _FEWEST_SHIFTED and number * 2 > differences.total() else 0

    def _find_offset(self, part: Part) -> None:
        """Find out whether the clock of the part is wrong, from texts that stand once in both."""
        known = self._table(_long_text)
        own: dict[str, list[int]] = {}
        for index, key in enumerate(part.keys):
            if len(key) >= _DISTINCT:
                own.setdefault(key, []).append(index)
        differences: Counter[int] = Counter()
        for key, inside in own.items():
            entries = known.get(key, [])
            if len(inside) == len(entries) == 1:
                (index,), (entry,) = inside, entries
                one, two = self.seconds[entry], part.seconds[index]
                if one is not None and two is not None:
                    unit = _MINUTE if part.second(index) is None or self.second(entry) is None else 1
                    differences[(one // unit - two // unit) * unit] += 1
        self.steps += len(own)
        near = {shift: number for shift, number in differences.items() if 0 < abs(shift) <= _LARGEST_OFFSET}
        shift, number = _most_frequent(near)
        if number < _FEWEST_SHIFTED or number * 2 < differences.total():
            return
        before = part.alike
        self._compare(part, shift)
        if part.is_same_chat and part.alike > before:
            self._shift(part, shift)
        else:
            self._compare(part)

    def _match_sequence(self, part: Part) -> None:
        """Match an export without any time, or with what has none, by the order of what is said."""
        entries = [entry for entry in range(len(self.messages)) if entry not in part.taken]
        entries.sort(key=lambda entry: (self.seconds[entry] or 0, entry))
        places = [index for index, entry in enumerate(part.found) if entry == _NONE]
        one, two = [self.keys[entry] for entry in entries], [part.keys[index] for index in places]
        sharp = list(map(self.sharp, entries)), list(map(part.sharp, places))
        fixed = anchors(*sharp, is_telling)
        self.steps += len(one) + len(two)
        if len(fixed) < _FEWEST_SHIFTED:
            return
        inner = (sharp[0][fixed[0][0] : fixed[-1][0] + 1], sharp[1][fixed[0][1] : fixed[-1][1] + 1])
        part.telling = min(len({key for key in keys if is_telling(key)}) for keys in inner)
        part.alike = len(fixed)
        if not part.is_same_chat:
            return
        senders = ((self.senders[entries[first]], part.senders[places[second]]) for first, second in fixed)
        self.people.learn(Counter(senders))

        def may_be_one(first: int, second: int) -> bool:
            return self._may_be_one(part, places[second], entries[first], exact=False, by_detail=True)

        fixed = [pair for pair in fixed if may_be_one(*pair)]
        if len(fixed) < part.alike * _SAME_CHAT:
            return  # others said the same in the same order: it was passed on
        pairs = sorted([*fixed, *between(one, two, fixed, may_be_one)])
        for first, second in pairs:
            self._pair(part, places[second], entries[first])
        for (first, second), (later, following) in itertools.pairwise(pairs):
            if 0 < min(later - first, following - second) - 1 <= max(later - first, following - second) <= _WIDEST:
                self._match_gap(part, places[second + 1 : following], entries[first + 1 : later])
        part.doubtful += self._count_loose(part, places, entries)

    def _count_loose(self, part: Part, places: list[int], entries: list[int]) -> int:
        """How many matches say little and lack a neighbour: of two such words in a row, the other one may be meant."""
        order = {entry: number for number, entry in enumerate(entries)}
        found = enumerate(part.found[index] for index in places)
        matched = [(order[entry], number) for number, entry in found if entry != _NONE]
        row = {(-1, -1), *matched, (len(entries), len(places))}
        return sum(
            not {(first - 1, second - 1), (first + 1, second + 1)} <= row
            for first, second in matched
            if not is_telling(part.keys[places[second]]) and not detail(part.messages[places[second]])
        )

    def _match_gap(self, part: Part, inside: list[int], entries: list[int]) -> None:
        """Match what lies between two matches: of each sender as many on both sides, in their order."""
        for top in {self.people.top(part.senders[index]) for index in inside}:
            mine = [index for index in inside if self.people.top(part.senders[index]) == top]
            theirs = [entry for entry in entries if self.people.top(self.senders[entry]) == top]
            if len(mine) == len(theirs):
                for index, entry in zip(mine, theirs, strict=True):
                    is_one = self._may_be_one_sender(part, index, entry)
                    if is_one and resemble(part.messages[index], self.messages[entry]):
                        self._pair(part, index, entry)

    # --- senders ------------------------------------------------------------------------------------

    def _learn(self, part: Part, *, is_sure: bool, is_doubtful: bool) -> None:
        """Learn who is who from messages that stand once in a window on both sides."""
        counts: Counter[tuple[str, str]] = Counter()
        certain = set()
        for index, entry in enumerate(part.found):
            if entry != _NONE:
                pair = self.senders[entry], part.senders[index]
                counts[pair] += 1
                if part.keys[index] == self.keys[entry]:
                    certain.add(pair)
        self.people.learn_certain(certain)
        for inside, entries in self._groups(part, 0):
            if len(inside) == len(entries) == 1:
                (index,), (entry,) = inside, entries
                one, two = part.second(index), self.second(entry)
                if (one is None or two is None or one == two) and self._say_one(part, index, entry):
                    counts[self.senders[entry], part.senders[index]] += 1
        if is_sure:
            self.people.learn(counts)
        for other in self.parts:
            if part.own[:2] == "o#" and other.own[:2] == "o#" and not is_doubtful:
                row = {old: number for (old, new), number in counts.items() if new == part.own}
                if not row or max(row, key=lambda key: (row[key], key)) == other.own:
                    self.people.join(other.own, part.own)

    def _say_one(self, part: Part, index: int, entry: int) -> bool:
        """Whether a message and an entry say the same, and something that is not often said."""
        if is_telling(part.keys[index]):
            return part.keys[index] == self.keys[entry]
        key = part.sharp(index)
        return is_telling(key) and key == self.sharp(entry)

    # --- matching -----------------------------------------------------------------------------------

    def _match_groups(self, part: Part, *, exact: bool) -> None:
        """Match all groups: first those that say most, by whose order the others are judged."""
        for inside, entries in sorted(self._groups(part, 0), key=lambda group: self._vagueness(part, *group)):
            self._match_group(part, inside, entries, exact=exact)

    def _vagueness(self, part: Part, inside: list[int], entries: list[int]) -> int:
        """How little a group of one content says of which message is which."""
        if is_telling(part.keys[inside[0]]):
            return 0
        if any(detail(part.messages[index]) for index in inside):
            return 1
        return 2 if len(inside) == len(entries) == 1 else 3

    def _match_days(self, part: Part) -> None:
        """Match what has only a day, on one side or on both."""
        known = self._table(_text_of_day)
        for place, inside in part.unmatched(_text_of_day).items():
            entries = known.get(place, [])
            some = [index for index in inside if part.messages[index].precision == "day"]
            self._match_group(part, some, entries, exact=False)
            days = [entry for entry in entries if self.messages[entry].precision == "day"]
            self._match_group(part, inside, days, exact=False)

    def _match_group(self, part: Part, inside: list[int], entries: list[int], *, exact: bool) -> None:
        """Match messages of one content in one window: equal ones first, then any that may be one, in their order."""
        inside = [index for index in inside if part.found[index] == _NONE]
        entries = [entry for entry in entries if entry not in part.taken]
        self.steps += len(inside) + len(entries)
        if not inside or not entries:
            return
        if len(inside) == len(entries) == 1:
            if self._may_be_one(part, inside[0], entries[0], exact=exact, by_detail=False):
                self._pair(part, inside[0], entries[0])
            return
        for is_equal in (True, False):
            waiting: dict[object, deque[int]] = {}
            for entry in entries:
                if entry not in part.taken:
                    place = self._place(self.messages[entry], self.second(entry), self.senders[entry], is_equal)
                    waiting.setdefault(place, deque()).append(entry)
            for index in inside:
                if part.found[index] == _NONE:
                    place = self._place(part.messages[index], part.second(index), part.senders[index], is_equal)
                    queue = waiting.get(place)
                    if queue and self._may_be_one(part, index, queue[0], exact=exact, by_detail=True):
                        self._pair(part, index, queue.popleft())
        for by_detail in (True, False):
            left = deque(entry for entry in entries if entry not in part.taken)
            rest = [index for index in inside if part.found[index] == _NONE]
            if left and rest:
                self._match_in_order(part, rest, left, exact=exact, by_detail=by_detail)

    def _place(self, message: Message, clock: int | None, sender: str, is_equal: bool) -> tuple[object, ...]:
        """What two versions have in common that are the first choice for each other."""
        known = (clock, self.people.top(sender), message.sender_id, detail(message))
        if not is_equal or message.time is None:
            return known
        return (*known, message.precision, message.time.microsecond, message.kind, message.text, message.given_segments)

    def _match_in_order(self, part: Part, rest: list[int], left: deque[int], *, exact: bool, by_detail: bool) -> None:
        classes: dict[str, deque[int]] = {}
        for entry in left:
            classes.setdefault(self.people.top(self.senders[entry]), deque()).append(entry)
        for index in rest:
            top = self.people.top(part.senders[index])
            for name in (top, ANYBODY) if top != ANYBODY else tuple(classes)[:_WIDEST]:
                queue = classes.get(name, ())
                for place, entry in enumerate(queue):
                    self.steps += 1
                    if place == _WIDEST:
                        break
                    if self._may_be_one(part, index, entry, exact=exact, by_detail=by_detail):
                        part.doubtful += len(queue) > 1
                        self._pair(part, index, entry)
                        del queue[place]  # type: ignore[union-attr]
                        break
                if part.found[index] != _NONE:
                    break

    def _may_be_one(self, part: Part, index: int, entry: int, *, exact: bool, by_detail: bool) -> bool:
        """Whether a message and an entry of one content and one window may be one."""
        one, two = part.messages[index], self.messages[entry]
        is_exact = part.second(index) is not None and self.second(entry) is not None
        if not self._may_be_one_sender(part, index, entry) or (exact and not is_exact):
            return False
        if not self._may_be_one_time(part, index, entry):
            return False
        if is_exact and not by_detail:
            return True
        title, other = detail(one), detail(two)
        return title is None or other is None or title in other or other in title

    def _may_be_one_time(self, part: Part, index: int, entry: int) -> bool:
        """Whether a message and an entry have one clock, or one that is not known to the second and no other order."""
        first, second = part.second(index), self.second(entry)
        return first == second if first is not None and second is not None else not self._crosses(part, index, entry)

    def _crosses(self, part: Part, index: int, entry: int) -> bool:
        """Whether what says little has matched neighbours in its minute that stand on the other side of the entry."""
        second = part.seconds[index]
        if second is None or not part.step or self._say_one(part, index, entry):
            return False
        for step in (-1, 1):
            for place in range(index + step, index + step * _WIDEST, step):
                self.steps += 1
                if not 0 <= place < len(part.found) or (part.seconds[place] or 0) // _MINUTE != second // _MINUTE:
                    break
                if part.found[place] != _NONE and part.is_as_fine(place, index) and not part.is_at_once(place, index):
                    if self._order(entry, part.found[place]) == step * part.step:
                        return True
                    break
        return False

    def _order(self, one: int, two: int) -> int:
        """-1 where the first of two entries was sent before the other, 1 where it was after, 0 where nobody knows."""
        first, second = self.second(one), self.second(two)
        if first is not None and second is not None and first != second:
            return -1 if first < second else 1
        places = dict(self.where[two])
        for number, place in self.where[one]:
            if number in places and (part := self._numbered[number]).is_as_fine(place, places[number]):
                return part.step * (-1 if place < places[number] else 1)
        return 0

    def _may_be_one_sender(self, part: Part, index: int, entry: int) -> bool:
        one, two = part.messages[index], self.messages[entry]
        if part.space & self._spaces[entry] and one.id is not None:
            return False  # both have an id of one numbering, and not the same
        mine, theirs = part.senders[index], self.senders[entry]
        if ANYBODY not in (mine, theirs) and self.people.top(mine) != self.people.top(theirs):
            return False
        if mine == theirs == ANYBODY and one.text != two.text:
            names = zip(quoted_names(one), quoted_names(two), strict=False)
            if any(itertools.starmap(self.people.are_two, names)):
                return False
        return self.people.may_be_one(one.sender_id, two.sender_id)

    def _match_rest(self, part: Part) -> None:
        """Match what exporters wrote so differently that the keys differ: what is the only one on both sides."""
        mine = part.unmatched(_minute)
        known = self._table(_minute) if mine else {}
        for minute, inside in mine.items():
            entries = [entry for entry in known.get(minute, ()) if entry not in part.taken]
            if entries and len(inside) * len(entries) <= _WIDEST * _WIDEST * 4:
                for like in (_same_lossy, resemble):
                    rest = [index for index in inside if part.found[index] == _NONE]
                    left = [entry for entry in entries if entry not in part.taken]
                    self.steps += len(rest) * len(left)
                    pairs = [
                        (index, entry)
                        for index, entry in itertools.product(rest, left)
                        if self._may_be_one_time(part, index, entry)
                        and self._may_be_one_sender(part, index, entry)
                        and like(part.messages[index], self.messages[entry])
                    ]
                    often = Counter(index for index, _ in pairs), Counter(entry for _, entry in pairs)
                    for index, entry in pairs:
                        if often[0][index] == often[1][entry] == 1:
                            self._pair(part, index, entry)

    # --- taking over --------------------------------------------------------------------------------

    def _take(self, part: Part) -> None:
        shift = dt.timedelta(seconds=part.offset)
        for index, message in enumerate(part.messages):
            if part.offset and message.time is not None:
                message = attrs.evolve(message, time=message.time + shift)
            entry = part.found[index]
            if entry == _NONE:
                entry = part.found[index] = len(self.messages)
                self.messages.append(message)
                self.seconds.append(part.seconds[index])
                self.where.append([(part.number, index)])
                self.keys.append(part.keys[index])
                self.senders.append(part.senders[index])
                self._spaces.append(0)
                self._note(entry, part.keys[index], self._tables)
                if (second := part.seconds[index]) is not None:
                    self._stretches[second // _STRETCH, is_telling(part.keys[index])] += 1
            else:
                self.where[entry].append((part.number, index))
                old = self.messages[entry]
                union, fields, is_richer = unite(old, message)
                if fields:
                    self.conflicts.append((entry, fields, old, message))
                if is_richer:
                    self.enriched.add(entry)
                self.messages[entry] = union
                if union.time is not None:
                    self.seconds[entry] = _second(union.time)
                known, sender = self.senders[entry], part.senders[index]
                if known == ANYBODY or (sender[:1] == "i" and known[:1] != "i"):
                    self.senders[entry] = sender
                texts = self._tables.keys() & {_text_of_minute, _text_of_day}
                for key in sorted({part.keys[index], self.keys[entry]}):
                    self._note(entry, key, texts)
            if message.id is not None:
                self._spaces[entry] |= part.space or 1
                _add(self._by_id, (message.id, message.kind is MessageKind.RECALL), entry)
                self._has_server_ids |= len(message.id) >= _SERVER_ID

    def _table(self, place_of: _PlaceOf) -> dict[Hashable, list[int]]:
        """The entries by their places, which are noted from when they are first asked for."""
        if place_of not in self._tables:
            self._tables[place_of] = {}
            for entry, key in enumerate(self.keys):
                self._note(entry, key, (place_of,))
        return self._tables[place_of]

    def _note(self, entry: int, key: str, places: Iterable[_PlaceOf]) -> None:
        second = self.seconds[entry]
        for place_of in places:
            place = place_of(second, key)
            if place_of is _text_of_minute and second is not None and self.messages[entry].precision == "day":
                continue
            if place is not None:
                _add(self._tables[place_of], place, entry)


def _add(table: dict[Any, list[int]], place: Hashable, entry: int) -> None:
    """Note an entry at a place of a table, once."""
    entries = table.setdefault(place, [])
    if entry not in entries[-_WIDEST:]:
        entries.append(entry)


def _most_frequent(differences: Mapping[int, int]) -> tuple[int, int]:
    """The shift that is met most often, of several the smallest, and how often."""
    return max(differences.items(), key=lambda item: (item[1], -abs(item[0]), item[0]), default=(0, 0))


def _same_lossy(one: Message, two: Message) -> bool:
    first, second = typed_text(one), typed_text(two)
    if ("?" in first) == ("?" in second) and letters(first) != letters(second):
        return False
    return lossy(first) == lossy(second)


def are_two_chats(one: Label, two: Label) -> bool:
    """Whether two exports are certainly of two chats: ids of groups differ, or of one owner's contacts."""
    if not one[0] or not two[0] or one[0] == two[0]:
        return False
    if is_room(one[0]) or is_room(two[0]):
        return is_account(one[0]) and is_account(two[0])
    return is_account(one[0]) and is_account(two[0]) and one[2] is not None and one[2] == two[2]


def _other_label(one: Label, two: Label) -> bool:
    """Whether two exports seem to be of two chats, or of two owners."""
    if one[2] and two[2] and one[2] != two[2]:
        return True
    if one[0] and two[0]:
        return one[0] != two[0]
    return bool(one[1] and two[1] and one[1] != two[1])
