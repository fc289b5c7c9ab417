"""A grammar from a one-line description of its header lines, for formats that no reader knows."""

from __future__ import annotations

import re
from typing import Final

from wechatlog.tokenizer.engine import Grammar

__all__ = ["compile_format"]

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
