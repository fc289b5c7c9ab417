"""Many files by several processes, and by an index of what they held: the same conversations, in the same order."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sqlite3
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

import wechatlog
from tests.cost import assert_linear
from tests.strategies import conversations
from tests.test_corpus import CORPUS
from wechatlog.engine import Draft, Format
from wechatlog.inputs import index as index_module
from wechatlog.inputs import workers as workers_module
from wechatlog.inputs.archive import _chunks
from wechatlog.inputs.grouping import page_groups
from wechatlog.inputs.packing import Kept, pack, unpack
from wechatlog.inputs.single import whole_chats
from wechatlog.registry import _readers as shelf
from wechatlog.registry import register_reader
from wechatlog.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FEW = ("jsonl", "csv", "wechat-v3-db")
MORE = ("memotrace-json", "pywxdump-csv", "sqlite", "wcda-json", "tracememo-js")
DAY = '---\ntitle: "{0}"\ndate: {0}\n---\n> 09:00:00  李四  \n   \n{1}  \n   \n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of some kinds: some broken, some no chats, some with others beside them."""
    found = tmp_path / "exports"
    for name in FEW:
        shutil.copytree(CORPUS / name, found / name)
    for day in range(1, 6):
        (found / f"2026-05-0{day}-chat.md").write_text(DAY.format(f"2026-05-0{day}", "早"), encoding="utf-8")
    (found / "readme.txt").write_text("no chat", encoding="utf-8")
    (found / "broken.db").write_bytes(b"SQLite format 3\0" + b"\1" * 90)
    return found


