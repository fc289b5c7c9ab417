"""Bodies as WeFlow writes them where no column says what a message is: TXT, Markdown, HTML, CSV, SQL.

Takes a body, gives its kind and segments, and reports the writer's faults that show in it. Knows no file
format.

Format facts: WeFlow 1.0.3 `core/ExportContext.ts` (`formatPlainExportContent`, `getMediaLayout`): an exported
file stands in for its message as `media/[name/]images/…`; notices are written as if somebody had said them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import WEFLOW, read_placeholder
from wechatlog.content.vocabulary import segment_for
from wechatlog.content.weflow import has_lost_prefix, has_template, strip_frame
from wechatlog.diagnostics import Severity
from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from wechatlog.engine.protocol import Context
    from wechatlog.segments.types import Segment

__all__ = ["Body", "FaultWatch", "media_kind", "read_body"]


class Body(NamedTuple):
    """What a message holds."""

    kind: MessageKind
    text: str
    segments: tuple[Segment, ...] | None = None


_MEDIA: Final = re.compile(
    r"(?:[^\n]{0,300}[/\\])?media[/\\](?:[^/\\\n]{1,255}[/\\])?"
    r"(?P<folder>images|voices|videos|emojis|files)[/\\][^/\\\n]{1,255}"
)
_FOLDERS: Final = {
    "images": MessageKind.IMAGE,
    "voices": MessageKind.VOICE,
    "videos": MessageKind.VIDEO,
    "emojis": MessageKind.STICKER,
    "files": MessageKind.FILE,
}
_OWN_RECALLS: Final = frozenset({"你撤回了一条消息", "你撤回了一条消息 "})


def media_kind(path: str) -> MessageKind | None:
    """The kind of a file by the folder that WeFlow puts it into, or `None`."""
    match = _MEDIA.fullmatch(path) if "media" in path and len(path) < 1000 else None
    return _FOLDERS[match["folder"]] if match else None


def _notice_kind(text: str) -> MessageKind | None:
    """The kind of a notice that is credited to somebody; only sentences that nobody types count."""
    if text in _OWN_RECALLS:
        return MessageKind.RECALL
    return read_notice(text) if text.startswith(('"', "“")) else None


def read_body(text: str) -> Body:
    """Kind and segments of a body without a type: by its placeholder, the path of its file, its sentence."""
    if (kind := media_kind(text)) is not None:
        name = {"name": re.split(r"[/\\]", text)[-1]} if kind is MessageKind.FILE else {}
        return Body(kind, text, (segment_for(kind, text, path=text, **name),))
    if (found := read_placeholder(text, WEFLOW)) is not None:
        return Body(found[0], text, found[1])
    return Body(_notice_kind(text) or MessageKind.TEXT, text)


class FaultWatch:
    """Reports the faults of the writer that show in texts, those that concern all of a file only once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._noted: set[str] = set()

    def note(self, key: str, message: str, line: int | None) -> None:
        """Report a habit of the writer, once for the file."""
        if key not in self._noted:
            self._noted.add(key)
            self._context.report("writer-fault", message, severity=Severity.INFO, line=line)

    def unframe(self, text: str, line: int | None) -> str:
        """A text of a group without the line end that the writer left in front of it."""
        if text[:1] not in ("\n", "\r"):
            return text
        self.note("frame", "texts of a group begin with a line end that nobody typed; it was left out", line)
        return strip_frame(text)

    def check(self, kind: MessageKind, text: str, line: int | None, *, credited: bool = True) -> None:
        """Report what shows in a body.

        Args:
            kind: of the message.
            text: its body.
            line: 1-based line.
            credited: whether a notice has a sender in this file.
        """
        if kind is MessageKind.TEXT and has_lost_prefix(text):
            sentence = "the text begins with a blank: the writer may have cut off a word and a colon"
            self._context.report("writer-fault", sentence, line=line)
        elif kind in (MessageKind.SYSTEM, MessageKind.RECALL, MessageKind.PAT):
            if credited:
                self.note("notice", "notices are credited to a person, as the writer does it", line)
            if has_template(text):
                sentence = "the notice holds a template in place of names"
                self._context.report("writer-fault", sentence, line=line)
