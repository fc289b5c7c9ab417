"""Plots: drawn for every chat, without a warning, without a trace in matplotlib's settings, and not blank."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import pickle
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

matplotlib = pytest.importorskip("matplotlib")
pytest.importorskip("networkx")

import numpy as np  # noqa: E402
from hypothesis import given, settings  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

import wechatlog  # noqa: E402
from tests.fonts import has_chinese_font  # noqa: E402
from tests.strategies import conversations, names  # noqa: E402
from wechatlog import Conversation, Message, MissingExtraError  # noqa: E402
from wechatlog.ext import plot  # noqa: E402
from wechatlog.ext.plot import charts, lettering, looks  # noqa: E402
from wechatlog.ext.plot.words import WORDS  # noqa: E402
from wechatlog.operations import statistics  # noqa: E402

EXAMPLE = Path(__file__).parents[2] / "examples" / "2026-05-01-chat.markdown"
START = dt.datetime(2026, 5, 1, 9)
CHINESE = has_chinese_font()
needs_chinese = pytest.mark.skipif(not CHINESE, reason="needs a font with Chinese characters, such as fonts-noto-cjk")

Draw = Callable[..., Figure]
ALL: dict[str, Draw] = {name: getattr(plot, name) for name in plot.__all__ if name != "MissingFontWarning"}
RANKED = ("senders", "emoji", "response_times", "mentions")
every = pytest.mark.parametrize("draw", ALL.values(), ids=ALL)

HOSTILE = (
    "$x^2$", "$\\frac{", "\\LaTeX_^{}%", "a\nb\r\nc", "\u202egnp.exe\u202c", "a" * 500, "aa " * 300, "", " ", "\0\x1b[31m",
    "\u2028", "\ud800", "Z" + "\u0351" * 50, "😀👩\u200d👩\u200d👧", "🇨🇳", "\U0010ffff", "\ue001", "{0}", "None",
)  # fmt: skip


def talk(people: tuple[str, ...], count: int = 60, seconds: int = 37) -> Conversation:
    """People who speak and mention each other in turn."""
    speak = zip(range(count), itertools.cycle(people), itertools.cycle(people[1:] + people[:1]), strict=False)
    return Conversation(
        Message(START + dt.timedelta(seconds=at * seconds), "second", who, text=f"@{whom}\u2005[OK]")
        for at, who, whom in speak
    )


def picture(figure: Figure) -> np.ndarray[Any, Any]:
    """The pixels of a figure, drawn: a number for each colour."""
    target = io.BytesIO()
    figure.savefig(target, format="rgba", dpi=60)
    return np.frombuffer(target.getvalue(), np.uint32)


def texts(figure: Figure) -> list[Text]:
    found: list[Text] = figure.findobj(Text)  # type: ignore[assignment]
    return [text for text in found if text.get_visible() and text.get_text()]


@pytest.fixture(autouse=True)
def nothing_global() -> Iterator[None]:
    """Settings of matplotlib are as they were, and pyplot was not used."""
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


# --- every plot ----------------------------------------------------------------------------------


@needs_chinese
@every
@pytest.mark.parametrize("dark", [False, True])
def test_the_example(draw: Draw, dark: bool) -> None:
    figure = draw(wechatlog.load(EXAMPLE), dark=dark)
    assert isinstance(figure, looks.Picture)
    pixels = picture(figure)
    colors, counts = np.unique(pixels, return_counts=True)
    surface = matplotlib.colors.to_rgba_array((looks.DARK if dark else looks.LIGHT).surface)[0] * 255
    assert colors[counts.argmax()].tobytes() == surface.round().astype(np.uint8).tobytes()
    assert counts.max() < 0.99 * len(pixels), "blank"
    assert len(colors) > 20


def test_a_notebook_shows_the_picture() -> None:
    figure = plot.senders(talk(("Tom", "Anna")))
    assert isinstance(figure, looks.Picture)
    assert figure._repr_png_().startswith(b"\x89PNG")


@needs_chinese
@pytest.mark.parametrize("draw", [plot.activity, plot.emoji])
def test_sources(draw: Draw) -> None:
    conversation = wechatlog.load(EXAMPLE)
    first = picture(draw(conversation))
    for source in (statistics(conversation), [conversation], iter(conversation)):
        assert (picture(draw(source)) == first).all()


@every
def test_an_axis_is_accepted(draw: Draw) -> None:
    figure = Figure(figsize=(12, 8), layout="constrained")
    left, right = figure.subplots(1, 2)
    conversation = talk(("Tom", "Mia Lin", "Anna"))
    assert draw(conversation, right) is figure
    assert draw(conversation, ax=left) is figure
    figure.draw_without_rendering()
    assert left.get_title(loc="left") == right.get_title(loc="left") != ""


@pytest.mark.parametrize(("color", "palette"), [("black", looks.DARK), ("none", looks.DARK), ("white", looks.LIGHT)])
def test_colours_fit_the_axis(color: str, palette: looks.Palette) -> None:
    ax = Figure(facecolor="#111111").add_subplot(facecolor=color)
    plot.senders(talk(("Tom", "Anna")), ax)
    assert ax.title.get_color() is not None
    assert ax._left_title.get_color() == palette.ink  # type: ignore[attr-defined]
    assert ax.get_facecolor() == matplotlib.colors.to_rgba(color)
    plot.senders(talk(("Tom", "Anna")), ax, dark=False)
    assert ax._left_title.get_color() == looks.LIGHT.ink  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["svg", "pdf"])
def test_figures_are_saved_in_other_forms(form: str) -> None:
    target = io.BytesIO()
    plot.senders(talk(("Tom", "$x$"))).savefig(target, format=form)
    assert target.tell() > 1_000


@every
def test_figures_pickle(draw: Draw) -> None:
    figure = draw(talk(("Tom", "$x$")))
    again = pickle.loads(pickle.dumps(figure))
    assert [text.get_text() for text in texts(again)] == [text.get_text() for text in texts(figure)]


@every
@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "no messages"),
        ([Message(text="a notice", kind="system")], ""),
        ([Message(sender="Tom", text="no time")], ""),
        ([Message(dt.datetime(2026, 5, 1), "day", "Tom")], ""),
    ],
)
def test_little_gives_a_readable_plot(draw: Draw, messages: list[Message], words: str) -> None:
    figure = draw(Conversation(messages))
    assert any(words in text.get_text() for text in texts(figure))
    assert len(np.unique(picture(figure))) > 5


@given(conversation=conversations())
@settings(max_examples=12)
@every
@pytest.mark.filterwarnings("ignore::wechatlog.ext.plot.MissingFontWarning")
def test_any_conversation_is_drawn(draw: Draw, conversation: Conversation) -> None:
    figure = draw(conversation)
    figure.draw_without_rendering()


# --- numbers -------------------------------------------------------------------------------------


def test_the_heat_map_shows_each_hour() -> None:
    numbers = statistics(talk(("Tom", "Anna"), 300, 997))
    (ax, bar) = plot.activity(numbers).axes
    (mesh,) = ax.collections
    assert mesh.get_array().tolist() == [list(row) for row in numbers.hours]  # type: ignore[union-attr]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert ax.get_ylim() == (7, 0)
    assert all(tick == int(tick) for tick in bar.get_yticks())


def test_bars_for_few_days_and_a_line_for_many() -> None:
    (few,) = plot.days(talk(("Tom", "Anna"), 40, 86_400)).axes
    assert [bar.get_height() for bar in few.patches] == [1] * 40  # type: ignore[attr-defined]
    assert not few.lines
    (many,) = plot.days(talk(("Tom", "Anna"), 80, 86_400)).axes
    assert not many.patches
    assert many.lines[0].get_ydata().tolist() == [1] * 80  # type: ignore[union-attr]
    assert all(tick == int(tick) for tick in many.get_yticks())


@pytest.mark.parametrize(
    ("first", "last", "title", "places"),
    [
        ((2026, 1, 1), (2026, 1, 1), "day", 1),
        ((2020, 1, 1), (2025, 12, 31), "week", 314),
        ((1990, 1, 1), (2026, 1, 1), "30 days", 439),
        ((1, 1, 1), (9999, 12, 31), "365 days", 10_006),
        ((9999, 12, 31), (9999, 12, 31), "day", 1),
        ((1, 1, 1), (1, 1, 2), "day", 2),
    ],
)
def test_any_span_of_time(first: Any, last: Any, title: str, places: int) -> None:
    numbers = statistics([Message(dt.datetime(*first), "second", "Tom"), Message(dt.datetime(*last), "second", "Tom")])
    starts, counts, _, name = charts._counted_days(numbers)
    assert (name, len(starts), sum(counts)) == (title, places, 2)
    figure = plot.days(numbers)
    figure.draw_without_rendering()
    assert figure.axes[0].get_title(loc="left") == f"Messages per {title}"


def test_the_mean_is_narrower_at_the_ends() -> None:
    assert charts._mean([1, 2, 3, 4, 5], 3) == [1.5, 2, 3, 4, 4.5]
    assert charts._mean([], 7) == []


@pytest.mark.parametrize("name", RANKED)
def test_top(name: str) -> None:
    conversation = talk(tuple(f"P{number}" for number in range(200)), 1000)
    (ax,) = ALL[name](conversation, top=7).axes
    shown = {text.get_text() for text in ax.findobj(Text) if text.get_text().startswith("P")}  # type: ignore[attr-defined]
    assert len(shown) == (0 if name == "emoji" else 7)
    with pytest.raises(ValueError, match="top must be at least 1"):
        ALL[name](conversation, top=0)


def test_senders_and_their_shares() -> None:
    (ax,) = plot.senders(talk(("Tom", "Anna", "Tom"), 30), top=1).axes
    assert [bar.get_width() for bar in ax.patches] == [20]  # type: ignore[attr-defined]
    words = [text.get_text() for text in ax.texts]
    assert "20  (67%)" in words
    assert any(word.endswith("1 more wrote 33%") for word in words)


def test_response_times_are_sorted_and_told() -> None:
    chat = talk(("Tom", "Anna"), 10, 90)
    (ax,) = plot.response_times(chat).axes
    assert ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.texts][-2:] == ["1 min 30 s", "1 min 30 s"]
    at_once = Conversation([Message(START, "second", name) for name in ("Tom", "Anna")])
    plot.response_times(at_once).draw_without_rendering()  # nothing is below a second on a logarithmic axis


def test_the_network_is_the_same_each_time_and_nobody_hides_another() -> None:
    people = [f"P{number}" for number in range(30)]
    edges = dict.fromkeys(itertools.pairwise(people), 3)
    places = charts._places(people, edges)
    assert places == charts._places(people, edges)
    distances = [np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in itertools.combinations(places.values(), 2)]
    assert min(distances) > 0.05
    assert charts._spread({"a": (0.0, 0.0), "b": (0.0, 0.0)}) != {"a": (0.0, 0.0), "b": (0.0, 0.0)}


def test_everybody_is_no_person() -> None:
    chat = Conversation([Message(START, "second", "Tom", text="@所有人\u2005hi"), Message(START, "second", "Anna")])
    assert any(text.get_text() == "nobody is mentioned" for text in texts(plot.mentions(chat)))


@pytest.mark.parametrize("name", ["emoji", "mentions"])
def test_statistics_without_segments_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="segments=False"):
        ALL[name](statistics([], segments=False))


# --- letters -------------------------------------------------------------------------------------


@needs_chinese
@every
def test_hostile_names(draw: Draw) -> None:
    """Neither an exception nor a warning; every text inside the picture, no name a formula, none with controls."""
    figure = draw(talk((*HOSTILE, "李四"), 100))
    figure.draw_without_rendering()
    ax = figure.axes[0]
    for text in (*ax.texts, *ax.get_yticklabels(), ax._left_title):  # type: ignore[attr-defined]
        assert not text.get_parse_math() or text.get_text().isdecimal()
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text.get_text()), text
        corners = text.get_window_extent().corners()
        assert (corners >= -1).all(), text
        assert (corners <= figure.bbox.max + 1).all(), text


@needs_chinese
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_label(name: str) -> None:
    writing = lettering.Lettering()
    label = writing.label(name)
    assert label
    assert len(label) <= 24
    assert not writing.missing
    Text(0, 0, label, figure=Figure(), **writing.how).get_window_extent()


@needs_chinese
def test_dollars_are_dollars() -> None:
    (ax,) = plot.senders(talk(("$x^2$", "Tom"))).axes
    label = ax.get_yticklabels()[0]
    assert label.get_text() == "$x^2$"
    assert not label.get_parse_math()


@given(name=names)
def test_any_label_can_be_drawn(name: str) -> None:
    writing = lettering.Lettering()
    label = writing.label(name, 10)
    assert label
    assert all(char == " " or any(lettering._has(family, char) for family in writing.families) for char in label)


@pytest.mark.parametrize(
    ("text", "columns", "short"),
    [
        ("李四", 10, "李四"),
        ("字" * 10, 10, "字字字字…"),
        ("a" * 11, 10, "aaaaaaaaa…"),
        ("a" * 10, 10, "a" * 10),
        ("  a \n b\t", 10, "a b"),
        ("\u202ea\u2066", 10, "a"),
        ("❤\ufe0f", 10, "❤"),
        ("e\u0301\u0301\u0301\u0301", 10, "e\u0301\u0301"),
        ("", 10, ""),
    ],
)
def test_shortening(text: str, columns: int, short: str) -> None:
    assert lettering.shorten(text, columns) == short


def test_shortening_is_linear() -> None:
    assert lettering.shorten("\u0301" * 5_000_000, 10) == "\u0301\u0301"


@pytest.fixture
def no_chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer that has the fonts of matplotlib alone."""
    monkeypatch.setattr(lettering, "_known_families", lambda: frozenset({"DejaVu Sans"}))
    monkeypatch.setattr(lettering.font_manager, "findSystemFonts", list)
    for cached in (lettering._preferred, lettering._family_near):
        cached.cache_clear()
    yield
    for cached in (lettering._preferred, lettering._family_near):
        cached.cache_clear()


