"""WechatExporter for iOS backups, HTML: `index.html` and the scripts `Files/Data/msg-*.js` that hold the rest.

Takes a page and its siblings, gives entries. A message is `<div class="msg chat left" msgid="…" msgtype="…">`:
`left` and `right` tell own messages (right); `.nt-box` holds the name in `span.dspname` with the account in `wxId`,
and the time; `.content-box` holds the body. `chat-notice` is a notice without name and time. A script holds an array
of such pieces as JSON texts. `msgid` is a row number of the phone and no server id.

The page is cut at the messages and each piece is parsed on its own: the tool does not escape texts, so that one
message would else break all that follow, and memory would grow with the page. Of the markup in a text only what the
tool itself writes counts (emoji images, whose code is in `rawemoji`, and line breaks); the rest is what was typed.

Source of the format: `res/templates` and `MessageParser.cpp`, versions 1.8 to 2022. Needs the extra `html`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from wechatlog.content.dialects.wechatexporter import WECHATEXPORTER
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import quote_segments, read_placeholder
from wechatlog.content.vocabulary import APP_MESSAGE, kind_of_type
from wechatlog.diagnostics import Severity
from wechatlog.engine import Entry, Evidence, Format, Head, Reading, Refusal, one_segment
from wechatlog.engine.entry import Body
from wechatlog.engine.html import classes_of, has_class, node_text, parse_fragment
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.markup import Piece, iter_pieces, tell_crowded, tell_times
from wechatlog.model import MessageKind
from wechatlog.readers.wechatexporter_text import Forwards, find_title, read_body, read_transfer
from wechatlog.source import Source

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LONGEST_MARK: Final = 300
_NAMES: Final = ("dspname", "name-left", "name-right")
_MESSAGE: Final = re.compile(
    r'<div class="msg (?P<classes>[a-z][^"<>\n]{0,120})" msgid="(?P<id>[^"<>\n]{0,80})"'
    r'(?: msgtype="(?P<type>[^"<>\n]{0,40})")?'
)
_PAGE_TITLE: Final = re.compile(r"<title>(?P<title>[^<\n]*)</title>", re.IGNORECASE)
_ARRAY: Final = re.compile(r"(?=\[\s*+(?:\"|\]))")
_SCRIPT: Final = re.compile(r"<div class=\\\"msg [a-z][^\"<>\n]{0,120}\\\" msgid=")
_PAGE_END: Final = re.compile(r"(</div>)\s*+(?:<script\b|</body>)")
_CLOCK: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[^<]{0,20}")
_TIMED: Final = re.compile(r"[0-9]:[0-9]{2}")
_EMOJI: Final = re.compile(r'<img [^<>]*?\brawemoji="(?P<code>[^"<>]*)"[^<>]*>')
_BREAK: Final = re.compile(r"<br ?/?>")
_NOTICE_HEAD: Final = re.compile(r"(?:System Message|系统消息)[:：] ?")
_QUOTE: Final = re.compile(r"「(?P<sender>[^：\n]{0,100})：(?P<text>.*)」", re.DOTALL)
_PATTERNS: Final = ("Files/Data/msg-*.js", "Data/msg-*.js", "*_files/Data/msg-*.js")
_DIGITS: Final = re.compile(r"([0-9]+)")
_FORWARD_BEGINS: Final = "<< "
_FORWARD_ENDS: Final = re.compile(r"(?P<title>.*) (?:结束|Ends) >>", re.DOTALL)


def _typed_text(markup: str) -> str:
    """What was typed: the tool's own markup undone, entities decoded, everything else as it stands."""

    def code(match: re.Match[str]) -> str:
        word = html.unescape(match["code"])
        return html.escape(word if word[:1] in ("[", "/", "") else f"[{word}]", quote=False)

    text = _EMOJI.sub(code, markup)
    return html.unescape(_BREAK.sub("\n", text)).replace("\r\n", "\n").replace("\r", "\n")


