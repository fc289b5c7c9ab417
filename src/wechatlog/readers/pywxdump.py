"""PyWxDump exports of WeChat 3 for PC: CSV, JSON, the `data.js` of its HTML; and the CSV of WeClone.

Takes rows with the columns `id, MsgSvrID, type_name, is_sender, talker, room_name, msg, src, CreateTime`,
whatever file they stand in; gives messages. `users.json` beside the file says who the account ids are.

Format facts: PyWxDump 2.4 to 3.1 `api/export/exportCSV.py`, `exportJSON.py`, `exportHtml.py`,
`db/dbMSG.py`; until August 2024 the columns `msg` and `src` were one column `content` that held JSON. WeFlow
1.0.3 writes the same columns without `room_name` for WeClone, `talker` being a display name and `CreateTime`
UTC (`WeCloneFormatter.ts`). People open these files in Excel and save them: as CSV with rounded ids and without
seconds, in GBK, as tab-separated UTF-16, or as a workbook that is still named `.csv`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.appmsg import parse_content, parse_record
from wechatlog.content.forwards import parse_record_dict, parse_record_repr
from wechatlog.content.placeholders import PYWXDUMP, parse_body
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_name, segment_for
from wechatlog.content.weflow import build_segments, looks_like_account
from wechatlog.diagnostics import Severity
from wechatlog.engine.delimited import iter_dicts, iter_rows
from wechatlog.engine.excel import (
    DATE_ORDER_OPTION,
    check_date_order,
    is_rewritten,
    read_local_clock,
    read_server_id,
)
from wechatlog.engine.json_stream import iter_json
from wechatlog.engine.protocol import Evidence
from wechatlog.engine.workbooks import cell_text, iter_sheet, peek_sheets, sheet_names
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, Participant
from wechatlog.readers.support.weflow_bodies import Body, FaultWatch, read_body
from wechatlog.segments.types import File, Forward, Image, Link, Sticker, Transfer, Video, Voice

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from wechatlog.engine.protocol import Batch, Context, Draft, Head
    from wechatlog.model import Message
    from wechatlog.segments.types import Segment
    from wechatlog.source import Source
    from wechatlog.timestamps import Precision

__all__ = ["CSV", "JS", "JSON", "WECLONE"]

_BATCH_SIZE: Final = 1024
_MOST_PEOPLE: Final = 10_000
_USERS_LIMIT: Final = 64 << 20
_COLUMNS: Final = frozenset({"MsgSvrID", "type_name", "is_sender", "talker", "CreateTime"})
_NOTICES: Final = frozenset({MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT})
# What has a `type_name` of its own in the CSV for WeClone.
_TYPED: Final = frozenset(
    {MessageKind.IMAGE, MessageKind.STICKER, MessageKind.VIDEO, MessageKind.VOICE, MessageKind.FILE}
)
_NOBODY: Final = frozenset({"系统", "未知", ""})
_SELF: Final = "我"
_OWN: Final = {"1": True, "0": False, "true": True, "false": False}
_EMPTY_SOURCES: Final = frozenset({"False", "None", "{}", "nan"})
_ACCOUNT: Final = re.compile(r"wxid_[A-Za-z0-9_-]{4,64}|gh_[0-9a-f]{6,32}|[0-9]{3,32}@(?:chatroom|openim)")
# The column holds account ids alone; what it could not be is a name that somebody put there.
_PLAIN_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_.@-]{2,64}")

Users = Mapping[str, Mapping[str, Any]]


class _Row(NamedTuple):
    """A row of any of the files.

    Attributes:
        fields: by column name, `msg` and `src` parted.
        line: 1-based line, or row of a sheet.
        whole: whether it has as many fields as the header; the id of its conversation counts only then.
    """

    fields: Mapping[str, Any]
    line: int
    whole: bool = True

    def text(self, name: str) -> str:
        """A field as text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)


class _Body(NamedTuple):
    """What a message holds."""

    kind: MessageKind
    text: str
    segments: tuple[Segment, ...] | None = None


# --- bodies ---------------------------------------------------------------------------------------


def _with_source(segment: Segment, src: str) -> Segment:
    """A segment with what the column `src` knows: a path, or an address."""
    if not src:
        return segment
    is_address = src.startswith(("http://", "https://"))
    if isinstance(segment, Image | Video | Sticker):
        return attrs.evolve(segment, url=src) if is_address else attrs.evolve(segment, path=src)
    if isinstance(segment, Voice):
        return attrs.evolve(segment, path=src)
    if isinstance(segment, File):
        name = re.split(r"[\\/]", src)[-1]
        return attrs.evolve(segment, path=src, name=segment.name or name or None)
    if isinstance(segment, Link) and is_address:
        return attrs.evolve(segment, url=src)
    return segment


