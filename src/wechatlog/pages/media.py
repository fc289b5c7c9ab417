"""Pictures, voices and videos: what the page may load.

Takes paths as the archive names them, gives addresses for `src` and `href`: of a file, relative to the page, or of the
picture, voice or video itself as a `data:` address, decoded by `wechatlog.media`. Reads files below one folder, or in
one ZIP, only, and only these. No address names the machine that the page was made on.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Container
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

import attrs

from wechatlog.content.places import safe_path
from wechatlog.errors import FormatError, MissingExtraError
from wechatlog.media import Keys, MediaFolder, read

MediaMode: TypeAlias = Literal["link", "embed", "none"]

MEDIA_LIMIT: Final = 2_000_000
"""Bytes up to which a picture is embedded, unless somebody says otherwise."""

_PICTURES: Final = frozenset(f"image/{name}" for name in ("png", "jpeg", "gif", "webp", "avif", "bmp"))
_INSIDE: Final = re.compile(r"data:(?P<kind>[a-z]{1,9}/[a-z0-9]{1,9});base64,[A-Za-z0-9+/]+={0,2}")
_VIDEOS: Final = frozenset({"video/mp4"})
_SOUNDS: Final = frozenset({"audio/wav", "audio/mpeg", "audio/mp4"})
"""What a browser shows and plays. No SVG: it is a document, not only a picture."""


def _to_root(value: str | os.PathLike[str] | None) -> Path | None:
    return None if value is None else Path(value).resolve()


@attrs.frozen
class Media:
    """How media are shown.

    Attributes:
        mode: `link`: from files beside the page; `embed`: inside the page, and what cannot be is named; `none`: named.
        root: the folder, or the ZIP, that the paths of the archive start from, for embedding, and for a page that lies
            elsewhere. No page loads a file out of a ZIP.
        limit: bytes up to which a picture, a voice or a video is embedded, or shown where the archive has its contents.
        keys: of the user's account, for pictures that are encrypted.
        place: the folder that the page is put into; `None`: it lies in the root.
        plays: whether voices and videos can be played; on paper they are named.
    """

    mode: MediaMode = "link"
    root: Path | None = attrs.field(default=None, converter=_to_root)
    limit: int = MEDIA_LIMIT
    keys: Keys | None = None
    place: Path | None = attrs.field(default=None, converter=_to_root)
    plays: bool = True
    _base: str | None = attrs.field(init=False)
    _files: MediaFolder | None = attrs.field(init=False, eq=False, repr=False)

    @_base.default
    def _way(self) -> str | None:
        """The way from the page to the root, as the beginning of an address; `None` where there is none."""
        if self.root is None or self.place is None or self.root == self.place:
            return ""
        try:
            parts = Path(os.path.relpath(self.root, self.place)).parts
        except ValueError:  # another drive of Windows
            return None
        return "".join(f"{quote(part, errors='replace')}/" for part in parts)

    @_files.default
    def _open(self) -> MediaFolder | None:
        return None if self.root is None else MediaFolder(self.root)

    def file(self, path: str | None) -> str | None:
        """The address of a file, relative to the page; `None` where there is no way or nothing is to be loaded."""
        address = safe_path(path) if self.mode == "link" else None
        if path is None or address is None or self._base is None:
            return None
        return None if self._files is not None and self._files.is_packed(path) else f"{self._base}{address}"

    def video(self, path: str | None) -> str | None:
        """The address of a video, or `None`."""
        return self._played(path, _VIDEOS)

    def avatar(self, picture: object) -> str | None:
        """The address of the picture of a person, or `None`."""
        return self.picture(picture) if isinstance(picture, str) else None

    def picture(self, path: str | None) -> str | None:
        """The address of a picture, or `None`."""
        return self._address(path, _PICTURES)

    def sound(self, path: str | None) -> str | None:
        """The address of a voice, or `None`."""
        return self._played(path, _SOUNDS)

    def _played(self, path: str | None, kinds: Container[str]) -> str | None:
        return self._address(path, kinds) if self.plays else None

    def _address(self, path: str | None, kinds: Container[str]) -> str | None:
        if path is not None and path.startswith("data:"):  # the archive has the contents in place of a path
            found = _INSIDE.fullmatch(path) if self.mode != "none" and len(path) <= self.limit else None
            return path if found is not None and found["kind"] in kinds else None
        return self._embedded(path, kinds) if self.mode == "embed" else self.file(path)

    def _embedded(self, path: str | None, kinds: Container[str]) -> str | None:
        """The contents of a file below the root, if it is there, no link out of it, of such a kind, not too large."""
        if path is None or self._files is None or safe_path(path) is None:
            return None
        try:
            found = read(path, self.keys, root=self._files, limit=self.limit)
        except (FormatError, MissingExtraError, OSError):
            return None
        if found.kind not in kinds or (found.kind not in _PICTURES and len(found.data) > self.limit):
            return None
        return f"data:{found.kind};base64,{base64.b64encode(found.data).decode('ascii')}"
