"""Many conversations into a folder, one file each or several: what `load_archive` is for reading.

Names come from the archive and never leave the folder; each file is put in its place when it is whole. Nothing else in
the folder is looked at. Nothing here knows a form.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias, cast

import attrs

from wechatlog.api import MessageStream
from wechatlog.atomic import replacing
from wechatlog.errors import WriteError
from wechatlog.model import Conversation, Message
from wechatlog.outputs.file import dump
from wechatlog.outputs.file_names import Namer
from wechatlog.registry import find_writer
from wechatlog.segments import Lexicon
from wechatlog.source import check_path
from wechatlog.timestamps import instant, span
from wechatlog.writers.base import IndexEntry, IndexWriter, Writer, is_folder_writer

if TYPE_CHECKING:
    import datetime as dt
    import os

    from wechatlog.diagnostics import Diagnostic

Item: TypeAlias = "Conversation | CountedStream"

_INDEX: Final = "index.html"
_COUNT: Final = re.compile(r"0*[1-9][0-9]{0,14}")
_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([kmg]?)(i?)b", re.IGNORECASE)
_LEAST_WEIGHT: Final = 64
"""What a message weighs beside the bytes of its text."""
_FIRST_RATE: Final = 2.0
"""Bytes of a file for that weight, before there is a file."""
_FULL: Final = 0.7
"""The share of the size that a file should have at least."""
_CARE: Final = 0.95
"""How much of the size is aimed at."""
_FASTEST: Final = 10
"""By how much a file may grow from one try to the next, so that few messages are held."""
_NOTIFIED: Final = 1000
"""Messages of a stream that are told together."""


@attrs.frozen
class WrittenFile:
    """A file that `dump_archive` wrote.

    Attributes:
        path: the file.
        title: of the conversation, or `None`.
        source: name of the file that the conversation came from, or `None`.
        messages: how many are in it.
        first: the earliest time in it, or `None` where no message has one.
        last: the latest time in it, or `None`.
        size: bytes.

    Example:
        >>> file, = wechatlog.dump_archive(wechatlog.load("examples/2026-05-01-chat.markdown"), "written/", "csv")
        >>> file.path.name, file.messages
        ('2026-05-01-chat.csv', 25)
    """

    path: Path
    title: str | None
    source: str | None
    messages: int
    first: dt.datetime | None
    last: dt.datetime | None
    size: int


@attrs.frozen
class Rendered:
    """A conversation that became a file somewhere else, and has only to be put in its place.

    Attributes:
        conversation: what is known of it, without messages.
    """

    conversation: Conversation
    data: bytes = attrs.field(repr=False)
    count: int
    first: dt.datetime | None
    last: dt.datetime | None


def render(conversation: Conversation, format: str, **options: Any) -> Rendered:  # noqa: A002
    """The file of a conversation, in a form that is no folder; `options` are also those that `dump_archive` adds."""
    stream = io.BytesIO()
    dump(conversation, stream, format, **options)
    head = attrs.evolve(conversation, messages=(), lexicon=Lexicon())
    return Rendered(head, stream.getvalue(), len(conversation), *span(message.time for message in conversation))


@attrs.frozen
class Size:
    """A limit in bytes of output."""

    limit: int


def parse_split(split: str | int | None) -> str | int | Size | None:
    """What `split=` of `dump_archive` says: a unit of the calendar, a number of messages, or a size."""
    if split is None:
        return None
    from wechatlog.operations.split import UNITS  # the operations cost as much as all else that is imported here

    if isinstance(split, str) and split in UNITS:
        return split
    text = str(split).strip()
    if not isinstance(split, bool) and _COUNT.fullmatch(text):
        return int(text)
    match = _SIZE.fullmatch(text) if isinstance(split, str) else None
    limit = 0
    if match:
        factor = (1024 if match[3] else 1000) ** " kmg".index(match[2].lower() or " ")
        limit = int(float(match[1]) * factor)
    if limit <= 0:
        raise ValueError(f"{split!r} is no way to split: give day, month, year, a number of messages, or a size (5MB)")
    return Size(limit)


def dump_archive(
    conversations: Conversation | Iterable[Conversation] | Iterable[Message],
    folder: str | os.PathLike[str],
    format: str = "jsonl",  # noqa: A002
    *,
    split: str | int | None = None,
    sync: bool = True,
    **options: Any,
) -> tuple[WrittenFile, ...]:
    """Write many chats into a folder, one file each, or several where they are split.

    A file is named after the one that its conversation came from, otherwise after its title; what is no good in a file
    name is taken out of it, and names that fall on each other are numbered. Each file is written as `dump` writes it:
    one that stood there under the same name is replaced when the new one is whole, and everything else in the folder
    stays as it is. Forms that have one (`html`) get an `index.html` in the end.
    Of a form that is a folder, each conversation gets one of its own; `dump` writes several into one.

    Args:
        conversations: an archive, a conversation, any other iterable of these, or a stream such as `iter_messages`
            gives. They are taken one at a time.
        folder: where to write; it is made where it does not exist, and not made for no conversation at all.
        format: the name of a writer.
        split: `"day"`, `"month"` or `"year"` for a file each, by the clock of the messages; the number of messages
            that a file has at most; or its size in bytes, such as `"5MB"` (1 MB is 1,000,000 bytes, 1 MiB 1,048,576),
            which only a file of one message exceeds. A stream is cut where the day, month or year changes; of anything
            else a file has all messages of its span, wherever they stand.
        sync: as for `dump`.
        options: of the writer.

    Returns:
        What was written, in its order, without the index.

    Raises:
        UnknownFormatError: for an unknown name of a writer.
        ValueError: for a `split` that says nothing.
        WriteError: where a conversation cannot be written in this form, or not in files as small as that.
        TypeError: for an option that the writer does not have, or something that is no conversation.
        OSError: where the folder or a file cannot be written.

    Example:
        >>> chats = wechatlog.load_archive("examples/")
        >>> [file.path.name for file in wechatlog.dump_archive(chats, "out/", "jsonl")]
        ['2026-05-01-chat.jsonl', 'reading-club.jsonl']
    """
    return tuple(iter_written(conversations, folder, format, split=split, sync=sync, **options))


def iter_written(
    conversations: Conversation | Iterable[Conversation | Rendered] | Iterable[Message],
    folder: str | os.PathLike[str],
    format: str,  # noqa: A002
    *,
    split: str | int | None = None,
    check: Callable[[Path], None] = lambda _: None,
    sync: bool = True,
    **options: Any,
) -> Iterator[WrittenFile]:
    """Write as `dump_archive` does, and give each file when it is there.

    Some may be files already, which are not split. `check` gets every path before it is written, and may raise.
    """
    writer, folder = find_writer(format), check_path(folder)
    by = parse_split(split)
    items = _items(conversations)
    first = list(itertools.islice(items, 2))
    options = options_in(writer, folder, options, alone=by is None and len(first) < 2)
    run = _Run(folder, writer, options, check, sync)
    entries: list[IndexEntry] = []
    for item, shared in _with_shared_names(itertools.chain(first, items)):
        if not entries:
            run.begin()
        for file, label in run.write(item, by, shared=shared):
            title = file.title or file.path.stem.removesuffix(f"-{label}")
            shown = f"{title} · {label}" if label else title
            place = PureWindowsPath(file.source or "")  # takes both slashes
            where = "" if place.anchor else place.parent.as_posix().removeprefix(".")  # never a place of this machine
            entries.append(IndexEntry(file.path.name, shown, file.messages, file.first, file.last, file.size, where))
            yield file
    if entries:
        run.write_index(entries)


def options_in(
    writer: Writer, folder: str | os.PathLike[str], options: Mapping[str, Any], *, alone: bool
) -> dict[str, Any]:
    """The options of a writer for the files of a folder, or for its only one."""
    known: dict[str, Any] = {"page_folder": folder}  # links of a page begin where it lies
    if not alone:  # a page alone leads nowhere
        known["index"] = _INDEX
    return {**{name: value for name, value in known.items() if name in writer.options}, **options}


@attrs.frozen
class _Run:
    folder: Path
    writer: Writer
    options: Mapping[str, Any]
    check: Callable[[Path], None]
    sync: bool
    names: Namer = attrs.field(init=False)

    @names.default
    def _names(self) -> Namer:
        return Namer(self.writer, [_INDEX] if isinstance(self.writer, IndexWriter) else [])

    def begin(self) -> None:
        """Make the folder, and find out in time that an index would be in the way."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if isinstance(self.writer, IndexWriter):
            self.check(self.folder / _INDEX)

    def write(
        self, item: Item | Rendered, by: str | int | Size | None, *, shared: bool
    ) -> Iterator[tuple[WrittenFile, str]]:
        """The files of one conversation, each with its label."""
        stem, suffix = self.names.choose(_head(item), shared=shared)
        if isinstance(item, Rendered):
            path = self._path(stem, "", suffix)
            with self._replacing(path) as stream:
                stream.write(item.data)
            yield _describe(path, item, len(item.data)), ""
            return
        if is_folder_writer(self.writer):
            if isinstance(by, Size):
                raise WriteError("a form that is a folder is not split by size", self.writer.name)
            for label, part in _parts(item, by):
                path = self._path(stem, label, "")
                dump(part, path, self.writer.name, sync=self.sync, **self.options)
                size = sum(found.stat().st_size for found in path.rglob("*") if found.is_file())
                yield _describe(path, part, size), label
            return
        if isinstance(by, Size):
            yield from self._write_sizes(item, by.limit, stem, suffix)
            return
        for label, part in _parts(item, by):
            path = self._path(stem, label, suffix)
            with self._replacing(path) as stream:
                size = self._dump(stream, part)
            yield _describe(path, part, size), label

    def _path(self, stem: str, label: str, suffix: str) -> Path:
        path = self.folder / (self.names.reserve(f"{stem}-{label}", suffix) if label else f"{stem}{suffix}")
        self.check(path)
        return path

    @contextlib.contextmanager
    def _replacing(self, path: Path) -> Iterator[IO[bytes]]:
        with replacing(path, sync=self.sync) as part, part.open("w+b") as stream:
            yield stream

    def _dump(self, stream: IO[bytes], part: Item) -> int:
        """Write a file anew, and give its size."""
        stream.seek(0)
        stream.truncate()
        dump(part, stream, self.writer.name, **self.options)
        return stream.tell()

    def _write_sizes(self, item: Item, limit: int, stem: str, suffix: str) -> Iterator[tuple[WrittenFile, str]]:
        empty = self._dump(io.BytesIO(), attrs.evolve(_head(item), messages=()))
        if empty * 2 > limit:
            reason = f"a file without a message has {empty:,} bytes; split by at least twice as much"
            raise WriteError(reason, self.writer.name)
        filling = _Filling(iter(item), empty, limit)
        for number in itertools.count(1):
            path = self._path(stem, label := f"part-{number:03}", suffix)
            with self._replacing(path) as stream:
                part, size = filling.fill(_part_head(item, number), partial(self._dump, stream))
            yield _describe(path, part, size), label
            if not filling.has_more():
                return

    def write_index(self, entries: Iterable[IndexEntry]) -> None:
        if isinstance(self.writer, IndexWriter):
            pieces = self.writer.write_index(entries, self.options)
            with self._replacing(self.folder / _INDEX) as stream:
                stream.writelines(piece.encode("utf-8", "replace") for piece in pieces)


