"""qq-chat-exporter: one JSON file for a chat, or chunks of JSON Lines with a manifest.

An object has `metadata`, `chatInfo` (`selfUin`, `peerUin`, `type`), `statistics` and `messages`; a line of a chunk is
such a message. `timestamp` is in milliseconds, `content.text` what a person reads, `content.elements` its parts.

Format facts: qq-chat-exporter 5 and 6 (`qq-chat-export-core/src/types.rs`, `json_exporter.rs`, 2026-08).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wechatlog import MessageKind, Quote, Text
from wechatlog.engine import Entry, Evidence, Fields, Format, iter_line_objects, iter_objects
from wechatlog.engine.json_values import read_flag, read_identifier, read_list, read_object, read_string

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog import Segment
    from wechatlog.engine import Head, Reading

_KINDS = {
    "image": MessageKind.IMAGE,
    "market_face": MessageKind.STICKER,
    "audio": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "file": MessageKind.FILE,
    "location": MessageKind.LOCATION,
    "json": MessageKind.LINK,
    "forward": MessageKind.FORWARD,
    "wallet": MessageKind.RED_PACKET,
    "av_record": MessageKind.CALL,
}
_FIELDS = Fields(
    {
        MessageKind.IMAGE: "url=url path=localPath|filename",
        MessageKind.STICKER: "name=name url=url|fallbackUrl",
        MessageKind.VOICE: "seconds=duration path=localPath|filename",
        MessageKind.VIDEO: "seconds=duration path=localPath|filename url=url",
        MessageKind.FILE: "name=filename size=size path=localPath md5=md5",
        MessageKind.LOCATION: "latitude=lat|latitude longitude=lng|longitude label=address poi=name",
        MessageKind.LINK: "title=title|summary url=url",
        MessageKind.FORWARD: "title=summary|content",
    }
)
_PLAIN = frozenset({"text", "face", "at", "reply", "long_message", "markdown"})
_GROUPS = {"group": True, "private": False, "temp": False}
_REPLIES = ("referencedMessageId", "replyMsgId", "msgId", "messageId")


def _describe(reading: Reading, said: Mapping[str, Any]) -> None:
    """What the file or the manifest says of the chat."""
    chat, about, tool = reading.chat, read_object(said.get("chatInfo")), read_object(said.get("metadata"))
    chat.title, chat.is_group = read_string(about.get("name")) or None, _GROUPS.get(read_string(about.get("type")))
    chat.id = read_string(about.get("peerUin")) or read_string(about.get("peerUid")) or None
    chat.owner = read_string(about.get("selfUin")) or read_string(about.get("selfUid")) or chat.owner
    chat.metadata |= {key: text for key in ("name", "version", "exportTime") if (text := read_string(tool.get(key)))}


def _entries(reading: Reading, items: Iterable[Any]) -> Iterator[Entry]:
    for _, value, line, offset in items:
        sender, content = read_object(value.get("sender")), read_object(value.get("content"))
        account = read_string(sender.get("uin")) or read_string(sender.get("uid")) or None
        names = (read_string(sender.get(key)) for key in ("groupCard", "remark", "name", "nickname"))
        name = next((name for name in names if name), account)
        text, reply_to = read_string(content.get("text")), None
        elements = [read_object(element) for element in read_list(content.get("elements"))]
        kind, segments = _body(text, elements)
        for element in elements:
            if element.get("type") == "reply":
                data = read_object(element.get("data"))
                ids = (read_identifier(reading, data.get(key), line) for key in _REPLIES)
                reply_to = next((found for found in ids if found), None)
        if read_flag(value.get("recalled")):
            kind, segments = MessageKind.RECALL, None
        elif read_flag(value.get("system")):
            kind, segments = reading.kind_of(MessageKind.SYSTEM, None, text, line), None
        time = reading.unix_time(value.get("timestamp"), line=line)
        own = None if reading.chat.owner is None else account == reading.chat.owner
        id_ = read_identifier(reading, value.get("id"), line)
        yield Entry(line, time, "second", name, account, own, kind, text, segments, id_, reply_to, offset)


def _body(text: str, elements: list[dict[str, Any]]) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    """A message of one thing is of its kind; a reply is a quote; everything else is text."""
    kinds = [read_string(element.get("type")) for element in elements]
    if "reply" in kinds:
        data = read_object(elements[kinds.index("reply")].get("data"))
        quoted = read_string(data.get("content")) or read_string(data.get("text"))
        quote = Quote(read_string(data.get("senderName")) or None, quoted)
        return MessageKind.QUOTE, (quote, Text(text)) if text else (quote,)
    solid = [element for element, kind in zip(elements, kinds, strict=True) if kind not in _PLAIN]
    if len(solid) != 1 or "text" in kinds:
        return MessageKind.TEXT, None
    kind = _KINDS.get(read_string(solid[0].get("type")), MessageKind.OTHER)
    return kind, _FIELDS.segments(kind, text, read_object(solid[0].get("data")))


def _objects(reading: Reading) -> Iterator[Entry]:
    items = iter_objects(reading, needed=lambda _: ("chatInfo", "metadata"))
    for number, item in enumerate(items):
        if not number:
            _describe(reading, reading.said)
        yield from _entries(reading, (item,))
    _describe(reading, reading.said)


def _lines(reading: Reading) -> Iterator[Entry]:
    """Entries of a chunk; the manifest stands beside it or one folder above."""
    for manifest in reading.source.siblings("manifest.json") or reading.source.siblings("../manifest.json"):
        try:
            _describe(reading, read_object(json.loads(manifest.read_text(reading.collector))))
        except ValueError:
            reading.report("broken-file", "the manifest beside it is no JSON")
    yield from _entries(reading, iter_line_objects(reading))


def _is_message(value: Any) -> bool:
    row = read_object(value)
    sender = read_object(row.get("sender"))
    return {"id", "timestamp", "content"} <= row.keys() and {"uid", "name"} <= sender.keys()


def _is_object(head: Head) -> Evidence | None:
    value = read_object(head.json)
    rows = read_list(value.get("messages"))
    if "chatInfo" in value and "metadata" in value and (not rows or _is_message(rows[0])):
        return Evidence(1.0, "an object with metadata, chatInfo and messages of senders with a uid")
    return None


def _is_chunk(head: Head) -> Evidence | None:
    first = next((line for line in head.lines if line.strip()), "")
    try:
        found = _is_message(json.loads(first))
    except (ValueError, RecursionError):
        return None
    return Evidence(0.95, "lines with id, timestamp, sender.uid and content") if found else None


_FACTS = {"exporter": "qq-chat-exporter"}
JSON = Format("qq-exporter-json", "qq-chat-exporter, JSON", ".json", _is_object, _objects, _FACTS)
JSONL = Format("qq-exporter-jsonl", "qq-chat-exporter, a chunk of JSON Lines", ".jsonl", _is_chunk, _lines, _FACTS)