@pytest.fixture
def all_kinds(folder: Path) -> Path:
    """The same with files of more kinds, where what was read is compared and not what is done with it."""
    for name in MORE:
        shutil.copytree(CORPUS / name, folder / name)
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the inputs that were opened."""
    names: list[str] = []
    original = Source.open

    def note(self: Source, **how: Any) -> Any:
        names.append(self.name or "")
        return original(self, **how)

    monkeypatch.setattr(Source, "open", note)
    return names


def _assert_same(one: Iterable[wechatlog.Conversation], two: Iterable[wechatlog.Conversation]) -> None:
    for first, second in zip(one, two, strict=True):
        assert first == second
        assert first.diagnostics == second.diagnostics
        assert (first.origin, first.members, first.tz_assumed) == (second.origin, second.members, second.tz_assumed)
        assert [m.origin for m in first] == [m.origin for m in second]
        assert [m.segments for m in first] == [m.segments for m in second]
        assert [m.given_segments for m in first] == [m.given_segments for m in second]
        assert [m.time and m.time.utcoffset() for m in first] == [m.time and m.time.utcoffset() for m in second]
        assert first.known_names == second.known_names


# --- columns --------------------------------------------------------------------------------------


@given(conversation=conversations())
def test_a_conversation_comes_back_from_its_columns(conversation: wechatlog.Conversation) -> None:
    _assert_same([unpack(pack(conversation))], [conversation])


@given(conversation=conversations())
def test_a_conversation_comes_back_from_an_index(conversation: wechatlog.Conversation) -> None:
    kept = Kept((pack(conversation),), (("jsonl", 1.0, "so"),))
    zones = {message.time.tzinfo for message in conversation if message.time is not None}
    if len(zones) > 1 or any(message.time is not None and message.time.fold for message in conversation):
        with pytest.raises(ValueError, match="times of several zones"):
            index_module._to_json(kept)
        return
    value = json.loads(json.dumps(index_module._to_json(kept)))
    found = index_module._from_json(value)
    assert found.detections == kept.detections
    back = unpack(found.conversations[0])
    assert back == conversation
    assert [m.segments for m in back] == [m.segments for m in conversation]


# --- processes ------------------------------------------------------------------------------------


def test_processes_give_the_same_in_the_same_order(all_kinds: Path) -> None:
    alone, together = wechatlog.load_archive(all_kinds), wechatlog.load_archive(all_kinds, workers=2)
    _assert_same(alone, together)
    assert together.diagnostics == alone.diagnostics
    assert {note.code for note in together.diagnostics} == {"skipped-file"}
    assert together.source is not None
    assert together.source.name == alone.source.name  # type: ignore[union-attr]
    assert together.detection == alone.detection
    how: dict[str, Any] = {"shared_names": True, "tz": "+08:00"}
    few = [all_kinds / "csv", all_kinds / "jsonl"]
    _assert_same(wechatlog.load_archive(few, **how), wechatlog.load_archive(few, workers=2, **how))


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "parquet", "sqlite"])
def test_what_a_part_of_a_chat_knows_of_the_rest_stays(form: str, tmp_path: Path) -> None:
    """Who is mentioned was found where the names of all were known; here only one of them wrote."""
    chat = wechatlog.Conversation(
        [wechatlog.Message(sender="Li Si", text="早"), wechatlog.Message(sender="张三", text="@Li Si 看这里")]
    )
    wechatlog.dump(chat.by("张三"), file := tmp_path / f"part.{form}")
    (alone,) = wechatlog.load_archive(file)
    index = tmp_path / "kept.index"
    for how in ({"workers": 2}, {"index": index}, {"index": index}):
        _assert_same(wechatlog.load_archive(file, **how), [alone])
    written = []
    for source in (alone, wechatlog.scan(file)):
        wechatlog.dump(source, stream := io.BytesIO(), "sqlite")
        written.append(stream.getvalue())
    assert written[0] == written[1]


def test_what_is_made_of_chats_is_made_where_they_are_read(folder: Path) -> None:
    sources = [Source.of(path) for path in sorted(folder.glob("2026*.md"))]
    expected = [f"2026-05-0{day} 2026-05-0{day}-chat.md ''!" for day in range(1, 6)]
    for workers in (1, 2):
        archive = wechatlog.Archive(sources, workers=workers, then="{0.title} {1.name} {2!r}!".format)
        assert list(archive) == expected


def test_what_fails_to_be_made_is_told_in_its_turn(folder: Path) -> None:
    def shout(chat: wechatlog.Conversation, source: Source | None, inside: str) -> str:
        if chat.title == "2026-05-04":
            raise wechatlog.WriteError("no more", "shout")
        return f"{chat.title} {source} {inside}"

    made: list[Any] = []
    with pytest.raises(wechatlog.WriteError, match="no more"):
        made.extend(wechatlog.Archive(map(Source.of, sorted(folder.glob("2026*.md"))), then=shout))
    assert len(made) == 3


def test_an_error_comes_where_it_comes_without_processes(tmp_path: Path) -> None:
    for day in range(1, 6):
        text = DAY.format(f"2026-05-0{day}", "早")
        (tmp_path / f"{day}.md").write_text(text.replace("09:00", "99:00") if day == 3 else text, encoding="utf-8")
    found: list[list[str | None]] = []
    messages = []
    for workers in (1, 2):
        titles: list[str | None] = []
        with pytest.raises(wechatlog.FormatError, match="impossible time 99:00:00") as caught:
            titles.extend(chat.title for chat in wechatlog.load_archive(tmp_path, errors="strict", workers=workers))
        found.append(titles)
        messages.append(str(caught.value))
    assert found[0] == found[1]
    assert messages[0] == messages[1]


def test_what_lies_in_memory_is_read_here(folder: Path) -> None:
    data = (folder / "2026-05-01-chat.md").read_bytes()
    assert [len(chat) for chat in wechatlog.load_archive(data, workers=2)] == [1]


NOTED = wechatlog.text_format("note %Y-%m-%d %H:%M:%S {sender}: {text}", name="noted")


def test_readers_of_run_time_are_there_in_other_processes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.note").write_text(f"note 2026-05-01 09:00:00 李四: {name}\n", encoding="utf-8")
    register_reader(NOTED)
    try:
        texts = [chat[0].text for chat in wechatlog.load_archive(tmp_path, workers=2)]
        texts += [chat[0].text for chat in wechatlog.load_archive(tmp_path, workers=2, format=NOTED)]
    finally:
        shelf.unregister("noted")
    assert texts == ["a", "b"] * 2


def test_what_cannot_be_sent_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.note").write_text("note a")
    reader = Format("noted", "for a test", ".note", lambda _: None, lambda _: ())
    with pytest.raises(
        wechatlog.OptionError, match=r"workers: a reader or an option cannot be sent to other processes"
    ):
        list(wechatlog.load_archive(tmp_path, workers=2, format=reader))


@pytest.mark.parametrize("workers", [0, -1, True, "2", 1.5, None])
def test_a_number_of_processes_that_is_none(workers: Any) -> None:
    with pytest.raises(wechatlog.OptionError, match="workers: expected a number of processes from 1 to 1000, not"):
        wechatlog.load_archive("examples/", workers=workers)


def test_no_more_tasks_are_taken_than_are_wanted() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[Any]:
        for number in range(100):
            taken.append(number)
            yield [number]

    found = workers_module.in_order(tasks(), list, 2, dict)
    assert [next(found) for _ in range(3)] == [[0], [1], [2]]
    found.close()  # type: ignore[attr-defined]
    assert len(taken) <= 3 + 2 * workers_module._AHEAD


def test_a_process_that_died_is_told() -> None:
    with pytest.raises(wechatlog.WechatlogError, match="a process that read files died: it was out of memory"):
        list(workers_module.in_order(["import os; os._exit(7)"], exec, 2, dict))


def test_a_process_that_died_unseen_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool does not look after a process that it started while it was waiting, until it has more to do."""
    monkeypatch.setattr(workers_module, "_PATIENCE", 0.0)
    lost: Future[list[int]] = Future()

    class Pool:
        asked = 0

        def submit(self, do: Any) -> None:
            self.asked += do() + 1
            if self.asked == 3:
                lost.set_exception(BrokenProcessPool("one is dead"))

    with pytest.raises(BrokenProcessPool, match="one is dead"):
        workers_module._result(lost, Pool())  # type: ignore[arg-type]
    own: Future[list[int]] = Future()
    own.set_exception(TimeoutError("of the task"))
    with pytest.raises(TimeoutError, match="of the task"):
        workers_module._result(own, Pool())  # type: ignore[arg-type]


