"""Texts whose messages have a clock and stand under headings of days, in Word documents and in Markdown.

Takes text, gives messages: a form is a pattern of its headings and headers, the words at its head, and what a body
says. A body of several lines is not marked, so that a body line can forge a header; the order of time is used.

Format facts: wetrace `web/export/export_docx.go` (2026: `[sender] 21:30:00` LF body in a paragraph, the body as in its
text); ShiYu by Miikka11212 `wxarchive/docx_export.py` (`21:30:00   name (id) → to`, the body in a paragraph below);
wechat-archive by taoking `WeChatArchiveConversationExporter.swift` (Markdown: `**name · 21:30**`, 我, 系统 and in
private chats 对方; text is escaped); wechat-chat-export by shibanyu333 `render_md.py` (Markdown: the times that the
client shows between messages as headings, `**name：** text`, further lines behind `> `, read off the screen).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.dialects import BRACKET_LINES
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.engine import NOTICES, OWNER_OPTION, Draft, Entry, Evidence, Format, Head, Reading, one_segment
from wechatlog.engine.entry import Body
from wechatlog.engine.records import records_of
from wechatlog.model import MessageKind
from wechatlog.readers.chatlog_bodies import NOTICE_SENDERS, read_rendering
from wechatlog.timestamps import parse_clock
from wechatlog.tokenizer import Grammar

Kind = MessageKind

_END: Final = r"[ \t]*(?=\r?(?:\n|\Z))"
_CLOCK: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
_OWNER: Final = "我"
_NOBODY: Final = frozenset({"系统", *NOTICE_SENDERS})
_PEER: Final = "对方"
_ESCAPED: Final = re.compile(r"\\([\\#*_>`\[\]])")
_FILE_NAME: Final = re.compile(
    r"chat_export_(?P<name>.+?)_(?P<id>wxid_[^.]+?|gh_[^.]+?|[0-9]+@[a-z]+|[^_.]+?)(?: ?\([0-9]+\))?\.docx"
)
"""How wetrace names its documents."""
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


class _Form(NamedTuple):
    """One of them.

    Attributes:
        grammar: of headings (`date`), headers (`sender`, perhaps `time` and `account`) and notices (`notice`).
        first: the beginning of a text; its groups are facts of the chat.
        body: what the text of a message says.
        exporter: the tool.
    """

    grammar: Grammar
    first: re.Pattern[str]
    body: Callable[[Reading, str], Body]
    exporter: str


def _rendered(reading: Reading, text: str) -> Body:
    body = read_rendering(text, zone=reading.tz)
    return body.kind, body.text, body.segments


def _shown(reading: Reading, text: str) -> Body:
    """A text, or a placeholder of any tool."""
    if match := _UNSHOWN.fullmatch(text):
        kind = kind_of_name(match["name"] or "") or Kind.OTHER
        return kind, text, None if kind is Kind.OTHER else one_segment(kind, text)
    kind, segments = read_placeholder(text, BRACKET_LINES, zone=reading.tz) or (Kind.TEXT, None)
    return kind, text, segments


def _escaped(reading: Reading, text: str) -> Body:
    """A text in which marks of Markdown are escaped, or a file."""
    if match := _MEDIA.fullmatch(text):
        kind = kind_of_name(match["name"]) or Kind.FILE
        known = {"seconds": int(match["seconds"])} if match["seconds"] and kind is Kind.VOICE else {}
        return kind, text, one_segment(kind, text, path=match["path"], **known)
    return _shown(reading, text if _UNSHOWN.fullmatch(text) else _ESCAPED.sub(r"\1", text))


def _screened(_: Reading, text: str) -> Body:
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
    text = "\n".join(line.removeprefix("> ") for line in text.replace("  \n> ", "\n").split("\n"))
    return Kind.TEXT, text, parse_body(Kind.TEXT, text, BRACKET_LINES)


def _entries(reading: Reading, *, form: _Form) -> Iterator[Entry]:
    chat, day, clock, claimed, count = reading.chat, "", "", None, 0
    for header, raw, offset, line in records_of(reading.blocks(), form.grammar):
        text = raw.replace("\r\n", "\n").strip("\n")
        if header is None:
            match = form.first.match(raw.lstrip())
            said = match.groupdict() if match else {}
            chat.title, chat.id = said.get("title"), said.get("id")
            if named := _FILE_NAME.search(reading.source.name or ""):
                chat.title, chat.id = named["name"], named["id"]
            chat.is_group, claimed = is_room(chat.id), said.get("count")
            reading.report_preamble(raw.lstrip()[match.end() :] if match else raw, line=line)
            continue
        groups = header.groupdict()
        if groups["date"]:
            day, clock = groups["date"], ""
            if text:
                reading.report_preamble(text, line=line + 1)
            continue
        count += 1
        clock = _order(reading, clock, groups.get("time") or "", line)
        clocked = f"{day} {groups.get('time') or ''}".strip()
        time, precision = reading.clock(clocked, line=line) if parse_clock(clocked) else (None, None)
        if time is None and clocked:
            reading.tell(
                "relative-time", f"{clocked!r} is no time without the day on which it was shown", line, once=True
            )
        sender, notice = groups.get("sender"), groups.get("notice")
        if notice is not None or sender in _NOBODY:
            words = notice if notice is not None else _ESCAPED.sub(r"\1", text)
            yield Entry(line, time, precision, kind=read_notice(words) or Kind.SYSTEM, text=words, offset=offset)
            continue
        kind, text, segments = form.body(reading, text)
        account = groups.get("account") or (sender if sender and is_account(sender) else None)
        own = None if kind in NOTICES else _own(chat, sender, groups.get("to"))
        sender = chat.title if sender == _PEER and chat.title else sender
        yield Entry(line, time, precision, sender, account, own, kind, text, segments, offset=offset)
    reading.check_count(int(claimed.replace(",", "")) if claimed else None, count)


def _own(chat: Draft, sender: str | None, receiver: str | None) -> bool | None:
    """Whether the owner wrote: called 我, or, in a private chat, to whom it is with."""
    if receiver is not None:
        return receiver != _OWNER if chat.is_group is False else None
    if sender == _OWNER:
        return True
    return False if sender == _PEER or (chat.is_group is not True and sender == chat.title) else None


def _order(reading: Reading, before: str, clock: str, line: int) -> str:
    if clock < before:
        reading.report(
            "suspected-forgery", "the message is older than the one above it: perhaps part of that", line=line
        )
    return clock


def _detect(head: Head, *, form: _Form) -> Evidence | None:
    """The words at the head, a heading and a header."""
    if form.first.match(head.text.lstrip()) is None:
        return None
    found = [match.groupdict() for match in form.grammar.pattern.finditer("\n" + head.text)]
    dated = any(groups["date"] for groups in found)
    headed = any(groups.get("sender") for groups in found)
    return Evidence(0.95, f"the head and the headings of {form.exporter}") if dated and headed else None


def _format(name: str, description: str, suffix: str, form: _Form) -> Format:
    detect, entries = partial(_detect, form=form), partial(_entries, form=form)
    return Format(name, description, suffix, detect, entries, form.exporter, OWNER_OPTION)


_DAY: Final = r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
WETRACE: Final = _format(
    "wetrace-docx",
    "wetrace, Word document (2026)",
    ".docx",
    _Form(
        Grammar("wetrace document", rf"(?:{_DAY}|\[(?P<sender>[^\n\r]*)\] (?P<time>{_CLOCK})){_END}"),
        re.compile(r"(?P<title>[^\n]+) 的聊天记录\s*(?:\n|\Z)"),
        _rendered,
        "wetrace",
    ),
)
SHIYU: Final = _format(
    "shiyu-docx",
    "ShiYu by Miikka11212, Word document (2026)",
    ".docx",
    _Form(
        Grammar(
            "ShiYu",
            rf"(?:{_DAY}|(?P<time>{_CLOCK})   (?P<sender>[^\n\r]+?)(?: \((?P<account>[^()\s]+)\))? → (?P<to>[^\n\r]*))"
            rf"{_END}",
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
ARCHIVE: Final = _format(
    "wechat-archive-md",
    "wechat-archive by taoking, Markdown (2026)",
    ".md .markdown",
    _Form(
        Grammar(
            "wechat-archive",
            r"(?:### (?P<date>[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)"
            rf"|\*\*(?P<sender>[^\r\n]{{1,200}}?) · (?P<time>{_CLOCK}|未知时间)\*\*){_END}",
        ),
        re.compile(r"# (?P<title>[^\n]*)\n+导出时间：[^\n]*\n消息数量：(?P<count>[0-9]{1,12})\s*\n+---\s*(?:\n|\Z)"),
        _escaped,
        "wechat-archive",
    ),
)
SCREEN: Final = _format(
    "wechat-chat-export-md",
    "wechat-chat-export by shibanyu333, Markdown read off the screen (2026)",
    ".md .markdown",
    _Form(
        Grammar(
            "wechat-chat-export",
            rf"(?:### 🕐 (?P<date>[^\r\n]+?){_END}|\*\*(?P<sender>[^\r\n]{{1,200}}?)：\*\* ?"
            rf"|\*〔(?P<notice>[^\r\n]*)〕\*{_END})",
        ),
        re.compile(
            r"# (?P<title>[^\n]*) — 微信聊天记录\s*\n+> 共 (?P<count>[0-9]{1,12}) 条消息[^\n]*\n+---\s*(?:\n|\Z)"
        ),
        _screened,
        "wechat-chat-export",
    ),
)
