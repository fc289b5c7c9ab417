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
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.fulltext import search_terms
from wechatlog.errors import WriteError
from wechatlog.frames.bodies import Bodies
from wechatlog.frames.columns import collect
from wechatlog.frames.database import schema_sql
from wechatlog.frames.rows import conversation_header, messages_of
from wechatlog.model import Author, Conversation, Participant, author_key, participants_of
from wechatlog.segments.types import Emoji, Image, Link, Mention, Quote
from wechatlog.timestamps import zone_name
from wechatlog.utf8 import whole
from wechatlog.writers.base import Form, Items, batched, built
from wechatlog.writers.options import flag_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wechatlog.engine.protocol import Draft
    from wechatlog.inputs.scan import Scan
    from wechatlog.segments import Segment

_BATCH_SIZE: Final = 1024
_TERMS_LENGTH: Final = 1 << 20
"""Characters of terms of the full-text index that are inserted at once."""

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
    "mentions": "INSERT INTO mentions VALUES (?, ?, ?, ?, ?)",
    "links": "INSERT INTO links VALUES (?, ?, ?, ?)",
    "emoji": "INSERT INTO emoji VALUES (?, ?, ?, ?, ?)",
    "images": "INSERT INTO images VALUES (?, ?, ?, ?, ?)",
    "quotes": "INSERT INTO quotes VALUES (?, ?, ?, ?)",
}
_INDEX: Final = "INSERT INTO messages_fts(rowid, text) VALUES (?, ?)"
_MESSAGE_COLUMNS: Final = (
    "time", "precision", "sender", "sender_id", "is_self", "kind", "text", "id", "reply_to", "source", "line"
)  # fmt: skip
"""What a row says of a message as `frames.columns` has it."""

_PIECES: Final[Mapping[type[Segment], tuple[str, tuple[str, ...]]]] = {
    Mention: ("mentions", ("name", "everyone", "confidence")),
    Link: ("links", ("url", "title")),
    Emoji: ("emoji", ("code", "name", "unicode")),
    Image: ("images", ("url", "label", "path")),
    Quote: ("quotes", ("sender", "text")),
}
"""The segments that have a table of their own, and what stands in its columns after `message` and `position`."""

_AS_NUMBER: Final[Mapping[bool | None, int]] = {True: 1, False: 0}

