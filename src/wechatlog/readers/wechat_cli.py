"""wechat-cli: JSON with display strings, the same as TXT and Markdown, and a later form of JSON Lines.

And the JSON of the `export_chat.py` that many forks of wechat-decrypt have, from which wechat-cli took its words.

Display strings `[YYYY-MM-DD HH:MM] name: text` stand in an object or a bare array, or under a head that names the chat,
in Markdown each as an item of a list; lines have `sender_display` and `local_type`.

Format facts: wechat-cli 2026 (`commands/history.py`, `commands/export.py`, `core/messages.py`); its fork by fclwtt
(`commands/export_html.py`: Markdown with a heading for each message, `**name**: text` below, `我` for the owner);
sixniu/wechat-decrypt 2026 (`export_chat.py`, `chat_export_helpers.py`, `mcp_server.py`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.shared import BRACKETS
from wechatlog.content.listings import parse_lines
from wechatlog.content.notices import clean_notice, read_notice
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, TRANSFER_STATES, TRANSFER_WORDS, kind_of_local_type, kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import (
    ME,
    NOTICES,
    Draft,
    Entry,
    Evidence,
    Format,
    Head,
    Reading,
    Table,
    iter_line_objects,
    iter_objects,
    message_blocks,
    one_segment,
)
from wechatlog.engine.entry import Body
from wechatlog.engine.headers import sample, sample_blocks
from wechatlog.engine.json_facts import iter_facts_first
from wechatlog.engine.json_objects import report_shape
from wechatlog.engine.json_stream import Item
from wechatlog.engine.json_values import read_flag, read_integer, read_list, read_object, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.model import MessageKind
from wechatlog.segments import Quote, Text
from wechatlog.tokenizer import Grammar

Kind = MessageKind

_LABEL: Final = re.compile(r"\[(?P<label>[^\[\]·\n]{1,12})(?:·(?P<state>[^\[\]\n]{1,30}))?\]")
_TYPE: Final = re.compile(r"type=(?P<number>[0-9]{1,10})")
_ENTRY: Final = re.compile(
    r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)\] (?P<rest>(?s:.*))"
)
_NOBODY: Final = re.compile(r"\[(?:系统|撤回)\](?: |\Z)")
_NAME: Final = re.compile(r"(?P<name>[^\n]{1,100}?):(?: |\Z)(?P<text>(?s:.*))")
_REPLY: Final = re.compile(
    r"(?P<reply>(?:(?!\n  ↳ 回复).)*+)(?P<quote>\n  ↳ 回复(?: (?P<sender>[^:\n]{0,100}))?: (?P<text>.*))", re.DOTALL
)
_PAGE: Final = re.compile(r" (?P<title>[^\n]*)(?:\n  (?P<url>\S+))?")
_FILE: Final = re.compile(r" (?P<name>[^\n]*)(?:\n  (?P<path>[^\n]+))?")
# What may follow a label of a kind that holds no text.
_BARE: Final = re.compile(r"(?: \(local_id=[0-9]+\)| <(?s:.*)| (?:/|[A-Za-z]:\\)[^\n]*)?")
_LABELS: Final = frozenset(
    "图片 语音 名片 视频 表情 位置 通话 文件 链接 小程序 链接/文件 系统 撤回 撤回消息 系统消息 聊天记录 转账".split()
)
_RECORD: Final = re.compile(
    r" (?P<title>[^\n]*?)(?:（[^（）\n]*转发[^（）\n]*）)?(?:，共 [0-9]{1,6} 条)?(?:（待加载）)?:?"
    r"(?:\n(?P<lines>(?s:.*)))?"
)
_RECORD_LINE: Final = re.compile(
    r"(?P<indent>)  \[[0-9]{1,6}\](?: (?P<time>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2} [^ ]{4,12}))?"
    r"(?: (?P<sender>[^:\n]{0,100}?))?: (?P<text>[^\n]*)"
)
_PAID: Final = re.compile(r"(?: (?P<amount>[^\s\d]{0,4}[0-9][0-9.,]*))?(?: 备注: (?P<note>[^\n]*))?")
_MONEY: Final = {" 微信转账": Kind.TRANSFER, " 微信红包": Kind.RED_PACKET}
"""The titles that the client gives to money."""

_TITLED: Final = {Kind.FILE: _FILE, Kind.LINK: _PAGE, Kind.MINI_PROGRAM: _PAGE, Kind.TRANSFER: _PAID}


def _is_display(head: Head) -> Evidence | None:
    value = head.json
    is_object = isinstance(value, dict) and "chat" in value
    rows = read_list(value.get("messages") if is_object else value)
    if not rows or not isinstance(rows[0], str) or _ENTRY.match(rows[0]) is None:
        return None
    if is_object:
        return Evidence(1.0, "an object with chat and messages '[time] name: text'")
    return Evidence(0.9, "an array of '[time] name: text'")


def _display(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    for item in iter_facts_first(reading, needed=lambda _: ("chat", "username", "is_group"), of=str):
        if item.key in ("messages", ""):
            if isinstance(item.value, str):
                yield _string(reading, item)
            else:
                report_shape(reading.collector, "a message", item)
        elif item.key == "chat":
            chat.title = read_string(item.value) or None
        elif item.key == "username":
            chat.id = read_string(item.value) or None
        elif item.key == "is_group":
            chat.is_group = read_flag(item.value)
        elif item.key == "failures" and item.value:
            failed = f"wechat-cli could not export {len(read_list(item.value))} messages or databases"
            reading.report("writer-fault", failed, line=item.line)


def _string(reading: Reading, item: Item) -> Entry:
    match = _ENTRY.fullmatch(item.value)
    if match is None:
        sentence = f"not '[time] name: text': {item.value[:60]!r}"
        reading.report("broken-shape", sentence, severity=Severity.ERROR, line=item.line)
        return Entry(item.line, text=item.value)
    return _said(reading, match["time"], match["rest"], item.line, item.offset)


def _said(reading: Reading, clock: str, rest: str, line: int, offset: int) -> Entry:
    sender, account, own, text = _split(reading.chat, rest)
    body = _labelled(reading, text, line)
    own = None if body[0] in NOTICES else own
    time, precision = reading.clock(clock, line=line)
    return Entry(line, time, precision, sender, account, own, *body, offset=offset)


def _split(chat: Draft, rest: str) -> tuple[str | None, str | None, bool | None, str]:
    """Name, account, direction and text; the name of the chat is looked for first, since names may hold colons."""
    private = chat.is_group is False
    if private and chat.title and rest.startswith(f"{chat.title}: "):
        return chat.title, chat.id, False, rest[len(chat.title) + 2 :]
    match = None if _NOBODY.match(rest) else _NAME.fullmatch(rest)
    if match is None:
        return None, None, None, rest
    name = match["name"]
    # wechat-cli calls the other person of a private chat as it calls the chat: anybody else is the owner.
    return name, name if is_account(name) else None, True if private and chat.title else None, match["text"]


def _kind(label: str) -> MessageKind | None:
    """The kind by a label; types without a name have their number."""
    match = _TYPE.fullmatch(label)
    if match:
        return kind_of_local_type(int(match["number"]))
    return kind_of_name(label) or Kind.OTHER if label in _LABELS else None


def _labelled(reading: Reading, text: str, line: int) -> Body:
    if reply := _REPLY.fullmatch(text):
        quote = Quote(reply["sender"] or None, reply["text"], raw=reply["quote"])
        return Kind.QUOTE, text, (Text(reply["reply"]), quote) if reply["reply"] else (quote,)
    label = _LABEL.match(text)
    kind = _kind(label["label"]) if label else None
    if label is None or kind is None:
        return Kind.TEXT, text, None
    rest = text[label.end() :]
    if built := parse_markup(rest, reading.collector, line=line):
        return built.body
    if kind in NOTICES or (kind is Kind.OTHER and read_notice(rest.strip()) is Kind.PAT):
        return read_notice(rest.strip()) or kind, clean_notice(text), None
    if kind is Kind.OTHER and (paid := _MONEY.get(rest)):
        return paid, text, one_segment(paid, text)
    if kind is Kind.FORWARD and (record := _RECORD.fullmatch(rest)):
        inner = parse_lines((record["lines"] or "").split("\n"), _RECORD_LINE, 2, read_placeholder, reading.zone)
        return kind, text, one_segment(kind, text, title=record["title"], messages=inner)
    if (shape := _TITLED.get(kind)) and (match := shape.fullmatch(rest)):
        said = {"state": TRANSFER_WORDS.get(label["state"])} if label["state"] else {}
        return kind, text, one_segment(kind, text, **match.groupdict(), **said)
    if kind is Kind.CALL and (not rest or rest.startswith(" ")):
        return kind, text, parse_body(kind, text, BRACKETS)
    if rest and not (kind is Kind.OTHER and rest.startswith(" ")) and not _BARE.fullmatch(rest):
        return Kind.TEXT, text, None
    return kind, text, None if kind in PLAIN_KINDS else one_segment(kind, text)


_LINE: Final = r"\[(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2})\] (?P<rest>[^\r\n]*)"
_FORK: Final = (
    r"### (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2})[ \t]*\r?\n\r?\n"
    r"\*\*(?P<name>[^\r\n]{1,200}?)\*\*: (?P<rest>[^\r\n]*)"
)
_LINES: Final = {
    **{item: Grammar("wechat-cli", item + _LINE) for item in ("", "- ")},
    "### ": Grammar("wechat-cli by fclwtt", _FORK, opens="### "),
}
"""Lines of messages, by what stands in front of each."""
_TITLE_LINE: Final = re.compile(
    r"(?:# )?聊天记录: (?P<title>.*)"
    r"|(?P<shown>.*) 的消息记录（返回 (?P<count>[0-9]{1,9}) 条，offset=[0-9]+, limit=[0-9]+）(?P<group> \[群聊\])?:?"
)
"""What an export begins with, and what the history does that the command line and servers for agents show."""
_FORK_TITLE: Final = re.compile(r"# (?P<title>.*)")
_FACT: Final = re.compile(r"(?:\*\*)?(?P<name>类型|时间范围|导出时间|消息数量?)(?::\*\*|\*\*:|:) (?P<value>.*?) *")
_FORK_END: Final = re.compile(r"\n+---\n\n导出时间: [^\n]*\s*\Z")
_RULE: Final = re.compile(r"={10,}|---")
_FACTS: Final = {"类型": "group", "时间范围": "range", "导出时间": "exported", "消息数量": "count", "消息数": "count"}
_HEAD: Final = 16
"""Lines of a file in which its head stands."""


def _read_head(reading: Reading, lines: Iterable[str]) -> None:
    """What the head says of the chat."""
    said: dict[str, str] = {}
    for line in lines:
        if match := _TITLE_LINE.fullmatch(line):
            said["title"] = match["title"] or match["shown"]
            if match["count"]:
                said |= {"count": match["count"], "group": "群聊" if match["group"] else "私聊"}
        elif match := _FORK_TITLE.fullmatch(line):
            said["title"] = match["title"]
        elif match := _FACT.fullmatch(line):
            said[_FACTS[match["name"]]] = match["value"].removesuffix(":")
    reading.learn_facts(said)


def _text(reading: Reading, *, item: str) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    lines = [line.rstrip("\r") for line in head.split("\n", _HEAD)[:_HEAD]]
    item = max((item, "### ") if item else ("",), key=lambda each: len(sample_blocks(head, _LINES[each])))
    fork = item == "### "
    above = itertools.takewhile(lambda line: not (_ENTRY.match(line.removeprefix(item)) or line[:4] == "### "), lines)
    _read_head(reading, above)
    records = message_blocks(
        reading,
        _LINES[item],
        lambda header: header["name"] if fork else _split(reading.chat, header["rest"])[0] or "",
        blocks=blocks,
        head=(_TITLE_LINE, _FACT, _RULE, *((_FORK_TITLE,) if fork else ())),
        ordered=True,
    )
    for header, block in records:
        rest = header["rest"] + block.inline
        if not fork:
            yield _said(reading, header["time"], rest, block.line, block.offset)
            continue
        text = _FORK_END.sub("", rest) if block.last else rest.removesuffix("\n")
        body = _labelled(reading, text, block.line)
        own = None if body[0] in NOTICES else header["name"] == ME
        time, precision = reading.clock(header["time"], line=block.line)
        yield Entry(block.line, time, precision, header["name"], None, own, *body, offset=block.offset)


def _is_text(head: Head, *, item: str) -> Evidence | None:
    forked = item and any(line.startswith("**类型**:") for line in head.lines[:8])
    if forked and _FORK_TITLE.fullmatch(head.lines[0]) and any(line.startswith("### 2") for line in head.lines):
        return Evidence(1.0, "a title, facts in bold, and headings of times")
    lines = [line.rstrip("\r") for line in head.lines[: _HEAD + 1]]
    titled = any(_TITLE_LINE.fullmatch(line) for line in lines[:2])
    first = next((line for line in lines if _ENTRY.match(line.removeprefix("- "))), "")
    if not titled or not first.startswith(f"{item}["):
        return None
    return Evidence(1.0, "a head with 聊天记录 and facts, and lines '[time] name: text'")


def _is_lines(head: Head) -> Evidence | None:
    value = head.json
    rows = read_list(value)
    first = read_object(rows[0] if rows else value)
    if {"local_type", "sender_display", "create_time"} <= first.keys() and "message_content" not in first:
        return Evidence(1.0, "lines with local_type, sender_display and create_time")
    return None


def _lines(reading: Reading) -> Iterator[Entry]:
    read = iter_objects if next(reading.look(), "").lstrip("\ufeff \t\r\n").startswith("[") else iter_line_objects
    for _, value, line, offset in read(reading):
        chat_id, title = read_string(value.get("chat_username")), read_string(value.get("chat_display"))
        group = read_flag(value.get("is_group"))
        chat = reading.chat_of(chat_id or title, id=chat_id or None, title=title or None, is_group=group)
        text, number = read_string(value.get("text")), read_integer(value.get("local_type"))
        kind = Kind.OTHER if number is None else kind_of_local_type(number)
        if kind is Kind.OTHER and (named := kind_of_name(read_string(value.get("msg_type")))):
            kind = named
        kind, text, segments = _line_body(reading, kind, text, line)
        if kind is Kind.OTHER:
            reading.tell("unknown-kind", f"unknown message type {str(value.get('msg_type') or number)[:60]!r}", line)
        own, account = read_flag(value.get("is_self")), read_string(value.get("sender_id")) or None
        own = chat.sent_by(account, own, kind)
        sender = read_string(value.get("sender_display")) or account
        time = reading.unix_time(value.get("create_time"), line=line)
        yield Entry(line, time, "second", sender, account, own, kind, text, segments, offset=offset, chat=chat)


def _line_body(reading: Reading, kind: MessageKind, text: str, line: int) -> Body:
    if kind is Kind.TEXT:
        return kind, text, None
    if kind in NOTICES:
        return read_notice(_NOBODY.sub("", text)) or kind, text, None
    found = _labelled(reading, text, line)
    if found[0] is kind or (kind is Kind.OTHER and found[0] is not Kind.TEXT):
        return found
    return kind, text, parse_body(kind, text, BRACKETS)


# --- export_chat.py of wechat-decrypt ---------------------------------------------------------------------------------

_OWN: Final = "me"
_TYPES: Final = {"": Kind.TEXT, "contact_card": Kind.CARD, "link_or_file": Kind.OTHER, "call": Kind.CALL}
_NUMBERED: Final = re.compile(r"type_(?P<number>[0-9]{1,20})")
_UNKNOWN_APP: Final = "[link/file]"
_EXPORTED: Final = frozenset("local_id timestamp sender type content transcription transfer image_path".split())
_NEEDED: Final = ("chat", "username", "is_group", "range_start")


def _exported(reading: Reading) -> Iterator[Entry]:
    """Entries of message objects that leave out what is usual: the type of a text, that a chat is no group."""
    chat, said = reading.chat, reading.said
    for _, value, line, offset in iter_objects(reading, needed=lambda _: _NEEDED, known=_EXPORTED):
        if chat.title is None:
            _describe(chat, said)
        kind, text, segments = _exported_body(reading, value, line)
        sender = read_string(value.get("sender")) or None
        own = None if sender is None or kind in NOTICES else sender == _OWN
        account = chat.id if chat.is_group is False and sender == chat.title else None
        untimed = "timestamp" not in value and "range_start" in said
        time = None if untimed else reading.unix_time(value.get("timestamp"), line=line)
        yield Entry(line, time, "second", sender, account, own, kind, text, segments, offset=offset)
    _describe(chat, said)


def _describe(chat: Draft, said: Mapping[str, Any]) -> None:
    chat.title, chat.id = read_string(said.get("chat")) or None, read_string(said.get("username")) or None
    chat.is_group = read_flag(said.get("is_group")) or is_room(chat.id) or False
    if exported := read_string(said.get("exported_at")):
        chat.metadata["exported"] = exported


def _exported_body(reading: Reading, value: Mapping[str, Any], line: int) -> Body:
    name, text = read_string(value.get("type")), read_string(value.get("content"))
    number = _NUMBERED.fullmatch(name)
    found = _TYPES.get(name) or (kind_of_local_type(int(number["number"])) if number else kind_of_name(name))
    kind = reading.kind_of(found, name, text, line)
    if kind is Kind.TEXT or kind in NOTICES:
        return kind, text, None
    if kind is Kind.OTHER:
        # A reply to something that is not known is the reply alone.
        built = _labelled(reading, text, line) if text else (kind, text, None)
        if built[0] is not Kind.TEXT or name != "link_or_file":
            return built
        kind, segments = read_placeholder(text, BRACKETS, zone=reading.tz) or (Kind.QUOTE, None)
        return Kind.OTHER if text.startswith(_UNKNOWN_APP) else kind, text, segments
    if kind is Kind.TRANSFER:
        paid = read_object(value.get("transfer"))
        state = TRANSFER_STATES.get(read_integer(paid.get("paysubtype")) or 0)
        amount, note = read_string(paid.get("fee_desc")), read_string(paid.get("pay_memo"))
        return kind, text, one_segment(kind, text, amount=amount, note=note, state=state)
    if kind is Kind.VOICE and (words := read_string(value.get("transcription"))):
        return kind, text, one_segment(kind, text, transcript=words)
    if kind is Kind.IMAGE and (path := read_string(value.get("image_path"))):
        return kind, text, one_segment(kind, text, path=path)
    return kind, text, parse_body(kind, text, BRACKETS)


# --- what MrRoam's fork writes: Markdown beside the JSON, and a table of two columns ----------------------------------

_PACKED: Final = re.compile(
    r"# (?P<title>[^\n]*)\n\n- username: `(?P<id>[^`\n]*)`\n- exported_at: (?P<exported>[^\n]*)\n"
)
_UNTIMED: Final = Grammar("wechat-decrypt, names alone", r"## (?P<sender>[^\r\n]+)(?=\r?(?:\n|\Z))", framed=True)
_PICTURE: Final = re.compile(r"!\[[^\]\n]*\]\((?P<path>[^)\n]+)\)|\[image decode failed: [^\n]*\]")


def _packed(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    chat, said = reading.chat, _PACKED.match(head)
    if said:
        reading.learn_facts(said.groupdict())
    records = message_blocks(
        reading, _UNTIMED, lambda header: header["sender"], lambda _: None, blocks=blocks, preamble=lambda _: None
    )
    for header, block in records:
        text, sender = block.lines.strip("\n"), header["sender"]
        if picture := _PICTURE.fullmatch(text):
            body: Body = Kind.IMAGE, text, one_segment(Kind.IMAGE, text, path=picture["path"])
        else:
            body = _labelled(reading, text, block.line)
        own = None if body[0] in NOTICES else sender == _OWN
        account = chat.id if chat.is_group is False and sender == chat.title else None
        yield Entry(block.line, None, None, sender, account, own, *body, offset=block.offset)


def _is_packed(head: Head) -> Evidence | None:
    return Evidence(1.0, "a title, an account and when it was exported") if _PACKED.match(head.text) else None


_TABLE: Final = Table("sender=sender content=content", reach=1)
_FILE_NAME: Final = re.compile(
    r"(?P<title>.+?)_(?:今天|全部记录|继续导出|导出|最近[0-9]+天|自定义(?:天数|范围)|截至?[0-9-]{10}"
    r"|[0-9-]{10}(?:起|_到_[0-9-]{10})?)(?:_[0-9]{1,4})?\.csv"
)


def _rows(reading: Reading) -> Iterator[Entry]:
    if name := _FILE_NAME.fullmatch(reading.source.name or ""):
        reading.chat.title = name["title"]
    for row, line in _TABLE.rows(reading):
        body = _labelled(reading, row.content, line)
        if body[0] is Kind.TEXT:
            kind, segments = read_placeholder(row.content, BRACKETS, zone=reading.tz) or (Kind.TEXT, None)
            body = (Kind.OTHER if row.content.startswith(_UNKNOWN_APP) else kind), row.content, segments
        sender, text = row.sender or None, body[1]
        own = None if sender is None or body[0] in NOTICES else sender == _OWN
        yield Entry(line, None, None, sender, None, own, body[0], text, body[2])


_format: Final = partial(Format, facts="wechat-cli")
JSON: Final = _format("wechat-cli-json", "wechat-cli 2026, JSON with display strings", ".json", _is_display, _display)
TXT: Final = _format(
    "wechat-cli-txt", "wechat-cli 2026, TXT", ".txt", partial(_is_text, item=""), partial(_text, item="")
)
MARKDOWN: Final = _format(
    "wechat-cli-md", "wechat-cli 2026, Markdown", ".md", partial(_is_text, item="- "), partial(_text, item="- ")
)
JSONL: Final = _format("wechat-cli-jsonl", "wechat-cli 2026, JSON Lines", ".jsonl", _is_lines, _lines, cuts="tried")
PACKED: Final = Format(
    "wechat-decrypt-chat-md", "Wechat-exporter by MrRoam, Markdown (2026)", ".md", _is_packed, _packed, "wechat-decrypt"
)
ROWS: Final = Format(
    "wechat-decrypt-chat-csv",
    "Wechat-exporter by MrRoam, CSV of senders and contents, no times (2026)",
    ".csv",
    _TABLE.detect,
    _rows,
    "wechat-decrypt",
)
EXPORTED: Final = Format(
    "wechat-decrypt-chat-json",
    "wechat-decrypt, JSON of export_chat.py (2026)",
    ".json",
    keyed(
        Keys(1.0, "chat exported_at", "local_id timestamp sender"),
        Keys(1.0, "chat exported_at range_start", "local_id sender type"),
        Keys(1.0, "chat exported_at", ""),
    ),
    _exported,
    "wechat-decrypt",
)
