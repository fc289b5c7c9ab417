"""ZIP files: which files are in one, and what they are called.

Takes a source, gives its entries as sources, with what they may grow to together. Entry names are data and never become
paths on a disk; nothing is unpacked there. Knows no format.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from wechatlog.errors import FormatError, RefusedFormatError, WechatlogError
from wechatlog.source import Budget, Source, is_folder_entry

ZIP_ERRORS: Final = (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, RuntimeError)
"""What the library for ZIPs raises for broken ones."""

_LOCAL_HEADER: Final = 30
"""Bytes before the data of an entry, at least."""
_SAYS_UTF8: Final = 0x800
"""The flag of an entry whose name is UTF-8."""


@contextlib.contextmanager
def open_zip(source: Source) -> Iterator[zipfile.ZipFile]:
    """The ZIP in a source.

    Raises:
        FormatError: where it is broken.
    """
    with contextlib.ExitStack() as closing:
        stream = closing.enter_context(source.open())
        seekable = stream if stream.seekable() else io.BytesIO(stream.read())
        try:
            archive = closing.enter_context(zipfile.ZipFile(seekable))
        except ZIP_ERRORS as error:
            if isinstance(error, WechatlogError):
                raise
            raise FormatError(f"broken ZIP: {error}", source=source.label) from error
        yield archive


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
