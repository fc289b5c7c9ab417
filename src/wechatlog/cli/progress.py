"""A progress bar on the error stream, where that is a terminal and the run takes a while; otherwise nothing.

How much is done is told by the inputs: by the bytes that were taken of each file. Nothing is counted while they are
read; a thread looks five times a second.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from wechatlog.cli.language import translate
from wechatlog.cli.messages import count
from wechatlog.content.descriptions import length_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.live import Live

    from wechatlog.source import Source

_DELAY: Final = 1.0
"""Seconds before there is a bar."""

_PERIOD: Final = 0.2
"""Seconds between two looks."""


class Tick:
    """What a command tells of its progress. This one shows nothing of it."""

    def __call__(self, messages: int) -> None:
        """So many more messages were read."""

    def clear(self) -> None:
        """Take the bar off the screen: something is about to be printed there. It may come back after a while."""


@contextlib.contextmanager
def progress(sources: Sequence[Source], *, quiet: bool = False) -> Iterator[Tick]:
    """Show how far a run has come: share, messages, rate, and the time that is left."""
    if quiet or not sys.stderr.isatty():
        yield Tick()
        return
    bar = _Bar(sources)
    try:
        yield bar
    finally:
        bar.end()


class _Bar(Tick):
    """A bar that comes after a second, drawn by a thread of its own."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._files = [(source, size) for source in sources if (size := source.size)]
        self._total = sum(size for _, size in self._files)
        self._messages = 0
        self._start = self._cleared = time.monotonic()
        self._screen: Live | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._thread.start()

    def __call__(self, messages: int) -> None:
        self._messages += messages

    def clear(self) -> None:
        with self._lock:
            self._cleared = time.monotonic()
            self._hide()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        self._hide()

    def _run(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # nobody looks any more
            while not self._ended.wait(_PERIOD):
                with self._lock:
                    if time.monotonic() - self._cleared >= _DELAY:
                        self._draw()

    def _hide(self) -> None:
        if self._screen is not None:
            self._screen.stop()
            self._screen = None

    def _draw(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        if self._screen is None:  # at the foot of the terminal; leaves alone what is printed on the other stream
            self._screen = Live(
                console=Console(stderr=True), transient=True, auto_refresh=False, redirect_stdout=False,
                redirect_stderr=False,
            )  # fmt: skip
            self._screen.start()
        done = sum(min(size, source.position or 0) for source, size in self._files)
        known = 0 < done < self._total  # a database tells nothing; after the last byte something is left to do
        row = Table.grid(padding=(0, 1))
        told = _tell(time.monotonic() - self._start, done / self._total if known else None, self._messages)
        row.add_row(ProgressBar(self._total if known else None, done, width=24), Text(told, no_wrap=True))
        self._screen.update(row, refresh=True)


def _tell(seconds: float, share: float | None, messages: int) -> str:
    """The words beside the bar; the share of the input that was read is `None` where nobody knows."""
    parts = [f"{share:4.0%}"] if share else []
    if messages:
        parts.append(f"{count(messages, 'message')}, {messages / seconds:,.0f}/s")
    parts.append(translate(f"{length_text(seconds)} gone"))
    if share:
        parts.append(translate(f"{length_text(seconds / share - seconds)} left"))
    return " · ".join(parts)
