"""Many inputs to many conversations: folders, globs, ZIPs, pages that belong together.

Lazy and in a stable order; a broken file is noted and the rest goes on. Entry names of a ZIP are data and never
become paths. Nothing here knows a format: that two files are pages of one chat is told by their names.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

import attrs

from wechatlog.decoding import check_encoding
from wechatlog.detection import Detection, detect_reader, forget
from wechatlog.diagnostics import Collector, Diagnostic, ErrorPolicy, Severity
from wechatlog.engine.columns import Rows, Wanted, rows_of_batches
from wechatlog.engine.parts import Part, PartFile
from wechatlog.engine.protocol import Context, Draft, Reader, in_batches
from wechatlog.engine.unknown import office_document
from wechatlog.errors import FormatError, OptionError, RefusedFormatError, UnknownFormatError, WechatlogError
from wechatlog.inputs.files import natural_key
from wechatlog.inputs.grouping import Group, name_chats, page_groups
from wechatlog.inputs.mark import Mark, check_marks
from wechatlog.inputs.names import LEARNT_FROM, NamesOfInput, lexicons_of, lexicons_of_file
from wechatlog.inputs.packing import EVERYTHING, Kept, Packed, pack, pack_rows, unpack
from wechatlog.inputs.single import (
    How,
    check_options,
    conversations_of,
    guarded,
    guarded_rows,
    open_reader,
    read_source,
)
from wechatlog.model import Conversation, Message, paused_collection
from wechatlog.registry import accepted_options, register_reader, registered_readers
from wechatlog.source import Source, check_path
from wechatlog.zips import MendedZip, files_in, open_zip

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from wechatlog.inputs.index import FolderIndex

_T = TypeVar("_T")
_Read: TypeAlias = "Callable[[Source], Iterator[_T]]"
_Turn: TypeAlias = "Callable[[Conversation, Source], Iterable[_T]]"

_MOST_WORKERS: Final = 1_000

_MOST_PROBED: Final = 50
"""Files of a ZIP that detection looks at."""
_MAXIMUM_DEPTH: Final = 3
"""How deep ZIPs in ZIPs are opened; there are ZIPs that hold themselves."""
_CHUNK_SIZE: Final = 4 << 20
_CHUNK_FILES: Final = 64
"""Bytes and groups of files that another process reads at once."""
_OF_A_DAY: Final = re.compile(r"[0-9年月日号\W_]+")


def is_bundle(source: Source) -> bool:
    """Whether an input is a ZIP that no reader takes as a whole."""
    if not source.head().startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        detect_reader(source)
    except UnknownFormatError:
        return office_document(source) is None
    except WechatlogError:
        return False
    return False


@contextlib.contextmanager
def _open_bundle(
    source: Source, prefix: str = "", tell: Callable[[FormatError], object] = lambda _: None
) -> Iterator[list[Source]]:
    """The files in a ZIP, in a stable order; folders, hidden files and the sidecars of macOS left out.

    Their places begin with the prefix; `tell` is told of damage.

    Raises:
        FormatError: where the ZIP is broken.
        RefusedFormatError: where it is encrypted.
    """
    with contextlib.ExitStack() as stack:
        archive = stack.enter_context(open_zip(source))
        if isinstance(archive, MendedZip):
            tell(FormatError(archive.what, source=source.label))
        members = sorted(files_in(source, archive, prefix), key=lambda member: natural_key(member.label))
        name_chats(members, alone=source.chat is None)
        yield members


def detect_bundle(source: Source) -> Detection:
    """What the chats in a ZIP are: the format of most of its files.

    Raises:
        UnknownFormatError: where no file in it is a chat.
    """
    found: dict[str, list[Detection]] = {}
    reasons: dict[str, str] = {}
    with _open_bundle(source) as members:
        for member in members[:_MOST_PROBED]:
            try:
                _, detection = detect_reader(member)
                found.setdefault(detection.format, []).append(detection)
            except WechatlogError as error:
                reasons[member.label] = _first_line(error, member)
    if not found:
        raise UnknownFormatError(source.label, "nothing in this ZIP is a chat that can be read", reasons)
    most = max(found.values(), key=len)
    return attrs.evolve(most[0], reason=f"a ZIP that holds {len(most)} such files; the first: {most[0].reason}")


def _first_line(error: Exception, source: Source) -> str:
    return str(error).split("\n", 1)[0].removeprefix(f"{source.label}: ")


class ArchiveBatch(NamedTuple):
    """Some messages of one conversation of an archive.

    Attributes:
        draft: what is known of the conversation; tells the conversations apart.
    """

    context: Context
    draft: Draft
    messages: list[Message]

    @property
    def conversation(self) -> Conversation:
        """What is known of the conversation so far, without messages."""
        return self.context.describe(self.draft)


class Archive(Iterable[Conversation]):
    """The conversations of many inputs; each iteration reads anew.

    Args:
        sources: the inputs.
        errors: as for `load_archive`.
        shared_names: as for `load_archive`.
        alone: one file was named, and what is wrong with it is no note but an error; where `None`, that is so for one
            input under `strict`.
        workers: as for `load_archive`.
        index: as for `load_archive`.
        after: as for `load_archive`.
        then: what is made of each conversation in the process that read it, and given in its place; told the file that
            it came from as well, and where in that file. It must pickle, and so must what it makes.
        copies: `name (1).csv` beside `name.csv` is one chat with it where the same people write in both.
        how: how to read them, and the options of the formats.

    Attributes:
        source: the file that the conversation came from which was given last; the first of those that were joined.
        inside: where that conversation lies in the file, if this is a ZIP: a path; else empty.
        detection: how the format of that conversation was found out; `None` where it was named.
        marks: with `after`, how far each input was read; what to give as `after` the next time.

    Example:
        >>> archive = wechatlog.load_archive("examples/")
        >>> [len(chat) for chat in archive]
        [25, 417]
        >>> [note.source for note in archive.diagnostics if note.severity == "error"]
        []
    """

    def __init__(
        self,
        sources: Iterable[Source],
        *,
        errors: ErrorPolicy = "collect",
        shared_names: bool = False,
        alone: bool | None = None,
        workers: int = 1,
        index: str | os.PathLike[str] | None = None,
        after: Mapping[str, Mark] | None = None,
        then: Callable[[Conversation, Source | None, str], Any] | None = None,
        copies: bool = True,
        **how: Any,
    ) -> None:
        if after is not None and (workers != 1 or index is not None):
            raise OptionError("after", "workers and index go with reading everything")
        if type(workers) is not int or not 1 <= workers <= _MOST_WORKERS:
            raise OptionError(
                "workers", f"expected a number of processes from 1 to {_MOST_WORKERS}, not {workers!r:.80}"
            )
        if not isinstance(index, str | os.PathLike | None):
            raise OptionError("index", f"expected the path of a file, not {index!r:.80}")
        check_encoding(how.get("encoding"))
        if after is not None:
            check_marks(after)
        self._after, self._then = after, then
        self._groups = functools.partial(page_groups, copies=copies)
        self._top: Source | None = None
        self.marks: dict[str, Mark] = dict(after or {})
        self._workers = workers
        self._index = None if index is None else check_path(index)
        self._sources = tuple(sources)
        self._shared_names = shared_names
        self._alone = errors == "strict" and len(self._sources) == 1 if alone is None else alone
        self._how = How.of(errors=errors, **how)
        if self._how.options:  # asking every reader for its options imports them all
            takes_no = "no reader takes an" if self._how.format is None else "this reader takes no"
            check_options(self._how.options, sorted(accepted_options(self._how.format)), takes_no)
        self._collector = Collector()
        self.source: Source | None = None
        self.inside = ""
        self.detection: Detection | None = None

    def __repr__(self) -> str:
        files = f"{self.file_count:,} files" if self.file_count != 1 else repr(self._sources[0].label)
        return f"<Archive: {files}>"

    def __iter__(self) -> Iterator[Conversation]:
        names: dict[str, set[str]] | None = None
        if self._shared_names:  # those that the files of each chat give away, found in a reading of their own
            names = collections.defaultdict(set)
            for conversation in self._run():
                names[_chat(conversation)].update(conversation.known_names)
        self._collector = Collector()
        for conversation in self._run():
            yield conversation if names is None else conversation.with_names(names[_chat(conversation)])

    def to_pandas(self, table: str = "messages", *, segments: bool = True) -> pd.DataFrame:
        """The messages of all conversations, or what is in them, as one pandas frame.

        The columns `conversation`, `conversation_id` and `source` tell the conversations apart. As
        `Conversation.to_pandas` otherwise; times with different zones get that of the first conversation.

        Raises:
            MissingExtraError: without pandas.
            ValueError: for another table, or where some times are naive and some aware.
        """
        from wechatlog.ext.pandas import to_frame

        return to_frame(list(self), table, segments=segments)

    def to_polars(self, table: str = "messages", *, segments: bool = True) -> pl.DataFrame:
        """The messages of all conversations, or what is in them, as one polars frame; otherwise as `to_pandas`.

        Raises:
            MissingExtraError: without polars.
            ValueError: as `to_pandas`.
        """
        from wechatlog.ext.polars import to_frame

        return to_frame(list(self), table, segments=segments)

    def to_arrow(self, table: str = "messages", *, segments: bool = True) -> pa.Table:
        """The messages of all conversations, or what is in them, as one Arrow table; otherwise as `to_pandas`.

        Raises:
            MissingExtraError: without pyarrow.
            ValueError: as `to_pandas`.
        """
        from wechatlog.frames.arrow import to_table

        return to_table(list(self), table, segments=segments)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Of the last iteration: files that were skipped (`info`) or could not be read (`error`)."""
        return self._collector.diagnostics

    @property
    def file_count(self) -> int:
        """How many files there are; a ZIP is one."""
        return len(self._sources)

    def iter_streams(self) -> Iterator[tuple[Source, Iterator[ArchiveBatch]]]:
        """Each file with its messages as they are read, in memory that does not grow with it.

        Pages of one chat are not joined, and batches of several conversations of a file may alternate. What is not
        taken of a file before the next one is asked for is not read.
        """
        self._collector = Collector()
        for source in self._sources:
            with contextlib.closing(self._walk([source], self._read_batches, None)) as batches:
                yield source, batches

    def iter_rows(self, wanted: Wanted, *, learn_names: bool) -> Generator[tuple[Context, Rows]]:
        """The rows of all inputs as they are read, with what the reader knows.

        Memory does not grow with a file, but for the pages of one chat, which are joined as they are read. To learn
        names, an input is read once more when somebody asks for those that are mentioned in it.
        """
        self._collector = Collector()
        read = functools.partial(self._read_rows, wanted=wanted, learn_names=learn_names)

        def turn(whole: Conversation, source: Source) -> Iterator[tuple[Context, Rows]]:
            context, draft = Context.of(whole, source)
            return ((context, rows) for rows in rows_of_batches(context, in_batches(draft, whole.messages), wanted))

        return self._walk(self._sources, read, turn)

    def _run(self) -> Iterator[Conversation]:
        if self._workers > 1 or self._index is not None or self._then is not None:
            yield from self._run_kept(self._groups(self._sources))
            return
        for group in self._groups(self._sources):
            for conversation in self._read_group(group):
                self.source = group.sources[0]
                yield conversation

    def _run_kept(self, groups: Iterable[Group]) -> Iterator[Conversation]:
        """What groups of files hold, in order, by other processes and by what is known of them already."""
        with contextlib.ExitStack() as stack:
            index = None
            if self._index is not None:
                from wechatlog import __version__
                from wechatlog.inputs.index import FolderIndex  # with SQLite, for who keeps an index

                if not isinstance(self._how.format, str | None):
                    raise OptionError("index", "the format must be given by its name")
                added = sorted(reader.name for reader in registered_readers())
                # What a reading depends on beside the files.
                manner = repr((__version__, self._how, self._alone, added))
                index = FolderIndex(self._index, manner, self._collector.note)
                stack.callback(index.close)
            for group, kept in self._iter_kept(groups, index):
                for note in kept.notes:
                    self._collector.note(note)
                rows = zip(kept.conversations, kept.detections, kept.inside, strict=True)
                for packed, detection, self.inside in rows:
                    self.source, self.detection = group.sources[0], detection and Detection(*detection)
                    yield unpack(packed) if self._then is None else packed
                if kept.error is not None:
                    raise kept.error

    def _iter_kept(self, groups: Iterable[Group], index: FolderIndex | None) -> Iterator[tuple[Group, Kept]]:
        """Each group with what it holds: as the index knows it, or as another process reads it, or as we do."""
        planned: collections.deque[list[_Plan]] = collections.deque()

        def missing() -> Iterator[list[tuple[PartFile, ...]]]:
            for chunk in _chunks(groups):
                planned.append([_Plan.of(group, index) for group in chunk])
                yield [plan.files for plan in planned[-1] if plan.is_missing] if self._workers > 1 else []

        found: Iterator[list[Kept]] = ([] for _ in missing())
        if self._workers > 1:
            from wechatlog.inputs.workers import in_order  # with what starts processes

            how = {**self._how.arguments, "alone": self._alone, "then": self._then}
            limit = max((source.size_limit for source in self._sources), default=0)
            given = how, limit, registered_readers()
            found = in_order(missing(), _read_elsewhere, self._workers, _begin_elsewhere, *given)
        for results in found:
            elsewhere = iter(results)
            for plan in planned.popleft():
                kept = plan.kept
                if kept is None:
                    is_elsewhere = self._workers > 1 and plan.is_missing
                    kept = next(elsewhere) if is_elsewhere else self._read_kept(plan.group.sources)
                    if index is not None and plan.files:
                        index.keep(plan.files, plan.stamps, kept)
                yield plan.group, kept

    def _read_kept(self, sources: Iterable[Source]) -> Kept:
        """What a group of files holds, with everything that was told of it."""
        one = Archive(sources, alone=self._alone, **self._how.arguments)
        packed: list[Any] = []
        detections: list[Any] = []
        inside: list[str] = []
        error: Exception | None = None
        try:
            for found in self._taken(one):
                packed.append(found)
                detections.append(one.detection and attrs.astuple(one.detection))
                inside.append(one.inside)
        except (WechatlogError, OSError) as problem:
            error = problem
        beside = sorted({pattern for source in one._sources for pattern in source.asked_beside})
        return Kept(tuple(packed), tuple(detections), tuple(inside), one.diagnostics, tuple(beside), error)

    def _taken(self, one: Archive) -> Iterator[Any]:
        """The conversations of an archive as they are sent, or what is made of them."""
        if self._then is None:
            yield from one._walk(one._sources, one._read_packed, lambda whole, _: (pack(whole),))
        else:
            for conversation in one:
                yield self._then(conversation, one.source, one.inside)

    def _walk(
        self, sources: Iterable[Source], read: _Read[_T], turn: _Turn[_T] | None, depth: int = 0
    ) -> Generator[_T]:
        """What files give: by `read` of each, but that pages are joined, and given by `turn`; never without one."""
        for group in (Group([one], False) for one in sources) if turn is None else self._groups(sources):
            if len(group.sources) == 1 or turn is None:
                yield from self._read(group.sources[0], read, turn, depth)
                continue
            for conversation in self._read_group(group, depth):
                yield from turn(conversation, group.sources[0])

    def _read_group(self, group: Group, depth: int = 0) -> Iterator[Conversation]:
        parts = (self._read(source, self._read_chat, lambda whole, _: (whole,), depth) for source in group.sources)
        found = itertools.chain.from_iterable(parts)
        return found if len(group.sources) == 1 else _join_pages(found, copies=group.copies)

    def _read(self, source: Source, read: _Read[_T], turn: _Turn[_T] | None, depth: int) -> Iterator[_T]:
        """What a file gives; of a ZIP of chats, what its files give, one level deeper."""
        if depth == 0:
            self._top = source
        try:
            if depth < _MAXIMUM_DEPTH and self._how.format is None and is_bundle(source):
                inside = depth or source.chat is not None  # the only input is where all places begin
                tell = functools.partial(self._tell_damage, source)
                with _open_bundle(source, f"{source.label}/" if inside else "", tell) as members:
                    yield from self._walk(members, read, turn, depth + 1)
            else:
                top = self._top or source
                self.inside = "" if source is top else source.label.removeprefix(f"{top.label}/")
                yield from read(source)
        except (UnknownFormatError, RefusedFormatError) as error:
            if depth == 0 and self._alone:
                raise
            self._note("skipped-file", error, Severity.INFO, source)
        except (WechatlogError, OSError) as error:
            if self._how.errors == "strict" or (depth == 0 and self._alone):
                raise
            self._note("unreadable-file", error, Severity.ERROR, source)
        finally:
            forget(source)  # the archive keeps its sources

    def _read_chat(self, source: Source) -> Iterator[Conversation]:
        how = self._choose(source)
        if self._after is None or self._top is None or self._top.path is None:
            yield from read_source(source, how)
            return
        from wechatlog.inputs.after import After  # for who reads on

        key = str(self._top.path.resolve()) + ("" if source is self._top else f":{source.label}")
        reading = After(source, self._after.get(key, Mark()), how)
        for conversation in conversations_of(reading.context, reading.batches):
            if len(conversation) or key not in self._after:
                yield conversation
        self.marks[key] = reading.mark

    def _read_packed(self, source: Source) -> Iterator[Packed]:
        reader, context = self._open(source)
        yield from pack_rows(context, guarded_rows(reader, source, context, EVERYTHING))

    def _read_batches(self, source: Source) -> Iterator[ArchiveBatch]:
        reader, context = self._open(source)
        for draft, messages in guarded(reader, source, context):
            yield ArchiveBatch(context, draft, messages)

    def _read_rows(self, source: Source, *, wanted: Wanted, learn_names: bool) -> Iterator[tuple[Context, Rows]]:
        reader, context = self._open(source)
        names = self._names_in(source) if learn_names else None
        all_given = names is not None and source.stretch is None and not wanted.asked
        if all_given:
            wanted = attrs.evolve(wanted, columns=wanted.columns | LEARNT_FROM)
        found: Iterator[Rows] = guarded_rows(reader, source, context, wanted)
        for rows in found if names is None else names.follow(found, all_given=all_given):
            yield context, rows

    def _names_in(self, source: Source) -> NamesOfInput:
        """The names in an input; those in a part of a file are the names in all of it."""
        if source.stretch is None or source.path is None:
            return NamesOfInput(lambda: lexicons_of(source, self._choose(source)))
        path, how = source.path, attrs.evolve(self._choose(source), errors="collect")
        return NamesOfInput(lambda: lexicons_of_file(path, path.stat().st_mtime_ns, how), source.stretch.chat)

    def _open(self, source: Source) -> tuple[Reader, Context]:
        return open_reader(source, self._choose(source))

    def _choose(self, source: Source) -> How:
        """How to read a file: its format is found out, and options are left out that this format does not have."""
        how = self._how
        if how.format is None:
            reader, self.detection = detect_reader(source, how.encoding)
            how = attrs.evolve(how, format=reader)
        if not how.options:
            return how
        known = accepted_options(how.format)
        return attrs.evolve(how, options={name: value for name, value in how.options.items() if name in known})

    def _tell_damage(self, source: Source, error: FormatError) -> None:
        if self._how.errors == "strict":
            raise error
        self._note("broken-file", error, Severity.ERROR, source)

    def _note(self, code: str, error: Exception, severity: Severity, source: Source) -> None:
        self._collector.note(Diagnostic(code, _first_line(error, source), severity, source.place))


