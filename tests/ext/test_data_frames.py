"""Conversations as frames of pandas, polars and Arrow, and frames back to conversations."""

from __future__ import annotations

import datetime as dt
import functools
import sys
import zoneinfo
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.samples import corpus_conversations
from tests.strategies import conversations
from wechatlog import Conversation, Message
from wechatlog.frames.columns import BODY_COLUMNS, TABLES, collect
from wechatlog.frames.pieces import SEGMENT_FIELDS
from wechatlog.testing import SAMPLE_CONVERSATIONS, without_losses

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

DOORS = ("to_pandas", "to_polars", "to_arrow")
CHINA = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2026, 5, 1, 12)


def chat(zone: dt.tzinfo | None = None) -> Conversation:
    image = wechatlog.Image("http://a.example/1.jpg", "图", raw="")
    return Conversation(
        [
            Message(
                time=NOON.replace(tzinfo=zone),
                precision="second",
                sender="李四",
                sender_id="wxid_lisi00000002",
                is_self=False,
                text="@所有人 早[微笑] http://a.example/",
                id="7000000000000000001",
                origin=wechatlog.Origin("chat.txt", 3),
            ),
            Message(sender="王五", kind="image", segments=[image]),
            Message(time=(NOON + dt.timedelta(hours=1)).replace(tzinfo=zone), precision="minute", text="早"),
        ],
        title="示例群",
        id="1@chatroom",
        owner="李四",
        participants=[wechatlog.Participant("赵六", "wxid_zhaoliu0004")],
        metadata={"exporter": "example"},
        tz=zone,
    )


def there_and_back(conversation: Conversation, door: str) -> Conversation:
    like = conversation if door == "to_polars" else None
    return wechatlog.from_frame(getattr(conversation, door)(), like=like)


# --- there and back -------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
@given(conversation=conversations())
def test_nothing_is_lost(door: str, conversation: Conversation) -> None:
    conversation = without_losses(conversation, ["text:surrogates"])  # which no column of texts holds
    back = there_and_back(conversation, door)
    assert back == conversation
    assert [message.segments for message in back] == [message.segments for message in conversation]
    assert back.tz_assumed == conversation.tz_assumed


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_lost_of_what_breaks_writers(door: str) -> None:
    for conversation in SAMPLE_CONVERSATIONS:
        assert there_and_back(conversation, door) == conversation


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_lost_of_any_format(door: str) -> None:
    empty = set()
    for conversation in corpus_conversations():
        frame = getattr(conversation, door)()
        like = conversation if door == "to_polars" else None
        assert wechatlog.from_frame(frame, like=like) == conversation, conversation
        for table in TABLES:
            count = len(collect(conversation, table)["conversation"])
            if count or (table, conversation.tz) not in empty:  # tables without a row differ in their zone alone
                assert len(frame if table == "messages" else getattr(conversation, door)(table)) == count
            if not count:
                empty.add((table, conversation.tz))


class Nameless(dt.tzinfo):
    """A zone that no other library knows."""

    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(hours=8)

    def dst(self, when: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta(0)


ZONES = {
    "Asia/Shanghai": (zoneinfo.ZoneInfo("Asia/Shanghai"), ("Asia/Shanghai",) * 3),
    "offset": (CHINA, ("UTC+08:00", "Etc/GMT-8", "+08:00")),
    "half hours": (dt.timezone(dt.timedelta(hours=5, minutes=30)), ("UTC+05:30", "UTC", "+05:30")),
    "seconds": (dt.timezone(dt.timedelta(seconds=17)), ("UTC",) * 3),
    "utc": (dt.UTC, ("UTC",) * 3),
    "without a name": (Nameless(), ("UTC",) * 3),
}


@pytest.mark.parametrize("name", ZONES)
def test_zones(name: str) -> None:
    zone, (in_pandas, in_polars, in_arrow) = ZONES[name]
    conversation = chat(zone)
    assert str(conversation.to_pandas()["time"].dtype) == f"datetime64[us, {in_pandas}]"
    assert conversation.to_polars().schema["time"] == pl.Datetime("us", in_polars)
    assert conversation.to_arrow().schema.field("time").type == pa.timestamp("us", in_arrow)
    for door in DOORS:
        back = there_and_back(conversation, door)
        assert back.messages == conversation.messages
        if name != "without a name":
            assert back == conversation


def test_naive_times_stay_naive_and_missing_ones_are_missing() -> None:
    conversation = chat()
    assert list(conversation.to_pandas()["time"])[:2] == [pd.Timestamp(NOON), pd.NaT]
    assert conversation.to_polars()["time"].to_list()[:2] == [NOON, None]
    assert conversation.to_arrow()["time"].to_pylist()[:2] == [NOON, None]


def test_the_first_and_the_last_day() -> None:
    for zone in (None, CHINA, dt.timezone(dt.timedelta(hours=-12))):
        times = [dt.datetime(1, 1, 2, tzinfo=zone), dt.datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=zone)]
        conversation = Conversation([Message(time=time, precision="second") for time in times], tz=zone)
        for door in DOORS:
            assert there_and_back(conversation, door) == conversation


