"""Chat history that a phone shares or mails: Android and iOS, Chinese and English, text, HTML and `.eml`.

Takes text, gives messages. A title line says whose chat it is, a line of dashes says the day, `NAME  HH:MM` stands
above each body. The frame is read off the file itself, since hands and mail programs take blank lines out: how many
blanks before the clock, how many blank lines before and after a header. A name may end in a clock text, a body line may
look like a header; the frame, the names in the title and the order of time tell them apart where anything can.

Source of the format: published parsers of 2016 to 2026 for both phones, and descriptions of what they write.
"""

from __future__ import annotations

import collections
import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import attrs

from wechatlog.content.accounts import split_account
from wechatlog.content.client_text import read_body as read_client_body
from wechatlog.content.dialects.clients import MAIL
from wechatlog.content.placeholders import read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Draft, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.headers import (
    MARKS,
    MOST_BEGINNINGS,
    Block,
    Candidate,
    HeaderCheck,
    iter_blocks,
    sample,
    sample_blocks,
    tell_near_headers,
)
from wechatlog.engine.records import strip_blank_end
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.mailed_source import BOLD, html_lines, is_html, is_mime, read_mails
from wechatlog.segments import Segment
from wechatlog.segments.types import Image, Video, Voice
from wechatlog.timestamps import Precision, cached_clock
from wechatlog.tokenizer import Grammar

_DASHES: Final = "[—―─–]{2,12}"
_DATE: Final = (
    r"[0-9]{4}(?:-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2}|\.[0-9]{1,2}\.[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
)
_HALF: Final = "(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)"
_CLOCK: Final = rf"(?:{_HALF} ?)?[0-9]{{1,2}}:[0-9]{{2}}(?: ?[AaPp][Mm])?"
_PIECES: Final = rf"(?=[^\n]{{0,60}}[0-9])(?:{_HALF}|[0-9:]|[AaPp][Mm]|[ \t])++"
_LINE_END: Final = r"[ \t]*+(?=\r?(?:\n|\Z))"
_NAME: Final = rf"(?P<sender>[^ \t\r\n{BOLD}][^\r\n]*)(?<![ \t])(?<!上午)(?<!下午)"
_BLANKS: Final = r"[ \t\u00a0]{0,8}"
_DATE_LINE: Final = rf"{_BLANKS}{_DASHES}{_BLANKS}(?P<date>{_DATE}){_BLANKS}{_DASHES}{_LINE_END}"

_PLAIN: Final = Grammar(
    name="mailed chat",
    header=rf"{MARKS}(?:{_DATE_LINE}|{_NAME}(?P<gap>[ \t\u00a0]{{1,4}})(?P<time>{_CLOCK}){_LINE_END})",
)
_BOLD: Final = Grammar(
    name="mailed chat in HTML",
    header=rf"{BOLD}?(?:{_DATE_LINE}|(?<={BOLD}){_NAME}(?P<gap>[ \t\u00a0]{{1,4}})(?P<time>{_CLOCK}){_LINE_END})",
)


_QUOTE: Final = '["“”]'
_QUOTES_BETWEEN: Final = f"{_QUOTE}(?:和|、|与){_QUOTE}"
_BELOW: Final = "Below is the (?:WeChat |Weixin )?chat history"
_TITLES: Final = (
    (r"(?P<group>[^\r\n]+?) ?微信群上的聊天[记記][录錄]如下，[请請]查收。?", ""),
    (r"(?P<people>[^\r\n]+?) ?在微信上的聊天[记記][录錄]如下，[请請]查收。?", " 和 "),
    (rf"微信群{_QUOTE}(?P<group>[^\r\n]+){_QUOTE}的聊天[记記][录錄](?:如下)?[:：]?", ""),
    (rf"{_QUOTE}(?P<people>[^\r\n]+){_QUOTE}的聊天[记記][录錄](?:如下)?[:：]?", _QUOTES_BETWEEN),
    (rf"{_BELOW} between (?P<people>[^\r\n]+?)[.:]?", " and "),
    (rf"{_BELOW} (?:in|of|from) (?:the )?(?:group )?(?:chat )?(?P<group>[^\r\n]+?)[.:]?", ""),
)
"""Patterns of title lines, and of what stands between the people."""
_WANTED: Final = re.compile(rf"聊天[记記][录錄]如下|{_BELOW}|{_DASHES}{_BLANKS}{_DATE}{_BLANKS}{_DASHES}")
_SIGNATURE: Final = re.compile(
    r"(?:\n[ \t]*)+\n[ \t]*(?P<signature>(?:发自|来自|寄自|發自|來自|发送自|從|从)我的[^\n]{1,40}|发自[^\n]{1,30}|"
    r"(?:Sent|Get) (?:from|via|Outlook)[^\n]{1,60})\s*\Z"
)
_HEAD_WORDS: Final = re.compile(r"[ \t]*(?:Dear:?|Hi:?|您好[:：]?)[ \t]*")
_ATTACHED: Final = re.compile(r"\s*[^\s0-9]{1,8} ?(?P<number>[0-9]{1,6}) ?[(（]")


