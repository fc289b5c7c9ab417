"""`wechatlog stats`: who writes how much, when, to whom and how soon, as tables and small charts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.language import translate
from wechatlog.cli.messages import Failure, count, named, say
from wechatlog.cli.options import Reading, color_option, inputs_argument, json_option, reading_options
from wechatlog.cli.summary import unread
from wechatlog.cli.terminal import print_json, print_lines
from wechatlog.errors import MultipleConversationsError
from wechatlog.operations.following_parts import united
from wechatlog.operations.statistics.count import statistics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wechatlog.model import Conversation
    from wechatlog.operations import Statistics

_NOTHING: Final = statistics(())
_ROWS: Final = 10
_NOTED: Final = 5
_RANKED: Final = ("senders", "emoji", "mentions", "replies", "domains", "words", "phrases", "repeats", "together")
_STREAM_HELP: Final = (
    "Read message by message, in memory that does not grow; done anyway for one file of 256 MB or more. "
    "Fewer mentions are found."
)


@attrs.frozen
class Report:
    """The numbers of one conversation, of which title, id and file are known, or of several together."""

    numbers: Statistics
    conversations: int = 0
    title: str | None = None
    id: str | None = None
    source: str | None = None

    @classmethod
    def of(cls, conversations: Iterable[Conversation], filters: Filters, **how: Any) -> Report:
        """That of the messages that filters choose; `how` they are counted `statistics` says."""
        known = cls(_NOTHING)

        def chosen() -> Iterator[Conversation]:
            nonlocal known
            for conversation in conversations:
                known = known.about(conversation)
                yield filters.select(conversation)

        numbers = statistics(chosen(), people=filters.people, **how)
        return attrs.evolve(known, numbers=numbers)

    def about(self, conversation: Conversation) -> Report:
        """The report that counts one more conversation; what is known of it is told only if it is the only one."""
        if self.conversations:
            return Report(self.numbers, self.conversations + 1)
        return Report(self.numbers, 1, conversation.title, conversation.id, conversation.origin.source)

    @property
    def heading(self) -> str:
        """The title or id of the conversation or the name of its file; how many they are where there are several."""
        if self.conversations != 1:
            return count(self.conversations, "conversation")
        return self.title or self.id or self.source or translate("untitled")

    def to_json(self, top: int | None) -> dict[str, Any]:
        """The tables, with so many rows each."""
        tables: dict[str, Any] = self.numbers.tables()
        tables = {name: rows[:top] if name in _RANKED else rows for name, rows in tables.items()}
        tables["summary"] = tables["summary"][0]
        known = {name: getattr(self, name) for name in ("title", "id", "source", "conversations")}
        return {**known, **tables}


@click.command()
@inputs_argument
@click.option("--by", type=click.Choice(["all", "conversation"]), default="all", help="All together, or each alone.")
@click.option(
    "--top", metavar="N", type=click.IntRange(min=1), help="Rows of each table; else 10, and all of them in JSON."
)
@click.option(
    "--gap", metavar="MINUTES", type=click.FloatRange(0, 525_600), default=60, help="Minutes that end a session."
)
@click.option("--fast", is_flag=True, help="Without emoji, mentions and links, which take longest to find.")
@click.option("--words", is_flag=True, help="Count words and phrases too; needs the extra chinese.")
@filter_options
@click.option("--stream/--no-stream", default=None, help=_STREAM_HELP)
@color_option
@json_option
@reading_options
def stats(inputs: tuple[str, ...], **how: Any) -> int:
    """Count in chats.

    Who writes how much, when, to whom and how soon; which emoji and links.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Daily files of one chat are united; several
    chats are counted together, or each file alone with `--by conversation`. Filters choose the messages that are
    counted at all: with --sender, an answer is one among those people.
    """
    found = Inputs(inputs, Reading.of(how))
    notes: list[str] = []
    show = _as_json if how["as_json"] else _as_text
    with found.watched():
        conversations = show(_Job(found, Filters.of(how), how, notes), how)
    if not how["as_json"] and not conversations:
        raise found.nothing()
    say_counted_twice(notes)
    return found.finish(quiet=how["as_json"]) or int(not conversations)


def united_inputs(inputs: Inputs, notes: list[str]) -> Iterator[Conversation]:
    """The conversations, parts of one chat united; what is counted twice is noted."""

    def note(conversation: Conversation, number: int, group: str) -> None:
        texts = count(number, "text")
        notes.append(translate(f"{conversation.origin.source or '?'}: {texts} stand in {group} as well"))

    return united(inputs, note)


def say_counted_twice(notes: Sequence[str]) -> None:
    """Tell what was noted, if anything."""
    if notes:
        more = [f"and {len(notes) - _NOTED:,} more"] if len(notes) > _NOTED else []
        head = "counted twice, and `wechatlog merge` makes one chat of such exports:"
        say("\n  ".join([head, *notes[:_NOTED], *more]))


@attrs.frozen
class _Job:
    inputs: Inputs
    filters: Filters
    how: dict[str, Any]
    notes: list[str]

    def reports(self) -> Iterator[Report]:
        """What was counted: one report, or one for each conversation; none where there is no conversation."""
        if self._may_stream() and (report := self._count_stream()) is not None:
            yield report
        elif self.how["by"] == "conversation":
            for conversation in self.inputs:
                yield self._count((conversation,))
        elif (report := self._count(united_inputs(self.inputs, self.notes))).conversations:
            yield report

    def _count(self, conversations: Iterable[Conversation]) -> Report:
        return Report.of(conversations, self.filters, **self._how)

    @property
    def _how(self) -> dict[str, Any]:
        return {
            "gap": dt.timedelta(minutes=self.how["gap"]),
            "segments": not self.how["fast"],
            "words": self.how["words"],
        }

    def _may_stream(self) -> bool:
        forced: bool | None = self.how["stream"]
        if forced and self.inputs.only_path is None:
            raise click.UsageError("--stream takes one file")
        return self.inputs.is_huge if forced is None else forced

    def _count_stream(self) -> Report | None:
        """Message by message; nothing where there are several conversations, to be read whole."""
        stream = self.inputs.stream()
        try:
            numbers = statistics(filter(self.filters.test(), stream), people=self.filters.people, **self._how)
        except MultipleConversationsError as error:
            if self.how["stream"]:
                raise Failure(
                    f"{self.inputs.sources[0].label}: holds several conversations; leave out --stream"
                ) from error
            return None
        return Report(numbers).about(stream.conversation)


def _as_json(job: _Job, how: dict[str, Any]) -> int:
    """Print everything as JSON, and give the number of conversations."""
    reports = list(job.reports())
    value = {"statistics": [report.to_json(how["top"]) for report in reports], **unread(job.inputs)}
    job.inputs.tick.clear()
    print_json(value)
    return sum(report.conversations for report in reports)


def _as_text(job: _Job, how: dict[str, Any]) -> int:
    """Print each report as soon as it is there, and give the number of conversations."""
    from wechatlog.cli.stats_lines import Page, iter_lines

    page = Page.of_output()
    conversations = shown = 0
    for report in job.reports():
        conversations += report.conversations
        if job.filters and not report.numbers.messages:
            continue
        job.inputs.tick.clear()
        if shown:
            click.echo()
        shown += 1
        title = named(report.heading, job.inputs.place(report.source) if how["by"] == "conversation" else None)
        print_lines(iter_lines(title, report.numbers, how["top"] or _ROWS, page), color=how["color"], pager=False)
    if conversations and not shown:
        say(job.filters.nothing_fits(conversations))
    return conversations
