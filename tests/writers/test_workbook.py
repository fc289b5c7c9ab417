"""`xlsx`: texts are texts, dates are dates, every cell comes back exactly, and nothing stays behind on the disk."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import attrs
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import wechatlog
from tests.goldens import conversation as example
from tests.goldens import golden
from tests.strategies import conversations, texts
from wechatlog import Conversation, Message, MissingExtraError, OptionError
from wechatlog.frames.cells import COLUMN_TYPES
from wechatlog.registry import find_reader, find_writer
from wechatlog.testing import check_reader, check_writer, without_losses
from wechatlog.timestamps import resolve_zone
from wechatlog.writers import workbook
from wechatlog.writers.workbook_sheet import Sheet

CORPUS = Path(__file__).parents[1] / "corpus"
WRITER = find_writer("xlsx")
odd = st.lists(
    st.sampled_from(["<r>", "</r>", "\ufffe", "\uffff", "\ud800", "_x0041_", "_x005F_", " ⟦exact 1⟧", "\r", "\0", "<", "&", " "]),
    max_size=6,
).map("".join)  # fmt: skip


def data_of(conversation: Any, **options: object) -> bytes:
    stream = io.BytesIO()
    wechatlog.dump(conversation, stream, "xlsx", **options)
    return stream.getvalue()


def book_of(conversation: Any, **options: object) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data_of(conversation, **options)))


def sheet_of(conversation: Any, name: str = "messages", **options: object) -> list[dict[str, Any]]:
    heading, *rows = book_of(conversation, **options)[name].values
    return [dict(zip(heading, row, strict=True)) for row in rows]


# --- laws ------------------------------------------------------------------------------------------


def test_what_breaks_writers() -> None:
    check_writer(WRITER, reader=find_reader("xlsx"))


@settings(max_examples=30)
@given(conversation=conversations())
def test_nothing_is_lost_but_what_is_declared(conversation: Conversation) -> None:
    found = wechatlog.load(data_of(conversation))
    assert without_losses(found, WRITER.losses) == without_losses(conversation, WRITER.losses)


@settings(max_examples=30)
@given(found=st.lists(odd | texts, max_size=5))
def test_any_text_comes_back(found: list[str]) -> None:
    chat = Conversation([Message(text=text, sender=text or None) for text in found], title="".join(found))
    assert wechatlog.load(data_of(chat)) == chat


@settings(max_examples=30)
@given(
    st.lists(
        st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)).map(lambda time: time.replace(microsecond=0))
    )
)
def test_every_second_comes_back(times: list[dt.datetime]) -> None:
    chat = Conversation([Message(time=time, precision="second") for time in times])
    assert wechatlog.load(data_of(chat)) == chat


# --- cells -----------------------------------------------------------------------------------------


def test_golden() -> None:
    book = book_of(example())
    lines = [json.dumps([sheet.title, *map(str, row)], ensure_ascii=False) for sheet in book for row in sheet.values]
    golden("xlsx/conversation.txt", "".join(f"{line}\n" for line in lines))


def test_texts_are_texts_whatever_they_look_like() -> None:
    found = ["=1+1", "+1", "@SUM(1)", "7000000000000000001", "007", "1-2", "TRUE", "http://a.example/", "#N/A", "1E5"]
    for row in book_of(Conversation([Message(text=text, id=text, sender=text) for text in found]))[
        "messages"
    ].iter_rows(min_row=2):
        written = [cell for cell in row if cell.value is not None and cell.column_letter in "CGH"]
        assert {cell.data_type for cell in written} <= {"s", "inlineStr"}
        assert all(cell.hyperlink is None and cell.quotePrefix for cell in written)


def test_times_are_dates_in_the_zone_of_the_conversation() -> None:
    zone = resolve_zone("Asia/Shanghai")
    time = dt.datetime(2026, 5, 1, 9, 30, 5, tzinfo=zone)
    messages = [Message(time=time.astimezone(dt.UTC), precision=precision) for precision in ("second", "minute", "day")]
    chat = Conversation(messages, tz=zone)
    cells = [row[0] for row in book_of(chat)["messages"].iter_rows(min_row=2)]
    assert {cell.value for cell in cells} == {dt.datetime(2026, 5, 1, 9, 30, 5)}
    assert [cell.number_format for cell in cells] == ["yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd hh:mm", "yyyy-mm-dd"]
    facts = {row["key"]: row["value"] for row in sheet_of(chat, "conversation")}
    assert facts["time zone"] == "Asia/Shanghai"
    assert wechatlog.load(data_of(chat)) == chat


def test_a_time_that_is_no_date_of_a_spreadsheet_is_a_text() -> None:
    zone = resolve_zone("America/New_York")
    early, late = (dt.datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    old = dt.datetime(1900, 2, 28, 12)
    chat = Conversation([Message(time=time, precision="second") for time in (early, late)], tz=zone)
    assert [row["time"] for row in sheet_of(chat)] == [dt.datetime(2026, 11, 1, 1, 30), "2026-11-01T01:30:00-05:00"]
    assert [m.time.timestamp() for m in wechatlog.load(data_of(chat)) if m.time] == [
        early.timestamp(),
        late.timestamp(),
    ]
    assert sheet_of(Conversation([Message(time=old, precision="second")]))[0]["time"] == "1900-02-28T12:00:00"


def test_times_without_a_zone_that_has_a_name() -> None:
    class Odd(dt.tzinfo):
        def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
            return dt.timedelta(hours=8)

        def tzname(self, when: dt.datetime | None) -> None:
            return None

        def dst(self, when: dt.datetime | None) -> dt.timedelta:
            return dt.timedelta()

    chat = Conversation([Message(time=dt.datetime(2026, 5, 1, 9, tzinfo=Odd()), precision="second")], tz=Odd())
    assert sheet_of(chat)[0]["time"] == dt.datetime(2026, 5, 1, 9)
    assert wechatlog.load(data_of(chat)).messages == chat.messages
    assert wechatlog.load(data_of(iter(chat))).tz == dt.timezone(dt.timedelta(hours=8))


def test_times_at_the_ends_of_the_calendar() -> None:
    times = [
        dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(dt.timedelta(hours=-12))),
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=12))),
    ]
    chat = Conversation([Message(time=time, precision="second") for time in times], tz=resolve_zone("Asia/Shanghai"))
    assert [row["time"] for row in sheet_of(chat)] == ["9999-12-31T23:00:00-12:00", "0001-01-01T00:00:00+12:00"]
    assert wechatlog.load(data_of(chat)) == chat


def test_the_zone_that_is_asked_for_converts() -> None:
    zone = resolve_zone("Asia/Shanghai")
    chat = Conversation([Message(time=dt.datetime(2026, 5, 1, 9, tzinfo=zone), precision="second")], tz=zone)
    found = wechatlog.load(data_of(chat), tz="UTC")
    assert (found.tz, found[0].time.isoformat() if found[0].time else "") == (dt.UTC, "2026-05-01T01:00:00+00:00")


def test_a_text_that_a_cell_cannot_hold_is_kept_elsewhere() -> None:
    long, wide = "长" * 32_768, "😀" * 16_384
    kept = ["短" * 32_767, "😀" * 16_383]
    chat = Conversation([Message(text=text) for text in (long, wide, "<r>x</r>", "\ud800", "x ⟦exact 1⟧", *kept)])
    rows = [row["text"] for row in sheet_of(chat)]
    assert rows[0] == "长" * 16_000 + " ⟦exact 1⟧"
    assert rows[2:5] == ["<r>x</r> ⟦exact 3⟧", "\ufffd ⟦exact 4⟧", "x ⟦exact 1⟧ ⟦exact 5⟧"]
    assert rows[5:] == kept
    assert wechatlog.load(data_of(chat)) == chat
    assert "exact" not in book_of(Conversation([Message(text="短")])).sheetnames


def test_no_markup_of_a_message_reaches_the_sheet() -> None:
    chat = Conversation([Message(text='<r></is></c><c r="Z9"><f>1+1</f></c><c><is><t></r>')])
    with zipfile.ZipFile(io.BytesIO(data_of(chat))) as package:
        for name in package.namelist():
            assert b"<f>" not in package.read(name)


@given(
    st.lists(
        st.tuples(
            texts.filter(lambda text: bool(text) and "\ufffe" not in text and workbook._fits(text)),
            st.none() | st.booleans(),
            st.none() | st.integers(-(10**14), 10**14),
            st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(9999, 12, 31)).map(
                lambda time: time.replace(microsecond=0)
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_cells_are_those_that_xlsxwriter_writes(rows: list[tuple[Any, ...]]) -> None:
    def sheet_of_ours(sheet: Any, plain: Any, clock: Any) -> None:
        *columns, times = map(list, zip(*rows, strict=True))
        sheet.write_columns(0, [*columns, [(time, clock) for time in times]], [plain] * 4)

    def sheet_of_theirs(sheet: Any, plain: Any, clock: Any) -> None:
        for row, (text, flag, number, time) in enumerate(rows):
            sheet.write_string(row, 0, text, plain)
            for place, write, value in ((1, sheet.write_boolean, flag), (2, sheet.write_number, number)):
                if value is not None:
                    write(row, place, value, plain)
            sheet.write_datetime(row, 3, time, clock)

    written = []
    for kind, fill in ((Sheet, sheet_of_ours), (None, sheet_of_theirs)):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
            formats = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            fill(book.add_worksheet(None, kind), *formats)
        with zipfile.ZipFile(stream) as package:
            written.append(package.read("xl/worksheets/sheet1.xml"))
    assert written[0] == written[1]


# --- sheets ----------------------------------------------------------------------------------------


def test_the_sheets_can_be_worked_with() -> None:
    book = book_of(example())
    assert book.sheetnames == ["messages", "participants", "conversation"]
    sheet = book["messages"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:O36")
    assert sheet["A1"].font.bold


def test_participants_have_their_counts_in_a_stream_too() -> None:
    chat = example()
    people = sheet_of(chat, "participants")
    assert [(row["id"], row["message_count"]) for row in people] == [(p.id, p.message_count) for p in chat.participants]
    assert data_of(attrs.evolve(chat, origin=wechatlog.Origin())) == data_of(
        attrs.evolve(chat, origin=wechatlog.Origin())
    )
    stream = io.BytesIO()
    pieces = find_writer("xlsx").write([(chat, iter(chat.messages))], {})
    stream.writelines(pieces)  # type: ignore[arg-type]
    assert stream.getvalue() == data_of(chat)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_ROWS", 4)
    chat = Conversation([Message(text=f"{n} <r>\ud800</r>", sender="李四") for n in range(8)])
    book = book_of(chat)
    assert [name for name in book.sheetnames if name.startswith("messages")] == ["messages", "messages 2", "messages 3"]
    assert [len(list(book[f"exact{n}"].values)) for n in ("", " 2", " 3")] == [4, 4, 3]
    assert wechatlog.load(data_of(chat)) == chat


def test_an_empty_conversation_is_a_workbook() -> None:
    chat = Conversation(title="空")
    assert sheet_of(chat) == []
    assert wechatlog.load(data_of(chat)) == chat


def test_columns_are_chosen() -> None:
    rows = sheet_of(example(), columns="text,number,source,line,conversation,parsed,time")
    assert list(rows[0]) == ["text", "number", "source", "line", "conversation", "parsed", "time"]
    assert (rows[1]["number"], rows[1]["parsed"]) == (1, True)
    chat = wechatlog.load(data_of(example(), columns=list(COLUMN_TYPES)))
    assert without_losses(chat, WRITER.losses) == without_losses(example(), WRITER.losses)
    with pytest.raises(OptionError, match="no column weather"):
        data_of(example(), columns="weather")


def test_the_same_chat_gives_the_same_bytes() -> None:
    assert data_of(example()) == data_of(example())


# --- the disk --------------------------------------------------------------------------------------


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_temporary_files_go_away(temporary: Path, tmp_path: Path) -> None:
    wechatlog.dump(example(), tmp_path / "a.xlsx")
    assert list(temporary.iterdir()) == []


def test_temporary_files_go_away_after_an_interruption(temporary: Path, tmp_path: Path) -> None:
    def interrupted() -> Any:
        yield from (Message(text=str(n)) for n in range(5000))
        assert list(temporary.iterdir()) != []
        raise KeyboardInterrupt

    (tmp_path / "a.xlsx").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        wechatlog.dump(interrupted(), tmp_path / "a.xlsx")
    assert list(temporary.iterdir()) == []
    assert (tmp_path / "a.xlsx").read_bytes() == b"old"


def test_temporary_files_go_away_when_nobody_takes_the_rest(temporary: Path) -> None:
    pieces = WRITER.write([(example(), example().messages)], {})
    assert next(iter(pieces))
    del pieces
    assert list(temporary.iterdir()) == []


def test_a_full_disk_is_an_error_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*args: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xlsxwriter.workbook.ZipFile", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        wechatlog.dump(example(), tmp_path / "a.xlsx")
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtraError) as caught:
        wechatlog.dump(example(), tmp_path / "a.xlsx")
    assert caught.value.extra == "excel"
    assert list(tmp_path.iterdir()) == []


# --- reading ---------------------------------------------------------------------------------------


def test_check_reader() -> None:
    samples = [CORPUS / "xlsx" / name for name in ("group.xlsx", "exact.xlsx", "by-hand.xlsx")]
    check_reader(find_reader("xlsx"), samples)


def saved_again(conversation: Conversation, change: Any) -> bytes:
    """A workbook that another program opened, changed and saved."""
    book = book_of(conversation)
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_that_another_program_saved() -> None:
    chat = example()
    found = wechatlog.load(saved_again(chat, lambda book: None))
    assert without_losses(found, WRITER.losses) == without_losses(chat, WRITER.losses)


def test_sheets_and_columns_may_go() -> None:
    def change(book: openpyxl.Workbook) -> None:
        del book["conversation"], book["participants"]
        book["messages"].delete_cols(2)
        book["messages"].insert_cols(1)

    found = wechatlog.load(saved_again(example(), change))
    assert found.title is None
    assert [message.text for message in found] == [message.text for message in example()]


def test_damage_is_told() -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in book["conversation"].iter_rows():
            if row[0].value == "header":
                row[1].value = "{"
        book["exact"]["B2"].value = '"not closed'

    chat = Conversation([Message(text="\ud800"), Message(text="\ud801")])
    found = wechatlog.load(saved_again(chat, change))
    assert [message.text for message in found] == ["\ufffd ⟦exact 1⟧", "\ud801"]
    assert [entry.code for entry in found.diagnostics] == ["broken-json", "no-header"]


def test_a_workbook_of_something_else() -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", "text"])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.load(stream.getvalue())
    with pytest.raises(wechatlog.FormatError, match="no sheet has the columns time, sender, kind, text"):
        wechatlog.load(stream.getvalue(), format="xlsx")