@pytest.mark.usefixtures("no_chinese")
def test_without_a_chinese_font_there_is_advice_and_a_plot() -> None:
    with pytest.warns(
        plot.MissingFontWarning, match="no installed font has: 李四.*fonts-noto-cjk.*start Python again"
    ) as seen:
        figure = plot.senders(talk(("李四", "Tom")))
    assert [warning.filename for warning in seen] == [__file__]
    figure.draw_without_rendering()  # and matplotlib says nothing of missing glyphs
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["\ufffd\ufffd", "Tom"]


@pytest.mark.usefixtures("no_chinese")
def test_other_letters_have_other_advice() -> None:
    with pytest.warns(plot.MissingFontWarning, match="such as those of the Noto family"):
        plot.senders(talk(("𓀀𓀁", "Tom")))


@pytest.mark.usefixtures("no_chinese")
def test_symbols_that_cannot_be_drawn_are_no_reason_to_warn() -> None:
    (ax,) = plot.senders(talk(("🫠Tom", "Anna"))).axes
    assert ax.get_yticklabels()[0].get_text() == "·Tom"


def test_new_fonts_are_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[str] = []

    class Manager:
        ttflist: list[Any] = []

        def addfont(self, path: str) -> None:
            added.append(path)
            if "broken" in path:
                raise RuntimeError("no font")

    monkeypatch.setattr(lettering.font_manager, "fontManager", Manager())
    fonts = ["/f/NotoSansCJK-Regular.ttc", "/f/broken-wqy.ttc", "/f/Other.ttf"]
    monkeypatch.setattr(lettering.font_manager, "findSystemFonts", lambda: fonts)
    lettering._learn_new_fonts()
    assert added == fonts[:2]


