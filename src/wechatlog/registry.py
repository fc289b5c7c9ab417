"""Names to readers and writers, without importing any of them before it is needed.

Built-ins stand in two tables of text; a new format is one row here. Third parties add theirs through the entry points
`wechatlog.readers` and `wechatlog.writers`, or at run time. Detection asks the readers whose container fits; no
reader knows another, so who wins is decided here alone.
"""

from __future__ import annotations

import functools
import importlib
import re
import weakref
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NamedTuple, TypeVar, cast

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
from wechatlog.readers.catalogue import READERS, SPACED, FormatRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.source import Source
    from wechatlog.writers.base import Writer


class _Row(NamedTuple):
    """A built-in: its name, where it is, what its inputs look like (`Head.containers`) or its file suffixes."""

    name: str
    target: str
    keys: tuple[str, ...]


_WRITERS: Final = (
    _Row("markdown", "wechatlog.writers.markdown:WRITER", (".markdown", ".md")),
    _Row("jsonl", "wechatlog.writers.jsonl:WRITER", (".jsonl", ".ndjson")),
    _Row("text", "wechatlog.writers.text:WRITER", (".txt",)),
    _Row("markdown-post", "wechatlog.writers.markdown_post:WRITER", (".post.md",)),
    _Row("json", "wechatlog.writers.jsonl:DOCUMENT", (".json",)),
    _Row("csv", "wechatlog.writers.tables:CSV", (".csv",)),
    _Row("tsv", "wechatlog.writers.tables:TSV", (".tsv", ".tab")),
    _Row("xlsx", "wechatlog.writers.workbook:WRITER", (".xlsx",)),
    _Row("sqlite", "wechatlog.writers.sqlite:WRITER", (".sqlite", ".sqlite3", ".db")),
    _Row("parquet", "wechatlog.writers.columnar:PARQUET", (".parquet",)),
    _Row("arrow", "wechatlog.writers.columnar:ARROW", (".arrow", ".feather")),
    _Row("html", "wechatlog.writers.html:WRITER", (".html", ".htm")),
    _Row("chatlab-json", "wechatlog.writers.chatlab:JSON", (".chatlab.json",)),
    _Row("chatlab-jsonl", "wechatlog.writers.chatlab:JSONL", (".chatlab.jsonl",)),
    _Row("llm-markdown", "wechatlog.writers.llm.markdown:WRITER", (".llm.md",)),
    _Row("llm-chunks", "wechatlog.writers.llm.chunks:WRITER", (".chunks.jsonl",)),
    _Row("openai-chat", "wechatlog.writers.llm.training:OPENAI", (".openai.jsonl",)),
    _Row("sharegpt", "wechatlog.writers.llm.training:SHAREGPT", (".sharegpt.jsonl",)),
    _Row("docx", "wechatlog.writers.docx:WRITER", (".docx",)),
    _Row("pdf", "wechatlog.writers.pdf:WRITER", (".pdf",)),
    _Row("huggingface", "wechatlog.writers.huggingface:WRITER", ()),
    _Row("obsidian", "wechatlog.writers.obsidian:WRITER", ()),
)

_LINES: Final = frozenset({"text", "csv", "html"})
"""Containers whose messages have lines."""

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


@attrs.frozen
class FormatInfo:
    """A reader or a writer.

    Attributes:
        name: for `format=`.
        role: `"reader"` or `"writer"`.
        description: one line.
        suffixes: of its files.
        origin: `"built-in"`, `"run time"`, or the distribution that an entry point came from.
        options: keyword options and what they mean.

    Example:
        >>> info = next(info for info in wechatlog.formats() if info.name == "csv")
        >>> info.role, info.suffixes, info.origin
        ('reader', ('.csv',), 'built-in')
    """

    name: str
    role: Literal["reader", "writer"]
    description: str
    suffixes: tuple[str, ...]
    origin: str
    options: tuple[tuple[str, str], ...] = ()


_T = TypeVar("_T", "Reader", "Writer")


