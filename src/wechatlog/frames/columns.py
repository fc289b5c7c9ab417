"""The columns of the tables, and the way of messages into them and back.

Takes messages and gives lists of plain values, one list a column; and the other way round. It imports no library for
data frames: those who use one turn these lists into its columns.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import attrs

from wechatlog.content.native import (
    conversation_from_json,
    conversation_to_json,
    segment_from_json,
    segment_to_json,
)
from wechatlog.diagnostics import Origin
from wechatlog.model import Conversation, MessageKind, build_message
from wechatlog.segments.types import Emoji, Forward, Image, Link, Mention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wechatlog.model import Message
    from wechatlog.segments import Lexicon, Segment

__all__ = [
    "TABLES",
    "Column",
    "collect",
    "columns_of",
    "conversation_header",
    "conversation_of",
    "messages_of",
    "read_conversations",
]

ColumnType: TypeAlias = Literal["text", "category", "flag", "integer", "number", "time", "texts", "segments"]
"""`category`: text of few different values. `texts`: a list of texts. `segments`: a list of `SEGMENT_FIELDS`."""


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        name: its name in every form.
        type: what its values are; every value may be `None`.
        meaning: one line, for the documentation.
    """

    name: str
    type: ColumnType
    meaning: str


_WHERE: Final = (
    Column("conversation", "category", "title of the conversation, or else its id"),
    Column("conversation_id", "category", "account or room id of the conversation"),
    Column("number", "integer", "position of the message in its conversation, from 0"),
)
_WHO: Final = (
    Column("time", "time", "when the message was sent"),
    Column("sender", "category", "name shown; none for a notice"),
    Column("sender_id", "category", "account id"),
)

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "messages": (
        *_WHERE,
        Column("time", "time", "when it was sent, with the zone of the conversation or without one"),
        Column("precision", "category", "smallest unit of the time: second, minute, day"),
        Column("sender", "category", "name shown; none for a notice"),
        Column("sender_id", "category", "account id"),
        Column("is_self", "flag", "whether the owner of the archive sent it"),
        Column("kind", "category", "text, image, voice, quote, …"),
        Column("text", "text", "body, emoji codes kept"),
        Column("id", "text", "server id, all digits"),
        Column("reply_to", "text", "server id of the message that it answers"),
        Column("mentions", "texts", "names addressed with @, in order"),
        Column("emoji", "texts", "canonical names of the emoji codes, in order"),
        Column("links", "texts", "addresses of the web pages, in order"),
        Column("images", "texts", "addresses or paths of the pictures, in order"),
        Column("segments", "segments", "the pieces of the body"),
        Column("parsed", "flag", "whether the pieces were found in the text; false: the archive gave them"),
        Column("source", "category", "name of the file that it stood in"),
        Column("line", "integer", "line in that file, from 1"),
    ),
    "mentions": (
        *_WHERE, *_WHO,
        Column("name", "category", "name after the @"),
        Column("everyone", "flag", "whether everybody is addressed"),
        Column("confidence", "number", "0 to 1, how sure the end of the name is"),
    ),
    "links": (
        *_WHERE, *_WHO,
        Column("url", "text", "address, or none where the archive lost it"),
        Column("title", "text", "title, or none for a bare address"),
    ),
    "emoji": (
        *_WHERE, *_WHO,
        Column("code", "category", "code as it stands in the body"),
        Column("name", "category", "canonical code"),
        Column("unicode", "category", "closest Unicode emoji"),
    ),
    "images": (
        *_WHERE, *_WHO,
        Column("url", "text", "where it was published"),
        Column("label", "text", "text in the brackets of a Markdown image"),
        Column("path", "text", "file beside the archive"),
    ),
    "participants": (
        *_WHERE[:2],
        Column("name", "text", "name shown"),
        Column("id", "text", "account id"),
        Column("is_self", "flag", "whether this is the owner of the archive"),
        Column("aliases", "texts", "other names of the same person"),
        Column("message_count", "integer", "messages sent in this conversation"),
    ),
}  # fmt: skip
"""Every table and its columns. `messages` has a row for each message, the others one for each thing in them."""

