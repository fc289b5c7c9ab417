"""The pieces that a message body is made of.

Takes nothing, knows no rule and no format: plain immutable values. Each has `raw`, the part of the body
that it stands for; the `raw` of all segments of a message join to its text. A piece that no body text
stands for (a quote that a database keeps in a column of its own) has an empty `raw`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from wechatlog.model import Message

__all__ = [
    "Call",
    "Card",
    "Emoji",
    "File",
    "Forward",
    "Image",
    "Link",
    "Location",
    "Mention",
    "MiniProgram",
    "Quote",
    "RedPacket",
    "Segment",
    "Sticker",
    "Text",
    "Transfer",
    "Video",
    "Voice",
]


@attrs.frozen(slots=True)
class Segment:
    """The base of all segments.

    Attributes:
        raw: the part of the body, exactly.
    """

    raw: str = attrs.field(default="", kw_only=True)


@attrs.frozen(slots=True)
class Text(Segment):
    """Plain text, which is its `raw`."""

    raw: str = ""


@attrs.frozen(slots=True)
class Emoji(Segment):
    """An emoji code.

    Attributes:
        code: the code as it stands in the body: `[Smile]`, `/::)`.
        name: the canonical code, simplified Chinese in brackets: `[微笑]`.
        unicode: the closest Unicode emoji, for display only, or `None` where there is none.
    """

    code: str
    name: str
    unicode: str | None = None


@attrs.frozen(slots=True)
class Mention(Segment):
    """A person addressed with `@`.

    Attributes:
        name: the name after the `@`, without its terminator.
        confidence: 0 to 1, how sure the boundary of the name is.
        everyone: true for `@所有人` and its other spellings.
        id: the account id of the person, where the archive has it, or `None`.
    """

    name: str
    confidence: float = 1.0
    everyone: bool = False
    id: str | None = None


@attrs.frozen(slots=True)
class Image(Segment):
    """A picture.

    Attributes:
        url: where it was published, or `None`.
        label: the text in the brackets of a Markdown image, or `None`.
        path: the file beside the archive, as the archive names it, or `None`.
    """

    url: str | None = None
    label: str | None = None
    path: str | None = None


@attrs.frozen(slots=True)
class Link(Segment):
    """A web page.

    Attributes:
        url: the address, or `None` where the archive lost it.
        title: the title, or `None` for a bare address.
    """

    url: str | None = None
    title: str | None = None


@attrs.frozen(slots=True)
class Quote(Segment):
    """The message that this one answers.

    Attributes:
        sender: the name of the person quoted, or `None`.
        text: what is quoted.
    """

    sender: str | None = None
    text: str = ""


@attrs.frozen(slots=True)
class File(Segment):
    """A file.

    Attributes:
        name: file name, or `None`.
        size: bytes, or `None`.
        path: the file beside the archive, or `None`.
        md5: hexadecimal digest, or `None`.
    """

    name: str | None = None
    size: int | None = None
    path: str | None = None
    md5: str | None = None


@attrs.frozen(slots=True)
class Voice(Segment):
    """A voice message.

    Attributes:
        seconds: its length in seconds, or `None`.
        transcript: what was said, where the archive has it.
        path: the file beside the archive, or `None`.
    """

    seconds: float | None = None
    transcript: str | None = None
    path: str | None = None


@attrs.frozen(slots=True)
class Video(Segment):
    """A video.

    Attributes:
        url: where it is published, or `None`.
        seconds: its length in seconds, or `None`.
        path: the file beside the archive, or `None`.
    """

    url: str | None = None
    seconds: float | None = None
    path: str | None = None


@attrs.frozen(slots=True)
class Sticker(Segment):
    """An animated picture from a sticker set.

    Attributes:
        name: its caption, or `None`.
        url: its address, or `None`.
        md5: hexadecimal digest, the sticker's identity, or `None`.
        path: the file beside the archive, or `None`.
    """

    name: str | None = None
    url: str | None = None
    md5: str | None = None
    path: str | None = None


@attrs.frozen(slots=True)
class Location(Segment):
    """A place.

    Attributes:
        latitude: degrees north, or `None`.
        longitude: degrees east, or `None`.
        label: the address.
        poi: the name of the place.
    """

    latitude: float | None = None
    longitude: float | None = None
    label: str | None = None
    poi: str | None = None


@attrs.frozen(slots=True)
class Card(Segment):
    """The name card of a person or a public account.

    Attributes:
        name: the name on the card, or `None`.
        id: the account id, or `None`.
    """

    name: str | None = None
    id: str | None = None


@attrs.frozen(slots=True)
class Transfer(Segment):
    """Money sent to a person.

    Attributes:
        amount: as the archive has it, with its currency sign: `￥20.00`, or `None`.
        note: the sender's remark, or `None`.
        state: `sent`, `received`, `returned`, `expired`, or `None` where the archive does not say.
    """

    amount: str | None = None
    note: str | None = None
    state: str | None = None


@attrs.frozen(slots=True)
class RedPacket(Segment):
    """A red packet.

    Attributes:
        title: the wish on it, or `None`.
    """

    title: str | None = None


@attrs.frozen(slots=True)
class Call(Segment):
    """A voice or video call.

    Attributes:
        kind: `"voice"`, `"video"`, or `None` where the archive does not say.
        seconds: its length in seconds, or `None`.
        state: what became of it, as the archive says (`已取消`), or `None`.
    """

    kind: Literal["voice", "video"] | None = None
    seconds: int | None = None
    state: str | None = None


@attrs.frozen(slots=True)
class Forward(Segment):
    """Messages forwarded together.

    Attributes:
        title: the title of the bundle, or `None`.
        messages: the messages in it; they may hold a `Forward` again.
    """

    title: str | None = None
    messages: tuple[Message, ...] = ()


@attrs.frozen(slots=True)
class MiniProgram(Segment):
    """A page of a mini program.

    Attributes:
        title: the title of the page, or `None`.
        url: its address, or `None`.
        name: the name of the mini program, or `None`.
    """

    title: str | None = None
    url: str | None = None
    name: str | None = None
