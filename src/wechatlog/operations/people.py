"""Who is who: names and account ids that belong to one person, and the pseudonym of each.

An account id is a person. A name without an id is that of the one person who has it, or a person of its own where
nobody has it; where several have it, nobody can tell who is meant, and the name stands for an unknown somebody:
identity is not invented. Groups are kept in the same way. Knows nothing of texts and messages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import attrs

from wechatlog.model import normalize_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["STYLES", "Being", "People"]

STYLES: Final = {"numbered": "P{}", "stems": "甲乙丙丁戊己庚辛壬癸"}
"""The styles that have names: a template, or characters that are gone through again with a number behind them."""

_GROUP_TEMPLATE: Final = {"stems": "群{}"}
_ROOM: Final = re.compile(r"[^@\s]+@(?:im\.)?chatroom")
_WORD: Final = re.compile(r"[^\s?？，。！；、：,!;:\[\]【】「」@{}\u2005]+")


@attrs.define(eq=False)
class Being:
    """A person, or a group.

    Attributes:
        pseudonym: `None` until it is asked for.
        is_group: whether it is a group.
        state: `known`; `unclear` for somebody of whose name there are several; `guess` for what may be no name at all.
        ids: account ids, in the order in which they were met.
        names: names, as they were met.
    """

    pseudonym: str | None = None
    is_group: bool = False
    state: Literal["known", "unclear", "guess"] = "known"
    ids: dict[str, None] = attrs.field(factory=dict)
    names: dict[str, None] = attrs.field(factory=dict)


def _compile_style(style: str) -> tuple[Callable[[int], str], re.Pattern[str]]:
    """The pseudonym of a number from 1 on, and what looks like one."""
    template = STYLES.get(style, style)
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


def _only(beings: dict[Being, None]) -> Being | None:
    """The one among them, if it is but one."""
    return next(iter(beings)) if len(beings) == 1 else None


def _is_bare(being: Being) -> bool:
    """Whether somebody is but a name so far: whoever turns out to have it, they were meant."""
    return not being.ids and not being.is_group and being.pseudonym is None


class People:
    """Everybody met so far.

    Args:
        style: how pseudonyms look: a key of `STYLES`, or a template with `{}` for the number.
        on_name: told every name and id that is sure to be one.

    Raises:
        ValueError: for a style that makes no names.
    """

    def __init__(self, style: str = "numbered", on_name: Callable[[str], None] | None = None) -> None:
        self.style = style
        self.beings: dict[Being, None] = {}
        self._on_name = on_name or (lambda _: None)
        self._by_id: dict[str, Being] = {}
        self._by_name: dict[str, dict[Being, None]] = {}
        self._somebody: dict[str, Being] = {}
        self._styles = {False: _compile_style(style), True: _compile_style(_GROUP_TEMPLATE.get(style, "G{}"))}
        self._holders: dict[str, Being] = {}
        self._taken: set[str] = set()
        self._next = {False: 1, True: 1}
        self._numbers: dict[str, str] = {}

    # --- who is who ---------------------------------------------------------------------------------

    def meet(self, name: str | None, id: str | None, *, is_group: bool = False) -> Being | None:  # noqa: A002
        """Who has this name and this id; somebody new where nobody has. `None` for neither name nor id."""
        if not id:
            return None if name is None else self._meet_by_name(name, is_group=is_group)
        being = self._by_id.get(id)
        if being is None:
            is_group = is_group or _ROOM.fullmatch(id) is not None
            bare = self._without_id(name, is_group=is_group) or self._without_id(id, is_group=is_group)
            being = bare or self._new(is_group=is_group)
            self._file_id(being, id)
        if name is not None:
            self.name(being, name)
        self._confirm(being)
        return being

    def _meet_by_name(self, name: str, *, is_group: bool) -> Being:
        """Who has this name; a person whose name so far only a group has is somebody new."""
        person = None if is_group else self.person(name)
        if person is not None:
            self._confirm(person)
            return person
        being = self.called(name, is_group=is_group)
        if being.is_group and not is_group:
            being = self._new(is_group=False)
            self._file(being, name)
        return being

    def name(self, being: Being, name: str) -> None:
        """Note that this is a name of somebody."""
        if name in being.names:
            return
        other = _only(self._by_name.get(normalize_name(name), {}))
        if being.ids and not being.is_group and other is not None and _is_bare(other):
            self._absorb(being, other)
        self._file(being, name)
        self._tell(name)

    def called(self, name: str, *, is_group: bool = False, sure: bool = True) -> Being:
        """Who is called so; somebody new where nobody is, or where several are.

        Args:
            name: a name, or an id.
            is_group: what to make of a name that nobody has.
            sure: whether it is a name; only such names are looked for in texts.
        """
        being = self.known(name)
        if being is None:
            being = self._new(is_group=is_group)
            if self._by_name.get(normalize_name(name)):
                being.state = "unclear"
            elif not sure:
                being.state = "guess"
            self._file(being, name)
            if sure:
                self._tell(name)
        elif sure:
            self._confirm(being)
        return being

    def _confirm(self, being: Being) -> None:
        """Note that somebody who was a guess is a person."""
        if being.state == "guess":
            being.state = "known"
            for name in being.names:
                self._tell(name)

    def _file_id(self, being: Being, id: str) -> None:  # noqa: A002
        """Put somebody under an id."""
        being.ids[id] = None
        self._by_id[id] = being
        self.avoid(id)
        self._tell(id)

    def _file(self, being: Being, name: str) -> None:
        """Put somebody under a name."""
        being.names[name] = None
        self.avoid(name)
        key = normalize_name(name)
        if being.state == "unclear":
            self._somebody[key] = being
        else:
            self._by_name.setdefault(key, {})[being] = None

    def known(self, name: str) -> Being | None:
        """Who is called so, or has this id; `None` where nobody is, or where several are."""
        key = normalize_name(name)
        being = _only(self._by_name.get(key, {})) or self._by_id.get(name) or self._by_id.get(name.strip())
        return being or self._somebody.get(key)

    def person(self, name: str) -> Being | None:
        """The one person who is called so, or has this id, where groups do not come into question."""
        return _only(self._persons(name)) or self._by_id.get(name)

    def is_shared(self, name: str) -> bool:
        """Whether several people are called so."""
        return name not in self._by_id and len(self._persons(name)) > 1

    def _persons(self, name: str) -> dict[Being, None]:
        having = self._by_name.get(normalize_name(name), {})
        return {being: None for being in having if not being.is_group} if len(having) <= 2 else having

    def join(self, names: Iterable[str]) -> None:
        """Note that all of these, names or ids, are one person.

        Raises:
            ValueError: where two of them have pseudonyms already.
        """
        first: Being | None = None
        for name in names:
            being = self.called(name)
            if first is None or being is first:
                first = being
                continue
            if first.pseudonym is not None and being.pseudonym not in (None, first.pseudonym):
                raise ValueError(f"{name!r} is {being.pseudonym} already and cannot become {first.pseudonym}")
            self._absorb(first, being)

    def _absorb(self, first: Being, second: Being) -> None:
        if first.pseudonym is None and second.pseudonym is not None:
            del self._holders[second.pseudonym]
            self.give(first, second.pseudonym)
        del self.beings[second]
        for id_ in second.ids:
            first.ids[id_] = None
            self._by_id[id_] = first
        for name in second.names:
            first.names[name] = None
            key = normalize_name(name)
            having = self._by_name.setdefault(key, {})
            having.pop(second, None)
            having[first] = None
            if self._somebody.get(key) is second:
                del self._somebody[key]

    def _without_id(self, name: str | None, *, is_group: bool) -> Being | None:
        """The one who has this name, if nobody knows their id."""
        being = None if name is None else _only(self._by_name.get(normalize_name(name), {}))
        return being if being is not None and not being.ids and being.is_group == is_group else None

    def _new(self, *, is_group: bool) -> Being:
        being = Being(is_group=is_group)
        self.beings[being] = None
        return being

    def _tell(self, name: str) -> None:
        for spelling in {name.strip(), normalize_name(name)}:
            self._on_name(spelling)

    # --- pseudonyms ---------------------------------------------------------------------------------

    def pseudonym(self, being: Being) -> str:
        """The pseudonym of somebody; the next free one where they have none yet."""
        if being.pseudonym is None:
            make, _ = self._styles[being.is_group]
            pseudonym = ""
            while not pseudonym or pseudonym in self._taken or pseudonym in self._holders:
                pseudonym = make(self._next[being.is_group])
                self._next[being.is_group] += 1
            self.give(being, pseudonym)
        return cast("str", being.pseudonym)

    def give(self, being: Being, pseudonym: str) -> None:
        """Give somebody a pseudonym of one's own choice.

        Raises:
            ValueError: for one that is empty, is no single line, or is somebody else's.
        """
        if not pseudonym.strip() or normalize_name(pseudonym) != pseudonym:
            raise ValueError(f"a pseudonym is a line with single blanks, not {pseudonym!r}")
        if self._holders.get(pseudonym, being) is not being:
            raise ValueError(f"the pseudonym {pseudonym!r} is somebody else's")
        being.pseudonym = pseudonym
        self._holders[pseudonym] = being

    def holder(self, pseudonym: str) -> Being | None:
        """Who has this pseudonym."""
        return self._holders.get(pseudonym)

    def avoid(self, text: str) -> None:
        """Never give a pseudonym that stands in a real text, where one could not tell them apart."""
        for _, pattern in self._styles.values():
            self._taken.update(pattern.findall(text))

    def number(self, id: str) -> str:  # noqa: A002
        """The number that stands for a server id."""
        return self._numbers.setdefault(id, str(len(self._numbers) + 1)) if id else id

    # --- as plain values ----------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        beings = []
        for being in self.beings:
            entry: dict[str, Any] = {"pseudonym": being.pseudonym, "ids": list(being.ids), "names": list(being.names)}
            if being.is_group:
                entry["group"] = True
            if being.state != "known":
                entry["state"] = being.state
            beings.append(entry)
        return {"style": self.style, "beings": beings, "numbers": self._numbers}

    def restore(self, value: Mapping[str, Any]) -> None:
        """Take up what `to_json` gave.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: where it is something else.
        """
        for entry in value["beings"]:
            being = self._new(is_group=bool(entry.get("group")))
            if entry.get("state") in ("unclear", "guess"):
                being.state = entry["state"]
            for id_ in map(str, entry["ids"]):
                self._file_id(being, id_)
            for name in map(str, entry["names"]):
                self._file(being, name)
                if being.state != "guess":
                    self._tell(name)
            if entry["pseudonym"] is not None:
                self.give(being, str(entry["pseudonym"]))
        self._numbers.update({str(id_): str(number) for id_, number in value["numbers"].items()})
