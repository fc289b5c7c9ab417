"""The options that several commands share, and what they say about reading."""

from __future__ import annotations

import codecs
import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
import click

from wechatlog.cli.language import translate
from wechatlog.errors import UnknownFormatError
from wechatlog.registry import accepted_options, find_reader, find_writer, formats
from wechatlog.timestamps import parse_day, resolve_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from click.shell_completion import CompletionItem

    from wechatlog.diagnostics import ErrorPolicy
    from wechatlog.inputs.single import Format
    from wechatlog.writers.base import Writer

    _ParamType = click.ParamType[str]
else:
    _ParamType = click.ParamType  # generic only since click 8.4

ANY_PATH: Final = click.Path(readable=False)
"""Completed as a file name and not checked: the commands say more about what is wrong with a path than click."""

_F = TypeVar("_F", bound="Callable[..., Any]")

inputs_argument: Final = click.argument("inputs", metavar="IN...", nargs=-1, required=True, type=ANY_PATH)
json_option: Final = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
summary_option: Final = click.option(
    "--json", "as_json", is_flag=True, help="Print a summary as JSON on the standard output."
)
quiet_option: Final = click.option(
    "-q", "--quiet", is_flag=True, help="No summary and no progress bar; errors are still told."
)
color_option: Final = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours; auto: on a terminal."
)
emoji_option: Final = click.option(
    "--emoji", type=click.Choice(["code", "unicode"]), default="code", help="[微笑] as it is, or as 🙂."
)


def is_folder(output: str) -> bool:
    """Whether an output names a folder: one that exists, or any that ends like one."""
    separators = tuple(filter(None, ("/", os.sep, os.altsep)))
    return output.endswith(separators) or Path(output).is_dir()


def output_name(output: str) -> str:
    """What an output is called."""
    return translate("standard output") if output == "-" else output


def choose_writer(form: str | None, output: str) -> Writer:
    """The writer of that name, or else of the suffix of an output."""
    try:
        return find_writer(form, "" if is_folder(output) else Path(output).name.lower())
    except UnknownFormatError:
        rows = [info for info in formats() if info.role == "writer"]
        suffix = Path(output).suffix.lower()
        if output == "-" or is_folder(output) or not suffix:
            reason = "name the form of the output with --to"
        else:
            near = difflib.get_close_matches(suffix, [end for info in rows for end in info.suffixes], 1, 0.7)
            reason = f"no form is known for the suffix {suffix}; name one with --to"
            if near:
                reason = f"no form is known for the suffix {suffix}, did you mean {near[0]}? or name one with --to"
        forms = ", ".join(f"{info.name} {' '.join(info.suffixes)}".rstrip() for info in rows)
        raise click.UsageError(f"{output_name(output)}: {reason}\nForms: {forms}") from None


def unknown_format(name: str, role: str | None = None) -> str:
    """What to say of the name of a format that is none: which were meant, or all."""
    known = list(dict.fromkeys(info.name for info in formats() if role in (None, info.role)))
    near = difflib.get_close_matches(name, known, 3, 0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(known)}"
    kind = f"no {role} of that name" if role else "no format of that name"
    return f"{name!r}: {kind}; {hint}\n`wechatlog formats` describes them"


class Checked(_ParamType):
    """A text that a function takes, which raises a `ValueError` for any other; the choices are what completes it."""

    def __init__(
        self, name: str, check: Callable[[str], object], choices: Callable[[], Iterable[tuple[str, str | None]]] = tuple
    ) -> None:
        self.name, self._check, self._choices = name, check, choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, if it is one."""
        try:
            self._check(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The choices that begin so."""
        from click.shell_completion import CompletionItem

        del ctx, param
        return [CompletionItem(text, help=told) for text, told in self._choices() if text.startswith(incomplete)]


def format_name(role: str) -> Checked:
    """The name of a reader or of a writer."""
    find = find_reader if role == "reader" else find_writer

    def check(name: str) -> None:
        try:
            find(name)
        except UnknownFormatError:
            raise ValueError(unknown_format(name, role)) from None

    return Checked("FORMAT", check, lambda: ((info.name, info.description) for info in formats() if info.role == role))


WHEN: Final = Checked("DATE", parse_day)


def _check_split(text: str) -> None:
    from wechatlog.outputs.folder import parse_split

    parse_split(text)


def _check_encoding(value: str) -> None:
    try:
        "".encode(codecs.lookup(value).name)
    except (LookupError, ValueError):
        raise ValueError(f"{value!r} is no text encoding; usual ones: utf-8, gb18030, utf-16, big5") from None


def _calendar() -> Iterator[tuple[str, None]]:
    from wechatlog.operations.split import UNITS

    return ((unit, None) for unit in UNITS)


SPLIT: Final = Checked("HOW", _check_split, _calendar)
"""How one chat is cut into files."""

_OPTIONS: Final = (
    click.option("--from", "source_format", type=format_name("reader"), help="Format of the input; else found out."),
    click.option(
        "--text-format",
        metavar="TEMPLATE",
        help="Read lines that look like this: '[%Y-%m-%d %H:%M:%S] {sender}: {text}'.",
    ),
    click.option("--tz", type=Checked("ZONE", resolve_zone), help="Zone of the times: Asia/Shanghai, +08:00."),
    click.option("--encoding", type=Checked("CODEC", _check_encoding), help="Encoding of the text; else found out."),
    click.option("--strict", is_flag=True, help="Fail at the first damage instead of noting it."),
    click.option(
        "-O",
        "--option",
        "options",
        metavar="NAME=VALUE",
        multiple=True,
        help="An option of the format, such as owner=李四; `wechatlog formats NAME` lists them. Repeatable.",
    ),
)


def reading_options(command: _F) -> _F:
    """Give a command the options that say how inputs are read; `Reading.of` understands them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen
class Reading:
    """How inputs are read, and what of the format's options belongs to the writer."""

    format: Format
    tz: str | None
    encoding: str | None
    errors: ErrorPolicy
    options: Mapping[str, Any]
    writer_options: Mapping[str, Any]

    @classmethod
    def of(cls, how: Mapping[str, Any], writer: Writer | None = None) -> Reading:
        """What the options of `reading_options` say; an option that nothing takes is a `click.UsageError`."""
        chosen = _format(how["source_format"], how["text_format"])
        pairs = (text.partition("=") for text in how["options"])
        given = {name.strip().replace("-", "_"): value if equals else True for name, equals, value in pairs}
        readers = accepted_options(chosen) if given else frozenset()
        writers = frozenset(writer.options if writer else ())
        known = sorted(readers | writers)
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known) or 'none'}"
                raise click.BadParameter(f"no such option {name!r}; {hint}", param_hint="'-O'")
        ours, theirs = ({name: given[name] for name in given if name in takes} for takes in (readers, writers))
        errors: ErrorPolicy = "strict" if how["strict"] else "collect"
        return cls(chosen, how["tz"], how["encoding"], errors, ours, theirs)

    @property
    def keywords(self) -> dict[str, Any]:
        """The keyword arguments of `load` and its kin."""
        how = {"format": self.format, "tz": self.tz, "encoding": self.encoding, "errors": self.errors}
        return {**how, **self.options}


def _format(name: str | None, template: str | None) -> Format:
    if template is None:
        return name
    if name is not None:
        raise click.UsageError("--from and --text-format exclude each other")
    from wechatlog.readers.text_format import text_format

    try:
        return text_format(template)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--text-format'") from error
