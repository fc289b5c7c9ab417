"""What every writer emits is inert whatever any field of the chat holds; a new writer is tried here by itself."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
from lxml import html
from markdown_it import MarkdownIt

import wechatlog
from wechatlog import Conversation, Message, MessageKind, Participant
from wechatlog.frames.cells import runs
from wechatlog.registry import find_writer
from wechatlog.segments import types
from wechatlog.writers import pdf
from wechatlog.writers.base import is_folder_writer

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JAVA\\script\\:alert(1))",
    "![x](data:text/html,<script>alert(1)</script>)",
    "[x](<javascript:alert(1)>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "http://a.example/)[x](javascript:alert(1)",
    "javascript://%0aalert(1)",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "{{ site.secret }}",
    "{% include secret %}",
    '{: onclick="alert(1)"}',
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "\t=1+1",
    "'; DROP TABLE messages; --",
    '"\n---\nlayout: evil\n---\n<script>alert(1)</script>',
    "\n## 2026-05-01\n> 09:00:00  王五  \n   \n<script>alert(1)</script>",
    "\\<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "javascript&colon;alert(1)",
    "../../etc/passwd",
    "\\\\evil.example\\share\\a.png",
    "![x](//evil.example/a.png)",
    "<javascript:alert(1)>",
    "java\tscript:alert(1)",
    "&#106;avascript:alert(1)",
    "$\\href{javascript:alert(1)}{x}$",
    "\ufeff=1+1",
    "＝1+1",
)  # fmt: skip
WRITERS = [info.name for info in wechatlog.formats() if info.role == "writer" and info.origin == "built-in"]


def pieces(text: str) -> Iterator[types.Segment]:
    """A piece of each class with this text in every field that holds one."""
    for name in types.__all__:
        cls = getattr(types, name)
        texts = {field.name: text for field in attrs.fields(cls) if str(field.type).startswith("str")}
        if cls is types.Forward:
            inside = Message(sender=text, text=text, id=text)
            yield cls(**{**texts, "messages": (inside,)})
        elif cls is not types.Segment:
            yield cls(**texts)


def conversation(text: str) -> Conversation:
    kinds = {**{kind.value: kind for kind in MessageKind}, "emoji": MessageKind.TEXT, "mention": MessageKind.TEXT}
    found = [Message(text=text, sender=text, sender_id=text, id=text, reply_to=text, kind=kind) for kind in MessageKind]
    for segment in pieces(text):
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(segment).__name__).lower()
        found.append(Message(text=segment.raw, sender=text, kind=kinds[name], segments=[segment], is_self=False))
        apart = attrs.evolve(segment, raw="")
        found.append(Message(text="早", sender=text, kind=kinds[name], segments=[apart], is_self=True))
    person = Participant(name=text, id=text, aliases=[text])
    return Conversation(
        found, title=text, id=text, owner=text, is_group=True, participants=[person], metadata={text: text, "exporter": text, "author": text, "header-img": text, "tag": text}
    )  # fmt: skip


@functools.cache
def conversations() -> list[Conversation]:
    """One with each of the texts, for all forms."""
    return list(map(conversation, HOSTILE))


# --- what the readers of a form would make of it ---------------------------------------------------

_TAGS = frozenset(
    "html body head p br a img em strong code pre blockquote h1 h2 h3 h4 h5 h6 ul ol li hr table thead tbody tr th td del sup div span section".split()
)
_ATTRIBUTES = frozenset({"href", "src", "alt", "title", "start", "class", "id", "align"})
_SAFE = re.compile(r"(?:https?:|mailto:)|[^:]*\Z|[^:/?#]*[/?#]", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def check_post(text: str) -> None:
    """What a generator of sites makes of it: templates run in all of it, and a theme may show the title as HTML."""
    assert not re.search(r"\{[{%]|^\{:", text, re.MULTILINE)
    matter = _FRONT_MATTER.match(text)
    assert not re.search("<[a-zA-Z!/]", matter[0] if matter else "")
    check_markdown(text)


def check_markdown(text: str) -> None:
    """A page made by a processor that lets HTML and every address through."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    renderer.validateLink = lambda url: True  # type: ignore[method-assign, assignment]
    check_page(renderer.render(_FRONT_MATTER.sub("", text)), tags=_TAGS, attributes=_ATTRIBUTES)


