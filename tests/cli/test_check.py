"""`wechatlog check`."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest

import wechatlog

from .conftest import Run


def test_a_sound_chat(example: Path, run: Run) -> None:
    result = run("check", example)
    assert (result.exit_code, result.output) == (0, "2026-05-01-WeChat: 25 messages, nothing found\n")


def write(path: Path, *messages: wechatlog.Message) -> None:
    wechatlog.dump(wechatlog.Conversation(messages, title="甲"), path)


PICTURE = wechatlog.Message(kind="image", text="[图片]", segments=[wechatlog.Image(path="media/1.jpg", raw="[图片]")])


def test_media_beside_the_chat(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", PICTURE)
    result = run("check", "a.jsonl")
    assert result.exit_code == 1
    assert result.stdout.split("\n")[2] == "    message 1: image media/1.jpg"
    assert run("check", "a.jsonl", "--no-media-files").exit_code == 0
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "1.jpg").write_bytes(b"x")
    assert run("check", "a.jsonl").exit_code == 0
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(tmp_path / "a.jsonl", "chat/a.jsonl")
        archive.writestr("chat/media/1.jpg", b"x")
    (tmp_path / "media" / "1.jpg").unlink()
    assert run("check", "b.zip").exit_code == 0


def test_everything_is_told(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", *(wechatlog.Message(text=f"\ufffd{number}") for number in range(7)), PICTURE)
    lines = run("check", "a.jsonl").stdout.split("\n")
    assert lines[0] == "甲: 8 messages, 8 findings"
    assert lines[1].startswith("  damaged-characters (7): U+FFFD")
    assert lines[7] == "    and 2 more; --all shows them"
    assert len(run("check", "a.jsonl", "--all").stdout.split("\n")) == len(lines) + 1
    assert run("check", "a.jsonl", "--only", "gap").exit_code == 0
    assert run("check", "a.jsonl", "--kind", "image", "--no-media-files").exit_code == 0


def test_json(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", wechatlog.Message(text="\ufffd"))
    result = run("check", "a.jsonl", "--json")
    assert result.exit_code == 1
    (report,) = json.loads(result.stdout)["checked"]
    assert report["counts"] == {"damaged-characters": 1}
    finding = {"code": "damaged-characters", "number": 0, "detail": "U+FFFD"}
    assert report["findings"] == [finding]


def test_damage_noticed_in_reading(run: Run, tmp_path: Path) -> None:
    text = "---\ndate: 2026-05-01\n---\n> 09:00:00  李四  \n   \nwxid_wangwu0001:  \n   \n"
    (tmp_path / "2026-05-01-chat.markdown").write_text(text, encoding="utf-8")
    result = run("check", "2026-05-01-chat.markdown")
    assert result.exit_code == 1
    assert "noticed in reading (1)\n    line 6: cut-message: " in result.stdout


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_what_cannot_be_read(run: Run, tmp_path: Path, how: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    write(tmp_path / "b.jsonl", wechatlog.Message(text="好"))
    assert run("check", "a.txt", "b.jsonl", *how).exit_code == 2
    assert run("check", "a.txt", *how).exit_code == 2
    assert run("check", "nowhere.jsonl", *how).exit_code == 2


def test_messages_are_counted_from_one(run: Run, tmp_path: Path) -> None:
    when = dt.datetime(2026, 5, 1, 9)
    same = wechatlog.Message(when, "second", "张三", text="一样")
    write(tmp_path / "a.jsonl", same, same)
    assert "    message 2: of message 1\n" in run("check", "a.jsonl").stdout