def test_naive_and_aware_times_do_not_mix() -> None:
    conversation = Conversation([*chat(), *chat(CHINA)])
    for door in DOORS:
        with pytest.raises(ValueError, match=r"^naive and aware times in one conversation$"):
            getattr(conversation, door)()


# --- tables and types -----------------------------------------------------------------------------


def test_the_types_of_pandas() -> None:
    frame = chat(CHINA).to_pandas()
    found = {str(dtype) for dtype in frame.dtypes}
    assert found == {"category", "Int64", "datetime64[us, UTC+08:00]", "boolean", "string", "object"}
    assert frame["kind"].tolist() == ["text", "image", "text"]
    assert frame["is_self"].isna().tolist() == [False, True, True]
    assert frame.loc[0, "mentions"] == ["所有人"]
    assert frame.loc[1, "segments"][0]["url"] == "http://a.example/1.jpg"
    assert frame["id"].iloc[0] == "7000000000000000001"


def test_the_types_of_arrow() -> None:
    table = chat().to_arrow()
    table.validate(full=True)
    schema = table.schema
    assert schema.field("sender").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("text").type == pa.string()
    assert schema.field("line").type == pa.int64()
    assert schema.field("mentions").type == pa.list_(pa.string())
    assert [field.name for field in schema.field("segments").type.value_type] == list(SEGMENT_FIELDS)
    assert table["emoji"].to_pylist() == [["[微笑]"], [], []]
    assert table["line"].to_pylist() == [3, None, None]


def test_the_types_of_polars() -> None:
    schema = chat().to_polars().schema
    assert schema["sender"] == pl.Categorical
    assert schema["mentions"] == pl.List(pl.String)
    assert isinstance(schema["segments"], pl.List)
    assert chat().to_polars()["images"].to_list() == [[], ["http://a.example/1.jpg"], []]


@pytest.mark.parametrize("door", DOORS)
def test_every_table_has_its_columns(door: str) -> None:
    for table, columns in TABLES.items():
        for conversation in (chat(), Conversation()):
            found = getattr(conversation, door)(table)
            names = found.column_names if door == "to_arrow" else list(found.columns)
            assert names == [column.name for column in columns]
            assert table == "participants" or len(found) <= len(conversation)
    with pytest.raises(ValueError, match=r"^no table 'stickers'; there are: messages, mentions, "):
        getattr(chat(), door)("stickers")


@pytest.mark.parametrize("door", DOORS)
def test_what_is_in_the_messages(door: str) -> None:
    def column(table: str, name: str) -> list[Any]:
        found = getattr(chat(), door)(table)
        return list(found[name].to_pylist() if door == "to_arrow" else found[name].to_list())

    assert column("mentions", "everyone") == [True]
    assert column("mentions", "sender") == ["李四"]
    assert column("links", "url") == ["http://a.example/"]
    assert column("emoji", "unicode") == ["🙂"]
    assert column("images", "number") == [1]
    assert column("participants", "name") == ["李四", "王五", "赵六"]


@pytest.mark.parametrize("door", DOORS)
def test_without_the_columns_of_bodies_nothing_is_parsed(door: str) -> None:
    conversation = chat()
    found = getattr(conversation, door)(segments=False)
    names = set(found.column_names if door == "to_arrow" else found.columns)
    assert names == {column.name for column in TABLES["messages"]} - BODY_COLUMNS
    assert conversation[0]._parsed is None


