"""The database: its schema, its views, its search, and how it is built."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import sqlite3
import tempfile
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wechatlog
from tests import goldens
from tests.databases import in_memory
from tests.strategies import conversations
from wechatlog import Conversation, File, Forward, Link, Mention, Message, OptionError, WriteError
from wechatlog.content import fulltext
from wechatlog.content.folding import fold, knows_variants
from wechatlog.content.fulltext import LONGEST_TERM, match_expression, search_terms
from wechatlog.content.wording import words_apart
from wechatlog.frames.columns import TABLES
from wechatlog.frames.database import APPLICATION_ID, SCHEMA_VERSION, schema_sql
from wechatlog.testing import check_writer, without_losses
from wechatlog.writers.sqlite import WRITER

if TYPE_CHECKING:
    from collections.abc import Iterator

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
TABLES_OF_OURS = ("conversations", "participants", "messages", "mentions", "links", "emoji", "images", "quotes")
MATCH = "SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?"


def written(item: Any, **options: Any) -> bytes:
    target = io.BytesIO()
    wechatlog.dump(item, target, "sqlite", **options)
    return target.getvalue()


def database_of(item: Any, **options: Any) -> sqlite3.Connection:
    return in_memory(written(item, **options))


def texts(*bodies: str) -> Conversation:
    return Conversation([Message(text=body) for body in bodies])


def found(database: sqlite3.Connection, expression: str) -> list[int]:
    return [row for (row,) in database.execute(MATCH, [expression])]


@pytest.fixture
def invented() -> sqlite3.Connection:
    return database_of(goldens.conversation())


# --- what is in it -------------------------------------------------------------------------------


def described(database: sqlite3.Connection) -> Iterator[str]:
    """The statements of the schema, and the rows of the tables and of the views that count."""
    entries = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    yield from (f"{sql};\n" for name, sql in entries if not name.startswith("messages_fts_"))
    for name in (*TABLES_OF_OURS, "overview", "replies", "activity", "emoji_ranking"):
        yield f"\n-- {name}\n"
        yield from (json.dumps(row, ensure_ascii=False) + "\n" for row in database.execute(f"SELECT * FROM {name}"))


def test_golden() -> None:
    goldens.golden("sqlite/conversation.txt", "".join(described(database_of(goldens.conversation()))))


def test_it_is_sound_and_says_what_it_is(invented: sqlite3.Connection) -> None:
    assert invented.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert invented.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert invented.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert invented.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in TABLES_OF_OURS:  # Datasette asks for the column
        assert None not in {row[4] for row in invented.execute(f"PRAGMA foreign_key_list({table})")}
    assert invented.execute("PRAGMA encoding").fetchone() == ("UTF-8",)


@pytest.mark.parametrize("table", ["messages", "mentions", "links", "emoji", "images", "participants"])
def test_columns_are_named_as_everywhere(table: str, invented: sqlite3.Connection) -> None:
    columns = {row[1] for row in invented.execute(f"PRAGMA table_info({table})")}
    expected = {column.name for column in TABLES[table]}
    if table != "participants":
        expected -= {"conversation", "number", "time", "sender", "sender_id"} if table != "messages" else set()
    taken_apart = {"conversation_id", "mentions", "links", "emoji", "images", "apart", "parsed"}
    assert expected - taken_apart <= columns


def test_each_person_is_one_row_whatever_the_name() -> None:
    database = database_of(
        Conversation(
            [
                Message(sender="李四", sender_id="wxid_lisi00000002", text="早"),
                Message(text="通知"),
                Message(sender="小李", sender_id="wxid_lisi00000002", text="改名了"),
                Message(sender="王五", text="早"),
            ],
            participants=[wechatlog.Participant("赵六", aliases=["老赵"])],
        )
    )
    people = database.execute("SELECT participant, name, id, aliases, message_count FROM participants").fetchall()
    assert people == [
        (1, "李四", "wxid_lisi00000002", '["小李"]', 2),
        (2, "王五", None, "[]", 1),
        (3, "赵六", None, '["老赵"]', 0),
    ]
    assert database.execute("SELECT participant FROM messages ORDER BY message").fetchall() == [
        (1,),
        (None,),
        (1,),
        (2,),
    ]


@settings(max_examples=20)
@given(conversation=conversations())
def test_participants_are_those_of_the_conversation(conversation: Conversation) -> None:
    rows = database_of(conversation, search=False).execute(
        "SELECT name, id, is_self, aliases, message_count FROM participants"
    )
    people = [
        (
            person.name,
            person.id,
            person.is_self,
            json.dumps(person.aliases, ensure_ascii=False, separators=(",", ":")),
            person.message_count,
        )
        for person in without_losses(conversation, ["text:surrogates"]).participants
    ]
    assert rows.fetchall() == people


def test_times() -> None:
    aware = dt.datetime(2026, 5, 1, 0, 30, 0, 250_000, SHANGHAI)
    rows = database_of(
        [
            Conversation(
                [
                    Message(time=aware, precision="second"),
                    Message(time=aware - dt.timedelta(days=365 * 90), precision="day"),
                ]
            ),
            Conversation([Message(time=aware.replace(tzinfo=None), precision="minute"), Message()]),
        ]
    ).execute("SELECT time, unix, precision FROM messages")
    assert rows.fetchall() == [
        ("2026-05-01T00:30:00.250000+08:00", 1777566600, "second"),
        ("1936-05-23T00:30:00.250000+08:00", -1060673400, "day"),
        ("2026-05-01T00:30:00.250000", None, "minute"),
        (None, None, None),
    ]  # fmt: skip


def test_several_conversations_share_the_tables() -> None:
    one = Conversation([Message(text="甲", sender="李四")] * 2, title="一")
    other = Conversation([Message(text="乙", sender="李四")], title="二")
    database = database_of([one, other, Conversation()])
    assert database.execute("SELECT conversation, title, messages, people FROM overview").fetchall() == [
        (1, "一", 2, 1), (2, "二", 1, 1), (3, None, 0, 0),
    ]  # fmt: skip
    assert database.execute("SELECT message, conversation, number, participant FROM messages").fetchall() == [
        (1, 1, 0, 1), (2, 1, 1, 1), (3, 2, 0, 2),
    ]  # fmt: skip


HOSTILE = "'); DROP TABLE messages; --"


def test_content_is_inert() -> None:
    message = Message(sender=HOSTILE, sender_id=HOSTILE, text=f"{HOSTILE} @{HOSTILE}", id=HOSTILE, reply_to=HOSTILE)
    conversation = Conversation(
        [message, Message(text="x", segments=[File(HOSTILE, raw="x")])], title=HOSTILE, id=HOSTILE, owner=HOSTILE,
        participants=[wechatlog.Participant(HOSTILE, HOSTILE, aliases=[HOSTILE])], metadata={HOSTILE: HOSTILE},
    )  # fmt: skip
    database = database_of(conversation)
    assert database.execute("SELECT sender, text FROM messages").fetchone() == (HOSTILE, f"{HOSTILE} @{HOSTILE}")
    assert found(database, match_expression(HOSTILE)) == [1, 2]  # the second has it in the name of a file
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    assert names == {name for (name,) in database_of(Conversation()).execute("SELECT name FROM sqlite_master")}


def test_what_sqlite_cannot_hold_is_replaced_and_keeps_nobody_else_out() -> None:
    database = database_of(
        Conversation(
            [
                Message(text="前"),
                Message(text="\ud800半", sender="\udc00", segments=[File("\ud800", 1 << 80, raw="\ud800半")]),
                Message(text="\ud83d\ude00"),
                Message(text="x", segments=[Mention(["李四"], float("nan"), raw="x")]),  # type: ignore[list-item]
                Message(text="后"),
            ],
            title="\ud800",
        )
    )
    assert [text for (text,) in database.execute("SELECT text FROM messages")] == ["前", "\ufffd半", "😀", "x", "后"]
    assert database.execute("SELECT sender FROM messages WHERE message = 2").fetchone() == ("\ufffd",)
    assert database.execute("SELECT title FROM conversations").fetchone() == ("\ufffd",)
    assert database.execute("SELECT piece ->> '$.size' FROM pieces").fetchone() == (float(1 << 80),)
    assert database.execute("SELECT * FROM mentions").fetchall() == [(4, 0, "['李四']", 0, None)]


def test_a_text_with_zeros_is_whole_and_found() -> None:
    """SQLite's own text functions stop at the first zero: `length`, `LIKE`. The value does not."""
    database = database_of(texts("前\0后面的话"))
    assert database.execute("SELECT text FROM messages").fetchone() == ("前\0后面的话",)
    assert database.execute("SELECT length(text) FROM messages").fetchone() == (1,)
    assert found(database, "后面的话") == [1]


