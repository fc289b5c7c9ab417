"""What a row says beside its body, others say that are alike, and so does what is told of them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog

if TYPE_CHECKING:
    from collections.abc import Iterable

PYWXDUMP = "id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime"
MEMOTRACE_3 = "消息ID,类型,发送人,时间,内容,备注,昵称,更多信息"
MEMOTRACE_1 = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender"


IDS = (["6000000000000000001", "42"], ["", "0", "6E+18", "x", "012"])
CLOCKS = (["2025-01-01 08:00:00", "2025-11-02 01:30:00"], ["", "2025/1/1 8:00", "2025-13-01 08:00:00", "1735689600"])
BODIES = (["在吗", "好的,明天", "两行\n的话"], ["", "[图片]", "<msg/>", "./a.jpg"])
PEOPLE = (["wxid_zhangsan", "wxid_lisi"], ["", "我", "系统", "0"])
ROOMS = (["1@chatroom"], ["2@chatroom", ""])
OWN = (["0", "1"], ["", "x"])
ONE = (["1"], ["1"])
NAMES = (["张三"], ["", "三"])

TABLES = {
    PYWXDUMP: (
        "pywxdump-csv",
        (ONE, IDS, (["文本", "文本", "图片", "系统通知"], ["拍手", "引用回复"]), OWN, PEOPLE, ROOMS, BODIES, ([""], ["{}"]), CLOCKS),
    ),
    MEMOTRACE_3: (
        "memotrace-csv",
        (IDS, (["文本", "文本", "图片", "系统消息"], ["文件", "类型", ""]), PEOPLE, CLOCKS, BODIES, NAMES, NAMES, (["more"], ["", "./a"])),
    ),
    MEMOTRACE_1: (
        "memotrace-v1-csv",
        (
            ONE, (["1"], ["2"]), (["1", "1", "3", "10000"], ["49", "x"]), (["0"], ["57"]), OWN,
            (["1735689600", "1735689630"], ["", "0", "1735689600000", "2025-01-01 08:00:00"]),
            ONE, BODIES, CLOCKS, NAMES, NAMES, PEOPLE,
        ),
    ),
}  # fmt: skip
"""Headings, and what stands in each column of usual rows, and of others."""


def rows_of(cells: Iterable[tuple[list[str], list[str]]]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    usual = st.tuples(*(st.sampled_from(each) for each, _ in cells))
    odd = st.tuples(*(st.sampled_from(each * 4 + others) for each, others in cells))
    return st.lists(st.one_of(*[usual] * 9, odd), min_size=1, max_size=80)


def text_of(heading: str, rows: Iterable[tuple[str, ...]]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([heading.split(","), *rows])
    return stream.getvalue()


@pytest.mark.parametrize("heading", TABLES)
@given(data=st.data())
def test_runs_say_what_each_row_says(heading: str, data: st.DataObject) -> None:
    name, cells = TABLES[heading]
    text = text_of(heading, data.draw(rows_of(cells)))
    tz = data.draw(st.sampled_from([None, "America/New_York"]))

    def told() -> list[object]:
        archive = wechatlog.load_archive(text.encode(), format=name, tz=tz)
        return [(chat, chat.diagnostics, [message.origin for message in chat]) for chat in archive]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wechatlog.engine.delimited._FIRST_RUN", 4)
        patch.setattr("wechatlog.engine.delimited.RUN", 8)
        patch.setattr("wechatlog.engine.row_entries._FEW", 2)
        found = told()
        patch.setattr("wechatlog.engine.row_entries._MOST", 0)
        assert told() == found


def test_a_text_stays_in_its_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.engine.delimited._FIRST_RUN", 4)
    monkeypatch.setattr("wechatlog.engine.delimited.RUN", 4)
    monkeypatch.setattr("wechatlog.engine.row_entries._FEW", 2)
    # Each run is of one room: the heading and three rows, then four rows.
    rooms = ["1@chatroom"] * 7 + ["2@chatroom"] * 8 + ["1@chatroom"] * 8 + [""] + ["2@chatroom"] * 7
    rows = [("1", "42", "文本", "0", "wxid_lisi", room, "早", "", "2025-01-01 08:00:00") for room in rooms]
    first, second = wechatlog.load_archive(text_of(PYWXDUMP, rows).encode(), format="pywxdump-csv")
    assert [message.origin.line for message in first] == [*range(2, 9), *range(17, 26)]
    assert [message.origin.line for message in second] == [*range(9, 17), *range(26, 33)]


@pytest.mark.parametrize("room", ["1@chatroom", "wxid_lisi"])
def test_a_first_row_without_a_time_stays_in_its_chat(room: str) -> None:
    rows = [
        ("1", "42", "文本", "0", "wxid_lisi", room, "早", "", clock) for clock in ("", *["2025-01-01 08:00:00"] * 9)
    ]
    chat = wechatlog.load(text_of(PYWXDUMP, rows).encode(), format="pywxdump-csv")
    assert (chat.id, len(chat)) == (room, 10)


def test_what_is_told_of_a_row_is_told_behind_the_rows_before_it() -> None:
    rows = [("1", "42", "文本", "0", "wxid_lisi", "1@chatroom", "早", "", "2025-01-01 08:00:00")] * 40
    odd = ("1", "42", "拍手", "0", "wxid_lisi", "1@chatroom", "早", "", "2025-01-01 08:00:00")
    text = text_of(PYWXDUMP, [*rows, odd, rows[0][:8], *rows, odd])
    chat = wechatlog.load(text.encode(), format="pywxdump-csv")
    assert [(told.code, told.line) for told in chat.diagnostics] == [
        ("unknown-kind", 42),
        ("row-length", 43),
        ("bad-time", 43),
        ("unknown-kind", 84),
    ]
