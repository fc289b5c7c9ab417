"""The Excel workbooks of WeFlow and its kin: WeFlow, echotrace, their port to Rust, CipherTalk, weflow-cli.

Takes rows of a sheet, or the columns that the first WeFlow wrote as TXT, gives entries. WeFlow has the facts of the
chat in the rows above its header; the port writes the names of columns in English where the program is English.

Format facts: WeFlow 1.0.3 and 5.0.0 `formatters/ExcelFormatter.ts` (full, compact and streamed columns; 其他消息 for a
pat, and for red packets), echotrace `chat_export_service.dart`, CipherTalk `exportService.ts` (`exportSessionToExcel`:
the clock of the exporting machine in several columns, the Unix time in `时间戳`; lines of a merged forward in
`聊天记录详情`), weflow-cli `exportService.ts`. The first WeFlow (2026-01, `exportSessionToTxt`) parts columns
by tabs, any of eight as the user chose; tabs and line ends of a text are blanks, quotes stand as they are, the
owner is `我` in groups too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Final

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.weflow import build_segments, read_records
from wechatlog.engine import NOTICES, Draft, Entry, Evidence, Format, Head, Reading, Table
from wechatlog.engine.json_values import read_integer
from wechatlog.engine.tables import Layout
from wechatlog.engine.workbooks import cell_text, peek_sheets, sheet_names
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.weflow.bodies import check, read_body, typed_body, unframe
from wechatlog.segments import Segment
from wechatlog.tokenizer import iter_lines, prepare

_OWNERS: Final = ("我", "Me")
_FACTS: Final = {
    **dict.fromkeys(("微信ID", "账号ID", "WeChat ID"), "id"),
    **dict.fromkeys(("昵称", "Nickname"), "nickname"),
    **dict.fromkeys(("备注", "Remark"), "remark"),
    **dict.fromkeys(("导出工具", "Exported by"), "exporter"),
    **dict.fromkeys(("导出版本", "Version"), "version"),
    **dict.fromkeys(("平台", "Platform"), "platform"),
    **dict.fromkeys(("导出时间", "Exported at"), "exported_at"),
}


class _People:
    def __init__(self, chat: Draft) -> None:
        self._chat = chat
        self._seen: set[tuple[str, str]] = set()

    def learn(self, name: str, account: str | None, own: bool | None, *aliases: str) -> None:
        if account is None or (account, name) in self._seen:
            return
        self._seen.add((account, name))
        others = tuple(dict.fromkeys(alias for alias in aliases if alias and alias != name))
        self._chat.members.append(Participant(name or None, account, own, others))
        self._chat.sent_by(account, own)


# --- WeFlow ---------------------------------------------------------------------------------------------------------

_WEFLOW: Final = Table(
    {
        "序号|No.": "number",
        "时间|Time": "time",
        "发送者昵称|Sender nickname": "nickname",
        "发送者微信ID|发送者账号ID|Sender WeChat ID": "account",
        "发送者备注|Sender remark": "remark",
        "群昵称|Group nickname": "group_nickname",
        "发送者身份|Sender|发送者": "sender",
        "消息类型|Message type": "type",
        "内容|Content": "content",
    },
    optional=("nickname", "account", "remark", "group_nickname"),
    exact=False,
    depth=12,
)


def _facts(reading: Reading, layout: Layout) -> Mapping[str, str]:
    """What the rows above the header say: the values right of their labels."""
    found: dict[str, str] = {}
    for name, rows in peek_sheets(reading.source, layout.row) or ():
        for row in rows if name == layout.sheet else ():
            texts = [text for cell in row if (text := cell_text(cell).strip())]
            found |= {_FACTS[label]: value for label, value in itertools.pairwise(texts) if label in _FACTS}
    return {name: value for name, value in found.items() if value not in _FACTS}


def _weflow_rows(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    layout = _WEFLOW.find_sheet(reading.head)
    if layout is None:
        names = ", ".join(sheet_names(reading.source))
        raise FormatError(f"no sheet has the columns of this format: {names}", source=reading.source.label)
    facts = dict(_facts(reading, layout))
    chat.id, nickname = facts.pop("id", None), facts.pop("nickname", None)
    chat.title = facts.pop("remark", None) or nickname
    chat.is_group = True if layout.places[5] >= 0 else None if chat.id is None else is_room(chat.id)
    chat.metadata |= facts
    people = _People(chat)
    says_own = chat.is_group is not True or (layout.places[2] >= 0 > layout.places[5])  # in groups echotrace alone
    for row, line in _WEFLOW.rows(reading, layout):
        text = row.content if chat.is_group is False else unframe(reading, row.content, line)
        kind, text, segments = typed_body(reading, row.type.strip(), None, text, line)
        check(reading, kind, text, line)
        time, precision = reading.clock(row.time, line=line)
        account, own = row.account or None, None
        if says_own and (chat.is_group is False or row.sender in _OWNERS):
            own = row.sender in _OWNERS
        if kind not in NOTICES:
            people.learn(row.sender, account, own, row.remark, row.nickname, row.group_nickname)
        own = own if reading.owner is None else None
        yield Entry(line, time, precision, row.sender or None, account, own, kind, text, segments)


def _is_weflow(head: Head) -> Evidence | None:
    found = _WEFLOW.detect_sheet(head)
    return found and Evidence(0.95, found.reason)


# --- CipherTalk -----------------------------------------------------------------------------------------------------

_CIPHERTALK: Final = Table(
    "序号=number 时间=time 日期=date 时刻=clock 星期=weekday 发送者=sender 微信ID=account 消息类型=type"
    " 消息内容=content 原始类型代码=code 时间戳=seconds 头像链接=avatar 聊天记录详情=details",
    optional=("date", "clock", "weekday", "code", "seconds", "avatar", "details"),
    exact=False,
)


_RECORD: Final = re.compile(
    r"[0-9]{1,6}\. \[(?P<senderDisplayName>[^\]\n]{0,200})\] (?P<formattedTime>[^\n]{4,25}?) "
    r"(?P<type>[^\s:0-9]{1,8}): ?(?P<content>[^\n]*+(?:\n(?![0-9]{1,6}\. \[)[^\n]*+)*+)"
)


def _forward(reading: Reading, text: str, details: str) -> tuple[Segment, ...] | None:
    """The segment of a merged forward, whose messages stand in a column of their own, one a line."""
    records = [match.groupdict() for match in _RECORD.finditer(details)]
    if not records:
        reading.tell("unknown-key", "details of a forward in another form than is known; they were left out", once=True)
    return build_segments(MessageKind.FORWARD, text, {"messages": read_records(records, reading.zone)})


def _ciphertalk_rows(reading: Reading) -> Iterator[Entry]:
    """Entries of rows; the name of the sheet is that of the chat. Nothing says which messages are the owner's."""
    chat = reading.chat
    layout = _CIPHERTALK.find_sheet(reading.head)
    chat.title, people = layout.sheet if layout else None, _People(chat)
    for row, line in _CIPHERTALK.rows(reading, layout):
        kind, text, segments = typed_body(reading, row.type.strip(), read_integer(row.code), row.content, line)
        if row.details:
            kind, segments = MessageKind.FORWARD, _forward(reading, text, row.details)
        check(reading, kind, text, line)
        clock = (None, None) if row.seconds else reading.clock(row.time, line=line)
        time, precision = (reading.unix_time(row.seconds, line=line), None) if row.seconds else clock
        account: str | None = row.account or None
        if is_room(account):
            chat.id, chat.is_group, account = account, True, None
        if kind not in NOTICES:
            people.learn(row.sender, account, None)
        yield Entry(line, time, precision or "second", row.sender or None, account, None, kind, text, segments)


