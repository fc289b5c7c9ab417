"""Word documents of people and of other tools: chats in any known form that stand in one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import wechatlog
from tests.cli.conftest import Run, run  # noqa: F401
from tests.media.test_media import png

from .test_memotrace_docx import document, words

pytest.importorskip("lxml")

DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PICTURE = f'<w:p><w:r><w:drawing {DRAWING} xmlns:r="{RELATION}"><a:blip r:embed="rId7"/></w:drawing></w:r></w:p>'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId7" Type="{RELATION}/image" Target="media/image1.png"/>'
    f'<Relationship Id="rId8" Type="{RELATION}/image" Target="https://example.invalid/1.png" TargetMode="External"/>'
    "</Relationships>"
)


def lines(*texts: str) -> str:
    return "".join(text if text.startswith("<w:") else words(text) for text in texts)


def with_picture(body: str) -> bytes:
    out = io.BytesIO(document(body))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/_rels/document.xml.rels", RELATIONS)
        package.writestr("word/media/image1.png", png())
    return out.getvalue()


def table(*rows: Sequence[str]) -> str:
    cells = ("".join(f"<w:tc>{lines(*cell.split(chr(10)))}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


PASTE = ("李四 2026/5/1 8:00", "早", "", "张三 2026/5/1 8:01", "第一行", "第二行", "")


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (PASTE, "paste"),
        (
            ("李四", "2026年05月01日 08:00", "早", "", "张三", "2026年05月01日 08:01", "第一行", "第二行", ""),
            "paste-ios",
        ),
        (
            (
                "=== 与 李四 的对话 ===",
                "",
                "[2026-05-01 08:00:00] [李四] 早",
                "[2026-05-01 08:01:00] [张三] 第一行",
                "第二行",
            ),
            "bracket-lines",
        ),
        (("2026-05-01 08:00:00 '李四'", "早", "", "2026-05-01 08:01:00 '张三'", "第一行", "第二行", ""), "weflow-txt"),
        (("2026-05-01 08:00:00 李四", "早", "", "2026-05-01 08:01:00 张三", "第一行", "第二行"), "memotrace-text"),
    ],
)
def test_what_somebody_pasted_is_read_by_its_own_reader(texts: Sequence[str], form: str) -> None:
    data = document(lines(*texts))
    found = wechatlog.detect(data)
    assert (found.format, found.reason[:18]) == (form, "in a Word document")
    assert [(m.sender, m.text) for m in wechatlog.load(data)] == [("李四", "早"), ("张三", "第一行\n第二行")]
    assert wechatlog.load(data, format=form) == wechatlog.load(data)
    assert [m.text for m in wechatlog.iter_messages(data)] == ["早", "第一行\n第二行"]
    plain = "".join(f"{text}\n" for text in texts)
    assert wechatlog.load(data).messages == wechatlog.loads(plain).messages


@pytest.mark.parametrize("before", ["", words("李四的聊天记录")])
def test_a_table_is_read_by_the_reader_of_its_columns(before: str) -> None:
    rows = [("时间", "发送者", "类型", "内容"), ("2026-05-01 08:00:00", "李四", "文本", "早"),
            ("2026-05-01 08:00:20", "我", "文本", "第一行\n第二行"), ("合计", "2")]  # fmt: skip
    data = document(before + table(*rows))
    assert wechatlog.detect(data).format == "wechat-export-macos-csv"
    chat = wechatlog.load(data, format="wechat-export-macos-csv")
    assert [(m.sender, m.text, m.is_self) for m in chat] == [("李四", "早", False), ("我", "第一行\n第二行", True)]
    told = ["the paragraphs beside the table were not read"] if before else []
    assert [note.message for note in chat.diagnostics] == told
    assert [note.line for note in wechatlog.load(document(before + table(*rows, ("x", "李四", "文本", "早")))).diagnostics
            if note.code == "bad-time"] == [5]  # fmt: skip


def test_tables_of_other_widths_are_read_and_messages_beside_them_told() -> None:
    first = [("时间", "发送者", "内容"), ("2026-05-01 08:00:00", "李四", "早"), ("2026-05-01 08:01:00", "我", "好")]
    second = [
        ("发送者", "备注名", "时间", "内容"),
        *((who, "", time.replace("-05-", "-06-"), text) for time, who, text in first[1:]),
    ]
    for paragraph, severity in (("说明", "info"), ("[2026-05-01 09:00:00] 李四: 晚", "warning")):
        body = table(*first) + lines(*[paragraph] * 3) + table(*second)
        chat = wechatlog.load(document(body))
        assert [(str(m.time)[:10], m.sender, m.text) for m in chat] == [
            ("2026-05-01", "李四", "早"),
            ("2026-05-01", "我", "好"),
            ("2026-06-01", "李四", "早"),
            ("2026-06-01", "我", "好"),
        ]
        assert [d.severity for d in chat.diagnostics if d.code == "unread-part"] == [severity]


def test_cells_without_columns_are_lines() -> None:
    rows = table(("李四 2026/5/1 8:00", "早"), ("张三 2026/5/1 8:01", "早啊"))
    assert [(m.sender, m.text) for m in wechatlog.load(document(rows))] == [("李四", "早"), ("张三", "早啊")]


def test_pictures_have_their_place(tmp_path: Path, run: Run) -> None:  # noqa: F811
    texts = ("李四 2026/5/1 8:00", PICTURE, "", "张三 2026/5/1 8:01", "看", PICTURE, PICTURE, "")
    (tmp_path / "chat.docx").write_bytes(with_picture(lines(PICTURE, "", *texts)))
    chat = wechatlog.load(tmp_path / "chat.docx")
    assert [(m.kind, m.text) for m in chat] == [("image", "[图片]"), ("text", "看\n[图片]\n[图片]")]
    place = "chat.docx/word/media/image1.png"
    assert [[image.path for image in m.images] for m in chat] == [[place], [place, place]]
    assert all("".join(segment.raw for segment in m.segments) == m.text for m in chat)
    for given in ("chat.docx", "chats.zip"):
        with zipfile.ZipFile(tmp_path / "chats.zip", "w") as archive:
            archive.write(tmp_path / "chat.docx", "a/chat.docx")
        run("convert", given, "-o", "page.html", "-O", "media=embed")
        assert (tmp_path / "page.html").read_text("utf-8").count("data:image/png") == 3
    told = run("convert", "chat.docx", "-o", "page.html").stderr
    assert "no page can load 1 media file out of a ZIP or a document; the first: chat.docx/word/media/" in told
    assert wechatlog.load(with_picture(lines(*texts)))[0].images[0].path is None
    assert run("media", "chat.docx", "-o", "out").stderr.startswith("wechatlog: out: 1 file")


def test_what_stands_round_paragraphs_is_passed() -> None:
    first, *rest = (words(text) for text in PASTE)
    frame = f"<w:sdt><w:sdtContent>{first}</w:sdtContent></w:sdt>"
    twice = (
        '<w:p><w:r><m:AlternateContent xmlns:m="urn:m"><m:Choice><w:t>早</w:t></m:Choice>'
        "<m:Fallback><w:t>早</w:t></m:Fallback></m:AlternateContent><w:noBreakHyphen/></w:r></w:p>"
    )
    chat = wechatlog.load(document(frame + twice + "".join(rest[1:])))
    assert [m.text for m in chat] == ["早-", "第一行\n第二行"]
    out = io.BytesIO(document(lines(*PASTE)))
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/comments.xml", "<c/>")
    (note,) = wechatlog.load(out.getvalue()).diagnostics
    assert (note.code, note.message) == ("unread-part", "the comments on the document were not read")


def test_all_that_stands_in_a_table_is_read() -> None:
    cell = f"<w:tc>{table(['早', table(['甲', '乙'])])}{words('啊')}</w:tc>"
    row = f"<w:sdt><w:sdtContent><w:tr>{cell}<w:sdt><w:sdtContent>{cell}</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt>"
    box = f"<w:tbl><w:tr><w:tc><w:p><w:r>{table(['框'])}</w:r></w:p></w:tc></w:tr></w:tbl>"
    chat = wechatlog.load(document(lines(*PASTE[:2], f"<w:tbl>{row}</w:tbl>", box)))
    assert chat[0].text.split() == ["早", *["啊", "早", "甲", "乙"] * 2, "框"]


def test_a_deep_document_is_no_error_of_python() -> None:
    frame = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    body = words("早")
    for _ in range(400):
        body = frame.format(table([body]))
    assert len(wechatlog.load(document(lines(*PASTE) + body))) == 2


def test_damage_is_told() -> None:
    data = document(lines(*PASTE))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        text = package.read("word/document.xml")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", text[: text.index("第二行".encode())])
    chat = wechatlog.load(out.getvalue())
    assert [m.text.split("\n")[0] for m in chat] == ["早", "第一行"]
    assert [note.code for note in chat.diagnostics] == ["broken-file"]


def test_a_described_text_stands_in_a_document() -> None:
    data = document(lines("8:00 李四> 早", "8:01 张三> 早啊"))
    form = wechatlog.text_format("%H:%M {sender}> {text}")
    assert [m.text for m in wechatlog.load(data, format=form, date="2026-05-01")] == ["早", "早啊"]


OFFICE = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>", "META-INF/manifest.xml": "<x/>"}


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, text in files.items():
            package.writestr(name, text)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document(lines("年度报告", "很好。")), "a Word document in which no chat is found: no known format: no line"),
        (zipped(OFFICE), "this is an OpenDocument file; save it as .docx, .xlsx or plain text, and read that"),
        (rb"{\rtf1\ansi 2026}", "this is a document in RTF; save it as .docx or as plain text, and read that"),
        (
            OLE + bytes(600) + "WordDocument".encode("utf-16-le"),
            r"this is a document of an old Word (.doc); save it as",
        ),
        (OLE + bytes(600), "this old Excel file is no chat export that is known"),
    ],
)
def test_what_is_no_chat_names_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(wechatlog.UnknownFormatError) as caught:
        wechatlog.load(data)
    assert reason in str(caught.value)


def test_what_was_written_for_reading_is_refused() -> None:
    pytest.importorskip("docx")
    out = io.BytesIO()
    wechatlog.dump(wechatlog.load("examples/reading-club.jsonl")[:3], out, "docx")
    data = out.getvalue()
    with pytest.raises(wechatlog.RefusedFormatError, match="written to be read by people; read what it was made from"):
        wechatlog.load(data)


def test_a_document_is_one_of_many_files(tmp_path: Path) -> None:
    (tmp_path / "甲.docx").write_bytes(document(lines(*PASTE)))
    (tmp_path / "乙.docx").write_bytes(document(lines(*PASTE[:2], "", *PASTE[3:])))
    (tmp_path / "报告.docx").write_bytes(document(lines("年度报告")))
    for how in ({}, {"workers": 2}, {"index": tmp_path / "known.index"}):
        archive = wechatlog.load_archive(tmp_path / "*.docx", **how)  # type: ignore[arg-type]
        assert sorted(chat.title or "" for chat in archive) == ["乙", "甲"]
        assert [note.code for note in archive.diagnostics] == ["skipped-file"]
    parts = wechatlog.split(tmp_path / "甲.docx", size=10, format="paste")
    assert len(parts) == 1
