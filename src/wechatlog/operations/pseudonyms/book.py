"""The book of pseudonyms: learns who there is, keeps who has which pseudonym, and rewrites messages.

Takes messages, gives messages in which people, groups and ids have other names. Everything else of a conversation
(title, members, metadata) is the business of `pseudonymize`. Time is linear in the messages.
"""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from wechatlog.atomic import replacing
from wechatlog.operations.identity.names import OWN_NAMES, is_everyday_word, is_own
from wechatlog.operations.identity.people import Identities, take_turns
from wechatlog.operations.pseudonyms.annotations import annotate_title, iter_annotations
from wechatlog.operations.pseudonyms.known_names import KnownNames, find_ids
from wechatlog.operations.pseudonyms.private_data import PERSONAL_PARAMETERS, PrivateData
from wechatlog.operations.pseudonyms.register import Register
from wechatlog.operations.pseudonyms.report import PseudonymReport, Tally
from wechatlog.operations.pseudonyms.rewriting import DEEPEST_FORWARD, Rewriter
from wechatlog.segments.types import Card, Forward, Mention, Quote, Segment

if TYPE_CHECKING:
    import os

    from wechatlog.model import Message

MASKS: Final = (
    "email", "id_number", "location", "phone", "url", "account", "bank_card", "code", "link_parameters", "plate",
    "address",
)  # fmt: skip
"""What can be masked."""

DEFAULT_MASK: Final = tuple(mask for mask in MASKS if mask != "url")
"""What is masked unless the caller says otherwise."""

_SCHEMA: Final = "wechatlog-pseudonyms/1"
_OPTIONS: Final = ("style", "texts", "mask", "keep", "everyday", "parameters", "key")
_EVERYDAY: Final = ("names", "all")
_ALIKE: Final = frozenset({"spelling", "compound"})
"""Evidence that is in the names alone."""


