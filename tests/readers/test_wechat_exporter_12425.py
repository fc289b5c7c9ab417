"""12425/wechat-exporter: what files in the corpus cannot show."""

from __future__ import annotations

import bz2
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import FormatError, MessageKind, WechatlogError

HEADER = ("时刻", "消息类型", "消息方向", "ID", "微信号", "昵称", "备注名", "内容")
PEER = ("wxid_lisi00000002", "lisi_demo", "小李", "李四")


def export(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue()


WHOLE = export(
    ("2017-08-19 07:14:35", "文本", "接收", *PEER, "早"),
    ("2017-08-19 07:14:55", "文本", "发送", *PEER, '早, "你"\n第二行'),
    ("2017-08-19 07:15:15", "文本", "接收", *PEER, "好"),
)


def read(text: str | bytes, **options: Any) -> wechatlog.Conversation:
    return wechatlog.load(text.encode() if isinstance(text, str) else text, **options)


def test_the_peer_never_becomes_the_sender_of_own_rows() -> None:
    found = read(WHOLE, owner="张三")
    assert [m.sender for m in found] == ["李四", "张三", "李四"]
    assert [m.sender_id for m in found] == [PEER[0], None, PEER[0]]
    assert [m.is_self for m in found] == [False, True, False]


@pytest.mark.parametrize(
    "variant",
    [
        bz2.compress(WHOLE.encode()),
        WHOLE.replace("备注名", "显示名称").encode(),
    ],
    ids=["bz2", "other column name"],
)
def test_variants_give_equal_messages(variant: bytes) -> None:
    assert read(variant).messages == read(WHOLE).messages
    assert wechatlog.detect(variant).format == "12425-csv"


def test_packed_file_keeps_its_title(tmp_path: Path) -> None:
    path = tmp_path / "小李(lisi).csv.bz2"
    path.write_bytes(bz2.compress(export(("2017-08-19 07:14:35", "文本", "接收", *PEER, "早")).encode()))
    found = wechatlog.load(path)
    assert found.title == "小李(lisi)"
    path.write_bytes(bz2.compress(WHOLE.encode())[:-9])
    cut = wechatlog.load(path, format="12425-csv")
    assert [entry.code for entry in cut.diagnostics if entry.severity != "info"] != []


def test_missing_header() -> None:
    with pytest.raises(FormatError, match="the first line is not 时刻"):
        read("a,b,c\n1,2,3\n", format="12425-csv")


def test_list_of_contacts_is_refused() -> None:
    text = export(header=("ID", "微信号", "昵称", "备注", "国", "省", "市", "签名"))
    with pytest.raises(WechatlogError, match="contacts"):
        read(text)


def test_unknown_option() -> None:
    with pytest.raises(TypeError, match="valid options: owner"):
        read(WHOLE, format="12425-csv", year=2017)


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["2017-08-19 07:14:35", "文本", "图片", "发送", "接收", "<msg>", '"', "\n", "a@chatroom", "x"]
            ),
            max_size=9,
        ).map(tuple)
    )
)
def test_any_rows(rows: list[tuple[str, ...]]) -> None:
    found = read(export(*rows), format="12425-csv")
    assert len(found) == sum(any(map(str.strip, row)) for row in rows)
    assert all(isinstance(m.kind, MessageKind) for m in found)
