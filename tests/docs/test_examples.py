"""Every example of the README and of the documentation is executed, page by page.

`python` blocks run in order in one namespace for each page; a block that begins with `>>>` is a doctest. `console`
blocks run the commands after `$ ` and compare what they print, `...` standing for anything: in a shell, but for a plain
call of `wechatlog`, which runs in this process, also with `*` in names of files or `|| true` behind it. Everything
happens in a temporary folder with copies of `examples/` and of the one spreadsheet that a how-to converts. Blocks of
other languages (`sh`, `text`, `toml`) are shown, not run. The Chinese README has the same blocks as the English one,
which `test_reference` compares, and the Chinese pages have them from the same files. So pages with commands are run once
more with Chinese as the language, to see that all of them work.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sybil import Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser
from tests.fonts import NO_FONT, has_chinese_font

from wechatlog.cli.app import app
from wechatlog.segments import segment_rules, unregister_segment_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sybil import Example

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")) if "_build" not in path.parts)
SPREADSHEET = ROOT / "tests" / "corpus" / "iphone-xls" / "项目组.xls"
COMMAND = re.compile(r"\$ (?P<command>.*\n)(?P<output>(?:(?!\$ ).*\n)*)")
OUTSIDE = {"NO_COLOR": "1", "COLUMNS": "100"}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


ANYWAY = re.compile(r" \|\| (?:true|(?P<told>echo \"exit code \$\?\"))\n?\Z")
"""What stands behind a command that may fail."""


def plain_arguments(command: str) -> list[str] | None:
    """The arguments of a call of `wechatlog` that needs a shell for names of files at most; `None` for others."""
    lexer = shlex.shlex(command, posix=False, punctuation_chars=True)
    tokens = [(token, token[0] in "'\"") for token in lexer]
    needs_shell = any(set("();<>|&?[$`~\\") & set(token) for token, quoted in tokens if not quoted)
    arguments = shlex.split(command, comments=True)
    if needs_shell or arguments[0] != "wechatlog" or any("*" in token for token, quoted in tokens if quoted):
        return None
    return [
        name
        for word in arguments[1:]
        for name in (sorted(map(str, Path().glob(word))) if "*" in word else ()) or (word,)
    ]


def run_command(command: str) -> tuple[int, str]:
    """The exit code of a command, and what it prints on both streams."""
    anyway = ANYWAY.search(command)
    arguments = plain_arguments(command[: anyway.start()] if anyway else command)
    if arguments is not None:
        result = CliRunner().invoke(app, arguments, prog_name="wechatlog", env=OUTSIDE)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if anyway is None or result.exit_code == 0:
            return result.exit_code, result.output
        return 0, result.output + (f"exit code {result.exit_code}\n" if anyway["told"] else "")
    run = subprocess.run(
        ["sh", "-c", f'wechatlog() {{ "{sys.executable}" -m wechatlog "$@"; }}\n{command}'],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **OUTSIDE},
        timeout=600,
        check=False,
    )
    return run.returncode, run.stdout


def run_console(example: Example) -> None:
    """Run each `$ command` and compare what it prints with the lines below it."""
    source = str(example.parsed)
    commands = list(COMMAND.finditer(source if source.endswith("\n") else f"{source}\n"))
    assert commands, f"a console example without a command, line {example.line} of {example.path}"
    for command in commands:
        code, printed = run_command(command["command"])
        where = f"{example.path}, line {example.line}: $ {command['command']}"
        assert code == 0, f"{where}exit code {code}\n{printed}"
        expected = command["output"] if os.environ["WECHATLOG_LANG"] == "en" else ""
        if expected.strip() and not doctest.OutputChecker().check_output(expected, printed, FLAGS):
            pytest.fail(f"{where}expected:\n{expected}\ngot:\n{printed}")


SYBIL = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=doctest.ELLIPSIS),
        CodeBlockParser("console", run_console),
    ]
)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the examples, and a process that forgets what a page registered."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(SPREADSHEET, tmp_path)
    monkeypatch.chdir(tmp_path)
    from wechatlog import registry

    rules = {rule.name for rule in segment_rules()}
    yield tmp_path
    for rule in segment_rules():
        if rule.name not in rules:
            unregister_segment_rule(rule.name)
    for shelf in (registry._readers, registry._writers):
        for name in list(shelf._origins):
            shelf.unregister(name)


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


RUNS = [(page, "en") for page in PAGES]
RUNS += [(page, "zh_CN") for page in PAGES if "```console" in page.read_text(encoding="utf-8")]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("page", "language"), RUNS, ids=lambda value: value if isinstance(value, str) else _name(value)
)
def test_examples(page: Path, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of one page, in their order."""
    monkeypatch.setenv("WECHATLOG_LANG", language)
    document = SYBIL.parse(page)
    document.namespace["__name__"] = "__main__"
    examples: list[Any] = list(document.examples())
    with warnings.catch_warnings():
        if "ext import plot" in document.text and not has_chinese_font():
            warnings.filterwarnings("ignore", NO_FONT)
        for example in examples:
            example.evaluate()
