"""WeFlow exports of WeChat 4 that are tables: the Excel workbook, the HTML page, the SQL script.

Takes rows, gives messages. The workbook names the type of each message; page and script leave it to the body
(`support.weflow_bodies`) or to a number.

Format facts: WeFlow 1.0.3 `formatters/ExcelFormatter.ts`, `HtmlFormatter.ts`, `SqlFormatter.ts`; pages of
more messages than fit keep them in `<name>_data/chunk-000000.js` (`htmlChunking.ts`).
"""

from __future__ import annotations

import glob
import html
import itertools
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WEFLOW, quote_segments, read_placeholder
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_name, segment_for
from wechatlog.content.weflow import build_segments
from wechatlog.diagnostics import Severity
from wechatlog.engine.html import classes_of, first_with_class, node_text, parse_fragment
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Refusal, in_batches
from wechatlog.engine.workbooks import cell_text, iter_sheet, peek_sheets, sheet_names
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.support.weflow_bodies import Body, FaultWatch, read_body
from wechatlog.timestamps import parse_clock
from wechatlog.tokenizer import iter_lines, prepare

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.html import HtmlElement

    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = ["HTML", "SQL", "XLSX"]

_OWNER: Final = "我"
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
_MONEY: Final = frozenset({MessageKind.RED_PACKET, MessageKind.TRANSFER})

# --- workbook -------------------------------------------------------------------------------------

_COLUMNS: Final = frozenset({"序号", "时间", "发送者身份", "消息类型", "内容"})
_HEADER_ROWS: Final = 12
_FACTS: Final = {
    "微信ID": "id",
    "账号ID": "id",
    "昵称": "nickname",
    "备注": "remark",
    "导出工具": "exporter",
    "导出版本": "version",
    "平台": "platform",
    "导出时间": "exported_at",
}


class _Layout(NamedTuple):
    """Where things are in a workbook.

    Attributes:
        sheet: its name.
        header: 0-based row of the column names.
        columns: their names.
        facts: what the rows above say.
    """

    sheet: str
    header: int
    columns: tuple[str, ...]
    facts: Mapping[str, str]


def _find_layout(source: Source) -> _Layout | None:
    for sheet, rows in peek_sheets(source, _HEADER_ROWS) or ():
        texts = [[cell_text(cell).strip() for cell in row] for row in rows]
        for number, row in enumerate(texts):
            if _COLUMNS.issubset(row):
                return _Layout(sheet, number, tuple(row), _find_facts(texts[:number]))
    return None


