"""Who is who: people, evidence, suggestions, what somebody says, and the file."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import conversations
from wechatlog import Conversation, Message, Participant, Quote, Text
from wechatlog.operations import Evidence, Identities, Name, Person, identities, statistics
from wechatlog.operations.identity.names import Names
from wechatlog.testing import without_losses

START = dt.datetime(2026, 5, 1, 9)


def say(minute: float, sender: str | None, text: str = "好", **fields: Any) -> Message:
    return Message(START + dt.timedelta(minutes=minute), "second", sender, text=text, **fields)


def labels(found: Identities) -> list[str]:
    return [person.label for person in found]


def groups(found: Identities) -> list[set[str]]:
    return [set(person.keys) for person in found]


# --- laws ----------------------------------------------------------------------------------------


@given(chats=st.lists(conversations(), max_size=3))
def test_everybody_is_somebody_once(chats: list[Conversation]) -> None:
    found = identities(chats)
    keys = [key for person in found for key in person.keys]
    assert len(keys) == len(set(keys))
    for chat in chats:
        for message in chat:
            if message.sender_id:
                person = found.find(message.sender, message.sender_id)
                assert person is not None
                assert message.sender_id in person.ids
    sent = [message for chat in chats for message in chat if message.sender_id or message.sender]
    assert sum(person.messages for person in found) == len(sent)


@given(chats=st.lists(conversations(), max_size=2))
def test_the_file_keeps_everything(chats: list[Conversation]) -> None:
    found = identities(without_losses(chat, ["text:surrogates"]) for chat in chats)  # which no TOML holds
    text = found.to_toml()
    assert Identities.from_toml(text) == found
    assert Identities.from_toml(text).to_toml() == text
    assert pickle.loads(pickle.dumps(found)) == found
    assert hash(pickle.loads(pickle.dumps(found))) == hash(found)


@given(chat=conversations())
def test_what_was_found_is_found_again(chat: Conversation) -> None:
    found = identities(chat)
    assert identities(chat, known=found) == found
    assert identities([], known=found).people == found.people


def test_the_surest_name_that_two_have_in_common_counts() -> None:
    """Whichever of their names is met first: 李四 may be one of two, 小李 is one alone."""
    for names in (("李四", "小李"), ("小李", "李四")):
        members = [Participant(names[0], None, None, names[1:]), Participant(names[0], "wxid_a", None, names[1:])]
        said = [Message(sender="李四", sender_id="wxid_b"), Message(sender="李四", sender_id="wxid_c")]
        found = identities(Conversation(said, participants=members))
        assert groups(found)[0] == {names[0], "wxid_a"}
        assert identities([], known=found).people == found.people


@given(names=st.lists(st.text(min_size=1, max_size=4), min_size=2, max_size=4, unique=True))
def test_a_veto_holds_and_so_does_a_confirmation(names: list[str]) -> None:
    found = identities(Conversation([Message(sender=name) for name in names]))
    one, two = names[:2]
    if found.find(one) is None or found.find(two) is None:
        return  # the name of nobody: 我
    apart = found.veto(one, two)
    assert apart.find(one) != apart.find(two)
    assert Identities.from_toml(apart.to_toml()) == apart
    together = apart.confirm(one, two)
    assert together.find(one) == together.find(two)
    assert together.vetoes == found.vetoes


# --- names ---------------------------------------------------------------------------------------


def test_what_several_have_is_nobodys() -> None:
    names: Names[list[str]] = Names()
    one, other, third = ["甲"], ["甲"], ["甲"]  # told apart by what they are, not by what they hold
    names.add("王  五", one)
    assert names.only(" 王 五") is one
    names.add("王 五", other)
    assert names.only("王 五") is None
    assert names.only("王 五", lambda who: who is not one) is other
    assert list(names.having("王五").values()) == []
    names.hand_over("王 五", other, one)
    assert names.only("王 五") is one
    names.hand_over("王 五", third, other)
    assert names.only("王 五") is one
    for who in (other, third):
        names.add("王 五", who)
    assert names.only("王 五", lambda who: who is one) is None  # of more than two, nobody is left aside


# --- evidence ------------------------------------------------------------------------------------


def test_an_account_is_one_person_with_periods_of_names() -> None:
    chat = Conversation(
        [
            say(0, "李四", sender_id="wxid_lisi0001"),
            say(1, "李四", sender_id="wxid_lisi0001"),
            say(9, "老李", sender_id="wxid_lisi0001"),
        ],
        participants=[Participant("李四", "wxid_lisi0001", aliases=["李师傅"])],
    )
    (person,) = identities(chat)
    assert person.ids == ("wxid_lisi0001",)
    assert person.name == "老李"
    assert person.aliases == ("李四", "李师傅")
    assert [(n.name, n.messages, n.first, n.last) for n in person.names] == [
        ("李四", 2, START, START + dt.timedelta(minutes=1)),
        ("老李", 1, START + dt.timedelta(minutes=9), START + dt.timedelta(minutes=9)),
        ("李师傅", 0, None, None),
    ]
    assert (person.confidence, person.evidence) == (1.0, ())


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Mia Lin", "mia lin"),
        ("李四??", "李四"),
        ("李四🚲", "李四"),
        ("李四🚲", "李四??"),
        ("ＡＢ 李四", "AB李四"),
        ("张三", "张三-示例公司"),
        ("张三-示例公司", "张三 -示例公司-运营"),
        ("张三", "张三@示例"),
        ("张三", "张三～示例公司～产品"),
        ("张三（示例公司）", "张三-示例公司-运营"),
    ],
)
def test_names_that_are_one(one: str, two: str) -> None:
    found = identities(Conversation([say(0, one), say(1, two)]))
    assert groups(found) == [{one, two}]
    assert 0.9 <= found.people[0].confidence < 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("张", "张-示例公司"),
        ("张", "张??"),
        ("北京-张三", "北京-李四"),
        ("北京", "北京-李四"),
        ("张三", "张三丰"),
        ("2026-张三", "2026-李四"),
        ("🚲", "🚗"),
    ],
)
def test_names_that_are_two(one: str, two: str) -> None:
    found = identities(Conversation([say(0, one), say(1, two)]))
    assert groups(found) == [{one}, {two}]
    assert found.suggestions == ()


def test_evidence_that_is_as_sure_has_one_order() -> None:
    names = [
        f"{name}{sign}" for name in "张三 李四 王五 赵六 周七 吴八".split() for sign in ("-甲公司", "-乙公司", "🚲")
    ]
    people = identities(Conversation([say(number, name) for number, name in enumerate([*names, "张三", "李四"])]))
    links = [Evidence(kind, link.one, link.two, 0.9) for link in people.iter_evidence() for kind in ("quote", "name")]
    found = identities([], known=people, evidence=links)
    for known in (*(person.evidence for person in found), found.suggestions):
        assert known == tuple(
            sorted(known, key=lambda link: (-link.confidence, -link.count, link.one, link.two, link.kind))
        )


def test_two_companies_are_a_suggestion() -> None:
    names = ["张三-示例公司", "张三-另一公司", "张三"]
    found = identities(Conversation([say(number, name) for number, name in enumerate(names)]))
    assert len(found) == 3
    assert [(link.kind, link.confidence) for link in found.suggestions] == [("compound", 0.7)] * 3
    joined = found.confirm("张三", "张三-另一公司")
    assert groups(joined) == [{"张三-示例公司"}, {"张三-另一公司", "张三"}]
    assert joined.people[1].evidence[0] == Evidence("person", "张三", "张三-另一公司", 1.0)


def test_compounds_are_looked_for_inside_one_group() -> None:
    one = Conversation([say(0, "张三")], id="1@chatroom")
    two = Conversation([say(1, "张三-示例公司")], id="2@chatroom")
    assert len(identities([one, two])) == 2
    assert len(identities([one, attrs.evolve(two, id="1@chatroom")])) == 1


def test_a_bare_name_is_that_of_the_one_account_that_has_it() -> None:
    chat = [say(0, "李四", sender_id="wxid_lisi0001"), say(1, "李四")]
    found = identities(Conversation(chat))
    assert groups(found) == [{"wxid_lisi0001", "李四"}]
    twice = identities(Conversation([*chat, say(2, "李四", sender_id="wxid_lisi0002")]))
    assert len(twice) == 3
    assert {link.confidence for link in twice.suggestions} == {0.5}


def test_two_accounts_are_two_people_until_somebody_says_otherwise() -> None:
    chat = Conversation([say(0, "张三", sender_id="wxid_a"), say(1, "张三-示例公司", sender_id="wxid_b")])
    found = identities(chat)
    assert len(found) == 2
    assert len(found.confirm("wxid_a", "wxid_b")) == 1


def test_who_answers_to_a_name_is_a_suggestion() -> None:
    messages = []
    for day in range(4):
        start = day * 1440
        messages += [say(start, "张三", "@小明\u2005在吗"), say(start + 1, "李四", "在")]
    found = identities(Conversation(messages))
    assert labels(found) == ["张三", "李四", "小明"]
    (link,) = found.suggestions
    assert (link.kind, link.one, link.two, link.count) == ("answer", "小明", "李四", 4)
    assert identities(Conversation(messages), mentions=False).suggestions == ()
    assert identities(Conversation(messages[:4])).suggestions == ()


def quoting(minute: float, name: str, text: str) -> Message:
    return say(minute, "王五", "我有", kind="quote", segments=[Quote(name, text), Text("我有")])


def test_whose_words_are_quoted() -> None:
    said = [say(0, "张三", "谁有内六角扳手？"), say(1, "李四", "明天几点集合呢"), say(2, "张三", "补胎片也要带上")]
    once = Conversation([*said, quoting(3, "三哥-示例公司", "谁有内六角扳手")])
    (link,) = identities(once).suggestions
    assert (link.kind, {link.one, link.two}, link.confidence, link.count) == (
        "quote",
        {"张三", "三哥-示例公司"},
        0.8,
        1,
    )
    twice = identities(Conversation([*once, quoting(4, "三哥-示例公司", "补胎片也要带上")]))
    assert twice.find("三哥-示例公司") is twice.find("张三")
    assert identities(once, mentions=False).suggestions == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("三哥", "好的"),  # too short
        ("三哥", "这句话谁都没说过"),
        ("三哥", "今天也要加油呀"),  # two wrote it
        ("李四", "谁有内六角扳手"),  # somebody writes under this name
        ("我", "谁有内六角扳手"),
    ],
)
def test_a_quote_that_says_nothing_of_its_name(name: str, text: str) -> None:
    said = [say(0, "张三", "谁有内六角扳手"), say(1, "李四", "好的")]
    said += [say(2, who, "今天也要加油呀") for who in ("张三", "李四")]
    assert identities(Conversation([*said, quoting(3, name, text)])).suggestions == ()


def test_two_owners_are_two_people() -> None:
    one = Conversation([say(0, "我", is_self=True)], id="wxid_heyan")
    two = Conversation([say(0, "我", is_self=True)], id="wxid_gutong")
    found = identities([one, two])
    assert len(found) == 2
    assert [link.kind for link in found.suggestions] == ["owner"]
    named = identities([attrs.evolve(one, owner="wxid_gutong"), attrs.evolve(two, owner="wxid_heyan")])
    assert [person.ids for person in named] == [(), ()]
    assert [person.keys for person in named] == [("wxid_gutong",), ("wxid_heyan",)]
    assert named.of(one[0], "wxid_gutong") == named.people[0]


# --- using them ----------------------------------------------------------------------------------


def test_find_and_named() -> None:
    chat = Conversation(
        [say(0, "李四", sender_id="wxid_a"), say(1, "李四", sender_id="wxid_b"), say(2, "王  五"), say(3, None)]
    )
    found = identities(chat)
    assert found.find("李四") is None
    assert found.named("李四") == (found.people[0], found.people[1])
    assert found.find("李四", "wxid_b") is found.people[1]
    assert found.find("李四", "wxid_c") is None
    assert found.find("王 五") is found.people[2]
    assert found.find("王 五", "wxid_c") is found.people[2]
    assert found.find("wxid_a") is found.people[0]
    assert found.of(chat[3]) is None
    with pytest.raises(ValueError, match="several people are called '李四'; give an account id"):
        found.confirm("李四", "王五")
    with pytest.raises(ValueError, match="the same account or the same name"):
        found.veto("王  五", "王 五")
    assert found.confirm("wxid_a", "李师傅").find("李师傅").ids == ("wxid_a",)  # type: ignore[union-attr]


def test_statistics_and_by_take_them() -> None:
    chat = Conversation([say(0, "张三"), say(1, "张三-示例公司"), say(2, "李四", "@张三 好")])
    people = identities(chat)
    assert [(s.label, s.messages) for s in statistics(chat).senders] == [("张三", 1), ("张三-示例公司", 1), ("李四", 1)]
    found = statistics(chat, people=people)
    assert [(s.label, s.messages) for s in found.senders] == [("张三-示例公司", 2), ("李四", 1)]
    assert dict(found.mentions) == {("李四", "张三-示例公司"): 1}
    assert found == statistics(iter(chat), people=people)
    assert len(chat.by("张三")) == 1
    assert len(chat.by("张三", people=people)) == 2
    assert len(chat.by("张三", "李四", people=people)) == 3
    assert len(chat.by("王五", people=people)) == 0


def test_a_conversation_under_one_name_each() -> None:
    chat = Conversation(
        [say(0, "张三", sender_id="wxid_a"), say(1, "张三-示例公司"), say(2, "李四"), say(3, None, kind="system")],
        participants=[Participant("王五", "wxid_w"), Participant("张三", "wxid_a")],
    )
    found = identities(chat).unify(chat)
    assert [(m.sender, m.sender_id) for m in found] == [("张三-示例公司", "wxid_a")] * 2 + [
        ("李四", None),
        (None, None),
    ]
    assert [(who.name, who.id, who.aliases) for who in found.members] == [
        ("王五", "wxid_w", ()),
        ("张三-示例公司", "wxid_a", ("张三",)),
        ("李四", None, ()),
    ]
    assert Identities().unify(chat) == chat


def test_without_them_goes_what_the_file_says() -> None:
    members = [Participant("李四", "wxid_lisi0001", aliases=["李师傅"])]
    chat = Conversation(
        [
            say(0, "李四", sender_id="wxid_lisi0001"),
            say(1, "李师傅"),
            say(2, "四哥", sender_id="wxid_lisi0001"),
            say(3, "王五", "@李师傅 早"),
        ],
        participants=members,
    )
    assert len(chat.by("四哥")) == 3
    assert len(chat.by("wxid_lisi0001")) == 3
    found = statistics(chat)
    assert [(s.label, s.id, s.messages) for s in found.senders] == [("李四", "wxid_lisi0001", 3), ("王五", None, 1)]
    assert dict(found.mentions) == {("王五", "李四"): 1}


# --- the file ------------------------------------------------------------------------------------

FILE = """\
# Who is who. What stands in one [[person]] is one person: move names and ids as you know better.
# Answer a suggestion with same = "yes" or same = "no"; [[different]] says that two keys are two people.
version = 1

