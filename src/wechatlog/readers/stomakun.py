"""Exports of stomakun's WechatExport-iOS: text, `sender(<date>): text`, one message a line; and pages.

Takes text, gives messages. A message ends with CRLF, a line end inside one is LF, so a body cannot forge a header
unless it holds a CRLF or the file was converted. The date is written as .NET writes it in the culture of the machine:
`2017/8/19 7:14:35`, `8/19/2017 7:14:35 AM`, `19.08.2017 7:14:35`. Which of day and month comes first is read off the
file, and said where it cannot be. The own name is shown like any other; a notice has the sender `[系统消息]`.

In a page each message is a row of a table on a line of its own: a portrait and a name, the date with `<br />` for its
blanks, and a cell with the text, in which blanks are `&nbsp;`. Names and notices are not escaped. A notice has no time.

Source of the format: WechatExport-iOS (`wechat.cs`, commit b22148f of 2017); WechatExport for Android and iPhone by
starymz (commit a7bc649 of 2020) writes the same.
"""

from __future__ import annotations

import datetime as dt
import functools
import html
import itertools
import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final

from wechatlog.content.dialects.wechatexporter import WECHATEXPORTER
from wechatlog.content.notices import read_notice, read_system_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading, message_blocks, one_segment
from wechatlog.engine.date_order import Order, day_of, find_date_order
from wechatlog.engine.elements import Page, Said, as_saved, page_format
from wechatlog.engine.entry import Body
from wechatlog.engine.excel import check_date_order
from wechatlog.engine.headers import Candidate, sample
from wechatlog.model import MessageKind
from wechatlog.timestamps import Precision, parse_clock
from wechatlog.tokenizer import Grammar

_GRAMMAR: Final = Grammar(
    name="WechatExport-iOS",
    header=r"(?P<sender>[^\r\n]*?)\((?P<time>(?=[^()\r\n]{0,40}[0-9]:[0-9]{2})[0-9][^()\r\n]{8,40})\): ?",
)
_SYSTEM: Final = "[系统消息]"
_DAY_LAST: Final = re.compile(
    r"(?P<one>[0-9]{1,2})(?P<mark>[/.\-])(?P<two>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})[, ]+(?P<clock>[^\r\n]+)"
)


def _read_order(reading: Reading, clocks: Iterable[str], *, is_sorted: bool = True) -> Order:
    if (wanted := check_date_order(reading)) is not None:
        return "dmy" if wanted == "dmy" else "mdy"
    found = map(_DAY_LAST.fullmatch, itertools.islice(clocks, 2000))
    dates = [match for match in found if match is not None]
    if any(match["mark"] != "/" for match in dates):  # no culture writes the month first with another mark
        return "dmy"
    written = [match.group("one", "two", "year") for match in dates]
    if (order := find_date_order(written, is_sorted=is_sorted)) is not None:
        return order
    # only the American culture has unpadded dates with AM and PM
    is_american = any(re.search(r"[AP]M", match["clock"]) for match in dates)
    guess: Order = "dmy" if not is_american or any("0" in (one[0], two[0]) for one, two, _ in written) else "mdy"
    if any(one != two for one, two, _ in written):
        what = f"day and month cannot be told apart; they were read as {guess}; pass date_order="
        reading.report("ambiguous-date", what, line=1)
    return guess


@functools.lru_cache(maxsize=4096)
def _parse(text: str, order: Order) -> tuple[dt.datetime, Precision] | None:
    if match := _DAY_LAST.fullmatch(text):
        day = day_of(match.group("one", "two", "year"), order)
        clock = re.sub(r"([ap])\. ?m\.", r"\1m", match["clock"])
        text = f"{day} {clock}" if day else ""
    found = parse_clock(text)
    return (found.time, found.precision) if found else None


def _time(reading: Reading, said: str, order: Order, line: int) -> tuple[dt.datetime | None, Precision | None]:
    found = _parse(said, order)
    if found is None:
        reading.report("bad-time", f"impossible time {said!r}", severity=Severity.ERROR, line=line, column=1)
        return None, None
    return reading.wall_time(found[0]), found[1]


