"""`wechatlog view`: the page, where it is put, and how it is opened."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import tempfile
import webbrowser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

import wechatlog
from wechatlog.cli import view as module
from wechatlog.cli.view import open_page

from .conftest import Process, Run

pytest.importorskip("jinja2")

STAYS = "which stays until temporary files are cleared or you delete it\n"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened, instead of opening them."""
    found: list[str] = []

    def browse(address: str, *_: object) -> bool:
        found.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    monkeypatch.setenv("DISPLAY", ":0")
    return found


def chat(path: Path, *texts: str, start: dt.datetime = dt.datetime(2026, 5, 31)) -> Path:
    messages = [
        wechatlog.Message(sender="李四", text=text, time=start + dt.timedelta(days=number))
        for number, text in enumerate(texts)
    ]
    path.parent.mkdir(exist_ok=True)
    wechatlog.dump(wechatlog.Conversation(messages, title=path.stem), path)
    return path


def test_a_page_in_a_temporary_place_is_opened(example: Path, run: Run, temporary: Path, opened: list[str]) -> None:
    result = run("view", example)
    (folder,) = temporary.iterdir()
    page = folder / "2026-05-01-chat.html"
    assert (result.exit_code, result.stdout) == (0, "")
    assert opened == [page.as_uri()]
    assert result.stderr.startswith(f"wechatlog: {page}: 25 messages, ")
    assert result.stderr.endswith(f" kB\n  only you can read {folder}, {STAYS}")
    assert "陈小禾" in page.read_text("utf-8")
    if os.name != "nt":
        assert folder.stat().st_mode & 0o777 == 0o700


def test_without_opening_the_path_is_printed(example: Path, run: Run, temporary: Path, opened: list[str]) -> None:
    result = run("view", example, "--no-open")
    (folder,) = temporary.iterdir()
    assert (result.exit_code, result.stdout, opened) == (0, f"{folder / '2026-05-01-chat.html'}\n", [])


def test_without_a_browser_the_path_is_printed(
    example: Path, run: Run, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "open_page", lambda _: False)
    result = run("view", example)
    (folder,) = temporary.iterdir()
    assert (result.exit_code, result.stdout) == (0, f"{folder / '2026-05-01-chat.html'}\n")
    assert result.stderr.endswith("wechatlog: no browser was found; open the page yourself\n")


def test_a_page_in_a_named_place(example: Path, run: Run, tmp_path: Path, temporary: Path) -> None:
    result = run("view", example, "-o", "chat.html", "--no-open")
    assert (result.exit_code, result.stdout) == (0, "chat.html\n")
    assert re.fullmatch(r"wechatlog: chat\.html: 25 messages, [0-9]+ kB\n", result.stderr)
    assert (tmp_path / "chat.html").is_file()
    assert not list(temporary.iterdir())


def test_a_name_without_a_suffix_is_a_folder_however_many_chats_there_are(
    example: Path, run: Run, tmp_path: Path
) -> None:
    """A browser takes a file without a suffix for text."""
    assert run("view", example, "-o", "pages", "--no-open").exit_code == 0
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {f"{example.stem}.html", "index.html"}


def test_several_chats_have_an_index(run: Run, tmp_path: Path, temporary: Path, opened: list[str]) -> None:
    chat(tmp_path / "in" / "a.jsonl", "甲", "乙")
    chat(tmp_path / "in" / "b.jsonl", "丙")
    result = run("view", "in")
    (folder,) = temporary.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["a.html", "b.html", "index.html"]
    assert opened == [(folder / "index.html").as_uri()]
    assert result.stderr.startswith(f"wechatlog: {folder / 'index.html'}: 2 pages, 3 messages, ")
    result = run("view", "in", "-o", "pages", "--no-open")
    assert (result.exit_code, result.stdout) == (0, f"{Path('pages', 'index.html')}\n")


def test_several_pages_of_a_chat(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "甲", "乙")
    result = run("view", "a.jsonl", "-o", "pages/", "--split", "month", "--no-open", "--title", "标题")
    assert (result.exit_code, result.stdout) == (0, f"{Path('pages', 'index.html')}\n")
    names = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert names == ["a-2026-05.html", "a-2026-06.html", "index.html"]
    result = run("view", "a.jsonl", "-o", "one/", "--split", "year", "--no-open")
    assert result.stdout == f"{Path('one', 'a-2026.html')}\n"


