"""PyWxDump and WeClone: what single files cannot show."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from wechatlog import MessageKind

HEADER = ["id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "msg", "src", "CreateTime"]
OLD = [*HEADER[:6], "content", HEADER[-1]]
PEER, OWN = "wxid_lisi00000002", "wxid_zhangsan0001"


def row(number: int, message: str, **fields: Any) -> list[Any]:
    known = {
        "id": number,
        "MsgSvrID": f"80000000000000{number:05}",
        "type_name": "文本",
        "is_sender": 0,
        "talker": PEER,
        "room_name": PEER,
        "msg": message,
        "src": "",
        "CreateTime": f"2024-05-06 20:{number // 60 % 60:02}:{number % 60:02}",
    }
    return list({**known, **fields}.values())


def table(rows: list[list[Any]], header: list[str] = HEADER, **style: Any) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, **style)
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


ROWS = [row(1, "早，“你好”"), row(2, "两\n行", is_sender=1, talker=OWN), row(3, "图片", type_name="图片", src="a.dat")]


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for cells in [HEADER, *rows]:
        book.active.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_csv_and_the_json_of_one_chat_are_equal(samples: Path) -> None:
    one = wechatlog.load(samples / "pywxdump-wxid_lisi00000002_0_18.csv", errors="strict")
    other = wechatlog.load(samples / "pywxdump-wxid_lisi00000002_0_18.json", errors="strict")
    assert one.messages == other.messages
    assert one[7].given_segments == other[7].given_segments


@given(text=st.text(max_size=60), src=st.text(max_size=20))
@example(text="好,", src="")
@example(text='a,"b",c\n{"msg": 1}', src="{")
def test_content_without_quotes(text: str, src: str) -> None:
    content = json.dumps({"src": src, "msg": text}, ensure_ascii=False)
    lines = f"{','.join(OLD)}\n1,2,文本,0,{PEER},{PEER},{content},2024-05-06 20:00:00\n"
    (message,) = wechatlog.load(lines.encode("utf-8", "surrogatepass"), format="pywxdump-csv")
    assert message.text == json.loads(content)["msg"].replace("\r\n", "\n")


def test_an_answer_of_the_server_names_people() -> None:
    message = dict(zip(HEADER, row(1, "早"), strict=True))
    people = {PEER: {"wxid": PEER, "nickname": "李四", "remark": "老李"}}
    body = {"msg_list": [message], "user_list": people, "my_wxid": OWN}
    answer = {"code": 0, "body": body, "msg": "success", "extra": {}}
    conversation = wechatlog.loads(json.dumps(answer, ensure_ascii=False))
    assert (conversation.title, conversation.owner, [m.sender for m in conversation]) == ("老李", OWN, ["老李"])


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters(delimiter: str) -> None:
    data = table(ROWS, delimiter=delimiter).encode("utf-16")
    assert wechatlog.load(data).messages == wechatlog.load(table(ROWS).encode()).messages


def test_a_workbook_named_csv(tmp_path: Path) -> None:
    path = tmp_path / f"{PEER}_0_5000.csv"
    path.write_bytes(workbook(ROWS))
    assert wechatlog.detect(path).format == "pywxdump-csv"
    assert wechatlog.load(path).messages == wechatlog.load(table(ROWS).encode()).messages


def test_a_workbook_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(wechatlog.MissingExtraError, match=r"wechatlog\[excel\]"):
        wechatlog.load(workbook(ROWS))


def test_pages_are_one_conversation(tmp_path: Path) -> None:
    (tmp_path / f"{PEER}_0_2.csv").write_text(table(ROWS[:2]), encoding="utf-8")
    (tmp_path / f"{PEER}_2_4.csv").write_text(table([ROWS[2], row(4, "四")]), encoding="utf-8")
    users = {PEER: {"wxid": PEER, "nickname": "小李", "remark": "李四"}}
    (tmp_path / "users.json").write_text(json.dumps(users), encoding="utf-8")
    archive = wechatlog.load_archive(tmp_path)
    (chat,) = archive
    assert [message.text for message in chat] == ["早，“你好”", "两\n行", "图片", "四"]
    assert (chat.title, chat[0].sender, chat[1].sender) == ("李四", "李四", OWN)
    assert chat.members[0].aliases == ("小李",)
    assert [entry.code for entry in archive.diagnostics] == ["skipped-file"]


def test_a_broken_users_json_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table(ROWS), encoding="utf-8")
    (tmp_path / "users.json").write_text("{", encoding="utf-8")
    chat = wechatlog.load(path)
    assert [entry.code for entry in chat.diagnostics] == ["broken-users"]
    assert chat[0].sender == PEER


def test_several_rooms_are_several_conversations() -> None:
    data = table([row(1, "一"), row(2, "二", room_name="1@chatroom"), row(3, "三")])
    chats = list(wechatlog.load_archive(data.encode()))
    assert [[message.text for message in chat] for chat in chats] == [["一", "三"], ["二"]]
    assert [chat.is_group for chat in chats] == [False, True]
    with pytest.raises(wechatlog.MultipleConversationsError):
        wechatlog.load(data.encode())


def test_a_short_row_opens_no_conversation() -> None:
    data = table([row(1, "一")]) + f"2,8000000000000000002,文本,0,{PEER},坏的房间,字\r\n" + "3\r\n"
    chat = wechatlog.load(data.encode())
    assert len(chat) == 3
    assert [entry.code for entry in chat.diagnostics if entry.code == "row-length"] == ["row-length"] * 2


def test_an_id_that_ends_with_zeros_is_kept_where_excel_was_not() -> None:
    chat = wechatlog.load(table([row(1, "一", MsgSvrID="8000000000000000000")]).encode())
    assert chat[0].id == "8000000000000000000"


def test_the_order_of_dates_is_an_option() -> None:
    data = table([row(1, "一", CreateTime="4/10/2024 11:42")]).encode()
    assert str(wechatlog.load(data)[0].time) == "2024-04-10 11:42:00"
    assert wechatlog.load(data).diagnostics[0].code == "ambiguous-date"
    chat = wechatlog.load(data, date_order="dmy")
    assert str(chat[0].time) == "2024-10-04 11:42:00"
    assert chat.diagnostics == ()
    with pytest.raises(wechatlog.OptionError, match="date_order: must be one of mdy, dmy"):
        wechatlog.load(data, date_order="ymd")


def test_tz_makes_local_times_aware() -> None:
    chat = wechatlog.load(table(ROWS).encode(), tz="Asia/Shanghai")
    assert chat[0].time is not None
    assert chat[0].time.isoformat() == "2024-05-06T20:00:01+08:00"


def test_weclone_times_are_utc_until_a_zone_is_named(samples: Path) -> None:
    chat = wechatlog.load(samples / "weflow-weclone.csv", errors="strict")
    assert chat[0].time is not None
    assert chat[0].time.isoformat() == "2026-05-01T00:00:00+00:00"
    assert not chat.tz_assumed
    there = wechatlog.load(samples / "weflow-weclone.csv", tz="Asia/Shanghai")
    assert there[0].time == chat[0].time
    assert there[0].time.isoformat() == "2026-05-01T08:00:00+08:00"
    assert [(m.sender, m.sender_id, m.is_self) for m in chat][:2] == [("李四", None, False), ("张三", None, True)]


def test_a_hostile_record_is_left_alone() -> None:
    for src in ("{" * 5000, "{'a': __import__('os')}", "{'title': 1}", "{}"):
        chat = wechatlog.load(table([row(1, "t\nd", type_name="合并转发的聊天记录", src=src)]).encode())
        assert chat[0].kind is MessageKind.FORWARD
        assert chat[0].segments[0].raw == "t\nd"


def test_the_header_is_needed() -> None:
    with pytest.raises(wechatlog.FormatError, match="the first line is not id,MsgSvrID"):
        wechatlog.load(b"1,2,3\r\n", format="pywxdump-csv")
    with pytest.raises(wechatlog.FormatError, match="no sheet has the columns id,MsgSvrID"):
        wechatlog.load(_empty_book(), format="pywxdump-csv")
    with pytest.raises(wechatlog.FormatError, match="no constant local_msg_list"):
        wechatlog.load(b"const local_msg_count = 1\n", format="pywxdump-js")


def _empty_book() -> bytes:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


def test_an_empty_chat_is_one() -> None:
    assert len(wechatlog.load(table([]).encode())) == 0
    assert len(wechatlog.load(b"[]", format="pywxdump-json")) == 0


@given(
    st.lists(st.lists(st.text(max_size=20), max_size=10), max_size=6),
    st.sampled_from([HEADER, HEADER[:5] + HEADER[6:]]),
)
@example([["\r"]], HEADER)
def test_any_cells(cells: list[list[str]], header: list[str]) -> None:
    data = table(cells, header)
    reader = "pywxdump-csv" if "room_name" in header else "weclone-csv"
    messages = [m for chat in wechatlog.load_archive(data.encode("utf-8", "replace"), format=reader) for m in chat]
    rows = csv.reader(io.StringIO(data, newline=""))
    # A row of another length than the header is none if it holds but blanks.
    assert len(messages) == sum(any(row if len(row) == len(header) else map(str.strip, row)) for row in rows) - 1
    for message in messages:
        assert "".join(segment.raw for segment in message.segments) == message.text


@given(
    st.recursive(
        st.none() | st.text(max_size=9) | st.integers(),
        lambda inner: st.dictionaries(
            st.sampled_from(
                ["MsgSvrID", "type_name", "msg", "src", "CreateTime", "talker", "title", "datalist", "dataitem"]
            ),
            inner | st.lists(inner, max_size=2),
            max_size=5,
        ),
        max_leaves=12,
    )
)
def test_any_json_row(value: Any) -> None:
    for chat in wechatlog.load_archive(json.dumps([value]).encode(), format="pywxdump-json"):
        for message in chat:
            assert "".join(segment.raw for segment in message.segments) == message.text