_TOO_LARGE: Final = 1 << 63
_NOT_HELD: Final = (UnicodeEncodeError, OverflowError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
"""What a value raises that SQLite cannot hold."""


def _clean(value: Any) -> Any:
    """A value that SQLite can hold: half a surrogate pair, which is in no UTF-8, becomes U+FFFD."""
    if isinstance(value, str):
        return whole(value)
    if value is None or isinstance(value, float) or (isinstance(value, int) and -_TOO_LARGE <= value < _TOO_LARGE):
        return value
    return _clean(str(value))  # only a broken archive has such a thing


class SqliteWriter(Form):
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
            WriteError: where SQLite cannot build it: no space for temporary files, or no full-text search in it.
        """
        return self._write(lambda tables: tables.add_all(items), options)

    def write_scan(self, scan: Scan, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The database of the rows of a scan, whatever columns it was asked for; otherwise as `write`."""
        return self._write(lambda tables: tables.add_scan(scan), options)

    def _write(self, fill: Callable[[_Tables], None], options: Mapping[str, Any]) -> Iterator[bytes]:
        search = flag_option(options, "search", default=True)

        def build(path: Path) -> None:
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                with contextlib.closing(connection) as database:
                    schema = schema_sql("tables") + schema_sql("views")
                    if search:
                        schema += schema_sql("search") + _BULK_INDEXING
                    database.executescript(_SETTINGS + "BEGIN;" + schema)
                    tables = _Tables(database, search=search)
                    fill(tables)
                    if search:
                        tables.insert_terms()
                    database.execute("COMMIT")
                    if search:
                        database.executescript(_USUAL_INDEXING)
            except sqlite3.Error as error:
                raise WriteError(f"SQLite cannot build the database in {path.parent}: {error}", self.name) from error

        yield from built("chat.sqlite", build)


class _Tables:
    """Fills the tables; what is known of a conversation only from its messages is added last."""

    def __init__(self, database: sqlite3.Connection, *, search: bool) -> None:
        self._database = database
        self._search = search
        self._terms: list[tuple[int, str]] = []
        self._terms_length = 0
        self._conversations = itertools.count(1)
        self._people = itertools.count(1)
        self._messages = 0

    def add_all(self, items: Items) -> None:
        for conversation, messages in items:
            chat = self._begin()
            zone = conversation.tz
            for batch in batched(messages, _BATCH_SIZE):
                columns = collect(conversation, messages=batch, names=_MESSAGE_COLUMNS)
                if zone is None:  # a stream did not know it yet
                    zone = next((time.tzinfo for time in columns["time"] if time is not None), None)
                self._insert_batch(columns, Bodies.of_messages(batch), chat)
            self._finish(chat, attrs.evolve(conversation, messages=(), tz=zone, lexicon=None))

    def add_scan(self, scan: Scan) -> None:
        """Add the conversations of a scan, whose rows may be mixed."""
        rows = scan.select([*_MESSAGE_COLUMNS, "segments", "parsed"], watched=True)
        chats: dict[Draft, _Chat] = {}
        with contextlib.closing(rows.plain_rows()) as found:
            for part in found:
                chat = chats.get(part.draft) or chats.setdefault(part.draft, self._begin())
                columns = {name: list(part.columns[name]) for name in _MESSAGE_COLUMNS}
                bodies = part.bodies or Bodies.of_messages(messages_of(part.columns))
                self._insert_batch(columns, bodies, chat)
        for draft, (head, _) in rows.described.items():
            self._finish(chats.get(draft) or self._begin(), attrs.evolve(head, messages=(), lexicon=None))

    def _begin(self) -> _Chat:
        return _Chat(next(self._conversations), _Authors(self._people))

    def _finish(self, chat: _Chat, head: Conversation) -> None:
        zone = None if head.tz is None else zone_name(head.tz)
        known = (chat.number, head.id, head.title, head.is_group, head.owner, zone, conversation_header(head))
        self._insert("conversations", [known])
        people = participants_of(chat.authors.counts, head.members)
        numbers = itertools.chain(chat.authors.numbers, self._people)
        rows = [_participant_row(number, chat.number, person) for person, number in zip(people, numbers, strict=False)]
        self._insert("participants", rows)

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        self._run(_INSERT[table], rows)

    def _run(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        before = self._database.total_changes
        try:
            self._database.executemany(statement, rows)
        except _NOT_HELD:  # hardly ever
            rest = rows[self._database.total_changes - before :]
            self._database.executemany(statement, (tuple(map(_clean, row)) for row in rest))

    def _insert_batch(self, columns: Mapping[str, list[Any]], bodies: Bodies, chat: _Chat) -> None:
        """Insert the rows of the next messages of a chat: their `_MESSAGE_COLUMNS`, and their bodies."""
        height, first, start = len(bodies.texts), self._messages + 1, chat.height
        self._messages += height
        chat.height += height
        times = columns["time"]
        rows = {
            "message": list(range(first, first + height)),
            "conversation": [chat.number] * height,
            "number": list(range(start, start + height)),
            **columns,
            "time": [None if time is None else time.isoformat() for time in times],
            "unix": [None if time is None or not time.tzinfo else math.floor(time.timestamp()) for time in times],
            "participant": chat.authors.number(columns),
            "is_self": list(map(_AS_NUMBER.get, columns["is_self"])),
            "segments": bodies.given(),
        }
        filled = {name: values for name, values in rows.items() if values.count(None) < len(values)}
        marks = ", ".join("?" * len(filled))  # binding `None` takes three times as long as binding a text (measured)
        statement = f"INSERT INTO messages ({', '.join(filled)}) VALUES ({marks})"  # noqa: S608 - names of our own
        self._run(statement, list(zip(*filled.values(), strict=True)))
        for table, found in _piece_rows(bodies, first).items():
            self._insert(table, found)
        if self._search:
            # To make and to insert terms in turns costs half as much again (measured: each drives the other from the
            # caches), so they wait until there are many.
            pairs = zip(bodies.texts, bodies.apart(), strict=True)
            for number, (text, apart) in enumerate(pairs, first):
                terms = search_terms(f"{text}\n{apart}" if apart else text)
                self._terms.append((number, terms))
                self._terms_length += len(terms)
                if self._terms_length > _TERMS_LENGTH:
                    self.insert_terms()

    def insert_terms(self) -> None:
        """Insert the terms that wait, a row at a time: at a statement for several rows FTS5 ends a segment."""
        self._database.executemany(_INDEX, self._terms)
        self._terms.clear()
        self._terms_length = 0


@attrs.define
class _Chat:
    """A conversation that is being added: its number in the tables, its authors, and how many messages it has yet."""

    number: int
    authors: _Authors
    height: int = 0


class _Authors:
    """Who wrote a conversation: the numbers of the participants, and how much each wrote."""

    def __init__(self, people: Iterator[int]) -> None:
        self.counts: Counter[Author] = Counter()
        self._next = people
        self._people: dict[str, int] = {}
        self._known: dict[Author, int | None] = {}

    @property
    def numbers(self) -> Iterable[int]:
        return self._people.values()

    def number(self, columns: Mapping[str, list[Any]]) -> list[int | None]:
        """For each of some messages the number of the participant who sent it; `None` for a notice."""
        authors = list(zip(columns["sender"], columns["sender_id"], columns["is_self"], strict=True))
        self.counts.update(authors)
        for author in dict.fromkeys(authors):
            if author not in self._known:
                key = author_key(author)
                if key is not None and key not in self._people:
                    self._people[key] = next(self._next)
                self._known[author] = None if key is None else self._people[key]
        return [self._known[author] for author in authors]


def _piece_rows(bodies: Bodies, first: int) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables that have one for each piece of a kind, by the name of the table."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for number, message in bodies.rich:
        for position, segment in enumerate(message.segments):
            if found := _PIECES.get(type(segment)):
                table, names = found
                values = [getattr(segment, name) for name in names]
                rows.setdefault(table, []).append((first + number, position, *values))
    return rows


def _participant_row(number: int, conversation: int, person: Participant) -> tuple[Any, ...]:
    aliases = json.dumps(person.aliases, ensure_ascii=False, separators=(",", ":"))
    return number, conversation, person.name, person.id, person.is_self, aliases, person.message_count


WRITER: Final = SqliteWriter()
