"""Text exports of wechat-dump, from Android databases: `<type>|<name>:<time>:<text>`, one message a line.

Takes text, gives messages. Own messages are those of `me`, and their times have fractions of a second. What is no text
has an English word for a text; `|img:path` at its end names the file. A merged forward is `FILE:title`, like a file. A
body of several lines is not marked, so a body line can forge a header.

Source of the format: wechat-dump (`wechat/msg.py`, `dump-msg.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WECHAT_DUMP, parse_body
from wechatlog.content.vocabulary import APP_MESSAGE, kind_of_type, segment_for
from wechatlog.diagnostics import Severity
from wechatlog.engine.headers import HeaderCheck, iter_blocks
from wechatlog.engine.protocol import Evidence, in_batches
from wechatlog.model import MessageKind
from wechatlog.segments.types import Image, Segment, Sticker, Video, Voice
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.headers import Block
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["READER", "WechatDumpReader"]

_GRAMMAR: Final = Grammar(
    name="wechat-dump",
    header=(
        r"(?P<type>-?[0-9]{1,11})\|(?P<sender>[^\r\n]*?):"
        r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?):"
    ),
)
_OWN: Final = "me"
_IMAGE_TAIL: Final = re.compile(r"\|img:(?P<path>[^|\n]*)\Z")
_FILE_NAME: Final = re.compile(r"[^\n]{1,250}\.[A-Za-z0-9]{1,8}")
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{32}")
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})


def _clock(header: re.Match[str]) -> dt.datetime | None:
    text = header["time"]
    try:
        return dt.datetime.fromisoformat(text[:20] + text[20:].ljust(6, "0") if len(text) > 20 else text)
    except ValueError:
        return None


def _app_kind(text: str) -> MessageKind:
    """What an app message is, which its type does not say: the word before the colon does, in part."""
    if text.startswith("URL:"):
        return MessageKind.LINK
    title = text.removeprefix("FILE:")
    if title == text:
        return MessageKind.OTHER
    if title.endswith(("聊天记录", "Chat History", "聊天記錄")):
        return MessageKind.FORWARD
    return MessageKind.FILE if _FILE_NAME.fullmatch(title) else MessageKind.OTHER


def _with_path(segments: tuple[Segment, ...] | None, kind: MessageKind, text: str, path: str) -> tuple[Segment, ...]:
    """The segments with the path of the file that the line names."""
    segment = segments[0] if segments else segment_for(kind, text)
    if isinstance(segment, Sticker) and _DIGEST.fullmatch(path):
        return (attrs.evolve(segment, md5=path.lower()),)
    if isinstance(segment, Image | Voice | Video | Sticker):
        return (attrs.evolve(segment, path=path),)
    return (segment,)


class _Pass:
    """One reading of one source."""

    def __init__(self, context: Context) -> None:
        self.context = context
        name = context.source.name
        title = PurePath(name).stem if name else None
        self.draft: Draft = context.draft(title=title, metadata={"exporter": "wechat-dump"})

    def messages(self) -> Iterator[Message]:
        """The messages in order."""
        gate = HeaderCheck(self.context, lambda header: header["sender"], _clock, ordered=True, serious=True)
        for block in iter_blocks(self.context.blocks(), _GRAMMAR, gate.accept):
            if block.header is not None:
                yield self._message(block)
            else:
                self.context.report_preamble(block.lines, line=block.line)

    def _message(self, block: Block) -> Message:
        header = block.header
        assert header is not None  # noqa: S101 - the caller looked
        time = _clock(header)
        if time is None:
            sentence = f"impossible time {header['time']!r}"
            self.context.report("bad-time", sentence, severity=Severity.ERROR, line=block.line, column=1)
        kind, text, segments = self._content(int(header["type"]), block.inline, block.line)
        sender = None if kind in _NOTICES else header["sender"]
        return self.context.message(
            self.draft,
            time=None if time is None else self.context.wall_time(time),
            sender=sender,
            is_self=None if sender is None else sender == _OWN,
            kind=kind,
            text=text,
            segments=segments,
            line=block.line,
            offset=block.offset,
        )

    def _content(self, number: int, text: str, line: int) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
        kind = _app_kind(text) if number == APP_MESSAGE else kind_of_type(number)
        if kind is MessageKind.TEXT:
            return kind, text, None
        if kind is MessageKind.SYSTEM:
            return read_notice(text) or kind, text, None
        if kind is MessageKind.OTHER and number != APP_MESSAGE:
            self.context.report("unknown-kind", f"unknown type {number}", severity=Severity.INFO, line=line)
        tail = _IMAGE_TAIL.search(text[-4096:])
        if tail is not None:
            text = text[: max(len(text) - 4096, 0) + tail.start()]
        # `None` is what the tool writes for a title that it did not find.
        bare = kind is MessageKind.CALL or text.endswith("\nNone")
        segments = (segment_for(kind, text),) if bare else parse_body(kind, text, WECHAT_DUMP, zone=self.context.tz)
        if tail is not None:
            segments = _with_path(segments, kind, text, tail["path"])
        return kind, text, segments


class WechatDumpReader:
    """The reader of wechat-dump's texts."""

    name = "wechat-dump"
    description = "wechat-dump for Android, TXT (2014-2023)"
    suffixes = (".txt",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """A type number, a bar, a name and a time on the first line, and on further ones."""
        text = "\n" + head.text.lstrip("\n")
        found = sum(1 for _ in zip(range(50), _GRAMMAR.pattern.finditer(text), strict=False))
        if not found or (found < 2 and _GRAMMAR.pattern.match(text) is None):
            return None
        confidence = 0.9 if _GRAMMAR.pattern.match(text) else 0.75
        return Evidence(confidence + 0.1 * (found > 1), f"{found} lines 'type|name:time:text'")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        run = _Pass(context)
        return in_batches(run.draft, run.messages())


READER: Final = WechatDumpReader()
