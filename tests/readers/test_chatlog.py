"""chatlog: JSON, webhook, CSV, workbook and plain text."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.readers.texts import read
from wechatlog.model import MessageKind as Kind
from wechatlog.readers.chatlog_bodies import read_contents, read_rendering
from wechatlog.segments.types import Call, Image, Location

CORPUS = Path(__file__).parents[1] / "corpus"
TEXT = (CORPUS / "chatlog-text" / "private.txt").read_text(encoding="utf-8")
JSON = (CORPUS / "chatlog-json" / "private.json").read_text(encoding="utf-8")
CSV = (CORPUS / "chatlog-csv" / "private.csv").read_text(encoding="utf-8")


# --- JSON -----------------------------------------------------------------------------------------


def test_indented_json() -> None:
    pretty = json.dumps(json.loads(JSON), ensure_ascii=False, indent=2)
    assert read(pretty.encode(), "chatlog-json") == read(JSON.encode(), "chatlog-json")


def test_times_keep_their_instant() -> None:
    message = {"seq": 1740790800000, "time": "2025-03-01T01:00:00Z", "talker": "a", "isSelf": False, "type": 1}
    (one,) = read(json.dumps([message]).encode(), "chatlog-json", tz="Asia/Tokyo")
    assert one.time is not None
    assert one.time.isoformat() == "2025-03-01T10:00:00+09:00"
    del message["time"]
    (one,) = read(json.dumps([message]).encode(), "chatlog-json")
    assert one.time is not None
    assert one.time.astimezone(dt.UTC).isoformat() == "2025-03-01T01:00:00+00:00"


def test_a_zero_time_is_none() -> None:
    message = {"seq": 0, "time": "0001-01-01T00:00:00Z", "talker": "a", "isSelf": False, "type": 1, "content": "早"}
    conversation = wechatlog.loads(json.dumps([message]), format="chatlog-json")
    assert (conversation[0].time, conversation[0].text) == (None, "早")
    assert [entry.code for entry in conversation.diagnostics] == ["bad-time"]


@pytest.mark.parametrize(
    ("number", "sub_number", "contents", "text"),
    [
        (3, 0, {"md5": "ab"}, "[图片]"),
        (49, 5, {"title": "标题", "url": "https://example.invalid/"}, "[链接|标题](https://example.invalid/)"),
        (49, 6, {"title": "a.docx", "md5": "ab"}, "[文件|a.docx]"),
        (48, 0, {"x": "31.2", "y": "121.4", "label": "某路", "cityname": "上海"}, "[位置|某路|上海|31.2|121.4]"),
        (48, 0, {}, "[位置]"),
        (49, 2003, {}, "[红包封面]"),
        (49, 19, {"title": "记录", "recordInfo": "?"}, "[合并转发|记录]"),
        (49, 1, {"title": "来自应用"}, "来自应用"),
        (50, 0, {}, "[语音通话]"),
        (999, 0, {"title": "?"}, ""),
    ],
)
def test_text_is_built_where_json_leaves_it_out(
    number: int, sub_number: int, contents: dict[str, Any], text: str
) -> None:
    body = read_contents({"type": number, "subType": sub_number, "content": "", "contents": contents})
    assert body.text == text
    assert "".join(segment.raw for segment in body.segments or ()) in ("", text)


def test_nested_forwards_are_rendered_as_chatlog_does() -> None:
    inner = {
        "Title": "里面",
        "DataList": {"DataItems": [{"DataType": "2", "SourceName": "赵六", "SourceTime": "08:00"}]},
    }
    item = {
        "DataType": "17",
        "SourceName": "王五",
        "SourceTime": "2025-02-28 10:00",
        "RecordXML": {"RecordInfo": inner},
    }
    contents = {"title": "外面", "recordInfo": {"Title": "外面", "DataList": {"DataItems": [item, 5]}}}
    body = read_contents({"type": 49, "subType": 19, "content": "", "contents": contents})
    assert body.text == (
        "[合并转发|外面]\n  王五 2025-02-28 10:00\n  [合并转发|里面]\n    赵六 08:00\n    [图片]\n  \n  \n\n"
    )


def test_a_call_is_not_called_a_voice_call() -> None:
    (segment,) = read_rendering("[语音通话]").segments or ()
    assert isinstance(segment, Call)
    assert segment.kind is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[名片|李四](wxid_lisi00000002)", Kind.CARD),
        ("[位置|某楼|某路1号|上海|31.2|121.4]", Kind.LOCATION),
        ("[语音通话|通话时长 01:05]", Kind.CALL),
        ("[红包|恭喜发财|已领取]", Kind.RED_PACKET),
        ("[链接|标题](说明\n第二行)", Kind.LINK),
        ("[笔记|标题]\n   \n  正文\n\n", Kind.NOTE),
        ("[群公告|标题]\n   \n  正文\n\n", Kind.ANNOUNCEMENT),
        ("[实时位置共享|我发起了位置共享]", Kind.LOCATION),
        ("我发了[图片]给你", Kind.TEXT),
        ("[微笑]", Kind.TEXT),
    ],
)
def test_renderings(text: str, kind: Kind) -> None:
    body = read_rendering(text)
    assert body.kind is kind
    assert body.segments is None or "".join(segment.raw for segment in body.segments) == text


def test_places_of_chatlog_alpha() -> None:
    (place,) = read_rendering("[位置|某楼|某路1号|上海|31.2|121.4]").segments or ()
    assert isinstance(place, Location)
    assert (place.poi, place.label, place.latitude) == ("某楼", "某路1号", 31.2)


def test_a_body_cut_through_a_character() -> None:
    body = read_rendering("Type: 66 Content: 好\ufffd<...>")
    assert [problem.code for problem in body.problems] == ["unknown-kind", "writer-fault"]
    assert body.problems[1].sentence == "chatlog cut this body at 120 bytes, through a character"


# --- tables ---------------------------------------------------------------------------------------


def test_a_csv_without_its_header() -> None:
    with pytest.raises(wechatlog.FormatError, match="the first line is not Time,SenderName"):
        wechatlog.loads("2025-03-01 09:00:00,a,b,c,d,e\n", format="chatlog-csv")


def test_a_workbook_without_the_sheet() -> None:
    other = CORPUS / "wetrace-xlsx" / "group.xlsx"
    with pytest.raises(wechatlog.FormatError, match="no sheet has the columns Time,SenderName"):
        wechatlog.load(other, format="chatlog-xlsx")


@pytest.mark.parametrize("header", ["Name,Remark,NickName,Owner,UserCount", "UserName,NOrder,NickName,Content,NTime"])
def test_lists_are_refused(header: str) -> None:
    with pytest.raises(wechatlog.RefusedFormatError, match="of chatlog, no messages"):
        wechatlog.loads(f"{header}\n1,2,3,4,5\n")


# --- plain text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("李四(wxid_lisi00000002)", ("李四", "wxid_lisi00000002", False)),
        ("李(四)(wxid_lisi00000002)", ("李(四)", "wxid_lisi00000002", False)),
        ("李四 [组长](wxid_lisi00000002)", ("李四 [组长]", "wxid_lisi00000002", False)),
        ("我(wxid_lisi00000002)", ("我", "wxid_lisi00000002", False)),
        ("12:30:00(lisi_1990)", ("12:30:00", "lisi_1990", False)),
        ("我", ("我", None, True)),
        ("张三(我)", ("张三", None, True)),
        ("张(三)(我)", ("张(三)", None, True)),
        ("wxid_lisi00000002", ("wxid_lisi00000002", "wxid_lisi00000002", False)),
        ("25984981234567890@openim", ("25984981234567890@openim", "25984981234567890@openim", False)),
        ("系统消息", (None, None, None)),
    ],
)
def test_senders(header: str, expected: tuple[Any, ...]) -> None:
    (message,) = read(f"{header} 2025-03-01 09:00:00\n早\n\n".encode(), "chatlog-text")
    assert (message.sender, message.sender_id, message.is_self) == expected


@pytest.mark.parametrize(
    "line",
    [
        "吃饭 12:30:00",
        "> 李四(wxid_lisi00000002) 12:30:00",
        "  李四 2025-03-01 09:00:00",
        "李四(wxid_lisi00000002) 9:00",
    ],
)
def test_lines_that_are_no_header(line: str) -> None:
    (message,) = read(f"我 09:00:00\n早\n\n{line}\n完\n\n".encode(), "chatlog-text", date="2025-03-01")
    assert message.text == f"早\n\n{line}\n完"


@pytest.mark.parametrize(
    ("name", "clock", "options", "time"),
    [
        ("wxid_a_2025-03-01_2025-03-01.txt", "09:00:00", {}, "2025-03-01T09:00:00"),
        ("wxid_a_2025-03-01.txt", "09:00:00", {}, "2025-03-01T09:00:00"),
        ("wxid_a_2025-03-01_2025-03-02.txt", "09:00:00", {}, None),
        ("wxid_a_2025-03-01_2025-03-02.txt", "03-01 09:00:00", {}, "2025-03-01T09:00:00"),
        ("wxid_a_2024-12-31_2025-03-02.txt", "03-01 09:00:00", {}, None),
        ("wxid_a_2025-13-01_2025-13-01.txt", "09:00:00", {}, None),
        ("x.txt", "09:00:00", {"date": "2025-03-01"}, "2025-03-01T09:00:00"),
        ("x.txt", "09:00:00", {"date": dt.date(2025, 3, 1)}, "2025-03-01T09:00:00"),
        ("x.txt", "09:00:00", {"date": dt.datetime(2025, 3, 1, 5)}, "2025-03-01T09:00:00"),
        ("x.txt", "03-01 09:00:00", {"date": "2025-12-31"}, "2025-03-01T09:00:00"),
        ("x.txt", "03-01 09:00:00", {"year": "2025"}, "2025-03-01T09:00:00"),
        ("wxid_a_2025-03-01_2025-03-01.txt", "03-01 09:00:00", {"year": 2024}, "2024-03-01T09:00:00"),
        ("x.txt", "09:00:00", {"year": 2025}, None),
    ],
)
def test_dates(tmp_path: Path, name: str, clock: str, options: dict[str, Any], time: str | None) -> None:
    path = tmp_path / name
    path.write_text(f"我 {clock}\n早\n\n", encoding="utf-8")
    conversation = wechatlog.load(path, format="chatlog-text", errors="strict", **options)
    found = conversation[0].time
    assert (found and found.isoformat()) == time
    assert [entry.code for entry in conversation.diagnostics] == ([] if time else ["missing-date"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"date": "1. März"}, "date: expected a day such as 2026-05-01, not '1. März'"),
        ({"date": 20250301}, "date: expected a day such as 2026-05-01, not 20250301"),
        ({"year": "25"}, "year: expected a year such as 2025, not '25'"),
        ({"year": True}, "year: expected a year such as 2025, not True"),
    ],
)
def test_option_errors(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(wechatlog.OptionError) as caught:
        wechatlog.loads("我 09:00:00\n早\n\n", format="chatlog-text", **options)
    assert str(caught.value) == sentence


def test_the_body_is_kept_to_the_character() -> None:
    text = " 前后有空 \n\n\t\n末尾 "
    (first, second) = read(f"我 09:00:00\n{text}\n\n我 09:00:01\n\n\n".encode(), "chatlog-text", date="2025-03-01")
    assert (first.text, second.text) == (text, "")


def test_a_little_disorder_is_no_forgery() -> None:
    text = "李四(wxid_lisi00000002) 09:00:10\n早\n\n李四(wxid_lisi00000002) 09:00:05\n午\n\n我 09:00:11\n晚\n\n"
    conversation = wechatlog.loads(text, format="chatlog-text", date="2025-03-01", errors="strict")
    assert [message.text for message in conversation] == ["早", "午", "晚"]


def test_owner_is_no_option_of_a_format_that_says() -> None:
    with pytest.raises(TypeError, match="takes no option 'owner'"):
        wechatlog.loads(TEXT, format="chatlog-text", owner="张三")


# --- damage ---------------------------------------------------------------------------------------


@given(
    lines=st.lists(
        st.sampled_from(
            [
                "我 09:00:00",
                "李四(wxid_a1) 09:00:01",
                "王五(b) [组(1@chatroom)] 03-01 09:00:00",
                "",
                "  x 09:00:00",
                "> a",
                "早",
            ]
        )
    )
)
def test_any_lines(lines: list[str]) -> None:
    messages = read("\n".join(lines).encode(), "chatlog-text")
    assert all("".join(segment.raw for segment in message.segments) == message.text for message in messages)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "DataList", "DataItems", "refer", "x"]), inner)
    ),
    max_leaves=8,
)
KEYS = [
    "seq",
    "time",
    "talker",
    "talkerName",
    "isChatRoom",
    "sender",
    "senderName",
    "isSelf",
    "type",
    "subType",
    "content",
    "contents",
]


@given(rows=st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES | st.sampled_from([1, 3, 19, 49, 50, 57, 10000]))))
def test_any_objects(rows: list[dict[str, Any]]) -> None:
    for message in read(json.dumps(rows).encode(), "chatlog-json"):
        assert "".join(segment.raw for segment in message.segments) == message.text


def test_an_image_keeps_its_path() -> None:
    body = read_contents({"type": 3, "content": "", "contents": {"path": "msg/x"}})
    assert body.segments == (Image(path="msg/x", raw="[图片]"),)


@pytest.mark.parametrize("name", ["wxid_a1_2025-03-01_2025-03-01.txt", "chatlog-wxid_a1_2025-03-01_2025-03-01 (1).txt"])
def test_the_talker_stands_in_the_file_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("李四(wxid_a1) 09:00:00\n早\n\n", encoding="utf-8")
    conversation = wechatlog.load(path)
    assert (conversation.id, conversation.title, conversation.is_group) == ("wxid_a1", "李四", False)


def test_a_header_with_a_hole_up_to_the_next_one_is_told() -> None:
    text = "李四(wxid_lisi00000002) 2026-05-01 08:00:00\n早\n\n李四(wxid_lisi00000002) 2026-05-01 08:我 2026-05-01 08:05:33\n好\n\n"
    chat = wechatlog.loads(text, format="chatlog-text")
    assert [(entry.code, entry.line) for entry in chat.diagnostics] == [("near-header", 4)]
    assert chat[0].text.endswith("好")
