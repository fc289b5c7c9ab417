"""Golden files: what a writer gave once and was looked at by a person.

`golden(name, text)` compares with `tests/golden/<name>`; `WECHATLOG_UPDATE_GOLDEN=1` writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import wechatlog

FOLDER = Path(__file__).parent / "golden"


def conversation() -> wechatlog.Conversation:
    """The invented conversation that all golden files are made of: every kind, hostile content, odd names."""
    return wechatlog.load(FOLDER / "conversation.jsonl")


def golden(name: str, text: str) -> None:
    """Compare a text with a golden file, or write that file where the update is asked for."""
    path = FOLDER / name
    if os.environ.get("WECHATLOG_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    expected = path.read_bytes().decode("utf-8")
    assert text == expected, f"{name} differs; look at it, then run with WECHATLOG_UPDATE_GOLDEN=1"
