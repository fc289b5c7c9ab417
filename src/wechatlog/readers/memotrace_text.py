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
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from wechatlog.content.dialects.memotrace import MEMOTRACE
from wechatlog.content.notices import clean_notice, read_notice, read_system_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.entry import Body
from wechatlog.engine.headers import have_marks, tell_near_headers
from wechatlog.engine.records import TextRecord, mark_last, read_records, records_of
from wechatlog.model import MessageKind
from wechatlog.readers.memotrace_bodies import EXPORTER, check_segments, read_v1_body, read_v3_body, unescape_v1
from wechatlog.segments import Image, Link, MiniProgram, Quote, parse_segments
from wechatlog.timestamps import Precision, is_set_back
from wechatlog.tokenizer import Grammar

_END: Final = r"(?=\r?\n|\Z)"
_CLOCK: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_MOST_NAMES: Final = 10_000


class _ForgeryWatch:
    """Notes lines that look like headers: inside a body, where the frame tells, and where time runs backwards."""

    def __init__(self, reading: Reading, grammar: Grammar, near: re.Pattern[str] | None = None) -> None:
        self._reading = reading
        self._near = near
        self._pattern = grammar.pattern
        self._latest: dt.datetime | None = None
        self._known: set[str] = set()

    def check(self, time: dt.datetime | None, text: str, line: int, name: str | None) -> None:
        """Report what is suspicious about a message of somebody; more so where it names who wrote before."""
        if name is not None and len(self._known) < _MOST_NAMES:
            self._known.add(name)
        if time is not None:
            time = time if time.tzinfo is None else time.replace(tzinfo=None)
            if self._latest is not None and time < self._latest:
                self._step_back(self._latest, time, line)
            else:
                self._latest = time
        if self._near is not None:
            tell_near_headers(self._reading, f"\n{text}", line, self._near, self._pattern)
        if match := self._pattern.search("\n" + text) if text else None:
            what = "a line of this message looks like a header; no blank line stands before it, so it was kept as text"
            at = line + 1 + text.count("\n", 0, match.start())
            severity = Severity.WARNING if match["sender"] in self._known else Severity.INFO
            self._reading.report("suspected-forgery", what, severity=severity, line=at, column=1)

    def _step_back(self, latest: dt.datetime, time: dt.datetime, line: int) -> None:
        if is_set_back(latest, time, self._reading.tz):
            what = "the time goes back by less than an hour in a night in which daylight saving may have ended"
            self._reading.tell("clock-set-back", what, line, once=True)
            return
        what = "time runs backwards here, as it does not in this export: the header may be a line of the message above"
        self._reading.report("suspected-forgery", what, line=line, column=1)


def _read_notice(text: str) -> Body:
    text = clean_notice(text)
    return read_notice(text) or MessageKind.SYSTEM, text, None


_TEXT_GRAMMAR: Final = Grammar("memotrace", rf"(?P<time>{_CLOCK})(?: (?P<sender>[^\r\n]*))?{_END}", framed=True)
_TWO_CLOCKS: Final = re.compile(r"\n[0-9]{4}-[0-9][0-9: -]{0,24}[0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}(?![0-9])")
"""What is left where a header lost its end with what stood up to the clock of the next."""
_HEADER: Final = re.compile(rf"{_CLOCK}(?P<name> [^\n]*)?")
_QUOTED_NAME: Final = re.compile(r" (?:'[^\n]*'|\"[^\n]*\")")
_V1_MARKS: Final = re.compile(r"\[(?:图片|语音|视频|表情包|文件|音乐分享)\]| {4,}\[链接\]:title:[^\n]*|引用:[^\n]*")
_V3_MARKS: Final = re.compile(
    r"【(?:图片|视频|语音|表情包|文件|分享链接|位置分享|名片|红包|音视频通话|合并转发的聊天记录|视频号|笔记|发起转账|已收款|已退还)】"
    r"[^\n]*|引用：[^\n]*"
)


class _Signs(NamedTuple):
    """What the head of a text shows: header lines in their frame, and what either version alone writes."""

    headers: int
    v1: int
    v3: int