class _Title(NamedTuple):
    """What the title line says: a group, or two people as the line joins them, and each way to cut these in two."""

    text: str
    is_group: bool
    pairs: tuple[tuple[str, str], ...] = ()


_LONGEST_TITLE: Final = 400


def _read_title(line: str) -> _Title | None:
    line = line.replace("\u00a0", " ")
    for pattern, between in _TITLES if len(line) < _LONGEST_TITLE else ():
        if match := re.fullmatch(rf"[ \t]*{pattern}[ \t]*", line):
            if not between:
                return _Title(match["group"], True)
            people = match["people"]
            cuts = itertools.islice(re.finditer(between, people), 20)
            pairs = tuple((people[: cut.start()], people[cut.end() :]) for cut in cuts)
            if not pairs and between is _QUOTES_BETWEEN:  # wx-cli by pandorafuture, of a group
                return _Title(people, True)
            return _Title(f'"{people}"' if between is _QUOTES_BETWEEN else people, False, pairs)
    return None


@attrs.frozen
class _Frame:
    """The habits of one file.

    Attributes:
        grammar: of its headers.
        title: what it says of itself, or `None`.
        gap: blanks that must stand before the clock.
        blanks: blank lines that must stand before a header.
        spaced: a blank line follows a header.
        names: the only names that can stand over messages, or `None` for any.
    """

    grammar: Grammar
    title: _Title | None
    gap: int = 1
    blanks: int = 0
    spaced: bool = False
    names: frozenset[str] | None = None


_FOLLOWED_BY_BLANK: Final = re.compile(r"[ \t]*\n[ \t]*(?:\n|\Z)")


def _spaced(candidate: Candidate) -> bool:
    body = candidate.body.replace("\r\n", "\n")
    return not body or _FOLLOWED_BY_BLANK.match(body) is not None


def _most(count: int, total: int) -> bool:
    return total > 0 and count * 10 >= total * 6


def _read_frame(text: str, *, is_page: bool, subject: str | None = None) -> _Frame:
    """The habits of a file, from its first 65,536 characters."""
    lines = (*text.replace(BOLD, "").split("\n")[:60], subject or "")
    title = next(filter(None, map(_read_title, lines)), None)
    grammar = _BOLD if is_page and any(c.header["sender"] for c in sample_blocks(text, _BOLD)) else _PLAIN
    headers = [candidate for candidate in sample_blocks(text, grammar) if candidate.header["sender"]]
    total = len(headers)
    gap = 2 if _most(sum(len(c.header["gap"]) > 1 for c in headers), total) else 1
    if grammar is _BOLD:
        return _Frame(grammar, title, gap=1, names=None)
    headers = [candidate for candidate in headers if len(candidate.header["gap"]) >= gap]
    total = len(headers)
    blanks = next((n for n in (2, 1) if _most(sum(c.blanks >= n for c in headers), total)), 0)
    spaced = blanks > 0 and _most(sum(map(_spaced, headers)), total)
    framed = [c.header["sender"] for c in headers if c.blanks >= blanks and (not spaced or _spaced(c))]
    return _Frame(grammar, title, gap, blanks, spaced, _two_people(title, framed))


def _two_people(title: _Title | None, senders: list[str]) -> frozenset[str] | None:
    """Both people of a private chat by the names over their messages, which need not be those of the title."""
    if title is None or title.is_group:
        return None
    seen = collections.Counter(senders)
    titled = max(title.pairs, key=lambda pair: sum(seen[name] for name in pair), default=())
    known = [name for name in dict.fromkeys(titled) if seen[name]]
    often = max(seen.values(), default=0)
    # A remark stands over messages as often as a name does; a body line that looks like a header is rare.
    known += [name for name, count in seen.most_common() if name not in known and count * 5 >= often]
    return frozenset((*known[:2], *titled)) if len(known) > 1 else None


class _Text(NamedTuple):
    blocks: Iterable[str]
    is_page: bool = False
    wrapped: bool = False
    subject: str | None = None
    attachments: tuple[str, ...] = ()


