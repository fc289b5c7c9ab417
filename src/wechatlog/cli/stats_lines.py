"""Statistics as lines for a person: a few sentences, then tables with bars.

Takes statistics and a page, gives rich texts, one for each line. Nothing here prints.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import attrs
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from wechatlog.cli import terminal
from wechatlog.cli.charts import ASCII, BLOCKS, Glyphs, Row, bars, columns, fit, heat_map
from wechatlog.cli.language import translate
from wechatlog.cli.messages import count, harmless, period
from wechatlog.operations.statistics.values import duration_text, unicode_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wechatlog.operations import Counts, SenderStatistics, Statistics

_PIPED: Final = 80
_NARROWEST: Final = 40
_PAIRED: Final = 16
"""Columns of each name where there are two."""
_LEADING: Final = 3
"""People who are named for a habit."""


@attrs.frozen
class Page:
    """What lines are made for: so many columns, and the characters of the charts."""

    width: int = _PIPED
    glyphs: Glyphs = BLOCKS

    @classmethod
    def of_output(cls) -> Page:
        """The standard output: as wide as the terminal, or as `COLUMNS` says, or 80 columns."""
        return cls(max(terminal.columns() or _PIPED, _NARROWEST), BLOCKS if _takes(BLOCKS) else ASCII)


def _takes(glyphs: Glyphs) -> bool:
    """Whether the standard output has an encoding with these characters."""
    try:
        "".join(attrs.astuple(glyphs)).encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def iter_lines(title: str, found: Statistics, top: int, page: Page) -> Iterator[Text]:
    """The lines of a report."""
    for line in _lines(title, found, top, page):
        line.rstrip()
        yield line


def _lines(title: str, found: Statistics, top: int, page: Page) -> Iterator[Text]:
    yield Text.assemble((fit(title, page.width, page.glyphs, pad=False), "bold"))
    for sentence in _sentences(found):
        yield Text(f"  {harmless(sentence, one_line=True)}")
    if any(map(any, found.hours)):
        yield from _section(translate("Hours"), heat_map(found.hours, page.width, page.glyphs))
    if found.active_days > 1:
        yield from _section(translate("Days"), columns(found.days, page.width, page.glyphs))
    for heading, rows, more in _tables(found, top, page.glyphs):
        lines = list(bars(rows, page.width, page.glyphs))
        if more:
            lines.append(Text.assemble((translate(f"  and {more:,} more"), "dim")))
        yield from _section(heading, lines)
    yield from _section(translate("Habits"), _habits(found, page))
    if not found.complete:
        yield Text("")
        caution = translate("  some of the rarest emoji, mentions, replies or links were not counted")
        yield Text.assemble((caution, "dim"))


def _section(heading: str, lines: Iterable[Text]) -> Iterator[Text]:
    """Lines under a heading; nothing where there are none."""
    for number, line in enumerate(lines):
        if not number:
            yield Text("")
            yield Text.assemble((heading, "bold green"))
        yield line


def _sentences(found: Statistics) -> Iterator[str]:
    characters = sum(sender.characters for sender in found.senders)
    parts = [
        count(found.messages, "message"),
        count(len(found.senders), "person", "people"),
        count(characters, "character"),
    ]
    parts += [count(found.notices, "notice")] * bool(found.notices)
    parts += [translate(f"{found.undated:,} without a time")] * bool(found.undated)
    yield " · ".join(parts)
    if when := period(found.first, found.last):
        yield when
    if (streak := found.longest_streak) is not None and found.active_days > 1:
        active, run = count(found.active_days, "day"), count(streak.days, "day")
        yield translate(f"{active} with a message; {run} in a row from {streak.first}")
    if (silence := found.longest_silence) is not None:
        yield translate(f"longest silence {_duration(silence.duration)}, from {silence.start:%Y-%m-%d %H:%M}")
    if (latest := found.latest) is not None:
        yield translate(f"latest at night {latest.time:%H:%M}, {_name(latest.sender)} on {latest.time:%Y-%m-%d}")
    if found.sessions:
        yield translate(f"{count(found.sessions, 'session')} with pauses up to {_duration(found.gap)}")
    if found.coarse:
        yield translate(f"caution: {found.cautions[0]}")
    if (times := found.responses) is not None:
        median, lower, upper = map(_duration, (times.median, times.lower, times.upper))
        answers = count(times.count, "answer")
        yield translate(f"{answers} after {median} (median); half of them between {lower} and {upper}")


def _duration(duration: dt.timedelta) -> str:
    return translate(duration_text(duration))


def _name(label: str) -> str:
    return label if label.strip() else translate("(no name)")


def _sender_row(sender: SenderStatistics) -> Row:
    """A row; the notes that may be left out on a narrow terminal come last."""
    notes = (
        f"{sender.share:.0%}",
        translate(f"answers in {_duration(sender.responses.median)}") if sender.responses else "",
        count(sender.active_days, "day"),
        translate(f"began {sender.started:,}") if sender.started else "",
        count(sender.characters, "char"),
    )
    return _name(sender.label), sender.messages, notes


def _tables(found: Statistics, top: int, glyphs: Glyphs) -> Iterator[tuple[str, Sequence[Row], int]]:
    """The heading, the rows and how many rows are left out of each table that has any."""
    senders = [_sender_row(sender) for sender in found.most_active(top)]
    yield translate("Senders"), senders, len(found.senders) - len(senders)
    kinds = [(translate(kind.value.replace("_", " ")), number, ()) for kind, number in found.kinds.items()]
    yield translate("Kinds"), kinds, 0
    emoji = [(_emoji(name), number, ()) for name, number in found.emoji.most_common(top)]
    yield translate("Emoji"), emoji, len(found.emoji) - len(emoji)
    tables = (
        (translate("Mentions"), found.mentions, glyphs.arrow),
        (translate("Replies"), found.replies, glyphs.arrow),
        (translate("In a session together"), found.together, "+"),
    )
    for heading, pairs, between in tables:
        yield heading, _pairs(pairs, top, between, glyphs), max(0, len(pairs) - top)
    texts = {
        translate("Links"): found.domains,
        translate("Words"): found.words,
        translate("Phrases"): found.phrases,
        translate("Repeated"): found.repeats,
    }
    for heading, counts in texts.items():
        rows = [(text, number, ()) for text, number in counts.most_common(top)]
        yield heading, rows, len(counts) - len(rows)


def _habits(found: Statistics, page: Page) -> Iterator[Text]:
    """A line for each thing that some do more often than others, with those who do it most."""
    habits: tuple[tuple[str, Callable[[SenderStatistics], int]], ...] = (
        (translate("writes between midnight and five"), lambda sender: sender.night),
        (translate("writes first on a day"), lambda sender: sender.opened),
        (translate("writes last on a day"), lambda sender: sender.closed),
        (translate("begins a session"), lambda sender: sender.started),
        (translate("laughs"), lambda sender: sender.laughs),
        (translate("repeats what somebody wrote"), lambda sender: sender.repeats),
        (translate("calls"), lambda sender: sender.calls),
    )
    told = []
    for habit, number in habits:
        leading = [sender for sender in sorted(found.senders, key=number, reverse=True) if number(sender)][:_LEADING]
        if leading and len(found.senders) > 1:
            names = (
                f"{fit(_name(sender.label), _PAIRED, page.glyphs, pad=False)} {number(sender):,}" for sender in leading
            )
            told.append((habit, ", ".join(names)))
    width = max((cell_len(habit) for habit, _ in told), default=0)
    for habit, leaders in told:
        line = f"  {set_cell_size(habit, width)}  {leaders}"
        yield Text(fit(harmless(line, one_line=True), page.width, page.glyphs, pad=False))


def _emoji(name: str) -> str:
    picture = unicode_of(name) or ""
    return name if picture == name else f"{name} {picture}"


def _pairs(pairs: Counts[tuple[str, str]], top: int, between: str, glyphs: Glyphs) -> list[Row]:
    return [
        (f" {between} ".join(fit(_name(name), _PAIRED, glyphs, pad=False) for name in pair), number, ())
        for pair, number in pairs.most_common(top)
    ]
