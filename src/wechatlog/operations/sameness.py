"""What of a message stays the same in every export: keys by which two versions of one message find each other.

Takes a message, gives its content key (text normalised, or kind where exporters write placeholders), what distinguishes
two messages of one key (a file name, a title), and the rougher texts by which a damaged version is recognised. Knows
nothing of senders, of times and of how messages are united.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.placeholders import read_placeholder
from wechatlog.emoji import lookup, to_unicode
from wechatlog.model import NOTICES, Message, MessageKind
from wechatlog.segments.types import Quote, Segment

_TEXTS: Final = frozenset(MessageKind(kind) for kind in ("text", "quote", "system", "other", "announcement", "note"))
_APPS: Final = frozenset(
    MessageKind(kind)
    for kind in ("link", "music", "mini_program", "channel", "note", "forward", "card", "file", "other", "announcement")
)
_BLANKS: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]+")
_LOST: Final = re.compile(r"[\s?？]+")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_PLAIN: Final = re.compile(r"[A-Za-z0-9\u3400-\u9fff，。！？；：、“”,.!;:?'\"()-]*\Z")
"""Texts that are as they should be; most are."""
_WIDE_SIGNS: Final = re.compile("[，！？；：]")
_MAY_HOLD_EMOJI: Final = re.compile(r"[\[/\ue000-\uf8ff]")
_DETAILS: Final = ("name", "title", "amount", "md5", "label")
_NOTICE_LABEL: Final = re.compile(r"\[(?:系统消息|系统|system)\][ ]*", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"\[[^\[\]]*+\]")
_QUOTED_NAME: Final = re.compile('["“「]([^"“”「」]+)["”」]')
_SHORTEST: Final = 2
_TELLING: Final = 4
_CONTAINED: Final = 4
_CUT: Final = ("…", "...")


def _normalise(text: str) -> str:
    if not _PLAIN.match(text):
        if _MAY_HOLD_EMOJI.search(text):
            text = _canonical_emoji(text)
        text = unicodedata.normalize("NFKC", text)
        return _BLANKS.sub(" ", text).strip()
    return unicodedata.normalize("NFKC", text) if _WIDE_SIGNS.search(text) else text


_BRACKETS: Final = re.compile(r"\[[^\[\]\r\n]{1,16}\]")


def _canonical_emoji(text: str) -> str:
    """Emoji codes as Unicode emoji, or where there is none as the canonical code."""

    def canonical(match: re.Match[str]) -> str:
        entry = lookup(match[0])
        return match[0] if entry is None else entry.unicode or entry.name

    return to_unicode(_BRACKETS.sub(canonical, text))


def _meaning(message: Message) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    """The kind and the segments of a message, also where its reader left a placeholder as a text."""
    if message.kind is MessageKind.TEXT and message.text[:1] in ("[", "【") and message.given_segments is None:
        found = read_placeholder(message.text)
        if found is not None:
            return found
    return message.kind, message.given_segments


def _likely_kind(message: Message) -> MessageKind:
    """The kind of a message, where its reader knew none that which its label is in any dialect, also `[表情]`."""
    if message.kind in (MessageKind.TEXT, MessageKind.OTHER) and message.text[:1] in ("[", "【"):
        found = read_placeholder(message.text, BRACKET_LINES)
        if found is not None:
            return found[0]
    return message.kind


def content_key(message: Message) -> str:
    """What is the same in every export of a message; for what is no text its kind."""
    kind, text = _meaning(message)[0], message.text
    if kind not in _TEXTS:
        return "\0" + kind.value
    if kind in NOTICES and text[:1] == "[":
        text = _NOTICE_LABEL.sub("", text)
    if kind is MessageKind.QUOTE or "「" in text[:1]:
        text = typed_text(message).strip() or text
    return _normalise(text)


def is_telling(key: str) -> bool:
    """Whether it says something that two messages have the same key: a greeting does not."""
    return len(key) >= _TELLING and key[0] != "\0"


def detail(message: Message) -> str | None:
    """What tells messages with the key of one kind apart: file name, title, amount; `None` where that is unknown."""
    kind, given = _meaning(message)
    if kind in _TEXTS or not given:
        return None
    for name in _DETAILS:
        value = getattr(given[0], name, None)
        if isinstance(value, str) and (plain := letters(value)):
            return plain
    return None


def typed_text(message: Message) -> str:
    """What somebody wrote, without what is quoted."""
    if message.kind is MessageKind.QUOTE or "「" in message.text or "- - -" in message.text:
        typed = "".join(segment.raw for segment in message.segments if not isinstance(segment, Quote))
        return typed.strip().removeprefix("[引用]")
    return message.text


def quoted_key(text: str) -> str:
    """What a text and a quote of it have in common: a quote loses blanks, and a conversion made `?` of some."""
    return _LOST.sub("", text) or "".join(text.split())


def letters(text: str) -> str:
    """Only letters, digits and characters of a text, in small letters."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", to_unicode(text) if "[" in text else text)).casefold()


