"""What UTF-8 cannot hold: half a surrogate pair, as damaged archives have it; JSON has an escape for it, texts none.

Takes texts and plain values, gives texts that any file and any program takes.
"""

from __future__ import annotations

import re
from typing import Any, Final

_HALF: Final = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """A text with U+FFFD for each half of a surrogate pair; two halves side by side become their character."""
    if text.isascii() or not _HALF.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def json_line(value: Any) -> str:
    """A value as JSON in one line, without its end."""
    import json  # not at the top: the command line begins without it

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else escape(text)


def escape(json_text: str, unfit: re.Pattern[str] = _HALF) -> str:
    """A JSON text of the same value, with escapes for the characters that do not fit where it goes."""
    return unfit.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)
