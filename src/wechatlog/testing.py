"""Conformance checks that the author of a reader or a writer calls in tests of their own.

    from wechatlog.testing import check_reader, check_writer

    def test_my_reader():
        check_reader(MY_READER, samples=["tests/data/chat.xyz"])

Takes plug-ins, gives assertion errors that say which promise was broken. Needs no test framework.
"""

from __future__ import annotations

import datetime as dt
import pickle
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from wechatlog.diagnostics import Collector, Diagnostic
from wechatlog.engine.protocol import Context, Evidence, Head, Reader, Refusal
from wechatlog.errors import WechatlogError
from wechatlog.inputs.single import How, read_source
from wechatlog.model import Conversation, Message, MessageKind, Metadata, Participant
from wechatlog.segments import types
from wechatlog.source import Readable, Source
from wechatlog.timestamps import ASSUMED_ZONE, in_zone, resolve_zone
from wechatlog.utf8 import whole
from wechatlog.writers.base import NewFile, Writer, give_pieces, is_folder_writer

__all__ = ["LOSSES", "SAMPLE_CONVERSATIONS", "check_reader", "check_writer", "without_losses"]

LOSSES: Final[Mapping[str, str]] = {
    "everything": "the form is not meant to be read back",
    "conversation": "title, ids, members, metadata and zone of the conversation",
    "id": "server ids",
    "reply_to": "what a message answers",
    "sender_id": "account ids",
    "is_self": "who is the owner",
    "precision": "the precision of times",
    "kind": "the kinds of messages, but for those that the form shows",
    "segments": "segments that the archive gave; they are parsed again from the text",
    "segments:custom": "segments of a user's own classes",
    "segments:seconds": "the last digits of more than 2**53 seconds of a call",
    "time:fraction": "fractions of a second",
    "time:seconds": "seconds",
    "time:zone": "the zone; wall clocks are kept",
    "time:wall-clock": "the zone in which a clock was read: instants are kept, and no zone is that of China",
    "time:range": "times of 1970's first second, before it and after 5138, which become missing",
    "time:missing": "that a message has no time",
    "sender:line-break": "line breaks in names",
    "sender:empty": "an empty name, which becomes none",
    "id:empty": "empty ids, which become none",
    "id:number": "ids that look like a large number of a spreadsheet, such as 1.23E+18, which become none",
    "text:media": "the text of an image or a link whose label and address the archive gave",
    "text:placeholder": "the text of anything else whose details the archive gave",
    "text:surrogates": "halves of surrogate pairs in any text, which become U+FFFD",
    "text:surrogate-pairs": "two halves of a surrogate pair side by side, which become their character",
}
"""What a writer may declare to lose, and what it means."""

_EARLIEST: Final = dt.datetime(1970, 1, 1, 0, 0, 1)
_TOO_LATE: Final = dt.datetime(5138, 11, 16, 9, 46, 40)
"""A hundred thousand million seconds later: such numbers are taken for milliseconds."""
_LARGE_NUMBER: Final = re.compile(r"[0-9](?:[.,][0-9]{1,17})?[eE]\+[0-9]{2,3}|[0-9]{16,17}\.0")
_LINE_BREAK: Final = re.compile(r"\r\n|[\r\n]")


def _sample(text: str, **fields: Any) -> Message:
    fields.setdefault("time", dt.datetime(2026, 5, 1, 9, 0, 0))
    fields.setdefault("precision", "second")
    fields.setdefault("sender", "李四")
    return Message(text=text, **fields)


