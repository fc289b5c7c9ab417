"""Pseudonyms go to people, not to strings: parts of names, the owner, everyday words, several chats, the book."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.cost import assert_linear
from tests.strategies import conversations
from wechatlog import Conversation, Message, Participant
from wechatlog.operations import Pseudonyms, identities, pseudonymize, pseudonymize_archive
from wechatlog.operations.identity.names import is_everyday_word, looks_like_a_full_name, personal_parts
from wechatlog.segments.types import Mention, Text

NINE = dt.datetime(2026, 5, 1, 9)
DASHES = "- - - - - - - - - - - - - - -"


def say(sender: str | None, text: str, **fields: Any) -> Message:
    return Message(NINE, "second", sender, text=text, **fields)


def chat(*messages: tuple[str, str]) -> Conversation:
    return Conversation([say(sender, text) for sender, text in messages])


def last(conversation: Conversation, **options: Any) -> str:
    return pseudonymize(conversation, **options)[-1].text


# --- parts of names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("张三-示例公司-产品-上海", ("张三",)),
        ("张三（示例公司）", ("张三",)),
        ("【示例】张三丰", ("示例", "张三丰")),
        ("上海-张三", ("张三",)),
        ("产品经理_李四", ("李四",)),
        ("产品-李四-示例公司", ("李四",)),
        ("阳光-李四-示例公司", ("阳光", "李四")),
        ("Tom Lin", ("Tom",)),
        ("欧阳小明|示例", ("欧阳小明",)),
        ("张三", ()),
        ("张-示例公司", ()),
        ("北京-产品", ()),
        ("12345-示例", ()),
        ("---", ()),
        ("", ()),
    ],
)
def test_personal_parts(name: str, parts: tuple[str, ...]) -> None:
    assert personal_parts(name) == parts


def test_what_looks_like_a_name() -> None:
    assert all(map(looks_like_a_full_name, ("张三", "李四光", "欧阳小明", "司马光")))
    assert not any(map(looks_like_a_full_name, ("高兴", "方便", "周末", "示例", "张", "张三李四王", "Tom", "")))
    assert all(map(is_everyday_word, ("收到", "产品", "高兴", "UI", "app", "Java")))
    assert not any(map(is_everyday_word, ("张三", "Summer", "小满", "Tom", "张伟")))


def test_a_part_is_the_person() -> None:
    conversation = chat(("张三-示例公司-产品", "早"), ("李四", "张三早，@张三 早，@张三-示例公司-产品 也早"))
    assert last(conversation) == "P1早，@P1 早，@P1 也早"
    book = Pseudonyms()
    pseudonymize(conversation, book)
    assert book["张三"] == book["张三-示例公司-产品"] == "P1"
    assert "示例公司" not in book


def test_a_part_that_two_have_is_nobodys() -> None:
    conversation = chat(("张三-甲公司", "早"), ("张三-乙公司", "早"), ("李四", "问张三，问@张三 也行"))
    assert last(conversation) == "问P4，问@P4 也行"


def test_a_name_that_two_have_is_not_that_of_a_third() -> None:
    accounts = [say("李四", "早", sender_id=id_) for id_ in ("wxid_lisi0001", "wxid_lisi0002")]
    conversation = Conversation([*accounts, say("李四-示例公司", "@李四 早，李四")])
    book = Pseudonyms()
    first = pseudonymize(conversation, book)
    assert first[-1].text == "@P4 早，P4"
    assert pseudonymize(conversation, book) == first


def test_who_has_the_name_itself_comes_first() -> None:
    conversation = chat(("张三-甲公司", "早"), ("张三", "早"), ("李四", "问张三"))
    assert [message.sender for message in pseudonymize(conversation)] == ["P1", "P2", "P3"]
    assert last(conversation) == "问P2"
    order = chat(("李四", "问@张三"), ("张三-甲公司", "早"), ("张三", "早"))
    assert pseudonymize(order)[0].text == "问@P2"


def in_turn(*senders: str, title: str = "群", minutes: int = 0) -> Conversation:
    """A message of each, a minute apart."""
    times = [NINE + dt.timedelta(minutes=minutes + number) for number in range(len(senders))]
    return Conversation(
        [Message(time, "second", sender, text="早") for time, sender in zip(times, senders, strict=True)], title=title
    )


@pytest.mark.parametrize(
    ("senders", "shown", "alike"),
    [
        ("张三 李四 张三 张三-示例公司 李四 张三-示例公司", "P1 P2 P1 P1 P2 P1", ()),
        ("张三-示例公司 张三-示例公司-上海", "P1 P1", ()),
        ("张三 张三-示例公司 张三", "P1 P2 P1", (("张三", "张三-示例公司"),)),
        ("张三-甲公司 张三-乙公司", "P1 P2", (("张三-乙公司", "张三-甲公司"),)),
        ("张三 张三-甲公司 张三-乙公司", "P1 P2 P3", None),
        ("上海-张三 上海-李四", "P1 P2", ()),
        ("张 张-示例公司", "P1 P2", ()),
    ],
)
def test_who_changed_a_name_is_one_and_who_may_have_is_reported(
    senders: str, shown: str, alike: tuple[tuple[str, str], ...] | None
) -> None:
    book = Pseudonyms()
    assert [message.sender for message in pseudonymize(in_turn(*senders.split()), book)] == shown.split()
    assert book.report.alike == alike or (alike is None and len(book.report.alike) == 3)


def test_who_had_no_id_first_is_the_account_with_the_longer_name() -> None:
    first, second = in_turn("张三", "李四"), in_turn("张三-示例公司", minutes=5)
    second = Conversation([attrs.evolve(second[0], sender_id="wxid_a")], title="群")
    assert [message.sender for chat in pseudonymize_archive([first, second]) for message in chat] == ["P1", "P2", "P1"]


def test_names_of_two_groups_are_not_one_person() -> None:
    first, second = in_turn("张三"), in_turn("张三-示例公司", title="别的群", minutes=5)
    assert [chat[0].sender for chat in pseudonymize_archive([first, second])] == ["P1", "P2"]


@pytest.mark.parametrize("is_archive", [True, False])
def test_a_third_in_another_chat_leaves_them_two(is_archive: bool) -> None:
    chats = [in_turn("张三", "张三-甲公司"), in_turn("张三-乙公司", title="别的群", minutes=5)]
    book = Pseudonyms()
    if is_archive:
        list(pseudonymize_archive(chats, book))
    else:
        for conversation in chats:
            book.learn(conversation)
        for conversation in chats:
            pseudonymize(conversation, book)
    assert len({book["张三"], book["张三-甲公司"], book["张三-乙公司"]}) == 3


def test_a_veto_counts_for_names_too() -> None:
    conversation = in_turn("张三", "张三-示例公司")
    people = identities(conversation)
    assert len(people) == 1
    vetoed = attrs.evolve(identities(in_turn("张三")), vetoes=(("张三", "张三-示例公司"),))
    assert [message.sender for message in pseudonymize(conversation, people=vetoed)] == ["P1", "P2"]


def test_the_order_of_messages_does_not_matter_for_parts() -> None:
    conversation = chat(("李四", "@张三 在吗，张三？"), ("张三-甲公司", "在"))
    result = pseudonymize(conversation)
    assert (result[0].text, result[1].sender) == ("@P2 在吗，P2？", "P2")


# --- everyday words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到", "收到"),
        ("收到，谢谢", "收到，谢谢"),
        ("@收到 看下", "@P1 看下"),
        ("＠收到 看下", "＠P1 看下"),
        ("收到老师说得对", "P1老师说得对"),
        ("收到总来了，收到总结", "P1总来了，收到总结"),
        ("收到哥，收到哥们的信", "P1哥，收到哥们的信"),
        ("我叫收到，大家好", "我叫P1，大家好"),
        ("我叫收到的人来", "我叫收到的人来"),
        (f"「收到：早」\n{DASHES}\n好", f"「P1：早」\n{DASHES}\n好"),
        ("收到 2026-05-01 09:00:00\n早", "收到 2026-05-01 09:00:00\n早"),
    ],
)
def test_an_everyday_word_is_replaced_where_it_is_a_name(text: str, expected: str) -> None:
    conversation = Conversation([say("收到", "早"), say("李四", text)])
    assert last(conversation) == expected


def test_the_report_tells_what_and_where_and_how_often() -> None:
    book = Pseudonyms()
    conversation = chat(
        ("收到", "收到"),
        ("张三-示例公司", "感谢收到！我是收到的朋友"),
        ("李四", "@收到 张三说收到老师好，打 13800138000"),
        ("丹青客", "早"),
        ("李四", "丹青客，丹青客，丹青客"),
    )
    pseudonymize(conversation, book)
    found = {name.name: name for name in book.report.names}
    word = found["收到"]
    assert (word.pseudonym, word.is_word) == ("P1", True)
    assert (word.sender, word.named, word.text, word.left, word.doubtful) == (1, 1, 1, 3, 2)
    assert word.examples == (
        "感谢收到！我是收到的朋友",
        "感谢收到！我是收到的朋友",
        "@收到 张三说收到老师好，打 138001",
    )
    assert (found["张三"].text, found["张三"].pseudonym, found["张三-示例公司"].sender) == (1, "P2", 1)
    assert [name.name for name in book.report.doubtful] == ["收到", "丹青客"]
    assert (book.report.replaced_in_text, book.report.replaced_words) == (5, 1)
    assert book.report.masked == (("phone", 1),)
    value = json.loads(json.dumps(book.report.to_dict()))
    assert value["masked"] == {"phone": 1}
    assert [name["name"] for name in value["names"] if name["is_doubtful"]] == ["收到", "丹青客"]


# --- the owner ---------------------------------------------------------------------------------------------


def test_the_owner_is_one_person() -> None:
    conversation = Conversation(
        [say("我", "早", is_self=True), say("李四", "张三早", is_self=False)],
        owner="张三",
        is_group=True,
    )
    result = pseudonymize(conversation)
    assert (result[0].sender, result[1].text, result.owner) == ("P1", "P1早", "P1")
    unsaid = Conversation([say("我", "早"), say("李四", "张三早")], owner="张三")
    assert [message.text for message in pseudonymize(unsaid)] == ["早", "P1早"]
    members = [Participant("张三", "wxid_zhangsan0001", is_self=True), Participant("李四")]
    result = pseudonymize(Conversation([say("李四", "问张三"), say("我", "早", is_self=True)], participants=members))
    assert result[0].text == f"问{result[1].sender}"


def test_two_owners_stay_two() -> None:
    messages = [
        say("我", "早", is_self=True, sender_id="wxid_zhangsan0001"),
        say("张三", "早", is_self=True, sender_id="wxid_lisi00000002"),
    ]
    assert [message.sender for message in pseudonymize(Conversation(messages))] == ["P1", "P2"]


def test_the_owners_name_from_elsewhere() -> None:
    book = Pseudonyms()
    book.same("我", "张三", "张老三")
    assert pseudonymize(chat(("我", "早"), ("李四", "张三早，张老三早")), book)[1].text == "P1早，P1早"


# --- people ------------------------------------------------------------------------------------------------


def test_people_have_one_pseudonym() -> None:
    conversation = chat(("张三", "早"), ("老张", "早"), ("王五", "张三和老张"))
    people = identities(conversation).confirm("张三", "老张")
    result = pseudonymize(conversation, people=people)
    assert [message.sender for message in result] == ["P1", "P1", "P2"]
    assert result[2].text == "P1和P1"
    apart = pseudonymize(conversation, people=identities(conversation).veto("张三", "老张"))
    assert [message.sender for message in apart] == ["P1", "P2", "P3"]


def test_people_of_several_accounts() -> None:
    conversation = Conversation(
        [
            say("张三", "一", sender_id="wxid_zhangsan0001"),
            say("张三", "二", sender_id="wxid_zhangsan0002"),
            say("李四", "问张三"),
        ]
    )
    assert [message.sender for message in pseudonymize(conversation)] == ["P1", "P2", "P3"]
    people = identities(conversation).confirm("wxid_zhangsan0001", "wxid_zhangsan0002")
    result = pseudonymize(conversation, people=people)
    assert [message.sender for message in result] == ["P1", "P1", "P2"]
    assert result[2].text == "问P1"


@given(conversations())
def test_knowing_people_leaves_no_more_names(conversation: Conversation) -> None:
    people = identities(conversation)
    result = pseudonymize(conversation, people=people)
    assert len(result) == len(conversation)
    for before, after in zip(conversation, result, strict=True):
        person = people.find(before.sender, before.sender_id)
        if person is not None and before.sender_id:
            others = [m for m in conversation if m.sender_id in person.ids]
            assert {result[list(conversation).index(m)].sender_id for m in others} == {after.sender_id}


def test_mentions_with_an_id() -> None:
    segments = [Mention("三哥", raw="@三哥 ", id="wxid_zhangsan0001"), Text("早")]
    conversation = Conversation(
        [say("张三", "早", sender_id="wxid_zhangsan0001"), say("李四", "@三哥 早", segments=segments)]
    )
    assert pseudonymize(conversation)[1].segments == (Mention("P1", raw="@P1 ", id="P1"), Text("早"))


# --- several chats -----------------------------------------------------------------------------------------


def test_all_is_learnt_before_anything_is_rewritten() -> None:
    one, two = chat(("张三", "李四说李四光明来")), chat(("李四", "早"), ("李四光明", "早"))
    first, second = pseudonymize_archive([one, two])
    assert first[0].text == "P2说P3来"
    assert [message.sender for message in second] == ["P2", "P3"]
    assert [first, second] == list(pseudonymize_archive(iter([one, two])))
    with pytest.raises(TypeError, match="a book has its own options; give style to Pseudonyms"):
        pseudonymize_archive([one], Pseudonyms(), style="stems")


def test_an_archive_is_read_twice_and_not_kept(tmp_path: Path) -> None:
    wechatlog.dump(chat(("张三", "李四来")), tmp_path / "1.jsonl")
    wechatlog.dump(chat(("李四", "早")), tmp_path / "2.jsonl")
    shown = pseudonymize_archive(wechatlog.load_archive(tmp_path))
    assert [[message.text for message in conversation] for conversation in shown] == [["P2来"], ["早"]]


def test_a_name_of_several_people_and_of_the_group() -> None:
    members = [Participant("小满"), Participant("李四", aliases=["小满"])]
    conversation = Conversation([say("王五", "早")], title="小满", is_group=True, participants=members)
    book = Pseudonyms()
    first = pseudonymize(conversation, book)
    assert (first[0].sender, first.title, *(who.name for who in first.members)) == ("P1", "G1", "P2", "P3")
    assert pseudonymize(conversation, book) == first
    assert pseudonymize(conversation, Pseudonyms.from_json(book.to_json())) == first


def test_who_has_the_name_of_a_group_that_is_its_id_is_a_person() -> None:
    several = [say("小满", "早", sender_id=id_) for id_ in ("wxid_lisi0001", "wxid_lisi0002", None, None)]
    conversation = Conversation(several, title="小满", id="小满", is_group=True)
    shown = pseudonymize(conversation)
    assert (shown.title, *(message.sender for message in shown)) == ("G1", "P1", "P2", "P3", "P3")


@given(st.lists(conversations(), max_size=3))
@example([chat(("李四", "12345@chatroomgh_abcdef0张三gh_abcdef0"))])  # of an account only a text tells
@example(  # 我 has the id of a group: the two are not one
    [
        Conversation([say(None, "@", is_self=True)], title="", id="我", is_group=True),
        Conversation(
            [say("我", "@我", is_self=False)],
            owner="1",
            participants=[Participant("1"), Participant("我", id="我", is_self=True)],
        ),
    ]
)
@example(  # a sender has the id of a group, and a name that is another person's
    [
        Conversation(id="a", owner="李四"),
        Conversation([say("李四", "早", sender_id="a"), say("李四", "早", is_self=False)], is_group=True),
    ]
)
@example(  # a name is that of a group and of two people
    [
        Conversation(title="小满", is_group=True),
        Conversation([say("王五", "小满"), say("小满", "早")]),
        Conversation([say("小满", "早", sender_id="wxid_lisi0001")]),
    ]
)
def test_several_are_as_one_book(several: list[Conversation]) -> None:
    book = Pseudonyms()
    shown = list(pseudonymize_archive(several, book))
    assert [pseudonymize(conversation, book) for conversation in several] == shown


# --- forwards as text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "周九州 2026-05-01 09:00:00\n早\n吴十 2026-05-01 09:00:05\n早",
            "P2 2026-05-01 09:00:00\n早\nP3 2026-05-01 09:00:05\n早",
        ),
        ("周九州和吴十的聊天记录\n周九州: 早\n吴十: 早", "P2和P3的聊天记录\nP2: 早\nP3: 早"),
        (
            "群聊的聊天记录\n—————  2026-05-01  —————\n\n周九州  09:00\n\n早",
            "群聊的聊天记录\n—————  2026-05-01  —————\n\nP2  09:00\n\n早",
        ),
        ("「周九州:早」好", "「P2:早」好"),
        ("周九州：早", "P2：早"),
        ("活动时间 2026-05-01 09:00\n老槐树下", "活动时间 2026-05-01 09:00\n老槐树下"),
        ("时间：九点\n地点：老槐树下\n备注：带水", "时间：九点\n地点：老槐树下\n备注：带水"),
        ("「原则：先来后到」", "「原则：先来后到」"),
        ("不小心删除了之前的聊天记录", "不小心删除了之前的聊天记录"),
        ("我和他的聊天记录里写着：九点", "我和他的聊天记录里写着：九点"),
    ],
)
def test_heads_of_pasted_lines(text: str, expected: str) -> None:
    assert last(chat(("李四", text))) == expected


# --- the book ----------------------------------------------------------------------------------------------


def test_keyed_pseudonyms_do_not_depend_on_what_else_is_there() -> None:
    one = Conversation([say("张三", "早", sender_id="wxid_zhangsan0001"), say("李四", "早")])
    two = Conversation([say("王五", "早"), say("老张", "早", sender_id="wxid_zhangsan0001"), say("李四", "早")])
    first = pseudonymize(one, style="keyed", key="secret")
    second = pseudonymize(two, style="keyed", key="secret")
    assert (first[0].sender, first[1].sender) == (second[1].sender, second[2].sender)
    assert str(first[0].sender).startswith("P")
    assert len(str(first[0].sender)) == 9
    assert pseudonymize(one, style="keyed", key="another")[0].sender != first[0].sender
    book = Pseudonyms(style="keyed")
    shown = pseudonymize(one, book)
    assert pseudonymize(one, Pseudonyms(style="keyed")) != shown
    copy = Pseudonyms.from_json(book.to_json())
    assert pseudonymize(two, copy)[1].sender == shown[0].sender


def test_a_book_is_private(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    book = Pseudonyms(keep=["收到"], everyday="all", parameters=["me"], mask=["phone"])
    pseudonymize(chat(("张三", "早")), book)
    book.save(path)
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["book.json"]
    assert dict(Pseudonyms.open(path)) == dict(book) == {"张三": "P1"}
    assert Pseudonyms.open(path).to_json() == book.to_json()
    with pytest.raises(OSError, match="no-such-folder"):
        book.save(tmp_path / "no-such-folder" / "book.json")
    with pytest.raises(FileNotFoundError):
        Pseudonyms.open(tmp_path / "no.json")


def test_a_book_of_the_first_version_is_read() -> None:
    old = {
        "schema": "wechatlog-pseudonyms/1",
        "texts": True,
        "mask": ["phone"],
        "keep": [],
        "style": "numbered",
        "beings": [{"pseudonym": "P1", "ids": [], "names": ["收到"]}],
        "numbers": {},
    }
    book = Pseudonyms.from_json(json.dumps(old))
    assert pseudonymize(chat(("李四", "收到")), book)[0].text == "P1"


def test_options_that_are_none() -> None:
    with pytest.raises(ValueError, match="everyday is one of names, all, not 'some'"):
        Pseudonyms(everyday="some")  # type: ignore[arg-type]


def test_time_is_linear_in_messages_and_names() -> None:
    def run(count: int) -> None:
        messages = [
            say(f"成员{number}号-示例公司-产品", f"@成员{number // 2}号 收到，成员{number // 3}号 13800138000")
            for number in range(count)
        ]
        assert len(pseudonymize(Conversation(messages))) == count

    assert_linear(run, 2000)


@pytest.mark.parametrize(
    "part",
    ["聊天记录\n", "张三：\n", "张三 2026-05-01 09:00\n", "和的聊天记录", "「张三:", "—————  2026-05-01\n", "收到老师", "%E5%BC%A0", "%25",
     "http://a/%E5?uid=", "1 3 8 ", "@张三@", "@张三(", "@张三 -a"],
)  # fmt: skip
def test_time_is_linear_in_a_text(part: str) -> None:
    people = [say(name, "早") for name in ("张三", "收到", "李四-示例")]
    assert_linear(lambda size: pseudonymize(Conversation([*people, say("李四", part * size)])), 8000)
