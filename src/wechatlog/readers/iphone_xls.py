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
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.markdown_archive import classify
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.vocabulary import kind_of_name
from wechatlog.diagnostics import Severity
from wechatlog.engine.markup import iter_pieces
from wechatlog.engine.protocol import Evidence, in_batches
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind
from wechatlog.segments import Image, Link, Sticker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.engine.markup import Piece
    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.segments import Segment
    from wechatlog.source import Source

__all__ = ["READER", "IphoneXlsReader"]

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
_DIRECTIONS: Final[Mapping[str, bool]] = {"发送": True, "發送": True, "接收": False}
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


class IphoneXlsReader:
    """The reader of iPhone `.xls` exports."""

    name = "iphone-xls"
    description = "HTML table saved as .xls by desktop exporters for the iPhone, 2015 to 2018"
    suffixes = (".xls",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """Rows with a time and a direction decide; a table without rows is known by its style."""
        text = head.text
        if _SIGNATURE.search(text):
            return Evidence(1.0, "HTML rows of row id, time, name, account and 发送 or 接收")
        if "class=xl24" in text and "x:str>" in text and _ROW.search(text):
            return Evidence(0.6, "an HTML table in the style of Excel, cells of class xl24")
        if "<table x:str" in text and "office:excel" in text and "gb2312" in text.lower():
            return Evidence(0.5, "an HTML table for Excel without rows, in GB2312")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, a row each.

        Raises:
            FormatError: where there is no table at all.
        """
        title = PurePath(source.name).stem if source.name else None
        draft = context.draft(title=title, metadata={"exporter": "iPhone .xls"})
        return in_batches(draft, _Table(context, draft).messages())


class _Table:
    """One pass over a file, and what it taught so far."""

    def __init__(self, context: Context, draft: Draft) -> None:
        self._context = context
        self._draft = draft
        self._peers: set[str] = set()
        self._began = False

    def messages(self) -> Iterator[Message]:
        for row in _join_pieces(iter_pieces(self._context.blocks(), _ROW, _LONGEST_MARK)):
            if row.offset < 0:
                self._check_preamble(row)
            elif (cells := _read_cells(row.text)) is None or not self._is_message(cells):
                self._report_other(row)
            else:
                yield self._message(cells, row)

    def _check_preamble(self, row: Piece) -> None:
        if row.text.strip() and "<t" not in row.text.lower():
            raise FormatError("there is no table in it", source=self._context.source.label)

    def _is_message(self, cells: _Cells) -> bool:
        if cells.width < 3:
            return False
        return bool(_CLOCK.match(cells.time)) or cells.direction.strip() in _DIRECTIONS

    def _report_other(self, row: Piece) -> None:
        severity = Severity.WARNING if self._began else Severity.INFO
        self._context.report(
            "other-row",
            "a row of the table that is no message",
            severity=severity,
            line=row.line,
            column=1,
            excerpt=row.text[:200].split("\n", 1)[0],
        )

    def _message(self, cells: _Cells, row: Piece) -> Message:
        self._began = True
        context = self._context
        if cells.width != _COLUMNS:
            context.report("row-length", f"the row has {cells.width} cells, not {_COLUMNS}", line=row.line)
        elif not cells.closed:
            context.report("open-cell", "the last cell of the row has no end", line=row.line)
        time, precision = context.clock(cells.time.strip(), line=row.line)
        is_self = _DIRECTIONS.get(cells.direction.strip())
        account = cells.account.strip() or None
        kind, segments = self._body(cells, row.line)
        sender = cells.name or None
        if account is not None and account.endswith("@chatroom") and not is_self:
            # The group itself: nobody said it.
            self._draft.id, self._draft.is_group = account, True
            sender = account = is_self = None
            kind = read_notice(cells.content) or MessageKind.SYSTEM
        else:
            self._learn(account or sender, is_self=is_self)
        return context.message(
            self._draft,
            time=time,
            precision=precision,
            sender=sender,
            sender_id=account,
            is_self=is_self,
            kind=kind,
            text=cells.content,
            segments=segments,
            line=row.line,
            offset=row.offset,
        )

    def _learn(self, who: str | None, *, is_self: bool | None) -> None:
        """Two people who are not the owner make a group; one proves nothing."""
        if is_self and self._draft.owner is None:
            self._draft.owner = who
        elif is_self is False and who is not None and len(self._peers) < 2:
            self._peers.add(who)
            self._draft.is_group = True if len(self._peers) > 1 else self._draft.is_group

    def _body(self, cells: _Cells, line: int) -> tuple[MessageKind, tuple[Segment, ...] | None]:
        kind = kind_of_name(cells.type.strip())
        text = cells.content
        if kind is None:
            if cells.width == _COLUMNS:
                message = f"unknown type {cells.type.strip()[:40]!r}"
                self._context.report("unknown-kind", message, severity=Severity.INFO, line=line)
            return MessageKind.OTHER, None
        if kind is MessageKind.LINK:
            return self._page(text, line)
        if kind is MessageKind.IMAGE and text and "\n" not in text and not text.startswith("["):
            return kind, (Image(url=text, raw=text) if _ADDRESS.match(text) else Image(path=text, raw=text),)
        if kind is MessageKind.TEXT:
            return self._text_kind(text, cells.account, line), None
        return kind, parse_body(kind, text)

    def _text_kind(self, text: str, account: str, line: int) -> MessageKind:
        """What the tool called a text and was none: a red packet, a quote, an account id alone."""
        if text.endswith(":") and (_CUT_ACCOUNT.fullmatch(text) or text == f"{account.strip()}:"):
            self._context.report("cut-message", "only the account id is left of this message", line=line)
            return MessageKind.OTHER
        found = classify(text).kind if text[:1] in ("微", "「", "?") else MessageKind.TEXT
        return found if found in (MessageKind.RED_PACKET, MessageKind.QUOTE) else MessageKind.TEXT

    def _page(self, text: str, line: int) -> tuple[MessageKind, tuple[Segment, ...]]:
        """`title`, line end, `address`; the address was escaped once more than the title now and then."""
        title, _, address = text.rpartition("\n")
        address = html.unescape(html.unescape(address.strip()))
        if not _ADDRESS.fullmatch(address):
            self._context.report("broken-link", "the address of the link was lost by the exporter", line=line)
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
        last = len(fields) == _COLUMNS - 1
        if last:
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


READER: Final = IphoneXlsReader()
