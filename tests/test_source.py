"""Opening things: encodings, gzip, limits, atomic writing."""

from __future__ import annotations

import bz2
import copy
import gzip
import io
import os
import secrets
import stat
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.atomic import replacing
from wechatlog.decoding import BLOCK_SIZE, decode_text, judge_encoding
from wechatlog.diagnostics import Collector
from wechatlog.engine.head import Head
from wechatlog.errors import FormatError, RefusedFormatError
from wechatlog.source import HEAD_SIZE, Source

TEXT = "---\ndate: 2026-05-01\n---\n> 09:00:00  李四  \n   \n早上好，大家  \n   \n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_gives_the_same_messages(encoding: str) -> None:
    assert wechatlog.load(TEXT.encode(encoding)) == wechatlog.loads(TEXT)


def test_gbk_after_a_long_ascii_head() -> None:
    head = "".join(f"> 09:00:00  a{n}  \n   \nx  \n   \n" for n in range(60_000))
    text = f"---\ndate: 2026-05-01\n---\n{head}> 10:00:00  李四  \n   \n好的  \n   \n"
    assert len(text) > 1.2 * BLOCK_SIZE
    assert wechatlog.load(text.encode("gbk"))[-1].sender == "李四"


def test_a_few_broken_bytes_leave_utf8_alone() -> None:
    data = TEXT.encode().replace("大家".encode(), b"\xff\xfe" + "大家".encode())
    conversation = wechatlog.load(data)
    assert conversation[0].text == "早上好，\ufffd\ufffd大家"
    assert [entry.code for entry in conversation.diagnostics] == ["broken-encoding"]
    assert (conversation.diagnostics[0].line, conversation.diagnostics[0].column) == (6, 5)
    with pytest.raises(FormatError, match="2 characters cannot be decoded") as caught:
        wechatlog.load(data, errors="strict")
    assert "^" in str(caught.value)


def test_a_file_cut_inside_a_character_keeps_everything_before() -> None:
    data = TEXT.encode()[:-9]
    conversation = wechatlog.load(data)
    assert conversation[0].text.startswith("早上好，大")
    assert "cut-encoding" in [entry.code for entry in conversation.diagnostics]


def test_an_encoding_that_is_named_wins() -> None:
    assert wechatlog.load(TEXT.encode("gbk"), encoding="gbk") == wechatlog.loads(TEXT)
    with pytest.raises(wechatlog.OptionError, match="no encoding of text is called 'no-such-codec'; use a name"):
        wechatlog.load(TEXT.encode(), encoding="no-such-codec")


@given(text=st.text(alphabet=st.characters(codec="gb18030", exclude_characters="\0"), min_size=1, max_size=50))
def test_utf8_is_always_recognised(text: str) -> None:
    assert judge_encoding(text.encode()).name == "utf-8"


def test_gzip_is_undone_and_named_by_what_is_inside() -> None:
    assert wechatlog.load(gzip.compress(TEXT.encode())) == wechatlog.loads(TEXT)
    assert Source(lambda: io.BytesIO(b""), "chat.csv.gz").suffix == ".csv"


MANY = "---\ndate: 2026-05-01\n---\n" + "".join(f"> 09:00:{n:02}  李四  \n   \n第{n}条  \n   \n" for n in range(60))


