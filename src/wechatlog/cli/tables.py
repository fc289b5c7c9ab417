"""Tables for people: as wide as the terminal, or as wide as their content where the output is piped.

On a terminal that is too narrow for the columns, each row is a paragraph, so that names stay whole.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from wechatlog.cli.language import translate
from wechatlog.cli.messages import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

_GAP: Final = 3
_NARROWEST: Final = 16
"""A column is not folded to less than this."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, fold: Sequence[str] = ()) -> None:
    """Print a table on the standard output; cells may hold anything.

    A column whose heading ends with `#` has numbers, to the right. Those in `fold` may be broken over lines.
    """
    from rich.cells import cell_len
    from rich.console import Console

    cells = [[harmless(cell, one_line=True) for cell in row] for row in rows]
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    least = _GAP * (len(columns) - 1)  # when the columns that may be folded are as narrow as they may be
    for place, name in enumerate(columns):
        widest = max(map(cell_len, (name.removesuffix("#"), *(row[place] for row in cells))))
        least += min(widest, _NARROWEST) if name in fold else widest
    fits = least <= console.width
    lines = _table(console, columns, cells, fold) if fits else _paragraphs(console.width, columns, cells)
    for line in lines:
        click.echo(line.rstrip())


def _table(
    console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]], fold: Sequence[str]
) -> Iterator[str]:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(
            translate(name.removesuffix("#")),
            justify="right" if name.endswith("#") else "left",
            no_wrap=name not in fold,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(Text, row))
    with console.capture() as captured:
        console.print(table)
    yield from captured.get().removesuffix("\n").split("\n")


def _paragraphs(width: int, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The first cell of a row on a line of its own, then the others, as many on a line as there is room for."""
    from rich.cells import cell_len

    for row in rows:
        yield row[0] or "-"
        line = ""
        for name, cell in zip(columns[1:], row[1:], strict=True):
            piece = f"{name.removesuffix('#')} {cell}" if name.endswith("#") else cell
            if line and cell_len(f"  {line}  {piece}") > width:
                yield f"  {line}"
                line = ""
            line = f"{line}  {piece}" if line and piece else line or piece
        yield f"  {line}"
