"""The plain text of chatlog, which its HTTP interface gives by default and which chat assistants save.

Takes text, gives messages, in several conversations where the query named several talkers. A block is

    SenderName(id) [TalkerName(talker)] TIME LF body LF LF

The name is missing where it is unknown; the owner's id is the word 我; the part in brackets stands only in queries for
several talkers, and only at messages of groups. TIME shrinks with the range of the query: `21:30:00` within a day,
`08-27 21:30:00` within a year, `2025-08-27 21:30:00` else; what it leaves out must come from the file name
`<talker>_<start>_<end>` or from the user. Merged forwards hold blank lines and lines that look like headers, all of
them with two blanks in front.

Format facts: chatlog `internal/model/message.go` (`PlainText`), `pkg/util/time.go` (`PerfectTimeFormat`); chatlog_alpha
puts `[seq]` behind the sender.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from wechatlog.content.accounts import is_room
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, Draft, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.headers import Candidate, HeaderCheck, iter_blocks, tell_near_headers
from wechatlog.errors import OptionError
from wechatlog.readers.chatlog_bodies import NOTICE_SENDERS, read_rendering
from wechatlog.tokenizer import Grammar

_DAY_FORM: Final = 8  # the length of 21:30:00
_YEAR_FORM: Final = 14
_CLOCK: Final = r"(?:(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}:[0-9]{2}"
_HEADER: Final = rf"(?P<who>(?!> )[^\s][^\n\r]*?) (?P<time>{_CLOCK})[ \t]*(?=\r?(?:\n|\Z))"
_TOLERANCE: Final = dt.timedelta(minutes=2)
_FILE_NAME: Final = re.compile(
    r"(?P<talker>.+?)_(?P<start>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:_(?P<end>[0-9]{4}-[0-9]{2}-[0-9]{2}))?(?: ?\([0-9]+\))?"
)

_TALKER: Final = re.compile(r"(?:wxid_[A-Za-z0-9_\-]{1,80}|gh_[A-Za-z0-9]{1,40}|[0-9]{1,30}@chatroom)\Z")


class _Who(NamedTuple):
    """The sender part of a header; `id` is an account, 我, or the word for a notice, `number` that of chatlog_alpha."""

    name: str | None
    id: str
    room: str | None = None
    room_name: str | None = None
    number: str | None = None


_ID: Final = r"[A-Za-z0-9_@.\-]"
_SENDER: Final = re.compile(
    rf"(?P<name>.+)\((?P<id>我|系统消息|系统通知|{_ID}{{2,80}})\)|(?P<bare>我|系统消息|系统通知|(?![\d.\-]+\Z){_ID}{{5,80}})"
)
_PLACE: Final = re.compile(
    rf"(?:\[(?P<number>[0-9]{{1,20}})\])?(?: ?\[(?:(?P<name>.+)\((?P<id>{_ID}*chatroom)\)|(?P<bare>{_ID}*chatroom))\])?"
)
_MOST_CUTS: Final = 24
_BEGINS_AS_HEADER: Final = re.compile(rf"\n(?!> )\S[^\n]{{0,200}}?\((?:我|{_ID}{{2,80}})\) [0-9]{{2}}")
_WHOLE_HEADER: Final = re.compile(rf"\n[^\n]*[)\]] {_CLOCK}[ \t]*(?:\n|\Z)")


@functools.lru_cache(maxsize=1024)
def _read_who(text: str) -> _Who | None:
    """The sender part, cut where both sides make sense; `None` for what chatlog does not write."""
    if match := _SENDER.fullmatch(text):
        return _Who(match["name"], match["id"] or match["bare"])
    cut = text.find(" [")
    for _ in range(_MOST_CUTS):
        if cut < 0 or not text.endswith("]"):
            return None
        sender, place = _SENDER.fullmatch(text, 0, cut), _PLACE.fullmatch(text, cut + 1)
        if sender and place:
            room = place["id"] or place["bare"]
            return _Who(sender["name"], sender["id"] or sender["bare"], room, place["name"], place["number"])
        cut = text.find(" [", cut + 1)
    return None


def _is_header(match: re.Match[str]) -> bool:
    return len(match["who"]) <= 1000 and _read_who(match["who"]) is not None


_GRAMMAR: Final = Grammar("chatlog text", _HEADER, accept=_is_header)


class _Dates(NamedTuple):
    day: dt.date | None = None
    year: int | None = None


def _find_dates(reading: Reading, name: re.Match[str] | None) -> _Dates:
    """From the options, or else from the file name."""
    day, value = reading.day_option("date"), reading.options.get("year")
    if value is not None and (isinstance(value, bool) or not re.fullmatch(r"(?!0000)[0-9]{4}", str(value))):
        raise OptionError("year", f"expected a year such as 2025, not {value!r}")
    year = None if value is None else int(value)
    if day is None and year is None and name is not None:
        with contextlib.suppress(ValueError):
            start, end = (dt.date.fromisoformat(text) for text in (name["start"], name["end"] or name["start"]))
            day, year = start if start == end else None, start.year if start.year == end.year else None
    return _Dates(day, year or (day.year if day else None))


def _complete(text: str, dates: _Dates) -> dt.datetime | None:
    if len(text) == _DAY_FORM:
        clock = dt.time.fromisoformat(text)
        return None if dates.day is None else dt.datetime.combine(dates.day, clock)
    if len(text) == _YEAR_FORM:
        if dates.year is None:
            dt.datetime.fromisoformat(f"2000-{text}")
            return None
        text = f"{dates.year:04}-{text}"
    return dt.datetime.fromisoformat(text)


class _Chats:
    """The conversations of a file, which may hold several talkers; else it may be called after its one."""

    def __init__(self, reading: Reading, talker: str | None, *, several: bool) -> None:
        self._reading = reading
        self._talker = reading.chat.id = None if several else talker
        self.several = several
        self._peers: dict[str, Draft] = {}  # of private chats in a file of several talkers

    def find(self, who: _Who, *, own: bool, notice: bool, line: int) -> Draft:
        find = functools.partial(
            self._reading.chat_of, metadata={"exporter": "chatlog_alpha" if who.number else "chatlog"}
        )
        if who.room is not None:
            self.several = True
            return find(who.room, id=who.room, title=who.room_name, is_group=True)
        if not self.several:
            title = who.name if not own and who.id == self._talker else None
            return find("", id=self._talker, is_group=is_room(self._talker or ""), title=title)
        if not own and not notice:
            if who.id not in self._peers:
                key = who.id if self._peers else ""
                self._peers[who.id] = find(key, id=who.id, title=who.name, is_group=False)
            return self._peers[who.id]
        if len(self._peers) > 1:  # only the messages of others say with whom a private chat is
            sentence = "own messages of several private chats stand together; the file does not say to whom each went"
            if self._reading.is_news(sentence):
                self._reading.report("ambiguous-conversation", sentence, line=line)
            return find("private", is_group=False)
        return find("", is_group=False)


class _Gate(HeaderCheck):
    """Tells headers from what looks like one: times are written alike, an account has one name in a room."""

    def __init__(self, reading: Reading, chats: _Chats, known: Iterable[_Who]) -> None:
        super().__init__(
            reading, lambda header: header["who"], self._when, blanks=1, ordered=True, serious=True, check=self._doubt
        )
        self._chats = chats
        self._form: int | None = None
        seen = collections.Counter((who.room, who.id, who.name) for who in known)
        # The name of an account is that of most headers: the first may be damaged.
        self._names = {(room, id_): name for (room, id_, name), _ in reversed(seen.most_common())}

    def _when(self, header: re.Match[str]) -> dt.datetime | None:
        """The time for comparing; a little disorder, which databases have, does not count."""
        if self._chats.several:
            return None
        try:
            time = _complete(header["time"], _Dates(dt.date(2000, 1, 1), 2000))
        except ValueError:
            return None
        return self.last if time and self.last and self.last - _TOLERANCE <= time < self.last else time

    def _doubt(self, candidate: Candidate) -> str | None:
        """What is wrong with a line that looks like a header and stands after a blank line."""
        form, who = len(candidate.header["time"]), _read_who(candidate.header["who"])
        self._form = self._form or form
        if form != self._form:
            return "it looks like a header but its time is written otherwise than in this file"
        if who is None or who.id in (ME, *NOTICE_SENDERS):
            return None
        known = self._names.setdefault((who.room, who.id), who.name)
        if known is not None and who.name != known:
            return f"it looks like a header but calls {who.id} {who.name!r} instead of {known!r}"
        return None


def _time(reading: Reading, text: str, dates: _Dates, line: int) -> dt.datetime | None:
    try:
        time = _complete(text, dates)
    except ValueError:
        reading.report("bad-time", f"impossible time {text!r}", severity=Severity.ERROR, line=line)
        return None
    if time is not None:
        return reading.wall_time(time)
    part, option = ("day", "date=") if len(text) == _DAY_FORM else ("year", "year=")
    sentence = f"the file does not say of which {part} its messages are: pass {option}; the times were left out"
    reading.tell_first("missing-date", sentence, line)
    return None


def _entries(reading: Reading) -> Iterator[Entry]:
    name = _FILE_NAME.fullmatch((reading.source.name or "").rpartition(".")[0] or reading.source.name or "")
    talker = name["talker"] if name else None
    if talker and "," not in talker and (match := _TALKER.search(talker)):
        talker = match.group()  # somebody gave the file a word in front
    known = [who for who, _ in _first_headers(reading.head)]
    several = "," in (talker or "") or any(who.room for who in known)
    dates, chats = _find_dates(reading, name), _Chats(reading, talker, several=several)
    for block in iter_blocks(reading.blocks(), _GRAMMAR, _Gate(reading, chats, known).accept):
        who = _read_who(block.header["who"]) if block.header is not None else None
        if block.header is None or who is None:
            reading.report_preamble(block.raw)
            continue
        line, notice, own = block.line, who.id in NOTICE_SENDERS, who.id == ME
        chat = chats.find(who, own=own, notice=notice, line=line)
        # The frame is the line end of the header and one blank line.
        text = block.lines.partition("\n")[2].removesuffix("\n").removesuffix("\n")
        tell_near_headers(reading, "\n" + text, line, _BEGINS_AS_HEADER, _WHOLE_HEADER)
        body = read_rendering(reading, text, line, notice=notice)
        time = _time(reading, block.header["time"], dates, line)
        sender, account, is_self = (None, None, None) if notice else (who.name or who.id, None if own else who.id, own)
        yield Entry(line, time, "second", sender, account, is_self, *body, offset=block.offset, chat=chat)


def _first_headers(head: Head) -> Iterator[tuple[_Who, int]]:
    before = ""
    for line in head.lines:
        if not before.strip() and (match := _GRAMMAR.pattern.match("\n" + line)) and _is_header(match):
            who = _read_who(match["who"])
            if who is not None:
                yield who, len(match["time"])
        before = line


def _detect(head: Head) -> Evidence | None:
    first = next((line for line in head.lines if line.strip()), "")
    found = list(itertools.islice(_first_headers(head), 200))
    if not found:
        return None
    reason = f"{len(found)} header lines 'name(id) TIME', each after a blank line"
    named = sum(who.name is not None or who.id in (ME, *NOTICE_SENDERS) for who, _ in found)
    signed = any(who.name is not None and who.id.startswith("wxid_") for who, _ in found)
    alike = sum(form == found[0][1] for _, form in found)
    if named * 2 < len(found) or alike * 2 <= len(found):
        return Evidence(0.5, reason)
    begins = _GRAMMAR.pattern.match("\n" + first)
    if begins is not None and _is_header(begins):
        return Evidence(0.95 if signed else 0.85, reason)
    if signed:
        return Evidence(0.85, reason)
    return Evidence(0.5, reason) if named > 2 else None


READER: Final = Format(
    "chatlog-text",
    "chatlog 0.0.x and chatlog_alpha, plain text of the HTTP interface",
    ".txt",
    _detect,
    _entries,
    options={
        "date": "the day of the messages where the times have none: 2025-08-27",
        "year": "the year of the messages where the times have none: 2025",
    },
    credits_notices=True,
    cuts="tried",
)
