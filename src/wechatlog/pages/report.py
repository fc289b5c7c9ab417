"""The numbers of a chat, or of one year of it, as one HTML page with plots as inline SVG.

Takes `Statistics`, gives a page that needs no network and has no script: everything that comes from a chat goes through
Jinja2's escaping, colours follow the light or dark of the reader, and the browser is told to load nothing. Nothing is
said by colour alone: every mark has its number as a title, and the lists have the numbers beside them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.descriptions import WEEKDAYS
from wechatlog.operations.statistics.tally import EVERYONE
from wechatlog.operations.statistics.values import duration_text, with_picture
from wechatlog.pages.environment import asset, environment
from wechatlog.pages.policy import content_policy
from wechatlog.pages.words import REPORT_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wechatlog.operations import SenderStatistics, Statistics

_TOP: Final = 12
_WORDS: Final = 48
_FEWEST_ANSWERS: Final = 5
"""Answers of somebody from which on their speed says something."""
_MONTHS: Final = 36
"""Months that are shown one by one; of more the years."""
_ROWS: Final = 30
"""Years of which the messages are shown; of more the last."""
_YEARS: Final = 12
"""Years whose days are shown; of more the last."""


class Bar(NamedTuple):
    """A row of a bar chart: a label, a number, its share of the largest in percent, and a note."""

    label: str
    number: int
    share: float
    note: str = ""


class Square(NamedTuple):
    """A square of a map: where, how dark from 0 to 1, and its title."""

    x: int
    y: int
    strength: float
    title: str


class Year(NamedTuple):
    """The days of a year as squares, and where its months begin."""

    year: int
    squares: tuple[Square, ...]
    months: tuple[tuple[int, int], ...]


def render_report(title: str | int, found: Statistics, *, language: str = "zh", year: int | None = None) -> str:
    """The page of a chat's numbers, or of those of so many chats, with words of its own in `zh` or `en`."""
    words = REPORT_WORDS[language]
    style = asset("report.css")
    unit, rows = _times(found)
    active = found.most_active(_TOP)
    often = found.words.most_common(_WORDS)  # shown in a size from 1 to 5
    return environment().get_template("report.html.jinja").render(
        words=words,
        style=style,
        policy=content_policy(style),
        title=words["chats"].format(title) if isinstance(title, int) else title,
        year=year,
        span=_from_to(found.first, found.last),
        facts=list(_facts(found, words)),
        years=list(_years(found)),
        times=(words[unit], bars(rows, most=None)),
        week=_week(found, language),
        weekdays=WEEKDAYS[language],
        senders=bars(
            ((who.label or "?", who.messages) for who in active),
            notes=(f"{who.share:.0%} · {who.characters:,} {words['characters']}" for who in active),
        ),
        awards=list(_awards(found, words)),
        emoji=bars((with_picture(name), number) for name, number in found.emoji.most_common(_TOP)),
        cloud=[(word, number, 1 + round(4 * (number / often[0][1]) ** 0.5)) for word, number in often],
        lists=[(words[name], rows) for name, rows in _lists(found) if rows],
        cautions=[words[name] for name, so in (("rough", found.coarse), ("incomplete", not found.complete)) if so],
    )  # fmt: skip


def _from_to(*times: dt.datetime | None) -> str:
    return " – ".join(dict.fromkeys(f"{time:%Y-%m-%d}" for time in times if time is not None))


