"""What files held when they were read last, so that only those that changed are read again.

A SQLite file of rows of JSON, and nothing in it is ever executed: an index that somebody else made can at worst tell
other messages. A file is known again by its size and time, or else by its checksum; files beside it that its reader
looked at are part of it. An index that is damaged or of another version is made anew, and that is told; what is none is
never touched. That nothing can be kept, since another process writes or the disk is full, stops no reading.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.content.native import conversation_from_json, conversation_to_json, segment_from_json, segment_to_json
from wechatlog.diagnostics import Diagnostic, Severity
from wechatlog.errors import OptionError, WechatlogError
from wechatlog.inputs.packing import Kept, Packed
from wechatlog.timestamps import zone_from_name, zone_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from wechatlog.engine.parts import PartFile

_APPLICATION: Final = 0x77636C69
"""`PRAGMA application_id` of an index: `wcli`."""
_VERSION: Final = 2
_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS inputs (key TEXT PRIMARY KEY, how TEXT NOT NULL, files TEXT NOT NULL, content TEXT NOT NULL);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""
_BAD: Final = (sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)
_PIECES: Final = frozenset({"given", "found"})
"""The columns that hold segments."""
_COLUMNS: Final = ["key", "how", "files", "content"]
_PENDING: Final = 64
_PENDING_CHARACTERS: Final = 1 << 24
"""Inputs, and what they held, that wait to be written in one transaction; nobody else can write during it."""
_PLACE_OF_APPLICATION: Final = slice(68, 72)
"""Where a SQLite file says `application_id`."""


class FolderIndex:
    """An open index.

    Args:
        path: of its file; it is made where it does not exist.
        how: what the reading depends on beside the files.
        note: is told what there is to tell of the index itself.

    Raises:
        OptionError: where the path is that of something else, which is not overwritten.
    """

    def __init__(self, path: Path, how: str, note: Callable[[Diagnostic], None]) -> None:
        self._path, self._how, self._note = path, how, note
        self._pending: list[tuple[str, Sequence[str]]] = []
        self._characters = 0
        self._made = path.stat().st_mtime_ns if path.exists() else 0
        self._database = self._open()

    def _open(self) -> sqlite3.Connection:
        _refuse_other(self._path)
        try:
            return self._connect()
        except sqlite3.OperationalError as error:
            raise OptionError("index", f"{self._path}: {error}") from error
        except _BAD as error:
            self._path.unlink(missing_ok=True)
            what = f"the index could not be used ({error}) and was made anew"
            self._note(Diagnostic("index-rebuilt", what, Severity.INFO, self._path.name))
            self._made = 0
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, isolation_level=None, timeout=30)
        try:
            if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
                database.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                raise ValueError(f"version {version}, not {_VERSION}")
            if [row[1] for row in database.execute("PRAGMA table_info(inputs)")] != _COLUMNS:
                raise ValueError("its table is another one")
            if (found := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise ValueError(found)
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Keep what is pending, and let go of the file."""
        if self._pending:
            self._commit()
        self._database.close()

    def _commit(self) -> None:
        pending, self._pending, self._characters = self._pending, [], 0
        try:
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                for statement, values in pending:
                    self._database.execute(statement, values)
        except sqlite3.Error as error:
            what = f"what was read could not be kept in the index ({error}), and is read again the next time"
            self._note(Diagnostic("index-not-kept", what, Severity.WARNING, self._path.name))

    # --- what is known

    @staticmethod
    def stamp(path: str) -> list[int]:
        """Size and time of a file; nothing of one that is gone."""
        try:
            found = Path(path).stat()
        except OSError:
            return [-1, -1]
        return [found.st_size, found.st_mtime_ns]

    def find(self, files: Sequence[PartFile]) -> Kept | None:
        """What these files held; `None` where they are not known, or not as they are now."""
        key, how = self._key(files)
        try:
            query = "SELECT files, content FROM inputs WHERE key = ? AND how = ?"
            row = self._database.execute(query, (key, how)).fetchone()
            if row is None:
                return None
            stamps = json.loads(row[0])
            # Touched, or no older than the index itself: what such a file holds tells whether it is the same.
            changed = [file for file in stamps["files"] if file[1:3] != self.stamp(file[0]) or file[2] >= self._made]
            same = all(self.stamp(path)[0] == size and _checksum(path) == sum_ for path, size, _, sum_ in changed)
            if not same or _beside(files, stamps["patterns"]) != stamps["beside"]:
                return None
            kept = _from_json(json.loads(row[1]))
        except (*_BAD, OSError, WechatlogError):
            return None
        if changed:
            for file in changed:
                file[1:3] = self.stamp(file[0])
            self._write("UPDATE inputs SET files = ? WHERE key = ?", (json.dumps(stamps), key))
        return kept

    def _key(self, files: Sequence[PartFile]) -> tuple[str, str]:
        """What an input is known by, and a digest of how it is read, which is also what its chats are called."""
        key = json.dumps([file.path for file in files])
        names = json.dumps([[file.place, file.chat] for file in files])
        return key, hashlib.blake2b((self._how + names).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()

    def keep(self, files: Sequence[PartFile], stamps: Sequence[Sequence[int]], kept: Kept) -> None:
        """Keep what these files held; size and time of each are those from before it was read."""
        if kept.error is not None:
            return
        try:
            content = json.dumps(_to_json(kept), ensure_ascii=False)
            content.encode()
            known = {
                "files": [
                    [file.path, *before, _checksum(file.path)] for file, before in zip(files, stamps, strict=True)
                ],
                "patterns": kept.beside,
                "beside": _beside(files, kept.beside),
            }
        except (*_BAD, OSError):  # a zone without a name, half a surrogate pair: it is read again next time
            return
        key, how = self._key(files)
        self._write("INSERT OR REPLACE INTO inputs VALUES (?, ?, ?, ?)", (key, how, json.dumps(known), content))

    def _write(self, statement: str, values: Sequence[str]) -> None:
        self._pending.append((statement, values))
        self._characters += sum(map(len, values))
        if len(self._pending) >= _PENDING or self._characters >= _PENDING_CHARACTERS:
            self._commit()


def _refuse_other(path: Path) -> None:
    """Raise where a path that should be that of an index is that of something else, and be it one's only diary."""
    if not path.is_file():
        return
    try:
        with path.open("rb") as stream:
            head = stream.read(_PLACE_OF_APPLICATION.stop)
    except OSError as error:
        raise OptionError("index", f"{path}: {error.strerror}") from error
    if head and head[_PLACE_OF_APPLICATION] != _APPLICATION.to_bytes(4, "big"):
        raise OptionError("index", f"{path}: this is no index, and is not overwritten; name another file")


def _checksum(path: str) -> str:
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _beside(files: Iterable[PartFile], patterns: Iterable[str]) -> list[list[Any]]:
    """The files beside some that match patterns, with size and time."""
    folders = sorted({str(Path(file.path).parent) for file in files})
    found = {str(path) for folder in folders for pattern in patterns for path in Path(folder).glob(pattern)}
    return [[path, *FolderIndex.stamp(path)] for path in sorted(found)]


def _to_json(kept: Kept) -> dict[str, Any]:
    return {
        "conversations": [_packed_to_json(packed) for packed in kept.conversations],
        "detections": kept.detections,
        "inside": kept.inside,
        "notes": [attrs.asdict(note) for note in kept.notes],
    }


def _from_json(value: dict[str, Any]) -> Kept:
    notes = ({**note, "severity": Severity(note["severity"])} for note in value["notes"])
    return Kept(
        tuple(map(_packed_from_json, value["conversations"])),
        tuple(None if found is None else (found[0], found[1], found[2]) for found in value["detections"]),
        tuple(value["inside"]),
        tuple(Diagnostic(**note) for note in notes),
    )


def _packed_to_json(packed: Packed) -> dict[str, Any]:
    """The columns as JSON values.

    Raises:
        ValueError: for times of several zones, and a zone without a name.
    """
    if packed.zone is False:
        raise ValueError("times of several zones")
    return {
        "head": conversation_to_json(packed.head),
        "zone": _named(packed.zone),
        "tz": _named(packed.head.tz),
        "runs": [
            {
                name: [each and [*map(segment_to_json, each)] for each in values] if name in _PIECES else list(values)
                for name, values in run.items()
            }
            for run in packed.runs
        ],
    }


def _named(zone: Any) -> str | None:
    if zone is None:
        return None
    if (name := zone_name(zone)) is None:
        raise ValueError("a zone without a name")
    return name


def _packed_from_json(value: dict[str, Any]) -> Packed:
    zone: dt.tzinfo | None = None if value["zone"] is None else zone_from_name(value["zone"])
    tz = None if value["tz"] is None else zone_from_name(value["tz"])
    runs = value["runs"]
    for run in runs:
        for name in _PIECES & run.keys():
            run[name] = [None if pieces is None else tuple(map(segment_from_json, pieces)) for pieces in run[name]]
    return Packed(attrs.evolve(conversation_from_json(value["head"]), tz=tz), zone, runs)
