"""What Hypothesis makes up: everything that the model can hold."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st

from wechatlog.model import Conversation, Message, MessageKind, Metadata, Participant
from wechatlog.segments import types

_FRAGMENTS = (
    "\n", "\r", "\r\n", " ", "  ", "   ", "---", "## 2026-05-01", "> 09:00:00  李四  ", "> ", "&amp;", "&", "<", ">", "&#10;",
     "[强]", "[", "]", "(", ")", "![a](b)", "@李四", "\u2005", "「", "：", "」", " - - - - - - - - - - - - - - -", "http://a.example/",
     "微信红包", "wxid_zhangsan0001:", "a.pdf", "\u2028", "\x85", "\x0b", "\ufeff", "\0", '"', ",", "{", "title: x", "😀", "?", "??",
    "> 2026-05-01 09:00:00  李四  \n   \n早  \n   \n", "2026-05-01 09:00:00 李四\n", "[2026-05-01 09:00:00] 李四: 早\n", "李四 09:00\n", "李四: ",
    "—————  2026-05-01  —————\n", "**李四** 09:00  ", "wxid_zhangsan0001:\n", "=1+1", "-1", "@SUM(1)", "\t", "\x0c", "\x1b[31m", "\x7f", "\u2029",
    "\u202e", "\u200f", "\u200b", "</script>", "<!--", "{{ x }}", "| ", "null", "1e5", "1.23E+18", "🏽", "\u0301",
)  # fmt: skip
_PIECES = st.sampled_from(_FRAGMENTS)
texts = st.one_of(st.text(max_size=40), st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=12).map("".join))
_chance = random.Random(2026)
_made = ["".join(_chance.choices((*_FRAGMENTS, "早", "a", "1"), k=_chance.randint(2, 9))) for _ in range(200)]
_HALVES = ("\ud83d", "\ude00", "早\ud83d", "\ude00早")
_SOME = (*[""] * 20, *_FRAGMENTS, *_HALVES, *_made)
"""Texts that cost one decision, where `texts` cost a dozen; every place where one of them may stand takes others too."""
_OTHER = object()
_SHARE = len(_SOME) // 3


@st.composite
def _chosen(draw: st.DrawFn, pool: st.SearchStrategy[Any], others: st.SearchStrategy[Any]) -> Any:
    found = draw(pool)
    return draw(others) if found is _OTHER else found


def _mostly(known: Iterable[object], none: int, other: int, others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Something known, which is one decision, but so many times none and so many times anything else."""
    return _chosen(st.sampled_from([*known, *([None] * none), *([_OTHER] * other)]), others)


_some_texts = _mostly(_SOME, 0, _SHARE, texts)
_maybe_texts = _mostly(_SOME, 2 * _SHARE, _SHARE, texts)
_NAMES = (
    "李四", "我", " 王五 ", "a  b", "x: y", "", "> 09:00:00", "> 09:00:00  ", "2026-05-01 09:00:00", "2026-05-01 09:00:00 李四", "[x] 李四:",
    "李四(wxid_zhangsan0001)", "wxid_zhangsan0001", "1@chatroom", "系统消息", "---", "## 2026-05-01", "a\nb", "a\u2028b", "\u202e李四", "=1+1", "0", "**a**", "<b>",
)  # fmt: skip
_maybe_names = _mostly((*["李四"] * 8, *["我"] * 4, *_NAMES), 6, 8, texts)
names = st.one_of(st.sampled_from(_NAMES), texts)
naive_times = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))
_MAYBE_ZONES = st.sampled_from(
    [
        None, None, dt.UTC, dt.timezone(dt.timedelta(hours=8)), dt.timezone(dt.timedelta(minutes=-210)), dt.timezone(dt.timedelta(hours=14)),
        dt.timezone(dt.timedelta(hours=8, minutes=5, seconds=43)), ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"),
    ]
)  # fmt: skip


def _one(segment: types.Segment) -> Callable[[str], tuple[types.Segment, ...]]:
    return lambda text: (attrs.evolve(segment, raw=text),)


_SEGMENTS = (
    *(cls() for cls in (types.File, types.Voice, types.Sticker, types.Location, types.Card, types.Transfer)),
    types.File("a.pdf", 0, "files/a.pdf"),
    types.Image("http://a.example/1.png", "图"),
    types.Link("http://a.example/", "> 09:00:00  李四  "),
    types.Quote("李四", "早\n上好"),
    types.Voice(0.5, "早"),
    types.Call("video", 61, "x"),
    types.Transfer("￥0.01", "=1+1", "已收款"),
    types.RedPacket(""),
    types.Location(-0.0, 180.0, "a", "b"),
    types.MiniProgram("x", None, "y"),
    types.Forward("记录", (Message(dt.datetime(2026, 5, 1, 9), "second", "李四", text="早\u2028"), Message(text="> "))),
)
_MAYBE_SEGMENTS = st.sampled_from((*([lambda _: None] * len(_SEGMENTS)), *map(_one, _SEGMENTS)))
_SOME_TIMES = (
    *[dt.datetime(2026, 5, 1, 9)] * 3,
    dt.datetime(2026, 5, 1, 9, 0, 1),
    dt.datetime(2026, 5, 1, 9, 0, 0, 1000),
    dt.datetime(2026, 5, 1, 23, 59, 59, 999999),
    dt.datetime(2026, 5, 2),
    dt.datetime(2026, 10, 25, 2, 30),
    dt.datetime(1970, 1, 1),
    dt.datetime(1969, 12, 31, 23, 59, 59),
    dt.datetime(1899, 12, 31),
)
_maybe_times = _mostly(_SOME_TIMES, 12, 6, naive_times)
_FACTS = st.sampled_from(
    [
        (kind, is_self, precision)
        for kind in MessageKind
        for is_self in (None, False, True)
        for precision in ("second", "minute", "day")
    ]
)


@st.composite
def messages(draw: st.DrawFn, *, zone: dt.tzinfo | None = None) -> Message:
    time = draw(_maybe_times)
    if time is not None and zone is not None:
        time = time.replace(tzinfo=zone)
    text = draw(_some_texts)
    kind, is_self, precision = draw(_FACTS)
    return Message(
        time=time,
        precision=None if time is None else precision,
        sender=draw(_maybe_names),
        sender_id=draw(_maybe_texts),
        is_self=is_self,
        kind=kind,
        text=text,
        id=draw(_maybe_texts),
        reply_to=draw(_maybe_texts),
        segments=draw(_MAYBE_SEGMENTS)(text),
    )


_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
participants = st.builds(
    Participant,
    name=_maybe_names,
    id=_maybe_texts,
    is_self=st.sampled_from((None, False, True)),
    aliases=st.lists(_some_texts, max_size=2),
    message_count=st.integers(0, 3),
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    zone = draw(_MAYBE_ZONES)
    return Conversation(
        draw(st.lists(messages(zone=zone), max_size=6)),
        title=draw(_maybe_texts),
        id=draw(_maybe_texts),
        is_group=draw(st.sampled_from((None, False, True))),
        owner=draw(_maybe_texts),
        participants=draw(st.lists(participants, max_size=2)),
        metadata=Metadata(draw(st.dictionaries(st.text(max_size=6), _json_values, max_size=3))),
        tz=zone,
        tz_assumed=draw(st.booleans()) if zone else False,
    )
