"""Counting: against naive counting, in streams, together, and with whatever a chat can hold."""

from __future__ import annotations

import datetime as dt
import math
import os
import pickle
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import wechatlog
from tests.strategies import conversations
from wechatlog import Call, Conversation, Message, MessageKind, MissingExtraError, Participant, Text
from wechatlog.model import account_names, normalize_name
from wechatlog.operations import Counts, ResponseTimes, Silence, Streak, merge, statistics
from wechatlog.operations.statistics import count, tally, words
from wechatlog.operations.statistics.values import duration_text
from wechatlog.operations.statistics.words import find_emoji, knows_words

START = dt.datetime(2026, 5, 1, 9)
HOUR = dt.timedelta(hours=1)


def say(minutes: float, sender: str | None, text: str = "好", **fields: Any) -> Message:
    return Message(START + dt.timedelta(minutes=minutes), "second", sender, text=text, **fields)


# --- totals --------------------------------------------------------------------------------------


@given(conversation=conversations())
@example(
    conversation=Conversation([Message(sender="李四"), Message(sender="")], participants=[Participant("李四", "\t")])
)
def test_totals_agree_with_naive_counting(conversation: Conversation) -> None:
    found = statistics(conversation)
    timed = [message for message in conversation if message.time is not None]
    sent = [message for message in conversation if message.sender is not None or message.sender_id]
    assert found.messages == len(conversation)
    assert found.notices == len(conversation) - len(sent)
    assert found.undated == len(conversation) - len(timed)
    assert found.kinds == Counter(message.kind for message in conversation)
    assert found.days == Counter(message.time.date() for message in timed if message.time)
    hours = Counter((m.time.weekday(), m.time.hour) for m in timed if m.time and m.precision != "day")
    assert {(d, h): n for d, row in enumerate(found.hours) for h, n in enumerate(row) if n} == hours
    walls = [message.time.replace(tzinfo=None) for message in timed if message.time]
    assert (found.first and found.first.replace(tzinfo=None)) == min(walls, default=None)
    assert (found.last and found.last.replace(tzinfo=None)) == max(walls, default=None)
    accounts = account_names(conversation.members)
    ids = [m.sender_id or (m.sender and accounts.get(normalize_name(m.sender))) for m in sent]
    keys = Counter((id_, None) if id_ else (None, m.sender) for id_, m in zip(ids, sent, strict=True))
    assert sorted(s.messages for s in found.senders) == sorted(keys.values())
    assert sum(sender.messages for sender in found.senders) == len(sent)
    assert not sent or math.isclose(sum(sender.share for sender in found.senders), 1)
    assert len({sender.label for sender in found.senders}) == len(found.senders)
    assert sum(sender.started for sender in found.senders) == found.sessions
    pictures = [find_emoji(segment.raw) for m in sent for segment in m.segments if isinstance(segment, Text)]
    assert found.emoji.total == sum(len(message.emoji) for message in sent) + sum(map(len, pictures))
    assert found.mentions.total == sum(len(message.mentions) for message in sent)


@given(conversation=conversations())
def test_a_stream_gives_what_the_whole_gives(conversation: Conversation) -> None:
    assert statistics([conversation]) == statistics(conversation)
    conversation = attrs.evolve(conversation.sorted(), participants=())  # a stream has its order and no list of members
    whole = statistics(conversation, words=False)
    assert statistics(iter(conversation)) == whole
    assert hash(whole) == hash(pickle.loads(pickle.dumps(whole)))
    assert pickle.loads(pickle.dumps(whole)) == whole
    assert whole.tables() == statistics(message for message in conversation).tables()
    assert repr(whole).startswith(f"<Statistics: {len(conversation)} message")


@given(conversation=conversations())
def test_without_segments_only_their_tables_are_empty(conversation: Conversation) -> None:
    empty: Counts[Any] = Counts()
    fast = statistics(conversation, segments=False)
    found = statistics(conversation, words=False)
    silent = [attrs.evolve(sender, laughs=0, repeats=0, calls=0, call_seconds=0) for sender in found.senders]
    assert fast == attrs.evolve(
        found,
        segments=False,
        senders=tuple(silent),
        emoji=empty,
        mentions=empty,
        domains=empty,
        repeats=empty,
        complete=True,
    )


