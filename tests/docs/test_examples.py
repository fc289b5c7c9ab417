"""Every example of the README and of the documentation is executed, page by page.

`python` blocks run in order in one namespace for each page; a block that begins with `>>>` is a doctest. `console`
blocks run the commands after `$ ` in a shell and compare what they print, `...` standing for anything. Everything
happens in a temporary folder with copies of `examples/` and of the one spreadsheet that a how-to converts. Blocks of
other languages (`sh`, `text`, `toml`) are shown, not run.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sybil import Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

from wechatlog.segments import segment_rules, unregister_segment_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sybil import Example

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*.md"))
    if "_build" not in path.parts
)
SPREADSHEET = ROOT / "tests" / "corpus" / "iphone-xls" / "项目组.xls"
COMMAND = re.compile(r"\$ (?P<command>.*\n)(?P<output>(?:(?!\$ ).*\n)*)")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_console(example: Example) -> None:
    """Run each `$ command` and compare what it prints with the lines below it."""
    source = str(example.parsed)
    commands = list(COMMAND.finditer(source if source.endswith("\n") else f"{source}\n"))
    assert commands, f"a console example without a command, line {example.line} of {example.path}"
    for command in commands:
        run = subprocess.run(
            ["sh", "-c", f'wechatlog() {{ "{sys.executable}" -m wechatlog "$@"; }}\n{command["command"]}'],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "100"},
            timeout=120,
            check=False,
        )
        where = f"{example.path}, line {example.line}: $ {command['command']}"
        assert run.returncode == 0, f"{where}exit code {run.returncode}\n{run.stdout}"
        expected = command["output"]
        if expected.strip() and not doctest.OutputChecker().check_output(expected, run.stdout, FLAGS):
            pytest.fail(f"{where}expected:\n{expected}\ngot:\n{run.stdout}")


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


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples(page: Path, workplace: Path) -> None:
    """The examples of one page, in their order."""
    del workplace
    document = SYBIL.parse(page)
    document.namespace["__name__"] = "__main__"
    examples: list[Any] = list(document.examples())
    for example in examples:
        example.evaluate()
