"""Opening things: encodings, gzip, limits, atomic writing."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.diagnostics import Collector
from wechatlog.errors import FormatError, RefusedFormatError
from wechatlog.source import BLOCK_SIZE, Source, guess_encoding, replacing

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
    with pytest.raises(LookupError, match="unknown encoding"):
        wechatlog.load(TEXT.encode(), encoding="no-such-codec")


@given(text=st.text(alphabet=st.characters(codec="gb18030", exclude_characters="\0"), min_size=1, max_size=50))
def test_utf8_is_always_recognised(text: str) -> None:
    assert guess_encoding(text.encode()) == "utf-8"


def test_gzip_is_undone_and_named_by_what_is_inside() -> None:
    assert wechatlog.load(gzip.compress(TEXT.encode())) == wechatlog.loads(TEXT)
    assert Source(lambda: io.BytesIO(b""), "chat.csv.gz").suffix == ".csv"


def test_broken_gzip_is_a_format_error() -> None:
    data = gzip.compress(TEXT.encode() * 50)
    with pytest.raises(FormatError, match="broken compressed data"):
        wechatlog.load(data[:-20])


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
