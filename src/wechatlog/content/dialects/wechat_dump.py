"""What wechat-dump writes in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import AMBIGUOUS, POINT, Dialect, Kind

WECHAT_DUMP: Final = Dialect(
    "wechat-dump",
    labels=AMBIGUOUS,
    shapes={Kind.TRANSFER: (r"<C>\n(?P<note>(?s:.*))",), Kind.RED_PACKET: (r"<C>\n(?P<title>[^\n]*)(?:\n(?s:.*))?",)},
    bodies={
        Kind.VOICE: ("Voice",),
        Kind.VIDEO: ("VIDEO FILE",),
        Kind.STICKER: ("Emoji",),
        Kind.LOCATION: (rf"LOCATION:(?P<place>[^\n]*){POINT}", r"LOCATION:(?P<place>[^\n]*)"),
        Kind.LINK: (r"URL:(?P<url>\S+)",),
        Kind.FILE: (r"FILE:(?P<name>[^\n]*)",),
    },
)
"""wechat-dump of Android databases (`wechat/msg.py`); its type number says the kind."""
