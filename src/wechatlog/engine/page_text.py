"""A page as the text that stands in it: chats that somebody pasted into a page, or that a program wrote as paragraphs.

Makes of a page a source of text, as a person sees it and copies it out of a browser, so that the readers of texts read
it; a page is in memory for that, and lines are counted in its text. Needs lxml (the extra `html`). Knows no format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from wechatlog.engine.head import Head
from wechatlog.engine.html import node_text, page_title, parse_page, without_ends
from wechatlog.engine.inside import InsideReader
from wechatlog.engine.page_shapes import is_of_chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source


def _shown(text: str) -> str:
    """The lines of a page, without the blanks round them."""
    shown = node_text(parse_page(without_ends(text)), collapse=True).replace("\u00a0", " ")
    return "\n".join(line.strip() for line in shown.split("\n")).strip("\n") + "\n"


@attrs.frozen(eq=False)
class PageTextReader(InsideReader):
    """A reader of texts that reads what a page shows."""

    where = "in the text of a page"

    @classmethod
    def holds(cls, head: Head) -> bool:
        """Whether it is a page that may be of a chat."""
        return head.is_page and is_of_chat(head.text)

    @classmethod
    def heads(cls, head: Head) -> Iterator[Head]:
        """The head of its text."""
        yield Head.of(head.source.with_text(_shown(head.text)))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of its text."""
        text = source.read_text(context.collector, context.encoding)
        context.source = source.with_text(_shown(text))
        title = page_title(text)
        for draft, messages in self.reader.read(context.source, context):
            draft.title = draft.title or title
            yield draft, messages
