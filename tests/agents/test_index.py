"""The index: it holds what the inputs hold, reads what is new, and writes no other file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wechatlog
from tests.agents.conftest import chat, message
from wechatlog.agents.index import read_index, update_index

EXAMPLES = Path(__file__).parents[2] / "examples"


def held(index: Path) -> dict[str, list[tuple[str | None, str]]]:
    """What an index holds, by the titles of its chats; checks that it is sound."""
    with contextlib.closing(sqlite3.connect(index)) as database:
        database.execute("INSERT INTO messages_fts (messages_fts) VALUES ('integrity-check')")
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        for first, last, count, number in database.execute(
            "SELECT first, last, messages, conversation FROM index_chats"
        ).fetchall():
            found = database.execute(
                "SELECT count(*), min(message), max(message) FROM messages WHERE conversation = ?", [number]
            ).fetchone()
            assert found == (count, first, last)
            assert first is None or last - first + 1 == count
    chats = {}
    for conversation in wechatlog.load_archive(index):
        chats[conversation.title or ""] = [(m.sender, m.text) for m in conversation]
    return chats


def hits(index: Path, word: str) -> list[str]:
    with contextlib.closing(read_index(index)) as database:
        query = "SELECT text FROM search WHERE words MATCH ? ORDER BY message"
        return [text for (text,) in database.execute(query, [word])]


def ids(index: Path) -> dict[str, str]:
    with contextlib.closing(read_index(index)) as database:
        return dict(database.execute("SELECT text, 'c' || conversation || 'm' || number FROM messages"))


def write(path: Path, *texts: str, title: str | None = None) -> None:
    """Write a chat, so that its time of change is another than before."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    wechatlog.dump(chat(*(message(n, text) for n, text in enumerate(texts)), title=title or path.stem), path)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_an_index_is_a_database_of_all_chats(tmp_path: Path) -> None:
    index = tmp_path / "chats.sqlite"
    update = update_index(index, [str(EXAMPLES)])
    assert (update.chats, update.messages) == (2, 442)
    assert {note.severity for note in update.diagnostics} == {wechatlog.Severity.INFO}
    expected = {c.title: [(m.sender, m.text) for m in c] for c in wechatlog.load_archive(EXAMPLES)}
    assert held(index) == expected
    assert hits(index, "扳手") == ["我带打气筒，谁有内六角扳手？"]


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    folder, index = tmp_path / "chats", tmp_path / "index"
    folder.mkdir()
    for name in "甲乙丙":
        write(folder / f"{name}.jsonl", f"{name}早上好", f"{name}晚安")
    read: list[str] = []
    update_index(index, [str(folder)])
    before = ids(index)
    update = update_index(index, [str(folder)], on_input=lambda source: read.append(source.label))
    assert (update.read, read) == (0, [])
    write(folder / "乙.jsonl", "乙早上好", "乙晚安", "乙再见")
    write(folder / "丁.jsonl", "丁早上好")
    update = update_index(index, [str(folder)], on_input=lambda source: read.append(source.label))
    assert (update.chats, update.messages, update.read) == (4, 8, 2)
    assert sorted(read) == ["丁.jsonl", "乙.jsonl"]
    assert before.items() <= ids(index).items()
    assert hits(index, "再见") == ["乙再见"]
    assert sorted(hits(index, "早上好")) == sorted(f"{name}早上好" for name in "甲乙丙丁")
    (folder / "甲.jsonl").unlink()
    assert update_index(index, [str(folder)]).read == 0
    assert "甲" not in held(index)
    assert "甲早上好" not in hits(index, "早上好")


NAMES = st.sampled_from(["甲", "乙", "丙"])
TEXTS = st.lists(
    st.sampled_from(["早上好", "明天见", "谢谢 thank you", "[微笑]", "https://a.example.invalid/x"]), max_size=4
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.dictionaries(NAMES, TEXTS), min_size=1, max_size=4), together=st.booleans())
def test_an_updated_index_holds_what_a_new_one_does(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, list[str]]], together: bool
) -> None:
    folder = tmp_path_factory.mktemp("chats")
    index = tmp_path_factory.mktemp("index") / "index.sqlite"
    for number, step in enumerate(steps):
        for path in folder.iterdir():
            if path.stem not in step:
                path.unlink()
        for name, texts in step.items():
            write(folder / f"{name}.jsonl", *texts, title=f"{name}{number}")
        if not together:
            update_index(index, [str(folder)])
    update_index(index, [str(folder)])
    expected = {c.title: [(m.sender, m.text) for m in c] for c in wechatlog.load_archive(folder)}
    assert held(index) == (expected or {"": []})  # an empty database is read as an empty chat
    said = [text for texts in steps[-1].values() for text in texts]
    for word in ("早上好", "thank", "微笑"):
        assert len(hits(index, word)) == sum(word in text for text in said)


