"""Spreadsheets and pages as readers get them: the support modules."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.engine.html import (
    first_with_class,
    node_text,
    parse_fragment,
    parse_page,
    with_class,
)
from wechatlog.engine.workbooks import (
    cell_text,
    iter_sheet,
    peek_sheets,
    sheet_names,
)
from wechatlog.source import Source


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def patched(data: bytes, change: Callable[[bytes], bytes], member: str = "sheet1") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if member in info.filename else content)
    return stream.getvalue()


def _sheets(source: Source) -> dict[str, list[list[object]]]:
    return {name: list(iter_sheet(source, name)) for name in sheet_names(source)}


BOOK = workbook(一=[["a", 1, 2.5, None], [True, dt.datetime(2026, 5, 1, 8, 0, 20)]], 二=[["b"]])


def test_sheets_and_their_rows() -> None:
    source = Source.of(BOOK)
    assert sheet_names(source) == ["一", "二"]
    assert peek_sheets(source, 1) == [("一", [["a", 1.0, 2.5]]), ("二", [["b"]])]
    sheets = _sheets(source)
    assert [[cell_text(cell) for cell in row] for row in sheets["一"]] == [
        ["a", "1", "2.5"],
        ["TRUE", "2026-05-01 08:00:20", ""],
    ]
    assert list(iter_sheet(source, "二")) == [["b"]]
    with pytest.raises(wechatlog.FormatError, match="has no sheet '三'"):
        iter_sheet(source, "三")


def test_cells_as_text() -> None:
    assert [cell_text(value) for value in (None, "x", 0.0, -3.0, 1e14, 8e18, False)] == [
        "",
        "x",
        "0",
        "-3",
        "100000000000000",
        "8e+18",
        "FALSE",
    ]
    assert cell_text(dt.datetime(2026, 5, 1, 8, 0, 19, 999_995)) == "2026-05-01 08:00:20"


def test_two_cells_at_the_ends_of_the_earth_are_refused() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    data = patched(BOOK, lambda xml: xml.replace(b"</sheetData>", far))
    with pytest.raises(wechatlog.RefusedFormatError, match="spread over an area"):
        sheet_names(Source.of(data))
    assert peek_sheets(Source.of(data)) is None


def test_a_compression_bomb_is_refused() -> None:
    data = patched(BOOK, lambda xml: xml + b" " * (80 << 20))
    with pytest.raises(wechatlog.RefusedFormatError, match="compression bomb"):
        sheet_names(Source.of(data))


@pytest.mark.parametrize(
    "cell", ['<c t="s"><v>0</v></c>', "<c r='A9' t = 's'><v>0</v></c>", '<c t="s"><!-- --><v>0</v></c>']
)
def test_a_text_that_very_many_cells_share_is_refused(cell: str) -> None:
    shared = Path(__file__).parents[1] / "corpus" / "ciphertalk-xlsx" / "every-kind-group.xlsx"
    long = f"<si><t>{'早' * 10_000}</t></si>".encode()
    table = patched(shared.read_bytes(), lambda xml: re.sub(rb"<si>.*?</si>", long, xml, count=1), "sharedStrings")
    rows = f"<row>{cell * 40_000}</row></sheetData>".encode()
    with pytest.raises(wechatlog.RefusedFormatError, match="share texts"):
        sheet_names(Source.of(patched(table, lambda xml: xml.replace(b"</sheetData>", rows))))
    number = rows.replace(b"'s'", b"'n'").replace(b'"s"', b'"n"').replace(b"<!-- -->", b"")
    assert sheet_names(Source.of(patched(table, lambda xml: xml.replace(b"</sheetData>", number)))) == sheet_names(
        Source.of(table)
    )


def test_the_size_limit_counts() -> None:
    with pytest.raises(wechatlog.RefusedFormatError, match="unpack"):
        sheet_names(Source.of(BOOK, size_limit=1000))


@pytest.mark.parametrize("cut", [3, 30, 300, 3000, -300, -30, -3])
def test_a_cut_workbook_is_a_format_error(cut: int) -> None:
    with pytest.raises(wechatlog.FormatError):
        _sheets(Source.of(BOOK[:cut]))
    assert peek_sheets(Source.of(BOOK[:cut])) is None


def test_a_damaged_sheet_is_a_format_error() -> None:
    data = patched(BOOK, lambda xml: xml[: len(xml) // 2])
    with pytest.raises(wechatlog.FormatError, match="sheet '一' is damaged"):
        _sheets(Source.of(data))


def test_another_zip_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(wechatlog.FormatError, match="this ZIP is no Excel workbook"):
        sheet_names(Source.of(stream.getvalue()))
    assert peek_sheets(Source.of(b"text")) is None


@given(st.integers(0, len(BOOK) - 1), st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(place: int, value: int) -> None:
    data = BOOK[:place] + bytes([value]) + BOOK[place + 1 :]
    try:
        _sheets(Source.of(data))
    except wechatlog.WechatlogError:
        assert data != BOOK


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("早<br>好<br/>", "早\n好\n"),
        ("a<div>b</div>c<div>d<p>e</p></div>", "a\nb\nc\nd\ne"),
        ("&lt;b&gt; &amp;amp; &#128512;", "<b> &amp; 😀"),
        ("<script>x</script>y<style>z</style>", "y"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<b", ""),
        ("\u2028\u0085", "\u2028\u0085"),
        ("\x00\x1f", "\ufffd\ufffd"),
    ],
)
def test_the_text_of_a_fragment(markup: str, text: str) -> None:
    assert node_text(parse_fragment(markup)) == (text.removesuffix("\n") if text.endswith("好\n") else text)


def test_collapsed_text_and_pictures() -> None:
    node = parse_fragment('<p class="a">\n  早\n  <img alt="[微笑]"> <span class="no">x</span>上</p>')
    assert node_text(node, collapse=True, leave_out=("no",)) == "早 上"
    assert node_text(node, collapse=True, alt=True) == "早 [微笑] x上"


def test_classes() -> None:
    root = parse_page('<html><div class="a b">1</div><div class="ab">2</div><p class="b">3</p></html>')
    assert [node_text(node) for node in with_class(root, "b")] == ["1", "3"]
    assert first_with_class(root, "c") is None


def test_nothing_of_a_page_is_fetched_or_expanded() -> None:
    page = '<!DOCTYPE x SYSTEM "http://a.example/x" [<!ENTITY e "boom">]><p>&e;</p>'
    assert "boom</p>" not in node_text(parse_page(page))
    assert "&e;" in node_text(parse_page(page))


def test_deep_nesting_is_a_format_error() -> None:
    with pytest.raises(wechatlog.FormatError, match="nested too deeply"):
        node_text(parse_fragment("<div>" * 5000 + "x"))


@given(st.text(max_size=60))
def test_any_markup(markup: str) -> None:
    assert isinstance(node_text(parse_fragment(markup)), str)
    assert isinstance(node_text(parse_page(markup), collapse=True), str)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_table_that_lost_its_heading_is_read_and_told(form: str) -> None:
    messages = [wechatlog.Message(sender="李四", text=f"第{number}条", kind="text") for number in range(3)]
    chat = wechatlog.Conversation(messages, title="群")
    rows = wechatlog.dumps(chat, form).split("\r\n", 1)[1]
    found = wechatlog.loads(rows, format=form)
    assert found.messages == chat.messages
    assert [entry.code for entry in found.diagnostics] == ["no-header"]
    with pytest.raises(wechatlog.FormatError, match="the heading is lost"):
        wechatlog.loads(rows, format=form, errors="strict")
    with pytest.raises(wechatlog.FormatError, match="names no column text"):
        wechatlog.loads("李四,text,早\r\n", format="csv")
