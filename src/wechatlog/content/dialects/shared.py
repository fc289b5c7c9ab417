"""What a dialect is, and what all tools write alike in place of a picture, a voice, a transfer. Knows no tool.

In these patterns and those of the dialects a run that must not hold the next mark is possessive: one try, no way back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.model import Message, MessageKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from wechatlog.segments.types import Segment

Kind = MessageKind

Found: TypeAlias = "tuple[MessageKind, tuple[Segment, ...]]"

Shapes: TypeAlias = "Mapping[MessageKind, tuple[str, ...]]"

Listing: TypeAlias = "Callable[[list[str], Any, dt.tzinfo | None], tuple[Message, ...]]"


class Label(NamedTuple):
    """What stands in the brackets: a kind, and what the word says beyond it.

    Attributes:
        kind: of the message.
        data: fields of its segment.
    """

    kind: MessageKind
    data: Mapping[str, Any] = {}


_CLOSE: Final = r"[\]】]"
_NUMBER: Final = r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?"
POINT: Final = rf"\((?P<latitude>{_NUMBER}), ?(?P<longitude>{_NUMBER})\)"
CLOCK: Final = r"(?P<clock>[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?)"
AMOUNT: Final = r"(?P<amount>(?:[￥¥$]|CNY|RMB|HK\$)? ?[0-9][0-9.,]{0,20}元?)"
_RECEIVED: Final = rf"收到转账{AMOUNT}(?:。[^\n]*)?"
"""What WeChat itself says of a transfer to clients that cannot show it, to both sides."""
SECONDS: Final = r"""(?P<seconds>[0-9]{1,6}(?:\.[0-9]{1,6})?) ?(?:秒|s|"|''|″|”)"""
URL: Final = r"(?P<url>(?:https?|weixin)://\S+)"


def before(first: str, rest: str, never: str = "") -> str:
    """A pattern of anything up to a mark, taken once and for all, or else hostile bodies cost their square.

    Args:
        first: the character that the mark begins with; what does not hold it is passed in one stride.
        rest: a pattern of what follows it in the mark.
        never: characters that stand in front of no mark.
    """
    others = f"[^{first}{never}]*+"
    return f"{others}(?:{first}(?!{rest}){others})*+"


# `|title](url)`: the title ends at the first `](`.
SHOWN: Final = before(r"\]", r"\(")
_TITLED: Final = rf"\|(?P<title>{SHOWN})\]\((?P<url>[^\n]*)\)"

PAGE: Final = rf"\[(?P<title>{SHOWN})\]\((?P<url>[^\n]*)\)"
"""`[title](url)`, the whole body of a page."""


def _shapes(own: Shapes, base: Shapes) -> Shapes:
    """A dialect's own patterns in front of those that it shares."""
    merged = dict(base)
    for kind, patterns in own.items():
        merged[kind] = (*(pattern.replace("<C>", _CLOSE) for pattern in patterns), *merged.get(kind, ()))
    return merged


_VOICE_CALL: Final = Label(Kind.CALL, {"kind": "voice"})
_VIDEO_CALL: Final = Label(Kind.CALL, {"kind": "video"})


def transfer_state(state: str) -> Label:
    """The label of a transfer in a state."""
    return Label(Kind.TRANSFER, {"state": state})


def labels_of(words: Mapping[MessageKind, str]) -> dict[str, Label]:
    """Labels from rows of words parted by `/`."""
    return {word.strip(): Label(kind) for kind, row in words.items() for word in row.split("/")}


# Words that no emoji code has: clients in three languages and all tools.
_SHARED_LABELS: Final[Mapping[str, Label]] = {
    **labels_of(
        {
            Kind.IMAGE: "图片/图片消息/照片/圖片/相片/Photo/photo/Image/image/Picture",
            Kind.VOICE: "语音/语音消息/語音/語音訊息/語音消息/Audio/Voice/Voice Message/voice",
            Kind.VIDEO: "视频/视频消息/小视频/短视频/視頻/影片/視訊/Video/video",
            Kind.STICKER: "动画表情/表情包/自定义表情/GIF表情/動態貼圖/動畫表情"
            "/Sticker/sticker/Animated Sticker"
            "/收到了一个表情，请在手机上查看/发送了一个表情，请在手机上查看"
            "/Received a sticker. View on phone/Send an emoji, view it on mobile",
            Kind.FILE: "文件/文件消息/檔案/File/file",
            Kind.LINK: "链接/分享/分享链接/链接消息/網頁/连结/連結/鏈接/Link/link",
            Kind.LOCATION: "位置/位置分享/位置消息/地理位置/实时位置共享/共享实时位置/Location"
            "/location/Real-time Location",
            Kind.CARD: "名片/个人名片/公众号名片/名片消息/聯絡人名片/Contact Card/Name Card/card",
            Kind.MINI_PROGRAM: "小程序/小程式/Mini Program/Mini Programs",
            Kind.CHANNEL: "视频号/视频号直播/视频号名片/影音號/直播/Channel/Channels/Channel Card",
            Kind.FORWARD: "聊天记录/聊天記錄/合并转发/合并转发的聊天记录/合并聊天记录/转发的聊天记录/Chat History",
            Kind.MUSIC: "音乐分享/音乐消息/音樂",
            Kind.NOTE: "笔记/收藏笔记/Note",
            Kind.ANNOUNCEMENT: "群公告/群組公告/Group Notice",
            Kind.CALL: "通话/通话消息/音视频通话/Call",
            Kind.TRANSFER: "转账/微信转账/转帐/轉賬/微信轉賬/轉帳/微信轉帳"
            "/Transfer/Weixin Transfer/WeChat Transfer/Money Transfer"
            "/收到一条微信转账消息，请在手机上查看/Received transfer. View on phone."
            "/Received a micro-message transfer message, please view on the phone",
            Kind.RED_PACKET: "微信红包/微信紅包/红包封面/Weixin Red Packet/RED ENVELOPE",
            Kind.OTHER: "应用消息/其他消息/未知消息/消息"
            "/收到一条网页版微信暂不支持的消息类型，请在手机上查看"
            "/收到一条优惠券消息，请在手机上查看/收到一条商品消息，请在手机上查看"
            "/收到一条扫商品消息，请在手机上查看"
            "/收到一条表情分享消息，请在手机上查看",
        }
    ),
    **dict.fromkeys(("语音通话", "語音通話", "Voice Call", "Audio Call"), _VOICE_CALL),
    **dict.fromkeys(("视频通话", "視訊通話", "視頻通話", "Video Call"), _VIDEO_CALL),
    **dict.fromkeys(
        (
            "视频/语音通话",
            "语音/视频通话",
            "Video/Audio Call",
            "收到一条视频/语音聊天消息，请在手机上查看",
            "Received video/voice chat message. View on phone.",
        ),
        Label(Kind.CALL),
    ),
}
# Words that are emoji codes too, or that people type: only the dialects that write them have them.
STICKER_WORD: Final = labels_of({Kind.STICKER: "表情/Emoji"})
_RED_PACKET_WORD: Final = labels_of({Kind.RED_PACKET: "红包/紅包/Red Packet"})
_MUSIC_WORD: Final = labels_of({Kind.MUSIC: "音乐/Music"})
AMBIGUOUS: Final = STICKER_WORD | _RED_PACKET_WORD | _MUSIC_WORD
PAGES: Final = (Kind.LINK, Kind.MINI_PROGRAM, Kind.MUSIC, Kind.CHANNEL)
_PAGE_SHAPES: Final = (
    _TITLED,
    r"\|(?P<title>[^\n]*)<C>",
    rf"<C> (?P<title>[^\n]+)\n{URL}",
    r"<C> (?P<title>[^\n]+)",
    "<C>",
)
_PICTURE_SHAPES: Final = ("<C>", r"<C>\((?P<url>[^\n]*)\)")
_BRACKET_SHAPES: Final = _shapes(
    {
        Kind.IMAGE: (*_PICTURE_SHAPES, r"[:：] ?(?P<path>[^\n()（）\[\]]+)(?:[(（][^\n()（）]*[)）])?<C>"),
        Kind.VIDEO: (*_PICTURE_SHAPES, r"<C> ?(?P<seconds>[0-9]{1,6}) ?(?:s|秒)", rf" {SECONDS}<C>"),
        Kind.STICKER: _PICTURE_SHAPES,
        Kind.VOICE: ("<C>", r"<C>\((?P<path>[^\n]*)\)", rf"<C> ?{SECONDS}", rf" {SECONDS}<C>"),
        Kind.FILE: (
            "<C>",
            rf"\|(?P<name>{SHOWN})\]\((?P<path>[^\n]*)\)",
            r"\|(?P<name>[^\n]*)<C>",
            r"[:：] ?(?P<name>[^\n]*)<C>",
            r"<C> (?P<name>[^\n]+)",
        ),
        **dict.fromkeys(PAGES, _PAGE_SHAPES),
        Kind.NOTE: ("<C>", r"\|(?P<title>[^\n]*)<C>", r"<C> (?P<title>[^\n]+)"),
        Kind.ANNOUNCEMENT: ("<C>", r"\|[^\n]*<C>", r"<C> (?s:.+)"),
        Kind.FORWARD: ("<C>", r"\|(?P<title>[^\n]*)<C>", r"<C> ?(?P<title>[^\n]+)"),
        Kind.LOCATION: (
            "<C>",
            r"\|(?P<label>[^|\n]*)\|[^|\n]*\|" + rf"(?P<latitude>{_NUMBER})\|(?P<longitude>{_NUMBER})<C>",
            rf"<C> ?(?P<place>[^\n]*){POINT}",
            r"<C> (?P<place>[^\n]+)",
        ),
        Kind.CARD: ("<C>", r"<C> (?P<name>[^\n]+)"),
        Kind.TRANSFER: (
            "<C>",
            rf"\|(?:(?P<direction>发送|接收|退还) )?{AMOUNT}<C>(?:\((?P<note>[^\n]*)\))?",
            rf"<C> ?(?:\([^\n]{{1,200}}?\) ?)?{AMOUNT}(?: (?P<note>[^\n]*))?",
            rf"<C> {_RECEIVED}",
        ),
        Kind.RED_PACKET: ("<C>", r"<C> (?P<title>[^\n]+)"),
        Kind.CALL: ("<C>", rf"<C>\s?(?:通话时长[:：]? ?)?{CLOCK}", r"<C>[ \n](?P<state>[^\n]{1,40})"),
        Kind.QUOTE: ("<C>",),
        Kind.OTHER: ("<C>",),
    },
    {},
)
# Bodies of a known kind that stand without any bracket, in every tool that replaces the text by the file
# or the title.
_PATH: Final = r"(?P<path>(?![a-z]{1,10}://)[^\n\[【]{0,400}[/\\][^\n/\\]{1,255})"
_TITLE_BODIES: Final = (
    PAGE,
    URL,
    rf"(?P<title>[^\n]+)\n{URL}",
    rf"(?P<title>[^\n|]+?) \|(?:(?! (?:https?|weixin)://)[^\n])*+ {URL}(?: \| [^\n]*)?",  # parts joined by bars
    r"(?P<title>[^\n]+)",
)
_CALL_BODIES: Final = (rf"(?:通话时长|通話時長|Duration)[:：]? ?{CLOCK}", CLOCK, r"(?P<state>[^\n\[【<]{1,40})")

COMMON_BODIES: Final = _shapes(
    {
        Kind.IMAGE: (r"!?\[[^\]\n]*\]\((?P<url>[^\n]*)\)", URL, _PATH),
        **dict.fromkeys((Kind.VIDEO, Kind.STICKER), (URL, _PATH)),
        Kind.VOICE: (_PATH,),
        Kind.FILE: (_PATH, r"(?P<name>[^\n/\\\[【<]{1,250}\.[A-Za-z0-9]{1,10})"),
        **dict.fromkeys(PAGES, _TITLE_BODIES),
        Kind.RED_PACKET: (r"(?P<title>[^\n\[【<]+)",),
        Kind.CALL: _CALL_BODIES,
        Kind.TRANSFER: (rf"{AMOUNT}(?: (?P<note>[^\n]*))?", rf"(?:微信转账 \| )?{_RECEIVED}"),
        Kind.LOCATION: (rf"(?P<place>[^\n\[【<]*){POINT}",),
        Kind.CARD: (r"(?P<name>[^\n\[【<]{1,100})",),
    },
    {},
)


def _all_labels(own: Mapping[str, Label]) -> Mapping[str, Label]:
    return {**_SHARED_LABELS, **own}


def _all_shapes(own: Shapes) -> Shapes:
    return _shapes(own, _BRACKET_SHAPES)


def _all_bodies(own: Shapes) -> Shapes:
    return _shapes(own, COMMON_BODIES)


def _quotes(own: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"(?s){pattern}" for pattern in own)


def _any_of(marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, marks)))


