"""`wechatlog stats`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

import wechatlog
from wechatlog.cli import stats as stats_module
from wechatlog.cli.charts import ASCII, bars, columns, fit, heat_map
from wechatlog.cli.stats_lines import Page, iter_lines
from wechatlog.operations import statistics
from wechatlog.operations.statistics import tally

from .conftest import Process, Run

START = dt.datetime(2026, 5, 1, 9)


def talk(count: int = 40, people: str = "甲乙丙", **fields: Any) -> wechatlog.Conversation:
    return wechatlog.Conversation(
        [
            wechatlog.Message(START + dt.timedelta(minutes=at * 61), "second", people[at % len(people)], text="好[强]")
            for at in range(count)
        ],
        **fields,
    )


def section(output: str, heading: str) -> list[str]:
    return output.split(f"\n\n{heading}\n")[1].split("\n\n")[0].removesuffix("\n").split("\n")


def test_example(example: Path, run: Run) -> None:
    result = run("stats", example, env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert result.stdout.split("\n")[:6] == [
        "2026-05-01-WeChat",
        "  25 messages · 6 people · 351 characters",
        "  2026-05-01 08:02 to 21:47",
        "  longest silence 9 h 41 min, from 2026-05-01 12:06",
        "  3 sessions with pauses up to 1 h",
        "  19 answers after 1 min 29 s (median); half of them between 39 s and 13 min 17 s",
    ]
    assert section(result.stdout, "Hours")[5] == "  Fri  · · · · · · · · ██▒▒· ▒▒░░· · · · · · · · ░░· ·"
    assert section(result.stdout, "Senders")[-1].split() == [
        "小满", *section(result.stdout, "Senders")[-1].split()[1:2], "3", "12%", "answers", "in", "13", "min", "17", "s",
        "1", "day", "34", "chars",
    ]  # fmt: skip
    assert section(result.stdout, "Kinds")[-1].split()[:2] == ["red", "packet"]
    assert section(result.stdout, "Emoji")[0].startswith("  [强] 👍    █")
    assert section(result.stdout, "Replies")[0].startswith("  陈小禾 → 我")
    assert section(result.stdout, "Links")[0].startswith("  bikes.example  ")
    assert "\n\nDays\n" not in result.stdout  # of a single day there is nothing to draw
    assert "\x1b" not in result.stdout
    assert all(line == line.rstrip() for line in result.stdout.split("\n"))
    assert result.stderr == ""


def test_top_and_fast(example: Path, run: Run) -> None:
    output = run("stats", example, "--top", "2", "--fast").stdout
    assert [line.split()[0] for line in section(output, "Senders")] == ["陈小禾", "老周", "and"]
    assert section(output, "Senders")[-1] == "  and 4 more"
    assert not any(f"\n\n{heading}\n" in output for heading in ("Emoji", "Mentions", "Links"))
    assert "\n\nReplies\n" in output


def test_json(example: Path, run: Run) -> None:
    result = run("stats", example, "--json", "--top", "1")
    value = json.loads(result.stdout)
    assert list(value) == ["statistics", "failed", "skipped"]
    (report,) = value["statistics"]
    assert (report["title"], report["source"], report["conversations"]) == ("2026-05-01-WeChat", example.name, 1)
    assert report["summary"]["messages"] == 25
    assert report["summary"]["first"] == "2026-05-01T08:02:11"
    assert report["days"] == [{"day": "2026-05-01", "messages": 25}]
    assert [len(report[name]) for name in ("senders", "emoji", "mentions", "hours")] == [1, 1, 1, 168]
    assert len(json.loads(run("stats", example, "--json").stdout)["statistics"][0]["senders"]) == 6


def test_together_or_each(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(talk(title="一群"), tmp_path / "a.jsonl")
    wechatlog.dump(talk(10, "丁", title="二群"), tmp_path / "b.jsonl")
    together = run("stats", "a.jsonl", "b.jsonl").stdout
    assert together.startswith("2 conversations\n  50 messages · 4 people · 200 characters\n")
    each = run("stats", "a.jsonl", "b.jsonl", "--by", "conversation").stdout
    assert each.startswith("一群 · a.jsonl\n  40 messages · 3 people")
    assert "\n\n二群 · b.jsonl\n  10 messages · 1 person · " in each
    reports = json.loads(run("stats", ".", "--json", "--by", "conversation").stdout)["statistics"]
    assert [(report["title"], report["summary"]["messages"]) for report in reports] == [("一群", 40), ("二群", 10)]
    (report,) = json.loads(run("stats", ".", "--json").stdout)["statistics"]
    assert (report["title"], report["id"], report["source"], report["conversations"]) == (None, None, None, 2)


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (["--since", "2026-05-01T11:00", "--until", "2026-05-01 11:40:00"], 2),
        (["--sender", "我", "--sender", "Mia Lin"], 9),
        (["--kind", "image", "--kind", "link"], 3),
        (["--until", "2026-04-30"], 0),
    ],
)
@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_filters(example: Path, run: Run, filters: list[str], number: int, stream: str) -> None:
    result = run("stats", example, *filters, stream, "--json")
    assert json.loads(result.stdout)["statistics"][0]["summary"]["messages"] == number
    result = run("stats", example, *filters, stream)
    assert result.exit_code == 0
    assert result.stderr == ("" if number else "wechatlog: no message fits, in 1 conversation\n")
    assert bool(result.stdout) == bool(number)


def test_conversations_without_a_message_that_fits_are_left_out(run: Run, tmp_path: Path) -> None:
    for name, people in (("a", "甲"), ("b", "乙"), ("c", "甲")):
        wechatlog.dump(talk(5, people, title=name), tmp_path / f"{name}.jsonl")
    output = run("stats", ".", "--by", "conversation", "--sender", "甲").stdout
    assert [line for line in output.split("\n") if len(line) == 1] == ["a", "c"]
    assert output[0] == "a"


def test_daily_files_are_one_chat(run: Run, tmp_path: Path) -> None:
    writing = (
        ("张三", "李四", "王五"),
        ("王五", "赵六", "钱七", "孙八"),
        ("张三", "李四"),
    )  # the last two have nobody in common
    for day, names in enumerate(writing):
        midnight = dt.datetime(2026, 5, 1 + day)
        times = [midnight + dt.timedelta(minutes=at) for at in (10, 20, 1420, 1430)]
        messages = [
            wechatlog.Message(time, "second", names[at % len(names)], text="早") for at, time in enumerate(times)
        ]
        messages += [wechatlog.Message(times[-1], "second", name, text="安") for name in names]
        wechatlog.dump(wechatlog.Conversation(messages, title=f"{midnight:%Y-%m-%d}"), tmp_path / f"{day}.jsonl")
    found = json.loads(run("stats", tmp_path, "--json").stdout)["statistics"][0]
    assert (found["conversations"], found["summary"]["messages"], found["summary"]["sessions"]) == (1, 21, 4)


def test_gap(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(talk(), tmp_path / "a.jsonl")
    assert "40 sessions with pauses up to 1 h\n" in run("stats", "a.jsonl").stdout
    output = run("stats", "a.jsonl", "--gap", "90.5").stdout
    assert "1 session with pauses up to 1 h 30 min\n" in output
    assert "39 answers after 1 h 1 min (median)" in output


@pytest.mark.parametrize(
    "option", [["--gap", "-1"], ["--gap", "1e9"], ["--top", "0"], ["--by", "day"], ["--kind", "x"]]
)
def test_wrong_options(example: Path, run: Run, option: list[str]) -> None:
    assert run("stats", example, *option).exit_code == 2


def test_streaming_counts_the_same(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wechatlog.dump(talk(title="一群"), tmp_path / "a.jsonl")
    whole = run("stats", "a.jsonl", "--no-stream").stdout
    assert run("stats", "a.jsonl", "--stream").stdout == whole
    monkeypatch.setattr("wechatlog.cli.inputs._HUGE", 1)
    monkeypatch.setattr(stats_module, "Archive", None, raising=False)
    assert run("stats", "a.jsonl").stdout == whole
    wechatlog.dump([talk(title="一群"), talk(title="二群")], tmp_path / "b.jsonl")
    assert run("stats", "b.jsonl").stdout.startswith("2 conversations\n")
    result = run("stats", "b.jsonl", "--stream")
    assert result.exit_code == 1
    assert result.stderr == "wechatlog: b.jsonl: holds several conversations; leave out --stream\n"
    result = run("stats", ".", "--stream")
    assert result.exit_code == 2
    assert "--stream takes one file" in result.stderr


def test_wrong_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "prose.txt").write_text("no chat\n" * 9, encoding="utf-8")
    for name, reason in (("empty.txt", "the file is empty"), ("prose.txt", ""), ("no.txt", "No such file")):
        for how in ([], ["--json"], ["--by", "conversation"]):
            result = run("stats", name, *how)
            assert result.exit_code == 1, (name, how)
            assert reason in result.stderr or how == ["--json"]
    wechatlog.dump(talk(), tmp_path / "a.jsonl")
    result = run("stats", "a.jsonl", "prose.txt")
    assert result.exit_code == 1
    assert "40 messages" in result.stdout
    assert "prose.txt" in result.stderr


def test_an_empty_conversation(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(wechatlog.Conversation(title="空"), tmp_path / "a.jsonl")
    result = run("stats", "a.jsonl")
    assert (result.exit_code, result.stdout) == (0, "空\n  0 messages · 0 people · 0 characters\n")


def test_a_hostile_chat_cannot_drive_the_terminal(run: Run, tmp_path: Path) -> None:
    evil = "\x1b[31m\u202e\x07\x9b\r\n"
    quote = wechatlog.Quote(evil, "x")
    link = wechatlog.Link(f"http://{evil}.example/")
    chat = wechatlog.Conversation(
        [
            wechatlog.Message(START, "second", evil, text=f"@{evil} ", segments=(wechatlog.Mention(evil), link)),
            wechatlog.Message(START, "second", "甲", kind="quote", segments=(quote,)),
            wechatlog.Message(START, "second", "a" * 5000),
            wechatlog.Message(START, "second", ""),
            wechatlog.Message(START, "second", "[bold]x[/bold]"),
        ],
        title=evil * 50,
    )
    wechatlog.dump(chat, tmp_path / "in.jsonl")
    for how in ([], ["--color", "never"], ["--by", "conversation"]):
        assert not set(run("stats", "in.jsonl", *how).stdout) & set("\x1b\u202e\x07\x9b\r")
    output = run("stats", "in.jsonl", env={"COLUMNS": "70"}).stdout
    assert max(map(cell_len, output.split("\n"))) <= 70
    assert "(no name)" in output
    assert "[bold]x[/bold]" in output
    colored = run("stats", "in.jsonl", "--color", "always").stdout
    assert not set(colored) & set("\u202e\x07\x9b\r")
    assert "\x1b[31m\u202e" not in colored


def test_colours_only_when_wanted(example: Path, run: Run) -> None:
    colored = run("stats", example, "--color", "always").stdout
    assert colored.startswith("\x1b[1m2026-05-01-WeChat\x1b[0m\n")
    assert "\x1b[36m" in colored
    assert "\x1b" not in run("stats", example, "--color", "auto").stdout


def test_an_output_without_blocks(example: Path, process: Process) -> None:
    done = process("stats", example, env={"PYTHONIOENCODING": "ascii", "COLUMNS": "80"})
    assert done.returncode == 0
    assert "##::  ::..                ..\n" in done.stdout
    assert "█" not in done.stdout


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_lines_keep_to_the_width(width: int) -> None:
    names = tuple("名字很长" * 9 + str(number) for number in range(15)) + tuple("abc")
    chat = wechatlog.Conversation(
        [
            wechatlog.Message(
                START + dt.timedelta(hours=at), "second", names[at % len(names)], text=f"@{names[at % 7]}\u2005好[强]"
            )
            for at in range(2000)
        ]
    )
    lines = [line.plain for line in iter_lines("标题" * 100, statistics(chat), 10, Page(width))]
    assert max(cell_len(line) for line in lines[lines.index("") :]) <= width
    assert cell_len(lines[0]) <= width


# --- charts --------------------------------------------------------------------------------------


def test_bars() -> None:
    lines = [line.plain for line in bars([("甲", 16, ("a",)), ("bb", 1, ("",)), ("", 0, ("ccc",))], 30)]
    assert lines == [
        "  甲  ███████████████  16    a",
        "  bb  █                 1     ",
        "                        0  ccc",
    ]
    assert [line.plain.rstrip() for line in bars([("甲", 16, ("a" * 30,))], 30)] == ["  甲  " + "█" * 20 + "  16"]
    assert not list(bars([], 30))


def test_columns() -> None:
    days = {dt.date(2026, 5, 1): 8, dt.date(2026, 5, 2): 1, dt.date(2026, 5, 4): 4}
    assert [line.plain for line in columns(days, 80)] == [
        "  2026-05-01  █▁ ▄  2026-05-04",
        "  a column: 1 day; at most 8",
    ]
    far = {dt.date.min: 1, dt.date.max: 5}
    line, scale = (line.plain for line in columns(far, 80, ASCII))
    assert line == f"  0001-01-01  _{' ' * 48}#  9999-12-31"
    assert scale == "  a column: 73,042 days; at most 5"
    assert not list(columns({}, 80))


def test_heat_map() -> None:
    hours = [[0] * 24 for _ in range(7)]
    hours[0][0], hours[6][23], hours[3][12] = 100, 1, 51
    lines = [line.plain for line in heat_map(hours, 80)]
    assert lines[0] == "       0     3     6     9     12    15    18    21"
    assert lines[1] == "  Mon  ██" + "· " * 23
    assert lines[4].startswith("  Thu  " + "· " * 12 + "▓▓")
    assert lines[7].endswith("░░")
    assert lines[8] == "       · 0  ░ 1 to 25  ▒ 26 to 50  ▓ 51 to 75  █ 76 to 100"
    narrow = [line.plain for line in heat_map(hours, 40)]
    assert narrow[0] == "       0  3  6  9  12 15 18 21"
    assert narrow[1] == "  Mon  █" + "·" * 23
    few = [[0] * 24 for _ in range(7)]
    few[0][0] = 2
    assert list(heat_map(few, 80))[-1].plain.split("  ")[-2:] == ["▒ 1", "█ 2"]


def test_fitting() -> None:
    assert fit("李四四", 5) == "李四…"
    assert fit("a\nb", 5) == "a b  "
    assert fit("a" * 1_000_000, 4, ASCII) == "aaa~"
    assert fit("abc", 5, pad=False) == "abc"


def test_what_is_not_counted_is_told(example: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "LIMIT", 2)
    assert run("stats", example).stdout.endswith(
        "\n\n  some of the rarest emoji, mentions, replies or links were not counted\n"
    )


def test_people_are_counted_once(run: Run, tmp_path: Path) -> None:
    messages = [wechatlog.Message(sender=name, text="早") for name in ("李四", "小李", "张三")]
    wechatlog.dump(wechatlog.Conversation(messages), tmp_path / "a.jsonl")
    people = Path(__file__).parent / "people.toml"
    counted = json.loads(run("stats", "a.jsonl", "--json", "--people", people).stdout)["statistics"][0]["senders"]
    assert [row["messages"] for row in counted] == [2, 1]
    assert len(json.loads(run("stats", "a.jsonl", "--json").stdout)["statistics"][0]["senders"]) == 3


def test_a_caution_where_clocks_show_minutes(example: Path, run: Run, tmp_path: Path) -> None:
    time = dt.datetime(2026, 5, 1, 9)
    messages = [wechatlog.Message(time=time, precision="minute", sender=name, text="早") for name in ("李四", "王五")]
    wechatlog.dump(wechatlog.Conversation(messages), tmp_path / "a.jsonl")
    assert "\n  caution: the times of all messages are not to the second" in run("stats", "a.jsonl").stdout
    assert "caution" not in run("stats", example).stdout


def test_words_where_they_are_asked_for(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("jieba")
    wechatlog.dump(
        wechatlog.Conversation([wechatlog.Message(sender="李四", text="图书馆图书馆")]), tmp_path / "a.jsonl"
    )
    assert "Words\n  图书馆" in run("stats", "a.jsonl", "--words").stdout
    assert "Words" not in run("stats", "a.jsonl").stdout


def test_habits_repeats_and_who_is_there_together(run: Run, tmp_path: Path) -> None:
    def say(day: int, hour: int, minute: int, sender: str, text: str) -> wechatlog.Message:
        return wechatlog.Message(dt.datetime(2026, 5, day, hour, minute), "second", sender, text=text)

    lines = [
        say(1, 2, 30, "夜猫", "还没睡"), say(1, 9, 0, "早鸟", "早"), say(1, 9, 1, "老王", "早"), say(1, 9, 2, "早鸟", "哈哈"),
        say(2, 8, 0, "早鸟", "早"), say(2, 8, 1, "夜猫", "早"), say(2, 22, 0, "老王", "晚安"),
    ]  # fmt: skip
    wechatlog.dump(wechatlog.Conversation(lines), tmp_path / "a.jsonl")
    output = run("stats", "a.jsonl").stdout
    assert "  latest at night 02:30, 夜猫 on 2026-05-01\n" in output
    assert [line.strip() for line in section(output, "Habits")] == [
        "writes between midnight and five  夜猫 1",
        "writes first on a day             早鸟 1, 夜猫 1",
        "writes last on a day              早鸟 1, 老王 1",
        "begins a session                  早鸟 2, 夜猫 1, 老王 1",
        "laughs                            早鸟 1",
        "repeats what somebody wrote       夜猫 1, 老王 1",
    ]
    assert section(output, "Repeated")[0].split()[::2] == ["早", "2"]
    assert {line.split("█")[0].strip() for line in section(output, "In a session together")} == {
        "早鸟 + 老王",
        "早鸟 + 夜猫",
    }
    chinese = run("stats", "a.jsonl", env={"WECHATLOG_LANG": "zh_CN"}).stdout
    assert section(chinese, "习惯")[-1].split() == ["复读别人的话", "夜猫", "1,", "老王", "1"]


def test_one_person_has_no_habits_to_compare(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(talk(5, "甲"), tmp_path / "a.jsonl")
    assert "Habits" not in run("stats", "a.jsonl").stdout
