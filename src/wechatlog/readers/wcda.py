"""WeChatDataAnalysis: JSON, TXT and XLSX, alone or in the ZIP that the tool packs.

Takes text or a workbook, gives messages. Each conversation has a folder with `messages.json`, `.txt` or
`.xlsx` and a `meta.json`, which says no more than the messages' own header; what else the ZIP holds
(`manifest.json`, `report.json`, `*.wce`) is recognised and refused as no chat, an encrypted `.zip.wec`
likewise.

JSON: an object of `schemaVersion`, `exportedAt`, `account`, `conversation`, `filters` and `messages`, about
sixty keys each. TXT: `会话: 名字 (username)`, `账号:`, `导出时间:`, a blank line, then
`[YYYY-MM-DD HH:MM:SS] 名字(wxid): text`, or `[…] [系统] text`; more lines of a body are not marked. XLSX:
sheet 消息 with seven columns, sheet 会话信息. In privacy mode (`account` is `hidden`) names and ids are
stand-ins: the ids are not taken over.

Source of the format: `chat_export_service.py` of 2025-12 to 2026-08. Faults of the writer: the finished
JSON goes through an HTML minifier, which eats comments and blanks between `>` and `<` inside texts; TXT glues extras to
the text, writes milliseconds of a voice as 秒, and loses what was quoted.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import parse_markup, parse_record
from wechatlog.content.dialects.wcda import WCDA
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, parse_call, quote_segments, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_local_type, kind_of_name
from wechatlog.engine import (
    NOTICES,
    Entry,
    Evidence,
    Fields,
    Format,
    Head,
    Reading,
    Refusal,
    Table,
    iter_objects,
    one_segment,
)
from wechatlog.engine.excel import read_server_id
from wechatlog.engine.json_values import read_flag, read_identifier, read_integer, read_object, read_string
from wechatlog.engine.records import count_headers, read_records
from wechatlog.engine.workbooks import cell_text, peek_sheets
from wechatlog.model import MessageKind, Participant
from wechatlog.segments import Forward, Segment
from wechatlog.tokenizer import Grammar

Kind = MessageKind
Segments: TypeAlias = "tuple[Segment, ...] | None"

_HIDDEN: Final = "hidden"


def _is_own(account: str | None, owner: str | None) -> bool | None:
    """Whether an account is the owner's. Folders of WeChat 4 add a few digits to the id: `wxid_demo_1a2b`."""
    if account is None or owner is None:
        return None
    return account == owner or re.fullmatch(re.escape(account) + r"_[0-9a-f]{4}", owner) is not None


_UNKNOWN: Final = "[消息]"
"""What the exporter writes for a message that it does not know."""
_SAYINGS: Final = {"撤回了一条消息": Kind.RECALL, "[拍一拍]": Kind.PAT}


def _notice_kind(text: str) -> MessageKind:
    return read_notice(text) or _SAYINGS.get(text.strip(), Kind.SYSTEM)


def _room_notice(text: str) -> MessageKind | None:
    """What the group itself says: a notice that the exporter may not know; `None` for other words."""
    return Kind.SYSTEM if text == _UNKNOWN else read_notice(text)


_SIDECARS: Final = (
    ({"missingMedia"}, "the report of an export"),
    ({"schemaVersion", "exportId"}, "the manifest of an export"),
    ({"schemaVersion", "messageCount", "displayName"}, "the facts of a conversation, which its messages say as well"),
)
"""The keys of JSON files beside the messages, and what these are."""


def _refuse(head: Head) -> Refusal | None:
    if head.suffix == ".wec":
        return Refusal("the export is encrypted; unpack it in WeChatDataAnalysis with its password first")
    if head.suffix == ".wce" or (head.name or "").endswith(".wce.sig"):
        return Refusal("the integrity record of an export of WeChatDataAnalysis, no messages")
    keys = read_object(head.json if "json" in head.containers else None).keys()
    what = next((what for known, what in _SIDECARS if known <= keys and "messages" not in keys), None)
    return None if what is None else Refusal(f"{what} (WeChatDataAnalysis), no messages", 0.95)


