"""Columns and objects say the same: what `scan` gives is the table of what `load` gives, for every case of the corpus."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.test_corpus import _cases, _expectation
from wechatlog.model import normalize_name


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


def _read(
    case: Path | bytes, options: dict[str, Any]
) -> tuple[list[wechatlog.Conversation], list[wechatlog.Diagnostic]]:
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


@pytest.mark.parametrize("case", _readable(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_rows_that_are_not_wanted_are_left_out(case: Path) -> None:
    """Filters give the rows that they would leave of the whole table."""
    options = {"tz": "Asia/Shanghai", **_options(case)}
    rows = pa.table(wechatlog.scan(case, **options)).to_pylist()
    names = {normalize_name(row["sender"]) for row in rows if row["sender"] is not None}
    sender, kind = max(names, default="nobody"), max((row["kind"] for row in rows), default="text")
    time = max((row["time"] for row in rows if row["time"] is not None), default=None)
    senders = [row for row in rows if row["sender"] is not None and normalize_name(row["sender"]) == sender]
    found = pa.table(wechatlog.scan(case, sender=sender, **options)).to_pylist()
    assert found == [row for row in rows if row in senders or row["sender_id"] == sender]
    found = pa.table(wechatlog.scan(case, kind=kind, columns=["number", "text"], **options)).to_pylist()
    assert found == [{name: row[name] for name in ("number", "text")} for row in rows if row["kind"] == kind]
    if time is not None:
        found = pa.table(wechatlog.scan(case, since=time, **options)).to_pylist()
        assert found == [row for row in rows if row["time"] is not None and row["time"] >= time]
    assert pa.table(wechatlog.scan(case, limit=1, **options)).to_pylist() == rows[:1]


# --- Markdown, whose columns have a way of their own ------------------------------------------------

_PIECES = st.sampled_from(
    [
        "> 09:00:01  李四  \n   \n早上好  \n   \n",
        "> 09:00:02  王五  \n   \n@李四 早[强]  \n   \n",
        "> 09:00:02  王五  \n   \n![图](http://a.example.invalid/1.png) \n   \n",
        "> 09:00:03  王五  \n   \n[标题](https://a.example.invalid)  \n   \n",
        "> 09:00:03  a&amp;b  \n   \n一 &lt; 二  \n   \n",
        "> 09:00:04  {{ x }}  \n   \n三  \n   \n",
        "> 09:00:05  李四  \n   \n两行\n第二行  \n   \n",
        "> 09:00:06  李四  \n   \n# 一  \n   \n",
        "> 09:00:07  李四\n\n没有空格\n\n",
        "> 25:00:00  李四  \n   \n没有这个时间  \n   \n",
        "> 2017-08-19 09:00:00  李四  \n   \n有日子  \n   \n",
        "> 2017-08-20 09:00:00  李四  \n   \n第二天  \n   \n",
        "> 2017-13-40 09:00:00  李四  \n   \n没有这一天  \n   \n",
        "> 09:00:08  李四  \n   \n[a](javascript:x)  \n   \n",
        "> 09:00:08  李四  \n   \n微信红包  \n   \n",
        "> 09:00:08  李四  \n   \n  \n   \n",
        "> 09:00:09  王五??  \n   \n@李四?好  \n   \n",
        "> 09:00:10  李四  \r\n   \r\n早  \r\n   \r\n",
        "## 2017-08-21\n\n",
        "---\ntitle: 另一天\ndate: 2017-08-22\nlines: 3\n---\n",
        "> 引用\n",
        "随便\n",
        "\n",
        "> 09:00:1",
    ]
)


@given(pieces=st.lists(_PIECES, max_size=12), front=st.booleans(), block=st.sampled_from([7, 40, 1 << 20]))
@example(pieces=["> 09:00:01  李四  \n   \n早上好  \n   \n"] * 12, front=True, block=1 << 20)
def test_any_markdown(pieces: list[str], front: bool, block: int) -> None:
    head = "---\ntitle: 群\ndate: 2017-08-19\n---\n" if front else ""
    text = "".join((head, *pieces)).encode()
    how: dict[str, Any] = {"format": "markdown", "date": "2017-08-18"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wechatlog.decoding.BLOCK_SIZE", block)
        conversations, told = _read(text, how)
        scan = wechatlog.scan(text, **how)
        if any(note.code == "unreadable-file" for note in told):  # what is wrong with a file alone is raised
            with pytest.raises(wechatlog.FormatError):
                list(scan)
            return
        found = pa.table(scan)
    schema = scan.schema
    expected = [row for chat in conversations for row in chat.to_arrow().cast(schema).to_pylist()]
    assert found.to_pylist() == expected
    assert sorted(scan.diagnostics, key=str) == sorted(told, key=str)


# --- written as columns ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("case", _readable(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_written_of_columns(case: Path, form: str) -> None:
    """A file written of a scan is one written of conversations."""
    options = _options(case)
    if _mixes_times(_read(case, options)[0]):
        options["tz"] = "Asia/Shanghai"
    files = io.BytesIO(), io.BytesIO()
    wechatlog.dump(wechatlog.load_archive(case, **options), files[0], form)
    wechatlog.dump(wechatlog.scan(case, **options), files[1], form)
    whole, columns = (_by_name(wechatlog.load_archive(file.getvalue())) for file in files)
    assert columns == whole
    told = [sorted(str(note) for chat in chats for note in chat.diagnostics) for chats in (columns, whole)]
    assert told[0] == told[1]


def _by_name(chats: Iterable[wechatlog.Conversation]) -> list[wechatlog.Conversation]:
    """Conversations in an order of their own: where a file mixes them, the first to end is read first."""
    return sorted(chats, key=lambda chat: (chat.title or "", chat.id or ""))
