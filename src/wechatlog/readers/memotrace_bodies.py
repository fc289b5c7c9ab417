"""What bodies mean that MemoTrace wrote as text: shared by its CSV, spreadsheet, TXT and Markdown readers.

Takes a body, gives its kind and segments, and reports the known faults of the writer; repairs none. Version 3
writes `【图片】` and blocks of several lines, version 1 `[图片]`. Square brackets are placeholders in version 1 alone:
in a body of version 3 they are emoji codes that somebody typed (`[红包]`).

Format facts: MemoTrace 1 `exporter_txt.py`, MemoTrace 3 `wxManager/model/message.py` (`to_text`) and `link_parser.py`.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable
from typing import Final

import attrs

from wechatlog.content.appmsg import parse_mapping
from wechatlog.content.dialects.memotrace import MEMOTRACE
from wechatlog.content.placeholders import parse_body, read_placeholder
from wechatlog.content.python_repr import read_repr
from wechatlog.content.vocabulary import kind_of_local_type
from wechatlog.diagnostics import Severity
from wechatlog.engine.entry import Body
from wechatlog.engine.protocol import Context
from wechatlog.model import Message, MessageKind
from wechatlog.segments import Forward, Quote, Segment

EXPORTER: Final = "MemoTrace"

_HALF_DAY: Final = "MemoTrace counts times such as 上午10:01 in a merged forward half a day too late; "

_UNKNOWN_QUOTED: Final = "无效的消息"
_ACCOUNT: Final = re.compile(r"(?:wxid_|gh_)[A-Za-z0-9_-]{3,40}|[A-Za-z0-9_-]{3,40}@(?:chatroom|openim|im\.wxwork)")
_MORNING_ITEM: Final = re.compile(r"(?:^|\n) *- [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} 上午")
# What version 3 does not know it dumps: the number of the type and the XML as a Python dict, or nothing.
_DUMP: Final = re.compile(
    r"(?P<number>[0-9]{1,19})\r?\n(?P<dict>\{'.*\})|(?P<app>[0-9]{10,19})\r?\n(?:None|<.*)|10002\r?\n", re.DOTALL
)
# What MemoTrace 3 writes for a pat; its TXT gives the row a sender, as if that person had typed it.
_PAT: Final = re.compile(r"(?:\"[^\"\n]{1,80}\"|我) ?拍了拍 ?(?:\"[^\"\n]{1,80}\"|我|自己)[^\n]{0,80}")
_WORDY: Final = frozenset({MessageKind.TEXT, MessageKind.QUOTE, MessageKind.OTHER})
"""What says nothing without words."""
_JS_ESCAPE: Final = re.compile(r"\\([\\'\"nrt])")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_V1_BODIES: Final = frozenset({"[图片]", "[语音]", "[视频]", "[表情包]", "[文件]", "[音乐分享]"})


def read_typed_body(context: Context, kind: MessageKind, text: str, time: dt.datetime | None, line: int | None) -> Body:
    """A body of version 3 whose kind stands in another column.

    Args:
        context: told of faults of the writer.
        kind: of the message, as the column says it; version 3 calls notes pats.
        text: the body.
        time: of the message, for the times inside a merged forward.
        line: 1-based line of the message.
    """
    if kind is MessageKind.TEXT:
        return kind, text, None
    if (dump := read_dump(context, text, line)) is not None:
        return dump
    if kind is MessageKind.PAT and text.startswith("【笔记】"):
        kind = MessageKind.NOTE
    segments = parse_body(kind, text, MEMOTRACE, zone=context.tz)
    return kind, text, segments and check_segments(context, segments, time, text, line)


def read_v3_body(context: Context, text: str, time: dt.datetime | None, line: int | None) -> Body:
    """Kind and segments of a body of version 3 by its form; arguments as for `read_typed_body`."""
    if not text.startswith("【") and "\n引用：" not in text:
        if _PAT.fullmatch(text):
            return MessageKind.PAT, text, None
        return read_dump(context, text, line) or (MessageKind.TEXT, text, None)
    return _read(context, text, time, line)


def read_dump(context: Context, text: str, line: int | None) -> Body | None:
    """What version 3 does not know and dumps: the number of its type, and its XML as the `repr` of a dict.

    What cannot be read keeps its text.
    """
    match = _DUMP.fullmatch(text) if text[:1].isdigit() else None
    if match is None:
        return None
    number, xml = match["number"] or match["app"] or "10002", match["dict"] or ""
    built = parse_mapping(read_repr(xml), int(number), zone=context.tz, line=line)
    if built is not None and (built.text or built.kind not in _WORDY):
        return built.body
    is_code = len(number) < 10 and xml and not xml.startswith(("{'msg'", "{'sysmsg'"))  # that somebody typed
    return None if is_code else (kind_of_local_type(int(number)), text, None)


def unescape_v1(text: str) -> str:
    """A name or a quoted text of version 1 without the escapes for HTML and JavaScript."""
    return html.unescape(_JS_ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text))


def read_v1_body(context: Context, text: str, time: dt.datetime | None, line: int | None) -> Body:
    """Kind and segments of a body of version 1 by its form; arguments as for `read_typed_body`."""
    if text in _V1_BODIES or "\n引用:" in text or text.lstrip(" ").startswith("[链接]:title:"):
        kind, text, segments = _read(context, text, time, line)
        return kind, text, segments and tuple(map(_unescape_quote, segments))
    return MessageKind.TEXT, text, None


def _unescape_quote(segment: Segment) -> Segment:
    """A quote of version 1 without escapes, which the text keeps."""
    if not isinstance(segment, Quote):
        return segment
    sender = segment.sender and unescape_v1(segment.sender)
    return attrs.evolve(segment, sender=sender, text=unescape_v1(segment.text))


def _read(context: Context, text: str, time: dt.datetime | None, line: int | None) -> Body:
    found = read_placeholder(text, MEMOTRACE, zone=context.tz)
    if found is None:
        return MessageKind.TEXT, text, None
    return found[0], text, check_segments(context, found[1], time, text, line)


def check_segments(
    context: Context, segments: tuple[Segment, ...], time: dt.datetime | None, text: str, line: int | None
) -> tuple[Segment, ...]:
    """The segments, with what the writer got wrong in them reported.

    A quoted message that MemoTrace did not find carries the id of the conversation in place of a name, which is
    nobody's name and is left out of the segment. A merged forward may hold times that are half a day off.
    """
    checked = []
    for segment in segments:
        if isinstance(segment, Forward):
            if time is not None and _any_later(segment.messages, time, 0):
                report_half_day(context, line)
            elif _MORNING_ITEM.search(text):
                what = "here the text shows them as they were, its pages and JSON do not"
                context.report("writer-fault", _HALF_DAY + what, severity=Severity.INFO, line=line)
        checked.append(_clean_quote(context, segment, line) if isinstance(segment, Quote) else segment)
    return tuple(checked)


def report_half_day(context: Context, line: int | None) -> None:
    """Report times of a merged forward that are half a day too late."""
    context.report("writer-fault", _HALF_DAY + "they were left as they are", line=line)


def _any_later(messages: Iterable[Message], time: dt.datetime, depth: int) -> bool:
    """Whether a forward holds a message that is younger than the forward itself."""
    for message in messages:
        if message.time is not None and message.time > time:
            return True
        inner = message.given_segments or ()
        nested = (part for part in inner if isinstance(part, Forward))
        if depth < 16 and any(_any_later(part.messages, time, depth + 1) for part in nested):
            return True
    return False


def _clean_quote(context: Context, quote: Quote, line: int | None) -> Quote:
    """A quote without a name that is none."""
    if quote.text.strip() != _UNKNOWN_QUOTED:
        return quote
    context.report(
        "writer-fault",
        "MemoTrace did not find the message quoted; it wrote the id of the conversation in place of a name",
        severity=Severity.INFO,
        line=line,
    )
    return attrs.evolve(quote, sender=None) if quote.sender and _ACCOUNT.fullmatch(quote.sender) else quote
