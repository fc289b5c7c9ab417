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
from wechatlog.operations.identity.names import Names, is_everyday_word, parts, personal_parts, spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wechatlog.operations.identity.people import Identities, Person
    from wechatlog.segments.types import Mention

Reason = Literal["id", "name", "people", "spelling", "part", "quote", "answer", "everyone"]

_SURE: Final[dict[Reason, float]] = {"id": 0.99, "name": 0.97, "people": 0.95, "spelling": 0.92, "part": 0.85}
_OTHER_PARTS: Final = 0.7
"""Where the other parts of two names differ: 张三-示例公司 and 张三-某公司."""


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


def _names_of(participant: Participant) -> list[str]:
    return [name for name in (participant.name, *participant.aliases) if name]


def _share_parts(name: str, participant: Participant) -> bool:
    """Whether all parts of a name are in one of a participant, or the other way round."""
    mine = set(parts(name))
    return any(mine <= other or other <= mine for other in map(set, map(parts, _names_of(participant))))


class _Found(NamedTuple):
    participant: Participant | None = None
    reason: Reason | None = None
    confidence: float = 0.0


class _Participants:
    """Where participants are found: by id, and by each of the ways in which a name may mean them.

    The first way by which anybody is found decides, and finds nobody where it finds two.
    """

    def __init__(self, participants: Iterable[Participant], people: Identities | None) -> None:
        self._by_id: dict[str, Participant] = {}
        self._by_name, self._by_person = Names[Participant](), Names[Participant]()
        by_spelling = Names[Participant](lambda name: spellings((name,)))
        by_part = Names[Participant](
            lambda name: spellings(itertools.filterfalse(is_everyday_word, personal_parts(name) or (name,)))
        )
        self._ways: Final[Mapping[Reason, Names[Participant]]] = {
            "name": self._by_name,
            "people": self._by_person,
            "spelling": by_spelling,
            "part": by_part,
        }
        for participant in participants:
            if participant.id:
                self._by_id[participant.id] = participant
            for name in _names_of(participant):
                for names in (self._by_name, by_spelling, by_part):
                    names.add(name, participant)
        self._by_answer: dict[str, tuple[Participant, float, Reason]] = {}
        if people is not None:
            for person in people:
                for participant in self._of_person(person)[:1]:
                    for known in person.names:
                        self._by_person.add(known.name, participant)
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
        found = [self._by_id[id_] for id_ in person.ids if id_ in self._by_id]
        called = (self._by_name.having(name.name).values() for name in person.names)
        return [*found, *(one for one in itertools.chain.from_iterable(called) if not one.id)]

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
        for reason, names in self._ways.items():
            having = names.having(name)
            if len(having) > 1:
                break
            for participant in having.values():
                doubtful = reason == "part" and not _share_parts(name, participant)
                return _Found(participant, reason, _OTHER_PARTS if doubtful else _SURE[reason])
        answering = self._by_answer.get(normalize_name(name))
        return _Found() if answering is None else _Found(answering[0], answering[2], answering[1])
