"""The `.xls` of the desktop tools that exported chats of an iPhone: a page of HTML under an Excel name.

Takes text, gives messages; needs no spreadsheet library and no HTML parser. The Markdown archives were
generated from such files. Bytes: GBK (`charset=gb2312`), CRLF, one `<tr>` a line; seven cells
`<td class=xl24 … x:str>`: row id, `YYYY-MM-DD HH:MM:SS`, 昵称, 微信号, 发送 or 接收, type (文本, 网页,
图片, 照片壁纸), content. A page's cell holds its title and, after a line end, its address. The file name is
that of the chat.

Source of the format: the two published programs that read it (cocolian-wechat 2017, `source-excel.py` and
`wechat.py`); the tool itself is closed. Rows are cut at `<tr`, so one without an end takes nothing with
it; the last cell reaches to the end of its row, since nobody promises that the tool escapes what people
typed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final, NamedTuple

from wechatlog.content.accounts import is_room
from wechatlog.content.markdown_archive import classify
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import Draft, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.markup import Piece, iter_pieces
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind
from wechatlog.segments import Image, Link, Segment, Sticker

_COLUMNS: Final = 7
_LONGEST_MARK: Final = 4
_ROW: Final = re.compile(r"<tr(?=[\s>])", re.IGNORECASE)
_ROW_WITH_CELL: Final = re.compile(r"<tr[^<>]*+>\s*+<t[dh][\s>]", re.IGNORECASE)
_ROW_END: Final = re.compile(r"</tr\s*+>", re.IGNORECASE)
_CELL: Final = re.compile(r"<t[dh](?:\s[^<>]*+)?>", re.IGNORECASE)
_CELL_END: Final = re.compile(r"</t[dh]\s*+>", re.IGNORECASE)
_LINE_END: Final = re.compile(r"\r\n?")
_BREAK: Final = re.compile(r"<br\s*+/?>", re.IGNORECASE)
_CLOCK: Final = re.compile(r"\s*[0-9]{4}[-/.年][0-9]{1,2}")
_ADDRESS: Final = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:)?//\S+|www\.\S+", re.IGNORECASE)
_SIGNATURE: Final = re.compile(
    r"<td[^<>]*+>[^<>]*+</td>\s*+<td[^<>]*+>\s*+[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\s*+</td>"
    r"\s*+<td[^<>]*+>[^<>]*+</td>\s*+<td[^<>]*+>[^<>]*+</td>\s*+<td[^<>]*+>(?:发送|接收|發送)</td>",
    re.IGNORECASE,
)
_DIRECTIONS: Final = {"发送": True, "發送": True, "接收": False}
_CUT_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{5,40}:")


class _Cells(NamedTuple):
    """The seven cells as text, and whether the last of them has an end."""

    time: str
    name: str
    account: str
    direction: str
    type: str
    content: str
    width: int
    closed: bool


def _entries(reading: Reading) -> Iterator[Entry]:
    chat, name, began = reading.chat, reading.source.name, False
    chat.title = PurePath(name).stem if name else None
    peers: set[str] = set()
    for row in _join_pieces(iter_pieces(reading.blocks(), _ROW, _LONGEST_MARK)):
        if row.offset < 0:
            if row.text.strip() and "<t" not in row.text.lower():
                raise FormatError("there is no table in it", source=reading.source.label)
        elif (cells := _read_cells(row.text)) is None or not _is_message(cells):
            severity, excerpt = Severity.WARNING if began else Severity.INFO, row.text[:200].split("\n", 1)[0]
            what = "a row of the table that is no message"
            reading.report("other-row", what, severity=severity, line=row.line, column=1, excerpt=excerpt)
        else:
            began = True
            yield _entry(reading, cells, row, peers)
    reading.check_page_end(row.text, row.line + row.text.count("\n"))


def _is_message(cells: _Cells) -> bool:
    return cells.width >= 3 and (bool(_CLOCK.match(cells.time)) or cells.direction.strip() in _DIRECTIONS)


def _entry(reading: Reading, cells: _Cells, row: Piece, peers: set[str]) -> Entry:
    line, text, chat = row.line, cells.content, reading.chat
    if cells.width != _COLUMNS:
        reading.report("row-length", f"the row has {cells.width} cells, not {_COLUMNS}", line=line)
    elif not cells.closed:
        reading.report("open-cell", "the last cell of the row has no end", line=line)
    time, precision = reading.clock(cells.time.strip(), line=line)
    own = _DIRECTIONS.get(cells.direction.strip())
    account, sender = cells.account.strip() or None, cells.name or None
    kind, segments = _body(reading, cells, line)
    if is_room(account) and not own:  # the group itself: nobody said it
        chat.id, chat.is_group = account, True
        sender = account = own = None
        kind = read_notice(text) or MessageKind.SYSTEM
    else:
        _learn(chat, account or sender, peers, own=own)
    return Entry(line, time, precision, sender, account, own, kind, text, segments, offset=row.offset)


def _learn(chat: Draft, who: str | None, peers: set[str], *, own: bool | None) -> None:
    """Two people who are not the owner make a group; one proves nothing."""
    if own and chat.owner is None:
        chat.owner = who
    elif own is False and who is not None and len(peers) < 2:
        peers.add(who)
        chat.is_group = True if len(peers) > 1 else chat.is_group


def _body(reading: Reading, cells: _Cells, line: int) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    kind, text = kind_of_name(cells.type.strip()), cells.content
    if kind is None:
        if cells.width == _COLUMNS:
            reading.tell("unknown-kind", f"unknown type {cells.type.strip()[:40]!r}", line)
        return MessageKind.OTHER, None
    if kind is MessageKind.LINK:
        return _page(reading, text, line)
    if kind is MessageKind.IMAGE and text and "\n" not in text and not text.startswith("["):
        return kind, (Image(url=text, raw=text) if _ADDRESS.match(text) else Image(path=text, raw=text),)
    if kind is MessageKind.TEXT:
        return _text_kind(reading, text, cells.account, line), None
    return kind, parse_body(kind, text)


def _text_kind(reading: Reading, text: str, account: str, line: int) -> MessageKind:
    """What the tool called a text and was none: a red packet, a quote, an account id alone."""
    if text.endswith(":") and (_CUT_ACCOUNT.fullmatch(text) or text == f"{account.strip()}:"):
        reading.report("cut-message", "only the account id is left of this message", line=line)
        return MessageKind.OTHER
    found = classify(text).kind if text[:1] in ("微", "「", "?") else MessageKind.TEXT
    return found if found in (MessageKind.RED_PACKET, MessageKind.QUOTE) else MessageKind.TEXT


def _page(reading: Reading, text: str, line: int) -> tuple[MessageKind, tuple[Segment, ...]]:
    """`title`, line end, `address`; the address was escaped once more than the title now and then."""
    title, _, address = text.rpartition("\n")
    address = html.unescape(html.unescape(address.strip()))
    if not _ADDRESS.fullmatch(address):
        reading.report("broken-link", "the address of the link was lost by the exporter", line=line)
        return MessageKind.LINK, (Link(None, text.strip() or None, raw=text),)
    found = read_placeholder(title)
    if found is not None and found[0] is MessageKind.STICKER:
        return MessageKind.STICKER, (Sticker(url=address, raw=text),)
    return MessageKind.LINK, (Link(address, title.strip() or None, raw=text),)


def _join_pieces(rows: Iterable[Piece]) -> Iterator[Piece]:
    """A `<tr` that begins no row, inside a row that has no end yet, is something that a person typed."""
    pieces: list[str] = []
    held: Piece | None = None
    closed = True
    for row in rows:
        if held is not None and not closed and not _ROW_WITH_CELL.match(row.text):
            pieces.append(row.text)
            closed = bool(_ROW_END.search(row.text))
            continue
        if held is not None:
            yield held._replace(text="".join(pieces))
        held, pieces = row, [row.text]
        closed = row.offset < 0 or bool(_ROW_END.search(row.text))
    if held is not None:
        yield held._replace(text="".join(pieces))


def _read_cells(markup: str) -> _Cells | None:
    """The cells of a row; `None` for one that has none. Missing ones are empty."""
    ends = [match.start() for match in _ROW_END.finditer(markup)]
    markup = markup[: ends[-1]] if ends else markup
    fields: list[str] = []
    position, closed = 0, False
    while len(fields) < _COLUMNS and (start := _CELL.search(markup, position)):
        following = _CELL_END.search(markup, start.end())
        if len(fields) == _COLUMNS - 1:
            ends = [match.start() for match in _CELL_END.finditer(markup, start.end())]
            end = ends[-1] if ends else len(markup.rstrip())
        else:
            end = following.start() if following else len(markup)
        fields.append(_cell_text(markup[start.end() : end]))
        closed = following is not None
        position = end
    if not fields:
        return None
    _, time, name, account, direction, kind, content = (*fields, *[""] * (_COLUMNS - len(fields)))
    return _Cells(time, name, account, direction, kind, content, len(fields), closed)


def _cell_text(markup: str) -> str:
    """Cell content as text; a cell of one hard blank is what Excel makes of an empty one."""
    if markup == "&nbsp;":
        return ""
    text = _LINE_END.sub("\n", markup)
    if "<" in text:
        text = _BREAK.sub("\n", text)
    return html.unescape(text) if "&" in text else text


def _detect(head: Head) -> Evidence | None:
    text = head.text
    if _SIGNATURE.search(text):
        return Evidence(1.0, "HTML rows of row id, time, name, account and 发送 or 接收")
    if "class=xl24" in text and "x:str>" in text and _ROW.search(text):
        return Evidence(0.6, "an HTML table in the style of Excel, cells of class xl24")
    if "<table x:str" in text and "office:excel" in text and "gb2312" in text.lower():
        return Evidence(0.5, "an HTML table for Excel without rows, in GB2312")
    return None


READER: Final = Format(
    "iphone-xls",
    "HTML table saved as .xls by desktop exporters for the iPhone, 2015 to 2018",
    ".xls",
    _detect,
    _entries,
    "iPhone .xls",
    {},
)
