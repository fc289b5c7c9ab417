"""Text exports of Thearas' wechat-db-decrypt-macos: `[time] sender: text` under three lines that begin with `#`.

Takes text, gives messages. Private chats have no sender at all, and in groups own messages and notices have none.
What is no text is `[type]` and the first hundred characters of its XML. A body of several lines is not marked, so a
body line can forge a header.

Source of the format: wechat-db-decrypt-macos (`export_messages.py`, 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.notices import read_notice
from wechatlog.content.vocabulary import kind_of_local_type
from wechatlog.engine import Entry, Evidence, Fields, Format, Head, Reading, message_blocks
from wechatlog.engine.headers import sample, sample_blocks
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

_GRAMMAR: Final = Grammar(
    name="wechat-db-decrypt-macos",
    header=r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}|\?)\](?: |(?=\r?(?:\n|\Z)))",
)
_CHAT: Final = re.compile(r"# Chat: (?P<title>.*) \((?P<id>[^()\s]+)\)\s*")
_PERSON: Final = re.compile(r"[A-Za-z][-\w]*+(?:@openim)?")
_SHOWING: Final = re.compile(
    r"# .* \| total: (?P<total>[0-9]{1,12}), showing: (?P<showing>[0-9]{1,12}) \| db: (?P<database>.*)"
)
_EXPORTED: Final = re.compile(r"# Exported: (?P<time>.*)")
_TYPE: Final = re.compile(r"\[(?P<type>[a-z/]{4,10}|type:-?[0-9]{1,20})\](?: (?P<rest>(?s:.*))|\Z)")
_SENDER: Final = re.compile(r"(?P<sender>[^\n]{1,200}?): ")
_OTHER_SYSTEM_XML: Final = re.compile(r'\s*<sysmsg\b[^>]{0,80}?\btype="(?!revokemsg")')
"""What the tool calls `revoke` is every notice in XML; the first hundred characters tell which."""
_CUT: Final = 100
_NO_FIELDS: Final = Fields({})
_NUMBERS: Final[Mapping[str, int]] = {
    "image": 3,
    "voice": 34,
    "card": 42,
    "video": 43,
    "emoji": 47,
    "location": 48,
    "link/file": 49,
    "system": 10000,
    "revoke": 10002,
}


def _is_typed(text: str) -> bool:
    match = _TYPE.match(text) if text.startswith("[") else None
    return match is not None and (match["type"] in _NUMBERS or match["type"].startswith("type:"))


def _are_named(head: str) -> bool:
    """Whether nearly all texts have a name in front, and some the same: then it is a group."""
    texts = [candidate.body for candidate in sample_blocks(head, _GRAMMAR)]
    texts = [text for text in texts if not _is_typed(text)]
    names = [match["sender"] for text in texts if (match := _SENDER.match(text))]
    return len(names) * 4 > len(texts) * 3 and len(set(names)) < len(names)


def _kind(reading: Reading, text: str, line: int) -> MessageKind:
    match = _TYPE.match(text) if text.startswith("[") else None
    name = match["type"] if match else ""
    number = int(name[5:]) if name.startswith("type:") else _NUMBERS.get(name)
    if match is None or number is None:
        return MessageKind.TEXT
    rest = match["rest"] or ""
    if len(rest) == _CUT:
        reading.tell("cut-text", "the tool cut this text after 100 characters", line)
    kind = kind_of_local_type(number)
    if kind is MessageKind.OTHER and name.startswith("type:"):
        reading.tell("unknown-kind", f"unknown type {number}", line)
    if kind is not MessageKind.SYSTEM:
        return kind
    recalled = name == "revoke" and _OTHER_SYSTEM_XML.match(rest) is None
    return read_notice(rest) or (MessageKind.RECALL if recalled else kind)


def _entries(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    chat = reading.chat
    for line in head.split("\n", 6)[:6]:
        if match := _CHAT.fullmatch(line):
            chat.title, chat.id, chat.is_group = match["title"], match["id"], is_room(match["id"])
        elif match := _SHOWING.fullmatch(line):
            reading.claimed, chat.metadata["total"] = int(match["showing"]), int(match["total"])
        elif match := _EXPORTED.fullmatch(line):
            chat.metadata["exported"] = match["time"]
    is_person = _PERSON.fullmatch(chat.id or "") is not None and (is_account(chat.id or "") or not _are_named(head))
    if not chat.is_group and not is_person:
        reading.report("damaged-head", "the line '# Chat: name (id)' is damaged: the texts say who sent them", line=1)
        chat.is_group = _are_named(head)
    records = message_blocks(
        reading, _GRAMMAR, lambda _: None, blocks=blocks, preamble=lambda _: None, ordered=True, serious=True
    )
    for header, block in records:
        time, precision = reading.clock(header["time"], line=block.line) if header["time"] != "?" else (None, None)
        sender, text = None, block.inline
        if chat.is_group and not _is_typed(text) and (match := _SENDER.match(text)):
            sender, text = match["sender"], text[match.end() :]
        kind = _kind(reading, text, block.line)
        segments = None if kind is MessageKind.QUOTE else _NO_FIELDS.segments(kind, text, {})
        account = sender if sender is not None and is_account(sender) else None
        yield Entry(block.line, time, precision, sender, account, None, kind, text, segments, offset=block.offset)


def _detect(head: Head) -> Evidence | None:
    lines = [line for line in head.lines if line.strip()][:3]
    if not lines or _CHAT.fullmatch(lines[0]) is None or any(line.startswith("# wxid: ") for line in lines[1:2]):
        return None
    sure = any(_SHOWING.fullmatch(line) for line in lines[1:])
    return Evidence(1.0 if sure else 0.7, "the line '# Chat: name (id)' at the start")


READER: Final = Format(
    "thearas",
    "wechat-db-decrypt-macos by Thearas, TXT (2026)",
    ".txt",
    _detect,
    _entries,
    "wechat-db-decrypt-macos",
    cuts="tried",
)
