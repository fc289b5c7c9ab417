"""Lines of tools without a reader of their own, each header of which has a name and mostly a time.

Takes text in which most headers are alike, gives entries: the template that describes them is found out, and told
(`guessed-lines`). A template without a day takes it from headings of days; one whose time stands behind the text ends
a message; a time above several messages is that of each; names that come again are headers without a time. Programs
write logs in such lines, so that only a text is taken in which `我` or an account speaks, or in which something stands
that WeChat alone writes. Whoever knows more of a format says it with more confidence.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from wechatlog.content.accounts import is_account, split_account
from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.bracket_lines import BRACKET_LINES
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import is_of_chat, read_placeholder
from wechatlog.content.vocabulary import PLAIN_KINDS, kind_of_type_name
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, OWNER_OPTION, Entry, Evidence, Format, Head, Reading, message_blocks, one_segment
from wechatlog.engine.headers import Candidate, is_log_word, sample_blocks, tell_near_headers
from wechatlog.engine.records import records_of, strip_blank_end
from wechatlog.engine.unknown import is_for_people
from wechatlog.model import NOTICES, MessageKind
from wechatlog.readers.named.signs import NOBODY
from wechatlog.readers.text_format import TextFormat, text_format
from wechatlog.timestamps import Precision
from wechatlog.tokenizer import Grammar, find_heading, find_offer, find_untimed

_CONFIDENCE: Final = 0.3
_NOBODY: Final = NOBODY | {"--", "*", "***", "-!-"}
_FEWEST: Final = 2
_FEWEST_UNDATED: Final = 4
_LAST_BEGIN: Final = 3
_MARGINS: Final = tuple(re.compile(rf"^{mark}", re.MULTILINE) for mark in ("> ?", " {4}", " {2}", "\t"))
"""What may stand in front of every line of every text."""
_RULE: Final = re.compile(r"[-=*_~#·—]{3,80}")
_FRAMES: Final = (("“", "”"), ('"', '"'), ("「", "」"))
"""What may stand round all texts."""
_OPENS_NAME: Final = re.compile(r'[<【\[「{“"*_`]+ ?$')
_SIGNS: Final = re.compile(r"%[A-Za-z](?:[:：]%[A-Za-z])*| ")
_GROUPS: Final = re.compile(r"\(\?P<([a-z_]+)>")


class _Shape(NamedTuple):
    """How the headers of a text look.

    Attributes:
        lines: the format of the template.
        grammar: of the headers, the headings of days (`day_time`), and headers that lack a part: the name
            (`bare_time`), or the time (`next_sender`), which is the one above.
        heading: the format of headings of days.
        begin: how a message begins whose time stands behind its text.
        names: of those who speak, where nothing else tells a header.
        is_unsure: the day and the month could be either way round.
        is_framed: a blank line stands before each header.
        near: how a line begins that may be a header in which nobody is named, where it may be anything else too.
    """

    lines: TextFormat
    grammar: Grammar
    heading: TextFormat | None
    begin: re.Pattern[str] | None
    names: frozenset[str] | None
    is_unsure: bool
    is_framed: bool = False
    near: re.Pattern[str] | None = None

    @property
    def template(self) -> str:
        return self.lines.grammar.name


def _is_name(name: str) -> bool:
    return not is_log_word(name) and any(map(str.isalnum, name))


def _renamed(grammar: Grammar, prefix: str) -> str:
    """The pattern of a header with other names for its groups."""
    return _GROUPS.sub(rf"(?P<{prefix}_\1>", grammar.header)


def _bare(template: str) -> str | None:
    """The template of a header in which nobody is named; `None` where a line of words may look so."""
    above, _, rest = template.partition("{sender}")
    begin = _OPENS_NAME.sub("", above)
    signs = _SIGNS.sub("", begin)
    if "%" not in above or "\n" in above or not (signs or "%d" in above) or "{type}" in template:
        return None
    if "{text}" in rest.partition("\n")[0]:
        return f"{begin}{{text}}"
    return begin.rstrip() if begin.rstrip()[-1:] in "])】）>" else None


@functools.lru_cache(maxsize=16)
def _shape_of(text: str) -> _Shape | None:
    rows = text.split("\n")
    offer = find_offer(rows, _is_name) or find_untimed(rows, _is_name)
    if offer is None:
        return None
    template, names, begin, heading, near = offer.template, None, None, None, None
    lines = text_format(template, name="named-lines")
    parts, opens = [lines.grammar.header], lines.grammar.opens
    if not lines.strptime:
        names = offer.names
    elif "{text}" in template[: template.index("%")]:
        before, _, behind = template.partition("{text}")
        begin, end = text_format(f"{before}{{text}}").grammar.pattern, text_format(f"{{text}}{behind}").grammar
        parts, opens = [end.header], end.opens
    elif (bare := _bare(template)) is not None:
        parts.append(_renamed(text_format(bare).grammar, "bare"))
    elif "%" in (above := template.partition("{")[0]) and "\n" not in above:
        near = text_format(_OPENS_NAME.sub("", above).rstrip() + "{text}").grammar.pattern
    if (next_line := _next_line(template)) is not None and (speaking := _speaking(text, lines, next_line, offer.names)):
        names = speaking
        parts.append(_renamed(next_line, "next"))
    if "%d" not in lines.strptime and "%s" not in lines.strptime and (found := find_heading(rows)) is not None:
        heading = text_format(found.template, name="named-lines")
        offer = offer._replace(is_unsure=offer.is_unsure or found.is_unsure)
        parts.insert(0, _renamed(heading.grammar, "day"))
    grammar = Grammar(template, f"(?:{'|'.join(parts)})", opens=opens)
    candidates = sample_blocks(text, grammar)
    framed = "{text}" not in template and sum(each.blanks > 0 for each in candidates) * 10 >= len(candidates) * 9
    return _Shape(lines, grammar, heading, begin, names, offer.is_unsure, framed, near)


def _next_line(template: str) -> Grammar | None:
    """The second line of a header whose first is the time alone; `None` for other templates."""
    above, _, below = template.partition("\n")
    return text_format(below).grammar if "{" not in above and below.endswith("{text}") else None


def _speaking(text: str, lines: TextFormat, next_line: Grammar, names: frozenset[str]) -> frozenset[str] | None:
    """Who speaks in lines below a time that is that of several messages; `None` where each has its own."""
    found = Counter(match["sender"] for match in next_line.pattern.finditer(f"\n{text}"))
    speaking = {name: count for name, count in found.items() if name in names or count > _FEWEST}
    return frozenset(speaking) if sum(speaking.values()) > len(sample_blocks(text, lines.grammar)) else None


class _Said(NamedTuple):
    """What the lines say of a message, before anything is known of their meaning."""

    line: int
    time: dt.datetime | None
    precision: Precision | None
    name: str
    account: str | None
    type: str | None
    text: str
    offset: int


def _part(header: re.Match[str], name: str) -> str | None:
    """What a field says, in whatever kind of header."""
    groups = header.groupdict()
    return next((groups[key] for key in (name, f"bare_{name}", f"next_{name}") if groups.get(key) is not None), None)


def _text_of(header: re.Match[str], below: str) -> str:
    """A text that begins in a header and goes on below, without the blank lines at its end."""
    inline, _, rest = below.replace("\r\n", "\n").partition("\n")
    inline = (_part(header, "text") or inline).rstrip("\r")
    return "\n".join(part for part in (inline, strip_blank_end(f"\n{rest}")[1:]) if part)


def _headed(reading: Reading, shape: _Shape) -> Iterator[_Said]:
    """Messages that begin with their headers."""
    lines, names = shape.lines, shape.names

    def sender(header: re.Match[str]) -> str | None:
        return _part(header, "sender")

    def check(candidate: Candidate) -> str | None:
        groups = candidate.header.groupdict()
        above = candidate.before.header and candidate.before.header.groupdict().get("day_time")
        if shape.is_framed and not candidate.blanks and not above:
            return "it looks like a header but stands inside a body"
        name = groups.get("next_sender") or (None if lines.strptime else sender(candidate.header))
        if names is None or name is None or name in names:
            return None
        return f"it looks like a header but names {name!r}, who begins no other line"

    def clock(header: re.Match[str]) -> dt.datetime | None:
        text = _part(header, "time") if lines.has_day else None
        return None if text is None else lines.parse_time(text, _part(header, "half"))

    day: dt.date | None = None
    time: dt.datetime | None = None
    precision: Precision | None = None
    blocks = message_blocks(reading, shape.grammar, sender, clock, check=check, serious=names is not None)
    for header, block in blocks:
        groups, line = header.groupdict(), block.line
        if (written := groups.get("day_time")) is not None:
            day = _day(reading, shape.heading, written, line)
            time = reading.wall_time(dt.datetime.combine(day, dt.time())) if day else None
            precision = "day" if day else None
            reading.report_preamble(block.inline, line=line)
        else:
            if (text := _part(header, "time")) is not None:
                time, precision = _time(reading, lines, text, _part(header, "half"), day, line)
            name, account = sender(header) or "", groups.get("sender_id")
            text = _text_of(header, block.raw)
            if shape.near is not None:
                tell_near_headers(reading, block.lines, line, shape.near, shape.grammar.pattern)
            yield _Said(line, time, precision, name, account, groups.get("type"), text, block.offset)


def _day(reading: Reading, heading: TextFormat | None, text: str, line: int) -> dt.date | None:
    """The day that a heading says; told where it lacks the year."""
    if heading is None or not heading.has_day:
        if heading is not None:
            heading.tell_no_day(reading, line)
        return None
    found = heading.parse_time(text)
    if found is None:
        reading.report("bad-time", f"impossible day {text!r}", severity=Severity.ERROR, line=line)
    return found.date() if found else None


def _time(
    reading: Reading, lines: TextFormat, text: str, half: str | None, day: dt.date | None, line: int
) -> tuple[dt.datetime | None, Precision | None]:
    """A time, on the day of the heading above it."""
    if day is None or lines.has_day:
        return lines.time(reading, text, half, line)
    found = lines.parse_time(text, half, day)
    return (reading.wall_time(found), lines.precision) if found else lines.time(reading, text, half, line)


def _ended(reading: Reading, shape: _Shape, begin: re.Pattern[str]) -> Iterator[_Said]:
    """Messages that end with their times."""
    above, start, offset = "", 1, 0
    day = None
    for header, body, at, line in records_of(reading.blocks(), shape.grammar):
        if header is not None and (written := header.groupdict().get("day_time")) is not None:
            day = _day(reading, shape.heading, written, line)
            reading.report_preamble(above, line=start)
        elif header is not None:
            raw = f"{above}{header['text']}"
            begun = len(raw) - len(raw.lstrip("\r\n"))
            text, first_line = raw[begun:].replace("\r\n", "\n"), start + raw.count("\n", 0, begun)
            first = begin.match(f"\n{text}")
            if first is None and read_notice(text.strip()) is None:
                what = "a line ends as a message does, and nothing says who wrote: it was taken for a notice"
                reading.report("near-header", what, line=first_line, column=1, excerpt=text[:200])
            time, precision = _time(reading, shape.lines, header["time"], header.groupdict().get("half"), day, line)
            name, text = (first["sender"], f"{first['text']}{text[first.end() - 1 :]}") if first else ("", text)
            yield _Said(first_line, time, precision, name, None, None, text, offset + begun)
        shown = header.group()[1:] if header is not None else ""
        above, start, offset = body, line + shown.count("\n"), at + len(shown)
    if above.strip():
        what = "text behind the last time belongs to no message"
        reading.report("text-outside-messages", what, line=start, excerpt=above.strip()[:200].split("\n", 1)[0])


def _entries(reading: Reading) -> Iterator[Entry]:
    text = reading.head.fuller.text
    shape = _shape_of(text)
    if shape is None:
        if text.strip():
            what = "no lines of this text are alike in having a time and a name: the file is damaged, or no chat"
            reading.report("no-header", what, severity=Severity.ERROR, line=1)
        reading.tell_empty()
        return
    reading.tell("guessed-lines", f"no tool is known that writes this: the lines were read as {shape.template!r}", 1)
    if shape.is_unsure:
        what = "the parts of the dates could stand in another order, also by the other dates of the file"
        reading.report("ambiguous-date", what, line=1)
    candidates = _messages(text, shape)
    names_owner, undress = any(_name(each, shape) == ME for each in candidates), _dress_of(candidates)
    said = _headed(reading, shape) if shape.begin is None else _ended(reading, shape, shape.begin)
    for line, time, precision, shown, account, type_, body, offset in said:
        (name, known), text = split_account(shown.strip()), undress(body.lstrip("\n"))
        said_kind = kind_of_type_name(type_) if type_ else None
        if type_ and said_kind is None:  # another word in brackets
            text = f"[{type_}]{text}" if text[:1] in ("", " ") else f"[{type_}]\n{text}"
        elif type_:
            text = text.removeprefix(" ") or f"[{type_}]"
        kind, segments = read_placeholder(text, BRACKET_LINES, zone=reading.tz) or (MessageKind.TEXT, None)
        if text.startswith("<") and (built := parse_markup(text, reading.collector, zone=reading.tz, line=line)):
            kind, text, segments = built.body
        if name in _NOBODY or said_kind in NOTICES:
            name, segments = "", None
            is_told = said_kind in NOTICES and said_kind is not MessageKind.SYSTEM
            kind = said_kind if said_kind and is_told else read_notice(text) or MessageKind.SYSTEM
        elif said_kind is not None and kind is MessageKind.TEXT:
            kind = said_kind
            segments = None if kind in PLAIN_KINDS or kind is MessageKind.QUOTE else one_segment(kind, text)
        if not name and kind is MessageKind.TEXT:
            kind = read_notice(text) or MessageKind.SYSTEM
        own = None if not name else True if name == ME else False if names_owner else None
        account = account or known or (name if is_account(name) else None)
        yield Entry(line, time, precision, name or None, account, own, kind, text, segments, offset=offset)


def _dress_of(candidates: list[Candidate]) -> Callable[[str], str]:
    """What takes from a text what stands round or in all of them: a rule below, `>` or blanks in front, quotes."""
    texts = [_text_of(candidate.header, candidate.body) for candidate in candidates]
    ends = {text.rstrip().rpartition("\n")[2] for text in texts[:-1]}
    rule = f"\n{ends.pop()}" if len(ends) == 1 and _RULE.fullmatch(min(ends)) else ""
    texts = [text.removesuffix(rule).rstrip("\n") for text in texts]
    margin = next(
        (each for each in _MARGINS if sum(_is_indented(text, each) for text in texts) * 3 >= len(texts) * 2), None
    )
    frame = next(
        (each for each in _FRAMES if sum(_is_framed(text, each) for text in texts) * 3 >= len(texts) * 2), None
    )

    def undress(text: str) -> str:
        if rule and text.rstrip("\n").endswith(rule):
            text = text.rstrip("\n").removesuffix(rule).rstrip("\n")
        text = margin.sub("", text) if margin else text
        return text[1:-1] if frame and _is_framed(text, frame) else text

    return undress


def _is_indented(text: str, margin: re.Pattern[str]) -> bool:
    """Whether each line of a text has a margin, but for blank ones."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and all(map(margin.match, lines))


