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

from wechatlog.content.dialects import WECHATEXPORTER
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import quote_segments, read_placeholder
from wechatlog.content.vocabulary import kind_of_type, segment_for
from wechatlog.diagnostics import Severity
from wechatlog.engine import Entry, Evidence, Format, Head, Reading, Refusal, batches_of
from wechatlog.engine.entry import Body
from wechatlog.engine.html import classes_of, first_with_class, has_class, node_text, parse_fragment
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.markup import Piece, iter_pieces
from wechatlog.model import MessageKind
from wechatlog.readers.wechatexporter_text import find_title, read_body, read_transfer
from wechatlog.segments import Forward
from wechatlog.source import Source

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LONGEST_MARK: Final = 300
_MESSAGE: Final = re.compile(
    r'<div class="msg (?P<classes>[a-z][^"<>\n]{0,120})" msgid="(?P<id>[^"<>\n]{0,80})"'
    r'(?: msgtype="(?P<type>[^"<>\n]{0,40})")?'
)
_PAGE_TITLE: Final = re.compile(r"<title>(?P<title>[^<\n]*)</title>", re.IGNORECASE)
_ARRAY: Final = re.compile(r"(?=\[\s*+(?:\"|\]))")
_SCRIPT: Final = re.compile(r"<div class=\\\"msg [a-z][^\"<>\n]{0,120}\\\" msgid=")
_PAGE_END: Final = re.compile(r"(</div>)\s*+(?:<script\b|</body>)")
_CLOCK: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[^<]{0,20}")
_EMOJI: Final = re.compile(r'<img [^<>]*?\brawemoji="(?P<code>[^"<>]*)"[^<>]*>')
_BREAK: Final = re.compile(r"<br ?/?>")
_NOTICE_HEAD: Final = re.compile(r"(?:System Message|系统消息)[:：] ?")
_QUOTE: Final = re.compile(r"「(?P<sender>[^：\n]{0,100})：(?P<text>.*)」", re.DOTALL)
_PATTERNS: Final = ("Files/Data/msg-*.js", "Data/msg-*.js", "*_files/Data/msg-*.js")
_DIGITS: Final = re.compile(r"([0-9]+)")
_FORWARD_BEGINS: Final = "<< "
_FORWARD_ENDS: Final = re.compile(r"(?P<title>.*) (?:结束|Ends) >>", re.DOTALL)
_MOST_HELD: Final = 5_000


def _typed_text(markup: str) -> str:
    """What was typed: the tool's own markup undone, entities decoded, everything else as it stands."""
    text = _EMOJI.sub(lambda match: html.escape(_bracketed(html.unescape(match["code"])), quote=False), markup)
    return html.unescape(_BREAK.sub("\n", text)).replace("\r\n", "\n").replace("\r", "\n")


def _bracketed(code: str) -> str:
    return code if code[:1] in ("[", "/", "") else f"[{code}]"


def _raw_text(markup: str) -> str:
    """The text of the bubble of a piece, from its markup: of `<pre>`, else of the last `span.msg-text`."""
    mark = 'msg-text"><pre>'
    begin = markup.find(mark)
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
    """A message's piece, parsed."""

    def __init__(self, markup: str, kind: str) -> None:
        self.markup = markup
        self.type = kind
        root = parse_fragment(markup)
        box = first_with_class(root, "content-box")
        self.node = root if box is None else box
        self.root = root
        self._classes = classes_of(self.node)

    def first(self, name: str) -> HtmlElement | None:
        """The first element of a class."""
        return self._classes.get(name)

    def text_of(self, name: str) -> str:
        """The text of the first element of a class."""
        node = self.first(name)
        return "" if node is None else node_text(node).strip()

    def find(self, tag: str) -> HtmlElement | None:
        return next((node for node in self.node.iter(tag) if not has_class(node, "wxemoji")), None)

    def source_of(self, tag: str) -> str:
        node = self.find(tag)
        inner = None if node is None else next(node.iter("source"), None)
        return "" if inner is None else inner.get("src") or ""


def _one(kind: MessageKind, text: str, **data: object) -> Body:
    return kind, text, (segment_for(kind, text, **data),)


def _read_card(body: _Piece) -> Body | None:
    kind, name = body.text_of("card-type"), body.text_of("card-name")
    if not kind:
        return None
    if body.first("channel-title") is not None:
        link = body.find("a")
        url = "" if link is None else link.get("href") or ""
        title = body.text_of("channel-title")
        return _one(MessageKind.CHANNEL, f"{title} - {kind} {name}", title=title, url=url)
    text = f"{kind} {name}".strip()
    if "视频号" in kind or "Channel" in kind:
        return _one(MessageKind.CHANNEL, text, title=name)
    return _one(MessageKind.CARD, text, name=name)


def _read_quote(body: _Piece) -> Body | None:
    node = body.first("refermsg")
    if node is None:
        return None
    begin = body.markup.find(">", body.markup.find("refermsg")) + 1
    quoted = _typed_text(body.markup[begin : body.markup.find("</span><br", begin)])
    quoted = quoted.removeprefix("<pre>").removesuffix("</pre>")
    match = _QUOTE.fullmatch(quoted)
    reply = _raw_text(body.markup)
    sender, text = (match["sender"], match["text"]) if match else (None, quoted)
    return MessageKind.QUOTE, reply, quote_segments(reply, sender, text)


