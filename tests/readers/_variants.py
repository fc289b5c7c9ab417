"""What every reader of text owes: the same messages whatever the bytes look like, and no surprise from damage."""

from __future__ import annotations

import gzip
from typing import Any

import wechatlog
from wechatlog.inputs.single import How, read_source
from wechatlog.source import Source


def read(data: bytes, name: str, **options: Any) -> list[wechatlog.Message]:
    """All messages of all conversations in an input."""
    return [message for found in read_source(Source.of(data), How.of(format=name, **options)) for message in found]


def check_encodings(text: str, name: str, **options: Any) -> None:
    """Marks, encodings, compression and line ends change nothing.

    Args:
        text: a file with LF and without a byte order mark; its bodies hold no line end but LF.
        name: of the format.
        options: of the reader.
    """
    expected = read(text.encode(), name, **options)
    assert expected
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        assert read(text.encode(encoding), name, **options) == expected, encoding
    assert read(gzip.compress(text.encode()), name, **options) == expected


def _in_file_order(messages: list[wechatlog.Message]) -> list[wechatlog.Message]:
    return sorted(messages, key=lambda message: (message.origin.line or 0, message.origin.offset or 0))


def check_cuts(text: str, name: str, step: int = 7, **options: Any) -> None:
    """A file cut anywhere raises nothing else than a `WechatlogError`, and keeps the messages before the cut."""
    data = text.encode()
    whole = _in_file_order(read(data, name, **options))
    last = 0
    for end in range(0, len(data), step):
        try:
            found = _in_file_order(read(data[:end], name, **options))
        except wechatlog.WechatlogError:
            continue
        kept = 0
        for one, other in zip(found, whole, strict=False):
            if one != other:
                break
            kept += 1
        assert len(found) - kept <= 1, f"cut at {end}: more than the last message changed"
        # Half a header is text, so it may end up in the body before it.
        assert kept >= last - 1, f"cut at {end}: a message was lost"
        last = max(last, kept)
    assert last >= len(whole) - 1
