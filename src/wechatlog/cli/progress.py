"""A progress bar on the error stream, where that is a terminal; otherwise nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias

__all__ = ["Tick", "progress"]

Tick: TypeAlias = Callable[[int, int], None]
"""Takes the number of files done (0: unknown) and of messages that came with it."""


def _ignore(files: int, messages: int) -> None:
    del files, messages


@contextlib.contextmanager
def progress(files: int, *, quiet: bool) -> Iterator[Tick]:
    """Show how far a run has come.

    Args:
        files: how many there are; of a single one the share that is done is not known.
        quiet: show nothing.
    """
    if quiet or not sys.stderr.isatty():
        yield _ignore
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(), TextColumn("{task.completed}/{task.total} files" if files > 1 else "reading"),
        TextColumn("{task.fields[messages]:,} messages"), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=files if files > 1 else None, messages=0)

        def tick(done: int, messages: int) -> None:
            before = bar.tasks[0].completed
            seen = bar.tasks[0].fields["messages"] + messages
            bar.update(task, completed=max(before, done), messages=seen)

        yield tick
