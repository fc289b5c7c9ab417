"""`wechatlog search`."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from wechatlog.cli import search as module

from .conftest import Process, Run


def chat(path: Path, *texts: str, title: str | None = None, sender: str = "李四") -> Path:
    messages = [
        wechatlog.Message(sender=sender, text=text, time=dt.datetime(2026, 5, 1, 9, number), precision="second")
        for number, text in enumerate(texts)
    ]
    path.parent.mkdir(exist_ok=True)
    wechatlog.dump(wechatlog.Conversation(messages, title=title), path)
    return path


def rows(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.removesuffix("\n").split("\n")]


def test_hits_under_a_heading(example: Path, run: Run) -> None:
    result = run("search", "扳手", example)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"2026-05-01-WeChat · {example}\n    3: 2026-05-01 08:05:02 Mia Lin: 我带打气筒，谁有内六角扳手？\n"
    )


def test_nothing_found(example: Path, run: Run) -> None:
    result = run("search", "没有这个", example)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "wechatlog: nothing found\n")
    result = run("search", "-q", "没有这个", example)
    assert (result.exit_code, result.output) == (1, "")


def test_smart_case(example: Path, run: Run) -> None:
    assert run("search", "mia", example).exit_code == 0
    assert run("search", "MIA", example).exit_code == 1
    assert run("search", "-i", "MIA", example).exit_code == 0
    assert run("search", "-s", "mia", example).exit_code == 1


def test_regular_expression(example: Path, run: Run) -> None:
    result = run("search", "-e", r"\[[强玫]", example)
    assert [line[:6] for line in result.stdout.split("\n")[1:-1]] == ["    9:", "   12:"]
    assert run("search", r"\[[强玫]", example).exit_code == 1


def test_context(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "一", "二 x", "三", "四", "五", "六", "七 x")
    result = run("search", "x", "a.jsonl", "-C", "1")
    assert result.stdout == (
        "a.jsonl\n"
        "    1- 2026-05-01 09:00:00 李四: 一\n"
        "    2: 2026-05-01 09:01:00 李四: 二 x\n"
        "    3- 2026-05-01 09:02:00 李四: 三\n"
        "  --\n"
        "    6- 2026-05-01 09:05:00 李四: 六\n"
        "    7: 2026-05-01 09:06:00 李四: 七 x\n"
    )
    assert [line[:6] for line in run("search", "x", "a.jsonl", "-A", "1").stdout.split("\n")[1:-1]] == [
        "    2:", "    3-", "  --", "    7:"]  # fmt: skip
    assert [line[:6] for line in run("search", "x", "a.jsonl", "-C1", "-B", "2", "-A0").stdout.split("\n")[1:-1]] == [
        "    1-", "    2:", "  --", "    5-", "    6-", "    7:"]  # fmt: skip


def test_filters_choose_hits_and_not_what_is_around_them(example: Path, run: Run) -> None:
    result = run("search", "-e", ".", example, "--sender", "Mia Lin", "--until", "2026-05-01T08:06", "-C", "1")
    assert [line[:6] for line in result.stdout.split("\n")[1:-1]] == ["    2-", "    3:", "    4-"]
    assert run("search", "早", example, "--since", "2026-05-01T12:00").exit_code == 1
    assert run("search", "早", example, "--kind", "image").exit_code == 1


def test_limit_ends_with_what_follows_the_last_hit(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "x1", "x2", "x3", "x4")
    chat(tmp_path / "b.jsonl", "x5")
    result = run("search", "x", "a.jsonl", "b.jsonl", "--limit", "2")
    assert [line[:6] for line in result.stdout.split("\n")[1:-1]] == ["    1:", "    2:"]
    result = run("search", "x", "a.jsonl", "b.jsonl", "--limit", "2", "-A", "1")
    assert [line[:6] for line in result.stdout.split("\n")[1:-1]] == ["    1:", "    2:", "    3-"]


def test_several_files_folders_and_zips(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "in" / "a.jsonl", "x", title="甲")
    chat(tmp_path / "in" / "b.jsonl", "y", title="乙")
    with zipfile.ZipFile(tmp_path / "in" / "c.zip", "w") as archive:
        for name in ("d.jsonl", "e.jsonl"):
            archive.write(chat(tmp_path / name, "x", title=name), name)
    result = run("search", "x", "in")
    headings = [line for line in result.stdout.split("\n") if " · " in line]
    assert headings == ["甲 · in/a.jsonl", "d.jsonl · in/c.zip · d.jsonl", "e.jsonl · in/c.zip · e.jsonl"]
    assert result.stdout.split("\n")[2:4] == ["", "d.jsonl · in/c.zip · d.jsonl"]


def test_chats_of_one_file_that_alternate(run: Run, tmp_path: Path) -> None:
    chats = [wechatlog.Conversation([wechatlog.Message(text="x")], title=title) for title in ("甲", "乙")]
    wechatlog.dump(chats, tmp_path / "a.jsonl")
    result = run("search", "x", "a.jsonl")
    assert result.stdout == "甲 · a.jsonl\n    1: * x\n\n乙 · a.jsonl\n    1: * x\n"


def test_standard_input(example: Path, run: Run) -> None:
    result = run("search", "扳手", "-", input=example.read_bytes())
    assert result.stdout.startswith("2026-05-01-WeChat · stdin\n    3: ")


def test_count(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "x", "y", "x x", title="甲")
    chat(tmp_path / "b.jsonl", "y")
    assert run("search", "-c", "x", "a.jsonl", "b.jsonl").stdout == "      2  甲 · a.jsonl\n"
    assert run("search", "--count", "-e", "x|y", "a.jsonl", "b.jsonl", "-C", "3").stdout == (
        "      3  甲 · a.jsonl\n      1  b · b.jsonl\n      4  in 2 conversations\n"
    )
    result = run("search", "-c", "x", "a.jsonl", "--json")
    assert rows(result.stdout) == [
        {"conversation": "甲", "conversation_id": None, "path": "a.jsonl", "source": "a.jsonl", "count": 2}
    ]
    assert run("search", "-c", "z", "a.jsonl").exit_code == 1


def test_files_with_matches(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        chat(tmp_path / f"{name}.jsonl", "x" if name != "b" else "y", "x" if name != "b" else "y")
    arguments = ("search", "x", "a.jsonl", "b.jsonl", "c.jsonl", "-l")
    assert run(*arguments).stdout == "a.jsonl\nc.jsonl\n"
    assert run(*arguments, "--limit", "1").stdout == "a.jsonl\n"
    assert rows(run(*arguments, "--json").stdout) == [{"path": "a.jsonl"}, {"path": "c.jsonl"}]


def test_quiet(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "y")
    chat(tmp_path / "b.jsonl", "x")
    assert (run("search", "-q", "x", "a.jsonl", "b.jsonl").output, run("search", "-q", "z", "a.jsonl").output) == (
        "",
        "",
    )
    assert run("search", "-q", "x", "a.jsonl", "b.jsonl").exit_code == 0
    assert run("search", "-q", "z", "a.jsonl", "b.jsonl").exit_code == 1


def test_json(run: Run, tmp_path: Path) -> None:
    message = wechatlog.Message(sender="李四", text="x\ud800 Mia mia", id="12345678901234567890", kind="link")
    other = wechatlog.Message(text="y")
    wechatlog.dump(wechatlog.Conversation([message, other], title="甲", id="1@chatroom"), tmp_path / "a.jsonl")
    result = run("search", "mia", "a.jsonl", "--json", "-A", "1")
    assert b"\\ud800" in result.stdout_bytes
    first, second = rows(result.stdout_bytes.decode())
    assert first.pop("message")["text"] == "x\ud800 Mia mia"
    assert first == {
        "type": "match",
        "conversation": "甲",
        "conversation_id": "1@chatroom",
        "path": "a.jsonl",
        "source": "a.jsonl",
        "number": 1,
        "spans": [[3, 6], [7, 10]],
    }
    assert (second["type"], second["number"], second["spans"]) == ("context", 2, [])
    assert second["message"]["text"] == "y"
    assert "parsed" not in second["message"]


def test_emoji_and_line_ends(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "早[微笑]\n第二行\r\n\r第三行", sender="李\n四")
    result = run("search", "二", "a.jsonl", "--emoji", "unicode")
    assert result.stdout == "a.jsonl\n    1: 2026-05-01 09:00:00 李 四: 早🙂\n    第二行\n\n    第三行\n"


def test_precision_and_notices(run: Run, tmp_path: Path) -> None:
    time = dt.datetime(2026, 5, 1, 9, 30)
    messages = [
        wechatlog.Message(text="x", time=time, precision="day"),
        wechatlog.Message(text="x", time=time, precision="minute", sender="李四", kind="link"),
        wechatlog.Message(text="x"),
    ]
    wechatlog.dump(wechatlog.Conversation(messages), tmp_path / "a.jsonl")
    assert run("search", "x", "a.jsonl").stdout.split("\n")[1:-1] == [
        "    1: 2026-05-01 * x",
        "    2: 2026-05-01 09:30 李四: [link] x",
        "    3: * x",
    ]


def test_long_texts_are_cut_around_the_hits(run: Run, tmp_path: Path) -> None:
    text = "a" * 1000 + "x" + "b" * 1000 + "x" + "c" * 50 + "x" + "d" * 1000
    chat(tmp_path / "a.jsonl", text, "e" * 1000)
    first, second = run("search", "x", "a.jsonl", "-A", "1").stdout.split("\n")[1:-1]
    assert first.endswith(f": … {'a' * 60}x{'b' * 60} … {'b' * 60}x{'c' * 50}x{'d' * 60} …")
    assert second.endswith(f": {'e' * 400} …")
    chat(tmp_path / "b.jsonl", "x" * 100_000)
    (line,) = run("search", "-e", "x+", "b.jsonl").stdout.split("\n")[1:-1]
    assert line.endswith(f": {'x' * 400} …")
    (line,) = run("search", "x", "b.jsonl").stdout.split("\n")[1:-1]
    assert len(line) < 600


def test_a_hostile_chat_cannot_drive_the_terminal(run: Run, tmp_path: Path) -> None:
    evil = "\x1b[31m\u202e\x07\x9b\r\n"
    found = wechatlog.Conversation(
        [wechatlog.Message(sender=evil, text=f"{evil}x{evil}")], title=evil, origin=wechatlog.Origin(evil)
    )
    wechatlog.dump(found, tmp_path / "in.jsonl")
    for how in ([], ["-c"], ["-l"], ["-C", "1"]):
        output = run("search", "x", "in.jsonl", *how).output
        assert output
        assert not set(output) & set("\x1b\u202e\x07\x9b\r")
    coloured = run("search", "x", "in.jsonl", "--color", "always").stdout
    assert "\x1b[1;31mx\x1b[0m" in coloured
    assert not set(coloured) & set("\u202e\x07\x9b\r")


def test_colours(example: Path, run: Run) -> None:
    assert "内六角\x1b[1;31m扳手\x1b[0m？" in run("search", "扳手", example, "--color", "always").stdout
    assert "\x1b" not in run("search", "扳手", example).stdout


# --- what goes wrong ends with 2 -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["", "FILE"], "Error: the pattern is empty"),
        (["-e", "早(上", "FILE"], "Error: PATTERN:4: missing )\n    早(上\n    \u3000 \u3000^"),
        (["-e", "a{2,1}", "FILE"], "Error: PATTERN:3: min repeat greater than max repeat\n    a{2,1}\n      ^"),
        (["x"], "Missing argument 'IN...'"),
        (["x", "FILE", "--since", "soon"], "'soon' is no date"),
        (["x", "FILE", "-C", "-1"], "-1 is not in the range x>=0"),
        (["x", "FILE", "--timeout", "0"], "0.0 is not in the range 0"),
        (["x", "FILE", "-O", "onwer=x"], "no such option 'onwer'; did you mean owner?"),
    ],
)
def test_wrong_usage(example: Path, run: Run, arguments: list[str], message: str) -> None:
    result = run("search", *[example if argument == "FILE" else argument for argument in arguments])
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Try 'wechatlog search --help' for help." in result.stderr


def test_missing_files(example: Path, run: Run) -> None:
    result = run("search", "x", "gone.md")
    assert (result.exit_code, result.stderr) == (2, "wechatlog: gone.md: No such file or directory\n")
    result = run("search", example, "扳手")
    assert result.exit_code == 2
    assert result.stderr == (
        "wechatlog: 扳手: No such file or directory\n  the pattern comes first: wechatlog search PATTERN IN...\n"
    )


def test_files_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    chat(tmp_path / "a.jsonl", "x")
    (tmp_path / "empty.md").touch()
    result = run("search", "x", "empty.md", "a.jsonl")
    assert (result.exit_code, result.stderr) == (2, "wechatlog: empty.md: the file is empty\n")
    assert result.stdout.startswith("a · a.jsonl\n")
    assert run("search", "-q", "x", "empty.md", "a.jsonl").exit_code == 0
    assert run("search", "-q", "y", "empty.md", "a.jsonl").exit_code == 2
    result = run("search", "x", "empty.md")
    assert (result.exit_code, result.output) == (2, "wechatlog: empty.md: the file is empty\n")


def test_folders(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("hello")
    result = run("search", "x", "in")
    assert result.exit_code == 2
    assert result.stderr.startswith("wechatlog: no chats found\n  notes.txt: ")
    chat(tmp_path / "in" / "a.jsonl", "x")
    result = run("search", "x", "in")
    assert (result.exit_code, result.stderr) == (0, "wechatlog: skipped 1 file without a chat: notes.txt\n")
    wechatlog.dump(wechatlog.Conversation(), tmp_path / "empty.jsonl")
    result = run("search", "x", "empty.jsonl")
    assert (result.exit_code, result.stderr) == (1, "wechatlog: nothing found\n")


def test_strict(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.markdown"
    path.write_text("---\ntitle: a\ndate: 2026-05-01\n---\n> 09:00:00  李四  \n   \nwxid_abc:  \n   \n", "utf-8")
    assert run("search", "z", path).exit_code == 1
    result = run("search", "z", path, "--strict")
    assert result.exit_code == 2
    assert "only the account id is left of this message" in result.stderr


def test_a_zone_where_the_times_have_none(example: Path, run: Run) -> None:
    result = run("search", "扳手", example, "--since", "2026-05-01T00:00Z")
    assert result.exit_code == 2
    assert result.stderr == "wechatlog: the times have no zone; give one without a zone, or name theirs with --tz\n"
    assert run("search", "扳手", example, "--since", "2026-05-01T00:00Z", "--tz", "+08:00").exit_code == 0


def test_what_stands_apart_from_the_text(run: Run, tmp_path: Path) -> None:
    inside = (wechatlog.Message(sender="何雁", text="桐油要刷两遍"), wechatlog.Message(sender="温杉", text="好"))
    forward = wechatlog.Forward("记录", inside, raw="[聊天记录]")
    quote = wechatlog.Quote("何雁", "桐油呢")
    messages = [
        wechatlog.Message(sender="顾桐", kind="forward", text="[聊天记录]", segments=[forward]),
        wechatlog.Message(sender="温杉", kind="quote", text="桐油有", segments=[quote, wechatlog.Text("桐油有")]),
    ]
    wechatlog.dump(wechatlog.Conversation(messages, title="甲"), tmp_path / "a.jsonl")
    assert run("search", "桐油", "a.jsonl").stdout == (
        "甲 · a.jsonl\n    1: 顾桐: [forward] [聊天记录]\n    > 何雁: 桐油要刷两遍\n"
        "    2: 温杉: 桐油有\n    > 何雁: 桐油呢\n"
    )
    first, second = rows(run("search", "桐油", "a.jsonl", "--json").stdout)
    assert first["spans"] == []
    assert first["apart"] == [{"sender": "何雁", "text": "桐油要刷两遍", "spans": [[0, 2]]}]
    assert second["spans"] == [[0, 2]]


def test_other_ways_of_writing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat(tmp_path / "a.jsonl", "ＡＢＣ[Smile]")
    assert run("search", "abc🙂", "a.jsonl").exit_code == 0
    assert run("search", "--exact", "abc🙂", "a.jsonl").exit_code == 1
    monkeypatch.setattr("wechatlog.cli.search.knows_variants", lambda: False)
    told = "wechatlog: simplified and traditional characters are told apart; pip install 'wechatlog[chinese]' finds either\n"
    assert run("search", "圖書", "a.jsonl").stderr == f"wechatlog: nothing found\n{told}"
    for arguments in (["-e", "圖書"], ["-x", "圖書"], ["-q", "圖書"], ["books"], ["abc"]):
        assert told not in run("search", *arguments, "a.jsonl").stderr


def test_a_catastrophic_pattern(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat(tmp_path / "a.jsonl", "x" * 5000)
    result = run("search", "-e", "(x+x+)+y", "a.jsonl", "--timeout", "0.1")
    assert result.exit_code == 2
    assert result.stderr == (
        "wechatlog: the pattern '(x+x+)+y' takes over 0.1 s for one message of a.jsonl; "
        "write it in another way, or allow more with --timeout\n"
    )
    monkeypatch.setattr("wechatlog.content.patterns._SLOW", 0.0)
    monkeypatch.setattr("wechatlog.content.patterns._PATIENCE", 0)
    result = run("search", "-e", "x", "a.jsonl")
    assert "the pattern 'x' takes over 0 s for messages together; write it" in result.stderr


def test_a_full_disk(example: Path, process: Process) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with Path("/dev/full").open("w") as full:
        result = process("search", "-e", ".", example, stdout=full)
    assert "Traceback" not in result.stderr
    assert result.stderr.endswith("wechatlog: standard output: No space left on device\n")
    assert result.returncode in (1, 2)  # the first where the end of the program finds out


# --- large files -----------------------------------------------------------------------------------


def test_a_file_is_not_held(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.decoding.BLOCK_SIZE", 1 << 14)
    path = tmp_path / "a.jsonl"
    messages = [wechatlog.Message(sender="李四", text="好" * 300)] * 4_000
    wechatlog.dump(wechatlog.Conversation(messages), path)
    del messages
    run("search", "x", "a.jsonl", "--limit", "1")
    tracemalloc.start()
    assert run("search", "坏", "a.jsonl", "-C", "3").exit_code == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000  # of 10 MB


def test_names_of_files_are_found_without_reading_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wechatlog.dump(wechatlog.Conversation([wechatlog.Message(text="x")] * 20_000), tmp_path / "a.jsonl")
    seen = 0

    class Counting(module.Window):  # type: ignore[name-defined, misc]
        def feed(self, *arguments: Any) -> Any:
            nonlocal seen
            seen += 1
            return super().feed(*arguments)

    monkeypatch.setattr("wechatlog.cli.search.Window", Counting)
    assert run("search", "-l", "x", "a.jsonl").stdout == "a.jsonl\n"
    assert seen == 1
