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
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from wechatlog.content.accounts import is_account
from wechatlog.content.appmsg import split_sender_prefix
from wechatlog.content.notices import read_notice
from wechatlog.content.vocabulary import kind_of_type_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.html import classes_of, node_text, page_title, parse_fragment
from wechatlog.engine.markup import iter_pieces, report_crowded, tell_times
from wechatlog.model import MessageKind
from wechatlog.readers.named.elements import (
    BODY,
    CLOCK,
    META,
    ROLES,
    SENDER,
    TIME,
    Piece,
    body_of,
    moment_in,
    name_in,
    notice_of,
    shown_in,
    time_of,
    told_by_meta,
)
from wechatlog.readers.named.shapes import READ, Shape, apply_shape, learn_shape, plain_names
from wechatlog.readers.named.signs import NOBODY
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from wechatlog.engine import Draft

_MESSAGE: Final = "msg|message|chat-msg|chat-message|(?:msg|message|chat)-(?:item|row|line)|msg-wrap|message-wrapper"
_DAY: Final = (
    "day|date|day-label|day-sep|(?:day|date)-?head|tdiv|(?:date|time)-(?:sep|divider|separator|label|header|line)"
)
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
_WEB_CLIENT: Final = "js_message_bubble"
"""What only bubbles of the web client, and of tools that took its page, have; there no message has a time."""
_UNSEEN: Final = "\u200b\u200e\u202a\ufeff\u2060\u00ad "
_PAIR: Final = re.compile(r" [与和&] ")
_NOBODY: Final = NOBODY | {"媒体附件"}
_NAMED: Final = re.compile(r"class=[\"'](sender [\w -]{1,60})[\"']")
_DATED: Final = re.compile(rf"class=[\"'](?:{_DAY})[\"']>(?:<span[^>]{{0,99}}>)?[0-9]{{4}}")
_CALLS_ME: Final = re.compile(rf"(?:[>\"']\s{{0,9}}|· ){ME}\s{{0,9}}[<\"'·0-9]")
_CLASSES: Final = re.compile(
    r"^<[^<>]*?\bclass\s*=\s*(?P<quote>[\"']?)(?P<classes>(?(quote)[^\"'<>]*|[^\s\"'<>]+))", re.IGNORECASE
)
_LAST: Final = re.compile("</body>|</html>", re.IGNORECASE)
_END: Final = re.compile(r"<(?:script|footer)\b|</(?:main|body)>|<div [^<>]{0,200}(?:footer|empty-hint)")

_Part: TypeAlias = "tuple[HtmlElement, set[str]]"
"""An element, and its classes."""


def _entries(reading: Reading) -> Iterator[Entry]:
    head = reading.head.fuller.text
    shape = None if _is_named(head) else learn_shape(head)
    pieces = iter_pieces(reading.blocks(), shape.mark if shape else _MARK, _LONGEST)
    marked = (match[1].split() for pattern in (_MARK, _NAMED) for match in pattern.finditer(head))
    unmarked = _unmarked(((side,) for side in shape.sides) if shape else marked)
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
            piece = Piece(element, classes, classes_of(element), line, offset)
            if any(map(_IS_MESSAGE.fullmatch, classes)) or any(map(_IS_NOTICE.fullmatch, classes)):
                what = "no tool is known that writes this page: its classes were believed"
                if shape is not None:
                    what = "no tool is known that writes this page: its elements were told by where its times stand"
                reading.tell_first("guessed-elements", what, line, Severity.INFO if shape is None else Severity.WARNING)
                if element.text_content().strip() or next(element.iter("img", "audio", "video"), None) is not None:
                    entry = _message(reading, piece, above, unmarked)._replace(chat=above.chat)
                    if shape is None and entry.kind not in NOTICES:
                        _tell_rest(reading, piece, entry.text)
                    yield entry
                else:  # what holds the next one says whose it is
                    outer = classes
            elif any(map(_IS_CHAT.fullmatch, classes)):
                above.begin(reading, element, str(line))
            else:
                above.learn(shown_in(element))
    if not is_over or "</html>" in last:
        reading.check_page_end(last)