_PAGE: Final = "title=title url=url thumb=thumbUrl|coverUrl"
_FIELDS: Final = Fields(
    {
        Kind.IMAGE: "url=imageUrl",
        Kind.VIDEO: "url=videoUrl",
        Kind.VOICE: "transcript=voiceTranscript",
        Kind.STICKER: "md5=emojiMd5 url=emojiUrl",
        Kind.FILE: "name=title size=fileSize md5=fileMd5",
        Kind.LOCATION: "latitude=locationLat longitude=locationLng label=locationLabel poi=locationPoiname",
        Kind.TRANSFER: "amount=amount state=paySubType",
        Kind.RED_PACKET: "title=content",
        Kind.MINI_PROGRAM: f"{_PAGE} name=from",
        **dict.fromkeys((Kind.LINK, Kind.MUSIC, Kind.CHANNEL), _PAGE),
    }
)
_STORED: Final = {
    Kind.IMAGE: "image",
    Kind.VIDEO: "video",
    Kind.VOICE: "voice",
    Kind.STICKER: "emoji",
    Kind.FILE: "file",
}
"""What `offlineMedia` calls the file that was exported along."""
_CALLS: Final = {"audio": "voice", "voice": "voice", "video": "video"}


def _stored(value: Mapping[str, Any], kind: MessageKind) -> dict[str, Any]:
    """What stands elsewhere than in a key of its own."""
    found: dict[str, Any] = {}
    media = value.get("offlineMedia")
    for item in media if isinstance(media, list) and kind in _STORED else ():
        if read_string(read_object(item).get("kind")) == _STORED[kind]:
            found["path"] = read_string(item.get("path"))
    if kind is Kind.VOICE:
        with contextlib.suppress(ValueError):
            found["seconds"] = float(read_string(value.get("voiceLength"))) / 1000 or None
    if kind is Kind.TRANSFER:  # the sender's remark; without one the tool repeats the state
        content = read_string(value.get("content"))
        found["note"] = "" if content in (read_string(value.get("transferStatus")), "转账", "[转账]") else content
    return found


def _describe(reading: Reading, *, known: set[str]) -> None:
    chat, said = reading.chat, reading.said
    account = said.get("account")
    if account and "account" not in known:
        chat.owner = None if account == _HIDDEN else read_string(account)
        chat.metadata["privacy"] = account == _HIDDEN
    about = said.get("conversation")
    if isinstance(about, dict) and "conversation" not in known:
        chat.title, chat.id = read_string(about.get("displayName")) or None, read_string(about.get("username")) or None
        chat.is_group = about["isGroup"] if isinstance(about.get("isGroup"), bool) else None
        if chat.id is not None and chat.is_group is False:
            chat.members = [Participant(chat.title, chat.id, None if chat.owner is None else False)]
    for key, name in (("schemaVersion", "version"), ("exportedAt", "exportedAt"), ("filters", "filters")):
        if key in said:
            chat.metadata[name] = said[key]
    known |= said.keys()


