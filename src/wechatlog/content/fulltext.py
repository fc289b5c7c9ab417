"""Search terms of texts: what a full-text index needs so that it finds Chinese words.

Takes texts, gives terms for an index and expressions for a search; knows no database. SQLite's own tokenizers make one
word of a run of Chinese characters (`unicode61`) or find nothing shorter than three (`trigram`). So the index is given
every run of one to four units that stand together in a text: a unit is a character of a script that is written without
blanks, or a whole word of another. What somebody looks for is then one term, whole, as long as it has at most four
units; `match_expression` makes a search of anything longer.

A word of Latin letters or a number is one unit. Beside that each digit is one, since people look for a part of a
number, of a version or of a date: `5486` in 测试15486, `2.3.1` in v2.3.1. What is written in full width or in
traditional characters is given in the plain form as well (`content.folding`), an emoji code with its canonical name and
its picture.

What belongs to a word is what the tokenizer `unicode61` of SQLite says with the categories L, M, N, Co and So: letters,
marks, digits and pictures such as emoji. Case and accents are left to it as well.
"""

from __future__ import annotations

import functools
import operator
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import regex

from wechatlog.content.folding import fold, has_variants
from wechatlog.emoji import iter_codes, spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

LONGEST_TERM: Final = 4
"""Units of the longest term: Chinese words and idioms have up to four characters."""


class _Patterns(NamedTuple):
    """What runs, words and units are made of, for texts of some characters.

    Attributes:
        run: what stands together.
        word: in runs with blanks between them, a unit of more than one character.
        letters: the same, where each digit is a unit.
        digit: a digit.
    """

    run: Any
    word: Any
    letters: Any
    digit: Any

    @classmethod
    def of(cls, compile_: Callable[[str], Any], belongs: str, alone: str, digit: str) -> _Patterns:
        """The patterns of sets of characters: those that belong to words, those that are a unit each, and digits."""
        return cls(*map(compile_, (f"[{belongs}]+", f"([^{alone} ]+)", f"([^{alone}{digit} ]+)", f"[{digit}]")))


_ANY: Final = _Patterns.of(
    regex.compile,
    r"\p{L}\p{M}\p{N}\p{Co}\p{Cn}\p{So}\U0001F3FB-\U0001F3FF_",
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Hangul}\p{Yi}\p{So}_ー",
    r"\p{Nd}",
)
_COMMON: Final = _Patterns.of(re.compile, "0-9A-Za-z_一-龥", "一-龥_", "0-9")
_COMMON_TEXT: Final = re.compile("[\0-\x7f一-龥，。、？！：；…—～（）《》【】「」“”‘’·]*")
"""Most texts are of these characters alone; of them `re` makes terms in four fifths of the time that regex takes."""
_PICTURE: Final = regex.compile(r"\p{Extended_Pictographic}")
_SELECTORS: Final = regex.compile("[\ufe00-\ufe0f]")

_LONGEST: Final = 128
"""Characters, or units of a run, that are looked at together."""
_STAND_INS: Final = "".join(map(chr, range(0xD800, 0xD800 + _LONGEST)))
"""Halves of characters, which are in no run."""


def search_terms(text: str) -> str:
    """The terms by which a text is found, with blanks between them, for the tokenizer `unicode61`.

    Letters and digits in full width (`ＡＢＣ`) are found by plain ones too, traditional characters by simplified ones
    where OpenCC is installed, and an emoji code by its canonical name and its picture.
    """
    if _COMMON_TEXT.fullmatch(text) is None:
        patterns, may_fold = _ANY, True
    else:
        patterns, may_fold = _COMMON, has_variants(text)
    runs = patterns.run.findall(text)
    words = " ".join(runs)  # and not the text: punctuation has a plain form too
    terms = _terms(words, patterns)
    if may_fold and fold(words, case=True) != words:
        plain = ((run, fold(run, case=True)) for run in runs if not run.isascii())
        terms = " ".join([terms, *(_terms_of(folded) for run, folded in plain if folded != run)])
    for _, entry, _ in iter_codes(text):
        terms = f"{terms} {_terms_of_emoji(entry.name, entry.unicode or '')}"
    return terms


@functools.cache
def _terms_of_emoji(name: str, picture: str) -> str:
    return f"{_terms_of(name)} {_terms_of(picture)}"


def _terms_of(text: str) -> str:
    return _terms(" ".join(_ANY.run.findall(text)), _ANY)


def _terms(words: str, patterns: _Patterns) -> str:
    """The terms of runs with blanks between them: words as units, and where a number is among them its digits too."""
    alike = words.isascii() and "_" not in words  # each of them is a unit
    terms = words if alike else _grams(words, patterns.word)
    if patterns.digit.search(words):
        numbers = (run for run in words.split(" ") if len(run) > 1 and patterns.digit.search(run))
        terms = f"{terms} {_grams(' '.join(numbers), patterns.letters)}"
    return terms


