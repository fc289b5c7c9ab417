"""What the tools that write lines `[time] name: text` write in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import (
    AMBIGUOUS,
    AMOUNT,
    CLOCK,
    SECONDS,
    UNEXTRACTED,
    URL,
    Dialect,
    Kind,
    Label,
    before,
    labels_of,
)
from wechatlog.content.vocabulary import LOCAL_TYPES

_HEARD: Final = r"(?:转写[：:] ?)?"
_BRACKET_REPLY: Final = r"(?P<reply>(?:(?! ?\[(?:引用|↩)[: ]).)*+)"
_ARROW_REPLY: Final = "(?P<reply>" + before(r"\n", " {2,4}↳ ") + ")"
_BEHIND: Final = r"<C> (?P<path>[^\s\[\]]*[/\\][^\n]*\.[A-Za-z0-9]{2,4})"
"""Where its file is."""
_AGAIN: Final = r"<C> \[[^\[\]\n]{1,10}\]"
"""A label that stands twice."""
_NAMED: Final = (
    rf"[:：] ?(?P<title>(?:(?! — https?://)[^\n])*+) — {URL}<C>",
    rf"[:：] ?(?P<title>[^\n\]】]{{1,200}})<C> {URL}",
    r"[:：] ?[^\n\]】]{1,60}<C> (?P<title>(?!https?://)[^\n]+)",
    r"[:：] ?(?P<title>[^\n]*)<C>",
)
"""A title behind the label; or whose it is behind the label, and the title behind the bracket."""

BRACKET_LINES: Final = Dialect(
    "bracket-lines",
    quote_mark=("[引用", "[↩", "↳ ", "> ", "↩ ", "[reply to ", "  ← "),
    labels=AMBIGUOUS
    | labels_of(
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
    | labels_of(UNEXTRACTED),
    shapes={
        **dict.fromkeys((Kind.SYSTEM, Kind.RECALL, Kind.PAT, Kind.QUOTE), (r"<C>(?: (?s:.*))?",)),
        Kind.OTHER: (r":[0-9]{1,20}<C>",),
        Kind.STICKER: (_AGAIN, r"： ?(?P<name>[^\n]*)<C>", r": ?(?s:.*)<C>"),
        Kind.IMAGE: (_AGAIN, _BEHIND, r" [0-9?]{1,5}x[0-9?]{1,5}<C>", r"<C> \(local_id=[0-9]{1,20}\)"),
        Kind.VIDEO: (_AGAIN, _BEHIND, rf"<C> {SECONDS}", r" (?P<milliseconds>[0-9]{1,9})ms<C>"),
        Kind.VOICE: (
            _AGAIN,
            _BEHIND,
            r" <1s<C>",
            rf" {SECONDS}<C> {_HEARD}(?P<transcript>[^\n]+?)  （音频：(?P<path>[^（）\n]+)）",
            rf" {SECONDS}<C> {_HEARD}(?P<transcript>(?s:.+))",
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
            rf"<C> (?P<title>[^\n]+)(?:\n(?!https?://)[^\n]*)*+\n{URL}",
            rf"<C> (?P<title>(?:(?! https?://)[^\n])*+) {URL}",
            *_NAMED,
        ),
        Kind.MINI_PROGRAM: (r"[:：] ?(?P<name>[^\n\]】]{1,60})<C> (?P<title>[^\n]+)", *_NAMED),
        **dict.fromkeys((Kind.CHANNEL, Kind.MUSIC), _NAMED),
        Kind.FORWARD: (r"<C> (?P<title>[^\n]*) \([0-9]{1,6}条\)",),
        Kind.LOCATION: (r"<C> (?P<poi>(?:(?! \()[^\n])*+) \((?P<label>[^\n]*)\)", r": ?(?P<poi>[^\n]*)<C>"),
        Kind.TRANSFER: (
            rf"<C> {AMOUNT}(?: (?P<direction>已收款|已退还|已过期))?(?: · (?P<note>[^\n]*))?",
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
        (rf"\[link/share\] (?P<title>(?:(?! https?://)[^\n])*+)(?: {URL})?", Label(Kind.LINK)),
        (rf"\[call(?: {CLOCK}| canceled)?\]", Label(Kind.CALL)),
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
