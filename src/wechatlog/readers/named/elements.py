"""What an element of a page says of one message, by what the classes in it are called.

Takes an element with its classes, gives a name, a time, a text and segments. Needs lxml (the extra `html`).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.dialects.wx_cli import WXCLI
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_local_type, kind_of_name, kind_of_type_name
from wechatlog.diagnostics import Collector
from wechatlog.engine import NOTICES, Reading, one_segment
from wechatlog.engine.html import node_text
from wechatlog.engine.reading import local_picture
from wechatlog.model import MessageKind
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.html import HtmlElement

    from wechatlog.engine.entry import Body
    from wechatlog.segments import Segment

SENDER: Final = (
    "sender sender-name msg-sender message-sender sn name nickname nick who author username user-name from display-name"
    " dspname"
).split()
TIME: Final = "time timestamp msg-time message-time timeline-time datetime clock msg-date t ts".split()
BODY: Final = (
    "bubble msg-bubble message-bubble bub text msg-text message-text recall-text content msg-content message-content"
    " body msg-body message-body"
).split()
_LABEL: Final = "card-foot money-foot msg-type message-type type-tag kind type".split()
META: Final = "meta meta2 msg-meta message-meta message-info msg-info type".split()
"""What may say all of it: `time · name · type`, or part of it."""
_QUOTE: Final = "quote-ref quote quoted quote-content reply refer reference".split()
_QUOTED_NAME: Final = "quote-from quote-sender quote-name quoted-sender".split()
_TRANSCRIPT: Final = "voice-cap voice-text transcript transcription".split()
_ORNAMENTS: Final = "avatar icon tag card-mark money-symbol".split()
_STAMPS: Final = ("data-ts", "data-time", "data-timestamp", "data-datetime", "data-date")
"""Attributes in which a page keeps the time that it shows without day or seconds."""
ROLES: Final = frozenset((*SENDER, *TIME, *META, *_QUOTE, *_QUOTED_NAME, *_LABEL, *_TRANSCRIPT, *_ORNAMENTS))
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
_ICON: Final = re.compile("[^\\w\\s\\[\\]\"“'@<>(（【「《]{1,4}\ufe0f? (?=\\S)")
"""A picture that a page puts in front of words."""
_NAME_AND_TIME: Final = re.compile(r"(?P<name>[^\n]*?) *(?P<time>[0-9]{4}[-/年.][^\n]{6,30})")
_LABELLED: Final = re.compile(r"\[[^\[\]\n]{1,6}\]\s?")
_SHARED: Final = re.compile(r"^(?:Shared|Sent) an? ")
"""What stands in front of a kind where a page says that somebody did something."""
_BOX: Final = re.compile(r"(?<![\w-])(?P<kind>[a-z]{2,12})-(?:box|card|msg)(?![\w-])")
"""What holds what is no text."""
_BEHIND: Final = re.compile(r"\s*·\s*$")
CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_DAY: Final = (
    r"[0-9]{1,4}[-/.年月]|(?:[今昨前][天日]|(?:星期|周|週|禮拜|礼拜)[一二三四五六日天]|[上下中]午|[凌早]晨|晚上)[ ]"
)
_NAME_AND_CLOCK: Final = re.compile(rf"(?!{_DAY})((?:(?! · ).){{1,100}}) ({CLOCK.pattern})")


class Piece(NamedTuple):
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
        return shown_in(self.first(names), *names)

    def kept(self, attribute: str) -> str:
        """What the element of the message keeps in an attribute."""
        return (self.node[0] if len(self.node) else self.node).get(attribute) or ""


def shown_in(node: HtmlElement | None, *leave_out: str) -> str:
    """The words of an element without those of classes that say something else than words, but for some."""
    return "" if node is None else node_text(node, leave_out=ROLES.difference(leave_out)).strip()


def name_in(piece: Piece) -> tuple[str, str]:
    """The name, and the time that may stand behind it in the same element; names of files are none."""
    node = piece.first(SENDER)
    boxes = () if node is None else (each.get("class") or "" for each in node.iterancestors())
    name = "" if any(map(_BOX.search, boxes)) else shown_in(node, *SENDER)
    match = _NAME_AND_TIME.fullmatch(name)
    name, time = (match["name"], match["time"]) if match and parse_clock(match["time"]) else (name, "")
    return name.rstrip(":： "), time


def moment_in(piece: Piece) -> str:
    """The time of a message, as an attribute keeps it or else as it is shown."""
    kept = next((value for value in map(piece.kept, _STAMPS) if ":" in value[8:] and parse_clock(value)), None)
    if kept is not None:
        return kept
    node = piece.first(TIME)
    node = next(piece.node.iter("time"), None) if node is None else node
    if node is None:
        return ""
    said = next((value for key in ("datetime", "title") if (value := node.get(key)) and parse_clock(value)), None)
    return said or node_text(node).strip("[]【】()（） \n\t")


def told_by_meta(piece: Piece) -> tuple[str, str, str]:
    """Name, time and type, where one element says them with dots between; empty for what it does not say."""
    words = piece.words(META)
    behind = _NAME_AND_CLOCK.fullmatch(words)
    parts = [part.strip() for part in (behind.groups() if behind else words.split(" · "))]
    time = next((part for part in parts if parse_clock(part) or CLOCK.fullmatch(part)), "")
    rest = [part for part in parts if time and part and part != time]
    name, kind = (*rest, "", "")[:2]
    return ("", time, name) if len(rest) == 1 and piece.first(SENDER) is not None else (name, time, kind)


def time_of(reading: Reading, said: str, day: str, line: int) -> tuple[dt.datetime | None, Any]:
    """The time that a page shows, with the day that stands above where it has only a clock."""
    try:
        if (time := dt.datetime.fromisoformat(said)).tzinfo is not None:
            return reading.zoned(time), "second"
    except ValueError:
        pass
    said = f"{day} {said}" if CLOCK.fullmatch(said) else said
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


def body_of(reading: Reading, piece: Piece, node: HtmlElement, label: str) -> Body:
    """What a bubble holds: a reply with what it answers, a file, a card, or words."""
    meta = () if node is piece.node or told_by_meta(piece)[1] else META
    meta = [name for name in meta if name != "type"] if kind_of_name(piece.words(_LABEL)) else meta
    text = shown_in(node, *meta, *(("name",) if any(map(_BOX.fullmatch, piece.inner)) else ()))
    text = _ICON.sub("", text, count=1) if _ICON.match(text) and text.partition(" ")[2][:1] == "[" else text
    quote = piece.first(_QUOTE)
    quote = next(node.iter("blockquote"), None) if quote is None else quote
    if quote is not None:
        quoted = shown_in(quote, *_QUOTE)
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


def _kind(piece: Piece, node: HtmlElement, text: str, label: str, file: HtmlElement | None) -> MessageKind | None:
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
    reading: Reading, piece: Piece, kind: MessageKind, text: str, file: HtmlElement | None
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


def notice_of(reading: Reading, piece: Piece) -> Body:
    """What a notice says, without its clock."""
    for clock in list(piece.node.iter("time")):
        clock.drop_tree()
    text = _ICON.sub("", _BEHIND.sub("", shown_in(piece.node)), count=1)
    typed = _TYPED.fullmatch(text)
    words = (typed["rest"] or "") if typed else text
    if (built := parse_markup(words, reading.collector, zone=reading.tz, line=piece.line)) is not None:
        return built.body
    return read_notice(words) or read_notice(_LABELLED.sub("", words, count=1)) or MessageKind.SYSTEM, text, None
