"""Help in the language of the user: click's pages, translated paragraph by paragraph as they are written.

Takes what click hands to a formatter, gives it translated; in English exactly what click makes of it. Chinese has no
blanks between words and characters that take two columns, of which click knows nothing, so here is the wrapping, too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Final

import click

from wechatlog.cli.language import chosen_language, translate
from wechatlog.cli.messages import width

_WIDEST_NAMES: Final = 30
_GAP: Final = 2
_PIECE: Final = re.compile(
    r"[\u2e80-\u9fff\uff00-\uffef][、。，；：！？）”》…]*|[^\s\u2e80-\u9fff\uff00-\uffef]+[、。，；：！？）”》]*|\s+"
)
"""What is not broken: a word, or a Chinese character, with the marks that may not begin a line."""


def wrap(text: str, columns: int) -> Iterator[str]:
    """The lines of a paragraph, none wider than so many columns where its words allow it."""
    line = ""
    for piece in _PIECE.findall(text):
        if line.strip() and width(line) + width(piece.rstrip()) > columns:
            yield line.rstrip()
            line = ""
        line += piece if line or not piece.isspace() else ""
    yield line.rstrip()


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, f"{translate('Usage:')} " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(translate(heading))

    def write_text(self, text: str) -> None:
        if chosen_language() is None:
            super().write_text(text)
            return
        begin = " " * self.current_indent
        for number, block in enumerate(re.split(r"\n\s*\n", text)):
            kept, *lines = block.split("\n") if block.startswith("\b\n") else ["", " ".join(block.split())]
            self.write("\n" * bool(number))
            for line in lines:
                shown = translate(line)
                parts = [shown] if kept else wrap(shown, self.width - self.current_indent)
                self.write("".join(f"{begin}{part}\n" for part in parts))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _WIDEST_NAMES, col_spacing: int = _GAP) -> None:
        if chosen_language() is None:
            super().write_dl(rows, col_max, col_spacing)
            return
        rows = list(rows)
        left = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        for name, text in rows:
            head, gap, tail = text.partition("  [")  # click puts into brackets what else there is to say of an option
            more = "; ".join(map(translate, tail.removesuffix("]").split("; "))) + "]" * bool(gap)
            lines = wrap(translate(head) + gap + more, max(self.width - self.current_indent - left, 20))
            first = (
                f"{name:<{left}}" if len(name) <= left - col_spacing else f"{name}\n{'':{self.current_indent + left}}"
            )
            self.write(f"{'':{self.current_indent}}{first}")
            self.write(f"\n{'':{self.current_indent + left}}".join(lines) + "\n")


def first_paragraph(command: click.Command) -> str:
    """What a command does, for the list of them all: whole, since click would cut it before it is translated."""
    return translate(" ".join(inspect.cleandoc(command.help or "").split("\n\n")[0].split()))


class HelpContext(click.Context):
    """A context whose help is in the language of the user."""

    formatter_class = _Formatter
