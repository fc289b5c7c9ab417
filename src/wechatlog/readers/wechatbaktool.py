"""Exports of WechatBakTool: `2024-01-10 20:15:00 | name:text` under a head of four lines, and pages.

Takes text, gives messages. Own messages are those of `我`. A body of several lines is not marked, so a body line can
forge a header. A message of a type that the tool does not know has no text; links, replies and most other app messages
are `app,标题：…,链接：…`, those that name neither an app nor an address are no links; merged forwards are `[文件]`.

A page has an element for each message. Names and texts are not escaped there, so that a text can forge an element; a
picture, a voice, a video and a file have their path, a reply what it answers, a merged forward what is in it.

Source of the format: WechatBakTool (`Export/TXTExport.cs`, `Export/HtmlExport.cs`, 2023 to 2025).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wechatlog.content.dialects.wechatexporter import WECHATEXPORTER
from wechatlog.content.listings import parse_lines
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import quote_segments, read_placeholder
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, message_blocks, one_segment
from wechatlog.engine.elements import Page, Said, as_saved, page_format
from wechatlog.engine.entry import Body
from wechatlog.engine.headers import sample, sample_blocks
from wechatlog.model import MessageKind
from wechatlog.tokenizer import Grammar

_GRAMMAR = Grammar(
    name="WechatBakTool", header=r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) \| (?=[^\r\n]*:)"
)
_TOOL = re.compile(r"WechatBakTool[^\n]{0,80}|[=-]{3,}")
_TITLE = re.compile(r"与 (?P<title>.*) 的聊天记录")
_EXPORTED = re.compile(r"导出时间：(?P<exported>.*)")
_LINK = re.compile(r"(?P<app>(?s:.)*?),标题：(?P<title>(?s:.)*),链接：(?P<url>\S*)")
_APPS = {"微信转账": MessageKind.TRANSFER, "微信红包": MessageKind.RED_PACKET, "#接龙": MessageKind.TEXT}
_LINK_FAILED = "[分享链接出错了]"


def _content(text: str) -> Body:
    if not text or text == _LINK_FAILED:
        return MessageKind.OTHER, text, None
    if match := _LINK.fullmatch(text) if ",链接：" in text else None:
        title, url = match["title"], match["url"]
        kind = next((kind for word, kind in _APPS.items() if title.startswith(word)), None)
        if kind is not None:
            return kind, title, None
        if not match["app"] and not url:
            return read_notice(title) or MessageKind.QUOTE, title, None
        return MessageKind.LINK, text, one_segment(MessageKind.LINK, text, title=title, url=url)
    kind, segments = (read_placeholder(text, WECHATEXPORTER) if text.startswith("[") else None) or (
        MessageKind.TEXT,
        None,
    )
    return kind, text, segments


def _sender(text: str, names: tuple[str, ...], start: int = 0) -> str:
    """Whose name stands at a place; known names may hold colons."""
    for name in names:
        if text.startswith(name, start) and text.startswith(":", start + len(name)):
            return name
    return text[start : text.index(":", start)]


def _entries(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    facts: dict[str, str] = {}
    for match in (each.fullmatch(line) for line in head.split("\n", 8)[:8] for each in (_TITLE, _EXPORTED)):
        facts = {**match.groupdict(), **facts} if match else facts
    reading.learn_facts(facts)
    names = (ME, facts["title"]) if "title" in facts else (ME,)
    senders = [_sender(found.header.string, names, found.header.end()) for found in sample_blocks(head, _GRAMMAR)]
    known = frozenset(names) if sum(sender in names for sender in senders) * 10 > len(senders) * 6 else None
    records = message_blocks(
        reading,
        _GRAMMAR,
        lambda header: _sender(header.string, names, header.end()),
        blocks=blocks,
        head=(_TOOL, _TITLE, _EXPORTED),
        ordered=True,
        serious=True,
        names=known,
    )
    for header, block in records:
        time, precision = reading.clock(header["time"], line=block.line)
        body = block.inline
        sender = _sender(body, names)
        text = body[len(sender) + 1 :]
        kind, said, segments = _content(text)
        if text == _LINK_FAILED:
            reading.report("writer-fault", "the tool could not read this app message", line=block.line)
        own = None if kind in NOTICES else sender == ME
        yield Entry(block.line, time, precision, sender, None, own, kind, said, segments, offset=block.offset)


def _detect(head: Head) -> Evidence | None:
    lines = [line for line in head.lines if line.strip()][:2]
    if len(lines) == 2 and lines[0].strip() == "WechatBakTool" and _TITLE.fullmatch(lines[1]):
        return Evidence(1.0, "the first lines are those of WechatBakTool")
    found = sample_blocks(head.text, _GRAMMAR)
    own = sum(candidate.body.startswith(f"{ME}:") for candidate in found)
    return Evidence(0.7, f"{len(found)} lines 'time | name:text'") if own and len(found) > 1 else None


READER = Format(
    "wechatbaktool", "WechatBakTool, TXT (2023-2024)", ".txt", _detect, _entries, "WechatBakTool", {}, cuts="tried"
)


_CONTENT = r'<p class="content">'
_PAGE = Page(
    "<hr/>",
    re.compile(r'<div class="msg"><p class="nickname">(?!<b>)'),
    re.compile(
        r'<div class="msg"><p class="nickname">(?P<sender>[^\n]{0,200}?) <span style="padding-left:10px;">'
        r"(?P<time>[0-9: -]{0,20})</span></p>(?P<body>(?s:.*))"
    ),
    (re.compile(r"<b>与 ([^\n]{0,400}?)\([^()<\n]{1,100}\) 的聊天记录</b>"),),
    (
        re.compile(r"<b>与 [^\n]{0,400}?\((?P<id>[^()<\n]{1,100})\) 的聊天记录</b>"),
        re.compile(r"<b>导出时间：(?P<exported>[^<]{1,40})</b>"),
    ),
    str,
)
_BODIES = (
    (MessageKind.IMAGE, rf'{_CONTENT}<img src="(?P<path>[^"\n]*)" style="max-height:1000px;max-width:1000px;"/></p>'),
    (MessageKind.STICKER, rf'{_CONTENT}<img src="(?P<path>[^"\n]*)" style="max-height:300px;max-width:300px;"/></p>'),
    (MessageKind.VIDEO, rf'{_CONTENT}<video [^<>\n]{{0,200}}><source src="(?P<path>[^"\n]*)" [^<>\n]*></video></p>'),
    (MessageKind.VOICE, rf'{_CONTENT}<audio controls src="(?P<path>[^"\n]*)"></audio></p>'),
    (MessageKind.FILE, rf'{_CONTENT}文件：(?P<text>[^\n]*)</p><p><a href="(?P<path>[^"\n]*)">点击访问</a></p>'),
    (
        MessageKind.LINK,
        rf'{_CONTENT}(?:[^|\n]{{0,200}}\|)?(?P<title>(?s:.*?))</p><p><a href="(?P<url>[^"\n]*)">点击访问</a></p>',
    ),
    (
        MessageKind.QUOTE,
        rf"{_CONTENT}(?P<text>(?s:.*?))</p>{_CONTENT}(?:\[引用\](?P<sender>[^:\n]{{0,100}}):(?P<quote>(?s:.*))|未知的引用消息)</p>",
    ),
    (MessageKind.FORWARD, rf"{_CONTENT}(?P<title>(?s:.*?))</p>{_CONTENT}(?P<lines>(?s:.*))</p>"),
    (MessageKind.TEXT, rf"{_CONTENT}(?P<text>(?s:.*))</p>"),
)
_PATTERNS = tuple((kind, as_saved(pattern)) for kind, pattern in _BODIES)
_INNER = re.compile(r"(?P<indent>)(?P<sender>[^：\n]{0,100})：(?P<text>[^\n]*)")
_MISSING = {
    "图片转换出现错误或文件不存在": MessageKind.IMAGE,
    "视频不存在": MessageKind.VIDEO,
    "表情未预下载或加密表情": MessageKind.STICKER,
    "文件不存在": MessageKind.FILE,
    "语音不存在": MessageKind.VOICE,
    "暂未支持的消息": MessageKind.OTHER,
}


def _page_body(element: str) -> Body:
    body = element.rstrip().removesuffix("</body></html>").rstrip().removesuffix("</div>")
    kind, found = next(((kind, match) for kind, each in _PATTERNS if (match := each.fullmatch(body))), (None, None))
    if kind is None or found is None:
        return MessageKind.OTHER, body, None
    said = {name: value or "" for name, value in found.groupdict().items()}
    text = said.get("text") or said.get("title") or ""
    if kind is MessageKind.TEXT:
        missing = _MISSING.get(text)
        return (kind, text, None) if missing is None else (missing, text, one_segment(missing, text))
    if kind is MessageKind.QUOTE:
        return kind, text, quote_segments(text, said["sender"] or None, said["quote"])
    if kind is MessageKind.FORWARD:
        inner = parse_lines(said["lines"].split(f"</p>{_CONTENT}"), _INNER, 1, read_placeholder)
        return kind, text, one_segment(kind, text, title=text, messages=inner)
    name = {"name": re.split(r"[/\\]", text)[-1]} if kind is MessageKind.FILE else {}
    known = {field: said[field] for field in ("path", "title", "url") if field in said}
    return kind, text, one_segment(kind, text, **known, **name)


def _element(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    time, precision = reading.clock(said["time"] or "", line=line)
    sender = said["sender"] or None
    return Entry(line, time, precision, sender, None, sender == ME, *_page_body(said["body"] or ""), offset=offset)


HTML = page_format(
    "wechatbaktool-html", "WechatBakTool, HTML (2023-2025)", _PAGE, _element, "WechatBakTool", options={}
)
