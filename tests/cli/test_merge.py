"""`wechatlog merge` and `wechatlog people`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import attrs
import pytest

import wechatlog
from tests.operations.test_merge import chat, coarse, texts
from wechatlog import Conversation
from wechatlog.outputs import growing
from wechatlog.outputs.growing import merge_into

from .conftest import Run


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    """An evening as two exports that overlap, of different tools."""
    whole = chat(60)
    paths = [tmp_path / "one.jsonl", tmp_path / "two.csv"]
    for path, messages in zip(paths, (whole[:40], map(coarse, whole[20:])), strict=True):
        wechatlog.dump(Conversation(messages, title="修车群"), path)
    return paths


def test_two_exports_become_one(run: Run, exports: list[Path]) -> None:
    result = run("merge", *exports, "-o", "all.jsonl")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.split("\n") == [
        "wechatlog: all.jsonl: 60 messages of 2 exports",
        "  one.jsonl: 20 of 40 messages in others as well, 20 only here",
        "  two.csv: 20 of 40 messages in others as well, 20 only here",
        "",
    ]
    assert texts(wechatlog.load("all.jsonl")) == [message.text for message in chat(60)]


def test_a_copy_is_an_export_of_its_own(run: Run, exports: list[Path], tmp_path: Path) -> None:
    (tmp_path / "one (1).jsonl").write_bytes(exports[0].read_bytes())
    assert run("merge", "one.jsonl", "one (1).jsonl", "-o", "all.jsonl").stderr.split("\n") == [
        "wechatlog: all.jsonl: 40 messages of 2 exports",
        "  one.jsonl: 40 of 40 messages in others as well, 0 only here",
        "  one (1).jsonl: 40 of 40 messages in others as well, 0 only here",
        "",
    ]
    assert len(list(wechatlog.load_archive(tmp_path))) == 3  # with two.csv and all.jsonl, and the copy is none


def test_the_report_as_json(run: Run, exports: list[Path]) -> None:
    result = run("merge", *exports, "-o", "all.md", "--json", "-q")
    found = json.loads(result.stdout)
    assert (result.stderr, found["messages"], found["matched"], len(found["parts"])) == ("", 60, 20, 2)
    assert found["parts"][0] == {
        "source": "one.jsonl", "messages": 40, "matched": 20, "only_here": 20, "doubtful": 0, "offset": 0.0,
    }  # fmt: skip
    assert run("merge", *exports, "-o", "-", "--to", "text", "-q").stdout.count("\n") >= 60


def test_clocks_on_the_wall_and_instants(run: Run, tmp_path: Path) -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    aware = [attrs.evolve(m, time=m.time and m.time.replace(tzinfo=zone)) for m in chat(10)]
    wechatlog.dump(Conversation(aware, tz=zone), "aware.jsonl")
    wechatlog.dump(Conversation(chat(12)), "naive.jsonl")
    assert run("merge", "naive.jsonl", "aware.jsonl", "-o", "all.jsonl", "-q").exit_code == 0
    assert len(wechatlog.load("all.jsonl")) == 12


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        ([], "name the output", 2),
        (["-o", "a.jsonl", "--into", "b.jsonl"], "name the output", 2),
        (["-o", "-", "--json", "--to", "text"], "--json prints its report", 2),
        (["--into", "b.jsonl", "--to", "text"], "--into keeps the form", 2),
        (["-o", "a.unknown"], "no form is known for the suffix .unknown; name one with --to", 2),
        (["-o", "one.jsonl"], "is one of the inputs", 1),
        (["--into", "one.jsonl"], "is one of the inputs", 1),
        (["-o", "a.jsonl", "--people", "two.csv"], "no TOML", 1),
    ],
)
def test_wrong_usage(run: Run, exports: list[Path], arguments: list[str], said: str, code: int) -> None:
    result = run("merge", *exports, *arguments)
    assert result.exit_code == code
    assert said in result.stderr


def test_two_groups_are_refused(run: Run) -> None:
    for number in (1, 2):
        wechatlog.dump(Conversation(chat(3), id=f"{number}@chatroom", title=f"群{number}"), f"{number}.jsonl")
    result = run("merge", "1.jsonl", "2.jsonl", "-o", "a.jsonl")
    assert result.exit_code == 1
    assert "these are 2 chats, and merge makes one: 群1 (1@chatroom), 群2 (2@chatroom)" in result.stderr


# --- an archive that grows -----------------------------------------------------------------------


def days(first: int, last: int) -> list[wechatlog.Message]:
    """Messages of some days, one every hour."""
    return chat(24 * last, step=3600)[24 * first :]


def test_nightly_exports_go_into_an_archive(run: Run, tmp_path: Path) -> None:
    for night in range(1, 6):
        wechatlog.dump(Conversation(days(max(0, night - 2), night), title="修车群"), "night.jsonl")
        assert run("merge", "--into", "all.jsonl", "night.jsonl", "-q").exit_code == 0
        assert texts(wechatlog.load("all.jsonl")) == [message.text for message in days(0, night)]
    kept = wechatlog.load("all.jsonl")
    assert kept.metadata["sorted_until"] == days(4, 5)[-1].time.isoformat()  # type: ignore[union-attr]
    before = (tmp_path / "all.jsonl").read_bytes()
    assert run("merge", "--into", "all.jsonl", "night.jsonl", "-q").exit_code == 0
    assert (tmp_path / "all.jsonl").read_bytes() == before


def test_only_the_end_of_the_archive_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "all.jsonl"
    merge_into(path, [Conversation(days(0, 200))])
    looked = []
    look = growing._line_at
    monkeypatch.setattr(growing, "_line_at", lambda stream, place: looked.append(place) or look(stream, place))
    report = merge_into(path, [Conversation(days(198, 201))])
    assert report.parts[0].messages <= 99
    assert len(looked) <= 24
    assert texts(wechatlog.load(path)) == [message.text for message in days(0, 201)]
    late = [attrs.evolve(message, text="补" + message.text, id=None) for message in days(3, 4)]
    merge_into(path, [Conversation(late)])
    assert len(wechatlog.load(path)) == 24 * 202
    times = [message.time for message in wechatlog.load(path)]
    assert times == sorted(times)  # type: ignore[type-var]


def test_an_archive_of_another_form_is_read_as_a_whole(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(Conversation(days(0, 2)), "all.csv")
    wechatlog.dump(Conversation(days(1, 3)), "night.jsonl")
    assert run("merge", "--into", "all.csv", "night.jsonl", "-q").exit_code == 0
    assert (tmp_path / "all.csv").read_text("utf-8-sig").startswith("conversation,")
    assert len(wechatlog.load("all.csv")) == 72


def test_an_archive_that_was_damaged_stays(run: Run, tmp_path: Path) -> None:
    merge_into(tmp_path / "all.jsonl", [Conversation(days(0, 3))])
    text = (tmp_path / "all.jsonl").read_text("utf-8")
    head, *lines = text.split("\n")
    (tmp_path / "all.jsonl").write_text("\n".join([head, *("x" * len(line) for line in lines)]), "utf-8")
    before = (tmp_path / "all.jsonl").read_bytes()
    wechatlog.dump(Conversation(days(2, 3)), "night.jsonl")
    result = run("merge", "--into", "all.jsonl", "night.jsonl")
    assert result.exit_code == 1
    assert "no line of a message" in result.stderr
    assert (tmp_path / "all.jsonl").read_bytes() == before


# --- people --------------------------------------------------------------------------------------


def test_people_are_shown_and_written(run: Run, tmp_path: Path) -> None:
    names = ["张三", "张三", "张三-示例公司", "李四-示例公司", "李四-另一公司"]
    messages = [attrs.evolve(m, sender=name, sender_id=None) for m, name in zip(chat(5), names, strict=True)]
    wechatlog.dump(Conversation(messages), "chat.jsonl")
    shown = run("people", "chat.jsonl")
    assert shown.stdout.split("\n") == [
        "张三-示例公司 · 3 messages · 90% sure",
        "    张三, 2026-05-01",
        "    张三-示例公司, 2026-05-01",
        "李四-示例公司 · 1 message",
        "李四-另一公司 · 1 message",
        "",
        "Perhaps one person:",
        "  李四-另一公司 = 李四-示例公司 (70%: one name begins with the other)",
        "",
    ]
    assert run("people", "chat.jsonl", "-o", "people.toml").stderr == "wechatlog: people.toml: 3 people, 1 suggestion\n"
    path = tmp_path / "people.toml"
    path.write_text(path.read_text("utf-8").replace('same = "?"', 'same = "yes"'), "utf-8")
    found = json.loads(run("people", "chat.jsonl", "-o", "people.toml", "--json").stdout)
    assert [person["messages"] for person in found["people"]] == [3, 2]
    assert 'kind = "person"' in path.read_text("utf-8")
    counted = json.loads(run("stats", "chat.jsonl", "--people", "people.toml", "--json").stdout)
    assert [row["messages"] for row in counted["statistics"][0]["senders"]] == [3, 2]
    assert run("people", "chat.jsonl", "--people", "chat.jsonl").exit_code == 1


def test_filters_choose_what_is_united(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(wechatlog.Conversation(days(1, 10)), tmp_path / "a.jsonl")
    wechatlog.dump(wechatlog.Conversation(days(6, 15)), tmp_path / "b.jsonl")
    out, whole = tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    assert run("merge", "a.jsonl", "b.jsonl", "-o", whole).exit_code == 0
    assert (
        run("merge", "a.jsonl", "b.jsonl", "--since", "2026-05-04", "--until", "2026-05-08", "-o", out).exit_code == 0
    )
    chosen = wechatlog.load(whole).between("2026-05-04", "2026-05-08")
    assert wechatlog.load(out).messages == chosen.messages
    assert run("merge", "--into", out, "a.jsonl", "--until", "2026-05-02").exit_code == 0
    assert len(wechatlog.load(out)) == len(chosen) + len(wechatlog.load(whole).between(None, "2026-05-02"))


def test_filters_that_leave_nothing(run: Run, tmp_path: Path) -> None:
    wechatlog.dump(wechatlog.Conversation(days(1, 3)), tmp_path / "a.jsonl")
    for command in (("merge", "a.jsonl", "-o", "out.jsonl"), ("people", "a.jsonl")):
        result = run(*command, "--since", "2030-01-01")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "no message fits, in 1 conversation" in result.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_filters_choose_whom_people_shows(run: Run, tmp_path: Path) -> None:
    members = [wechatlog.Participant("赵六")]
    chat = wechatlog.Conversation(days(1, 3), participants=members)
    wechatlog.dump(chat, tmp_path / "a.jsonl")
    name = chat[0].sender
    assert "赵六 · 0 messages" in run("people", "a.jsonl").stdout
    result = run("people", "a.jsonl", "--sender", name or "", "--since", "2026-05-01")
    assert [line.split(" · ")[0] for line in result.stdout.splitlines()] == [name]
