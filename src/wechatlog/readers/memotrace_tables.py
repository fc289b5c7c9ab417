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

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from wechatlog.content.notices import clean_notice
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.engine import NOTICES, OWNER_OPTION, Entry, Evidence, Format, Head, Reading, Table, one_of, one_segment
from wechatlog.engine.excel import DATE_ORDER_OPTION, check_date_order, is_rewritten, read_local_clock, read_server_id
from wechatlog.engine.row_entries import Body, Said, Who, entries_of
from wechatlog.engine.tables import Layout, RowRun, TableRows
from wechatlog.engine.workbooks import cell_text, iter_sheet, sheet_names
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.memotrace_bodies import EXPORTER, read_typed_body

_TABLE = Table(
    "消息ID=id 类型=type 发送人=sender 时间=time 内容=content 备注=remark 昵称=nickname 更多信息=more",
    optional=("id", "remark", "nickname", "more"),
    exact=False,
)
_LINKS = ("./", ".\\")
_MEMBERS_SHEET = "成员信息"
_MOST_PEOPLE = 10_000
_kind_of_name = functools.lru_cache(maxsize=256)(kind_of_name)
_FILES = frozenset({MessageKind.VOICE, MessageKind.VIDEO, MessageKind.IMAGE, MessageKind.FILE})


def _grade(found: Layout | None, where: str) -> Evidence | None:
    """How sure a header row is: the very columns, in order or not, or with the dispensable ones missing."""
    if found is None or not any(place >= 0 for place in (found.places[0], *found.places[5:])):
        return None
    in_order = found.places == tuple(range(len(found.places)))
    return Evidence(1.0 if in_order else 0.9 if found.places[0] >= 0 else 0.7, where)


def _entries(reading: Reading) -> Iterator[Entry]:
    check_date_order(reading)
    people: dict[str, dict[str, None]] = {}
    _, rows = one_of(reading, {"": _TABLE})
    _describe_members(reading)
    said = Said(
        same="type sender remark nickname",
        text="content",
        clock="time",
        number="id",
        room="",
        is_text=lambda row: _kind_of_name(row.type) is MessageKind.TEXT,
        time=lambda row, line: read_local_clock(row.time, reading, line=line),
        body=functools.partial(_body, reading),
        who=functools.partial(_who, reading, people),
        id=lambda row, line: read_server_id(row.id, reading, line=line, excel=is_rewritten(row.time)),
    )
    yield from entries_of(reading, rows.row, _linked(reading, rows), said)
    reading.chat.members = [Participant(name, aliases=tuple(aliases)) for name, aliases in people.items() if aliases]


def _linked(reading: Reading, rows: TableRows) -> Iterator[RowRun]:
    """Rows that hold something, in which the link of a file, which stands a row below its message, is the last cell.

    `ExcelExporter.to_excel` of MemoTrace 3 counts rows twice. A message with a file waits for the row below it.
    """
    kept: list[tuple[Sequence[str], int]] = []
    for run in rows.runs:
        for cells, line in zip(*run, strict=True):
            if kept and not any(cells[:4]) and cells[4].startswith(_LINKS):
                above, number = kept[-1]
                if not above[-1].startswith(_LINKS) and _kind_of_name(above[1]) in _FILES:
                    what = "the link of a file stands in a row of its own; it belongs to the message above"
                    reading.tell("writer-fault", what, line)
                    kept[-1] = (*above[:-1], cells[4]), number
                    continue
            if cells[3] or cells[4]:
                kept.append((cells, line))
        file = kept[-1:] if kept and _kind_of_name(kept[-1][0][1]) in _FILES else []
        if whole := kept[: len(kept) - len(file)]:
            yield [cells for cells, _ in whole], [line for _, line in whole]
        kept = file
    if kept:
        yield [cells for cells, _ in kept], [line for _, line in kept]


def _body(reading: Reading, row: Any, time: dt.datetime | None, line: int) -> Body:
    text = row.content
    named = reading.kind_of(_kind_of_name(row.type), row.type or "''", text, line)
    kind, text, segments = read_typed_body(reading, named, text, time, line)
    if kind in _FILES and row.more.startswith(_LINKS):
        first, *others = segments or one_segment(kind, text)
        segments = (attrs.evolve(first, path=row.more), *others)  # type: ignore[call-arg]
    return kind, clean_notice(text) if kind in NOTICES else text, segments, None


def _who(reading: Reading, people: dict[str, dict[str, None]], row: Any, kind: MessageKind, line: int) -> Who:
    if kind in NOTICES:
        return None, None, None, None
    sender, own = _sender(reading, row, line, people)
    return sender, None, own, None


def _sender(
    reading: Reading, row: Any, line: int, people: dict[str, dict[str, None]]
) -> tuple[str | None, bool | None]:
    sender, shown = row.sender, row.remark or row.nickname
    if sender in ("0", "1") and shown and shown != sender:
        return shown, sender == "1"
    if sender and not shown:
        if reading.owner is None:
            what = (
                f"rows of {sender[:40]!r} have no remark and no nickname, as the owner's have in private chats; "
                "that is no proof: pass owner= to say who the owner is"
            )
            reading.tell_first("self-hint", what, line)
    elif sender and (sender in people or len(people) < _MOST_PEOPLE):
        names = people.setdefault(sender, {})
        for name in (row.remark.strip(), row.nickname.strip()):
            if name and name != sender and len(names) < 10:
                names[name] = None
    return sender or None, None


def _describe_members(reading: Reading) -> None:
    """What the sheet of the people says, as it stands: nothing there says which sender is which account."""
    source, chat = reading.source, reading.chat
    if not source.head().startswith(b"PK") or _MEMBERS_SHEET not in sheet_names(source):
        return
    head, *rows = ([cell_text(cell) for cell in row] for row in iter_sheet(source, _MEMBERS_SHEET))
    if not rows or "wxid" not in head:
        return
    people = [{key: value for key, value in zip(head, row, strict=False) if key and value} for row in rows]
    chat.metadata["members"] = people
    if len(people) == 1 and "电话" in head:  # the column that only the sheet of a private chat has
        chat.id, chat.is_group = people[0].get("wxid"), False
        chat.title = people[0].get("群昵称") or people[0].get("昵称")


def _is_csv(head: Head) -> Evidence | None:
    return _grade(_TABLE.find(head), "the columns 消息ID,类型,发送人…")


def _is_workbook(head: Head) -> Evidence | None:
    found = _TABLE.find_sheet(head)
    return _grade(found, f"the columns of sheet {found.sheet}" if found else "")


_OPTIONS = {**OWNER_OPTION, **DATE_ORDER_OPTION}
CSV = Format(
    "memotrace-csv", "MemoTrace (WeChatMsg) 3 CSV", ".csv", _is_csv, _entries, EXPORTER, _OPTIONS, cuts="tried"
)
XLSX = Format(
    "memotrace-xlsx", "MemoTrace (WeChatMsg) 3 Excel workbook", ".xlsx", _is_workbook, _entries, EXPORTER, _OPTIONS
)