def _read_signs(head: Head) -> _Signs | None:
    """Headers and signs of either version in a head; `None` for none, and for names in quotes, which are not its."""
    lines = head.lines
    headers = named = quoted = unframed = v1 = v3 = 0
    names: list[str] = []
    for index, line in enumerate(lines):
        match = _HEADER.fullmatch(line) if not index or not lines[index - 1].strip() else None
        if match is None:
            unframed += _HEADER.fullmatch(line) is not None
            v1 += _V1_MARKS.fullmatch(line) is not None
            v3 += _V3_MARKS.fullmatch(line) is not None
            continue
        headers += 1
        name = match["name"]
        named += name is not None
        names += [name] if name else []
        if name is None:
            v3 += 1
        elif _QUOTED_NAME.fullmatch(name):
            quoted += 1
        else:  # a notice of version 1: one blank line and then another header follow
            below = lines[index + 1 : index + 3]
            v1 += len(below) == 2 and not below[0] and _HEADER.fullmatch(below[1]) is not None
    if not named or quoted * 2 >= headers or unframed >= headers:  # a log has its lines without a frame
        return None
    if have_marks(names, ids=True):
        return None
    if head.complete:
        v1, v3 = v1 + head.text.endswith("\n\n"), v3 + (not head.text.endswith("\n"))
    return _Signs(headers, v1, v3)


def _detect(head: Head, *, version: int) -> Evidence | None:
    """Header lines in their frame, the first of them on the first line; placeholders and frame tell the version."""
    signs = _read_signs(head)
    if signs is None or (1 if signs.v1 > signs.v3 else 3) != version:
        return None
    found = f"{signs.headers} header lines `time name` after blank lines"
    first = next((line for line in head.lines if line.strip()), "")
    if not _HEADER.fullmatch(first):
        confidence = min(0.65, 0.45 + 0.02 * signs.headers)
        return Evidence(confidence, f"{found}, and other text before them") if signs.headers > 2 else None
    if signs.v1 == signs.v3:
        return Evidence(0.55, found)
    return Evidence(0.75 if signs.headers > 1 else 0.6, f"{found}, and what version {version} writes")


def _texts(reading: Reading, *, version: int) -> Iterator[Entry]:
    watch, names = _ForgeryWatch(reading, _TEXT_GRAMMAR, _TWO_CLOCKS), set[str]()
    for block in mark_last(read_records(reading.blocks(), _TEXT_GRAMMAR)):
        if block.header is None:
            reading.report_preamble(block.rest)
            continue
        line, sender = block.line, None
        shown: str | None = block.header["sender"]
        time, precision = reading.clock(block.header["time"], line=line)
        text = _unframed(block, framed_end=version == 1)
        bare = not block.rest.strip(" \t\n") and block.rest.count("\n") <= 1  # an empty message has a line end more
        if version == 1 and bare and shown is not None and shown not in names:
            text, shown = shown, None  # a notice
        watch.check(time, text if "\n" in text or text[:1].isdigit() else "", line, shown)
        if shown is None:
            kind, text, segments = _read_notice(text)
        else:
            kind, text, segments = (read_v1_body if version == 1 else read_v3_body)(reading, text, time, line)
            sender = _sender(reading, shown, line, version)
            kind = read_system_notice(sender, text) or kind
            if len(names) < _MOST_NAMES:
                names.add(shown)
        if block.last and kind is MessageKind.TEXT:
            text = text.rstrip("\n")  # an editor may have ended the file with a line end
        yield Entry(line, time, precision, sender, None, None, kind, text, segments, offset=block.offset)


def _sender(reading: Reading, shown: str, line: int, version: int) -> str | None:
    """The name; the escapes of version 1 are undone, and said so once."""
    if version != 1 or not ("\\" in shown or "&" in shown):
        return shown or None
    name = unescape_v1(shown)
    if name != shown:
        what = "names were escaped for HTML and JavaScript by the writer; they were decoded"
        reading.tell("writer-fault", what, line, once=True)
    return name


def _unframed(block: TextRecord, *, framed_end: bool = True) -> str:
    """The body of a block without the blank line that ends it."""
    if block.last and not framed_end:
        return block.rest
    lines = block.rest.removesuffix("\n").split("\n")
    if not lines[-1].strip(" \t"):
        lines.pop()
    if lines and lines[-1] and not lines[-1].strip(" \t"):
        lines.pop()  # version 1 ends links with a line of twelve blanks
    return "\n".join(lines)


def _text(name: str, description: str, version: int) -> Format:
    detect, entries = partial(_detect, version=version), partial(_texts, version=version)
    return Format(name, description, ".txt", detect, entries, EXPORTER, cuts="tried")


V1_TEXT: Final = _text("memotrace-v1-text", "MemoTrace (WeChatMsg) 1 and 2 TXT", 1)
V3_TEXT: Final = _text("memotrace-text", "MemoTrace (WeChatMsg) 3 TXT", 3)


