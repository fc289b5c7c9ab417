"""Pseudonyms: nobody's name is left, everybody is the same person as before."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.cost import assert_linear
from tests.goldens import conversation as golden_conversation
from tests.strategies import conversations
from wechatlog import Conversation, Message, MessageKind, Participant, emoji
from wechatlog.model import build_message, normalize_name
from wechatlog.operations import Pseudonyms, pseudonymize
from wechatlog.operations.identity.names import is_everyday_word, is_own
from wechatlog.segments.types import Card, File, Forward, Link, Location, Mention, Quote, Segment, Text, Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NINE = dt.datetime(2026, 5, 1, 9)
DASHES = "- - - - - - - - - - - - - - -"


def say(sender: str | None, text: str, **fields: Any) -> Message:
    return Message(NINE, "second", sender, text=text, **fields)


def texts(messages: Iterable[Message]) -> list[str]:
    return [message.text for message in messages]


def strings(value: Any, key: str = "") -> Iterator[str]:
    """Every string of a JSON value that somebody's words or names can be in."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from strings(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, key)
    elif isinstance(value, str) and key not in ("type", "schema", "time", "precision", "kind", "tz", "code"):
        yield value


def written(conversation: Conversation) -> list[str]:
    """Every string of a conversation in the native form; segments that were parsed stand in the text as well."""
    found = []
    for line in wechatlog.dumps(conversation, "jsonl").split("\n")[:-1]:
        value = json.loads(line)
        if value.get("parsed"):
            del value["segments"]
        found += strings(value)
    return found


def stands_in(name: str, text: str) -> bool:
    """Whether a name stands in a text as a word of its own, told in another way than the library does."""
    for start in range(len(text)):
        end = start + len(name)
        if text[start:end] != name:
            continue
        pairs = (text[max(start - 1, 0) : start + 1] if start else "", text[end - 1 : end + 1])
        if not any(len(pair) == 2 and all(c.isalnum() and c < "\u2e80" for c in pair) for pair in pairs):
            return True
    return False


def is_telling(name: str) -> bool:
    """Whether a name must not be left anywhere: the page on pseudonyms has these exceptions."""
    return (
        2 <= len(name) <= 200
        and any(c.isalnum() for c in name)
        and not (name.isascii() and name.isdigit() and len(name) < 5)
        and emoji.lookup(name.strip()) is None
        and not name.endswith((":", "："))  # of a line that somebody pasted the colon ends a name
    )


def real_names(conversation: Conversation) -> set[str]:
    names: set[str | None] = {conversation.owner, conversation.id, conversation.title}
    for person in conversation.participants:
        names |= {person.name, person.id, *person.aliases}
    for message in conversation:
        names |= {mention.name for mention in message.mentions if not mention.everyone and mention.confidence >= 0.9}
        names |= {segment.sender for segment in message.segments if isinstance(segment, Quote)}
    return {name.strip() for name in names if name is not None and is_telling(name.strip())}


# --- laws ----------------------------------------------------------------------------------------

_NAMES = st.sampled_from(
    ["张三", "张三丰", "李四", "a", "ab", "Tom", "Tom李", "@李四", "x: y", "强", "[强]", "[强]哥", "- -", "wxid_a", "gh_abcdef0",
     "P1", "甲", "1P", "12345", "三", "四 李", "李四 -公司", "「李四", "好：", "A@b.cn", "13800138000", "G1", "P1李", "\u2005",
     "所有人", "我", "X@chatroom", "12345@chatroom"]
)  # fmt: skip
_GLUE = st.sampled_from(
    ["@", "\u2005", " ", "「", "：", "」", "\n", f" {DASHES} ", "?", "，", "的聊天记录", "和", "http://", "1", "a", "[", "]", '"',
     "撤回了一条消息", "邀请", "加入了群聊", "拍了拍"]
)  # fmt: skip
_TEXTS = st.lists(_NAMES | _GLUE, max_size=9).map("".join)
crowds = st.builds(
    Conversation,
    st.lists(
        st.builds(
            Message,
            sender=st.none() | _NAMES,
            sender_id=st.none() | _NAMES,
            text=_TEXTS,
            kind=st.sampled_from(["text", "system", "pat", "forward", "quote"]),
            id=st.none() | _NAMES,
        ),
        max_size=6,
    ),
    title=st.none() | _NAMES | _TEXTS,
    id=st.none() | _NAMES,
    is_group=st.none() | st.booleans(),
    owner=st.none() | _NAMES,
    participants=st.lists(
        st.builds(Participant, name=st.none() | _NAMES, id=st.none() | _NAMES, aliases=st.lists(_NAMES, max_size=2)),
        max_size=2,
    ),
)
"""Conversations of a few people whose names hold each other, and texts that are made of names."""


