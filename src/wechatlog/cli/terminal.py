"""Where lines go: the standard output, coloured and paged where that is a terminal, plain otherwise."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import IO, TYPE_CHECKING, Any, cast

import click

from wechatlog.cli.messages import harmless, harmless_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.text import Text


def on_terminal() -> bool:
    """Whether a person sees what is printed."""
    return sys.stdout.isatty()


def columns() -> int:
    """How wide the terminal is, or `COLUMNS` says that it is; 0 where nothing says it."""
    wanted = os.environ.get("COLUMNS", "")
    width = int(wanted) if wanted.isdecimal() else 0
    return width or (os.get_terminal_size(sys.stdout.fileno()).columns if on_terminal() else 0)


class _Screen(io.TextIOBase):
    """The terminal as a file to write chats to: it is shown what they hold and obeys nothing of it."""

    def write(self, text: str) -> int:
        sys.stdout.buffer.write(harmless(text, tabs=True).encode("utf-8", "replace"))
        return len(text)


def standard_output(*, binary: bool = False) -> IO[Any]:
    """The standard output as a file to write chats to; what is text goes harmless to a terminal."""
    return cast("IO[Any]", _Screen()) if on_terminal() and not binary else sys.stdout.buffer


def print_json(value: Any) -> None:
    """Print a value as indented JSON in UTF-8, with escapes for what a terminal obeys and for lone surrogates."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=lambda time: time.isoformat())
    click.echo(harmless_json(text).encode())


def is_colored(color: str) -> bool:
    """Whether a value of `--color` means colours here."""
    return color == "always" or (color == "auto" and on_terminal() and "NO_COLOR" not in os.environ)


def print_lines(lines: Iterable[Text], *, color: str, pager: bool) -> None:
    """Write the lines as they come, so that the first page is there at once."""
    colored = is_colored(color)
    texts = paint(lines, colored=colored)
    if pager and on_terminal():
        os.environ.setdefault("LESS", "-FRX")  # as git: no pager for what fits on the screen
        os.environ.setdefault("LESSCHARSET", "utf-8")
        begun = (("\n" if number else "") + text.removesuffix("\n") for number, text in enumerate(texts))
        click.echo_via_pager(begun, color=colored)  # which adds the last line end
        return
    for text in texts:
        sys.stdout.write(text)


def paint(lines: Iterable[Text], *, colored: bool) -> Iterator[str]:
    """The lines with their ends, and with escape sequences for their colours where they are wanted."""
    if not colored:
        yield from (f"{line.plain}\n" for line in lines)
        return
    from rich.color import ColorSystem
    from rich.console import Console

    console = Console(force_terminal=True, color_system="standard", highlight=False, legacy_windows=False)
    for line in lines:
        yield "".join(
            segment.style.render(segment.text, color_system=ColorSystem.STANDARD) if segment.style else segment.text
            for segment in line.render(console, end="\n")
        )
