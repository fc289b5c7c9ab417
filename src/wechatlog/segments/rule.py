"""What a segment rule is.

Takes nothing from the other modules of this package but the segment types; knows no rule. A rule says at
which strings its segment can begin, and reads one segment there or declines. Rules do not know each other:
which one is asked first is the business of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from wechatlog.segments.lexicon import Lexicon
    from wechatlog.segments.types import Segment

T = TypeVar("T")

_UNKNOWN: Final[Any] = object()


class Context:
    """What a rule may know besides the position: one object for each body that is parsed.

    Attributes:
        body: the whole body.
        lexicon: the names known in the archive, or `None`.
        text_start: where the plain text before the position begins: 0, or the end of the segment before it.
    """

    __slots__ = ("_derived", "body", "lexicon", "text_start")

    def __init__(self, body: str, lexicon: Lexicon | None = None) -> None:
        self.body = body
        self.lexicon = lexicon
        self.text_start = 0
        self._derived: dict[Callable[[str], Any], Any] = {}

    def derived(self, function: Callable[[str], T]) -> T:
        """`function(body)`, computed once for this body.

        What would make parsing quadratic if every position computed it again (which bracket closes which)
        belongs in such a function.
        """
        value: T = self._derived.get(function, _UNKNOWN)
        if value is _UNKNOWN:
            value = self._derived[function] = function(self.body)
        return value


class SegmentRule(Protocol):
    """A rule that turns part of a body into a segment."""

    @property
    def name(self) -> str:
        """A short unique name. A rule takes the place of another one with its name."""

    @property
    def triggers(self) -> tuple[str, ...]:
        """The strings at which the segment can begin: one character each, or more where that is rarer."""

    def match(self, body: str, position: int, context: Context) -> tuple[Segment, int] | None:
        """The segment that begins at a position, and where it ends; or `None`.

        Args:
            body: the whole body.
            position: 0-based index of a trigger.
            context: what else is known.

        Returns:
            The segment and its end (exclusive, greater than `position`). The parser sets `raw` where it is
            not exactly that part of the body. Work per position must be bounded or memoised: see
            `Context.derived`.
        """


@attrs.frozen
class Rule:
    """A rule made of its parts; satisfies `SegmentRule`.

    Attributes:
        name: a short unique name.
        triggers: the strings at which the segment can begin.
        match: reads one segment; see `SegmentRule.match`.
    """

    name: str
    triggers: tuple[str, ...]
    match: Callable[[str, int, Context], tuple[Segment, int] | None]
