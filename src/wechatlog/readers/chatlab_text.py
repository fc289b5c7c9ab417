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
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from wechatlog.content.dialects import BRACKETS
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.records import records_of
from wechatlog.errors import OptionError
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar, Record, iter_lines, prepare

_ORDERS: Final = ("ymd", "mdy", "dmy")
_MOST_NAMES: Final = 20_000
_NOBODY: Final = frozenset({"系统消息", "SYSTEM", "系统"})

_DATE: Final = r"[0-9]{1,4}[-/.] ?[0-9]{1,2}[-/.] ?[0-9]{1,4}\.?"
_PARTS: Final = re.compile(r"([0-9]{1,4})([-/.]) ?([0-9]{1,2})[-/.] ?([0-9]{1,4})\.?")
_CLOCK: Final = r"(?P<time>[0-9]{1,2}:[0-9]{2}:[0-9]{2})"
_END: Final = r"[ \t]*(?=\r?\n|\Z)"
_EXPORT_TIME: Final = re.compile(rf"> Export time: (?P<date>{_DATE})(?P<clock>[^\n]{{0,40}})")


# --- dates ----------------------------------------------------------------------------------------


def _parse_date(text: str, order: str) -> dt.date | None:
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    parts = dict(zip(order, match.group(1, 3, 4), strict=True))
    if len(parts["y"]) != 4:
        return None
    try:
        return dt.date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None


def _possible_orders(text: str) -> tuple[str, ...]:
    """The orders that locales write such a date in.

    A year that stands first is followed by the month everywhere. Full stops and hyphens stand in dates that
    begin with the day. With slashes only the United States begin with the month, without leading zeros.
    """
    match = _PARTS.fullmatch(text)
    if match is None or len(match[1]) == 4:
        return ("ymd",)
    if match[2] != "/" or match[1].startswith("0") or match[3].startswith("0"):
        return ("dmy",)
    return ("mdy", "dmy")


class _Survey:
    """What a pass over the whole file tells: the order of the dates, and who wrote more than once."""

    def __init__(self) -> None:
        self.orders = list(_ORDERS)
        self.last: dict[str, dt.date] = {}
        self.names: dict[str, int] = {}
        self.dated = False

    def add_date(self, text: str) -> None:
        """Drop the orders in which this is no date, or one before the date above it."""
        self.dated = True
        possible = _possible_orders(text)
        left = []
        for order in self.orders:
            day = _parse_date(text, order)
            if order in possible and day is not None and day >= self.last.get(order, day):
                self.last[order] = day
                left.append(order)
        self.orders = left or self.orders

    def limit(self, text: str, clock: str) -> None:
        """Drop the orders in which the export was made before its last message, or its clock is not written."""
        if "mdy" in self.orders and clock.rstrip().endswith(("AM", "PM")):
            self.orders = ["mdy"]  # capitals: other countries write `am`, `a.m.`, or count to 24
        left = [
            order
            for order in self.orders
            if (day := _parse_date(text, order)) is not None and day >= self.last.get(order, day)
        ]
        self.orders = left or self.orders

    def add_name(self, name: str) -> None:
        if name in self.names or len(self.names) < _MOST_NAMES:
            self.names[name] = self.names.get(name, 0) + 1

    def is_stranger(self, name: str) -> bool:
        return self.names.get(name, 2) == 1


# --- one of the two dialects ----------------------------------------------------------------------


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
    wanted, survey, exported = reading.options.get("date_order"), _Survey(), None
    if wanted is not None and wanted not in _ORDERS:
        raise OptionError("date_order", f"must be one of {', '.join(_ORDERS)}, not {wanted!r}")
    for line, _ in iter_lines(prepare(reading.look()).blocks):
        exported = exported or _EXPORT_TIME.match(line)
        match = dialect.grammar.pattern.match("\n" + line)
        if match is not None and match["date"] is not None:
            survey.add_date(match["date"])
        elif match is not None:
            survey.add_name(match["sender"])
    if exported is not None:
        survey.limit(exported["date"], exported["clock"])
    if wanted is not None:
        survey.orders = [str(wanted)]
    elif survey.dated:
        _report_order(reading, survey)
    return survey


# --- messages -------------------------------------------------------------------------------------


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
    return _parse_date(header["date"], survey.orders[0])


def _is_forged(reading: Reading, survey: _Survey, record: Record, current: _Open | None, day: dt.date | None) -> bool:
    """Whether a message line is part of a message: messages are sorted, time never goes back in a day."""
    header, _, _, line = record
    if header is None or current is None or current.day != day:
        return False
    if _seconds(header["time"]) >= _seconds(current.header["time"]):
        return False
    _report_forgery(reading, line, "a message line before the time of the line above it")
    return survey.is_stranger(header["sender"])


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


def _report_order(reading: Reading, survey: _Survey) -> None:
    """Say how dates are read: the exporter writes them in the locale of its machine."""
    order = survey.orders[0]
    if len(survey.orders) > 1:
        reading.report(
            "ambiguous-date",
            "day and month could be either way round in every date of this file; read with the month first:"
            ' pass date_order="dmy" if the day stands first',
        )
    elif order != "ymd":
        reading.report("locale-date", f"the dates can only be read as {order}", severity=Severity.INFO)


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
