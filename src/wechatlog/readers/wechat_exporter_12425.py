"""The CSV of 12425/wechat-exporter, which reads iTunes backups of an iPhone.

Takes rows, gives messages. Header `时刻,消息类型,消息方向,ID,微信号,昵称,备注名,内容` (the seventh column is 显示名称
in most versions; the first had no ID); CRLF, UTF-8, perhaps with a byte order mark, perhaps packed as `.csv.bz2`.
The file is named after the chat. Times are wall clocks of the machine.

In received rows of a group the four columns name the sender; in rows that were sent, and in notices, they name the
other person or the group, so an own message has no name in this format. The content is what the phone's database
has: XML for everything but texts. A fault of the writer: it takes whatever stands before the first colon with a line
end for an account, also in what people typed, and moves it into the column ID.

Source of the format: `wechat-exporter.py`, versions of 2016 to 2018.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import parse_content
from wechatlog.content.vocabulary import kind_of_name, kind_of_type
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, Table, one_segment
from wechatlog.model import MessageKind

_TABLE: Final = Table(
    "时刻=time 消息类型=type 消息方向=direction ID=id 微信号=account 昵称=nickname 备注名|显示名称=remark 内容=content",
    optional=("id", "account", "nickname", "remark"),
    exact=False,
)
_DIRECTIONS: Final = {"发送": True, "接收": False}
_CALLS: Final = {"语音通话": "voice", "视频通话": "video"}
_MAIL: Final = "邮件"
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_@.\-]{3,80}")


def _entries(reading: Reading) -> Iterator[Entry]:
    name = reading.source.name
    reading.chat.title = PurePath(name).name.partition(".csv")[0] if name else None
    for row, line in _TABLE.rows(reading):
        time, precision = reading.clock(row.time, line=line)
        own = _DIRECTIONS.get(row.direction.strip())
        zone, text = None if time is None else time.tzinfo, row.content.replace("\r\n", "\n")
        stated = _kind(reading, row.type.strip(), line)
        body = parse_content(stated, text, reading.collector, zone=zone, line=line)
        segments = body.segments
        if body.kind is MessageKind.CALL:
            segments = one_segment(body.kind, body.text, kind=_CALLS.get(row.type.strip()))
        who = row.id or row.account
        notice = (stated in NOTICES and body.kind in NOTICES) or (is_room(who) and own is False)
        if own or notice:
            _learn(reading, row, who, line)
        sender, account = row.remark or row.nickname or row.account or who or None, who or None
        if notice:
            sender = account = own = None
        elif own:
            sender, account = reading.owner or ME, None
        kind, reply_to = body.kind, body.reply_to
        yield Entry(line, time, precision, sender, account, own, kind, body.text, segments, None, reply_to)


def _learn(reading: Reading, row: Any, who: str, line: int) -> None:
    """A row that was sent names the chat; where it names something else, the writer cut a text."""
    chat = reading.chat
    if chat.id is None and who:
        chat.id, chat.is_group, chat.title = who, is_room(who), row.remark or row.nickname or chat.title
    elif who and who != chat.id and not _ACCOUNT.fullmatch(who):
        reading.report("writer-fault", f"the beginning of this text went into the column ID: {who[:40]!r}", line=line)


def _kind(reading: Reading, name: str, line: int) -> MessageKind:
    """The type as a word, or as the number that the tool had no word for."""
    if re.fullmatch(r"-?[0-9]{1,18}", name):
        kind: MessageKind | None = kind_of_type(int(name))
        kind = None if kind is MessageKind.OTHER else kind
    else:
        kind = MessageKind.OTHER if name == _MAIL else kind_of_name(name)
    if kind is None:
        reading.tell("unknown-kind", f"unknown type {name[:40]!r}", line)
    return kind or MessageKind.OTHER


def _detect(head: Head) -> Evidence | None:
    found = _TABLE.find(head)
    if found is None or found.places[:3] != (0, 1, 2) or found.places[-1] != found.width - 1:
        return None
    return Evidence(1.0, f"header row {_TABLE}")


READER: Final = Format(
    "12425-csv",
    "12425/wechat-exporter CSV of iPhone backups, 2016 to 2018",
    ".csv",
    _detect,
    _entries,
    "12425/wechat-exporter",
    credits_notices=True,
    cuts="tried",
)