@given(conversations() | crowds)
@example(
    Conversation([Message(sender="李四", text="@李四## 2026-05-01\n")], participants=[Participant("## 2026-05-01")])
)
def test_no_name_is_left(conversation: Conversation) -> None:
    result = pseudonymize(conversation, everyday="all")
    shown = written(result)
    for name in real_names(conversation):
        assert not [text for text in shown if stands_in(name, text)], name


@given(conversations() | crowds)
@example(Conversation([Message(text="12345@chatroom所有人")], owner="所有人"))
def test_no_name_is_left_that_is_no_everyday_word(conversation: Conversation) -> None:
    book = Pseudonyms()
    shown = written(pseudonymize(conversation, book))
    left = {name for name in real_names(conversation) if any(stands_in(name, text) for text in shown)}
    assert all(is_everyday_word(name) for name in left)
    assert left <= {name.name for name in book.report.names if name.left}


@given(conversations() | crowds)
def test_everything_else_is_as_before(conversation: Conversation) -> None:
    result = pseudonymize(conversation)
    assert len(result) == len(conversation)
    assert len(result.members) == len(conversation.members)
    assert sum(person.message_count for person in result.participants) == sum(
        person.message_count for person in conversation.participants
    )
    for before, after in zip(conversation, result, strict=True):
        for field in ("time", "precision", "is_self", "kind"):
            assert getattr(before, field) == getattr(after, field)
        for field in ("sender", "sender_id", "id", "reply_to"):
            assert (getattr(before, field) is None) == (getattr(after, field) is None)
        assert "".join(segment.raw for segment in after.segments) == after.text
        assert (before.given_segments is None) == (after.given_segments is None)
        assert after.origin == wechatlog.Origin()
    assert pickle.loads(pickle.dumps(result)) == result
    assert pseudonymize(conversation) == result


def untimed(conversation: Conversation) -> Conversation:
    """The same without times, so that nobody changed a name."""
    messages = [attrs.evolve(message, time=None, precision=None) for message in conversation]
    return attrs.evolve(conversation, messages=messages, lexicon=None)


@given(conversations() | conversations().map(untimed) | crowds)
@example(Conversation([Message(sender="我"), Message(sender="李四", is_self=True)]))
@example(Conversation([Message(sender="我"), Message(sender="李四")], owner="李四"))
@example(
    Conversation(
        [
            Message(sender="李四", sender_id="a"),
            Message(sender="我", sender_id="b"),
            Message(sender="李四", is_self=True),
        ]
    )
)
def test_the_same_people_are_the_same(conversation: Conversation) -> None:
    result = pseudonymize(conversation)
    ids: dict[str, str | None] = {}
    bare: dict[str, str | None] = {}
    for before, after in zip(conversation, result, strict=True):
        if before.sender_id:
            assert ids.setdefault(before.sender_id, after.sender_id) == after.sender_id
            assert before.sender is None or after.sender == after.sender_id
        elif before.sender is not None:
            key = normalize_name(before.sender)
            assert bare.setdefault(key, after.sender) == after.sender
    assert len(set(ids.values())) == len(ids)
    known = {normalize_name(m.sender) for m in conversation if m.sender_id and m.sender is not None} | set(ids)
    is_timed = any(m.time is not None for m in conversation)  # somebody may have had two names in turn
    own = {conversation.owner, *(m.sender for m in conversation if is_own(m))}
    is_named = "我" in own and not own <= {"我", None, ""}  # 我 is whoever else is the owner
    if not conversation.members and known.isdisjoint(bare) and not is_named and not is_timed:
        assert len(set(bare.values())) == len(bare)
    numbers = {(m.id, n.id) for m, n in zip(conversation, result, strict=True) if m.id}
    assert len(numbers) == len({real for real, _ in numbers}) == len({number for _, number in numbers})