def _objects(reading: Reading) -> Iterator[Entry]:
    known: set[str] = set()
    for _, value, line, offset in iter_objects(reading, needed=lambda _: ("account",)):
        _describe(reading, known=known)
        text = read_string(value.get("content"))
        if "><" in text:  # the minifier leaves no trace but this: markup without a blank between
            what = "the exporter's minifier went over the texts: comments and blanks between > and < may be lost"
            reading.tell("writer-fault", what, once=True)
        time = reading.unix_time(value.get("createTime"), line=line)
        kind = _kind(reading, value, text, line)
        own = None if kind in NOTICES else read_flag(value.get("isSent"))
        account = read_string(value.get("senderUsername")) or None
        account = None if reading.said.get("account") == _HIDDEN else account
        sender = read_string(value.get("senderDisplayName")) or account
        reading.keep_avatar(reading.chat, account or sender, value.get("senderAvatarPath"))
        id_ = read_identifier(reading, value.get("serverId"), line)
        reply_to = read_identifier(reading, value.get("quoteServerId"), line)
        segments = _segments(reading, kind, text, value, time, line)
        if kind is not Kind.TEXT and (built := parse_markup(text, reading.collector, zone=reading.zone, line=line)):
            kind, text, segments = built.body
        yield Entry(line, time, "second", sender, account, own, kind, text, segments, id_, reply_to, offset)
    _describe(reading, known=known)


def _kind(reading: Reading, value: Mapping[str, Any], text: str, line: int) -> MessageKind:
    """`renderType` knows notices; the type number knows everything else better, name cards above all."""
    render, number = read_string(value.get("renderType")), read_integer(value.get("type"))
    exact = Kind.OTHER if number is None else kind_of_local_type(number)
    if render == "system":
        return Kind.PAT if exact is Kind.PAT else _notice_kind(text)
    if exact is not Kind.OTHER:
        return _notice_kind(text) if exact in NOTICES else exact
    named = kind_of_name(render)
    if named is None:
        reading.tell("unknown-kind", f"unknown type {value.get('type')!r}, {render[:40]!r}", line)
    return Kind.OTHER if named is None or (named is Kind.TEXT and text == _UNKNOWN) else named


def _segments(
    reading: Reading, kind: MessageKind, text: str, value: Mapping[str, Any], time: dt.datetime | None, line: int
) -> Segments:
    if kind is Kind.QUOTE:
        quoted, sender = read_string(value.get("quoteContent")), read_string(value.get("quoteTitle"))
        return quote_segments(text, sender, quoted) if quoted or sender else None
    if kind in PLAIN_KINDS:
        return None
    if kind is Kind.CALL:
        return (parse_call(text, _CALLS.get(read_string(value.get("voipType")))),)
    if kind in (Kind.FORWARD, Kind.NOTE):
        record, zone = read_string(value.get("recordItem")), None if time is None else time.tzinfo
        found = parse_record(record, reading.collector, zone=zone, line=line) if record else None
        title = read_string(value.get("title")) or (found.title if found else None)
        return (Forward(title or None, found.messages if found else (), raw=text),)
    return _FIELDS.segments(kind, text, value, **_stored(value, kind))


def _is_json(head: Head) -> Evidence | Refusal | None:
    refusal = _refuse(head)
    if refusal is not None:
        return refusal
    value = read_object(head.json if "json" in head.containers else None)
    conversation = value.get("conversation")
    if not isinstance(conversation, dict) or "schemaVersion" not in value:
        return None
    if "filters" in value:
        return Evidence(1.0, "keys schemaVersion, conversation and filters")
    known = "messages" in value and "displayName" in conversation
    return Evidence(0.9, "keys schemaVersion, conversation and messages") if known else None


_STAMP: Final = r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\] "
_HEADER: Final = _STAMP + r"(?P<rest>[^\n]*)"
_LIKE_HEADER: Final = re.compile(r"\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\] ")
_ACCOUNT: Final = r"[A-Za-z0-9_@.\-]{1,80}"
_WITH_ACCOUNT: Final = re.compile(rf"\((?P<id>{_ACCOUNT})\)(?: \[avatar=(?P<avatar>[^\]\n]*+)\])?:(?=[ \r]|\Z)")
_REAL_ACCOUNT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{5,}|[^@]+@[^@]+")
_BARE: Final = re.compile(rf"(?P<name>未知|{_ACCOUNT})(?: \[avatar=(?P<avatar>[^\]\n]*+)\])?:(?=[ \r]|\Z)")
_FACTS: Final[Mapping[str, str]] = {
    "会话": "conversation",
    "账号": "account",
    "会话头像": "avatar",
    "时间范围": "range",
    "消息类型": "types",
    "导出时间": "exportedAt",
}
_FACT: Final = re.compile(rf"(?:{'|'.join(_FACTS)}):.*")
_TITLE: Final = re.compile(rf"(?P<title>.*) \((?P<id>{_ACCOUNT})\)")
_MEDIA: Final = re.compile(r"(?P<label>\[[^\]\n]{1,20}\])(?P<paths>(?: \S*/\S+)+)")


