"""The verbs: load, loads, iter_messages, load_archive, dump, dumps, detect.

Thin: they find the reader or writer, and hold what concerns all formats: options, the collector's pause, atomic
writing. Nothing here knows a format.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from wechatlog.engine.protocol import Draft
from wechatlog.errors import MultipleConversationsError, UnknownFormatError, WriteError
from wechatlog.inputs.archive import Archive, detect_bundle, expand, is_bundle
from wechatlog.inputs.single import Format, guarded, open_reader, paused_collection, read_source
from wechatlog.model import Conversation, Message
from wechatlog.registry import Detection, detect_reader, find_writer
from wechatlog.source import DEFAULT_SIZE_LIMIT, Readable, Source, replacing
from wechatlog.writers.base import NewFile, give_pieces, is_folder_writer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from wechatlog.diagnostics import Diagnostic, ErrorPolicy
    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.timestamps import ZoneLike
    from wechatlog.writers.base import Items, Writer

__all__ = ["MessageStream", "detect", "dump", "dumps", "iter_messages", "load", "load_archive", "loads"]


def _load(source: Source, **how: Any) -> Conversation:
    """The one conversation of a file, or of the chats in a ZIP."""
    bundle = Archive([source], **how) if how.get("format") is None and is_bundle(source) else None
    with paused_collection():
        found = list(itertools.islice(read_source(source, **how) if bundle is None else bundle, 2))
    if len(found) > 1:
        raise MultipleConversationsError(source.label, [_label(conversation) for conversation in found])
    if not found:
        notes = bundle.diagnostics if bundle is not None else ()
        reasons = {entry.source or source.label: entry.message for entry in notes}
        raise UnknownFormatError(source.label, "nothing in this ZIP is a chat that can be read", reasons)
    return found[0]


def _label(conversation: Conversation) -> str:
    return conversation.title or conversation.id or conversation.origin.source or "untitled"


def load(
    readable: Readable,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    size_limit: int = DEFAULT_SIZE_LIMIT,
    **options: Any,
) -> Conversation:
    """Read a chat.

    Args:
        readable: a path, bytes, a text file or a binary file; gzip is undone.
        format: the name of a reader, or a reader; found out where `None`.
        tz: the zone of the times: an IANA name, an offset such as `+08:00`, or a `tzinfo`. Without it wall-clock
            times stay naive, and Unix times are given in Asia/Shanghai with `tz_assumed` set.
        encoding: of the text; found out where `None`.
        errors: `"collect"` puts what is damaged into `diagnostics`; `"strict"` raises at the first.
        size_limit: bytes that a compressed input may grow to.
        options: those of the format.

    Returns:
        The conversation.

    Raises:
        UnknownFormatError: where no reader takes the input.
        AmbiguousFormatError: where several do.
        RefusedFormatError: where the input was recognised as something else than a chat.
        MultipleConversationsError: where it holds several chats.
        FormatError: where it cannot be read, or has damage and `errors` is strict.
        MissingExtraError: where an optional library is needed.
        TypeError: for an option that the format does not have.
        OSError: where the file cannot be opened.
    """
    source = Source.of(readable, size_limit=size_limit)
    return _load(source, format=format, tz=tz, encoding=encoding, errors=errors, **options)


def loads(
    text: str,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    **options: Any,
) -> Conversation:
    """Read a chat from a string; otherwise as `load`.

    Raises:
        TypeError: where `text` is no string.
        WechatlogError: as `load`.
    """
    if not isinstance(text, str):
        raise TypeError(f"loads takes a str, not {type(text).__name__}; use load for bytes and files")
    source = Source.of_text(text)
    return _load(source, format=format, tz=tz, encoding=encoding, errors=errors, **options)


class MessageStream:
    """An iterator over messages, with what the reader has noticed so far.

    Attributes:
        conversation: everything that is known of the conversation so far, without messages.
        diagnostics: what the reader noticed so far.
    """

    def __init__(self, batches: Generator[Batch], context: Context) -> None:
        self._context = context
        self._draft: Draft | None = None
        self._messages = self._run(batches)

    def _run(self, batches: Generator[Batch]) -> Iterator[Message]:
        with contextlib.closing(batches):  # and with it the file, when somebody stops half-way
            while True:
                with paused_collection():
                    draft, batch = next(batches, (None, []))
                if draft is None:
                    return
                if self._draft is None:
                    self._draft = draft
                elif draft is not self._draft:
                    raise MultipleConversationsError(self._context.source.label, [self._draft.label, draft.label])
                yield from batch

    def __iter__(self) -> Iterator[Message]:
        return self._messages

    def __next__(self) -> Message:
        return next(self._messages)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the reader noticed so far."""
        return self._context.collector.diagnostics

    @property
    def conversation(self) -> Conversation:
        """What is known of the conversation so far, without messages."""
        return self._context.describe(self._draft or Draft())


