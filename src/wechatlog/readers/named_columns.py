"""Tables and JSON objects of tools without a reader of their own, told by what their columns and keys are called.

Takes a CSV, a workbook, JSON Lines, or an array of objects, alone or under a key of an object, gives entries. A time, a
text and somebody who wrote it, or whether the owner did, must be there by a name of the table below; the name of a
column is believed, and that it was is told (`guessed-columns`). Whoever knows more of a format says it with more
confidence and is asked first.

Source: the names that some thirty small exporters of 2023 to 2026 give to their columns, among them wechat-exporter of
liangyeshier, the Wechat-Exports of minglin2012, superShen0916 and Hututu414, and wechat-history-2-txt of YaoZeyuan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.content.dialects import BRACKET_LINES
from wechatlog.content.numbered import parse_numbered
from wechatlog.content.placeholders import parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_name
from wechatlog.engine import (
    ME,
    NOTICES,
    OWNER_OPTION,
    Entry,
    Evidence,
    Format,
    Head,
    Reading,
    Table,
    iter_line_objects,
    iter_objects,
)
from wechatlog.engine.entry import Body
from wechatlog.engine.json_values import first_object, read_flag, read_identifier, read_list, read_object, read_string
from wechatlog.model import MessageKind

_NAMES: Final = {
    name: tuple(words.split())
    for name, words in {
        "time": "Unix时间 timestamp_unix"
        " createTime create_time CreateTime 完整本地时间 StrTime str_time datetime date_time send_time"
        " msg_time sendTime msgTime timestamp Timestamp time Time 发送时间 消息时间 聊天时间 时间",
        "day": "日期 date Date",
        "sender": "发送者 发送人 发送方 发言人 发送者昵称 发送人昵称 昵称 sender Sender senderName sender_name"
        " sender_nickname senderDisplayName sender_display_name sender_display nickname nickName NickName",
        "text": "内容 消息内容 聊天内容 消息 content Content message_content StrContent message Message text msg",
        "kind": "type_id local_type"
        " 类型 消息类型 type Type msg_type msgType message_type type_name typeName localType kind",
        "account": "发送者内部标识 发送者ID 发送人ID 发送者微信ID 发送者wxid wxid sender_id senderId sender_wxid"
        " senderWxid sender_username senderUsername",
        "own": "是否本人 是否自己 是否发送 isSend is_send isSelf is_self is_sender isSender IsSender is_mine fromMe"
        " from_me 方向 消息方向 direction",
        "id": "服务端消息ID 服务器消息ID"
        " 消息ID server_id serverID serverId MsgSvrID msgSvrId msg_svr_id platformMessageId",
        "chat": "会话名称 会话 聊天对象 群名 群聊名称 chat_name chatName room_name roomName conversation"
        " conversation_name conversationName",
        "chat_id": "会话内部标识 会话ID 群ID chat_id chatId room_id roomId chatroom conversation_id talker",
        "transcript": "语音转写 语音转文字 transcription transcript",
        "path": "图片文件 媒体文件 媒体路径 media_path mediaPath media",
        "quote": "quoted quote quotedMessage quoted_message reply_to_message refer",
        "raw": "raw_content rawContent raw",
    }.items()
}
"""The names of each field; the first that a file has counts."""
_KNOWN: Final = frozenset(name for names in _NAMES.values() for name in names)
_MORE: Final = {"kind", "own", "account", "chat", "chat_id", "id"}
"""One of these is in the files of an exporter of chats; three columns alone may be of anything."""
_LISTS: Final = ("messages", "data", "records", "items", "list", "msgs")
_TITLES: Final = (
    "chat",
    "title",
    "chat_name",
    "chatName",
    "name",
    "contact",
    "talker",
    "displayName",
    "display_name",
    "nickname",
)
_CHATS: Final = ("talker", "contact", "conversation", "session", "chat")
"""Objects beside the list that tell whose chat it is."""
_CHAT: Final = {
    "id": ("user_name", "userName", "username", "wxid", "id"),
    "name": ("remark", "title", "displayName", "display_name", "nick_name", "nickName", "nickname", "name"),
}
_OWN: Final = frozenset({"我", "我自己", "自己", "本人", "me", "Me"})
_YES_NO: Final = {
    **dict.fromkeys(("是", "发送", "我", "发出", "send", "sent", "out", "outgoing"), True),
    **dict.fromkeys(("否", "接收", "收到", "对方", "客户", "recv", "received", "in", "incoming"), False),
    "system": None,
}
_SPOKEN: Final = ("text", "content", "message", "msg")
_SPEAKERS: Final = ("sender", "sender_name", "senderName", "name", "nickname", "displayName", "from")
_PATHS: Final = ("path", "file", "local_path", "localPath", "url", "src")
"""Keys of the objects that say what a reply answers, and where a file is."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}")
_SECONDS: Final = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?")
_MILLISECONDS: Final = re.compile(r"[0-9]{12,13}")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_TABLE: Final = Table(
    " ".join(f"{'|'.join(names)}={field}" for field, names in _NAMES.items()),
    optional=_NAMES.keys() - {"time", "text"},
    exact=False,
    depth=8,
    mends=False,
)
_CONFIDENCE: Final = 0.4


