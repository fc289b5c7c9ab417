"""`wechatlog info`, `formats`, `completion`, and the program itself."""

from __future__ import annotations

import json
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest

import wechatlog
from wechatlog.cli import main

from .conftest import ROOT, Run


def test_info(example: Path, run: Run) -> None:
    result = run("info", example)
    assert result.exit_code == 0
    for line in (
        "2026-05-01-WeChat",
        "  file        2026-05-01-chat.markdown",
        "  format      markdown: front matter and 25 header lines (100% sure)",
        "  owner       我",
        "  period      2026-05-01 08:02:11 to 2026-05-01 21:47:52 (1 day)",
        "  times       wall clock, no zone",
        "  messages    25",
        "  kinds       text 19, quote 2, image 2, link 1, red_packet 1",
        "            5 我 (owner)",
        "  metadata    author: 周末修车小组",
        "  diagnostics none",
    ):
        assert line in result.stdout.split("\n")


def test_info_of_what_fits(example: Path, run: Run) -> None:
    found = json.loads(
        run("info", example, "--kind", "quote", "--kind", "link", "--until", "2026-05-01", "--json").stdout
    )
    assert found["conversations"][0]["kinds"] == {"quote": 2, "link": 1}


def test_info_as_json(example: Path, run: Run) -> None:
    found = json.loads(run("info", example, "--json").stdout)
    (chat,) = found["conversations"]
    assert chat["detection"]["format"] == "markdown"
    assert (chat["messages"], chat["first"], chat["last"]) == (25, "2026-05-01T08:02:11", "2026-05-01T21:47:52")
    assert chat["kinds"]["text"] == 19
    assert chat["people"][0] == {
        "name": "陈小禾", "id": None, "is_self": False, "aliases": [], "message_count": 5,
    }  # fmt: skip
    assert (found["failed"], found["skipped"]) == ([], [])


def test_info_of_several(example: Path, run: Run, tmp_path: Path) -> None:
    chats = [wechatlog.Conversation(title="A"), wechatlog.Conversation(title="B")]
    wechatlog.dump(chats, tmp_path / "two.jsonl")
    shutil.copy(example, tmp_path)
    lines = run("info", "two.jsonl", example.name).stdout.removesuffix("\n").split("\n")
    assert lines[0].split() == ["conversation", "file", "format", "first", "last", "messages", "people", "notes"]
    assert lines[-2].split() == (
        ["2026-05-01-WeChat", "2026-05-01-chat.markdown", "markdown", "2026-05-01", "2026-05-01", "25", "6", "0"]
    )
    assert lines[-1] == "3 conversations, 25 messages"
    assert all(line == line.rstrip() for line in lines)


