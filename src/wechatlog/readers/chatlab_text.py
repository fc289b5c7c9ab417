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
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import BRACKETS, read_placeholder
from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.engine.records import body_lines, read_records
from wechatlog.errors import OptionError
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar, iter_lines, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.engine.records import TextRecord
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["MARKDOWN", "TXT", "ChatlabTextReader"]

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
    """A date whose parts stand in this order; `None` where there is no such day."""
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
        """Count a message of somebody."""
        if name in self.names or len(self.names) < _MOST_NAMES:
            self.names[name] = self.names.get(name, 0) + 1

    def is_stranger(self, name: str) -> bool:
        """Whether there is no other message of that name."""
        return self.names.get(name, 2) == 1


# --- one of the two dialects ----------------------------------------------------------------------


class _Open(NamedTuple):
    """A message whose end was not seen yet."""

    header: re.Match[str]
    day: dt.date | None
    lines: list[str]
    line: int
    offset: int


def _lines_of(record: TextRecord) -> list[str]:
    """The lines of a message, blank ones at the end too."""
    return [record.inline, *body_lines(record.body), *[""] * record.blank_lines]


def _seconds(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return (hours % 24 * 60 + minutes) * 60 + seconds


@attrs.frozen(eq=False)
class ChatlabTextReader:
    """The reader of one of the two.

    Attributes:
        name: identifier of the format.
        description: tool and versions.
        suffixes: of its files.
        grammar: of the headers: a day, or a message.
        title: taken off the front of the first line.
        empty: what stands for a message without text.
        options: what the user can say.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    grammar: Grammar
    title: str
    empty: str
    options: Mapping[str, str] = MappingProxyType(
        {**OWNER_OPTION, "date_order": "the order of the dates: `ymd`, `mdy` or `dmy`"}
    )

    def detect(self, head: Head) -> Evidence | None:
        """A title, blank lines, a day between its marks, and a message line after it."""
        lines = head.lines
        day = next((index for index, line in enumerate(lines[:12]) if self._is_day(line)), None)
        if day is None or not lines[0].startswith(self.title) or not self._has_messages(lines[day + 1 :]):
            return None
        framed = day >= 3 and not any(line.strip() for line in (lines[day - 1], *lines[day + 1 : day + 2]))
        if framed and self.title and any(_EXPORT_TIME.match(line) for line in lines[1:day]):
            return Evidence(1.0, "a title, `> Export time:`, a day and a message line")
        if framed and not any(line.strip() for line in lines[1:day]):
            return Evidence(0.9, "a title, blank lines, a day and a message line")
        return Evidence(0.6, "a day and message lines")

    def _has_messages(self, lines: Sequence[str]) -> bool:
        """Whether there is more than headings of days, which any diary has."""
        matches = (self.grammar.pattern.match("\n" + line) for line in lines)
        return any(match is not None and match["time"] is not None for match in matches)

    def _is_day(self, line: str) -> bool:
        match = self.grammar.pattern.match("\n" + line)
        return match is not None and match["date"] is not None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        draft = context.draft(metadata={"exporter": "ChatLab"})
        wanted = context.options.get("date_order")
        if wanted is not None and wanted not in _ORDERS:
            raise OptionError("date_order", f"must be one of {', '.join(_ORDERS)}, not {wanted!r}")
        survey = self._survey(source, context)
        if wanted is not None:
            survey.orders = [str(wanted)]
        elif survey.dated:
            _report_order(context, survey)
        return in_batches(draft, self._messages(context, draft, survey))

    def _survey(self, source: Source, context: Context) -> _Survey:
        """A first pass, for what only all dates together tell."""
        survey, silent = _Survey(), Collector()
        exported: re.Match[str] | None = None
        for line, _ in iter_lines(prepare(source.blocks(silent, context.encoding)).blocks):
            exported = exported or _EXPORT_TIME.match(line)
            match = self.grammar.pattern.match("\n" + line)
            if match is not None and match["date"] is not None:
                survey.add_date(match["date"])
            elif match is not None:
                survey.add_name(match["sender"])
        if exported is not None:
            survey.limit(exported["date"], exported["clock"])
        return survey

    # --- messages

    def _messages(self, context: Context, draft: Draft, survey: _Survey) -> Iterator[Message]:
        """The messages. A day line counts when a message follows it: a message may hold what looks like one."""
        day: dt.date | None = None
        current: _Open | None = None
        held: list[str] = []  # day lines that no message followed yet
        coming: dt.date | None = None
        for record in read_records(context.blocks(), self.grammar):
            header = record.header
            if header is None:
                self._read_preface(context, draft, record)
                continue
            lines = _lines_of(record)
            whole = [f"{header[0][1:]}{lines[0]}", *lines[1:]]
            found = self._day(survey, record)
            if found is not None:
                held, coming = [*held, *whole], found
            elif header["date"] is None and not self._is_forged(context, survey, record, current, coming or day):
                if current is not None:
                    yield self._message(context, draft, current, frame=1 if held else 0)
                day = coming or day
                held, coming = [], None
                current = _Open(header, day, lines, record.line, record.offset)
            elif current is not None:
                if header["date"] is not None:
                    _report_forgery(context, record, "a day line without the blank line after it")
                current.lines.extend((*held, *whole))
                held, coming = [], None
            else:
                _report_stray(context, record.line, whole)
        if current is not None:
            yield self._message(context, draft, current, frame=len(current.lines))

    def _read_preface(self, context: Context, draft: Draft, record: TextRecord) -> None:
        """The lines before the first day: the title, and in Markdown the time of the export."""
        lines = body_lines(record.body)
        title = next((line for line in lines if line.strip()), "")
        draft.title = title.removeprefix(self.title).strip() or None
        rest = [line for line in lines[lines.index(title) + 1 :] if line.strip()] if title else []
        if rest and rest[0].startswith("> Export time: "):
            draft.metadata["export_time"] = rest.pop(0).removeprefix("> Export time: ")
        if rest:
            _report_stray(context, record.line, rest)

    def _day(self, survey: _Survey, record: TextRecord) -> dt.date | None:
        """The day of a day line; `None` for other lines, and where text follows in place of a blank line."""
        text = record.header["date"] if record.header is not None else None
        if text is None or record.body or record.inline.strip():
            return None
        return _parse_date(text, survey.orders[0])

    def _is_forged(
        self,
        context: Context,
        survey: _Survey,
        record: TextRecord,
        current: _Open | None,
        day: dt.date | None,
    ) -> bool:
        """Whether a message line is part of a message: messages are sorted, time never goes back in a day."""
        header = record.header
        if header is None or current is None or current.day != day:
            return False
        if _seconds(header["time"]) >= _seconds(current.header["time"]):
            return False
        _report_forgery(context, record, "a message line before the time of the line above it")
        return survey.is_stranger(header["sender"])

    def _message(self, context: Context, draft: Draft, current: _Open, frame: int = 0) -> Message:
        lines = current.lines
        while frame and len(lines) > 1 and not lines[-1]:
            lines.pop()
            frame -= 1
        text = "\n".join(lines)
        sender: str | None = current.header["sender"]
        kind, segments = MessageKind.OTHER, None
        if text != self.empty:
            found = read_placeholder(text, BRACKETS)
            kind, segments = found if found is not None else (MessageKind.TEXT, None)
        if sender in _NOBODY:
            sender, kind, segments = None, read_notice(text) or MessageKind.SYSTEM, None
        time = self._time(context, current)
        return context.message(
            draft,
            time=time,
            precision="second",
            sender=sender,
            kind=kind,
            text=text,
            segments=segments,
            line=current.line,
            offset=current.offset,
        )

    def _time(self, context: Context, current: _Open) -> dt.datetime | None:
        hours, minutes, seconds = map(int, current.header["time"].split(":"))
        try:
            clock = dt.time(hours % 24 if hours == 24 else hours, minutes, seconds)
        except ValueError:
            context.report(
                "bad-time",
                f"not a time: {current.header['time']}",
                severity=Severity.ERROR,
                line=current.line,
                column=1,
            )
            return None
        if current.day is None:
            context.report("bad-time", "no day line before it", severity=Severity.ERROR, line=current.line, column=1)
            return None
        return context.wall_time(dt.datetime.combine(current.day, clock))


def _report_order(context: Context, survey: _Survey) -> None:
    """Say how dates are read: the exporter writes them in the locale of its machine."""
    order = survey.orders[0]
    if len(survey.orders) > 1:
        context.report(
            "ambiguous-date",
            "day and month could be either way round in every date of this file; read with the month first:"
            ' pass date_order="dmy" if the day stands first',
        )
    elif order != "ymd":
        context.report("locale-date", f"the dates can only be read as {order}", severity=Severity.INFO)


def _report_stray(context: Context, line: int, lines: list[str]) -> None:
    text = " ".join(line for line in lines if line.strip())
    context.report(
        "text-before-first-message",
        f"text before the first message belongs to no message: {text[:200]}",
        line=line,
        column=1,
        excerpt=lines[0][:200],
    )


def _report_forgery(context: Context, record: TextRecord, what: str) -> None:
    context.report("suspected-forgery", f"{what}: perhaps part of the message above", line=record.line, column=1)


TXT: Final = ChatlabTextReader(
    "chatlab-txt",
    "ChatLab's own text export",
    (".txt",),
    Grammar(
        "chatlab-txt",
        rf"(?:--- (?P<date>{_DATE}) ---{_END}|{_CLOCK} (?P<sender>[^\n]{{0,200}}?): )",
    ),
    "",
    "[non-text]",
)
MARKDOWN: Final = ChatlabTextReader(
    "chatlab-markdown",
    "ChatLab's own Markdown export",
    (".md", ".markdown"),
    Grammar(
        "chatlab-markdown",
        rf"(?:## (?P<date>{_DATE}){_END}|\*\*{_CLOCK} (?P<sender>[^\n]{{0,200}}?)\*\*: )",
    ),
    "# ",
    "*[non-text]*",
)
