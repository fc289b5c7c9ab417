"""CipherTalk-CLI: JSON, CSV and Markdown of one chat, with contents as the database has them.

Takes objects, rows or text, gives entries. Whose the chat is stands in the name of the file alone, where all chats were
exported. In a group, the account id of whoever wrote stands in front of the content; `direction` is `in`, `out` or
`unknown`; in Markdown arrows say it, and nothing says the type.

Format facts: CipherTalk `CipherTalk-CLI/src/services/export/exportService.ts`, `services/dataService.ts` (2026-07).
Server ids pass through the numbers of JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.appmsg import parse_markup, split_sender_prefix
from wechatlog.content.notices import read_notice
from wechatlog.content.numbered import parse_numbered
from wechatlog.engine import Entry, Evidence, Format, Head, Reading, Table, iter_objects, message_blocks
from wechatlog.engine.headers import sample
from wechatlog.engine.json_values import first_object, read_identifier, read_integer, read_string
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

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


_FIRST: Final = re.compile(
    r"# 聊天记录：(?P<id>[^\n]*)\n\n导出时间：(?P<exported>[^\n]*)\n消息条数：(?P<count>[0-9]{1,12})\n\n---\n"
)
_HEADER: Final = Grammar(
    "CipherTalk-CLI Markdown",
    r"\*\*(?P<sender>[^\r\n]{1,200}?)\*\* (?P<arrow>->|<-|--) _(?P<time>[0-9T:.Z\-]{0,40})_[ \t]*(?=\r?(?:\n|\Z))",
)
_ARROWS: Final = {"->": True, "<-": False}
_RULE: Final = re.compile(r"\n{1,3}---\s*\Z")
_ESCAPED: Final = re.compile(r"\\([\\`])")


def _blocks(reading: Reading) -> Iterator[Entry]:
    """Messages whose type is not said; the rule below belongs to none."""
    head, blocks = sample(reading.blocks())
    chat, claimed, count = reading.chat, None, 0
    if said := _FIRST.match(head.replace("\r\n", "\n").lstrip("\ufeff")):
        chat.id, chat.is_group = said["id"], is_room(said["id"])
        chat.metadata["exported"], claimed = said["exported"], int(said["count"])
    records = message_blocks(
        reading,
        _HEADER,
        lambda header: header["sender"],
        lambda _: None,
        blocks=blocks,
        preamble=lambda block: reading.report_preamble(_FIRST.sub("", block.lines.lstrip("\n")), line=block.line),
    )
    for header, block in records:
        count += 1
        shown, own = header["sender"], _ARROWS.get(header["arrow"])
        account = shown if is_account(shown) else None
        text = block.lines.strip("\n") if block.last else _RULE.sub("", block.lines).strip("\n")
        text = _ESCAPED.sub(r"\1", text)
        before, rest = split_sender_prefix(text)
        text = rest if before is not None and before == account else text
        built = parse_markup(text, reading.collector, zone=reading.zone, line=block.line)
        body = built.body if built else (read_notice(text) or MessageKind.TEXT, text, None)
        time, precision = reading.clock(header["time"], line=block.line) if header["time"] else (None, None)
        own = chat.sent_by(account, own, body[0])
        yield Entry(block.line, time, precision, shown, account, own, *body, offset=block.offset)
    reading.check_count(claimed, count)


def _is_markdown(head: Head) -> Evidence | None:
    return Evidence(1.0, "the head of CipherTalk-CLI") if _FIRST.match(head.text.replace("\r\n", "\n")) else None


JSON: Final = Format("ciphertalk-cli-json", "CipherTalk-CLI 2026, JSON", ".json", _is_json, _objects, "CipherTalk-CLI")
MARKDOWN: Final = Format(
    "ciphertalk-cli-md", "CipherTalk-CLI 2026, Markdown", ".md .markdown", _is_markdown, _blocks, "CipherTalk-CLI"
)
CSV: Final = Format("ciphertalk-cli-csv", "CipherTalk-CLI 2026, CSV", ".csv", _TABLE.detect, _rows, "CipherTalk-CLI")
