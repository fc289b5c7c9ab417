"""What the WeFlow family does to texts, whatever file it writes them to.

Takes bodies as WeFlow, echotrace, CipherTalk, or a ChatLab file that they wrote, gives them; gives
segments, or says which fault of the writer shows. Nothing is put back that the file does not hold. Knows no reader and
no writer.

Format facts: WeFlow 1.0.3 `parsers/messageParser.ts` (`stripSenderPrefix`), `core/ExportContext.ts`
(`parseMessageContent`, `buildQuotedReplyText`), `formatters/ChatLabFormatter.ts`; CipherTalk
`exportService.ts`.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.dialects.shared import BRACKETS, PAGE
from wechatlog.content.dialects.weflow import WEFLOW
from wechatlog.content.forwards import parse_source_time
from wechatlog.content.placeholders import SHORT, parse_body, quote_segments, read_placeholder
from wechatlog.content.vocabulary import kind_of_chatlab, kind_of_name, segment_for
from wechatlog.model import Message, MessageKind, build_message
from wechatlog.segments import parse_segments, types
from wechatlog.timestamps import Precision, from_unix

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

Kind = MessageKind

_TEMPLATE: Final = re.compile(r"\$[A-Za-z_]{2,40}\$")
_DEEPEST: Final = 32
"""Levels of merged forwards that are read."""

_ACCOUNT: Final = re.compile(
    r"[A-Za-z][-A-Za-z0-9_]{5,}|[0-9A-Za-z_-]+@(?:chatroom|openim|stranger|im\.[a-z]+)|[0-9]{5,}"
)


def strip_frame(text: str) -> str:
    """A text without the one line end that stands before what others write in groups.

    The database keeps `wxid_…:` and a line end before such a text; the exporter takes away the first and
    leaves the second.
    """
    return text.removeprefix("\r").removeprefix("\n") if text[:1] in ("\n", "\r") else text


def has_lost_prefix(text: str) -> bool:
    """Whether a text seems to have lost its first word: `TODO: 买牛奶` is written as ` 买牛奶`.

    WeFlow takes any leading run of ASCII letters, digits, `_` and `-` before a colon for an account id. Only
    a blank after the colon leaves a trace.
    """
    return text[:1] == " " and not text.isspace()


def has_template(text: str) -> bool:
    """Whether a notice holds names that nobody filled in: `$username$`."""
    return "$" in text and _TEMPLATE.search(text) is not None


def looks_like_account(value: str) -> bool:
    """Whether a text could be an account id at all: names of forwarded messages stand where ids belong."""
    return _ACCOUNT.fullmatch(value) is not None


def fill(segment: types.Segment, known: Mapping[str, Any]) -> types.Segment:
    """A segment with what else the file says of it, which counts for more than its text; its `raw` stays."""
    cls: Any = type(segment)
    names = _field_names(cls)
    new = {name: value for name, value in known.items() if name in names and value not in (None, "", ())}
    return attrs.evolve(segment, **new) if new else segment


@functools.cache
def _field_names(segment: Any) -> frozenset[str]:
    return frozenset(field.name for field in attrs.fields(segment)) - {"raw"}


def _quote(text: str, sender: str, quoted: str) -> tuple[types.Segment, ...] | None:
    tail = f"[引用 {sender}：{quoted}]" if sender else f"[引用 {quoted}]"
    if quoted and text.endswith(tail):  # told by the fields that repeat it
        return (*parse_segments(text[: -len(tail)]), types.Quote(sender or None, quoted, raw=tail))
    found = parse_body(Kind.QUOTE, text, WEFLOW)
    return quote_segments(text, sender, quoted) if found is None and quoted else found


_PAGES: Final = frozenset({Kind.LINK, Kind.MUSIC, Kind.MINI_PROGRAM, Kind.CHANNEL})
_PAGE: Final = re.compile(PAGE)
_SHOWN: Final = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.STICKER})
_PATH: Final = re.compile(r"(?![a-z]{1,10}://)[^\s\[【!][^\n\[【]{0,399}[/\\][^\n/\\]{0,254}[^\s/\\]")
"""A file of its own, which needs no look at all that a body can be."""

_SOUND_FILE: Final = re.compile(r"[^\n]{1,250}\.(?:wav|mp3|silk|amr|m4a|aac|ogg|flac)", re.IGNORECASE)


def _voice(text: str, voice: types.Segment) -> types.Segment:
    """A voice whose text is neither a placeholder nor a file in a folder: its transcript stands alone."""
    body = text.strip()
    timed = parse_body(Kind.VOICE, text, BRACKETS)
    if timed and isinstance(timed[0], types.Voice) and timed[0].seconds is not None:
        return timed[0]
    if not isinstance(voice, types.Voice) or voice != types.Voice(raw=text) or not body:
        return voice
    if body.startswith("["):
        return voice
    if _SOUND_FILE.fullmatch(body):
        return attrs.evolve(voice, path=body)
    return attrs.evolve(voice, transcript=body)


def build_segments(
    kind: MessageKind, text: str, known: Mapping[str, Any], *, quoted: tuple[str, str] = ("", "")
) -> tuple[types.Segment, ...] | None:
    """The segments of a body.

    Args:
        kind: of the message.
        text: its whole body.
        known: fields of the segment that the file has elsewhere.
        quoted: sender and text of what is quoted, where the file has them elsewhere.

    Returns:
        `None` where they follow from the text. The `raw` of the segments join to `text`.
    """
    if kind is Kind.QUOTE:
        return _quote(text, *quoted)
    segments = (_segments if len(text) < SHORT else _segments.__wrapped__)(kind, text)
    return (fill(segments[0], known),) if segments is not None and len(segments) == 1 and known else segments


@functools.lru_cache(maxsize=1024)
def _segments(kind: MessageKind, text: str) -> tuple[types.Segment, ...] | None:
    """What the text itself says; remembered, since placeholders repeat themselves."""
    if kind in _PAGES and (match := _PAGE.fullmatch(text)):
        return (segment_for(kind, text, **match.groupdict()),)
    if kind in _SHOWN and _PATH.fullmatch(text):
        return (segment_for(kind, text, path=text),)
    segments = parse_body(kind, text, WEFLOW)
    return (_voice(text, segments[0]),) if segments is not None and kind is Kind.VOICE else segments


def _record_time(record: Mapping[str, Any], zone: dt.tzinfo | None) -> tuple[dt.datetime | None, Precision | None]:
    seconds = record.get("timestamp")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0 and zone is not None:
        try:
            return from_unix(float(seconds), zone), "second"
        except (ValueError, OverflowError):
            return None, None
    written = record.get("formattedTime") or record.get("sourcetime")
    return parse_source_time(written, zone) if isinstance(written, str) else (None, None)


def _read_record(record: Mapping[str, Any], zone: dt.tzinfo | None, depth: int) -> Message:
    sender = record.get("senderDisplayName") or record.get("accountName") or record.get("sender")
    content = record.get("content")
    text = content if isinstance(content, str) else ""
    inner = _read_level(record.get("chatRecords"), zone, depth - 1)
    code = record.get("type")
    kind = kind_of_name(code) if isinstance(code, str) else None
    if isinstance(code, int) and not isinstance(code, bool):
        kind = kind_of_chatlab(code)
    if kind in (None, Kind.OTHER) and (found := read_placeholder(text, WEFLOW)) is not None:
        kind = found[0]
    kind = Kind.FORWARD if inner else kind or Kind.OTHER
    time, precision = _record_time(record, zone)
    return build_message(
        time,
        precision,
        sender if isinstance(sender, str) and sender not in ("", "unknown") else None,
        kind,
        text,
        segments=build_segments(kind, text, {"messages": inner}),
    )


def _read_level(value: Any, zone: dt.tzinfo | None, depth: int) -> tuple[Message, ...]:
    """The messages of one level; a single one may stand without a list."""
    records = value if isinstance(value, list) else [value]
    return tuple(_read_record(record, zone, depth) for record in records if isinstance(record, dict)) if depth else ()


def read_records(value: Any, zone: dt.tzinfo | None) -> tuple[Message, ...]:
    """The messages of a merged forward in `chatRecords`: names and no account ids, whatever the key says.

    ChatLab files of WeFlow and the JSON of CipherTalk have such a list.
    """
    return _read_level(value, zone, _DEEPEST)
