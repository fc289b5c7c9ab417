"""What a writer is.

A writer turns conversations into text or bytes, piece by piece, and declares what its form cannot carry. It opens no
file of the user's: the verbs of the library do, so that every write is atomic.
"""

from __future__ import annotations

import inspect
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

import attrs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wechatlog.inputs.scan import Scan
    from wechatlog.model import Conversation, Message
    from wechatlog.segments import Segment

_T = TypeVar("_T")
_BLOCK_SIZE: Final = 1 << 20
Items: TypeAlias = "Iterable[tuple[Conversation, Iterable[Message]]]"
"""Each conversation with its messages, to be taken one after the other."""


@attrs.frozen
class NewFile:
    """In the pieces of a form that is a folder: those that follow go into this file.

    Attributes:
        path: in the folder, relative, with `/` between folders.
    """

    path: str


@runtime_checkable
class Writer(Protocol):
    """Writes one form.

    A form that is a folder with several files has in addition an attribute `folder`, which is true.
    """

    @property
    def name(self) -> str:
        """The form's identifier, `kebab-case`."""

    @property
    def description(self) -> str:
        """One line."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """File suffixes that choose this writer, lower case with their dots; the first is the usual one."""

    @property
    def options(self) -> Mapping[str, str]:
        """Keyword options and what they mean."""

    @property
    def losses(self) -> Mapping[str, str]:
        """What a write and a read do not keep: from a name of `wechatlog.testing.LOSSES` to a sentence."""

    @property
    def several(self) -> bool:
        """Whether one file may hold several conversations; otherwise `write` is given one."""

    @property
    def streaming(self) -> bool:
        """Whether messages are written as they come, in constant memory, and just as those of a whole conversation."""

    @property
    def binary(self) -> bool:
        """Whether the pieces are bytes, not text."""

    def write(
        self, items: Items, options: Mapping[str, Any]
    ) -> Iterator[str] | Iterator[bytes] | Iterator[str | bytes | NewFile]:
        """The text, or the bytes, of the form in pieces.

        Args:
            items: each conversation, which tells everything but the messages, and its messages: those of the
                conversation, or a stream that is longer than memory. To be taken one after the other.
            options: of this writer.

        Raises:
            OptionError: for a value of an option that means nothing.
            MissingExtraError: where a library is needed that is not installed.
            WriteError: where something cannot be written in this form.
        """


class Form:
    """What a form of this library is unless it says otherwise: text, of one conversation, which nobody reads back."""

    suffixes: tuple[str, ...] = ()
    options: Mapping[str, str] = {}
    losses: Mapping[str, str] = {"everything": "this form is not meant to be read back"}
    several = False
    streaming = False
    binary = False


@runtime_checkable
class JointWriter(Protocol):
    """A writer in the former shape, which still works: `write(conversation, messages, options)` writes one.

    The pieces of several follow each other, unless it has this method as well.
    """

    def write_all(self, items: Items, options: Mapping[str, Any]) -> Iterator[str] | Iterator[bytes]:
        """The text, or the bytes, of all conversations together in pieces; as `Writer.write`."""


@runtime_checkable
class ScanWriter(Protocol):
    """A writer whose form is columns, which are written as they are read, without messages."""

    def write_scan(self, scan: Scan, options: Mapping[str, Any]) -> Iterator[str] | Iterator[bytes]:
        """The text, or the bytes, of the rows of a scan in pieces; as `Writer.write`."""


@runtime_checkable
class PartialWriter(Protocol):
    """A writer whose form has no place for some of what is read beside the text of a message."""

    def left_out(self, message: Message, options: Mapping[str, Any]) -> Sequence[Segment]:
        """The pieces of a message that the form does not say, or not in full; `options` are those of `write`."""


def give_pieces(writer: Writer, items: Items, options: Mapping[str, Any]) -> Iterator[str | bytes | NewFile]:
    """What a writer gives, whichever shape it has."""
    if isinstance(writer, JointWriter):
        return writer.write_all(items, options)
    try:
        inspect.signature(writer.write).bind(items, options)
    except TypeError:  # three arguments
        write_one = cast("Callable[..., Iterator[str | bytes | NewFile]]", writer.write)
        return (piece for head, messages in items for piece in write_one(head, messages, options))
    return writer.write(items, options)


def batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items, so many at a time."""
    stream = iter(items)
    while batch := list(itertools.islice(stream, size)):
        yield batch


def built(name: str, build: Callable[[Path], None]) -> Iterator[bytes]:
    """The bytes of a file that can only be built on a disk, in blocks; the file, and what lies beside it, goes away."""
    with tempfile.TemporaryDirectory(prefix="wechatlog-") as folder:
        path = Path(folder) / name
        build(path)
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_SIZE):
                yield block


def is_folder_writer(writer: Writer) -> bool:
    """Whether the form is a folder with several files."""
    return bool(getattr(writer, "folder", False))


@attrs.frozen
class IndexEntry:
    """A file that an archive was written into, as its index names it.

    Attributes:
        path: the file, relative to the index, with `/` between folders.
        title: what the index calls it.
        messages: how many are in it.
        first: time of the first message, or `None` where none has one.
        last: time of the last message, or `None`.
        size: bytes of the file.
        folder: the folder that the chat was found in, as a person knows it, or an empty text.
    """

    path: str
    title: str
    messages: int
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    size: int = 0
    folder: str = ""


@runtime_checkable
class IndexWriter(Protocol):
    """A writer that can write an index of the files that it wrote."""

    def write_index(self, entries: Iterable[IndexEntry], options: Mapping[str, Any]) -> Iterator[str]:
        """The text of the index in pieces.

        Args:
            entries: the files, in the order in which they are shown.
            options: of this writer, as for the files.
        """