@given(chats=st.lists(conversations(), max_size=3))
def test_several_are_counted_together(chats: list[Conversation]) -> None:
    found = statistics(chats)
    alone = [statistics(chat) for chat in chats]
    for name in ("messages", "notices", "undated", "sessions"):
        assert getattr(found, name) == sum(getattr(one, name) for one in alone)
    for name in ("kinds", "days", "emoji", "domains"):
        assert getattr(found, name) == sum((Counter(dict(getattr(one, name))) for one in alone), Counter())
    counts = [one.responses.count for one in alone if one.responses]
    assert (found.responses.count if found.responses else 0) == sum(counts)
    assert statistics(iter(chats)) == found


def test_pages_of_one_chat_are_merged_first() -> None:
    one, two = Conversation([say(0, "李四")]), Conversation([say(1, "王五"), say(600, "李四")])
    assert statistics([one, two]).responses is None
    together = statistics(merge([one, two]))
    assert together.responses is not None
    assert together.responses.median == dt.timedelta(minutes=1)


def test_empty() -> None:
    found = statistics(Conversation())
    assert found == statistics([]) == statistics(iter(()))
    assert (found.messages, found.senders, found.first, found.longest_streak, found.longest_silence) == (
        0, (), None, None, None,
    )  # fmt: skip
    assert found.tables()["senders"] == []
    assert len(found.tables()["hours"]) == 168
    assert repr(found) == "<Statistics: 0 messages, 0 senders>"


@pytest.mark.parametrize("wrong", [["text"], [Conversation(), say(0, "李四")], 7])
def test_other_things_are_not_counted(wrong: Any) -> None:
    with pytest.raises(TypeError):
        statistics(wrong)


def test_a_gap_is_not_negative() -> None:
    with pytest.raises(ValueError, match="a gap is no less than zero"):
        statistics([], gap=dt.timedelta(seconds=-1))
    at_once = [say(0, "李四"), say(0, "王五"), say(0.1, "李四")]
    assert statistics(at_once, gap=dt.timedelta()).sessions == 2


# --- senders -------------------------------------------------------------------------------------


def test_the_account_id_tells_people_apart_or_else_the_name() -> None:
    chat = [
        say(0, "张三", sender_id="wxid_zhangsan0001", is_self=True),
        say(1, "三哥", sender_id="wxid_zhangsan0001"),
        say(2, "张三", sender_id="wxid_zhangsan0002"),
        say(3, "张三"),
        say(4, None, sender_id="wxid_lisi0001"),
        say(5, None, "你撤回了一条消息", kind="recall"),
    ]
    found = statistics(chat)
    assert [(sender.label, sender.messages, sender.is_self) for sender in found.senders] == [
        ("张三 (wxid_zhangsan0001)", 2, True),
        ("张三 (wxid_zhangsan0002)", 1, None),
        ("张三", 1, None),
        ("wxid_lisi0001", 1, None),
    ]
    assert found.notices == 1
    assert found.senders[0].share == 0.4
    assert [sender.name for sender in found.most_active(2)] == ["张三", "张三"]


def test_labels_are_never_the_same() -> None:
    chat = [
        say(0, "a (b)"),
        say(1, "a", sender_id="b"),
        say(2, "a", sender_id="c"),
        say(3, ""),
        say(4, "x", sender_id=""),
    ]
    assert [sender.label for sender in statistics(chat).senders] == ["a (b)", "a (b) #2", "a (c)", "", "x"]


def test_characters_are_what_a_person_typed() -> None:
    quote = wechatlog.Quote("李四", "早上好", raw="「李四：早上好」\n- - -\n")
    chat = [
        say(0, "张三", "早[微笑]"),
        say(1, "张三", "「李四：早上好」\n- - -\n好的", kind="quote", segments=(quote, wechatlog.Text("好的"))),
        say(2, "张三", "![](http://img.example/1.png)", kind="image"),
        say(3, None, "notice", kind="system"),
    ]
    for segments in (True, False):
        assert [sender.characters for sender in statistics(chat, segments=segments).senders] == [5 + 2]


# --- time ----------------------------------------------------------------------------------------


