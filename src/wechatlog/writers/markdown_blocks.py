"""Messages as blocks of CommonMark: a heading for each day, names in bold, quotations, links, pictures.

Takes messages one after the other, gives blocks, which a form puts into its documents. Whatever the chat holds is shown
and never acts: that is the business of `commonmark`. What is no text is said in words: `content.descriptions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import attrs

from wechatlog.content.descriptions import LANGUAGES, Language, describe, word
from wechatlog.content.places import is_on_disk, safe_path
from wechatlog.model import Message, MessageKind
from wechatlog.segments import Segment, parse_segments, types
from wechatlog.timestamps import day_and_clock
from wechatlog.writers import commonmark
from wechatlog.writers.options import choice_option, number_option

BLOCK_OPTIONS: Final[Mapping[str, str]] = {
    "emoji": "emoji codes as `unicode` (the default) or as the `code`",
    "images": "`link` to remote pictures (the default), or `embed` them, and those beside the document",
    "interface": "language of the words for what is no text: `zh` (the default) or `en`",
}

_DEEPEST: Final = 8
"""Quotations within quotations that are shown as such."""

_ICONS: Final[Mapping[type[Segment], str]] = {
    types.Image: "🖼️", types.Link: "🔗", types.File: "📄", types.Voice: "🎤", types.Video: "🎬", types.Sticker: "✨",
    types.Location: "📍", types.Card: "👤", types.Transfer: "💰", types.RedPacket: "🧧", types.Call: "📞",
    types.MiniProgram: "🧩",
}  # fmt: skip
_PLAIN: Final = frozenset({types.Text, types.Mention})
_MIDDLE: Final = " · "

_PLACEHOLDER: Final = re.compile(r"\s*(?:[\[【][^\n]*)?")


@attrs.frozen
class Look:
    """How messages are shown: the options in `BLOCK_OPTIONS`, and `heading`."""

    unicode_emoji: bool
    embeds: bool
    heading: int
    language: Language

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Look:
        """The checked options of a writer."""
        return cls(
            choice_option(options, "emoji", ("unicode", "code")) == "unicode",
            choice_option(options, "images", ("link", "embed")) == "embed",
            number_option(options, "heading", 1, least=1, most=5),
            choice_option(options, "interface", LANGUAGES),
        )


class _Block(NamedTuple):
    """A paragraph, or a quotation."""

    text: str
    is_paragraph: bool = True


def _join(head: str, blocks: Sequence[_Block], between: str = "  \n") -> str:
    """A head and the blocks after it; the first goes on in the paragraph of the head."""
    texts = [block.text for block in blocks]
    if head and blocks and blocks[0].is_paragraph:
        texts[0] = f"{head}{between}{texts[0]}"
    elif head:
        texts.insert(0, head)
    return "\n\n".join(texts)


class _Body:
    """The blocks of one body, which stands in `depth` quotations."""

    def __init__(self, look: Look, depth: int = 0) -> None:
        self._look = look
        self._depth = depth
        self._blocks: list[_Block] = []
        self._inline: list[str] = []
        self._plain: list[str] = []

    def blocks(self, segments: Iterable[Segment]) -> list[_Block]:
        for segment in segments:
            if type(segment) in _PLAIN:
                self._plain.append(segment.raw)
            elif isinstance(segment, types.Quote | types.Forward) and self._depth < _DEEPEST:
                self._end_paragraph()
                if quotation := self._quotation(segment):
                    self._blocks.append(_Block(quotation, is_paragraph=False))
            elif isinstance(segment, types.Emoji) and self._look.unicode_emoji:
                self._plain.append(segment.unicode or segment.raw)
            elif (shown := self._special(segment)) is not None:
                self._end_plain()
                self._inline.append(shown)
            else:
                self._plain.append(segment.raw)
        self._end_paragraph()
        return self._blocks

    def _end_plain(self) -> None:
        """Text of segments that follow each other is escaped as one."""
        self._inline.append(commonmark.escape("".join(self._plain)))
        self._plain.clear()

    def _end_paragraph(self) -> None:
        self._end_plain()
        if paragraph := commonmark.join_lines("".join(self._inline)):
            self._blocks.append(_Block(paragraph))
        self._inline.clear()

    def _words(self, segment: Segment) -> str:
        return _MIDDLE.join(describe(segment, self._look.language))

    def _special(self, segment: Segment) -> str | None:
        """A link, a picture, or words for anything else; `None` for what is shown as its text."""
        if isinstance(segment, types.Link):
            label = segment.title or segment.raw
            if (destination := commonmark.web_address(segment.url)) is not None:
                return commonmark.link(label, destination)
            return None if segment.raw.strip() else commonmark.escape_line(label)
        if isinstance(segment, types.Image):
            destination = commonmark.web_address(segment.url)
            beside = safe_path(segment.path)
            words = self._words(segment)
            if self._look.embeds and (shown := destination or beside):
                return commonmark.image(words, shown)
            if destination is not None:
                return f"{_ICONS[types.Image]} {commonmark.link(words, destination)}"
            place = segment.url or segment.path
            is_text = beside is None and place and not is_on_disk(place)  # no picture, whatever it looks like
            return None if is_text else f"{_ICONS[types.Image]} {commonmark.escape_line(words)}"
        words = self._words(segment)
        if not words:
            return None
        raw = segment.raw.strip()
        if _PLACEHOLDER.fullmatch(raw) or raw in words:
            raw = ""
        elif words in raw and "\n" not in raw:  # 微信红包
            words, raw = raw, ""
        destination = commonmark.web_address(getattr(segment, "url", None))
        label = commonmark.escape_line(words) if destination is None else commonmark.link(words, destination)
        return f"{_ICONS.get(type(segment), '🔁')} {label} {commonmark.escape(raw)}".rstrip()

    def _quotation(self, segment: types.Quote | types.Forward) -> str:
        if isinstance(segment, types.Quote):
            return commonmark.quote_lines(self._said(segment.sender, parse_segments(segment.text)))
        title = _bold(segment.title or word("forward", self._look.language), self._look.language)
        said = (self._said(message.sender, message.segments) for message in segment.messages)
        return commonmark.quote_lines("\n\n".join((title, *said)))

    def _said(self, sender: str | None, segments: Iterable[Segment]) -> str:
        """Somebody's words in a quotation: the name, a colon and the first paragraph."""
        blocks = _Body(self._look, self._depth + 1).blocks(segments)
        if sender is None:
            return _join("", blocks)
        colon, blank = ("：", "") if self._look.language == "zh" else (":", " ")
        return _join(f"{_bold(sender, self._look.language)}{colon}", blocks, between=blank)


