"""The language of what a person reads: English, as the source has it, or another one from a gettext catalogue.

The library and the commands make sentences in English and know nothing of languages. What goes to a terminal passes
through `translate`, which looks for the sentence in the catalogue: as it stands, or as one of the templates, in which
`{names}` stand for what was put in. So errors and diagnostics of the library, of plug-ins and of click are translated
alike, and a sentence that nobody translated is shown as it is.

The catalogue `locale/<language>/LC_MESSAGES/wechatlog.po` is read as it stands. Nothing has to be compiled, and nothing
is read for English. This module imports nothing of the house.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

LANGUAGES: Final[Mapping[str, str]] = {"zh": "zh_CN"}
"""The catalogue for each language, by the first part of a locale's name."""

PHRASES: Final = frozenset(
    "check damage described doubt error found hint late lost message problem purpose reason remedy role shown stay "
    "text what where why words".split()
)
"""Names in templates that stand for a sentence, or a part of one, which is translated as well."""

_VARIABLES: Final = ("WECHATLOG_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_STRING: Final = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
_ENTRY: Final = re.compile(rf"^msgid {_STRING}(?:msgid_plural {_STRING})?msgstr(?:\[0\])? {_STRING}", re.MULTILINE)
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME: Final = re.compile(r"\{(\w+)\}")
_NUMBER: Final = re.compile(r"-?[0-9][0-9,.]*")
_PLAIN: Final = re.compile(r"[0-9][^A-Za-z]*")
_FEW_LETTERS: Final = 8
_BETWEEN: Final = "; "
"""What stands between the clauses of a sentence that is put together at run time."""
_MOST_PREFIXES: Final = 8
_DEEPEST: Final = 5
"""Sentences in each other that are translated."""
_LONGEST: Final = 4096
"""Characters of a line that may be a sentence."""
_QUOTED: Final = "    "
"""How lines begin that show something of a file."""


def chosen_language() -> str | None:
    """The catalogue that the user wants, or `None` for English.

    `WECHATLOG_LANG` decides, then what gettext asks as well: `LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`, and where
    none of them is set, on Windows, the language of its menus. Of `LANGUAGE` the first that is known here counts.
    """
    wanted = next((value for name in _VARIABLES if (value := os.environ.get(name))), None) or _of_windows()
    for locale in wanted.split(":"):
        language = re.split("[-_.@]", locale.lower(), maxsplit=1)[0]
        if language in LANGUAGES:
            return LANGUAGES[language]
        if language in ("en", "c", "posix"):
            break
    return None


def _of_windows() -> str:
    if os.name != "nt":
        return ""
    import ctypes
    import locale

    windows: Any = ctypes
    return locale.windows_locale.get(windows.windll.kernel32.GetUserDefaultUILanguage(), "")


def translate(text: str) -> str:
    """The text in the language of the user.

    Args:
        text: a sentence in English, or several on lines of their own, perhaps behind the name of a file and a colon.
            Lines that are indented like the excerpt of a file stay as they are.
    """
    language = chosen_language()
    if language is None or not text:
        return text
    return "\n".join(map(_catalogue(language).line, text.split("\n")))


@functools.cache
def _catalogue(language: str) -> _Catalogue:
    path = files("wechatlog") / "locale" / language / "LC_MESSAGES" / "wechatlog.po"
    return _Catalogue(path.read_text(encoding="utf-8"))


def read_catalogue(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence of a catalogue and its twin; of a plural both English forms."""
    import json  # its escapes are those of a catalogue

    for entry in _ENTRY.finditer(text):
        one, many, twin = ("".join(map(json.loads, _PART.findall(part or ""))) for part in entry.groups())
        if one and twin:
            yield one, twin
        if many and twin:
            yield many, twin


class _Template(NamedTuple):
    """A sentence with places for what is put in: the words around the places, the names of the places, the twin."""

    words: tuple[str, ...]
    names: tuple[str, ...]
    twin: str
    is_telling: bool

    @classmethod
    def of(cls, sentence: str, twin: str) -> _Template:
        parts = _NAME.split(sentence)
        words = tuple(parts[::2])
        is_telling = words[0].strip() != "" or sum(map(str.isalpha, "".join(words))) >= _FEW_LETTERS
        return cls(words, tuple(parts[1::2]), twin, is_telling)

    def values(self, text: str) -> dict[str, str] | None:
        """What was put into this template to give a text, or `None` where it cannot give it."""
        first, *between, last = self.words
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        found: list[str] = []
        for words in between:
            stop = text.find(words, at, end)
            if stop < 0:
                return None
            found.append(text[at:stop])
            at = stop + len(words)
        values = dict(zip(self.names, [*found, text[at:end]], strict=True))
        return values if all(self._takes(*item) for item in values.items()) else None

    def _takes(self, name: str, value: str) -> bool:
        """Whether this can stand at a place: numbers where things are counted, and among words that are in any text."""
        if _BETWEEN in value and name not in PHRASES:
            return False
        if name == "number" and not self.words[0]:
            return _NUMBER.fullmatch(value) is not None
        return self.is_telling or _PLAIN.fullmatch(value) is not None


class _Catalogue:
    def __init__(self, text: str) -> None:
        self._sentences = dict(read_catalogue(text))
        self._heads = {text.partition(": ")[0] for text in self._sentences if ": " in text}
        self._templates = [_Template.of(*item) for item in self._sentences.items() if _NAME.search(item[0])]

    def find(self, text: str, depth: int) -> str | None:
        """The twin of a sentence, in which sentences are translated to a depth."""
        twin = self._sentences.get(text)
        if twin is not None:
            return twin
        fitting = [(template, values) for template in self._templates if (values := template.values(text)) is not None]
        return max((self._filled(*match, depth) for match in fitting), default=(False, 0, None))[2]

    def _filled(self, template: _Template, values: dict[str, str], depth: int) -> tuple[bool, int, str]:
        """The twin with its values, behind what makes it better than others: sentences inside, and more words."""
        shown = {
            name: self.line(value, depth - 1) if depth and name in PHRASES else value for name, value in values.items()
        }
        twin = _NAME.sub(lambda place: shown[place[1]], template.twin)
        return shown != values, sum(map(len, template.words)), twin

    def line(self, text: str, depth: int = _DEEPEST) -> str:
        """A line with what of it is a sentence translated: all of it, what follows the name of a file, or clauses."""
        if text.startswith(_QUOTED) or len(text) > _LONGEST:
            return text
        head, colon, rest = text.partition(": ")
        if colon and head not in self._heads and (known := self._sentences.get(head)):
            return f"{known}: {self.line(rest, depth)}"
        start = len(text) - len(text.lstrip(" "))
        for _ in range(_MOST_PREFIXES):
            twin = self.find(text[start:], depth)
            if twin is not None:
                before = text[:start].split(": ")  # the name of a file, and sentences
                return ": ".join([*(self._sentences.get(part) or part for part in before[:-1]), before[-1] + twin])
            start = text.find(": ", start) + 2
            if start < 2 or _BETWEEN in text[:start]:
                break
        clauses = text.split(_BETWEEN, 1)
        if not depth or len(clauses) == 1:
            return text
        shown = [self.line(clause, depth - 1) for clause in clauses]
        return text if shown == clauses else self._sentences.get(_BETWEEN, _BETWEEN).join(shown)
