"""Search terms of texts: what a full-text index needs so that it finds Chinese words.

Takes texts, gives terms for an index and expressions for a search; knows no database. SQLite's own tokenizers make one
word of a run of Chinese characters (`unicode61`) or find nothing shorter than three (`trigram`). So the index is given
every run of one to four units that stand together in a text: a unit is a character of a script that is written without
blanks, or a whole word of another. What somebody looks for is then one term, whole, as long as it has at most four
units; `match_expression` makes a search of anything longer.

What belongs to a word is what the tokenizer `unicode61` of SQLite says with the categories L, M, N, Co and So: letters,
marks, digits and pictures such as emoji. Case and accents are left to it as well.
"""

from __future__ import annotations

from typing import Final

import regex

__all__ = ["LONGEST_TERM", "match_expression", "search_terms"]

LONGEST_TERM: Final = 4
"""Units of the longest term: Chinese words and idioms have up to four characters."""

_RUN: Final = regex.compile(r"[\p{L}\p{M}\p{N}\p{Co}\p{Cn}\p{So}\U0001F3FB-\U0001F3FF_]+")
_ALONE: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Hangul}\p{Yi}\p{So}_ー"
_UNIT: Final = regex.compile(rf"[{_ALONE}]|[^{_ALONE}]+")
_ONLY_ALONE: Final = regex.compile(rf"[{_ALONE}]+")

_WIDE: Final = "０１２３４５６７８９" + "".join(map(chr, (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_NARROW: Final = {ord(char): ord(char) - 0xFEE0 for char in _WIDE}
_IS_WIDE: Final = regex.compile(f"[{_WIDE}]")

_SLICE: Final = 4096
"""Units of a run that are taken at a time: their terms are a hundred times as large as they are."""


def search_terms(text: str) -> str:
    """The terms by which a text is found, with blanks between them, for the tokenizer `unicode61`.

    Letters and digits in full width (`ＡＢＣ`) are found by plain ones too.
    """
    found = [_terms(run) for run in _RUN.findall(text)]
    if not text.isascii() and _IS_WIDE.search(text):
        found += [_terms(run.translate(_NARROW)) for run in _RUN.findall(text) if _IS_WIDE.search(run)]
    return " ".join(found)


def _terms(run: str) -> str:
    if run.isascii() and "_" not in run:
        return run
    units = _units(run)
    if len(units) <= _SLICE:
        return " ".join(_grams(units))
    overlap = LONGEST_TERM - 1
    slices = (units[start : start + _SLICE + overlap] for start in range(0, len(units) - overlap, _SLICE))
    return " ".join(" ".join(_grams(part)) for part in slices)


def _units(run: str) -> str | list[str]:
    """The units of a run; a string is the sequence of its characters."""
    return run if _ONLY_ALONE.fullmatch(run) else _UNIT.findall(run)


def _grams(units: str | list[str]) -> list[str]:
    found = list(units)
    for size in range(2, min(LONGEST_TERM, len(units)) + 1):
        starts = range(len(units) - size + 1)
        if isinstance(units, str):
            found += [units[start : start + size] for start in starts]
        else:
            found += ["".join(units[start : start + size]) for start in starts]
    return found


def match_expression(phrase: str) -> str:
    """The search for a phrase that somebody typed, for `MATCH` on an index of `search_terms`.

    It finds every text that holds the phrase, whatever is in it: nothing is taken for an operator. Words of Latin and
    similar letters are found whole. A phrase of more than four units that stand together, or with punctuation or blanks
    in it, finds texts that hold its parts as well; `AND instr(text, :phrase)` in the query leaves the exact ones.

    Args:
        phrase: any text.

    Returns:
        Quoted terms that must all be there; `'""'`, which finds nothing, for a phrase without a word.
    """
    terms: dict[str, None] = {}
    for run in _RUN.findall(phrase):
        units = _units(run)
        starts = range(max(1, len(units) - LONGEST_TERM + 1))
        terms.update(dict.fromkeys("".join(units[start : start + LONGEST_TERM]) for start in starts))
    return " ".join(f'"{term}"' for term in terms) or '""'
