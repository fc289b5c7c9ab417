"""Messages as HTML: days, runs of one sender, rows.

Takes messages in batches, gives the markup of each, complete in itself: every batch begins with its day and its sender
anew. What has to be known across batches is bounded or grows with people only, so that a chat of any length passes
through. Knows nothing of the page around it; a style sheet, `messages.css`, makes bubbles of it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import attrs
from markupsafe import Markup

from wechatlog.model import MessageKind
from wechatlog.pages.bodies import Bodies
from wechatlog.pages.environment import asset, environment
from wechatlog.pages.media import Media
from wechatlog.pages.people import Colours, People, initial_of, shown_name
from wechatlog.pages.words import day_label, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wechatlog.model import Message
    from wechatlog.pages.people import Person

__all__ = ["Chat", "Interface", "Look", "clean", "render_messages", "stylesheet"]

Interface: TypeAlias = Literal["zh", "en"]

_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_REMEMBERED: Final = 50_000
"""How many of the last server ids are kept at least, and twice as many at most, to find what a message answers."""

# What HTML forbids or browsers drop. Line ends that people's clients wrote become those that a browser knows.
_UNFIT: Final = re.compile("\r\n?|[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS: Final = frozenset("\r\x0b\x0c\x85")


def clean(text: str) -> str:
    """A text without characters that HTML cannot hold: line ends of all kinds become line feeds, others U+FFFD."""
    return _UNFIT.sub(lambda found: "\n" if found[0][0] in _LINE_ENDS else "\ufffd", text)


@attrs.frozen
class Look:
    """How messages are shown.

    Attributes:
        owner: name or account id whose messages stand on the right; `None` to believe the messages.
        presumed_owner: as `owner`, for messages that do not say whose they are.
        unicode_emoji: show emoji codes as Unicode where there is one.
        media: what may be loaded.
        interface: language of what the page says itself.
    """

    owner: str | None = None
    presumed_owner: str | None = None
    unicode_emoji: bool = True
    media: Media = attrs.field(factory=Media)
    interface: Interface = "zh"


class _Row(NamedTuple):
    """A message: its number, its body, its time; `again` where the next row shows the same clock.

    `who` is the sender of a notice whose words do not name them.
    """

    number: int
    who: str
    words: str | Markup | None
    block: Markup | None
    iso: str
    clock: str
    again: bool


class _Run:
    """Messages of one sender, or notices, that follow each other."""

    __slots__ = ("colour", "initial", "name", "person", "rows")

    def __init__(self, person: Person | None, name: str, colour: int) -> None:
        self.person = person
        self.name = name
        self.initial = initial_of(name)
        self.colour = colour
        self.rows: list[_Row] = []


class _Day:
    """The runs of a day; without a date before the first message that has a time."""

    __slots__ = ("again", "date", "label", "runs")

    def __init__(self, date: str, label: str, *, again: bool) -> None:
        self.date = date
        self.label = label
        self.again = again
        self.runs: list[_Run] = []


class Chat:
    """A chat on its way into HTML.

    Args:
        look: how messages are shown.
        names: names that get their colours first.
        ids: give each message an id, `m` and its number, that links can lead to.

    Attributes:
        people: the senders so far.
        colours: those of names.
        days: first message and number of messages of each day so far, by ISO date, in order of appearance.
        count: the messages so far.
    """

    def __init__(self, look: Look, names: Iterable[str] = (), *, ids: bool = True) -> None:
        self.people = People(look.owner, look.presumed_owner)
        self.days: dict[str, list[int]] = {}
        self.count = 0
        self.colours = Colours(names)
        self._look = look
        self._ids = ids
        self._words = words_of(look.interface)
        self._bodies = Bodies(self._words, look.media, self.colours, unicode_emoji=look.unicode_emoji)
        self._template = environment().get_template("messages.html.jinja")
        self._day = ""
        self._places: dict[str, int] = {}
        self._older_places: dict[str, int] = {}

    def render(self, messages: Iterable[Message]) -> Markup:
        """The markup of the next messages; safe, and free of characters that HTML cannot hold."""
        days: list[_Day] = []
        for message in messages:
            self._add(message, days)
            self.count += 1
        return Markup(clean(self._template.render(days=days, ids=self._ids)))  # noqa: S704 - escaped by the template

    def _add(self, message: Message, days: list[_Day]) -> None:
        iso = _iso(message)
        day = iso[:10] or self._day
        if not days or day != days[-1].date:
            days.append(self._start_day(day))
        if day:
            self.days.setdefault(day, [self.count, 0])[1] += 1
        person = self.people.of(message)
        name = shown_name(message) or self._words["nobody"]
        shown = None if message.kind in _NOTICES else person
        runs = days[-1].runs
        if not runs or runs[-1].person is not shown or (shown is not None and runs[-1].name != name):
            runs.append(_Run(shown, name, self.colours.of(name)))
        if person is not None:
            person.count += 1
        rows = runs[-1].rows
        clock = iso[11:16]
        if rows and rows[-1].clock == clock:
            rows[-1] = rows[-1]._replace(again=True)
        body = self._bodies.show(message, self._answered(message))
        who = name if shown is not person and not _names_sender(message, name) else ""
        rows.append(_Row(self.count, who, body.words, body.block, iso, clock, again=False))

    def _start_day(self, day: str) -> _Day:
        again, self._day = day == self._day, day
        label = day_label(dt.date.fromisoformat(day), self._look.interface) if day else ""
        return _Day(day, label, again=again)

    def _answered(self, message: Message) -> str | None:
        """The address of the message that one answers, if it is not too far back; remembers the id of this one."""
        if not self._ids:
            return None
        number = None
        if message.reply_to:
            number = self._places.get(message.reply_to, self._older_places.get(message.reply_to))
        if message.id:
            self._places[message.id] = self.count
            if len(self._places) >= _REMEMBERED:
                self._older_places, self._places = self._places, {}
        return None if number is None else f"#m{number}"


def _names_sender(message: Message, name: str) -> bool:
    """Whether the words of a notice say whose it is: `"李四" 撤回了一条消息`, `你撤回了一条消息`."""
    return name in message.text or bool(message.is_self)


def _iso(message: Message) -> str:
    """The time as `<time datetime>` takes it, as precise as it is known; empty where there is none."""
    time = message.time
    if time is None:
        return ""
    if message.precision == "day":
        return time.isoformat()[:10]
    return time.isoformat(timespec="minutes" if message.precision == "minute" else "seconds")


def render_messages(messages: Sequence[Message], look: Look | None = None) -> Markup:
    """Messages as one piece of HTML that needs no script: safe to put into any page beside `stylesheet()`.

    Args:
        messages: the messages.
        look: how they are shown; the defaults where `None`.
    """
    chat = Chat(look or Look(), ids=False)
    template = environment().get_template("fragment.html.jinja")
    return Markup(template.render(content=chat.render(messages)))  # noqa: S704 - escaped by the templates


def stylesheet() -> str:
    """The style of messages, of elements in class `wechatlog` only."""
    return asset("messages.css")
