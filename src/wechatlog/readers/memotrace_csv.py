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
import re
from typing import TYPE_CHECKING, Any

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import parse_content, split_sender_prefix
from wechatlog.content.vocabulary import APP_MESSAGE, kind_of_name, kind_of_type
from wechatlog.engine import ME, NOTICES, OWNER_OPTION, Entry, Format, Reading, Table
from wechatlog.engine.excel import DATE_ORDER_OPTION, check_date_order, read_local_clock, read_server_id
from wechatlog.engine.row_entries import Body, Said, Who, entries_of
from wechatlog.model import MessageKind, Participant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from wechatlog.timestamps import Precision

_OWN = {"0": False, "1": True}
_APP_MESSAGE = str(APP_MESSAGE)
_LOOK_AHEAD = 500
_MOST_PEOPLE = 10_000
_ANDROID_RECALL = 268445456
_INTEGER = re.compile(r"-?[0-9]{1,12}")
_UNIX = re.compile(r"[0-9]{9,13}")
_CLOCK = re.compile(r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_LONG_ID = re.compile(r"[0-9]{15,20}|[0-9](?:\.[0-9]+)?E\+[0-9]+")
_SURE_ACCOUNT = re.compile(r"wxid_[A-Za-z0-9_-]+|gh_[A-Za-z0-9_-]+|[A-Za-z0-9_-]+@(?:chatroom|openim)")
_MAYBE_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,19}")


def _integer(text: str) -> int | None:
    return int(found[0]) if (found := _INTEGER.fullmatch(text.strip())) else None


@functools.lru_cache(maxsize=1024)
def _kind_of(number: str, subtype: str) -> MessageKind:
    value = _integer(number)
    return MessageKind.OTHER if value is None else kind_of_type(value, _integer(subtype) or 0)


def _spare_id(reading: Reading, cells: list[str], count: int, line: int) -> str:
    """The server's id that a build wrote without a column for it: after StrTime, or after localId."""
    at = 9 if _CLOCK.fullmatch(cells[8] if len(cells) > 8 else "") else 1
    if len(cells) != count + 1 or not _LONG_ID.fullmatch(cells[at]):
        return ""
    what = "rows have one field more than the header: this build wrote the server's id without a column for it"
    reading.tell("writer-fault", what, line, once=True)
    return cells.pop(at)


_COLUMNS = (
    "localId=row TalkerId=talker Type=type SubType=subtype IsSender=own CreateTime=created Status=status "
    "StrContent=content StrTime=clock"
)
_V0 = Table(_COLUMNS, extra="server_id", spare=_spare_id)
_V1 = Table(f"{_COLUMNS} Remark=remark NickName=nickname Sender=sender", extra="server_id", spare=_spare_id)
_EMULATOR = Table("用户名=talker 消息内容=content 发送时间=clock 发送状态=status 消息类型=type isSend=own msgId=id")


def _time(reading: Reading, row: Any, line: int) -> tuple[dt.datetime | None, Precision | None]:
    """CreateTime; StrTime in the same zone only where CreateTime is no number any more."""
    if _UNIX.fullmatch(row.created.strip()):
        return reading.unix_time(int(row.created), line=line), "second"
    time, precision = read_local_clock(row.clock, reading, line=line)
    if time is not None:
        reading.report("bad-time", f"CreateTime is no Unix time: {row.created[:40]!r}; StrTime was taken", line=line)
        time = reading.zoned(time)
    return time, precision


def _body(reading: Reading, row: Any, _: object, line: int) -> Body:
    kind, text = _kind_of(row.type, row.subtype), row.content
    is_empty = not text and row.type.strip() == _APP_MESSAGE
    segments, reply_to = None, None
    if kind is not MessageKind.TEXT:
        body = parse_content(kind, text, reading.collector, zone=reading.zone, line=line)
        kind, text, segments, reply_to = body.kind, body.text, body.segments, body.reply_to
        if kind is MessageKind.OTHER and not is_empty:
            what = f"unknown type {row.type[:20]!r}, subtype {row.subtype[:20]!r}"
            reading.tell("unknown-kind", what, line)
    if is_empty:  # as it is with nearly every app message
        what = f"the text of this message ({kind}) was not exported: it stood in a column that this file lacks"
        reading.tell("missing-content", what, line)
    return kind, text, segments, reply_to


def _holds_all_chats(rows: Iterable[tuple[Any, int]]) -> bool:
    """Whether Sender holds names, and Remark and NickName are the chat's: the file of all chats."""
    known = [row for row, _ in rows if getattr(row, "sender", "")]
    senders = {row.sender for row in known}
    if ME in senders:
        return True
    if any(_SURE_ACCOUNT.fullmatch(sender) for sender in senders):
        return False
    named = sum(row.sender in (row.remark, row.nickname) for row in known)
    accounts = sum(_MAYBE_ACCOUNT.fullmatch(sender) is not None for sender in senders)
    return bool(senders) and (named > 0 or accounts * 2 < len(senders))


