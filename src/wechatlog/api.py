"""The verbs of reading: load, loads, iter_messages, load_archive, scan, detect.

Thin: they find the reader, and hold what concerns all formats: options, the collector's pause. Those of writing are in
`outputs`. Nothing here knows a format.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import attrs

from wechatlog.decoding import check_encoding
from wechatlog.detection import Detection, detect_reader
from wechatlog.engine.protocol import Batch, Context, Draft
from wechatlog.errors import MultipleConversationsError, UnknownFormatError
from wechatlog.inputs.single import Format, How, conversations_of, guarded, open_reader, read_source
from wechatlog.model import Conversation, Message, paused_collection
from wechatlog.source import DEFAULT_SIZE_LIMIT, Readable, Source

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from wechatlog.diagnostics import Diagnostic, ErrorPolicy
    from wechatlog.engine.parts import Part
    from wechatlog.inputs.after import After
    from wechatlog.inputs.archive import Archive
    from wechatlog.inputs.mark import Mark
    from wechatlog.inputs.scan import Scan
    from wechatlog.segments import Lexicon
    from wechatlog.timestamps import Day, ZoneLike


def _is_zip(source: Source) -> bool:
    """Whether more than one chat may be in it; only then is what opens bundles imported."""
    return source.head().startswith(b"PK")


def _load(source: Source, how: How) -> Conversation:
    """The one conversation of a file, or of the chats in a ZIP."""
    bundle: Archive | None = None
    if how.format is None and _is_zip(source):
        from wechatlog.inputs.archive import Archive, is_bundle

        bundle = Archive([source], **how.arguments) if is_bundle(source) else None
    with paused_collection():
        found = list(itertools.islice(read_source(source, how) if bundle is None else bundle, 2))
    if not found:
        notes = bundle.diagnostics if bundle is not None else ()
        reasons = {entry.source or source.label: entry.message for entry in notes}
        raise UnknownFormatError(source.label, "nothing in this ZIP is a chat that can be read", reasons)
    return _only(source, found)


def _only(source: Source, found: list[Conversation]) -> Conversation:
    if len(found) > 1:
        titles = [chat.title or chat.id or chat.origin.source or "untitled" for chat in found]
        raise MultipleConversationsError(source.label, titles)
    return found[0]


def load(
    readable: Readable,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    size_limit: int = DEFAULT_SIZE_LIMIT,
    after: Mark | None = None,
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
        after: how far the file was read before; only what is new is given. See `mark`. Not for a ZIP with chats in
            it, which `load_archive` reads on.
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
        TypeError: for an option that the format does not have, and what is no input at all.
        OptionError: for an option whose value means nothing; `ValueError` and `TypeError` for `tz` and `errors`.
        OSError: where the file cannot be opened.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> print(chat[0])
        2026-05-01 08:02:11 陈小禾: 大家早上好[太阳] 今天修自行车，九点在老槐树下集合
    """
    source, how = Source.of(readable, size_limit=size_limit), How(format, tz, encoding, errors, options)
    if after is None:
        return _load(source, how)
    reading = _open_after(source, after, how)
    with paused_collection():
        found = list(conversations_of(reading.context, reading.batches))
    return _only(source, found)


def loads(
    text: str,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    **options: Any,
) -> Conversation:
    r"""Read a chat from a string; otherwise as `load`.

    Raises:
        TypeError: where `text` is no string.
        WechatlogError: as `load`.

    Example:
        >>> wechatlog.loads("> 2026-05-01 09:00:00  李四  \n   \n早上好  \n   \n")[0].text
        '早上好'
    """
    if not isinstance(text, str):
        raise TypeError(f"loads takes a str, not {type(text).__name__}; use load for bytes and files")
    return _load(Source.of_text(text), How(format, tz, encoding, errors, options))


class MessageStream:
    """An iterator over messages, with what the reader has noticed so far.

    Attributes:
        conversation: everything that is known of the conversation so far, without messages.
        diagnostics: what the reader noticed so far.

    Example:
        >>> stream = wechatlog.iter_messages("examples/reading-club.jsonl")
        >>> next(stream).sender, stream.conversation.title
        (None, '城南读书会')
    """

    def __init__(
        self, batches: Generator[Batch], context: Context, lexicon: Lexicon | None = None, after: After | None = None
    ) -> None:
        self._context, self._after = context, after
        self._draft: Draft | None = None
        self._messages = self._run(batches)
        if lexicon is not None:
            self._messages = (attrs.evolve(message, lexicon=lexicon) for message in self._messages)

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

    def __repr__(self) -> str:
        return f"<MessageStream {self._context.source.label!r}>"

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

    @property
    def mark(self) -> Mark:
        """How far the input was read: known when all messages were taken of a stream that was opened with `after=`.

        Raises:
            ValueError: before that, and for another stream.
        """
        if self._after is None:
            raise ValueError("this stream keeps no mark; open it with after=, which may be the empty Mark()")
        return self._after.mark


