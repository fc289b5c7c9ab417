"""Shares of WeChat for Mac: what files in the corpus cannot show."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from wechatlog import File, FormatError, Image, MessageKind, WechatlogError

TEXT = (
    "·测试 甲\n2026年9月10日 17:33\n[图片] 图片_1.jpg\n\n·测试 甲\n2026年9月11日 10:23\n早\n\n第二段\n\n"
    "·李四\n2026年9月14日 12:32\n[文件] 方案.docx\n"
)


def pack(*files: tuple[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


WHOLE = pack(("聊天记录.txt", TEXT), ("图片_1.jpg", "x"), ("方案.docx", "x"))


def test_a_zip_is_read_strictly() -> None:
    assert wechatlog.detect(WHOLE).format == "mac-share"
    conversation = wechatlog.load(WHOLE, errors="strict")
    assert [message.sender for message in conversation] == ["测试 甲", "测试 甲", "李四"]
    assert [message.kind for message in conversation] == [MessageKind.IMAGE, MessageKind.TEXT, MessageKind.FILE]
    assert conversation[1].text == "早\n\n第二段"
    assert conversation[2].segments == (File("方案.docx", path="方案.docx", raw="[文件] 方案.docx"),)
    assert wechatlog.load(WHOLE) == wechatlog.load(WHOLE, format="mac-share")


def test_a_zip_in_an_archive(tmp_path: Path) -> None:
    (tmp_path / "share.zip").write_bytes(WHOLE)
    (conversation,) = wechatlog.load_archive(tmp_path, errors="strict")
    assert len(conversation) == 3


def test_two_shares_in_one_zip() -> None:
    data = pack(("a/聊天记录.txt", TEXT), ("a/图片_1.jpg", "x"), ("b/聊天记录.txt", TEXT), ("b/方案.docx", "x"))
    found = list(wechatlog.load_archive(data))
    assert [len(conversation) for conversation in found] == [3, 3]
    missing = [[entry.message for entry in conversation.diagnostics] for conversation in found]
    assert missing == [
        ["the file '方案.docx' is not beside the text"],
        ["the file '图片_1.jpg' is not beside the text"],
    ]


def test_unpacked_beside_its_files(tmp_path: Path) -> None:
    path = tmp_path / "聊天记录.txt"
    path.write_text(TEXT, encoding="utf-8")
    (tmp_path / "图片_1.jpg").write_bytes(b"x")
    conversation = wechatlog.load(path)
    assert conversation[0].segments == (Image(path="图片_1.jpg", raw="[图片] 图片_1.jpg"),)
    assert [(entry.code, entry.line) for entry in conversation.diagnostics] == [("missing-attachment", 13)]
    with pytest.raises(FormatError, match=r"the file '方案\.docx' is not beside the text"):
        wechatlog.load(path, errors="strict")


def test_of_data_without_a_place_nothing_is_said_to_be_missing() -> None:
    assert wechatlog.loads(TEXT).diagnostics == ()


def test_a_name_in_a_zip_that_does_not_say_its_encoding() -> None:
    conversation = wechatlog.load(_as_gbk(("聊天记录.txt", TEXT), ("图片_1.jpg", "x"), ("方案.docx", "x")))
    assert (len(conversation), conversation.diagnostics) == (3, ())


def _as_gbk(*files: tuple[str, str]) -> bytes:
    """A ZIP with names in GBK and without the flag that says UTF-8, as Windows tools write it."""

    class Info(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name that zipfile gives it
            return self.filename.encode("gb18030"), self.flag_bits & ~0x800

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files:
            archive.writestr(Info(name), content)
    return stream.getvalue()


def test_a_zip_that_is_cut_in_front_of_its_files_is_an_error() -> None:
    with pytest.raises(WechatlogError):
        wechatlog.load(WHOLE[:10])
    with pytest.raises(FormatError, match="broken ZIP"):
        wechatlog.load(WHOLE[:10], format="mac-share")


@pytest.mark.parametrize("size", [300, len(WHOLE) - 5])
def test_what_is_left_of_a_cut_zip_is_read_and_told(size: int) -> None:
    chat, whole = wechatlog.load(WHOLE[:size]), wechatlog.load(WHOLE)
    assert "broken-file" in {entry.code for entry in chat.diagnostics}
    assert chat.messages[:-1] == whole.messages[: len(chat) - 1]


def test_a_zip_of_something_else() -> None:
    with pytest.raises(FormatError, match=r"holds not exactly one 聊天记录\.txt"):
        wechatlog.load(pack(("x.txt", "x")), format="mac-share")


@example(b"\0\0\0\x80\0\0", 290)  # in the name of a file that says that it is UTF-8
@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_any_bytes(data: bytes, at: int) -> None:
    with contextlib.suppress(WechatlogError):
        wechatlog.load(WHOLE[:at] + data + WHOLE[at + len(data) :])


@pytest.mark.parametrize("header", [b"PK\3\4\xff", b"PK\3\4\x14\0\0\x08"], ids=["version", "flags"])
def test_a_zip_whose_list_and_first_header_were_hit(header: bytes) -> None:
    data = header + WHOLE[len(header) :].replace(b"PK\1\2", b"PK\1\3", 1)
    assert [message.sender for message in wechatlog.load(data)] == ["测试 甲", "测试 甲", "李四"]
