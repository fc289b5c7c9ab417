"""Columns and objects say the same: what `scan` gives is the table of what `load` gives, for every case of the corpus.

What comes behind the readers, such as filters and writers, sees messages and no format: there the cases are enough
that show something which others do not.
"""

from __future__ import annotations

import csv
import io
import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.shapes import telling
from tests.test_corpus import cases, expected_of
from wechatlog.frames.columns import TABLES
from wechatlog.inputs.packing import unpack
from wechatlog.model import normalize_name


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


class Case:
    """A chat of the corpus, read once for all that is asked of it.

    Attributes:
        path: where it is.
        options: those with which it is one table; the format is named, which `check_rows` finds out of those that show
            what others do not, and the corpus of each.
        mixed: whether it is none without a zone, because it has times with and without one.
        conversations: what it holds.
        told: the diagnostics.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.options: dict[str, Any] = dict(expected_of(path).get("options", {}))
        if path.suffix != ".zip":  # in which the format is that of a file
            self.options["format"] = expected_of(path)["format"]
        self.conversations, self.told = _read(path, self.options)
        times = {message.time.tzinfo is None for chat in self.conversations for message in chat if message.time}
        self.mixed = len(times) > 1
        if self.mixed:
            self.options["tz"] = "Asia/Shanghai"
            self.conversations, self.told = _read(path, self.options)


READABLE = [path for path in cases() if "error" not in expected_of(path)]
"""The cases that are chats; a new one joins by lying there."""
TELLING = set(telling(READABLE))


@pytest.mark.parametrize("path", READABLE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(path: Path) -> None:
    """A chat is read once for all that is asked of it; the traceback names the law that does not hold."""
    case = Case(path)
    check_rows(case)
    check_messages_of_columns_are_those_that_were_read(case)
    if path in TELLING:
        check_rows_that_are_not_wanted_are_left_out(case)
        for form in ("parquet", "arrow"):
            check_what_is_written_of_columns(case, form)
        for columns in (None, [column.name for column in TABLES["messages"]]):
            check_what_is_written_of_plain_rows(case, columns)
        check_what_is_written_of_rows_into_a_database(case)


def check_rows(case: Case) -> None:
    if case.mixed:
        with pytest.raises(wechatlog.FormatError, match="a column holds one kind; name the zone when reading"):
            list(wechatlog.scan(case.path, **{**case.options, "tz": None}))
    found_out = {"format": None} if case.path in TELLING else {}
    scan = wechatlog.scan(case.path, **{**case.options, **found_out})
    found = pa.table(scan)
    assert _rows(found) == _rows(_table_of(case.conversations, found.schema))
    assert found.schema.equals(case.conversations[0].to_arrow().schema)
    assert sorted(scan.diagnostics, key=str) == sorted(case.told, key=str)


def check_rows_that_are_not_wanted_are_left_out(case: Case) -> None:
    """Filters give the rows that they would leave of the whole table."""
    options: dict[str, Any] = {"tz": "Asia/Shanghai", **case.options}

    def scanned(**wanted: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = pa.table(wechatlog.scan(case.path, **wanted, **options)).to_pylist()
        return found

    rows = scanned()
    names = {normalize_name(row["sender"]) for row in rows if row["sender"] is not None}
    sender, kind = max(names, default="nobody"), max((row["kind"] for row in rows), default="text")
    time = max((row["time"] for row in rows if row["time"] is not None), default=None)
    senders = [row for row in rows if row["sender"] is not None and normalize_name(row["sender"]) == sender]
    assert scanned(sender=sender) == [row for row in rows if row in senders or row["sender_id"] == sender]
    expected = [{name: row[name] for name in ("number", "text")} for row in rows if row["kind"] == kind]
    assert scanned(kind=kind, columns=["number", "text"]) == expected
    if time is not None:
        assert scanned(since=time) == [row for row in rows if row["time"] is not None and row["time"] >= time]
    assert scanned(limit=1) == rows[:1]


def check_what_is_written_of_columns(case: Case, form: str) -> None:
    """A file written of a scan is one written of conversations, byte by byte; where a file mixes chats it holds the same."""
    whole, columns = _written_both_ways(case, form)
    if whole == columns:
        return
    assert len(case.conversations) > 1
    chats = [_by_name(wechatlog.load_archive(file, format=form)) for file in (whole, columns)]
    assert chats[0] == chats[1]
    told = [sorted(str(note) for chat in found for note in chat.diagnostics) for found in chats]
    assert told[0] == told[1]


def check_what_is_written_of_plain_rows(case: Case, columns: list[str] | None) -> None:
    """A table written of a scan has the rows of one written of conversations, in their order but among chats."""
    tables = []
    for file in _written_both_ways(case, "csv", **({} if columns is None else {"columns": columns})):
        head, *rows = csv.reader(io.StringIO(file.decode(), newline=""))
        tables.append([head, *sorted(rows, key=lambda row: row[:2])])
    assert tables[0] == tables[1]


def check_what_is_written_of_rows_into_a_database(case: Case) -> None:
    """The databases are the same; only the numbers of messages of chats that a file mixes are others."""
    whole, rows = _written_both_ways(case, "sqlite")
    if whole == rows:
        return
    assert len(case.conversations) > 1
    chats = [_by_name(wechatlog.load_archive(database, format="sqlite")) for database in (whole, rows)]
    assert chats[0] == chats[1]


def _written_both_ways(case: Case, form: str, **options: Any) -> list[bytes]:
    """A file of the conversations, and one of a scan."""
    found = []
    for source in (case.conversations, wechatlog.scan(case.path, **case.options)):
        file = io.BytesIO()
        wechatlog.dump(source, file, form, **options)
        found.append(file.getvalue())
    return found


def _by_name(chats: Iterable[wechatlog.Conversation]) -> list[wechatlog.Conversation]:
    """Conversations in an order of their own: where a file mixes them, the first to end is read first."""
    return sorted(chats, key=lambda chat: (chat.title or "", chat.id or ""))


def check_messages_of_columns_are_those_that_were_read(case: Case) -> None:
    """What another process sends as columns, made by the reader where it can, is what it would have read here."""
    archive = wechatlog.load_archive(case.path, **case.options)
    _assert_packed(archive, case.conversations, case.told)


def _assert_packed(
    archive: wechatlog.Archive, expected: list[wechatlog.Conversation], told: list[wechatlog.Diagnostic]
) -> None:
    kept = archive._read_kept(archive._sources)
    found = list(map(unpack, pickle.loads(pickle.dumps(kept.conversations))))
    assert found == expected
    assert [*(note for chat in found for note in chat.diagnostics), *kept.notes] == told
    for one, two in zip(found, expected, strict=True):
        assert one.diagnostics == two.diagnostics
        assert (one.origin, one.members, one.tz_assumed) == (two.origin, two.members, two.tz_assumed)
        assert [(m.origin, m.given_segments) for m in one] == [(m.origin, m.given_segments) for m in two]
        assert one.known_names == two.known_names


# --- Markdown, whose columns have a way of their own ------------------------------------------------

_USUAL = "> 09:00:01  李四  \n   \n早上好  \n   \n"
_NO_DAY = "> 2017-13-40 09:00:00  李四  \n   \n没有这一天  \n   \n"
_OTHER_DAY = "---\ntitle: 另一天\ndate: 2017-08-22\nlines: 3\n---\n"
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
        _NO_DAY,
        "> 09:00:08  李四  \n   \n[a](javascript:x)  \n   \n",
        "> 09:00:08  李四  \n   \n微信红包  \n   \n",
        "> 09:00:08  李四  \n   \n  \n   \n",
        "> 09:00:09  王五??  \n   \n@李四?好  \n   \n",
        "> 09:00:10  李四  \r\n   \r\n早  \r\n   \r\n",
        "## 2017-08-21\n\n",
        _OTHER_DAY,
        "> 引用\n",
        "随便\n",
        "\n",
        "> 09:00:1",
    ]
)


@given(pieces=st.lists(_PIECES, max_size=12), front=st.booleans(), block=st.sampled_from([7, 40, 1 << 20]))
@example(pieces=["> 09:00:01  李四  \n   \n早上好  \n   \n"] * 12, front=True, block=1 << 20)
@example(pieces=[_OTHER_DAY, "> 25:00:00  李四  \n   \n没有这个时间  \n   \n", _USUAL], front=True, block=1 << 20)
@example(pieces=[_NO_DAY, "> 2017-08-19 09:00:00  李四  \n   \n有日子  \n   \n", _USUAL], front=False, block=7)
def test_any_markdown(pieces: list[str], front: bool, block: int) -> None:
    head = "---\ntitle: 群\ndate: 2017-08-19\n---\n" if front else ""
    text = "".join((head, *pieces)).encode()
    how: dict[str, Any] = {"format": "markdown", "date": "2017-08-18"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wechatlog.decoding.BLOCK_SIZE", block)
        conversations, told = _read(text, how)
        _assert_packed(wechatlog.load_archive(text, **how), conversations, told)
        scan = wechatlog.scan(text, **how)
        if any(note.code == "unreadable-file" for note in told):  # what is wrong with a file alone is raised
            with pytest.raises(wechatlog.FormatError):
                list(scan)
            return
        found = pa.table(scan)
    schema = scan.schema
    assert found.to_pylist() == [row for chat in conversations for row in chat.to_arrow().cast(schema).to_pylist()]
    assert sorted(scan.diagnostics, key=str) == sorted(told, key=str)
