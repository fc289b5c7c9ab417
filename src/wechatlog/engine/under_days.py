"""Texts whose messages have a clock and stand under headings of days, in Word documents and in Markdown.

Takes text, gives messages: a form is a pattern of its headings and headers, the words at its head, and what a body
says. A body of several lines is not marked, so that a body line can forge a header; the order of time is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.accounts import is_account
from wechatlog.content.notices import read_notice
from wechatlog.engine.entry import Body, Entry
from wechatlog.engine.format import Format
from wechatlog.engine.head import Head
from wechatlog.engine.protocol import Evidence
from wechatlog.engine.reading import ME, OWNER_OPTION, Draft, Reading
from wechatlog.engine.records import records_of
from wechatlog.model import NOTICES, MessageKind
from wechatlog.timestamps import parse_clock

if TYPE_CHECKING:
    import datetime as dt

    from wechatlog.segments import Segment
    from wechatlog.timestamps import Precision
    from wechatlog.tokenizer import Grammar

END: Final = r"[ \t]*(?=\r?(?:\n|\Z))"
CLOCK: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
DAY: Final = r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
_NOBODY: Final = frozenset({"系统", "系统消息", "系统通知"})
_PEER: Final = "对方"
_ESCAPED: Final = re.compile(r"\\([\\#*_>`\[\]])")


def unescape_marks(text: str) -> str:
    """A text without the backslashes in front of marks of Markdown."""
    return _ESCAPED.sub(r"\1", text)


class Form(NamedTuple):
    """One of them.

    Attributes:
        grammar: of headings (`date`), headers (`sender`, perhaps `time` and `account`) and notices (`notice`).
        first: the beginning of a text; its groups are facts of the chat.
        body: what the text of a message says; gets its line too.
        exporter: the tool.
        file: how it names its files; the groups are facts of the chat.
        century: what its days lack of the year.
        people: whom its words for people mean, 我 or 对方.
    """

    grammar: Grammar
    first: re.Pattern[str]
    body: Callable[[Reading, str, int], Body]
    exporter: str
    file: re.Pattern[str] = re.compile("")
    century: str = ""
    people: Mapping[str, str] = {}


def _entries(reading: Reading, *, form: Form) -> Iterator[Entry]:
    day, clock = "", ""
    for header, raw, offset, line in records_of(reading.blocks(), form.grammar):
        text = raw.replace("\r\n", "\n").strip("\n")
        if header is None:
            _describe(reading, form, raw, line)
        elif header["date"]:
            day, clock = form.century + header["date"], ""
            if text:
                reading.report_preamble(text, line=line + 1)
        else:
            groups, before = header.groupdict(), clock
            clock = groups.get("time") or ""
            if clock < before:
                what = "the message is older than the one above it: perhaps part of that"
                reading.report("suspected-forgery", what, line=line)
            time, precision = _time(reading, f"{day} {clock}".strip(), line)
            yield Entry(line, time, precision, *_said(reading, form, groups, text, line), offset=offset)


def _describe(reading: Reading, form: Form, head: str, line: int) -> None:
    """Learn of the chat from the head of a text, and from the name of the file."""
    match = form.first.match(head.lstrip())
    said = match.groupdict() if match else {}
    if named := form.file.search(reading.source.name or ""):
        said = {**said, **named.groupdict()}
    reading.learn_facts(said)
    reading.report_preamble(head.lstrip()[match.end() :] if match else head, line=line)


def _time(reading: Reading, clock: str, line: int) -> tuple[dt.datetime | None, Precision | None]:
    if parse_clock(clock):
        return reading.clock(clock, line=line)
    if clock:
        reading.tell("relative-time", f"{clock!r} is no time without the day on which it was shown", line, once=True)
    return None, None


def _said(
    reading: Reading, form: Form, groups: Mapping[str, str | None], text: str, line: int
) -> tuple[str | None, str | None, bool | None, MessageKind, str, tuple[Segment, ...] | None]:
    """Name, account and direction of a message, and its body."""
    sender, notice, chat = groups.get("sender"), groups.get("notice"), reading.chat
    sender = form.people.get(sender or "", sender)
    if notice is not None or sender in _NOBODY:
        words = notice if notice is not None else unescape_marks(text)
        return None, None, None, read_notice(words) or MessageKind.SYSTEM, words, None
    body = form.body(reading, text, line)
    account = groups.get("account") or (sender if sender and is_account(sender) else None)
    own = None if body[0] in NOTICES else _own(chat, sender, groups.get("to"))
    return chat.title if sender == _PEER and chat.title else sender, account, own, *body


def _own(chat: Draft, sender: str | None, receiver: str | None) -> bool | None:
    """Whether the owner wrote: called 我, or, in a private chat, to whom it is with."""
    if receiver is not None:
        return receiver != ME if chat.is_group is False else None
    if sender == ME:
        return True
    return False if sender == _PEER or (chat.is_group is not True and sender == chat.title) else None


def _detect(head: Head, *, form: Form) -> Evidence | None:
    if form.first.match(head.text.lstrip()) is None:
        return None
    found = [match.groupdict() for match in form.grammar.pattern.finditer("\n" + head.text)]
    dated = any(groups["date"] for groups in found)
    headed = any(groups.get("sender") for groups in found)
    return Evidence(0.95, f"the head and the headings of {form.exporter}") if dated and headed else None


def under_days(name: str, description: str, suffix: str, form: Form) -> Format:
    """A format of messages under headings of days."""
    detect, entries = partial(_detect, form=form), partial(_entries, form=form)
    return Format(name, description, suffix, detect, entries, form.exporter, OWNER_OPTION)
