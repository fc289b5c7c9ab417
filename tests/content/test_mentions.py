"""Account ids of those whom a message addresses, and mentions that carry them."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cost import assert_linear

from wechatlog.content.mentions import parse_at_users, point_mentions
from wechatlog.segments.types import Mention, Text


@pytest.mark.parametrize(
    ("xml", "ids"),
    [
        ("<msgsource><atuserlist>wxid_a</atuserlist></msgsource>", ("wxid_a",)),
        ("<msgsource><atuserlist>wxid_a,wxid_b</atuserlist><silence>0</silence></msgsource>", ("wxid_a", "wxid_b")),
        ("<msgsource><atuserlist><![CDATA[,wxid_a,wxid_b]]></atuserlist></msgsource>", ("wxid_a", "wxid_b")),
        ("<msgsource>\n  <atuserlist>\n wxid_a , wxid_b\n</atuserlist>", ("wxid_a", "wxid_b")),
        ("<msgsource><atuserlist>notify@all</atuserlist></msgsource>", ("notify@all",)),
        ("<atuserlist>wxid_a,wxid_a,,wxid_b,</atuserlist>", ("wxid_a", "wxid_b")),
        ("&lt;msgsource&gt;&lt;atuserlist&gt;wxid_a&lt;/atuserlist&gt;&lt;/msgsource&gt;", ("wxid_a",)),
        ("&amp;lt;atuserlist&amp;gt;wxid_a&amp;lt;/atuserlist&amp;gt;", ("wxid_a",)),
        ("wxid_x:\n<msgsource><atuserlist>wxid_a", ("wxid_a",)),
        ("<msgsource><atuserlist></atuserlist></msgsource>", ()),
        ("<msgsource><atuserlist/></msgsource>", ()),
        ("<msgsource><silence>0</silence></msgsource>", ()),
        ("atuserlist", ()),
        ("", ()),
    ],
)
def test_at_users(xml: str, ids: tuple[str, ...]) -> None:
    assert parse_at_users(xml) == ids


@given(st.lists(st.from_regex(r"wxid_[a-z0-9]{1,20}", fullmatch=True), unique=True), st.integers(0, 3), st.booleans())
def test_at_users_come_back(ids: list[str], escaped: int, cdata: bool) -> None:
    listed = ",".join(ids)
    xml = f"<msgsource><atuserlist>{f'<![CDATA[{listed}]]>' if cdata else listed}</atuserlist></msgsource>"
    for _ in range(escaped):
        xml = html.escape(xml)
    assert parse_at_users(xml) == tuple(ids)


@pytest.mark.parametrize("part", ["<atuserlist>", "<atuserlist ", "<atuserlist>,", "&lt;atuserlist"])
def test_hostile_sources(part: str) -> None:
    assert_linear(lambda size: parse_at_users(part * size), 20_000)


NAMES = {"wxid_a": ["张三", "张三-示例公司"], "wxid_b": ["李四"], "wxid_c": ["李 四"]}


def ids(text: str, *at_users: str, names: dict[str, list[str]] | None = None) -> list[str | None] | None:
    found = point_mentions(text, at_users, NAMES if names is None else names)
    if found is None:
        return None
    assert "".join(segment.raw for segment in found) == text
    return [segment.id for segment in found if isinstance(segment, Mention)]


def test_mentions_carry_ids() -> None:
    assert point_mentions("@张三\u2005早", ["wxid_a"], NAMES) == (
        Mention("张三", 0.99, raw="@张三\u2005", id="wxid_a"),
        Text("早"),
    )
    assert ids("@李四\u2005@张三-示例公司\u2005早", "wxid_a", "wxid_b") == ["wxid_b", "wxid_a"]
    assert ids("@张三你看，@李四", "wxid_a", "wxid_b") == ["wxid_a", "wxid_b"]
    assert ids("@李 四 早", "wxid_c") == ["wxid_c"]


def test_unknown_names_are_told_by_their_order() -> None:
    assert ids("@甲乙\u2005@丙丁\u2005", "wxid_x", "wxid_y") == ["wxid_x", "wxid_y"]
    assert ids("@甲乙\u2005@张三\u2005", "wxid_a", "wxid_x") == ["wxid_x", "wxid_a"]
    assert ids("@甲乙\u2005@甲乙\u2005", "wxid_x") == ["wxid_x", "wxid_x"]


def test_what_cannot_be_told_stays_untold() -> None:
    assert ids("@甲乙\u2005@丙丁\u2005@戊己\u2005", "wxid_x", "wxid_y") is None
    assert ids("@甲乙\u2005@张三\u2005@丙丁\u2005", "wxid_a", "wxid_x") == [None, "wxid_a", None]
    assert ids("早", "wxid_a") is None
    assert ids("@所有人\u2005早", "notify@all") is None
    assert ids("@张三\u2005早") is None
    assert ids("@张三\u2005", "wxid_a", "wxid_b", names={"wxid_a": ["张三"], "wxid_b": ["张三"]}) is None


@given(
    st.text("@张三李四你 \u2005早", max_size=20),
    st.lists(st.sampled_from(["wxid_a", "wxid_b", "x"]), max_size=4, unique=True),
)
def test_segments_join_to_the_text(text: str, at_users: list[str]) -> None:
    ids(text, *at_users)
