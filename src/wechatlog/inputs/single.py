"""One input to conversations: the reader is found, asked, and kept from raising what is no error of this library.

What concerns all formats stands here: options, the pause of the cyclic collector, several conversations in a file.
Nothing here knows a format.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs

from wechatlog.decoding import check_encoding
from wechatlog.detection import find_known, is_dense, is_text, open_format
from wechatlog.diagnostics import Collector, ErrorPolicy
from wechatlog.engine.protocol import Batch, ColumnReader, Context, Draft, Reader
from wechatlog.errors import FormatError, WechatlogError
from wechatlog.model import Conversation, FrozenMapping

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from wechatlog.engine.columns import Rows, Wanted
    from wechatlog.source import Source
    from wechatlog.timestamps import ZoneLike

_T = TypeVar("_T")
_V = TypeVar("_V")

Format: TypeAlias = "str | Reader | None"

_COMMON: Final = ("format", "tz", "encoding", "errors", "size_limit")


def check_options(options: Mapping[str, Any], known: Iterable[str], takes_no: str) -> None:
    """Raise `TypeError` for an option that is not known, naming those that are."""
    known = tuple(known)
    for name in options:
        if name not in known:
            valid = ", ".join((*known, *_COMMON))
            raise TypeError(f"{takes_no} option {name!r}; valid options: {valid}")


def _sorted(options: Mapping[str, Any]) -> FrozenMapping[str, Any]:
    return FrozenMapping(sorted(options.items()))


@attrs.frozen
class How:
    """How inputs are to be read: the arguments of `load` that say it."""

    format: Format = None
    tz: ZoneLike | None = None
    encoding: str | None = None
    errors: ErrorPolicy = "collect"
    options: FrozenMapping[str, Any] = attrs.field(factory=dict, converter=_sorted)

    @classmethod
    def of(cls, **arguments: Any) -> How:
        """That of arguments as `load` takes them, options among them."""
        named = {name: arguments.pop(name) for name in ("format", "tz", "encoding", "errors") if name in arguments}
        return cls(**named, options=arguments)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `of` takes."""
        return {**attrs.asdict(self, recurse=False, filter=attrs.filters.exclude("options")), **self.options}


def open_reader(source: Source, how: How) -> tuple[Reader, Context]:
    """The reader of a source and what it is to know, with everything checked that can be checked before reading."""
    collector = Collector(how.errors, source.place)
    check_encoding(how.encoding)
    reader = open_format(source, how.format, how.encoding)
    check_options(how.options, reader.options, f"the reader {reader.name!r} takes no")
    dense = is_dense(reader)
    context = Context(source, collector, tz=how.tz, encoding=how.encoding, options=how.options, dense=dense)
    if is_text(reader):
        context.format_of = partial(find_known, source)
    return reader, context


def read_source(source: Source, how: How) -> Iterator[Conversation]:
    """The conversations of one input, each as soon as it is whole.

    Raises:
        WechatlogError: as `load`.
    """
    reader, context = open_reader(source, how)
    return conversations_of(context, guarded(reader, source, context))


def conversations_of(context: Context, batches: Iterable[Batch]) -> Iterator[Conversation]:
    """The conversations of batches, each as soon as it is whole."""
    return (context.build(draft, messages) for draft, messages in whole_chats(batches))


class OpenChats(dict[Draft, _V]):
    """What is kept of the chats of an input of which more may come."""

    _steps = 0

    def done(self, current: Draft) -> list[Draft]:
        """Those of which no more will come; looked for so often only that it costs no more than what came.

        Args:
            current: the chat that something came of just now.
        """
        self._steps += 2
        if self._steps < len(self):
            return []
        self._steps = 0
        return [known for known in self if known.done and known is not current]


def whole_chats(pieces: Iterable[tuple[Draft, list[_T]]]) -> Iterator[tuple[Draft, list[_T]]]:
    """The pieces of each chat together, as soon as no more will come: when it is done, or the input ends."""
    chats = OpenChats[list[_T]]()
    for draft, found in pieces:
        chats.setdefault(draft, []).extend(found)
        for done in chats.done(draft):
            yield done, chats.pop(done)
    for draft in list(chats):
        yield draft, chats.pop(draft)


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
