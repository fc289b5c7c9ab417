"""What PyWxDump writes in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import (
    AMBIGUOUS,
    CLOCK,
    DEGREES_EAST,
    DEGREES_NORTH,
    QUOTED,
    SECONDS,
    Dialect,
    Kind,
    before,
)

_ANYTHING: Final = r"(?:\n(?s:.*))?"
_PYWXDUMP_TITLE: Final = "(?P<title>" + before("<", "a href=", r"\n") + ")" + before("<", "a href=")
_PYWXDUMP_REPLY: Final = "(?P<reply>" + before(r"\n", r"\n\[引用\]") + ")"
_PYWXDUMP_POINT: Final = rf"纬度[:：]【{DEGREES_NORTH}】 ?经度[:：]【{DEGREES_EAST}】"

PYWXDUMP: Final = Dialect(
    "pywxdump",
    quote_mark=("[引用]",),
    labels=AMBIGUOUS,
    bodies={
        Kind.VOICE: (rf"语音时长[：:] ?{SECONDS}(?:\n翻译结果[：:] ?(?P<transcript>(?s:.*)))?",),
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
        Kind.CALL: (rf"语音/视频通话\[(?:通话时长[:：]? ?)?{CLOCK}\]", r"语音/视频通话\[(?P<state>[^\n]*)\]"),
        Kind.FORWARD: (r"(?P<title>[^\n]+)(?:\n(?s:.*))?",),
    },
    quotes=(rf"{_PYWXDUMP_REPLY}(?P<quote>\n\n\[引用\](?:\([^()\n]{{0,40}}\))?(?P<sender>[^:：\n]{{0,100}}){QUOTED})",),
)
"""PyWxDump CSV and JSON (`db/dbMSG.py`): bodies without brackets, told by the type column."""
