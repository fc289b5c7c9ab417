"""A reader made from one line: `text_format("[%Y-%m-%d %H:%M:%S] {sender}: {text}")`.

For exports that no reader knows. The header line is described, the shared tokenizer does the rest. It is not in the
registry: it is passed as `format=`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.diagnostics import Severity
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, in_batches
from wechatlog.engine.records import count_headers, read_records
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar, compile_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.engine.records import TextRecord
    from wechatlog.model import Message
    from wechatlog.source import Source
    from wechatlog.timestamps import Precision

__all__ = ["TextFormat", "text_format"]

_FINE: Final = ("%S", "%f")


def text_format(template: str, *, name: str = "text-format") -> TextFormat:
    """A reader for a line format that is described in one line.

    Args:
        template: the header line: `strptime` directives for the time, `{sender}`, `{sender_id}` and `{text}`, and
            literal characters, such as `[%Y-%m-%d %H:%M:%S] {sender}: {text}`. Lines that are no header belong to
            the message before them.
        name: for diagnostics.

    Returns:
        A reader to pass as `format=`.

    Raises:
        ValueError: for an unknown directive or field.
    """
    grammar, strptime = compile_format(template)
    return TextFormat(name, grammar, strptime)


@attrs.frozen
class TextFormat:
    """A reader of a described line format; see `text_format`.

    Attributes:
        name: for diagnostics.
        grammar: of the tokenizer.
        strptime: the format of the time, empty where the lines have none.
    """

    name: str
    grammar: Grammar
    strptime: str

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

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        draft = context.draft(title=source.name)
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        for record in read_records(context.blocks(), self.grammar):
            if record.header is not None:
                yield self._message(context, draft, record)
            else:
                context.report_preamble(record.body)

    def _message(self, context: Context, draft: Draft, record: TextRecord) -> Message:
        groups = record.header.groupdict() if record.header else {}
        time, precision = self._time(context, groups.get("time"), record.line)
        sender = groups.get("sender")
        inline = (groups.get("text") or record.inline).rstrip("\r")
        text = "\n".join(part for part in (inline, record.body) if part)
        kind = _notice_kind(text) if sender is None else MessageKind.TEXT
        return context.message(
            draft,
            time=time,
            precision=precision,
            sender=sender,
            sender_id=groups.get("sender_id"),
            kind=kind,
            text=text,
            line=record.line,
            offset=record.offset,
        )

    def _time(self, context: Context, text: str | None, line: int) -> tuple[dt.datetime | None, Precision | None]:
        if text is None:
            return None, None
        try:
            time = dt.datetime.strptime(text.replace("上午", "AM").replace("下午", "PM"), self.strptime)
        except ValueError:
            context.report("bad-time", f"impossible time {text!r}", severity=Severity.ERROR, line=line)
            return None, None
        if "%d" not in self.strptime and (day := context.day_option("date")) is not None:
            time = dt.datetime.combine(day, time.timetz())
        if not any(part in self.strptime for part in ("%H", "%I")):
            precision: Precision = "day"
        else:
            precision = "second" if any(part in self.strptime for part in _FINE) else "minute"
        return context.wall_time(time), precision


def _notice_kind(text: str) -> MessageKind:
    from wechatlog.content.notices import read_notice  # a large table, and few formats have notices

    return read_notice(text) or MessageKind.SYSTEM
