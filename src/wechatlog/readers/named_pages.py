"""Pages of tools without a reader of their own, told by what the classes of their elements are called.

Takes a page in which each message is an element of a class such as `msg` or `message`, gives entries: it is cut at
these elements as it streams by, and each of them says by the classes inside it who wrote, when, and what. The name of a
class is believed, and that it was is told (`guessed-elements`). Whoever knows more of a format says it with more
confidence and is asked first. Needs lxml (the extra `html`).

Source: the pages of wechat-exporter (liangyeshier), the Wechat-Exports of minglin2012 and superShen0916, and
wechat-cli's fork by fclwtt, all of 2026.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.content.accounts import is_account
from wechatlog.content.appmsg import parse_markup, split_sender_prefix
from wechatlog.content.dialects import BRACKET_LINES, WXCLI
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_local_type, kind_of_name, kind_of_type_name
from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, one_segment
from wechatlog.engine.html import classes_of, node_text, page_title, parse_fragment
from wechatlog.engine.markup import iter_pieces, report_crowded, tell_times
from wechatlog.engine.page_shapes import Shape, apply_shape, learn_shape, plain_names
from wechatlog.engine.reading import local_picture
from wechatlog.model import MessageKind
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.html import HtmlElement

    from wechatlog.engine import Draft
    from wechatlog.engine.entry import Body
    from wechatlog.segments import Segment

_MESSAGE: Final = "msg|message|chat-msg|chat-message|(?:msg|message|chat)-(?:item|row|line)|msg-wrap|message-wrapper"
_DAY: Final = "day|date|day-label|day-sep|tdiv|(?:date|time)-(?:sep|divider|separator|label|header|line)"
_NOTICE: Final = "sys|system|notice|tip|recall|(?:sys|system|notice|tip|recall)-(?:msg|message|wrap|row|tip)"
_SIDES: Final = (
    "outgoing|incoming|self|other|me|left|right|sent|received|system|unknown|s|o|mine|theirs|own|peer|partner"
)
_CHAT: Final = "(?:chat|conversation|session)-(?:section|block|panel|group)"
"""What holds the messages of one of several chats, under a heading that names it."""
_ROW: Final = r"row(?=[\"'][^<>]{0,100}>\s{0,40}<div class=[\"'](?:bubble|avatar)\b)"
"""A row that says no side and holds a bubble."""
_MARK: Final = re.compile(
    r'<(?:div|li|article|section|p|tr) (?:[a-z-]{1,20}="[^"<>]{0,100}" ){0,3}?'
    rf"class=[\"'](?=(?:[\w-]+ )*(?:{_MESSAGE}|{_DAY}|{_NOTICE}|{_CHAT}|row (?:{_SIDES})|{_ROW})[ \"'])"
    r"(?P<classes>[\w -]{1,200})[\"'][^<>]{0,4000}>"
)
_LONGEST: Final = 5000
_IS_MESSAGE: Final = re.compile(rf"{_MESSAGE}|row")
_IS_NOTICE: Final = re.compile(_NOTICE)
_IS_CHAT: Final = re.compile(_CHAT)
_GROUP: Final = re.compile(r"(?:群聊|群|Group)[:：] ?")
_OWN: Final = frozenset("self me mine own right sent out outgoing send from-me is-self is-me is-sender s".split())
_OTHERS: Final = frozenset(
    "other others left received in incoming receive recv them theirs friend from-other o peer partner".split()
)
_SENDER: Final = (
    "sender sender-name msg-sender message-sender sn name nickname nick who author username user-name from display-name"
    " dspname"
).split()
_TIME: Final = "time timestamp msg-time message-time timeline-time datetime clock msg-date t ts".split()
_BODY: Final = (
    "bubble msg-bubble message-bubble bub text msg-text message-text recall-text content msg-content message-content"
    " body msg-body message-body"
).split()
_LABEL: Final = "card-foot money-foot msg-type message-type type-tag kind type".split()
_META: Final = "meta msg-meta message-meta message-info msg-info type".split()
"""What may say all of it: `time · name · type`, or part of it."""
_QUOTE: Final = "quote-ref quote quoted quote-content reply refer reference".split()
_QUOTED_NAME: Final = "quote-from quote-sender quote-name quoted-sender".split()
_TRANSCRIPT: Final = "voice-cap voice-text transcript transcription".split()
_ORNAMENTS: Final = "avatar icon tag card-mark money-symbol".split()
_STAMPS: Final = ("data-ts", "data-time", "data-timestamp", "data-datetime", "data-date")
"""Attributes in which a page keeps the time that it shows without day or seconds."""
_ROLES: Final = frozenset((*_SENDER, *_TIME, *_META, *_QUOTE, *_QUOTED_NAME, *_LABEL, *_TRANSCRIPT, *_ORNAMENTS))
_READ: Final = frozenset({"sender", "time", "bubble", "msg-type", "icon"})
"""What `apply_shape` calls what it knows."""
_MEDIA: Final[Mapping[str, MessageKind]] = {
    "img": MessageKind.IMAGE,
    "audio": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
}
_NAMES: Final = {
    **dict.fromkeys((MessageKind.FILE, MessageKind.CARD), "name"),
    **dict.fromkeys((MessageKind.LINK, MessageKind.MUSIC, MessageKind.CHANNEL, MessageKind.MINI_PROGRAM), "title"),
    **dict.fromkeys((MessageKind.FORWARD, MessageKind.RED_PACKET), "title"),
    MessageKind.LOCATION: "label",
}
"""What the first line of a card is."""
_PAGES: Final = frozenset({MessageKind.LINK, MessageKind.MUSIC, MessageKind.CHANNEL, MessageKind.MINI_PROGRAM})
_ADDRESS: Final = re.compile(r"https?://\S+")
_AMOUNT: Final = re.compile(r"[￥¥][0-9][0-9,.]*")
_LENGTH: Final = re.compile(r"([0-9]{1,4})(?:″|''|\"|s|秒)")
_TYPED: Final = re.compile(r"\[(?:type_|消息类型[:：])?(?P<type>[a-z]{3,10}|[0-9]{1,19})\](?: (?P<rest>(?s:.*)))?")
"""Where a type stands in brackets in front of what the database has, perhaps cut."""
_LOST: Final = re.compile(r"[^\n]{1,6}(?=未能从本机数据中恢复|未找到|加载失败)")
_WEB_CLIENT: Final = "js_message_bubble"
"""What only bubbles of the web client, and of tools that took its page, have; there no message has a time."""
_ICON: Final = re.compile("[^\\w\\s\\[\\]\"“'@<>(（【「《]{1,4}\ufe0f? (?=\\S)")
"""A picture that a page puts in front of words."""
_UNSEEN: Final = "\u200b\u200e\u202a\ufeff\u2060\u00ad "
_NAME_AND_TIME: Final = re.compile(r"(?P<name>[^\n]*?) *(?P<time>[0-9]{4}[-/年.][^\n]{6,30})")
_LABELLED: Final = re.compile(r"\[[^\[\]\n]{1,6}\]\s?")
_SHARED: Final = re.compile(r"^(?:Shared|Sent) an? ")
"""What stands in front of a kind where a page says that somebody did something."""
_BOX: Final = re.compile(r"(?<![\w-])(?P<kind>[a-z]{2,12})-(?:box|card|msg)(?![\w-])")
"""What holds what is no text."""
_PAIR: Final = re.compile(r" [与和&] ")
_NOBODY: Final = frozenset({"系统", "系统消息", "系统通知", "system", "System", "媒体附件"})
"""Who is said to have written what nobody wrote."""
_BEHIND: Final = re.compile(r"\s*·\s*$")
_NAMED: Final = re.compile(r"class=[\"'](sender [\w -]{1,60})[\"']")
_DATED: Final = re.compile(rf"class=[\"'](?:{_DAY})[\"']>(?:<span[^>]{{0,99}}>)?[0-9]{{4}}")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_CALLS_ME: Final = re.compile(rf"(?:[>\"']\s{{0,9}}|· ){ME}\s{{0,9}}[<\"'·0-9]")
_CLASSES: Final = re.compile(
    r"^<[^<>]*?\bclass\s*=\s*(?P<quote>[\"']?)(?P<classes>(?(quote)[^\"'<>]*|[^\s\"'<>]+))", re.IGNORECASE
)
_LAST: Final = re.compile("</body>|</html>", re.IGNORECASE)
_END: Final = re.compile(r"<(?:script|footer)\b|</(?:main|body)>|<div [^<>]{0,200}(?:footer|empty-hint)")


_Part: TypeAlias = "tuple[HtmlElement, set[str]]"
"""An element, and its classes."""


class _Piece(NamedTuple):
    """An element that is a message, a notice or a day.

    Attributes:
        node: the element.
        classes: its own.
        inner: the first element of each class in it.
    """

    node: HtmlElement
    classes: set[str]
    inner: Mapping[str, HtmlElement]
    line: int
    offset: int | None

    def first(self, names: list[str]) -> HtmlElement | None:
        """The element in it of the first of these classes that there is."""
        return next((self.inner[name] for name in names if name in self.inner), None)

    def words(self, names: list[str]) -> str:
        """What stands in the element of such a class."""
        return _shown(self.first(names), *names)

    def kept(self, attribute: str) -> str:
        """What the element of the message keeps in an attribute."""
        return (self.node[0] if len(self.node) else self.node).get(attribute) or ""


def _shown(node: HtmlElement | None, *leave_out: str) -> str:
    return "" if node is None else node_text(node, leave_out=_ROLES.difference(leave_out)).strip()


def _named(piece: _Piece) -> tuple[str, str]:
    """The name, and the time that may stand behind it in the same element; names of files are none."""
    node = piece.first(_SENDER)
    boxes = () if node is None else (each.get("class") or "" for each in node.iterancestors())
    name = "" if any(map(_BOX.search, boxes)) else _shown(node, *_SENDER)
    match = _NAME_AND_TIME.fullmatch(name)
    name, time = (match["name"], match["time"]) if match and parse_clock(match["time"]) else (name, "")
    return name.rstrip(":： "), time


def _moment(piece: _Piece) -> str:
    kept = next((value for value in map(piece.kept, _STAMPS) if ":" in value[8:] and parse_clock(value)), None)
    if kept is not None:
        return kept
    node = piece.first(_TIME)
    node = next(piece.node.iter("time"), None) if node is None else node
    if node is None:
        return ""
    said = next((value for key in ("datetime", "title") if (value := node.get(key)) and parse_clock(value)), None)
    return said or node_text(node).strip("[]【】()（） \n\t")


def _of_meta(piece: _Piece) -> tuple[str, str, str]:
    """Name, time and type, where one element says them with dots between; empty for what it does not say."""
    parts = [part.strip() for part in piece.words(_META).split(" · ")]
    time = next((part for part in parts if parse_clock(part) or _CLOCK.fullmatch(part)), "")
    rest = [part for part in parts if time and part and part != time]
    name, kind = (*rest, "", "")[:2]
    return ("", time, name) if len(rest) == 1 and piece.first(_SENDER) is not None else (name, time, kind)


def _time(reading: Reading, said: str, day: str, line: int) -> tuple[dt.datetime | None, Any]:
    try:
        if (time := dt.datetime.fromisoformat(said)).tzinfo is not None:
            return reading.zoned(time), "second"
    except ValueError:
        pass
    said = f"{day} {said}" if _CLOCK.fullmatch(said) else said
    return reading.clock(said, line=line) if said.strip() else (None, None)


def _typed(name: str) -> MessageKind | None:
    kind = kind_of_local_type(int(name)) if name.isdigit() else kind_of_type_name(name)
    return None if kind is MessageKind.TEXT else kind


def _card(kind: MessageKind, text: str) -> dict[str, Any]:
    """What the words of a card say: its name on the first line, an address, an amount, a length."""
    first, address = text.partition("\n")[0], _ADDRESS.search(text)
    said: dict[str, Any] = {_NAMES[kind]: first} if kind in _NAMES and first and first[0] != "[" else {}
    if kind in _PAGES and address:
        said["url"] = address.group()
    if kind is MessageKind.TRANSFER and (amount := _AMOUNT.search(text)):
        said["amount"] = amount.group()
    if kind is MessageKind.VOICE and (length := _LENGTH.search(text)):
        said["seconds"] = int(length[1])
    return said


def _body(reading: Reading, piece: _Piece, node: HtmlElement, label: str) -> Body:
    """What a bubble holds: a reply with what it answers, a file, a card, or words."""
    meta = () if node is piece.node or _of_meta(piece)[1] else _META
    meta = [name for name in meta if name != "type"] if kind_of_name(piece.words(_LABEL)) else meta
    text = _shown(node, *meta, *(("name",) if any(map(_BOX.fullmatch, piece.inner)) else ()))
    text = _ICON.sub("", text, count=1) if _ICON.match(text) and text.partition(" ")[2][:1] == "[" else text
    quote = piece.first(_QUOTE)
    quote = next(node.iter("blockquote"), None) if quote is None else quote
    if quote is not None:
        quoted = _shown(quote, *_QUOTE)
        words = text if quoted != text else ""
        return MessageKind.QUOTE, words, quote_segments(words, piece.words(_QUOTED_NAME).rstrip(":：") or None, quoted)
    if (typed := _TYPED.fullmatch(text)) is not None and (kind := _typed(typed["type"])) is not None:
        if (built := parse_markup(typed["rest"] or "", Collector(), zone=reading.tz, line=piece.line)) is not None:
            return built.body
        return kind, text, one_segment(kind, text) if kind not in PLAIN_KINDS else None
    if "activity" in (node.get("class") or "").split() and (kind := kind_of_name(_SHARED.sub("", text))) is not None:
        return kind, text, one_segment(kind, text) if kind not in PLAIN_KINDS else None
    files = (*node.iter("img"), *piece.node.iter("audio", "video"))
    file = next((each for each in files if _source(each) and "emoji" not in (each.get("class") or "")), None)
    label = piece.words(_LABEL) or label or piece.kept("data-type")
    placed = read_placeholder(text, WXCLI, zone=reading.tz) or read_placeholder(text, BRACKET_LINES, zone=reading.tz)
    kind = _kind(piece, node, text, label, file)
    if kind is not MessageKind.TEXT and (
        built := parse_markup(text, reading.collector, zone=reading.tz, line=piece.line)
    ):
        return built.body
    if kind is not None and (kind is not MessageKind.OTHER or placed is None):
        return reading.kind_of(kind, kind, text, piece.line), text, _segments(reading, piece, kind, text, file)
    kind = placed[0] if placed else MessageKind.TEXT
    if (kind in NOTICES or text[:1] in ('"', "“")) and (told := read_notice(_LABELLED.sub("", text))) is not None:
        return told, text, None
    return kind, text, placed[1] if placed else None


def _source(file: HtmlElement) -> str:
    """Where a picture, a voice or a video is, which may stand in an element in it."""
    return next((each.get("src") for each in (file, *file.iter("source")) if each.get("src")), "").strip()


def _kind(piece: _Piece, node: HtmlElement, text: str, label: str, file: HtmlElement | None) -> MessageKind | None:
    """What a bubble is, by the file in it, its label, or the classes and words of one that has neither."""
    lost = _LOST.match(text)
    boxes = [match["kind"] for name in piece.inner if (match := _BOX.fullmatch(name))]
    first = text.split(" ", 1)[0] if boxes else ""
    names = (*piece.classes, *(node.get("class") or "").split(), lost.group() if lost else "", first, *boxes)
    shaped = next((each for each in map(kind_of_name, names) if each is not None and each not in PLAIN_KINDS), None)
    named = kind_of_name(label) if label else None
    kind = shaped if named in (None, MessageKind.TEXT) else named
    return _MEDIA[file.tag] if file is not None and kind is not MessageKind.STICKER else kind


def _segments(
    reading: Reading, piece: _Piece, kind: MessageKind, text: str, file: HtmlElement | None
) -> tuple[Segment, ...] | None:
    """What stands in a bubble of a kind: what its words say, and of its file and transcript what they do not."""
    if kind in PLAIN_KINDS:
        return None
    shown = parse_body(kind, text, BRACKET_LINES, zone=reading.tz)
    known = _card(kind, text) if shown is None or len(shown) == 1 else {}
    linked = (local_picture(link.get("href") or "").partition("#")[0] for link in piece.node.iter("a"))
    path = _source(file) if file is not None else next(filter(None, linked), "")
    known |= {"path": path} if path and shown and hasattr(shown[0], "path") else {}
    known |= {"transcript": words} if (words := piece.words(_TRANSCRIPT)) else {}
    if shown and (known := {name: value for name, value in known.items() if not getattr(shown[0], name, value)}):
        return (attrs.evolve(shown[0], **known), *shown[1:])
    return shown


def _notice(reading: Reading, piece: _Piece) -> Body:
    for clock in list(piece.node.iter("time")):
        clock.drop_tree()
    text = _ICON.sub("", _BEHIND.sub("", _shown(piece.node)), count=1)
    typed = _TYPED.fullmatch(text)
    words = (typed["rest"] or "") if typed else text
    if (built := parse_markup(words, reading.collector, zone=reading.tz, line=piece.line)) is not None:
        return built.body
    return read_notice(words) or read_notice(_LABELLED.sub("", words, count=1)) or MessageKind.SYSTEM, text, None


def _side(classes: Iterable[str]) -> bool | None:
    return True if not _OWN.isdisjoint(classes) else False if not _OTHERS.isdisjoint(classes) else None


def _unmarked_side(head: str) -> bool | None:
    """Whether the owner wrote what no class says a side of: so it is where only the others are marked."""
    marked = (match[1] for pattern in (_MARK, _NAMED) for match in pattern.finditer(head))
    return _unmarked(classes.split() for classes in marked)


def _unmarked(marked: Iterable[Iterable[str]]) -> bool | None:
    sides = {_side(classes) for classes in marked} - {None}
    return not sides.pop() if len(sides) == 1 else None


def _shaped(reading: Reading, shape: Shape, text: str, node: HtmlElement, line: int) -> Iterator[_Part]:
    """The elements of a piece of a page whose classes are not known, each with classes that are."""
    beside = [node]
    if shape.message.match(text) is not None:
        match = _CLASSES.match(text)
        message, beside = apply_shape(shape, node)
        is_notice = shape.sender is not None and "sender" not in classes_of(message)
        if shape.body is not None and not is_notice and len(rest := node_text(message, leave_out=_READ).strip()) > 2:
            what = f"what else stands in the messages of this page is not known and was left out: {rest[:60]!r}"
            reading.tell_first("unread-part", what, line)
        if is_notice and _is_heading(message):
            _leave_heading(reading, _shown(message), line)
        else:
            classes = plain_names(match["classes"] if match else "")
            yield message, {"message", *classes, *(("system",) if is_notice else ())}
    is_last = _LAST.search(text) is not None
    for other in beside:
        said = _shown(other)
        if _CLOCK.fullmatch(said) or parse_clock(f"{said} 12:00"):
            yield other, set()
        elif said and _is_heading(other):
            _leave_heading(reading, said, line)
        elif said and is_last and read_notice(said) is None:
            reading.report("unread-part", f"what stands below the messages was left out: {said[:60]!r}", line=line)
        elif said:
            yield other, {"system"}


def _is_heading(node: HtmlElement) -> bool:
    """Whether an element is, or holds, a heading of a table or of what stands below it."""
    return next(node.iter("th", "h1", "h2", "h3", "h4", "h5", "h6"), None) is not None


def _leave_heading(reading: Reading, said: str, line: int) -> None:
    reading.tell("text-outside-messages", f"a heading between messages was left out: {said[:60]!r}", line)


@attrs.define
class _Above:
    """What stands above a message: the day, the time if it is for several messages, and who else has written.

    `named` is whether the page calls its owner 我, `chat` that of a page that has several.
    """

    day: str = ""
    time: str = ""
    named: bool = False
    others: set[str] = attrs.field(factory=set)
    chat: Draft | None = None

    def begin(self, reading: Reading, node: HtmlElement, key: str) -> None:
        """Take the heading of what holds a chat; what has none is no chat of its own."""
        title = next((node_text(each).strip() for each in node.iter("h1", "h2", "h3", "h4")), "")
        if title:
            group = _GROUP.match(title)
            named = title[group.end() :] if group else title
            self.chat = reading.chat_of(key, title=named or title, is_group=True if group else None)
            self.day, self.time, self.others = "", "", set()

    def learn(self, said: str) -> None:
        """Take what stands in an element of a day or a time."""
        if not _CLOCK.fullmatch(said) and parse_clock(f"{said} 12:00"):
            self.day = said
        said = f"{self.day} {said}" if self.day and _CLOCK.fullmatch(said) else said
        if ":" in said and parse_clock(said):
            self.time = said


def _clock(reading: Reading, piece: _Piece, said: str, above: _Above) -> tuple[dt.datetime | None, Any]:
    if said or not above.time:
        return _time(reading, said or above.day, above.day, piece.line)
    reading.tell_first("rough-times", "a time stands above several messages: each of them has it", piece.line)
    time, precision = _time(reading, above.time, above.day, piece.line)
    return time, precision and "minute"


def _message(reading: Reading, piece: _Piece, above: _Above, unmarked: bool | None) -> Entry:
    """What an element says of one message, or of a notice."""
    (written, said, label), (name, behind), chat = _of_meta(piece), _named(piece), above.chat or reading.chat
    time, precision = _clock(reading, piece, _moment(piece) or said or behind, above)
    if any(map(_IS_NOTICE.fullmatch, (*piece.classes, *piece.inner))):
        return Entry(piece.line, time, precision, None, None, None, *_notice(reading, piece), offset=piece.offset)
    node, sender = piece.first(_BODY), piece.first(_SENDER)
    if node is not None and len(piece.node.find_class((node.get("class") or "").split()[0])) > 1:
        report_crowded(reading, piece.line)
    side = _side(piece.classes.union("" if sender is None else (sender.get("class") or "").split()))
    own = unmarked if side is None else side
    name = (name or written).strip(_UNSEEN)
    own = (name == ME or (False if above.named and name else None)) if own is None else own
    account = _without_account(node) if node is not None and not name and not own else None
    chat.is_group = chat.is_group or (True if account else None)
    kind, text, segments = _body(reading, piece, piece.node if node is None else node, label)
    if node is None and kind is MessageKind.TEXT:
        kind = MessageKind.OTHER
    if name in _NOBODY and kind in (MessageKind.TEXT, MessageKind.OTHER, MessageKind.SYSTEM):
        kind, segments = read_notice(text) or MessageKind.SYSTEM, None
    if name in _NOBODY or kind in NOTICES:
        return Entry(piece.line, time, precision, None, None, None, kind, text, segments, offset=piece.offset)
    name = "" if own and name == chat.title else name
    above.others |= {name} if name and not own else set()
    alone = not chat.is_group and above.others <= {chat.title} and not _PAIR.search(chat.title or "")
    unnamed = reading.owner or ME if own else chat.title if alone else None
    names = name or account or unnamed, account
    return Entry(piece.line, time, precision, *names, own, kind, text, segments, offset=piece.offset)


def _entries(reading: Reading) -> Iterator[Entry]:
    head = reading.head.text
    shape = None if _is_named(head) else learn_shape(head)
    pieces = iter_pieces(reading.blocks(), shape.mark if shape else _MARK, _LONGEST)
    unmarked = _unmarked(shape.sides) if shape else _unmarked_side(head)
    front = next(pieces)
    reading.chat.title = page_title(front.text)
    tell_times(reading, front.text, front.line)
    last, is_over, outer = "", True, set[str]()
    above = _Above(named=_CALLS_ME.search(head) is not None)
    for text, line, offset in pieces:
        match, end = _MARK.match(text), _END.search(text)
        node = parse_fragment(text[: end.start()] if end else text, "div" if shape is None else "x-piece")
        last, is_over = text, end is not None
        if end is not None:
            tell_times(reading, text[end.start() :], line + text.count("\n", 0, end.start()))
        if shape is None:
            parts = [(node, {*(match["classes"].split() if match else ()), *outer})]
            severity = Severity.WARNING if end is None else Severity.INFO  # of the last, behind which a page may go on
            _tell_behind(reading, node, match["classes"] if match else "", line, severity)
        else:
            parts = list(_shaped(reading, shape, text, node, line))
        outer = set()
        for element, classes in parts:
            piece = _Piece(element, classes, classes_of(element), line, offset)
            if any(map(_IS_MESSAGE.fullmatch, classes)) or any(map(_IS_NOTICE.fullmatch, classes)):
                if shape is None:
                    what = "no tool is known that writes this page: its classes were believed"
                    reading.tell_first("guessed-elements", what, line)
                else:
                    what = "no tool is known that writes this page: its elements were told by where its times stand"
                    reading.tell_first("guessed-elements", what, line, Severity.WARNING)
                if element.text_content().strip() or next(element.iter("img", "audio", "video"), None) is not None:
                    yield _message(reading, piece, above, unmarked)._replace(chat=above.chat)
                else:  # what holds the next one says whose it is
                    outer = classes
            elif any(map(_IS_CHAT.fullmatch, classes)):
                above.begin(reading, element, str(line))
            else:
                above.learn(_shown(element))
    if not is_over or "</html>" in last:
        reading.check_page_end(last)


def _tell_behind(reading: Reading, node: HtmlElement, classes: str, line: int, severity: Severity) -> None:
    """Tell what stands behind an element of a piece, and is neither a time nor called as what belongs to messages."""
    message = next((each for each in node.iter() if each.get("class") == classes), None)
    above = [] if message is None else itertools.takewhile(lambda each: each is not node, message.iterancestors())
    for each in () if message is None or message is node else (message, *above):
        for other in each.itersiblings():
            said = _shown(other)
            is_time = _CLOCK.fullmatch(said) or parse_clock(said) or parse_clock(f"{said} 12:00")
            if said and not is_time and _ROLES.isdisjoint((other.get("class") or "").split()):
                what = f"what stands behind a message is none that is known: {said[:60]!r}"
                reading.report("unread-part", what, severity=severity, line=line)


def _without_account(node: HtmlElement) -> str | None:
    """The account that a content of a group begins with, which is taken out of the element."""
    account, text = split_sender_prefix((node.text or "").lstrip())
    if account and is_account(account):
        node.text = text
        return account
    return None


def _is_named(text: str) -> bool:
    """Whether the classes of a page that begins like this are those of chats."""
    marks = list(_MARK.finditer(text))
    for match, following in zip(marks, [*marks[1:], None], strict=False):
        piece = text[match.start() : following.start() if following else None]
        names = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class=["\']([^"\']{1,200})', piece))))
        timed = (
            not names.isdisjoint((*_TIME, *_META, _WEB_CLIENT)) or "<time" in piece or _DATED.search(text) is not None
        )
        if timed and not names.isdisjoint(_BODY) and not names.isdisjoint((*_SENDER, *_OWN, *_OTHERS)):
            return True
    return False


def _detect(head: Head) -> Evidence | None:
    if _is_named(head.text):
        return Evidence(0.4, "elements that are called as those of chats are")
    if head.text.lstrip()[:1] == "<" and learn_shape(head.text) is not None:
        return Evidence(0.35, "elements that repeat, each with a time, a name and words")
    return None


PAGES: Final = Format(
    "named-pages", "a page whose elements are called as those of chats are (any tool)", ".html .htm", _detect, _entries
)
