"""What `repr` writes for dicts, lists, strings and numbers, as values.

Takes a text out of an archive, gives its value. The text is parsed and never run. Knows no message.
"""

from __future__ import annotations

import ast
import re
from typing import Any, Final

_LONGEST: Final = 4_000_000
_DEEPEST: Final = 64

_STRING: Final = (
    r"'(?:[^'\\\n]|\\(?:[\\'\"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}))*+'"
    r'|"(?:[^"\\\n]|\\(?:[\\\'"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}))*+"'
)
_TOKEN: Final = re.compile(
    r"(?P<open>[\[{])|(?P<close>[\]}])|[,: ]++|-?[0-9]{1,20}(?:\.[0-9]{1,20})?|None|True|False"
    rf"|(?:{_STRING})"
)


def read_repr(text: str) -> Any | None:
    """The value of a text; `None` where it is no such text, longer than four million characters, or too deep.

    Example:
        >>> read_repr("{'title': None, 'count': 2}")
        {'title': None, 'count': 2}
    """
    if len(text) > _LONGEST:
        return None
    depth, end = 0, 0
    while end < len(text):  # it must be made of what `repr` writes
        match = _TOKEN.match(text, end)
        if match is None or depth > _DEEPEST:
            return None
        depth += (match["open"] is not None) - (match["close"] is not None)
        end = match.end()
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
