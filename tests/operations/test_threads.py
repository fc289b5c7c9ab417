"""What a message answers."""

from __future__ import annotations

import datetime as dt
import pickle

import attrs
import pytest
from hypothesis import given

from tests import strategies
from tests.cost import assert_linear
from wechatlog import Conversation, Mention, Message, Quote, Text
from wechatlog.model import participant_key
from wechatlog.operations import Threads, threads
from wechatlog.operations.threads import WEIGHTS, candidates


def say(minute: float, sender: str, text: str, **how: object) -> Message:
    when = dt.datetime(2026, 5, 1, 9) + dt.timedelta(minutes=minute)
    return Message(time=when, precision="second", sender=sender, text=text, **how)  # type: ignore[arg-type]


def chat(*messages: Message) -> Conversation:
    return Conversation(messages, participants=())


def test_an_id_is_certain() -> None:
    found = threads(chat(say(0, "张三", "早", id="1"), say(1, "李四", "嗯"), say(2, "王五", "早啊", reply_to="1")))
    assert (found.answers[2].to, found.answers[2].confidence, found.answers[2].reason) == (0, 1.0, "id")


@pytest.mark.parametrize("quoted", ["谁有内六角扳手？", "谁有内六角", " 谁有内六角扳手？\n"])
def test_a_quote_is_nearly(quoted: str) -> None:
    reply = say(9, "王五", "我有", kind="quote", segments=[Quote("张三", quoted), Text("我有")])
    conversation = chat(say(0, "张三", "谁有内六角扳手？"), say(1, "李四", "不知道"), reply)
    answer = threads(conversation).answers[2]
    assert (answer.to, answer.reason) == (0, "quote")
    assert threads(conversation, hide_quotes=True).answers[2].reason != "quote"


def test_a_quote_in_the_text() -> None:
    dashes = "- - - - - - - - - - - - - - -"
    reply = say(9, "王五", f"「张三：谁有内六角扳手？」\n{dashes}\n我有")
    answer = threads(chat(say(0, "张三", "谁有内六角扳手？"), say(1, "李四", "不知道"), reply)).answers[2]
    assert (answer.to, answer.reason) == (0, "quote")


def test_a_quote_without_what_a_conversion_changed() -> None:
    reply = say(9, "王五", "我有", kind="quote", segments=[Quote("张三", "@李四 谁有内六角扳手"), Text("我有")])
    conversation = chat(say(0, "张三", "@李四? 谁有内六角扳手"), say(1, "李四", "不知道"), reply)
    assert threads(conversation).answers[2].to == 0


@pytest.mark.parametrize(("quoted", "right"), [("好的", 1), ("好的，我也来", 3)])
def test_a_quote_is_of_whoever_is_quoted(quoted: str, right: int) -> None:
    said = [say(0, "赵六", "早"), say(1, "张三", "好的"), say(2, "李四", "好的")]
    said += [say(3, "张三", "好的，我也来，等我一下"), say(4, "李四", "好的，我也来，马上")]
    reply = say(9, "王五", "嗯", kind="quote", segments=[Quote("张三", quoted), Text("嗯")])
    answer = threads(chat(*said, reply)).answers[5]
    assert (answer.to, answer.reason) == (right, "quote")


def test_a_mention_of_whom_only_an_id_tells() -> None:
    lines = [
        say(0, "四哥", "明天几点集合", sender_id="wxid_lisi0002"),
        say(0.5, "赵六", "明天不下雨"),
        say(1, "王五", "@李四 八点", segments=[Mention("李四", id="wxid_lisi0002", raw="@李四"), Text(" 八点")]),
    ]
    answer = threads(chat(*lines)).answers[2]
    assert (answer.to, answer.reason) == (0, "mention")


def test_who_is_mentioned_is_answered() -> None:
    lines = [
        say(0, "张三", "明天几点集合"),
        say(0.5, "赵六", "今天下雨了"),
        say(1, "李四", "带伞吧"),
        say(2, "王五", "@张三\u2005八点"),
    ]
    answer = threads(chat(*lines)).answers[3]
    assert (answer.to, answer.reason) == (0, "mention")
    assert answer.candidates[0] == 0


def test_words_that_both_have_count() -> None:
    lines = [
        say(0, "张三", "谁有内六角扳手"),
        say(0.5, "赵六", "今天下雨了"),
        say(1, "李四", "带伞吧"),
        say(2, "王五", "内六角扳手我有一套"),
    ]
    answer = threads(chat(*lines)).answers[3]
    assert (answer.to, answer.reason) == (0, "words")


