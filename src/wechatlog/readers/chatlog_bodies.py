"""What chatlog and its forks put into a message: the plain rendering, and the `contents` of JSON.

Takes the rendered text, or a message object as parsed JSON; gives kind, text and segments. Knows no file, no
conversation and no time but those inside a body.

Format facts: chatlog `internal/model/message.go` and `mediamessage.go` (first releases to 0.0.x), chatlog_alpha
and wetrace, which changed the same files. Two faults of the writer are told and not mended: a body of an unknown
type is cut at 120 bytes, perhaps through a character, and every call is rendered as a voice call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.appmsg import KIND_WORDS
from wechatlog.content.dialects.chatlog import CHATLOG
from wechatlog.content.forwards import parse_record_dict
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import parse_body, parse_call, quote_segments, read_placeholder
from wechatlog.content.vocabulary import kind_of_record_type, kind_of_type, segment_for
from wechatlog.engine import Fields, Reading
from wechatlog.engine.entry import Body
from wechatlog.engine.json_values import read_integer, read_list
from wechatlog.model import MessageKind
from wechatlog.segments.types import Call, Forward, Segment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

Kind = MessageKind


NOTICE_SENDERS: Final = frozenset({"系统消息", "系统通知"})
"""What stands in place of the account id where nobody sent a message."""

_UNKNOWN: Final = re.compile(r"Type: (?P<type>-?[0-9]{1,10}) Content: ?(?P<content>(?s:.*))")
_CUT: Final = "<...>"
_TYPE_NOTICE: Final = 11000  # a control notice, chatlog_alpha only


def read_rendering(
    reading: Reading, text: str, line: int, *, notice: bool = False, zone: dt.tzinfo | None = None
) -> Body:
    """The body of a message as chatlog renders it in text and CSV.

    Args:
        reading: told of what the writer did not know or cut.
        text: the whole body.
        line: 1-based line of the message.
        notice: the archive says that nobody sent it.
        zone: of times in the body, where the user named none.
    """
    if notice:
        return read_notice(text) or Kind.SYSTEM, text, None
    if match := _UNKNOWN.fullmatch(text):
        kind, content = kind_of_type(number := int(match["type"])), match["content"]
        reading.tell("unknown-kind", f"chatlog does not know messages of type {number}", line)
        if content.endswith(_CUT):
            what = "chatlog cut this body at 120 bytes" + (", through a character" if "\ufffd" in content[-8:] else "")
            reading.report("writer-fault", what, line=line)
        return kind, text, None if kind is Kind.OTHER else parse_body(kind, text, CHATLOG)
    found = read_placeholder(text, CHATLOG, zone=reading.tz or zone)
    if found is None:  # a pat is credited to who patted; nobody types the name in quotes before it
        is_pat = text[:1] in ('"', "“") and read_notice(text) is Kind.PAT
        return Kind.PAT if is_pat else Kind.TEXT, text, None
    kind, segments = found
    # The writer says voice of every call.
    calls = (attrs.evolve(segment, kind=None) if isinstance(segment, Call) else segment for segment in segments)
    return kind, text, tuple(calls)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) and value.strip() != "%!s(<nil>)" else ""


_PAGE: Final = "title=title url=url"
_FIELDS: Final = Fields(
    {
        Kind.IMAGE: "path=_url|path|thumbpath",
        Kind.VIDEO: "path=_url|path",
        Kind.VOICE: "path=_url seconds=duration transcript=transcript",
        Kind.STICKER: "url=cdnurl path=_url md5=md5",
        Kind.FILE: "name=title md5=md5 path=_url|path size=total_len",
        Kind.LOCATION: "latitude=x longitude=y label=label poi=poiname|title",
        Kind.CARD: "name=nickname id=username",
        **dict.fromkeys((Kind.LINK, Kind.MUSIC, Kind.CHANNEL, Kind.MINI_PROGRAM), _PAGE),
        Kind.RED_PACKET: "title=red_envelope_title",
    }
)
_PAGES: Final = frozenset({Kind.LINK, Kind.MUSIC, Kind.CHANNEL, Kind.MINI_PROGRAM})
_BUNDLES: Final = frozenset({Kind.FORWARD, Kind.NOTE, Kind.ANNOUNCEMENT})
_APP: Final = 49
_SHOWN_APPS: Final[Mapping[int, str]] = {8: "[GIF表情]", 2003: "[红包封面]"}
_SHARE: Final = "[分享]"
_DEEPEST: Final = 16
_ROOM_TYPES: Final = {"0": "video", "1": "voice"}
_SHOWN: Final[Mapping[MessageKind, str]] = {
    **{kind: word for kind, word in KIND_WORDS.items() if kind is not Kind.OTHER},
    Kind.LINK: "[链接]",
    Kind.FORWARD: "[合并转发]",
    Kind.NOTE: "[笔记]",
    Kind.MINI_PROGRAM: "[小程序]",
    Kind.MUSIC: "[音乐]",
    Kind.RED_PACKET: "[红包]",
    Kind.CALL: "[语音通话]",
    Kind.ANNOUNCEMENT: "[群公告]",
}


_FLAT: Final = {
    "appUrl": "url",
    "mediaPath": "path",
    "emojiUrl": "cdnurl",
    "locationLabel": "label",
    "locationPoiName": "poiname",
    "voiceText": "transcript",
}
_LABEL: Final = re.compile(r"\[[^\[\]]*\] ?")
_NO_ADDRESS: Final = "emoji://"
_FLAT_KEYS: Final = frozenset({*_FLAT, "appType", "referContent", "voiceDuration"})
_FORWARDED: Final = re.compile(r"(?P<SourceName>[^\n]*?)(?: \((?P<SourceTime>[0-9 :/-]*)\))?: (?P<DataDesc>(?s:.*))")


def _nested(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message of zwl467135974's wechat-cli, which has beside the others what chatlog has in `contents`."""
    said = {name: value for key, name in _FLAT.items() if isinstance(value := message.get(key), str)}
    text = message["content"] if isinstance(message.get("content"), str) else ""
    text = text.partition("\n▎回复 ")[0] if message.get("referContent") else text
    contents: dict[str, Any] = {"title": _LABEL.sub("", text.partition("\n")[0]), **said}
    if (seconds := read_integer(message.get("voiceDuration"))) is not None:
        contents["duration"] = seconds * 1000
    if message.get("referContent"):
        contents["refer"] = {"senderName": message.get("referSender"), "content": message["referContent"]}
    lines = (line for line in read_list(message.get("subMessages")) if isinstance(line, str))
    items = [match.groupdict("") for line in lines if (match := _FORWARDED.fullmatch(line))]
    if items:
        contents["recordInfo"] = {"DataList": {"DataItems": [{"DataType": "1", **item} for item in items]}}
    if contents.get("cdnurl", "").startswith(_NO_ADDRESS):
        contents["md5"] = contents.pop("cdnurl").removeprefix(_NO_ADDRESS)
    return {**message, "content": text, "subType": message.get("appType"), "contents": contents}