@given(conversations() | crowds)
@example(Conversation([Message(text="李四"), Message(sender="李四 -公司")], owner="李四"))
@example(Conversation([Message(text="一 李四 二"), Message(text="@李四  ")], id="\x85@李四"))
@example(
    Conversation(
        [Message(sender="李四", sender_id="a"), Message(text="李四"), Message(sender="李四", sender_id="b")],
        participants=[Participant("李四", aliases=["09 李四"])],
    )
)
def test_a_book_can_be_kept(conversation: Conversation) -> None:
    book = Pseudonyms()
    first = pseudonymize(conversation, book)
    assert pseudonymize(conversation, book) == first
    for copy in (Pseudonyms.from_json(book.to_json()), pickle.loads(pickle.dumps(book))):
        assert dict(copy) == dict(book)
        assert pseudonymize(conversation, copy) == first


@given(conversations(), st.sampled_from(["numbered", "stems", "成员{}"]))
def test_a_stream_that_is_read_twice_is_as_good(conversation: Conversation, style: str) -> None:
    conversation = attrs.evolve(untimed(conversation), participants=(), owner=None, title=None, id=None, lexicon=None)
    book = Pseudonyms(style=style)
    book.learn(conversation.messages)
    streamed = [book.message(message) for message in conversation.messages]
    assert tuple(streamed) == pseudonymize(conversation, style=style).messages


def test_the_golden_conversation() -> None:
    conversation = golden_conversation()
    result = pseudonymize(conversation)
    shown = "\n".join(written(result))
    for name in (
        "张三",
        "李四",
        "王五",
        "赵六",
        "钱七",
        "小张",
        "坏名字",
        "读书会",
        "公众号",
        "wxid",
        "gh_",
        "chatroom",
        "示例路",
        "39.9",
    ):
        assert name not in shown, name
    assert result[2].mentions[0].name == result[1].sender == result.owner == "P1"
    assert result[0].text == "P1邀请P2加入了群聊"
    assert result[20].text == f'"{result[2].sender}" 撤回了一条消息'
    assert [mention.name for mention in result[19].mentions] == ["所有人"]
    reply = result[13]
    assert reply.reply_to == result[1].id == "2"
    assert isinstance(reply.segments[0], Quote)
    assert reply.segments[0].sender == "P1"
    forward = result[17].segments[0]
    assert isinstance(forward, Forward)
    assert [message.sender for message in forward.messages] == [result[5].sender, result[2].sender]
    assert result.metadata == {"exporter": "example", "version": "1.0"}


def test_an_exporter_may_be_somebody() -> None:
    facts = {"exporter": "李四光明 的电脑 13800138000", "version": 3, "path": "C:/Users/李四光明"}
    chat = Conversation([Message(sender="李四光明", text="早")], metadata=facts)
    assert pseudonymize(chat).metadata == {"exporter": "P1 的电脑 [phone]", "version": "3"}


# --- names that are written in another way ---------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("诸 葛 明 亮 来了", "P1 来了"),
        ("诸　葛　明　亮", "P1"),
        ("找诸\u200b葛\u200b明\u200b亮吧", "找P1吧"),
        ("\\u8bf8\\u845b\\u660e\\u4eae 来了", "P1 来了"),
        ("&#35832;&#x845B;&#26126;&#x4eae; 来了", "P1 来了"),
        ("号是 ZHUGE_ML_88 加吧", "号是 P1 加吧"),
        ("ｚｈｕｇｅ＿ｍｌ＿８８", "P1"),
        ("问问 tom　lin", "问问 P2"),
        ("问问 TOM LIN 吧", "问问 P2 吧"),
        ("summer is here", "summer is here"),
        ("ask tom lin", "ask P2"),
        ("ask Tom  Lin", "ask P2"),
        ("小鱼来了", "P4来了"),
        ("加q 123456789", "加q [account]"),
        ("打(010)8234-5678", "打[phone]"),
        ("今 天 很 好", "今 天 很 好"),
        ("&#1114112; &#0; \\ud83d", "&#1114112; &#0; \\ud83d"),
        ("http://a.example/?m=%31%33%38%30%30%31%33%38%31%32%33&n=1", "http://a.example/?m=[phone]&n=1"),
        ("头像 http://wx.qlogo.cn/mmhead/ver_1/abcDEF123/0", "头像 http://wx.qlogo.cn/mmhead/ver_1/hidden/0"),
    ],
)
def test_disguised_names(text: str, expected: str) -> None:
    people = [("诸葛明亮", "zhuge_ml_88"), ("Tom Lin", None), ("Summer", None), ("小鱼🐟", None)]
    chat = [Message(sender=name, sender_id=id_, text="早") for name, id_ in people]
    assert pseudonymize(Conversation([*chat, Message(sender="Summer", text=text)]))[-1].text == expected