SAMPLE_CONVERSATIONS: Final = (
    Conversation(),
    Conversation([_sample("早上好[微笑]"), _sample("@李四\u2005收到 http://a.example/x，谢谢")], title="示例群"),
    Conversation(
        [
            _sample(text)
            for text in (
                "",
                " ",
                "  两端空格  ",
                "第一行\n第二行",
                "空行\n\n后面",
                "\n\n",
                "a\r\nb\rc",
                "\u2028 \u0085 \x0b",
                "---",
                "## 2026-05-01",
                "> 09:00:00  王五  ",
                "> 2026-05-01 09:00:00  王五  \n   \n正文  \n   \n",
                "---\ntitle: x\ndate: 2020-01-01\n---\n",
                "   \n   ",
                "&amp; &lt; &amp;amp; &#10; & < > \" '",
                "<script>alert(1)</script>",
                "![x](http://a.example/x.png)",
                "[标题](http://a.example/)",
                "[强][强]",
                "微信红包",
                "=1+1",
                "\ufeff",
                "\0",
                "😀\U0010ffff",
                "x" * 5000,
            )
        ]
    ),
    Conversation(
        [
            _sample("名字", sender=name)
            for name in (
                " 李四",
                "李四 ",
                "李  四",
                "",
                "我",
                "a: b",
                "> 09:00:00",
                "[x]",
                "李四(wxid_1)",
                "&amp;",
                "\n",
            )
        ]
    ),
    Conversation(
        [
            _sample("没有时间", time=None, precision=None),
            _sample("昨天", time=dt.datetime(2026, 4, 30, 23, 59, 59, 999999)),
            _sample("通知", sender=None, kind=MessageKind.SYSTEM),
            *(_sample(f"[{kind}]", kind=kind) for kind in MessageKind),
        ]
    ),
)
"""Conversations with what breaks writers, such as line ends, entities, markup, look-alikes of headers, odd names."""


def _fail(subject: object, promise: str) -> None:
    raise AssertionError(f"{getattr(subject, 'name', subject)}: {promise}")


def _check_shape(item: object, protocol: type, names: Iterable[str]) -> None:
    if not isinstance(item, protocol):
        missing = [name for name in names if not hasattr(item, name)]
        _fail(item, f"does not follow the protocol {protocol.__name__}; missing: {', '.join(missing)}")
    name, suffixes = item.name, tuple(item.suffixes)  # type: ignore[attr-defined]
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
        _fail(item, f"the name {name!r} is not in kebab-case")
    if any(not suffix.startswith(".") or suffix != suffix.lower() for suffix in suffixes):
        _fail(item, f"suffixes {suffixes} must begin with a dot and be lower case")


