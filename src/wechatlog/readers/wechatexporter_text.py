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

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import attrs

from wechatlog.content.dialects import WECHATEXPORTER
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.content.vocabulary import segment_for
from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine import Entry, Evidence, Format, Head, Reading, batches_of
from wechatlog.model import MessageKind
from wechatlog.segments import Forward, Segment
from wechatlog.timestamps import is_set_back, parse_clock
from wechatlog.tokenizer import Grammar, iter_records, prepare

TOOL: Final = "WechatExporter"
_STAMP: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_GRAMMAR: Final = Grammar(
    name="WechatExporter TXT",
    header=rf"(?P<sender>[^\n]*?) (?:\((?P<time>{_STAMP})\)|(?P<bare>{_STAMP})):",
)
_INSIDE: Final = re.compile(rf" \((?P<time>{_STAMP})\):")
_TITLE: Final = re.compile(r"(?P<title>.*) - (?:微信聊天记录|WeChat Chat History)")
_DASHES: Final = re.compile(r"-(?: -){14,}[ \t]*")
_NOTICE: Final = re.compile(r"(?:System Message:|系统消息[:：]) ?(?P<text>.*)", re.DOTALL)
_OPEN: Final = "<< "
_CLOSE: Final = re.compile(r"(?P<title>.*) (?:结束|Ends) >>")
_LF: Final = "\n"
_LONGEST_NAME: Final = 200
_RULE: Final = "- - - "
_MOST_HELD: Final = 5_000
_BARE_NOTICE_BEGINS: Final = ('"', "“", "你", "You ")

_TRANSFER: Final = re.compile(
    r"(?P<head>(?:微信转账|微信轉賬|(?:Weixin|WeChat) Transfer|\[转账\]|\[Transfer\])(?: |\Z))"
    r"(?P<amount>[￥¥$A-Z]{0,4} ?[0-9][0-9,]{0,20}(?:\.[0-9]{2})?)?"
    r"(?: - (?P<state>转账|已收款|已接收|已退还|已被接收|已被退还|已过期"
    r"|向[^\n]{1,100}?转账(?: - 已被(?:接收|退还))?|来自[^\n]{1,100}?的转账 - 已(?:收款|退还)))?"
)
_STATES: Final[Mapping[str, str]] = {
    "已收款": "received",
    "已接收": "received",
    "已被接收": "received",
    "已退还": "returned",
    "已被退还": "returned",
    "已过期": "expired",
    "转账": "sent",
}
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
    words = match["state"] or ""
    state = next((state for word, state in _STATES.items() if words.endswith(word)), None)
    return (segment_for(MessageKind.TRANSFER, text, amount=match["amount"], note=note, state=state),)


def read_body(text: str) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    """Kind and segments of a text as the tool writes it in both its formats."""
    if text == "[音频]":
        return MessageKind.VOICE, (segment_for(MessageKind.VOICE, text),)
    if (transfer := read_transfer(text)) is not None:
        return MessageKind.TRANSFER, transfer
    if match := _CARD.fullmatch(text):
        return MessageKind.CARD, (segment_for(MessageKind.CARD, text, name=match["name"]),)
    if (found := read_placeholder(text, WECHATEXPORTER)) is not None:
        return found
    if match := _CHANNEL.fullmatch(text):
        return MessageKind.CHANNEL, (segment_for(MessageKind.CHANNEL, text, title=match["title"]),)
    return MessageKind.TEXT, None


# --- entries: a header and what follows -----------------------------------------------------------


@attrs.define(eq=False)
class _Part:
    """A header and the text up to the next one; a header of `None` for the text before the first."""

    sender: str | None
    clock: str
    text: str
    line: int
    offset: int
    is_link: bool = False
    more: list[str] = attrs.field(factory=list)
    depth: int = 0

    @property
    def whole(self) -> str:
        """The name and the text."""
        return f"{self.sender}\n{self.text}"

    def join(self) -> _Part:
        """Take the lines that were no headers into the text."""
        self.text = "".join((self.text, *self.more))
        self.more.clear()
        return self


class _Piece(NamedTuple):
    """A part of an entry: what it is (`message`, `notice`, `quote`, `link`, `open`, `close`), and its text."""

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


def _is_bare_notice(line: str) -> bool:
    return line.startswith(_BARE_NOTICE_BEGINS) and read_notice(line) is not None


