"""The only module that opens files: a path, bytes, a string or a file object in, text or bytes out.

It undoes gzip and bzip2, limits what they grow to, and hands out text in blocks with every line end as it stands. What
cannot be read twice is kept in memory. It knows no chat format; what is damaged is reported to the collector and never
lost silently.
"""

from __future__ import annotations

import codecs
import contextlib
import copy
import errno
import fnmatch
import functools
import gzip
import io
import os
import stat
import weakref
import zlib
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

from wechatlog.decoding import BLOCK_SIZE, as_utf8, decode_blocks
from wechatlog.diagnostics import Collector, Severity
from wechatlog.errors import FormatError, OptionError, RefusedFormatError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterator


Readable: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[str] | IO[bytes] | Source"

HEAD_SIZE: Final = 65_536
"""Bytes that detection may look at."""

_BZIP2_BLOCK: Final = b"1AY&SY"

DEFAULT_SIZE_LIMIT: Final = 4 << 30
"""Bytes that a compressed input may grow to before it is refused as a compression bomb."""

_WHOLE_ARCHIVE: Final = 4
"""How many times that limit all files of a ZIP together may grow to."""

_PIECE: Final = 1 << 20
_BORDER: Final = 4096
_PATIENCE: Final = 10_000
"""Milliseconds that one waits for somebody to write to a pipe."""


def _unpack(stream: IO[bytes], head: bytes) -> IO[bytes] | None:
    """The stream inside a gzip or bzip2 stream, or `None` for a plain one."""
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
    if head.startswith(b"BZh") and head[4:10] == _BZIP2_BLOCK:
        import bz2  # rare: only one exporter packs its files

        return cast("IO[bytes]", bz2.BZ2File(stream, "rb"))
    return None


_ZIP_ERRORS: Final = (NotImplementedError, RuntimeError, ValueError)


def _bad_zip() -> type[Exception]:
    """The error of the library for ZIPs, which is imported only where there is one."""
    import zipfile

    return zipfile.BadZipFile


def _too_large(name: str, what: str, limit: int) -> RefusedFormatError:
    return RefusedFormatError(name, what, f"grows to more than {limit:,} bytes; raise size_limit= if that is expected")


class Budget:
    """What all files of a ZIP together, and of the ZIPs in it, may grow to, so that many small bombs are one.

    Args:
        size_limit: bytes that one of them may grow to.
    """

    def __init__(self, size_limit: int) -> None:
        self.limit = self._left = _WHOLE_ARCHIVE * size_limit
        self._taken: dict[object, int] = {}

    def allows(self, entry: object, size: int) -> bool:
        """Whether an entry may have given this many bytes; to read them again costs nothing."""
        grown = size - self._taken.get(entry, 0)
        if grown > 0:
            self._left -= grown
            self._taken[entry] = size
        return self._left >= 0


class _Unpacked(io.RawIOBase):
    """A byte stream that stops being readable at a limit, so that a compression bomb cannot fill the memory.

    Attributes:
        to_damage: damage is the end of the data and no error.
        damage: what was wrong with them.
    """

    def __init__(
        self,
        stream: IO[bytes],
        limit: int,
        name: str,
        *,
        below: IO[bytes] | None = None,
        checksum: int | None = None,
        allows: Callable[[int], bool] = lambda _: True,
    ) -> None:
        self._stream, self._below = stream, below
        self._limit, self._name = limit, name
        self._checksum, self._allows = checksum, allows
        self._taken = self._sum = 0
        self.to_damage = False
        self.damage: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self.damage is not None:
            return 0
        try:  # `read1`, since `read` loses what it has when the rest is broken
            data = self._stream.read1(min(len(view), self._limit - self._taken + 1))  # type: ignore[attr-defined]
        except (OSError, EOFError, zlib.error, *_ZIP_ERRORS, _bad_zip()) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            return self._stop(f"broken compressed data: {error}", error)
        self._taken += len(data)
        if self._taken > self._limit:
            raise _too_large(self._name, "compressed file", self._limit)
        if not self._allows(self._taken):
            raise _too_large(self._name, "compressed archive", _WHOLE_ARCHIVE * self._limit)
        if self._checksum is not None:
            self._sum = zlib.crc32(data, self._sum)
            if not data and self._sum != self._checksum:
                return self._stop("broken compressed data: the checksum is wrong", None)
        view[: len(data)] = data
        return len(data)

    def _stop(self, damage: str, error: Exception | None) -> int:
        if not self.to_damage:
            raise FormatError(damage, source=self._name) from error
        self.damage = damage
        return 0

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._below is not None:  # a GzipFile leaves what it reads from open
                self._below.close()
        super().close()


