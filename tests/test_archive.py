"""Many inputs: folders, globs, ZIPs, pages, broken files."""

from __future__ import annotations

import datetime as dt
import functools
import io
import os
import zipfile
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Conversation, Message
from wechatlog.inputs.grouping import name_chats, place_files
from wechatlog.source import Source


def day(number: int, text: str = "好") -> str:
    return f'---\ntitle: "{number}"\ndate: 2026-05-{number:02} 12:00:00\n---\n> 09:00:00  李四  \n   \n{text}  \n   \n'


def test_what_an_archive_shows_of_itself(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.markdown").write_text(day(1), encoding="utf-8")
    assert repr(wechatlog.load_archive(tmp_path)) == "<Archive: 2 files>"
    assert repr(wechatlog.load_archive(tmp_path / "a.markdown")) == "<Archive: 'a.markdown'>"
    assert repr(wechatlog.iter_messages(tmp_path / "a.markdown")) == "<MessageStream 'a.markdown'>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in (10, 9, 2):
        (tmp_path / f"day{number}.markdown").write_text(day(number), encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "day1.markdown").write_text(day(1), encoding="utf-8")
    (tmp_path / "broken.jsonl").write_text('{"type":"conversation","schema":"wechatlog/99"}\n')
    (tmp_path / "photo.png").write_bytes(b"\x89PNG" + bytes(64))
    (tmp_path / ".hidden.markdown").write_text(day(3), encoding="utf-8")
    return tmp_path


def test_a_folder_in_stable_order_with_its_broken_files_noted(folder: Path) -> None:
    archive = wechatlog.load_archive(folder)
    assert [c.title for c in archive] == ["2", "9", "10", "1"]
    assert [(entry.source, entry.code, entry.severity) for entry in archive.diagnostics] == [
        ("broken.jsonl", "unreadable-file", "error"),
        ("photo.png", "skipped-file", "info"),
    ]
    assert [c.title for c in archive] == ["2", "9", "10", "1"]
    assert len(archive.diagnostics) == 2


def test_each_iteration_reads_small_files_anew(folder: Path) -> None:
    archive = wechatlog.load_archive(folder)
    assert len(list(archive)) == 4
    (folder / "day2.markdown").write_text(day(2, "改"), encoding="utf-8")
    wechatlog.dump(Conversation([Message(sender="李四", text="新")]), folder / "new.jsonl")
    (folder / "new.jsonl").replace(folder / "day9.markdown")
    assert [chat[0].text for chat in archive] == ["改", "新", "好", "好"]


def test_strict_raises_at_the_broken_file(folder: Path) -> None:
    with pytest.raises(wechatlog.FormatError, match=r"broken\.jsonl:1: schema 'wechatlog/99' is not known"):
        list(wechatlog.load_archive(folder, errors="strict"))


def test_globs_lists_and_missing_files(folder: Path) -> None:
    assert [c.title for c in wechatlog.load_archive(str(folder / "day*.markdown"))] == ["2", "9", "10"]
    assert [c.title for c in wechatlog.load_archive([folder / "day9.markdown", folder / "deep"])] == [
        "9",
        "1",
    ]
    with pytest.raises(FileNotFoundError):
        wechatlog.load_archive(folder / "no-such-file.txt")
    with pytest.raises(FileNotFoundError, match="no file matches"):
        wechatlog.load_archive(str(folder / "no-such*.txt"))


def test_it_is_lazy(folder: Path) -> None:
    stream = iter(wechatlog.load_archive([folder / "day2.markdown", folder / "day9.markdown"]))
    assert next(stream).title == "2"
    (folder / "day9.markdown").write_text(day(9, "changed"), encoding="utf-8")
    assert next(stream)[0].text == "changed"


def zipped(entries: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return stream.getvalue()


def test_a_zip_is_read_and_its_entry_names_are_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = zipped({"../../evil.markdown": day(1), "a/b.markdown": day(2), "__MACOSX/x.markdown": day(3), "n.txt": "?"})
    archive = wechatlog.load_archive(data)
    assert [c.title for c in archive] == ["1", "2"]
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "x.zip").write_bytes(zipped({"inner.zip": "PK", "2026-05-04.markdown": day(4)}))
    assert wechatlog.load(tmp_path / "x.zip").title == "4"
    with pytest.raises(wechatlog.MultipleConversationsError, match="load_archive"):
        wechatlog.load(data)


def test_a_zip_without_chats_says_why() -> None:
    with pytest.raises(wechatlog.UnknownFormatError, match="nothing in this ZIP is a chat that can be read") as caught:
        wechatlog.load(zipped({"a.txt": "", "b.png": "\x01" * 99}))
    assert caught.value.candidates == {
        "a.txt": "the file is empty",
        "b.png": "these are binary data of no known kind",
    }


def page(*texts: str, ids: bool = True) -> str:
    messages = [Message(sender="李四", text=text, id=f"id-{text}" if ids else None) for text in texts]
    return wechatlog.dumps(Conversation(messages, id="wxid_lisi0002"), "jsonl")


def test_pages_are_joined(tmp_path: Path) -> None:
    for name, text in {
        "x_0_2.jsonl": page("a", "b"),
        "x_2_4.jsonl": page("c", "d"),
        "x_10_12.jsonl": page("e"),
        "y.jsonl": page("z"),
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [[m.text for m in c] for c in wechatlog.load_archive(tmp_path)] == [
        ["a", "b", "c", "d", "e"],
        ["z"],
    ]


@pytest.mark.parametrize("ids", [True, False])
def test_copies_are_united_and_real_repeats_survive(tmp_path: Path, ids: bool) -> None:
    texts = ["a", "a", "b"] if not ids else ["a", "b"]
    (tmp_path / "x.jsonl").write_text(page(*texts, ids=ids), encoding="utf-8")
    (tmp_path / "x(1).jsonl").write_text(page(*texts, "c", ids=ids), encoding="utf-8")
    (joined,) = wechatlog.load_archive(tmp_path)
    assert sorted(m.text for m in joined) == sorted([*texts, "c"])


def chat(*senders: str, title: str | None = None, own: str | None = None) -> str:
    messages = [
        Message(sender=name, text=f"{number}", is_self=None if own is None else name == own)
        for number, name in enumerate(senders)
    ]
    return wechatlog.dumps(Conversation(messages, title=title), "jsonl")


@pytest.mark.parametrize("title", [None, "聊天记录"])
@pytest.mark.parametrize(
    ("one", "two", "own", "joined"),
    [
        (("李四", "我"), ("王五", "我"), "我", False),
        (("李四", "张三"), ("王五", "张三"), None, False),
        (("李四",), ("王五",), None, False),
        (("张三",), ("张三",), "张三", False),  # nobody else wrote: nothing says that it is one chat
        (("李四", "张三"), ("张三", "李四"), None, True),
        (("李四", "我"), ("李四", "我"), "我", True),
        (("李四", "王五", "张三"), ("王五", "张三", "赵六"), None, True),
    ],
)
def test_copies_are_one_chat_where_the_same_people_write(
    tmp_path: Path, one: tuple[str, ...], two: tuple[str, ...], own: str | None, joined: bool, title: str | None
) -> None:
    (tmp_path / "聊天记录.jsonl").write_text(chat(*one, own=own, title=title), encoding="utf-8")
    (tmp_path / "聊天记录(1).jsonl").write_text(chat(*two, own=own, title=title), encoding="utf-8")
    assert len(list(wechatlog.load_archive(tmp_path))) == (1 if joined else 2)


def test_pages_by_their_numbers_are_one_chat_whoever_writes(tmp_path: Path) -> None:
    (tmp_path / "x_0_2.jsonl").write_text(chat("李四"), encoding="utf-8")
    (tmp_path / "x_2_4.jsonl").write_text(chat("王五"), encoding="utf-8")
    assert [len(found) for found in wechatlog.load_archive(tmp_path)] == [2]


@pytest.mark.parametrize(
    "names", [("message_0.jsonl", "message_1.jsonl", "message_10.jsonl"), ("MSG0.jsonl", "MSG1.jsonl", "MSG10.jsonl")]
)
def test_the_databases_that_an_account_goes_on_in_are_one(tmp_path: Path, names: tuple[str, ...]) -> None:
    for number, name in enumerate(names):
        time = dt.datetime(2026, 5, 1 + number)
        chats = [
            Conversation([Message(text=f"{number}", sender="x", time=time)], id=who)
            for who in ("wxid_lisi0002", f"wxid_only{number:04}")
        ]
        (tmp_path / name).write_text(wechatlog.dumps(chats), encoding="utf-8")
    (tmp_path / f"biz_{names[0]}").write_text(chat("公众号"), encoding="utf-8")
    found = {conversation.id: [m.text for m in conversation] for conversation in wechatlog.load_archive(tmp_path)}
    assert found == {None: ["0"], "wxid_lisi0002": ["0", "1", "2"], **{f"wxid_only{n:04}": [f"{n}"] for n in range(3)}}


def test_diagnostics_of_very_many_files_are_bounded() -> None:
    archive = wechatlog.load_archive(zipped({f"{number}.txt": "?" for number in range(1500)}))
    assert list(archive) == []
    assert len(archive.diagnostics) == 1001
    assert archive.diagnostics[-1].message == "and 500 more like this"


def test_names_with_very_long_numbers_and_with_none(tmp_path: Path) -> None:
    data = zipped({"a" + "9" * 5000 + ".markdown": day(1), "QQ": day(2), "b.markdown": day(3)}).replace(b"QQ", b"\0Q")
    assert {c.title for c in wechatlog.load_archive(data)} >= {"1", "3"}
    assert [c.title for c in wechatlog.load_archive([tmp_path])] == []


def test_globs_follow_no_links_in_circles(folder: Path) -> None:
    (folder / "deep" / "again").symlink_to(folder)
    (folder / "deep" / "once more").symlink_to(folder)
    assert [c.title for c in wechatlog.load_archive(str(folder / "**" / "*.markdown"))] == ["2", "9", "10", "1"]
    assert sorted(c.title or "" for c in wechatlog.load_archive(str(folder / "**"))) == ["1", "10", "2", "9"]
    with pytest.raises(FileNotFoundError):
        wechatlog.load_archive(str(folder / "**" / "*.hidden*"))


def test_days_are_no_pages(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"2026-05-0{number}.jsonl").write_text(page(str(number)), encoding="utf-8")
    assert len(list(wechatlog.load_archive(tmp_path))) == 2


def test_options_reach_the_formats_that_have_them(tmp_path: Path) -> None:
    (tmp_path / "undated.markdown").write_text("> 09:00:00  李四  \n   \n好  \n   \n", encoding="utf-8")
    (tmp_path / "native.jsonl").write_text(page("x"), encoding="utf-8")
    found = {c.origin.source: c for c in wechatlog.load_archive(tmp_path, date="2026-05-01")}
    assert str(found["undated.markdown"][0].time) == "2026-05-01 09:00:00"
    with pytest.raises(TypeError, match=r"no reader takes an option 'dat'; valid options:"):
        wechatlog.load_archive(tmp_path, dat="2026-05-01")


def test_zips_in_zips_are_opened_to_a_limit() -> None:
    data: bytes = day(1).encode()
    for _ in range(3):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("inner.markdown", data)
        data = stream.getvalue()
    assert wechatlog.load(data).title == "1"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("inner", data)
    with pytest.raises(wechatlog.UnknownFormatError, match="nothing in this ZIP"):
        wechatlog.load(stream.getvalue())


def test_a_zip_is_no_stream_and_what_reads_it_is_named() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.markdown", day(1))
    message = "this ZIP holds files; load and load_archive read the chats among them"
    for read in (wechatlog.iter_messages, wechatlog.mark, functools.partial(wechatlog.load, after=wechatlog.Mark())):
        with pytest.raises(wechatlog.UnknownFormatError, match=message):
            read(stream.getvalue())


def test_pages_are_joined_within_their_folder_of_a_zip_alone() -> None:
    header = "消息ID,类型,发送人,时间,内容,备注,昵称,更多信息\r\n"
    row = "{0},文本,李四,2025-03-01 09:00:0{0},{1},李四,小李,more\r\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("李四(wxid_lisi00000002)/李四.csv", header + row.format(1, "一"))
        archive.writestr("李四(wxid_lisi00000002)/李四(1).csv", header + row.format(1, "一") + row.format(2, "二"))
        archive.writestr("李四(wxid_lisi00000009)/李四.csv", header + row.format(3, "同名的人"))
    chats = list(wechatlog.load_archive(buffer.getvalue()))
    assert sorted([m.text for m in chat] for chat in chats) == [["一", "二"], ["同名的人"]]


@pytest.mark.parametrize(("encoding", "flags"), [("gbk", 0), ("utf-8", 0), ("utf-8", 0x800)])
def test_entry_names_of_a_zip_are_decoded(encoding: str, flags: int) -> None:
    data = zipped({"ZZZZZZZZZZZZ.markdown" if encoding == "utf-8" else "ZZZZZZZZ.markdown": day(1)})
    name = "张三李四".encode(encoding)
    data = data.replace(b"Z" * len(name), name)
    if flags:
        data = data.replace(b"PK\x03\x04\x14\0\0\0", b"PK\x03\x04\x14\0\0\x08")
        data = data.replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\0\x08")
    (found,) = wechatlog.load_archive(data)
    assert found[0].origin.source == "张三李四.markdown"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_in_a_folder_are_passed_by(folder: Path) -> None:
    before = len(list(wechatlog.load_archive(folder)))
    os.mkfifo(folder / "pipe")
    assert len(list(wechatlog.load_archive(folder))) == before


def untitled(path: Path, text: str = "好") -> None:
    """A chat whose file does not say what it is called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wechatlog.dump(Conversation([Message(sender="李四", text=text)]), path)


def names_of(*places: str) -> list[str | None]:
    sources = [Source(io.BytesIO, place.rsplit("/", 1)[-1]) for place in places]
    for source, place in zip(sources, places, strict=True):
        source.place = place
    name_chats(sources)
    return [source.chat for source in sources]


@pytest.mark.parametrize(
    ("places", "names"),
    [
        (["张三.csv"], [None]),
        (["张三(wxid_a)/张三.csv", "李四(wxid_b)/李四.csv"], ["张三", "李四"]),
        (["张三(wxid_a)/张三.csv", "张三(wxid_b)/张三.csv"], ["张三(wxid_a)/张三", "张三(wxid_b)/张三"]),
        (["张三/张三.csv", "张三/张三_chat.txt", "张三/张三_utf8.csv", "李四/李四.html.json"], ["张三"] * 3 + ["李四"]),
        (["张三/messages.json.gz", "李四/messages.json.gz", "chat.txt"], ["张三", "李四", "chat"]),
        (["张三/2026-05-01.txt", "张三/2026-05-02.txt"], ["张三/2026-05-01", "张三/2026-05-02"]),
        (["a/张三_0_5000.csv", "a/张三_5000_10000.csv", "a/李四(1).csv"], ["张三", "张三", "李四"]),
        (["exports.ZIP/chat.csv", "old.zip/chat.csv"], ["exports", "old"]),
        (["v1.2 群.txt", ".csv"], ["v1.2 群", ".csv"]),
    ],
)  # fmt: skip
def test_chats_without_a_title_are_called_as_their_files(places: list[str], names: list[str | None]) -> None:
    assert names_of(*places) == names


def test_chats_of_a_folder_are_told_apart(tmp_path: Path) -> None:
    untitled(tmp_path / "张三(wxid_a)" / "张三.csv", "甲")
    untitled(tmp_path / "李四(wxid_b)" / "李四.csv", "乙")
    found = list(wechatlog.load_archive(tmp_path))
    assert [chat.title for chat in found] == ["张三", "李四"]
    assert [chat[0].origin.source for chat in found] == ["张三(wxid_a)/张三.csv", "李四(wxid_b)/李四.csv"]
    assert [chat.to_arrow()["conversation"][0].as_py() for chat in found] == ["张三", "李四"]
    wechatlog.dump(found, tmp_path / "all.csv")
    again = wechatlog.load_archive(tmp_path / "all.csv")
    assert [(chat.title, chat[0].text) for chat in again] == [("张三", "甲"), ("李四", "乙")]
    assert wechatlog.load(tmp_path / "张三(wxid_a)" / "张三.csv").title is None
    alone = next(iter(wechatlog.load_archive(tmp_path / "张三(wxid_a)" / "张三.csv")))
    assert (alone.title, alone.origin.source) == (None, "张三.csv")


def test_places_begin_where_all_inputs_are(tmp_path: Path) -> None:
    for name in ("one/a/x.csv", "two/y.csv"):
        untitled(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "three.zip", "w") as archive:
        archive.write(tmp_path / "two" / "y.csv", "b/z.csv")

    def places(*paths: str) -> list[str | None]:
        found = wechatlog.load_archive([tmp_path / path for path in paths])
        return [chat.origin.source for chat in found]

    assert places("one", "two") == ["one/a/x.csv", "two/y.csv"]
    assert places("one/a/x.csv", "two/y.csv") == ["one/a/x.csv", "two/y.csv"]
    assert places("*/*.csv") == ["two/y.csv"]
    assert places("three.zip") == ["b/z.csv"]
    assert places("three.zip", "two") == ["three.zip/b/z.csv", "two/y.csv"]
    assert [chat.title for chat in wechatlog.load_archive(tmp_path)] == ["z", "x", "y"]


def test_files_that_share_nothing_but_the_disk_keep_their_names() -> None:
    one, two = (Source.of(f"/no-{name}/chat-{name}.csv") for name in ("one", "two"))
    place_files([one, two], [Path("/no-one"), Path("/no-two")])
    assert [one.place, two.place] == ["chat-one.csv", "chat-two.csv"]
    assert [one.chat, two.chat] == ["chat-one", "chat-two"]


def test_a_zip_that_is_cut_is_told_as_lost(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "x" * 100)
    (tmp_path / "cut.zip").write_bytes(out.getvalue()[:-30])
    chat = wechatlog.Conversation([wechatlog.Message(sender="李四", text="早")])
    wechatlog.dump(chat, tmp_path / "good.jsonl")
    archive = wechatlog.load_archive(tmp_path)
    assert [len(found) for found in archive] == [1]
    assert [(entry.code, entry.severity) for entry in archive.diagnostics] == [
        ("broken-file", wechatlog.Severity.ERROR),
        ("skipped-file", wechatlog.Severity.INFO),
    ]
    with pytest.raises(wechatlog.FormatError, match="list of files of this ZIP"):
        list(wechatlog.load_archive(tmp_path, errors="strict"))


class _Pipe(io.BytesIO):
    """Where sizes can only be written behind the data."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError


@pytest.mark.parametrize(
    ("stream", "method"),
    [(io.BytesIO, zipfile.ZIP_STORED), (io.BytesIO, zipfile.ZIP_DEFLATED), (_Pipe, zipfile.ZIP_DEFLATED)],
    ids=["stored", "deflated", "sizes behind"],
)
def test_the_whole_files_of_a_damaged_zip_are_read(stream: type[io.BytesIO], method: int) -> None:
    out = stream()
    texts = ["早" * 40, "好" * 40, "晚" * 40]
    with zipfile.ZipFile(out, "w", method) as package:
        for number, text in enumerate(texts):
            chat = wechatlog.Conversation([wechatlog.Message(sender="李四", text=text)])
            package.writestr(f"{number}.jsonl", wechatlog.dumps(chat, "jsonl"))
    data = out.getvalue()
    second, third, end = (data.index(mark) for mark in (b"1.jsonl", b"2.jsonl", b"PK\1\2"))
    for damaged, kept in (
        (data[:end], texts),
        (data[:-10], texts),
        (data[: third - 30], texts[:1]),
        (data[: second + 60] + data[second + 61 :], [texts[0], texts[2]]),
        (data[: second + 60] + bytes(3) + data[second + 60 :], [texts[0], texts[2]]),
    ):
        archive = wechatlog.load_archive(damaged)
        assert {*kept} <= {message.text for chat in archive for message in chat}
        assert "broken-file" in {entry.code for entry in archive.diagnostics}