def test_traditional_characters_are_the_same_name() -> None:
    pytest.importorskip("opencc")
    chat = Conversation([Message(sender="诸葛明亮", text="早"), Message(sender="钱七巧", text="諸葛明亮來了")])
    assert pseudonymize(chat)[1].text == "P1來了"


# --- people --------------------------------------------------------------------------------------


def test_one_person_with_several_names_and_an_id() -> None:
    chat = Conversation(
        [
            say("李四", "早", sender_id="wxid_lisi00000002"),
            say("小李", "改名了", sender_id="wxid_lisi00000002"),
            say("李四", "没有账号"),
            say("王五", "@小李 @老李\u2005 @李四 好"),
        ],
        participants=[Participant("李四", "wxid_lisi00000002", aliases=("老李",))],
    )
    result = pseudonymize(chat)
    assert [message.sender for message in result] == ["P1", "P1", "P1", "P2"]
    assert result[3].text == "@P1 @P1\u2005 @P1 好"


def test_a_name_that_several_have_is_nobodys() -> None:
    chat = Conversation(
        [
            say("李四", "一", sender_id="wxid_lisi00000002"),
            say("李四", "二", sender_id="wxid_lisi00000003"),
            say("王五", "@李四 哪个李四？"),
        ]
    )
    result = pseudonymize(chat)
    assert [message.sender for message in result] == ["P1", "P2", "P3"]
    assert result[2].text == "@P4 哪个P4？"


def test_blanks_in_names_do_not_matter() -> None:
    chat = Conversation([say(name, "x") for name in ("李 四", "李  四 ", "李四")])
    assert [message.sender for message in pseudonymize(chat)] == ["P1", "P1", "P2"]


def test_somebody_who_is_first_named_and_then_writes() -> None:
    chat = Conversation([say("张三", "@李四 在吗"), say("李四", "在", sender_id="wxid_lisi00000002")])
    assert texts(pseudonymize(chat)) == ["@P2 在吗", "在"]
    later = Conversation([say("张三", "@小李 在吗"), say("李四", "", sender_id="a"), say("小李", "在", sender_id="a")])
    assert pseudonymize(later)[0].text == "@P2 在吗"


def test_an_id_that_was_first_met_as_a_name() -> None:
    chat = Conversation(
        [say("张三", "问 wxid_lisi00000002"), say("wxid_lisi00000002", "在")], owner="wxid_lisi00000002"
    )
    result = pseudonymize(chat)
    assert (result[0].text, result[1].sender, result.owner) == ("问 P2", "P2", "P2")


def test_what_was_a_guess_becomes_a_person() -> None:
    book = Pseudonyms()
    first = Conversation([say("张三", "@小李，在吗"), say("张三", "找小李")])
    assert texts(pseudonymize(first, book)) == ["@P2，在吗", "找小李"]
    second = Conversation([say("小李", "我是小李", sender_id="wxid_lisi00000002")])
    assert texts(pseudonymize(second, book)) == ["我是P2"]


def test_a_name_that_very_many_have() -> None:
    def replace(size: int) -> None:
        chat = Conversation([say("李四", "@李四 早", sender_id=f"wxid_{number}") for number in range(size)])
        assert pseudonymize(chat)[-1].text == "@P2 早"

    assert_linear(replace, 20_000)


def test_a_private_chat_is_named_after_the_other_person() -> None:
    chat = Conversation(
        [say("我", "早", is_self=True), say("李四", "早", sender_id="wxid_lisi00000002")],
        title="李四",
        id="wxid_lisi00000002",
        is_group=False,
        owner="我",
    )
    result = pseudonymize(chat)
    assert (result.title, result.id, result.owner) == ("P2", "P2", "P1")


def test_a_group_is_a_group_even_where_a_member_has_its_name() -> None:
    chat = Conversation([say("读书", "早"), say("张三", "@读书 早")], title="读书", id="12345678@chatroom")
    result = pseudonymize(chat)
    assert (result.title, result.id, result[0].sender, result[1].text) == ("G1", "G1", "P1", "@P3 早")
    book = Pseudonyms()
    assert pseudonymize(Conversation([], title="读书"), book).title == "G1"
    assert pseudonymize(Conversation([say("读书", "早")]), book)[0].sender == "P1"
    assert pseudonymize(Conversation([], title="张三、李四"))[:].title == "G1"


