"""JettChenT's wechat-exporter: the array that WeChatTweak gives for a chat, newest message first.

The file is called `<title>-<account id>.json`.

Format facts: JettChenT wechat-exporter (`main.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import parse_content, split_sender_prefix
from wechatlog.content.placeholders import quote_segments
from wechatlog.engine import Draft, Entry, Format, Reading, iter_objects
from wechatlog.engine.json_values import read_flag, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.model import MessageKind

Kind = MessageKind

_FILE: Final = re.compile(r"(?P<title>.*)-(?P<id>wxid_.+|gh_.+|[0-9]+@chatroom|[^\-]+)\.json", re.IGNORECASE)


def _entries(reading: Reading) -> Iterator[Entry]:
    """Entries in the order of the file, which a remark tells where it is newest first."""
    chat, last = reading.chat, None
    if name := _FILE.fullmatch(reading.source.name or ""):
        chat.id, chat.title, chat.is_group = name["id"], name["title"] or None, is_room(name["id"])
    for _, value, line, offset in iter_objects(reading):
        time = reading.unix_time(value.get("createTime"), line=line)
        if last is not None and time is not None and time < last:
            sentence = "the messages stand newest first, as the tool writes them; Conversation.sorted() turns them"
            reading.tell_first("newest-first", sentence, line)
        last = time or last
        sender, own = _sender(chat, value)
        content, kind, segments, reply_to = value.get("content"), Kind.TEXT, None, None
        if isinstance(content, dict):
            text, quoted = read_string(content.get("title")), read_string(content.get("quoted"))
            if quoted:
                kind, segments = Kind.QUOTE, quote_segments(text, None, quoted)
        else:
            text = content if isinstance(content, str) else read_string(value.get("message"))
            if sender is None:
                sender, text = split_sender_prefix(text)
            if text.lstrip().startswith("<"):
                zone = None if time is None else time.tzinfo
                body = parse_content(Kind.OTHER, text, reading.collector, zone=zone, line=line)
                (kind, text, segments), reply_to = body.body, body.reply_to
        chat.sent_by(sender, own)
        yield Entry(line, time, "second", sender, sender, own, kind, text, segments, None, reply_to, offset)


def _sender(chat: Draft, value: Mapping[str, Any]) -> tuple[str | None, bool | None]:
    sender, receiver = read_string(value.get("fromUser")), read_string(value.get("toUser"))
    said = read_flag(value.get("isSentFromSelf"))
    if not sender or sender.endswith("chatroom"):
        return None, said  # WeChat itself names the room; who wrote stands in the content, if anywhere
    if said is not None or chat.is_group is not False:
        return sender, said
    return sender, False if sender == chat.id else True if receiver == chat.id else None


JSON: Final = Format(
    "jettchent-json",
    "JettChenT wechat-exporter, JSON of WeChatTweak, newest message first",
    ".json",
    keyed(Keys(1.0, "", "fromUser toUser createTime")),
    _entries,
    "JettChenT wechat-exporter",
    credits_notices=True,
)