def lossy(text: str) -> str:
    """A text as a conversion to GBK leaves it: a `?` for what is not in it, two beyond the BMP."""
    if text.isascii():
        return _normalise(text)
    found = []
    for sign in text:
        try:
            sign.encode("gbk")
            found.append(sign)
        except UnicodeEncodeError:
            found.append("?" if sign <= "\uffff" else "??")
    return _normalise("".join(found))


def _said(message: Message) -> str:
    """The letters of what a message says, without the label of its kind; none for one that nobody understood."""
    known = detail(message)
    if known is not None:
        return known
    text = message.text.strip()
    label = _PLACEHOLDER.match(text)
    if label is not None and (label.end() < len(text) or _likely_kind(message) not in _TEXTS or _is_unknown(message)):
        text = text[label.end() :]
    return letters(text)


def _is_unknown(message: Message) -> bool:
    """Whether a message is but a label in brackets that no rule knows: its exporter, or its reader, knew no better."""
    is_vague = _likely_kind(message) in (MessageKind.OTHER, MessageKind.TEXT)
    return (
        is_vague and _PLACEHOLDER.fullmatch(message.text.strip()) is not None and lookup(message.text.strip()) is None
    )


def _is_rendered(short: str, long: str) -> bool:
    """Whether the longer of two texts is the shorter with what an exporter puts round it, or uncut."""
    short, long = short.strip(), long.strip()
    if short.endswith(_CUT):
        return long.startswith(short.rstrip(".…"))
    return long.startswith((f"{short}\n", f"{short}[", f"{short}【")) or long.endswith((f"\n{short}", f"]{short}"))


def quoted_names(message: Message) -> list[str]:
    """The names in a notice, which stand in quotation marks."""
    return _QUOTED_NAME.findall(message.text)


def _wording(message: Message) -> str:
    """The letters of a notice without the names in it."""
    return letters(_QUOTED_NAME.sub("", message.text))


def resemble(one: Message, two: Message) -> bool:
    """Whether two messages of one sender at one time may be versions of one, although their keys differ."""
    kinds = {_likely_kind(one), _likely_kind(two)}
    if kinds & NOTICES:
        if _said(one) == _said(two):
            return True
        if kinds != {MessageKind.SYSTEM}:
            return len(kinds) == 1
        short, long = sorted((_wording(one), _wording(two)), key=len)
        return len(short) >= _SHORTEST and short in long
    first, second = _said(one), _said(two)
    if len(first) > len(second):
        first, second = second, first
    is_unknown = _is_unknown(one) or _is_unknown(two)
    if kinds <= _TEXTS and not is_unknown:
        return len(first) >= _CONTAINED and _is_rendered(*sorted((one.text, two.text), key=len))
    if MessageKind.OTHER in kinds or is_unknown or (kinds <= _APPS and len(kinds) == 2) or len(kinds) == 1:
        return first in second if first else not _is_typed(one) and not _is_typed(two)
    return len(first) >= _SHORTEST and first in second


def _is_typed(message: Message) -> bool:
    """Whether somebody wrote the text of a message: no exporter has a label in its place."""
    return message.kind in (MessageKind.TEXT, MessageKind.QUOTE) and bool(_said(message))
