"""Chats as documents of LlamaIndex."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wechatlog.errors import needs_extra
from wechatlog.ext.documents import Chats, iter_chunks

with needs_extra("llamaindex", what="documents of LlamaIndex"):
    from llama_index.core.readers.base import BaseReader
    from llama_index.core.schema import Document


__all__ = ["ChatReader"]


class ChatReader(BaseReader):
    """Reads chats as documents, a chunk each; `load_data` gives them as a list."""

    def lazy_load_data(self, chats: Chats, **options: Any) -> Iterator[Document]:
        """The documents, one after the other.

        Args:
            chats: a path, a conversation, or several.
            options: those of the writer `llm-chunks`.
        """
        for chunk in iter_chunks(chats, **options):
            yield Document(id_=chunk.id, text=chunk.text, metadata=chunk.metadata)
