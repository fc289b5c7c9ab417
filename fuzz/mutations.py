"""Ways to damage a file: bytes, lines, and the structure of JSON and CSV.

Each takes bytes and a source of chance, gives other bytes; one that does not apply gives them back as they were.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
from collections.abc import Callable
from typing import Any, TypeAlias

__all__ = ["ALL", "POINTS", "STRETCHES", "STRUCTURE", "WHOLE", "Conversion", "Mutation", "mutate"]

_WIDE = {code: code + 0xFEE0 for code in map(ord, "0123456789:[]()|,-")}
Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]
Conversion: TypeAlias = Callable[[bytes], bytes]

_TOKENS = (
    b"\n", b"\r", b"\0", b'"', b"'", b",", b"\\", b"{", b"}", b"[", b"]", b"<", b">", b":", b"\xff", b"\xe2\x80\xa8", b"\xef\xbb\xbf",
    b"> ", b"\n\n", b"2026-05-01 09:00:00", b"1e999", b"NaN", b"-1", b"99999999999999999999", b"\xd6\xd0", b"\xf0\x9f\x98\x80", b"&lt;", b"\xed\xa0\x80",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, -(10**400), float("nan"), float("inf"), "", "x", "早", "\ud800", "2026-13-99", [], {}, [[]], [{}], {"": ""},
)  # fmt: skip


def change_byte(data: bytes, chance: random.Random) -> bytes:
    """One byte is another one."""
    at = chance.randrange(len(data) or 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def lose_byte(data: bytes, chance: random.Random) -> bytes:
    """One byte is gone."""
    at = chance.randrange(len(data) or 1)
    return data[:at] + data[at + 1 :]


def add_byte(data: bytes, chance: random.Random) -> bytes:
    """One byte too many."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at:]


def lose_line(data: bytes, chance: random.Random) -> bytes:
    """One line is gone, which is not most of the file."""
    lines = data.split(b"\n")
    short = [place for place, line in enumerate(lines) if len(line) * 8 <= len(data)]
    if short:
        del lines[chance.choice(short)]
    return b"\n".join(lines)


def double_line(data: bytes, chance: random.Random) -> bytes:
    """One line stands there twice."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def double_block(data: bytes, chance: random.Random) -> bytes:
    """Some lines stand there twice, as after a paste."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    end = at + chance.choice((2, 5, 20))
    return b"\n".join([*lines[:end], *lines[at:end], *lines[end:]])


def widen_line(data: bytes, chance: random.Random) -> bytes:
    """The digits and marks of one short line are those of an input method."""
    lines = data.split(b"\n")
    short = [place for place, line in enumerate(lines) if len(line) * 8 <= len(data)]
    if short:
        at = chance.choice(short)
        lines[at] = _widened(lines[at])
    return b"\n".join(lines)


def widen_lines(data: bytes, chance: random.Random) -> bytes:
    """So are those of three lines that follow each other, where they are not most of the file."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    if len(b"".join(lines[at : at + 3])) * 4 <= len(data):
        lines[at : at + 3] = map(_widened, lines[at : at + 3])
    return b"\n".join(lines)


def _widened(line: bytes) -> bytes:
    return line.decode("utf-8", "surrogateescape").translate(_WIDE).encode("utf-8", "surrogateescape")


def join_lines(data: bytes, chance: random.Random) -> bytes:
    """A line end is a blank."""
    ends = [at for at, byte in enumerate(data) if byte == 10]
    at = chance.choice(ends) if ends else len(data)
    return data[:at] + b" " + data[at + 1 :] if ends else data


def blank_tabs(data: bytes, chance: random.Random) -> bytes:
    """The tabs of a line are blanks, and so are those of the two below it."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at : at + 3] = [line.expandtabs(4) for line in lines[at : at + 3]]
    return b"\n".join(lines)


