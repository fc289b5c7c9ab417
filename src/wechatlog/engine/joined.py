"""Files that somebody joined into one: where one ends and the next begins.

Takes the blocks of a text, gives those of the first, and what stands behind it, for pages and scripts. Other texts have
no such place, and a reader goes on; there it finds out where the lines of the head stand again. People type ends and
beginnings of pages and scripts into chats too: a place is a seam where it cannot stand in a message, or where what
follows is of the format. Knows no format.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.source import HEAD_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_START: Final = re.compile(r"[\ufeff\s]*")
_PAGE: Final = re.compile(r"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_BETWEEN: Final = r"[\ufeff\s\0]{0,80}"
_PAGE_HERE: Final = (
    rf"{_BETWEEN}(?:<!doctype html[^<>]{{0,200}}>{_BETWEEN}){{0,2}}"
    rf"<(?:html\b[^<>]{{0,200}}>{_BETWEEN}<)?(?:head|body|meta|title)\b"
)
_NEXT_PAGE: Final = re.compile(rf"(?P<end></html>)(?={_PAGE_HERE})|(?=<!doctype|<html){_PAGE_HERE}", re.IGNORECASE)
_PAIRED: Final = tuple((f"<{tag}", f"</{tag}") for tag in ("script", "div", "span", "td", "section"))
"""How elements begin and end that all have an end; in the first, what looks like a tag is none."""
_SCRIPT: Final = (
    r"(?:(?:const|let|var)\s{1,9}|window\.)[A-Za-z_$][\w$]{0,80}\s{0,9}=(?=\s{0,9}[\[{])"
    r"|[\w.$]{3,60}\('[^'\n]{1,60}'"
)
"""How a statement of a script begins that holds data, or is the first of them."""
_STATEMENT: Final = re.compile(rf"(?<=[\r\n;\]}}])(?P<mark>{_SCRIPT})(?P<list>\s{{0,9}}\[)?")
_CODE: Final = re.compile(r"""(?:[^"'\r\n]++|"(?:[^"\\\r\n]++|\\.)*+"|'(?:[^'\\\r\n]++|\\.)*+')*+""")
_REST_OF_STRING: Final = {quote: re.compile(rf"(?:[^{quote}\\\r\n]++|\\.)*+{quote}") for quote in "\"'"}
_HEAD: Final = re.compile(
    r"""^\ufeff? (?P<key>(?:[-*>]\ |[\#=]{1,6}\ )?
          (?:会话|會話|导出|匯出|聊天|exported|username|meta|chat) [\w ]{0,12} [:：])
      | \A[\ufeff\s]{0,9} (?P<line>[^\n,\t]{0,40} (?:聊天记录|聊天記錄|chat\ history|chat\ with) [^\n,\t]{0,40})$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""Lines that exporters put above the messages: what stands in front of a colon, or a title."""
_HEAD_SIZE: Final = 1000
_OVERLAP: Final = 1000
"""Characters that the end of one and the beginning of the next may be long."""
_TRIES: Final = 20
"""How often it is asked whether what follows is of the format: people may type what looks so again and again."""


def _head_of(text: str) -> dict[str, int]:
    """What begins the lines of the head of a text, each behind a line end, and where that of the first ends."""
    found = {"\n\ufeff": 0} if text.startswith("\ufeff") else {}
    for match in () if _START.sub("", text, 1).startswith("<") else _HEAD.finditer(text[:_HEAD_SIZE]):
        found.setdefault(f"\n{match['key'] or match['line']}", match.end())
    return found


class _Place(NamedTuple):
    """Where the next file may begin.

    Attributes:
        at: in the text that is looked at.
        is_sure: it can stand in no message.
        is_told: where it is none, that is said.
    """

    at: int
    is_sure: bool
    is_told: bool = False


class _Pages:
    """Where pages end and others begin."""

    def __init__(self) -> None:
        self._open = dict.fromkeys(_PAIRED, 0)
        self._counted, self._has_body = 0, False

    def places(self, text: str, begin: int, end: int) -> Iterator[_Place]:
        """Those whose mark begins in a stretch of a text."""
        for match in _NEXT_PAGE.finditer(text, begin):
            if match.start() >= end:
                return
            self._count(text, match.start())
            in_script = self._open[_PAIRED[0]] != 0
            if in_script and '"' in text[text.rfind("\n", 0, match.start()) + 1 : match.start()]:
                continue  # of a string, which has no line ends
            is_whole = not any(self._open.values()) and text[: match.start()].rstrip().endswith(">")
            if match["end"]:
                yield _Place(match.end("end"), is_whole, is_told=not in_script)
            elif self._has_body:  # its end is lost
                yield _Place(match.start(), is_sure=False)

    def pass_by(self, text: str, end: int) -> int:
        """The text up to a place, or nearly, is looked at no more; gives that place."""
        tag = text.rfind("<", max(0, end - _OVERLAP), end)
        end = end if tag < 0 else tag
        self._count(text, max(end, self._counted))
        self._counted -= end
        return end

    def _count(self, text: str, end: int) -> None:
        self._has_body = self._has_body or text.find("<body", self._counted, end) >= 0
        for opening, closing in _PAIRED:
            more = text.count(opening, self._counted, end) - text.count(closing, self._counted, end)
            self._open[opening, closing] += more
        self._counted = end


class _Scripts:
    """Where a script has a statement again that it had before."""

    def __init__(self, first: str | None) -> None:
        self._first = first
        self._had = [] if first is None else [first]
        self._heads = list[tuple[str, int]]()  # what stood behind the last list: facts of the next one
        self._open, self._read = "", 0

    def places(self, text: str, begin: int, end: int) -> Iterator[_Place]:
        """Those whose mark begins in a stretch of a text."""
        for match in _STATEMENT.finditer(text, begin):
            at, mark = match.start(), match["mark"]
            if at >= end:
                return
            if text[at - 1] not in "\r\n" and self._is_in_string(text, at):
                continue
            if mark == self._first:
                yield _Place(at, is_sure=True)
            elif not self._had and text[:at].rstrip("; \t\r\n").endswith("]"):  # of a list whose head is lost
                yield _Place(at, is_sure=False)
            elif mark in self._had and all(mark != head for head, _ in self._heads):
                yield _Place(next((place for _, place in self._heads if place > 0), at), is_sure=False)
            elif mark not in self._had:
                self._had.append(mark)
            self._heads = [] if match["list"] else [*self._heads, (mark, at)]

    def pass_by(self, text: str, end: int) -> int:
        """The text up to a place, or nearly, is looked at no more; gives that place."""
        while end and text[end - 1] == "\\":
            end -= 1
        self._is_in_string(text, max(end, self._read))
        self._read -= end
        self._heads = [(mark, at - end) for mark, at in self._heads]
        return end

    def _is_in_string(self, text: str, at: int) -> bool:
        """Whether a string that began on the same line goes on at a place, which is behind those asked for before."""
        line = max(text.rfind("\n", self._read, at), text.rfind("\r", self._read, at)) + 1
        begin, is_open = (line, "") if line else (self._read, self._open)
        if is_open:
            rest = _REST_OF_STRING[is_open].match(text, begin, at)
            begin, is_open = (at, is_open) if rest is None else (rest.end(), "")
        if not is_open:
            code = _CODE.match(text, begin, at)
            is_open = text[code.end()] if code and code.end() < at else ""
        self._open, self._read = is_open, at
        return bool(is_open)


class FirstOfJoined:
    """The first of the files that a text may be joined of. Iterates over its blocks.

    Args:
        blocks: the text in pieces of any size.
        suffixes: those of the format: they say what a text is whose beginning does not.
        is_alike: whether a text is of the format.

    Attributes:
        again: the line on which the head of the text stands once more, where it has no other seam; 0 for none.
    """

    def __init__(
        self,
        blocks: Iterable[str],
        suffixes: Collection[str] = (),
        is_alike: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.again = 0
        self._blocks = iter(blocks)
        self._suffixes, self._is_alike, self._tries = suffixes, is_alike, _TRIES
        self._text, self._line = "", 1  # what was not given yet, and where it begins
        self._is_over = False
        self._stream = self._first()

    def __iter__(self) -> Iterator[str]:
        return self._stream

    def _first(self) -> Iterator[str]:
        self._grow()
        begin = _START.sub("", self._text, 1)[:_OVERLAP]
        script = re.match(_SCRIPT, begin)
        if script is not None or ".js" in self._suffixes:
            yield from self._parted(_Scripts(script and script[0]))
        elif _PAGE.match(begin) or (".html" in self._suffixes and "<" in begin):
            yield from self._parted(_Pages())
        else:
            yield from self._watched()

    def _grow(self) -> bool:
        block = next(self._blocks, None)
        self._text += block or ""
        return block is not None

    def _give(self, end: int) -> str:
        given, self._text = self._text[:end], self._text[end:]
        self._line += given.count("\n")
        return given

    def _parted(self, seams: _Pages | _Scripts) -> Iterator[str]:
        begin, goes_on = len(self._text) - len(_START.sub("", self._text, 1)) + 1, True
        while goes_on:
            goes_on = self._grow()
            text = self._text
            end = max(begin, len(text) - _OVERLAP) if goes_on else len(text)
            for place in seams.places(text, begin, end):
                if place.is_sure or self._follows(place.at):
                    self._is_over = True
                    yield self._give(place.at)
                    return
                if place.is_told and not self.again:
                    self.again = self._line + text.count("\n", 0, place.at)
            cut = seams.pass_by(text, max(0, end - _OVERLAP)) if goes_on else 0
            begin = end - cut
            if cut:
                yield self._give(cut)
        yield self._give(len(self._text))

    def _follows(self, at: int) -> bool:
        """Whether a text of the format follows a place."""
        while len(self._text) - at < HEAD_SIZE and self._grow():
            pass
        self._tries -= 1
        return self._tries >= 0 and self._is_alike(self._text[at : at + HEAD_SIZE])

    def _watched(self) -> Iterator[str]:
        """All of a text; where a line of its head stands again is kept."""
        marks: dict[str, int] | None = None
        held, line = "", 1
        for block in itertools.chain((self._text,), self._blocks):
            yield block
            if marks is None:
                marks = _head_of(block)
            text = held + block if marks and not self.again else ""
            places = [at for at in (text.find(mark, start) for mark, start in marks.items()) if at >= 0]
            if places:
                self.again = line - held.count("\n") + text.count("\n", 0, min(places)) + 1
            begin = max(len(text) - _OVERLAP, *marks.values(), 0)
            line, held, marks = line + block.count("\n"), text[begin:], dict.fromkeys(marks, 0)

    def behind(self) -> tuple[int, str] | None:
        """How many lines stand above what follows the first, and that; `None` where it is all."""
        for _ in self._stream:  # what a reader had no need of
            pass
        if not self._is_over:
            return None
        rest = self._text + "".join(self._blocks)
        text = _START.sub("", rest, 1)
        return self._line - 1 + rest.count("\n", 0, len(rest) - len(text)), text
