"""The syntax of the Markdown archive: front matter, blocks and escaped bodies, in both directions.

Takes and gives strings and messages. The reader and the writer of the format both stand on this, so that "what the
writer would write" is one function, `render_block`. It opens nothing and reports nothing.

Source of the format: the scripts of a payment community's group archive, 2017 to 2018.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.model import Message, MessageKind, build_message
from wechatlog.segments.types import File, Forward, Image, Link, RedPacket, Sticker, Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from wechatlog.diagnostics import Origin
    from wechatlog.segments import Lexicon, Segment

SEPARATOR: Final = "   \n"
_OPEN: Final = "\n" + SEPARATOR
_CLOSE: Final = "  \n" + SEPARATOR

OWNER_NAME: Final = "我"
"""The name that the archive gives to its owner."""

_UNESCAPE_PASSES: Final = 3
_LINE_BREAK: Final = re.compile(r"\r\n|[\r\n]")
_ENTITY: Final = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

FRONT_MATTER: Final = re.compile(r"---[ \t]*\n((?:[^\n]*\n)*?)---[ \t]*(?:\n|\Z)")
_QUOTED: Final = re.compile(r'\\([\\"])')
_KEY: Final = re.compile(r"^([A-Za-z_][\w-]*):(.*)", re.MULTILINE)


@functools.cache
def _entities() -> dict[str, str]:
    from html.entities import html5  # 2 ms, and most archives hold no entity

    return html5


def _decode_entity(match: re.Match[str]) -> str:
    name = match[1]
    if name.startswith("#"):
        import html

        return html.unescape(match[0])
    return _entities().get(f"{name};", match[0])


def _unescape_once(text: str) -> str:
    return _ENTITY.sub(_decode_entity, text)


def unescape_body(raw: str) -> str:
    """Undo HTML escaping until nothing changes, three times at most.

    Only entities that end in a semicolon count: `?a=1&copy=2` is an address and holds none.
    """
    for _ in range(_UNESCAPE_PASSES):
        if "&" not in raw:
            break
        plain = _unescape_once(raw)
        if plain == raw:
            break
        raw = plain
    return raw


def _escape_once(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# What acts in a page that is made of an archive, beside HTML: the templates of Jekyll, the attributes of kramdown, and
# addresses that are a program, which one may write in many ways.
_ACTS: Final = re.compile(
    r"\{(?=[{%:])|\](?=\([ \t\n]*+(?!https?:|mailto:)[^)\s/?#]{0,99}:)|^[ \t]{0,3}\[(?=[^\]\n]{1,999}\]:)",
    re.IGNORECASE | re.MULTILINE,
)
_MARKUP: Final = re.compile(rf"{_ENTITY.pattern}|[<>]|\{{(?=[{{%:])")
_LINK_MARKUP: Final = re.compile(rf"{_MARKUP.pattern}|\[")


def may_act(text: str) -> bool:
    """Whether something in a text would act in a page, so that the writer writes it in another way."""
    return ("](" in text or "{" in text or "]:" in text) and _ACTS.search(text) is not None


def escape_line(text: str) -> str:
    """A name or a title in which nothing acts; most are written as they are. Undone by `unescape_line`."""
    text = _LINE_BREAK.sub(" ", text)
    markup = _LINK_MARKUP if "](" in text or "][" in text else _MARKUP
    return markup.sub(lambda match: f"&#{ord(match[0][0])};{match[0][1:]}", text)


def unescape_line(raw: str) -> str:
    """The name or the title that `escape_line` wrote, or another writer."""
    return _unescape_once(raw) if "&" in raw else raw


def _escape_label(text: str) -> str:
    return re.sub(r"[\[\]\\{]", lambda match: f"&#{ord(match[0])};", _escape_once(text))


def _escape_address(url: str) -> str:
    return _escape_label(url).replace("(", "&#40;").replace(")", "&#41;")


_UNSAFE_LINE: Final = re.compile(r"(?:[ \t]|\Z|---|##[ \t])|.*[ \t]\Z", re.DOTALL)
_LOOKS_STRUCTURAL: Final = re.compile(r"---|##[ \t]")


def escape_body(text: str, kind: MessageKind) -> str:
    """The text of a message as a body, such that reading it gives the text and, where a body can show it, the kind.

    Line breaks stay where no reader could take a line for structure; elsewhere, and in front of what would be read
    as another kind, stands a numeric entity. A text that itself holds entities is escaped three times, since a
    reader undoes three levels at most.
    """
    raw = _escape_once(text)
    if may_act(text):
        raw = _ACTS.sub(lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", raw)
    raw = raw.replace("\r", "&#13;")
    if "\n" in raw and any(_UNSAFE_LINE.match(line) for line in raw.split("\n")):
        raw = raw.replace("\n", "&#10;")
    if raw and (_LOOKS_STRUCTURAL.match(raw) or (kind is MessageKind.TEXT and classify(raw).kind is not kind)):
        raw = f"&#{ord(raw[0])};{raw[1:]}" if raw[0] != "&" else raw
    if "&" in text and _unescape_once(text) != text:
        raw = raw.replace("&", "&amp;amp;")
    return raw


class Body(NamedTuple):
    """What a raw body is.

    Attributes:
        build: makes the segments from the text, or `None` where the rules for segments do.
        damage: code and sentence of a diagnostic, or `None`.
    """

    kind: MessageKind
    build: Callable[[str], tuple[Segment, ...]] | None = None
    damage: tuple[str, str] | None = None


_TEXT: Final = Body(MessageKind.TEXT)
_LINK: Final = re.compile(r"\[(?P<title>.+)\]\((?P<url>[^\n]*)\)", re.DOTALL)
_ADDRESS: Final = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.|mailto:)\S+", re.IGNORECASE)
_INERT: Final = re.compile(r"(?:https?://|www\.|mailto:)\S+", re.IGNORECASE)
_PICTURE: Final = re.compile(r"(?:https?://)?+[^\s():]++", re.IGNORECASE)
"""The address of a picture that a page may load: of the web, or of a file beside it."""
_LABEL_KINDS: Final = dict.fromkeys(("[动画表情]", "[表情]", "[Sticker]"), MessageKind.STICKER)


def _plain_link(text: str) -> tuple[Segment, ...]:
    match = _LINK.fullmatch(text)
    return (Link(title=match["title"].strip() if match else None, raw=text),)


def _labelled_sticker(text: str) -> tuple[Segment, ...]:
    match = _LINK.fullmatch(text)
    return (Sticker(url=match["url"] if match and _ADDRESS.match(match["url"]) else None, raw=text),)


def _whole_link(text: str) -> tuple[Segment, ...]:
    match = _LINK.fullmatch(text)
    return (Link(match["url"], match["title"].strip(), raw=text),) if match else (Text(text),)


def _read_link(match: re.Match[str]) -> Body:
    """A web page, whose label may hold a placeholder and whose address a broken table may have eaten."""
    url = unescape_body(match["url"])
    kind = _LABEL_KINDS.get(match["title"].strip())
    if kind is not None:
        return Body(kind, _labelled_sticker)
    if _ADDRESS.fullmatch(url):
        return Body(MessageKind.LINK, _whole_link)
    if not url or url.lstrip().startswith("<") or url.endswith("@chatroom"):
        return Body(MessageKind.LINK, _plain_link, ("broken-link", "the address of the link was lost by the exporter"))
    return _TEXT


_FILE_SUFFIXES: Final = tuple(
    "pdf doc docx xls xlsx ppt pptx htm html txt md csv zip rar 7z apk ipa jpg jpeg png gif mp3 mp4 avi mov vsd vsdx"
    " xmind mmap epub mobi key pages numbers psd ai rp et wps".split()
)


class _Row(NamedTuple):
    """A kind of body: the characters it may begin and end with, its whole pattern, and what it is."""

    first: frozenset[str] | None
    last: frozenset[str] | None
    pattern: re.Pattern[str]
    body: Body | Callable[[re.Match[str]], Body]


_NOT_IN_FILE_NAMES: Final = r"/\\:*?\"<>|\n，。！？；"

_BODIES: Final = (
    _Row(frozenset(("", " ", "\t")), None, re.compile(r"[ \t]*"), Body(MessageKind.OTHER)),
    _Row(frozenset("!"), frozenset(")"), re.compile(r"!\[[^\[\]\n]*\]\([^\s()]+\)"), Body(MessageKind.IMAGE)),
    _Row(frozenset("["), frozenset(")"), _LINK, _read_link),
    _Row(
        frozenset("微"),
        frozenset("包"),
        re.compile("微信红包"),
        Body(MessageKind.RED_PACKET, lambda text: (RedPacket(raw=text),)),
    ),
    _Row(
        None,
        frozenset(":"),
        re.compile(r"[A-Za-z][A-Za-z0-9_-]{5,39}:"),
        Body(
            MessageKind.OTHER,
            lambda text: (Text(text),),
            ("cut-message", "only the account id is left of this message"),
        ),
    ),
    _Row(
        None,
        frozenset().union(*(suffix[-1] + suffix[-1].upper() for suffix in _FILE_SUFFIXES)),
        re.compile(
            rf"[^\s{_NOT_IN_FILE_NAMES}][^{_NOT_IN_FILE_NAMES}]{{0,99}}\.(?:{'|'.join(_FILE_SUFFIXES)})", re.IGNORECASE
        ),
        Body(MessageKind.FILE, lambda text: (File(text, raw=text),)),
    ),
    _Row(
        frozenset("hHwW"), None, re.compile(r"(?:https?://|www\.)[\x21-\x7e]+", re.IGNORECASE), Body(MessageKind.LINK)
    ),
    _Row(
        None,
        frozenset("录"),
        re.compile(r"(?:群聊|[^\s，。！？,!?]{1,30}和[^\s，。！？,!?]{1,30})的聊天记录"),
        Body(MessageKind.FORWARD, lambda text: (Forward(text, raw=text),)),
    ),
    _Row(
        frozenset("「?"),
        None,
        re.compile(r"(?:「[^：:\n]*[：:].*」|\?(?:(?!: )[^\n])*+: .*\?)[ \n]-(?: -){14}(?:[ \n].*)?", re.DOTALL),
        Body(MessageKind.QUOTE),
    ),
)
"""What a whole raw body can be; the first that fits wins."""

SPECIAL_FIRST: Final = frozenset().union(*(row.first for row in _BODIES if row.first and row.last is None), "![微")
"""First characters of a body that may be more than text."""

SPECIAL_LAST: Final = frozenset().union(*(row.last for row in _BODIES if row.first is None and row.last))
"""Last characters of a body that may be more than text; the two tests spare most bodies the table."""


def classify(raw: str) -> Body:
    """What a raw body is; a text where nothing else fits."""
    first, last = raw[:1], raw[-1:]
    for row in _BODIES:
        if (row.first is not None and first not in row.first) or (row.last is not None and last not in row.last):
            continue
        if match := row.pattern.fullmatch(raw):
            return row.body if isinstance(row.body, Body) else row.body(match)
    return _TEXT


def heading(day: str) -> str:
    """The heading of a day in the merged dialect."""
    return f"## {day}   \n"


def media_body(message: Message) -> str | None:
    """The Markdown of an image or a link that came from another form, which replaces its text; `None` for all else."""
    given = message.given_segments
    if given is None or len(given) != 1 or given[0].raw != message.text:
        return None
    (segment,) = given
    if isinstance(segment, Image) and (address := _picture_address(segment)) and _PICTURE.fullmatch(address):
        when = "" if message.time is None else message.time.isoformat(" ", "seconds")[:19]
        return f"![{when}]({_escape_address(address)})"
    if isinstance(segment, Link) and segment.url and _INERT.fullmatch(segment.url):
        label = _escape_label(_LINE_BREAK.sub(" ", segment.title or segment.url))
        body = f"[{label}]({_escape_address(segment.url)})"
        return body if unescape_body(body) != message.text else None
    if isinstance(segment, Sticker) and segment.url and _INERT.fullmatch(segment.url):
        title, line_break, _ = message.text.partition("\n")
        if line_break and _LABEL_KINDS.get(title) is MessageKind.STICKER:  # `[动画表情]` over an address
            return f"[{_escape_once(title)}]({_escape_address(segment.url)})"
    return None


def _picture_address(image: Image) -> str | None:
    """Where a picture is on the web, or beside the archive; `None` for one that is elsewhere on somebody's disk."""
    from wechatlog.content.places import is_on_disk  # for writers

    return next((place for place in filter(None, (image.url, image.path)) if not is_on_disk(place)), None)


