"""Merging exports of one chat: the laws, what is learnt on the way, and what is never united."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections import Counter
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import conversations
from wechatlog import Conversation, Message, MessageKind
from wechatlog.operations import Identities, MergeReport, merge, merge_report
from wechatlog.operations.alignment import Part, Union
from wechatlog.operations.merge import with_one_clock
from wechatlog.operations.richer import unite
from wechatlog.operations.sameness import is_telling
from wechatlog.operations.sequences import anchors, between
from wechatlog.segments import types

START = dt.datetime(2026, 5, 1, 9)
WORDS = "上海 车 修 好 了 吗 明天 一起 去 看看 清单 在 哪里 收到 谢谢 大家 周六 下午 三点 门口".split()


def say(second: float, sender: str | None, text: str, **fields: Any) -> Message:
    return Message(START + dt.timedelta(seconds=second), "second", sender, text=text, **fields)


def sentence(number: int) -> str:
    return "".join(WORDS[(number // 20**place) % 20] for place in range(3)) + str(number)


def chat(length: int = 60, *, people: int = 3, step: int = 37) -> list[Message]:
    """An evening in which nobody says anything twice."""
    names = "张三 李四 王五 赵六".split()[:people]
    return [
        say(
            number * step,
            names[number % people],
            sentence(number),
            sender_id=f"wxid_{number % people}",
            id=f"90000000000{number:05}",
        )
        for number in range(length)
    ]


def coarse(message: Message) -> Message:
    assert message.time
    return attrs.evolve(message, time=message.time.replace(second=0), precision="minute", id=None)


def texts(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation]


def everything(report: MergeReport, *parts: Conversation) -> None:
    """Each message of each part stands behind exactly one of the union."""
    places = [place for places in report.sources for place in places]
    assert sorted(places) == [(number, index) for number, part in enumerate(parts) for index in range(len(part))]
    assert len(report.sources) == len(report.conversation)


# --- laws ----------------------------------------------------------------------------------------


@given(a=conversations())
def test_with_itself_nothing_changes(a: Conversation) -> None:
    timed = [message for message in a if message.time is not None]
    a = attrs.evolve(a, messages=[attrs.evolve(message, precision="second") for message in timed])
    united = merge([a, a])
    assert united.messages == a.sorted().messages
    assert merge([a, united, a]).messages == united.messages
    assert attrs.evolve(united, messages=a.messages) == attrs.evolve(a, participants=dict.fromkeys(a.members))


@given(a=conversations())
def test_with_itself_nothing_is_lost_and_nothing_doubled(a: Conversation) -> None:
    assert Counter(merge([a, a])) == Counter(a)


def test_a_second_among_minutes_is_no_step_back() -> None:
    times = [(START.replace(second=1), "second"), (START, "minute"), (START, "minute")]
    one = Conversation(
        Message(time, precision, "张三", text=text) for (time, precision), text in zip(times, "一二三", strict=True)
    )
    union = merge([one, one])
    assert merge([one, union, one]).messages == union.messages


def test_a_minute_before_that_of_the_message_in_front_of_it_goes_back() -> None:
    times = [(START + dt.timedelta(minutes=number), str(number)) for number in (5, 3, 9)]
    five, three, nine = (Message(time, "minute", "张三", text=text) for time, text in times)
    assert [message.text for message in merge([Conversation([five, three]), Conversation([nine])])] == ["3", "5", "9"]


def test_a_day_and_the_first_minute_of_it_stay_two() -> None:
    midnight = START.replace(hour=0)
    one = Conversation(Message(midnight, precision, "张三", text="好") for precision in ("day", "minute"))
    assert merge([one, one]).messages == one.messages


@pytest.mark.parametrize("known", [slice(None, None, 2), slice(4, 9), slice(0, 1), slice(None)])
def test_what_has_only_days_is_one_with_what_has_clocks_and_keeps_its_order(known: slice) -> None:
    evenings = [
        attrs.evolve(m, time=m.time and m.time + dt.timedelta(days=n), id=None) for n in range(3) for m in chat(6)
    ]
    whole = [
        attrs.evolve(m, time=m.time and m.time.replace(hour=0, minute=0, second=0), precision="day") for m in evenings
    ]
    for parts in ([whole, evenings[known]], [evenings[known], whole]):
        report = merge_report(map(Conversation, parts))
        assert report.matched == len(evenings[known])
        assert texts(report.conversation) == [message.text for message in evenings]


@given(parts=st.lists(conversations(), min_size=2, max_size=3))
def test_nothing_is_lost_and_nothing_is_made_up(parts: list[Conversation]) -> None:
    if len({m.time.tzinfo is None for part in parts for m in part if m.time}) > 1:
        with pytest.raises(ValueError, match="naive and aware"):
            merge(parts)
        return
    report = merge_report(parts)
    everything(report, *parts)
    assert max(map(len, parts)) <= len(report.conversation) <= sum(map(len, parts))
    assert sum(part.only_here for part in report.parts) + report.matched == len(report.conversation)
    alone = {places[0]: index for index, places in enumerate(report.sources) if len(places) == 1}
    for (number, place), index in alone.items():
        kept, given = report.conversation[index], parts[number][place]
        assert attrs.evolve(kept, is_self=None) == attrs.evolve(given, is_self=None)


entries = st.builds(
    say,
    st.integers(0, 3),
    st.sampled_from(["张三", "李四"]),
    st.sampled_from(["早", "好的", "收到", "好"]),
    kind=st.sampled_from([MessageKind.TEXT, MessageKind.IMAGE]),
)
pages = st.lists(entries, max_size=6).map(Conversation)


@given(parts=st.lists(pages, min_size=2, max_size=3), data=st.data())
def test_the_order_of_the_arguments_does_not_matter(parts: list[Conversation], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(parts))
    assert merge(shuffled).messages == merge(parts).messages


@given(parts=st.lists(pages, min_size=2, max_size=3))
def test_texts_are_counted_as_often_as_in_the_fullest_part(parts: list[Conversation]) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()

    def key(message: Message) -> tuple[Any, ...]:
        is_text = message.kind is MessageKind.TEXT
        return message.time, message.sender, message.kind, message.text if is_text else ""

    for part in parts:
        expected |= Counter(map(key, part))
    assert Counter(map(key, merge(parts))) == expected


versions = st.builds(
    Message,
    st.sampled_from([None, START, START + dt.timedelta(seconds=9)]),
    st.just("minute"),
    st.sampled_from([None, "我", "张三", "张三-示例公司"]),
    sender_id=st.sampled_from([None, "wxid_zhangsan0001"]),
    is_self=st.sampled_from([None, True, False]),
    kind=st.sampled_from(["location", "file", "text", "other"]),
    text=st.sampled_from(["[位置] 老槐树下", "[位置] 老槐树下 (39.9,116.4)", "清单??", "清单😀"]),
    id=st.sampled_from([None, "7", "9000000000000001"]),
    segments=st.none()
    | st.builds(
        lambda *known: [types.Location(raw="[位置]", label=known[0], latitude=known[1], longitude=known[2])],
        st.sampled_from([None, "老槐树下"]),
        st.sampled_from([None, 39.9, 39.91]),
        st.sampled_from([None, 116.4]),
    )
    | st.builds(lambda name: [types.File(raw="[文件]", name=name)], st.sampled_from(["清单", "清单.pdf"])),
)


@given(a=versions, b=versions, c=versions)
def test_versions_may_be_put_together_in_any_way(a: Message, b: Message, c: Message) -> None:
    assert unite(a, b)[0] == unite(b, a)[0]
    assert unite(unite(a, b)[0], c)[0] == unite(a, unite(b, c)[0])[0]
    assert unite(a, unite(a, b)[0])[0] == unite(a, b)[0]


LONG = chat(40)


@st.composite
def views(draw: st.DrawFn) -> Conversation:
    """What some exporter could have made of the evening: some of the messages, less of each."""
    kept = draw(st.sets(st.integers(0, len(LONG) - 1), min_size=28))
    found = [LONG[index] for index in sorted(kept)]
    if draw(st.booleans()):
        found = [attrs.evolve(message, id=None) for message in found]
    if draw(st.booleans()):
        found = [attrs.evolve(message, sender_id=None) for message in found]
    if draw(st.booleans()):
        found = [coarse(message) for message in found]
    return Conversation(found)


@given(a=views(), b=views(), c=views())
def test_parts_may_be_put_together_in_any_way(a: Conversation, b: Conversation, c: Conversation) -> None:
    whole = merge([a, b, c])
    assert sorted(texts(whole)) == sorted({text for part in (a, b, c) for text in texts(part)})
    key = lambda message: message.text  # noqa: E731
    for other in (merge([merge([a, b]), c]), merge([a, merge([b, c])]), merge([c, a, b])):
        assert sorted(other, key=key) == sorted(whole, key=key)


def test_the_work_grows_with_the_messages() -> None:
    steps = []
    for length in (500, 2000):
        union = Union()
        messages = tuple(chat(length))
        for number in range(2):
            union.add(Part(number, messages, f"o#{number}", (None, None, None)))
        assert len(union.messages) == length
        steps.append(union.steps)
    assert steps[1] <= steps[0] * 5


def test_one_content_a_thousand_times_in_one_minute() -> None:
    steps = []
    for length in (500, 2000):
        union = Union()
        for number in range(2):
            messages = tuple(
                attrs.evolve(say(0, f"人{index % 7}", "好"), precision="minute") for index in range(length)
            )
            union.add(Part(number, messages, f"o#{number}", (None, None, None)))
        assert len(union.messages) == length
        steps.append(union.steps)
    assert steps[1] <= steps[0] * 5


def test_a_new_part_costs_what_it_holds() -> None:
    union = Union()
    union.add(Part(0, tuple(chat(4000)), "o#0", (None, None, None)))
    before = union.steps
    union.add(Part(1, tuple(chat(4020)[3980:]), "o#1", (None, None, None)))
    assert union.steps - before <= 400
    assert len(union.messages) == 4020


# --- what is one ---------------------------------------------------------------------------------


def test_an_export_without_ids_and_one_with_coarse_times() -> None:
    a = Conversation(chat())
    b = Conversation([attrs.evolve(coarse(message), sender_id=None) for message in a])
    report = merge_report([b, a])
    assert report.conversation.messages == a.messages
    assert (report.matched, report.enriched, report.doubtful) == (60, 0, 0)


@pytest.mark.parametrize("shift", [3, -90, 3_600, -8 * 3_600])
def test_a_wrong_clock_is_found_and_told(shift: int) -> None:
    a = Conversation(chat())
    moved = [attrs.evolve(m, time=m.time and m.time + dt.timedelta(seconds=shift), id=None) for m in a[10:50]]
    report = merge_report([a, Conversation(moved)])
    assert sorted(texts(report.conversation)) == sorted(texts(a))
    assert len(report.conversation) == 60
    (note,) = (entry for entry in report.conversation.diagnostics if entry.code == "merge-clock")
    assert {abs(part.offset) for part in report.parts} == {dt.timedelta(), dt.timedelta(seconds=abs(shift))}
    assert str(dt.timedelta(seconds=abs(shift))) in note.message


def test_what_was_said_again_on_the_next_day_is_no_wrong_clock() -> None:
    a = [attrs.evolve(message, id=None) for message in chat(20)]
    again = [attrs.evolve(message, time=message.time and message.time + dt.timedelta(days=1)) for message in a]
    assert merge_report([Conversation(a), Conversation(again)]).matched == 0


def test_characters_that_an_export_lost_make_no_other_message() -> None:
    rest = [attrs.evolve(message, id=None) for message in chat(9)]
    whole, lost, other = (Conversation([*rest, say(999, "李四", text)]) for text in ("叫하나来", "叫??来", "不叫??"))
    assert (len(merge([whole, lost])), len(merge([whole, other]))) == (10, 11)


def test_names_are_learnt_from_messages() -> None:
    a = Conversation(chat())
    other = {"张三": "我", "李四": "四哥", "王五": "wxid_2"}
    b = Conversation(
        [attrs.evolve(m, sender=other[m.sender or ""], sender_id=None, is_self=m.sender == "张三", id=None) for m in a]
    )
    report = merge_report([a, b])
    assert len(report.conversation) == 60
    assert {m.sender for m in report.conversation} == {"张三", "李四", "王五"}
    assert [m.is_self for m in report.conversation] == [m.sender == "张三" for m in a]
    people = report.people
    assert people.find("四哥") is people.find(None, "wxid_1")


def test_the_version_that_says_more_wins_field_by_field() -> None:
    voice = types.Voice(raw="[语音]", seconds=3)
    a = say(0, "李四", "[语音]", kind="voice", segments=[voice], sender_id="wxid_1")
    b = say(0, "李四", "[语音]", kind="voice", segments=[types.Voice(raw="[语音]", transcript="你好")], id="1" * 18)
    (found,) = merge([Conversation([a]), Conversation([b])])
    assert found.given_segments == (types.Voice(raw="[语音]", seconds=3, transcript="你好"),)
    assert (found.sender_id, found.id) == ("wxid_1", "1" * 18)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("好\r\n的", "好\n的"),
        ("  好的 ", "好的"),
        ("@李四\u2005好", "@李四 好"),
        ("[微笑]好", "🙂好"),
        ("/::)好", "[Smile]好"),
        ("ＡＢＣ，好", "ABC,好"),
        ("今天😀好的", "今天??好的"),
    ],
)
def test_texts_that_are_one(one: str, two: str) -> None:
    rest = chat(6)
    a, b = ([*rest, say(900, "李四", text)] for text in (one, two))
    assert len(merge([Conversation(a), Conversation(b)])) == 7


def test_kinds_by_meaning() -> None:
    rest = chat(6)
    pairs = [
        (say(900, "李四", "[链接] 修车清单", kind="link"), say(900, "李四", "修车清单")),
        (say(930, "李四", "[图片]", kind="image"), say(930, "李四", "", kind="image")),
        (say(960, "李四", "[其他消息]", kind="other"), say(960, "李四", "位置", kind="location")),
        (
            say(990, "李四", "「王五：在吗」\n- - - - - - - - - - - - - - -\n在的", kind="quote"),
            say(990, "李四", "在的"),
        ),
    ]
    united = merge([Conversation([*rest, *side]) for side in zip(*pairs, strict=True)])
    assert [message.kind.value for message in united[6:]] == ["link", "image", "location", "quote"]


def test_two_owners_of_one_chat() -> None:
    messages = [say(n * 37, "张三" if n % 2 else "李四", sentence(n)) for n in range(20)]
    messages += [say(900, "张三", "好的"), say(900, "李四", "好的")]

    def seen_by(owner: str, partner: str) -> Conversation:
        return Conversation(
            [
                attrs.evolve(m, sender="我" if m.sender == owner else m.sender, is_self=m.sender == owner)
                for m in messages
            ],
            title=partner,
        )

    one, two = seen_by("张三", "李四"), seen_by("李四", "张三")
    united = merge([one, two])
    assert [(m.sender, m.text) for m in united] == [(m.sender, m.text) for m in messages]
    assert [m.is_self for m in united] == [m.sender == "张三" for m in messages]
    assert [m.is_self for m in merge([two, one])] == [m.sender == "李四" for m in messages]


def test_replies_follow_the_numbering_that_is_kept() -> None:
    long = chat(8)
    a = [attrs.evolve(m, reply_to=long[0].id if n == 5 else None) for n, m in enumerate(long)]
    b = [attrs.evolve(m, id=str(n), reply_to="3" if n == 6 else None) for n, m in enumerate(long)]
    united = merge([Conversation(a), Conversation(b)])
    assert [m.id for m in united] == [m.id for m in long]
    assert [(n, m.reply_to) for n, m in enumerate(united) if m.reply_to] == [(5, long[0].id), (6, long[3].id)]


def test_a_message_taken_back_keeps_its_text_and_gets_the_notice() -> None:
    a, notice = chat(5), say(37, None, '"李四" 撤回了一条消息', kind="recall", id="9000000000000001")
    b = [notice if n == 1 else m for n, m in enumerate(a)]
    for order in ([a, b], [b, a]):
        report = merge_report(map(Conversation, order))
        assert sorted(m.kind.value for m in report.conversation) == ["recall", *["text"] * 5]
        again = merge([report.conversation, *map(Conversation, order)])
        assert again.messages == report.conversation.messages


def test_conflicts_are_told_with_both_versions() -> None:
    a = chat(5)
    b = [attrs.evolve(m, text="别的") if n == 2 else m for n, m in enumerate(a)]
    report = merge_report([Conversation(a), Conversation(b)])
    (conflict,) = report.conflicts
    assert (conflict.index, conflict.fields) == (2, ("text",))
    assert {m.text for m in conflict.versions} == {a[2].text, "别的"}
    assert [entry.code for entry in report.conversation.diagnostics] == ["merge-conflict"]


def test_conflicts_stand_in_the_order_of_the_messages() -> None:
    a = chat(6)
    b = [attrs.evolve(m, text=f"别的{n}") if n in (2, 4) else m for n, m in enumerate(a)]
    report = merge_report([Conversation(a), Conversation(b[::-1])])  # the newest first
    assert [conflict.index for conflict in report.conflicts] == [2, 4]


def test_the_names_of_the_whole_are_given_to_every_message() -> None:
    a, b = chat(5), [say(9000, "Mia Lin", "早"), say(9001, "李四", "@Mia Lin 早")]
    report = merge([Conversation([*a, say(8000, "王五", "@Mia Lin 在吗")]), Conversation(b)])
    assert [m.mentions[0].name for m in report if m.mentions] == ["Mia Lin", "Mia Lin"]


def test_identities_are_taken() -> None:
    people = Identities.from_toml('[[person]]\nnames = ["李四", "四哥"]\n')
    a, b = Conversation([say(0, "李四", "好")]), Conversation([say(0, "四哥", "好")])
    assert len(merge([a, b])) == 2
    assert len(merge([a, b], people=people)) == 1


def test_undated_messages() -> None:
    a = Conversation([Message(sender="张三", text=sentence(n)) for n in range(5)])
    b = a[2:]
    assert merge([a, b]).messages == a.messages


def test_an_export_without_any_time() -> None:
    a = [
        *chat(30),
        *(say(2000 + n, ("张三", "李四")[n % 2], "好") for n in range(6)),
        *(
            attrs.evolve(m, time=m.time and m.time + dt.timedelta(hours=1), text=m.text + "后", id=None)
            for m in chat(30)
        ),
    ]
    b = [attrs.evolve(m, time=None, precision=None, id=None, sender_id=None) for m in a[5:50]]
    for order in ([a, b], [b, a]):
        united = merge(map(Conversation, order))
        assert [(m.text, m.time) for m in united] == [(m.text, m.time) for m in a]
    undated = [Conversation([attrs.evolve(m, time=None, id=None) for m in part]) for part in (a[:40], a[30:])]
    assert [m.text for m in merge(undated)] == [m.text for m in a]
    greetings = [Message(sender="李四", text="好") for _ in range(9)]
    one, two = (
        Conversation([*greetings, *(Message(sender="李四", text=sentence(n)) for n in range(start, start + 9))])
        for start in (0, 99)
    )
    assert len(merge([one, two])) == 36
    other = [Message(sender="赵六", text=sentence(7000 + n)) for n in range(30)]
    assert len(merge([Conversation(a), Conversation(other)])) == len(a) + 30


def test_a_short_word_without_a_time_is_in_doubt_where_something_is_missing() -> None:
    said = [sentence(n) for n in range(30)]
    said[15:15] = ["好", sentence(100), "好"]
    whole = [Message(sender="李四", text=text) for text in said]
    first, second = whole[:16] + whole[18:], whole[:15] + whole[17:]
    report = merge_report([Conversation(first), Conversation(second)])
    assert (len(report.conversation), report.doubtful) == (31, 0)
    report = merge_report([Conversation(whole), Conversation(first)])
    assert (len(report.conversation), report.doubtful) == (33, 1)


keys = st.lists(st.sampled_from(["好", *map(sentence, range(5))]), max_size=9)


@given(one=keys, two=keys)
def test_sequences_side_by_side(one: list[str], two: list[str]) -> None:
    fixed = anchors(one, two, is_telling)
    pairs = sorted([*fixed, *between(one, two, fixed, lambda _first, _second: True)])
    assert all(one[first] == two[second] for first, second in pairs)
    for (first, second), (later, following) in itertools.pairwise(pairs):
        assert first < later
        assert second < following
    assert len(anchors(one, one, is_telling)) == sum(one.count(key) == 1 and is_telling(key) for key in set(one))


# --- what is not one -----------------------------------------------------------------------------


def test_an_ambiguous_repeat_stays() -> None:
    a = Conversation([*chat(6), say(900, "李四", "好"), say(900, "李四", "好"), say(960, "李四", "好")])
    b = Conversation([*map(coarse, chat(6)), coarse(say(900, "李四", "好"))])
    assert len(merge([a, b])) == len(a)


def evening(seed: int, names: str, **fields: Any) -> Conversation:
    """A chat of its own, with the greetings of every evening."""
    people = names.split()
    messages = [say(n * 41, people[n % len(people)], sentence(seed + n)) for n in range(40)]
    messages += [say(n * 41, people[n % len(people)], ("早", "晚上好", "好的", "收到")[n % 4]) for n in range(40)]
    return Conversation(messages, **fields).sorted()


def test_two_chats_of_one_evening() -> None:
    a, b = evening(0, "张三 李四 王五"), evening(3000, "赵六 钱七 孙八")
    coarse_b = attrs.evolve(b, messages=map(coarse, b))
    for other in (b, coarse_b):
        report = merge_report([a, other])
        assert report.matched == 0
        assert [entry.code for entry in report.conversation.diagnostics] == ["merge-nothing"] * 2


def test_two_groups_of_one_title() -> None:
    a, b = evening(0, "张三 李四 王五", title="修车群"), evening(3000, "张三 李四 王五", title="修车群")
    shifted = Conversation(
        [attrs.evolve(m, time=m.time and m.time + dt.timedelta(seconds=7)) for m in b], title="修车群"
    )
    assert merge_report([a, shifted]).matched == 0
    assert (
        merge_report([attrs.evolve(a, messages=map(coarse, a)), attrs.evolve(b, messages=map(coarse, shifted))]).matched
        == 0
    )


def test_two_groups_with_ids() -> None:
    a, b = (evening(0, "张三 李四", id=f"{number}@chatroom") for number in (1, 2))
    report = merge_report([a, b])
    assert report.matched == 0


def test_a_forwarded_copy() -> None:
    a = Conversation(chat(30), title="修车群")
    forwarded = [
        attrs.evolve(
            m, time=m.time and m.time + dt.timedelta(seconds=5000 + n), sender="钱七", sender_id="wxid_7", id=None
        )
        for n, m in enumerate(a)
    ]
    assert merge_report([a, Conversation(forwarded, title="钱七")]).matched == 0
    bundle = say(
        5000,
        "钱七",
        "群聊的聊天记录",
        kind="forward",
        segments=[types.Forward(raw="群聊的聊天记录", messages=a.messages)],
    )
    assert merge_report([a, Conversation([bundle])]).matched == 0
    notices = [
        attrs.evolve(m, kind=MessageKind.SYSTEM, sender=None, sender_id=None) if n % 5 == 4 else m
        for n, m in enumerate(a)
    ]
    undated = [attrs.evolve(m, time=None, precision=None) for m in forwarded]
    assert merge_report([Conversation(notices), Conversation(undated)]).matched == 0


def test_a_few_days_inside_a_gap() -> None:
    a = Conversation(
        [*chat(20), *(attrs.evolve(m, time=m.time and m.time + dt.timedelta(days=9), id=None) for m in chat(20))]
    )
    b = Conversation(
        [attrs.evolve(m, time=m.time and m.time + dt.timedelta(days=4), text=m.text + "x", id=None) for m in chat(20)]
    )
    report = merge_report([a, b])
    assert report.matched == 0
    assert report.conversation.diagnostics == ()


def test_one_period_without_a_match_is_told() -> None:
    a, b = Conversation(chat(20)), Conversation([say(n * 41, "赵六", sentence(5000 + n)) for n in range(20)])
    report = merge_report([a, b])
    assert report.matched == 0
    assert [entry.code for entry in report.conversation.diagnostics] == ["merge-nothing"] * 2


def test_chats_of_one_month_that_share_no_minute_are_told() -> None:
    days = [(n, step) for n in range(12) for step in (0, 40)]
    a = Conversation([say(n * 86_400 + step, "张三", sentence(n + step)) for n, step in days])
    b = Conversation([say(n * 86_400 + 30_000 + step, "李四", sentence(900 + n + step)) for n, step in days])
    report = merge_report([a, b])
    assert [(part.matched, part.between) for part in report.parts] == [(0, 11), (0, 11)]
    assert {entry.code for entry in report.conversation.diagnostics} == {"merge-nothing"}
    assert merge([Conversation(a[:8]), Conversation(b[8:])]).diagnostics == ()
    few = merge_report([Conversation(a[:8:2]), Conversation(b[:6:2])])
    assert [(part.between, part.messages) for part in few.parts] == [(3, 4), (2, 3)]
    assert [entry.code for entry in few.conversation.diagnostics] == ["merge-nothing"]


def test_messages_without_a_time_stand_between_nothing() -> None:
    undated = attrs.evolve(say(0, "张三", "没有时间"), time=None, precision=None)
    a = Conversation([undated, *(say(n * 100, "张三", sentence(n)) for n in range(3))])
    b = Conversation([say(n * 100 - 50, "李四", sentence(900 + n)) for n in range(3)])
    assert [part.between for part in merge_report([a, b]).parts] == [2, 2]


def test_chats_of_other_contacts_are_told() -> None:
    a = Conversation([say(0, "张三", "明天见")], id="wxid_zhangsan0001", owner="wxid_wangwu0003")
    b = Conversation([say(9e6, "李四", "明天见")], id="wxid_lisi0002", owner="wxid_wangwu0003")
    (told,) = merge([a, b]).diagnostics
    assert (told.code, "wxid_lisi0002" in told.message, "wxid_zhangsan0001" in told.message) == (
        "merge-chats",
        True,
        True,
    )
    assert told in merge([Conversation([say(5, "王五", "早")]), a, b]).diagnostics
    assert merge([attrs.evolve(page, owner=None) for page in (a, b)]).diagnostics == ()  # perhaps of two owners
    mirrored = attrs.evolve(b, id="wxid_wangwu0003", owner="wxid_zhangsan0001")  # the other side's export
    assert merge([a, mirrored]).diagnostics == merge([a, attrs.evolve(b, id="lisi")]).diagnostics == ()


def private(friend: str, *answers: str, **fields: Any) -> Conversation:
    """What the owner sent to several people, and what one of them answered."""
    sent = ("周六下午三点在老槐树下集合", "请带好扳手和补胎片", "收到请回复一下")
    mine = [say(n * 20, "我", text, is_self=True) for n, text in enumerate(sent)]
    return Conversation([*mine, *(say(25 + n * 20, friend, text) for n, text in enumerate(answers))], **fields).sorted()


def test_one_text_sent_to_two_people_at_once() -> None:
    a = private("张三", "好的我一定到", "扳手我有一套", title="张三")
    b = private("李四", "这次我来不了", "下个月再一起修", title="李四")
    assert merge_report([a, b]).matched == 0


def test_two_texts_sent_to_two_people_who_say_other_short_words() -> None:
    a = private("张三", "好的我一定到", "扳手我有一套", title="张三")
    words = [say(26 + n * 2, "李四", word) for n, word in enumerate(("嗯", "好", "行", "哦", "在吗", "收到"))]
    b = attrs.evolve(private("李四", title="李四"), messages=[*private("李四"), *words])
    chatty = attrs.evolve(a, messages=[*a, *(say(27 + n * 2, "张三", word) for n, word in enumerate("早啊对"))])
    assert merge_report([b, chatty]).matched == merge_report([chatty, b]).matched == 0


def test_the_greetings_of_two_untitled_chats() -> None:
    def greet(friend: str, *texts: str) -> Conversation:
        said = [say(n * 60, ("我", friend)[n % 2], text, is_self=n % 2 == 0) for n, text in enumerate(texts)]
        return Conversation([coarse(message) for message in said])

    assert (
        merge_report([greet("张三", "早", "早啊", "吃了吗", "吃了"), greet("李四", "早", "早", "在吗", "在的")]).matched
        == 0
    )


MASS = "祝您新年快乐身体健康"


def busy(talker: str, number: int, people: str, start: int) -> Conversation:
    """A chat without a title in which somebody says what is said elsewhere too, and others say their own."""
    said = [say(n * 600, talker, f"{MASS}，第{n}条") for n in range(number)]
    names = people.split()
    said += [say(n * 97 + start % 7, names[n % len(names)], sentence(start + n)) for n in range(number * 6)]
    return Conversation(said).sorted()


@pytest.mark.parametrize("number", [1, 5, 12])
@pytest.mark.parametrize("others", ["王五 赵六", "张三 李四"])
def test_one_text_sent_into_two_chats_without_titles(number: int, others: str) -> None:
    a, b = busy("小助手", number, "张三 李四", 100), busy("小助手", number, others, 4000)
    assert merge_report([a, b]).matched == 0
    mostly = [say(n * 60, "小助手", f"提醒第{n}条，请按时打卡") for n in range(60)]
    longer = (Conversation([*mostly, *part]).sorted() for part in (a, b))
    assert merge_report(longer).matched == 0


def test_one_text_and_thanks_of_one_minute() -> None:
    def greeted(friend: str, *answers: int) -> Conversation:
        sent = [say(1, "我", MASS, is_self=True), *(say(second, friend, "谢谢") for second in answers)]
        return Conversation(map(coarse, sent))

    assert merge_report([greeted("张三", 60, 70), greeted("李四", 61)]).matched == 0


def test_what_one_person_said_is_united_with_the_whole() -> None:
    whole = [attrs.evolve(message, id=None, sender_id=None) for message in chat(60)]
    alone = Conversation([message for message in whole if message.sender == "张三"])
    assert len(merge([Conversation(whole), alone])) == len(merge([alone, Conversation(whole)])) == 60


@pytest.mark.parametrize("change", [lambda message: message, coarse])
def test_a_chat_passed_on_message_by_message(change: Any) -> None:
    a = Conversation(chat(30), title="修车群")
    later = dt.timedelta(seconds=40)
    passed = [attrs.evolve(m, time=m.time and m.time + later, sender="钱七", sender_id="wxid_7", id=None) for m in a]
    report = merge_report([a, Conversation(map(change, passed), title="钱七")])
    assert report.matched == 0
    assert {part.offset for part in report.parts} == {dt.timedelta()}
    assert "merge-clock" not in {entry.code for entry in report.conversation.diagnostics}


def test_two_notices_of_one_second_are_two() -> None:
    rest = [attrs.evolve(message, id=None) for message in chat(9)]
    a, b = (say(100, None, f'"{name}" 撤回了一条消息', kind="recall") for name in ("张三", "李四"))
    assert len(merge([Conversation([*rest, a]), Conversation([*rest, b])])) == 11
    new_name = attrs.evolve(b, text='"四哥" 撤回了一条消息')
    assert len(merge([Conversation([*rest, new_name]), Conversation([*rest, b])])) == 10


@pytest.mark.parametrize(
    ("one", "two", "number"),
    [
        ({"text": "[表情]"}, {"text": "[动画表情]", "kind": "sticker"}, 10),
        ({"text": "[表情]"}, {"text": "带上扳手再来"}, 11),
        ({"text": "[表情]"}, {"text": "[位置] 老槐树", "kind": "location"}, 11),
        ({"text": "[语音]"}, {"text": "[转账] ￥3.00", "kind": "transfer"}, 11),
        ({"text": "[音乐] 后轮", "kind": "other"}, {"text": "[语音]", "kind": "voice"}, 11),
        ({"text": "[音乐] 后轮", "kind": "other"}, {"text": "后轮", "kind": "music"}, 10),
    ],
)
def test_a_label_is_no_other_message(one: dict[str, str], two: dict[str, str], number: int) -> None:
    rest = [attrs.evolve(message, id=None) for message in chat(9)]
    assert len(merge([Conversation([*rest, say(999, "李四", **fields)]) for fields in (one, two)])) == number  # type: ignore[arg-type]


def test_of_two_equal_words_in_a_minute_the_order_says_which() -> None:
    rest = [attrs.evolve(message, id=None) for message in chat(9)]
    later = [say(603, "李四", "好"), say(609, "张三", "我到老槐树下了"), say(618, "李四", "好")]
    fine, rough = Conversation([*rest, *later[1:]]), Conversation(map(coarse, [*rest, *later[:2]]))
    report = merge_report([fine, rough])
    assert texts(report.conversation)[-3:] == ["好", "我到老槐树下了", "好"]
    assert merge([rough, fine]).messages == report.conversation.messages
    turned = Conversation(rough.messages[::-1])  # the newest first
    assert len(merge([fine, turned])) == 12
    # one in no order says nothing of which is which
    for last in (rough.messages[9:], rough.messages[:8:-1]):
        mixed = Conversation([*rough.messages[5:9], *last, *rough.messages[:5]])
        assert merge_report([fine, mixed]).matched == 11


@pytest.mark.parametrize("seed", [11, 47, 52, 66])
def test_an_export_without_times_is_united_last_wherever_it_stands(seed: int) -> None:
    dice = random.Random(seed)
    said = "早 好 好的 哈哈 几点集合呢 在老槐树下见 我带补胎工具 水库那条路修好了吗 今天风太大了 改到下周吧大家 [强]".split()
    times = list(itertools.accumulate(dice.choice([0, 1, 3, 20, 50, 200]) for _ in range(25)))
    whole = [say(3 + time, dice.choice("甲乙丙"), dice.choice(said)) for time in times]
    fine, rough, bare = ([message for message in whole if dice.random() > 0.3] for _ in range(3))
    parts = [
        Conversation(fine),
        Conversation(map(coarse, rough)),
        Conversation([attrs.evolve(message, time=None, precision=None) for message in bare]),
    ]
    first, *others = [merge(parts).messages for parts in itertools.permutations(parts)]
    assert all(other == first for other in others)


def test_a_title_says_more_of_which_is_which_than_a_short_word() -> None:
    rest = [attrs.evolve(message, id=None) for message in chat(9)]
    link = say(606, "张三", "[链接] 修车清单", kind="link", segments=[types.Link(raw="", title="修车清单")])
    said = [say(603, "李四", "好"), link, say(609, "李四", "好")]
    report = merge_report([Conversation([*rest, *said]), Conversation(map(coarse, [*rest, *said[1:]]))])
    assert [len(places) for places in report.sources[-3:]] == [1, 2, 2]


def test_the_order_within_a_second_says_nothing() -> None:
    rest = [attrs.evolve(message, id=None) for message in chat(9)]
    said = [say(603, "李四", "好"), say(603, "张三", "我到老槐树下了")]
    fine, rough = Conversation([*rest, *said]), Conversation(map(coarse, [*rest, *said[::-1]]))
    assert len(merge([fine, rough])) == len(merge([rough, fine])) == 11


def test_senders_are_learnt_from_what_has_a_title() -> None:
    def shared(name: str) -> list[Message]:
        known = [types.Link(raw="", title=f"修车清单第{n}页") for n in range(4)]
        return [say(900 + n * 60, name, "[链接]", kind="link", segments=[link]) for n, link in enumerate(known)]

    rest = [attrs.evolve(message, id=None, sender_id=None) for message in chat(9)]
    parts = [Conversation([*rest, *shared("四哥")]), Conversation(map(coarse, [*rest, *shared("赵六")]))]
    assert len(merge(parts)) == len(merge(parts[::-1])) == 13


def test_the_owner_is_one_person_under_both_names() -> None:
    said = [say(900 + n * 60, "张三", "[图片]", kind="image") for n in range(9)]
    rest = [attrs.evolve(m, id=None, sender_id=None, is_self=m.sender == "张三") for m in chat(9)]
    united = [*rest, *(attrs.evolve(message, sender="我", is_self=True) for message in said)]
    other = [attrs.evolve(message, is_self=None) for message in [*rest, *said]]
    assert len(merge([Conversation(united), Conversation(other)])) == 18


def test_of_one_second_each_export_keeps_its_own_order() -> None:
    whole = Conversation([say(0, name, f"{name}说的第一句") for name in ("张三", "李四", "王五", "赵六")])
    for chosen in itertools.combinations(range(4), 2):
        part = Conversation([attrs.evolve(whole[index], sender_id=f"wxid_{index}") for index in chosen])
        earlier = Conversation([say(-60, "张三", "这句话更早"), *part])  # is united first
        assert texts(merge([earlier, whole]))[1:] == texts(whole)


def test_two_accounts_of_one_name() -> None:
    a = Conversation([*chat(6), say(900, "李四", "好", sender_id="wxid_8"), say(900, "李四", "好", sender_id="wxid_9")])
    b = Conversation([*chat(6), say(900, "李四", "好", sender_id="wxid_9")])
    c = Conversation([attrs.evolve(m, sender_id=None, id=None) for m in a])
    assert len(merge([a, b])) == len(merge([a, b, c])) == len(merge([c, b, a])) == 8


def test_different_ids_of_the_server_are_different_messages() -> None:
    a, b = (Conversation([say(0, "李四", "好的好的", id=str(10**17 + n))]) for n in (1, 2))
    assert len(merge([a, b])) == 2


def test_a_message_taken_back_shows_that_the_ids_are_those_of_the_other_export() -> None:
    words = [say(60, "李四", "好"), say(65, "张三", "收到")]
    a, b = ([attrs.evolve(m, id=str(number + n)) for n, m in enumerate(words)] for number in (112, 115))
    taken_back = say(0, None, '"张三" 撤回了一条消息', kind="recall", id="111")
    assert len(merge([Conversation([say(0, "张三", "约在东门", id="111"), *a]), Conversation([taken_back, *b])])) == 6


def test_texts_that_only_look_alike_are_two() -> None:
    rest = chat(6)
    a, b = ([*rest, say(900, "李四", text)] for text in ("明天九点见", "明天九点见面吧"))
    assert len(merge([Conversation(a), Conversation(b)])) == 8


def test_a_text_that_was_cut_and_one_with_its_quote_are_one() -> None:
    rest = chat(6)
    for one, two in (("明天九点在老…", "明天九点在老槐树下见"), ("明天九点见", "明天九点见[引用 王五：几点]")):
        a, b = ([*rest, say(900, "李四", text)] for text in (one, two))
        (last,) = merge([Conversation(a), Conversation(b)])[6:]
        assert last.text == two


def test_names_changed_in_both_exports_at_different_times() -> None:
    def seen(start: int) -> Conversation:
        names = {"李四": "四哥", "王五": "王五-示例公司"}
        return Conversation(
            [
                attrs.evolve(
                    m, sender=names.get(m.sender or "", m.sender) if n > start else m.sender, sender_id=None, id=None
                )
                for n, m in enumerate(chat(120))
            ]
        )

    for one, two in ((30, 60), (60, 30)):
        assert len(merge([seen(one), seen(two)])) == 120


def test_an_order_of_more_than_three_parts_does_not_matter() -> None:
    whole = chat(60)
    parts = [
        Conversation(whole[:40]),
        Conversation([coarse(m) for m in whole[20:]]),
        Conversation([attrs.evolve(m, sender_id=None, id=None) for m in whole[10:50]]),
        Conversation([attrs.evolve(m, time=m.time and m.time - dt.timedelta(hours=8), id=None) for m in whole[5:55]]),
    ]
    expected = merge(parts).messages
    assert len(expected) == 60
    for shift in range(1, 4):
        assert merge([*parts[shift:], *parts[:shift]]).messages == expected
    assert merge(parts[::-1]).messages == expected


def test_clocks_without_a_zone_are_taken_for_those_of_the_zone_that_others_have() -> None:
    naive = Conversation([*chat(2), attrs.evolve(say(0, "李四", "早"), time=None, precision=None)])
    zone = dt.timezone(dt.timedelta(hours=8))
    aware = Conversation([attrs.evolve(m, time=m.time and m.time.replace(tzinfo=zone)) for m in chat(2)], tz=zone)
    assert with_one_clock([naive])[0] is naive
    assert with_one_clock([naive, aware])[1] is aware
    assert with_one_clock([naive, aware])[0].messages == (*aware, naive[2])
