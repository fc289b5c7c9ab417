"""`[强]`, `/::)`, `/微笑` and the private-use characters: an emoji.

Takes a position, gives an `Emoji`. The code table decides; brackets that it does not know stay text.
"""

from __future__ import annotations

import functools

from wechatlog import emoji
from wechatlog.segments.rule import Context, Rule
from wechatlog.segments.types import Emoji


def match_emoji(body: str, position: int, context: Context) -> tuple[Emoji, int] | None:
    """An emoji code that begins at a position, or `None`; the label of a Markdown image is none."""
    found = emoji.match_code(body, position, context.text_start)
    if found is None:
        return None
    entry, code = found
    end = position + len(code)
    if body.startswith("(", end) and body.endswith("!", 0, position):
        return None
    return _segment(code, entry.name, entry.unicode), end


@functools.cache
def _segment(code: str, name: str, unicode: str | None) -> Emoji:
    """The segment of a code: a value, so one serves all places where the code stands."""
    return Emoji(code=code, name=name, unicode=unicode, raw=code)


RULE = Rule("emoji", emoji.code_starts(), match_emoji)