def _hostile(data: bytes) -> Iterable[bytes]:
    """Damaged copies of a sample: cut, spliced, in other encodings, and things that are no chat."""
    yield b""
    yield from (data[:cut] for cut in range(0, len(data), max(1, len(data) // 23)))
    yield data[len(data) // 2 :]
    yield data + b"\xff\xfe\0\x80" + data
    yield bytes(range(256)) * 8
    yield data.replace(b"\n", b"\r\n")
    yield b"\xef\xbb\xbf" + data
    yield b"[" * 50_000
    yield b'{"messages":[' + b"[" * 50_000


def check_reader(reader: Reader, samples: Iterable[Readable], *, options: Mapping[str, Any] | None = None) -> None:
    """Check a reader on samples of its format, and on damaged copies of them.

    It recognises each sample, reads it, gives the same messages when streaming and on a second reading, gives
    messages that pickle and whose segments join to their text, and answers damage with a conversation or a
    `WechatlogError` and nothing else.

    Args:
        reader: what to check.
        samples: healthy files of its format.
        options: passed to the reader.

    Raises:
        AssertionError: for the first promise that is broken.
    """
    _check_shape(reader, Reader, ("name", "description", "suffixes", "options", "detect", "read"))
    for sample in samples:
        source = Source.of(sample)
        verdict = reader.detect(Head.of(source))
        if not isinstance(verdict, Evidence) or not 0 < verdict.confidence <= 1 or not verdict.reason:
            _fail(reader, f"does not recognise {source.label}: {verdict!r}")
        how = How(reader, options=options or {})
        first = list(read_source(source, how))
        if list(read_source(source, how)) != first:
            _fail(reader, f"gives something else when {source.label} is read again")
        for conversation in first:
            if pickle.loads(pickle.dumps(conversation)) != conversation:  # noqa: S301 - our own bytes
                _fail(reader, "gives a conversation that does not pickle")
            zones = {message.time.tzinfo is None for message in conversation if message.time is not None}
            if len(zones) > 1:
                _fail(reader, "mixes naive and aware times")
            for message in conversation:
                if "".join(segment.raw for segment in message.segments) != message.text:
                    _fail(reader, f"the segments of {message!r} do not join to its text")
                if (message.time is None) != (message.precision is None):
                    _fail(reader, f"time and precision of {message!r} do not go together")
            if not all(isinstance(entry, Diagnostic) for entry in conversation.diagnostics):
                _fail(reader, "gives diagnostics of another type")
        for damaged in _hostile(source.read_bytes()):
            _check_damaged(reader, damaged, options or {})


def _check_damaged(reader: Reader, data: bytes, options: Mapping[str, Any]) -> None:
    source = Source.of(data)
    verdict: object = reader.detect(Head.of(source))
    if not isinstance(verdict, Evidence | Refusal | None):
        _fail(reader, f"detect gave {verdict!r}")
    context = Context(source, Collector(), options=options)
    try:
        for _ in reader.read(source, context):
            pass
    except WechatlogError:
        return
    except Exception as error:
        raise AssertionError(f"{reader.name}: {error!r} on damaged input {data[:60]!r}…") from error


def without_losses(conversation: Conversation, losses: Iterable[str]) -> Conversation:
    """What is left of a conversation when losses are taken off; both sides of a comparison go through this.

    Args:
        conversation: any.
        losses: names of `LOSSES`.

    Raises:
        ValueError: for a name that is none of them.
    """
    lost = frozenset(losses)
    if unknown := lost - LOSSES.keys():
        raise ValueError(f"unknown losses: {', '.join(sorted(unknown))}")
    for loss, change in (("text:surrogate-pairs", _joined), ("text:surrogates", whole)):
        if loss in lost:
            names = ("title", "id", "owner", "metadata", "messages")
            changes = {name: _with_texts(getattr(conversation, name), change) for name in names}
            changes["participants"] = _with_texts(conversation.members, change)
            conversation = attrs.evolve(conversation, **changes)
    messages = []
    last: dt.datetime | None = None
    for message in conversation.messages:
        reduced = _reduce(message, lost, last)
        last = reduced.time
        messages.append(reduced)
    if "conversation" in lost:
        return Conversation(messages)
    return attrs.evolve(conversation, messages=messages)


def _reduce(message: Message, lost: frozenset[str], last: dt.datetime | None) -> Message:
    if "segments:seconds" in lost and message.given_segments:
        given = (
            attrs.evolve(each, seconds=int(float(each.seconds)))
            if isinstance(each, types.Call) and each.seconds
            else each
            for each in message.given_segments
        )
        message = attrs.evolve(message, segments=tuple(given))
    changes: dict[str, Any] = {
        name: None for name in ("id", "reply_to", "sender_id", "is_self", "precision") if name in lost
    }
    if "id:empty" in lost:
        names = [name for name in ("id", "reply_to", "sender_id") if name not in lost]
        changes |= {name: getattr(message, name) or None for name in names}
    if "id:number" in lost:
        for name in ("id", "reply_to"):
            found = changes.get(name, getattr(message, name))
            changes[name] = None if _LARGE_NUMBER.fullmatch(found or "") else found
    if "kind" in lost:
        changes["kind"] = MessageKind.TEXT
    if "segments" in lost:
        changes["segments"] = None
    changes["time"] = _reduce_time(message.time, lost, last)
    sender = message.sender
    if sender is not None and "sender:line-break" in lost:
        sender = _LINE_BREAK.sub(" ", sender)
    changes["sender"] = sender or None if "sender:empty" in lost else sender
    return attrs.evolve(message, **changes)


def _with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A value with all texts in it changed: those of messages, segments and people, however deep."""
    if isinstance(value, str):
        return value if isinstance(value, MessageKind) else change(value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_with_texts(item, change) for item in value)
    if isinstance(value, Metadata):
        return Metadata({change(key): _with_texts(item, change) for key, item in value.items()})
    if not isinstance(value, Message | Participant | types.Segment):
        return value
    names = [field.name for field in attrs.fields(type(value)) if field.alias == field.name]
    changes = {name: _with_texts(getattr(value, name), change) for name in names}
    if isinstance(value, Message):
        changes["segments"] = _with_texts(value.given_segments, change)
    return attrs.evolve(value, **changes)


def _joined(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _reduce_time(time: dt.datetime | None, lost: frozenset[str], last: dt.datetime | None) -> dt.datetime | None:
    if time is not None and "time:wall-clock" in lost:
        time = in_zone(time if time.tzinfo is not None else time.replace(tzinfo=resolve_zone(ASSUMED_ZONE)), dt.UTC)
    if time is not None and "time:range" in lost and not _EARLIEST <= time.replace(tzinfo=None) < _TOO_LATE:
        time = None
    if time is None:
        return last if "time:missing" in lost else None
    if "time:zone" in lost:
        time = time.replace(tzinfo=None)
    if "time:seconds" in lost:
        time = time.replace(second=0)
    return time.replace(microsecond=0) if lost & {"time:fraction", "time:seconds"} else time


def check_writer(
    writer: Writer,
    conversations: Iterable[Conversation] = SAMPLE_CONVERSATIONS,
    *,
    reader: Reader | str | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Check a writer, and with a reader of the same form that nothing is lost but what the writer declares.

    Args:
        writer: what to check.
        conversations: what to write; those of this module hold what breaks writers.
        reader: reads the form back; `None` where there is none.
        options: passed to the writer.

    Raises:
        AssertionError: for the first promise that is broken.
    """
    _check_shape(
        writer,
        Writer,
        ("name", "description", "suffixes", "options", "losses", "several", "streaming", "binary", "write"),
    )
    without_losses(Conversation(), writer.losses)
    for conversation in conversations:
        items = [(conversation, conversation.messages)]
        pieces = list(give_pieces(writer, items, options or {}))
        kind = bytes if writer.binary else str
        kinds = (str, bytes, NewFile) if is_folder_writer(writer) else (kind,)
        if not all(isinstance(piece, kinds) for piece in pieces):
            _fail(writer, f"gives pieces that are not {kind.__name__}")
        if list(give_pieces(writer, items, options or {})) != pieces:
            _fail(writer, "gives something else when it writes again")
        if reader is not None:
            _check_round_trip(writer, reader, conversation, pieces)


def _check_round_trip(writer: Writer, reader: Reader | str, conversation: Conversation, pieces: Sequence[Any]) -> None:
    source = Source.of(b"".join(pieces)) if writer.binary else Source.of_text("".join(pieces))
    found = list(read_source(source, How(reader)))
    if len(found) != 1:
        _fail(writer, f"what it writes reads as {len(found)} conversations")
    expected = without_losses(conversation, writer.losses)
    actual = without_losses(found[0], writer.losses)
    if len(expected) != len(actual):
        _fail(writer, f"{len(expected)} messages became {len(actual)}")
    for original, one, other in zip(conversation, expected, actual, strict=True):
        lost = tuple(cls for name, cls in _TEXTS.items() if name in writer.losses)
        if any(isinstance(segment, lost) for segment in original.given_segments or ()):
            one, other = (attrs.evolve(message, text="", segments=()) for message in (one, other))
        if "time:missing" in writer.losses and one.time is None:  # before any time: it gets whatever the form needs
            other = attrs.evolve(other, time=None, precision=one.precision)
        if one != other:
            _fail(writer, f"{one!r} became {other!r}")
    if attrs.evolve(expected, messages=()) != attrs.evolve(actual, messages=()):
        _fail(writer, "what is known of the conversation changed")


_TEXTS: Final[Mapping[str, tuple[type[types.Segment], ...]]] = {
    "text:media": (types.Image, types.Link),
    "text:placeholder": (
        types.Voice, types.Video, types.Sticker, types.File, types.Location, types.Card, types.Transfer,
        types.RedPacket, types.Call, types.Forward, types.MiniProgram,
    ),
}  # fmt: skip
