"""Pictures and files of chats, for pages that are put elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest

import wechatlog
from tests.media.test_media import png
from wechatlog import Conversation, Message
from wechatlog.segments.types import File, Forward, Image, Video, Voice

from .conftest import Run

NAMES = ("图 1.png", "a#b.png", "50%off.png", "sub/c.png")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "my export"
    (folder / "media" / "sub").mkdir(parents=True)
    for name in NAMES:
        (folder / "media" / name).write_bytes(png())
    (folder / "media" / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(40))
    messages = [
        Message(sender="李四", kind="image", text="[图片]", segments=[Image(path=f"media/{name}", raw="[图片]")])
        for name in NAMES
    ]
    messages.append(
        Message(sender="李四", kind="video", text="[视频]", segments=[Video(path="media/a.mp4", raw="[视频]")])
    )
    messages.append(
        Message(
            sender="李四", kind="file", text="[文件]", segments=[File("没有.pdf", path="media/没有.pdf", raw="[文件]")]
        )
    )
    messages.append(
        Message(sender="李四", kind="voice", text="[语音]", segments=[Voice(3, path="media/没有.mp3", raw="[语音]")])
    )
    messages.append(
        Message(
            sender="李四",
            kind="forward",
            text="[聊天记录]",
            segments=[Forward("记录", (messages[0],), raw="[聊天记录]")],
        )
    )
    wechatlog.dump(Conversation(messages, title="群"), folder / "chat.jsonl")
    return folder


def addresses(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [found for found in re.findall(r'(?:src|href)="([^"#]*)"', text) if not found.startswith("data:image/svg")]


def check(page: Path, export: Path, *, found: int) -> None:
    """Every address leads to a file that is there, and none to this machine."""
    text = page.read_text(encoding="utf-8")
    assert "file:" not in text.replace("file: data:", "")  # the policy
    assert str(export.parent) not in text
    there = [(page.parent / unquote(address)).resolve() for address in addresses(page)]
    assert sum(path.is_file() and path.is_relative_to(export) for path in there) == found


@pytest.mark.parametrize("output", ["page.html", "deep/er/page.html", "my export/page.html", "pages/"])
@pytest.mark.parametrize("split", [[], ["--split", "5"]])
def test_a_page_elsewhere_leads_to_the_files_of_the_export(
    run: Run, export: Path, output: str, split: list[str]
) -> None:
    if split and not output.endswith("/"):
        return
    (export.parent / "deep" / "er").mkdir(parents=True)
    result = run("convert", export / "chat.jsonl", "-o", f"{export.parent}/{output}", "--to", "html", *split)
    assert "media files that are not there: 2 of 7; the first: media/没有.pdf" in result.stderr
    pages = [path for path in export.parent.rglob("*.html") if path.name != "index.html"]
    assert len(pages) == (2 if split else 1)
    if not split:
        check(pages[0], export, found=len(NAMES) + 2)


def test_streams_are_counted_too(run: Run, export: Path) -> None:
    result = run("convert", "--stream", export / "chat.jsonl", "-o", export.parent / "page.html")
    assert "not there: 2 of 7" in result.stderr
    check(export.parent / "page.html", export, found=len(NAMES) + 2)


def test_each_chat_of_a_folder_has_its_own_files(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b/c"):
        (tmp_path / "exports" / name).mkdir(parents=True)
        (tmp_path / "exports" / name / "1.png").write_bytes(png())
        picture = Message(sender="李四", kind="image", text="[图片]", segments=[Image(path="1.png", raw="[图片]")])
        wechatlog.dump(Conversation([picture], title=name), tmp_path / "exports" / name / "chat.jsonl")
    result = run("convert", tmp_path / "exports", "-o", f"{tmp_path}/pages/", "--to", "html")
    assert "media" not in result.stderr
    pages = sorted(path for path in (tmp_path / "pages").iterdir() if path.name != "index.html")
    leads = {
        (page.parent / unquote(address)).resolve().relative_to(tmp_path).as_posix()
        for page in pages
        for address in addresses(page)
    }
    assert leads >= {"exports/a/1.png", "exports/b/c/1.png"}
    shown = run("view", tmp_path / "exports", "-o", f"{tmp_path}/shown/", "--no-open")
    assert "media" not in shown.stderr


def test_embedded_pages_hold_everything_and_name_the_rest(run: Run, export: Path) -> None:
    run("convert", export / "chat.jsonl", "-o", export.parent / "page.html", "-O", "media=embed")
    text = (export.parent / "page.html").read_text(encoding="utf-8")
    assert text.count("data:image/png") == len(NAMES) + 1
    assert text.count("data:video/mp4") == 1
    assert "没有.pdf" in text
    assert not [address for address in addresses(export.parent / "page.html") if not address.startswith("data:")]


def test_dump_knows_where_its_page_lies(export: Path) -> None:
    chat = wechatlog.load(export / "chat.jsonl")
    wechatlog.dump(chat, export.parent / "page.html", media_root=export)
    check(export.parent / "page.html", export, found=len(NAMES) + 2)
    wechatlog.dump_archive(chat, export.parent / "pages", "html", media_root=export)
    (page,) = (path for path in (export.parent / "pages").iterdir() if path.name != "index.html")
    check(page, export, found=len(NAMES) + 2)
    assert "file:///" not in wechatlog.dumps(chat, "html", media_root=export)


def test_documents_get_the_pictures_of_the_export(run: Run, export: Path) -> None:
    result = run("convert", export / "chat.jsonl", "-o", export.parent / "chat.docx")
    assert "media files that are not there: 2 of 7" in result.stderr
    with zipfile.ZipFile(export.parent / "chat.docx") as document:
        assert any(name.startswith("word/media/") for name in document.namelist())


@pytest.mark.parametrize("how", [(), ("--stream",)])
def test_it_is_told_that_files_stay_behind(run: Run, export: Path, how: tuple[str, ...]) -> None:
    told = "wechatlog: 5 media files stay where they are; the first: my export/media/图 1.png; the output names them as"
    chat = next(export.glob("*.jsonl")).relative_to(export.parent)
    assert run("convert", chat, "-o", "out.jsonl", *how).stderr.startswith(told)
    assert "stay" not in run("convert", chat, "-o", "my export/out.jsonl", *how).stderr
    assert "stay" not in run("convert", chat, "-o", "out.txt", *how).stderr


def test_pictures_of_people_are_found_from_elsewhere(run: Run, tmp_path: Path) -> None:
    for folder in ("甲", "乙"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        avatars = {"李四": "头像/1.png", "王五": "data:image/png;base64,AAAA", "赵六": "/etc/passwd"}
        said = [Message(sender=name, text=folder) for name in avatars]
        chat = Conversation(said, title=folder, metadata={"avatars": avatars})
        wechatlog.dump(chat, tmp_path / "in" / folder / "chat.jsonl")
    assert run("view", "in", "-o", "out/", "--no-open").exit_code == 0
    pages = sorted(path for path in (tmp_path / "out").glob("*.html") if path.name != "index.html")
    faces = [re.findall(r'"face": ?("[^"]*"|null)', page.read_text("utf-8")) for page in pages]
    expected = [f"../in/{folder}/头像/1.png" for folder in ("甲", "乙")]
    assert sorted(unquote(found[0].strip('"')) for found in faces) == sorted(expected)
    assert all(found[1:] == ['"data:image/png;base64,AAAA"', "null"] for found in faces)


CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["html", "json"])
def test_files_that_are_named_from_a_folder_above(run: Run, tmp_path: Path, form: str, packed: bool) -> None:
    chat = tmp_path / "wcda" / "conversations" / "0001_李四"
    chat.mkdir(parents=True)
    if form == "html":
        shutil.copy(CORPUS / "wcda-html" / "private.html", chat / "messages.html")
    else:
        value = json.loads((CORPUS / "wcda-json" / "wcda-private-messages.json").read_text("utf-8"))
        for message in value["messages"]:
            message["offlineMedia"] = [{"kind": "image", "path": "media/images/p 1.jpg"}]
        (chat / "messages.json").write_text(json.dumps(value), "utf-8")
    (tmp_path / "wcda" / "media" / "images").mkdir(parents=True)
    (tmp_path / "wcda" / "media" / "images" / "p 1.jpg").write_bytes(png())
    given = pack(tmp_path / "wcda", "wcda.zip") if packed else tmp_path / "wcda"
    assert run("convert", given, "-o", "page.html", "-O", "media=embed").exit_code == 0
    assert "data:image/png" in (tmp_path / "page.html").read_text("utf-8")
    root = wechatlog.dumps(next(iter(wechatlog.load_archive(given))), "html", media="embed", media_root=given)
    assert "data:image/png" in root


# --- out of a ZIP -----------------------------------------------------------------------------------------------------


def pack(export: Path, name: str = "export.zip", *, inside: str = "") -> Path:
    """The folder as a ZIP, which is all that is left of it."""
    path = export.parent / name
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(export.rglob("*")):
            if file.is_file():
                archive.write(file, f"{inside}{file.relative_to(export).as_posix()}")
    shutil.rmtree(export)
    return path


@pytest.mark.parametrize("inside", ["", "a/b/"])
@pytest.mark.parametrize("how", [(), ("--jobs", "2"), ("--index", "known.index")])
def test_pictures_in_a_zip_are_embedded(run: Run, export: Path, inside: str, how: tuple[str, ...]) -> None:
    path = pack(export, inside=inside)
    for _ in range(2 if how[:1] == ("--index",) else 1):
        result = run("convert", path, "-o", "page.html", "-O", "media=embed", *how)
        assert f"media files that are not there: 2 of 7; the first: export.zip/{inside}media/没有.pdf" in result.stderr
        text = (export.parent / "page.html").read_text(encoding="utf-8")
        assert text.count("data:image/png") == len(NAMES) + 1
        assert text.count("data:video/mp4") == 1


def test_a_page_cannot_load_what_lies_in_a_zip(run: Run, export: Path) -> None:
    path = pack(export)
    for command in ("convert", "view"):
        result = run(command, path, "-o", "page.html", *(["--no-open"] if command == "view" else []))
        told = "no page can load 5 media files out of a ZIP or a document; the first: export.zip/media/图 1.png; put them into the page"
        assert told in result.stderr
        assert not addresses(export.parent / "page.html")


def test_documents_get_the_pictures_of_a_zip(run: Run, export: Path) -> None:
    result = run("convert", pack(export), "-o", "chat.docx")
    assert "media files that are not there: 2 of 7" in result.stderr
    with zipfile.ZipFile(export.parent / "chat.docx") as document:
        assert any(name.startswith("word/media/") for name in document.namelist())


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_it_is_told_that_files_stay_in_a_zip(run: Run, export: Path, form: str) -> None:
    result = run("convert", pack(export), "-o", f"out.{form}")
    assert "5 media files stay where they are; the first: export.zip/media/图 1.png; the output names" in result.stderr


def test_zips_in_folders_and_zips_in_zips(run: Run, export: Path) -> None:
    (export.parent / "in").mkdir()
    shutil.copytree(export, export.parent / "again")
    inner = pack(export, "inner.zip", inside="deep/")
    with zipfile.ZipFile(export.parent / "in" / "outer.zip", "w") as archive:
        archive.write(inner, "zips/inner.zip")
    shutil.copytree(export.parent / "again", export.parent / "in" / "plain")
    result = run("convert", "in", "-o", "pages/", "--to", "html", "-O", "media=embed")
    assert result.exit_code == 0, result.stderr
    pages = [page for page in (export.parent / "pages").glob("*.html") if page.name != "index.html"]
    assert len(pages) == 2
    assert all(page.read_text(encoding="utf-8").count("data:image/png") == len(NAMES) + 1 for page in pages)


def test_a_large_zip_is_no_stream(run: Run, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pack(export)
    monkeypatch.setattr("wechatlog.cli.inputs._HUGE", 1)
    assert run("convert", path, "-o", "page.html", "-O", "media=embed").exit_code == 0
    assert run("view", path, "-o", "shown.html", "--no-open", "-O", "media=embed").exit_code == 0
    assert (export.parent / "page.html").read_bytes() == (export.parent / "shown.html").read_bytes()


def test_from_python_the_zip_is_the_folder(export: Path) -> None:
    path = pack(export)
    chat = wechatlog.load(path)
    page = wechatlog.dumps(chat, "html", media="embed", media_root=path)
    assert page.count("data:image/png") == len(NAMES) + 1
    with pytest.raises(wechatlog.errors.OptionError, match=r"media_root: no folder '.*nothing\.zip'"):
        wechatlog.dumps(chat, "html", media="embed", media_root=str(export.parent / "nothing.zip"))
    (export.parent / "no.zip").write_bytes(b"no ZIP")
    with pytest.raises(wechatlog.errors.OptionError, match="media_root: no folder"):
        wechatlog.dumps(chat, "html", media="embed", media_root=str(export.parent / "no.zip"))


# --- copies ---------------------------------------------------------------------------------------


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("output", "copies"), [("pages/", "pages/media"), ("page.html", "page-media")])
def test_copies_lie_beside_the_page(run: Run, export: Path, output: str, copies: str, packed: bool) -> None:
    given = pack(export, "export.zip") if packed else export / "chat.jsonl"
    work = export.parent / "out"
    work.mkdir()
    result = run("convert", given, "-o", f"{work}/{output}", "--to", "html", "--copy-media")
    assert result.exit_code == 0
    assert "5 media files copied into" in result.stderr
    assert "not there: 2 of 7; the first: media/没有.pdf" in result.stderr
    assert "media_root" not in result.stderr
    assert "no page can load" not in result.stderr
    (page,) = (path for path in work.rglob("*.html") if path.name != "index.html")
    leads = [(page.parent / unquote(address)).resolve() for address in addresses(page)]
    assert sum(path.is_file() and path.is_relative_to(work / copies) for path in leads) == len(NAMES) + 2
    before = {path: path.stat().st_mtime_ns for path in (work / copies).iterdir()}
    assert len(before) == 5
    assert {path.suffix for path in before} == {".png", ".mp4"}
    run("convert", given, "-o", f"{work}/{output}", "--to", "html", "--copy-media")
    assert {path: path.stat().st_mtime_ns for path in (work / copies).iterdir()} == before


def test_paths_that_are_kept_lead_to_the_copies(run: Run, export: Path) -> None:
    run("convert", pack(export, "export.zip"), "-o", export.parent / "all.jsonl", "--copy-media")
    chat = wechatlog.load(export.parent / "all.jsonl")
    paths = [segment.path for message in chat for segment in message.segments if getattr(segment, "path", None)]
    assert sum((export.parent / path).is_file() for path in paths) == len(NAMES) + 1
    inside = chat[-1].segments[0].messages[0].segments[0].path
    assert inside.startswith("all-media/图 1-")
    assert paths[5:] == ["media/没有.pdf", "media/没有.mp3"]


def test_several_processes_copy_the_same(run: Run, export: Path) -> None:
    (export / "b.jsonl").write_bytes((export / "chat.jsonl").read_bytes())
    for jobs in ("1", "2"):
        run("convert", export, "-o", f"{export.parent}/{jobs}/", "--to", "html", "--copy-media", "--jobs", jobs)
    assert files_below(export.parent / "1") == files_below(export.parent / "2")
    for name in files_below(export.parent / "1"):
        assert (export.parent / "1" / name).read_bytes() == (export.parent / "2" / name).read_bytes()


def test_what_wechat_encodes_is_copied_decoded_and_what_is_broken_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.dat").write_bytes(bytes(byte ^ 0x37 for byte in png()))
    (tmp_path / "in" / "b.jpeg").write_bytes(png())
    (tmp_path / "in" / "c.pdf").write_bytes(b"%PDF-1.7")
    names = ("a.dat", "b.jpeg", "c.pdf")
    messages = [Message(kind="image", text="x", segments=[Image(path=name, raw="x")]) for name in names]
    messages.append(Message(text="看 ![图](b.jpeg)"))
    wechatlog.dump(Conversation(messages), tmp_path / "in" / "chat.jsonl")
    result = run("convert", tmp_path / "in" / "chat.jsonl", "-o", tmp_path / "chat.html", "--copy-media")
    assert "3 media files copied into chat-media" in result.stderr
    copies = {path.name[0] + path.suffix: path.read_bytes() for path in (tmp_path / "chat-media").iterdir()}
    assert copies == {"a.png": png(), "b.jpeg": png(), "c.pdf": b"%PDF-1.7"}
    assert (tmp_path / "chat.html").read_text("utf-8").count('src="chat-media/b-') == 2


def test_no_name_in_a_zip_leads_out(run: Run, tmp_path: Path) -> None:
    names = [
        "../up.png",
        "a/../../up.png",
        "/abs.png",
        "con.png",
        "." * 9 + ".png",
        "很" * 200 + ".png",
        "a\u202eb.png",
        "x?.png",
    ]
    messages = [Message(kind="image", text="x", segments=[Image(path=name, raw="x")]) for name in names]
    wechatlog.dump(Conversation(messages), tmp_path / "chat.jsonl")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.write(tmp_path / "chat.jsonl", "chat.jsonl")
        for name in names:
            archive.writestr(name, png())
    (tmp_path / "chat.jsonl").unlink()
    work = tmp_path / "work"
    work.mkdir()
    result = run("convert", tmp_path / "export.zip", "-o", f"{work}/out/", "--to", "html", "--copy-media")
    assert result.exit_code == 0
    copied = files_below(work)
    assert len(copied) >= 4
    assert all(name.startswith("out/") for name in copied)
    assert all(len(name.encode()) < 120 and not {"\u202e", "?"} & set(name) for name in copied)
    assert files_below(tmp_path) == {f"work/{name}" for name in copied} | {"export.zip"}


def test_a_link_out_of_the_output_is_not_followed(run: Run, export: Path) -> None:
    (export.parent / "elsewhere").mkdir()
    (export.parent / "out").mkdir()
    (export.parent / "out" / "media").symlink_to(export.parent / "elsewhere", target_is_directory=True)
    result = run("convert", export / "chat.jsonl", "-o", f"{export.parent}/out/", "--to", "html", "--copy-media")
    assert result.exit_code == 1
    assert "leads out of the folder of the output" in result.stderr
    assert not files_below(export.parent / "elsewhere")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (["-o", "a.docx"], "not for docx"),
        (["-o", "a.html", "-O", "media=embed"], "not for html"),
        (["-o", "-", "--to", "html"], "needs a file"),
        (["-o", "pages", "--to", "html"], "needs a file"),
        (["-o", "a.jsonl", "--stream"], "--stream"),
    ],
)
def test_where_nothing_can_be_copied(run: Run, export: Path, how: list[str], told: str) -> None:
    result = run("convert", export / "chat.jsonl", *how, "--copy-media")
    assert result.exit_code == 2
    assert told in result.stderr
