"""`iter_messages` uses memory that does not grow with the file."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import wechatlog

DAY = "---\ndate: 2026-05-01\n---\n"


def markdown(path: Path, count: int) -> None:
    path.write_text(DAY + "".join(f"> 09:00:00  李四  \n   \n第{n}条  \n   \n" for n in range(count)), encoding="utf-8")


def jsonl(path: Path, count: int) -> None:
    messages = [wechatlog.Message(sender="李四", text=f"第{n}条") for n in range(count)]
    wechatlog.dump(wechatlog.Conversation(messages), path, "jsonl")


def _peak(path: Path, count: int) -> int:
    tracemalloc.start()
    assert sum(1 for _ in wechatlog.iter_messages(path)) == count
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("make", [markdown, jsonl])
def test_memory_is_flat(make: Callable[[Path, int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.decoding.BLOCK_SIZE", 1 << 14)
    small, large = tmp_path / "small", tmp_path / "large"
    make(small, 2_000)
    make(large, 8_000)
    _peak(small, 2_000)
    assert _peak(large, 8_000) < 1.3 * _peak(small, 2_000)


def test_a_stream_can_be_written_as_it_comes(tmp_path: Path) -> None:
    markdown(tmp_path / "in.markdown", 5000)
    wechatlog.dump(wechatlog.iter_messages(tmp_path / "in.markdown"), tmp_path / "out.jsonl")
    assert wechatlog.load(tmp_path / "out.jsonl").messages == wechatlog.load(tmp_path / "in.markdown").messages


def test_a_stream_tells_what_it_noticed(tmp_path: Path) -> None:
    path = tmp_path / "2026-05-01.markdown"
    path.write_text(DAY + "> 25:00:00  李四  \n   \nx  \n   \n", encoding="utf-8")
    stream = wechatlog.iter_messages(path)
    assert [message.time for message in stream] == [None]
    assert [entry.code for entry in stream.diagnostics] == ["bad-time"]
    assert stream.conversation.metadata["date"] == "2026-05-01"


def test_several_conversations_are_an_error_that_names_the_way_out() -> None:
    text = wechatlog.dumps([wechatlog.Conversation(title="一"), wechatlog.Conversation(title="二")], "jsonl")
    with pytest.raises(wechatlog.MultipleConversationsError, match=r"wechatlog\.load_archive"):
        list(wechatlog.iter_messages(text.encode()))
    with pytest.raises(wechatlog.MultipleConversationsError) as caught:
        wechatlog.loads(text)
    assert caught.value.titles == ("一", "二")
    assert [c.title for c in wechatlog.load_archive(text.encode())] == ["一", "二"]
