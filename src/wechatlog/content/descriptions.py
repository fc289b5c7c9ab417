"""What is no text, said in a few words: `语音 · 0:12`, `File · a.pdf · 123 kB`.

Takes a segment, gives plain words in Chinese or in English, unescaped; a writer puts them into its form. The machine's
locale is never consulted. Knows no form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from wechatlog.content.places import shown_place
from wechatlog.segments import types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wechatlog.segments import Segment

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
"""The languages of the words; the first is the default."""

_ZH: Final = {
    "text": "文本", "image": "图片", "voice": "语音", "video": "视频", "sticker": "表情", "file": "文件",
    "link": "链接", "location": "位置", "card": "名片", "quote": "引用", "transfer": "转账", "red_packet": "红包",
    "call": "通话", "forward": "聊天记录", "mini_program": "小程序", "music": "音乐", "channel": "视频号",
    "note": "笔记", "announcement": "群公告", "pat": "拍一拍", "system": "系统消息", "recall": "撤回", "other": "其他",
    "voice_call": "语音通话", "video_call": "视频通话", "nobody": "无名",
    "sent": "已发出", "received": "已收款", "returned": "已退还", "expired": "已过期",
}  # fmt: skip
_EN: Final = {
    "text": "Text", "image": "Picture", "voice": "Voice", "video": "Video", "sticker": "Sticker", "file": "File",
    "link": "Link", "location": "Location", "card": "Name card", "quote": "Quote", "transfer": "Transfer",
    "red_packet": "Red packet", "call": "Call", "forward": "Chat history", "mini_program": "Mini program",
    "music": "Music", "channel": "Channel", "note": "Note", "announcement": "Announcement", "pat": "Pat",
    "system": "Notice", "recall": "Recalled", "other": "Other", "voice_call": "Voice call", "video_call": "Video call",
    "nobody": "no name",
    "sent": "sent", "received": "received", "returned": "returned", "expired": "expired",
}  # fmt: skip
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"zh": _ZH, "en": _EN}
"""What kinds of messages, states of transfers, and somebody without a name are called."""

WEEKDAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": tuple("一二三四五六日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
"""The days of the week from Monday, as short as they are written."""

_UNITS: Final = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))


def word(name: str, language: Language = "zh") -> str:
    """What a message kind is called: `图片`, `Picture`; and `nobody`, somebody without a name."""
    return WORDS[language][name]


def length_text(seconds: float | None) -> str:
    """A length as a player shows it: `0:12`, `1:02:03`; empty for what is none."""
    if seconds is None or not 0 <= seconds < 1e9:
        return ""
    whole = round(seconds)
    minutes, hours = whole // 60 % 60, whole // 3600
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def size_text(size: float | None) -> str:
    """Bytes as a person says them, in steps of 1000: `123 kB`, `1.2 MB`; empty where nobody knows."""
    if size is None:
        return ""
    if size < 1000:
        return f"{size:.0f} B"
    unit, scale = next((step for step in _UNITS if size < 999.5 * step[1]), _UNITS[-1])
    return f"{size / scale:.1f} {unit}" if size < 9.95 * scale else f"{size / scale:.0f} {unit}"


def _file_name(path: str | None) -> str | None:
    """The last part of a path; nothing of an address or of data."""
    if not path or len(path) > 500 or ":" in path[2:]:
        return None
    return path.replace("\\", "/").rsplit("/", 1)[-1]


_DETAILS: Final[Mapping[type[Segment], Callable[[Any, Mapping[str, str]], tuple[str | None, ...]]]] = {
    types.Image: lambda s, w: (w["image"], s.label or _file_name(s.path)),
    types.Link: lambda s, w: (w["link"], s.title),
    types.File: lambda s, w: (w["file"], shown_place(s.name) or _file_name(s.path), size_text(s.size)),
    types.Voice: lambda s, w: (w["voice"], length_text(s.seconds), s.transcript),
    types.Video: lambda s, w: (w["video"], length_text(s.seconds), _file_name(s.path)),
    types.Sticker: lambda s, w: (w["sticker"], s.name),
    types.Location: lambda s, w: (w["location"], s.poi, s.label),
    types.Card: lambda s, w: (w["card"], s.name),
    types.Transfer: lambda s, w: (w["transfer"], s.amount, s.note, w.get(s.state, s.state)),
    types.RedPacket: lambda s, w: (w["red_packet"], s.title),
    types.Call: lambda s, w: (w[f"{s.kind}_call" if s.kind else "call"], length_text(s.seconds) or s.state),
    types.MiniProgram: lambda s, w: (w["mini_program"], s.name, s.title),
    types.Quote: lambda s, w: (w["quote"], s.sender, s.text),
    types.Forward: lambda s, w: (w["forward"], s.title),
}


def describe(segment: Segment, language: Language = "zh") -> tuple[str, ...]:
    """A segment in words, the first of which says what it is; empty for text, emoji, mentions and what is not known.

    Example:
        >>> from wechatlog.segments import Voice
        >>> describe(Voice(12.0, "我晚点到")), describe(Voice(), "en")
        (('语音', '0:12', '我晚点到'), ('Voice',))
    """
    say = _DETAILS.get(type(segment))
    return () if say is None else tuple(part for part in say(segment, WORDS[language]) if part and part.strip())
