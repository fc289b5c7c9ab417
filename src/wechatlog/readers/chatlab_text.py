"""The text and Markdown exports of ChatLab: a day after the other, a line for each message.

Takes lines; gives messages without ids and without a direction. The day stands in a line of its own, written
in the locale of the machine that exported it: the order of day and month is found from all dates of the file
together, or said with `date_order=`. Line ends inside messages are not marked.

    群名                                  # 群名
                                          > Export time: 5/20/2026, 12:00:00 PM
    --- 5/1/2026 ---                      ## 5/1/2026
    08:00:00 王五: 大家好                  **08:00:00 王五**: 大家好

Format facts: ChatLab `packages/node-runtime/src/export/format-exporter.ts` (messages sorted by time; what has
no text is `[non-text]`; `toLocaleDateString()` without a locale).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from wechatlog.content.dialects.shared import BRACKETS
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.date_order import ORDERS, YEAR_LAST, Order, day_of, find_date_order
from wechatlog.engine.excel import check_date_order
from wechatlog.engine.records import records_of
from wechatlog.model import MessageKind
from wechatlog.timestamps import parse_clock
from wechatlog.tokenizer import Grammar, Record, iter_lines, prepare

_MOST_NAMES: Final = 20_000
_MOST_DATES: Final = 20_000
_NOBODY: Final = frozenset({"系统消息", "SYSTEM", "系统"})

_DATE: Final = r"[0-9]{1,4}[-/.] ?[0-9]{1,2}[-/.] ?[0-9]{1,4}\.?"
_CLOCK: Final = r"(?P<time>[0-9]{1,2}:[0-9]{2}:[0-9]{2})"
_END: Final = r"[ \t]*(?=\r?\n|\Z)"
_EXPORT_TIME: Final = re.compile(rf"> Export time: (?P<date>{_DATE})(?P<clock>[^\n]{{0,40}})")


def _year_last(date: str) -> re.Match[str] | None:
    return YEAR_LAST.fullmatch(date.replace(" ", "").rstrip("."))


class _Survey(NamedTuple):
    """What a pass over the whole file tells: the order of the dates, and who wrote more than once."""

    order: Order
    names: Counter[str]

    def day(self, date: str) -> dt.date | None:
        if match := _year_last(date):
            return day_of(match.group("one", "two", "year"), self.order)
        clock = parse_clock(date.replace(" ", "").rstrip("."))
        return clock.time.date() if clock else None


def _find_order(reading: Reading, dates: list[str], exported: re.Match[str] | None) -> Order:
    """The order of the dates, which are written as the locale of the machine has them; it is told."""
    written = [match for date in dates if (match := _year_last(date))]
    wanted = check_date_order(reading, orders=("ymd", *ORDERS))
    if wanted in ORDERS or not written:
        return "dmy" if wanted == "dmy" else "mdy"
    order = find_date_order((match.group("one", "two", "year") for match in written), is_sorted=True)
    if order is None and any("/" not in match[0] or "0" in (match["one"][0], match["two"][0]) for match in written):
        order = "dmy"  # only the United States begin with the month: with slashes, and without leading zeros
    if order is None and exported and exported["clock"].rstrip().endswith(("AM", "PM")):
        order = "mdy"  # in capitals: other countries write `am`, `a.m.`, or count to 24
    if order is not None:
        reading.tell("locale-date", f"the dates can only be read as {order}")
    elif any(match["one"] != match["two"] for match in written):
        reading.report(
            "ambiguous-date",
            "day and month could be either way round in every date of this file; read with the month first:"
            ' pass date_order="dmy" if the day stands first',
        )
    return order or "mdy"


class _Open(NamedTuple):
    """A message whose end was not seen yet."""

    header: re.Match[str]
    day: dt.date | None
    lines: list[str]
    line: int
    offset: int


class _Dialect(NamedTuple):
    """One of the two: its headers (a day, or a message), what stands before the title and for an empty text."""

    grammar: Grammar
    title: str
    empty: str


def _seconds(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return (hours % 24 * 60 + minutes) * 60 + seconds


def _detect(head: Head, *, dialect: _Dialect) -> Evidence | None:
    lines, title = head.lines, dialect.title
    found = [dialect.grammar.pattern.match(f"\n{line}") for line in lines]
    day = next((index for index, match in enumerate(found[:12]) if match and match["date"]), None)
    if day is None or not lines[0].startswith(title):
        return None
    if not any(match and match["time"] for match in found[day + 1 :]):  # any diary has headings of days
        return None
    framed = day >= 3 and not any(line.strip() for line in (lines[day - 1], *lines[day + 1 : day + 2]))
    if framed and title and any(_EXPORT_TIME.match(line) for line in lines[1:day]):
        return Evidence(1.0, "a title, `> Export time:`, a day and a message line")
    if framed and not any(line.strip() for line in lines[1:day]):
        return Evidence(0.9, "a title, blank lines, a day and a message line")
    return Evidence(0.6, "a day and message lines")


def _look(reading: Reading, dialect: _Dialect) -> _Survey:
    dates: list[str] = []
    names, exported = Counter[str](), None
    for line, _ in iter_lines(prepare(reading.look()).blocks):
        exported = exported or _EXPORT_TIME.match(line)
        match = dialect.grammar.pattern.match("\n" + line)
        if match is None:
            continue
        if (date := match["date"]) is not None:
            if date not in dates[-1:] and len(dates) < _MOST_DATES:
                dates.append(date)
        elif match["sender"] in names or len(names) < _MOST_NAMES:
            names[match["sender"]] += 1
    return _Survey(_find_order(reading, [*dates, exported["date"]] if exported else dates, exported), names)


def _entries(reading: Reading, *, dialect: _Dialect) -> Iterator[Entry]:
    """Entries. A day line counts when a message follows it: a message may hold what looks like one."""
    survey = _look(reading, dialect)
    day: dt.date | None = None
    current: _Open | None = None
    held: list[str] = []  # day lines that no message followed yet
    coming: dt.date | None = None
    for record in records_of(reading.blocks(), dialect.grammar):
        header, body, offset, line = record
        if header is None:
            _read_preface(reading, dialect, body, line)
            continue
        lines = body.replace("\r\n", "\n").removesuffix("\n").split("\n")
        lines[0] = lines[0].rstrip("\r")
        whole = [f"{header[0][1:]}{lines[0]}", *lines[1:]]
        if found := _day(survey, record):
            held, coming = [*held, *whole], found
        elif header["date"] is None and not _is_forged(reading, survey, record, current, coming or day):
            if current is not None:
                yield _entry(reading, dialect, current, frame=1 if held else 0)
            day = coming or day
            held, coming = [], None
            current = _Open(header, day, lines, line, offset)
        elif current is not None:
            if header["date"] is not None:
                _report_forgery(reading, line, "a day line without the blank line after it")
            current.lines.extend((*held, *whole))
            held, coming = [], None
        else:
            _report_stray(reading, line, whole)
    if current is not None:
        yield _entry(reading, dialect, current, frame=len(current.lines))
    if held:
        reading.tell("text-outside-messages", "no message follows the last line of a day", line)


def _read_preface(reading: Reading, dialect: _Dialect, body: str, line: int) -> None:
    lines = body.replace("\r\n", "\n").split("\n")
    title = next((line for line in lines if line.strip()), "")
    reading.chat.title = title.removeprefix(dialect.title).strip() or None
    rest = [line for line in lines[lines.index(title) + 1 :] if line.strip()] if title else []
    if rest and rest[0].startswith("> Export time: "):
        reading.chat.metadata["export_time"] = rest.pop(0).removeprefix("> Export time: ")
    if rest:
        _report_stray(reading, line, rest)


def _day(survey: _Survey, record: Record) -> dt.date | None:
    """The day of a day line; `None` for other lines, and where text follows in place of a blank line."""
    header, body, _, _ = record
    if header is None or header["date"] is None or body.strip():
        return None
    return survey.day(header["date"])


def _is_forged(reading: Reading, survey: _Survey, record: Record, current: _Open | None, day: dt.date | None) -> bool:
    """Whether a message line is part of a message: messages are sorted, time never goes back in a day."""
    header, _, _, line = record
    if header is None or current is None or current.day != day:
        return False
    if _seconds(header["time"]) >= _seconds(current.header["time"]):
        return False
    _report_forgery(reading, line, "a message line before the time of the line above it")
    return survey.names[header["sender"]] == 1


def _entry(reading: Reading, dialect: _Dialect, current: _Open, frame: int) -> Entry:
    lines, zone = current.lines, reading.tz
    while frame and len(lines) > 1 and not lines[-1]:
        lines.pop()
        frame -= 1
    text = "\n".join(lines)
    sender: str | None = current.header["sender"]
    kind, segments = read_placeholder(text, BRACKETS, zone=zone) or (MessageKind.TEXT, None)
    if text == dialect.empty:
        kind, segments = MessageKind.OTHER, None
    if sender in _NOBODY:
        kind, segments = read_notice(text) or MessageKind.SYSTEM, None
    time = _time(reading, current)
    return Entry(current.line, time, "second", sender, None, None, kind, text, segments, offset=current.offset)


def _time(reading: Reading, current: _Open) -> dt.datetime | None:
    hours, minutes, seconds = map(int, current.header["time"].split(":"))
    problem = "no day line before it"
    try:
        clock = dt.time(0 if hours == 24 else hours, minutes, seconds)
        if current.day is not None:
            return reading.wall_time(dt.datetime.combine(current.day, clock))
    except ValueError:
        problem = f"not a time: {current.header['time']}"
    reading.report("bad-time", problem, severity=Severity.ERROR, line=current.line, column=1)
    return None


def _report_stray(reading: Reading, line: int, lines: list[str]) -> None:
    what = "text before the first message belongs to no message"
    reading.report("text-before-first-message", what, line=line, column=1, excerpt=lines[0][:200])


def _report_forgery(reading: Reading, line: int, what: str) -> None:
    reading.report("suspected-forgery", f"{what}: perhaps part of the message above", line=line, column=1)


_TEXT: Final = _Dialect(
    Grammar("chatlab-txt", rf"(?:--- (?P<date>{_DATE}) ---{_END}|{_CLOCK} (?P<sender>[^\n]{{0,200}}?): )"),
    "",
    "[non-text]",
)
_HEADINGS: Final = _Dialect(
    Grammar("chatlab-markdown", rf"(?:## (?P<date>{_DATE}){_END}|\*\*{_CLOCK} (?P<sender>[^\n]{{0,200}}?)\*\*: )"),
    "# ",
    "*[non-text]*",
)
_OPTIONS: Final = OWNER_OPTION | {"date_order": "the order of the dates: `ymd`, `mdy` or `dmy`"}


def _format(name: str, description: str, suffixes: str, dialect: _Dialect) -> Format:
    detect, entries = partial(_detect, dialect=dialect), partial(_entries, dialect=dialect)
    return Format(name, description, suffixes, detect, entries, "ChatLab", _OPTIONS)


TXT: Final = _format("chatlab-txt", "ChatLab's own text export", ".txt", _TEXT)
MARKDOWN: Final = _format("chatlab-markdown", "ChatLab's own Markdown export", ".md .markdown", _HEADINGS)
