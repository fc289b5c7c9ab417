"""Many inputs to many conversations: folders, globs, ZIPs, pages that belong together.

Lazy and in a stable order; a broken file is noted and the rest goes on. Entry names of a ZIP are data and never
become paths. Nothing here knows a format: that two files are pages of one chat is told by their names.
"""

from __future__ import annotations

import glob
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.diagnostics import Diagnostic, Severity
from wechatlog.errors import RefusedFormatError, UnknownFormatError, WechatlogError
from wechatlog.model import Conversation
from wechatlog.reading import check_options, read_source
from wechatlog.registry import accepted_options, detect_reader
from wechatlog.source import Source

if TYPE_CHECKING:
    from wechatlog.diagnostics import ErrorPolicy
    from wechatlog.model import Message
    from wechatlog.source import Readable

__all__ = ["Archive", "expand", "is_bundle"]

_PAGE: Final = re.compile(r"(?P<stem>.+?)(?:_[0-9]+_[0-9]+| ?\([0-9]+\)|(?<=msg)-[0-9]+|(?<=part)-[0-9]+)\Z")
_DIGITS: Final = re.compile(r"([0-9]+)")


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sorts `page_2` before `page_10`."""
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(name)]


def expand(paths: Readable | Iterable[str | os.PathLike[str]], size_limit: int) -> list[Source]:
    """The files that paths, folders and globs stand for, in a stable order.

    Raises:
        FileNotFoundError: where a path or a glob finds nothing.
    """
    if isinstance(paths, str | os.PathLike):
        return _expand_path(Path(paths), size_limit)
    if isinstance(paths, bytes | bytearray | memoryview) or hasattr(paths, "read"):
        return [Source.of(paths, size_limit=size_limit)]  # type: ignore[arg-type]
    return [source for path in paths for source in _expand_path(Path(path), size_limit)]


def _expand_path(path: Path, size_limit: int) -> list[Source]:
    if path.is_dir():
        return [Source.of(found, size_limit=size_limit) for found in _walk_folder(path)]
    if path.exists() or not glob.has_magic(str(path)):
        path.stat()  # a missing file is an error now, not when the archive is read
        return [Source.of(path, size_limit=size_limit)]
    found = sorted(glob.glob(str(path), recursive=True), key=_natural)
    if not found:
        raise FileNotFoundError(2, "no file matches", str(path))
    return [source for name in found for source in _expand_path(Path(name), size_limit)]


def _walk_folder(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=_natural)
        for name in sorted(files, key=_natural):
            if not name.startswith("."):
                yield Path(place) / name


def is_bundle(source: Source) -> bool:
    """Whether an input is a ZIP that no reader takes as a whole."""
    if not source.head().startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        detect_reader(source)
    except UnknownFormatError:
        return True
    except WechatlogError:
        return False
    return False


def _members(source: Source) -> Iterator[Source]:
    """The files in a ZIP, in a stable order; folders, hidden files and the sidecars of macOS left out."""
    stream = source.open()
    if not stream.seekable():
        import io

        stream = io.BytesIO(stream.read())
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnknownFormatError(source.label, f"broken ZIP: {error}") from error
    for member in sorted(archive.infolist(), key=lambda info: _natural(info.filename)):
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if member.is_dir() or not parts or any(part.startswith((".", "__MACOSX")) for part in parts):
            continue
        if member.flag_bits & 1:
            raise RefusedFormatError(source.label, "encrypted ZIP", "its files need a password; unpack it first")
        yield Source.of_member(archive, member, parts[-1], size_limit=source.size_limit)


@attrs.frozen
class _Page:
    """A conversation and the name that it shares with its other pages."""

    key: tuple[str, str]
    conversation: Conversation


class Archive(Iterable[Conversation]):
    """The conversations of many inputs; each iteration reads anew.

    Attributes:
        diagnostics: of the last iteration: files that were skipped (`info`) or could not be read (`error`).
    """

    def __init__(self, sources: Iterable[Source], *, errors: ErrorPolicy = "collect", **how: Any) -> None:
        self._sources = tuple(sources)
        self._errors: ErrorPolicy = errors
        self._how = {name: how.pop(name, None) for name in ("format", "tz", "encoding")}
        self._options = how
        known = accepted_options(self._how["format"])
        check_options(how, sorted(known), "no reader" if self._how["format"] is None else "this reader")
        self.diagnostics: tuple[Diagnostic, ...] = ()

    def __iter__(self) -> Iterator[Conversation]:
        self.diagnostics = ()
        yield from _join_pages(self._pages(self._sources))

    @property
    def file_count(self) -> int:
        """How many files there are; a ZIP is one."""
        return len(self._sources)

    def _pages(self, sources: Iterable[Source]) -> Iterator[_Page]:
        for source in sources:
            try:
                if self._how["format"] is None and is_bundle(source):
                    yield from self._pages(_members(source))
                else:
                    yield from self._read(source)
            except (UnknownFormatError, RefusedFormatError) as error:
                if self._errors == "strict" and len(self._sources) == 1:
                    raise
                self._note("skipped-file", error, Severity.INFO, source)
            except (WechatlogError, OSError) as error:
                if self._errors == "strict":
                    raise
                self._note("unreadable-file", error, Severity.ERROR, source)

    def _read(self, source: Source) -> Iterator[_Page]:
        how = dict(self._how)
        if how["format"] is None:
            how["format"], _ = detect_reader(source, how["encoding"])
        known = accepted_options(how["format"])
        options = {name: value for name, value in self._options.items() if name in known}
        folder = "" if source.path is None else str(source.path.parent)
        for number, conversation in enumerate(read_source(source, errors=self._errors, **how, **options)):
            key = f"{source.label}\0{number}" if number else source.label
            yield _Page((folder, key), conversation)

    def _note(self, code: str, error: Exception, severity: Severity, source: Source) -> None:
        text = str(error).split("\n", 1)[0].removeprefix(f"{source.label}: ")
        self.diagnostics += (Diagnostic(code, text, severity, source.name),)


def _join_pages(pages: Iterable[_Page]) -> Iterator[Conversation]:
    """Join the conversations whose file names differ in a page number only, and that follow each other."""
    waiting: list[_Page] = []
    for page in pages:
        if waiting and not _are_pages(waiting[0], page):
            yield _join(waiting)
            waiting.clear()
        waiting.append(page)
    if waiting:
        yield _join(waiting)


def _base(key: tuple[str, str]) -> tuple[str, str, bool]:
    stem, dot, suffix = key[1].partition(".")
    match = _PAGE.match(stem)
    return key[0], (match["stem"] if match else stem) + dot + suffix, match is not None


def _are_pages(first: _Page, other: _Page) -> bool:
    """Whether two files hold one chat: the same name but for a page number, the same chat by what they say."""
    one, two = _base(first.key), _base(other.key)
    if one[:2] != two[:2] or not (one[2] or two[2]):
        return False
    a, b = first.conversation, other.conversation
    return (a.title, a.id, a.metadata.get("format")) == (b.title, b.id, b.metadata.get("format"))


def _identity(message: Message) -> tuple[object, ...]:
    if message.id is not None:
        return (message.id,)
    return (message.time, message.sender, message.sender_id, message.kind, message.text)


def _join(pages: list[_Page]) -> Conversation:
    """One conversation of several pages. Copies that overlap are united, never making less of any of them."""
    first = pages[0].conversation
    if len(pages) == 1:
        return first
    messages: list[Message] = list(first.messages)
    counts: dict[tuple[object, ...], int] = {}
    for message in messages:
        counts[_identity(message)] = counts.get(_identity(message), 0) + 1
    for page in pages[1:]:
        seen: dict[tuple[object, ...], int] = {}
        for message in page.conversation.messages:
            key = _identity(message)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > counts.get(key, 0):
                counts[key] = seen[key]
                messages.append(message)
    diagnostics = [entry for page in pages for entry in page.conversation.diagnostics]
    members = {member: None for page in pages for member in page.conversation.members}
    joined = attrs.evolve(first, messages=messages, diagnostics=diagnostics, members=members, lexicon=None)
    return joined if _in_order(messages) else joined.sorted()


def _in_order(messages: list[Message]) -> bool:
    times = [message.time for message in messages if message.time is not None]
    return all(one <= two for one, two in zip(times, times[1:], strict=False))
