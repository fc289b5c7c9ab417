"""What a conversion did to every line of a text, told from its beginning and undone.

Takes blocks of a text, gives blocks. Only what can hardly be anything else is undone: a CR too many in front of each
line end (a text with CR LF that was written once more as a text, on Windows), every line end twice, a margin in front
of every line (of a mail that quotes it, or of a block of code), two blanks behind every line, as for line breaks in
Markdown, the fences of a block of code round all of it, no-break blanks in place of all blanks, as web pages have them,
typographic quotes in the tags of a page, and UTF-8 that was read as Latin-1 and saved so. What was read as GBK is told:
of that, bytes are lost. Knows no format.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIRST_END: Final = re.compile(r"[^\r\n]*+(\r*+)\n")
_ODD_ENDS: Final = re.compile(r"(?<!\n)\n(?:\n\n)*+(?!\n)")
_TWO_ENDS: Final = re.compile(r"(\r?\n)\r?\n")
_HELD: Final = re.compile(r"(?<![\r\n])[\r\n]++[^\r\n]{0,16}\Z|(?<! ) ++\Z")
"""The end of a block that is looked at together with the next one."""
_FEWEST: Final = 4
"""Lines that are alike by chance in a text of fewer."""

_MARGIN: Final = re.compile(r"[ \t\u00a0\u3000]{1,16}|(?:> ?){1,4}")
_HARD: Final = re.compile(r" {2}(?=[\r\n]|\Z)")
_OPENING: Final = re.compile(r"(\s*+)((`|~)\3{2,5})[ \t]*[A-Za-z]{0,9}[ \t]*(\r?\n)")
_CLOSING: Final = re.compile(r"(\s*?\n)[ \t]*(?:`{3,6}|~{3,6})\s*")
_MAY_CLOSE: Final = re.compile(r"(?<!\s)\s++[`~]{0,6}\s*+\Z")
"""The end of a block that may be that of all."""
_NO_BREAK: Final = "\u00a0"
_JSON: Final = re.compile(r"\s*(?:\{|\[\s*[\[{\"])")
_JSON_BLANK: Final = re.compile(
    r"""(?:"[:,]|[0-9el}\]],|(?:\A\s*|":|[}\]],|[\[{\u00a0])[\r\n]*[\[{])[\r\n]*\u00a0+["\[{0-9tfn-]
      | "[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}\u00a0[0-9]{2}:[0-9]{2}(?::[0-9]{2})?["]""",
    re.VERBOSE,
)
"""A no-break blank between the values of JSON, which hardly any text in it can look like."""
_BLANK: Final = re.compile(
    r"""[0-9日]\u00a0{1,2}[0-9]{1,2}:[0-9]{2}                # between a day and a clock
      | ^(?:[>#*=-]{1,9}|—{3,})\u00a0                       # behind a mark of Markdown, or a rule
      | <(?:!DOCTYPE|[A-Za-z][A-Za-z0-9]{0,20})\u00a0       # in a tag
      | \bINSERT\u00a0INTO\b""",
    re.VERBOSE | re.MULTILINE,
)
"""A no-break blank where every exporter writes a blank."""

_QUOTED: Final = re.compile("<[A-Za-z][^<>]{0,400}=[“”]")
_QUOTES: Final = str.maketrans("“”", '""')

_BYTES: Final = {
    ord(character): byte for byte in range(256) if (character := bytes((byte,)).decode("cp1252", "ignore"))
}
"""What Windows shows of a byte; of five it shows nothing, and Latin-1 has a character for each."""
_MISREAD: Final = re.compile(f"[\x80-\xff{''.join(map(chr, sorted(_BYTES)[-27:]))}]+")
_BEGUN: Final = re.compile(
    rf"(?:[\xc2-\xdf]|[\xe0-\xef]{_MISREAD.pattern[:-1]}?|[\xf0-\xf4]{_MISREAD.pattern[:-1]}{{0,2}})\Z"
)
"""The beginning of a character at the end of a block."""
_OURS: Final = re.compile(
    r'\s*(?:\{"type":"conversation",|\{)"schema":"wechatlog/|[^\n]{0,200}"generator":"wechatlog"'
    r"|conversation[,;\t]conversation_id[,;\t]time[,;\t]precision[,;\t]"
)
"""What this library writes without loss: a text in it that was misread was so in the chat."""
_SAMPLE: Final = 4000
_FEWEST_MISREAD: Final = 6


class Conversion(NamedTuple):
    """What happened to a text.

    Attributes:
        carriage: CRs too many in front of each line end.
        doubled: every line end stands twice.
        margin: what every line begins with.
        hard: two blanks stand before every line end.
        fenced: all of it is a block of code.
        blanks: every blank is a no-break one.
        quotes: every quote of a page is a typographic one.
        misread: UTF-8 was read as `"latin-1"`, or as `"gbk"`.
    """

    carriage: int = 0
    doubled: bool = False
    margin: str = ""
    hard: bool = False
    fenced: bool = False
    blanks: bool = False
    quotes: bool = False
    misread: str = ""

    @property
    def severity(self) -> Severity:
        """What nothing was lost by is good to know; all else may have changed what somebody wrote."""
        return Severity.WARNING if any(self[1:]) else Severity.INFO

    def sentences(self) -> Iterator[str]:
        """What is told of it."""
        if self.carriage:
            what = "a CR too many stands before the line ends: the text was written as a text twice; they were left out"
            yield what
        if self.doubled:
            what = "every line end stands twice; one of each was left out, and lines are counted without them"
            yield what
        if self.margin:
            mark = repr(self.margin)
            what = f"every line begins with {mark}, as of a quotation or a block of code; it was left out"
            yield what
        if self.hard:
            what = "two blanks stand before every line end, as for a line break in Markdown; they were left out"
            yield what
        if self.fenced:
            what = "all of it is a block of code; its fences were left out"
            yield what
        if self.blanks:
            what = "all blanks are no-break blanks, as of a web page; they were taken for blanks"
            yield what
        if self.quotes:
            what = "all quotes are typographic ones, in tags too; they were taken for plain ones"
            yield what
        if self.misread == "latin-1":
            what = "the text was UTF-8, taken for Latin-1 and saved so; it was read as it had been"
            yield what
        elif self.misread:
            what = (
                "the text was UTF-8, taken for GBK and saved so: its Chinese characters are others, and some are lost"
            )
            yield what

    def undo(self, blocks: Iterable[str]) -> Iterator[str]:
        """The text as it was; where line ends were doubled, lines are counted without those that came in between."""
        lines = self._undone_lines(_reread(blocks) if self.misread == "latin-1" else blocks)
        return _unfenced(lines) if self.fenced else lines

    def _undone_lines(self, blocks: Iterable[str]) -> Iterator[str]:
        held = "\n"  # before the first line, so that it has a margin as all others
        begun = False
        for block in itertools.chain(blocks, (None,)):
            text, held = held + (block or ""), ""
            if block is not None and (end := _HELD.search(text)):
                text, held = text[: end.start()], end.group()
            if not text:
                continue
            text = self._undone(text)
            yield text if begun else text[1:]
            begun = True

    def _undone(self, text: str) -> str:
        if self.carriage:
            text = text.replace("\r" * self.carriage + "\n", "\n")
        if self.margin:
            bare = re.escape(self.margin.rstrip())  # of a line that holds nothing else
            text = re.sub(rf"\n(?:{re.escape(self.margin)}|{bare}(?=[\r\n]|\Z))", "\n", text)
        if self.hard:
            text = _HARD.sub("", text)
        if self.doubled:
            text = _TWO_ENDS.sub(r"\1", text)
        if self.blanks:
            text = text.replace(_NO_BREAK, " ")
        return text.translate(_QUOTES) if self.quotes else text


def _reread(blocks: Iterable[str]) -> Iterator[str]:
    """The text that was taken for Latin-1, or for what Windows has in its place."""
    held = ""
    for block in itertools.chain(blocks, (None,)):
        text = held + (block or "")
        cut = None if block is None else _BEGUN.search(text, max(0, len(text) - 3))
        text, held = (text, "") if cut is None else (text[: cut.start()], cut.group())
        if text:
            yield _MISREAD.sub(_as_it_was, text)


def _as_it_was(match: re.Match[str]) -> str:
    try:
        return match[0].translate(_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _misread(text: str) -> str:
    """As what a text of UTF-8 was read, of which hardly any other text looks so."""
    if _OURS.match(text) is not None:
        return ""
    some = re.sub("[\x00-\x7f]+", " ", text[:_SAMPLE]).replace("\ufffd", "").strip()
    if some and _MISREAD.match(some):
        found = [_as_it_was(match) for match in _MISREAD.finditer(some.rpartition(" ")[0] or some)]
        wide = sum(len(piece) for piece in found if piece and min(piece) >= "\u2e80")
        typed = len(_MISREAD.sub("", some).replace(" ", ""))  # by somebody who quotes what was misread
        if wide > 1 and typed * 10 <= len(some):
            return "latin-1"
    read = some.replace(" ", "").encode("gb18030", "ignore").decode("utf-8", "replace")
    lost = read.count("\ufffd")
    wide = sum("\u2e80" <= character <= "\uffef" for character in read)
    return "gbk" if wide >= _FEWEST_MISREAD and lost * 2 <= wide else ""


def _unfenced(blocks: Iterable[str]) -> Iterator[str]:
    """What stands between the fences, on the lines that it stood on."""
    held, is_open = "", False
    for block in blocks:
        text = held + block
        if not is_open and (opening := _OPENING.match(text)):
            text, is_open = opening[1] + opening[4] + text[opening.end() :], True
        end = _MAY_CLOSE.search(text)
        cut = 0 if not is_open else len(text) if end is None else end.start()
        held = text[cut:]
        if cut:
            yield text[:cut]
    closing = _CLOSING.fullmatch(held)
    yield held if closing is None else closing[1]


def judge_text(text: str, *, dense: bool) -> Conversion | None:
    """What happened to a text, if anything did.

    Args:
        text: its beginning, some hundred thousand characters, without a byte order mark.
        dense: in whole files of its format some lines of each message stand close together; in others most line ends
            must stand there four times, since their lines may stand apart.
    """
    misread = _misread(text)
    if misread == "latin-1":
        text = "".join(_reread((text,)))
    first = _FIRST_END.match(text.lstrip("\r\n"))
    carriage = max(0, len(first[1]) - 1) if first is not None else 0
    blanks = _NO_BREAK in text and " " not in text and (_JSON_BLANK if _JSON.match(text) else _BLANK).search(text)
    quotes = '"' not in text and _QUOTED.search(text)
    plain = (text.replace("\r", "") if carriage else text.replace("\r\n", "\n")).strip("\n")
    margin = _margin(plain)
    if margin:
        plain = "".join(Conversion(margin=margin).undo((plain,)))
    opening = _OPENING.match(plain)
    if opening and re.search(rf"\n[ \t]*{opening[2]}{opening[3]}*[ \t]*\n\s*\S", plain):
        opening = None  # of a block of code that ends in the middle
    hard = _is_hard(plain[opening.end() :] if opening else plain)
    is_doubled = _is_doubled(plain, dense=dense)
    found = Conversion(carriage, is_doubled, margin, hard, opening is not None, bool(blanks), bool(quotes), misread)
    return found if any(found) else None


def _margin(text: str) -> str:
    """What all lines begin with, those without anything else too where it is the mark of a quotation."""
    match = _MARGIN.match(text)
    if match is None or text.count("\n") < _FEWEST:
        return ""
    margin, lines = match.group(), text.split("\n")[:-1]  # the last one may be cut
    if ">" not in margin:
        lines = [line for line in lines if line.strip()]
    while margin and not all(line.startswith(margin) or line == margin.rstrip() for line in lines):
        margin = margin[:-1]
    return "" if margin == " " else margin


def _is_hard(text: str) -> bool:
    """Whether two blanks end every line, but for those above an empty one; nothing else has three in a line alone."""
    lines = text.split("\n")
    ends = [line.endswith("  ") for line, below in itertools.pairwise(lines) if line and below]
    return len(ends) >= _FEWEST and all(ends) and not any(len(line) == 3 and line.isspace() for line in lines)


def _is_doubled(text: str, *, dense: bool) -> bool:
    """Whether every line end stands twice; in a page those in front of tags are the writer's for certain."""
    least = _FEWEST if dense else max(_FEWEST, text.count("\n") // 6)
    ends = ("\n\n" if dense else "\n\n\n\n") + ("<" if text.startswith("<") else "")
    return text.count(ends) >= least and _ODD_ENDS.search(text) is None