def iter_messages(
    readable: Readable,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    size_limit: int = DEFAULT_SIZE_LIMIT,
    learn_names: bool = False,
    after: Mark | None = None,
    **options: Any,
) -> MessageStream:
    """Read a chat message by message, in memory that does not grow with it.

    Mentions are found by the rules that need no knowledge of the whole conversation, unless `learn_names` is true.

    Args:
        readable: as for `load`, but no ZIP with chats in it; a path, since a file object is read whole.
        format: as for `load`.
        tz: as for `load`.
        encoding: as for `load`.
        errors: as for `load`.
        size_limit: as for `load`.
        learn_names: read the input twice, and learn first by which names people are mentioned.
        after: how far the file was read before; only what is new is given, and `mark` of the stream says in the end
            how far it was read now. The first time it is the empty `Mark()`.
        options: those of the format.

    Returns:
        An iterator; its `diagnostics` grow as it goes.

    Raises:
        WechatlogError: as `load`, some of it only while iterating.

    Example:
        >>> sum(len(message.text) for message in wechatlog.iter_messages("examples/reading-club.jsonl"))
        5418
    """
    source, how = Source.of(readable, size_limit=size_limit), How(format, tz, encoding, errors, options)
    lexicon = None
    if learn_names:
        from wechatlog.inputs.names import lexicons_of  # for who reads twice

        lexicon = next(iter(lexicons_of(source, how)), None)
    if after is not None:
        reading = _open_after(source, after, how)
        return MessageStream(reading.batches, reading.context, lexicon, reading)
    reader, context = open_reader(source, how)
    return MessageStream(guarded(reader, source, context), context, lexicon)


def _open_after(source: Source, mark: Mark, how: How) -> After:
    from wechatlog.inputs.after import After  # for who reads on
    from wechatlog.inputs.mark import check_mark

    check_mark(mark)
    with paused_collection():
        return After(source, mark, how)


def mark(
    readable: Readable,
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    size_limit: int = DEFAULT_SIZE_LIMIT,
    after: Mark | None = None,
    **options: Any,
) -> Mark:
    """Say how far a file goes now, so that `after=` gives what comes to it later.

    It reads the file. Where somebody writes it meanwhile, take the `mark` of the stream that gave you the messages.

    Args:
        readable: as for `load`, but no ZIP with chats in it.
        format: as for `load`.
        tz: as for `load`.
        encoding: as for `load`.
        size_limit: as for `load`.
        after: an earlier mark of it, from which on it need only be read.
        options: those of the format.

    Raises:
        WechatlogError: as `load`.

    Example:
        >>> mark = wechatlog.mark("examples/reading-club.jsonl")
        >>> len(wechatlog.load("examples/reading-club.jsonl", after=mark))
        0
    """
    from wechatlog.inputs.mark import Mark

    source = Source.of(readable, size_limit=size_limit)
    how = How(format, tz, encoding, "collect", options)
    reading = _open_after(source, Mark() if after is None else after, how)
    for _ in reading.batches:
        pass
    return reading.mark


def load_archive(
    paths: Readable | Iterable[str | os.PathLike[str]],
    *,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    size_limit: int = DEFAULT_SIZE_LIMIT,
    shared_names: bool = False,
    workers: int = 1,
    index: str | os.PathLike[str] | None = None,
    after: Mapping[str, Mark] | None = None,
    **options: Any,
) -> Archive:
    """Read many chats: a folder, a glob, a ZIP, a file of several chats, or a list of these.

    Nothing is read before it is iterated over, and a ZIP is never extracted to disk. The pages of one chat
    (`name_0_5000.csv`, `name(1).csv`) are joined. Among several files each has its path for `source`, and a chat of
    which the file says neither title nor id is called as its file, or as the folder of a file such as `messages.json`.

    Args:
        paths: what to read. Folders are searched through all their levels, in a stable order.
        format: as for `load`.
        tz: as for `load`.
        encoding: as for `load`.
        errors: with `"collect"` a file that cannot be read is noted in the `diagnostics` of the archive and the
            rest goes on; with `"strict"` it raises.
        size_limit: bytes that a compressed file may grow to.
        shared_names: read everything twice, and find mentions by the names that all files of a chat (the same id, or
            the same title but for days and numbers) give away.
        workers: how many processes read at the same time; what they give and in which order is the same. A program that
            is run as a script needs `if __name__ == "__main__":` for that, as for all processes of Python.
        index: a file in which what the files hold is kept, so that the next time only those that changed are read. It
            holds the chats. Nothing is kept where it is `None`.
        after: how far the files were read before, by their paths: the `marks` of the archive that read them. Only what
            is new is given, and chats without anything new are left out. The first time it is an empty mapping.
        options: those of the formats; each file gets those that its format has.

    Returns:
        An iterable of conversations.

    Raises:
        FileNotFoundError: where a path or a glob finds nothing.
        TypeError: for an option that no format has.
        OptionError: for a number of workers that is none, what cannot be sent to them, an index that is a chat, and
            `after` together with these.

    Example:
        >>> for chat in wechatlog.load_archive("examples/"):
        ...     print(chat.title, len(chat))
        2026-05-01-WeChat 25
        城南读书会 417
    """
    from wechatlog.inputs.archive import Archive
    from wechatlog.inputs.files import expand

    sources = expand(paths, size_limit)
    return Archive(
        sources,
        shared_names=shared_names,
        workers=workers,
        index=index,
        after=after,
        format=format,
        tz=tz,
        encoding=encoding,
        errors=errors,
        **options,
    )