def test_half_a_surrogate_pair_is_replaced_where_it_must_be() -> None:
    conversation = Conversation([Message(sender="a\udfff", text="\ud800[微笑]")], title="\ud800")
    for door in DOORS:
        (message,) = there_and_back(conversation, door)
        assert message.sender in ("a\udfff", "a\ufffd")
        assert [code.name for code in message.emoji] == ["[微笑]"]


def test_a_number_that_is_too_large_is_left_out() -> None:
    huge = Conversation(
        [Message(text="a.pdf", segments=[wechatlog.File("a.pdf", 10**30, raw="a.pdf")])],
        participants=[wechatlog.Participant("李四", message_count=10**30)],
    )
    for door in ("to_arrow", "to_polars"):
        (message,) = there_and_back(huge, door)
        assert message.segments == (wechatlog.File("a.pdf", raw="a.pdf"),)
    odd = Conversation([Message(origin=wechatlog.Origin("a.txt", 10**30))])
    for door in DOORS:
        assert there_and_back(odd, door)[0].origin == wechatlog.Origin("a.txt")


def test_a_value_of_a_wrong_type_is_told() -> None:
    wrong: Any = "9K"
    conversation = Conversation([Message(text="a", segments=[wechatlog.File("a", wrong, raw="a")])])
    with pytest.raises(ValueError, match="column segments, field size: "):
        conversation.to_arrow()


# --- other libraries, without glue ----------------------------------------------------------------


def test_duckdb_reads_a_conversation() -> None:
    conversation = chat()
    assert len(conversation) == 3  # the name is found by DuckDB
    counted = duckdb.sql("select sender, count(*) as n from conversation group by all order by all").fetchall()
    assert counted == [("李四", 1), ("王五", 1), (None, 1)]
    if duckdb.__version__.startswith("1.1."):  # asks for one stream and reads it twice
        return
    joined = duckdb.sql("select count(*) from conversation a join conversation b using (number)").fetchall()
    assert joined == [(3,)]
    assert wechatlog.from_frame(duckdb.sql("select * from conversation").pl(), like=conversation) == conversation


def test_the_pycapsule_protocol() -> None:
    conversation = chat(CHINA)
    assert pa.table(conversation).equals(conversation.to_arrow().combine_chunks())
    assert wechatlog.from_frame(conversation) == conversation
    if int(pl.__version__.split(".")[0]) > 1:  # the oldest take no such objects here
        assert pl.from_dataframe(conversation)["sender"].to_list() == ["李四", "王五", None]
    assert pa.RecordBatchReader.from_stream(conversation).read_all().num_rows == 3
    wanted = conversation.to_arrow().select(["text"]).schema
    with pytest.raises(ValueError, match="field names"):
        pa.RecordBatchReader.from_stream(conversation, schema=wanted)
    if hasattr(pd.DataFrame, "from_arrow"):
        assert pd.DataFrame.from_arrow(conversation)["text"].tolist() == [message.text for message in conversation]


def test_a_stream_is_made_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from wechatlog.frames import arrow

    monkeypatch.setattr(arrow, "_ROWS", 2)
    monkeypatch.setattr(arrow.slices, "__defaults__", (2, arrow._CHARACTERS))
    conversation = Conversation([Message(sender=f"李{number}", text=f"[强]{number}") for number in range(5)])
    reader = arrow.to_stream(conversation)
    first = reader.read_next_batch()
    assert first.num_rows == 2
    assert conversation[4]._parsed is None
    assert pa.table(conversation)["sender"].to_pylist() == [f"李{number}" for number in range(5)]
    assert wechatlog.from_frame(conversation) == conversation
    duckdb.sql("select count(*) from conversation where sender = '李4'").fetchall()
    longer = Conversation([Message(text="x" * (1 << 23)), Message(text="y"), Message(text="z")])
    assert [batch.num_rows for batch in arrow.to_stream(longer)] == [2, 1]
    monkeypatch.setattr(arrow.slices, "__defaults__", (9, 1000))
    bundle = wechatlog.Forward(
        "记录", [Message(text="x" * 600), Message(segments=[wechatlog.Quote("李四", "y" * 600)])]
    )
    heavy = Conversation([Message(segments=[bundle]), Message(text="y"), Message(text="z")])
    assert [batch.num_rows for batch in arrow.to_stream(heavy)] == [1, 2]


