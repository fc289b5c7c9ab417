"""Text exports of WechatBakTool: `2024-01-10 20:15:00 | name:text` under a head of four lines.

Takes text, gives messages. Own messages are those of `我`. A body of several lines is not marked, so a body line can
forge a header. A message of a type that the tool does not know has no text; links, quotes and most other app messages
are `app,标题：…,链接：…`; merged forwards are `[文件]`.

Source of the format: WechatBakTool (`Export/TXTExport.cs`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wechatlog.content.dialects import WECHATEXPORTER
from wechatlog.content.placeholders import read_placeholder
from wechatlog.engine import Entry, Evidence, Format, Head, Reading, message_blocks, one_segment
from wechatlog.engine.headers import sample, sample_blocks
from wechatlog.model import MessageKind
from wechatlog.segments import Segment
from wechatlog.tokenizer import Grammar

_GRAMMAR = Grammar(
    name="WechatBakTool", header=r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) \| (?=[^\r\n]*:)"
)
_TOOL = re.compile(r"WechatBakTool[^\n]{0,80}|[=-]{3,}")
_TITLE = re.compile(r"与 (?P<title>.*) 的聊天记录")
_EXPORTED = re.compile(r"导出时间：(?P<time>.*)")
_LINK = re.compile(r"(?s:.)*?,标题：(?P<title>(?s:.)*),链接：(?P<url>\S*)")
_OWN = "我"
_LINK_FAILED = "[分享链接出错了]"


def _content(text: str) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    if not text or text == _LINK_FAILED:
        return MessageKind.OTHER, None
    if match := _LINK.fullmatch(text) if ",链接：" in text else None:
        return MessageKind.LINK, one_segment(MessageKind.LINK, text, **match.groupdict())
    found = read_placeholder(text, WECHATEXPORTER) if text.startswith("[") else None
    return found or (MessageKind.TEXT, None)


def _sender(text: str, names: tuple[str, ...], start: int = 0) -> str:
    """Whose name stands at a place; known names may hold colons."""
    for name in names:
        if text.startswith(name, start) and text.startswith(":", start + len(name)):
            return name
    return text[start : text.index(":", start)]


def _entries(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    lines, draft = head.split("\n", 8)[:8], reading.chat
    draft.title = next((match["title"] for line in lines if (match := _TITLE.fullmatch(line))), None)
    if exported := next((match["time"] for line in lines if (match := _EXPORTED.fullmatch(line))), None):
        draft.metadata["exported"] = exported
    names = (_OWN,) if draft.title is None else (_OWN, draft.title)
    senders = [_sender(found.header.string, names, found.header.end()) for found in sample_blocks(head, _GRAMMAR)]
    known = frozenset(names) if sum(sender in names for sender in senders) * 10 > len(senders) * 6 else None
    records = message_blocks(
        reading,
        _GRAMMAR,
        lambda header: _sender(header.string, names, header.end()),
        blocks=blocks,
        head=(_TOOL, _TITLE, _EXPORTED),
        ordered=True,
        serious=True,
        names=known,
    )
    for header, block in records:
        time, precision = reading.clock(header["time"], line=block.line)
        body = block.inline
        sender = _sender(body, names)
        text = body[len(sender) + 1 :]
        kind, segments = _content(text)
        if text == _LINK_FAILED:
            reading.report("writer-fault", "the tool could not read this app message", line=block.line)
        own = sender == _OWN
        yield Entry(block.line, time, precision, sender, None, own, kind, text, segments, offset=block.offset)


def _detect(head: Head) -> Evidence | None:
    """The tool's name on the first line and the title on the second; or several of its lines."""
    lines = [line for line in head.lines if line.strip()][:2]
    if len(lines) == 2 and lines[0].strip() == "WechatBakTool" and _TITLE.fullmatch(lines[1]):
        return Evidence(1.0, "the first lines are those of WechatBakTool")
    found = sample_blocks(head.text, _GRAMMAR)
    own = sum(candidate.body.startswith(f"{_OWN}:") for candidate in found)
    return Evidence(0.7, f"{len(found)} lines 'time | name:text'") if own and len(found) > 1 else None


READER = Format(
    "wechatbaktool", "WechatBakTool, TXT (2023-2024)", ".txt", _detect, _entries, "WechatBakTool", {}, cuts="tried"
)
