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

import re
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.appmsg import parse_record
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WCDA, parse_body, parse_call, quote_segments, read_placeholder
from wechatlog.content.vocabulary import (
    PLAIN_KINDS,
    TRANSFER_STATES,
    kind_of_local_type,
    kind_of_name,
    segment_for,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.protocol import Evidence, Head, Refusal, in_batches
from wechatlog.engine.records import count_headers, read_records
from wechatlog.engine.workbooks import cell_text, iter_sheet, peek_sheets
from wechatlog.model import MessageKind, Participant
from wechatlog.segments import Forward
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from wechatlog.engine.json_stream import Item
    from wechatlog.engine.protocol import Batch, Context, Draft
    from wechatlog.engine.records import TextRecord
    from wechatlog.model import Message
    from wechatlog.segments import Segment
    from wechatlog.source import Source

__all__ = ["JSON", "TXT", "XLSX"]

_TOOL: Final = "WeChatDataAnalysis"
_HIDDEN: Final = "hidden"
_GROUP: Final = "@chatroom"
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_OWNER: Final = {"owner": "name or account id of the person whose archive it is, where the file does not say"}


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _is_own(account: str | None, owner: str | None) -> bool | None:
    """Whether an account is the owner's. Folders of WeChat 4 add a few digits to the id: `wxid_demo_1a2b`."""
    if account is None or owner is None:
        return None
    return account == owner or re.fullmatch(re.escape(account) + r"_[0-9a-f]{4}", owner) is not None


def _notice_kind(text: str) -> MessageKind:
    if text.strip() == "撤回了一条消息":
        return MessageKind.RECALL
    return read_notice(text) or (MessageKind.PAT if text == "[拍一拍]" else MessageKind.SYSTEM)


# --- sidecars -------------------------------------------------------------------------------------


def _sidecar(value: Mapping[str, Any]) -> str | None:
    """What a JSON file beside the messages is, or `None` for something else."""
    if "messages" in value or "schemaVersion" not in value:
        return "the report of an export" if "missingMedia" in value and "messages" not in value else None
    if "exportId" in value:
        return "the manifest of an export"
    if "messageCount" in value and "displayName" in value:
        return "the facts of a conversation, which its messages say as well"
    return None


def _refuse(head: Head) -> Refusal | None:
    if head.suffix == ".wec":
        return Refusal("the export is encrypted; unpack it in WeChatDataAnalysis with its password first")
    if head.suffix == ".wce" or (head.name or "").endswith(".wce.sig"):
        return Refusal("the integrity record of an export of WeChatDataAnalysis, no messages")
    value = head.json if "json" in head.containers else None
    what = _sidecar(value) if isinstance(value, dict) else None
    return None if what is None else Refusal(f"{what} (WeChatDataAnalysis), no messages", 0.95)


# --- JSON -----------------------------------------------------------------------------------------


def _media_path(value: Mapping[str, Any], *kinds: str) -> str:
    """The file that was exported along, by kind in order of preference."""
    media = value.get("offlineMedia")
    found = {
        _text(item.get("kind")): _text(item.get("path"))
        for item in (media if isinstance(media, list) else ())
        if isinstance(item, dict)
    }
    return next((found[kind] for kind in kinds if found.get(kind)), "")


def _number(value: object) -> float | None:
    try:
        number = float(_text(value))
    except ValueError:
        return None
    return number if abs(number) < 1e12 else None


def _size(value: Mapping[str, Any]) -> int | None:
    size = _number(value.get("fileSize"))
    return None if size is None else int(size)


def _seconds(value: Mapping[str, Any]) -> float | None:
    length = _number(value.get("voiceLength"))
    return length / 1000 if length else None


def _state(value: Mapping[str, Any]) -> str | None:
    number = _number(value.get("paySubType"))
    return None if number is None else TRANSFER_STATES.get(int(number))


_DATA: Final[Mapping[MessageKind, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    MessageKind.IMAGE: lambda value: {
        "url": _text(value.get("imageUrl")),
        "path": _media_path(value, "image"),
    },
    MessageKind.VIDEO: lambda value: {
        "url": _text(value.get("videoUrl")),
        "path": _media_path(value, "video"),
    },
    MessageKind.VOICE: lambda value: {
        "seconds": _seconds(value),
        "transcript": _text(value.get("voiceTranscript")),
        "path": _media_path(value, "voice"),
    },
    MessageKind.STICKER: lambda value: {
        "md5": _text(value.get("emojiMd5")),
        "url": _text(value.get("emojiUrl")),
        "path": _media_path(value, "emoji"),
    },
    MessageKind.FILE: lambda value: {
        "name": _text(value.get("title")),
        "size": _size(value),
        "md5": _text(value.get("fileMd5")),
        "path": _media_path(value, "file"),
    },
    MessageKind.LOCATION: lambda value: {
        "latitude": _number(value.get("locationLat")),
        "longitude": _number(value.get("locationLng")),
        "label": _text(value.get("locationLabel")),
        "poi": _text(value.get("locationPoiname")),
    },
    MessageKind.TRANSFER: lambda value: {
        "amount": _text(value.get("amount")),
        "note": _note(value),
        "state": _state(value),
    },
    MessageKind.RED_PACKET: lambda value: {"title": _text(value.get("content"))},
    MessageKind.MINI_PROGRAM: lambda value: {
        "title": _text(value.get("title")),
        "url": _text(value.get("url")),
        "name": _text(value.get("from")),
    },
    **dict.fromkeys(
        (MessageKind.LINK, MessageKind.MUSIC, MessageKind.CHANNEL),
        lambda value: {"title": _text(value.get("title")), "url": _text(value.get("url"))},
    ),
}


def _note(value: Mapping[str, Any]) -> str:
    """The sender's remark; without one the tool repeats the state."""
    content = _text(value.get("content"))
    return "" if content in (_text(value.get("transferStatus")), "转账", "[转账]") else content


class _JsonMessages:
    """One pass over a JSON export."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self._context = context
        self._draft = draft
        self._private = False
        self._minified = False

    def messages(self) -> Iterator[Message]:
        for item in iter_json(self._context.blocks(), self._context.collector):
            if item.key != "messages":
                self._learn(item.key, item.value)
            elif isinstance(item.value, dict):
                yield self._message(item.value, item)
            else:
                self._context.report(
                    "broken-json",
                    "a message that is no JSON object",
                    severity=Severity.ERROR,
                    line=item.line,
                    column=1,
                )

    def _learn(self, key: str, value: Any) -> None:
        draft = self._draft
        if key == "account" and value:
            self._private = value == _HIDDEN
            draft.owner = None if self._private else _text(value)
            draft.metadata["privacy"] = self._private
        elif key == "conversation" and isinstance(value, dict):
            draft.title = _text(value.get("displayName")) or None
            draft.id = _text(value.get("username")) or None
            draft.is_group = value["isGroup"] if isinstance(value.get("isGroup"), bool) else None
            if draft.id is not None and draft.is_group is False:
                draft.members = [Participant(draft.title, draft.id, None if draft.owner is None else False)]
        elif key in ("schemaVersion", "exportedAt", "filters"):
            draft.metadata["version" if key == "schemaVersion" else key] = value

    def _message(self, value: dict[str, Any], item: Item) -> Message:
        context = self._context
        text = _text(value.get("content"))
        time = context.unix_time(value.get("createTime"), line=item.line)
        kind = self._kind(value, text, item.line)
        is_notice = kind in _NOTICES
        self._look_for_minifier(text)
        is_sent = value.get("isSent")
        sender_id = None if self._private else _text(value.get("senderUsername")) or None
        return context.message(
            self._draft,
            time=time,
            sender=None if is_notice else _text(value.get("senderDisplayName")) or sender_id,
            sender_id=None if is_notice else sender_id,
            is_self=is_sent if isinstance(is_sent, bool) and not is_notice else None,
            kind=kind,
            text=text,
            id=self._identifier(value.get("serverId"), item.line),
            reply_to=self._identifier(value.get("quoteServerId"), item.line),
            segments=self._segments(kind, text, value, time, item.line),
            line=item.line,
            offset=item.offset,
        )

    def _kind(self, value: Mapping[str, Any], text: str, line: int) -> MessageKind:
        """`renderType` knows notices; the type number knows everything else better, name cards above all."""
        render, number = _text(value.get("renderType")), value.get("type")
        if render == "system":
            kind = kind_of_local_type(number) if isinstance(number, int) else MessageKind.SYSTEM
            return MessageKind.PAT if kind is MessageKind.PAT else _notice_kind(text)
        exact = kind_of_local_type(number) if isinstance(number, int) else MessageKind.OTHER
        if exact is not MessageKind.OTHER:
            return _notice_kind(text) if exact in _NOTICES else exact
        named = kind_of_name(render)
        if named is None:
            message = f"unknown type {number!r}, {render[:40]!r}"
            self._context.report("unknown-kind", message, severity=Severity.INFO, line=line)
        return named or MessageKind.OTHER

    def _segments(
        self, kind: MessageKind, text: str, value: Mapping[str, Any], time: dt.datetime | None, line: int
    ) -> tuple[Segment, ...] | None:
        if kind is MessageKind.QUOTE:
            quoted, sender = _text(value.get("quoteContent")), _text(value.get("quoteTitle"))
            return quote_segments(text, sender, quoted) if quoted or sender else None
        if kind in PLAIN_KINDS:
            return None
        if kind is MessageKind.CALL:
            voip = {"audio": "voice", "voice": "voice", "video": "video"}.get(_text(value.get("voipType")))
            return (parse_call(text, voip),)
        if kind in (MessageKind.FORWARD, MessageKind.NOTE):
            record = _text(value.get("recordItem"))
            zone = None if time is None else time.tzinfo
            found = parse_record(record, self._context.collector, zone=zone, line=line) if record else None
            title = _text(value.get("title")) or (found.title if found else None)
            return (Forward(title or None, found.messages if found else (), raw=text),)
        data = _DATA[kind](value) if kind in _DATA else {}
        return (segment_for(kind, text, **data),)

    def _identifier(self, value: object, line: int) -> str | None:
        if isinstance(value, float):
            self._context.report("rounded-id", f"the server id {value!r} has lost its last digits", line=line)
            return None
        text = _text(value).strip()
        return text if text.strip("0") and not isinstance(value, bool) else None

    def _look_for_minifier(self, text: str) -> None:
        """The minifier leaves no trace but this: markup without a blank between."""
        if not self._minified and "><" in text:
            self._minified = True
            self._context.report(
                "writer-fault",
                "the exporter's minifier went over the texts: comments and blanks between > and < may be lost",
                severity=Severity.INFO,
            )


class WcdaJson:
    """The reader of `messages.json`."""

    name = "wcda-json"
    description = "WeChatDataAnalysis messages.json, schema version 1"
    suffixes = (".json",)
    options: Mapping[str, str] = _OWNER

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """The keys of the object; also says what the other files of an export are."""
        refusal = _refuse(head)
        if refusal is not None:
            return refusal
        value = head.json if "json" in head.containers else None
        if not isinstance(value, dict) or "schemaVersion" not in value:
            return None
        conversation = value.get("conversation")
        if isinstance(conversation, dict) and "filters" in value:
            return Evidence(1.0, "keys schemaVersion, conversation and filters")
        if isinstance(conversation, dict) and "messages" in value and "displayName" in conversation:
            return Evidence(0.9, "keys schemaVersion, conversation and messages")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one by one."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": _TOOL})
        return in_batches(draft, _JsonMessages(context, draft).messages())


# --- TXT ------------------------------------------------------------------------------------------

_STAMP: Final = r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\] "
_HEADER: Final = _STAMP + r"(?P<rest>[^\n]*)"
_LIKE_HEADER: Final = re.compile(r"\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\] ")
_ACCOUNT: Final = r"[A-Za-z0-9_@.\-]{1,80}"
_WITH_ACCOUNT: Final = re.compile(rf"\((?P<id>{_ACCOUNT})\)(?: \[avatar=(?P<avatar>[^\]\n]*+)\])?:(?=[ \r]|\Z)")
_REAL_ACCOUNT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{5,}|[^@]+@[^@]+")
_BARE: Final = re.compile(rf"(?P<name>未知|{_ACCOUNT})(?: \[avatar=[^\]\n]*+\])?:(?=[ \r]|\Z)")
_FACTS: Final[Mapping[str, str]] = {
    "会话": "conversation",
    "账号": "account",
    "会话头像": "avatar",
    "时间范围": "range",
    "消息类型": "types",
    "导出时间": "exportedAt",
}
_TITLE: Final = re.compile(rf"(?P<title>.*) \((?P<id>{_ACCOUNT})\)")
_MEDIA: Final = re.compile(r"(?P<label>\[[^\]\n]{1,20}\])(?P<paths>(?: \S*/\S+)+)")


class _TextFacts:
    """What stands above the messages of a TXT export."""

    def __init__(self, lines: list[str]) -> None:
        self.values: dict[str, str] = {}
        for line in lines:
            key, colon, value = line.partition(":")
            if not colon or key not in _FACTS:
                break
            self.values[_FACTS[key]] = value.strip(" \r")
        match = _TITLE.fullmatch(self.values.get("conversation", ""))
        self.title = match["title"] if match else self.values.get("conversation") or None
        self.id = match["id"] if match else None
        self.account = self.values.get("account") or None
        self.private = self.account == _HIDDEN

    def is_known(self) -> bool:
        return "conversation" in self.values and "account" in self.values

    @property
    def people(self) -> frozenset[str]:
        """The only accounts that can write in a private chat; nothing where anybody can."""
        if self.id is None or self.account is None or self.id.endswith(_GROUP) or not _is_plain_account(self):
            return frozenset()
        return frozenset((self.id, self.account))


def _is_plain_account(facts: _TextFacts) -> bool:
    return re.search(r"_[0-9a-f]{4}\Z", facts.account or "") is None


class _Sender:
    """Name and account at the front of a header's rest, and where the text begins."""

    def __init__(self, name: str | None, account: str | None, end: int) -> None:
        self.name, self.account, self.end = name, account, end


_SYSTEM_MARK: Final = "[系统]"


def _split_sender(rest: str, people: frozenset[str]) -> _Sender | None:
    """Who sent it: `名字(wxid)`, a bare account, `未知` or the system; `None` where nobody stands there."""
    if rest.startswith(_SYSTEM_MARK) and rest[4:5] in ("", " ", "\r"):
        return _Sender(None, None, len(_SYSTEM_MARK))
    bare = _BARE.match(rest)
    match = _find_account(rest, people)
    if bare is not None and (match is None or _is_account(bare["name"], match.start(), people)):
        name = bare["name"]
        return _Sender(name, None if name == "未知" else name, bare.end())
    return None if match is None else _Sender(rest[: match.start()], match["id"], match.end())


def _find_account(rest: str, people: frozenset[str]) -> re.Match[str] | None:
    """The account in parentheses. A name may hold others, as in `阿美(2): 店(wxid_a)`: a real account comes first."""
    found = None
    for match in _WITH_ACCOUNT.finditer(rest):
        if match["id"] in people if people else _REAL_ACCOUNT.fullmatch(match["id"]):
            return match
        if found is None and not people:
            found = match
    return found


def _is_account(name: str, other: int, people: frozenset[str]) -> bool:
    """Whether `wxid_…: look (here): …` has its sender in front, and not a name with a colon in it."""
    return len(name) < other and (name.startswith(("wxid_", "gh_", "未知")) or name in people)


def _grammar(people: frozenset[str]) -> Grammar:
    return Grammar(
        name="WeChatDataAnalysis TXT",
        header=_HEADER,
        accept=lambda match: _split_sender(match["rest"], people) is not None,
    )


class _TextMessages:
    """One pass over a TXT export."""

    def __init__(self, context: Context, draft: Draft, facts: _TextFacts) -> None:
        self._context = context
        self._draft = draft
        self._facts = facts
        self._last: dt.datetime | None = None
        self._faults: set[str] = set()

    def messages(self) -> Iterator[Message]:
        for record in read_records(self._context.blocks(), _grammar(self._facts.people)):
            if record.header is not None:
                yield self._message(record, record.header)
            else:
                self._check_preamble(record.body)

    def _check_preamble(self, body: str) -> None:
        for number, line in enumerate(body.split("\n"), 1):
            if line.strip() and line.partition(":")[0] not in _FACTS:
                self._context.report(
                    "text-before-first-message",
                    "text before the first message belongs to no message",
                    line=number,
                    column=1,
                    excerpt=line[:200],
                )
                return

    def _message(self, record: TextRecord, header: re.Match[str]) -> Message:
        context = self._context
        rest = header["rest"].rstrip("\r")
        sender = _split_sender(rest, self._facts.people) or _Sender(None, None, 0)
        text = rest[sender.end :].removeprefix(" ") + self._more(record)
        time, precision = context.clock(header["time"], line=record.line)
        self._check_forgery(time, record)
        is_notice = sender.name is None
        kind, segments = (_notice_kind(text), None) if is_notice else self._body(text, time)
        account = None if self._facts.private else sender.account
        return context.message(
            self._draft,
            time=time,
            precision=precision,
            sender=sender.name,
            sender_id=account,
            is_self=None if is_notice else self._is_self(sender),
            kind=kind,
            text=text,
            segments=segments,
            line=record.line,
            offset=record.offset,
        )

    def _is_self(self, sender: _Sender) -> bool | None:
        if self._facts.private:
            return {"me": True}.get(sender.account or "", False)
        return _is_own(sender.account, self._facts.account)

    def _more(self, record: TextRecord) -> str:
        return f"\n{record.body}" if record.body else ""

    def _check_forgery(self, time: dt.datetime | None, record: TextRecord) -> None:
        """The exporter sorts by time, and writes no header without an account."""
        if time is not None:
            if self._last is not None and time < self._last:
                self._suspect("this header is older than the one before it; a body may hold it", record.line)
            self._last = time
        if "\n[" not in f"\n{record.body}":
            return
        for number, line in enumerate(record.body.split("\n"), record.line + 1):
            if _LIKE_HEADER.match(line):
                self._suspect("a line of a body looks like a header and names nobody of this chat", number)

    def _suspect(self, sentence: str, line: int) -> None:
        self._context.report("suspected-forgery", sentence, line=line, column=1)

    def _body(self, text: str, time: dt.datetime | None) -> tuple[MessageKind, tuple[Segment, ...] | None]:
        zone = None if time is None else time.tzinfo
        match = _MEDIA.fullmatch(text)
        found = read_placeholder(match["label"] if match else text, WCDA, zone=zone)
        if found is None:
            return MessageKind.TEXT, None
        kind, segments = found
        if kind is MessageKind.VOICE and "秒]" in text:
            self._note_fault("voice", "the exporter wrote the milliseconds of voices as seconds")
        if match is not None and kind in _DATA:
            return kind, (_with_path(kind, text, match, segments[0]),)
        return kind, segments

    def _note_fault(self, key: str, sentence: str) -> None:
        if key not in self._faults:
            self._faults.add(key)
            self._context.report("writer-fault", sentence, severity=Severity.INFO)


def _with_path(kind: MessageKind, text: str, match: re.Match[str], segment: Segment) -> Segment:
    """A placeholder with the exported files behind it; a video comes after its still."""
    paths = match["paths"].split()
    data: dict[str, Any] = {"path": paths[-1] if kind is MessageKind.VIDEO else paths[0]}
    if kind is MessageKind.VOICE:
        data["seconds"] = getattr(segment, "seconds", None)
    return segment_for(kind, text, **data)


class WcdaTxt:
    """The reader of `messages.txt`."""

    name = "wcda-txt"
    description = "WeChatDataAnalysis messages.txt"
    suffixes = (".txt",)
    options: Mapping[str, str] = _OWNER

    def detect(self, head: Head) -> Evidence | None:
        """The first lines are decisive."""
        lines = head.lines
        facts = _TextFacts(lines[:8])
        if facts.is_known() and "exportedAt" in facts.values:
            return Evidence(1.0, "first lines 会话, 账号 and 导出时间")
        headers = count_headers(lines[:500], _grammar(frozenset()))
        if facts.is_known() and headers:
            return Evidence(0.9, f"first lines 会话 and 账号, {headers} header lines")
        with_account = sum(bool(_LIKE_HEADER.match(line) and _WITH_ACCOUNT.search(line)) for line in lines[:500])
        return Evidence(0.4, f"{with_account} lines [time] name(wxid): text") if with_account else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        facts = _TextFacts(Head.of(source, context.encoding).lines[:8])
        metadata = {"exporter": _TOOL, "privacy": facts.private}
        metadata |= {key: facts.values[key] for key in ("exportedAt", "range", "types") if key in facts.values}
        draft = context.draft(
            title=facts.title,
            id=facts.id,
            is_group=None if facts.id is None else facts.id.endswith(_GROUP),
            owner=None if facts.private else facts.account,
            metadata=metadata,
        )
        return in_batches(draft, _TextMessages(context, draft, facts).messages())


# --- XLSX -----------------------------------------------------------------------------------------

_SHEET: Final = "消息"
_INFO_SHEET: Final = "会话信息"
_COLUMNS: Final = ("序号", "时间", "发送者", "消息类型", "内容", "本地 ID", "服务 ID")


def _is_header(row: list[object]) -> bool:
    return tuple(cell_text(cell).strip() for cell in row[: len(_COLUMNS)]) == _COLUMNS


class _SheetMessages:
    """One pass over the sheet of messages."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self._context = context
        self._draft = draft

    def messages(self, source: Source) -> Iterator[Message]:
        began = False
        for number, row in enumerate(iter_sheet(source, _SHEET), 1):
            if not began:
                began = _is_header(row)
            elif any(cell_text(cell).strip() for cell in row):
                yield self._message(row, number)
        if not began:
            self._context.report(
                "no-header", f"the sheet has no row {', '.join(_COLUMNS)}", severity=Severity.ERROR, line=1
            )

    def _message(self, row: list[object], line: int) -> Message:
        context = self._context
        cells = [*row, *[""] * (len(_COLUMNS) - len(row))]
        _, when, name, render, content, _, server = (cell_text(cell) for cell in cells[: len(_COLUMNS)])
        time, precision = context.clock(when, line=line)
        kind = self._kind(render, content, line)
        is_notice = kind in _NOTICES
        zone = None if time is None else time.tzinfo
        return context.message(
            self._draft,
            time=time,
            precision=precision,
            sender=None if is_notice else name or None,
            is_self=name == "我" if self._draft.metadata["privacy"] and not is_notice else None,
            kind=kind,
            text=content,
            id=self._identifier(cells[6], server, line),
            segments=parse_body(kind, content, WCDA, zone=zone),
            line=line,
        )

    def _kind(self, render: str, text: str, line: int) -> MessageKind:
        if render == "system":
            return _notice_kind(text)
        kind = kind_of_name(render)
        if kind is None:
            message = f"unknown type {render[:40]!r}"
            self._context.report("unknown-kind", message, severity=Severity.INFO, line=line)
        if kind is MessageKind.TEXT and text == "[消息]":
            return MessageKind.OTHER
        return kind or MessageKind.OTHER

    def _identifier(self, cell: object, text: str, line: int) -> str | None:
        """An id that Excel keeps as a number has lost its last digits beyond fifteen."""
        text = text.strip()
        if (isinstance(cell, float) and abs(cell) >= 1e15) or re.fullmatch(r"[0-9.]+[eE][+-]?[0-9]+", text):
            self._context.report("rounded-id", f"the server id {text} has lost its last digits", line=line)
            return None
        return text if text.strip("0") else None


class WcdaXlsx:
    """The reader of `messages.xlsx`."""

    name = "wcda-xlsx"
    description = "WeChatDataAnalysis messages.xlsx"
    suffixes = (".xlsx",)
    options: Mapping[str, str] = _OWNER

    def detect(self, head: Head) -> Evidence | None:
        """The header row of the sheet 消息."""
        for name, rows in peek_sheets(head.source) or ():
            if name == _SHEET and any(_is_header(row) for row in rows):
                return Evidence(1.0, f"a sheet {_SHEET} with the columns {', '.join(_COLUMNS)}")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, a row each."""
        facts = _sheet_facts(source)
        private = facts.get("账号") == _HIDDEN
        group = {"true": True, "false": False, "是": True, "否": False}.get(facts.get("是否群聊", "").lower())
        metadata: dict[str, Any] = {"exporter": _TOOL, "privacy": private}
        if "导出时间" in facts:
            metadata["exportedAt"] = facts["导出时间"]
        draft = context.draft(
            title=facts.get("会话") or None,
            id=facts.get("用户名") or None,
            is_group=group,
            owner=None if private else facts.get("账号") or None,
            metadata=metadata,
        )
        return in_batches(draft, _SheetMessages(context, draft).messages(source))


def _sheet_facts(source: Source) -> dict[str, str]:
    for name, rows in peek_sheets(source, 20) or ():
        if name == _INFO_SHEET:
            return {cell_text(row[0]): cell_text(row[1]) for row in rows if len(row) > 1}
    return {}


JSON: Final = WcdaJson()
TXT: Final = WcdaTxt()
XLSX: Final = WcdaXlsx()
