"""The plug-in of MarkItDown: chats become transcripts, with pseudonyms by default.

MarkItDown finds it by the entry point `markitdown.plugin`, and uses it where plug-ins are enabled. It takes what
`wechatlog.detect` is sure of, and leaves everything else to the converters of MarkItDown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

import wechatlog
from wechatlog.errors import needs_extra

with needs_extra("markitdown", what="the plug-in of MarkItDown"):
    from markitdown import DocumentConverter, DocumentConverterResult

if TYPE_CHECKING:
    from markitdown import MarkItDown, StreamInfo

__all__ = ["ChatConverter", "register_converters"]

__plugin_interface_version__ = 1

_FORM: Final = "llm-markdown"
_SURE: Final = 0.8
"""Confidence of detection from which on a file is taken for a chat."""


def register_converters(markitdown: MarkItDown, **_options: Any) -> None:
    """Give MarkItDown the converter; called by it."""
    markitdown.register_converter(ChatConverter())


class ChatConverter(DocumentConverter):
    """Converts chats; what `convert` is given beside the file may be options of the writer `llm-markdown`."""

    def accepts(self, file_stream: BinaryIO, stream_info: StreamInfo, **_options: Any) -> bool:
        """Whether it is a chat, by its content."""
        position = file_stream.tell()
        try:
            return wechatlog.detect(stream_info.local_path or file_stream).confidence >= _SURE
        except (wechatlog.WechatlogError, OSError):
            return False
        finally:
            file_stream.seek(position)

    def convert(self, file_stream: BinaryIO, stream_info: StreamInfo, **options: Any) -> DocumentConverterResult:
        """The transcript of all chats in it; a `WechatlogError` where none of them can be read."""
        archive = wechatlog.load_archive(stream_info.local_path or file_stream)
        conversations = list(archive)
        if not conversations:
            raise wechatlog.FormatError("; ".join(note.message for note in archive.diagnostics) or "no chat in it")
        known = {
            name
            for info in wechatlog.formats()
            if (info.role, info.name) == ("writer", _FORM)
            for name, _ in info.options
        }
        chosen = {name: value for name, value in options.items() if name in known}
        return DocumentConverterResult(wechatlog.dumps(conversations, _FORM, **chosen))