SEGMENT_FIELDS: Final[Mapping[str, ColumnType]] = {
    "type": "category", "raw": "text", "code": "text", "name": "text", "unicode": "text", "confidence": "number",
    "everyone": "flag", "url": "text", "label": "text", "path": "text", "title": "text", "sender": "text",
    "text": "text", "size": "integer", "md5": "text", "seconds": "number", "transcript": "text",
    "latitude": "number", "longitude": "number", "poi": "text", "id": "text", "amount": "text", "note": "text",
    "state": "text", "kind": "text", "messages": "text",
}  # fmt: skip
"""The fields of a piece of a body: those of all segment classes together. `messages`, the contents of a bundle of
forwarded messages, are a text in JSON."""

_PIECES: Final[Mapping[str, type]] = {"mentions": Mention, "links": Link, "emoji": Emoji, "images": Image}


def columns_of(table: str) -> tuple[Column, ...]:
    """The columns of a table.

    Raises:
        ValueError: for a name that is none of `TABLES`.
    """
    if table not in TABLES:
        raise ValueError(f"no table {table!r}; there are: {', '.join(TABLES)}")
    return TABLES[table]


def _fields(segment: Segment) -> dict[str, Any]:
    fields = segment_to_json(segment)
    if isinstance(segment, Forward):
        fields["messages"] = json.dumps(fields.get("messages", []), ensure_ascii=False, separators=(",", ":"))
    return fields


def _segment(fields: Mapping[str, Any]) -> Segment:
    found = {name: value for name, value in fields.items() if value is not None}
    if "messages" in found:
        found["messages"] = json.loads(found["messages"])
    if found.get("type") == "call" and "seconds" in found:
        found["seconds"] = int(found["seconds"])
    return segment_from_json(found)


def _names(found: Iterable[Segment], kind: type, *fields: str) -> list[str]:
    """The first of some fields that has a value, of each segment of a kind."""
    values = (
        next((value for field in fields if (value := getattr(segment, field))), None)
        for segment in found
        if isinstance(segment, kind)
    )
    return [value for value in values if value is not None]


_MESSAGE_VALUES: Final[Mapping[str, Callable[[Message], Any]]] = {
    "time": lambda message: message.time,
    "precision": lambda message: message.precision,
    "sender": lambda message: message.sender,
    "sender_id": lambda message: message.sender_id,
    "is_self": lambda message: message.is_self,
    "kind": lambda message: message.kind.value,
    "text": lambda message: message.text,
    "id": lambda message: message.id,
    "reply_to": lambda message: message.reply_to,
    "mentions": lambda message: _names(message.segments, Mention, "name"),
    "emoji": lambda message: _names(message.segments, Emoji, "name"),
    "links": lambda message: _names(message.segments, Link, "url"),
    "images": lambda message: _names(message.segments, Image, "url", "path"),
    "segments": lambda message: [_fields(segment) for segment in message.segments],
    "parsed": lambda message: message.given_segments is None,
    "source": lambda message: message.origin.source,
    "line": lambda message: message.origin.line,
}


def collect(
    conversation: Conversation,
    table: str = "messages",
    *,
    messages: Sequence[Message] | None = None,
    start: int = 0,
    names: Iterable[str] | None = None,
) -> dict[str, list[Any]]:
    """The columns of a table as lists of equal length.

    Args:
        conversation: what the messages belong to.
        table: one of `TABLES`.
        messages: a part of the messages, when they come in batches; all those of the conversation where `None`.
        start: position of the first of them in the conversation.
        names: columns to make; all where `None`. Leaving out `mentions`, `emoji`, `links`, `images` and `segments`
            saves parsing the bodies.

    Returns:
        The lists by name of column, in the order of the table.

    Raises:
        ValueError: for a table or a column that does not exist.
    """
    columns = [column.name for column in columns_of(table)]
    if names is not None:
        wanted = set(names)
        if unknown := wanted - set(columns):
            raise ValueError(f"no column {', '.join(sorted(unknown))} in {table}; there are: {', '.join(columns)}")
        columns = [name for name in columns if name in wanted]
    batch = conversation.messages if messages is None else messages
    make: Callable[[str], list[Any]]
    if table == "messages":
        numbers = range(start, start + len(batch))
        length = len(batch)
        make = lambda name: list(numbers) if name == "number" else list(map(_MESSAGE_VALUES[name], batch))  # noqa: E731
    elif table == "participants":
        people = conversation.participants
        length = len(people)
        make = lambda name: [_plain(getattr(person, name)) for person in people]  # noqa: E731
    else:
        rows = [
            (number, message, segment)
            for number, message in enumerate(batch, start)
            for segment in message.segments
            if isinstance(segment, _PIECES[table])
        ]
        length = len(rows)
        make = lambda name: [_piece_value(name, *row) for row in rows]  # noqa: E731
    same = {"conversation": conversation.title or conversation.id, "conversation_id": conversation.id}
    return {name: [same[name]] * length if name in same else make(name) for name in columns}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _piece_value(name: str, number: int, message: Message, segment: Segment) -> Any:
    if name == "number":
        return number
    return getattr(message if name in ("time", "sender", "sender_id") else segment, name)


