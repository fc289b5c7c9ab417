r"""MemoTrace as text: TXT of versions 1 and 3, Markdown of version 3, and the `_chat.txt` that both make for models.

TXT (UTF-8 without mark, LF): a header line `YYYY-MM-DD HH:MM:SS name`, the body, a blank line. Version 1 ends every
block with the blank line, writes notices and pats as one line `time text`, and passes names through an HTML and
JavaScript escaper (`O\'Neil &amp; Co`). Version 3 puts the blank line between blocks, and the header of a notice is
the time alone. Bodies may hold blank lines (links, cards, merged forwards, what people type): a body line after a
blank line can forge a header.

Markdown: headings `## YYYY`, `### YYYY-MM`, `#### YYYY-MM-DD`, then `**HH:MM:SS name**: text` and notices
`> YYYY-MM-DD HH:MM:SS text`. Names, texts, quotes and titles of links have backslashes before ``\`*_{}[]()#+-.!|``;
replies, transcripts and blocks such as `【名片】` have not, which tells them from what somebody typed.

`_chat.txt`: lines `********************YYYY-MM-DD********************` and then `name:text` where the speaker changes;
no clock, and messages of one person that follow each other cannot be told apart.

Format facts: `exporter_txt.py`, `exporter_markdown.py`, `exporter_ai_txt.py` of MemoTrace 1 and 3.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.notices import clean_notice, read_notice
from wechatlog.content.placeholders import MEMOTRACE, read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.model import MessageKind
from wechatlog.readers.memotrace_bodies import (
    EXPORTER,
    Body,
    check_segments,
    read_v1_body,
    read_v3_body,
    unescape_v1,
)
from wechatlog.segments import Image, Link, MiniProgram, Quote, parse_segments
from wechatlog.tokenizer import Grammar, iter_records, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.source import Source
    from wechatlog.timestamps import Precision

__all__ = [
    "AI_TEXT",
    "MARKDOWN",
    "V1_TEXT",
    "V3_TEXT",
    "MemotraceAiTextReader",
    "MemotraceMarkdownReader",
    "MemotraceTextReader",
]

_END: Final = r"(?=\r?\n|\Z)"
_CLOCK: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_MOST_NAMES: Final = 10_000


class _Block(NamedTuple):
    """A header and what stands under it.

    Attributes:
        header: the match.
        inline: the rest of the header line.
        rest: everything after the header line up to the next header, line ends LF.
        line: of the header.
        offset: of the header.
        last: whether nothing follows.
    """

    header: re.Match[str]
    inline: str
    rest: str
    line: int
    offset: int
    last: bool


def _blocks(context: Context, grammar: Grammar) -> Iterator[_Block]:
    """The blocks of a text; text before the first header is reported."""
    waiting: _Block | None = None
    for batch in iter_records(prepare(context.blocks()).blocks, grammar):
        for header, raw, offset, line in batch:
            text = raw.replace("\r\n", "\n")
            if header is None:
                context.report_preamble(text)
                continue
            if waiting is not None:
                yield waiting
            inline, _, rest = text.partition("\n")
            waiting = _Block(header, inline.rstrip("\r"), rest, line, offset, last=False)
    if waiting is not None:
        yield waiting._replace(last=True)


class _ForgeryWatch:
    """Notes lines that look like headers: inside a body, where the frame tells, and where time runs backwards."""

    def __init__(self, context: Context, grammar: Grammar) -> None:
        self.context = context
        self.pattern = grammar.pattern
        self.latest: dt.datetime | None = None

    def check(self, time: dt.datetime | None, text: str, line: int) -> None:
        """Report what is suspicious about a message."""
        if time is not None:
            if self.latest is not None and time < self.latest:
                self.context.report(
                    "suspected-forgery",
                    "time runs backwards here, as it does not in this export: "
                    "the header may be a line of the message above",
                    line=line,
                    column=1,
                )
            self.latest = max(time, self.latest or time)
        if match := self.pattern.search("\n" + text) if text else None:
            self.context.report(
                "suspected-forgery",
                "a line of this message looks like a header; no blank line stands before it, so it was kept as text",
                severity=Severity.INFO,
                line=line + 1 + text.count("\n", 0, match.start()),
                column=1,
            )


def _read_notice(text: str) -> tuple[str, Body]:
    """A notice without the markup that databases keep in it."""
    text = clean_notice(text)
    return text, Body(read_notice(text) or MessageKind.SYSTEM)


# --- TXT ------------------------------------------------------------------------------------------

_TEXT_GRAMMAR: Final = Grammar("memotrace", rf"(?P<time>{_CLOCK})(?: (?P<sender>[^\r\n]*))?{_END}", framed=True)
_HEADER: Final = re.compile(rf"{_CLOCK}(?P<name> [^\n]*)?")
_QUOTED_NAME: Final = re.compile(r" (?:'[^\n]*'|\"[^\n]*\")")
_V1_MARKS: Final = re.compile(r"\[(?:图片|语音|视频|表情包|文件|音乐分享)\]| {4,}\[链接\]:title:[^\n]*|引用:[^\n]*")
_V3_MARKS: Final = re.compile(
    r"【(?:图片|视频|语音|表情包|文件|分享链接|位置分享|名片|红包|音视频通话|合并转发的聊天记录|视频号|笔记|发起转账|已收款|已退还)】"
    r"[^\n]*|引用：[^\n]*"
)


class _Signs(NamedTuple):
    """What the head of a text shows.

    Attributes:
        headers: header lines in their frame.
        v1: signs of version 1.
        v3: signs of version 3.
    """

    headers: int
    v1: int
    v3: int


def _read_signs(head: Head) -> _Signs | None:
    """Headers and signs of either version in a head; `None` for none, and for names in quotes, which are not its."""
    lines = head.lines
    headers = quoted = unframed = v1 = v3 = 0
    for index, line in enumerate(lines):
        match = _HEADER.fullmatch(line) if not index or not lines[index - 1].strip() else None
        if match is None:
            unframed += _HEADER.fullmatch(line) is not None
            v1 += _V1_MARKS.fullmatch(line) is not None
            v3 += _V3_MARKS.fullmatch(line) is not None
            continue
        headers += 1
        name = match["name"]
        if name is None:
            v3 += 1
        elif _QUOTED_NAME.fullmatch(name):
            quoted += 1
        elif _is_one_line(lines, index):
            v1 += 1
    if not headers or quoted * 2 >= headers or unframed >= headers:  # a log has its lines without a frame
        return None
    if head.complete:
        is_v1 = head.text.endswith("\n\n")
        v1, v3 = v1 + is_v1, v3 + (not head.text.endswith("\n"))
    return _Signs(headers, v1, v3)


def _is_one_line(lines: list[str], index: int) -> bool:
    """Whether one blank line and then another header follow a header: a notice of version 1."""
    following = lines[index + 1 : index + 3]
    return len(following) == 2 and not following[0] and _HEADER.fullmatch(following[1]) is not None


class MemotraceTextReader:
    """Reads the TXT of MemoTrace.

    Args:
        name: of the format.
        description: one line.
        version: 1 or 3.
    """

    suffixes = (".txt",)
    options: Mapping[str, str] = OWNER_OPTION

    def __init__(self, name: str, description: str, version: int) -> None:
        self.name = name
        self.description = description
        self.version = version

    def detect(self, head: Head) -> Evidence | None:
        """Header lines in their frame, the first of them on the first line; placeholders and frame tell the version."""
        signs = _read_signs(head)
        if signs is None or (1 if signs.v1 > signs.v3 else 3) != self.version:
            return None
        found = f"{signs.headers} header lines `time name` after blank lines"
        first = next((line for line in head.lines if line.strip()), "")
        if not _HEADER.fullmatch(first):
            confidence = min(0.65, 0.45 + 0.02 * signs.headers)
            return Evidence(confidence, f"{found}, and other text before them") if signs.headers > 2 else None
        if signs.v1 == signs.v3:
            return Evidence(0.55, found)
        confidence = 0.75 if signs.headers > 1 else 0.6
        return Evidence(confidence, f"{found}, and what version {self.version} writes")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": EXPORTER})
        return in_batches(draft, _TextConversion(context, draft, self.version).messages())


class _TextConversion:
    """Blocks of TXT to messages."""

    def __init__(self, context: Context, draft: Draft, version: int) -> None:
        self.context = context
        self.draft = draft
        self.version = version
        self.watch = _ForgeryWatch(context, _TEXT_GRAMMAR)
        self.names: set[str] = set()
        self.escape_noted = False

    def messages(self) -> Iterator[Message]:
        """All messages."""
        for block in _blocks(self.context, _TEXT_GRAMMAR):
            yield self._message(block)

    def _message(self, block: _Block) -> Message:
        context = self.context
        time, precision = context.clock(block.header["time"], line=block.line)
        shown = block.header["sender"]
        text = _unframed(block, framed_end=self.version == 1)
        is_notice = shown is None
        if self.version == 1 and not is_notice and self._is_notice_line(block, shown):
            is_notice, text = True, shown
        self.watch.check(time, text if "\n" in text or text[:1].isdigit() else "", block.line)
        sender = None if is_notice else self._sender(shown, block.line)
        text, body = _read_notice(text) if is_notice else (text, self._read(text, time, block.line))
        if body.kind is MessageKind.PAT:
            sender = None
        if block.last and body.kind is MessageKind.TEXT:
            text = text.rstrip("\n")  # an editor may have ended the file with a line end
        return context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=sender,
            kind=body.kind,
            text=text,
            segments=body.segments,
            line=block.line,
            offset=block.offset,
        )

    def _read(self, text: str, time: dt.datetime | None, line: int) -> Body:
        read = read_v1_body if self.version == 1 else read_v3_body
        return read(self.context, text, time, line)

    def _is_notice_line(self, block: _Block, shown: str) -> bool:
        """Whether a block is one line: a notice. A sender's empty message has one line end more."""
        if block.rest.strip(" \t\n") or shown in self.names:
            return False
        return block.rest.count("\n") <= 1

    def _sender(self, shown: str, line: int) -> str | None:
        """The name; the escapes of version 1 are undone, and said so once."""
        if len(self.names) < _MOST_NAMES:
            self.names.add(shown)
        if self.version != 1 or not ("\\" in shown or "&" in shown):
            return shown or None
        name = unescape_v1(shown)
        if name != shown and not self.escape_noted:
            self.escape_noted = True
            self.context.report(
                "writer-fault",
                "names were escaped for HTML and JavaScript by the writer; they were decoded",
                severity=Severity.INFO,
                line=line,
            )
        return name


