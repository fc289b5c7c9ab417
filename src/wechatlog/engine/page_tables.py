"""A page as the table that stands in it: chats that a program, or a data frame, wrote as rows of HTML.

Makes of a page a source of delimited text, so that the readers of tables read it; a page is in memory for that. Needs
lxml (the extra `html`). Knows no format.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.engine.head import Head
from wechatlog.engine.html import node_text, parse_page
from wechatlog.engine.inside import InsideReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source

_LEAST_COLUMNS: Final = 3


def _delimited(text: str) -> Iterator[str]:
    """Each table of a page as CSV, each row of it on the line that it begins on where no other stands there."""
    for table in parse_page(text).iter("table"):
        pieces, line, widest = list[str](), 1, 0
        for row in table.iter("tr"):
            if next(row.iterancestors("table")) is not table:  # of a table in it
                continue
            cells = [node_text(cell, alt=True) for cell in row if cell.tag in ("td", "th")]
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerow(cells)
            pieces += "\n" * max(0, (row.sourceline or 0) - line), out.getvalue()
            line = max(line, row.sourceline or 0) + out.getvalue().count("\n")
            widest = max(widest, len(cells))
        if widest >= _LEAST_COLUMNS:
            yield "".join(pieces)


@attrs.frozen(eq=False)
class PageTableReader(InsideReader):
    """A reader of tables that reads one in a page."""

    where = "in a table of a page"

    @classmethod
    def holds(cls, head: Head) -> bool:
        """Whether a table begins in the head of a page."""
        return "html" in head.containers and "<table" in head.text.lower()

    @classmethod
    def heads(cls, head: Head) -> Iterator[Head]:
        """The heads of the tables, as delimited texts."""
        return (Head.of(head.source.with_text(text)) for text in _delimited(head.text))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of the first table that the other reader takes."""
        tables = map(source.with_text, _delimited(source.read_text(context.collector, context.encoding)))
        context.source = next((table for table in tables if self.reader.detect(Head.of(table)) is not None), source)
        yield from self.reader.read(context.source, context)
