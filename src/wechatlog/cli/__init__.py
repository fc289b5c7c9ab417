"""The command line: `wechatlog` and `python -m wechatlog`.

Takes arguments, gives an exit code. click and rich are imported when `main` has something for them to do, so that
somebody without the extra `cli` is told the command that installs them, and a script that asks for the version need
not wait for them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

from wechatlog import __version__

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments without the program name; those of the process where `None`.

    Returns:
        The exit code: 0 done, 1 something could not be read or written, 2 wrong usage, 130 interrupted, 141
        the reader of the output went away.
    """
    if list(sys.argv[1:] if argv is None else argv) == ["--version"]:
        with contextlib.suppress(OSError, AttributeError):  # where it cannot be written, the program says why
            sys.stdout.write(f"wechatlog {__version__}\n")
            sys.stdout.flush()
            return 0
    from importlib.util import find_spec

    if any(find_spec(library) is None for library in ("click", "rich")):
        from wechatlog.cli.language import translate
        from wechatlog.errors import MissingExtraError

        sys.stderr.write(f"wechatlog: {translate(str(MissingExtraError('cli', 'the command line')))}\n")
        return 2
    from wechatlog.cli.app import run

    return run(argv)