def _entries(reading: Reading, *, table: Table) -> Iterable[Entry]:
    check_date_order(reading)
    rows = table.rows(reading, needed=7)
    read = _all_chats if _holds_all_chats(rows.peek(_LOOK_AHEAD)) else _one_chat
    said = Said(
        same="talker type subtype own remark nickname sender",
        text="content",
        clock="created",
        number="server_id",
        room="talker",
        is_text=lambda row: row.type.strip() == "1",
        time=functools.partial(_time, reading),
        body=functools.partial(_body, reading),
        who=read(reading),
        id=lambda row, line: read_server_id(row.server_id, reading, line=line) if row.server_id else None,
    )
    return entries_of(reading, rows.row, rows.runs, said)


def _one_chat(reading: Reading) -> Callable[[Any, MessageKind, int], Who]:
    """The file of one chat: names and account ids are those of who sent a row."""
    chat, people, others = reading.chat, dict[str, Participant](), 0

    def who(row: Any, kind: MessageKind, _: int) -> Who:
        nonlocal others
        remark, nickname, sender = getattr(row, "remark", ""), getattr(row, "nickname", ""), getattr(row, "sender", "")
        name, own = remark or nickname or None, _OWN.get(row.own.strip())
        if sender and kind not in NOTICES and sender not in people and len(people) < _MOST_PEOPLE:
            aliases = dict.fromkeys(alias for alias in (remark, nickname) if alias and alias != name)
            people[sender] = Participant(name, sender, own, tuple(aliases))
            chat.members = list(people.values())
            if own:
                chat.owner = sender
            else:
                others += 1
                chat.is_group = True if others > 1 else None
        return name, sender or None, own, chat

    return who


def _all_chats(reading: Reading) -> Callable[[Any, MessageKind, int], Who]:
    """The file of all chats: names are those of the chat, and nobody's account id is there."""

    def who(row: Any, kind: MessageKind, _: int) -> Who:
        names = row.remark, row.nickname
        chat = reading.chat_of("\0".join((row.talker, *names)), title=row.remark or row.nickname or None)
        chat.metadata.setdefault("talker", row.talker)
        if kind not in NOTICES and row.sender not in ("", ME, *names):
            chat.is_group = True
        return row.sender or None, None, _OWN.get(row.own.strip()), chat

    return who


def _emulator(reading: Reading) -> Iterator[Entry]:
    """The first versions, which took their rows from an Android emulator."""
    check_date_order(reading)
    for row, line in _EMULATOR.rows(reading, needed=3):
        talker, content, own = row.talker, row.content, _OWN.get(row.own.strip())
        # An account id, unless somebody put a name there.
        chat = reading.chat_of(
            talker, is_group=is_room(talker), **{"id" if talker.isascii() else "title": talker or None}
        )
        sender, account = None, None
        if chat.is_group and own is False:
            account, content = split_sender_prefix(content)
        elif own is False:
            sender, account = chat.title, chat.id
        time, precision = read_local_clock(row.clock, reading, line=line)
        number, kind = _integer(row.type), MessageKind.RECALL
        if number != _ANDROID_RECALL:
            kind = (kind_of_name(row.type) or MessageKind.OTHER) if number is None else kind_of_type(number)
            if kind is MessageKind.OTHER and number != APP_MESSAGE:
                reading.tell("unknown-kind", f"unknown type {row.type[:20]!r}", line)
        body = parse_content(kind, content, reading.collector, zone=reading.tz, line=line)
        what = body.kind, body.text, body.segments
        yield Entry(line, time, precision, sender, account, own, *what, None, body.reply_to, None, chat)


def _format(name: str, description: str, table: Table, entries: Any = None) -> Format:
    read = entries or functools.partial(_entries, table=table)
    options = {**OWNER_OPTION, **DATE_ORDER_OPTION}
    return Format(name, description, ".csv", table.detect, read, {"exporter": "MemoTrace"}, options, cuts="tried")


V1 = _format("memotrace-v1-csv", "MemoTrace (WeChatMsg) 1 and 2 CSV, one chat or all of them", _V1)
V0 = _format("memotrace-v0-csv", "MemoTrace (WeChatMsg) 0 CSV of autumn 2023", _V0)
EMULATOR = _format(
    "memotrace-emulator-csv",
    "MemoTrace (WeChatMsg) CSV of the first versions, from an Android emulator",
    _EMULATOR,
    _emulator,
)
