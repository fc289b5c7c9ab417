"""Names and account ids in running text.

Takes names that are known and a text; gives the places where they stand. Account ids are told by their shape, names
only as they are written. One pattern finds where something can begin, and what begins with a name is looked up by its
first two characters, so the time does not grow with the number of names. Names that are written in another way than
they are known (in percent signs, other widths, characters and accents, with blanks in them or without) are looked for
in the text as it would be plain. Knows nothing of people and of pseudonyms.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from wechatlog.content.folding import fold, fold_with_places
from wechatlog.operations.identity.names import HUMPS
from wechatlog.operations.pseudonyms.private_data import PrivateData, PrivatePlace

_IDS: Final = (
    r"wxid_[A-Za-z0-9_-]{1,64}"
    r"|(?<![A-Za-z0-9_])gh_[A-Za-z0-9]{6,64}"
    r"|(?<![0-9])[0-9]{5,20}@(?:chatroom|im\.chatroom)"
    r"|(?<![0-9])[0-9]{5,30}@openim"
)
_ID: Final = re.compile(_IDS)
_LONGEST: Final = 200
_SHORT_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_NEAR: Final = 8
_AT: Final = ("@", "＠")
_TITLE: Final = re.compile(
    r"(?:老师|同学|大神|大佬|大哥|大姐|先生|女士|小姐|学长|学姐|师兄|师姐|师傅|老板|兄弟?(?!弟)|总(?![监结是体的裁部量额数之算会共要能归经在觉想统线]))"
    r"|[哥姐](?!们|妹|弟|俩)"
)
_INTRODUCED: Final = re.compile(r"(?:我叫|我的?名字[叫是]|名叫|名字是|叫做|昵称[叫是]?|人称|署名)[ :：“\"「]{0,2}\Z")
_ADDRESSED: Final = re.compile(
    r"(?:我是|本人|感谢|谢谢|多谢|欢迎|恭喜|祝贺|请教|请问|问问|问一下|联系|找|艾特|at ?|cc ?|和|跟|给|让)[ :：]?\Z",
    re.IGNORECASE,
)
_NAME_ENDS: Final = re.compile(r"\Z|[\s，。！？、,.!?~～…）)”\"」]|的(?:朋友|同学)|(?:老师|大家)?好")
_ADDRESS: Final = re.compile(r"[!-~]+")
_BYTES: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+|(?:%[uU][0-9A-Fa-f]{4})+")
_MOST_ENCODED: Final = 3
_DISGUISE: Final = re.compile(
    r"(?P<nothing>[\u200b-\u200f\u2060\ufeff])"
    r"|&#(?:[xX](?P<hex>[0-9A-Fa-f]{1,5})|(?P<number>[0-9]{1,6}));|\\u(?P<escape>[0-9A-Fa-f]{4})"
    r"|(?P<blanks>(?<=[A-Za-z])[ \u3000]{2,}+(?=[A-Za-z]))"
    r"|(?P<spaced>(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?:[ \u3000][\u4e00-\u9fff](?![\u4e00-\u9fff]))++)"
)
"""What hides a name: characters without a width, characters by their number, blanks between."""
_ACCENTED: Final = re.compile("[\u00c0-\u00d6\u00d9-\u00f6\u00f9-\u024f\u1e00-\u1eff]")
_LONG: Final = 6
"""Letters of a name from which on it is found with its parts written as one word."""
_FIRST_WIDE: Final = "\u2e80"
_NEVER: Final = r"(?!)"


Hit = PrivatePlace
"""Something found; `what` is a key of `MARKERS`, `id`, or `name`."""


def find_ids(text: str) -> list[str]:
    """The account ids in a text."""
    return _ID.findall(text)


def is_searchable(name: str) -> bool:
    """Whether a name is looked for in running text.

    Not one of a single character, of fewer than five digits, without a letter or digit (`。。。`), or longer than 200.
    """
    if not 2 <= len(name) <= _LONGEST or _SHORT_NUMBER.fullmatch(name):
        return False
    return any(character.isalnum() for character in name)


def _joins(before: str, after: str) -> bool:
    """Whether two characters are inside one word; scripts of East Asia write no blanks between words."""
    return before < _FIRST_WIDE and after < _FIRST_WIDE and before.isalnum() and after.isalnum()


class KnownNames:
    """The names that are looked for; more may be added at any time.

    Of names that are words everybody uses, only those places count where the word stands as a name: behind an `@`,
    before a title (收到老师), behind what introduces somebody (我叫收到).

    Attributes:
        folded: the same names in the one spelling of all that are alike, as `content.folding` has it; without those
            that are one word in plain letters, of which `Summer` is a name and `summer` may be none.
        alike: for each of these the name.
        has_unfolded: whether one of them has another spelling here.
    """

    def __init__(self) -> None:
        self.alike: dict[str, str] = {}
        self.folded: KnownNames | None = None
        self.has_unfolded = False
        self._names: set[str] = set()
        self._words: set[str] = set()
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._firsts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    @property
    def words(self) -> frozenset[str]:
        """Those names that are words as well."""
        return frozenset(self._words)

    def add(self, name: str, *, is_word: bool = False) -> None:
        """Look for a name from now on, if it is one that can be looked for; it may be a word that everybody uses."""
        if name in self._names or not is_searchable(name):
            return
        self._note(name, is_word=is_word)
        is_one_word = name.isascii() and name.isalpha() and HUMPS.fullmatch(name) is None
        folded = _without_accents(fold(name))
        glued = folded.replace(" ", "") if folded.isascii() and len(folded) >= _LONG else folded
        for spelling in {folded, glued}:
            if spelling not in self.alike and not is_one_word:
                self.alike[spelling] = name
                self.has_unfolded |= spelling != name
                self.folded = self.folded or KnownNames()
                self.folded._note(spelling, is_word=is_word)

    def _note(self, name: str, *, is_word: bool) -> None:
        self._names.add(name)
        if is_word:
            self._words.add(name)
        lengths = self._lengths.get(name[:2], ())
        if len(name) not in lengths:
            self._lengths[name[:2]] = tuple(sorted((*lengths, len(name)), reverse=True))
        if name[0] not in self._firsts:
            self._firsts.add(name[0])
            self._pattern = None

    def ends_at(self, text: str, start: int, limit: int, follows: Collection[int] = ()) -> Iterator[int]:
        """The ends of the names that stand at an index and are not cut off in a word, the longest first.

        A name ends at the limit at the latest, whatever stands behind it, and before an index in `follows`, at which
        something else begins.
        """
        for length in self._lengths.get(text[start : start + 2], ()):
            end = start + length
            if end > limit or text[start:end] not in self._names:
                continue
            if end == limit or not _joins(text[end - 1], text[end]) or end in follows or _ID.match(text, end):
                yield end

    def beginning_of(self, text: str) -> int | None:
        """The end of the longest name with which a text begins, or `None`."""
        return next(self.ends_at(text, 0, len(text)), None)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds where a name can begin, and account ids."""
        if self._pattern is None:
            firsts = f"[{''.join(map(re.escape, sorted(self._firsts)))}]" if self._firsts else _NEVER
            self._pattern = re.compile(f"(?P<id>{_IDS})|{firsts}")
        return self._pattern


