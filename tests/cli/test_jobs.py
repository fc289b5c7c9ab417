"""`convert --jobs`: where each chat becomes a file of a folder, other processes write it too; the result is the same."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import wechatlog
from tests.test_corpus import CORPUS
from wechatlog import Conversation, Message
from wechatlog.outputs import folder as folder_module
from wechatlog.segments import File, Image

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """Chats of several formats, some with the same name, some with pictures; files that are none."""
    found = tmp_path / "in"
    for name in ("csv", "memotrace-json", "pywxdump-csv"):
        shutil.copytree(CORPUS / name, found / name)
    for number, media in enumerate(("a.png", "没有.png")):
        (found / str(number)).mkdir()
        (found / str(number) / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        pieces = [Image(path=media, raw="[图片]"), File(name="a", path="没有.pdf", raw="")]
        chat = Conversation([Message(sender="李四", text="[图片]", segments=pieces)], title="群")
        wechatlog.dump(chat, found / str(number) / "chat.jsonl")
    (found / "readme.txt").write_text("no chat", encoding="utf-8")
    (found / "broken.db").write_bytes(b"SQLite format 3\0" + b"\1" * 90)
    return found


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("form", ["html", "jsonl", "markdown", "sqlite"])
def test_other_processes_write_the_same_files(
    run: Run, exports: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for jobs in ("1", "2"):
        if jobs == "2":  # nobody writes here
            monkeypatch.setattr(folder_module, "dump", None)
        result = run("convert", exports, "-o", "out/", "--to", form, "--json", "--jobs", jobs)
        told.append((result.exit_code, result.stdout, result.stderr, _files(exports.parent / "out")))
        shutil.rmtree(exports.parent / "out")
    assert told[0] == told[1]
    *_, files = told[0]
    assert len(files) > 5
    assert any(name.startswith("chat-2.") for name in files)


def test_one_chat_alone_leads_to_no_index(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(CORPUS.parents[1] / "examples" / "2026-05-01-chat.markdown", tmp_path / "in")
    (tmp_path / "in" / "readme.txt").write_text("no chat", encoding="utf-8")
    found = []
    for jobs in ("1", "2"):
        result = run("convert", "in", "-o", "out/", "--to", "html", "--jobs", jobs)
        found.append((result.stderr, _files(tmp_path / "out")))
    assert found[0] == found[1]
    assert b'"index.html"' not in found[0][1]["2026-05-01-chat.html"]


def test_nothing_to_write_makes_no_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in "ab":
        (tmp_path / "in" / f"{name}.txt").write_text("no chat", encoding="utf-8")
    result = run("convert", "in", "-o", "out/", "--to", "text", "--jobs", "2")
    assert result.exit_code == 1
    assert "no chats found" in result.stderr
    assert not (tmp_path / "out").exists()


def test_an_index_that_is_made_anew_is_no_file_without_a_chat(run: Run, exports: Path) -> None:
    how = ("convert", exports / "csv" / "group.csv", "-o", "out/", "--to", "csv", "--index", "kept.index")
    first = run(*how)
    with contextlib.closing(sqlite3.connect(exports.parent / "kept.index")) as database:
        database.execute("PRAGMA user_version = 1")
    again = run(*how)
    told = "wechatlog: kept.index: the index could not be used (version 1, not 2) and was made anew\n"
    assert (again.exit_code, again.stdout, again.stderr) == (0, first.stdout, told + first.stderr)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("--index", "garbage", "--index: garbage: this is no index"), ("--jobs", "100000", "--jobs: expected a number")],
)
def test_an_error_names_the_option_as_the_user_wrote_it(
    run: Run, exports: Path, option: str, value: str, told: str
) -> None:
    (exports.parent / "garbage").write_text("garbage", encoding="utf-8")
    result = run("convert", exports / "csv" / "group.csv", "-o", "out/", "--to", "csv", option, value)
    assert result.exit_code == 1
    assert f"wechatlog: {told}" in result.stderr
