"""How often a source is read for what stands behind its messages."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

import wechatlog
from wechatlog.engine import Reading

ROWS = [{"time": "2026-05-01 09:00:00", "sender": "wxid_lisi00000002", "text": f"第{n}条"} for n in range(2000)]
HEAD = {"title": "示例群", "username": "123456@chatroom"}


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """The readings that looked through their source a second time."""
    found: list[Reading] = []
    look = Reading.look
    monkeypatch.setattr(Reading, "look", lambda reading: found.append(reading) or look(reading))
    return found


def _wetrace(count: int, *, first: bool) -> dict[str, Any]:
    rows = [{"time": "2026-05-01T09:00:00+08:00", "is_self": True, "type": 1, "content": "早"}]
    head = {"id": "wxid_lisi00000002", "name": "李四", "type": "private"}
    chats = [{**head, "messages": rows} if first else {"messages": rows, **head} for _ in range(count)]
    return {"format": "wetrace-plus", "version": 1, "account": {"id": "wxid_zhangsan0001"}, "conversations": chats}


@pytest.mark.parametrize("first", [True, False])
def test_facts_in_front_are_read_once_and_those_behind_twice(looks: list[Reading], *, first: bool) -> None:
    """However many chats there are."""
    document = json.dumps(_wetrace(3, first=first)).encode()
    chats = list(wechatlog.load_archive(document, format="wetrace-plus-json"))
    assert {(chat.title, chat.is_group, chat.owner) for chat in chats} == {("李四", False, "wxid_zhangsan0001")}
    assert len(looks) == (not first)


@pytest.mark.parametrize("value", [{**HEAD, "messages": ROWS}, {"messages": ROWS, **HEAD}], ids=["in front", "behind"])
def test_what_stands_behind_more_than_detection_sees_is_found(value: dict[str, Any]) -> None:
    chat = wechatlog.load(json.dumps(value).encode(), format="named-keys")
    assert (chat.title, chat.id, chat.is_group, len(chat)) == ("示例群", "123456@chatroom", True, 2000)


def test_what_can_be_read_once_says_the_same() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.rest = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            return self.rest.readinto(buffer)

    data = json.dumps({"messages": ROWS, **HEAD}).encode()
    assert list(wechatlog.iter_messages(Pipe(data), format="named-keys")) == [
        *wechatlog.load(data, format="named-keys")
    ]
