"""wechat-export-macos by zzhengzhuo015: CSV and JSON. Its TXT is `bracket-lines`; an export of all chats is ChatLab's.

CSV is `时间,发送者,类型,内容`, JSON an array of objects with Unix seconds, type numbers and server ids. Own messages
are those of `我`, if the tool knew the owner; everybody else in a group has the name of the group, and texts of others
begin with their account id. App messages are XML, or `[压缩内容]` where the database had them compressed.

Format facts: `chat_export.py`, `export_single_session` (2026).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from wechatlog.content.appmsg import parse_content, split_sender_prefix
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_name
from wechatlog.engine import ME, NOTICES, Entry, Format, Reading, Table, iter_objects, one_segment
from wechatlog.engine.json_values import read_identifier, read_integer, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.model import MessageKind
from wechatlog.readers.brackets.lines import NOBODY, names_owner, own_of, read_body
from wechatlog.segments import Segment

_KEYS: Final = "time timestamp sender type type_name content server_id"
_KNOWN: Final = frozenset(f"{_KEYS} db file_path".split())
_TABLE: Final = Table("时间=time 发送者=name 类型=kind 内容=text")
_APP: Final = "链接/文件/小程序"


def _content(
    reading: Reading, kind: MessageKind, content: str, line: int, path: str = ""
) -> tuple[MessageKind, str, str | None, tuple[Segment, ...] | None]:
    account, text = split_sender_prefix(content) if kind not in NOTICES else (None, content)
    if kind is not MessageKind.TEXT and text.startswith("["):
        found, text, segments = read_body(reading, text, line)
        kind = found if found not in (MessageKind.TEXT, MessageKind.OTHER) else kind
        segments = segments if kind is found else one_segment(kind, text)
    else:
        kind, text, segments = parse_content(kind, text, reading.collector, zone=reading.tz, line=line).body
    if path and kind in (MessageKind.IMAGE, MessageKind.VOICE):
        segments = one_segment(kind, text, path=path)
    return kind, text, account, segments


def _sender(name: str, account: str | None, owned: bool) -> tuple[str | None, bool | None]:
    """The name, and whether it is the owner's; one behind an account id is that of the group."""
    return (None if account or name in ("", NOBODY) else name), None if name == NOBODY else own_of(name, owned)


def _objects(reading: Reading) -> Iterator[Entry]:
    owned = any(names_owner(reading, word) for word in (f'"{ME}"', json.dumps(ME)))
    for _, value, line, offset in iter_objects(reading, known=_KNOWN):
        number, content = read_integer(value.get("type")), read_string(value.get("content"))
        named = MessageKind.OTHER if number is None else kind_of_local_type(number)
        known = None if named is MessageKind.OTHER and number not in (49, None) else named
        kind = reading.kind_of(known, number, content, line)
        kind, text, account, segments = _content(reading, kind, content, line, read_string(value.get("file_path")))
        sender, own = _sender(read_string(value.get("sender")), account, owned)
        time = reading.unix_time(value.get("timestamp"), line=line)
        id_ = read_identifier(reading, value.get("server_id"), line)
        yield Entry(line, time, "second", sender, account, own, kind, text, segments, id_, offset=offset)


def _rows(reading: Reading) -> Iterator[Entry]:
    owned = re.search(rf'([,;\t])("?){ME}\2\1', reading.head.text) is not None
    for row, line in _TABLE.rows(reading):
        named = MessageKind.OTHER if row.kind == _APP else kind_of_name(row.kind)
        kind = reading.kind_of(named, row.kind, row.text, line)
        kind, text, account, segments = _content(reading, kind, row.text, line)
        sender, own = _sender(row.name, account, owned)
        time, precision = reading.clock(row.time, line=line) if row.time else (None, None)
        yield Entry(line, time, precision, sender, account, own, kind, text, segments)


_format: Final = partial(Format, facts="wechat-export-macos")
JSON: Final = _format(
    "wechat-export-macos-json", "wechat-export-macos, JSON (2026)", ".json", keyed(Keys(1.0, "", _KEYS)), _objects
)
CSV: Final = _format(
    "wechat-export-macos-csv", "wechat-export-macos, CSV (2026)", ".csv", _TABLE.detect, _rows, cuts="tried"
)
