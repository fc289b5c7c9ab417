"""ZIP files: which files are in one, and what they are called.

Takes a source, gives its entries as sources, with what they may grow to together. Entry names are data and never become
paths on a disk; nothing is unpacked there. Where the list of entries at the end is missing, or does not lead to them
any more, it is made anew from what stands in front of each. Knows no format.
"""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Final

from wechatlog.errors import FormatError, RefusedFormatError, WechatlogError
from wechatlog.source import Budget, Source, is_folder_entry

ZIP_ERRORS: Final = (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, RuntimeError)
"""What the library for ZIPs raises for broken ones."""

_BEGIN: Final = b"PK\3\4"
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_LOCAL_HEADER: Final = _LOCAL.size
"""Bytes before the data of an entry, at least."""
_LISTED: Final = struct.Struct("<4s6H3I5H2I")
_LIST_END: Final = struct.Struct("<4s4H2IH")
_SIZES_BEHIND: Final = 8
"""The flag of an entry whose sizes stand behind its data."""
_LARGEST_MENDED: Final = 1 << 27
_MOST_INFLATED: Final = 1 << 31
_PIECE: Final = 1 << 16
_SAYS_UTF8: Final = 0x800
"""The flag of an entry whose name is UTF-8."""


class MendedZip(zipfile.ZipFile):
    """A ZIP whose list of entries was made anew; `what` is told of that."""

    what = "the list of files of this ZIP is missing or damaged; those that are found without it were read"


@contextlib.contextmanager
def open_zip(source: Source) -> Iterator[zipfile.ZipFile]:
    """The ZIP in a source; a `MendedZip` where its entries are not where it says.

    Raises:
        FormatError: where it is broken.
    """
    with contextlib.ExitStack() as closing:
        stream = closing.enter_context(source.open())
        seekable = stream if stream.seekable() else io.BytesIO(stream.read())
        try:
            archive = closing.enter_context(zipfile.ZipFile(seekable))
            first = min(archive.infolist(), key=lambda info: info.header_offset, default=None)
            seekable.seek(first.header_offset if first else 0)
            if first is not None and seekable.read(4) != _BEGIN:
                raise zipfile.BadZipFile("its files are not where it says")
        except ZIP_ERRORS as error:
            if isinstance(error, WechatlogError):
                raise
            if (mended := _mended(seekable, source.size_limit)) is None:
                raise FormatError(f"broken ZIP: {error}", source=source.label) from error
            archive = closing.enter_context(mended)
        yield archive


def _mended(stream: IO[bytes], most: int) -> MendedZip | None:
    """A ZIP with a list of the entries that stand in it, the last of them perhaps cut; `None` where there are none.

    Args:
        stream: all of it.
        most: bytes that are unpacked at most, to find where entries end that do not say it.
    """
    stream.seek(0)
    data = stream.read(_LARGEST_MENDED + 1)
    listed, count, at, left = bytearray(), 0, data.find(_BEGIN), min(most, _MOST_INFLATED)
    while 0 <= at < len(data) - _LOCAL_HEADER and len(data) <= _LARGEST_MENDED and left > 0:
        _, _, flags, method, time, day, crc, packed, size, named, extra = _LOCAL.unpack_from(data, at)
        begin = at + _LOCAL_HEADER + named + extra
        end = begin + packed
        is_known = packed > 0 or not flags & _SIZES_BEHIND
        if not is_known and method == zipfile.ZIP_DEFLATED:
            end, size, crc = _inflated(data, begin, left)
            left -= end - begin + size
            is_known = size > 0
        if is_known and begin < len(data):
            end = min(end, len(data))
            name = data[at + _LOCAL_HEADER : begin - extra]
            if "\ufffd" in name.decode("utf-8", "replace"):  # it says so, and was damaged
                flags &= ~_SAYS_UTF8
            facts = 20, flags, method, time, day, crc, end - begin, size, named, 0, 0, 0, 0, 0, at
            listed += _LISTED.pack(b"PK\1\2", 20, *facts) + name
            count += 1
        at = data.find(_BEGIN, max(end if data.startswith(b"PK", end) else 0, at + 4))
    end_of_list = _LIST_END.pack(b"PK\5\6", 0, 0, count, count, len(listed), len(data), 0)
    return MendedZip(io.BytesIO(data + listed + end_of_list)) if 0 < count < 1 << 16 else None


def _inflated(data: bytes, begin: int, most: int) -> tuple[int, int, int]:
    """Where what was packed ends, how large it is, and its checksum; as far as it can be unpacked."""
    inflater, at, size, crc = zlib.decompressobj(-zlib.MAX_WBITS), begin, 0, 0
    with contextlib.suppress(zlib.error):
        while not inflater.eof and at < len(data) and size < most:
            piece = inflater.decompress(inflater.unconsumed_tail or data[at : at + _PIECE], _PIECE)
            at += 0 if inflater.unconsumed_tail else _PIECE
            size, crc = size + len(piece), zlib.crc32(piece, crc)
    return min(at, len(data)) - len(inflater.unused_data), size, crc


def files_in(source: Source, archive: zipfile.ZipFile, prefix: str = "") -> Iterator[Source]:
    """The files in an open ZIP, in its order; folders, hidden files and the sidecars of macOS left out.

    Args:
        source: the ZIP.
        archive: the same, open for as long as its files are read.
        prefix: what the places of its files begin with.

    Raises:
        RefusedFormatError: where it is encrypted, or a compression bomb.
    """
    members = archive.infolist()
    end = 0
    for member in sorted(members, key=lambda info: info.header_offset):
        if member.header_offset < end:  # no program writes entries that share their bytes, but for bombs
            reason = "its entries overlap, as those of a compression bomb do"
            raise RefusedFormatError(source.label, "ZIP", reason)
        end = member.header_offset + _LOCAL_HEADER + member.compress_size
    budget = source.budget or Budget(source.size_limit)
    for member in members:
        parts = PurePosixPath(_entry_name(member).replace("\\", "/")).parts
        is_hidden = any(part.startswith(("__MACOSX", ".")) and part.strip(".") for part in parts)
        if is_folder_entry(member) or not parts or is_hidden:
            continue
        if member.flag_bits & 1:
            raise RefusedFormatError(source.label, "encrypted ZIP", "its files need a password; unpack it first")
        place = prefix + "/".join(parts)
        yield Source.of_member(archive, member, parts[-1], place, size_limit=source.size_limit, budget=budget)


def _entry_name(member: zipfile.ZipInfo) -> str:
    """The name of an entry; tools that do not say how they encode it write UTF-8 or, in China, GBK."""
    if member.flag_bits & _SAYS_UTF8:
        return member.filename
    name = _decoded(member.filename, "utf-8")
    if "\u017f" < max(name, default="") < "\u0800":  # two bytes a character, which may be those of GBK: ͼƬ is 图片
        return _decoded(member.filename, "gb2312") or name
    return name or _decoded(member.filename, "gb18030") or member.filename


def _decoded(name: str, encoding: str) -> str:
    """A name whose bytes were taken for code page 437, in an encoding; empty where it is not of that."""
    with contextlib.suppress(UnicodeError):
        return name.encode("cp437").decode(encoding)
    return ""
