"""Markdown and text exports of wx-cli.

Takes text, gives messages. Markdown: `### time`, a blank line, `**sender**: text`, further lines behind `> `. TXT:
`[time] sender: text`, further lines not marked, so that there a body line can forge a header. Times have minutes, in
late 2026 seconds. In a group everybody is named. In a private chat the peer's name is left empty, the owner is named.

Source of the format: wx-cli (`src/cli/export.rs`, `src/daemon/query.rs`, 2026).
"""

from __future__ import annotations

import collections
import re
from typing import TYPE_CHECKING, Final

from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WXCLI, read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine.headers import (
    Candidate,
    HeaderCheck,
    cached_clock,
    iter_blocks,
    read_clock,
    sample,
    sample_blocks,
    strip_blank_end,
)
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.model import MessageKind, normalize_name
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.headers import Block
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.segments.types import Segment
    from wechatlog.source import Source

__all__ = ["MARKDOWN", "TXT", "WxcliMarkdownReader", "WxcliTextReader"]

_TIME: Final = r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
_LINE_END: Final = r"[ \t]*+(?=\r?(?:\n|\Z))"
_MARKDOWN: Final = Grammar(name="wx-cli Markdown", header=rf"### {_TIME}{_LINE_END}")
_TEXT: Final = Grammar(name="wx-cli TXT", header=rf"\[{_TIME}\](?: |(?=\r?(?:\n|\Z)))")
_MARKDOWN_TITLE: Final = re.compile(
    r"# (?P<title>[^\n]*?)(?P<group>（群聊）)?[ \t]*\n+> 导出 (?P<count>[0-9]{1,12}) 条消息[ \t]*(?:\n|\Z)"
)
_TEXT_TITLE: Final = re.compile(
    r"=== (?P<title>[^\n]*?)(?P<group>\[群\])? \((?P<count>[0-9]{1,12}) 条\) ===[ \t]*(?:\n|\Z)"
)
_BOLD_NAME: Final = re.compile(r"\*\*(?P<sender>[^\n]{1,200}?)\*\*: ?")
_PLAIN_NAME: Final = re.compile(r"(?P<sender>[^\n]{1,200}?): ")
_NOTICE_LABEL: Final = re.compile(r"\[(?:系统|撤回)\] ?")
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{4,40}")
_SINGULAR: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})


def _clock(header: re.Match[str]) -> dt.datetime | None:
    found = cached_clock(header["time"])
    return found.time if found else None


class _Pass:
    """One reading of one source."""

    def __init__(self, context: Context, title: re.Pattern[str]) -> None:
        self.context = context
        self.draft: Draft = context.draft(metadata={"exporter": "wx-cli"})
        self.head, self.blocks = sample(context.blocks())
        self.expected: int | None = None
        self.named: str | None = None  # the only name over the rows of a private chat
        self.named_is_own = True
        if (match := title.match(self.head.lstrip("\n"))) is not None:
            self.draft.title = match["title"]
            self.draft.is_group = match["group"] is not None
            self.expected = int(match["count"])

    def learn(self, names: list[str]) -> None:
        """Find the one name over the rows of a private chat among what may be names."""
        counts = collections.Counter(names)
        if self.draft.is_group is not False or not counts:
            return
        title, owner = self.draft.title or "", self.context.owner
        usual = [name for name in (owner, title) if name is not None and name in counts]
        self.named = usual[0] if usual else counts.most_common(1)[0][0]
        # The peer is named only by a writer that leaves the owner out.
        self.named_is_own = normalize_name(self.named) != normalize_name(title)
        if len(counts) > 1:
            self.context.report(
                "ambiguous-sender",
                f"of {len(counts)} texts before a colon only {self.named!r} was taken for a name in this private chat",
                severity=Severity.INFO,
            )

    def preamble(self, block: Block) -> None:
        """Keep the warnings that the tool writes under the title."""
        lines = [line for line in block.lines.split("\n") if line.strip()]
        extra = [line for line in lines if not line.startswith(("# ", "> 导出 ", "=== "))]
        if extra:
            self.draft.metadata["warning"] = "\n".join(extra)

    def message(self, sender: str | None, text: str, block: Block) -> Message:
        """The message of a block."""
        header = block.header
        assert header is not None  # noqa: S101 - the caller looked
        time, precision = read_clock(self.context, header["time"], block.line)
        kind, segments = self._content(text)
        is_self: bool | None = None
        if kind in _SINGULAR:
            sender = None
        elif self.draft.is_group is False:
            is_self = self.named_is_own == (sender is not None)
            if sender is None and not is_self:
                sender = self.draft.title
        return self.context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=sender,
            sender_id=sender if sender is not None and _ACCOUNT.fullmatch(sender) else None,
            is_self=is_self,
            kind=kind,
            text=text,
            segments=segments,
            line=block.line,
            offset=block.offset,
        )

    def _content(self, text: str) -> tuple[MessageKind, tuple[Segment, ...] | None]:
        found = read_placeholder(text, WXCLI, zone=self.context.tz) if text.startswith("[") else None
        if found is None:
            return MessageKind.TEXT, None
        kind, segments = found
        if kind is MessageKind.SYSTEM:
            return read_notice(_NOTICE_LABEL.sub("", text, count=1)) or kind, None
        return kind, segments

    def count(self, found: int) -> None:
        """Compare the number of messages with that of the title."""
        if self.expected is not None and self.expected != found:
            self.context.report("message-count", f"the title claims {self.expected} messages, there are {found}")


