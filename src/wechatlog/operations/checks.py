"""What looks wrong in a chat: order, repeats, holes, damaged characters, links and media that lead nowhere.

Takes a conversation, gives findings in the order of the messages; changes and repairs nothing. Opens no file: whoever
knows where the media lie says whether one is there. What a reader noticed is in `Conversation.diagnostics`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

import attrs
import regex

from wechatlog.model import Message, MessageKind
from wechatlog.segments.types import File, Image, Link, Sticker, Video, Voice
from wechatlog.timestamps import instant

MONTH: Final = dt.timedelta(days=30)

CHECKS: Final = {
    "backwards": "a time is earlier than that of the message before it",
    "duplicate": (
        "a message has the id of an earlier one; or, where there are no ids, its second and body, "
        "and its sender too unless the body is a text of some length"
    ),
    "gap": "nobody wrote for longer than the gap",
    "damaged-characters": "U+FFFD, half a character, control characters, or what remains of a wrong encoding",
    "link-without-target": "a link has no address, or one that no browser opens",
    "missing-media": "a picture, voice, video or file that the chat names is not there",
}
"""The codes of findings, and what each means."""

_TAIL: Final = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
"""A byte of UTF-8 behind the first one, read as Latin-1 or Windows-1252."""
_DAMAGED: Final = regex.compile(
    "[\ufffd\ud800-\udfff\0-\x08\x0b\x0c\x0e-\x1f\x7f]|锟斤|斤拷|烫烫烫|屯屯屯|ï¿½|â€[™œ“\x9d]"
    f"|(?:[à-ï]{_TAIL}{{2}}){{2}}"
)
_ADDRESS: Final = regex.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S|www\.|[^\s/]+\.[^\s/]+")
_LONG: Final = 8
"""Different characters of a text that two people hardly write in one second: it is one message under two names."""
_CODE: Final = regex.compile(r"\[[^\[\]]*\]")
"""An emoji, or what stands for a picture."""
_WITH_PATH: Final = (Image, Voice, Video, File, Sticker)

Found: TypeAlias = "Iterator[tuple[str, str]]"


@attrs.frozen(slots=True)
class Finding:
    """Something that looks wrong.

    Attributes:
        code: one of `CHECKS`.
        number: position of the message in its conversation, from 0.
        detail: what exactly, in a few words, without the words of the message; messages are counted from 1 there.
        source: name of the file that the message stood in, or `None`.
        line: line in that file, from 1, or `None`.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> finding = next(operations.check([chat[1], chat[0]]))
        >>> finding.code, finding.number
        ('backwards', 1)
    """

    code: str
    number: int
    detail: str
    source: str | None = None
    line: int | None = None


def check(
    messages: Iterable[Message], *, gap: dt.timedelta = MONTH, is_there: Callable[[str], bool] | None = None
) -> Iterator[Finding]:
    """Look for what is wrong, message by message.

    Memory grows with what tells messages apart, not with their texts.

    Args:
        messages: a conversation, or a stream of messages in its order.
        gap: the longest silence that is none.
        is_there: says whether a file is there, by the path that the chat has; media are not looked for without it.

    Raises:
        ValueError: for a gap below zero.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> [(finding.code, finding.number) for finding in operations.check([*chat[:3], chat[2], chat[0]])]
        [('duplicate', 3), ('backwards', 4), ('duplicate', 4)]
    """
    if gap < dt.timedelta():
        raise ValueError(f"a gap is no less than zero, not {gap}")
    return _findings(messages, gap, is_there)


def _findings(
    messages: Iterable[Message], gap: dt.timedelta, is_there: Callable[[str], bool] | None
) -> Iterator[Finding]:
    last: dt.datetime | None = None
    seen: dict[Hashable, _Place] = {}
    for number, message in enumerate(messages):
        origin = message.origin
        found = (_order(message, last, gap), _repeat(number, message, seen), _body(message), _media(message, is_there))
        for code, detail in itertools.chain.from_iterable(found):
            yield Finding(code, number, detail, origin.source, origin.line)
        last = message.time or last


def _order(message: Message, last: dt.datetime | None, gap: dt.timedelta) -> Found:
    time = message.time
    if time is None or last is None or (time.tzinfo is None) != (last.tzinfo is None):
        return
    step = instant(time) - instant(last)
    if step < dt.timedelta():
        yield "backwards", f"{_clock(time)} after {_clock(last)}"
    elif step > gap:
        yield "gap", f"{step.days:,} days from {_clock(last)} to {_clock(time)}"


def _clock(time: dt.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


class _Place(NamedTuple):
    number: int
    line: int | None
    sender: str | None


def _repeat(number: int, message: Message, seen: dict[Hashable, _Place]) -> Found:
    key: Hashable
    if message.id is not None:
        key = message.id
    elif message.time is not None and message.precision == "second" and message.text:
        is_long = message.kind is MessageKind.TEXT and len(set(_CODE.sub("", message.text))) >= _LONG
        sender = None if is_long else message.sender_id or message.sender
        key = (message.time, sender, message.kind.value, hash(message.text))
    else:
        return
    first = seen.setdefault(key, _Place(number, message.origin.line, message.sender))
    if first.number != number:
        yield (
            "duplicate",
            f"of message {first.number + 1}"
            + (f", line {first.line}" if first.line else "")
            + (", under another name" if first.sender != message.sender else ""),
        )


def _body(message: Message) -> Found:
    names = message.sender or ""
    damaged = dict.fromkeys(_DAMAGED.findall(f"{names}\n{message.text}"))
    if damaged:
        shown = ", ".join("+".join(f"U+{ord(sign):04X}" for sign in part) for part in list(damaged)[:5])
        yield "damaged-characters", shown
    if message._segments is None and "[" not in message.text:
        return
    for segment in message.segments:
        if isinstance(segment, Link) and not (segment.url and _ADDRESS.match(segment.url.strip())):
            yield "link-without-target", "no address" if not (segment.url or "").strip() else "no web address"


def _media(message: Message, is_there: Callable[[str], bool] | None) -> Found:
    if is_there is None:
        return
    for segment in message.segments:
        path = segment.path if isinstance(segment, _WITH_PATH) else None
        if path and not path.startswith(("data:", "http:", "https:")) and not is_there(path):
            yield "missing-media", f"{type(segment).__name__.lower()} {path}"