def _kind_of(message: Mapping[str, Any]) -> MessageKind | None:
    number, below = read_integer(message.get("type")), read_integer(message.get("subType"))
    return None if number is None else Kind.SYSTEM if number == _TYPE_NOTICE else kind_of_type(number, below or 0)


def read_contents(reading: Reading, message: Mapping[str, Any], line: int, *, zone: dt.tzinfo | None) -> Body:
    """The body of a message object of chatlog JSON.

    Args:
        reading: as for `read_rendering`.
        message: with `type`, `subType`, `content` and `contents`.
        line: as for `read_rendering`.
        zone: of times in a merged forward.
    """
    if not message.keys().isdisjoint(_FLAT_KEYS):
        message = _nested(message)
    text = message["content"] if isinstance(message.get("content"), str) else ""
    contents = message["contents"] if isinstance(message.get("contents"), dict) else {}
    kind = _kind_of(message)
    if kind is Kind.TEXT and text:
        return kind, text, None
    if kind is None:
        return read_rendering(reading, text, line, zone=zone)
    if kind is Kind.SYSTEM:
        words = message.get("revokedOriginal")  # what was taken back, where wechat-cli had seen it before
        segments = quote_segments(text, None, words) if isinstance(words, str) and words else None
        return read_notice(text) or kind, text, segments
    if kind is Kind.QUOTE:
        return _read_quote(text, contents)
    if not text:
        is_app = read_integer(message.get("type")) == _APP
        label = _SHOWN_APPS.get(read_integer(message.get("subType")) or 0) if is_app else None
        shared = _SHARE if is_app and kind is Kind.OTHER else None
        text = _render(kind, label or shared or _SHOWN.get(kind, ""), contents)
    if kind is Kind.OTHER:
        reading.tell("unknown-kind", f"unknown message type {message.get('type')!r}", line)
    return kind, text, _segments(reading, kind, text, contents, line, zone)