def _message(reading: Reading, piece: Piece, above: _Above, unmarked: bool | None) -> Entry:
    """What an element says of one message, or of a notice."""
    (written, said, label), (name, behind), chat = told_by_meta(piece), name_in(piece), above.chat or reading.chat
    time, precision = _clock(reading, piece, moment_in(piece) or said or behind, above)
    if any(map(_IS_NOTICE.fullmatch, (*piece.classes, *piece.inner))):
        return Entry(piece.line, time, precision, None, None, None, *notice_of(reading, piece), offset=piece.offset)
    node, sender = piece.first(BODY), piece.first(SENDER)
    if node is not None and len(piece.node.find_class((node.get("class") or "").split()[0])) > 1:
        report_crowded(reading, piece.line)
    side = _side(piece.classes.union("" if sender is None else (sender.get("class") or "").split()))
    own = unmarked if side is None else side
    name = (name or written).strip(_UNSEEN)
    own = (name == ME or (False if above.named and name else None)) if own is None else own
    account = _without_account(node) if node is not None and not name and not own else None
    chat.is_group = chat.is_group or (True if account else None)
    kind, text, segments = body_of(reading, piece, piece.node if node is None else node, label)
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


def _tell_rest(reading: Reading, piece: Piece, text: str) -> None:
    """Tell what stands beside the text of a message and is called as nothing that is known, or is not understood."""
    rest = node_text(piece.node, leave_out=ROLES.union(BODY)).strip()
    if not rest and not any(told_by_meta(piece)):
        rest = piece.words([name for name in META if name != "type"])
    if len(rest) > 2 and rest not in text and not CLOCK.fullmatch(rest) and kind_of_type_name(rest) is None:
        what = f"what else stands in the messages of this page is not known and was left out: {rest[:60]!r}"
        reading.tell_first("unread-part", what, piece.line)


def _clock(reading: Reading, piece: Piece, said: str, above: _Above) -> tuple[dt.datetime | None, Any]:
    if said or not above.time:
        return time_of(reading, said or above.day, above.day, piece.line)
    reading.tell_first("rough-times", "a time stands above several messages: each of them has it", piece.line)
    time, precision = time_of(reading, above.time, above.day, piece.line)
    return time, precision and "minute"


def _side(classes: Iterable[str]) -> bool | None:
    return True if not _OWN.isdisjoint(classes) else False if not _OTHERS.isdisjoint(classes) else None


def _unmarked(marked: Iterable[Iterable[str]]) -> bool | None:
    """Whether the owner wrote what no class says a side of: so it is where only the others are marked."""
    sides = {_side(classes) for classes in marked} - {None}
    return not sides.pop() if len(sides) == 1 else None


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
        if not CLOCK.fullmatch(said) and parse_clock(f"{said} 12:00"):
            self.day = said
        said = f"{self.day} {said}" if self.day and CLOCK.fullmatch(said) else said
        if ":" in said and parse_clock(said):
            self.time = said


def _shaped(reading: Reading, shape: Shape, text: str, node: HtmlElement, line: int) -> Iterator[_Part]:
    """The elements of a piece of a page whose classes are not known, each with classes that are."""
    beside = [node]
    if shape.message.match(text) is not None:
        match = _CLASSES.match(text)
        message, beside = apply_shape(shape, node)
        is_notice = shape.sender is not None and "sender" not in classes_of(message)
        rest = "" if shape.body is None or is_notice else node_text(message, leave_out={*READ, "bubble"}).strip()
        if len(rest) > 2:
            what = f"what else stands in the messages of this page is not known and was left out: {rest[:60]!r}"
            reading.tell_first("unread-part", what, line)
        if is_notice and _is_heading(message):
            _leave_heading(reading, shown_in(message), line)
        else:
            classes = plain_names(match["classes"] if match else "")
            yield message, {"message", *classes, *(("system",) if is_notice else ())}
    is_last = _LAST.search(text) is not None
    for other in beside:
        said = shown_in(other)
        if CLOCK.fullmatch(said) or parse_clock(f"{said} 12:00"):
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


def _tell_behind(reading: Reading, node: HtmlElement, classes: str, line: int, severity: Severity) -> None:
    """Tell what stands behind an element of a piece, and is neither a time nor called as what belongs to messages."""
    message = next((each for each in node.iter() if each.get("class") == classes), None)
    above = [] if message is None else itertools.takewhile(lambda each: each is not node, message.iterancestors())
    for each in () if message is None or message is node else (message, *above):
        for other in each.itersiblings():
            said = shown_in(other)
            is_time = CLOCK.fullmatch(said) or parse_clock(said) or parse_clock(f"{said} 12:00")
            if said and not is_time and ROLES.isdisjoint((other.get("class") or "").split()):
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
        timed = not names.isdisjoint((*TIME, *META, _WEB_CLIENT)) or "<time" in piece or _DATED.search(text) is not None
        if timed and not names.isdisjoint(BODY) and not names.isdisjoint((*SENDER, *_OWN, *_OTHERS)):
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
