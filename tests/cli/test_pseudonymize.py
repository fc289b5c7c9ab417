"""`wechatlog pseudonymize`: chats into a folder, without names; the book and the report apart."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Conversation, Message
from wechatlog.operations import Pseudonyms, identities

from .conftest import Run

NINE = dt.datetime(2026, 5, 1, 9)


def say(sender: str, text: str) -> Message:
    return Message(NINE, "second", sender, text=text)


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """Two chats of which the second gives away a name that stands in the first."""
    folder = tmp_path / "exports"
    folder.mkdir()
    one = [say("张三", "李四的电话是 138 0013 8000"), say("收到", "收到")]
    two = [say("李四-示例公司", "早"), say("张三", "谢谢收到！")]
    wechatlog.dump(Conversation(one, title="晨跑群"), folder / "1.jsonl")
    wechatlog.dump(Conversation(two, title="夜跑群"), folder / "2.jsonl")
    return folder


def test_a_folder_is_not_called_as_a_file(example: Path, run: Run, tmp_path: Path) -> None:
    result = run("pseudonymize", example, "-o", "new.jsonl")
    assert (result.exit_code, (tmp_path / "new.jsonl").exists()) == (2, False)
    assert "new.jsonl: the files go into a folder; give one, such as -o shared/" in result.stderr
    (tmp_path / "v1.json").mkdir()
    for folder in ("v1.json", "new.jsonl/", "v2.0"):
        assert run("pseudonymize", example, "-o", folder).exit_code == 0


def test_names_that_may_be_one_person_are_told(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(Conversation([say("张三", "早"), say("张三-示例公司", "早")], title="群"), tmp_path / "chat.jsonl")
    report = tmp_path / "report.json"
    result = run("pseudonymize", "chat.jsonl", "-o", "out", "--report", report)
    assert "1 pair of names may be one person and have two pseudonyms" in result.stderr
    assert json.loads(report.read_text(encoding="utf-8"))["alike"] == [["张三", "张三-示例公司"]]
    assert run("people", "chat.jsonl", "-o", "people.toml").exit_code == 0
    result = run("pseudonymize", "chat.jsonl", "-o", "out", "--people", "people.toml")
    assert "2 pseudonyms" in result.stderr  # the chat has one too
    assert "pair" not in result.stderr


def test_names_of_all_files_are_learnt_first(run: Run, exports: Path, tmp_path: Path) -> None:
    out, book, report = tmp_path / "shared", tmp_path / "book.json", tmp_path / "report.json"
    result = run("pseudonymize", exports, "-o", out, "--book", book, "--report", report)
    assert result.exit_code == 0
    assert "2 files: 2 conversations, 4 messages" in result.stderr
    assert "1 name replaced in running text; hidden: 1 phone" in result.stderr
    assert "1 name to look at" in result.stderr
    chats = list(wechatlog.load_archive(out))
    assert [[str(message.text) for message in chat] for chat in chats] == [
        ["P2的电话是 [phone]", "收到"],
        ["早", "谢谢收到！"],
    ]
    assert not any(
        name in path.read_text(encoding="utf-8") for path in out.iterdir() for name in ("张三", "李四", "示例")
    )
    kept = Pseudonyms.open(book)
    assert kept["李四-示例公司"] == kept["李四"] == "P2"
    for private in (book, report):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600 or os.name == "nt"
    found = json.loads(report.read_text(encoding="utf-8"))
    assert (found["replaced_in_text"], found["masked"]) == (1, {"phone": 1})
    assert [(name["name"], name["left"]) for name in found["names"] if name["is_doubtful"]] == [("收到", 2)]


def test_a_part_is_written_and_all_is_learnt_from(run: Run, exports: Path, tmp_path: Path) -> None:
    out = tmp_path / "shared"
    result = run("pseudonymize", exports, "-o", out, "--sender", "收到", "--sender", "张三", "--until", "2026-05-01")
    assert result.exit_code == 0, result.stderr
    written = [wechatlog.load(path) for path in sorted(out.iterdir())]
    assert [len(chat) for chat in written] == [2, 1]
    assert "李四" not in written[0][0].text
    result = run("pseudonymize", exports, "-o", tmp_path / "other", "--kind", "image")
    assert (result.exit_code, "no message fits" in result.stderr) == (1, True)


def test_a_book_is_used_and_extended(run: Run, exports: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.json"
    book.write_text(Pseudonyms({"李四-示例公司": "教练"}).to_json(), encoding="utf-8")
    book.chmod(0o644)
    assert run("pseudonymize", exports / "1.jsonl", "-o", tmp_path / "a", "--book", book, "-q").stderr == ""
    assert run("pseudonymize", exports / "2.jsonl", "-o", tmp_path / "b", "--book", book).exit_code == 0
    assert [message.sender for message in wechatlog.load(next((tmp_path / "b").iterdir()))] == ["教练", "P1"]
    assert Pseudonyms.open(book)["张三"] == "P1"
    assert stat.S_IMODE(book.stat().st_mode) == 0o600 or os.name == "nt"
    result = run("pseudonymize", exports, "-o", tmp_path / "c", "--book", book, "--style", "stems")
    assert result.exit_code == 2
    assert "the book has its own options; leave out --style" in result.stderr


def test_the_form_is_that_of_the_input(run: Run, exports: Path, tmp_path: Path) -> None:
    wechatlog.dump(wechatlog.load(exports / "1.jsonl"), tmp_path / "chat.markdown")
    assert run("pseudonymize", tmp_path / "chat.markdown", "-o", tmp_path / "a").exit_code == 0
    assert [path.suffix for path in (tmp_path / "a").iterdir()] == [".markdown"]
    assert run("pseudonymize", exports / "1.jsonl", "-o", tmp_path / "b", "--to", "csv").exit_code == 0
    assert [path.suffix for path in (tmp_path / "b").iterdir()] == [".csv"]


def test_options(run: Run, exports: Path, tmp_path: Path) -> None:
    def texts(*options: str) -> list[str]:
        out = tmp_path / str(len(list(tmp_path.iterdir())))
        result = run("pseudonymize", exports, "-o", out, *options)
        assert result.exit_code == 0, result.stderr
        return [f"{message.sender} {message.text}" for chat in wechatlog.load_archive(out) for message in chat]

    assert texts("--style", "stems")[0] == "甲 乙的电话是 [phone]"
    assert texts("--mask", "none")[0] == "P1 P2的电话是 138 0013 8000"
    assert texts("--mask", "email, plate")[0] == "P1 P2的电话是 138 0013 8000"
    assert texts("--keep", "李四")[0] == "P1 李四的电话是 [phone]"
    assert texts("--everyday", "all")[1:] == ["P3 P3", "P2 早", "P1 谢谢P3！"]
    assert texts("--same", "张三=收到")[1] == "P1 收到"
    chats = list(wechatlog.load_archive(exports))
    people = tmp_path / "people.toml"
    people.write_text(identities(chats).confirm("张三", "收到").to_toml(), encoding="utf-8")
    assert texts("--people", str(people))[1] == "P1 收到"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--book", "shared/book.json"], "undoes the pseudonyms and does not belong into"),
        (["--report", "shared/deep/report.json"], "undoes the pseudonyms and does not belong into"),
        (["--mask", "fax"], "nothing is known to mask fax; there are email, "),
        (["--style", "P"], "style 'P' is none of numbered"),
        (["--same", "张三"], "expected two names with = between them"),
        (["--people", "exports/1.jsonl"], "TOML"),
        (["--book", "exports/1.jsonl"], "this is no book of pseudonyms"),
    ],
)
def test_wrong_usage(
    run: Run, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("pseudonymize", exports, "-o", "shared", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "shared").exists()


def test_inputs_are_not_overwritten(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(Conversation([say("张三", "早")], title="一群"), tmp_path / "G1.jsonl")
    before = (tmp_path / "G1.jsonl").read_bytes()
    result = run("pseudonymize", tmp_path / "G1.jsonl", "-o", tmp_path)
    assert result.exit_code == 1
    assert "is one of the inputs, and is not overwritten" in result.stderr
    assert (tmp_path / "G1.jsonl").read_bytes() == before


def test_what_cannot_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("no chat at all", encoding="utf-8")
    result = run("pseudonymize", tmp_path / "x.txt", "-o", tmp_path / "shared", "--book", tmp_path / "book.json")
    assert result.exit_code == 1
    assert not (tmp_path / "book.json").exists()