def _is_framed(text: str, frame: tuple[str, str]) -> bool:
    return len(text) > 1 and text.startswith(frame[0]) and text.endswith(frame[1])


def _messages(text: str, shape: _Shape) -> list[Candidate]:
    """The messages of a sample, without headings of days."""
    found = sample_blocks(text, shape.grammar)
    return [candidate for candidate in found if candidate.header.groupdict().get("day_time") is None]


def _shown(candidate: Candidate, shape: _Shape) -> tuple[str, str]:
    """The name in a header, as it stands there, and the text behind it."""
    if shape.begin is None:
        return (_part(candidate.header, "sender") or "").strip(), _part(candidate.header, "text") or candidate.body
    raw = f"{candidate.before.parts[-1]}{candidate.header['text']}".lstrip("\r\n")
    first = shape.begin.match(f"\n{raw}")
    return (first["sender"].strip(), first["text"]) if first else ("", raw)


def _name(candidate: Candidate, shape: _Shape) -> str:
    return split_account(_shown(candidate, shape)[0])[0]


def _is_sign(candidate: Candidate, shape: _Shape) -> bool:
    shown, text = _shown(candidate, shape)
    name, account = split_account(shown)
    text = text.strip("\r\n").removeprefix("> ")
    return (
        name == ME
        or account is not None
        or is_account(name)
        or is_of_chat(text.strip())
        or (name in _NOBODY and read_notice(text) is not None)
    )


