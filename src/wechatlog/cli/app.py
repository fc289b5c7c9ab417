"""The program: its commands, and how what goes wrong becomes an exit code.

0 done; 1 something could not be read or written; 2 wrong usage; 130 interrupted; 141 the reader of the output
went away (`| head`); 143 terminated. No error ends in a traceback unless it is a fault of this program.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from wechatlog.cli.commands import completion, formats
from wechatlog.cli.convert import convert
from wechatlog.cli.info import info
from wechatlog.cli.media import media
from wechatlog.cli.messages import Failure, explain, say
from wechatlog.cli.search import search
from wechatlog.cli.show import show
from wechatlog.cli.stats import stats
from wechatlog.cli.view_page import view
from wechatlog.errors import WechatlogError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["app", "run"]

_PROGRAM: Final = "wechatlog"
_CLOSED_PIPE: Final = 141
_INTERRUPTED: Final = 130
_TERMINATED: Final = 143


class _App(click.Group):
    """A group whose commands report the errors of the library and the system in one line, and give exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
        except BrokenPipeError:
            _abandon_output()
            raise click.exceptions.Exit(_CLOSED_PIPE) from None
        except OSError as error:
            raise Failure(explain(error, "standard output" if error.filename is None else None)) from error
        except WechatlogError as error:
            raise Failure(explain(error)) from error
        except MemoryError as error:
            raise Failure("out of memory; convert --stream reads message by message") from error
        if isinstance(code, int) and code:
            ctx.exit(code)  # what a command returns is its exit code, also where click ends the process
        return code


@click.group(
    cls=_App,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 something could not be read or written, 2 wrong usage, 130 interrupted.",
)
@click.version_option(package_name="wechatlog", prog_name=_PROGRAM, message="%(prog)s %(version)s")
def app() -> None:
    """Any WeChat chat archive in, one model, any form out."""


for _command in (convert, show, search, view, info, stats, media, formats, completion):
    app.add_command(_command)


def run(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: the arguments without the program name; those of the process where `None`.

    Returns:
        The exit code.
    """
    _prepare()
    try:
        code = _dispatch(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_output()
        return _CLOSED_PIPE
    except OSError as error:
        _abandon_output()
        say(explain(error, "standard output"))
        return 1
    return code


def _dispatch(argv: Sequence[str] | None) -> int:
    try:
        result = app.main(argv, prog_name=_PROGRAM, standalone_mode=False)
    except click.exceptions.Abort:
        say("interrupted")
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return result if isinstance(result, int) else 0


def _prepare() -> None:
    """Never fail on a character that the terminal cannot show; clean up when terminated."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: object) -> NoReturn:
    """Leave by an exception, so that temporary files are removed."""
    del number, frame
    raise SystemExit(_TERMINATED)


def _abandon_output() -> None:
    """Let what is still buffered go nowhere; Python would complain about it at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
