"""Text that people copy out of the WeChat clients: Windows, Mac, iOS.

Takes text, gives messages. Three forms: `Name 2022/11/17 21:07` above the body (Windows with seconds, Mac without,
Chinese dates, and relative ones such as `昨天 21:30`); the name on one line and the date on the next (iOS, 2026);
`Name:` alone (Windows 3.x). A blank line ends a body; it is the frame by which headers are told from body lines.
The file says neither who copied it nor any id, and names no zone.

Source of the format: published parsers and descriptions of what the clients put on the clipboard (2022 to 2026).
"""

from __future__ import annotations

import collections
import datetime as dt
import functools
import itertools
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from wechatlog.content.accounts import is_account
from wechatlog.content.client_text import read_body
from wechatlog.content.notices import read_system_notice
from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading, message_blocks
from wechatlog.engine.headers import (
    MARKS,
    Block,
    Candidate,
    HeaderCheck,
    have_marks,
    header_clock,
    iter_blocks,
    sample,
    sample_blocks,
    tell_near_headers,
)
from wechatlog.engine.records import strip_blank_end
from wechatlog.model import MessageKind
from wechatlog.timestamps import Precision, cached_clock, parse_clock
from wechatlog.tokenizer import Grammar, find_heading

_HALF: Final = "(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)"
_CLOCK: Final = rf"(?:{_HALF} ?)?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?(?: ?[AaPp][Mm])?"
_MONTH_DAY: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} [0-9]{1,2}, [0-9]{4}(?: at)?"
_DAY: Final = (
    r"(?:[0-9]{4}(?:/[0-9]{1,2}/[0-9]{1,2}|-[0-9]{1,2}-[0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
    rf"|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}|{_MONTH_DAY})"
)
_NEAR_DAY: Final = "(?:今天|昨天|前天|Yesterday|Today|(?:星期|周)[一二三四五六日天]|[0-9]{1,2}月[0-9]{1,2}日)"
_LINE_END: Final = r"[ \t]*+(?=\r?(?:\n|\Z))"
_OPTIONS: Final = OWNER_OPTION | {
    "today": "the day on which the text was copied, for times such as 昨天 21:30: 2026-05-02"
}

_TIMED: Final = Grammar(
    name="paste with times",
    header=(
        rf"{MARKS}(?P<sender>(?!#{{1,6}}[ \t])[^ \t\r\n][^\r\n]*)(?<![ \t])[ \t]{{1,3}}(?P<time>"
        rf"{_DAY}[ \t]{{1,2}}{_CLOCK}|(?:{_NEAR_DAY}[ \t]{{0,2}})?{_CLOCK}){_LINE_END}"
    ),
)
_FIELD: Final = re.compile(
    r"(?i).*(?:date|time|started|ended|created|updated|modified|published|日期|时间)(?:[ _]at)?[:：]"
)
"""What stands in front of a time in logs, and at the head of notes: no name of a person."""
_LONGEST_TITLE: Final = 3
"""Lines that may stand above the first message."""
# The day is optional in the pattern, and the name is greedy: a name may end in what looks like a day.
_DAY_IN_NAME: Final = re.compile(rf"[ \t]+({_DAY}|{_NEAR_DAY})\Z")
_NEAR: Final = re.compile(_NEAR_DAY)
_BOLD: Final = re.compile(r"\*\*([^*].*)\*\*")
"""A name as an editor of Markdown shows it."""
_HALF_IN_NAME: Final = re.compile(rf"[ \t]+({_HALF})\Z")
_IOS: Final = Grammar(
    name="paste of an iPhone",
    header=rf"{MARKS}(?P<time>(?:[0-9]{{4}}年[0-9]{{1,2}}月[0-9]{{1,2}}日|{_MONTH_DAY}) {{1,2}}{_CLOCK}){_LINE_END}",
)
_NEAR_IOS: Final = re.compile(
    rf"(?<=\n)\n[^\n]{{1,60}}\n(?!{_IOS.header})(?:[0-9]{{4}}年[0-9]{{1,2}}月|[A-Z][a-z]{{2,8}} [0-9]{{1,2}}, )"
    rf"[0-9日:,atAPM ]{{0,16}}{_LINE_END}"
)
"""A name above a date that is cut."""
_NAMES: Final = Grammar(
    name="paste with names only", header=rf"{MARKS}(?P<sender>[^\s:：][^\r\n]*)(?<![:： \t])[:：]{_LINE_END}"
)


