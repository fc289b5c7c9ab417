"""Messages as HTML: days, runs of one sender, rows.

Takes messages in batches, gives the markup of each, complete in itself: every batch begins with its day and its sender
anew. What has to be known across batches is bounded or grows with people only, so that a chat of any length passes
through. Knows nothing of the page around it; a style sheet, `messages.css`, makes bubbles of it. Rows are put together
here and not by a template, since there are a million of them: everything of the chat goes through `escaped`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

import attrs
from markupsafe import Markup

from wechatlog.model import NOTICES, Message, MessageKind
from wechatlog.pages.addresses import Addresses
from wechatlog.pages.bodies import Bodies
from wechatlog.pages.environment import asset, environment
from wechatlog.pages.media import Media
from wechatlog.pages.people import Colours, People, Person, initial_of
from wechatlog.pages.urls import escaped
from wechatlog.pages.words import day_label, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wechatlog.content.descriptions import Language

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
    interface: Language = "zh"


class _Sheet:
    """The markup of a batch while it grows: its pieces, the day that is open, and the person and the name of a run."""

    __slots__ = ("_clock", "_clock_at", "day", "name", "person", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.day: str | None = None
        self.person: Person | None = None
        self.name: str | None = None
        self._clock = ""
        self._clock_at = 0

    def start_day(self, day: str, heading: str) -> None:
        """End what is open, and begin a day; an empty one before the first message that has a time."""
        self.end()
        self.day = day
        self.pieces.append(f'<div class="y">\n{heading}')

    def start_run(self, person: Person | None, name: str, opening: str) -> None:
        """End the run that is open, if there is one, and begin another."""
        self._end_run()
        self.person, self.name = person, name
        self.pieces.append(opening)

    def add_time(self, iso: str) -> None:
        """The time of the row; where it shows the same clock as the row before, that one keeps still."""
        clock = iso[11:16]
        if clock == self._clock:
            at = self._clock_at
            self.pieces[at] = self.pieces[at].replace("<time ", '<time class="q" ', 1)
        self._clock, self._clock_at = clock, len(self.pieces)
        self.pieces.append(f'<time datetime="{iso}">{clock}</time></div>\n' if iso else "</div>\n")

    def _end_run(self) -> None:
        if self.name is not None:
            self.pieces.append("</div>\n")
        self.name, self._clock = None, "-"

    def end(self) -> None:
        self._end_run()
        if self.day is not None:
            self.pieces.append("</div>\n")
        self.day = None


class Chat:
    """A chat on its way into HTML.

    Args:
        look: how messages are shown.
        names: names that get their colours first.
        ids: give each message its permanent address, that links can lead to, and its kind.

    Attributes:
        people: the senders so far.
        colours: those of names.
        days: first message and number of messages of each day so far, by ISO date, in order of appearance.
        hours: messages by weekday, from Monday, and hour.
        kinds: messages of each kind so far.
        count: the messages so far.
    """

    def __init__(self, look: Look, names: Iterable[str] = (), *, ids: bool = True) -> None:
        self.people = People(look.owner, look.presumed_owner)
        self.days: dict[str, list[int]] = {}
        self.hours = [[0] * 24 for _ in range(7)]
        self.kinds: dict[MessageKind, int] = {}
        self.count = 0
        self.colours = Colours(names)
        self._look = look
        self._addresses = Addresses() if ids else None
        self._words = words_of(look.interface)
        self._bodies = Bodies(self._words, look.media, self.colours, unicode_emoji=look.unicode_emoji)
        self._day = ""
        self._openings: dict[tuple[int | None, str], str] = {}

    def render(self, messages: Iterable[Message]) -> Markup:
        """The markup of the next messages; safe, and free of characters that HTML cannot hold."""
        sheet = _Sheet()
        for message in messages:
            self._add(message, sheet)
            self.count += 1
        sheet.end()
        return Markup(clean("".join(sheet.pieces)))  # noqa: S704 - everything of the chat is escaped

    def _add(self, message: Message, sheet: _Sheet) -> None:
        iso = _iso(message)
        day = iso[:10] or self._day
        if day != sheet.day:
            sheet.start_day(day, self._heading(day))
        if day:
            found = self.days.get(day)
            if found is None:
                self.days[day] = [self.count, 1]
            else:
                found[1] += 1
        time = message.time
        if time is not None and message.precision != "day":
            self.hours[time.weekday()][time.hour] += 1
        self.kinds[message.kind] = self.kinds.get(message.kind, 0) + 1
        person, name = self.people.of(message)
        shown = None if message.kind in NOTICES else person
        if shown is not sheet.person or sheet.name is None or (shown is not None and name != sheet.name):
            sheet.start_run(shown, name, self._opening(shown, name))
        attributes, answered = self._address(message, iso)
        who = ""
        names_sender = name in message.text or message.is_self  # `"李四" 撤回了一条消息`, `你撤回了一条消息`
        if shown is not person and not names_sender:
            who = f"<b>{escaped(name or self._words['nobody'])}</b> "
        sheet.pieces.append(f"<div{attributes}>{self._bodies.show(message, answered, who)}")
        sheet.add_time(iso)

    def _heading(self, day: str) -> str:
        again, self._day = day == self._day, day
        if not day:
            return ""
        label = day_label(dt.date.fromisoformat(day), self._look.interface)
        tag = '<h2 class="again">' if again else "<h2>"
        return f'{tag}<time datetime="{day}">{label}</time></h2>\n'

    def _opening(self, person: Person | None, name: str) -> str:
        key = None if person is None else person.number, name
        found = self._openings.get(key)
        if found is None:
            name = name or self._words["nobody"]
            colour = self.colours.of(name)
            if person is None:
                return '<div class="o">\n'
            classes = f"g{' s' * person.is_self} p{person.number} c{colour}"
            initial = f'<b data-i="{escaped(initial_of(name))}">{escaped(name)}</b>'
            found = self._openings[key] = f'<div class="{classes}">{initial}\n'
        return found

    def _address(self, message: Message, iso: str) -> tuple[str, str | None]:
        """The attributes of the row, and the address on this page of the message that it answers."""
        if self._addresses is None:
            return "", None
        answered = self._addresses.of_id(message.reply_to) if message.reply_to else None
        kind = message.kind
        address = self._addresses.add(message, iso)
        said = "" if kind is MessageKind.TEXT else f' data-k="{kind.value}"'
        return f' id="{address}"{said}', answered


def _iso(message: Message) -> str:
    """The time as `<time datetime>` takes it, as precise as it is known; empty where there is none."""
    time = message.time
    if time is None:
        return ""
    if message.precision == "day":
        return time.isoformat()[:10]
    return time.isoformat(timespec="minutes" if message.precision == "minute" else "seconds")


def render_messages(messages: Sequence[Message], look: Look | None = None) -> Markup:
    """Messages as one piece of HTML that needs no script: safe to put into any page beside `stylesheet()`."""
    chat = Chat(look or Look(), ids=False)
    template = environment().get_template("fragment.html.jinja")
    return Markup(template.render(content=chat.render(messages)))  # noqa: S704 - escaped by the templates


def stylesheet() -> str:
    """The style of messages, of elements in class `wechatlog` only."""
    return asset("messages.css")
