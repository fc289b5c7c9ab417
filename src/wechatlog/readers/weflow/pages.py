"""The HTML pages of WeFlow, of its streaming writer, of echotrace and weflow-cli.

Takes pages, gives entries. WeFlow and echotrace keep their messages as JSON in a script, each with its bubble as HTML;
WeFlow's pages of more messages than fit keep them in `<name>_data/chunk-000000.js` (`htmlChunking.ts`). weflow-cli
writes a block for each message, the streaming writer an element, with contents as the database has them.

Format facts: WeFlow 1.0.3 and 5.0.0 `formatters/HtmlFormatter.ts` (the bubble of a picture, voice or card whose file
was not exported is empty), its port to Rust (English words), echotrace `chat_export_service.dart` (`messagesData`),
the first WeFlow (2026-01, `exportSessionToHtml`: all messages in the page), weflow-cli `exportService.ts` and
`export_chat_html.py`; `streamingWriters.ts` (2026).
"""

from __future__ import annotations

import glob
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from wechatlog.content.accounts import is_account, is_room
from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.content.placeholders import quote_segments
from wechatlog.content.weflow import build_segments
from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine import ME, Entry, Evidence, Format, Head, Reading, Refusal, iter_objects, one_segment
from wechatlog.engine.elements import TEXT, TITLE, Page, Said, page_format
from wechatlog.engine.entry import Body
from wechatlog.engine.html import classes_of, first_with_class, node_text, parse_fragment, parse_page, without_ends
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.json_values import read_flag, read_identifier, read_object, read_string
from wechatlog.engine.scripts import page_blocks
from wechatlog.engine.tables import near_names
from wechatlog.engine.window import Window
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.weflow.bodies import check, credit, media_kind, read_body, unframe
from wechatlog.tokenizer import Grammar

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TITLE: Final = re.compile(
    r"<title>(?:(?:聊天记录|Chat history) - )?([^<]{0,400}?)"
    r"(?: - (?:聊天记录|Chat history))?(?: \(第[0-9/]{1,20}部分\))?</title>"
)
_TOP: Final = re.compile(r'<h1 class="title">([^<]{0,400})</h1>')
_GROUP: Final = re.compile(r"<span>(群聊|Group chat|私聊|Private chat|好友)</span>")
_COUNT: Final = re.compile(r"(?:>(?:共 )?| · )([0-9]{1,9}) 条消息(?:</| · )")
_ACCOUNT: Final = re.compile(r'微信ID</span>\s{0,80}<span class="info-value">([^<\n]{1,80})</span>')
_MEDIA_KINDS: Final = {
    "image": MessageKind.IMAGE,
    "emoji": MessageKind.STICKER,
    "audio": MessageKind.VOICE,
    "voice": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "file": MessageKind.FILE,
}
_TAGS: Final = {"img": MessageKind.IMAGE, "audio": MessageKind.VOICE, "video": MessageKind.VIDEO}


def _describe(reading: Reading, text: str) -> None:
    chat = reading.chat
    group, account = _GROUP.search(text), _ACCOUNT.search(text)
    titles = (found and html.unescape(found[1]) for found in (_TOP.search(text), _TITLE.search(text)))
    chat.title = reading.agree("title", titles)
    count = _COUNT.search(text)
    reading.claimed = int(count[1]) if count else None
    chat.is_group = group[1] in ("群聊", "Group chat") if group else None
    chat.id = html.unescape(account[1]) if account else None


def _with_path(kind: MessageKind, text: str, **known: str) -> Body:
    return kind, text, build_segments(kind, text, known) if text else one_segment(kind, "", **known)


def _file_segments(kind: MessageKind, node: HtmlElement, text: str) -> Body:
    name = {"name": node_text(node)} if kind is MessageKind.FILE else {}
    return _with_path(kind, text, path=unquote(node.get("src") or node.get("href") or ""), **name)


# --- WeFlow ---------------------------------------------------------------------------------------------------------

