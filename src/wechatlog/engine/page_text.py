"""A page as the text that stands in it: chats that somebody pasted into a page, or that a program wrote as paragraphs.

Makes of a page a source of text, as a person sees it and copies it out of a browser, so that the readers of texts read
it; a page is in memory for that, and lines are counted in its text. Needs lxml (the extra `html`). Knows no format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.engine.head import Head
from wechatlog.engine.html import node_text, page_title, parse_page, without_ends
from wechatlog.engine.inside import InsideReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source

_CHAT: Final = re.compile(r"聊天|微信|群|消息|发送|昵称|wechat|weixin|chat|messag|\bmsg|sender", re.IGNORECASE)
"""What is nowhere on a page of something else that has times and names: a page that has it may be of messages."""
SURELY_CHAT: Final = re.compile(
    r"<(?:title|h[12])\b[^<>]{0,200}>[^<]{0,200}(?:聊天|微信|群|wechat|weixin|\bchat)|\[(?:图片|语音|视频|表情|动画表情|文件|链接)\]",
    re.IGNORECASE,
)
"""What is on a page of a chat."""


def is_of_chat(text: str) -> bool:
    """Whether a page that begins like this may be of messages, by its words."""
    return _CHAT.search(text) is not None or SURELY_CHAT.search(text) is not None


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