def iter_messages(
    readable: Readable,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    size_limit: int = DEFAULT_SIZE_LIMIT,
    **options: Any,
) -> MessageStream:
    """Read a chat message by message, in memory that does not grow with it.

    Mentions are found by the rules that need no knowledge of the whole conversation.

    Args:
        readable: as for `load`; a path, since a file object is read whole.
        format: as for `load`.
        tz: as for `load`.
        encoding: as for `load`.
        errors: as for `load`.
        size_limit: as for `load`.
        options: those of the format.

    Returns:
        An iterator; its `diagnostics` grow as it goes.

    Raises:
        WechatlogError: as `load`, some of it only while iterating.
    """
    source = Source.of(readable, size_limit=size_limit)
    reader, context = open_reader(source, format, tz, encoding, errors, options)
    return MessageStream(guarded(reader, source, context), context)


def load_archive(
    paths: Readable | Iterable[str | os.PathLike[str]],
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    size_limit: int = DEFAULT_SIZE_LIMIT,
    **options: Any,
) -> Archive:
    """Read many chats: a folder, a glob, a ZIP, a file of several chats, or a list of these.

    Nothing is read before it is iterated over, and a ZIP is never extracted to disk. The pages of one chat
    (`name_0_5000.csv`, `name(1).csv`) are joined.

    Args:
        paths: what to read. Folders are searched through all their levels, in a stable order.
        format: as for `load`.
        tz: as for `load`.
        encoding: as for `load`.
        errors: with `"collect"` a file that cannot be read is noted in the `diagnostics` of the archive and the
            rest goes on; with `"strict"` it raises.
        size_limit: bytes that a compressed file may grow to.
        options: those of the formats; each file gets those that its format has.

    Returns:
        An iterable of conversations.

    Raises:
        FileNotFoundError: where a path or a glob finds nothing.
        TypeError: for an option that no format has.
    """
    sources = expand(paths, size_limit)
    return Archive(sources, format=format, tz=tz, encoding=encoding, errors=errors, **options)


def detect(readable: Readable, *, encoding: str | None = None) -> Detection:
    """Say what an input is, from its first 64 kB; of a ZIP of chats, what they are.

    Raises:
        UnknownFormatError: where no reader takes it; says why.
        RefusedFormatError: where it was recognised as something that is no chat.
        AmbiguousFormatError: where several readers take it equally well.
    """
    source = Source.of(readable)
    return detect_bundle(source) if is_bundle(source) else detect_reader(source, encoding)[1]


def dumps(
    conversation: Conversation | Iterable[Message] | Iterable[Conversation],
    format: str = "jsonl",  # noqa: A002
    **options: Any,
) -> str:
    """Write a chat into a string.

    Args:
        conversation: a conversation, several (where the form allows it), or a stream of messages.
        format: the name of a writer.
        options: of that writer.

    Raises:
        UnknownFormatError: for an unknown name.
        WriteError: where the conversation cannot be written in this form, or the form is no text.
        TypeError: for an option that the writer does not have.
    """
    writer = find_writer(format)
    if is_folder_writer(writer):
        raise WriteError("this form is a folder of files; dump it into a folder", writer.name)
    if writer.binary:
        raise WriteError("this form is bytes, not text; dump it into a file or an io.BytesIO", writer.name)
    return "".join(cast("Iterator[str]", _pieces(writer, conversation, options)))