def _facts(found: Statistics, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    calls = sum(sender.calls for sender in found.senders)
    seconds = sum(sender.call_seconds for sender in found.senders)
    streak = found.longest_streak
    numbers = (
        ("messages", found.messages),
        ("people", len(found.senders)),
        ("characters", sum(sender.characters for sender in found.senders)),
        ("active_days", found.active_days),
        ("streak", streak.days if streak else 0),
        ("sessions", found.sessions),
        ("calls", calls),
    )
    yield from ((f"{number:,}", _noun(number, words[name])) for name, number in numbers if number)
    if seconds:
        yield _duration(dt.timedelta(seconds=seconds), words), words["call_time"]
    if found.responses is not None:
        yield _duration(found.responses.median, words), words["answer"]


def _duration(duration: dt.timedelta, words: Mapping[str, str]) -> str:
    return duration_text(duration, words["units"].split())


def _noun(number: int, noun: str) -> str:
    """The noun for a number: of one thing without the `s` of many."""
    return noun.removesuffix("s") if number == 1 else noun


def _years(found: Statistics) -> Iterator[Year]:
    """A map of each year: a column for each week, which begins on Monday."""
    most = max(found.days.values(), default=1)
    for year in sorted({day.year for day in found.days})[-_YEARS:]:
        first = dt.date(year, 1, 1)
        before = first.weekday()
        squares = []
        for number in range(365 + calendar.isleap(year)):
            day = first + dt.timedelta(days=number)
            count = found.days.get(day, 0)
            week, weekday = divmod(number + before, 7)
            squares.append(Square(week, weekday, _strength(count, most), f"{day}: {count:,}"))
        months = tuple(((dt.date(year, month, 1) - first).days + before) // 7 for month in range(1, 13))
        yield Year(year, tuple(squares), tuple((week, month) for month, week in enumerate(months, 1)))


def _strength(number: int, most: int) -> float:
    """How dark a square is; anything at all is seen, and the difference of small numbers more than of large ones."""
    return round(0.16 + 0.84 * (number / most) ** 0.5, 2) if number else 0.0


def _week(found: Statistics, language: str) -> list[Square]:
    most = max(map(max, found.hours)) or 1
    return [
        Square(hour, day, _strength(number, most), f"{name} {hour:02}:00: {number:,}")
        for day, (name, hours) in enumerate(zip(WEEKDAYS[language], found.hours, strict=True))
        for hour, number in enumerate(hours)
    ]


def bars(
    rows: Iterable[tuple[str, int]], most: int | None = _TOP, notes: Iterable[str] = itertools.repeat("")
) -> list[Bar]:
    """The first of some rows, each a label and a number."""
    chosen = list(rows)[:most]
    largest = max((number for _, number in chosen), default=1) or 1
    shares = (round(100 * number / largest, 1) for _, number in chosen)
    return [Bar(*row, share, note) for row, share, note in zip(chosen, shares, notes, strict=False)]


def _times(found: Statistics) -> tuple[str, list[tuple[str, int]]]:
    """The months from the first to the last, or where they are many the years; none where there is only one month."""
    months: Counter[tuple[int, int]] = Counter()
    for day, number in found.days.items():
        months[day.year, day.month] += number
    if len(months) < 2:
        return "months", []
    (year, month), (last_year, last_month) = min(months), max(months)
    span = range(year * 12 + month - 1, last_year * 12 + last_month)
    if len(span) <= _MONTHS:
        return "months", [(f"{at // 12}-{at % 12 + 1:02}", months[at // 12, at % 12 + 1]) for at in span]
    years = range(max(year, last_year - _ROWS + 1), last_year + 1)
    return "years", [(str(year), sum(months[year, month] for month in range(1, 13))) for year in years]


def _pair(pair: tuple[str, str], sign: str) -> str:
    return f" {sign} ".join(name or "?" for name in pair)


def _lists(found: Statistics) -> Iterator[tuple[str, list[Bar]]]:
    yield "phrases", bars((phrase, number) for phrase, number in found.phrases.most_common(_TOP))
    yield "together", bars((_pair(pair, "·"), number) for pair, number in found.together.most_common(_TOP))
    yield "replies", bars((_pair(pair, "→"), number) for pair, number in found.replies.most_common(_TOP))
    mentions = ((pair, number) for pair, number in found.mentions.most_common() if pair[1] != EVERYONE)
    yield "mentions", bars((_pair(pair, "→"), number) for pair, number in mentions)
    yield "repeats", bars((text, number) for text, number in found.repeats.most_common(_TOP))
    yield "domains", bars((domain, number) for domain, number in found.domains.most_common(_TOP))


_RECORDS: Final[tuple[tuple[str, Callable[[SenderStatistics], int], str], ...]] = (
    ("owl", lambda sender: sender.night, "messages"),
    ("opener", lambda sender: sender.opened, "days"),
    ("closer", lambda sender: sender.closed, "days"),
    ("starter", lambda sender: sender.started, "times"),
    ("laugher", lambda sender: sender.laughs, "times"),
    ("repeater", lambda sender: sender.repeats, "times"),
)
"""Who holds a record, by what, and in which unit."""


def _awards(found: Statistics, words: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What is the most of its kind: what it is, who or when, and how much."""
    if found.days:
        day, number = max(found.days.items(), key=lambda item: item[1])
        yield words["busiest"], f"{day}", f"{number:,} {_noun(number, words['messages'])}"
    for name, measure, unit in _RECORDS if len(found.senders) > 1 else ():
        best = max(found.senders, key=measure)
        if measure(best):
            yield words[name], best.label or "?", f"{measure(best):,} {_noun(measure(best), words[unit])}"
    answering = [
        (s.responses.median, s.label) for s in found.senders if s.responses and s.responses.count >= _FEWEST_ANSWERS
    ]
    if len(answering) > 1:
        median, label = min(answering)
        yield words["quickest"], label or "?", _duration(median, words)
    mentioned: Counter[str] = Counter()
    for (_, target), number in found.mentions.items():
        if target != EVERYONE:
            mentioned[target] += number
    for target, number in mentioned.most_common(1):
        yield words["mentioned"], target or "?", f"{number:,} {_noun(number, words['times'])}"
    if found.latest is not None:
        yield words["latest"], f"{found.latest.time:%Y-%m-%d %H:%M}", found.latest.sender or "?"
    if found.longest_silence is not None:
        silence = found.longest_silence
        yield words["silence"], _duration(silence.duration, words), _from_to(silence.start, silence.end)
