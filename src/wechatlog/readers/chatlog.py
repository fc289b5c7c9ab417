"""chatlog and its fork wetrace: JSON of the HTTP interface, of the webhook and of pages; CSV, workbook, wetrace's text.

JSON is an array of message objects, or `{keyword, lastTime, length, messages, sender, talker}`; tables have one row a
message. A query for several talkers puts them all into one file. The plain text of chatlog is `chatlog_text`.

Format facts: chatlog 0.0.x (`internal/model/message.go`, `/api/v1/chatlog?format=json`), the webhook of 0.0.20 and
later; chatlog_alpha (`id`, `at_user_list`, `seq` in microseconds, `MessageID`). `isSelf` of WeChat 4 is a guess of the
writer from a status column. `seq` and `id` are no server ids. wetrace `web/export/*.go`: `bigHeadURL`; the workbook has
other names for two columns; `data.js` in the ZIP of the HTML pages is `window.CHAT_DATA = […];`; a block of the text is
`[sender] 2025-08-27 21:30:00` LF body LF LF, where the sender is the account id if there is no name; CSV, workbook and
text stop after 200,000 messages, and their times are the wall clock of the machine. wechat-cli by zwl467135974
(`src/db/models.ts`) answers with the same objects, without `senderName`, `subType` and `contents`: it has `appType`,
`appUrl`, `referContent`, `voiceText` and the like.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.mentions import point_mentions
from wechatlog.diagnostics import Severity
from wechatlog.engine import (
    Draft,
    Entry,
    Evidence,
    Format,
    Head,
    Reading,
    Refusal,
    Table,
    framed_headers,
    iter_objects,
    message_blocks,
    one_of,
)
from wechatlog.engine.entry import new_entry
from wechatlog.engine.json_objects import report_unknown_keys
from wechatlog.engine.json_plain import FLAG, NUMBER, TEXT, YES, Plain
from wechatlog.engine.json_values import first_object, read_flag, read_list, read_object, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.engine.scripts import assigned_head
from wechatlog.model import MessageKind
from wechatlog.readers.chatlog_bodies import NOTICE_SENDERS, read_contents, read_rendering
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KEYS: Final = frozenset({"seq", "talker", "isSelf"})
_FACTS: Final = ("keyword", "lastTime")
_LEFT_OUT: Final = ("appAuthor", "appArticles")
"""What wechat-cli says of an article, and of the others that came with it."""
_VARIABLE: Final = "CHAT_DATA"
_CAP: Final = 200_000
_OLDEST: Final = 2000
_SMALLEST_NUMBER: Final = 10**12  # a sequence number begins with the time, in milliseconds or microseconds


def _exporter(first: Mapping[str, Any]) -> str:
    if "bigHeadURL" in first:
        return "wetrace"
    return "chatlog_alpha" if "id" in first or "at_user_list" in first else "chatlog"


def _time(reading: Reading, value: Mapping[str, Any], line: int) -> dt.datetime | None:
    """`time`, or else what `seq` begins with."""
    text, number = value.get("time"), value.get("seq")
    if isinstance(text, str):
        try:
            time = dt.datetime.fromisoformat(text)
            if time.year >= _OLDEST:
                return reading.zoned(time)
        except (ValueError, OverflowError):
            pass
    if isinstance(number, int) and number >= _SMALLEST_NUMBER:
        return reading.unix_time(number, line=line)
    reading.report("bad-time", f"not a time: {str(text)[:60]!r}", severity=Severity.ERROR, line=line)
    return None


def _chat(reading: Reading, value: Mapping[str, Any]) -> Draft:
    talker, title, group = (value.get(key) for key in ("talker", "talkerName", "isChatRoom"))
    talker, title = read_string(talker), read_string(title)
    chat = reading.chat_of(talker, id=talker or None, title=title or None, is_group=read_flag(group))
    if "exporter" not in chat.metadata:
        said = {name: read_string(reading.said.get(name)) for name in _FACTS}
        chat.metadata |= {"exporter": _exporter(value), **{name: text for name, text in said.items() if text}}
    return chat


_TEXTS: Final = Plain(
    {
        "talker": TEXT,
        "talkerName": TEXT,
        "isChatRoom": FLAG,
        "sender": TEXT,
        "senderName": TEXT,
        "isSelf": FLAG,
        "time": TEXT,
        "content": TEXT,
        "seq": NUMBER,
        "id": NUMBER,
        "bigHeadURL": TEXT,
    },
    {"type": 1},
    optional="seq id bigHeadURL",
    without="contents at_user_list",
)


def _plain(reading: Reading, chat: Draft, said: tuple[Any, ...], line: int, offset: int) -> Entry | None:
    """What nearly all objects say: a text of somebody; `None` where one says more."""
    sender_id, name, own, written, text = said[3:8]
    own = own in YES
    if not text or sender_id in NOTICE_SENDERS or (own and chat.owner is None):
        return None
    try:
        time = reading.zoned(dt.datetime.fromisoformat(written))
    except (ValueError, OverflowError):
        return None
    if time.year < _OLDEST:
        return None
    name, account = name or sender_id or None, sender_id or None
    return new_entry(Entry, (line, time, "second", name, account, own, _TEXT, text, None, None, None, offset, chat))


_TEXT: Final = MessageKind.TEXT  # asking the class for a member costs as much as a call


def _objects(reading: Reading, *, script: bool = False) -> Iterator[Entry]:
    told: tuple[Any, ...] = ()
    here: tuple[Any, ...] = ()  # what plain objects say of the chat
    chat = reading.first_chat
    key = "items" if "items" in read_object(reading.head_with("items", "messages").json) else "messages"
    for _, value, line, offset in iter_objects(reading, key, script=script, needed=lambda _: _FACTS, plain=_TEXTS):
        there: tuple[Any, ...] = ()
        if isinstance(value, tuple):
            there = value[:3]
            if here == there and (entry := _plain(reading, chat, value, line, offset)) is not None:
                yield entry
                continue
            value = _TEXTS.object(value)
        get = value.get
        if told != (told := (get("talker"), get("talkerName"), get("isChatRoom"))):
            chat, here = _chat(reading, value), ()
        here = there or here
        sender_id, own = read_string(get("sender")), get("isSelf")
        notice = sender_id in NOTICE_SENDERS
        if own and sender_id and not notice and chat.owner is None:
            chat.owner = sender_id
        time = _time(reading, value, line)
        zone = reading.tz if time is None else time.tzinfo
        report_unknown_keys(reading, {key: value[key] for key in _LEFT_OUT if get(key)}, (), line)
        kind, text, segments = read_contents(reading, value, line, zone=zone)
        sender = None if notice else read_string(get("senderName")) or sender_id or None
        account = None if notice else _account(value, sender_id) or None
        if kind is _TEXT and segments is None and (at_users := read_list(get("at_user_list"))):
            segments = point_mentions(text, list(map(read_string, at_users)))
        said = line, time, "second", sender, account, read_flag(own), kind, text, segments, None, None, offset, chat
        yield new_entry(Entry, said)
    chat = reading.first_chat
    chat.id = chat.id or read_string(reading.said.get("talker")) or None


def _account(value: Mapping[str, Any], sender: str) -> str:
    """The account id of the sender; zwl467135974's wechat-cli, which has no `senderName`, puts a name in its place."""
    if not sender or "senderName" in value or is_account(sender):
        return sender
    return "" if value.get("isChatRoom") or value.get("isSelf") else read_string(value.get("talker"))


