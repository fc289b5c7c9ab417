"""JSON of small tools: wx-cli, wechat-cli, chatlog-keeper and the exporter of JettChenT.

Takes the files, gives messages as they stream by. Each tool is a class; they share nothing but the shape of a reader.

Format facts:

* wx-cli 2026 (`src/cli/export.rs`, `src/daemon/query.rs`): `{chat, chat_type, count, is_group, messages, meta,
  username}`, keys in alphabetical order. In a private chat the *other* person's name is empty and the owner is named;
  in a group everybody is named, the owner too. System notices are cut at 50 characters, recalls at 30.
* wechat-cli (`commands/history.py`, `core/messages.py`): messages are strings `[YYYY-MM-DD HH:MM] name: text`, in an
  object or a bare array; a later form is JSON Lines with `sender_display` and `local_type`.
* chatlog-keeper 2026 (`cli.py`, `export.py`): `wechat_messages.json`, one array of all conversations. `is_self`
  compares the beginning of account ids.
* JettChenT wechat-exporter (`main.py`): the array that WeChatTweak gives for a chat, newest first, in a file
  `<title>-<account id>.json`.
"""

from __future__ import annotations

import itertools
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import parse_app_message, parse_content, split_sender_prefix
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import BRACKETS, WXCLI, parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import (
    PLAIN_KINDS,
    kind_of_local_type,
    kind_of_name,
    kind_of_type,
    segment_for,
)
from wechatlog.diagnostics import Severity
from wechatlog.engine.json_stream import iter_json, iter_json_lines
from wechatlog.engine.json_values import (
    facts_before_messages,
    read_flag,
    read_identifier,
    read_integer,
    read_list,
    read_object,
    read_string,
    report_shape,
)
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Head, in_batches
from wechatlog.model import MessageKind
from wechatlog.readers.support.routing import Desk, route
from wechatlog.segments.types import Quote, Text
from wechatlog.timestamps import parse_clock
from wechatlog.tokenizer import iter_lines, prepare

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.json_stream import Item
    from wechatlog.engine.protocol import Batch, Context, Draft
    from wechatlog.model import Message
    from wechatlog.segments.types import Segment
    from wechatlog.source import Source

__all__ = ["JETTCHENT", "KEEPER", "WECHAT_CLI_JSON", "WECHAT_CLI_JSONL", "WX_CLI"]

Kind = MessageKind

_NOTICES: Final = frozenset({Kind.SYSTEM, Kind.RECALL, Kind.PAT})
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_\-]+|gh_[A-Za-z0-9]+|[0-9]+@(?:chatroom|openim)")


def _first(value: Any) -> Any:
    rows = read_list(value)
    return rows[0] if rows else None


def _report_kind(context: Context, what: Any, line: int) -> None:
    context.report("unknown-kind", f"unknown message type {str(what)[:60]!r}", severity=Severity.INFO, line=line)


class _Body(NamedTuple):
    """What a message holds.

    Attributes:
        kind: of the message.
        text: of it.
        segments: as in `Message`.
    """

    kind: MessageKind
    text: str
    segments: tuple[Segment, ...] | None = None


def _raw_body(context: Context, kind: MessageKind, content: str, line: int, zone: dt.tzinfo | None) -> _Body:
    """The body of content that may be the XML of the database."""
    found = parse_content(kind, content, context.collector, zone=zone, line=line)
    return _Body(found.kind, found.text, found.segments)


# --- wx-cli ---------------------------------------------------------------------------------------

_CUT_NOTICES: Final = (("[系统] ", 50), ("[撤回] ", 30))
_WX_LABEL: Final = re.compile(r"\[(?P<label>[^\[\]\n]{1,12})\]")


def _is_wx_cli(value: Any) -> bool:
    facts = read_object(value)
    row = _first(facts.get("messages"))
    keys = {"local_id", "content", "sender", "type"}
    return {"chat", "is_group"} <= facts.keys() and isinstance(row, dict) and keys <= row.keys()


