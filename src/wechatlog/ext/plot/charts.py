"""The plots themselves, each a function from the numbers of a chat to a figure.

Takes conversations, messages or `Statistics`; counts only what a plot needs. Colours, frame and fonts come from `looks`
and `lettering`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import unicodedata
from typing import TYPE_CHECKING, Final, TypeAlias

from matplotlib import dates as mdates
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from wechatlog.content.descriptions import WEEKDAYS
from wechatlog.errors import needs_extra
from wechatlog.ext.plot.looks import Canvas, whole_numbers
from wechatlog.ext.plot.words import WORDS
from wechatlog.operations.statistics.count import statistics
from wechatlog.operations.statistics.tally import EVERYONE
from wechatlog.operations.statistics.values import Statistics, unicode_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from wechatlog.ext.plot.lettering import Lettering
    from wechatlog.model import Conversation, Message

    Countable: TypeAlias = Statistics | Conversation | Iterable[Message] | Iterable[Conversation]

_BARS: Final = 62
"""Most days that are drawn as bars; more are an area with a mean over a week."""
_LABELLED: Final = 12
"""Most bars that have their day written below."""
_STEPS: Final = ((1_200, 1, "day"), (8_000, 7, "week"), (60_000, 30, "30 days"), (math.inf, 365, "365 days"))
"""Up to how many days the messages are counted by how many days, and the name of that."""
_DURATIONS: Final = (
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 10_800, 43_200, 86_400, 864_000, 8_640_000
)  # fmt: skip
"""Seconds at which the axis of response times has ticks."""
_DATES: Final[Mapping[str, dict[str, list[str]]]] = {
    "en": {},
    "zh": {
        "formats": ["%Y", "%m月", "%d", "%H:%M", "%H:%M", "%S"],
        "zero_formats": ["", "%Y", "%m月", "%m-%d", "%H:%M", "%H:%M"],
    },
}
"""How dates are written along an axis, where it is not as in English."""
_ROW: Final = 0.3
"""Height of a row of a bar chart, in inches."""


def _numbers(source: Countable, *, segments: bool = False, top: int = 1) -> Statistics:
    if top < 1:
        raise ValueError("top must be at least 1")
    if not isinstance(source, Statistics):
        return statistics(source, segments=segments)
    if segments and not source.segments:
        raise ValueError("these statistics were counted with segments=False, which leaves out emoji and mentions")
    return source


def _period(canvas: Canvas, found: Statistics) -> str:
    count = canvas.count(found.messages, "message")
    if found.first is None or found.last is None:
        return count
    first, last = found.first.date(), found.last.date()
    return canvas.say("date", count, first) if first == last else canvas.say("span", count, first, last)


def _nothing(canvas: Canvas, found: Statistics, name: str) -> Figure:
    return canvas.nothing(canvas.say(name if found.messages else "no_messages"))


def activity(
    conversation: Countable, ax: Axes | None = None, *, dark: bool | None = None, interface: str = "en"
) -> Figure:
    """Draw when people write: a heat map of weekdays and hours.

    Args:
        conversation: a conversation, several, messages, or their statistics.
        ax: an axis to draw on; a figure is made where `None`.
        dark: colours for a dark background; `None`: those that fit the axis, light ones for a new figure.
        interface: language of the plot's own words, `en` or `zh`.

    Returns:
        The figure.
    """
    found = _numbers(conversation)
    canvas = Canvas.on(ax, dark=dark, size=(9, 3.4), interface=interface)
    ax, palette, how = canvas.ax, canvas.palette, canvas.lettering.how
    canvas.title(canvas.say("hours"), _period(canvas, found))
    most = max(map(max, found.hours))
    if not most:
        return _nothing(canvas, found, "no_hour")
    mesh = ax.pcolormesh(
        found.hours,
        cmap=palette.colormap,
        vmin=0,
        vmax=most,
        edgecolors=palette.surface,
        linewidth=1.5,
        antialiased=True,
    )
    ax.set_yticks([day + 0.5 for day in range(7)], WEEKDAYS[interface], color=palette.ink, fontsize=10, **how)
    ax.set_xticks(range(0, 25, 3), [f"{hour:02}" for hour in range(0, 25, 3)], **how)
    ax.set_xlabel(canvas.say("hour"), color=palette.muted, fontsize=9, **how)
    ax.invert_yaxis()
    bar = canvas.figure.colorbar(mesh, ax=ax, fraction=0.025, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=9, labelcolor=palette.muted, labelfontfamily=how["family"])
    whole_numbers(bar.ax.yaxis)
    return canvas.done()


def _counted_days(found: Statistics) -> tuple[list[dt.date], list[int], int, str]:
    """First days, numbers, days that one number covers and their name, without holes."""
    first, last = min(found.days), max(found.days)
    span = (last - first).days + 1
    step, name = next((step, name) for most, step, name in _STEPS if span <= most)
    numbers = [0] * -(-span // step)
    for day, number in found.days.items():
        numbers[(day - first).days // step] += number
    return [first + dt.timedelta(days=at * step) for at in range(len(numbers))], numbers, step, name


def _mean(numbers: Sequence[int], width: int) -> list[float]:
    """The mean over a window around each number, narrower at the ends."""
    sums = [0]
    for number in numbers:
        sums.append(sums[-1] + number)
    half = width // 2
    windows = ((max(0, at - half), min(len(numbers), at + half + 1)) for at in range(len(numbers)))
    return [(sums[high] - sums[low]) / (high - low) for low, high in windows]


def _place(day: dt.date) -> float:
    return float(mdates.date2num(day))  # type: ignore[no-untyped-call]


def days(conversation: Countable, ax: Axes | None = None, *, dark: bool | None = None, interface: str = "en") -> Figure:
    """Draw how much was written when: messages per day, with the mean over seven days where there are many.

    Of more than 1,200 days the messages are counted by the week, of very many by 30 or 365 days.

    Args:
        conversation: as for `activity`.
        ax: as for `activity`.
        dark: as for `activity`.
        interface: as for `activity`.

    Returns:
        The figure.
    """
    found = _numbers(conversation)
    canvas = Canvas.on(ax, dark=dark, size=(9, 3.4), interface=interface)
    ax, palette = canvas.ax, canvas.palette
    if not found.days:
        canvas.title(canvas.say("days", canvas.say("day")), _period(canvas, found))
        return _nothing(canvas, found, "no_time")
    starts, numbers, step, name = _counted_days(found)
    many, line = len(numbers) > _BARS, len(numbers) > _BARS and step < 8
    unit = WORDS[interface][name]
    note = canvas.say("mean", unit) if line else ""
    canvas.title(canvas.say("days", unit), _period(canvas, found) + note)
    canvas.guides("y")
    places = [_place(start) for start in starts]
    if many:
        ax.fill_between(places, numbers, step="mid", color=palette.soft, linewidth=0)
        if line:
            ax.plot(places, _mean(numbers, 7), color=palette.accent, linewidth=1.8)
    else:
        ax.bar(places, numbers, width=0.82 * step, color=palette.accent)
    room = step * (0.7 if len(numbers) > 7 else 4 - len(numbers) / 2)
    ax.set_xlim(max(places[0] - room, _place(dt.date.min)), min(places[-1] + room, _place(dt.date.max)))
    ax.set_ylim(0, max(numbers) * 1.08)
    whole_numbers(ax.yaxis)
    if len(numbers) <= _LABELLED:
        ax.set_xticks(places, [f"{start:%m-%d}" for start in starts], **canvas.lettering.how)
    else:
        locator = mdates.AutoDateLocator(minticks=4, maxticks=10)  # type: ignore[no-untyped-call]
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False, **_DATES[interface]))  # type: ignore[no-untyped-call]
    return canvas.done()


def _bars(canvas: Canvas, labels: list[str], numbers: list[int], notes: list[str]) -> None:
    """Horizontal bars, the first at the top, each with its name and a note at its end."""
    ax = canvas.ax
    places = [float(at) for at in range(len(labels))]
    ax.barh(places, numbers, height=0.72, color=canvas.palette.accent)
    for place, number, note in zip(places, numbers, notes, strict=True):
        canvas.note(note, number, place)
    canvas.names(places, labels)
    canvas.rows(len(labels))
    ax.set_xlim(0, max(numbers) * 1.14)
    whole_numbers(ax.xaxis)
    canvas.guides("x")


def _height(rows: int) -> float:
    return max(2.2, 1.15 + _ROW * rows)


def senders(
    conversation: Countable, ax: Axes | None = None, *, top: int = 20, dark: bool | None = None, interface: str = "en"
) -> Figure:
    """Draw who writes how much: messages per sender.

    Args:
        conversation: as for `activity`.
        ax: as for `activity`.
        top: how many people at most.
        dark: as for `activity`.
        interface: as for `activity`.

    Returns:
        The figure.

    Raises:
        ValueError: for `top` below 1.
    """
    found = _numbers(conversation, top=top)
    shown = found.most_active(top)
    canvas = Canvas.on(ax, dark=dark, size=(7.5, _height(len(shown))), interface=interface)
    rest = len(found.senders) - len(shown)
    share = sum(sender.share for sender in found.senders[top:])
    people = canvas.say("more_senders", rest, share) if rest else ""
    canvas.title(canvas.say("senders"), _period(canvas, found) + people)
    if not shown:
        return _nothing(canvas, found, "no_sender")
    labels = [canvas.lettering.label(sender.label) for sender in shown]
    notes = [f"{sender.messages:,}  ({sender.share:.0%})" for sender in shown]
    _bars(canvas, labels, [sender.messages for sender in shown], notes)
    return canvas.done()


def emoji(
    conversation: Countable, ax: Axes | None = None, *, top: int = 20, dark: bool | None = None, interface: str = "en"
) -> Figure:
    """Draw which emoji are used most: codes by their canonical name, Unicode emoji as they are.

    The Unicode emoji stands behind the name of a code where an installed font has it in outlines; fonts of coloured
    pictures cannot be drawn by matplotlib. One that cannot be drawn is called as Unicode calls it.

    Args:
        conversation: as for `activity`.
        ax: as for `activity`.
        top: how many emoji at most.
        dark: as for `activity`.
        interface: as for `activity`.

    Returns:
        The figure.

    Raises:
        ValueError: for `top` below 1, or statistics that were counted without segments.
    """
    found = _numbers(conversation, segments=True, top=top)
    shown = found.emoji.most_common(top)
    canvas = Canvas.on(ax, dark=dark, size=(7.5, _height(len(shown))), interface=interface)
    rest = len(found.emoji) - len(shown)
    more = canvas.say("more_emoji", rest) if rest else ""
    among = canvas.say("among", found.emoji.total, canvas.count(found.messages, "message"))
    canvas.title(canvas.say("emoji"), among + more)
    if not shown:
        return _nothing(canvas, found, "no_emoji")
    labels = [_emoji_label(name, canvas.lettering) for name, _ in shown]
    _bars(canvas, labels, [number for _, number in shown], [f"{number:,}" for _, number in shown])
    return canvas.done()


_CHANGING: Final = frozenset(("Cf", "Mn", "Me", "Sk"))
"""Categories of what changes an emoji: joiners, styles, keycaps, colours of skin."""
_OF_A_FLAG: Final = "regional indicator symbol letter "


def _emoji_label(name: str, lettering: Lettering) -> str:
    """A code with its picture, if that can be drawn; a Unicode emoji, or else what Unicode calls it."""
    picture = lettering.only_drawable(unicode_of(name) or "")
    if name.startswith("["):
        return f"{lettering.label(name)} {picture}" if picture else lettering.label(name)
    return picture or lettering.label(_called(name))


def _called(emoji: str) -> str:
    """What Unicode calls an emoji: of a flag its letters, of several pictures that are one the names of all."""
    signs = (character for character in emoji if unicodedata.category(character) not in _CHANGING)
    names = [unicodedata.name(character, "emoji").lower() for character in signs]
    if all(name.startswith(_OF_A_FLAG) for name in names):
        return f"flag {''.join(name[-1] for name in names).upper()}"
    return ", ".join(names)


def response_times(
    conversation: Countable, ax: Axes | None = None, *, top: int = 20, dark: bool | None = None, interface: str = "en"
) -> Figure:
    """Draw how soon people answer: the median, and the middle half of the response times.

    What a response time is says `wechatlog.operations.ResponseTimes`. The scale is logarithmic.

    Args:
        conversation: as for `activity`.
        ax: as for `activity`.
        top: how many people at most: those with the most answers.
        dark: as for `activity`.
        interface: as for `activity`.

    Returns:
        The figure.

    Raises:
        ValueError: for `top` below 1.
    """
    found = _numbers(conversation, top=top)
    answering = [(sender.label, sender.responses) for sender in found.senders if sender.responses is not None]
    chosen = sorted(answering, key=lambda item: -item[1].count)[:top]
    chosen.sort(key=lambda item: item[1].median)
    canvas = Canvas.on(ax, dark=dark, size=(7.5, _height(len(chosen)) + 0.2), interface=interface)
    ax, palette = canvas.ax, canvas.palette
    note = canvas.say("scale", canvas.duration(found.gap))
    rest = len(answering) - len(chosen)
    canvas.title(canvas.say("answers"), note + (canvas.say("more_people", rest) if rest else ""))
    if not chosen:
        return _nothing(canvas, found, "no_answer")
    places = [float(at) for at in range(len(chosen))]
    low, middle, high = (
        [max(1.0, getattr(times, name).total_seconds()) for _, times in chosen] for name in ("lower", "median", "upper")
    )
    ax.hlines(places, low, high, color=palette.soft, linewidth=9, capstyle="round")
    ax.scatter(middle, places, s=48, color=palette.second, zorder=3, linewidths=0)
    for place, end, (_, times) in zip(places, high, chosen, strict=True):
        canvas.note(canvas.duration(times.median), end, place, away=9)
    canvas.names(places, [canvas.lettering.label(label) for label, _ in chosen])
    canvas.rows(len(chosen))
    ax.set_xscale("log")
    ax.set_xlim(min(low) / 1.5, max(high) * 1.5)
    ax.xaxis.set_major_locator(FixedLocator([*map(float, _DURATIONS)]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(
        FixedFormatter([canvas.duration(dt.timedelta(seconds=seconds)) for seconds in _DURATIONS])
    )
    canvas.guides("x")
    return canvas.done()


def mentions(
    conversation: Countable, ax: Axes | None = None, *, top: int = 20, dark: bool | None = None, interface: str = "en"
) -> Figure:
    """Draw who mentions whom: people as dots, an arrow from one to the other, the wider the more often.

    A dot is the larger the more often the person is mentioned. `@所有人` is left out. The layout is always the same.

    Args:
        conversation: as for `activity`.
        ax: as for `activity`.
        top: how many people at most: those with the most mentions, in both directions.
        dark: as for `activity`.
        interface: as for `activity`.

    Returns:
        The figure.

    Raises:
        MissingExtraError: where networkx is not installed.
        ValueError: for `top` below 1, or statistics that were counted without segments.
    """
    found = _numbers(conversation, segments=True, top=top)
    pairs = {pair: number for pair, number in found.mentions.items() if pair[1] != EVERYONE}
    weight: dict[str, int] = {}
    for pair, number in pairs.items():
        for name in pair:
            weight[name] = weight.get(name, 0) + number
    people = sorted(weight, key=lambda name: -weight[name])[:top]
    canvas = Canvas.on(ax, dark=dark, size=(8, 6.5), interface=interface)
    rest = len(weight) - len(people)
    canvas.title(
        canvas.say("network"),
        canvas.count(sum(pairs.values()), "mention") + (canvas.say("more_people", rest) if rest else ""),
    )
    if not pairs:
        return _nothing(canvas, found, "nobody")
    edges = {pair: number for pair, number in pairs.items() if set(pair) <= set(people)}
    _draw_network(canvas, people, edges)
    return canvas.done()


def _places(people: list[str], edges: dict[tuple[str, str], int]) -> dict[str, tuple[float, float]]:
    with needs_extra("plot", what="drawing the network of mentions"):
        import networkx as nx
    graph = nx.Graph()
    graph.add_nodes_from(people)
    strongest = math.log1p(max(edges.values(), default=1))
    for (one, other), number in edges.items():
        if one != other:
            graph.add_edge(one, other, weight=0.4 + 0.6 * math.log1p(number) / strongest)
    start = nx.circular_layout(graph)
    found = nx.spring_layout(graph, pos=start, k=2.4 / math.sqrt(len(people)), iterations=200, seed=1)
    return _spread({name: (float(x), float(y)) for name, (x, y) in found.items()})


def _spread(places: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Move apart what lies too close to be told apart: fewer than a quarter of the mean distance of a grid."""
    least = 1 / math.sqrt(len(places))
    for _ in range(50):
        moved = False
        for one, other in itertools.combinations(places, 2):
            (x, y), (u, v) = places[one], places[other]
            distance = math.hypot(u - x, v - y)
            if distance < least:
                right, up = ((u - x) / distance, (v - y) / distance) if distance else (1.0, 0.0)
                push = (least - distance) / 2
                places[one] = (x - right * push, y - up * push)
                places[other] = (u + right * push, v + up * push)
                moved = True
        if not moved:
            break
    return places


