"""The only module that opens files: a path, bytes, a string or a file object in, text or bytes out.

It undoes gzip and bzip2, finds the encoding, and hands out text in blocks with every line end as it stands. It
knows no chat format; what a broken byte means is reported to the collector and never lost silently.
"""

from __future__ import annotations

import codecs
import contextlib
import fnmatch
import functools
import gzip
import io
import os
import secrets
import weakref
import zlib
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Final, TypeAlias, cast

from wechatlog.diagnostics import Severity
from wechatlog.errors import FormatError, RefusedFormatError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterator

    from wechatlog.diagnostics import Collector

__all__ = [
    "BLOCK_SIZE",
    "DEFAULT_SIZE_LIMIT",
    "HEAD_SIZE",
    "Readable",
    "Source",
    "decode_text",
    "guess_encoding",
    "replacing",
]

Readable: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[str] | IO[bytes] | Source"

HEAD_SIZE: Final = 65_536
"""Bytes that detection may look at."""

BLOCK_SIZE: Final = 1 << 18
"""Bytes read at a time: as fast as one pattern over a whole text, and a quarter of the memory of a megabyte."""

_BZIP2_BLOCK: Final = b"1AY&SY"

DEFAULT_SIZE_LIMIT: Final = 4 << 30
"""Bytes that a compressed input may grow to before it is refused as a compression bomb."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def guess_encoding(data: bytes) -> str:
    """The encoding of a text, from its byte order mark or from which bytes occur.

    Args:
        data: the text or a head of it; a character cut off at the end does not count.

    Returns:
        `utf-8`, `utf-16-le`, `utf-16-be`, `utf-32-le`, `utf-32-be` or `gb18030`. UTF-8 with a few broken bytes
        (WechatExporter writes them) stays UTF-8.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    if data.isascii() and b"\0" not in data:
        return "utf-8"
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(data)
    broken = text.count("\ufffd")
    if not broken and data.count(b"\0") * 5 < len(data):
        return "utf-8"
    wide = _guess_utf16(data)
    if wide is not None:
        return wide
    whole = sum(c > "\x7f" for c in text) - broken
    if broken * 2 <= whole:
        return "utf-8"
    other = codecs.getincrementaldecoder("gb18030")("replace").decode(data)
    return "gb18030" if other.count("\ufffd") < broken else "utf-8"


