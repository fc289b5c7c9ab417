"""SQL scripts: what rows are read, however a statement is laid out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechatlog.diagnostics import Collector
from wechatlog.engine.reading import Reading
from wechatlog.engine.sql import SqlRow, iter_inserts
from wechatlog.source import Source

VALUES = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)
ROWS = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6)


def _read(script: str, *tables: str) -> tuple[list[SqlRow], list[tuple[str, int | None]]]:
    reading = Reading(Source.of_text(script), Collector())
    rows = list(iter_inserts(reading, tables or ("notes",)))
    return rows, [(entry.code, entry.line) for entry in reading.collector.diagnostics]


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


@pytest.mark.parametrize(
    ("head", "between", "end"),
    [
        ("INSERT INTO notes (a, b) VALUES ", ";\nINSERT INTO notes (a, b) VALUES ", ";\n"),
        ("INSERT INTO notes (a, b) VALUES ", ", ", ";"),
        ('INSERT INTO "public"."notes"\n  ("a", "b")\nVALUES\n  ', ",\n  ", ";\n"),
        ("insert or ignore into `notes`(`a`,`b`)values", ",", " ON CONFLICT DO NOTHING;"),
        (
            "CREATE TABLE notes (a TEXT DEFAULT 'x,y', b NUMERIC(1, 2), PRIMARY KEY (a));INSERT INTO notes VALUES",
            ",",
            "",
        ),
    ],
)
@given(rows=ROWS)
def test_every_layout_gives_the_same_rows(
    head: str, between: str, end: str, rows: list[tuple[str | None, ...]]
) -> None:
    script = head + between.join(f"({_literal(a)}, {_literal(b)})" for a, b in rows) + end
    found, told = _read(script)
    assert [tuple(row.values.values()) for row in found] == rows
    assert all([*row.values] == ["a", "b"] for row in found)
    assert told == []


def test_lines_and_other_statements() -> None:
    script = (
        "-- it's a comment: INSERT INTO notes (a) VALUES ('no');\n"
        "DELETE FROM notes WHERE a = 'INSERT INTO notes (a) VALUES (1)';\n"
        "INSERT INTO others (a) VALUES ('INSERT INTO notes (a) VALUES (2);');\n"
        "INSERT INTO notes (a) VALUES (3),\n  (E'it\\'s\\n'), (TRUE::boolean),\n('two\nlines'), ('x');"
    )
    found, told = _read(script)
    assert [(row.values["a"], row.line) for row in found] == [
        ("3", 4),
        ("it's\n", 5),
        ("TRUE", 5),
        ("two\nlines", 6),
        ("x", 7),
    ]
    assert told == []


def test_a_broken_row_costs_itself_alone() -> None:
    script = (
        "INSERT INTO notes (a, b) VALUES\n(1, 2),\n(3, f(4)),\n(5),\n(6, 7);\nINSERT INTO notes (a, b) VALUES (8, 9"
    )
    found, told = _read(script)
    assert [row.values["a"] for row in found] == ["1", "6"]
    assert told == [("broken-row", 3), ("broken-row", 4), ("broken-row", 6)]


@given(st.text(alphabet="INSERTO notes(a)VALUES'\",;\n-[`\\1", max_size=60))
def test_any_text_is_read(text: str) -> None:
    _read(text)
    _read("INSERT INTO notes (a) VALUES " + text)


@given(rows=ROWS)
def test_lines_of_a_copy(rows: list[tuple[str | None, ...]]) -> None:
    def cell(value: str | None) -> str:
        if value is None:
            return "\\N"
        for character, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n")):
            value = value.replace(character, written)
        return value

    lines = "".join(f"{cell(a)}\t{cell(b)}\n" for a, b in rows)
    script = f"COPY public.notes (a, b) FROM stdin;\n{lines}\\.\n\nINSERT INTO notes (a, b) VALUES ('last', NULL);"
    found, told = _read(script)
    assert [tuple(row.values.values()) for row in found] == [*rows, ("last", None)]
    assert told == []


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("CREATE TABLE notes (a);\nCREATE TABLE others (a);\nINSERT INTO others (a) VALUES (1);", "no-messages"),
        ("CREATE TABLE notes (a);\n", "no-messages"),
        ("CREATE TABLE notes (a);\nINSERT INTO others (a) VALUES (1);", "broken-shape"),
        ("CREATE TABLE others (a);\nINSERT INTO others (a) VALUES (1);", "broken-shape"),
        ("INSERT INTO others VALUES (1);", "broken-shape"),
        ("COPY others FROM stdin;\n1\n\\.\n", "broken-shape"),
    ],
)
def test_a_script_without_rows_is_told(script: str, code: str) -> None:
    """Rows of a table that the script makes beside that of messages are no loss."""
    assert _read(script) == ([], [(code, None)])


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("INSERT IN', 2);\nINSERT INTO notes (a) VALUES (3);\nINSERT INTO notes (a) VALUES (4);", 1),
        ("-- \n('1', 2);\nINSERT INTO notes (a) VALUES (3);\nINSERT INTO notes (a) VALUES (4);", 2),
        ("COPY notes (a) ROM stdin;\n1\n\\.\nINSERT INTO notes (a) VALUES (3);\nINSERT INTO notes (a) VALUES (4);", 3),
    ],
    ids=["an odd quote", "a row of no statement", "the end of no COPY"],
)
def test_what_is_in_no_statement_is_told_and_hides_nothing(script: str, line: int) -> None:
    found, told = _read(script)
    assert [row.values["a"] for row in found] == ["3", "4"]
    assert told == [("broken-row", line)]


def test_rows_below_a_head_that_says_no_table_are_told() -> None:
    found, told = _read("INSERT INTO notes (a) VALUES (3);\nINSER INTO notes (a, b) VALUES (1, 2);")
    assert [row.values["a"] for row in found] == ["3"]
    assert told == [("broken-shape", None)]


def test_a_table_that_is_never_closed_hides_nothing() -> None:
    found, _ = _read("CREATE TABLE others (x (\nCREATE TABLE notes (a);\nINSERT INTO notes VALUES (1);")
    assert [row.values for row in found] == [{"a": "1"}]


@pytest.mark.parametrize(
    "script",
    [
        "INSERT INTO notes (a) VALUES (1),\n",
        "INSERT INTO notes (a) VALUES (1);\nINSERT INTO notes (a, b",
        "BEGIN;\nINSERT INTO notes (a) VALUES (1);\n",
        "COPY notes (a) FROM stdin;\n1\n",
    ],
)
def test_a_cut_is_told(script: str) -> None:
    found, told = _read(script)
    assert [row.values["a"] for row in found] == ["1"]
    assert [code for code, _ in told] == ["broken-row"]
