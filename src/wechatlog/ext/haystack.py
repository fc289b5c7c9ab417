"""Chats as documents of Haystack.

Without `from __future__ import annotations`: Haystack reads the types of `run` as they stand.
"""

from pathlib import Path
from typing import Any

import wechatlog
from wechatlog.errors import needs_extra
from wechatlog.ext.documents import iter_chunks

with needs_extra("haystack", what="documents of Haystack"):
    from haystack import Document, component

__all__ = ["ChatToDocuments"]


@component
class ChatToDocuments:
    """A component that converts chats to documents, a chunk each; a person has one pseudonym in all sources of a run.

    Args:
        options: those of the writer `llm-chunks`.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options

    @component.output_types(documents=list[Document])
    def run(self, sources: list[str | Path]) -> dict[str, list[Document]]:
        """Convert the files, folders and ZIPs of these paths."""
        chunks = iter_chunks(wechatlog.load_archive(sources), **self.options)
        return {"documents": [Document(id=chunk.id, content=chunk.text, meta=chunk.metadata) for chunk in chunks]}