def _unframed(block: _Block, *, framed_end: bool = True) -> str:
    """The body of a block without the blank line that ends it.

    Args:
        block: the block.
        framed_end: a blank line ends the last block too.
    """
    if block.last and not framed_end:
        return block.rest
    lines = block.rest.removesuffix("\n").split("\n")
    if not lines[-1].strip(" \t"):
        lines.pop()
    if lines and lines[-1] and not lines[-1].strip(" \t"):
        lines.pop()  # version 1 ends links with a line of twelve blanks
    return "\n".join(lines)


V1_TEXT: Final = MemotraceTextReader("memotrace-v1-text", "MemoTrace (WeChatMsg) 1 and 2 TXT", 1)
V3_TEXT: Final = MemotraceTextReader("memotrace-text", "MemoTrace (WeChatMsg) 3 TXT", 3)

# --- Markdown -------------------------------------------------------------------------------------

_ESCAPABLE: Final = r"\\`*_{}\[\]()#+\-.!|"
_MARKDOWN_GRAMMAR: Final = Grammar(
    "memotrace-markdown",
    r"(?:\*\*(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<sender>(?:[^*\\\r\n]|\\[^\r\n])*+)\*\*:"
    rf"|> (?P<time>{_CLOCK})(?: |{_END})"
    rf"|#{{2,4}} (?P<date>[0-9]{{4}}(?:-[0-9]{{2}}){{0,2}})[ \t]*{_END})",
    framed=True,
)
_MESSAGE_LINE: Final = re.compile(r"\*\*[0-9]{2}:[0-9]{2}:[0-9]{2} (?:[^*\\\n]|\\[^\n])*+\*\*:[^\n]*")
_NOTICE_LINE: Final = re.compile(rf"> {_CLOCK} [^\n]*")
_HEADING: Final = re.compile(r"(?:## [0-9]{4}|### [0-9]{4}-[0-9]{2}|#### [0-9]{4}-[0-9]{2}-[0-9]{2})[ \t]*")
_ESCAPE: Final = re.compile(rf"\\([{_ESCAPABLE}])")
# A special character that nothing escapes stands in no text that somebody typed.
_BARE: Final = re.compile(rf"(?:[^{_ESCAPABLE}]|\\[{_ESCAPABLE}])*+")
_IMAGE: Final = re.compile(r"!\[图片\]\((?P<path>[^\n]*)\)")
_LINK: Final = re.compile(r"\[(?P<title>(?:[^\]\\]|\\.)*+)\]\((?P<url>[^\n]*)\)", re.DOTALL)
_APPLET: Final = re.compile(
    r"【小程序】: (?P<name>(?:(?!：\[)[^\n])*+)：\[(?P<title>(?:(?!\]\()[^\n])*+)\]\((?P<url>[^\n]*)\)"
)
_REPLY: Final = re.compile(r"(?P<reply>(?:(?! \n> ).)*+)(?P<quote> \n> (?P<text>.*))", re.DOTALL)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


