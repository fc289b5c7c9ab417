"""wx-cli, wechat-cli, chatlog-keeper and JettChenT."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.readers.texts import read


def _wx(messages: list[dict[str, Any]], **facts: Any) -> str:
    known = {"chat": "李四", "is_group": False, "messages": messages, "username": "wxid_lisi00000002"}
    return json.dumps({**known, **facts})


# --- wx-cli ---------------------------------------------------------------------------------------


def test_wx_cli_without_messages() -> None:
    conversation = wechatlog.loads(_wx([], chat_type="private"))
    assert (conversation.title, len(conversation)) == ("李四", 0)


# --- wechat-cli -----------------------------------------------------------------------------------


def test_lines_as_an_array(samples: Path) -> None:
    lines = (samples / "wechat-cli-history.jsonl").read_text(encoding="utf-8").splitlines()
    conversation = wechatlog.loads(f"[{','.join(lines)}]", errors="strict")
    assert conversation.messages == wechatlog.load(samples / "wechat-cli-history.jsonl").messages
    assert [message.is_self for message in conversation] == [False, True]


# --- chatlog-keeper and JettChenT -----------------------------------------------------------------


def test_the_newest_message_of_jettchent_comes_first(samples: Path) -> None:
    conversation = wechatlog.load(samples / "jettchent-李四-wxid_lisi00000002.json")
    assert [message.text for message in conversation.sorted()] == ["早", "收到"]


def test_jettchent_without_its_file_name(samples: Path) -> None:
    data = (samples / "jettchent-李四-wxid_lisi00000002.json").read_bytes()
    conversation = wechatlog.load(data)
    assert (conversation.id, [message.is_self for message in conversation]) == (None, [None, None])
    named = wechatlog.load(data, owner="wxid_lisi00000002")
    assert [message.is_self for message in named] == [False, True]


# --- damage ---------------------------------------------------------------------------------------


@given(texts=st.lists(st.text(alphabet="[图片通话] (:\n↳回复<a", max_size=30)))
def test_any_entries(texts: list[str]) -> None:
    rows = [f"[2026-05-01 08:00] {text}" for text in texts]
    for message in read(json.dumps(rows).encode(), "wechat-cli-json"):
        assert "".join(segment.raw for segment in message.segments) == message.text
