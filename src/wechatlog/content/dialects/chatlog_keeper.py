"""What chatlog-keeper writes in place of what is no text."""

from __future__ import annotations

from typing import Final

from wechatlog.content.dialects.shared import AMBIGUOUS, Dialect, Kind, Label, labels_of
from wechatlog.content.vocabulary import APP_TYPES

_KEEPER_NAME: Final = r"(?: (?P<sender>[^:\n\]]{1,100}))?"
_KEEPER_ANCHOR: Final = r"(?: ↳svrid:[0-9]{1,6}(?: @[0-9-]{10})?| @[0-9-]{10})(?: |\Z)"

CHATLOG_KEEPER: Final = Dialect(
    "chatlog-keeper",
    quote_mark=("[引用",),
    labels=AMBIGUOUS
    | labels_of({Kind.SYSTEM: "系统"})
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
