"""Databases of our own: read back whole, after other people's SQL, and as far as damage lets them be."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import os
import random
import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wechatlog
from tests import goldens
from tests.databases import in_memory
from tests.samples import corpus_conversations
from tests.strategies import conversations
from wechatlog import Conversation, FormatError, Message, MultipleConversationsError, UnknownFormatError, WechatlogError
from wechatlog.readers.sqlite import READER
from wechatlog.registry import find_writer
from wechatlog.testing import check_reader, without_losses


def written(item: Any, **options: Any) -> bytes:
    target = io.BytesIO()
    wechatlog.dump(item, target, "sqlite", **options)
    return target.getvalue()


def edited(item: Any, *statements: str) -> bytes:
    """A database after somebody worked on it with SQL."""
    database = in_memory(written(item))
    for statement in statements:
        database.execute(statement)
    database.commit()
    return database.serialize()


def chat(count: int = 5) -> Conversation:
    start = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)
    return Conversation(
        [
            Message(start + dt.timedelta(seconds=number), "second", "李四", text=f"第{number}条[微笑]", id=str(number))
            for number in range(count)
        ],
        title="示例群",
        tz=dt.UTC,
    )


def codes(conversation: Conversation) -> list[str]:
    return [entry.code for entry in conversation.diagnostics]


# --- whole ---------------------------------------------------------------------------------------


@given(conversation=conversations(), search=st.booleans())
def test_nothing_is_lost(conversation: Conversation, search: bool) -> None:
    (found,) = wechatlog.load_archive(written(conversation, search=search))
    assert _left(found) == _left(conversation)


@settings(max_examples=20)
@given(items=st.lists(conversations(), min_size=2, max_size=3))
def test_several_conversations(items: list[Conversation]) -> None:
    found = wechatlog.load_archive(written(items, search=False))
    assert list(map(_left, found)) == list(map(_left, items))


def _left(conversation: Conversation) -> Conversation:
    return without_losses(conversation, find_writer("sqlite").losses)


def test_nothing_is_lost_of_any_format() -> None:
    items = list(corpus_conversations())
    assert len(items) > 100
    again = list(wechatlog.load_archive(written(items)))
    assert again == items
    for one, other in zip(items, again, strict=True):
        assert [message.segments for message in other] == [message.segments for message in one]
        assert other.diagnostics == one.diagnostics
        assert other.participants == one.participants


def test_conformance() -> None:
    check_reader(READER, [written(goldens.conversation()), written([chat(), goldens.conversation()])])


def test_where_a_message_stood(tmp_path: Path) -> None:
    path = tmp_path / "chat.sqlite"
    wechatlog.dump(wechatlog.loads("> 2026-05-01 09:00:00  李四  \n   \n早  \n   \n", format="markdown"), path)
    (message,) = wechatlog.load(path)
    assert message.origin.line == 1


@pytest.mark.parametrize("suffix", [".sqlite", ".sqlite3", ".db", ".bin"])
def test_it_is_known_by_its_header_and_nothing_on_disk_changes(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"聊天 %20#?{suffix}"
    wechatlog.dump(chat(), path, "sqlite")
    before = path.read_bytes()
    detection = wechatlog.detect(path)
    assert (detection.format, detection.confidence) == ("sqlite", 1.0)
    path.chmod(0o444)
    assert wechatlog.load(path) == chat()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_packed_and_in_a_zip(tmp_path: Path) -> None:
    data = written(chat())
    assert wechatlog.load(gzip.compress(data)) == chat()
    path = tmp_path / "chats.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("chat.db", data)
    assert list(wechatlog.load_archive(path)) == [chat()]


def test_load_names_the_way_out_for_several_conversations() -> None:
    with pytest.raises(MultipleConversationsError, match="load_archive"):
        wechatlog.load(written([chat(), chat()]))


def test_it_streams() -> None:
    stream = wechatlog.iter_messages(written(chat(5000)))
    assert sum(1 for _ in stream) == 5000
    assert stream.conversation.title == "示例群"


def test_zones() -> None:
    assert [message.time for message in wechatlog.load(written(chat()), tz="+08:00")] == [
        message.time for message in chat()
    ]
    naive = Conversation([Message(dt.datetime(2026, 5, 1, 9), "second", "李四")])
    (message,) = wechatlog.load(written(naive), tz="Asia/Shanghai")
    assert message.time is not None
    assert message.time.isoformat() == "2026-05-01T09:00:00+08:00"
    assumed = wechatlog.load(written([Conversation(tz=dt.UTC, tz_assumed=True)]))
    assert (assumed.tz, assumed.tz_assumed) == (dt.UTC, True)


# --- after somebody's SQL ------------------------------------------------------------------------


def test_changed_text_is_parsed_again() -> None:
    conversation = Conversation(
        [Message(text="标题", segments=[wechatlog.Link("http://a.example/", "标题", raw="标题")])]
    )
    changed = wechatlog.load(edited(conversation, "UPDATE messages SET text = '新[强]'"))
    (message,) = changed
    assert codes(changed) == ["changed-text"]
    assert message.given_segments is None
    assert [code.name for code in message.emoji] == ["[强]"]


def test_rows_are_deleted_and_added() -> None:
    added = "INSERT INTO messages (conversation, number, kind, text, time) VALUES (1, -1, 'text', '先来', '2026-05-01 08:00')"
    conversation = wechatlog.load(edited(chat(), "DELETE FROM messages WHERE number = 1", added))
    assert [message.text for message in conversation] == [
        "先来",
        "第0条[微笑]",
        "第2条[微笑]",
        "第3条[微笑]",
        "第4条[微笑]",
    ]
    assert conversation[0].time is not None
    assert conversation[0].time.isoformat() == "2026-05-01T08:00:00+00:00"
    assert codes(conversation) == []


def test_messages_of_a_conversation_that_is_nowhere_described() -> None:
    added = "INSERT INTO messages (conversation, number, kind, text) VALUES (7, 0, 'text', '另一个群')"
    first, second = wechatlog.load_archive(
        edited(chat(), added, "UPDATE conversations SET title = '新名字', is_group = 1")
    )
    assert (first.title, first.is_group, len(first)) == ("新名字", True, 5)
    assert [message.text for message in second] == ["另一个群"]
    everything = wechatlog.load(edited(chat(), "DELETE FROM conversations"))
    assert len(everything) == 5
    nothing = wechatlog.load(edited(chat(), "DELETE FROM conversations", "DELETE FROM messages"))
    assert len(nothing) == 0


def test_tables_are_added_and_columns_and_indexes_taken_away() -> None:
    conversation = wechatlog.load(
        edited(
            chat(),
            "CREATE TABLE notes (text TEXT)",
            "CREATE TABLE MSG (StrTalker TEXT)",
            "ALTER TABLE messages ADD COLUMN seen INTEGER",
            "ALTER TABLE messages DROP COLUMN source",
            "DROP INDEX messages_in_order",
            "DROP TABLE mentions",
            "DROP TABLE messages_fts",
        )
    )
    assert conversation == chat()


def test_dumped_and_made_anew() -> None:
    """`.dump` keeps neither the application id nor the version."""
    database = in_memory(written(chat(), search=False))
    anew = in_memory()
    anew.executescript("\n".join(database.iterdump()))
    detection = wechatlog.detect(anew.serialize())
    assert (detection.format, detection.confidence) == ("sqlite", 0.9)
    assert wechatlog.load(anew.serialize()) == chat()


BAD_VALUES = (
    ("time = 'gestern'", "bad-time"),
    ("time = '9999-12-31T23:59:59-12:00'", "odd-year"),
    ("time = x'ff'", "bad-time"),
    ("time = '2026-05-01T09:00:00'", None),
    ("kind = 'hologram'", "unknown-kind"),
    ("segments = '[{'", "broken-json"),
    ("segments = '[1]'", "broken-json"),
    ("segments = '{\"type\": 1}'", "broken-json"),
    ('segments = \'[{"type": "emoji"}]\'', "broken-json"),
    ("text = x'ff00'", "broken-encoding"),
    ("precision = 'century', is_self = 'maybe', line = 'x', sender = 5, number = 'x'", None),
)


@pytest.mark.parametrize(("change", "code"), BAD_VALUES)
def test_odd_values_cost_what_they_touch(change: str, code: str | None) -> None:
    conversation = wechatlog.load(edited(chat(), f"UPDATE messages SET {change} WHERE message = 3"))
    assert len(conversation) == 5
    assert codes(conversation) == ([] if code is None else [code])
    assert [message.text for message in conversation if message.id != "2"] == [f"第{n}条[微笑]" for n in (0, 1, 3, 4)]
    assert len({message.time.tzinfo is None for message in conversation if message.time}) == 1


def test_times_are_all_aware_or_all_naive() -> None:
    naive = Conversation([Message(dt.datetime(2026, 5, 1, hour), "second") for hour in range(3)])
    changed = wechatlog.load(edited(naive, "UPDATE messages SET time = time || '+08:00' WHERE message > 1"))
    assert [message.time for message in changed] == [message.time for message in naive]
    assert codes(changed) == ["mixed-times"]


@pytest.mark.parametrize("header", ["'{'", "'[]'", "'{\"participants\": 5}'", "NULL", "5", "x'ff'"])
def test_a_broken_header_costs_what_only_it_knows(header: str) -> None:
    conversation = wechatlog.load(edited(chat(), f"UPDATE conversations SET header = {header}"))
    assert conversation.title == "示例群"
    assert list(conversation) == list(chat())
    assert codes(conversation) == ([] if header == "NULL" else ["broken-json"])


def test_a_later_version_is_not_misread() -> None:
    with pytest.raises(FormatError, match="version 2 of the tables is not known"):
        wechatlog.load(edited(chat(), "PRAGMA user_version = 2"))


def test_the_tables_must_be_tables() -> None:
    with pytest.raises(FormatError, match="no table messages"):
        wechatlog.load(edited(chat(), "DROP VIEW search", "DROP TABLE messages"))
    renamed = edited(chat(), "PRAGMA application_id = 0", "ALTER TABLE messages RENAME TO letters")
    assert wechatlog.detect(renamed).format == "named-tables"
    with pytest.raises(UnknownFormatError):
        wechatlog.load(edited(chat(), "PRAGMA application_id = 0", "DROP VIEW search", "DROP TABLE messages"))


# --- damage --------------------------------------------------------------------------------------


def pages_of(database: sqlite3.Connection, name: str) -> list[int]:
    return [page for (page,) in database.execute("SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno", [name])]


@pytest.mark.parametrize("name", ["messages", "messages_in_order"])
def test_a_damaged_page_costs_its_rows(name: str) -> None:
    data = bytearray(written(chat(3000), search=False))
    database = in_memory(bytes(data))
    page = pages_of(database, name)[5]
    data[(page - 1) * 4096 : page * 4096] = os.urandom(4096)
    conversation = wechatlog.load(bytes(data))
    whole = [message.text for message in chat(3000)]
    left = [message.text for message in conversation]
    assert "broken-database" in codes(conversation)
    assert len(left) > 2900 - (name == "messages") * 100
    assert [text for text in whole if text in set(left)] == left
    with pytest.raises(FormatError, match="damaged"):
        wechatlog.load(bytes(data), errors="strict")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_database_gives_what_is_left(share: float, tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    data = written(chat(3000), search=False)
    path.write_bytes(data[: int(len(data) * share)])
    conversation = wechatlog.load(path)
    assert codes(conversation)[0] == "broken-database"
    left = [message.text for message in conversation]
    assert len(left) >= 3000 * min(share, 0.5) * 0.5
    assert left == [text for text in (message.text for message in chat(3000)) if text in set(left)]


def test_write_ahead_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    wechatlog.dump(chat(), path)
    with contextlib.closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE messages SET text = '改了' WHERE message = 1")
        writer.commit()
        assert wechatlog.load(path)[0].text == "改了"
        Path(f"{path}-wal").write_bytes(b"x" * 5000)
        assert "unread-log" in codes(wechatlog.load(path))


def test_a_database_made_to_be_endless_ends() -> None:
    """Inner pages that name the same page again and again: many more rows than the file has bytes."""
    data = bytearray(edited(chat(3000), "DROP INDEX messages_in_order"))
    database = in_memory(bytes(data))
    root, leaf = pages_of(database, "messages")[:2]
    count = len(data) // 4096
    for depth in range(8):
        child = count + 1 + depth if depth < 7 else leaf
        page = _inner_page(child)
        begin = (root - 1) * 4096 if not depth else len(data)
        data[begin : begin + 4096] = page
    struct.pack_into(">I", data, 28, len(data) // 4096)
    conversation = wechatlog.load(bytes(data))
    assert "broken-database" in codes(conversation)
    assert len(conversation) < len(data)


def _inner_page(child: int) -> bytes:
    """A page of a table whose cells all name one child. Source of the format: sqlite.org/fileformat2.html."""
    cells = struct.pack(">IB", child, 1) * 500
    start = 4096 - len(cells)
    pointers = b"".join(struct.pack(">H", start + 5 * number) for number in range(500))
    return (struct.pack(">BHHHBI", 5, 0, 500, start, 0, child) + pointers).ljust(start, b"\0") + cells


def test_rows_that_share_their_bytes_end() -> None:
    """Many rows in the same place: a file of some kilobytes must not give gigabytes."""
    data = bytearray(edited(Conversation([Message(text="长" * 35_000)]), "DROP INDEX messages_in_order"))
    database = in_memory(bytes(data))
    begin = (pages_of(database, "messages")[0] - 1) * 4096
    (cell,) = struct.unpack_from(">H", data, begin + 8)
    rows = (cell - 8) // 2
    struct.pack_into(">H", data, begin + 3, rows)
    struct.pack_into(f">{rows}H", data, begin + 8, *[cell] * rows)
    assert rows > 100
    with pytest.raises(FormatError, match="larger than the file"):
        wechatlog.load(bytes(data))


def test_every_cut_is_read_or_refused() -> None:
    data = written(goldens.conversation())
    for cut in range(0, len(data), 1009):
        with contextlib.suppress(WechatlogError):
            wechatlog.load(data[:cut], format="sqlite")


@given(data=st.data())
def test_damage_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(written(goldens.conversation(), search=False))
    for _ in range(data.draw(st.integers(1, 30))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WechatlogError):
        list(wechatlog.load_archive(bytes(content), format="sqlite"))


def test_noise_is_refused() -> None:
    noise = random.Random(1).randbytes(8192)
    for data in (noise, b"SQLite format 3\0" + noise, written(chat())[:100] + noise, b""):
        with pytest.raises(WechatlogError):
            wechatlog.load(data, format="sqlite")
