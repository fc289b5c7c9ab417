"""Streams of JSON and CSV: whole values from any blocks, damage told with its place."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechatlog.diagnostics import Collector
from wechatlog.engine.delimited import iter_rows
from wechatlog.engine.json_lines import iter_json_lines
from wechatlog.engine.json_stream import iter_json
from wechatlog.errors import FormatError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def blocks(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


def read(
    text: str, size: int = 7, **how: Any
) -> tuple[list[tuple[str, Any]], list[tuple[str, int | None, int | None]]]:
    collector = Collector()
    items = [(item.key, item.value) for item in iter_json(blocks(text, size), collector, **how)]
    return items, [(entry.message, entry.line, entry.column) for entry in collector.diagnostics]


@given(value=st.lists(values, max_size=6), size=st.integers(1, 20), indent=st.none() | st.integers(0, 3))
def test_the_items_of_any_array_come_whole(value: list[Any], size: int, indent: int | None) -> None:
    assert read(json.dumps(value, indent=indent), size) == ([("", item) for item in value], [])


@given(
    value=st.dictionaries(st.text(max_size=5), values, max_size=5),
    items=st.lists(values, max_size=5),
    size=st.integers(1, 20),
)
def test_the_values_of_any_object_come_whole(value: dict[str, Any], items: list[Any], size: int) -> None:
    value["messages"] = items
    expected = [(k, v) for k, v in value.items() if k != "messages"]
    found, problems = read(json.dumps(value), size)
    assert problems == []
    assert [item for item in found if item[0] != "messages"] == expected
    assert [v for k, v in found if k == "messages"] == items


def test_lines_and_offsets() -> None:
    text = '{\n "a": 1,\n "messages": [\n  {"x": 1},\n  {"x": 2}\n ]\n}'
    found = [(item.key, item.line, text[item.offset :][:8]) for item in iter_json(blocks(text, 3), Collector())]
    assert found == [("a", 2, '1,\n "mes'), ("messages", 4, '{"x": 1}'), ("messages", 5, '{"x": 2}')]


def test_a_cut_array_gives_every_item_before_the_cut() -> None:
    text = json.dumps({"messages": [{"n": n} for n in range(5)]})
    for cut in range(len(text)):
        found, problems = read(text[:cut])
        complete = text[:cut].count("}") if cut < len(text) else 5
        assert [v["n"] for _, v in found] == list(range(complete))
        assert problems


def test_a_broken_item_takes_no_other_with_it() -> None:
    text = '[{"n": 1},\n{"n": oops},\n{"n": 3}]'
    found, problems = read(text)
    assert [value["n"] for _, value in found] == [1, 3]
    assert problems == [("broken JSON value: Expecting value", 2, 7)]
    with pytest.raises(FormatError) as caught:
        list(iter_json(blocks(text, 9), Collector("strict")))
    assert str(caught.value) == '2:7: broken JSON value: Expecting value\n    {"n": oops},\n          ^'


def test_nothing_is_taken_out_of_an_item_that_is_whole() -> None:
    text = json.dumps({"messages": [{"id": 1}, {"id": 2, "inside": [{"id": 3}, {"id": 4}]}]})
    whole = [("messages", item) for item in json.loads(text)["messages"]]
    assert all(read(damaged)[0] == whole for damaged in (text, text[:-1], text[:-2], f"{text} {{", f"{text}}}"))


def test_digits_are_all_kept() -> None:
    assert read("[12345678901234567890123]")[0] == [("", 12345678901234567890123)]
    assert read("[1234567890]", 3)[0] == [("", 1234567890)]


def test_deep_nesting_is_damage() -> None:
    found, problems = read('{"messages": [' + "[" * 100_000, 4096)
    assert found == []
    assert problems[0][0] == "broken JSON value: nested too deeply"


def test_no_json() -> None:
    assert read("hello") == ([], [("no JSON object or array begins here", 1, 1)])
    assert read("[1] x") == ([("", 1)], [("text after the end of the JSON value", 1, 5)])
    assert read("") == ([], [("no JSON object or array begins here", 1, 1)])


@pytest.mark.parametrize("text", ['["%s"]', '[{"a": "%s"}]', '{"messages": [["%s"]]}'])
def test_a_huge_value_costs_linear_time(text: str) -> None:
    def calls(size: int) -> int:
        count = 0

        def profile(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        whole = text % ("字" * size)
        sys.setprofile(profile)
        try:
            list(iter_json(blocks(whole, 1000), Collector()))
        finally:
            sys.setprofile(None)
        return count

    assert calls(200_000) < 12 * calls(20_000)


def test_json_lines() -> None:
    collector = Collector()
    text = '\ufeff{"a": 1}\n\n# comment\n{broken\n{"a": 2}'
    found = [(i.value["a"], i.line) for i in iter_json_lines([text], collector)]
    assert found == [(1, 1), (2, 5)]
    assert [(entry.code, entry.line, entry.column) for entry in collector.diagnostics] == [("broken-json", 4, 2)]


fields = st.text(alphabet=st.characters(exclude_characters="\r", codec="utf-8"), max_size=8)


@given(
    rows=st.lists(st.lists(fields, min_size=2, max_size=4), max_size=6),
    size=st.integers(1, 9),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_csv_comes_back(rows: list[list[str]], size: int, end: str) -> None:
    import csv
    import io

    stream = io.StringIO()
    csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    collector = Collector()
    found = list(iter_rows(blocks(stream.getvalue(), size), collector))
    assert [row.fields for row in found] == [row for row in rows if any(row)]
    assert collector.diagnostics == ()


def test_rows_know_their_lines_and_huge_fields_are_fine() -> None:
    text = 'a,b\r\n"x\ny",2\r\n' + "字" * 300_000 + ",3\r\n"
    assert [row.line for row in iter_rows([text], Collector())] == [1, 2, 4]


def test_an_open_quote_is_told() -> None:
    collector = Collector()
    assert [row.fields for row in iter_rows(['a,b\n1,"open\nmore\n'], collector)] == [["a", "b"], ["1", "open\nmore\n"]]
    assert [(entry.code, entry.line) for entry in collector.diagnostics] == [("open-quote", 2)]


def test_a_list_whose_key_stands_twice_with_something_else_is_a_list() -> None:
    from wechatlog.engine.json_objects import _keep
    from wechatlog.engine.json_stream import Item

    said = {"members": 5}
    _keep(said, Item("members", {"id": "a"}, 1, 0), ("members",))
    assert said == {"members": [{"id": "a"}]}
