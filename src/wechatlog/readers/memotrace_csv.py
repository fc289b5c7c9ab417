"""CSV of MemoTrace 1 and of what came before it: rows of the message table, numbers and XML.

Version 1 has twelve columns, UTF-8 with a byte order mark, CRLF, in two files that differ in meaning alone:

* `<remark>_utf8.csv`, one chat: Remark, NickName and Sender (account id) are those of who sent the row;
* `messages.csv`, all chats: Remark and NickName are those of the chat, Sender is `我` or a name.

Version 0 (autumn of 2023) has the first nine columns, no mark, sometimes a column of row numbers without a name in
front; one build wrote the server's id into every row and no name for it into the header. The first versions of all,
which read the database of an Android emulator, had `用户名,消息内容,发送时间,发送状态,消息类型,isSend,msgId` behind row
numbers.

CreateTime is Unix seconds, StrTime the same as a wall clock. StrContent is what the database has: text, XML, and for
most app messages (type 49) nothing, since their text stood in a column that was not exported.

Format facts: MemoTrace 1 `exporter_csv.py`, `output.py`, `package_msg.py`; the emulator's `DataBase/output.py`.
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wechatlog.content.appmsg import parse_content, split_sender_prefix
from wechatlog.content.vocabulary import APP_MESSAGE, kind_of_name, kind_of_type
from wechatlog.diagnostics import Severity
from wechatlog.engine.delimited import Row, iter_rows
from wechatlog.engine.excel import (
    DATE_ORDER_OPTION,
    check_date_order,
    read_local_clock,
    read_server_id,
)
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Head
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.memotrace_bodies import EXPORTER
from wechatlog.timestamps import ASSUMED_ZONE, resolve_zone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.content.appmsg import AppMessage
    from wechatlog.engine.protocol import Batch, Context, Draft
    from wechatlog.model import Message
    from wechatlog.source import Source
    from wechatlog.timestamps import Precision

__all__ = ["EMULATOR", "V0", "V1", "MemotraceEmulatorReader", "MemotraceNumericReader"]

V0_COLUMNS: Final = (
    "localId",
    "TalkerId",
    "Type",
    "SubType",
    "IsSender",
    "CreateTime",
    "Status",
    "StrContent",
    "StrTime",
)
V1_COLUMNS: Final = (*V0_COLUMNS, "Remark", "NickName", "Sender")
EMULATOR_COLUMNS: Final = ("用户名", "消息内容", "发送时间", "发送状态", "消息类型", "isSend", "msgId")

_CLOCK_COLUMN: Final = V0_COLUMNS.index("StrTime")
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_OWN_NAME: Final = "我"
_BATCH: Final = 1024
_LOOK_AHEAD: Final = 500
_MOST_PEOPLE: Final = 10_000
_ANDROID_RECALL: Final = 268445456
_INTEGER: Final = re.compile(r"-?[0-9]{1,12}")
_UNIX: Final = re.compile(r"[0-9]{9,13}")
_CLOCK: Final = re.compile(r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_LONG_ID: Final = re.compile(r"[0-9]{15,20}|[0-9](?:\.[0-9]+)?E\+[0-9]+")
_SURE_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]+|gh_[A-Za-z0-9_-]+|[A-Za-z0-9_-]+@(?:chatroom|openim)")
_MAYBE_ACCOUNT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,19}")

_OPTIONS: Final = {**OWNER_OPTION, **DATE_ORDER_OPTION}


def _clean(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.strip("\ufeff \t") for name in names)


def _without_index(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names without the unnamed column of row numbers, which pandas puts in front."""
    return names[1:] if names and names[0] in ("", "Unnamed: 0") else names


def _delimiter(head: Head) -> str:
    first = next((line for line in head.lines if line.strip()), "")
    return max((",", "\t", ";"), key=first.count)


def _header(head: Head) -> tuple[str, ...]:
    delimiter = _delimiter(head)
    if delimiter == ",":
        return _without_index(_clean(head.header_row))
    first = next((line for line in head.lines if line.strip()), "")
    return _without_index(_clean(name.strip('"') for name in first.split(delimiter)))


def _integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text.strip()) else None


@functools.lru_cache(maxsize=1024)
def _kind_of(number: str, subtype: str) -> MessageKind:
    value = _integer(number)
    return MessageKind.OTHER if value is None else kind_of_type(value, _integer(subtype) or 0)


def _flag(text: str) -> bool | None:
    return {"0": False, "1": True}.get(text.strip())


