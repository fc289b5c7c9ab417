"""A SQLite database: conversations, participants, messages, what is in their bodies, views, and a full-text index.

Takes conversations or streams of messages, gives the bytes of the database, which is built in a private temporary file.
The schema is constant text in `data/sqlite`; the rows go in as parameters, so nothing that a chat holds is ever SQL.
What the index is made of is `content.fulltext`. The same messages give the same bytes with the same SQLite.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import re
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.fulltext import search_terms
from wechatlog.content.native import segment_to_json
from wechatlog.content.wording import words_apart
from wechatlog.errors import WriteError
from wechatlog.frames import conversation_header
from wechatlog.frames.database import schema_sql
from wechatlog.model import count_participants, participant_key
from wechatlog.segments.types import Emoji, Image, Link, Mention, Quote
from wechatlog.timestamps import zone_name
from wechatlog.writers.options import flag_option

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wechatlog.model import Conversation, Message, Participant
    from wechatlog.segments import Segment
    from wechatlog.writers.base import Items

__all__ = ["WRITER", "SqliteWriter"]

_BATCH_SIZE: Final = 1024
_BLOCK_SIZE: Final = 1 << 20

_SETTINGS: Final = """
PRAGMA page_size = 4096;
PRAGMA encoding = 'UTF-8';
PRAGMA auto_vacuum = NONE;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -16000;
"""
"""For a file that nobody else sees, and that is thrown away when something goes wrong."""

_BULK_INDEXING: Final = """
INSERT INTO messages_fts(messages_fts, rank) VALUES ('hashsize', 16777216);
INSERT INTO messages_fts(messages_fts, rank) VALUES ('automerge', 0);
"""
_USUAL_INDEXING: Final = """
INSERT INTO messages_fts(messages_fts, rank) VALUES ('hashsize', 1048576);
INSERT INTO messages_fts(messages_fts, rank) VALUES ('automerge', 4);
"""

_INSERT: Final[Mapping[str, str]] = {
    "conversations": "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)",
    "participants": "INSERT INTO participants VALUES (?, ?, ?, ?, ?, ?, ?)",
    "messages": "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "mentions": "INSERT INTO mentions VALUES (?, ?, ?, ?, ?)",
    "links": "INSERT INTO links VALUES (?, ?, ?, ?)",
    "emoji": "INSERT INTO emoji VALUES (?, ?, ?, ?, ?)",
    "images": "INSERT INTO images VALUES (?, ?, ?, ?, ?)",
    "quotes": "INSERT INTO quotes VALUES (?, ?, ?, ?)",
}
_INDEX: Final = "INSERT INTO messages_fts(rowid, text) VALUES (?, ?)"

_PIECES: Final[Mapping[type[Segment], tuple[str, tuple[str, ...]]]] = {
    Mention: ("mentions", ("name", "everyone", "confidence")),
    Link: ("links", ("url", "title")),
    Emoji: ("emoji", ("code", "name", "unicode")),
    Image: ("images", ("url", "label", "path")),
    Quote: ("quotes", ("sender", "text")),
}
"""The segments that have a table of their own, and what stands in its columns after `message` and `position`."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_TOO_LARGE: Final = 1 << 63
_NOT_HELD: Final = (UnicodeEncodeError, OverflowError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
"""What a value raises that SQLite cannot hold."""


def _clean(value: Any) -> Any:
    """A value that SQLite can hold: half a surrogate pair, which is in no UTF-8, becomes U+FFFD."""
    if isinstance(value, str):
        if value.isascii() or not _SURROGATE.search(value):
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value is None or isinstance(value, float) or (isinstance(value, int) and -_TOO_LARGE <= value < _TOO_LARGE):
        return value
    return _clean(str(value))  # only a broken archive has such a thing


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class SqliteWriter:
    """The writer of the database."""

    name = "sqlite"
    description = "SQLite database: tables, views, and a full-text search that finds Chinese words"
    suffixes = (".sqlite", ".sqlite3", ".db")
    options: Mapping[str, str] = {"search": "`true` (the default), or `false` to leave out the full-text index"}
    losses: Mapping[str, str] = {
        "segments:custom": "a segment of a user's own class is kept as its text",
        "text:surrogates": "SQLite keeps texts as UTF-8, which cannot hold half a surrogate pair; it becomes U+FFFD",
        "text:surrogate-pairs": "two halves side by side become their character",
    }
    several = True
    streaming = True
    binary = True

    def write(self, items: Items, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The database of all conversations together, in blocks of a megabyte.

        Raises:
            OptionError: for a bad value of an option.
            WriteError: where SQLite cannot build it: no space for temporary files, or no full-text search in it.
        """
        search = flag_option(options, "search", default=True)
        with tempfile.TemporaryDirectory(prefix="wechatlog-") as folder:
            path = Path(folder) / "chat.sqlite"
            try:
                with contextlib.closing(
                    sqlite3.connect(path, isolation_level=None, check_same_thread=False)
                ) as database:
                    _build(database, items, search=search)
            except sqlite3.Error as error:
                raise WriteError(f"SQLite cannot build the database in {folder}: {error}", self.name) from error
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK_SIZE):
                    yield block


def _build(database: sqlite3.Connection, items: Items, *, search: bool) -> None:
    schema = schema_sql("tables") + schema_sql("views")
    if search:
        schema += schema_sql("search") + _BULK_INDEXING
    database.executescript(_SETTINGS + "BEGIN;" + schema)
    tables = _Tables(database, search=search)
    for conversation, messages in items:
        tables.add(conversation, messages)
    database.execute("COMMIT")
    if search:
        database.executescript(_USUAL_INDEXING)


class _Tables:
    """Fills the tables, one conversation after the other."""

    def __init__(self, database: sqlite3.Connection, *, search: bool) -> None:
        self._database = database
        self._search = search
        self._conversation = 0
        self._people_before = 0
        self._messages = 0
        self._zone: dt.tzinfo | None = None

    def add(self, conversation: Conversation, messages: Iterable[Message]) -> None:
        """Add a conversation; what is known of it only from its messages is added last."""
        self._conversation += 1
        self._zone = conversation.tz
        people = count_participants(self._insert_all(messages), conversation.members)
        head = attrs.evolve(conversation, messages=(), tz=self._zone, lexicon=None)
        self._insert("conversations", [_conversation_row(self._conversation, head)])
        first = self._people_before + 1
        self._insert(
            "participants",
            [_participant_row(number, self._conversation, person) for number, person in enumerate(people, first)],
        )
        self._people_before += len(people)

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        before = self._database.total_changes
        try:
            self._database.executemany(_INSERT[table], rows)
        except _NOT_HELD:  # hardly ever
            rest = rows[self._database.total_changes - before :]
            self._database.executemany(_INSERT[table], (tuple(map(_clean, row)) for row in rest))

    def _insert_all(self, messages: Iterable[Message]) -> Iterator[Message]:
        """Insert messages, and pass them on; look for the zone of their times, where a stream did not know it yet."""
        people: dict[str, int] = {}
        stream = iter(messages)
        for start in itertools.count(0, _BATCH_SIZE):
            batch = list(itertools.islice(stream, _BATCH_SIZE))
            if not batch:
                return
            if self._zone is None:
                self._zone = next((message.time.tzinfo for message in batch if message.time is not None), None)
            self._insert_batch(batch, start, people)
            yield from batch

    def _insert_batch(self, batch: Sequence[Message], start: int, people: dict[str, int]) -> None:
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _INSERT}
        for number, message in enumerate(batch, start):
            self._messages += 1
            key = participant_key(message)
            person = None if key is None else self._people_before + people.setdefault(key, len(people) + 1)
            rows["messages"].append((self._messages, self._conversation, number, *_message_values(message, person)))
            for position, segment in enumerate(message.segments):
                if found := _PIECES.get(type(segment)):
                    table, names = found
                    values = [getattr(segment, name) for name in names]
                    rows[table].append((self._messages, position, *values))
        for table, found_rows in rows.items():
            self._insert(table, found_rows)
        if self._search:
            first = self._messages - len(batch) + 1
            self._database.executemany(_INDEX, enumerate(map(_index_terms, batch), first))


def _index_terms(message: Message) -> str:
    apart = words_apart(message)
    return search_terms(f"{message.text}\n{apart}" if apart else message.text)


def _conversation_row(number: int, head: Conversation) -> tuple[Any, ...]:
    zone = None if head.tz is None else zone_name(head.tz)
    return number, head.id, head.title, head.is_group, head.owner, zone, conversation_header(head)


def _participant_row(number: int, conversation: int, person: Participant) -> tuple[Any, ...]:
    aliases = _json(person.aliases)
    return number, conversation, person.name, person.id, person.is_self, aliases, person.message_count


def _message_values(message: Message, participant: int | None) -> tuple[Any, ...]:
    """What stands in the columns after `number`."""
    time, given, origin = message.time, message.given_segments, message.origin
    return (
        None if time is None else time.isoformat(),
        None if time is None or time.tzinfo is None else math.floor(time.timestamp()),
        message.precision,
        participant,
        message.sender,
        message.sender_id,
        message.is_self,
        message.kind.value,
        message.text,
        message.id,
        message.reply_to,
        origin.source,
        origin.line,
        None if given is None else _json([segment_to_json(segment) for segment in given]),
    )


WRITER: Final = SqliteWriter()
