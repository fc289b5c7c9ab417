"""Tables of chatlog: CSV of chatlog and chatlog_alpha, and the workbook of chatlog_alpha.

Takes CSV or a workbook, gives messages of every talker in it. Rows are `readers.support.chatlog_rows`.

Format facts: chatlog 0.0.x `/api/v1/chatlog?format=csv` (`Time,SenderName,Sender,TalkerName,Talker,Content`, UTF-8
without a byte order mark, LF), chatlog_alpha (`MessageID` in front, also `format=xlsx`). Times are the wall clock of
the machine that ran the exporter; a container without `TZ` writes UTC. There is no direction and no type, and
`MessageID` is made of the time and a row number: no id of the server.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wechatlog.engine.protocol import OWNER_OPTION, Evidence, Head, Refusal
from wechatlog.errors import FormatError
from wechatlog.readers.support.chatlog_rows import read_rows
from wechatlog.readers.support.named_rows import find_delimiter, find_sheet, has_columns, sheet_rows, text_rows
from wechatlog.readers.support.routing import Desk, route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wechatlog.engine.protocol import Batch, Context
    from wechatlog.source import Source

__all__ = ["CSV", "XLSX", "ChatlogCsvReader", "ChatlogXlsxReader"]

_PLAIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Time": "time",
        "SenderName": "name",
        "Sender": "sender",
        "TalkerName": "talker_name",
        "Talker": "talker",
        "Content": "content",
    }
)
_ALPHA: Final[Mapping[str, str]] = MappingProxyType({"MessageID": "number", **_PLAIN})
_LAYOUTS: Final = ((_PLAIN, "chatlog"), (_ALPHA, "chatlog_alpha"))
_LISTINGS: Final = (
    (("UserName", "Alias", "Remark", "NickName"), "a contact list of chatlog, no messages"),
    (("Name", "Remark", "NickName", "Owner", "UserCount"), "a list of groups of chatlog, no messages"),
    (("UserName", "NOrder", "NickName", "Content", "NTime"), "a list of sessions of chatlog, no messages"),
)


def _layout(head: Head) -> tuple[Mapping[str, str], str, str] | None:
    """Columns, exporter and delimiter of a CSV text."""
    line = next((line for line in head.lines if line.strip()), "")
    for columns, exporter in _LAYOUTS:
        if (delimiter := find_delimiter(line, columns)) is not None:
            return columns, exporter, delimiter
    return None


class ChatlogCsvReader:
    """The reader of the CSV."""

    name = "chatlog-csv"
    description = "chatlog 0.0.x and chatlog_alpha, CSV of the HTTP interface"
    suffixes = (".csv",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | Refusal | None:
        """The exact columns."""
        if (found := _layout(head)) is not None:
            return Evidence(1.0, f"the columns {','.join(found[0])}")
        for columns, reason in _LISTINGS:
            if has_columns(head, columns):
                return Refusal(reason)
        return None

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one draft for each talker.

        Raises:
            FormatError: without the header row.
        """
        found = _layout(Head.of(source, context.encoding))
        if found is None:
            raise FormatError(f"the first line is not {','.join(_PLAIN)}", source=source.label, line=1)
        columns, exporter, delimiter = found
        desk = Desk(context)
        metadata = {"exporter": exporter}
        rows = text_rows(context.blocks(), context.collector, columns, delimiter)
        return route(read_rows(rows, context, desk, metadata), lambda: desk.first(metadata=metadata))


class ChatlogXlsxReader:
    """The reader of the workbook."""

    name = "chatlog-xlsx"
    description = "chatlog_alpha, Excel workbook of the HTTP interface"
    suffixes = (".xlsx",)
    options: Mapping[str, str] = OWNER_OPTION

    def detect(self, head: Head) -> Evidence | None:
        """The exact columns of a sheet."""
        found = find_sheet(head, [columns for columns, _ in _LAYOUTS])
        return None if found is None else Evidence(1.0, f"a sheet with the columns {','.join(found[1])}")

    def read(self, source: Source, context: Context) -> Iterator[Batch]:
        """The messages, one draft for each talker.

        Raises:
            FormatError: without such a sheet.
            MissingExtraError: without python-calamine.
        """
        found = find_sheet(Head.of(source), [columns for columns, _ in _LAYOUTS])
        if found is None:
            raise FormatError(f"no sheet has the columns {','.join(_PLAIN)}", source=source.label)
        sheet, columns = found
        desk = Desk(context)
        metadata = {"exporter": next(exporter for known, exporter in _LAYOUTS if known is columns)}
        rows = sheet_rows(context, sheet, columns)
        return route(read_rows(rows, context, desk, metadata), lambda: desk.first(metadata=metadata))


CSV: Final = ChatlogCsvReader()
XLSX: Final = ChatlogXlsxReader()
