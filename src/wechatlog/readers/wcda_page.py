"""The HTML page of WeChatDataAnalysis, `messages.html`.

Takes a page, gives entries. Each message is a block with its kind and Unix time as attributes. Of an export in pages
the newest stands in the page, the older ones as strings in `pages/page-0001.js` beside it.

Format facts: `_write_conversation_html` in `chat_export_service.py` of 2026-08 (e85a09c). The table of emoji pictures
is that of `frontend/lib/wechat-emojis.ts` there, in which one picture stands for 囧 and for the older 冷汗. The page
has neither account ids nor ids of messages, a name only for what others sent to a group, and of a card what is shown.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from wechatlog.content.appmsg import parse_record
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_call, quote_segments
from wechatlog.content.vocabulary import TRANSFER_WORDS, kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, Entry, Evidence, Format, Head, Reading, Refusal, one_segment
from wechatlog.engine.entry import Body
from wechatlog.engine.html import classes_of, node_text, parse_fragment, parse_page
from wechatlog.engine.json_values import read_degrees
from wechatlog.engine.reading import local_picture
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind as Kind
from wechatlog.segments import Forward

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LIST: Final = 'id="wceMessageList"'
_MARK: Final = re.compile(r'id="wceMessageList"|data-wce-create-time=|class="wce-chat-title')
_STYLE: Final = re.compile(r'id="wceStyle"[^<>]{0,400}data-wce-sri')
_TITLE: Final = re.compile(r"<title>([^<]{0,400})</?title>?")
_HEADING: Final = re.compile(r"<h2\b[^<>]{0,200}\bwce-chat-title\b[^<>]{0,200}>([^<]{0,400})</h2>")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_COORDINATES: Final = re.compile(r"(?P<longitude>-?[0-9.]{1,12}), (?P<latitude>-?[0-9.]{1,12})")
_SIZE: Final = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,3})?) ?(?P<unit>B|KB|MB|GB)")
_UNITS: Final = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_NAME: Final = "text-left"
_QUOTE: Final = "line-clamp-2"
_UP: Final = re.compile(r"(?:\.\./)+")
_VOICE_QUOTE: Final = "data-wce-quote-voice-wrapper"


@functools.cache
def _emoji_codes() -> Mapping[str, str]:
    """The code of each picture, by the name of its file."""
    from importlib.resources import files

    table = files("wechatlog").joinpath("data", "wechatdataanalysis_emoji.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in table.splitlines())


def _name_emoji(root: HtmlElement) -> None:
    """Give each picture of an emoji its code as `alt`, which the writer leaves empty."""
    for image in root.iter("img"):
        path = unquote(image.get("src") or "")
        if "wxemoji/" in path:
            stem = PurePosixPath(path).name.removesuffix(".png").removesuffix("@2x")
            image.set("alt", _emoji_codes().get(stem, f"[{stem}]"))


def _text(parts: Mapping[str, HtmlElement], *names: str) -> str:
    node = next((parts[name] for name in names if name in parts), None)
    return "" if node is None else node_text(node).strip()


def _source(node: HtmlElement, *tags: str) -> dict[str, Any]:
    """Where the file of an element lies: its address, or its path beside the page."""
    for child in node.iter(*tags):
        address = child.get("href") or child.get("src") or ""
        if address and "wxemoji/" not in address:
            return {"url": address} if re.match("https?://", address) else {"path": _path(address)}
    return {}


def _path(address: str) -> str:
    """A file from the folder of the export on, as the other forms of this tool name it; the page lies two below."""
    return _UP.sub("", unquote(address))


def _size(text: str) -> int | None:
    match = _SIZE.fullmatch(text)
    return round(float(match["number"]) * _UNITS[match["unit"]]) if match else None


def _card(kind: Kind, node: HtmlElement, parts: Mapping[str, HtmlElement]) -> tuple[str, dict[str, Any]]:
    """What a picture or a card shows, as text and as fields."""
    match kind:
        case Kind.IMAGE:
            return "", _source(node, "a", "img")
        case Kind.STICKER:
            return "", _source(node, "img")
        case Kind.VIDEO:
            return "", _source(node, "a")
        case Kind.VOICE:
            seconds = _text(parts, "wechat-voice-duration").removesuffix('"')
            transcript = _text(parts, "wechat-voice-transcript--success")
            known = {"seconds": float(seconds) if seconds.isdecimal() and seconds != "0" else None}
            return "", {**known, "transcript": transcript, "path": _source(node, "audio").get("path")}
        case Kind.FILE:
            name, size = _text(parts, "wechat-file-name"), _size(_text(parts, "wechat-file-size"))
            return name, {"name": name, "size": size, "path": _source(node, "a").get("path")}
        case Kind.LOCATION:
            place = _COORDINATES.fullmatch(_text(parts, "wechat-location-card__coordinates"))
            poi, label = _text(parts, "wechat-location-card__title"), _text(parts, "wechat-location-card__subtitle")
            degrees = {axis: read_degrees(number) for axis, number in (place.groupdict() if place else {}).items()}
            return poi, {"poi": poi, "label": label, **degrees}
        case Kind.TRANSFER:
            state = _text(parts, "wechat-transfer-status")
            return state, {"amount": _text(parts, "wechat-transfer-amount"), "state": TRANSFER_WORDS.get(state)}
        case Kind.RED_PACKET:
            title = _text(parts, "wechat-redpacket-text")
            return title, {"title": title}
        case _:
            title = _text(parts, "wechat-link-title", "wechat-link-cover-title")
            picture = parts.get("wechat-link-thumb-img", parts.get("wechat-link-cover-image"))
            thumb = None if picture is None else local_picture(_path(picture.get("src") or ""))
            return title, {"title": title, "url": _source(node, "a").get("url"), "thumb": thumb}


def _quote(node: HtmlElement, parts: Mapping[str, HtmlElement], text: str) -> Body:
    quoted = parts.get(_QUOTE)
    if quoted is None:
        quoted = next((child for child in node.iter("div") if child.get(_VOICE_QUOTE)), None)
    words = [] if quoted is None else [node_text(span).strip() for span in quoted.iter("span")]
    sender = words.pop(0).removesuffix(":") if words and words[0].endswith(":") else None
    preview = " ".join(words).removeprefix("🔗 ")
    return Kind.QUOTE, text, quote_segments(text, sender, preview) if sender or preview else None


def _forward(reading: Reading, node: HtmlElement, time: dt.datetime | None, line: int) -> Body:
    card = next((child for child in node.iter("div") if child.get("data-record-item-b64") is not None), node)
    try:
        record = base64.b64decode(card.get("data-record-item-b64") or "", validate=True).decode("utf-8", "replace")
    except ValueError:
        reading.report("bad-field", "a merged forward is no base64", line=line)
        record = ""
    zone = None if time is None else time.tzinfo
    found = parse_record(record, reading.collector, zone=zone, line=line) if record else None
    title = card.get("data-title") or _text(classes_of(card), "wechat-chat-history-title")
    return Kind.FORWARD, title, (Forward(title or None, found.messages if found else (), raw=title),)


def _body(
    reading: Reading, block: HtmlElement, parts: Mapping[str, HtmlElement], time: dt.datetime | None, line: int
) -> Body:
    render = block.get("data-render-type") or "text"
    if render == "system":
        text = _text(parts, "wce-system")
        return (Kind.RECALL if text == "撤回了一条消息" else read_notice(text) or Kind.SYSTEM), text, None
    kind = reading.kind_of(kind_of_name(render), render[:40], "", line)
    bubble = parts.get("msg-bubble")
    node = parts.get("wce-msg-content", block)
    if kind is Kind.QUOTE:
        return _quote(node, parts, "" if bubble is None else node_text(bubble, alt=True))
    if bubble is not None:  # text, or a card without anything to show
        text = node_text(bubble, alt=True)
        kind = Kind.OTHER if kind is Kind.TEXT and text == "[消息]" else kind  # one that the exporter does not know
        return kind, text, None if kind in (Kind.TEXT, Kind.OTHER) else one_segment(kind, text)
    if kind is Kind.FORWARD:
        return _forward(reading, node, time, line)
    if kind is Kind.CALL:
        text = _text(parts, "wechat-voip-text")
        return kind, text, (parse_call(text, "video" if "wechat-voip-icon--video" in parts else "voice"),)
    text, known = _card(kind, node, parts)
    return kind, text, one_segment(kind, text, **known)


def _older(reading: Reading, root: HtmlElement) -> Iterator[HtmlElement]:
    """The pages before the newest, which lie beside it as strings in scripts."""
    script = next((node for node in root.iter("script") if node.get("id") == "wcePageMeta"), None)
    if script is None:
        return
    try:
        said = json.loads(script.text or "")
        total = int(said["totalPages"])
    except (ValueError, TypeError, KeyError, RecursionError):
        reading.report("bad-field", "what the page says of its parts is no JSON", line=script.sourceline)
        return
    files = sorted(reading.source.siblings("pages/page-*.js"), key=lambda file: file.name or "")
    if len(files) < total - 1:
        what = f"{total - 1 - len(files)} of {total} parts are missing in the folder pages beside the page"
        reading.report("missing-file", what, severity=Severity.ERROR)
    for file in files:
        text = file.read_text(reading.collector, reading.encoding)
        found = max(_STRING.findall(text), key=len, default="")
        try:
            yield parse_fragment(json.loads(found, strict=False))
        except ValueError:
            reading.report("broken-file", f"{file.label} holds no messages", severity=Severity.ERROR)


def _entries(reading: Reading, blocks: Iterable[HtmlElement]) -> Iterator[Entry]:
    chat = reading.chat
    for block in blocks:
        line = block.sourceline
        time = reading.unix_time(block.get("data-wce-create-time") or None, line=line)
        reading.tell_zone(time, block.get("title") or "", line)
        _name_emoji(block)
        parts = classes_of(block)
        kind, text, segments = _body(reading, block, parts, time, line)
        if "wce-system" in parts:
            yield Entry(line, time, "second", kind=kind, text=text, segments=segments)
            continue
        own = "wce-msg-row-sent" in parts
        sender = (reading.owner or ME) if own else _text(parts, _NAME) or (None if chat.is_group else chat.title)
        if (picture := next(parts["wce-avatar"].iter("img"), None) if "wce-avatar" in parts else None) is not None:
            reading.keep_avatar(chat, sender, _path(picture.get("src") or ""))
        yield Entry(line, time, "second", sender, None, own, kind, text, segments)


def _pages(reading: Reading) -> Iterator[Entry]:
    text, chat = "".join(reading.blocks()), reading.chat
    if _LIST not in text and "data-wce-create-time=" not in text:
        raise FormatError("no messages in this page", source=reading.source.label)
    root = parse_page(text)
    if "</html>" not in text[-2000:]:
        reading.report("broken-row", "the page is not closed: the file is cut", line=text.count("\n") + 1)
    title, heading = _TITLE.search(text), _HEADING.search(text)
    chat.title = reading.agree("title", (found and html.unescape(found[1]).strip() for found in (heading, title)))
    parts = [*_older(reading, root), root]
    blocks = [node for part in parts for node in part.iter() if node.get("data-render-type") is not None]
    if not blocks:
        reading.report("no-messages", "the page holds no messages", line=1)
    chat.is_group = any(_NAME in classes_of(block) for block in blocks) if blocks else None
    yield from _entries(reading, blocks)


def _is_page(head: Head) -> Evidence | Refusal | None:
    if _MARK.search(head.text):
        return Evidence(1.0, "a page with wceMessageList")
    if not _STYLE.search(head.text):
        return None
    if head.complete:
        return Refusal("the list of the chats of an export (WeChatDataAnalysis), no messages")
    return Evidence(0.9, "a page with the style of WeChatDataAnalysis")


PAGE: Final = Format(
    "wcda-html",
    "WeChatDataAnalysis messages.html",
    ".html .htm",
    _is_page,
    _pages,
    {"exporter": "WeChatDataAnalysis", "media_base": "../.."},
    {"owner": "name of the person whose archive it is; `我` where it is not given"},
    credits_notices=False,
)
