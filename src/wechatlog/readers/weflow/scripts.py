"""The SQL scripts of WeFlow and its kin: WeFlow, its port to Rust, CipherTalk, echotrace.

Takes rows of `INSERT`, gives entries; nothing is executed. A body cannot forge a row: quotes in it are doubled.

Format facts: WeFlow 1.0.3 and 5.0.0 `formatters/SqlFormatter.ts` (table `weflow_messages`, one row a statement); its
port to Rust (table `messages`, `server_id` beside `local_id`); newer CipherTalk `exportSessionToSql` (`sessions` and
`messages`, 500 rows a statement, names of types in Chinese); echotrace `chat_export_service.dart` (table `echotrace`,
clock times of the exporting machine, names and no account ids, one statement for all). Where WeFlow has no server id it
puts the row number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from wechatlog.content.accounts import is_room
from wechatlog.engine import NOTICES, Entry, Evidence, Format, Head, Reading, iter_inserts
from wechatlog.engine.entry import Body
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer
from wechatlog.engine.sql import tables_of
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.weflow.bodies import check, read_body, typed_body, unframe

_SESSIONS: Final = "sessions"
_WEFLOW: Final = {
    **dict.fromkeys(
        ("weflow_messages", "omnimind_wechat_messages"),
        "session_id local_id message_id create_time sender is_send local_type media_type content media_path".split(),
    ),
    "messages": "session_id local_id server_id create_time sender is_send local_type type_name content".split(),
}
_CIPHERTALK: Final = {
    "messages": "session_wxid local_id create_time formatted_time msg_type content is_send sender_username"
    " sender_display_name group_nickname reply_to_message_id".split()
}
_ECHOTRACE: Final = {"echotrace": "date time is_send content send_name timestamp".split()}
"""The tables of messages, and what the tool lists of their columns."""
_NUMBERED: Final = frozenset(
    "session_id session_wxid wxid display_name owner_id session_type message_count first_message_time"
    " last_message_time exported_at id local_id server_id message_id create_time formatted_time sender sender_username"
    " sender_display_name group_nickname is_send local_type type_name msg_type media_type media_path content"
    " reply_to_message_id".split()
)
_NAMED: Final = frozenset("id date time timestamp is_send send_name content".split())
"""The columns of the tables, those too of which nothing is needed."""


def _body(reading: Reading, row: Mapping[str, str | None], text: str, line: int) -> Body:
    name, number = row.get("msg_type") or row.get("type_name") or "", read_integer(row.get("local_type"))
    if number == 1:
        return MessageKind.TEXT, text, None
    return typed_body(reading, name, number, text, line, by_text=True, path=row.get("media_path") or "")


def _numbered(reading: Reading, *, tables: Mapping[str, list[str]]) -> Iterator[Entry]:
    """Entries of rows with Unix seconds and account ids, each in the chat of its session."""
    for table, row, line in iter_inserts(reading, (*tables, _SESSIONS), _NUMBERED, tables):
        key = row.get("session_id") or row.get("session_wxid") or row.get("wxid") or ""
        chat = reading.chat_of(key, id=key or None, is_group=is_room(key) if key else None)
        if table == _SESSIONS:
            chat.title, chat.owner = row.get("display_name") or chat.title, row.get("owner_id") or chat.owner
            continue
        text = row.get("content") or ""
        kind, text, segments = _body(
            reading, row, text if chat.is_group is False else unframe(reading, text, line), line
        )
        check(reading, kind, text, line)
        own = read_flag((row.get("is_send") or "").lower())
        account = row.get("sender") or row.get("sender_username") or None
        name = row.get("sender_display_name") or account
        if kind not in NOTICES:
            chat.sent_by(account, own)
            if (alias := row.get("group_nickname")) and all(member.id != account for member in chat.members):
                chat.members.append(Participant(name, account, own, (alias,) if alias != name else ()))
        id_ = read_identifier(reading, row.get("server_id"), line)
        id_ = id_ or read_identifier(reading, row.get("message_id"), line, javascript=True)
        id_ = None if id_ == row.get("local_id") else id_  # the row number, where there is no server id
        time = reading.unix_time(row.get("create_time"), line=line)
        reply_to = read_identifier(reading, row.get("reply_to_message_id"), line)
        yield Entry(line, time, "second", name, account, own, kind, text, segments, id_, reply_to, chat=chat)


def _named(reading: Reading) -> Iterator[Entry]:
    for _, row, line in iter_inserts(reading, _ECHOTRACE, _NAMED, _ECHOTRACE):
        kind, text, segments = read_body(row.get("content") or "")
        check(reading, kind, text, line, credited=True)
        stamp = row.get("timestamp") or f"{row.get('date') or ''} {row.get('time') or ''}"
        time, precision = reading.clock(stamp, line=line)
        own = read_flag((row.get("is_send") or "").lower())
        yield Entry(line, time, precision, row.get("send_name") or None, None, own, kind, text, segments)


def _detect(head: Head, *, tables: Mapping[str, list[str]], columns: str) -> Evidence | None:
    found = tables_of(head) & {*tables}
    if not found or not ("messages" not in found or all(column in head.text for column in columns.split())):
        return None
    return Evidence(1.0, f"a script for the table {min(found)}")


def _format(name: str, description: str, exporter: str, tables: Mapping[str, list[str]], columns: str) -> Format:
    detect, entries = partial(_detect, tables=tables, columns=columns), partial(_numbered, tables=tables)
    return Format(name, description, ".sql", detect, entries, exporter, options={})


SQL: Final = _format(
    "weflow-sql",
    "WeFlow 1 SQL script and that of its port to Rust, WeChat 4",
    "WeFlow",
    _WEFLOW,
    "session_id server_id is_send",
)
CIPHERTALK: Final = _format(
    "ciphertalk-sql", "CipherTalk SQL script, WeChat 4", "CipherTalk", _CIPHERTALK, "session_wxid is_send"
)
ECHOTRACE: Final = Format(
    "echotrace-sql",
    "echotrace SQL script, WeChat 4",
    ".sql",
    partial(_detect, tables=_ECHOTRACE, columns=""),
    _named,
    "echotrace",
    credits_notices=True,
)