def test_streaks() -> None:
    days = [1, 2, 4, 5, 6, 9, 10, 11, 20]
    chat = [Message(dt.datetime(2026, 5, day), "day", "李四") for day in reversed(days)]
    found = statistics(chat)
    assert found.longest_streak == Streak(dt.date(2026, 5, 4), dt.date(2026, 5, 6))
    assert found.longest_streak.days == 3
    assert found.active_days == 9
    assert list(found.days) == sorted(found.days)


def test_what_has_only_a_day_has_no_hour_and_no_session() -> None:
    chat = [Message(dt.datetime(2026, 5, 1), "day", name) for name in ("李四", "王五")]
    found = statistics(chat)
    assert not any(map(any, found.hours))
    assert found.days == {dt.date(2026, 5, 1): 2}
    assert (found.sessions, found.responses, found.longest_silence) == (0, None, None)


def test_the_clock_on_the_wall_decides_the_hour() -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    late = dt.datetime(2026, 5, 3, 23, 30, tzinfo=zone)
    found = statistics(Conversation([Message(late, "second", "李四")], tz=zone))
    assert found.hours[6][23] == 1
    assert found.first is late
    mixed = statistics([Message(late, "second", "李四"), say(0, "李四")])  # of no conversation, and yet no error
    assert (mixed.first, mixed.last) == (START, late)


def test_sessions_silences_and_response_times() -> None:
    chat = [
        say(0, "李四"), say(1, "李四"), say(3, "王五"), say(3.5, None), say(13, "李四"),  # a notice has no part
        say(73, "王五"),  # exactly an hour: the same session
        say(133.1, "赵六"), say(133.1, "李四"),
        say(130, "王五"), say(131, "李四"),  # not quite in order: no response time, no other session
        say(1000, "赵六"),
    ]  # fmt: skip
    found = statistics(chat)
    assert found.sessions == 3
    assert {sender.label: sender.started for sender in found.senders} == {"李四": 1, "王五": 0, "赵六": 2}
    times = {sender.label: sender.responses for sender in found.senders}
    minutes = dt.timedelta(minutes=1)
    assert times["王五"] == ResponseTimes(2, 2 * minutes, 2 * minutes, 60 * minutes)
    assert times["李四"] == ResponseTimes(3, dt.timedelta(), minutes, 10 * minutes)
    assert times["赵六"] is None
    assert found.responses is not None
    assert found.responses.count == 5
    assert found.longest_silence == Silence(chat[-2].time, chat[-1].time, 869 * minutes)
    assert statistics(chat, gap=5 * minutes).sessions == 5


def _naive_responses(chat: Conversation, gap: dt.timedelta) -> list[int]:
    last: tuple[object, dt.datetime] | None = None
    found = []
    for message in chat:
        if message.time is None or message.precision == "day" or (message.sender is None and not message.sender_id):
            continue
        who = message.sender_id or ("name", message.sender)
        if last is not None and last[0] != who and dt.timedelta() <= message.time - last[1] <= gap:
            found.append(math.floor((message.time - last[1]).total_seconds()))
        last = who, message.time
    return sorted(found)


@st.composite
def talks(draw: st.DrawFn) -> Conversation:
    steps = draw(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(-900, 5_000)), max_size=40))
    messages, time = [], START
    for name, step in steps:
        time += dt.timedelta(seconds=step, milliseconds=draw(st.sampled_from([0, 1, 999])))
        messages.append(Message(time, "second", name))
    return Conversation(messages)


@given(chat=talks())
def test_quartiles_agree_with_naive_counting(chat: Conversation) -> None:
    waits = _naive_responses(chat.sorted(), HOUR)
    found = statistics(chat).responses
    if not waits:
        assert found is None
        return
    assert found is not None
    assert found.count == len(waits)
    quartiles = [waits[math.ceil(part * len(waits) / 4) - 1] for part in (1, 2, 3)]
    assert [found.lower, found.median, found.upper] == [dt.timedelta(seconds=wait) for wait in quartiles]


