"""Write the tables of `docs/reference/round-trips.md`: what comes back of a conversation that is written and read.

    python scripts/build_round_trips.py            rewrites the part of the page between the markers
    python scripts/build_round_trips.py --check    exits with 1 where the page is not what this would write

Nothing in the tables is taken on trust. Every writer with a reader of its name writes invented conversations, reads
them back, and what came back is compared: of an ordinary chat, and of chats with what breaks forms. A writer that loses
something without having declared it is an error. Needs all extras. A new writer needs no edit here; a new name in
`wechatlog.testing.LOSSES` goes into a row of `ROWS`.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

import wechatlog
from wechatlog import testing
from wechatlog.model import Conversation, Message, Participant
from wechatlog.registry import find_writer
from wechatlog.segments import types
from wechatlog.timestamps import resolve_zone, zone_name

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "round-trips.md"
BEGIN: Final = "<!-- begin: scripts/build_round_trips.py -->"
END: Final = "<!-- end: scripts/build_round_trips.py -->"
COMMAND: Final = "python scripts/build_round_trips.py"

ALL, SOME, NONE = "✓", "◐", "–"


# --- what is written ------------------------------------------------------------------------------

_CHINA: Final = resolve_zone("Asia/Shanghai")
_TIME: Final = dt.datetime(2026, 5, 1, 9, 1, 10)


@attrs.frozen
class Poll(types.Segment):
    """A segment of somebody's own."""

    question: str = ""


def _message(text: str = "早", **fields: Any) -> Message:
    known = {"time": _TIME.replace(tzinfo=_CHINA), "precision": "second", "sender": "李四", "is_self": False}
    known["sender_id"] = "wxid_lisi00000002"
    return Message(text=text, **{**known, **fields})


def _chat(*messages: Message, **fields: Any) -> Conversation:
    known: dict[str, Any] = {
        "title": "示例读书会",
        "id": "12345678901@chatroom",
        "is_group": True,
        "owner": "wxid_zhangsan0001",
        "participants": [
            Participant("张三", "wxid_zhangsan0001", True, ["小张"]),
            Participant("李四", "wxid_lisi00000002", False),
        ],
        "tz": _CHINA,
    }
    return Conversation(messages, **{**known, **fields})


_OWN: Final = {"sender": "张三", "sender_id": "wxid_zhangsan0001", "is_self": True}
ORDINARY: Final = _chat(
    _message("早上好[微笑]\n今天下午两点集合", id="7000000000000000001", **_OWN),
    _message("@张三 好的 https://example.invalid/map", id="7000000000000000002"),
    _message("收到", id="7000000000000000003", reply_to="7000000000000000001"),
)
_NAIVE: Final = _chat(_message(time=_TIME), tz=None)


def _given(text: str, kind: str, *segments: types.Segment) -> Message:
    return _message(text, kind=kind, segments=segments)


_GIVEN: Final = _chat(
    _given("[语音]", "voice", types.Voice(12.0, "我晚点到", "voice/3.mp3", raw="[语音]")),
    _given("[位置]", "location", types.Location(39.9, 116.4, "示例路 1 号", "图书馆", raw="[位置]")),
    _given("活动报名", "link", types.Link("https://example.invalid/sign-up", "活动报名", raw="活动报名")),
    _given("收到", "quote", types.Quote("张三", "早"), types.Text("收到")),
)
_LONG: Final = _chat(_given("通话", "call", types.Call("voice", 2**53 + 1, raw="通话")))
_HARD: Final = testing.SAMPLE_CONVERSATIONS
_ODD: Final = ("1", "1", "", " ", "00", "1.5e3", "1.23E+18")
_ODD_IDS: Final = _chat(*(_message(id=value, reply_to=value, sender_id=value) for value in _ODD))


# --- what is compared -----------------------------------------------------------------------------


class Row(NamedTuple):
    """One thing that may survive.

    Attributes:
        name: as the table has it.
        view: takes it out of a conversation.
        losses: names of `LOSSES` under which a writer may lose it.
        ordinary: a chat as people have it.
        hard: chats with what breaks forms.
    """

    name: str
    view: Callable[[Conversation], Any]
    losses: tuple[str, ...]
    ordinary: Conversation = ORDINARY
    hard: tuple[Conversation, ...] = ()


def _each(*names: str) -> Callable[[Conversation], Any]:
    """Fields of every message."""
    return lambda chat: [tuple(getattr(message, name) for name in names) for message in chat]