def _markdown_body(block: Block) -> str:
    """The body under a header: the tool's blank line and the marks of further lines are gone."""
    lines = strip_blank_end(block.lines.partition("\n")[2])
    first, _, rest = lines.partition("\n")
    if first.strip():
        rest = lines
    head, mark, tail = rest.partition("\n")
    return head + mark + "\n".join(line.removeprefix("> ") if line != ">" else "" for line in tail.split("\n"))


def _one_blank_line(candidate: Candidate) -> str | None:
    """A doubt of a header that stands where the first line of a body must."""
    before = candidate.before
    if before.header is not None and len(before.parts) == 1 and not before.parts[0].strip() and candidate.blanks < 2:
        return "it looks like a header but stands where the body must begin"
    return None


class WxcliMarkdownReader:
    """The reader of wx-cli's Markdown."""

    name = "wx-cli-md"
    description = "wx-cli, Markdown (2026)"
    suffixes = (".md", ".markdown")
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The title and the line `> 导出 N 条消息` under it."""
        if _MARKDOWN_TITLE.match(head.text.lstrip("\n")):
            return Evidence(1.0, "the title and the line '> 导出 N 条消息'")
        found = len(sample_blocks(head.text, _MARKDOWN))
        return Evidence(0.6, f"{found} headings of a time") if found > 2 and "**: " in head.text else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        run = _Pass(context, _MARKDOWN_TITLE)
        return in_batches(run.draft, self._messages(run))

    def _messages(self, run: _Pass) -> Iterator[Message]:
        bodies = (candidate.body.lstrip("\r\n") for candidate in sample_blocks(run.head, _MARKDOWN))
        run.learn([match["sender"] for body in bodies if (match := _BOLD_NAME.match(body))])
        gate = HeaderCheck(run.context, lambda _: None, lambda _: None, blanks=1, check=_one_blank_line, serious=True)
        count = 0
        for block in iter_blocks(run.blocks, _MARKDOWN, gate.accept):
            if block.header is None:
                run.preamble(block)
                continue
            count += 1
            text = _markdown_body(block)
            match = _BOLD_NAME.match(text)
            yield run.message(match["sender"] if match else None, text[match.end() :] if match else text, block)
        run.count(count)


class WxcliTextReader:
    """The reader of wx-cli's TXT."""

    name = "wx-cli-txt"
    description = "wx-cli, TXT (2026)"
    suffixes = (".txt",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The title `=== name (N 条) ===`."""
        if _TEXT_TITLE.match(head.text.lstrip("\n")):
            return Evidence(1.0, "the title '=== name (N 条) ==='")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        run = _Pass(context, _TEXT_TITLE)
        return in_batches(run.draft, self._messages(run))

    def _messages(self, run: _Pass) -> Iterator[Message]:
        bodies = (candidate.body for candidate in sample_blocks(run.head, _TEXT))
        run.learn([match["sender"] for body in bodies if (match := _PLAIN_NAME.match(body))])
        gate = HeaderCheck(run.context, lambda _: None, _clock, ordered=True, serious=True)
        count = 0
        for block in iter_blocks(run.blocks, _TEXT, gate.accept):
            if block.header is None:
                run.preamble(block)
                continue
            count += 1
            sender, text = self._split(run, block.inline)
            yield run.message(sender, text, block)
        run.count(count)

    def _split(self, run: _Pass, text: str) -> tuple[str | None, str]:
        if text.startswith("["):
            return None, text
        if run.draft.is_group is False:
            name = run.named
            if name is not None and text.startswith(f"{name}: "):
                return name, text[len(name) + 2 :]
            return None, text
        match = _PLAIN_NAME.match(text)
        return (match["sender"], text[match.end() :]) if match else (None, text)


MARKDOWN: Final = WxcliMarkdownReader()
TXT: Final = WxcliTextReader()
