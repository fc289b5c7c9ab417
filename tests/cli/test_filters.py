"""The filters that `show`, `search`, `stats` and `view` share: the same as the methods of a conversation."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wechatlog
from tests.strategies import conversations
from wechatlog.cli.filters import Filters
from wechatlog.cli.messages import Failure

NOTHING: dict[str, object] = {"since": None, "until": None, "sender": (), "kind": ()}
EIGHT = dt.timezone(dt.timedelta(hours=8))


def of(**how: object) -> Filters:
    return Filters.of({**NOTHING, **how})


def test_nothing_is_filtered() -> None:
    chat = wechatlog.Conversation([wechatlog.Message()])
    assert not of()
    assert of().select(chat) is chat
    assert of().test()(chat[0])
    for how in ({"since": "2026-05-01"}, {"until": "2026-05-01"}, {"sender": ("李四",)}, {"kind": ("text",)}):
        assert of(**how)


@given(
    conversations(),
    st.none() | st.sampled_from(["0001-01-03", "2026-05-01", "2026-05-01T09:00", "9999-01-01 00:00:00"]),
    st.none() | st.sampled_from(["0001-01-02", "2026-05-01", "2026-05-01T09:00", "9999-12-30"]),
    st.lists(st.sampled_from(["李四", "我", " 王五", "a b", ""]), max_size=2),
    st.lists(st.sampled_from(list(wechatlog.MessageKind)), max_size=3),
)
def test_select_is_what_the_methods_give(
    chat: wechatlog.Conversation, since: str | None, until: str | None, senders: list[str], kinds: list[str]
) -> None:
    expected = chat
    if since or until:
        expected = expected.between(since, until)
    if senders:
        expected = expected.by(*senders)
    if kinds:
        expected = expected.of_kind(*kinds)
    filters = of(since=since, until=until, sender=tuple(senders), kind=tuple(kinds))
    assert filters.select(chat) == expected
    assert tuple(filter(filters.test(chat.tz), chat)) == expected.messages


def test_a_bound_without_a_zone_is_in_that_of_the_first_time() -> None:
    message = wechatlog.Message(time=dt.datetime(2026, 5, 1, 9, tzinfo=EIGHT))
    assert of(since="2026-05-01T09:00").test()(message)
    assert not of(until="2026-05-01T09:00").test()(message)
    assert of(since="2026-05-01T01:00Z", until="2026-05-01T01:01+00:00").test()(message)
    assert of(since="2026-05-01T09:00").test(dt.UTC)(message) is False


def test_a_bound_with_a_zone_needs_times_with_one() -> None:
    fits = of(since="2026-05-01T09:00+08:00").test()
    assert not fits(wechatlog.Message())
    with pytest.raises(Failure, match="the times have no zone; give one without a zone, or name theirs with --tz"):
        fits(wechatlog.Message(time=dt.datetime(2026, 5, 1, 9)))
