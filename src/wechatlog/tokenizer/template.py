"""A grammar from a one-line description of its header lines, for formats that no reader knows.

Takes a template, gives a grammar, and a looser pattern that finds the lines which somebody wrote a little otherwise;
takes lines, gives a template that describes them, for people to be offered. Knows no format and makes no messages.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from wechatlog.tokenizer.engine import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLANK: Final = "[ \\t\u00a0\u2002-\u200a\u202f\u3000]"
_MARKS: Final = "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
"""What clients put before a line to turn the direction of writing, or for nothing."""
_HALF: Final = f"[AaPp]\\.?{_BLANK}?[Mm](?![A-Za-z])\\.?|上午|下午|凌晨|清晨|早上|早晨|中午|傍晚|晚上|夜里|半夜|午夜"

_DIRECTIVES: Final = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{1,2}",
    "%d": "[0-9]{1,2}",
    "%H": "[0-9]{1,2}",
    "%I": "[0-9]{1,2}",
    "%M": "[0-9]{2}",
    "%S": "[0-9]{2}",
    "%f": "[0-9]{1,6}",
    "%p": f"(?:{_HALF})",
    "%z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    "%%": "%",
}
_FIELDS: Final = {"sender": ".+?", "sender_id": "[^\\s()]+?", "text": ".*"}
_TEMPLATE: Final = re.compile(r"(?P<clock>%[A-Za-z%])|\{(?P<field>[^{}]*)\}|(?P<literal>.)", re.DOTALL)


def compile_format(template: str) -> tuple[Grammar, str]:
    """A grammar from a one-line description such as `[%Y-%m-%d %H:%M:%S] {sender}: {text}`.

    Args:
        template: `strptime` directives for the time, `{sender}`, `{sender_id}` and `{text}`, and literal
            characters. Further lines of a message need no description. Without `{text}` the body stands on the
            lines after the header.

    Returns:
        The grammar, and the `strptime` format of its `time` group.

    Raises:
        ValueError: for an unknown directive or field, a field twice, or a template without any field.
    """
    if "\n" in template or "\r" in template:
        raise ValueError("a format describes one header line; leave out the line break")
    pieces: list[tuple[str, str, bool]] = []
    seen: set[str] = set()
    halves = 0
    for match in _TEMPLATE.finditer(template):
        if directive := match["clock"]:
            if directive not in _DIRECTIVES:
                raise ValueError(f"unknown directive {directive} in {template!r}; known: {' '.join(_DIRECTIVES)}")
            halves += directive == "%p"
            pattern = f"(?P<half>{_HALF})" if directive == "%p" and halves == 1 else _DIRECTIVES[directive]
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
            pieces.append((_BLANK if literal == " " else re.escape(literal), literal.replace("%", "%%"), False))
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
    return Grammar(template, f"{_MARKS}{{0,4}}" + "".join(piece[0] for piece in pieces) + tail), strptime


_WIDE: Final = {":": "：", "(": "（", ")": "）", "[": "【", "]": "】", ",": "，", "-": "–—", "<": "《", ">": "》"}


def loose_pattern(template: str) -> re.Pattern[str] | None:
    """Lines that a template means but for blanks, marks, the width of signs and the word for the half of the day.

    `None` for a template without a time, which would find any line.
    """
    pieces: list[str] = []
    clocks = 0
    for match in _TEMPLATE.finditer(template):
        if match["clock"] and match["clock"] != "%%":
            clocks += 1
            pieces.append(
                {"%p": r"[^\s0-9:]{0,4}", "%z": r"\S{1,8}", "%Y": "[0-9]{2,4}"}.get(match["clock"], "[0-9]{1,6}")
            )
        elif match["field"] is not None:
            pieces.append(r"\S.{0,200}?" if match["field"] != "text" else "")
        elif match["literal"] and not match["literal"].isspace():
            character = match["literal"]
            pieces.append(f"[{re.escape(character)}{_WIDE.get(character, '')}]")
    if not clocks:
        return None
    gap = rf"(?:\s|{_MARKS}){{0,4}}"
    return re.compile(gap + gap.join(pieces))


# --- an offer --------------------------------------------------------------------------------------

_CLOCK: Final = re.compile(
    rf"""(?P<year>[0-9]{{4}})(?P<s1>[-/.年])[0-9]{{1,2}}(?P<s2>[-/.月])[0-9]{{1,2}}(?P<s3>日?)
        (?P<gap>[T\ ,]{{0,2}})(?P<half>(?:{_HALF})?)(?P<g2>\ ?)[0-9]{{1,2}}:[0-9]{{2}}(?P<seconds>(?::[0-9]{{2}})?)
        (?:(?P<g3>\ ?)(?P<half2>{_HALF}))?
      | (?P<first>[0-9]{{1,2}})(?P<d1>[-/.])(?P<second>[0-9]{{1,2}})(?P=d1)(?P<year2>[0-9]{{4}}|[0-9]{{2}})
        (?P<e1>,?\ ?)[0-9]{{1,2}}:[0-9]{{2}}(?P<seconds2>(?::[0-9]{{2}})?)(?:(?P<e2>\ ?)(?P<half3>{_HALF}))?""",
    re.VERBOSE,
)
_TAILS: Final = (
    re.compile(r"(?P<open>[\])）】>]?[ \t]{0,2}<)[^<>]{1,40}(?P<close>>:?[ ]?)(?P<text>.*)"),
    re.compile(
        r"(?P<open>[ \t]{0,2}(?P<bar>[|,;\t])[ ]?)[^|,;\t:：\[\]]{1,40}?(?P<close>[ ]{0,2}(?P=bar)[ ]?)(?P<text>.*)"
    ),
    re.compile(r"(?P<open>[ ]{2,4})[^\s:：\[\]][^:：\[\]]{0,40}?(?P<close>[ ]{2,4})(?P<text>\S.*)"),
    re.compile(r"(?P<open>[\])）】>]?[ \t-]{0,3}\[)[^\[\]]{1,40}(?P<close>\]:?[ ]?)(?P<text>.*)"),
    re.compile(r"(?P<open>[\])）】>]?[ \t-]{0,3})[^:：\[\],;|<-][^:：\[\]]{0,39}?(?P<close>[:：][ ]?)(?P<text>.*)"),
    re.compile(r"(?P<open>[\])）】>]?[ \t-]{1,3})(?=\S*\w)\S{1,40}(?P<close>)(?P<text>)"),
)
_LIST = r"(?:[-*#>·•]{1,6}[ ])?(?:\*\*)?"
_HEADS: Final = re.compile(rf"{_LIST}[\[(（【<]?")
_NAMED_HEAD: Final = re.compile(
    rf"(?P<lead>{_LIST})(?P<sender>[^\s:：\[(（【<][^:：]{{0,39}}?)(?P<open>(?:\*\*)?[ \t]{{0,3}}[\[(（【<]?)"
)
_BEHIND_CLOCK: Final = re.compile(r"(?P<close>[\])）】>]?(?:\*\*)?[ \t]?)(?:(?P<colon>[:：][ ]?)(?P<text>.*)|[ \t]*)")
_LOOKED_AT: Final = 300
_FEWEST: Final = 2


def offer_template(lines: Iterable[str]) -> str | None:
    """A template that most of those lines fit which look like headers, two at least; `None` where none does."""
    found: Counter[str] = Counter()
    day_first = False
    for _, line in zip(range(_LOOKED_AT), lines, strict=False):
        begin = _HEADS.match(line)
        clock = _CLOCK.match(line, begin.end() if begin else 0)
        header = _named_first(line) if clock is None else _clock_first(line, clock)
        if header is not None:
            described, clock = header
            day_first = day_first or int(clock["first"] or 0) > 12
            found[described] += 1
    if not found or found.most_common(1)[0][1] < _FEWEST:
        return None
    template = found.most_common(1)[0][0]
    return template.replace("%~1", "%d" if day_first else "%m").replace("%~2", "%m" if day_first else "%d")


def _clock_first(line: str, clock: re.Match[str]) -> tuple[str, re.Match[str]] | None:
    """What describes a header with a name behind its clock, and the clock; `None` for another line."""
    tail = next((match for pattern in _TAILS if (match := pattern.fullmatch(line, clock.end()))), None)
    if tail is None:
        return None
    text = "{text}" if tail["text"] or tail["close"] else ""
    return f"{line[: clock.start()]}{_describe(clock)}{tail['open']}{{sender}}{tail['close']}{text}", clock


def _named_first(line: str) -> tuple[str, re.Match[str]] | None:
    """The same of a header with a name in front of its clock."""
    clock = _CLOCK.search(line, 0, 120)
    head = clock and _NAMED_HEAD.fullmatch(line, 0, clock.start())
    tail = clock and _BEHIND_CLOCK.fullmatch(line, clock.end())
    if not clock or not head or not tail or not head["open"]:
        return None
    close = f"{tail['close']}{tail['colon']}{{text}}" if tail["colon"] else tail["close"].rstrip()
    return f"{head['lead']}{{sender}}{head['open']}{_describe(clock)}{close}", clock


def _describe(clock: re.Match[str]) -> str:
    """The directives of a clock; of a day and a month whose order is not known yet, `%~1` and `%~2`."""
    half = f"{clock['g3']}%p" if clock["half2"] else f"{clock['e2']}%p" if clock["half3"] else ""
    seconds = ":%S" if clock["seconds"] or clock["seconds2"] else ""
    time = f"{'%I' if half or clock['half'] else '%H'}:%M{seconds}{half}"
    if clock["year"]:
        before = "%p" if clock["half"] else ""
        return f"%Y{clock['s1']}%m{clock['s2']}%d{clock['s3']}{clock['gap']}{before}{clock['g2']}{time}"
    year = "%Y" if len(clock["year2"]) == 4 else "%y"
    return f"%~1{clock['d1']}%~2{clock['d1']}{year}{clock['e1']}{time}"
