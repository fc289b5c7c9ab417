"""Chats as documents for retrieval: what the adapters to other libraries have in common. Imports none of them.

The one chunker is the writer `llm-chunks`; its options are theirs, and pseudonyms are the default here too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

import wechatlog

Chats: TypeAlias = "str | os.PathLike[str] | wechatlog.Conversation | Iterable[wechatlog.Conversation]"


class Chunk(NamedTuple):
    """A chunk of a chat.

    Attributes:
        id: the same for the same content.
        text: a transcript.
        metadata: conversation, start, end, participants, messages, tokens and what else the writer says; flat, without
            empty values, so that every store takes it.
    """

    id: str
    text: str
    metadata: dict[str, str | int]


def iter_chunks(chats: Chats, **options: Any) -> Iterator[Chunk]:
    """The chunks of some chats: a file, a folder, a ZIP or a glob; a conversation, or several.

    Options are those of the writer `llm-chunks`, errors those of `load_archive` and `dumps`.
    """
    found = wechatlog.load_archive(chats) if isinstance(chats, str | os.PathLike) else chats
    for line in wechatlog.dumps(found, "llm-chunks", **options).split("\n"):
        if line:
            row = json.loads(line)
            known = ((name, value) for name, value in row.items() if value is not None)
            flat = {name: ", ".join(value) if isinstance(value, list) else value for name, value in known}
            yield Chunk(row.pop("id"), row.pop("text"), flat)
