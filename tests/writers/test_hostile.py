"""Every writer that has a reader of its name, with a value that breaks something in each field of a message.

What comes back equals what was written, up to the losses that the writer declares; a form joins by itself.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

import wechatlog
from wechatlog import Call, Conversation, File, Forward, Link, Location, Message, MessageKind, Participant, Quote, Voice
from wechatlog.registry import find_reader, find_writer
from wechatlog.testing import check_writer

ROLES = ("reader", "writer")
FORMS = sorted(set.intersection(*({info.name for info in wechatlog.formats() if info.role == role} for role in ROLES)))
TIME = dt.datetime(2026, 5, 1, 9, 0, 0)
TEXTS = (
    "\ud83d\ude00", "\ude00\ud83d", "\ud800", "a\0b", "\ufeff早", "早\ufeff", "a\u2028b\u2029c\u0085d", "\u202e反\u202c", "\u200f右",
    "a\rb", "\r", "a\n\rb", "\x0b\x0c\x1c\x1d\x1e", "1.23E+18", "1e5", "007", "12345678901234567890", "TRUE", "null", "NaN", "2026-05-01",
    "=1+1", "'=1+1", "''", "@SUM(A1)", "+1", "-1", "\t早", "早\t", ";", ",", '"', '""', "'", "`", "|", "\\", "\\N", "\\n", "%s", "{{x}}",
    "<script>", "]]>", "-->", "&#0;", "&amp;", " \u00a0\u3000 ", "\x7f", "\x1b[31m", "\U0010ffff", "\ufffe\uffff", "_x000D_", "x" * 40_000,
)  # fmt: skip
NAMES = tuple(text for text in TEXTS if len(text) < 100)


def _message(text: str = "早", **fields: Any) -> Message:
    return Message(**{"time": TIME, "precision": "second", "sender": "李四", "text": text, **fields})


CHATS = {
    "text": Conversation([_message(text) for text in TEXTS]),
    "sender": Conversation([_message(sender=name) for name in NAMES]),
    "sender_id": Conversation([_message(sender_id=name) for name in NAMES]),
    "id": Conversation([_message(id=f"{name}{number}") for number, name in enumerate(NAMES)]),
    "number": Conversation([_message(id=text) for text in ("1.23E+18", "6116895530414915131", "1e400", "-0", "9" * 40)]),
    "reply_to": Conversation([_message(id="1"), *(_message(reply_to=name) for name in NAMES)]),
    "title": Conversation([_message()], title='\u202e=1+1,"\n\0<b>{{x}}', id="1.23E+18", owner="1e5"),
    "people": Conversation(
        [_message()], participants=[Participant(name, f"id{number}", aliases=[name]) for number, name in enumerate(NAMES)]
    ),
    "metadata": Conversation([_message()], metadata={name: {"a": [name]} for name in NAMES}),
    "segments": Conversation(
        [
            _message("通话", kind=MessageKind.CALL, segments=[Call("video", 2**53 + 1, "x", raw="通话")]),
            _message("语音", kind=MessageKind.VOICE, segments=[Voice(1e300, "\ud83d", "a\0", raw="语音")]),
            _message("位置", kind=MessageKind.LOCATION, segments=[Location(-0.0, 180.0, "\u2028", "\r", raw="位置")]),
            *(
                _message("件", kind=MessageKind.FILE, segments=[File(name, 2**60, name, name, raw="件")])
                for name in NAMES
            ),
            *(_message("引", kind=MessageKind.QUOTE, segments=[Quote(name, name, raw="引")]) for name in NAMES),
            *(_message("链", kind=MessageKind.LINK, segments=[Link(name, name, raw="链")]) for name in NAMES),
            _message(
                "转", kind=MessageKind.FORWARD, segments=[Forward("\0", tuple(_message(name) for name in NAMES), raw="转")]
            ),
        ]
    ),
    "times": Conversation(
        [_message(time=time) for time in (dt.datetime(1, 1, 2), TIME, dt.datetime(9999, 12, 30, 23, 59, 59, 999999))]
    ),
    "aware": Conversation(
        [_message(time=TIME.replace(tzinfo=dt.timezone(dt.timedelta(hours=hours)))) for hours in (-12, 0, 14)], tz=dt.UTC
    ),
}  # fmt: skip


@pytest.mark.parametrize("field", CHATS)
@pytest.mark.parametrize("form", FORMS)
def test_hostile_values_come_back(form: str, field: str) -> None:
    check_writer(find_writer(form), [CHATS[field]], reader=find_reader(form))


@pytest.mark.parametrize("form", [form for form in FORMS if not find_writer(form).binary])
def test_each_hostile_text_alone(form: str) -> None:
    """A text of one message, whose encoding, delimiter and format nothing else shows."""
    writer, reader = find_writer(form), find_reader(form)
    for text in TEXTS:
        check_writer(
            writer, [Conversation([_message(text)]), Conversation([_message(sender=text[:80])])], reader=reader
        )


def test_there_are_forms() -> None:
    assert {"jsonl", "json", "csv", "tsv", "markdown", "sqlite", "chatlab-json"} <= {*FORMS}
    assert attrs.evolve(_message(), text="x").text == "x"
