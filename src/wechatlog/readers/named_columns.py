"""Tables and JSON objects of tools without a reader of their own, told by what their columns and keys are called.

Takes a CSV, a workbook, JSON Lines, or an array of objects: alone, under a key of an object, of an object in it, or of
each of several, and put into a variable of a script. Gives entries. A time, a text and somebody who wrote it, or
whether the owner did, must be there by one of their names (`content.column_words`); the name of a column is believed,
and that it was is told (`guessed-columns`). Whoever knows more of a format says it with more confidence and is asked
first.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import attrs

from wechatlog.content.accounts import is_account, is_room, split_account
from wechatlog.content.appmsg import parse_markup, split_sender_prefix
from wechatlog.content.column_words import FIELDS, LISTS, fields_of, known_with, names_of, plain_name, says_own
from wechatlog.content.dialects import BRACKET_LINES
from wechatlog.content.file_kinds import KINDS
from wechatlog.content.notices import read_notice
from wechatlog.content.numbered import parse_numbered
from wechatlog.content.placeholders import parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_name, kind_of_type_name, segment_for
from wechatlog.diagnostics import Severity
from wechatlog.engine import (
    ME,
    NOTICES,
    Draft,
    Entry,
    Evidence,
    Format,
    Head,
    Reading,
    Table,
    iter_line_objects,
    iter_objects,
)
from wechatlog.engine.column_shapes import is_moment, tell_columns
from wechatlog.engine.entry import Body
from wechatlog.engine.json_damage import listed, value_of
from wechatlog.engine.json_facts import iter_facts_first, tell_unread
from wechatlog.engine.json_lines import line_objects
from wechatlog.engine.json_objects import report_shape, report_unknown_keys
from wechatlog.engine.json_stream import BEGIN, END, Item
from wechatlog.engine.json_values import (
    first_object,
    read_flag,
    read_identifier,
    read_integer,
    read_list,
    read_object,
    read_string,
)
from wechatlog.engine.scripts import assigned_head, json_blocks
from wechatlog.engine.tables import DELIMITERS, Layout, first_rows
from wechatlog.engine.workbooks import cell_text, peek_sheets
from wechatlog.model import MessageKind, Participant
from wechatlog.segments import parse_segments

_MORE: Final = frozenset({"kind", "own", "account", "chat", "chat_id", "room", "room_id", "id"})
"""One of these, or a column that says that it is of senders, is in the files of an exporter of chats."""
_WHO: Final = ("sender", "card", "name", "account", "own", "person", "other")
_TITLES: Final = (
    "chat",
    "title",
    "chat_name",
    "chatName",
    "name",
    "contact",
    "talker",
    "displayName",
    "display_name",
    "nickname",
    "remark",
)
_CHATS: Final = ("talker", "contact", "conversation", "session", "chat")
"""Objects beside the list that tell whose chat it is."""
_CHAT: Final = {
    "id": ("user_name", "userName", "username", "wxid", "id", "talker"),
    "name": ("remark", "title", "displayName", "display_name", "nick_name", "nickName", "nickname", "name"),
}
_ABOUT: Final = frozenset({*_TITLES, *_CHATS, *_CHAT["id"]})
"""Keys that stand beside a list of messages and say whose chat it is."""
_OWN: Final = frozenset({"我", "我自己", "自己", "本人", "me", "Me"})
_NOBODY: Final = frozenset({"系统", "系统消息", "系统通知", "系统提示", "system", "System", "SYSTEM"})
_NO_ACCOUNT: Final = frozenset({"0", "None", "null"})
_NOTED: Final = re.compile(r"\[(?:系统|System): ((?s:.*))\]")
"""A notice as both tools that are called wechat-decrypt write it."""
_AHEAD: Final = 256
"""Rows in which the owner is looked for."""
_SPOKEN: Final = ("text", "content", "message", "msg", "reply_text", "title")
_SPEAKERS: Final = ("sender", "sender_name", "senderName", "name", "nickname", "displayName", "display", "from")
_LETTERS: Final = ("U", "R")
"""The owner and the other, where a line in front says what letters stand for."""
_RAW: Final = ("raw_xml", "raw")
_PATHS: Final = ("path", "file", "local_path", "localPath", "url", "src")
"""Keys of the objects that say what a reply answers, and where a file is."""
_IS_ID: Final = re.compile(r"[0-9A-Fa-f_:-]{8,64}")
_DAY: Final = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{8}")
_HOLDERS: Final = LISTS | {"hits", "response", "payload", "list", "export"}
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}")
_CLOCK: Final = re.compile(r"(?:[^\W\d]{2} ?)?[0-9]{1,2}(?:[:：][0-9]{2}){1,2}(?:\.[0-9]{1,6})?(?: ?[^\W\d]{2})?")
_TABLE: Final = Table(
    " ".join(f"{'|'.join(names_of(field))}={field}" for field in FIELDS),
    optional=frozenset(FIELDS) - {"time", "text"},
    exact=False,
    reach=8,
    mends=False,
    plain=plain_name,
    tail="text",
)
_MEDIA: Final = {
    **dict.fromkeys((".jpeg", ".dat"), "image"),
    **dict.fromkeys((".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip"), "file"),
    **{kind.suffix: kind.type for kind in KINDS},
}
"""Suffixes of files, and what they hold."""
_CONFIDENCE: Final = 0.4
_SHEETS: Final = frozenset({"zip", "ole"})
_SEEN: Final = 20
"""Rows of a sheet that show what its columns mean."""
_LOOKED_AT: Final = 16
"""Objects that do."""
_NARROWEST: Final = 3
_WIDEST: Final = 12


@attrs.frozen
class NamedRow:
    """A row: what gives the value of a field, where it stands, and whose chat it is of where that is known."""

    get: Any
    line: int
    offset: int | None = None
    chat: Draft | None = None


def _rows(reading: Reading) -> Iterator[NamedRow]:
    """The rows of the table of a text, or of each sheet of a workbook: several are several chats."""
    sheets: list[Layout | None] = [*_TABLE.find_sheets(reading.head)]
    known = {layout.sheet for layout in sheets if layout is not None}
    guessed = _told_by_rows(reading.head) or ([] if sheets else _told_by_rows(reading.head, is_chat=True))
    if guessed := [layout for layout in guessed if layout.sheet not in known]:
        sheets += guessed
        what = "no heading says what the columns of this table are: they were told by what stands in them"
        reading.tell_first("guessed-columns", what, 1, Severity.WARNING)
    for layout in sheets or [None]:
        chat = reading.chat_of(layout.sheet, title=layout.sheet) if layout is not None and sheets[1:] else None
        for row, line in _TABLE.rows(reading, layout):
            yield NamedRow(row._asdict().get, line, None, chat)


def _objects(reading: Reading) -> Iterator[NamedRow]:
    whole = reading.head
    head, is_script = _json_head(whole), "js" in whole.containers
    path = _path(head.json)
    if path and all(map(_path, _first_lines(head)[:2])) and len(_first_lines(head)) > 1:  # each line has a list
        yield from _nested(reading)
        return
    if path is None and (_is_nested(head) or _is_grid(head)):
        yield from _nested(reading) if _is_nested(head) else _grid(reading)
        return
    path = path or ()
    others = list[Item]()
    if len(path) > 1:
        yield from _parts(reading, path[0], path[1], others, told_keys(_list_at(head.json, path), reading))
        yield from _nested(reading, path) if others else ()
        return
    is_lines = not path and "jsonl" in head.containers
    rows = _first_lines(head) if is_lines else _list_at(head.json, path)
    inner = _inner_key(rows) if is_lines else None
    told = told_keys([_opened(row, inner) for row in rows], reading)
    items: Iterator[Item]
    known = known_with((*told.values(), *((inner,) if inner else ())))
    if inner:
        items = (item._replace(value=_opened(item.value, inner)) for item in iter_line_objects(reading, known=known))
    elif is_lines:
        items = iter_line_objects(reading, known=known)
        items = items if told else _without_head(reading, items)
    else:
        said = {key for key in read_object(head.json) if _seen(key) in _ABOUT}
        needed = said if whole.complete else said | _ABOUT
        items = iter_objects(
            reading,
            *path,
            needed=lambda _: needed,
            script=is_script,
            front="" if is_script else None,
            known=known,
            others=others,
        )
    first = True
    for _, row, line, offset in items:
        if first:
            first = False
            _describe(reading.chat, reading.said)
        yield NamedRow(fields_by(row, told).get, line, offset)
    yield from _nested(reading, path) if others else ()
    values = read_object(head.json).values()
    if first and values and all(value != [] for value in values):
        what = "no list of this JSON is one of messages: nothing was read"
        reading.report("broken-shape", what, severity=Severity.ERROR, line=1)


def _opened(row: Any, inner: str | None) -> Any:
    """An object with what the one under a key of it says."""
    return {**row, **read_object(row.get(inner))} if inner and isinstance(row, dict) else row


def fields_by(row: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    """The values of the fields of an object, whose keys names tell, or what objects hold."""
    return {field: row.get(key) for field, key in told.items()} if told else fields_of(row)


def _grid(reading: Reading) -> Iterator[NamedRow]:
    """The rows of a table of arrays or columns; of columns nothing says the lines."""
    from wechatlog.engine.json_nested import first_value, line_counts, rows_of

    text, is_damaged = _whole_json(reading)
    rows = rows_of(first_value(text))
    lines = line_counts(text)[-len(rows) :] if text.lstrip().startswith("[") else [1] * len(rows)
    if is_damaged:  # where the file was cut, the last is less than it was
        del rows[-1:]
    told = told_keys(rows, reading)
    for row, line in zip(rows, lines, strict=False):
        yield NamedRow(fields_by(row, told).get, line)


def _told_rows(reading: Reading) -> Iterator[NamedRow]:
    """The rows of a table; that nothing in it says who wrote is told."""
    rows = _rows(reading)
    first = list(itertools.islice(rows, _AHEAD))
    if len(first) > 1 and not any(row.get(field) for row in first for field in _WHO):
        what = "no column says who wrote: a heading is damaged, or the tool left it out"
        reading.report("damaged-header", what, line=1)
    return itertools.chain(first, rows)


def _without_head(reading: Reading, items: Iterator[Item]) -> Iterator[Item]:
    """Lines of messages; one in front of them that is none says whose chat it is, and perhaps what names stand for."""
    start = next(reading.look(), "")
    head = start.lstrip()
    first = 1 + start[: len(start) - len(head)].count("\n")
    said = read_object(value_of(head.partition("\n")[0], "glossary"))
    names, explained = said, bool(said)  # whatever else is wrong with the line
    for item in items:
        there = fields_of(item.value).keys()
        if item.line > first or ("time" in there and not there.isdisjoint(("text", "sender"))):
            sender = _text(item.value.get("sender"))
            explained = explained or (item.line == first and sender in _LETTERS)
            if explained and sender and sender not in (*names, "?"):
                reading.tell_unexplained(sender, item.line)
            name = names.get(sender)
            yield item if name is None else item._replace(value={**item.value, "sender": name})
            continue
        key = next((key for key in item.value if listed(key, ("glossary",))), "")
        names, explained = read_object(item.value.get(key)), bool(key)
        about = next((said for said in item.value.values() if isinstance(said, dict)), {})
        _describe(reading.chat, {**item.value, **about})


def _parts(reading: Reading, outer: str, inner: str, others: list[Item], told: Mapping[str, str]) -> Iterator[NamedRow]:
    """The objects of the lists in one object, or in several: each has a chat."""
    about: dict[str, Any] = {}
    known = known_with(told.values())
    chat, number = reading.chat, 0
    items = iter_facts_first(
        reading, (inner,), parted=(outer,), needed=lambda _: _ABOUT, script=True, front="", others=others
    )
    for item in items:
        if item.value is BEGIN:
            about, number = {}, number + 1
            chat = reading.chat_of(str(number))
        elif item.value is END:
            _describe(chat, about)
        elif item.key != inner:
            about[item.key] = item.value
        elif isinstance(item.value, dict):
            _describe(chat, about)
            report_unknown_keys(reading, item.value, known, item.line)
            yield NamedRow(fields_by(item.value, told).get, item.line, item.offset, chat)
        else:
            report_shape(reading.collector, "a message", item)
    if others and number == 1 and plain_name(outer) not in _HOLDERS:
        _call(chat, outer)


def _nested(reading: Reading, but: tuple[str, ...] | None = None) -> Iterator[NamedRow]:
    """The objects under days, chats and numbers; a key that is neither day nor list is the name of a chat.

    Args:
        reading: of the whole.
        but: the keys of a list that was read. Further lists beside it, or beside what it stands in, are told: what
            stands there may stand in it too.
    """
    from wechatlog.engine.json_nested import iter_nested  # for who meets one

    (text, _), line, counted = _whole_json(reading, again=but is not None), 1, 0
    but = None if but is None else tuple(filter(None, but))
    usual: set[str] = set()
    first = [found.value for found in itertools.islice(iter_nested(text, _says_chat), _LOOKED_AT)]
    told = told_keys(first, reading)

    def is_taken(objects: list[Any]) -> bool:  # those that begin with what says little are as the others are
        return _says_chat(objects) or (len(usual & objects[0].keys()) * 2 > len(usual) > 0)

    usual.update(*first[:1])
    for row, offset, keys, about in iter_nested(text, is_taken, but):
        line, counted = line + text.count("\n", counted, offset), offset
        if but is not None and keys[:-1] == but[: len(keys) - 1]:
            if reading.is_news(repr(keys)):
                tell_unread(reading, keys[-1], line)
            continue
        day = next((key for key in reversed(keys) if _DAY.fullmatch(key)), None)
        name = next((key for key in reversed(keys) if key != day and plain_name(key) not in _HOLDERS), "")
        known = {key: value for key, value in about.items() if key in _ABOUT}
        chat = reading.chat_of(repr((name, known)))
        _describe(chat, known)
        _call(chat, name)
        fields = fields_by(row, told)
        yield NamedRow((fields if day is None else {"day": day} | fields).get, line, offset, chat)


def _whole_json(reading: Reading, *, again: bool = False) -> tuple[str, bool]:
    """The text; where it is damaged, what is whole of it; and whether it is, which is told the first time."""
    from wechatlog.engine.json_nested import whole_values

    found = list[tuple[str, int]]()
    text = "".join(json_blocks(reading.look() if again else reading.blocks())).lstrip("\ufeff")
    text = whole_values(text, lambda *what: found.append(what), in_lines="jsonl" in reading.head.containers)
    for what, line in () if again else found:
        reading.report("broken-json", what, line=line)
    return text, bool(found)


def _json_head(head: Head) -> Head:
    """The head, or that of what a script puts into a variable."""
    return assigned_head(head) or head if "js" in head.containers else head


def _list_at(value: Any, path: tuple[str, ...]) -> list[Any]:
    """The list that keys lead to, through the first object of a list on the way."""
    for key in filter(None, path):
        value = (first_object(value) if isinstance(value, list) else read_object(value)).get(key)
    return read_list(value)


def _path(value: Any) -> tuple[str, ...] | None:
    """The keys that lead to the messages: none, that of their list, or also that of what the list stands in."""
    if isinstance(value, list):
        inner = None if _says_chat(value) else _list_key(first_object(value))
        return ("", inner) if inner is not None else () if _says_chat(value) else None
    if (key := _list_key(value)) is not None:
        return (key,)
    for outer, holder in read_object(value).items():
        inner = _list_key(first_object(holder) if isinstance(holder, list) else holder)
        if inner is not None:
            return outer, inner
    return None


def _list_key(value: Any) -> str | None:
    rows = read_object(value).items()
    return next((key for key, found in rows if plain_name(key) in LISTS and _says_chat(read_list(found))), None)


def _seen(key: str) -> str:
    """A key as people see it."""
    return key if key.isprintable() else "".join(filter(str.isprintable, key))


def _describe(chat: Draft, said: Mapping[str, Any]) -> None:
    said = {_seen(key): value for key, value in said.items()}
    title = next((_text(said[key]) for key in _TITLES if isinstance(said.get(key), str)), "")
    about: Mapping[str, Any] = next((said[key] for key in _CHATS if isinstance(said.get(key), dict)), {})
    about = {_seen(key): value for key, value in about.items()}
    found = {
        field: next((_text(about[name]) for name in names if about.get(name)), "") for field, names in _CHAT.items()
    }
    ids = (said[key] for key in (*_CHAT["id"], "chat") if is_account(_text(said.get(key))))
    title = "" if is_account(title) and title == said.get("chat") else title
    chat.title, chat.id = chat.title or title or found["name"] or None, chat.id or found["id"] or next(ids, None)
    chat.is_group = is_room(chat.id)


def _call(chat: Draft, key: str) -> None:
    """Take the key that a chat stands under for its name, or for the account, where nothing else says them."""
    if is_account(key) or is_room(key):
        chat.id, chat.is_group = chat.id or key, is_room(chat.id or key)
    chat.title = chat.title or key or None


# --- a row ------------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):  # {"$date": …} of MongoDB
        return _text(*value.values())
    return "" if value is None else str(value) if isinstance(value, int | float) else read_string(value)


def _time(reading: Reading, row: NamedRow) -> tuple[Any, Any]:
    value = _text(row.get("time")).strip().strip("'")
    if _CLOCK.fullmatch(value):
        value = f"{_text(row.get('day'))} {value}"
    return reading.clock(value, line=row.line) if value else (None, None)


def _inside(value: Any, keys: tuple[str, ...]) -> str:
    """What a text says, or one of the keys of an object, or of the first object of a list."""
    value = read_list(value)[0] if read_list(value) else value
    if isinstance(value, dict):
        return next((_text(value[key]) for key in keys if _text(value.get(key))), "")
    return _text(value)


def _untagged(value: Any) -> Any:
    """What an enum of Rust holds, which stands under its name: `{"Text": "早"}`, `{"Link": {"title": …}}`."""
    tag, inner = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", None)
    return inner if tag[:1].isupper() else value


def _words(reading: Reading, row: NamedRow) -> str:
    """The text of a row, or else what the tool shows for it; that an object says neither is told."""
    value = row.get("text")
    inside = _untagged(value)
    text = inside if isinstance(inside, str) else _inside(inside, _SPOKEN) if inside is value else ""
    text = text or _text(row.get("shown")) or _inside(inside, _SPOKEN)
    if not text and value and not isinstance(value, str | int | float):
        what = "the text of a message is an object of unknown keys; it was left out"
        if reading.is_news(what):
            reading.report("unread-part", what, severity=Severity.WARNING, line=row.line)
    return text


def _body(reading: Reading, row: NamedRow, text: str, zone: dt.tzinfo | None, *, nobody: bool) -> Body:
    kind, text, segments = _said(reading, row, text, zone)
    if kind in (MessageKind.OTHER, MessageKind.SYSTEM) or (nobody and kind is MessageKind.TEXT):
        found = read_notice(_NOTED.sub(r"\1", text)) or (MessageKind.SYSTEM if nobody else None)
        return (kind, text, segments) if found is None else (found, text, None)
    return kind, text, segments


def _said(reading: Reading, row: NamedRow, text: str, zone: dt.tzinfo | None) -> Body:
    name, raw = _text(row.get("kind")).strip(), _text(row.get("raw")) or _inside(_untagged(row.get("text")), _RAW)
    raw = split_sender_prefix(raw)[1]
    number, below = int(name) if _NUMBER.fullmatch(name) else None, read_integer(row.get("subtype"))
    number = below << 32 | number if number is not None and below and 0 < number < 1 << 32 else number
    if (words := _inside(row.get("quote"), _SPOKEN)) and not _IS_ID.fullmatch(words):
        speaker = _inside(row.get("quote"), _SPEAKERS) if isinstance(row.get("quote"), dict) else ""
        return MessageKind.QUOTE, text, quote_segments(text, speaker or None, words)
    if number is None and not name:
        kind, segments = read_placeholder(text, BRACKET_LINES, zone=zone) or (MessageKind.TEXT, None)
        return kind, text, segments
    found = kind_of_type_name(name) if number is None else kind_of_local_type(number)
    placed = read_placeholder(text, BRACKET_LINES, zone=zone) if found in (None, MessageKind.OTHER) else None
    if placed is not None:
        return placed[0], text, placed[1]
    kind = reading.kind_of(found, name, text, row.line)
    markup = next((each for each in (raw, text) if each.lstrip().startswith("<")), None)
    if number is not None and markup is not None:
        return parse_numbered(number, markup, reading.collector, dialect=BRACKET_LINES, zone=zone, line=row.line).body
    if markup is not None and (built := parse_markup(markup, reading.collector, zone=zone, line=row.line)):
        return built.body
    return kind, text, parse_body(kind, text, BRACKET_LINES, zone=zone)


class _Person(NamedTuple):
    """Who wrote a row, as its columns say it; `side` is a direction that stands in place of a name."""

    name: str
    account: str
    aliases: tuple[str, ...] = ()
    side: bool | None = None


class _Habits(NamedTuple):
    """What the first rows say of all.

    Attributes:
        named: the owner is called 我.
        of_chat: names and accounts beside a sender are the chat's.
        owner: the one account from or to which all rows go, where rows say both.
        placed: accounts beside a sender are the chats', since some are those of groups.
    """

    named: bool
    of_chat: bool
    owner: str | None = None
    placed: bool = False


def _name(row: NamedRow) -> str:
    said = row.get("sender")
    return _inside(row.get("name") if said in (None, "") and isinstance(row.get("name"), dict) else said, _CHAT["name"])


def _account(row: NamedRow) -> str:
    """The account id of who wrote it, perhaps of an object, or of a name that can be nothing else."""
    objects = (said for field in ("sender", "name") if isinstance(said := row.get(field), dict))
    account = _text(row.get("account")).strip() or next((_inside(said, _CHAT["id"]) for said in objects), "")
    name = _name(row).strip()
    said = account not in _NO_ACCOUNT and (account != name or account.isascii())  # others put names there
    return account if account and said else "" if account else name if is_account(name) else ""


def _person(row: NamedRow, habits: _Habits) -> _Person:
    (sender, behind), account = split_account(_name(row).strip()), _account(row)
    account = account or behind or ""
    if habits.of_chat:
        return _Person(sender, "")
    beside = ("card", "remark") if habits.placed else ("card", "remark", "name")
    others, side = [split_account(_text(row.get(field)).strip())[0] for field in beside], None
    if any(others) and (is_account(sender) or (sender != ME and says_own(sender) is not None)):
        side, sender = says_own(sender), ""
    name = sender or next(filter(None, others), "") or ("" if account else _text(row.get("person")).strip())
    word = _text(row.get("own")).strip()
    name = name or ("" if account or _is_side(word) else word)
    aliases = dict.fromkeys(other for other in others if other and other != name)
    return _Person(name, account, tuple(aliases) if not sender or sender in others else (), side)


def _is_side(word: str) -> bool:
    """Whether a word says whether the owner wrote, or that nobody did."""
    return word in ("", "system") or read_flag(word) is not None or says_own(word) is not None


def _own(reading: Reading, row: NamedRow, person: _Person, habits: _Habits) -> bool | None:
    value = row.get("own")
    word = _text(value).strip()
    own = read_flag(value)
    own = says_own(word) if own is None else own
    if own is None and word not in ("", "system", person.name):
        what = f"{word[:60]!r} does not say whether the owner wrote it"
        if reading.is_news(what):
            reading.report("bad-cell", what, severity=Severity.ERROR, line=row.line)
    other = read_flag(row.get("other")) if own is None else None
    own = (person.side if other is None else not other) if own is None else own
    if own is None and habits.owner and person.account:
        own = person.account == habits.owner
    return own if own is not None else person.name in _OWN or (False if habits.named and person.name else None)


def _ahead(rows: Iterator[NamedRow]) -> tuple[_Habits, Iterator[NamedRow]]:
    """What the first rows say of all, and all of the rows."""
    first = list(itertools.islice(rows, _AHEAD))
    pairs = {(_account(row), sender in _OWN) for row in first if (sender := _name(row).strip())}
    shared = any((who, not own) in pairs for who, own in pairs if who)
    ends = {frozenset((_account(row), _text(row.get("to")))) for row in first if row.get("to") and _account(row)}
    common = frozenset.intersection(*ends) if len(ends) > 1 else frozenset()
    owner = next(iter(common)) if len(common) == 1 else None
    placed = any(row.get("sender") and is_room(_text(row.get("name")).strip()) for row in first)
    return _Habits(any(own for _, own in pairs), shared, owner, placed), itertools.chain(first, rows)


def _chat(reading: Reading, row: NamedRow, habits: _Habits) -> Draft:
    room_id, room = _inside(row.get("room_id"), _CHAT["id"]), _inside(row.get("room"), _CHAT["name"])
    id_ = _inside(row.get("chat_id"), _CHAT["id"]) or room_id
    name = _inside(row.get("chat"), _CHAT["name"]) or room
    id_ = id_ or (_text(row.get("name")).strip() if habits.placed else "")
    if habits.of_chat:
        id_, name = _account(row), _text(row.get("remark")) or _text(row.get("name"))
    if habits.owner and not id_ and not name:
        id_ = next((end for end in (_account(row), _text(row.get("to"))) if end != habits.owner), "")
    chat, said = row.chat or reading.chat, read_flag(row.get("group"))
    if (not id_ and not name) or (id_ and id_ == chat.id):
        chat.title = chat.title or name or None
        chat.is_group = said if chat.is_group is None else chat.is_group
        return chat
    is_group = said if said is not None else True if (room or room_id) and not is_account(id_) else is_room(id_)
    return reading.chat_of(id_ or name, id=id_ or None, title=name or None, is_group=is_group)


def _kind_of_file(path: str) -> MessageKind | None:
    """The kind of a message that is a file; `None` for a path of something else."""
    media = path[len("data:") :] if path.startswith("data:") else _MEDIA.get(path[path.rfind(".") :].lower(), "")
    return kind_of_name(media.partition("/")[0])


def named_entries(reading: Reading, rows: Iterator[NamedRow]) -> Iterator[Entry]:
    """What rows say whose columns are called as those of chats are."""
    habits, rows = _ahead(rows)
    people: dict[tuple[Draft, str, str], dict[str, None]] = {}
    for row in rows:
        what = "no tool is known that writes this: what its columns mean was taken from their names"
        reading.tell_first("guessed-columns", what, row.line)
        if not any(row.get(field) not in (None, "") for field in ("time", "text", "shown", "raw", "path", *_WHO)):
            if reading.is_news("unread row"):
                what = "an object or a row says nothing that is known of messages; it was left out, and so are others"
                reading.report("unread-part", what, severity=Severity.WARNING, line=row.line)
            continue
        person = _person(row, habits)
        sender, account = person.name, person.account
        chat, text = _chat(reading, row, habits), _words(reading, row)
        if is_room(account):
            sender, account = "" if sender == account else sender, ""
        if not account and ((chat.is_group and not sender) or sender.isdigit()):
            prefix, rest = split_sender_prefix(text)
            sender, account, text = ("", prefix, rest) if prefix and is_account(prefix) else (sender, "", text)
        time, precision = _time(reading, row)
        zone = None if time is None else time.tzinfo
        kind, text, segments = _body(reading, row, text, zone, nobody=sender in _NOBODY)
        own = None if kind in NOTICES else _own(reading, row, person, habits)
        if habits.of_chat and own is False and chat.is_group is False:
            account = chat.id or ""
        if not sender and not account and (own or (own is False and chat.is_group is False)):
            sender, account = (ME, "") if own else (chat.title or "", chat.id or "")
        if own and account and chat.owner is None:
            chat.owner = account
        if person.aliases and kind not in NOTICES:
            people.setdefault((chat, sender, account), {}).update(dict.fromkeys(person.aliases))
        id_ = read_identifier(reading, row.get("id"), row.line) if row.get("id") else None
        path = _inside(row.get("path"), _PATHS)
        if path and kind is MessageKind.TEXT and not segments and (of_file := _kind_of_file(path)) is not None:
            kind = of_file if not text.strip() else kind  # a text may have a file beside it
            file = segment_for(of_file, "" if kind is MessageKind.TEXT else text, path=path)
            segments = (*parse_segments(text), file) if kind is MessageKind.TEXT else (file,)
        said = {"path": path, "transcript": _text(row.get("transcript"))}
        if segments and (said := {key: value for key, value in said.items() if value and hasattr(segments[0], key)}):
            segments = (attrs.evolve(segments[0], **said), *segments[1:])
        names = sender or account or None, account or None
        yield Entry(row.line, time, precision, *names, own, kind, text, segments, id_, None, row.offset, chat)
    for (chat, sender, account), aliases in people.items():
        chat.members.append(Participant(sender or None, account or None, None, tuple(aliases)))


# --- detection --------------------------------------------------------------------------------------------------------


def _is_table(head: Head) -> Evidence | None:
    found = _TABLE.find_sheet(head) if _SHEETS & set(head.containers) else _TABLE.find(head)
    if found is None:
        guessed = _told_by_rows(head)
        return Evidence(_CONFIDENCE - 0.04, "columns that hold times, names and texts") if guessed else None
    there = {field for field, place in zip(_TABLE.fields, found.places, strict=True) if place >= 0}
    return Evidence(_CONFIDENCE, "columns that are called as those of chats are") if is_chat(there) else None


def _told_by_rows(head: Head, *, is_chat: bool = False) -> list[Layout]:
    """Where tables stand that have no heading which is known: of a text, or of each sheet of a workbook."""
    if _SHEETS & set(head.containers):
        peeked = peek_sheets(head.source, _SEEN) or ()
        tables = [("", name, [[cell_text(cell) for cell in row] for row in rows]) for name, rows in peeked]
        return [layout for table in tables if (layout := _told_table(*table, is_chat=is_chat)) is not None]
    if _TABLE.find(head) is not None:
        return []
    for delimiter in DELIMITERS:
        rows = first_rows(head, delimiter)
        if len(rows) > 1 and len(rows[-1]) < len(rows[-2]) and not head.text.endswith("\n"):  # the file was cut
            rows = rows[:-1]
        if (layout := _told_table(delimiter, "", rows, is_chat=is_chat)) is not None:
            return [layout]
    return []


def _told_table(delimiter: str, sheet: str, rows: list[list[str]], *, is_chat: bool) -> Layout | None:
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    first = next((at for at, cells in enumerate(rows) if len(cells) == width), 0)
    alike = [dict(enumerate(cells)) for cells in rows if len(cells) == width]
    if not _NARROWEST <= width <= _WIDEST or len(alike) < 0.85 * (len(rows) - first):  # lines of another kind
        return None
    is_headed = len(alike) > 1 and not any(map(is_moment, alike[0].values()))
    heading = {cell: at for at, cell in reversed(alike[0].items()) if cell} if is_headed else {}
    told = tell_columns(alike[is_headed:], fields_of(heading), " ".join(heading), is_chat=is_chat)
    if told is None or (first and not is_headed):
        return None
    places = tuple(told.get(field, -1) for field in FIELDS)
    names = alike[0].values() if is_headed else [f"#{at + 1}" for at in range(width)]
    unknown = tuple(name for at, name in enumerate(names) if name and at not in places)
    return Layout(first if is_headed else -1, places, width, delimiter, sheet, unknown=unknown)


def _is_list(head: Head) -> Evidence | None:
    head = _json_head(head)
    if _path(head.json) is not None or _is_lines(head) or _is_nested(head) or _is_grid(head):
        return Evidence(_CONFIDENCE, "objects whose keys are called as those of chats are")
    return None


def _is_lines(head: Head) -> bool:
    """Whether each line is a message, or holds one under a key; of one line alone that holds several nobody can say."""
    rows = _first_lines(head) if "jsonl" in head.containers else []
    return (inner := _inner_key(rows)) is not None and (inner == "" or len(rows) > 1)


def _inner_key(rows: list[Any]) -> str | None:
    """Under which key objects hold messages; empty where they are messages."""
    from wechatlog.engine.json_nested import inner_key  # for JSON that nobody else may know

    named = inner_key(rows, is_named)
    return inner_key(rows, _says_chat) if named is None else named


def _is_nested(head: Head) -> bool:
    """Whether messages stand somewhere in one JSON value that has no list of them where others have it."""
    from wechatlog.engine.json_nested import iter_nested  # for JSON that nobody else may know

    if "json" not in head.containers or ("jsonl" in head.containers and len(head.lines) > 1) or _is_lines(head):
        return False
    return next(iter_nested(json.dumps(head.json), _says_chat), None) is not None


def _is_grid(head: Head) -> bool:
    """Whether the rows of a table stand in one JSON value, as arrays or as columns."""
    from wechatlog.engine.json_nested import rows_of  # for JSON that nobody else may know

    return "json" in head.containers and _says_chat(rows_of(head.json))


def _first_lines(head: Head) -> list[Any]:
    """The first objects of JSON Lines; the first may tell of the chat."""
    lines = itertools.islice(filter(str.strip, head.lines), 1, _LOOKED_AT)
    return [head.json, *(value for value in line_objects(lines) if value is not None)]


def _says_chat(rows: list[Any]) -> bool:
    """Whether the first object, or the one behind it, is a message, or what the first hold are messages."""
    return is_named(rows) or bool(told_keys(rows))


def told_keys(rows: list[Any], reading: Reading | None = None, about: str = "") -> dict[str, str]:
    """The key of each field, where the names of keys do not tell them all and what objects hold does."""
    if is_named(rows):
        return {}
    objects = [row for row in rows[:_LOOKED_AT] if isinstance(row, dict)]
    texts = [
        {str(key): "" if isinstance(value, dict | list) else _text(value) for key, value in row.items()}
        for row in objects
    ]
    keys = {key: key for row in texts for key in row}
    told = tell_columns(texts, fields_of(keys), " ".join((about, *keys))) or {}
    if told and reading is not None:
        what = "no tool is known that writes this: what its keys mean was taken from what they hold"
        reading.tell_first("guessed-columns", what, 1, Severity.WARNING)
    return told


def is_named(rows: list[Any]) -> bool:
    """Whether the first object, or the one behind it, is a message: 我 among the names is a sign of that."""
    found = [fields_of(row) for row in rows[:8] if isinstance(row, dict)]
    kinds = [kind for said in found if (kind := _text(said.get("kind")).strip())]
    if not any(_NUMBER.fullmatch(kind) or kind_of_name(kind) for kind in kinds):  # types of something else
        found = [{field: value for field, value in said.items() if field != "kind"} for said in found]
    sign = {"own"} if any(said.get("name") in _OWN for said in found if isinstance(said.get("name"), str)) else set()
    for said in found[:2]:
        if is_chat({field for field, value in said.items() if value is not None} | sign):
            return not read_list(said["time"]) and len(read_object(said["time"])) < 2
    return False


def is_chat(there: set[str]) -> bool:
    """Whether fields that are there can be those of a chat."""
    who = {*_WHO} - ({"other"} if there.isdisjoint(("id", "chat_id")) else set())
    return {"time", "text"} <= there and not there.isdisjoint(who) and bool(there & {*_MORE, "sender"})


COLUMNS: Final = Format(
    "named-columns",
    "a table whose columns are called as those of chats are (any tool)",
    ".csv .tsv .xlsx .xls",
    _is_table,
    lambda reading: named_entries(reading, _told_rows(reading)),
)
KEYS: Final = Format(
    "named-keys",
    "JSON objects whose keys are called as those of chats are (any tool)",
    ".json .jsonl",
    _is_list,
    lambda reading: named_entries(reading, _objects(reading)),
)
