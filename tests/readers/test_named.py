"""Tables and JSON objects of no known tool: what their names and values may look like, and what is none of a chat."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import wechatlog
from tests.cost import assert_linear

SECONDS = 1777593600
MORNING = "2026-05-01T08:00:00+08:00"


def _row(**changes: Any) -> list[dict[str, Any]]:
    return [{"time": SECONDS, "sender": "李四", "isSelf": False, "content": "早"} | changes]


def _load(value: object) -> wechatlog.Conversation:
    return wechatlog.load(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "number",
    [
        SECONDS,
        SECONDS * 10**3,
        SECONDS * 10**6,
        SECONDS * 10**9,
        float(SECONDS),
        f"{SECONDS}.000",
        "1.777593600E+09",
        "1.777593600000E+12",
        {"$date": {"$numberLong": str(SECONDS * 1000)}},
    ],
)
def test_a_number_is_a_unix_time_in_any_unit(number: object) -> None:
    (message,) = _load(_row(time=number))
    assert message.time is not None
    assert message.time.isoformat() == MORNING


@pytest.mark.parametrize("number", ["1.77759E+09", "1.7775936E+12", "12345", "99999999999"])
def test_a_number_that_was_rounded_or_is_no_time_is_told(number: str) -> None:
    chat = _load(_row(time=number))
    assert chat[0].time is None
    assert [entry.code for entry in chat.diagnostics] == ["guessed-columns", "bad-time"]


def test_any_table_of_clocks_may_have_gone_through_a_spreadsheet() -> None:
    rows = "时间,发送者,类型,内容\n46143.333333333,李四,文本,早\n46143,李四,文本,早\n"
    chat = wechatlog.load(rows.encode(), format="wechat-export-macos-csv")
    assert [(str(message.time), message.precision) for message in chat] == [
        ("2026-05-01 08:00:00", "second"),
        ("2026-05-01 00:00:00", "day"),
    ]


@pytest.mark.parametrize(
    ("word", "own"),
    [("Y", True), ("no", False), ("1.0", True), ("否", False), ("√", True), ("peer", False), ("Received", False)],
)
def test_yes_and_no_in_many_words(word: str, own: bool) -> None:
    chat = _load(_row(isSelf=word))
    assert chat[0].is_self is own
    assert [entry.code for entry in chat.diagnostics] == ["guessed-columns"]


def test_a_word_that_is_neither_is_told_once() -> None:
    chat = _load(_row(isSelf="也许") * 2 + _row(isSelf="") + _row(isSelf=None))
    assert [message.is_self for message in chat] == [None] * 4
    assert [(entry.code, entry.severity) for entry in chat.diagnostics] == [
        ("guessed-columns", wechatlog.Severity.INFO),
        ("bad-cell", wechatlog.Severity.ERROR),
    ]


@pytest.mark.parametrize(
    "head",
    [
        "发送时间（北京时间）,发送人,是否 本人,消息内容",
        "發送時間,發言人,是否本人,訊息內容",
        "SENT_AT,FROM,IS-ME,BODY",
        "Created At,Author,From Me,Message Text",
        "时刻,姓名,收发,正文",
    ],
)
def test_names_of_columns_however_they_are_written(head: str) -> None:
    (message,) = wechatlog.load(f"{head}\n2026-05-01 08:00:00,李四,否,早\n".encode())
    assert (str(message.time), message.sender, message.is_self, message.text) == (
        "2026-05-01 08:00:00",
        "李四",
        False,
        "早",
    )


@pytest.mark.parametrize("key", ["msgList", "chat_history", "聊天记录", "Messages", "rows"])
def test_the_list_has_many_names_and_may_stand_inside(key: str) -> None:
    for value in ({key: _row()}, {"code": 0, "data": {key: _row(), "nickname": "李四"}}, {"chats": [{key: _row()}]}):
        assert [message.text for message in _load(value)] == ["早"]


@pytest.mark.parametrize("value", [{"会话": "李四"}, {"chat": {"msgs": [{"id": 1}]}}, {"list": [{"a": 1}]}])
def test_json_without_a_list_of_messages_is_told(value: object) -> None:
    chat = wechatlog.load(json.dumps(value).encode(), format="named-keys")
    assert [entry.code for entry in chat.diagnostics if entry.severity == "error"] == ["broken-shape"]


def test_lines_of_messages_that_say_no_more_than_a_name_are_all_messages() -> None:
    line = '{"CreateTime": "2026-05-01 09:00:00", "nickname": "李四", "内容": "早"}\n'
    assert len(wechatlog.load((line * 3).encode(), format="named-keys")) == 3


def test_an_account_in_place_of_a_name_gives_way_to_the_name() -> None:
    (message,) = _load(_row(sender="wxid_lisi00000002", nickname="李四"))
    assert (message.sender, message.sender_id) == ("李四", "wxid_lisi00000002")


@pytest.mark.parametrize(
    "data",
    [
        '[{"id": 1, "title": "t", "user": "a", "created_at": "2026-05-01T08:00:00Z", "body": "x"}]',
        '{"time": [1777593600], "sender": "李四", "isSelf": [0], "content": ["早"]}',
        "date,author,text\n2026-05-01,a,b\n",
        "time,user,message\n2026-05-01 08:00:00,root,login\n",
        "交易时间,交易类型,交易对方,收/支\n2026-05-01 08:00:00,转账,李四,支出\n",
    ],
)
def test_what_may_be_anything_is_no_chat(data: str) -> None:
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.load(data.encode())


@pytest.mark.parametrize(
    "values", ["'2026-05-01 08:00:00','李四'", "'a',b(c),'d'", "'2026-05-01 08:00:00','李四','早'||char(10)"]
)
def test_a_row_of_sql_that_cannot_be_read_costs_itself_alone_and_is_told(values: str) -> None:
    good = "INSERT INTO chat VALUES('2026-05-01 08:00:00','李四','早');\n"
    script = (
        f"CREATE TABLE chat(time text, sender text, content text);\n{good}INSERT INTO chat VALUES({values});\n{good}"
    )
    chat = wechatlog.load(script.encode())
    assert [message.text for message in chat] == ["早", "早"]
    assert [(entry.code, entry.line) for entry in chat.diagnostics if entry.code == "broken-row"] == [("broken-row", 3)]


def test_tables_of_something_else_are_no_chats() -> None:
    script = "CREATE TABLE posts(id int, created_at text, author text, body text);\nINSERT INTO posts VALUES(1,'2026','a','b');\n"
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.load(script.encode())


ROWS = [("b", 1777593600, "李四", "早"), ("c", 1777593660, "张三", "在"), ("a", 1777593720, "李四", "好")]


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("end", ["", "WITHOUT ROWID"])
def test_a_table_without_row_numbers_is_read_in_order_of_time(end: str, journal: str, tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
        database.execute(f"CREATE TABLE messages(id TEXT PRIMARY KEY, time INTEGER, sender TEXT, content TEXT) {end}")
        database.executemany("INSERT INTO messages VALUES(?, ?, ?, ?)", ROWS)
        chat = wechatlog.load(path, format="named-tables")
        assert [message.text for message in chat] == ["早", "在", "好"]
        assert {entry.code for entry in chat.diagnostics} == {"guessed-columns", "unknown-key"}


def test_what_a_database_computes_is_read_only_where_it_is_stored(tmp_path: Path) -> None:
    """Whoever asks for another column runs what the file says, for as long as that takes."""
    path, computed = tmp_path / "chat.db", "GENERATED ALWAYS AS (datetime(number, 'unixepoch'))"
    with contextlib.closing(sqlite3.connect(path)) as database:
        columns = (
            f"number INTEGER, time TEXT {computed} STORED, shown TEXT {computed} VIRTUAL, sender TEXT, content TEXT"
        )
        database.execute(f"CREATE TABLE messages({columns})")
        database.execute("INSERT INTO messages(number, sender, content) VALUES(1777593600, '李四', '早')")
        database.commit()
    chat = wechatlog.load(path)
    assert [str(message.time) for message in chat] == ["2026-05-01 00:00:00"]
    assert sum(entry.code == "unknown-key" for entry in chat.diagnostics) == 1  # of `number` alone


def test_a_text_without_quotes_may_have_very_many_lines() -> None:
    def read(lines: int) -> None:
        (message,) = wechatlog.load(("时间,发送者,内容\n2026-05-01 09:00:00,李四,早\n" + "一行\n" * lines).encode())
        assert message.text.count("\n") == lines

    assert_linear(read, 320_000)


def test_a_damaged_name_is_looked_for_among_as_many_columns_as_a_table_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr("wechatlog.engine.tables._is_spoilt", lambda *names: asked.append(names))
    counts = []
    for columns in (400, 4000):
        names = ",".join(f"c{number}" for number in range(columns))
        rows = f"时间,发送者,内容,{names}\n2026-05-01 09:00:00,李四,早{',' * columns}\n"
        assert len(wechatlog.load(rows.encode())) == 1
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ('<div class="stamp">置顶消息</div>', "置顶消息"),
        ('<div class="meta2">约在早饭之后</div>', "约在早饭之后"),
        ('<div class="avatar">李四</div>', None),
        ('<div class="meta">09:00</div>', None),
    ],
)
def test_words_beside_the_text_of_a_page_are_known_or_told(beside: str, told: str | None) -> None:
    message = '<div class="message other"><div class="sender">李四</div><div class="time">{}</div>{}<div class="bubble">早</div></div>'
    page = "".join(message.format(f"2026-05-01 08:0{number}:00", beside) for number in range(3))
    found = wechatlog.loads(
        f"<html><head><title>聊天记录</title></head><body>{page}</body></html>", format="named-pages"
    )
    assert [(m.sender, m.text) for m in found] == [("李四", "早")] * 3
    what = "what else stands in the messages of this page is not known and was left out: "
    assert [d.message for d in found.diagnostics if d.code == "unread-part"] == ([f"{what}{told!r}"] if told else [])