def render_block(message: Message, when: dt.datetime, *, full_date: bool) -> str:
    """A message as the writer writes it at a time, without a day heading; with a full date in the merged dialect."""
    stamp = when.isoformat(" ", "seconds")[0 if full_date else 11 : 19]  # strftime is ten times slower
    sender = escape_line(message.sender or "")
    body = media_body(message) or escape_body(message.text, message.kind)
    tail = " " if classify(body).kind is MessageKind.IMAGE else "  "
    return f"> {stamp}  {sender}  \n{SEPARATOR}{body}{tail}\n{SEPARATOR}"


_HEADING_TAIL: Final = re.compile(r"(?:^|\n)(##[ \t]+[0-9]{4}-[0-9]{2}-[0-9]{2}[ \t]*\r?\n(?:[ \t]*\r?\n)*)\Z")


def cut_heading(text: str) -> int:
    """Where a day heading at the end of a text begins, which belongs to the next message; the length if none does."""
    match = _HEADING_TAIL.search(text) if "##" in text else None
    return match.start(1) if match else len(text)


class Block(NamedTuple):
    """What stands under a header, taken apart.

    Attributes:
        body: the raw body.
        end: where the block ends; a day heading after it belongs to the next message.
        cut_header: the block ends with the beginning of a header, which is not part of the body.
    """

    body: str
    end: int
    cut_header: bool = False