class _Shelf(Generic[_T]):
    """The readers, or the writers."""

    def __init__(self, role: str, rows: tuple[_Row, ...], group: str, protocol: str) -> None:
        self._role = role
        self._rows = {row.name: row for row in rows}
        self._group = group
        self._protocol = protocol
        self._loaded: dict[str, _T] = {}
        self._origins: dict[str, str] = {}
        self._entry_points: dict[str, Any] | None = None

    def register(self, item: _T) -> None:
        """Add at run time; replaces one of the same name."""
        self.check(item)
        self._loaded[item.name] = item
        self._origins[item.name] = "run time"

    def unregister(self, name: str) -> None:
        if self._origins.pop(name, None) is None:
            raise UnknownFormatError(name, f"no {self._role} of that name was registered")
        del self._loaded[name]

    @property
    def registered(self) -> tuple[_T, ...]:
        return tuple(self._loaded[name] for name in self._origins)

    def check(self, item: object) -> None:
        module, _, name = self._protocol.partition(":")
        protocol = getattr(importlib.import_module(module), name)
        if not isinstance(item, protocol):
            missing = [name for name in _members(protocol) if not hasattr(item, name)]
            raise TypeError(f"{item!r} is no {self._role}: it lacks {', '.join(missing)}")

    def _plugins(self) -> dict[str, Any]:
        if self._entry_points is None:
            from importlib.metadata import entry_points  # 55 ms: only when somebody asks

            self._entry_points = {point.name: point for point in entry_points(group=self._group)}
        return self._entry_points

    def names(self) -> list[str]:
        """Every name, built-ins first."""
        return list(dict.fromkeys((*self._rows, *self._plugins(), *self._loaded)))

    def get(self, name: str) -> _T | None:
        if name in self._loaded:
            return self._loaded[name]
        row = self._rows.get(name)
        if row is not None:
            module, _, attribute = row.target.partition(":")
            item = cast("_T", getattr(importlib.import_module(module), attribute))
        elif name in self._plugins():
            item = self._plugins()[name].load()
            item = item() if isinstance(item, type) else item
            self.check(item)
        else:
            return None
        return self._loaded.setdefault(name, item)

    def keys(self, name: str) -> tuple[str, ...] | None:
        """The keys of a built-in's row; `None` for others."""
        if name in self._origins or name not in self._rows:
            return None
        return self._rows[name].keys

    def origin(self, name: str) -> str:
        if name in self._origins:
            return self._origins[name]
        if name in self._rows:
            return "built-in"
        distribution = getattr(self._plugins()[name], "dist", None)
        return distribution.name if distribution else "entry point"

    def require(self, name: str) -> _T:
        """The one of this name.

        Raises:
            UnknownFormatError: where there is none; names the nearest.
        """
        if not isinstance(name, str):
            raise TypeError(f"expected the name of a {self._role}, not {name!r:.80}")
        item = self.get(name)
        if item is None:
            import difflib

            near = difflib.get_close_matches(name, self.names(), 3, 0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(self.names())}"
            raise UnknownFormatError(name, f"no {self._role} of that name; {hint}")
        return item


def as_reader(format: object) -> Reader:  # noqa: A002
    """A reader by its name, or a reader as it is.

    Raises:
        UnknownFormatError: where none has the name; names the nearest.
        TypeError: for anything else.
    """
    if isinstance(format, str):
        return find_reader(format)
    _readers.check(format)
    return cast("Reader", format)


def _members(protocol: type) -> Iterator[str]:
    return (name for name in vars(protocol) if not name.startswith("_"))


_ROWS: Final = {row.name: row for row in READERS}
_BUILT_IN: Final = tuple(_Row(row.name, row.target, row.containers) for row in READERS)
_readers: Final[_Shelf[Reader]] = _Shelf("reader", _BUILT_IN, "wechatlog.readers", "wechatlog.engine.protocol:Reader")
_writers: Final[_Shelf[Writer]] = _Shelf("writer", _WRITERS, "wechatlog.writers", "wechatlog.writers.base:Writer")


