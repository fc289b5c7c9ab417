"""`![2017-08-19 07:14:36](http://…/20170819_071436.png)`: a picture, as Markdown archives have it.

Takes a position, gives an `Image`. A target with a scheme is an address, any other one that looks like a
file is a path beside the archive.
"""

from __future__ import annotations

import re

from wechatlog.segments.brackets import bracketed_at
from wechatlog.segments.rule import Context, Rule
from wechatlog.segments.types import Image

_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{1,20}:)?//\S|www\.", re.IGNORECASE)
_PATH = re.compile(r"[./\\]")


def match_image(body: str, position: int, context: Context) -> tuple[Image, int] | None:
    """An image link that begins at a position, or `None`."""
    found = bracketed_at(context, position + 1)
    if found is None:
        return None
    raw, label = body[position : found.end], found.label or None
    if _ADDRESS.match(found.target):
        return Image(url=found.target, label=label, raw=raw), found.end
    if _PATH.search(found.target):
        return Image(path=found.target, label=label, raw=raw), found.end
    return None


RULE = Rule("image", ("![",), match_image)
