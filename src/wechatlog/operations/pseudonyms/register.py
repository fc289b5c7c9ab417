"""Who is who: names and account ids that belong to one person, and the pseudonym of each.

An account id is a person. A name without an id is that of the one person who has it, or a person of its own where
nobody has it; where several have it, nobody can tell who is meant, and the name stands for an unknown somebody:
identity is not invented. Whoever is only named, by what is the personal part of one person's longer name (张三 of
张三-示例公司), is that person. Groups are kept in the same way. Knows nothing of texts and messages.
"""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, cast

import attrs

from wechatlog.model import normalize_name
from wechatlog.operations.identity.names import OWN_NAMES, Names, personal_parts

STYLES: Final = {"numbered": "P{}", "stems": "甲乙丙丁戊己庚辛壬癸", "keyed": ""}
"""The styles that have names: a template, characters that are gone through again with a number behind them, or eight
letters and digits that follow from a secret key and the account id or name."""

_GROUP_TEMPLATE: Final = {"stems": "群{}"}
_ROOM: Final = re.compile(r"[^@\s]+@(?:im\.)?chatroom")
_WORD: Final = re.compile(r"[^\s?？，。！；、：,!;:\[\]【】「」@{}\u2005]+")


@attrs.define(eq=False)
class Party:
    """A person, or a group.

    Attributes:
        pseudonym: `None` until it is asked for.
        is_group: whether it is a group.
        state: `known`; `unclear` for somebody of whose name there are several; `guess` for what may be no name at all.
        only_named: whether nobody of this name or id wrote or is listed.
        ids: account ids, in the order in which they were met.
        names: names, as they were met.
    """

    pseudonym: str | None = None
    is_group: bool = False
    state: Literal["known", "unclear", "guess"] = "known"
    only_named: bool = False
    ids: dict[str, None] = attrs.field(factory=dict)
    names: dict[str, None] = attrs.field(factory=dict)


