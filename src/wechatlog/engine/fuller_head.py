"""A head that says more of a longer input than its first bytes do: what takes room and says nothing is left out.

A page may have a hundred kilobytes of styles in front of its first message, and a JSON object as many of members in
front of the list of messages: that would stand behind the head at which detection looks. Takes a head, gives another
one. Knows no format.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.decoding import decode_text
from wechatlog.source import HEAD_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from wechatlog.engine.head import Head

_LOOKED_AT: Final = 1 << 22
"""Bytes of the input."""
_SCRIPT: Final = 8192
"""Bytes of a script that are kept: what holds messages says so where it begins."""
_BULK: Final = re.compile(
    rb"""(?P<style><style\b[^>]*+>)(?:[^<]|<(?!/style))*+
    | <svg\b(?:[^<]|<(?!/svg))*+(?:</svg[^>]*>)?
    | <!--(?:[^-]|-(?!->))*+(?:-->)?
    | (?P<script><script\b(?:[^<]|<(?!/script)){%d})(?:[^<]|<(?!/script))*+
    | (?P<data>\bdata:[\w/+.;-]{1,60},)[\w+/=%%\s]{64,}+
    """
    % _SCRIPT,
    re.IGNORECASE | re.VERBOSE,
)
"""What a page has that is no text of it, and what of that is kept."""
_MOST: Final = {"[": 16, "{": 64}
"""Items of a list, and keys of an inner object, that are kept."""
_DEEPEST: Final = 3
_OBJECT: Final = re.compile(r"[^\[{\n]{0,200}+(?=\{)")
"""What stands in front of an object: nothing, or the variable of a script."""
_BLANK: Final = re.compile(r"[ \t\r\n]*+")
_BEHIND_LIST: Final = re.compile(r'\][ \t\n\r]*+,[ \t\n\r]*+(?=")')
_DECODER: Final = json.JSONDecoder(strict=False)
_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = _DECODER.scan_once  # type: ignore[attr-defined]


def fuller_head(head: Head) -> Head | None:
    """The head of a page without its styles, or of a JSON object with the first items of each list and what is behind.

    Returns:
        `None` for any other input, and for one that is no longer than its head.
    """
    if head.complete:
        return None
    if "html" in head.containers:
        return attrs.evolve(head, data=_begun(head, lambda data: _BULK.sub(_kept, data)))
    if _OBJECT.match(head.text) is None:
        return None
    data = _begun(head, lambda data: _without_items(_decoded(head, data)).encode("utf-8", "replace"))
    short = attrs.evolve(head, data=data, encoding="utf-8")
    return short if short.complete or "json" not in head.containers else _with_end(short)


def _kept(found: re.Match[bytes]) -> bytes:
    return found[found.lastgroup] if found.lastgroup else b""


def _decoded(head: Head, data: bytes) -> str:
    return data.decode(head.encoding, "replace") if head.encoding else decode_text(data)


def _begun(head: Head, shorten: Callable[[bytes], bytes]) -> bytes:
    """The first bytes of what an input is in short; fewer than `HEAD_SIZE` are all of it."""
    with head.source.open(to_damage=True) as stream:
        data = stream.read(_LOOKED_AT)
    short = shorten(data)[:HEAD_SIZE]
    return short if len(data) < _LOOKED_AT else short.ljust(HEAD_SIZE)


def _without_items(text: str) -> str:
    """A JSON object of whose lists and inner objects the first items are kept, up to where it is damaged or cut."""
    front = _OBJECT.match(text)
    pieces = [front[0] if front else ""]
    with contextlib.suppress(ValueError, StopIteration, IndexError, RecursionError):
        _shorten(text, len(pieces[0]), 0, pieces)
    return "".join(pieces)


def _shorten(text: str, at: int, depth: int, pieces: list[str]) -> int:
    """Add what is kept of the list or object at a position; returns the position behind it."""
    closing = "}" if text[at] == "{" else "]"
    kept = _MOST[text[at]] if depth else sys.maxsize
    pieces.append(text[at] if depth else f"{text[at]}\n")  # no JSON Lines
    at = _after_blank(text, at + 1)
    while text[at] != closing:
        begin = at
        if closing == "}":
            at = _after_blank(text, _after_blank(text, _SCAN(text, at)[1]) + 1)  # behind the key and its colon
        if kept > 0 and depth < _DEEPEST and text[at] in "[{":
            pieces.append(text[begin:at])
            at = _shorten(text, at, depth + 1, pieces)
        else:
            at = _SCAN(text, at)[1]
            pieces += [text[begin:at]] if kept > 0 else []
        at = _after_blank(text, at)
        if text[at] == ",":
            at = _after_blank(text, at + 1)
            pieces += [","] if kept > 1 and text[at] != closing else []
        kept -= 1
    pieces.append(closing)
    return at + 1


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


def _with_end(head: Head) -> Head:
    """The head of a JSON object with what stands at its end, behind a list, put in front, if that can be reached."""
    if (stream := head.source.seekable()) is None:
        return head
    with stream:
        stream.seek(-HEAD_SIZE, io.SEEK_END)
        end = stream.read().decode(head.encoding or "utf-8", "replace").rstrip()
    for match in _BEHIND_LIST.finditer(end):
        with contextlib.suppress(ValueError, RecursionError):
            value = _DECODER.decode("{" + end[match.end() :])  # what stands deeper is closed too often
            text = f"{json.dumps(value, ensure_ascii=False)[:-1]}, {head.text.lstrip()[1:]}"
            return attrs.evolve(head, data=text.encode("utf-8", "replace"))
    return head
