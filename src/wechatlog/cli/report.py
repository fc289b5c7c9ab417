"""`wechatlog report`: the numbers of a chat, or of one year of it, as a page for the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import click

from wechatlog.atomic import replacing
from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.messages import Failure, harmless, say
from wechatlog.cli.options import ANY_PATH, Reading, inputs_argument, is_folder, reading_options
from wechatlog.cli.stats import Report, say_counted_twice, united_inputs
from wechatlog.cli.terminal import on_terminal
from wechatlog.content.descriptions import size_text

_LAST_YEAR = 9998


@click.command()
@inputs_argument
@click.option(
    "-o", "--output", metavar="OUT", required=True, type=ANY_PATH, help="The page: a file, or - for the output."
)
@click.option("--year", metavar="YEAR", type=click.IntRange(1, _LAST_YEAR), help="Only this year.")
@click.option("--title", help="Title of the page; else that of the chat.")
@click.option(
    "--interface", type=click.Choice(["zh", "en"]), default="zh", help="Language of the page: zh (default) or en."
)
@filter_options
@reading_options
def report(inputs: tuple[str, ...], output: str, **how: Any) -> int:
    """Write a yearly report.

    One page with the days, the hours, the people, the emoji and the words of a chat. It needs no network, has no
    script, and follows the light or dark of whoever reads it.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Parts of one chat, such as daily files, are
    united; several chats are counted together.

    \b
    Example:
      wechatlog report exports/ --year 2025 -o report.html
    """  # noqa: D301
    from wechatlog.pages.report import render_report

    if output != "-" and is_folder(output):
        raise click.UsageError(f"{output}: is a folder; give a file, such as -o report.html")
    if how["year"] is not None and (how["since"] or how["until"]):
        raise click.UsageError("--year excludes --since and --until")
    found = Inputs(inputs, Reading.of(how))
    filters, notes = Filters.of(how), list[str]()
    if (year := how["year"]) is not None:
        filters = attrs.evolve(filters, since=f"{year:04}-01-01", until=f"{year:04}-12-31")
    with found.watched():
        counted = Report.of(united_inputs(found, notes), filters)
    if not counted.conversations:
        raise found.nothing()
    if not counted.numbers.messages:
        raise Failure(filters.nothing_fits(counted.conversations))
    title = how["title"] or (counted.heading if counted.conversations == 1 else counted.conversations)
    _write(render_report(title, counted.numbers, language=how["interface"], year=year), output, found)
    say_counted_twice(notes)
    return found.finish()


def _write(page: str, output: str, found: Inputs) -> None:
    if output == "-":
        click.echo(harmless(page, tabs=True) if on_terminal() else page.encode("utf-8", "replace"), nl=False)
        return
    path = Path(output)
    found.keep(path)
    data = page.encode("utf-8", "replace")
    with replacing(path) as part:
        part.write_bytes(data)
    say(f"{path}: {size_text(len(data))}")
