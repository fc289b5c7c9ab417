"""What the segments of a message say of the parts of its text: here is a name, here an emoji code, here an address.

Takes messages and segments, gives annotations; knows nothing of people. Quotes are looked into three deep, since each
level is parsed again. What was copied out of a chat and pasted into a message is looked into as well: the heads of its
lines, and of quotes whose line of dashes is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from wechatlog.content.notices import find_names
from wechatlog.model import NOTICES, Message, MessageKind
from wechatlog.operations.identity.names import is_everyday_word, looks_like_a_full_name, personal_parts
from wechatlog.segments import Lexicon, parse_segments
from wechatlog.segments.types import Card, Emoji, Forward, Image, Link, Location, Mention, Quote, Segment

_CERTAIN: Final = 0.9
_DEEPEST_QUOTE: Final = 3
_CHAT_OF: Final = re.compile(r"([^\n]{1,80}?)(?:和([^\n]{1,80}))?的聊天记录")
_OF_A_GROUP: Final = "群聊"
# A head as clients copy it (the name, the day, the clock, and a text below it), and as people type it (name and colon).
_PASTED_HEAD: Final = re.compile(
    r"^[> \t]{0,8}(?P<name>[^\s:：][^\n:：]{0,39}?)[:：]?[ \t]{1,4}"
    r"(?:[0-9]{2,4}[-/年.][0-9]{1,2}[-/月.][0-9]{1,2}日?[ \t]{1,4}"
    r"(?:[上下]午|晚上|凌晨)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"|[0-9]{1,2}:[0-9]{2}:[0-9]{2})"
    r"(?:[ \t]{0,2}[AP]M)?[:：]?[ \t]{0,4}\r?\n(?=[^\s])",
    re.MULTILINE,
)
# What shows that a text is a forward, or a part of a chat that was sent by mail, and the heads of lines there.
_FORWARDED: Final = re.compile(
    r"聊天记录[》】」\]]?[ \t]{0,4}\r?\n|^[—-]{3,}[ \t]{0,4}[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", re.MULTILINE
)
_FORWARDED_HEAD: Final = re.compile(
    r"^[> \t]{0,8}([^\s:：—-][^\n:：]{0,39}?)(?:[ \t]{1,4}[0-9]{1,2}:[0-9]{2}[ \t]{0,4}$|[:：](?!//|[0-9]))",
    re.MULTILINE,
)
_TITLE: Final = re.compile(
    r"^(?:\[[^\n\[\]]{1,8}\] ?)?[《【「]?([^\n《》【】\[\]「」]{1,40}?)(?:和([^\n《》【】\[\]「」]{1,40}?))?"
    r"的聊天记录[》】」\]]?[ \t]{0,4}\r?$",
    re.MULTILINE,
)
_LABEL: Final = re.compile(r"时间|日期|开始|结束|截止|截至|发布|更新|活动|报名|会议|地点")
_LATIN_NAME: Final = re.compile(r"[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15})?")
_SPOKEN_HEAD: Final = re.compile(r"^[> \t]{0,8}([\u3400-\u9fff]{2,4})[:：]", re.MULTILINE)
_OPEN_QUOTE: Final = re.compile(r"「[ \t]{0,4}([^「」:：\r\n]{1,40}?)[ \t]{0,4}[:：]")


class Annotation(NamedTuple):
    """A part of a text of which its segments say what it is.

    `what` is `person`, `guess` (perhaps a person), `group`, `emoji` (left alone), `url` or `place`.
    """

    start: int
    end: int
    what: str


def _shift(annotations: Iterable[Annotation], by: int) -> Iterator[Annotation]:
    return (Annotation(annotation.start + by, annotation.end + by, annotation.what) for annotation in annotations)


def _place_of(raw: str, part: str | None, what: str, start: int = 0) -> Iterator[Annotation]:
    found = raw.find(part, start) if part else -1
    if part and found >= 0:
        yield Annotation(found, found + len(part), what)


def _annotate_quote(segment: Quote, lexicon: Lexicon | None, depth: int) -> Iterator[Annotation]:
    start = 0
    for annotation in _place_of(segment.raw, segment.sender, "person"):
        yield annotation
        start = annotation.end
    found = segment.raw.find(segment.text, start) if segment.text else -1
    if found >= 0 and depth < _DEEPEST_QUOTE:
        inner = parse_segments(segment.text, lexicon)
        yield from _shift(annotate_segments(inner, lexicon, depth + 1), found)


def _annotate_forward(segment: Forward, _lexicon: Lexicon | None, _depth: int) -> Iterator[Annotation]:
    for title in _place_of(segment.raw, segment.title, "title"):
        yield from _shift(annotate_title(segment.raw[title.start : title.end]), title.start)


def annotate_title(title: str) -> Iterator[Annotation]:
    """The people in the title of a merged forward."""
    found = _CHAT_OF.fullmatch(title)
    if found is not None and found[1] != _OF_A_GROUP:
        yield from (Annotation(*found.span(group), "person") for group in (1, 2) if found[group])


_ANNOTATE: Final[Mapping[type[Segment], Callable[[Any, Lexicon | None, int], Iterable[Annotation]]]] = {
    Mention: lambda segment, *_: (
        ()
        if segment.everyone
        else _place_of(segment.raw, segment.name, "person" if segment.confidence >= _CERTAIN else "guess")
    ),
    Quote: _annotate_quote,
    Card: lambda segment, *_: _place_of(segment.raw, segment.name, "person"),
    Emoji: lambda segment, *_: (Annotation(0, len(segment.raw), "emoji"),),
    Image: lambda segment, *_: _place_of(segment.raw, segment.url, "url"),
    Link: lambda segment, *_: _place_of(segment.raw, segment.url, "url"),
    Location: lambda segment, *_: (Annotation(0, len(segment.raw), "place"),) if segment.raw else (),
    Forward: _annotate_forward,
}


def annotate_segments(segments: Iterable[Segment], lexicon: Lexicon | None, depth: int = 0) -> Iterator[Annotation]:
    """What the segments of a text say of its parts, in order."""
    position = 0
    for segment in segments:
        annotation = _ANNOTATE.get(type(segment))
        if annotation is not None:
            yield from _shift(annotation(segment, lexicon, depth), position)
        position += len(segment.raw)


def _may_be_a_name(text: str) -> bool:
    if any(map(looks_like_a_full_name, (text, *personal_parts(text)))):
        return True
    return _LATIN_NAME.fullmatch(text) is not None and not is_everyday_word(text)


def _is_nobodys_word(text: str | None) -> bool:
    return text is not None and text != _OF_A_GROUP and not is_everyday_word(text)


def _annotate_pasted(text: str) -> Iterator[Annotation]:
    """Who stands at the heads of lines that were copied out of a chat."""
    if ":" not in text and "：" not in text and "聊天记录" not in text:
        return
    is_forward = _FORWARDED.search(text) is not None  # whose people stand in the title and at the heads of lines
    for title in _TITLE.finditer(text) if is_forward else ():
        if title[2] is not None or _may_be_a_name(title[1]):
            yield from (Annotation(*title.span(group), "guess") for group in (1, 2) if _is_nobodys_word(title[group]))
    for head in _FORWARDED_HEAD.finditer(text) if is_forward else ():
        if _is_nobodys_word(head[1]) and not _LABEL.search(head[1]):
            yield Annotation(*head.span(1), "guess")
    for found in _PASTED_HEAD.finditer(text):
        if not _LABEL.search(found["name"]) and not is_everyday_word(found["name"]):
            yield Annotation(*found.span("name"), "guess")
    for pattern in (_OPEN_QUOTE, _SPOKEN_HEAD):
        for found in pattern.finditer(text):
            if _may_be_a_name(found[1]):
                yield Annotation(*found.span(1), "guess")


def iter_annotations(message: Message) -> Iterator[Annotation]:
    """The annotations in the text of a message, in no order; some may be within others."""
    segments = message.segments
    if "".join(segment.raw for segment in segments) != message.text:  # given ones that do not join to it
        segments = parse_segments(message.text, message._lexicon)
    yield from annotate_segments(segments, message._lexicon)
    if message.kind is MessageKind.FORWARD:
        yield from annotate_title(message.text)
    notice = message.kind in NOTICES
    if notice or message.sender is None:  # without a sender, only in sentences that are known
        for start, end, whose in find_names(message.text):
            if notice or whose != "unsure":
                yield Annotation(start, end, "guess" if whose == "unsure" else whose)
    yield from _annotate_pasted(message.text)


def ordered_annotations(message: Message) -> list[Annotation]:
    """The annotations in the text of a message, in order, none within another."""
    ordered: list[Annotation] = []
    for annotation in sorted(iter_annotations(message), key=lambda annotation: (annotation.start, -annotation.end)):
        if not ordered or annotation.start >= ordered[-1].end:
            ordered.append(annotation)
    return ordered
