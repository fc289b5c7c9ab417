"""Placeholders to segments: what a body says that a tool wrote in place of a picture, a voice, a transfer.

Takes a whole body and the dialect of the tool that wrote it; gives its kind and segments, whose `raw`
join to the body. A sentence that merely holds a placeholder is text. What the tools write stands in
`content.dialects`; knows no reader.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final

from wechatlog import segments
from wechatlog.content.dialects.shared import BRACKETS, COMMON_BODIES, PICTURES, Dialect, Found, Label
from wechatlog.content.notices import read_notice
from wechatlog.content.vocabulary import PLAIN_KINDS, TRANSFER_WORDS, segment_for
from wechatlog.emoji import lookup
from wechatlog.model import Message, MessageKind
from wechatlog.segments.types import Forward, Quote, Segment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

Kind = MessageKind

SHORT: Final = 32
"""Characters of a body that may well come again."""

# What the web client says in place of a message, without brackets.
_UNSUPPORTED: Final = frozenset(
    {
        "该消息网页版微信暂时不支持",
        "该类型暂不支持，请在手机上查看",
        "收到一条暂不支持的消息类型",
        "当前版本不支持展示该内容，请升级至最新版本。",
        "当前微信版本不支持展示该内容，请升级至最新版本。",
    }
)

_MONEY: Final = {"微信转账": Kind.TRANSFER, "微信红包": Kind.RED_PACKET}
"""The titles that the client gives to money."""


def _clock(text: str) -> dict[str, Any]:
    seconds = 0
    for part in text.rstrip('"').replace("'", ":").split(":"):
        seconds = seconds * 60 + int(part or 0)
    return {"seconds": seconds}


def _place(text: str) -> dict[str, Any]:
    """`poi label`: WeFlow joins the two with a blank, WechatExporter with a dash."""
    poi, dash, label = text.strip().partition(" - ")
    if not dash:
        poi, _, label = poi.partition(" ")
    return {"poi": poi, "label": label.strip()}


def _address(text: str) -> dict[str, Any]:
    """`label poi`: PyWxDump has them the other way round."""
    label, _, poi = text.strip().rpartition(" ")
    return {"label": label.strip() or poi, "poi": poi if label else ""}


_ADDRESS: Final = re.compile(r"https?://\S+")


def _title(text: str) -> dict[str, Any]:
    """A title that is an address is one."""
    return {"url": text} if _ADDRESS.fullmatch(text) else {"title": text}


_FIELDS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "clock": _clock,
    "place": _place,
    "address": _address,
    "title": _title,
    "direction": lambda text: {"state": TRANSFER_WORDS.get(text)},
    "seconds": lambda text: {"seconds": float(text)},
    "milliseconds": lambda text: {"seconds": float(text) / 1000},
    "latitude": lambda text: {"latitude": float(text)},
    "longitude": lambda text: {"longitude": float(text)},
    "size": lambda text: {"size": int(text)},
}


def _data_of(match: re.Match[str], kind: MessageKind) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, value in match.groupdict().items():
        if value is None or not (value := value.strip()):
            continue
        convert = _FIELDS.get(name)
        # A red packet and a mini program may be titled with anything; only pages have an address for a title.
        keep = name == "title" and kind in (Kind.RED_PACKET, Kind.FORWARD, Kind.NOTE)
        if convert is None or keep:
            data[name] = value
        else:
            data |= convert(value)
    if kind is Kind.CALL and "seconds" in data:
        data["seconds"] = int(data["seconds"])
    return data


_HEAD: Final = re.compile(r"!?[\[【](?P<label>[^\[\]【】|:：\n]{1,80})")


def _read_label(body: str, dialect: Dialect) -> tuple[Label, int] | None:
    """The label that a body begins with, and where its shape begins."""
    head = _HEAD.match(body)
    if head is None:
        return None
    word = head["label"]
    if (label := dialect.labels.get(word)) is not None:
        return label, head.end()
    first, blank, _ = word.partition(" ")
    if blank and (label := dialect.labels.get(first)) is not None:
        return label, head.start("label") + len(first)
    return None


_compiled: Final = functools.cache(re.compile)
"""A file has few of the placeholders: what is never looked for is never compiled."""


def _first_match(patterns: tuple[str, ...], body: str, start: int = 0) -> re.Match[str] | None:
    for pattern in patterns:
        if match := _compiled(pattern).fullmatch(body, start):
            return match
    return None


def _forward(match: re.Match[str], raw: str, dialect: Dialect, zone: dt.tzinfo | None) -> Forward:
    def read(body: str) -> Found | None:  # it opens no listing of its own: deeper lines are nested already
        return None if "\n" in body else read_placeholder(body, dialect)

    groups = match.groupdict()
    lines = (groups.get("lines") or "").split("\n")
    messages: tuple[Message, ...] = ()
    if dialect.listing is not None and lines != [""]:
        messages = dialect.listing(lines, read, zone)
    return Forward((groups.get("title") or "").strip() or None, messages, raw=raw)


def _segment(match: re.Match[str], label: Label, raw: str, dialect: Dialect, zone: dt.tzinfo | None) -> Segment:
    if label.kind is Kind.FORWARD:
        return _forward(match, raw, dialect, zone)
    return segment_for(label.kind, raw, **{**label.data, **_data_of(match, label.kind)})


def _titled_kind(page: re.Match[str]) -> MessageKind | None:
    """What a page is that is none, by the title that the client gave to it."""
    title = page.groupdict().get("title") or ""
    return _MONEY.get(title) or (Kind.PAT if read_notice(title) is Kind.PAT else None)


def _read_quote(text: str, dialect: Dialect) -> Found | None:
    if dialect.quote_mark.search(text) is None:
        return None
    match = _first_match(dialect.quotes, text)
    if match is None:
        return None
    groups = match.groupdict()
    quoted = groups.get("text") or ""
    if dialect.quote_line:
        lines = (line.removeprefix(dialect.quote_line) for line in quoted.split("\n"))
        quoted = "\n".join(lines).rstrip("\n")
    quote = Quote((groups.get("sender") or "").strip() or None, quoted, raw=groups["quote"])
    # Whoever gives segments gives all of them, or mentions in replies are lost.
    reply = segments.parse_segments(groups["reply"])
    return Kind.QUOTE, (*reply, quote) if match.start("reply") == 0 else (quote, *reply)


_TYPED: Final = re.compile("@[^\\s@]{1,40}\u2005|\\[[\u4e00-\u9fff]{1,6}\\]")


def is_of_chat(text: str) -> bool:
    """Whether only what shows chats of WeChat writes a text: it is a picture, or holds a mention or an emoji of it."""
    return text in PICTURES or any(found[0] == "@" or lookup(found) for found in _TYPED.findall(text))


def read_placeholder(text: str, dialect: Dialect = BRACKETS, *, zone: dt.tzinfo | None = None) -> Found | None:
    """The kind and segments of a body that a tool wrote in place of what is no text.

    Args:
        text: the whole body.
        dialect: of the tool that wrote the file; `BRACKETS` has only what no person types.
        zone: the zone of the conversation, for times inside a merged forward; `None` leaves them naive.

    Returns:
        `None` for text. The `raw` of the segments join to `text`.

    Example:
        >>> kind, (file,) = read_placeholder("[文件: 方案.docx]")
        >>> kind, file.name
        (<MessageKind.FILE: 'file'>, '方案.docx')
    """
    body = text.strip()
    if body[:1] in ("[", "【", "!"):
        found = _read_label(body, dialect)
        if found is not None and (match := _first_match(dialect.shapes.get(found[0].kind, ()), body, found[1])):
            if dialect.any_page and found[0].kind is Kind.LINK and (other := _titled_kind(match)):
                return other, (segment_for(other, text),)
            if found[0].kind is Kind.QUOTE and (quoted := _read_quote(text, dialect)) is not None:
                return quoted
            return found[0].kind, (_segment(match, found[0], text, dialect, zone),)
    if body in _UNSUPPORTED:
        return Kind.OTHER, (segment_for(Kind.OTHER, text),)
    for pattern, label in dialect.sentences:
        if match := _compiled(pattern).fullmatch(body):
            return label.kind, (_segment(match, label, text, dialect, zone),)
    return _read_quote(text, dialect) if dialect.quotes else None


def parse_body(
    kind: MessageKind, text: str, dialect: Dialect = BRACKETS, *, zone: dt.tzinfo | None = None
) -> tuple[Segment, ...] | None:
    """The segments of a body whose kind the archive gives in another column.

    Args:
        kind: what the archive says it is.
        text: the whole body.
        dialect: of the tool that wrote the file.
        zone: see `read_placeholder`.

    Returns:
        `None` for kinds that are plain text, and for a quote in no known form: leave those to the rules
        of the text. Otherwise the segments, whose `raw` join to `text`; a body that the dialect does not
        know gives the kind's segment with nothing but its `raw`.

    Example:
        >>> from wechatlog.content.dialects.pywxdump import PYWXDUMP
        >>> parse_body(MessageKind.VOICE, "语音时长：3.25秒", PYWXDUMP)
        (Voice(raw='语音时长：3.25秒', seconds=3.25, transcript=None, path=None),)
    """
    if kind is Kind.QUOTE:
        found = _read_quote(text, dialect)
        return None if found is None else found[1]
    if kind in PLAIN_KINDS:
        return None
    return (_read_body if len(text) < SHORT else _read_body.__wrapped__)(kind, text, dialect, zone)


@functools.lru_cache(maxsize=1024)
def _read_body(kind: MessageKind, text: str, dialect: Dialect, zone: dt.tzinfo | None) -> tuple[Segment, ...]:
    """The segments of a body that is no reply; remembered, since placeholders repeat themselves."""
    body = text.strip()
    label, match = Label(kind), None
    if found_label := _read_label(body, dialect):
        match = _first_match(dialect.shapes.get(kind, ()), body, found_label[1])
        label = found_label[0] if found_label[0].kind is kind else label
    match = match or _first_match(dialect.bodies.get(kind, ()), body)
    if match is None:
        return (segment_for(kind, text, **label.data),)
    return (_segment(match, label, text, dialect, zone),)


def parse_call(text: str, kind: str | None = None, seconds: int | None = None) -> Segment:
    """The call that the whole text of a bubble tells of (`通话时长 01:05`, `已取消`), and other columns."""
    match = _first_match(COMMON_BODIES[Kind.CALL], text.strip())
    data = _data_of(match, Kind.CALL) if match else {}
    return segment_for(Kind.CALL, text, **{"kind": kind, **data, **({"seconds": seconds} if seconds else {})})


def quote_segments(reply: str, sender: str | None, quoted: str) -> tuple[Segment, ...]:
    """The segments of a reply whose quote stands in a column of its own: the quote has no `raw`."""
    return (Quote(sender or None, quoted), *segments.parse_segments(reply))