@given(chat=talks())
def test_the_longest_silence_agrees_with_naive_counting(chat: Conversation) -> None:
    steps = [two - one for one, two in pairwise(message.time for message in chat.sorted()) if one and two]
    longest = max([step for step in steps if step > dt.timedelta()], default=None)
    found = statistics(chat).longest_silence
    assert (found.duration if found else None) == longest


# --- segments ------------------------------------------------------------------------------------


def test_emoji_mentions_and_links() -> None:
    chat = Conversation(
        [
            say(0, "张三", "@李四\u2005看[强][强] https://www.A.example:8080/x http://b.example"),
            say(1, "李四", "@王五\u2005@所有人\u2005/:strong [Smile]"),
            say(2, "李四", "@张三\u2005好"),
            say(3, None, "[强] @张三\u2005 http://c.example", kind="system"),
        ]
    )
    found = statistics(chat)
    assert list(found.emoji.items()) == [("[强]", 3), ("[微笑]", 1)]
    assert found.emoji.most_common(1) == [("[强]", 3)]
    assert found.mentions == {("张三", "李四"): 1, ("李四", "王五"): 1, ("李四", "@所有人"): 1, ("李四", "张三"): 1}
    assert found.domains == {"a.example": 1, "b.example": 1}
    tables = found.tables()
    assert tables["emoji"][0] == {"emoji": "[强]", "unicode": "👍", "count": 3}
    assert tables["mentions"][0] == {"sender": "张三", "mentioned": "李四", "count": 1}
    assert tables["domains"][0] == {"domain": "a.example", "links": 1}


def test_a_name_that_one_person_has_shown_stands_for_them() -> None:
    chat = Conversation(
        [
            say(0, "李四", sender_id="wxid_lisi0001"),
            say(1, "四哥", sender_id="wxid_lisi0001"),
            say(2, "张三", "@四哥\u2005在吗"),
            say(3, "张三", "@李四\u2005在吗"),
        ]
    )
    assert statistics(chat).mentions == {("张三", "李四"): 2}


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.Example.com:443/a?b", "example.com"),
        ("http://user:pass@host.example", "host.example"),
        ("www.example.com/a", "example.com"),
        ("example.com", "example.com"),
        ("example.com/a//b", "example.com"),
        ("localhost", None),
        ("http://例子.测试/路", "例子.测试"),
        ("weixin://dl/x", "dl"),
        ("http://[::1]/", None),
        ("http://", None),
        ("http:///x", None),
        ("", None),
        ("http://" + "a" * 300, None),
        ("http://a b", None),
    ],
)
def test_domains(url: str, domain: str | None) -> None:
    assert tally.domain_of(url) == domain


def test_replies_by_id_or_else_by_the_name_in_the_quote() -> None:
    quote = wechatlog.Quote("张三", "早")
    chat = [
        say(0, "张三", id="1"),
        say(1, "李四", id="2", reply_to="1"),
        say(2, "王五", id="3", reply_to="99", kind="quote", segments=(quote,)),
        say(3, "王五", id="4", reply_to="99"),  # nobody knows whom
        say(4, "张三", id="5", kind="quote", segments=(wechatlog.Quote("外人", "x"),)),
    ]
    found = statistics(chat)
    assert found.replies == {("李四", "张三"): 1, ("王五", "张三"): 1, ("张三", "外人"): 1}
    assert statistics(chat, segments=False).replies == found.replies
    assert found.tables()["replies"][0] == {"sender": "李四", "answered": "张三", "count": 1}


def test_ids_of_another_conversation_answer_nothing() -> None:
    one, two = Conversation([say(0, "张三", id="1")]), Conversation([say(1, "李四", reply_to="1")])
    assert not statistics([one, two]).replies


def test_what_bodies_make_up_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "LIMIT", 3)
    chat = [say(0, "张三", f"http://{host}.example ", id=host) for host in "abcda"]
    found = statistics(chat)
    assert found.domains == {"a.example": 2, "b.example": 1, "c.example": 1}
    assert not found.complete
    answers = [say(0, "李四", id=str(number)) for number in range(7)]
    assert statistics([*answers, say(1, "张三", reply_to="3")]).replies == {("张三", "李四"): 1}
    assert not statistics([*answers, say(1, "张三", reply_to="2")]).replies


