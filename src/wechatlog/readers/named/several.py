"""Which tables of a database, or of a script, are those of messages: by what columns are called or hold.

Takes their columns and first rows, gives those of each field. Of several such tables each is a chat of its own, unless
a column says whose chat a row is of. One that only looks so, beside these, is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from wechatlog.content.column_words import fields_of, known_with
from wechatlog.diagnostics import Severity
from wechatlog.engine import Draft, Evidence, Reading
from wechatlog.readers.named.rows import fields_by
from wechatlog.readers.named.signs import is_chat, tell_keys

_CONFIDENCE: Final = 0.5
_GUESSED: Final = 0.46
_FIRST: Final = "#1"
"""What the first column is called where nothing says it."""
SEEN: Final = 16
"""Rows of a table that show what its columns mean."""
_SPEAKERS: Final = ("sender", "card", "name", "account")

Key = tuple[str, tuple[str, ...]]
"""A table, and the columns of rows of it."""


@attrs.define
class Tables:
    """Which tables hold messages, by the names of their columns or by their first rows.

    Attributes:
        told: of tables of messages, the column of each field; none where names tell them.
        alike: of columns that rows told, the same, for a table of few rows.
        people: those who wrote the first rows.
    """

    told: dict[Key, dict[str, str]] = attrs.field(factory=dict)
    alike: dict[tuple[str, ...], dict[str, str]] = attrs.field(factory=dict)
    people: set[str] = attrs.field(factory=set)

    def tell(self, key: Key, rows: list[Mapping[str, Any]]) -> bool:
        """Whether a table is one of messages, of which these are the first rows."""
        table, columns = key
        told = {} if are_called(columns) else tell_keys(rows, about=table)
        told = self.alike.get(columns) if told is None else told
        if told is None:
            return False
        if told and columns[0] != _FIRST:
            self.alike[columns] = told
        self.told[key] = told
        self.people |= _people(rows, told)
        return True

    def is_like(self, key: Key, rows: list[Mapping[str, Any]]) -> bool:
        """Whether a table of something else looks like those of messages: people who write there stand in it."""
        told = tell_keys(rows, about="chat")
        people = _people(rows, told) if told else set()
        return key[1] in self.alike or len(people & self.people) * 2 > len(people)

    def evidence(self) -> Evidence | None:
        """What is to be said of a database or a script; names of columns say more than what they hold."""
        if not self.told:
            return None
        (table, _), told = min(self.told.items(), key=lambda item: bool(item[1]))
        if told:
            return Evidence(_GUESSED, f"columns of {table!r} hold times, names and texts")
        return Evidence(_CONFIDENCE, f"columns of {table!r} are called as those of chats are")


def _people(rows: Iterable[Mapping[str, Any]], told: Mapping[str, str]) -> set[str]:
    found = (fields_by(row, told) for row in rows)
    return {str(name) for said in found for field in _SPEAKERS if (name := said.get(field))}


def are_called(columns: Iterable[str]) -> bool:
    """Whether columns are called as those of messages are."""
    return is_chat({*fields_of(dict.fromkeys(columns))})


def begin_table(
    reading: Reading, table: str, columns: Iterable[str], told: Mapping[str, str], line: int | None = None
) -> None:
    """Tell, of a table of messages, that its columns were told by what they hold, and which are unknown."""
    if told:
        what = f"no tool is known that writes this: what the columns of {table!r} mean was taken from what they hold"
        reading.is_news("guessed-columns")  # no name of a column was believed
        reading.report("guessed-columns", what, severity=Severity.WARNING, line=line)
    reading.tell_unknown(columns, known_with(told.values()), line)


def draft_of(reading: Reading, table: str, tables: int) -> Draft | None:
    """The chat of a table, where several are of messages."""
    return reading.chat_of(table, title=table) if tables > 1 else None