def _compile_style(style: str) -> tuple[Callable[[int], str], re.Pattern[str]]:
    """The pseudonym of a number from 1 on, and what looks like one."""
    template = STYLES.get(style, style)
    if style == "keyed":
        return (lambda number: str(number)), re.compile("(?!)")
    before, hole, after = template.partition("{}")
    if style == "stems":
        count = len(template)
        return (
            lambda number: template[(number - 1) % count] + (str((number - 1) // count + 1) if number > count else ""),
            re.compile(f"[{template}][0-9]*"),
        )
    if not hole or not _WORD.fullmatch(f"{before}1{after}"):
        known = ", ".join(STYLES)
        raise ValueError(
            f"style {style!r} is none of {known}, and no template such as 'P{{}}' without blanks and marks"
        )
    return (lambda number: f"{before}{number}{after}"), re.compile(f"{re.escape(before)}[0-9]+{re.escape(after)}")


class Register:
    """Everybody met so far, with pseudonyms of a style: a key of `STYLES`, or a template with `{}` for the number.

    What makes no names is a `ValueError`. Those of the style `keyed` follow from the key. `on_name` is told every name
    and id that is sure to be one.
    """

    def __init__(
        self, style: str = "numbered", on_name: Callable[[str], None] | None = None, *, key: str | None = None
    ) -> None:
        self.style = style
        self.key = key
        self.parties: dict[Party, None] = {}
        self._on_name = on_name or (lambda _: None)
        self._by_id: dict[str, Party] = {}
        self._by_name, self._by_part, self._by_shown_id = Names[Party](), Names[Party](), Names[Party]()
        self._somebody: dict[tuple[str, bool], Party] = {}
        self._styles = {False: _compile_style(style), True: _compile_style(_GROUP_TEMPLATE.get(style, "G{}"))}
        self._holders: dict[str, Party] = {}
        self._taken: set[str] = set()
        self._next = {False: 1, True: 1}
        self._numbers: dict[str, str] = {}

    def meet(self, name: str | None, id: str | None, *, is_group: bool = False) -> Party | None:  # noqa: A002
        """Who has this name and this id; somebody new where nobody has. `None` for neither name nor id."""
        if not id:
            return None if name is None else self._met(self._by_bare_name(name, is_group=is_group))
        party = self._by_id.get(id)
        if party is None:
            is_group = is_group or _ROOM.fullmatch(id) is not None
            bare = self._without_id(name, is_group=is_group) or self._without_id(id, is_group=is_group)
            party = bare or self._new(is_group=is_group)
            self._file_id(party, id)
        if name is not None:
            self.name(party, name)
        return self._met(party)

    def _by_bare_name(self, name: str, *, is_group: bool) -> Party:
        """Who has this name; a person whose name so far only a group has is somebody new."""
        person = None if is_group else self.person(name) or self._somebody.get((normalize_name(name), False))
        party = person or self.called(name, is_group=is_group)
        if party.is_group and not is_group:
            party = self._new(is_group=False)
            party.state = "unclear" if self.is_shared(name) else "known"
            self._file(party, name)
        return party

    def _met(self, party: Party) -> Party:
        party.only_named = False
        self._confirm(party)
        return party

    def name(self, party: Party, name: str) -> None:
        """Note that this is a name of somebody."""
        if name in party.names:
            return
        other = self._without_id(name, is_group=False)
        if party.ids and not party.is_group and other is not None and other.pseudonym is None:
            self._absorb(party, other)  # but a name so far: whoever turns out to have it, they were meant
        self._file(party, name)
        self._tell(name)

    def called(self, name: str, *, is_group: bool = False, sure: bool = True) -> Party:
        """Who is called so; somebody new where nobody is, or where several are.

        A name that nobody has may be that of a group. Only those that are sure to be names are looked for in texts.
        """
        party = self.known(name, is_group=is_group)
        if party is None:
            party = self._new(is_group=is_group)
            party.only_named = True
            if self._by_name.having(name):
                party.state = "unclear"
            elif not sure:
                party.state = "guess"
            self._file(party, name)
            if sure:
                self._tell(name)
        elif sure:
            self._confirm(party)
        return party

    def _confirm(self, party: Party) -> None:
        """Note that somebody who was a guess is a person."""
        if party.state == "guess":
            party.state = "known"
            for name in party.names:
                self._tell(name)
                self._file_parts(party, name)

    def _file_id(self, party: Party, id: str) -> None:  # noqa: A002
        party.ids[id] = None
        self._by_id[id] = party
        if id.strip():
            self._by_shown_id.add(id, party)
        self.avoid(id)
        self._tell(id)

    def _file(self, party: Party, name: str) -> None:
        party.names[name] = None
        self.avoid(name)
        if party.state == "unclear":
            self._somebody[normalize_name(name), party.is_group] = party
        else:
            self._by_name.add(name, party)
            self._file_parts(party, name)

    def _file_parts(self, party: Party, name: str) -> None:
        if party.is_group or party.state != "known":
            return
        for part in personal_parts(name):
            self._by_part.add(part, party)
            self._tell(part)

    def known(self, name: str, *, is_group: bool = False) -> Party | None:
        """Who is called so, or has this id; `None` where nobody is, or where several are.

        Where somebody stands for several already, it is they: a person, or a group if that is wanted; one of the other
        kind only where nobody of the one that is wanted has the name.
        """
        party = self._by_name.only(name) or self._by_id.get(name) or self._by_shown_id.only(name)
        key = normalize_name(name)
        party = party or self._somebody.get((key, is_group))
        if party is None and all(one.is_group != is_group for one in self._by_name.having(name).values()):
            party = self._somebody.get((key, not is_group))
        return party

    def meant(self, name: str) -> Party | None:
        """Who is meant by a name: who has it, or else the one person of whose longer name it is a part.

        Where several have it, that one is not meant either.
        """
        party = self.known(name)
        is_settled = party is not None and (party.pseudonym is not None or not party.only_named or party.is_group)
        if is_settled or len(self._by_name.having(name)) > 1:
            return party
        return self._by_part.only(name, lambda owner: owner is not party) or party

    def settle(self, name: str) -> Party | None:
        """Who is meant by a name, for good: whoever was only named becomes the person whose name it is a part of."""
        party, owner = self.known(name), self.meant(name)
        if party is not None and owner is not None:
            self._absorb(owner, party)
        return owner

    def person(self, name: str) -> Party | None:
        """The one person who is called so, or has this id, where groups do not come into question."""
        party = self._by_name.only(name, lambda party: not party.is_group) or self._by_id.get(name)
        return None if party is None or party.is_group else party

    def is_shared(self, name: str) -> bool:
        """Whether several people are called so."""
        has_id = self._by_id.get(name)
        having = self._by_name.having(name).values()
        return (has_id is None or has_id.is_group) and sum(not party.is_group for party in having) > 1

    def is_apart(self, names: Iterable[str]) -> bool:
        """Whether nobody but those who have these names has a name of which a part is a part of one of them."""
        known = list(names)
        having = set().union(*map(self._by_name.having, known))
        parts = (part for name in known for part in (name, *personal_parts(name)))
        return all(self._by_part.having(part).keys() <= having for part in parts)

    def join(self, names: Iterable[str]) -> None:
        """Note that all of these, names or ids, are one person; a `ValueError` where two have pseudonyms already."""
        first: Party | None = None
        for name in names:
            party = self.called(name)
            first = first or party
            if not self._absorb(first, party):
                raise ValueError(f"{name!r} is {party.pseudonym} already and cannot become {first.pseudonym}")

    def unite(self, keys: Iterable[tuple[str | None, str | None]]) -> None:
        """Note that names and ids are one person, as far as no two of them have pseudonyms already and none is a group.

        A name without an id is that of the one who has none.
        """
        first: Party | None = None
        for name, id_ in keys:
            bare = None if id_ else self._without_id(name, is_group=False)
            if (party := bare or self.meet(name, id_)) is not None and not party.is_group:
                first = first or party
                self._absorb(first, party)

    def unite_owner(self, keys: Iterable[tuple[str | None, str | None]]) -> None:
        """Note that 我 and whoever else is the owner of an archive are one person, if it can be but one."""
        own = [key for key in dict.fromkeys(keys) if key[0] or key[1]]
        if any(name in OWN_NAMES for name, _ in own) and len(self.ids_of(own)) <= 1:
            self.unite(sorted(own, key=lambda key: key[1] is None))

    def ids_of(self, keys: Iterable[tuple[str | None, str | None]]) -> set[str]:
        """The ids of those who have these names and ids; a name without an id is that of the one who has it."""
        found: set[str] = set()
        for name, id_ in keys:
            holder = None if id_ or name is None else self.person(name)
            found.update((id_,) if id_ else () if holder is None else holder.ids)
        return found

    def _absorb(self, first: Party, second: Party) -> bool:
        """Make two one; false where both have pseudonyms, and stay two."""
        if first is second:
            return True
        if second.pseudonym is not None:
            if first.pseudonym is not None:
                return False
            first.pseudonym = second.pseudonym
            self._holders[second.pseudonym] = first
        del self.parties[second]
        for id_ in second.ids:
            first.ids[id_] = None
            self._by_id[id_] = first
            self._by_shown_id.hand_over(id_, second, first)
        for name in second.names:
            first.names[name] = None
            self._by_name.hand_over(name, second, first)
            self._by_name.add(name, first)
            if self._somebody.get(place := (normalize_name(name), second.is_group)) is second:
                del self._somebody[place]
            for part in personal_parts(name):
                self._by_part.hand_over(part, second, first)
        return True

    def _without_id(self, name: str | None, *, is_group: bool) -> Party | None:
        """The one who has this name, if nobody knows their id."""
        party = None if name is None else self._by_name.only(name)
        return party if party is not None and not party.ids and party.is_group == is_group else None

    def _new(self, *, is_group: bool) -> Party:
        party = Party(is_group=is_group)
        self.parties[party] = None
        return party

    def _tell(self, name: str) -> None:
        for spelling in {name.strip(), normalize_name(name)}:
            self._on_name(spelling)

    def pseudonym(self, party: Party) -> str:
        """The pseudonym of somebody; the next free one where they have none yet."""
        if party.pseudonym is None:
            candidates = self._numbered(party) if self.style != "keyed" else self._keyed(party)
            free = (name for name in candidates if name not in self._taken and name not in self._holders)
            self.give(party, next(free))
        return cast("str", party.pseudonym)

    def _numbered(self, party: Party) -> Iterator[str]:
        make, _ = self._styles[party.is_group]
        while True:
            number = self._next[party.is_group]
            self._next[party.is_group] += 1
            yield make(number)

    def _keyed(self, party: Party) -> Iterator[str]:
        """What follows from the key and the first account id or name in the order of the alphabet."""
        import hashlib
        import hmac

        letter = "G" if party.is_group else "P"
        who = min(party.ids, default=None) or min(map(normalize_name, party.names), default="")
        for attempt in itertools.count():
            said = f"{letter}\0{who}\0{attempt}".encode("utf-8", "surrogatepass")
            digest = hmac.new((self.key or "").encode("utf-8", "surrogatepass"), said, hashlib.sha256).digest()
            yield letter + base64.b32encode(digest)[:8].decode().lower()

    def give(self, party: Party, pseudonym: str) -> None:
        """Give somebody a pseudonym of one's own choice: a single line, and nobody else's, or else a `ValueError`."""
        if not pseudonym.strip() or normalize_name(pseudonym) != pseudonym:
            raise ValueError(f"a pseudonym is a line with single blanks, not {pseudonym!r}")
        if self._holders.get(pseudonym, party) is not party:
            raise ValueError(f"the pseudonym {pseudonym!r} is somebody else's")
        party.pseudonym = pseudonym
        self._holders[pseudonym] = party

    def holder(self, pseudonym: str) -> Party | None:
        """Who has this pseudonym."""
        return self._holders.get(pseudonym)

    def avoid(self, text: str) -> None:
        """Never give a pseudonym that stands in a real text, where one could not tell them apart."""
        for _, pattern in self._styles.values():
            self._taken.update(pattern.findall(text))

    def number(self, id: str) -> str:  # noqa: A002
        """The number that stands for a server id."""
        return self._numbers.setdefault(id, str(len(self._numbers) + 1)) if id else id

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        parties: list[dict[str, Any]] = []
        for party in self.parties:
            state = party.state if party.state != "known" else None
            told = {"group": party.is_group, "state": state, "only_named": party.only_named}
            told = {name: value for name, value in told.items() if value}
            parties.append({"pseudonym": party.pseudonym, "ids": list(party.ids), "names": list(party.names), **told})
        key = {} if self.key is None else {"key": self.key}
        return {"style": self.style, **key, "beings": parties, "numbers": self._numbers}

    def restore(self, value: Mapping[str, Any]) -> None:
        """Take up what `to_json` gave."""
        for entry in value["beings"]:
            party = self._new(is_group=bool(entry.get("group")))
            if entry.get("state") in ("unclear", "guess"):
                party.state = entry["state"]
            party.only_named = bool(entry.get("only_named"))
            for id_ in map(str, entry["ids"]):
                self._file_id(party, id_)
            for name in map(str, entry["names"]):
                self._file(party, name)
                if party.state != "guess":
                    self._tell(name)
            if entry["pseudonym"] is not None:
                self.give(party, str(entry["pseudonym"]))
        self._numbers.update({str(id_): str(number) for id_, number in value["numbers"].items()})