class _TextFacts:
    """What stands above the messages of a TXT export."""

    def __init__(self, lines: list[str]) -> None:
        self.values: dict[str, str] = {}
        for line in filter(str.strip, lines):
            key, colon, value = line.partition(":")
            if not colon or key not in _FACTS:
                break
            self.values[_FACTS[key]] = value.strip(" \r")
        match = _TITLE.fullmatch(self.values.get("conversation", ""))
        self.title = match["title"] if match else self.values.get("conversation") or None
        self.id = match["id"] if match else None
        self.account = self.values.get("account") or None
        self.private = self.account == _HIDDEN
        self.damaged = False

    def mend(self, lines: list[str]) -> None:
        """Take an account that many headers name for one of the head that none does: a character of it is damaged."""
        found = collections.Counter(
            match["id"] for line in lines if _LIKE_HEADER.match(line) and (match := _WITH_ACCOUNT.search(line))
        )
        strangers = [account for account, count in found.items() if count > 1 and account not in self.people]
        unseen = [account for account in self.people if account not in found]
        if len(unseen) == len(strangers) == 1:
            self.damaged = True
            self.id = strangers[0] if self.id == unseen[0] else self.id
            self.account = strangers[0] if self.account == unseen[0] else self.account
        elif self.id in unseen and len(strangers) > 1:  # a group: whoever writes in it is none of two people
            self.damaged, self.id = True, next(filter(is_room, strangers), None)

    @property
    def people(self) -> frozenset[str]:
        """The only accounts that can write in a private chat; nothing where anybody can."""
        if self.id is None or self.account is None or is_room(self.id) or re.search(r"_[0-9a-f]{4}\Z", self.account):
            return frozenset()
        return frozenset((self.id, self.account))


_Sender: TypeAlias = "tuple[str | None, str | None, str | None, int]"
"""Name, account and picture at the front of a header's rest, and where the text begins."""
_SYSTEM_MARK: Final = "[系统]"


def _split_sender(rest: str, people: frozenset[str]) -> _Sender | None:
    """Who sent it: `名字(wxid)`, a bare account, `未知` or the system; `None` where nobody stands there."""
    if rest.startswith(_SYSTEM_MARK) and rest[4:5] in ("", " ", "\r"):
        return None, None, None, len(_SYSTEM_MARK)
    bare = _BARE.match(rest)
    match = _find_account(rest, people)
    if bare is not None:
        name = bare["name"]
        known = name.startswith(("wxid_", "gh_", "未知")) or name in people
        if match is None or (known and len(name) < match.start()):  # `wxid_…: look (here): …`, no name with a colon
            return name, None if name == "未知" else name, bare["avatar"], bare.end()
    return None if match is None else (rest[: match.start()], match["id"], match["avatar"], match.end())


def _find_account(rest: str, people: frozenset[str]) -> re.Match[str] | None:
    """The account in parentheses. A name may hold others, as in `阿美(2): 店(wxid_a)`: a real account comes first."""
    found = None
    for match in _WITH_ACCOUNT.finditer(rest):
        if match["id"] in people if people else _REAL_ACCOUNT.fullmatch(match["id"]):
            return match
        if found is None and not people:
            found = match
    return found


def _grammar(people: frozenset[str]) -> Grammar:
    return Grammar(
        "WeChatDataAnalysis TXT", _HEADER, accept=lambda match: _split_sender(match["rest"], people) is not None
    )