@attrs.frozen(eq=False)
class Dialect:
    """How one tool writes what is no text: its own rows, in front of those that all tools share.

    Attributes:
        name: of the tool.
        labels: the words in brackets.
        shapes: what may follow a label, by kind, after the label itself; the first that fits to the end
            counts.
        bodies: whole bodies by kind, for `parse_body`, which knows the kind already.
        sentences: whole bodies without brackets that this tool alone writes.
        quotes: whole bodies of replies, with the groups `reply` and `quote`, `sender` and `text`.
        quote_mark: in every body that a pattern of `quotes` takes; a cheap look before them.
        quote_line: taken from the front of each line of a quote.
        any_page: app messages that the tool does not know are pages to it.
        listing: parses the lines under the header of a merged forward.
    """

    name: str
    labels: Mapping[str, Label] = attrs.field(factory=dict, converter=_all_labels)
    shapes: Shapes = attrs.field(factory=dict, converter=_all_shapes)
    bodies: Shapes = attrs.field(factory=dict, converter=_all_bodies)
    sentences: tuple[tuple[str, Label], ...] = ()
    quotes: tuple[str, ...] = attrs.field(default=(), converter=_quotes)
    quote_mark: re.Pattern[str] = attrs.field(default=(), converter=_any_of)
    quote_line: str = ""
    any_page: bool = False
    listing: Listing | None = None