@attrs.frozen
class _Plan:
    """How one group of files is read.

    Attributes:
        group: the files.
        files: where another process finds them; empty where some of them lie in our memory only.
        stamps: size and time of each, for an index.
        kept: what the index knows of them.
    """

    group: Group
    files: tuple[PartFile, ...]
    stamps: tuple[Sequence[int], ...] = ()
    kept: Kept | None = None

    @classmethod
    def of(cls, group: Group, index: FolderIndex | None) -> _Plan:
        if any(source.path is None or source.stretch is not None for source in group.sources):
            return cls(group, ())
        files = tuple(PartFile(str(source.path), source.label, source.chat) for source in group.sources)
        if index is None:
            return cls(group, files)
        return cls(group, files, tuple(index.stamp(file.path) for file in files), index.find(files))

    @property
    def is_missing(self) -> bool:
        """Whether somebody must read it, who may be another process."""
        return self.kept is None and bool(self.files)


def _chunks(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Groups that are read at once: enough of them that sending them costs little beside reading them."""
    chunk: list[Group] = []
    size = 0
    for group in groups:
        chunk.append(group)
        size += sum(source.size or 0 for source in group.sources)
        if size >= _CHUNK_SIZE or len(chunk) >= _CHUNK_FILES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


_elsewhere: tuple[dict[str, Any], int] = ({}, 0)
"""In a process that reads for another one: how, and how far packed files may grow."""


def _begin_elsewhere(how: dict[str, Any], size_limit: int, readers: Iterable[Reader]) -> None:
    global _elsewhere
    for reader in readers:
        register_reader(reader)
    _elsewhere = how, size_limit


def _read_elsewhere(groups: Iterable[tuple[PartFile, ...]]) -> list[Kept]:
    how, size_limit = _elsewhere
    with paused_collection():
        return [Archive((), **how)._read_kept(Part(files).sources(size_limit)) for files in groups]


def _chat(conversation: Conversation) -> str:
    """What tells chats apart: the id, or the title without the days and numbers in it that differ from file to file."""
    return conversation.id or _OF_A_DAY.sub("", conversation.title or "")


def _join_pages(conversations: Iterable[Conversation], *, copies: bool) -> Iterator[Conversation]:
    """Join the conversations of page files that are the same chat: by what they say, or else by who writes in them.

    The names of copies do not show that they belong together; two chats may have got one name.
    """
    from wechatlog.operations import merge  # the operations are a fifth of what `load` imports

    chats: dict[object, list[list[Conversation]]] = {}
    for conversation in conversations:
        name = conversation.id or conversation.title
        known = chats.setdefault((name, conversation.id is None, conversation.metadata.get("exporter")), [])
        sure = conversation.id is not None or not copies
        for pages in known:
            if sure or any(_share_people(page, conversation) for page in pages):
                pages.append(conversation)
                break
        else:
            known.append([conversation])
    for found in chats.values():
        yield from map(merge, found)


def _share_people(one: Conversation, two: Conversation) -> bool:
    """Whether the same people write in both, the owner aside. Of two names one may be the owner's."""
    first, second = _people(one), _people(two)
    return bool(first) and (first == second or len(first & second) > 1)


def _people(conversation: Conversation) -> set[str]:
    others = (person for person in conversation.participants if person.message_count and not person.is_self)
    return {person.id or f"\0{person.name}" for person in others}
