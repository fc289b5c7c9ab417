"""Lines of tools without a reader of their own, each header of which has a time and a name.

Takes text in which most headers are alike, gives entries: the template that describes them is found out, and told
(`guessed-lines`). Programs write logs in such lines, so that only a text is taken in which `我` or an account speaks,
or in which something stands that WeChat alone writes. Whoever knows more of a format says it with more confidence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

import attrs

from wechatlog.content.accounts import is_account, split_account
from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects import BRACKET_LINES
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import is_of_chat, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_type_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading, one_segment
from wechatlog.engine.headers import Candidate, is_log_word, sample_blocks
from wechatlog.model import MessageKind
from wechatlog.readers.text_format import TextFormat, text_format
from wechatlog.tokenizer import offer_template

_CONFIDENCE: Final = 0.3
_NOBODY: Final = ("系统", "系统消息", "系统通知", "SYSTEM")
_FEWEST: Final = 2
_ALONE: Final = "] {sender}"
"""What a template ends with whose headers have nothing behind the name."""
_KIND_BEHIND: Final = " [{text}"
"""What a template ends with where a word in brackets behind the name says the kind."""
_TYPED: Final = re.compile(r"(?P<kind>[^\[\]\n]{1,20})\][ \n]?(?P<text>(?s:.*))")
_QUOTED: Final = re.compile(r"^> ?", re.MULTILINE)
_RULE: Final = re.compile(r"[-=*_~#·—]{3,80}")


@functools.lru_cache(maxsize=16)
def _format_of(text: str) -> TextFormat | None:
    template = offer_template(text.split("\n"))
    if template is None:
        return None
    lines = text_format(template, name="named-lines")
    if not template.endswith(_ALONE):
        return lines
    # a notice has no name there, and perhaps no blank
    header = lines.grammar.header.replace("](?P<sender>.+?)", "]?(?P<sender>.*?)")
    return attrs.evolve(lines, grammar=attrs.evolve(lines.grammar, header=header))


def _entries(reading: Reading) -> Iterator[Entry]:
    text = reading.head.text
    lines = _format_of(text)
    if lines is None:
        if text.strip():
            what = "no lines of this text are alike in having a time and a name: the file is damaged, or no chat"
            reading.report("no-header", what, severity=Severity.ERROR, line=1)
        reading.tell_empty()
        return
    what = f"no tool is known that writes this: the lines were read as {lines.grammar.name!r}"
    reading.tell("guessed-lines", what, 1)
    candidates = sample_blocks(text, lines.grammar)
    kinds_behind = _says_kinds(lines)
    names_owner = ME in map(_name, candidates)
    rule, quoted = _rule_of(candidates), sum(map(_is_quoted, candidates)) * 3 >= len(candidates) * 2
    for entry in lines.entries(reading):
        (name, account), text = split_account((entry.sender or "").strip()), entry.text.lstrip("\n")
        if rule and text.rstrip("\n").endswith(rule):
            text = text.rstrip("\n").removesuffix(rule).rstrip("\n")
        text = _QUOTED.sub("", text) if quoted else text
        said, text = _said_behind(text) if kinds_behind else (None, text)
        kind, segments = read_placeholder(text, BRACKET_LINES, zone=reading.tz) or (MessageKind.TEXT, None)
        if text.startswith("<") and (built := parse_markup(text, reading.collector, zone=reading.tz, line=entry.line)):
            kind, text, segments = built.body
        if name in _NOBODY or said in NOTICES:
            name, segments = "", None
            kind = (
                said if said in NOTICES and said is not MessageKind.SYSTEM else read_notice(text) or MessageKind.SYSTEM
            )
        elif said is not None and kind is MessageKind.TEXT:
            kind = said
            segments = None if said in PLAIN_KINDS or said is MessageKind.QUOTE else one_segment(said, text)
        if not name and kind is MessageKind.TEXT:
            kind = read_notice(text) or MessageKind.SYSTEM
        own = None if not name else True if name == ME else False if names_owner else None
        account = entry.sender_id or account or (name if is_account(name) else None)
        yield entry._replace(
            sender=name or None, sender_id=account, is_self=own, kind=kind, text=text, segments=segments
        )


def _rule_of(candidates: list[Candidate]) -> str:
    """The line of signs that stands between all messages, with the line end before it; empty without one."""
    ends = {candidate.body.rstrip().rpartition("\n")[2] for candidate in candidates[:-1]}
    return f"\n{ends.pop()}" if len(ends) == 1 and _RULE.fullmatch(min(ends)) else ""


def _says_kinds(lines: TextFormat) -> bool:
    return (lines.grammar.name or "").endswith(_KIND_BEHIND)


def _said_behind(text: str) -> tuple[MessageKind | None, str]:
    """The kind that a word in brackets behind a name is of, and the text behind it: the word too if it is of none."""
    typed = _TYPED.fullmatch(text)
    kind = typed and kind_of_type_name(typed["kind"])
    return (None, f"[{text}") if typed is None or kind is None else (kind, typed["text"] or f"[{typed['kind']}]")


def _is_quoted(candidate: Candidate) -> bool:
    """Whether all of a body stands in lines that begin with `>`."""
    lines = [line for line in candidate.body.split("\n") if line.strip()]
    return bool(lines) and all(line.startswith(">") for line in lines)


def _name(candidate: Candidate) -> str:
    return split_account(candidate.header["sender"].strip())[0]


def _has_kind(candidate: Candidate) -> bool:
    return _said_behind(candidate.header["text"])[0] is not None


def _is_sign(candidate: Candidate, *, kinds_behind: bool) -> bool:
    name, account = split_account(candidate.header["sender"].strip())
    text = candidate.header.groupdict().get("text") or candidate.body.strip("\r\n").removeprefix("> ")
    text = _said_behind(text)[1] if kinds_behind else text
    return (
        name == ME
        or account is not None
        or is_account(name)
        or is_of_chat(text)
        or (name in _NOBODY and read_notice(text) is not None)
    )


def _detect(head: Head) -> Evidence | None:
    if "html" in head.containers:
        return None  # its lines are markup
    lines = _format_of(head.text)
    found = [] if lines is None else sample_blocks(head.text, lines.grammar)
    names = list(map(_name, found))
    if len(found) < _FEWEST or sum(map(is_log_word, names)) * 5 >= len(found):
        return None
    kinds_behind = _says_kinds(lines)  # type: ignore[arg-type]
    if not any(_is_sign(each, kinds_behind=kinds_behind) for each in found):
        return None
    if "\n" in lines.grammar.name and len(set(names)) * 2 > max(len(names), 4):  # type: ignore[union-attr]
        return None  # a diary has days, each above a line of its own
    if kinds_behind and sum(map(_has_kind, found)) * 2 < len(found):
        return None
    return Evidence(_CONFIDENCE, f"{len(found)} lines {lines.grammar.name!r}")  # type: ignore[union-attr]


READER: Final = Format(
    "named-lines",
    "lines with a time and a name, of any shape (any tool)",
    ".txt .md .log",
    _detect,
    _entries,
    cuts="tried",
)