# --- weflow-cli -----------------------------------------------------------------------------------------------------

_CLI: Final = Table("时间=time 发送者=sender 类型=type 内容=content 消息ID=number")


def _cli_rows(reading: Reading) -> Iterator[Entry]:
    """Entries of rows; the sender is 我 or an account id, the number that of the row in the database."""
    for row, line in _CLI.rows(reading):
        body = typed_body(reading, row.type.strip(), None, row.content, line)
        check(reading, *body[:2], line)
        time, precision = reading.clock(row.time, line=line)
        own = row.sender in _OWNERS if reading.owner is None else None
        account = row.sender if is_account(row.sender) else None
        yield Entry(line, time, precision, row.sender or None, account, own, *body)


# --- the first TXT of WeFlow ----------------------------------------------------------------------------------------

_COLUMNS: Final = {
    "序号": "number",
    "时间": "time",
    "发送者身份": "sender",
    "消息类型": "type",
    "内容": "content",
    "发送者昵称": "nickname",
    "发送者微信ID": "account",
    "发送者备注": "remark",
}


def _heading(line: str) -> list[str] | None:
    names = line.strip("\ufeff\r\n").split("\t")
    known = all(name in _COLUMNS for name in names) and {"时间", "内容"} <= {*names}
    return [_COLUMNS[name] for name in names] if known else None


def _column_rows(reading: Reading) -> Iterator[Entry]:
    lines = enumerate(iter_lines(prepare(reading.blocks()).blocks), 1)
    fields = next((found for _, (line, _) in lines if (found := _heading(line))), None)
    if fields is None:
        raise FormatError("no line names the columns 时间 and 内容", source=reading.source.label)
    people = _People(reading.chat)
    for number, (line, offset) in lines:
        cells = line.rstrip("\r\n").split("\t")
        if not any(cells):
            continue
        if len(cells) != len(fields):
            reading.report("row-length", f"the row has {len(cells)} fields, the header {len(fields)}", line=number)
        row = dict(zip(fields, cells, strict=False))
        name, text = row.get("sender", row.get("nickname", "")), row.get("content", "")
        kind, text, segments = (
            typed_body(reading, row["type"], None, text, number) if "type" in row else read_body(text)
        )
        check(reading, kind, text, number)
        time, precision = reading.clock(row.get("time", ""), line=number)
        own = row["sender"] in _OWNERS if "sender" in row else None
        account = row.get("account") or None
        if kind not in NOTICES:
            people.learn(name, account, own, row.get("nickname", ""), row.get("remark", ""))
        own = None if kind in NOTICES else own
        yield Entry(number, time, precision, name or None, account, own, kind, text, segments, offset=offset)


def _is_columns(head: Head) -> Evidence | None:
    first = next((line for line in head.lines if line.strip()), "")
    return Evidence(1.0, "a line that names the columns of WeFlow") if "\t" in first and _heading(first) else None


COLUMNS: Final = Format(
    "weflow-columns", "the first WeFlow, TXT of columns, WeChat 4 (2026)", ".txt", _is_columns, _column_rows, "WeFlow"
)
XLSX: Final = Format(
    "weflow-xlsx",
    "WeFlow 1, its port to Rust and echotrace, Excel workbook, WeChat 4",
    ".xlsx",
    _is_weflow,
    _weflow_rows,
    "WeFlow",
)
CIPHERTALK: Final = Format(
    "ciphertalk-xlsx",
    "CipherTalk Excel workbook, WeChat 4",
    ".xlsx",
    _CIPHERTALK.detect_sheet,
    _ciphertalk_rows,
    "CipherTalk",
)
CLI: Final = Format("weflow-cli-xlsx", "weflow-cli Excel workbook", ".xlsx", _CLI.detect_sheet, _cli_rows, "weflow-cli")
