"""Tables of known tools after somebody had them in a spreadsheet."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from tests.test_corpus import CORPUS
from wechatlog.decoding import as_utf8
from wechatlog.engine import tables

CASES = ("pywxdump-csv/group_0_5000.csv", "memotrace-v1-csv/private.csv", "weclone-csv/private.csv")


def _rows(case: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((CORPUS / case).read_text(encoding="utf-8-sig"))))


def _written(rows: list[list[str]], **form: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, **form).writerows(rows)
    return out.getvalue().encode()


def _said(data: bytes, **how: Any) -> list[tuple[object, ...]]:
    chats = wechatlog.load_archive(data, **how)
    return [(m.time, m.sender, m.sender_id, m.is_self, m.kind, m.text, m.id) for chat in chats for m in chat]


@pytest.mark.parametrize("case", CASES)
def test_columns_that_were_moved_say_what_they_said(case: str) -> None:
    rows = _rows(case)
    expected = _said(_written(rows))
    assert expected
    for data in (
        _written([row[::-1] for row in rows]),
        _written([[*row, "备用" if row is rows[0] else ""] for row in rows]),
        _written([["备用" if row is rows[0] else "", *row] for row in rows]),
        _written([["导出的聊天"], [], *rows]),
        _written([*rows, [""] * len(rows[0])]),
    ):
        assert wechatlog.detect(data).format == case.partition("/")[0]
        assert _said(data) == expected


def test_what_stands_above_the_heading_and_a_column_more_are_told() -> None:
    rows = _rows(CASES[0])
    (chat,) = wechatlog.load_archive(
        _written([["导出的聊天"], *([*row, "备用" if row is rows[0] else ""] for row in rows)])
    )
    assert [(entry.code, entry.line) for entry in chat.diagnostics][:2] == [
        ("text-before-first-message", 1),
        ("unknown-key", 2),
    ]


def test_a_column_that_says_more_is_read_by_who_knows_it() -> None:
    data = "时间,发送者,类型,内容,是否本人\n2026-05-01 08:00:00,李四,文本,早,是\n".encode()
    assert wechatlog.detect(data).format == "named-columns"
    assert wechatlog.load(data)[0].is_self is True


@pytest.mark.parametrize("case", ["weflow-xlsx/compact.xlsx", "weflow-xlsx/private.xlsx"])
def test_a_sheet_whose_heading_stands_in_the_first_row(case: str) -> None:
    import openpyxl

    book = openpyxl.load_workbook(CORPUS / case)
    sheet = book.active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heading = next(number for number, row in enumerate(rows, 1) if "序号" in row or "时间" in row)
    sheet.delete_rows(1, heading - 1)
    book.create_sheet("说明")["B3"] = "导出"  # the library panics where no row of such a sheet is asked for
    out = io.BytesIO()
    book.save(out)
    expected = [text for *_, text, _ in _said((CORPUS / case).read_bytes())]
    assert [text for *_, text, _ in _said(out.getvalue())] == expected


@pytest.mark.parametrize("case", [*CASES, "tsv/group.tsv", "wechat-export-studio-csv/private.csv"])
def test_a_line_of_blanks_is_no_row(case: str) -> None:
    data = (CORPUS / case).read_bytes()
    assert _said(data + b"   \n \t \n") == _said(data)


def _is_whole(case: Path) -> bool:
    """Whether nothing is told of a case, and a spreadsheet program reads what we do; no build that quotes nothing does."""
    text = as_utf8(case.read_bytes(), final=True)
    if text is None or json.loads(case.with_suffix(".json").read_text(encoding="utf-8")).get("diagnostics") != []:
        return False
    with contextlib.suppress(csv.Error):
        return bool(list(csv.reader(io.StringIO(text, newline=""), strict=True)))
    return False


CSV_CASES = sorted(filter(_is_whole, CORPUS.glob("*-csv/*.csv")))


@pytest.mark.parametrize("case", CSV_CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_table_says_the_same_however_a_spreadsheet_program_writes_it(case: Path) -> None:
    text = case.read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    how = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    options = {"format": how["format"], **how.get("options", {})}
    options.pop("encoding", None)
    expected = _said(_written(rows), **options)
    for form in ({"quoting": csv.QUOTE_ALL}, {"delimiter": ";"}, {"delimiter": "\t"}):
        assert _said(_written(rows, **form), **options) == expected, form


def test_the_words_of_a_text_are_not_held_against_names_of_columns_that_were_damaged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared, is_spoilt = list[str](), tables._is_spoilt
    monkeypatch.setattr(tables, "_is_spoilt", lambda *names: compared.append(names[0]) or is_spoilt(*names))
    wechatlog.detect(CORPUS / "thearas" / "private.txt")
    assert compared == []
    wechatlog.detect("time,sendr,text\n2026-05-01 09:00:00,张三,早\n2026-05-01 09:01:00,李四,早\n".encode())
    assert "sendr" in compared