def _bold(name: str, language: Language) -> str:
    """A name in bold, which does not go beside white space."""
    return f"**{commonmark.escape_line(name) or word('nobody', language)}**"


class Post:
    """Messages as blocks, one after the other, each of which says who sent it, or where that is not as before."""

    def __init__(self, look: Look, *, always_named: bool = False) -> None:
        self._look = look
        self._always_named = always_named
        self._day = ""
        self._clock = ""
        self._who: tuple[str | None, ...] = ()

    def blocks(self, message: Message) -> Iterator[str]:
        """The heading of a new day, and the message."""
        day, clock = day_and_clock(message.time, message.precision)
        if day and day != self._day:
            self._day, self._clock, self._who = day, "", ()
            yield f"{'#' * (self._look.heading + 1)} {day}"
        blocks = _Body(self._look).blocks(message.segments)
        if not blocks and message.kind is not MessageKind.TEXT:
            blocks = [_Block(commonmark.escape_line(word(message.kind, self._look.language)))]
        yield self._notice(clock[:5], blocks) if message.sender is None else self._speech(message, clock[:5], blocks)

    def _notice(self, clock: str, blocks: Sequence[_Block]) -> str:
        """What nobody said, in italics."""
        self._who = ()
        if blocks and blocks[0].is_paragraph:
            words = _MIDDLE.join(filter(None, (clock, blocks[0].text)))
            return _join(f"*{words}*", blocks[1:], between="\n\n")
        return _join(f"*{clock}*" if clock else "", blocks) or "&nbsp;"

    def _speech(self, message: Message, clock: str, blocks: Sequence[_Block]) -> str:
        """What somebody said, with the name and the clock where they are not those of the message before."""
        who = message.sender, message.sender_id
        name = "" if who == self._who else _bold(message.sender or "", self._look.language)
        shown = clock if name or clock != self._clock else ""
        self._who, self._clock = (() if self._always_named else who), clock
        return _join(_MIDDLE.join(filter(None, (name, shown))), blocks) or "&nbsp;"
