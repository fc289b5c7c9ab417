"""What WeFlow, echotrace and CipherTalk write in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import (
    AMBIGUOUS,
    AMOUNT,
    PAGES,
    SENDER,
    URL,
    Dialect,
    Kind,
    Label,
    before,
    by_lines,
    labels_of,
    transfer_state,
)

_WEFLOW_REPLY: Final = "(?P<reply>" + before(r"\[", "引用 ") + ")"
_ECHOTRACE_TRANSFER: Final = rf"转账\[{AMOUNT}\]"

WEFLOW: Final = Dialect(
    "weflow",
    quote_mark=("[引用 ",),
    labels=AMBIGUOUS
    | labels_of(
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
    | {"转账收款": transfer_state("received")},
    shapes={
        Kind.LOCATION: (r"<C>(?P<place>[^\s(][^\n(]*)",),
        Kind.VOICE: (r" - 转文字失败<C>", r"<C> ?(?P<transcript>(?s:.+))"),
        Kind.STICKER: (r"[:：] ?(?P<name>[^\n]*)<C>",),
        **dict.fromkeys((Kind.FILE, Kind.CARD), (r"<C>(?P<name>[^\n]+)",)),
        Kind.RED_PACKET: (r"<C> ?(?P<title>[^\n]+)",),
        Kind.LINK: (rf"<C> ?(?P<title>[^\n]+)\n{URL}", r"<C>(?P<title>[^\n]+)"),
        # TXT, Markdown, HTML and SQL have no blank here, JSON has one
        **dict.fromkeys(PAGES[1:], (r"<C>(?P<title>\S[^\n]*)",)),
        Kind.ANNOUNCEMENT: (r"<C>(?s:.+)",),
        Kind.FORWARD: (r"<C> ?(?P<title>[^\n]*)\n(?P<lines>(?s:.*))",),
        **dict.fromkeys((Kind.SYSTEM, Kind.RECALL, Kind.PAT), ("<C>",)),
    },
    bodies={Kind.TRANSFER: (_ECHOTRACE_TRANSFER,)},
    sentences=((_ECHOTRACE_TRANSFER, Label(Kind.TRANSFER)), (r"\[未知消息类型\([0-9]{1,20}\)\]", Label(Kind.OTHER))),
    quotes=(rf"{_WEFLOW_REPLY}(?P<quote>\[引用 (?P<sender>[^：\n]{{1,100}})：(?P<text>.*)\])",),
    listing=by_lines(rf"(?P<indent> *+){SENDER}", 2),
)
"""WeFlow, echotrace and CipherTalk, all formats, and the ChatLab files that they write."""
