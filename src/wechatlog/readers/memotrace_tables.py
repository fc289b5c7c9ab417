"""MemoTrace 3 as tables: the CSV of eight columns, and the workbook with the same columns.

CSV: UTF-8 with a byte order mark, CRLF, `消息ID,类型,发送人,时间,内容,备注,昵称,更多信息`, the last one always `more`;
file `<remark>.csv`. XLSX: sheet 聊天记录 with the same columns, sheet 成员信息 with the people. The id is the server's,
the type a Chinese name, the time a wall clock, the content `to_text` of the message.

There is no account id and no direction. In private chats the owner's rows have neither 备注 nor 昵称, because the
published core never fills the owner's account; other builds may differ, so that this is a hint and no proof: it is
reported, and `is_self` stays `None` unless the option `owner` says who it is. MemoTrace 2 had 0 or 1 in 发送人; that
is a direction.

Format facts: `exporter/exporter_csv.py`, `exporter/exporter_xlsx.py` of MemoTrace 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wechatlog.content.notices import clean_notice, read_notice
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine.delimited import Row, iter_rows
from wechatlog.engine.excel import (
    DATE_ORDER_OPTION,
    check_date_order,
    is_rewritten,
    read_local_clock,
    read_server_id,
)
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Head, in_batches
from wechatlog.engine.workbooks import cell_text, iter_sheet, peek_sheets, sheet_names
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.memotrace_bodies import EXPORTER, read_typed_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.protocol import Batch, Context, Draft
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["CSV", "XLSX", "MemotraceCsvReader", "MemotraceXlsxReader"]

COLUMNS: Final = ("消息ID", "类型", "发送人", "时间", "内容", "备注", "昵称", "更多信息")
_NEEDED: Final = frozenset({"类型", "发送人", "时间", "内容"})
_OPTIONAL: Final = frozenset(COLUMNS) - _NEEDED
_MEMBERS_SHEET: Final = "成员信息"
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_DELIMITERS: Final = (",", "\t", ";")
_MOST_PEOPLE: Final = 10_000
_KNOWN_UNKNOWN: Final = "未知类型"

_OPTIONS: Final = {**OWNER_OPTION, **DATE_ORDER_OPTION}


class _Record(NamedTuple):
    """The fields of a row by what they mean."""

    id: str
    type: str
    sender: str
    time: str
    content: str
    remark: str
    nickname: str


def _clean(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip("\ufeff \t") for name in names)


def _grade(names: Sequence[str]) -> float:
    """How sure a header row is: the very columns, in order or not, or with the dispensable ones missing."""
    if tuple(names[: len(COLUMNS)]) == COLUMNS:
        return 1.0
    if frozenset(names) >= _NEEDED and frozenset(names) & _OPTIONAL:
        return 0.9 if "消息ID" in names else 0.7
    return 0.0


def _delimiter(head: Head) -> str:
    """What parts the columns: a comma, or what Excel made of it."""
    first = next((line for line in head.lines if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


class _Conversion:
    """The rows of one chat to messages, with what was learnt of the people."""

    def __init__(self, context: Context, draft: Draft, columns: Sequence[str]) -> None:
        self.context = context
        self.draft = draft
        self.count = len(columns)
        self.columns = columns
        self.positions = [columns.index(name) if name in columns else -1 for name in COLUMNS[:-1]]
        self.people: dict[str, dict[str, None]] = {}
        self.hinted = context.owner is not None

    def messages(self, rows: Iterable[Row]) -> Iterator[Message]:
        """The messages of all rows; broken ones are reported."""
        for fields, line in rows:
            if len(fields) != self.count:
                found = f"the row has {len(fields)} fields, the header {self.count}"
                self.context.report("row-length", found, line=line)
            record = _Record(*(fields[i] if 0 <= i < len(fields) else "" for i in self.positions))
            if record.time == "时间" and record.type == "类型":
                found = "the header row stands here again: files were put together"
                self.context.report("repeated-header", found, severity=Severity.INFO, line=line)
            elif record.time or record.content:
                yield self._message(record, line)
        self._describe()

    def _message(self, record: _Record, line: int) -> Message:
        context = self.context
        time, precision = read_local_clock(record.time, context, line=line)
        kind = self._kind(record, line)
        is_notice = kind in _NOTICES
        text = clean_notice(record.content) if is_notice else record.content
        sender, is_self = (None, None) if is_notice else self._sender(record, line)
        return context.message(
            self.draft,
            time=time,
            precision=precision,
            sender=sender,
            is_self=is_self,
            kind=kind,
            text=text,
            id=read_server_id(record.id, context, line=line, excel=is_rewritten(record.time)),
            segments=read_typed_body(context, kind, text, time, line),
            line=line,
        )

    def _kind(self, record: _Record, line: int) -> MessageKind:
        kind = kind_of_name(record.type)
        if kind is None:
            self.context.report("unknown-kind", f"unknown type {record.type[:40]!r}", severity=Severity.INFO, line=line)
            return MessageKind.OTHER
        return (read_notice(record.content) or kind) if kind is MessageKind.SYSTEM else kind

    def _sender(self, record: _Record, line: int) -> tuple[str | None, bool | None]:
        shown = record.remark or record.nickname
        if record.sender in ("0", "1") and shown and shown != record.sender:
            return shown, record.sender == "1"
        if record.sender and not shown:
            self._hint(record.sender, line)
        elif record.sender:
            self._learn(record)
        return record.sender or None, None

    def _hint(self, name: str, line: int) -> None:
        """Say once who the owner may be."""
        if self.hinted:
            return
        self.hinted = True
        self.context.report(
            "self-hint",
            f"rows of {name[:40]!r} have no remark and no nickname, as the owner's have in private chats; "
            "that is no proof: pass owner= to say who the owner is",
            severity=Severity.INFO,
            line=line,
        )

    def _learn(self, record: _Record) -> None:
        if record.sender in self.people or len(self.people) < _MOST_PEOPLE:
            names = self.people.setdefault(record.sender, {})
            for name in (record.remark.strip(), record.nickname.strip()):
                if name and name != record.sender and len(names) < 10:
                    names[name] = None

    def _describe(self) -> None:
        self.draft.members = [
            Participant(name, aliases=tuple(aliases)) for name, aliases in self.people.items() if aliases
        ]


class MemotraceCsvReader:
    """Reads the CSV of MemoTrace 3."""

    name = "memotrace-csv"
    description = "MemoTrace (WeChatMsg) 3 CSV"
    suffixes = (".csv",)
    options: Mapping[str, str] = _OPTIONS

    def detect(self, head: Head) -> Evidence | None:
        """The header row decides."""
        names = self._header(head)
        confidence = _grade(names)
        return Evidence(confidence, f"the columns {','.join(names[:3])}…") if confidence else None

    def _header(self, head: Head) -> tuple[str, ...]:
        delimiter = _delimiter(head)
        if delimiter == ",":
            return _clean(head.header_row)
        first = next((line for line in head.lines if line.strip()), "")
        return _clean(name.strip('"') for name in first.split(delimiter))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where the header row has not the columns of this format.
        """
        check_date_order(context)
        draft = context.draft(metadata={"exporter": EXPORTER})
        delimiter = _delimiter(Head.of(source, context.encoding))
        rows = iter_rows(context.blocks(), context.collector, delimiter=delimiter)
        columns = _clean(next(rows, Row([], 1)).fields)
        if not _grade(columns):
            raise FormatError(f"the first row has not the columns {','.join(COLUMNS)}", source=source.label, line=1)
        return in_batches(draft, _Conversion(context, draft, columns).messages(rows))