def cut_block(text: str) -> Block:
    """Find the raw body in what follows a header, in any shape that editors leave.

    Args:
        text: from the end of the header's name to the next header, so beginning with the line end of the header.
    """
    end = cut_heading(text)
    if not text[:end].strip() and text.count("\n", 0, end) <= 3:
        end = len(text)  # a heading where the body should be is the body
    plain = text[:end].replace("\r\n", "\n")
    if plain.startswith(_OPEN) and plain.endswith(_CLOSE) and "\n" not in (body := plain[len(_OPEN) : -len(_CLOSE)]):
        return Block(body, end)
    lines = plain.split("\n")[1:]
    shown = [number for number, line in enumerate(lines) if line.strip(" \t")]
    cut_header = bool(shown) and _is_cut_header(lines, shown)
    if cut_header:
        shown.pop()
    content = lines[shown[0] : shown[-1] + 1] if shown else []
    if len(content) == 1 and content[0].startswith("![") and content[0].endswith(") "):
        return Block(content[0][:-1], end, cut_header)
    return Block("\n".join(line.removesuffix("  ") for line in content), end, cut_header)


_CUT_HEADER: Final = re.compile(
    r">(?: (?:[0-9]{1,4}|[0-9]{4}-[0-9-]{0,5}|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{0,8} ?|[0-9]{2}:[0-9:]{0,6} ?)?)?"
)