def register_reader(reader: Reader) -> None:
    r"""Add a reader for this process; one of the same name is replaced.

    Raises:
        TypeError: where something that the protocol asks for is missing.

    Example:
        >>> wechatlog.register_reader(wechatlog.text_format("%H:%M:%S {sender}: {text}", name="our-log"))
        >>> wechatlog.loads("09:00:00 李四: 好\n", format="our-log", date="2026-05-01")[0].sender
        '李四'
    """
    _readers.register(reader)


def registered_readers() -> tuple[Reader, ...]:
    """The readers that were added at run time, for processes that are to have the same."""
    return _readers.registered


def register_writer(writer: Writer) -> None:
    r"""Add a writer for this process; one of the same name is replaced.

    Raises:
        TypeError: where something that the protocol asks for is missing.

    Example:
        >>> class Names:
        ...     name, description, suffixes, options = "names", "who wrote", (".names",), {}
        ...     losses = {"everything": "there is no reader for this form"}
        ...     several = streaming = True
        ...     binary = False
        ...
        ...     def write(self, items, options):
        ...         for conversation, messages in items:
        ...             for message in messages:
        ...                 yield f"{message.sender}\n"
        >>> wechatlog.register_writer(Names())
        >>> wechatlog.dumps(wechatlog.Conversation([wechatlog.Message(sender="李四")]), "names")
        '李四\n'
    """
    _writers.register(writer)


def formats() -> tuple[FormatInfo, ...]:
    """Every reader and writer: name, role, description, suffixes, origin and options.

    Example:
        >>> [(info.name, info.role) for info in wechatlog.formats() if ".parquet" in info.suffixes]
        [('parquet', 'reader'), ('parquet', 'writer')]
    """
    found = []
    for role, shelf in (("reader", _readers), ("writer", _writers)):
        for name in shelf.names():
            item = shelf.require(name)
            found.append(
                FormatInfo(
                    name,
                    cast("Literal['reader', 'writer']", role),
                    item.description,
                    tuple(item.suffixes),
                    shelf.origin(name),
                    tuple(item.options.items()),
                )
            )
    return tuple(found)


def find_reader(name: str) -> Reader:
    """The reader of a name.

    Raises:
        UnknownFormatError: where there is none.
    """
    return _readers.require(name)


def accepted_options(format: str | Reader | None) -> frozenset[str]:  # noqa: A002
    """The options of a reader, or of all readers together."""
    if format is not None:
        return frozenset(as_reader(format).options)
    return frozenset(option for name in _readers.names() for option in _readers.require(name).options)


def find_writer(name: str | None, suffix: str = "") -> Writer:
    """The writer of a name, or else of a file suffix.

    Args:
        name: of the writer, or `None`.
        suffix: of a file, or the whole name of one, in lower case. Of suffixes that fit the longest counts:
            `.chatlab.json` before `.json`.

    Raises:
        UnknownFormatError: where there is none.
    """
    if name is not None:
        return _writers.require(name)
    found: tuple[str, str] | None = None
    for known in _writers.names():
        keys = _writers.keys(known)
        for key in keys if keys is not None else _writers.require(known).suffixes:
            if suffix.endswith(key) and (found is None or len(key) > len(found[0])):
                found = key, known
    if found is None:
        reason = f"no writer for it; known: {', '.join(_writers.names())}"
        raise UnknownFormatError(PurePath(suffix).suffix or suffix or "no suffix", reason)
    return _writers.require(found[1])


_TEXTS: Final = frozenset({"text", "csv", "json", "jsonl", "js", "html"})


@functools.cache
def _pattern(row: FormatRow) -> re.Pattern[str]:
    return re.compile("\n" + row.lines)


@functools.cache
def _openings() -> re.Pattern[str]:
    parts = (f"(?P<{row.name.replace('-', '_')}>{row.opening})" for row in READERS if row.opening)
    return re.compile(rf"[ \t\n]*+(?:{'|'.join(parts)})", re.VERBOSE)


