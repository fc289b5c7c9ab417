"""What an input is: the readers whose signature it has are asked, and the surest wins.

Content decides before the suffix. A reader says only what it thinks of its own format; who wins, and what somebody is
told of a file that nobody takes, is decided here alone. What no reader takes may hold something that one does: a
document the text in it.
"""

from __future__ import annotations

import functools
import importlib
import re
import weakref
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from wechatlog.engine.protocol import Evidence, Head, Reader, Refusal
from wechatlog.errors import (
    NOT_RECOGNISED,
    AmbiguousFormatError,
    MissingExtraError,
    RefusedFormatError,
    UnknownFormatError,
    WechatlogError,
)
from wechatlog.readers import READERS, SPACED, FormatRow
from wechatlog.registry import as_reader, containers_of, find_reader, reader_names, registered_readers

if TYPE_CHECKING:
    from wechatlog.engine.inside import InsideReader
    from wechatlog.source import Source

_ROWS: Final = {row.name: row for row in READERS}
_TIE: Final = 0.05
"""Confidences closer than this are a tie."""


@attrs.frozen
class Detection:
    """What an input is.

    Attributes:
        format: the name of the reader.
        confidence: 0 to 1.
        reason: why, in a clause.

    Example:
        >>> found = wechatlog.detect("examples/reading-club.jsonl")
        >>> found.format, found.confidence
        ('jsonl', 1.0)
    """

    format: str
    confidence: float
    reason: str


_LINED: Final = frozenset({"text", "csv", "html"})
"""Containers whose messages have lines."""
_TEXTS: Final = _LINED | {"json", "jsonl", "js"}


@functools.cache
def _pattern(row: FormatRow) -> re.Pattern[str]:
    return re.compile("\n" + row.lines)


@functools.cache
def _openings() -> re.Pattern[str]:
    parts = (f"(?P<{row.name.replace('-', '_')}>{row.opening})" for row in READERS if row.opening)
    return re.compile(rf"[ \t\n]*+(?:{'|'.join(parts)})", re.VERBOSE)


def _opens(head: Head) -> Reader | None:
    """The reader of an input that begins as one format alone does; readers added at run time are to be asked too."""
    if registered_readers() or (match := _openings().match(head.text)) is None:
        return None
    return find_reader(str(match.lastgroup).replace("_", "-"))


def _admits(row: FormatRow, head: Head) -> bool:
    """Whether an input has the signature of a format."""
    if head.containers.isdisjoint(row.containers):
        return False
    if head.containers.isdisjoint(_TEXTS):
        return True
    text = head.text
    if row.marks and not any(all(word in text for word in words.split()) for words in row.marks.split(" | ")):
        return False
    return not row.lines or _pattern(row).search("\n" + text) is not None


_NO_FORMAT: Final = {
    "empty": "the file is empty",
    "binary": "these are binary data of no known kind",
    "html": "this page is no chat export that is known",
    "zip": "this ZIP holds files; load and load_archive read the chats among them",
    "sqlite": "this database is no WeChat database that is known",
    "ole": "this old Excel file is no chat export that is known",
    "parquet": "this Parquet file has no columns time, sender and text of messages",
    "arrow": "this Arrow file has no columns time, sender and text of messages",
    "json": "this JSON is no chat export that is known",
    "jsonl": "these JSON lines are no chat export that is known",
    "js": "this script is no chat export that is known",
}


_NO_HEADER: Final = "no known format: no line looks like a message header"

_SIGNATURES: Final = (
    (b"%PDF-", "this is a PDF, and its pages are no messages"),
    (b"\x89PNG\r\n", "this is a picture (PNG)"),
    (b"\xff\xd8\xff", "this is a picture (JPEG)"),
    (b"GIF8", "this is a picture (GIF)"),
    (b"Rar!\x1a\x07", "this is a RAR archive; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7z archive; unpack it first"),
    (b"{\\rtf", "this is a document in RTF; save it as .docx or as plain text, and read that"),
)
_OFFICE: Final = (
    ("word/", "this is a Word document and no chat export that is known"),
    ("xl/", "no sheet of this workbook is a chat export that is known"),
    ("ppt/", "these are slides and no chat export"),
)

