"""Who is who in a chat, as one immutable value: people, what joins their names, and what is only suggested.

Takes names, account ids and evidence, gives people. Every account id is a *key*, and so is every name that stood
without one; evidence joins keys. What is as sure as `CERTAIN` joins, what is less is a suggestion until somebody
confirms it, and what somebody denied never joins. Knows nothing of conversations, of how evidence is found, of files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias, cast

import attrs

from wechatlog.model import Conversation, Message, Participant, normalize_name
from wechatlog.operations.identity.names import OWN_NAMES, Names
from wechatlog.timestamps import identity_of

CERTAIN: Final = 0.9
"""The confidence from which on evidence joins by itself."""

_JOINS_IDS: Final = frozenset({"person", "message"})
"""Evidence strong enough to make two account ids one person."""

_NEVER: Final = dt.datetime(1, 1, 1)

Kind: TypeAlias = Literal["person", "message", "name", "spelling", "compound", "quote", "answer", "owner"]


@attrs.frozen(slots=True)
class Name:
    """A name, and when it was shown.

    Attributes:
        name: as it stood.
        key: the account id that it stood with; the name itself where it stood without one.
        first: time of the first message under it; `None` where nobody wrote under it, or the times are unknown.
        last: time of the last.
        messages: how many were sent under it; 0 for a remark or an alias that only a list of members has.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> name = operations.identities(chat).people[0].names[0]
        >>> name.name, name.messages
        ('陈小禾', 5)
    """

    name: str
    key: str
    first: dt.datetime | None = attrs.field(default=None, eq=identity_of)
    last: dt.datetime | None = attrs.field(default=None, eq=identity_of)
    messages: int = 0


def take_turns(one: Name, two: Name) -> bool:
    """Whether one name was shown last before the other was shown first."""
    if one.first is None or one.last is None or two.first is None or two.last is None:
        return False
    return _clock(one.last) < _clock(two.first) or _clock(two.last) < _clock(one.first)


@attrs.frozen(slots=True)
class Evidence:
    """Why two keys may be one person.

    Attributes:
        kind: `person` (somebody said so), `message` (the same message in two exports), `name` (the same name with and
            without an account id), `spelling` (the same but for case, width, blanks, emoji or `??`), `compound` (one
            name begins with the other: 张三 and 张三-示例公司), `quote` (what one wrote is quoted as the other's),
            `answer` (who is mentioned as one answers as the other), `owner` (both are the owner of an archive).
        one: a key.
        two: another; in no order.
        confidence: 0 to 1.
        count: how often it was seen.

    Example:
        >>> chat = wechatlog.Conversation([wechatlog.Message(sender="张三"), wechatlog.Message(sender="张三-示例公司")])
        >>> evidence = operations.identities(chat).people[0].evidence[0]
        >>> evidence.kind, evidence.confidence > 0.5
        ('compound', True)
    """

    kind: Kind
    one: str
    two: str
    confidence: float
    count: int = 1


@attrs.frozen(slots=True)
class Key:
    """An account id, or a name without one, and the names under which it was met: what evidence joins."""

    key: str
    is_id: bool
    is_self: bool | None = None
    names: tuple[Name, ...] = ()


@attrs.frozen(slots=True)
class Person:
    """Somebody, with all names and account ids that are theirs.

    Attributes:
        ids: account ids.
        names: names with their periods, the first shown first; those that only a list of members has come last.
        is_self: whether this is the owner of the archive; `None` where unknown.
        evidence: what joins them; empty where there is nothing to join.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> person = operations.identities(chat).people[0]
        >>> person.label, person.messages
        ('陈小禾', 5)
    """

    ids: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    is_self: bool | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def name(self) -> str | None:
        """The name shown last; `None` where only an id, or only 我, is known."""
        shown = [name for name in self.names if name.name not in OWN_NAMES and name.name not in self.ids]
        latest = max(shown, key=lambda name: (name.messages > 0, _clock(name.last), name.messages), default=None)
        return latest.name if latest is not None else None

    @property
    def label(self) -> str:
        """What to call them: the name, or else an account id."""
        return self.name or (self.ids[0] if self.ids else self.names[0].name)

    @property
    def keys(self) -> tuple[str, ...]:
        """Account ids, and names that stood without one."""
        return tuple(dict.fromkeys((*self.ids, *(name.key for name in self.names))))

    @property
    def aliases(self) -> tuple[str, ...]:
        """All names but the one shown last."""
        return tuple(dict.fromkeys(name.name for name in self.names if name.name != self.name))

    @property
    def participant(self) -> Participant:
        """The person as a list of members has them."""
        return Participant(self.label, next(iter(self.ids), None), self.is_self, self.aliases)

    @property
    def messages(self) -> int:
        """How many they sent."""
        return sum(name.messages for name in self.names)

    @property
    def confidence(self) -> float:
        """How sure it is that all of this is one person: that of the weakest evidence that is needed; 1 for none."""
        groups, weakest = Groups(), 1.0
        for link in sorted(self.evidence, key=_strongest_first):
            if groups.join(link.one, link.two):
                weakest = link.confidence
        return weakest


def _clock(time: dt.datetime | None) -> dt.datetime:
    return _NEVER if time is None else time.replace(tzinfo=None)


def _strongest_first(link: Evidence) -> tuple[float, int, str, str, Kind]:
    return (-link.confidence, -link.count, link.one, link.two, link.kind)


class Groups:
    """Keys that belong together (union and find); one that is not known yet is a group of its own.

    The account ids of each group that has any are in `ids`, by the key that stands for it.
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self.ids: dict[str, set[str]] = {}

    def top(self, key: str) -> str:
        """The one key that stands for a group."""
        above = self._above
        while (up := above.get(key, key)) != key:
            above[key] = above.get(up, up)
            key = up
        return key

    def add_id(self, key: str, id: str) -> None:  # noqa: A002
        """Note an account id of the group of a key."""
        self.ids.setdefault(self.top(key), set()).add(id)

    def join(self, one: str, two: str) -> bool:
        """Make two groups one, for which stands what stood for the first; false where they are it already."""
        one, two = self.top(one), self.top(two)
        if one != two:
            self._above[two] = one
            if two in self.ids:
                self.ids.setdefault(one, set()).update(self.ids.pop(two))
        return one != two


def connect(person: Person) -> Person:
    """A person with evidence that somebody said so, where nothing else joins their names and ids."""
    keys = person.keys
    groups = Groups()
    for link in person.evidence:
        groups.join(link.one, link.two)
    said = tuple(Evidence("person", keys[0], key, 1.0) for key in keys[1:] if groups.join(keys[0], key))
    return attrs.evolve(person, evidence=(*person.evidence, *said)) if said else person


def _pair(one: str, two: str) -> tuple[str, str]:
    return (one, two) if one <= two else (two, one)


def solve(keys: Iterable[Key], evidence: Iterable[Evidence], vetoes: Iterable[tuple[str, str]] = ()) -> Identities:
    """Make people of keys: the surest evidence first, never against a veto.

    Two account ids become one person only where somebody says so or the same messages stand under both. Evidence that
    is not sure enough becomes a suggestion.
    """
    known = {key.key: key for key in keys}
    denied = {_pair(*pair) for pair in vetoes}
    groups = Groups()
    for key in known.values():
        if key.is_id:
            groups.add_id(key.key, key.key)
    apart: dict[str, set[str]] = {}  # by group: keys that must not join it
    for pair in denied:
        for one, two in (pair, pair[::-1]):
            apart.setdefault(one, set()).add(two)
    suggestions = []
    links = sorted(set(evidence), key=_strongest_first)
    for link in links:
        one, two = groups.top(link.one), groups.top(link.two)
        if one == two or any(groups.top(key) == two for key in apart.get(one, ())):
            continue
        are_accounts = one in groups.ids and two in groups.ids
        if link.confidence < CERTAIN or (are_accounts and link.kind not in _JOINS_IDS):
            suggestions.append(link)
            continue
        groups.join(one, two)
        apart.setdefault(one, set()).update(apart.pop(two, ()))
    members: dict[str, list[Key]] = {}
    for name, key in known.items():
        members.setdefault(groups.top(name), []).append(key)
    joined: dict[str, list[Evidence]] = {}
    for link in links:
        if groups.top(link.one) == groups.top(link.two):
            joined.setdefault(groups.top(link.one), []).append(link)
    people = tuple(_person(inside, joined.get(top, [])) for top, inside in members.items())
    left = tuple(link for link in suggestions if groups.top(link.one) != groups.top(link.two))
    return Identities(people, left, tuple(sorted(denied)))


def _person(keys: list[Key], evidence: list[Evidence]) -> Person:
    names = [name for key in keys for name in key.names]
    names.sort(key=lambda name: (name.messages == 0, _clock(name.first), name.name, name.key))
    owns = [key.is_self for key in keys if key.is_self is not None]
    is_self = None if not owns else any(owns)
    return Person(tuple(key.key for key in keys if key.is_id), tuple(names), is_self, tuple(evidence))


@attrs.frozen(slots=True)
class Identities:
    """Everybody in some conversations, and what is known, suggested and denied of who is who.

    Made by `wechatlog.operations.identities`, or read from a file; taken by `merge`, `statistics`, `Conversation.by`
    and others as `people=`.

    Attributes:
        people: in order of appearance.
        suggestions: evidence that is not sure enough to join by itself, the surest first.
        vetoes: pairs of keys that somebody said are two people.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> people = operations.identities(chat)
        >>> [person.label for person in people.people][:2], operations.Identities.from_toml(people.to_toml()) == people
        (['陈小禾', '老周'], True)
    """

    people: tuple[Person, ...] = ()
    suggestions: tuple[Evidence, ...] = ()
    vetoes: tuple[tuple[str, str], ...] = ()
    _known: Any = attrs.field(default=None, eq=False, init=False, repr=False)

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)

    def __reduce__(self) -> tuple[Any, ...]:
        return Identities, (self.people, self.suggestions, self.vetoes)

    @property
    def _index(self) -> tuple[dict[str, Person], Names[Person]]:
        if self._known is None:
            names: Names[Person] = Names()
            for person in self.people:
                for name in person.names:
                    names.add(name.name, person)
            object.__setattr__(self, "_known", ({key: person for person in self.people for key in person.keys}, names))
        return cast("tuple[dict[str, Person], Names[Person]]", self._known)

    def find(self, name: str | None = None, id: str | None = None) -> Person | None:  # noqa: A002
        """Who has this account id, or else this name.

        A name is looked up as it stands but for runs of white space. Where several people have it, the one who was met
        under the bare name is meant, and nobody where there is none.

        Args:
            name: a name, or an account id that stands in the place of one.
            id: an account id. Where nobody has it, the name counts only for somebody without any id.
        """
        by_key, names = self._index
        if id and (person := by_key.get(id)) is not None:
            return person
        if name is None:
            return None
        person = by_key.get(name) or names.only(name)
        return None if person is not None and id and person.ids else person

    def named(self, name: str) -> tuple[Person, ...]:
        """Everybody who has this account id or was ever called so."""
        by_key, names = self._index
        found = {id(person): person for person in (by_key.get(name),) if person is not None}
        return tuple({**found, **names.having(name)}.values())

    def of(self, message: Message, owner: str | None = None) -> Person | None:
        """Who sent a message; `None` for a notice, and for somebody unknown.

        Args:
            message: any.
            owner: name or account id of the owner of its archive, who is meant by 我.
        """
        if owner is not None and not message.sender_id and message.is_self is not False and message.sender in OWN_NAMES:
            return self.find(owner)
        return self.find(message.sender, message.sender_id)

    def unify(self, conversation: Conversation) -> Conversation:
        """The conversation in which everybody has one name and one account id, for a page, a table or any other form.

        The name is the one shown last, the id the first; the list of members has all names of everybody who wrote.
        Who is not among these people stays as they are.
        """
        known: dict[tuple[str | None, str | None, bool | None], Person | None] = {}
        messages = []
        for message in conversation.messages:
            place = (message.sender, message.sender_id, message.is_self)
            if place not in known:
                known[place] = self.of(message, conversation.owner)
            person = known[place]
            if person is not None:
                message = attrs.evolve(message, sender=person.label, sender_id=next(iter(person.ids), None))
            messages.append(message)
        members = {}
        for member in conversation.members:
            person = self.find(member.name, member.id)
            members[person or member] = member if person is None else person.participant
        for person in known.values():
            if person is not None:
                members[person] = person.participant
        return attrs.evolve(conversation, messages=messages, participants=members.values())

    def confirm(self, one: str, two: str) -> Identities:
        """Say that two names or account ids are one person, whatever was found or said before.

        Raises:
            ValueError: for a name that several people have.
        """
        keys = {key.key: key for key in self.iter_keys()}
        pair = (self._key(one, keys), self._key(two, keys))
        link = Evidence("person", *pair, confidence=1.0)
        same = [{self.find(key) for key in veto} for veto in self.vetoes]
        ours = {self.find(key) for key in pair}
        vetoes = [veto for veto, people in zip(self.vetoes, same, strict=True) if people != ours]
        return solve(keys.values(), (*self.iter_evidence(), link), vetoes)

    def veto(self, one: str, two: str) -> Identities:
        """Say that two names or account ids are two people, whatever was found or said before.

        Raises:
            ValueError: for a name that several people have.
        """
        keys = {key.key: key for key in self.iter_keys()}
        first, second = self._key(one, keys), self._key(two, keys)
        if first == second:
            raise ValueError(f"{one!r} and {two!r} are the same account or the same name; a veto is about two")
        evidence = [link for link in self.iter_evidence() if _pair(link.one, link.two) != _pair(first, second)]
        return solve(keys.values(), evidence, (*self.vetoes, _pair(first, second)))

    def _key(self, name: str, keys: dict[str, Key]) -> str:
        """The key that a person means by a name; a new one where nobody is called so."""
        if name in keys:
            return name
        people = self.named(name)
        if len(people) > 1:
            raise ValueError(f"several people are called {name!r}; give an account id")
        if people:
            normalized = normalize_name(name)
            return next(found.key for found in people[0].names if normalize_name(found.name) == normalized)
        keys[name] = Key(name, is_id=False, names=(Name(name, name),))
        return name

    def iter_keys(self) -> Iterator[Key]:
        """The keys of everybody, with what is known of each."""
        for person in self.people:
            for key in person.keys:
                names = tuple(name for name in person.names if name.key == key)
                yield Key(key, key in person.ids, person.is_self, names)

    def iter_evidence(self) -> Iterator[Evidence]:
        """All evidence: what joins people, then what is suggested."""
        for person in self.people:
            yield from person.evidence
        yield from self.suggestions

    def to_toml(self) -> str:
        """The text of a file that a person can read, edit and compare; see `from_toml`."""
        from wechatlog.operations.identity.file import write_identities

        return write_identities(self)

    @classmethod
    def from_toml(cls, text: str) -> Identities:
        """What `to_toml` wrote, with what somebody changed in it.

        Raises:
            ValueError: for a text that is something else.
        """
        from wechatlog.operations.identity.file import parse_identities

        return parse_identities(text)


def spanning(name: str, key: str, found: Sequence[Name], messages: int) -> Name:
    """A name with the whole of several periods."""
    first = min((one.first for one in found if one.first is not None), key=_clock, default=None)
    last = max((one.last for one in found if one.last is not None), key=_clock, default=None)
    return Name(name, key, first, last, messages)


def join_names(names: Iterable[Name], known: Iterable[Name]) -> tuple[Name, ...]:
    """Names of one key, with the periods that are known of the same ones."""
    merged = {(name.key, name.name): name for name in names}
    for old in known:
        new = merged.get((old.key, old.name), old)
        merged[old.key, old.name] = spanning(old.name, old.key, (old, new), new.messages or old.messages)
    return tuple(merged.values())