def zipped(data: bytes, name: str = "chat.markdown") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_cut_compressed_data_are_read_up_to_the_cut(pack: Callable[[bytes], bytes]) -> None:
    whole = wechatlog.loads(MANY)
    filler = "".join(f"> 10:00:00  王五  \n   \n{secrets.token_hex(40)}  \n   \n" for _ in range(20_000))
    data = pack((MANY + filler).encode())
    read = wechatlog.load(data[: len(data) * 2 // 3])
    assert read[:60].messages == whole.messages
    assert len(read) > 5000
    assert [entry.code for entry in read.diagnostics if entry.severity is wechatlog.Severity.ERROR] == [
        "cut-compression"
    ]
    with pytest.raises(FormatError, match="broken compressed data"):
        wechatlog.load(data[: len(data) * 2 // 3], errors="strict")


def test_a_wrong_checksum_is_told_and_costs_nothing() -> None:
    packed = gzip.compress(MANY.encode())
    entry = zipped(MANY.encode())
    wrong = zlib.crc32(MANY.encode()).to_bytes(4, "little")
    for data in (packed[:-8] + bytes(8), entry.replace(wrong, b"\1\2\3\4")):
        read = wechatlog.load(data)
        assert read.messages == wechatlog.loads(MANY).messages
        assert [found.code for found in read.diagnostics] == ["cut-compression"]


def test_packed_data_that_are_broken_from_the_first_byte_on_are_no_empty_file(tmp_path: Path) -> None:
    packed = bytearray(zipped(MANY.encode()))
    packed[packed.index(b"chat.markdown") + 13] = 0xFF
    archive = wechatlog.load_archive(bytes(packed))
    assert list(archive) == []
    assert [(found.code, found.severity) for found in archive.diagnostics] == [
        ("unreadable-file", wechatlog.Severity.ERROR)
    ]
    with pytest.raises(FormatError, match="broken compressed data"):
        wechatlog.load(gzip.compress(MANY.encode())[:12])


def test_what_is_no_text_is_not_read_in_part(tmp_path: Path) -> None:
    path = tmp_path / "chat.sqlite"
    wechatlog.dump(wechatlog.loads(MANY), path)
    packed = gzip.compress(path.read_bytes())
    assert wechatlog.load(packed) == wechatlog.loads(MANY)
    with pytest.raises(FormatError, match="broken compressed data"):
        wechatlog.load(packed[:-500])


def overlapping(copies: int, size: int) -> bytes:
    """A ZIP whose entries all share one piece of compressed data."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.markdown", TEXT.encode() + b" " * size)
        entry = archive.infolist()[0]
        for number in range(copies):
            other = copy.copy(entry)
            other.filename = f"b{number}.markdown"
            archive.filelist.append(other)
    return stream.getvalue()


def test_entries_of_a_zip_that_overlap_are_refused() -> None:
    archive = wechatlog.load_archive(overlapping(20, 5_000_000))
    assert list(archive) == []
    assert "its entries overlap" in archive.diagnostics[0].message


def test_all_files_of_a_zip_together_have_a_limit() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.markdown", TEXT.encode() + b" " * 900_000)
    for data in (stream.getvalue(), zipped(stream.getvalue(), "inner.zip")):
        found = wechatlog.load_archive(data, size_limit=1_000_000)
        assert len(list(found)) == 4
        assert {entry.message for entry in found.diagnostics} == {
            "compressed archive: grows to more than 4,000,000 bytes; raise size_limit= if that is expected"
        }
        assert len(list(wechatlog.load_archive(data))) == 10


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("count", [1, 60, 4000])
@pytest.mark.parametrize("named", [True, False])
def test_a_pipe_is_read_once_and_whole(tmp_path: Path, count: int, named: bool) -> None:
    text = "---\ndate: 2026-05-01\n---\n" + "> 09:00:00  李四  \n   \n早上好，大家  \n   \n" * count
    reader, writer = (-1, -1) if named else os.pipe()
    path = tmp_path / "pipe" if named else Path(f"/dev/fd/{reader}")
    if named:
        os.mkfifo(path)

    def feed() -> None:
        with os.fdopen(os.open(path, os.O_WRONLY) if named else writer, "wb") as stream:
            stream.write(text.encode())

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        assert wechatlog.load(path, errors="strict") == wechatlog.loads(text)
    finally:
        thread.join()
        if not named:
            os.close(reader)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_that_nobody_writes_to_and_devices_without_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wechatlog.source._PATIENCE", 20)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RefusedFormatError, match="nobody writes to this pipe"):
        wechatlog.load(tmp_path / "pipe")
    with pytest.raises(RefusedFormatError, match="this is a device and no file"):
        wechatlog.load("/dev/zero")
    with (
        pytest.raises(RefusedFormatError, match="grows to more than 3,000,000 bytes"),
        Path("/dev/zero").open("rb") as stream,
    ):
        wechatlog.load(stream, size_limit=3_000_000)
    with pytest.raises(wechatlog.UnknownFormatError, match="the file is empty"):
        wechatlog.load(os.devnull)


def test_a_folder_names_the_function_for_it(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=r"use wechatlog\.load_archive"):
        wechatlog.load(tmp_path)


TRADITIONAL = "今天晚上我們一起去吃飯好嗎？\n早安，扳手在哪裡？\n在工具箱裡面，第二層\n"
SIMPLIFIED = "今天晚上我们一起去吃饭好吗？\n早上好，扳手在哪里？\n在工具箱里面，第二层😀\n"


@pytest.mark.parametrize(
    ("text", "encoding"), [(TRADITIONAL, "big5"), (TRADITIONAL, "gb18030"), (SIMPLIFIED, "gb18030")]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_the_characters_are_tells_big5_from_gb18030(text: str, encoding: str, ending: str) -> None:
    text = text.replace("\n", ending)
    collector = Collector("strict")
    assert Source.of(text.encode(encoding)).read_text(collector) == text
    assert collector.diagnostics == ()
    for line in filter(None, text.split(ending)):
        assert decode_text(line.encode(encoding)) == line


def test_a_name_of_two_characters_in_utf8_is_found_among_lines_of_another_encoding() -> None:
    text = "李四 2026/5/1 08:00:00\nMorning\n"
    data = text.encode() * 3 + text.encode("gb18030") * 3
    chat = wechatlog.load(data, format="paste")
    assert {message.sender for message in chat} == {"李四"}
    assert "mixed-encodings" in {entry.code for entry in chat.diagnostics}


@pytest.mark.parametrize(("text", "encoding"), [("今日はいい天気ですね、カメラを", "shift_jis"), ("오늘 날씨가 좋네요", "euc_kr"), ("déjà vu à bientôt", "cp1252")])  # fmt: skip
def test_an_encoding_that_is_not_certain_is_told_with_the_option(text: str, encoding: str) -> None:
    data = TEXT.replace("早上好，大家", "").replace("李四", text).encode(encoding)
    read = wechatlog.load(data)
    (told,) = [entry for entry in read.diagnostics if entry.code == "uncertain-encoding"]
    assert told.severity == "warning"
    assert "encoding= (--encoding on the command line)" in told.message
    assert wechatlog.load(data, encoding=encoding)[0].sender == text


@given(text=st.text(min_size=1, max_size=60), fill=st.integers(0, 40))
def test_what_is_utf8_is_never_taken_for_anything_else(text: str, fill: int) -> None:
    data = (text + "\ufffd" * fill).encode("utf-8", "replace")
    if b"\0" not in data and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        collector = Collector("strict")
        assert Source.of(data).read_text(collector) == data.decode()
        assert decode_text(data) == data.decode()


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "tsv", "markdown"])
@pytest.mark.parametrize("text", ["ok \ufffd\ufffd 好", "\ufffd" * 3000])
def test_characters_of_an_earlier_repair_are_text(form: str, text: str) -> None:
    stream = io.BytesIO()
    chat = wechatlog.Conversation([wechatlog.Message(sender="Mia", text=text)], title="t")
    wechatlog.dump(chat, stream, form)
    assert wechatlog.load(stream.getvalue())[0].text == text


@pytest.mark.parametrize("first", ["utf-8", "gb18030", "big5"])
@pytest.mark.parametrize("second", ["utf-8", "gb18030", "big5"])
@pytest.mark.parametrize("times", [1, 3000])
def test_a_text_of_two_encodings_is_read_in_both(first: str, second: str, times: int) -> None:
    if first == second or "utf-8" not in (first, second):
        return
    one, two = (TRADITIONAL if "big5" in (first, second) else SIMPLIFIED,) * 2
    data = (one * times).encode(first) + (two * times).encode(second) + b"end"
    collector = Collector()
    assert Source.of(data).read_text(collector) == (one + two).replace(one + two, one * times + two * times) + "end"
    told = [entry for entry in collector.diagnostics if entry.code == "mixed-encodings"]
    assert told
    assert told[0].line in (1, 3 * times + 1)  # whichever of them was taken for the other


def test_broken_bytes_are_told_where_they_stand() -> None:
    text = "第一行\n真的\ufffd字符\n好\n"
    data = text.encode() + "第二段，还有".encode() + b"\xff\xfe" + "几个字\n".encode()
    collector = Collector()
    assert Source.of(data).read_text(collector) == text + "第二段，还有\ufffd\ufffd几个字\n"
    (told,) = collector.diagnostics
    assert (told.code, told.line, told.column, told.message[:2]) == ("broken-encoding", 4, 7, "2 ")


def test_a_compression_bomb_is_refused_by_a_limit_that_can_be_set() -> None:
    bomb = gzip.compress(TEXT.encode() + b" " * 5_000_000)
    with pytest.raises(RefusedFormatError, match="grows to more than 1,000,000 bytes"):
        wechatlog.load(bomb, size_limit=1_000_000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("chat.markdown", TEXT.encode() + b" " * 5_000_000)
    with pytest.raises(wechatlog.UnknownFormatError, match="grows to more than 1,000,000 bytes"):
        wechatlog.load(stream.getvalue(), size_limit=1_000_000)


def test_files_objects_and_paths(tmp_path: Path) -> None:
    path = tmp_path / "2026-05-01-chat.markdown"
    path.write_text(TEXT, encoding="utf-8")
    expected = wechatlog.loads(TEXT)
    assert wechatlog.load(path) == wechatlog.load(str(path)) == expected
    with path.open("rb") as binary, path.open(encoding="utf-8", newline="") as text:
        assert wechatlog.load(binary) == wechatlog.load(text) == expected
    assert wechatlog.load(path).origin.source == path.name
    with pytest.raises(TypeError, match="expected a path, bytes or a file object, not int"):
        wechatlog.load(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="loads takes a str, not bytes"):
        wechatlog.loads(b"")  # type: ignore[arg-type]


def test_writing_is_atomic(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as part:
        part.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    path.chmod(0o640)
    with replacing(path) as part:
        part.write_text("new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)


@pytest.mark.skipif(os.name == "nt", reason="no modes here")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o444])
def test_a_part_file_is_as_private_as_the_file_before_it_is_written(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    path.chmod(mode)
    with replacing(path) as part:
        assert part.stat().st_mode & 0o777 == mode
        assert part.stat().st_size == 0
        if mode & 0o200:
            part.write_text("new")
    assert path.stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.name == "nt", reason="no signals here")
def test_what_a_killed_run_left_is_removed_and_what_another_writes_is_not(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    script = "import os, pathlib, sys\nfrom wechatlog.atomic import replacing\nwith replacing(pathlib.Path(sys.argv[1])) as part:\n    part.write_text('half')\n    os.kill(os.getpid(), 9)\n"
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert [found.name for found in tmp_path.iterdir()] == [".out.jsonl.part"]
    with replacing(path) as part:
        part.write_text("one")
        with replacing(path) as other:
            other.write_text("two")
            assert sorted(found.name for found in tmp_path.iterdir()) == sorted([part.name, other.name])
        assert path.read_text() == "two"
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_the_disk_has_the_file_before_it_is_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda number: synced.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")
    )
    wechatlog.dump(wechatlog.loads(TEXT), tmp_path / "a.jsonl")
    assert synced == (["file"] if os.name == "nt" else ["file", "folder"])
    wechatlog.dump(wechatlog.loads(TEXT), tmp_path / "a.jsonl", sync=False)
    wechatlog.dump_archive(wechatlog.loads(TEXT), tmp_path / "folder", sync=False)
    assert len(synced) == (1 if os.name == "nt" else 2)


def test_links_that_lead_in_a_circle_are_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "b.jsonl")
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "a.jsonl")
    with pytest.raises(OSError, match=r"[ab]\.jsonl"):
        wechatlog.dump(wechatlog.loads(TEXT), tmp_path / "a.jsonl")
    with pytest.raises(OSError, match=r"[ab]\.jsonl"):
        wechatlog.load(tmp_path / "a.jsonl")
    assert all(found.is_symlink() for found in tmp_path.iterdir())


def test_a_link_to_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "new.jsonl")
    wechatlog.dump(wechatlog.loads(TEXT), tmp_path / "link.jsonl")
    assert (tmp_path / "new.jsonl").is_file()
    assert (tmp_path / "link.jsonl").is_symlink()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    target.write_text("")
    link.symlink_to(target)
    wechatlog.dump(wechatlog.loads(TEXT), link)
    assert link.is_symlink()
    assert wechatlog.load(target) == wechatlog.loads(TEXT)


def test_half_a_surrogate_pair_is_written() -> None:
    conversation = wechatlog.Conversation([wechatlog.Message(text="x\ud83dy", sender="李四")])
    assert wechatlog.loads(wechatlog.dumps(conversation, "jsonl")) == conversation
    stream = io.BytesIO()
    wechatlog.dump(conversation, stream, "text")
    assert "x\ufffdy" in stream.getvalue().decode()


def test_block_reading_equals_whole_reading() -> None:
    text = "字" * (BLOCK_SIZE // 2) + "\n" + "😀" * 100
    assert Source.of(text.encode()).read_text(Collector()) == text


@pytest.mark.parametrize(
    ("data", "opened"),
    [(b"> 07:14:35  a", 1), (b"a" * HEAD_SIZE, 2), (gzip.compress(b"a", mtime=0), 2)],
    ids=["one block", "more than a block", "packed"],
)
def test_a_small_file_is_opened_once(data: bytes, opened: int) -> None:
    """Finding the format takes all of it; what is packed is read again, since damage is told by who reads it."""
    streams: list[IO[bytes]] = []

    def opener() -> IO[bytes]:
        streams.append(io.BytesIO(data))
        return streams[-1]

    source = Source(opener, "a.md")
    assert source.head() == source.read_bytes()[:HEAD_SIZE]
    assert len(streams) == opened


_CUT = "甲\n乙".encode()[:-1]
_MARKED = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"a\n", _MARKED, _MARKED + b"a\r\n", b"\0\0\0a", b"a\0bcdefgh", _CUT, _CUT + b"\n", "甲".encode("gbk")),
        *(TEXT.encode(encoding) for encoding in ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-32")),
        *(gzip.compress(TEXT.encode(), mtime=0), gzip.compress(TEXT.encode(), mtime=0)[:-9]),
    ],
)
@pytest.mark.parametrize("encoding", [None, "utf-8", "gb18030"])
def test_a_file_gives_the_same_when_its_head_was_looked_at(data: bytes, encoding: str | None) -> None:
    source, looked_at = Source.of(data), Source.of(data)
    Head.of(looked_at, encoding).text  # noqa: B018 - it is decoded
    collectors = Collector(), Collector()
    blocks = [list(one.blocks(to, encoding)) for one, to in zip((source, looked_at), collectors, strict=True)]
    assert blocks[0] == blocks[1]
    assert collectors[0].diagnostics == collectors[1].diagnostics
