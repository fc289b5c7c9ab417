"""Pasted text: what files in the corpus cannot show."""

from __future__ import annotations

import datetime as dt

import pytest

import wechatlog
from wechatlog import FormatError, OptionError, UnknownFormatError

TEXTS = {
    "paste": "李 四 2022/11/17 21:07\n早\n\n张三 2022/11/17 21:08\n早\n第二行\n\n李 四 2022/11/17 21:09\n[图片]\n",
    "paste-ios": "李 四\n2026年07月16日 17:08\n早\n\n张三\n2026年07月16日 17:09\n早\n第二行\n\n李 四\n2026年07月16日 17:10\n[图片]\n",
    "paste-names": "李 四:\n早\n\n张三:\n早\n第二行\n\n李 四:\n[图片]\n",
}


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("昨天 21:30", dt.datetime(2026, 5, 1, 21, 30)),
        ("星期五 下午9:30", dt.datetime(2026, 5, 1, 21, 30)),
        ("09:30", dt.datetime(2026, 5, 2, 9, 30)),
        ("4月30日 00:01", dt.datetime(2026, 4, 30, 0, 1)),
        ("2026年5月1日 上午12:08", dt.datetime(2026, 5, 1, 0, 8)),
        ("2017/8/9 7:14:05", dt.datetime(2017, 8, 9, 7, 14, 5)),
    ],
)
def test_clocks(clock: str, time: dt.datetime) -> None:
    (message,) = wechatlog.loads(f"李四 {clock}\n早\n", format="paste", today="2026-05-02")
    assert (message.sender, message.time, message.text) == ("李四", time, "早")
    assert message.precision == ("second" if time.second else "minute")


def test_a_relative_time_without_a_day_is_said() -> None:
    conversation = wechatlog.loads("李四 昨天 21:30\n早\n", format="paste")
    assert conversation[0].time is None
    assert [entry.code for entry in conversation.diagnostics] == ["relative-time"]
    assert "pass today=" in conversation.diagnostics[0].message


def test_today_may_be_a_date_and_must_be_a_day() -> None:
    assert wechatlog.loads("李四 21:30\n早\n", format="paste", today=dt.date(2026, 5, 2))[0].time is not None
    assert wechatlog.loads("李四 21:30\n早\n", format="paste", today=dt.datetime(2026, 5, 2, 3))[0].time is not None
    with pytest.raises(OptionError, match="today: expected a day such as 2026-05-01, not 'morgen'"):
        wechatlog.loads("李四 21:30\n早\n", format="paste", today="morgen")


def test_the_zone_and_the_owner_are_those_that_the_user_names() -> None:
    conversation = wechatlog.loads(TEXTS["paste"], tz="Asia/Shanghai", owner="张三")
    assert [message.is_self for message in conversation] == [False, True, False]
    assert {str(message.time.tzinfo) for message in conversation if message.time} == {"Asia/Shanghai"}


ESSAYS = (
    "总结：\n今年很好。\n\n建议：\n明年更好。\n\n注意：\n带伞。\n",
    "优点:\n快\n\n缺点:\n贵\n\n优点:\n小\n\n缺点:\n吵\n",
    "问:\n怎么办\n\n答:\n不知道\n\n问:\n真的吗\n\n答:\n真的\n",
    "他说：\n“走吧。”\n\n她说：\n“好。”\n\n他说：\n“那走。”\n",
    "今天的安排如下:\n开会\n\n吃饭\n\n睡觉\n",
    "第一章:\n从前\n\n第二章:\n后来\n",
    "标题\n\n李四:\n早\n",
    "# 笔记\n\n李四:\n早\n\n李四:\n晚\n",
)


@pytest.mark.parametrize("text", ESSAYS)
def test_an_essay_is_no_chat(text: str) -> None:
    with pytest.raises(UnknownFormatError):
        wechatlog.load(text.encode())
    with pytest.raises(UnknownFormatError):
        wechatlog.load(text.replace("\n", "\r\n").encode())


def test_an_agenda_is_no_chat() -> None:
    with pytest.raises(UnknownFormatError):
        wechatlog.loads("早饭 08:00\n粥\n\n午饭 12:00\n面\n\n晚饭 18:00\n饭\n")


@pytest.mark.parametrize(
    "text",
    [
        "开会 2024/1/2 9:00\n\n吃饭 2024/1/2 12:00\n\n回家 2024/1/2 18:00\n",
        "### 2026-05-01 08:00\n\n买菜\n\n### 2026-05-02 08:00\n\n洗衣\n",
        "Start-Date: 2026-05-01  09:00:00\nInstall: x\n\nStart-Date: 2026-05-02  09:00:00\nRemove: x\n",
        "发布时间：2026-05-01 09:00\n今天开会。\n\n更新时间：2026-05-02 09:00\n改到明天。\n",
        "- time: 2026-05-01 10:00\n  room: 3\n",
    ],
)
def test_lines_without_bodies_or_without_names_are_no_chat(text: str) -> None:
    with pytest.raises(UnknownFormatError):
        wechatlog.loads(text)


def test_names_may_hold_a_comma_when_they_come_back() -> None:
    text = "Li, Si:\n早\n\n张三:\n早\n\nLi, Si:\n例如:\n一\n\n例如:\n二\n"
    conversation = wechatlog.loads(text, format="paste-names")
    assert [message.sender for message in conversation] == ["Li, Si", "张三", "Li, Si"]
    assert conversation[2].text == "例如:\n一\n\n例如:\n二"


def test_text_above_is_reported() -> None:
    with pytest.raises(FormatError, match="text before the first message belongs to no message"):
        wechatlog.loads("聊天\n\n" + TEXTS["paste"], format="paste", errors="strict")
