"""`wechatlog mcp`: what the command says before it serves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = str(ROOT / "examples")


def run(*arguments: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    code = f"import sys; {before}; from wechatlog.cli import main; sys.exit(main(['mcp', *sys.argv[1:]]))"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_an_index_is_made_and_brought_up_to_date(tmp_path: Path) -> None:
    index = str(tmp_path / "chats.sqlite")
    for read in ("5 inputs", "0 inputs"):
        done = run(EXAMPLES, "--index", index, "--only-index")
        assert (done.returncode, done.stdout) == (0, "")
        assert f"wechatlog: 2 chats, 442 messages; read {read} anew" in done.stderr


def test_only_index_needs_a_file() -> None:
    done = run(EXAMPLES, "--only-index")
    assert done.returncode == 2
    assert "--only-index needs --index" in done.stderr


def test_no_chats_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(range(256)))
    done = run(str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "skipped 1 file without a chat: a.bin" in done.stderr
    assert "no chats found" in done.stderr
    done = run(str(tmp_path / "nothing"))
    assert done.returncode == 1
    assert "No such file or directory" in done.stderr


def test_another_file_is_no_index(tmp_path: Path) -> None:
    path = tmp_path / "precious.txt"
    path.write_text("do not lose me", encoding="utf-8")
    done = run(EXAMPLES, "--index", str(path))
    assert done.returncode == 1
    assert "is no index that wechatlog made" in done.stderr
    assert path.read_text(encoding="utf-8") == "do not lose me"


def test_without_the_sdk_the_extra_is_named() -> None:
    done = run(EXAMPLES, before="sys.modules['mcp'] = None")
    assert done.returncode == 1
    assert "pip install 'wechatlog[mcp]'" in done.stderr


def test_the_end_of_the_input_ends_the_server() -> None:
    done = run(EXAMPLES)
    assert (done.returncode, done.stdout) == (0, "")
