"""What somebody put round a chat, or an editor into its lines: a reader of the text as it was without.

Takes the head of a text, gives what it may have been before: without front matter, or some lines of notes, above it;
without a number, a mark or an invisible character in each line, or marks round the names; without the backslashes of
Markdown. Unlike what
`conversions` undoes, it is seen only by what readers say of the text without it; detection compares the two. Knows no
format.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from wechatlog.content.markdown_archive import FRONT_MATTER, parse_front_matter
from wechatlog.diagnostics import Severity
from wechatlog.engine.head import Head
from wechatlog.engine.inside import InsideReader
from wechatlog.engine.protocol import Evidence
from wechatlog.tokenizer import find_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source

_FEWEST: Final = 3
"""Lines that are alike by chance in a text of fewer."""
_ANY, _LESS, _NONE, _SOME = -1.0, -0.4, 0.0, 0.1
"""How much surer a reader must be: where no whole text looks so, where hardly one does, and where many may."""
_ESCAPED_LEAST: Final = 2
_MANY: Final = 8
_MOST_NOTES: Final = 3
_LONGEST_NOTE: Final = 80
_NOTE: Final = re.compile(
    r"\s*[^\n]{0,20}(?:导出|匯出|聊天记录|[Ee]xport)[^\n]*|(?:(?![0-9]{1,2}[:：][0-9]{2})[^\n,\t|])*"
)
"""A line that is no row, and no header of a message unless it speaks of an export."""
_HEADER: Final = re.compile(r"[0-9][:：][0-9]{2}|[:：]\\?\s*\n")
"""What some header of a message in any format has: a clock, or a colon at its end."""
_LIKE_A_HEADER: Final = re.compile(r"\s*[^\n]{0,20}(?:导出|匯出|[Ee]xport)[^\n]*[0-9]:[0-9]")
_UNSEEN: Final = "[\u200b-\u200f\u2060\u202a-\u202e\ufeff\u00ad]+"
_NUMBER: Final = re.compile(r" {0,8}([0-9]{1,7})(\t|: |:|\. | \| |\||, | {1,2})")
_BAR: Final = "| "
_MARKS: Final = ("- ", "* ", "+ ", "• ", "· ", _BAR, "> ", ">")
_ESCAPED: Final = r"\\([!-/:-@\[-`{-~])|\\(?=\r?$)"
_ESCAPES: Final = (
    (re.compile(r"\\[\[\]]"), re.compile(r"(?<!\\)\[(?![^\]\n]*\]\()")),
    (re.compile(r"\\[*_]"), re.compile(r"(?<!\\)(?:\[|(?<!\w)[*_](?=\w))")),
)
"""What editors put backslashes before, and how it looks where none did: brackets of no link, marks of emphasis."""
_FENCES: Final = ("```", "~~~")
_WIDE_CLOCK: Final = r"^[^\n]*[0-9]：[0-9][^\n]*$"


_DAY: Final = "(?:[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{4})"
_MOMENT: Final = rf"{_DAY}[T ,，]{{0,2}}[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?"
_DATED_SOON: Final = re.compile(rf"(?:[^\n]*\n){{0,3}}[^\n]*{_MOMENT}")
_BEFORE: Final = rf"(?=[^\n]{{0,60}}?{_MOMENT})"
_IS_HEADER: Final = re.compile(rf"^{_BEFORE}[^\n]*", re.MULTILINE)
_EMPHASIS: Final = r"(\*\*|__|`|[*_])(?=[^\s*_`])([^\n*`]{1,60}?)\2(?![*_`])"
_IN_HEADERS: Final = (
    # a mark, or a number, in front; a rule round it
    (rf"^{_BEFORE}[ \t]*(?:[-+•·◆◇★☆●○■□▪▶►➤@]|\*(?!\*))[ \t]*", ""),
    (rf"^{_BEFORE}(?:[(（]?[0-9]{{1,7}}[)）] ?|[0-9]{{1,7}}[.、:：] ?(?![0-9])|#[0-9]{{1,7}} )", ""),
    (rf"^{_BEFORE}[-=~]{{2,}} *([^\n]*?) *[-=~]{{2,}}(?=\r?$)", r"\1"),
    # emphasis of a name in front of the time, of the time, and of a name behind it
    (rf"^([^\n]{{0,12}}?){_EMPHASIS}(?=[^\n]{{0,12}}?{_MOMENT})", r"\1\3"),
    (rf"^([^\n]{{0,60}}?)(\*\*|__|`|[*_])({_MOMENT})\2", r"\1\3"),
    (rf"^([^\n]{{0,3}}{_MOMENT}[)\]]? ?[-–:|·]? ?){_EMPHASIS}", r"\1\3"),
    # quotes round a name, and what parts it from the time
    (rf"^{_BEFORE}[<“‘「【[]([^\n<>“”‘’「」【】[\]]{{1,40}})[>”’」】\]] ?(?=[^\n]{{0,3}}{_MOMENT})", r"\1 "),
    (rf"^([^\n]{{1,40}}?) ?[·•@→»>|]{{1,2}} ?(?={_MOMENT})", r"\1 "),
    (rf"^([^\n]{{0,3}}{_MOMENT}[)\]]?) ?[·•@→»>]{{1,2}} ?", r"\1 "),
)
"""What people put into the headers of messages, and no reader needs there."""


class _Rule(NamedTuple):
    """What is undone in each line.

    Attributes:
        what: a sentence.
        pattern: `re` syntax, with `^` and `$` for the ends of lines.
        to: what stands there instead.
        gain: how much surer a reader must be of the text without it.
    """

    what: str
    pattern: re.Pattern[str]
    to: str | Callable[[re.Match[str]], str] = ""
    gain: float = 0.0


def _rule(what: str, pattern: str, to: str | Callable[[re.Match[str]], str] = "", gain: float = _NONE) -> _Rule:
    return _Rule(what, re.compile(pattern, re.MULTILINE), to, gain)


class Around(NamedTuple):
    """What stands round a text.

    Attributes:
        lines: how many of it stand above the chat, but for empty ones that come first.
        rules: what is in its lines.
        gain: how much surer a reader must be of the text without it than of the text as it is.
    """

    lines: int = 0
    rules: tuple[_Rule, ...] = ()
    gain: float = 0.0

    def undo(self, blocks: Iterable[str]) -> Iterator[str]:
        """The text without it; of the lines above, the line ends are left, so that all lines are where they were."""
        above, held, begun = self.lines, list[str](), False
        for block in itertools.chain(blocks, (None,)):
            cut = 0 if block is None else block.rfind("\n") + 1
            if block is not None and not cut:
                held.append(block)
                continue
            text = "".join((*held, block[:cut] if block else ""))
            held = [block[cut:] if block else ""]
            if above:
                begin = 0 if begun else len(text) - len(text.lstrip("\r\n"))
                begun = begun or begin < len(text)
                while above and (end := text.find("\n", begin) + 1):
                    begin, above = end, above - 1
                text = "".join(character for character in text[:begin] if character in "\r\n") + text[begin:]
            for rule in self.rules:
                text = rule.pattern.sub(rule.to, text)
            if text:
                yield text

    def head(self, head: Head) -> Head:
        """The head of the text without it."""
        text = "".join(self.undo((head.text,))).lstrip("\n")
        return attrs.evolve(head, data=text.encode("utf-8", "surrogatepass"), encoding="utf-8")


# --- the lines above ---


def _above(text: str) -> Iterator[int]:
    """How many lines may be no part of the chat, none first: front matter, then some of notes."""
    yield 0
    begin = 0
    if (matter := FRONT_MATTER.match(text)) and parse_front_matter(matter[1]):
        begin = matter.end()
        yield text.count("\n", 0, begin)
    for _ in range(_MOST_NOTES):
        blank = re.compile(r"\s*").match(text, begin)
        note = _NOTE.match(text, blank.end() if blank else begin)
        if note is None or not 0 < note.end() - note.start() <= _LONGEST_NOTE or not text.startswith("\n", note.end()):
            return
        begin = note.end() + 1
        if find_heading((note.group(),)) is not None and _DATED_SOON.match(text, begin) is None:
            return  # the clocks below are of that day
        if not _LIKE_A_HEADER.match(text, begin):
            yield text.count("\n", 0, begin)


# --- the lines themselves ---


def _numbers(text: str, lines: Sequence[str]) -> Iterator[_Rule]:
    first = _NUMBER.match(text)
    if first is None:
        return
    number, separator = int(first[1]), first[2]
    bare = separator.rstrip()
    for at, line in enumerate(lines):
        own = _NUMBER.match(line + separator)
        if own is None or int(own[1]) != number + at or not own[2].startswith(bare):
            return
    what = "every line begins with its number; the numbers were left out"
    yield _rule(what, rf"^ {{0,8}}[0-9]{{1,7}}(?:{re.escape(separator)}|{re.escape(bare)}(?=\r?$))", gain=_ANY)


def _unseen(_: str, lines: Sequence[str]) -> Iterator[_Rule]:
    what = "a character that nobody sees stands at every line end or beginning; these were left out"
    for pattern, find in ((rf"^{_UNSEEN}", "match"), (rf"{_UNSEEN}(?=\r?$)", "search")):
        rule = _rule(what, pattern, gain=_ANY)
        if all(getattr(rule.pattern, find)(line) for line in lines if line):
            yield rule


def _marks(text: str, lines: Sequence[str]) -> Iterator[_Rule]:
    mark = next((mark for mark in _MARKS if text.startswith(mark)), "")
    if mark == _BAR and all(line.rstrip().endswith("|") for line in lines if line.strip()):
        return  # a table
    if mark and all(line.startswith(mark) or line == mark.rstrip() for line in lines if line.strip()):
        what = f"every line begins with {mark!r}, as of a list or a quotation; it was left out"
        yield _rule(what, rf"^(?:{re.escape(mark)}|{re.escape(mark.rstrip())}(?=\r?$))", gain=_LESS)


def _escapes(text: str, _: Sequence[str]) -> Iterator[_Rule]:
    for escaped, bare in _ESCAPES:
        count = len(escaped.findall(text))
        if count >= _ESCAPED_LEAST and bare.search(text) is None:
            what = "backslashes stand before marks, as an editor of Markdown puts them there; they were left out"
            yield _rule(what, _ESCAPED, lambda match: match[1] or "", _NONE if count >= _MANY else _SOME)
            return


def _wide(text: str, _: Sequence[str]) -> Iterator[_Rule]:
    if "\u3000" in text and " " not in text:
        what = "all blanks are ideographic ones; they were taken for blanks"
        yield _rule(what, "\u3000", " ")
    if re.search("[0-9]：[0-9]", text) and not re.search("[0-9]:[0-9]", text):
        what = "the colons of clocks are full-width ones; those in lines with a clock were taken for plain ones"
        yield _rule(what, _WIDE_CLOCK, lambda match: match[0].replace("：", ":"))


def _headers(text: str, _: Sequence[str]) -> Iterator[_Rule]:
    """What stands round the name or the time in every line that says day and clock."""
    what = "marks stand round the names or the times of all headers; they were left out"
    for pattern, to in _IN_HEADERS:
        rule = _rule(what, pattern, to)
        headers = _IS_HEADER.findall(text)
        if len(headers) >= _FEWEST and all(map(rule.pattern.search, headers)):
            yield rule
            text = rule.pattern.sub(rule.to, text)


_SIGNS: Final = (_unseen, _numbers, _marks, _escapes, _wide)


def _rules(text: str, *, loose: bool) -> tuple[_Rule, ...]:
    """What is in the lines of a text, each seen in what the ones before leave."""
    found: list[_Rule] = []
    for sign in (*_SIGNS, *((_headers,) if loose else ())):
        lines = text.split("\n")[:-1]  # the last one may be cut
        if len(lines) < _FEWEST:
            break
        for rule in sign(text, lines):
            found.append(rule)
            text = rule.pattern.sub(rule.to, text)
    return tuple(found)


def find_around(head: Head, *, loose: bool = False) -> Iterator[Around]:
    """What may stand round a text, the least first; nothing is none.

    Args:
        head: of the text.
        loose: marks in headers too; not where a reader knows the text that parts names from marks.
    """
    if not _HEADER.search(head.text):
        return
    for lines in _above(head.text.lstrip("\n")):
        text = "".join(Around(lines).undo((head.text,))).lstrip("\n")
        rules = _rules(text, loose=loose)
        if lines or rules:
            is_sure = not lines or text.startswith(_FENCES)
            yield Around(lines, rules, max((rule.gain for rule in rules), default=_NONE if is_sure else _SOME))


@attrs.frozen(eq=False)
class AroundReader(InsideReader):
    """A reader of texts that reads one which has something round it.

    Attributes:
        loose: as in `find_around`.
    """

    loose: bool = False
    where = "without what stands round the chat"

    @classmethod
    def holds(cls, head: Head) -> bool:
        """Whether it is a text of lines."""
        return bool({"text", "csv"} & head.containers) and not {"html", "jsonl", "js"} & head.containers

    @classmethod
    def heads(cls, head: Head) -> Iterator[Head]:
        """The heads of what the text may have been."""
        return (around.head(head) for around in find_around(head, loose=True))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of the text without what makes the other reader surest."""
        head = Head.of(source, context.encoding)
        best, surest = Around(), (0.0, 0, False)
        for around in find_around(head, loose=self.loose):
            verdict = self.reader.detect(around.head(head))
            sure = verdict.confidence if isinstance(verdict, Evidence) else 0.0
            rank = (sure, len(around.rules), around.lines > 0 and head.text.lstrip().startswith("---"))
            if sure and rank > surest:
                best, surest = around, rank
        context.around = best
        text = head.text.lstrip("\n")
        matter = FRONT_MATTER.match(text) if best.lines else None
        facts = parse_front_matter(matter[1]) if matter else {}
        begin = text.count("\n", 0, matter.end()) if matter and facts else 0
        first = len(head.text) - len(text) + begin + 1
        context.report_preamble("\n".join(text.split("\n")[begin : best.lines]), line=first)
        for rule in best.rules:
            if context.is_news(rule.what):
                context.report("converted-text", rule.what, severity=Severity.WARNING, line=1)
        for draft, messages in self.reader.read(source, context):
            draft.metadata = {**facts, **draft.metadata}
            draft.title = draft.title or facts.get("title") or None
            yield draft, messages
