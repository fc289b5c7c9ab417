"""Whom mentions mean, and by which names they are found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import wechatlog
from tests.cost import assert_linear
from wechatlog import Conversation, Message, Participant
from wechatlog.operations import ResolvedMention, identities, resolve_mentions
from wechatlog.segments.types import Mention, Quote, Text

NINE = dt.datetime(2026, 5, 1, 9)


def resolved(chat: Conversation) -> list[tuple[str, str | None, str | None]]:
    return [
        (found.mention.name, found.participant and found.participant.name, found.reason)
        for found in resolve_mentions(chat)
    ]


def chat(*messages: tuple[str, str], members: tuple[Participant, ...] = ()) -> Conversation:
    return Conversation([Message(NINE, "second", sender, text=text) for sender, text in messages], participants=members)


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("@张三 早", "张三", "name"),
        ("@老张\u2005早", "张三", "name"),
        ("@李四-示例公司-产品 早", "李四-示例公司-产品", "name"),
        ("@李四 早", "李四-示例公司-产品", "part"),
        ("@李四-别的公司 早", "李四-示例公司-产品", "part"),
        ("@TOM lin\u2005早", "Tom Lin", "spelling"),
        ("@王五 早", None, None),
        ("@赵六 早", None, None),
        ("@北京 早", None, None),
        ("@产品 早", None, None),
        ("@钱 早", None, None),
        ("@所有人 早", None, "everyone"),
    ],
)
def test_by_name(text: str, name: str | None, reason: str | None) -> None:
    conversation = chat(
        ("张三", "早"),
        ("李四-示例公司-产品", "早"),
        ("Tom Lin", "早"),
        ("王五-甲公司", "早"),
        ("王五-乙公司", "早"),
        ("北京-钱七", "早"),
        ("产品-孙八", "早"),
        ("钱", "早") if name else ("钱某", "早"),
        ("周九", text),
        members=(Participant("张三", aliases=("老张",)),),
    )
    assert [found[1:] for found in resolved(conversation)] == [(name, reason)]


def test_by_id() -> None:
    segments = [Mention("谁", 0.7, raw="@谁 ", id="wxid_lisi00000002"), Text("早")]
    conversation = Conversation(
        [
            Message(NINE, "second", "李四", "wxid_lisi00000002", text="早"),
            Message(NINE, "second", "张三", text="@谁 早", segments=segments),
            Message(NINE, "second", "张三", text="@他\u2005", segments=[Mention("他", raw="@他\u2005", id="wxid_new")]),
        ]
    )
    first, second = resolve_mentions(conversation)
    assert (first.participant, first.confidence, first.reason) == (conversation.participants[0], 0.99, "id")
    assert (second.participant, second.reason) == (Participant("他", "wxid_new"), "id")
    assert isinstance(first, ResolvedMention)
    lines = wechatlog.dumps(conversation, "jsonl")
    assert '"id":"wxid_lisi00000002"' in lines.replace(" ", "")
    assert wechatlog.loads(lines) == conversation


def test_confidence_is_that_of_the_weaker_part() -> None:
    found = resolve_mentions(chat(("李四-示例公司", "早"), ("张三", "@李四，早 @李四-示例公司 @李四-别处\u2005")))
    assert [(entry.reason, entry.confidence) for entry in found] == [("part", 0.4), ("name", 0.97), ("part", 0.7)]


def test_with_what_is_known_of_people() -> None:
    conversation = chat(("李四", "早"), ("张三", "@老李头\u2005早"))
    assert resolve_mentions(conversation)[0].participant is None
    people = identities(conversation).confirm("李四", "老李头")
    found = resolve_mentions(conversation, people)[0]
    assert (found.participant and found.participant.name, found.reason, found.confidence) == ("李四", "people", 0.95)


def test_who_is_quoted() -> None:
    quoted = [Quote("三哥-示例公司", "谁有内六角扳手"), Text("我有")]
    conversation = Conversation(
        [
            Message(NINE, "second", "张三", text="谁有内六角扳手"),
            Message(NINE, "second", "李四", kind="quote", text="我有", segments=quoted),
            Message(NINE, "second", "李四", text="@三哥-示例公司\u2005给你"),
        ]
    )
    (found,) = resolve_mentions(conversation, identities(conversation))
    assert (found.participant and found.participant.name, found.reason, found.confidence) == ("张三", "quote", 0.8)


def test_who_answers() -> None:
    messages = []
    for number in range(6):
        start = NINE + dt.timedelta(hours=number)
        messages.append(Message(start, "second", "张三", text="@小李子\u2005在吗"))
        messages.append(Message(start + dt.timedelta(seconds=20), "second", "李四", text="在"))
    conversation = Conversation(messages)
    found = resolve_mentions(conversation, identities(conversation))[0]
    assert (found.participant and found.participant.name, found.reason) == ("李四", "answer")
    assert 0.5 < found.confidence < 0.9
    assert resolve_mentions(conversation)[0].participant is None


def test_time_is_linear() -> None:
    def run(count: int) -> None:
        messages = [
            Message(NINE, "second", f"成员{number}号-示例公司", text=f"@成员{number // 2}号\u2005早")
            for number in range(count)
        ]
        assert len(resolve_mentions(Conversation(messages))) == count

    assert_linear(run, 4000)


# --- names from elsewhere ------------------------------------------------------------------------------


def test_names_of_other_files() -> None:
    conversation = chat(("张三", "@Mia Lin 有一套"))
    assert conversation[0].mentions[0].name == "Mia"
    named = conversation.with_names(["Mia Lin"])
    assert named == conversation
    assert (named[0].mentions[0].name, named[0].mentions[0].confidence) == ("Mia Lin", 0.97)
    assert {"Mia Lin", "张三"} <= named.known_names
    assert conversation[0].mentions[0].name == "Mia"


def test_a_folder_that_shares_its_names(tmp_path: Path) -> None:
    other = Conversation([Message(NINE, "second", "张三", text="@Mia Lin 早")], title="另一群")
    days = [
        Conversation([Message(NINE, "second", "张三", text="@Mia Lin 有一套")], title="修车 2026-05-01"),
        Conversation([Message(NINE, "second", "Mia Lin", text="早")], title="修车 2026-05-02"),
        other,
    ]
    for number, day in enumerate(days):
        wechatlog.dump(day, tmp_path / f"{number}.jsonl")
    alone = [
        [mention.name for message in day for mention in message.mentions] for day in wechatlog.load_archive(tmp_path)
    ]
    assert alone == [["Mia"], [], ["Mia"]]
    archive = wechatlog.load_archive(tmp_path, shared_names=True)
    for _ in range(2):
        assert [[mention.name for message in day for mention in message.mentions] for day in archive] == [
            ["Mia Lin"],
            [],
            ["Mia"],
        ]
    assert list(archive) == days


def test_a_stream_that_learns_first(tmp_path: Path) -> None:
    path = tmp_path / "chat.markdown"
    wechatlog.dump(chat(("张三", "@Mia Lin 有一套"), ("Mia Lin", "早")), path)
    assert next(wechatlog.iter_messages(path)).mentions[0].name == "Mia"
    stream = wechatlog.iter_messages(path, learn_names=True)
    assert [[mention.name for mention in message.mentions] for message in stream] == [["Mia Lin"], []]
    assert stream.conversation.members == ()
