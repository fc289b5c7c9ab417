"""What the commands say to a person: one line for each error, and texts made harmless for a terminal.

Takes errors and texts of any origin, gives sentences; prints to the error stream only.
"""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click

from wechatlog.cli.language import translate
from wechatlog.errors import AmbiguousFormatError, OptionError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from wechatlog.diagnostics import Diagnostic

_SHOWN: Final = 5
"""Files that are named."""
_LINE_END: Final = re.compile(r"\r\n?")
# Controls, the marks that turn the direction of writing, line separators, lone surrogates.
_HARMFUL: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]"
)


def _show(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def harmless(text: str, *, one_line: bool = False, tabs: bool = False) -> str:
    """The text with nothing in it that a terminal obeys: controls and direction marks are shown instead.

    Args:
        text: any text, such as a chat or a file name in a ZIP.
        one_line: also show line ends as blanks.
        tabs: leave tabs alone; otherwise they become blanks, which have a width.
    """
    text = _LINE_END.sub("\n", text)
    if not tabs:
        text = text.replace("\t", "    ")
    if one_line:
        text = text.replace("\n", " ")
    return _HARMFUL.sub(_show, text)


def harmless_json(text: str) -> str:
    """A JSON text with the same value and nothing in it that a terminal obeys."""
    from wechatlog.utf8 import escape  # with json

    return escape(text, _HARMFUL)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 message`, `1,200 messages`, in the language of the user."""
    return translate(f"{number:,} {noun if number == 1 else plural or noun + 's'}")


def period(first: dt.datetime | None, last: dt.datetime | None) -> str:
    """From when to when, a day that is both once; empty where that is not known."""
    if first is None or last is None:
        return ""
    end = f"{last:{'%H:%M' if first.date() == last.date() else '%Y-%m-%d %H:%M'}}"
    return translate(f"{first:%Y-%m-%d %H:%M} to {end}")


def listed(*facts: str) -> str:
    """Facts of one line, with the comma of the user's language."""
    return translate(", ").join(facts)


def named(title: str | None, place: str | None) -> str:
    """What a chat is called in a heading: its title, and where it lies as far as that says more."""
    says_more = place is not None and title not in (place, place.rpartition(".")[0])
    told = filter(None, (title, place if says_more else None))
    return harmless(" · ".join(told), one_line=True) or translate("untitled")


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def padded(text: str, columns: int) -> str:
    """The text with blanks up to so many columns."""
    return text + " " * (columns - width(text))


def say(text: str) -> None:
    """Tell the person something on the error stream; indented lines belong to the line before them."""
    for line in translate(harmless(text)).split("\n"):
        click.echo(line if line.startswith(" ") else f"wechatlog: {line}", err=True)


def say_skipped(notes: Sequence[Diagnostic], *, why: bool = False) -> None:
    """Tell of files that were met and are no chats, if there are any: first of those that few are like."""
    often = Counter(note.message for note in notes)
    found = [(note.source or "?", note.message) for note in sorted(notes, key=lambda note: often[note.message])]
    names = ", ".join(place for place, _ in found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    files = count(len(found), "file")
    if found and why:
        say("\n  ".join([f"skipped {files} without a chat:", *by_reason(found)]))
    elif found:
        say(f"skipped {files} without a chat: {names}")


def by_reason(failed: Iterable[tuple[str, str]]) -> list[str]:
    """A sentence for each reason, with the places."""
    places: dict[str, list[str]] = {}
    for place, reason in failed:
        places.setdefault(reason, []).append(place)
    return [f"{_some(found)}: {reason}" for reason, found in places.items()]


def _some(places: Sequence[str]) -> str:
    """The first of some places, and how many others there are."""
    return places[0] if len(places) == 1 else translate(f"{places[0]} and {len(places) - 1:,} more like it")


class Failure(click.ClickException):
    """Something could not be read or written; exit code 1."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message as one that comes from this program."""
        del file
        say(self.message)


class Trouble(Failure):
    """The same of a command whose exit code 1 is an answer."""

    exit_code = 2


_SWITCHES: Final = {"index": "--index", "workers": "--jobs"}
"""Options of the library that the command line has names of its own for."""


def explain(error: Exception, name: str | None = None) -> str:
    """One sentence about an error, with what can be done about it, and the file as the user wrote it."""
    if isinstance(error, OSError) and error.strerror is not None:
        shown = name or (os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None)
        near = _nearest(Path(shown)) if isinstance(error, FileNotFoundError) and shown is not None else ""
        return f"{shown}: {error.strerror}{near}" if shown else error.strerror
    text = str(error) or type(error).__name__
    if isinstance(error, OptionError):
        option, _, what = text.partition(": ")
        return f"{_SWITCHES[option]}: {what}" if option in _SWITCHES else f"-O {text}"
    if isinstance(error, AmbiguousFormatError):
        text = text.replace("pass format= to choose one", "choose one with --from")
    if name is not None:
        place = getattr(error, "subject", None) or getattr(error, "source", None)
        for known in (place, Path(name).name, name):
            text = text.removeprefix(f"{known}: ")
        return f"{name}: {text}"
    return text


def _nearest(path: Path) -> str:
    """What the user may have meant instead of a path that does not exist."""
    try:
        if not path.parent.is_dir():
            meant = _nearest(path.parent)
            return meant if "did you mean" in meant else f" (there is no folder {path.parent})"
        names = sorted(entry.name for entry in path.parent.iterdir())
        near = difflib.get_close_matches(path.name, names, 1, 0.7)
        near += [name for name in names if Path(name).stem == path.name][:1]
    except OSError:
        return ""
    return f" (did you mean {path.parent / near[0]}?)" if near else ""
