"""Names, detection and registration."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import wechatlog
from wechatlog.detection import _admits, _opens
from wechatlog.engine.protocol import Batch, Context, Evidence, Head, Refusal
from wechatlog.readers import READERS
from wechatlog.registry import _readers, find_reader, find_writer
from wechatlog.source import Source

CORPUS = Path(__file__).parent / "corpus"
CASES = sorted(path for path in CORPUS.glob("*/*") if path.is_file() and not path.name.endswith((".json", ".expected")))
ARCHIVE = b"---\ndate: 2026-05-01\ntitle: x\n---\n> 09:00:00  a  \n   \nb  \n   \n"


@attrs.define
class Fake:
    name: str
    verdict: Evidence | Refusal | None
    description: str = "made for a test"
    suffixes: tuple[str, ...] = (".fake",)
    options: dict[str, str] = {"mood": "any"}

    def detect(self, head: Head) -> Evidence | Refusal | None:
        return self.verdict if head.data.startswith(b"FAKE") else None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        draft = context.draft(title=str(context.options.get("mood")))
        yield (
            draft,
            [context.message(draft, time=None, sender="李四", text=source.read_text(context.collector))],
        )


@pytest.fixture
def fake() -> Iterator[None]:
    names: list[str] = []
    original = wechatlog.register_reader

    def register(reader: object) -> None:
        original(reader)  # type: ignore[arg-type]
        names.append(reader.name)  # type: ignore[attr-defined]

    yield register  # type: ignore[misc]
    for name in names:
        _readers.unregister(name)


def test_a_reader_can_be_registered(fake) -> None:  # type: ignore[no-untyped-def]
    fake(Fake("fake", Evidence(0.9, "begins with FAKE")))
    assert wechatlog.detect(b"FAKE") == wechatlog.Detection("fake", 0.9, "begins with FAKE")
    assert wechatlog.load(b"FAKE x", mood="calm").title == "calm"
    info = next(entry for entry in wechatlog.formats() if entry.name == "fake")
    assert (info.origin, info.options) == ("run time", (("mood", "any"),))
    with pytest.raises(TypeError, match=r"the reader 'fake' takes no option 'mod'; valid options: mood, format, tz"):
        wechatlog.load(b"FAKE", mod=1)


def test_a_tie_lists_the_candidates(fake) -> None:  # type: ignore[no-untyped-def]
    fake(Fake("fake-a", Evidence(0.9, "one reason")))
    fake(Fake("fake-b", Evidence(0.88, "another reason")))
    with pytest.raises(wechatlog.AmbiguousFormatError) as caught:
        wechatlog.detect(b"FAKE")
    assert caught.value.candidates == {"fake-a": "one reason", "fake-b": "another reason"}
    assert "pass format= to choose one\n  fake-a: one reason" in str(caught.value)


def test_a_refusal_gives_its_reason(fake) -> None:  # type: ignore[no-untyped-def]
    fake(Fake("fake-set", Refusal("a training set has no times")))
    for call in (wechatlog.detect, wechatlog.load):
        with pytest.raises(wechatlog.RefusedFormatError, match="<data>: fake-set: a training set has no times"):
            call(b"FAKE")


def test_what_is_no_reader_is_refused() -> None:
    with pytest.raises(TypeError, match="is no reader: it lacks name, description, suffixes, options, detect, read"):
        wechatlog.register_reader(object())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is no writer: it lacks"):
        wechatlog.register_writer(object())  # type: ignore[arg-type]


def test_unknown_names_suggest_near_ones() -> None:
    with pytest.raises(wechatlog.UnknownFormatError, match="no reader of that name; did you mean markdown"):
        find_reader("markdwon")
    with pytest.raises(wechatlog.UnknownFormatError, match="no writer of that name; known: markdown, jsonl, text"):
        find_writer("zzzz")
    with pytest.raises(wechatlog.UnknownFormatError, match=r"\.zzz: no writer for it; known: markdown"):
        find_writer(None, ".zzz")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\n\t", "the file is empty"),
        (bytes(range(32)) * 20, "binary data of no known kind"),
        (b"\0\0\0\x20ftypisom" + bytes(64), r"this is a video \(MP4\)"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(64), r"this is a picture \(JPEG\)"),
        (b"\x02#!SILK_V3" + bytes(range(32)) * 20, r"this is a sound \(SILK\)"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 20, "a picture \\(PNG\\)"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(64), "this is a 7z archive; unpack it first"),
        (b"Rar!\x1a\x07\x01\0" + bytes(64), "this is a RAR archive; unpack it first"),
        (b"\xfd7zXZ\0" + bytes(64), "this is an XZ archive; unpack it first"),
        (b"\x28\xb5\x2f\xfd" + bytes(64), "this is a Zstandard archive; unpack it first"),
        (b"chat.txt".ljust(257, b"\0") + b"ustar" + bytes(250), "this is a tar archive; unpack it first"),
        (
            b"bplist00" + bytes(range(32)) * 20,
            "this is a property list, as Safari saves pages; save the page as its source",
        ),
        (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "a PDF"),
        (b"<html><body>a page</body></html>", "this page is no chat"),
        (b'{"a": 1}', "this JSON is no chat"),
        ("只是一段文字。\n没有聊天。\n".encode(), "no line looks like a message header"),
        (b"PK\x05\x06" + b"\0" * 18, "nothing in this ZIP"),
    ],
)
def test_what_no_reader_takes_is_told_apart(data: bytes, reason: str) -> None:
    with pytest.raises(wechatlog.UnknownFormatError, match=reason):
        wechatlog.load(data)


@pytest.mark.parametrize("form", ["text", "html", "docx"])
def test_what_is_written_for_people_says_so(form: str, tmp_path: Path) -> None:
    chat = wechatlog.load("examples/reading-club.jsonl")
    for file in wechatlog.dump_archive([chat[:9], chat[1:9]], tmp_path, form):
        with pytest.raises(
            wechatlog.WechatlogError, match=r"written .*to be read by people; read what it was made from"
        ):
            wechatlog.load(file.path)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("word/document.xml", "a Word document"),
        ("xl/workbook.xml", "no sheet of this workbook"),
        ("ppt/a.xml", "slides"),
    ],
)
def test_office_documents_are_told_from_zips(member: str, reason: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("docProps/app.xml", "<x/>")
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(member, "<x>2026-05-01 10:00:00 李四</x>")
    for ask in (wechatlog.detect, wechatlog.load):
        with pytest.raises(wechatlog.UnknownFormatError, match=reason):
            ask(stream.getvalue())


def test_every_built_in_keeps_the_contract() -> None:
    names = set()
    for info in wechatlog.formats():
        assert info.description
        assert info.role in ("reader", "writer")
        assert (info.role, info.name) not in names
        names.add((info.role, info.name))
        item = find_reader(info.name) if info.role == "reader" else find_writer(info.name)
        assert item.name == info.name
    assert {
        ("reader", "markdown"),
        ("reader", "jsonl"),
        ("writer", "markdown"),
        ("writer", "jsonl"),
        ("writer", "text"),
    } <= names


def test_content_decides_before_the_suffix(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "2026-05-01.jsonl"
    path.write_bytes(ARCHIVE)
    assert wechatlog.detect(path).format == "markdown"


def test_the_first_load_imports_little() -> None:
    """A chat in the home format needs no writer, no segment rule, no other reader and nothing that opens bundles."""
    code = (
        "import sys, wechatlog\n"
        f"assert len(wechatlog.load({ARCHIVE!r})) == 1\n"
        "print(*(name for name in sys.modules if name.startswith('wechatlog')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert len(found) <= 25, found


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_signatures_lose_no_format(case: Path) -> None:
    """Whatever a reader recognises has the signature of its format, and no other file begins as one format alone does."""
    source = Source.of(case)
    head = Head.of(source)
    opened = _opens(head)
    for row in READERS:
        reader = find_reader(row.name)
        verdict = reader.detect(head)
        if verdict is not None and not head.containers.isdisjoint(row.containers):
            assert _admits(row, head), (row.name, verdict)
        if isinstance(verdict, Evidence) and opened is not None and reader is not opened:
            assert verdict.confidence < 1 or not verdict.opening
    if opened is not None:
        assert opened.name == case.parent.name


@pytest.mark.parametrize("days", [1, 2])
def test_an_archive_of_ours_is_known_by_its_beginning(days: int) -> None:
    times = [dt.datetime(2026, 5, 1, 9) + dt.timedelta(day) for day in range(days)]
    chat = wechatlog.Conversation([wechatlog.Message(time, "second", "李四", text="早") for time in times])
    assert _opens(Head.of(Source.of(wechatlog.dumps(chat, "markdown").encode()))) is find_reader("markdown")


def test_the_public_names_are_there_and_nothing_is_imported_before_it_is_needed() -> None:
    import subprocess
    import sys

    for name in wechatlog.__all__:
        assert getattr(wechatlog, name) is not None
    assert set(wechatlog.__all__) <= set(dir(wechatlog))
    with pytest.raises(AttributeError, match="module 'wechatlog' has no attribute 'nothing'"):
        wechatlog.nothing  # noqa: B018
    optional = {
        "lxml",
        "python_calamine",
        "zstandard",
        "lz4",
        "click",
        "rich",
        "regex",
        "dateutil",
        "importlib.metadata",
    }
    code = f"import sys, wechatlog; wechatlog.load, wechatlog.dump; print({optional!r} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


LOGS = (
    "2024-01-01 00:00:00 INFO server started\n2024-01-01 00:00:01 INFO ready\n2024-01-01 00:00:02 WARN slow\n",
    "2024-01-10 20:15:00 | INFO:x\n2024-01-10 20:15:01 | INFO:y\n",
    "[2024-01-01 00:00:00] [INFO] server: started\n[2024-01-01 00:00:01] [INFO] server: ready\n",
    "[2024-01-01 00:00:00] server: started\n[2024-01-01 00:00:01] client: connected\n",
    "[2024-01-01 00:00:00] production.ERROR: boom {}\n[2024-01-01 00:00:01] local.INFO: ok\n",
    "[2024-01-01 00:00:00] 数据库: 连接成功\n[2024-01-01 00:00:01] 缓存: [文件] 已写入\n[2024-01-01 00:00:02] 系统: 启动完成\n",
    "[2024/1/1 08:00:00] GET /index.html: 200\n[2024/1/1 08:00:01] POST /a: 404\n",
    "构建日志\n[2024-01-01 00:00:00] 信息: 开始\n[2024-01-01 00:00:01] 错误: [图片] 丢失\n",
    "标题：一篇文章\n\n作者：李四\n\n正文第一段。\n\n正文第二段：其中有冒号。\n",
    "name,age,city\nLi,30,Beijing\nWang,31,Shanghai\n",
    '{"name": "package", "version": "1.0", "dependencies": {}}',
    "# 标题\n\n## 2026-05-01\n\n**重点** 内容\n\n- 一\n- 二\n",
    "import os\n\n\ndef main():\n    print('x')\n",
    "09:00 起床\n10:00 上班\n12:00 吃饭\n",
)


@pytest.mark.parametrize("text", LOGS, ids=range(len(LOGS)))
def test_texts_that_are_no_chats_are_not_taken(text: str) -> None:
    with pytest.raises((wechatlog.UnknownFormatError, wechatlog.RefusedFormatError)):
        wechatlog.detect(text.encode())


def test_a_reader_that_fails_to_look_keeps_nobody_else_from_looking(fake, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    class Broken(Fake):
        def detect(self, head: Head) -> Evidence | Refusal | None:
            raise RuntimeError("oops")

    fake(Broken("broken", None))
    assert wechatlog.detect(ARCHIVE).format == "markdown"
    with pytest.raises(
        wechatlog.UnknownFormatError, match=r"broken: failed to look at it: RuntimeError\('oops'\)"
    ) as caught:
        wechatlog.detect("只是一段文字".encode())
    assert caught.value.candidates["markdown"] == "nothing in its first 64 kB is of this format"
    assert "markdown" not in str(caught.value)