def conversation_header(conversation: Conversation) -> str:
    """What is known of a conversation, without its messages, as a line of JSON (schema `wechatlog/1`)."""
    return json.dumps(conversation_to_json(conversation), ensure_ascii=False, separators=(",", ":"))


def conversation_of(header: str | None) -> Conversation:
    """The conversation, without messages, of such a line; an empty one where there is none.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: where the text is none of this schema.
    """
    return conversation_from_json(json.loads(header)) if header else Conversation()


def messages_of(
    columns: Mapping[str, Sequence[Any]], *, zone: dt.tzinfo | None = None, lexicon: Lexicon | None = None
) -> Iterator[Message]:
    """The messages of columns; what is missing has its default, columns that are not known are ignored.

    Args:
        columns: sequences of equal length by name of column; times as `datetime`.
        zone: that of the conversation, in which aware times are given.
        lexicon: what mentions are looked up in, where the pieces have to be found again.

    Raises:
        ValueError, TypeError: for a value that a column cannot have; names the row, from 0.
    """
    length = max((len(values) for values in columns.values()), default=0)
    names = (
        "time", "precision", "sender", "sender_id", "is_self", "kind", "text", "id", "reply_to", "segments",
        "parsed", "source", "line",
    )  # fmt: skip
    rows = zip(*(columns.get(name, itertools.repeat(None, length)) for name in names), strict=True)
    for number, row in enumerate(rows):
        try:
            yield _message(row, zone, lexicon)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise ValueError(f"row {number}: {error}") from error


def _message(row: tuple[Any, ...], zone: dt.tzinfo | None, lexicon: Lexicon | None) -> Message:
    time, precision, sender, sender_id, is_self, kind, text, id_, reply_to, segments, parsed, source, line = row
    if time is not None and not isinstance(time, dt.datetime):
        raise TypeError(f"time must be a datetime, not {type(time).__name__}")
    if time is not None and time.tzinfo is not None and zone is not None:
        time = time.astimezone(zone)
    for name, value in (("sender", sender), ("sender_id", sender_id), ("text", text), ("id", id_)):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{name} must be a text, not {type(value).__name__}")
    pieces = None if segments is None else tuple(_segment(fields) for fields in segments)
    if pieces is not None and "".join(piece.raw for piece in pieces) != (text or ""):
        pieces = None  # the text was changed; its pieces are found again
    given = None if parsed is None or parsed else pieces
    return build_message(
        time,
        precision or (None if time is None else "second"),
        sender,
        MessageKind(kind or "text"),
        text or "",
        sender_id=sender_id,
        is_self=is_self,
        id=id_,
        reply_to=reply_to,
        origin=Origin(source, line),
        segments=given,
        lexicon=lexicon,
        parsed=None if given is not None else pieces,
    )


def read_conversations(columns: Mapping[str, Sequence[Any]], heads: Iterable[Conversation] = ()) -> list[Conversation]:
    """The conversations of columns, told apart by `conversation` and `conversation_id`, in order of appearance.

    Args:
        columns: as for `messages_of`.
        heads: what is known of them, without messages; one without rows is a conversation without messages.

    Raises:
        ValueError: as `messages_of`.
    """
    known = {(head.title or head.id, head.id): head for head in heads}
    zones = {head.tz for head in known.values()}
    messages = messages_of(columns, zone=zones.pop() if len(zones) == 1 else None)
    groups: dict[tuple[str | None, str | None], list[Message]] = {key: [] for key in known}
    nothing = itertools.repeat(None)
    keys = zip(columns.get("conversation", nothing), columns.get("conversation_id", nothing), strict=False)
    for key, message in zip(keys, messages, strict=False):
        groups.setdefault(key, []).append(message)
    return [_join(known.get(key, Conversation(title=key[0], id=key[1])), rows) for key, rows in groups.items()]


def _join(head: Conversation, messages: Sequence[Message]) -> Conversation:
    zone = head.tz or next((m.time.tzinfo for m in messages if m.time is not None), None)
    return attrs.evolve(head, messages=messages, tz=zone, lexicon=None)