def _media(kind: MessageKind, row: _Row, text: str) -> tuple[Segment, ...] | None:
    """The segments of a body whose kind the type column gives."""
    if kind in PLAIN_KINDS:
        return None
    if text and text == row.text("type_name") and kind is not MessageKind.IMAGE:
        segments: tuple[Segment, ...] | None = (segment_for(kind, text),)  # a name of the kind is no title
    else:
        segments = parse_body(kind, text, PYWXDUMP)
    if segments is None or kind is MessageKind.QUOTE:
        return segments
    first = _with_source(segments[0], _source_text(row))
    if isinstance(first, Link) and first.title is None and kind is MessageKind.LINK:
        first = attrs.evolve(first, title=_link_title(row, text))
    return (first, *segments[1:])


def _link_title(row: _Row, text: str) -> str | None:
    extra = row.fields.get("extra")
    title = extra.get("title") if isinstance(extra, Mapping) else None
    if isinstance(title, str) and title:
        return title
    line = text.partition("\n")[0]
    return None if not line or line == row.text("type_name") or line.startswith(("http", "<")) else line


def _source_text(row: _Row) -> str:
    src = row.fields.get("src")
    if not isinstance(src, str) or src in _EMPTY_SOURCES:
        return ""
    return src.strip()


def _forward(row: _Row, text: str, context: Context) -> tuple[Segment, ...] | None:
    src, collector = row.fields.get("src"), context.collector
    forward: Forward | None = None
    if isinstance(src, Mapping) and src:
        forward = parse_record_dict(src, zone=context.tz, collector=collector, line=row.line)
    elif (written := _source_text(row)).startswith("{"):
        forward = parse_record_repr(written, zone=context.tz, collector=collector, line=row.line)
    elif written.startswith("<"):
        forward = parse_record(written, collector, zone=context.tz, line=row.line)
    if forward is None:
        return _media(MessageKind.FORWARD, row, text)
    title = forward.title or text.partition("\n")[0] or None
    return (attrs.evolve(forward, title=title, raw=text),)


def _read_pywxdump(row: _Row, kind: MessageKind, context: Context, _watch: FaultWatch) -> _Body:
    """The body of a PyWxDump row: words by the type column, or the raw XML where the tool knew no better."""
    text = row.text("msg")
    if kind is MessageKind.TEXT:
        return _Body(kind, text)
    if kind in _NOTICES or text.startswith(("<", "&lt;")):
        built = parse_content(kind, text, zone=context.tz, line=row.line)
        if kind in _NOTICES or built.text != text:
            return _Body(built.kind, built.text, built.segments)
    if kind is MessageKind.FORWARD:
        return _Body(kind, text, _forward(row, text, context))
    segments = _media(kind, row, text)
    if text.startswith("已收款") and segments and isinstance(segments[0], Transfer):
        segments = (attrs.evolve(segments[0], state="received"), *segments[1:])
    return _Body(kind, text, segments)


def _read_weclone(row: _Row, kind: MessageKind, _context: Context, watch: FaultWatch) -> _Body:
    """The body of a WeClone row: `text` stands for all that is no media, and placeholders say what it was."""
    text = watch.unframe(row.text("msg"), row.line)
    if kind is MessageKind.TEXT:
        found = read_body(text)
        if found.kind in _TYPED:  # media have types of their own, so somebody typed the placeholder
            found = Body(kind, text)
        watch.check(found.kind, text, row.line)
        return _Body(*found)
    segments = build_segments(kind, text, {})
    if not segments:
        return _Body(kind, text, segments)
    first, src = segments[0], _source_text(row)
    if isinstance(first, File) and not re.search(r"[\\/]", src):  # the name of a file that was not exported
        first = attrs.evolve(first, name=first.name or src or None)
    else:
        first = _with_source(first, src)
    return _Body(kind, text, (first, *segments[1:]))


# --- rows -----------------------------------------------------------------------------------------


def _split_content(row: _Row, context: Context) -> _Row:
    """The old column `content` parted into `msg` and `src`."""
    given, content = row.fields.get("content"), row.text("content")
    try:
        value = dict(given) if isinstance(given, Mapping) else json.loads(content, strict=False)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        if content.strip():
            context.report("broken-json", "the column content holds no JSON; it was kept as text", line=row.line)
        value = {"msg": content}
    msg = value.get("msg", "")
    value["msg"] = msg if isinstance(msg, str) else json.dumps(msg, ensure_ascii=False)
    return row._replace(fields={**row.fields, "msg": value["msg"], "src": value.get("src") or ""})