@needs_chinese
def test_emoji_have_their_picture_where_a_font_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    writing = lettering.Lettering()
    assert writing.only_drawable("😁") == "😁"  # DejaVu Sans has it
    assert writing.only_drawable("\U0010ffff") is None
    assert writing.only_drawable("") is None
    (ax,) = plot.emoji(Conversation([Message(sender="Tom", text="[呲牙]")])).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["[呲牙] 😁"]


def test_unicode_emoji_that_cannot_be_drawn_have_their_names() -> None:
    chat = Conversation([Message(sender="Tom", text=text) for text in ("👍🏽", "😁", "🇨🇳")])
    (ax,) = plot.emoji(chat).axes
    writing = lettering.Lettering()
    expected = [writing.only_drawable("👍🏽") or "thumbs up sign", "😁"]
    assert [label.get_text() for label in ax.get_yticklabels()][:2] == expected
    assert ax.get_yticklabels()[2].get_text() == (writing.only_drawable("🇨🇳") or "flag CN")


@pytest.mark.parametrize(
    ("emoji", "name"),
    [("🇨🇳", "flag CN"), ("👍🏽", "thumbs up sign"), ("👨\u200d👧", "man, girl"), ("1\ufe0f\u20e3", "digit one")],
)
def test_names_of_emoji(emoji: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering.Lettering, "only_drawable", lambda *_: None)
    (ax,) = plot.emoji(Conversation([Message(sender="Tom", text=emoji)])).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == [name]


