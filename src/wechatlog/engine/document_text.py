"""A Word document as the text, or the table, that stands in it: chats that somebody pasted, or a program exported.

Makes of a document a source of text, so that the readers of texts and tables read what a person put into Word. A
paragraph is a line. A picture alone in a paragraph is the line `[图片]`, and the message that it stands in gets its
place in the document. Knows no format.
"""

from __future__ import annotations

import bisect
import csv
import io
import posixpath
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from wechatlog.diagnostics import Severity
from wechatlog.engine.documents import (
    Paragraph,
    Row,
    document_author,
    has_comments,
    is_document,
    iter_blocks,
    picture_files,
)
from wechatlog.engine.head import Head
from wechatlog.engine.inside import InsideReader
from wechatlog.engine.reading import find_times
from wechatlog.errors import RefusedFormatError
from wechatlog.model import Message, MessageKind
from wechatlog.segments import Image
from wechatlog.source import HEAD_SIZE, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.protocol import Batch, Context

_PICTURE: Final = "[图片]"
_LEAST_COLUMNS: Final = 3
_FEWEST_TIMES: Final = 3
"""Times in paragraphs that may be messages."""


class _Problem(NamedTuple):
    """What is told of a document."""

    code: str
    sentence: str
    severity: Severity = Severity.INFO


class _Text(NamedTuple):
    """What stands in a document, as text.

    Attributes:
        source: the document, with the text in place of its bytes.
        pictures: the lines that pictures stand in, in their order, with the path of each from the folder of the
            document on.
        told: what is told of it.
    """

    source: Source
    pictures: tuple[tuple[int, str], ...]
    told: tuple[_Problem, ...]


def _texts(source: Source, most: int | None = None) -> list[_Text]:
    """The document as the table in it, if it has one, and as lines; its first characters only where that is enough."""
    told: list[_Problem] = []
    blocks: list[Paragraph | Row] = []
    size = 0
    for block in iter_blocks(source, lambda code, text: told.append(_Problem(code, text, Severity.ERROR))):
        blocks.append(block)
        size += sum(len(text) + 1 for text, _ in _lines([block]))
        if most is not None and size > most:
            break
    if has_comments(source):
        told.append(_Problem("unread-part", "the comments on the document were not read"))
    files, found = picture_files(source), []
    if table := _table_rows(blocks):
        beside = [block.text for block in blocks if isinstance(block, Paragraph) and block.text.strip()]
        severity = Severity.INFO if find_times("\n".join(beside), _FEWEST_TIMES) is None else Severity.WARNING
        what = _Problem("unread-part", "the paragraphs beside the table were not read", severity)
        found.append(_text(source, _csv_lines(table), files, [*told, what] if beside else told))
    return [*found, _text(source, _lines(blocks), files, told)]


Line = tuple[str, tuple[str, ...]]
"""A piece of text that ends a line, and the relations of the pictures in it."""


def _paragraph_line(paragraph: Paragraph) -> Line:
    text = paragraph.text if paragraph.text.strip() or not paragraph.pictures else ""
    return text or "\n".join(_PICTURE for _ in paragraph.pictures), paragraph.pictures


def _lines(blocks: Iterable[Paragraph | Row]) -> Iterator[Line]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield _paragraph_line(block)
            continue
        for cell in block.cells:
            for inner in (cell.paragraphs, *cell.tables):
                yield from map(_paragraph_line, inner)


def _table_rows(blocks: Iterable[Paragraph | Row]) -> list[Row]:
    """The rows of the tables of a document, if any two have as many cells as each other."""
    rows = [block for block in blocks if isinstance(block, Row) and len(block.cells) >= _LEAST_COLUMNS]
    return rows if len(rows) > len({len(row.cells) for row in rows}) else []


def _csv_lines(rows: Iterable[Row]) -> Iterator[Line]:
    for row in rows:
        cells = [[_paragraph_line(paragraph) for paragraph in cell.paragraphs] for cell in row.cells]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow("\n".join(text for text, _ in cell) for cell in cells)
        yield (
            out.getvalue().removesuffix("\n"),
            tuple(picture for cell in cells for _, pictures in cell for picture in pictures),
        )


def _text(source: Source, lines: Iterable[Line], files: Mapping[str, str], told: Sequence[_Problem]) -> _Text:
    pieces: list[str] = []
    pictures: list[tuple[int, str]] = []
    number = 1
    for text, relations in lines:
        pieces.append(f"{text}\n")
        if source.name is not None:
            named = (files[relation] for relation in relations if relation in files)
            pictures += ((number, posixpath.join(PurePath(source.name or "").name, file)) for file in named)
        number += text.count("\n") + 1
    return _Text(source.with_text("".join(pieces)), tuple(pictures), tuple(told))


@attrs.frozen(eq=False)
class DocumentReader(InsideReader):
    """A reader of texts or tables that reads what stands in a document."""

    where = "in a Word document"
    without = "a Word document in which no chat is found"

    @classmethod
    def holds(cls, head: Head) -> bool:
        """Whether it is a Word document."""
        return is_document(head.source)

    @classmethod
    def heads(cls, head: Head) -> Iterator[Head]:
        """The head of the document as a table, if it has one, and as lines."""
        if document_author(head.source) == "wechatlog":
            raise RefusedFormatError(
                head.source.label, "docx", "written to be read by people; read what it was made from"
            )
        for text in _texts(head.source, 2 * HEAD_SIZE):
            yield Head.of(text.source)

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages in the document, with the places of the pictures in it."""
        *tables, lines = _texts(source)
        text = next((table for table in tables if self.reader.detect(Head.of(table.source)) is not None), lines)
        context.source = text.source
        for code, sentence, severity in text.told:
            context.report(code, sentence, severity=severity)
        batches = list(self.reader.read(text.source, context))  # a document is in memory anyway
        origins = (message.origin for _, messages in batches for message in messages)
        starts = sorted({origin.line for origin in origins if origin.line is not None})
        pictures: dict[int, list[str]] = {}  # those of each message, by the line that it begins on
        for line, path in text.pictures:
            if (place := bisect.bisect_right(starts, line)) > 0:
                pictures.setdefault(starts[place - 1], []).append(path)
        for draft, messages in batches:
            yield draft, [_pictured(message, pictures.pop(message.origin.line or 0, ())) for message in messages]


def _pictured(message: Message, paths: Sequence[str]) -> Message:
    """A message with the pictures that stand in it: one that is a picture is that file, to a text they are added."""
    if not paths:
        return message
    if message.kind is MessageKind.IMAGE and len(message.segments) == 1:
        first, *rest = paths
        picture = Image(path=first, raw=message.text)
        return attrs.evolve(message, segments=(picture, *(Image(path=path) for path in rest)))
    return attrs.evolve(message, segments=(*message.segments, *(Image(path=path) for path in paths)))
