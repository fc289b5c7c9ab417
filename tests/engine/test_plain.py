"""Objects that a pattern finds are those that parsing gives: with and without patterns, every answer is the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog.diagnostics import Collector
from wechatlog.engine import json_plain
from wechatlog.engine.json_plain import DIGITS, FLAG, NUMBER, SECONDS, TEXT, Plain
from wechatlog.engine.json_stream import Item, iter_json

CORPUS = Path(__file__).parents[1] / "corpus"
FORMATS = [
    "chatlab-json",
    "chatlab-jsonl",
    "weflow-json",
    "weflow-arkme",
    "echotrace-json",
    "ciphertalk-json",
    "weflow-http",
    "chatlog-json",
    "chatlog-webhook",
    "wetrace-js",
]
PLAIN = Plain(
    {"text": TEXT, "at": SECONDS, "own": FLAG, "id": DIGITS, "number": NUMBER},
    {"type": 1, "kind": "文本"},
    optional="id number",
    without="more",
)
SCALARS = st.sampled_from(["早", 'a"b', "a\nb", "}, {", '{"type"', "", "12", "0", 0, 1, 7, -3, 1.5, 10**12, True, None])
OBJECTS = st.fixed_dictionaries(
    {"type": st.sampled_from([1, 1, 1, 2, True, 1.0, "1"]), "kind": st.just("文本")},
    optional={
        **dict.fromkeys(("text", "at", "own", "id", "number", "other"), SCALARS),
        "more": st.sampled_from([None, [], [{"type": 1}, {"type": 1}]]),
    },
)
PLAIN_OBJECTS = st.fixed_dictionaries(
    {
        "type": st.just(1),
        "kind": st.just("文本"),
        "text": st.sampled_from(["早", "晚", "}, {", "["]),
        "at": st.integers(1, 10**11 - 1),
        "own": st.sampled_from([0, 1, True, False]),
    },
    optional={"id": st.just("12"), "other": SCALARS},
)
LAYOUTS = st.sampled_from([{}, {"indent": 2}, {"indent": 0}, {"separators": (",", ":")}])


def _read(text: str, size: int, collector: Collector, plain: dict[str, Plain]) -> list[Item]:
    blocks = [text[begin : begin + size] for begin in range(0, len(text), size)]
    return list(iter_json(blocks, collector, plain=plain))


@given(
    rows=st.lists(st.one_of(OBJECTS, PLAIN_OBJECTS, SCALARS), max_size=12),
    layout=LAYOUTS,
    key=st.sampled_from(["", "messages"]),
    size=st.integers(20, 2000),
    damage=st.none() | st.tuples(st.floats(0, 1), st.sampled_from(["", '"', ",", "}", "\\", "x", "\n", " "])),
)
def test_what_is_found_is_what_is_parsed(
    rows: list[Any], layout: dict[str, Any], key: str, size: int, damage: tuple[float, str] | None
) -> None:
    """Whatever the rows, their white space and the damage: the same values, places and diagnostics."""
    text = json.dumps({key: rows} if key else rows, ensure_ascii=False, **layout)
    if damage is not None:
        at = int(damage[0] * len(text))
        text = text[:at] + damage[1] + text[at + 1 :]
    told, parsed_told = Collector(), Collector()
    found, parsed = (
        _read(text, size, collector, plain) for collector, plain in ((told, {key: PLAIN}), (parsed_told, {}))
    )
    assert told.diagnostics == parsed_told.diagnostics
    assert [(item.key, item.line, item.offset) for item in found] == [(item[0], *item[2:]) for item in parsed]
    for item, whole in zip(found, parsed, strict=True):
        if isinstance(item.value, tuple):
            given = PLAIN.object(item.value)
            assert "more" not in whole.value
            assert given == {
                name: value for name, value in whole.value.items() if name in {*PLAIN.keys, "type", "kind"}
            }
            assert all(type(value) is type(whole.value[name]) for name, value in given.items())
        else:
            assert item.value == whole.value


@pytest.mark.parametrize("layout", [{}, {"indent": 1}, {"separators": (",", ":")}], ids=["line", "indented", "tight"])
def test_most_objects_are_found(layout: dict[str, Any]) -> None:
    rows = [
        {"type": 1, "kind": "文本", "text": f"早 {at}", "at": at, "own": at % 2, "other": None} for at in range(1, 99)
    ]
    found = _read(json.dumps(rows, **layout, ensure_ascii=False), 700, Collector("strict"), {"": PLAIN})
    assert sum(isinstance(item.value, tuple) for item in found) > 80


def test_the_same_key_twice_is_parsed() -> None:
    row = '{"type": 1, "kind": "文本", "text": "早", "at": 5, "own": 0, "text": "晚"}'
    found = _read(f"[{', '.join([row] * 9)}]", 5000, Collector("strict"), {"": PLAIN})
    assert {item.value["text"] for item in found} == {"晚"}


def test_a_text_with_a_picture_of_its_sender_is_parsed() -> None:
    people = [f"wxid_person{number:04}" for number in range(9)]
    rows = [
        {
            "createTime": 1777600000 + number,
            "formattedTime": "2026-05-01 09:46:40",
            "type": "文本消息",
            "content": "早",
            "isSend": 0,
            "senderUsername": person,
            "senderDisplayName": "李四",
            "senderAvatar": f"avatars/{number}.jpg",
        }
        for number, person in enumerate(people)
    ]
    text = json.dumps({"weflow": {}, "session": {"wxid": "1@chatroom"}, "messages": rows}, ensure_ascii=False)
    chat = wechatlog.loads(text, format="weflow-json")
    assert list(chat.metadata["avatars"]) == people


CHATLAB_ROWS = st.fixed_dictionaries(
    {
        "sender": st.sampled_from(["wxid_lisi", "wxid_zhangsan", "1@chatroom", "SYSTEM", ""]),
        "accountName": st.sampled_from(["李四", "我", "", None]),
        "timestamp": st.sampled_from([1777600000, 1777600001, 4102444800, 0, 1777600000000, 1777600000.5, None]),
        "type": st.sampled_from([0, 0, 0, 0, 1, 7, 25, 80, 81, 4711, False]),
        "content": st.sampled_from(
            ["早", " 早", '"早"', "[图片]", "", '"李四" 撤回了一条消息', "https://example.invalid"]
        ),
    },
    optional={
        "groupNickname": st.sampled_from(["小李", ""]),
        "platformMessageId": st.sampled_from(["12", "012", "x", f"wechatlog-{'0' * 16}-1", "id:7", "", 12, 2**60]),
        "replyToMessageId": st.sampled_from(["12", "x"]),
        "chatRecords": st.just([]),
    },
)


@given(
    rows=st.lists(CHATLAB_ROWS, min_size=1, max_size=8),
    generator=st.sampled_from(["WeFlow", "CipherTalk", "wechatlog", "ChatLab"]),
    owner=st.sampled_from([None, "wxid_lisi"]),
    times=st.integers(1, 9),
)
def test_runs_of_chatlab_say_what_objects_say(
    rows: list[dict[str, Any]], generator: str, owner: str | None, times: int
) -> None:
    """Whatever the rows: messages, places, diagnostics and columns are those of objects that were all parsed."""
    said = {
        "chatlab": {"version": "0.0.2", "generator": generator},
        "meta": {"name": "群", "type": "group", "ownerId": owner},
        "members": [{"platformId": "wxid_lisi", "accountName": "李四"}],
        "messages": rows * times,
    }
    plain = json.dumps(said, ensure_ascii=False, indent=1)
    found = wechatlog.loads(plain, format="chatlab-json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_plain, "_MOST", 0)
        parsed = wechatlog.loads(plain, format="chatlab-json")
    assert found == parsed
    assert [message.origin for message in found] == [message.origin for message in parsed]
    assert found.diagnostics == parsed.diagnostics
    scan = wechatlog.scan(plain.encode(), format="chatlab-json")
    assert pa.table(scan).to_pylist() == parsed.to_arrow().to_pylist()
    assert sorted(scan.diagnostics, key=str) == sorted(parsed.diagnostics, key=str)


def _cases() -> list[Path]:
    return [
        path
        for name in FORMATS
        for path in sorted((CORPUS / name).iterdir())
        if path.is_file()
        and path.suffix in ((".jsonl",) if name.endswith("jsonl") else (".json", ".js"))
        and not path.name.startswith("_")
    ]


def _answers(path: Path, text: str, form: str) -> Any:
    named = f"{path.stem}{path.suffix}"
    try:
        chats = list(wechatlog.load_archive([text_file(path, text)], format=form))
    except wechatlog.WechatlogError as error:
        return named, str(error)
    return [(chat, [message.origin for message in chat], chat.diagnostics) for chat in chats]


def text_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("case", _cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus_says_the_same_without_patterns(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case, and each with its messages twelve times, so that most of them are found."""
    text = case.read_text(encoding="utf-8", errors="replace")
    start = re.search(r'\[\s*(?=\{\s*"(?:seq|sender|localId|createTime|id|talker|type)")', text)
    texts = [text]
    if case.suffix == ".jsonl":
        lines = re.findall(r"[^\n]*\n|[^\n]+", text)
        texts.append("".join(line * 12 if '"message"' in line else line for line in lines))
    if start is not None:
        try:
            _, end = json.JSONDecoder(strict=False).raw_decode(text, start.end())
        except ValueError:
            end = start.end()
        first = text[start.end() : end]
        texts.append(text[: start.end()] + f"{first},{start.group()[1:]}" * 12 + text[start.end() :])
    for whole in texts:
        path = tmp_path / case.name
        found = _answers(path, whole, case.parent.name)
        with monkeypatch.context() as patch:
            patch.setattr(json_plain, "_MOST", 0)
            assert _answers(path, whole, case.parent.name) == found