class _Filling:
    """Finds out how many messages make a file of a size, by writing it, which takes one to three tries.

    How many bytes a message takes is guessed from its text, and the guess is mended by each file. A file without a
    message has `empty` bytes, one of several at most `limit`.
    """

    def __init__(self, messages: Iterator[Message], empty: int, limit: int) -> None:
        self._messages, self._empty, self._limit = messages, empty, limit
        self._pending: list[Message] = []
        self._weights: list[int] = []
        self._rate = _FIRST_RATE

    def fill(self, head: Conversation, write: Callable[[Conversation], int]) -> tuple[Conversation, int]:
        """Write the next file in place of what was written before, and give what is in it, and its size."""
        room = _CARE * (self._limit - self._empty)
        count = self._count(room / self._rate)
        shrinking = False
        while True:
            part = attrs.evolve(head, messages=self._pending[:count])
            size = write(part)
            weight = sum(self._weights[:count])
            self._rate = max(1, size - self._empty) / max(1, weight)
            better = self._count(min(room / self._rate, _FASTEST * weight))
            if size > self._limit and count > 1:
                shrinking = True
                count = min(better, count - 1)
            elif shrinking or size >= _FULL * self._limit or better <= count:
                del self._pending[:count], self._weights[:count]
                return part, size
            else:
                count = better

    def _count(self, weight: float) -> int:
        """How many of the next messages have no more than this weight; one at least, where there is one."""
        count = 0
        while self.has_more(count) and weight >= self._weights[count]:
            weight -= self._weights[count]
            count += 1
        return max(count, min(1, len(self._pending)))

    def has_more(self, than: int = 0) -> bool:
        """Whether there are more messages than that."""
        while len(self._pending) <= than:
            message = next(self._messages, None)
            if message is None:
                return False
            self._pending.append(message)
            self._weights.append(_LEAST_WEIGHT + len(message.text.encode("utf-8", "replace")))
        return True