@attrs.frozen
class _Row:
    get: Any
    line: int
    offset: int | None = None


def _objects(reading: Reading) -> Iterator[_Row]:
    head = Head.of(reading.source, reading.encoding)
    key, value = _list_key(head), read_object(head.json)
    if key is None and "jsonl" in head.containers:
        items = iter_line_objects(reading, known=_KNOWN)
    else:
        needed = {*_CHATS, *_TITLES} & value.keys()
        items = iter_objects(reading, key or "messages", needed=lambda _: needed, known=_KNOWN)
    for _, row, line, offset in items:
        yield _Row(_fields(row).get, line, offset)


def _list_key(head: Head) -> str | None:
    value = read_object(head.json)
    return next((key for key in _LISTS if read_list(value.get(key))), None)


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {field: next((row[name] for name in names if name in row), None) for field, names in _NAMES.items()}


def _describe(reading: Reading) -> None:
    chat, said = reading.chat, reading.said
    chat.title = next((_text(said[key]) for key in _TITLES if isinstance(said.get(key), str)), "") or None
    about: Mapping[str, Any] = next((said[key] for key in _CHATS if isinstance(said.get(key), dict)), {})
    found = {
        field: next((_text(about[name]) for name in names if about.get(name)), "") for field, names in _CHAT.items()
    }
    chat.title, chat.id = chat.title or found["name"] or None, found["id"] or None
    chat.is_group = is_room(chat.id)


# --- a row ------------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    return "" if value is None else str(value) if isinstance(value, int | float) else read_string(value)


def _time(reading: Reading, row: _Row) -> tuple[Any, Any]:
    value = _text(row.get("time")).strip()
    if _SECONDS.fullmatch(value):
        return reading.unix_time(float(value), line=row.line), "second"
    if _MILLISECONDS.fullmatch(value):
        return reading.unix_time(int(value) / 1000, line=row.line), "second"
    if _CLOCK.fullmatch(value):
        value = f"{_text(row.get('day'))} {value}"
    return reading.clock(value, line=row.line) if value else (None, None)


def _inside(value: Any, keys: tuple[str, ...]) -> str:
    """What a text says, or one of the keys of an object, or of the first object of a list."""
    value = read_list(value)[0] if read_list(value) else value
    if isinstance(value, dict):
        return next((_text(value[key]) for key in keys if _text(value.get(key))), "")
    return _text(value)


def _body(reading: Reading, row: _Row, text: str) -> Body:
    name, raw = _text(row.get("kind")).strip(), split_sender_prefix(_text(row.get("raw")))[1]
    number = int(name) if _NUMBER.fullmatch(name) else None
    if words := _inside(row.get("quote"), _SPOKEN):
        speaker = _inside(row.get("quote"), _SPEAKERS) if isinstance(row.get("quote"), dict) else ""
        return MessageKind.QUOTE, text, quote_segments(text, speaker or None, words)
    if number is None and not name:
        kind, segments = read_placeholder(text, BRACKET_LINES, zone=reading.tz) or (MessageKind.TEXT, None)
        return kind, text, segments
    found = kind_of_name(name) if number is None else kind_of_local_type(number)
    placed = read_placeholder(text, BRACKET_LINES, zone=reading.tz) if found in (None, MessageKind.OTHER) else None
    if placed is not None:
        return placed[0], text, placed[1]
    kind = reading.kind_of(found, name, text, row.line)
    markup = next((each for each in (raw, text) if each.lstrip().startswith("<")), None)
    if number is not None and markup is not None:
        return parse_numbered(number, markup, reading.collector, dialect=BRACKET_LINES, line=row.line).body
    return kind, text, parse_body(kind, text, BRACKET_LINES, zone=reading.tz)


