"""Bodies as WeFlow and its kin write them where no column says what a message is, and the faults that show in them.

Takes a body, gives its kind and segments; the faults of the writer go to the reading. Knows no file format.

Format facts: WeFlow 1.0.3 `core/ExportContext.ts` (`formatPlainExportContent`, `getMediaLayout`): an exported
file stands in for its message as `media/[name/]images/…`; notices are written as if somebody had said them, and the
account id of a recall (`<session>`) is glued to the front of the sentence. Its port to Rust writes a notice as
`[系统: …]`; `streamingWriters.ts` (2026) writes contents as the database has them: XML, and in groups the account id of
whoever wrote in front. echotrace leaves the name out of a recall.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePath
from typing import Final

from wechatlog.content.appmsg import parse_markup
from wechatlog.content.dialects.weflow import WEFLOW
from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import read_placeholder
from wechatlog.content.vocabulary import kind_of_local_type, kind_of_name
from wechatlog.content.weflow import build_segments, has_lost_prefix, has_template, strip_frame
from wechatlog.engine import NOTICES, Reading, one_segment
from wechatlog.engine.entry import Body
from wechatlog.model import MessageKind

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
_WRAPPED: Final = re.compile(r"\[(?:系统|System): (?P<text>.*)\]", re.DOTALL)
_GLUED: Final = re.compile(r"(?:wxid_[A-Za-z0-9_-]{4,64}|[0-9]{5,20}@chatroom)(?=[\"“])")
_SENTENCES: Final = re.compile(
    r"你?撤回了一条消息 ?|[^\n]{1,80} 置顶了一条消息|(?:你已添加了|以上是打招呼的)[^\n]{1,100}"
    r"|[^\n]{1,80}刚刚把你添加到通讯录，现在可以开始聊天了。?|消息已发出，但被对方拒收了。?"
    r"|[^\n]{1,80}领取了你的红包|你领取了[^\n]{1,80}的红包|You (?:recalled|withdrew) a message"
)
"""What WeChat itself says without a name in quotes in front; whole sentences that nobody types."""

_MONEY: Final = frozenset({MessageKind.RED_PACKET, MessageKind.TRANSFER})
_FIRST: Final = '"“w你以消撤Y0123456789'
"""What such a sentence can begin with, or else it holds one of these words."""

_WORDS: Final = ("刚刚把你添加", "领取了你的红包", " 置顶了一条消息")

_FRAME: Final = "texts of a group begin with a line end that nobody typed; it was left out"
_CUT: Final = "the text begins with a blank: the writer may have cut off a word and a colon"
_TEMPLATE: Final = "the notice holds a template in place of names"
_CREDITED: Final = "notices are credited to a person, as the writer does it; an account id in front was left out"


def media_kind(path: str) -> MessageKind | None:
    """The kind of a file by the folder that WeFlow puts it into, or `None`."""
    match = _MEDIA.fullmatch(path) if "media" in path and len(path) < 1000 else None
    return _FOLDERS[match["folder"]] if match else None


def notice(text: str) -> tuple[MessageKind, str] | None:
    """A notice that is credited to somebody, and its sentence; only sentences that nobody types count."""
    if text[:1] not in _FIRST and not any(word in text for word in _WORDS):
        return None
    glued = _GLUED.match(text)
    sentence = text[glued.end() :] if glued else text
    if not sentence.startswith(('"', "“")) and not _SENTENCES.fullmatch(sentence):
        return None
    kind = read_notice(sentence)
    return None if kind is None else (kind, sentence)


def unwrap(text: str) -> str:
    """A notice without the brackets that the port to Rust puts round it."""
    match = _WRAPPED.fullmatch(text) if text.startswith("[") else None
    return match["text"] if match else text


def read_body(text: str, zone: dt.tzinfo | None = None) -> Body:
    """Kind and segments of a body without a type: by its placeholder, the path of its file, its sentence, its XML.

    Args:
        text: the body.
        zone: of the conversation, for times inside XML.
    """
    if (said := unwrap(text)) is not text:
        return read_notice(said) or MessageKind.SYSTEM, said, None
    if (built := parse_markup(text, zone=zone)) is not None:
        return built.body
    if (kind := media_kind(text)) is not None:
        name = {"name": re.split(r"[/\\]", text)[-1]} if kind is MessageKind.FILE else {}
        return kind, text, one_segment(kind, text, path=text, **name)
    if (found := read_placeholder(text, WEFLOW)) is not None:
        return found[0], text, found[1]
    return *(notice(text) or (MessageKind.TEXT, text)), None


def typed_body(
    reading: Reading, name: str, number: int | None, text: str, line: int, *, by_text: bool = False, path: str = ""
) -> Body:
    """Kind and segments of a body by the name or the number of its type; what these leave open, the text says.

    Args:
        reading: told of faults of the writer.
        name: of the type.
        number: of the type, where the file has it.
        text: the body.
        line: 1-based line.
        by_text: the text counts for more than that it is called a link, and is all there is without a name.
        path: of its file.
    """
    kind = kind_of_name(name)
    if kind in NOTICES:
        text = unwrap(text)
    if kind is not MessageKind.TEXT and (built := parse_markup(text, zone=reading.zone)):
        return built.body
    if kind in (None, MessageKind.OTHER) and number is not None:
        kind = kind_of_local_type(number)
    if kind in (None, MessageKind.OTHER, MessageKind.LINK):
        found = read_placeholder(text, WEFLOW)
        if found is not None and (by_text or kind is not MessageKind.LINK):
            return found[0], text, found[1]
        if found is not None and found[0] in _MONEY:
            reading.tell("writer-fault", f"a link is rendered as {found[0].value}, since its title names money", line)
        elif kind is not MessageKind.LINK and (said := notice(text)):
            return *said, None
        if by_text and not name:
            return read_body(text)
    kind = reading.kind_of(kind, name, text, line)
    return kind, text, build_segments(kind, text, {"path": path} if path else {})


_SAFE: Final = re.compile(r'[<>:"/\\|?*]')


def _is_room(reading: Reading, name: str) -> bool:
    """Whether a name is that of the group, as the file says it or as the writer calls its files."""
    chat = reading.chat
    if chat.title is not None:
        return chat.is_group is True and name == chat.title
    stem = PurePath(reading.source.name or "").stem
    return stem.startswith("群聊_") and bool(name) and stem[3:].startswith(_SAFE.sub("_", name).rstrip(".").strip())


def unframe(reading: Reading, text: str, line: int | None) -> str:
    """A text of a group without the line end that the writer left in front of it."""
    if text[:1] not in ("\n", "\r"):
        return text
    reading.tell("writer-fault", _FRAME, line, once=True)
    return strip_frame(text)


def credit(reading: Reading, name: str | None, body: Body, line: int | None) -> tuple[str | None, Body]:
    """Who said a body, and the body: nobody where the writer credits it to the group itself, as it does with notices.

    A text of nobody that is no known sentence stays a text, since senders may be missing in the database. Faults of the
    writer that show in the body are told.
    """
    kind, text, segments = body
    name = None if not name or _is_room(reading, name) else name
    if name is None and kind in (MessageKind.TEXT, MessageKind.OTHER):
        said = read_notice(text) or (MessageKind.SYSTEM if kind is MessageKind.OTHER else None)
        kind, segments = (kind, segments) if said is None else (said, None)
    check(reading, kind, text, line, credited=name is not None)
    return name, (kind, text, segments)


def check(reading: Reading, kind: MessageKind, text: str, line: int | None, *, credited: bool = False) -> None:
    """Tell the faults of the writer that show in a body.

    Args:
        reading: of the file.
        kind: of the message.
        text: its body.
        line: 1-based line.
        credited: whether a notice has a sender in this file.
    """
    if kind is MessageKind.TEXT and text[:1] == " " and has_lost_prefix(text):
        reading.report("writer-fault", _CUT, line=line)
    elif kind in NOTICES:
        if credited:
            reading.tell("writer-fault", _CREDITED, line, once=True)
        if has_template(text):
            reading.report("writer-fault", _TEMPLATE, line=line)
