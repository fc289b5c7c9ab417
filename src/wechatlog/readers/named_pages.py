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
import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.accounts import is_account
from wechatlog.content.appmsg import parse_markup, split_sender_prefix
from wechatlog.content.dialects import BRACKET_LINES, WXCLI
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_local_type, kind_of_name
from wechatlog.diagnostics import Collector
from wechatlog.engine import ME, NOTICES, OWNER_OPTION, Entry, Evidence, Format, Head, Reading, one_segment
from wechatlog.engine.html import classes_of, node_text, parse_fragment
from wechatlog.engine.markup import iter_pieces
from wechatlog.model import MessageKind
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.html import HtmlElement

    from wechatlog.engine.entry import Body

_MESSAGE: Final = "msg|message|chat-msg|chat-message|(?:msg|message|chat)-(?:item|row|line)|msg-wrap|message-wrapper"
_DAY: Final = "day|date|day-label|day-sep|date-(?:sep|divider|separator|label|header|line)|time-(?:sep|separator)"
_NOTICE: Final = "sys|system|notice|tip|recall|(?:sys|system|notice|tip|recall)-(?:msg|message|wrap|row|tip)"
_SIDES: Final = "outgoing|incoming|self|other|me|left|right|sent|received|system|unknown"
_MARK: Final = re.compile(
    r'<(?:div|li|article|section|p|tr) (?:[a-z-]{1,20}="[^"<>]{0,100}" ){0,3}?'
    rf"class=[\"'](?=(?:[\w-]+ )*(?:{_MESSAGE}|{_DAY}|{_NOTICE}|row (?:{_SIDES}))[ \"'])"
    r"(?P<classes>[\w -]{1,200})[\"'][^<>]{0,4000}>"
)
_LONGEST: Final = 5000
_IS_MESSAGE: Final = re.compile(rf"{_MESSAGE}|row")
_IS_NOTICE: Final = re.compile(_NOTICE)
_OWN: Final = frozenset("self me mine own right sent out outgoing send from-me is-self is-me is-sender".split())
_OTHERS: Final = frozenset("other others left received in incoming receive recv them theirs friend from-other".split())
_SENDER: Final = "sender sender-name name nickname nick who author username user-name from display-name dspname".split()
_TIME: Final = "time timestamp msg-time message-time timeline-time datetime clock msg-date".split()
_BODY: Final = (
    "bubble msg-bubble message-bubble text msg-text message-text recall-text content msg-content message-content body"
    " msg-body message-body"
).split()
_LABEL: Final = "card-foot money-foot msg-type message-type type-tag kind".split()
_META: Final = "meta msg-meta message-meta message-info msg-info".split()
"""What may say all of it: `time · name · type`."""
_QUOTE: Final = "quote-ref quote quoted quote-content reply refer reference".split()
_QUOTED_NAME: Final = "quote-from quote-sender quote-name quoted-sender".split()
_TRANSCRIPT: Final = "voice-cap voice-text transcript transcription".split()
_ORNAMENTS: Final = "avatar icon tag card-mark money-symbol".split()
_ROLES: Final = frozenset((*_SENDER, *_TIME, *_QUOTE, *_QUOTED_NAME, *_LABEL, *_TRANSCRIPT, *_ORNAMENTS))
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
_TYPED: Final = re.compile(r"\[(?:type_)?(?P<type>[a-z]{3,10}|[0-9]{1,19})\](?: (?P<rest>(?s:.*)))?")
"""Where a type stands in brackets in front of what the database has, perhaps cut."""
_LOST: Final = re.compile(r"[^\n]{1,6}(?=未能从本机数据中恢复|未找到|加载失败)")
_TITLE: Final = re.compile(r"<title>([^<]{0,400})</title>", re.IGNORECASE)
_AROUND_TITLE: Final = re.compile(
    r"^\s*(?:微信)?(?:聊天记录|WeChat|Chat)(?: with)?\s*[-:：·|]\s*"
    r"|\s*(?:的|[-·|—]\s*)?\s*(?:微信)?聊天记录(?:导出)?\s*$"
)
_ICON: Final = re.compile("[^\\w\\s\\[\\]\"“'@<>(（【「《]{1,4}\ufe0f? (?=\\S)")
"""A picture that a page puts in front of words."""
_BEHIND: Final = re.compile(r"\s*·\s*$")
_NAMED: Final = re.compile(r"class=[\"'](sender [\w -]{1,60})[\"']")
_DATED: Final = re.compile(rf"class=[\"'](?:{_DAY})[\"']>(?:<span[^>]{{0,99}}>)?[0-9]{{4}}")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_END: Final = re.compile(r"<(?:script|footer)\b|</(?:main|body)>|<div [^<>]{0,200}(?:footer|empty-hint)")