class Pseudonyms(Mapping[str, str]):
    """Real names and account ids, and what stands for each of them: a book that its owner keeps.

    It is a mapping from names and ids to pseudonyms. It grows with what it learns; one book for several conversations
    gives a person the same pseudonym in all of them. Whoever has the book can undo the pseudonyms.

    Args:
        names: pseudonyms of one's own choice for some names or ids; those with the same one are the same person.
        style: `numbered` (P1, P2, …), `stems` (甲, 乙, …), a template such as `成员{}`, or `keyed` (`P` and eight
            letters and digits that follow from `key` and the account id or name, whatever else is in the chat). Numbers
            that stand in the texts are left out.
        texts: replace names in running text too, not only where it is certain that somebody is named.
        mask: what else is hidden: `account` (QQ, WeChat and others, behind their label), `address` (streets with the
            number of a house), `bank_card`, `code` (of shared files, of verification, passwords), `email`, `id_number`
            (identity cards, passports), `link_parameters`, `location`, `phone`, `plate` (of cars), `url`.
        keep: names that are left alone in running text.
        everyday: what to do in running text with names that are everyday words: `names` replaces them where they stand
            as a name (`@收到`, 收到老师), and the report lists what was left; `all` replaces them everywhere.
        parameters: names of parameters in links that lead to a person.
        key: a secret text for the style `keyed`; a random one where it is `None`. The book keeps it.
        people: who is who, as far as it is known; all names and ids of a person have one pseudonym.

    Raises:
        ValueError: for an unknown mask, a style that makes no names, or a pseudonym that is no single line.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> book = operations.Pseudonyms({"老周": "甲"})
        >>> operations.pseudonymize(chat, book)[1].sender
        '甲'
    """

    def __init__(
        self,
        names: Mapping[str, str] | None = None,
        *,
        style: str = "numbered",
        texts: bool = True,
        mask: Iterable[str] = DEFAULT_MASK,
        keep: Iterable[str] = (),
        everyday: Literal["names", "all"] = "names",
        parameters: Iterable[str] = PERSONAL_PARAMETERS,
        key: str | None = None,
        people: Identities | None = None,
    ) -> None:
        masks, self._keep, self._everyday = frozenset(mask), frozenset(keep), everyday
        if unknown := masks.difference(MASKS):
            raise ValueError(f"nothing is known to mask {', '.join(sorted(unknown))}; there are {', '.join(MASKS)}")
        if everyday not in _EVERYDAY:
            raise ValueError(f"everyday is one of {', '.join(_EVERYDAY)}, not {everyday!r}")
        if style == "keyed" and key is None:
            key = secrets.token_urlsafe(24)
        self._known = KnownNames()
        self._people = Register(style, self._look_for, key=key)
        self._tally = Tally()
        self._options: dict[str, Any] = {
            "texts": texts,
            "mask": sorted(masks),
            "keep": sorted(self._keep),
            "everyday": everyday,
            "parameters": list(parameters),
        }
        private = PrivateData(masks, self._options["parameters"])
        self._rewriter = Rewriter(self._people, self._known, private, texts=texts, tally=self._tally)
        self._given: Identities | None = None
        self._alike: dict[tuple[str, str], None] = {}
        if people is not None:
            self.know(people)
        chosen: dict[str, list[str]] = {}
        for name, pseudonym in (names or {}).items():
            chosen.setdefault(pseudonym, []).append(name)
        for pseudonym, keys in chosen.items():
            self.same(*keys)
            self._people.give(self._people.called(keys[0]), pseudonym)

    def _look_for(self, name: str) -> None:
        if name not in self._keep:
            self._known.add(name, is_word=self._everyday == "names" and is_everyday_word(name))

    def __getitem__(self, key: str) -> str:
        party = self._people.meant(key)
        if party is None or party.pseudonym is None:
            raise KeyError(key)
        return party.pseudonym

    def __iter__(self) -> Iterator[str]:
        names = (name for party in self._people.parties if party.pseudonym for name in (*party.ids, *party.names))
        return iter(dict.fromkeys(name for name in names if name in self))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return (
            f"<Pseudonyms for {sum(party.pseudonym is not None for party in self._people.parties)} people and groups>"
        )

    def __reduce__(self) -> tuple[Callable[[str], Pseudonyms], tuple[str]]:
        return Pseudonyms.from_json, (self.to_json(),)

    def reveal(self, pseudonym: str) -> tuple[str, ...]:
        """The ids and names behind a pseudonym.

        Raises:
            KeyError: for one that nobody has.
        """
        party = self._people.holder(pseudonym)
        if party is None:
            raise KeyError(pseudonym)
        return (*party.ids, *party.names)

    def same(self, *names: str) -> None:
        """Say that all of these, names or ids, are one person: what a nickname is to a name no file knows.

        Raises:
            ValueError: where two of them have pseudonyms already.
        """
        self._people.join(names)

    def know(self, people: Identities) -> None:
        """Take over who is who: all names and ids of a person are one person here too.

        Args:
            people: made by `identities`, or read from a file.
        """
        self._given = people
        owners = [person for person in people if person.is_self]
        for person in people:
            own = OWN_NAMES if person.is_self and len(owners) == 1 else frozenset()
            bare = {name.key: name.name for name in person.names if name.name not in OWN_NAMES or name.name in own}
            keys: list[tuple[str | None, str | None]] = [(bare.get(id_), id_) for id_ in person.ids]
            keys += [(name, None) for key, name in bare.items() if key not in person.ids]
            self._people.unite(keys)
            for name in person.names:
                party = self._people.known(person.ids[0]) if person.ids else self._people.known(next(iter(bare), ""))
                if party is not None and name.name not in OWN_NAMES:
                    self._people.name(party, name.name)

    def _know_names(self, people: Identities) -> None:
        """Take over who changed a name: one ended before the other began, and no third has a part of them.

        What else may be one person is for the report.
        """
        for person in people:
            names = [name for name in person.names if name.messages and name.name not in OWN_NAMES]
            keys = [(None, id_) for id_ in person.ids]
            bare = [(name.name, None) for name in names if name.key not in person.ids]
            is_in_turn = all(itertools.starmap(take_turns, itertools.pairwise(names)))
            is_one = is_in_turn and self._people.ids_of(bare) <= {*person.ids}
            if bare and is_one and self._people.is_apart(name.name for name in names):
                self._people.unite([*keys, *bare])
        ids = {id_ for person in people for id_ in person.ids}
        for link in people.iter_evidence():
            if link.kind in _ALIKE and not ids.issuperset((link.one, link.two)):
                self._alike[link.one, link.two] = None

    @property
    def report(self) -> PseudonymReport:
        """What was replaced so far, how often, and what was left alone; it holds the real names."""
        pairs = ((one, two) for one, two in self._alike if self.get(one) != self.get(two))
        return self._tally.report(self, self._known.words, pairs)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the book as JSON into a file that only its owner may read, in one step.

        Raises:
            OSError: where the file cannot be written.
        """
        with replacing(Path(path), private=True) as part:
            part.write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Pseudonyms:
        """The book that `save` wrote.

        Raises:
            OSError: where the file cannot be read.
            ValueError: where it is something else.
        """
        return cls.from_json(Path(path).read_text(encoding="utf-8", errors="replace"))

    def to_json(self) -> str:
        """The book as JSON, with its options."""
        return json.dumps({"schema": _SCHEMA, **self._options, **self._people.to_json()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Pseudonyms:
        """The book that `to_json` wrote.

        Raises:
            ValueError: where it is something else.
        """
        try:
            value = json.loads(text)
            if value["schema"] != _SCHEMA:
                raise ValueError("another schema")
            known = {"everyday": "all", "parameters": PERSONAL_PARAMETERS, "key": None, **value}
            book = cls(**{name: known[name] for name in _OPTIONS})
            book._people.restore(value)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ValueError(f"this is no book of pseudonyms ({_SCHEMA})") from error
        return book

    def learn(self, messages: Iterable[Message]) -> None:
        """Note who there is, in memory that grows with the people only; gives nobody a pseudonym yet.

        A name is found in a message that comes before the first one of its owner only if it was learnt before.

        Args:
            messages: of one conversation: all of them, or a stream.
        """
        guesses: dict[str, None] = {}
        own: dict[tuple[str | None, str | None], None] = {}
        for message in messages:
            self._study(message, guesses, 0)
            if is_own(message):
                own[message.sender, message.sender_id] = None
        self._people.unite_owner(own)
        for name in guesses:
            if self._known.beginning_of(name) is None:
                self._people.called(name, sure=False)

    def _study(self, message: Message, guesses: dict[str, None], depth: int) -> None:
        people = self._people
        people.meet(message.sender, message.sender_id)
        people.avoid(message.text)
        for id_ in find_ids(message.text):
            people.meet(None, id_)
        for annotation in iter_annotations(message):
            name = message.text[annotation.start : annotation.end]
            if annotation.what in ("person", "group"):
                people.called(name, is_group=annotation.what == "group")
            elif annotation.what == "guess":
                guesses[name] = None
        for segment in message.given_segments or ():
            self._study_segment(segment, guesses, depth)

    def _study_segment(self, segment: Segment, guesses: dict[str, None], depth: int) -> None:
        for field in attrs.fields(type(segment)) if attrs.has(type(segment)) else ():
            value = getattr(segment, field.name)
            self._people.avoid(value if isinstance(value, str) else "")
        if isinstance(segment, Mention) and not segment.everyone:
            if segment.id:
                self._people.meet(segment.name, segment.id)
            else:
                self._people.called(segment.name)
        elif isinstance(segment, Quote) and segment.sender is not None:
            self._people.called(segment.sender)
        elif isinstance(segment, Card):
            self._people.meet(segment.name, segment.id)
        elif isinstance(segment, Forward) and depth < DEEPEST_FORWARD:
            for title in annotate_title(segment.title or ""):
                self._people.called((segment.title or "")[title.start : title.end])
            for message in segment.messages:
                self._study(message, guesses, depth + 1)

    def message(self, message: Message) -> Message:
        """A message with pseudonyms, by what was learnt so far.

        For a stream that is longer than memory: let the book learn from it, then read it again and pass each message
        through here. `pseudonymize` does both for a conversation, `pseudonymize_archive` for several.

        Args:
            message: any.

        Returns:
            The message without its origin; its text and segments are rewritten together.
        """
        return self._rewriter.rewrite(message)