def test_info_tells_files_of_one_name_apart(example: Path, run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    shutil.copy(example, tmp_path / "a" / "chat.txt")
    wechatlog.dump(wechatlog.Conversation([wechatlog.Message(text="x")]), tmp_path / "b" / "chat.jsonl")
    (tmp_path / "b" / "chat.jsonl").rename(tmp_path / "b" / "chat.txt")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.write(tmp_path / "b" / "chat.txt", "chat.txt")
    lines = [line.split()[:3] for line in run("info", "a", "b", "c.zip").stdout.split("\n")[2:-2]]
    assert lines == [
        ["2026-05-01-WeChat", "a/chat.txt", "markdown"],
        ["b", "b/chat.txt", "jsonl"],
        ["c", "c.zip/chat.txt", "jsonl"],
    ]


def test_info_limits_the_list_of_people(run: Run, tmp_path: Path) -> None:
    messages = [wechatlog.Message(sender=f"p{number}", sender_id=f"wxid_{number}") for number in range(20)]
    wechatlog.dump(wechatlog.Conversation(messages), tmp_path / "a.jsonl")
    short = run("info", "a.jsonl").stdout
    assert "… and 5 more (--all)" in short
    assert "p19" not in short
    assert "1 p19 (wxid_19)" in run("info", "a.jsonl", "--all").stdout


def test_info_of_what_cannot_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.md").touch()
    result = run("info", "empty.md")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "wechatlog: empty.md: the file is empty\n")
    result = run("info", "empty.md", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["failed"] == ["empty.md: the file is empty"]


def test_a_file_of_two_formats_says_how_to_choose(
    run: Run, tmp_path: Path, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wechatlog import registry
    from wechatlog.readers.markdown import READER

    class Twin:
        name, description, suffixes, options = "twin", "", READER.suffixes, READER.options
        detect, read = READER.detect, READER.read

    shelf = registry._readers
    monkeypatch.setattr(shelf, "_loaded", dict(shelf._loaded))
    monkeypatch.setattr(shelf, "_origins", dict(shelf._origins))
    wechatlog.register_reader(Twin())
    result = run("show", example)
    assert result.exit_code == 1
    assert "several formats fit equally well; choose one with --from\n  markdown: " in result.stderr
    assert run("show", example, "--from", "twin").exit_code == 0
    assert "run time" in run("formats").stdout


def test_formats(run: Run) -> None:
    output = run("formats").stdout
    for info in wechatlog.formats():
        assert any(line.startswith(f"{info.name} ") and info.description in line for line in output.split("\n"))


def test_formats_as_json(run: Run) -> None:
    found = json.loads(run("formats", "--json").stdout)
    assert [(row["name"], row["role"]) for row in found] == [(i.name, i.role) for i in wechatlog.formats()]
    writer = next(row for row in found if row["name"] == "text" and row["role"] == "writer")
    assert (writer["several"], writer["suffixes"], writer["origin"]) == (True, [".txt"], "built-in")
    assert "emoji" in writer["options"]
    assert "everything" in writer["losses"]


def test_one_format(run: Run) -> None:
    lines = run("formats", "markdown").stdout.split("\n")
    assert lines[0].startswith("read markdown: ")
    assert any(line.startswith("  -O date=…  the day of the messages") for line in lines)
    assert any(line.startswith("write markdown: ") for line in lines)
    assert "  not kept: sender_id: there is no place for account ids" in lines


def test_unknown_format(run: Run) -> None:
    result = run("formats", "odt")
    assert result.exit_code == 2
    assert "'odt': no format of that name; known: markdown, " in result.stderr
    assert "no format of that name; did you mean weflow-json, " in run("formats", "weflow-jso").stderr


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o nosort"), ("zsh", "#compdef"), ("fish", "complete ")]
)
def test_completion_scripts(run: Run, shell: str, mark: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert mark in result.stdout
    assert "_WECHATLOG_COMPLETE" in result.stdout


def test_completion_of_an_unknown_shell(run: Run) -> None:
    result = run("completion", "tcsh")
    assert result.exit_code == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in result.stderr


def test_version_and_help(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert run("--version").stdout == f"wechatlog {project['version']}\n"
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"wechatlog {wechatlog.__version__}\n" == f"wechatlog {project['version']}\n"
    text = run("--help").stdout
    assert all(name in text for name in ("convert", "show", "info", "formats", "completion", "Exit codes: 0 done"))
    assert "wechatlog convert exports/ -o chats.jsonl\n" in run("convert", "-h").stdout


def test_a_folder_of_pictures_is_told_in_one_line(run: Run, tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "notes.txt").write_text("no chat", encoding="utf-8")
    assert run("info", tmp_path).stderr.split("\n")[:2] == [
        "wechatlog: no chats found",
        "  0.png and 11 more like it: this is a picture (PNG)",
    ]
    missing = run("info", "fodler/x.txt").stderr
    assert missing == "wechatlog: fodler/x.txt: No such file or directory (there is no folder fodler)\n"
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).touch()
    several = run("info", "a.txt", "b.txt", "c.txt", "--json")
    assert json.loads(several.stdout)["failed"] == [f"{name}.txt: the file is empty" for name in "abc"]
    assert several.stderr == "wechatlog: a.txt and 2 more like it: the file is empty\n"
    chinese = run("info", "a.txt", "b.txt", env={"WECHATLOG_LANG": "zh"})
    assert chinese.stderr == "wechatlog: a.txt 和另外 1 个: 文件是空的\n"
    empty = run("info", "")
    assert (empty.exit_code, empty.stdout) == (1, "")
    assert empty.stderr == "wechatlog: an input has an empty name, as of a variable that is not set\n"
    assert "(did you mean notes.txt?)" in run("info", "notes").stderr
    (tmp_path / "folder").mkdir()
    assert "(did you mean folder?)" in run("info", "fodler/x.txt").stderr


def test_why_files_are_skipped_is_told(example: Path, run: Run, tmp_path: Path) -> None:
    shutil.copy(example, tmp_path)
    for number in range(7):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "notes.txt").write_text("no chat", encoding="utf-8")
    told = run("info", ".").stderr.split("\n")
    assert told[0] == "wechatlog: skipped 8 files without a chat:"
    assert told[1].startswith("  notes.txt: no known format: ")
    assert told[2:] == ["  0.png and 6 more like it: this is a picture (PNG)", ""]
    shown = run("show", ".", "--limit", "1").stderr
    assert shown == "wechatlog: skipped 8 files without a chat: notes.txt, 0.png, 1.png, 2.png, 3.png, …\n"


def test_a_file_is_no_format(example: Path, run: Run) -> None:
    result = run("formats", example)
    assert result.exit_code == 2
    assert "is no format; of a file, `wechatlog info` says which it has" in result.stderr
