r"""wechatlog: any WeChat chat archive in, one immutable model, any form out.

    >>> import wechatlog
    >>> conversation = wechatlog.loads("> 2026-05-01 09:00:00  李四  \n   \n早上好[微笑]  \n   \n")
    >>> print(conversation[0])
    2026-05-01 09:00:00 李四: 早上好[微笑]

Everything public is listed in `__all__`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wechatlog.api import (
        MessageStream,
        detect,
        dump,
        dumps,
        iter_messages,
        load,
        load_archive,
        loads,
    )
    from wechatlog.diagnostics import Diagnostic, Origin, Severity
    from wechatlog.errors import (
        AmbiguousFormatError,
        FormatError,
        MissingExtraError,
        MultipleConversationsError,
        OptionError,
        RefusedFormatError,
        UnknownFormatError,
        WechatlogError,
        WriteError,
    )
    from wechatlog.ext.frame import from_frame
    from wechatlog.inputs.archive import Archive
    from wechatlog.model import Conversation, Message, MessageKind, Metadata, Participant
    from wechatlog.outputs.folder import WrittenFile, dump_archive
    from wechatlog.readers.text_format import text_format
    from wechatlog.registry import Detection, FormatInfo, formats, register_reader, register_writer
    from wechatlog.segments import (
        Call,
        Card,
        Emoji,
        File,
        Forward,
        Image,
        Link,
        Location,
        Mention,
        MiniProgram,
        Quote,
        RedPacket,
        Segment,
        Sticker,
        Text,
        Transfer,
        Video,
        Voice,
        parse_segments,
        register_segment_rule,
    )
    from wechatlog.tokenizer import Token, TokenKind, tokenize

__all__ = [
    "AmbiguousFormatError",
    "Archive",
    "Call",
    "Card",
    "Conversation",
    "Detection",
    "Diagnostic",
    "Emoji",
    "File",
    "FormatError",
    "FormatInfo",
    "Forward",
    "Image",
    "Link",
    "Location",
    "Mention",
    "Message",
    "MessageKind",
    "MessageStream",
    "Metadata",
    "MiniProgram",
    "MissingExtraError",
    "MultipleConversationsError",
    "OptionError",
    "Origin",
    "Participant",
    "Quote",
    "RedPacket",
    "RefusedFormatError",
    "Segment",
    "Severity",
    "Sticker",
    "Text",
    "Token",
    "TokenKind",
    "Transfer",
    "UnknownFormatError",
    "Video",
    "Voice",
    "WechatlogError",
    "WriteError",
    "WrittenFile",
    "detect",
    "dump",
    "dump_archive",
    "dumps",
    "formats",
    "from_frame",
    "iter_messages",
    "load",
    "load_archive",
    "loads",
    "parse_segments",
    "register_reader",
    "register_segment_rule",
    "register_writer",
    "text_format",
    "tokenize",
]

__version__ = "0.1.0"

# Everything is imported when it is first asked for: importing the package costs next to nothing, and a script that
# only detects a format does not pay for the writers.
_MODULES = {
    "wechatlog.api": ("MessageStream", "detect", "dump", "dumps", "iter_messages", "load", "load_archive", "loads"),
    "wechatlog.inputs.archive": ("Archive",),
    "wechatlog.diagnostics": ("Diagnostic", "Origin", "Severity"),
    "wechatlog.errors": (
        "AmbiguousFormatError",
        "FormatError",
        "MissingExtraError",
        "MultipleConversationsError",
        "OptionError",
        "RefusedFormatError",
        "UnknownFormatError",
        "WechatlogError",
        "WriteError",
    ),
    "wechatlog.outputs.folder": ("WrittenFile", "dump_archive"),
    "wechatlog.ext.frame": ("from_frame",),
    "wechatlog.model": ("Conversation", "Message", "MessageKind", "Metadata", "Participant"),
    "wechatlog.readers.text_format": ("text_format",),
    "wechatlog.registry": ("Detection", "FormatInfo", "formats", "register_reader", "register_writer"),
    "wechatlog.segments": (
        "Call",
        "Card",
        "Emoji",
        "File",
        "Forward",
        "Image",
        "Link",
        "Location",
        "Mention",
        "MiniProgram",
        "Quote",
        "RedPacket",
        "Segment",
        "Sticker",
        "Text",
        "Transfer",
        "Video",
        "Voice",
        "parse_segments",
        "register_segment_rule",
    ),
    "wechatlog.tokenizer": ("Token", "TokenKind", "tokenize"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(module), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