_OPEN_DOCUMENT: Final = "this is an OpenDocument file; save it as .docx, .xlsx or plain text, and read that"
_OLD_WORD: Final = "this is a document of an old Word (.doc); save it as .docx or as plain text, and read that"
_OLD_WORD_PART: Final = "WordDocument".encode("utf-16-le")


def office_document(source: Source) -> str | None:
    """Why a document of an office program, which is a ZIP inside, is no chat; `None` for other ZIPs."""
    from wechatlog.zips import open_zip  # with the library for ZIPs

    try:
        with open_zip(source) as archive:
            names = archive.namelist()
    except (WechatlogError, OSError):
        return None
    if "[Content_Types].xml" not in names:
        return _OPEN_DOCUMENT if {"mimetype", "content.xml", "META-INF/manifest.xml"} <= set(names) else None
    return next((text for folder, text in _OFFICE if any(name.startswith(folder) for name in names)), None)


def _why_unknown(head: Head) -> str:
    """What an input is that no reader takes, as far as its bytes tell."""
    for signature, text in _SIGNATURES:
        if head.data.startswith(signature):
            return text
    if "zip" in head.containers and (text := office_document(head.source) or ""):
        return text
    if "ole" in head.containers and (head.suffix == ".doc" or _OLD_WORD_PART in head.data):
        return _OLD_WORD
    known = (text for key, text in _NO_FORMAT.items() if key in head.containers)
    reason = next(known, _NO_HEADER)
    if "text" in head.containers:
        from wechatlog.tokenizer import offer_template

        template = offer_template(line for line in head.lines if line.strip())
        if template and not set("'\\\n") & set(template):  # it can be typed as it stands
            described = "if its lines are messages, describe them: --text-format"
            return f"no known format; {described} '{template}', in Python format=wechatlog.text_format('{template}')"
    if reason is _NO_HEADER:
        return f"{reason}; lines of messages of any other shape can be described with --text-format"
    return reason


def detect_reader(source: Source, encoding: str | None = None) -> tuple[Reader, Detection]:
    """The reader of an input, from its first bytes; content decides before the suffix.

    Raises:
        UnknownFormatError: where no reader takes it.
        RefusedFormatError: where it was recognised as something that is no chat.
        AmbiguousFormatError: where several readers take it equally well.
        MissingExtraError: where no reader takes it, and one could not look without an optional library.
    """
    known = _detected.get(source)
    if known is not None and known[0] == encoding:
        return known[1:]
    found = _detect(Head.of(source, encoding))
    _detected[source] = (encoding, *found)
    return found


_detected: Final[weakref.WeakKeyDictionary[Source, tuple[str | None, Reader, Detection]]] = weakref.WeakKeyDictionary()
"""What was found out of an input that is still in use: nobody looks twice."""


def open_format(source: Source, format: str | Reader | None, encoding: str | None = None) -> Reader:  # noqa: A002
    """The reader that a user named, or that of the input; of a document, the one of what stands in it.

    Raises:
        WechatlogError: as `detect_reader` and `find_reader`.
        TypeError: for a format that is neither a name nor a reader.
    """
    if format is None:
        return detect_reader(source, encoding)[0]
    known = _detected.get(source)
    if known is not None and known[0] == encoding and known[1] is format:
        return known[1]
    reader = as_reader(format)
    containers = containers_of(reader.name) or ("text",)
    for outer in _OUTER:
        if outer.fits(containers) and outer.start.match(source.head()):
            head = Head.of(source, encoding)
            kind = outer.load()
            if kind.holds(head) and not isinstance(reader, kind) and not isinstance(reader.detect(head), Evidence):
                return kind(reader)
    return reader


def is_dense(reader: Reader) -> bool:
    """Whether some lines of each message stand close together in whole files; if none do, line ends were doubled."""
    containers = containers_of(reader.name) or ()
    return "jsonl" not in containers and not _LINED.isdisjoint(containers) and reader.name not in SPACED