def test_nobody_answers_what_there_was_no_time_to_read() -> None:
    answer = "我觉得可以先去城东那边看一看再决定，反正也不远，大家坐地铁就能到"
    lines = [say(0, "张三", "周末去哪里好"), say(1, "李四", "有人吃过那家面馆吗"), say(1.05, "王五", answer)]
    assert threads(chat(*lines)).answers[2].to == 0
    assert [signs.hurry for _, signs in dict(candidates(chat(*lines)))[2]] == [True, False]
    coarse = [attrs.evolve(line, precision="minute") for line in lines]
    assert not any(signs.hurry for _, signs in dict(candidates(chat(*coarse)))[2]), "no clock tells of seconds"


def test_who_says_you_answers_who_says_i() -> None:
    lines = [say(0, "张三", "我今天搬家了"), say(0.1, "赵六", "外面下着雨呢"), say(2, "王五", "辛苦你啦")]
    assert threads(chat(*lines)).answers[2].to == 0


def test_who_speaks_of_a_question_answers_one() -> None:
    lines = [say(0, "张三", "票在哪里买"), say(0.1, "赵六", "外面下着雨"), say(2, "王五", "好问题")]
    assert threads(chat(*lines)).answers[2].to == 0


def test_who_goes_on_was_answered() -> None:
    lines = [say(0, "张三", "明天下雨"), say(0.1, "赵六", "今天有风"), say(2, "王五", "嗯嗯")]
    for name, right in (("张三", 0), ("赵六", 1)):
        assert threads(chat(*lines, say(3, name, "带伞"))).answers[2].to == right
        later = dict(candidates(chat(*lines, say(40, name, "带伞"))))[2]
        assert not any(signs.goes_on for _, signs in later), "half an hour later it is something else"
    back = dict(candidates(chat(*lines, say(3, "张三", "带伞"), say(4, "赵六", "@王五\u2005带伞"))))[2]
    assert [(signs.goes_on, signs.returned) for _, signs in back] == [(True, True), (True, False)]


@pytest.mark.parametrize("call", ["张总", "老张", "小张", "张老师"])
def test_who_is_called_is_answered(call: str) -> None:
    lines = [say(0, "张三-示例公司", "带伞"), say(0.1, "赵六", "今天有风"), say(2, "王五", f"听{call}的")]
    assert threads(chat(*lines)).answers[2].to == 0


def test_who_wrote_before_may_be_answered_in_turn() -> None:
    lines = [say(0, "王五", "下雨"), say(1, "张三", "不出门"), *[say(9, "赵六", "票")] * 7, say(10, "王五", "嗯")]
    signs = dict(candidates(chat(*lines)))[9]
    assert {number for number, found in signs if found.turn} == {1, 2, 3, 4, 5, 6}
    assert [found.since for _, found in signs] == [0] * 8 + [0]
    assert [found.since for _, found in dict(candidates(chat(*lines, say(11, "王五", "好"))))[10]][:3] == [0, 1, 1]


def test_signs_and_weights_fit_together() -> None:
    found = dict(candidates(chat(say(0, "张三", "早"), say(1, "李四", "早啊"))))
    assert found[0] == []
    [(number, signs)] = found[1]
    assert number == 0
    assert signs._fields == WEIGHTS._fields
    assert signs.last
    assert signs.hurry is False


def test_nobody_answers_what_is_days_away() -> None:
    found = threads(chat(say(0, "张三", "早"), say(3 * 24 * 60, "李四", "早")))
    assert found.answers[1] == found.answers[1].__class__(1, None, 0.0, None)


def test_a_notice_answers_nothing() -> None:
    found = threads(chat(say(0, "张三", "早"), Message(text="张三邀请李四", kind="system"), say(1, "李四", "早")))
    assert [answer.number for answer in found.answers] == [0, 2]


def test_what_hangs_together() -> None:
    lines = [
        say(0, "张三", "早", id="1"),
        say(1, "李四", "嗯", id="2"),
        say(2, "王五", "早", reply_to="1", id="3"),
        say(3, "赵六", "好", reply_to="3"),
    ]
    groups = threads(chat(*lines)).groups(confidence=1.0)
    assert groups == ((0, 2, 3), (1,))


@given(strategies.conversations())
def test_answers_go_back(conversation: Conversation) -> None:
    found = threads(conversation)
    sent = [n for n, message in enumerate(conversation) if participant_key(message) is not None]
    assert [answer.number for answer in found.answers] == sent
    for answer in found.answers:
        assert 0 <= answer.confidence <= 1
        assert all(number < answer.number for number in answer.candidates)
        assert (answer.to is None) == (not answer.candidates)
    assert sorted(number for group in found.groups() for number in group) == sent
    assert pickle.loads(pickle.dumps(found)) == found
    assert isinstance(hash(found), int)


def test_the_time_grows_with_the_messages() -> None:
    def follow(size: int) -> None:
        messages = chat(*(say(n / 10, f"人{n % 7}", f"第{n % 50}句话，说到哪里了") for n in range(size)))
        assert isinstance(threads(messages), Threads)

    assert_linear(follow, 4000)