# --- views ---------------------------------------------------------------------------------------


def test_timeline_shows_clocks_as_precise_as_they_are(invented: sqlite3.Connection) -> None:
    del invented
    noon = dt.datetime(2026, 5, 1, 12, 34, 56)
    sample = Conversation([Message(time=noon, precision=unit) for unit in ("second", "minute", "day")] + [Message()])
    rows = database_of(sample).execute("SELECT day, clock FROM timeline ORDER BY message").fetchall()
    assert rows == [("2026-05-01", "12:34:56"), ("2026-05-01", "12:34"), ("2026-05-01", None), (None, None)]


def test_replies_by_id_and_by_quote() -> None:
    quote = wechatlog.Quote("王五", "很久以前的话")
    database = database_of(
        [
            Conversation([Message(id="1", text="另一个群")]),
            Conversation(
                [
                    Message(id="1", sender="李四", text="在吗"),
                    Message(id="1", sender="李四", text="重复的编号"),
                    Message(sender="张三", text="在", reply_to="1"),
                    Message(sender="张三", text="早", reply_to="404"),
                    Message(sender="张三", text="记得", segments=[quote, wechatlog.Text("记得")]),
                ]
            ),
        ]
    )
    rows = database.execute(
        "SELECT message, text, answered, answered_sender, answered_text FROM replies ORDER BY message"
    )
    assert rows.fetchall() == [
        (4, "在", 2, "李四", "在吗"),
        (5, "早", None, None, None),
        (6, "记得", None, "王五", "很久以前的话"),
    ]
    answers = database.execute("SELECT answers FROM timeline WHERE answers IS NOT NULL ORDER BY message").fetchall()
    assert answers == [("在吗",), ("很久以前的话",)]