def _times(show: Callable[[dt.datetime], Any]) -> Callable[[Conversation], Any]:
    """Something of every time; what has none is told by nothing."""
    return lambda chat: [None if message.time is None else show(message.time) for message in chat]


def _of(name: str) -> Callable[[Conversation], Any]:
    return lambda chat: getattr(chat, name)


def _people(chat: Conversation) -> Any:
    people = [(person.name, person.id, person.is_self, person.aliases) for person in chat.participants]
    return sorted(people, key=repr)


def _metadata(chat: Conversation) -> Any:
    return {key: value for key, value in chat.metadata.items() if key in ("note", "exporter")}


def _zone(chat: Conversation) -> Any:
    return (None if chat.tz is None else zone_name(chat.tz), chat.tz_assumed)


def _kinds(chat: Conversation) -> Any:
    return [[type(segment).__name__ for segment in message.segments] for message in chat]


_WHOLE: Final = ("conversation",)
_PEOPLE: Final = ("sender:line-break", "sender:empty", "id:empty")
_TEXTS: Final = ("text:media", "text:placeholder", "text:surrogates", "text:surrogate-pairs")
_NOTICE: Final = _message("张三邀请李四加入了群聊", sender=None, sender_id=None, kind="system")
_EVERY_PRECISION: Final = [_message(precision=precision) for precision in ("second", "minute", "day")]
_UNTIMED: Final = _message(time=None, precision=None)
_SOMEBODY: Final = (_message(sender_id=None, is_self=True), _message(is_self=None))
_SILENT: Final = Participant("钱七", message_count=3)


def _minute(time: dt.datetime) -> dt.datetime:
    return time.replace(tzinfo=None, second=0, microsecond=0)


def _at(time: dt.datetime) -> Conversation:
    return _chat(_message(time=time if time.tzinfo else time.replace(tzinfo=_CHINA)), tz=time.tzinfo or _CHINA)


ROWS: Final = (
    Row("text", _each("text"), _TEXTS, hard=(*_HARD, _GIVEN, _chat(_message("\ud800"), _message("\ud83d\ude00")))),
    Row("name of the sender", _each("sender"), _PEOPLE[:2], hard=_HARD),
    Row("account of the sender", _each("sender_id"), ("sender_id", "id:empty"), hard=(*_HARD, _ODD_IDS)),
    Row("whose own message", _each("is_self"), ("is_self",), hard=(*_HARD, _chat(*_SOMEBODY))),
    Row("kind", _each("kind"), ("kind",), _chat(_message(), _message("[图片]", kind="image"), _NOTICE), _HARD),
    Row("id of the message", _each("id"), ("id", "id:empty", "id:number"), hard=(_ODD_IDS,)),
    Row("what it answers", _each("reply_to"), ("reply_to", "id:empty", "id:number"), hard=(_ODD_IDS,)),
    Row("wall clock", _times(_minute), ("time:wall-clock",), hard=(_at(_TIME.replace(tzinfo=dt.UTC)),)),
    Row("seconds", _times(lambda time: time.second), ("time:seconds",)),
    Row(
        "fractions of a second",
        _times(lambda time: time.microsecond),
        ("time:fraction",),
        _at(_TIME.replace(microsecond=250_000)),
    ),
    Row(
        "zone of a time",
        _times(dt.datetime.utcoffset),
        ("time:zone", "time:wall-clock"),
        hard=(_at(_TIME.replace(tzinfo=dt.UTC)),),
    ),
    Row("that a time has no zone", _times(dt.datetime.utcoffset), ("time:wall-clock",), _NAIVE),
    Row("that a time is missing", _times(bool), ("time:missing",), _chat(_message(), _UNTIMED), (_chat(_UNTIMED),)),
    Row("times before 1970", _times(_minute), ("time:range",), _at(dt.datetime(1905, 6, 1))),
    Row("precision of times", _each("precision"), ("precision",), _chat(*_EVERY_PRECISION)),
    Row("segments that the archive gave", _each("segments"), ("segments", "segments:seconds"), _GIVEN, (*_HARD, _LONG)),
    Row(
        "segments of your own classes",
        _kinds,
        ("segments", "segments:custom"),
        _chat(_given("投票", "other", Poll("几点？", raw="投票"))),
    ),
    Row("title", _of("title"), _WHOLE, hard=_HARD),
    Row("id of the conversation", _of("id"), _WHOLE, hard=_HARD),
    Row("group or not", _of("is_group"), _WHOLE, hard=(*_HARD, _chat(_message(), is_group=False))),
    Row("owner", _of("owner"), _WHOLE, hard=_HARD),
    Row(
        "people and their other names",
        _people,
        (*_WHOLE, *_PEOPLE),
        hard=(*_HARD, _chat(_message(), participants=[_SILENT])),
    ),
    Row("metadata", _metadata, _WHOLE, _chat(_message(), metadata={"exporter": "example", "note": ["a", 1]})),
    Row(
        "zone of the conversation",
        _zone,
        (*_WHOLE, "time:zone", "time:wall-clock"),
        hard=(*_HARD, _chat(_message(), tz_assumed=True), _NAIVE),
    ),
)


