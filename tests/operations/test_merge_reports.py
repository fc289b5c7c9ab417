"""What people reported of other tools about exports that are united, with what is right."""

from __future__ import annotations

import datetime as dt

import pytest

from wechatlog import Conversation, Message, loads
from wechatlog.operations import merge

START = dt.datetime(2026, 1, 1, 8)
ZHANG, LI = "wxid_zhangsan0001", "wxid_lisi0002"


def said(second: float, account: str, text: str, id_: str | None = None, **fields: object) -> Message:
    return Message(START + dt.timedelta(seconds=second), "second", account, account, text=text, id=id_, **fields)  # type: ignore[arg-type]


def export(owner: str, numbers: list[str], length: int) -> Conversation:
    lines = [(0, ZHANG, "早"), (3, LI, "早啊"), (9, LI, "走吗"), (12, ZHANG, "走")][:length]
    messages = [
        said(second, who, text, number, is_self=who == owner)
        for (second, who, text), number in zip(lines, numbers, strict=False)
    ]
    return Conversation(messages, title="修伞", owner=owner, is_group=False)


@pytest.mark.parametrize("numbers", [["1001", "1002", "1003", "1004"], ["77", "78", "79", "80"]])
def test_both_people_of_a_private_chat_export_it(numbers: list[str]) -> None:
    united = merge([export(ZHANG, ["1001", "1002"], 2), export(LI, numbers, 4)])
    assert [message.text for message in united] == ["早", "早啊", "走吗", "走"]
    assert {(message.sender_id, message.is_self) for message in united} == {(ZHANG, True), (LI, False)}


def test_a_member_changed_the_name_between_two_exports() -> None:
    one, two = (
        Conversation(
            [said(0, ZHANG, "早"), said(3, LI, "早啊"), said(9, ZHANG, "走吗")][:length], id="7788990011@chatroom"
        )
        for length in (2, 3)
    )
    renamed = Conversation(
        [Message(m.time, "second", f"{m.sender}（休假）", m.sender_id, text=m.text) for m in two], id=two.id
    )
    assert [(m.sender_id, m.text) for m in merge([one, renamed])] == [(ZHANG, "早"), (LI, "早啊"), (ZHANG, "走吗")]


def test_one_tool_writes_ids_and_the_other_none() -> None:
    ids = "消息ID,类型,发送人,时间,内容,备注,昵称,更多信息\n"
    ids += "8123456789012345671,文本,张三,2026-02-03 07:05:09,早,张三,zh,more\n"
    ids += "8123456789012345672,文本,李四,2026-02-03 07:06:00,到了,,,more\n"
    plain = (
        "2026-02-03 07:05:09 '张三'\n早\n\n2026-02-03 07:06:00 '李四'\n到了\n\n2026-02-03 07:07:00 '张三'\n我也到了\n"
    )
    united = merge([loads(ids, format="memotrace-csv"), loads(plain, format="weflow-txt")])
    assert [(message.text, message.id) for message in united] == [
        ("早", "8123456789012345671"),
        ("到了", "8123456789012345672"),
        ("我也到了", None),
    ]


def test_a_message_was_taken_back_before_the_newer_export() -> None:
    rest = [said(5, LI, "好", "112"), said(60, ZHANG, "改西门", "113")]
    old = Conversation([said(0, ZHANG, "约在东门", "111"), rest[0]])
    notice = Message(START, "second", kind="recall", text='"张三" 撤回了一条消息', id="111")  # type: ignore[arg-type]
    new = Conversation([notice, *rest])
    for order in ([old, new], [new, old]):
        united = merge(order)
        assert sorted(message.text for message in united) == sorted(["约在东门", notice.text, "好", "改西门"])