class MemotraceMarkdownReader:
    """Reads the Markdown of MemoTrace 3."""

    name = "memotrace-markdown"
    description = "MemoTrace (WeChatMsg) 3 Markdown"
    suffixes = (".md", ".markdown")
    options: Mapping[str, str] = {
        **OWNER_OPTION,
        "date": "the day of messages above the first heading with a day: 2025-03-01",
    }

    def detect(self, head: Head) -> Evidence | None:
        """Headings of years, months and days, and message lines."""
        lines = head.lines
        headings = sum(_HEADING.fullmatch(line) is not None for line in lines)
        messages = sum(_MESSAGE_LINE.fullmatch(line) is not None for line in lines)
        notices = sum(_NOTICE_LINE.fullmatch(line) is not None for line in lines)
        if headings and messages + notices:
            found = f"{headings} headings with dates and {messages} lines `**time name**: text`"
            return Evidence(0.95 if headings > 2 else 0.75, found)
        return Evidence(0.5, f"{messages} lines `**time name**: text`") if messages > 1 else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            OptionError: where the option `date` is no day.
        """
        del source  # the context has it
        draft = context.draft(metadata={"exporter": EXPORTER})
        return in_batches(draft, _MarkdownConversion(context, draft).messages())


class _MarkdownConversion:
    """Blocks of Markdown to messages."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self.context = context
        self.draft = draft
        self.day = context.day_option("date")
        self.watch = _ForgeryWatch(context, _MARKDOWN_GRAMMAR)
        self.day_noted = False

    def messages(self) -> Iterator[Message]:
        """All messages."""
        for block in _blocks(self.context, _MARKDOWN_GRAMMAR):
            if block.header["date"] is None:
                yield self._message(block)
            else:
                self._heading(block)

    def _heading(self, block: _Block) -> None:
        date = block.header["date"]
        if len(date) == 10:
            try:
                self.day = dt.date.fromisoformat(date)
            except ValueError:
                self.day = None
                self.context.report(
                    "bad-time", f"no such day: {date}", severity=Severity.ERROR, line=block.line, column=1
                )
        text = f"{block.inline}\n{block.rest}".strip()
        if text:
            self.context.report(
                "text-outside-messages",
                "text under a heading belongs to no message",
                line=block.line + 1,
                column=1,
                excerpt=text[:200].split("\n", 1)[0],
            )

    def _message(self, block: _Block) -> Message:
        header = block.header
        time, precision = self._time(block)
        rest = _unframed(block)
        inline = block.inline.removeprefix(" ") if header["clock"] else block.inline
        text = inline if not rest else f"{inline}\n{rest}" if block.inline else rest
        self.watch.check(time, rest, block.line)
        if header["clock"] is None:
            sender = None
            text, body = _read_notice(text)
        else:
            sender = _unescape(header["sender"]) or None
            text, body = self._body(text, time, block.line)
        if block.last and body.segments is None:
            text = text.rstrip("\n")
        return self.context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=sender,
            kind=body.kind,
            text=text,
            segments=body.segments,
            line=block.line,
            offset=block.offset,
        )

    def _time(self, block: _Block) -> tuple[dt.datetime | None, Precision | None]:
        if block.header["time"]:
            return self.context.clock(block.header["time"], line=block.line)
        if self.day is None:
            if not self.day_noted:
                self.day_noted = True
                self.context.report(
                    "ambiguous-date",
                    "no heading says the day of this message and of those that follow; the option date= does",
                    line=block.line,
                )
            return None, None
        return self.context.clock(f"{self.day.isoformat()} {block.header['clock']}", line=block.line)

    def _body(self, text: str, time: dt.datetime | None, line: int) -> tuple[str, Body]:
        """The text without escapes, kind and segments."""
        if match := _REPLY.fullmatch(text):
            return _reply(match)
        if match := _IMAGE.fullmatch(text):
            path = match["path"]
            data = {"url": path} if path.startswith(("http://", "https://")) else {"path": path or None}
            return text, Body(MessageKind.IMAGE, (Image(**data, raw=text),))
        if match := _LINK.fullmatch(text):
            title = _unescape(match["title"])
            text = f"[{title}]({match['url']})"
            return text, Body(MessageKind.LINK, (Link(match["url"] or None, title or None, raw=text),))
        if match := _APPLET.fullmatch(text):
            program = MiniProgram(match["title"] or None, match["url"] or None, match["name"] or None, raw=text)
            return text, Body(MessageKind.MINI_PROGRAM, (program,))
        if text.startswith(("[", "【")) and (found := read_placeholder(text, MEMOTRACE, zone=self.context.tz)):
            return text, Body(found[0], check_segments(self.context, found[1], time, text, line))
        plain = _BARE.fullmatch(text) is not None
        return (_unescape(text) if plain else text), Body(MessageKind.TEXT)


