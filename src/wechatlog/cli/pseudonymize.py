"""`wechatlog pseudonymize`: chats into a folder, without real names and private numbers.

Everything is read twice: once to learn who there is, in all inputs, and once to rewrite, one chat at a time in memory.
The book of pseudonyms, and the report with the real names in it, are for the owner only: private files outside the
folder.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from wechatlog.atomic import replacing
from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.messages import Failure, count, explain, say
from wechatlog.cli.options import (
    ANY_PATH,
    SPLIT,
    Reading,
    format_name,
    inputs_argument,
    is_folder,
    quiet_option,
    reading_options,
)
from wechatlog.cli.summary import Summary, written
from wechatlog.detection import detect_reader
from wechatlog.errors import UnknownFormatError, WechatlogError
from wechatlog.operations.identity import Identities
from wechatlog.operations.pseudonymize import pseudonymize_archive
from wechatlog.operations.pseudonyms import MASKS, Pseudonyms
from wechatlog.registry import find_writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.model import Conversation
    from wechatlog.writers.base import Writer

_DEFAULT_FORM: Final = "jsonl"
_OF_THE_BOOK: Final = ("style", "mask", "keep", "everyday")


@click.command()
@filter_options
@inputs_argument
@click.option("-o", "--output", metavar="FOLDER", required=True, type=ANY_PATH, help="Where the files go.")
@click.option("--to", "form", type=format_name("writer"), help="Form of the output; else that of the input, or jsonl.")
@click.option("--split", metavar="HOW", type=SPLIT, help="Cut each chat into files, as `convert` does.")
@click.option("--book", metavar="FILE", type=ANY_PATH, help="Keep who is who here; used and extended if it exists.")
@click.option("--report", metavar="FILE", type=ANY_PATH, help="Write what was replaced and what is doubtful, as JSON.")
@click.option("--people", metavar="FILE", type=ANY_PATH, help="Who is who, as `wechatlog people` writes it.")
@click.option("--same", metavar="NAME=NAME", multiple=True, help="Two names or ids of one person: 我=张三. Repeatable.")
@click.option("--style", help="numbered (P1, the default), stems (甲), keyed, or a template such as 成员{}.")
@click.option("--mask", metavar="NAMES", help=f"What else is hidden, with commas, or none: {', '.join(MASKS)}.")
@click.option("--keep", metavar="NAME", multiple=True, help="A name that stays in running text. Repeatable.")
@click.option(
    "--everyday",
    type=click.Choice(["names", "all"]),
    help="Replace names that are everyday words where they stand as names (the default), or everywhere.",
)
@quiet_option
@reading_options
def pseudonymize(inputs: tuple[str, ...], output: str, form: str | None, **how: Any) -> int:
    """Write chats under pseudonyms, to share them.

    Real names become pseudonyms; telephone numbers, cards, accounts and the like are masked.
    IN is a file, a folder, a glob, a ZIP or - for the standard input. All of them are learnt from before the
    first is written, also what filters leave out; a person has the same pseudonym in all of them. Whoever has the
    book can undo the pseudonyms: it is written so that only you can read it, and never into FOLDER.

    \b
    Examples:
      wechatlog pseudonymize exports/ -o shared/ --book ~/private/book.json
      wechatlog pseudonymize chat.jsonl -o shared/ --same 我=张三 --keep 收到
      wechatlog pseudonymize chat.jsonl -o shared/ --to llm-markdown --report ~/private/report.json
    """  # noqa: D301
    _check_folder(output)
    folder = Path(output).resolve()
    for path in filter(None, (how["book"], how["report"])):  # they undo the pseudonyms
        if folder in (target := Path(path).resolve()).parents or target == folder:
            raise click.UsageError(f"{path}: undoes the pseudonyms and does not belong into {output}")
    sources = Inputs(inputs, Reading.of(how, find_writer(form) if form else None))
    writer = _choose_writer(form, sources)
    reading, book = Reading.of(how, writer), _open_book(how)
    filters = Filters.of(how)
    summary = Summary()
    with sources.watched(quiet=how["quiet"]):
        hidden = pseudonymize_archive(_Chats(sources, summary, filters), book)
        try:
            keep = partial(sources.keep, name="FOLDER")
            how_written = {"split": how["split"], "check": keep, **reading.writer_options}
            for file in written(hidden, output, writer.name, **how_written):
                summary.add_file(str(file.path), file, file.messages)
        finally:
            if how["book"] and summary.conversations:
                _write_private(how["book"], book.to_json())
    if not summary.conversations:
        raise Failure(filters.nothing_fits(len(sources.sources))) if filters else sources.nothing()
    if how["report"]:
        _write_private(how["report"], json.dumps(book.report.to_dict(), ensure_ascii=False, indent=1) + "\n")
    code = summary.finish(sources, output, as_json=False, quiet=how["quiet"])
    if not how["quiet"]:
        _tell(book, report=how["report"])
    return code


class _Chats:
    """The conversations of the inputs, read anew each time; the first reading gives all, the next ones what fits."""

    def __init__(self, inputs: Inputs, summary: Summary, filters: Filters) -> None:
        self._inputs, self._summary, self._filters = inputs, summary, filters
        self._is_learnt = False

    def __iter__(self) -> Iterator[Conversation]:
        is_learnt, self._is_learnt = self._is_learnt, True
        for conversation in self._inputs:
            wanted: Conversation | None = self._filters.select(conversation)
            if self._filters and not wanted:
                wanted = None
            if not is_learnt:
                if wanted is not None:
                    self._summary.add_conversation(())
                yield conversation
            elif wanted is not None:
                yield wanted


def _choose_writer(form: str | None, inputs: Inputs) -> Writer:
    """The form that was asked for, or that of the first input, or `jsonl`."""
    if form is None:
        try:
            form = detect_reader(inputs.sources[0])[0].name
            return find_writer(form)
        except (WechatlogError, OSError, IndexError):
            form = _DEFAULT_FORM
    return find_writer(form)


def _check_folder(output: str) -> None:
    """Refuse a folder that is called as a file of some form is; one that is there already may have any name."""
    if is_folder(output):
        return
    try:
        find_writer(None, Path(output).name.lower())
    except UnknownFormatError:
        return
    raise click.UsageError(f"{output}: the files go into a folder; give one, such as -o shared/")


def _open_book(how: Mapping[str, Any]) -> Pseudonyms:
    """The book that is there, or a new one by the options."""
    given = {name: how[name] for name in _OF_THE_BOOK if how[name]}
    path = how["book"]
    try:
        if path and Path(path).exists():
            if given:
                options = ", ".join(f"--{name}" for name in given)
                raise click.UsageError(f"{path}: the book has its own options; leave out {options}")
            book = Pseudonyms.open(path)
        else:
            if "mask" in given:
                given["mask"] = [] if given["mask"] == "none" else [part.strip() for part in given["mask"].split(",")]
            book = Pseudonyms(**given)
        if how["people"]:
            book.know(Identities.from_toml(Path(how["people"]).read_text(encoding="utf-8")))
        for pair in how["same"]:
            names = [name.strip() for name in pair.split("=")]
            if len(names) < 2 or not all(names):
                raise click.UsageError(f"--same {pair}: expected two names with = between them, such as 我=张三")
            book.same(*names)
    except OSError as error:
        raise Failure(explain(error)) from error
    except (ValueError, UnknownFormatError) as error:
        raise click.UsageError(str(error)) from error
    return book


def _write_private(path: str, text: str) -> None:
    with replacing(Path(path), private=True) as part:
        part.write_text(text, encoding="utf-8")


def _tell(book: Pseudonyms, *, report: str | None) -> None:
    found = book.report
    masked = ", ".join(f"{number:,} {what}" for what, number in found.masked)
    pseudonyms, names = count(len({book[name] for name in book}), "pseudonym"), count(found.replaced_in_text, "name")
    replaced = f"{pseudonyms}; {names} replaced in running text"
    say(f"{pseudonyms}; {names} replaced in running text; hidden: {masked}" if masked else replaced)
    where = report or "write them down with --report FILE"
    if found.doubtful:
        say(f"{count(len(found.doubtful), 'name')} to look at: everyday words, or nobody's for sure ({where})")
    if found.alike:
        pairs = count(len(found.alike), "pair")
        say(f"{pairs} of names may be one person and have two pseudonyms ({where})")
        say("  `wechatlog people FILE... -o people.toml` writes who is who, for --people people.toml")