def _open_rows(source: Source, context: Context, columns: Sequence[str]) -> tuple[Iterator[Row], bool]:
    """The rows under the header, and whether a column of row numbers stands in front.

    Raises:
        FormatError: where the header is another.
    """
    check_date_order(context)
    rows = iter_rows(context.blocks(), context.collector, delimiter=_delimiter(Head.of(source, context.encoding)))
    names = _clean(next(rows, Row([], 1)).fields)
    found = _without_index(names)
    if found[: len(columns)] != tuple(columns):
        raise FormatError(f"the first row is not {','.join(columns)}", source=source.label, line=1)
    return rows, len(found) != len(names)


class _Record(NamedTuple):
    """The fields of a row by what they mean; `server_id` where a build wrote one without a column for it."""

    talker: str
    type: str
    subtype: str
    is_sender: str
    create_time: str
    content: str
    clock: str
    remark: str
    nickname: str
    sender: str
    server_id: str
    line: int


class _Shape:
    """How the rows of a file are laid out, whatever its header says."""

    def __init__(self, context: Context, columns: Sequence[str], *, has_index: bool) -> None:
        self.context = context
        self.count = len(columns)
        self.has_index = has_index
        self.noted = False

    def record(self, row: Row) -> _Record | None:
        """The fields of a row; `None`, and a diagnostic, for one that is too short to hold a message."""
        fields = row.fields[1:] if self.has_index else list(row.fields)
        server_id = self._take_extra_id(fields, row.line)
        if len(fields) != self.count:
            self.context.report(
                "row-length", f"the row has {len(fields)} fields, the header {self.count}", line=row.line
            )
        if len(fields) < V0_COLUMNS.index("StrContent"):
            return None
        fields += [""] * (len(V1_COLUMNS) - len(fields))
        _, talker, kind, subtype, is_sender, created, _, content, clock, *who = fields[: len(V1_COLUMNS)]
        remark, nickname, sender = who
        what = (talker, kind, subtype, is_sender, created, content, clock)
        return _Record(*what, remark, nickname, sender, server_id, row.line)

    def _take_extra_id(self, fields: list[str], line: int) -> str:
        """Take out the server's id that a build wrote without a column for it: after StrTime, or after localId."""
        if len(fields) != self.count + 1:
            return ""
        at = _CLOCK_COLUMN + 1 if _CLOCK.fullmatch(fields[_CLOCK_COLUMN]) else 1
        if not _LONG_ID.fullmatch(fields[at]):
            return ""
        if not self.noted:
            self.noted = True
            self.context.report(
                "writer-fault",
                "rows have one field more than the header: this build wrote the server's id without a column for it",
                severity=Severity.INFO,
                line=line,
            )
        return fields.pop(at)


def _holds_all_chats(records: Sequence[_Record]) -> bool:
    """Whether Sender holds names, and Remark and NickName are the chat's: the file of all chats."""
    senders = {record.sender for record in records if record.sender}
    if _OWN_NAME in senders:
        return True
    if any(_SURE_ACCOUNT.fullmatch(sender) for sender in senders):
        return False
    named = sum(record.sender in (record.remark, record.nickname) for record in records if record.sender)
    accounts = sum(_MAYBE_ACCOUNT.fullmatch(sender) is not None for sender in senders)
    return bool(senders) and (named > 0 or accounts * 2 < len(senders))


class _Person(NamedTuple):
    """Who sent a row."""

    name: str | None
    id: str | None


_NOBODY: Final = _Person(None, None)


