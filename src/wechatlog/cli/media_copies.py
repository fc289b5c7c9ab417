"""Copies of the files that chats name, beside the output: for pages that can be moved, and exports that are a ZIP.

Takes files of an export, gives the paths of their copies from the folder of the output on. A copy is named after the
file and its content, so what is copied again is the same file, whoever does it, and nothing is overwritten. Pictures
and voices of WeChat's own forms are decoded. Nothing is written outside the one folder, whatever a ZIP calls its files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from wechatlog.atomic import replacing
from wechatlog.cli.messages import Failure, explain
from wechatlog.content.file_names import clean_name
from wechatlog.errors import FormatError, MissingExtraError
from wechatlog.media import Keys, MediaFolder, decode
from wechatlog.media.files import LIMIT

_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_LONGEST: Final = 80
"""Bytes of the name of a file that its copy keeps."""


class MediaCopies:
    """The copies of one run, in a folder of that name below `base`; the options of the writer have the keys."""

    def __init__(self, base: Path, name: str, options: Mapping[str, Any], *, sync: bool) -> None:
        self.base = base.resolve()
        self.folder = self.base / name
        self._keys = Keys(options.get("aes_key"), options.get("xor_key"))
        self._sync = sync
        self._known: dict[str, str] = {}

    def copy(self, files: MediaFolder, place: str) -> str:
        """Copy a file of an export, unless it was copied before, and give the path of the copy from `base` on.

        A copy that cannot be written is a `Failure`, a file that cannot be read a `FormatError` or an `OSError`.
        """
        if place not in self._known:
            data, name = files.read(place, LIMIT), clean_name(PurePosixPath(place.replace("\\", "/")).name)
            suffix = found[0] if (found := _SUFFIX.search(name)) else ""
            stem = name.removesuffix(suffix)
            try:
                decoded = decode(data, self._keys, name=name)
            except (FormatError, MissingExtraError):  # a document, or a picture whose key is not known
                pass
            else:
                data, suffix = decoded.data, decoded.suffix if decoded.decoded else suffix or decoded.suffix
            stem = stem.encode()[:_LONGEST].decode(errors="ignore") or "file"
            self._known[place] = self._write(f"{stem}-{hashlib.sha256(data).hexdigest()[:12]}{suffix}", data)
        return self._known[place]

    def _write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not path.resolve().is_relative_to(self.base):
                raise Failure(f"{path}: leads out of the folder of the output")
            if not path.is_file() or path.stat().st_size != len(data):
                with replacing(path, sync=self._sync) as part:
                    part.write_bytes(data)
        except OSError as error:  # no fault of the file that is copied
            raise Failure(explain(error, str(path))) from error
        return path.relative_to(self.base).as_posix()