def _first(found: Mapping[str, HtmlElement], names: list[str]) -> HtmlElement | None:
    return next((found[name] for name in names if name in found), None)


def _shown(node: HtmlElement | None, *leave_out: str) -> str:
    return "" if node is None else node_text(node, leave_out=_ROLES.difference(leave_out)).strip()


def _moment(found: Mapping[str, HtmlElement], piece: HtmlElement) -> str:
    node = _first(found, _TIME)
    node = next(piece.iter("time"), None) if node is None else node
    if node is None:
        return ""
    said = next((value for key in ("datetime", "title") if (value := node.get(key)) and parse_clock(value)), None)
    return said or node_text(node).strip()


def _of_meta(found: Mapping[str, HtmlElement]) -> tuple[str, str, str]:
    """Name, time and type, where one element says them with dots between; empty for what it does not say."""
    parts = [part.strip() for part in _shown(_first(found, _META)).split(" · ")]
    time = next((part for part in parts if parse_clock(part) or _CLOCK.fullmatch(part)), "")
    name, kind = [part for part in (*parts, "", "") if part != time or not part][:2] if time else ("", "")
    return name, time, kind


def _time(reading: Reading, said: str, day: str, line: int) -> tuple[dt.datetime | None, Any]:
    try:
        if (time := dt.datetime.fromisoformat(said)).tzinfo is not None:
            return reading.zoned(time), "second"
    except ValueError:
        pass
    said = f"{day} {said}" if _CLOCK.fullmatch(said) else said
    return reading.clock(said, line=line) if said.strip() else (None, None)


def _typed(name: str) -> MessageKind | None:
    kind = kind_of_local_type(int(name)) if name.isdigit() else kind_of_name(name)
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


def _body(
    reading: Reading, piece: HtmlElement, node: HtmlElement, found: Mapping[str, HtmlElement], label: str, line: int
) -> Body:
    """What a bubble holds: a reply with what it answers, a file, a card, or words."""
    text = _shown(node)
    text = _ICON.sub("", text, count=1) if _ICON.match(text) and text.partition(" ")[2][:1] == "[" else text
    quote = _first(found, _QUOTE)
    quote = next(node.iter("blockquote"), None) if quote is None else quote
    if quote is not None:
        name = _shown(_first(found, _QUOTED_NAME), *_QUOTED_NAME).rstrip(":：")
        words = text if _shown(quote, *_QUOTE) != text else ""
        return MessageKind.QUOTE, words, quote_segments(words, name or None, _shown(quote, *_QUOTE))
    files = (*node.iter("img"), *piece.iter("audio", "video"))
    file = next((each for each in files if each.get("src") and "emoji" not in (each.get("class") or "")), None)
    classes = " ".join((piece.get("class") or "", node.get("class") or "")).split()
    if (typed := _TYPED.fullmatch(text)) is not None and (kind := _typed(typed["type"])) is not None:
        if (built := parse_markup(typed["rest"] or "", Collector(), zone=reading.tz, line=line)) is not None:
            return built.body
        return kind, text, one_segment(kind, text) if kind not in PLAIN_KINDS else None
    label = _shown(_first(found, _LABEL), *_LABEL) or label
    named = kind_of_name(label) if label else None
    lost = _LOST.match(text)
    kinds = (kind_of_name(name) for name in (*classes, lost.group() if lost else ""))
    shaped = next((each for each in kinds if each is not None and each not in PLAIN_KINDS), None)
    kind = shaped if named in (None, MessageKind.TEXT) else named
    kind = _MEDIA[file.tag] if file is not None and kind is not MessageKind.STICKER else kind
    if kind is not None:
        shown = parse_body(kind, text, BRACKET_LINES, zone=reading.tz)
        known = _card(kind, text) if shown is None or len(shown) == 1 else {}
        known |= {"path": file.get("src")} if file is not None else {}
        known |= {"transcript": words} if (words := _shown(_first(found, _TRANSCRIPT), *_TRANSCRIPT)) else {}
        if shown and (known := {name: value for name, value in known.items() if not getattr(shown[0], name, value)}):
            shown = (attrs.evolve(shown[0], **known), *shown[1:])
        return reading.kind_of(kind, kind, text, line), text, None if kind in PLAIN_KINDS else shown
    if (built := parse_markup(text, reading.collector, zone=reading.tz, line=line)) is not None:
        return built.body
    placed = read_placeholder(text, WXCLI, zone=reading.tz) or read_placeholder(text, BRACKET_LINES, zone=reading.tz)
    return placed[0] if placed else MessageKind.TEXT, text, placed[1] if placed else None


