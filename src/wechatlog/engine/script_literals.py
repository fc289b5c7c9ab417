"""Objects in JavaScript that are no JSON: the items of an array of flat object literals, one by one.

Takes blocks of text, gives Python values and where they stand; memory holds one object. Bare keys, single quotes and
commas at the end are what a browser takes and JSON does not; pyjson5 reads them, nothing is ever run. An object ends
at the first brace outside a string, so objects inside objects are damage here. Damage costs the object that it is in,
and is reported. Knows no format. Needs the extra `html`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wechatlog.engine.json_facts import tell_around
from wechatlog.engine.json_stream import Item
from wechatlog.engine.window import Window
from wechatlog.errors import needs_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wechatlog.engine.reading import Reading

_LONGEST: Final = 1 << 24
_PATIENCE: Final = 1 << 24
"""Characters read in vain after which reading no longer goes back, so that a hostile file costs linear time."""
_DEEPEST: Final = 4
# From the brace to the first character that is neither part of a string nor plain: the closing brace in healthy ones.
_INSIDE: Final = re.compile(r"""\{(?:[^'"`{}]++|'(?:[^'\\\n]++|\\[\s\S])*+'|"(?:[^"\\\n]++|\\[\s\S])*+")*+""")


def iter_literals(
    blocks: Iterable[str], reading: Reading, next_object: re.Pattern[str], front: str = ""
) -> Iterator[Item]:
    """The objects of an array, with whose bracket the text begins.

    Args:
        blocks: the text in pieces of any size.
        reading: is told of damage.
        next_object: how an object begins, brace included: where reading goes on after damage (`broken-json`). Others
            that stand behind the array, or in front of it, are told.
        front: what stands in front of the array.

    Raises:
        MissingExtraError: without pyjson5.
    """
    with needs_extra("html", what="reading the messages of this page"):
        from pyjson5 import decode
    window, collector = Window(blocks), reading.collector
    if not window.take("["):
        window.report(collector, "no array begins here")
        return
    wasted = 0
    while window.peek() not in ("]", ""):
        line, offset = window.place()
        reach, closed = _end_of_object(window)
        value = _read(decode, window.text[window.position : reach]) if closed else _Broken("it has no end")
        if not isinstance(value, _Broken):
            window.position = reach
            yield Item("", value, line, offset)
            if window.take(",") or window.peek() in ("]", ""):
                continue
            value = _Broken("expected a comma or the end of the array")
        window.report(collector, f"broken object: {value.problem}")
        wasted += max(0, reach - window.position)
        if wasted > _PATIENCE:
            window.position = max(window.position, reach - 1)
        if not _recover(window, next_object):
            return
    if not window.take("]"):
        window.report(collector, "the array is not closed: the file is cut")
    if window.move_to(next_object) is not None:
        tell_around(reading, window.place()[0])
    elif match := next_object.search(front):
        tell_around(reading, 1 + front.count("\n", 0, match.start()))


def _end_of_object(window: Window) -> tuple[int, bool]:
    """How far the object at the position reaches, more text taken in until it ends, and whether it does end."""
    while True:
        match = _INSIDE.match(window.text, window.position)
        if match is None:
            return window.position, False
        end = match.end()
        if window.text[end : end + 1] == "}":
            return end + 1, True
        is_cut = end == len(window.text) or (window.text[end] in "'\"" and "\n" not in window.text[end:])
        if not is_cut or len(window.text) - window.position > _LONGEST or not window.grow():
            return end, False


class _Broken(NamedTuple):
    """In place of a value: what is wrong with it."""

    problem: str


def _read(decode: Callable[..., Any], text: str) -> Any:
    """The value, or what is wrong with it."""
    try:
        return decode(text, _DEEPEST)
    except (ValueError, RecursionError) as error:
        return _Broken(type(error).__name__)
    except Exception as error:
        # pyjson5 roots its errors in Exception itself.
        if type(error).__module__.partition(".")[0] != "pyjson5":
            raise
        return _Broken(str(error.args[0] if error.args else error))


def _recover(window: Window, next_object: re.Pattern[str]) -> bool:
    """Move to the next place where an object begins."""
    while True:
        match = next_object.search(window.text, window.position + 1)
        if match:
            window.position = match.start()
            return True
        window.position = max(window.position, len(window.text) - 64)
        if not window.grow():
            return False
