"""Markdown archives: the daily dialect for a conversation of one day, the merged one for others.

A conversation that came from such an archive is given back byte for byte: a block whose raw text the reader kept is
written as it stood, provided that it still reads as this very message. The syntax is `content.markdown_archive`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.content.markdown_archive import (
    FRONT_MATTER,
    cut_block,
    escape_line,
    find_day,
    heading,
    media_body,
    parse_front_matter,
    read_block,
    render_block,
)
from wechatlog.content.wording import unsaid
from wechatlog.model import Conversation, Message
from wechatlog.segments import Segment
from wechatlog.tokenizer import MARKDOWN
from wechatlog.writers.base import Form, Items

_EPOCH: Final = dt.datetime(1970, 1, 1)
_KEYS: Final = ("layout", "title", "date", "author", "tag", "header-img")
_FIELD: Final = {
    "layout": "layout:     {} \n",
    "title": 'title:      "{}"\n',
    "date": "date:       {}\n",
    "author": 'author:     "{}"\n',
    "tag": "tag:\t\t  {}\n",
    "header-img": 'header-img: "{}"\n',
}


def _field(value: object) -> str:
    """A value of the front matter: in one line, in which nothing ends the quotes, and nothing acts in a page."""
    text = escape_line(re.sub(r"[\r\n]+", " ", str(value)))
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _preamble(conversation: Conversation, first: dt.datetime, *, merged: bool) -> str:
    """The front matter that came with the conversation, if it still says the same; else a new one."""
    metadata = {key: value for key, value in conversation.metadata.items() if key != "dialect"}
    raw = conversation.origin.raw
    if raw is not None and _says(raw, metadata, conversation.title, None if merged else first.date()):
        return raw
    values = {
        "layout": "source",
        "title": conversation.title if conversation.title is not None else f"{first.isoformat()[:10]}-WeChat",
        "date": f"{first.isoformat()[:10]} 12:00:00",
        "author": metadata.get("author", conversation.title or ""),
        "tag": "[merged]" if merged else "[chat]",
        "header-img": metadata.get("header-img", "img/post-bg-wechat.jpg"),
    }
    lines = "".join(_FIELD[key].format(_field(values[key])) for key in _KEYS)
    return f"---\n{lines}---\n"


def _says(raw: str, metadata: Mapping[str, Any], title: str | None, day: dt.date | None) -> bool:
    match = FRONT_MATTER.match(_unix_ends(raw.lstrip("\ufeff")).lstrip("\n \t"))
    matter = parse_front_matter(match[1]) if match else {}
    if matter != dict(metadata) or matter.get("title") != title:
        return False
    return day is None or find_day(matter.get("date"), matter.get("title")) in (day, None)


def _unix_ends(text: str) -> str:
    return text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")


def _kept_block(message: Message, *, day: str) -> str | None:
    """The raw text of a message, if it is that of this format and reads as this very message.

    A reader would give the day to a header without a date.
    """
    raw = message.origin.raw
    for text in () if raw is None else dict.fromkeys((_unix_ends(raw), raw)):  # CR may end lines, or stand in a name
        header = MARKDOWN.pattern.search(f"\n{text}")
        if header is None:
            continue
        same, _ = read_block(header["sender"], cut_block(text[header.end() - 1 :]).body, message.time, message.origin)
        stamp = header["time"] if len(header["time"]) == 19 else f"{day} {header['time']}"
        if same == message and (message.time is None or message.time.isoformat(" ", "seconds")[:19] == stamp):
            return raw
    return None


class MarkdownWriter(Form):
    """The writer of Markdown archives."""

    name = "markdown"
    description = "Markdown archive: daily dialect for one day, merged dialect otherwise"
    suffixes = (".markdown", ".md")
    losses: Mapping[str, str] = {
        "id": "there is no place for server ids",
        "reply_to": "there is no place for server ids",
        "sender_id": "there is no place for account ids",
        "is_self": "only 我 is the owner",
        "precision": "times are written to the second",
        "kind": "only what a body shows: text, image, link, red packet, quote, file, sticker in a link",
        "segments": "they are parsed again from the text",
        "time:fraction": "times are written to the second",
        "time:zone": "times are wall clocks",
        "time:missing": "a message without a time is written with that of the message before it",
        "sender:line-break": "a line break in a name becomes a blank",
        "sender:empty": "an empty name is read as none",
        "text:media": "an image or a link from another form is written as its label and address",
        "conversation": "only the title and the front matter of an archive are kept",
    }
    several = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """The archives in pieces, a block each."""
        del options
        for conversation, messages in items:
            stream = iter(messages)
            whole = messages is conversation.messages
            days = {message.time.date() for message in conversation.messages if message.time is not None}
            merged = conversation.metadata.get("dialect") == "merged" or not whole or len(days) > 1
            first = next(stream, None)
            known = itertools.chain(conversation.messages, () if first is None else (first,))
            start = next((m.time.replace(tzinfo=None) for m in known if m.time is not None), _EPOCH)
            yield _preamble(conversation, _day_of(conversation, start), merged=merged)
            day, last = "" if merged else start.isoformat()[:10], start
            for message in itertools.chain(() if first is None else (first,), stream):
                if message.time is not None:  # else it shows the clock of the message before
                    last = message.time.replace(tzinfo=None)
                kept = _kept_block(message, day=day)
                if kept is not None:
                    yield kept
                else:
                    opening = heading(last.isoformat()[:10]) if merged and last.isoformat()[:10] != day else ""
                    yield opening + render_block(message, last, full_date=merged)
                day = last.isoformat()[:10]

    def left_out(self, message: Message, options: Mapping[str, Any]) -> tuple[Segment, ...]:
        """What stands apart from the text."""
        del options
        return unsaid(message, media_body(message) or message.text)


def _day_of(conversation: Conversation, start: dt.datetime) -> dt.datetime:
    """The day for a new front matter: that of the messages, else the one that the metadata name."""
    text = str(conversation.metadata.get("date", ""))
    if not conversation.messages and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return dt.datetime.fromisoformat(text[:10])
        except ValueError:
            return start
    return start


WRITER: Final = MarkdownWriter()
