r"""wechat-export-studio: JSON, CSV and Markdown. Its TXT is `bracket-lines`, its HTML in `pages`.

JSON is `{"schema": "wechat-export-studio/1", "conversation": {…}, "messages": […]}` with account ids and what the XML
of an app message says under `extra`; a reply has its own words in `text`. CSV is
`时间,发言人,方向,类型,内容,附件/标题`, in which a line end of a text is `\n`. Markdown has headings of days over
``- `08:00:00` **name**：text``; there a line end is ` ⏎ `, and what is no text has a word in brackets. In the CSV and
in Markdown a body cannot forge a header.

Format facts: `exporters.ts`, `message-codec.ts` (schema 1, 2026). The kind `link` is every app message that is no file,
quote, transfer or red packet; `extra.appType` tells more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from wechatlog.content.placeholders import quote_segments
from wechatlog.content.vocabulary import kind_of_app_type, kind_of_name
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Fields, Format, Head, Reading, Table, iter_objects
from wechatlog.engine.headers import Block, dated_blocks
from wechatlog.engine.json_values import first_object, read_integer, read_object, read_string
from wechatlog.model import MessageKind
from wechatlog.readers.brackets.lines import NOBODY, names_owner, own_of, read_body
from wechatlog.tokenizer import Grammar

_SCHEMA: Final = "wechat-export-studio/"
_KNOWN: Final = frozenset(
    "localId serverId timestamp time direction kind rawType sender text extra compressed rawBytes".split()
)
_FIELDS: Final = Fields(
    {
        MessageKind.FILE: "name=fileName|title size=fileSize",
        **dict.fromkeys(
            (MessageKind.LINK, MessageKind.MINI_PROGRAM, MessageKind.MUSIC, MessageKind.CHANNEL), "title=title url=url"
        ),
        **dict.fromkeys((MessageKind.FORWARD, MessageKind.NOTE), "title=title"),
    }
)
_OWN: Final = {"out": True, "in": False, ME: True, "对方": False}


def _kind(reading: Reading, name: str, text: str, extra: Mapping[str, Any], line: int) -> MessageKind:
    kind = reading.kind_of(kind_of_name(name), name, text, line)
    if kind is MessageKind.LINK and (app_type := read_integer(extra.get("appType"))) is not None:
        refined = kind_of_app_type(app_type)
        return kind if refined in (MessageKind.OTHER, MessageKind.TEXT) else refined
    return kind


def _objects(reading: Reading) -> Iterator[Entry]:
    chat = reading.chat
    for _, value, line, offset in iter_objects(reading, known=_KNOWN, needed=lambda _: ("conversation",)):
        if chat.title is None:
            _describe(reading)
        text, extra = read_string(value.get("text")), read_object(value.get("extra"))
        kind = _kind(reading, read_string(value.get("kind")), text, extra, line)
        if not text and kind is MessageKind.OTHER:
            text = read_string(extra.get("title"))
        person = read_object(value.get("sender"))
        account = read_string(person.get("username")) or person.get("id")
        account = account if isinstance(account, str) and account else None
        own = chat.sent_by(account, _OWN.get(read_string(value.get("direction"))))
        time = reading.unix_time(value.get("timestamp"), line=line)
        sender, segments = read_string(person.get("displayName")) or None, _FIELDS.segments(kind, text, extra)
        if kind is MessageKind.QUOTE:
            segments = quote_segments(
                text, read_string(extra.get("quotedSender")), read_string(extra.get("quotedText"))
            )
        yield Entry(line, time, "second", sender, account, own, kind, text, segments, offset=offset)
    _describe(reading)


def _describe(reading: Reading) -> None:
    said = read_object(reading.said.get("conversation"))
    facts = {"title": "displayName", "id": "username", "count": "messageCount"}
    known = {name: read_string(said.get(key)) for name, key in facts.items()}
    reading.learn_facts({**known, "exported": read_string(reading.said.get("exportedAt"))})


def _is_json(head: Head) -> Evidence | None:
    value = read_object(head.json)
    if read_string(value.get("schema")).startswith(_SCHEMA):
        return Evidence(1.0, "the schema wechat-export-studio")
    sure = first_object(value.get("messages")).keys() >= {"localId", "direction", "rawType", "compressed"}
    return Evidence(0.9, "messages with localId, direction, rawType and compressed") if sure else None


_TABLE: Final = Table("时间=time 发言人=name 方向=direction 类型=kind 内容=text 附件/标题=title")


def _rows(reading: Reading) -> Iterator[Entry]:
    for row, line in _TABLE.rows(reading):
        text = row.text.replace("\\n", "\n")
        extra = {"title": row.title, "fileName": row.title}
        kind = _kind(reading, row.kind, text, extra, line)
        time, precision = reading.clock(row.time, line=line)
        own = _OWN.get(row.direction)
        sender = None if row.direction == NOBODY else row.name or None
        segments = None if kind is MessageKind.QUOTE else _FIELDS.segments(kind, text, extra)
        yield Entry(line, time, precision, sender, None, own, kind, text, segments)


_GRAMMAR: Final = Grammar(
    "wechat-export-studio Markdown",
    r"(?:## (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[ \t]*(?=\r?(?:\n|\Z))"
    r"|- `(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)` \*\*(?P<sender>[^\r\n]{1,200}?)\*\*：)",
)
_TITLE: Final = re.compile(r"# (?P<title>[^\n]*) · 聊天记录[ \t]*")
_LINE: Final = re.compile(r"> 会话 `(?P<id>[^`\n]*)` ｜ (?P<count>[0-9]{1,12}) 条消息 ｜ 导出时间 (?P<exported>[^\n]*)")


def _blocks(reading: Reading) -> Iterator[Entry]:
    named = names_owner(reading, f"**{ME}**")

    def preamble(block: Block) -> None:
        strange, said = "", dict[str, str]()
        for line in block.lines.split("\n"):
            if match := _TITLE.fullmatch(line) or _LINE.fullmatch(line):
                said |= match.groupdict()
            elif not line.startswith("| "):  # statistics
                strange += f"{line}\n"
        reading.learn_facts(said)
        reading.report_preamble(strange)

    for header, block, clock in dated_blocks(reading, _GRAMMAR, lambda header: header["sender"], preamble=preamble):
        time, precision = reading.clock(clock, line=block.line) if clock else (None, None)
        sender, text = header["sender"], block.inline.rstrip("\n").replace(" ⏎ ", "\n")
        body = read_body(reading, text, block.line, notice=sender == NOBODY)
        own = None if body[0] in NOTICES else own_of(sender, named)
        yield Entry(block.line, time, precision, sender, None, own, *body, offset=block.offset)


def _is_markdown(head: Head) -> Evidence | None:
    lines = [line for line in head.lines if line.strip()]
    if len(lines) > 1 and _TITLE.fullmatch(lines[0]) and _LINE.fullmatch(lines[1]):
        return Evidence(1.0, "the title and the line '> 会话 … ｜ N 条消息'")
    found = [match for line in lines if (match := _GRAMMAR.pattern.match("\n" + line))]
    named = sum(match["date"] is None for match in found)
    return Evidence(0.8, f"{named} lines '- `time` **name**：text'") if named else None


_format: Final = partial(Format, facts="wechat-export-studio")
JSON: Final = _format(
    "wechat-export-studio-json", "wechat-export-studio, JSON (2026)", ".json", _is_json, _objects, options={}
)
CSV: Final = _format(
    "wechat-export-studio-csv",
    "wechat-export-studio, CSV (2026)",
    ".csv",
    _TABLE.detect,
    _rows,
    options={},
    cuts="tried",
)
MARKDOWN: Final = _format(
    "wechat-export-studio-md",
    "wechat-export-studio, Markdown (2026)",
    ".md .markdown",
    _is_markdown,
    _blocks,
    cuts="tried",
)
