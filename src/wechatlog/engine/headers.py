"""Headers of text exports told from body lines that look like one.

In any plain text a body line can forge a header. What can be known is used: the blank lines round a true header, the
set of names, and the order of time. Takes the tokenizer's records, gives blocks: a block whose header was doubted is
part of the body before it, nothing is lost. Every doubt is a `suspected-forgery`. Knows no format.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.vocabulary import kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine.records import records_of
from wechatlog.timestamps import cached_clock, is_set_back

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from wechatlog.engine.head import Head
    from wechatlog.engine.reading import Reading
    from wechatlog.tokenizer import Grammar, Record

MARKS: Final = "[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]{0,4}+"
"""Pattern of direction marks and the like, which some clients and editors put before a header."""

_WHOLE_TIME: Final = 14
"""Characters of a day and a clock."""
_WINDOW: Final = 64
_MOST_NAMES: Final = 50_000
_SAMPLE: Final = 1 << 16
_MANY: Final = 1 << 20
MOST_BEGINNINGS: Final = 64
"""Names that are looked for in front of what may be a damaged header."""
_JOINED: Final = 200
"""Characters from where a damaged header begins, in which the next one must stand."""
_LOG_WORD: Final = re.compile(
    r"(?:[\w.-]*\.)?(?:trace|debug|verbose|info|notice|warn|warning|error|err|critical|fatal|panic|log|stdout|stderr"
    r"|exception|错误|警告|信息|调试|日志|严重|异常)",
    re.IGNORECASE,
)


@attrs.define(eq=False)
class Block:
    """A header and its body, doubted headers included.

    Attributes:
        header: the match, which begins with the line end before it; `None` for the text before the first header.
        parts: the body in pieces: the rest of the header's line, then the lines after it.
        line: 1-based line of the header.
        offset: of the header's first character.
        last: no block follows.
    """

    header: re.Match[str] | None
    parts: list[str]
    line: int
    offset: int
    last: bool = False

    @property
    def raw(self) -> str:
        """The body with its line ends as they stand."""
        return "".join(self.parts)

    @property
    def lines(self) -> str:
        """The body with LF for line ends."""
        return self.raw.replace("\r\n", "\n")

    @property
    def inline(self) -> str:
        """The body of a format without separators: the line end that belongs to the format is gone."""
        text = self.lines
        return text.rstrip("\n") if self.last else text.removesuffix("\n")


class Candidate(NamedTuple):
    """What may be a header.

    Attributes:
        body: what stands between it and the next candidate.
        before: the block that it would end.
        blanks: blank lines right before it; very many at the start of the text.
        upcoming: the records that follow, as far as one looks.
    """

    header: re.Match[str]
    body: str
    line: int
    before: Block
    blanks: int
    upcoming: Sequence[Record]


_DAY: Final = (
    r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}"
    r"|[A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4}|[0-9]{1,2} [A-Z][a-z]{2,8},? [0-9]{4}"
)
_MARKED_NAME: Final = re.compile(
    r"[,，;；:：|~–—·•>→»*{\"'“「<\[-].*|.*[,，;；:：|~–—·•>→»*}\"'”」-]|.*(?:说|說|says?|said)"
    rf"|.*[\[(（【](?P<type>[^\W\d_]{{2,8}})[\])）】]|[\[(（【](?P<type2>[^\W\d_]{{2,8}})[\])）】].*|{_DAY}",
    re.DOTALL,
)


_IS_DAY: Final = re.compile(_DAY)
_IN_FRONT: Final = re.compile(r"\[[^\]\n]+\]|【[^】\n]+】|[(（][^)）\n]+[)）]")
_PARTED: Final = re.compile(r"\w ?(?:[:：] ?|[|] )\S")
_NAME_WITH_ID: Final = re.compile(r".*[(（<](?:[0-9]{5,12}|wxid_[^()（）<>]*|[^\s()<>]+@[^\s()<>]+)[)）>]")


def have_marks(names: Sequence[str], *, ids: bool = False) -> bool:
    """Whether nearly all names hold what is none: a sign, a type, a word in brackets before all, `说`, or a day.

    Then the headers are of another shape than what was looked for.

    Args:
        names: in the headers.
        ids: numbers and accounts behind names too; not where a reader parts them.
    """
    marked, first = 0, _IN_FRONT.match(names[0]) if names else None
    if first and len(set(names)) > 1 and all(name.startswith(first.group()) for name in names):
        return True
    if names and all(_IS_DAY.fullmatch(name.strip()) for name in names):
        return True
    for name in names:
        if match := _MARKED_NAME.fullmatch(name.strip()):
            word = match["type"] or match["type2"]
            marked += word is None or kind_of_name(word) is not None
        elif ids:
            marked += _NAME_WITH_ID.fullmatch(name.strip()) is not None
    parted = sum(_PARTED.search(name) is not None for name in names)  # a text stands behind the name
    return len(set(names)) > 1 and (marked * 10 >= len(names) * 9 or parted * 2 >= len(names))


def is_log_word(name: str) -> bool:
    """Whether a name is how important an entry in the log of a program is: `INFO`, `app.error`, `警告`."""
    return _LOG_WORD.fullmatch(name) is not None


def sample(blocks: Iterable[str]) -> tuple[str, Iterator[str]]:
    """The first characters of a text that are no line ends, with LF for line ends, and the whole text again."""
    stream = iter(blocks)
    first = next(stream, "")
    text = first[:_SAMPLE].lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    return text, itertools.chain((first,), stream)


def sample_blocks(text: str, grammar: Grammar) -> list[Candidate]:
    """The candidates of a sample, with the blank lines before each."""
    found: list[Candidate] = []
    before = Block(None, [""], 1, 0)
    for header, body, offset, line in records_of((text,), grammar):
        if header is not None:
            found.append(Candidate(header, body, line, before, _blanks_before(before), ()))
        before = Block(header, [body], line, offset)
    return found


def _blanks_before(block: Block) -> int:
    """How many blank lines a block ends with."""
    tail = block.parts[-1]
    end = len(tail.rstrip(" \t\r\n"))
    if block.header is None and not end and len(block.parts) == 1:
        return _MANY  # the start of the text
    return max(tail.count("\n", end) - 1, 0)


def iter_blocks(blocks: Iterable[str], grammar: Grammar, accept: Callable[[Candidate], bool]) -> Iterator[Block]:
    """Blocks of a text; the first is the text before the first header, even when it is empty.

    Whether a candidate is a header is asked once for each, in order. A byte order mark and line ends of CR alone are
    taken care of.
    """
    records = records_of(blocks, grammar)
    window: deque[Record] = deque(itertools.islice(records, _WINDOW + 1))
    _, body, offset, line = window.popleft()
    current = Block(None, [body], line, offset)
    while window:
        header, body, offset, line = window.popleft()
        if (record := next(records, None)) is not None:
            window.append(record)
        assert header is not None  # noqa: S101 - only the first record has none
        if accept(Candidate(header, body, line, current, _blanks_before(current), window)):
            yield current
            current = Block(header, [body], line, offset)
        else:
            current.parts.append(header.group()[1:] + body)
    current.last = True
    yield current


@attrs.define(eq=False)
class HeaderCheck:
    """Decides which candidates are headers, and reports those that it doubts.

    Attributes:
        context: takes the reports.
        sender: the name in a header, or `None`.
        clock: the time in a header, or `None`.
        blanks: blank lines that must stand before a header.
        names: the only names there are, or `None` for any.
        ordered: the writer sorts by time, so that a header out of order is none, whoever is named.
        serious: a lookalike is so elaborate that each is worth a warning.
        check: says what is wrong with the frame of a candidate, or `None`.
        opens: whether a block is no message, so that the header after it may stand closer.
        stop: whether times after this match cannot be compared with those before.
        placed: lines are those of the source.
        known: the names accepted so far.
        last: the time of the last header accepted.
        rising: some header was younger than the one above it.
        falling: some header was older than the one above it, and was accepted.
        night: the day on which the clocks were set back last.
    """

    context: Reading
    sender: Callable[[re.Match[str]], str | None]
    clock: Callable[[re.Match[str]], dt.datetime | None]
    blanks: int = 0
    names: frozenset[str] | None = None
    ordered: bool = False
    serious: bool = False
    check: Callable[[Candidate], str | None] = lambda _: None
    opens: Callable[[Block], bool] = lambda block: block.header is None
    stop: Callable[[re.Match[str]], bool] = lambda _: False
    placed: bool = True
    known: set[str] = attrs.field(factory=set)
    last: dt.datetime | None = None
    rising: bool = False
    falling: bool = False
    night: dt.date | None = None
    _times_seen: dict[re.Match[str], dt.datetime | None] = attrs.field(factory=dict)

    def accept(self, candidate: Candidate) -> bool:
        """Whether a candidate is a header."""
        name = self.sender(candidate.header)
        doubt = self._frame_doubt(candidate, name)
        if doubt is None and (late := self._time_doubt(candidate)) is not None:
            if not self.ordered and name in self.known:
                self._report(candidate, name, f"{late}; it was taken for a header")
            else:
                doubt = late
        if doubt is not None:
            self._report(candidate, name, f"{doubt}; the line was kept in the body before it")
            return False
        if name is not None and len(self.known) < _MOST_NAMES:
            self.known.add(name)
        self.last = self.time(candidate.header) or self.last
        return True

    def time(self, header: re.Match[str]) -> dt.datetime | None:
        """The time in a header; those last asked for are remembered, since each is asked for three times."""
        if header in self._times_seen:
            return self._times_seen[header]
        if len(self._times_seen) > 4:
            self._times_seen.clear()
        time = self._times_seen[header] = self.clock(header)
        return time

    def _frame_doubt(self, candidate: Candidate, name: str | None) -> str | None:
        if candidate.blanks < (min(self.blanks, 1) if self.opens(candidate.before) else self.blanks):
            return "it looks like a header but stands inside a body"
        if self.names is not None and name not in self.names:
            return f"it looks like a header but names {name!r}, who is not in this chat"
        return self.check(candidate)

    def _time_doubt(self, candidate: Candidate) -> str | None:
        time = self.time(candidate.header)
        if time is None or self.last is None:
            return None
        if time < self.last:
            return None if self._set_back(candidate, self.last, time) else self._step_back(candidate, self.last)
        self.rising = self.rising or time > self.last
        first = self._next_time(candidate)
        if first is not None and self.last <= first < time:
            soon = list(itertools.islice(self._times(candidate), 4))
            if 2 * sum(found < time for found in soon) > len(soon):
                return "it looks like a header but its time lies after that of the messages below"
        return None

    def _next_time(self, candidate: Candidate) -> dt.datetime | None:
        """The first time below a candidate; nearly always that of the very next header."""
        upcoming = candidate.upcoming
        if upcoming and (header := upcoming[0][0]) is not None and not self.stop(header):
            time = self.time(header)
            return time if time is not None else next(self._times(candidate), None)
        return None

    def _set_back(self, candidate: Candidate, last: dt.datetime, time: dt.datetime) -> bool:
        """Whether the clocks may have been set back: once a night, by a person who was there before."""
        name = self.sender(candidate.header)
        if self.night == time.date() or not (name is None or name in self.known):
            return False
        if not is_set_back(last.replace(tzinfo=None), time.replace(tzinfo=None), self.context.tz):
            return False
        self.night = time.date()
        what = "the time goes back by less than an hour in a night in which daylight saving may have ended"
        self.context.tell("clock-set-back", what, candidate.line if self.placed else None)
        return True

    def _step_back(self, candidate: Candidate, last: dt.datetime) -> str | None:
        """A doubt of a header that is older than the one above, unless the text goes on from there."""
        following = list(self._times(candidate))
        doubt = "it looks like a header but its time lies before that of the message above"
        if any(found >= last for found in following) or (self.rising and len(following) < 3):
            return doubt
        if not self.rising and not self.falling:
            self._report(candidate, None, f"{doubt}; it was taken for one")
        self.falling = True
        return None

    def _times(self, candidate: Candidate) -> Iterator[dt.datetime]:
        """The times of the candidates that follow, as far as they can be compared."""
        for header, *_ in candidate.upcoming:
            if header is None or self.stop(header):
                return
            if (found := self.time(header)) is not None:
                yield found

    def _report(self, candidate: Candidate, name: str | None, sentence: str) -> None:
        serious = (self.serious and name is not None) or name in self.known
        self.context.report(
            "suspected-forgery",
            sentence,
            severity=Severity.WARNING if serious else Severity.INFO,
            line=candidate.line if self.placed else None,
            column=1 if self.placed else None,
            excerpt=candidate.header.group()[1:201],
        )


def message_blocks(
    reading: Reading,
    grammar: Grammar,
    sender: Callable[[re.Match[str]], str | None],
    clock: Callable[[re.Match[str]], dt.datetime | None] | None = None,
    *,
    blocks: Iterable[str] | None = None,
    preamble: Callable[[Block], None] | None = None,
    head: Collection[re.Pattern[str]] = (),
    **check: Any,
) -> Iterator[tuple[re.Match[str], Block]]:
    """Header and block of each message of a text.

    Args:
        reading: of the text.
        grammar: the dialect.
        sender: the name in a header, or `None`.
        clock: the time in a header, for comparing; that of the group `time` where it is not given.
        blocks: the text, where it is not that of the reading.
        preamble: takes the text before the first header, which is told otherwise.
        head: patterns of whole lines of that text that the format has there.
        check: how headers are told from what looks like one, as for `HeaderCheck`.
    """
    headers = HeaderCheck(reading, sender, clock or header_clock, **check)
    near = _NearHeaders(headers, grammar)
    for block in iter_blocks(reading.blocks() if blocks is None else blocks, grammar, headers.accept):
        if block.header is not None:
            for part in near.parts(block.header, block):
                yield part.header, part  # type: ignore[misc]
        elif preamble is not None:
            preamble(block)
        else:
            reading.report_preamble(block.lines, line=block.line, known=head)


@attrs.define(eq=False)
class _NearHeaders:
    """Lines in bodies that begin as headers do and are none: they are told, and a whole header behind counts."""

    headers: HeaderCheck
    grammar: Grammar
    _names: int = -1
    _begin: re.Pattern[str] | None = None
    _whole: re.Pattern[str] | None = None
    _tail: str = ""
    _people: re.Pattern[str] | None = None

    def parts(self, header: re.Match[str], block: Block) -> Iterator[Block]:
        """A block, cut where damage joined the line of the next header to one of its own."""
        if self._names != min(len(self.headers.known), MOST_BEGINNINGS):
            self._learn(header)
        if self._begin is None:
            yield block
            return
        raw, line, counted, begin = block.raw, block.line, 0, 0
        part = Block(header, [], block.line, block.offset)
        for match in self._begin.finditer(raw):
            line, counted = line + raw.count("\n", counted, match.start() + 1), match.start() + 1
            doubted = self.grammar.pattern.match(raw, match.start())
            if doubted is not None and (self._people is None or self.headers.sender(doubted) in self.headers.known):
                continue  # it was told; one that only begins with a known name may be two headers, joined by damage
            end = raw.find("\n", match.end())
            end = len(raw) if end < 0 else end
            at, inner = self._inner(raw, match.start() + 2, min(end, match.start() + _JOINED), part.header or header)
            if inner is not None or self._is_damaged(raw, match, end):
                _tell_near(self.headers.context, line, raw[match.start() + 1 : min(end, match.start() + _JOINED)])
            if inner is not None:
                part.parts.append(raw[begin:at])
                yield part
                part = Block(inner, [], line, block.offset + len(header.group()) - 1 + at)
                begin = at + len(inner.group()) - 1
        block.parts[:] = [raw[begin:]]
        yield attrs.evolve(part, parts=block.parts, last=block.last)

    def _inner(self, raw: str, begin: int, end: int, above: re.Match[str]) -> tuple[int, re.Match[str] | None]:
        """The header of a known person, or of a format that names none there, inside a line, and where it stands.

        One that is older than the header above it was quoted, where the file goes on in time.
        """
        whole = re.compile(self.grammar.header)
        places = (match.start() for match in self._people.finditer(raw, begin, end)) if self._people else ()
        found = next(filter(None, (whole.match(raw, at, end) for at in places)), None)
        found = found if self._people else whole.search(raw, begin, end)
        if found is None or self.headers.sender(found) not in {None, *self.headers.known}:
            return end, None
        time, before = self.headers.time(found), self.headers.time(above)
        if time is not None and before is not None and time < before and not self.headers.falling:
            return end, None
        return found.start(), self.grammar.pattern.match(f"\n{raw[found.start() : end]}")

    def _is_damaged(self, raw: str, match: re.Match[str], end: int) -> bool:
        """Whether a line that begins as a header is rather a damaged one than somebody's words."""
        assert self._whole is not None  # noqa: S101 - learnt with the beginning
        rest = raw[match.end() : end]
        if self._whole.match(raw, match.start()) is not None or (self._tail.strip() and self._tail in rest):
            return True
        return not raw[match.start() + 1].isdigit() and not any(map(str.isalpha, rest))  # cut off

    def _learn(self, header: re.Match[str]) -> None:
        """The patterns of how header lines begin: up to the day, and up to the end of the time.

        None where anybody may begin a line so.
        """
        groups, at = header.groupdict(), header.start()
        time, shown, name = groups.get("time") or "", groups.get("sender") or "", self.headers.sender(header) or ""
        if not time:
            return
        mark = header.group()[1 : header.start("time") - at]
        self._names = min(len(self.headers.known), MOST_BEGINNINGS)
        if "\n" in mark or not any(map(str.isdigit, time)) or (not mark.strip() and len(time) < _WHOLE_TIME):
            return
        begin = re.escape(mark)
        if shown and header.start("sender") < header.start("time"):
            names = "|".join(map(re.escape, sorted(self.headers.known)[:MOST_BEGINNINGS]))
            self._people = re.compile(names or "(?!)")
            begin = re.escape(mark[: header.start("sender") - at - 1]) + f"(?:{names})" if names else begin
            behind = mark[header.start("sender") - at - 1 + len(name if shown.startswith(name) else shown) :]
            begin += re.escape(behind) if names else ""
        day = time.split(" ", 1)[0] if len(time) >= _WHOLE_TIME else time
        self._begin, self._whole = (re.compile(f"\n{begin}{_digits(text)}") for text in (day, time))
        self._tail = header.group()[header.end("time") - at :].partition("\n")[0]