def test_a_file_of_several_chats_and_pages_of_one(tmp_path: Path) -> None:
    folder, index = tmp_path / "chats", tmp_path / "index"
    folder.mkdir()
    wechatlog.dump([chat(message(0, "一"), title="一"), chat(message(0, "二"), title="二")], folder / "both.jsonl")
    for name, texts in (("page_0_2.jsonl", ("甲", "乙")), ("page_2_4.jsonl", ("丙", "丁"))):
        write(folder / name, *texts, title="页")
    update_index(index, [str(folder)])
    expected = {c.title: [(m.sender, m.text) for m in c] for c in wechatlog.load_archive(folder)}
    assert held(index) == (expected or {"": []})  # an empty database is read as an empty chat
    assert len(held(index)) == 3


def test_the_index_itself_is_no_input(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "早")
    for _ in range(2):
        update = update_index(tmp_path / "index.sqlite", [str(tmp_path)])
        assert (update.chats, update.messages) == (1, 1)


@pytest.mark.parametrize("kind", ["text", "database", "chat"])
def test_another_file_is_never_overwritten(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "a.jsonl", "早")
    target = tmp_path / "precious"
    if kind == "text":
        target.write_text("do not lose me", encoding="utf-8")
    elif kind == "database":
        with contextlib.closing(sqlite3.connect(target)) as database:
            database.execute("CREATE TABLE t (x)")
    else:
        wechatlog.dump(chat(message(0, "早")), target, "sqlite")
    before = target.read_bytes()
    with pytest.raises(wechatlog.WriteError, match="no index that wechatlog made"):
        update_index(target, [str(tmp_path / "a.jsonl")])
    with pytest.raises(wechatlog.WriteError):
        read_index(target)
    assert target.read_bytes() == before


def test_other_settings_make_the_index_anew(tmp_path: Path) -> None:
    path, index = tmp_path / "a.jsonl", tmp_path / "index"
    naive = attrs.evolve(message(0, "早"), time=message(0, "").time.replace(tzinfo=None))  # type: ignore[union-attr]
    wechatlog.dump(chat(naive), path)
    update_index(index, [str(path)])
    update = update_index(index, [str(path)], tz="Asia/Shanghai")
    assert update.read == 1
    with contextlib.closing(read_index(index)) as database:
        assert database.execute("SELECT time FROM messages").fetchall() == [("2026-05-01T09:00:00+08:00",)]


def test_nothing_can_be_changed_through_an_open_index(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "早")
    update_index(tmp_path / "index", [str(tmp_path / "a.jsonl")])
    with contextlib.closing(read_index(tmp_path / "index")) as database, pytest.raises(sqlite3.OperationalError):
        database.execute("DELETE FROM messages")


def test_with_pseudonyms_no_real_name_is_in_the_file(tmp_path: Path) -> None:
    folder, index = tmp_path / "与张三丰的聊天", tmp_path / "index"
    folder.mkdir()
    wechatlog.dump(chat(message(0, "欧阳锋明天来吗", sender="李四光"), title="一"), folder / "李四光.jsonl")
    update_index(index, [str(folder)], pseudonyms=True)
    wechatlog.dump(
        chat(message(0, "我来", sender="欧阳锋", sender_id="wxid_ouyang00001"), title="二"), folder / "z.jsonl"
    )
    update = update_index(index, [str(folder)], pseudonyms=True)
    assert update.read == 2  # the name of who wrote late stands in the chat that was read early
    data = index.read_bytes()
    for name in ("李四光", "欧阳锋", "wxid_ouyang00001", "张三丰"):
        assert name.encode() not in data
    assert sorted(text for texts in held(index).values() for _, text in texts) == ["P1明天来吗", "我来"]
    assert update_index(index, [str(folder)], pseudonyms=True).read == 0
    assert update_index(index, [str(folder)]).read == 2
    assert "欧阳锋".encode() in index.read_bytes()


def test_a_file_that_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", "早")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04broken")
    (tmp_path / "c.bin").write_bytes(bytes(range(256)))
    update = update_index(tmp_path / "index", [str(tmp_path)])
    assert update.chats == 1
    assert {note.source for note in update.diagnostics} == {"b.xlsx", "c.bin"}


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        update_index(tmp_path / "index", [str(tmp_path / "nothing")])
    assert not (tmp_path / "index").exists()


def test_half_surrogates_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"type":"conversation","schema":"wechatlog/1","title":"\\ud800"}\n'
        '{"type":"message","sender":"\\udc00","text":"早\\ud83d"}\n',
        encoding="utf-8",
    )
    update_index(tmp_path / "index", [str(path)])
    assert hits(tmp_path / "index", "早") == ["早\ufffd"]
