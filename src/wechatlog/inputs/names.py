"""The names by which people are mentioned in an input, learnt in a reading of their own.

Takes a source and its reader, gives a lexicon for each chat; memory grows with the names and not with the input.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from wechatlog.engine.columns import Wanted
from wechatlog.inputs.single import How, guarded_rows, open_reader
from wechatlog.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wechatlog.engine.protocol import Draft
    from wechatlog.segments import Lexicon

_WANTED: Final = Wanted(frozenset({"sender", "text"}))
"""What names are learnt from."""


class NamesOfInput:
    """The names that are mentioned in the chats of one input, learnt when somebody first asks for one of them.

    Args:
        learn: gives a lexicon for each chat.
        first: which of them is that of the first chat.
    """

    def __init__(self, learn: Callable[[], list[Lexicon]], first: int = 0) -> None:
        self._learn, self._first = learn, first
        self._places: dict[Draft, int] = {}

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


def lexicons_of(source: Source, how: How) -> list[Lexicon]:
    """A lexicon for each chat of an input, in the order of their first messages."""
    reader, context = open_reader(source, how)
    found: dict[Draft, None] = {}
    for draft, _, columns in guarded_rows(reader, source, context, _WANTED):
        found[draft] = None
        draft.lexicon.learn(columns.get("text", ()))
        draft.lexicon.add(filter(None, set(columns.get("sender", ()))))
    for draft in found:
        for member in draft.members:
            draft.lexicon.add(name for name in (member.name, *member.aliases) if name)
    return [draft.lexicon for draft in found]


@functools.lru_cache(maxsize=4)
def lexicons_of_file(path: Path, changed: int, how: How) -> list[Lexicon]:  # noqa: ARG001 - a changed one is another
    """The same of a file of which parts are read, once by each process for all of its parts."""
    return lexicons_of(Source.of(path), how)
