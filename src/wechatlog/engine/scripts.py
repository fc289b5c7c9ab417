"""JSON inside a script: `window.NAME = …;`, without running anything.

Takes the head or the blocks of a script, gives the JSON in it: the assignment becomes blanks, so that lines, columns
and offsets stay those of the file, and the semicolon at the end is dropped. Knows no format.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from wechatlog.engine.protocol import Head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ASSIGNMENT: Final = re.compile(
    r"[\ufeff\s]*(?:(?:window|globalThis|self)\.|(?:var|let|const)\s+)?(?P<name>[A-Za-z_$][\w$]{0,80})\s*=\s*(?=[\[{])"
)
_SEARCHED: Final = 4096
_LONGEST_HEAD: Final = 64 << 20
_TAIL: Final = "; \t\r\n"


def assigned_name(text: str) -> str | None:
    """The variable that a script begins to fill with an array or an object; `None` for another script.

    Example:
        >>> assigned_name('window.CHAT_DATA = [{"seq": 1}];')
        'CHAT_DATA'
    """
    match = _ASSIGNMENT.match(text[:_SEARCHED])
    return match["name"] if match else None


def assigned_head(head: Head, name: str = "") -> Head | None:
    """The head of the JSON that a script puts into a variable, or into any; `None` for another script."""
    match = _ASSIGNMENT.match(head.text[:_SEARCHED])
    if match is None or match["name"] != (name or match["name"]):
        return None
    data = head.text[match.end() :].rstrip(_TAIL).encode("utf-8", "surrogatepass")
    return Head(head.name, head.suffix, data, head.source, "utf-8")


def json_blocks(blocks: Iterable[str]) -> Iterator[str]:
    """The JSON of a script in blocks; text that is no script is given as it is.

    Args:
        blocks: the text in pieces of any size; the assignment stands in the first.
    """
    stream = iter(blocks)
    first = next(stream, "")
    match = _ASSIGNMENT.match(first[:_SEARCHED])
    if match:
        first = re.sub(r"[^\r\n]", " ", match.group()) + first[match.end() :]
    tail = ""
    for block in itertools.chain((first,), stream):
        text = tail + block
        kept = text.rstrip(_TAIL)
        tail = text[len(kept) :]
        if kept:
            yield kept


def page_blocks(blocks: Iterable[str], pattern: re.Pattern[str]) -> tuple[re.Match[str], str, Iterator[str]] | None:
    """What a script inside a page assigns, in blocks with the lines of the page, and what stands in front of it.

    `None` where nothing is assigned.

    The pattern is that of the assignment, up to the first character of the value.
    """
    stream, text, wanted = itertools.chain(blocks, ("",)), "", 0
    for block in stream:
        text += block
        if block and len(text) < wanted:
            continue
        wanted = 2 * len(text)  # so that a long head costs linear time
        if (match := pattern.search(text)) and match.end() < len(text):
            rest = "\n" * text.count("\n", 0, match.end()) + text[match.end() :]
            return match, text[: match.start()], itertools.chain((rest,), stream)
        if len(text) > _LONGEST_HEAD:
            break
    return None
