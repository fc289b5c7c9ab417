"""The program as its users start it: exit codes, pipes, signals, and what the system refuses."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

import wechatlog
from wechatlog.cli import main

from .conftest import PATIENCE, OnTerminal, Process, Run


def no_traceback(result: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    messages = [wechatlog.Message(sender="李四", text=f"消息 {number}") for number in range(20_000)]
    path = tmp_path_factory.mktemp("huge") / "huge.jsonl"
    wechatlog.dump(wechatlog.Conversation(messages), path)
    return path


def test_module_and_function(example: Path, process: Process) -> None:
    result = process("show", example)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("2026-05-01-WeChat · 25 messages")
    result = process("show", example, code="import sys; from wechatlog.cli import main; sys.exit(main())")
    assert result.returncode == 0


def test_importing_the_cli_imports_no_optional_library(process: Process) -> None:
    code = "import wechatlog.cli, sys; print({'click', 'rich'} & set(sys.modules))"
    assert process(code=code).stdout == "set()\n"


@pytest.mark.parametrize("library", ["click", "rich"])
def test_without_the_extra(process: Process, library: str) -> None:
    code = f"import sys; sys.modules[{library!r}] = None; from wechatlog.cli import main; sys.exit(main())"
    result = process("formats", code=code)
    assert result.returncode == 2
    assert result.stderr == (
        "wechatlog: the command line needs an optional library; install it with: pip install 'wechatlog[cli]'\n"
    )


def test_exit_codes_of_main(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert main(["info", str(example)]) == 0
    assert main(["info", str(tmp_path / "gone.md")]) == 1
    assert capsys.readouterr().err == f"wechatlog: {tmp_path / 'gone.md'}: No such file or directory\n"
    assert main(["info", "--nonsense", str(example)]) == 2
    assert "No such option" in capsys.readouterr().err
    assert main(["--help"]) == 0

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wechatlog.cli.show.Inputs", interrupt)
    assert main(["show", str(example)]) == 130
    assert capsys.readouterr().err == "\nwechatlog: interrupted\n"

    def exhaust(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("wechatlog.cli.show.Inputs", exhaust)
    assert main(["show", str(example)]) == 1
    assert capsys.readouterr().err == "wechatlog: out of memory; convert --stream reads message by message\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize(
    "command",
    [
        ["show", "FILE"],
        ["convert", "FILE", "--to", "text", "-q"],
        ["convert", "FILE", "--to", "jsonl", "--stream", "-q"],
        ["search", "消息", "FILE"],
        ["search", "消息", "FILE", "--json"],
    ],
)
def test_closed_pipe(huge: Path, command: list[str]) -> None:
    arguments = [str(huge) if argument == "FILE" else argument for argument in command]
    with subprocess.Popen(
        [sys.executable, "-m", "wechatlog", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 141


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes them")
@pytest.mark.parametrize("command", ["show IN", "info IN IN", "formats", "--version", "convert IN --to text"])
def test_closed_output(example: str, command: str) -> None:
    line = f'"{sys.executable}" -m wechatlog {command.replace("IN", shlex.quote(str(example)))}'
    result = subprocess.run(["sh", "-c", f"{line} >&-"], stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (1, "wechatlog: standard output: Bad file descriptor\n")
    if command == "show IN":  # nor is there anywhere to say it
        assert subprocess.run(["sh", "-c", f"{line} >&- 2>&-"], check=False, timeout=60).returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", [["show"], ["info"], ["convert", "--to", "text"]])
def test_full_disk_behind_the_standard_output(example: Path, process: Process, command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        result = process(command[0], example, *command[1:], stdout=full)
    assert result.returncode == 1
    assert no_traceback(result).endswith("wechatlog: standard output: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_full_disk(example: Path, process: Process) -> None:
    result = process("convert", example, "-o", "/dev/full", "--to", "jsonl")
    assert (result.returncode, no_traceback(result)) == (1, "wechatlog: /dev/full: No space left on device\n")


def test_no_permission(example: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open, real_os_open = Path.open, os.open

    def refuse_read(self: Path, *arguments: object, **how: object) -> object:
        if self.name == "secret.md":
            raise PermissionError(13, "Permission denied", str(self))
        return real_open(self, *arguments, **how)  # type: ignore[call-overload]

    def refuse_part(path: object, *arguments: object, **how: object) -> int:
        if str(path).endswith(".part"):
            raise PermissionError(13, "Permission denied", str(path))
        return real_os_open(path, *arguments, **how)  # type: ignore[arg-type]

    shutil.copy(example, tmp_path / "secret.md")
    monkeypatch.setattr(Path, "open", refuse_read)
    for arguments in (["show", "secret.md"], ["convert", "secret.md", "--from", "markdown", "-o", "x.txt"]):
        result = run(*arguments)
        assert (result.exit_code, result.stderr) == (1, "wechatlog: secret.md: Permission denied\n")
    monkeypatch.setattr(os, "open", refuse_part)
    result = run("convert", example, "-o", "out.jsonl")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: out.jsonl: Permission denied\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission_for_real(example: Path, process: Process, tmp_path: Path) -> None:
    path = tmp_path / "secret.md"
    shutil.copy(example, path)
    path.chmod(0)
    result = process("show", "secret.md")
    assert (result.returncode, no_traceback(result)) == (1, "wechatlog: secret.md: Permission denied\n")


def test_missing_empty_and_binary_files(process: Process, tmp_path: Path) -> None:
    (tmp_path / "empty.markdown").touch()
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    result = process("show", "empty.markdwn")
    assert result.returncode == 1
    assert result.stderr == "wechatlog: empty.markdwn: No such file or directory (did you mean empty.markdown?)\n"
    result = process("show", "empty.markdown")
    assert (result.returncode, result.stderr) == (1, "wechatlog: empty.markdown: the file is empty\n")
    result = process("show", "photo.png")
    assert result.returncode == 1
    assert result.stderr == "wechatlog: photo.png: this is a picture (PNG)\n"
    result = process("show", "-", stdin=subprocess.DEVNULL)
    assert (result.returncode, result.stderr) == (1, "wechatlog: stdin: the file is empty\n")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_leaves_the_old_file(huge: Path, tmp_path: Path, number: int, code: int) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    command = [sys.executable, "-c", _SLOW, str(huge), str(target)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"writing\n"
        assert list(tmp_path.glob(".out.jsonl*.part"))
        process.send_signal(number)
        errors = process.stderr.read()
        assert process.wait(PATIENCE) == code
    assert b"Traceback" not in errors
    assert target.read_text() == "old"
    assert not list(tmp_path.glob(".*.part"))


_SLOW = """
import sys, time
from wechatlog.cli import main
from wechatlog.writers.jsonl import JsonlWriter
write = JsonlWriter.write
def slow(*arguments):
    print("writing", file=sys.stderr, flush=True)
    for piece in write(*arguments):
        time.sleep(0.01)
        yield piece
