"""ChatLab Format and ChatLab's own text exports: what corpus files cannot show."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.segments.types import Forward

HEADER = {
    "chatlab": {"version": "0.0.2", "exportedAt": 1},
    "meta": {"name": "李四", "platform": "wechat", "type": "private"},
}


def _row(**fields: Any) -> dict[str, Any]:
    known = {"sender": "wxid_lisi00000002", "accountName": "李四", "timestamp": 1767225600, "type": 0, "content": "早"}
    return {**known, **fields}


def _codes(conversation: wechatlog.Conversation) -> list[str]:
    return [entry.code for entry in conversation.diagnostics]


def test_headings_of_days_make_no_chat() -> None:
    diary = "# 日记\n\n## 2026-05-01\n\n**早上** 出门\n\n## 2026-05-02\n\n下雨\n"
    with pytest.raises(wechatlog.UnknownFormatError):
        wechatlog.detect(diary.encode())


# --- official samples ------------------------------------------------------------------------------


def test_json_and_lines_of_weflow_give_equal_messages(samples: Path) -> None:
    one = wechatlog.load(samples / "weflow-chatlab-private.json")
    two = wechatlog.load(samples / "weflow-chatlab-private.jsonl")
    assert one.messages == two.messages
    assert [person.name for person in one.members] == [person.name for person in two.members] == ["李四", "张三"]
    forward = one[14].segments[0]
    assert isinstance(forward, Forward)
    assert [(m.sender, m.sender_id, m.text) for m in forward.messages] == [
        ("王五", None, "第一条"),
        ("赵六", None, "[消息]"),
    ]


def test_the_markdown_sample_says_when_it_was_made(samples: Path) -> None:
    assert wechatlog.load(samples / "chatlab-app-export.md").metadata["export_time"] == "2026/6/1 12:00:00"


@pytest.mark.parametrize(
    ("text", "kind"),
    [('"李四" 拍了拍我', "pat"), ('["李四" 拍了拍我](https://example.invalid/a)', "link"), ("读一读", "link")],
)
def test_a_pat_that_is_written_as_a_link_is_no_page(text: str, kind: str) -> None:
    header = {**HEADER, "chatlab": {**HEADER["chatlab"], "generator": "WeFlow"}}
    data = json.dumps({**header, "members": [], "messages": [_row(type=7, content=text)]}).encode()
    assert [message.kind for message in wechatlog.load(data)] == [kind]


# --- containers ------------------------------------------------------------------------------------


def test_memory_is_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.decoding.BLOCK_SIZE", 1 << 14)
    peaks = []
    for count in (2_000, 2_000, 8_000):  # the first run pays for what is imported
        path = tmp_path / f"{count}.json"
        path.write_text(json.dumps({**HEADER, "members": [], "messages": [_row()] * count}), encoding="utf-8")
        tracemalloc.start()
        assert sum(1 for _ in wechatlog.iter_messages(path)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.3 * peaks[1]


def test_detection_survives_a_huge_avatar() -> None:
    meta = {**HEADER["meta"], "groupAvatar": "A" * 200_000}
    lines = json.dumps({"_type": "header", "chatlab": HEADER["chatlab"], "meta": meta})
    assert wechatlog.detect(f"{lines}\n{json.dumps({'_type': 'message', **_row()})}".encode()).format == "chatlab-jsonl"
    value = json.dumps({"chatlab": HEADER["chatlab"], "meta": meta, "messages": [_row()]})
    assert wechatlog.detect(value.encode()).format == "chatlab-json"


# --- fields ----------------------------------------------------------------------------------------


def test_lines_before_the_header_and_strange_lines() -> None:
    data = "\n".join(json.dumps(value) for value in ({"_type": "message", **_row()}, {"_type": "header", **HEADER}))
    with pytest.raises(wechatlog.FormatError, match="no header line before the first part"):
        wechatlog.load(data.encode(), errors="strict")
    with pytest.raises(wechatlog.MultipleConversationsError, match="load_archive"):
        wechatlog.load(data.encode())


# --- text and Markdown -----------------------------------------------------------------------------


def _txt(*days: str) -> bytes:
    parts = ["示例群\n"]
    for number, day in enumerate(days):
        parts += [f"\n--- {day} ---\n", f"08:00:0{number} 李四: 早"]
    return "\n".join(parts).encode()


@pytest.mark.parametrize(
    ("days", "found", "codes"),
    [
        (["2026/5/1"], ["2026-05-01"], []),
        (["2026-05-01"], ["2026-05-01"], []),
        (["2026. 5. 1."], ["2026-05-01"], []),
        (["1.5.2026"], ["2026-05-01"], ["locale-date"]),
        (["01/05/2026"], ["2026-05-01"], ["locale-date"]),
        (["5/13/2026"], ["2026-05-13"], ["locale-date"]),
        (["1/2/2026", "2/1/2026"], ["2026-01-02", "2026-02-01"], ["locale-date"]),
        (["05/13/2026"], ["2026-05-13"], ["locale-date"]),
        (["5/1/2026"], ["2026-05-01"], ["ambiguous-date"]),
        (["5/5/2026"], ["2026-05-05"], []),
    ],
)
def test_the_order_of_dates(days: list[str], found: list[str], codes: list[str]) -> None:
    conversation = wechatlog.load(_txt(*days))
    assert [str(message.time)[:10] for message in conversation] == found
    assert _codes(conversation) == codes


def test_an_ambiguous_date_can_be_said() -> None:
    data = _txt("5/1/2026")
    with pytest.raises(wechatlog.FormatError, match='pass date_order="dmy"'):
        wechatlog.load(data, errors="strict")
    conversation = wechatlog.load(data, date_order="dmy", errors="strict")
    assert str(conversation[0].time) == "2026-01-05 08:00:00"
    with pytest.raises(wechatlog.OptionError, match="date_order: must be one of ymd, dmy, mdy, not 'ydm'"):
        wechatlog.load(data, date_order="ydm")


def test_a_zone_makes_times_aware() -> None:
    found = wechatlog.load(_txt("2026/5/1"), tz="Asia/Tokyo")[0].time
    assert found is not None
    assert found.isoformat() == "2026-05-01T08:00:00+09:00"


# --- fuzz ------------------------------------------------------------------------------------------

_LINES = st.sampled_from(
    [
        "--- 1/2/2026 ---",
        "## 2026/5/1",
        "08:00:00 李四: 早",
        "**08:00:00 李四**: 早",
        "",
        "[图片]",
        "99:99:99 x: y",
        "---",
    ]
)


@given(lines=st.lists(_LINES | st.text(alphabet="早好\u2028: *-#"), max_size=12))
@pytest.mark.parametrize(
    ("name", "first"), [("chatlab-txt", "08:00:00 李四: 起"), ("chatlab-markdown", "**08:00:00 李四**: 起")]
)
def test_no_line_after_the_first_message_is_lost(name: str, first: str, lines: list[str]) -> None:
    day = "--- 2026/5/1 ---" if name == "chatlab-txt" else "## 2026/5/1"
    text = "\n".join(["题", "", "", day, "", first, *lines])
    conversation = wechatlog.load(text.encode(), format=name)
    kept = "\n".join(message.text for message in conversation)
    for character in "起好[":
        assert kept.count(character) >= text.count(character)
