"""A conversation as tables of plain values: the one set of columns that every tabular form shares.

Takes conversations, or parts of their messages, and gives columns: lists by name. A row carries everything that a
message holds, so that nothing is lost on the way; what belongs to the whole conversation is a header of its own, for
the forms that have a place for it. `rows` has the way back. Knows no file, no writer and no library for frames.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from wechatlog.content.wording import words_apart
from wechatlog.frames.bodies import PIECES, Bodies
from wechatlog.frames.pieces import segment_to_row
from wechatlog.frames.values import without_surrogates
from wechatlog.model import Conversation, Message, Participant
from wechatlog.segments import Segment
from wechatlog.timestamps import zone_name

ColumnType: TypeAlias = Literal["text", "category", "flag", "integer", "number", "time", "texts", "segments"]
"""`category`: text of few different values. `texts`: a list of texts. `segments`: a list of `SEGMENT_FIELDS`."""

Key: TypeAlias = "tuple[str | None, str | None]"
"""What tells conversations apart in a table: the columns `conversation` and `conversation_id`."""


class Zone(NamedTuple):
    """The zone of a column of times, and the name that other libraries know it by."""

    tzinfo: dt.tzinfo
    name: str


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
        Column("apart", "text", "what is read with it and is not in the text: words quoted, what is inside a forward"),
        Column("segments", "segments", "the pieces of the body"),
        Column("parsed", "flag", "whether the pieces were found in the text; false: the archive gave them"),
        Column("source", "category", "file that it stood in; among many, its path"),
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

BODY_COLUMNS: Final = frozenset({"mentions", "emoji", "links", "images", "apart", "segments", "parsed"})
"""The columns of `messages` that say what is in the bodies; all but the last cost parsing them."""


def columns_of(table: str) -> tuple[Column, ...]:
    """The columns of a table; a `ValueError` for one that is not in `TABLES`."""
    if table not in TABLES:
        raise ValueError(f"no table {table!r}; there are: {', '.join(TABLES)}")
    return TABLES[table]


def names_of(table: str, *, segments: bool = True) -> list[str]:
    """The names of the columns of a table, on request without those of `BODY_COLUMNS`."""
    left_out = frozenset() if segments or table != "messages" else BODY_COLUMNS
    return [column.name for column in columns_of(table) if column.name not in left_out]


def times_of(messages: Iterable[Message]) -> list[dt.datetime | None]:
    """The times of messages."""
    return list(map(_MESSAGE_VALUES["time"], messages))


class CommonZone:
    """The zone of a column that has the times of several conversations: the first times decide, or else the zones.

    Attributes:
        zone: as far as it is known; `None` for naive times.
        decided: whether it stays.
    """

    def __init__(self) -> None:
        self.zone: Zone | None = None
        self.decided = False

    @classmethod
    def of(cls, conversations: Iterable[Conversation]) -> Zone | None:
        """That of whole conversations; a `ValueError` where some times are naive and some aware."""
        common = cls()
        for conversation in conversations:
            common.meet(conversation.title or conversation.id, conversation.tz, times_of(conversation))
        return common.zone

    def meet(self, name: str | None, tz: dt.tzinfo | None, times: Iterable[dt.datetime | None]) -> None:
        """See that more times go into the column; a `ValueError` where some are naive and some aware.

        Their zone is that of their conversation, or else that of the first of them.
        """
        zones = {id(time.tzinfo): time.tzinfo for time in times if time is not None}
        if len({zone is None for zone in zones.values()}) > 1:
            raise ValueError("naive and aware times in one conversation")
        first = next(iter(zones.values()), tz)
        zone = None if first is None else named_zone(tz or first)
        if not zones:
            self.zone = self.zone if self.decided else self.zone or zone
        elif not self.decided:
            self.zone, self.decided = zone, True
        elif (zone is None) != (self.zone is None):
            kind, other = ("naive", "aware") if zone is None else ("aware", "naive")
            raise ValueError(
                f"{name or 'a conversation without a title'} has {kind} times and what came before it {other} ones, "
                "and a column holds one kind; name the zone when reading (tz=, on the command line --tz)"
            )


def named_zone(zone: dt.tzinfo) -> Zone:
    """A zone with its name.

    One that has no name which others know (an IANA name, an offset in whole minutes) is given as UTC: the points in
    time are kept, the wall clock is not.
    """
    name = zone_name(zone)
    if isinstance(zone, dt.timezone):
        offset = zone.utcoffset(None)
        if not offset or offset % dt.timedelta(minutes=1):
            name = None
    return Zone(dt.UTC, "UTC") if name is None else Zone(zone, name)


def conversation_key(conversation: Conversation) -> Key:
    """What the rows of a conversation have in the columns `conversation` and `conversation_id`.

    Without halves of surrogate pairs, so that forms that cannot hold them tell conversations apart by the same keys.
    """
    name, id_ = without_surrogates([conversation.title or conversation.id, conversation.id])
    return name, id_


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
        names: columns to make; all where `None`. Leaving out those of `BODY_COLUMNS` saves parsing the bodies.

    Returns:
        The lists by name of column, in the order of the table.

    Raises:
        ValueError: for a table or a column that does not exist.
    """
    wanted = _wanted(table, names)
    batch = conversation.messages if messages is None else messages
    if table == "messages":
        length, found = len(batch), _message_columns(batch, start, wanted)
    elif table == "participants":
        people = conversation.participants
        length, found = len(people), _people_columns(people, wanted)
    else:
        length, found = _piece_columns(PIECES[table], batch, start, wanted)
    same = dict(zip(("conversation", "conversation_id"), conversation_key(conversation), strict=True))
    return {name: [same[name]] * length if name in same else found[name] for name in wanted}


