"""Many inputs as parts that can be read alone: elsewhere, and at the same time.

A part is one file, the pages of one chat, or a stretch of a large file; it is a small value that pickles, and `scan`
takes it. The rows of all parts together are those of the whole, whatever the parts are. Knows no format: where a file
may be cut is said by its reader, and a file whose reader does not say it is one part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.detection import is_dense, open_format
from wechatlog.engine.parts import Part, PartFile, find_stretches
from wechatlog.errors import OptionError, WechatlogError
from wechatlog.inputs.files import expand, is_single
from wechatlog.inputs.grouping import page_groups
from wechatlog.source import DEFAULT_SIZE_LIMIT, Source

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from wechatlog.inputs.single import Format

PART_SIZE: Final = 64 << 20
"""Bytes from which on a file is cut, unless somebody asks for another number."""


def split(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    size: int = PART_SIZE,
    format: Format = None,  # noqa: A002
    encoding: str | None = None,
) -> list[Part]:
    """The parts of many inputs, which can be read elsewhere and at the same time: `scan` takes each of them.

    Files of Markdown archives and of the JSON Lines of wechatlog and of ChatLab that are larger than `size` are cut,
    if they are in UTF-8 and whole; they are read once to find the places. Other files are parts as they are, and so is
    a ZIP. Of a file that was cut, what is appended later is no part; that it was rewritten is told when a part is read,
    by the first and last bytes of that part: what became something else of equal length between them is not seen.

    Args:
        paths: a file, a folder, a glob, or a list of these.
        size: bytes from which on a file is cut, and that each of its parts holds at least.
        format: as for `load_archive`.
        encoding: as for `load_archive`.

    Returns:
        The parts in the order of the files. No part is empty, unless a file is.

    Raises:
        FileNotFoundError: where a path or a glob finds nothing.
        OptionError: for a size that is no number of bytes.
        TypeError: for bytes and open files, which nobody else can read.

    Example:
        >>> import wechatlog
        >>> parts = wechatlog.split("examples/reading-club.jsonl", size=20_000)
        >>> sum(batch.num_rows for part in parts for batch in wechatlog.scan(part))
        417
    """
    number: object = size  # whoever has no type checker is told
    if not (isinstance(number, int) and number >= 1):
        raise OptionError("size", f"expected a number of bytes, 1 or more, not {size!r}")
    alone, found = is_single(paths), []
    sources = expand(paths, DEFAULT_SIZE_LIMIT)
    if any(source.path is None for source in sources):
        raise TypeError("expected paths, since parts are read elsewhere, not bytes or an open file")
    for group in page_groups(sources):
        files = tuple(PartFile(str(source.path), source.label, source.chat) for source in group.sources)
        whole = Part(files, None, format, encoding, alone)
        stretches = _stretches(group.sources[0], size, whole) if len(files) == 1 else []
        found += [*stretches] or [whole]
    return found


def _stretches(source: Source, size: int, whole: Part) -> Iterator[Part]:
    """The parts of a file that is large and can be cut."""
    if (source.size or 0) <= size or source.is_packed:
        return
    try:
        reader = open_format(source, whole.format, whole.encoding)
    except (WechatlogError, OSError):  # told by whoever reads it
        return
    cuts = getattr(reader, "cuts", None)
    if not callable(cuts):
        return
    with source.open() as stream:
        stretches = find_stretches(cuts, stream, size, whole.encoding, dense=is_dense(reader))
    if len(stretches) > 1:
        name = reader.name if whole.format is None else whole.format
        for stretch in stretches:
            yield attrs.evolve(whole, stretch=stretch, format=name, encoding=whole.encoding or "utf-8")
