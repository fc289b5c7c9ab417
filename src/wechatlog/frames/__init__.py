"""A conversation as tables: one set of columns for data frames, CSV, spreadsheets, databases and Parquet.

Takes model objects and gives columns of plain values, and the other way round; knows no file and no writer. The
columns are documented in `docs/reference/tables.md`.
"""

from wechatlog.frames.columns import (
    TABLES,
    Column,
    collect,
    columns_of,
    conversation_header,
    conversation_of,
    messages_of,
    read_conversations,
)

__all__ = [
    "TABLES",
    "Column",
    "collect",
    "columns_of",
    "conversation_header",
    "conversation_of",
    "messages_of",
    "read_conversations",
]