_DATA: Final = re.compile(r"window\.(?:WEFLOW|OMNIMIND_WECHAT)_DATA\s{0,80}=\s{0,80}(?:(?=\[)|(?P<none>null))")
_CHUNK: Final = "window.__WEFLOW_CHUNK_LOADED__("
_CHUNK_DATA: Final = re.compile(r"window\.__WEFLOW_CHUNK_LOADED__\(\s{0,80}[0-9]{1,9}\s{0,80},\s{0,80}(?=\[)")
_KEYS: Final = tuple("itsabpr")


def _structured(parts: Mapping[str, HtmlElement], text: str) -> Body | None:
    """A body whose elements say what it is: a quote, a file, a link card, or a bubble with nothing in it."""
    quoted, media, node = parts.get("quoted-message"), parts.get("message-media"), parts.get("message-text")
    if quoted is not None:
        sender, words = first_with_class(quoted, "quoted-sender"), first_with_class(quoted, "quoted-text")
        name = "" if sender is None else node_text(sender)
        preview = "" if words is None else node_text(words, alt=True)
        return MessageKind.QUOTE, text, quote_segments(text, name or None, preview)
    if media is not None:
        classes = (media.get("class") or "").split()
        if kind := next((_MEDIA_KINDS[name] for name in classes if name in _MEDIA_KINDS), None):
            return _file_segments(kind, media, text)
    if node is None:
        return MessageKind.OTHER, text, None
    card = parts.get("message-link-card")
    if card is None:
        return None
    return MessageKind.LINK, text, one_segment(MessageKind.LINK, text, url=card.get("href") or "", title=text.strip())


def _bubble(reading: Reading, parts: Mapping[str, HtmlElement], line: int) -> Body:
    node = parts.get("message-text")
    text = "" if node is None else node_text(node, alt=True)
    if reading.chat.is_group is not False:
        text = unframe(reading, text, line)
    return _structured(parts, text) or read_body(text)


def _sender(reading: Reading, picture: HtmlElement | None, own: bool | None) -> str | None:
    """The name where the page shows none: beside the picture, or else the title or 我."""
    name = None if picture is None else picture.get("alt")
    return name or (ME if own else reading.chat.title)


def _bubbles(reading: Reading, front: str, blocks: Iterable[str]) -> Iterator[Entry]:
    chat = reading.chat
    for _, row, line, _ in iter_objects(reading, front=front, blocks=blocks, known=_KEYS):
        parts = classes_of(parse_fragment(read_string(row.get("b"))))
        name, clock, content = parts.get("sender-name"), parts.get("message-time"), parts.get("message-content")
        if chat.is_group is None:  # only in groups the writer puts names above the bubbles
            chat.is_group = name is not None
        body = _bubble(reading, parts if content is None else classes_of(content), line)
        own = read_flag(row.get("s"))
        time = reading.unix_time(row.get("t"), line=line)
        reading.tell_zone(time, "" if clock is None else node_text(clock), line)
        beside = read_string(row.get("a"))
        picture = next(parse_fragment(beside).iter("img"), None) if "<img" in beside else None
        sender = node_text(name) if name is not None else _sender(reading, picture, own)
        id_, reply_to = (read_identifier(reading, row.get(key), line) for key in "pr")
        account = chat.id if own is False and chat.is_group is False else None
        if picture is not None:
            reading.keep_avatar(chat, account or sender, unquote(picture.get("src") or ""))
        sender, body = credit(reading, sender, body, line)
        yield Entry(line, time, "second", sender, account, own, *body, id_, reply_to)