class _Outer(NamedTuple):
    """Something that holds what is read by the reader of another format.

    Attributes:
        target: `module:attribute` of its `InsideReader`.
        start: the bytes that it may begin with.
        inner: containers that the formats in it can be in.
    """

    target: str
    start: re.Pattern[bytes]
    inner: frozenset[str]

    def fits(self, containers: tuple[str, ...]) -> bool:
        """Whether a format of these containers can stand in it."""
        return not self.inner.isdisjoint(containers)

    def load(self) -> type[InsideReader]:
        module, _, name = self.target.partition(":")
        kind: type[InsideReader] = getattr(importlib.import_module(module), name)
        return kind


_OUTER: Final = (
    _Outer("wechatlog.engine.document_text:DocumentReader", re.compile(b"PK"), _LINED),
    _Outer("wechatlog.engine.yaml_text:YamlReader", re.compile(rb"(?:\xef\xbb\xbf)?[^\[{]"), frozenset({"json"})),
)


def _find_inside(head: Head) -> tuple[Reader, Detection] | None:
    """The reader of what stands in an input that no reader takes.

    Raises:
        UnknownFormatError: where no reader takes what stands in a document.
        RefusedFormatError: where it is no chat, or was written for reading only.
        MissingExtraError: where it cannot be looked into without an optional library.
    """
    for outer in _OUTER:
        if not outer.start.match(head.data) or not (kind := outer.load()).holds(head):
            continue
        reason = ""
        for inner in kind.heads(head):
            try:
                reader, found = _detect(inner)
            except UnknownFormatError as error:
                reason = error.reason
                continue
            return kind(reader), attrs.evolve(found, reason=f"in {kind.what}: {found.reason}")
        if kind.is_certain:
            raise UnknownFormatError(head.source.label, f"{kind.what} in which no chat is found: {reason}")
    return None


def _detect(head: Head) -> tuple[Reader, Detection]:
    source = head.source
    if (sure := _opens(head)) is not None and isinstance(verdict := sure.detect(head), Evidence):
        return sure, Detection(sure.name, verdict.confidence, verdict.reason)
    found: list[tuple[float, Reader, str]] = []
    openings: list[tuple[float, Reader, str]] = []
    refused: list[tuple[float, Reader, str]] = []
    others: dict[str, str] = {}
    missing: MissingExtraError | None = None
    for name in reader_names():
        if containers_of(name) is not None and not _admits(_ROWS[name], head):
            continue
        reader = find_reader(name)
        try:
            verdict = reader.detect(head)
        except MissingExtraError as error:
            missing = missing or error
            continue
        except Exception as error:  # noqa: BLE001 - one reader's fault must not keep the others from looking
            others[reader.name] = f"failed to look at it: {error!r}"
            continue
        if isinstance(verdict, Refusal):
            refused.append((verdict.confidence, reader, verdict.reason))
        elif verdict is not None:
            bonus = 0.01 if head.suffix in reader.suffixes else 0.0
            found.append((min(1.0, verdict.confidence) + bonus, reader, verdict.reason))
            openings += found[-1:] if verdict.opening else []
        else:
            others[reader.name] = NOT_RECOGNISED
    if len(openings) == 1:
        found, refused = openings, []
    best = max((entry[0] for entry in found), default=0.0)
    if refused and max(entry[0] for entry in refused) >= best:
        _, reader, reason = max(refused, key=lambda entry: entry[0])
        raise RefusedFormatError(source.label, reader.name, reason)
    winners = [entry for entry in found if entry[0] > best - _TIE]
    if len(winners) > 1:
        raise AmbiguousFormatError(source.label, {entry[1].name: entry[2] for entry in winners})
    if not winners and (inside := _find_inside(head)) is not None:
        return inside
    if not winners and missing is not None:
        raise missing
    if not winners:
        raise UnknownFormatError(source.label, _why_unknown(head), others)
    confidence, reader, reason = winners[0]
    return reader, Detection(reader.name, min(1.0, confidence), reason)
