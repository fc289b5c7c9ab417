"""Nothing that a chat holds is obeyed by a terminal, whatever command shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Conversation, Message, Participant
from wechatlog.registry import find_writer
from wechatlog.writers.base import is_folder_writer

from .conftest import OnTerminal, Run, run_on_terminal

LIVE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\x85\x7f\x00\u200f"
_OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]")
_OWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours, and what the progress bar does
WRITERS = [
    info.name
    for info in wechatlog.formats()
    if info.role == "writer" and not find_writer(info.name).binary and not is_folder_writer(find_writer(info.name))
]
COMMANDS = [
    ["show"],
    ["info"],
    ["info", "--json"],
    ["stats"],
    ["stats", "--json"],
    ["search", "owned"],
    ["search", "--json", "owned"],
    ["people"],
    ["people", "--json"],
    ["check", "--all"],
    ["check", "--json"],
    ["merge", "--to", "jsonl", "-o", "-"],
    ["merge", "--to", "text", "-o", "-"],
    ["report", "-o", "-"],
]


_ALL = """
import json, sys
from wechatlog.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.stdout.flush()
    code = main(arguments)
    print(f"[the end: {code}]", flush=True)
"""
"""Runs commands one after another, as a shell would."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "a.jsonl"
    message = Message(text=f"早{LIVE}", sender=f"李四{LIVE}", sender_id=f"wxid{LIVE}", id=f"1{LIVE}", is_self=False)
    answer = Message(text=f"早{LIVE}", sender="张三", is_self=True)
    people = [Participant(name=f"王五{LIVE}", aliases=[f"别名{LIVE}"])]
    wechatlog.dump(
        Conversation([message, answer], title=f"群{LIVE}", participants=people, metadata={"exporter": LIVE}), path
    )
    return path


@pytest.fixture(scope="module")
def shown(hostile: Path) -> dict[tuple[str, ...], str]:
    """What each command shows on a terminal; all of them in one process."""
    commands = [*(["convert", "--to", form] for form in WRITERS), *COMMANDS]
    arguments = json.dumps([[*command, str(hostile)] for command in commands])
    sections = run_on_terminal(hostile.parent, arguments, start=("-c", _ALL)).split("[the end: ")
    assert len(sections) == len(commands) + 1
    codes = [int(section.partition("]")[0]) for section in sections[1:]]
    assert codes == [int(command[0] == "check") for command in commands]  # which finds something
    return {tuple(command): section for command, section in zip(commands, sections, strict=False)}


def check(shown: str) -> None:
    left = _OWN.sub("", shown)
    assert "\x1b" not in left
    assert not _OBEYED.search(left), ascii(left)
    assert "[2J" not in "".join(_OWN.findall(shown))


@pytest.mark.parametrize("form", WRITERS)
def test_every_form_is_harmless_on_a_terminal(shown: dict[tuple[str, ...], str], form: str) -> None:
    check(shown["convert", "--to", form])
    assert "owned" in shown["convert", "--to", form]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_is_harmless_on_a_terminal(shown: dict[tuple[str, ...], str], command: list[str]) -> None:
    check(shown[tuple(command)])
    assert "owned" in shown[tuple(command)]


def test_json_says_the_same_with_escapes(run: Run, hostile: Path) -> None:
    output = run("search", "--json", "owned", hostile).stdout
    check(output)
    assert json.loads(output.split("\n")[0])["message"]["text"] == f"早{LIVE}"


def test_a_pipe_gets_every_character(run: Run, hostile: Path) -> None:
    assert LIVE in run("convert", hostile, "--to", "text").stdout


def test_names_stay_whole_on_a_narrow_terminal(on_terminal: OnTerminal, tmp_path: Path) -> None:
    for name in ("周末修车小组的朋友们", "Anna Example-Surname"):
        wechatlog.dump(wechatlog.Conversation([wechatlog.Message(text="x")], title=name), tmp_path / f"{name}.jsonl")
    lines = [line.rstrip() for line in on_terminal("info", str(tmp_path)).replace("\r", "").split("\n")]
    assert lines[:6] == [
        "Anna Example-Surname",
        "  Anna Example-Surname.jsonl  jsonl  messages 1  people 0",
        "  notes 0",
        "周末修车小组的朋友们",
        "  周末修车小组的朋友们.jsonl  jsonl  messages 1  people 0",
        "  notes 0",
    ]
