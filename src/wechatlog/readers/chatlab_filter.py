"""What ChatLab's filter saves: blocks of messages round those that somebody looked for, in Markdown.

Takes text, gives messages without ids and without a direction. A block says when it begins and ends, in the locale of
the machine, and its messages have clocks alone: one that goes back is of the next day. A star behind a name marks what
was found. A body of several lines is not marked, so that a line can forge a header.

    ### Block 1 (2026/5/1 08:00:00 ~ 2026/5/1 08:03:00)

    08:00:00 李四 ⭐: 早

Format facts: ChatLab `packages/node-runtime/src/export/markdown-exporter.ts` (2026-05 and later), and in Chinese before
that `electron/main/worker/query/session/export.ts`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from wechatlog.content.dialects.shared import BRACKETS
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading, message_blocks
from wechatlog.engine.excel import DATE_ORDER_OPTION
from wechatlog.engine.headers import Block
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

_GRAMMAR: Final = Grammar(
    "ChatLab, what was filtered",
    r"(?:### (?:Block|对话块) [0-9]{1,9} \((?P<begin>[^~\n]{8,40}?) ~ (?P<end>[^)\n]{8,40})\)[ \t]*(?=\r?(?:\n|\Z))"
    r"|(?P<time>(?:[上下]午)?[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[ \u202f][AP]M)?) (?P<sender>[^\n]{0,200}?)(?: ⭐)?: )",
)
_TITLE: Final = re.compile(r"# (?P<title>[^\n]*) - (?:Chat Filter Results|聊天记录筛选结果)")
_KNOWN: Final = (_TITLE, re.compile(r"> [^\n]*|## [^\n]*|- [^\n]*"))
_EMPTY: Final = frozenset({"[non-text message]", "[非文本消息]"})
_NOBODY: Final = frozenset({"系统消息", "SYSTEM", "系统"})


def _entries(reading: Reading) -> Iterator[Entry]:
    end: dt.datetime | None = None
    last: dt.datetime | None = None
    for header, block in message_blocks(
        reading, _GRAMMAR, lambda header: header["sender"], lambda _: None, preamble=lambda block: _head(reading, block)
    ):
        if header["begin"]:
            (last, _), (end, _) = (reading.clock(header[edge], line=block.line) for edge in ("begin", "end"))
            reading.report_preamble(block.lines.partition("\n")[2], line=block.line + 1)
            continue
        last = _time(reading, header["time"], last, end, block.line)
        text, sender = block.inline.removesuffix("\n") if not block.last else block.inline, header["sender"]
        kind, segments = read_placeholder(text, BRACKETS, zone=reading.tz) or (MessageKind.TEXT, None)
        if text in _EMPTY:
            kind, segments = MessageKind.OTHER, None
        elif sender in _NOBODY:
            kind, segments = read_notice(text) or MessageKind.SYSTEM, None
        said = sender, None, None, kind, text, segments
        yield Entry(block.line, last, None if last is None else "second", *said, offset=block.offset)


def _time(
    reading: Reading, clock: str, last: dt.datetime | None, end: dt.datetime | None, line: int
) -> dt.datetime | None:
    """The time that a clock means below another one; on the next day where it goes back and the block has one."""
    if last is None:
        return None
    time, _ = reading.clock(f"{last:%Y-%m-%d} {clock}", line=line)
    if time is not None and time < last and (end is None or last.date() < end.date()):
        time += dt.timedelta(days=1)
    return time


def _head(reading: Reading, block: Block) -> None:
    if title := _TITLE.search(block.lines):
        reading.chat.title = title["title"]
    reading.report_preamble(block.lines, line=block.line, known=_KNOWN)


def _detect(head: Head) -> Evidence | None:
    if _TITLE.match(head.text.lstrip()) is None:
        return None
    found = any(match["begin"] for match in _GRAMMAR.pattern.finditer("\n" + head.text))
    return Evidence(1.0, "the title of ChatLab's filter, and a block") if found else None


MARKDOWN: Final = Format(
    "chatlab-filter-markdown",
    "what ChatLab's filter saves as Markdown (2026)",
    ".md .markdown",
    _detect,
    _entries,
    "ChatLab",
    OWNER_OPTION | DATE_ORDER_OPTION,
)
