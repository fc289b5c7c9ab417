"""What looks wrong in a chat."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given

from tests import strategies
from wechatlog import Conversation, Image, Link, Message, Origin, Video
from wechatlog.operations import check
from wechatlog.operations.checks import CHECKS


def at(minute: int, text: str = "早", **how: object) -> Message:
    time = dt.datetime(2026, 5, 1, 9) + dt.timedelta(minutes=minute)
    return Message(time=time, precision="second", sender="李四", text=text, **how)  # type: ignore[arg-type]


def codes(*messages: Message, **how: object) -> list[tuple[str, int]]:
    return [(finding.code, finding.number) for finding in check(messages, **how)]  # type: ignore[arg-type]


def test_order() -> None:
    assert codes(at(0), at(1), at(1, "好")) == []
    assert codes(at(1), Message(text="无"), at(0), at(2)) == [("backwards", 2)]
    day = 24 * 60
    assert codes(at(0), at(30 * day)) == []
    assert codes(at(0), at(31 * day)) == [("gap", 1)]
    assert codes(at(0), at(31 * day), gap=dt.timedelta(days=31)) == []
    with pytest.raises(ValueError, match="no less than zero"):
        check([], gap=dt.timedelta(days=-1))


def test_an_hour_that_comes_twice_is_in_order() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = dt.datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    after = dt.datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)
    assert codes(Message(time=before), Message(time=after)) == []
    assert codes(Message(time=after), Message(time=before)) == [("backwards", 1)]


def test_repeats() -> None:
    assert codes(at(0), at(0)) == [("duplicate", 1)]
    assert codes(at(0), attrs.evolve(at(0), precision="minute")) == []
    assert codes(at(0, id="1"), at(0, id="2")) == []
    assert codes(at(0, id="1"), at(1, "别的", id="1")) == [("duplicate", 1)]
    assert codes(at(0), attrs.evolve(at(0), sender="王五")) == []
    said = at(0, "九点在老槐树下集合")
    twice = [said, attrs.evolve(said, sender="王五-示例公司")]
    assert [finding.detail for finding in check(twice)] == ["of message 1, under another name"]
    for text in ("哈哈哈哈哈哈哈哈", "666666666", "[强][强][强]", "[动画表情 Hello]"):  # two people at once
        assert codes(at(0, text), attrs.evolve(at(0, text), sender="王五")) == []


@pytest.mark.parametrize("text", ["\ufffd", "好\ud800", "\x00", "锟斤拷", "ï¿½", "\x1b[31m", "é–“å¤ªæ–‡", "ä½\xa0å¥½"])
def test_damaged_characters(text: str) -> None:
    assert codes(at(0, text)) == [("damaged-characters", 0)]
    assert codes(attrs.evolve(at(0), sender=text)) == [("damaged-characters", 0)]


@pytest.mark.parametrize("text", ["好\n\t", "👍🏽", "\ue415", "a\u2028b", "é", "café…” naïve", "ยิ้ม"])
def test_whole_characters(text: str) -> None:
    assert codes(at(0, text)) == []


def test_links() -> None:
    def card(url: str | None) -> Message:
        return at(0, "报名", kind="link", segments=[Link(url, "报名", raw="报名")])

    for whole in ("https://example.invalid/a", "weixin://dl", "example.invalid/a"):
        assert codes(card(whole)) == []
    for broken in (None, "", " ", "nothing"):
        assert codes(card(broken)) == [("link-without-target", 0)]


def test_media() -> None:
    messages = [
        at(0, kind="image", segments=[Image(path="a.jpg"), Video(path="b.mp4")]),
        at(
            1, kind="image", segments=[Image(url="https://example.invalid/c.png"), Image(path="data:image/png;base64,")]
        ),
    ]
    assert codes(*messages) == []
    found = list(check(messages, is_there={"a.jpg"}.__contains__))
    assert [(finding.code, finding.number, finding.detail) for finding in found] == [
        ("missing-media", 0, "video b.mp4")
    ]


def test_a_finding_says_where() -> None:
    message = Message(text="\ufffd", origin=Origin("a.txt", 7))
    (found,) = check([message])
    assert (found.source, found.line, found.detail) == ("a.txt", 7, "U+FFFD")


@given(strategies.conversations())
def test_any_chat_is_checked(conversation: Conversation) -> None:
    for finding in check(conversation, is_there=lambda path: False):
        assert finding.code in CHECKS
        assert 0 <= finding.number < len(conversation)
