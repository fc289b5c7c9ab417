"""The tables: every field of every message goes into columns and comes back."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from hypothesis import given

import wechatlog
from tests.strategies import conversations
from wechatlog import Conversation, Message, frames
from wechatlog.testing import SAMPLE_CONVERSATIONS

CORPUS = Path(__file__).parent / "corpus"


def there_and_back(conversation: Conversation) -> list[Conversation]:
    head = frames.conversation_of(frames.conversation_header(conversation))
    return frames.read_conversations(frames.collect(conversation), [head])


@given(conversation=conversations())
def test_nothing_is_lost(conversation: Conversation) -> None:
    assert there_and_back(conversation) == [conversation]


@pytest.mark.parametrize("conversation", SAMPLE_CONVERSATIONS)
def test_nothing_is_lost_of_what_breaks_writers(conversation: Conversation) -> None:
    assert there_and_back(conversation) == [conversation]


def test_nothing_is_lost_of_any_format() -> None:
    for conversation in wechatlog.load_archive(CORPUS):
        assert there_and_back(conversation) == [conversation], conversation


def test_segments_come_back_as_given_or_as_parsed() -> None:
    link = wechatlog.Link("http://a.example/", "标题", raw="标题")
    given_one = Message(text="标题", segments=[link])
    parsed_one = Message(text="[强] http://a.example/")
    columns = frames.collect(Conversation([given_one, parsed_one]))
    assert columns["parsed"] == [False, True]
    first, second = frames.messages_of(columns)
    assert first.given_segments == (link,)
    assert second.given_segments is None
    assert second.segments == parsed_one.segments


def test_a_text_that_was_changed_is_parsed_again() -> None:
    columns = frames.collect(Conversation([Message(text="[强]")]))
    columns["text"] = ["早[微笑]"]
    (message,) = frames.messages_of(columns)
    assert [code.name for code in message.emoji] == ["[微笑]"]


def test_missing_columns_have_their_defaults() -> None:
    (message,) = frames.messages_of({"text": ["早"], "weather": ["rain"]})
    assert message == Message(text="早")


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("time", "2026-05-01", "row 1: time must be a datetime, not str"),
        ("text", 5, "row 1: text must be a text, not int"),
        ("sender", 5.0, "row 1: sender must be a text, not float"),
        ("kind", "whisper", "row 1: 'whisper' is not a valid MessageKind"),
    ],
)
def test_what_a_column_cannot_have(column: str, value: object, complaint: str) -> None:
    columns = {name: [None, None] for name in frames.collect(Conversation())}
    columns[column] = [None, value]
    with pytest.raises(ValueError) as caught:
        list(frames.messages_of(columns))
    assert str(caught.value) == complaint


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match=r"^no table 'stickers'; there are: messages, mentions, links, emoji, images"):
        frames.collect(Conversation(), "stickers")
    with pytest.raises(ValueError, match=r"^no column weather in messages; there are: conversation, "):
        frames.collect(Conversation(), names=["text", "weather"])


def test_the_tables_of_what_is_in_the_messages() -> None:
    image = wechatlog.Image("http://a.example/1.jpg", "图", raw="")
    conversation = Conversation(
        [
            Message(sender="李四", text="@所有人 早[微笑] http://a.example/"),
            Message(sender="王五", text="", segments=[image]),
        ],
        title="示例群",
        id="1@chatroom",
    )
    for table in frames.TABLES:
        found = frames.collect(conversation, table)
        assert list(found) == [column.name for column in frames.columns_of(table)]
        assert len({len(values) for values in found.values()}) == 1
    assert frames.collect(conversation, "mentions", names=["number", "sender", "everyone"]) == {
        "number": [0],
        "sender": ["李四"],
        "everyone": [True],
    }
    assert frames.collect(conversation, "links")["url"] == ["http://a.example/"]
    assert frames.collect(conversation, "emoji")["name"] == ["[微笑]"]
    assert frames.collect(conversation, "images")["label"] == ["图"]
    people = frames.collect(conversation, "participants")
    assert (people["conversation_id"], people["message_count"]) == (["1@chatroom"] * 2, [1, 1])


def test_a_batch_knows_its_place() -> None:
    conversation = Conversation([Message(text=str(number)) for number in range(5)])
    found = frames.collect(attrs.evolve(conversation, messages=()), messages=conversation.messages[3:], start=3)
    assert (found["number"], found["text"]) == ([3, 4], ["3", "4"])


def test_conversations_are_told_apart() -> None:
    one = Conversation([Message(text="一")], title="李四", id="wxid_lisi00000002")
    two = Conversation([Message(text="二")], title="李四", id="wxid_lisi00000009")
    columns = {
        name: [*values, *other]
        for (name, values), other in zip(frames.collect(one).items(), frames.collect(two).values(), strict=True)
    }
    assert frames.read_conversations(columns) == [one, two]
    assert frames.read_conversations({}, [attrs.evolve(one, messages=())]) == [attrs.evolve(one, messages=())]
