"""Identities as a TOML file: one line for each name and each piece of evidence, so that two files compare well.

Takes and gives text. A person edits it: joins by moving names from one `[[person]]` to another, answers a
`[[suggestion]]` with `same = "yes"` or `same = "no"`, and says with `[[different]]` who are two people. What stands in
one `[[person]]` is one person; a name there may be a plain string.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast, get_args

import attrs

from wechatlog.operations.identity.people import Evidence, Identities, Kind, Name, Person, connect, solve

_HEAD: Final = """\
# Who is who. What stands in one [[person]] is one person: move names and ids as you know better.
# Answer a suggestion with same = "yes" or same = "no"; [[different]] says that two keys are two people.
version = 1
"""
_ANSWERS: Final = ("?", "yes", "no")
_CONTROL: Final = re.compile('[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"\\\\]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(match: re.Match[str]) -> str:
    sign = match[0]
    if "\ud800" <= sign <= "\udfff":
        return "\ufffd"  # half of a character; TOML holds whole ones only
    return _SHORT.get(sign) or f"\\u{ord(sign):04X}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{_CONTROL.sub(_escape, value)}"'
    if isinstance(value, dt.datetime):
        offset = value.utcoffset()
        is_odd = offset is not None and offset % dt.timedelta(minutes=1)  # offsets are whole minutes in TOML
        return (value.astimezone(dt.UTC) if is_odd else value).isoformat()
    return repr(value)


def _inline(items: Mapping[str, object]) -> str:
    given = ", ".join(f"{key} = {_value(value)}" for key, value in items.items() if value is not None)
    return f"{{ {given} }}"


def _array(name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{name} = ["
        yield from (f"  {line}," for line in lines)
        yield "]"


def write_identities(identities: Identities) -> str:
    """The file."""
    lines = [_HEAD.rstrip("\n")]
    for person in identities.people:
        lines += ["", "[[person]]", *_array("ids", [_value(id_) for id_ in person.ids])]
        lines += _array("names", [_inline(_name(name)) for name in person.names])
        lines += [] if person.is_self is None else [f"self = {_value(person.is_self)}"]
        lines += _array("evidence", [_inline(_evidence(link)) for link in person.evidence])
    for link in identities.suggestions:
        lines += ["", "[[suggestion]]", *(f"{key} = {_value(value)}" for key, value in _evidence(link).items())]
        lines.append('same = "?"')
    for one, two in identities.vetoes:
        lines += ["", "[[different]]", f"one = {_value(one)}", f"two = {_value(two)}"]
    return "\n".join(lines) + "\n"


def _name(name: Name) -> dict[str, object]:
    return {**attrs.asdict(name), "key": name.key if name.key != name.name else None, "messages": name.messages or None}


def _evidence(link: Evidence) -> dict[str, object]:
    return {"one": link.one, "two": link.two, **attrs.asdict(link)}


def parse_identities(text: str) -> Identities:
    """What a file says; a `ValueError` with the place for no TOML, or for TOML that says something else."""
    try:
        found = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"no TOML: {error}") from None
    people = tuple(_parse_person(entry) for entry in _tables(found, "person"))
    vetoes = [(_text(entry, "one"), _text(entry, "two")) for entry in _tables(found, "different")]
    suggestions, confirmed, answered = [], [], False
    for entry in _tables(found, "suggestion"):
        link, answer = _parse_evidence(entry), entry.get("same", "?")
        if answer not in _ANSWERS:
            raise ValueError(f'same = {answer!r} in a suggestion is none of "yes", "no", "?"')
        answered |= answer != "?"
        if answer == "yes":
            confirmed.append(Evidence("person", link.one, link.two, 1.0))
        elif answer == "no":
            vetoes.append((link.one, link.two))
        else:
            suggestions.append(link)
    read = Identities(people, tuple(suggestions), tuple(vetoes))
    keys = {key.key for key in read.iter_keys()}
    for link in (*read.iter_evidence(), *confirmed):
        if strange := {link.one, link.two} - keys:
            raise ValueError(f"evidence about {min(strange)!r}, whom no [[person]] has")
    if not answered:
        return read
    return solve(read.iter_keys(), (*read.iter_evidence(), *confirmed), vetoes)


def _tables(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    tables = found.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError(f"{name} is not a list of tables: write [[{name}]]")
    return cast("list[Mapping[str, Any]]", tables)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} = {value!r} is no text")
    return value


def _list(entry: Mapping[str, Any], name: str) -> list[Any]:
    value = entry.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name} = {value!r} is no list")
    return value


def _parse_person(entry: Mapping[str, Any]) -> Person:
    ids = tuple(str(id_) for id_ in _list(entry, "ids"))
    names = tuple(_parse_name(name) for name in _list(entry, "names"))
    if not ids and not names:
        raise ValueError("a [[person]] has neither names nor ids")
    is_self = entry.get("self")
    evidence = tuple(_parse_evidence(link) for link in _list(entry, "evidence"))
    return connect(Person(ids, names, is_self if isinstance(is_self, bool) else None, evidence))


def _parse_name(entry: object) -> Name:
    if isinstance(entry, str):
        return Name(entry, entry)
    if not isinstance(entry, dict):
        raise ValueError(f"a name is a text or a table, not {entry!r}")
    name = _text(entry, "name")
    first, last = entry.get("first"), entry.get("last")
    if not all(time is None or isinstance(time, dt.datetime) for time in (first, last)):
        raise ValueError(f"first and last of {name!r} are times: 2026-05-01T09:00:00")
    messages = entry.get("messages", 0)
    if not isinstance(messages, int):
        raise ValueError(f"messages = {messages!r} of {name!r} is no number")
    return Name(name, _text(entry, "key") if "key" in entry else name, first, last, messages)


def _parse_evidence(entry: object) -> Evidence:
    if not isinstance(entry, dict):
        raise ValueError(f"evidence is a table, not {entry!r}")
    kind, confidence, count = entry.get("kind", "person"), entry.get("confidence", 1.0), entry.get("count", 1)
    if kind not in get_args(Kind):
        raise ValueError(f"kind = {kind!r} is none of {', '.join(get_args(Kind))}")
    if not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        raise ValueError(f"confidence = {confidence!r} is no number from 0 to 1")
    if not isinstance(count, int):
        raise ValueError(f"count = {count!r} is no number")
    return Evidence(cast("Any", kind), _text(entry, "one"), _text(entry, "two"), float(confidence), count)
