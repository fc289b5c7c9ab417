"""How the plots look: colours for light and dark, and the frame that all of them share.

Takes an axis or makes a figure; knows nothing of what is plotted. Blue and orange are told apart by colour-blind people
too, and nothing is said by colour alone.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
from matplotlib.colors import LinearSegmentedColormap, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from wechatlog.ext.plot.lettering import Lettering
from wechatlog.ext.plot.words import WORDS
from wechatlog.operations.statistics.values import duration_text

if TYPE_CHECKING:
    import datetime as dt

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis


@attrs.frozen
class Palette:
    """Colours.

    Attributes:
        surface: of the background.
        ink: of texts.
        muted: of texts that step back.
        grid: of lines that help reading.
        accent: of what is plotted.
        soft: of what lies behind it.
        second: of the one thing that stands out.
        ramp: from nothing to much.
    """

    surface: str
    ink: str
    muted: str
    grid: str
    accent: str
    soft: str
    second: str
    ramp: tuple[str, ...]

    @property
    def colormap(self) -> LinearSegmentedColormap:
        """The ramp as matplotlib wants it."""
        return LinearSegmentedColormap.from_list("wechatlog", self.ramp)


LIGHT: Final = Palette(
    surface="#ffffff",
    ink="#1f2328",
    muted="#5f6872",
    grid="#e3e7eb",
    accent="#2a6fb0",
    soft="#c5d9ec",
    second="#d9701e",
    ramp=("#eff3f7", "#c2d9ee", "#78acd8", "#2a6fb0", "#0a3768"),
)
DARK: Final = Palette(
    surface="#15181c",
    ink="#e7eaed",
    muted="#9ba5b0",
    grid="#2b3138",
    accent="#64abeb",
    soft="#27425c",
    second="#f2a257",
    ramp=("#1e2329", "#1b3f61", "#2a6fb0", "#64abeb", "#dcefff"),
)


class Picture(Figure):
    """A figure that a notebook shows without `pyplot`."""

    def _repr_png_(self) -> bytes:
        target = io.BytesIO()
        self.savefig(target, format="png", dpi=144)
        return target.getvalue()


_LONGEST: Final = 200
"""Columns of a sentence of the plot's own: all of it."""


@attrs.define
class Canvas:
    """An axis to draw on, with colours and letters that fit it."""

    ax: Axes
    palette: Palette
    lettering: Lettering
    interface: str

    @classmethod
    def on(cls, ax: Axes | None, *, dark: bool | None, size: tuple[float, float], interface: str) -> Canvas:
        """Prepare an axis, whose background is left as it is, or the one axis of a new figure of so many inches.

        `dark` says which colours; where it is `None`, those that fit the axis, and light ones for a new figure.
        """
        if interface not in WORDS:
            raise ValueError(f"interface must be 'en' or 'zh', not {interface!r:.80}")
        if ax is None:
            palette = DARK if dark else LIGHT
            figure = Picture(figsize=size, layout="constrained", facecolor=palette.surface)
            figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)  # type: ignore[union-attr, call-arg]
            ax = figure.add_subplot(facecolor=palette.surface)
        else:
            own = to_rgba(ax.get_facecolor())
            below = own if own[3] else ax.figure.get_facecolor()
            red, green, blue = to_rgb(below)
            is_dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
            palette = DARK if (is_dark if dark is None else dark) else LIGHT
        canvas = cls(ax, palette, Lettering(), interface)
        for spine in ax.spines.values():  # only what helps reading: no frame, no tick marks
            spine.set_visible(False)
        ax.grid(visible=False)
        family = canvas.lettering.how["family"]
        ax.tick_params(length=0, labelsize=9, colors=palette.muted, labelcolor=palette.muted, labelfontfamily=family)
        return canvas

    @property
    def figure(self) -> Figure:
        """The figure that the axis belongs to."""
        return cast("Figure", self.ax.figure)

    def say(self, name: str, *values: object) -> str:
        """A sentence of the plot's own, as it can be drawn."""
        return self.lettering.label(WORDS[self.interface][name].format(*values), _LONGEST)

    def count(self, number: int, noun: str) -> str:
        """`1 message`, `2 messages`."""
        return self.say(noun if number == 1 else f"{noun}s", number)

    def duration(self, duration: dt.timedelta) -> str:
        """`1 min 13 s`."""
        return duration_text(duration, self.say("units").split())

    def title(self, text: str, note: str = "") -> None:
        """A title, and a line below it that steps back."""
        how = self.lettering.how
        self.ax.set_title(text, loc="left", color=self.palette.ink, fontsize=13, pad=24 if note else 10, **how)
        if note:
            place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
            self.ax.annotate(
                note, (0, 1), (0, 9), color=self.palette.muted, fontsize=9.5, va="baseline", **place, **how
            )  # fmt: skip

    def names(self, places: list[float], labels: list[str]) -> None:
        """Names along the vertical axis, the first at the top."""
        self.ax.set_yticks(places, labels, color=self.palette.ink, fontsize=10, **self.lettering.how)
        self.ax.invert_yaxis()

    def rows(self, number: int) -> None:
        """Room for so many rows, and no less than for three: a single bar is no wall."""
        self.ax.set_ylim(max(number, 3) - 0.4, -0.6)

    def note(self, text: str, x: float, y: float, *, away: float = 5) -> None:
        """A number right of a point, so many points away."""
        self.ax.annotate(
            text, (x, y), (away, 0), textcoords="offset points", va="center", color=self.palette.muted, fontsize=9,
            **self.lettering.how,
        )  # fmt: skip

    def guides(self, which: str) -> None:
        """Lines behind what is plotted, across one axis."""
        self.ax.set_axisbelow(True)
        self.ax.grid(visible=True, axis=which, color=self.palette.grid, linewidth=0.8)  # type: ignore[arg-type]

    @property
    def halo(self) -> list[Any]:
        """What keeps a text readable on top of lines."""
        return [withStroke(linewidth=3, foreground=self.palette.surface)]

    def nothing(self, text: str) -> Figure:
        """Say that there is nothing to plot."""
        self.ax.set_xticks([])
        self.ax.set_yticks([])
        self.ax.text(
            0.5, 0.5, text, transform=self.ax.transAxes, ha="center", va="center", color=self.palette.muted,
            fontsize=11, **self.lettering.how,
        )  # fmt: skip
        return self.figure

    def done(self) -> Figure:
        """The figure, after a warning about letters that are missing."""
        self.lettering.warn()
        return self.figure


def whole_numbers(axis: Axis) -> None:
    """Ticks of an axis at whole numbers, with thousands told apart."""
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
