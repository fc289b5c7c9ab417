"""Finding out who is who: evidence from what conversations say of people.

Takes conversations, gives `Identities`: account ids, members, remarks and aliases; names that are the same but for what
exporters do to them; the first part of a name such as 张三-示例公司 in one group; whose words are quoted under a name;
who answers when a name is mentioned. One character is never enough.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from wechatlog.model import Conversation, Message, MessageKind, normalize_name
from wechatlog.operations.identity.names import OWN_NAMES, Names, parts, spellings
from wechatlog.operations.identity.people import (
    Evidence,
    Identities,
    Key,
    Kind,
    Name,
    join_names,
    solve,
    spanning,
    take_turns,
)
from wechatlog.operations.identity.regions import PLACES
from wechatlog.operations.sameness import quoted_key, typed_text
from wechatlog.segments.types import Quote
from wechatlog.timestamps import instant

_SURE_NAME: Final = 0.95
_SURE_SPELLING: Final = 0.92
_SURE_COMPOUND: Final = 0.9
_TURNS: Final = 0.7
"""Two compounds with one head, of which one began after the other ended."""
_BOTH: Final = 0.5
_MANY: Final = 5
"""So many ways to take a name, and it says nothing."""
_SOON: Final = dt.timedelta(minutes=5)
_ANSWERS: Final = 3
_QUOTED: Final = 6
"""Characters of a quote that several people hardly write."""
_QUOTED_ONCE: Final = 0.8
_QUOTED_OFTEN: Final = 0.93
_SHORTEST: Final = 2
_DIGITS: Final = re.compile(r"[0-9年月日号\W_]+")


class _Notes:
    """What conversations say of people: under which key which name stood, from when to when."""

    def __init__(self) -> None:
        self.names: dict[str, dict[str, list[Name]]] = {}
        self.ids: set[str] = set()
        self.own: dict[str, bool | None] = {}
        self.scopes: dict[str, set[str]] = {}
        self.answers: dict[str, Counter[str]] = {}
        self.quoted: dict[str, Counter[str]] = {}

    def meet(self, key: str, *, is_id: bool, is_self: bool | None = None) -> dict[str, list[Name]]:
        """The names under a key."""
        if is_id:
            self.ids.add(key)
        if self.own.get(key) is None:
            self.own[key] = is_self
        return self.names.setdefault(key, {})

    def add(self, conversation: Conversation, *, mentions: bool) -> None:
        scope = _scope(conversation)
        own = _own_key(conversation, scope)
        for member in conversation.members:
            key = _key(member.id, member.name, member.is_self, own)
            if key:
                names = self.meet(key, is_id=bool(member.id), is_self=member.is_self)
                for name in (member.name, *member.aliases):
                    if name:
                        names.setdefault(name, [])
                self.scopes.setdefault(key, set()).add(scope)
        if conversation.is_group is False and conversation.title and (conversation.id or "").startswith("wxid_"):
            self.meet(conversation.id or "", is_id=True).setdefault(conversation.title, [])
        self._add_messages(conversation, own, scope)
        if mentions:
            self._add_answers(conversation, own)
            self._add_quoted(conversation, own)

    def _add_messages(self, conversation: Conversation, own: str, scope: str) -> None:
        said: dict[tuple[str | None, str | None, bool | None], list[Message]] = {}
        for message in conversation.messages:
            said.setdefault((message.sender_id, message.sender, message.is_self), []).append(message)
        for (id_, name, is_self), messages in said.items():
            key = _key(id_, name, is_self, own)
            if key is None:
                continue
            times = [message.time for message in messages if message.time is not None]
            first, last = min(times, key=instant, default=None), max(times, key=instant, default=None)
            names = self.meet(key, is_id=bool(id_), is_self=is_self)
            names.setdefault(name or key, []).append(Name(name or key, key, first, last, len(messages)))
            self.scopes.setdefault(key, set()).add(scope)

    def _add_answers(self, conversation: Conversation, own: str) -> None:
        """Who writes next when somebody is mentioned, within minutes and as one of the next three."""
        messages = conversation.messages
        for place, message in enumerate(messages):
            if "@" not in message.text or message.time is None:
                continue
            asker = _key(message.sender_id, message.sender, message.is_self, own)
            named = {mention.name for mention in message.mentions if not mention.everyone}
            if len(named) != 1:
                continue
            answer = next(
                (
                    key
                    for other in messages[place + 1 : place + 4]
                    if other.time is not None
                    and dt.timedelta() <= instant(other.time) - instant(message.time) <= _SOON
                    and (key := _key(other.sender_id, other.sender, other.is_self, own)) not in (None, asker)
                ),
                None,
            )
            self.answers.setdefault(named.pop(), Counter())[answer or ""] += 1

    def _add_quoted(self, conversation: Conversation, own: str) -> None:
        """Who wrote what is quoted under a name, where one person alone wrote these words."""
        quotes = [
            (segment.sender, key)
            for message in conversation.messages
            if message.kind is MessageKind.QUOTE or "「" in message.text
            for segment in message.segments
            if isinstance(segment, Quote) and segment.sender and len(key := quoted_key(segment.text)) >= _QUOTED
        ]
        wanted = {key for _, key in quotes}
        writers: dict[str, set[str | None]] = {}
        for message in conversation.messages if wanted else ():
            if (key := quoted_key(typed_text(message))) in wanted:
                writers.setdefault(key, set()).add(_key(message.sender_id, message.sender, message.is_self, own))
        for name, key in quotes:
            found = writers.get(key, set())
            if len(found) == 1 and name not in OWN_NAMES:
                self.quoted.setdefault(name, Counter()).update(filter(None, found))

    def iter_keys(self) -> Iterator[Key]:
        for key, names in self.names.items():
            found = (spanning(name, key, uses, sum(use.messages for use in uses)) for name, uses in names.items())
            yield Key(key, key in self.ids, self.own.get(key), tuple(found))


def _scope(conversation: Conversation) -> str:
    """What tells chats apart: the id, or else the title without what differs from day to day."""
    return conversation.id or _DIGITS.sub("", conversation.title or "")


def _own_key(conversation: Conversation, scope: str) -> str:
    return conversation.owner or (f"我 ({scope})" if scope else "我")


def _key(id_: str | None, name: str | None, is_self: bool | None, own: str) -> str | None:
    """The key of a sender: the account id, or else the name; that of the owner for 我."""
    if id_:
        return id_
    return own if name in OWN_NAMES and is_self is not False else name or None


def _by_name(keys: Iterable[Key]) -> Iterator[Evidence]:
    """Bare names that an account id has as well, and names that are spelled alike."""
    same, alike = Names[Key](), Names[Key](lambda name: spellings((name,)))
    for key in keys:
        for name in key.names:
            if name.name not in OWN_NAMES:
                same.add(name.name, key)
                alike.add(name.name, key)
    told: dict[tuple[str, str], Evidence] = {}
    ways: tuple[tuple[Kind, Names[Key], float], ...]
    ways = (("name", same, _SURE_NAME), ("spelling", alike, _SURE_SPELLING))
    for kind, names, sure in ways:
        for plain, found in names.classes():
            if 1 < len(found) <= _MANY and len(plain) >= _SHORTEST:
                confidence = _BOTH if sum(key.is_id for key in found) > 1 else sure
                for pair in itertools.combinations(sorted(key.key for key in found), 2):
                    before = told.get(pair)
                    if before is None or (before.kind == kind and before.confidence < confidence):
                        told[pair] = Evidence(kind, *pair, confidence)
    yield from told.values()


def _by_head(keys: Iterable[Key], scopes: dict[str, set[str]]) -> Iterator[Evidence]:
    """Names of one group of which one begins with the parts of the other."""
    heads: dict[str, list[tuple[tuple[str, ...], Key, Name]]] = {}
    for key in keys:
        for name in key.names:
            row = parts(name.name)
            if row and len(row[0]) >= _SHORTEST and row[0] not in PLACES and not row[0].isdecimal():
                heads.setdefault(row[0], []).append((row, key, name))
    for found in heads.values():
        if not 1 < len({key.key for _, key, _ in found}) <= _MANY:
            continue
        found.sort(key=lambda entry: len(entry[0]))
        is_chain = all(long[: len(short)] == short for (short, *_), (long, *_) in itertools.pairwise(found))
        is_chain &= len({key.key for _, key, _ in found if key.is_id}) <= 1
        for (short, one, first), (long, two, second) in itertools.combinations(found, 2):
            if one.key != two.key and short != long and scopes.get(one.key, set()) & scopes.get(two.key, set()):
                turns = _TURNS if take_turns(first, second) else _BOTH
                yield Evidence("compound", one.key, two.key, _SURE_COMPOUND if is_chain else turns)


def _by_answers(notes: _Notes) -> Iterator[Evidence]:
    """Names that nobody writes under: with whose words are quoted as theirs, with who answers to them nearly always."""
    known = {normalize_name(name) for names in notes.names.values() for name in names}
    for name, counter in notes.quoted.items():
        if len(counter) == 1 and normalize_name(name) not in known:
            ((who, number),) = counter.items()
            yield Evidence("quote", who, name, _QUOTED_OFTEN if number > 1 else _QUOTED_ONCE, number)
    for name, counter in notes.answers.items():
        total = counter.total()
        answer, number = counter.most_common(1)[0]
        if answer and number >= _ANSWERS and number * 2 > total and normalize_name(name) not in known:
            yield Evidence("answer", answer, name, round(0.9 * number / (total + 1), 2), number)


def identities(
    conversations: Conversation | Iterable[Conversation],
    known: Identities | None = None,
    *,
    mentions: bool = True,
    evidence: Iterable[Evidence] = (),
) -> Identities:
    """Find out who is who in conversations.

    An account id is a person, with all names, remarks and aliases that stand with it; a name without an id is one as
    well. These are joined by evidence: see `Evidence`. What is not sure enough is a suggestion.

    Args:
        conversations: one, or several that are read one after the other and not kept.
        known: what somebody confirmed or denied before, as read from a file; it goes before everything found here.
        evidence: found elsewhere, such as by `merge_report`; a name in it that nobody has is an alias.
        mentions: also look who is quoted under a name, and who answers when it is mentioned, which takes longer than
            all the rest.

    Returns:
        Everybody, in order of appearance; first those of `known`.

    Example:
        >>> from wechatlog import Conversation, Message
        >>> chat = Conversation([Message(sender="张三"), Message(sender="李四"), Message(sender="张三-示例公司")])
        >>> [person.label for person in identities(chat)]
        ['张三', '李四']
    """
    notes = _Notes()
    own = []
    for conversation in [conversations] if isinstance(conversations, Conversation) else conversations:
        notes.add(conversation, mentions=mentions)
        own.append(_own_key(conversation, _scope(conversation)))
    before = known if known is not None else Identities()
    keys = {key.key: key for key in before.iter_keys()}
    for key in notes.iter_keys():
        old = keys.get(key.key)
        if old is None:
            keys[key.key] = key
            continue
        names = join_names(key.names, old.names)
        is_self = key.is_self if key.is_self is not None else old.is_self
        keys[key.key] = attrs.evolve(old, is_id=old.is_id or key.is_id, is_self=is_self, names=names)
    answers = list(_by_answers(notes))
    for link in answers:
        keys.setdefault(link.two, Key(link.two, is_id=False, names=(Name(link.two, link.two),)))
    found = [*_by_name(keys.values()), *_by_head(keys.values(), notes.scopes), *answers]
    owners = [key for key in dict.fromkeys(own) if key in notes.names and key not in notes.ids]
    found += (Evidence("owner", one, two, _BOTH) for one, two in itertools.pairwise(owners))
    for link in evidence:
        if link.one in keys or link.two in keys:
            found.append(link)
            for other in (link.one, link.two):
                keys.setdefault(other, Key(other, is_id=False, names=(Name(other, other),)))
    turned = (
        attrs.evolve(link, one=min(link.one, link.two), two=max(link.one, link.two))
        for link in (*before.iter_evidence(), *found)
    )
    once = {(link.kind, link.one, link.two): link for link in turned}  # the last one found counts
    return solve(keys.values(), once.values(), before.vetoes)
