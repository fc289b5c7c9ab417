"""The index: a database of the form `sqlite` with what agents ask for worked out, kept up to date with its inputs.

Takes paths, gives a file. An input is a file, or the pages of one chat; it is read anew when a size or a time of
change is another than when it was read last, and what came from an input that is gone goes too. A chat that only grew
keeps the ids of its messages. With pseudonyms no real name comes into the file; since a name that is learnt late may
stand in a chat that was read early, such an index is then made anew as a whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import attrs

import wechatlog
from wechatlog import operations
from wechatlog.agents.door import DEFAULT_SIZE_LIMIT, Source, expand, page_groups, search_terms, wording

_VERSION: Final = 1
_PATIENCE: Final = 600
"""Seconds to wait for another process that works on the same index."""
_CASCADING: Final = ("index_chats", "index_words", "index_answers", "index_tallies")
_TALLIES: Final[Mapping[str, str]] = {
    "person": "participant",
    "kind": "kind",
    "hour": "CASE WHEN precision <> 'day' THEN substr(time, 12, 2) END",
}
_TERMS: Final = (
    "m.message, search_terms(coalesce(w.words, m.text)) FROM messages AS m LEFT JOIN index_words AS w"
    " ON w.conversation = m.conversation AND w.number = m.number"
)
"""What is searched: the words of a message as a person reads them, as in the index of the form."""
_SIDE: Final = """
CREATE TABLE chats (made INTEGER PRIMARY KEY, input TEXT, place INTEGER, ordered INTEGER);
CREATE TABLE index_words (made INTEGER, number INTEGER, words TEXT);
CREATE TABLE index_answers (made INTEGER, number INTEGER, answered INTEGER);
"""


@attrs.frozen
class Update:
    """What an update of the index did.

    Attributes:
        chats: that are in the index now.
        messages: that are in the index now.
        read: inputs that were read because they are new or were changed.
        diagnostics: files that are no chats (`info`) or could not be read (`error`), of those that were read.
    """

    chats: int
    messages: int
    read: int
    diagnostics: tuple[wechatlog.Diagnostic, ...]


@attrs.frozen
class _Input:
    """A file, or the pages of one chat."""

    sources: Sequence[Source]
    key: str
    state: str

    @classmethod
    def of(cls, sources: Sequence[Source]) -> _Input:
        paths = [str(source.path) for source in sources]
        stats = [os.stat(path) for path in paths]  # noqa: PTH116
        return cls(sources, _digest(paths), _digest([[stat.st_size, stat.st_mtime_ns] for stat in stats]))


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _inputs(paths: Iterable[str], index: Path) -> dict[str, _Input]:
    """What there is to read, without the index itself."""
    sources = [source for path in paths for source in expand(Path(path).absolute(), DEFAULT_SIZE_LIMIT)]
    own = {index, index.with_name(index.name + "-journal")}
    found = (
        _Input.of(group.sources) for group in page_groups(s for s in sources if s.path and s.path.resolve() not in own)
    )
    return {one.key: one for one in found}


def update_index(
    index: str | os.PathLike[str],
    paths: Iterable[str],
    *,
    pseudonyms: bool = False,
    on_input: Callable[[Source], None] | None = None,
    **how: Any,
) -> Update:
    """Make an index, or bring one up to date.

    Args:
        index: the file; made where there is none.
        paths: files, folders and globs.
        pseudonyms: whether names and ids are replaced before anything is written.
        on_input: told of each input that is read.
        how: the keywords of `load_archive`.

    Raises:
        FileNotFoundError: where a path or a glob finds nothing.
        WriteError: where the file is something else than an index, and is left as it is, or SQLite cannot write it.
        WechatlogError: with `errors="strict"`, for what cannot be read.
    """
    path = Path(index).resolve()
    inputs = _inputs(paths, path)
    settings = _digest([_VERSION, wechatlog.__version__, pseudonyms, sorted((k, repr(v)) for k, v in how.items())])
    known = _known(path, settings)
    wanted = {key: one.state for key, one in inputs.items()}
    if known is None or (pseudonyms and known != wanted):
        _create(path, settings)
        known = {}
    fresh = [one for key, one in inputs.items() if known.get(key) != one.state]
    gone = [key for key in known if known[key] != wanted.get(key)]
    reading = _Reading(fresh, on_input, how, pseudonyms=pseudonyms)
    with tempfile.TemporaryDirectory(prefix="wechatlog-") as folder:
        try:
            made = reading.write(Path(folder)) if fresh else False
            with contextlib.closing(_connect(path)) as database:
                for name in ("new", "side") if made else ():
                    database.execute(f"ATTACH ? AS {name}", [str(Path(folder) / f"{name}.sqlite")])
                _exchange(database, known, gone, {one.key: one.state for one in fresh}, made=made)
                chats, messages = database.execute("SELECT count(*), total(messages) FROM index_chats").fetchone()
        except sqlite3.Error as error:
            raise wechatlog.WriteError(f"SQLite cannot bring {path} up to date: {error}", "sqlite") from error
    return Update(chats, int(messages), len(fresh), tuple(reading.diagnostics))


def read_index(path: str | os.PathLike[str]) -> sqlite3.Connection:
    """Open an index so that nothing can be changed through it; a `WriteError` where the file is none."""
    if _known(Path(path), None) is None:
        raise _no_index(path)
    database = sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    database.execute("PRAGMA query_only = ON")
    database.execute("PRAGMA mmap_size = 1073741824")
    return database


def _no_index(path: str | os.PathLike[str]) -> wechatlog.WriteError:
    return wechatlog.WriteError(f"{path} is no index that wechatlog made; name another file for it", "sqlite")


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)
    database.create_function("search_terms", 1, search_terms, deterministic=True)
    database.executescript("PRAGMA foreign_keys = ON; PRAGMA cache_size = -64000; PRAGMA temp_store = MEMORY;")
    return database


def _known(path: Path, settings: str | None) -> dict[str, str] | None:
    """The states of the inputs as they were read; `None` where there is no index, or one with other settings."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            (found,) = database.execute("SELECT settings FROM index_settings").fetchone()
            if settings not in (None, found):
                return None
            return dict(database.execute("SELECT input, state FROM index_inputs"))
    except (sqlite3.Error, TypeError) as error:
        raise _no_index(path) from error