class MemotraceXlsxReader:
    """Reads the workbook of MemoTrace 3."""

    name = "memotrace-xlsx"
    description = "MemoTrace (WeChatMsg) 3 Excel workbook"
    suffixes = (".xlsx",)
    options: Mapping[str, str] = _OPTIONS

    def detect(self, head: Head) -> Evidence | None:
        """The header row of a sheet decides."""
        for name, rows in peek_sheets(head.source, 1) or ():
            if rows and (confidence := _grade(_clean(map(cell_text, rows[0])))):
                return Evidence(confidence, f"the columns of sheet {name}")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where no sheet has the columns of this format.
        """
        check_date_order(context)
        sheets = peek_sheets(source, 1) or [(name, []) for name in sheet_names(source)]
        headers = [(name, _clean(map(cell_text, rows[0]))) for name, rows in sheets if rows]
        name, columns = next(((name, names) for name, names in headers if _grade(names)), ("", ()))
        if not columns:
            raise FormatError(f"no sheet has the columns {','.join(COLUMNS)}", source=source.label)
        draft = context.draft(metadata={"exporter": EXPORTER})
        _describe_members(draft, source, [name for name, _ in sheets])
        rows = _sheet_rows(source, name)
        return in_batches(draft, _Conversion(context, draft, columns).messages(rows))


def _sheet_rows(source: Source, name: str) -> Iterator[Row]:
    """The rows of a sheet after the first, as text; empty cells at the end are no fields too many."""
    for number, cells in enumerate(iter_sheet(source, name), 1):
        if number > 1 and any(cell not in ("", None) for cell in cells):
            yield Row([_cell(cell) for cell in cells], number)


def _cell(value: object) -> str:
    # A number of more digits than Excel keeps is no id any more; written like this it is recognised as one.
    if isinstance(value, float) and abs(value) >= 1e15:
        return f"{value:.14E}".replace("E+0", "E+")
    return cell_text(value)


def _describe_members(draft: Draft, source: Source, names: Sequence[str]) -> None:
    """What the sheet of the people says, as it stands: nothing there says which sender is which account."""
    if _MEMBERS_SHEET not in names:
        return
    rows = [[cell_text(cell) for cell in row] for row in iter_sheet(source, _MEMBERS_SHEET)]
    if len(rows) < 2 or "wxid" not in rows[0]:
        return
    people: list[dict[str, Any]] = [
        {key: value for key, value in zip(rows[0], row, strict=False) if key and value} for row in rows[1:]
    ]
    draft.metadata["members"] = people
    if len(people) == 1 and "电话" in rows[0]:  # the column that only the sheet of a private chat has
        draft.id = people[0].get("wxid")
        draft.title = people[0].get("群昵称") or people[0].get("昵称")
        draft.is_group = False


CSV: Final = MemotraceCsvReader()
XLSX: Final = MemotraceXlsxReader()