@functools.lru_cache(maxsize=1024)
def _split_header(text: str, time: str) -> tuple[str, str]:
    """Name and time of a header line; a day that the greedy name swallowed belongs to the time."""
    for pattern in (_HALF_IN_NAME, _DAY_IN_NAME):
        if (match := pattern.search(text)) and match.start() > 0:
            text, time = text[: match.start()].rstrip(" \t"), f"{match[1]} {time}"
    bold = _BOLD.fullmatch(text)
    return bold[1] if bold else text, time


def _sender(header: re.Match[str]) -> str:
    return _split_header(header["sender"], header["time"])[0]


def _time_text(header: re.Match[str]) -> str:
    return _split_header(header["sender"], header["time"])[1]


def _time(reading: Reading, text: str, today: dt.date | None, line: int) -> tuple[dt.datetime | None, Precision | None]:
    found = cached_clock(text, today)
    if found is not None:
        return reading.wall_time(found.time), found.precision
    if today is None and parse_clock(text, today=dt.date(2000, 1, 31)) is not None:
        sentence = f"{text!r} counts from the day of copying, which the file does not say; pass today="
        reading.report("relative-time", sentence, severity=Severity.INFO, line=line, column=1)
    else:
        reading.report("bad-time", f"impossible time {text!r}", severity=Severity.ERROR, line=line, column=1)
    return None, None


def _framed(candidates: list[Candidate]) -> int:
    """Whether blank lines stand before the headers of a text, which some hands and tools take out."""
    return 1 if 2 * sum(candidate.blanks > 0 for candidate in candidates) > len(candidates) else 0


_STYLES: Final = (
    (re.compile(r"[0-9]{4}/[^:]*:[0-9]{2}:[0-9]{2}"), "a date with seconds"),
    (re.compile(r"[0-9]{4}[/-]"), "a date"),
)
"""Ways to write a time beside which a client writes no other. A Chinese date may have `昨天 21:30` beside it."""


def _same_style(candidates: list[Candidate]) -> Callable[[Candidate], str | None]:
    """A check that the time of a header is written as most are in this text."""
    times = [_time_text(candidate.header) for candidate in candidates if candidate.blanks]
    for pattern, words in _STYLES:
        if times and sum(pattern.match(time) is not None for time in times) * 2 > len(times):
            doubt = f"it looks like a header but lacks {words}, which the headers of this text have"
            return lambda candidate: None if pattern.match(_time_text(candidate.header)) else doubt
    return lambda _: None


def _body(block: Block) -> str:
    text = strip_blank_end(block.lines.partition("\n")[2])
    return text.removeprefix("\n") if block.header and block.header["sender"].startswith("**") else text


def _looks_like_chat(candidates: list[Candidate]) -> bool:
    """Whether there are names and bodies: a timetable has no bodies, the headings of a diary have no names."""
    names = (name for candidate in candidates if not _FIELD.fullmatch(name := _sender(candidate.header)))
    named = sum(any(map(str.isalnum, name)) and name.rstrip(":：") not in _NOT_NAMES for name in names)
    return named * 2 > len(candidates) and sum(candidate.body.strip() != "" for candidate in candidates) > 0


def _timed(reading: Reading) -> Iterator[Entry]:
    today = reading.day_option("today")
    head, blocks = sample(reading.blocks())
    candidates = sample_blocks(head, _TIMED)

    def clock(header: re.Match[str]) -> dt.datetime | None:
        found = cached_clock(_time_text(header), today)
        return found.time if found else None

    blanks, check = _framed(candidates), _same_style(candidates)
    for header, block in message_blocks(reading, _TIMED, _sender, clock, blocks=blocks, blanks=blanks, check=check):
        sender, text = _split_header(header["sender"], header["time"])[0], _body(block)
        time, precision = _time(reading, _time_text(header), today, block.line)
        kind, segments = read_body(text, reading.tz)
        kind = read_system_notice(sender, text) or kind
        yield Entry(block.line, time, precision, sender, None, None, kind, text, segments, offset=block.offset)


