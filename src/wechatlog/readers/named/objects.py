"""JSON of tools without a reader of its own, told by what the keys of its objects are called or hold.

Takes JSON Lines, or an array of objects: alone, under a key of an object, of an object in it, or of each of several,
under days and chats, as arrays or columns, and put into a variable of a script. Gives entries. What keys are believed
for is what `tables` says of columns.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.content.column_words import KNOWN, LISTS, fields_of, known_with, plain_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import Evidence, Format, Head, Reading, iter_line_objects, iter_objects
from wechatlog.engine.json_damage import listed, value_of
from wechatlog.engine.json_facts import iter_facts_first, tell_unread
from wechatlog.engine.json_lines import line_objects
from wechatlog.engine.json_nested import inner_key, iter_nested, iter_values, line_counts, rows_of, whole_values
from wechatlog.engine.json_objects import report_shape, report_unknown_keys
from wechatlog.engine.json_stream import BEGIN, END, Item
from wechatlog.engine.json_values import first_object, read_list, read_object
from wechatlog.engine.scripts import assigned_head, json_blocks
from wechatlog.readers.named.entries import named_entries
from wechatlog.readers.named.payloads import OBJECTS, gathered, object_keys
from wechatlog.readers.named.people import ABOUT, call_chat, describe, shown_key
from wechatlog.readers.named.rows import NamedRow, fields_by, text_of
from wechatlog.readers.named.signs import CONFIDENCE, LOOKED_AT, is_named, says_chat, tell_keys

_LETTERS: Final = ("U", "R")
"""The owner and the other, where a line in front says what letters stand for."""
_DAY: Final = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{8}")
_HOLDERS: Final = LISTS | {"hits", "response", "payload", "list", "export"}


def _objects(reading: Reading) -> Iterator[NamedRow]:
    """The rows of a JSON text, in whichever of the ways they stand in it."""
    whole = reading.head
    if _path(_json_head(whole).json) is None:
        whole = whole.fuller
    head = _json_head(whole)
    path, lines = _path(head.json), _first_lines(head)
    if path is None and not _is_nested(head) and _is_grid(head):
        return _grid(reading)
    if (path is None and _is_nested(head)) or (path and len(lines) > 1 and all(map(_path, lines[:2]))):
        return _nested(reading)
    if path and path[1:]:
        return _parts(reading, head, path)
    return _flat(reading, head, path or (), is_whole=whole.complete)


def _flat(reading: Reading, head: Head, path: tuple[str, ...], *, is_whole: bool) -> Iterator[NamedRow]:
    """The objects of lines, of an array, or of the list under a key."""
    others = list[Item]()
    is_lines, is_script = not path and "jsonl" in head.containers, "js" in reading.head.containers
    rows = _first_lines(head) if is_lines else _list_at(head.json, path)
    inner = _inner_key(rows) if is_lines else None
    told = tell_keys([_opened(row, inner) for row in rows], reading) or {}
    known = known_with((*told.values(), *OBJECTS, *filter(None, (inner,))))
    if is_lines:
        items = iter_line_objects(reading, known=known)
        if inner:
            items = (item._replace(value=_opened(item.value, inner)) for item in items)
        elif not told:
            items = _without_head(reading, items)
    else:
        said = {key for key in read_object(head.json) if shown_key(key) in ABOUT}
        needed = said if is_whole else said | ABOUT
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
            describe(reading.chat, reading.said)
        yield NamedRow(fields_by(row, told).get, line, offset, said=_beside(reading, row, line))
    if others:
        yield from _nested(reading, path)
    values = read_object(head.json).values()
    if first and values and all(value != [] for value in values):
        what = "no list of this JSON is one of messages: nothing was read"
        reading.report("broken-shape", what, severity=Severity.ERROR, line=1)


def _opened(row: Any, inner: str | None) -> Any:
    """An object with what the one under a key of it says."""
    return {**row, **read_object(row.get(inner))} if inner and isinstance(row, dict) else row


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
            sender = text_of(item.value.get("sender"))
            explained = explained or (item.line == first and sender in _LETTERS)
            if explained and sender and sender not in (*names, "?"):
                reading.tell_unexplained(sender, item.line)
            name = names.get(sender)
            yield item if name is None else item._replace(value={**item.value, "sender": name})
            continue
        key = next((key for key in item.value if listed(key, ("glossary",))), "")
        names, explained = read_object(item.value.get(key)), bool(key)
        about = next((said for said in item.value.values() if isinstance(said, dict)), {})
        describe(reading.chat, {**item.value, **about})


def _parts(reading: Reading, head: Head, path: tuple[str, ...]) -> Iterator[NamedRow]:
    """The objects of the lists in one object, or in several: each has a chat."""
    outer, inner = path
    told = tell_keys(_list_at(head.json, path), reading) or {}
    known, others, about = known_with((*told.values(), *OBJECTS)), list[Item](), dict[str, Any]()
    chat, number = reading.chat, 0
    items = iter_facts_first(
        reading, (inner,), parted=(outer,), needed=lambda _: ABOUT, script=True, front="", others=others
    )
    for item in items:
        if item.value is BEGIN:
            about, number = {}, number + 1
            chat = reading.chat_of(str(number))
        elif item.value is END:
            describe(chat, about)
        elif item.key != inner:
            about[item.key] = item.value
        elif isinstance(item.value, dict):
            describe(chat, about)
            report_unknown_keys(reading, item.value, known, item.line)
            said = _beside(reading, item.value, item.line)
            yield NamedRow(fields_by(item.value, told).get, item.line, item.offset, chat, said)
        else:
            report_shape(reading.collector, "a message", item)
    if others and number == 1 and plain_name(outer) not in _HOLDERS:
        call_chat(chat, outer)
    if others:
        yield from _nested(reading, tuple(filter(None, path)))


def _beside(reading: Reading, row: Mapping[str, Any], line: int) -> dict[str, Any]:
    """What objects in a row say beside its fields; a key of one under which none stands is told."""
    for key in object_keys(tuple(row)):
        if not isinstance(row[key], dict | list) and row[key] not in (None, "") and key not in KNOWN:
            report_unknown_keys(reading, (key,), (), line)
    return gathered(row)


def _grid(reading: Reading) -> Iterator[NamedRow]:
    """The rows of a table of arrays or columns; of columns nothing says the lines."""
    text, is_damaged = _whole_json(reading)
    for value, at in iter_values(text):
        rows = rows_of(value)
        lines = line_counts(text, at)[-len(rows) :] if text[at] == "[" else [1 + text.count("\n", 0, at)] * len(rows)
        if is_damaged:  # where the file was cut, the last is less than it was
            del rows[-1:]
        told = tell_keys(rows, reading)
        for row, line in zip(rows, lines, strict=False):
            yield NamedRow(fields_by(row, told).get, line)


def _nested(reading: Reading, but: tuple[str, ...] | None = None) -> Iterator[NamedRow]:
    """The objects under days, chats and numbers; a key that is neither day nor list is the name of a chat.

    Args:
        reading: of the whole.
        but: the keys of a list that was read. Further lists beside it, or beside what it stands in, are told: what
            stands there may stand in it too.
    """
    (text, _), line, counted = _whole_json(reading, again=but is not None), 1, 0
    first = [found.value for found in itertools.islice(iter_nested(text, says_chat), LOOKED_AT)]
    told = tell_keys(first, reading)
    usual = {*first[0]} if first else set[str]()

    def is_taken(objects: list[Any]) -> bool:  # those that begin with what says little are as the others are
        return says_chat(objects) or (len(usual & objects[0].keys()) * 2 > len(usual) > 0)

    for row, offset, keys, about in iter_nested(text, is_taken, but):
        line, counted = line + text.count("\n", counted, offset), offset
        if but is not None and keys[:-1] == but[: len(keys) - 1]:
            if reading.is_news(repr(keys)):
                tell_unread(reading, keys[-1], line)
            continue
        day = next((key for key in reversed(keys) if _DAY.fullmatch(key)), None)
        name = next((key for key in reversed(keys) if key != day and plain_name(key) not in _HOLDERS), "")
        known = {key: value for key, value in about.items() if key in ABOUT}
        chat = reading.chat_of(repr((name, known)))
        describe(chat, known)
        call_chat(chat, name)
        fields = fields_by(row, told)
        fields = fields if day is None else {"day": day} | fields
        yield NamedRow(fields.get, line, offset, chat, gathered(row))


def _whole_json(reading: Reading, *, again: bool = False) -> tuple[str, bool]:
    """The text; where it is damaged, what is whole of it; and whether it is, which is told the first time."""
    found = list[tuple[str, int]]()
    text = "".join(json_blocks(reading.look() if again else reading.blocks())).lstrip("\ufeff")
    text = whole_values(text, lambda *what: found.append(what), in_lines="jsonl" in reading.head.containers)
    for what, line in () if again else found:
        reading.report("broken-json", what, line=line)
    return text, bool(found)


# --- where they are ---------------------------------------------------------------------------------------------------


def _is_list(head: Head) -> Evidence | None:
    head = _json_head(head)
    if _path(head.json) is not None or _is_lines(head) or _is_nested(head) or _is_grid(head):
        return Evidence(CONFIDENCE, "objects whose keys are called as those of chats are")
    return None


def _json_head(head: Head) -> Head:
    """The head, or that of what a script puts into a variable."""
    return assigned_head(head) or head if "js" in head.containers else head


def _path(value: Any) -> tuple[str, ...] | None:
    """The keys that lead to the messages: none, that of their list, or also that of what the list stands in."""
    if isinstance(value, list) and says_chat(value):
        return ()
    if (key := _list_key(value)) is not None:
        return (key,)
    for outer, holder in ({"": value} if isinstance(value, list) else read_object(value)).items():
        if (inner := _list_key(_object(holder))) is not None:
            return outer, inner
    return None


def _list_key(value: Any) -> str | None:
    rows = read_object(value).items()
    return next((key for key, found in rows if plain_name(key) in LISTS and says_chat(read_list(found))), None)


def _list_at(value: Any, path: tuple[str, ...]) -> list[Any]:
    """The list that keys lead to, through the first object of a list on the way."""
    for key in filter(None, path):
        value = _object(value).get(key)
    return read_list(value)


def _object(value: Any) -> dict[str, Any]:
    """An object, or the first of a list."""
    return first_object(value) if isinstance(value, list) else read_object(value)


def _is_lines(head: Head) -> bool:
    """Whether each line is a message, or holds one under a key; of one line alone that holds several nobody can say."""
    rows = _first_lines(head) if "jsonl" in head.containers else []
    return (inner := _inner_key(rows)) is not None and (inner == "" or len(rows) > 1)


def _first_lines(head: Head) -> list[Any]:
    """The first objects of JSON Lines; the first may tell of the chat."""
    lines = itertools.islice(filter(str.strip, head.lines), 1, LOOKED_AT)
    return [head.json, *(value for value in line_objects(lines) if value is not None)]


def _inner_key(rows: list[Any]) -> str | None:
    """Under which key objects hold messages; empty where they are messages."""
    named = inner_key(rows, is_named)
    return inner_key(rows, says_chat) if named is None else named


def _is_nested(head: Head) -> bool:
    """Whether messages stand somewhere in one JSON value that has no list of them where others have it."""
    if "json" not in head.containers or ("jsonl" in head.containers and len(head.lines) > 1) or _is_lines(head):
        return False
    return next(iter_nested(json.dumps(head.json), says_chat), None) is not None


def _is_grid(head: Head) -> bool:
    """Whether the rows of a table stand in one JSON value, as arrays or as columns."""
    return "json" in head.containers and says_chat(rows_of(head.json))


KEYS: Final = Format(
    "named-keys",
    "JSON objects whose keys are called as those of chats are (any tool)",
    ".json .jsonl",
    _is_list,
    lambda reading: named_entries(reading, _objects(reading)),
)
