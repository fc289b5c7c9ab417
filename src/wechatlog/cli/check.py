"""`wechatlog check`: what looks wrong in chats, for a person and for scripts.

Its exit codes are its answer: 0 nothing, 1 something, 2 something could not be read.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.language import translate
from wechatlog.cli.messages import count, harmless, listed, named
from wechatlog.cli.options import Reading, inputs_argument, json_option, reading_options
from wechatlog.cli.terminal import print_json
from wechatlog.content.native import diagnostic_to_json
from wechatlog.diagnostics import Severity
from wechatlog.operations import checks
from wechatlog.operations.checks import CHECKS, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from wechatlog.model import Conversation

_SHOWN: Final = 5
_FINDING: Final = ("code", "number", "detail", "source", "line")


@click.command()
@inputs_argument
@click.option(
    "--gap", metavar="DAYS", type=click.FloatRange(0, 36_500), default=30, help="The longest silence: 30 days."
)
@click.option("--only", multiple=True, type=click.Choice([*CHECKS]), metavar="CODE", help="Only this. Repeatable.")
@click.option("--media/--no-media-files", "media", default=True, help="Look for the files that a chat names.")
@click.option("--all", "everything", is_flag=True, help="Print all findings, not only the first five of each kind.")
@filter_options
@json_option
@reading_options
def check(inputs: tuple[str, ...], **how: Any) -> int:
    """Check chats for what looks wrong.

    Times that run backwards, repeated messages, long gaps, damaged characters, links without a target, media that are
    not there, and what was noticed in reading. Nothing is changed.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Media are looked for beside the file of the
    chat.

    Exit codes: 0 nothing was found, 1 something was, 2 wrong usage, or something could not be read.
    """
    found = Inputs(inputs, Reading.of(how))
    filters = Filters.of(how)
    media = _Media(found) if how["media"] else None
    reports: list[dict[str, Any]] = []
    with found.watched(quiet=how["as_json"]):
        for conversation in found:
            is_there = media.beside(conversation) if media is not None else None
            chosen = filters.select(conversation)
            findings = list(checks.check(chosen, gap=dt.timedelta(days=how["gap"]), is_there=is_there))
            wanted = [finding for finding in findings if not how["only"] or finding.code in how["only"]]
            reports.append(_report(conversation, wanted, with_diagnostics=not how["only"]))
    if how["as_json"]:
        print_json({"checked": reports, "failed": found.failures})
    else:
        if not reports:
            raise found.nothing()
        for line in _lines(reports, shown=None if how["everything"] else _SHOWN):
            click.echo(line)
        found.complain()
    if found.failures:
        return 2
    return int(any(report["findings"] or report["diagnostics"] for report in reports))


class _Media:
    """Whether files are there: beside the file of a chat, or beside it in its ZIP."""

    def __init__(self, inputs: Inputs) -> None:
        self._folders: dict[str, Path] = {}
        self._inside: dict[str, list[str]] = {}
        for source in inputs.sources:
            if source.path is None:
                continue
            self._folders[source.label] = source.path.parent
            if zipfile.is_zipfile(source.path):
                with zipfile.ZipFile(source.path) as archive:
                    for name in archive.namelist():
                        self._inside.setdefault(name.rsplit("/", 1)[-1], []).append(f"/{name}")

    def beside(self, conversation: Conversation) -> Callable[[str], bool]:
        """A function that says whether a file of this conversation is there."""
        own = self._folders.get(conversation.origin.source or "")
        folders = [own] if own is not None else list(dict.fromkeys(self._folders.values()))

        def is_there(path: str) -> bool:
            plain = path.replace("\\", "/")
            if any(name.endswith(f"/{plain}") for name in self._inside.get(plain.rsplit("/", 1)[-1], ())):
                return True
            try:
                return any((folder / plain).exists() for folder in folders)
            except (OSError, ValueError):
                return False

        return is_there


def _report(conversation: Conversation, findings: list[Finding], *, with_diagnostics: bool) -> dict[str, Any]:
    notes = (
        [note for note in conversation.diagnostics if note.severity is not Severity.INFO] if with_diagnostics else []
    )
    return {
        "title": conversation.title,
        "id": conversation.id,
        "source": conversation.origin.source,
        "messages": len(conversation),
        "counts": dict(Counter(finding.code for finding in findings)),
        "findings": [
            {name: value for name in _FINDING if (value := getattr(finding, name)) is not None} for finding in findings
        ],
        "diagnostics": list(map(diagnostic_to_json, notes)),
    }


def _lines(reports: list[dict[str, Any]], shown: int | None) -> Iterator[str]:
    for report in reports:
        title = named(report["title"] or report["id"], report["source"] if len(reports) > 1 else None)
        number = len(report["findings"]) + len(report["diagnostics"])
        total = count(number, "finding") if number else translate("nothing found")
        yield f"{title}: {listed(count(report['messages'], 'message'), total)}"
        for code, number in report["counts"].items():
            yield f"  {code} ({number:,}): {translate(CHECKS[code])}"
            yield from _places([entry for entry in report["findings"] if entry["code"] == code], shown)
        if notes := report["diagnostics"]:
            yield translate(f"  noticed in reading ({len(notes):,})")
            yield from _places([{**note, "detail": f"{note['code']}: {note['message']}"} for note in notes], shown)

    if len(reports) > 1:
        wrong = sum(bool(report["findings"] or report["diagnostics"]) for report in reports)
        yield listed(count(len(reports), "conversation"), translate(f"{wrong:,} with findings"))


def _places(entries: list[dict[str, Any]], shown: int | None) -> Iterator[str]:
    for entry in entries[:shown]:
        place = f"line {entry['line']}" if entry.get("line") else f"message {entry.get('number', 0) + 1}"
        yield harmless(f"    {translate(place)}: {translate(entry['detail'])}", one_line=True)
    if shown is not None and len(entries) > shown:
        yield "    " + translate(f"and {len(entries) - shown:,} more; --all shows them")
