"""What WechatExporter writes in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import AMBIGUOUS, Dialect, Kind, Label

WECHATEXPORTER: Final = Dialect(
    "wechatexporter",
    labels=AMBIGUOUS,
    shapes={
        Kind.CHANNEL: (r"<C> (?P<title>[^\n]+)",),
        Kind.VOICE: (r""" (?P<clock>[0-9]{1,3}'(?:[0-9]{1,2}")?)<C>""",),
    },
    sentences=((r"[（(](?:视频丢失|Video Missed)[)）]", Label(Kind.VIDEO)), (r"[（(]图片丢失[)）]", Label(Kind.IMAGE))),
)
"""WechatExporter for iOS backups (`res/zh-Hans.txt`)."""
