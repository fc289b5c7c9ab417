"""What chatlog, chatlog_alpha and wetrace write in place of what is no text."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from wechatlog.content.dialects.shared import (
    AMBIGUOUS,
    CLOCK,
    DEGREES_EAST,
    DEGREES_NORTH,
    SHOWN,
    Dialect,
    Kind,
    labels_of,
)
from wechatlog.model import Message


def _by_blocks(lines: list[str], read: Any, zone: dt.tzinfo | None) -> tuple[Message, ...]:
    from wechatlog.content.listings import parse_blocks

    return parse_blocks(lines, read, zone)


_CHATLOG_HEAD: Final = (
    r"> (?P<sender>[^\n]{0,200}?)(?:\([^()\n]{0,100}\))?(?: \[[0-9]{1,20}\])?"
    r" (?:[0-9]{4}-)?[0-9]{2}-[0-9]{2} [0-9:]{8}\n"
)

CHATLOG: Final = Dialect(
    "chatlog",
    quote_mark=("> ",),
    labels=AMBIGUOUS | labels_of({Kind.QUOTE: "引用"}),
    shapes={
        Kind.FORWARD: (r"\|(?P<title>[^\n]*)<C>\n(?P<lines>(?s:.*))",),
        Kind.NOTE: (r"\|(?P<title>[^\n]*)<C>\n(?s:.*)",),
        Kind.ANNOUNCEMENT: (r"\|[^\n]*<C>\n(?s:.*)",),
        # A text from an app has its words in place of the address.
        Kind.LINK: (rf"\|(?P<title>{SHOWN})\]\([^\n]*\n(?s:.*)\)",),
        # chatlog_alpha says more than chatlog of cards, places, red packets and calls.
        Kind.CARD: (r"\|(?P<name>(?:[^\]\n]|\](?!\())*+)\]\((?P<id>[^\n]*)\)", r"\|(?P<name>[^\n]*)<C>"),
        Kind.LOCATION: (
            rf"\|(?P<poi>[^|\n]*)\|(?P<label>[^|\n]*)\|[^|\n]*\|{DEGREES_NORTH}\|{DEGREES_EAST}<C>",
            r"\|(?P<poi>[^|\n]*)<C>",
        ),
        Kind.RED_PACKET: (r"\|(?P<title>[^|\n]*)(?:\|[^\n]*)?<C>",),
        Kind.CALL: (rf"\|(?:通话时长[:：]? ?)?{CLOCK}<C>", r"\|(?P<state>[^\n]{1,40})<C>"),
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
