"""What Hypothesis makes up: everything that the model can hold."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import strategies as st

from wechatlog.model import Conversation, Message, MessageKind, Metadata, Participant
from wechatlog.segments import types

_FRAGMENTS = (
    "\n", "\r", "\r\n", " ", "  ", "   ", "---", "## 2026-05-01", "> 09:00:00  李四  ", "> ", "&amp;", "&", "<", ">", "&#10;",
     "[强]", "[", "]", "(", ")", "![a](b)", "@李四", "\u2005", "「", "：", "」", " - - - - - - - - - - - - - - -", "http://a.example/",
     "微信红包", "wxid_zhangsan0001:", "a.pdf", "\u2028", "\x85", "\x0b", "\ufeff", "\0", '"', ",", "{", "title: x", "😀", "?", "??",
)  # fmt: skip
_PIECES = st.sampled_from(_FRAGMENTS)
texts = st.one_of(st.text(max_size=40), st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=12).map("".join))
_chance = random.Random(2026)
_made = ["".join(_chance.choices((*_FRAGMENTS, "早", "a", "1"), k=_chance.randint(2, 9))) for _ in range(200)]
_SOME = (*[""] * 20, *_FRAGMENTS, *_made)
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
_maybe_names = _mostly(("李四", "我", " 王五 ", "a  b", "x: y", "", "> 09:00:00"), 3, 3, texts)
names = st.one_of(st.sampled_from(["李四", "我", " 王五 ", "a  b", "x: y", "", "> 09:00:00"]), texts)
naive_times = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))
_MAYBE_ZONES = st.sampled_from(
    [None, dt.UTC, dt.timezone(dt.timedelta(hours=8)), dt.timezone(dt.timedelta(minutes=-210))]
)


def _one(cls: type[types.Segment]) -> Callable[[str], tuple[types.Segment, ...]]:
    return lambda text: (cls(raw=text),)


_CLASSES = (types.File, types.Voice, types.Sticker, types.Location, types.Card, types.Transfer)
_MAYBE_SEGMENTS = st.sampled_from((*([lambda _: None] * len(_CLASSES)), *map(_one, _CLASSES)))
_SOME_TIMES = (
    dt.datetime(2026, 5, 1, 9),
    dt.datetime(2026, 5, 1, 9, 0, 1),
    dt.datetime(2026, 5, 2),
    dt.datetime(1969, 12, 31, 23, 59, 59),
)
_maybe_times = _mostly(_SOME_TIMES, 6, 4, naive_times)
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