def by_lines(pattern: str, step: int) -> Listing:
    """Messages of a line each: a pattern with the groups `indent`, `sender`, `text`, perhaps `time`; blanks a level."""
    compiled = re.compile(pattern)

    def listing(lines: list[str], read: Any, zone: dt.tzinfo | None) -> tuple[Message, ...]:
        from wechatlog.content.listings import parse_lines

        return parse_lines(lines, compiled, step, read, zone)

    return listing


SENDER: Final = r"(?P<sender>[^\n:]{0,100}?): (?P<text>[^\n]*)"
QUOTED: Final = r"[:：] ?(?P<text>.*)"
DEGREES_NORTH: Final = rf"(?P<latitude>{_NUMBER})"
DEGREES_EAST: Final = rf"(?P<longitude>{_NUMBER})"

BRACKETS: Final = Dialect("brackets")
"""What every tool writes alike; nothing that a person might type as an emoji code."""
UNEXTRACTED: Final = {
    Kind.IMAGE: "image; media not extracted",
    Kind.VOICE: "voice; media not extracted",
    Kind.VIDEO: "video; media not extracted",
    Kind.STICKER: "sticker; media not extracted",
    Kind.LOCATION: "location; media not extracted",
    Kind.CALL: "call; media not extracted",
    Kind.CARD: "contact card; media not extracted",
}

PICTURES: Final = frozenset(
    {"[图片]", "[语音]", "[视频]", "[表情]", "[动画表情]", *(f"[{words}]" for words in UNEXTRACTED.values())}
)
"""Whole texts that no program writes but those that show chats of WeChat."""