def _draw_network(canvas: Canvas, people: list[str], edges: dict[tuple[str, str], int]) -> None:
    ax, palette = canvas.ax, canvas.palette
    places = _places(people, edges)
    received = dict.fromkeys(people, 0)
    for (_, whom), number in edges.items():
        received[whom] += number
    most, largest = max([5, *edges.values()]), max([1, *received.values()])
    sizes = {name: 90 + 700 * number / largest for name, number in received.items()}
    for (who, whom), number in sorted(edges.items(), key=lambda item: item[1]):
        if who != whom:
            strength = number / most
            ax.add_patch(
                FancyArrowPatch(
                    places[who], places[whom], connectionstyle="arc3,rad=0.12",
                    arrowstyle="-|>", mutation_scale=8 + 6 * strength, linewidth=0.6 + 4 * strength,
                    color=palette.accent, alpha=0.3 + 0.5 * strength,
                    shrinkA=math.sqrt(sizes[who]) / 2, shrinkB=math.sqrt(sizes[whom]) / 2 + 1,
                )
            )  # fmt: skip
    for name in people:
        x, y = places[name]
        ax.scatter([x], [y], s=sizes[name], color=palette.second, zorder=3, edgecolors=palette.surface, linewidths=1.5)
        ax.annotate(
            canvas.lettering.label(name, 16), (x, y), (0, math.sqrt(sizes[name]) / 2 + 3), textcoords="offset points",
            ha="center", va="bottom", color=palette.ink, fontsize=9.5, zorder=4,
            path_effects=canvas.halo, **canvas.lettering.how,
        )  # fmt: skip
    ax.set_xticks([])
    ax.set_yticks([])
    ax.margins(0.12)
