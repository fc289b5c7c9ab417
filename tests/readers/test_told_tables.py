"""Databases and SQL scripts whose columns are called anything: each table of messages is read or told, and no other."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wechatlog
from tests.databases import in_memory
from tests.readers.test_told_columns import NAMES, SAID

CORPUS = Path(__file__).parents[1] / "corpus"
NAMED = ("time", "sender", "content")
GUESSED = "no tool is known that writes this: what the columns of 'm2' mean was taken from what they hold"
LEFT_OUT = "the rows of the table {!r} look like messages; they were not read"

Tables = dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]


def fill(database: sqlite3.Connection, tables: Tables) -> None:
    for name, (columns, rows) in tables.items():
        database.execute(f'CREATE TABLE "{name}"({", ".join(f"[{column}]" for column in columns)})')
        database.executemany(f'INSERT INTO "{name}" VALUES({", ".join("?" * len(columns))})', rows)
    database.commit()


def forms(tables: Tables) -> tuple[bytes, bytes]:
    """A database with these tables, and the script that fills one so."""
    database = in_memory()
    fill(database, tables)
    return database.serialize(), "\n".join(database.iterdump()).encode()


def both(data: bytes) -> tuple[dict[str | None, list[tuple[str, str | None, str]]], list[tuple[str, str]]]:
    """The messages of each chat, and what is told as a warning or worse."""
    chats = list(wechatlog.load_archive(data))
    said = {chat.title: [(str(m.time)[:19], m.sender, m.text) for m in chat] for chat in chats}
    found = [entry for chat in chats for entry in chat.diagnostics if entry.severity != "info"]
    return said, [(entry.code, entry.message) for entry in found]


def read(data: bytes) -> dict[str | None, list[tuple[str, str | None, str]]]:
    return both(data)[0]


def told(data: bytes) -> list[tuple[str, str]]:
    return both(data)[1]


def moved(order: list[int], said: list[tuple[str, str, str]] = SAID) -> list[tuple[Any, ...]]:
    return [tuple(row[place] for place in order) for row in said]


@settings(max_examples=10)
@given(order=st.permutations(range(3)), names=st.lists(NAMES, min_size=3, max_size=3, unique=True))
def test_a_table_under_any_names(order: list[int], names: list[str]) -> None:
    table = (tuple(names), moved(order))
    for data in forms({"goods": (("id", "name"), [(1, "茶")]), "m2": table}):
        assert both(data) == ({None: SAID}, [("guessed-columns", GUESSED)])
    for data in forms({"m1": (NAMED, SAID), "m2": table}):
        assert both(data) == ({"m1": SAID, "m2": SAID}, [("guessed-columns", GUESSED)])


@settings(max_examples=10)
@given(order=st.permutations(range(3)), names=st.lists(NAMES, min_size=3, max_size=3, unique=True))
def test_tables_of_the_same_columns_mean_the_same(order: list[int], names: list[str]) -> None:
    rows = moved(order)
    for data in forms({"short": (tuple(names), rows[:2]), "long": (tuple(names), rows)}):
        assert read(data) == {"short": SAID[:2], "long": SAID}


def test_unix_times_and_pictures() -> None:
    rows = [(1777593600 + n, who, what, b"\x89PNG\r\n\x1a\n" * 9) for n, (_, who, what) in enumerate(SAID)]
    for data in forms({"m2": (("a", "b", "c", "d"), rows)}):
        assert [row[1:] for row in read(data)[None]] == [row[1:] for row in SAID]


@pytest.mark.parametrize("times", [1, 400], ids=["short", "long"])
def test_rows_without_any_columns(times: int) -> None:
    rows = ["('{1}', '{0}', '{2}')".format(*(cell.replace("'", "''") for cell in row)) for row in SAID * times]
    for script in (
        f"INSERT INTO m2 VALUES {', '.join(rows)};",
        "".join(f"INSERT INTO m2 VALUES {row};\n" for row in rows),
    ):
        assert read(script.encode()) == {None: SAID * times}
    lines = "\n".join("\t".join(cell.replace("\n", "\\n") for cell in row) for row in SAID * times)
    assert read(f"COPY m2 FROM stdin;\n{lines}\n\\.\n".encode()) == {None: SAID * times}


def test_tables_that_begin_far_behind() -> None:
    tables = {
        "m1": (NAMED, SAID * 400),
        "goods": (("a", "b"), [(1, 2)]),
        "m2": (("x", "y", "z"), SAID),
        "m3": (NAMED, SAID),
    }
    assert read(forms(tables)[1]) == {None: SAID * 400, "m2": SAID, "m3": SAID}


def test_rows_of_two_tables_by_turns() -> None:
    row = "INSERT INTO {}({}) VALUES('{}', '{}', '{}');\n"
    script = "".join(
        row.format("m1", "time,sender,content", *said) + row.format("m2", "x,y,z", *said) for said in SAID * 9
    )
    assert read(script.encode()) == {"m1": SAID * 9, "m2": SAID * 9}


def test_what_a_table_is_searched_by_is_not_read_twice() -> None:
    database = in_memory()
    fill(database, {"m1": (NAMED, SAID)})
    database.execute("CREATE VIRTUAL TABLE m1_fts USING fts5(content, sender, time UNINDEXED)")
    database.execute("INSERT INTO m1_fts SELECT content, sender, time FROM m1")
    database.commit()
    assert read(database.serialize()) == {None: SAID}
    database.execute("DROP TABLE m1")
    database.commit()
    assert read(database.serialize()) == {None: SAID}


BY_OTHERS = [(when, who.replace("我", "王五"), f"第{n}句") for n, (when, who, _) in enumerate(SAID)]


def test_what_looks_like_messages_and_is_not_read_is_told() -> None:
    for data in forms({"m1": (NAMED, SAID), "m2": (("x", "y", "z"), BY_OTHERS)}):
        assert both(data) == ({None: SAID}, [("unread-part", LEFT_OUT.format("m2"))])


TIMES = [when for when, _, _ in SAID]
ACCOUNTS = [f"wxid_demo{n:08d}" for n in range(6)]
PAIRS = [(when, ("bob", "alice")[n % 2]) for n, when in enumerate(TIMES)]
OTHERS: Tables = {
    "sales": (("时间", "门店", "商品", "金额"), [(t, w, f"商品{n}", 12.5) for n, (t, w) in enumerate(PAIRS)]),
    "names": (("a", "b", "c"), [(t, w, f"名称很长{n}") for n, (t, w) in enumerate(PAIRS)]),
    "commits": (("date", "author", "message"), [(t, w, f"fix {n}") for n, (t, w) in enumerate(PAIRS)]),
    "logs": (("at", "level", "what"), [(t, ("INFO", "WARN")[n % 2], f"微信 started {n}") for n, t in enumerate(TIMES)]),
    "visits": (("时间", "姓名", "地点", "状态"), [(t, w, f"会议室{n}", "已签到") for n, (t, w) in enumerate(PAIRS)]),
    "history": (
        ("url", "title", "visit_time", "browser"),
        [(f"https://example.com/{n}", f"标题{n}", 1777593600 + n, ("Edge", "Chrome")[n % 2]) for n in range(6)],
    ),
    "contacts": (
        ("wxid", "nick", "remark", "updated"),
        [(ACCOUNTS[n], f"名字{n}", f"备注{n}", t) for n, t in enumerate(TIMES)],
    ),
    "people": (
        ("name", "remark", "added"),
        [(name, f"{name}的备注", TIMES[n]) for n, name in enumerate(("张三", "李四", "我"))],
    ),
    "sessions": (
        ("username", "nick", "last_msg", "last_time", "last_sender"),
        [(ACCOUNTS[n], f"名字{n}", f"说的话{n}", t, ("我", "张三")[n % 2]) for n, t in enumerate(TIMES)],
    ),
    "members": (
        ("room", "wxid", "card", "joined"),
        [(f"1234567890{n % 2}@chatroom", ACCOUNTS[n // 2], f"名片{n}", t) for n, t in enumerate(TIMES)],
    ),
    "media": (("file", "type", "state", "made"), [(f"a/{n}.jpg", "image", "ok", t) for n, t in enumerate(TIMES)]),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_tables_are_no_chats(name: str) -> None:
    columns, rows = OTHERS[name]
    objects = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
    for data in (*forms({name: (columns, rows)}), objects.encode()):
        with pytest.raises((wechatlog.UnknownFormatError, wechatlog.RefusedFormatError)):
            wechatlog.load(data)


def test_a_database_of_another_program_is_no_chat() -> None:
    for data in forms(OTHERS):
        with pytest.raises(wechatlog.UnknownFormatError):
            wechatlog.load(data)


def test_nothing_is_told_of_other_tables_beside_a_chat() -> None:
    for data in forms({**OTHERS, "m1": (NAMED, SAID)}):
        assert both(data) == ({None: SAID}, [])


KNOWN = [
    ("wechat-v3-db/MSG0.db", "MSG"),
    ("wechat-v4-db/message_0.db", "Msg_9215e310e2715fc6cdf6a0ea214d2df5"),
    ("wechat-android-db/EnMicroMsg.db", "message"),
    ("wechat-ios-db/MM.sqlite", "Chat_9215e310e2715fc6cdf6a0ea214d2df5"),
    ("wechat-mac-db/msg_0.db", "Chat_9215e310e2715fc6cdf6a0ea214d2df5"),
]


@pytest.mark.parametrize(("path", "table"), KNOWN)
def test_messages_in_a_further_table_of_a_client_are_told(path: str, table: str, tmp_path: Path) -> None:
    database = in_memory((CORPUS / path).read_bytes())
    file = tmp_path / Path(path).name

    def told_now() -> list[tuple[str, str]]:
        database.commit()
        file.write_bytes(database.serialize())
        return told(file.read_bytes())

    database.execute(f"CREATE TABLE backup_of_it AS SELECT * FROM {table} LIMIT 0")
    fill(database, OTHERS)
    usual = told_now()
    assert "unread-part" not in dict(usual)
    database.execute(f"INSERT INTO backup_of_it SELECT * FROM {table}")
    fill(database, {"m1": (NAMED, SAID)})
    assert {*told_now()} - {*usual} == {("unread-part", LEFT_OUT.format(name)) for name in ("backup_of_it", "m1")}


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("weflow-sql/private.sql", "weflow_messages"),
        ("ciphertalk-sql/group.sql", "messages"),
        ("echotrace-sql/private.sql", "echotrace"),
    ],
)
def test_messages_in_a_further_table_of_a_script_are_told(path: str, table: str) -> None:
    text = (CORPUS / path).read_text(encoding="utf-8")
    others = forms(OTHERS)[1].decode()
    usual = told(f"{text}\n{others}".encode())
    assert "unread-part" not in dict(usual)
    more = text.replace(table, f"{table}_2024") + forms({"m1": (NAMED, SAID)})[1].decode()
    found = {*told(f"{text}\n{others}\n{more}".encode())} - {*usual}
    assert found == {("unread-part", LEFT_OUT.format(name)) for name in (f"{table}_2024", "m1")}
