"""A reader made from one line: `text_format("[%Y-%m-%d %H:%M:%S] {sender}: {text}")`.

For exports that no reader knows. The header line is described, the shared tokenizer does the rest. It is not in the
registry: it is passed as `format=`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

import attrs

from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Head, Reading, batches_of, one_segment
from wechatlog.engine.protocol import Batch
from wechatlog.engine.records import TextRecord, count_headers, read_records
from wechatlog.model import MessageKind
from wechatlog.source import Source
from wechatlog.timestamps import Precision, hour_of_day
from wechatlog.tokenizer import Grammar, compile_format, loose_pattern
from wechatlog.tokenizer.template import WEEKDAY

if TYPE_CHECKING:
    from wechatlog.segments import Segment

_FINE: Final = ("%S", "%f")
_YEAR: Final = ("%Y", "%y")
_DIRECTIVE: Final = re.compile("%.")
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH: Final = re.compile("(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[.]?", re.IGNORECASE)
_NAMED_MONTH: Final = re.compile("%[bB]")
_MONTH_NUMBERS: Final = ("%m", "%b", "%B")
_WEEKDAY: Final = re.compile(rf"{WEEKDAY}|(?<=[(（])[一二三四五六日天月火水木金土]")
_ORDINAL: Final = re.compile("(?<=[0-9])(?:st|nd|rd|th)")
_BLANKS: Final = re.compile(r"\s+")
_MARKS: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def text_format(template: str, *, name: str = "text-format") -> TextFormat:
    r"""A reader for a line format that is described in one line.

    Args:
        template: the header line: `strptime` directives for the time, `%s` for seconds or milliseconds since 1970,
            `{sender}`, `{sender_id}`, `{type}`, `{number}` and `{text}`, and literal characters, such as
            `[%Y-%m-%d %H:%M:%S] {sender}: {text}`. It may go over several lines. Lines that are no header belong to the
            message before them.
        name: for diagnostics.

    Returns:
        A reader to pass as `format=`.

    Raises:
        ValueError: for an unknown directive or field.

    Example:
        >>> lines = "[2026-05-01 09:00] <李四> 早上好\n"
        >>> chat = wechatlog.loads(lines, format=wechatlog.text_format("[%Y-%m-%d %H:%M] <{sender}> {text}"))
        >>> print(chat[0])
        2026-05-01 09:00 李四: 早上好
    """
    grammar, strptime = compile_format(template)
    return TextFormat(name, grammar, strptime, loose_pattern(template))


@attrs.frozen
class TextFormat:
    """A reader of a described line format; see `text_format`.

    Attributes:
        name: for diagnostics.
        grammar: of the tokenizer.
        strptime: the format of the time, empty where the lines have none.
        loose: lines that are nearly headers, or `None`.
    """

    name: str
    grammar: Grammar
    strptime: str
    loose: re.Pattern[str] | None = attrs.field(default=None, eq=False)

    @property
    def cuts(self) -> Literal["tried"]:
        """What is appended can be read alone."""
        return "tried"

    @property
    def description(self) -> str:
        """The template."""
        return f"lines such as {self.grammar.name}"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """None: it is chosen by hand."""
        return ()

    @property
    def options(self) -> Mapping[str, str]:
        """Who the owner is, and the day for times without a date."""
        return {**OWNER_OPTION, "date": "the day of the messages, where the template has none: 2017-08-19"}

    def detect(self, head: Head) -> Evidence | None:
        """Header lines in the head."""
        found = count_headers(head.lines, self.grammar)
        return Evidence(0.6, f"{found} header lines") if found else None

    def read(self, source: Source, context: Reading) -> Iterator[Batch]:
        """The messages."""
        context.chat.title = source.name
        return batches_of(context, self.entries(context))

    def entries(self, context: Reading) -> Iterator[Entry]:
        """What the lines say, before anything is known of their meaning."""
        preamble = None
        for record in read_records(context.blocks(), self.grammar):
            if record.header is None:
                preamble = record
                self._look_for_headers(context, record.body, record.line)
                continue
            if preamble is not None:
                context.report_preamble(preamble.body)
                preamble = None
            self._look_for_headers(context, record.body, record.line + 1)
            yield self._entry(context, record)
        if preamble is not None and preamble.body.strip():
            first = next(line for line in preamble.body.split("\n") if line.strip())
            context.report(
                "no-header",
                f"no line looks like {self.grammar.name}; the first is {first[:60]!r}",
                severity=Severity.ERROR,
                line=preamble.line,
            )

    def _look_for_headers(self, context: Reading, body: str, line: int) -> None:
        """Tell of the lines of a body that are headers but for a blank, a sign or a word."""
        if self.loose is None:
            return
        for number, text in enumerate(body.split("\n") if body else ()):
            if self.loose.match(text):
                context.report(
                    "near-header",
                    f"this line is nearly of the form {self.grammar.name} and was kept in the body before it",
                    line=line + number,
                    column=1,
                    excerpt=text[:200],
                )

    def _entry(self, context: Reading, record: TextRecord) -> Entry:
        groups = record.header.groupdict() if record.header else {}
        time, precision = self.time(context, groups.get("time"), groups.get("half"), record.line)
        sender = groups.get("sender")
        inline = (groups.get("text") or record.inline).rstrip("\r")
        text = "\n".join(part for part in (inline, record.body) if part)
        kind = _notice_kind(text) if sender is None else MessageKind.TEXT
        account, line, offset, segments = groups.get("sender_id"), record.line, record.offset, None
        if kind is MessageKind.TEXT and groups.get("type"):
            kind, segments = typed(groups["type"], text)
        return Entry(line, time, precision, sender, account, None, kind, text, segments, offset=offset)

    def time(
        self, context: Reading, text: str | None, half: str | None, line: int
    ) -> tuple[dt.datetime | None, Precision | None]:
        """The time in a header, and its precision; what is none, or has no day, is told."""
        if text is None:
            return None, None
        if self._is_unix:
            return context.unix_time(re.sub("[^0-9]", "", text), line=line), "second"
        day = context.day_option("date")
        time = self.parse_time(text, half, day)
        if time is None:
            context.report("bad-time", f"impossible time {text!r}", severity=Severity.ERROR, line=line)
        elif self.has_day or (day is not None and "%a" not in self.strptime):
            return context.wall_time(time), self.precision
        else:
            self.tell_no_day(context, line)
        return None, None

    def tell_no_day(self, context: Reading, line: int) -> None:
        """Tell once that the times have no day."""
        if not context.is_news("no date"):
            return
        if "%a" in self.strptime and "%d" not in self.strptime:
            context.report("no-date", "words such as 昨天 say no day: the times have none", line=line)
            return
        what = "the template has no year" if "%d" in self.strptime else "the template has no day and no year"
        context.report("no-date", f"{what}: the times have no day; pass date=", line=line)

    @property
    def _is_unix(self) -> bool:
        return "%s" in self.strptime

    @property
    def has_day(self) -> bool:
        """Whether its times have a day, month and year."""
        parts = set(_DIRECTIVE.findall(self.strptime))
        return self._is_unix or ("%d" in parts and not any(map(parts.isdisjoint, (_MONTH_NUMBERS, _YEAR))))

    @property
    def precision(self) -> Precision:
        """That of its times."""
        parts = _DIRECTIVE.findall(self.strptime)
        if not any(part in ("%H", "%I", "%s") for part in parts):
            return "day"
        return "second" if any(part in _FINE for part in parts) else "minute"

    def parse_time(self, text: str, half: str | None = None, day: dt.date | None = None) -> dt.datetime | None:
        """The time that a text says; `None` where it says none.

        Args:
            text: what stands in the place of the time.
            half: the word for the half of the day in it.
            day: what it lacks of a day is that of this one; where it is `None` too, any.
        """
        shown, form = _MARKS.sub("", text), self.strptime
        if self._is_unix:
            return None
        if "%a" in form:  # says nothing that the rest does not
            shown, form = _WEEKDAY.sub("", shown), form.replace("%a", "")
        if _NAMED_MONTH.search(form):  # `strptime` knows the names that the machine speaks
            shown = _MONTH.sub(lambda match: f"{_MONTHS.index(match[1].lower()) // 3 + 1:02}", shown, count=1)
            shown, form = _ORDINAL.sub("", shown), _NAMED_MONTH.sub("%m", form)
        if half is not None:  # `strptime` knows two words for it, and where the machine speaks them
            shown, form = shown.replace(half, "", 1), form.replace("%p", "", 1).replace("%I", "%H")
        if "%Y" not in form and "%y" not in form:  # a leap year, that has every day
            shown, form = f"{day.year if day else 2000} {shown}", f"%Y {form}"
        try:
            time = dt.datetime.strptime(_BLANKS.sub(" ", shown).strip(), _BLANKS.sub(" ", form).strip())
            time = time.replace(hour=hour_of_day(time.hour, half))
        except ValueError:
            return None
        return dt.datetime.combine(day, time.timetz()) if day is not None and "%d" not in form else time


def typed(name: str, text: str) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    """Kind and segments of a text beside which the word for its kind stands."""
    from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_name

    kind = kind_of_name(name) or MessageKind.TEXT
    return kind, None if kind in PLAIN_KINDS else one_segment(kind, text)


def _notice_kind(text: str) -> MessageKind:
    from wechatlog.content.notices import read_notice  # a large table, and few formats have notices

    return read_notice(text) or MessageKind.SYSTEM