class CountedStream(MessageStream):
    """A stream that notes what goes by: how many were read, how many of them are kept, the first time and the last.

    What a stream of this library knows is known here too. `notify` is told of every thousand messages that were read.
    """

    def __init__(
        self,
        stream: Iterable[Message],
        notify: Callable[[int], None] = lambda _: None,
        keep: Callable[[Message], bool] | None = None,
    ) -> None:
        self._stream = stream
        self._items = filter(keep, self._watched(notify)) if keep is not None else self._watched(notify)
        self.read = self.count = 0
        self.is_empty = False
        self.first: dt.datetime | None = None
        self.last: dt.datetime | None = None

    def _watched(self, notify: Callable[[int], None]) -> Iterator[Message]:
        for number, message in enumerate(self._stream, 1):
            self.read = number
            if not number % _NOTIFIED:
                notify(_NOTIFIED)
            yield message

    def begin(self) -> CountedStream:
        """Read on to the first message: only then is something known of the conversation."""
        first = next(self._items, None)
        self.is_empty = first is None
        if first is not None:
            self._items = itertools.chain((first,), self._items)
        return self

    def __iter__(self) -> Iterator[Message]:
        return self

    def __next__(self) -> Message:
        message = next(self._items)
        self.count += 1
        if message.time is not None:
            self.first = message.time if self.first is None else min(self.first, message.time, key=instant)
            self.last = message.time if self.last is None else max(self.last, message.time, key=instant)
        return message

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the reader noticed so far."""
        return self._stream.diagnostics if isinstance(self._stream, MessageStream) else ()

    @property
    def conversation(self) -> Conversation:
        """What is known of the conversation so far, without messages where it comes from a reader."""
        return self._stream.conversation if isinstance(self._stream, MessageStream) else Conversation()


def _items(
    conversations: Conversation | Iterable[Conversation | Rendered] | Iterable[Message],
) -> Iterator[Item | Rendered]:
    """Each conversation, or the one stream of messages."""
    if isinstance(conversations, Conversation):
        yield conversations
        return
    if isinstance(conversations, MessageStream):
        counted = conversations if isinstance(conversations, CountedStream) else CountedStream(conversations)
        yield counted.begin()
        return
    if not isinstance(conversations, Iterable):
        raise TypeError(f"expected conversations, not {type(conversations).__name__}")
    items = iter(conversations)
    for item in items:
        if isinstance(item, Message):
            yield CountedStream(itertools.chain((item,), cast("Iterator[Message]", items)))
            return
        if not isinstance(item, Conversation | Rendered):
            raise TypeError(f"expected conversations, not {type(item).__name__}")
        yield item


def _with_shared_names(items: Iterable[Item | Rendered]) -> Iterator[tuple[Item | Rendered, bool]]:
    """Each item, and whether the one before or after it came from a file of the same name."""
    previous: Item | Rendered | None = None
    before = False
    for item in items:
        if previous is not None:
            same = _head(previous).origin.source == _head(item).origin.source
            yield previous, before or same
            before = same
        previous = item
    if previous is not None:
        yield previous, before


def _head(item: Item | Rendered) -> Conversation:
    return item if isinstance(item, Conversation) else item.conversation


def _part_head(item: Item, number: int) -> Conversation:
    """What the parts of an item share; the diagnostics are told in the first."""
    return _head(item) if number == 1 else attrs.evolve(_head(item), diagnostics=())


def _parts(item: Item, by: str | int | None) -> Iterator[tuple[str, Item]]:
    """The parts of an item, with their labels."""
    if by is None:
        yield "", item
        return
    from wechatlog.operations.split import iter_runs, label_parts

    if isinstance(item, Conversation):
        yield from label_parts(item, by)
    else:
        for number, (label, run) in enumerate(iter_runs(item, by), 1):
            yield label, attrs.evolve(_part_head(item, number), messages=run)


def _describe(path: Path, part: Item | Rendered, size: int) -> WrittenFile:
    head = _head(part)
    if isinstance(part, Conversation):
        count, (first, last) = len(head), span(message.time for message in head)
    else:
        count, first, last = part.count, part.first, part.last
    return WrittenFile(path, head.title, head.origin.source, count, first, last, size)