# --- texts ---------------------------------------------------------------------------------------

PEOPLE = (
    say("张三", ""),
    say("张三丰", ""),
    say("Tom", ""),
    say("周八@示例", ""),
    say("微笑", ""),
    say("强", ""),
    say("。。。", ""),
    say("007", ""),
    say("李四 -示例公司", ""),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("问张三丰，不问张三", "问P2，不问P1"),
        ("Tomorrow, Tom said: TomTom", "Tomorrow, P3 said: TomTom"),
        ("Tom说atom", "P3说atom"),
        ("周八@示例 来了", "P4 来了"),
        ("@周八@示例 来了", "@P4 来了"),
        ("我微笑[微笑]", "我P5[微笑]"),
        ("很强。。。007", "很强。。。007"),
        ("@李四 -示例公司 你好", "@P9 你好"),
        ("@张三你看看", "@P1你看看"),
        ("@没人知道的人 早", "@P10 早"),
        ("写给 wxid_zhangsan0001 和 gh_example0001 在 12345678@chatroom", "写给 P10 和 P11 在 G1"),
        ("打 13800138000 或 +86 138-0013-8000 或 010-12345678", "打 [phone] 或 [phone] 或 [phone]"),
        ("Tom13800138000Tom", "P3[phone]P3"),
        ("订单 1380013800012 和 138001380", "订单 1380013800012 和 138001380"),
        ("写信到 lisi@example.invalid。", "写信到 [email]。"),
        ("身份证 11010119900307123X", "身份证 [id number]"),
        (f"「李四：早」\n{DASHES}\n好", f"「P9：早」\n{DASHES}\n好"),
        (f"「Tom：问@张三 」\n{DASHES}\n好", f"「P3：问@P1 」\n{DASHES}\n好"),
        (f"「王五：「赵六：早」\n{DASHES}\n好」\n{DASHES}\n好", f"「P10：「P11：早」\n{DASHES}\n好」\n{DASHES}\n好"),
        ("@所有人 张三", "@所有人 P1"),
        ("P12 是型号", "P12 是型号"),
        ("https://a.example/张三?x=wxid_a", "https://a.example/P1?x=P10"),
    ],
)
def test_running_text(text: str, expected: str) -> None:
    chat = Conversation([*PEOPLE, say("张三", text)])
    assert pseudonymize(chat, everyday="all")[-1].text == expected
    assert pseudonymize(chat)[-1].text == expected.replace("我P5", "我微笑")


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("system", '"李四"邀请"王五、赵六"加入了群聊', '"P1"邀请"P2、P3"加入了群聊'),
        ("recall", "李撤回了一条消息", "P1撤回了一条消息"),
        ("recall", "你撤回了一条消息", "你撤回了一条消息"),
        ("pat", "我拍了拍 “李”", "我拍了拍 “P1”"),
        ("pat", "李四拍了拍王五的肩膀", "P1拍了拍P2的肩膀"),
        ("system", '"李四"修改群名为“读书会”', '"P1"修改群名为“G1”'),
        ("system", "你加入了群聊，群聊参与人还有：李四、王五", "你加入了群聊，群聊参与人还有：P1、P2"),
        ("system", '"李四"做了没有听说过的事', '"P1"做了没有听说过的事'),
    ],
)
def test_notices(kind: str, text: str, expected: str) -> None:
    chat = Conversation([Message(NINE, "second", kind=kind, text=text)])
    assert pseudonymize(chat)[0].text == expected


def test_mentions_are_found_again() -> None:
    chat = Conversation(
        [
            say("Mia Lin", "@李四 -示例公司 早，@没写过的人\u2005在吗"),
            say("李四 -示例公司", "@Mia Lin 早 @小 明\u2005 @没写过的人 ?"),
        ]
    )
    result = pseudonymize(chat)
    assert [[mention.name for mention in message.mentions] for message in result] == [["P2", "P3"], ["P1", "P4", "P3"]]
    parsed = wechatlog.parse_segments(result[1].text)
    assert [mention.name for mention in parsed if isinstance(mention, Mention)] == ["P1", "P4", "P3"]


def test_numbers_that_stand_in_the_chat_are_left_out() -> None:
    chat = Conversation([say("张三", "P1 故障，看 P3"), say("李四", "G1 也是"), say("P2", "早")], title="示例群")
    result = pseudonymize(chat)
    assert [message.sender for message in result] == ["P4", "P5", "P6"]
    assert result.title == "G2"


