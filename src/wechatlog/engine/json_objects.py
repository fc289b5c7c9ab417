"""The message objects of a JSON file or script, and what the file says beside them.

Takes a reading, gives message objects as they stream by; everything else of the top-level object is kept in
`reading.said`. What is no object is told, damage is told and costs no more than what it hit. Knows no format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wechatlog.diagnostics import Collector, Severity
from wechatlog.engine.head import Head
from wechatlog.engine.json_damage import listed
from wechatlog.engine.json_facts import iter_fact_runs_first
from wechatlog.engine.json_lines import iter_json_line_runs
from wechatlog.engine.json_stream import Item, Run, one_by_one
from wechatlog.tokenizer import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from wechatlog.engine.json_plain import Plain
    from wechatlog.engine.reading import Reading

__all__ = ["iter_line_objects", "iter_object_runs", "iter_objects", "report_shape"]

_WATCHED: Final = 200
"""Message objects whose keys are compared with those that a format knows."""
_OBJECTS: Final = frozenset({dict, tuple})
"""What objects are given as."""


def iter_object_runs(
    reading: Reading,
    key: str = "messages",
    *,
    lists: Collection[str] = (),
    needed: Callable[[Mapping[str, Any]], Collection[str]] = lambda _: (),
    script: bool = False,
    front: str | None = None,
    known: Collection[str] = (),
    blocks: Iterable[str] | None = None,
    plain: Plain | None = None,
    others: list[Item] | None = None,
) -> Iterator[Run]:
    """The objects of `iter_objects` in runs: some that follow each other, at least one."""
    said, first = reading.said, True
    watched = 0 if known else _WATCHED
    runs = iter_fact_runs_first(
        reading,
        (key, *lists),
        needed=needed,
        script=script,
        front=front,
        blocks=blocks,
        plain={} if plain is None else dict.fromkeys(("", key), plain),
        others=others,
    )
    for run in runs:
        if run[0].key not in ("", key):
            for item in run:
                _keep(said, item, lists)
            continue
        if first or watched < _WATCHED or not {type(item.value) for item in run} <= _OBJECTS:
            objects = list[Item]()
            for item in run:
                value = item.value
                if not isinstance(value, dict | tuple):
                    if objects:  # what is told of them comes before this
                        yield objects
                        objects = []
                    report_shape(reading.collector, "a message", item)
                    continue
                if first and isinstance(value, dict):  # as the first always is
                    first = False
                    _mend_keys(reading, {*needed(value)})
                if watched < _WATCHED:  # one by one, since what is told of an object comes behind this
                    watched += 1
                    if isinstance(value, dict):  # the keys of the others are those of one that was parsed
                        report_unknown_keys(reading, value, known, item.line)
                    yield (item,)
                else:
                    objects.append(item)
            run = objects
        if run:
            yield run
    if first:
        _tell_unread(reading, key, lists)
        reading.tell("no-messages", "the file holds no messages")


iter_objects = one_by_one(iter_object_runs)
"""The message objects of a top-level array, or of the array under a key of the top-level object.

Args:
    reading: whose `said` is filled as the file is read. What the messages need is there before the first of them,
        in a pass of its own where the file has it behind them.
    key: of the list of messages.
    lists: further keys whose arrays are read item by item, so that damage in one item costs that item alone.
    needed: the keys that messages need, from the first message.
    script: the JSON is assigned to a variable.
    front: as in `json_facts.iter_facts_first`.
    known: every key that the format knows in a message object; others are told once. Empty: nothing is told.
    blocks: the JSON, where it is but a part of the text of the reading; what is needed stands in front then.
    plain: what most objects have; those that have it, but for the first of a kind, are given as tuples of it.
    others: as in `json_facts.iter_facts_first`.
"""


def _tell_unread(reading: Reading, key: str, lists: Collection[str]) -> None:
    """Tell of objects under another key, where the list of messages is missing."""
    if f'"{key}"' in Head.of(reading.source, reading.encoding).text:
        return
    for name, value in reading.said.items():
        inner = [*value.values()] if isinstance(value, dict) else [value]
        if name not in lists and any(isinstance(each, list) and each and isinstance(each[0], dict) for each in inner):
            what = f"the file has no list {key!r}; the objects under {name[:60]!r} were not read"
            reading.report("broken-shape", what, severity=Severity.ERROR, line=1)


def iter_line_object_runs(
    reading: Reading, *, known: Collection[str] = (), plain: Plain | None = None
) -> Iterator[Run]:
    """The objects of `iter_line_objects` in runs: some that follow each other, at least one."""
    watched = _WATCHED if known else 0
    for run in iter_json_line_runs(prepare(reading.blocks()).blocks, reading.collector, plain):
        if watched <= 0 and {type(item.value) for item in run} <= _OBJECTS:
            yield from (run,) if run else ()
            continue
        for item in run:
            watched -= 1
            if not isinstance(item.value, dict | tuple):
                report_shape(reading.collector, "a line", item)
                continue
            if watched >= 0 and isinstance(item.value, dict):
                report_unknown_keys(reading, item.value, known, item.line)
            yield (item,)


iter_line_objects = one_by_one(iter_line_object_runs)
"""The objects of a JSON Lines text; other values are told. The arguments are those of `iter_objects`."""


def report_unknown_keys(reading: Reading, value: Iterable[str], known: Collection[str], line: int) -> None:
    """Tell, once for each key of the file, what a newer version of the tool may have added."""
    for name in value:
        if name not in known:
            what = f"the key {name[:60]!r} is not known to this format; what it says was left out"
            reading.tell("unknown-key", what, line, once=True)


def report_shape(collector: Collector, what: str, item: Item) -> None:
    """Report a value that should be an object."""
    kind = type(item.value).__name__
    collector.report(
        "broken-shape", f"{what} is no JSON object but {kind}", severity=Severity.ERROR, line=item.line, column=1
    )


def _mend_keys(reading: Reading, wanted: set[str]) -> None:
    """Take a key with a damaged character for the one that messages need, and tell it."""
    for name in sorted(wanted - reading.said.keys()):
        key = next((key for key in reading.said if key not in wanted and listed(key, (name,))), None)
        if key is not None:
            reading.said[name] = reading.said.pop(key)
            what = f"the key {key[:60]!r} is none of this format; it was taken for {name!r}"
            reading.report("damaged-header", what, line=1)


def _keep(said: dict[str, Any], item: Item, lists: Collection[str]) -> None:
    if item.key in lists and not isinstance(item.value, list):
        kept = said.get(item.key)
        said[item.key] = kept if isinstance(kept, list) else []  # its key may stand twice, with something else
        said[item.key].append(item.value)
    else:
        said[item.key] = item.value
