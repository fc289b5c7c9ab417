"""A post for a blog or a note in CommonMark: a heading for each day, names in bold, quotations, links, pictures.

Takes a conversation, gives a document for people, which no reader reads back. What a message looks like is
`markdown_blocks`; whatever the chat holds is shown and never acts, in a renderer, a blog generator or a page.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.timestamps import day_and_clock
from wechatlog.writers import commonmark
from wechatlog.writers.base import Form, Items
from wechatlog.writers.markdown_blocks import BLOCK_OPTIONS, Look, Post
from wechatlog.writers.options import flag_option

_NO_MARKUP: Final = str.maketrans("<>{}", "＜＞｛｝")
"""Themes put a title into their pages as it is."""


class MarkdownPostWriter(Form):
    """The writer of posts."""

    name = "markdown-post"
    description = "a post for a blog or a note, in Markdown (CommonMark); not meant to be read back"
    suffixes = (".post.md",)
    options: Mapping[str, str] = {
        **BLOCK_OPTIONS,
        "front_matter": "`true`: begin with YAML front matter of title and date in place of the heading",
        "heading": "level of the heading of the post, 1 (the default) to 5; those of the days are one below",
    }
    streaming = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """Front matter or a heading, then the blocks of the messages, an empty line between them."""
        look = Look.of(options)
        ((conversation, messages),) = items
        title, post = commonmark.plain_line(conversation.title or ""), Post(look)
        stream = iter(messages)
        first = list(itertools.islice(stream, 1))
        between = "\n"
        if flag_option(options, "front_matter", default=False):
            quoted = json.dumps(title.translate(_NO_MARKUP), ensure_ascii=False)
            fields = {"title": quoted if title else "", "date": day_and_clock(first[0].time, None)[0] if first else ""}
            yield "".join(("---\n", *(f"{name}: {value}\n" for name, value in fields.items() if value), "---\n"))
        elif title:
            yield f"{'#' * look.heading} {commonmark.escape_line(title)}\n"
        else:
            between = ""
        for message in itertools.chain(first, stream):
            for block in post.blocks(message):
                yield f"{between}{block}\n"
                between = "\n"


WRITER: Final = MarkdownPostWriter()
