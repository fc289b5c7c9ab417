"""`wechatlog convert`: any chats in, one form out, into a file, a folder or the standard output."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.media_copies import MediaCopies
from wechatlog.cli.media_paths import MediaCounts, MediaPaths, names_files
from wechatlog.cli.messages import Failure
from wechatlog.cli.options import (
    ANY_PATH,
    SPLIT,
    Reading,
    choose_writer,
    format_name,
    inputs_argument,
    is_folder,
    output_name,
    quiet_option,
    reading_options,
    summary_option,
)
from wechatlog.cli.state import check_state, read_state, state_option, write_state
from wechatlog.cli.summary import Summary, written
from wechatlog.cli.terminal import standard_output
from wechatlog.errors import MultipleConversationsError
from wechatlog.inputs.archive import is_bundle
from wechatlog.inputs.scan import Selection
from wechatlog.outputs.file import dump
from wechatlog.outputs.folder import CountedStream, Rendered, options_in, render
from wechatlog.registry import find_writer
from wechatlog.writers.base import IndexWriter, PartialWriter, ScanWriter, Writer, is_folder_writer

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.engine.columns import Rows
    from wechatlog.engine.protocol import Context
    from wechatlog.frames.bodies import Bodies
    from wechatlog.model import Conversation, Message
    from wechatlog.segments import Segment
    from wechatlog.source import Source

_OUTPUT_HELP: Final = "A file, a folder (ends with /), or - for the standard output, the default."
_SPLIT_HELP: Final = "Cut each chat into files by day, month, year, a number of messages, or a size such as 5MB."
_STREAM_HELP: Final = (
    "Read message by message, in memory that does not grow; done anyway for one file of 256 MB or more "
    "whose form allows it."
)

_SYNC_HELP: Final = "Wait until the disk has each file before it replaces an old one; done unless you say no."

_COPY_HELP: Final = "Copy the pictures, voices and files that the chats name to beside the output, out of a ZIP too."
_JOBS_HELP: Final = (
    "Read, and write files of a folder, with this many processes at the same time; the result is the same."
)
_INDEX_HELP: Final = "Keep in this file what the inputs hold, and next time read only those that changed."


@click.command()
@inputs_argument
@click.option("-o", "--output", metavar="OUT", default="-", type=ANY_PATH, help=_OUTPUT_HELP)
@click.option("--to", "form", type=format_name("writer"), help="Form of the output; else by the suffix of OUT.")
@click.option("--split", metavar="HOW", type=SPLIT, help=_SPLIT_HELP)
@filter_options
@click.option("--stream/--no-stream", default=None, help=_STREAM_HELP)
@click.option("--sync/--no-sync", default=True, help=_SYNC_HELP)
@click.option("--copy-media", is_flag=True, help=_COPY_HELP)
@click.option("--jobs", metavar="N", type=click.IntRange(1), default=1, help=_JOBS_HELP)
@click.option("--index", metavar="FILE", type=click.Path(dir_okay=False), help=_INDEX_HELP)
@state_option
@summary_option
@quiet_option
@reading_options
def convert(inputs: tuple[str, ...], output: str, form: str | None, **how: Any) -> int:
    """Convert chats into another form.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Several chats go into one file where
    the form allows it (jsonl, csv, text, …), else into a folder, one file each. OUT is replaced only when
    all of it was written; an input is never overwritten.

    \b
    Examples:
      wechatlog convert exports/ -o chats.jsonl
      wechatlog convert chats.jsonl -o back/ --to markdown
      wechatlog convert chat.jsonl -o pages/ --to html --split month
      wechatlog convert export.zip -o pages/ --to html --copy-media
      wechatlog convert chat.jsonl -o may.txt --since 2026-05-01 --until 2026-05-31
      wechatlog convert chat.markdown --to text | less
    """  # noqa: D301
    if how["as_json"] and output == "-":
        raise click.UsageError("--json prints its summary where `-o -` prints the chats; give a file with -o")
    writer = choose_writer(form, output)
    reading, filters = Reading.of(how, writer), Filters.of(how)
    _check(inputs, output, how, writer, reading)
    check_state(how["state"], output)
    found = Inputs(inputs, reading, workers=how["jobs"], index=how["index"], after=read_state(how["state"]))
    makes = how["jobs"] > 1 and not how["index"]
    job = _Job(
        found, output, writer, reading, how["split"], how["sync"], filters, how["state"], how["copy_media"], makes
    )
    quiet = how["quiet"] or (output == "-" and sys.stdout.isatty())
    with found.watched(quiet=quiet):
        whole = how["state"] or how["index"] or how["jobs"] > 1 or how["copy_media"]
        job.run(stream=False if whole and not how["stream"] else how["stream"])
    if not how["quiet"]:
        job.media.tell()
    return job.summary.finish(job.inputs, output, as_json=how["as_json"], quiet=how["quiet"])


def _check(inputs: tuple[str, ...], output: str, how: Mapping[str, Any], writer: Writer, reading: Reading) -> None:
    is_file = output != "-" and _names_file(writer, output)
    if output == "-" and is_folder_writer(writer):
        raise click.UsageError(f"{writer.name} is a folder of files; give one with -o, such as -o chats/")
    if output == "-" and writer.binary and sys.stdout.isatty():
        raise click.UsageError(
            f"{writer.name} is no text and is not written to a terminal; give a file with -o, or pipe it"
        )
    if how["split"] is not None and (output == "-" or is_file):
        raise click.UsageError(f"{output_name(output)}: --split writes several files; give a folder, such as -o chats/")
    if how["copy_media"] and not names_files(writer, reading.writer_options):
        raise click.UsageError(
            f"--copy-media is for a form that names files, as html and jsonl do, not for {writer.name}"
        )
    if how["copy_media"] and how["stream"]:
        raise click.UsageError("--copy-media changes paths, which --stream leaves as they are; leave out one of them")
    if how["copy_media"] and not (is_file or (output != "-" and (is_folder(output) or how["split"]))):
        raise click.UsageError(f"{output_name(output)}: --copy-media needs a file, or a folder, such as -o chats/")
    if how["state"] is not None and (how["stream"] or how["jobs"] > 1 or how["index"]):
        raise click.UsageError("--state reads what is new only; leave out --stream, --jobs and --index")
    if how["state"] is not None and "-" in inputs:
        raise click.UsageError("--state needs files; of the standard input nobody knows what is new")


def _names_file(writer: Writer, output: str) -> bool:
    """Whether OUT looks like one file of this form."""
    return not is_folder(output) and output.lower().endswith(tuple(writer.suffixes))


class _Watch:
    """What `convert` does while rows are read: it tells how far it is, and looks for files that are left behind."""

    def __init__(self, job: _Job) -> None:
        self._job = job

    def see(self, context: Context, rows: Rows, bodies: Bodies | None) -> None:
        self._job.inputs.tick(rows.height)
        (top,) = self._job.inputs.sources
        inside = "" if context.source is top else context.source.label
        look = self._job.media.watch(top, inside, rows.draft.metadata.get("media_base"))
        if look is not None and bodies is not None:
            for _, message in bodies.rich:
                look(message)

    def end(self, heads: Sequence[tuple[Conversation, int]]) -> None:
        """Note what was read; where that is nothing, it is a failure."""
        job = self._job
        if job.inputs.failures:
            raise job.inputs.nothing()
        if not heads:
            raise Failure(job.filters.nothing_fits(1)) if job.filters else job.inputs.nothing()
        for head, height in heads:
            job.inputs.note(head.origin.source, height, head.diagnostics)
            job.summary.add_conversation(head.diagnostics)
            job.summary.add_file(job.output, head, height)


class _Made(NamedTuple):
    """What became of a conversation in another process: its file, which has no name yet, and what was counted."""

    file: Rendered
    media: MediaCounts
    left_out: Counter[str]


@attrs.frozen
class _Making:
    writer: str
    options: Mapping[str, Any]
    media: MediaPaths

    def __call__(self, conversation: Conversation, source: Source | None, inside: str) -> _Made:
        summary = Summary()
        summary.add_left_out(_left_out(find_writer(self.writer), conversation, self.options))
        placed = self.media.place(conversation, source, inside)
        return _Made(render(placed, self.writer, **self.options), self.media.take(), summary.left_out)


def _left_out(writer: Writer, messages: Iterable[Message], options: Mapping[str, Any]) -> Iterator[Segment]:
    """The pieces of messages for which a form has no place."""
    if isinstance(writer, PartialWriter):
        for message in messages:
            yield from writer.left_out(message, options)


@attrs.define
class _Job:
    inputs: Inputs
    output: str
    writer: Writer
    reading: Reading
    split: str | None
    sync: bool
    filters: Filters
    state: str | None
    copies: bool
    makes: bool
    summary: Summary = attrs.field(factory=Summary)
    media: MediaPaths = attrs.field(init=False)

    @media.default
    def _media(self) -> MediaPaths:
        folder = Path(self.output) if self._into_folder(1) else Path(self.output).parent
        target = None if self.output == "-" else folder
        options, copies = self.reading.writer_options, None
        if self.copies:
            name = "media" if self._into_folder(1) else f"{Path(self.output).stem}-media"
            copies = MediaCopies(folder, name, options, sync=self.sync)
        return MediaPaths(self.inputs.sources, self.writer, options, target, copies)

    def run(self, *, stream: bool | None) -> None:
        """Write everything, or raise `Failure`."""
        # Columns are all that is asked for: of one file, so that nothing is written where it is broken.
        has_columns = stream is None and isinstance(self.writer, ScanWriter) and self.inputs.only_path is not None
        if has_columns and not self._into_folder(1) and not (self.filters.senders or self.filters.words):
            filters, kinds = self.filters, sorted(self.filters.kinds) or None
            selection = Selection.of(since=filters.since, until=filters.until, kind=kinds)
            self._dump(self.inputs.scan(selection, _Watch(self)))
            return
        if self._may_stream(forced=stream) and self._run_stream(forced=bool(stream)):
            return
        # Other processes may write as well: a file for each conversation, of which only the name is ours.
        into_files = is_folder(self.output) and self.split is None and not is_folder_writer(self.writer)
        may_make = self.makes and into_files and len(self.inputs.sources) > 1 and self.state is None
        if may_make and not self.filters and self._run_making():
            return
        self._run_whole()
        if self.state is not None:
            if self.output == "-":
                sys.stdout.flush()
            write_state(self.state, self.inputs.archive.marks)

    def _may_stream(self, *, forced: bool | None) -> bool:
        is_file = self.inputs.only_path is not None and not is_bundle(self.inputs.sources[0])
        possible = is_file and (self.writer.streaming or self.split is not None)
        if forced and not possible:
            raise click.UsageError("--stream takes one file, and an output of a form that is written as it comes")
        if forced is None:
            return possible and not self._into_folder(1) and self.inputs.is_huge
        return forced

    def _into_folder(self, conversations: int) -> bool:
        if self.output == "-":
            return False
        if is_folder_writer(self.writer) and self.writer.several:
            return self.split is not None
        too_many = conversations > 1 and not self.writer.several and not _names_file(self.writer, self.output)
        return is_folder(self.output) or self.split is not None or too_many

    def _run_stream(self, *, forced: bool) -> bool:
        """Write message by message; false where there are several conversations, to be read whole."""
        stream = self._open_stream()
        path = str(self.inputs.only_path)
        try:
            if self._into_folder(1):
                self._write_folder(stream)
            else:
                self._dump(stream)
                self.summary.add_file(self.output, stream.conversation, stream.count)
        except MultipleConversationsError as error:
            if forced:
                raise Failure(f"{path}: holds several conversations; leave out --stream") from error
            if self.output == "-":  # the first of them is out already
                raise Failure(f"{path}: holds several conversations; read them with --no-stream") from error
            self.summary.left_out.clear()  # it begins anew
            return False
        self.summary.add_conversation(stream.diagnostics)
        return True

    def _open_stream(self) -> CountedStream:
        """The messages of the one input that are wanted; where there are messages and none is, it is a failure."""
        keep = self.media.watching(self.filters.test() if self.filters else None, self.inputs.sources[0])

        def keep_and_note(message: Message) -> bool:
            kept = keep is None or keep(message)
            self._note_left_out((message,) * kept)
            return kept

        stream = self.inputs.stream(keep_and_note if isinstance(self.writer, PartialWriter) else keep)
        if self.filters and stream.begin().is_empty:
            raise Failure(self.filters.nothing_fits(1))
        return stream

    def _note_left_out(self, messages: Iterable[Message]) -> None:
        self.summary.add_left_out(_left_out(self.writer, messages, self.reading.writer_options))

    def _run_making(self) -> bool:
        """Put files in place that other processes make; false where there was but one, which has no index."""
        options = options_in(self.writer, self.output, self.media.options, alone=False)
        self._write_folder(self._made(_Making(self.writer.name, options, self.media)))
        if not self.summary.conversations:
            raise self.inputs.nothing()
        if self.summary.conversations == 1 and "index" in self.writer.options:
            self.summary = Summary()
            return False
        return True

    def _made(self, making: _Making) -> Iterator[Rendered]:
        for file, media, left_out in self.inputs.made(making):
            self.inputs.tick(file.count)
            self.media.add(media)
            self.inputs.note(file.conversation.origin.source, file.count, file.conversation.diagnostics)
            self.summary.add_conversation(file.conversation.diagnostics)
            self.summary.left_out.update(left_out)
            yield file

    def _run_whole(self) -> None:
        conversations = self._chosen()
        first = list(itertools.islice(conversations, 2))
        if not first and self.state is not None and not self.inputs.failures:
            self.summary.nothing_new = True
            return
        if not first:
            raise self.inputs.nothing()
        items = itertools.chain(first, conversations)
        if self._into_folder(len(first)):
            self._write_folder(items)
        elif len(first) > 1 and not self.writer.several:
            raise Failure(
                f"{output_name(self.output)}: a file of the form {self.writer.name} holds one conversation; "
                "for several give a folder, such as -o chats/"
            )
        else:
            self._dump(self._noted(items))

    def _chosen(self) -> Iterator[Conversation]:
        for conversation, chosen in self.filters.fitting(self.inputs, needed=self.state is None):
            self.summary.add_conversation(conversation.diagnostics)
            self._note_left_out(chosen)
            yield self.media.place(chosen, self.inputs.archive.source, self.inputs.archive.inside)

    def _noted(self, conversations: Iterable[Conversation]) -> Iterator[Conversation]:
        for conversation in conversations:
            self.summary.add_file(self.output, conversation, len(conversation))
            yield conversation

    def _write_folder(self, items: Iterable[Conversation | Rendered] | CountedStream) -> None:
        how = {"split": self.split, "check": self.inputs.keep, "sync": self.sync, **self.media.options}
        for file in written(items, self.output, self.writer.name, **how):
            self.summary.add_file(str(file.path), file, file.messages)
        self.summary.with_index = isinstance(self.writer, IndexWriter)

    def _dump(self, item: Any) -> None:
        target: Any = Path(self.output)
        if self.output == "-":
            target = standard_output(binary=self.writer.binary)
        else:
            self.inputs.keep(target)
        if is_folder_writer(self.writer) and self.inputs.lie_in(target):
            raise Failure(
                f"{self.output}: holds an input, which {self.writer.name} might overwrite; choose another OUT"
            )
        dump(item, target, self.writer.name, sync=self.sync, **self.media.options)
        if self.output == "-":
            sys.stdout.flush()  # before it is told what was written
