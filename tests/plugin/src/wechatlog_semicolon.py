"""A whole reader in one file: lines such as `2026-05-01 09:00;李四;早上好`, and a segment rule for `#topic#`."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import attrs

from wechatlog.readers.base import OWNER_OPTION, Evidence, in_batches
from wechatlog.segments import Rule, Segment
from wechatlog.tokenizer import iter_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog import Message
    from wechatlog.readers.base import Batch, Context, Draft, Head
    from wechatlog.segments import Context as RuleContext
    from wechatlog.source import Source

_LINE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2});([^;\n]*);([^\n]*)")


class SemicolonReader:
    name = "semicolon"
    description = "one line a message, parts set apart by semicolons"
    suffixes = (".semicolon",)
    options = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        if head.lines and _LINE.fullmatch(head.lines[0]):
            return Evidence(0.9, "the first line is time;name;text")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        draft = context.draft(title=source.name)
        return in_batches(draft, self._messages(context, draft))

    def _messages(self, context: Context, draft: Draft) -> Iterator[Message]:
        for number, (line, offset) in enumerate(iter_lines(context.blocks()), 1):
            match = _LINE.fullmatch(line.strip("\r\n\ufeff"))
            try:
                time = dt.datetime.fromisoformat(match[1]) if match else None
            except ValueError:
                time = None
            if match is None or time is None:
                context.report("bad-line", "not a line of this format", line=number, column=1, excerpt=line[:200])
                continue
            yield context.message(
                draft,
                time=context.wall_time(time),
                precision="minute",
                sender=match[2],
                text=match[3],
                line=number,
                offset=offset,
            )


@attrs.frozen
class Topic(Segment):
    name: str = ""


def _match_topic(body: str, position: int, context: RuleContext) -> tuple[Segment, int] | None:
    end = body.find("#", position + 1, position + 40)
    if end <= position + 1:
        return None
    raw = body[position : end + 1]
    return Topic(raw[1:-1], raw=raw), end + 1


READER = SemicolonReader()
TOPIC = Rule("topic", "#", _match_topic)
