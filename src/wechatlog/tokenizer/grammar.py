"""What a dialect is: the pattern of its header lines and the few habits that the engine must know.

A grammar is data. It takes no text and makes no messages; adding a line-based format means adding one of these
and a mapping from records to messages.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Grammar", "compile_format"]


@attrs.frozen(slots=True, cache_hash=True)
class Grammar:
    """A dialect of the line-based formats.

    Attributes:
        name: of the dialect, for people.
        header: regular expression (`re` syntax) of a header line from its first character on. It is searched
            after a line end; it need not reach the end of the line: what it leaves is the record's inline body. It
            may also go beyond, to take in a usual body in the same pass.
            Its groups may be named; `time`, `sender` and `text` are what tokens report. Beginning it with literal
            characters makes it several times faster.
        separator: regular expression that a whole separator line must match, or `None` for blank lines only.
        framed: a header counts only at the start of the text or after a blank line, because in this dialect a
            body line may look like a header.
        accept: a last word on a header match: false makes the line a body line.
    """

    name: str
    header: str
    separator: str | None = None
    framed: bool = False
    accept: Callable[[re.Match[str]], bool] | None = attrs.field(default=None, eq=False)

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled header pattern, with the line end before the header at its front."""
        return _compile(self.header)

    @property
    def separator_pattern(self) -> re.Pattern[str]:
        """The compiled pattern of a separator line without its line end."""
        return re.compile(r"[ \t]*" if self.separator is None else self.separator)


@functools.lru_cache(maxsize=256)
def _compile(header: str) -> re.Pattern[str]:
    # The leading line end is a literal prefix, which `re` searches for at memchr speed.
    return re.compile("\n" + header)


_DIRECTIVES: Final = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{1,2}",
    "%d": "[0-9]{1,2}",
    "%H": "[0-9]{1,2}",
    "%I": "[0-9]{1,2}",
    "%M": "[0-9]{2}",
    "%S": "[0-9]{2}",
    "%f": "[0-9]{1,6}",
    "%p": "(?:[AaPp][Mm]|上午|下午)",
    "%z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    "%%": "%",
}
_FIELDS: Final = {"sender": ".+?", "sender_id": "[^\\s()]+?", "text": ".*"}
_TEMPLATE: Final = re.compile(r"(?P<clock>%[A-Za-z%])|\{(?P<field>[^{}]*)\}|(?P<literal>.)", re.DOTALL)


def compile_format(template: str) -> tuple[Grammar, str]:
    """A grammar from a one-line description such as `[%Y-%m-%d %H:%M:%S] {sender}: {text}`.

    Args:
        template: `strptime` directives for the time, `{sender}`, `{sender_id}` and `{text}`, and literal
            characters. Further lines of a message need no description. Without `{text}` the body stands on the
            lines after the header.

    Returns:
        The grammar, and the `strptime` format of its `time` group.

    Raises:
        ValueError: for an unknown directive or field, a field twice, or a template without any field.
    """
    if "\n" in template or "\r" in template:
        raise ValueError("a format describes one header line; leave out the line break")
    pieces: list[tuple[str, str, bool]] = []
    seen: set[str] = set()
    for match in _TEMPLATE.finditer(template):
        if directive := match["clock"]:
            if directive not in _DIRECTIVES:
                raise ValueError(f"unknown directive {directive} in {template!r}; known: {' '.join(_DIRECTIVES)}")
            pieces.append((_DIRECTIVES[directive], directive, directive != "%%"))
        elif match["field"] is not None:
            name = match["field"]
            if name not in _FIELDS or name in seen:
                problem = "twice" if name in seen else f"unknown; known: {', '.join(_FIELDS)}"
                raise ValueError(f"field {{{name}}} in {template!r} is {problem}")
            seen.add(name)
            pieces.append((f"(?P<{name}>{_FIELDS[name]})", "", False))
        else:
            pieces.append((re.escape(match["literal"]), match["literal"].replace("%", "%%"), False))
    clocks = [index for index, piece in enumerate(pieces) if piece[2]]
    if not clocks and not seen:
        raise ValueError(f"{template!r} names neither a time nor a field")
    strptime = ""
    if clocks:
        first, last = clocks[0], clocks[-1]
        if any(piece[0].startswith("(?P<") for piece in pieces[first : last + 1]):
            raise ValueError(f"the parts of the time in {template!r} must stand together")
        strptime = "".join(piece[1] for piece in pieces[first : last + 1])
        pieces[first] = (f"(?P<time>{pieces[first][0]}", "", False)
        pieces[last] = (f"{pieces[last][0]})", "", False)
    tail = "" if "text" in seen else r"[ \t]*(?=\r?\n)"
    return Grammar(template, "".join(piece[0] for piece in pieces) + tail), strptime
