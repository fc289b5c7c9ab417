"""Messages under headings of days: ShiYu's Word documents, the Markdown of wechat-archive and wechat-chat-export.

And the text of weixin-exporter, the oldest of them.

Format facts: ShiYu by Miikka11212 `wxarchive/docx_export.py` (`21:30:00   name (id) → to`, the body in a paragraph
below); wechat-archive by taoking `WeChatArchiveConversationExporter.swift` (Markdown: `**name · 21:30**`, 我, 系统 and
in private chats 对方; text is escaped); wechat-chat-export by shibanyu333 `render_md.py` (Markdown: the times that the
client shows between messages as headings, `**name：** text`, further lines behind `> `, read off the screen);
weixin-exporter by xiaket `weixin-exporter.py` (`### 15-03-08`, `[Received]12:30: text`, minutes, no names, no notices).
"""

from __future__ import annotations

import re
from typing import Final

from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.engine import ME, Reading, one_segment
from wechatlog.engine.entry import Body
from wechatlog.engine.under_days import CLOCK, DAY, END, Form, under_days, unescape_marks
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

Kind = MessageKind

_MEDIA: Final = re.compile(r"!?\[(?P<name>[^\]\n\d]{1,6}?)(?: (?P<seconds>[0-9]{1,6}) 秒)?\]\((?P<path>[^()\n]+)\)")
_UNSHOWN: Final = re.compile(r"> 暂不支持的消息|\[(?P<name>[^\]\n]{1,4}?)(?:文件不可用|未导出：[^\]\n]*)\]")
_SPOKEN: Final = re.compile(
    r"\*\[🎤 语音(?P<seconds>[0-9]{1,4})?[^·\n]*·(?:未?转文字)\]\*(?: (?P<transcript>(?s:.*)))?"
)
_VIDEO: Final = re.compile(
    r"🎬 \*\*视频\*\*(?: (?P<minutes>[0-9]{1,3}):(?P<seconds>[0-9]{2}))?[^\n]*(?P<below>(?s:.*))"
)
_FILE: Final = re.compile(r"📎 \*\*(?P<name>[^\n]+?)\*\*(?:（[^\n]*）)?(?P<below>(?s:.*))")
_SHOT: Final = re.compile(r"!\[图片\]\(<(?P<path>[^>\n]+)>\)")
_PLACE: Final = re.compile(r"\]\(<(?P<path>[^>\n]+)>\)\s*\Z", re.MULTILINE)
_WORD: Final = re.compile(
    r"\[(?P<name>AppMsg|GeoLocation|VOIPMsg|Emoji)\]"
    r"|\[?Voice Message(?: of Unknown length|\. Length = (?P<seconds>[0-9]{0,6}(?:\.[0-9]{1,6})?)s\])"
)
_WORDS: Final = {"AppMsg": Kind.OTHER, "GeoLocation": Kind.LOCATION, "VOIPMsg": Kind.CALL, "Emoji": Kind.STICKER}


def _worded(reading: Reading, text: str, line: int) -> Body:
    """A text, a word of weixin-exporter for what is none, or the XML of a card, which it left as it is."""
    if match := _WORD.fullmatch(text):
        kind, seconds = _WORDS.get(match["name"], Kind.VOICE), match["seconds"]
        known = {"seconds": float(seconds)} if seconds else {}
        return kind, text, None if kind is Kind.OTHER else one_segment(kind, text, **known)
    built = parse_markup(text, reading.collector, zone=reading.tz, line=line)
    return built.body if built else _shown(reading, text, line)


def _shown(reading: Reading, text: str, _: int) -> Body:
    """A text, or a placeholder of any tool."""
    if match := _UNSHOWN.fullmatch(text):
        kind = kind_of_name(match["name"] or "") or Kind.OTHER
        return kind, text, None if kind is Kind.OTHER else one_segment(kind, text)
    kind, segments = read_placeholder(text, BRACKET_LINES, zone=reading.tz) or (Kind.TEXT, None)
    return kind, text, segments


def _escaped(reading: Reading, text: str, line: int) -> Body:
    """A text in which marks of Markdown are escaped, or a file."""
    if match := _MEDIA.fullmatch(text):
        kind = kind_of_name(match["name"]) or Kind.FILE
        known = {"seconds": int(match["seconds"])} if match["seconds"] and kind is Kind.VOICE else {}
        return kind, text, one_segment(kind, text, path=match["path"], **known)
    return _shown(reading, text if _UNSHOWN.fullmatch(text) else unescape_marks(text), line)