def test_names_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "_NAMES", 2)
    counted = tally.Tally(HOUR, segments=False)
    counted.add(say(0, f"n{number}", sender_id="1") for number in range(5))
    assert list(counted.senders[0].names) == ["n0", "n1"]


# --- values --------------------------------------------------------------------------------------


def test_counts_are_frozen() -> None:
    counts = Counts([("a", 1), ("b", 3)])
    assert (counts["b"], len(counts), counts.total, dict(counts)) == (3, 2, 4, {"a": 1, "b": 3})
    assert counts == Counts([("b", 3), ("a", 1)])
    assert hash(counts) == hash(Counts([("b", 3), ("a", 1)]))
    assert counts.most_common() == [("b", 3), ("a", 1)]
    assert repr(counts) == "Counts([('a', 1), ('b', 3)])"
    assert pickle.loads(pickle.dumps(counts)) == counts
    with pytest.raises(AttributeError):
        counts.total = 1  # type: ignore[misc]
    with pytest.raises(AttributeError):
        counts._items = {}
    with pytest.raises(TypeError):
        counts["a"] = 2  # type: ignore[index]


def test_tables_are_plain() -> None:
    tables = statistics([say(0, "李四"), say(1, "王五", kind="image")]).tables()
    assert list(tables) == [
        *("summary", "senders", "kinds", "days", "hours", "emoji", "mentions", "replies", "domains"),
        *("words", "phrases", "repeats", "together"),
    ]
    assert tables["kinds"] == [{"kind": "text", "messages": 1}, {"kind": "image", "messages": 1}]
    assert tables["days"] == [{"day": dt.date(2026, 5, 1), "messages": 2}]
    assert [row for row in tables["hours"] if row["messages"]] == [{"weekday": 5, "hour": 9, "messages": 2}]
    assert tables["senders"][1]["response_median"] == 60
    plain = (str, int, float, bool, type(None), dt.datetime, dt.date)
    assert all(type(value) in plain for rows in tables.values() for row in rows for value in row.values())
    assert tables["summary"][0]["senders"] == 2
    assert MessageKind.TEXT in statistics([say(0, "李四")]).kinds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.4, "0 s"), (43, "43 s"), (73, "1 min 13 s"), (7200, "2 h"), (7205, "2 h"), (3660, "1 h 1 min"),
     (86_400, "1 day"), (100_000, "1 day 3 h"), (86_400 * 2000, "2,000 days")],
)  # fmt: skip
def test_durations_as_text(seconds: float, text: str) -> None:
    assert duration_text(dt.timedelta(seconds=seconds)) == text


# --- what texts are made of -----------------------------------------------------------------------


def test_unicode_emoji_have_their_modifiers() -> None:
    texts = ["👍🏽👍🏽❤️", "❤ 1 ©", "1️⃣🇨🇳🇨🇳", "👨‍👩‍👧‍👦™️", "[强]🙂"]
    found = statistics([say(number, "李四", text) for number, text in enumerate(texts)])
    assert dict(found.emoji) == {
        "👍🏽": 2,
        "❤️": 1,
        "1️⃣": 1,
        "🇨🇳": 2,
        "👨‍👩‍👧‍👦": 1,
        "™️": 1,
        "[强]": 1,
        "🙂": 1,
    }
    assert {"emoji": "👍🏽", "unicode": "👍🏽", "count": 2} in found.tables()["emoji"]


@pytest.mark.skipif(not knows_words(), reason="needs jieba")
def test_words_and_phrases() -> None:
    texts = [
        "图书馆的打气筒坏了[强] https://example.invalid/pump",
        "我们去图书馆吗？@城南-读书会\u2005打气筒 12345",
        "iPhone iphone 城南-读书会 在图书馆",
    ]
    chat = Conversation([say(number, "城南-读书会", text) for number, text in enumerate(texts)])
    found = statistics(chat)
    assert statistics(Conversation([Message(sender="甲", text=f"{'a' * 40} {'b' * 41}")])).words == {"a" * 40: 1}
    assert found.words == {"图书馆": 3, "打气筒": 2, "iphone": 2, "城南-读书会": 1}
    assert statistics(chat, words=False).words == {} == statistics(iter(chat)).words
    assert statistics(iter(chat), words=True).words["图书馆"] == 3
    twice = statistics(Conversation([say(number, "李四", "修车工具很全") for number in range(2)]))
    assert list(twice.phrases.values()) == [2] * len(twice.phrases)
    assert "打气筒" not in statistics(chat.of_kind("image")).words


