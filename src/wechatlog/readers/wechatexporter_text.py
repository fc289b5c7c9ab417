"""WechatExporter for iOS backups, TXT: lines `NAME (YYYY-MM-DD HH:MM:SS):text` under a title.

Takes text, gives messages. The title line is `NAME - 微信聊天记录`; a blank line follows; more lines of a body are not
marked. Accounts, own messages and ids are not written. Source of the format: `res/templates_txt` and
`MessageParser.cpp`, versions 1.8 to 2022.

What the templates do to messages, each read as what it is and said in a diagnostic where something was lost:

* a transfer has no line end, so that the next message follows on its line; its remark stands behind CRLF;
* links have no line end in the first versions, and no parentheses round the time up to 1.9.4; files are known in
  which they have no time at all;
* a reply that quotes has neither name nor time: `「name：text」`, a line of dashes, the reply;
* notices are `System Message: …` in any language, or bare lines;
* red packets and shared places have no text at all;
* merged forwards are a message with the title, `<< title`, the messages as any others, `title 结束 >>`.

The exporter sorts by time; a header that is older than the one before it stands in a body. A header that is not
older can be forged, and nobody can tell.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import attrs

from wechatlog.content.dialects.wechatexporter import WECHATEXPORTER
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.content.vocabulary import TRANSFER_WORDS
from wechatlog.engine import Entry, Evidence, Format, Head, Reading, batches_of, one_segment
from wechatlog.engine.records import records_of
from wechatlog.model import MessageKind
from wechatlog.segments import Forward, Segment
from wechatlog.timestamps import is_set_back, parse_clock
from wechatlog.tokenizer import Grammar

TOOL: Final = "WechatExporter"
_STAMP: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_GRAMMAR: Final = Grammar(
    name="WechatExporter TXT", header=rf"(?P<sender>[^\n]*?) (?:\((?P<time>{_STAMP})\)|(?P<bare>{_STAMP})):"
)
_INSIDE: Final = re.compile(rf" \((?P<time>{_STAMP})\):")
_SHOWN_CLOCK: Final = r"\d \d{2}[:：]\d{2}[:：]\d{2}[)）][:：]"
"""In full-width characters too, as an input method makes them."""
_SHOWN_DAY: Final = r"[(（]\d{4}[-－]\d{2}[-－]"
_OF_HEADER: Final = re.compile(f"{_SHOWN_CLOCK}|{_SHOWN_DAY}")
_CLOCK_OF_HEADER: Final = re.compile(_SHOWN_CLOCK)
_BEGINS_AS_HEADER: Final = re.compile(rf"(?P<name>[^\n]{{1,200}}?) {_SHOWN_DAY}")
_TITLE: Final = re.compile(r"(?P<title>.*) - (?:微信聊天记录|WeChat Chat History)")
_DASHES: Final = re.compile(r"-(?: -){14,}[ \t]*")
_NOTICE: Final = re.compile(r"(?:System Message:|系统消息[:：]) ?(?P<text>.*)", re.DOTALL)
_OPEN: Final = "<< "
_CLOSE: Final = re.compile(r"(?P<title>.*) (?:结束|Ends) >>")
_LONGEST_NAME: Final = 200
_RULE: Final = "- - - "
_MOST_HELD: Final = 5_000
_BARE_NOTICE_BEGINS: Final = ('"', "“", "你", "You ")

_TRANSFER: Final = re.compile(
    r"(?P<head>(?:微信转账|微信轉賬|(?:Weixin|WeChat) Transfer|\[转账\]|\[Transfer\])(?: |\Z))"
    r"(?P<amount>[￥¥$A-Z]{0,4} ?[0-9][0-9,]{0,20}(?:\.[0-9]{2})?)?"
    r"(?: - (?P<state>转账|已收款|已接收|已退还|已被接收|已被退还|已过期"
    r"|向[^\n]{1,100}?转账(?: - 已被(?:接收|退还))?|来自[^\n]{1,100}?的转账 - 已(?:收款|退还)"
    r"|Transfer|(?:(?:Pay to|From) [^\n]{1,100}? - )?(?:Accepted|Rejected|Expired) ?|Pay to [^\n]{1,100}))?"
)
_CHANNEL: Final = re.compile(r"(?P<title>[^\n]*) - (?:视频号|Channels) (?P<name>[^\n]+)")
_CARD: Final = re.compile(r"\[名片\] (?P<name>[^\n]+)")


def find_title(text: str) -> str | None:
    """The name of the chat in a title `NAME - 微信聊天记录`."""
    match = _TITLE.fullmatch(text.strip("\r\n"))
    return match["title"] if match else None


def read_transfer(text: str) -> tuple[Segment, ...] | None:
    """The segment of a transfer, whose remark stands on a line of its own; `None` for something else."""
    first, _, note = text.partition("\n")
    match = _TRANSFER.fullmatch(first)
    if match is None or (match["amount"] is None and first.startswith("[")):
        return None
    words = (match["state"] or "").rstrip()
    state = next((state for word, state in TRANSFER_WORDS.items() if words.endswith(word)), None)
    state = state or ("sent" if words.startswith(("Transfer", "Pay to ")) else None)
    return one_segment(MessageKind.TRANSFER, text, amount=match["amount"], note=note, state=state)


def read_body(text: str) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    """Kind and segments of a text as the tool writes it in both its formats."""
    if text == "[音频]":
        return MessageKind.VOICE, one_segment(MessageKind.VOICE, text)
    if (transfer := read_transfer(text)) is not None:
        return MessageKind.TRANSFER, transfer
    if match := _CARD.fullmatch(text):
        return MessageKind.CARD, one_segment(MessageKind.CARD, text, name=match["name"])
    if (found := read_placeholder(text, WECHATEXPORTER)) is not None:
        return found
    if match := _CHANNEL.fullmatch(text):
        return MessageKind.CHANNEL, one_segment(MessageKind.CHANNEL, text, title=match["title"])
    return MessageKind.TEXT, None


class Forwards:
    """Entries, those of merged forwards put into the entry that opened them: that is the last one before them."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._last: Entry | None = None
        self._open: list[tuple[str, Entry, list[Entry]]] = []  # title, parent, and what is inside so far

    @property
    def titles(self) -> list[str]:
        """Of those that are open."""
        return [title for title, _, _ in self._open]

    def take(self, entry: Entry) -> Iterator[Entry]:
        """An entry; it waits for the next one, for a forward may follow it."""
        if self._last is not None:
            if self._open:
                self._open[-1][2].append(self._last)
            else:
                yield self._last
        self._last = entry
        if self._open and sum(len(nested) for _, _, nested in self._open) > _MOST_HELD:
            yield from self.release()

    def open(self, title: str) -> bool:
        """The last entry is a forward, unless there is none."""
        if self._last is None:
            return False
        self._open.append((title, self._last, []))
        self._last = None
        return True

    def close(self, title: str | None = None) -> bool:
        """The forward of a title ends, or the one that was opened last; those inside it that have no end are none."""
        if not self._open or title not in (None, *self.titles):
            return False
        while title not in (None, self._open[-1][0]):
            _, parent, nested = self._open.pop()
            self._report(parent)
            self._open[-1][2].extend((parent, *nested))
        known, parent, nested = self._open.pop()
        if self._last is not None:
            nested.append(self._last)
        messages = tuple(message for _, batch in batches_of(self._reading, nested) for message in batch)
        self._last = parent._replace(kind=MessageKind.FORWARD, segments=(Forward(known, messages, raw=parent.text),))
        return True

    def release(self) -> Iterator[Entry]:
        """Everything that waits, forwards without an end as plain messages."""
        for _, parent, nested in self._open:
            self._report(parent)
            yield parent
            yield from nested
        self._open.clear()
        if self._last is not None:
            yield self._last
            self._last = None

    def _report(self, parent: Entry) -> None:
        what = "a merged forward has no end; its messages are given one by one"
        self._reading.report("open-forward", what, line=parent.line)


