"""Tables for people: as wide as the terminal, or as wide as their content where the output is piped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wechatlog.cli.messages import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["print_table"]


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, fold: Sequence[str] = ()) -> None:
    """Print a table on the standard output.

    Args:
        columns: headings; one that ends with `#` has numbers, to the right.
        rows: cells, which may hold anything.
        fold: the columns that may be broken over lines on a narrow terminal.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(
            name.removesuffix("#"),
            justify="right" if name.endswith("#") else "left",
            no_wrap=name not in fold,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(harmless(cell, one_line=True)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().removesuffix("\n").split("\n"):
        click.echo(line.rstrip())
