"""chatlog-keeper's `wechat_messages.json` and `wechat_messages.html`: the messages of all conversations in one file.

The JSON is one array; `is_self` compares the beginning of account ids only. The page has a section for each
conversation, names above what others wrote, and clocks without seconds under headings of days.

Format facts: chatlog-keeper 2026 (`cli.py`, `export.py`, `wechat_db.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from wechatlog.content.dialects.chatlog_keeper import CHATLOG_KEEPER
from wechatlog.content.notices import read_notice
from wechatlog.content.numbered import parse_numbered
from wechatlog.content.placeholders import read_placeholder
from wechatlog.engine import NOTICES, Entry, Format, Reading, iter_objects
from wechatlog.engine.elements import Page, Said, page_format
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.model import MessageKind


def _entries(reading: Reading) -> Iterator[Entry]:
    owners: dict[str, set[str | None]] = {}
    for _, value, line, offset in iter_objects(reading):
        chat_id, name = read_string(value.get("conversation_id")), read_string(value.get("chat_room"))
        chat = reading.chat_of(
            read_string(value.get("thread_id")) or chat_id or name,
            id=chat_id or None,
            title=name or None,
            is_group=read_flag(value.get("is_group_chat")),
            owner=read_string(value.get("account_id")) or None,
        )
        own, account = read_flag(value.get("is_self")), read_string(value.get("sender_wxid")) or None
        known = owners.setdefault(read_string(value.get("account_id")), set())
        if own and account not in known and len(known) < 1000:
            if known:  # two accounts cannot both be the owner's
                sentence = "chatlog-keeper calls a second account the owner's: it compares only how account ids begin"
                reading.report("writer-fault", sentence, line=line)
            known.add(account)
        time = reading.unix_time(value.get("ts"), line=line)
        number, zone = read_integer(value.get("msg_type")), None if time is None else time.tzinfo
        content = read_string(value.get("content"))
        body = parse_numbered(number, content, reading.collector, dialect=CHATLOG_KEEPER, zone=zone, line=line)
        if body.kind is MessageKind.OTHER and body.segments is None:
            reading.tell("unknown-kind", f"unknown message type {str(value.get('msg_type'))[:60]!r}", line)
        own = None if body.kind in NOTICES else own
        sender = read_string(value.get("sender")) or account
        id_ = read_identifier(reading, value.get("server_id"), line)
        yield Entry(line, time, "second", sender, account, own, *body.body, id_, None, offset, chat)


JSON: Final = Format(
    "chatlog-keeper-json",
    "chatlog-keeper 2026, wechat_messages.json with all conversations",
    ".json",
    keyed(Keys(1.0, "", "ts sender_wxid source_offset"), Keys(0.85, "", "ts sender_wxid chat_room")),
    _entries,
    "chatlog-keeper",
)


_PAGE: Final = Page(
    "</header>",
    re.compile(r"<(?:section class='chat'|div class='(?:day|msg (?:self|other))')>"),
    re.compile(
        r"<section class='chat'><h2 class='chat-title'>(?P<title>[^<]*)</h2>"
        r"|<div class='day'><span>(?P<date>[^<]*)</span></div>"
        r"|<div class='msg (?P<side>self|other)'><div class='col'>(?:<div class='name'>(?P<sender>[^<]*)</div>)?"
        r"<div class='bubble'>(?P<text>[^<]*)</div><div class='time'>(?P<time>[0-9:]{0,5})</div></div></div>"
        r"(?:</section>(?:<footer>[^\n]{0,2000}</footer>)?)?"
    ),
    (re.compile(r"<h1>(微信聊天记录留存)</h1>"),),
)
_DAY: Final = re.compile(r"([0-9]{4}) 年 ([0-9]{2}) 月 ([0-9]{2}) 日")


def _shown(reading: Reading, said: Said, line: int, offset: int) -> Entry | None:
    if (title := said["title"]) is not None:
        reading.said["chat"] = reading.chat_of(title, title=title)
        return None
    text, sent, chat = said["text"] or "", said["side"] == "self", reading.said.get("chat", reading.chat)
    kind, segments = read_placeholder(text, CHATLOG_KEEPER) or (MessageKind.TEXT, None)
    if kind is MessageKind.SYSTEM or text.startswith('"'):  # notices are shown as if somebody had said them
        kind = read_notice(text.removeprefix("[系统] ")) or kind
    day = "-".join(match.groups()) if (match := _DAY.match(said["day"] or "")) else ""
    time, precision = reading.clock(f"{day} {said['time']}", line=line) if day and said["time"] else (None, None)
    sender = (reading.owner or "我") if sent else said["sender"] or None
    own = None if kind in NOTICES else sent
    return Entry(line, time, precision, sender, None, own, kind, text, segments, offset=offset, chat=chat)


HTML: Final = page_format(
    "chatlog-keeper-html",
    "chatlog-keeper 2026, wechat_messages.html with all conversations",
    _PAGE,
    _shown,
    "chatlog-keeper",
)