def _guess_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows in line ends and blanks: their other byte is zero, always on the same side."""
    sample = data[: len(data) & ~1]
    if len(sample) < 4 or sample.count(b"\0") * 40 < len(sample):
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 8 * even:
        name = "utf-16-le"
    elif even > 8 * odd:
        name = "utf-16-be"
    else:
        return None
    text = sample.decode(name, "replace")
    plain = sum(c == "\n" or c == "\r" or c == "\t" or c.isprintable() for c in text)
    return name if plain >= 0.98 * len(text) else None


def decode_text(data: bytes) -> str:
    """Decode a short text leniently: the guessed encoding, no byte order mark, broken bytes replaced."""
    decoder = codecs.getincrementaldecoder(guess_encoding(data))("replace")
    return decoder.decode(data).removeprefix("\ufeff")


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


class _Limited(io.RawIOBase):
    """A byte stream that stops being readable at a limit, so that a compression bomb cannot fill the memory."""

    def __init__(self, stream: IO[bytes], limit: int, name: str, below: IO[bytes] | None = None) -> None:
        self._stream, self._below = stream, below
        self._left, self._limit, self._name = limit, limit, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._stream.read(min(len(view), self._left + 1))
        except (OSError, EOFError, zlib.error, *_ZIP_ERRORS, _bad_zip()) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise FormatError(f"broken compressed data: {error}", source=self._name) from error
        self._left -= len(data)
        if self._left < 0:
            reason = f"grows to more than {self._limit:,} bytes; raise size_limit= if that is expected"
            raise RefusedFormatError(self._name, "compressed file", reason)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._below is not None:  # a GzipFile leaves what it reads from open
                self._below.close()
        super().close()


class Source:
    """One input, openable as often as needed.

    Args:
        opener: gives a fresh binary stream.
        name: shown in diagnostics, or `None` for data without a name.
        path: the file on disk, or `None`.
        size_limit: bytes that compressed data may grow to.

    Attributes:
        folder: where it lies, on disk or in a ZIP; tells apart files of one name.
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
        self._siblings: Callable[[str], list[Source]] = lambda _: []
        self._text: str | None = None
        self._head: bytes | None = None
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
        """
        if isinstance(readable, Source):
            return readable
        if isinstance(readable, str | os.PathLike):
            return cls._of_path(Path(readable), size_limit)
        if isinstance(readable, bytes | bytearray | memoryview):
            data = bytes(readable)
            return cls(lambda: io.BytesIO(data), size_limit=size_limit)
        if hasattr(readable, "read"):
            content = readable.read()
            raw_name = getattr(readable, "name", None)
            name = PurePath(raw_name).name if isinstance(raw_name, str) else None
            if isinstance(content, str):
                return cls.of_text(content, name)
            return cls(lambda: io.BytesIO(content), name, size_limit=size_limit)
        raise TypeError(f"expected a path, bytes or a file object, not {type(readable).__name__}")

    @classmethod
    def _of_path(cls, path: Path, size_limit: int) -> Source:
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
    def of_member(
        cls,
        archive: zipfile.ZipFile,
        member: zipfile.ZipInfo,
        name: str,
        *,
        size_limit: int = DEFAULT_SIZE_LIMIT,
    ) -> Source:
        """A source from a member of an open ZIP; nothing is extracted to disk.

        Args:
            archive: the ZIP, which must stay open.
            member: the entry.
            name: shown in diagnostics.
            size_limit: bytes that the member may grow to.
        """

        def opener() -> IO[bytes]:
            try:
                stream = archive.open(member)
            except (*_ZIP_ERRORS, _bad_zip()) as error:
                raise FormatError(f"cannot be unpacked: {error}", source=name) from error
            return io.BufferedReader(_Limited(stream, size_limit, name))

        source = cls(opener, name, size_limit=size_limit)
        folder = PurePath(member.filename).parent
        source.folder = str(folder)

        def siblings(pattern: str) -> list[Source]:
            wanted = str(folder / pattern)
            members = sorted(archive.infolist(), key=lambda info: info.filename)
            return [
                cls.of_member(archive, info, PurePath(info.filename).name, size_limit=size_limit)
                for info in members
                if not info.is_dir() and fnmatch.fnmatchcase(info.filename, wanted)
            ]

        source._siblings = siblings
        return source

    def siblings(self, pattern: str) -> list[Source]:
        """The files beside this one that match a glob such as `users.json` or `Data/msg-*.js`, sorted by name."""
        return self._siblings(pattern)

    @property
    def label(self) -> str:
        """The name, or a stand-in for messages to people."""
        return self.name if self.name is not None else "<data>"

    @property
    def suffix(self) -> str:
        """The file suffix in lower case, of what is inside for a `.gz` or `.bz2`; empty without a name."""
        suffixes = PurePath(self.name or "").suffixes
        if suffixes and suffixes[-1].lower() in (".gz", ".bz2"):
            suffixes.pop()
        return suffixes[-1].lower() if suffixes else ""

    def open(self) -> IO[bytes]:
        """A fresh, seekable or not, binary stream with gzip or bzip2 undone."""
        stream = self._opener()
        if not hasattr(stream, "peek"):
            stream = cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", stream)))
        self._opened = weakref.ref(stream)  # for `position`, without keeping it open
        unpacked = _unpack(stream, stream.peek(10))  # type: ignore[attr-defined]
        if unpacked is None:
            return stream
        return io.BufferedReader(_Limited(unpacked, self.size_limit, self.label, stream))

    def head(self) -> bytes:
        """The first bytes, `HEAD_SIZE` at most; read once."""
        if self._head is None:
            if self._text is not None:
                self._head = self._text[:HEAD_SIZE].encode("utf-8", "surrogatepass")
            else:
                with self.open() as stream:
                    self._head = stream.read(HEAD_SIZE)
                self._opened = None
        return self._head

    @functools.cached_property
    def size(self) -> int | None:
        """Bytes of the file, packed as it is, when first asked for; `None` where there is no file."""
        try:
            return None if self.path is None else self.path.stat().st_size
        except OSError:
            return None

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
        return "".join(self.blocks(collector, encoding)).removeprefix("\ufeff")

    def blocks(self, collector: Collector, encoding: str | None = None) -> Iterator[str]:
        """The text in blocks of `BLOCK_SIZE` bytes, line ends untouched; a byte order mark is kept.

        Args:
            collector: told of bytes that are not of the encoding; they become U+FFFD.
            encoding: a codec name; found out where `None`, at the first block that is not ASCII.

        Raises:
            LookupError: for an encoding that Python does not know.
        """
        if self._text is not None:
            yield from (self._text[i : i + BLOCK_SIZE] for i in range(0, len(self._text), BLOCK_SIZE))
            return
        if encoding is not None:
            codecs.lookup(encoding)
        with self.open() as stream:
            yield from _decode_blocks(stream, collector, encoding)


def _decode_blocks(stream: IO[bytes], collector: Collector, encoding: str | None) -> Iterator[str]:
    """Decode incrementally; an undecided encoding is decided at the first block with bytes outside ASCII."""
    decoder: codecs.IncrementalDecoder | None = None
    line = 1
    while data := stream.read(BLOCK_SIZE):
        if decoder is None:
            if encoding is None and data.isascii() and b"\0" not in data:
                text = data.decode("ascii")
                line += text.count("\n")
                yield text
                continue
            name = encoding or guess_encoding(data)
            decoder = _make_decoder(name)
        state = decoder.getstate()
        try:
            text = decoder.decode(data)
        except UnicodeDecodeError:
            decoder.setstate(state)
            text = _decode_damaged(decoder, data, collector, line)
        if text:
            line += text.count("\n")
            yield text
    if decoder is not None:
        yield from _decode_rest(decoder, collector, line)


def _make_decoder(encoding: str) -> codecs.IncrementalDecoder:
    # Codecs named for a family swallow their mark; the neutral names keep it, as the reader promises.
    return codecs.getincrementaldecoder(encoding)("strict")


def _decode_damaged(decoder: codecs.IncrementalDecoder, data: bytes, collector: Collector, line: int) -> str:
    decoder.errors = "replace"
    text = decoder.decode(data)
    decoder.errors = "strict"
    first = text.find("\ufffd")
    at = line + text.count("\n", 0, max(first, 0))
    start = text.rfind("\n", 0, max(first, 0)) + 1
    collector.report(
        "broken-encoding",
        f"{text.count(chr(0xFFFD))} characters cannot be decoded and were replaced by U+FFFD",
        line=at,
        column=first - start + 1 if first >= 0 else None,
        excerpt=text[start : text.find("\n", start) if "\n" in text[start:] else None],
    )
    return text


def _decode_rest(decoder: codecs.IncrementalDecoder, collector: Collector, line: int) -> Iterator[str]:
    decoder.errors = "replace"
    rest = decoder.decode(b"", final=True)
    if rest:
        collector.report(
            "cut-encoding",
            "the file ends inside a character",
            severity=Severity.WARNING,
            line=line,
        )
        yield rest


@contextlib.contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Write a file atomically: give a temporary file beside it, put it in place when all went well.

    Args:
        path: the file to write. A symbolic link is followed, so that it stays one.
        private: let nobody but its owner read it, from the first byte on and whatever was there before.

    Raises:
        OSError: where the folder cannot be written.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():  # a device, a pipe: nothing to replace
        yield target
        return
    part = target.with_name(f".{target.name[:80]}.{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
    try:
        yield part
        if target.exists() and not private:
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
