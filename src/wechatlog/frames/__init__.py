"""A conversation as tables: one set of columns for data frames, CSV, spreadsheets, databases and Parquet.

Takes model objects and gives columns of plain values, and the other way round; knows no file and no writer. The
columns are documented in `docs/reference/tables.md`. What needs pyarrow is in `frames.arrow`, which is imported only
by those who need it.
"""

from wechatlog.frames.columns import BODY_COLUMNS, TABLES, Column, collect, columns_of
from wechatlog.frames.pieces import SEGMENT_FIELDS
from wechatlog.frames.rows import conversation_header, conversation_of, messages_of, read_conversations

__all__ = [
    "BODY_COLUMNS",
    "SEGMENT_FIELDS",
    "TABLES",
    "Column",
    "collect",
    "columns_of",
    "conversation_header",
    "conversation_of",
    "messages_of",
    "read_conversations",
]
