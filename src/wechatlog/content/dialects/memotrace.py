"""What MemoTrace writes in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import (
    AMBIGUOUS,
    POINT,
    QUOTED,
    SENDER,
    Dialect,
    Kind,
    Label,
    before,
    by_lines,
    transfer_state,
)

_MEMOTRACE_REPLY: Final = "(?P<reply>" + before(r"\n", "引用[：:]") + ")"
_MEMOTRACE_2_REPLY: Final = "(?P<reply>" + before(" ", r"\n> ") + ")"
_MEMOTRACE_SIZE: Final = r" [0-9]{1,9}\.[0-9]{2} [KMG]?B"
_MEMOTRACE_FILE: Final = rf"(?P<name>(?:(?!{_MEMOTRACE_SIZE} )[^\n])*+){_MEMOTRACE_SIZE}"
# Five lines in version 3, with Python's `None` for what it does not know; in version 1 the lines are indented and the
# words English.
_MEMOTRACE_LINK: Final = "".join(
    (
        r"<C>\n标题：(?P<title>" + before(r"\n", "描述：") + ")",
        r"\n描述：" + before(r"\n", "链接: "),
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

MEMOTRACE: Final = Dialect(
    "memotrace",
    quote_mark=("\n引用", "\n> "),
    labels=AMBIGUOUS
    | {
        "图片丢失": Label(Kind.IMAGE),
        "发起转账": transfer_state("sent"),
        "发起非实时转账": transfer_state("sent"),
        "已收款": transfer_state("received"),
        "非实时转账收款": transfer_state("received"),
        "已退还": transfer_state("returned"),
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
            rf"<C>\n坐标: {POINT}\n名称: ?(?P<poi>[^\n]*)\n标签: ?(?P<label>[^\n]*)",
            rf"<C>\n坐标: {POINT}\n名称: ?(?P<poi>[^\n]*)(?:\n标签:)?",
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
        rf"{_MEMOTRACE_REPLY}(?P<quote>\n引用[：:] ?(?P<sender>[^:：\n]{{1,100}}){QUOTED})",
        rf"{_MEMOTRACE_REPLY}(?P<quote>\n引用[：:] ?(?P<text>)未知)",
        rf"{_MEMOTRACE_2_REPLY}(?P<quote> \n> (?P<text>.*))",
    ),
    listing=by_lines(
        rf"(?P<indent> *+)- (?P<time>[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}} (?:[上下]午 ?)?[0-9:]{{4,8}}) {SENDER}", 4
    ),
)
"""MemoTrace 1 and 3 (`wxManager/model/message.py`, `to_text`): `【…】`, several lines for links, places
and cards."""
