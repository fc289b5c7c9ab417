"""What a run of `convert` did: for a person on the error stream, for a script as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from wechatlog.cli.language import translate
from wechatlog.cli.messages import Failure, count, harmless, listed, padded, say
from wechatlog.cli.terminal import print_json
from wechatlog.content.native import diagnostic_to_json, segment_to_json
from wechatlog.diagnostics import Diagnostic, Severity
from wechatlog.model import Conversation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wechatlog.cli.inputs import Inputs
    from wechatlog.outputs.folder import CountedStream, Rendered, WrittenFile
    from wechatlog.segments import Segment

_PLACES: Final = 3
_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def unread(inputs: Inputs) -> dict[str, Any]:
    """Which inputs could not be read, and which files are no chats."""
    return {"failed": inputs.failures, "skipped": list(map(diagnostic_to_json, inputs.skipped))}


def written(
    items: Iterable[Conversation | Rendered] | CountedStream, folder: str | Path, form: str, **how: Any
) -> Iterator[WrittenFile]:
    """The files of conversations in a folder, each when it is there; as `iter_written`."""
    from wechatlog.outputs.folder import iter_written

    try:
        yield from iter_written(items, folder, form, **how)
    except FileExistsError:
        raise Failure(f"{folder}: exists and is no folder") from None


class Tally:
    """Diagnostics by severity and code, each with how often and where first."""

    def __init__(self) -> None:
        self._found: dict[tuple[Severity, str], tuple[int, list[Diagnostic]]] = {}

    def add(self, notes: Iterable[Diagnostic]) -> None:
        """Count some more."""
        for note in notes:
            number, first = self._found.setdefault((note.severity, note.code), (0, []))
            if len(first) < _PLACES:
                first.append(note)
            self._found[note.severity, note.code] = (number + 1, first)

    def lines(self) -> list[str]:
        """How often, where, and what the first one says: two lines for each code, the worst first."""
        keys = sorted(self._found, key=lambda key: (_ORDER.index(key[0]), -self._found[key][0]))
        return [line for key in keys for line in self._entry(*key).split("\n")]

    def _entry(self, severity: Severity, code: str) -> str:
        number, first = self._found[severity, code]
        found = (":".join(str(part) for part in (note.source, note.line) if part is not None) for note in first)
        places = ", ".join(filter(None, found))
        more = ", …" if number > len(first) else ""
        where = f" {translate('at')} {places}{more}" if places else ""
        line = harmless(f"{number:>6,} {padded(translate(str(severity)), 7)} {code}{where}", one_line=True)
        return f"{line}\n{'':>15}{translate(harmless(first[0].message, one_line=True))}"

    def to_json(self) -> list[dict[str, Any]]:
        """The counts."""
        return [
            {"code": code, "severity": str(severity), "count": number}
            for (severity, code), (number, _) in self._found.items()
        ]


class Damage(Tally):
    """What could not be read, for who asked to see a chat and not what was noticed in reading it."""

    def add(self, notes: Iterable[Diagnostic]) -> None:
        """Count the errors among some more."""
        super().add(note for note in notes if note.severity is Severity.ERROR)

    def tell(self) -> None:
        """Say it, if there is any."""
        if lines := self.lines():
            say("\n".join(["not all of it could be read:", *lines]))


@attrs.define
class Summary:
    """Counts what was read and written."""

    written: list[dict[str, Any]] = attrs.field(factory=list)
    conversations: int = 0
    messages: int = 0
    with_index: bool = False
    nothing_new: bool = False
    left_out: Counter[str] = attrs.field(factory=Counter)
    diagnostics: Tally = attrs.field(factory=Tally)

    def add_conversation(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Note a conversation that was read."""
        self.conversations += 1
        self.diagnostics.add(diagnostics)

    def add_file(self, path: str, what: Conversation | WrittenFile, messages: int) -> None:
        """Note a file that was written, or a conversation in it."""
        source = what.origin.source if isinstance(what, Conversation) else what.source
        self.written.append({"path": path, "source": source, "title": what.title, "messages": messages})
        self.messages += messages

    def add_left_out(self, pieces: Iterable[Segment]) -> None:
        """Note pieces that the form has no place for."""
        self.left_out.update(segment_to_json(piece)["type"] for piece in pieces)

    def finish(self, inputs: Inputs, output: str, *, as_json: bool, quiet: bool) -> int:
        """Report, and give the exit code."""
        code = inputs.finish(quiet=quiet)
        if not quiet:
            paths = {entry["path"] for entry in self.written}
            files = count(len(paths), "file")
            where = f"{output}: {translate(f'{files} and index.html') if self.with_index else files}"
            if output in paths:
                where = translate("standard output") if output == "-" else output
            read = listed(count(self.conversations, "conversation"), count(self.messages, "message"))
            say(f"{output}: nothing is new" if self.nothing_new else f"{where}: {read}")
            for line in self.diagnostics.lines():
                click.echo(line, err=True)
            if self.left_out:
                names = ", ".join(f"{number:,} {name}" for name, number in self.left_out.most_common())
                pieces = count(self.left_out.total(), "piece")
                say(f"this form has no place for {pieces} beside the texts: {names}")
        if as_json:
            found = {
                "written": self.written,
                "conversations": self.conversations,
                "messages": self.messages,
                "diagnostics": self.diagnostics.to_json(),
                "left_out": dict(self.left_out),
                **unread(inputs),
            }
            print_json(found)
        return code
