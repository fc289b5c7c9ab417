"""The files that paths, folders and globs stand for, in a stable order. Looks into folders, opens no file."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from wechatlog.inputs.grouping import place_files
from wechatlog.source import Readable, Source, check_path, check_size_limit

_DIGITS: Final = re.compile(r"([0-9]+)")


def natural_key(name: str) -> list[tuple[int, int, str, str]]:
    """Sorts `page_2` before `page_10`; by the length of a number, since Python makes none of very many digits."""
    return [
        (0, len(part.lstrip("0")), part.lstrip("0"), part) if part.isascii() and part.isdecimal() else (1, 0, part, "")
        for part in _DIGITS.split(name)
    ]


def expand(paths: Readable | Iterable[str | os.PathLike[str]], size_limit: int) -> list[Source]:
    """The files that paths, folders and globs stand for, in a stable order.

    Raises:
        FileNotFoundError: where a path or a glob finds nothing.
        TypeError: for what is neither.
        OptionError: for a limit that is no number of bytes.
    """
    if isinstance(paths, Source | bytes | bytearray | memoryview) or hasattr(paths, "read"):
        return [Source.of(paths, size_limit=size_limit)]  # type: ignore[arg-type]
    if isinstance(paths, str | os.PathLike):
        paths = (paths,)
    if not isinstance(paths, Iterable):
        raise TypeError(f"expected a path, paths, bytes or a file object, not {type(paths).__name__}")
    paths = tuple(paths)
    each: tuple[object, ...] = paths
    if strange := {type(path).__name__ for path in each if not isinstance(path, str | os.PathLike)}:
        raise TypeError(f"expected paths, not {', '.join(sorted(strange))} among them")
    check_size_limit(size_limit)
    found = [find_files(check_path(path), size_limit) for path in paths]
    sources = [source for files in found for source in files.sources]
    place_files(sources, [files.base for files in found])
    return sources


def is_single(paths: object) -> bool:
    """Whether one file is meant, and not whatever is found in a folder or by a glob."""
    if isinstance(paths, str | os.PathLike):
        return Path(paths).is_file()
    return isinstance(paths, Source | bytes | bytearray | memoryview) or hasattr(paths, "read")


class Found(NamedTuple):
    """The files that a path, a folder or a glob stands for.

    Attributes:
        base: the folder that was named, or that of the files.
        sources: the files, in a stable order.
    """

    base: Path
    sources: list[Source]


def find_files(path: Path, size_limit: int) -> Found:
    """The files that one path, folder or glob stands for.

    Raises:
        FileNotFoundError: where it finds nothing.
    """
    if path.is_dir():
        return Found(path, [Source.of(found, size_limit=size_limit) for found in _walk_folder(path)])
    if path.exists() or not glob.has_magic(str(path)):
        path.stat()  # a missing file is an error now, not when the archive is read
        return Found(path.parent, [Source.of(path, size_limit=size_limit)])
    found = sorted(_glob(path), key=lambda found: natural_key(str(found)))
    if not found:
        raise FileNotFoundError(2, "no file matches", str(path))
    names = dict.fromkeys(name for path in found for name in (_walk_folder(path) if path.is_dir() else (str(path),)))
    return Found(_glob_root(path)[0], [Source.of(name, size_limit=size_limit) for name in names])


def _glob_root(path: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder that a glob begins in, and its parts from the first with a wildcard on."""
    parts = path.parts
    first = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first]), parts[first:]


def _glob(path: Path) -> set[Path]:
    """What a glob finds; `**` goes into no folder by a link, which may lead in a circle."""
    root, rest = _glob_root(path)
    pattern = os.path.join(*rest, *("*" for _ in rest[-1:] if rest[-1] == "**"))  # noqa: PTH118 - no path, a pattern
    hidden = {part for part in rest if part.startswith(".")}
    found = set()
    for match in root.glob(pattern):
        names = match.relative_to(root).parts
        if "**" in rest and match.is_symlink() and match.is_dir():
            continue
        if hidden or not any(name.startswith(".") for name in names):
            found.add(match)
    return found


def _walk_folder(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=natural_key)
        for name in sorted((name for name in files if not name.startswith(".")), key=natural_key):
            path = os.path.join(place, name)  # noqa: PTH118 - a path object for each of many files takes long
            if os.path.isfile(path) or not os.path.exists(path):  # noqa: PTH110, PTH113 - no pipes and devices
                yield path
