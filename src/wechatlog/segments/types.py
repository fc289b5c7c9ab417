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

    Example:
        >>> segment, *others = wechatlog.parse_segments("好[微笑]")
        >>> isinstance(segment, wechatlog.Segment), segment.raw
        (True, '好')
    """

    raw: str = attrs.field(default="", kw_only=True)


@attrs.frozen(slots=True)
class Text(Segment):
    """Plain text, which is its `raw`.

    Example:
        >>> wechatlog.parse_segments("早上好")
        (Text(raw='早上好'),)
    """

    raw: str = ""


@attrs.frozen(slots=True)
class Emoji(Segment):
    """An emoji code.

    Attributes:
        code: the code as it stands in the body: `[Smile]`, `/::)`.
        name: the canonical code, simplified Chinese in brackets: `[微笑]`.
        unicode: the closest Unicode emoji, for display only, or `None` where there is none.

    Example:
        >>> emoji, = wechatlog.parse_segments("[Smile]")
        >>> emoji.code, emoji.name, emoji.unicode
        ('[Smile]', '[微笑]', '🙂')
    """

    code: str
    name: str
    unicode: str | None = None


@attrs.frozen(slots=True)
class Mention(Segment):
    r"""A person addressed with `@`.

    Attributes:
        name: the name after the `@`, without its terminator.
        confidence: 0 to 1, how sure the boundary of the name is.
        everyone: true for `@所有人` and its other spellings.
        id: the account id of the person, where the archive has it, or `None`.

    Example:
        >>> message = wechatlog.Message(text="@李四\u2005看这里")
        >>> [mention.name for mention in message.mentions]
        ['李四']
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

    Example:
        >>> message = wechatlog.Message(text="![图](https://example.invalid/a.png)")
        >>> message.images[0].url
        'https://example.invalid/a.png'
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

    Example:
        >>> message = wechatlog.Message(text="见 https://example.invalid/a")
        >>> message.links
        (Link(raw='https://example.invalid/a', url='https://example.invalid/a', title=None),)
    """

    url: str | None = None
    title: str | None = None


@attrs.frozen(slots=True)
class Quote(Segment):
    r"""The message that this one answers.

    Attributes:
        sender: the name of the person quoted, or `None`.
        text: what is quoted.

    Example:
        >>> quote, text = wechatlog.parse_segments("「李四：几点」\n- - - - - - - - - - - - - - -\n九点")
        >>> quote.sender, quote.text, text.raw
        ('李四', '几点', '九点')
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

    Example:
        >>> file = wechatlog.File("清单.pdf", size=1200, path="file/清单.pdf")
        >>> wechatlog.Message(kind="file", text="清单.pdf", segments=[file]).segments == (file,)
        True
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

    Example:
        >>> wechatlog.Voice(3.5, transcript="马上到").transcript
        '马上到'
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

    Example:
        >>> wechatlog.Video(seconds=12.0, path="video/a.mp4").path
        'video/a.mp4'
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

    Example:
        >>> wechatlog.Sticker("谢谢", md5="0123456789abcdef0123456789abcdef").name
        '谢谢'
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

    Example:
        >>> place = wechatlog.Location(39.9087, 116.3975, label="示例路 1 号", poi="老槐树")
        >>> place.poi, place.latitude
        ('老槐树', 39.9087)
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

    Example:
        >>> wechatlog.Card("王五", id="wxid_wangwu0001").name
        '王五'
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

    Example:
        >>> wechatlog.Transfer("￥20.00", note="午饭", state="received").state
        'received'
    """

    amount: str | None = None
    note: str | None = None
    state: str | None = None


@attrs.frozen(slots=True)
class RedPacket(Segment):
    """A red packet.

    Attributes:
        title: the wish on it, or `None`.

    Example:
        >>> wechatlog.RedPacket("恭喜发财").title
        '恭喜发财'
    """

    title: str | None = None


@attrs.frozen(slots=True)
class Call(Segment):
    """A voice or video call.

    Attributes:
        kind: `"voice"`, `"video"`, or `None` where the archive does not say.
        seconds: its length in seconds, or `None`.
        state: what became of it, as the archive says (`已取消`), or `None`.

    Example:
        >>> wechatlog.Call("video", seconds=62).seconds
        62
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

    Example:
        >>> inside = wechatlog.Message(sender="李四", text="好")
        >>> wechatlog.Forward("群聊的聊天记录", (inside,)).messages[0].sender
        '李四'
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

    Example:
        >>> wechatlog.MiniProgram("点单", name="示例咖啡").name
        '示例咖啡'
    """

    title: str | None = None
    url: str | None = None
    name: str | None = None