def add_mark(data: bytes, chance: random.Random) -> bytes:
    """A byte order mark in front of a line, as where files were put together."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = b"\xef\xbb\xbf" + lines[at]
    return b"\n".join(lines)


def join_files(data: bytes, chance: random.Random) -> bytes:
    """The file was cut, and behind that it stands whole: a program went on where another one had stopped."""
    return data[: chance.randrange(len(data) + 1)] + data


def null_block(data: bytes, chance: random.Random) -> bytes:
    """A sector of a disk is zero bytes: 512 of them, or an eighth of a small file."""
    size = min(512, len(data) // 8)
    at = chance.randrange(len(data) // size) * size if size else 0
    return data[:at] + bytes(size) + data[at + size :]


def lose_head(data: bytes, chance: random.Random) -> bytes:
    """The first kilobyte is gone, or the first quarter of a small file, or a bit less."""
    size = min(1024, len(data) // 4)
    return data[size - chance.randrange(min(size, 64) or 1) :]


def cut_character(data: bytes, chance: random.Random) -> bytes:
    """The end is gone, from the middle of a character on."""
    inside = [at for at, byte in enumerate(data) if 0x80 <= byte < 0xC0 and at * 2 > len(data)]
    return data[: chance.choice(inside)] if inside else data


def misread(data: bytes, chance: random.Random) -> bytes:
    """A stretch was taken for another encoding, and written as what that made of it."""
    text = data.decode("utf-8", "surrogateescape")
    at, size = chance.randrange(len(text) + 1), chance.choice((20, 80, 200))
    other = chance.choice(("latin-1", "gb18030"))
    piece = text[at : at + size].encode("utf-8", "surrogateescape").decode(other, "replace")
    return (text[:at] + piece + text[at + size :]).encode("utf-8", "surrogateescape")


def add_unseen(data: bytes, chance: random.Random) -> bytes:
    """A character that nobody sees, between two others."""
    text = data.decode("utf-8", "surrogateescape")
    at = chance.randrange(len(text) + 1)
    text = text[:at] + chance.choice("\u200b\u200e\u202a\ufeff\u2060\u00ad") + text[at:]
    return text.encode("utf-8", "surrogateescape")


def add_nulls(data: bytes, chance: random.Random) -> bytes:
    """Sixteen zero bytes, as of a disk."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes(16) + data[at:]


def lose_block(data: bytes, chance: random.Random) -> bytes:
    """Sixteen bytes are gone."""
    at = chance.randrange(len(data) or 1)
    return data[:at] + data[at + 16 :]


def cut(data: bytes, chance: random.Random) -> bytes:
    """The end is gone."""
    return data[: chance.randrange(len(data) + 1)]