def _render(kind: MessageKind, label: str, contents: Mapping[str, Any]) -> str:
    """What chatlog renders in text and CSV, without addresses of its own server: JSON leaves it to the reader."""
    title = _text(contents.get("title")) or _text(contents.get("nickname"))
    if kind is Kind.TEXT:  # a text from an app
        return title or _text(contents.get("desc"))
    if kind is Kind.LOCATION:
        place = (contents.get(key) for key in ("poiname", "label", "cityname", "x", "y"))
        parts = [part for part in place if isinstance(part, str) and part]
        return f"[位置|{'|'.join(parts)}]" if parts else "[位置]"
    if not label or not title:
        return label
    url = _text(contents.get("url"))
    lines = _record_lines(contents.get("recordInfo")) if kind in _BUNDLES else ""
    return f"{label[:-1]}|{title}]{f'({url})' if url and kind in _PAGES else ''}{lines}"


def _record_lines(record: Any, depth: int = 1) -> str:
    """The lines under the title of a merged forward; those of nested ones are indented further."""
    items = record.get("DataList", {}) if isinstance(record, dict) else {}
    items = items.get("DataItems") if isinstance(items, dict) else None
    lines = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        lines.append(f"  {_text(item.get('SourceName'))} {_text(item.get('SourceTime'))}")
        inner = item.get("RecordXML")
        inner = inner.get("RecordInfo") if isinstance(inner, dict) else None
        shown = _SHOWN.get(kind_of_record_type(read_integer(item.get("DataType")) or 1), "")
        body = _text(item.get("DataDesc")) or _text(item.get("DataTitle")) or shown
        if isinstance(inner, dict) and depth < _DEEPEST:
            title = _text(item.get("DataTitle")) or _text(inner.get("Title"))
            body = f"[合并转发|{title}]{_record_lines(inner, depth + 1)}"
        lines += [f"  {line}" for line in body.split("\n")]
        lines.append("")
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _segments(
    reading: Reading, kind: MessageKind, text: str, contents: Mapping[str, Any], line: int, zone: dt.tzinfo | None
) -> tuple[Segment, ...] | None:
    if kind is Kind.CALL:
        if text.startswith("["):
            return read_rendering(reading, text, line)[2] or (segment_for(Kind.CALL, text),)
        side = _ROOM_TYPES.get(str(contents.get("room_type", "")).strip()) if text else None
        return (parse_call(text, side),)
    segments = parse_body(kind, text, CHATLOG, zone=zone)
    if segments is None or len(segments) != 1:
        return segments
    known = _FIELDS.read(
        kind, {key: _text(value) if isinstance(value, str) else value for key, value in contents.items()}
    )
    if kind is Kind.VOICE and "seconds" in known:
        known["seconds"] /= 1000  # they are milliseconds
    segment = attrs.evolve(segments[0], **known) if known else segments[0]
    if isinstance(segment, Forward) and "recordInfo" in contents:
        record = parse_record_dict(contents["recordInfo"], zone=zone, collector=reading.collector, line=line)
        if record is not None:
            segment = attrs.evolve(record, raw=text)
    if isinstance(segment, Forward) and segment.title is None:
        segment = attrs.evolve(segment, title=_text(contents.get("title")) or None)
    return (segment,)


def _read_quote(text: str, contents: Mapping[str, Any]) -> Body:
    refer = contents.get("refer")
    if not isinstance(refer, dict):
        return Kind.QUOTE, text, parse_body(Kind.QUOTE, text, CHATLOG)
    if text.startswith("> ") and (rendered := parse_body(Kind.QUOTE, text, CHATLOG)):
        return Kind.QUOTE, text, rendered  # chatlog_alpha renders a reply without words
    sender = _text(refer.get("senderName")) or _text(refer.get("sender"))
    return Kind.QUOTE, text, quote_segments(text, sender, _quoted(refer))


def _quoted(refer: Mapping[str, Any]) -> str:
    content = refer.get("content")
    if isinstance(content, str) and content:
        return content
    contents = refer["contents"] if isinstance(refer.get("contents"), dict) else {}
    label = _SHOWN.get(_kind_of(refer) or Kind.TEXT, "")
    title = _text(contents.get("title"))
    return f"{label[:-1]}|{title}]" if label and title else label
