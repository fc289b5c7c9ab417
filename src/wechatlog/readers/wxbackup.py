"""WX Backup (wxbackup.imxfd.com), the data of its pages: `var data = {"message": […], "member": {…}, "owner": {…}}`.

Takes a script or JSON, gives entries. Messages are what the iPhone's client has, from a backup of iTunes: accounts from
whom and to whom, the number of the type, and the content as it is, but for pictures, voices and videos, of which it is
the path of the file. In a group the account of whoever wrote stands apart. Who owns a private chat, nothing says.

Format facts: the script of the pages (`wechatMessage`, 2018-2023) and an export that BlueMatthew/WechatExporter#203
shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import AppMessage, split_sender_prefix
from wechatlog.content.numbered import parse_numbered
from wechatlog.content.vocabulary import kind_of_type
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading, iter_objects, one_segment
from wechatlog.engine.json_values import first_object, read_identifier, read_integer, read_object, read_string
from wechatlog.engine.scripts import assigned_head
from wechatlog.model import NOTICES, MessageKind

_KNOWN: Final = frozenset(
    "m_nsFromUsr m_nsToUsr m_nsRealChatUsr m_nsContent m_uiMesLocalID m_uiCreateTime m_uiMessageType"
    " m_uiMesSvrID".split()
)
_NEEDED: Final = frozenset({"m_uiCreateTime", "m_uiMessageType", "m_nsContent"})
_FILES: Final = frozenset({MessageKind.IMAGE, MessageKind.VOICE, MessageKind.VIDEO})


def _entries(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    needed = ("member", "owner")
    front = "" if "js" in reading.head.containers else None
    items = iter_objects(reading, "message", needed=lambda _: needed, script=True, front=front, known=_KNOWN)
    for _, row, line, offset in items:
        people = read_object(reading.said.get("member"))
        if name := read_string(read_object(reading.said.get("owner")).get("name")):
            chat.metadata["owner"] = name
        sent, to = read_string(row.get("m_nsFromUsr")), read_string(row.get("m_nsToUsr"))
        own, room = None, sent if is_room(sent) else to if is_room(to) else ""
        if room:  # what others write comes from the room to the owner
            chat.id, chat.title, chat.is_group, own = room, _name(people, room), True, sent != room
        account = read_string(row.get("m_nsRealChatUsr")) or (sent if sent != room else "")
        content = read_string(row.get("m_nsContent"))
        before, rest = split_sender_prefix(content) if room else (None, content)
        if before and before == (account or before):
            account, content = before, rest
        number = read_integer(row.get("m_uiMessageType"))
        kind = MessageKind.OTHER if number is None else kind_of_type(number)
        if kind in _FILES and content and not content.lstrip().startswith("<"):
            found = AppMessage(kind, "", one_segment(kind, "", path=content))
        else:
            found = parse_numbered(number, content, reading.collector, zone=reading.zone, line=line)
        sender = None if found.kind in NOTICES else _name(people, account) or account or None
        id_ = read_identifier(reading, row.get("m_uiMesSvrID"), line)
        time = reading.unix_time(row.get("m_uiCreateTime"), line=line)
        own = chat.sent_by(account, own, found.kind)
        yield Entry(line, time, "second", sender, account or None, own, *found.body, id_, found.reply_to, offset)


def _name(people: Mapping[str, Any], account: str) -> str | None:
    return read_string(read_object(people.get(account)).get("name")) or None


def _detect(head: Head) -> Evidence | None:
    value = read_object((assigned_head(head) or head).json)
    if first_object(value.get("message")).keys() >= _NEEDED:
        return Evidence(1.0, "`message` with m_uiCreateTime, m_uiMessageType and m_nsContent")
    return None


JS: Final = Format(
    "wxbackup-js",
    "WX Backup, data of the pages (iPhone, 2018-2023)",
    ".js .json .txt",
    _detect,
    _entries,
    "WX Backup",
    OWNER_OPTION,
)
