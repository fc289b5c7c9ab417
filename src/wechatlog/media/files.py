"""From a file, or bytes, to a `MediaFile` that any program shows or plays.

Opens the file, finds out by its content what it is, and asks the decoder of that kind. Reads nothing outside the folder
of the export.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.content.file_kinds import kind_of
from wechatlog.errors import FormatError
from wechatlog.media.folder import MediaFolder, read_file
from wechatlog.media.pictures import Keys, decode_wxgf, decrypt_dat, is_dat
from wechatlog.media.voices import decode_silk

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

LIMIT: Final = 256 << 20
"""Bytes that a file may have."""

_DECODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"audio/silk": decode_silk, "image/wxgf": decode_wxgf}


@attrs.frozen
class MediaFile:
    """A picture, a voice or a video that any program shows or plays.

    Attributes:
        data: the bytes.
        kind: the media type, such as `image/jpeg`.
        suffix: of a file of that kind, with its dot.
        decoded: whether the bytes are others than those that were read.
    """

    data: bytes = attrs.field(repr=False)
    kind: str
    suffix: str
    decoded: bool = False


def decode(data: bytes, keys: Keys | None = None, *, name: str | None = None) -> MediaFile:
    """Make the bytes of a file readable: `.dat` pictures, wxgf pictures, SILK voices; others stay as they are.

    Args:
        data: of the file.
        keys: of the user's own account, for pictures that need them.
        name: of the file. Without one, or with one that ends in `.dat`, bytes of no known kind may be a picture of
            WeChat before version 4, in which each byte is combined with one and the same (exclusive or).

    Raises:
        FormatError: where it is no picture, voice or video, or damaged, or a key is missing or wrong.
        MissingExtraError: where a library is needed that is not installed.
    """
    try:
        kind, found = kind_of(data), data
        if is_dat(data) or (kind is None and (name is None or name.lower().endswith(".dat"))):
            found = decrypt_dat(data, keys or Keys())
            kind = kind_of(found)
        if kind is None:
            raise FormatError("no picture, voice or video that is known")
        if kind.type in _DECODERS:
            found = _DECODERS[kind.type](found)
            kind = kind_of(found) or kind
    except FormatError as error:
        error.source = name
        raise
    return MediaFile(found, kind.type, kind.suffix, found is not data)


def read(
    path: str | os.PathLike[str],
    keys: Keys | None = None,
    *,
    root: str | os.PathLike[str] | MediaFolder | None = None,
    limit: int = LIMIT,
) -> MediaFile:
    """Read a file as `decode` does.

    Args:
        path: of the file. With `root` as an archive names it: relative, with either slash between folders.
        keys: as for `decode`.
        root: the folder of the export, or the ZIP; nothing outside of it is read, neither by `..` nor through a link.
        limit: bytes that the file may have.

    Raises:
        FormatError: as `decode`, and where the path leads out of the folder or the file is too large.
        MissingExtraError: where a library is needed that is not installed.
        OSError: where the file cannot be opened.
    """
    if root is None:
        data = read_file(Path(path), limit)
    else:
        data = (root if isinstance(root, MediaFolder) else MediaFolder(root)).read(str(path), limit)
    return decode(data, keys, name=PurePath(str(path).replace("\\", "/")).name)
