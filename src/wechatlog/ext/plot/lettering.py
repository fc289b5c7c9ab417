"""Any text drawn right, or at least drawn: the fonts that have its characters, and what to do where none has.

Takes texts written by anybody, gives texts that are safe to draw, and the names of the fonts to draw them with. Fonts
are looked for among those that matplotlib knows; its settings are not touched.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from matplotlib import font_manager

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matplotlib.ft2font import FT2Font

CHINESE: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Source Han Sans",
    "Sarasa Gothic SC", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "Microsoft YaHei", "DengXian",
    "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK TC", "Noto Sans CJK HK",
    "PingFang TC", "PingFang HK", "Heiti TC", "Microsoft JhengHei", "Noto Sans CJK JP", "Noto Sans CJK KR",
    "Droid Sans Fallback", "Arial Unicode MS", "Noto Serif CJK SC", "Noto Serif CJK JP", "Songti SC", "SimSun",
    "AR PL UMing CN", "AR PL UKai CN", "Unifont",
)  # fmt: skip
"""Families with Chinese characters, the preferred first. Before matplotlib 3.11 only the first face of a collection is
known, which is why the Japanese face of Noto is among them."""

SYMBOLS: Final = (
    "DejaVu Sans", "Noto Emoji", "Segoe UI Symbol", "Segoe UI Emoji", "Symbola", "Apple Symbols",
    "Noto Sans Symbols", "Noto Sans Symbols2",
)  # fmt: skip
"""Families with what the others lack. DejaVu Sans comes with matplotlib. Fonts of coloured pictures cannot be drawn."""

_CHINESE_FILE: Final = re.compile(
    r"cjk|source ?han|sarasa|pingfang|hiragino|heiti|msyh|msjh|simhei|simsun|deng|wqy|uming|ukai|songti|unifont",
    re.IGNORECASE,
)
_NOT_DRAWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ORDINARY: Final = frozenset({400, "normal", "regular", "book"})
_NOT_LETTERS: Final = re.compile(r"last ?resort|color", re.IGNORECASE)
"""Fonts that have a box for every character, and those of coloured pictures."""
_CHINESE_ADVICE: Final = (
    "install one with Chinese characters (Debian, Ubuntu: apt install fonts-noto-cjk; Fedora: dnf install "
    "google-noto-sans-cjk-fonts; macOS and Windows come with one)"
)
_SPACES: Final = re.compile(r"\s+")
_UNKNOWN: Final = "\ufffd"
_INVISIBLE: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f]")
_LONGEST: Final = 400


class MissingFontWarning(UserWarning):
    """Letters could not be drawn, because no installed font has them."""


def _width(char: str) -> int:
    """Columns that a character takes: 2 for a wide one, 0 for a mark on the one before."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, columns: int) -> str:
    """A text on one line, without controls and marks of direction, cut to a number of columns.

    At most two combining marks stay on a character: towers of them would cover the plot.
    """
    text = _SPACES.sub(" ", text[:_LONGEST])
    kept: list[str] = []
    room, marks = columns, 0
    for char in _INVISIBLE.sub("", text).strip():
        if unicodedata.category(char) in _NOT_DRAWN:
            continue
        width = _width(char)
        marks = 0 if width else marks + 1
        if marks > 2:
            continue
        room -= width
        if room < 0:  # as many as fit before an ellipsis
            while kept and sum(map(_width, kept)) > columns - 1:
                kept.pop()
            return f"{''.join(kept).rstrip()}…"
        kept.append(char)
    return "".join(kept)


def _known_families() -> frozenset[str]:
    """The families that matplotlib knows, with an upright face of ordinary weight."""
    return frozenset(
        entry.name
        for entry in font_manager.fontManager.ttflist
        if entry.weight in _ORDINARY and entry.style == "normal" and not _NOT_LETTERS.search(entry.name)
    )


def _learn_new_fonts() -> None:
    """Let matplotlib know Chinese fonts that were installed after it last looked; its list is kept for years."""
    known = {str(entry.fname) for entry in font_manager.fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        if path not in known and _CHINESE_FILE.search(Path(path).name):
            try:
                font_manager.fontManager.addfont(path)
            except (OSError, RuntimeError, ValueError):  # a font that FreeType does not read
                continue


@functools.cache
def _face(family: str) -> FT2Font | None:
    """The regular face of a family, or `None`."""
    properties = font_manager.FontProperties(family=[family])
    try:
        return font_manager.get_font(font_manager.findfont(properties, fallback_to_default=False))
    except (OSError, RuntimeError, ValueError):
        return None


def _has(family: str, char: str) -> bool:
    face = _face(family)
    return face is not None and face.get_char_index(ord(char)) != 0


@functools.cache
def _preferred() -> tuple[str, ...]:
    """The installed families of both lists; the Chinese ones are looked for anew where there is none."""
    if not any(family in _known_families() for family in CHINESE):
        _learn_new_fonts()
    known = _known_families()
    chinese = [family for family in CHINESE if family in known][:3]
    return tuple(family for family in (*chinese, *SYMBOLS) if family in known and _face(family) is not None)


@functools.cache
def _family_near(block: int) -> str | None:
    """Any installed family that has the first and the last letter of a block of 128 characters."""
    letters = [char for char in map(chr, range(block << 7, (block + 1) << 7)) if unicodedata.category(char)[0] == "L"]
    for family in sorted(_known_families()):
        if letters and _has(family, letters[0]) and _has(family, letters[-1]):
            return family
    return None


class Lettering:
    """The texts of one figure: the fonts to draw with in the order of trial, and letters that none of them has."""

    def __init__(self) -> None:
        self.families = list(_preferred())
        self.missing: dict[str, None] = {}

    @property
    def how(self) -> dict[str, Any]:
        """The properties of every text of the figure: its fonts, and that nothing in it is a formula."""
        return {"family": list(self.families), "parse_math": False, "usetex": False}

    def label(self, text: str, columns: int = 24) -> str:
        """The text as it can be drawn: shortened, and without characters that no font has."""
        return "".join(self._drawable(shorten(text, columns))) or "(no name)"

    def _drawable(self, text: str) -> Iterator[str]:
        for char in text:
            if char == " " or any(_has(family, char) for family in self.families):
                yield char
            elif unicodedata.category(char)[0] not in "LN":
                yield from self._replacement(("·", "?"))
            elif (family := _family_near(ord(char) >> 7)) is not None and _has(family, char):
                self.families.append(family)
                yield char
            else:
                self.missing[char] = None
                yield from self._replacement((_UNKNOWN, "?"))

    def _replacement(self, choices: Iterable[str]) -> Iterator[str]:
        found = (char for char in choices if any(_has(family, char) for family in self.families))
        yield next(found, "")

    def only_drawable(self, text: str) -> str | None:
        """The text where every character of it can be drawn, such as an emoji; else `None`."""
        text = _INVISIBLE.sub("", text)
        drawn = all(any(_has(family, char) for family in self.families) for char in text)
        return text if text and drawn else None

    def warn(self) -> None:
        """Say what could not be drawn, and what to install."""
        if self.missing:
            letters = "".join(list(self.missing)[:10])
            chinese = any("CJK" in unicodedata.name(letter, "") for letter in self.missing)
            advice = _CHINESE_ADVICE if chinese else "install one that has them, such as those of the Noto family"
            warnings.warn(
                f"no installed font has: {letters}; {advice}, and start Python again", MissingFontWarning, stacklevel=4
            )
