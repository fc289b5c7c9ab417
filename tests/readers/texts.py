"""What the tests of several readers do."""

from __future__ import annotations

from typing import Any

import wechatlog
from wechatlog import WechatlogError
from wechatlog.inputs.single import How, read_source
from wechatlog.source import Source


def read(data: bytes, name: str, **options: Any) -> list[wechatlog.Message]:
    """All messages of all conversations in an input."""
    return [message for found in read_source(Source.of(data), How.of(format=name, **options)) for message in found]


def check_any(data: bytes, format: str, **options: Any) -> None:  # noqa: A002
    """Whatever the bytes are: chats whose segments join to their texts, or an error that a reader raises by itself."""
    try:
        for message in read(data, format, **options):
            assert "".join(segment.raw for segment in message.segments) == message.text
    except WechatlogError as error:
        assert "cannot be read as" not in str(error), error  # noqa: PT017
