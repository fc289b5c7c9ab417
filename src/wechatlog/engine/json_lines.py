"""JSON Lines: the values of a text in which each line is one. Damage costs its line. Knows no format."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

from wechatlog.diagnostics import Severity
from wechatlog.engine.json_damage import narrowed
from wechatlog.engine.json_plain import Layouts
from wechatlog.engine.json_stream import RUN, Item, Run, explain_broken, one_by_one
from wechatlog.tokenizer import whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wechatlog.diagnostics import Collector
    from wechatlog.engine.json_plain import Layout, Plain

_AROUND_LINE: Final = " \t\r\n\ufeff"
_DECODER: Final = json.JSONDecoder(strict=False)


def iter_json_line_runs(
    blocks: Iterable[str], collector: Collector, plain: Plain | Layout | None = None
) -> Iterator[Run]:
    """The values of a JSON Lines text in runs; blank lines and lines with a `#` are skipped, broken ones reported.

    Args:
        blocks: the text in pieces of any size.
        collector: told of damage.
        plain: what the objects have that need not be parsed, or how they are laid out; they are given as tuples.
    """
    number, offset, layouts, new = 0, 0, Layouts(plain), tuple.__new__
    run: list[Item] = []
    for text in whole_lines(blocks):
        position, offset = 1, offset - 1  # of the text, which has the line end before it at its front
        while position < len(text):
            for pattern, numbers, _ in layouts.found:
                for match in iter(pattern.scanner(text, position).match, None):  # type: ignore[attr-defined]
                    number += 1
                    run.append(new(Item, ("", match.group(*numbers), number, offset + position)))
                    position = match.end()
                    if len(run) >= RUN:
                        yield run
                        run = []
            end = text.find("\n", position) + 1 or len(text)
            if position < end:
                number += 1
                content = text[position:end].strip(_AROUND_LINE)
                if content and not content.startswith("#"):
                    try:
                        value = _DECODER.decode(content)
                    except (ValueError, RecursionError) as error:
                        yield run  # what is told of it comes before this
                        run = []
                        _report_line(collector, content, number, error)
                        for piece in _pieces(content):
                            with contextlib.suppress(ValueError, RecursionError):
                                run.append(Item("", _DECODER.decode(piece), number, offset + position))
                    else:
                        run.append(Item("", value, number, offset + position))
                        layouts.learn(value, text, position, end)
                        if len(run) >= RUN:
                            yield run
                            run = []
            position = end
        offset += len(text)
    yield run


iter_json_lines = one_by_one(iter_json_line_runs)
"""The same one by one."""


def _pieces(content: str) -> Iterator[str]:
    """What may be whole in a broken line: each object that begins as the line does; none with full-width marks."""
    opening = content.partition(":")[0]
    if opening.startswith('{"'):
        yield from (narrowed(opening + piece) for piece in content.split(opening)[1:])
    else:
        yield narrowed(content)


def _report_line(collector: Collector, content: str, number: int, error: Exception) -> None:
    column = error.colno if isinstance(error, json.JSONDecodeError) else 1
    what = f"broken JSON line: {explain_broken(error)}"
    collector.report("broken-json", what, severity=Severity.ERROR, line=number, column=column, excerpt=content)


def line_objects(lines: Iterable[str]) -> Iterator[Mapping[str, Any] | None]:
    """The object of each line of a JSON Lines text; `None` for a line that holds none."""
    for line in lines:
        content = line.strip(_AROUND_LINE)
        value = None
        if content.startswith("{"):
            with contextlib.suppress(ValueError, RecursionError):
                value = _DECODER.decode(content)
        yield value
