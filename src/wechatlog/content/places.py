"""Where files lie, as forms for people say it: beside the document, or not at all.

Takes a path or an address as an archive has it, gives the address of a file beside a document, or what may be shown of
a place. What stands on somebody's disk tells of its owner: no document leads there, and of the place only the last part
is shown. Knows no form.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wechatlog.segments.types import Image, Segment

if TYPE_CHECKING:
    from wechatlog.model import Message

_SCHEME: Final = re.compile(r"\s*+[A-Za-z][A-Za-z0-9+.-]*:")
_ON_A_DISK: Final = re.compile(
    r"\s*+(?:file:|[A-Z]:[\\/]|[\\/]|~[^\\/\s]*+[\\/]|%[A-Z()_0-9]++%[\\/]|\$\{?[A-Z_]++\}?[\\/]|\.\.[\\/])",
    re.IGNORECASE,
)
"""A drive, a server, somebody's home (`~/`, `%USERPROFILE%\\`, `$HOME/`), what lies above the export."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def safe_path(path: str | None) -> str | None:
    """The address of a file beside a document.

    Args:
        path: as the archive names it, with either slash between folders.

    Returns:
        A relative address, percent-encoded, without a scheme; `None` for an absolute path, one that leads out of the
        folder, an address, or no path at all.
    """
    if not path or _CONTROL.search(path) or _SCHEME.match(path) or is_on_disk(path):  # a drive is a scheme too
        return None
    parts = path.replace("\\", "/").split("/")
    if not parts[0] or ".." in parts:
        return None
    kept = [quote(part, safe="", errors="replace") for part in parts if part not in ("", ".")]
    return "/".join(kept) or None


def is_on_disk(place: str) -> bool:
    """Whether a path or an address is one on somebody's disk, which leads nowhere for others and tells of its owner."""
    return _ON_A_DISK.match(place) is not None


def shown_place(place: str | None) -> str:
    """A path or an address as text: of one on somebody's disk only the last part, since the rest tells of its owner.

    Nothing of a `data:` address, which is no place but the contents.
    """
    if not place or place.startswith("data:"):
        return ""
    if not is_on_disk(place):
        return place
    return re.split(r"[\\/]", place.rstrip("\\/ "))[-1]


def shown_text(message: Message) -> str:
    """The text of a message; of a Markdown picture on somebody's disk no more than the last part of the place."""
    text = message.text
    if "](" not in text or text != "".join(segment.raw for segment in message.segments):
        return text
    return "".join(map(_shown, message.segments))


def _shown(segment: Segment) -> str:
    place = (segment.url or segment.path or "") if isinstance(segment, Image) else ""
    return segment.raw.replace(place, shown_place(place)) if is_on_disk(place) else segment.raw
