"""What a head holds: its text, and the JSON that it is or begins, of which what is open is closed where it is cut."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechatlog.engine import Head
from wechatlog.source import Source

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)
CONTAINERS = st.lists(VALUES, max_size=6) | st.dictionaries(st.text(max_size=3), VALUES, max_size=6)
LAYOUTS = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}])


def _json_of(text: str) -> Any:
    return Head.of(Source.of_text(text)).json


def _is_beginning(part: Any, whole: Any) -> bool:
    """Whether a value is what stands first in another; within the last of its items, but nowhere else, may be less."""
    if type(part) is not type(whole) or not isinstance(part, list | dict):
        return bool(part == whole)
    if isinstance(part, dict):
        if list(part) != list(whole)[: len(part)]:
            return False
        part, whole = list(part.values()), list(whole.values())
    pairs = list(zip(part, whole, strict=False))
    return (
        len(part) <= len(whole) and part[:-1] == whole[: len(part)][:-1] and all(_is_beginning(*pair) for pair in pairs)
    )


def _size(value: Any) -> int:
    """Values in a value, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))


@given(value=CONTAINERS, layout=LAYOUTS, data=st.data())
def test_what_is_whole_is_there_wherever_it_is_cut(value: Any, layout: dict[str, Any], data: st.DataObject) -> None:
    """And more of the text gives no less."""
    text = json.dumps(value, ensure_ascii=False, **layout)
    assert _json_of(text) == value
    ends = sorted(data.draw(st.lists(st.integers(1, len(text)), min_size=1, max_size=5)))
    found = [_json_of(text[:end]) for end in ends]
    assert all(_is_beginning(each, value) for each in found)
    assert sorted(map(_size, found)) == list(map(_size, found))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": 23', {"a": 1}),  # the number may go on
        ('{"a": 1, "b": 23,', {"a": 1, "b": 23}),
        ('{"a": [1, {"b": "早"}, {"b": "晚', {"a": [1, {"b": "早"}, {}]}),
        ('[{"a": 1}', [{"a": 1}]),
        ('[{"a": 1} {"b": 2}]', [{"a": 1}]),
        ('{"a": 1, "b" 2}', {"a": 1}),
        ('{"a": 1, 2: 3}', {"a": 1}),
        ('{"a": 1}\n{"a": 2}', {"a": 1}),
        (" \n[", []),
        ("{", {}),
        ("[1,]", [1]),
        ('"早"', "早"),
        ("早", None),
        ("", None),
        ("[" * 100_000, json.loads("[" * 34 + "]" * 34)),
    ],
)
def test_what_is_cut_or_damaged(text: str, value: Any) -> None:
    assert _json_of(text) == value


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"SQLite format 3\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_container_has_no_text(start: bytes) -> None:
    """Which encoding its bytes are is not asked."""
    head = Head.of(Source(lambda: io.BytesIO(start + "09:00 李四\n".encode("gb18030") * 9), "chat.bin"))
    assert (head.text, head.lines) == ("", [""])
