"""Columns and objects say the same: what `scan` gives is the table of what `load` gives, for every case of the corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import wechatlog
from tests.test_corpus import _cases, _expectation


def _readable() -> list[Path]:
    """The cases that are chats; a new one joins by lying there."""
    found = []
    for case in _cases():
        expectation = _expectation(case)
        if not expectation.exists() or "error" not in json.loads(expectation.read_text(encoding="utf-8")):
            found.append(case)
    return found


def _options(case: Path) -> dict[str, Any]:
    expectation = _expectation(case)
    options: dict[str, Any] = json.loads(expectation.read_text(encoding="utf-8")).get("options", {})
    return options


def _table_of(conversations: list[wechatlog.Conversation], schema: pa.Schema) -> pa.Table:
    tables = [conversation.to_arrow().cast(schema) for conversation in conversations]
    return pa.concat_tables(tables).unify_dictionaries() if tables else schema.empty_table()


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows, those of each conversation together: a file may mix them."""
    rows = table.to_pylist()
    order: dict[Any, None] = dict.fromkeys((row["conversation"], row["conversation_id"]) for row in rows)
    places = {key: place for place, key in enumerate(order)}
    return sorted(rows, key=lambda row: places[row["conversation"], row["conversation_id"]])


def _read(case: Path, options: dict[str, Any]) -> tuple[list[wechatlog.Conversation], list[wechatlog.Diagnostic]]:
    archive = wechatlog.load_archive(case, **options)
    conversations = list(archive)
    return conversations, [*(note for chat in conversations for note in chat.diagnostics), *archive.diagnostics]


def _mixes_times(conversations: list[wechatlog.Conversation]) -> bool:
    return len({message.time.tzinfo is None for chat in conversations for message in chat if message.time}) > 1


@pytest.mark.parametrize("case", _readable(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(case: Path) -> None:
    options = _options(case)
    conversations, told = _read(case, options)
    if _mixes_times(conversations):
        with pytest.raises(wechatlog.FormatError, match="a column holds one kind; name the zone when reading"):
            list(wechatlog.scan(case, **options))
        options["tz"] = "Asia/Shanghai"
        conversations, told = _read(case, options)
    scan = wechatlog.scan(case, **options)
    found = pa.table(scan)
    assert _rows(found) == _rows(_table_of(conversations, found.schema))
    assert found.schema.equals(conversations[0].to_arrow().schema)
    assert sorted(scan.diagnostics, key=str) == sorted(told, key=str)