# --- segments that the archive gave --------------------------------------------------------------


def rewritten(*segments: Segment, **options: Any) -> tuple[Segment, ...]:
    text = "".join(segment.raw for segment in segments)
    chat = Conversation([say("张三", text, segments=segments, sender_id="wxid_zhangsan0001")])
    message = pseudonymize(chat, **options)[0]
    assert "".join(segment.raw for segment in message.segments) == message.text
    return message.segments


def test_given_segments() -> None:
    assert rewritten(Mention("李", raw="@李 "), Text("早")) == (Mention("P2", raw="@P2 "), Text("早"))
    assert rewritten(Quote("李", "张三早"), Text("早")) == (Quote("P2", "P1早"), Text("早"))
    assert rewritten(Card("李", "gh_example0001", raw="[名片] 李")) == (Card("P2", "P2", raw="[名片] P2"),)
    assert rewritten(File("张三.pdf", 5, "a/b", "0" * 32, raw="[文件] 张三.pdf")) == (
        File("P1.pdf", 5, raw="[文件] P1.pdf"),
    )
    assert rewritten(Voice(3, "张三早", "a.mp3", raw="[语音]")) == (Voice(3, "P1早", raw="[语音]"),)
    assert rewritten(Text("张"), Text("三早")) == (Text("P1"), Text("早"))
    title = "张三和李四的聊天记录"
    assert rewritten(Forward(title, raw=f"[聊天记录] {title}")) == (
        Forward("P1和P2的聊天记录", raw="[聊天记录] P1和P2的聊天记录"),
    )


def test_locations_and_addresses() -> None:
    place = Location(1.5, 2.5, "张三家", "某地", raw="[位置] 张三家")
    assert rewritten(place) == (Location(raw="[位置]"),)
    assert rewritten(place, mask=()) == (Location(1.5, 2.5, "P1家", "某地", raw="[位置] P1家"),)
    link = Link("https://a.example/x", "张三", raw="张三\nhttps://a.example/x")
    assert rewritten(link) == (Link("https://a.example/x", "P1", raw="P1\nhttps://a.example/x"),)
    assert rewritten(link, mask=["url"]) == (Link(None, "P1", raw="P1\n[url]"),)
    chat = Conversation([say("李四", "看 https://a.example/x，和 ![图](https://a.example/y.png)")])
    assert pseudonymize(chat, mask=["url"])[0].text == "看 [url]，和 ![图]([url])"


def test_segments_of_somebody_elses_class_become_text() -> None:
    @attrs.frozen
    class Poll(Segment):
        question: str = ""

    assert rewritten(Poll("张三吗", raw="[投票] 张三吗")) == (Text("[投票] P1吗"),)


def test_segments_that_do_not_join_to_the_text() -> None:
    file = File("张三.pdf", raw="[文件] 张三.pdf")
    message = build_message(None, None, "张三", MessageKind.TEXT, "张三早", segments=(file,))
    assert "张三" not in repr(pseudonymize(Conversation([message]))[0].segments)
    assert pseudonymize(Conversation([message]))[0].text == "P1早"
    assert say("张三", "张三早", segments=[file]).segments == (Text("张三早"),)


def test_deep_forwards_come_to_an_end() -> None:
    message = say("张三", "早")
    for _ in range(60):
        message = say(
            "张三", "[聊天记录]", kind=MessageKind.FORWARD, segments=[Forward(None, (message,), raw="[聊天记录]")]
        )
    found, depth = pseudonymize(Conversation([message]))[0], 0
    while isinstance(found.segments[0], Forward) and found.segments[0].messages:
        found, depth = found.segments[0].messages[0], depth + 1
    assert depth == 32


# --- options -------------------------------------------------------------------------------------


def test_pseudonyms_of_ones_own_choice() -> None:
    chat = Conversation([say("张三", "李四和小李"), say("李四", "", sender_id="wxid_lisi00000002")])
    names = {"张三": "教练", "李四": "队员", "小李": "队员"}
    result = pseudonymize(chat, names)
    assert [str(message.sender) for message in result] == ["教练", "队员"]
    assert result[0].text == "队员和队员"


