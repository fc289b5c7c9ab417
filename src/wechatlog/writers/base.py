"""What a writer is.

A writer turns a conversation into text or bytes, piece by piece, and declares what its form cannot carry. It opens no
file of the user's: the verbs of the library do, so that every write is atomic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.model import Conversation, Message

__all__ = ["Writer"]


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
        """Whether the texts of several conversations may follow each other in one file."""

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