def _notice(reading: Reading, piece: HtmlElement, line: int) -> Body:
    for clock in list(piece.iter("time")):
        clock.drop_tree()
    text = _ICON.sub("", _BEHIND.sub("", _shown(piece)), count=1)
    typed = _TYPED.fullmatch(text)
    words = (typed["rest"] or "") if typed else text
    if (built := parse_markup(words, reading.collector, zone=reading.tz, line=line)) is not None:
        return built.body
    return read_notice(words) or MessageKind.SYSTEM, text, None


def _side(classes: set[str]) -> bool | None:
    return True if classes & _OWN else False if classes & _OTHERS else None


def _entries(reading: Reading) -> Iterator[Entry]:
    chat, day, last = reading.chat, "", ""
    pieces = iter_pieces(reading.blocks(), _MARK, _LONGEST)
    head = next(pieces).text
    if match := _TITLE.search(head):
        chat.title = _AROUND_TITLE.sub("", parse_fragment(match[1]).text_content()).strip() or None
    begun = Head.of(reading.source, reading.encoding).text
    marked = (match[1] for pattern in (_MARK, _NAMED) for match in pattern.finditer(begun))
    sides = {_side(set(classes.split())) for classes in marked} - {None}
    unsaid = not sides.pop() if len(sides) == 1 else None
    for text, line, offset in pieces:
        match = _MARK.match(text)
        classes = set(match["classes"].split()) if match else set()
        end = _END.search(text)
        last = "" if end else text
        piece = parse_fragment(text[: end.start()] if end else text)
        is_notice = any(map(_IS_NOTICE.fullmatch, classes))
        if not is_notice and not any(map(_IS_MESSAGE.fullmatch, classes)):
            said = _shown(piece)
            day = said if not _CLOCK.fullmatch(said) and parse_clock(f"{said} 12:00") else day
            continue
        what = "no tool is known that writes this page: its classes were believed"
        reading.tell("guessed-elements", what, line, once=True)
        found = classes_of(piece)
        written, said, labelled = _of_meta(found)
        time, precision = _time(reading, _moment(found, piece) or said or day, day, line)
        if is_notice:
            kind, words, segments = _notice(reading, piece, line)
            yield Entry(line, time, precision, kind=kind, text=words, segments=segments, offset=offset)
            continue
        named = (found["sender"].get("class") or "").split() if "sender" in found else ()
        own = unsaid if (side := _side(classes.union(named))) is None else side
        node, name = _first(found, _BODY), _shown(_first(found, _SENDER), *_SENDER) or written
        account = None
        if node is not None and not name and not own:
            account = _without_account(node)
        chat.is_group = chat.is_group or (True if account else None)
        unnamed = reading.owner or ME if own else None if chat.is_group else chat.title
        body = (
            (MessageKind.OTHER, _shown(piece), None)
            if node is None
            else _body(reading, piece, node, found, labelled, line)
        )
        own = None if body[0] in NOTICES else own
        yield Entry(line, time, precision, name or account or unnamed, account, own, *body, offset=offset)
    if last:
        reading.check_page_end(last)


def _without_account(node: HtmlElement) -> str | None:
    """The account that a content of a group begins with, which is taken out of the element."""
    account, text = split_sender_prefix((node.text or "").lstrip())
    if account and is_account(account):
        node.text = text
        return account
    return None


def _detect(head: Head) -> Evidence | None:
    marks = list(_MARK.finditer(head.text))
    for match, following in zip(marks, [*marks[1:], None], strict=False):
        piece = head.text[match.start() : following.start() if following else None]
        names = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class=["\']([^"\']{1,200})', piece))))
        timed = not names.isdisjoint((*_TIME, *_META)) or "<time" in piece or _DATED.search(head.text) is not None
        if timed and not names.isdisjoint(_BODY) and not names.isdisjoint((*_SENDER, *_OWN, *_OTHERS)):
            return Evidence(0.4, "elements that are called as those of chats are")
    return None


PAGES: Final = Format(
    "named-pages",
    "a page whose elements are called as those of chats are (any tool)",
    ".html .htm",
    _detect,
    _entries,
    {},
    OWNER_OPTION,
)
