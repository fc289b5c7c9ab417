"""What the tests of the command line share."""

from __future__ import annotations

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

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def example() -> Path:
    return ROOT / "examples" / "2026-05-01-chat.markdown"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The program in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, **how: Any) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="wechatlog", **how)
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
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, **how}
        return subprocess.run(command, env=environment, text=True, encoding="utf-8", timeout=60, **options)

    return call
