"""`dump_archive`: many conversations into a folder."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.strategies import conversations
from wechatlog.outputs import folder as folders
from wechatlog.outputs.file_names import Namer, clean_name
from wechatlog.outputs.folder import CountedStream, Size, WrittenFile, parse_split
from wechatlog.registry import find_writer
from wechatlog.writers.base import IndexEntry
from wechatlog.writers.text import TextWriter

EXAMPLE = Path(__file__).parents[1] / "examples" / "2026-05-01-chat.markdown"


def chat(name: str | None = "读书会.markdown", title: str | None = "读书会", days: int = 60) -> wechatlog.Conversation:
    start = dt.datetime(2026, 4, 1, 9)
    messages = [
        wechatlog.Message(sender="李四", text=f"第{day}天", time=start + dt.timedelta(days=day)) for day in range(days)
    ]
    return wechatlog.Conversation(messages, title=title, origin=wechatlog.Origin(name))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- one file each ---------------------------------------------------------------------------------


def test_one_conversation(tmp_path: Path) -> None:
    written = wechatlog.dump_archive(chat(), tmp_path / "deep" / "out")
    path = tmp_path / "deep" / "out" / "读书会.jsonl"
    assert written == (
        WrittenFile(
            path,
            "读书会",
            "读书会.markdown",
            60,
            dt.datetime(2026, 4, 1, 9),
            dt.datetime(2026, 5, 30, 9),
            path.stat().st_size,
        ),
    )
    assert wechatlog.load(path) == chat()
    assert pickle.loads(pickle.dumps(written)) == written


def test_an_archive_there_and_back(tmp_path: Path) -> None:
    chats = [chat("b.csv", "乙"), chat("a.csv", "甲", 3), chat(None, "丙/丁", 1), chat(None, None, 0)]
    written = wechatlog.dump_archive(chats, tmp_path / "one")
    assert [file.path.name for file in written] == ["b.jsonl", "a.jsonl", "丙_丁.jsonl", "chat.jsonl"]
    assert [file.messages for file in written] == [60, 3, 1, 0]
    assert (written[3].first, written[3].last) == (None, None)
    again = wechatlog.dump_archive(wechatlog.load_archive(tmp_path / "one"), str(tmp_path / "two"))
    assert [file.path.name for file in again] == ["a.jsonl", "b.jsonl", "chat.jsonl", "丙_丁.jsonl"]
    assert sum(file.messages for file in again) == 64


def test_options_go_to_the_writer(tmp_path: Path) -> None:
    found = wechatlog.Conversation([wechatlog.Message(text="早[微笑]")])
    (file,) = wechatlog.dump_archive(found, tmp_path, "text", emoji="replace")
    assert file.path.name == "chat.txt"
    assert file.path.read_text("utf-8") == "* 早🙂\n"
    with pytest.raises(TypeError, match="the writer 'text' takes no option 'emoij'"):
        wechatlog.dump_archive(found, tmp_path, "text", emoij="replace")
    assert names(tmp_path) == ["chat.txt"]


def test_nothing_to_write(tmp_path: Path) -> None:
    assert wechatlog.dump_archive([], tmp_path / "out") == ()
    assert wechatlog.dump_archive(iter(()), tmp_path / "out", "html", split="month") == ()
    assert not (tmp_path / "out").exists()


def test_a_stream(tmp_path: Path) -> None:
    (file,) = wechatlog.dump_archive(wechatlog.iter_messages(EXAMPLE), tmp_path)
    assert (file.path.name, file.title, file.messages) == ("2026-05-01-chat.jsonl", "2026-05-01-WeChat", 25)
    assert (file.first, file.last) == (dt.datetime(2026, 5, 1, 8, 2, 11), dt.datetime(2026, 5, 1, 21, 47, 52))
    (file,) = wechatlog.dump_archive((message for message in chat()), tmp_path, split="year")
    assert (file.path.name, file.title, file.messages) == ("chat-2026.jsonl", None, 60)


def test_what_is_no_conversation(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="expected conversations, not str"):
        wechatlog.dump_archive("chat.jsonl", tmp_path)  # type: ignore[arg-type]
    with pytest.raises(wechatlog.UnknownFormatError, match="did you mean json"):
        wechatlog.dump_archive(chat(), tmp_path, "jsno")


# --- names -----------------------------------------------------------------------------------------


def test_names_that_fall_on_each_other(tmp_path: Path) -> None:
    chats = [chat("a.csv", None, 1), chat("A.csv", None, 1), chat("a-2.csv", None, 1), chat("a.txt", None, 1)]
    written = wechatlog.dump_archive(chats, tmp_path)
    assert [file.path.name for file in written] == ["a.jsonl", "A-2.jsonl", "a-2-2.jsonl", "a-3.jsonl"]


def test_parts_of_two_chats_of_one_name_stay_apart(tmp_path: Path) -> None:
    chats = [chat("a.csv", None), chat("x.csv", None, 1), chat("a.txt", None), chat("a-2026-04.csv", None, 1)]
    written = wechatlog.dump_archive(chats, tmp_path, split="month")
    assert [file.path.name for file in written] == [
        "a-2026-04.jsonl",
        "a-2026-05.jsonl",
        "x-2026-04.jsonl",
        "a-2-2026-04.jsonl",
        "a-2-2026-05.jsonl",
        "a-2026-04-2-2026-04.jsonl",
    ]


def test_chats_of_one_file_are_told_apart_by_title(tmp_path: Path) -> None:
    chats = [chat("MSG.db", title, 1) for title in ("甲", "乙/丙", None)]
    written = wechatlog.dump_archive(chats, tmp_path)
    assert [file.path.name for file in written] == ["MSG-甲.jsonl", "MSG-乙_丙.jsonl", "MSG.jsonl"]


@given(st.lists(st.tuples(st.none() | st.text(max_size=30), st.none() | st.text(max_size=30)), max_size=6))
def test_names_never_leave_the_folder(pairs: list[tuple[str | None, str | None]]) -> None:
    namer = Namer(find_writer("html"), ["index.html"])
    seen = {"index.html"}
    for source, title in pairs:
        found = wechatlog.Conversation(title=title, origin=wechatlog.Origin(source))
        stem, suffix = namer.choose(found, shared=True)
        name = f"{stem}{suffix}"
        assert suffix.lower() in (".html", ".htm")
        assert not set(name) & set('/\\\0<>:"|?*\n\r')
        assert not name.startswith(".")
        assert name.casefold() not in seen
        seen.add(name.casefold())
        assert len(os.fsencode(name)) < 255


def test_a_longer_suffix_of_the_form_is_kept() -> None:
    namer = Namer(find_writer("chatlab-json"))
    found = wechatlog.Conversation(origin=wechatlog.Origin("甲.chatlab.json"))
    assert namer.choose(found, shared=False) == ("甲", ".chatlab.json")
    assert clean_name("a/../b.txt") == "b.txt"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("-rf", "_-rf"),
        ("/-rf", "_-rf"),
        ("COM¹.txt", "_COM¹.txt"),
        ("con .html", "_con .html"),
        ("CONIN$", "_CONIN$"),
        (". .a", "a"),
        ("\u202e..", ""),
        ("console", "console"),
    ],
)
def test_a_name_is_no_option_hides_nothing_and_is_no_device(name: str, expected: str) -> None:
    assert clean_name(name) == expected


# --- parts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("split", "parts"),
    [
        ("year", [("读书会-2026", 60)]),
        ("month", [("读书会-2026-04", 30), ("读书会-2026-05", 30)]),
        (25, [("读书会-part-001", 25), ("读书会-part-002", 25), ("读书会-part-003", 10)]),
        ("25", [("读书会-part-001", 25), ("读书会-part-002", 25), ("读书会-part-003", 10)]),
    ],
)
def test_parts(tmp_path: Path, split: str | int, parts: list[tuple[str, int]]) -> None:
    written = wechatlog.dump_archive(chat(), tmp_path, split=split)
    assert [(file.path.stem, file.messages) for file in written] == parts
    messages = [message for file in written for message in wechatlog.load(file.path)]
    assert messages == list(chat())
    streamed = wechatlog.dump_archive(iter(chat()), tmp_path / "streamed", split=split)
    assert [(file.path.stem.replace("chat", "读书会"), file.messages) for file in streamed] == parts


def test_parts_by_number_are_pages_of_one_chat_when_they_are_read(tmp_path: Path) -> None:
    wechatlog.dump_archive(chat(), tmp_path, split=25)
    assert list(wechatlog.load_archive(tmp_path)) == [chat()]


def test_an_empty_conversation_is_one_file(tmp_path: Path) -> None:
    for split in ("month", 5, "1MB"):
        (file,) = wechatlog.dump_archive(chat(days=0), tmp_path / str(split), split=split)
        assert (file.messages, len(wechatlog.load(file.path))) == (0, 0)


@pytest.mark.parametrize("form", ["jsonl", "markdown", "text", "html", "csv", "sqlite"])
@pytest.mark.parametrize("limit", [250_000, 500_000])
def test_parts_of_a_size(tmp_path: Path, form: str, limit: int) -> None:
    found = wechatlog.Conversation(
        [wechatlog.Message(sender="李四", text="好" * (n % 700)) for n in range(limit // 250)]
    )
    written = wechatlog.dump_archive(found, tmp_path, form, split=f"{limit}B")
    assert sum(file.messages for file in written) == len(found)
    assert len(written) > 3
    assert all(file.size == file.path.stat().st_size <= limit for file in written)
    assert all(file.size > limit * 0.5 for file in written[:-1])
    assert [file.path.stem for file in written] == [f"chat-part-{n:03}" for n in range(1, len(written) + 1)]


def test_messages_of_very_different_sizes(tmp_path: Path) -> None:
    sizes = [5, 200_000, 5, 5, 90_000, 1, *[10] * 3000, 150_000, *[10] * 500]
    messages = [wechatlog.Message(text="x" * size) for size in sizes]
    written = wechatlog.dump_archive(iter(messages), tmp_path, "text", split="100kB")
    assert all(file.size <= 100_000 or file.messages == 1 for file in written)
    assert sum(file.messages for file in written) == len(sizes)
    assert len(written) < 12


def test_the_time_of_cutting_by_size_is_linear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    write = TextWriter.write

    def counted(self: TextWriter, items: Any, options: Any) -> Iterator[str]:
        nonlocal calls
        items = list(items)
        calls += sum(len(conversation) for conversation, _ in items)
        yield from write(self, items, options)

    monkeypatch.setattr(TextWriter, "write", counted)
    found = wechatlog.Conversation([wechatlog.Message(text="好" * (n % 50)) for n in range(20_000)])
    wechatlog.dump_archive(found, tmp_path, "text", split="50kB")
    assert calls < 3 * len(found)


def test_a_stream_is_not_held(tmp_path: Path) -> None:
    def endless() -> Iterator[wechatlog.Message]:
        for _ in range(6_000):
            yield wechatlog.Message(text="x" * 5_000)

    tracemalloc.start()
    written = wechatlog.dump_archive(endless(), tmp_path, "text", split="1MB")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(written) > 25
    assert peak < 12_000_000  # of 30 MB


def test_a_size_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(wechatlog.WriteError, match=r"sqlite: a file without a message has [0-9,]+ bytes; split by at"):
        wechatlog.dump_archive(chat(), tmp_path, "sqlite", split="20kB")
    assert names(tmp_path) == []


def test_diagnostics_are_with_the_first_part(tmp_path: Path) -> None:
    note = wechatlog.Diagnostic("cut-message", "damaged")
    found = wechatlog.Conversation(chat().messages, diagnostics=[note])
    for split in ("month", 30, "5kB"):
        written = wechatlog.dump_archive(found, tmp_path / str(split), split=split)
        counts = [len(wechatlog.load(file.path).diagnostics) for file in written]
        assert counts == [1] + [0] * (len(written) - 1)


@pytest.mark.parametrize(
    ("split", "found"),
    [
        (None, None),
        ("day", "day"),
        (5, 5),
        ("500", 500),
        ("5MB", Size(5_000_000)),
        ("5 mb", Size(5_000_000)),
        ("1.5GB", Size(1_500_000_000)),
        ("200KiB", Size(204_800)),
        ("2MiB", Size(2 << 20)),
        ("300B", Size(300)),
    ],
)
def test_ways_to_split(split: str | int | None, found: object) -> None:
    assert parse_split(split) == found


@pytest.mark.parametrize("split", ["", "week", "0", 0, -3, "-3", True, "0MB", "5XB", "5M", "MB", "5MB5", "٣٠", 2.5])
def test_other_ways_to_split(split: object, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no way to split: give day, month, year, a number of messages, or a size"):
        wechatlog.dump_archive(chat(), tmp_path, split=split)  # type: ignore[arg-type]
    assert names(tmp_path) == []


# --- the index -------------------------------------------------------------------------------------


class Indexed(TextWriter):
    name = "indexed"
    suffixes = (".html",)

    def write_index(self, entries: Iterable[IndexEntry], options: object) -> Iterator[str]:
        for entry in entries:
            yield f"{entry.path} {entry.title} {entry.messages} {entry.first} {entry.last} {entry.size}\ud800\n"


@pytest.fixture
def indexed() -> Iterator[None]:
    wechatlog.register_writer(Indexed())
    yield
    from wechatlog import registry

    registry._writers.unregister("indexed")


@pytest.mark.usefixtures("indexed")
def test_an_index_is_written_last(tmp_path: Path) -> None:
    chats = [chat("index.html", "甲"), chat("b#1.csv", None, 1)]
    written = wechatlog.dump_archive(chats, tmp_path, "indexed", split="month")
    assert [file.path.name for file in written] == ["index-2-2026-04.html", "index-2-2026-05.html", "b#1-2026-04.html"]
    lines = (tmp_path / "index.html").read_text("utf-8").split("\n")
    assert (
        lines[0] == f"index-2-2026-04.html 甲 · 2026-04 30 2026-04-01 09:00:00 2026-04-30 09:00:00 {written[0].size}?"
    )
    assert lines[2].startswith("b#1-2026-04.html b#1 · 2026-04 1 ")
    (file,) = wechatlog.dump_archive(chat("c.csv", None, 0), tmp_path / "one", "indexed")
    assert (tmp_path / "one" / "index.html").read_text("utf-8") == f"c.html c 0 None None {file.size}?\n"


def test_forms_without_an_index_have_none(tmp_path: Path) -> None:
    wechatlog.dump_archive(chat(), tmp_path)
    assert names(tmp_path) == ["读书会.jsonl"]


def test_the_index_of_the_page(tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    written = wechatlog.dump_archive([chat(), chat("a b&<.csv", "<b>", 1)], tmp_path, "html", split="month")
    text = (tmp_path / "index.html").read_text("utf-8")
    assert [file.path.name for file in written] == ["读书会-2026-04.html", "读书会-2026-05.html", "a b&_-2026-04.html"]
    assert 'href="a%20b%26_-2026-04.html"' in text
    assert "&lt;b&gt; · 2026-04" in text


# --- nothing else is touched -----------------------------------------------------------------------


def test_other_files_stay_and_one_of_that_name_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "读书会.jsonl").write_text("old")
    (tmp_path / "读书会-2025-01.jsonl").write_text("other")
    (tmp_path / "sub").mkdir()
    wechatlog.dump_archive(chat(), tmp_path)
    assert names(tmp_path) == ["sub", "读书会-2025-01.jsonl", "读书会.jsonl"]
    assert (tmp_path / "读书会-2025-01.jsonl").read_text() == "other"
    assert wechatlog.load(tmp_path / "读书会.jsonl") == chat()


@pytest.mark.parametrize("split", [None, "month", "5kB"])
def test_an_interrupted_run_leaves_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: str | None
) -> None:
    (tmp_path / "b.txt").write_text("old")
    write = TextWriter.write

    def fail(self: TextWriter, items: Any, options: Any) -> Iterator[str]:
        ((conversation, messages),) = items
        yield from write(self, [(conversation, messages)], options)
        if conversation.title == "乙" and len(conversation):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(TextWriter, "write", fail)
    with pytest.raises(OSError, match="No space left on device") as caught:
        wechatlog.dump_archive([chat("a.csv", "甲"), chat("b.csv", "乙")], tmp_path, "text", split=split)
    label = {"month": "-2026-04", "5kB": "-part-001"}.get(split or "", "")
    assert caught.value.filename == str(tmp_path / f"b{label}.txt")
    assert not list(tmp_path.glob(".*"))
    assert (tmp_path / "b.txt").read_text() == "old"
    assert [path for path in names(tmp_path) if path.startswith("b")] == ["b.txt"]
    assert list(tmp_path.glob("a*.txt"))


def test_places_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        wechatlog.dump_archive(chat(), tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        wechatlog.dump_archive(chat(), tmp_path / "file" / "sub")

    def refuse(path: object, *_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError) as caught:
        wechatlog.dump_archive(chat(), tmp_path)
    assert caught.value.filename == str(tmp_path / "读书会.jsonl")


def test_check_is_asked_about_every_path(tmp_path: Path) -> None:
    asked: list[str] = []
    files = folders.iter_written(chat(), tmp_path, "text", split="month", check=lambda path: asked.append(path.name))
    assert next(files).path.name == asked[0] == "读书会-2026-04.txt"
    assert names(tmp_path) == ["读书会-2026-04.txt"]
    assert len(list(files)) == 1
    assert asked == ["读书会-2026-04.txt", "读书会-2026-05.txt"]


# --- laws ------------------------------------------------------------------------------------------


@given(st.lists(conversations(), max_size=3), st.sampled_from([None, "day", "month", "year", 1, 2, "40kB"]))
def test_everything_is_written_once(
    tmp_path_factory: pytest.TempPathFactory, chats: list[wechatlog.Conversation], split: str | int | None
) -> None:
    folder = tmp_path_factory.mktemp("folder") / "out"
    written = wechatlog.dump_archive(chats, folder, split=split)
    read = [message for file in written for message in wechatlog.load(file.path, format="jsonl")]
    key = repr
    assert sorted(map(key, read)) == sorted(key(message) for found in chats for message in found)
    assert sorted(file.path.name for file in written) == (names(folder) if chats else [])
    if split is None:
        assert [wechatlog.load(file.path, format="jsonl") for file in written] == chats


# --- streams ---------------------------------------------------------------------------------------


def test_a_counted_stream() -> None:
    told: list[int] = []
    messages = [wechatlog.Message(text="x", time=dt.datetime(2026, 5, 1 + n % 3)) for n in range(2500)]
    stream = CountedStream(iter(messages), told.append, lambda message: message.time != dt.datetime(2026, 5, 3))
    assert stream.begin() is stream
    assert stream.count == 0
    assert sum(1 for _ in stream) == stream.count == 1667
    assert told == [1000, 1000]
    assert (stream.first, stream.last) == (dt.datetime(2026, 5, 1), dt.datetime(2026, 5, 2))
    assert (stream.diagnostics, stream.conversation) == ((), wechatlog.Conversation())


def test_a_counted_stream_knows_what_the_stream_knows() -> None:
    stream = CountedStream(wechatlog.iter_messages(EXAMPLE)).begin()
    assert stream.conversation.title == "2026-05-01-WeChat"
    assert len(list(stream)) == 25
    assert stream.diagnostics == ()
