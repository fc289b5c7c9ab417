"""What the tests of several readers do."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import wechatlog
from wechatlog import WechatlogError
from wechatlog.inputs.single import How, read_source
from wechatlog.source import Source

CORPUS = Path(__file__).parents[1] / "corpus"

FRAGMENTS = (
    "\n", "\r\n", "\r", " ", "  ", "\t", "\0", "\u2028", "\u00a0", "\ufeff", "李四", "张三:", "·李四", "2026年9月10日 17:33",
    "2026/9/10 7:14:35", "2022/11/17 21:07", "昨天 21:30", "下午5:08", "07:14", "  07:15", "—————  2026-09-10  —————", "Dear:",
    "张三 和 李四 在微信上的聊天记录如下，请查收。", '微信群"X"的聊天记录如下:', "[图片] 图片_1.jpg", "[图片]", "「李四：早」", "- - - - - - - - - - - - - - -",
    "Subject: x", "MIME-Version: 1.0", "Content-Type: text/html", "Content-Transfer-Encoding: base64", "<html><body>", "<b>", "</b>",
    "<br>", "<div class=\"msg-line\">", "</div>", "[2026-05-01 08:00:00] ", "[2026-05-01 08:00]", "2024-01-10 20:15:00 | ", "我:", "WechatBakTool",
    "# Chat: 李四 (wxid_a)", "1|me:2021-06-01 21:05:23.123000:", "|img:", "(2017/8/19 7:14:35): ", "### 2026-05-01 08:00", "**张三**: ", "> ",
    "=== 李四 (7 条) ===", "联系人: 李四", "消息数: 4", "=" * 70, "9" * 30, "2026-99-99", "(", ")", "[", "]", "|", ":", "：", "发自我的 iPhone",
)  # fmt: skip


def read(data: bytes, name: str, **options: Any) -> list[wechatlog.Message]:
    """All messages of all conversations in an input."""
    return [message for found in read_source(Source.of(data), How.of(format=name, **options)) for message in found]


def check_any(data: bytes, format: str, **options: Any) -> None:  # noqa: A002
    """Whatever the bytes are: a conversation whose segments join to its texts, or an error of the library."""
    with contextlib.suppress(WechatlogError):
        for message in wechatlog.load(data, format=format, **options):
            assert "".join(segment.raw for segment in message.segments) == message.text
