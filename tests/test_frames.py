"""The tables: every field of every message goes into columns and comes back."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from hypothesis import given

import wechatlog
from tests.samples import corpus_conversations
from tests.strategies import conversations
from wechatlog import Conversation, Message
from wechatlog.frames.columns import TABLES, collect, columns_of
from wechatlog.frames.pieces import SEGMENT_FIELDS
from wechatlog.frames.rows import conversation_header, conversation_of, messages_of, read_conversations
from wechatlog.segments import types
from wechatlog.testing import SAMPLE_CONVERSATIONS


def there_and_back(conversation: Conversation) -> list[Conversation]:
    head = conversation_of(conversation_header(conversation))
    return read_conversations(collect(conversation), [head])


@given(conversation=conversations())
def test_nothing_is_lost(conversation: Conversation) -> None:
    assert there_and_back(conversation) == [conversation]


@pytest.mark.parametrize("conversation", SAMPLE_CONVERSATIONS)
def test_nothing_is_lost_of_what_breaks_writers(conversation: Conversation) -> None:
    assert there_and_back(conversation) == [conversation]


def test_nothing_is_lost_of_any_format() -> None:
    for conversation in corpus_conversations():
        assert there_and_back(conversation) == [conversation], conversation


def test_segments_come_back_as_given_or_as_parsed() -> None:
    link = wechatlog.Link("http://a.example/", "标题", raw="标题")
    given_one = Message(text="标题", segments=[link])
    parsed_one = Message(text="[强] http://a.example/")
    columns = collect(Conversation([given_one, parsed_one]))
    assert columns["parsed"] == [False, True]
    first, second = messages_of(columns)
    assert first.given_segments == (link,)
    assert second.given_segments is None
    assert second.segments == parsed_one.segments


def test_a_text_that_was_changed_is_parsed_again() -> None:
    columns = collect(Conversation([Message(text="[强]")]))
    columns["text"] = ["早[微笑]"]
    (message,) = messages_of(columns)
    assert [code.name for code in message.emoji] == ["[微笑]"]


def test_missing_columns_have_their_defaults() -> None:
    (message,) = messages_of({"text": ["早"], "weather": ["rain"]})
    assert message == Message(text="早")


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("time", "2026-05-01", "row 1, column time: must be a datetime, not str"),
        ("text", 5, "row 1, column text: must be a text, not int"),
        ("sender", 5.0, "row 1, column sender: must be a text, not float"),
        ("kind", "whisper", "row 1, column kind: 'whisper' is none of announcement, call, card, "),
    ],
)
def test_what_a_column_cannot_have(column: str, value: object, complaint: str) -> None:
    columns = {name: [None, None] for name in collect(Conversation())}
    columns[column] = [None, value]
    with pytest.raises(ValueError) as caught:
        list(messages_of(columns))
    assert str(caught.value).startswith(complaint)


def test_columns_of_different_lengths_are_told() -> None:
    complaint = "^the columns are of different lengths: text has 2, sender has 1$"
    for read in (read_conversations, lambda columns: list(messages_of(columns))):
        with pytest.raises(ValueError, match=complaint):
            read({"text": ["早", "好"], "sender": ["李四"]})


def test_naive_and_aware_times_do_not_mix() -> None:
    noon = dt.datetime(2026, 5, 1, 12)
    with pytest.raises(ValueError, match=r"^row 2, column time: naive and aware times in one conversation$"):
        list(messages_of({"time": [noon, None, noon.replace(tzinfo=dt.UTC)]}))


def test_a_time_without_precision_stays_without() -> None:
    message = Message(time=dt.datetime(2026, 5, 1), text="早")
    assert there_and_back(Conversation([message])) == [Conversation([message])]
    (other,) = messages_of({"time": [message.time]})
    assert other.precision == "second"


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match=r"^no table 'stickers'; there are: messages, mentions, links, emoji, images"):
        collect(Conversation(), "stickers")
    with pytest.raises(ValueError, match=r"^no column weather in messages; there are: conversation, "):
        collect(Conversation(), names=["text", "weather"])


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
    for table in TABLES:
        found = collect(conversation, table)
        assert list(found) == [column.name for column in columns_of(table)]
        assert len({len(values) for values in found.values()}) == 1
    assert collect(conversation, "mentions", names=["number", "sender", "everyone"]) == {
        "number": [0],
        "sender": ["李四"],
        "everyone": [True],
    }
    assert collect(conversation, "links")["url"] == ["http://a.example/"]
    assert collect(conversation, "emoji")["name"] == ["[微笑]"]
    assert collect(conversation, "images")["label"] == ["图"]
    people = collect(conversation, "participants")
    assert (people["conversation_id"], people["message_count"]) == (["1@chatroom"] * 2, [1, 1])


def test_the_fields_of_pieces_are_those_of_the_classes() -> None:
    fields = {field.name for name in types.__all__ if name != "Segment" for field in attrs.fields(getattr(types, name))}
    assert set(SEGMENT_FIELDS) == fields | {"type"}


def test_a_class_of_ones_own_is_named_by_what_it_inherits_and_kept_as_its_text() -> None:
    @attrs.frozen
    class Address(types.Link):
        street: str = ""

    columns = collect(Conversation([Message(text="家", segments=[Address("http://a.example/", raw="家")])]))
    assert columns["links"] == [["http://a.example/"]]
    assert columns["segments"] == [[{"type": "text", "raw": "家"}]]


def test_a_batch_knows_its_place() -> None:
    conversation = Conversation([Message(text=str(number)) for number in range(5)])
    found = collect(attrs.evolve(conversation, messages=()), messages=conversation.messages[3:], start=3)
    assert (found["number"], found["text"]) == ([3, 4], ["3", "4"])


def test_conversations_are_told_apart() -> None:
    one = Conversation([Message(text="一")], title="李四", id="wxid_lisi00000002")
    two = Conversation([Message(text="二")], title="李四", id="wxid_lisi00000009")
    columns = {
        name: [*values, *other]
        for (name, values), other in zip(collect(one).items(), collect(two).values(), strict=True)
    }
    assert read_conversations(columns) == [one, two]
    assert read_conversations({}, [attrs.evolve(one, messages=())]) == [attrs.evolve(one, messages=())]


def test_conversations_of_one_name_are_told_apart_by_their_numbers() -> None:
    ones = [Conversation([Message(text="一"), Message(text="二")]), Conversation(), Conversation([Message(text="三")])]
    columns = {"text": ["一", "二", "三"]}
    assert read_conversations(columns, ones, [2, 0, 1]) == [*ones]
    assert [len(one) for one in read_conversations(columns, ones)] == [3, 0, 0]
    assert [len(one) for one in read_conversations({"text": ["一"] * 5}, ones, [2, 0, 1])] == [2, 0, 3]


def test_a_row_without_a_conversation_belongs_to_the_only_one() -> None:
    head = Conversation(title="示例群")
    (found,) = read_conversations({"text": ["一", "二"], "conversation": ["示例群", None]}, [head])
    assert (found.title, len(found)) == ("示例群", 2)
    (found,) = read_conversations({"text": ["一"], "conversation": ["x"], "conversation_id": ["x"]})
    assert (found.title, found.id) == (None, "x")