class _Conversion:
    """Rows to messages."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.zone = context.tz or resolve_zone(ASSUMED_ZONE)

    def message(self, draft: Draft, record: _Record, person: _Person) -> Message:
        """One message."""
        context = self.context
        time, precision = self._time(record)
        kind = _kind_of(record.type, record.subtype)
        text, segments, reply_to = record.content, None, None
        if kind is not MessageKind.TEXT:
            body = self._body(kind, record)
            kind, text, segments, reply_to = body.kind, body.text, body.segments, body.reply_to
        elif not text and _integer(record.type) == APP_MESSAGE:
            self._note_missing(kind, record.line)
        if kind in _NOTICES:
            person = _NOBODY
        return context.message(
            draft,
            time=time,
            precision=precision,
            sender=person.name,
            sender_id=person.id,
            is_self=_flag(record.is_sender),
            kind=kind,
            text=text,
            id=read_server_id(record.server_id, context, line=record.line) if record.server_id else None,
            reply_to=reply_to,
            segments=segments,
            line=record.line,
        )

    def _time(self, record: _Record) -> tuple[dt.datetime | None, Precision | None]:
        """CreateTime; StrTime in the same zone only where CreateTime is no number any more."""
        if _UNIX.fullmatch(record.create_time.strip()):
            return self.context.unix_time(record.create_time, line=record.line), "second"
        time, precision = read_local_clock(record.clock, self.context, line=record.line)
        if time is None:
            return None, None
        self.context.report(
            "bad-time",
            f"CreateTime is no Unix time: {record.create_time[:40]!r}; StrTime was taken",
            line=record.line,
        )
        if time.tzinfo is None:
            self.context.tz_assumed = True
            time = time.replace(tzinfo=self.zone)
        return time, precision

    def _body(self, kind: MessageKind, record: _Record) -> AppMessage:
        body = parse_content(kind, record.content, self.context.collector, zone=self.zone, line=record.line)
        if not record.content and _integer(record.type) == APP_MESSAGE:
            self._note_missing(body.kind, record.line)
        elif body.kind is MessageKind.OTHER:
            what = f"unknown type {record.type[:20]!r}, subtype {record.subtype[:20]!r}"
            self.context.report("unknown-kind", what, severity=Severity.INFO, line=record.line)
        return body

    def _note_missing(self, kind: MessageKind, line: int) -> None:
        """Report what the export left out: the text of nearly every app message."""
        self.context.report(
            "missing-content",
            f"the text of this message ({kind}) was not exported: it stood in a column that this file lacks",
            severity=Severity.INFO,
            line=line,
        )


class _People:
    """The names and accounts of who wrote in a chat."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.known: dict[str, Participant] = {}
        self.others = 0

    def learn(self, record: _Record, name: str | None) -> None:
        """Remember who sent a row."""
        if not record.sender or record.sender in self.known or len(self.known) >= _MOST_PEOPLE:
            return
        is_self = _flag(record.is_sender)
        aliases = [alias for alias in (record.remark, record.nickname) if alias and alias != name]
        self.known[record.sender] = Participant(name, record.sender, is_self, tuple(dict.fromkeys(aliases)))
        self.draft.members = list(self.known.values())
        if is_self:
            self.draft.owner = record.sender
        else:
            self.others += 1
            self.draft.is_group = True if self.others > 1 else None