class _Clock:
    """Times of one file: all of them naive, or all of them aware."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._first: dt.datetime | None = None

    def read(self, row: _Row) -> tuple[dt.datetime | None, Precision | None]:
        """Time and precision of a row."""
        time, precision = read_local_clock(row.text("CreateTime"), self._context, line=row.line)
        if time is None:
            return None, None
        if self._first is None:
            self._first = time
        if (time.tzinfo is None) == (self._first.tzinfo is None):
            return time, precision
        self._context.report("mixed-times", "only some times of this file have a zone", line=row.line)
        return time.replace(tzinfo=self._first.tzinfo), precision


def _display_name(user: Mapping[str, Any]) -> str | None:
    for name in ("remark", "nickname"):
        value = user.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def _participants(users: Users, room: str, own_id: str | None) -> list[Participant]:
    found = []
    for account, user in users.items():
        if account == room and account.endswith("@chatroom"):
            continue
        name = _display_name(user)
        others = (user.get("remark"), user.get("nickname"))
        aliases = dict.fromkeys(other for other in others if isinstance(other, str) and other and other != name)
        is_self = account == own_id if own_id else None
        found.append(Participant(name, account, is_self, tuple(aliases)))
    return found


@attrs.define
class _Teller:
    """Rows to messages, conversation by conversation.

    Attributes:
        context: of the reading.
        weclone: whether `talker` is a display name and the words are WeFlow's.
        users: what is known of account ids.
    """

    context: Context
    weclone: bool = False
    users: Users = attrs.Factory(dict)
    own_id: str | None = None
    _drafts: dict[str, Draft] = attrs.field(factory=dict, init=False)
    _current: Draft | None = attrs.field(default=None, init=False)
    _people: dict[str, tuple[str | None, str | None]] = attrs.field(factory=dict, init=False)
    _clock: _Clock = attrs.field(init=False)
    _watch: FaultWatch = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._clock = _Clock(self.context)
        self._watch = FaultWatch(self.context)

    def batches(self, rows: Iterable[_Row]) -> Iterator[Batch]:
        """Batches of messages; another conversation begins another batch."""
        batch: list[Message] = []
        draft: Draft | None = None
        for row in rows:
            found = self._draft_of(row)
            if draft is not None and (found is not draft or len(batch) >= _BATCH_SIZE):
                yield draft, batch
                batch = []
            draft = found
            batch.append(self._message(draft, row))
        yield draft or self._new_draft(""), batch

    def _draft_of(self, row: _Row) -> Draft:
        room = row.text("room_name").strip()
        if self._current is not None and (not row.whole or not room or room == self._current.key):
            return self._current
        if room not in self._drafts:
            self._drafts[room] = self._new_draft(room)
        self._current = self._drafts[room]
        return self._current

    def _new_draft(self, room: str) -> Draft:
        draft = self.context.draft(room, id=room or None, owner=self.own_id)
        draft.is_group = room.endswith("@chatroom") if room else None
        draft.title = _display_name(self.users.get(room, {}))
        draft.members = _participants(self.users, room, self.own_id)
        draft.metadata = {"exporter": "WeClone CSV" if self.weclone else "PyWxDump"}
        return draft

    def _message(self, draft: Draft, row: _Row) -> Message:
        if "content" in row.fields and "msg" not in row.fields:
            row = _split_content(row, self.context)
        kind = self._kind(row)
        read = _read_weclone if self.weclone else _read_pywxdump
        body = read(row, kind, self.context, self._watch)
        is_self = _OWN.get(row.text("is_sender").strip().lower())
        time, precision = self._clock.read(row)
        sender, sender_id = self._sender(row, body.kind)
        if is_self and draft.owner is None and sender != _SELF:
            draft.owner = sender_id or sender
        return self.context.message(
            draft,
            time=time,
            precision=precision,
            sender=sender,
            sender_id=sender_id,
            is_self=is_self,
            kind=body.kind,
            text=body.text,
            id=read_server_id(
                row.text("MsgSvrID"), self.context, line=row.line, excel=is_rewritten(row.text("CreateTime"))
            ),
            segments=body.segments,
            line=row.line,
        )

    def _kind(self, row: _Row) -> MessageKind:
        name = row.text("type_name").strip()
        kind = kind_of_name(name)
        if kind is None:
            self.context.report("unknown-kind", f"unknown type {name[:60]!r}", severity=Severity.INFO, line=row.line)
        return kind or MessageKind.OTHER

    def _sender(self, row: _Row, kind: MessageKind) -> tuple[str | None, str | None]:
        """Name and account id; notices carry the peer's id for want of a sender."""
        talker = row.text("talker")
        if not self.weclone and (kind in _NOTICES or talker in _NOBODY):
            return None, None
        if talker not in self._people and len(self._people) < _MOST_PEOPLE:
            self._people[talker] = self._person(talker)
        return self._people.get(talker) or self._person(talker)

    def _person(self, talker: str) -> tuple[str | None, str | None]:
        if talker == _SELF or (self.weclone and not _ACCOUNT.fullmatch(talker)):
            return talker or None, None
        known = talker in self.users or looks_like_account(talker) or bool(_PLAIN_ACCOUNT.fullmatch(talker))
        return _display_name(self.users.get(talker, {})) or talker, talker if known else None


