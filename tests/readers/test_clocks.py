"""Wall clocks that are set back in the night: a message of the hour that comes twice is one, in every text."""

from __future__ import annotations

import datetime as dt

import pytest

import wechatlog
from wechatlog.timestamps import is_set_back

CLOCKS = (
    "2025-11-02 01:50:10",
    "2025-11-02 01:55:10",
    "2025-11-02 01:03:10",
    "2025-11-02 01:04:20",
    "2025-11-02 02:10:00",
    "2025-11-02 09:00:00",
)
TEXTS = ("还醒着吗", "刚到家", "时钟拨回了", "多睡一小时", "晚安", "早")
NAMES = ("张三", "李四") * 3
FORMS = {
    "chatlog-text": ("", "{name}(wxid_{name}0001) {clock}\n{text}\n\n"),
    "memotrace-text": ("", "{clock} {name}\n{text}\n\n"),
    "paste": ("", "{name} {slashed}\n{text}\n\n"),
    "paste-ios": ("", "{name}\n{chinese}\n{text}\n\n"),
    "pc-wechat-exp-txt": (
        "联系人: 张三\n微信号: wxid_zhangsan0001\n" + "=" * 70 + "\n\n",
        "[{clock}] {name}: {text}\n",
    ),
    "stomakun": ("", "{name}({slashed}): {text}\n"),
    "thearas": (
        "# Chat: 组 (12345678901@chatroom)\n# 组 | total: 6, showing: 6 | db: message_0.db\n\n",
        "[{clock}] {name}: {text}\n",
    ),
    "wechat-dump": ("", "1|{name}:{clock}:{text}\n"),
    "wechatbaktool": ("WechatBakTool\n与 张三 的聊天记录\n\n", "{clock} | {name}:{text}\n"),
    "wechatexporter-txt": ("组 - 微信聊天记录\n\n", "{name} ({clock}):{text}\n"),
    "wetrace-text": ("", "[{name}] {clock}\n{text}\n\n"),
    "weflow-txt": ("", "{clock} '{name}'\n{text}\n\n"),
    "wx-cli-txt": ("=== 组[群] (6 条) ===\n\n", "[{clock}] {name}: {text}\n"),
    "bracket-lines": ("", "[{clock}] {name}: {text}\n"),
}


def _export(form: str) -> str:
    head, line = FORMS[form]
    rows = []
    for clock, name, text in zip(CLOCKS, NAMES, TEXTS, strict=True):
        time = dt.datetime.fromisoformat(clock)
        chinese = f"{time:%Y年%m月%d日 %H:%M}"
        if form == "pc-wechat-exp-txt" and name == "李四":  # a private chat, whose head names the peer
            name = "我"
        account = {"张三": "zhangsan", "李四": "lisi"}[name] if form == "chatlog-text" else name
        rows.append(
            line.format(clock=clock, slashed=f"{time:%Y/%m/%d %H:%M:%S}", chinese=chinese, name=account, text=text)
        )
    return head + "".join(rows)


@pytest.mark.parametrize("form", FORMS)
def test_the_hour_that_comes_twice_loses_no_message(form: str) -> None:
    found = wechatlog.loads(_export(form), format=form)
    assert [message.text.strip() for message in found] == list(TEXTS)
    codes = {entry.code for entry in found.diagnostics}
    assert codes <= {"clock-set-back", "mixed-times", "message-count"}, codes


@pytest.mark.parametrize("form", ["thearas", "weflow-txt", "paste"])
def test_a_zone_tells_which_of_the_two_hours_it_was(form: str) -> None:
    times = [message.time for message in wechatlog.loads(_export(form), format=form, tz="America/New_York")]
    assert [f"{time:%z}" for time in times if time] == ["-0400", "-0400", "-0500", "-0500", "-0500", "-0500"]
    assert [time.timestamp() for time in times if time] == sorted(time.timestamp() for time in times if time)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("2025-11-02 01:55", "2025-11-02 01:03", True),
        ("2025-11-02 01:55", "2025-11-02 00:55", False),  # a whole hour
        ("2025-11-03 01:55", "2025-11-03 01:03", False),  # a Monday
        ("2025-07-06 01:55", "2025-07-06 01:03", False),
        ("2025-11-02 12:55", "2025-11-02 12:03", False),
    ],
)
def test_when_a_clock_may_have_been_set_back(before: str, after: str, expected: bool) -> None:
    assert is_set_back(dt.datetime.fromisoformat(before), dt.datetime.fromisoformat(after)) is expected


def test_a_zone_without_the_hour_knows_no_such_night() -> None:
    assert not is_set_back(dt.datetime(2025, 11, 2, 1, 55), dt.datetime(2025, 11, 2, 1, 3), dt.UTC)


def test_a_forged_header_is_doubted_on_other_days() -> None:
    text = "# Chat: 组 (1@chatroom)\n# 组 | total: 2, showing: 2 | db: x\n\n[2025-11-03 01:50:10] 张三: 早\n"
    found = wechatlog.loads(f"{text}[2025-11-03 01:03:10] 张三: 贴的\n[2025-11-03 01:55:10] 张三: 好\n")
    assert len(found) == 2
    assert [entry.code for entry in found.diagnostics] == ["suspected-forgery"]