class Stretch(NamedTuple):
    """A part of a file that is read alone, and what stood before it; see `engine.parts`.

    Attributes:
        start: offset of its first byte.
        end: offset behind its last byte.
        head: bytes that are read before it, so that its records mean what they mean in the whole file.
        given: how many messages are made of the head, which are none of this part.
        line: how many lines of the file stand before it.
        number: how many messages of its first conversation stand before it.
        chat: how many conversations of the file began before its first one.
        placed: messages stand on the lines that the reader gives; an interchange form says where they came from.
        borders: checksum of its first and last bytes, as `checksum_borders` gives it.
    """

    start: int = 0
    end: int = 0
    head: bytes = b""
    given: int = 0
    line: int = 0
    number: int = 0
    chat: int = 0
    placed: bool = True
    borders: int = 0


def checksum_borders(stream: IO[bytes], start: int, end: int) -> int:
    """A checksum of the first and the last bytes of a stretch of a file, by which it is known again.

    They lie where records begin; so nothing is read at wrong places where they are as they were, whatever was appended.
    """
    found = 0
    for place in (start, max(start, end - _BORDER)):
        stream.seek(place)
        found = zlib.crc32(stream.read(min(_BORDER, end - place)), found)
    return found


class _Part(io.RawIOBase):
    """The bytes of a stretch of a stream, others before them."""

    def __init__(self, stream: IO[bytes], head: bytes, start: int, end: int) -> None:
        self._stream, self._head, self._end = stream, head, end
        self._stream.seek(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        size = min(len(view), self._end - self._stream.tell())
        data, self._head = self._head[: len(view)], self._head[len(view) :]
        data = data or self._stream.read(max(size, 0)) or b""
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def check_size_limit(size_limit: object) -> None:
    """See whether a limit is a number of bytes.

    Raises:
        OptionError: where it is none.
    """
    if isinstance(size_limit, bool) or not isinstance(size_limit, int) or size_limit < 0:
        raise OptionError("size_limit", f"expected a number of bytes, not {size_limit!r:.80}")


def check_path(path: object) -> Path:
    """A path that a file may have.

    Raises:
        FileNotFoundError: for a text that no file can be called by.
        TypeError: for what is no path.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"expected a path, not {type(path).__name__}")
    found = Path(path)
    try:
        possible = b"\0" not in os.fsencode(found)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise FileNotFoundError(errno.ENOENT, "no file can have this name", ascii(str(found))[1:-1])
    return found


def _unpacked(stream: IO[bytes]) -> _Unpacked | None:
    """What unpacks the bytes of a buffered stream, if anything does."""
    raw = getattr(stream, "raw", None)
    return raw if isinstance(raw, _Unpacked) else None


def _read_bounded(stream: IO[bytes] | IO[str], limit: int, name: str) -> bytes | str:
    """Everything that a stream gives, which must end before a limit."""
    pieces: list[Any] = []
    left = limit
    while piece := stream.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise _too_large(name, "stream", limit)
        pieces.append(piece)
    return "".join(pieces) if pieces and isinstance(pieces[0], str) else b"".join(pieces)


def _read_special(path: Path, mode: int, limit: int) -> bytes:
    """What a pipe, or a terminal, gives.

    Raises:
        RefusedFormatError: for another device, and for a pipe that nobody writes to.
    """
    if not stat.S_ISFIFO(mode):
        with path.open("rb", buffering=0) as stream:
            if not stream.isatty() and str(path) != os.devnull:
                raise RefusedFormatError(path.name, "device", "this is a device and no file")
            return cast("bytes", _read_bounded(stream, limit, path.name))
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123 - no path, a descriptor
        first = _await_writer(descriptor, path.name)
        os.set_blocking(descriptor, True)
        return first + cast("bytes", _read_bounded(stream, limit, path.name))


def _await_writer(descriptor: int, name: str) -> bytes:
    """Wait until a pipe gives something, or ends, as long as somebody has it open; its first byte, if that was read."""
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while not poll.poll(_PATIENCE):
        with contextlib.suppress(BlockingIOError):  # somebody has it open and has not written yet
            if first := os.read(descriptor, 1):
                return first
            raise RefusedFormatError(name, "pipe", "nobody writes to this pipe")
    return b""


def is_folder_entry(member: zipfile.ZipInfo) -> bool:
    """Whether an entry of a ZIP is a folder; its own method fails for an empty name."""
    return member.filename.endswith("/")


class Source:
    """One input, openable as often as needed.

    Args:
        opener: gives a fresh binary stream.
        name: shown in diagnostics, or `None` for data without a name.
        path: the file on disk, or `None`.
        size_limit: bytes that compressed data may grow to.

    Attributes:
        folder: where it lies, on disk or in a ZIP; tells apart files of one name.
        chat: what its chat is called among the inputs, where the file itself does not say; `None` for a file alone.
        budget: of the ZIP that it lies in, or `None`.
        asked_beside: the patterns of files beside it that somebody asked for.
        stretch: the part of a file that this is, or `None` for a whole one.
        ends_in_head: its first bytes were read and are all of it, so that its text is one block; not of packed ones.
    """

    def __init__(
        self,
        opener: Callable[[], IO[bytes]],
        name: str | None = None,
        *,
        path: Path | None = None,
        size_limit: int = DEFAULT_SIZE_LIMIT,
    ) -> None:
        self._opener = opener
        self.name = name
        self.path = path
        self.folder = "" if path is None else str(path.parent)
        self.size_limit = size_limit
        self.budget: Budget | None = None
        self.stretch: Stretch | None = None
        self.chat: str | None = None
        self._place: str | None = None
        self._siblings: Callable[[str], list[Source]] = lambda _: []
        self.asked_beside: set[str] = set()
        self._text: str | None = None
        self._head: bytes | None = None
        self.ends_in_head = False
        self._opened: weakref.ref[IO[bytes]] | None = None

    @classmethod
    def of(cls, readable: Readable, *, size_limit: int = DEFAULT_SIZE_LIMIT) -> Source:
        """A source from whatever a user passes.

        Args:
            readable: a path, bytes, a binary file or a text file. File objects are read to their end, once. A source
                stays what it is.
            size_limit: bytes that compressed data may grow to.

        Raises:
            TypeError: for anything else.
            OptionError: for a limit that is no number of bytes.
        """
        check_size_limit(size_limit)
        if isinstance(readable, Source):
            return readable
        if isinstance(readable, str | os.PathLike):
            return cls._of_path(check_path(readable), size_limit)
        if isinstance(readable, bytes | bytearray | memoryview):
            data = bytes(readable)
            return cls(lambda: io.BytesIO(data), size_limit=size_limit)
        if hasattr(readable, "read"):
            raw_name = getattr(readable, "name", None)
            name = PurePath(raw_name).name if isinstance(raw_name, str) else None
            content = _read_bounded(readable, size_limit, name or "<data>")
            if isinstance(content, str):
                return cls.of_text(content, name)
            return cls(lambda: io.BytesIO(content), name, size_limit=size_limit)
        raise TypeError(f"expected a path, bytes or a file object, not {type(readable).__name__}")

    @classmethod
    def _of_path(cls, path: Path, size_limit: int) -> Source:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError):  # told when it is opened
            mode = stat.S_IFREG
        if stat.S_ISDIR(mode):

            def refuse() -> IO[bytes]:
                raise IsADirectoryError(errno.EISDIR, "this is a folder; use wechatlog.load_archive", str(path))

            return cls(refuse, path.name, path=path)
        if not stat.S_ISREG(mode):
            read = functools.cache(lambda: _read_special(path, mode, size_limit))
            return cls(lambda: io.BytesIO(read()), path.name, path=path, size_limit=size_limit)
        source = cls(lambda: path.open("rb"), path.name, path=path, size_limit=size_limit)
        source._siblings = lambda pattern: [
            cls._of_path(found, size_limit) for found in sorted(path.parent.glob(pattern)) if found.is_file()
        ]
        return source

    @classmethod
    def of_text(cls, text: str, name: str | None = None) -> Source:
        """A source of text that is decoded already. A text over a few megabytes is not encoded again."""
        source = cls(lambda: io.BytesIO(text.encode("utf-8", "surrogatepass")), name)
        source._text = text
        return source

    @classmethod
    def of_stretch(cls, path: Path, stretch: Stretch) -> Source:
        """A source of a part of a file, which is not packed.

        Raises:
            FormatError: where the file is not what it was, now or when it is read: this is no damage to be noted.
            OSError: where it cannot be opened.
        """

        def opener() -> IO[bytes]:
            stream = path.open("rb", buffering=0)
            if checksum_borders(stream, stretch.start, stretch.end) != stretch.borders:
                stream.close()
                raise FormatError("the file changed after it was split; split it again", source=path.name)
            return io.BufferedReader(_Part(stream, stretch.head, stretch.start, stretch.end))

        opener().close()
        source = cls(opener, path.name, path=path)
        source.stretch = stretch
        return source

    @classmethod
    def of_member(
        cls,
        archive: zipfile.ZipFile,
        member: zipfile.ZipInfo,
        name: str,
        place: str | None = None,
        *,
        size_limit: int = DEFAULT_SIZE_LIMIT,
        budget: Budget | None = None,
    ) -> Source:
        """A source from a member of an open ZIP; nothing is extracted to disk.

        Args:
            archive: the ZIP, which must stay open.
            member: the entry.
            name: that of the file.
            place: what it is called in diagnostics and origins, where that is not the name.
            size_limit: bytes that the member may grow to.
            budget: what all members together may grow to.
        """
        budget, label = budget or Budget(size_limit), place or name
        unchecked = copy.copy(member)
        del unchecked.CRC  # `zipfile` throws the last bytes away where the checksum is wrong; it is looked at here

        def opener() -> IO[bytes]:
            try:
                stream = archive.open(unchecked)
            except (*_ZIP_ERRORS, _bad_zip()) as error:
                raise FormatError(f"cannot be unpacked: {error}", source=label) from error
            allows = functools.partial(budget.allows, member)
            return io.BufferedReader(_Unpacked(stream, size_limit, label, checksum=member.CRC, allows=allows))

        source = cls(opener, name, size_limit=size_limit)
        source.budget, source.place = budget, label
        folder = PurePath(member.filename).parent
        source.folder = str(folder)

        def siblings(pattern: str) -> list[Source]:
            wanted = str(folder / pattern)
            members = sorted(archive.infolist(), key=lambda info: info.filename)
            return [
                cls.of_member(archive, info, PurePath(info.filename).name, size_limit=size_limit, budget=budget)
                for info in members
                if not is_folder_entry(info) and fnmatch.fnmatchcase(info.filename, wanted)
            ]

        source._siblings = siblings
        return source

    def part(self, stop: int, start: int, end: int) -> Source:
        """This file without what lies between two places: the bytes before `stop`, and those from `start` to `end`.

        Only for a file that `seekable` gives a stream of. It has no path, so that nobody reads the file beside it.
        """

        def opener() -> IO[bytes]:
            stream = self.seekable()
            assert stream is not None  # noqa: S101 - the caller has asked
            return io.BufferedReader(_Part(stream, stream.read(stop), start, end))

        return self._with_opener(opener)

    def with_text(self, text: str) -> Source:
        """This file with a text that stands in it in place of its bytes."""
        source = self._with_opener(lambda: io.BytesIO(text.encode("utf-8", "surrogatepass")))
        source._text = text
        return source

    def _with_opener(self, opener: Callable[[], IO[bytes]]) -> Source:
        source = copy.copy(self)
        source._opener, source.path, source._opened = opener, None, None
        source.forget_head()
        source.__dict__.pop("size", None)
        return source

    def seekable(self) -> IO[bytes] | None:
        """A fresh stream that can be read from any place on; `None` for what is packed, or no bytes at all."""
        if self._text is not None:
            return None
        stream = self.open()
        if _unpacked(stream) is None and stream.seekable():
            return stream
        stream.close()
        return None

    def siblings(self, pattern: str) -> list[Source]:
        """The files beside this one that match a glob such as `users.json` or `Data/msg-*.js`, sorted by name."""
        self.asked_beside.add(pattern)
        return self._siblings(pattern)

    @property
    def place(self) -> str | None:
        """What it is called in diagnostics and origins: its path among the inputs, or else its name."""
        return self.name if self._place is None else self._place

    @place.setter
    def place(self, place: str) -> None:
        self._place = place

    @property
    def label(self) -> str:
        """The place, or a stand-in for messages to people."""
        return self.place if self.place is not None else "<data>"

    @property
    def suffix(self) -> str:
        """The file suffix in lower case, of what is inside for a `.gz` or `.bz2`; empty without a name."""
        suffixes = PurePath(self.name or "").suffixes
        if suffixes and suffixes[-1].lower() in (".gz", ".bz2"):
            suffixes.pop()
        return suffixes[-1].lower() if suffixes else ""

    def open(self, *, to_damage: bool = False) -> IO[bytes]:
        """A fresh, seekable or not, binary stream with gzip or bzip2 undone.

        Compressed data that are cut or broken end there if they are to be read so far; else that is a `FormatError`.
        """
        if self.ends_in_head and self._head is not None:
            return io.BytesIO(self._head)
        stream = self._opener()
        if not hasattr(stream, "peek"):
            stream = cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", stream)))
        self._opened = weakref.ref(stream)  # for `position`, without keeping it open
        if (raw := _unpacked(stream)) is not None:
            raw.to_damage = to_damage
        unpacked = _unpack(stream, stream.peek(10))  # type: ignore[attr-defined]
        if unpacked is None:
            return stream
        outer = _Unpacked(unpacked, self.size_limit, self.label, below=stream)
        outer.to_damage = to_damage
        return io.BufferedReader(outer)

    @property
    def is_packed(self) -> bool:
        """Whether its bytes are those of a file that was packed."""
        with self.open(to_damage=True) as stream:
            return _unpacked(stream) is not None

    def head(self) -> bytes:
        """The first bytes, `HEAD_SIZE` at most; read once.

        Raises:
            FormatError: where they are packed, and damage left none of them.
        """
        if self._head is None:
            if self._text is not None:
                text = self._text.lstrip("\n")  # blank lines may stand for what was in front of it
                self._head = text[:HEAD_SIZE].encode("utf-8", "surrogatepass")
            else:
                with self.open(to_damage=True) as stream:
                    head, packed = stream.read(HEAD_SIZE), _unpacked(stream)
                    if packed is not None and packed.damage is not None and not head:
                        raise FormatError("broken compressed data: nothing of them can be unpacked", source=self.label)
                    self._head = head
                    # what is packed is opened again, since damage is told by who reads all of it
                    self.ends_in_head = len(head) < HEAD_SIZE and packed is None
                self._opened = None
        return self._head

    @functools.cached_property
    def whole_text(self) -> str | None:
        """All of the text with its byte order mark, where it ends in the head and is UTF-8; `None` for any other."""
        return as_utf8(self.head(), final=True) if self.ends_in_head else None

    def forget_head(self) -> None:
        """Let go of what was kept of the first bytes, and read them again when they are asked for."""
        self._head, self.ends_in_head = None, False
        self.__dict__.pop("whole_text", None)

    @functools.cached_property
    def size(self) -> int | None:
        """Bytes of the file, packed as it is, when first asked for; `None` where there is no file."""
        try:
            return None if self.path is None else self.path.stat().st_size
        except OSError:
            return None

    @functools.cached_property
    def unpacked_size(self) -> int:
        """Bytes of what it holds, when first asked for; what is packed is unpacked for it."""
        with self.open() as stream:
            if stream.seekable():
                return stream.seek(0, io.SEEK_END)
            return sum(map(len, iter(lambda: stream.read(1 << 20), b"")))

    @property
    def position(self) -> int | None:
        """Bytes of the file that were taken so far, all of them when it was closed; `None` before it is opened.

        Asking costs reading nothing, and may be done from another thread.
        """
        opened = self._opened
        if opened is None:
            return None
        stream = opened()
        if stream is None or stream.closed:
            return self.size
        try:
            return stream.tell()
        except (OSError, ValueError):  # it cannot tell, or was closed just now
            return None

    def read_bytes(self) -> bytes:
        """Everything, with gzip or bzip2 undone."""
        with self.open() as stream:
            return stream.read()

    def read_text(self, collector: Collector, encoding: str | None = None) -> str:
        """Everything, decoded, without a byte order mark."""
        return "".join(self.blocks(collector, encoding)).lstrip("\ufeff")

    def blocks(self, collector: Collector, encoding: str | None = None) -> Iterator[str]:
        """The text in blocks of `BLOCK_SIZE` bytes, line ends untouched; a byte order mark is kept.

        Args:
            collector: told of bytes that are not of the encoding, which become U+FFFD, and of broken compressed data,
                which are read up to there.
            encoding: a codec name; found out where `None`, at the first block that is not ASCII.
        """
        if self._text is not None:
            yield from (self._text[i : i + BLOCK_SIZE] for i in range(0, len(self._text), BLOCK_SIZE))
            return
        if encoding is not None:
            codecs.lookup(encoding)
        elif self.ends_in_head and self.whole_text:
            yield self.whole_text
            return
        with self.open(to_damage=True) as stream:
            raw, lines = _unpacked(stream), 1
            for block in decode_blocks(stream, collector, encoding):
                if raw is not None:
                    lines += block.count("\n")
                yield block
            if raw is not None and raw.damage is not None:
                message = f"{raw.damage}; what stands before that was read"
                collector.report("cut-compression", message, severity=Severity.ERROR, line=lines)
