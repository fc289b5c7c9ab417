"""The files of an export, wherever they lie: in a folder, in a ZIP, in a folder of a ZIP.

Takes paths as an archive names them, gives bytes. A ZIP on the way of a path is a folder; nothing is unpacked to disk.
Nothing outside the folder of the export is read, neither by `..` nor through a link.
"""

from __future__ import annotations

import contextlib
import os
import stat
import weakref
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from wechatlog.errors import FormatError, RefusedFormatError
from wechatlog.source import Source
from wechatlog.zips import files_in, open_zip

_MAXIMUM_DEPTH: Final = 3
"""How deep ZIPs in ZIPs are opened; there are ZIPs that hold themselves."""


class _Package:
    """A ZIP that stays open for as long as this lives, and the files in it by their paths."""

    def __init__(self, source: Source, depth: int = 1) -> None:
        closing = contextlib.ExitStack()
        weakref.finalize(self, closing.close)
        self._files = {found.label: found for found in files_in(source, closing.enter_context(open_zip(source)))}
        self._inside: dict[str, _Package] = {}
        self._depth = depth

    def find(self, path: PurePosixPath) -> Source | None:
        if (found := self._files.get(str(path))) is not None:
            return found
        for folder in path.parents if self._depth < _MAXIMUM_DEPTH else ():
            name = str(folder)
            if (package := self._files.get(name)) is not None:
                if name not in self._inside:
                    self._inside[name] = _Package(package, self._depth + 1)
                return self._inside[name].find(path.relative_to(folder))
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)


class MediaFolder:
    """The files of an export; ZIPs stay open for as long as this lives.

    Args:
        root: a folder, a ZIP, or a folder in a ZIP.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.path = Path(root).resolve()
        self._packages: dict[Path, _Package] = {}
        self._zips: dict[Path, Path | None] = {}

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file.

        Args:
            path: from the root on, with either slash between folders.
            limit: bytes that the file may have.

        Raises:
            FormatError: where the path leads out, or the file is none, broken or too large.
            OSError: where the file cannot be opened.
        """
        found = self._place(path)
        if (package := self._zip_of(found)) is None:
            return read_file(found, limit)
        try:
            source = self._member(found, package)
            if source is None:
                raise FileNotFoundError(2, "no such file in this ZIP", path)
            with source.open() as stream:
                data = stream.read(limit + 1)
        except RefusedFormatError as error:
            raise FormatError(error.reason, source=found.name) from error
        if len(data) > limit:
            raise FormatError(f"has more than {limit:,} bytes", source=found.name)
        return data

    def holds(self, path: str) -> bool:
        """Whether there is such a file."""
        try:
            found = self._place(path)
            if (package := self._zip_of(found)) is None:
                return found.is_file()
            return self._member(found, package) is not None
        except (FormatError, RefusedFormatError, OSError, ValueError):
            return False

    def is_packed(self, path: str) -> bool:
        """Whether a file of this path lies in a ZIP, where no browser finds it."""
        try:
            return self._zip_of(self._place(path)) is not None
        except FormatError:
            return False

    def __iter__(self) -> Iterator[str]:
        """The paths of all files, in a stable order; those of a ZIP only where it is the root, or has it in it.

        Raises:
            FormatError: for a ZIP that is broken.
            RefusedFormatError: for one that is encrypted, or a compression bomb.
        """
        package = self._zip_of(self.path / "any")
        if package is not None:
            begin = self.path.relative_to(package).as_posix()
            begin = "" if begin == "." else f"{begin}/"
            yield from sorted(name.removeprefix(begin) for name in self._open(package) if name.startswith(begin))
            return
        for folder, folders, names in os.walk(self.path):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if path.is_file() and path.resolve().is_relative_to(self.path):
                    yield path.relative_to(self.path).as_posix()

    def _place(self, path: str) -> Path:
        try:
            found = self.path.joinpath(path.replace("\\", "/")).resolve()
        except (ValueError, RuntimeError) as error:  # a name that no file can have, a loop of links
            raise FormatError(f"no file can have this name: {error}", source=path) from error
        if not found.is_relative_to(self.path):
            raise FormatError("leads out of the folder of the export", source=path)
        return found

    def _zip_of(self, found: Path) -> Path | None:
        """The ZIP that a path leads into: the file that stands in place of one of its folders."""
        folder = found.parent
        if folder not in self._zips:
            try:
                file = next((above for above in (folder, *folder.parents) if above.exists()), None)
                self._zips[folder] = file if file is not None and file.is_file() else None
            except (OSError, ValueError):
                return None
        return self._zips[folder]

    def _open(self, package: Path) -> _Package:
        if package not in self._packages:
            self._packages[package] = _Package(Source.of(package))
        return self._packages[package]

    def _member(self, found: Path, package: Path) -> Source | None:
        return self._open(package).find(PurePosixPath(found.relative_to(package).as_posix()))


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a file on disk.

    Raises:
        FormatError: where it is no file, or too large.
        OSError: where it cannot be opened.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):  # a pipe would wait for somebody to write
        raise FormatError("is no file", source=path.name)
    if (size := about.st_size) > limit:
        raise FormatError(f"has {size:,} bytes, more than {limit:,}", source=path.name)
    return path.read_bytes()
