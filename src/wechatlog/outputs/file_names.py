"""File names for conversations that are written into a folder.

Names come from archives that anybody may have made: they never leave the folder, hide, or fall on each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from wechatlog.content.file_names import clean_name, free_name, name_key
from wechatlog.model import Conversation
from wechatlog.writers.base import Writer, is_folder_writer

_SUFFIX: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
_LONGEST: Final = 180


class Namer:
    """Gives the files of a run names of their own, with the suffix of a writer; none of those that are taken."""

    def __init__(self, writer: Writer, taken: Iterable[str] = ()) -> None:
        self._suffixes = ("",) if is_folder_writer(writer) else tuple(writer.suffixes) or (f".{writer.name}",)
        self._taken = {name_key(name) for name in taken}

    def choose(self, conversation: Conversation, *, shared: bool) -> tuple[str, str]:
        """The stem and the suffix for a conversation: those of the file it came from, with the suffix of the form.

        Where several conversations came from files of this name (`shared`), the title tells them apart.
        """
        source = clean_name(conversation.origin.source or "")
        title = clean_name(re.sub(r"[/\\]", "_", conversation.title or conversation.id or ""))
        stem, suffix = self._split(source)
        if shared and title:
            stem = f"{stem}-{title}" if stem else title
        short = (stem or title or "chat").encode()[:_LONGEST].decode(errors="ignore")
        return self.reserve(short, suffix).removesuffix(suffix), suffix

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
        return free_name(stem, self._taken, suffix)
