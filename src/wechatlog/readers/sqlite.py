"""The databases that the writer `sqlite` makes, also after people worked on them with SQL.

Takes a SQLite file, gives one conversation for each row of `conversations`, one after the other, in the order of
`number`; nothing of the file is changed, and nothing is made beside it. Read are the tables `conversations` and
`messages`; what follows from these (mentions, the full-text index, views) is not, and tables of other people's making
are no hindrance. A column that was dropped counts as empty. Where `text` was changed, its pieces are found again.

A database that was dumped and made anew has lost its `application_id`; it is known by its columns.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from wechatlog.content.native import segment_from_json
from wechatlog.diagnostics import Origin, Severity
from wechatlog.engine.protocol import Batch, Context, Draft, Evidence, Head, in_batches
from wechatlog.engine.sqlite import (
    SQLITE_ERRORS,
    columns_of,
    connect,
    decode,
    fetch_row,
    has_unread_log,
    is_text,
    missing_bytes,
    row_orders,
    row_query,
)
from wechatlog.errors import FormatError
from wechatlog.frames.database import APPLICATION_ID, SCHEMA_VERSION
from wechatlog.frames.rows import conversation_of
from wechatlog.model import KINDS, Conversation, Message, MessageKind
from wechatlog.segments import Segment
from wechatlog.source import Source
from wechatlog.timestamps import Precision, in_zone

if TYPE_CHECKING:
    import sqlite3

_CONVERSATION_COLUMNS: Final = ("title", "id", "is_group", "owner", "header")
_MESSAGE_COLUMNS: Final = (
    "number", "time", "precision", "sender", "sender_id", "is_self", "kind", "text", "id", "reply_to", "source", "line",
    "segments",
)  # fmt: skip
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "conversations": frozenset({"conversation"}),
    "messages": frozenset({"conversation", "number", "text"}),
}
_KNOWN: Final = frozenset({*_MESSAGE_COLUMNS, "message", "conversation", "unix", "participant"})
_TYPICAL: Final = frozenset({"participant", "sender", "kind", "segments"})

_PRECISIONS: Final = frozenset(get_args(Precision))
_BAD_SHAPE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)

_STEPS: Final = 100_000
_STEPS_PER_BYTE: Final = 10
"""Steps of SQLite's machine that a byte of the file may cost: ten times what one of a healthy file takes."""


