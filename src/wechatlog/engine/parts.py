"""A large text file in parts that can be read alone, elsewhere and at the same time.

A reader that can say where its files may be cut has `cuts`, of the type `protocol.Cuts`. What must stand before a part
for its records to mean what they mean in the whole file (a front matter, the header of a chat) goes along as its head,
and no message is made of it. Gives bytes and numbers; knows no format, and opens no file.

Only a file that is whole can be cut: in UTF-8 or a named encoding whose lines end as in ASCII, without a broken byte.
What damage means may depend on what stands around it.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

import attrs

from wechatlog.decoding import BLOCK_SIZE
from wechatlog.engine.head import find_conversion
from wechatlog.source import Source, Stretch, checksum_borders

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from wechatlog.engine.protocol import Cuts, Reader

_BY_LINE: Final = frozenset({"ascii", "utf-8", "gbk", "gb18030", "gb2312", "big5", "cp950", "big5hkscs"})
_MOST_HEAD: Final = 1 << 20


class PartFile(NamedTuple):
    """A file of a part.

    Attributes:
        path: of the file.
        place: where it stands among the inputs, as in `Source`.
        chat: what its chat is called among the inputs, as in `Source`.
    """

    path: str
    place: str
    chat: str | None


@attrs.frozen
class Part:
    """Some of the messages of many inputs, which can be read alone.

    Attributes:
        files: one file, or those that are pages of one chat.
        stretch: which part of the file; `None` for all of it.
        format: the format that was named, or that of a file that was cut.
        encoding: the encoding that was named, or that of a file that was cut.
        alone: one file was named, and what is wrong with it is an error and no diagnostic.

    Example:
        >>> import wechatlog
        >>> print(wechatlog.split("examples/reading-club.jsonl")[0])
        examples/reading-club.jsonl
    """

    files: tuple[PartFile, ...]
    stretch: Stretch | None = None
    format: str | Reader | None = None
    encoding: str | None = None
    alone: bool = False

    def __str__(self) -> str:
        names = ", ".join(self.paths)
        return names if self.stretch is None else f"{names}, from byte {self.stretch.start} on"

    @property
    def paths(self) -> tuple[str, ...]:
        """Those of the files."""
        return tuple(file.path for file in self.files)

    def of(self, paths: Container[str]) -> Part:
        """The same of some of its files alone; of none where it has none of them."""
        return attrs.evolve(self, files=tuple(file for file in self.files if file.path in paths))

    def sources(self, size_limit: int) -> list[Source]:
        """The inputs."""
        found = []
        for path, place, chat in self.files:
            if self.stretch is None:
                source = Source.of(path, size_limit=size_limit)
            else:
                source = Source.of_stretch(Path(path), self.stretch)
            source.place, source.chat = place, chat
            found.append(source)
        return found


def find_stretches(
    cuts: Cuts, stream: IO[bytes], size: int, encoding: str | None = None, *, dense: bool = False
) -> list[Stretch]:
    """The stretches of a file, in order; where it cannot be cut there is one.

    Args:
        cuts: those of its reader.
        stream: the file, not packed; read once, line by line.
        size: bytes that a stretch holds at least, but for the last one.
        encoding: the encoding that the user named, or `None`.
        dense: as for `find_conversion`: what a conversion went through cannot be cut.
    """
    whole = Stretch()
    name = codecs.lookup(encoding or "utf-8").name
    first = stream.read(BLOCK_SIZE)
    text = first.decode(name, "replace").lstrip("\ufeff")
    if name not in _BY_LINE or b"\n" not in first or find_conversion(text, dense=dense) is not None:
        return [whole]
    stream.seek(0)
    try:
        found = [whole, *_find(cuts, stream, size, name)]
    except UnicodeDecodeError:
        return [whole]
    ends = [*(stretch.start for stretch in found[1:]), stream.tell()]
    return [
        stretch._replace(end=end, borders=checksum_borders(stream, stretch.start, end))
        for stretch, end in zip(found, ends, strict=True)
    ]


def _find(cuts: Cuts, stream: IO[bytes], size: int, encoding: str) -> Iterator[Stretch]:
    """The stretches behind the first, without their ends.

    Raises:
        UnicodeDecodeError: where the file is not whole.
    """
    start, end, wanted = 0, 0, size

    def lines() -> Iterator[str]:
        nonlocal start, end
        for line in stream:
            if b"\0" in line:
                raise UnicodeDecodeError(encoding, line, 0, 1, "this may be another encoding")
            start, end = end, end + len(line)
            yield line.decode(encoding)

    for line, mark in enumerate(cuts(lines())):
        if mark is not None and start >= wanted and len(mark.head) <= _MOST_HEAD:
            yield Stretch(start, 0, mark.head.encode(encoding), mark.given, line, mark.number, mark.chat, mark.placed)
            wanted = start + size