class MemotraceNumericReader:
    """Reads the CSV of MemoTrace 0 or 1.

    Args:
        name: of the format.
        description: one line.
        columns: of its header.
    """

    suffixes = (".csv",)
    options: Mapping[str, str] = _OPTIONS

    def __init__(self, name: str, description: str, columns: tuple[str, ...]) -> None:
        self.name = name
        self.description = description
        self.columns = columns

    def detect(self, head: Head) -> Evidence | None:
        """The header row decides."""
        if _header(head) != self.columns:
            return None
        return Evidence(1.0, f"the {len(self.columns)} columns localId,TalkerId,…,{self.columns[-1]}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages: of one chat, or of all that a `messages.csv` holds.

        Raises:
            FormatError: where the header is another.
        """
        rows, has_index = _open_rows(source, context, self.columns)
        shape = _Shape(context, self.columns, has_index=has_index)
        records = (record for row in rows if (record := shape.record(row)) is not None)
        first = list(itertools.islice(records, _LOOK_AHEAD))
        everything = itertools.chain(first, records)
        return _read_all(context, everything) if _holds_all_chats(first) else _read_one(context, everything)


def _read_one(context: Context, records: Iterable[_Record]) -> Iterator[Batch]:
    """The file of one chat: names and account ids are those of who sent a row."""
    draft = context.draft(metadata={"exporter": EXPORTER})
    conversion, people, batch = _Conversion(context), _People(draft), list[Any]()
    for record in records:
        name = record.remark or record.nickname or None
        message = conversion.message(draft, record, _Person(name, record.sender or None))
        if message.kind not in _NOTICES:
            people.learn(record, name)
        batch.append(message)
        if len(batch) >= _BATCH:
            yield draft, batch
            batch = []
    yield draft, batch


def _read_all(context: Context, records: Iterable[_Record]) -> Iterator[Batch]:
    """The file of all chats: names are those of the chat, and nobody's account id is there."""
    conversion = _Conversion(context)
    drafts: dict[tuple[str, str, str], Draft] = {}
    batches: dict[Draft, list[Message]] = {}
    for count, record in enumerate(records, 1):
        key = (record.talker, record.remark, record.nickname)
        draft = drafts.get(key)
        if draft is None:
            title = record.remark or record.nickname or None
            draft = context.draft("\0".join(key), title=title, metadata={"exporter": EXPORTER, "talker": key[0]})
            drafts[key] = draft
        message = conversion.message(draft, record, _Person(record.sender or None, None))
        if message.sender not in (None, _OWN_NAME, record.remark, record.nickname):
            draft.is_group = True
        batches.setdefault(draft, []).append(message)
        if count % _BATCH == 0:
            yield from batches.items()
            batches = {}
    yield from batches.items()


class MemotraceEmulatorReader:
    """Reads the CSV of the first versions, which took their rows from an Android emulator."""

    name = "memotrace-emulator-csv"
    description = "MemoTrace (WeChatMsg) CSV of the first versions, from an Android emulator"
    suffixes = (".csv",)
    options: Mapping[str, str] = _OPTIONS

    def detect(self, head: Head) -> Evidence | None:
        """The header row decides."""
        if _header(head) != EMULATOR_COLUMNS:
            return None
        return Evidence(1.0, f"the columns {','.join(EMULATOR_COLUMNS)}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where the header is another.
        """
        rows, has_index = _open_rows(source, context, EMULATOR_COLUMNS)
        drafts: dict[str, Draft] = {}
        batches: dict[Draft, list[Message]] = {}
        for count, row in enumerate(rows, 1):
            fields = row.fields[1:] if has_index else row.fields
            if len(fields) != len(EMULATOR_COLUMNS):
                what = f"the row has {len(fields)} fields, the header {len(EMULATOR_COLUMNS)}"
                context.report("row-length", what, line=row.line)
            if len(fields) < 3:
                continue
            draft = drafts.get(fields[0])
            if draft is None:
                draft = drafts[fields[0]] = _emulator_draft(context, fields[0])
            batches.setdefault(draft, []).append(_emulator_message(context, draft, fields, row.line))
            if count % _BATCH == 0:
                yield from batches.items()
                batches = {}
        yield from batches.items() if batches or drafts else ((_emulator_draft(context, ""), []),)


def _emulator_draft(context: Context, talker: str) -> Draft:
    is_group = talker.endswith("@chatroom") if talker else None
    is_account = talker.isascii()  # an account id, unless somebody put a name there
    what = {"id": talker or None} if is_account else {"title": talker}
    return context.draft(talker, is_group=is_group, metadata={"exporter": EXPORTER}, **what)


def _emulator_message(context: Context, draft: Draft, fields: Sequence[str], line: int) -> Message:
    _, content, clock, _, number, is_send = (*fields, "", "", "", "")[:6]
    is_self = _flag(is_send)
    sender, sender_id = None, None
    if draft.is_group and is_self is False:
        sender_id, content = split_sender_prefix(content)
    elif not draft.is_group and is_self is False:
        sender, sender_id = draft.title, draft.id
    time, precision = read_local_clock(clock, context, line=line)
    kind = _emulator_kind(number, context, line)
    body = parse_content(kind, content, context.collector, zone=context.tz, line=line)
    return context.message(
        draft,
        time=time,
        precision=precision,
        sender=None if body.kind in _NOTICES else sender,
        sender_id=None if body.kind in _NOTICES else sender_id,
        is_self=is_self,
        kind=body.kind,
        text=body.text,
        reply_to=body.reply_to,
        segments=body.segments,
        line=line,
    )


def _emulator_kind(number: str, context: Context, line: int) -> MessageKind:
    value = _integer(number)
    if value == _ANDROID_RECALL:
        return MessageKind.RECALL
    kind = (kind_of_name(number) or MessageKind.OTHER) if value is None else kind_of_type(value)
    if kind is MessageKind.OTHER and value != APP_MESSAGE:
        context.report("unknown-kind", f"unknown type {number[:20]!r}", severity=Severity.INFO, line=line)
    return kind


V1: Final = MemotraceNumericReader(
    "memotrace-v1-csv", "MemoTrace (WeChatMsg) 1 and 2 CSV, one chat or all of them", V1_COLUMNS
)
V0: Final = MemotraceNumericReader("memotrace-v0-csv", "MemoTrace (WeChatMsg) 0 CSV of autumn 2023", V0_COLUMNS)
EMULATOR: Final = MemotraceEmulatorReader()
