"""The verbs of writing: dump and dumps, into a string, a stream, a file or a folder of files.

A path is written atomically. What is written is found by its name or its suffix; nothing here knows a form.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from wechatlog.api import MessageStream
from wechatlog.atomic import replacing
from wechatlog.errors import WriteError
from wechatlog.model import Conversation, Message
from wechatlog.registry import find_writer
from wechatlog.source import check_path
from wechatlog.utf8 import whole
from wechatlog.writers.base import Items, NewFile, ScanWriter, Writer, give_pieces, is_folder_writer

if TYPE_CHECKING:
    from wechatlog.inputs.scan import Scan


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

    Example:
        >>> chat = wechatlog.Conversation([wechatlog.Message(sender="李四", text="早上好")])
        >>> print(wechatlog.dumps(chat, "text"))
        李四: 早上好
    """
    writer = find_writer(format)
    if is_folder_writer(writer):
        raise WriteError("this form is a folder of files; dump it into a folder", writer.name)
    if writer.binary:
        raise WriteError("this form is bytes, not text; dump it into a file or an io.BytesIO", writer.name)
    return "".join(cast("Iterator[str]", _pieces(writer, conversation, options)))


def dump(
    conversation: Conversation | Iterable[Message] | Iterable[Conversation] | Scan,
    target: str | os.PathLike[str] | IO[str] | IO[bytes],
    format: str | None = None,  # noqa: A002
    *,
    sync: bool = True,
    **options: Any,
) -> None:
    """Write a chat into a file, in UTF-8 and atomically: after an interruption the old file is still there.

    Args:
        conversation: a conversation, several (where the form allows it), or a stream of messages such as
            `iter_messages` gives, which is written as it comes. Of the forms `parquet`, `arrow`, `csv`, `tsv` and
            `sqlite` also what `scan` gives.
        target: a path, or an open text or binary file. Of a form that has several files, the path of a folder: files
            of the same names are replaced when all of the new ones are whole, others stay as they are.
        format: the name of a writer; chosen by the suffix of the path where `None`.
        sync: wait until the disk has the file before it replaces another, so that a power cut leaves one or the other
            whole.
        options: of that writer.

    Raises:
        UnknownFormatError: for an unknown name or suffix.
        WriteError: where the conversation cannot be written in this form.
        TypeError: for an option that the writer does not have, and what is no conversation and no target at all.
        OptionError: for an option whose value means nothing.
        OSError: where the file cannot be written.

    Example:
        >>> chat = wechatlog.load("examples/2026-05-01-chat.markdown")
        >>> wechatlog.dump(chat, "chat.jsonl")
        >>> wechatlog.load("chat.jsonl") == chat
        True
    """
    if isinstance(target, str | os.PathLike):
        path = check_path(target)
        writer = find_writer(format, path.name.lower())
        if "page_folder" in writer.options:  # links of a page begin where it lies
            options.setdefault("page_folder", path.parent)
        pieces = _pieces(writer, conversation, options)
        if is_folder_writer(writer):
            _write_folder(path, pieces, writer.name, sync=sync)
            return
        with replacing(path, sync=sync) as part, part.open("wb") as stream:
            stream.writelines(map(_encode, cast("Iterator[str | bytes]", pieces)))
        return
    if not hasattr(target, "writelines"):
        raise TypeError(f"expected a path or an open file to write to, not {type(target).__name__}")
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
        return whole(text).encode()


def _pieces(
    writer: Writer,
    conversation: Conversation | Iterable[Message] | Iterable[Conversation] | Scan,
    options: Mapping[str, Any],
) -> Iterator[str | bytes | NewFile]:
    """What a writer makes of one conversation, of several, or of a stream of messages."""
    for name in options:
        if name not in writer.options:
            valid = ", ".join(writer.options) or "none"
            raise TypeError(f"the writer {writer.name!r} takes no option {name!r}; valid options: {valid}")
    if isinstance(writer, ScanWriter) and hasattr(conversation, "__arrow_c_stream__"):
        from wechatlog.inputs.scan import Scan  # who has one has imported it

        if isinstance(conversation, Scan):
            return writer.write_scan(conversation, options)
    return give_pieces(writer, _items(writer, conversation), options)


def _items(writer: Writer, conversation: Conversation | Iterable[Message] | Iterable[Conversation] | Scan) -> Items:
    """Each conversation and its messages, which for a stream are no more than it is known by yet."""
    if isinstance(conversation, Conversation):
        yield conversation, conversation.messages
        return
    if not isinstance(conversation, Iterable):
        raise TypeError(f"expected a conversation or messages, not {type(conversation).__name__}")
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
