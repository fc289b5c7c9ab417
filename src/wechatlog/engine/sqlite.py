"""SQLite files for readers: opened so that nothing of them changes, read as far as damage lets them be.

Takes a source, gives connections, row numbers and rows; also the few bits of protobuf that databases keep
in columns. Knows no format. A file on disk is opened read-only and immutable, which makes no `-wal` and no
`-shm` beside it. One that is cut or has a write-ahead log, bytes and members of a ZIP are given to SQLite
in memory, the log's pages put in before. All text arrives as bytes: a column declared as text may hold
compressed data.
"""

from __future__ import annotations

import contextlib
import glob
import sqlite3
from array import array
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from wechatlog.engine.sqlite_pages import apply_log, expected_size, fill, is_log, is_noise, page_size
from wechatlog.engine.sqlite_shift import realign
from wechatlog.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wechatlog.source import Source

SQLITE_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged database raises; the second where SQLite's own message quotes broken bytes of its schema."""

_MAGIC: Final = b"SQLite format 3\0"
_SMALLEST_PAGE: Final = 1024
"""Of an encrypted database: PC clients have pages of 4096 bytes, Android of 1024."""
_INTEGERS: Final = 1 << 63
_KEPT: Final = (0, 3)
"""What `table_xinfo` says of columns whose values are in the file: usual ones, and generated ones that are stored."""
_LARGEST_IN_MEMORY: Final = 256 << 20


def quote_name(name: str) -> str:
    """A table or column name for SQL."""
    return '"' + name.replace('"', '""') + '"'


@contextlib.contextmanager
def connect(source: Source) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write.

    Raises:
        FormatError: where it is no database that SQLite can open.
    """
    connection = _open(source)
    try:
        connection.text_factory = bytes
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except SQLITE_ERRORS as error:
            raise FormatError(f"SQLite cannot read it: {error}", source=source.label) from error
        yield connection
    finally:
        connection.close()


def _open(source: Source) -> sqlite3.Connection:
    head = source.head()
    on_disk = source.path is not None and not head.startswith(b"\x1f\x8b") and _is_plain(source, head)
    missing, log = missing_bytes(source), _log_of(source)
    shifted = 0 < source.unpacked_size <= _LARGEST_IN_MEMORY and stray_bytes(source) > 0
    if on_disk and not missing and not shifted and log is None:
        address = f"file:{quote(str(source.path.absolute()))}?mode=ro&immutable=1"  # type: ignore[union-attr]
        try:
            return sqlite3.connect(address, uri=True, check_same_thread=False)
        except SQLITE_ERRORS as error:
            raise FormatError(f"SQLite cannot open it: {error}", source=source.label) from error
    data = bytearray(source.read_bytes())
    if not data:  # which SQLite takes for a lack of memory
        raise FormatError("SQLite cannot read it: there is nothing in it", source=source.label)
    if log is not None:
        apply_log(data, log)
    if data[:16] == _MAGIC:
        data[18:20] = b"\x01\x01"  # a database in WAL mode cannot be opened from memory
        if shifted:
            realign(data)
        fill(data, min(expected_size(bytes(data[:100])), len(data) + missing))
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        connection.deserialize(bytes(data))
    except SQLITE_ERRORS as error:
        connection.close()
        raise FormatError(f"SQLite cannot read it: {error}", source=source.label) from error
    return connection


def missing_bytes(source: Source) -> int:
    """How much of the end of a database is cut off, by its own header; 0 for one too large to be completed."""
    head = source.head()
    expected = expected_size(head[:100]) if head.startswith(_MAGIC) else 0
    return max(0, expected - source.unpacked_size) if 0 < expected <= _LARGEST_IN_MEMORY else 0


def stray_bytes(source: Source) -> int:
    """How much of a database stands behind its last whole page: bytes were lost or added somewhere."""
    head = source.head()
    size = page_size(head) if head.startswith(_MAGIC) and len(head) >= 100 else 0
    return source.unpacked_size % size if size else 0


def _log_of(source: Source) -> bytes | None:
    """The write-ahead log beside a file, where both are small enough to be put together in memory."""
    found = _logs_beside(source)
    if not found or source.unpacked_size + sum(log.unpacked_size for log in found) > _LARGEST_IN_MEMORY:
        return None
    log = found[0].read_bytes()
    return log if is_log(log) else None


def _logs_beside(source: Source) -> list[Source]:
    if source.name is None:
        return []
    with contextlib.suppress(OSError):
        return [log for log in source.siblings(f"{glob.escape(source.name)}-wal") if log.unpacked_size]
    return []


def _is_plain(source: Source, head: bytes) -> bool:
    """Whether the file itself begins with what the source gives: no gzip between them."""
    if source.path is None:
        return False
    with source.path.open("rb") as stream:
        return stream.read(16) == head[:16]


def has_unread_log(source: Source) -> bool:
    """Whether a write-ahead log lies beside a file that is broken or too large to be read with it."""
    return bool(_logs_beside(source)) and _log_of(source) is None


def is_encrypted(source: Source) -> bool:
    """Whether a file looks like a database that was never decrypted: pages of noise in a `.db`."""
    head = source.head()
    if source.suffix not in (".db", ".sqlite") or len(head) < _SMALLEST_PAGE or head.startswith(_MAGIC):
        return False
    return source.unpacked_size % _SMALLEST_PAGE == 0 and is_noise(head)


def decode(value: object) -> str:
    """A text column as text; a blob as far as it is UTF-8, nothing for NULL."""
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def is_text(data: object) -> bool:
    """Whether a value is text: bytes are where they are UTF-8."""
    if isinstance(data, bytes):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return False
    return True


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """The names of the tables, in the order of their making."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    return [decode(name) for (name,) in found]