def _raw_text(markup: str, *, last: bool = False) -> str:
    """The text of the bubble of a piece, from its markup: of `<pre>`, else of the last `span.msg-text`.

    `last` where the template has other texts before it.
    """
    mark = 'msg-text"><pre>'
    begin = markup.rfind(mark) if last else markup.find(mark)
    if begin >= 0:
        end = markup.rfind("</pre></span>")
    else:
        mark = 'msg-text">'
        begin = markup.rfind(mark)
        end = markup.find("</span>", begin)
    if begin < 0:
        return ""
    begin += len(mark)
    return _typed_text(markup[begin : end if end >= begin else len(markup)])


class _Piece:
    def __init__(self, markup: str, kind: str) -> None:
        self.markup, self.type = markup, kind
        root = parse_fragment(markup)
        self.outer = classes_of(root)
        self.node = self.outer.get("content-box", root)
        self.parts = classes_of(self.node)

    @property
    def number(self) -> int | None:
        return int(self.type) if re.fullmatch(r"[0-9]{1,9}", self.type) else None

    @property
    def link(self) -> tuple[str, str]:
        node = self.find("a")
        return ("", "") if node is None else (node.get("href") or "", node_text(node).strip())

    def text_of(self, name: str) -> str:
        node = self.parts.get(name)
        return "" if node is None else node_text(node).strip()

    def find(self, tag: str) -> HtmlElement | None:
        return next((node for node in self.node.iter(tag) if not has_class(node, "wxemoji")), None)

    def source_of(self, tag: str) -> str:
        node = self.find(tag)
        inner = None if node is None else next(node.iter("source"), None)
        return "" if inner is None else inner.get("src") or ""


def _one(kind: MessageKind, text: str, **data: object) -> Body:
    return kind, text, one_segment(kind, text, **data)


def _read_card(body: _Piece) -> Body | None:
    kind, name = body.text_of("card-type"), body.text_of("card-name")
    if not kind:
        return None
    if "channel-title" in body.parts:
        title = body.text_of("channel-title")
        return _one(MessageKind.CHANNEL, f"{title} - {kind} {name}", title=title, url=body.link[0])
    text = f"{kind} {name}".strip()
    if "视频号" in kind or "Channel" in kind:
        return _one(MessageKind.CHANNEL, text, title=name)
    return _one(MessageKind.CARD, text, name=name)


def _read_quote(body: _Piece) -> Body | None:
    if "refermsg" not in body.parts:
        return None
    begin = body.markup.find(">", body.markup.find("refermsg")) + 1
    quoted = _typed_text(body.markup[begin : body.markup.find("</span><br", begin)])
    quoted = quoted.removeprefix("<pre>").removesuffix("</pre>")
    match = _QUOTE.fullmatch(quoted)
    reply = _raw_text(body.markup, last=True)
    sender, text = (match["sender"], match["text"]) if match else (None, quoted)
    return MessageKind.QUOTE, reply, quote_segments(reply, sender, text)


def _read_media(body: _Piece) -> Body | None:
    if path := body.source_of("audio"):
        return _one(MessageKind.VOICE, "", path=path)
    if "voicebox" in body.parts:
        length = body.text_of("voicetime")
        found = read_placeholder(f"[语音 {length}]", WECHATEXPORTER)
        seconds = getattr(found[1][0], "seconds", None) if found and found[1] else None
        return _one(MessageKind.VOICE, length, seconds=seconds, path=body.parts["voicebox"].get("audio"))
    if path := body.source_of("video"):
        return _one(MessageKind.VIDEO, "", path=path)
    image = body.find("img")
    if image is None or "triangle" in body.parts:
        return None
    path = image.get("rawurl") or image.get("src") or ""
    if has_class(image, "image"):
        caption = node_text(body.node).strip()
        kind = MessageKind.VIDEO if caption or body.type in ("43", "62", "video") else MessageKind.IMAGE
        return _one(kind, caption, path="" if kind is MessageKind.VIDEO else path)
    url = next((place for place in (image.get("rawsrc"), path) if place and place.startswith("http")), "")
    return _one(MessageKind.STICKER, "", path="" if path == url else path, url=url)