_LISTINGS: Final = (
    ({"name", "owner", "users"}, "a list of groups of chatlog"),
    ({"userName", "nOrder"}, "a list of sessions of chatlog"),
)


def _is_array(head: Head) -> Evidence | Refusal | None:
    first = first_object(head.json)
    if first.keys() >= _KEYS:
        return Evidence(1.0, f"an array of {_exporter(first)} messages with seq, talker and isSelf")
    listed = first_object(read_object(head.json).get("items"))
    if listed.keys() >= _KEYS:
        return Evidence(1.0, f"what {_exporter(listed)} found: items with seq, talker and isSelf")
    return next((Refusal(f"{what}, no messages") for keys, what in _LISTINGS if keys <= listed.keys()), None)


def _is_script(head: Head) -> Evidence | None:
    inner = assigned_head(head, _VARIABLE)
    if inner is None:
        return None
    if first_object(inner.json).keys() >= {"seq", "talker"}:
        return Evidence(1.0, f"window.{_VARIABLE} with seq and talker")
    return Evidence(0.6, f"an empty window.{_VARIABLE}") if inner.json == [] else None


_PLAIN: Final = Table("Time=time SenderName=name Sender=sender TalkerName=talker_name Talker=talker Content=content")
_ALPHA: Final = Table(
    "MessageID=number Time=time SenderName=name Sender=sender TalkerName=talker_name Talker=talker Content=content"
)
_WETRACE: Final = Table(
    "时间=time 发送人昵称|发送人=name 发送人ID=sender 聊天对象昵称|聊天对象=talker_name 聊天对象ID=talker 内容=content"
)
_NO_MESSAGES: Final = (
    (Table("UserName=id Alias=alias Remark=remark NickName=name"), "a contact list"),
    (Table("Name=id Remark=remark NickName=name Owner=owner UserCount=count"), "a list of groups"),
    (Table("UserName=id NOrder=order NickName=name Content=content NTime=time"), "a list of sessions"),
)