def _create(path: Path, settings: str) -> None:
    """An index of nothing, in place of whatever index was there."""
    with tempfile.TemporaryDirectory(prefix=".wechatlog-", dir=path.parent) as folder:
        empty = Path(folder) / "empty.sqlite"
        wechatlog.dump([], empty, "sqlite")
        with contextlib.closing(sqlite3.connect(empty)) as database:
            database.execute("DELETE FROM conversations")
            database.executescript(files("wechatlog").joinpath("data/sqlite/index.sql").read_text(encoding="utf-8"))
            database.execute("INSERT INTO index_settings VALUES (?)", [settings])
            database.commit()
        empty.replace(path)


class _Reading:
    """Inputs on their way into a database of their own, with what else is found out of each message."""

    def __init__(
        self,
        inputs: Sequence[_Input],
        on_input: Callable[[Source], None] | None,
        how: Mapping[str, Any],
        *,
        pseudonyms: bool,
    ) -> None:
        self._inputs, self._how, self._pseudonyms = inputs, how, pseudonyms
        self._on_input = on_input or (lambda _source: None)
        self._key = ""
        self.diagnostics: list[wechatlog.Diagnostic] = []

    def __iter__(self) -> Iterator[wechatlog.Conversation]:
        """All conversations, read anew; `_key` is the input of the last one."""
        self.diagnostics.clear()
        for one in self._inputs:
            self._key = one.key
            self._on_input(one.sources[0])
            archive = wechatlog.Archive(one.sources, **self._how)
            yield from archive
            self.diagnostics += archive.diagnostics

    def write(self, folder: Path) -> bool:
        """Make `new.sqlite` and `side.sqlite`; false where there is no conversation at all."""
        with contextlib.closing(sqlite3.connect(folder / "side.sqlite")) as side:
            side.executescript(f"PRAGMA synchronous = OFF; {_SIDE}")
            wechatlog.dump(self._conversations(side), folder / "new.sqlite", "sqlite", search=False)
            side.commit()
            return side.execute("SELECT 1 FROM chats").fetchone() is not None

    def _conversations(self, side: sqlite3.Connection) -> Iterator[wechatlog.Conversation]:
        places: dict[str, int] = {}
        every = operations.pseudonymize_archive(self) if self._pseudonyms else self
        for made, conversation in enumerate(every, 1):
            key = self._key
            place = places[key] = places.get(key, -1) + 1
            times = [message.time for message in conversation if message.time is not None]
            ordered = len(times) == len(conversation) and all(one <= two for one, two in itertools.pairwise(times))
            side.execute("INSERT INTO chats VALUES (?, ?, ?, ?)", (made, key, place, ordered))
            side.executemany("INSERT INTO index_words VALUES (?, ?, ?)", _words(made, conversation))
            rows = ((made, number, answered) for number, answered in _answers(conversation))
            side.executemany("INSERT INTO index_answers VALUES (?, ?, ?)", rows)
            yield conversation


def _words(made: int, conversation: wechatlog.Conversation) -> Iterator[tuple[int, int, str]]:
    for number, message in enumerate(conversation):
        if message.given_segments is not None and (words := wording(message)) != message.text:
            yield made, number, words


def _answers(conversation: wechatlog.Conversation) -> Iterator[tuple[int, int]]:
    """Each message that answers an earlier one: by its id, or by the latest text that is what it quotes."""
    quotes = [next((s for s in m.segments if isinstance(s, wechatlog.Quote)), None) for m in conversation]
    wanted = {quote.text for quote in quotes if quote is not None}
    asked = {message.reply_to for message in conversation if message.reply_to}
    numbers: dict[str, int] = {}
    said: dict[tuple[str, str | None], int] = {}
    for number, (message, quote) in enumerate(zip(conversation, quotes, strict=True)):
        found = numbers.get(message.reply_to) if message.reply_to else None
        if found is None and quote is not None:
            found = said.get((quote.text, quote.sender))
        if found is not None:
            yield number, found
        if message.id in asked:
            numbers[message.id] = number
        if message.text in wanted:
            said[message.text, message.sender] = said[message.text, None] = number


