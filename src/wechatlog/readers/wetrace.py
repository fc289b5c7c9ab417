"""Exports of wetrace: CSV, workbook, text, and the script of its HTML pages.

Takes any of the four, gives messages. wetrace is a child of chatlog: rows and objects are
`readers.support.chatlog_rows`, bodies `content.chatlog`.

Format facts: wetrace `web/export/*.go`. CSV begins with a byte order mark; the workbook has other names for two
columns; a block of the text is `[sender] 2025-08-27 21:30:00` LF body LF LF, where the sender is the account id if
there is no name; `data.js` in the ZIP of the HTML pages is `window.CHAT_DATA = […];` with the objects of chatlog. All
stop after 200,000 messages. Times of CSV, workbook and text are the wall clock of the machine.
"""

from __future__ import annotations

import datetime as dt
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wechatlog.content.chatlog import NOTICE_SENDERS, read_rendering
from wechatlog.diagnostics import Severity
from wechatlog.engine.headers import Gate, iter_blocks
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.json_values import read_list, read_object
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Head, in_batches
from wechatlog.engine.scripts import assigned_head, json_blocks
from wechatlog.errors import FormatError
from wechatlog.readers.support.chatlog_rows import is_room, read_objects, read_rows, report_body
from wechatlog.readers.support.named_rows import find_delimiter, find_sheet, sheet_rows, text_rows
from wechatlog.readers.support.routing import Desk, route
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.headers import Block
    from wechatlog.engine.protocol import Batch, Context, Draft
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["CSV", "JS", "TEXT", "XLSX", "WetraceCsvReader", "WetraceJsReader", "WetraceTextReader", "WetraceXlsxReader"]

_FIELDS: Final = ("time", "name", "sender", "talker_name", "talker", "content")
_CSV_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip(("时间", "发送人昵称", "发送人ID", "聊天对象昵称", "聊天对象ID", "内容"), _FIELDS, strict=True))
)
_SHEET_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip(("时间", "发送人", "发送人ID", "聊天对象", "聊天对象ID", "内容"), _FIELDS, strict=True))
)
_METADATA: Final = MappingProxyType({"exporter": "wetrace"})
_VARIABLE: Final = "CHAT_DATA"
_CAP: Final = 200_000
_GRAMMAR: Final = Grammar(
    "wetrace text",
    r"\[(?P<sender>[^\n\r]*)\] (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})[ \t]*(?=\r?(?:\n|\Z))",
)
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_\-]+|gh_[A-Za-z0-9]+|[0-9]+@(?:chatroom|openim)")
_FILE_NAME: Final = re.compile(
    r"chat_export_(?P<name>.+?)_(?P<id>wxid_[^.]+|gh_[^.]+|[0-9]+@[a-z]+|[^_.]+?)(?: ?\([0-9]+\))?\.[A-Za-z]+"
)


def _csv_delimiter(head: Head) -> str | None:
    line = next((line for line in head.lines if line.strip()), "")
    return find_delimiter(line, _CSV_COLUMNS)


