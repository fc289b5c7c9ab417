"""Parquet and Arrow files: written in groups, read back, broken, edited by others."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests import goldens
from tests.samples import corpus_conversations
from tests.strategies import conversations
from wechatlog import Conversation, Message, OptionError, WriteError
from wechatlog.frames.arrow import METADATA_KEY
from wechatlog.registry import find_reader, find_writer
from wechatlog.testing import SAMPLE_CONVERSATIONS, check_reader, check_writer, without_losses

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

FORMS = ("parquet", "arrow")
CHINA = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2026, 5, 1, 12)

both = pytest.mark.parametrize("form", FORMS)


def written(item: Any, form: str, **options: Any) -> bytes:
    target = io.BytesIO()
    wechatlog.dump(item, target, form, **options)
    return target.getvalue()


def table_of(data: bytes) -> Any:
    return pa.ipc.open_file(data).read_all() if data.startswith(b"ARROW1") else pq.read_table(io.BytesIO(data))


def group_sizes(data: bytes) -> list[int]:
    if data.startswith(b"ARROW1"):
        file = pa.ipc.open_file(data)
        return [file.get_batch(number).num_rows for number in range(file.num_record_batches)]
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    return [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]


def texts(*bodies: str, **facts: Any) -> Conversation:
    return Conversation([Message(text=body) for body in bodies], **facts)


def timed(zone: dt.tzinfo | None, **facts: Any) -> Conversation:
    return Conversation([Message(time=NOON.replace(tzinfo=zone), precision="second", text="早")], tz=zone, **facts)


# --- round trips ----------------------------------------------------------------------------------


@both
@given(conversation=conversations())
@example(Conversation([Message(sender="\ud800", text="a\udfff", segments=[wechatlog.Text("a\udfff")])], title="\ud800"))
def test_only_what_is_declared_is_lost(form: str, conversation: Conversation) -> None:
    check_writer(find_writer(form), [conversation], reader=find_reader(form), options={"row_group": 2})


@both
def test_the_samples(form: str) -> None:
    check_writer(find_writer(form), reader=find_reader(form))


@both
def test_several_conversations_of_any_format(form: str) -> None:
    found = [*SAMPLE_CONVERSATIONS, *(c for c in corpus_conversations() if c.tz is None)]
    for rows in (1 << 20, 17):
        assert list(wechatlog.load_archive(written(found, form, row_group=rows))) == found
    aware = [c for c in corpus_conversations() if c.tz is not None]
    back = list(wechatlog.load_archive(written(aware, form)))
    assert back == aware
    assert [(c.tz_assumed, c.diagnostics) for c in back] == [(c.tz_assumed, c.diagnostics) for c in aware]


@both
@given(data=st.data())
def test_several_conversations(form: str, data: st.DataObject) -> None:
    found = data.draw(st.lists(conversations(), min_size=1, max_size=3))
    naive = [attrs.evolve(c, tz=None, tz_assumed=False, messages=[_without_zone(m) for m in c]) for c in found]
    back = wechatlog.load_archive(written(naive, form, row_group=3))
    losses = find_writer(form).losses
    assert [without_losses(c, losses) for c in back] == [without_losses(c, losses) for c in naive]


def _without_zone(message: Message) -> Message:
    return attrs.evolve(message, time=None if message.time is None else message.time.replace(tzinfo=None))


@both
def test_a_stream_is_written_as_a_whole_conversation_is(form: str, tmp_path: Path) -> None:
    conversation = goldens.conversation()
    path = tmp_path / "chat.jsonl"
    wechatlog.dump(conversation, path)
    streamed = written(wechatlog.iter_messages(path), form, row_group=10)
    whole = written(conversation, form, row_group=10)
    assert table_of(streamed).drop_columns([]).to_pylist() == table_of(whole).to_pylist()
    assert group_sizes(streamed) == group_sizes(whole) == [10, 10, 10, 5]
    assert wechatlog.load(streamed) == conversation
    assert tuple(wechatlog.iter_messages(whole)) == conversation.messages


@both
def test_nothing_at_all(form: str) -> None:
    assert wechatlog.load(written(Conversation(), form)) == Conversation()
    assert wechatlog.load(written([], form)) == Conversation()
    named = Conversation(title="示例群", tz=CHINA)
    data = written(named, form)
    assert wechatlog.load(data) == named
    assert table_of(data).schema.field("time").type == pa.timestamp("us", "+08:00")


@both
def test_golden_file(form: str) -> None:
    table = table_of(written(goldens.conversation(), form))
    lines = [*(f"{field.name}: {field.type}" for field in table.schema), ""]
    lines += [json.dumps(row, ensure_ascii=False, default=str) for row in map(_bare, table.to_pylist())]
    goldens.golden(f"{form}/conversation.txt", "\n".join([*lines, ""]))


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    row["segments"] = [{name: value for name, value in piece.items() if value is not None} for piece in row["segments"]]
    return row


# --- what is in the file --------------------------------------------------------------------------


@both
def test_the_schema(form: str) -> None:
    data = written(goldens.conversation(), form)
    schema = table_of(data).schema
    assert schema.remove_metadata() == goldens.conversation().to_arrow().schema.remove_metadata()
    described = json.loads(schema.metadata[METADATA_KEY])
    assert (described["schema"], described["table"]) == ("wechatlog/1", "messages")
    assert [head["rows"] for head in described["conversations"]] == [35]
    assert wechatlog.from_frame(table_of(data)) == goldens.conversation()


@both
@pytest.mark.parametrize(("rows", "sizes"), [(2, [2, 2, 1]), ("5", [5]), (100, [5])])
def test_groups_of_rows(form: str, rows: Any, sizes: list[int]) -> None:
    assert group_sizes(written(texts(*"abcde"), form, row_group=rows)) == sizes


@both
def test_a_group_of_long_texts_is_closed_early(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.writers.columnar._PART_CHARACTERS", 100)
    monkeypatch.setattr("wechatlog.writers.columnar._GROUP_BYTES", 4000)
    conversation = texts(*["x" * 500] * 20)
    data = written(conversation, form)
    assert len(group_sizes(data)) > 1
    assert wechatlog.load(data) == conversation


@both
def test_compressions(form: str) -> None:
    conversation = texts(*["早上好"] * 2000)
    sizes = {}
    for name in find_writer(form).compressions:  # type: ignore[attr-defined]
        data = written(conversation, form, compression=name)
        assert wechatlog.load(data) == conversation
        sizes[name] = len(data)
    assert max(sizes, key=sizes.__getitem__) == "none"


@both
@pytest.mark.parametrize(
    ("option", "value"), [("row_group", 0), ("row_group", "many"), ("row_group", True), ("compression", "rar")]
)
def test_bad_options(form: str, option: str, value: object) -> None:
    with pytest.raises(OptionError, match=f"^{option}: expected "):
        written(Conversation(), form, **{option: value})


def test_names_keep_their_place_in_an_arrow_file() -> None:
    """polars cannot read dictionaries that grow; those of a whole conversation are complete from the start."""
    conversation = Conversation([Message(sender=f"李{number}", text=str(number)) for number in range(40)])
    data = written(conversation, "arrow", row_group=7)
    file = pa.ipc.open_file(data)
    batches = [file.get_batch(number) for number in range(file.num_record_batches)]
    assert {len(batch.column("sender").dictionary) for batch in batches} == {40}
    assert file.stats.num_dictionary_deltas == 0
    polars = pytest.importorskip("polars")
    assert wechatlog.from_frame(polars.read_ipc(io.BytesIO(data)), like=conversation) == conversation
    streamed = pa.ipc.open_file(written(iter(conversation), "arrow", row_group=7))
    assert streamed.read_all()["sender"].to_pylist() == [message.sender for message in conversation]


def test_a_name_may_come_late_in_an_arrow_file() -> None:
    messages = [Message(text="早"), Message(text="好", sender="李四", sender_id="wxid_lisi00000002")]
    data = written(iter(messages), "arrow", row_group=1)
    assert wechatlog.load(data).messages == tuple(messages)


@both
def test_other_libraries_read_the_file(form: str, tmp_path: Path) -> None:
    conversation = goldens.conversation()
    path = tmp_path / f"chat.{form}"
    wechatlog.dump(conversation, path)
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame = pandas.read_parquet(path) if form == "parquet" else pandas.read_feather(path)
    assert wechatlog.from_frame(frame, like=conversation) == conversation
    other = polars.read_parquet(path) if form == "parquet" else polars.read_ipc(path)
    assert wechatlog.from_frame(other, like=conversation) == conversation
    if form == "parquet":
        duckdb = pytest.importorskip("duckdb")
        frame = duckdb.sql(f"select * from '{path}'").pl()
        assert wechatlog.from_frame(frame, like=conversation) == conversation


# --- times ----------------------------------------------------------------------------------------


@both
def test_naive_and_aware_times_do_not_stand_in_one_file(form: str) -> None:
    naive, aware = timed(None, title="没有时区"), timed(CHINA, title="有时区")
    with pytest.raises(WriteError) as caught:
        written([naive, aware], form)
    assert str(caught.value) == (
        f"{form}: 有时区 has aware times and what came before it naive ones, and a column holds one kind; "
        "name the zone when reading (tz=, on the command line --tz)"
    )
    with pytest.raises(WriteError, match="没有时区 has naive times and what came before it aware ones"):
        written([aware, naive], form)
    with pytest.raises(WriteError, match="naive and aware times in one conversation"):
        written(Conversation([*naive, *aware]), form)


@both
def test_zones_of_several_conversations(form: str) -> None:
    found = [timed(CHINA, title="一"), timed(dt.UTC, title="二"), texts("三", title="三")]
    data = written(found, form)
    assert table_of(data).schema.field("time").type == pa.timestamp("us", "+08:00")
    back = list(wechatlog.load_archive(data))
    assert back == found
    assert back[1][0].time == NOON.replace(tzinfo=dt.UTC)
    assert back[1][0].time.tzinfo is not CHINA


@both
def test_the_zone_may_come_late(form: str) -> None:
    untimed = texts("一", "二", title="一")
    data = written([untimed, timed(CHINA, title="二")], form)
    assert list(wechatlog.load_archive(data)) == [untimed, timed(CHINA, title="二")]
    with pytest.raises(WriteError, match="二 has aware times"):
        written([untimed, timed(CHINA, title="二")], form, row_group=1)


@both
def test_the_zone_that_the_user_names(form: str) -> None:
    (message,) = wechatlog.load(written(timed(None), form), tz="Asia/Shanghai")
    assert message.time is not None
    assert message.time.isoformat() == "2026-05-01T12:00:00+08:00"
    conversation = wechatlog.load(written(timed(CHINA), form), tz="UTC")
    assert conversation[0].time is not None
    assert conversation[0].time.isoformat() == "2026-05-01T04:00:00+00:00"
    assert conversation.tz is dt.UTC


# --- reading --------------------------------------------------------------------------------------


@both
def test_the_reader_keeps_its_promises(form: str) -> None:
    conversation = goldens.conversation()
    check_reader(find_reader(form), [written(conversation, form, row_group=9), written(conversation, form)])


@both
@given(position=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), cut=st.booleans())
def test_any_damage_gives_messages_or_an_error_of_ours(form: str, position: float, value: int, cut: bool) -> None:
    data = bytearray(_SAMPLE[form])
    place = int(position * len(data))
    if cut:
        del data[place:]
    else:
        data[place] = value
    try:
        conversation = wechatlog.load(bytes(data), format=form)
    except wechatlog.WechatlogError:
        return
    assert isinstance(conversation, Conversation)


_SAMPLE = {form: written(goldens.conversation(), form, row_group=12) for form in FORMS}


@both
def test_files_are_recognised(form: str) -> None:
    assert wechatlog.detect(_SAMPLE[form]) == wechatlog.Detection(form, 1.0, "the metadata name wechatlog")


@both
def test_a_cut_file_is_told(form: str) -> None:
    for cut in (len(_SAMPLE[form]) - 1, 100, 9):
        with pytest.raises(wechatlog.FormatError, match=f"^<data>: a broken file of the form {form}: "):
            wechatlog.load(_SAMPLE[form][:cut])


def test_a_broken_group_does_not_take_the_others() -> None:
    data = bytearray(written(texts(*"abc"), "parquet", row_group=1))
    metadata = pq.ParquetFile(io.BytesIO(bytes(data))).metadata
    column = next(
        column
        for column in map(metadata.row_group(1).column, range(metadata.num_columns))
        if column.path_in_schema == "text"
    )
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    conversation = wechatlog.load(bytes(data))
    assert [message.text for message in conversation] == ["a", "c"]
    (entry,) = conversation.diagnostics
    assert (entry.code, entry.severity) == ("broken-row", "error")
    assert entry.message.startswith("part 2 of 3 of the file cannot be read: ")
    with pytest.raises(wechatlog.FormatError, match="part 2 of 3"):
        wechatlog.load(bytes(data), errors="strict")


@both
def test_a_bad_row_does_not_take_the_others(form: str) -> None:
    table = pa.table({"time": [NOON] * 3, "sender": ["李四"] * 3, "text": ["a", "b", "c"], "kind": ["text", "?", None]})
    conversation = wechatlog.load(_as_file(table, form))
    assert [message.text for message in conversation] == ["a", "c"]
    (entry,) = conversation.diagnostics
    assert (entry.code, entry.message[:40]) == ("broken-row", "row 1, column kind: '?' is none of annou")


def _as_file(table: Any, form: str) -> bytes:
    target = io.BytesIO()
    if form == "parquet":
        pq.write_table(table, target)
    else:
        with pa.ipc.new_stream(target, table.schema) as writer:
            writer.write_table(table)
    return target.getvalue()


@both
def test_tables_that_others_wrote(form: str) -> None:
    conversation = goldens.conversation()
    assert wechatlog.load(_as_file(conversation.to_arrow(), form)) == conversation
    bare = conversation.to_arrow().replace_schema_metadata().select(["sender", "text", "time"])
    found = wechatlog.load(_as_file(bare, form))
    assert [message.text for message in found] == [message.text for message in conversation]
    backwards = conversation.to_arrow().take(list(reversed(range(len(conversation)))))
    assert wechatlog.load(_as_file(backwards, form)).messages == conversation.messages[::-1]


@both
def test_a_text_that_was_changed_is_parsed_again(form: str) -> None:
    link = wechatlog.Link("http://a.example/", "标题", raw="标题")
    table = Conversation([Message(text="标题", segments=[link]), Message(text="[强]")]).to_arrow()
    place = table.schema.names.index("text")
    edited = wechatlog.load(_as_file(table.set_column(place, "text", pa.array(["早[强]", "[微笑]"])), form))
    assert [[code.name for code in message.emoji] for message in edited] == [["[强]"], ["[微笑]"]]
    (entry,) = edited.diagnostics
    assert (entry.code, entry.severity) == ("changed-text", "info")
    assert entry.message == "row 0: the text is not that of its segments any more, and was parsed"


@both
def test_rows_of_several_conversations_may_be_sorted_and_filtered(form: str) -> None:
    one, two = texts("一", "二", title="甲"), texts("三", "四", title="乙")
    table = table_of(written([one, two], form))
    mixed = table.take([3, 0, 2, 1])
    found = sorted(wechatlog.load_archive(_as_file(mixed, form)), key=lambda chat: chat.title != "甲")
    assert found == [one, attrs.evolve(two, messages=two.messages[::-1])]
    assert list(wechatlog.load_archive(_as_file(table.take([2]), form))) == [one[:0], two[:1]]
    longer = pa.concat_tables([table, table.slice(0, 1)])
    assert [len(found) for found in wechatlog.load_archive(_as_file(longer, form))] == [3, 2]


@both
def test_what_is_no_table_of_messages(form: str) -> None:
    for table in (pa.table({"a": [1]}), pa.table({"time": ["2026"], "sender": ["李四"], "text": ["早"]})):
        with pytest.raises(wechatlog.UnknownFormatError, match="has no columns time, sender and text of messages"):
            wechatlog.load(_as_file(table, form))
        with pytest.raises(wechatlog.FormatError):
            wechatlog.load(_as_file(table, form), format=form)
    mentions = _as_file(goldens.conversation().to_arrow("mentions"), form)
    with pytest.raises(wechatlog.RefusedFormatError, match="these are the mentions of a conversation"):
        wechatlog.load(mentions)
    later = goldens.conversation().to_arrow().replace_schema_metadata({METADATA_KEY: b'{"schema":"wechatlog/2"}'})
    with pytest.raises(wechatlog.FormatError, match="schema 'wechatlog/2' is not known here"):
        wechatlog.load(_as_file(later, form))


@both
def test_a_file_that_is_made_to_fill_the_memory(form: str) -> None:
    count = 1000
    columns = {"time": pa.nulls(count, pa.timestamp("us")), "sender": pa.nulls(count), "text": ["x" * 10_000] * count}
    table = pa.table(columns)
    target = io.BytesIO()
    if form == "parquet":
        pq.write_table(table, target)
    else:
        with pa.ipc.new_file(target, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_table(table)
    with pytest.raises(wechatlog.RefusedFormatError, match="grows to more than 1,000 bytes"):
        wechatlog.load(target.getvalue(), size_limit=1000)
    assert len(wechatlog.load(written(texts("早"), form), size_limit=10)) == 1


@both
def test_files_in_a_zip_and_packed(form: str, tmp_path: Path) -> None:
    import gzip
    import zipfile

    path = tmp_path / "chats.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"chat.{form}", _SAMPLE[form])
    assert wechatlog.load(path) == goldens.conversation()
    assert wechatlog.load(gzip.compress(_SAMPLE[form])) == goldens.conversation()


# --- memory ---------------------------------------------------------------------------------------


def _many(count: int) -> Iterator[Message]:
    return (Message(NOON, "second", "李四", text=f"第{n}条 @王五\u2005[强]", id=f"7{n:018}") for n in range(count))


@both
def test_groups_are_given_away_when_they_are_full(form: str) -> None:
    taken = 0

    def stream() -> Iterator[Message]:
        nonlocal taken
        for message in _many(100_000):
            taken += 1
            yield message

    pieces = find_writer(form).write([(Conversation(), stream())], {"row_group": 1000})
    assert len(b"".join(itertools.islice(pieces, 1))) > 1000  # type: ignore[arg-type]
    assert taken < 10_000


def _peaks(work: Callable[[], object]) -> tuple[int, int]:
    """The most bytes that Python and that Arrow had at a time."""
    usual = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1], pool.max_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(usual)


@both
def test_memory_does_not_grow_with_the_file(form: str, tmp_path: Path) -> None:
    def write(count: int) -> tuple[int, int]:
        return _peaks(lambda: wechatlog.dump(_many(count), tmp_path / str(count), form, row_group=500))

    def read(count: int) -> tuple[int, int]:
        messages = wechatlog.iter_messages(tmp_path / str(count), format=form)
        return _peaks(lambda: sum(1 for _ in messages))

    write(100)
    read(100)
    for work in (write, read):
        for small, large in zip(work(4_000), work(8_000), strict=True):
            assert large < 1.3 * small
