"""A head that says more of a longer input than its first bytes do: what takes room and says nothing is left out.

A page may have a hundred kilobytes of styles in front of its first message, a JSON object as many of members in front
of the list of messages, a text a picture in its first line: the others would stand behind the head at which detection
looks. Takes a head, gives another one. Knows no format.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.decoding import decode_text, judge_encoding
from wechatlog.engine.head import DECODER, SCAN, after_blank
from wechatlog.source import HEAD_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from wechatlog.engine.head import Head

_LOOKED_AT: Final = 1 << 22
"""Bytes of the input that are looked at."""
_SCRIPT: Final = 8192
"""Characters of a script that are kept: what holds messages says so where it begins."""
_LONGEST: Final = 2048
"""Characters of a line, and of a text, that are kept."""
_LINE_END: Final = 128
"""Characters at the end of a line that are kept too: a time may stand there, or a quote that closes a field."""
_LONG_LINE: Final = re.compile(rf"(?<![^\r\n])[^\r\n]{{{_LONGEST + _LINE_END}}}[^\r\n]++")
_BULK: Final = re.compile(
    rf"""(?P<style><style\b[^>]*+>?)[^<]*+(?:<(?!/style)[^<]*+)*+
    | <svg\b[^<]*+(?:<(?!/svg)[^<]*+)*+(?:</svg[^>]*+>?)?
    | <!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?
    | (?P<script><script\b[^<]*+(?:<(?!/script)[^<]*+)*+)
    | (?P<data>\bdata:[\w/+.;-]{{1,60}},)[\w+/=%\s]{{64,}}+
    | (?P<text>>[^<>]{{{_LONGEST}}})[^<>]++
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
"""What a page has that is no text of it, and what of that is kept."""
_MOST: Final = {"[": 16, "{": 64}
"""Items of a list, and keys of an inner object, that are kept."""
_DEEPEST: Final = 3
_VALUES: Final = 200
"""Lines of JSON Lines that are kept."""
_VALUE: Final = re.compile(r"\s*(?:[\w.]++[\w. ]*+=\s*\(?)?(?=\{|\[[\s\[{\"])")
"""What stands in front of JSON: nothing, or the variable of a script."""
_BEHIND_LIST: Final = re.compile(r'\][ \t\n\r]*+,[ \t\n\r]*+(?=")')


def fuller_head(head: Head) -> Head | None:
    """The head of a text whose long lines are short, of a page without its styles, or of JSON with the first items.

    Returns:
        `None` for what is no text, and for what is no longer than its head or has nothing in it that is left out.
    """
    if head.complete or head.text == "" or "binary" in head.containers:
        return None
    is_page = "html" in head.containers
    if is_page or _VALUE.match(head.text) is None:
        bulk, kept = (_BULK, _kept) if is_page else (_LONG_LINE, _ends)
        return _begun(head, lambda text: bulk.sub(kept, text)) if bulk.search(head.text) else None
    short = _begun(head, _in_short)
    is_object = "json" in head.containers and head.text.lstrip().startswith("{")
    return _with_end(short, head) if is_object and not short.complete else short


def _kept(found: re.Match[str]) -> str:
    return found[found.lastgroup][:_SCRIPT] if found.lastgroup else ""


def _ends(found: re.Match[str]) -> str:
    return found[0][:_LONGEST] + found[0][-_LINE_END:]


def _begun(head: Head, shorten: Callable[[str], str]) -> Head:
    """The head of what an input is in short; one of fewer bytes than `HEAD_SIZE` is all of it."""
    with head.source.open(to_damage=True) as stream:
        data = stream.read(_LOOKED_AT)
    text = data.decode(head.encoding, "replace") if head.encoding else decode_text(data)
    short = shorten(text).encode("utf-8", "replace")[:HEAD_SIZE]
    return attrs.evolve(head, data=short if len(data) < _LOOKED_AT else short.ljust(HEAD_SIZE), encoding="utf-8")


def _in_short(text: str) -> str:
    """JSON of whose lists and inner objects the first items are kept, up to where it is damaged or cut."""
    front = _VALUE.match(text)
    begin = at = front.end() if front else 0
    pieces, values = list[str](), 0
    with contextlib.suppress(ValueError, StopIteration, IndexError, RecursionError):
        while at < len(text) and values < _VALUES:
            at = after_blank(text, _shorten(text, at, 0, pieces))
            pieces.append("\n")
            values += 1
    if values < 2 and pieces:  # no JSON Lines
        pieces[0] += "\n"
    return text[:begin] + "".join(pieces)


def _shorten(text: str, at: int, depth: int, pieces: list[str]) -> int:
    """Add what is kept of a value; returns the position behind it."""
    if depth > _DEEPEST or text[at] not in "[{":
        value, end = SCAN(text, at)
        is_long = isinstance(value, str) and end - at > _LONGEST
        pieces.append(json.dumps(value[:_LONGEST], ensure_ascii=False) if is_long else text[at:end])
        return end
    closing = "}" if text[at] == "{" else "]"
    kept = _MOST[text[at]] if depth or closing == "]" else sys.maxsize
    pieces.append(text[at])
    at = after_blank(text, at + 1)
    while text[at] != closing:
        begin = at
        if closing == "}":
            at = after_blank(text, after_blank(text, SCAN(text, at)[1]) + 1)  # behind the key and its colon
        if kept > 0:
            pieces.append(text[begin:at])
            at = _shorten(text, at, depth + 1, pieces)
        else:
            at = SCAN(text, at)[1]
        at = after_blank(text, at)
        if text[at] == ",":
            at = after_blank(text, at + 1)
            pieces += [","] if kept > 1 and text[at] != closing else []
        kept -= 1
    pieces.append(closing)
    return at + 1


def _with_end(head: Head, begin: Head) -> Head:
    """The head of a JSON object with what stands at its end, behind a list, put in front, if that can be reached."""
    if (stream := head.source.seekable()) is None:
        return head
    encoding = begin.encoding or judge_encoding(begin.data).name
    with stream:
        stream.seek(-HEAD_SIZE, io.SEEK_END)
        end = stream.read().decode(encoding, "replace").rstrip()
    for match in _BEHIND_LIST.finditer(end):
        with contextlib.suppress(ValueError, RecursionError):
            value = DECODER.decode("{" + end[match.end() :])  # what stands deeper is closed too often
            text = f"{json.dumps(value, ensure_ascii=False)[:-1]}, {head.text.lstrip()[1:]}"
            return attrs.evolve(head, data=text.encode("utf-8", "replace"))
    return head