def test_words_need_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jieba", None)
    monkeypatch.setattr(count, "knows_words", lambda: False)
    words._tokenizer.cache_clear()
    chat = Conversation([say(0, "李四", "图书馆")])
    assert statistics(chat).words == {}
    with pytest.raises(MissingExtraError, match="counting words needs an optional library"):
        statistics(chat, words=True)


def test_finding_words_leaves_nothing_behind(tmp_path: Path) -> None:
    pytest.importorskip("jieba")
    code = "from wechatlog.operations.statistics.words import WordFinder as W; print(list(W().runs('图书馆')))"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr, list(tmp_path.iterdir())) == ("[['图书馆']]\n", "", [])


def test_rare_words_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "LIMIT", 3)
    often = tally.Frequent()
    for number in range(1000):
        often.add("图书馆")
        often.add(str(number))
    assert often.counts["图书馆"] == 1000
    assert len(often.counts) <= 7
    assert not often.complete


@pytest.mark.parametrize(
    ("text", "laughing"),
    [("哈", False), ("哈哈好的", True), ("233", True), ("hhh好", True), ("LOL", True), ("lollipop", False),
     ("www.example.invalid", False), ("hahaha", True), ("😂", True), ("[偷笑]", True), ("[强]", False)],
)  # fmt: skip
def test_laughter(text: str, laughing: bool) -> None:
    found = statistics([say(0, "李四", text)])
    assert found.senders[0].laughs == int(laughing)


def test_repeats_of_somebody_else() -> None:
    lines = [("李四", "收到"), ("王五", "收到"), ("王五", "收到"), ("赵六", " 收到"), ("李四", "好"), ("王五", "收到")]
    found = statistics([say(number, who, text) for number, (who, text) in enumerate(lines)])
    assert found.repeats == {"收到": 2}
    assert {sender.label: sender.repeats for sender in found.senders} == {"李四": 0, "王五": 1, "赵六": 1}


def test_nights_and_the_ends_of_days() -> None:
    times = ["2026-05-01 23:50", "2026-05-02 00:10", "2026-05-02 04:59", "2026-05-02 05:00", "2026-05-02 22:00"]
    who = ["李四", "王五", "王五", "李四", "赵六"]
    messages = [
        Message(time=dt.datetime.fromisoformat(time), precision="minute", sender=name, text="早")
        for time, name in zip(times, who, strict=True)
    ]
    found = statistics(messages)
    numbers = {s.label: (s.night, s.opened, s.closed) for s in found.senders}
    assert numbers == {"李四": (0, 1, 1), "王五": (2, 1, 0), "赵六": (0, 0, 1)}
    assert found.latest == (messages[2].time, "王五")
    assert found.senders[1].night_share == 1
    assert found.coarse == 5
    assert found.cautions[0].startswith("the times of all messages are not to the second")
    assert statistics([say(0, "李四", "早")]).cautions == ()


def test_who_is_there_together() -> None:
    lines = [(0, "李四"), (1, "王五"), (2, "李四"), (3, "赵六"), (200, "王五"), (201, "李四"), (500, "王五")]
    found = statistics([say(minute, who, "早") for minute, who in lines])
    assert found.together == {("李四", "王五"): 2, ("李四", "赵六"): 1, ("王五", "赵六"): 1}


def test_calls() -> None:
    calls = [Call("voice", 95), Call("video", None, "已取消"), Call("voice", 10**12)]
    found = statistics([say(n, "李四", "[通话]", kind="call", segments=[call]) for n, call in enumerate(calls)])
    assert (found.senders[0].calls, found.senders[0].call_seconds) == (3, 95 + 7 * 86_400)


def test_a_conversation_is_counted_in_the_order_of_time() -> None:
    chat = Conversation([say(2, "王五", "好"), say(0, "李四", "早"), say(1, "王五", "早啊")])
    assert statistics(chat) == statistics(chat.sorted())
    assert statistics(chat).responses is not None
