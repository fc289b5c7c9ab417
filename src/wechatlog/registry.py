"""Names to readers and writers, without importing any of them before it is needed.

Built-ins stand in two tables of text: readers in the package `readers`, writers here. Third parties add theirs through
the entry points `wechatlog.readers` and `wechatlog.writers`, or at run time.
"""

from __future__ import annotations

import importlib
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NamedTuple, TypeVar, cast

import attrs

from wechatlog.engine.protocol import Reader
from wechatlog.errors import UnknownFormatError
from wechatlog.readers import READERS

if TYPE_CHECKING:
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

    def registered(self) -> tuple[_T, ...]:
        """Those that were added at run time, for processes that are to have the same."""
        return tuple(self._loaded[name] for name in self._origins)

    def check(self, item: object) -> None:
        module, _, name = self._protocol.partition(":")
        protocol = getattr(importlib.import_module(module), name)
        if not isinstance(item, protocol):
            missing = [name for name in vars(protocol) if not name.startswith("_") and not hasattr(item, name)]
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


_BUILT_IN: Final = tuple(_Row(row.name, row.target, row.containers) for row in READERS)
_readers: Final[_Shelf[Reader]] = _Shelf("reader", _BUILT_IN, "wechatlog.readers", "wechatlog.engine.protocol:Reader")
_writers: Final[_Shelf[Writer]] = _Shelf("writer", _WRITERS, "wechatlog.writers", "wechatlog.writers.base:Writer")

find_reader: Final = _readers.require
reader_names: Final = _readers.names
registered_readers: Final = _readers.registered
containers_of: Final = _readers.keys
"""What the inputs of a built-in reader look like (`Head.containers`); `None` for others."""


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
