"""Word documents of MemoTrace: what their parts and damage say."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

import wechatlog
from wechatlog.engine.documents import iter_blocks
from wechatlog.source import Source

pytest.importorskip("lxml")

CORPUS = Path(__file__).parents[1] / "corpus" / "memotrace-docx"
WORDS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(body: str, head: str = "") -> bytes:
    """A document with a body, and nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f"{head}<w:document {WORDS}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def words(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def said(text: str, *, own: bool = False) -> str:
    cells = ["<w:tc><w:tcPr><w:tcW w:w='720'/></w:tcPr><w:p/></w:tc>", f"<w:tc>{words(text)}</w:tc>"]
    return f"<w:tbl><w:tr>{''.join(reversed(cells) if own else cells)}</w:tr></w:tbl>"


def test_the_side_says_who_wrote(tmp_path: Path) -> None:
    path = tmp_path / "李四_12(1).docx"
    path.write_bytes(document(words("2026-05-01 09:00:00") + said("早") + said("好", own=True)))
    chat = wechatlog.load(path)
    assert [(m.sender, m.is_self, m.precision) for m in chat] == [("李四", False, "second"), ("我", True, "minute")]
    assert [note.code for note in chat.diagnostics] == ["names-by-side", "rough-times"]
    assert wechatlog.load(path.read_bytes(), owner="张三")[1].sender == "张三"
    assert wechatlog.load(path.read_bytes())[0].sender is None


def test_the_documents_of_a_chat_are_joined(tmp_path: Path) -> None:
    for number, day in ((1, "2026-05-01"), (2, "2026-05-02"), (10, "2026-05-03")):
        (tmp_path / f"李四_{number}.docx").write_bytes(document(words(f"{day} 09:00:00") + said(f"第 {number}")))
    chats = list(wechatlog.load_archive(tmp_path))
    assert [(chat.title, [m.text for m in chat]) for chat in chats] == [("李四", ["第 1", "第 2", "第 10"])]


def test_a_table_that_is_no_message_is_kept(tmp_path: Path) -> None:
    table = f"<w:tbl><w:tr><w:tc>{words('甲')}</w:tc></w:tr></w:tbl>"
    chat = wechatlog.load(document(words("2026-05-01 09:00:00") + said("早") + table))
    assert [(m.kind, m.text) for m in chat] == [("text", "早"), ("other", "甲")]


def test_other_documents_are_not_taken() -> None:
    for body in (words("一份报告"), said("早"), words("2026-05-01")):
        with pytest.raises(wechatlog.UnknownFormatError, match="a Word document in which no chat is found"):
            wechatlog.load(document(body))


def test_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    data = document(words("2026-05-01 09:00:00") + said("早 &a11; &f;"), bomb)
    texts = [message.text for message in wechatlog.load(data, format="memotrace-docx")]
    assert len("".join(texts)) < 100


@pytest.mark.parametrize("case", sorted(CORPUS.glob("*.docx")), ids=lambda path: path.name)
def test_damage_is_told(case: Path) -> None:
    whole = case.read_bytes()
    for place in range(0, len(whole), len(whole) // 40):
        for data in (whole[:place], whole[:place] + b"\0\xff" * 8 + whole[place + 16 :]):
            told = ""
            try:
                wechatlog.load(data, format="memotrace-docx")
            except wechatlog.WechatlogError as error:
                told = str(error)
            assert "Error(" not in told


def test_cut_xml_gives_what_stands_before() -> None:
    text = words("2026-05-01 09:00:00") + said("早") + said("好") + "<w:tbl><w:tr><w:tc"
    chat = wechatlog.load(document(text), format="memotrace-docx")
    assert [m.text for m in chat][:2] == ["早", "好"]
    assert "broken-file" in [note.code for note in chat.diagnostics]


def test_depth_is_told() -> None:
    nested = "<w:tbl><w:tr><w:tc>" * 3000 + words("x") + "</w:tc></w:tr></w:tbl>" * 3000
    chat = wechatlog.load(document(words("2026-05-01 09:00:00") + said("早") + nested), format="memotrace-docx")
    assert [m.text for m in chat][:1] == ["早"]
    assert "broken-file" in [note.code for note in chat.diagnostics]


def test_blocks_take_no_memory_of_the_whole() -> None:
    source = Source.of(document(words("x") * 5000))
    assert sum(1 for _ in iter_blocks(source, lambda *_: None)) == 5000