def test_activity_counts_people_by_day(invented: sqlite3.Connection) -> None:
    rows = invented.execute("SELECT day, sender, messages FROM activity WHERE day = '2026-06-01'").fetchall()
    assert rows == [("2026-06-01", "张三", 1), ("2026-06-01", "李四", 1), ("2026-06-01", "其他", 1)]
    total = sum(count for (count,) in invented.execute("SELECT messages FROM activity"))
    timed = [message for message in goldens.conversation() if message.sender is not None and message.time]
    assert total == len(timed)


def test_emoji_ranking(invented: sqlite3.Connection) -> None:
    assert invented.execute("SELECT * FROM emoji_ranking").fetchall() == [
        ("[强]", "👍", 2, 1), ("[OK]", "👌", 1, 1), ("[微笑]", "🙂", 1, 1),
    ]  # fmt: skip


def test_pieces_are_reached_with_json(invented: sqlite3.Connection) -> None:
    query = "SELECT piece ->> '$.amount', piece ->> '$.note' FROM pieces WHERE type = 'transfer'"
    assert invented.execute(query).fetchall() == [("￥20.00", "午饭")]
    invented.execute("UPDATE messages SET segments = '[NaN' WHERE message = 1")
    assert invented.execute(query).fetchall() == [("￥20.00", "午饭")]


# --- search --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["扳", "扳手", "螺丝刀", "手在哪里", "工具箱", "OK", "ok", "微笑", "图书馆", "html", "示例路"]
)
def test_words_are_found_with_a_plain_match(word: str, invented: sqlite3.Connection) -> None:
    bodies = [f"{message.text}\n{words_apart(message)}".lower() for message in goldens.conversation()]
    assert found(invented, word) == [number for number, body in enumerate(bodies, 1) if word.lower() in body]