def _reply(match: re.Match[str]) -> tuple[str, Body]:
    """A reply and the quote under it; only the quote is escaped."""
    quoted = _unescape(match["text"])
    raw = f" \n> {quoted}"
    segments = (*parse_segments(match["reply"]), Quote(None, quoted, raw=raw))
    return match["reply"] + raw, Body(MessageKind.QUOTE, segments)


MARKDOWN: Final = MemotraceMarkdownReader()

# --- the text for language models -----------------------------------------------------------------

_DAY_LINE: Final = re.compile(r"\*{20}([0-9]{4}-[0-9]{2}-[0-9]{2})\*{20}")
_AI_GRAMMAR: Final = Grammar(
    "memotrace-ai",
    r"(?:\*{20}(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\*{20}" + _END + r"|(?P<sender>[^\r\n:：\-][^\r\n:]{0,63}):(?!//))",
)


class MemotraceAiTextReader:
    """Reads the `_chat.txt` of MemoTrace, as far as it can be read."""

    name = "memotrace-ai-text"
    description = "MemoTrace (WeChatMsg) 1 and 3 `_chat.txt` for language models: days only, runs of messages"
    suffixes = (".txt",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """Lines of twenty asterisks, a day, and twenty asterisks."""
        days = sum(_DAY_LINE.fullmatch(line) is not None for line in head.lines)
        return Evidence(0.9, f"{days} lines with a day between asterisks") if days else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The runs of messages, one message for each."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": EXPORTER})
        return in_batches(draft, _AiConversion(context, draft).messages())


