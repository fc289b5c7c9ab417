"""wetrace: CSV, workbook, text and script; and JSON inside scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.readers.texts import read
from wechatlog.engine.protocol import Head
from wechatlog.engine.scripts import assigned_head, assigned_name, json_blocks
from wechatlog.source import Source

CORPUS = Path(__file__).parents[1] / "corpus"
CSV = (CORPUS / "wetrace-csv" / "group.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("suffix", ["csv", "txt"])
def test_who_the_owner_is_can_be_said(samples: Path, suffix: str) -> None:
    named = wechatlog.load(samples / f"wetrace-chat_export_李四_wxid_lisi00000002.{suffix}", owner="wxid_zhangsan0001")
    assert [message.is_self for message in named][:2] == [False, True]


def test_the_script_of_the_samples_says_what_chatlog_says(samples: Path) -> None:
    script = wechatlog.load(samples / "wetrace-data.js", errors="strict")
    assert script.messages == wechatlog.load(samples / "chatlog-private.json").messages
    assert script.metadata == {"exporter": "wetrace"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chat_export_李四_wxid_lisi_1.txt", ("李四", "wxid_lisi_1")),
        ("chat_export_a_b_lisi-1990.txt", ("a_b", "lisi-1990")),
        ("chat_export_项目组_123@chatroom (1).txt", ("项目组", "123@chatroom")),
        ("聊天.txt", (None, None)),
    ],
)
def test_file_names(tmp_path: Path, name: str, expected: tuple[str | None, str | None]) -> None:
    path = tmp_path / name
    path.write_text("[李四] 2025-03-01 09:00:00\n早\n\n", encoding="utf-8")
    conversation = wechatlog.load(path)
    assert (conversation.title, conversation.id) == expected


def test_a_capped_export_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.readers.chatlog._CAP", 3)
    text = "[李四] 2025-03-01 09:00:00\n早\n\n" * 3
    for found in (wechatlog.loads(text), wechatlog.loads(CSV, format="wetrace-csv")):
        assert [entry.code for entry in found.diagnostics] == ["capped-export"]
        assert found.diagnostics[0].severity == "info"


def test_names_in_brackets_of_any_kind() -> None:
    (message,) = read("[[甲] 2025-03-01 08:00:00] 2025-03-01 09:00:00\n早\n\n".encode(), "wetrace-text")
    assert message.sender == "[甲] 2025-03-01 08:00:00"


@given(text=st.text(alphabet='window.CHAT_DATA=[{"seq":1,talker}];\n\\ 早'))
def test_any_script(text: str) -> None:
    read(f"window.CHAT_DATA = [{text}".encode(), "wetrace-js")


# --- JSON inside scripts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("window.A = [1]", "A"),
        ("\ufeff\n window.A={}", "A"),
        ("const a = \n[", "a"),
        ("globalThis.$_1 = {", "$_1"),
        ("A = 1", None),
        ("if (a == [1]) {}", None),
        ("[1]", None),
        ("", None),
    ],
)
def test_assigned_names(text: str, name: str | None) -> None:
    assert assigned_name(text) == name


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_blocks_keep_their_places(size: int) -> None:
    script = "window.A =\n [1, 2] ;;\n"
    first, rest = script[:20], script[20:]
    blocks = [first, *(rest[start : start + size] for start in range(0, len(rest), size))]
    assert "".join(json_blocks(blocks)) == "          \n [1, 2]"


def test_semicolons_inside_are_kept() -> None:
    assert "".join(json_blocks(['window.A = ["a;', " ;", '"]; '])) == '           ["a; ;"]'


def test_no_script_is_given_as_it_is() -> None:
    assert "".join(json_blocks(["[1,", "2]"])) == "[1,2]"
    assert list(json_blocks([])) == []


def test_the_head_of_a_script() -> None:
    head = Head.of(Source.of(b'window.A = [{"a": 1}, {"b'))
    inner = assigned_head(head, "A")
    assert inner is not None
    assert inner.json == [{"a": 1}, {}]
    assert assigned_head(head, "B") is None
