"""Which messages are shown for the hits of a search: the hits, and those around them.

Takes messages one by one, and where something was found in each; gives lines. Knows neither what was looked for nor
how a line looks.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.model import Message
    from wechatlog.operations.search import Place


class Line(NamedTuple):
    """A message that is shown.

    Attributes:
        number: of the message in its conversation, from 1.
        places: where something was found in it; `None` for a message that is shown for its neighbours.
        gap: whether messages before it are left out, where messages around hits are shown.
    """

    number: int
    message: Message
    places: tuple[Place, ...] | None
    gap: bool


class Window:
    """The messages of one conversation as they go by: hits, and what is shown before and after them.

    So many as `left` after the last hit are still to come.
    """

    def __init__(self, before: int, after: int) -> None:
        self._after, self._with_gaps = after, before + after > 0
        self._recent: deque[tuple[int, Message]] = deque(maxlen=before)
        self._number = self._shown = self.left = 0

    def feed(self, message: Message, places: tuple[Place, ...] | None) -> Iterator[Line]:
        """What is to be shown now that this message has come."""
        self._number += 1
        if places is not None:
            for number, earlier in self._recent:
                yield self._line(number, earlier, None)
            self._recent.clear()
            self.left = self._after
            yield self._line(self._number, message, places)
        elif self.left:
            self.left -= 1
            yield self._line(self._number, message, None)
        else:
            self._recent.append((self._number, message))

    def _line(self, number: int, message: Message, places: tuple[Place, ...] | None) -> Line:
        gap = self._with_gaps and 0 < self._shown < number - 1
        self._shown = number
        return Line(number, message, places, gap)
