"""What the tests of the command line share."""

from __future__ import annotations

import functools
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wechatlog.cli.app import app

ROOT = Path(__file__).parents[2]

PATIENCE = 300
"""Seconds after which a process is stuck, on the busiest of machines."""

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]
OnTerminal = Callable[..., str]

# click below 8.2 mixes the two streams unless it is told not to.
SEPARATE: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


@pytest.fixture
def example() -> Path:
    return ROOT / "examples" / "2026-05-01-chat.markdown"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The program in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, **how: Any) -> Result:
        result = CliRunner(**SEPARATE).invoke(
            app, [str(argument) for argument in arguments], prog_name="wechatlog", **how
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """The program as a process of its own, in an empty folder."""

    def call(*arguments: object, code: str | None = None, **how: Any) -> subprocess.CompletedProcess[str]:
        start = ["-c", code] if code is not None else ["-m", "wechatlog"]
        command = [sys.executable, *start, *map(str, arguments)]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **how.pop("env", {})}
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, "text": True, **how}
        options.setdefault("encoding", "utf-8" if options["text"] else None)
        return subprocess.run(command, env=environment, timeout=PATIENCE, **options)

    return call


_WITHOUT_A_BAR = (
    "import sys; from wechatlog.cli import main, progress; progress._DELAY = float('inf'); sys.exit(main())"
)
"""A bar comes after a second, which is sooner or later by how busy the machine is."""


def run_on_terminal(
    folder: Path, *arguments: object, code: int = 0, start: tuple[str, ...] = ("-c", _WITHOUT_A_BAR)
) -> str:
    """The program in a folder, on a terminal of 60 columns; gives what it writes to both streams."""
    import pty

    main_end, program_end = pty.openpty()
    environment = {**os.environ, "PAGER": "cat", "TERM": "xterm-256color", "COLUMNS": "60"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, *start, *map(str, arguments)],
        stdin=program_end,
        stdout=program_end,
        stderr=program_end,
        cwd=folder,
        env=environment,
    ) as process:
        os.close(program_end)
        pieces = []
        while True:
            try:
                piece = os.read(main_end, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not piece:
                break
            pieces.append(piece)
        os.close(main_end)
        assert process.wait(PATIENCE) == code, b"".join(pieces)
    return b"".join(pieces).decode()


@pytest.fixture
def on_terminal(tmp_path: Path) -> OnTerminal:
    """The program on a terminal, in an empty folder."""
    return functools.partial(run_on_terminal, tmp_path)
