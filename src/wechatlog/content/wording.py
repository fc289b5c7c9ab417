"""What a message reads like: its text, and beside it what stands apart from the text.

Takes a message, gives plain texts. The text of a message is what was typed; an archive may give more with it: the words
that a reply answers, what is inside a merged forward, the address of a card, the name of a file, what was said in a
voice message. A person reads all of that, so every form for people, every search and every index takes it from here.
What is parsed from the text stands in the text already. Knows no form: nothing is escaped, shortened or translated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.descriptions import describe
from wechatlog.content.places import shown_place, shown_text
from wechatlog.segments import types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.model import Message

_DEEPEST: Final = 32
"""Forwards in forwards that are read: more than any reader gives."""
_IN_THE_TEXT: Final = frozenset({types.Text, types.Emoji, types.Mention})
_BETWEEN: Final = " · "
_WORDLESS: Final = frozenset(
    ("image", "voice", "video", "sticker", "file", "location", "card", "transfer", "red_packet", "call", "mini_program")
)
"""Kinds of messages that are no words, unless some stand beside them."""
_NAMES: Final[Mapping[type[types.Segment], tuple[str, ...]]] = {
    types.Image: ("label",),
    types.Link: ("title", "url"),
    types.File: ("name",),
    types.Voice: ("transcript",),
    types.Sticker: ("name",),
    types.Location: ("poi", "label"),
    types.Card: ("name",),
    types.Transfer: ("amount", "note"),
    types.RedPacket: ("title",),
    types.MiniProgram: ("name", "title", "url"),
    types.Forward: ("title",),
}
"""What a person reads of a piece whose place in the text says what it is; lengths, sizes and states stand there."""


class Aside(NamedTuple):
    """Something that is read with a message and is not in its text.

    Attributes:
        segment: the piece of the body that it belongs to.
        sender: who said it: the person quoted, or who wrote a message inside a forward; `None` where nobody is named.
        text: the words.
        depth: how many forwards are round it.
    """

    segment: types.Segment
    sender: str | None
    text: str
    depth: int


def asides(message: Message) -> tuple[Aside, ...]:
    """What is read with a message and is not in its text, in the order of the body; inside forwards too.

    Example:
        >>> from wechatlog import Message
        >>> from wechatlog.segments import Quote, Text
        >>> reply = Message(text="我有", segments=[Quote("李四", "谁有伞骨"), Text("我有")])
        >>> [(aside.sender, aside.text) for aside in asides(reply)]
        [('李四', '谁有伞骨')]
    """
    given = message.given_segments
    return () if given is None else tuple(_asides(given, 0, _Listing(message.text)))


def _asides(segments: Iterable[types.Segment], depth: int, listing: _Listing) -> Iterator[Aside]:
    for segment in segments:
        if type(segment) in _IN_THE_TEXT:
            continue
        if isinstance(segment, types.Quote):
            if segment.text and not _Shown(segment.raw).has(*segment.text.split("\n")):
                yield Aside(segment, segment.sender, segment.text, depth)
            continue
        if words := _words(segment):
            yield Aside(segment, None, words, depth)
        if isinstance(segment, types.Forward) and depth < _DEEPEST:
            yield from _inside(segment, depth + 1, listing)


class _Shown:
    """What a part of a text shows already.

    Texts are looked for one after the other, and none after the first that is missing: looking costs no more than
    reading.
    """

    def __init__(self, raw: str) -> None:
        self._raw: str | None = raw
        self._end = 0

    def has(self, *texts: str) -> bool:
        """Whether these come next, in this order."""
        for text in texts:
            at = -1 if self._raw is None else self._raw.find(text, self._end)
            if at < 0:
                self._raw = None
                return False
            self._end = at + len(text)
        return True


class _Listing:
    """The lines in which the text of a message lists those that are forwarded with it, one after the other."""

    def __init__(self, text: str) -> None:
        self._lines = [line.strip() for line in text.split("\n")] if "\n" in text else []
        self._next = 0

    @property
    def has_begun(self) -> bool:
        """Whether something was found listed, and nothing missing yet."""
        return bool(self._lines) and self._next > 0

    def has(self, sender: str | None, text: str) -> bool:
        """Whether a message is listed next; after one that is not, nothing is.

        Its first line stands at the end of a line that names the sender, or of the line after that; the heading of the
        list is no such line.
        """
        first, *rest = [line.strip() for line in text.split("\n")]
        for at in range(self._next, len(self._lines)):
            if not self._lines[at].endswith(first) or self._lines[at + 1 : at + 1 + len(rest)] != rest:
                continue
            if self._names(at, sender or ""):
                self._next = at + 1 + len(rest)
                return True
        self._lines = []
        return False

    def _names(self, at: int, sender: str) -> bool:
        if not at:
            return f"{sender}:" in self._lines[0] or f"{sender}：" in self._lines[0]
        return sender in self._lines[at] or sender in self._lines[at - 1]


def _words(segment: types.Segment) -> str:
    """What is known of a piece beside the part of the text that it stands for; names of files of pictures are none."""
    parts: list[str | None] = []
    if segment.raw.strip():
        parts += (_name(segment, name) for name in _NAMES.get(type(segment), ()))
    else:
        parts += describe(segment)[1:]
        parts += [shown_place(segment.url)] if isinstance(segment, types.Link | types.MiniProgram) else []
    return _BETWEEN.join(part for part in dict.fromkeys(parts) if part and part not in segment.raw)


def _name(segment: types.Segment, field: str) -> str | None:
    """What a field of a piece reads like; a place on somebody's disk is no more than its last part."""
    found: str | None = getattr(segment, field)
    return shown_place(found) if field == "url" or isinstance(segment, types.File) else found