def _exchange(
    database: sqlite3.Connection, known: Mapping[str, str], gone: Sequence[str], fresh: Mapping[str, str], *, made: bool
) -> None:
    """Put what was read in the place of what was there, all of it or nothing."""
    database.execute("CREATE TEMP TABLE old (conversation INTEGER PRIMARY KEY, input TEXT, place INTEGER)")
    database.execute("CREATE TEMP TABLE map (made INTEGER PRIMARY KEY, conversation INTEGER)")
    database.execute("BEGIN IMMEDIATE")
    try:
        if dict(database.execute("SELECT input, state FROM index_inputs")) != known:
            return  # somebody else was faster, and asked for the same or will ask again
        _remove(database, gone)
        database.executemany("INSERT INTO index_inputs VALUES (?, ?)", fresh.items())
        if made:
            _number(database)
            _copy(database)
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def _remove(database: sqlite3.Connection, gone: Sequence[str]) -> None:
    for key in gone:
        database.execute("INSERT INTO old SELECT conversation, input, place FROM index_chats WHERE input = ?", [key])
        database.execute("DELETE FROM index_inputs WHERE input = ?", [key])
    database.execute(
        f"INSERT INTO messages_fts (messages_fts, rowid, text) SELECT 'delete', {_TERMS}"  # noqa: S608
        " WHERE m.conversation IN (SELECT conversation FROM old)"
    )
    for table in ("conversations", *_CASCADING):
        database.execute(f"DELETE FROM {table} WHERE conversation IN (SELECT conversation FROM old)")  # noqa: S608


def _number(database: sqlite3.Connection) -> None:
    """What the new conversations are called: as before where they were there before."""
    before = {(key, place): number for number, key, place in database.execute("SELECT * FROM old")}
    (last,) = database.execute("SELECT coalesce(max(conversation), 0) FROM index_chats").fetchone()
    last = max(last, *before.values()) if before else last
    for made, key, place in database.execute("SELECT made, input, place FROM side.chats ORDER BY made").fetchall():
        if (number := before.get((key, place))) is None:
            number = last = last + 1
        database.execute("INSERT INTO map VALUES (?, ?)", (made, number))


def _copy(database: sqlite3.Connection) -> None:
    offsets = {
        name: f"{name} + {database.execute(f'SELECT coalesce(max({name}), 0) FROM main.{table}').fetchone()[0]}"  # noqa: S608
        for table, name in (("participants", "participant"), ("messages", "message"))
    }
    changed = {**offsets, "conversation": "(SELECT m.conversation FROM map AS m WHERE m.made = t.conversation)"}
    first = database.execute("SELECT coalesce(max(message), 0) FROM main.messages").fetchone()[0] + 1
    for table in ("conversations", "participants", "messages", "mentions", "links", "emoji", "images", "quotes"):
        columns = [row[1] for row in database.execute(f"PRAGMA main.table_info({table})")]
        values = ", ".join(changed.get(name, name) for name in columns)
        database.execute(f"INSERT INTO main.{table} SELECT {values} FROM new.{table} AS t")  # noqa: S608
    for table, what in (("index_words", "words"), ("index_answers", "answered")):
        database.execute(
            f"INSERT INTO main.{table} SELECT m.conversation, t.number, t.{what}"  # noqa: S608
            f" FROM side.{table} AS t JOIN map AS m USING (made)"
        )
    for name, value in (("hashsize", 1 << 24), ("automerge", 0)):
        database.execute("INSERT INTO messages_fts (messages_fts, rank) VALUES (?, ?)", (name, value))
    database.execute(
        f"INSERT INTO messages_fts (rowid, text) SELECT {_TERMS} WHERE m.message >= ? ORDER BY m.message", [first]
    )
    for name, value in (("hashsize", 1 << 20), ("automerge", 4)):
        database.execute("INSERT INTO messages_fts (messages_fts, rank) VALUES (?, ?)", (name, value))
    for (what, key), length in itertools.product(_TALLIES.items(), (7, 10)):
        database.execute(
            f"INSERT INTO index_tallies SELECT conversation, ?, {key} AS key, coalesce(substr(time, 1, ?), ''),"  # noqa: S608
            " count(*) FROM messages WHERE message >= ? AND key IS NOT NULL GROUP BY 1, 3, 4",
            (f"{what}/{length}", length, first),
        )
    database.execute(
        "INSERT INTO index_chats SELECT map.conversation, c.input, c.place, c.ordered, min(message), max(message),"
        " count(message), min(time), max(time) FROM side.chats AS c JOIN map USING (made)"
        " LEFT JOIN messages AS m ON m.conversation = map.conversation GROUP BY map.conversation"
    )
