"""The iPhone `.xls`: what files in the corpus cannot show."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import FormatError, WechatlogError

CASES = Path(__file__).parents[1] / "corpus" / "iphone-xls"
HEAD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">\r\n'
    '<head>\r\n<meta http-equiv=Content-Type content="text/html; charset=gb2312">\r\n</head>\r\n<body>\r\n'
    "<table x:str border=0 cellpadding=0 cellspacing=0>\r\n"
)
TAIL = "</table>\r\n</body>\r\n</html>\r\n"


def row(*cells: str) -> str:
    return (
        "    <tr height=19 style='height:14.25pt'>  "
        + "".join(f"<td class=xl24 style='border-top:none' x:str>{cell}</td>" for cell in cells)
        + "</tr>\r\n"
    )


def page(*rows: str) -> bytes:
    return (HEAD + "".join(rows) + TAIL).encode("gb18030")


def read(data: bytes, **options: object) -> wechatlog.Conversation:
    return wechatlog.load(data, format="iphone-xls", **options)


ZHANG = ("1", "2017-06-22 17:00:01", "张三", "zhangsan_demo", "发送", "文本")
LI = ("2", "2017-06-22 17:00:21", "李四", "wxid_lisi00000002", "接收", "文本")
WHOLE = page(row(*ZHANG, "早"), row(*LI, "早上好"), row(*ZHANG, "第二天见"))


@pytest.mark.parametrize(
    "variant",
    [
        WHOLE.replace(b"\r\n", b""),
        WHOLE.replace(b"class=xl24", b'class="xl24"'),
        WHOLE.replace(b"<td", b"<TD").replace(b"</td", b"</TD").replace(b"<tr", b"<TR"),
    ],
    ids=["one line", "quoted", "upper case"],
)
def test_variants_give_equal_messages(variant: bytes) -> None:
    assert read(variant).messages == read(WHOLE).messages
    assert wechatlog.detect(variant).format == "iphone-xls"


def test_blocks_may_cut_a_row_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(WHOLE).messages
    lines = [message.origin.line for message in expected]
    for size in (1, 2, 3, 5, 7, 50):
        monkeypatch.setattr("wechatlog.decoding.BLOCK_SIZE", size)
        found = wechatlog.load(WHOLE, format="iphone-xls", encoding="gb18030")
        assert found.messages == expected
        assert [message.origin.line for message in found] == lines
        offsets = [message.origin.offset for message in found]
        assert offsets == [message.origin.offset for message in expected]


def test_origin_points_at_the_row() -> None:
    text = WHOLE.decode("gb18030")
    for message in read(WHOLE):
        assert message.origin.offset is not None
        assert text[message.origin.offset :].startswith("<tr height")
        assert message.origin.line == text.count("\n", 0, message.origin.offset) + 1


def test_title_is_the_file_name_and_owner_the_own_account(tmp_path: Path) -> None:
    path = tmp_path / "示例 项目组.xls"
    path.write_bytes(WHOLE)
    conversation = wechatlog.load(path)
    assert conversation.title == "示例 项目组"
    assert conversation.owner == "zhangsan_demo"
    assert conversation.is_group is None
    assert conversation.tz is None
    assert wechatlog.load(path, tz="Asia/Shanghai")[0].time.isoformat() == "2017-06-22T17:00:01+08:00"


def test_strict_names_the_line_of_a_bad_time() -> None:
    bad = page(row(*ZHANG, "早"), row("3", "2017-13-40 99:00:00", *LI[2:], "嗯"))
    with pytest.raises(FormatError, match="not a time") as caught:
        read(bad, errors="strict")
    assert caught.value.line == 8
    conversation = read(bad)
    assert conversation[1].time is None
    assert conversation[1].sender == "李四"


def test_no_table_is_no_such_file() -> None:
    with pytest.raises(FormatError, match="there is no table in it"):
        read("只是一行字".encode())


def test_empty_table_is_an_empty_conversation() -> None:
    assert wechatlog.detect(page()).format == "iphone-xls"
    assert len(read(page(), errors="strict")) == 0


def test_unknown_option() -> None:
    with pytest.raises(TypeError, match="owner"):
        read(WHOLE, owner="张三")


@given(
    st.lists(
        st.sampled_from(["<tr", " ", ">", "<td", "</td>", "</tr>", "x:str>", "2017-06-22 17:00:01", "发送", "早", "\n"])
    )
)
def test_any_markup_is_read_or_refused(parts: list[str]) -> None:
    with contextlib.suppress(WechatlogError):
        read("".join(parts).encode())


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="<>&\r\0"), max_size=40))
def test_any_text_comes_back(text: str) -> None:
    found = read((HEAD + row(*LI, text) + TAIL).encode())[0]
    assert found.text == text
    assert found.sender == "李四"


def test_many_open_rows_cost_linear_time() -> None:
    hostile = (HEAD + "<tr>" * 200_000 + "<td " * 100_000).encode()
    assert len(read(hostile)) == 0


def test_markdown_of_it_reads_as_the_same_chat() -> None:
    """The Markdown archives were made of such files."""
    conversation = wechatlog.load(CASES / "项目组.xls")
    again = wechatlog.loads(wechatlog.dumps(conversation, format="markdown"), format="markdown")
    assert [m.time for m in again] == [m.time for m in conversation]
    assert [(m.sender or "").strip() for m in again] == [(m.sender or "").strip() for m in conversation]
    kept = [
        (one, two)
        for one, two in zip(conversation, again, strict=True)
        if one.kind not in ("voice", "text", "system", "quote")
    ]
    assert [two.kind for _, two in kept] == [one.kind for one, _ in kept]
    assert [link.url for m in again for link in m.links] == [link.url for m in conversation for link in m.links]