# --- edited frames --------------------------------------------------------------------------------


def test_rows_may_be_filtered_and_sorted() -> None:
    conversation = chat(CHINA)
    frame = conversation.to_pandas()
    assert wechatlog.from_frame(frame[frame["kind"] == "image"]) == conversation[1:2]
    backwards = attrs.evolve(conversation, messages=conversation.messages[::-1])
    assert wechatlog.from_frame(frame.sort_values("number", ascending=False)) == backwards
    polars = conversation.to_polars()
    assert wechatlog.from_frame(polars.filter(pl.col("kind") == "image"), like=conversation) == conversation[1:2]
    assert wechatlog.from_frame(polars.lazy().reverse(), like=conversation) == backwards
    table = conversation.to_arrow()
    assert wechatlog.from_frame(table.slice(1, 1)) == conversation[1:2]
    assert wechatlog.from_frame(table.to_reader()) == conversation
    assert wechatlog.from_frame(table.combine_chunks().to_batches()[0]) == conversation
    assert wechatlog.from_frame(frame[:0]) == conversation[:0]


def test_a_changed_text_is_parsed_again() -> None:
    frame = chat().to_pandas()
    frame["text"] = frame["text"].str.replace("[微笑]", "[强]", regex=False)
    first, second, _ = wechatlog.from_frame(frame)
    assert [code.name for code in first.emoji] == ["[强]"]
    assert second.given_segments is not None


def test_columns_may_be_missing_and_added() -> None:
    frame = chat(CHINA).to_pandas()[["time", "text"]].assign(weather="rain")
    messages = wechatlog.from_frame(frame).messages
    assert messages[0] == Message(
        time=NOON.replace(tzinfo=CHINA), precision="second", text="@所有人 早[微笑] http://a.example/"
    )
    assert (messages[1].time, messages[1].precision) == (None, None)


def test_a_dictionary_of_columns() -> None:
    conversation = wechatlog.from_frame({"text": ["早", "好"], "sender": ["李四", None], "time": [NOON, None]})
    assert [message.sender for message in conversation] == ["李四", None]
    assert wechatlog.from_frame(collect(chat()), like=chat()) == chat()
    assert wechatlog.from_frame({"text": pd.Series(["早"])})[0].text == "早"
    assert wechatlog.from_frame({"text": []}) == Conversation()


def test_values_of_other_types() -> None:
    frame = pd.DataFrame(
        {
            "text": pd.Series(["早", "好"], dtype=object),
            "time": pd.Series([pd.Timestamp("2026-05-01 12:00:00.123456789"), None], dtype=object),
            "sender": pd.Series(["李四", float("nan")], dtype=object),
            "is_self": [True, False],
            "line": [1, 2],
        }
    )
    first, second = wechatlog.from_frame(frame)
    assert (first.time, first.is_self, first.origin.line) == (NOON.replace(microsecond=123456), True, 1)
    assert second.sender is None
    frame["time"] = pd.to_datetime(frame["time"]).astype("datetime64[ns]")
    assert wechatlog.from_frame(frame)[0].time == NOON.replace(microsecond=123456)
    days = pl.DataFrame({"text": ["早"], "time": [NOON.date()]})
    assert wechatlog.from_frame(days)[0].time == dt.datetime(2026, 5, 1)
    assert wechatlog.from_frame(pa.table({"text": ["早"], "time": [NOON.date()]}))[0].time == dt.datetime(2026, 5, 1)
    large = pa.table({"text": pa.array(["早"], pa.large_string()), "kind": pa.nulls(1), "number": ["?"]})
    assert wechatlog.from_frame(large) == Conversation([Message(text="早")])


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"sender": ["李四"]}, "a frame of messages has a column text; this one has sender"),
        ({"weather": ["rain"]}, "a frame of messages has a column text; this one has none that is known"),
        ({"text": ["早", 5]}, "row 1, column text: must be a text, not int"),
        ({"text": ["早"], "is_self": ["no"]}, "row 0, column is_self: must be true or false, not str"),
        ({"text": ["早"], "line": [1.5]}, "row 0, column line: must be a whole number, not float"),
        ({"text": ["早"], "conversation": [5]}, "row 0, column conversation: must be a text, not int"),
        ({"text": ["早"], "kind": ["whisper"]}, "row 0, column kind: 'whisper' is none of announcement, "),
        ({"text": ["早"], "precision": ["hour"]}, "row 0, column precision: 'hour' is none of day, minute, second"),
        (
            {"text": ["早"], "segments": [[{"type": "forward", "raw": "早", "messages": "["}]]},
            "row 0, column segments: ",
        ),
        ({"text": ["早"], "segments": [["早"]]}, "row 0, column segments: "),
        ({"text": ["早"], "segments": [[{"type": "text", "raw": 5}]]}, "row 0, column segments: "),
        ({"text": ["早"], "segments": [5]}, "row 0, column segments: "),
    ],
)
def test_what_a_frame_cannot_have(columns: dict[str, list[Any]], complaint: str) -> None:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    for given_one in (columns, frame):
        with pytest.raises(ValueError) as caught:
            wechatlog.from_frame(given_one)
        assert str(caught.value).startswith(complaint)