class WetraceCsvReader:
    """The reader of the CSV."""

    name = "wetrace-csv"
    description = "wetrace, CSV"
    suffixes = (".csv",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The exact columns."""
        found = _csv_delimiter(head)
        return None if found is None else Evidence(1.0, f"the columns {','.join(_CSV_COLUMNS)}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: without the header row.
        """
        delimiter = _csv_delimiter(Head.of(source, context.encoding))
        if delimiter is None:
            raise FormatError(f"the first line is not {','.join(_CSV_COLUMNS)}", source=source.label, line=1)
        desk = Desk(context)
        rows = text_rows(context.blocks(), context.collector, _CSV_COLUMNS, delimiter)
        return route(
            read_rows(rows, context, desk, _METADATA, capped=True), lambda: desk.first(metadata=dict(_METADATA))
        )


class WetraceXlsxReader:
    """The reader of the workbook."""

    name = "wetrace-xlsx"
    description = "wetrace, Excel workbook"
    suffixes = (".xlsx",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The exact columns of a sheet."""
        found = find_sheet(head, (_SHEET_COLUMNS,))
        return None if found is None else Evidence(1.0, f"a sheet with the columns {','.join(_SHEET_COLUMNS)}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: without such a sheet.
            MissingExtraError: without python-calamine.
        """
        found = find_sheet(Head.of(source), (_SHEET_COLUMNS,))
        if found is None:
            raise FormatError(f"no sheet has the columns {','.join(_SHEET_COLUMNS)}", source=source.label)
        desk = Desk(context)
        rows = sheet_rows(context, *found)
        return route(
            read_rows(rows, context, desk, _METADATA, capped=True), lambda: desk.first(metadata=dict(_METADATA))
        )


class WetraceJsReader:
    """The reader of the script."""

    name = "wetrace-js"
    description = "wetrace, data.js of the HTML pages"
    suffixes = (".js",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The variable, and the keys of the first message."""
        inner = assigned_head(head, _VARIABLE)
        if inner is None:
            return None
        rows = read_list(inner.json)
        if rows and {"seq", "talker"} <= read_object(rows[0]).keys():
            return Evidence(1.0, f"window.{_VARIABLE} with seq and talker")
        return Evidence(0.6, f"an empty window.{_VARIABLE}") if inner.json == [] else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        desk = Desk(context)
        items = iter_json(json_blocks(context.blocks()), context.collector, ())
        return route(
            read_objects(items, context, desk, lambda: dict(_METADATA)),
            lambda: desk.first(metadata=dict(_METADATA)),
        )


# --- text -----------------------------------------------------------------------------------------


def _clock(match: re.Match[str]) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(match["time"])
    except ValueError:
        return None


class WetraceTextReader:
    """The reader of the text."""

    name = "wetrace-text"
    description = "wetrace, text"
    suffixes = (".txt",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """Header lines after blank lines; the first line is one."""
        lines = head.lines[:400]
        pairs = zip(["", *lines], lines, strict=False)
        found = sum(not before.strip() and _GRAMMAR.pattern.match("\n" + line) is not None for before, line in pairs)
        first = next((line for line in lines if line.strip()), "")
        if not found or _GRAMMAR.pattern.match("\n" + first) is None:
            return None
        return Evidence(0.95 if found > 1 else 0.85, f"{found} header lines '[name] YYYY-MM-DD HH:MM:SS'")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        name = _FILE_NAME.search(source.name or "")
        draft = context.draft(
            title=name["name"] if name else None,
            id=name["id"] if name else None,
            is_group=is_room(name["id"] if name else ""),
            metadata=dict(_METADATA),
        )
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        gate = Gate(context, lambda match: match["sender"], _clock, blanks=1, ordered=True, serious=True)
        count = 0
        for block in iter_blocks(context.blocks(), _GRAMMAR, gate.accept):
            if block.header is not None:
                count += 1
                yield _text_message(context, draft, block, block.header)
            else:
                context.report_preamble(block.raw)
        if count == _CAP:
            sentence = f"the writer stops after {_CAP:,} messages: the chat may go on"
            context.report("capped-export", sentence, severity=Severity.INFO)


def _text_message(context: Context, draft: Draft, block: Block, header: re.Match[str]) -> Message:
    sender = header["sender"]
    notice = sender in NOTICE_SENDERS
    body = read_rendering(
        block.lines.partition("\n")[2].removesuffix("\n").removesuffix("\n"), notice=notice, zone=context.tz
    )
    report_body(context, body, block.line)
    time, precision = context.clock(header["time"], line=block.line)
    return context.message(
        draft,
        time=time,
        precision=precision,
        sender=None if notice else sender or None,
        sender_id=sender if _ACCOUNT.fullmatch(sender) else None,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=block.line,
        offset=block.offset,
    )


CSV: Final = WetraceCsvReader()
XLSX: Final = WetraceXlsxReader()
JS: Final = WetraceJsReader()
TEXT: Final = WetraceTextReader()