def _is_timed(head: Head) -> Evidence | None:
    """Header lines with a blank line before each; the text begins with one, or with a title that somebody gave it."""
    candidates = sample_blocks(head.text, _TIMED)
    framed = [candidate for candidate in candidates if candidate.blanks > 0]
    usual = framed if len(framed) * 2 >= len(candidates) else candidates
    if not framed or not _looks_like_chat(framed) or have_marks([_sender(each.header) for each in usual]):
        return None
    if all(cached_clock(_time_text(each.header), None) is None for each in framed) and find_heading(head.lines):
        return None  # the days stand above
    if sum(_sender(candidate.header).count("\t") > 1 for candidate in candidates) * 2 > len(candidates):
        return None  # the rows of a table
    if framed[0].blanks < 2:
        title = framed[0] is candidates[0] and len(framed[0].before.lines.strip().split("\n")) <= _LONGEST_TITLE
        dated = sum(_STYLES[-1][0].match(_time_text(candidate.header)) is not None for candidate in framed)
        reason = f"{dated} lines of a name and a date under a title"
        return Evidence(0.5, reason) if title and len(framed) == len(candidates) == dated > 1 else None
    if len(framed) * 2 < len(candidates):
        dated = sum(_time_text(candidate.header)[:4].isdecimal() for candidate in candidates)
        return Evidence(0.55, f"{dated} lines of a name and a time") if dated * 2 > len(candidates) else None
    times = [_time_text(candidate.header) for candidate in framed]
    strong = sum("/" in time or "年" in time for time in times)
    reason = f"{len(framed)} lines of a name and a time, each after a blank line"
    if strong * 2 > len(framed):
        return Evidence(0.75 if len(framed) > 1 else 0.5, reason)
    if sum(time[:4].isdecimal() for time in times) * 2 > len(framed):
        return Evidence(0.55 if len(framed) > 1 else 0.4, reason)
    if any(time.count(":") > 1 for time in times):  # no client writes seconds without a date
        return None
    if len(framed) > 1 and sum(_NEAR.match(time) is not None for time in times) * 2 > len(framed):
        return Evidence(0.5, reason)
    names = {_sender(candidate.header) for candidate in framed}
    return Evidence(0.5, reason) if len(framed) > 2 and len(names) < len(framed) else None


def _name_line(candidate: Candidate) -> str | None:
    """The line above a date line, where it stands alone: at the start or after a blank line."""
    tail = candidate.before.parts[-1].replace("\r\n", "\n").removesuffix("\n")
    above, _, name = tail.rpartition("\n")
    first = candidate.before.header is None and not above.strip()
    framed = first or ("\n" in above and not above.rpartition("\n")[2].strip())
    return name.strip(" \t") if name.strip() and framed else None


def _dated(reading: Reading) -> Iterator[Entry]:
    today = reading.day_option("today")
    names: collections.deque[tuple[str, int]] = collections.deque()

    def check(candidate: Candidate) -> str | None:
        return None if _name_line(candidate) else "a line of a date without a name above it"

    gate = HeaderCheck(reading, lambda _: None, header_clock, check=check, ordered=True)

    def accept(candidate: Candidate) -> bool:
        if not gate.accept(candidate):
            return False
        above = candidate.before.parts[-1]
        names.append((_name_line(candidate) or "", len(above) - above.rfind("\n", 0, -1) - 1))
        return True

    sender, length = "", 0
    for block in iter_blocks(reading.blocks(), _IOS, accept):
        text = block.lines if block.last else block.lines.removesuffix("\n").rpartition("\n")[0]
        following = names.popleft() if names else ("", 0)
        if block.header is None:
            reading.report_preamble(text)
        else:
            tell_near_headers(reading, text, block.line, _NEAR_IOS, _IOS.pattern)
            text, line = strip_blank_end(text.partition("\n")[2]), block.line - 1
            time, precision = _time(reading, block.header["time"], today, line)
            kind, segments = read_body(text, reading.tz)
            offset = block.offset - length
            yield Entry(line, time, precision, sender, None, None, kind, text, segments, offset=offset)
        sender, length = following


def _is_dated(head: Head) -> Evidence | None:
    candidates = sample_blocks(head.text, _IOS)
    framed = [candidate for candidate in candidates if _name_line(candidate) is not None]
    if not framed:
        return None
    above = framed[0] is not candidates[0] or "\n" in candidates[0].before.lines.strip()
    confidence = 0.9 - 0.3 * above - 0.15 * (len(framed) == 1)
    return Evidence(confidence, f"{len(framed)} names, each with a date line under it")


