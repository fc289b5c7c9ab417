"""Documents for people: Word and PDF."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import wechatlog
from tests.cost import assert_linear
from tests.goldens import conversation as golden_conversation
from tests.goldens import golden
from tests.media.test_media import AES_KEY, XOR_KEY, encrypted, png
from tests.strategies import conversations
from wechatlog import Conversation, Message
from wechatlog.registry import find_writer
from wechatlog.segments import types
from wechatlog.testing import SAMPLE_CONVERSATIONS, check_writer


def written(chat: Any, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    wechatlog.dump(chat, stream, form, **options)
    return stream.getvalue()


def say(text: str, **fields: Any) -> Message:
    return Message(
        **{"time": dt.datetime(2026, 5, 1, 9, 0), "precision": "second", "sender": "李四", "text": text, **fields}
    )


# --- docx -----------------------------------------------------------------------------------------


@pytest.fixture
def docx() -> Any:
    return pytest.importorskip("docx")


def paragraphs(docx: Any, data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def test_the_docx_keeps_the_promises(docx: Any) -> None:
    check_writer(find_writer("docx"))


def test_the_golden_document(docx: Any) -> None:
    data = written(golden_conversation(), "docx")
    document = docx.Document(io.BytesIO(data))
    lines = [f"[{paragraph.style.name}] {paragraph.text}" for paragraph in document.paragraphs]
    golden("docx/conversation.txt", "\n\n".join(lines) + "\n")
    assert document.core_properties.title == "示例读书会"
    assert document.core_properties.author == "wechatlog"


def test_options_of_the_docx(docx: Any) -> None:
    chat = Conversation([say("早[微笑]"), say("", sender="", kind="image"), say("入群", sender=None)], title="群")
    assert paragraphs(docx, written(chat, "docx")) == [
        "群", "2026-05-01", "李四  09:00:00\n早🙂", "无名  09:00:00\n[image]", "09:00:00  入群",
    ]  # fmt: skip
    assert paragraphs(docx, written(chat, "docx", emoji="code", interface="en"))[2:4] == [
        "李四  09:00:00\n早[微笑]", "no name  09:00:00\n[image]",
    ]  # fmt: skip
    for option, value in (("emoji", "x"), ("interface", "fr"), ("media_root", "none"), ("aes_key", "x")):
        with pytest.raises(wechatlog.OptionError, match=option):
            written(chat, "docx", **{option: value})


def test_pictures_of_the_export_are_in_it(docx: Any, tmp_path: Path) -> None:
    root = tmp_path / "export"
    root.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (root / "wide.png").write_bytes(png(2000, 2))
    (root / "v2.dat").write_bytes(encrypted(png(), 2, aes=32, tail=8))
    (root / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\xff" * 40)
    (root / "web.webp").write_bytes(b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(40))
    paths = ["wide.png", "v2.dat", "bad.png", "web.webp", "none.png", "../secret.png"]
    messages = [say("[图片]", kind="image", segments=[types.Image(path=path, raw="[图片]")]) for path in paths]
    for options, count in (
        ({}, 0),
        ({"media_root": root}, 1),
        ({"media_root": root, "aes_key": AES_KEY, "xor_key": XOR_KEY}, 2),
    ):
        data = written(Conversation(messages), "docx", **options)
        shapes = docx.Document(io.BytesIO(data)).inline_shapes
        assert len(shapes) == count
        assert all(shape.width.cm <= 9.01 for shape in shapes)


def test_emoji_have_a_font_of_their_own(docx: Any) -> None:
    document = docx.Document(io.BytesIO(written(Conversation([say("早👍🏽1❤️️好🤦‍♂️", sender="苏🌿")]), "docx")))
    runs = [(run.text, run.style.name) for run in document.paragraphs[-1].runs]
    assert [text for text, style in runs if style == "Emoji"] == ["🌿", "👍🏽", "❤️", "🤦‍♂️"]
    assert "".join(text for text, _ in runs) == "苏🌿  09:00:00\n早👍🏽1❤️️好🤦‍♂️"
    assert 'w:eastAsia="zh-CN"' in document.styles.element.xml


def test_a_picture_stands_for_its_placeholder(docx: Any, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    image = types.Image(path="a.png", raw="[图片]")
    both = [types.Text("看"), image]
    messages = [
        say("[图片]", kind="image", segments=[image]),
        say("[图片]", kind="image", segments=[types.Image(path="none.png", raw="[图片]")]),
        say("看[图片]", segments=both),
    ]
    document = docx.Document(io.BytesIO(written(Conversation(messages), "docx", media_root=tmp_path)))
    head = "李四  09:00:00\n"
    assert [paragraph.text for paragraph in document.paragraphs[1:]] == [head, f"{head}[图片]", f"{head}看[图片]\n"]
    assert len(document.inline_shapes) == 2
    assert b'distL="0"' in written_xml(document)


def written_xml(document: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(document.element))


@given(conversation=conversations())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_in_a_document_acts(docx: Any, conversation: Conversation) -> None:
    _check_inert(written(conversation, "docx"), len(conversation), docx)


def test_the_samples_are_inert_too(docx: Any) -> None:
    for conversation in SAMPLE_CONVERSATIONS:
        _check_inert(written(conversation, "docx"), len(conversation), docx)


def _check_inert(data: bytes, messages: int, docx: Any) -> None:
    """Nothing but text: no field, link, object, or address that a program would open."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        body = archive.read("word/document.xml").decode()
        links = archive.read("word/_rels/document.xml.rels").decode()
    elements = set(re.findall(r"<(w:[A-Za-z]+)", body))
    assert elements <= set(
        "w:document w:body w:p w:pPr w:pStyle w:r w:rPr w:b w:i w:color w:sz w:t w:br w:tab w:sectPr w:pgSz w:pgMar "
        "w:cols w:docGrid w:noBreakHyphen w:rStyle w:keepLines".split()
    )
    assert 'TargetMode="External"' not in links
    texts = docx.Document(io.BytesIO(data)).paragraphs
    assert sum(paragraph.style.name == "Normal" for paragraph in texts) == messages


