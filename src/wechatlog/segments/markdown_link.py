"""`[title](https://…)`: a web page, as Markdown archives have it.

Takes a position, gives a `Link`. The title may hold line breaks and brackets (`[[动画表情]](…)`). A target
that is no address makes no link, but for one case: where the exporter's table broke, the whole body is
`[title](<tr …)`, and the link has lost its address.
"""

from __future__ import annotations

import re

from wechatlog.segments.brackets import bracketed_at
from wechatlog.segments.rule import Context, Rule
from wechatlog.segments.types import Link

_ADDRESS = re.compile(r"(?:(?:[a-z][a-z0-9+.-]{1,20}:)?//|mailto:|www\.)\S+\Z", re.IGNORECASE)
_HTML_FRAGMENT = re.compile(r"(?:<|&lt;)/?[A-Za-z]")


def match_link(body: str, position: int, context: Context) -> tuple[Link, int] | None:
    """A link that begins at a position, or `None`."""
    found = bracketed_at(context, position)
    if found is None:
        return None
    raw, title = body[position : found.end], found.label.strip() or None
    if _ADDRESS.match(found.target):
        return Link(url=found.target, title=title, raw=raw), found.end
    if position == 0 and not body[found.end :].strip() and _HTML_FRAGMENT.match(found.target):
        return Link(url=None, title=title, raw=raw), found.end
    return None


RULE = Rule("link", ("[",), match_link)
