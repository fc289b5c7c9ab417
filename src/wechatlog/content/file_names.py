"""Names out of an archive, which anybody may have made, as names of files.

They never lead out of a folder, hide, fall on each other, or are options where a shell names all files.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BAD: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\ud800-\udfff]')
_RESERVED: Final = re.compile(r"-|(?:con|conin\$|conout\$|prn|aux|nul|(?:com|lpt)[0-9¹²³]) *(?:\..*)?\Z", re.IGNORECASE)


def clean_name(name: str) -> str:
    """A name as one harmless file name; empty where nothing is left of it."""
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in _BAD.sub("_", name) if unicodedata.category(c) not in ("Cf", "Zl", "Zp"))
    name = name.strip().strip(". ")
    return f"_{name}" if _RESERVED.match(name) else name


def name_key(name: str) -> str:
    """What two names have in common that fall on each other: upper and lower case count as the same."""
    return unicodedata.normalize("NFC", name).casefold()


def free_name(stem: str, taken: set[str], suffix: str = "", *, between: str = "-") -> str:
    """A name that nothing else has, numbered where it is among the keys that are taken; it is taken from now on."""
    number, found = 1, f"{stem}{suffix}"
    while (key := name_key(found)) in taken:
        number += 1
        found = f"{stem}{between}{number}{suffix}"
    taken.add(key)
    return found
