"""A grammar from a description of its header lines, for formats that no reader knows.

Takes a template, gives a grammar, and a looser pattern that finds the lines which somebody wrote a little otherwise.
`forms` makes templates of lines. Knows no format and makes no messages.
"""

from __future__ import annotations

import re
from typing import Final

from wechatlog.tokenizer.engine import Grammar

_BLANK: Final = "[ \\t\u00a0\u2002-\u200a\u202f\u3000]"
_MARKS: Final = "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
"""What clients put before a line to turn the direction of writing, or for nothing."""
HALF: Final = f"[AaPp]\\.?{_BLANK}?[Mm](?![A-Za-z])\\.?|上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|夜里|半夜|午夜"
"""A word for the half of the day."""
WEEKDAY: Final = (
    "(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?|(?:星期|周|週|礼拜)[一二三四五六日天]"
    "|今天|昨天|前天|[Tt]oday|[Yy]esterday"
)
"""A word for a day that does not say which."""
MONTH: Final = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?)[.]?"
)

_DIRECTIVES: Final = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{1,2}",
    "%d": "[0-9]{1,2}(?:st|nd|rd|th)?",
    "%H": "[0-9]{1,2}",
    "%I": "[0-9]{1,2}",
    "%M": "[0-9]{2}",
    "%S": "[0-9]{2}",
    "%f": "[0-9]{1,6}",
    "%p": f"(?:{HALF})",
    "%z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    "%b": "[A-Z][a-z]{2,8}\\.?",
    "%B": "[A-Z][a-z]{2,8}",
    "%a": f"(?:{WEEKDAY}|[一二三四五六日天月火水木金土])",
    "%s": "[0-9]{9,13}",
    "%%": "%",
}
_NEWLINE: Final = r"[ \t]*\r?\n"
_FIELDS: Final = {
    "sender": ".+?",
    "sender_id": "[^\\s()]+?",
    "text": ".*",
    "type": "[^\\s:：]{1,20}?",
    "number": "[0-9]{1,9}",
}
_PARTS: Final = {"%y": "%Y", "%b": "%m", "%B": "%m", "%I": "%H"}
"""What says the same part of a time as another directive does."""
_AGAIN: Final = frozenset({"%p", "%a", "%%"})
"""What may stand in a header twice."""
_TEMPLATE: Final = re.compile(r"(?P<clock>%(?:[#_^~:-]?[A-Za-z]|%))|\{(?P<field>[^{}]*)\}|(?P<literal>.)", re.DOTALL)


def compile_format(template: str) -> tuple[Grammar, str]:
    """A grammar from a one-line description such as `[%Y-%m-%d %H:%M:%S] {sender}: {text}`.

    Args:
        template: `strptime` directives for the time, `%s` for seconds or milliseconds since 1970, `{sender}`,
            `{sender_id}`, `{type}`, `{number}` and `{text}`, and literal characters, line ends among them. Further
            lines of a message need no description. Without `{text}` the body stands on the lines after the header.

    Returns:
        The grammar, and the `strptime` format of its `time` group.

    Raises:
        ValueError: for an unknown directive or field, a field or a part of the time twice, no field at all, or a line
            end around it all.
    """
    if "\r" in template or template[:1] == "\n" or template[-1:] == "\n":
        raise ValueError("a format describes header lines; leave out the line break before or behind them, and \\r")
    pieces: list[tuple[str, str, bool]] = []
    seen: set[str] = set()
    parts: set[str] = set()
    halves = 0
    for match in _TEMPLATE.finditer(template):
        if directive := match["clock"]:
            if directive not in _DIRECTIVES:
                raise ValueError(f"unknown directive {directive} in {template!r}; known: {' '.join(_DIRECTIVES)}")
            if (part := _PARTS.get(directive, directive)) in parts or (directive != "%%" and "%s" in parts):
                raise ValueError(f"{directive} in {template!r} says a part of the time again")
            parts |= {part} - _AGAIN
            halves += directive == "%p"
            pattern = f"(?P<half>{HALF})" if directive == "%p" and halves == 1 else _DIRECTIVES[directive]
            pieces.append((pattern, directive, directive != "%%"))
        elif match["field"] is not None:
            name = match["field"]
            if name not in _FIELDS or name in seen:
                problem = "twice" if name in seen else f"unknown; known: {', '.join(_FIELDS)}"
                raise ValueError(f"field {{{name}}} in {template!r} is {problem}")
            seen.add(name)
            pieces.append((f"(?P<{name}>{_FIELDS[name]})", "", False))
        else:
            literal = match["literal"]
            pattern = {" ": _BLANK, "\n": _NEWLINE}.get(literal) or re.escape(literal)
            pieces.append((pattern, literal.replace("%", "%%"), False))
    clocks = [index for index, piece in enumerate(pieces) if piece[2]]
    if not clocks and not seen:
        raise ValueError(f"{template!r} names neither a time nor a field")
    strptime = ""
    if clocks:
        first, last = clocks[0], clocks[-1]
        if any(piece[0].startswith("(?P<") and not piece[2] for piece in pieces[first : last + 1]):
            raise ValueError(f"the parts of the time in {template!r} must stand together")
        strptime = "".join(piece[1] for piece in pieces[first : last + 1])
        pieces[first] = (f"(?P<time>{pieces[first][0]}", "", False)
        pieces[last] = (f"{pieces[last][0]})", "", False)
    tail = "" if "text" in seen else r"[ \t]*(?=\r?\n)"
    header = f"{_MARKS}{{0,4}}" + "".join(piece[0] for piece in pieces)
    first_line, *others = header.split(_NEWLINE)
    opens = f"{first_line}(?:{_NEWLINE}[^\\n]*){{1,{len(others)}}}\\Z" if others else None
    return Grammar(template, header + tail, opens=opens), strptime


_WIDE: Final = {":": "：", "(": "（", ")": "）", "[": "【", "]": "】", ",": "，", "-": "–—", "<": "《", ">": "》"}


_LOOSE: Final = {
    "%p": r"[^\s0-9:]{0,4}",
    "%z": r"\S{1,8}",
    "%Y": "[0-9]{2,4}",
    "%b": r"\w{3,9}",
    "%a": r"\w{1,9}",
    "%B": r"\w{3,9}",
    "%s": "[0-9]{9,13}",
}
"""What may stand in the place of a directive; a number in that of the others."""


def loose_pattern(template: str) -> re.Pattern[str] | None:
    """Lines that a template means but for blanks, marks, the width of signs and the word for the half of the day.

    `None` for a template without a time, which would find any line, and for one of several lines.
    """
    if "\n" in template:
        return None
    pieces: list[str] = []
    clocks = 0
    for match in _TEMPLATE.finditer(template):
        if match["clock"] and match["clock"] != "%%":
            clocks += 1
            pieces.append(_LOOSE.get(match["clock"], "[0-9]{1,6}"))
        elif match["field"] is not None:
            pieces.append(r"\S.{0,200}?" if match["field"] != "text" else "")
        elif match["literal"] and not match["literal"].isspace():
            character = match["literal"]
            pieces.append(f"[{re.escape(character)}{_WIDE.get(character, '')}]")
    if not clocks:
        return None
    gap = rf"(?:\s|{_MARKS}){{0,4}}"
    return re.compile(gap + gap.join(pieces))