def test_what_an_arrow_table_cannot_have() -> None:
    with pytest.raises(ValueError, match=r"^the column text should hold texts, not int64$"):
        wechatlog.from_frame(pa.table({"text": [5]}))
    with pytest.raises(ValueError, match=r"^there is no column text$"):
        wechatlog.from_frame(pa.table({"sender": ["李四"]}))
    with pytest.raises(ValueError, match=r"^row 0, column time: must be a datetime, not int$"):
        wechatlog.from_frame(pa.table({"text": ["早"], "time": pa.array([1 << 62], pa.timestamp("us"))}))
    with pytest.raises(ValueError, match=r"^these are the mentions of a conversation, not its messages$"):
        wechatlog.from_frame(chat().to_arrow("mentions"))
    broken = chat().to_arrow().replace_schema_metadata({"wechatlog": "{}"})
    with pytest.raises(ValueError, match=r"^the metadata of wechatlog are broken: KeyError"):
        wechatlog.from_frame(broken)
    later = chat().to_arrow().replace_schema_metadata({"wechatlog": '{"schema":"wechatlog/2"}'})
    with pytest.raises(ValueError, match=r"^schema 'wechatlog/2' is not known here; this version reads wechatlog/1$"):
        wechatlog.from_frame(later)


def test_what_a_pandas_frame_cannot_have() -> None:
    frame = chat().to_pandas()
    with pytest.raises(ValueError, match=r"^the column text is there 2 times$"):
        wechatlog.from_frame(pd.concat([frame, frame[["text"]]], axis=1))
    frame.attrs["wechatlog"] = "["
    with pytest.raises(ValueError, match=r"^what frame\.attrs says of the conversation is broken: JSONDecodeError"):
        wechatlog.from_frame(frame)


@pytest.mark.parametrize("thing", [5, "text", [1, 2], object(), None])
def test_what_is_no_frame(thing: object) -> None:
    with pytest.raises(TypeError, match=r"^expected a frame or a dictionary of columns, not "):
        wechatlog.from_frame(thing)
    with pytest.raises(TypeError, match=r"^the column text must be a list, not str$"):
        wechatlog.from_frame({"text": "早"})


# --- what belongs to the conversation -------------------------------------------------------------


def test_several_conversations_in_one_frame() -> None:
    one, other = chat(), attrs.evolve(chat(), title="另一个群", id="2@chatroom")
    frame = pd.concat([one.to_pandas(), other.to_pandas()])
    with pytest.raises(wechatlog.MultipleConversationsError) as caught:
        wechatlog.from_frame(frame)
    assert str(caught.value) == (
        "the frame: holds several conversations (示例群, 另一个群); "
        "keep the rows of one, by the columns conversation and conversation_id"
    )
    found = wechatlog.from_frame(frame[frame["conversation"] == "另一个群"], like=other)
    assert found == other


def test_like_counts_before_what_the_frame_says() -> None:
    other = attrs.evolve(chat(), title="另一个群", messages=())
    assert wechatlog.from_frame(chat().to_pandas(), like=other).title == "另一个群"
    zoned = chat(zoneinfo.ZoneInfo("Asia/Shanghai"))
    assert wechatlog.from_frame(chat(CHINA).to_polars(), like=zoned)[0].time.tzinfo is zoned.tz


