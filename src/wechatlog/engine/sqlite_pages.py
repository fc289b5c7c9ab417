"""Pages of a SQLite file: those of a write-ahead log put in their places, those that were cut off left empty.

Takes bytes, gives bytes; nothing is written to disk. Source of the format: sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from typing import Final

_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_ENTROPY: Final = 7.9
_SPREAD: Final = 256
_SAMPLED: Final = 64
_LOG_MAGIC: Final = (0x377F0682, 0x377F0683)


def expected_size(head: bytes) -> int:
    """How long a database is by its own first hundred bytes; 0 where they do not say."""
    if len(head) < 100 or head[24:28] != head[92:96]:
        return 0
    pages: int = struct.unpack(">I", head[28:32])[0]
    return pages * page_size(head)


def page_size(head: bytes) -> int:
    """The page size of a database, from its first bytes."""
    size: int = struct.unpack(">H", head[16:18])[0]
    return 65536 if size == 1 else size


def fill(data: bytearray, size: int) -> None:
    """Make a cut database as long as it was; SQLite takes empty pages for damaged ones."""
    data.extend(bytes(max(0, size - len(data))))


def _sums(data: bytes, order: str, first: int, second: int) -> tuple[int, int]:
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for index in range(0, len(words), 2):
        first = (first + words[index] + second) & 0xFFFFFFFF
        second = (second + words[index + 1] + first) & 0xFFFFFFFF
    return first, second


def is_noise(data: bytes) -> bool:
    """Whether bytes, a page or more, look encrypted."""
    total = len(data)
    likely = 8 - _SPREAD / total  # bits of a byte, as far as so few bytes can show them
    return -sum(n / total * math.log2(n / total) for n in Counter(data).values()) > min(_ENTROPY, likely)


def _frame_starts(log: bytes) -> range:
    size = struct.unpack(">I", log[8:12])[0]
    return range(_LOG_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size)


def is_log(log: bytes) -> bool:
    """Whether this is a write-ahead log that is not encrypted: a decrypted database may lie beside its old one."""
    if len(log) < _LOG_HEADER:
        return False
    magic, _, size, _, _, _, *sums = struct.unpack(">8I", log[:_LOG_HEADER])
    if magic not in _LOG_MAGIC or not 512 <= size <= 65536 or size & (size - 1):
        return False
    if _sums(log[:24], _order(magic), 0, 0) != tuple(sums):
        return False
    starts = _frame_starts(log)[:_SAMPLED]
    noisy = sum(is_noise(log[begin + _FRAME_HEADER : begin + _FRAME_HEADER + size]) for begin in starts)
    return noisy * 2 <= len(starts)


def _order(magic: int) -> str:
    return ">" if magic & 1 else "<"


def apply_log(data: bytearray, log: bytes) -> None:
    """Put the pages of committed transactions of a write-ahead log into a database.

    As SQLite does: frames count as far as their salt and sums are right, and up to the last commit.
    """
    magic, _, size, _, *salts, sum_1, sum_2 = struct.unpack(">8I", log[:_LOG_HEADER])
    order, sums = _order(magic), (sum_1, sum_2)
    waiting: dict[int, int] = {}
    for begin in _frame_starts(log):
        page, pages, *marks = struct.unpack(">6I", log[begin : begin + _FRAME_HEADER])
        content = begin + _FRAME_HEADER
        sums = _sums(log[begin : begin + 8], order, *sums)
        sums = _sums(log[content : content + size], order, *sums)
        if marks != [*salts, *sums] or page == 0:
            return
        waiting[page] = content
        if pages:
            _commit(data, log, size, waiting, pages)


def _commit(data: bytearray, log: bytes, size: int, waiting: dict[int, int], pages: int) -> None:
    """Put pages in; a log that claims more pages than it and the database have is not followed."""
    length = pages * size
    if length > len(data) + len(log):
        return
    fill(data, length)
    for page, content in waiting.items():
        if page * size <= length:
            data[(page - 1) * size : page * size] = log[content : content + size]
    del data[length:]
    waiting.clear()