def _rows(reading: Reading, *, tables: Mapping[str, Table], capped: bool = False) -> Iterator[Entry]:
    """Entries of the rows of whichever table the file holds, each in the chat of its talker."""
    exporter, rows = one_of(reading, tables)
    count = 0
    for row, line in rows:
        count += 1
        chat = reading.chat_of(
            row.talker, id=row.talker or None, title=row.talker_name or None, is_group=is_room(row.talker)
        )
        chat.metadata.setdefault("exporter", exporter)
        notice = row.sender in NOTICE_SENDERS
        time, precision = reading.clock(row.time, line=line)
        body = read_rendering(reading, row.content, line, notice=notice)
        name = row.name or row.sender or None
        yield Entry(line, time, precision, name, row.sender or None, None, *body, chat=chat)
    reading.first_chat.metadata.setdefault("exporter", exporter)
    _tell_cap(reading, count if capped else 0)


def _tell_cap(reading: Reading, count: int) -> None:
    if count == _CAP:
        reading.tell("capped-export", f"the writer stops after {_CAP:,} messages: the chat may go on")


def _is_csv(head: Head) -> Evidence | Refusal | None:
    found = _PLAIN.detect(head) or _ALPHA.detect(head)
    return found or next(
        (Refusal(f"{what} of chatlog, no messages") for table, what in _NO_MESSAGES if table.find(head)), None
    )


# --- wetrace's text -------------------------------------------------------------------------------------------------

_GRAMMAR: Final = Grammar(
    "wetrace text",
    r"\[(?P<sender>[^\n\r]*)\] (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})[ \t]*(?=\r?(?:\n|\Z))",
)
_FILE_NAME: Final = re.compile(
    r"chat_export_(?P<name>.+?)_(?P<id>wxid_[^.]+|gh_[^.]+|[0-9]+@[a-z]+|[^_.]+?)(?: ?\([0-9]+\))?\.[A-Za-z]+"
)


def _blocks(reading: Reading) -> Iterator[Entry]:
    """Entries of blocks `[sender] 2025-08-27 21:30:00` LF body LF LF."""
    chat, count = reading.chat, 0
    if name := _FILE_NAME.search(reading.source.name or ""):
        chat.title, chat.id, chat.is_group = name["name"], name["id"], is_room(name["id"])
    sender_of = operator.itemgetter("sender")
    for header, block in message_blocks(reading, _GRAMMAR, sender_of, blanks=1, ordered=True, serious=True):
        count += 1
        sender, line = header["sender"], block.line
        text = block.lines.partition("\n")[2].removesuffix("\n").removesuffix("\n")
        time, precision = reading.clock(header["time"], line=line)
        body = read_rendering(reading, text, line, notice=sender in NOTICE_SENDERS)
        account = sender if is_account(sender) else None
        yield Entry(line, time, precision, sender or None, account, None, *body, offset=block.offset)
    _tell_cap(reading, count)


def _is_text(head: Head) -> Evidence | None:
    found, first = framed_headers(head, _GRAMMAR)
    if not first:
        return None
    return Evidence(0.95 if found > 1 else 0.85, f"{found} header lines '[name] YYYY-MM-DD HH:MM:SS'")


JSON: Final = Format(
    "chatlog-json",
    "chatlog 0.0.x, chatlog_alpha and wetrace, JSON of the HTTP interface",
    ".json",
    _is_array,
    _objects,
    credits_notices=True,
)
WEBHOOK: Final = Format(
    "chatlog-webhook",
    "chatlog 0.0.20 and later, JSON posted to a webhook",
    ".json",
    keyed(Keys(1.0, "keyword lastTime", "seq"), Keys(0.9, "messages", "seq talker isSelf")),
    _objects,
    credits_notices=True,
)
_CHATLOG: Final = {"chatlog": _PLAIN, "chatlog_alpha": _ALPHA}
CSV: Final = Format(
    "chatlog-csv",
    "chatlog 0.0.x and chatlog_alpha, CSV of the HTTP interface",
    ".csv",
    _is_csv,
    partial(_rows, tables=_CHATLOG),
    cuts="tried",
)
XLSX: Final = Format(
    "chatlog-xlsx",
    "chatlog_alpha, Excel workbook of the HTTP interface",
    ".xlsx",
    lambda head: _PLAIN.detect_sheet(head) or _ALPHA.detect_sheet(head),
    partial(_rows, tables=_CHATLOG),
)
_wetrace_rows: Final = partial(_rows, tables={"wetrace": _WETRACE}, capped=True)
_WETRACE_FACTS: Final = {"exporter": "wetrace"}
WETRACE_CSV: Final = Format("wetrace-csv", "wetrace, CSV", ".csv", _WETRACE.detect, _wetrace_rows, cuts="tried")
WETRACE_XLSX: Final = Format("wetrace-xlsx", "wetrace, Excel workbook", ".xlsx", _WETRACE.detect_sheet, _wetrace_rows)
WETRACE_JS: Final = Format(
    "wetrace-js",
    "wetrace, data.js of the HTML pages",
    ".js",
    _is_script,
    partial(_objects, script=True),
    _WETRACE_FACTS,
)
WETRACE_TEXT: Final = Format("wetrace-text", "wetrace, text", ".txt", _is_text, _blocks, _WETRACE_FACTS, cuts="tried")
