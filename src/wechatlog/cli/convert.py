"""`wechatlog convert`: any chats in, one form out, into a file, a folder or the standard output."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from wechatlog.api import MessageStream, dump, iter_messages
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.messages import Failure, explain
from wechatlog.cli.names import Namer
from wechatlog.cli.options import ANY_PATH, FormatName, Reading, list_writers, reading_options
from wechatlog.cli.progress import progress
from wechatlog.cli.summary import Summary
from wechatlog.errors import MultipleConversationsError, UnknownFormatError
from wechatlog.registry import find_writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wechatlog.cli.progress import Tick
    from wechatlog.diagnostics import Diagnostic
    from wechatlog.model import Conversation, Message
    from wechatlog.writers.base import Writer

__all__ = ["convert"]

_HUGE: Final = 256 << 20
"""Bytes from which on one file is streamed into such a form."""

_OUTPUT_HELP: Final = "A file, a folder (ends with /), or - for the standard output, the default."
_STREAM_HELP: Final = (
    "Read message by message, in memory that does not grow; done anyway for one file of 256 MB or more "
    "whose form allows it."
)


@click.command()
@click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=ANY_PATH)
@click.option("-o", "--output", metavar="OUT", default="-", type=ANY_PATH, help=_OUTPUT_HELP)
@click.option("--to", "form", type=FormatName("writer"), help="Form of the output; else by the suffix of OUT.")
@click.option("--stream/--no-stream", default=None, help=_STREAM_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON on the standard output.")
@click.option("-q", "--quiet", is_flag=True, help="No summary and no progress bar; errors are still told.")
@reading_options
def convert(inputs: tuple[str, ...], output: str, form: str | None, **how: Any) -> int:
    """Convert chats into another form.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Several chats go into one file where
    the form allows it (jsonl, markdown, text), else into a folder, one file each. OUT is replaced only when
    all of it was written; an input is never overwritten.

    \b
    Examples:
      wechatlog convert exports/ -o chats.jsonl
      wechatlog convert chats.jsonl -o back/ --to markdown
      wechatlog convert chat.markdown --to text | less
    """  # noqa: D301
    if how["as_json"] and output == "-":
        raise click.UsageError("--json prints its summary where `-o -` prints the chats; give a file with -o")
    writer = _choose_writer(form, output)
    reading = Reading.of(how, writer)
    job = _Job(Inputs(inputs, reading), output, writer, reading, quiet=how["quiet"])
    job.run(stream=how["stream"])
    return job.summary.finish(job.inputs, output, as_json=how["as_json"], quiet=how["quiet"])


def _choose_writer(form: str | None, output: str) -> Writer:
    suffix = Path(output).suffix.lower()
    try:
        return find_writer(form, suffix)
    except UnknownFormatError:
        if output == "-" or _is_folder(output) or not suffix:
            reason = "name the form of the output with --to"
        else:
            reason = f"no form is known for the suffix {suffix}; name one with --to"
        shown = "standard output" if output == "-" else output
        raise click.UsageError(f"{shown}: {reason}\nForms: {list_writers()}") from None


def _is_folder(output: str) -> bool:
    separators = tuple(filter(None, ("/", os.sep, os.altsep)))
    return output.endswith(separators) or Path(output).is_dir()


@attrs.define
class _Job:
    """One run of `convert`."""

    inputs: Inputs
    output: str
    writer: Writer
    reading: Reading
    quiet: bool
    summary: Summary = attrs.field(factory=Summary)

    def run(self, *, stream: bool | None) -> None:
        """Write everything, or raise `Failure`."""
        with progress(len(self.inputs.sources), quiet=self.quiet) as tick:
            if self._may_stream(forced=stream) and self._run_stream(tick, forced=bool(stream)):
                return
            self._run_whole(tick)

    def _may_stream(self, *, forced: bool | None) -> bool:
        path = self.inputs.only_path
        possible = path is not None and self.writer.streaming and not _is_folder(self.output)
        if forced and not possible:
            raise click.UsageError("--stream takes one file, and an output of a form that is written as it comes")
        if forced is None:
            return possible and path is not None and path.stat().st_size >= _HUGE
        return forced

    def _run_stream(self, tick: Tick, *, forced: bool) -> bool:
        """Write message by message; false where there are several conversations, to be read whole."""
        path = self.inputs.only_path
        stream = _Counted(iter_messages(str(path), **self.reading.keywords), tick)
        try:
            self._dump(stream, self.output, str(path))
        except MultipleConversationsError as error:
            if forced:
                raise Failure(f"{path}: holds several conversations; leave out --stream") from error
            return False
        self.summary.add(self.output, stream.conversation, stream.count, stream.diagnostics)
        return True

    def _run_whole(self, tick: Tick) -> None:
        conversations = self._watch(tick)
        first = list(itertools.islice(conversations, 2))
        if not first:
            raise self.inputs.nothing()
        items = itertools.chain(first, conversations)
        if self.output != "-" and (_is_folder(self.output) or self._needs_folder(len(first))):
            self._write_folder(items)
            return
        if len(first) > 1 and not self.writer.several:
            raise Failure(
                f"{self.output}: a file of the form {self.writer.name} holds one conversation; "
                "for several give a folder, such as -o chats/"
            )
        self._dump(self._counted(items), self.output)

    def _needs_folder(self, found: int) -> bool:
        """Several chats, a form that holds one, and an OUT that does not look like a file of that form."""
        known = Path(self.output).suffix.lower() in self.writer.suffixes
        return found > 1 and not self.writer.several and not known

    def _watch(self, tick: Tick) -> Iterator[Conversation]:
        for conversation in self.inputs:
            tick(self.inputs.position(conversation), len(conversation))
            yield conversation
        tick(len(self.inputs.sources), 0)

    def _counted(self, conversations: Iterable[Conversation]) -> Iterator[Conversation]:
        for conversation in conversations:
            self.summary.add(self.output, conversation, len(conversation), conversation.diagnostics)
            yield conversation

    def _write_folder(self, conversations: Iterable[Conversation]) -> None:
        folder = Path(self.output)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise Failure(f"{self.output}: exists and is no folder") from None
        namer = Namer(self.writer)
        for conversation, shared in _with_shared_names(conversations):
            path = folder / namer.name(conversation, shared=shared)
            self._dump(conversation, str(path))
            self.summary.add(str(path), conversation, len(conversation), conversation.diagnostics)

    def _dump(self, item: Any, output: str, source: str | None = None) -> None:
        """Write one output; what fails is told with its name."""
        how = {"format": self.writer.name, **self.reading.writer_options}
        target: Any = sys.stdout.buffer if output == "-" else Path(output)
        if output != "-" and self.inputs.holds(target):
            raise Failure(f"{output}: is one of the inputs, and is not overwritten; choose another OUT")
        try:
            dump(item, target, **how)
        except BrokenPipeError:
            raise
        except OSError as error:
            name = os.fsdecode(error.filename) if error.filename is not None else ""
            if not name or name.endswith(".part"):
                source = "standard output" if output == "-" else output
            raise Failure(explain(error, source or name)) from error


class _Counted(MessageStream):
    """A stream of messages that counts them as they go by."""

    def __init__(self, stream: MessageStream, tick: Tick) -> None:
        self._stream, self._tick = stream, tick
        self.count = 0

    def __iter__(self) -> Iterator[Message]:
        return self

    def __next__(self) -> Message:
        message = next(self._stream)
        self.count += 1
        if not self.count % 1000:
            self._tick(0, 1000)
        return message

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self._stream.diagnostics

    @property
    def conversation(self) -> Conversation:
        return self._stream.conversation


def _with_shared_names(conversations: Iterable[Conversation]) -> Iterator[tuple[Conversation, bool]]:
    """Each conversation, and whether the one before or after it came from a file of the same name."""
    previous: Conversation | None = None
    before = False
    for conversation in conversations:
        if previous is not None:
            same = previous.origin.source == conversation.origin.source
            yield previous, before or same
            before = same
        previous = conversation
    if previous is not None:
        yield previous, before
