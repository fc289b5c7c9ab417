"""The library's own interchange form, JSON Lines; lossless. What is in a line is `content.native`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.native import conversation_to_json, message_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.model import Conversation, Message

__all__ = ["WRITER", "JsonlWriter"]

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _line(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not text.isascii() and _SURROGATE.search(text):  # UTF-8 cannot hold half a pair
        text = _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return text + "\n"


class JsonlWriter:
    """The writer of the native form."""

    name = "jsonl"
    description = "wechatlog's own JSON Lines, lossless (schema wechatlog/1)"
    suffixes = (".jsonl", ".ndjson")
    options: Mapping[str, str] = {}
    losses: Mapping[str, str] = {
        "segments:custom": "a segment of a user's own class is kept as its text",
    }
    several = True
    streaming = True
    binary = False

    def write(
        self, conversation: Conversation, messages: Iterable[Message], options: Mapping[str, Any]
    ) -> Iterator[str]:
        """A line for the conversation, then one for each message."""
        del options
        yield _line(conversation_to_json(conversation))
        for message in messages:
            yield _line(message_to_json(message))


WRITER: Final = JsonlWriter()
