"""`wechatlog show`."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

import wechatlog
from wechatlog.cli.messages import harmless
from wechatlog.cli.rendering import Look, iter_lines

from .conftest import Run


def bodies(output: str) -> list[str]:
    return [line for line in output.split("\n") if line[:2].isdecimal() and line[2:3] == ":"]


def test_example(example: Path, run: Run) -> None:
    result = run("show", example)
    assert result.exit_code == 0
    lines = result.stdout.split("\n")
    assert lines[:3] == [
        "2026-05-01-WeChat · 25 messages · 6 people · 2026-05-01 08:02 to 21:47",
        "",
        "── 2026-05-01 Friday ──",
    ]
    assert "08:07:20 我       [link] 社区修车日清单 https://bikes.example/list?year=2026&lang=zh" in lines
    assert "08:40:30 Mia Lin  [image] https://img.example/20260501_084030.png" in lines
    assert "11:40:00 我       [red packet] 微信红包" in lines
    index = lines.index("08:09:33 陈小禾   「我：社区修车日清单」")
    assert lines[index + 1] == "                  收到，补胎片还差两盒"
    assert "\x1b" not in result.stdout


def test_emoji_as_unicode(example: Path, run: Run) -> None:
    assert "老周     早[微笑]" in run("show", example).stdout
    assert "老周     早🙂" in run("show", example, "--emoji", "unicode").stdout


def test_what_is_searched_is_highlighted_however_it_is_written(run: Run, tmp_path: Path) -> None:
    quote = wechatlog.Quote("张三", "ＡＢＣ呢")
    message = wechatlog.Message(sender="李四", text="abc[Smile]", segments=[quote, wechatlog.Text("abc[Smile]")])
    wechatlog.dump(wechatlog.Conversation([message]), tmp_path / "a.jsonl")
    shown = run("show", "a.jsonl", "--search", "abc", "--color", "always").stdout
    assert shown.count("\x1b[7m") + shown.count(";7m") == 2
    assert run("show", "a.jsonl", "--search", "🙂").stdout.count("abc[Smile]") == 1


def test_no_place_on_a_disk_is_shown(run: Run, tmp_path: Path) -> None:
    texts = [
        f"看 ![图]({place}a.png)" for place in ("~/wanghua/", "/home/wanghua/", "C:\\wanghua\\", "file:///wanghua/")
    ]
    messages = [wechatlog.Message(sender="李四", text=text) for text in texts]
    wechatlog.dump(wechatlog.Conversation(messages), tmp_path / "a.jsonl")
    shown = run("show", "a.jsonl").stdout
    assert "wanghua" not in shown
    assert shown.count("看 a.png") == 4


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (["--since", "2026-05-01T11:00", "--until", "2026-05-01 11:40:00"], 2),
        (["--until", "2026-04-30"], 0),
        (["--since", "2026-05-01", "--until", "2026-05-01"], 25),
        (["--sender", "我", "--sender", "Mia Lin"], 9),
        (["--kind", "image", "--kind", "link"], 3),
        (["--search", "MIA"], 1),
        (["--limit", "3"], 3),
        (["--tail", "4", "--kind", "text"], 4),
    ],
)
def test_filters(example: Path, run: Run, filters: list[str], number: int) -> None:
    result = run("show", example, *filters)
    assert result.exit_code == 0
    assert len(bodies(result.stdout)) == number
    assert result.stderr == ("" if number else "wechatlog: no message fits, in 1 conversation\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "tomorrow"], "'--since': 'tomorrow' is no date (2026-05-01) and no time (2026-05-01T09:30)"),
        (["--until", "9999-13-31"], "'9999-13-31' is no date"),
        (["--kind", "txet"], "'txet' is not one of 'text', 'image'"),
        (["--limit", "0"], "0 is not in the range x>=1"),
    ],
)
def test_wrong_filters(example: Path, run: Run, arguments: list[str], message: str) -> None:
    result = run("show", example, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_zone_in_a_filter_needs_a_zone(example: Path, run: Run) -> None:
    result = run("show", example, "--since", "2026-05-01T09:00+08:00")
    assert result.exit_code == 1
    assert result.stderr == ("wechatlog: the times have no zone; give one without a zone, or name theirs with --tz\n")
    assert run("show", example, "--since", "2026-05-01T01:00Z", "--tz", "+08:00", "--limit", "1").exit_code == 0


def test_several_chats_follow_each_other(example: Path, run: Run) -> None:
    result = run("show", example, "-", "--limit", "1", input=example.read_bytes())
    assert result.exit_code == 0
    assert len(bodies(result.stdout)) == 2


def test_chats_of_one_title_are_told_apart_by_their_files(run: Run, tmp_path: Path) -> None:
    for name, title in (("a/李四", "李四"), ("a/三", "李四"), ("b/三", None)):
        (tmp_path / "in" / name[0]).mkdir(parents=True, exist_ok=True)
        chat = wechatlog.Conversation([wechatlog.Message(sender="我", text="好")], title=title)
        wechatlog.dump(chat, tmp_path / "in" / f"{name}.jsonl")
    headings = [line.split(" · ")[:2] for line in run("show", "in").stdout.split("\n") if " · " in line]
    assert headings == [["李四", "a/三.jsonl"], ["李四", "a/李四.jsonl"], ["b/三", "1 message"]]
    assert run("check", "in").stdout == (
        "李四 · a/三.jsonl: 1 message, nothing found\n"
        "李四 · a/李四.jsonl: 1 message, nothing found\n"
        "b/三: 1 message, nothing found\n"
        "3 conversations, 0 with findings\n"
    )


def test_what_could_not_be_read_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"weflow": {}, "session": {"wxid": ', encoding="utf-8")
    for command in (("show",), ("view", "--no-open", "-o", "a.html")):
        result = run(*command, "a.json")
        assert result.exit_code == 1
        assert "wechatlog: not all of it could be read:\n     1 error   broken-json at a.json:1\n" in result.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;x\x07", "␛]0;x␇"),
        ("\x9b31m\x7f", "<U+009B>31m␡"),
        ("a\u202egnp.exe\u2066", "a<U+202E>gnp.exe<U+2066>"),
        ("a\r\nb\rc\td\0", "a\nb\nc    d␀"),
        ("x\u2028y\u200e\ud800", "x<U+2028>y<U+200E>\ufffd"),
        ("👩\u200d👧 ❤\ufe0f @李四\u2005好", "👩\u200d👧 ❤\ufe0f @李四\u2005好"),
    ],
)
def test_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_hostile_chat_cannot_drive_the_terminal(run: Run, tmp_path: Path) -> None:
    evil = "\x1b[31m\u202e\x07\x9b\r\n"
    chat = wechatlog.Conversation(
        [
            wechatlog.Message(sender=evil, text=evil),
            wechatlog.Message(text=f"![{evil}](http://x.example/{evil})", kind="image"),
        ],
        title=evil,
        owner=evil,
        metadata={evil: evil},
        origin=wechatlog.Origin(evil),
        diagnostics=[wechatlog.Diagnostic(evil, evil, source=evil)],
    )
    wechatlog.dump(chat, tmp_path / "in.jsonl")
    for arguments in (["show", "in.jsonl"], ["info", "in.jsonl"], ["info", "in.jsonl", "in.jsonl"]):
        result = run(*arguments)
        assert result.exit_code == 0
        assert not set(result.output) & set("\x1b\u202e\x07\x9b\r")
    result = run("convert", "in.jsonl", "-o", "out.jsonl")
    assert not set(result.output) & set("\x1b\u202e\x07\x9b\r")
    coloured = run("show", "in.jsonl", "--color", "always").stdout
    assert not set(coloured) & set("\u202e\x07\x9b\r")
    assert "\x1b[31m\u202e" not in coloured


def test_colours_only_when_wanted(example: Path, run: Run) -> None:
    coloured = run("show", example, "--color", "always").stdout
    assert coloured.startswith("\x1b[1m2026-05-01-WeChat\x1b[0m")
    assert "\x1b" not in run("show", example, "--color", "never").stdout


def test_wide_characters_are_aligned_and_wrapped() -> None:
    messages = [
        wechatlog.Message(sender="李四", text="字" * 60),
        wechatlog.Message(sender="Bob", text="a word " * 20),
        wechatlog.Message(sender="名字很长很长很长很长很长很长", text="x"),
        wechatlog.Message(text="notice", kind="system"),
    ]
    lines = [line.plain for line in iter_lines(wechatlog.Conversation(messages), Look(width=60))][1:]
    assert all(cell_len(line) <= 60 for line in lines)
    starts = {cell_len(line) - cell_len(line.lstrip()) for line in lines if line.startswith(" " * 20)}
    assert starts == {31}
    assert "".join(lines).count("字") == 60 + 1
    assert "名字很长很长很长很…" in "".join(lines)


def test_a_narrow_terminal_still_shows_everything() -> None:
    chat = wechatlog.Conversation([wechatlog.Message(sender="a" * 30, text="字" * 60)])
    lines = [line.plain for line in iter_lines(chat, Look(width=20))]
    assert "".join(lines).count("字") == 60


def test_bodies_without_text() -> None:
    chat = wechatlog.Conversation([wechatlog.Message(sender="a"), wechatlog.Message(sender="a", kind="call")])
    lines = [line.plain for line in iter_lines(chat, Look())]
    assert [line.split("  ")[-1].strip() for line in lines[1:]] == ["(empty)", "[call]"]
