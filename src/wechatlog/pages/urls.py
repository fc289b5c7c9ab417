"""Which addresses of a chat may become links, and which paths may be loaded.

Takes what stands in a chat, gives a text that is safe in `href` and `src`, or `None`: then it is shown as text. A list
of what is allowed, not of what is forbidden: browsers forgive odd spellings of schemes in ways that no list foresees.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

__all__ = ["escaped", "host_of", "is_remote", "safe_path", "safe_url", "shown_place"]

# No blank, no control or format character (they hide a scheme or turn the writing round), no quote, no angle bracket.
_BODY: Final = (
    "[^\\s\"'<>`\\x00-\\x20\\x7f-\\xa0\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)
_ADDRESS: Final = re.compile(rf"(?:https?://(?=[^/\\?#]){_BODY}+|mailto:(?=[^/\\?#]){_BODY}+)", re.IGNORECASE)
_WITHOUT_SCHEME: Final = re.compile(rf"www\.{_BODY}+", re.IGNORECASE)
_HOST: Final = re.compile(r"https?://(?:[^/?#\\]*@)?([^/?#\\]+)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"\s*+[A-Za-z][A-Za-z0-9+.-]*:")
_ON_A_DISK: Final = re.compile(r"\s*+(?:file:|[A-Za-z]:[\\/]|[\\/])", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def escaped(text: str) -> str:
    """A text as it stands in HTML, between tags and in quoted attributes; just as the templates escape it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&#34;").replace("'", "&#39;")


def safe_url(url: str | None) -> str | None:
    """An address that may be a link: `http`, `https` or `mailto`, and nothing in it that hides what it is.

    Args:
        url: as it stands in the chat; one that begins with `www.` gets the scheme `http`.

    Returns:
        The address, which still has to be escaped, or `None`.
    """
    if url is None:
        return None
    if _ADDRESS.fullmatch(url):
        return url
    return f"http://{url}" if _WITHOUT_SCHEME.fullmatch(url) else None


def is_remote(url: str) -> bool:
    """Whether a browser would fetch a safe address, so that it can be a picture."""
    return url[:4].lower() == "http"


def host_of(url: str) -> str:
    """The host of a safe web address, for telling a reader where a link leads; empty for others."""
    found = _HOST.match(url)
    return found[1] if found else ""


def safe_path(path: str | None) -> str | None:
    """The address of a file beside the page.

    Args:
        path: as the archive names it, with either slash between folders.

    Returns:
        A relative address, percent-encoded, without a scheme; `None` for an absolute path, one that leads out of the
        folder, an address, or no path at all.
    """
    if not path or _CONTROL.search(path) or _SCHEME.match(path):  # a drive is a scheme of one letter
        return None
    parts = path.replace("\\", "/").split("/")
    if not parts[0] or ".." in parts:
        return None
    kept = [quote(part, safe="", errors="replace") for part in parts if part not in ("", ".")]
    return "/".join(kept) or None


def shown_place(place: str | None) -> str:
    """A path or an address as text: of one on somebody's disk only the last part, since the rest tells of its owner."""
    if not place or not _ON_A_DISK.match(place):
        return place or ""
    return re.split(r"[\\/]", place.rstrip("\\/ "))[-1]