class _Names:
    """The names in headers, found by a pass of their own that is made when somebody asks."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._found: frozenset[str] | None = None

    def _all(self) -> frozenset[str]:
        if self._found is None:
            reading, title = self._reading, self._reading.chat.title
            names = set() if title is None else {title}
            after_transfer = False
            for header, raw, _, _ in itertools.chain.from_iterable(
                iter_records(prepare(reading.source.blocks(Collector(), reading.encoding)).blocks, _GRAMMAR)
            ):
                if header is not None and not after_transfer and header["sender"]:
                    names.add(header["sender"])
                after_transfer = bool(_TRANSFER.match(raw))
            self._found = frozenset(names)
        return self._found

    def __contains__(self, name: str) -> bool:
        return name in self._all()

    def split(self, text: str) -> tuple[str, str] | None:
        """The longest name at the end of a text, and what stands before it."""
        names = self._all()
        for begin in range(max(0, len(text) - _LONGEST_NAME), len(text)):
            if text[begin:] in names:
                return text[:begin], text[begin:]
        return None


class _Parts:
    """Headers told from what looks like one, and what runs on in one line taken apart."""

    def __init__(self, reading: Reading, names: _Names, *, descending: bool) -> None:
        self._reading = reading
        self._names = names
        self._descending = descending

    def split(self, entry: _Part) -> Iterator[_Part]:
        """An entry, and those that follow it without a line end."""
        text, begin = entry.text, 0
        while entry.sender is not None and (match := self._glued(entry, text, begin)) is not None:
            entry.text, name = self._split_name(text[begin : match.start()])
            entry.is_link = entry.is_link or not _TRANSFER.match(entry.text)
            line = entry.line + text.count("\n", begin, match.start())
            self._report(name, line)
            yield entry
            begin = match.end()
            entry = _Part(name, match["time"], "", line, entry.offset)
        entry.text = text[begin:]
        yield entry

    def _report(self, name: str | None, line: int) -> None:
        if name is not None:
            sentence, severity = "no line end before the next message", Severity.INFO
        else:
            sentence = "no line end before the next message, and no way to tell whose it is"
            severity = Severity.WARNING
        self._reading.report("writer-fault", sentence, severity=severity, line=line)

    def _glued(self, entry: _Part, text: str, begin: int) -> re.Match[str] | None:
        """The header inside a text, if one is there that cannot be a part of it.

        In a transfer only one whose sender is known or follows the transfer's fixed words; in another text
        only one of a known person that is not older, since what people paste is.
        """
        is_transfer = _TRANSFER.match(text, begin) is not None
        line_end = -1 if is_transfer else text.find("\n", begin)
        match = _INSIDE.search(text, begin, line_end if line_end >= 0 else len(text))
        if match is None or _is_older(match["time"], entry.clock, descending=self._descending):
            return None
        if is_transfer or self._names.split(text[begin : match.start()]) is not None:
            return match
        return None

    def _split_name(self, text: str) -> tuple[str, str | None]:
        found = self._names.split(text)
        if found is not None:
            return found
        match = _TRANSFER.match(text)
        if match is not None and match["amount"] is not None and "\n" not in text and match.end() < len(text):
            return text[: match.end()], text[match.end() :]
        return text, None


def _is_older(clock: str, other: str, *, descending: bool) -> bool:
    """Whether a time cannot follow another in an export; ISO texts sort as times do."""
    return clock > other if descending else clock < other


# --- the pass -------------------------------------------------------------------------------------


@attrs.define(eq=False)
class _OpenForward:
    """A merged forward whose end has not come yet."""

    title: str
    parent: Entry
    nested: list[Entry] = attrs.field(factory=list)


class _Pass:
    """One pass over a TXT export."""

    def __init__(self, reading: Reading, head: Head) -> None:
        self._reading = reading
        self._names = _Names(reading)
        self._descending = _is_descending(head.lines)
        self._parts = _Parts(reading, self._names, descending=self._descending)
        self._forwards: list[_OpenForward] = []
        self._last: Entry | None = None
        self._held = 0

    def entries(self) -> Iterator[Entry]:
        for entry in self._accepted():
            for part in self._parts.split(entry):
                self._look_for_headers(part)
                for piece in self._pieces(part):
                    yield from self._take(piece, part)
        yield from self._release()

    # headers

    def _look_for_headers(self, part: _Part) -> None:
        """Tell of lines of a body that hold the time of a header, and are none."""
        for number, text in enumerate((part.sender or "", *part.text.split("\n")) if _RULE in part.whole else ()):
            if text.startswith(_RULE) and not (number and _DASHES.fullmatch(text)):
                what = "the line of a quote goes on as something else: lines behind it may be lost"
                self._reading.report("near-header", what, line=part.line + max(number - 1, 0))
        if _INSIDE.search(part.text) is None:
            return
        for number, text in enumerate(part.text.split("\n")):
            if _INSIDE.search(text) and not (number and _GRAMMAR.pattern.match(f"\n{text}")):
                what = "a time as headers have it stands inside a message: a header may be damaged here"
                self._reading.report("near-header", what, line=part.line + number)

    def _accepted(self) -> Iterator[_Part]:
        """Entries; a header out of the order of time is a part of the body before it."""
        blocks = prepare(self._reading.blocks()).blocks
        current: _Part | None = None
        for header, raw, offset, line in itertools.chain.from_iterable(iter_records(blocks, _GRAMMAR)):
            text = raw.replace("\r\n", "\n")
            if header is None or current is None:
                current = _Part(None, "", text, line, offset)
                continue
            if self._is_body(header, current):
                current.more.append(header.group()[1:] + text)
                self._report_forgery(line)
                continue
            current.join()
            clock, is_link = header["time"] or header["bare"], header["bare"] is not None
            following = _Part(self._take_remark(header["sender"], current), clock, text, line, offset, is_link)
            current.text = current.text.removesuffix("\n")
            yield current
            following.depth = self._depth_after(following)
            current = following
        if current is not None:
            current.join().text = current.text.rstrip("\n")
            yield current

    def _report_forgery(self, line: int) -> None:
        self._reading.report(
            "suspected-forgery",
            "this line looks like a header and is older than the message that it stands in",
            line=line,
            column=1,
        )

    def _take_remark(self, name: str, before: _Part) -> str:
        """The sender of a header line; what stands before a known name is the remark to the transfer above."""
        if before.sender is None or not _TRANSFER.match(before.text) or name in self._names:
            return name
        found = self._names.split(name)
        if found is None:
            return name
        before.text = f"{before.text.rstrip(_LF)}\n{found[0]}\n"
        return found[1]

    def _is_body(self, header: re.Match[str], current: _Part) -> bool:
        if current.sender is None or current.depth > 0:
            return False
        clock = header["time"] or header["bare"]
        if not _is_older(clock, current.clock, descending=self._descending):
            return False
        before, after = parse_clock(current.clock), parse_clock(clock)
        set_back = before and after and is_set_back(before.time, after.time, self._reading.tz)
        return not (set_back and header["sender"] in self._names and not self._descending)

    def _depth_after(self, entry: _Part) -> int:
        """How many merged forwards are open behind an entry, all before it having been taken."""
        depth = len(self._forwards)
        if _OPEN not in entry.text and not (depth and ">>" in entry.text):
            return depth
        for piece in self._pieces(entry):
            depth += {"open": 1, "close": -1}.get(piece.what, 0)
        return max(depth, 0)

    # bodies

    def _pieces(self, entry: _Part) -> list[_Piece]:
        """What stands under a header: its message, and what has lost its own header."""
        lines = entry.text.split("\n")
        quotes = _quote_starts(lines) if "- - - - -" in entry.text else frozenset()
        pieces: list[_Piece] = []
        what, sender = "message", entry.sender
        begin, kept = 0, lines[:1]
        if entry.sender is None:
            what, kept, begin = "preamble", [], 0
        for number, line in enumerate(lines[len(kept) :], len(kept)):
            found = self._find_piece(line, number in quotes, kept, pieces)
            if found is None:
                kept.append(line)
                continue
            pieces.append(_Piece(what, "\n".join(kept), entry.line + begin, sender))
            what, text, sender = found
            begin, kept = number, [text]
        pieces.append(_Piece(what, "\n".join(kept), entry.line + begin, sender))
        return pieces

    def _find_piece(
        self, line: str, is_quote: bool, kept: list[str], pieces: list[_Piece]
    ) -> tuple[str, str, str | None] | None:
        """What a line begins, if it is no part of the body before it."""
        if is_quote:
            return "quote", line, None
        if match := _NOTICE.fullmatch(line):
            return "notice", match["text"], None
        if line.startswith(_OPEN) and kept == [line[len(_OPEN) :]] and kept != [""]:
            return "open", line[len(_OPEN) :], None
        if (match := _CLOSE.fullmatch(line)) and self._is_open(match["title"], pieces):
            return "close", match["title"], None
        if _is_bare_notice(line):
            return "notice", line, None
        name, colon, title = line.partition(":")
        if colon and title[:1] not in ("", " ", "/") and 0 < len(name) <= _LONGEST_NAME and name in self._names:
            return "link", title, name
        return None

    def _is_open(self, title: str, pieces: list[_Piece]) -> bool:
        return any(piece.what == "open" and piece.text == title for piece in pieces) or any(
            forward.title == title for forward in self._forwards
        )

    # messages

    def _take(self, piece: _Piece, entry: _Part) -> Iterator[Entry]:
        if piece.what == "preamble":
            self._check_preamble(piece)
        elif piece.what == "open":
            if self._last is not None:
                self._forwards.append(_OpenForward(piece.text, self._last))
                self._last = None
        elif piece.what == "close":
            yield from self._close(piece)
        else:
            yield from self._emit(self._message(piece, entry))

    def _emit(self, message: Entry) -> Iterator[Entry]:
        """Hold the last message back, for a forward may follow it."""
        if self._last is not None:
            if self._forwards:
                self._forwards[-1].nested.append(self._last)
                self._held += 1
            else:
                yield self._last
        self._last = message
        if self._held > _MOST_HELD:
            yield from self._release()

    def _close(self, piece: _Piece) -> Iterator[Entry]:
        """Put the messages of a forward into the message that opened it."""
        while self._forwards and self._forwards[-1].title != piece.text:
            self._unfold(self._forwards.pop())
        if not self._forwards:
            return
        forward = self._forwards.pop()
        if self._last is not None:
            forward.nested.append(self._last)
        nested = (message for _, batch in batches_of(self._reading, forward.nested) for message in batch)
        segment = Forward(forward.title, tuple(nested), raw=forward.parent.text)
        self._last = forward.parent._replace(kind=MessageKind.FORWARD, segments=(segment,))
        if not self._forwards:
            self._held = 0
        yield from ()

    def _unfold(self, forward: _OpenForward) -> None:
        """A forward inside another has no end: its messages belong to the outer one."""
        self._report_open(forward)
        outer = self._forwards[-1].nested if self._forwards else []
        outer += [forward.parent, *forward.nested]

    def _release(self) -> Iterator[Entry]:
        """Give out everything that waits, forwards without an end as plain messages."""
        for forward in self._forwards:
            self._report_open(forward)
            yield forward.parent
            yield from forward.nested
        self._forwards.clear()
        self._held = 0
        if self._last is not None:
            yield self._last
            self._last = None

    def _report_open(self, forward: _OpenForward) -> None:
        self._reading.report(
            "open-forward",
            "a merged forward has no end; its messages are given one by one",
            line=forward.parent.line,
        )

    def _check_preamble(self, piece: _Piece) -> None:
        lines = piece.text.split("\n")
        rest = lines[1:] if find_title(lines[0]) is not None else lines
        excerpt = next((line for line in rest if line.strip()), None)
        if excerpt is not None:
            self._reading.report(
                "text-before-first-message",
                "text before the first header belongs to no message",
                line=piece.line + lines.index(excerpt),
                column=1,
                excerpt=excerpt[:200],
            )

    def _message(self, piece: _Piece, entry: _Part) -> Entry:
        line, time, precision = piece.line, None, None
        if piece.what == "message":
            time, precision = self._reading.clock(entry.clock, line=line)
        elif piece.what != "notice":
            self._report_lost(piece)
        kind, segments = self._body(piece, is_link=entry.is_link)
        sender = (piece.sender or None) if piece.what in ("message", "link") else None
        offset = entry.offset if piece.what == "message" else None
        return Entry(line, time, precision, sender, None, None, kind, piece.text, segments, offset=offset)

    def _report_lost(self, piece: _Piece) -> None:
        lost = "name and time of this reply" if piece.what == "quote" else "the time of this link"
        self._reading.report("writer-fault", f"the exporter left out {lost}", severity=Severity.INFO, line=piece.line)

    def _body(self, piece: _Piece, *, is_link: bool) -> tuple[MessageKind, tuple[Segment, ...] | None]:
        if piece.what == "notice":
            return read_notice(piece.text) or MessageKind.SYSTEM, None
        if piece.what == "quote":
            return MessageKind.QUOTE, None
        if piece.what == "link" or (is_link and piece.text):
            return MessageKind.LINK, (segment_for(MessageKind.LINK, piece.text, title=piece.text),)
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
    falling = sum(one > two for one, two in itertools.pairwise(clocks))
    return falling * 2 > len(clocks) - 1


def _entries(reading: Reading) -> Iterator[Entry]:
    head = Head.of(reading.source, reading.encoding)
    reading.chat.title = next((find_title(line) for line in head.lines if line.strip()), None)
    return _Pass(reading, head).entries()


def _detect(head: Head) -> Evidence | None:
    """The title line and the headers."""
    first = next((line for line in head.lines if line.strip()), "")
    headers = sum(parse_clock(clock) is not None for clock in _clocks(head.lines[:500]))
    if find_title(first) is not None:
        return Evidence(1.0 if headers else 0.8, f"title line … - 微信聊天记录, {headers} header lines")
    if headers > 1:
        return Evidence(0.7, f"{headers} header lines 'NAME (YYYY-MM-DD HH:MM:SS):text'")
    return Evidence(0.4, "a header line 'NAME (YYYY-MM-DD HH:MM:SS):text'") if headers else None


TXT: Final = Format("wechatexporter-txt", "WechatExporter for iOS backups, TXT", ".txt", _detect, _entries, TOOL)
