"""Pages in which each message is an element that begins a line: cut there as they stream by.

Takes a `Page`, which says what a tool writes, gives entries; a pattern takes each element apart. For tools that escape
what stands in their elements; a page that may look in any way is read through `engine.html`. An element that is not as
the tool writes it is told, and its words are an entry of their own. Knows no format.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from wechatlog.content.accounts import is_room
from wechatlog.diagnostics import Severity
from wechatlog.engine.entry import Entry
from wechatlog.engine.format import Format
from wechatlog.engine.headers import message_blocks
from wechatlog.engine.protocol import Evidence
from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wechatlog.engine.head import Head
    from wechatlog.engine.headers import Block
    from wechatlog.engine.reading import Reading
    from wechatlog.tokenizer import Grammar

Said: TypeAlias = "Mapping[str, str | None]"
"""What the groups of an element show; `None` for what it does not have. Of a page with headings, `day` is the last."""
EntryOf: TypeAlias = "Callable[[Said, int, int], Entry]"
"""The entry of an element, by what it says, its line and offset."""
TITLE: Final = re.compile(r"<title>([^<]{0,400})</title>")
TEXT: Final = r"(?P<text>(?:[^<]++|<br(?: /)?>)*+)"
"""Pattern of a text whose line ends are `<br>`."""
_TAG: Final = re.compile(r"</?[a-z][^<>]{0,400}>")
_BEHIND: Final = re.compile(r"<(?:script|footer)\b.*", re.DOTALL)
_END: Final = re.compile(r"\s*</(?:div|main|body)>")


def _shown(text: str) -> str:
    return html.unescape(text.replace("<br />", "\n").replace("<br>", "\n"))


class Page(NamedTuple):
    """What a tool writes.

    Attributes:
        opens: what stands right before the first element.
        element: how the line of an element begins.
        frame: a whole element; its groups are what it says. One with a `date` is the heading of a day.
        titles: where the name of the chat stands.
        facts: what else the head says: the groups `id`, `count` and `exported`, whichever there are.
        shown: what an element shows, by what stands in it.
    """

    opens: str
    element: Grammar
    frame: re.Pattern[str]
    titles: tuple[re.Pattern[str], ...]
    facts: tuple[re.Pattern[str], ...] = ()
    shown: Callable[[str], str] = _shown


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

    def preamble(block: Block) -> None:
        nonlocal last, claimed
        last = block.lines
        head, opens, rest = last.rpartition(page.opens)
        claimed = _describe(reading, page, head + opens or last)
        if not _END.match(rest) and (words := _words(rest if opens else last.rpartition("</style>")[2])):
            reading.report_preamble(words, line=block.line + last.count("\n"))

    for header, block in message_blocks(reading, page.element, lambda _: None, lambda _: None, preamble=preamble):
        last = header.group()[1:].lstrip("\r") + block.lines
        found, line = page.frame.match(last), block.line
        if found is not None:
            said = found.groupdict()
            if "&" in last or "<br" in last:
                said = {name: text and page.shown(text) for name, text in said.items()}
            if (date := said.get("date")) is not None:
                day = date
            else:
                count += 1
                said["day"] = day
                yield entry_of(said, line, block.offset)
        rest = last[found.end() :] if found else last
        if found is not None and (not rest.strip() or (block.last and _END.match(rest))):
            continue
        line += last.count("\n", 0, found.end()) if found else 0
        what = "an element is none that the tool writes and may be damaged; its words are a message of their own"
        reading.report("broken-row", what, severity=Severity.ERROR, line=line, excerpt=rest.strip()[:200])
        if words := _words(rest):
            yield Entry(line, kind=MessageKind.OTHER, text=words, offset=block.offset)
    reading.check_page_end(last)
    reading.check_count(claimed, count)


def page_format(
    name: str, description: str, page: Page, entry_of: Callable[[Reading], EntryOf], facts: str, **more: Any
) -> Format:
    """The format of pages; it is known by an element of a message.

    Args:
        name: as in `Format`.
        description: as in `Format`.
        page: what the tool writes.
        entry_of: for a reading, what gives the entry of an element.
        facts: as in `Format`.
        more: further fields of a `Format`.
    """

    def detect(head: Head) -> Evidence | None:
        text = "\n" + head.text.replace("\r\n", "\n")
        starts = (match.start() + 1 for match in page.element.pattern.finditer(text))
        found = any(
            match and not match.groupdict().get("date") for match in (page.frame.match(text, at) for at in starts)
        )
        return Evidence(1.0, f"elements of {page.element.name}") if found else None

    def entries(reading: Reading) -> Iterator[Entry]:
        return _entries(reading, page, entry_of(reading))

    return Format(name, description, ".html .htm", detect, entries, facts, **more)
