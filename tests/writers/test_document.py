"""`json`: one document, lossless, streamed both ways, readable in any order of its keys."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.goldens import conversation as example
from tests.goldens import golden
from tests.strategies import conversations
from wechatlog import Conversation, Diagnostic, Message, OptionError
from wechatlog.registry import find_reader, find_writer
from wechatlog.testing import check_reader, check_writer

CORPUS = Path(__file__).parents[1] / "corpus"


def test_what_breaks_writers() -> None:
    for indent in (0, 2):
        check_writer(find_writer("json"), reader=find_reader("json"), options={"indent": indent})


@given(chats=st.lists(conversations(), max_size=3), indent=st.sampled_from([0, 1, 4]))
def test_nothing_is_lost(chats: list[Conversation], indent: int) -> None:
    stream = io.BytesIO()
    wechatlog.dump(iter(chats) if chats else Conversation(), stream, "json", indent=indent)
    assert list(wechatlog.load_archive(stream.getvalue(), format="json")) == (chats or [Conversation()])


@given(conversation=conversations())
def test_other_programs_may_write_it_again(conversation: Conversation) -> None:
    value = json.loads(wechatlog.dumps(conversation, "json"))
    for text in (json.dumps(value, sort_keys=True), json.dumps(value, ensure_ascii=False, indent="\t")):
        assert wechatlog.loads(text, format="json").messages == conversation.messages
        assert wechatlog.loads(text, format="json") == conversation


def test_golden() -> None:
    golden("json/conversation.json", wechatlog.dumps(example(), "json"))
    golden("json/indented.json", wechatlog.dumps([example()[:3], Conversation()], "json", indent=2))


def test_the_shape() -> None:
    value = json.loads(wechatlog.dumps([Conversation([Message(text="早")], title="一"), Conversation()], "json"))
    assert value == {
        "schema": "wechatlog/1",
        "conversations": [
            {
                "title": "一",
                "participants": [],
                "messages": [
                    {"kind": "text", "text": "早", "segments": [{"type": "text", "raw": "早"}], "parsed": True}
                ],
            },
            {"participants": [], "messages": []},
        ],
    }


@pytest.mark.parametrize("indent", ["2", 2])
def test_the_indent_may_be_a_text(indent: object) -> None:
    text = wechatlog.dumps(example()[:2], "json", indent=indent)
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("indent", ["two", -1, 99, True, None, 1.5])
def test_a_bad_indent_is_told(indent: object) -> None:
    with pytest.raises(OptionError, match="indent: expected a number"):
        wechatlog.dumps(example(), "json", indent=indent)


def test_check_reader() -> None:
    samples = [CORPUS / "json" / name for name in ("group.json", "several.json", "sorted-keys.json")]
    check_reader(find_reader("json"), samples)


def test_each_conversation_has_its_own_diagnostics_and_zone() -> None:
    noted = [Diagnostic("bad-line", "first")], [Diagnostic("bad-line", "second")]
    chats = [Conversation([Message(text="早")], title=str(n), diagnostics=entries) for n, entries in enumerate(noted)]
    for form in ("json", "jsonl"):
        found = list(wechatlog.load_archive(wechatlog.dumps(chats, form).encode()))
        assert [[entry.message for entry in chat.diagnostics] for chat in found] == [["first"], ["second"]]


def test_an_assumed_zone_stays_assumed_wherever_it_stands() -> None:
    chat = attrs.evolve(example()[:2], tz_assumed=True)
    value = json.loads(wechatlog.dumps(chat, "json"))
    (item,) = value["conversations"]
    title = item.pop("title")
    item["title"] = title
    assert wechatlog.loads(json.dumps(value)) == chat
    value["conversations"] = [item, json.loads(wechatlog.dumps(example()[:2], "json"))["conversations"][0]]
    assert [c.tz_assumed for c in wechatlog.load_archive(json.dumps(value).encode())] == [True, False]


def test_a_stream_knows_the_title_before_the_first_message() -> None:
    stream = wechatlog.iter_messages(wechatlog.dumps(example(), "json").encode())
    assert next(stream) == example()[0]
    assert (stream.conversation.title, stream.conversation.id) == (example().title, example().id)


def test_several_conversations_in_a_stream_are_named() -> None:
    data = wechatlog.dumps([example()[:1], Conversation(title="二")], "json").encode()
    with pytest.raises(wechatlog.MultipleConversationsError, match="示例读书会, 二"):
        list(wechatlog.iter_messages(data))


def test_the_zone_that_is_asked_for() -> None:
    for form in ("json", "jsonl"):
        aware = wechatlog.loads(wechatlog.dumps(example(), form), tz="UTC")
        assert str(aware.tz) == "UTC"
        assert [message.time for message in aware] == [message.time for message in example()]
        chat = Conversation([Message(text="早", time=wechatlog.loads(TEXT)[0].time, precision="second")])
        given_one = wechatlog.loads(wechatlog.dumps(chat, form), tz="+08:00")
        assert given_one[0].time is not None
        assert given_one[0].time.isoformat() == "2026-05-01T09:00:00+08:00"


TEXT = "> 2026-05-01 09:00:00  李四  \n   \n早  \n   \n"


# --- damage ----------------------------------------------------------------------------------------


def codes(text: str, **options: Any) -> list[tuple[str, int | None]]:
    found = list(wechatlog.load_archive(text.encode(), format="json", **options))
    return [(entry.code, entry.line) for chat in found for entry in chat.diagnostics]


def test_damage_costs_what_it_touches() -> None:
    chats = [Conversation([Message(text=f"{n}{m}") for m in range(3)], title=f"第{n}") for n in range(3)]
    text = wechatlog.dumps(chats, "json")
    for row, column in itertools.product(range(3), range(3)):
        broken = text.replace(f'"text":"{row}{column}"', '"text":?')
        found = list(wechatlog.load_archive(broken.encode(), format="json"))
        assert [chat.title for chat in found] == ["第0", "第1", "第2"]
        kept = [message.text for chat in found for message in chat]
        assert kept == [f"{n}{m}" for n in range(3) for m in range(3) if (n, m) != (row, column)]
        assert any(entry.code == "broken-json" for chat in found for entry in chat.diagnostics)


def test_a_later_schema_is_refused() -> None:
    with pytest.raises(wechatlog.FormatError, match="wechatlog/2"):
        wechatlog.loads('{"schema": "wechatlog/2", "conversations": []}')


@pytest.mark.parametrize("text", ["[]", "{}", '{"conversations": {}}', '{"conversations": []}', "7"])
def test_what_is_no_such_document(text: str) -> None:
    with pytest.raises(wechatlog.FormatError):
        wechatlog.loads(text, format="json")


def test_a_document_without_conversations() -> None:
    text = '{"schema": "wechatlog/1", "conversations": []}'
    assert wechatlog.loads(text) == Conversation()


def test_items_that_are_none() -> None:
    text = '{"schema":"wechatlog/1","conversations":[\n7,\n{"title":7,"messages":[\n8,\n{"kind":"text","text":9}]}]}'
    assert codes(text) == [("bad-line", 2), ("bad-field", 3), ("bad-line", 4), ("bad-field", 5)]
