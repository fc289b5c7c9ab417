"""A page as the table that stands in it: chats that a program, or a data frame, wrote as rows of HTML.

Makes of a page a source of delimited text, so that the readers of tables read it; a page is in memory for that. Needs
lxml (the extra `html`). Knows no format.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

import attrs

from wechatlog.diagnostics import Severity
from wechatlog.engine.head import Head
from wechatlog.engine.html import node_text, parse_page, without_ends
from wechatlog.engine.inside import InsideReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source

_LEAST_COLUMNS: Final = 3
_TIMED: Final = re.compile(r"^.*[0-9]{1,2}:[0-9]{2}", re.MULTILINE)


def _delimited(text: str) -> Iterator[str]:
    """Each table of a page as CSV, each row of it on the line that it begins on where no other stands there."""
    root = parse_page(without_ends(text))
    bare = {row.getparent(): None for row in root.iter("tr") if next(row.iterancestors("table"), None) is None}
    for table in (*root.iter("table"), *bare):
        pieces, line, widest = list[str](), 1, 0
        for row in table.iter("tr"):
            if next(row.iterancestors("table"), table) is not table:  # of a table in it
                continue
            cells = [node_text(cell, alt=True) for cell in row if cell.tag in ("td", "th")]
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerow(cells)
            starts = row.sourceline or 0
            pieces += "\n" * max(0, starts - line), out.getvalue()
            line = max(line, starts) + out.getvalue().count("\n")
            widest = max(widest, len(cells))
        if widest >= _LEAST_COLUMNS:
            yield "".join(pieces)


def _head_of(source: Source, table: str) -> Head:
    """The head of a table, which may stand far down in its page."""
    return Head.of(source.with_text(table.lstrip("\n")))


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
        return (_head_of(head.source, text) for text in _delimited(head.text))

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages of the tables that the other reader takes, as of one: days may have a table each."""
        joined, line, others = list[str](), 0, list[int]()
        for table in _delimited(source.read_text(context.collector, context.encoding)):
            if self.reader.detect(_head_of(source, table)) is not None:
                rows = table.lstrip("\n")
                joined += "\n" * max(0, len(table) - len(rows) - line), rows
                line = max(line, len(table) - len(rows)) + rows.count("\n")
            elif len(_TIMED.findall(table)) * 2 > table.strip("\n").count("\n"):
                others.append(1 + len(table) - len(table.lstrip("\n")))
        context.source = source.with_text("".join(joined)) if joined else source
        for begins in others if joined else ():
            what = "a table of this page has times and is none that the format knows; it was not read"
            context.report("unread-part", what, severity=Severity.WARNING, line=begins)
        yield from self.reader.read(context.source, context)