# --- languages ------------------------------------------------------------------------------------


def test_both_languages_say_the_same() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for name, english in WORDS["en"].items():
        assert english.count("{") == WORDS["zh"][name].count("{"), name


@needs_chinese
@every
@pytest.mark.parametrize(("people", "days"), [(0, 1), *itertools.product((1, 30), (1, 40, 2000))])
def test_nothing_but_names_is_english_in_a_chinese_plot(draw: Draw, people: int, days: int) -> None:
    chat = talk(tuple(f"人{at}" for at in range(people)), 300, days * 288) if people else Conversation()
    figure = draw(chat, interface="zh")
    figure.draw_without_rendering()
    said = [text.get_text() for text in texts(figure)]
    assert not [text for text in said if re.search("[A-Za-z]", text.replace("[OK]", ""))]
    assert any(unicodedata.name(char).startswith("CJK") for char in said[0])


@every
def test_another_language_is_refused(draw: Draw) -> None:
    with pytest.raises(ValueError, match="interface must be 'en' or 'zh', not 'de'"):
        draw(Conversation(), interface="de")


# --- what is missing -----------------------------------------------------------------------------


def test_without_networkx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(MissingExtraError, match=r"wechatlog\[plot\]"):
        plot.mentions(talk(("Tom", "Anna")))


def test_without_matplotlib_the_extra_is_named_and_pyplot_is_never_imported() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import wechatlog\n"
        "try:\n    from wechatlog.ext import plot\n"
        "except wechatlog.MissingExtraError as error:\n    print(error.command)\n"
        "del sys.modules['matplotlib']\n"
        "from wechatlog.ext import plot\n"
        "plot.activity(wechatlog.Conversation())\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:2] == ["pip install 'wechatlog[plot]'", "False"]
