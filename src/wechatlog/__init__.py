r"""wechatlog: any WeChat chat archive in, one immutable model, any form out.

    >>> import wechatlog
    >>> conversation = wechatlog.loads("> 2026-05-01 09:00:00  李四  \n   \n早上好[微笑]  \n   \n")
    >>> print(conversation[0])
    2026-05-01 09:00:00 李四: 早上好[微笑]

Everything public is listed in `__all__`.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wechatlog.api import (
        MessageStream,
        detect,
        iter_messages,
        load,
        load_archive,
        loads,
        mark,
        scan,
    )
    from wechatlog.detection import Detection
    from wechatlog.diagnostics import Diagnostic, Origin, Severity
    from wechatlog.engine.parts import Part
    from wechatlog.errors import (
        AmbiguousFormatError,
        FormatError,
        MissingExtraError,
        MultipleConversationsError,
        OptionError,
        RefusedFormatError,
        SlowPatternError,
        UnknownFormatError,
        WechatlogError,
        WriteError,
    )
    from wechatlog.ext.frame import from_frame
    from wechatlog.inputs.archive import Archive
    from wechatlog.inputs.mark import Mark
    from wechatlog.inputs.parts import split
    from wechatlog.inputs.scan import Scan
    from wechatlog.model import Conversation, Message, MessageKind, Metadata, Participant
    from wechatlog.outputs.file import dump, dumps
    from wechatlog.outputs.folder import WrittenFile, dump_archive
    from wechatlog.readers.text_format import text_format
    from wechatlog.registry import FormatInfo, formats, register_reader, register_writer
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
    "Mark",
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
    "Part",
    "Participant",
    "Quote",
    "RedPacket",
    "RefusedFormatError",
    "Scan",
    "Segment",
    "Severity",
    "SlowPatternError",
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
    "mark",
    "parse_segments",
    "register_reader",
    "register_segment_rule",
    "register_writer",
    "scan",
    "split",
    "text_format",
    "tokenize",
]

__version__ = "0.1.0"

# Everything is imported when it is first asked for: importing the package costs next to nothing, and a script that
# only detects a format does not pay for the writers.
_MODULES = {
    "api": "MessageStream detect iter_messages load load_archive loads mark scan",
    "inputs.archive": "Archive",
    "engine.parts": "Part",
    "inputs.mark": "Mark",
    "inputs.parts": "split",
    "inputs.scan": "Scan",
    "diagnostics": "Diagnostic Origin Severity",
    "errors": "AmbiguousFormatError FormatError MissingExtraError MultipleConversationsError OptionError "
    "RefusedFormatError SlowPatternError UnknownFormatError WechatlogError WriteError",
    "outputs.file": "dump dumps",
    "outputs.folder": "WrittenFile dump_archive",
    "ext.frame": "from_frame",
    "model": "Conversation Message MessageKind Metadata Participant",
    "readers.text_format": "text_format",
    "detection": "Detection",
    "registry": "FormatInfo formats register_reader register_writer",
    "segments": "Call Card Emoji File Forward Image Link Location Mention MiniProgram Quote RedPacket Segment "
    "Sticker Text Transfer Video Voice parse_segments register_segment_rule",
    "tokenizer": "Token TokenKind tokenize",
}


def _lazily(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of a package that imports its names when they are first asked for.

    Args:
        package: its name.
        modules: the names that each of its modules gives, with blanks between them.
    """
    home = {name: module for module, names in modules.items() for name in names.split()}

    def get(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{home[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return get


__getattr__ = _lazily(__name__, _MODULES)


def __dir__() -> list[str]:
    """What is public; not the modules that happen to be imported."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__") and name.endswith("__"))})