def test_the_index_gives_the_texts(invented: sqlite3.Connection) -> None:
    query = "SELECT text FROM messages_fts WHERE messages_fts MATCH '扳手' ORDER BY rowid DESC LIMIT 1"
    assert invented.execute(query).fetchall() == [("在工具箱，扳手和螺丝刀都在[OK]",)]
    assert invented.execute("SELECT text FROM messages_fts('扳手 AND 工具箱')").fetchall() == [
        ("在工具箱，扳手和螺丝刀都在[OK]",)
    ]
    assert invented.execute("SELECT count(*) FROM messages_fts").fetchone() == (35,)


def test_the_view_for_searching(invented: sqlite3.Connection) -> None:
    search = "FROM search WHERE words MATCH '扳手'"
    assert invented.execute(f"SELECT day, clock, sender {search} ORDER BY message").fetchall() == [
        ("2026-06-01", "22:30:00", "张三"), ("2026-06-01", "22:30:20", "李四"),
    ]  # fmt: skip
    assert invented.execute(f"SELECT sender, count(*) {search} GROUP BY sender ORDER BY sender LIMIT 1").fetchall() == [
        ("张三", 1)
    ]
    assert invented.execute(f"SELECT count(*) {search} AND sender = '李四' AND day > '2026-05'").fetchone() == (1,)
    joined = "SELECT name FROM emoji JOIN search USING (message) WHERE words MATCH '扳手'"
    assert invented.execute(joined).fetchall() == [("[OK]",)]


FOUND = (
    ("AND OR 都可以", "扳手 OR 可以", True),
    ("Hello World", "hello world", True),
    ("Hello World", "hel*", True),
    ("iPhone手机", "iphone手机", True),
    ("iPhone手机", "手机", True),
    ("一件T恤", "t恤", True),
    ("去卡拉OK吧", "卡拉ok", True),
    ("2026年5月1日", "5月", True),
    ("CAFÉ", "cafe", True),
    ("ＡＰＩ接口", "api接口", True),
    ("ＡＰＩ接口", "ＡＰＩ", True),
    ("加我 wxid_zhangsan0001", "wxid_zhangsan0001", True),
    ("[微笑][强]", "微笑", True),
    ("好的👍🏽", "👍", True),
    ("好的❤️", "❤️", True),
    ("好的❤", "❤", True),
    ("おはよう", "はよ", True),
    ("カラオケー", "オケー", True),
    ("안녕하세요", "안녕", True),
    ("𬬭的字", "𬬭的", True),
    ("人人々々〇", "々〇", True),
    ("開門見山", "開門見山", True),
    ("開門", "开门", knows_variants()),
    ("工具箱，扳手", "箱扳", False),
    ("扳 手", "扳手", False),
)


@pytest.mark.parametrize(("text", "expression", "expected"), FOUND)
def test_scripts(text: str, expression: str, expected: bool) -> None:
    assert bool(found(database_of(texts(text)), expression)) is expected


CHINESE = st.text(st.sampled_from("扳手在哪里今天𬬭々"), max_size=12)
WORDS = st.text(st.sampled_from("扳手在哪里今天𬬭々"), min_size=1, max_size=LONGEST_TERM)
MIXED = st.lists(
    st.one_of(CHINESE, st.sampled_from(["，", " ", "ok", "T", "[强]", "\0", "😀", "Ａ", "_", "\n"])), max_size=6
).map("".join)


@given(bodies=st.lists(MIXED, max_size=8), word=WORDS)
def test_a_word_is_found_exactly_where_it_stands(bodies: list[str], word: str) -> None:
    database = database_of(texts(*bodies))
    expected = [number for number, body in enumerate(bodies, 1) if word in body]
    assert found(database, word) == expected
    assert found(database, match_expression(word)) == expected


@given(bodies=st.lists(st.text(max_size=30), max_size=5), phrase=st.data())
def test_a_phrase_of_any_kind_is_found(bodies: list[str], phrase: st.DataObject) -> None:
    """Any part of a text that begins and ends at words: between blanks, so that no word is cut."""
    database = database_of(texts(*(f"开始 {body} 结束" for body in bodies)))
    for number, body in enumerate(bodies, 1):
        expression = match_expression(body)
        assert number in found(database, expression) or expression == '""'
    anything = phrase.draw(st.text(max_size=20))
    found(database, match_expression(anything))