def _is_cut_header(lines: list[str], shown: list[int]) -> bool:
    """Whether the last line, without a line end, is the beginning of the next header, where the file was cut."""
    last = len(lines) - 1
    if shown[-1] != last or last == 0 or lines[last - 1].strip(" \t") or not _CUT_HEADER.fullmatch(lines[last]):
        return False
    return len(shown) > 1 or last >= 3


def read_block(
    name: str, raw_body: str, time: dt.datetime | None, origin: Origin, lexicon: Lexicon | None = None
) -> tuple[Message, Body]:
    """The message of a block: a name, two blanks at its end or not, and a body as `cut_block` gives it."""
    sender = unescape_line(name.removesuffix("\r").removesuffix("  ")) or None
    body = classify(raw_body)
    text = unescape_body(raw_body)
    message = build_message(
        time,
        None if time is None else "second",
        sender,
        MessageKind.SYSTEM if sender is None and body.kind is MessageKind.TEXT else body.kind,
        text,
        is_self=None if sender is None else sender == OWNER_NAME,
        origin=origin,
        segments=None if body.build is None else body.build(text),
        lexicon=lexicon,
    )
    return message, body


_DATE: Final = re.compile(r"(?<![0-9])([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})(?![0-9])")


def find_day(*texts: str | None) -> dt.date | None:
    """The first date in the first text that has one."""
    for text in texts:
        for match in _DATE.finditer(text or ""):
            try:
                return dt.date(*map(int, match.groups()))
            except ValueError:
                continue
    return None


def parse_front_matter(text: str) -> dict[str, str]:
    """Keys and values of the lines between the fences.

    It is no YAML: the value is the rest of the line without the white space around it and without one pair of double
    quotes. A line without a key is left out.
    """
    found: dict[str, str] = {}
    for key, rest in _KEY.findall(text):
        value = rest.rstrip("\r").strip(" \t")
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = _QUOTED.sub(r"\1", value[1:-1])
        found[key] = unescape_line(value)
    return found
