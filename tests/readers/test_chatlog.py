"""chatlog: JSON, webhook, CSV, workbook and plain text."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from tests.readers.texts import read

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


def test_a_little_disorder_is_no_forgery() -> None:
    text = "李四(wxid_lisi00000002) 09:00:10\n早\n\n李四(wxid_lisi00000002) 09:00:05\n午\n\n我 09:00:11\n晚\n\n"
    conversation = wechatlog.loads(text, format="chatlog-text", date="2025-03-01", errors="strict")
    assert [message.text for message in conversation] == ["早", "午", "晚"]


def test_owner_is_no_option_of_a_format_that_says() -> None:
    with pytest.raises(TypeError, match="takes no option 'owner'"):
        wechatlog.loads(TEXT, format="chatlog-text", owner="张三")


# --- damage ---------------------------------------------------------------------------------------


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
