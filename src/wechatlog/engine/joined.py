"""Files that somebody joined into one: where one ends and the next begins.

Takes the blocks of a text, gives those of the first, and what stands behind it, for pages and scripts. Other texts have
no such place, and a reader goes on; there it finds out where the lines of the head stand again. Knows no format.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_START: Final = re.compile(r"[\ufeff\s]*")
_PAGE: Final = (
    r"[\ufeff\s]{0,80}(?:<!doctype html[^<>]{0,200}>\s{0,80})?"
    r"<html\b[^<>]{0,200}>\s{0,80}<(?:head|body|meta|title)\b"
)
_NEXT_PAGE: Final = re.compile(f"</html>(?={_PAGE})", re.IGNORECASE)
_SCRIPT: Final = re.compile(
    r"(?:(?:const|let|var)\s{1,9}|window\.)[A-Za-z_$][\w$]{0,80}\s{0,9}=(?=\s{0,9}[\[{])|[\w.$]{3,60}\('[^'\n]{1,60}'"
)
"""How the first statement of a script begins that holds data."""
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


class _Seam(NamedTuple):
    """Where a file ends and another begins.

    Attributes:
        mark: what stands there.
        pattern: of the end of the file, from where the mark begins; its own end is that of the file.
    """

    mark: str
    pattern: re.Pattern[str]


def _seam_of(text: str) -> _Seam | None:
    """That of files that begin as one does."""
    start = _START.match(text)
    text = text[start.end() if start else 0 :][:_OVERLAP]
    if text.startswith("<"):
        return _Seam("</html>", _NEXT_PAGE) if re.match(_PAGE, text, re.IGNORECASE) else None
    script = _SCRIPT.match(text)
    return None if script is None else _Seam(script[0], re.compile(rf"(?<=[\r\n;\]}}])(?={re.escape(script[0])})"))


def _head_of(text: str) -> dict[str, int]:
    """What begins the lines of the head of a text, each behind a line end, and where that of the first ends."""
    found = {"\n\ufeff": 0} if text.startswith("\ufeff") else {}
    for match in () if _START.sub("", text, 1).startswith("<") else _HEAD.finditer(text[:_HEAD_SIZE]):
        found.setdefault(f"\n{match['key'] or match['line']}", match.end())
    return found


class FirstOfJoined:
    """The first of the files that a text may be joined of. Iterates over its blocks.

    Args:
        blocks: the text in pieces of any size.

    Attributes:
        again: the line on which the head of the text stands once more, where it has no other seam; 0 for none.
    """

    def __init__(self, blocks: Iterable[str]) -> None:
        self.again = 0
        self._blocks = iter(blocks)
        self._rest: str | None = None
        self._line = 1
        self._stream = self._first()

    def __iter__(self) -> Iterator[str]:
        return self._stream

    def _first(self) -> Iterator[str]:
        first = next(self._blocks, "")
        blocks = itertools.chain((first,), self._blocks)
        seam = _seam_of(first)
        if seam is None:
            yield from self._watched(blocks)
            return
        held, begin = "", len(first) - len(_START.sub("", first, 1)) + 1
        for block in itertools.chain(blocks, (None,)):
            text = held + (block or "")
            at = text.find(seam.mark, begin)
            while at >= 0:
                if end := seam.pattern.match(text, at):
                    self._rest = text[end.end() :]
                    self._line += text.count("\n", 0, end.end())
                    yield text[: end.end()]
                    return
                at = text.find(seam.mark, at + 1)
            cut = len(text) if block is None else max(0, len(text) - _OVERLAP)
            self._line += text.count("\n", 0, cut)
            held, begin = text[cut:], max(0, begin - cut)
            if cut:
                yield text[:cut]

    def _watched(self, blocks: Iterable[str]) -> Iterator[str]:
        """All of a text; where a line of its head stands again is kept."""
        marks: dict[str, int] | None = None
        held, line = "", 1
        for block in blocks:
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
        if self._rest is None:
            return None
        rest = self._rest + "".join(self._blocks)
        text = _START.sub("", rest, 1)
        return self._line - 1 + rest.count("\n", 0, len(rest) - len(text)), text