def _read_users(source: Source, context: Context) -> Users:
    """`users.json` beside the file, or nothing."""
    for sibling in source.siblings("users.json"):
        with sibling.open() as stream:
            data = stream.read(_USERS_LIMIT)
        try:
            return _as_users(json.loads(data))
        except (ValueError, RecursionError) as error:
            context.report("broken-users", f"users.json beside the file cannot be read: {error}")
    return {}


def _as_users(value: Any) -> Users:
    if not isinstance(value, dict):
        return {}
    return {account: user for account, user in value.items() if isinstance(user, dict)}


# --- tables ---------------------------------------------------------------------------------------

_DELIMITERS: Final = (",", "\t", ";")


def _header_of(line: str) -> tuple[str, list[str]] | None:
    """Delimiter and column names of a header line, or `None`."""
    for delimiter in _DELIMITERS:
        names = [name.strip(' "\ufeff\r') for name in line.split(delimiter)]
        if _is_header(names):
            return delimiter, names
    return None


def _is_header(names: Sequence[str]) -> bool:
    return _COLUMNS.issubset(names) and not {"msg", "content"}.isdisjoint(names)


def _sheet_header(source: Source) -> tuple[str, list[str]] | None:
    """Sheet and column names of the first sheet that begins with the header, or `None`."""
    for name, rows in peek_sheets(source, 1) or ():
        names = [cell_text(cell).strip() for cell in rows[0]] if rows else []
        if _is_header(names):
            return name, names
    return None


def _sheet_rows(source: Source) -> Iterator[_Row]:
    header = _sheet_header(source)
    if header is None:
        names = sheet_names(source)
        raise FormatError(f"no sheet begins with the header: {', '.join(names)}", source=source.label)
    sheet, columns = header
    rows = enumerate(iter_sheet(source, sheet), 1)
    for number, cells in itertools.islice(rows, 1, None):
        values = [cell_text(cell) for cell in cells]
        if any(values):
            yield _Row(dict(zip(columns, values, strict=False)), number)


def _text_rows(context: Context) -> Iterator[_Row]:
    blocks = context.blocks()
    first = next(blocks, "")
    lines = first.lstrip("\ufeff\r\n").replace("\r", "\n").split("\n", 1)
    delimiter, columns = _header_of(lines[0]) or (",", None)
    rows = iter_rows(itertools.chain((first,), blocks), context.collector, delimiter=delimiter)
    if columns is None:
        raise FormatError("the first line is no header of this format", source=context.source.label, line=1)
    for row in itertools.islice(rows, 1, None):
        if len(row.fields) == len(columns):
            yield _Row(dict(zip(columns, row.fields, strict=True)), row.line)
            continue
        for fields, line in iter_dicts((row,), context.collector, columns):
            yield _Row(fields, line, whole=False)