def test_files_are_read_together_until_they_are_worth_it(tmp_path: Path) -> None:
    for number in range(150):
        (tmp_path / f"{number}.txt").write_text("x")
    large = tmp_path / "z.txt"
    with large.open("wb") as stream:
        stream.truncate(5 << 20)
    sources = [
        Source.of(path)
        for path in sorted(tmp_path.iterdir(), key=lambda path: int(path.stem + "0") if path.stem != "z" else 0)
    ]
    sizes = [len(chunk) for chunk in _chunks(page_groups(sources))]
    assert sizes == [1, 64, 64, 22]


# --- an index -------------------------------------------------------------------------------------


def test_an_index_that_another_process_writes_to_stops_nobody(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, connect = tmp_path / "chats.index", sqlite3.connect
    list(wechatlog.load_archive(folder, index=where))
    (folder / "2026-05-01-chat.md").write_text(DAY.format("2026-05-01", "晚"), encoding="utf-8")
    monkeypatch.setattr(sqlite3, "connect", lambda path, **how: connect(path, **{**how, "timeout": 0}))
    with contextlib.closing(connect(where, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        archive = wechatlog.load_archive(folder, index=where)
        _assert_same(archive, wechatlog.load_archive(folder))
        (note,) = [note for note in archive.diagnostics if note.source == "chats.index"]
        assert note.code == "index-not-kept"
        assert note.message == (
            "what was read could not be kept in the index (database is locked), and is read again the next time"
        )


def test_an_index_is_free_while_what_it_gives_is_used(folder: Path, tmp_path: Path) -> None:
    archive = wechatlog.load_archive(folder, index=tmp_path / "chats.index")
    one, two = iter(archive), iter(archive)
    firsts = [next(one), next(two)]
    assert [firsts[0], *one] == [firsts[1], *two] == list(wechatlog.load_archive(folder))
    assert not [note for note in archive.diagnostics if note.code == "index-not-kept"]


def test_an_index_gives_the_same_and_opens_nothing(all_kinds: Path, tmp_path: Path, opened: list[str]) -> None:
    where = tmp_path / "chats.index"
    plain = wechatlog.load_archive(all_kinds)
    before = list(plain)
    for workers in (1, 1, 2):
        archive = wechatlog.load_archive(all_kinds, index=where, workers=workers)
        opened.clear()
        _assert_same(archive, before)
        assert archive.diagnostics == plain.diagnostics
    opened.clear()
    list(wechatlog.load_archive(all_kinds, index=where))
    assert opened == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chats.index", "exports"]


def test_only_what_changed_is_read(folder: Path, tmp_path: Path, opened: list[str]) -> None:
    where = tmp_path / "chats.index"
    list(wechatlog.load_archive(folder, index=where))
    changed = folder / "2026-05-03-chat.md"
    changed.write_text(DAY.format("2026-05-03", "晚"), encoding="utf-8")
    (folder / "2026-05-09-chat.md").write_text(DAY.format("2026-05-09", "新"), encoding="utf-8")
    (folder / "2026-05-01-chat.md").unlink()
    opened.clear()
    found = list(wechatlog.load_archive(folder, index=where))
    assert set(opened) == {"2026-05-03-chat.md", "2026-05-09-chat.md"}
    _assert_same(found, wechatlog.load_archive(folder))
    opened.clear()
    list(wechatlog.load_archive(folder, index=where))
    assert opened == []


def test_a_file_that_was_touched_is_known_by_its_checksum(folder: Path, tmp_path: Path, opened: list[str]) -> None:
    where = tmp_path / "chats.index"
    list(wechatlog.load_archive(folder, index=where))
    os.utime(folder / "2026-05-03-chat.md", ns=(10**18, 10**18))
    opened.clear()
    for _ in range(2):
        assert len(list(wechatlog.load_archive(folder, index=where)))
    assert opened == []


def test_a_change_of_the_same_size_and_a_later_time_is_seen(tmp_path: Path) -> None:
    path, where = tmp_path / "a.md", tmp_path / "chats.index"
    path.write_text(DAY.format("2026-05-03", "早"), encoding="utf-8")
    assert [chat[0].text for chat in wechatlog.load_archive(path, index=where)] == ["早"]
    path.write_text(DAY.format("2026-05-03", "晚"), encoding="utf-8")
    assert [chat[0].text for chat in wechatlog.load_archive(path, index=where)] == ["晚"]


def test_files_beside_an_input_are_part_of_it(tmp_path: Path, opened: list[str]) -> None:
    folder = tmp_path / "db"
    shutil.copytree(CORPUS / "wechat-v3-db", folder)
    where = tmp_path / "chats.index"
    list(wechatlog.load_archive(folder, index=where))
    people = next(path for path in folder.iterdir() if path.name == "MicroMsg.db")
    people.unlink()
    _assert_same(wechatlog.load_archive(folder, index=where), wechatlog.load_archive(folder))


def test_other_options_are_another_reading(folder: Path, tmp_path: Path) -> None:
    where = tmp_path / "chats.index"
    for how in ({}, {"tz": "+08:00"}, {"owner": "李四"}, {}):
        _assert_same(wechatlog.load_archive(folder, index=where, **how), wechatlog.load_archive(folder, **how))


def test_a_file_alone_is_called_otherwise_than_among_others(folder: Path, tmp_path: Path) -> None:
    where, alone = tmp_path / "chats.index", folder / "csv" / "semicolon.csv"
    for paths in (folder, alone, folder):
        _assert_same(wechatlog.load_archive(paths, index=where), wechatlog.load_archive(paths))


@pytest.mark.parametrize("damage", ["garbage", "empty", "cut", "flipped", "version", "table", "columns"])
def test_a_damaged_index_is_made_anew(damage: str, folder: Path, tmp_path: Path, opened: list[str]) -> None:
    where = tmp_path / "chats.index"
    before = list(wechatlog.load_archive(folder, index=where))
    data = bytearray(where.read_bytes())
    if damage == "garbage":
        data[100:] = b"nobody knows what this is" * 99
    elif damage == "empty":
        data.clear()
    elif damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "flipped":
        data[4096:8192] = bytes(4096)
    elif damage == "version":
        data[60:64] = (99).to_bytes(4, "big")
    where.write_bytes(data)
    if damage in {"table", "columns"}:
        with contextlib.closing(sqlite3.connect(where, isolation_level=None)) as database:
            database.execute("DROP TABLE inputs")
            database.execute("CREATE TABLE inputs (key)" if damage == "columns" else "CREATE TABLE others (key)")
    archive = wechatlog.load_archive(folder, index=where)
    _assert_same(archive, before)
    told = [note for note in archive.diagnostics if note.source == "chats.index"]
    assert [note.code for note in told] == ([] if damage == "empty" else ["index-rebuilt"])
    for note in told:
        assert note.message.startswith("the index could not be used (")
        assert note.message.endswith(") and was made anew")
    opened.clear()
    _assert_same(wechatlog.load_archive(folder, index=where), before)
    assert opened == []


@pytest.mark.parametrize("content", ['"x"', "[]", "{}", '{"conversations": [{}], "detections": [], "notes": []}', "{"])
def test_a_row_that_somebody_edited_is_read_anew(content: str, folder: Path, tmp_path: Path) -> None:
    where = tmp_path / "chats.index"
    before = list(wechatlog.load_archive(folder, index=where))
    with contextlib.closing(sqlite3.connect(where)) as database, database:
        database.execute("UPDATE inputs SET content = ?", (content,))
    database.close()
    _assert_same(wechatlog.load_archive(folder, index=where), before)


def test_an_index_never_overwrites_anything_else(folder: Path, tmp_path: Path) -> None:
    chat = folder / "2026-05-01-chat.md"
    other = Path(shutil.copy(next((CORPUS / "sqlite").glob("*.sqlite")), tmp_path / "other.db"))
    diary, photo = tmp_path / "diary.txt", tmp_path / "photo.jpg"
    diary.write_text("our only copy", encoding="utf-8")
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9)
    for path in (chat, other, diary, photo):
        before = path.read_bytes()
        with pytest.raises(wechatlog.OptionError, match="this is no index, and is not overwritten; name another file"):
            list(wechatlog.load_archive(folder, index=path))
        assert path.read_bytes() == before
    with pytest.raises(wechatlog.OptionError, match=r"index: .*unable to open database file"):
        list(wechatlog.load_archive(folder, index=tmp_path / "none" / "chats.index"))
    with pytest.raises(wechatlog.OptionError, match="index: the format must be given by its name"):
        list(wechatlog.load_archive(folder, index=tmp_path / "i", format=NOTED))


def test_very_many_chats_that_go_on_cost_no_more_than_their_rows() -> None:
    def read(count: int) -> None:
        pieces = ((Draft(str(number)), [number]) for number in range(count))
        assert sum(1 for _ in whole_chats(pieces)) == count

    assert_linear(read, 8000)


def test_a_chat_that_is_done_is_given_while_others_go_on() -> None:
    open_one, done_one, last = (Draft(key) for key in "abc")

    def pieces() -> Iterator[tuple[Draft, list[int]]]:
        yield open_one, [0]
        yield done_one, [1]
        done_one.done = True
        yield last, [2]
        yield last, [3]
        raise AssertionError("nothing was given so far")

    assert next(whole_chats(pieces())) == (done_one, [1])