def _with_files(row: _Row, segments: Any) -> Any:
    """The segments with the file and the words that stand in columns of their own."""
    if not segments:
        return segments
    said = {"path": _inside(row.get("path"), _PATHS), "transcript": _text(row.get("transcript"))}
    said = {name: value for name, value in said.items() if value and hasattr(segments[0], name)}
    return (attrs.evolve(segments[0], **said), *segments[1:]) if said else segments


def _own(row: _Row, sender: str) -> bool | None:
    value = row.get("own")
    own = _YES_NO.get(value, read_flag(value)) if isinstance(value, str) else read_flag(value)
    return True if own is None and sender in _OWN else own


def _entries(reading: Reading, rows: Iterator[_Row]) -> Iterator[Entry]:
    first = True
    for row in rows:
        sender, account = _text(row.get("sender")).strip(), _text(row.get("account")).strip()
        if first:
            first = False
            what = "no tool is known that writes this: what its columns mean was taken from their names"
            reading.tell("guessed-columns", what, row.line)
            _describe(reading)
        chat = reading.chat
        chat_id, name = _text(row.get("chat_id")), _text(row.get("chat"))
        if (chat_id or name) and not (chat_id and chat_id == chat.id):
            chat = reading.chat_of(chat_id or name, id=chat_id or None, title=name or None, is_group=is_room(chat_id))
        text = _text(row.get("text"))
        if chat.is_group and not sender and not account:
            prefix, rest = split_sender_prefix(text)
            account, text = (prefix, rest) if prefix and is_account(prefix) else (account, text)
        kind, text, segments = _body(reading, row, text)
        own = None if kind in NOTICES else _own(row, sender)
        if not sender and not account and (own or (own is False and chat.is_group is False)):
            sender, account = (ME, "") if own else (chat.title or "", chat.id or "")
        account = account or (sender if is_account(sender) else "")
        if own and account and chat.owner is None:
            chat.owner = account
        time, precision = _time(reading, row)
        id_ = read_identifier(reading, row.get("id"), row.line) if row.get("id") else None
        segments = _with_files(row, segments)
        names = sender or account or None, account or None
        yield Entry(row.line, time, precision, *names, own, kind, text, segments, id_, None, row.offset, chat)


# --- detection --------------------------------------------------------------------------------------------------------


def _is_table(head: Head) -> Evidence | None:
    found = _TABLE.find_sheet(head) if {"zip", "ole"} & set(head.containers) else _TABLE.find(head)
    if found is None:
        return None
    there = {field for field, place in zip(_TABLE.fields, found.places, strict=True) if place >= 0}
    return Evidence(_CONFIDENCE, "columns that are called as those of chats are") if _is_chat(there) else None


def _is_list(head: Head) -> Evidence | None:
    key = _list_key(head)
    if key is not None:
        rows = read_list(head.json[key])
    else:
        rows = [head.json] if "jsonl" in head.containers else read_list(head.json)
    there = {field for field, said in _fields(first_object(rows)).items() if said is not None}
    return Evidence(_CONFIDENCE, "objects whose keys are called as those of chats are") if _is_chat(there) else None


def _is_chat(there: set[str]) -> bool:
    return {"time", "text"} <= there and not there.isdisjoint({"sender", "account", "own"}) and bool(there & _MORE)


COLUMNS: Final = Format(
    "named-columns",
    "a table whose columns are called as those of chats are (any tool)",
    ".csv .tsv .xlsx .xls",
    _is_table,
    lambda reading: _entries(reading, (_Row(row._asdict().get, line) for row, line in _TABLE.rows(reading))),
    {},
    OWNER_OPTION,
)
KEYS: Final = Format(
    "named-keys",
    "JSON objects whose keys are called as those of chats are (any tool)",
    ".json .jsonl",
    _is_list,
    lambda reading: _entries(reading, _objects(reading)),
    {},
    OWNER_OPTION,
)