def test_options_reach_the_page(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "甲")
    how = ["-o", "a.html", "--no-open", "--owner", "李四", "--title", "我的<标题>", "-O", "theme=dark"]
    assert run("view", "a.jsonl", *how).exit_code == 0
    text = (tmp_path / "a.html").read_text("utf-8")
    assert "<title>我的&lt;标题&gt;</title>" in text
    assert 'data-theme="dark"' in text
    assert wechatlog.dumps(wechatlog.load(tmp_path / "a.jsonl"), "html", owner="李四") != wechatlog.dumps(
        wechatlog.load(tmp_path / "a.jsonl"), "html"
    )


def test_filters(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "甲", "乙", "丙")
    chat(tmp_path / "b.jsonl", "丁", start=dt.datetime(2020, 1, 1))
    result = run("view", "a.jsonl", "b.jsonl", "-o", "a.html", "--no-open", "--since", "2026-06-01")
    assert result.stderr.startswith("wechatlog: a.html: 2 messages, ")
    text = (tmp_path / "a.html").read_text("utf-8")
    assert "乙" in text
    assert "甲" not in text
    result = run("view", "a.jsonl", "b.jsonl", "-o", "a.html", "--no-open", "--since", "2027-06-01")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: no message fits, in 2 conversations\n")


def test_a_chat_without_messages_is_a_page(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl")
    result = run("view", "a.jsonl", "-o", "a.html", "--no-open")
    assert result.exit_code == 0
    assert result.stderr.startswith("wechatlog: a.html: 0 messages, ")


def test_a_huge_file_is_streamed(run: Run, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.cli.inputs._HUGE", 1)
    chat(tmp_path / "a.jsonl", "甲", "乙", "丙")
    how = ["--no-open", "--since", "2026-06-01"]
    assert run("view", "a.jsonl", *how, "-o", "a.html").stderr.startswith("wechatlog: a.html: 2 messages, ")
    assert "甲" not in (tmp_path / "a.html").read_text("utf-8")
    result = run("view", "a.jsonl", *how, "--split", "day")
    (folder,) = temporary.iterdir()
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["a-2026-06-01.html", "a-2026-06-02.html", "index.html"]
    assert result.stdout == f"{folder / 'index.html'}\n"


def test_a_huge_file_of_several_chats_is_read_whole(
    run: Run, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wechatlog.cli.inputs._HUGE", 1)
    chats = [wechatlog.Conversation([wechatlog.Message(text="x")], title=title) for title in ("甲", "乙")]
    wechatlog.dump(chats, tmp_path / "a.jsonl")
    result = run("view", "a.jsonl", "--no-open")
    (folder,) = temporary.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["a-乙.html", "a-甲.html", "index.html"]
    assert result.stderr.startswith(f"wechatlog: {folder / 'index.html'}: 2 pages, 2 messages, ")


# --- pictures --------------------------------------------------------------------------------------


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = wechatlog.Image(raw="[图片]", path="图片/a b.png")
    message = wechatlog.Message(text="[图片]", kind="image", segments=[image])
    (tmp_path / "in").mkdir()
    wechatlog.dump(wechatlog.Conversation([message]), tmp_path / "in" / "a.jsonl")
    return tmp_path / "in" / "a.jsonl"


def sources(page: Path) -> list[str]:
    return re.findall(r'src="([^"]+\.png)"', page.read_text("utf-8"))


def test_pictures_are_found_from_the_temporary_place(picture: Path, run: Run, temporary: Path) -> None:
    assert run("view", "in/a.jsonl", "--no-open").exit_code == 0
    (folder,) = temporary.iterdir()
    (address,) = sources(folder / "a.html")
    assert (folder / unquote(address)).resolve() == picture.parent / "图片" / "a b.png"
    assert not address.startswith(("/", "file:"))


def test_pictures_beside_a_page_have_no_path_of_this_machine(picture: Path, run: Run, tmp_path: Path) -> None:
    assert run("view", "in/a.jsonl", "--no-open", "-o", "in/a.html").exit_code == 0
    assert sources(tmp_path / "in" / "a.html") == ["%E5%9B%BE%E7%89%87/a%20b.png"]
    assert run("view", "in/a.jsonl", "--no-open", "-o", "in/").exit_code == 0
    assert sources(tmp_path / "in" / "a.html") == ["%E5%9B%BE%E7%89%87/a%20b.png"]
    assert run("view", "in/a.jsonl", "--no-open", "-o", "a.html").exit_code == 0
    assert sources(tmp_path / "a.html") == ["in/%E5%9B%BE%E7%89%87/a%20b.png"]


def test_chats_of_several_folders_have_their_own_places(picture: Path, run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "b" / "b.jsonl", "x")
    for place in ("pages", "in"):
        assert run("view", "in", "b", "-o", place, "--no-open").exit_code == 0
        assert sources(tmp_path / place / "a.html") == ["../in/%E5%9B%BE%E7%89%87/a%20b.png"]


def test_a_new_folder_beside_the_chats_is_elsewhere(
    picture: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    chat(picture.parent / "b.jsonl", "x")
    assert run("view", "a.jsonl", "b.jsonl", "-o", "pages", "--no-open").exit_code == 0
    assert sources(picture.parent / "pages" / "a.html") == ["../%E5%9B%BE%E7%89%87/a%20b.png"]


# --- what goes wrong -------------------------------------------------------------------------------


def test_wrong_names(example: Path, run: Run, tmp_path: Path, temporary: Path) -> None:
    result = run("view", "gone.md")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: gone.md: No such file or directory\n")
    (tmp_path / "empty.md").touch()
    result = run("view", "empty.md")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: empty.md: the file is empty\n")
    result = run("view", example, "empty.md", "--no-open")
    assert result.exit_code == 1
    assert result.stderr.startswith("wechatlog: empty.md: the file is empty\n")
    assert len(list(temporary.iterdir())) == 1


def test_places_that_will_not_do(example: Path, run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "甲")
    result = run("view", example, "a.jsonl", "-o", "a.html")
    assert result.exit_code == 1
    assert result.stderr == "wechatlog: a.html: these are several pages; give a folder, such as -o pages/\n"
    result = run("view", example, "-o", "a.html", "--split", "day")
    assert result.stderr == "wechatlog: a.html: these are several pages; give a folder, such as -o pages/\n"
    result = run("view", "a.jsonl", "-o", "a.jsonl")
    message = "is one of the inputs, and is not overwritten; choose another OUT\n"
    assert (result.exit_code, result.stderr) == (1, f"wechatlog: a.jsonl: {message}")
    result = run("view", example, "a.jsonl", "-o", "a.jsonl")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: a.jsonl: exists and is no folder\n")
    result = run("view", example, "-o", "gone/a.html")
    assert result.exit_code == 1
    assert "gone" in result.stderr


def test_one_title_for_several_chats(example: Path, run: Run, tmp_path: Path, temporary: Path) -> None:
    chat(tmp_path / "a.jsonl", "甲")
    result = run("view", example, "a.jsonl", "--title", "x")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: --title names one page, and these are several chats\n")
    assert not list(temporary.iterdir())


def test_wrong_options(example: Path, run: Run, temporary: Path) -> None:
    result = run("view", example, "-O", "theme=blue")
    assert (result.exit_code, result.stderr) == (
        1,
        "wechatlog: -O theme: expected auto or light or dark, not 'blue'\n",
    )
    assert not list(temporary.iterdir())  # nothing is left of what was begun
    result = run("view", example, "-O", "thme=dark")
    assert result.exit_code == 2
    assert "no such option 'thme'; did you mean theme?" in result.stderr


def test_without_the_extra(example: Path, process: Process) -> None:
    code = "import sys; sys.modules['jinja2'] = None; from wechatlog.cli import main; sys.exit(main(sys.argv[1:]))"
    result = process("view", example, "--no-open", code=code)
    assert result.returncode == 1
    assert result.stderr == (
        "wechatlog: the HTML page needs an optional library; install it with: pip install 'wechatlog[html]'\n"
    )


# --- browsers --------------------------------------------------------------------------------------


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(release="6.1.0"), raising=False)
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "页 面.html"
    path.touch()
    return path


def test_no_browser_in_the_terminal_is_started(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("opened"))
    assert not open_page(page)


@pytest.mark.parametrize("name", ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"])
def test_a_screen(page: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(found.append(address) or True))
    monkeypatch.setenv(name, "x")
    assert open_page(page)
    assert found == [page.resolve().as_uri()]


@pytest.mark.parametrize("error", [webbrowser.Error("none"), OSError("none")])
def test_a_browser_that_does_not_start(page: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(_: str) -> bool:
        raise error

    monkeypatch.setattr(webbrowser, "open", fail)
    monkeypatch.setattr(module.sys, "platform", "darwin")
    assert not open_page(page)


@pytest.mark.parametrize("code", [0, 1])
def test_linux_inside_windows(page: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    ran: list[list[str]] = []

    def start(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, code)

    release = "5.15.0-microsoft-standard-WSL2"
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(release=release), raising=False)
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(module.subprocess, "run", start)
    assert open_page(page) is (code == 0)
    assert ran == [["/usr/bin/wslview", str(page.resolve())]]