# --- measuring ------------------------------------------------------------------------------------


def writers() -> list[str]:
    """The writers that have a reader of their name, built in."""
    built_in = [info for info in wechatlog.formats() if info.origin == "built-in"]
    readers = {info.name for info in built_in if info.role == "reader"}
    return [info.name for info in built_in if info.role == "writer" and info.name in readers]


@functools.cache
def _round_trip(form: str, number: int) -> Conversation:
    chat = _PROBES[number]
    stream = io.BytesIO()
    wechatlog.dump(chat, stream, form)
    return wechatlog.load(stream.getvalue(), format=form)


_PROBES: Final = [chat for row in ROWS for chat in (row.ordinary, *row.hard)]


def survives(row: Row, form: str, chat: Conversation) -> bool:
    """Whether one thing of a conversation comes back."""
    number = next(number for number, probe in enumerate(_PROBES) if probe is chat)
    return bool(row.view(_round_trip(form, number)) == row.view(chat))


def measure(row: Row, form: str) -> str:
    """The mark of a thing in a form.

    Raises:
        AssertionError: where it is lost, and the writer has declared nothing of the sort.
    """
    declared = set(find_writer(form).losses) & set(row.losses)
    if not survives(row, form, row.ordinary):
        assert declared, f"{form} loses {row.name} and declares none of {', '.join(row.losses)}"
        return NONE
    lost = [chat for chat in row.hard if not survives(row, form, chat)]
    assert declared or not lost, f"{form} loses {row.name} of {lost[0]!r} and declares none of {', '.join(row.losses)}"
    return SOME if declared else ALL


# --- writing --------------------------------------------------------------------------------------


class Column(NamedTuple):
    """Forms that keep the same and declare the same.

    Attributes:
        forms: their names, as the page shows them.
        marks: one for each row.
        losses: what they declare.
    """

    forms: str
    marks: tuple[str, ...]
    losses: tuple[tuple[str, str], ...]


def _columns() -> list[Column]:
    found: dict[tuple[Any, ...], list[str]] = {}
    for form in writers():
        losses = tuple(find_writer(form).losses.items())
        found.setdefault((tuple(measure(row, form) for row in ROWS), losses), []).append(f"`{form}`")
    return [Column(", ".join(forms), *key) for key, forms in found.items()]


def _table(columns: list[Column]) -> str:
    lines = [f"| | {' | '.join(column.forms for column in columns)} |", f"|---|{':-:|' * len(columns)}"]
    for number, row in enumerate(ROWS):
        lines.append(f"| {row.name} | {' | '.join(column.marks[number] for column in columns)} |")
    return "\n".join(lines)


def _reasons(columns: list[Column]) -> str:
    parts = (
        "\n".join((f"{column.forms}:\n", *(f"* `{name}`: {why}." for name, why in column.losses))) for column in columns
    )
    return "\n\n".join(parts)


def build() -> str:
    """What stands between the markers."""
    columns = _columns()
    known = {info.name for info in wechatlog.formats() if info.role == "writer" and info.origin == "built-in"}
    others = ", ".join(f"`{name}`" for name in sorted(known - set(writers())))
    return (
        f"{_table(columns)}\n\n## What each form declares\n\n{_reasons(columns)}\n\n"
        f"Written for people and for other programs, and never read back: {others}.\n"
    )


def page(text: str) -> str:
    """The page with a new part between the markers."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{build()}\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """Rewrite the page, or check it."""
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if "--check" in arguments:
        return int(new != old)
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