def _screened(_reading: Reading, text: str, _line: int) -> Body:
    """What was read off the screen; where a file is stands on a line below."""
    if match := _SPOKEN.fullmatch(text):
        seconds, transcript = match["seconds"], match["transcript"]
        known = {"seconds": int(seconds)} if seconds else {}
        return Kind.VOICE, text, one_segment(Kind.VOICE, text, **known, transcript=transcript)
    if match := _SHOT.fullmatch(text):
        return Kind.IMAGE, text, one_segment(Kind.IMAGE, text, path=match["path"])
    if match := _FILE.fullmatch(text) or _VIDEO.fullmatch(text):
        said = match.groupdict()
        place = _PLACE.search(said.pop("below"))
        minutes, seconds = said.pop("minutes", None), said.pop("seconds", None)
        length = {"seconds": int(minutes) * 60 + int(seconds)} if minutes and seconds else {}
        kind = Kind.FILE if "name" in said else Kind.VIDEO
        return kind, text, one_segment(kind, text, path=place["path"] if place else None, **said, **length)
    lines = text.replace("  \n>", "\n>").split("\n")
    text = "\n".join("" if line == ">" else line.removeprefix("> ") for line in lines)
    return Kind.TEXT, text, parse_body(Kind.TEXT, text, BRACKET_LINES)


SHIYU: Final = under_days(
    "shiyu-docx",
    "ShiYu by Miikka11212, Word document (2026)",
    ".docx",
    Form(
        Grammar(
            "ShiYu",
            rf"(?:{DAY}|(?P<time>{CLOCK})   (?P<sender>[^\n\r]+?)(?: \((?P<account>[^()\s]+)\))? → (?P<to>[^\n\r]*))"
            rf"{END}",
        ),
        re.compile(
            r"[^\n]+ 聊天记录\s*\n聊天对象：(?P<title>[^\n]*)（(?P<id>[^（）\n]*)）\s*\n"
            r"共 (?P<count>[0-9,]{1,12}) 条消息[^\n]*\n"
            r"(?:演示文档：[^\n]*\n)?(?:已嵌入 [^\n]*\n)?"
        ),
        _shown,
        "ShiYu",
    ),
)
ARCHIVE: Final = under_days(
    "wechat-archive-md",
    "wechat-archive by taoking, Markdown (2026)",
    ".md .markdown",
    Form(
        Grammar(
            "wechat-archive",
            r"(?:### (?P<date>[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)"
            rf"|\*\*(?P<sender>[^\r\n]{{1,200}}?) · (?P<time>{CLOCK}|未知时间)\*\*){END}",
        ),
        re.compile(r"# (?P<title>[^\r\n]*)\s+导出时间：[^\n]*\n消息数量：(?P<count>[0-9]{1,12})\s*\n+---\s*(?:\n|\Z)"),
        _escaped,
        "wechat-archive",
    ),
)
SCREEN: Final = under_days(
    "wechat-chat-export-md",
    "wechat-chat-export by shibanyu333, Markdown read off the screen (2026)",
    ".md .markdown",
    Form(
        Grammar(
            "wechat-chat-export",
            rf"(?:### 🕐 (?P<date>[^\r\n]+?){END}|\*\*(?P<sender>[^\r\n]{{1,200}}?)：\*\* ?"
            rf"|\*〔(?P<notice>[^\r\n]*)〕\*{END})",
        ),
        re.compile(
            r"# (?P<title>[^\n]*) — 微信聊天记录\s*\n+> 共 (?P<count>[0-9]{1,12}) 条消息[^\n]*\n\s*---\s*(?:\n|\Z)"
        ),
        _screened,
        "wechat-chat-export",
    ),
)
OLDEST: Final = under_days(
    "weixin-exporter",
    "weixin-exporter by xiaket, chatlog.txt (2013-2018)",
    ".txt",
    Form(
        Grammar(
            "weixin-exporter",
            rf"(?:### (?P<date>[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}){END}"
            rf"|\[(?P<sender>Received|Sending)\](?P<time>{CLOCK}): ?)",
        ),
        re.compile(r"(?=### [0-9]{2}-)"),
        _worded,
        "weixin-exporter",
        century="20",
        people={"Received": "对方", "Sending": ME},
    ),
)
