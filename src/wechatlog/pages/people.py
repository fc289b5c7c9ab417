"""Who wrote: names, colours, initials.

Takes messages, gives a `Person` for each of their senders, numbered as they appear. The colour follows from the name,
so that a person has the same one on every page; only where somebody before has it, the next free one is taken.
"""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

import attrs
import regex

from wechatlog.model import Conversation, Message, normalize_name

if TYPE_CHECKING:
    from wechatlog.pages.media import Media

COLOURS: Final = 16
"""How many colours names may have; `messages.css` has a class for each."""

_STEP: Final = 7
"""From a colour that is taken to the next one to try: far away on the circle, and all are reached."""

_LETTER: Final = regex.compile(r"[^\W_]")
_GRAPHEME: Final = regex.compile(r"\X")


def shown_name(message: Message) -> str:
    """The name of a sender, or else the account id; empty where there is neither."""
    name = message.sender
    return name if name and not name.isspace() else message.sender_id or ""


@functools.lru_cache(1024)
def initial_of(name: str) -> str:
    """What stands in the circle of a name: its first letter or, where it has none, its first sign."""
    shown = normalize_name(name)
    letter = _LETTER.search(shown)
    found = _GRAPHEME.match(shown, letter.start() if letter else 0)
    return found[0].upper()[:8] if found else "?"


class Colours:
    """The colours of names: as different as possible for the first names, and then by the name alone."""

    __slots__ = ("_taken",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._taken: dict[str, int] = {}
        for name in itertools.islice(names, COLOURS):
            self.of(name)

    def of(self, name: str) -> int:
        """The number of the colour of a name, from 0."""
        found = self._taken.get(name)
        if found is not None:
            return found
        key = normalize_name(name)
        if key != name:
            return self.of(key)
        colour = zlib.crc32(key.encode("utf-8", "replace")) % COLOURS
        if len(self._taken) < COLOURS:
            taken = set(self._taken.values())
            while colour in taken:
                colour = (colour + _STEP) % COLOURS
            self._taken[key] = colour
        return colour


@attrs.define(eq=False)
class Person:
    """A sender: number in the order of appearance, name shown last, or the account id, and messages so far."""

    number: int
    name: str
    id: str | None
    is_self: bool
    count: int = 0


class People:
    """The senders of a chat, of whom one is the owner whatever the messages say, or `presumed` where they do not."""

    __slots__ = ("_known", "_owner", "_people", "_presumed")

    def __init__(self, owner: str | None = None, presumed: str | None = None) -> None:
        self._owner = None if owner is None else normalize_name(owner)
        self._presumed = None if presumed is None else normalize_name(presumed)
        self._people: dict[tuple[str, bool, bool], Person] = {}
        self._known: dict[tuple[str | None, str | None, bool | None], tuple[Person | None, str]] = {}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people.values())

    def of(self, message: Message) -> tuple[Person | None, str]:
        """The sender of a message, who has written one more now, and the name shown; nobody sends a notice."""
        key = (message.sender, message.sender_id, message.is_self)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._find(message), shown_name(message)
        person, name = found
        if person is not None:
            person.name = name
            person.count += 1
        return found

    def _find(self, message: Message) -> Person | None:
        identity = message.sender_id
        if message.sender is None and identity is None:
            return None
        name = shown_name(message)
        own = self._owner if self._owner is not None or message.is_self is not None else self._presumed
        names = (identity, None if message.sender is None else normalize_name(message.sender))
        is_self = bool(message.is_self) if own is None else own in names
        key = (identity, True, is_self) if identity else (name, False, is_self)
        person = self._people.get(key)
        if person is None:
            person = self._people[key] = Person(len(self._people), name, identity, is_self)
        return person


def faces_of(conversation: Conversation, media: Media) -> Callable[[Person], str | None]:
    """The addresses of the pictures of people that the archive has, which readers keep in the metadata."""
    avatars = conversation.metadata.get("avatars")
    known = avatars if isinstance(avatars, Mapping) else {}
    return lambda person: media.avatar(known.get(person.id or "") or known.get(person.name))