def _read_transfer(body: _Piece) -> Body | None:
    if "transfer-icon" not in body.parts:
        return None
    text = _raw_text(body.markup)
    found = read_transfer(f"微信转账 {text}")
    data = {} if found is None else {name: getattr(found[0], name) for name in ("amount", "note", "state")}
    return _one(MessageKind.TRANSFER, text, **data)


def _read_share(body: _Piece) -> Body | None:
    if "appinfo" not in body.parts:
        return None
    url, title = body.link
    if not title:
        return _read_plain(_raw_text(body.markup), body)
    description = _raw_text(body.markup, last=True)
    text = f"{title}\n{description}" if description and description != title else title
    if body.type == "file":
        return _one(MessageKind.FILE, text, name=title, path=url)
    return _one(MessageKind.LINK, text, title=title, url="" if url == "##" else url)


def _read_plain(text: str, body: _Piece) -> Body:
    """A text in a bubble: typed where the type says so, else a placeholder or the title of an app message."""
    if body.type and body.number in (1, None):
        return MessageKind.TEXT, text, None
    if (found := read_placeholder(text, WECHATEXPORTER)) is not None:
        return found[0], text, found[1]
    if body.number is None:
        kind, segments = read_body(text)
        return kind, text, segments
    if body.number == APP_MESSAGE:
        return _one(MessageKind.LINK, text, title=text) if text else (MessageKind.OTHER, text, None)
    return kind_of_type(body.number), text, None


def _read_bare(body: _Piece) -> Body:
    """A bubble without a text of its own: what its type says, with the file that it shows."""
    text = node_text(body.node).strip()
    kind = MessageKind.OTHER if body.number is None else kind_of_type(body.number)
    if kind not in (MessageKind.IMAGE, MessageKind.VOICE, MessageKind.VIDEO, MessageKind.STICKER):
        return kind, text, None
    shown = [node for tag in ("audio", "video", "img") for node in body.node.iter(tag)]
    return _one(kind, text, path=next((path for node in shown if (path := node.get("src"))), ""))


_BODIES: Final = (_read_quote, _read_card, _read_transfer, _read_share, _read_media)


def _read(body: _Piece) -> Body:
    for read in _BODIES:
        if (found := read(body)) is not None:
            return found
    if "msg-text" not in body.parts and "dont-break-out" not in body.markup:
        return _read_bare(body)
    span = body.parts.get("dont-break-out")
    return _read_plain(_raw_text(body.markup) or ("" if span is None else node_text(span)), body)


