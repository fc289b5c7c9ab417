"""The table of round trips says what is measured, and what is measured is declared."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import wechatlog
from wechatlog.registry import find_writer
from wechatlog.testing import LOSSES

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_round_trips.py"


@pytest.fixture(scope="module")
def script() -> Iterator[Any]:
    specification = importlib.util.spec_from_file_location("build_round_trips", SCRIPT)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    yield module
    del sys.modules[specification.name]


def test_the_page_is_what_is_measured(script: Any) -> None:
    text = script.PAGE.read_text(encoding="utf-8")
    assert text == script.page(text), f"docs/reference/round-trips.md is out of date; run: {script.COMMAND}"


def test_every_loss_is_looked_for(script: Any) -> None:
    looked_for = {loss for row in script.ROWS for loss in row.losses}
    assert looked_for == set(LOSSES) - {"everything"}, f"add it to a row of ROWS in {SCRIPT.name}"


def test_a_loss_that_was_not_declared_is_found(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = find_writer("chatlab-json")
    monkeypatch.setattr(type(writer), "losses", {}, raising=True)
    row = next(row for row in script.ROWS if row.name == "precision of times")
    with pytest.raises(AssertionError, match="chatlab-json loses precision of times and declares none of precision"):
        script.measure(row, "chatlab-json")


def test_forms_without_a_reader_promise_nothing(script: Any) -> None:
    for info in wechatlog.formats():
        if info.role == "writer" and info.origin == "built-in" and info.name not in script.writers():
            assert "everything" in find_writer(info.name).losses, info.name