def _find_facts(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The values right of their labels."""
    pairs = [pair for row in rows for pair in itertools.pairwise(row)]
    return {_FACTS[label]: value for label, value in pairs if label in _FACTS and value not in ("", *_FACTS)}


class _People:
    """The people of a workbook, as its rows name them."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._places: dict[tuple[str, str], int] = {}

    def learn(self, row: Mapping[str, str], account: str | None, *, is_self: bool | None) -> None:
        """Take note of the sender of a row."""
        name = row["发送者身份"]
        if (name, account or "") in self._places or account is None:
            return
        self._places[name, account] = len(self._draft.members)
        others = (row.get("发送者备注"), row.get("发送者昵称"), row.get("群昵称"))
        aliases = tuple(dict.fromkeys(other for other in others if other and other != name))
        self._draft.members.append(Participant(name or None, account, is_self, aliases))


class WeflowXlsxReader:
    """The reader of WeFlow's workbook, with full, compact and streamed columns."""

    name = "weflow-xlsx"
    description = "WeFlow 1 Excel workbook, WeChat 4"
    suffixes = (".xlsx",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The column names under the rows of facts decide."""
        layout = _find_layout(head.source)
        if layout is None:
            return None
        tool = layout.facts.get("exporter", "")
        return Evidence(1.0 if tool == "WeFlow" else 0.9, f"the columns {', '.join(layout.columns)}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where no sheet has the columns.
            MissingExtraError: without python-calamine.
        """
        layout = _find_layout(source)
        if layout is None:
            names = ", ".join(sheet_names(source))
            raise FormatError(f"no sheet has the columns of this format: {names}", source=source.label)
        draft = _describe(context, layout)
        return in_batches(draft, self._messages(source, context, draft, layout))

    def _messages(self, source: Source, context: Context, draft: Draft, layout: _Layout) -> Iterator[Message]:
        people, watch = _People(draft), FaultWatch(context)
        rows = enumerate(iter_sheet(source, layout.sheet), 1)
        for number, cells in itertools.islice(rows, layout.header + 1, None):
            values = [cell_text(cell) for cell in cells]
            if any(values):
                row = dict(zip(layout.columns, values, strict=False))
                yield _sheet_message(context, draft, people, watch, row, number)


def _describe(context: Context, layout: _Layout) -> Draft:
    facts = dict(layout.facts)
    account = facts.pop("id", None)
    title = facts.pop("remark", None) or facts.get("nickname")
    facts.pop("nickname", None)
    is_group = None if account is None else account.endswith("@chatroom")
    if "群昵称" in layout.columns:
        is_group = True
    return context.draft(id=account, title=title, is_group=is_group, metadata={"exporter": "WeFlow", **facts})


def _sheet_body(row: Mapping[str, str], text: str, context: Context, line: int) -> Body:
    """Kind and segments by the column of types; what that leaves open, the placeholder says."""
    name = row["消息类型"].strip()
    kind = kind_of_name(name)
    found = read_placeholder(text, WEFLOW) if kind in (None, MessageKind.OTHER, MessageKind.LINK) else None
    if found is not None and kind is MessageKind.LINK and found[0] in _MONEY:
        sentence = f"a link is rendered as {found[0].value}, since its title names money"
        context.report("writer-fault", sentence, severity=Severity.INFO, line=line)
    elif found is not None and kind is not MessageKind.LINK:
        return Body(found[0], text, found[1])
    if kind is None:
        context.report("unknown-kind", f"unknown type {name[:60]!r}", severity=Severity.INFO, line=line)
    if kind is MessageKind.SYSTEM:
        return Body(read_notice(text) or kind, text)
    kind = kind or MessageKind.OTHER
    return Body(kind, text, build_segments(kind, text, {}))


def _sheet_message(
    context: Context, draft: Draft, people: _People, watch: FaultWatch, row: Mapping[str, str], line: int
) -> Message:
    text = row.get("内容", "")
    if draft.is_group is not False:
        text = watch.unframe(text, line)
    body = _sheet_body({"消息类型": "", **row}, text, context, line)
    watch.check(body.kind, text, line, credited=False)
    time, precision = context.clock(row.get("时间", ""), line=line)
    sender: str | None = row.get("发送者身份", "")
    account = row.get("发送者微信ID") or row.get("发送者账号ID") or None
    own: bool | None = None
    if draft.is_group is not True and (draft.is_group is False or sender == _OWNER):
        own = sender == _OWNER
    if body.kind in _NOTICES:
        sender = account = None
    else:
        people.learn({"发送者身份": "", **row}, account, is_self=own)
        if own and account and draft.owner is None:
            draft.owner = account
    return context.message(
        draft,
        time=time,
        precision=precision,
        sender=sender or None,
        sender_id=account,
        is_self=None if context.owner is not None else own,
        kind=body.kind,
        text=body.text,
        segments=body.segments,
        line=line,
    )


# --- page -----------------------------------------------------------------------------------------

_DATA: Final = re.compile(r"window\.WEFLOW_DATA\s*=\s*(?:(?=\[)|(?P<none>null))")
_CHUNK: Final = "window.__WEFLOW_CHUNK_LOADED__("
_CHUNK_DATA: Final = re.compile(r"window\.__WEFLOW_CHUNK_LOADED__\(\s*[0-9]{1,9}\s*,\s*(?=\[)")
_PAGE_TITLE: Final = re.compile(r"<title>([^<]{0,400}?)(?: - (?:聊天记录|Chat history))?</title>")
_PAGE_FACT: Final = re.compile(r"<span>(群聊|私聊)</span>")
_LONGEST_HEAD: Final = 8 << 20
_MEDIA_KINDS: Final = {
    "image": MessageKind.IMAGE,
    "emoji": MessageKind.STICKER,
    "audio": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "file": MessageKind.FILE,
}


@attrs.define
class _Page:
    """What is known of a page while it is read."""

    context: Context
    draft: Draft
    watch: FaultWatch
    other_zone: bool = False

    def messages(self, blocks: Iterator[str]) -> Iterator[Message]:
        """The messages of one array."""
        for item in iter_json(blocks, self.context.collector, (), tail=True):
            if isinstance(item.value, dict):
                yield self._message(item.value, item.line)
            else:
                self.context.report("broken-row", "an item that is no message", severity=Severity.ERROR, line=item.line)

    def _message(self, row: Mapping[str, Any], line: int) -> Message:
        root = parse_fragment(_text(row.get("b")))
        parts = classes_of(root)
        name = parts.get("sender-name")
        if self.draft.is_group is None:  # only in groups the writer puts names above the bubbles
            self.draft.is_group = name is not None
        content = parts.get("message-content")
        body = self._body(root if content is None else content, line)
        own = {0: False, 1: True, "0": False, "1": True}.get(_plain(row.get("s")))
        time = self.context.unix_time(row.get("t"), line=line)
        self._check_zone(time, parts.get("message-time"), line)
        return self.context.message(
            self.draft,
            time=time,
            sender=node_text(name) if name is not None else self._sender(row, own),
            sender_id=self.draft.id if own is False and self.draft.is_group is False else None,
            is_self=own,
            kind=body.kind,
            text=body.text,
            id=_identifier(row.get("p")),
            reply_to=_identifier(row.get("r")),
            segments=body.segments,
            line=line,
        )

    def _check_zone(self, time: dt.datetime | None, node: HtmlElement | None, line: int) -> None:
        """The wall clock beside the Unix time shows the zone of the exporting machine."""
        if self.other_zone or time is None or node is None or self.context.tz is not None:
            return
        written = node_text(node)
        clock = None if written == time.isoformat(" ")[:19] else parse_clock(written)
        if clock is not None and clock.precision == "second" and clock.time != time.replace(tzinfo=None):
            self.other_zone = True
            sentence = f"the page shows {clock.time}, so it was made in another zone; pass tz= to read it there"
            self.context.report("other-zone", sentence, severity=Severity.INFO, line=line)

    def _sender(self, row: Mapping[str, Any], own: bool | None) -> str | None:
        """The name where the page shows none: beside the picture, or else the title or 我."""
        picture = _text(row.get("a"))
        if "alt=" in picture:
            for image in parse_fragment(picture).iter("img"):
                if alt := image.get("alt"):
                    return str(alt)
        return _OWNER if own else self.draft.title

    def _body(self, content: HtmlElement, line: int) -> Body:
        parts = classes_of(content)
        node = parts.get("message-text")
        text = "" if node is None else node_text(node, alt=True)
        if self.draft.is_group is not False:
            text = self.watch.unframe(text, line)
        body = _structured_body(parts, node, text) or read_body(text)
        self.watch.check(body.kind, body.text, line, credited=True)
        return body


def _structured_body(parts: Mapping[str, HtmlElement], node: HtmlElement | None, text: str) -> Body | None:
    """A body whose elements say what it is: a quote, a file, a link card."""
    quoted = parts.get("quoted-message")
    if quoted is not None:
        sender, words = first_with_class(quoted, "quoted-sender"), first_with_class(quoted, "quoted-text")
        name = "" if sender is None else node_text(sender)
        preview = "" if words is None else node_text(words, alt=True)
        return Body(MessageKind.QUOTE, text, quote_segments(text, name or None, preview))
    media = parts.get("message-media")
    if media is not None and (body := _media_body(media, text)) is not None:
        return body
    card = None if node is None else parts.get("message-link-card")
    if card is None:
        return None
    link = segment_for(MessageKind.LINK, text, url=card.get("href") or "", title=text.strip())
    return Body(MessageKind.LINK, text, (link,))


def _media_body(media: HtmlElement, text: str) -> Body | None:
    from urllib.parse import unquote

    classes = (media.get("class") or "").split()
    kind = next((_MEDIA_KINDS[name] for name in classes if name in _MEDIA_KINDS), None)
    if kind is None:
        return None
    path = unquote(media.get("src") or media.get("href") or "")
    name = {"name": node_text(media)} if kind is MessageKind.FILE else {}
    known = {"path": path, **name}
    segments = build_segments(kind, text, known) if text else (segment_for(kind, "", **known),)
    return Body(kind, text, segments)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _plain(value: Any) -> int | str | None:
    return value if isinstance(value, int | str) else None


def _identifier(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value).strip() or None


class WeflowHtmlReader:
    """The reader of WeFlow's page."""

    name = "weflow-html"
    description = "WeFlow 1 HTML page, WeChat 4"
    suffixes = (".html", ".htm")
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """The name of the script's variable decides."""
        text = head.text
        if text.lstrip().startswith(_CHUNK):
            return Refusal("a part of a page; read the .html file beside its folder")
        if _DATA.search(text):
            return Evidence(1.0, "a page with window.WEFLOW_DATA")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where there is no `window.WEFLOW_DATA`.
            MissingExtraError: without lxml.
        """
        before, match, blocks = _split_page(source, context)
        title = _PAGE_TITLE.search(before)
        kind = _PAGE_FACT.search(before)
        draft = context.draft(
            title=html.unescape(title[1]) if title else None,
            is_group={"群聊": True, "私聊": False}[kind[1]] if kind else None,
            metadata={"exporter": "WeFlow"},
        )
        page = _Page(context, draft, FaultWatch(context))
        if match["none"]:
            return in_batches(draft, self._chunks(source, context, page))
        return in_batches(draft, page.messages(blocks))

    def _chunks(self, source: Source, context: Context, page: _Page) -> Iterator[Message]:
        """The messages in the files beside the page."""
        stem = glob.escape(PurePath(source.name or "").stem)
        files = source.siblings(f"{stem}_data/chunk-*.js")
        if not files:
            sentence = f"the messages are not in the page but in the folder {stem}_data, which is missing"
            context.report("missing-file", sentence, severity=Severity.ERROR)
        for file in files:
            text = file.read_text(context.collector, context.encoding)
            if match := _CHUNK_DATA.match(text.lstrip()):
                yield from page.messages(iter((text.lstrip()[match.end() :],)))
            else:
                sentence = f"{file.label} holds no messages"
                context.report("broken-file", sentence, severity=Severity.ERROR)


def _split_page(source: Source, context: Context) -> tuple[str, re.Match[str], Iterator[str]]:
    """The text before the messages, and blocks that begin with the list, line numbers kept."""
    blocks = context.blocks()
    text = ""
    for block in blocks:
        text += block
        if (match := _DATA.search(text)) and match.end() < len(text):
            before = text[: match.start()]
            rest = "\n" * before.count("\n") + text[match.end() :]
            return before, match, itertools.chain((rest,), blocks)
        if len(text) > _LONGEST_HEAD:
            break
    raise FormatError("no window.WEFLOW_DATA in this page", source=source.label)


# --- script ---------------------------------------------------------------------------------------

_INSERT: Final = re.compile(
    r"INSERT INTO \"?weflow_messages\"? ?\((?P<columns>[a-z_, \"]{1,400})\) VALUES \(", re.IGNORECASE
)
_CREATE: Final = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?\"?weflow_messages\b", re.IGNORECASE)
_VALUE: Final = re.compile(r"\s*(?:(?P<text>'[^']*+(?:''[^']*+)*+')|(?P<word>[-+A-Za-z0-9_.]{1,40}))\s*(?P<end>[,)])")
_WORDS: Final = {"true": True, "false": False, "t": True, "f": False, "1": True, "0": False}


def _parse_insert(statement: str) -> dict[str, str | None] | None:
    """Column names to values; `None` for a statement that is broken."""
    match = _INSERT.match(statement.lstrip())
    if match is None:
        return None
    statement = statement.lstrip()
    values: list[str | None] = []
    place = match.end()
    while found := _VALUE.match(statement, place):
        text = found["text"]
        word = None if found["word"] is None or found["word"].upper() == "NULL" else found["word"]
        values.append(word if text is None else text[1:-1].replace("''", "'"))
        place = found.end()
        if found["end"] == ")":
            names = [name.strip(' "') for name in match["columns"].split(",")]
            return dict(zip(names, values, strict=True)) if len(names) == len(values) else None
    return None


class WeflowSqlReader:
    """The reader of WeFlow's SQL script."""

    name = "weflow-sql"
    description = "WeFlow 1 SQL script, WeChat 4"
    suffixes = (".sql",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The name of the table decides."""
        if _CREATE.search(head.text) or _INSERT.search(head.text):
            return Evidence(1.0, "a script for the table weflow_messages")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages; one batch may end early where another conversation begins."""
        del source  # the context has it
        drafts: dict[str, Draft] = {}
        watch = FaultWatch(context)
        batch: list[Message] = []
        draft: Draft | None = None
        for line, row in _inserts(context):
            key = row.get("session_id") or ""
            if key not in drafts:
                drafts[key] = context.draft(key, id=key or None, metadata={"exporter": "WeFlow"})
                drafts[key].is_group = key.endswith("@chatroom") if key else None
            if draft is not None and (drafts[key] is not draft or len(batch) >= 1024):
                yield draft, batch
                batch = []
            draft = drafts[key]
            batch.append(_script_message(context, draft, watch, row, line))
        yield draft or context.draft(metadata={"exporter": "WeFlow"}), batch


def _inserts(context: Context) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The rows of a script. Text may hold line ends; an even number of quotes closes a statement."""
    open_lines: list[str] = []
    quotes, begin = 0, 1
    for number, (line, _) in enumerate(iter_lines(prepare(context.blocks()).blocks), 1):
        if not open_lines:
            if not _INSERT.match(line.lstrip()):
                continue
            begin, quotes = number, 0
        open_lines.append(line)
        quotes += line.count("'")
        if quotes % 2 == 0 and line.rstrip().endswith(";"):
            row = _parse_insert("".join(open_lines))
            open_lines = []
            if row is None:
                context.report("broken-row", "an INSERT that cannot be read", severity=Severity.ERROR, line=begin)
            else:
                yield begin, row
    if open_lines:
        context.report("broken-row", "an INSERT that never ends", severity=Severity.ERROR, line=begin)


def _script_message(
    context: Context, draft: Draft, watch: FaultWatch, row: Mapping[str, str | None], line: int
) -> Message:
    text, path = row.get("content") or "", row.get("media_path") or ""
    if draft.is_group is not False:
        text = watch.unframe(text, line)
    body = _script_body(row, text, path)
    watch.check(body.kind, text, line, credited=False)
    own = _WORDS.get((row.get("is_send") or "").lower())
    account = None if body.kind in _NOTICES else row.get("sender") or None
    if own and account and draft.owner is None:
        draft.owner = account
    server_id = row.get("message_id")
    if server_id is not None and (server_id == row.get("local_id") or not server_id.strip("0")):
        server_id = None  # the writer puts the row number where there is no server id
    return context.message(
        draft,
        time=context.unix_time(row.get("create_time"), line=line),
        sender=account,
        sender_id=account,
        is_self=own,
        kind=body.kind,
        text=body.text,
        id=server_id,
        segments=body.segments,
        line=line,
    )


def _script_body(row: Mapping[str, str | None], text: str, path: str) -> Body:
    number = row.get("local_type") or ""
    kind = kind_of_local_type(int(number)) if re.fullmatch(r"-?[0-9]{1,19}", number) else MessageKind.OTHER
    if kind is MessageKind.SYSTEM:
        return Body(read_notice(text) or kind, text)
    if kind is MessageKind.TEXT:
        return Body(kind, text)
    if kind is MessageKind.OTHER:
        return read_body(text)
    return Body(kind, text, build_segments(kind, text, {"path": path} if path else {}))


XLSX: Final = WeflowXlsxReader()
HTML: Final = WeflowHtmlReader()
SQL: Final = WeflowSqlReader()
