"""A database in memory for a test, from its bytes or empty."""

import sqlite3

__all__ = ["in_memory"]


class _Connection(sqlite3.Connection):
    """Closed when nobody holds it, in whatever thread that is seen; Python 3.13 warns of one that is not closed."""

    def __del__(self) -> None:
        self.close()


def in_memory(data: bytes | None = None) -> sqlite3.Connection:
    """A connection that closes itself."""
    database = sqlite3.connect(":memory:", factory=_Connection, check_same_thread=False)
    if data is not None:
        database.deserialize(data)
    return database
