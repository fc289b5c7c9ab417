"""A SQLite file from which bytes are missing, or into which some came: its pages put back in their places.

Takes bytes, gives bytes. One place is taken to be hit: the pages in front of it stand where they should, those behind
it all as much too early or too late. A page is known by its type and its cell pointers, and the cells of the page that
was hit by their lengths. Source of the format: sqlite.org/fileformat2.html.
"""

from __future__ import annotations

from typing import Final

from wechatlog.engine.sqlite_pages import expected_size, page_size

_HEADER: Final = 100
"""Bytes of the file in front of the first page's own header."""
_TYPES: Final = {2: 12, 5: 12, 10: 8, 13: 8}
"""Page types, and how long the header of such a page is."""
_TABLE_LEAF: Final = 13
_MOST: Final = 8
"""Pages of which each may be the one that was hit, as far as they are tried."""


def realign(data: bytearray) -> bool:
    """Put the pages behind damage back in their places; whether that was possible.

    The file must say how many pages it has.
    """
    head = bytes(data[:_HEADER])
    size, expected = page_size(head), expected_size(head)
    shift = len(data) - expected
    if not expected or not shift or abs(shift) >= size // 2:
        return False
    count = expected // size
    here = [_is_page(data, page * size, size, page == 0) for page in range(count)]
    there = [_is_page(data, page * size + shift, size, page == 0) for page in range(count)]
    known = [sum(here[: page + 1]) + sum(there[page + 1 :]) for page in range(count)]
    if max(known) * 2 < count:
        return False
    places = [page for page in range(count) if known[page] == max(known)][:_MOST]
    hit = max(places, key=lambda page: _whole_in(data, page, places, size, shift))
    begin, end = hit * size, (hit + 1) * size + shift
    data[begin:end] = _mended(bytes(data[begin:end]), size, hit == 0)
    return True


def _whole_in(data: bytearray, hit: int, pages: list[int], size: int, shift: int) -> int:
    """How many cells of some pages are whole where one of them was hit."""
    found = 0
    for page in pages:
        begin, end = page * size + (shift if page > hit else 0), (page + 1) * size + (shift if page >= hit else 0)
        content = bytes(data[begin:end])
        found += _whole_cells(_mended(content, size, page == 0) if page == hit else content, page == 0)
    return found


def _is_page(data: bytearray, begin: int, size: int, is_first: bool) -> bool:
    """Whether a page of a tree stands at a place."""
    page = data[begin : begin + size]
    if len(page) < size or begin < 0:
        return False
    at = _HEADER if is_first else 0
    is_empty = page[at] in _TYPES and page[at + 3 : at + 5] == b"\0\0" == page[at + 1 : at + 3]
    return is_empty or bool(_cells(page, is_first))


def _cells(page: bytes | bytearray, is_first: bool) -> list[int]:
    """Where the cells of a page begin; nothing for what is no page of a tree."""
    at = _HEADER if is_first else 0
    length = _TYPES.get(page[at], 0)
    cells = int.from_bytes(page[at + 3 : at + 5], "big")
    end = at + length + 2 * cells
    if not length or not cells or end > len(page):
        return []
    found = [int.from_bytes(page[place : place + 2], "big") for place in range(at + length, end, 2)]
    return found if all(end <= cell <= len(page) - 4 for cell in found) else []


def _mended(page: bytes, size: int, is_first: bool) -> bytes:
    """A page that is shorter or longer than it should be, parted or joined where most of its cells are whole."""
    shift = len(page) - size
    cells = sorted(_cells(page, is_first))
    begin = _HEADER if is_first else 0
    free = begin + _TYPES.get(page[begin], 0) + 2 * len(cells)  # behind the pointers; the cells stand at the end
    places = {free, *(cell + 2 for cell in cells), len(page)}
    options = [page[:at] + bytes(max(0, -shift)) + page[at + max(0, shift) :] for at in sorted(places)]
    return max(options, key=lambda each: _whole_cells(each, is_first))


def _whole_cells(page: bytes, is_first: bool) -> int:
    """How many cells of a leaf of a table are as long as they say."""
    cells = sorted(_cells(page, is_first))
    if not cells or page[_HEADER if is_first else 0] != _TABLE_LEAF:
        return 0
    return sum(_cell_end(page, begin) == end for begin, end in zip(cells, [*cells[1:], len(page)], strict=True))


def _cell_end(page: bytes, begin: int) -> int:
    """Where a cell of a leaf ends, by its own length."""
    length, at = 0, begin
    for numbers in (0, 1):  # the length of the payload, and the number of the row
        value = 0
        for _ in range(9):
            byte = page[at] if at < len(page) else 0
            value, at = value << 7 | byte & 0x7F, at + 1
            if byte < 0x80:
                break
        length = length if numbers else value
    return at + length
