"""`convert --state` and `merge --into --state`: nightly jobs, which take what is new."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import wechatlog

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Run

DAY = '---\ntitle: "群"\ndate: 2026-05-01\n---\n'


def _day(*texts: str) -> str:
    blocks = (f"> 09:0{number}:00  李四  \n   \n{text}  \n   \n" for number, text in enumerate(texts))
    return DAY + "".join(blocks)


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.md").write_text(_day("早", f"我是{name}"), encoding="utf-8")
    return folder


def _texts(path: Path) -> list[str]:
    return [message.text for chat in wechatlog.load_archive(path) for message in chat]


def test_only_what_is_new_is_written(run: Run, exports: Path, tmp_path: Path) -> None:
    out, state = tmp_path / "new.jsonl", tmp_path / "job.state"
    arguments = ("convert", str(exports), "-o", str(out), "--state", str(state))
    assert run(*arguments).exit_code == 0
    assert _texts(out) == ["早", "我是a", "早", "我是b"]
    (exports / "a.md").write_text(_day("早", "我是a", "晚安"), encoding="utf-8")
    (exports / "c.md").write_text(_day("新来的"), encoding="utf-8")
    result = run(*arguments)
    assert result.exit_code == 0
    assert _texts(out) == ["晚安", "新来的"]
    before, old = out.read_bytes(), state.read_bytes()
    result = run(*arguments)
    assert (result.exit_code, out.read_bytes(), state.read_bytes()) == (0, before, old)
    assert f"{out}: nothing is new" in result.stderr
    marks = json.loads(state.read_text(encoding="utf-8"))["marks"]
    assert set(marks) == {str((exports / name).resolve()) for name in ("a.md", "b.md", "c.md")}


def test_the_state_is_written_after_the_output(run: Run, exports: Path, tmp_path: Path) -> None:
    state = tmp_path / "job.state"
    result = run("convert", str(exports), "-o", str(tmp_path / "none" / "out.jsonl"), "--state", str(state))
    assert result.exit_code == 1
    assert not state.exists()


def test_a_filter_leaves_nothing_of_what_is_new(run: Run, exports: Path, tmp_path: Path) -> None:
    out, state = tmp_path / "new.jsonl", tmp_path / "job.state"
    result = run("convert", str(exports), "-o", str(out), "--state", str(state), "--sender", "王五")
    assert result.exit_code == 0
    assert not out.exists()
    assert state.exists()


def test_the_standard_output_takes_what_is_new(run: Run, exports: Path, tmp_path: Path) -> None:
    arguments = ("convert", "-q", str(exports), "--to", "jsonl", "--state", str(tmp_path / "job.state"))
    assert run(*arguments).stdout.count('"type":"message"') == 4
    assert run(*arguments).stdout == ""


def test_what_is_new_is_added_to_an_archive(run: Run, tmp_path: Path) -> None:
    chat, archive, state = tmp_path / "a.md", tmp_path / "chat.jsonl", tmp_path / "job.state"
    arguments = ("merge", "--into", str(archive), str(chat), "--state", str(state))
    for count in (1, 3, 3, 4):
        chat.write_text(_day(*"一二三四"[:count]), encoding="utf-8")
        assert run(*arguments).exit_code == 0
        assert _texts(archive) == list("一二三四"[:count])
    result = run(*arguments, "--json")
    assert json.loads(result.stdout) == {"output": str(archive), "messages": 0, "parts": []}
    assert f"{archive}: nothing is new" in result.stderr


def test_an_archive_that_is_gone_begins_anew(run: Run, tmp_path: Path) -> None:
    chat, archive, state = tmp_path / "a.md", tmp_path / "chat.jsonl", tmp_path / "job.state"
    arguments = ("merge", "--into", str(archive), str(chat), "--state", str(state))
    for count in (2, 3):  # otherwise the first two were in no archive, and nobody would know
        chat.write_text(_day(*"一二三"[:count]), encoding="utf-8")
        assert run(*arguments).exit_code == 0
        assert _texts(archive) == list("一二三"[:count])
        archive.unlink()


@pytest.mark.parametrize("command", [("convert", "-o"), ("merge", "--into")])
def test_the_state_is_never_written_over_the_output(command: tuple[str, str], run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(_day("一"), encoding="utf-8")
    name, option = command
    output = tmp_path / "o.jsonl"
    same = tmp_path / "b" / ".." / "o.jsonl"
    result = run(name, str(tmp_path / "a.md"), option, str(output), "--state", str(same))
    assert result.exit_code == 2
    assert "--state and the output are the same file; give the state a name of its own" in result.stderr
    assert not output.exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "wechatlog-state/1", "marks": {"a": 1}}'])
def test_what_is_no_state_is_told(content: str, run: Run, exports: Path, tmp_path: Path) -> None:
    state = tmp_path / "job.state"
    state.write_text(content)
    result = run("convert", str(exports), "-o", str(tmp_path / "o.jsonl"), "--state", str(state))
    assert result.exit_code == 1
    assert f"{state}: this is no state (wechatlog-state/1); remove it to begin anew" in result.stderr
    assert state.read_text() == content


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("convert", "{0}", "-o", "o.jsonl", "--state", "s", "--jobs", "2"), "leave out --stream, --jobs and --index"),
        (("convert", "{0}", "-o", "o.jsonl", "--state", "s", "--index", "i"), "--state reads what is new only"),
        (("convert", "-", "-o", "o.jsonl", "--state", "s"), "of the standard input nobody knows what is new"),
        (("merge", "{0}", "-o", "o.jsonl", "--state", "s"), "--state goes with --into"),
    ],
)
def test_what_does_not_go_together(arguments: tuple[str, ...], sentence: str, run: Run, exports: Path) -> None:
    result = run(*(argument.format(exports) for argument in arguments))
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())


def test_processes_and_an_index_give_the_same(run: Run, exports: Path, tmp_path: Path) -> None:
    outputs = []
    for number, more in enumerate(
        ((), ("--jobs", "2"), ("--index", str(tmp_path / "i")), ("--index", str(tmp_path / "i")))
    ):
        out = tmp_path / f"{number}.jsonl"
        assert run("convert", str(exports), "-o", str(out), *more).exit_code == 0
        outputs.append(out.read_bytes())
    assert len(set(outputs)) == 1
