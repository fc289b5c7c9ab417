"""Chats as documents of LangChain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wechatlog.errors import needs_extra
from wechatlog.ext.documents import Chats, iter_chunks

with needs_extra("langchain", what="documents of LangChain"):
    from langchain_core.document_loaders import BaseLoader
    from langchain_core.documents import Document


__all__ = ["ChatLoader"]


class ChatLoader(BaseLoader):
    """Loads chats as documents, a chunk each.

    Args:
        chats: a path, a conversation, or several.
        options: those of the writer `llm-chunks`.
    """

    def __init__(self, chats: Chats, **options: Any) -> None:
        self._chats, self._options = chats, options

    def lazy_load(self) -> Iterator[Document]:
        """The documents, one after the other."""
        for chunk in iter_chunks(self._chats, **self._options):
            yield Document(id=chunk.id, page_content=chunk.text, metadata=chunk.metadata)
