"""Text exports of WechatBakTool: `2024-01-10 20:15:00 | name:text` under a head of four lines.

Takes text, gives messages. Own messages are those of `我`. A body of several lines is not marked, so a body line can
forge a header. A message of a type that the tool does not know has no text; links, quotes and most other app messages
are `app,标题：…,链接：…`; merged forwards are `[文件]`.

Source of the format: WechatBakTool (`Export/TXTExport.cs`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wechatlog.content.placeholders import WECHATEXPORTER, read_placeholder
from wechatlog.content.vocabulary import segment_for
from wechatlog.engine.headers import HeaderCheck, cached_clock, iter_blocks, read_clock, sample, sample_blocks
from wechatlog.engine.protocol import Evidence, in_batches
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.headers import Block
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.segments.types import Segment
    from wechatlog.source import Source

__all__ = ["READER", "WechatBakToolReader"]

_GRAMMAR: Final = Grammar(
    name="WechatBakTool", header=r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) \| (?=[^\r\n]*:)"
)
_TITLE: Final = re.compile(r"与 (?P<title>.*) 的聊天记录")
_EXPORTED: Final = re.compile(r"导出时间：(?P<time>.*)")
_TITLE_MARK: Final = ",标题："
_URL_MARK: Final = ",链接："
_OWN: Final = "我"
_LINK_FAILED: Final = "[分享链接出错了]"


def _clock(header: re.Match[str]) -> dt.datetime | None:
    found = cached_clock(header["time"])
    return found.time if found else None


def _content(text: str) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    if not text or text == _LINK_FAILED:
        return MessageKind.OTHER, None
    start, end = text.find(_TITLE_MARK), text.rfind(_URL_MARK)
    if 0 <= start < end and not re.search(r"\s", text[end:]):
        title = text[start + len(_TITLE_MARK) : end]
        link = segment_for(MessageKind.LINK, text, title=title, url=text[end + len(_URL_MARK) :])
        return MessageKind.LINK, (link,)
    found = read_placeholder(text, WECHATEXPORTER) if text.startswith("[") else None
    return found if found is not None else (MessageKind.TEXT, None)


class _Pass:
    """One reading of one source."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.draft: Draft = context.draft(metadata={"exporter": "WechatBakTool"})
        head, self.blocks = sample(context.blocks())
        self.names: tuple[str, ...] = (_OWN,)
        self._read_head(head)
        self.gate = HeaderCheck(
            context, lambda header: self._split(header.string, header.end())[0], _clock, ordered=True
        )
        self.gate.serious = True
        senders = [self._split(c.header.string, c.header.end())[0] for c in sample_blocks(head, _GRAMMAR)]
        if senders and sum(sender in self.names for sender in senders) * 10 > len(senders) * 6:
            self.gate.names = frozenset(self.names)

    def _read_head(self, head: str) -> None:
        for line in head.split("\n", 8)[:8]:
            if match := _TITLE.fullmatch(line):
                self.draft.title = match["title"]
                self.names = (_OWN, match["title"])
            elif match := _EXPORTED.fullmatch(line):
                self.draft.metadata["exported"] = match["time"]

    def _split(self, text: str, start: int) -> tuple[str, int]:
        """The sender that stands at a place, and where the text begins; known names may hold colons."""
        for name in self.names:
            if text.startswith(f"{name}:", start):
                return name, start + len(name) + 1
        colon = text.index(":", start)
        return text[start:colon], colon + 1

    def messages(self) -> Iterator[Message]:
        """The messages in order."""
        for block in iter_blocks(self.blocks, _GRAMMAR, self.gate.accept):
            if block.header is not None:
                yield self._message(block)

    def _message(self, block: Block) -> Message:
        header = block.header
        assert header is not None  # noqa: S101 - the caller looked
        time, precision = read_clock(self.context, header["time"], block.line)
        body = block.inline
        sender, start = self._split(body, 0)
        text = body[start:]
        kind, segments = _content(text)
        if text == _LINK_FAILED:
            self.context.report("writer-fault", "the tool could not read this app message", line=block.line)
        return self.context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=sender,
            is_self=sender == _OWN,
            kind=kind,
            text=text,
            segments=segments,
            line=block.line,
            offset=block.offset,
        )


class WechatBakToolReader:
    """The reader of WechatBakTool texts."""

    name = "wechatbaktool"
    description = "WechatBakTool, TXT (2023-2024)"
    suffixes = (".txt",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The tool's name on the first line and the title on the second; or several of its lines."""
        lines = [line for line in head.lines if line.strip()][:2]
        if len(lines) == 2 and lines[0].strip() == "WechatBakTool" and _TITLE.fullmatch(lines[1]):
            return Evidence(1.0, "the first lines are those of WechatBakTool")
        found = sample_blocks(head.text, _GRAMMAR)
        own = sum(candidate.body.startswith(f"{_OWN}:") for candidate in found)
        return Evidence(0.7, f"{len(found)} lines 'time | name:text'") if own and len(found) > 1 else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        run = _Pass(context)
        return in_batches(run.draft, run.messages())


READER: Final = WechatBakToolReader()
