"""WechatExporter TXT: what files in the corpus cannot show."""

from __future__ import annotations

from typing import Any

import pytest

import wechatlog
from wechatlog import FormatError, UnknownFormatError

HEAD = "李四 - 微信聊天记录\n\n"
WHOLE = (
    HEAD + "李四 (2021-06-01 21:05:03):在干嘛\n张三 (2021-06-01 21:05:23):写代码\n第二行\n"
    "李四 (2021-06-01 21:05:43):好\n\n"
)


def read(text: str | bytes, **options: Any) -> wechatlog.Conversation:
    return wechatlog.load(text.encode() if isinstance(text, str) else text, format="wechatexporter-txt", **options)


def test_a_log_of_a_program_is_none() -> None:
    with pytest.raises(UnknownFormatError):
        wechatlog.load(b"update 2026-05-01 09:00:00: run\nupdate 2026-05-01 09:00:01: done\n")


def test_owner_option() -> None:
    assert [m.is_self for m in read(WHOLE, owner="张三")] == [False, True, False]


def test_broken_bytes_are_replaced_and_said() -> None:
    data = WHOLE.encode().replace("写代码".encode(), b"(\xff\x00\xfe")
    found = read(data)
    assert found[1].text.startswith("(\ufffd")
    assert len(found) == 3
    assert found.diagnostics


def test_text_before_the_first_message() -> None:
    found = read("李四 - 微信聊天记录\n\n多余的话\n李四 (2021-06-01 21:05:03):早\n")
    assert [(d.code, d.line) for d in found.diagnostics] == [("text-before-first-message", 3)]


def test_impossible_time() -> None:
    bad = HEAD + "李四 (2021-02-30 21:05:03):早\n"
    with pytest.raises(FormatError, match="not a time"):
        read(bad, errors="strict")
    assert read(bad)[0].time is None


def test_english_title() -> None:
    text = WHOLE.replace("微信聊天记录", "WeChat Chat History")
    assert wechatlog.detect(text.encode()).confidence == 1.0
    assert read(text).title == "李四"


def test_hostile_text_costs_linear_time() -> None:
    hostile = HEAD + "李四 (2021-06-01 21:05:03):" + " (2021" * 100_000 + "\n" + "「" * 100_000 + "\n<< x" * 20_000
    assert len(read(hostile)) == 1
    glued = HEAD + "张三 (2021-06-01 21:07:43):微信转账 ￥1.00" * 3_000 + "\n"
    assert len(read(glued)) == 3_000