class TextSearch:
    """What is found in one text, from left to right: names, and other places that are given in order.

    Where a name stood that is a word, and did not seem to be meant as a name, `left` has its end by its start.
    """

    def __init__(
        self, known: KnownNames, text: str, private: Sequence[PrivatePlace] = (), *, names: bool = True
    ) -> None:
        self._known, self._text, self._names = known, text, names
        self._private = private
        self._starts = [place.start for place in private]
        self._follows = frozenset(self._starts)
        self.left: dict[int, int] = {}

    def next(self, start: int, cut: int = -1, limit: int | None = None) -> Hit | None:
        """The first thing found at or behind an index; of two at one place the longest, or else a name or an id.

        A word begins at `cut` whatever stands before it, since something was found there. Everything ends at the limit.
        """
        text, limit = self._text, len(self._text) if limit is None else limit
        number = bisect_left(self._starts, start)
        private = self._private[number] if number < len(self._private) else None
        if private is not None and private.end > limit:
            private = None
        stop = limit if private is None else min(limit, private.start + 1)
        pattern, reach = self._known.pattern, min(limit, stop + _LONGEST)
        found = pattern.search(text, start, reach)
        while found is not None and found.start() < stop:
            hit = self._at(found, cut, limit)
            if hit is not None:
                within = private is not None and private.start == hit.start and private.end > hit.end
                return private if within else hit
            found = pattern.search(text, found.start() + 1, reach)
        return private

    def __iter__(self) -> Iterator[Hit]:
        hit = self.next(0)
        while hit is not None:
            yield hit
            hit = self.next(hit.end)

    def _at(self, found: re.Match[str], cut: int, limit: int) -> Hit | None:
        text, start = self._text, found.start()
        if self._names and not (start and start != cut and _joins(text[start - 1], text[start])):
            for end in self._known.ends_at(text, start, limit, self._follows):
                if text[start:end] not in self._known._words or stands_as_a_name(text, start, end):
                    return Hit(start, end, "name")
                self.left[start] = end
        return None if found.lastgroup is None else Hit(*found.span(), found.lastgroup)