JsonlWriter.write = slow
sys.exit(main(["convert", sys.argv[1], "-o", sys.argv[2], "--stream"]))
"""


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_a_terminal_that_cannot_show_everything(example: Path, process: Process, encoding: str) -> None:
    for command in ("show", "info"):
        result = process(command, example, env={"PYTHONIOENCODING": encoding}, errors="replace")
        assert (result.returncode, result.stderr) == (0, "")


def test_completion_of_format_names(process: Process) -> None:
    environment = {"_WECHATLOG_COMPLETE": "bash_complete", "COMP_WORDS": "wechatlog convert --to te", "COMP_CWORD": "3"}
    code = "import sys; from wechatlog.cli import main; sys.exit(main())"
    assert "plain,text\n" in process(code=code, env=environment).stdout


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_a_terminal_gets_colours_and_a_pager(example: Path, on_terminal: OnTerminal) -> None:
    shown = on_terminal("show", example).rpartition("\x1b[2K")[2]  # on a slow machine there is a progress bar first
    assert shown.startswith("\x1b[1m2026-05-01-WeChat\x1b[0m")
    assert shown.endswith("晚安\x1b[33m[月亮]\x1b[0m\r\n")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).split("\r\n")
    assert all(cell_len(line) <= 60 for line in plain[1:])
    found = on_terminal("search", "扳手", example).rpartition("\x1b[2K")[2]
    assert found.startswith("\x1b[1m2026-05-01-WeChat · ")
    assert found.endswith("谁有内六角\x1b[1;31m扳手\x1b[0m？\r\n")


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_a_terminal_gets_no_bytes(example: Path, on_terminal: OnTerminal) -> None:
    shown = on_terminal("convert", example, "--to", "sqlite", code=2)
    assert "sqlite is no text and is not written to a terminal; give a file with -o, or pipe it" in shown


def test_a_pipe_gets_bytes(example: Path, process: Process) -> None:
    result = process("convert", example, "--to", "sqlite", "-q", text=False)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(b"SQLite format 3\0")