def columns_of(connection: sqlite3.Connection, table: str) -> set[str]:
    """The names of the columns of a table, but of those that SQLite would have to compute as the file says."""
    found = connection.execute(f"PRAGMA table_xinfo({quote_name(table)})")
    return {decode(name) for _, name, _, _, _, _, hidden in found if hidden in _KEPT}


def number_rows(connection: sqlite3.Connection, table: str, order: str) -> None:
    """Number the rows of a table that was made `WITHOUT ROWID`, for who asks for rows by number.

    A copy of it in memory takes its name, for this connection; a table with numbers is left as it is.

    Args:
        connection: the database.
        table: its name.
        order: the column in whose order the rows are numbered; they have none but that of their key.
    """
    name = quote_name(table)
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute(f"SELECT rowid FROM {name} LIMIT 0")  # noqa: S608
        return
    columns = ", ".join(map(quote_name, sorted(columns_of(connection, table))))
    rows = f"SELECT {columns} FROM main.{name} ORDER BY {quote_name(order)}"  # noqa: S608
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"CREATE TEMP TABLE {name} AS {rows}")


class Order(NamedTuple):
    """The rows of one conversation.

    Attributes:
        talker: whom it is with, or what the grouping column holds.
        rows: row numbers, in order of time.
    """

    talker: str
    rows: array[int]


class _Column:
    """Row numbers as they are found, with what they are to be sorted by; eight bytes each."""

    def __init__(self) -> None:
        self.rows = array("q")
        self.keys = array("q")
        self.sorted = True

    def add(self, row: int, key: int) -> None:
        if self.keys and key < self.keys[-1]:
            self.sorted = False
        self.rows.append(row)
        self.keys.append(key)

    def ordered(self) -> array[int]:
        if self.sorted:
            return self.rows
        order = sorted(range(len(self.rows)), key=lambda index: (self.keys[index], self.rows[index]))
        return array("q", (self.rows[index] for index in order))


def row_orders(
    connection: sqlite3.Connection, table: str, group: str | None, key: str, after: int | None = None
) -> tuple[list[Order], str | None]:
    """The rows of a table by conversation, in order of time.

    Args:
        connection: the database.
        table: with row numbers.
        group: the column that tells conversations apart; `None` where all rows are of one.
        key: the column to sort by, an SQL expression.
        after: the row behind which the rows begin, or `None`.

    Returns:
        The conversations in order of their first row, and what SQLite says of a damaged page, if there is
        one: then the rows before it and behind it.
    """
    found: dict[str, _Column] = {}
    damage = _scan(connection, _query(table, group, key, "ASC", after), found, None)
    if damage is not None:
        first = -_INTEGERS if after is None else after
        last = max((max(column.rows) for column in found.values() if column.rows), default=first)
        behind: dict[str, _Column] = {}
        _scan(connection, _query(table, group, key, "DESC"), behind, last)
        for talker, column in behind.items():
            target = found.setdefault(talker, _Column())
            for row, value in zip(reversed(column.rows), reversed(column.keys), strict=True):
                target.add(row, value)
    return [Order(talker, column.ordered()) for talker, column in found.items()], damage


def _query(table: str, group: str | None, key: str, direction: str, after: int | None = None) -> str:
    column = "''" if group is None else quote_name(group)
    behind = "" if after is None else f" WHERE rowid > {after:d}"
    return f"SELECT rowid, {column}, {key} FROM {quote_name(table)}{behind} ORDER BY rowid {direction}"  # noqa: S608


def _scan(connection: sqlite3.Connection, query: str, found: dict[str, _Column], stop: int | None) -> str | None:
    names: dict[object, str] = {}
    try:
        for row, talker, key in connection.execute(query):
            if stop is not None and row <= stop:
                return None
            name = names.get(talker)
            if name is None:
                name = names[talker] = decode(talker)
            column = found.get(name)
            if column is None:
                column = found[name] = _Column()
            column.add(row, key if isinstance(key, int) and -_INTEGERS <= key < _INTEGERS else 0)
    except SQLITE_ERRORS as error:
        return str(error)
    return None


def row_query(table: str, columns: Sequence[str], present: set[str]) -> str:
    """The SQL for a row by its number; missing columns are NULL."""
    wanted = ", ".join(quote_name(name) if name in present else "NULL" for name in columns)
    return f"SELECT {wanted} FROM {quote_name(table)} WHERE rowid = ?"  # noqa: S608


def fetch_row(connection: sqlite3.Connection, query: str, row: int) -> tuple[Any, ...] | None:
    """A row by its number. `None` where it stands on a damaged page."""
    try:
        found: tuple[Any, ...] | None = connection.execute(query, (row,)).fetchone()
    except SQLITE_ERRORS:
        return None
    return found if found is not None and found.count(None) < len(found) else None


def parse_protobuf(data: bytes) -> dict[int, list[int | bytes]]:
    """The fields of a protobuf message by number; what is cut or no protobuf ends it."""
    fields: dict[int, list[int | bytes]] = {}
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, wire = tag >> 3, tag & 7
        value: int | bytes
        if wire == 0:
            value, position = _varint(data, position)
        elif wire == 2:
            size, position = _varint(data, position)
            if position + size > len(data):
                break
            value, position = data[position : position + size], position + size
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            value, position = data[position : position + size], position + size
        else:
            break
        fields.setdefault(number, []).append(value)
    return fields


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    return value, max(position, len(data)) if shift < 64 else position