def test_a_frame_of_another_name_is_no_longer_that_conversation() -> None:
    frame = chat().to_pandas()
    frame["conversation"] = "新名"
    found = wechatlog.from_frame(frame)
    assert (found.title, found.id, found.owner) == ("新名", "1@chatroom", None)


def test_without_a_header_title_and_id_are_in_the_rows() -> None:
    found = wechatlog.from_frame(chat().to_polars())
    assert (found.title, found.id, found.members) == ("示例群", "1@chatroom", ())
    nameless = attrs.evolve(chat(), title=None)
    assert wechatlog.from_frame(nameless.to_polars()).title is None


@functools.cache
def chat_as_tables() -> tuple[Conversation, Any, Any]:
    conversation = chat(CHINA)
    return conversation, conversation.to_pandas(), conversation.to_arrow()


@given(rows=st.lists(st.integers(0, 2), max_size=6))
def test_any_choice_of_rows(rows: list[int]) -> None:
    conversation, frame, table = chat_as_tables()
    expected = attrs.evolve(conversation, messages=[conversation[row] for row in rows])
    assert wechatlog.from_frame(frame.iloc[rows]) == expected
    assert wechatlog.from_frame(table.take(pa.array(rows, pa.int64()))) == expected


@pytest.mark.parametrize(
    ("door", "library"), [("to_pandas", "pandas"), ("to_polars", "polars"), ("to_arrow", "pyarrow")]
)
def test_a_missing_library_is_named(door: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library or name.startswith("wechatlog.")]:
        if name.startswith(("wechatlog.ext.", "wechatlog.frames.arrow", library)):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    extra = "arrow" if library == "pyarrow" else library
    with pytest.raises(wechatlog.MissingExtraError, match=rf"pip install 'wechatlog\[{extra}\]'"):
        getattr(chat(), door)()


# --- several conversations -------------------------------------------------------------------------


def two_chats(folder: Path, *, aware: bool = False) -> wechatlog.Archive:
    for name, text in (("张三", "好 @李四 看"), ("李四", "[微笑] https://a.example.invalid")):
        time = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC if aware and name == "李四" else None)
        chat = Conversation([Message(time=time, sender=name, text=text)])
        (folder / name).mkdir()
        wechatlog.dump(chat, folder / name / "chat.csv")
    return wechatlog.load_archive(folder)


def test_an_archive_is_one_frame(tmp_path: Path) -> None:
    archive = two_chats(tmp_path)
    rows = archive.to_arrow().select(["conversation", "number", "sender", "text", "source"]).to_pylist()
    assert rows == [
        {"conversation": "张三", "number": 0, "sender": "张三", "text": "好 @李四 看", "source": "张三/chat.csv"},
        {
            "conversation": "李四", "number": 0, "sender": "李四",
            "text": "[微笑] https://a.example.invalid", "source": "李四/chat.csv",
        },
    ]  # fmt: skip
    assert archive.to_polars().select("conversation", "number", "sender", "text", "source").to_dicts() == rows
    frame = archive.to_pandas()
    assert frame[["conversation", "number", "sender", "text", "source"]].to_dict("records") == rows
    assert frame["conversation"].dtype == "category"
    assert frame.attrs == {}
    assert archive.to_pandas("emoji")["code"].tolist() == ["[微笑]"]
    assert archive.to_polars("mentions")["name"].to_list() == ["李四"]
    assert archive.to_arrow("participants")["name"].to_pylist() == ["张三", "李四"]
    for one in (frame, archive.to_polars(), archive.to_arrow()):
        with pytest.raises(wechatlog.MultipleConversationsError, match=r"the frame: .*张三, 李四"):
            wechatlog.from_frame(one)
    assert wechatlog.from_frame(frame[frame["conversation"] == "李四"]) == list(archive)[1]


def test_an_archive_of_naive_and_aware_times_is_no_frame(tmp_path: Path) -> None:
    archive = two_chats(tmp_path, aware=True)
    for to_frame in (archive.to_pandas, archive.to_polars, archive.to_arrow):
        with pytest.raises(ValueError, match="李四 has aware times and what came before it naive ones"):
            to_frame()


def test_an_empty_archive_is_an_empty_frame(tmp_path: Path) -> None:
    archive = wechatlog.load_archive(tmp_path)
    assert (len(archive.to_pandas()), len(archive.to_polars()), len(archive.to_arrow())) == (0, 0, 0)