def test_long_phrases() -> None:
    database = database_of(texts("明天下午两点在图书馆门口集合", "下午两点明天", "明天下午，两点在图书馆"))
    assert found(database, match_expression("明天下午两点")) == [1]
    assert found(database, "明天下午 两点在") == [1, 3]
    exact = "SELECT message FROM search WHERE words MATCH :words AND instr(text, :phrase)"
    values = {"words": match_expression("明天下午，两点"), "phrase": "明天下午，两点"}
    assert database.execute(exact, values).fetchall() == [(3,)]


def test_a_run_longer_than_a_slice_has_all_its_terms() -> None:
    letters = (chr(code) for code in range(0x4E00, 0xA000))
    body = "".join(itertools.islice((letter for letter in letters if fold(letter) == letter), 9000))
    terms = search_terms(body).split(" ")
    expected = {
        body[start : start + size] for size in range(1, LONGEST_TERM + 1) for start in range(len(body) - size + 1)
    }
    assert set(terms) == expected
    assert len(terms) < 1.02 * len(expected)


def test_terms() -> None:
    assert search_terms("去OK店 a_b") == "去 OK 店 去OK OK店 去OK店 a _ b a_ _b a_b"
    assert search_terms("") == search_terms("？！ \0\ud800") == ""
    assert search_terms("店API\ud800去A去I").split() == "店 API 店API 去 A 去 I 去A A去 去I 去A去 A去I 去A去I".split()


@pytest.mark.parametrize("text", ["店a" * 9000, "店 a1 " * 9000, "a_" * 9000, "去\ue000店" * 6000])
def test_long_texts_have_few_terms_for_each_character(text: str) -> None:
    terms = set(search_terms(text).split())
    assert terms == set(search_terms(text[:60]).split())


def test_usual_characters_are_what_they_are_among_all() -> None:
    """Each of those that most texts are of, alone and among others, so that no word depends on the way it is found."""
    usual = [chr(code) for code in range(0x10000) if fulltext._COMMON_TEXT.fullmatch(chr(code))]
    assert len(usual) > 20_000
    for char in usual:
        for one, two in zip(fulltext._COMMON, fulltext._ANY, strict=True):
            assert one.findall(char) == two.findall(char)


@given(st.text(st.sampled_from("早上好圖書館_aZ09，。！：（“…· \n[强]/:)"), max_size=40))
def test_usual_texts_have_the_terms_of_all_texts(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fulltext, "_COMMON", fulltext._ANY)
        expected = search_terms(text)
    assert search_terms(text) == expected
    assert match_expression('"今天" OR 1=1; -- *') == '"今天" "OR" "1"'
    assert match_expression("") == match_expression("\0？") == '""'


def test_it_can_be_left_out() -> None:
    for value in ("false", False, "no"):
        database = database_of(texts("扳手"), search=value)
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        assert "messages" in names
        assert not any(name == "search" or name.startswith("messages_fts") for name in names)
    with pytest.raises(OptionError, match="search: expected true or false, not 'maybe'"):
        written(Conversation(), search="maybe")


# --- how it is built -----------------------------------------------------------------------------


def test_conformance() -> None:
    check_writer(WRITER, reader="sqlite")
    check_writer(WRITER, reader="sqlite", options={"search": False})
    check_writer(WRITER, [goldens.conversation()], reader="sqlite")


def test_a_stream_gives_what_the_whole_conversation_gives() -> None:
    conversation = goldens.conversation()
    stream = wechatlog.iter_messages(goldens.FOLDER / "conversation.jsonl")
    assert written(stream) == written(conversation)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_nothing_temporary_is_left(temporary: Path, tmp_path: Path) -> None:
    conversation = goldens.conversation()
    written(conversation)
    assert not list(temporary.iterdir())
    pieces = WRITER.write([(conversation, conversation.messages)], {})
    next(iter(pieces))
    assert list(temporary.iterdir())
    pieces.close()  # type: ignore[attr-defined]
    assert not list(temporary.iterdir())

    def broken() -> Iterator[Message]:
        yield Message(text="好")
        raise KeyboardInterrupt

    target = tmp_path / "chat.sqlite"
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        wechatlog.dump(broken(), target)
    assert not list(temporary.iterdir())
    assert target.read_bytes() == b"old"


