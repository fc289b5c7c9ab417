"""File names for conversations that are written into a folder.

Names come from archives that anybody may have made: they never leave the folder, hide, or fall on each other.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from wechatlog.writers.base import is_folder_writer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wechatlog.model import Conversation
    from wechatlog.writers.base import Writer

__all__ = ["Namer", "clean_name"]

_BAD: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\ud800-\udfff]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?\Z", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
_LONGEST: Final = 180


def clean_name(name: str) -> str:
    """A name as one harmless file name; empty where nothing is left of it."""
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in _BAD.sub("_", name) if unicodedata.category(c) not in ("Cf", "Zl", "Zp"))
    name = name.strip().lstrip(".").rstrip(". ")
    return f"_{name}" if _RESERVED.match(name) else name


def _shorten(stem: str) -> str:
    return stem.encode()[:_LONGEST].decode(errors="ignore")


class Namer:
    """Gives the files of a run names of their own.

    Args:
        writer: whose suffix the names end with.
        taken: names that no conversation gets.
    """

    def __init__(self, writer: Writer, taken: Iterable[str] = ()) -> None:
        self._suffixes = ("",) if is_folder_writer(writer) else tuple(writer.suffixes) or (f".{writer.name}",)
        self._taken = {_key(name) for name in taken}

    def choose(self, conversation: Conversation, *, shared: bool) -> tuple[str, str]:
        """The stem and the suffix for a conversation: those of the file it came from, with the suffix of the form.

        Args:
            conversation: what is to be written.
            shared: several conversations came from files of this name, so the title tells them apart.
        """
        source = clean_name(conversation.origin.source or "")
        title = clean_name(re.sub(r"[/\\]", "_", conversation.title or conversation.id or ""))
        stem, suffix = self._split(source)
        if shared and title:
            stem = f"{stem}-{title}" if stem else title
        return self.reserve(_shorten(stem or title or "chat"), suffix).removesuffix(suffix), suffix

    def _split(self, source: str) -> tuple[str, str]:
        """The stem and the suffix to write with; a suffix of the writer is kept."""
        if source.lower().endswith(".gz"):
            source = source[:-3]
        for suffix in filter(None, self._suffixes):
            if source.lower().endswith(suffix):
                return source[: -len(suffix)], source[-len(suffix) :]
        return _SUFFIX.sub("", source), self._suffixes[0]

    def reserve(self, stem: str, suffix: str) -> str:
        """A name that nothing else has, numbered where it is taken; upper and lower case count as the same."""
        number, name = 1, f"{stem}{suffix}"
        while (key := _key(name)) in self._taken:
            number += 1
            name = f"{stem}-{number}{suffix}"
        self._taken.add(key)
        return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
