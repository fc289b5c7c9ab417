r"""extract-wechat-messages-linux (`wxextract`) by boujuan: texts that are short for language models, and their XML.

Takes text, gives messages. People are letters that the head explains (`U` is the owner), and a session stands under
its day, whose messages may go past midnight. In the text a clock is as short as the one above allows (`08:00:00`,
`:01:40`, `:20`; with minutes only, none at all), `;` joins what somebody wrote within a minute, so that all of it has
the time of the first, and a reply ends with `[↩R 08:00 "words"]`. What is no text has a word in brackets. A body of
several lines is not marked: in the text a line can forge a header.

Format facts: `src/wxextract/render/compact_txt.py`, `pseudo_xml.py` and `common.py`, 2026.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import attrs

from wechatlog.content.accounts import is_account
from wechatlog.content.placeholders import quote_segments
from wechatlog.engine import NOTICES, Entry, Evidence, Format, Head, Reading, message_blocks
from wechatlog.engine.entry import Body
from wechatlog.engine.headers import Block, sample
from wechatlog.model import MessageKind
from wechatlog.readers.brackets.lines import read_body
from wechatlog.timestamps import Precision, parse_clock
from wechatlog.tokenizer import Grammar

_DAY: Final = r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
_END: Final = r"(?=\r?(?:\n|\Z))"
_SHORT: Final = rf"=(?:{_DAY}|[0-9]{{2}}:[0-9]{{2}} \+[0-9]{{1,6}}[mhd]){_END}|(?P<letter>[A-Z?])"
_SECONDS: Final = Grammar(
    "wxextract", rf"(?:{_SHORT} (?P<clock>(?:[0-9]{{2}})?:[0-9]{{2}}:[0-9]{{2}}|:[0-9]{{2}})(?: |{_END}))"
)
_MINUTES: Final = Grammar(
    "wxextract, minutes", rf"(?:{_SHORT}(?: (?P<clock>(?:[0-9]{{2}})?:[0-9]{{2}})(?= |\r?\n|\Z))?(?: |{_END}))"
)
_XML: Final = Grammar(
    "wxextract, XML",
    rf'(?:<session start="{_DAY}T[0-9:]{{8}}">|</session>|</conversation>|<gap dur="[0-9a-z]{{1,9}}"/>'
    r'|<m s="(?P<letter>[A-Z?])" t="(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"'
    r"(?: reply-to=(?:\"(?P<reply>[^\"\n]*)\"|'(?P<other>[^'\n]*)'))?>)",
)
_HEAD: Final = re.compile(r"META: contact=(?P<id>[^\n]*?) \| range=[^|\n]* \| msgs=(?P<count>[0-9]{1,12}) \|")
_XML_HEAD: Final = re.compile(r'<conversation contact="(?P<id>[^"\n]*)" range="[^"\n]*" msgs="(?P<count>[0-9]{1,12})"')
_GLOSS: Final = re.compile(r"^(?:GLOSS: |<glossary>)(?P<said>[^\n]*?)(?:</glossary>)?$", re.MULTILINE)
_LETTER: Final = re.compile(r"(?:^| )(?P<letter>[A-Z?])=(?P<name>.*?)(?= {1,2}[A-Z?]=|$)")
_IS_MINUTES: Final = re.compile(r"^=[0-9-]{10}\r?\n[A-Z?] [0-9]{2}:[0-9]{2}(?!:)", re.MULTILINE)
_JOINED: Final = re.compile(r"(?<![\s;]);(?![\s;]|\Z)")
_REPLY: Final = re.compile(
    r'(?P<text>(?s:.*?)) ?\[↩(?P<letter>[A-Z?])(?: [0-9]{2}:[0-9]{2})?(?: "(?P<words>[^\n]*)")?\]'
)
_ATTRIBUTE: Final = re.compile(r"(?P<letter>[A-Z?]):(?:[0-9:]{8})?:(?P<words>.*)")
_OWN: Final = "U"
_PEER: Final = "R"
_NOBODY: Final = "?"


@attrs.define
class _Clock:
    """The time of the message above."""

    minutes: bool
    time: dt.datetime | None = None

    def begin(self, day: str | None) -> None:
        """Take the day that a heading says, if it says one."""
        if day:
            found = parse_clock(day)
            self.time = found and found.time

    def read(self, clock: str | None) -> dt.datetime | None:
        """The time that a clock means, as short as it is, below the time above."""
        above = self.time
        if above is None or not clock:
            return above
        said, units = clock.split(":"), ("hour", "minute") if self.minutes else ("hour", "minute", "second")
        known = [getattr(above, unit) for unit in units]
        numbers = [int(part) for part in said if part]
        try:
            time = above.replace(**dict(zip(units, known[: len(units) - len(numbers)] + numbers, strict=True)))
        except ValueError:
            return None
        self.time = time if time >= above else time + dt.timedelta(days=1)  # a session goes past midnight
        return self.time


def _body(reading: Reading, text: str, said: Mapping[str, Any], names: Mapping[str, str], line: int) -> Body:
    """Kind, text and segments of a body, and of what stands with it of the message that it answers."""
    match = _REPLY.fullmatch(text) if "reply" not in said else None
    given = html.unescape(said.get("reply") or said.get("other") or "")
    found = match or (_ATTRIBUTE.fullmatch(given) if given else None)
    if found is None:
        return read_body(reading, text, line)
    text = match["text"] if match else text
    return MessageKind.QUOTE, text, quote_segments(text, names.get(found["letter"]), found["words"] or "")


def _texts(block: Block, *, is_xml: bool) -> list[str]:
    """The texts of a block: one, but where the tool joined several."""
    text = block.lines.strip("\n")
    if is_xml:
        return [html.unescape(text[: text.rfind("</m>")] if "</m>" in text else text)]
    return _JOINED.split(text)


def _entries(reading: Reading) -> Iterator[Entry]:
    start, blocks = sample(reading.blocks())
    is_xml, minutes = '<m s="' in start, _IS_MINUTES.search(start) is not None
    head, gloss = (_XML_HEAD if is_xml else _HEAD).search(start), _GLOSS.search(start)
    said = html.unescape(gloss["said"]) if gloss and is_xml else gloss["said"] if gloss else ""
    names = {match["letter"]: match["name"].strip() for match in _LETTER.finditer(said)}
    chat, clock, count = reading.chat, _Clock(minutes), 0
    chat.title, chat.is_group = names.get(_PEER), False
    chat.id = head["id"] if head and is_account(head["id"]) else None

    def bare(header: re.Match[str]) -> bool:
        return bool(header["clock"] or header["letter"] in names or header["letter"] is None)

    grammar = _XML if is_xml else attrs.evolve(_MINUTES, accept=bare) if minutes else _SECONDS
    for header, block in message_blocks(
        reading, grammar, lambda header: header["letter"], lambda _: None, blocks=blocks, preamble=lambda _: None
    ):
        letter = header["letter"]
        if letter is None:
            clock.begin(header["day"])
            reading.report_preamble(block.lines.partition("\n")[2], line=block.line + 1)
            continue
        if letter not in names and letter != _NOBODY:
            reading.tell_unexplained(letter, block.line)
        time = clock.read(header["clock"])
        if time is None and reading.is_news("no-date"):
            reading.report("no-date", "no heading above says the day of this message", line=block.line)
        texts = _texts(block, is_xml=is_xml)
        if len(texts) > 1:
            what = "the tool joined what somebody wrote within a minute: all of it has the time of the first"
            reading.tell_first("rough-times", what, block.line)
        count += len(texts)
        for text in texts:
            body = _body(reading, text, header.groupdict(), names, block.line)
            own = None if letter == _NOBODY or body[0] in NOTICES else letter == _OWN
            name = None if letter == _NOBODY else names.get(letter, letter)
            precision: Precision | None = None if time is None else "minute" if minutes or len(texts) > 1 else "second"
            account = name if name and is_account(name) else None
            moment = time and reading.wall_time(time)
            yield Entry(block.line, moment, precision, name, account, own, *body, offset=block.offset)
    if head and (is_xml or count < int(head["count"])):
        reading.claimed = int(head["count"])


def _detect(head: Head, *, is_xml: bool) -> Evidence | None:
    found = _XML_HEAD.match(head.text.lstrip()) if is_xml else _HEAD.search(head.text) and _GLOSS.search(head.text)
    return Evidence(1.0, "the head of wxextract") if found else None


def _format(name: str, description: str, suffix: str, *, is_xml: bool) -> Format:
    return Format(name, description, suffix, partial(_detect, is_xml=is_xml), _entries, "extract-wechat-messages-linux")


TXT: Final = _format("wxextract-txt", "extract-wechat-messages-linux, short text (2026)", ".txt", is_xml=False)
XML: Final = _format("wxextract-xml", "extract-wechat-messages-linux, XML (2026)", ".xml", is_xml=True)
