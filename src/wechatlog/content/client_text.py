"""Bodies as the WeChat clients put them into text: copied, mailed or shared. Knows no format around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechatlog.content.dialects.clients import PASTE
from wechatlog.content.placeholders import read_placeholder
from wechatlog.model import MessageKind
from wechatlog.segments import parse_segments
from wechatlog.segments.types import Quote

if TYPE_CHECKING:
    import datetime as dt

    from wechatlog.segments import Segment


def read_body(text: str, zone: dt.tzinfo | None) -> tuple[MessageKind, tuple[Segment, ...] | None]:
    """The kind and segments of a copied body: a placeholder, a reply with its quote, or text."""
    found = read_placeholder(text, PASTE, zone=zone) if text[:1] in "[【!该收当" else None
    if found is not None:
        return found
    if "「" in text and "- - - - -" in text:
        segments = parse_segments(text)
        if segments and isinstance(segments[0], Quote):
            return MessageKind.QUOTE, segments
    return MessageKind.TEXT, None
