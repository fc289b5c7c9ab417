"""Messages and conversations."""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import pickle
import re
import zoneinfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from wechatlog import Conversation, Emoji, Mention, Message, MessageKind, Metadata, Origin, Participant, Text
from wechatlog.model import Loose, build_message
from wechatlog.segments import Context, Rule, register_segment_rule, unregister_segment_rule


def say(hour: int, sender: str | None, text: str = "好", **fields: object) -> Message:
    return Message(dt.datetime(2026, 5, 1, hour), "second", sender, text=text, **fields)  # type: ignore[arg-type]


@pytest.fixture
def chat() -> Conversation:
    return Conversation(
        [
            say(9, "李四", "早上好[微笑]", sender_id="wxid_lisi0002"),
            say(10, "王五  示例", "@李四 收到"),
            say(11, None, "通知", kind=MessageKind.SYSTEM),
            Message(sender="李四", sender_id="wxid_lisi0002", text="没有时间"),
            say(8, "李老四", "Hello", sender_id="wxid_lisi0002", kind="image"),
        ],
        title="示例群",
        participants=[
            Participant("赵六", "wxid_zhaoliu0004"),
            Participant("李四", "wxid_lisi0002", aliases=("小李",)),
        ],
    )


def test_it_is_a_sequence(chat: Conversation) -> None:
    assert len(chat) == 5
    assert chat[0].sender == "李四"
    assert chat[-1].text == "Hello"
    assert isinstance(chat[1:3], Conversation)
    assert chat[1:3].title == "示例群"
    assert next(reversed(chat)) == chat[-1]
    assert chat[0] in chat


def test_filters(chat: Conversation) -> None:
    assert [m.text for m in chat.by("王五 示例")] == ["@李四 收到"]
    assert len(chat.by("wxid_lisi0002")) == 3
    assert len(chat.of_kind("image", MessageKind.SYSTEM)) == 2
    for wrong in ("2026-05-01", 1777597200, dt.date(2026, 5, 1)):
        with pytest.raises(
            TypeError, match=r"time must be a datetime, not .*; datetime\.datetime\.fromisoformat makes"
        ):
            Message(wrong, text="早")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'picture' is no kind of message; there are: text, image, voice"):
        chat.of_kind("picture")
    assert len(chat.search("hello")) == 1
    assert len(chat.search(re.compile("收到|好"))) == 2


def test_between(chat: Conversation) -> None:
    nine, eleven = dt.datetime(2026, 5, 1, 9), dt.datetime(2026, 5, 1, 11)
    assert [m.time.hour for m in chat.between(nine, eleven) if m.time] == [9, 10]
    assert len(chat.between("2026-05-01", "2026-05-01")) == 4
    assert len(chat.between(dt.date(2026, 5, 2))) == 0
    assert len(chat.between(end="2026-05-01T09:00")) == 1
    with pytest.raises(TypeError, match="naive times; pass a bound without a zone"):
        chat.between(nine.replace(tzinfo=dt.UTC))
    with pytest.raises(ValueError, match=r"'yesterday' is no date \(2026-05-01\) and no time \(2026-05-01T09:30\)"):
        chat.between("yesterday")


def test_between_on_aware_times() -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    chat = Conversation([Message(dt.datetime(2026, 5, 1, 9, tzinfo=zone))], tz=zone)
    assert len(chat.between("2026-05-01", "2026-05-01")) == 1
    assert len(chat.between(dt.datetime(2026, 5, 1, 1, tzinfo=dt.UTC))) == 1
    assert len(chat.between(dt.datetime(2026, 5, 1, 2, tzinfo=dt.UTC))) == 0


def test_sorting_is_stable_and_keeps_the_timeless_in_place(chat: Conversation) -> None:
    assert [m.text for m in chat.sorted()] == ["Hello", "早上好[微笑]", "@李四 收到", "通知", "没有时间"]
    timeless = Conversation([Message(text="a"), say(9, "x"), Message(text="b")])
    assert [m.text for m in timeless.sorted()] == ["a", "好", "b"]


def test_participants(chat: Conversation) -> None:
    assert [(p.name, p.message_count) for p in chat.participants] == [
        ("李四", 3),
        ("王五  示例", 1),
        ("赵六", 0),
    ]
    assert chat.participants[0].aliases == ("小李", "李老四")


def test_segments_use_the_names_of_the_conversation() -> None:
    chat = Conversation([say(9, "王 五"), say(10, "李四", "@王 五 你好"), say(11, "李四", "[强]")])
    assert chat[1].mentions == (Mention("王 五", 0.97, raw="@王 五"),)
    assert chat[2].emoji == (Emoji("[强]", "[强]", chat[2].emoji[0].unicode, raw="[强]"),)
    assert chat[1].segments is chat[1].segments
    assert chat[1:][0].mentions == chat[1].mentions
    assert pickle.loads(pickle.dumps(chat[1:]))[0].mentions == chat[1].mentions


def test_all_segments_are_found_together_without_the_collector() -> None:
    collecting = []

    def note(body: str, position: int, context: Context) -> None:
        collecting.append((body, gc.isenabled()))

    chat = Conversation([say(9, "王 五", "%a"), say(10, "李四", "@王 五 %b"), say(11, "李四", "好")])
    register_segment_rule(Rule("note", ("%",), note))
    try:
        assert gc.isenabled()
        assert chat.find_segments() is chat
        assert gc.isenabled()
        assert collecting == [("%a", False), ("@王 五 %b", False)]
        assert [message.segments for message in chat][2] == (Text("好"),)
        assert chat[1].mentions[0].name == "王 五"
        assert len(collecting) == 2
    finally:
        unregister_segment_rule("note")


