"""What each tool writes in place of a picture, a voice, a transfer: tables, and nothing that reads them.

A placeholder is `[label`, and what follows the label is its shape. Labels and shapes are tables: what all tools share
stands once, a dialect adds its own. An emoji code (`[微笑]`) is never a label, and `[红包]` and `[表情]` are labels
only in dialects that write them, since people type both. All patterns are anchored and cost time linear in the body.
The named groups of a pattern are fields of a segment; `content.placeholders` says which. A tool is one dialect here.

Format facts: exporters' own writers (MemoTrace 1 and 3, WeFlow 1.0.3, PyWxDump, chatlog 0.0.x,
WeChatDataAnalysis 2026, WechatExporter 1.9, wx-cli 2026, wechat-dump), the string table of the web
client, mails and pastes of WeChat itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.content.vocabulary import APP_TYPES, LOCAL_TYPES
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
_POINT: Final = rf"\((?P<latitude>{_NUMBER}), ?(?P<longitude>{_NUMBER})\)"
_CLOCK: Final = r"(?P<clock>[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?)"
_AMOUNT: Final = r"(?P<amount>(?:[￥¥$]|CNY|RMB|HK\$)? ?[0-9][0-9.,]{0,20}元?)"
_RECEIVED: Final = rf"收到转账{_AMOUNT}(?:。[^\n]*)?"
"""What WeChat itself says of a transfer to clients that cannot show it, to both sides."""
_SECONDS: Final = r"""(?P<seconds>[0-9]{1,6}(?:\.[0-9]{1,6})?) ?(?:秒|s|"|''|″|”)"""
_URL: Final = r"(?P<url>(?:https?|weixin)://\S+)"


def _before(first: str, rest: str, never: str = "") -> str:
    """A pattern of anything up to a mark, taken once and for all, or else hostile bodies cost their square.

    Args:
        first: the character that the mark begins with; what does not hold it is passed in one stride.
        rest: a pattern of what follows it in the mark.
        never: characters that stand in front of no mark.
    """
    others = f"[^{first}{never}]*+"
    return f"{others}(?:{first}(?!{rest}){others})*+"


# `|title](url)`: the title ends at the first `](`.
_SHOWN: Final = _before(r"\]", r"\(")
_TITLED: Final = rf"\|(?P<title>{_SHOWN})\]\((?P<url>[^\n]*)\)"
PAGE: Final = rf"\[(?P<title>{_SHOWN})\]\((?P<url>[^\n]*)\)"
"""`[title](url)`, the whole body of a page."""


def _shapes(own: Shapes, base: Shapes) -> Shapes:
    """A dialect's own patterns in front of those that it shares."""
    merged = dict(base)
    for kind, patterns in own.items():
        merged[kind] = (*(pattern.replace("<C>", _CLOSE) for pattern in patterns), *merged.get(kind, ()))
    return merged


_VOICE_CALL: Final = Label(Kind.CALL, {"kind": "voice"})
_VIDEO_CALL: Final = Label(Kind.CALL, {"kind": "video"})


def _state(state: str) -> Label:
    return Label(Kind.TRANSFER, {"state": state})


def _labels(words: Mapping[MessageKind, str]) -> dict[str, Label]:
    """Labels from rows of words parted by `/`."""
    return {word.strip(): Label(kind) for kind, row in words.items() for word in row.split("/")}


# Words that no emoji code has: clients in three languages and all tools.
_SHARED_LABELS: Final[Mapping[str, Label]] = {
    **_labels(
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
_STICKER_WORD: Final = _labels({Kind.STICKER: "表情/Emoji"})
_RED_PACKET_WORD: Final = _labels({Kind.RED_PACKET: "红包/紅包/Red Packet"})
_MUSIC_WORD: Final = _labels({Kind.MUSIC: "音乐/Music"})
_AMBIGUOUS: Final = _STICKER_WORD | _RED_PACKET_WORD | _MUSIC_WORD

_PAGES: Final = (Kind.LINK, Kind.MINI_PROGRAM, Kind.MUSIC, Kind.CHANNEL)
_PAGE_SHAPES: Final = (
    _TITLED,
    r"\|(?P<title>[^\n]*)<C>",
    rf"<C> (?P<title>[^\n]+)\n{_URL}",
    r"<C> (?P<title>[^\n]+)",
    "<C>",
)
_PICTURE_SHAPES: Final = ("<C>", r"<C>\((?P<url>[^\n]*)\)")

_BRACKET_SHAPES: Final = _shapes(
    {
        Kind.IMAGE: (*_PICTURE_SHAPES, r"[:：] ?(?P<path>[^\n()（）\[\]]+)(?:[(（][^\n()（）]*[)）])?<C>"),
        Kind.VIDEO: (*_PICTURE_SHAPES, r"<C> ?(?P<seconds>[0-9]{1,6}) ?(?:s|秒)", rf" {_SECONDS}<C>"),
        Kind.STICKER: _PICTURE_SHAPES,
        Kind.VOICE: ("<C>", r"<C>\((?P<path>[^\n]*)\)", rf"<C> ?{_SECONDS}", rf" {_SECONDS}<C>"),
        Kind.FILE: (
            "<C>",
            rf"\|(?P<name>{_SHOWN})\]\((?P<path>[^\n]*)\)",
            r"\|(?P<name>[^\n]*)<C>",
            r"[:：] ?(?P<name>[^\n]*)<C>",
            r"<C> (?P<name>[^\n]+)",
        ),
        **dict.fromkeys(_PAGES, _PAGE_SHAPES),
        Kind.NOTE: ("<C>", r"\|(?P<title>[^\n]*)<C>", r"<C> (?P<title>[^\n]+)"),
        Kind.ANNOUNCEMENT: ("<C>", r"\|[^\n]*<C>", r"<C> (?s:.+)"),
        Kind.FORWARD: ("<C>", r"\|(?P<title>[^\n]*)<C>", r"<C> ?(?P<title>[^\n]+)"),
        Kind.LOCATION: (
            "<C>",
            r"\|(?P<label>[^|\n]*)\|[^|\n]*\|" + rf"(?P<latitude>{_NUMBER})\|(?P<longitude>{_NUMBER})<C>",
            rf"<C> ?(?P<place>[^\n]*){_POINT}",
            r"<C> (?P<place>[^\n]+)",
        ),
        Kind.CARD: ("<C>", r"<C> (?P<name>[^\n]+)"),
        Kind.TRANSFER: (
            "<C>",
            rf"\|(?:(?P<direction>发送|接收|退还) )?{_AMOUNT}<C>(?:\((?P<note>[^\n]*)\))?",
            rf"<C> ?(?:\([^\n]{{1,200}}?\) ?)?{_AMOUNT}(?: (?P<note>[^\n]*))?",
            rf"<C> {_RECEIVED}",
        ),
        Kind.RED_PACKET: ("<C>", r"<C> (?P<title>[^\n]+)"),
        Kind.CALL: ("<C>", rf"<C>\s?(?:通话时长[:：]? ?)?{_CLOCK}", r"<C>[ \n](?P<state>[^\n]{1,40})"),
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
    _URL,
    rf"(?P<title>[^\n]+)\n{_URL}",
    rf"(?P<title>[^\n|]+?) \|(?:(?! (?:https?|weixin)://)[^\n])*+ {_URL}(?: \| [^\n]*)?",  # parts joined by bars
    r"(?P<title>[^\n]+)",
)
_CALL_BODIES: Final = (rf"(?:通话时长|通話時長|Duration)[:：]? ?{_CLOCK}", _CLOCK, r"(?P<state>[^\n\[【<]{1,40})")
COMMON_BODIES: Final = _shapes(
    {
        Kind.IMAGE: (r"!?\[[^\]\n]*\]\((?P<url>[^\n]*)\)", _URL, _PATH),
        **dict.fromkeys((Kind.VIDEO, Kind.STICKER), (_URL, _PATH)),
        Kind.VOICE: (_PATH,),
        Kind.FILE: (_PATH, r"(?P<name>[^\n/\\\[【<]{1,250}\.[A-Za-z0-9]{1,10})"),
        **dict.fromkeys(_PAGES, _TITLE_BODIES),
        Kind.RED_PACKET: (r"(?P<title>[^\n\[【<]+)",),
        Kind.CALL: _CALL_BODIES,
        Kind.TRANSFER: (rf"{_AMOUNT}(?: (?P<note>[^\n]*))?", rf"(?:微信转账 \| )?{_RECEIVED}"),
        Kind.LOCATION: (rf"(?P<place>[^\n\[【<]*){_POINT}",),
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


def _by_lines(pattern: str, step: int) -> Listing:
    """Messages of a line each: a pattern with the groups `indent`, `sender`, `text`, perhaps `time`; blanks a level."""
    compiled = re.compile(pattern)

    def listing(lines: list[str], read: Any, zone: dt.tzinfo | None) -> tuple[Message, ...]:
        from wechatlog.content.listings import parse_lines

        return parse_lines(lines, compiled, step, read, zone)

    return listing


def _by_blocks(lines: list[str], read: Any, zone: dt.tzinfo | None) -> tuple[Message, ...]:
    from wechatlog.content.listings import parse_blocks

    return parse_blocks(lines, read, zone)


_SENDER: Final = r"(?P<sender>[^\n:]{0,100}?): (?P<text>[^\n]*)"


# The parts of the quotes and bodies below. A run that must not hold the next mark is possessive: one try, no
# way back.
_ATTACHED: Final = r" ?[0-9]{1,6} ?[(（](?:可在附件中查看|请在附件中查看|see attachment)[)）]"
_URL_INSIDE: Final = r"(?P<url>https?://[^\s\]]+)"
_ANYTHING: Final = r"(?:\n(?s:.*))?"
_QUOTED: Final = r"[:：] ?(?P<text>.*)"
_CHATLOG_HEAD: Final = (
    r"> (?P<sender>[^\n]{0,200}?)(?:\([^()\n]{0,100}\))?(?: \[[0-9]{1,20}\])?"
    r" (?:[0-9]{4}-)?[0-9]{2}-[0-9]{2} [0-9:]{8}\n"
)
_MEMOTRACE_REPLY: Final = "(?P<reply>" + _before(r"\n", "引用[：:]") + ")"
_MEMOTRACE_2_REPLY: Final = "(?P<reply>" + _before(" ", r"\n> ") + ")"
_PYWXDUMP_TITLE: Final = "(?P<title>" + _before("<", "a href=", r"\n") + ")" + _before("<", "a href=")
_PYWXDUMP_REPLY: Final = "(?P<reply>" + _before(r"\n", r"\n\[引用\]") + ")"
_WEFLOW_REPLY: Final = "(?P<reply>" + _before(r"\[", "引用 ") + ")"
_MEMOTRACE_SIZE: Final = r" [0-9]{1,9}\.[0-9]{2} [KMG]?B"
_MEMOTRACE_FILE: Final = rf"(?P<name>(?:(?!{_MEMOTRACE_SIZE} )[^\n])*+){_MEMOTRACE_SIZE}"
# Five lines in version 3, with Python's `None` for what it does not know; in version 1 the lines are indented and the
# words English.
_MEMOTRACE_LINK: Final = "".join(
    (
        r"<C>\n标题：(?P<title>" + _before(r"\n", "描述：") + ")",
        r"\n描述：" + _before(r"\n", "链接: "),
        r"\n链接: ?(?:None|(?P<url>[^\n]*))",
    )
)
_MEMOTRACE_APP: Final = r"(?:\n应用：(?:None|(?P<name>[^\n]*)))?"
_MEMOTRACE_1_LINK: Final = "".join(
    (
        r"<C>:title:(?P<title>(?:[^\n]|\n(?! {0,40}description:))*+)",
        r"\n {0,40}description:(?:[^\n]|\n(?! {0,40}url:))*+",
        r"\n {0,40}url:(?P<url>[^\n]*)",
        r"(?:\n {0,40}name:[^\n]*)?",
    )
)
_DEGREES_NORTH: Final = rf"(?P<latitude>{_NUMBER})"
_DEGREES_EAST: Final = rf"(?P<longitude>{_NUMBER})"
_PYWXDUMP_POINT: Final = rf"纬度[:：]【{_DEGREES_NORTH}】 ?经度[:：]【{_DEGREES_EAST}】"
_WCDA_PLACE: Final = r"(?:(?! 地点=)[^\n])*+ 地点=(?P<poi>(?:(?! 地址=)[^\n])*+) 地址=(?P<label>(?:(?! 坐标=)[^\n])*+)"
_WCDA_LOCATION: Final = rf"{_WCDA_PLACE} 坐标={_DEGREES_EAST},{_DEGREES_NORTH}"
_WCDA_TRANSFER: Final = r"(?P<note>(?:(?!金额=)[^\n])*+)金额=(?P<amount>\S+) 状态=[^\n]*"

_ECHOTRACE_TRANSFER: Final = rf"转账\[{_AMOUNT}\]"
_HEARD: Final = r"(?:转写[：:] ?)?"
_KEEPER_NAME: Final = r"(?: (?P<sender>[^:\n\]]{1,100}))?"
_KEEPER_ANCHOR: Final = r"(?: ↳svrid:[0-9]{1,6}(?: @[0-9-]{10})?| @[0-9-]{10})(?: |\Z)"

BRACKETS: Final = Dialect("brackets")
"""What every tool writes alike; nothing that a person might type as an emoji code."""

PASTE: Final = Dialect("paste", labels=_STICKER_WORD)
"""Text copied from a WeChat client: `[图片]`, `[文件: name]`, `[表情]`."""

MAIL: Final = Dialect(
    "mail",
    labels=_STICKER_WORD,
    shapes=dict.fromkeys(
        (Kind.STICKER, Kind.VIDEO, Kind.VOICE), (r"[:：] ?(?P<path>[^\n()（）\[\]]+)(?:[(（][^\n()（）]*[)）])?<C>",)
    ),
    sentences=(
        (rf"(?:图片|圖片|Image|Photo){_ATTACHED}", Label(Kind.IMAGE)),
        (rf"(?:语音|語音|Voice|Audio){_ATTACHED}", Label(Kind.VOICE)),
        (rf"(?:视频|影片|Video){_ATTACHED}", Label(Kind.VIDEO)),
        (rf"(?:文件|檔案|File){_ATTACHED}", Label(Kind.FILE)),
        (rf"\[(?P<title>(?:[^\]\n:]|:(?! ?https?://))*+): ?{_URL_INSIDE}\]", Label(Kind.LINK)),
        # wx-cli by pandorafuture, which writes as WeChat mails
        (r"\[image [0-9a-f]{0,40}\]", Label(Kind.IMAGE)),
        (r"\[video [0-9a-f]{0,40}\]", Label(Kind.VIDEO)),
        (r"\[emoji <(?s:.*)\]", Label(Kind.STICKER)),
        (r"\[location <(?s:.*)\]", Label(Kind.LOCATION)),
        (r"\[revoke\] (?s:.*)", Label(Kind.RECALL)),
        (r"\[system\] (?s:.*)", Label(Kind.SYSTEM)),
        (r"\[type=[0-9]{1,10}\]", Label(Kind.OTHER)),
    ),
    quote_mark=("[引用 @",),
    quotes=(r"(?P<quote>\[引用 @(?P<sender>[^:\n]{1,100}): (?P<text>[^\n]*?)\] )(?P<reply>(?s:.*))",),
)
"""Chat history mailed or shared from a phone: `图片1（可在附件中查看）`, `[title : url]`."""

CHATLOG: Final = Dialect(
    "chatlog",
    quote_mark=("> ",),
    labels=_AMBIGUOUS | _labels({Kind.QUOTE: "引用"}),
    shapes={
        Kind.FORWARD: (r"\|(?P<title>[^\n]*)<C>\n(?P<lines>(?s:.*))",),
        Kind.NOTE: (r"\|(?P<title>[^\n]*)<C>\n(?s:.*)",),
        Kind.ANNOUNCEMENT: (r"\|[^\n]*<C>\n(?s:.*)",),
        # A text from an app has its words in place of the address.
        Kind.LINK: (rf"\|(?P<title>{_SHOWN})\]\([^\n]*\n(?s:.*)\)",),
        # chatlog_alpha says more than chatlog of cards, places, red packets and calls.
        Kind.CARD: (r"\|(?P<name>(?:[^\]\n]|\](?!\())*+)\]\((?P<id>[^\n]*)\)", r"\|(?P<name>[^\n]*)<C>"),
        Kind.LOCATION: (
            rf"\|(?P<poi>[^|\n]*)\|(?P<label>[^|\n]*)\|[^|\n]*\|{_DEGREES_NORTH}\|{_DEGREES_EAST}<C>",
            r"\|(?P<poi>[^|\n]*)<C>",
        ),
        Kind.RED_PACKET: (r"\|(?P<title>[^|\n]*)(?:\|[^\n]*)?<C>",),
        Kind.CALL: (rf"\|(?:通话时长[:：]? ?)?{_CLOCK}<C>", r"\|(?P<state>[^\n]{1,40})<C>"),
    },
    quotes=(
        rf"(?P<quote>{_CHATLOG_HEAD}(?P<text>(?:> [^\n]*\n)*+))(?P<reply>.*)",
        r"(?P<quote>> \[引用\]\n)(?P<reply>.*)",
    ),
    quote_line="> ",
    listing=_by_blocks,
)
"""chatlog, chatlog_alpha and wetrace (`internal/model/message.go`): `[链接|title](url)`, `> ` before
what is quoted."""

WEFLOW: Final = Dialect(
    "weflow",
    quote_mark=("[引用 ",),
    labels=_AMBIGUOUS
    | _labels(
        {
            Kind.LOCATION: "定位",
            Kind.VOICE: "语音转文字/语音消息转文字",
            Kind.LINK: "图文/图文消息",
            Kind.SYSTEM: "系统消息",
            Kind.RECALL: "撤回消息",
            Kind.PAT: "拍一拍",
            Kind.OTHER: "不支持的消息类型",
        }
    )
    | {"转账收款": _state("received")},
    shapes={
        Kind.LOCATION: (r"<C>(?P<place>[^\s(][^\n(]*)",),
        Kind.VOICE: (r" - 转文字失败<C>", r"<C> ?(?P<transcript>(?s:.+))"),
        Kind.STICKER: (r"[:：] ?(?P<name>[^\n]*)<C>",),
        **dict.fromkeys((Kind.FILE, Kind.CARD), (r"<C>(?P<name>[^\n]+)",)),
        Kind.RED_PACKET: (r"<C> ?(?P<title>[^\n]+)",),
        Kind.LINK: (rf"<C> ?(?P<title>[^\n]+)\n{_URL}", r"<C>(?P<title>[^\n]+)"),
        # TXT, Markdown, HTML and SQL have no blank here, JSON has one
        **dict.fromkeys(_PAGES[1:], (r"<C>(?P<title>\S[^\n]*)",)),
        Kind.ANNOUNCEMENT: (r"<C>(?s:.+)",),
        Kind.FORWARD: (r"<C> ?(?P<title>[^\n]*)\n(?P<lines>(?s:.*))",),
        **dict.fromkeys((Kind.SYSTEM, Kind.RECALL, Kind.PAT), ("<C>",)),
    },
    bodies={Kind.TRANSFER: (_ECHOTRACE_TRANSFER,)},
    sentences=((_ECHOTRACE_TRANSFER, Label(Kind.TRANSFER)), (r"\[未知消息类型\([0-9]{1,20}\)\]", Label(Kind.OTHER))),
    quotes=(rf"{_WEFLOW_REPLY}(?P<quote>\[引用 (?P<sender>[^：\n]{{1,100}})：(?P<text>.*)\])",),
    listing=_by_lines(rf"(?P<indent> *+){_SENDER}", 2),
)
"""WeFlow, echotrace and CipherTalk, all formats, and the ChatLab files that they write."""

MEMOTRACE: Final = Dialect(
    "memotrace",
    quote_mark=("\n引用", "\n> "),
    labels=_AMBIGUOUS
    | {
        "图片丢失": Label(Kind.IMAGE),
        "发起转账": _state("sent"),
        "发起非实时转账": _state("sent"),
        "已收款": _state("received"),
        "非实时转账收款": _state("received"),
        "已退还": _state("returned"),
    },
    shapes={
        Kind.VOICE: (r"<C> ?(?P<transcript>(?s:.+))",),
        Kind.STICKER: (r"<C>\[(?P<name>[^\]\n]*)\]", r"<C> (?P<name>[^\n]+)"),
        Kind.FILE: (
            rf"<C>{_MEMOTRACE_FILE} (?P<path>[^\n]*) [^ \n]* (?P<md5>[0-9A-Fa-f]{{32}})",
            rf"<C>{_MEMOTRACE_FILE}(?: (?P<path>[^\n]*) [^ \n]*)?",
        ),
        Kind.LINK: (rf"{_MEMOTRACE_LINK}(?:\n应用：[^\n]*)?", _MEMOTRACE_1_LINK),
        Kind.MUSIC: (rf"{_MEMOTRACE_LINK}(?:\n应用：[^\n]*)?",),
        Kind.MINI_PROGRAM: (_MEMOTRACE_LINK + _MEMOTRACE_APP,),
        Kind.CHANNEL: (r"<C>\n描述: ?(?P<title>(?:[^\n]|\n(?!发布者: ))*+)\n发布者:[^\n]*",),
        Kind.LOCATION: (
            rf"<C>\n坐标: {_POINT}\n名称: ?(?P<poi>[^\n]*)\n标签: ?(?P<label>[^\n]*)",
            rf"<C>\n坐标: {_POINT}\n名称: ?(?P<poi>[^\n]*)(?:\n标签:)?",
        ),
        Kind.CARD: (
            r"<C>\n微信号: ?(?P<id>[^\n]*)\n昵称: ?(?P<name>[^\n]*)(?:\n(?s:.*))?",
            r"<C>\n公司:[^\n]*\n昵称: ?(?P<name>[^\n]*)(?:\n(?s:.*))?",
        ),
        Kind.TRANSFER: (r"<C>[:：] ?(?P<amount>[^\n]*)(?:\n备注: ?(?:None|(?P<note>(?s:.*))))?",),
        Kind.RED_PACKET: (r"<C>[:：] ?(?P<title>[^\n]*)",),
        Kind.NOTE: (r"<C>\n(?P<title>[^\n]*)(?:\n(?s:.*))?",),
        Kind.FORWARD: (r"<C>\n(?P<lines>(?s:.*))",),
    },
    quotes=(
        # Version 3 ends the name with a colon and a blank, so that a name may hold colons.
        rf"{_MEMOTRACE_REPLY}(?P<quote>\n引用：(?P<sender>(?:(?!: )[^\n]){{1,100}}+): (?P<text>.*))",
        rf"{_MEMOTRACE_REPLY}(?P<quote>\n引用[：:] ?(?P<sender>[^:：\n]{{1,100}}){_QUOTED})",
        rf"{_MEMOTRACE_REPLY}(?P<quote>\n引用[：:] ?(?P<text>)未知)",
        rf"{_MEMOTRACE_2_REPLY}(?P<quote> \n> (?P<text>.*))",
    ),
    listing=_by_lines(
        rf"(?P<indent> *+)- (?P<time>[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}} (?:[上下]午 ?)?[0-9:]{{4,8}}) {_SENDER}", 4
    ),
)
"""MemoTrace 1 and 3 (`wxManager/model/message.py`, `to_text`): `【…】`, several lines for links, places
and cards."""

PYWXDUMP: Final = Dialect(
    "pywxdump",
    quote_mark=("[引用]",),
    labels=_AMBIGUOUS,
    bodies={
        Kind.VOICE: (rf"语音时长[：:] ?{_SECONDS}(?:\n翻译结果[：:] ?(?P<transcript>(?s:.*)))?",),
        Kind.IMAGE: ("图片",),
        Kind.VIDEO: ("视频",),
        Kind.STICKER: ("表情",),
        Kind.FILE: ("文件",),
        Kind.LOCATION: (rf"{_PYWXDUMP_POINT}\n位置[:：] ?(?P<address>[^\n]*){_ANYTHING}",),
        Kind.LINK: (rf'{_PYWXDUMP_TITLE}<a href="(?P<url>[^"\n]*)"[^<>\n]*>点击查看详情</a>',),
        Kind.TRANSFER: (
            (
                r"[^\n：:]{1,20}[：:] ?(?P<amount>[^\n]*)"
                r"(?:\n转账说明[：:] ?(?P<note>(?:[^\n]|\n(?!转账时间))*+)(?:\n(?s:.*))?)?"
            ),
        ),
        Kind.CALL: (rf"语音/视频通话\[(?:通话时长[:：]? ?)?{_CLOCK}\]", r"语音/视频通话\[(?P<state>[^\n]*)\]"),
        Kind.FORWARD: (r"(?P<title>[^\n]+)(?:\n(?s:.*))?",),
    },
    quotes=(
        rf"{_PYWXDUMP_REPLY}(?P<quote>\n\n\[引用\](?:\([^()\n]{{0,40}}\))?(?P<sender>[^:：\n]{{0,100}}){_QUOTED})",
    ),
)
"""PyWxDump CSV and JSON (`db/dbMSG.py`): bodies without brackets, told by the type column."""

WCDA: Final = Dialect(
    "wcda",
    labels=_AMBIGUOUS | _labels({Kind.QUOTE: "引用消息"}),
    shapes={
        # The length is in milliseconds, whatever the word says (a fault of the writer).
        Kind.VOICE: (r" (?P<milliseconds>[0-9]{1,9})秒<C>",),
        # The name stands twice without a blank (another fault).
        Kind.FILE: (
            r"<C> (?P<name>[^\n]{1,250})(?P=name) size=(?P<size>[0-9]{1,15})",
            r"<C> (?P<name>[^\n]*) size=(?P<size>[0-9]{1,15})",
        ),
    },
    sentences=(
        (_WCDA_LOCATION, Label(Kind.LOCATION)),
        (_WCDA_TRANSFER, Label(Kind.TRANSFER)),
        (rf"通话时长 {_CLOCK}", Label(Kind.CALL)),
    ),
    bodies={
        Kind.LOCATION: (_WCDA_LOCATION,),
        Kind.TRANSFER: (_WCDA_TRANSFER,),
        Kind.LINK: (rf"(?P<title>[^\n]*) {_URL}",),
    },
)
"""WeChatDataAnalysis JSON and TXT (`chat_export_service.py`)."""

WECHATEXPORTER: Final = Dialect(
    "wechatexporter",
    labels=_AMBIGUOUS,
    shapes={
        Kind.CHANNEL: (r"<C> (?P<title>[^\n]+)",),
        Kind.VOICE: (r""" (?P<clock>[0-9]{1,3}'(?:[0-9]{1,2}")?)<C>""",),
    },
    sentences=((r"[（(](?:视频丢失|Video Missed)[)）]", Label(Kind.VIDEO)), (r"[（(]图片丢失[)）]", Label(Kind.IMAGE))),
)
"""WechatExporter for iOS backups (`res/zh-Hans.txt`)."""

WXCLI: Final = Dialect(
    "wx-cli",
    quote_mark=("↳",),
    labels=_AMBIGUOUS | _labels({Kind.SYSTEM: "系统/系统消息", Kind.RECALL: "撤回/撤回了一条消息", Kind.QUOTE: "引用"}),
    shapes={
        **dict.fromkeys((Kind.IMAGE, Kind.VIDEO, Kind.STICKER, Kind.VOICE), (r"<C> local_id=[0-9]{1,20}",)),
        Kind.FILE: (r"<C> (?P<name>[^\n]+) \((?:[0-9.]{1,12} [KMGT]?i?B(?:, ?[^()\n]{0,20})?|[A-Za-z0-9]{1,10})\)",),
        Kind.FORWARD: (
            r"<C> (?P<title>[^\n]*) \([0-9]{1,6}条\)(?:\n(?P<lines>(?s:.*)))?",
            r"<C> (?P<title>[^\n]*)\n(?P<lines>(?s:.*))",
        ),
        **dict.fromkeys((Kind.SYSTEM, Kind.RECALL), (r"<C> ?(?s:.*)",)),
    },
    quotes=(
        rf"(?P<reply>\[引用\] (?:(?!\n  ↳ ).)*+)(?P<quote>\n  ↳ (?P<sender>[^:：\n]{{1,100}}){_QUOTED})",
        r"(?P<reply>\[引用\](?:(?!\n  ↳ ).)*+)(?P<quote>\n  ↳ (?P<text>.*))",
    ),
    any_page=True,
    listing=_by_lines(rf"(?P<indent> *+)- {_SENDER}", 2),
)
"""wx-cli Markdown, TXT and JSON (`src/cli/export.rs`)."""

CHATLOG_KEEPER: Final = Dialect(
    "chatlog-keeper",
    quote_mark=("[引用",),
    labels=_AMBIGUOUS
    | _labels({Kind.SYSTEM: "系统"})
    | {f"卡片 type={number}": Label(kind) for number, kind in APP_TYPES.items()},
    shapes={
        Kind.SYSTEM: (r"<C> (?s:.*)",),
        Kind.STICKER: (r": (?P<name>[^\n]*)<C>", r"#[0-9a-f]{1,8}<C>"),
        Kind.LOCATION: (r": (?P<poi>[^\n]*)<C>",),
        Kind.CARD: (r": (?P<name>[^\n]*)<C>",),
        Kind.FILE: (r": (?P<name>(?:(?! \| )[^\n])*+)(?: \| md5:[0-9a-f]{1,12})?(?: \| [0-9.]{1,12}MB)?<C>",),
        Kind.LINK: (r"(?:\|[^|\]\n]{0,200}){0,2}<C> (?P<title>(?:(?! — | \([^()\s]+\)\Z)[^\n])*+)(?s:.*)",),
        Kind.MINI_PROGRAM: (r"(?: (?P<name>[^:\n]*))?: (?P<title>[^\n]*)<C>",),
        Kind.FORWARD: (r": (?P<title>[^\n]*?)(?: \| [0-9]{1,6}条)?<C>(?s:.*)",),
        **dict.fromkeys((Kind.CHANNEL, Kind.MUSIC, Kind.NOTE), (r": (?P<title>[^\n]*)<C>",)),
        **dict.fromkeys((Kind.PAT, Kind.TEXT, Kind.ANNOUNCEMENT, Kind.TRANSFER, Kind.RED_PACKET), (r": (?s:.*)<C>",)),
    },
    sentences=(
        (r"\[表情#[0-9a-f]{1,8}\]", Label(Kind.STICKER)),
        (r"\[语音: (?P<title>[^\n]*)\]", Label(Kind.MUSIC)),
        (r"\[视频: (?P<title>[^\n]*)\]", Label(Kind.LINK)),
        (r"\[卡片 type=[0-9]{1,10}(?:: (?s:.*))?\]", Label(Kind.OTHER)),
    ),
    quotes=(
        rf"(?P<quote>\[引用{_KEEPER_NAME}(?:: ?(?P<text>.{{0,120}}?))?\]{_KEEPER_ANCHOR})(?P<reply>.*)",
        rf"(?P<quote>\[引用{_KEEPER_NAME}(?:: ?(?P<text>(?:\[[^\[\]\n]*\]|[^\[\]])*+))?\](?: |\Z))(?P<reply>.*)",
    ),
)
"""chatlog-keeper (`wechat_db.py`): its files know the type of a message without the subtype."""

_BRACKET_REPLY: Final = r"(?P<reply>(?:(?! ?\[(?:引用|↩)[: ]).)*+)"
_ARROW_REPLY: Final = "(?P<reply>" + _before(r"\n", " {2,4}↳ ") + ")"
_BEHIND: Final = r"<C> (?P<path>[^\s\[\]]*[/\\][^\n]*\.[A-Za-z0-9]{2,4})"
"""Where its file is."""
_AGAIN: Final = r"<C> \[[^\[\]\n]{1,10}\]"
"""A label that stands twice."""
_NAMED: Final = (
    rf"[:：] ?(?P<title>(?:(?! — https?://)[^\n])*+) — {_URL}<C>",
    rf"[:：] ?(?P<title>[^\n\]】]{{1,200}})<C> {_URL}",
    r"[:：] ?[^\n\]】]{1,60}<C> (?P<title>(?!https?://)[^\n]+)",
    r"[:：] ?(?P<title>[^\n]*)<C>",
)
"""A title behind the label; or whose it is behind the label, and the title behind the bracket."""
_UNEXTRACTED: Final = {
    Kind.IMAGE: "image; media not extracted",
    Kind.VOICE: "voice; media not extracted",
    Kind.VIDEO: "video; media not extracted",
    Kind.STICKER: "sticker; media not extracted",
    Kind.LOCATION: "location; media not extracted",
    Kind.CALL: "call; media not extracted",
    Kind.CARD: "contact card; media not extracted",
}
PICTURES: Final = frozenset(
    {"[图片]", "[语音]", "[视频]", "[表情]", "[动画表情]", *(f"[{words}]" for words in _UNEXTRACTED.values())}
)
"""Whole texts that no program writes but those that show chats of WeChat."""
BRACKET_LINES: Final = Dialect(
    "bracket-lines",
    quote_mark=("[引用", "[↩", "↳ ", "> ", "↩ ", "[reply to ", "  ← "),
    labels=_AMBIGUOUS
    | _labels(
        {
            Kind.QUOTE: "引用/引用消息/Quote",
            Kind.SYSTEM: "系统消息/系统提示/系统",
            Kind.RECALL: "撤回/撤回消息/消息已撤回",
            Kind.PAT: "拍一拍",
            Kind.CARD: "群名片/企业微信名片",
            Kind.LOCATION: "位置共享/Location (Live)",
            Kind.IMAGE: "图片文件不可用",
            Kind.VIDEO: "视频文件不可用",
            Kind.VOICE: "语音原始数据已归档，但当前导出不可播放",
            Kind.MINI_PROGRAM: "MiniApp/applet/mini app",
            Kind.LINK: "Video Link/视频链接",
            Kind.FILE: "file metadata only",
            Kind.FORWARD: "forwarded conversation",
            Kind.OTHER: "无法解析/压缩内容/二进制内容/非文本消息/应用消息/消息类型/Message/暂不支持的消息",
        }
    )
    | dict.fromkeys(("链接/文件/小程序", "链接/文件", "文件/链接"), Label(Kind.OTHER))
    | {"语音/视频通话": Label(Kind.CALL)}
    | {f"类型{number}": Label(kind) for number, kind in LOCAL_TYPES.items() if kind is not Kind.TEXT}
    | _labels(_UNEXTRACTED),
    shapes={
        **dict.fromkeys((Kind.SYSTEM, Kind.RECALL, Kind.PAT, Kind.QUOTE), (r"<C>(?: (?s:.*))?",)),
        Kind.OTHER: (r":[0-9]{1,20}<C>",),
        Kind.STICKER: (_AGAIN, r"： ?(?P<name>[^\n]*)<C>", r": ?(?s:.*)<C>"),
        Kind.IMAGE: (_AGAIN, _BEHIND, r" [0-9?]{1,5}x[0-9?]{1,5}<C>", r"<C> \(local_id=[0-9]{1,20}\)"),
        Kind.VIDEO: (_AGAIN, _BEHIND, rf"<C> {_SECONDS}", r" (?P<milliseconds>[0-9]{1,9})ms<C>"),
        Kind.VOICE: (
            _AGAIN,
            _BEHIND,
            r" <1s<C>",
            rf" {_SECONDS}<C> {_HEARD}(?P<transcript>[^\n]+?)  （音频：(?P<path>[^（）\n]+)）",
            rf" {_SECONDS}<C> {_HEARD}(?P<transcript>(?s:.+))",
            r"<C> (?P<transcript>[^\n<\[]+?)  （音频：(?P<path>[^（）\n]+)）",
            r"<C> (?P<transcript>(?![→(0-9\s])[^<\[]+)",
            r"<C> → (?P<transcript>(?s:.+))",
            r"<C>  \(语音转写: (?P<transcript>(?s:.+))\)",
        ),
        Kind.FILE: (
            r"<C> (?P<name>[^\n]+) \([0-9.]{1,12} [KMGT]?i?B\)",
            r": ?(?P<name>[^\n]+) \((?P<size>[0-9]{1,12}) B\)<C>",
            r"<C> (?P<name>[^\n]+) \((?P<size>[0-9]{1,12}) bytes\)(?: \[local file\] (?P<path>[^\n]+)|(?s:.*))",
        ),
        Kind.LINK: (
            rf"<C> (?P<title>[^\n]+)(?:\n(?!https?://)[^\n]*)*+\n{_URL}",
            rf"<C> (?P<title>(?:(?! https?://)[^\n])*+) {_URL}",
            *_NAMED,
        ),
        Kind.MINI_PROGRAM: (r"[:：] ?(?P<name>[^\n\]】]{1,60})<C> (?P<title>[^\n]+)", *_NAMED),
        **dict.fromkeys((Kind.CHANNEL, Kind.MUSIC), _NAMED),
        Kind.FORWARD: (r"<C> (?P<title>[^\n]*) \([0-9]{1,6}条\)",),
        Kind.LOCATION: (r"<C> (?P<poi>(?:(?! \()[^\n])*+) \((?P<label>[^\n]*)\)", r": ?(?P<poi>[^\n]*)<C>"),
        Kind.TRANSFER: (
            rf"<C> {_AMOUNT}(?: (?P<direction>已收款|已退还|已过期))?(?: · (?P<note>[^\n]*))?",
            r"<C> 微信转账",
        ),
    },
    sentences=(
        (r"\[图片[0-9]{1,6}\]|!\[\[(?P<path>[^\]\n]+\.(?i:jpe?g|png|gif|webp|bmp))\]\]", Label(Kind.IMAGE)),
        (r"\[(?:链接/文件|文件/链接|链接/文件/小程序)\] (?s:.*)", Label(Kind.OTHER)),
        (r"\[sys:recall\]|\[recall\] (?s:.*)", Label(Kind.RECALL)),
        (r"\[system\] (?s:.*)", Label(Kind.SYSTEM)),
        (r"\[app:2000\] 微信转账", Label(Kind.TRANSFER)),
        (r"\[app:200[13]\] (?P<title>[^\n]*)", Label(Kind.RED_PACKET)),
        (r"\[app:[0-9]{1,10}\] (?s:.*)", Label(Kind.OTHER)),
        (rf"\[link/share\] (?P<title>(?:(?! https?://)[^\n])*+)(?: {_URL})?", Label(Kind.LINK)),
        (rf"\[call(?: {_CLOCK}| canceled)?\]", Label(Kind.CALL)),
        (r"\[forward: [^\n]*(?:拍了拍|tickled|nudged|patted)[^\n]*\]", Label(Kind.PAT)),
        (r"\[forward: (?P<title>[^\n]*)\]", Label(Kind.FORWARD)),
        (r"\[(?:appmsg:[0-9]{1,10}(?: [^\n]*)?|type:[0-9]{1,10}/[0-9]{1,10}|media)\]", Label(Kind.OTHER)),
        (r"\[sys(?::[^\]\n]*)?\](?: (?s:.*))?", Label(Kind.SYSTEM)),
        (r"\[(?:类型-?[0-9]{1,20}\]|未知\(-?[0-9]{1,20}\)\]|(?:AppMsg|应用)\] (?s:.*))", Label(Kind.OTHER)),
    ),
    quotes=(
        rf"{_BRACKET_REPLY}(?P<quote> ?\[(?:引用|↩)(?: (?P<sender>[^:：\n]{{1,100}}))?: (?P<text>.*)\])",
        r"(?P<quote>(?:> |↩ )(?P<sender>[^:：\n]{0,60})(?:：|: )(?P<text>[^\n]*)\n)(?P<reply>(?s:.*))",
        r"(?P<reply>\[引用\] (?:(?!  ← ).)*+)(?P<quote>  ← (?P<text>.*))",
        r"(?P<quote>\[reply to (?P<sender>[^:\n]{0,60}): (?P<text>.*?)\] )(?P<reply>.*)",
        rf"{_ARROW_REPLY}(?P<quote>\n {{2,4}}↳ (?:引用|回复) (?P<sender>[^:：\n]{{1,100}})(?:：|: )(?P<text>.*))",
    ),
)
"""Lines `[time] name: text` of wechat-export-studio, wechat-export-macos, weflow-cli, and of the two tools that are
called wechat-decrypt: `[链接] title (source) url`, `[引用 name: text]`, `[Audio 3s]`."""

WECHAT_DUMP: Final = Dialect(
    "wechat-dump",
    labels=_AMBIGUOUS,
    shapes={Kind.TRANSFER: (r"<C>\n(?P<note>(?s:.*))",), Kind.RED_PACKET: (r"<C>\n(?P<title>[^\n]*)(?:\n(?s:.*))?",)},
    bodies={
        Kind.VOICE: ("Voice",),
        Kind.VIDEO: ("VIDEO FILE",),
        Kind.STICKER: ("Emoji",),
        Kind.LOCATION: (rf"LOCATION:(?P<place>[^\n]*){_POINT}", r"LOCATION:(?P<place>[^\n]*)"),
        Kind.LINK: (r"URL:(?P<url>\S+)",),
        Kind.FILE: (r"FILE:(?P<name>[^\n]*)",),
    },
)
"""wechat-dump of Android databases (`wechat/msg.py`); its type number says the kind."""
