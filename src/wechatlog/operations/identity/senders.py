"""Who of one export is who of another: keys of senders that belong together, learnt while exports are united.

Takes senders as the messages show them, gives what to compare: a class of senders. A class may be too wide (one name of
two accounts); `may_be_one` keeps account ids apart. Knows nothing of texts and times.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

from wechatlog.model import NOTICES, Message, normalize_name
from wechatlog.operations.identity.names import OWN_NAMES, begins
from wechatlog.operations.identity.people import Evidence, Groups, Identities

_Table: TypeAlias = "defaultdict[str, Counter[str]]"

ANYBODY: Final = ""
"""The key of what nobody sent: notices are compared without a sender."""

_ID, _NAME, _OWN, _NOBODY = "i", "n", "o", "-"
_SHARE: Final = 0.6
_NOTICEABLE: Final = 0.04
_SHARE_OF_IDS: Final = 0.8
_MANY: Final = 3


class Senders:
    """The senders of all exports, beginning with who is who, as far as it is known."""

    def __init__(self, people: Identities | None) -> None:
        self._classes, self._ids = Groups(), Groups()
        self._writing: set[str] = set()
        self.evidence: list[Evidence] = []
        for person in people or ():
            keys = [
                (_ID if key in person.ids else _NAME) + (key if key in person.ids else normalize_name(key))
                for key in person.keys
            ]
            keys += [_NAME + normalize_name(name.name) for name in person.names if name.name not in OWN_NAMES]
            for key in keys:
                self.join(keys[0], key)
            for id_ in person.ids:
                self._ids.join(person.ids[0], id_)
                self._classes.add_id(_ID + id_, id_)

    def key(self, message: Message, own: str) -> str:
        """What a sender is known by: the account id, or else the name; 我 by the owner of the export."""
        if message.kind in NOTICES:
            return ANYBODY
        if message.sender_id:
            return _ID + message.sender_id
        if message.sender is None:
            return _NOBODY
        if message.sender in OWN_NAMES and message.is_self:
            return own
        return _NAME + normalize_name(message.sender)

    @staticmethod
    def own_key(owner: str | None, number: int) -> str:
        """The key of 我 in an export: its owner, or else nobody who is known from elsewhere."""
        return f"{_OWN}#{number}" if not owner else _NAME + normalize_name(owner)

    def meet(self, messages: Iterable[tuple[str, Message]]) -> None:
        """Learn under which names account ids stand."""
        seen: set[tuple[str, str | None]] = set()
        for key, message in messages:
            place = (key, message.sender)
            if place in seen:
                continue
            seen.add(place)
            self._writing.add(_NAME + normalize_name(message.sender or ""))
            if key[:1] != _ID:
                continue
            id_ = key[1:]
            self._classes.add_id(key, id_)
            for name in (id_, message.sender):
                if name and name not in OWN_NAMES:
                    self.join(key, _NAME + normalize_name(name))

    def join(self, one: str, two: str) -> None:
        """Note that two keys are one sender."""
        self._classes.join(*sorted((self._classes.top(one), self._classes.top(two))))

    def top(self, key: str) -> str:
        """The class of a key; `ANYBODY` and nobody are classes of their own."""
        return self._classes.top(key)

    def may_be_one(self, one: str | None, two: str | None) -> bool:
        """Whether two account ids, of senders of one class, may be one person."""
        return not one or not two or one == two or self._ids.top(one) == self._ids.top(two)

    def is_one_of(self, key: str, own: set[str]) -> bool:
        """Whether a key is one of some; where both have account ids, these decide."""
        if key[:1] == _ID and any(other[:1] == _ID for other in own):
            return any(self.may_be_one(key[1:], other[1:]) for other in own if other[:1] == _ID)
        return self.top(key) in {self.top(other) for other in own}

    def are_two(self, one: str, two: str) -> bool:
        """Whether two names are those of two people who write."""
        keys = {_NAME + normalize_name(name) for name in (one, two)}
        return keys <= self._writing and len({self.top(key) for key in keys}) == 2

    def learn_certain(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Learn from messages with one id and one content: their senders are one, unless both have account ids."""
        for old, new in sorted(set(pairs)):
            if {ANYBODY, _NOBODY} & {old, new} or self.top(old) == self.top(new) or {old[:1], new[:1]} == {_ID}:
                continue
            self._accept(old, new, 1, 1.0)

    def learn(self, counts: dict[tuple[str, str], int]) -> None:
        """Learn from how often the same message stands under a known key and a new one, in exports of one chat."""
        for old, new in sorted(counts):
            are_names = {old[:1], new[:1]} == {_NAME}
            if are_names and begins(old[1:], new[1:]) and self.top(old) != self.top(new):
                self._accept(old, new, counts[old, new], 1.0)
        known = {pair: number for pair, number in sorted(counts.items()) if not {ANYBODY, _NOBODY} & set(pair)}
        for place in (1, 0):  # what each of the new ones is, and then what each of the old ones is
            by_one: _Table = defaultdict(Counter)
            by_two: _Table = defaultdict(Counter)
            for pair, number in known.items():
                one, two = pair[place], self.top(pair[1 - place])
                by_one[one][two] += number
                by_two[two][one] += number
            for one, counted in by_one.items():
                total, same = counted.total(), self.top(one)
                rest = {two: number for two, number in counted.items() if self.top(two) != same}
                two, number = max(rest.items(), key=lambda item: (item[1], item[0]), default=("", 0))
                share = number / (total if number < max(_MANY, total * _NOTICEABLE) else sum(rest.values()) or 1)
                if number and self._is_sure(one, two, share, by_one, by_two):
                    self._accept(one, two, number, share)

    def _is_sure(self, one: str, two: str, share: float, by_one: _Table, by_two: _Table) -> bool:
        if self.top(one) == self.top(two) or share < _SHARE:
            return False
        number, others = by_one[one][two], by_two[two]
        if {self.top(one), self.top(two)} <= self._classes.ids.keys():
            return number >= _MANY and share >= _SHARE_OF_IDS and others.total() < 2 * number
        # somebody who passes on what all others say is none of them
        return not (len(others) >= _MANY and len(by_two) == 1)

    def _accept(self, old: str, new: str, number: int, share: float) -> None:
        ids = [min(self._classes.ids.get(self.top(key), ()), default=None) for key in (old, new)]
        if ids[0] and ids[1]:
            self._ids.join(ids[0], ids[1])
        one, two = sorted((ids[0] or old[1:], ids[1] or new[1:]))
        self.join(old, new)
        if old[:1] != _OWN and new[:1] != _OWN:
            self.evidence.append(Evidence("message", one, two, round(share * number / (number + 0.05), 2), number))
