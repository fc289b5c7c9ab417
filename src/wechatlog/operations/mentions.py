"""Whom a mention means: the participant behind a name with an `@`.

Takes a conversation and, where there is one, what is known of who is who; gives each mention with the participant whom
it means, and how sure that is. By account id where the archive has it, else by name. What cannot be told stays
unresolved: one character, a city, a name that two people have say nothing.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import attrs

from wechatlog.model import Conversation, Message, Participant, normalize_name
from wechatlog.operations.identity import Identities, Person, spelling
from wechatlog.operations.pseudonyms.name_parts import SEPARATOR, is_everyday_word, personal_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wechatlog.segments.types import Mention

Reason = Literal["id", "name", "people", "spelling", "part", "quote", "answer", "everyone"]

_SURE: Final[dict[Reason, float]] = {"id": 0.99, "name": 0.97, "people": 0.95, "spelling": 0.92, "part": 0.85}
_OTHER_PARTS: Final = 0.7
"""Where the other parts of two names differ: 张三-示例公司 and 张三-某公司."""
_SHORTEST: Final = 2


@attrs.frozen(slots=True)
class ResolvedMention:
    """A mention, and whom it means.

    Attributes:
        message: the message that it stands in.
        mention: the mention.
        participant: whom it means; `None` where that cannot be told, and for everyone.
        confidence: 0 to 1, how sure the participant is; 0 where there is none.
        reason: `id` (the archive has the account id), `name` (a name or alias of one participant), `people` (what is
            known of who is who), `spelling` (a name but for case, width, blanks, emoji or `??`), `part` (the personal
            part of a name: 张三 and 张三-示例公司), `quote` (whose words are quoted under that name) and `answer` (who
            answers when that name is mentioned), suggestions of `people`, `everyone`, or `None`.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> found = operations.resolve_mentions(chat)[0]
        >>> found.mention.name, found.participant.name, found.reason
        ('Mia Lin', 'Mia Lin', 'name')
    """

    message: Message
    mention: Mention
    participant: Participant | None = None
    confidence: float = 0.0
    reason: Reason | None = None


def resolve_mentions(conversation: Conversation, people: Identities | None = None) -> tuple[ResolvedMention, ...]:
    """Say whom each mention of a conversation means.

    Args:
        conversation: any.
        people: who is who, as far as it is known: made by `identities`, or read from a file.

    Returns:
        All mentions, in their order, each with the participant whom it means or with none.

    Example:
        >>> from wechatlog import Conversation, Message
        >>> chat = Conversation([Message(sender="张三-示例公司", text="早"), Message(sender="李四", text="@张三 早")])
        >>> [(found.mention.name, found.participant.name, found.reason) for found in resolve_mentions(chat)]
        [('张三', '张三-示例公司', 'part')]
    """
    participants = _Participants(conversation.participants, people)
    return tuple(
        participants.resolve(message, mention) for message in conversation.messages for mention in message.mentions
    )


class _Way(NamedTuple):
    """A way to find somebody: why, and by which of the keys of a name."""

    reason: Reason
    keys: Callable[[str], Iterable[str]]


def _name_keys(name: str) -> Iterator[str]:
    yield normalize_name(name)


def _spellings(names: Iterable[str]) -> Iterator[str]:
    return (key for name in names if len(key := spelling(name)) >= _SHORTEST)


def _parts(name: str) -> set[str]:
    return {key for part in SEPARATOR.split(name) if (key := spelling(part))}


def _share_parts(name: str, participant: Participant) -> bool:
    """Whether all parts of a name are in one of a participant, or the other way round."""
    parts = _parts(name)
    others = [_parts(other) for other in (participant.name, *participant.aliases) if other]
    return any(parts <= other or other <= parts for other in others)


_WAYS: Final = (
    _Way("name", _name_keys),
    _Way("spelling", lambda name: _spellings((name,))),
    _Way("part", lambda name: _spellings(itertools.filterfalse(is_everyday_word, personal_parts(name) or (name,)))),
)
"""In this order; the first by which anybody is found decides, and finds nobody where it finds two."""


class _Found(NamedTuple):
    """Whom a name means, why, and how sure that is."""

    participant: Participant | None = None
    reason: Reason | None = None
    confidence: float = 0.0


class _Participants:
    """Where participants are found by id and by each way."""

    def __init__(self, participants: Iterable[Participant], people: Identities | None) -> None:
        self._by_id: dict[str, Participant] = {}
        self._by_key: dict[Reason, dict[str, list[Participant]]] = {way.reason: {} for way in _WAYS}
        for participant in participants:
            if participant.id:
                self._by_id[participant.id] = participant
            names = [name for name in (participant.name, *participant.aliases) if name]
            for way in _WAYS:
                for key in dict.fromkeys(key for name in names for key in way.keys(name)):
                    self._by_key[way.reason].setdefault(key, []).append(participant)
        self._by_person: dict[str, list[Participant]] = {}
        self._by_answer: dict[str, tuple[Participant, float, Reason]] = {}
        if people is not None:
            for person in people:
                for participant in self._of_person(person)[:1]:
                    for name in person.names:
                        self._by_person.setdefault(normalize_name(name.name), []).append(participant)
            self._add_answers(people)
        self._found: dict[tuple[str, str | None], _Found] = {}

    def _add_answers(self, people: Identities) -> None:
        """Put participants under the names after which they answer, where nothing better is known."""
        for link in people.suggestions:
            for key, name in ((link.one, link.two), (link.two, link.one)) if link.kind in ("quote", "answer") else ():
                person = people.find(key)
                having = self._of_person(person) if person is not None else []
                if having and link.confidence > self._by_answer.get(normalize_name(name), (None, 0.0))[1]:
                    reason: Reason = "quote" if link.kind == "quote" else "answer"
                    self._by_answer[normalize_name(name)] = (having[0], link.confidence, reason)

    def _of_person(self, person: Person) -> list[Participant]:
        """The participants who are a person."""
        found = [self._by_id[id_] for id_ in person.ids if id_ in self._by_id]
        names = (normalize_name(name.name) for name in person.names)
        return [*found, *(one for name in names for one in self._by_key["name"].get(name, ()) if not one.id)]

    def resolve(self, message: Message, mention: Mention) -> ResolvedMention:
        if mention.everyone:
            return ResolvedMention(message, mention, confidence=mention.confidence, reason="everyone")
        key = (mention.name, mention.id)
        if key not in self._found:
            self._found[key] = self._find(*key)
        participant, reason, sure = self._found[key]
        if reason != "id":
            sure = min(mention.confidence, sure)
        return ResolvedMention(message, mention, participant, sure, reason)

    def _find(self, name: str, id_: str | None) -> _Found:
        if id_ is not None:
            return _Found(self._by_id.get(id_) or Participant(name, id_), "id", _SURE["id"])
        ways: list[tuple[Reason, dict[str, list[Participant]], Iterable[str]]] = [
            (way.reason, self._by_key[way.reason], way.keys(name)) for way in _WAYS
        ]
        ways.insert(1, ("people", self._by_person, _name_keys(name)))
        for reason, index, keys in ways:
            found = {id(one): one for key in keys for one in index.get(key, ())}
            if len(found) > 1:
                break
            for participant in found.values():
                doubtful = reason == "part" and not _share_parts(name, participant)
                return _Found(participant, reason, _OTHER_PARTS if doubtful else _SURE[reason])
        answering = self._by_answer.get(normalize_name(name))
        return _Found() if answering is None else _Found(answering[0], answering[2], answering[1])