def check_page(text: str, *, tags: frozenset[str] | None = None, attributes: frozenset[str] | None = None) -> None:
    for element in html.document_fromstring(text or "<p></p>").iter():
        if not isinstance(element.tag, str) or element.get("rel") == "icon":
            continue
        assert tags is None or element.tag in tags, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name, value)
            aligned = name == "style" and value.startswith("text-align:") and "(" not in value
            assert attributes is None or name in attributes or aligned, (element.tag, name, value)
            if name in ("href", "src", "action", "formaction", "poster"):
                shown = re.sub(r"[\x00-\x20]", "", value)
                assert _SAFE.match(shown) or re.match(r"data:image/(?!svg)|data:(?:audio|video)/", shown), (name, value)


def check_html(text: str) -> None:
    """A page of ours: its only scripts are those that its policy names."""
    check_page(text)
    page = html.document_fromstring(text)
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy, "a page without a policy"
    for script in page.iter("script"):
        assert not script.get("src")
        assert script.get("type", "") not in ("module", "text/javascript") or "alert(1)" not in (script.text or "")


def check_table(separator: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows[1:] for cell in row if runs(cell)]

    return check


def check_json_lines(text: str) -> None:
    for line in filter(None, text.split("\n")):
        json.loads(line)


CHECKS: dict[str, Callable[[str], None]] = {
    ".md": check_markdown, ".markdown": check_markdown, ".html": check_html, ".htm": check_html, ".csv": check_table(","),
    ".tsv": check_table("\t"), ".json": lambda text: json.loads(text), ".jsonl": check_json_lines, ".ndjson": check_json_lines,
    ".pdf": check_page,
}  # fmt: skip
"""What is tried of a text, by the suffix of its file; other texts have no reader that executes anything."""
POSTS = {"markdown", "markdown-post"}
FOR_MODELS = {"llm-markdown"}
"""Forms that a language model reads and nothing renders; what they promise stands in the guide to them."""


def written(form: str, chat: Conversation, folder: Path) -> dict[Path, bytes]:
    """The files of a form; in place of a PDF the page that is set."""
    writer = find_writer(form)
    folder.mkdir(exist_ok=True)
    if is_folder_writer(writer):
        wechatlog.dump(chat, folder / "out", form)
        files = [path for path in (folder / "out").rglob("*") if path.is_file()]
        assert all(path.resolve().is_relative_to((folder / "out").resolve()) for path in files)
        return {path: path.read_bytes() for path in files}
    path = folder / f"out{writer.suffixes[0] if writer.suffixes else '.bin'}"
    wechatlog.dump(chat, path, form, sync=False)
    return {path: path.read_bytes()}


