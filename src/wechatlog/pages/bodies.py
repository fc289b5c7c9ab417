"""The body of a message as HTML.

Takes messages, gives markup in which everything that the chat holds is escaped. What each piece looks like stands in
the macros of `templates/segments.html.jinja`; which macro shows which segment, in two tables here. Knows neither days
nor senders nor the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from markupsafe import Markup

from wechatlog.content.descriptions import length_text, size_text
from wechatlog.content.places import shown_place
from wechatlog.emoji import to_unicode
from wechatlog.model import Message, MessageKind
from wechatlog.pages.environment import environment
from wechatlog.pages.urls import escaped, host_of, is_remote, safe_url
from wechatlog.pages.words import count
from wechatlog.segments import Segment, types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wechatlog.pages.media import Media
    from wechatlog.pages.people import Colours

_LONG: Final = 3000
"""Characters from which on a text is folded: one of megabytes would stop the browser."""

_SHOWN: Final = 600
"""About how many characters of a folded text are shown."""

_DEEPEST: Final = 8
"""Forwards within forwards that are still shown."""

_MOST_EMOJI: Final = 10_000
_PLAYERS: Final = {
    "audio": (".mp3", ".m4a", ".aac", ".wav", ".ogg", ".opus", ".flac"),
    "video": (".mp4", ".m4v", ".mov", ".webm"),
}
_CARDS: Final[Mapping[MessageKind, type[Segment]]] = {
    MessageKind.LINK: types.Link,
    MessageKind.MUSIC: types.Link,
    MessageKind.CHANNEL: types.Link,
    MessageKind.MINI_PROGRAM: types.MiniProgram,
}
"""Kinds whose one link, or program, is shown as a card, with its picture."""

_UNNAMED: Final = frozenset(MessageKind(kind) for kind in ("text", "quote", "system", "recall", "pat", "other", "link"))
"""Kinds that need no name of their own beside a text."""


_Show: TypeAlias = "Callable[[Any], Markup]"
_ShowInline: TypeAlias = "Callable[[Any], str]"


def _show_mention(segment: types.Mention) -> str:
    """A mention, with the blank that ends it behind."""
    shown = segment.raw.rstrip()
    return f'<b class="at">{escaped(shown or f"@{segment.name}")}</b>{escaped(segment.raw[len(shown) :])}'


def _plays(path: str | None, player: str) -> bool:
    """Whether browsers can play a file, by its suffix; WeChat's own voices (silk, amr) they cannot."""
    return path is not None and path.lower().endswith(_PLAYERS[player])


