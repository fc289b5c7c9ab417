"""The names by which people are mentioned in an input: of its rows where it is short, else in a reading of their own.

Takes a source and its reader, gives a lexicon for each chat; memory grows with the names and not with the input.
"""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, Final

from wechatlog.engine.columns import Wanted
from wechatlog.errors import WechatlogError
from wechatlog.inputs.single import How, guarded_rows, open_reader
from wechatlog.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wechatlog.engine.columns import Rows
    from wechatlog.engine.protocol import Draft
    from wechatlog.segments import Lexicon

LEARNT_FROM: Final = frozenset({"sender", "text"})
"""The columns that names are learnt from."""
_SHORT: Final = 1 << 20
"""Characters of the texts, and 64 for each row, of an input that is read ahead."""


class NamesOfInput:
    """The names that are mentioned in the chats of one input, learnt when somebody first asks for one of them.

    Args:
        learn: gives a lexicon for each chat.
        first: which of them is that of the first chat.
    """

    def __init__(self, learn: Callable[[], list[Lexicon]], first: int = 0) -> None:
        self._learn, self._first = learn, first
        self._places: dict[Draft, int] = {}

    def follow(self, rows: Iterator[Rows], *, all_given: bool) -> Iterator[Rows]:
        """The rows, each of them when its chat knows its names.

        Args:
            rows: of the input.
            all_given: whether there are all rows of it, with the columns that names are learnt from; then a short input
                is read ahead, and not read again.
        """
        ahead: list[Rows] = []
        size = 0 if all_given else _SHORT
        error: Exception | None = None
        try:
            while size < _SHORT and (one := next(rows, None)) is not None:
                ahead.append(one)
                size += 64 * one.height + one.characters
        except (WechatlogError, OSError) as found:  # what was read before it is given first
            error = found
        if size < _SHORT:
            chats: dict[Draft, list[Mapping[str, Sequence[Any]]]] = {}
            for draft, _, columns in ahead:
                chats.setdefault(draft, []).append(columns)
            for draft, runs in chats.items():
                draft.lexicon.bind(functools.partial(_names_and_bodies, draft, runs))
            yield from ahead
        else:
            for one in itertools.chain(ahead, rows):
                self.teach(one.draft)
                yield one
        if error is not None:
            raise error

    def teach(self, draft: Draft) -> None:
        """Let the lexicon of a chat know its names, as those of a conversation that was read whole."""
        if draft not in self._places:
            self._places[draft] = self._first + len(self._places)
            draft.lexicon.bind(functools.partial(self._tell, draft))

    def _tell(self, draft: Draft) -> tuple[tuple[()], tuple[()]]:
        draft.lexicon.adopt(self._learnt[self._places[draft]])
        return (), ()

    @functools.cached_property
    def _learnt(self) -> list[Lexicon]:
        return self._learn()


def _names_and_bodies(draft: Draft, runs: Iterable[Mapping[str, Sequence[Any]]]) -> tuple[set[str], Iterator[str]]:
    """What a lexicon learns of a chat that was read to its end."""
    names = {name for columns in runs for name in columns.get("sender", ())}
    for member in draft.members:
        names.update((member.name, *member.aliases))
    return {name for name in names if name}, itertools.chain.from_iterable(columns.get("text", ()) for columns in runs)


def lexicons_of(source: Source, how: How) -> list[Lexicon]:
    """A lexicon for each chat of an input, in the order of their first messages."""
    reader, context = open_reader(source, how)
    found: dict[Draft, None] = {}
    for draft, _, columns in guarded_rows(reader, source, context, Wanted(LEARNT_FROM)):
        found[draft] = None
        names, bodies = _names_and_bodies(draft, [columns])
        draft.lexicon.learn(bodies)
        draft.lexicon.add(names)
    for draft in found:
        draft.lexicon.add(_names_and_bodies(draft, ())[0])
    return [draft.lexicon for draft in found]


@functools.lru_cache(maxsize=4)
def lexicons_of_file(path: Path, changed: int, how: How) -> list[Lexicon]:  # noqa: ARG001 - a changed one is another
    """The same of a file of which parts are read, once by each process for all of its parts."""
    return lexicons_of(Source.of(path), how)
