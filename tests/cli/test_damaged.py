"""What every command says of an input that is damaged: where nothing of it could be read, that is a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

CORPUS = Path(__file__).parents[1] / "corpus"
COMMANDS = {
    "convert -o out.jsonl": 1,
    "convert -o out.jsonl --stream": 1,
    "convert -o out.parquet": 1,
    "convert -o out/ --to jsonl --jobs 2": 1,
    "show": 1,
    "info": 1,
    "stats": 1,
    "stats --stream": 1,
    "people": 1,
    "report -o out.html": 1,
    "view -o out.html --no-open": 1,
    "merge -o out.jsonl": 1,
    "pseudonymize -o out/": 1,
    "search 早": 2,
    "check": 2,
}
"""Commands, and their exit codes where something could not be read."""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_ends_in_its_first_message(command: str, run: Run, tmp_path: Path) -> None:
    text = (CORPUS / "wcda-json" / "private.json").read_text(encoding="utf-8")
    name, *options = command.split()
    (tmp_path / "cut.json").write_text(text[: text.index('"messages"') + 40], encoding="utf-8")
    (tmp_path / "empty.json").write_text(text[: text.index('"messages"')] + '"messages": []}', encoding="utf-8")
    result = run(name, *options, "cut.json")
    assert result.exit_code == COMMANDS[command], result.output
    assert "json value" in result.stderr.lower() or name == "report"  # which has its own reason not to make one
    assert run(name, *options, "empty.json").exit_code == {"search": 1, "report": 1}.get(name, 0)


def test_damage_that_leaves_messages_is_no_failure(run: Run, tmp_path: Path) -> None:
    text = (CORPUS / "wcda-json" / "private.json").read_text(encoding="utf-8")
    (tmp_path / "cut.json").write_text(text[: len(text) // 2], encoding="utf-8")
    result = run("convert", "cut.json", "-o", "out.jsonl")
    assert (result.exit_code, "broken-json" in result.stderr) == (0, True)


def test_one_of_several_files(run: Run, tmp_path: Path, example: Path) -> None:
    """What could be read is there."""
    text = (CORPUS / "wcda-json" / "private.json").read_text(encoding="utf-8")
    (tmp_path / "cut.json").write_text(text[: text.index('"messages"') + 40], encoding="utf-8")
    result = run("stats", example, "cut.json")
    assert result.exit_code == 1
    assert "25 messages" in result.stdout
    assert "cut.json: nothing of it could be read" in result.stderr