class _AiConversion:
    """Runs of one speaker to messages."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self.context = context
        self.draft = draft
        self.day: dt.datetime | None = None
        self.sender: str | None = None
        self.parts: list[str] = []
        self.line = 1
        self.offset = 0

    def messages(self) -> Iterator[Message]:
        """One message for each run of one speaker on one day."""
        self.context.report(
            "low-fidelity",
            "this text has no clock times, masks numbers and addresses, and does not part the messages of one person "
            "that follow each other: each run became one message",
            severity=Severity.INFO,
        )
        for header, raw, offset, line in self._records():
            text = raw.replace("\r\n", "\n")
            if header is None or (header["date"] is None and not self._is_change(header["sender"])):
                self.parts.append(text if header is None else f"{header['sender']}:{text}")
                continue
            yield from self._finish()
            self.line, self.offset, self.parts = line, offset, [text]
            if header["date"] is None:
                self.sender = header["sender"]
            else:
                self.day = self.context.clock(header["date"], line=line)[0]
        yield from self._finish()

    def _records(self) -> Iterator[tuple[re.Match[str] | None, str, int, int]]:
        for batch in iter_records(prepare(self.context.blocks()).blocks, _AI_GRAMMAR):
            yield from batch

    def _is_change(self, name: str) -> bool:
        """Whether a line `name:…` is where the speaker changes: after a blank line, or after a text's last blank."""
        before = self.parts[-1].removesuffix("\n") if self.parts else ""
        return name != self.sender and before.endswith((" ", "\n"))

    def _finish(self) -> Iterator[Message]:
        """The run that was collected, where it holds anything."""
        text = "".join(self.parts).strip(" \n")
        self.parts = []
        if not text:
            return
        if self.sender is None and self.day is None:
            self.context.report_preamble(text)
            return
        body = read_v3_body(self.context, text, self.day, self.line) if "\n" not in text else Body(MessageKind.TEXT)
        yield self.context.message(
            self.draft,
            time=self.day,
            precision="day",
            sender=self.sender,
            kind=body.kind,
            text=text,
            segments=body.segments,
            line=self.line,
            offset=self.offset,
        )


AI_TEXT: Final = MemotraceAiTextReader()