def _weflow(reading: Reading) -> Iterator[Entry]:
    found = page_blocks(reading.blocks(), _DATA)
    if found is None:
        raise FormatError("no window.WEFLOW_DATA in this page", source=reading.source.label)
    _describe(reading, found[1])
    if not found[0]["none"]:
        yield from _bubbles(reading, *found[1:])
        return
    stem = PurePath(reading.source.name or "").stem
    files = reading.source.siblings(f"{glob.escape(stem)}_data/chunk-*.js")
    if not files:
        what = f"the messages are not in the page but in the folder {stem}_data, which is missing"
        reading.report("missing-file", what, severity=Severity.ERROR)
    for file in files:
        text = file.read_text(reading.collector, reading.encoding).lstrip()
        if match := _CHUNK_DATA.match(text):
            yield from _bubbles(reading, "", (text[match.end() :],))
        else:
            reading.report("broken-file", f"{file.label} holds no messages", severity=Severity.ERROR)


def _is_weflow(head: Head) -> Evidence | Refusal | None:
    if head.text.lstrip().startswith(_CHUNK):
        return Refusal("a part of a page; read the .html file beside its folder")
    return Evidence(1.0, "a page with window.WEFLOW_DATA") if _DATA.search(head.text) else None


# --- echotrace ------------------------------------------------------------------------------------------------------

_MESSAGES: Final = re.compile(r"(?:const|let|var)\s{1,80}messagesData\s{0,80}=\s{0,80}(?=\[)")
_AVATARS: Final = re.compile(r"[\r\n][ \t]{0,80}(?:const|let|var)\s{1,80}avatarIndex\s{0,80}=\s{0,80}(?=\{)")
_ECHOTRACE_KEYS: Final = tuple("date time timeTooltip isSend isMedia content senderName timestamp avatarKey".split())


def _echotrace_body(content: str) -> Body:
    """The body of a bubble: text with `<br>`, or an element that shows a file."""
    if "<" not in content and "&" not in content:
        return read_body(content)
    root = parse_fragment(content)
    for node in root.iter(*_TAGS):
        path = node.get("src") or ""
        named = next(filter(None, map(_MEDIA_KINDS.get, (node.get("class") or "").split())), None)
        if path and (
            named or not path.startswith("data:")
        ):  # without a class that is an emoji, whose code is its `alt`
            kind = named or media_kind(unquote(path)) or _TAGS[str(node.tag)]
            return _file_segments(kind, node, node_text(root))
    return read_body(node_text(root, alt=True))


def _echotrace(reading: Reading) -> Iterator[Entry]:
    found = page_blocks(reading.blocks(), _MESSAGES)
    if found is None:
        raise FormatError("no messagesData in this page", source=reading.source.label)
    _describe(reading, found[1])
    for _, row, line, _ in iter_objects(reading, front=found[1], blocks=found[2], known=_ECHOTRACE_KEYS):
        own, name = read_flag(row.get("isSend")), read_string(row.get("senderName"))
        sender, body = credit(reading, name, _echotrace_body(read_string(row.get("content"))), line)
        time = reading.unix_time(row.get("timestamp"), line=line)
        reading.tell_zone(time, f"{read_string(row.get('date'))} {read_string(row.get('time'))}".strip(), line)
        account = read_string(row.get("avatarKey")) or None
        # The id of the chat stands where the owner's is not known.
        account = None if is_room(account) or (own and account == reading.chat.id) else account
        if account is None and own is False and reading.chat.is_group is False:
            account = reading.chat.id
        reading.chat.sent_by(account, own)
        yield Entry(line, time, "second", sender, account, own, *body)
    window = Window(reading.look())
    if window.move_to(_AVATARS):
        for item in iter_json(window.rest(), Collector(), front=""):
            if picture := read_string(read_object(item.value).get("base64")):
                reading.keep_avatar(reading.chat, item.key, f"data:image/jpeg;base64,{picture}")


def _is_echotrace(head: Head) -> Evidence | None:
    found = _MESSAGES.search(head.text)
    if found is None:
        return None
    rest = head.text[found.end() :].lstrip()
    if '"senderName"' in rest or rest.startswith("[]"):
        return Evidence(1.0, "a page with messagesData")
    return None if head.complete or len(rest) > 1000 else Evidence(0.7, "a page with messagesData")