def test_the_time_of_a_document_is_linear(docx: Any) -> None:
    assert_linear(lambda size: written(Conversation([say(f"第{n}条") for n in range(size)]), "docx"), 2000)


def test_without_python_docx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(wechatlog.MissingExtraError, match=r"wechatlog\[docx\]"):
        written(Conversation(), "docx")


# --- pdf ------------------------------------------------------------------------------------------


@pytest.fixture
def weasyprint() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        pytest.skip(f"no WeasyPrint, or no Pango: {error}")
    return weasyprint


@pytest.fixture
def pages(weasyprint: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What WeasyPrint is given, and that it fetches nothing."""
    found: list[str] = []
    original = weasyprint.HTML

    class Watched(original):  # type: ignore[misc]
        def __init__(self, *, string: str, url_fetcher: Any) -> None:
            found.append(string)
            super().__init__(string=string, url_fetcher=url_fetcher)

    monkeypatch.setattr(weasyprint, "HTML", Watched)
    return found


def test_a_pdf_is_the_same_again(weasyprint: Any) -> None:
    chat = golden_conversation()
    first = written(chat, "pdf")
    assert first.startswith(b"%PDF-")
    assert b"/JavaScript" not in first
    assert "SOURCE_DATE_EPOCH" not in os.environ
    assert written(iter(chat.messages[:0]), "pdf") != first
    assert written(chat, "pdf") == first


def test_the_pdf_shows_the_page_on_paper(pages: list[str]) -> None:
    written(golden_conversation(), "pdf", interface="en")
    (page,) = pages
    body = page[page.index("<body") :]
    golden("pdf/page.html", body)
    assert "<script" not in body.lower()
    written(Conversation([say("早")], title="群"), "pdf", title="别的", owner="李四", emoji="code")
    assert "<title>别的</title>" in pages[1]
    assert 'class="g s ' in pages[1]


def test_pictures_are_inside_and_nothing_is_fetched(pages: list[str], tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(png())
    images = [types.Image(path="1.png", raw="x"), types.Image(url="http://127.0.0.1:9/a.png", raw="x")]
    messages = [say("x", kind="image", segments=[image]) for image in images]
    written(Conversation(messages), "pdf", media_root=tmp_path)
    assert re.findall(r'src="([^"]{0,22})', pages[0]) == ["data:image/png;base64,"]
    written(Conversation(messages), "pdf")
    assert not re.findall(r'src="', pages[1])


def test_cards_with_pictures_voices_and_faces_are_set(pages: list[str], tmp_path: Path) -> None:
    """A picture on a card, what is longer than a page, and what paper cannot play."""
    (tmp_path / "1.png").write_bytes(png())
    (tmp_path / "a.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt " + bytes(28))
    cover = types.Image(path="1.png")
    card = say("链接", kind="link", segments=[types.Link("https://example.invalid/", "标题", raw="链接"), cover])
    voice = say("[语音]", kind="voice", segments=[types.Voice(7, path="a.wav", raw="[语音]")])
    inner = [card] * 30
    for _ in range(3):
        inner = [*inner, say("x", kind="forward", segments=[types.Forward("记录", tuple(inner), raw="x")])]
    chat = Conversation([*inner, voice], metadata={"avatars": {"李四": "1.png"}})
    assert written(chat, "pdf", media_root=tmp_path)
    assert "<audio" not in pages[0]
    assert "语音 0:07" in pages[0]
    assert '.p0 > b::after { background-image: url("data:image/png;base64,' in pages[0]


def test_what_weasyprint_cannot_set_is_a_write_error(weasyprint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(weasyprint.HTML, "write_pdf", fail)
    with pytest.raises(wechatlog.WriteError, match=r"WeasyPrint cannot set this page: AssertionError$"):
        written(Conversation(), "pdf")
    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_no_address_is_opened(weasyprint: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wechatlog.writers import pdf

    opened: list[str] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda self, request, *_, **__: opened.append(request))
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    page = f'<img src="{secret.as_uri()}"><img src="http://127.0.0.1:9/x.png"><link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
    pdf._to_pdf(page)
    assert opened == []


@pytest.mark.parametrize("option", ["owner", "title", "emoji", "interface", "media_root", "aes_key", "xor_key"])
def test_bad_options_of_the_pdf(option: str) -> None:
    with pytest.raises(wechatlog.OptionError, match=option):
        written(Conversation(), "pdf", **{option: " "})


def test_without_weasyprint_or_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    original = builtins.__import__
    for error, expected in ((ImportError(), wechatlog.MissingExtraError), (OSError("no pango"), wechatlog.WriteError)):

        def missing(name: str, *rest: Any, error: Exception = error, **how: Any) -> Any:
            if name == "weasyprint":
                raise error
            return original(name, *rest, **how)

        monkeypatch.setattr(builtins, "__import__", missing)
        with pytest.raises(expected, match=r"wechatlog\[pdf\]|does not find Pango"):
            written(Conversation(), "pdf")
