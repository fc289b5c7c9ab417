"""`wechatlog merge`: several exports of one chat become one, in a new file or in the archive that they are added to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.language import translate
from wechatlog.cli.messages import Failure, count, explain, listed, say
from wechatlog.cli.options import (
    ANY_PATH,
    Reading,
    choose_writer,
    format_name,
    inputs_argument,
    output_name,
    reading_options,
)
from wechatlog.cli.state import check_state, read_state, state_option, write_state
from wechatlog.cli.terminal import print_json, standard_output
from wechatlog.content.native import diagnostic_to_json
from wechatlog.operations.merge import merge_report, other_chats, with_one_clock
from wechatlog.outputs.file import dump
from wechatlog.outputs.growing import merge_into

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wechatlog.model import Conversation
    from wechatlog.operations import Identities, MergeReport
    from wechatlog.writers.base import Writer

_OUTPUT_HELP: Final = "A file, or - for the standard output."
_INTO_HELP: Final = "Add the inputs to this archive, which is made where it does not exist, and replaced atomically."


@click.command()
@inputs_argument
@click.option("-o", "--output", metavar="OUT", type=ANY_PATH, help=_OUTPUT_HELP)
@click.option("--into", metavar="ARCHIVE", type=click.Path(dir_okay=False), help=_INTO_HELP)
@click.option("--to", "form", type=format_name("writer"), help="Form of the output; else by the suffix of OUT.")
@filter_options
@click.option("--people", metavar="FILE", type=ANY_PATH, help="Who is who: a file that `wechatlog people` wrote.")
@state_option
@click.option("--json", "as_json", is_flag=True, help="Print a report as JSON on the standard output.")
@click.option("-q", "--quiet", is_flag=True, help="No report and no progress bar; errors are still told.")
@reading_options
def merge(inputs: tuple[str, ...], output: str | None, into: str | None, form: str | None, **how: Any) -> int:
    """Unite exports of one chat.

    All inputs are taken for one chat, whatever tools they come from. A message that several of them have is there
    once, with what each of them knows of it; what only one has stays. Wrong clocks, names that changed, and what
    the exports contradict each other in are told. Filters choose what of the inputs is united; what an archive of
    --into has already stays.

    \b
    Examples:
      wechatlog merge january.csv february.txt -o chat.jsonl
      wechatlog merge --into chat.jsonl tonight.csv
    """  # noqa: D301
    if (output is None) == (into is None):
        raise click.UsageError("name the output: -o FILE for a new file, or --into ARCHIVE to add to one")
    if how["as_json"] and output == "-":
        raise click.UsageError("--json prints its report where `-o -` prints the chat; give a file with -o")
    if into is not None and form is not None:
        raise click.UsageError("--into keeps the form of the archive; --to goes with -o")
    writer = choose_writer(form, output) if output is not None else None
    reading = Reading.of(how, writer)
    if how["state"] is not None and into is None:
        raise click.UsageError("--state goes with --into: what is new is added to the archive")
    check_state(how["state"], into or "-")
    after = read_state(how["state"])
    if after and into is not None and not Path(into).exists():
        after = {}  # what was read before is in no archive any more
    # Of one chat the names of files say nothing.
    found = Inputs(inputs, reading, named=False, after=after, copies=False)
    filters = Filters.of(how)
    with found.watched(quiet=how["quiet"]):
        conversations = list(map(filters.select, found))
        if not conversations and how["state"] is not None and not found.failures:
            write_state(how["state"], found.archive.marks)
            return _tell_nothing(into or "", how)
        if not conversations:
            raise found.nothing()
        if filters and not any(conversations):
            raise Failure(filters.nothing_fits(len(conversations)))
        _check_chats(conversations)
        if into is not None:
            report = _add(into, found, conversations, filters.people)
        else:
            report = merge_report(with_one_clock(conversations), people=filters.people)
            _write(report, cast("Writer", writer), output or "-", found, reading)
    if how["state"] is not None:
        write_state(how["state"], found.archive.marks)
    target = into or output or "-"
    found.complain(quiet=how["quiet"])
    if not how["quiet"]:
        _tell(report, target)
    if how["as_json"]:
        print_json(_to_json(report, target))
    return 1 if found.failures else 0


def _tell_nothing(target: str, how: Mapping[str, Any]) -> int:
    if not how["quiet"]:
        say(f"{target}: nothing is new")
    if how["as_json"]:
        print_json({"output": target, "messages": 0, "parts": []})
    return 0


def _check_chats(conversations: Sequence[Conversation]) -> None:
    """Refuse chats that are certainly different."""
    first, others = other_chats(conversations)
    chats = {chat.id: chat for chat in (first, *others)}
    if others:
        names = ", ".join(f"{chat.title or translate('untitled')} ({id_})" for id_, chat in chats.items())
        raise Failure(f"these are {len(chats)} chats, and merge makes one: {names}")


def _add(path: str, found: Inputs, conversations: Sequence[Conversation], people: Identities | None) -> MergeReport:
    if found.holds(Path(path)):
        raise Failure(f"{path}: is one of the inputs; leave it out, --into reads it anyway")
    try:
        return merge_into(path, conversations, people=people)
    except ValueError as error:
        raise Failure(explain(error, path)) from error


def _write(report: MergeReport, writer: Writer, output: str, found: Inputs, reading: Reading) -> None:
    if output != "-" and found.holds(Path(output)):
        raise Failure(f"{output}: is one of the inputs, and is not overwritten; choose another OUT, or use --into")
    target = output if output != "-" else standard_output(binary=writer.binary)
    dump(report.conversation, target, writer.name, **reading.writer_options)


def _tell(report: MergeReport, target: str) -> None:
    messages, exports = count(len(report.conversation), "message"), count(len(report.parts), "export")
    say(f"{output_name(target)}: {translate(f'{messages} of {exports}')}")
    for part in report.parts:
        facts = [
            translate(f"{part.matched:,} of {count(part.messages, 'message')} in others as well"),
            translate(f"{part.only_here:,} only here"),
        ]
        facts += [translate(f"{part.doubtful:,} in doubt")] * bool(part.doubtful)
        say(f"  {part.source or translate('archive')}: {listed(*facts)}")
    for note in report.conversation.diagnostics:
        if note.code.startswith("merge-"):
            say(f"  {f'{note.source}: ' if note.source else ''}{translate(note.message)} [{note.code}]")


def _to_json(report: MergeReport, target: str) -> dict[str, Any]:
    counted = ("source", "messages", "matched", "only_here", "doubtful")
    parts = [
        {**{name: getattr(part, name) for name in counted}, "offset": part.offset.total_seconds()}
        for part in report.parts
    ]
    return {
        "output": target,
        "messages": len(report.conversation),
        "matched": report.matched,
        "enriched": report.enriched,
        "doubtful": report.doubtful,
        "conflicts": [{"index": conflict.index, "fields": list(conflict.fields)} for conflict in report.conflicts],
        "parts": parts,
        "people": [
            {"one": link.one, "two": link.two, "confidence": link.confidence, "count": link.count}
            for link in report.evidence
        ],
        "diagnostics": list(map(diagnostic_to_json, report.conversation.diagnostics)),
    }
