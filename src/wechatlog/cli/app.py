"""The program: its commands, and how what goes wrong becomes an exit code.

0 done; 1 something could not be read or written; 2 wrong usage; 130 interrupted; 141 the reader of the output
went away (`| head`); 143 terminated. No error ends in a traceback unless it is a fault of this program. A command's
module is imported when somebody gives the command, or asks for the help that lists all.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TextIO

import click

from wechatlog import __version__
from wechatlog.cli.help_pages import HelpContext, first_paragraph
from wechatlog.cli.language import chosen_language, translate
from wechatlog.cli.messages import Failure, Trouble, explain, say
from wechatlog.errors import WechatlogError

_PROGRAM: Final = "wechatlog"
_CLOSED_PIPE: Final = 141
_INTERRUPTED: Final = 130
_TERMINATED: Final = 143
_COMMANDS: Final = (
    "check completion convert formats info media mcp merge people report pseudonymize search show stats view".split()
)
"""Each stands under its name in a module of that name."""
_ANSWERS: Final = frozenset({"check", "search"})
"""Commands whose exit code 1 is an answer; what goes wrong ends with 2."""


class _Commands(Mapping[str, click.Command]):
    """The commands by name, each imported when it is taken out."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in _COMMANDS:
            raise KeyError(name)
        command: click.Command = getattr(importlib.import_module(f"wechatlog.cli.{name}"), name)
        command.context_class = HelpContext
        command.short_help = first_paragraph(command) if chosen_language() else None
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _App(click.Group):
    """A group whose commands report the errors of the library and the system in one line, and give exit codes."""

    context_class = HelpContext

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = self._invoke(ctx)
        except Failure as failure:
            if ctx.invoked_subcommand in _ANSWERS:
                raise Trouble(failure.message) from failure
            raise
        if isinstance(code, int) and code:
            ctx.exit(code)  # what a command returns is its exit code, also where click ends the process
        return code

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _abandon_output()
            raise click.exceptions.Exit(_CLOSED_PIPE) from None
        except OSError as error:
            raise Failure(explain(error, "standard output" if error.filename is None else None)) from error
        except WechatlogError as error:
            raise Failure(explain(error)) from error
        except MemoryError as error:
            raise Failure("out of memory; convert --stream reads message by message") from error


@click.group(
    cls=_App,
    commands=_Commands(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 something could not be read or written, 2 wrong usage, 130 interrupted.",
)
@click.version_option(__version__, prog_name=_PROGRAM, message="%(prog)s %(version)s")
def app() -> None:
    """Any WeChat chat archive in, one model, any form out."""


def run(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments, or those of the process, and give the exit code."""
    sys.stdout = sys.stdout or _reopen(1, os.O_RDONLY)
    sys.stderr = sys.stderr or _reopen(2, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # never fail on a character that the terminal cannot show
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))  # an exception: temporary files are removed
    code = 0
    try:
        code = _dispatch(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_output()
        return _CLOSED_PIPE
    except OSError as error:
        _abandon_output()
        if not code:  # else it was told
            say(explain(error, "standard output"))
        return code or 1
    return code


def _dispatch(argv: Sequence[str] | None) -> int:
    try:
        result = app.main(argv, prog_name=_PROGRAM, standalone_mode=False)
    except click.exceptions.Abort:
        say("interrupted")
        return _INTERRUPTED
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(translate(shown.getvalue()), err=True, nl=False)
        return error.exit_code
    return result if isinstance(result, int) else 0


def _reopen(number: int, flags: int) -> TextIO:
    """A standard stream that was closed before the program began (`>&-`); no other file gets its number.

    What is written is lost, or is an error where the flags are for reading only.
    """
    nowhere = os.open(os.devnull, flags)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    return open(number, "w", encoding="utf-8", closefd=False)


def _abandon_output() -> None:
    """Let what is still buffered go nowhere; Python would complain about it at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
