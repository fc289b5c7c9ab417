"""Real archives: nothing is lost, and mentions end where the shares measured on the whole archive say."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING

from wechatlog.segments import Lexicon, Mention, Segment, parse_segments

if TYPE_CHECKING:
    from pathlib import Path

HEADER = re.compile(r"^> (?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d  (.*)  $\n   $\n(.*)$", re.MULTILINE)


def unescaped(text: str) -> str:
    for _ in range(3):
        text = html.unescape(text)
    return text


def read_groups(corpus: Path) -> dict[str, list[tuple[str, str]]]:
    """Sender and body of each message, by group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(corpus.rglob("*.markdown")):
        text = path.read_bytes().decode("utf-8")
        messages = [(name, unescaped(body.rstrip(" "))) for name, body in HEADER.findall(text)]
        groups.setdefault(path.parent.name, []).extend(messages)
    return groups


def parse_group(messages: list[tuple[str, str]]) -> list[tuple[str, tuple[Segment, ...]]]:
    lexicon = Lexicon(name for name, _ in messages)
    lexicon.learn(body for _, body in messages)
    return [(body, parse_segments(body, lexicon)) for _, body in messages]


def test_real_archives(corpus: Path) -> None:
    confidences: Counter[float] = Counter()
    signs = 0
    for messages in read_groups(corpus).values():
        for body, segments in parse_group(messages):
            assert "".join(segment.raw for segment in segments) == body
            mentions = [segment for segment in segments if isinstance(segment, Mention)]
            confidences.update(mention.confidence for mention in mentions)
            signs += body.count("@")
    total = confidences.total()
    assert total / signs > 0.95
    assert sum(count for confidence, count in confidences.items() if confidence >= 0.9) / total > 0.95
    assert confidences[0.4] / total < 0.01
