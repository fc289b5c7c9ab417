"""CipherTalk-CLI: JSON and CSV of one chat, with contents as the database has them.

Takes objects or rows, gives entries. Whose the chat is stands in the name of the file alone, where all chats were
exported. In a group, the account id of whoever wrote stands in front of the content; `direction` is `in`, `out` or
`unknown`.

Format facts: CipherTalk `CipherTalk-CLI/src/services/export/exportService.ts`, `services/dataService.ts` (2026-07).
Server ids pass through the numbers of JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.content.numbered import parse_numbered
from wechatlog.engine import Entry, Evidence, Format, Head, Reading, Table, iter_objects
from wechatlog.engine.json_values import first_object, read_identifier, read_integer, read_string

_KEYS: Final = tuple("localId serverId createTime sortSeq direction senderUsername type content".split())
_NEEDED: Final = frozenset({"createTime", "direction", "content"})
_DIRECTIONS: Final = {"in": False, "out": True}
_TABLE: Final = Table(" ".join(f"{key}={key}" for key in _KEYS))


def _name_chat(reading: Reading) -> None:
    """The account of the chat, which is the name of the file."""
    stem = PurePath(reading.source.name or "").stem
    if is_account(stem):
        reading.chat.id, reading.chat.is_group = stem, is_room(stem)


def _entry(reading: Reading, value: Mapping[str, Any], line: int, offset: int | None = None) -> Entry:
    chat, own = reading.chat, _DIRECTIONS.get(read_string(value.get("direction")))
    account, content = read_string(value.get("senderUsername")) or None, read_string(value.get("content"))
    before, rest = split_sender_prefix(content)
    if before is not None and (before == account or (account is None and chat.is_group is not False)):
        account, content = before, rest  # other words in front of a colon somebody typed
    found = parse_numbered(read_integer(value.get("type")), content, reading.collector, zone=reading.zone, line=line)
    own = chat.sent_by(account, own, found.kind)
    id_ = read_identifier(reading, value.get("serverId"), line, javascript=True)
    time = reading.unix_time(value.get("createTime"), line=line)
    return Entry(line, time, "second", account, account, own, *found.body, id_, found.reply_to, offset)


def _objects(reading: Reading) -> Iterator[Entry]:
    _name_chat(reading)
    for _, value, line, offset in iter_objects(reading, known=_KEYS):
        yield _entry(reading, value, line, offset)


def _rows(reading: Reading) -> Iterator[Entry]:
    _name_chat(reading)
    for row, line in _TABLE.rows(reading):
        yield _entry(reading, row._asdict(), line)


def _is_json(head: Head) -> Evidence | None:
    first = first_object(head.json)
    if not (first.keys() >= _NEEDED and first.keys() <= {*_KEYS}):
        return None
    return Evidence(1.0, "a list of objects with createTime, direction and content, and no keys of other tools")


JSON: Final = Format("ciphertalk-cli-json", "CipherTalk-CLI 2026, JSON", ".json", _is_json, _objects, "CipherTalk-CLI")
CSV: Final = Format("ciphertalk-cli-csv", "CipherTalk-CLI 2026, CSV", ".csv", _TABLE.detect, _rows, "CipherTalk-CLI")