@attrs.define(eq=False)
class _Part:
    """A header and the text up to the next one; a sender of `None` for the text before the first.

    Attributes:
        more: lines that looked like headers, and what follows them.
        depth: how many merged forwards are open behind it.
    """

    sender: str | None
    clock: str
    text: str
    line: int
    offset: int
    is_link: bool = False
    more: list[str] = attrs.field(factory=list)
    depth: int = 0


class _Piece(NamedTuple):
    """What of a part is a `preamble`, `message`, `notice`, `quote` or `link`, or `open`s and `close`s a forward."""

    what: str
    text: str
    line: int
    sender: str | None = None


def _quote_starts(lines: list[str]) -> set[int]:
    """The lines behind the first that begin a quote whose header the exporter lost."""
    found: set[int] = set()
    begin: int | None = None
    for number, line in enumerate(lines):
        if line.startswith("「"):
            begin = number
        if begin is not None and number + 1 < len(lines) and line.endswith("」"):
            if _DASHES.fullmatch(lines[number + 1]):
                found.add(begin)
            begin = None
    return found - {0}


class _Pass:
    def __init__(self, reading: Reading, head: Head) -> None:
        self._reading = reading
        self._descending = _is_descending(head.lines)
        self._forwards = Forwards(reading)

    def entries(self) -> Iterator[Entry]:
        for whole in self._accepted():
            for part in self._split(whole):
                self._look_for_headers(part)
                for piece in self._pieces(part):
                    yield from self._take(piece, part)
        yield from self._forwards.release()

    # names

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        """The names in headers, found by a pass of their own that is made when somebody asks."""
        reading, after_transfer = self._reading, False
        names = {reading.chat.title}
        for header, raw, _, _ in records_of(reading.look(), _GRAMMAR):
            if header is not None and not after_transfer:
                names.add(header["sender"])
            after_transfer = bool(_TRANSFER.match(raw))
        return frozenset(filter(None, names))

    def _split_name(self, text: str) -> tuple[str, str] | None:
        """The longest name at the end of a text, and what stands before it."""
        for begin in range(max(0, len(text) - _LONGEST_NAME), len(text)):
            if text[begin:] in self._names:
                return text[:begin], text[begin:]
        return None

    # headers

    def _accepted(self) -> Iterator[_Part]:
        """Parts; a header out of the order of time is in the body before it."""
        current: _Part | None = None
        for header, raw, offset, line in records_of(self._reading.blocks(), _GRAMMAR):
            text = raw.replace("\r\n", "\n")
            if header is None or current is None:
                current = _Part(None, "", text, line, offset)
                continue
            if self._is_body(header, current):
                current.more.append(header.group()[1:] + text)
                what = "this line looks like a header and is older than the message that it stands in"
                self._reading.report("suspected-forgery", what, line=line, column=1)
                continue
            current.text = "".join((current.text, *current.more))
            clock, is_link = header["time"] or header["bare"], header["bare"] is not None
            following = _Part(self._take_remark(header["sender"], current), clock, text, line, offset, is_link)
            current.text = current.text.removesuffix("\n")
            yield current
            following.depth = self._depth_after(following)
            current = following
        if current is not None:
            current.text = "".join((current.text, *current.more)).rstrip("\n")
            yield current

    def _take_remark(self, name: str, before: _Part) -> str:
        """The sender of a header line; what stands before a known name is the remark to the transfer above."""
        if before.sender is None or not _TRANSFER.match(before.text) or name in self._names:
            return name
        found = self._split_name(name)
        if found is None:
            return name
        before.text = "\n".join((before.text.rstrip("\n"), found[0], ""))
        return found[1]

    def _is_body(self, header: re.Match[str], current: _Part) -> bool:
        if current.sender is None or current.depth > 0:
            return False
        clock = header["time"] or header["bare"]
        if not self._is_older(clock, current.clock):
            return False
        before, after = parse_clock(current.clock), parse_clock(clock)
        set_back = before and after and is_set_back(before.time, after.time, self._reading.tz)
        return not (set_back and header["sender"] in self._names and not self._descending)

    def _is_older(self, clock: str, other: str) -> bool:
        """Whether a time cannot follow another in this export; ISO texts sort as times do."""
        return clock > other if self._descending else clock < other

    def _depth_after(self, part: _Part) -> int:
        """How many merged forwards are open behind a part, all before it having been taken."""
        depth = len(self._forwards.titles)
        if _OPEN not in part.text and not (depth and ">>" in part.text):
            return depth
        for piece in self._pieces(part):
            depth += {"open": 1, "close": -1}.get(piece.what, 0)
        return max(depth, 0)

    def _split(self, part: _Part) -> Iterator[_Part]:
        text, begin = part.text, 0
        while part.sender is not None and (match := self._glued(part, text, begin)) is not None:
            part.text, name = self._split_name(text[begin : match.start()]) or self._split_transfer(
                text[begin : match.start()]
            )
            part.is_link = part.is_link or not _TRANSFER.match(part.text)
            line = part.line + text.count("\n", begin, match.start())
            if name is not None:
                self._reading.tell("writer-fault", "no line end before the next message", line)
            else:
                what = "no line end before the next message, and no way to tell whose it is"
                self._reading.report("writer-fault", what, line=line)
            yield part
            begin = match.end()
            part = _Part(name, match["time"], "", line, part.offset)
        part.text = text[begin:]
        yield part

    def _glued(self, part: _Part, text: str, begin: int) -> re.Match[str] | None:
        """The header inside a text, if one is there that cannot be a part of it.

        In a transfer only one whose sender is known or follows the transfer's fixed words; in another text
        only one of a known person that is not older, since what people paste is.
        """
        is_transfer = _TRANSFER.match(text, begin) is not None
        line_end = -1 if is_transfer else text.find("\n", begin)
        match = _INSIDE.search(text, begin, line_end if line_end >= 0 else len(text))
        if match is None or self._is_older(match["time"], part.clock):
            return None
        return match if is_transfer or self._split_name(text[begin : match.start()]) is not None else None

    @staticmethod
    def _split_transfer(text: str) -> tuple[str, str | None]:
        """The fixed words of a transfer, and the name of nobody known behind them."""
        match = _TRANSFER.match(text)
        if match is not None and match["amount"] is not None and "\n" not in text and match.end() < len(text):
            return text[: match.end()], text[match.end() :]
        return text, None

    def _look_for_headers(self, part: _Part) -> None:
        """Tell of lines of a body that hold the time of a header, and are none."""
        ruled = _RULE in part.text or (part.sender or "").startswith(_RULE)
        for number, text in enumerate((part.sender or "", *part.text.split("\n")) if ruled else ()):
            if text.startswith(_RULE) and not (number and _DASHES.fullmatch(text)):
                what = "the line of a quote goes on as something else: lines behind it may be lost"
                self._reading.report("near-header", what, line=part.line + max(number - 1, 0))
        signs = _OF_HEADER.search(part.text) or _OF_HEADER.search(part.sender or "")
        for number, text in enumerate((part.sender or "", *part.text.split("\n")) if signs else ()):
            begins = _BEGINS_AS_HEADER.match(text)
            if (_CLOCK_OF_HEADER.search(text) or (begins and begins["name"] in self._names)) and not (
                number > 1 and _GRAMMAR.pattern.match(f"\n{text}")
            ):
                what = "a time as headers have it stands inside a message: a header may be damaged here"
                self._reading.report("near-header", what, line=part.line + max(number - 1, 0))

    # bodies

    def _pieces(self, part: _Part) -> list[_Piece]:
        """What stands under a header: its message, and what has lost its own header."""
        lines = part.text.split("\n")
        quotes = _quote_starts(lines) if "- - - - -" in part.text else frozenset()
        pieces: list[_Piece] = []
        what, sender = "message", part.sender
        begin, kept = 0, lines[:1]
        if part.sender is None:
            what, kept = "preamble", []
        for number, line in enumerate(lines[len(kept) :], len(kept)):
            found = ("quote", line, None) if number in quotes else self._find_piece(line, kept, pieces)
            if found is None:
                kept.append(line)
                continue
            pieces.append(_Piece(what, "\n".join(kept), part.line + begin, sender))
            what, text, sender = found
            begin, kept = number, [text]
        pieces.append(_Piece(what, "\n".join(kept), part.line + begin, sender))
        return pieces

    def _find_piece(self, line: str, kept: list[str], pieces: list[_Piece]) -> tuple[str, str, str | None] | None:
        """What a line begins, if it is no part of the body before it."""
        if match := _NOTICE.fullmatch(line):
            return "notice", match["text"], None
        if line.startswith(_OPEN) and kept == [line[len(_OPEN) :]] and kept != [""]:
            return "open", line[len(_OPEN) :], None
        if match := _CLOSE.fullmatch(line):
            opened = (piece.text for piece in pieces if piece.what == "open")
            if match["title"] in (*opened, *self._forwards.titles):
                return "close", match["title"], None
        if line.startswith(_BARE_NOTICE_BEGINS) and read_notice(line) is not None:
            return "notice", line, None
        name, colon, title = line.partition(":")
        if colon and title[:1] not in ("", " ", "/") and 0 < len(name) <= _LONGEST_NAME and name in self._names:
            return "link", title, name
        return None

    # messages

    def _take(self, piece: _Piece, part: _Part) -> Iterator[Entry]:
        if piece.what == "preamble":
            title, _, rest = piece.text.partition("\n")
            named = find_title(title) is not None
            self._reading.report_preamble(rest if named else piece.text, line=piece.line + named)
        elif piece.what == "open":
            self._forwards.open(piece.text)
        elif piece.what == "close":
            self._forwards.close(piece.text)
        else:
            yield from self._forwards.take(self._message(piece, part))

    def _message(self, piece: _Piece, part: _Part) -> Entry:
        line, time, precision, offset = piece.line, None, None, None
        if piece.what == "message":
            (time, precision), offset = self._reading.clock(part.clock, line=line), part.offset
        elif piece.what != "notice":
            lost = "name and time of this reply" if piece.what == "quote" else "the time of this link"
            self._reading.tell("writer-fault", f"the exporter left out {lost}", line)
        kind, segments = self._body(piece, is_link=part.is_link)
        sender = (piece.sender or None) if piece.what in ("message", "link") else None
        return Entry(line, time, precision, sender, None, None, kind, piece.text, segments, offset=offset)

    def _body(self, piece: _Piece, *, is_link: bool) -> tuple[MessageKind, tuple[Segment, ...] | None]:
        if piece.what == "notice":
            return read_notice(piece.text) or MessageKind.SYSTEM, None
        if piece.what == "quote":
            return MessageKind.QUOTE, None
        if piece.what == "link" or (is_link and piece.text):
            return MessageKind.LINK, one_segment(MessageKind.LINK, piece.text, title=piece.text)
        if not piece.text.strip():
            return MessageKind.OTHER, None
        if piece.text.startswith("「") and _quote_starts(["", *piece.text.split("\n")]) == {1}:
            return MessageKind.QUOTE, None
        return read_body(piece.text)