# --- weflow-cli -----------------------------------------------------------------------------------------------------

_HEAD: Final = 1 << 16
_HEADING: Final = re.compile(r"聊天记录 - (?P<name>[^<\n]{1,200})")
_STAMP: Final = re.compile(r"(?P<sender>.*) · (?P<time>[0-9]{4}[-/][^·]{5,25})", re.DOTALL)


def _cli_body(node: HtmlElement) -> Body:
    parts = classes_of(node)
    text = node_text(node)
    link = next((each for each in node.iter("a") if each.get("href")), None)
    if link is not None and not {"msg-link", "app-url", "msg-app"}.isdisjoint(parts):
        title = first_with_class(node, "app-title")
        name = node_text(link if title is None else title)
        url = html.unescape(link.get("href") or "")  # it was escaped in the XML too
        return MessageKind.LINK, text, one_segment(MessageKind.LINK, text, url=url, title=name)
    if "msg-file" in parts or "msg-media" in parts or "msg-sys" in parts:
        kind, text, segments = read_body(text.removesuffix("\n"))
        if "msg-sys" in parts and kind is MessageKind.TEXT:
            kind = MessageKind.SYSTEM
        if (file := next((each for each in node.iter(*_TAGS) if each.get("src")), None)) is not None:
            return _with_path(kind, text, path=unquote(file.get("src") or ""))
        return (MessageKind.OTHER if kind is MessageKind.TEXT else kind), text, segments
    return read_body(text)


def _cli(reading: Reading) -> Iterator[Entry]:
    text = "".join(reading.blocks())
    chat, root = reading.chat, parse_page(without_ends(text))
    _describe(reading, text[:_HEAD])
    reading.check_page_end(text, text.count("\n") + 1)
    account = chat.title if chat.title and is_account(chat.title) else None
    chat.id, chat.is_group = account, is_room(account)
    for head in root.iter("div"):
        match = _STAMP.fullmatch(head.text_content()) if len(head) == 0 else None
        body = head.getnext()
        if match is None or body is None or body.tag != "div":
            continue
        line = head.sourceline
        kind, words, segments = _cli_body(body)
        check(reading, kind, words, line, credited=True)
        time, precision = reading.clock(match["time"].strip(), line=line)
        name = match["sender"]
        own = name == ME if reading.owner is None else None
        sender_id = name if is_account(name) else None
        if sender_id and all(member.id != sender_id for member in chat.members):
            chat.members.append(Participant(name, sender_id, own))
        yield Entry(line, time, precision, name or None, sender_id, own, kind, words, segments)


def _is_cli(head: Head) -> Evidence | None:
    if not _HEADING.search(head.text) or not re.search(r"<div[^<>]{0,200}>[^<>\n]{1,200} · [0-9]{4}[-/]", head.text):
        return None
    return Evidence(0.95, "blocks of a name and a time under the heading 聊天记录")


# --- the streaming writer of WeFlow ---------------------------------------------------------------------------------

_STREAM: Final = Page(
    '<main class="messages">',
    Grammar("weflow-stream-html", r'<article class="message '),
    re.compile(
        r'<article class="message (?P<side>sent|received)"><time>(?P<time>[^<\n]{0,40})</time>'
        rf"<b>(?P<sender>[^<]*)</b><p>{TEXT}</p></article>"
    ),
    (TITLE,),
)