def _records(reading: Reading) -> Iterator[Entry]:
    lines, chat = reading.head.lines, reading.chat
    facts = _TextFacts(lines[:8])
    facts.mend(lines)
    if facts.damaged:
        what = "the head of the file is damaged: an account was told by the messages that name it"
        reading.report("damaged-head", what, line=1)
    chat.title, chat.id, chat.is_group = facts.title, facts.id, is_room(facts.id)
    chat.owner = None if facts.private else facts.account or chat.owner
    chat.metadata["privacy"] = facts.private
    chat.metadata |= {key: facts.values[key] for key in ("exportedAt", "range", "types") if key in facts.values}
    last: dt.datetime | None = None
    for record in read_records(reading.blocks(), _grammar(facts.people)):
        if record.header is None:
            reading.report_preamble(record.rest, known=(_FACT,))
            continue
        rest, body = record.header["rest"].rstrip("\r"), record.body
        sender, account, picture, end = _split_sender(rest, facts.people) or (None, None, None, 0)
        text = rest[end:].removeprefix(" ") + (f"\n{body}" if body else "")
        time, precision = reading.clock(record.header["time"], line=record.line)
        if time is not None and last is not None and time < last:  # the exporter sorts by time
            what = "this header is older than the one before it; a body may hold it"
            reading.report("suspected-forgery", what, line=record.line, column=1)
        for number, line in enumerate(body.split("\n") if "\n[" in f"\n{body}" else (), record.line + 1):
            if _LIKE_HEADER.match(line):  # the exporter writes no header without an account
                what = "a line of a body looks like a header and names nobody of this chat"
                reading.report("suspected-forgery", what, line=number, column=1)
        last = time or last
        if is_room(account) and (kind := _room_notice(text)):
            sender = account = segments = None
        elif sender is None:
            kind, segments = _notice_kind(text), None
        elif built := parse_markup(text, reading.collector, zone=reading.tz, line=record.line):
            kind, text, segments = built.body
        else:
            kind, segments = _placed(reading, text, time)
        own = {"me": True}.get(account or "", False) if facts.private else _is_own(account, facts.account)
        own = None if sender is None else own
        account = None if facts.private else account
        reading.keep_avatar(chat, account or sender, picture)
        yield Entry(record.line, time, precision, sender, account, own, kind, text, segments, offset=record.offset)


def _placed(reading: Reading, text: str, time: dt.datetime | None) -> tuple[MessageKind, Segments]:
    """Kind and segments of a body: a placeholder, perhaps with the exported files behind it, or text."""
    match = _MEDIA.fullmatch(text)
    found = read_placeholder(match["label"] if match else text, WCDA, zone=None if time is None else time.tzinfo)
    if found is None:
        return Kind.TEXT, None
    kind, segments = found
    if kind is Kind.VOICE and "秒]" in text:
        reading.tell("writer-fault", "the exporter wrote the milliseconds of voices as seconds", once=True)
    if match is None or kind not in (*_STORED, Kind.LOCATION, Kind.TRANSFER, Kind.RED_PACKET):
        return kind, segments
    paths = match["paths"].split()  # a video comes after its still
    seconds = {"seconds": getattr(segments[0], "seconds", None)} if kind is Kind.VOICE else {}
    return kind, one_segment(kind, text, path=paths[-1] if kind is Kind.VIDEO else paths[0], **seconds)


def _is_text(head: Head) -> Evidence | None:
    lines = head.lines
    facts = _TextFacts(lines[:8]).values.keys()
    if facts >= {"conversation", "account", "exportedAt"}:
        return Evidence(1.0, "first lines 会话, 账号 and 导出时间")
    if facts >= {"conversation", "account"} and (headers := count_headers(lines[:500], _grammar(frozenset()))):
        return Evidence(0.9, f"first lines 会话 and 账号, {headers} header lines")
    ids = (found["id"] for line in lines[:500] if _LIKE_HEADER.match(line) and (found := _WITH_ACCOUNT.search(line)))
    with_account = sum(kind_of_name(id_) is None for id_ in ids)  # others write a type there
    return Evidence(0.4, f"{with_account} lines [time] name(wxid): text") if with_account else None


