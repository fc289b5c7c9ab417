"""What ChatLab shows of segments that it has no place for: bodies as WeFlow and its kin write them.

Takes a segment, gives a text, which the reader of these tools reads as that segment again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from wechatlog.content.places import is_on_disk, shown_place
from wechatlog.model import Message
from wechatlog.segments import types

_DEEPEST: Final = 32
"""Levels of merged forwards that are written."""
_SPACES: Final = re.compile(r"\s+")


def _write_page(segment: types.Link | types.MiniProgram) -> str:
    label = segment.title or "链接"
    if not segment.url or is_on_disk(segment.url) or "](" in label or "\n" in segment.url:
        return ""
    return f"[{label}]({segment.url})"


def _write_location(segment: types.Location) -> str:
    known = segment.latitude is not None and segment.longitude is not None
    place = f"({segment.latitude},{segment.longitude})" if known else ""
    return " ".join(filter(None, (segment.poi, segment.label, place)))


def _write_transfer(segment: types.Transfer) -> str:
    label = "转账收款" if segment.state == "received" else "转账"
    return f"[{label}] {' '.join(filter(None, (segment.amount, segment.note)))}" if segment.amount else ""


def _write_call(segment: types.Call) -> str:
    length = None if segment.seconds is None else f"{segment.seconds // 60:02}:{segment.seconds % 60:02}"
    label = "视频通话" if segment.kind == "video" else "语音通话"
    return f"[{label}] {length or segment.state}" if length or segment.state else ""


def _write_records(messages: tuple[Message, ...], depth: int) -> Iterator[str]:
    for message in messages if depth < _DEEPEST else ():
        inner = next((segment for segment in message.given_segments or () if isinstance(segment, types.Forward)), None)
        text = message.text if inner is None else f"[转发的聊天记录]{inner.title or ''}"
        yield f"{'  ' * depth}{_SPACES.sub(' ', message.sender or '')}: {_SPACES.sub(' ', text)}"
        if inner is not None:
            yield from _write_records(inner.messages, depth + 1)


_BODIES: Final[Mapping[type[types.Segment], tuple[str, Callable[[Any], str | None]]]] = {
    types.Voice: ("[语音消息] {}", lambda segment: segment.transcript),
    types.Sticker: ("[表情包：{}]", lambda segment: segment.name),
    types.File: ("[文件] {}", lambda segment: shown_place(segment.name)),
    types.Link: ("{}", _write_page),
    types.MiniProgram: ("{}", _write_page),
    types.Location: ("[位置] {}", _write_location),
    types.Card: ("[名片] {}", lambda segment: segment.name),
    types.Transfer: ("{}", _write_transfer),
    types.RedPacket: ("[红包] {}", lambda segment: segment.title),
    types.Call: ("{}", _write_call),
    types.Forward: (
        "{}",
        lambda segment: (
            segment.messages
            and "\n".join((f"[转发的聊天记录]{segment.title or ''}", *_write_records(segment.messages, 0)))
        ),
    ),
}
"""How a segment is written, and what it says of itself."""


def write_body(segment: types.Segment) -> str | None:
    """The body that these tools write for a segment; `None` where there is nothing to say but its kind."""
    shape, read = _BODIES.get(type(segment), ("", None))
    said = read(segment) if read is not None else None
    return shape.format(said) if said else None
