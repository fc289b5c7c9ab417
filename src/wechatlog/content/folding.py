"""Which texts are alike for somebody who looks for words: case, width, composition, simplified and traditional.

Takes a text, gives one in which everything that is alike is the same, and the places that its characters come from.
`Ａ` and `a`, `é` in one character and in two, `圖書館` and `图书馆` are alike. The last needs OpenCC (extra `chinese`),
which is asked for one character at a time, since a hit must have a place. Knows nothing of messages and emoji codes.

The rules are those of Unicode: compatibility composition (NFKC), then case folding; variation selectors, which choose
between pictures of a character, are left out.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import unicodedata
from typing import TYPE_CHECKING, Final

import regex

if TYPE_CHECKING:
    from collections.abc import Callable

_JOINED: Final = regex.compile(r"[\p{M}\u1160-\u11FF]")
_CLUSTER: Final = regex.compile(r"(?s)[\u1100-\u115F][\u1160-\u11FF]*+|.[\p{M}]*+")
_ONE_FOR_ONE: Final = re.compile("[\0-\x7f\u3001-\u3003\u3008-\u3011\u4e00-\u9fff\uff01-\uff5e]*")
"""Texts of characters that each become one: ASCII, ideographs, their punctuation, full width."""
_SELECTORS: Final = regex.compile("[\ufe00-\ufe0f]")
_HAN: Final = regex.compile(r"\p{Han}")


def knows_variants() -> bool:
    """Whether traditional characters can be told to be variants of simplified ones: whether OpenCC is installed."""
    return importlib.util.find_spec("opencc") is not None


@functools.cache
def _simplifier() -> Callable[[str], str]:
    """From traditional characters to simplified ones; leaves all as they are where OpenCC is not installed."""
    if not knows_variants():
        return str
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


def has_variants(text: str) -> bool:
    """Whether one of the characters 一 to 龥 in a text is a variant of another, which `fold` would put in its place."""
    return _variants().search(text) is not None


@functools.cache
def _variants() -> re.Pattern[str]:
    usual = list(map(chr, range(0x4E00, 0x9FA6)))
    simplified = _simplifier()("\n".join(usual)).split("\n")
    changed = "".join(one for one, other in zip(usual, simplified, strict=True) if one != other)
    return re.compile(f"[{changed}]" if changed else "(?!)")


class _Characters(dict[int, str]):
    """What each character becomes, for `str.translate`; found out when a character is first met."""

    def __init__(self, *, case: bool, variants: bool) -> None:
        self._case, self._variants = case, variants

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _SELECTORS.sub("", unicodedata.normalize("NFKC", char))
        if not self._case:
            folded = unicodedata.normalize("NFKC", folded.casefold())
        if self._variants and _HAN.search(folded):
            folded = _simplifier()(_simplifier()(folded))  # 薴 becomes 苧, and that 苎
        self[code] = folded
        return folded


_TABLES: Final = {
    (case, variants): _Characters(case=case, variants=variants) for case in (False, True) for variants in (False, True)
}


def fold(text: str, *, case: bool = False, variants: bool = True) -> str:
    """The text in which everything that is alike is the same.

    Args:
        text: any.
        case: whether upper and lower case stay different.
        variants: whether traditional characters become simplified ones, where OpenCC is installed.

    Example:
        >>> fold("ＡBC Ｃafe\u0301") == fold("abc cafÉ")
        True
    """
    if text.isascii():
        return text if case else text.lower()
    table = _TABLES[case, variants]
    if _ONE_FOR_ONE.fullmatch(text) is None and _JOINED.search(text):
        text = "".join(map(_compose, _CLUSTER.findall(text)))
    return text.translate(table)


def _compose(cluster: str) -> str:
    return cluster if len(cluster) == 1 else unicodedata.normalize("NFC", cluster)


def keeps_places(text: str) -> bool:
    """Whether each character of a text surely becomes one, so that places in the folded text are those in the text."""
    return _ONE_FOR_ONE.fullmatch(text) is not None


def fold_with_places(text: str, *, case: bool = False, variants: bool = True) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where that comes from; last the length of the text.

    A span of the folded text from `start` to `end` stands for `text[places[start]:places[end]]`.
    """
    places: list[int] = []
    parts: list[str] = []
    found = ((match.start(), match.group()) for match in _CLUSTER.finditer(text))  # with the marks that belong to each
    for start, cluster in found if _JOINED.search(text) else enumerate(text):
        part = fold(cluster, case=case, variants=variants)
        parts.append(part)
        places += [start] * len(part)
    places.append(len(text))
    return "".join(parts), places