def _inside(forward: types.Forward, depth: int, listing: _Listing) -> Iterator[Aside]:
    """The messages of a forward: what each quotes, its text, and what else is read with it.

    Left out are those that the text of the whole message lists, as far as it does from the first on.
    """
    for message in forward.messages:
        is_listed = listing.has(message.sender, message.text) if message.text else listing.has_begun
        apart = tuple(_asides(message.given_segments or (), depth, listing))
        yield from [aside for aside in apart if is_quoted(aside, depth)]
        if not is_listed:
            yield Aside(forward, message.sender, shown_text(message) or _label(message), depth)
        yield from (aside for aside in apart if not is_quoted(aside, depth))


def is_quoted(aside: Aside, depth: int = 0) -> bool:
    """Whether this is what a message answers, and so is read before its text."""
    return aside.depth == depth and isinstance(aside.segment, types.Quote)


def _label(message: Message) -> str:
    return f"[{message.kind.value}]"


def has_words(message: Message) -> bool:
    """Whether a message says something in words, and is not only a picture, a voice, a transfer, a call or the like.

    A voice that was written down has words, and so has a picture with a line of text beside it; the placeholder that
    stands for a picture has none.

    Example:
        >>> from wechatlog import Message
        >>> has_words(Message(kind="voice", text="[语音]")), has_words(Message(text="早"))
        (False, True)
    """
    if message.kind.value not in _WORDLESS:
        return bool(message.text.strip() or words_apart(message).strip())
    given = message.given_segments
    if given is None:  # a picture in Markdown is a segment of its own; a placeholder is all of the text
        given = message.segments if any(type(segment) not in _IN_THE_TEXT for segment in message.segments) else ()
    return any(_says(segment) for segment in given)


def _says(segment: types.Segment) -> bool:
    if isinstance(segment, types.Text):
        return bool(segment.raw.strip())
    if isinstance(segment, types.Voice):
        return bool(segment.transcript)
    return isinstance(segment, types.Mention | types.Quote)


def words_apart(message: Message) -> str:
    """The words of the asides, a line for each, as a person reads them; empty where there are none."""
    return "\n".join(map(aside_text, asides(message)))


def unsaid(message: Message, said: str) -> tuple[types.Segment, ...]:
    """The pieces that are read with a message, and of which some words are not in what a form says of it.

    Example:
        >>> from wechatlog import Message
        >>> from wechatlog.segments import Quote, Text
        >>> reply = Message(text="我有", segments=[Quote("李四", "谁有伞骨"), Text("我有")])
        >>> [type(piece).__name__ for piece in unsaid(reply, "我有")], unsaid(reply, "李四：谁有伞骨 我有")
        (['Quote'], ())
    """
    missing = (aside for aside in asides(message) if any(line not in said for line in aside.text.split("\n")))
    return tuple({id(aside.segment): aside.segment for aside in missing}.values())


def aside_text(aside: Aside) -> str:
    """An aside as it is read: words that are quoted in `「…」`, those inside a forward indented, after their sender."""
    is_quote = isinstance(aside.segment, types.Quote)
    head = "" if aside.sender is None else f"{aside.sender}{'：' if is_quote else ': '}"
    line = f"「{head}{aside.text}」" if is_quote else f"{head}{aside.text}"
    indent = "  " * aside.depth
    return indent + line.replace("\n", f"\n{indent}  ") if indent else line


def wording(message: Message) -> str:
    """A message as a person reads it: what it answers, its text, and what stands apart from the text.

    Words that are quoted stand in `「…」` on lines before the text, the messages of a forward on indented lines after
    it, and the rest (an address, a file name, a transcript) behind it. A message without a text begins with its kind.

    Returns:
        Lines without an end; never empty unless the message is an empty text.

    Example:
        >>> from wechatlog import Message
        >>> from wechatlog.segments import Forward, Quote, Text, Voice
        >>> print(wording(Message(text="我有", segments=[Quote("李四", "谁有伞骨"), Text("我有")])))
        「李四：谁有伞骨」
        我有
        >>> print(wording(Message(kind="voice", segments=[Voice(4.0, "我晚点到")])))
        [voice] 0:04 · 我晚点到
        >>> inside = Message(sender="李四", text="桐油要刷两遍")
        >>> forward = Forward("修伞", [inside], raw="[聊天记录]")
        >>> print(wording(Message(kind="forward", text="[聊天记录]", segments=[forward])))
        [聊天记录] 修伞
          李四: 桐油要刷两遍
    """
    apart = asides(message)
    if not apart:
        return shown_text(message) or ("" if message.kind == "text" else _label(message))
    quoted = [aside_text(aside) for aside in apart if is_quoted(aside)]
    body = shown_text(message) or ("" if quoted or message.kind == "text" else _label(message))
    for aside in apart:
        if aside.depth:
            body += "\n" + aside_text(aside)
        elif not isinstance(aside.segment, types.Quote):
            body += f" {aside.text}" if body else aside.text
    return "\n".join([*quoted, body]) if body else "\n".join(quoted)
