"""Pictures, voices and videos: what the page may load.

Takes paths as the archive names them, gives addresses for `src` and `href`: of a file beside the page, or of the
picture itself as a `data:` address. Reads files below one folder only, and only pictures.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from wechatlog.pages.urls import safe_path

if TYPE_CHECKING:
    import os

__all__ = ["MEDIA_LIMIT", "Media", "MediaMode"]

MediaMode: TypeAlias = Literal["link", "embed", "none"]

MEDIA_LIMIT: Final = 2_000_000
"""Bytes up to which a picture is embedded, unless somebody says otherwise."""

_PICTURES: Final = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    ("image/avif", re.compile(rb"....ftypavi[fs]", re.DOTALL)),
    ("image/bmp", re.compile(rb"BM")),
)
"""What pictures begin with. No SVG: it is a document, not only a picture."""


def _to_root(value: str | os.PathLike[str] | None) -> Path | None:
    return None if value is None else Path(value).resolve()


@attrs.frozen
class Media:
    """How media are shown.

    Attributes:
        mode: `link`: from files beside the page; `embed`: pictures inside the page; `none`: named only.
        root: the folder that the paths of the archive start from, for embedding, and for a page that lies elsewhere.
        limit: bytes up to which a picture is embedded.
    """

    mode: MediaMode = "link"
    root: Path | None = attrs.field(default=None, converter=_to_root)
    limit: int = MEDIA_LIMIT

    def file(self, path: str | None) -> str | None:
        """The address of a file beside the page, or below the root; `None` where there is none or none is wanted."""
        address = None if self.mode == "none" else safe_path(path)
        return address if address is None or self.root is None else f"{self.root.as_uri()}/{address}"

    def picture(self, path: str | None) -> str | None:
        """The address of a picture, or `None`."""
        return self._embedded(path) if self.mode == "embed" else self.file(path)

    def _embedded(self, path: str | None) -> str | None:
        data = self._read(path)
        if data is None:
            return None
        kind = next((kind for kind, start in _PICTURES if start.match(data)), None)
        return kind and f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"

    def _read(self, path: str | None) -> bytes | None:
        """The contents of a file below the root, if it is there, no link out of it, and not too large."""
        if path is None or self.root is None or safe_path(path) is None:
            return None
        try:
            found = (self.root / path.replace("\\", "/")).resolve()
            if not found.is_relative_to(self.root) or not found.is_file() or found.stat().st_size > self.limit:
                return None
            return found.read_bytes()
        except (OSError, ValueError):  # a name that no file can have, a loop of links
            return None
