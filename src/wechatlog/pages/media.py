"""Pictures, voices and videos: what the page may load.

Takes paths as the archive names them, gives addresses for `src` and `href`: of a file beside the page, or of the
picture or voice itself as a `data:` address, decoded by `wechatlog.media`. Reads files below one folder only, and only
pictures and voices.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from wechatlog.errors import FormatError, MissingExtraError
from wechatlog.media import read
from wechatlog.pages.urls import safe_path

if TYPE_CHECKING:
    import os
    from collections.abc import Container

    from wechatlog.media import Keys

__all__ = ["MEDIA_LIMIT", "Media", "MediaMode"]

MediaMode: TypeAlias = Literal["link", "embed", "none"]

MEDIA_LIMIT: Final = 2_000_000
"""Bytes up to which a picture is embedded, unless somebody says otherwise."""

_PICTURES: Final = frozenset(f"image/{name}" for name in ("png", "jpeg", "gif", "webp", "avif", "bmp"))
_SOUNDS: Final = frozenset({"audio/wav", "audio/mpeg", "audio/mp4"})
"""What a browser shows and plays. No SVG: it is a document, not only a picture."""


def _to_root(value: str | os.PathLike[str] | None) -> Path | None:
    return None if value is None else Path(value).resolve()


@attrs.frozen
class Media:
    """How media are shown.

    Attributes:
        mode: `link`: from files beside the page; `embed`: pictures inside the page; `none`: named only.
        root: the folder that the paths of the archive start from, for embedding, and for a page that lies elsewhere.
        limit: bytes up to which a picture or a voice is embedded.
        keys: of the user's account, for pictures that are encrypted.
    """

    mode: MediaMode = "link"
    root: Path | None = attrs.field(default=None, converter=_to_root)
    limit: int = MEDIA_LIMIT
    keys: Keys | None = None

    def file(self, path: str | None) -> str | None:
        """The address of a file beside the page, or below the root; `None` where there is none or none is wanted."""
        address = None if self.mode == "none" else safe_path(path)
        return address if address is None or self.root is None else f"{self.root.as_uri()}/{address}"

    def picture(self, path: str | None) -> str | None:
        """The address of a picture, or `None`."""
        return self._embedded(path, _PICTURES) if self.mode == "embed" else self.file(path)

    def sound(self, path: str | None) -> str | None:
        """The address of a voice: of the voice itself where pictures are embedded too and it can be, or `None`."""
        return (self._embedded(path, _SOUNDS) if self.mode == "embed" else None) or self.file(path)

    def _embedded(self, path: str | None, kinds: Container[str]) -> str | None:
        """The contents of a file below the root, if it is there, no link out of it, of such a kind, not too large."""
        if path is None or self.root is None or safe_path(path) is None:
            return None
        try:
            found = read(path, self.keys, root=self.root, limit=self.limit)
        except (FormatError, MissingExtraError, OSError):
            return None
        if found.kind not in kinds or (found.kind in _SOUNDS and len(found.data) > self.limit):
            return None
        return f"data:{found.kind};base64,{base64.b64encode(found.data).decode('ascii')}"