_ESCAPABLE: Final = r"\\`*_{}\[\]()#+\-.!|"
_MARKDOWN_GRAMMAR: Final = Grammar(
    "memotrace-markdown",
    r"(?:\*\*(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<sender>(?:[^*\\\r\n]|\\[^\r\n])*+)\*\*:"
    rf"|> (?P<time>{_CLOCK})(?: |{_END})"
    rf"|#{{2,4}} (?P<date>[0-9]{{4}}(?:-[0-9]{{2}}){{0,2}})[ \t]*{_END})",
    framed=True,
)
_NEAR: Final = re.compile(r"\n\*\*[0-9]{2}:[0-9]")
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


def _is_markdown(head: Head) -> Evidence | None:
    lines = head.lines
    headings = sum(_HEADING.fullmatch(line) is not None for line in lines)
    messages = sum(_MESSAGE_LINE.fullmatch(line) is not None for line in lines)
    notices = sum(_NOTICE_LINE.fullmatch(line) is not None for line in lines)
    if headings and messages + notices:
        found = f"{headings} headings with dates and {messages} lines `**time name**: text`"
        return Evidence(0.95 if headings > 2 else 0.75, found)
    return Evidence(0.5, f"{messages} lines `**time name**: text`") if messages > 1 else None


def _lines(reading: Reading) -> Iterator[Entry]:
    day, watch = reading.day_option("date"), _ForgeryWatch(reading, _MARKDOWN_GRAMMAR, _NEAR)
    for block in mark_last(read_records(reading.blocks(), _MARKDOWN_GRAMMAR)):
        header, line = block.header, block.line
        if header is None:
            reading.report_preamble(block.rest)
            continue
        if header["date"] is not None:
            day = _heading(reading, header["date"], block, day)
            continue
        time, precision = _time(reading, header, day, line)
        if day is None and time is not None:
            day = time.date()  # the time of a notice is whole: where no heading is above, it says the day
        rest = _unframed(block)
        inline = block.inline.removeprefix(" ") if header["clock"] else block.inline
        text = inline if not rest else f"{inline}\n{rest}" if block.inline else rest
        watch.check(time, rest, line, header["sender"])
        sender = None
        if header["clock"] is None:
            kind, text, segments = _read_notice(text)
        else:
            sender = _unescape(header["sender"]) or None
            kind, text, segments = _body(reading, text, time, line)
        if block.last and segments is None:
            text = text.rstrip("\n")
        yield Entry(line, time, precision, sender, None, None, kind, text, segments, offset=block.offset)


def _heading(reading: Reading, date: str, block: TextRecord, day: dt.date | None) -> dt.date | None:
    """The day from a heading on; those of years and months say none."""
    if text := f"{block.inline}\n{block.rest}".strip():
        what, excerpt = "text under a heading belongs to no message", text[:200].split("\n", 1)[0]
        reading.report("text-outside-messages", what, line=block.line + 1, column=1, excerpt=excerpt)
    if len(date) < len("2025-03-01"):
        return day
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        reading.report("bad-time", f"no such day: {date}", severity=Severity.ERROR, line=block.line, column=1)
        return None


def _time(
    reading: Reading, header: re.Match[str], day: dt.date | None, line: int
) -> tuple[dt.datetime | None, Precision | None]:
    if header["time"]:
        return reading.clock(header["time"], line=line)
    if day is not None:
        return reading.clock(f"{day.isoformat()} {header['clock']}", line=line)
    what = "no heading says the day of this message and of those that follow; the option date= does"
    if reading.is_news(what):
        reading.report("ambiguous-date", what, line=line)
    return None, None


def _address(match: re.Match[str]) -> str | None:
    """The address of a link, for which the writer has Python's `None` where there is none."""
    return None if match["url"] == "None" else match["url"] or None


