"""`csv` and `tsv`: nothing is lost but what is declared, nothing runs, and what a spreadsheet program did is reported."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.goldens import conversation as example
from tests.goldens import golden
from tests.strategies import conversations, texts
from wechatlog import Conversation, Message, OptionError
from wechatlog.frames.cells import COLUMN_TYPES, DEFAULT_COLUMNS, inert, plain, protected, runs
from wechatlog.registry import find_reader, find_writer
from wechatlog.testing import check_reader, check_writer, without_losses

FORMS = ("csv", "tsv")
CORPUS = Path(__file__).parents[1] / "corpus"
STARTS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'", '"', " ", "\0", "\ufeff", "\u200b", "\xa0"]
dangerous = st.tuples(st.lists(st.sampled_from(STARTS), max_size=5).map("".join), texts).map("".join)


def cells(form: str, conversation: Conversation, **options: object) -> list[list[str]]:
    """All rows, as the module of the standard library reads them."""
    text = wechatlog.dumps(conversation, form, **options).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="," if form == "csv" else "\t"))


# --- laws ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_what_breaks_writers(form: str) -> None:
    check_writer(find_writer(form), reader=find_reader(form))


@pytest.mark.parametrize("formulas", ["inert", "raw"])
@pytest.mark.parametrize("form", FORMS)
@given(conversation=conversations())
def test_nothing_is_lost_but_what_is_declared(form: str, formulas: str, conversation: Conversation) -> None:
    losses = find_writer(form).losses
    text = wechatlog.dumps(conversation, form, formulas=formulas)
    assert without_losses(wechatlog.loads(text), losses) == without_losses(conversation, losses)


@given(text=dangerous)
def test_a_cell_that_would_run_is_made_inert_and_comes_back(text: str) -> None:
    assert not runs(inert(text))
    assert plain(inert(text)) == text
    assert plain(protected(text)) == text


@pytest.mark.parametrize("form", FORMS)
@given(found=st.lists(dangerous, min_size=3, max_size=3), others=texts)
def test_no_cell_begins_as_a_formula_does(form: str, found: list[str], others: str) -> None:
    sender, text, name = found
    link = wechatlog.Link("=1+1", others, raw=text)
    message = Message(sender=sender, sender_id=sender, text=text, id=name, reply_to=name, segments=[link])
    mentioning = Message(text="@=1+1 @+2 http://a.example/ " + text)
    chat = Conversation([message, mentioning], title=name, id=sender)
    for row in cells(form, chat, columns=list(COLUMN_TYPES)):
        assert not any(runs(cell) for cell in row)


@given(conversation=conversations())
def test_a_program_that_parts_cells_at_more_characters_sees_the_same(conversation: Conversation) -> None:
    """LibreOffice parts cells at commas, semicolons and tabs unless told otherwise; in quotes it does not."""
    outside_quotes = "".join(wechatlog.dumps(conversation, "csv").split('"')[::2])
    assert not set(";\t|") & set(outside_quotes)


# --- the form --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_golden(form: str) -> None:
    golden(f"{form}/conversation.{form}", wechatlog.dumps(example(), form))


def test_golden_with_options() -> None:
    text = wechatlog.dumps(
        example(), "csv", columns="time,sender,text", formulas="raw", times="excel", separator=";", bom="false"
    )
    golden("csv/options.csv", text)


def test_rows_end_with_crlf_and_begin_with_the_names() -> None:
    text = wechatlog.dumps(Conversation([Message(text="a\nb")]), "csv")
    assert text.startswith("\ufeff" + ",".join(DEFAULT_COLUMNS) + "\r\n")
    assert text.endswith('"a\nb",,,,,,,,\r\n')


def test_an_empty_conversation_is_a_heading() -> None:
    text = wechatlog.dumps(Conversation(), "tsv")
    assert text == "\t".join(DEFAULT_COLUMNS) + "\r\n"
    assert wechatlog.loads(text) == Conversation()


def test_a_table_stands_under_one_heading_whatever_it_holds(tmp_path: Path) -> None:
    one, other = Conversation([Message(text="甲")], title="一"), Conversation([Message(text="乙")], title="二", id="x")
    wechatlog.dump([one, Conversation(), other, one], tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").count("conversation_id") == 1
    found = list(wechatlog.load_archive(tmp_path / "a.csv"))
    assert [(c.title, c.id, [m.text for m in c]) for c in found] == [("一", None, ["甲", "甲"]), ("二", "x", ["乙"])]
    with pytest.raises(wechatlog.MultipleConversationsError, match="一, 二"):
        list(wechatlog.iter_messages(tmp_path / "a.csv"))


def test_every_column_can_be_chosen_and_comes_back() -> None:
    chat = example()
    rows = cells("tsv", chat, columns=",".join(reversed(list(COLUMN_TYPES))))
    assert rows[0] == list(reversed(list(COLUMN_TYPES)))
    found = wechatlog.loads(wechatlog.dumps(chat, "csv", columns=list(COLUMN_TYPES)))
    losses = find_writer("csv").losses
    assert without_losses(found, losses) == without_losses(chat, losses)


def test_places_come_back_where_they_are_asked_for() -> None:
    message = Message(text="早", origin=wechatlog.Origin("chat.markdown", 12))
    text = wechatlog.dumps(Conversation([message]), "csv", columns="kind,time,sender,text,source,line")
    assert wechatlog.loads(text)[0].origin == wechatlog.Origin("chat.markdown", 12)


def test_lists_are_parted_by_bars() -> None:
    text = "@李四\u2005@王五\u2005[强][微笑] https://a.example/1 https://a.example/2"
    (_, row) = cells("csv", Conversation([Message(text=text)]), columns="mentions,emoji,links")
    assert row == ["李四 | 王五", "[强] | [微笑]", "https://a.example/1 | https://a.example/2"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("columns", "time,weather"),
        ("columns", ""),
        ("columns", "text,text"),
        ("columns", 3),
        ("formulas", "run"),
        ("times", "unix"),
        ("bom", "perhaps"),
        ("separator", "|"),
    ],
)
def test_a_bad_value_of_an_option_is_told(option: str, value: object) -> None:
    with pytest.raises(OptionError) as caught:
        wechatlog.dumps(Conversation(), "csv", **{option: value})
    assert caught.value.option == option


def test_only_csv_has_another_separator() -> None:
    with pytest.raises(TypeError, match="separator"):
        wechatlog.dumps(Conversation(), "tsv", separator=";")


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_is_written_as_the_whole(form: str) -> None:
    chat = Conversation([Message(text=f"{n} @李四\u2005") for n in range(3000)], title="x")
    stream = io.StringIO(newline="")
    wechatlog.dump(iter(chat), stream, form)
    streamed = list(csv.DictReader(io.StringIO(stream.getvalue().removeprefix("\ufeff"), newline="")))
    assert len(streamed) == 3000
    numbers = cells("csv", chat, columns="number")
    assert [row[0] for row in numbers[1:]] == [str(n) for n in range(3000)]


def test_libraries_read_it(tmp_path: Path) -> None:
    import duckdb
    import pandas as pd
    import polars as pl

    chat = example()
    for form in FORMS:
        path = tmp_path / f"chat.{form}"
        wechatlog.dump(chat, path)
        mark = "," if form == "csv" else "\t"
        frame = pd.read_csv(path, sep=mark, dtype=str, keep_default_na=False)
        assert [plain(text) for text in frame["text"]] == [message.text for message in chat]
        assert frame.columns[0] == "conversation"
        other = pl.read_csv(path, separator=mark, infer_schema_length=0)
        assert other.columns == list(DEFAULT_COLUMNS)
        assert len(other) == len(chat)
        found = duckdb.execute("select count(*) from read_csv(?, all_varchar=true)", [str(path)]).fetchall()
        assert found == [(len(chat),)]


# --- reading ---------------------------------------------------------------------------------------


def test_check_reader() -> None:
    check_reader(find_reader("csv"), [CORPUS / "csv/group.csv", CORPUS / "csv/several.csv", CORPUS / "csv/damaged.csv"])
    check_reader(find_reader("tsv"), [CORPUS / "tsv/group.tsv", CORPUS / "tsv/excel-unicode.txt"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_programs_make_of_it(encoding: str, end: str, mark: str) -> None:
    rows = [["time", "sender", "kind", "text"], ["2026-05-01T09:00:00", "李四", "text", "早上好"]]
    data = "".join(mark.join(f'"{cell}"' for cell in row) + end for row in rows).encode(encoding)
    found = wechatlog.load(data)
    assert [(m.sender, m.text) for m in found] == [("李四", "早上好")]
    assert found.diagnostics == ()


def test_a_table_by_hand_is_read_and_columns_of_ones_own_do_no_harm() -> None:
    found = wechatlog.loads("text,label,kind,sender,time\n早,x,text,李四,2026-05-01 09:00\n", owner="李四")
    assert found.messages == (
        Message(dt.datetime(2026, 5, 1, 9), "minute", "李四", is_self=True, text="早"),
    )  # fmt: skip
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.loads("text,label,colour\n早,x,red\n")
    with pytest.raises(wechatlog.FormatError, match="no column text"):
        wechatlog.loads("body,label,colour\n早,x,red\n", format="csv")


def test_a_zone_is_kept_changed_or_given() -> None:
    aware = "time,sender,kind,text\n2026-05-01T09:00:00+08:00,李四,text,早\n"
    assert wechatlog.loads(aware, tz="UTC")[0].time == dt.datetime(2026, 5, 1, 1, tzinfo=dt.UTC)
    naive = aware.replace("+08:00", "")
    assert wechatlog.loads(naive, tz="+08:00")[0].time == wechatlog.loads(aware)[0].time
    assert wechatlog.loads(naive)[0].time == dt.datetime(2026, 5, 1, 9)


def test_dates_of_an_english_excel() -> None:
    text = "time,sender,kind,text\n4/10/2026 9:00,李四,text,早\n"
    assert wechatlog.loads(text, date_order="dmy")[0].time == dt.datetime(2026, 10, 4, 9)
    assert [entry.code for entry in wechatlog.loads(text).diagnostics] == ["ambiguous-date"]


def test_tables_put_together_are_one() -> None:
    one = wechatlog.dumps(Conversation([Message(text="甲")]), "csv")
    found = wechatlog.loads(one + one)
    assert [message.text for message in found] == ["甲", "甲"]
    assert [entry.code for entry in found.diagnostics] == ["repeated-header"]


def test_another_chat_in_a_message_is_content() -> None:
    """Whatever other readers find below the heading, somebody pasted it."""
    pages = [
        "weflow-html/private.html",
        "weflow-sql/private.sql",
        "mail/ios-group.txt",
        "wechatexporter-html/index.html",
    ]
    for page in pages:
        chat = Conversation([Message(text=(CORPUS / page).read_text(encoding="utf-8"))])
        for form in (*FORMS, "json", "jsonl"):
            assert wechatlog.detect(wechatlog.dumps(chat, form).encode()).format == form


@pytest.mark.parametrize("first", ["2026-05-01T09:00:00+09:00", "2026-05-01T09:00:00"])
@pytest.mark.parametrize("second", ["2026-05-01T10:00:00+08:00", "2026-05-01T10:00:00"])
@pytest.mark.parametrize("tz", [None, "Europe/Paris"])
def test_times_are_all_aware_or_all_naive(first: str, second: str, tz: str | None) -> None:
    found = wechatlog.loads(f"time,sender,kind,text\n{first},李四,text,早\n{second},王五,text,早啊\n", tz=tz)
    zones = {message.time.tzinfo is None for message in found if message.time}
    assert zones == {tz is None and len(first) == 19}
    assert len(found.sorted()) == 2
    codes = [entry.code for entry in found.diagnostics]
    assert codes == (["mixed-times"] if tz is None and len(first) != len(second) else [])


def test_a_column_that_is_not_known_is_told_once() -> None:
    found = wechatlog.loads(
        "time,sender,kind,text,mood\n2026-05-01 09:00:00,李四,text,早,好\n2026-05-01,王五,text,啊,\n"
    )
    assert [(entry.code, entry.line) for entry in found.diagnostics] == [("unknown-key", 1)]
    assert "'mood'" in found.diagnostics[0].message
