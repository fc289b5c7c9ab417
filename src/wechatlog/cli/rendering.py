"""A conversation as lines for a person: day headings, times, aligned names, bodies with their parts coloured.

Takes conversations, gives rich texts, one for each line on the screen. Whatever the chat holds, the lines are
harmless for a terminal. Nothing here prints.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from typing import Final

import attrs
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from wechatlog.cli.language import translate
from wechatlog.cli.messages import count, harmless, named, period
from wechatlog.content.patterns import compile_words
from wechatlog.content.places import shown_place
from wechatlog.content.wording import aside_text, asides, is_quoted
from wechatlog.model import Conversation, Message, MessageKind
from wechatlog.segments import Emoji, File, Image, Link, Mention, Quote, Segment
from wechatlog.timestamps import day_and_clock, span

_NAME_WIDTH: Final = 20
_NARROWEST_BODY: Final = 24
_PEOPLE: Final = ("cyan", "magenta", "yellow", "blue", "bright_cyan", "bright_magenta")
_STYLES: Final[dict[type, str]] = {
    Mention: "bold cyan",
    Emoji: "yellow",
    Link: "underline blue",
    Image: "underline blue",
    File: "underline blue",
    Quote: "dim",
}
_UNTAGGED: Final = frozenset(MessageKind(kind) for kind in ("text", "quote", "system", "recall", "pat", "other"))


@attrs.frozen
class Look:
    """How a conversation is shown: wrapped at a width, with Unicode emoji, with what was searched for highlighted."""

    width: int | None = None
    unicode_emoji: bool = False
    search: str | None = None


def heading(conversation: Conversation, place: str | None = None) -> Text:
    """One line about a conversation, with the file that it is in if that is named."""
    people = sum(person.message_count > 0 for person in conversation.participants)
    when = period(*span(message.time for message in conversation.messages))
    parts = filter(None, (count(len(conversation), "message"), count(people, "person", "people"), when))
    title = named(conversation.title or conversation.id or conversation.origin.source, place)
    return Text.assemble((title, "bold"), (" · " + " · ".join(parts), "dim"))


def iter_lines(conversation: Conversation, look: Look, place: str | None = None) -> Iterator[Text]:
    """The lines of a conversation: its heading, then for each day a heading and its messages."""
    yield heading(conversation, place)
    names = {harmless(message.sender, one_line=True) for message in conversation.messages if message.sender}
    width = min(_NAME_WIDTH, max(map(cell_len, names), default=1))
    console = Console(width=look.width or 80, color_system=None)
    day = ""
    for message in conversation.messages:
        today = day if message.time is None else f"{message.time:%Y-%m-%d} {translate(f'{message.time:%A}')}"
        if today != day:
            day = today
            yield Text("")
            yield Text(f"── {day} ──", style="bold green")
        yield from _message_lines(message, look, width, console)


def _message_lines(message: Message, look: Look, width: int, console: Console) -> Iterator[Text]:
    _, clock = day_and_clock(message.time, message.precision)
    lead = Text.assemble((f"{clock:<8} ", "dim"), _name(message, width), "  ")
    indent = cell_len(lead.plain)
    lines = list(_body(message, look).split("\n", allow_blank=True))
    if look.width is not None:
        room = look.width - indent
        if room < _NARROWEST_BODY:  # a narrow terminal: names on a line of their own
            yield lead
            indent, lead = 4, Text(" " * 4)
            room = max(8, look.width - indent)
        lines = [part for line in lines for part in line.wrap(console, room, overflow="fold")] or [Text("")]
    for number, line in enumerate(lines):
        full = (lead if number == 0 else Text(" " * indent)) + line
        full.rstrip()
        yield full


def _name(message: Message, width: int) -> Text:
    if message.sender is None:
        return Text(set_cell_size("*", width), style="dim")
    name = harmless(message.sender, one_line=True)
    style = name_style(name, is_self=message.is_self)
    if cell_len(name) > width:
        name = set_cell_size(name, width - 1).rstrip() + "…"
    return Text(set_cell_size(name, width), style=style)


def name_style(name: str, *, is_self: bool | None) -> str:
    """The colour of a person: always the same for a name, and one of its own for the owner."""
    return "bold green" if is_self else _PEOPLE[zlib.crc32(name.encode()) % len(_PEOPLE)]


def tag(message: Message) -> str:
    """What a message is, where its text does not show it, with a blank after it."""
    return "" if message.kind in _UNTAGGED else f"[{translate(message.kind.value.replace('_', ' '))}] "


def _body(message: Message, look: Look) -> Text:
    body = Text(style="dim" if message.sender is None else "", end="")
    body.append(tag(message), "dim")
    apart = asides(message)
    for aside in filter(is_quoted, apart):
        body.append(harmless(aside_text(aside)) + "\n", _STYLES[Quote])
    for segment in message.segments:
        body.append(harmless(_shown(segment, look)), _STYLES.get(type(segment), ""))
    for aside in itertools.filterfalse(is_quoted, apart):
        between = "\n" if aside.depth else " " * bool(body.plain and not body.plain[-1].isspace())
        body.append(between)
        body.append(harmless(aside_text(aside)), "" if aside.depth else _STYLES.get(type(aside.segment), ""))
    body.rstrip()
    if not body.plain.strip():
        what = "empty" if message.kind is MessageKind.TEXT else message.kind.value.replace("_", " ")
        body.append(f"({translate(what)})", "dim")
    if look.search:
        for start, end in compile_words(look.search)(body.plain) or ():
            body.stylize("reverse", start, end)
    return body


def _shown(segment: Segment, look: Look) -> str:
    """What a person sees of a segment; its raw text, unless there is something more readable in it."""
    if isinstance(segment, Emoji) and look.unicode_emoji and segment.unicode:
        return segment.unicode
    if isinstance(segment, Quote):
        return segment.raw.rstrip(" -\n") + "\n"  # the reply goes on a line of its own, without the dashes
    if isinstance(segment, Image | Link):
        label = (
            segment.title if isinstance(segment, Link) else shown_place(segment.path) if segment.url is None else None
        )
        if segment.raw.startswith(("![", "[")) and segment.raw.endswith(")"):
            parts = [part.strip() for part in (label, shown_place(segment.url)) if part and part.strip()]
            return " ".join(parts) or segment.raw
    return segment.raw
