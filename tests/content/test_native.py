"""Our own forms, with whatever types in them: what is kept, what is told, and that nothing fails later."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import io
import json
import pickle
import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies
from tests.goldens import conversation as golden

import wechatlog
from wechatlog import Conversation, Message, Severity
from wechatlog.content import native
from wechatlog.operations import pseudonymize, sessions, statistics
from wechatlog.readers import jsonl
from wechatlog.segments import types
from wechatlog.segments.types import Forward, Image, Link, Text
from wechatlog.timestamps import instant, resolve_zone

HEAD = {"type": "conversation", "schema": "wechatlog/1", "title": "t"}
LINE = {
    "time": "2026-05-01T09:00:00",
    "precision": "second",
    "sender": "a",
    "is_self": False,
    "kind": "text",
    "text": "早",
}
VALUES = st.one_of(
    st.sampled_from([None, True, False, 0, 5, -1, 1.5, 10**30, 10**400, float("nan"), float("inf"), "", "x", "早", [], {}, [[]], [{}], {"a": 1}]),
    st.lists(st.sampled_from([None, 1, "x", {}]), max_size=2),
)  # fmt: skip


def load(*messages: dict[str, Any], head: dict[str, Any] = HEAD, **how: Any) -> Conversation:
    lines = [json.dumps(item) for item in (head, *messages)]
    one = wechatlog.load("\n".join(lines).encode(), format="jsonl", **how)
    document = {"schema": "wechatlog/1", "conversations": [{**head, "messages": messages}]}
    two = wechatlog.load(json.dumps(document).encode(), format="json", **how)
    assert one == two or any(type(value) is float for value in messages)  # the two forms say the same
    return one


def use(chat: Conversation) -> None:
    """Do with a conversation what people do with one."""
    hash(chat)
    repr(chat)
    assert pickle.loads(pickle.dumps(chat)) == chat
    assert wechatlog.loads(wechatlog.dumps(chat)) == chat
    for message in chat:
        assert "".join(segment.raw for segment in message.segments) in ("", message.text)
        str(message)
    for work in (
        Conversation.sorted,
        Conversation._repr_html_,
        lambda c: c.between("2026-05-01"),
        statistics,
        pseudonymize,
        sessions,
    ):
        work(chat)
    for form in ("text", "html", "markdown", "markdown-post", "csv", "llm-markdown"):
        with contextlib.suppress(wechatlog.WechatlogError):
            wechatlog.dump(chat, io.BytesIO(), form)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where everything in a JSON value stands."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


def damaged(value: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    value = copy.deepcopy(value)
    place = value
    for key in path[:-1]:
        place = place[key]
    change(place, path[-1])
    return value


WHOLE = [json.loads(line) for line in wechatlog.dumps(golden()).split("\n") if line]
PATHS = [
    (number, path) for number, item in enumerate(WHOLE) for path in paths(item) if path not in (("type",), ("schema",))
]


@given(place=st.sampled_from(PATHS), value=VALUES, remove=st.booleans())
def test_a_field_of_any_type_anywhere_costs_no_message(
    place: tuple[int, tuple[Any, ...]], value: Any, remove: bool
) -> None:
    number, path = place

    def change(where: Any, key: Any) -> None:
        if remove:
            del where[key]
        else:
            where[key] = value

    items = [damaged(item, path, change) if at == number else item for at, item in enumerate(WHOLE)]
    chat = wechatlog.load("\n".join(map(json.dumps, items)).encode(), format="jsonl")
    assert len(chat) == len(golden())
    use(chat)


@pytest.mark.parametrize(
    "change",
    [
        {"is_self": {}}, {"is_self": 1}, {"precision": "x"}, {"sender": 5}, {"sender_id": []}, {"kind": 5}, {"id": 10**30}, {"reply_to": {}}, {"text": 5},
        {"time": 5}, {"time": "gestern"}, {"origin": {"raw": 5}}, {"origin": {"line": "x"}}, {"origin": []}, {"segments": {}}, {"segments": [5]},
        {"segments": [{"type": "link", "raw": "早", "url": 5}]}, {"segments": [{"type": "text", "raw": 5}]}, {"segments": [{"type": "call", "raw": "早", "kind": "x"}]},
        {"segments": [{"type": "file", "raw": "早", "size": "x"}]}, {"segments": [{"type": "file", "raw": "早", "size": 10**30}]}, {"segments": [{"type": "mention", "raw": "早", "name": []}]}, {"segments": [{"type": "mention", "raw": "早", "name": None}]},
        {"segments": [{"type": "location", "raw": "早", "latitude": float("nan")}]}, {"segments": [{"type": "emoji", "raw": "早"}]}, {"segments": [{"type": "forward", "raw": "早", "messages": 5}]},
        {"segments": [{"type": "forward", "raw": "早", "messages": [5]}]}, {"segments": [{"type": "forward", "raw": "早", "messages": [{"text": 5}]}]}, {"parsed": "x"},
    ],
)  # fmt: skip
def test_a_wrong_type_is_told_with_its_line_and_costs_its_field_alone(change: dict[str, Any]) -> None:
    chat = load({**LINE, **change}, LINE)
    assert len(chat) == 2
    assert [(entry.severity, entry.line) for entry in chat.diagnostics] == [(Severity.ERROR, 2)]
    assert chat[0].text == str(change.get("text", "早"))
    use(chat)
    with pytest.raises(wechatlog.FormatError):
        load({**LINE, **change}, errors="strict")


@pytest.mark.parametrize(
    "change",
    [
        {"title": 5}, {"id": {}}, {"is_group": "x"}, {"owner": []}, {"tz": 5}, {"tz": "Nirgends/Nie"}, {"tz_assumed": 1}, {"metadata": []}, {"metadata": {"a": float("nan")}},
        {"participants": {}}, {"participants": [5]}, {"participants": [{"name": 5, "listed": True}]}, {"participants": [{"aliases": [5], "listed": True}]}, {"origin": {"offset": 1.5}},
        {"diagnostics": {}}, {"diagnostics": [{"code": "x"}]}, {"diagnostics": [{"code": "x", "message": "y", "severity": "z"}]},
    ],
)  # fmt: skip
def test_a_wrong_type_in_the_header_costs_its_field_alone(change: dict[str, Any]) -> None:
    chat = load(LINE, head={**HEAD, **change})
    assert len(chat) == 1
    assert [(entry.code, entry.line) for entry in chat.diagnostics if entry.code == "bad-field"] == [("bad-field", 1)]
    assert chat.title == (None if "title" in change else "t")
    use(chat)


@pytest.mark.parametrize("change", [b"", b"\x00", b'"', b"}", b"]", b"{"], ids=repr)
def test_a_damaged_byte_in_a_document_costs_two_messages_at_most(change: bytes) -> None:
    messages = [
        Message(sender="李四", text=f"第{number}条[微笑] https://example.invalid/{number}") for number in range(6)
    ]
    data = wechatlog.dumps(Conversation(messages, title="群"), "json").encode()
    first = data.index(b"\n{", data.index(b'"messages":[') + 14) + 2  # in the first, nothing shows yet how items begin
    for place in range(first, data.rindex(b'"parsed"'), 3):
        if data[place - 1 : place + 2].startswith(
            (b"},\n", b",\n")
        ):  # between two messages a bracket is the end of the list
            continue
        archive = wechatlog.load_archive(data[:place] + change + data[place + 1 :], format="json")
        chats = list(archive)
        lost = {message.text for message in messages} - {message.text for chat in chats for message in chat}
        assert len(lost) <= 2, (place, data[place - 20 : place + 20])
        assert len(lost) < 2 or any(chat.diagnostics for chat in chats)


def test_keys_that_are_not_known_are_told_once() -> None:
    chat = load({**LINE, "tеxt": "with another e"}, {**LINE, "tеxt": "x"})
    assert [(entry.code, entry.severity) for entry in chat.diagnostics] == [("unknown-key", "warning")]


def test_every_field_of_every_piece_is_checked() -> None:
    for name in types.__all__:
        cls = getattr(types, name)
        if cls is not types.Segment:
            unchecked = {field.name for field in attrs.fields(cls)} - native._SEGMENT_CHECKS[cls].keys()
            assert unchecked == ({"messages"} if cls is Forward else set())
    assert native._PARTICIPANT_CHECKS.keys() == {field.name for field in attrs.fields(wechatlog.Participant)}


def test_metadata_without_end_come_to_one() -> None:
    value: Any = "x"
    for _ in range(400):
        value = [{"a": value}]
    chat = load(LINE, head={**HEAD, "metadata": {"a": value, "b": "kept"}})
    assert [entry.code for entry in chat.diagnostics] == ["bad-field"]
    assert chat.metadata["b"] == "kept"
    use(chat)


def test_forwards_without_end_come_to_one() -> None:
    piece: dict[str, Any] = {"type": "text", "raw": "早"}
    for _ in range(150):
        piece = {"type": "forward", "raw": "早", "messages": [{"kind": "forward", "text": "早", "segments": [piece]}]}
    chat = load({**LINE, "segments": [piece]})
    assert [entry.code for entry in chat.diagnostics] == ["bad-field"]
    use(chat)


def both_ways(data: bytes, form: str, **how: Any) -> list[Any]:
    """What is said of a file where usual messages are found by a pattern, and where each is parsed."""
    found: list[Any] = []
    for layouts in ({}, {"_LINE": None, "_ITEM": None}):
        with pytest.MonkeyPatch.context() as patch:
            for name, layout in layouts.items():
                patch.setattr(jsonl, name, layout)
            try:
                chats = list(wechatlog.load_archive(data, format=form, **how))
            except wechatlog.WechatlogError as error:
                found.append(str(error))
                continue
            pieces = [
                [(message.origin, message.given_segments, message.segments) for message in chat] for chat in chats
            ]
            times = [[(message.time, getattr(message.time, "tzinfo", None)) for message in chat] for chat in chats]
            found.append((chats, [chat.diagnostics for chat in chats], pieces, times))
    return found


PUT_IN = ["", '"', ",", "}", "]", "\\", "\\n", "5", "[", "T", "\n", "\ud800", "x"]


@given(
    chat=strategies.conversations(),
    form=st.sampled_from(["jsonl", "json"]),
    damage=st.none() | st.tuples(st.floats(0, 1), st.sampled_from(PUT_IN)),
    tz=st.sampled_from([None, "Asia/Shanghai"]),
)
def test_usual_messages_say_what_parsing_says(
    chat: Conversation, form: str, damage: tuple[float, str] | None, tz: str | None
) -> None:
    text = wechatlog.dumps(chat, form)
    if damage is not None:
        at = int(damage[0] * len(text))
        text = text[:at] + damage[1] + text[at + 1 :]
    one, two = both_ways(text.encode("utf-8", "replace"), form, tz=tz)
    assert one == two


@given(place=st.sampled_from(PATHS), value=VALUES, form=st.sampled_from(["jsonl", "json"]))
def test_a_usual_message_with_any_value_says_what_parsing_says(
    place: tuple[int, tuple[Any, ...]], value: Any, form: str
) -> None:
    def change(where: Any, key: Any) -> None:
        where[key] = value

    number, path = place
    items = [damaged(item, path, change) if at == number else item for at, item in enumerate(WHOLE)]
    lines = [json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items]
    text = "\n".join(lines)
    if form == "json":
        messages = ",\n".join(lines[1:])
        text = f'{{"schema":"wechatlog/1","conversations":[{lines[0][:-1]},"messages":[\n{messages}]}}]}}'
    one, two = both_ways(text.encode(), form)
    assert one == two


def test_most_messages_are_usual() -> None:
    lines = wechatlog.dumps(golden()).split("\n")[1:-1]
    assert sum(re.fullmatch(native.USUAL_MESSAGE, line) is not None for line in lines) > len(lines) / 2
    document = wechatlog.dumps(golden(), "json")
    assert sum(1 for _ in re.finditer(native.USUAL_MESSAGE + ",\n", document)) > len(lines) / 2


@pytest.mark.parametrize("parsed", [{}, {"parsed": True}])
def test_a_text_that_was_blackened_does_not_come_back(parsed: dict[str, Any]) -> None:
    chat = load({**LINE, "text": "[-----]", "segments": [{"type": "text", "raw": "mein Passwort ist 1234"}], **parsed})
    assert [segment.raw for segment in chat[0].segments] == ["[-----]"]
    assert [entry.code for entry in chat.diagnostics] == ["changed-text"]
    for form in ("html", "markdown", "markdown-post", "text", "csv", "jsonl", "json"):
        assert "1234" not in wechatlog.dumps(chat, form)


def test_a_text_that_is_changed_in_a_program_has_no_old_pieces() -> None:
    link = Link("https://example.invalid/geheim", "geheim", raw="geheim")
    message = Message(text="sieh geheim", segments=[Text("sieh "), link])
    assert message.links == (link,)
    assert attrs.evolve(message, sender="李四").links == (link,)
    changed = attrs.evolve(message, text="sieh [-----]")
    assert changed.given_segments is None
    assert "geheim" not in repr(changed.segments)
    apart = Message(kind="image", text="[图片]", segments=[Image(path="a.jpg")])
    assert attrs.evolve(apart, text="[ 图片 ]").images == (Image(path="a.jpg"),)


@pytest.mark.parametrize("form", ["jsonl", "json", "parquet", "arrow", "sqlite", "csv", "tsv"])
@pytest.mark.parametrize("zone", ["+08:00", "-11:00", "Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("day", [(1, 1, 1), (9999, 12, 31, 23, 59, 59)])
def test_the_first_and_the_last_hours_that_there_are(form: str, zone: str, day: tuple[int, ...]) -> None:
    tz = resolve_zone(zone)
    messages = [
        Message(time=dt.datetime(*time, tzinfo=tz), precision="second", sender="a", text="x")
        for time in ((2026, 5, 1), day)
    ]  # type: ignore[arg-type, misc]
    stream = io.BytesIO()
    wechatlog.dump(Conversation(messages, tz=tz), stream, form)
    found = wechatlog.load(stream.getvalue(), format=form)
    assert [instant(message.time) for message in found if message.time] == [
        instant(message.time) for message in messages if message.time
    ]
    assert len(found.sorted()) == 2
    assert len(found.between(None, "9999-12-31")) == 2
    assert len(found.between("0001-01-01")) == 2 or found.tz != tz  # local mean time is another zone then