def _read_media(body: _Piece) -> Body | None:
    if path := body.source_of("audio"):
        return _one(MessageKind.VOICE, "", path=path)
    if path := body.source_of("video"):
        return _one(MessageKind.VIDEO, "", path=path)
    image = body.find("img")
    if image is None or body.first("triangle") is not None:
        return None
    path = image.get("rawurl") or image.get("src") or ""
    if has_class(image, "image"):
        caption = node_text(body.node).strip()
        kind = MessageKind.VIDEO if caption or body.type in ("43", "62", "video") else MessageKind.IMAGE
        return _one(kind, caption, path="" if kind is MessageKind.VIDEO else path)
    return _one(MessageKind.STICKER, "", path=path)


def _read_transfer(body: _Piece) -> Body | None:
    if body.first("transfer-icon") is None:
        return None
    text = _raw_text(body.markup)
    prefix = "微信转账 "
    found = read_transfer(prefix + text)
    data = {} if found is None else {name: getattr(found[0], name) for name in ("amount", "note", "state")}
    return _one(MessageKind.TRANSFER, text, **data)


def _read_share(body: _Piece) -> Body | None:
    if body.first("appinfo") is None:
        return None
    link = body.find("a")
    url = "" if link is None else link.get("href") or ""
    title = "" if link is None else node_text(link).strip()
    description = _raw_text(body.markup)
    if not title:
        return _read_plain(description, body.type)
    text = f"{title}\n{description}" if description and description != title else title
    if body.type == "file":
        return _one(MessageKind.FILE, text, name=title, path=url)
    return _one(MessageKind.LINK, text, title=title, url="" if url == "##" else url)


def _read_plain(text: str, kind: str) -> Body:
    """A text in a bubble: typed where the type says so, else a placeholder or the title of an app message."""
    number = int(kind) if re.fullmatch(r"[0-9]{1,9}", kind) else 1
    if number == 1 and kind:
        return MessageKind.TEXT, text, None
    if (found := read_placeholder(text, WECHATEXPORTER)) is not None:
        return found[0], text, found[1]
    if not kind:
        found_kind, segments = read_body(text)
        return found_kind, text, segments
    exact = kind_of_type(number)
    if number == 49:
        return (MessageKind.LINK, text, (segment_for(MessageKind.LINK, text, title=text),)) if text else (
            MessageKind.OTHER, text, None
        )  # fmt: skip
    return exact, text, None


def _read_bare(body: _Piece) -> Body:
    """A bubble without a text of its own: what its type says, with the file that it shows."""
    text = node_text(body.node).strip()
    kind = kind_of_type(int(body.type)) if re.fullmatch(r"[0-9]{1,9}", body.type) else MessageKind.OTHER
    if kind not in (MessageKind.IMAGE, MessageKind.VOICE, MessageKind.VIDEO, MessageKind.STICKER):
        return kind, text, None
    shown = [node for tag in ("audio", "video", "img") for node in body.node.iter(tag)]
    return _one(kind, text, path=next((path for node in shown if (path := node.get("src"))), ""))


_BODIES: Final = (_read_quote, _read_card, _read_transfer, _read_share, _read_media)


