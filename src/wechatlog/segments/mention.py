"""`@name`: a person addressed.

Takes a position, gives a `Mention`. Its `raw` is `@`, the name, and the terminator that belongs to the
encoding: U+2005, or in lossy text the one `?` that is left of it. An ordinary blank after the name is text.

Readings are tried in the order of `_READINGS`: everyone; a name that U+2005 ends; the longest name of the
lexicon; what looks like a name. E-mail addresses, code (`@"…"`) and the first of two `@` are no mentions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from wechatlog.segments.lexicon import MARK, NAME_CHARACTERS, is_boundary
from wechatlog.segments.rule import Rule
from wechatlog.segments.types import Mention

if TYPE_CHECKING:
    from wechatlog.segments.rule import Context

__all__ = ["RULE"]

_EVERYONE = re.compile(r"所有人|全体成员|(?i:all)(?![A-Za-z0-9_.-])")
_MARKED = re.compile(rf"([^@\r\n{MARK}]{{1,40}}){MARK}")
_ADDRESS_BEFORE = re.compile(r"[A-Za-z0-9._%+-]")
_ADDRESS_AFTER = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_SEGMENTS = rf"(?: (?:- ?|(?<=[-_—] ))(?!-){NAME_CHARACTERS}{{1,20}})*"
_RUN = re.compile(rf"{NAME_CHARACTERS}{{1,40}}{_SEGMENTS}")
_LOSSY_RUN = re.compile(rf"(?:{NAME_CHARACTERS}|\?\?){{1,40}}{_SEGMENTS}")
_LETTER = re.compile(r"[^\W_]")
_COMPOUND = re.compile(r"[-_ ]")

_MARKED_CONFIDENCE = 0.99
_KNOWN_CONFIDENCE = 0.97


class _Reading(NamedTuple):
    """Where a name ends, how sure that is, and whether it is everyone."""

    end: int
    confidence: float
    everyone: bool = False


def _is_lossy(body: str) -> bool:
    return MARK not in body


def _lossy(context: Context) -> bool:
    """Whether `?` is a terminator here: the archive decides, and without one the body."""
    lossy = context.lexicon.lossy if context.lexicon is not None else None
    return context.derived(_is_lossy) if lossy is None else lossy


def match_mention(body: str, position: int, context: Context) -> tuple[Mention, int] | None:
    """A mention that begins at a position, or `None`."""
    start = position + 1
    if body[start : start + 1] in ("@", '"', "") or _is_mail_address(body, position):
        return None
    for read in _READINGS:
        reading = read(body, start, context)
        if reading is not None:
            end = _after_terminator(body, reading.end, context)
            name, confidence, everyone = body[start : reading.end], reading.confidence, reading.everyone
            return Mention(name, confidence, everyone, raw=body[position:end]), end
    return None


def _is_mail_address(body: str, position: int) -> bool:
    """Whether the `@` at a position is that of an e-mail address."""
    if position == 0 or not _ADDRESS_BEFORE.match(body, position - 1):
        return False
    return _ADDRESS_AFTER.match(body, position + 1) is not None


def _is_single_question(body: str, position: int) -> bool:
    """Whether an odd run of `?` stands here; only its parity matters, so a long run is looked at in part."""
    run = body[position : position + 16]
    return (len(run) - len(run.lstrip("?"))) % 2 == 1


def _after_terminator(body: str, end: int, context: Context) -> int:
    """The end of the terminator that belongs to the mention, or the end of the name."""
    if body.startswith(MARK, end):
        return end + 1
    if _is_single_question(body, end) and _lossy(context):
        return end + 1
    return end


def _read_everyone(body: str, start: int, context: Context) -> _Reading | None:
    found = _EVERYONE.match(body, start)
    if found is None:
        return None
    end = found.end()
    terminated = body[end : end + 1].isspace() or _after_terminator(body, end, context) > end
    return _Reading(end, 0.95 if terminated else 0.8, everyone=True)


def _read_marked(body: str, start: int, context: Context) -> _Reading | None:
    """A name that U+2005 ends, blanks and all: nothing else writes that character."""
    if context.derived(_is_lossy):
        return None
    found = _MARKED.match(body, start)
    return _Reading(found.end(1), _MARKED_CONFIDENCE) if found and _LETTER.search(found[1]) else None


def _read_known(body: str, start: int, context: Context) -> _Reading | None:
    end = context.lexicon.longest(body, start) if context.lexicon is not None else None
    if end is None:
        return None
    return _Reading(end, _MARKED_CONFIDENCE if body.startswith(MARK, end) else _KNOWN_CONFIDENCE)


def _read_plausible(body: str, start: int, context: Context) -> _Reading | None:
    """What looks like a name; `name@word` with no blank before the second `@` is one name."""
    run = _LOSSY_RUN if _lossy(context) else _RUN
    found = run.match(body, start)
    if found is not None and body.startswith("@", found.end()):
        if _is_mail_address(body, found.end()) or not _LETTER.match(body, found.end() + 1):
            return None
        found = run.match(body, found.end() + 1)
    if found is None or not is_boundary(body, found.end()):
        return None
    end = found.end()
    name = body[start:end]
    return _Reading(end, _plausibility(body, end, name, context)) if _LETTER.search(name) else None


def _plausibility(body: str, end: int, name: str, context: Context) -> float:
    """How sure the boundary of a name that no lexicon knows is, by what follows it."""
    following = body[end : end + 1]
    if not following:
        return 0.6
    if _after_terminator(body, end, context) > end:
        return 0.9
    if not following.isspace():
        return 0.4
    return 0.9 if _COMPOUND.search(name) else 0.7


_READINGS = (_read_everyone, _read_marked, _read_known, _read_plausible)

RULE = Rule("mention", ("@",), match_mention)
