"""Text exports of stomakun's WechatExport-iOS: `sender(<date>): text`, one message a line.

Takes text, gives messages. A message ends with CRLF, a line end inside one is LF, so a body cannot forge a header
unless it holds a CRLF or the file was converted. The date is written as .NET writes it in the culture of the machine:
`2017/8/19 7:14:35`, `8/19/2017 7:14:35 AM`, `19.08.2017 7:14:35`. Which of day and month comes first is read off the
file, and said where it cannot be. The own name is shown like any other; a notice has the sender `[系统消息]`.

Source of the format: WechatExport-iOS (`wechat.cs`).
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from wechatlog.content.dialects import WECHATEXPORTER
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.diagnostics import Severity
from wechatlog.engine import OWNER_OPTION, Entry, Evidence, Format, Head, Reading, message_blocks
from wechatlog.engine.date_order import Order, day_of, find_date_order
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


def _read_order(reading: Reading, text: str) -> Order:
    if (wanted := check_date_order(reading)) is not None:
        return "dmy" if wanted == "dmy" else "mdy"
    found = (_DAY_LAST.fullmatch(header["time"]) for header in _GRAMMAR.pattern.finditer("\n" + text))
    dates = [match for match in itertools.islice(found, 2000) if match is not None]
    if any(match["mark"] != "/" for match in dates):  # no culture writes the month first with another mark
        return "dmy"
    written = [match.group("one", "two", "year") for match in dates]
    if (order := find_date_order(written, is_sorted=True)) is not None:
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


def _inside_a_message(candidate: Candidate) -> str | None:
    before = candidate.before.parts[-1]
    if before.endswith("\n") and not before.endswith("\r\n"):
        return "it looks like a header but the line above ends inside a message"
    return None


def _entries(reading: Reading) -> Iterator[Entry]:
    head, blocks = sample(reading.blocks())
    order = _read_order(reading, head)
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
        time, precision = _parse(header["time"], order) or (None, None)
        if time is None:
            what = f"impossible time {header['time']!r}"
            reading.report("bad-time", what, severity=Severity.ERROR, line=line, column=1)
        else:
            time = reading.wall_time(time)
        found = read_placeholder(text, WECHATEXPORTER, zone=reading.tz) if text[:1] in "[（(" else None
        kind, segments = found or (MessageKind.TEXT, None)
        if sender == _SYSTEM:
            sender, segments, kind = None, None, read_notice(text) or MessageKind.SYSTEM
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


READER: Final = Format(
    "stomakun",
    "WechatExport-iOS by stomakun, TXT (2016-2020)",
    ".txt",
    _detect,
    _entries,
    "WechatExport-iOS",
    {**OWNER_OPTION, "date_order": 'which comes first in dates such as 3/4/2017 7:14:35: "dmy" or "mdy"'},
    credits_notices=True,
    cuts="tried",
)
