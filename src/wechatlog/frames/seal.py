"""A checksum of the rows of a Parquet file, by which its reader knows that nobody changed them.

What the writer puts into the columns goes together: the pieces of a body join to its text, the names of those mentioned
are those of the pieces. A program that changes one column need not change the other, so a reader has to look at every
row. With a seal that fits it need not. This is no signature: it tells an edited file, and not a forged one.
"""

from __future__ import annotations

import hashlib
import io
from typing import IO, Any, Final

SEAL_KEY: Final = b"wechatlog.seal"
"""Under this key the metadata of a Parquet file have the checksum of all bytes before them."""

_BLOCK: Final = 1 << 20
_END: Final = 8
"""Bytes behind the metadata of a Parquet file: their length, and `PAR1`."""


def new_seal() -> Any:
    """What is fed with bytes, and gives their checksum."""
    return hashlib.blake2b(digest_size=16)


def is_sealed(stream: IO[bytes], seal: bytes | None) -> bool:
    """Whether the rows of a Parquet file are those that a seal was made of, which stands in its metadata."""
    if seal is None:
        return False
    size = stream.seek(-_END, io.SEEK_END)
    left = size - int.from_bytes(stream.read(4), "little")
    stream.seek(0)
    found = new_seal()
    while left > 0 and (block := stream.read(min(left, _BLOCK))):
        found.update(block)
        left -= len(block)
    return bool(found.hexdigest().encode() == seal)