def insert_token(data: bytes, chance: random.Random) -> bytes:
    """Something that means something to somebody, anywhere; now and then very often."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_TOKENS) * chance.choice((1, 1, 1, 3, 2000)) + data[at:]


def splice(data: bytes, chance: random.Random) -> bytes:
    """A piece of it stands somewhere else too."""
    begin, at = chance.randrange(len(data) or 1), chance.randrange(len(data) + 1)
    return data[:at] + data[begin : begin + chance.choice((8, 80, 800))] + data[at:]


def change_json(data: bytes, chance: random.Random) -> bytes:
    """A key is gone or has another name, a value is of another type, absurd, or very deep."""
    text = data.decode("utf-8", "replace")
    lines = text.split("\n") if not text.lstrip().startswith(("{\n", "[", "{ ")) else [text]
    whole = len(lines) == 1 or _parse(text) is not None
    place = 0 if whole else chance.randrange(len(lines))
    value = _parse(text if whole else lines[place])
    if not isinstance(value, dict | list):
        return data
    holders = list(_holders(value))
    if not holders:
        return data
    _change(chance.choice(holders), chance)
    changed = json.dumps(value, ensure_ascii=False)
    changed = changed if whole else "\n".join([*lines[:place], changed, *lines[place + 1 :]])
    return changed.encode("utf-8", "surrogatepass")


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _holders(value: Any) -> Any:
    if isinstance(value, dict | list) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _holders(item)


def _change(holder: Any, chance: random.Random) -> None:
    key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    what = chance.randrange(4)
    if what == 0:
        del holder[key]
    elif what == 1 and isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    elif what == 2:
        deep: Any = chance.choice(_VALUES)
        for _ in range(chance.choice((1, 40, 400))):
            deep = [deep] if chance.random() < 0.5 else {"messages": deep}
        holder[key] = deep
    else:
        holder[key] = chance.choice(_VALUES)


def change_csv(data: bytes, chance: random.Random) -> bytes:
    """A cell, a column or a quote is gone, too much, absurd or in another place."""
    text = data.decode("utf-8", "replace")
    separator = "\t" if text.split("\n", 1)[0].count("\t") > text.split("\n", 1)[0].count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return data
    filled = [row for row in rows if row]
    if not filled:
        return data
    row = chance.choice(filled)
    at = chance.randrange(len(row))
    what = chance.randrange(5)
    if what == 0:
        del row[at]
    elif what == 1:
        row.insert(at, chance.choice(("", "x", '"', "=1+1", "1e999", "早" * 2000)))
    elif what == 2:
        row[at] = str(chance.choice(_VALUES)).encode("utf-8", "replace").decode()
    elif what == 3:
        other = chance.randrange(len(row))
        row[at], row[other] = row[other], row[at]
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=separator).writerows(rows)
    changed = sink.getvalue()
    quotes = [place for place, character in enumerate(changed) if character == '"']
    if what == 4 and quotes:
        place = chance.choice(quotes)
        changed = changed[:place] + changed[place + 1 :]
    return changed.encode("utf-8", "surrogatepass")


def _lines(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _between_lines(data: bytes, end: bytes) -> bytes:
    return _lines(data).replace(b"\n", end)


def _mixed(data: bytes) -> bytes:
    turn = itertools.cycle((b"\n", b"\r\n"))
    return re.sub(rb"\r?\n", lambda _: next(turn), data)


def _before_lines(data: bytes, margin: bytes) -> bytes:
    return b"\n".join(margin + line if line.strip() or margin.strip() else line for line in data.split(b"\n"))


def _fence(data: bytes) -> bytes:
    end = b"\r\n" if b"\r\n" in data else b"\n"
    return end.join((b"", b"```text", data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n"), b"```", b""))


def _wrap(data: bytes) -> bytes:
    """Lines of 80 characters at most, parted at blanks."""
    return re.sub(rb"(?<![^\n])([^\n]{20,79}) (?=[^\n]{20})", rb"\1\n", data)


def _quote(data: bytes) -> bytes:
    """Plain quotes are opening and closing ones in turn."""
    turn = itertools.cycle("“”")
    return re.sub(b'"', lambda _: next(turn).encode(), data)


WHOLE: dict[str, Conversion] = {
    "CR LF for every line end": lambda data: _between_lines(data, b"\r\n"),
    "CR for every line end": lambda data: _between_lines(data, b"\r"),
    "CR CR LF for every line end": lambda data: _between_lines(data, b"\r\r\n"),
    "CR LF for every other line end": _mixed,
    "every line end twice": lambda data: _between_lines(data, b"\n\n"),
    "four blanks before every line": lambda data: _before_lines(data, b"    "),
    "`> ` before every line": lambda data: _before_lines(data, b"> "),
    "two blanks before every line end": lambda data: _between_lines(data, b"  \n"),
    "a code fence round all of it": _fence,
    "no-break blanks for blanks": lambda data: data.replace(b" ", "\u00a0".encode()),
    "typographic quotes for plain ones": _quote,
    "blanks before line ends lost": lambda data: re.sub(rb"[ \t]+(?=\r?(?:\n|\Z))", b"", data),
    "lines wrapped at 80 columns": _wrap,
    "blanks for tabs": lambda data: data.expandtabs(4),
    "UTF-8 taken for Latin-1": lambda data: data.decode("latin-1").encode(),
    "UTF-8 taken for GBK": lambda data: data.decode("gbk", "replace").encode(),
}
"""What happens to a whole file on its way through an editor, a mail, or a version control system."""

POINTS: dict[str, Mutation] = {
    "a byte changed": change_byte,
    "a byte lost": lose_byte,
    "a byte added": add_byte,
    "16 bytes lost": lose_block,
    "a line lost": lose_line,
    "a line doubled": double_line,
    "a line in full-width characters": widen_line,
    "a character that nobody sees": add_unseen,
    "16 zero bytes added": add_nulls,
    "a line end is a blank": join_lines,
    "a byte order mark before a line": add_mark,
    "a part of the file, and then all of it": join_files,
}
"""Damage at one place, which should cost what stands there."""

STRETCHES: dict[str, Mutation] = {
    "three lines in full-width characters": widen_lines,
    "the tabs of three lines are blanks": blank_tabs,
    "a sector of zero bytes": null_block,
    "the first kilobyte lost": lose_head,
    "the end lost, from inside a character on": cut_character,
    "a stretch in another encoding": misread,
}
"""Damage of a stretch, which should cost the messages in it, and what stands where it begins and ends."""

STRUCTURE: dict[str, tuple[Mutation, ...]] = {"JSON": (change_json,), "CSV": (change_csv,)}
"""What knows the container, by family."""

ALL: tuple[Mutation, ...] = (*POINTS.values(), *STRETCHES.values(), cut, double_block, insert_token, splice)


def mutate(data: bytes, family: str, chance: random.Random) -> bytes:
    """Some bytes after one to four mutations."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = chance.choice((*ALL, *STRUCTURE.get(family, ()) * 4))(data, chance)
    return data
