"""What a reader is: the contract that built-in formats and plug-ins keep alike.

A reader says whether an input is of its format (`detect`) and turns it into messages (`read`). It gets a `Head` to
look at and a `Reading` that knows the source and what the user asked for. Nothing here knows a format.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

from wechatlog.engine.head import Head
from wechatlog.engine.reading import OWNER_OPTION, Draft, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.engine.columns import Rows, Wanted
    from wechatlog.model import Message
    from wechatlog.source import Source

__all__ = [
    "NO_CLOCK_IS_SET_BACK_FROM",
    "OWNER_OPTION",
    "Batch",
    "ColumnReader",
    "Context",
    "Cuts",
    "Draft",
    "Evidence",
    "Head",
    "Mark",
    "Reader",
    "Reading",
    "Refusal",
    "in_batches",
]

_BATCH_SIZE: Final = 1024

Context = Reading
"""The name that `Reading` had in version 0.1."""


class Evidence(NamedTuple):
    """Why a reader takes an input for its own.

    Attributes:
        confidence: above 0, at most 1. As a rule: 1.0 a signature that nothing else writes, 0.9 the exact header
            row or keys, 0.7 several typical lines, 0.5 it could be, 0.2 low-fidelity fallback.
        reason: one clause for a person.
        opening: the input begins in a way that nothing else does, so that whatever other readers find in it is
            content: somebody pasted it into a message.
    """

    confidence: float
    reason: str
    opening: bool = False


class Refusal(NamedTuple):
    """Why an input that was recognised is no chat that can be read.

    Attributes:
        reason: one clause for a person.
        confidence: as in `Evidence`.
    """

    reason: str
    confidence: float = 1.0


Batch: TypeAlias = "tuple[Draft, list[Message]]"
"""Some messages of one conversation. Batches of several conversations may alternate."""


NO_CLOCK_IS_SET_BACK_FROM: Final = "04"
"""The hour from which on a time does not depend on the one above it: no zone lets an hour come twice by day."""


class Mark(NamedTuple):
    """That a part may begin at a line.

    Attributes:
        head: what must stand before it, whole lines.
        number: messages of the conversation before this line.
        chat: conversations that began before this line, without the one that the line is of.
        given: messages that are made of the head.
        placed: as in `Stretch`.
    """

    head: str
    number: int
    chat: int
    given: int = 0
    placed: bool = True


Cuts: TypeAlias = "Callable[[Iterable[str]], Iterator[Mark | None]]"
"""Takes the lines of a file, which end with LF alone and hold their line ends; gives an item for each of them."""


@runtime_checkable
class Reader(Protocol):
    """Reads one format.

    A reader whose files need not be read whole has `cuts` as well. Either it is a method of the type `Cuts`, which
    says from the lines alone where a file may be cut: then large files are read in parts. Or it is `"tried"`: no
    message needs more of what stands above it than the first 256 kB and the 64 messages before it, but whether that is
    so at a line is seen only when it is tried. With either, what is appended to a file is read without its middle.

    Attributes:
        name: the format's identifier, `kebab-case`.
        description: tool and versions, one line.
        suffixes: usual file suffixes, lower case with their dots.
        options: keyword options and what they mean.
    """

    @property
    def name(self) -> str:
        """The format's identifier."""

    @property
    def description(self) -> str:
        """Tool and versions, one line."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Usual file suffixes."""

    @property
    def options(self) -> Mapping[str, str]:
        """Keyword options and what they mean."""

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """Whether the input is of this format; content decides, the suffix may add a little. Never raises."""

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, in the order of the file, in batches; never more than a batch in memory.

        Raises:
            FormatError: where the input cannot be this format at all. Damage in parts of it is reported to the
                context instead.
        """


@runtime_checkable
class ColumnReader(Reader, Protocol):
    """A reader that can give what a file says as columns, without making messages of it."""

    def read_rows(self, source: Source, context: Context, wanted: Wanted) -> Iterator[Rows]:
        """The rows that are wanted, equal to those of the messages that `read` gives, with the same diagnostics."""


def in_batches(draft: Draft, messages: Iterable[Message]) -> Iterator[Batch]:
    """Batches of the messages of one conversation; there is at least one, so that an empty chat is one too."""
    stream = iter(messages)
    batch = list(itertools.islice(stream, _BATCH_SIZE))
    yield draft, batch
    while batch := list(itertools.islice(stream, _BATCH_SIZE)):
        yield draft, batch
