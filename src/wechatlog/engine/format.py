"""A format is a value: its names, how it is recognised, and a function from a reading to entries.

Gives a reader that keeps the protocol. Knows no format and no container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import attrs

from wechatlog.engine.entry import Entry, batches_of
from wechatlog.engine.protocol import OWNER_OPTION, Batch, Cuts, Evidence, Refusal
from wechatlog.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.engine.columns import Rows, Wanted
    from wechatlog.engine.head import Head
    from wechatlog.engine.reading import Reading
    from wechatlog.source import Source

_T = TypeVar("_T")
Detect: TypeAlias = "Callable[[Head], Evidence | Refusal | None]"
Entries: TypeAlias = "Callable[[Reading], Iterable[Entry]]"


def _words(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.split()) if isinstance(text, str) else text


def _facts(known: str | Mapping[str, Any]) -> Mapping[str, Any]:
    return {"exporter": known} if isinstance(known, str) else known


@attrs.frozen(eq=False)
class Format:
    """A format, and the reader of it.

    Attributes:
        name: identifier, `kebab-case`.
        description: tool and versions, one line.
        suffixes: usual file suffixes, lower case with their dots; parted by blanks where given as one text.
        detect: whether a head is of this format; content decides.
        entries: what a file says of its messages, in the order of the file; damage goes to the reading.
        facts: metadata of every conversation; a text is the name of the exporter.
        options: keyword options and what they mean.
        credits_notices: its files say who a notice is about in the place of a sender, and that is kept.
        cuts: where its files may be cut; see `Reader`. `None` where they can be read only whole.
    """

    name: str
    description: str
    suffixes: tuple[str, ...] = attrs.field(converter=_words)
    detect: Detect
    entries: Entries
    facts: Mapping[str, Any] = attrs.field(factory=dict, converter=_facts)
    options: Mapping[str, str] = OWNER_OPTION
    credits_notices: bool = False
    cuts: Cuts | Literal["tried"] | None = None

    def read(self, source: Source, context: Reading) -> Iterator[Batch]:  # noqa: ARG002 - the reading has the source
        """The messages in batches.

        Raises:
            FormatError: where the input cannot be this format at all.
        """
        return self._each_joined(context, lambda: batches_of(context, self._entries(context)))

    def read_rows(self, source: Source, context: Reading, wanted: Wanted) -> Iterator[Rows]:  # noqa: ARG002
        """The same as columns, without messages."""
        from wechatlog.engine.columns import rows_of_entries  # for who wants columns

        return self._each_joined(context, lambda: rows_of_entries(context, self._entries(context), wanted))

    def _each_joined(self, context: Reading, read: Callable[[], Iterator[_T]]) -> Iterator[_T]:
        """What is read of a file, and then of those that somebody joined to it."""
        context.is_alike, context.suffixes = lambda head: isinstance(self.detect(head), Evidence), self.suffixes
        yield from read()
        context.look_back()
        while context.next_joined():
            try:
                yield from read()
            except FormatError:  # the first was read all the same
                context.tell_joined()

    def _entries(self, context: Reading) -> Iterable[Entry]:
        context.facts, context.credits_notices = self.facts, self.credits_notices
        return self.entries(context)
