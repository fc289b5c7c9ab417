"""ylytdeng's wechat-decrypt: JSON and CSV in a folder for each chat, `<name>/message_0.db.json` and `.csv`.

JSON is `{"chat_username", "display_name", "is_group", "message_count", "messages": […]}` with the rows of a database of
WeChat 4: type numbers, server ids, contents as XML. CSV is `时间,发送者,消息类型,内容,server_id` with words in brackets
for what is no text (`[分享: 标题]`); newer versions say where pictures are, and a fork says all of it in English.
In groups the contents of others begin with their account id, and `is_received` is true of everybody; an account that
the tool does not know is `我`.

Format facts: `export_messages.py` (2026), and those of zjkkzk and, in English, of alitquan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, cast

import attrs

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.content.notices import read_notice
from wechatlog.content.numbered import parse_numbered
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.engine import ME, NOTICES, Entry, Format, Reading, Table, iter_objects, one_segment
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.model import MessageKind

_HEAD: Final = ("chat_username", "display_name", "is_group")
_KEYS: Final = "local_id server_id type sender_username sender create_time display_content"
_KNOWN: Final = frozenset(f"{_KEYS} type_name sort_seq time_str status content is_system is_received".split())
_TABLE: Final = Table(
    {
        "时间|Time": "time",
        "发送者|Sender": "name",
        "消息类型|Message Type": "kind",
        "内容|Content": "text",
        "server_id": "id",
        "图片路径|Attachment Path (Relative)": "path",
        "File Size (bytes)": "size",
        "local_id": "number",
        "Attachment Path (Absolute)": "place",
        "WeChat Attach ID": "attached",
    },
    optional=("path", "size", "number", "place", "attached"),
    exact=False,
)
_SHARED: Final = ("分享/文件/小程序", "File/Link")
_IN_BRACKETS: Final = {
    **dict.fromkeys(("[分享: ", "[File: "), "title"),
    **dict.fromkeys(("[名片: ", "[Business Card: "), "name"),
    **dict.fromkeys(("[位置: ", "[Location: "), "label"),
}
_NOTICE: Final = re.compile(r"\[(?:系统|System): ")


def _objects(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    for _, value, line, offset in iter_objects(reading, known=_KNOWN, needed=lambda _: _HEAD):
        if chat.id is None:
            known = reading.said
            chat.id, chat.title = (
                read_string(known.get("chat_username")) or None,
                read_string(known.get("display_name")),
            )
            chat.is_group = True if is_room(chat.id) else read_flag(known.get("is_group"))
        number = read_integer(value.get("type"))
        time = reading.unix_time(value.get("create_time"), line=line)
        content = read_string(value.get("content"))
        account, content = (None, content) if chat.is_group is False else split_sender_prefix(content)
        zone = None if time is None else time.tzinfo
        said = parse_numbered(number, content, reading.collector, zone=zone, line=line)
        sender, account = read_string(value.get("sender")) or None, read_string(value.get("sender_username")) or account
        own = None if said.kind in NOTICES else _own(value, sender, group=chat.is_group)
        id_ = read_identifier(reading, value.get("server_id"), line)
        yield Entry(line, time, "second", sender, account, own, *said.body, id_, said.reply_to, offset)


def _own(value: dict[str, Any], sender: str | None, *, group: bool | None) -> bool | None:
    if sender == ME:
        return True
    received = read_flag(value.get("is_received"))
    return None if group or received is None else not received


def _rows(reading: Reading) -> Iterator[Entry]:
    for row, line in _TABLE.rows(reading):
        id_ = read_identifier(reading, row.id, line)
        entry = shown_entry(reading, line, row.time, row.name, row.kind, row.text)
        yield with_path(entry, row.path or row.place)._replace(id=id_)


def with_path(entry: Entry, path: str) -> Entry:
    """An entry whose segment says where its file is, if it is one of a file."""
    first, *more = cast("tuple[Any, ...]", entry.segments or (None,))
    return (
        entry._replace(segments=(attrs.evolve(first, path=path), *more)) if path and hasattr(first, "path") else entry
    )


def shown_entry(reading: Reading, line: int, clock: str, name: str, kind_name: str, shown: str) -> Entry:
    """The entry of a message as the CSV and the page show it, with words in brackets for what is no text.

    Args:
        reading: told of an unknown type.
        line: 1-based line.
        clock: the time, or an empty text.
        name: of the sender.
        kind_name: the name of the type.
        shown: the content.
    """
    account, text = split_sender_prefix(shown)
    found = MessageKind.LINK if kind_name in _SHARED else kind_of_name(kind_name)
    kind = reading.kind_of(found, kind_name, text, line)
    time, precision = reading.clock(clock, line=line) if clock else (None, None)
    if kind in NOTICES or _NOTICE.match(text):
        text = _NOTICE.sub("", text, count=1).removesuffix("]")
        return Entry(line, time, precision, kind=read_notice(text) or MessageKind.SYSTEM, text=text)
    field = next((_IN_BRACKETS[head] for head in _IN_BRACKETS if text.startswith(head)), None)
    said = {} if field is None else {field: text.partition(": ")[2].removesuffix("]")}
    segments = None if kind is MessageKind.TEXT else one_segment(kind, text, **said)
    own = True if name in (ME, "Me") else None
    return Entry(line, time, precision, name or None, account, own, kind, text, segments)


JSON: Final = Format(
    "wechat-decrypt-json",
    "wechat-decrypt, JSON (2026)",
    ".json",
    keyed(Keys(1.0, " ".join(_HEAD), _KEYS), Keys(1.0, " ".join(_HEAD), "")),
    _objects,
    "wechat-decrypt",
)
CSV: Final = Format("wechat-decrypt-csv", "wechat-decrypt, CSV (2026)", ".csv", _TABLE.detect, _rows, "wechat-decrypt")