def _digits(time: str) -> str:
    """The pattern of times that are written like one."""
    return re.sub("[0-9]+", lambda run: "[0-9]{1,2}" if len(run[0]) < 3 else f"[0-9]{{{len(run[0])}}}", re.escape(time))


def _tell_near(reading: Reading, line: int | None, excerpt: str) -> None:
    what = "a line begins as a header and is none: it may be damaged; it was kept in the body before it"
    reading.report("near-header", what, line=line, column=line and 1, excerpt=excerpt[:200])


def tell_near_headers(
    reading: Reading, text: str, line: int | None, near: re.Pattern[str], header: re.Pattern[str]
) -> None:
    """Tell of lines that begin as headers do and are none: what stood behind may be damaged.

    The text is a body, from the end of the header on that stands on `line`. `near` is how header lines begin, with the
    line end before; whole header lines are doubted and told elsewhere.
    """
    for match in near.finditer(text):
        if header.match(text, match.start()) is None:
            at = None if line is None else line + 1 + text.count("\n", 0, match.start())
            _tell_near(reading, at, match.group()[1:])


def header_clock(header: re.Match[str]) -> dt.datetime | None:
    """The time in the group `time` of a header, for comparing."""
    found = cached_clock(header["time"], None)
    return found.time if found else None


class FramedHeaders(NamedTuple):
    """What a head holds of header lines that stand after a blank line.

    Attributes:
        found: how many.
        first: whether the first line that is not blank is one.
    """

    found: int
    first: bool