def _inside_a_message(candidate: Candidate) -> str | None:
    before = candidate.before.parts[-1]
    if candidate.before.header is not None and before.endswith("\n") and not before.endswith("\r\n"):
        return "it looks like a header but the line above ends inside a message"
    return None


def _entries(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    order = _read_order(reading, (header["time"] for header in _GRAMMAR.pattern.finditer("\n" + head)))
    names = [header["sender"] for header in itertools.islice(_GRAMMAR.pattern.finditer("\n" + head), 2000)]
    blank = " " if all(name.endswith(" ") for name in names) else ""  # between name and date, where another hand wrote

    def clock(header: re.Match[str]) -> dt.datetime | None:
        found = _parse(header["time"], order)
        return found[0] if found else None

    # A file that a tool has converted to one kind of line end has lost the frame.
    data = reading.source.head()
    check = _inside_a_message if b"\r\n" in data or b"\r\0\n\0" in data else lambda _: None
    records = message_blocks(reading, _GRAMMAR, itemgetter("sender"), clock, blocks=blocks, check=check, ordered=True)
    for header, block in records:
        sender, text, line = header["sender"].removesuffix(blank), block.inline, block.line
        time, precision = _time(reading, header["time"], order, line)
        found = read_placeholder(text, WECHATEXPORTER, zone=reading.tz) if text[:1] in "[（(" else None
        kind, segments = found or (MessageKind.TEXT, None)
        if sender == _SYSTEM:
            sender, segments, kind = None, None, read_notice(text) or MessageKind.SYSTEM
        elif notice := read_system_notice(sender, text):
            sender, kind = None, notice
        yield Entry(line, time, precision, sender, None, None, kind, text, segments, offset=block.offset)


def _detect(head: Head) -> Evidence | None:
    text = "\n" + head.text.lstrip("\n")
    if _GRAMMAR.pattern.match(text) is None:
        return None
    headers = [match.group() for match in itertools.islice(_GRAMMAR.pattern.finditer(text), 50)]
    found = len(headers)
    if all(" (" in header and not header.endswith(" ") for header in headers):
        return Evidence(0.5, "lines like 'sender(date): text', with other blanks")
    return Evidence(0.9 if found > 1 else 0.75, f"{found} lines 'sender(date): text'")


_OPTIONS: Final = {
    **OWNER_OPTION,
    "date_order": 'which comes first in dates such as 3/4/2017 7:14:35: "dmy" or "mdy"',
}
READER: Final = Format(
    "stomakun",
    "WechatExport-iOS by stomakun, TXT (2016-2020)",
    ".txt",
    _detect,
    _entries,
    "WechatExport-iOS",
    _OPTIONS,
    credits_notices=True,
    cuts="tried",
)

_BREAK: Final = re.compile(r"<br ?/?>")
_DATED: Final = r'<td width="100"(?: align="center")?>(?:&nbsp;|(?P<time>[0-9](?:[^<]|<br />){8,60}))</td>'
_PAGE: Final = Page(
    'align="center">',
    re.compile(r'<tr><td width="80"(?: align="center")?>(?=&nbsp;</td>|<img )'),
    re.compile(
        r'<tr><td width="80"(?: align="center")?>'
        r'(?:&nbsp;|<img src="[^"\n]{0,400}" width="50" height="50" /><br />(?P<sender>[^\n]{0,400}?))</td>'
        rf"{_DATED}<td>(?P<body>(?s:.*))</td></tr>"
    ),
    (re.compile(r"<title>([^\n]{0,400}?) - 微信聊天记录</title>"),),
    (),
    str,
)
_PICTURE: Final = r'style="max-width:100px;max-height:60px" />'
_THUMB: Final = r'(?:<img src="[^"\n]*" style="float:left;max-width:100px;max-height:60px" />)?'
_BODIES: Final = tuple(
    (kind, as_saved(pattern))
    for kind, pattern in (
        (MessageKind.VOICE, r'<audio controls><source src="(?P<path>[^"\n]*)" [^\n]*</audio>'),
        (MessageKind.VIDEO, r'<video controls[^<>\n]*><source src="(?P<path>[^"\n]*)" [^\n]*</video>'),
        (MessageKind.VIDEO, r'<img src="[^"\n]*" /> （视频丢失）'),
        (MessageKind.STICKER, rf'<img src="(?P<path>Emoji/[^"\n]*)" {_PICTURE}'),
        (MessageKind.IMAGE, rf'<a href="(?P<path>[^"\n]*)"><img src="[^"\n]*" {_PICTURE}</a>'),
        (MessageKind.IMAGE, rf'<img src="(?P<path>[^"\n]*)" {_PICTURE}'),
        (
            MessageKind.LINK,
            rf'{_THUMB}<a href="(?P<url>[^"\n]*)"><b>(?P<title>(?s:.*?))</b></a>(?:<br />(?P<note>(?s:.*)))?',
        ),
        (MessageKind.CARD, rf"{_THUMB}\[名片\] (?P<name>(?s:.*))"),
        (
            MessageKind.LOCATION,
            r"\[位置 \((?P<longitude>-?[0-9.]{1,20}),(?P<latitude>-?[0-9.]{1,20})\) (?P<label>(?s:.*))\]",
        ),
        (MessageKind.VOICE, r'\[语音 (?P<milliseconds>[0-9]{1,9})"\]'),
    )
)
_TAG: Final = re.compile(r"<img [^<>]*>")
_NOTICE: Final = "系统消息: "


def _shown(markup: str) -> str:
    return html.unescape(_BREAK.sub("\n", markup).replace("&nbsp;", " "))


def _cell(reading: Reading, markup: str, line: int) -> Body:
    """What stands in the last cell of a row."""
    matches = ((kind, match) for kind, pattern in _BODIES if (match := pattern.fullmatch(markup)))
    kind, match = next(matches, (MessageKind.TEXT, None))
    if match is None:
        text = _shown(markup)
        found = read_placeholder(text, WECHATEXPORTER, zone=reading.tz)
        return (kind, text, None) if found is None else (found[0], text, found[1])
    said = {name: _shown(value) for name, value in match.groupdict().items() if value}
    note, length = said.pop("note", ""), said.pop("milliseconds", "")
    text = "" if "path" in said else _shown(_TAG.sub("", markup)).strip()
    text = "\n".join(filter(None, (said["title"], note))) if kind is MessageKind.LINK else text
    known = {name: float(value) if name.endswith("itude") else value for name, value in said.items()}
    if length:
        what = "the tool shows the lengths of voices in milliseconds, as if they were seconds"
        reading.tell("writer-fault", what, line, once=True)
        known["seconds"] = max(1.0, int(length) / 1000)
    return kind, text, one_segment(kind, text, **known)


def _row(reading: Reading, said: Said, line: int, offset: int) -> Entry:
    body, sender = said["body"] or "", said["sender"] or None
    if said["time"] is None and sender is None:
        text = body.removeprefix(_NOTICE)
        return Entry(line, kind=read_notice(text) or MessageKind.SYSTEM, text=text, offset=offset)
    if (order := reading.said.get("date_order")) is None:
        times = (_BREAK.sub(" ", time) for time in as_saved(_DATED).findall(reading.head.fuller.text) if time)
        order = reading.said["date_order"] = _read_order(reading, times, is_sorted=False)
    time, precision = _time(reading, _BREAK.sub(" ", said["time"] or ""), order, line)
    return Entry(line, time, precision, sender, None, None, *_cell(reading, body, line), offset=offset)


HTML: Final = page_format(
    "stomakun-html", "WechatExport-iOS by stomakun, HTML (2016-2020)", _PAGE, _row, "WechatExport-iOS", options=_OPTIONS
)
