"""Files with more tables than one: under another heading the columns are others, and no sheet is lost in silence."""

import csv
import html
import io
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog

openpyxl = pytest.importorskip("openpyxl")

FIRST = [
    ("2026-05-01 08:00:05", "张三", "早"),
    ("2026-05-01 08:01:00", "我", "好的, 一起"),
    ("2026-05-02 08:00:00", "张三", "a|b"),
]
SECOND = [
    ("2026-06-01 08:00:05", "我", "嗯"),
    ("2026-06-01 08:01:00", "李四", "明天见"),
    ("2026-06-02 08:00:00", "李四", "再见"),
]
HEADINGS = ("时间 发送者 内容".split(), "time sender content".split(), "发送时间 发送人 消息内容".split())


def read(data: bytes | str) -> list[tuple[str, str | None, str]]:
    archive = wechatlog.load_archive(data.encode() if isinstance(data, str) else data)
    return [(str(m.time)[:19], m.sender, m.text) for each in archive for m in each]


def delimited(rows: list[list[str]], delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def markdown(rows: list[list[str]]) -> str:
    head, *below = (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)
    return f"{head}|{'---|' * len(rows[0])}\n{''.join(below)}"


def page(rows: list[list[str]]) -> str:
    cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{each}</tr>' for each in cells)}</table>"


def workbook(*sheets: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def tables(order: list[int], names: tuple[list[str], list[str]]) -> list[list[list[str]]]:
    """Two tables, the second with its columns in an order."""
    first = [names[0], *map(list, FIRST)]
    return [first, [[row[place] for place in order] for row in [names[1], *map(list, SECOND)]]]


@given(
    order=st.permutations(range(3)),
    names=st.tuples(st.sampled_from(HEADINGS), st.sampled_from(HEADINGS)),
    between=st.sampled_from(["", "\n", "\n李四\n", "\n## 李四\n\n"]),
    delimiter=st.sampled_from(",;\t"),
)
def test_under_another_heading_the_columns_are_others(
    order: list[int], names: tuple[list[str], list[str]], between: str, delimiter: str
) -> None:
    one, two = tables(order, names)
    wanted = FIRST + SECOND
    assert read(between.join(delimited(rows, delimiter) for rows in (one, two))) == wanted
    assert read(f"# 聊天\n\n{between.join(map(markdown, (one, two)))}") == wanted
    assert read(workbook([*one, *([] if between else [[]]), ["李四"] * bool(between), *two])) == wanted
    assert read(workbook(one, two)) == wanted


def test_a_heading_in_a_page_is_no_message() -> None:
    for one, two in itertools.product(HEADINGS, HEADINGS):
        rows = tables([0, 1, 2], (one, two))
        assert (
            read(f"<html><title>聊天</title><body>{'<h2>李四</h2>'.join(map(page, rows))}</body></html>")
            == FIRST + SECOND
        )


@pytest.mark.parametrize("lines", [0, 100, 3000])
def test_tables_may_stand_far_down_in_a_page(lines: int) -> None:
    rows = page(tables([0, 1, 2], HEADINGS[:2])[0])
    between = "<p>早</p>\n" * lines
    assert read(f"<html><title>聊天</title><body>{between}{rows}{between}{rows}</body></html>") == FIRST * 2


@pytest.mark.parametrize("as_columns", [False, True])
def test_tables_of_json_may_stand_behind_each_other(*, as_columns: bool) -> None:
    one, two = tables([1, 0, 2], (HEADINGS[0], HEADINGS[1]))
    values = [
        dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True)) if as_columns else rows
        for rows in (one, two)
    ]
    text = "\n".join(json.dumps(value, ensure_ascii=False) for value in values)
    assert read(text) == FIRST + SECOND
    assert {m.origin.line for m in wechatlog.load(text.encode())} == {1, 2}


def test_what_changes_is_told() -> None:
    one, two = tables([1, 0, 2], (HEADINGS[0], HEADINGS[1]))
    found = wechatlog.load(f"{delimited(one, ',')}\n李四\n{delimited(two, ',')}".encode())
    assert [(d.code, d.line, d.message) for d in found.diagnostics if d.code != "guessed-columns"] == [
        ("text-outside-messages", 6, "a line above a heading belongs to no row of the table"),
        ("repeated-header", 7, "another header row stands here: its columns are others"),
    ]
    found = wechatlog.load(f"{markdown(one)}\n完\n".encode())
    assert [(d.line, d.message) for d in found.diagnostics if d.code == "text-outside-messages"] == [
        (7, "a line between the rows of a table was left out: '完'")
    ]


def test_rows_above_the_heading_of_a_known_table_are_told() -> None:
    known = [["时间", "发送者", "类型", "内容", "消息ID"], ["2026-06-01 08:00:05", "我", "文本", "嗯", "1"]]
    for above, severity in ((["群", "", ""], "info"), (FIRST, "warning")):
        rows = above if severity == "warning" else [above]
        found = wechatlog.load(workbook([*map(list, rows), *known]), format="weflow-cli-xlsx")
        assert [m.text for m in found] == ["嗯"]
        assert [d.severity for d in found.diagnostics if d.code == "text-before-first-message"] == [severity]


def test_a_sheet_whose_heading_stands_far_down_is_told_beside_another() -> None:
    one, two = tables([0, 1, 2], (HEADINGS[0], HEADINGS[0]))
    found = list(wechatlog.load_archive(workbook(one, [["聊天记录"], *[[""]] * 30, *two])))
    assert [m.text for chat in found for m in chat] == [text for *_, text in FIRST]
    assert [d.message for chat in found for d in chat.diagnostics if d.code == "unread-part"] == [
        "the sheet '表1' looks like one of messages too; it was not read"
    ]


def test_rows_of_another_table_that_are_none_of_this_one_are_told() -> None:
    one, two = tables([0, 1, 2], (HEADINGS[0], HEADINGS[0]))
    found = wechatlog.load((delimited(one, ",") + delimited(two[1:], "\t")).encode())
    assert len(found) == len(FIRST)
    assert [(d.code, d.severity, d.line) for d in found.diagnostics if d.severity != "info"] == [
        ("row-length", "warning", 5)
    ]


def test_a_title_that_a_spreadsheet_program_filled_up() -> None:
    one, two = tables([2, 0, 1], (HEADINGS[0], HEADINGS[0]))
    assert read(f"{delimited(one, ',')},,\n李四,,\n{delimited(two, ',')}") == FIRST + SECOND


def test_a_line_above_a_heading_that_belongs_to_the_text_above_stays() -> None:
    rows = delimited([HEADINGS[0], *map(list, FIRST)], ",")
    found = read(f"{rows}第二行\n{rows}")
    assert found[2] == (*FIRST[2][:2], "a|b\n第二行")
    assert found[3:] == FIRST


def test_sheets_under_unknown_names_are_read_beside_known_ones() -> None:
    rows = [*map(list, SECOND)]
    for other in (rows, [["甲", "乙", "丙"], *rows]):
        assert read(workbook([HEADINGS[0], *map(list, FIRST)], other)) == FIRST + SECOND
    found = list(wechatlog.load_archive(workbook([HEADINGS[0], *map(list, FIRST)], [["门店", "金额"], ["一", "2"]])))
    assert [each.title for each in found] == [None]
    assert [d.code for d in found[0].diagnostics] == ["guessed-columns"]