def _body(reading: Reading, text: str, time: dt.datetime | None, line: int) -> Body:
    """Kind, text without escapes, and segments."""
    if match := _REPLY.fullmatch(text):  # only the quote under the reply is escaped
        quoted = _unescape(match["text"])
        raw = f" \n> {quoted}"
        segments = (*parse_segments(match["reply"]), Quote(None, quoted, raw=raw))
        return MessageKind.QUOTE, match["reply"] + raw, segments
    if match := _IMAGE.fullmatch(text):
        path = match["path"]
        data = {"url": path} if path.startswith(("http://", "https://")) else {"path": path or None}
        return MessageKind.IMAGE, text, (Image(**data, raw=text),)
    if match := _LINK.fullmatch(text):
        title = _unescape(match["title"])
        text = f"[{title}]({match['url']})"
        return MessageKind.LINK, text, (Link(_address(match), title or None, raw=text),)
    if match := _APPLET.fullmatch(text):
        program = MiniProgram(match["title"] or None, _address(match), match["name"] or None, raw=text)
        return MessageKind.MINI_PROGRAM, text, (program,)
    if text.startswith(("[", "【")) and (found := read_placeholder(text, MEMOTRACE, zone=reading.tz)):
        return found[0], text, check_segments(reading, found[1], time, text, line)
    return MessageKind.TEXT, _unescape(text) if _BARE.fullmatch(text) else text, None


MARKDOWN: Final = Format(
    "memotrace-markdown",
    "MemoTrace (WeChatMsg) 3 Markdown",
    ".md .markdown",
    _is_markdown,
    _lines,
    EXPORTER,
    {**OWNER_OPTION, "date": "the day of messages above the first heading with a day: 2025-03-01"},
    cuts="tried",
)


_DAY_LINE: Final = re.compile(r"\*{20}([0-9]{4}-[0-9]{2}-[0-9]{2})\*{20}")
_AI_GRAMMAR: Final = Grammar(
    "memotrace-ai",
    r"(?:\*{20}(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\*{20}" + _END + r"|(?P<sender>[^\r\n:：\-][^\r\n:]{0,63}):(?!//))",
)


_RUNS: Final = (
    "this text has no clock times, masks numbers and addresses, and does not part the messages of one person "
    "that follow each other: each run became one message"
)


class _Run(NamedTuple):
    """The messages of one speaker on one day: the parts of the text, and where it begins."""

    day: dt.datetime | None
    sender: str | None
    parts: list[str]
    line: int
    offset: int


def _is_ai_text(head: Head) -> Evidence | None:
    days = sum(_DAY_LINE.fullmatch(line) is not None for line in head.lines)
    return Evidence(0.9, f"{days} lines with a day between asterisks") if days else None


def _runs(reading: Reading) -> Iterator[Entry]:
    """One entry for each run of one speaker on one day."""
    reading.tell("low-fidelity", _RUNS)
    run, speakers = _Run(None, None, [], 1, 0), set[str | None]()
    for header, raw, offset, line in records_of(reading.blocks(), _AI_GRAMMAR):
        text = raw.replace("\r\n", "\n")
        if header is None or (header["date"] is None and not _is_header(run, header["sender"])):
            if header is not None and header["sender"] in speakers:
                what = "the line begins with a name of this chat, but behind no blank line; it was kept as text"
                reading.report("suspected-forgery", what, line=line)
            run.parts.append(text if header is None else f"{header['sender']}:{text}")
            continue
        if header["sender"] is not None and header["sender"] == run.sender:
            what = "two runs of one person follow each other: a line between them may be damaged, or this one forged"
            reading.report("suspected-forgery", what, line=line)
        yield from _finish(reading, run)
        day, sender = run.day, header["sender"] or run.sender
        speakers.add(sender)
        if header["date"] is not None:
            day = reading.clock(header["date"], line=line)[0]
        run = _Run(day, sender, [text], line, offset)
    yield from _finish(reading, run)


def _is_header(run: _Run, name: str) -> bool:
    """Whether a line `name:…` is where a run begins: after a blank line, or after a text's last blank."""
    before = run.parts[-1].removesuffix("\n") if run.parts else ""
    return before.endswith("\n" if name == run.sender else (" ", "\n"))


def _finish(reading: Reading, run: _Run) -> Iterator[Entry]:
    """The run that was collected, where it holds anything."""
    day, sender, parts, line, offset = run
    text = "".join(parts).strip(" \n")
    if text and sender is None and day is None:
        reading.report_preamble(text)
    elif text:
        body = read_v3_body(reading, text, day, line) if "\n" not in text else (MessageKind.TEXT, text, None)
        yield Entry(line, day, "day", sender, None, None, *body, offset=offset)


AI_TEXT: Final = Format(
    "memotrace-ai-text",
    "MemoTrace (WeChatMsg) 1 and 3 `_chat.txt` for language models: days only, runs of messages",
    ".txt",
    _is_ai_text,
    _runs,
    EXPORTER,
    cuts="tried",
)
