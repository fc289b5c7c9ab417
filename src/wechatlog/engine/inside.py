"""A reader of what stands inside something else: a text in a document, under the name of the reader of texts.

What can hold another format is a subclass; detection has the table of them. Knows no format.
"""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, ClassVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.head import Head
    from wechatlog.engine.protocol import Batch, Context, Evidence, Reader, Refusal
    from wechatlog.source import Source


@attrs.frozen(eq=False)
class InsideReader(abc.ABC):
    """A reader that makes of each input what another reader takes.

    Attributes:
        reader: the other.
        where: where the text stands, for a person.
        without: what an input is in which no chat is found; `None` where what looks like one need not be one.
    """

    reader: Reader
    where: ClassVar[str]
    without: ClassVar[str | None] = None

    @classmethod
    @abc.abstractmethod
    def holds(cls, head: Head) -> bool:
        """Whether an input looks like one that holds something."""

    @classmethod
    @abc.abstractmethod
    def heads(cls, head: Head) -> Iterator[Head]:
        """The heads of what may be meant by what stands in it, the likelier first.

        Raises:
            RefusedFormatError: where it was written for reading only.
            FormatError: where it is broken.
            MissingExtraError: where it cannot be looked into without an optional library.
        """

    @abc.abstractmethod
    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of what stands in it."""

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """What the other reader says of what stands in it."""
        verdicts = (self.reader.detect(inner) for inner in self.heads(head))
        return next((verdict for verdict in verdicts if verdict is not None), None)

    @property
    def name(self) -> str:
        """That of the other."""
        return self.reader.name

    @property
    def description(self) -> str:
        """That of the other."""
        return self.reader.description

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Those of the other."""
        return self.reader.suffixes

    @property
    def options(self) -> Mapping[str, str]:
        """Those of the other."""
        return self.reader.options
