"""WeFlow workbooks, pages and scripts: what single files cannot show."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import MessageKind

CORPUS = Path(__file__).parents[1] / "corpus"
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


def workbook(rows: list[list[Any]], sheet: str = "聊天记录") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for cells in rows:
        book.active.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def page(*bodies: str) -> str:
    rows = [{"i": n, "t": 1777593600 + n, "s": n % 2, "a": "", "b": body} for n, body in enumerate(bodies)]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"<!DOCTYPE html>\n<title>李四 - 聊天记录</title>\n<script>\nwindow.WEFLOW_DATA = [\n{lines}\n];\n</script>"


def bubble(html: str) -> str:
    return f'<div class="message-time"></div><div class="message-content"><div class="message-text">{html}</div></div>'


def test_the_sample_workbook_says_who_its_people_are(samples: Path) -> None:
    chat = wechatlog.load(samples / "weflow-private.xlsx")
    assert chat.metadata["version"] == "1.0.3"
    assert [person.aliases for person in chat.members] == [("小李",), ("张三",)]


def test_a_text_that_looks_like_a_placeholder_stays_text_in_a_workbook() -> None:
    rows = [
        ["序号", "时间", "发送者身份", "消息类型", "内容"],
        [1, "2026-05-01 08:00:00", "李四", "文本消息", "[图片]"],
    ]
    (message,) = wechatlog.load(workbook(rows))
    assert (message.kind, message.is_self) == (MessageKind.TEXT, None)


def test_times_that_excel_turned_into_dates() -> None:
    import datetime as dt

    rows = [["序号", "时间", "发送者身份", "消息类型", "内容"]]
    rows += [[1, dt.datetime(2026, 5, 1, 8, 0, second), "李四", "文本消息", 42] for second in range(60)]
    chat = wechatlog.load(workbook(rows))
    assert [m.time for m in chat] == [dt.datetime(2026, 5, 1, 8, 0, second) for second in range(60)]
    assert chat[0].text == "42"


def test_another_workbook_is_not_taken() -> None:
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.detect(workbook([["a", "b"], [1, 2]]))
    with pytest.raises(wechatlog.FormatError, match="no sheet has the columns of this format: 聊天记录"):
        wechatlog.load(workbook([["a", "b"]]), format="weflow-xlsx")


def test_a_workbook_needs_the_extra(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(wechatlog.MissingExtraError, match=r"pip install 'wechatlog\[excel\]'"):
        wechatlog.load(samples / "weflow-private.xlsx")


def test_a_page_needs_the_extra(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "lxml.html", None)
    with pytest.raises(wechatlog.MissingExtraError, match=r"pip install 'wechatlog\[html\]'"):
        wechatlog.load(samples / "weflow-private.html")


def test_a_page_whose_chunks_are_missing_says_so(tmp_path: Path) -> None:
    path = tmp_path / "群 [1].html"
    path.write_text((CORPUS / "weflow-html/external.html").read_text(encoding="utf-8"), encoding="utf-8")
    chat = wechatlog.load(path)
    assert len(chat) == 0
    assert [entry.code for entry in chat.diagnostics] == ["missing-file", "message-count"]
    folder = tmp_path / "群 [1]_data"
    folder.mkdir()
    chunk = CORPUS / "weflow-html/external_data/chunk-000000.js"
    (folder / "chunk-000000.js").write_bytes(chunk.read_bytes())
    assert [m.text for m in wechatlog.load(path)] == ["一"]
    (folder / "chunk-000001.js").write_text("nothing", encoding="utf-8")
    assert [entry.code for entry in wechatlog.load(path).diagnostics] == ["broken-file", "message-count"]
    with pytest.raises(wechatlog.RefusedFormatError, match=r"read the \.html file"):
        wechatlog.detect(folder / "chunk-000000.js")


def test_a_page_without_data() -> None:
    with pytest.raises(wechatlog.FormatError, match=r"no window\.WEFLOW_DATA"):
        wechatlog.load(b"<html></html>", format="weflow-html")


def test_a_minified_page() -> None:
    data = page(bubble("早"), bubble("晚")).replace(",\n", ",").replace("[\n", "[")
    assert [m.text for m in wechatlog.load(data.encode())] == ["早", "晚"]


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_escaped_text_of_a_page(texts: list[str]) -> None:
    import html

    bodies = [bubble(html.escape(text)) for text in texts]
    chat = wechatlog.load(page(*bodies).encode(), format="weflow-html")
    assert [m.text for m in chat] == texts


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_of_a_script(texts: list[str]) -> None:
    columns = (
        "session_id, local_id, message_id, create_time, sender, is_send, local_type, media_type, content, media_path"
    )
    script = "BEGIN;\n"
    for number, text in enumerate(texts):
        quoted = text.replace("'", "''")
        script += (
            f"INSERT INTO weflow_messages ({columns}) VALUES "
            f"('x@chatroom', '{number}', '{number}00', {1777593600 + number}, 'wxid_a', FALSE, 1, NULL, '{quoted}', NULL);\n"
        )
    chat = wechatlog.load((script + "COMMIT;\n").encode())
    assert [m.text for m in chat] == texts


def test_the_ids_of_a_script() -> None:
    chat = wechatlog.load(CORPUS / "weflow-sql/private.sql")
    assert [m.id for m in chat] == ["6000000000000000001", None, "6000000000000000003", None]


@given(
    st.dictionaries(st.sampled_from("itsabpr"), st.none() | st.integers() | TEXTS | st.lists(st.integers(), max_size=1))
)
def test_any_item_of_a_page(item: dict[str, Any]) -> None:
    data = f"<script>window.WEFLOW_DATA = [{json.dumps(item)}];"
    chat = wechatlog.load(data.encode(), format="weflow-html")
    assert len(chat) == 1


@pytest.mark.parametrize(
    "case",
    [
        *("echotrace-html/private.html", "ciphertalk-html/group.html", "weflow-cli-html/private.html"),
        *("weflow-sql/dump.sql", "weflow-sql/private.sql", "weflow-sql/several-rows.sql"),
        *("ciphertalk-sql/group.sql", "echotrace-sql/private.sql", "weflow-cli-json/wxid_lisi00000002_messages.json"),
    ],
)
def test_a_cut_keeps_what_stands_before_it_and_is_told(case: str) -> None:
    path, name = CORPUS / case, case.split("/")[0]
    data, whole = path.read_bytes(), [m.text for m in wechatlog.load(path)]
    for end in range(len(data) // 4, len(data), 53):
        try:
            found = wechatlog.load(data[:end], format=name)
        except wechatlog.FormatError:
            continue
        last = max(len(found) - 1, 0)
        assert [m.text for m in found[:last]] == whole[:last]
        assert len(found) == len(whole) or found.diagnostics, end
