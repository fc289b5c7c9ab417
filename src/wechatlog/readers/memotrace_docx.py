"""MemoTrace 1 to 3 as Word documents of some hundred messages each, `<remark>_1.docx` and so on.

A message is a table of one row: at the left the avatar and at the right what was said, or the other way round for the
owner's own. A time stands centred above the first message of five minutes, a notice is centred as well. In groups,
version 3 writes the name above the words; version 1 never, and in private chats nobody does: there the other one is
whom the file is named after. A reply has the words that it answers in a second paragraph, as `name:words`; a link is a
table in the cell. Pictures are in the document, voices and files are placeholders in brackets (`【语音】`).

Format facts: `app/util/exporter/exporter_docx.py` of MemoTrace 1, `exporter/exporter_docx.py` of MemoTrace 3.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

import attrs

from wechatlog.content.notices import read_notice
from wechatlog.content.placeholders import quote_segments
from wechatlog.diagnostics import Severity
from wechatlog.engine import ME, NOTICES, Entry, Evidence, Format, Head, Reading
from wechatlog.engine.documents import Cell, Paragraph, Row, document_author, is_document, iter_blocks
from wechatlog.model import MessageKind
from wechatlog.readers.memotrace_bodies import EXPORTER, read_v3_body
from wechatlog.segments import Image, Link, Segment, Text
from wechatlog.timestamps import Precision

_CLOCK: Final = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\s*")
_NUMBER: Final = re.compile(r"(?:_[0-9]+)?(?: ?\([0-9]+\))?\Z")
_AVATAR_WIDTH: Final = 720
_LOOKED_AT: Final = 40
_ROUGH: Final = "the document gives one time for all messages of five minutes; those that follow it have it too"
_NAMELESS: Final = (
    "the document names nobody; what stands at the left is taken for words of whom the file is called after"
)


@attrs.define
class _Survey:
    avatars: set[str] = attrs.field(factory=set)
    plain: int = 0
    named: int = 0

    def add(self, row: Row) -> None:
        own, avatar, content = _sides(row)
        if not own:
            self.avatars.update(avatar.pictures)
        if len(content.paragraphs) == 1 and not content.tables:
            self.plain += 1
            self.named += "\n" in content.paragraphs[0].text

    @property
    def has_names(self) -> bool:
        """Whether a name stands above the words: every message has two lines at least."""
        return self.plain > 1 and self.named == self.plain

    @property
    def is_group(self) -> bool | None:
        return True if self.has_names or len(self.avatars) > 1 else None


def _is_message(block: Paragraph | Row) -> bool:
    return isinstance(block, Row) and len(block.cells) == 2


def _sides(row: Row) -> tuple[bool, Cell, Cell]:
    """Whether the message is the owner's, the cell of the avatar and that of the words."""
    left, right = row.cells
    own = row.right
    if own is None:
        own = right.width == _AVATAR_WIDTH if _AVATAR_WIDTH in (left.width, right.width) else bool(right.pictures)
    return (True, right, left) if own else (False, left, right)


def _entries(reading: Reading) -> Iterator[Entry]:
    survey = _Survey()
    for block in iter_blocks(reading.source, lambda *_: None):
        if isinstance(block, Row) and _is_message(block):
            survey.add(block)
    chat, name = reading.chat, (reading.source.name or "").rpartition(".")[0]
    chat.title, chat.is_group = _NUMBER.sub("", name) or None, survey.is_group
    people: dict[str, str] = {}
    other = None if survey.is_group else chat.title
    if other is not None:
        reading.tell_first("names-by-side", _NAMELESS, None)
    time: dt.datetime | None = None
    fresh = False
    for block in iter_blocks(reading.source, lambda code, text: reading.report(code, text, severity=Severity.ERROR)):
        if isinstance(block, Paragraph):
            text = block.text.strip()
            if _CLOCK.fullmatch(text):
                (time, _), fresh = reading.clock(text), True
            elif text:
                yield Entry(None, time, _precision(reading, fresh=fresh), None, None, None,
                            read_notice(text) or MessageKind.SYSTEM, text)  # fmt: skip
                fresh = False
        elif _is_message(block):
            yield _entry(reading, block, time, people, other, fresh=fresh, named=survey.has_names)
            fresh = False
        elif text := "\n".join(paragraph.text for cell in block.cells for paragraph in cell.paragraphs).strip():
            reading.tell("unknown-kind", "a table that is no message of this format was kept as its text", None)
            yield Entry(None, time, "minute", None, None, None, MessageKind.OTHER, text)


def _precision(reading: Reading, *, fresh: bool) -> Precision:
    if not fresh:
        reading.tell_first("rough-times", _ROUGH, None)
    return "second" if fresh else "minute"


def _entry(
    reading: Reading,
    row: Row,
    time: dt.datetime | None,
    people: dict[str, str],
    other: str | None,
    *,
    fresh: bool,
    named: bool,
) -> Entry:
    own, avatar, content = _sides(row)
    face = next(iter(avatar.pictures), "")
    first = content.paragraphs[0].text if content.paragraphs else ""
    sender = None
    if named and len(content.paragraphs) == 1 and not content.tables:
        sender, _, first = first.partition("\n")
        people.setdefault(face, sender)
    sender = sender or people.get(face) or (reading.owner or ME if own else other)
    kind, text, segments = _body(reading, content, first, time)
    own_flag = None if kind in NOTICES else own
    return Entry(None, time, _precision(reading, fresh=fresh), sender, None, own_flag, kind, text, segments)


def _body(
    reading: Reading, content: Cell, first: str, time: dt.datetime | None
) -> tuple[MessageKind, str, tuple[Segment, ...] | None]:
    if content.tables:
        return _link(content)
    if content.pictures:
        return MessageKind.IMAGE, first.strip(), (Image(raw=first.strip()),)
    if len(content.paragraphs) > 1:
        name, colon, quoted = content.paragraphs[1].text.partition(":")
        return MessageKind.QUOTE, first, quote_segments(first, name if colon else None, quoted if colon else name)
    if not first.strip():
        return MessageKind.IMAGE, "", (Image(),)  # version 1 leaves the cell of a picture empty that it does not find
    return read_v3_body(reading, first, time, None)


def _link(content: Cell) -> tuple[MessageKind, str, tuple[Segment, ...]]:
    """A link: the title with its address, then what the page says of itself and the name of the app."""
    lines = [paragraph for cell in content.tables for paragraph in cell if paragraph.text.strip()]
    title = lines[0].text if lines else ""
    address = next((address for paragraph in lines for address in paragraph.links), None)
    rest = "".join(f"\n{paragraph.text}" for paragraph in lines[1:])
    link = Link(address, title or None, raw=title)
    return MessageKind.LINK, title + rest, (link, Text(rest)) if rest else (link,)


def _detect(head: Head) -> Evidence | None:
    if not is_document(head.source):
        return None
    blocks = []
    for block, _ in zip(iter_blocks(head.source, lambda *_: None), range(_LOOKED_AT), strict=False):
        blocks.append(block)
    if not any(map(_is_message, blocks)):
        return None
    if document_author(head.source) == EXPORTER:
        return Evidence(1.0, "a Word document by MemoTrace with a table for each message")
    if any(isinstance(block, Paragraph) and _CLOCK.fullmatch(block.text) for block in blocks):
        return Evidence(0.9, "a Word document with times above tables of an avatar and words")
    return None


DOCX: Final = Format("memotrace-docx", "MemoTrace (WeChatMsg) 1 to 3, DOCX", ".docx", _detect, _entries, EXPORTER)