def test_no_space_is_told_with_the_place(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def small(*arguments: Any, **keywords: Any) -> sqlite3.Connection:
        connection = sqlite3.Connection(*arguments, **keywords)
        connection.execute("PRAGMA max_page_count = 40")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(WriteError, match=f"in {temporary}.*full"):
        written(texts(*["很长的话" * 1000] * 100))
    assert not list(temporary.iterdir())


def test_constant_memory() -> None:
    """Four times the messages take the same memory: the stream is never held."""

    def peak(count: int) -> int:
        messages = (Message(text=f"第{number}条消息，扳手在哪里", sender="李四") for number in range(count))
        tracemalloc.start()
        for _ in WRITER.write([(Conversation(), messages)], {"search": False}):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    small, large = peak(2_000), peak(8_000)
    assert large < small + (1 << 20)  # a block of the file is larger now; a thousand messages are too


# --- what is alike --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("测试15486", "5486"), ("测试15486", "15486"), ("测试15486", "548"), ("版本v2.3.1发布", "2.3.1"), ("版本v2.3.1", "v2.3"),
        ("112月31日", "12月31日"), ("iPhone15pro", "15"), ("13800138000", "00138000"), ("ＡＢＣ１２", "abc12"), ("T恤", "T恤"),
        ("好/::)吧", "[微笑]"), ("好🙂吧", "[Smile]"), ("好[微笑]吧", "🙂"), ("好[Smile]吧", "微笑"), ("👍🏽", "👍"), ("❤", "❤️"),
        ("[愛心]", "❤️"), ("好[Smile]吧", "好🙂吧"), ("🐶", "旺柴"), ("好[Doge]吧", "旺柴"), ("🙂", "微笑"),
    ],
)  # fmt: skip
def test_the_same_words_are_found_as_by_search(text: str, phrase: str) -> None:
    assert len(Conversation([Message(text=text)]).search(phrase)) == 1
    database = database_of(Conversation([Message(text="别的"), Message(text=text)]))
    assert found(database, match_expression(phrase)) == [2]


@pytest.mark.skipif(not knows_variants(), reason="needs OpenCC")
@pytest.mark.parametrize(
    ("text", "phrase"), [("去圖書館", "图书馆"), ("去图书馆", "圖書館"), ("去圖書館看書", "圖書館看書")]
)
def test_simplified_and_traditional_are_found_by_either(text: str, phrase: str) -> None:
    database = database_of(Conversation([Message(text="别的"), Message(text=text)]))
    assert found(database, match_expression(phrase)) == [2]


@pytest.mark.parametrize("word", ["5486", "154", "15486", "微笑", "🙂", "12月31日"])
def test_a_plain_match_finds_them_too(word: str) -> None:
    database = database_of(Conversation([Message(text="12月31日测试15486[Smile]")]))
    assert found(database, word) == [1]


@given(st.text(max_size=30), st.integers(0, 20), st.integers(1, 8))
def test_every_part_of_a_text_that_search_finds_is_found(text: str, start: int, length: int) -> None:
    phrase = text[start : start + length]
    terms = set(search_terms(text).lower().split())
    if phrase.isdecimal() and phrase.isascii():
        assert set(match_expression(phrase).replace('"', "").lower().split()) <= terms


def test_what_is_wrong_with_the_index_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "wechatlog.writers.sqlite.schema_sql", lambda part: schema_sql(part) if part != "search" else ""
    )
    monkeypatch.setattr("wechatlog.writers.sqlite._BULK_INDEXING", "")
    with pytest.raises(WriteError, match=r"SQLite cannot build the database in .*: no such table: messages_fts"):
        written(texts("一"))


def test_words_apart_from_the_text_are_found() -> None:
    inside = (Message(sender="何雁", text="桐油要刷两遍"),)
    forward = Message(kind="forward", text="[聊天记录]", segments=[Forward("修伞", inside, raw="[聊天记录]")])
    link = Message(kind="link", text="报名", segments=[Link("https://example.invalid/umbrella", "报名", raw="报名")])
    database = database_of(Conversation([forward, link]))
    assert found(database, "桐油") == [1]
    assert found(database, "修伞") == [1]
    assert found(database, "umbrella") == [2]
