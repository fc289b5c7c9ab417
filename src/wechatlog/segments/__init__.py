"""Message bodies as segments: text, emoji, mentions, links, images, quotes.

Takes a body and the lexicon of its archive, gives immutable segments that join to the body. Knows nothing of
messages, conversations and formats. One rule per file, one ordered table (`rule_table.py`); more rules come from
`register_segment_rule` and from the entry point group `wechatlog.segment_rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechatlog import _lazily

if TYPE_CHECKING:
    from wechatlog.segments.lexicon import Lexicon
    from wechatlog.segments.parser import parse_segments
    from wechatlog.segments.rule import Context, Rule, SegmentRule
    from wechatlog.segments.rule_table import register_segment_rule, segment_rules, unregister_segment_rule
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

# Most uses of a chat never ask for a segment, and so do not pay for the rules.
__getattr__ = _lazily(
    __name__,
    {
        "lexicon": "Lexicon",
        "parser": "parse_segments",
        "rule": "Context Rule SegmentRule",
        "rule_table": "register_segment_rule segment_rules unregister_segment_rule",
        "types": "Call Card Emoji File Forward Image Link Location Mention MiniProgram Quote RedPacket Segment "
        "Sticker Text Transfer Video Voice",
    },
)