def _opens(head: Head) -> Reader | None:
    """The reader of an input that begins as one format alone does; readers added at run time are to be asked too."""
    if _readers.registered or (match := _openings().match(head.text)) is None:
        return None
    return _readers.require(str(match.lastgroup).replace("_", "-"))


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
    """The reader that a user named, or that of the input; of a Word document one of the text that stands in it.

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
    containers = _readers.keys(reader.name) or ()
    if "json" in containers and not source.head().startswith((b"{", b"[", b"\xef\xbb\xbf{", b"\xef\xbb\xbf[")):
        from wechatlog.engine.yaml_text import YamlReader, may_be_yaml

        if may_be_yaml(Head.of(source, encoding)) and not isinstance(reader, YamlReader):
            return YamlReader(reader)
    if "zip" in containers or not source.head().startswith(b"PK"):
        return reader
    from wechatlog.engine.document_text import DocumentReader
    from wechatlog.engine.documents import is_document

    if isinstance(reader, DocumentReader) or not is_document(source):
        return reader
    return reader if isinstance(reader.detect(Head.of(source, encoding)), Evidence) else DocumentReader(reader)


def is_dense(reader: Reader) -> bool:
    """Whether some lines of each message stand close together in whole files; if none do, line ends were doubled."""
    containers = _readers.keys(reader.name) or ()
    return "jsonl" not in containers and not _LINES.isdisjoint(containers) and reader.name not in SPACED


def _in_document(source: Source) -> tuple[Reader, Detection] | None:
    """The reader of what stands in a Word document; `None` where it is none.

    Raises:
        UnknownFormatError: where no reader takes what stands in it.
        RefusedFormatError: where it is no chat, or was written for reading only.
        MissingExtraError: without the extra `docx`.
    """
    if not source.head().startswith(b"PK"):
        return None
    from wechatlog.engine.document_text import DocumentReader, document_heads
    from wechatlog.engine.documents import document_author, is_document

    if not is_document(source):
        return None
    if document_author(source) == "wechatlog":
        raise RefusedFormatError(source.label, "docx", "written to be read by people; read what it was made from")
    reason = ""
    for head in document_heads(source):
        try:
            reader, found = _detect(head)
        except UnknownFormatError as error:
            reason = error.reason
            continue
        return DocumentReader(reader), attrs.evolve(found, reason=f"in a Word document: {found.reason}")
    raise UnknownFormatError(source.label, f"a Word document in which no chat is found: {reason}")


def _in_yaml(head: Head) -> tuple[Reader, Detection] | None:
    """The reader of the JSON that says what a YAML document says; `None` where no reader takes it.

    Raises:
        MissingExtraError: without the extra `yaml`.
    """
    from wechatlog.engine.yaml_text import YamlReader, json_head, may_be_yaml

    if not may_be_yaml(head):
        return None
    try:
        reader, found = _detect(json_head(head))
    except UnknownFormatError:
        return None
    return YamlReader(reader), attrs.evolve(found, reason=f"in YAML: {found.reason}")


def _detect(head: Head) -> tuple[Reader, Detection]:
    source = head.source
    if (sure := _opens(head)) is not None and isinstance(verdict := sure.detect(head), Evidence):
        return sure, Detection(sure.name, verdict.confidence, verdict.reason)
    found: list[tuple[float, Reader, str]] = []
    openings: list[tuple[float, Reader, str]] = []
    refused: list[tuple[float, Reader, str]] = []
    others: dict[str, str] = {}
    missing: MissingExtraError | None = None
    for name in _readers.names():
        if _readers.keys(name) is not None and not _admits(_ROWS[name], head):
            continue  # a built-in whose signature the input does not have
        reader = _readers.require(name)
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
    if not winners and (inside := _in_document(source) or _in_yaml(head)) is not None:
        return inside
    if not winners and missing is not None:
        raise missing
    if not winners:
        raise UnknownFormatError(source.label, _why_unknown(head), others)
    confidence, reader, reason = winners[0]
    return reader, Detection(reader.name, min(1.0, confidence), reason)