def _clocks(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if match := _GRAMMAR.pattern.match("\n" + line):
            yield match["time"] or match["bare"]


def _is_descending(lines: list[str]) -> bool:
    """Whether the export runs from new to old; the first and the last header decide, most pairs must agree."""
    clocks = list(_clocks(lines))
    if len(clocks) < 2 or clocks[0] <= clocks[-1]:
        return False
    return sum(one > two for one, two in itertools.pairwise(clocks)) * 2 > len(clocks) - 1


def _entries(reading: Reading) -> Iterator[Entry]:
    head = reading.head
    reading.chat.title = next((find_title(line) for line in head.lines if line.strip()), None)
    return _Pass(reading, head).entries()


def _detect(head: Head) -> Evidence | None:
    first = next((line for line in head.lines if line.strip()), "")
    headers = sum(parse_clock(clock) is not None for clock in _clocks(head.lines[:500]))
    if find_title(first) is not None:
        return Evidence(1.0 if headers else 0.8, f"title line … - 微信聊天记录, {headers} header lines")
    if not headers or not _CLOCK_OF_HEADER.search(head.text):  # without brackets they are of the log of a program
        return None
    return Evidence(0.7 if headers > 1 else 0.4, f"{headers} header lines 'NAME (YYYY-MM-DD HH:MM:SS):text'")


TXT: Final = Format("wechatexporter-txt", "WechatExporter for iOS backups, TXT", ".txt", _detect, _entries, TOOL)