_SHEET: Final = "消息"
_INFO_SHEET: Final = "会话信息"
_COLUMNS: Final = {"序号": "number", "时间": "time", "发送者": "sender", "消息类型": "type", "内容": "content"}
_TABLE: Final = Table(_COLUMNS | {"本地 ID": "row", "服务 ID": "id"}, depth=20)


def _rows(reading: Reading) -> Iterator[Entry]:
    facts: dict[str, str] = {}
    for name, rows in peek_sheets(reading.source, 20) or ():
        if name == _INFO_SHEET:
            facts = {cell_text(row[0]): cell_text(row[1]) for row in rows if len(row) > 1}
    chat, private = reading.chat, facts.get("账号") == _HIDDEN
    chat.title, chat.id = facts.get("会话") or None, facts.get("用户名") or None
    chat.is_group = read_flag(facts.get("是否群聊"))
    chat.owner = None if private else facts.get("账号") or chat.owner
    chat.metadata["privacy"] = private
    if "导出时间" in facts:
        chat.metadata["exportedAt"] = facts["导出时间"]
    for row, line in _TABLE.rows(reading):
        time, precision = reading.clock(row.time, line=line)
        named = Kind.SYSTEM if row.type == "system" else kind_of_name(row.type)
        kind = reading.kind_of(named, row.type or "''", row.content, line)
        kind = _notice_kind(row.content) if kind is Kind.SYSTEM else kind
        text, segments = _words(row.content), None
        if kind is not Kind.TEXT and (built := parse_markup(text, reading.collector, zone=reading.tz, line=line)):
            kind, text, segments = built.body
        elif chat.is_group and row.sender == chat.title and (said := _room_notice(text)):
            kind = said
        elif kind is Kind.TEXT and text == _UNKNOWN:
            kind = Kind.OTHER
        else:
            segments = parse_body(kind, text, WCDA, zone=None if time is None else time.tzinfo)
        own = row.sender == "我" if private and kind not in NOTICES else None
        id_ = read_server_id(row.id, reading, line=line) if row.id else None
        yield Entry(line, time, precision, row.sender or None, None, own, kind, text, segments, id_)


def _words(content: str) -> str:
    """The words of a cell: where there are none, the exporter puts the whole message as JSON."""
    if not (content.startswith("{") and '"conversationUsername"' in content):
        return content
    try:
        return read_string(read_object(json.loads(content)).get("content"))
    except (ValueError, RecursionError):
        return content


def _is_workbook(head: Head) -> Evidence | None:
    found = _TABLE.find_sheet(head)
    return Evidence(1.0, f"a sheet {_SHEET} with the columns {_TABLE}") if found and found.sheet == _SHEET else None


_WHO: Final = {"exporter": "WeChatDataAnalysis", "media_base": "../.."}
"""Files of chats are named from the folder of the export on, in which their own files are `conversations/<chat>/…`."""
_OWNER: Final = {"owner": "name or account id of the person whose archive it is, where the file does not say"}
JSON: Final = Format(
    "wcda-json", "WeChatDataAnalysis messages.json, schema version 1", ".json", _is_json, _objects, _WHO, _OWNER
)
TXT: Final = Format(
    "wcda-txt", "WeChatDataAnalysis messages.txt", ".txt", _is_text, _records, _WHO, _OWNER, cuts="tried"
)
XLSX: Final = Format("wcda-xlsx", "WeChatDataAnalysis messages.xlsx", ".xlsx", _is_workbook, _rows, _WHO, _OWNER)