[[person]]
names = [
  { name = "张三-示例公司", first = 2026-05-01T09:00:00, last = 2026-05-01T09:00:00, messages = 1 },
]

[[person]]
names = [
  { name = "张三-另一公司", first = 2026-05-01T09:01:00, last = 2026-05-01T09:01:00, messages = 1 },
]

[[suggestion]]
one = "张三-另一公司"
two = "张三-示例公司"
kind = "compound"
confidence = 0.7
count = 1
same = "?"
"""


def test_the_file_and_its_answers() -> None:
    found = identities(Conversation([say(0, "张三-示例公司"), say(1, "张三-另一公司")]))
    assert found.to_toml() == FILE
    yes = Identities.from_toml(FILE.replace('"?"', '"yes"').replace("\n", "\r\n"))
    assert len(yes) == 1
    no = Identities.from_toml(FILE.replace('"?"', '"no"'))
    assert (len(no), no.suggestions) == (2, ())
    assert no.vetoes == (("张三-另一公司", "张三-示例公司"),)


def test_a_file_by_hand() -> None:
    text = '[[person]]\nids = ["wxid_lisi0001"]\nnames = ["李四", "老李"]\n'
    found = Identities.from_toml(text)
    assert found.people == (
        Person(
            ("wxid_lisi0001",),
            (Name("李四", "李四"), Name("老李", "老李")),
            evidence=(
                Evidence("person", "wxid_lisi0001", "李四", 1.0),
                Evidence("person", "wxid_lisi0001", "老李", 1.0),
            ),
        ),
    )
    chat = Conversation([say(0, "老李"), say(1, "李四"), say(2, "李四", sender_id="wxid_lisi0001")])
    (person,) = identities(chat, known=found)
    assert (person.messages, person.label) == (3, "李四")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[[person", "no TOML"),
        ("person = 1", "person is not a list of tables"),
        ("[[person]]\nself = true", "neither names nor ids"),
        ("[[person]]\nnames = [1]", "a text or a table"),
        ('[[person]]\nnames = "张三"', "names = '张三' is no list"),
        ("[[person]]\nids = 1", "ids = 1 is no list"),
        ('[[person]]\nids = ["a"]\nevidence = 1', "evidence = 1 is no list"),
        ("[[person]]\nnames = [{ name = 1 }]", "name = 1 is no text"),
        ('[[person]]\nnames = [{ name = "a", first = 1 }]', "first and last of 'a' are times"),
        ('[[person]]\nnames = [{ name = "a", messages = "x" }]', "is no number"),
        ('[[person]]\nids = ["a"]\nevidence = [1]', "evidence is a table"),
        ('[[suggestion]]\none = "a"\ntwo = "b"\nkind = "x"', "is none of person"),
        ('[[suggestion]]\none = "a"\ntwo = "b"\nconfidence = 2', "no number from 0 to 1"),
        ('[[suggestion]]\none = "a"\ntwo = "b"\ncount = "x"', "count = 'x' is no number"),
        ('[[suggestion]]\none = "a"\ntwo = "b"\nsame = "x"', 'none of "yes", "no"'),
        ('[[suggestion]]\none = "a"\ntwo = "b"', "whom no"),
    ],
)
def test_what_is_no_such_file(text: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Identities.from_toml(text)