class _Pass:
    def __init__(self, reading: Reading) -> None:
        self._source = reading.source
        self._reading = reading
        self._seen: set[str] = set()
        self._forwards = Forwards(reading)

    def entries(self) -> Iterator[Entry]:
        for piece in iter_pieces(self._reading.blocks(), _MESSAGE, _LONGEST_MARK):
            if piece.offset >= 0:
                yield from self._take(piece, self._source.name)
            else:
                tell_times(self._reading, piece.text, piece.line)
        self._reading.check_page_end(piece.text, piece.line + piece.text.count("\n"))
        for script in self._scripts():
            for number, piece in enumerate(self._script_pieces(script), 1):
                yield from self._take(piece._replace(line=number), script.name)
        yield from self._forwards.release()

    def _scripts(self) -> list[Source]:
        """The scripts beside the page, in the order of the numbers in their names."""

        def order(source: Source) -> list[tuple[int, int, str]]:
            parts = _DIGITS.split(source.name or "")
            return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]

        return sorted(next(filter(None, map(self._source.siblings, _PATTERNS)), []), key=order)

    def _script_pieces(self, script: Source) -> Iterator[Piece]:
        """The pieces in the array of a script; a message that the page has already is left out."""
        on_page = frozenset(self._seen)
        for item in iter_json(_array_blocks(script, self._reading), self._reading.collector, (), front=""):
            if not isinstance(item.value, str):
                continue
            pieces = [piece for piece in iter_pieces((item.value,), _MESSAGE, _LONGEST_MARK) if piece.offset >= 0]
            if pieces and _identifier(pieces[0]) not in on_page:
                yield from pieces

    # messages

    def _take(self, piece: Piece, source: str | None) -> Iterator[Entry]:
        match = _MESSAGE.match(piece.text)
        assert match is not None  # noqa: S101 - pieces begin at a match
        classes = match["classes"].split()
        identifier = _identifier(piece)
        if identifier and source == self._source.name:
            self._seen.add(identifier)
        tell_crowded(self._reading, piece.text, piece.line)
        markup = piece.text
        if "</body>" in markup and (end := _PAGE_END.search(markup)):  # what follows the last message
            markup = markup[: end.end(1)]
        if "chat-notice" in classes:
            yield from self._notice(markup, piece)
        else:
            yield from self._forwards.take(self._message(markup, classes, match["type"] or "", piece))

    def _notice(self, markup: str, piece: Piece) -> Iterator[Entry]:
        text = _NOTICE_HEAD.sub("", _raw_text(markup) or node_text(parse_fragment(markup)).strip(), count=1)
        if "fmsgtag" in markup[:200]:
            if text.startswith(_FORWARD_BEGINS) and self._forwards.open(text[len(_FORWARD_BEGINS) :]):
                return
            if _FORWARD_ENDS.fullmatch(text) and self._forwards.close():
                return
        yield from self._forwards.take(Entry(piece.line, kind=read_notice(text) or MessageKind.SYSTEM, text=text))

    def _message(self, markup: str, classes: list[str], kind: str, piece: Piece) -> Entry:
        body = _Piece(markup, kind)
        name = next((body.outer[name] for name in _NAMES if name in body.outer), None)
        sender, account = (None, None) if name is None else (node_text(name) or None, name.get("wxid") or None)
        nested, side = "fmsg" in classes, {word.rpartition("-")[2] for word in classes} & {"left", "right"}
        if "avatar" in body.outer and not nested:
            self._reading.keep_avatar(self._reading.chat, account or sender, body.outer["avatar"].get("src"))
        time, precision = None, None
        if clock := None if name is None else _CLOCK.search(name.tail or ""):
            time, precision = self._reading.clock(clock.group().strip(), line=piece.line)
        else:
            self._reading.report("bad-time", "a message without a time", severity=Severity.ERROR, line=piece.line)
        own = None if nested or len(side) != 1 else side == {"right"}
        return Entry(piece.line, time, precision, sender, account, own, *_read(body), offset=piece.offset)


def _identifier(piece: Piece) -> str:
    """The `msgid`; old templates have the class behind it by mistake."""
    match = _MESSAGE.match(piece.text)
    return (match["id"].split() or [""])[0] if match else ""


def _array_blocks(script: Source, reading: Reading) -> Iterator[str]:
    blocks, held = script.blocks(reading.collector, reading.encoding), ""
    for block in blocks:
        held += block
        if match := _ARRAY.search(held):
            yield held[match.end() :]
            yield from blocks


def _detect(head: Head) -> Evidence | Refusal | None:
    text = head.text
    if head.containers & {"js", "json"}:
        rest = "the rest of a WechatExporter page: read the page that it belongs to"
        return None if _SCRIPT.search(text) is None else Refusal(rest)
    title = _PAGE_TITLE.search(text)
    named = title is not None and find_title(html.unescape(title["title"])) is not None
    framed = _MESSAGE.search(text) is not None
    if framed and (named or "nt-box" in text):
        return Evidence(1.0, 'messages in <div class="msg …" msgid=…>')
    if named and not (head.complete and _TIMED.search(text.rpartition("</style>")[2])):  # another tool's messages
        return Evidence(0.3, "the title of the page ends in 微信聊天记录")
    return None


def _entries(reading: Reading) -> Iterator[Entry]:
    """The messages of the page, then those of the scripts beside it."""
    title = _PAGE_TITLE.search(reading.head.fuller.text)
    name = None if title is None else html.unescape(title["title"])
    reading.chat.title = None if name is None else find_title(name) or name
    return _Pass(reading).entries()


HTML: Final = Format(
    "wechatexporter-html",
    "WechatExporter for iOS backups, HTML with its msg-*.js",
    ".html .htm",
    _detect,
    _entries,
    facts="WechatExporter",
)
