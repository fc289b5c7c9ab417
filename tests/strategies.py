"""What Hypothesis makes up: everything that the model can hold."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from wechatlog.model import Conversation, Message, MessageKind, Metadata, Participant
from wechatlog.segments import types

_PIECES = st.sampled_from(
    ["\n", "\r", "\r\n", " ", "  ", "   ", "---", "## 2026-05-01", "> 09:00:00  李四  ", "> ", "&amp;", "&", "<", ">", "&#10;",
     "[强]", "[", "]", "(", ")", "![a](b)", "@李四", "\u2005", "「", "：", "」", " - - - - - - - - - - - - - - -", "http://a.example/",
     "微信红包", "wxid_zhangsan0001:", "a.pdf", "\u2028", "\x85", "\x0b", "\ufeff", "\0", '"', ",", "{", "title: x", "😀", "?", "??"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=40), st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=12).map("".join))
names = st.one_of(st.sampled_from(["李四", "我", " 王五 ", "a  b", "x: y", "", "> 09:00:00"]), texts)
naive_times = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))
zones = st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=8)), dt.timezone(dt.timedelta(minutes=-210))])


@st.composite
def given_segments(draw: st.DrawFn, text: str) -> tuple[types.Segment, ...]:
    cls = draw(st.sampled_from([types.File, types.Voice, types.Sticker, types.Location, types.Card, types.Transfer]))
    return (cls(raw=text),)


@st.composite
def messages(draw: st.DrawFn, *, zone: dt.tzinfo | None = None) -> Message:
    time = draw(st.none() | naive_times)
    if time is not None and zone is not None:
        time = time.replace(tzinfo=zone)
    text = draw(texts)
    return Message(
        time=time,
        precision=None if time is None else draw(st.sampled_from(["second", "minute", "day"])),
        sender=draw(st.none() | names),
        sender_id=draw(st.none() | texts),
        is_self=draw(st.none() | st.booleans()),
        kind=draw(st.sampled_from(list(MessageKind))),
        text=text,
        id=draw(st.none() | texts),
        reply_to=draw(st.none() | texts),
        segments=draw(st.none() | given_segments(text)),
    )


_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
participants = st.builds(
    Participant,
    name=st.none() | names,
    id=st.none() | texts,
    is_self=st.none() | st.booleans(),
    aliases=st.lists(texts, max_size=2),
    message_count=st.integers(0, 3),
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    zone = draw(st.none() | zones)
    return Conversation(
        draw(st.lists(messages(zone=zone), max_size=6)),
        title=draw(st.none() | texts),
        id=draw(st.none() | texts),
        is_group=draw(st.none() | st.booleans()),
        owner=draw(st.none() | texts),
        participants=draw(st.lists(participants, max_size=2)),
        metadata=Metadata(draw(st.dictionaries(st.text(max_size=6), _json_values, max_size=3))),
        tz=zone,
        tz_assumed=draw(st.booleans()) if zone else False,
    )