@pytest.mark.parametrize("form", WRITERS)
def test_nothing_acts_in_any_field_of_any_form(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_to_pdf", str.encode)  # to set it costs more than all other forms together
    for number, text in enumerate(HOSTILE):
        try:
            files = written(form, conversations()[number], tmp_path / str(number))
        except wechatlog.WriteError as error:
            assert "cannot" in str(error) or "no " in str(error)  # noqa: PT017 - a form that refuses has nothing that acts
            continue
        for path, data in files.items():
            try:
                check_file(form, path, data)
            except AssertionError as error:
                error.add_note(f"of {text!r}")
                raise


def check_file(form: str, path: Path, data: bytes) -> None:
    """What the readers of a form would make of a file of it."""
    check = check_post if form in POSTS else CHECKS.get(path.suffix.lower())
    if check is not None and form not in FOR_MODELS:
        check(data.decode())
    elif form == "xlsx":
        check_workbook(data)
    elif form == "sqlite":
        check_database(path)


def test_nothing_acts_in_a_pdf() -> None:
    """What is set of such a page: nothing in it does anything, and its links lead to the web and to nothing else."""
    data = io.BytesIO()
    pieces = [piece for text in HOSTILE for piece in (types.Text(text), types.Link(text, text), types.File(path=text))]
    chat = Conversation([Message(sender=piece.raw, segments=[piece]) for piece in pieces], title="\n".join(HOSTILE))
    try:
        wechatlog.dump(chat, data, "pdf")
    except (wechatlog.MissingExtraError, wechatlog.WriteError) as error:
        pytest.skip(str(error))
    streams = re.findall(rb"(?<!end)stream\r?\n(.*?)\r?\nendstream", data.getvalue(), re.DOTALL)
    objects = b"\n".join([data.getvalue(), *map(zlib.decompress, streams)])
    assert not re.findall(
        rb"/(?:JS|JavaScript|Launch|OpenAction|AA|EmbeddedFiles?|GoTo[RE]|SubmitForm|Rendition)\b", objects
    )
    links = re.findall(rb"/S /URI/URI \((.{11})", objects)
    assert set(links) == {b"http://a.ex"}


def check_workbook(data: bytes) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None or _SAFE.match(cell.hyperlink.target or "")


def check_database(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        assert database.execute("SELECT count(*) FROM messages").fetchone()[0] > 20
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# --- places on somebody's disk ---------------------------------------------------------------------

EXACT = {"jsonl", "json", "csv", "tsv", "xlsx", "sqlite", "parquet", "arrow", "huggingface"}
"""Forms that give back every field as it was."""
PLACES = (
    "file:///home/wanghua/a.png",
    "/home/wanghua/a.png",
    "C:\\Users\\wanghua\\a.png",
    "\\\\server\\wanghua\\a.png",
    "~/wanghua/a.png",
    "~wanghua\\a.png",
    "%USERPROFILE%\\wanghua\\a.png",
    "${HOME}/wanghua/a.png",
    "../wanghua/a.png",
)


def pieces_at(place: str) -> Iterator[types.Segment]:
    """A piece of each class that names a place; with a placeholder in the text, with a title, and without either."""
    for name in types.__all__:
        cls = getattr(types, name)
        fields = {field.name for field in attrs.fields(cls)}
        places = {
            field: place for field in ("url", "path", *(["name"] if cls is types.File else [])) if field in fields
        }
        for field, value in places.items():
            for raw in ("", "[图片]", "相册"):
                yield cls(**{field: value, "raw": raw, **({"title": "相册"} if "title" in fields and raw else {})})


@pytest.mark.parametrize("form", sorted(set(WRITERS) - EXACT))
@pytest.mark.parametrize("place", PLACES)
def test_no_form_for_people_tells_a_place_on_a_disk(
    form: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_to_pdf", str.encode)
    kinds = {kind.value: kind for kind in MessageKind}
    messages = [
        Message(
            text=piece.raw,
            sender="李四",
            is_self=len(piece.raw) == 4,
            segments=[piece],
            kind=kinds.get(type(piece).__name__.lower(), "other"),
        )
        for piece in pieces_at(place)
    ]
    if form not in {"markdown", "chatlab-json", "chatlab-jsonl"}:  # they give back what was typed
        messages.append(Message(text=f"看 ![图]({place})", sender="李四"))
    chat = Conversation([*messages, Message(kind="forward", segments=[types.Forward("一", tuple(messages))])])
    for path, data in written(form, chat, tmp_path).items():
        if path.suffix == ".docx":
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                data = b"".join(map(package.read, package.namelist()))
        assert b"wanghua" not in data, path.name
        assert b"file:/" not in data, path.name
