"""The page on tables says what `frames.TABLES` says."""

from __future__ import annotations

import re
from pathlib import Path

from wechatlog.frames import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "tables.md"


def test_the_page_has_every_table_and_column() -> None:
    parts = re.split(r"^## (\w+)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    shown = {
        name: re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", text, re.MULTILINE)
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }
    assert shown == {name: [tuple(column) for column in columns] for name, columns in TABLES.items()}