class Bodies:
    """Makes bodies."""

    def __init__(self, words: Mapping[str, str], media: Media, colours: Colours, *, unicode_emoji: bool = True) -> None:
        self._words = words
        self._unicode = unicode_emoji
        self._emoji: dict[tuple[str, str | None], Markup] = {}
        self._depth = 0
        helpers = {
            "words": words, "media": media, "safe_url": safe_url, "is_remote": is_remote, "host_of": host_of,
            "plays": _plays, "duration": length_text, "file_size": size_text, "colour_of": colours.of,
            "plain": self._plain, "count": count, "shown_place": shown_place,
        }  # fmt: skip
        macros: Any = environment().get_template("segments.html.jinja").make_module(helpers)
        self._macros = macros
        self._inline: dict[type, _ShowInline] = {
            types.Emoji: self._show_emoji,
            types.Mention: _show_mention,
            types.Link: macros.link,
        }
        self._blocks: dict[type, _Show] = {
            types.Quote: macros.quote,
            types.Image: macros.image,
            types.File: macros.file,
            types.Voice: macros.voice,
            types.Video: macros.video,
            types.Sticker: macros.sticker,
            types.Location: macros.location,
            types.Card: macros.card,
            types.Transfer: macros.transfer,
            types.RedPacket: macros.red_packet,
            types.Call: macros.call,
            types.Forward: self._show_forward,
            types.MiniProgram: macros.mini_program,
        }

    def show(self, message: Message, answered: str | None = None, who: str = "") -> str:
        """The markup of the body of a message, behind `who`, with a link to the address of what it answers."""
        segments = message.segments
        card = _CARDS.get(message.kind)
        if card is not None and (found := _only_card(segments, card)):
            show = self._macros.page if card is types.Link else self._macros.mini_program
            page: str = show(found, message.kind.value, _thumb(segments))
            return page
        if answered is None and message.kind in _UNNAMED and (words := self._words_only(message.text, segments)):
            return f"<p>{who}{words}</p>"  # by far the most
        answered = None if answered is None else f"#{answered}"
        parts = list(self._lead(message, segments, answered))
        groups = list(self._groups(segments))
        if len(groups) == 1 and not parts:
            first = groups[0][0]
            if type(first) in self._blocks and type(first) is not types.Quote:
                return self._blocks[type(first)](first)
        parts += (self._show_group(group, answered) for group in groups)
        shown: str = self._macros.bubble(parts) if parts else self._macros.empty()
        return shown

    def _words_only(self, text: str, segments: Sequence[Segment]) -> str:
        """The markup of a text that is no more than words, emoji, mentions and links; empty for anything else."""
        if len(text) >= _LONG or text.isspace():
            return ""
        shown = []
        for segment in segments:
            if type(segment) is types.Text:
                shown.append(escaped(segment.raw))
            elif (show := self._inline.get(type(segment))) is not None:
                shown.append(show(segment))
            else:
                return ""
        return "".join(shown)

    def _lead(self, message: Message, segments: Sequence[Segment], answered: str | None) -> Iterator[Markup]:
        """What stands above a body: its kind, where nothing else shows it, and a way to what it answers."""
        shown = {type(segment) for segment in segments}
        if message.kind not in _UNNAMED and not shown & self._blocks.keys():
            yield self._macros.label(self._words[message.kind.value])
        if answered is not None and types.Quote not in shown:
            yield self._macros.answer(answered)

    def _groups(self, segments: Sequence[Segment]) -> Iterator[list[Segment]]:
        """The segments that stand in one paragraph together; each block alone. Blank paragraphs are left out."""
        paragraph: list[Segment] = []
        for segment in segments:
            if type(segment) in self._blocks:
                if not _is_blank(paragraph):
                    yield paragraph
                yield [segment]
                paragraph = []
            else:
                paragraph.append(segment)
        if not _is_blank(paragraph):
            yield paragraph

    def _show_group(self, group: list[Segment], answered: str | None) -> Markup:
        first = group[0]
        if type(first) is types.Quote:
            shown: Markup = self._macros.quote(first, answered)
        elif type(first) in self._blocks:
            shown = self._blocks[type(first)](first)
        elif _length(group) < _LONG:
            shown = self._macros.paragraph(self._join(group).strip())
        else:
            head, tail = _split(group, _SHOWN)
            shown = self._macros.folded(self._join(head), self._join(tail), _length(group))
        return shown

    def _join(self, group: list[Segment]) -> Markup:
        shows = [(self._inline.get(type(segment)), segment) for segment in group]
        shown = [escaped(segment.raw) if show is None else show(segment) for show, segment in shows]
        return Markup("".join(shown))  # noqa: S704 - escaped

    def _show_emoji(self, segment: types.Emoji) -> Markup:
        key = segment.raw, segment.unicode
        found = self._emoji.get(key)
        if found is None:
            shows = self._unicode and segment.unicode
            found = self._macros.emoji(segment) if shows else Markup(escaped(segment.raw))  # noqa: S704 - escaped
            if len(self._emoji) < _MOST_EMOJI:
                self._emoji[key] = found
        return found

    def _show_forward(self, segment: types.Forward) -> Markup:
        if self._depth >= _DEEPEST:
            found: Markup = self._macros.too_deep()
            return found
        self._depth += 1
        try:
            items = [(message, Markup(self.show(message))) for message in segment.messages]  # noqa: S704 - escaped
            shown: Markup = self._macros.forward(segment, items)
        finally:
            self._depth -= 1
        return shown

    def _plain(self, text: str) -> str:
        """A text without markup of its own, such as what is quoted."""
        return to_unicode(text, "replace") if self._unicode else text


def _only_card(segments: Sequence[Segment], wanted: type[Segment]) -> Any:
    """The card of a message that has nothing else but, perhaps, the picture on it; or `None`."""
    cards = [segment for segment in segments if type(segment) is wanted]
    others = [segment for segment in segments if type(segment) is not wanted and segment is not _thumb(segments)]
    return cards[0] if len(cards) == 1 and _is_blank(others) else None


def _thumb(segments: Sequence[Segment]) -> types.Image | None:
    """The picture on a card: behind it, with no part of the text."""
    last = segments[-1] if segments else None
    return last if type(last) is types.Image and not last.raw else None


def _is_blank(group: Sequence[Segment]) -> bool:
    return not any(type(segment) is not types.Text or segment.raw.strip() for segment in group)


def _length(group: Sequence[Segment]) -> int:
    return sum(len(segment.raw) for segment in group)


def _split(group: Sequence[Segment], length: int) -> tuple[list[Segment], list[Segment]]:
    """A long paragraph in two: the first part has about so many characters, and only texts are cut."""
    number = 0
    while length > len(group[number].raw):
        length -= len(group[number].raw)
        number += 1
    cut = group[number]
    if type(cut) is not types.Text:
        return list(group[:number]), list(group[number:])
    head, tail = types.Text(cut.raw[:length]), types.Text(cut.raw[length:])
    return [*group[:number], head], [tail, *group[number + 1 :]]