class SqliteReader:
    """The reader of the database."""

    name = "sqlite"
    description = "wechatlog's own SQLite database"
    suffixes = (".sqlite", ".sqlite3", ".db")
    options: Mapping[str, str] = {}

    def detect(self, head: Head) -> Evidence | None:
        """The application id in the header decides, or the columns of the tables."""
        if "sqlite" not in head.containers:
            return None
        if head.data[68:72] == APPLICATION_ID.to_bytes(4, "big"):
            return Evidence(1.0, "the header of the database names wechatlog")
        tables = head.tables or {}
        if not _lacking(tables) and tables["messages"] >= _TYPICAL:
            return Evidence(0.9, "tables conversations and messages of wechatlog")
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The conversations of a database, one after the other.

        Raises:
            FormatError: where SQLite cannot read it, it holds no such tables, or is of a later version.
        """
        with connect(source) as database:
            try:
                version = database.execute("PRAGMA user_version").fetchone()[0]
                lacking = _lacking({table: columns_of(database, table) for table in _NEEDED})
            except SQLITE_ERRORS as error:
                raise FormatError(f"SQLite cannot read it: {error}", source=source.label) from error
            if lacking:
                raise FormatError(f"has no table {lacking} of wechatlog", source=source.label)
            if version > SCHEMA_VERSION:
                known = f"version {version} of the tables is not known here; this version reads {SCHEMA_VERSION}"
                raise FormatError(known, source=source.label)
            if has_unread_log(source):
                sentence = "a write-ahead log lies beside the database; what is only in there was not read"
                context.report("unread-log", sentence)
            context.tell_unknown(sorted(columns_of(database, "messages")), _KNOWN)
            walk = _Walk(database, context)
            if missing := missing_bytes(source):
                walk.report_damage(f"the file is cut: {missing} bytes are missing at its end")
            yield from walk.batches()


def _lacking(tables: Mapping[str, set[str]]) -> str | None:
    """The first table that is not there, or not with the columns that it must have."""
    return next((table for table, columns in _NEEDED.items() if not columns <= tables.get(table, set())), None)


class _Walk:
    def __init__(self, database: sqlite3.Connection, context: Context) -> None:
        self._database = database
        self._context = context
        pages, size = (self._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        self._bytes = int(pages * size)
        # A file made to be endless (pages that hold each other, many rows in the same bytes) ends here.
        self._steps = self._bytes * _STEPS_PER_BYTE // _STEPS + 10
        self._bytes *= 3  # twice for what is read again where there is damage
        database.set_progress_handler(self._step, _STEPS)

    def _step(self) -> bool:
        self._steps -= 1
        return self._steps < 0

    def report_damage(self, sentence: str) -> None:
        self._context.report("broken-database", sentence, severity=Severity.ERROR)

    def batches(self) -> Iterator[Batch]:
        draft = self._context.draft()
        keys = self._keys()
        for key in keys or [None]:
            if keys:
                draft = self._context.draft(str(key))
            yield draft, []  # what is reported from here on is of this conversation
            self._describe(draft, key)
            yield from in_batches(draft, (self._message(row, draft) for row in self._rows(key)))
            draft.done = True

    def _keys(self) -> list[Any]:
        found: dict[Any, None] = {}
        for table in ("conversations", "messages"):
            try:
                for (key,) in self._database.execute(_KEYS[table]):
                    found[key] = None
            except SQLITE_ERRORS as error:
                self.report_damage(f"a page of the table {table} is damaged: {error}")
        return list(found)

    def _describe(self, draft: Draft, key: Any) -> None:
        row = fetch_row(self._database, self._query("conversations", _CONVERSATION_COLUMNS), key)
        title, id_, is_group, owner, header = row or [None] * len(_CONVERSATION_COLUMNS)
        self._context.learn(draft, self._header(header))
        if not all(map(is_text, (title, id_, owner))):
            sentence = "a title holds bytes that are not UTF-8; they were replaced by U+FFFD"
            self._context.report("broken-encoding", sentence)
        draft.title, draft.id, draft.owner = _text(title), _text(id_), _text(owner)
        draft.is_group = None if is_group is None else bool(is_group)

    def _header(self, value: Any) -> Conversation:
        try:
            return conversation_of(_text(value))
        except _BAD_SHAPE as error:
            self._context.report("broken-json", f"what is known of a conversation cannot be read: {error}")
            return Conversation()

    # --- messages ---------------------------------------------------------------------------------

    def _rows(self, key: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a conversation in their order; where a page is damaged, those that can still be found."""
        last: int | None = None
        after = self._context.row_after("messages")
        query = self._query("messages", _MESSAGE_COLUMNS) + ("" if after is None else f" AND rowid > {after:d}")
        try:
            for row in self._database.execute(f"{query} ORDER BY number", (key,)):
                yield self._weighed(row)
                last = row[0] if isinstance(row[0], int) else last
        except SQLITE_ERRORS as error:
            self.report_damage(f"a page of the table messages is damaged: {error}")
            yield from self._rescued(key, last)

    def _query(self, table: str, columns: tuple[str, ...]) -> str:
        """The SQL for the rows of a conversation; columns that are not there are NULL. All names are ours."""
        present = columns_of(self._database, table)
        names = ", ".join(f'"{name}"' if name in present else "NULL" for name in columns)
        return f"SELECT {names} FROM {table} WHERE conversation IS ?"  # noqa: S608

    def _rescued(self, key: Any, last: int | None) -> Iterator[tuple[Any, ...]]:
        """The rows behind `last`, found one by one, on whatever pages are whole."""
        query = row_query("messages", _MESSAGE_COLUMNS, columns_of(self._database, "messages"))
        orders, _ = row_orders(self._database, "messages", "conversation", "number")
        for number in next((order.rows for order in orders if order.talker == decode(key)), ()):
            row = fetch_row(self._database, query, number)
            if row is None:
                self.report_damage(f"row {number} of messages stands on a damaged page")
            elif last is None or not isinstance(row[0], int) or row[0] > last:
                yield self._weighed(row)

    def _weighed(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        self._bytes -= 1 + sum(len(value) for value in row if isinstance(value, bytes))
        if self._bytes < 0:
            raise FormatError("the rows are larger than the file that holds them", source=self._context.source.label)
        return row

    def _message(self, row: tuple[Any, ...], draft: Draft) -> Message:
        number, time, precision, sender, sender_id, is_self, kind, text, id_, reply_to, source, line, segments = row
        body, unit = decode(text), decode(precision)
        broken = "\ufffd" in body or (sender is not None and "\ufffd" in decode(sender))
        if broken and not all(map(is_text, (text, sender))):
            sentence = f"row {number} of messages holds bytes that are not UTF-8; they were replaced by U+FFFD"
            self._context.report("broken-encoding", sentence)
        return self._context.message(
            draft,
            time=self._time(time, number, draft),
            precision=cast("Precision", unit if unit in _PRECISIONS else "second"),
            sender=_text(sender),
            sender_id=_text(sender_id),
            is_self=None if is_self is None else bool(is_self),
            kind=self._kind(decode(kind), number),
            text=body,
            id=_text(id_),
            reply_to=_text(reply_to),
            segments=self._segments(segments, body, number),
            origin=Origin(_text(source), line if isinstance(line, int) else None),
        )

    def _time(self, value: Any, number: Any, draft: Draft) -> dt.datetime | None:
        if value is None:
            return None
        try:
            time = dt.datetime.fromisoformat(decode(value))
            zone = self._context.tz or draft.tz or draft.zone
            return time if zone is None else in_zone(time, zone) if time.tzinfo else time.replace(tzinfo=zone)
        except (ValueError, OverflowError):
            sentence = f"not a time: {decode(value)[:60]!r} of message {number}"
            self._context.report("bad-time", sentence, severity=Severity.ERROR)
            return None

    def _kind(self, name: str, number: Any) -> MessageKind:
        kind = KINDS.get(name or "text")
        if kind is None:
            self._context.report("unknown-kind", f"message {number} is of unknown kind", severity=Severity.INFO)
            return MessageKind.OTHER
        return kind

    def _segments(self, value: Any, text: str, number: Any) -> tuple[Segment, ...] | None:
        """The pieces that the archive gave; `None` where there are none, or where they are not of this text."""
        if value is None:
            return None
        try:
            found = tuple(segment_from_json(piece) for piece in json.loads(decode(value)))
            same = "".join(piece.raw for piece in found) == text
        except _BAD_SHAPE as error:
            self._context.report("broken-json", f"the pieces of message {number} cannot be read: {error}")
            return None
        if not same:
            sentence = f"the text of message {number} is not that of its pieces any more, and was parsed"
            self._context.report("changed-text", sentence, severity=Severity.INFO)
        return found if same else None


_KEYS: Final[Mapping[str, str]] = {
    "conversations": "SELECT conversation FROM conversations ORDER BY conversation",
    "messages": "SELECT DISTINCT conversation FROM messages ORDER BY conversation",
}


def _text(value: Any) -> str | None:
    return None if value is None else decode(value)


READER: Final = SqliteReader()
