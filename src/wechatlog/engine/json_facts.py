"""What a JSON file says of its chats, given before their messages wherever it stands.

Takes a reading, gives the parts of its JSON as `json_stream` does, but in front of the first message of an object those
values that the messages need and that stand behind them. They are found in a pass of its own, for which the source is
read once more; a file that has them in front is read once. Knows no format.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine.json_plain import TEXT, Plain
from wechatlog.engine.json_stream import AROUND, BEGIN, END, Item, Run, iter_json_runs, one_by_one
from wechatlog.engine.scripts import json_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from wechatlog.engine.json_plain import Layout
    from wechatlog.engine.reading import Reading

__all__ = ["iter_fact_runs_first", "iter_facts_first", "tell_around", "tell_unread"]

_FEWEST: Final = 3
"""Keys that show what objects are."""
_DEEPEST: Final = 6
_LOOKED_AT: Final = 16
_SKIPPED: Final = Plain({"\0": TEXT, "\1": TEXT}, optional="\0 \1")
"""Messages of which nothing is wanted: keys that none of them has."""


def iter_fact_runs_first(
    reading: Reading,
    stream: Collection[str] = ("messages",),
    *,
    needed: Callable[[Any], Collection[str]],
    of: type | tuple[type, ...] = dict,
    parted: Collection[str] = (),
    beside: Collection[str] = (),
    script: bool = False,
    front: str | None = None,
    blocks: Iterable[str] | None = None,
    plain: Mapping[str, Plain | Layout] = {},
    others: list[Item] | None = None,
) -> Iterator[Run]:
    """The items of `iter_facts_first` in runs: some that follow each other, at least one."""

    def runs(
        text: Iterable[str], collector: Collector, plain: Mapping[str, Plain | Layout], front: str | None
    ) -> Iterator[tuple[int, Run]]:
        text = json_blocks(text) if script else text
        return _numbered(iter_json_runs(text, collector, stream, parted=parted, front=front, plain=plain))

    main = next(iter(stream))
    around = chat = _Holder(0)
    beside_them: list[Item] = []
    around_them: list[Item] = []
    usual: Collection[str] = ()
    ahead: dict[tuple[int, str], list[Item]] | None = None
    text = reading.blocks() if blocks is None else blocks
    for number, run in runs(text, reading.collector, plain, front):
        if number != chat.number:
            chat = _Holder(number) if number else around
        key = run[0].key
        if key == AROUND:
            around_them += run
            continue
        if key not in ("", main):
            chat.seen.add(key)
            if key not in stream:
                beside_them += (item for item in run if isinstance(item.value, dict | list))
            if key in chat.early:
                continue
            yield run
            continue
        if beside_them and beside_them[-1].offset == run[0].offset:
            beside_them.pop()  # its list is this one: damage had changed the key
        if not chat.has_begun and (first := next((item for item in run if isinstance(item.value, of)), None)):
            chat.has_begun = True
            usual = usual or (first.value if isinstance(first.value, dict) else ())
            missing = [(around, {*beside} - around.seen), (chat, {*needed(first.value)} - chat.seen)]
            names = set[str]().union(*(each for _, each in missing))
            if names and key and blocks is None:
                if ahead is None:  # what is wrong in it is told when its turn comes
                    ahead = _gathered(runs(reading.look(), Collector(), {main: _SKIPPED}, ""), names)
                for (holder, wanted), name in itertools.product(missing, names):
                    if name in wanted and (found := ahead.get((holder.number, name))):
                        holder.early.add(name)
                        yield found
        yield run
    if around_them := _alike(around_them, {*usual}):
        tell_around(reading, around_them[0].line)
    if others is not None:
        others += _alike(beside_them, {*usual})
        return
    for item in _alike(beside_them, {*usual}):
        tell_unread(reading, item.key, item.line)


iter_facts_first = one_by_one(iter_fact_runs_first)
"""The items of `json_stream.iter_json`, those that messages need before the first of these.

Args:
    reading: what is read, and told of damage.
    stream: keys of the lists whose items are given; first that of the messages.
    needed: the keys of an object that its messages need, from the first of them.
    of: what a message is.
    parted: as in `json_stream.iter_json_runs`; then the object of the messages is one of these.
    beside: the keys beside those objects that all messages need.
    script: the JSON is assigned to a variable.
    front: as in `json_stream.iter_json_runs`; messages that stand there or behind are told.
    blocks: the JSON, where it is but a part of the text of the reading; what is needed stands in front then.
    plain: as in `json_stream.iter_json_runs`.
    others: gets the values beside the messages in which such objects stand too; without it they are told.
"""


def tell_unread(reading: Reading, key: str, line: int) -> None:
    """Tell that there are more messages than those of the list."""
    what = f"objects like the messages stand under {key[:60]!r}; they were not read"
    reading.report("unread-part", what, severity=Severity.WARNING, line=line)


def tell_around(reading: Reading, line: int) -> None:
    """Tell that there are more messages in a script or a page than those of the list that was read."""
    what = "objects like the messages stand in front of the list that was read, or behind it; they were not read"
    reading.report("unread-part", what, severity=Severity.WARNING, line=line)


class _Holder:
    """An object that holds messages, or objects with messages, as its values come by.

    Attributes:
        number: of those that are given in parts; 0 for the one around them, and where there are none.
        seen: the keys whose values came.
        early: those whose values came before their turn.
        has_begun: whether a message came.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.seen = set[str]()
        self.early = set[str]()
        self.has_begun = False


def _alike(items: Iterable[Item], usual: set[str]) -> list[Item]:
    """Those in which objects stand as the messages are."""
    return [item for item in items if len(usual) >= _FEWEST and _holds_alike(item.value, usual)]


def _holds_alike(value: Any, usual: set[str], depth: int = 0) -> bool:
    """Whether objects stand in a value that have more than two thirds of some keys."""
    inner = value if isinstance(value, list) else [*value.values()] if isinstance(value, dict) else []
    if isinstance(value, dict) and len(usual & value.keys()) * 3 > len(usual) * 2:
        return True
    return depth < _DEEPEST and any(_holds_alike(each, usual, depth + 1) for each in inner[:_LOOKED_AT])


def _numbered(runs: Iterable[Run]) -> Iterator[tuple[int, Run]]:
    """Runs with the number of the object that they stand in."""
    count = number = 0
    for run in filter(None, runs):
        if run[0].value is BEGIN:
            number = count = count + 1
        yield number, run
        if run[0].value is END:
            number = 0


def _gathered(runs: Iterable[tuple[int, Run]], names: Collection[str]) -> dict[tuple[int, str], list[Item]]:
    """The items of some keys, by the number of their object."""
    found: dict[tuple[int, str], list[Item]] = {}
    for number, run in runs:
        if run[0].key in names and run[0].value not in (BEGIN, END):
            found.setdefault((number, run[0].key), []).extend(run)
    return found
