"""What is true of every format: containers give all that is whole, tell what is not, and entries become messages."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import pickle
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.cost import assert_linear
from wechatlog import MessageKind
from wechatlog.diagnostics import Collector
from wechatlog.engine import Entry, Evidence, Fields, Format, Table, iter_objects
from wechatlog.engine.delimited import iter_rows
from wechatlog.engine.json_stream import Item, iter_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wechatlog.engine import Reading

ZONE = dt.timezone(dt.timedelta(hours=8))


def in_pieces(text: str, size: int) -> list[str]:
    return [text[begin : begin + size] for begin in range(0, len(text), size)]


def rows_of(text: str, collector: Collector | None = None, size: int = 7) -> list[list[str]]:
    return [row.fields for row in iter_rows(in_pieces(text, size), collector or Collector())]


# --- delimited text ---------------------------------------------------------------------------------------------------

CELLS = st.lists(st.text(alphabet='ab早,"\n;\x00 ', max_size=8), min_size=2, max_size=4).filter(any)


@given(rows=st.lists(CELLS, min_size=1, max_size=6), size=st.integers(1, 30))
def test_rows_come_back(rows: list[list[str]], size: int) -> None:
    """Whatever the csv module writes comes back, in blocks of any size, with the lines on which rows begin."""
    stream = io.StringIO(newline="")
    lines = []
    for row in rows:
        lines.append(stream.getvalue().count("\n") + 1)
        csv.writer(stream, lineterminator="\n").writerow(row)
    found = list(iter_rows(in_pieces(stream.getvalue(), size), Collector("strict")))
    assert [row.fields for row in found] == rows
    assert [row.line for row in found] == lines


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_lost_quote_costs_its_row(size: int) -> None:
    rows = [[str(number), f"text {number}, with a comma"] for number in range(20)]
    lines = [f'{number},"{text}"\n' for number, text in rows]
    lines[7] = lines[7].replace(' comma"', " comma")  # it would take the rows behind it in
    lines[12] = lines[12].replace(',"', ",")
    collector = Collector()
    found = rows_of("".join(lines), collector, size)
    assert [row for row in rows if row not in found] == [rows[12]]
    assert found[12] == ["12", "text 12", ' with a comma"']  # of another length than the others, which `Table` tells
    assert [(entry.code, entry.line) for entry in collector.diagnostics] == [("broken-csv", 8)]


def test_a_quote_that_is_lost_before_plain_rows() -> None:
    collector = Collector()
    found = rows_of('n,t\n1,"a\n2,b\n3,c\n', collector)
    assert found == [["n", "t"], ["1", "a"], ["2", "b"], ["3", "c"]]
    assert [(entry.code, entry.line) for entry in collector.diagnostics] == [("open-quote", 2)]


def test_a_cell_of_several_lines_that_is_cut_stays_whole() -> None:
    assert rows_of('n,t\n1,"a\nb\nc') == [["n", "t"], ["1", "a\nb\nc"]]


def test_a_carriage_return_outside_of_quotes() -> None:
    collector = Collector()
    assert rows_of("n,t\n1,a\rb\n2,c\n", collector) == [["n", "t"], ["1", "a\rb"], ["2", "c"]]
    assert [entry.code for entry in collector.diagnostics] == ["broken-csv"]


def test_words_in_quotes_at_the_begin_of_a_cell_keep_them() -> None:
    collector = Collector()
    rows = 'n,t\n1,"a" recalled\n2,"a" patted "b"\n3,"a" "\n4,"a"\n'
    assert rows_of(rows, collector)[1:] == [["1", '"a" recalled'], ["2", '"a" patted "b"'], ["3", 'a "'], ["4", "a"]]
    assert [(entry.code, entry.line) for entry in collector.diagnostics] == [("broken-csv", line) for line in (2, 3, 4)]


# --- JSON -------------------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(items=st.lists(VALUES, max_size=8), size=st.integers(1, 40), indent=st.sampled_from([None, 0, 2]))
def test_items_come_back(items: list[object], size: int, indent: int | None) -> None:
    text = json.dumps({"a": 1, "messages": items, "z": [2]}, ensure_ascii=False, indent=indent)
    found = list(iter_json(in_pieces(text, size), Collector("strict")))
    assert [item.value for item in found if item.key == "messages"] == items
    assert [(item.key, item.value) for item in found if item.key != "messages"] == [("a", 1), ("z", [2])]
    for item in found:
        assert text.count("\n", 0, item.offset) + 1 == item.line


def items_behind(text: str) -> tuple[list[object], list[str]]:
    collector = Collector()
    items = [item.value for item in iter_json(in_pieces(text, 50), collector) if item.key == "messages"]
    return items, [entry.code for entry in collector.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        '{"club": "x, "messages": [{"n": 1}, {"n": 2}]}',
        '{"club" "x", "messages": [{"n": 1}, {"n": 2}]}',
        '{"club": {"a": }, "messages": [{"n": 1}, {"n": 2}]}',
        '{"club": 1 "messages": [{"n": 1}, {"n": 2}]}',
        '{"club": 1, "mes\x00ages": [{"n": 1}, {"n": 2}]}',
        '{"club": 1, "messagez" : [{"n": 1}, {"n": 2}]}',
        '{club: 1, "messages": [{"n": 1}, {"n": 2}]}',
    ],
)
def test_the_list_is_found_behind_damage(text: str) -> None:
    items, codes = items_behind(text)
    assert items == [{"n": 1}, {"n": 2}]
    assert set(codes) == {"broken-json"}


def test_any_character_that_is_lost_before_the_list() -> None:
    """It costs no message, and it is told unless the text is good JSON still."""
    rows = [{"n": number} for number in range(4)]
    value = {"club": {"name": "读书会", "at": 1}, "about": {"owner": "李四"}, "members": [{"n": 0}], "messages": rows}
    text = json.dumps(value, ensure_ascii=False, indent=1)
    for lost in range(text.index('"messages": [') + 13):
        damaged = text[:lost] + text[lost + 1 :]
        collector = Collector()
        found = list(iter_json(in_pieces(damaged, 50), collector, ("messages", "members")))
        assert [item.value for item in found if item.key == "messages"] == rows, damaged
        try:
            json.loads(damaged, strict=False)
        except ValueError:
            assert {entry.code for entry in collector.diagnostics} == {"broken-json"}, damaged


def _damaged(text: str, at: int) -> Iterator[str]:
    """The text with a character lost or changed, with 16 lost, and with brackets too many."""
    yield text[:at] + text[at + 1 :]
    yield text[:at] + text[at + 16 :]
    for mark in ("\ufffd", "]", "{", '"'):
        yield f"{text[:at]}{mark}{text[at + 1 :]}"
        yield f"{text[:at]}{mark}{text[at:]}"


def _lost(found: list[Item], rows: list[dict[str, object]]) -> int:
    left = [item.value for item in found if item.key in ("messages", "")]
    return sum(row not in left for row in rows)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("layout", ["object", "array"])
def test_damage_anywhere_costs_two_messages(layout: str, indent: int | None) -> None:
    """Also where the messages hold lists of messages that begin with the same key, and other lists stand around.

    Where all stands in one line, sixteen characters can take what tells a list from another: 1 % may cost more.
    """
    inner: list[dict[str, object]] = [{"from": "王五", "text": "一"}, {"from": "赵六", "text": "二"}]
    rows: list[dict[str, object]] = [
        {"from": "李四", "text": str(number), **({"messages": inner} if number in (1, 4) else {}), "id": number}
        for number in range(6)
    ]
    about = {"club": {"name": "读书会"}, "members": [{"name": "李四", "id": 1}, {"name": "张三", "id": 2}]}
    value = rows if layout == "array" else {**about, "messages": rows, "end": 1}
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    tried, worse = 0, []
    for damaged in (damaged for at in range(len(text)) for damaged in _damaged(text, at)):
        collector = Collector()
        lost = _lost(list(iter_json((damaged,), collector, ("messages", "members"))), rows)
        tried += 1
        if lost > 2:
            worse.append(damaged)
            assert collector.diagnostics, damaged
    assert len(worse) * 100 <= tried, worse


def test_recovery_is_linear() -> None:
    """The pattern that looks for the next item sees each character a bounded number of times."""

    def recover(size: int) -> None:
        text = '{"messages": [{"n": 1}, {"n" 2' + "\n" * size + '}, {"n": 3}]}'
        assert items_behind(text)[0] == [{"n": 1}, {"n": 3}]

    assert_linear(recover, 100_000)


# --- tables -----------------------------------------------------------------------------------------------------------

TABLE = Table("time=time sender|name=sender text=text kind=kind", optional={"kind"})
LOOSE = Table("time=time sender|name=sender text=text kind=kind", optional={"kind"}, exact=False)


def entries(table: Table) -> Format:
    def read(reading: Reading) -> Iterator[Entry]:
        for row, line in table.rows(reading):
            time, precision = reading.clock(row.time, line=line)
            yield Entry(line, time, precision, row.sender, text=row.text)

    return Format("made-for-a-test", "a table", ".csv", table.detect, read)


def texts(data: str, table: Table = TABLE) -> tuple[list[str], list[str]]:
    conversation = wechatlog.loads(data, format=entries(table))
    return [message.text for message in conversation], [entry.code for entry in conversation.diagnostics]


ROW = "2026-05-01 09:00:00,李四,早,text"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("numbers", ["", "Unnamed: 0,"])
def test_what_spreadsheet_programs_do(delimiter: str, numbers: str) -> None:
    head = f"{numbers}time,name,text,kind\n"
    row = ("0," if numbers else "") + ROW
    assert texts((head + row).replace(",", delimiter)) == (["早"], [])


def test_one_damaged_heading() -> None:
    assert texts("time,name,te�t,kind\n" + ROW) == (["早"], ["damaged-header"])
    with pytest.raises(wechatlog.FormatError, match="the first line is not time,sender,text,kind"):
        texts("time,na�e,te�t,kind\n" + ROW)


def test_columns_in_any_order() -> None:
    assert texts("text,extra,name,time\n早,1,李四,2026-05-01 09:00:00", LOOSE) == (["早"], ["unknown-key"])


def test_rows_of_another_length_are_told() -> None:
    assert texts(f"time,name,text,kind\n{ROW},more\n2026-05-01 09:00:00,李四") == (["早", ""], ["row-length"] * 2)


# --- entries ----------------------------------------------------------------------------------------------------------


def conversation_of(found: Iterable[Entry], **how: object) -> wechatlog.Conversation:
    made = Format("made-for-a-test", "entries", "", lambda _: Evidence(1.0, "made"), lambda _: found)
    return wechatlog.loads("x", format=made, **how)  # type: ignore[arg-type]


def test_nobody_sends_a_notice() -> None:
    (message,) = conversation_of([Entry(1, sender="系统", sender_id="wxid_a", kind=MessageKind.SYSTEM, text="入群")])
    assert (message.sender, message.sender_id) == (None, None)


def test_a_notice_that_is_credited_is_never_the_rooms_own() -> None:
    """Where a format says who a notice is about, the group itself is nobody."""
    entries = [
        Entry(1, sender_id=who, sender=who, kind=MessageKind.SYSTEM) for who in ("wxid_lisi00000002", "123456@chatroom")
    ]
    made = Format("made-for-a-test", "", "", lambda _: None, lambda _: entries, credits_notices=True)
    assert [message.sender for message in wechatlog.loads("x", format=made)] == ["wxid_lisi00000002", None]


def test_more_messages_than_a_batch_come_in_order_with_their_places() -> None:
    """Those of several chats, too, whose messages alternate: none is lost, none moves."""
    count = 5000

    def read(reading: Reading) -> Iterator[Entry]:
        for number in range(count):
            chat = reading.chat_of("甲乙"[number % 3 == 0])
            yield Entry(number + 1, text=str(number), offset=2 * number, chat=chat)

    made = Format("made-for-a-test", "entries", "", lambda _: Evidence(1.0, "made"), read)
    chats = list(wechatlog.load_archive(b"x", format=made))
    places = [[(int(m.text), m.origin.line, m.origin.offset) for m in chat] for chat in chats]
    assert places == [
        [(number, number + 1, 2 * number) for number in range(count) if bool(number % 3) is other]
        for other in (False, True)
    ]


def test_what_a_file_says_of_the_owner_goes_before_what_the_user_says() -> None:
    entries = [Entry(1, sender="李四", is_self=True), Entry(2, sender="李四", is_self=False), Entry(3, sender="李四")]
    assert [message.is_self for message in conversation_of(entries, owner="李四")] == [True, False, True]
    own = [Entry(1, sender="小李", sender_id="wxid_lisi00000002"), Entry(2, sender=" 李四 ")]
    assert [message.is_self for message in conversation_of(own, owner="wxid_lisi00000002")] == [True, False]
    assert [message.is_self for message in conversation_of(own, owner="李四")] == [False, True]


def test_a_time_that_is_not_there_has_no_precision() -> None:
    (message,) = conversation_of([Entry(1, None, "minute")])
    assert message.precision is None


def test_a_year_in_which_nobody_can_have_written_is_told_once() -> None:
    times = [dt.datetime(year, 5, 1) for year in (1970, 1970, 2569, 2026)]
    told = conversation_of([Entry(line, time) for line, time in enumerate(times, 1)]).diagnostics
    assert [(entry.code, entry.line) for entry in told] == [("odd-year", 1), ("odd-year", 3)]


def test_a_chat_without_messages_is_one_too() -> None:
    def read(reading: Reading) -> Iterator[Entry]:
        reading.chat_of("甲", title="空")
        yield Entry(1, text="早", chat=reading.chat_of("乙"))

    made = Format("made-for-a-test", "", "", lambda _: None, read)
    assert {chat.title: len(chat) for chat in wechatlog.load_archive(b"x", format=made)} == {"空": 0, None: 1}


def test_a_time_without_a_zone_has_that_of_the_first() -> None:
    zone = dt.timezone(dt.timedelta(hours=9))
    times = [dt.datetime(2026, 5, 1, hour, tzinfo=where) for hour, where in ((9, zone), (10, None))]
    conversation = conversation_of([Entry(line, time) for line, time in enumerate(times, 1)])
    assert [str(message.time) for message in conversation] == ["2026-05-01 09:00:00+09:00", "2026-05-01 10:00:00+09:00"]


@pytest.mark.parametrize("first", [None, ZONE])
def test_times_with_and_without_a_zone(first: dt.tzinfo | None) -> None:
    """The first time decides; the others are told and fit, so that all of them can be compared."""
    times = [dt.datetime(2026, 5, 1, hour, tzinfo=zone) for hour, zone in ((9, first), (10, None), (11, ZONE))]
    conversation = conversation_of([Entry(line, time) for line, time in enumerate(times, 1)])
    assert [entry.code for entry in conversation.diagnostics] == ["mixed-times"]
    assert len({message.time.tzinfo is None for message in conversation if message.time}) == 1
    assert [message.time.hour for message in conversation.sorted() if message.time] == [9, 10, 11]


def test_the_owner_is_who_the_user_says() -> None:
    conversation = conversation_of([Entry(1, sender="李四"), Entry(2, sender="王五")], owner="王五")
    assert [message.is_self for message in conversation] == [False, True]


def test_a_file_without_messages_is_an_empty_chat() -> None:
    assert len(conversation_of([])) == 0


# --- fields -----------------------------------------------------------------------------------------------------------


def test_fields_of_segments() -> None:
    fields = Fields({MessageKind.LINK: "title=title|name url=page.url", MessageKind.VOICE: "seconds=length"})
    row = {"title": "", "name": "书单", "page": {"url": "https://example.invalid/"}, "length": "12"}
    assert fields.read(MessageKind.LINK, row) == {"title": "书单", "url": "https://example.invalid/"}
    assert fields.read(MessageKind.VOICE, row) == {"seconds": 12.0}
    assert fields.read(MessageKind.VOICE, {"length": -1}) == {}
    assert fields.segments(MessageKind.TEXT, "早", row) is None


def test_keys_that_a_newer_tool_writes_are_told_once() -> None:
    def read(reading: Reading) -> Iterator[Entry]:
        for item in iter_objects(reading, known=("text",)):
            yield Entry(item.line, text=item.value["text"])

    made = Format("made-for-a-test", "objects", ".json", lambda _: Evidence(1.0, "made"), read)
    conversation = wechatlog.loads('[{"text": "a", "new": 1},\n{"text": "b", "new": 2}]', format=made)
    assert [str(entry) for entry in conversation.diagnostics] == [
        "1: info: the key 'new' is not known to this format; what it says was left out [unknown-key]"
    ]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("NaN", "metadata hold nan, which is no number"),
        ("-Infinity", "metadata hold -inf, which is no number"),
        ("[" * 150 + "1" + "]" * 150, "metadata are nested too deeply"),
    ],
    ids=["no number", "infinite", "an abyss"],
)
def test_metadata_can_be_kept(value: str, sentence: str) -> None:
    """What a file says of itself comes back from every form, and what cannot is told, once."""
    head = (
        '{"schemaVersion": 1, "exportedAt": "2024-01-01T00:00:00", "conversation": {"username": "a", "isGroup": false},'
    )
    body = '"messages": [{"createTime": 1700000000, "renderType": "text", "senderUsername": "a", "content": "早"}]}'
    chat = wechatlog.loads(f'{head} "filters": {{"a": {value}}}, {body}', format="wcda-json")
    assert [entry.message for entry in chat.diagnostics if entry.code == "bad-field"] == [sentence]
    assert chat[0].text == "早"
    assert pickle.loads(pickle.dumps(chat)) == chat
    assert wechatlog.loads(wechatlog.dumps(chat), format="jsonl") == chat
