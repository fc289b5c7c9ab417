"""TraceMemo: JSON, script, CSV and Markdown."""

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
from wechatlog.readers import tracememo

CORPUS = Path(__file__).parents[1] / "corpus"
JSON = (CORPUS / "tracememo-json" / "private.json").read_text(encoding="utf-8")
CSV = (CORPUS / "tracememo-csv" / "李四_20260601_120000.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("普通文本", Kind.TEXT),
        ("文本", Kind.TEXT),
        ("图片", Kind.IMAGE),
        ("语音", Kind.VOICE),
        ("名片", Kind.CARD),
        ("视频", Kind.VIDEO),
        ("表情包", Kind.STICKER),
        ("位置", Kind.LOCATION),
        ("分享消息", Kind.LINK),
        ("公众号链接", Kind.LINK),
        ("通话", Kind.CALL),
        ("系统消息", Kind.SYSTEM),
        ("引用消息", Kind.QUOTE),
        ("小程序", Kind.MINI_PROGRAM),
        ("微信红包", Kind.RED_PACKET),
        ("合并转发", Kind.FORWARD),
        ("文件", Kind.FILE),
        ("文件发送中", Kind.FILE),
        ("视频号", Kind.CHANNEL),
        ("转账", Kind.TRANSFER),
        ("不支持的消息", Kind.OTHER),
        ("11000", Kind.OTHER),
        ("34", Kind.VOICE),
    ],
)
def test_type_names(name: str, kind: Kind) -> None:
    text = f'时间,发送者,类型,内容,媒体路径,媒体状态\n"2026/1/1 08:00:00","李四","{name}","","",""'
    conversation = wechatlog.loads(text, errors="strict")
    assert conversation[0].kind is kind
    assert conversation.diagnostics == ()


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("2026/1/1 00:00:00", "2026-01-01 00:00:00"),
        ("2026/1/1 24:00:00", "2026-01-01 00:00:00"),
        ("2026/12/31 23:59:59", "2026-12-31 23:59:59"),
        ("2026-05-01 08:00:00", "2026-05-01 08:00:00"),
        ("2026/2/30 08:00:00", None),
        ("", None),
    ],
)
def test_clocks(clock: str, time: str | None) -> None:
    text = f'时间,发送者,类型,内容,媒体路径,媒体状态\n"{clock}","李四","普通文本","早","",""'
    message = wechatlog.loads(text)[0]
    assert (None if message.time is None else str(message.time)) == time


def test_json_without_unix_times_stays_in_one_zone() -> None:
    rows = [
        {"isSender": False, "datetime": "2026/1/1 08:00:00", "type": "普通文本", "content": "早"},
        {"isSender": False, "datetime": "", "createTime": 1767225601, "type": "普通文本", "content": "午"},
        {"isSender": False, "datetime": "?", "type": "普通文本", "content": "晚"},
    ]
    text = json.dumps({"name": "李四", "exportedAt": "x", "messages": rows})
    conversation = wechatlog.loads(text)
    assert [str(message.time) for message in conversation] == [
        "2026-01-01 08:00:00+08:00",
        "2026-01-01 08:00:01+08:00",
        "None",
    ]
    assert conversation.tz_assumed
    assert str(wechatlog.loads(text, tz="UTC")[0].time) == "2026-01-01 08:00:00+00:00"


def test_the_owner_can_be_named() -> None:
    text = '时间,发送者,类型,内容,媒体路径,媒体状态\n"2026/1/1 08:00:00","我","普通文本","早","",""'
    assert wechatlog.loads(text)[0].is_self is None
    assert wechatlog.loads(text, owner="我")[0].is_self is True


def test_a_typed_placeholder_of_an_emoji_stays_text() -> None:
    (message,) = read("# 李四\n\n**李四** · 2026/1/1 08:00:00\n\n[强]\n".encode(), "tracememo-markdown")
    assert (message.kind, message.text) == (Kind.TEXT, "[强]")


def test_the_body_of_markdown_is_kept_to_the_character() -> None:
    body = "\n 前\n\n后 "
    text = f"# a\n\n**李四** · 2026/1/1 08:00:00\n\n{body}\n\n**李四** · 2026/1/1 08:00:01\n\n{body}\n"
    assert [message.text for message in read(text.encode(), "tracememo-markdown")] == [body, body]


def test_a_number_as_id_that_lost_digits_is_dropped() -> None:
    row = {"isSender": True, "datetime": "", "createTime": 1767225601, "serverId": 7.43727e18, "type": "文本"}
    conversation = wechatlog.loads(json.dumps({"name": "李四", "exportedAt": "x", "messages": [row]}))
    assert conversation[0].id is None
    assert [entry.code for entry in conversation.diagnostics] == ["rounded-id"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["items", "nested", "duration", "transfer", "status", "lat", "title"]), inner)
    ),
    max_leaves=8,
)
DATA = st.builds(
    lambda kind, rest: {**rest, "type": kind},
    st.sampled_from([*tracememo._CONTENT_TYPES, "share", "unknown"]),
    st.dictionaries(st.sampled_from(["items", "duration", "transfer", "status", "typeVal", "lat", "pat"]), VALUES),
)
KEYS = ["type", "content", "isSender", "name", "senderId", "serverId", "sessionId", "createTime", "datetime"]


@given(
    rows=st.lists(
        st.builds(
            lambda row, data: {**row, "contentData": data},
            st.dictionaries(st.sampled_from(KEYS), VALUES),
            DATA | VALUES,
        )
    )
)
def test_any_objects(rows: list[dict[str, Any]]) -> None:
    for message in read(json.dumps({"name": "x", "messages": rows}).encode(), "tracememo-json"):
        assert "".join(segment.raw for segment in message.segments) == message.text


@given(
    lines=st.lists(
        st.sampled_from(["**李四** · 2026/1/1 08:00:00", "", "[图片]", "媒体：x", "# a", "**a** · 2025-1-1 8:00:00"])
    )
)
def test_any_lines(lines: list[str]) -> None:
    for message in read("\n".join(lines).encode(), "tracememo-markdown"):
        assert "".join(segment.raw for segment in message.segments) == message.text
