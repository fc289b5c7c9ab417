"""The emoji codes of WeChat, from `[微笑]` and `/::)` to the private-use characters of old chats.

Takes text, gives entries of the code table (package data, read when first needed). Knows nothing of
messages and segments. What is not in the table is no emoji: names that only QQ knows, placeholders such as
`[图片]` and ordinary words in brackets stay text.

The forms of one code, and where they come from:

* in brackets, in the language of the sender's client: simplified and traditional Chinese, English, Thai,
  and the older or differing names of the web client and of earlier versions;
* slash codes (`/:strong`), from old clients and the interface of official accounts;
* old Chinese slash words (`/微笑`), older still;
* SoftBank private-use characters, each of which is an entry of its own.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from string import ascii_letters
from typing import Literal

import attrs

EmojiPolicy = Literal["keep", "replace", "annotate"]

_NO_CODE_AFTER = frozenset(":/" + ascii_letters)
_SELECTOR = "\ufe0f"
_SENTENCE_MARKS = "。，！？；：、…～~,.!?"


@attrs.frozen(slots=True)
class EmojiEntry:
    """One emoji.

    Attributes:
        name: the canonical code, simplified Chinese in brackets: `[微笑]`.
        unicode: the closest Unicode emoji, or `None` where there is none. For display only: one Unicode emoji
            may stand for several codes.
        english: the English code, `[Smile]`, or `None`.
        forms: every form in which the code is written, the canonical one first.
    """

    name: str
    unicode: str | None
    english: str | None
    forms: tuple[str, ...]


class _Table:
    """The code table, ready for look-ups, and the patterns made of it.

    Args:
        data: the text of the table; its form is described in `scripts/build_emoji_table.py`.
    """

    __slots__ = ("bracket_code", "candidate", "entries", "link_target", "slash_code", "slash_word", "starts")

    def __init__(self, data: str) -> None:
        self.entries, forms = _read_table(data)
        self.starts = tuple(dict.fromkeys(("[", *(code[:2] for code in forms["s"] + forms["z"]), *forms["p"])))
        self.bracket_code = re.compile(r"\[[^\[\]\r\n]{1,16}\]")
        self.slash_code = re.compile(_alternatives(forms["s"]))
        # `/微笑` as a word of its own. The words are everyday ones (`啤酒/咖啡`, `强/弱`), so what comes after must end
        # the word or begin another emoji; what comes before is checked by `_match_slash`. `/OK` and `/NO` are no
        # emoji in running text: they look like commands and paths.
        words = _alternatives(code for code in forms["z"] if not code.isascii())
        self.slash_word = re.compile(f"(?:{words})(?=\\Z|[\\s\\[{re.escape(_SENTENCE_MARKS)}]|/:|{words})")
        self.candidate = re.compile(f"[\\[/{''.join(forms['p'])}]")
        self.link_target = re.compile(r"\((?:https?:|www\.)", re.IGNORECASE)


@functools.cache
def _table() -> _Table:
    """The table, read once."""
    from importlib.resources import files

    return _Table(files("wechatlog").joinpath("data", "emoji.tsv").read_text(encoding="utf-8"))


def _read_table(data: str) -> tuple[dict[str, EmojiEntry], dict[str, list[str]]]:
    """The entry of each form, and the forms of each class."""
    entries: dict[str, EmojiEntry] = {}
    forms: dict[str, list[str]] = {"b": [], "s": [], "z": [], "p": []}
    for line in data.removesuffix("\n").split("\n"):
        name, unicode, english, *signed = line.split("\t")
        own = [] if signed and signed[0][0] == "p" else [name]
        codes = (*own, *(form[1:] for form in signed))
        entries.update(dict.fromkeys(codes, EmojiEntry(name, unicode or None, english or None, codes)))
        for form in signed:
            forms[form[0]].append(form[1:])
    return entries, forms


def _alternatives(codes: Iterable[str]) -> str:
    """A pattern that takes the longest of several strings."""
    return "|".join(map(re.escape, sorted(codes, key=len, reverse=True)))


def lookup(code: str) -> EmojiEntry | None:
    """The entry of an emoji code in any of its forms, or `None`.

    Case and blanks matter: the sender's client wrote exactly one of the forms.

    Args:
        code: one whole code: `[微笑]`, `[Smile]`, `/::)`, `/微笑`, or one private-use character.
    """
    return _table().entries.get(code)


def code_starts() -> tuple[str, ...]:
    """The strings with which a code can begin: one character, or two where one alone says little (`/`)."""
    return _table().starts


def _match_slash(text: str, position: int, start: int) -> str | None:
    """A slash code, but not in `https://…` or `a/:b`; or an old slash word. Both may follow another code."""
    table = _table()
    before = "" if position == start else text[position - 1]
    found = None if before in _NO_CODE_AFTER else table.slash_code.match(text, position)
    if found is None and (not before or before in _SENTENCE_MARKS or before.isspace()):
        found = table.slash_word.match(text, position)
    return found.group() if found else None


def match_code(text: str, position: int, start: int = 0) -> tuple[EmojiEntry, str] | None:
    """The emoji code that begins at a position, with its entry.

    Args:
        text: any text.
        position: 0-based index.
        start: where the plain text around the position begins: 0, or the end of the code before it. An old
            Chinese slash word (`/微笑`) counts only there, or after a blank or a sentence mark.

    Returns:
        The entry and the code as it stands in the text, or `None`.
    """
    code: str | None = text[position : position + 1]
    if code == "[":
        found = _table().bracket_code.match(text, position)
        code = found.group() if found else None
    elif code == "/":
        code = _match_slash(text, position, start)
    entry = _table().entries.get(code) if code else None
    return (entry, code) if entry is not None and code else None


_POLICIES: dict[str, Callable[[str, str], str]] = {
    "replace": lambda _code, unicode: unicode,
    "annotate": lambda code, unicode: code + unicode,
}


def to_unicode(text: str, policy: EmojiPolicy = "replace") -> str:
    """Show the emoji codes of a text as Unicode emoji.

    A code without a Unicode emoji stays as it is under every policy, and so does a code that is the label
    of a Markdown link.

    Args:
        text: any text.
        policy: `"keep"` gives the text back; `"replace"` puts the Unicode emoji in place of the code
            (lossy: 18 emoji stand for two or more codes); `"annotate"` keeps the code and puts the emoji
            behind it.

    Raises:
        ValueError: for another policy.
    """
    if policy == "keep":
        return text
    if policy not in _POLICIES:
        raise ValueError(f'policy must be "keep", "replace" or "annotate", not {policy!r}')
    parts, end = [], 0
    for position, entry, code in iter_codes(text):
        parts += [text[end:position], _POLICIES[policy](code, entry.unicode) if entry.unicode else code]
        end = position + len(code)
    return "".join([*parts, text[end:]])


def iter_codes(text: str) -> Iterator[tuple[int, EmojiEntry, str]]:
    """The emoji codes in a text: where each begins, its entry, and the code as it stands there.

    A code that is the label of a Markdown link is none.
    """
    end = 0
    for candidate in _table().candidate.finditer(text):
        position = candidate.start()
        if position < end:
            continue
        found = match_code(text, position, end)
        if found is None:
            continue
        entry, code = found
        after = position + len(code)
        if _table().link_target.match(text, after):
            continue
        yield position, entry, code
        end = after


@functools.cache
def pictures() -> dict[str, tuple[str, ...]]:
    """All codes that a Unicode emoji stands for, by the emoji, without the sign that asks for its colours."""
    found: dict[str, dict[str, None]] = {}
    for code, entry in _table().entries.items():
        if entry.unicode:
            found.setdefault(entry.unicode.replace(_SELECTOR, ""), {})[code] = None
    return {picture: tuple(codes) for picture, codes in found.items()}


@functools.cache
def _entries_by_name() -> dict[str, dict[EmojiEntry, None]]:
    """The entries by their codes, by what stands in the brackets of a code, and by their pictures."""
    found: dict[str, dict[EmojiEntry, None]] = {}
    for entry in dict.fromkeys(_table().entries.values()):
        names = [*entry.forms, *(form[1:-1] for form in entry.forms if form[0] == "[" and len(form) > 3)]
        names += [entry.unicode.replace(_SELECTOR, "")] if entry.unicode else []
        for name in names:
            found.setdefault(name.casefold(), {})[entry] = None
    return found


def spellings(name: str) -> tuple[str, ...]:
    """Every way in which an emoji is written: its codes in all languages, and its picture.

    Args:
        name: a code in any of its forms, what stands in its brackets (of two characters at least), or a picture; upper
            and lower case alike.

    Returns:
        The codes, then the picture; of a picture that stands for several emoji those of all of them. Empty for what is
        no emoji.

    Example:
        >>> set(spellings("[Smile]")) >= {"[微笑]", "[Smile]", "/::)", "🙂"}
        True
        >>> spellings("扳手")
        ()
    """
    entries = _entries_by_name().get(name.replace(_SELECTOR, "").casefold(), ())
    ways = [
        *(form for entry in entries for form in entry.forms),
        *(entry.unicode for entry in entries if entry.unicode),
    ]
    return tuple(dict.fromkeys(ways))
