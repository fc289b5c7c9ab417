"""wx-cli, wechat-cli, chatlog-keeper and JettChenT."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.readers.texts import read
from wechatlog.model import MessageKind as Kind
from wechatlog.segments.types import Quote


def _wx(messages: list[dict[str, Any]], **facts: Any) -> str:
    known = {"chat": "李四", "is_group": False, "messages": messages, "username": "wxid_lisi00000002"}
    return json.dumps({**known, **facts})


def _row(sender: str, content: str, kind: str = "文本") -> dict[str, Any]:
    return {"content": content, "local_id": 1, "sender": sender, "timestamp": 1777593600, "type": kind}


# --- wx-cli ---------------------------------------------------------------------------------------


def test_wx_cli_leaves_out_the_name_of_the_other_person() -> None:
    conversation = wechatlog.loads(_wx([_row("", "早"), _row("张三", "早")]), errors="strict")
    assert [(m.sender, m.sender_id, m.is_self) for m in conversation] == [
        ("李四", "wxid_lisi00000002", False),
        ("张三", None, True),
    ]


def test_wx_cli_does_not_say_whose_group_message_it_is() -> None:
    conversation = wechatlog.loads(_wx([_row("王五", "早"), _row("", "早")], is_group=True, chat="项目组"))
    assert [(m.sender, m.is_self) for m in conversation] == [("王五", None), (None, None)]
    named = wechatlog.loads(_wx([_row("王五", "早")], is_group=True), owner="王五")
    assert named[0].is_self is True


def test_wx_cli_texts_that_look_like_placeholders_are_texts() -> None:
    conversation = wechatlog.loads(_wx([_row("", "[图片]"), _row("", "[图片] local_id=1", "图片")]))
    assert [message.kind for message in conversation] == [Kind.TEXT, Kind.IMAGE]


def test_wx_cli_minutes_stand_in_for_a_missing_timestamp() -> None:
    row = {**_row("", "早"), "time": "2026-05-01 08:00"}
    del row["timestamp"]
    message = wechatlog.loads(_wx([row]))[0]
    assert (str(message.time), message.precision) == ("2026-05-01 08:00:00+08:00", "minute")


def test_wx_cli_without_messages() -> None:
    conversation = wechatlog.loads(_wx([], chat_type="private"))
    assert (conversation.title, len(conversation)) == ("李四", 0)


# --- wechat-cli -----------------------------------------------------------------------------------


def _entries(*lines: str, **facts: Any) -> wechatlog.Conversation:
    known = {"chat": "李四", "username": "wxid_lisi00000002", "is_group": False, "messages": list(lines)}
    return wechatlog.loads(json.dumps({**known, **facts}), errors="strict")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[图片] (local_id=9)", Kind.IMAGE),
        ("[图片] /home/zhangsan/a.dat", Kind.IMAGE),
        ("[图片]真好看", Kind.TEXT),
        ("[图片] 真好看", Kind.TEXT),
        ("[表情]", Kind.STICKER),
        ("[微笑]", Kind.TEXT),
        ("[通话]", Kind.CALL),
        ("[通话] 已取消", Kind.CALL),
        ("[通话]吧", Kind.TEXT),
        ("[链接/文件] 什么", Kind.OTHER),
        ("[小程序] 订单\n  https://example.invalid/", Kind.MINI_PROGRAM),
        ("[撤回] 李四 撤回了一条消息", Kind.RECALL),
        ("早: 安", Kind.TEXT),
        ("", Kind.TEXT),
    ],
)
def test_entries(text: str, kind: Kind) -> None:
    (message,) = _entries(f"[2026-05-01 08:00] 李四: {text}")
    assert (message.kind, message.text, message.precision) == (kind, text, "minute")
    assert "".join(segment.raw for segment in message.segments) == text


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ('[语音] <msg><voicemsg voicelength="1600"/></msg>', Kind.VOICE, ""),
        ('[type=66] <msg username="u@openim" nickname="王五"/>', Kind.CARD, "王五"),
        (
            '[撤回] <sysmsg type="revokemsg"><revokemsg><replacemsg>你撤回了一条消息</replacemsg></revokemsg></sysmsg>',
            Kind.RECALL,
            "你撤回了一条消息",
        ),
    ],
)
def test_the_xml_behind_a_label_is_read(text: str, kind: Kind, said: str) -> None:
    (message,) = _entries(f"[2026-05-01 08:00] 李四: {text}")
    assert (message.kind, message.text) == (kind, said)


@pytest.mark.parametrize("item", ["", "- "])
def test_lines_of_wechat_cli(item: str) -> None:
    head = "聊天记录: 李四\n类型: 私聊\n消息数量: 3\n" + "=" * 60
    if item:
        head = "# 聊天记录: 李四\n\n**消息数量:** 3\n\n**类型:** 私聊\n\n---"
    lines = f"{item}[2026-05-01 08:00] 李四: 早\n第二行\n\n{item}[2026-05-01 08:01] 张三: 收到\n"
    conversation = wechatlog.loads(f"{head}\n{lines}")
    assert [(m.sender, m.is_self, m.text) for m in conversation] == [
        ("李四", False, "早\n第二行\n"),
        ("张三", True, "收到"),
    ]
    assert [entry.code for entry in conversation.diagnostics] == ["message-count"]


def test_a_quote_of_an_entry() -> None:
    (message,) = _entries("[2026-05-01 08:00] 张三: 收到\n  ↳ 回复: 早\n第二行")
    assert message.is_self is True
    assert message.segments[-1] == Quote(None, "早\n第二行", raw="\n  ↳ 回复: 早\n第二行")


def test_entries_of_a_group_do_not_say_whose_they_are() -> None:
    (message,) = _entries("[2026-05-01 08:00] 李四: 早", is_group=True)
    assert (message.sender, message.sender_id, message.is_self) == ("李四", None, None)


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

VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
)
KEYS = {
    "wx-cli-json": ["content", "sender", "type", "timestamp", "time"],
    "wechat-cli-jsonl": ["create_time", "msg_type", "local_type", "is_self", "sender_id", "chat_username", "text"],
    "chatlog-keeper-json": ["ts", "sender", "sender_wxid", "msg_type", "content", "is_self", "server_id", "account_id"],
    "jettchent-json": ["fromUser", "toUser", "createTime", "content", "message"],
}


@pytest.mark.parametrize("name", KEYS)
@given(data=st.data())
def test_any_objects(name: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.dictionaries(st.sampled_from(KEYS[name]), VALUES), max_size=5))
    value = {"chat": "x", "messages": rows} if name == "wx-cli-json" else rows
    for message in read(json.dumps(value).encode(), name):
        assert "".join(segment.raw for segment in message.segments) == message.text


@given(texts=st.lists(st.text(alphabet="[图片通话] (:\n↳回复<a", max_size=30)))
def test_any_entries(texts: list[str]) -> None:
    rows = [f"[2026-05-01 08:00] {text}" for text in texts]
    for message in read(json.dumps(rows).encode(), "wechat-cli-json"):
        assert "".join(segment.raw for segment in message.segments) == message.text


@pytest.mark.parametrize(
    ("sender", "content", "account", "text"),
    [
        ("wxid_lisi00000002", "wxid_lisi00000002:\n早", "wxid_lisi00000002", "早"),
        ("", "wxid_lisi00000002:\n早", "wxid_lisi00000002", "早"),
        ("wxid_lisi00000002", "todo:\n早", "wxid_lisi00000002", "todo:\n早"),
        ("", "早", None, "早"),
    ],
)
def test_ciphertalk_cli_keeps_what_stands_before_a_colon(
    sender: str, content: str, account: str | None, text: str
) -> None:
    row = {"createTime": 1777593600, "direction": "in", "senderUsername": sender, "type": 1, "content": content}
    (message,) = wechatlog.loads(json.dumps([row]), format="ciphertalk-cli-json")
    assert (message.sender_id, message.text) == (account, text)


@pytest.mark.parametrize(("item", "bold"), [("", ""), ("- ", "**")])
def test_what_somebody_typed_is_no_head_of_wechat_cli(item: str, bold: str) -> None:
    typed = f"引用\n类型: 群聊\n消息数量: 9\n{'' if item else '- '}[2026-05-01 08:00] 王五: 早"
    head = f"聊天记录: 李四\n{bold}类型:{bold} 私聊\n{bold}消息数量:{bold} 2"
    chat = wechatlog.loads(f"{head}\n{item}[2026-05-01 08:00] 李四: {typed}\n{item}[2026-05-01 08:01] 我: 好\n")
    assert [message.text for message in chat] == [typed, "好"]
    assert (chat.is_group, chat[1].is_self, chat.diagnostics) == (False, True, ())