def test_text_representations(chat: Conversation) -> None:
    assert str(chat[0]) == "2026-05-01 09:00:00 李四: 早上好[微笑]"
    assert str(chat[2]) == "2026-05-01 11:00:00 * 通知"
    assert str(say(9, "李四", "a\nb")) == "2026-05-01 09:00:00 李四: a b"
    assert str(Message(kind="voice", sender="李四")) == "李四: [voice]"
    assert str(Message(dt.datetime(2026, 5, 1), "day", "李四", text="x")) == "2026-05-01 李四: x"
    assert repr(chat[2]) == "Message(time='2026-05-01 11:00:00', kind=system, text='通知')"
    assert repr(Conversation([say(9, None, "x")] * 2000)).startswith("<Conversation: 2,000 messages, ")
    assert repr(chat) == "<Conversation '示例群': 5 messages, 2 participants, 2026-05-01 08:00 to 2026-05-01 11:00>"
    assert repr(Conversation()) == "<Conversation: 0 messages>"
    assert repr(Conversation([Message(sender="李四")])) == "<Conversation: 1 message, 1 participant>"


def test_built_and_constructed_messages_are_the_same() -> None:
    built = build_message(None, None, "李四", MessageKind.TEXT, "x", origin=Origin("f", 3, 4))
    assert type(built) is Message
    assert built == Message(sender="李四", text="x")
    assert built.origin == Origin("f", 3, 4)
    assert not isinstance(built, Loose)
    with pytest.raises(AttributeError):
        built.text = "y"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        built.unknown = 1  # type: ignore[attr-defined]


def test_constructor_converts_and_refuses() -> None:
    assert Message(kind="image").kind is MessageKind.IMAGE
    assert Message(segments=[Text("x")], text="x").segments == (Text("x"),)
    with pytest.raises(ValueError, match="'x' is no kind of message; there are: text"):
        Message(kind="x")


def test_metadata_is_frozen() -> None:
    metadata = Metadata({"a": [1, {"b": None}], "c": "d"})
    assert metadata["a"] == (1, Metadata({"b": None}))
    assert metadata == {"a": (1, {"b": None}), "c": "d"}
    assert hash(metadata) == hash(Metadata({"c": "d", "a": (1, {"b": None})}))
    assert pickle.loads(pickle.dumps(metadata)) == metadata
    with pytest.raises(AttributeError, match="Metadata is frozen"):
        metadata.x = 1  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="JSON-like values, not set"):
        Metadata({"a": {1}})
    with pytest.raises(TypeError, match="keys are strings, not int"):
        Metadata({1: "a"})  # type: ignore[dict-item]


def _autumn(*unix: int) -> Conversation:
    """Messages of a night in which the clocks go back."""
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    return Conversation([Message(time=dt.datetime.fromtimestamp(time, zone), text=str(time)) for time in unix], tz=zone)


@given(unix=st.lists(st.integers(1_761_433_200, 1_761_448_000), min_size=1, max_size=8))  # 2025-10-26, 01:00 to 04:06
def test_aware_times_compare_by_instant_where_the_clocks_go_back(unix: list[int]) -> None:
    from wechatlog.operations import sessions, statistics

    chat = _autumn(*unix)
    ordered = sorted(unix)
    assert [int(message.text) for message in chat.sorted()] == ordered
    low, high = (dt.datetime.fromtimestamp(time, chat.tz) for time in (1_761_438_000, 1_761_441_600))
    assert [int(message.text) for message in chat.between(low, high)] == [
        t for t in unix if 1_761_438_000 <= t < 1_761_441_600
    ]
    gap = dt.timedelta(minutes=30)
    cuts = sum(after - before > 1800 for before, after in itertools.pairwise(ordered))
    assert len(sessions(chat.sorted(), gap=gap)) == cuts + 1
    numbers = statistics(chat)
    assert numbers.first is not None
    assert numbers.last is not None
    assert (numbers.first.timestamp(), numbers.last.timestamp()) == (ordered[0], ordered[-1])


def test_aware_times_are_equal_by_instant_where_the_clocks_go_back() -> None:
    first, again = (attrs.evolve(_autumn(time)[0], text="") for time in (1_761_438_600, 1_761_442_200))
    assert first.time == again.time  # both are 02:30 in Berlin
    assert first != again
    assert first.time is not None
    other = attrs.evolve(first, time=first.time.astimezone(dt.timezone(dt.timedelta(hours=2))))
    assert (other, hash(other)) == (first, hash(first))
    assert Message(time=dt.datetime(2026, 5, 1)) != Message(time=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))


def test_kinds_that_are_none_are_told_with_the_nearest(chat: Conversation) -> None:
    with pytest.raises(ValueError, match=r"'imag' is no kind of message; did you mean image\?"):
        chat.of_kind("imag")


def test_only_what_is_public_is_listed() -> None:
    listed = {name for name in dir(wechatlog) if not name.startswith("__")}
    assert listed == set(wechatlog.__all__)
