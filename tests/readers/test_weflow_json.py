"""The JSON of WeFlow, echotrace and CipherTalk: what corpus files cannot show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.readers.weflow import json_files as weflow_json
from wechatlog.segments.types import Quote

NAMES = ("weflow-json", "weflow-arkme", "echotrace-json", "ciphertalk-json", "weflow-http", "weflow-cli-json")


def _row(**fields: Any) -> dict[str, Any]:
    known = {
        "localId": 1,
        "createTime": 1767225600,
        "formattedTime": "2026-01-01 08:00:00",
        "type": "文本消息",
        "localType": 1,
        "content": "早",
        "isSend": 0,
        "senderUsername": "wxid_lisi00000002",
        "senderDisplayName": "李四",
    }
    return {**known, **fields}


def _file(*rows: dict[str, Any], header: str = "weflow", **session: Any) -> bytes:
    known = {"wxid": "wxid_lisi00000002", "displayName": "李四", "type": "私聊", **session}
    head = {"weflow": {"version": "1.0.3"}} if header == "weflow" else {"exportInfo": {"generator": "CipherTalk"}}
    return json.dumps({**head, "session": known, "messages": rows}, ensure_ascii=False).encode()


def _load(*rows: dict[str, Any], **session: Any) -> wechatlog.Conversation:
    return wechatlog.load(_file(*rows, **session))


def _codes(conversation: wechatlog.Conversation) -> list[str]:
    return [entry.code for entry in conversation.diagnostics]


# --- official samples ------------------------------------------------------------------------------


# --- containers ------------------------------------------------------------------------------------


def test_a_broken_message_costs_itself_alone() -> None:
    data = _file(*(_row(content=f"第{n}条") for n in range(5))).replace('"第2条"'.encode(), "第2条".encode())
    conversation = wechatlog.load(data)
    assert [message.text for message in conversation] == ["第0条", "第1条", "第3条", "第4条"]
    assert "broken-json" in _codes(conversation)
    with pytest.raises(wechatlog.FormatError, match="broken JSON value"):
        wechatlog.load(data, errors="strict")


def test_detection_survives_a_huge_avatar() -> None:
    session = {
        "wxid": "wxid_lisi00000002",
        "displayName": "李四",
        "type": "私聊",
        "messageCount": 1,
        "lastTimestamp": 1,
    }
    value = {"weflow": {"version": "1.0.3"}, "session": {**session, "avatar": "A" * 200_000}, "messages": [_row()]}
    assert wechatlog.detect(json.dumps(value).encode()).format == "weflow-json"
    del value["weflow"]
    assert wechatlog.detect(json.dumps(value).encode()).format == "echotrace-json"
    assert [message.text for message in wechatlog.load(json.dumps(value).encode())] == ["早"]


def test_other_objects_are_not_taken() -> None:
    for value in ({"messages": [{"createTime": 1, "content": ""}]}, {"session": {"id": 1}}, {"weflow": 1}, {}):
        with pytest.raises(wechatlog.UnknownFormatError):
            wechatlog.detect(json.dumps(value).encode())


# --- fields ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"), [(1, True), (True, True), ("1", True), (0, False), (False, False), (None, None), (7, None)]
)
def test_own_messages(value: Any, expected: bool | None) -> None:
    assert _load(_row(isSend=value))[0].is_self is expected


def test_an_owner_of_the_user_fills_what_the_file_leaves_open() -> None:
    data = _file(_row(isSend=None))
    assert wechatlog.load(data, owner="李四")[0].is_self is True
    assert wechatlog.load(data, owner="wxid_zhangsan0001")[0].is_self is False


def test_a_zone_of_the_user_is_no_assumption() -> None:
    data = _file(_row())
    conversation = wechatlog.load(data, tz="UTC")
    assert conversation[0].time is not None
    assert conversation[0].time.isoformat() == "2026-01-01T00:00:00+00:00"
    assert conversation.tz_assumed is False
    assert wechatlog.load(data).tz_assumed is True


@pytest.mark.parametrize(
    ("value", "expected", "codes"),
    [
        ("9223372036854775807", "9223372036854775807", []),
        (9223372036854775807, "9223372036854775807", []),
        ("0", None, []),
        ("", None, []),
        (9.1e18, None, ["rounded-id"]),
        ("9.1E+18", None, ["rounded-id"]),
        ([], None, []),
    ],
)
def test_server_ids_keep_every_digit(value: Any, expected: str | None, codes: list[str]) -> None:
    conversation = _load(_row(platformMessageId=value))
    assert conversation[0].id == expected
    assert _codes(conversation) == codes


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"type": "语音消息", "localType": 1}, "voice"),  # the name counts for more than the number
        ({"type": "其他消息", "localType": 8589934592049, "content": "[转账] ￥1"}, "transfer"),
        ({"type": "其他消息", "localType": 49, "content": "[音乐] 歌"}, "music"),
        ({"type": "链接消息", "localType": 49, "content": "[链接] 文章"}, "link"),
        ({"type": "链接消息", "localType": 49, "content": "[小程序] 订餐"}, "mini_program"),
        ({"type": "链接消息", "localType": 49, "appMsgKind": "finder"}, "channel"),
        ({"type": "其他消息", "localType": 49, "chatLabType": 26}, "forward"),
        ({"type": "", "localType": 1}, "text"),
        ({"type": None, "localType": 3}, "image"),
        ({"type": 5, "localType": None}, "other"),
        ({"type": "系统消息", "localType": 266287972401, "content": "你好"}, "pat"),
        ({"type": "拍一拍消息", "localType": 1}, "pat"),
        ({"type": "文本消息", "localType": 10000, "content": "你撤回了一条消息"}, "text"),
    ],
)
def test_kinds(fields: dict[str, Any], kind: str) -> None:
    assert _load(_row(**fields))[0].kind == kind


def test_an_unknown_type_is_reported_and_kept() -> None:
    conversation = _load(_row(type="全息消息", localType=None, content="看不懂"))
    assert (conversation[0].kind, conversation[0].text) == (wechatlog.MessageKind.OTHER, "看不懂")
    assert [entry.message for entry in conversation.diagnostics] == ["unknown type '全息消息'"]
    wechatlog.load(_file(_row(type="全息消息", localType=None)), errors="strict")


def test_a_lost_prefix_is_a_warning_and_no_repair() -> None:
    conversation = _load(_row(content=" 买牛奶"))
    assert conversation[0].text == " 买牛奶"
    assert _codes(conversation) == ["writer-fault"]
    assert _codes(_load(_row(content=" "))) == []


def test_the_raw_content_of_ciphertalk_has_the_whole_text() -> None:
    data = _file(_row(content=" 买牛奶", rawContent="TODO: 买牛奶"), header="ciphertalk")
    conversation = wechatlog.load(data)
    assert conversation[0].text == "TODO: 买牛奶"
    assert [entry.message for entry in conversation.diagnostics] == [
        "the writer cut off the beginning of the text; rawContent has it whole"
    ]
    other = wechatlog.load(_file(_row(content="早", rawContent="别的"), header="ciphertalk"))
    assert other[0].text == "早"


def test_the_line_end_before_group_texts_is_taken_away_once() -> None:
    room = {"wxid": "1234567890@chatroom", "type": "群聊"}
    conversation = _load(_row(content="\n\n早\n"), _row(content="\n晚"), **room)
    assert [message.text for message in conversation] == ["\n早\n", "晚"]
    assert _codes(conversation) == ["writer-fault"]
    assert _load(_row(content="\n早"))[0].text == "\n早"


def test_templates_in_notices_are_reported() -> None:
    conversation = _load(_row(type="系统消息", localType=10000, content='"$username$"邀请你加入了群聊'))
    assert _codes(conversation) == ["writer-fault"]


def test_a_quote_beside_the_text_has_no_raw() -> None:
    message = _load(_row(type="引用消息", content="好", quotedSender="张三", quotedContent="走吗"))[0]
    assert message.text == "好"
    assert message.segments[0] == Quote("张三", "走吗", raw="")
    assert "".join(segment.raw for segment in message.segments) == "好"


def test_no_session_gives_no_facts() -> None:
    conversation = wechatlog.load(json.dumps({"weflow": {}, "messages": [_row()]}).encode())
    assert (conversation.title, conversation.id, conversation.is_group) == (None, None, None)
    empty = wechatlog.load(json.dumps({"weflow": {}, "session": {}}).encode())
    assert (len(empty), _codes(empty)) == (0, ["no-messages"])


def test_a_misspelled_option_names_the_valid_ones() -> None:
    with pytest.raises(TypeError, match="valid options: owner"):
        wechatlog.load(_file(_row()), ownr="李四")


# --- fuzz ------------------------------------------------------------------------------------------

_KEYS = st.sampled_from(
    sorted({*_row(), "senderID", "senderId", "platformMessageId", "rawContent", "chatRecords", "quotedContent"})
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text() | st.just("[引用 a：b]")
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=8
)
_ROWS = st.lists(st.dictionaries(_KEYS, _JSON, max_size=8) | _JSON, max_size=4)


@given(rows=_ROWS, session=_JSON, lists=_JSON, name=st.sampled_from(NAMES))
def test_any_json_is_read(rows: list[Any], session: Any, lists: Any, name: str) -> None:
    value = {"session": session, "senders": lists, "members": lists, "messages": rows, "groupMembers": lists}
    conversation = wechatlog.load(json.dumps(value).encode(), format=name)
    for message in conversation:
        assert "".join(segment.raw for segment in message.segments) == message.text


def test_all_readers_of_the_family_are_registered() -> None:
    known = {entry.name for entry in wechatlog.formats() if entry.role == "reader"}
    readers = (
        *(weflow_json.DETAILED, weflow_json.ARKME, weflow_json.ECHOTRACE, weflow_json.CIPHERTALK),
        *(weflow_json.HTTP, weflow_json.CLI),
    )
    assert {reader.name for reader in readers} == set(NAMES) <= known
