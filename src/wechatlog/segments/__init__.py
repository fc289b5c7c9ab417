"""Message bodies as segments: text, emoji, mentions, links, images, quotes.

Takes a body and the lexicon of its archive, gives immutable segments that join to the body. Knows nothing of
messages, conversations and formats. One rule per file, one ordered table (`table.py`); more rules come from
`register_segment_rule` and from the entry point group `wechatlog.segment_rules`.
"""

from wechatlog.segments.lexicon import Lexicon
from wechatlog.segments.parser import parse_segments
from wechatlog.segments.rule import Context, Rule, SegmentRule
from wechatlog.segments.table import register_segment_rule, segment_rules, unregister_segment_rule
from wechatlog.segments.types import (
    Call,
    Card,
    Emoji,
    File,
    Forward,
    Image,
    Link,
    Location,
    Mention,
    MiniProgram,
    Quote,
    RedPacket,
    Segment,
    Sticker,
    Text,
    Transfer,
    Video,
    Voice,
)

__all__ = [
    "Call",
    "Card",
    "Context",
    "Emoji",
    "File",
    "Forward",
    "Image",
    "Lexicon",
    "Link",
    "Location",
    "Mention",
    "MiniProgram",
    "Quote",
    "RedPacket",
    "Rule",
    "Segment",
    "SegmentRule",
    "Sticker",
    "Text",
    "Transfer",
    "Video",
    "Voice",
    "parse_segments",
    "register_segment_rule",
    "segment_rules",
    "unregister_segment_rule",
]
