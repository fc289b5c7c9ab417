"""`wechatlog search`: messages that hold a text or fit a pattern, as grep finds lines.

Reads message by message, so that memory does not grow with a file. Its exit codes are those of grep: 0 found, 1 not
found, 2 something went wrong.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs
import click

from wechatlog.cli.filters import Filters, filter_options
from wechatlog.cli.hit_window import Line, Window
from wechatlog.cli.inputs import Inputs
from wechatlog.cli.language import translate
from wechatlog.cli.messages import Failure, harmless, harmless_json, say
from wechatlog.cli.options import Reading, color_option, emoji_option, inputs_argument, reading_options
from wechatlog.cli.terminal import is_colored, on_terminal, paint
from wechatlog.content.folding import knows_variants
from wechatlog.content.native import message_to_json
from wechatlog.content.patterns import Matcher, Span, compile_expression, compile_words
from wechatlog.emoji import to_unicode
from wechatlog.errors import FormatError, SlowPatternError
from wechatlog.operations.search import Place, find_places
from wechatlog.timestamps import day_and_clock
from wechatlog.utf8 import json_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.text import Text

    from wechatlog.engine.protocol import Draft
    from wechatlog.inputs.archive import ArchiveBatch
    from wechatlog.model import Conversation, Message
    from wechatlog.source import Source

_LONGEST: Final = 400
"""Characters of a text that is shown whole."""
_AROUND: Final = 60
"""Characters shown on both sides of a hit in a longer one."""
_HITS: Final = 5
"""Hits shown of a longer one."""
_INDENT: Final = 4
_NO_LETTERS: Final = re.compile(r"\\[pP]\{[^}]*\}|\\.|\(\?P?<[^>]*>", re.DOTALL)
"""What is in a regular expression without being looked for."""


@click.command()
@click.argument("pattern")
@inputs_argument
@click.option("-e", "--regex", is_flag=True, help="PATTERN is a regular expression.")
@click.option("-x", "--exact", is_flag=True, help="These very characters: other widths and scripts are something else.")
@click.option("-i/-s", "--ignore-case/--case-sensitive", default=None, help="Else as -i for a PATTERN in lower case.")
@click.option(
    "-C", "--context", metavar="N", type=click.IntRange(min=0), default=0, help="Show N messages around each hit."
)
@click.option("-B", "--before", metavar="N", type=click.IntRange(min=0), help="Show N messages before each hit.")
@click.option("-A", "--after", metavar="N", type=click.IntRange(min=0), help="Show N messages after each hit.")
@filter_options
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N hits.")
@click.option("-c", "--count", "how", flag_value="count", help="Only how many, for each chat.")
@click.option("-l", "--files-with-matches", "how", flag_value="files", help="Only the names of the files.")
@click.option("-q", "--quiet", "how", flag_value="nothing", help="Only the exit code.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines.")
@emoji_option
@color_option
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, 3600, min_open=True),
    default=1.0,
    help="How long a regular expression may take for one message: 1 second without it.",
)
@reading_options
def search(pattern: str, inputs: tuple[str, ...], **given: Any) -> int:
    """Search chats for a text.

    IN is a file, a folder, a glob, a ZIP or - for the standard input. Searched is what a person reads of a
    message, with quotes, forwards and cards, but not who sent it; filters choose where a hit may be, the messages
    around it are shown in any case.

    \b
    Examples:
      wechatlog search 扳手 exports/
      wechatlog search -C 2 --since 2026-05-01 --sender 老周 刹车线 chat.jsonl
      wechatlog search -e '\\b1[3-9][0-9]{9}\\b' exports/ --json

    Exit codes: 0 found, 1 not found, 2 wrong usage, or something could not be read.
    """  # noqa: D301
    found = _open(pattern, inputs, Reading.of(given))
    hunt = _Hunt.of(pattern, given)
    printer = _PRINTERS[given["how"]](given)
    quiet = given["how"] == "nothing"
    with found.watched(quiet=quiet):
        hunt.run(found, printer)
    printer.end()
    if not hunt.anything and (found.failures or found.skipped):
        raise found.nothing()
    found.complain(quiet=quiet)
    if not hunt.hits and not quiet:
        say("; ".join(filter(None, ["nothing found", hunt.filters.advice()])))
    is_chinese = any("\u3400" <= character <= "\u9fff" for character in pattern)
    if is_chinese and not (hunt.hits or quiet or given["regex"] or given["exact"] or knows_variants()):
        say("simplified and traditional characters are told apart; pip install 'wechatlog[chinese]' finds either")
    failed = bool(found.failures) and not quiet
    return 2 if failed or (found.failures and not hunt.hits) else int(not hunt.hits)


def _open(pattern: str, inputs: tuple[str, ...], reading: Reading) -> Inputs:
    if not pattern:
        raise click.UsageError("the pattern is empty")
    try:
        return Inputs(inputs, reading)
    except Failure as error:
        if Path(pattern).exists():
            raise Failure(f"{error.message}\n  the pattern comes first: wechatlog search PATTERN IN...") from error
        raise


class _Found(NamedTuple):
    """A line, and where it is from."""

    source: Source
    batch: ArchiveBatch
    line: Line

    @property
    def path(self) -> str:
        return str(self.source.path) if self.source.path is not None else self.source.label


@attrs.define
class _Hunt:
    pattern: str
    find: Matcher
    filters: Filters
    before: int
    after: int
    limit: int | None
    hits: int = 0
    anything: bool = False

    @classmethod
    def of(cls, pattern: str, given: dict[str, Any]) -> _Hunt:
        find = _matcher(pattern, given)
        around = [given["context"] if given[side] is None else given[side] for side in ("before", "after")]
        before, after = around if given["how"] is None else (0, 0)
        return cls(pattern, find, Filters.of(given), before, after, given["limit"])

    @property
    def done(self) -> bool:
        return self.limit is not None and self.hits >= self.limit

    def run(self, inputs: Inputs, printer: _Printer) -> None:
        for source, batches in inputs.streams():
            for found in self._search(source, batches):
                if on_terminal():
                    inputs.tick.clear()
                printer.show(found)
                if printer.needs_one:
                    break
            if self.done or (printer.is_done and self.hits):
                return

    def _search(self, source: Source, batches: Iterable[ArchiveBatch]) -> Iterator[_Found]:
        windows: dict[Draft, tuple[Window, Callable[[Message], bool]]] = {}
        for batch in batches:
            self.anything = True
            if batch.draft not in windows:
                fits = self.filters.test(batch.draft.tz or batch.context.tz)
                windows[batch.draft] = Window(self.before, self.after), fits
            window, fits = windows[batch.draft]
            for message in batch.messages:
                places = None if self.done or not fits(message) else self._places(message, source)
                self.hits += places is not None
                for line in window.feed(message, places):
                    yield _Found(source, batch, line)
                if self.done and not window.left:
                    return

    def _places(self, message: Message, source: Source) -> tuple[Place, ...] | None:
        try:
            return find_places(message, self.find)
        except SlowPatternError as error:
            what = "messages together" if error.together else f"one message of {source.label}"
            raise Failure(
                f"the pattern {self.pattern!r} takes over {error.seconds:g} s for {what}; "
                "write it in another way, or allow more with --timeout"
            ) from None


def _matcher(pattern: str, given: dict[str, Any]) -> Matcher:
    ignore_case = given["ignore_case"]
    if ignore_case is None:
        letters = _NO_LETTERS.sub("", pattern) if given["regex"] else pattern
        ignore_case = not any(character.isupper() for character in letters)
    if not given["regex"]:
        return compile_words(pattern, ignore_case=ignore_case, exact=given["exact"])
    try:
        return compile_expression(pattern, ignore_case=ignore_case, timeout=given["timeout"])
    except FormatError as error:
        raise click.UsageError(str(error)) from error


class _Printer:
    """Shows what is found; this one shows nothing.

    Of some a file is of no interest after one hit (`needs_one`), and nor is any other (`is_done`).
    """

    needs_one = True
    is_done = True

    def __init__(self, given: dict[str, Any]) -> None:
        self._as_json: bool = given["as_json"]

    def show(self, found: _Found) -> None:
        """Take a line."""

    def end(self) -> None:
        """There are no more."""


class _Files(_Printer):
    is_done = False

    def show(self, found: _Found) -> None:
        if self._as_json:
            _write_json({"path": found.path})
        else:
            _write(f"{harmless(found.path, one_line=True)}\n")


class _Counts(_Printer):
    """The number of hits of each chat that has any, and the sum."""

    needs_one = is_done = False

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        self._counts: Counter[tuple[str, Draft]] = Counter()
        self._known: dict[tuple[str, Draft], ArchiveBatch] = {}

    def show(self, found: _Found) -> None:
        key = found.path, found.batch.draft
        self._counts[key] += 1
        self._known[key] = found.batch

    def end(self) -> None:
        for (path, draft), number in self._counts.items():
            conversation = self._known[path, draft].conversation
            if self._as_json:
                _write_json({**_origin(conversation, path), "count": number})
            else:
                _write(f"{number:>7,}  {_name(conversation, path)}\n")
        if len(self._counts) > 1 and not self._as_json:
            _write(f"{self._counts.total():>7,}  {translate(f'in {len(self._counts)} conversations')}\n")


class _Lines(_Printer):
    """The messages, under a heading for each chat."""

    needs_one = is_done = False

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        self._unicode = given["emoji"] == "unicode"
        self._colored = is_colored(given["color"])
        self._last: Draft | None = None

    def show(self, found: _Found) -> None:
        if self._as_json:
            _write_json(_to_json(found))
            return
        for text in paint(self._texts(found), colored=self._colored):
            _write(text)
        self._last = found.batch.draft

    def _texts(self, found: _Found) -> Iterator[Text]:
        from rich.text import Text

        draft, line = found.batch.draft, found.line
        if draft is not self._last:
            if self._last is not None:
                yield Text("")
            yield Text.assemble((_name(found.batch.conversation, found.path), "bold"))
        elif line.gap:
            yield Text.assemble(("  --", "dim"))
        first, *rest = _body(line, unicode=self._unicode).split("\n", allow_blank=True)
        yield _lead(line) + first
        for more in rest:
            yield Text(" " * _INDENT if more else "") + more


def _lead(line: Line) -> Text:
    from rich.text import Text

    from wechatlog.cli.rendering import name_style, tag

    message = line.message
    when = " ".join(filter(None, day_and_clock(message.time, message.precision)))
    name = "*" if message.sender is None else harmless(message.sender, one_line=True)
    style = "dim" if message.sender is None else name_style(name, is_self=message.is_self)
    sign = "-" if line.places is None else ":"
    colon = " " if message.sender is None else ": "
    return Text.assemble(
        (f"{line.number:>5}{sign} {when}{' ' * bool(when)}", "dim"), (name, style), colon, (tag(message), "dim")
    )


def _body(line: Line, *, unicode: bool) -> Text:
    """The text with its hits, and what stands apart from it and has any; of a long one what is around them."""
    from rich.text import Text

    places = line.places or ()
    body = Text(style="dim" if line.places is None else "", end="")
    _append(body, line.message.text, [place.span for place in places if place.aside is None], unicode=unicode)
    apart = ((aside, [*found]) for aside, found in itertools.groupby(places, lambda place: place.aside) if aside)
    for aside, found in apart:
        head = "" if aside.sender is None else f"{harmless(aside.sender, one_line=True)}: "
        body.append(f"{chr(10) if body.plain else ''}> {head}", "dim")
        _append(body, aside.text, [place.span for place in found], unicode=unicode)
    body.rstrip()
    return body


def _append(body: Text, text: str, spans: list[Span], *, unicode: bool) -> None:
    end = 0
    for start, stop, is_hit in _pieces(text, spans):
        if start > end:
            body.append(" … " if end else "… ", "dim")
        piece = text[start:stop]
        body.append(harmless(to_unicode(piece, "replace") if unicode else piece), "bold red" if is_hit else "")
        end = stop
    if end < len(text):
        body.append(" …", "dim")


def _pieces(text: str, spans: list[Span]) -> Iterator[tuple[int, int, bool]]:
    """What is shown of a text: start, end, and whether it is a hit."""
    for low, high in _windows(text, spans):
        at = low
        for start, stop in spans:
            start, stop = max(start, at), min(stop, high)
            if start < stop:
                yield at, start, False
                yield start, stop, True
                at = stop
        yield at, high, False


def _windows(text: str, spans: list[Span]) -> Iterator[Span]:
    """The stretches of a text that are shown: all of it, its beginning, or what is around its first hits."""
    if len(text) <= _LONGEST or not spans:
        yield 0, min(len(text), _LONGEST)
        return
    low = high = 0
    for start, stop in spans[:_HITS]:
        if start - _AROUND > high:
            if high:
                yield low, high
            low = start - _AROUND
        high = min(len(text), stop + _AROUND, start + _LONGEST)
    yield low, high


def _name(conversation: Conversation, path: str) -> str:
    """What a chat is called in a heading: its title, its file, and the file in that."""
    source = conversation.origin.source or ""
    inside = source.partition(f"{Path(path).name}/")[2] or source
    parts = [conversation.title or conversation.id, path, None if path.endswith(inside) else inside]
    return " · ".join(harmless(part, one_line=True) for part in parts if part)


def _origin(conversation: Conversation, path: str) -> dict[str, Any]:
    source = conversation.origin.source
    return {"conversation": conversation.title, "conversation_id": conversation.id, "path": path, "source": source}


def _to_json(found: _Found) -> dict[str, Any]:
    line = found.line
    places = line.places or ()
    message = message_to_json(line.message, nested=True)
    message.pop("parsed", None)  # segments are not looked for
    apart = [
        {"sender": aside.sender, "text": aside.text, "spans": [place.span for place in found]}
        for aside, found in itertools.groupby(places, lambda place: place.aside)
        if aside
    ]
    return {
        "type": "context" if line.places is None else "match",
        **_origin(found.batch.conversation, found.path),
        "number": line.number,
        "spans": [place.span for place in places if place.aside is None],
        **({"apart": apart} if apart else {}),
        "message": message,
    }


def _write(text: str) -> None:
    sys.stdout.write(text)


def _write_json(value: dict[str, Any]) -> None:
    """One line in UTF-8."""
    sys.stdout.buffer.write(harmless_json(json_line(value)).encode() + b"\n")


_PRINTERS: Final[dict[str | None, type[_Printer]]] = {
    None: _Lines,
    "count": _Counts,
    "files": _Files,
    "nothing": _Printer,
}