class _Pass:
    """One pass over a page and its scripts."""

    def __init__(self, reading: Reading) -> None:
        self._source = reading.source
        self._reading = reading
        self._seen: set[str] = set()
        self._waiting: Entry | None = None
        self._parents: list[tuple[str, Entry, list[Entry]]] = []

    def entries(self) -> Iterator[Entry]:
        for piece in iter_pieces(self._reading.blocks(), _MESSAGE, _LONGEST_MARK):
            if piece.offset >= 0:
                yield from self._take(piece, self._source.name)
        for script in self._scripts():
            for number, piece in enumerate(self._script_pieces(script), 1):
                yield from self._take(piece._replace(line=number), script.name)
        yield from self._release()

    def _scripts(self) -> list[Source]:
        found = next((some for pattern in _PATTERNS if (some := self._source.siblings(pattern))), [])
        return sorted(
            found,
            key=lambda source: [
                (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(source.name or "")
            ],
        )

    def _script_pieces(self, script: Source) -> Iterator[Piece]:
        """The pieces in the array of a script; a message that the page has already is left out."""
        on_page = frozenset(self._seen)
        for item in iter_json(_array_blocks(script, self._reading), self._reading.collector, (), tail=True):
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
        markup = _strip_page_end(piece.text)
        if "chat-notice" in classes:
            yield from self._notice(markup, piece)
        else:
            yield from self._emit(self._message(markup, classes, match["type"] or "", piece))

    def _notice(self, markup: str, piece: Piece) -> Iterator[Entry]:
        text = _NOTICE_HEAD.sub("", _raw_text(markup) or node_text(parse_fragment(markup)).strip(), count=1)
        if "fmsgtag" in markup[:200]:
            if text.startswith(_FORWARD_BEGINS) and self._waiting is not None:
                self._parents.append((text[len(_FORWARD_BEGINS) :], self._waiting, []))
                self._waiting = None
                return
            if _FORWARD_ENDS.fullmatch(text) and self._parents:
                self._close()
                return
        kind = read_notice(text) or MessageKind.SYSTEM
        yield from self._emit(Entry(piece.line, kind=kind, text=text))

    def _message(self, markup: str, classes: list[str], kind: str, piece: Piece) -> Entry:
        body = _Piece(markup, kind)
        name = next(
            (
                node
                for node in body.root.iter("span")
                if any(c in ("dspname", "name-left", "name-right") for c in (node.get("class") or "").split())
            ),
            None,
        )
        sender, account = (
            (None if name is None else node_text(name)) or None,
            None if name is None else name.get("wxid"),
        )
        picture = next((node for node in body.root.iter("img") if has_class(node, "avatar")), None)
        if picture is not None and "fmsg" not in classes:
            self._reading.keep_avatar(self._reading.chat, account or sender, picture.get("src"))
        clock = None if name is None else _CLOCK.search(name.tail or "")
        time, precision = None, None
        if clock is not None:
            time, precision = self._reading.clock(clock.group().strip(), line=piece.line)
        else:
            self._reading.report("bad-time", "a message without a time", severity=Severity.ERROR, line=piece.line)
        found, text, segments = self._read(body)
        nested = "fmsg" in classes
        side = {c.rpartition("-")[2] for c in classes} & {"left", "right"}
        return Entry(
            piece.line,
            time,
            precision,
            sender=sender,
            sender_id=account or None,
            is_self=None if nested or len(side) != 1 else side == {"right"},
            kind=found,
            text=text,
            segments=segments,
            offset=piece.offset,
        )

    def _read(self, body: _Piece) -> Body:
        for read in _BODIES:
            if (found := read(body)) is not None:
                return found
        if body.first("msg-text") is None and not body.markup.count("dont-break-out"):
            return _read_bare(body)
        return _read_plain(_raw_text(body.markup) or _plain_span(body), body.type)

    def _emit(self, message: Entry) -> Iterator[Entry]:
        """Hold the last message back, for a forward may follow it."""
        if self._waiting is not None:
            if self._parents:
                self._parents[-1][2].append(self._waiting)
            else:
                yield self._waiting
        self._waiting = message
        if self._parents and sum(len(nested) for _, _, nested in self._parents) > _MOST_HELD:
            yield from self._release()

    def _close(self) -> None:
        title, parent, nested = self._parents.pop()
        if self._waiting is not None:
            nested.append(self._waiting)
        messages = tuple(message for _, batch in batches_of(self._reading, nested) for message in batch)
        segment = Forward(title, messages, raw=parent.text)
        self._waiting = parent._replace(kind=MessageKind.FORWARD, segments=(segment,))

    def _release(self) -> Iterator[Entry]:
        for _, parent, nested in self._parents:
            self._reading.report(
                "open-forward",
                "a merged forward has no end; its messages are given one by one",
                line=parent.line,
            )
            yield parent
            yield from nested
        self._parents.clear()
        if self._waiting is not None:
            yield self._waiting
            self._waiting = None


def _identifier(piece: Piece) -> str:
    """The `msgid`; old templates have the class behind it by mistake."""
    match = _MESSAGE.match(piece.text)
    return (match["id"].split() or [""])[0] if match else ""


def _plain_span(body: _Piece) -> str:
    node = body.first("dont-break-out")
    return "" if node is None else node_text(node)


def _strip_page_end(markup: str) -> str:
    """A piece without what follows the last message of a page."""
    end = _PAGE_END.search(markup) if "</body>" in markup else None
    return markup if end is None else markup[: end.end(1)]


def _array_blocks(script: Source, reading: Reading) -> Iterator[str]:
    """The text of a script from its array on."""
    began = False
    held = ""
    for block in script.blocks(reading.collector, reading.encoding):
        text = block
        if not began:
            held += block
            match = _ARRAY.search(held)
            if match is None:
                continue
            text, began = held[match.end() :], True
        yield text


def _detect(head: Head) -> Evidence | Refusal | None:
    """The title of the page and the frame of its messages."""
    text = head.text
    if head.containers & {"js", "json"}:
        rest = "the rest of a WechatExporter page: read the page that it belongs to"
        return None if _SCRIPT.search(text) is None else Refusal(rest)
    title = _PAGE_TITLE.search(text)
    named = title is not None and find_title(html.unescape(title["title"])) is not None
    framed = _MESSAGE.search(text) is not None
    if framed and (named or "nt-box" in text):
        return Evidence(1.0, 'messages in <div class="msg …" msgid=…>')
    if named:
        return Evidence(0.9, "the title of the page ends in 微信聊天记录")
    return None


def _entries(reading: Reading) -> Iterator[Entry]:
    """The messages of the page, then those of the scripts beside it."""
    title = _PAGE_TITLE.search(reading.source.head().decode("utf-8", "replace"))
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
