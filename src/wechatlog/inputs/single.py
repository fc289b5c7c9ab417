"""One input to conversations: the reader is found, asked, and kept from raising what is no error of this library.

What concerns all formats stands here: options, the pause of the cyclic collector, several conversations in a file.
Nothing here knows a format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from wechatlog.decoding import check_encoding
from wechatlog.diagnostics import Collector
from wechatlog.engine.protocol import ColumnReader, Context
from wechatlog.errors import FormatError, WechatlogError
from wechatlog.registry import open_format

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from wechatlog.diagnostics import ErrorPolicy
    from wechatlog.engine.columns import Rows, Wanted
    from wechatlog.engine.protocol import Batch, Draft, Reader
    from wechatlog.model import Conversation, Message
    from wechatlog.source import Source
    from wechatlog.timestamps import ZoneLike

_T = TypeVar("_T")

Format: TypeAlias = "str | Reader | None"

_COMMON: Final = ("format", "tz", "encoding", "errors", "size_limit")


def check_options(options: Mapping[str, Any], known: Iterable[str], takes_no: str) -> None:
    """Raise `TypeError` for an option that is not known, naming those that are."""
    known = tuple(known)
    for name in options:
        if name not in known:
            valid = ", ".join((*known, *_COMMON))
            raise TypeError(f"{takes_no} option {name!r}; valid options: {valid}")


def open_reader(
    source: Source,
    format: Format,  # noqa: A002
    tz: ZoneLike | None,
    encoding: str | None,
    errors: ErrorPolicy,
    options: Mapping[str, Any],
) -> tuple[Reader, Context]:
    """The reader of a source and what it is to know, with everything checked that can be checked before reading."""
    collector = Collector(errors, source.place)
    check_encoding(encoding)
    reader = open_format(source, format, encoding)
    check_options(options, reader.options, f"the reader {reader.name!r} takes no")
    return reader, Context(source, collector, tz=tz, encoding=encoding, options=options)


def read_source(
    source: Source,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    **options: Any,
) -> Iterator[Conversation]:
    """The conversations of one input, each as soon as it is whole.

    Raises:
        WechatlogError: as `load`.
    """
    reader, context = open_reader(source, format, tz, encoding, errors, options)
    return conversations_of(context, guarded(reader, source, context))


def conversations_of(context: Context, batches: Iterable[Batch]) -> Iterator[Conversation]:
    """The conversations of batches, each as soon as it is whole."""
    open_drafts: dict[Draft, list[Message]] = {}
    for draft, batch in batches:
        open_drafts.setdefault(draft, []).extend(batch)
        for done in [known for known in open_drafts if known.done and known is not draft]:
            yield context.build(done, open_drafts.pop(done))
    for draft in list(open_drafts):
        yield context.build(draft, open_drafts.pop(draft))


def guarded(reader: Reader, source: Source, context: Context) -> Generator[Batch]:
    """The batches of a reader; whatever Python error bad input draws out of it becomes a `FormatError`."""
    return _guarded(lambda: reader.read(source, context), reader, source)


def guarded_rows(reader: Reader, source: Source, context: Context, wanted: Wanted) -> Generator[Rows]:
    """The same messages as columns: made by the reader, or else of its messages."""
    if isinstance(reader, ColumnReader):
        return _guarded(lambda: reader.read_rows(source, context, wanted), reader, source)
    from wechatlog.engine.columns import rows_of_batches  # for who wants columns

    return _guarded(lambda: rows_of_batches(context, reader.read(source, context), wanted), reader, source)


def _guarded(read: Callable[[], Iterator[_T]], reader: Reader, source: Source) -> Generator[_T]:
    try:
        yield from read()
    except (WechatlogError, OSError, MemoryError):
        raise
    except Exception as error:
        raise FormatError(f"cannot be read as {reader.name}: {error!r}", source=source.label) from error
