"""`scan`: columns and rows as they are asked for, lazily, in batches of bounded size."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import wechatlog
from wechatlog import Message, scan
from wechatlog.inputs import names
from wechatlog.timestamps import resolve_zone

CLUB = Path(__file__).parents[1] / "examples" / "reading-club.jsonl"
DAY = "> 09:00:0{}  {}  \n   \n{}  \n   \n"


def table(*args: Any, **how: Any) -> pa.Table:
    return pa.table(scan(*args, **how))


def whole() -> pa.Table:
    return wechatlog.load(CLUB).to_arrow()


def long(folder: Path, count: int = 3000) -> Path:
    path = folder / "long.jsonl"
    messages = (
        Message(dt.datetime(2026, 5, 1), "second", "李四", text=f"第{n}条 @张三\u2005[强]") for n in range(count)
    )
    wechatlog.dump(messages, path)
    return path


# --- columns


def test_the_columns_come_in_the_order_in_which_they_are_asked_for() -> None:
    found = table(CLUB, columns=["text", "conversation", "time"])
    assert found.equals(whole().select(["text", "conversation", "time"]))
    assert scan(CLUB, columns="sender").schema.names == ["sender"]


@pytest.mark.parametrize("name", [*whole().schema.names])
def test_every_column_can_stand_alone(name: str) -> None:
    assert table(CLUB, columns=[name]).equals(whole().select([name]))


def test_no_column_at_all_still_has_rows() -> None:
    batches = list(scan(CLUB, columns=[]))
    assert sum(batch.num_rows for batch in batches) == 417


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["sendr"], "columns: no column 'sendr'; did you mean sender?"),
        (["text", "text"], "columns: the column text is there twice"),
    ],
)
def test_a_column_that_does_not_exist(columns: list[str], message: str) -> None:
    with pytest.raises(wechatlog.OptionError) as caught:
        scan(CLUB, columns=columns)
    assert str(caught.value) == message


def test_an_unknown_column_that_is_near_to_none_names_all() -> None:
    with pytest.raises(
        wechatlog.OptionError, match="no column 'qqqq'; there are: conversation, conversation_id, number"
    ):
        scan(CLUB, columns=["qqqq"])


# --- rows

Condition = Callable[[pa.Table], Any]


@pytest.mark.parametrize(
    ("how", "condition"),
    [
        ({"sender": "林晓"}, lambda t: pc.equal(t["sender"].cast("string"), "林晓")),
        ({"sender": [" 林晓 ", "老郑"]}, lambda t: pc.is_in(t["sender"].cast("string"), pa.array(["林晓", "老郑"]))),
        ({"kind": "image"}, lambda t: pc.equal(t["kind"].cast("string"), "image")),
        ({"kind": ["image", wechatlog.MessageKind.VOICE]}, lambda t: pc.is_in(t["kind"].cast("string"), pa.array(["image", "voice"]))),
        ({"since": "2026-05-01"}, lambda t: pc.greater_equal(t["time"], pa.scalar(dt.datetime(2026, 5, 1, tzinfo=t["time"][0].as_py().tzinfo), t["time"].type))),
        ({"since": dt.date(2026, 4, 1), "until": "2026-04-30"}, lambda t: pc.equal(pc.month(t["time"]), 4)),
        ({"sender": "nobody"}, lambda t: pc.equal(t["sender"].cast("string"), "nobody")),
    ],
)  # fmt: skip
def test_rows_keep_their_number(how: dict[str, Any], condition: Condition) -> None:
    expected = whole().filter(condition(whole()))
    assert table(CLUB, **how).to_pylist() == expected.to_pylist()
    assert table(CLUB, columns=["text", "number"], **how).to_pylist() == expected.select(["text", "number"]).to_pylist()


def test_a_person_is_found_by_the_account_id() -> None:
    data = (
        b'{"type":"message","sender":"a","sender_id":"wxid_1","text":"x"}\n{"type":"message","sender":"b","text":"y"}\n'
    )
    assert table(data, sender="wxid_1", columns=["text"], format="jsonl").to_pylist() == [{"text": "x"}]


def test_one_of_several_conversations() -> None:
    case = Path(__file__).parent / "corpus" / "csv" / "several.csv"
    found = {row["conversation"] for row in table(case, tz="Asia/Shanghai").to_pylist()}
    assert len(found) > 1
    name = min(filter(None, found))
    assert {row["conversation"] for row in table(case, tz="Asia/Shanghai", conversation=name).to_pylist()} == {name}


def test_limit(tmp_path: Path) -> None:
    path = long(tmp_path)
    assert table(path, limit=5).equals(wechatlog.load(path).to_arrow().slice(0, 5))
    assert table(path, limit=0).num_rows == 0
    for name in ("sender", "kind", "conversation"):  # none of no people is no row
        assert table(path, **{name: []}).num_rows == 0
    assert table(path, limit=5, sender="李四", columns=["number"])["number"].to_pylist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"limit": -1}, "limit: expected a whole number from 0 on, not -1"),
        ({"batch_size": 0}, "batch_size: expected a whole number from 1 on, not 0"),
        ({"batch_size": "many"}, "batch_size: expected a whole number from 1 on, not 'many'"),
        ({"since": "yesterday"}, "since: expected a time, a day or a text such as 2026-05-01, not 'yesterday'"),
        ({"until": 7}, "until: expected a time, a day or a text such as 2026-05-01, not 7"),
        ({"kind": "imag"}, "kind: no kind 'imag'; did you mean image?"),
    ],
)
def test_bad_values(how: dict[str, Any], message: str) -> None:
    with pytest.raises(wechatlog.OptionError) as caught:
        scan(CLUB, **how)
    assert str(caught.value) == message


def test_a_bound_with_a_zone_for_times_without_one() -> None:
    text = DAY.format(0, "李四", "早").encode()
    message = "since: the times have no zone; give a time without one, or name theirs with tz="
    with pytest.raises(wechatlog.OptionError, match=message):
        list(scan(text, date="2026-05-01", since=dt.datetime(2026, 5, 1, tzinfo=dt.UTC)))


def test_an_option_that_no_format_has() -> None:
    with pytest.raises(TypeError, match="no reader takes an option 'sendr'; valid options: "):
        scan(CLUB, sendr="x")


# --- the stream


def test_batches_are_bounded(tmp_path: Path) -> None:
    path = long(tmp_path)
    sizes = [batch.num_rows for batch in scan(path, batch_size=1000)]
    assert max(sizes) <= 1000
    assert sum(sizes) == 3000
    assert pa.Table.from_batches(scan(path, batch_size=7)).to_pylist() == wechatlog.load(path).to_arrow().to_pylist()


def test_long_texts_make_short_batches() -> None:
    text = "".join(DAY.format(n % 10, "李四", "长" * 500_000) for n in range(40))
    sizes = [batch.num_rows for batch in scan(text.encode(), date="2026-05-01", columns=["text"])]
    assert len(sizes) > 3


def test_it_is_lazy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = long(tmp_path, 20_000)
    monkeypatch.setattr("wechatlog.decoding.BLOCK_SIZE", 1 << 14)
    read: list[int] = []
    blocks = wechatlog.source.Source.blocks

    def counting(self: Any, *args: Any) -> Any:
        for block in blocks(self, *args):
            read.append(len(block))
            yield block

    monkeypatch.setattr(wechatlog.source.Source, "blocks", counting)
    found = scan(path, batch_size=100, columns=["text"])
    assert not read
    next(iter(found))
    assert 0 < sum(read) < path.stat().st_size / 5


def test_each_iteration_reads_anew(tmp_path: Path) -> None:
    found = scan(long(tmp_path), columns=["number"])
    assert pa.table(found).equals(pa.table(found))
    assert [batch.num_rows for batch in found.batches()] == [batch.num_rows for batch in found]


def test_the_schema_is_known_before_the_rows() -> None:
    for how in ({}, {"tz": "Europe/Berlin"}, {"columns": ["text"]}):
        assert scan(CLUB, **how).schema.equals(table(CLUB, **how).schema)
    assert scan(CLUB, tz="Europe/Berlin").schema.field("time").type == pa.timestamp("us", "Europe/Berlin")


def test_others_take_it() -> None:
    import duckdb
    import polars as pl

    club = scan(CLUB, columns=["sender", "text"])
    assert duckdb.sql("select count(*) from club").fetchall() == [(417,)]
    assert pl.DataFrame(club).shape == (417, 2)


def test_repr() -> None:
    assert repr(scan(CLUB, columns=["text", "time"])) == "<Scan 'reading-club.jsonl': text, time>"
    assert repr(scan(CLUB.parent, columns=["text"])).startswith("<Scan '")


def test_pyarrow_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "wechatlog.frames.arrow", raising=False)
    monkeypatch.delattr("wechatlog.frames.arrow", raising=False)
    with pytest.raises(wechatlog.MissingExtraError, match=re.escape("pip install 'wechatlog[arrow]'")):
        scan(CLUB)


# --- names in mentions


def test_names_of_the_whole_chat_are_known_to_its_first_message() -> None:
    """张 三 mentions himself only after he was mentioned; a stream alone would end the mention at the blank."""
    text = DAY.format(0, "李四", "@张 三 早") + DAY.format(1, "张 三", "早")
    found = table(text.encode(), date="2026-05-01", columns=["mentions"])["mentions"].to_pylist()
    assert found == [["张 三"], []]


@pytest.mark.parametrize(("short", "more"), [(names._SHORT, 0), (0, 1)])
def test_a_long_input_with_mentions_is_read_twice(monkeypatch: pytest.MonkeyPatch, short: int, more: int) -> None:
    monkeypatch.setattr(names, "_SHORT", short)
    opened: list[str] = []
    blocks = wechatlog.source.Source.blocks

    def counting(self: Any, *how: Any) -> Any:
        opened.append(self.label)
        return blocks(self, *how)

    monkeypatch.setattr(wechatlog.source.Source, "blocks", counting)
    counts = []
    for body in ("早", "@张三 早"):
        opened.clear()
        found = table((DAY.format(0, "李四", body) + DAY.format(1, "张三", "早")).encode(), date="2026-05-01")
        assert found["mentions"].to_pylist()[0] == ["张三"] * ("@" in body)
        counts.append(len(opened))
    assert counts[1] == counts[0] + more


@pytest.mark.parametrize("short", [names._SHORT, 0])
def test_names_are_those_of_all_rows_though_few_are_wanted(monkeypatch: pytest.MonkeyPatch, short: int) -> None:
    monkeypatch.setattr(names, "_SHORT", short)
    text = DAY.format(0, "李四", "@张 三 早") + DAY.format(1, "张 三", "早")
    found = table(text.encode(), date="2026-05-01", columns=["mentions"], sender="李四")["mentions"].to_pylist()
    assert found == [["张 三"]]


def test_rows_before_damage_are_given_though_names_are_read_ahead() -> None:
    class Torn:
        name, description, suffixes, options = "torn", "a message, then an error", (".torn",), {}

        def detect(self, head: Any) -> None:
            return None

        def read(self, source: Any, context: Any) -> Any:
            draft = context.draft(title="群")
            yield draft, [context.message(draft, time=None, sender="李 四", text="@李 四 早", line=1)]
            raise wechatlog.FormatError("torn", source=source.label)

    found = scan(b"x", format=Torn(), columns=["mentions"], batch_size=1).batches()
    assert next(found).to_pylist() == [{"mentions": ["李 四"]}]
    with pytest.raises(wechatlog.FormatError, match="torn"):
        next(found)


# --- many files


def test_a_folder(tmp_path: Path) -> None:
    for day in range(1, 4):
        text = DAY.format(0, "李四", f"@王五 第{day}天") + DAY.format(1, "王五", "早")
        (tmp_path / f"2026-05-0{day}.markdown").write_text(text, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no chat", encoding="utf-8")
    archive = wechatlog.load_archive(tmp_path)
    expected = pa.concat_tables([chat.to_arrow() for chat in archive])
    found = scan(tmp_path)
    assert pa.table(found).to_pylist() == expected.to_pylist()
    assert found.diagnostics == archive.diagnostics
    assert [note.code for note in found.diagnostics] == ["skipped-file"]
    for others in (str(tmp_path / "*"), sorted(tmp_path.iterdir())):
        assert table(others).to_pylist() == expected.to_pylist()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as bundle:
        for path in sorted(tmp_path.glob("*.markdown")):
            bundle.write(path, path.name)
    assert table(tmp_path / "all.zip").to_pylist() == expected.to_pylist()


def test_pages_of_one_chat_are_joined(tmp_path: Path) -> None:
    for page in range(2):
        text = f"> 2026-05-01 09:0{page}:00  李四  \n   \n第{page}页  \n   \n"
        (tmp_path / f"chat_{page}_{page + 1}.md").write_text(text, encoding="utf-8")
    joined = list(wechatlog.load_archive(tmp_path))
    assert len(joined) == 1
    assert table(tmp_path).to_pylist() == joined[0].to_arrow().to_pylist()


def test_one_file_that_is_no_chat() -> None:
    with pytest.raises(wechatlog.UnknownFormatError):
        list(scan(b"no chat"))
    with pytest.raises(FileNotFoundError):
        scan("nowhere.txt")


def test_damage_in_one_of_many_files(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and nothing more PAR1")
    (tmp_path / "good.markdown").write_text("> 2026-05-01 09:00:00  李四  \n   \n早  \n   \n", encoding="utf-8")
    found = scan(tmp_path, columns=["text"])
    assert pa.table(found).to_pylist() == [{"text": "早"}]
    archive = wechatlog.load_archive(tmp_path)
    list(archive)
    assert found.diagnostics == archive.diagnostics != ()
    with pytest.raises(wechatlog.WechatlogError):
        table(tmp_path / "bad.parquet")


def test_naive_and_aware_times_need_a_zone(tmp_path: Path) -> None:
    (tmp_path / "1.markdown").write_text("> 2026-05-01 09:00:00  李四  \n   \n早  \n   \n", encoding="utf-8")
    aware = wechatlog.Conversation([Message(dt.datetime(2026, 5, 2, tzinfo=dt.UTC), "second", "王五", text="晚")])
    wechatlog.dump(aware, tmp_path / "2.jsonl")
    message = (
        "2.jsonl: 2 has aware times and what came before it naive ones, and a column holds one kind; name the zone"
    )
    with pytest.raises(wechatlog.FormatError, match=re.escape(message)):
        list(scan(tmp_path))
    assert table(tmp_path, tz="Asia/Shanghai", columns=["text"]).num_rows == 2
    assert table(tmp_path, columns=["text"]).num_rows == 2


# --- files of our own in columns


def as_parquet(folder: Path) -> Path:
    path = folder / "club.parquet"
    wechatlog.dump(wechatlog.load(CLUB), path)
    return path


def test_parquet_that_nobody_changed_is_read_without_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = as_parquet(tmp_path)
    expected = wechatlog.load(path).to_arrow()
    monkeypatch.setattr("wechatlog.readers.columnar.messages_of", None)
    assert table(path).equals(expected)
    assert table(path, columns=["sender", "number"]).equals(expected.select(["sender", "number"]))
    april = table(path, columns=["number", "emoji"], since="2026-04-01", until="2026-04-30", sender="林晓")
    numbers = set(april["number"].to_pylist())
    assert 0 < len(numbers) < 417
    assert april.to_pylist() == [
        row for row in expected.select(["number", "emoji"]).to_pylist() if row["number"] in numbers
    ]


@pytest.mark.parametrize("form", ["csv", "sqlite"])
def test_parquet_that_nobody_changed_becomes_another_form(form: str, tmp_path: Path) -> None:
    wechatlog.dump(wechatlog.load(CLUB), tmp_path / "club.parquet")
    for name, source in (
        ("whole", wechatlog.load(tmp_path / "club.parquet")),
        ("rows", scan(tmp_path / "club.parquet")),
    ):
        wechatlog.dump(source, tmp_path / name, form)
    assert (tmp_path / "rows").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_table_has_the_rows_and_columns_that_were_asked_for(tmp_path: Path) -> None:
    wechatlog.dump(scan(CLUB, columns=["number", "mentions", "text"], limit=3), tmp_path / "club.csv")
    expected = whole().select(["number", "mentions", "text"]).slice(0, 3).to_pylist()
    with (tmp_path / "club.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["number"], row["text"]) for row in rows] == [(str(row["number"]), row["text"]) for row in expected]
    assert list(rows[0]) == ["number", "mentions", "text"]
    wechatlog.dump(scan(CLUB, columns=["text"], limit=3), tmp_path / "club.sqlite")
    assert wechatlog.load(tmp_path / "club.sqlite").messages == wechatlog.load(CLUB).messages[:3]


def test_parquet_that_somebody_changed_is_read_as_it_is_now(tmp_path: Path) -> None:
    path = as_parquet(tmp_path)
    whole = pq.read_table(path)
    texts = pc.replace_substring(whole["text"], "[玫瑰]", "[强]")
    pq.write_table(whole.set_column(whole.schema.get_field_index("text"), "text", texts), path)
    found = table(path)
    assert found.equals(wechatlog.load(path).to_arrow())
    assert "[玫瑰]" not in {name for names in found["emoji"].to_pylist() for name in names}


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_several_conversations_in_columns(form: str, tmp_path: Path) -> None:
    chats = [
        wechatlog.Conversation(
            [Message(dt.datetime(2026, 5, day), "second", "李四", text=f"@王五\u2005 {day}")], title=title
        )
        for day, title in enumerate(["甲", "乙", "甲"], 1)
    ]
    path = tmp_path / f"chats.{form}"
    wechatlog.dump(chats, path)
    expected = pa.concat_tables([chat.to_arrow() for chat in wechatlog.load_archive(path)]).to_pylist()
    assert table(path).to_pylist() == expected
    assert table(path, conversation="乙", columns=["text"]).to_pylist() == [{"text": "@王五\u2005 2"}]
    (tmp_path / "more.markdown").write_text("> 2026-05-04 09:00:00  李四  \n   \n@王五 早  \n   \n", encoding="utf-8")
    archive = wechatlog.load_archive(tmp_path)
    assert table(tmp_path).to_pylist() == archive.to_arrow().to_pylist()
    assert table(path, tz="Asia/Shanghai").equals(wechatlog.load_archive(path, tz="Asia/Shanghai").to_arrow())


@pytest.mark.parametrize("name", ["UTC", "Asia/Shanghai", "+05:30"])
@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_a_zone_that_only_the_times_have_stays(form: str, name: str, tmp_path: Path) -> None:
    zone = resolve_zone(name)
    chat = wechatlog.Conversation([Message(text="早"), Message(dt.datetime(2026, 5, 1, tzinfo=zone), text="晚")])
    wechatlog.dump(chat, file := tmp_path / f"chat.{form}")
    written = []
    for source in (wechatlog.load(file), scan(file)):
        wechatlog.dump(source, stream := io.BytesIO(), "sqlite")
        written.append(stream.getvalue())
    assert written[0] == written[1]
    assert wechatlog.load(written[1]).tz == zone


def test_parquet_without_messages(tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    wechatlog.dump(wechatlog.Conversation(title="空"), path)
    assert table(path).equals(wechatlog.load(path).to_arrow())


# --- writing


def test_a_scan_is_written_as_columns(tmp_path: Path) -> None:
    for form in ("parquet", "arrow"):
        path = tmp_path / f"club.{form}"
        wechatlog.dump(scan(CLUB), path)
        assert wechatlog.load(path) == wechatlog.load(CLUB)
        wechatlog.dump(scan(CLUB, columns=["text", "time", "sender"], kind="image"), path, row_group=2)
        assert [message.kind for message in wechatlog.load(path)] == ["text"] * 2
    with pytest.raises(TypeError, match="expected conversations, not RecordBatch"):
        wechatlog.dump(scan(CLUB), tmp_path / "club.html")


def test_convert_reads_one_file_as_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from wechatlog.cli.app import app

    source = tmp_path / "2026-05-01.markdown"
    source.write_text(DAY.format(0, "李四", "@王五 早") + DAY.format(1, "王五", "早"), encoding="utf-8")

    def read(*_: object) -> None:
        raise AssertionError("messages were asked for")

    monkeypatch.setattr("wechatlog.readers.markdown.MarkdownReader.read", read)

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["convert", str(source), *arguments])

    for form in ("parquet", "arrow"):
        out = tmp_path / f"out.{form}"
        result = run("-o", str(out))
        assert result.exit_code == 0, result.output
        assert "1 conversation, 2 messages" in result.output
        assert pa.table(scan(out, columns=["text"]))["text"].to_pylist() == ["@王五 早", "早"]
    assert run("-o", str(tmp_path / "one.parquet"), "--since", "2026-05-01T09:00:01").exit_code == 0
    assert len(wechatlog.load(tmp_path / "one.parquet")) == 1
    result = run("-o", str(tmp_path / "none.parquet"), "--kind", "image")
    assert (result.exit_code, "no message fits, in 1 conversation" in result.output) == (1, True)
    assert not (tmp_path / "none.parquet").exists()
    source.write_text("no chat", encoding="utf-8")
    assert run("-o", str(tmp_path / "none.parquet")).exit_code == 1
    assert not (tmp_path / "none.parquet").exists()


def test_a_reader_that_knows_no_columns() -> None:
    """That of a plug-in gives messages, and these become columns."""

    class Plain:
        name, description, suffixes, options = "plain", "a line, a message", (".plain",), {}

        def detect(self, head: Any) -> None:
            return None

        def read(self, source: Any, context: Any) -> Any:
            draft = context.draft(title="群")
            messages = [
                context.message(draft, time=dt.datetime(2026, 5, 1), sender=sender, text=text, line=line)
                for line, (sender, text) in enumerate([("李四", "@王五 早"), ("王五", "[强]")], 1)
            ]
            yield draft, messages

    found = scan(b"x", format=Plain(), columns=["conversation", "number", "mentions", "emoji", "line"], sender="王五")
    row = {"conversation": "群", "number": 1, "mentions": [], "emoji": ["[强]"], "line": 2}
    assert pa.table(found).to_pylist() == [row]
    assert table(b"x", format=Plain()).equals(wechatlog.load(b"x", format=Plain()).to_arrow())
