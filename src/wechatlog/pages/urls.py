"""Which addresses of a chat may become links.

Takes what stands in a chat, gives a text that is safe in `href` and `src`, or `None`: then it is shown as text. A list
of what is allowed, not of what is forbidden: browsers forgive odd spellings of schemes in ways that no list foresees.
"""

from __future__ import annotations

import re
from typing import Final

# No blank, no control or format character (they hide a scheme or turn the writing round), no quote, no angle bracket.
_BODY: Final = (
    "[^\\s\"'<>`\\x00-\\x20\\x7f-\\xa0\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)
_ADDRESS: Final = re.compile(rf"(?:https?://(?=[^/\\?#]){_BODY}+|mailto:(?=[^/\\?#]){_BODY}+)", re.IGNORECASE)
_WITHOUT_SCHEME: Final = re.compile(rf"www\.{_BODY}+", re.IGNORECASE)
_HOST: Final = re.compile(r"https?://(?:[^/?#\\]*@)?([^/?#\\]+)", re.IGNORECASE)


def escaped(text: str) -> str:
    """A text as it stands in HTML, between tags and in quoted attributes; just as the templates escape it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&#34;").replace("'", "&#39;")


def safe_url(url: str | None) -> str | None:
    """An address that may be a link: `http`, `https` or `mailto`, and nothing in it that hides what it is.

    One that begins with `www.` gets the scheme `http`. It still has to be escaped.
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