def scan(
    source: Readable | Iterable[str | os.PathLike[str]] | Part,
    *,
    columns: Iterable[str] | None = None,
    since: Day | None = None,
    until: Day | None = None,
    sender: str | Iterable[str] | None = None,
    kind: str | Iterable[str] | None = None,
    conversation: str | Iterable[str] | None = None,
    limit: int | None = None,
    batch_size: int = 8_192,
    format: Format = None,  # noqa: A002
    tz: ZoneLike | None = None,
    encoding: str | None = None,
    errors: ErrorPolicy = "collect",
    size_limit: int = DEFAULT_SIZE_LIMIT,
    **options: Any,
) -> Scan:
    r"""Read chats as a stream of Arrow record batches: the table of messages, without messages.

    Only the columns that are asked for are made, and only of the rows that are; without those about the bodies no body
    is parsed. Where they are asked for, an input in which people are mentioned is read twice, first for their names, so
    that the rows are those of `load(source).to_arrow()` all the same.

    Args:
        source: as for `load` or `load_archive`, or one of the parts that `split` gives. The rows of all conversations
            follow each other; of a file that mixes several they come as they stand in it.
        columns: names of columns of the table of messages, in the order in which they shall come; all where `None`.
        since: a time, a day or an ISO text; included. Without a zone it means that of the conversation.
        until: a time, which is excluded, or a day, which is included.
        sender: a name or an account id, or several; as they stand in the rows, but for runs of white space.
        kind: a kind of message, or several.
        conversation: a title or an id, or several. Of an empty list of these there are no rows.
        limit: how many rows there are at most.
        batch_size: how many rows a batch has at most; fewer where the texts are long.
        format: as for `load`.
        tz: as for `load`. A column of times holds either naive or aware ones: name the zone where an archive has both.
        encoding: as for `load`.
        errors: as for `load`; of several files as for `load_archive`.
        size_limit: as for `load`.
        options: as for `load_archive`.

    Returns:
        An iterable of `pyarrow.RecordBatch`, and whatever else takes an Arrow stream takes it (`pyarrow.table(scan)`).

    Raises:
        MissingExtraError: without pyarrow.
        OptionError: for a column, a kind, a time or a number that is none.
        FileNotFoundError: where a path or a glob finds nothing.
        TypeError: for an option that no format has.

    Example:
        >>> scan = wechatlog.scan("examples/2026-05-01-chat.markdown", columns=["time", "text"], sender="老周")
        >>> [batch.num_rows for batch in scan]
        [5]
    """
    from wechatlog.engine.parts import Part
    from wechatlog.frames import arrow  # noqa: F401 - says what to install where there is no pyarrow
    from wechatlog.inputs.archive import Archive
    from wechatlog.inputs.files import expand, is_single
    from wechatlog.inputs.scan import Scan, Selection

    selection = Selection.of(
        columns=columns,
        since=since,
        until=until,
        sender=sender,
        kind=kind,
        conversation=conversation,
        limit=limit,
        batch_size=batch_size,
    )
    alone: bool | None
    if isinstance(source, Part):
        sources, alone = source.sources(size_limit), source.alone
        format, encoding = format or source.format, encoding or source.encoding  # noqa: A001
    else:
        sources, alone = expand(source, size_limit), is_single(source) or None
    label = sources[0].label if len(sources) == 1 else f"{len(sources)} files"
    archive = Archive(sources, alone=alone, format=format, tz=tz, encoding=encoding, errors=errors, **options)
    return Scan(label, archive, selection, tz)


def detect(readable: Readable, *, encoding: str | None = None) -> Detection:
    """Say what an input is, from its first 64 kB; of a ZIP of chats, what they are.

    Raises:
        UnknownFormatError: where no reader takes it; says why.
        RefusedFormatError: where it was recognised as something that is no chat.
        AmbiguousFormatError: where several readers take it equally well.

    Example:
        >>> wechatlog.detect("examples/2026-05-01-chat.markdown").format
        'markdown'
    """
    check_encoding(encoding)
    source = Source.of(readable)
    if _is_zip(source):
        from wechatlog.inputs.archive import detect_bundle, is_bundle

        if is_bundle(source):
            return detect_bundle(source)
    return detect_reader(source, encoding)[1]
