"""What a start costs, counted in modules: a command imports what it needs, and no other command."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Process

COMMANDS = {"completion", "convert", "formats", "info", "media", "search", "show", "stats", "view"}
TOLD = """
import atexit, sys
before = set(sys.modules)
atexit.register(lambda: print(*sorted(set(sys.modules) - before), sep="\\n", file=sys.stderr))
"""
RUN = f"{TOLD}\nfrom wechatlog.cli import main\nsys.exit(main())"


def imported(process: Process, *arguments: object, code: str = RUN) -> set[str]:
    """The modules that a run imports beside those of a bare interpreter."""
    result = process(*arguments, code=code)
    assert result.returncode == 0, result.stderr
    return set(result.stderr.split("\n")) - {""}


def packages(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_the_package(process: Process) -> None:
    found = imported(process, code=f"{TOLD}\nimport wechatlog")
    assert {module for module in found if module.startswith("wechatlog")} == {"wechatlog"}
    assert len(found) <= 40


def test_the_version(process: Process) -> None:
    found = imported(process, "--version")
    assert {module for module in found if module.startswith("wechatlog")} == {"wechatlog", "wechatlog.cli"}
    assert len(found) <= 40


@pytest.mark.parametrize(
    ("arguments", "module", "without"),
    [
        (["completion", "bash"], "completion", {"attr", "rich", "regex", "dateutil", "json"}),
        (["formats", "--json"], "formats", {"rich"}),
        (["convert", "FILE", "--to", "jsonl", "-q"], "convert", {"rich"}),
        (["info", "FILE"], "info", {"rich"}),
        (["media", "--help"], "media", {"rich"}),
        (["search", "扳手", "FILE"], "search", set()),
        (["show", "FILE"], "show", set()),
        (["stats", "FILE", "--json"], "stats", {"rich"}),
        (["view", "FILE", "-o", "x.html", "--no-open"], "view", {"rich"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_a_command(process: Process, example: Path, arguments: list[str], module: str, without: set[str]) -> None:
    found = imported(process, *[str(example) if argument == "FILE" else argument for argument in arguments])
    assert {name for name in COMMANDS if f"wechatlog.cli.{name}" in found} == {module}
    assert not packages(found) & without
    assert not {name for name in found if name.startswith("wechatlog.ext")}
    operations = {name for name in found if name.startswith("wechatlog.operations")}
    assert module in ("formats", "search", "stats") or not operations  # half of what other commands import