def _grams(words: str, several: Any) -> str:
    """The runs of one to four units of runs with blanks between them; `several` finds units of several characters."""
    if len(words) <= _LONGEST:
        return _grams_of(words, several)
    pieces = (piece for run in words.split(" ") for piece in _slices_of(_units(run, several)))
    return " ".join(_grams_of(piece, several) for piece in pieces)


def _slices_of(units: Sequence[str]) -> Iterator[str]:
    """The units of a run in pieces, each of which begins with what the terms at the end of the one before it lack."""
    overlap = LONGEST_TERM - 1
    for start in range(0, max(1, len(units) - overlap), _LONGEST - overlap):
        yield "".join(units[start : start + _LONGEST])


def _grams_of(words: str, several: Any) -> str:
    """The same of a short text: while its terms are made, a character stands for each unit of several characters."""
    parts = several.split(words)
    units = parts[1::2]
    parts[1::2] = _STAND_INS[: len(units)]
    found: list[str] = []
    for run in "".join(parts).split(" "):
        found += _slices(len(run))(run)
    terms = " ".join(found)
    for stand_in, unit in zip(_STAND_INS, units, strict=False):
        terms = terms.replace(stand_in, unit)
    return terms


@functools.cache
def _slices(length: int) -> Callable[[str], Sequence[str]]:
    """What takes the runs of one to four characters out of a string of this length."""
    spans = [slice(start, start + size) for size in range(1, LONGEST_TERM + 1) for start in range(length - size + 1)]
    return operator.itemgetter(*spans) if spans else lambda _: ()


def _units(run: str, several: Any) -> list[str]:
    parts = several.split(run)
    return [unit for place, part in enumerate(parts) for unit in ([part] if place % 2 else part)]


def match_expression(phrase: str) -> str:
    """The search for a phrase that somebody typed, for `MATCH` on an index of `search_terms`.

    It finds every text that holds the phrase, whatever is in it: nothing is taken for an operator. Words of Latin and
    similar letters are found whole, numbers also in part. A phrase of more than four units that stand together, or with
    punctuation or blanks in it, finds texts that hold its parts as well; `AND instr(text, :phrase)` in the query leaves
    the exact ones. Simplified characters find traditional ones where OpenCC was installed when the index was made, and
    traditional ones find simplified ones where it is installed now; an emoji is found by its codes, by the word of a
    code, and by its picture.

    Args:
        phrase: any text.

    Returns:
        Quoted terms that must all be there, with others in brackets where something is written in several ways; `'""'`,
        which finds nothing, for a phrase without a word.
    """
    phrase = _SELECTORS.sub("", phrase)
    end = 0
    parts: list[str] = []
    for start, stop, ways in _emoji_in(phrase):
        parts += [*_all_terms(phrase[end:start]), *_one_of(dict.fromkeys(" ".join(_all_terms(way)) for way in ways))]
        end = stop
    parts += _all_terms(phrase[end:])
    terms = list(dict.fromkeys(parts))
    typed = (" AND " if any(term[0] == "(" for term in terms) else " ").join(terms)
    named = spellings(phrase) if terms and not end else ()  # 旺柴, without brackets, is 🐶 as well
    return " ".join(_one_of([typed, *(" ".join(_all_terms(way)) for way in named)])) or '""'


def _emoji_in(phrase: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The codes and pictures of emoji in a phrase: start, end, and how an index has it, by its name or as a picture."""
    codes = [(start, start + len(code), (entry.name, entry.unicode or "")) for start, entry, code in iter_codes(phrase)]
    shown = ((found.start(), found.end(), found.group()) for found in _PICTURE.finditer(phrase))
    pictures = [(start, end, (picture,)) for start, end, picture in shown if spellings(picture)]
    return iter(sorted([*codes, *pictures]))


def _all_terms(text: str) -> Iterator[str]:
    """The terms that must all be there; a run that has a plain form is found by either."""
    for run in _ANY.run.findall(text):
        folded = fold(run, case=True)
        if folded == run:
            yield from _quoted(run)
        else:
            yield from _one_of(
                [" ".join(_quoted(run)), " ".join(term for run in _ANY.run.findall(folded) for term in _quoted(run))]
            )


def _one_of(ways: Iterable[str]) -> list[str]:
    """One expression that finds any of these; nothing where they are empty."""
    chosen = [way for way in dict.fromkeys(ways) if way]
    return [f"({' OR '.join(f'({way})' for way in chosen)})"] if len(chosen) > 1 else chosen


def _quoted(run: str) -> list[str]:
    units = _units(run, _ANY.letters)
    starts = range(max(1, len(units) - LONGEST_TERM + 1))
    return list(dict.fromkeys(f'"{"".join(units[start : start + LONGEST_TERM])}"' for start in starts))
