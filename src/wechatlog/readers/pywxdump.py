"""PyWxDump exports of WeChat 3 for PC: CSV, JSON, the `data.js` of its HTML, answers of its server.

Takes rows with the columns `id, MsgSvrID, type_name, is_sender, talker, room_name, msg, src, CreateTime`, whatever file
they stand in; gives entries. `users.json` beside the file says who the account ids are.

Format facts: PyWxDump 2.3 to 3.1, `analyzer/export_chat.py` (to April 2024), `dbpreprocess/parsingMSG.py` (to July
2024), `db/dbMSG.py`, `api/export/exportCSV.py`, `exportJSON.py`, `exportHtml.py`, `api/remote_server.py`; the fork of
2440893398 adds `Sequence` and `MsgSequence`. To July 2024 the columns `msg` and `src` were one column `content` that
held JSON; the first builds with a CSV (26 December 2023 to 9 January 2024) wrote it without quotes, the first of them
without the column `id`. Empty elements of XML become `{}` in the words, since the tool makes dicts of them. The paths
of pictures to January 2024, and of videos to April 2024, have each backslash twice. People open these files in Excel
and save them: as CSV with rounded ids and without seconds, in GBK, as tab-separated UTF-16, or as a workbook that is
still named `.csv`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from wechatlog.content.accounts import is_room
from wechatlog.content.appmsg import KIND_WORDS, parse_content, parse_mapping, parse_markup, parse_record
from wechatlog.content.dialects.pywxdump import PYWXDUMP
from wechatlog.content.forwards import parse_record_dict, parse_record_repr
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body
from wechatlog.content.python_repr import read_repr
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_name, segment_for
from wechatlog.content.weflow import looks_like_account
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Draft, Entry, Evidence, Format, Head, Reading, Table, iter_objects, one_of
from wechatlog.engine.excel import DATE_ORDER_OPTION, check_date_order, is_rewritten, read_local_clock, read_server_id
from wechatlog.engine.json_facts import iter_facts_first
from wechatlog.engine.json_objects import report_shape
from wechatlog.engine.json_values import first_object, read_flag, read_object, read_string
from wechatlog.engine.keys import Keys, keyed
from wechatlog.engine.row_entries import Body, Said, Who, entries_of
from wechatlog.engine.scripts import page_blocks
from wechatlog.errors import FormatError
from wechatlog.model import MessageKind, Participant
from wechatlog.segments.types import File, Forward, Image, Link, Quote, Sticker, Transfer, Video, Voice
from wechatlog.tokenizer import iter_lines, prepare

if TYPE_CHECKING:
    from wechatlog.engine.tables import RowRun
    from wechatlog.segments import Segment

_USERS_LIMIT: Final = 64 << 20
_NOBODY: Final = frozenset({"系统", "未知", ""})
_EMPTY: Final = "{}"
_EMPTY_SOURCES: Final = frozenset({"False", "None", _EMPTY, "nan"})
_LOST_WORDS: Final = frozenset({"粘贴的文本", "类似文字消息而不一样的消息", "接龙"})
"""Types of app messages that are texts, in place of whose words the tool writes the type."""
# The column holds account ids alone; what it could not be is a name that somebody put there.
_PLAIN_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_.@-]{2,64}")
_kind_of_name: Final = lru_cache(maxsize=256)(lambda name: kind_of_name(name.strip()))

Users = Mapping[str, Mapping[str, Any]]


class _Row(NamedTuple):
    """A row of JSON, as that of a table is; `src` is what the file has there, which may be an object."""

    id: str
    type: str
    own: str
    talker: str
    room: str
    msg: str
    src: Any
    time: str
    title: Any = None


_SOURCES: Final[Mapping[type[Segment], tuple[str | None, str | None]]] = {
    **dict.fromkeys((Image, Video, Sticker), ("path", "url")),
    **dict.fromkeys((Voice, File), ("path", "path")),
    Link: (None, "url"),
}
"""What a path is to a segment, and what an address is."""


def _with_source(segment: Segment, src: str) -> Segment:
    """A segment with what the column `src` knows."""
    src = src.replace(r"\\", "\\")
    if isinstance(segment, File) and segment.name is None:
        segment = attrs.evolve(segment, name=re.split(r"[\\/]", src)[-1] or None)
    field = _SOURCES.get(type(segment), (None, None))[src.startswith(("http://", "https://"))]
    return segment if field is None or getattr(segment, field) == src else attrs.evolve(segment, **{field: src})


def _source(row: _Row) -> str:
    return row.src.strip() if isinstance(row.src, str) and row.src not in _EMPTY_SOURCES else ""


def _link_title(row: _Row, text: str) -> str | None:
    title = getattr(row, "title", None)
    if isinstance(title, str) and title:
        return title
    line = text.partition("\n")[0]
    return None if line in ("", row.type, _EMPTY) or line.startswith(("http", "<")) else line


def _filled(segment: Segment) -> Segment:
    """A segment without the fields that an empty element of XML left."""
    names = attrs.fields_dict(type(segment)).keys() - {"raw"}
    empty: dict[str, Any] = dict.fromkeys(name for name in names if getattr(segment, name) == _EMPTY)
    return attrs.evolve(segment, **empty)


def _attributes(value: Mapping[str, Any]) -> dict[str, Any]:
    """What the tool made of XML, where attributes are keys as elements are, for those who tell them apart."""
    return {
        name: item
        for key, inner in value.items()
        for name, item in (
            ((key, _attributes(inner)),) if isinstance(inner, Mapping) else ((key, inner), (f"@{key}", inner))
        )
    }


def _quoted(segment: Segment) -> Segment:
    """A quote with the words of its bubble where the tool left XML, or the dict that it made of it."""
    if not isinstance(segment, Quote):
        return segment
    said = parse_markup(segment.text)
    if segment.text.startswith("{'") and isinstance(value := read_repr(segment.text), Mapping):
        said = parse_mapping({"msg": _attributes(value)})
    return segment if said is None else attrs.evolve(segment, text=said.text or KIND_WORDS.get(said.kind, "[消息]"))


def _media(kind: MessageKind, row: _Row, text: str) -> tuple[Segment, ...] | None:
    """The segments of a body whose kind the type column gives."""
    if kind in PLAIN_KINDS:
        return None
    if text and text == row.type and kind is not MessageKind.IMAGE:
        segments: tuple[Segment, ...] | None = (segment_for(kind, text),)  # a name of the kind is no title
    else:
        segments = parse_body(kind, text, PYWXDUMP)
    if segments is None or kind is MessageKind.QUOTE:
        return segments and (*segments[:-1], _quoted(segments[-1]))
    first, src = _filled(segments[0]) if _EMPTY in text else segments[0], _source(row)
    first = _with_source(first, src) if src else first
    if isinstance(first, Link) and first.title is None and kind is MessageKind.LINK:
        first = attrs.evolve(first, title=_link_title(row, text))
    if text.startswith("已收款") and isinstance(first, Transfer):
        first = attrs.evolve(first, state="received")
    return (first, *segments[1:])


def _forward(reading: Reading, row: _Row, text: str, line: int) -> tuple[Segment, ...] | None:
    written, zone, collector = _source(row), reading.tz, reading.collector
    forward: Forward | None = None
    if isinstance(row.src, Mapping) and row.src:
        forward = parse_record_dict(row.src, zone=zone, collector=collector, line=line)
    elif written.startswith("{"):
        forward = parse_record_repr(written, zone=zone, collector=collector, line=line)
    elif written.startswith("<"):
        forward = parse_record(written, collector, zone=zone, line=line)
    if forward is None:
        return _media(MessageKind.FORWARD, row, text)
    return (attrs.evolve(forward, title=forward.title or text.partition("\n")[0] or None, raw=text),)


def _body(reading: Reading, row: _Row, _: object, line: int) -> Body:
    """Words by the type column, or the raw XML where the tool knew no better."""
    kind, text = _kind_of_name(row.type), row.msg
    if kind is MessageKind.TEXT:
        return MessageKind.OTHER if text == row.type else kind, text, None, None
    if kind is None:
        reading.tell("unknown-kind", f"unknown type {row.type.strip()[:60]!r}", line)
        kind = MessageKind.OTHER
    if kind is MessageKind.OTHER:  # to June 2024 that was the name of what was taken back, too
        kind = read_notice(text) or kind
    if kind in NOTICES or text.startswith(("<", "&lt;")):
        built = parse_content(kind, text, zone=reading.tz, line=line)
        if kind in NOTICES or built.text != text:
            return built.kind, built.text, built.segments, None
    is_forward = kind is MessageKind.FORWARD
    return kind, text, _forward(reading, row, text, line) if is_forward else _media(kind, row, text), None


def _alone(rows: Iterable[tuple[_Row, int]]) -> Iterator[RowRun]:
    """Rows that are no runs, since what is told of each is told behind the one before."""
    return (((row,), (line,)) for row, line in rows)


def _split(reading: Reading, row: _Row, content: Any, line: int) -> _Row:
    """The old column `content` parted into `msg` and `src`."""
    try:
        value = content if isinstance(content, Mapping) else json.loads(content, strict=False)
    except (ValueError, RecursionError, TypeError):
        value = None
    if not isinstance(value, Mapping):
        if content and not (isinstance(content, str) and content.isspace()):
            reading.report("broken-json", "the column content holds no JSON; it was kept as text", line=line)
        return row._replace(msg=read_string(content), src="")
    return row._replace(msg=read_string(value.get("msg", "")), src=value.get("src") or "")


def _name(user: Mapping[str, Any]) -> str | None:
    return next((name for key in ("remark", "nickname") if isinstance(name := user.get(key), str) and name), None)


def _sender(users: Users, talker: str) -> tuple[str | None, str | None]:
    if talker in _NOBODY or talker == ME or talker.startswith("<"):  # the source of a message of nobody, as XML
        return (talker, None) if talker == ME else (None, None)
    known = talker in users or looks_like_account(talker) or bool(_PLAIN_ACCOUNT.fullmatch(talker))
    return _name(users.get(talker, {})) or talker, talker if known else None


def _members(users: Users, room: str, owner: str | None) -> list[Participant]:
    found = []
    for account, user in users.items():
        if not (account == room and account.endswith("@chatroom")):
            names = dict.fromkeys(
                name for name in (_name(user), user.get("nickname")) if isinstance(name, str) and name
            )
            shown, *others = names or (None,)
            is_self = account == owner if owner else None
            found.append(Participant(shown, account, is_self, tuple(filter(None, others))))
    return found


def _users(reading: Reading) -> Users:
    for sibling in reading.source.siblings("users.json"):
        with sibling.open() as stream:
            data = stream.read(_USERS_LIMIT)
        try:
            return _as_users(json.loads(data))
        except (ValueError, RecursionError) as error:
            reading.report("broken-users", f"users.json beside the file cannot be read: {error}")
    return {}


def _as_users(value: Any) -> Users:
    return {account: user for account, user in read_object(value).items() if isinstance(user, dict)}


def _said(reading: Reading, users: Users, owner: str | None = None, *, excel: bool = False) -> Said:
    """What rows say in the chat of their room; a row that is cut stays in that of the row before it."""
    sender_of = lru_cache(maxsize=10_000)(partial(_sender, users))
    chat: Draft | None = None

    def who(row: _Row, kind: MessageKind, _: int) -> Who:
        nonlocal chat
        room, own = row.room, read_flag(row.own)
        if chat is None or (room != chat.key and row.time and room.strip() not in ("", chat.key)):
            key = room.strip() if row.time or looks_like_account(room.strip()) else ""
            chat = reading.chat_of(key, id=key or None, is_group=is_room(key), owner=owner)
            if users and not chat.members:
                chat.title, chat.members = _name(users.get(key, {})), _members(users, key, owner)
        name, account = sender_of(row.talker)
        if own and chat.owner is None and kind not in NOTICES and name != ME:
            chat.owner = account or name
        return name, account, own, chat

    return Said(
        same="type own talker room",
        text="msg",
        clock="time",
        number="id",
        room="room",
        is_text=lambda row: _kind_of_name(row.type) is MessageKind.TEXT and row.type not in _LOST_WORDS,
        time=lambda row, line: read_local_clock(row.time, reading, line=line),
        body=partial(_body, reading),
        who=who,
        id=lambda row, line: read_server_id(row.id, reading, line=line, excel=excel and is_rewritten(row.time)),
    )


_COLUMNS: Final = (
    "id=number MsgSvrID=id type_name=type is_sender=own talker=talker room_name=room {} src=src CreateTime=time"
)
_NEW: Final = Table(_COLUMNS.format("msg=msg"), optional=("number", "src"), exact=False)
_OLD: Final = Table(_COLUMNS.format("content=msg"), optional=("number", "src"), exact=False)
_BARE_START: Final = (
    r"(?:[0-9]*,)?(?P<id>-?[0-9]*),(?P<type>[^,\n]*),(?P<own>[01]?),(?P<talker>[^,\n]*),(?P<room>[^,\n]*),"
)
_BARE: Final = re.compile(rf"{_BARE_START}(?P<msg>\{{.*\}}),(?P<time>[0-9: -]*)")
"""A row of the first builds, which wrote no quotes round the JSON in `content`."""
_HAS_BARE: Final = re.compile(rf"(?:id,)?MsgSvrID,[^\n]*,content,[^\n]*\n(?s:.*?)^{_BARE_START}\{{", re.MULTILINE)


def _bare_rows(reading: Reading) -> Iterator[tuple[_Row, int]]:
    width = 0
    for line, (text, _) in enumerate(iter_lines(prepare(reading.blocks()).blocks), 1):
        text = text.rstrip("\r\n")
        if found := _BARE.fullmatch(text):
            fields = found.groupdict()
        elif text.startswith(("id,MsgSvrID,", "MsgSvrID,")):
            if width:
                reading.tell("repeated-header", "the header row stands here again: files were put together", line)
            width = text.count(",") + 1
            continue
        elif text.strip():
            cells = text.split(",", width - 2)
            reading.report("row-length", f"the row has {len(cells)} fields, the header {width}", line=line)
            names = ("id", "type", "own", "talker", "room", "msg")
            fields = dict.fromkeys((*names, "time"), "") | dict(zip(names, cells[width - 7 :], strict=False))
        else:
            continue
        yield _split(reading, _Row(**fields, src=""), fields["msg"], line), line


def _table_rows(reading: Reading) -> Iterable[Entry]:
    """Entries of a text or a workbook, with `msg` and `src` or with both in `content`."""
    check_date_order(reading)
    if _HAS_BARE.match(reading.head.text.lstrip("\n")):
        return entries_of(reading, _Row, _alone(_bare_rows(reading)), _said(reading, _users(reading)))
    name, rows = one_of(reading, {"new": _NEW, "old": _OLD})
    said = _said(reading, _users(reading), excel=True)
    split = _alone((_split(reading, row, row.msg, line), line) for row, line in rows)
    return entries_of(reading, rows.row, split if name == "old" else rows.runs, said)


def _is_table(head: Head) -> Evidence | None:
    is_text = "text" in head.containers
    found = next((at for table in (_NEW, _OLD) if (at := (table.find if is_text else table.find_sheet)(head))), None)
    return found and Evidence(0.95, f"the header has {found.width} columns from id to CreateTime")


_KNOWN: Final = frozenset(
    "id MsgSvrID type_name is_sender talker room_name msg src extra CreateTime content Sequence MsgSequence".split()
)
_ANSWER: Final = "body"
_ANSWERED: Final = "msg_list"
_ANSWER_FACTS: Final = ("user_list", "my_wxid")


def _json_row(reading: Reading, value: Mapping[str, Any], line: int) -> _Row:
    keys = ("MsgSvrID", "type_name", "is_sender", "talker", "room_name", "msg")
    texts = [read_string(value.get(key)) for key in keys]
    time, title = read_string(value.get("CreateTime")), read_object(value.get("extra")).get("title")
    id_, type_, own, talker, room, msg = texts
    row = _Row(id_, type_, own, talker, room, msg, value.get("src"), time, title)
    is_old = "content" in value and "msg" not in value
    return _split(reading, row, value["content"], line) if is_old else row


def _json_rows(
    reading: Reading, front: str | None = None, blocks: Iterable[str] | None = None
) -> Iterator[tuple[_Row, int]]:
    for _, value, line, _ in iter_objects(reading, "", known=_KNOWN, blocks=blocks, front=front):
        yield _json_row(reading, value, line), line


def _answer_rows(reading: Reading, facts: dict[str, Any]) -> Iterator[tuple[_Row, int]]:
    """The rows of an answer of the server; what it says of them is there before the first."""
    for item in iter_facts_first(reading, (_ANSWERED,), parted=(_ANSWER,), needed=lambda _: _ANSWER_FACTS):
        if item.key != _ANSWERED:
            facts[item.key] = item.value
        elif isinstance(item.value, dict):
            yield _json_row(reading, item.value, item.line), item.line
        else:
            report_shape(reading.collector, "a message", item)


def _json_entries(reading: Reading) -> Iterable[Entry]:
    """Entries of an export, or of what the server answered."""
    if _ANSWER not in read_object(reading.head.json):
        return entries_of(reading, _Row, _alone(_json_rows(reading)), _said(reading, _users(reading)))
    facts: dict[str, Any] = {}
    rows = _answer_rows(reading, facts)
    first = [*itertools.islice(rows, 1)]
    said = _said(reading, _as_users(facts.get("user_list")), read_string(facts.get("my_wxid")) or None)
    return entries_of(reading, _Row, _alone(itertools.chain(first, rows)), said)


_ROW_KEYS: Final = "MsgSvrID type_name talker CreateTime"
_is_export: Final = keyed(Keys(1.0, "", _ROW_KEYS))


def _is_json(head: Head) -> Evidence | None:
    rows = read_object(read_object(head.json).get(_ANSWER)).get(_ANSWERED)
    if first_object(rows).keys() >= {*_ROW_KEYS.split()}:
        return Evidence(1.0, "an answer of the server of PyWxDump, with rows under msg_list")
    return _is_export(head)


_JS_HEAD: Final = re.compile(r"localStorage\.setItem\(|const local_(?:msg_count|mywxid|user_list|msg_list)\b")
# At the start of a line, where no name of a user can stand.
_JS_LIST: Final = re.compile(r"(?:^|[\r\n])[ \t]{0,20}const local_msg_list\s{0,80}=\s{0,80}(?=\[)")
_JS_USERS: Final = re.compile(r"const local_user_list\s{0,80}=\s{0,80}(?=\{)")
_JS_OWNER: Final = re.compile(r"const local_mywxid\s{0,80}=\s{0,80}['\"]([^'\"\n]{1,80})['\"]")


def _script_rows(reading: Reading) -> Iterable[Entry]:
    """Entries of the list in a script, with the users in front of it."""
    head = reading.head.text
    first = re.search(rf"^(?:{_JS_HEAD.pattern})", head, re.MULTILINE)
    if '"MsgSvrID"' in head[: first.start() if first else None]:
        what = "the script begins inside its list: what stood in front of that is lost"
        reading.report("damaged-head", what, severity=Severity.ERROR, line=1)
        return entries_of(reading, _Row, _alone(_json_rows(reading, "", reading.blocks())), _said(reading, {}))
    found = page_blocks(reading.blocks(), _JS_LIST)
    if found is None:
        raise FormatError("no constant local_msg_list", source=reading.source.label)
    _, front, blocks = found
    users: Users = {}
    if begins := _JS_USERS.search(front):
        try:
            users = _as_users(json.JSONDecoder(strict=False).raw_decode(front, begins.end())[0])
        except (ValueError, RecursionError) as error:
            reading.report("broken-users", f"the constant local_user_list cannot be read: {error}")
    owner = _JS_OWNER.search(front)
    said = _said(reading, users, owner[1] if owner and owner[1] != ME else None)
    return entries_of(reading, _Row, _alone(_json_rows(reading, front, blocks)), said)


def _is_script(head: Head) -> Evidence | None:
    text = head.text
    if _JS_HEAD.match(text.lstrip()) and ("local_msg_list" in text or "local_user_list" in text):
        return Evidence(1.0, "a script with the constant local_msg_list")
    return None


def _format(
    name: str, what: str, suffixes: str, detect: Callable[[Head], Evidence | None], entries: Any, **more: Any
) -> Format:
    return Format(name, f"PyWxDump {what}", suffixes, detect, entries, {"exporter": "PyWxDump"}, **more)


CSV: Final = _format(
    "pywxdump-csv",
    "2 and 3 CSV, WeChat 3 for PC; also re-saved by Excel",
    ".csv .xlsx .xls",
    _is_table,
    _table_rows,
    options=DATE_ORDER_OPTION,
    cuts="tried",
)
JSON: Final = _format(
    "pywxdump-json",
    "3 JSON, WeChat 3 for PC",
    ".json",
    _is_json,
    _json_entries,
    options={},
)
JS: Final = _format(
    "pywxdump-js", "3 HTML export (data.js), WeChat 3 for PC", ".js", _is_script, _script_rows, options={}
)