_NOT_NAMES: Final = frozenset(
    "/".join(
        (
            "问/答/问题/回答/注意/备注/说明/例如/比如/譬如/步骤/要求/目的/背景/总结/结论/摘要/关键词/标题/作者",
            "时间/地点/人物/日期/优点/缺点/建议/原因/结果/方法/内容/目录/前言/引言/附件/附录/提示/重点/参考",
            "参考资料/定义/特点/优势/劣势/流程/安排/通知/公告/规则/条件/地址/电话/正文/第一/第二/第三/首先/其次",
            "最后/另外/因此/所以/但是/Q/A/Note/Notes/Example/Summary/TODO/Subject/From/To/Date/Time",
        )
    ).split("/")
)
_SENTENCE: Final = re.compile(
    r"[，。；？！、,;?!\"“”]|(?:说|道|问|答|如下|包括|包含|认为|指出|表示|例如|比如|就是|以下|分为)\Z|\A(?:第.{1,5}[章节条步部回]|[0-9一二三四五六七八九十]{1,3}[、.．)）])"
)
_LONGEST_NAME: Final = 40


def _may_be_name(name: str) -> bool:
    """Whether a line before a colon reads like a name and not like the opening of a list or of speech."""
    return len(name) <= _LONGEST_NAME and name not in _NOT_NAMES and _SENTENCE.search(name) is None


def _named(reading: Reading) -> Iterator[Entry]:
    """Entries of a text whose headers are a name and a colon, without times."""
    head, blocks = sample(reading.blocks())
    candidates = sample_blocks(head, _NAMES)
    blanks = _framed(candidates)
    counts = collections.Counter(c.header["sender"] for c in candidates if c.blanks >= blanks)
    names = {name for name, count in counts.items() if count > 1 and name not in _NOT_NAMES}

    def check(candidate: Candidate) -> str | None:
        name = candidate.header["sender"]
        if name in names or _may_be_name(name):
            return None
        return "it looks like a header but reads like the opening of a list"

    records = message_blocks(
        reading, _NAMES, lambda header: header["sender"], lambda _: None, blocks=blocks, blanks=blanks, check=check
    )
    for header, block in records:
        text = _body(block)
        kind, segments = read_body(text, reading.tz)
        sender = header["sender"]  # an account id in the text that a script of wechat-dump-rs makes for a group
        account, kind = sender if is_account(sender) else None, read_system_notice(sender, text) or kind
        yield Entry(block.line, None, None, sender, account, None, kind, text, segments, offset=block.offset)


def _is_named(head: Head) -> Evidence | None:
    """Names that come back, each on a line of its own after a blank line, from the first line on."""
    candidates = sample_blocks(head.text, _NAMES)
    if not candidates or candidates[0].blanks < 2:
        return None
    framed = [candidate for candidate in candidates if candidate.blanks > 0]
    names = collections.Counter(candidate.header["sender"] for candidate in framed)
    lines = head.text.strip().split("\n")
    paragraphs = sum(line[:1].strip() != "" and not before.strip() for before, line in itertools.pairwise(["", *lines]))
    lists = [count for name, count in names.items() if not _may_be_name(name)]
    if any(count > 1 for count in lists) or len(lists) * 4 > len(framed) or len(framed) * 2 <= paragraphs:
        return None
    reason = f"{len(framed)} lines of a name with a colon, {len(names)} names"
    if len(names) < len(framed) and len(framed) > 2:
        half = sum(candidate.header.group().rstrip().endswith(":") for candidate in framed)
        return Evidence(0.6 if half == len(framed) else 0.4, reason)
    placeholders = sum(read_body(strip_blank_end(c.body.strip("\n")), None)[0] is not MessageKind.TEXT for c in framed)
    return Evidence(0.5, reason) if placeholders and len(framed) > 1 and b"\r\n" in head.data else None


_format: Final = partial(Format, facts="WeChat")
TIMED: Final = _format(
    "paste",
    "text copied from a WeChat client, name and time on one line (Windows, Mac; 2017-2026)",
    ".txt",
    _is_timed,
    _timed,
    options=_OPTIONS,
)
IOS: Final = _format(
    "paste-ios",
    "text copied from WeChat for iOS, several messages chosen (2026)",
    ".txt",
    _is_dated,
    _dated,
    options=_OPTIONS,
)
NAMES: Final = _format(
    "paste-names",
    "text copied from WeChat for Windows 3.x: a name with a colon above each body, no times",
    ".txt",
    _is_named,
    _named,
)
