"""WeFlow TXT and Markdown: what single files cannot show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog

BODIES = st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


def block(second: int, name: str, body: str, quote: str = "'") -> str:
    return f"2026-05-01 08:{second // 60:02}:{second % 60:02} {quote}{name}{quote}\n{body}\n\n"


def test_the_owner_is_not_guessed() -> None:
    one_sided = block(0, "李四", "早") + block(1, "李四", "在吗")
    assert [m.is_self for m in wechatlog.load(one_sided.encode())] == [None, None]
    group = "".join(block(n, name, "早") for n, name in enumerate(("李四", "王五", "张三", "我")))
    chat = wechatlog.load(group.encode())
    assert chat.is_group
    assert [m.is_self for m in chat] == [None] * 4
    named = wechatlog.load(group.encode(), owner="张三")
    assert [m.is_self for m in named] == [False, False, True, False]
    assert named.owner == "张三"


@given(st.lists(st.tuples(BODIES, st.lists(BODIES, min_size=1, max_size=3)), min_size=1, max_size=5))
def test_any_names_and_bodies(messages: list[tuple[str, list[str]]]) -> None:
    text = "".join(block(n, name, "\n".join(lines)) for n, (name, lines) in enumerate(messages))
    chat = wechatlog.load(text.encode(), format="weflow-txt")
    assert [(m.sender, m.text) for m in chat] == [(name, "\n".join(lines)) for name, lines in messages]


def _escape(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#+-.!|" else c for c in text)


@given(st.lists(st.tuples(BODIES, BODIES), min_size=1, max_size=5))
def test_any_escaped_text(messages: list[tuple[str, str]]) -> None:
    text = "# 题\n\n- 会话ID: `x@chatroom`\n- 会话类型: 群聊\n- 导出工具: WeFlow\n\n---\n\n"
    for name, body in messages:
        text += f"## 2026\\-05\\-01 08:00:00 {_escape(name)}\n\n{_escape(body)}\n\n"
    chat = wechatlog.load(text.encode(), format="weflow-markdown")
    assert [m.sender for m in chat] == [name for name, _ in messages]
    for message, (_, body) in zip(chat, messages, strict=True):
        if body.strip(" \t"):
            assert message.text == body


def test_options_are_checked() -> None:
    with pytest.raises(TypeError, match="takes no option 'ower'"):
        wechatlog.load(block(0, "李四", "早").encode(), ower="李四")