def stands_as_a_name(text: str, start: int, end: int) -> bool:
    """Whether a word in a text is somebody's name there, by what stands before it and behind it."""
    if text[start - 1 : start] in _AT or _TITLE.match(text, end) is not None:
        return True
    before = text[max(0, start - _NEAR) : start]
    return _INTRODUCED.search(before) is not None and _NAME_ENDS.match(text, end) is not None


def may_be_a_name(text: str, start: int, end: int) -> bool:
    """Whether a word in a text may be somebody's name: somebody is spoken to, or thanked, or asked for."""
    before = text[max(0, start - _NEAR) : start]
    return _ADDRESSED.search(before) is not None and _NAME_ENDS.match(text, end) is not None


def iter_encoded(known: KnownNames, private: PrivateData, text: str) -> Iterator[Hit]:
    """Names and what else is private in the percent signs of addresses; once or several times over."""
    for address in _ADDRESS.finditer(text):
        said, places = _decode(address[0])
        if said == address[0]:
            continue
        for hit in TextSearch(known, said, private.find(said)):
            start, end = address.start() + places[hit.start], address.start() + places[hit.end]
            if hit.what not in ("id", "url") and "%" in text[start:end]:
                is_name = hit.what == "name"
                yield Hit(start, end, *(("disguised", said[hit.start : hit.end]) if is_name else (hit.what,)))


def iter_disguised(known: KnownNames, text: str) -> Iterator[Hit]:
    """Names that are written in another way than they are known.

    In other widths, in capitals, in traditional characters, with other accents or none, with blanks or something
    invisible between their characters, without those between their parts, or by the numbers of these.
    """
    if not known.has_unfolded and _DISGUISE.search(text) is None and _without_accents(fold(text)) == text:
        return
    plain, seen = _replaced(text, _DISGUISE, _undisguised)
    if known.folded is not None:
        folded, stood = fold_with_places(plain)
        yield from _disguised(
            known.folded, known.alike, text, _without_accents(folded), [seen[place] for place in stood]
        )
    if (bare := _without_accents(plain)) != plain:
        yield from _disguised(known, {}, text, bare, seen)


def _disguised(known: KnownNames, alike: Mapping[str, str], text: str, plain: str, places: list[int]) -> Iterator[Hit]:
    """Names in a text as it would be plain, that are others in the text as it is."""
    for hit in TextSearch(known, plain):
        found = plain[hit.start : hit.end]
        start, end, name = places[hit.start], places[hit.end], alike.get(found, found)
        if hit.what == "name" and not text.startswith(name, start):
            yield Hit(start, end, "disguised", name)


def _without_accents(text: str) -> str:
    """A text in which Latin letters have no accents, character for character."""
    return text if text.isascii() else _ACCENTED.sub(lambda found: unicodedata.normalize("NFD", found[0])[0], text)


def _undisguised(found: re.Match[str]) -> Iterable[tuple[str, int]]:
    if found["spaced"]:
        return zip(found["spaced"][::2], range(found.start(), found.end(), 2), strict=True)
    if found["nothing"]:
        return ()
    number = found["number"] or int(found["hex"] or found["escape"] or "20", 16)  # several blanks are one
    return ((chr(int(number)), found.start()),)


def _decode(address: str) -> tuple[str, list[int]]:
    """An address without percent signs, and where each of its characters stood; its length at the end."""
    said, places = address, list(range(len(address) + 1))
    for _ in range(_MOST_ENCODED):
        if "%" in said:
            said, stood = _replaced(said, _BYTES, _decoded)
            places = [places[place] for place in stood]
    return said, places


def _decoded(found: re.Match[str]) -> Iterator[tuple[str, int]]:
    """Some percent signs as characters: UTF-8, or else GB 18030, or else one by one."""
    run, place = found[0], found.start()
    if run[1] in "uU":
        yield from ((chr(int(code, 16)), place + 6 * number) for number, code in enumerate(re.split("%[uU]", run)[1:]))
        return
    encoded = bytes.fromhex(run.replace("%", ""))
    for encoding in ("utf-8", "gb18030", "latin-1"):
        try:
            text = encoded.decode(encoding)
        except UnicodeDecodeError:
            continue
        for character in text:
            yield character, place
            place += 3 * len(character.encode(encoding))
        return


def _replaced(
    text: str, pattern: re.Pattern[str], characters: Callable[[re.Match[str]], Iterable[tuple[str, int]]]
) -> tuple[str, list[int]]:
    """A text in which other characters stand for what was found, and the place of each; the length of it at the end."""
    said: list[str] = []
    places: list[int] = []
    position = 0
    for found in pattern.finditer(text):
        said += text[position : found.start()]
        places += range(position, found.start())
        for character, place in characters(found):
            said.append(character)
            places.append(place)
        position = found.end()
    said += text[position:]
    return "".join(said), [*places, *range(position, len(text) + 1)]
