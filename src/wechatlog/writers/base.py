"""What a writer is.

A writer turns a conversation into text or bytes, piece by piece, and declares what its form cannot carry. It opens no
file of the user's: the verbs of the library do, so that every write is atomic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import attrs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.model import Conversation, Message

__all__ = ["IndexEntry", "IndexWriter", "JointWriter", "Writer"]


@runtime_checkable
class Writer(Protocol):
    """Writes one form."""

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
        """Whether one file may hold several conversations: their texts one after the other, or see `JointWriter`."""

    @property
    def streaming(self) -> bool:
        """Whether messages are written as they come, in constant memory, and just as those of a whole conversation."""

    @property
    def binary(self) -> bool:
        """Whether the pieces are bytes, not text."""

    def write(
        self, conversation: Conversation, messages: Iterable[Message], options: Mapping[str, Any]
    ) -> Iterator[str] | Iterator[bytes]:
        """The text, or the bytes, of a conversation in pieces.

        Args:
            conversation: everything but the messages.
            messages: the messages; those of the conversation, or a stream that is longer than memory.
            options: of this writer.

        Raises:
            WriteError: where the conversation cannot be written in this form.
        """


@runtime_checkable
class JointWriter(Writer, Protocol):
    """A writer whose file of several conversations is more than their pieces one after the other: a database."""

    def write_all(
        self, items: Iterable[tuple[Conversation, Iterable[Message]]], options: Mapping[str, Any]
    ) -> Iterator[str] | Iterator[bytes]:
        """The text, or the bytes, of all conversations together in pieces.

        Args:
            items: each conversation and its messages, as for `write`; to be taken one after the other.
            options: of this writer.

        Raises:
            WriteError: where the conversations cannot be written in this form.
        """


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
    """

    path: str
    title: str
    messages: int
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    size: int = 0


@runtime_checkable
class IndexWriter(Protocol):
    """A writer that can write an index of the files that it wrote."""

    def write_index(self, entries: Iterable[IndexEntry], options: Mapping[str, Any]) -> Iterator[str]:
        """The text of the index in pieces.

        Args:
            entries: the files, in the order in which they are shown.
            options: of this writer, as for the files.
        """
