"""The HTML pages of wechat-export-studio, wechat-decrypt-export, wechat-decrypt and WeChat-Export-Tool.

Takes pages, gives messages. Each message, notice and day is an element that begins a line, and texts are escaped, so
that a body cannot forge one; the first version of WeChat-Export-Tool escapes nothing, and there one can. Notices
of wechat-export-studio and wechat-decrypt have a day and no clock.

Format facts, all of 2026: `exporters.ts` (lnuxe; a reply is replaced by what it quotes, a name stands above the first
of several messages), `formatters.py` (BoXu1225; names only above what others sent to a group), `export_messages.py`
(ylytdeng; in groups everybody is received), `ExportService.cs` (geffzhang).
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import unquote

from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.placeholders import parse_body, quote_segments
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.engine import ME, Entry, Reading, one_segment
from wechatlog.engine.elements import TEXT, TITLE, Page, Said, page_format
from wechatlog.model import MessageKind
from wechatlog.readers.brackets import export_tool
from wechatlog.readers.brackets.lines import read_body
from wechatlog.readers.brackets.wechat_decrypt import shown_entry, with_path
from wechatlog.tokenizer import Grammar

# --- wechat-export-studio -------------------------------------------------------------------------------------------

_STUDIO: Final = Page(
    '<div class="msg-wrap" id="list">',
    Grammar("wechat-export-studio, HTML", r'<div class="(?:row|sys|day)\b'),
    re.compile(
        r'<div class="day"><span>(?P<date>[^<\n]{0,40})</span></div>'
        r'|<div class="sys">(?P<notice>[^<]*)</div>'
        r'|<div class="row (?P<side>out|in)(?P<grouped> grouped)?" data-kind="(?P<kind>[a-z]{0,20})">'
        r'<div class="meta"><span class="who">(?P<sender>[^<]*)</span>'
        r'<span class="t">(?P<time>[^<\n]{0,40})</span></div>'
        r'<div class="bubble [a-z]{0,20}">(?:<blockquote>(?P<quote>[^<]*)</blockquote>)?'
        rf"(?:<em>（无正文）</em>|{TEXT})</div></div>"
    ),
    (re.compile(r"<title>([^<]{0,400}) · 聊天记录</title>"), re.compile(r"</svg>\s*\n {6}([^<\n]{0,400})\n {6}<span")),
    (
        re.compile(r'<span style="font-size:12px[^"<>]{0,100}">(?P<id>[^<]{1,200})</span>'),
        re.compile(r"由 WeChat Export Studio 导出 · (?P<exported>[^<·]{1,60}) · 共 (?P<count>[0-9]{1,9}) 条"),
    ),
)


def _studio(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    time, precision = reading.clock(f"{said['day']} {said['time'] or ''}".strip(), line=line)
    if said["notice"] is not None:
        kind, text, _ = read_body(reading, said["notice"], line, notice=True)
        return Entry(line, time, precision, kind=kind, text=text, offset=offset)
    sender = reading.said["sender"] = reading.said.get("sender", "") if said["grouped"] else said["sender"] or ""
    text, name = said["text"] or "", said["kind"] or ""
    kind = MessageKind.OTHER if name == "unknown" else reading.kind_of(kind_of_name(name), name, text, line)
    segments = None
    if said["quote"] is not None:
        text, segments = "", quote_segments("", None, said["quote"])
    elif kind is not MessageKind.TEXT:
        segments = parse_body(kind, text, BRACKET_LINES, zone=reading.tz)
    own = said["side"] == "out"
    return Entry(line, time, precision, sender or None, None, own, kind, text, segments, offset=offset)


# --- wechat-decrypt-export ------------------------------------------------------------------------------------------

_EXPORT: Final = Page(
    "<main>",
    Grammar("wechat-decrypt-export, HTML", r'<div class="(?:msg|sys|day)\b'),
    re.compile(
        r'<div class="day"><span>(?P<date>[^<\n]{0,40})</span></div>'
        r'|<div class="sys" title="(?P<noted>[^"\n]{0,40})">(?P<notice>[^<]*)</div>'
        r'|<div class="msg(?P<own> self)?">(?:<div class="name">(?P<sender>[^<]*)</div>)?'
        r'<div class="bubble(?: img"><img loading="lazy" src="(?P<path>[^"]*)" alt="(?P<alt>[^"]*)">'
        r'|">(?P<text>[^<]*))</div><div class="time" title="(?P<time>[^"\n]{0,40})">[0-9:]{0,8}</div></div>'
    ),
    (TITLE, re.compile(r"<header>([^<]{0,400})</header>")),
)


def _export(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    chat = reading.chat
    time, precision = reading.clock(said["noted"] or said["time"] or "", line=line)
    text = said["notice"] or said["text"] or said["alt"] or ""
    kind, text, segments = read_body(reading, text, line, notice=said["notice"] is not None)
    if said["notice"] is not None:
        return Entry(line, time, precision, kind=kind, text=text, segments=segments, offset=offset)
    own = said["own"] is not None
    if not own and chat.is_group is None:
        chat.is_group = said["sender"] is not None
    if said["path"] is not None:
        kind, segments = MessageKind.IMAGE, one_segment(MessageKind.IMAGE, text, path=unquote(said["path"]))
    named = said["sender"] or (None if chat.is_group else chat.title)
    sender = (reading.owner or ME) if own else named
    return Entry(line, time, precision, sender, None, own, kind, text, segments, offset=offset)


# --- wechat-decrypt -------------------------------------------------------------------------------------------------

_DECRYPT: Final = Page(
    '<div class="chat">',
    Grammar("wechat-decrypt, HTML", r'<div class="(?:msg|date-sep)\b'),
    re.compile(
        r'<div class="date-sep"><span>(?P<date>[^<\n]{0,40})</span></div>'
        r'|<div class="msg system"><div class="bubble">(?P<notice>[^<]*)</div></div>'
        r'|<div class="msg (?P<side>received|sent)"><div class="avatar">[^\n]{0,4}?</div><div class="msg-body">'
        r'(?:<div class="sender-name">(?P<sender>[^<]*)</div>)?<div class="bubble">'
        r'(?:<img src="(?P<path>[^"]*)" alt="[^"]*">|<audio controls><source src="(?P<voice>[^"]*)"[^<>]*>[^<]*</audio>'
        r'|(?:<a href="(?P<file>[^"]*)">)?(?P<text>[^<]*)(?:</a>)?)(?:<br><small [^<>]*>[^<]*</small>)*</div>'
        r'(?:<div class="type-tag">(?P<kind>[^<\n]{0,60})</div>)?<div class="type-tag">(?P<time>[^<\n]{0,40})</div>'
        r"</div></div>"
    ),
    (TITLE, re.compile(r'<div class="header">([^<]{0,400})</div>')),
)


def _decrypt(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    chat = reading.chat
    clock = said["time"] or said["day"] or ""
    if said["notice"] is not None:
        return shown_entry(reading, line, clock, "", "系统消息", said["notice"])._replace(offset=offset)
    sender, sent = said["sender"], said["side"] == "sent"
    found = shown_entry(reading, line, clock, sender or ME, said["kind"] or "文本", said["text"] or "")
    if sent:  # in groups everybody is received
        chat.is_group = False
    own = True if sent or found.is_self else False if chat.is_group is False or sender == chat.title else None
    path = unquote(said["path"] or said["voice"] or said["file"] or "")
    return with_path(found, path)._replace(is_self=own, offset=offset)


# --- WeChat-Export-Tool ---------------------------------------------------------------------------------------------


def _tool_text(text: str) -> str:
    text = text.replace("\r<br>", "\n").replace("<br>", "\n")
    return html.unescape(text) if "<" not in text or "&lt;" in text else text  # the first version escapes nothing


_TOOL: Final = Page(
    "</h1>",
    Grammar("WeChat-Export-Tool, HTML", r"<div class='message (?:self|other)'>"),
    re.compile(
        r"<div class='message (?P<side>self|other)'>\n<div class='sender'>(?P<sender>[^\n]*)</div>\n"
        r"<div>(?P<text>[^\n]*)</div>\n<div class='time'>(?P<time>[^<\n]{0,40})</div>\n</div>"
    ),
    (re.compile(r"<h1>Chat with: ([^\n]{0,400})</h1>"),),
    shown=_tool_text,
)


def _tool(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    clock = reading.clock(said["time"] or "", line=line)
    sender, own = said["sender"] or "", said["side"] == "self"
    return export_tool.entry_of(reading, line, clock, sender, own, said["text"] or "", None, offset)


STUDIO: Final = page_format(
    "wechat-export-studio-html",
    "wechat-export-studio, HTML (2026)",
    _STUDIO,
    _studio,
    "wechat-export-studio",
    options={},
)
EXPORT: Final = page_format(
    "wechat-decrypt-export-html",
    "wechat-decrypt-export by BoXu1225, HTML (2026)",
    _EXPORT,
    _export,
    "wechat-decrypt-export",
    options={"owner": "name of the person whose archive it is; `我` where it is not given"},
)
DECRYPT: Final = page_format("wechat-decrypt-html", "wechat-decrypt, HTML (2026)", _DECRYPT, _decrypt, "wechat-decrypt")
TOOL: Final = page_format(
    "wechat-export-tool-html",
    "WeChat-Export-Tool by geffzhang, HTML (2026)",
    _TOOL,
    _tool,
    "WeChat-Export-Tool",
    options={},
)