class _WxCliReader:
    """The reader of wx-cli."""

    name = "wx-cli-json"
    description = "wx-cli 2026, JSON"
    suffixes = (".json",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the object and of its first message."""
        value = head.json
        if _is_wx_cli(value):
            return Evidence(1.0, "chat, is_group and messages with local_id, sender and type")
        if {"chat", "chat_type", "is_group", "messages"} <= read_object(value).keys() and not value["messages"]:
            return Evidence(0.8, "chat, chat_type and is_group, and no messages")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": "wx-cli"})
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        facts: dict[str, Any] = {}
        needed = ("chat", "is_group", "username")
        names_peer = _names_peer(Head.of(context.source, context.encoding).json)
        for item in facts_before_messages(context, facts, (), lambda _: needed):
            _describe_wx_cli(draft, facts)
            yield _wx_cli_message(context, draft, item, names_peer=names_peer)
        _describe_wx_cli(draft, facts)


def _describe_wx_cli(draft: Draft, facts: Mapping[str, Any]) -> None:
    if draft.title is None:
        draft.title = read_string(facts.get("chat")) or None
        draft.id = read_string(facts.get("username")) or None
        draft.is_group = read_flag(facts.get("is_group"))
    if chat_type := read_string(facts.get("chat_type")):
        draft.metadata["chat_type"] = chat_type


def _names_peer(value: Any) -> bool:
    """Whether the file names the other person of a private chat, as early builds did, and leaves out the owner."""
    facts = read_object(value)
    chat = facts.get("chat")
    rows = read_list(facts.get("messages"))
    return bool(chat) and any(read_object(row).get("sender") == chat for row in rows)


class _Sender(NamedTuple):
    """Who sent a message.

    Attributes:
        name: the name shown, or `None`.
        id: the account id, or `None`.
        own: whether it was the owner, or `None`.
    """

    name: str | None = None
    id: str | None = None
    own: bool | None = None


def _wx_cli_sender(draft: Draft, name: str, *, names_peer: bool) -> _Sender:
    account = name if _ACCOUNT.fullmatch(name) else None
    if draft.is_group is not False:
        return _Sender(name or None, account)
    if names_peer:
        return _Sender(name, draft.id, own=False) if name == draft.title else _Sender(name or None, account, own=True)
    return _Sender(name, account, own=True) if name else _Sender(draft.title, draft.id, own=False)


def _wx_cli_message(context: Context, draft: Draft, item: Item, *, names_peer: bool) -> Message:
    value = item.value
    time, precision = None, None
    if value.get("timestamp"):
        time, precision = context.unix_time(value["timestamp"], line=item.line), "second"
    elif clock := parse_clock(read_string(value.get("time"))):
        time, precision = context.zoned(clock.time), clock.precision
    else:
        context.report("bad-time", "the message has no time", severity=Severity.ERROR, line=item.line)
    body = _wx_cli_body(context, value, item.line, None if time is None else time.tzinfo)
    sender = _Sender()
    if body.kind not in _NOTICES:
        sender = _wx_cli_sender(draft, read_string(value.get("sender")), names_peer=names_peer)
    return context.message(
        draft,
        time=time,
        precision=precision,  # type: ignore[arg-type]
        sender=sender.name,
        sender_id=sender.id,
        is_self=sender.own,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=item.line,
        offset=item.offset,
    )


def _wx_cli_kind(type_name: str) -> MessageKind | None:
    number = re.fullmatch(r"type=(-?[0-9]{1,10})", type_name)
    return kind_of_type(int(number[1])) if number else kind_of_name(type_name)


def _wx_cli_body(context: Context, value: Mapping[str, Any], line: int, zone: dt.tzinfo | None) -> _Body:
    text, type_name = read_string(value.get("content")), read_string(value.get("type"))
    kind = _wx_cli_kind(type_name)
    if kind is None:
        _report_kind(context, type_name, line)
        kind = Kind.OTHER
    if kind is Kind.TEXT:
        return _Body(kind, text)
    if kind in _NOTICES:
        return _wx_cli_notice(context, kind, text, line)
    if text.lstrip().startswith("<"):
        return _raw_body(context, kind, text, line, zone)
    if kind is not Kind.OTHER:
        return _Body(kind, text, parse_body(kind, text, WXCLI, zone=zone))
    if found := read_placeholder(text, WXCLI, zone=zone):
        return _Body(found[0], text, found[1])
    label = _WX_LABEL.match(text)
    kind = kind_of_name(label["label"]) or Kind.OTHER if label else Kind.OTHER
    return _Body(kind, text, parse_body(kind, text, WXCLI, zone=zone))


def _wx_cli_notice(context: Context, kind: MessageKind, text: str, line: int) -> _Body:
    sentence = text
    for mark, limit in _CUT_NOTICES:
        if text.startswith(mark):
            sentence = text.removeprefix(mark)
            if len(sentence) == limit:
                words = f"wx-cli cuts these notices at {limit} characters: this one may go on"
                context.report("writer-fault", words, severity=Severity.INFO, line=line)
    found = read_notice(sentence)
    return _Body(found if found and kind is Kind.SYSTEM else kind, text)


# --- wechat-cli, display strings ------------------------------------------------------------------

_ENTRY: Final = re.compile(
    r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)\] (?P<rest>(?s:.*))"
)
_NOBODY: Final = re.compile(r"\[(?:系统|撤回)\](?: |\Z)")
_NAME: Final = re.compile(r"(?P<name>[^\n]{1,100}?): (?P<text>(?s:.*))")
_REPLY: Final = re.compile(
    r"(?P<reply>(?:(?!\n  ↳ 回复).)*+)(?P<quote>\n  ↳ 回复(?: (?P<sender>[^:\n]{0,100}))?: (?P<text>.*))", re.DOTALL
)
_PAGE: Final = re.compile(r" (?P<title>[^\n]*)(?:\n  (?P<url>\S+))?")
_FILE: Final = re.compile(r" (?P<name>[^\n]*)(?:\n  (?P<path>[^\n]+))?")
# What may follow a label of a kind that holds no text.
_BARE: Final = re.compile(r"(?: \(local_id=[0-9]+\)| <(?s:.*)| (?:/|[A-Za-z]:\\)[^\n]*)?")
_LABELS: Final[Mapping[str, MessageKind]] = MappingProxyType(
    {
        "图片": Kind.IMAGE,
        "语音": Kind.VOICE,
        "名片": Kind.CARD,
        "视频": Kind.VIDEO,
        "表情": Kind.STICKER,
        "位置": Kind.LOCATION,
        "通话": Kind.CALL,
        "文件": Kind.FILE,
        "链接": Kind.LINK,
        "小程序": Kind.MINI_PROGRAM,
        "链接/文件": Kind.OTHER,
        "系统": Kind.SYSTEM,
        "撤回": Kind.RECALL,
    }
)
_TITLED: Final = MappingProxyType({Kind.FILE: _FILE, Kind.LINK: _PAGE, Kind.MINI_PROGRAM: _PAGE})


def _is_entry(value: Any) -> bool:
    return isinstance(value, str) and _ENTRY.match(value) is not None


class _WechatCliReader:
    """The reader of wechat-cli's display strings."""

    name = "wechat-cli-json"
    description = "wechat-cli 2026, JSON with display strings"
    suffixes = (".json",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """Strings that begin with a time."""
        value = head.json
        if isinstance(value, dict) and "chat" in value and _is_entry(_first(value.get("messages"))):
            return Evidence(1.0, "an object with chat and messages '[time] name: text'")
        return Evidence(0.9, "an array of '[time] name: text'") if _is_entry(_first(value)) else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        del source  # the context has it
        draft = context.draft(metadata={"exporter": "wechat-cli"})
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        for item in iter_json(context.blocks(), context.collector):
            if item.key in ("messages", ""):
                message = _entry_message(context, draft, item)
                if message is not None:
                    yield message
            elif item.key == "chat":
                draft.title = read_string(item.value) or None
            elif item.key == "username":
                draft.id = read_string(item.value) or None
            elif item.key == "is_group":
                draft.is_group = read_flag(item.value)
            elif item.key == "failures" and item.value:
                failed = f"wechat-cli could not export {len(read_list(item.value))} messages or databases"
                context.report("writer-fault", failed, line=item.line)


def _entry_message(context: Context, draft: Draft, item: Item) -> Message | None:
    match = _ENTRY.fullmatch(item.value) if isinstance(item.value, str) else None
    if match is None:
        if isinstance(item.value, str):
            sentence = f"not '[time] name: text': {item.value[:60]!r}"
            context.report("broken-shape", sentence, severity=Severity.ERROR, line=item.line)
            return context.message(draft, time=None, sender=None, text=item.value, line=item.line)
        report_shape(context, "a message", item)
        return None
    sender, text = _split_entry(draft, match["rest"])
    body = _entry_body(context, text, item.line)
    if body.kind in _NOTICES:
        sender = _Sender()
    time, precision = context.clock(match["time"], line=item.line)
    return context.message(
        draft,
        time=time,
        precision=precision,
        sender=sender.name,
        sender_id=sender.id,
        is_self=sender.own,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=item.line,
        offset=item.offset,
    )


def _split_entry(draft: Draft, rest: str) -> tuple[_Sender, str]:
    """Name and text; the name of the chat is looked for first, since names may hold colons."""
    private = draft.is_group is False
    if private and draft.title and rest.startswith(f"{draft.title}: "):
        return _Sender(draft.title, draft.id, own=False), rest[len(draft.title) + 2 :]
    match = None if _NOBODY.match(rest) else _NAME.fullmatch(rest)
    if match is None:
        return _Sender(), rest
    name = match["name"]
    account = name if _ACCOUNT.fullmatch(name) else None
    # wechat-cli calls the other person of a private chat as it calls the chat: anybody else is the owner.
    return _Sender(name, account, own=True if private and draft.title else None), match["text"]


def _entry_body(context: Context, text: str, line: int) -> _Body:
    if reply := _REPLY.fullmatch(text):
        quote = Quote(reply["sender"] or None, reply["text"], raw=reply["quote"])
        return _Body(Kind.QUOTE, text, (Text(reply["reply"]), quote) if reply["reply"] else (quote,))
    label = _WX_LABEL.match(text)
    kind = _LABELS.get(label["label"]) if label else None
    if label is None or kind is None:
        return _Body(Kind.TEXT, text)
    rest = text[label.end() :]
    if kind in _NOTICES:
        return _Body(read_notice(rest) or kind, text)
    if (shape := _TITLED.get(kind)) and (match := shape.fullmatch(rest)):
        return _Body(kind, text, (segment_for(kind, text, **match.groupdict()),))
    if kind is Kind.CALL and (not rest or rest.startswith(" ")):
        return _Body(kind, text, parse_body(kind, text, BRACKETS))
    if rest and not (kind is Kind.OTHER and rest.startswith(" ")) and not _BARE.fullmatch(rest):
        return _Body(Kind.TEXT, text)
    return _labelled(context, kind, text, rest, line)


def _labelled(context: Context, kind: MessageKind, text: str, rest: str, line: int) -> _Body:
    """A label with nothing behind it, with a row number, or with the XML of the database."""
    if rest.startswith(" <") and (found := parse_app_message(rest[1:], context.collector, line=line)):
        segments = found.segments if found.segments and len(found.segments) == 1 else None
        return _Body(kind, text, segments and (attrs.evolve(segments[0], raw=text),))
    return _Body(kind, text, None if kind in PLAIN_KINDS else (segment_for(kind, text),))


# --- wechat-cli, JSON Lines -----------------------------------------------------------------------


class _WechatCliLinesReader:
    """The reader of wechat-cli's JSON Lines."""

    name = "wechat-cli-jsonl"
    description = "wechat-cli 2026, JSON Lines"
    suffixes = (".jsonl",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the first line."""
        value = head.json
        first = read_object(_first(value) if isinstance(value, list) else value)
        if {"local_type", "sender_display", "create_time"} <= first.keys():
            return Evidence(1.0, "lines with local_type, sender_display and create_time")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one draft for each chat."""
        del source  # the context has it
        desk = Desk(context)
        metadata = {"exporter": "wechat-cli"}
        return route(self._pairs(context, desk, metadata), lambda: desk.first(metadata=metadata))

    def _pairs(self, context: Context, desk: Desk, metadata: dict[str, Any]) -> Iterator[tuple[Draft, Message]]:
        for item in _lines_or_array(context):
            if not isinstance(item.value, dict):
                report_shape(context, "a message", item)
                continue
            value = item.value
            chat = read_string(value.get("chat_username"))
            draft = desk.open(
                chat or read_string(value.get("chat_display")),
                id=chat or None,
                title=read_string(value.get("chat_display")) or None,
                is_group=read_flag(value.get("is_group")),
                metadata=metadata,
            )
            yield draft, _line_message(context, draft, item)


def _lines_or_array(context: Context) -> Iterator[Item]:
    blocks = context.blocks()
    first = next(blocks, "")
    blocks = itertools.chain((first,), blocks)
    if first.lstrip("\ufeff \t\r\n").startswith("["):
        return iter_json(blocks, context.collector, ())
    return iter_json_lines(iter_lines(prepare(blocks).blocks), context.collector)


def _line_message(context: Context, draft: Draft, item: Item) -> Message:
    value = item.value
    text = read_string(value.get("text"))
    local_type = read_integer(value.get("local_type"))
    kind = Kind.OTHER if local_type is None else kind_of_local_type(local_type)
    if kind is Kind.OTHER and (named := kind_of_name(read_string(value.get("msg_type")))):
        kind = named
    body = _line_body(context, kind, text, item.line)
    if body.kind is Kind.OTHER:
        _report_kind(context, value.get("msg_type") or local_type, item.line)
    notice = body.kind in _NOTICES
    own = read_flag(value.get("is_self"))
    sender_id = read_string(value.get("sender_id")) or None
    if own and sender_id and not notice and draft.owner is None:
        draft.owner = sender_id
    return context.message(
        draft,
        time=context.unix_time(value.get("create_time"), line=item.line),
        sender=None if notice else read_string(value.get("sender_display")) or sender_id,
        sender_id=None if notice else sender_id,
        is_self=None if notice else own,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=item.line,
        offset=item.offset,
    )


def _line_body(context: Context, kind: MessageKind, text: str, line: int) -> _Body:
    if kind is Kind.TEXT:
        return _Body(kind, text)
    if kind in _NOTICES:
        sentence = _NOBODY.sub("", text)
        return _Body(read_notice(sentence) or kind, text)
    found = _entry_body(context, text, line)
    if found.kind is kind or (kind is Kind.OTHER and found.kind is not Kind.TEXT):
        return found
    return _Body(kind, text, parse_body(kind, text, BRACKETS))


# --- chatlog-keeper -------------------------------------------------------------------------------


class _KeeperReader:
    """The reader of chatlog-keeper."""

    name = "chatlog-keeper-json"
    description = "chatlog-keeper 2026, wechat_messages.json with all conversations"
    suffixes = (".json",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the first message."""
        first = read_object(_first(head.json))
        if {"ts", "sender_wxid", "source_offset"} <= first.keys():
            return Evidence(1.0, "an array with ts, sender_wxid and source_offset")
        return (
            Evidence(0.85, "an array with ts, sender_wxid and chat_room")
            if {
                "ts",
                "sender_wxid",
                "chat_room",
            }
            <= first.keys()
            else None
        )

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one draft for each conversation."""
        del source  # the context has it
        desk = Desk(context)
        metadata = {"exporter": "chatlog-keeper"}
        return route(self._pairs(context, desk, metadata), lambda: desk.first(metadata=metadata))

    def _pairs(self, context: Context, desk: Desk, metadata: dict[str, Any]) -> Iterator[tuple[Draft, Message]]:
        own_ids: set[str] = set()
        for item in iter_json(context.blocks(), context.collector, ()):
            if not isinstance(item.value, dict):
                report_shape(context, "a message", item)
                continue
            value = item.value
            chat = read_string(value.get("conversation_id"))
            name = read_string(value.get("chat_room"))
            draft = desk.open(
                read_string(value.get("thread_id")) or chat or name,
                id=chat or None,
                title=name or None,
                is_group=read_flag(value.get("is_group_chat")),
                owner=read_string(value.get("account_id")) or None,
                metadata=metadata,
            )
            _check_own(context, own_ids, value, item.line)
            yield draft, _keeper_message(context, draft, item)


def _check_own(context: Context, own_ids: set[str], value: Mapping[str, Any], line: int) -> None:
    """Two accounts cannot both be the owner's: the writer compared no more than the beginning of their ids."""
    if not read_flag(value.get("is_self")):
        return
    own_id = f"{read_string(value.get('account_id'))}\0{read_string(value.get('sender_wxid'))}"
    account = own_id.partition("\0")[0]
    if own_id not in own_ids and len(own_ids) < 1000:
        if any(known.partition("\0")[0] == account for known in own_ids):
            sentence = "chatlog-keeper calls a second account the owner's: it compares only how account ids begin"
            context.report("writer-fault", sentence, line=line)
        own_ids.add(own_id)


def _keeper_message(context: Context, draft: Draft, item: Item) -> Message:
    value = item.value
    time = context.unix_time(value.get("ts"), line=item.line)
    body = _keeper_body(context, value, item.line, None if time is None else time.tzinfo)
    notice = body.kind in _NOTICES
    sender_id = read_string(value.get("sender_wxid")) or None
    return context.message(
        draft,
        time=time,
        sender=None if notice else read_string(value.get("sender")) or sender_id,
        sender_id=None if notice else sender_id,
        is_self=None if notice else read_flag(value.get("is_self")),
        kind=body.kind,
        text=body.text,
        id=read_identifier(context, value.get("server_id"), item.line),
        segments=body.segments,
        line=item.line,
        offset=item.offset,
    )


def _keeper_body(context: Context, value: Mapping[str, Any], line: int, zone: dt.tzinfo | None) -> _Body:
    content = read_string(value.get("content"))
    number = read_integer(value.get("msg_type"))
    kind = Kind.OTHER if number is None else kind_of_local_type(number)
    if kind is Kind.TEXT:
        return _Body(kind, content)
    if kind in _NOTICES or content.lstrip().startswith("<"):
        body = _raw_body(context, kind, content, line, zone)
        return body if body.kind is not Kind.SYSTEM else _Body(read_notice(body.text) or body.kind, body.text)
    if kind is Kind.OTHER:
        found = read_placeholder(content, BRACKETS, zone=zone)
        if found is not None:
            return _Body(found[0], content, found[1])
        _report_kind(context, value.get("msg_type"), line)
    return _Body(kind, content, parse_body(kind, content, BRACKETS, zone=zone))


# --- JettChenT ------------------------------------------------------------------------------------

_JETT_NAME: Final = re.compile(r"(?P<title>.*)-(?P<id>wxid_.+|gh_.+|[0-9]+@chatroom|[^\-]+)\.json", re.IGNORECASE)


class _JettchentReader:
    """The reader of JettChenT's exporter."""

    name = "jettchent-json"
    description = "JettChenT wechat-exporter, JSON of WeChatTweak, newest message first"
    suffixes = (".json",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the first message."""
        first = read_object(_first(head.json))
        if {"fromUser", "toUser", "createTime"} <= first.keys():
            return Evidence(1.0, "an array with fromUser, toUser and createTime")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages in the order of the file, which a remark tells where it is newest first."""
        name = _JETT_NAME.fullmatch(source.name or "")
        chat = name["id"] if name else ""
        draft = context.draft(
            id=chat or None,
            title=name["title"] or None if name else None,
            is_group=is_room(chat),
            metadata={"exporter": "JettChenT wechat-exporter"},
        )
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        last: dt.datetime | None = None
        told = False
        for item in iter_json(context.blocks(), context.collector, ()):
            if not isinstance(item.value, dict):
                report_shape(context, "a message", item)
                continue
            message = _jettchent_message(context, draft, item)
            if not told and last is not None and message.time is not None and message.time < last:
                told = True
                sentence = "the messages stand newest first, as the tool writes them; Conversation.sorted() turns them"
                context.report("newest-first", sentence, severity=Severity.INFO, line=item.line)
            last = message.time or last
            yield message


def _jettchent_sender(draft: Draft, value: Mapping[str, Any]) -> _Sender:
    sender, receiver = read_string(value.get("fromUser")), read_string(value.get("toUser"))
    if not sender or sender.endswith("chatroom"):
        return _Sender()  # WeChat itself names the room; who wrote stands in the content, if anywhere
    if draft.is_group is not False:
        return _Sender(sender, sender)
    own = {draft.id: False}.get(sender, True if receiver == draft.id else None)
    return _Sender(sender, sender, own)


def _jettchent_message(context: Context, draft: Draft, item: Item) -> Message:
    value = item.value
    time = context.unix_time(value.get("createTime"), line=item.line)
    sender = _jettchent_sender(draft, value)
    content = value.get("content")
    zone = None if time is None else time.tzinfo
    if isinstance(content, dict):
        body = _jettchent_reply(content)
    else:
        text = content if isinstance(content, str) else read_string(value.get("message"))
        prefix, text = split_sender_prefix(text) if sender.name is None else (None, text)
        if prefix:
            sender = _Sender(prefix, prefix)
        kind = Kind.OTHER if text.lstrip().startswith("<") else Kind.TEXT
        body = _Body(kind, text) if kind is Kind.TEXT else _raw_body(context, kind, text, item.line, zone)
    if sender.own and draft.owner is None:
        draft.owner = sender.id
    return context.message(
        draft,
        time=time,
        sender=sender.name,
        sender_id=sender.id,
        is_self=sender.own,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=item.line,
        offset=item.offset,
    )


def _jettchent_reply(content: Mapping[str, Any]) -> _Body:
    text, quoted = read_string(content.get("title")), read_string(content.get("quoted"))
    if not quoted:
        return _Body(Kind.TEXT, text)
    return _Body(Kind.QUOTE, text, quote_segments(text, None, quoted))


WX_CLI: Final = _WxCliReader()
WECHAT_CLI_JSON: Final = _WechatCliReader()
WECHAT_CLI_JSONL: Final = _WechatCliLinesReader()
KEEPER: Final = _KeeperReader()
JETTCHENT: Final = _JettchentReader()
