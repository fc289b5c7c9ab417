"""The notebooks in `examples/` run from top to bottom, say nothing on the error stream, and are kept without outputs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.fonts import NO_FONT, has_chinese_font

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    chinese = has_chinese_font()
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    notebook: Any = nbformat.read(path, 4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
    place = {"metadata": {"path": str(tmp_path / "examples")}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    complaints = [output.text for output in outputs if output.get("name") == "stderr"]
    assert complaints == [] or (not chinese and all(NO_FONT in text for text in complaints))
    assert sum("text/html" in output.get("data", ()) for output in outputs) >= 2


def test_both_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["explore-a-group", "write-your-own-reader"]
