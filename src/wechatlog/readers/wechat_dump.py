"""Text exports of wechat-dump, from Android databases: `<type>|<name>:<time>:<text>`, one message a line.

Takes text, gives messages. Own messages are those of `me`, and their times have fractions of a second. What is no text
has an English word for a text; `|img:path` at its end names the file. A merged forward is `FILE:title`, like a file. A
body of several lines is not marked, so a body line can forge a header. Notices in groups are XML; where no account
stands in front of it, its lines up to the first colon stand in place of the name, and the text lacks its first line.

Source of the format: wechat-dump (`wechat/msg.py`, `dump-msg.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from operator import itemgetter
from pathlib import PurePath

import attrs

from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.wechat_dump import WECHAT_DUMP
from wechatlog.content.placeholders import parse_body
from wechatlog.content.vocabulary import APP_MESSAGE, kind_of_type, segment_for
from wechatlog.diagnostics import Severity
from wechatlog.engine import NOTICES, Entry, Evidence, Format, Head, Reading, message_blocks, one_segment
from wechatlog.model import MessageKind
from wechatlog.segments import Segment
from wechatlog.segments.types import Image, Sticker, Video, Voice
from wechatlog.tokenizer import Grammar

_GRAMMAR = Grammar(
    name="wechat-dump",
    header=(
        r"(?P<type>-?[0-9]{1,11})\|"
        r"(?P<sender>[^\r\n]*?|<[^\r\n]{0,400}(?:\r?\n(?!-?[0-9]{1,11}\|)[^\r\n]{0,400}){1,40}?):"
        r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?):"
    ),
    opens=r"-?[0-9]{1,11}\|<",
)
_OWN = "me"
_IMAGE_TAIL = re.compile(r"\|img:(?P<path>[^|\n]*)\Z")
_FILE_NAME = re.compile(r"[^\n]{1,250}\.[A-Za-z0-9]{1,8}")
_DIGEST = re.compile(r"[0-9a-fA-F]{32}")


def _clock(header: re.Match[str]) -> dt.datetime | None:
    text = header["time"]
    try:
        return dt.datetime.fromisoformat(text[:20] + text[20:].ljust(6, "0") if len(text) > 20 else text)
    except ValueError:
        return None


def app_kind(text: str) -> MessageKind:
    """What an app message is, which its type does not say: the word before the colon does, in part."""
    if text.startswith("URL:"):
        return MessageKind.LINK
    title = text.removeprefix("FILE:")
    if title == text:
        return MessageKind.OTHER
    if title.endswith(("聊天记录", "Chat History", "聊天記錄")):
        return MessageKind.FORWARD
    return MessageKind.FILE if _FILE_NAME.fullmatch(title) else MessageKind.OTHER


def _with_path(segment: Segment, path: str) -> Segment:
    if isinstance(segment, Sticker) and _DIGEST.fullmatch(path):
        return attrs.evolve(segment, md5=path.lower())
    return attrs.evolve(segment, path=path) if isinstance(segment, Image | Voice | Video | Sticker) else segment


def _segments(reading: Reading, kind: MessageKind, text: str, path: str | None) -> tuple[Segment, ...] | None:
    # `None` is what the tool writes for a title that it did not find.
    bare = kind is MessageKind.CALL or text.endswith("\nNone")
    segments = one_segment(kind, text) if bare else parse_body(kind, text, WECHAT_DUMP, zone=reading.tz)
    if path is None:
        return segments
    return (_with_path(segments[0] if segments else segment_for(kind, text), path),)


def _entries(reading: Reading) -> Iterator[Entry]:
    reading.chat.title = PurePath(reading.source.name).stem if reading.source.name else None
    for header, block in message_blocks(reading, _GRAMMAR, itemgetter("sender"), _clock, ordered=True, serious=True):
        time, number, line, text, segments = _clock(header), int(header["type"]), block.line, block.inline, None
        if time is None:
            sentence = f"impossible time {header['time']!r}"
            reading.report("bad-time", sentence, severity=Severity.ERROR, line=line, column=1)
        first, cut, _ = header["sender"].partition("\n")
        if cut:
            text = first.rstrip("\r") + cut + text
        found = app_kind(text) if number == APP_MESSAGE else kind_of_type(number)
        is_unknown = found is MessageKind.OTHER and number != APP_MESSAGE
        kind = reading.kind_of(None if is_unknown else found, number, text, line)
        if kind not in (MessageKind.TEXT, *NOTICES):
            tail = _IMAGE_TAIL.search(text, max(len(text) - 4096, 0))
            text = text[: tail.start()] if tail else text
            segments = _segments(reading, kind, text, tail["path"] if tail else None)
        markup = text.removeprefix("NAMECARD: ") if kind is not MessageKind.TEXT else ""
        if (built := parse_markup(markup, line=line)) and (built.text or built.kind is not MessageKind.SYSTEM):
            kind, text, segments = built.body
        own = None if kind in NOTICES else header["sender"] == _OWN
        when = None if time is None else reading.wall_time(time)
        yield Entry(line, when, "second", header["sender"], None, own, kind, text, segments, offset=block.offset)


def _detect(head: Head) -> Evidence | None:
    text = "\n" + head.text.lstrip("\n")
    found = sum(1 for _ in zip(range(50), _GRAMMAR.pattern.finditer(text), strict=False))
    if not found or (found < 2 and _GRAMMAR.pattern.match(text) is None):
        return None
    confidence = 0.9 if _GRAMMAR.pattern.match(text) else 0.75
    return Evidence(confidence + 0.1 * (found > 1), f"{found} lines 'type|name:time:text'")


READER = Format(
    "wechat-dump",
    "wechat-dump for Android, TXT (2014-2023)",
    ".txt",
    _detect,
    _entries,
    "wechat-dump",
    {},
    cuts="tried",
)