def _open(reading: Reading) -> Iterable[_Text]:
    head, blocks = sample(reading.blocks())
    if is_mime(head):
        for mail in read_mails(reading.source.read_bytes(), _WANTED):
            yield _Text((mail.text,), BOLD in mail.text, True, mail.subject, mail.attachments)
    else:
        yield _Text(html_lines(blocks), True, True) if is_html(head) else _Text(blocks)


class _Gate(HeaderCheck):
    """Tells headers by the frame of the file; a day line is one when nothing but a header follows it."""

    def __init__(self, reading: Reading, frame: _Frame, day: str, *, placed: bool) -> None:
        super().__init__(
            reading,
            lambda header: header["sender"],
            self._when,
            blanks=frame.blanks,
            names=frame.names,
            check=self._doubt,
            opens=lambda block: block.header is None or block.header["date"] is not None,
            stop=lambda header: header["date"] is not None,
            placed=placed,
        )
        self._frame, self._day = frame, day
        self._near: re.Pattern[str] | None = None
        self._learnt = 0

    @property
    def near(self) -> re.Pattern[str]:
        """How header lines of known people begin, behind which are pieces of clocks alone."""
        if self._near is None or self._learnt != min(len(self.known), MOST_BEGINNINGS):
            self._learnt = min(len(self.known), MOST_BEGINNINGS)
            names = "|".join(map(re.escape, sorted(self.known)[:MOST_BEGINNINGS])) or "(?!)"
            before = r"\n(?<=\n\n)" if self.blanks else r"\n"
            self._near = re.compile(rf"{before}(?:{names})[ \t\u00a0]{{{self._frame.gap},4}}+{_PIECES}{_LINE_END}")
        return self._near

    def _when(self, header: re.Match[str]) -> dt.datetime | None:
        found = cached_clock(f"{self._day} {header['time']}", None) if header["time"] and self._day else None
        return found.time if found else None

    def _doubt(self, candidate: Candidate) -> str | None:
        if len(candidate.header["gap"]) < self._frame.gap:
            return "it looks like a header but has one blank before the clock, which is too few in this text"
        if self._frame.spaced and not _spaced(candidate):
            return "it looks like a header but no blank line follows it"
        return None

    def accept(self, candidate: Candidate) -> bool:
        """Whether a candidate is a header."""
        day = candidate.header["date"]
        if day is None:
            return self._frame.grammar is _BOLD or super().accept(candidate)
        if candidate.body.strip(f" \t\r\n{BOLD}"):
            what = "it looks like the line of a day but text follows it; the line was kept in the body before it"
            line = candidate.line if self.placed else None
            self.context.report("suspected-forgery", what, severity=Severity.INFO, line=line)
            return False
        self._day, self.last = day, None
        return True


_LISTED: Final = re.compile(r"\n+附件：\n(?P<list>(?:\n\[[^\n\[\]]{2,12}\] [^\n]+\n?)+)\s*\Z")
"""The files at the end of a text of wx-cli by pandorafuture (`export.rs`), which writes as WeChat mails."""
_LISTED_PATH: Final = re.compile(r"^\[[^\n\[\]]{2,12}\] ([^\n]+)$", re.MULTILINE)


def _entries(reading: Reading) -> Iterator[Entry]:
    """Entries of a text, a page, a mail or a mailbox; mails of one title, as of a long history, are one chat."""
    for text in _open(reading):
        yield from _entries_of(reading, text)


def _entries_of(reading: Reading, text: _Text) -> Iterator[Entry]:
    """Entries of a text; lines and offsets of what is wrapped are not known."""
    head, blocks = sample(text.blocks)
    frame = _read_frame(head, is_page=text.is_page, subject=text.subject)
    option = reading.day_option("date")
    day = "" if option is None else option.isoformat()
    chat = _describe(reading, frame, text.attachments)
    gate = _Gate(reading, frame, day, placed=not text.wrapped)
    for block in iter_blocks(blocks, frame.grammar, gate.accept):
        line, offset = (None, None) if text.wrapped else (block.line, block.offset)
        if block.header is None:
            _tell_preamble(reading, block, line, titled=frame.title is not None)
        elif block.header["date"] is not None:
            day = block.header["date"]
        else:
            time, precision = _time(reading, day, block.header["time"], line)
            lines = block.lines
            if ":" in lines:
                tell_near_headers(reading, lines, line, gate.near, frame.grammar.pattern)
            body = _body(chat, lines, frame, is_page=text.is_page, last=block.last)
            if block.last and (listed := _LISTED.search(body)):
                chat.metadata["attachments"] = _LISTED_PATH.findall(listed["list"])
                body = body[: listed.start()]
            kind, segments = _content(reading, body, text.attachments)
            sender, account = split_account(block.header["sender"])
            yield Entry(line, time, precision, sender, account, None, kind, body, segments, offset=offset, chat=chat)


