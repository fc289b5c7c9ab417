"""Small charts made of characters: bars, a line of columns, a heat map.

Takes numbers and labels, gives rich texts, one for each line on the screen. Labels are made harmless here and cut to
their room; wide characters count as two. Nothing here prints.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from wechatlog.cli.language import translate
from wechatlog.cli.messages import count, harmless
from wechatlog.content.descriptions import WEEKDAYS

_LONGEST_LABEL: Final = 36
_SHORTEST_BAR: Final = 8
_LONGEST_BAR: Final = 40


Row: TypeAlias = tuple[str, int, tuple[str, ...]]
"""A label, a number, notes."""


@attrs.frozen
class Glyphs:
    """The characters that charts are drawn with.

    Attributes:
        bar: parts of a full character from left to right, the full one last.
        column: parts from below, the full one last.
        shade: from little to much.
        none: where there is nothing.
        arrow: from one to another.
        more: where something was cut off; one column wide.
    """

    bar: str
    column: str
    shade: str
    none: str
    arrow: str
    more: str


BLOCKS: Final = Glyphs("▏▎▍▌▋▊▉█", "▁▂▃▄▅▆▇█", "░▒▓█", "·", "→", "…")
ASCII: Final = Glyphs("#", "_.-=*#", ".:*#", " ", ">", "~")
"""For a standard output in an encoding without blocks."""


def fit(text: str, width: int, glyphs: Glyphs = BLOCKS, *, pad: bool = True) -> str:
    """A text on one line, harmless, cut to a number of columns and filled up with blanks."""
    text = harmless(text[: 8 * width], one_line=True)
    if cell_len(text) > width:
        text = set_cell_size(text, width - 1).rstrip() + glyphs.more
    return set_cell_size(text, width) if pad else text


def _bar(number: int, most: int, width: int, glyphs: Glyphs) -> str:
    """A bar; whatever is more than nothing can be seen."""
    steps = len(glyphs.bar)
    full, part = divmod(max(1, round(number / most * width * steps)) if number else 0, steps)
    return glyphs.bar[-1] * full + (glyphs.bar[part - 1] if part else "")


def bars(rows: Sequence[Row], width: int, glyphs: Glyphs = BLOCKS) -> Iterator[Text]:
    """A line for each row: label, bar, number, and its notes, as many for all, of which the last give way."""
    longest = min(_LONGEST_LABEL, width // 2 - 4)
    labels = [fit(label, longest, glyphs, pad=False) for label, _, _ in rows]
    numbers = [f"{number:,}" for _, number, _ in rows]
    left, digits = (max(map(len_, texts), default=0) for len_, texts in ((cell_len, labels), (len, numbers)))
    room = width - left - digits - 6
    notes: list[list[str]] = [[] for _ in rows]
    for texts in zip(*(notes for _, _, notes in rows), strict=True):
        wide = max(map(len, texts))
        if room - wide - 2 < _SHORTEST_BAR:
            break
        room -= wide + 2 if wide else 0
        for cells, text in zip(notes, texts, strict=True):
            cells += [text.rjust(wide)] if wide else []
    room = min(max(room, _SHORTEST_BAR), _LONGEST_BAR)
    most = max((number for _, number, _ in rows), default=0)
    for label, (_, value, _), number, cells in zip(labels, rows, numbers, notes, strict=True):
        yield Text.assemble(
            f"  {set_cell_size(label, left)}  ",
            (_bar(value, most, room, glyphs).ljust(room), "cyan"),
            f"  {number:>{digits}}",
            ("".join(f"  {cell}" for cell in cells), "dim"),
        )


def columns(days: Mapping[dt.date, int], width: int, glyphs: Glyphs = BLOCKS) -> Iterator[Text]:
    """Messages over time as a line of columns, each for a day or for several."""
    if not days:
        return
    first, last = min(days), max(days)
    span = (last - first).days + 1
    step = -(-span // max(1, width - 30))
    sums = [0] * -(-span // step)
    for day, number in days.items():
        sums[(day - first).days // step] += number
    most = max(sums)
    top = len(glyphs.column) - 1
    line = "".join(glyphs.column[round((number - 1) / max(1, most - 1) * top)] if number else " " for number in sums)
    yield Text.assemble(f"  {first}  ", (line, "cyan"), f"  {last}")
    yield Text.assemble((translate(f"  a column: {count(step, 'day')}; at most {most:,}"), "dim"))


def heat_map(hours: Sequence[Sequence[int]], width: int, glyphs: Glyphs = BLOCKS) -> Iterator[Text]:
    """Weekdays and hours, 7 times 24 numbers: a heading, seven lines and a legend."""
    most = max(map(max, hours))
    wide = 2 if width >= 60 else 1
    yield Text.assemble(("       " + "".join(f"{hour:<{3 * wide}}" for hour in range(0, 24, 3)).rstrip(), "dim"))
    levels = len(glyphs.shade)
    for name, numbers in zip(WEEKDAYS["en"], hours, strict=True):
        line = Text(f"  {translate(name)}  ")
        for number in numbers:
            level = -(-number * levels // most) if most else 0
            shade = glyphs.shade[level - 1] * wide if level else glyphs.none.ljust(wide)
            line.append(shade, "cyan" if level else "dim")
        yield line
    legend = [f"{glyphs.none.strip() or translate('blank')} 0"]
    before = 0
    for level, shade in enumerate(glyphs.shade, 1):
        high = most * level // levels
        if high > before:  # a shade that some number has
            legend.append(
                f"{shade} {high:,}" if high == before + 1 else f"{shade} {translate(f'{before + 1:,} to {high:,}')}"
            )
            before = high
    if sum(map(len, legend)) + 2 * len(legend) + 5 > width:
        legend = legend[-1:]
    yield Text.assemble(("       " + "  ".join(legend), "dim"))
