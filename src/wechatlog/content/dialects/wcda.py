"""What WeChatDataAnalysis writes in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import (
    AMBIGUOUS,
    CLOCK,
    DEGREES_EAST,
    DEGREES_NORTH,
    URL,
    Dialect,
    Kind,
    Label,
    labels_of,
)

_WCDA_PLACE: Final = r"(?:(?! 地点=)[^\n])*+ 地点=(?P<poi>(?:(?! 地址=)[^\n])*+) 地址=(?P<label>(?:(?! 坐标=)[^\n])*+)"
_WCDA_LOCATION: Final = rf"{_WCDA_PLACE} 坐标={DEGREES_EAST},{DEGREES_NORTH}"
_WCDA_TRANSFER: Final = r"(?P<note>(?:(?!金额=)[^\n])*+)金额=(?P<amount>\S+) 状态=[^\n]*"

WCDA: Final = Dialect(
    "wcda",
    labels=AMBIGUOUS | labels_of({Kind.QUOTE: "引用消息"}),
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
        (rf"通话时长 {CLOCK}", Label(Kind.CALL)),
    ),
    bodies={
        Kind.LOCATION: (_WCDA_LOCATION,),
        Kind.TRANSFER: (_WCDA_TRANSFER,),
        Kind.LINK: (rf"(?P<title>[^\n]*) {URL}",),
    },
)
"""WeChatDataAnalysis JSON and TXT (`chat_export_service.py`)."""