def _stream(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    chat = reading.chat
    own, name, account, text = said["side"] == "sent", said["sender"] or "", None, said["text"] or ""
    if not own:
        account, text = split_sender_prefix(text)
        shown = "".join(filter(str.isprintable, name))  # damage may put in what nobody sees
        near = chat.title and shown != chat.title and ("\ufffd" in name or near_names(shown, [chat.title]))
        if near and not account:
            what = "a name is that of the chat but for a character: it may be damaged, and the chat a private one"
            reading.report("damaged-head", what, line=line)
        elif account or shown != chat.title:  # in a private chat the other one is called as the chat is
            chat.is_group = True
    sender, body = credit(reading, name, read_body(text, reading.tz), line)
    time, precision = reading.clock(said["time"] or "", line=line)
    return Entry(line, time, precision, sender, account, own, *body, offset=offset)


# --- the first WeFlow -------------------------------------------------------------------------------------------------

_LIST: Final = Page(
    '<div class="message-list" id="messageList">',
    Grammar("weflow-list-html", r' *<div class="message (?:sent|received)" data-timestamp='),
    re.compile(
        r' *<div class="message (?P<side>sent|received)" data-timestamp="(?P<seconds>[0-9]{0,19})"'
        r' data-index="[0-9]{1,9}">'
        r'\s*+<div class="message-row">\s*+<div class="avatar">'
        r'(?:<img src="(?P<avatar>[^"]*)" alt="(?P<name>[^"]*)" />|<span>[^<]*</span>)</div>\s*+<div class="bubble">'
        r'\s*+<div class="message-time">(?P<time>[^<\n]{0,40})</div>'
        r'\s*+(?:<div class="sender-name">(?P<sender>[^<]*)</div>\s*+)?<div class="message-content">'
        r'\s*+(?:<(?:img|audio|video) class="message-media (?P<media>[a-z]{1,9})[^"]*"'
        r'[^<>]*? src="(?P<path>[^"]*)"[^<>]*>(?:</(?:audio|video)>)?\s*+)?'
        rf'(?:<div class="message-text">{TEXT}</div>\s*+)?</div>\s*+</div>\s*+</div>\s*+</div>'
    ),
    (
        re.compile(r'<h1 class="title">([^<]{0,400}) 的聊天记录</h1>'),
        re.compile(r"<title>([^<]{0,400}) - 聊天记录</title>"),
    ),
    (
        re.compile(r"<span>消息数量：(?P<count>[0-9]{1,9})</span>"),
        re.compile(r"<span>导出时间：(?P<exported>[^<]{1,40})</span>"),
    ),
)


def _list(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    chat = reading.chat
    own, shown, text = said["side"] == "sent", said["sender"], said["text"] or ""
    if chat.is_group is None:  # only in groups the writer puts names above the bubbles
        chat.is_group = shown is not None
    body = read_body(text if chat.is_group is False else unframe(reading, text, line), reading.tz)
    name = shown or said["name"] or (ME if own else chat.title)
    sender, body = credit(reading, name, body, line)
    if (kind := _MEDIA_KINDS.get(said["media"] or "")) is not None:
        body = _with_path(kind, body[1], path=unquote(said["path"] or ""))
    time = reading.unix_time(said["seconds"], line=line)
    reading.tell_zone(time, said["time"] or "", line)
    reading.keep_avatar(chat, name, unquote(said["avatar"] or ""))
    return Entry(line, time, "second", sender, None, own, *body, offset=offset)


_page: Final = partial(Format, suffixes=".html .htm", credits_notices=True)
HTML: Final = _page(
    "weflow-html", "WeFlow 1 HTML page, WeChat 4", detect=_is_weflow, entries=_weflow, facts="WeFlow", options={}
)
ECHOTRACE: Final = _page(
    "echotrace-html", "echotrace HTML page, WeChat 4", detect=_is_echotrace, entries=_echotrace, facts="echotrace"
)
CLI: Final = _page("weflow-cli-html", "weflow-cli HTML page", detect=_is_cli, entries=_cli, facts="weflow-cli")
_elements: Final = partial(page_format, facts="WeFlow", options={}, credits_notices=True)
LIST: Final = _elements(
    "weflow-list-html", "the first WeFlow, HTML page with all messages in it, WeChat 4 (2026)", _LIST, _list
)
STREAM: Final = _elements(
    "weflow-stream-html", "WeFlow, HTML page of its streaming writer, WeChat 4 (2026)", _STREAM, _stream
)