@attrs.frozen
class TableReader:
    """A reader of the columns, in a CSV file or in a workbook.

    Attributes:
        name: the format's identifier.
        description: for people.
        weclone: without `room_name`.
    """

    name: str
    description: str
    weclone: bool
    suffixes: tuple[str, ...] = (".csv", ".xlsx", ".xls")
    options: Mapping[str, str] = attrs.field(default=DATE_ORDER_OPTION, eq=False)

    def detect(self, head: Head) -> Evidence | None:
        """The header row decides."""
        names = self._columns(head)
        if names is None or ("room_name" in names) == self.weclone:
            return None
        return Evidence(0.95, f"the header has {len(names)} columns from id to CreateTime")

    def _columns(self, head: Head) -> list[str] | None:
        if not head.containers.isdisjoint({"zip", "ole"}):
            found = _sheet_header(head.source)
        else:
            line = next((line for line in head.lines if line.strip()), "")
            found = _header_of(line)
        return found[1] if found else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where the first row is no header.
            MissingExtraError: for a workbook, without python-calamine.
            OptionError: for a value of `date_order` that means nothing.
        """
        check_date_order(context)
        is_sheet = source.head().startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
        rows = _sheet_rows(source) if is_sheet else _text_rows(context)
        users = {} if self.weclone else _read_users(source, context)
        return _Teller(context, self.weclone, users).batches(rows)


# --- JSON -----------------------------------------------------------------------------------------


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and {"MsgSvrID", "type_name", "talker", "CreateTime"} <= value.keys()


def _json_rows(blocks: Iterable[str], context: Context) -> Iterator[_Row]:
    for item in iter_json(blocks, context.collector, ()):
        if item.key == "" and isinstance(item.value, dict):
            yield _Row(item.value, item.line)
        else:
            context.report("broken-row", "an item that is no message", severity=Severity.ERROR, line=item.line)


class JsonReader:
    """The reader of PyWxDump's JSON."""

    name = "pywxdump-json"
    description = "PyWxDump 3 JSON, WeChat 3 for PC"
    suffixes = (".json",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The keys of the first object decide."""
        value = head.json
        if isinstance(value, list) and value and _is_row(value[0]):
            return Evidence(1.0, "an array of objects with MsgSvrID and type_name")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages."""
        users = _read_users(source, context)
        return _Teller(context, False, users).batches(_json_rows(context.blocks(), context))


_JS_HEAD: Final = re.compile(r"localStorage\.setItem\(|const local_(?:msg_count|mywxid|user_list|msg_list)\b")
_JS_LIST: Final = re.compile(r"const local_msg_list\s*=\s*(?=\[)")
_JS_USERS: Final = re.compile(r"const local_user_list\s*=\s*(?=\{)")
_JS_OWNER: Final = re.compile(r"const local_mywxid\s*=\s*['\"]([^'\"\n]{1,80})['\"]")


class JsReader:
    """The reader of the `data.js` that PyWxDump's HTML export loads."""

    name = "pywxdump-js"
    description = "PyWxDump 3 HTML export (data.js), WeChat 3 for PC"
    suffixes = (".js",)
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The names of the constants decide."""
        text = head.text
        if _JS_HEAD.match(text.lstrip()) and ("local_msg_list" in text or "local_user_list" in text):
            return Evidence(1.0, "a script with the constant local_msg_list")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages.

        Raises:
            FormatError: where there is no constant `local_msg_list`.
        """
        before, blocks = _split_script(source, context)
        users = _script_users(before)
        owner = _JS_OWNER.search(before)
        own_id = owner[1] if owner and owner[1] != _SELF else None
        return _Teller(context, False, users, own_id).batches(_json_rows(blocks, context))


def _split_script(source: Source, context: Context) -> tuple[str, Iterator[str]]:
    """The text before the list of messages, and blocks that begin with the list, line numbers kept."""
    blocks = context.blocks()
    text, wanted = "", 0
    for block in blocks:
        text += block
        if len(text) < wanted:
            continue
        wanted = 2 * len(text)  # so that a long list of users costs linear time
        users = _JS_USERS.search(text)
        start = 0 if users is None else _end_of_value(text, users.end())
        if start is not None and (match := _JS_LIST.search(text, start)):
            before = text[: match.start()]
            return before, itertools.chain(("\n" * before.count("\n") + text[match.end() :],), blocks)
        if len(text) > _USERS_LIMIT:
            break
    if match := _JS_LIST.search(text):
        return text[: match.start()], iter((text[match.end() :],))
    raise FormatError("no constant local_msg_list", source=source.label)


def _end_of_value(text: str, start: int) -> int | None:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def _script_users(before: str) -> Users:
    match = _JS_USERS.search(before)
    if match is None:
        return {}
    try:
        return _as_users(json.JSONDecoder(strict=False).raw_decode(before, match.end())[0])
    except (ValueError, RecursionError):
        return {}


CSV: Final = TableReader("pywxdump-csv", "PyWxDump 2 and 3 CSV, WeChat 3 for PC; also re-saved by Excel", False)
JSON: Final = JsonReader()
JS: Final = JsReader()
WECLONE: Final = TableReader("weclone-csv", "CSV for WeClone, as WeFlow 1 writes it, WeChat 4", True)