def collect_all(
    conversations: Sequence[Conversation], table: str = "messages", *, names: Iterable[str] | None = None
) -> dict[str, list[Any]]:
    """The columns of a table of several conversations, one below the other; otherwise as `collect`."""
    found: dict[str, list[Any]] = {name: [] for name in _wanted(table, names)}
    for conversation in conversations:
        for name, values in collect(conversation, table, names=found).items():
            found[name] += values
    return found


def _wanted(table: str, names: Iterable[str] | None) -> list[str]:
    columns = [column.name for column in columns_of(table)]
    if names is None:
        return columns
    wanted = set(names)
    if unknown := wanted.difference(columns):
        raise ValueError(f"no column {', '.join(sorted(unknown))} in {table}; there are: {', '.join(columns)}")
    return [name for name in columns if name in wanted]


_MESSAGE_VALUES: Final[Mapping[str, Callable[[Message], Any]]] = {
    **{
        name: operator.attrgetter(name)
        for name in ("time", "precision", "sender", "sender_id", "is_self", "text", "id", "reply_to")
    },
    "kind": operator.attrgetter("kind._value_"),  # `value` is a property, and written in Python
    "parsed": lambda message: message._segments is None,
    "source": lambda message: message._origin[0],
    "line": lambda message: message._origin[1],
    "apart": lambda message: words_apart(message) or None,
    "segments": lambda message: list(map(segment_to_row, message.segments)),
}


def _message_columns(batch: Sequence[Message], start: int, wanted: Iterable[str]) -> dict[str, list[Any]]:
    found = {name: list(map(_MESSAGE_VALUES[name], batch)) for name in wanted if name in _MESSAGE_VALUES}
    found["number"] = list(range(start, start + len(batch)))
    if not PIECES.keys().isdisjoint(wanted):
        found.update(Bodies.of_messages(batch).name_lists())
    return found


def _people_columns(people: Iterable[Participant], wanted: Iterable[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [getattr(person, name, None) for person in people] for name in wanted}
    if "aliases" in found:
        found["aliases"] = [list(names) for names in found["aliases"]]
    return found


def _piece_columns(
    kind: type[Segment], batch: Iterable[Message], start: int, wanted: Iterable[str]
) -> tuple[int, dict[str, list[Any]]]:
    rows = [
        (number, message, segment)
        for number, message in enumerate(batch, start)
        for segment in message.segments
        if isinstance(segment, kind)
    ]
    found: dict[str, list[Any]] = {}
    for name in wanted:
        if name == "number":
            found[name] = [number for number, _, _ in rows]
        elif name in ("time", "sender", "sender_id"):
            found[name] = [getattr(message, name) for _, message, _ in rows]
        else:
            found[name] = [getattr(segment, name, None) for _, _, segment in rows]
    return len(rows), found
