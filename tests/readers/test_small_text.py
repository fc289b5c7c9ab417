"""Text exports of small tools: what files in the corpus cannot show."""

from __future__ import annotations

import datetime as dt

import pytest

import wechatlog
from wechatlog import OptionError, UnknownFormatError
from wechatlog.engine.protocol import Head
from wechatlog.readers import wechatbaktool
from wechatlog.source import Source

TEXTS = {
    "stomakun": "李四(2017/8/19 7:14:35): 早\n张三(2017/8/19 7:14:55): 早\n第二行\n李四(2017/8/19 7:15:15): [图片]\n",
    "wechatbaktool": (
        "WechatBakTool\n与 李四 的聊天记录\n导出时间：2024-07-01 10:00:00\n=====\n\n\n2024-01-10 20:15:00 | 李四:早\n"
        "2024-01-10 20:15:20 | 我:早\n第二行\n2024-01-10 20:15:40 | 李四:[图片]\n"
    ),
    "thearas": (
        "# Chat: 示例组 (1@chatroom)\n# 示例组 | total: 3, showing: 3 | db: message_0.db\n# Exported: 2026-04-01 09:00:00\n\n"
        "[2026-05-01 08:00:00] 王五: 早\n[2026-05-01 08:00:20] 赵六: 早\n第二行\n[2026-05-01 08:00:40] 王五: [image]\n"
    ),
    "wechat-dump": "1|李四:2021-06-01 21:05:03:早\n1|me:2021-06-01 21:05:23.120000:早\n第二行\n34|李四:2021-06-01 21:06:03:Voice|img:a\n",
    "pc-wechat-exp-txt": (
        "联系人: 李四\n微信号: wxid_lisi00000002\n导出时间: 2026-09-20 10:00:00\n消息数: 3\n" + "=" * 70 + "\n\n"
        "[2026-05-01 08:00:00] 李四: 早\n[2026-05-01 08:00:20] 我: 早\n第二行\n[2026-05-01 08:00:40] [图片] 李四: [图片]"
    ),
    "pc-wechat-exp-html": (
        "<title>聊天记录 - 李四</title>\n<style>.msg-line{}</style>联系人: <span>李四</span>\n微信号: <span>wxid_lisi00000002</span>\n"
        '<div class="msg-list">\n<div class="msg-line">[2026-05-01 08:00:00] 李四: 早</div><div class="msg-line">[2026-05-01 08:00:20] 我: '
        '早\n第二行</div><div class="msg-line">[2026-05-01 08:00:40] [图片] 李四: [图片]</div>\n</div>'
    ),
    "wx-cli-md": (
        "# 李四\n\n> 导出 3 条消息\n\n### 2026-05-01 08:00\n\n早\n\n### 2026-05-01 08:01\n\n**张三**: 早\n> 第二行\n\n"
        "### 2026-05-01 08:02\n\n[图片] local_id=3\n"
    ),
    "wx-cli-txt": "=== 李四 (3 条) ===\n\n[2026-05-01 08:00] 早\n[2026-05-01 08:01] 张三: 早\n第二行\n[2026-05-01 08:02] [图片] local_id=3",
}


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("a(2017/8/19 7:14:35): x", dt.datetime(2017, 8, 19, 7, 14, 35)),
        ("a(2017/8/19 下午 7:14:35): x", dt.datetime(2017, 8, 19, 19, 14, 35)),
        ("a(8/19/2017 7:14:35 PM): x", dt.datetime(2017, 8, 19, 19, 14, 35)),
        ("a(19/08/2017 07:14:35): x", dt.datetime(2017, 8, 19, 7, 14, 35)),
        ("a(3.4.2017 07:14:35): x", dt.datetime(2017, 4, 3, 7, 14, 35)),
        ("a(2017-08-19 07:14:35): x", dt.datetime(2017, 8, 19, 7, 14, 35)),
        ("a(19-Aug-2017 7:14:35 AM): x", dt.datetime(2017, 8, 19, 7, 14, 35)),
    ],
)
def test_the_cultures_of_stomakun(line: str, time: dt.datetime) -> None:
    (message,) = wechatlog.loads(line + "\r\n", format="stomakun", errors="strict")
    assert (message.sender, message.time, message.text) == ("a", time, "x")


def test_which_of_day_and_month_comes_first() -> None:
    line = "a(3/4/2017 7:14:35): x\r\n"
    found = wechatlog.loads(line, format="stomakun")
    assert found[0].time == dt.datetime(2017, 4, 3, 7, 14, 35)
    assert [entry.code for entry in found.diagnostics] == ["ambiguous-date"]
    assert wechatlog.loads(line, format="stomakun", date_order="mdy", errors="strict")[0].time == dt.datetime(
        2017, 3, 4, 7, 14, 35
    )
    ordered = line + "a(4/3/2017 7:14:35): x\r\n" + "a(5/2/2017 7:14:35): x\r\n"
    times = [message.time for message in wechatlog.loads(ordered, format="stomakun", errors="strict")]
    assert [time.month for time in times if time] == [3, 4, 5]
    with pytest.raises(OptionError, match="date_order: must be one of mdy, dmy"):
        wechatlog.loads(line, format="stomakun", date_order="ymd")


def test_without_its_head_wechatbaktool_needs_own_messages() -> None:
    log = "2024-01-10 20:15:00 | INFO:started\n2024-01-10 20:15:20 | WARN:x\n"
    assert wechatbaktool.READER.detect(Head.of(Source.of_text(log))) is None
    chat = log.replace("INFO", "我").replace("WARN", "李四")
    assert wechatlog.detect(chat.encode()).format == "wechatbaktool"


def test_own_messages() -> None:
    own = {name: [message.is_self for message in wechatlog.loads(text, format=name)] for name, text in TEXTS.items()}
    known = [False, True, False]
    assert own == {
        **dict.fromkeys(TEXTS, known),
        "stomakun": [None, None, None],
        "thearas": [None, None, None],
    }
    assert [message.is_self for message in wechatlog.loads(TEXTS["stomakun"], owner="张三")] == known


@pytest.mark.parametrize(
    "text", ["", "你好\n", "[2026-05-01 08:00:00] 李四: 早\n", "# 标题\n\n正文\n", "a (2017) b: c\n"]
)
def test_other_texts_are_not_taken(text: str) -> None:
    with pytest.raises(UnknownFormatError):
        wechatlog.load(text.encode())


def test_a_doubled_heading_costs_no_name() -> None:
    head = "# 李四\n\n- 微信标识：`wxid_lisi00000002`\n- 消息条数：2\n\n---\n\n"
    lines = "[2026-05-01 08:00:20] 早：好\n[2026-05-01 08:00:40] 在吗\n"
    whole, doubled = (
        wechatlog.loads(text, format="bracket-lines") for text in (head + lines, "# 李四\n" + head + lines)
    )
    assert doubled.title == whole.title == "李四"
    assert list(doubled) == list(whole)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("memotrace-text", "2026-05-01 08:00:00 李四\n早\n\n2026-05-01 08:026-05-01 08:02:28 李四\n好\n\n"),
        ("wechatexporter-txt", "李四 (2021-06-01 21:08:00):早\n张三 拍了021-06-01 21:09:03):[视频/语音通话]\n"),
    ],
)
def test_what_is_left_of_two_headers_with_a_hole_between_is_told(name: str, text: str) -> None:
    assert "near-header" in {entry.code for entry in wechatlog.loads(text, format=name).diagnostics}
