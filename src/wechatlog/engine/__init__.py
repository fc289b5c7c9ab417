"""How every format is read: a format is a value of `Format`, containers give rows, an `Entry` is what a row says.

Built-in formats and plug-ins use the names below. A container yields rows with their lines and tells damage: `Table`
and `one_of` (delimited text, sheets), `iter_objects` and `iter_line_objects` (JSON), `message_blocks` (text),
`iter_inserts` (SQL). `Fields` maps keys to the fields of segments. What is true for every format stands in `Reading`
and `batches_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wechatlog import _lazily

if TYPE_CHECKING:
    from wechatlog.engine.entry import Entry, batches_of
    from wechatlog.engine.fields import Fields, one_segment
    from wechatlog.engine.format import Format
    from wechatlog.engine.head import Head
    from wechatlog.engine.headers import framed_headers, message_blocks
    from wechatlog.engine.json_objects import iter_line_objects, iter_objects
    from wechatlog.engine.protocol import Evidence, Reader, Refusal
    from wechatlog.engine.reading import ME, OWNER_OPTION, Draft, Reading
    from wechatlog.engine.sql import iter_inserts
    from wechatlog.engine.tables import Table, one_of
    from wechatlog.model import NOTICES

__all__ = [
    "ME",
    "NOTICES",
    "OWNER_OPTION",
    "Draft",
    "Entry",
    "Evidence",
    "Fields",
    "Format",
    "Head",
    "Reader",
    "Reading",
    "Refusal",
    "Table",
    "batches_of",
    "framed_headers",
    "iter_inserts",
    "iter_line_objects",
    "iter_objects",
    "message_blocks",
    "one_of",
    "one_segment",
]

# Reading Markdown does not pay for workbooks.
__getattr__ = _lazily(
    __name__,
    {
        "entry": "NOTICES Entry batches_of",
        "fields": "Fields one_segment",
        "format": "Format",
        "head": "Head",
        "headers": "framed_headers message_blocks",
        "json_objects": "iter_line_objects iter_objects",
        "protocol": "Evidence Reader Refusal",
        "reading": "ME OWNER_OPTION Draft Reading",
        "sql": "iter_inserts",
        "tables": "Table one_of",
    },
)
