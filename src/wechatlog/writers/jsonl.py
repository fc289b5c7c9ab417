"""The library's own interchange form, lossless: as JSON Lines, and as one JSON document.

What is in a line, and in an item of the document, is `content.native`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wechatlog.content.native import SCHEMA, conversation_to_json, message_to_json
from wechatlog.utf8 import escape, json_line
from wechatlog.writers.base import Form, Items
from wechatlog.writers.options import number_option

_LOSSES: Final[Mapping[str, str]] = {
    "segments:custom": "a segment of a user's own class is kept as its text",
    "text:surrogate-pairs": "JSON has one way to write both",
}
_WIDEST: Final = 16


class JsonlWriter(Form):
    """The writer of the native form."""

    name = "jsonl"
    description = "wechatlog's own JSON Lines, lossless (schema wechatlog/1)"
    suffixes = (".jsonl", ".ndjson")
    losses = _LOSSES
    several = True
    streaming = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """A line for the conversation, then one for each message."""
        del options
        for conversation, messages in items:
            yield json_line(conversation_to_json(conversation)) + "\n"
            for message in messages:
                yield json_line(message_to_json(message)) + "\n"


class DocumentWriter(Form):
    """The writer of one JSON document: an object with the conversations, each with its messages."""

    name = "json"
    description = "wechatlog's own form as one JSON document, lossless (schema wechatlog/1)"
    suffixes = (".json",)
    options: Mapping[str, str] = {
        "indent": "blanks for each level, for people to read; 0, the default, has a message on a line"
    }
    losses = _LOSSES
    several = True
    streaming = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[str]:
        """The document of all conversations."""
        indent = number_option(options, "indent", 0, most=_WIDEST) or None
        yield _opening({"schema": SCHEMA}, "conversations", indent, 0)
        before = ""
        for conversation, messages in items:
            head = conversation_to_json(conversation)
            for name in ("type", "schema"):  # the document says them once
                del head[name]
            yield before + _opening(head, "messages", indent, 2)
            before = ""
            for message in messages:
                value = message_to_json(message)
                del value["type"]
                yield before + _item(value, indent, 4)
                before = ","
            yield _closing(indent, 2)
            before = ","
        yield _closing(indent, 0) + "\n"


def _margin(indent: int | None, level: int) -> str:
    return "\n" + " " * ((indent or 0) * level)


def _item(value: Mapping[str, Any], indent: int | None, level: int) -> str:
    """A value on lines of its own; there are no line ends inside the strings of JSON."""
    margin = _margin(indent, level)
    text = json_line(value) if indent is None else escape(json.dumps(value, ensure_ascii=False, indent=indent))
    return margin + text.replace("\n", margin)


def _opening(head: Mapping[str, Any], last: str, indent: int | None, level: int) -> str:
    """An object whose last value is an array, up to the items of that array."""
    text = _item({**head, last: []}, indent, level)
    text = text[: text.rindex("]")]
    return text.removeprefix("\n") if level == 0 else text


def _closing(indent: int | None, level: int) -> str:
    return f"{_margin(indent, level + 1)}]" + ("}" if indent is None else _margin(indent, level) + "}")


WRITER: Final = JsonlWriter()
DOCUMENT: Final = DocumentWriter()
