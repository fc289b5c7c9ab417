"""The table of what formats say is what the corpus has, and has a row for every format of somebody else."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from wechatlog.readers import READERS

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_formats_table.py"
REFUSED = {"training-set", "llm-context", "contact-list", "encrypted-export"}


@pytest.fixture(scope="module")
def script() -> Any:
    specification = importlib.util.spec_from_file_location("build_formats_table", SCRIPT)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_page_is_what_the_corpus_has(script: Any) -> None:
    text = script.PAGE.read_text(encoding="utf-8")
    assert text == script.page(text), f"docs/reference/what-formats-say.md is out of date; run: {script.COMMAND}"


def test_every_format_has_a_row(script: Any) -> None:
    rows = {line.split("`")[1] for line in script.build().split("\n") if line.startswith("| `")}
    assert rows == {row.name for row in READERS} - script.OURS - REFUSED
