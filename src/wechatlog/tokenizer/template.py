"""A grammar from a description of its header lines, for formats that no reader knows.

Takes a template, gives a grammar, and a looser pattern that finds the lines which somebody wrote a little otherwise;
takes lines, gives a template that describes them, for people to be offered. Knows no format and makes no messages.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from wechatlog.tokenizer.engine import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    "%b": "[A-Z][a-z]{2,8}\\.?",
    "%B": "[A-Z][a-z]{2,8}",
    "%s": "[0-9]{9,13}",
    "%%": "%",
}
_NEWLINE: Final = r"[ \t]*\r?\n"
_FIELDS: Final = {"sender": ".+?", "sender_id": "[^\\s()]+?", "text": ".*"}
_TEMPLATE: Final = re.compile(r"(?P<clock>%[A-Za-z%])|\{(?P<field>[^{}]*)\}|(?P<literal>.)", re.DOTALL)


def compile_format(template: str) -> tuple[Grammar, str]:
    """A grammar from a one-line description such as `[%Y-%m-%d %H:%M:%S] {sender}: {text}`.

    Args:
        template: `strptime` directives for the time, `%s` for seconds or milliseconds since 1970, `{sender}`,
            `{sender_id}` and `{text}`, and literal characters, line ends among them. Further lines of a message need no
            description. Without `{text}` the body stands on the lines after the header.

    Returns:
        The grammar, and the `strptime` format of its `time` group.

    Raises:
        ValueError: for an unknown directive or field, a field twice, no field at all, or a line end around it all.
    """
    if "\r" in template or template[:1] == "\n" or template[-1:] == "\n":
        raise ValueError("a format describes header lines; leave out the line break before or behind them, and \\r")
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


_CLOCK: Final = re.compile(
    rf"""(?:(?P<year>[0-9]{{4}})(?P<s1>[-/.年])[0-9]{{1,2}}(?P<s2>[-/.月])[0-9]{{1,2}}(?P<s3>日?)
        (?P<gap>[T\ ,]{{0,2}})(?P<half>(?:{_HALF})?)(?P<g2>\ ?)[0-9]{{1,2}}:[0-9]{{2}}(?P<seconds>(?::[0-9]{{2}})?)
        (?:(?P<g3>\ ?)(?P<half2>{_HALF}))?
      | (?P<first>[0-9]{{1,2}})(?P<d1>[-/.])(?P<second>[0-9]{{1,2}})(?P=d1)(?P<year2>[0-9]{{4}}|[0-9]{{2}})
        (?P<e1>,?\ ?)[0-9]{{1,2}}:[0-9]{{2}}(?P<seconds2>(?::[0-9]{{2}})?)(?:(?P<e2>\ ?)(?P<half3>{_HALF}))?)
      (?:(?P<point>[.,])[0-9]{{1,6}}(?![0-9]))?(?P<zone>Z\b|[+-][0-9]{{2}}:?[0-9]{{2}}(?![0-9]))?
      | (?P<unix>1[0-9]{{9}}(?:[0-9]{{3}})?(?![0-9.,]))""",
    re.VERBOSE,
)


def _label(words: str) -> str:
    """Pattern of what stands before a value and says what it is."""
    return rf"(?i:(?:[-*][ ])?(?:\*\*|【|\[)?(?:{words})(?:\*\*)?[:：】\]](?:\*\*)?[ \t]{{0,3}})"


_OF_TIME: Final = _label("时间|時間|日期|发送时间|發送時間|消息时间|time|date|datetime|timestamp|sent")
_OF_SENDER: Final = _label(
    "发送者|發送者|发送人|發送人|发信人|发言人|發言人|昵称|暱稱|用户|姓名|来自|sender|from|name|user|nickname|author"
)
_OF_TEXT: Final = _label("内容|內容|消息|訊息|消息内容|正文|文本|content|message|text|msg|body")
_GAP: Final = r"[ \t,;|]{0,4}\n?"
_NAME: Final = r"[^\s:：\[\],;|<–—·@-][^:：\[\]\n]{0,39}?"
_DASH: Final = "[ ][–—·@|][ ]"
_ARROW: Final = "(?:[:：]|[ ]?(?:>{2,3}|[-=]>|[→»]))[ ]?"
_LIST = r"(?:[-*#>·•]{1,6}[ ])?(?:\*\*)?"
_END = r"[\])）】>]?"
_TAILS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<open>{_END}{_GAP}{_OF_SENDER})[^\s:：][^\n\t,;|:：]{{0,60}}?(?P<close>{_GAP}{_OF_TEXT})(?P<text>.*)",
        rf"(?P<open>{_END}[ \t]{{0,2}}\n?<)[^<>\n]{{1,40}}(?P<close>>[:：]?[ ]?)(?P<text>.*)",
        rf"(?P<open>{_END}[ \t]{{0,2}}\n?【)[^【】\n]{{1,40}}(?P<close>】[:：]?[ ]?)(?P<text>.*)",
        r"(?P<open>[ \t]{0,2}(?P<bar>[|,;\t])[ ]?)[^|,;\t:：\[\]\n]{1,40}?(?P<close>[ ]{0,2}(?P=bar)[ ]?)(?P<text>.*)",
        r"(?P<open>[ ](?P<bar>[-–—/·]{1,2})[ ])[^:：\[\]\n]{1,40}?(?P<close>[ ](?P=bar)[ ])(?P<text>.*)",
        r"(?P<open>[ ]{2,4})[^\s:：\[\]][^:：\[\]\n]{0,40}?(?P<close>[ ]{2,4})(?P<text>\S.*)",
        rf"(?P<open>{_END}[ \t-]{{0,3}}\n?\[)[^\[\]\n]{{1,40}}(?P<close>\]:?[ ]?)(?P<text>.*)",
        rf"(?P<open>{_END}(?:[ \t-]{{0,3}}\n?|{_DASH})){_NAME}(?P<close>{_ARROW})(?P<text>.*)",
        r"(?P<open>\]?[ ])[^\[\]:：\n]{1,40}?(?P<close>[ ]\[)(?P<text>[^\[\]:：\n]{1,20}\](?: .*)?)",
        rf"(?P<open>{_END}(?:[ \t-]{{1,3}}|[ \t]{{0,3}}\n|{_DASH}))(?=\S*\w)\S{{1,40}}(?P<close>)(?P<text>)",
    )
)
_HEADS: Final = re.compile(rf"{_LIST}{_OF_TIME}?[\[(（【<]?")
_NAMED_HEAD: Final = re.compile(
    rf"(?P<lead>{_LIST}{_OF_SENDER}?)(?P<mark>[【《“\[<]?)(?P<sender>[^\s:：\[(（【<《“][^:：】》”\]>\n]{{0,39}}?)"
    rf"(?P<open>[】》”\]>]?(?:\*\*)?(?:{_GAP}{_OF_TIME}|[ \t]{{0,3}}(?:\n|[|,;][ ]?|[–—@·-]{{1,2}}[ ]?)?[\[(（【<]?))"
)
_BEHIND_CLOCK: Final = re.compile(
    rf"(?P<close>{_END}(?:\*\*)?[ \t]?)"
    rf"(?:(?P<colon>{_GAP}{_OF_TEXT}|[ ]?(?P<bar>[|,;\t])[ ]?|[:：][ ]?)(?P<text>.*)|[ \t]*|(?P<bare>\S.*))"
)
_LOOKED_AT: Final = 500
_LONGEST: Final = 400
_FEWEST: Final = 2
_LINES: Final = (1, 3, 2)
"""Lines of a header: of three only where each says what it is, so that its last two are not taken for one."""


def offer_template(lines: Iterable[str]) -> str | None:
    """A template that most of those lines fit which look like headers, two at least; `None` where none does.

    Headers of several lines are looked for where no line alone looks like one; each stands behind a blank line then, or
    there is none.
    """
    known = [line.rstrip("\r")[:_LONGEST] for line in itertools.islice(lines, _LOOKED_AT)]
    for count in _LINES:
        found: Counter[str] = Counter()
        day_first = False
        for described, clock in _headers(known, count):
            day_first = day_first or int(clock["first"] or 0) > 12
            found[described] += 1
        if found and (best := found.most_common(1)[0])[1] >= _FEWEST:
            return best[0].replace("%~1", "%d" if day_first else "%m").replace("%~2", "%m" if day_first else "%d")
    return None


def _headers(lines: list[str], count: int) -> Iterator[tuple[str, re.Match[str]]]:
    """What describes each run of so many lines that looks like a header, and its clock."""
    framed = count > 1 and "\n\n" in "\n".join(map(str.strip, lines)).strip()
    first = ""
    for index in range(len(lines) - count + 1):
        if framed and index and lines[index - 1].strip():
            continue
        text = lines[index] if count == 1 else "\n".join(map(str.rstrip, lines[index : index + count]))
        begin = _HEADS.match(text)
        clock = _CLOCK.match(text, begin.end() if begin else 0)
        header = _named_first(text) if clock is None else _clock_first(text, clock)
        if header is None or header[0].count("\n") != count - 1:
            continue
        first = first or header[0]
        if count == 1 or framed or header[0] == first:
            yield header


def _clock_first(text: str, clock: re.Match[str]) -> tuple[str, re.Match[str]] | None:
    """What describes a header with a name behind its clock, and the clock; `None` for another text."""
    tail = next((match for pattern in _TAILS if (match := pattern.fullmatch(text, clock.end()))), None)
    if tail is None:
        return None
    body = "{text}" if tail["text"] or tail["close"] else ""
    return f"{text[: clock.start()]}{_describe(clock)}{tail['open']}{{sender}}{tail['close']}{body}", clock


def _named_first(text: str) -> tuple[str, re.Match[str]] | None:
    """The same of a header with a name in front of its clock."""
    clock = _CLOCK.search(text, 0, 120)
    if clock is not None and clock["unix"]:
        return None  # any number
    head = clock and _NAMED_HEAD.fullmatch(text, 0, clock.start())
    tail = clock and _BEHIND_CLOCK.fullmatch(text, clock.end())
    if not clock or not head or not tail or not head["open"]:
        return None
    if tail["bare"] and not (head["mark"] or tail["close"].strip()):
        return None  # nothing but blanks parts the three, as in prose
    has_text = tail["colon"] or tail["bare"]
    close = f"{tail['close']}{tail['colon'] or ''}{{text}}" if has_text else tail["close"].rstrip()
    return f"{head['lead']}{head['mark']}{{sender}}{head['open']}{_describe(clock)}{close}", clock


def _describe(clock: re.Match[str]) -> str:
    """The directives of a clock; of a day and a month whose order is not known yet, `%~1` and `%~2`."""
    if clock["unix"]:
        return "%s"
    half = f"{clock['g3']}%p" if clock["half2"] else f"{clock['e2']}%p" if clock["half3"] else ""
    seconds = ":%S" if clock["seconds"] or clock["seconds2"] else ""
    time = f"{'%I' if half or clock['half'] else '%H'}:%M{seconds}{half}"
    time += f"{clock['point']}%f" if clock["point"] else ""
    time += "%z" if clock["zone"] else ""
    if clock["year"]:
        before = "%p" if clock["half"] else ""
        return f"%Y{clock['s1']}%m{clock['s2']}%d{clock['s3']}{clock['gap']}{before}{clock['g2']}{time}"
    year = "%Y" if len(clock["year2"]) == 4 else "%y"
    return f"%~1{clock['d1']}%~2{clock['d1']}{year}{clock['e1']}{time}"