def _detect(head: Head) -> Evidence | None:
    if "html" in head.containers:
        return None  # its lines are markup
    if is_for_people(head.text):
        return None
    shape = _shape_of(head.text)
    if shape is None:
        return None
    found = _messages(head.text, shape)
    names = [name for name in (_name(each, shape) for each in found) if name]
    several = len(set(names)) * 2
    if (
        len(found) < _FEWEST
        or sum(map(is_log_word, names)) * 5 >= len(found)
        or not any(_is_sign(each, shape) for each in found)
    ):
        return None
    if several > max(len(names), 4) and ("{text}" not in shape.template or "\n" in shape.template):
        return None  # a diary has days, each above a line of its own
    if not shape.lines.has_day and (len(found) < _FEWEST_UNDATED or several > len(names)):
        return None  # a timetable has clocks, a list has colons
    if not shape.lines.strptime and not _is_full(head.lines, found, shape):
        return None
    return Evidence(_CONFIDENCE, f"{len(found)} lines {shape.template!r}")


def _is_full(lines: list[str], found: list[Candidate], shape: _Shape) -> bool:
    """Whether a text begins with lines of names that come again, and has few others."""
    speaking = sum(_name(each, shape) in (shape.names or ()) for each in found)
    return found[0].line <= _LAST_BEGIN and speaking * 2 >= sum(map(bool, map(str.strip, lines)))


READER: Final = Format(
    "named-lines",
    "lines with a time and a name, of any shape (any tool)",
    ".txt .md .log",
    _detect,
    _entries,
    options={**OWNER_OPTION, "date": "the day of the messages, where the lines have none: 2017-08-19"},
    cuts="tried",
)
