"""What the database of the form `sqlite` is known by, and the constant SQL that makes it.

Takes nothing; gives text. Its columns are those of `columns.TABLES`, taken apart so that nothing stands twice. No value
of a chat ever comes into SQL: it goes in as a parameter.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final, Literal

APPLICATION_ID: Final = 0x77636C67
"""`PRAGMA application_id` of such a database: `wclg`. It stands in the 4 bytes at 68 of the file."""

SCHEMA_VERSION: Final = 1
"""`PRAGMA user_version`; the number changes when an old reader would misread a new database."""


def schema_sql(part: Literal["tables", "views", "search"]) -> str:
    """The statements of a part of the schema: tables and indexes, views, the full-text search."""
    return files("wechatlog").joinpath("data", "sqlite", f"{part}.sql").read_text(encoding="utf-8")
