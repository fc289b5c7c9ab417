"""Pages in which each message is an element that begins a line: cut there as they stream by.

Takes a `Page`, which says what a tool writes, gives entries; a pattern takes each element apart. For tools that escape
what stands in their elements; a page that may look in any way is read through `engine.html`. An element that is not as
the tool writes it is told, and its words are an entry of their own. Knows no format.
"""

from __future__ import annotations

import functools
import html
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import attrs

from wechatlog.content.accounts import is_room
from wechatlog.diagnostics import Severity
from wechatlog.engine.entry import Entry
from wechatlog.engine.format import Format
from wechatlog.engine.headers import Block, message_blocks
from wechatlog.engine.markup import iter_pieces, tell_crowded
from wechatlog.engine.protocol import Evidence
from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wechatlog.engine.head import Head
    from wechatlog.engine.reading import Reading
    from wechatlog.tokenizer import Grammar

Said: TypeAlias = "Mapping[str, str | None]"
"""What the groups of an element show; `None` for what it does not have. Of a page with headings, `day` is the last."""
EntryOf: TypeAlias = "Callable[[Reading, Said, int, int], Entry | None]"
"""The entry of an element, by what it says, its line and offset; `None` for an element that is no message."""
TITLE: Final = re.compile(r"<title>([^<]{0,400})</title>")
TEXT: Final = r"(?P<text>(?:[^<]++|<br(?: /)?>)*+)"
"""Pattern of a text whose line ends are `<br>`."""
_TAG: Final = re.compile(r"</?[a-z][^<>]{0,400}>")
_BEHIND: Final = re.compile(r"<(?:script|footer)\b.*", re.DOTALL)
_LONGEST: Final = 200
"""Characters of a first tag."""
_END: Final = re.compile(r"\s*</(?:div|main|body)>")


def _shown(text: str) -> str:
    return html.unescape(text.replace("<br />", "\n").replace("<br>", "\n"))


class Page(NamedTuple):
    """What a tool writes.

    Attributes:
        opens: what stands right before the first element.
        element: how the line of an element begins; a pattern of its first tag where elements stand within lines.
        frame: a whole element; its groups are what it says. One with a `date` is the heading of a day.
        titles: where the name of the chat stands.
        facts: what else the head says: the groups `id`, `count` and `exported`, whichever there are.
        shown: what an element shows, by what stands in it.
    """

    opens: str
    element: Grammar | re.Pattern[str]
    frame: re.Pattern[str]
    titles: tuple[re.Pattern[str], ...]
    facts: tuple[re.Pattern[str], ...] = ()
    shown: Callable[[str], str] = _shown


def as_saved(pattern: str) -> re.Pattern[str]:
    """A pattern that also takes what a browser makes of a page when it saves it: other quotes, tags without a slash."""
    return re.compile(re.sub(r" ?/>", " ?/?>", re.sub(r"='([^'\[\]]*)'", r"=['\"]\1['\"]", pattern)))


def _words(text: str) -> str:
    """What a piece of a page shows."""
    return html.unescape(_TAG.sub(" ", _BEHIND.sub("", text).replace("<br>", "\n"))).strip()


def _describe(reading: Reading, page: Page, head: str) -> int | None:
    """What the head of a page says; how many messages it claims."""
    chat = reading.chat
    said: dict[str, str] = {}
    titles = (match and html.unescape(match[1]).strip() for match in (each.search(head) for each in page.titles))
    chat.title = reading.agree("title", titles)
    for match in filter(None, (each.search(head) for each in page.facts)):
        said |= match.groupdict()
    if account := said.get("id"):
        chat.id = html.unescape(account)
        chat.is_group = is_room(chat.id)
    if exported := said.get("exported"):
        chat.metadata["exported"] = exported
    return int(said["count"]) if "count" in said else None


def _entries(reading: Reading, page: Page, entry_of: EntryOf) -> Iterator[Entry]:
    """The entries of the elements of a page; the words of an element that is none of the tool's are one too."""
    last, claimed, count, day = "", None, 0, ""

    def preamble(text: str, line: int) -> None:
        nonlocal last, claimed
        last = text
        head, opens, rest = last.rpartition(page.opens)
        claimed = _describe(reading, page, head + opens or last)
        if not _END.match(rest) and (words := _words(rest if opens else last.rpartition("</style>")[2])):
            reading.report_preamble(words, line=line + last.count("\n"))

    for last, line, offset, is_last in _elements(reading, page, preamble):
        found = page.frame.match(last)
        if found is not None:
            said = found.groupdict()
            if "&" in last or "<br" in last:
                said = {name: text and page.shown(text) for name, text in said.items()}
            if (date := said.get("date")) is not None:
                day = date
            elif (entry := entry_of(reading, {**said, "day": day}, line, offset)) is not None:
                count += 1
                yield entry
            tell_crowded(reading, last, line)
        rest = last[found.end() :] if found else last
        if found is not None and (not rest.strip() or (is_last and _END.match(rest))):
            continue
        line += last.count("\n", 0, found.end()) if found else 0
        what = "an element is none that the tool writes and may be damaged; its words are a message of their own"
        reading.report("broken-row", what, severity=Severity.ERROR, line=line, excerpt=rest.strip()[:200])
        if words := _words(rest):
            yield Entry(line, kind=MessageKind.OTHER, text=words, offset=offset)
    reading.check_page_end(last)
    reading.check_count(claimed, count)


def _elements(
    reading: Reading, page: Page, preamble: Callable[[str, int], None]
) -> Iterator[tuple[str, int, int, bool]]:
    """Each element with what follows it, its line and offset, and whether it is the last."""
    if isinstance(page.element, re.Pattern):
        pieces = iter_pieces(reading.blocks(), page.element, _LONGEST)
        head = next(pieces)
        preamble(head.text, head.line)
        held = next(pieces, None)
        while held is not None:
            following = next(pieces, None)
            yield held.text.replace("\r\n", "\n").replace("\r", "\n"), held.line, held.offset, following is None
            held = following
        return

    def head_block(block: Block) -> None:
        preamble(block.lines, block.line)

    for header, block in message_blocks(reading, page.element, lambda _: None, lambda _: None, preamble=head_block):
        yield header.group()[1:].lstrip("\r") + block.lines, block.line, block.offset, block.last


def _is_own(said: Said) -> bool:
    """Whether an element shows whose page it is of: many tools write days and plain notices alike."""
    return not said.get("date") and set(filter(said.get, said)) != {"notice"}


def page_format(name: str, description: str, page: Page, entry_of: EntryOf, facts: str, **more: Any) -> Format:
    """The format of pages; it is known by an element of a message. The arguments are those of `Format`."""
    element = page.element
    page = page._replace(
        frame=as_saved(page.frame.pattern),
        element=as_saved(element.pattern)
        if isinstance(element, re.Pattern)
        else attrs.evolve(element, header=as_saved(element.header).pattern),
    )

    def detect(head: Head) -> Evidence | None:
        text = "\n" + head.text.replace("\r\n", "\n")
        inline = isinstance(page.element, re.Pattern)
        pattern = page.element if isinstance(page.element, re.Pattern) else page.element.pattern
        starts = (match.start() + (not inline) for match in pattern.finditer(text))
        found = any(match and _is_own(match.groupdict()) for match in (page.frame.match(text, at) for at in starts))
        name = "one tool alone" if isinstance(page.element, re.Pattern) else page.element.name
        return Evidence(1.0, f"elements of {name}") if found else None

    entries = functools.partial(_entries, page=page, entry_of=entry_of)
    return Format(name, description, ".html .htm", detect, entries, facts, **more)