def framed_headers(head: Head, grammar: Grammar, *, lines: int = 400) -> FramedHeaders:
    """The header lines of a dialect in a head, for detection: those at the start or after a blank line."""
    text = head.lines[:lines]
    pairs = zip(["", *text], text, strict=False)
    found = sum(not before.strip() and grammar.pattern.match("\n" + line) is not None for before, line in pairs)
    first = next((line for line in text if line.strip()), "")
    return FramedHeaders(found, grammar.pattern.match("\n" + first) is not None)


def dated_blocks(
    reading: Reading, grammar: Grammar, sender: Callable[[re.Match[str]], str | None], **check: Any
) -> Iterator[tuple[re.Match[str], Block, str]]:
    """Header, block and whole clock text of each message of a text in which headings say the day.

    A header has either the group `date` or the group `time`. Text under a heading belongs to no message, and is told.
    Otherwise as `message_blocks`.
    """
    day = ""
    for header, block in message_blocks(reading, grammar, sender, lambda _: None, **check):
        if header["date"] is None:
            if not day and reading.is_news("no-date"):
                reading.report("no-date", "no heading above says the day of this message", line=block.line)
            yield header, block, f"{day} {header['time']}" if day else ""
            continue
        day = header["date"]
        if stray := block.inline.strip():
            what = "text under a heading belongs to no message"
            reading.report("text-outside-messages", what, line=block.line, excerpt=stray[:200].split("\n", 1)[0])