def dump(
    conversation: Conversation | Iterable[Message] | Iterable[Conversation],
    target: str | os.PathLike[str] | IO[str] | IO[bytes],
    format: str | None = None,  # noqa: A002
    *,
    sync: bool = True,
    **options: Any,
) -> None:
    """Write a chat into a file, in UTF-8 and atomically: after an interruption the old file is still there.

    Args:
        conversation: a conversation, several (where the form allows it), or a stream of messages such as
            `iter_messages` gives, which is written as it comes.
        target: a path, or an open text or binary file. Of a form that has several files, the path of a folder: files
            of the same names are replaced when all of the new ones are whole, others stay as they are.
        format: the name of a writer; chosen by the suffix of the path where `None`.
        sync: wait until the disk has the file before it replaces another, so that a power cut leaves one or the other
            whole.
        options: of that writer.

    Raises:
        UnknownFormatError: for an unknown name or suffix.
        WriteError: where the conversation cannot be written in this form.
        TypeError: for an option that the writer does not have.
        OSError: where the file cannot be written.
    """
    if isinstance(target, str | os.PathLike):
        path = Path(target)
        writer = find_writer(format, path.name.lower())
        pieces = _pieces(writer, conversation, options)
        if is_folder_writer(writer):
            _write_folder(path, pieces, writer.name, sync=sync)
            return
        with replacing(path, sync=sync) as part, part.open("wb") as stream:
            stream.writelines(map(_encode, cast("Iterator[str | bytes]", pieces)))
        return
    writer = find_writer(format, Path(str(getattr(target, "name", ""))).name.lower())
    if is_folder_writer(writer):
        raise WriteError("this form is a folder of files; give the path of a folder", writer.name)
    pieces = _pieces(writer, conversation, options)
    if not isinstance(target, io.TextIOBase):
        target.writelines(map(_encode, cast("Iterator[str | bytes]", pieces)))  # type: ignore[arg-type]
    elif writer.binary:
        raise WriteError("this form is bytes, not text; give a path or a binary file", writer.name)
    else:
        target.writelines(cast("Iterator[str]", pieces))


def _write_folder(folder: Path, pieces: Iterable[str | bytes | NewFile], name: str, *, sync: bool) -> None:
    """Write the files of a form that is a folder, and put them in place when all of them are whole."""
    with contextlib.ExitStack() as parts:
        stream: IO[bytes] | None = None
        try:
            for piece in pieces:
                if isinstance(piece, NewFile):
                    if stream is not None:
                        stream.close()
                    path = _inside(folder, piece.path, name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    stream = parts.enter_context(replacing(path, sync=sync)).open("wb")
                elif stream is None:
                    raise WriteError("gives text before the first file", name)
                else:
                    stream.write(_encode(piece))
        finally:
            if stream is not None:
                stream.close()


def _inside(folder: Path, path: str, name: str) -> Path:
    """A file in a folder; nothing outside it, through a symbolic link neither."""
    parts = path.split("/")
    found = folder.joinpath(*parts)
    is_plain = not {"", ".", ".."}.intersection(parts) and not any(mark in path for mark in "\\:\0")
    if not is_plain or not found.resolve().is_relative_to(folder.resolve()):
        raise WriteError(f"{path!r} is no file in the folder", name)
    return found


def _encode(text: str | bytes) -> bytes:
    """UTF-8; half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD."""
    if isinstance(text, bytes):
        return text
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _pieces(
    writer: Writer,
    conversation: Conversation | Iterable[Message] | Iterable[Conversation],
    options: Mapping[str, Any],
) -> Iterator[str | bytes | NewFile]:
    """What a writer makes of one conversation, of several, or of a stream of messages."""
    for name in options:
        if name not in writer.options:
            valid = ", ".join(writer.options) or "none"
            raise TypeError(f"the writer {writer.name!r} takes no option {name!r}; valid options: {valid}")
    return give_pieces(writer, _items(writer, conversation), options)


def _items(writer: Writer, conversation: Conversation | Iterable[Message] | Iterable[Conversation]) -> Items:
    """Each conversation and its messages, which for a stream are no more than it is known by yet."""
    if isinstance(conversation, Conversation):
        yield conversation, conversation.messages
        return
    items = iter(conversation)
    first = next(items, None)
    if first is None or isinstance(first, Message):
        head = conversation.conversation if isinstance(conversation, MessageStream) else Conversation()
        yield head, () if first is None else itertools.chain((first,), items)  # type: ignore[arg-type]
        return
    if not writer.several and isinstance(first, Conversation) and next(items, None) is not None:
        raise WriteError("this form holds one conversation; write several into a folder", writer.name)
    for item in itertools.chain((first,), items):
        if not isinstance(item, Conversation):
            raise TypeError(f"expected conversations, not {type(item).__name__}")
        yield item, item.messages
