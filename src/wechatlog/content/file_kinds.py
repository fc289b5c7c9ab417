"""What a file is, by the bytes that it begins with.

Takes bytes, gives a kind or `None`. Knows no key and decodes nothing.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Kind(NamedTuple):
    """A kind of file: its media type, the suffix of its files, and how its content begins.

    `.` in `start` is any byte.
    """

    type: str
    suffix: str
    start: bytes


KINDS: Final = (
    Kind("image/png", ".png", b"\x89PNG\r\n\x1a\n"),
    Kind("image/jpeg", ".jpg", b"\xff\xd8\xff"),
    Kind("image/gif", ".gif", b"GIF87a"),
    Kind("image/gif", ".gif", b"GIF89a"),
    Kind("image/webp", ".webp", b"RIFF....WEBP"),
    Kind("image/avif", ".avif", b"....ftypavif"),
    Kind("image/avif", ".avif", b"....ftypavis"),
    Kind("image/heic", ".heic", b"....ftyphei."),
    Kind("image/tiff", ".tif", b"II*\x00"),
    Kind("image/tiff", ".tif", b"MM\x00*"),
    Kind("image/wxgf", ".wxgf", b"wxgf"),
    Kind("audio/silk", ".silk", b"\x02#!SILK_V3"),
    Kind("audio/silk", ".silk", b"#!SILK_V3"),
    Kind("audio/amr", ".amr", b"#!AMR"),
    Kind("audio/wav", ".wav", b"RIFF....WAVE"),
    Kind("audio/mpeg", ".mp3", b"ID3"),
    Kind("audio/mp4", ".m4a", b"....ftypM4A"),
    Kind("video/mp4", ".mp4", b"....ftyp"),
    Kind("image/bmp", ".bmp", b"BM"),
)
"""In the order in which they are asked."""

_ANY: Final = ord(".")
_PATTERNS: Final = [
    (kind, re.compile(b"".join(b"." if byte == _ANY else re.escape(bytes([byte])) for byte in kind.start), re.DOTALL))
    for kind in KINDS
]
_BITMAP_HEADERS: Final = frozenset({12, 40, 52, 56, 64, 108, 124})


def kind_of(data: bytes) -> Kind | None:
    """The kind of some data; `None` for what is no picture, sound or video."""
    for kind, pattern in _PATTERNS:
        # Data that begin with `BM` are a picture by the size of their second header.
        is_bitmap = len(data) >= 26 and int.from_bytes(data[14:18], "little") in _BITMAP_HEADERS
        if pattern.match(data) and (is_bitmap or kind.type != "image/bmp"):
            return kind
    return None
