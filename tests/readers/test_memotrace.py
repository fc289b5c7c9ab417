"""MemoTrace: what the corpus cannot show."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from tests.cost import assert_linear
from wechatlog.diagnostics import Severity
from wechatlog.engine.protocol import Head
from wechatlog.inputs.single import How, read_source
from wechatlog.registry import find_reader
from wechatlog.source import Source

CORPUS = Path(__file__).parents[1] / "corpus"


def _text(case: str) -> str:
    return (CORPUS / case).read_bytes().decode("utf-8").removeprefix("\ufeff")


def _load(data: bytes | str, name: str | None = None, **options: Any) -> wechatlog.Conversation:
    return wechatlog.load(data.encode() if isinstance(data, str) else data, format=name, **options)


def _read(data: bytes, name: str) -> None:
    """Everything that the format finds; an error may be one of the library, and none that was caught at the last gate."""
    try:
        for conversation in read_source(Source.of(data), How(name)):
            for message in conversation:
                assert "".join(segment.raw for segment in message.segments) == message.text
    except wechatlog.WechatlogError as error:
        assert "cannot be read as" not in str(error)  # noqa: PT017


def _codes(conversation: wechatlog.Conversation) -> list[str]:
    return [entry.code for entry in conversation.diagnostics]


def test_the_page_and_the_json_beside_it_say_the_same(samples: Path) -> None:
    page = wechatlog.load(samples / "memotrace-v3-private.html")
    beside = wechatlog.load(samples / "memotrace-v3-private.html.json")
    assert page.messages == beside.messages
    assert (page.title, page.id, page.is_group) == ("李四", "wxid_lisi00000002", False)
    assert beside[9].reply_to == "7000000000000000009"


def test_csv_and_txt_of_one_chat_have_the_same_times_and_texts(samples: Path) -> None:
    table = wechatlog.load(samples / "memotrace-v3-private.csv")
    text = wechatlog.load(samples / "memotrace-v3-private.txt")
    assert [(m.time, m.text) for m in table] == [(m.time, m.text) for m in text]


HOSTILE: dict[str, list[tuple[str, str, str]]] = {
    "memotrace-text": [
        ("2026-02-03 07:05:09 a\n", "\n引用：", ""),
        ("2026-02-03 07:05:09 a\n【合并转发的聊天记录】\n", "- 2026-02-03 07:05 a\n", ""),
        ("2026-02-03 07:05:09 a\n【分享链接】\n标题：", "\n描述：", ""),
        ("", "2026-02-03 07:05:09 a\n\n", ""),
    ],
    "memotrace-v1-text": [("2024-06-01 08:00:00 ", "\\'&amp;", "\n"), ("", "2024-06-01 08:00:00 \n", "")],
    "memotrace-markdown": [
        ("**07:05:09 a**: 【小程序】: ", "：[", ""),
        ("**07:05:09 a**: ", "[", ""),
        ("**07:05:09 a**: x", " \n> ", ""),
        ("**07:05:09 ", "\\*", ""),
        ("**07:05:09 a**: ", "\\", "\\"),
    ],
    "memotrace-ai-text": [("\n\n" + "*" * 20 + "2026-02-03" + "*" * 20 + "\n", "\na:b", "")],
    "memotrace-html": [
        ("const chatMessages = [", "{ type:1,'\\'", ""),
        ("const chatMessages = [", "{ type:1, text: '<img <img ' },", ""),
        ("const chatMessages = [{ type:1, text: '", "<img ", "', timestamp:1 }]"),
        ("", "const chatMessages = ", ""),
    ],
    "memotrace-v1-csv": [
        (
            "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n1,2,49,5,0,1717200000,0,",
            "&lt;",
            ",2024-06-01 08:00:00,a,a,a\n",
        )
    ],
}
"""What stands before, what comes again and again, and what stands behind it."""


@pytest.mark.parametrize(
    ("name", "before", "again", "behind"), [(name, *parts) for name, texts in HOSTILE.items() for parts in texts]
)
def test_hostile_texts_cost_linear_time(name: str, before: str, again: str, behind: str) -> None:
    assert_linear(lambda size: _read((before + again * (size // len(again)) + behind).encode(), name), 80_000)


def test_a_page_of_version_1_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyjson5", None)
    with pytest.raises(wechatlog.MissingExtraError, match=r"pip install 'wechatlog\[html\]'"):
        wechatlog.load(CORPUS / "memotrace-html/v1.html")
    assert len(wechatlog.load(CORPUS / "memotrace-html/v3.html")) == 16


def test_a_page_whose_list_lies_beyond_the_head_is_known_by_its_styles() -> None:
    styles = "<html><head><style>.chat-refer {} .chat-music-audio {} .content-wrapper-left {} .timeline-item-month {}"
    page = styles + "a" * 300_000 + "</style></head>" + _text("memotrace-html/v3.html").partition("<body>")[2]
    assert wechatlog.detect(page.encode()).format == "memotrace-html"
    conversation = _load(page)
    assert conversation.messages == _load(_text("memotrace-html/v3.html")).messages
    assert conversation.title == "示例项目组"


def test_a_page_without_a_list_is_an_error() -> None:
    with pytest.raises(wechatlog.FormatError, match="no list of messages"):
        _load("<html><body>nothing</body></html>", "memotrace-html")


@pytest.mark.parametrize(
    ("text", "name", "match"),
    [
        ("a,b,c\n1,2,3\n", "memotrace-csv", "the first line is not 消息ID"),
        ("a,b,c\n1,2,3\n", "memotrace-v1-csv", "the first line is not localId"),
        ("a,b,c\n1,2,3\n", "memotrace-emulator-csv", "the first line is not 用户名"),
        ("no workbook", "memotrace-xlsx", "the first line is not 消息ID"),
    ],
)
def test_another_format_is_an_error(text: str, name: str, match: str) -> None:
    with pytest.raises(wechatlog.FormatError, match=match):
        _load(text, name)


def test_a_workbook_of_other_columns_is_an_error(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(wechatlog.FormatError, match="no sheet has the columns"):
        wechatlog.load(tmp_path / "a.xlsx", format="memotrace-xlsx")
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.detect(tmp_path / "a.xlsx")


def test_options_are_checked() -> None:
    with pytest.raises(wechatlog.OptionError, match="date: expected a day"):
        _load(_text("memotrace-markdown/no-heading.md"), date="gestern")
    with pytest.raises(wechatlog.OptionError, match="date_order"):
        _load(_text("memotrace-csv/private.csv"), date_order="ymd")
    with pytest.raises(TypeError, match="takes no option 'ower'"):
        _load(_text("memotrace-csv/private.csv"), ower="张三")


@pytest.mark.parametrize("day", ["2026-02-03", dt.date(2026, 2, 3)])
def test_the_day_above_the_first_heading_can_be_said(day: Any) -> None:
    conversation = _load(_text("memotrace-markdown/no-heading.md"), date=day)
    assert conversation[0].time == dt.datetime(2026, 2, 3, 7, 5, 9)
    assert conversation[2].time == dt.datetime(2026, 2, 4, 0, 0, 1)
    assert conversation.diagnostics == ()


@pytest.mark.parametrize("case", ["memotrace-text/group.txt", "memotrace-csv/private.csv"])
def test_nobody_is_the_owner_before_the_user_says_so(case: str) -> None:
    text = _text(case)
    assert {message.is_self for message in _load(text)} == {None}
    told = [m.is_self for m in _load(text, owner="张三") if m.sender is not None]
    assert True in told
    assert False in told


def test_the_hint_at_the_owner_is_given_once_and_is_no_proof() -> None:
    conversation = _load(_text("memotrace-csv/private.csv"))
    hints = [entry for entry in conversation.diagnostics if entry.code == "self-hint"]
    assert len(hints) == 1
    assert hints[0].severity is Severity.INFO
    assert "pass owner=" in hints[0].message
    assert "self-hint" not in _codes(_load(_text("memotrace-csv/private.csv"), owner="张三"))


def test_copies_of_a_second_export_are_joined(tmp_path: Path) -> None:
    data = (CORPUS / "memotrace-csv/private.csv").read_bytes()
    (tmp_path / "赵六.csv").write_bytes(data)
    more = "8123456789012345699,文本,张三,2026-02-03 09:00:00,新的,,,more\r\n"
    (tmp_path / "赵六(1).csv").write_bytes(data + more.encode())
    (joined,) = wechatlog.load_archive(tmp_path)
    assert len(joined) == len(_load(data)) + 1
    assert joined[-1].text == "新的"


def test_a_file_of_all_chats_is_several_conversations() -> None:
    data = _text("memotrace-v1-csv/messages.csv")
    with pytest.raises(wechatlog.MultipleConversationsError, match="load_archive"):
        _load(data)
    titles = [conversation.title for conversation in wechatlog.load_archive(data.encode())]
    assert titles == ["李四", "示例项目组", None]


_NUMERIC = "localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\n"


@pytest.mark.parametrize(
    ("who", "sender", "sender_id"),
    [
        ("李四,小李,wxid_lisi00000002", "李四", "wxid_lisi00000002"),
        (",小李,lisi_2019", "小李", "lisi_2019"),
        ("Anna,,anna_wx_2019", "Anna", "anna_wx_2019"),
        ("李四,小李,小李", "小李", None),
        ("项目组,Project,Bob", "Bob", None),
        (",Bobby01,Bobby01", "Bobby01", None),
    ],
)
def test_what_the_sender_column_means_is_told_by_its_values(who: str, sender: str, sender_id: str | None) -> None:
    text = _NUMERIC + f"1,2,1,0,0,1717200000,0,早,2024-06-01 08:00:00,{who}\n"
    (message,) = _load(text)
    assert (message.sender, message.sender_id) == (sender, sender_id)


def test_batches_of_many_chats_keep_their_messages_apart() -> None:
    rows = [
        f"{i},{i % 7},1,0,{i % 2},{1717200000 + i},0,text {i},2024-06-01 08:00:00,朋友{i % 7},,{'我' if i % 2 else ''}\n"
        for i in range(5000)
    ]
    conversations = list(wechatlog.load_archive((_NUMERIC + "".join(rows)).encode()))
    assert sorted(conversation.title or "" for conversation in conversations) == [f"朋友{i}" for i in range(7)]
    for conversation in conversations:
        number = int((conversation.title or "")[-1])
        assert [m.text for m in conversation] == [f"text {i}" for i in range(number, 5000, 7)]


def test_unix_times_follow_the_zone_that_the_user_names() -> None:
    text = _text("memotrace-v1-csv/private.csv")
    assert _load(text).tz_assumed
    utc = _load(text, tz="UTC")
    assert not utc.tz_assumed
    assert utc[0].time == dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
    assert all(message.time is None or message.time.tzinfo is not None for message in utc)
    excel = next(message for message in utc if message.text == "Excel 存过")
    assert excel.time == dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)  # StrTime is a wall clock in the zone named


def test_strict_reading_raises_at_damage_and_not_at_remarks() -> None:
    assert len(_load(_text("memotrace-csv/private.csv"), errors="strict")) == 13
    assert len(_load(_text("memotrace-markdown/private.md"), errors="strict")) == 13
    with pytest.raises(wechatlog.FormatError, match="Excel rounded the message id"):
        wechatlog.load(CORPUS / "memotrace-csv/excel.csv", errors="strict")
    with pytest.raises(wechatlog.FormatError, match="time runs backwards"):
        wechatlog.load(CORPUS / "memotrace-v1-text/forged.txt", errors="strict")


@pytest.mark.parametrize("name", ["memotrace-text", "memotrace-v1-text"])
def test_names_in_quotes_are_not_of_this_tool(name: str) -> None:
    text = "2026-05-01 08:00:00 '李四'\n早\n\n2026-05-01 08:00:20 '我'\n好\n\n"
    assert find_reader(name).detect(Head.of(Source.of_text(text))) is None


def test_text_in_front_is_reported_and_nothing_else_lost() -> None:
    text = "存档说明\n\n" + _text("memotrace-text/group.txt")
    conversation = _load(text)
    assert wechatlog.detect(text.encode()).format == "memotrace-text"
    assert conversation.messages == _load(_text("memotrace-text/group.txt")).messages
    assert next((d.code, d.line) for d in conversation.diagnostics) == ("text-before-first-message", 1)


def test_deep_forwards_are_cut_off_and_reported() -> None:
    value: dict[str, Any] = {"type": "1", "text": "里", "timestamp": 1770000000, "display_name": "王五"}
    for _ in range(40):
        value = {"type": "81604378673", "title": "t", "messages": [value], "timestamp": 0, "display_name": "王五"}
    value.update(timestamp=1770073517, is_send=False, server_id="5", xml_dict={})
    conversation = _load(json.dumps([value]))
    assert _codes(conversation) == ["deep-forward"]


def test_a_literal_page_loses_no_more_than_the_broken_object() -> None:
    text = _text("memotrace-html/v1.html")
    conversation = _load(text)
    assert _codes(conversation) == ["broken-json"]
    assert conversation.diagnostics[0].line == 9
    assert "it's.pdf" not in {message.text for message in conversation}
    assert "ok.pdf" in {message.text for message in conversation}
    mended = text.replace("it's.pdf", "its.pdf")
    assert len(_load(mended)) == len(conversation) + 1


def test_literals_around_the_list_of_a_page_are_told() -> None:
    text = _text("memotrace-html/v1.html")
    more = text[text.index("const chatMessages") : text.index("]", text.index("const chatMessages"))] + "];"
    more = more.replace("chatMessages", "others")
    for whole in (text.replace("const chatMessages", f"{more}\nconst chatMessages", 1), text + f"<script>{more}"):
        assert _codes(_load(whole)).count("unread-part") == 1


def test_a_literal_is_data_and_never_run() -> None:
    text = _text("memotrace-html/v1.html").replace("is_send:0", "is_send:alert(1)", 1)
    conversation = _load(text)
    assert "broken-json" in _codes(conversation)
    assert all(message.sender != "O'Neil & Co" for message in conversation)


def test_memory_does_not_grow_with_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    monkeypatch.setattr("wechatlog.decoding.BLOCK_SIZE", 1 << 15)
    row = "{ type:1, text: '%d 早上好',is_send:0,avatar_path:'',timestamp:%d,is_chatroom:0,displayname:'李四'},\n"
    path = tmp_path / "李四.html"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("<html><script>\nconst chatMessages = [\n")
        stream.writelines(row % (i, 1717200000 + i) for i in range(12_000))
        stream.write("];\n</script></html>")
    tracemalloc.start()
    count = sum(1 for _ in wechatlog.iter_messages(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 12_000
    assert peak < 2_500_000  # of 6 MB
