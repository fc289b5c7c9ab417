"""What a command was told to read: files, folders, globs, ZIPs and `-`, as conversations and as complaints.

Everything is looked up before anything is read, so that a mistyped name costs nothing. A file that was named
and cannot be read is a failure; one that was met in a folder and is no chat is only mentioned.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import attrs

from wechatlog.cli.messages import Failure, by_reason, explain, say, say_skipped
from wechatlog.cli.progress import Tick, progress
from wechatlog.detection import detect_reader
from wechatlog.diagnostics import Diagnostic, Severity
from wechatlog.errors import WechatlogError
from wechatlog.inputs.archive import Archive, ArchiveBatch
from wechatlog.inputs.files import Found, find_files
from wechatlog.inputs.grouping import place_files
from wechatlog.inputs.scan import Observer, Scan, Selection
from wechatlog.model import Conversation, Message, paused_collection
from wechatlog.source import DEFAULT_SIZE_LIMIT, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wechatlog.cli.options import Reading
    from wechatlog.outputs.folder import CountedStream

_T = TypeVar("_T")
_OF_INDEX: Final = frozenset({"index-rebuilt", "index-not-kept"})
"""What is told of the index, which is no input: nothing is missing from what was read."""
_SHOWN: Final = 5
_HUGE: Final = 256 << 20
"""Bytes from which on one file is streamed into a form that allows it."""


class Inputs:
    """The inputs of a command.

    Args:
        named: chats without a title are called as their files are, where there are several.
        more: further arguments of an archive.

    Attributes:
        tick: told how many messages were read; conversations and streams tell it by themselves.
        archive: what was read last; it knows of the conversation that was given last where that came from.

    Raises:
        Failure: where a path does not exist, or nothing was found at all.
    """

    def __init__(self, paths: Sequence[str], reading: Reading, *, named: bool = True, **more: Any) -> None:
        self._reading = reading
        self.tick = Tick()
        self.sources: list[Source] = []
        bases: list[Path] = []
        self._named: set[Source] = set()
        self._counts: dict[str | None, tuple[int, Diagnostic | None]] = {}
        self._stream: CountedStream | None = None
        missing: list[str] = []
        for path in dict.fromkeys(paths):
            try:
                if not path:
                    raise Failure("an input has an empty name, as of a variable that is not set")
                if path == "-":
                    found = Found(Path(), [Source.of(sys.stdin.buffer)])
                    found.sources[0].name = "stdin"
                else:
                    found = find_files(Path(path), DEFAULT_SIZE_LIMIT)
            except OSError as error:
                missing.append(explain(error, path))
                continue
            if not found.sources:
                missing.append(f"{path}: there are no files in this folder")
            if not Path(path).is_dir():
                self._named.update(found.sources)
            self.sources += found.sources
            bases += [found.base] if path != "-" else []
        if missing:
            raise Failure("\n".join(missing))
        place_files(self.sources, bases)
        if not named:
            for source in self.sources:
                source.chat = None
        self._how = {**more, **reading.keywords}
        self.archive = Archive(self.sources, **self._how)

    @contextlib.contextmanager
    def watched(self, *, quiet: bool = False) -> Iterator[None]:
        """Show how far the reading has come."""
        with progress(self.sources, quiet=quiet) as self.tick:
            yield

    def __iter__(self) -> Iterator[Conversation]:
        """The conversations, one at a time."""
        for conversation in self._read(None):
            self.tick(len(conversation))
            self.note(conversation.origin.source, len(conversation), conversation.diagnostics)
            yield conversation

    def made(self, then: Callable[[Conversation, Source | None, str], _T]) -> Iterator[_T]:
        """What is made of each conversation in the process that read it."""
        return cast("Iterator[_T]", self._read(then))

    def note(self, source: str | None, messages: int, diagnostics: Iterable[Diagnostic]) -> None:
        """Note what was read of an input, and what was told of it: a damaged one without messages is a failure."""
        count, error = self._counts.get(source, (0, None))
        error = error or next((entry for entry in diagnostics if entry.severity is Severity.ERROR), None)
        self._counts[source] = count + messages, error

    def _read(self, then: Callable[[Conversation, Source | None, str], Any] | None) -> Iterator[Any]:
        self.archive = Archive(self.sources, then=then, **self._how)
        self._counts.clear()
        self._stream = None
        return _unhindered(iter(self.archive))

    def place(self, source: str | None) -> str | None:
        """The file of the conversation that was given last, where there are others."""
        return source if len(self.sources) > 1 or self.archive.inside else None

    def streams(self) -> Iterator[tuple[Source, Iterator[ArchiveBatch]]]:
        """Each input with its messages as they are read, in memory that does not grow with it."""
        for source, batches in self.archive.iter_streams():
            yield source, self._counted(source, _unhindered(batches))

    def _counted(self, source: Source, batches: Iterator[ArchiveBatch]) -> Iterator[ArchiveBatch]:
        for batch in batches:
            self.tick(len(batch.messages))
            yield batch
            self.note(source.place, len(batch.messages), batch.context.collector.diagnostics)

    def stream(self, keep: Callable[[Message], bool] | None = None) -> CountedStream:
        """The messages of the only input, those that are kept, in memory that does not grow with it."""
        from wechatlog.api import iter_messages  # for who streams
        from wechatlog.outputs.folder import CountedStream

        self._stream = CountedStream(iter_messages(self.sources[0], **self._reading.keywords), self.tick, keep)
        return self._stream

    def scan(self, selection: Selection, observer: Observer) -> Scan:
        """The rows of all inputs as columns."""
        return Scan(str(self.only_path), self.archive, selection, self._reading.tz, observer)

    @property
    def only_path(self) -> Path | None:
        """The path, where the input is one regular file that was named."""
        path = self.sources[0].path if len(self.sources) == 1 and self._named else None
        return path if path is not None and path.is_file() else None

    @property
    def is_huge(self) -> bool:
        """Whether the input is one file so large that it is read as a stream, where that can be."""
        return self.only_path is not None and self.only_path.stat().st_size >= _HUGE

    def holds(self, path: Path) -> bool:
        """Whether this path is one of the inputs."""
        try:
            wanted = path.stat()
        except OSError:
            return False
        return path.is_file() and any(_is_file(source.path, wanted) for source in self.sources)

    def keep(self, path: Path, name: str = "OUT") -> None:
        """Refuse to write over an input; `name` is what the command calls the output."""
        if self.holds(path):
            raise Failure(f"{path}: is one of the inputs, and is not overwritten; choose another {name}")

    def lie_in(self, folder: Path) -> bool:
        """Whether one of the inputs is a file in this folder."""
        wanted = folder.resolve()
        return any(source.path is not None and source.path.resolve().is_relative_to(wanted) for source in self.sources)

    @property
    def skipped(self) -> tuple[Diagnostic, ...]:
        """Files met in folders and ZIPs that are no chats."""
        notes = (note for note in self._notes if note.severity is Severity.INFO)
        named = {source.label for source in self._named}
        return tuple(note for note in notes if note.source not in named)

    @property
    def failures(self) -> list[str]:
        """A sentence for each input that could not be read."""
        return [f"{place}: {reason}" for place, reason in self._failed]

    @property
    def _failed(self) -> list[tuple[str, str]]:
        skipped = self.skipped
        if self._stream is not None:
            self.note(self.sources[0].place, self._stream.read, self._stream.diagnostics)
            self._stream = None
        notes = [note for note in self._notes if note not in skipped]
        for source, (count, error) in self._counts.items():
            if error is not None and not count:
                what = f"nothing of it could be read: {error.message}"
                notes.append(attrs.evolve(error, source=source, message=what))
        return [self._reason(note) for note in notes]

    @property
    def _notes(self) -> list[Diagnostic]:
        return [note for note in self.archive.diagnostics if note.code not in _OF_INDEX]

    def _reason(self, note: Diagnostic) -> tuple[str, str]:
        """The whole story of a failure, from the file itself."""
        for source in self.sources:
            if source.place == note.source and (error := self._try(source)) is not None:
                place = str(source.path) if source.path else source.label
                return place, explain(error, place).removeprefix(f"{place}: ")
        path = next((source.path for source in self.sources if source.place == note.source), None)
        return str(path or note.source), note.message

    def _try(self, source: Source) -> Exception | None:
        try:
            if self._reading.format is None:
                detect_reader(source, self._reading.encoding)
            else:
                source.head()
        except (WechatlogError, OSError) as error:
            return error
        return None

    def complain(self, *, quiet: bool = False, why: bool = False) -> None:
        """Tell of the failures, of the index, and of what was skipped, and why if that is wanted."""
        for failure in by_reason(self._failed):
            say(failure)
        if quiet:
            return
        for note in self.archive.diagnostics:
            if note.code in _OF_INDEX:
                say(f"{note.source}: {note.message}")
        say_skipped(self.skipped, why=why)

    def finish(self, *, quiet: bool = False, why: bool = False) -> int:
        """Tell what `complain` tells, and give the exit code."""
        self.complain(quiet=quiet, why=why)
        return 1 if self.failures else 0

    def nothing(self) -> Failure:
        """The failure of having read nothing at all."""
        reasons = by_reason(self._failed)
        if reasons:
            return Failure("\n".join(reasons))
        told = by_reason((note.source or "?", note.message) for note in self.skipped)
        rest = [f"and {len(told) - _SHOWN} more kinds of files"] if len(told) > _SHOWN else []
        return Failure("\n  ".join(["no chats found", *told[:_SHOWN], *rest]))


def _unhindered(items: Iterator[_T]) -> Iterator[_T]:
    """The items, with the cyclic collector kept still while one is made."""
    while True:
        with paused_collection():
            item = next(items, None)
        if item is None:
            return
        yield item


def _is_file(path: Path | None, wanted: os.stat_result) -> bool:
    try:
        return path is not None and os.path.samestat(path.stat(), wanted)
    except OSError:
        return False