def _describe(reading: Reading, frame: _Frame, attachments: tuple[str, ...]) -> Draft:
    title = frame.title
    chat = reading.chat_of("" if title is None else title.text)
    if title is not None:
        chat.title, chat.is_group = title.text, title.is_group
        names = frame.names or frozenset()
        pair = next((pair for pair in title.pairs if names >= set(pair) or len(title.pairs) == 1), ())
        chat.members = [Participant(name) for name in pair]
    if attachments:
        chat.metadata["attachments"] = list(attachments)
    return chat


def _tell_preamble(reading: Reading, block: Block, line: int | None, *, titled: bool) -> None:
    for number, text in enumerate(block.lines.replace(BOLD, "").replace("\u00a0", " ").split("\n")):
        if text.strip() and not _read_title(text) and not _HEAD_WORDS.fullmatch(text):
            what, severity = "text before the first message belongs to no message", Severity.WARNING
            severity, at = Severity.INFO if titled else severity, None if line is None else line + number
            reading.report("text-before-first-message", what, severity=severity, line=at, excerpt=text[:200])
            return


def _time(reading: Reading, day: str, clock: str, line: int | None) -> tuple[dt.datetime | None, Precision | None]:
    if day:
        return reading.clock(f"{day} {clock}", line=line)
    reading.report("no-date", f"no line of a day stands above {clock!r}; pass date=", line=line)
    return None, None


def _body(chat: Draft, lines: str, frame: _Frame, *, is_page: bool, last: bool) -> str:
    text = lines.partition("\n")[2]
    if is_page:
        text = text.replace(BOLD, "")
    if frame.spaced:
        first, _, rest = text.partition("\n")
        text = text if first.strip() else rest
    text = strip_blank_end(text)
    if last and (match := _SIGNATURE.search(text[-200:])):
        chat.metadata["signature"] = match["signature"].rstrip()
        text = strip_blank_end(text[: max(len(text) - 200, 0) + match.start()])
    return text


def _content(
    reading: Reading, text: str, attachments: tuple[str, ...]
) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    found = read_placeholder(text, MAIL, zone=reading.tz) if len(text) < 4096 else None
    if found is None:
        return read_client_body(text, reading.tz)
    kind, segments = found
    if len(segments) == 1 and (match := _ATTACHED.match(text)):
        number = match["number"]  # iOS names the files `__1.png`
        names = attachments or tuple(source.name or "" for source in reading.source.siblings(f"__{number}.*"))
        paths = [name for name in names if re.fullmatch(rf"_*0*{number}(?:\.[^.]+)?", name)]
        if len(paths) == 1 and isinstance(segments[0], Image | Voice | Video):
            segments = (attrs.evolve(segments[0], path=paths[0]),)
    return kind, segments


def _detection_text(head: Head) -> tuple[str, bool, str | None]:
    if is_mime(head.text):
        mail = read_mails(head.data, _WANTED)[0]
        return mail.text.replace("\r\n", "\n"), BOLD in mail.text, mail.subject
    if is_html(head.text):
        return "".join(html_lines((head.text,))), True, None
    return head.text, False, None


def _detect(head: Head) -> Evidence | None:
    if _WANTED.search(head.text) is None and not is_mime(head.text) and not is_html(head.text):
        return None
    text, is_page, subject = _detection_text(head)
    frame = _read_frame(text, is_page=is_page, subject=subject)
    candidates = sample_blocks(text, frame.grammar)
    days = sum(candidate.header["date"] is not None for candidate in candidates)
    headers = len(candidates) - days
    if frame.title is not None and days:
        return Evidence(1.0, f"the title line of a mailed chat and {days} lines of days")
    if days and headers:
        return Evidence(0.9, f"{days} lines of days and {headers} header lines of a mailed chat")
    return Evidence(0.8, "the title line of a mailed chat") if frame.title is not None else None


READER: Final = Format(
    "mail",
    "chat history shared or mailed from WeChat for Android or iOS, text, HTML or .eml (2016-2026)",
    ".txt .eml .html .htm",
    _detect,
    _entries,
    "WeChat",
    {**OWNER_OPTION, "date": "the day of the messages before the first line of a day: 2017-08-19"},
)
