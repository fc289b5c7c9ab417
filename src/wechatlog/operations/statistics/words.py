"""What texts are made of: words and phrases, Unicode emoji, laughter.

Takes plain texts without emoji codes, mentions and addresses, gives what is counted. Chinese words are found with jieba
(extra `chinese`), which is never allowed to keep its dictionary in a temporary file; names stay whole. Stop words are
those of `data/stop_words.txt`; single Chinese characters, single letters and numbers are no words either.
"""

from __future__ import annotations

import copy
import functools
import importlib.util
import re
import warnings
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any, Final

import regex

from wechatlog.errors import needs_extra

_TONE: Final = r"[\U0001F3FB-\U0001F3FF]"
_PICTURE: Final = rf"(?:\p{{Emoji_Presentation}}|\p{{Extended_Pictographic}}(?=\uFE0F|{_TONE}))(?:\uFE0F|{_TONE})?"
_EMOJI: Final = regex.compile(
    rf"\p{{RI}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_PICTURE}(?:\u200D\p{{Extended_Pictographic}}(?:\uFE0F|{_TONE})?)*+"
)
# Every picture is in these blocks; a class of plain ranges is found three times as fast as properties.
_MAY_HOLD_EMOJI: Final = regex.compile(
    "[\u00a9\u00ae\u203c\u2049\u20e3\u2122-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001fffd]"
)
_LAUGHTER: Final = regex.compile(
    r"(?i)哈{2,}+|呵{2,}+|嘿{2,}+|嘻{2,}+|噗{2,}+|笑死|233+|(?<![a-z])(?:h{3,}+|lo+l+|lmao|(?:ha){2,}+h?)(?![a-z])|[😂🤣😄😆😹]"
)
# What laughter begins with, and all pictures: most texts hold none of them, and need no closer look.
_TELLING: Final = re.compile(f"[哈呵嘿嘻噗笑2hHlL{_MAY_HOLD_EMOJI.pattern[1:]}")
_LAUGHING_CODES: Final = frozenset(("[破涕为笑]", "[笑脸]", "[呲牙]", "[偷笑]", "[憨笑]", "[笑哭]", "[大笑]"))
_LETTER: Final = regex.compile(r"\p{L}")
_HAN: Final = regex.compile(r"\p{Han}")
_SHORTEST_NAME: Final = 2
_LONGEST: Final = 40
"""Characters of a word; what is longer is a key, a checksum or a cat on the keyboard."""


def is_serious(text: str) -> bool:
    """Whether a text has neither emoji nor laughter for sure."""
    return _TELLING.search(text) is None


def find_emoji(text: str) -> list[str]:
    """The Unicode emoji of a text, each with its modifiers: skin, sex, parts of a flag, keycap."""
    if text.isascii() or not _MAY_HOLD_EMOJI.search(text):
        return []
    found: list[str] = _EMOJI.findall(text)
    return found


def laughs(text: str, codes: Iterable[str] = ()) -> bool:
    """Whether somebody laughs: `哈哈`, `233`, `lol`, 😂, or a code such as `[偷笑]` among canonical names."""
    return bool(_LAUGHTER.search(text)) or not _LAUGHING_CODES.isdisjoint(codes)


@functools.cache
def stop_words() -> frozenset[str]:
    """Words that say little: the text of `data/stop_words.txt`."""
    return frozenset(files("wechatlog").joinpath("data", "stop_words.txt").read_text(encoding="utf-8").split())


def knows_words() -> bool:
    """Whether jieba is installed, which finds Chinese words."""
    return importlib.util.find_spec("jieba") is not None


@functools.cache
def _tokenizer() -> Any:
    """The tokenizer of jieba with its own dictionary, made without the temporary file that it would leave."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42 has escapes that newer Pythons warn of
        with needs_extra("chinese", what="counting words"):
            import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


class WordFinder:
    """Finds words in texts; names of people are words whatever they are made of. Needs jieba."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._cut = copy.copy(_tokenizer()).cut
        self._names: Any = None
        self.learn(names)

    def learn(self, names: Iterable[str]) -> None:
        """From now on these are words."""
        known = sorted({name for name in names if len(name) >= _SHORTEST_NAME})
        self._names = regex.compile(r"\L<names>", names=known) if known else None

    def runs(self, text: str) -> Iterator[list[str]]:
        """The words that follow each other with nothing else between them."""
        run: list[str] = []
        for word, is_name in self._pieces(text):
            if (counted := word if is_name else _counted(word)) is not None:
                run.append(counted)
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _pieces(self, text: str) -> Iterator[tuple[str, bool]]:
        end = 0
        for found in self._names.finditer(text) if self._names is not None else ():
            yield from ((word, False) for word in self._cut(text[end : found.start()]))
            yield found.group(), True
            end = found.end()
        yield from ((word, False) for word in self._cut(text[end:]))


def _counted(word: str) -> str | None:
    """The word as it is counted, Latin letters small; `None` for what is none."""
    if not 2 <= len(word) <= _LONGEST or not _LETTER.search(word):
        return None
    word = word if _HAN.search(word) else word.lower()
    return None if word in stop_words() else word