def test_styles() -> None:
    chat = Conversation([say(f"成员之{number}号", "") for number in range(12)], title="示例群")
    stems = pseudonymize(chat, style="stems")
    assert [message.sender for message in stems] == [*"甲乙丙丁戊己庚辛壬癸", "甲2", "乙2"]
    assert stems.title == "群1"
    assert pseudonymize(chat, style="人{}")[3].sender == "人4"


def test_names_that_are_everyday_words() -> None:
    chat = Conversation([say("收到", "收到"), say("李四", "@收到 收到，李四")])
    assert texts(pseudonymize(chat)) == ["收到", "@P1 收到，P2"]
    assert texts(pseudonymize(chat, everyday="all")) == ["P1", "@P1 P1，P2"]
    assert texts(pseudonymize(chat, keep=["收到"])) == ["收到", "@P1 收到，P2"]
    assert texts(pseudonymize(chat, texts=False)) == ["收到", "@P1 收到，李四"]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (
            {"mask": ["fax"]},
            "nothing is known to mask fax; there are email, id_number, location, phone, url",
        ),
        ({"style": "Person {}"}, "style 'Person {}' is none of numbered, stems, keyed, and no template such as 'P{}'"),
        ({"style": "P"}, "no template"),
        ({"names": {"张三": "a\nb"}}, r"a pseudonym is a line with single blanks, not 'a\\nb'"),
        ({"names": {"张三": ""}}, "a pseudonym is a line"),
    ],
)
def test_what_is_no_option(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        pseudonymize(Conversation(), **options)


def test_a_book_has_its_own_options() -> None:
    with pytest.raises(TypeError, match="a book has its own options; give style to Pseudonyms"):
        pseudonymize(Conversation(), Pseudonyms(), style="stems")


# --- the book ------------------------------------------------------------------------------------


def test_a_book_for_several_conversations() -> None:
    book = Pseudonyms()
    one = pseudonymize(Conversation([say("李四", "早", sender_id="wxid_lisi00000002", id="70")], title="一群"), book)
    two = pseudonymize(
        Conversation(
            [say("王五", "李四早", reply_to="70"), say("小李", "早", sender_id="wxid_lisi00000002")], title="二群"
        ),
        book,
    )
    assert (one.title, two.title) == ("G1", "G2")
    assert [message.sender for message in two] == ["P2", "P1"]
    assert two[0].text == "P1早"
    assert two[0].reply_to == one[0].id
    assert book["李四"] == book["小李"] == book["wxid_lisi00000002"] == "P1"
    assert set(book) == {"李四", "小李", "wxid_lisi00000002", "王五", "一群", "二群"}
    assert len(book) == 6
    assert book.reveal("P1") == ("wxid_lisi00000002", "李四", "小李")
    assert repr(book) == "<Pseudonyms for 4 people and groups>"
    assert "赵六" not in book
    with pytest.raises(KeyError, match="P9"):
        book.reveal("P9")


def test_the_owner_says_who_is_the_same() -> None:
    book = Pseudonyms()
    book.same("张三-示例公司-产品", "张三", "张总")
    chat = Conversation([say("张三-示例公司-产品", "早"), say("李四", "张总早，张三早")])
    assert pseudonymize(chat, book)[1].text == "P1早，P1早"
    with pytest.raises(ValueError, match="'李四' is P2 already and cannot become P1"):
        book.same("张三", "李四")
    book.same("张三", "老张")
    assert book["老张"] == "P1"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "wechatlog-pseudonyms/1"}', "[" * 100_000])
def test_what_is_no_book(text: str) -> None:
    with pytest.raises(ValueError, match="this is no book of pseudonyms"):
        Pseudonyms.from_json(text)


# --- cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "end", "count"),
    [
        *((part, "", 100_000) for part in ("@", "「", "aa", "wxid_", "1", "a@", "李四", "http://!", "@a")),
        ("「a：", f"」\n{DASHES}\n", 10_000),
    ],
)
def test_time_is_linear(part: str, end: str, count: int) -> None:
    people = [say(name, "") for name in ("李四", *("a" * number for number in range(2, 60)))]
    assert_linear(
        lambda size: pseudonymize(Conversation([*people, say("张三", part * size + end * size)])),
        count,
    )


def test_the_number_of_names_does_not_matter() -> None:
    def replace(size: int) -> None:
        people = [say(f"{chr(0x4E00 + number % 5000)}{number}号", "") for number in range(size)]
        pseudonymize(Conversation([*people, say("张三", "一七号楼的三号门" * size)]))

    assert_linear(replace, 20_000)
