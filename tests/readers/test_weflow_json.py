"""The JSON of WeFlow, echotrace and CipherTalk: what corpus files cannot show."""

from __future__ import annotations

import json
from typing import Any

import pytest

import wechatlog
from wechatlog.readers.weflow import json_files as weflow_json

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


def test_a_misspelled_option_names_the_valid_ones() -> None:
    with pytest.raises(TypeError, match="valid options: owner"):
        wechatlog.load(_file(_row()), ownr="李四")


# --- fuzz ------------------------------------------------------------------------------------------


def test_all_readers_of_the_family_are_registered() -> None:
    known = {entry.name for entry in wechatlog.formats() if entry.role == "reader"}
    readers = (
        *(weflow_json.DETAILED, weflow_json.ARKME, weflow_json.ECHOTRACE, weflow_json.CIPHERTALK),
        *(weflow_json.HTTP, weflow_json.CLI),
    )
    assert {reader.name for reader in readers} == set(NAMES) <= known
