"""Text exports of Thearas' wechat-db-decrypt-macos: `[time] sender: text` under three lines that begin with `#`.

Takes text, gives messages. Private chats have no sender at all, and in groups own messages and notices have none.
What is no text is `[type]` and the first hundred characters of its XML. A body of several lines is not marked, so a
body line can forge a header.

Source of the format: wechat-db-decrypt-macos (`export_messages.py`, 2026).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wechatlog.content.notices import read_notice
from wechatlog.content.vocabulary import kind_of_local_type, segment_for
from wechatlog.diagnostics import Severity
from wechatlog.engine.headers import HeaderCheck, cached_clock, iter_blocks, read_clock, sample
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.headers import Block
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["READER", "ThearasReader"]

_GRAMMAR: Final = Grammar(
    name="wechat-db-decrypt-macos",
    header=r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}|\?)\](?: |(?=\r?(?:\n|\Z)))",
)
_CHAT: Final = re.compile(r"# Chat: (?P<title>.*) \((?P<id>[^()\s]+)\)\s*")
_SHOWING: Final = re.compile(
    r"# .* \| total: (?P<total>[0-9]{1,12}), showing: (?P<showing>[0-9]{1,12}) \| db: (?P<database>.*)"
)
_EXPORTED: Final = re.compile(r"# Exported: (?P<time>.*)")
_TYPE: Final = re.compile(r"\[(?P<type>[a-z/]{4,10}|type:-?[0-9]{1,20})\](?: (?P<rest>(?s:.*))|\Z)")
_SENDER: Final = re.compile(r"(?P<sender>[^\n]{1,200}?): ")
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{4,40}")
_OTHER_SYSTEM_XML: Final = re.compile(r'\s*<sysmsg\b[^>]{0,80}?\btype="(?!revokemsg")')
"""What the tool calls `revoke` is every notice in XML; the first hundred characters tell which."""
_CUT: Final = 100
_PLAIN: Final = frozenset(
    {
        MessageKind.TEXT,
        MessageKind.QUOTE,
        MessageKind.OTHER,
        MessageKind.SYSTEM,
        MessageKind.RECALL,
        MessageKind.PAT,
    }
)
_NUMBERS: Final[Mapping[str, int]] = {
    "image": 3,
    "voice": 34,
    "card": 42,
    "video": 43,
    "emoji": 47,
    "location": 48,
    "link/file": 49,
    "system": 10000,
    "revoke": 10002,
}


def _clock(header: re.Match[str]) -> dt.datetime | None:
    found = cached_clock(header["time"])
    return found.time if found else None


def _is_typed(text: str) -> bool:
    """Whether a line begins with a type, so that a colon in what follows ends no name."""
    match = _TYPE.match(text) if text.startswith("[") else None
    return match is not None and (match["type"] in _NUMBERS or match["type"].startswith("type:"))


class _Pass:
    """One reading of one source."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.draft: Draft = context.draft(metadata={"exporter": "wechat-db-decrypt-macos"})
        self.expected: int | None = None
        head, self.blocks = sample(context.blocks())
        for line in head.split("\n", 6)[:6]:
            self._read_head(line)

    def _read_head(self, line: str) -> None:
        if match := _CHAT.fullmatch(line):
            self.draft.title, self.draft.id = match["title"], match["id"]
            self.draft.is_group = match["id"].endswith("@chatroom")
        elif match := _SHOWING.fullmatch(line):
            self.expected = int(match["showing"])
            self.draft.metadata["total"] = int(match["total"])
        elif match := _EXPORTED.fullmatch(line):
            self.draft.metadata["exported"] = match["time"]

    def messages(self) -> Iterator[Message]:
        """The messages in order."""
        gate = HeaderCheck(self.context, lambda _: None, _clock, ordered=True, serious=True)
        count = 0
        for block in iter_blocks(self.blocks, _GRAMMAR, gate.accept):
            if block.header is not None:
                count += 1
                yield self._message(block)
        if self.expected is not None and count != self.expected:
            self.context.report("message-count", f"the head claims {self.expected} messages, there are {count}")

    def _message(self, block: Block) -> Message:
        header = block.header
        assert header is not None  # noqa: S101 - the caller looked
        time, precision = (
            (None, None) if header["time"] == "?" else read_clock(self.context, header["time"], block.line)
        )
        text = block.inline
        sender = None
        if self.draft.is_group and not _is_typed(text) and (match := _SENDER.match(text)):
            sender, text = match["sender"], text[match.end() :]
        kind = self._kind(text, block.line)
        if kind in (MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT):
            sender = None
        segments = None if kind in _PLAIN else (segment_for(kind, text),)
        return self.context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=sender,
            sender_id=sender if sender is not None and _ACCOUNT.fullmatch(sender) else None,
            kind=kind,
            text=text,
            segments=segments,
            line=block.line,
            offset=block.offset,
        )

    def _kind(self, text: str, line: int) -> MessageKind:
        match = _TYPE.match(text) if text.startswith("[") else None
        if match is None:
            return MessageKind.TEXT
        name = match["type"]
        number = int(name[5:]) if name.startswith("type:") else _NUMBERS.get(name)
        if number is None:
            return MessageKind.TEXT
        rest = match["rest"] or ""
        if len(rest) == _CUT:
            self.context.report(
                "cut-text", "the tool cut this text after 100 characters", severity=Severity.INFO, line=line
            )
        kind = kind_of_local_type(number)
        if kind is MessageKind.OTHER and name.startswith("type:"):
            self.context.report("unknown-kind", f"unknown type {number}", severity=Severity.INFO, line=line)
        if kind is not MessageKind.SYSTEM:
            return kind
        recalled = name == "revoke" and _OTHER_SYSTEM_XML.match(rest) is None
        return read_notice(rest) or (MessageKind.RECALL if recalled else kind)


class ThearasReader:
    """The reader of Thearas' texts."""

    name = "thearas"
    description = "wechat-db-decrypt-macos by Thearas, TXT (2026)"
    suffixes = (".txt",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The line `# Chat: name (id)` at the start and the line with `showing:` under it."""
        lines = [line for line in head.lines if line.strip()][:3]
        if not lines or _CHAT.fullmatch(lines[0]) is None:
            return None
        sure = any(_SHOWING.fullmatch(line) for line in lines[1:])
        return Evidence(1.0 if sure else 0.7, "the line '# Chat: name (id)' at the start")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        run = _Pass(context)
        return in_batches(run.draft, run.messages())


READER: Final = ThearasReader()
