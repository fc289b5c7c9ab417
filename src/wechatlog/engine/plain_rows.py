"""Texts in a table, which become entries by columns in place of one by one.

Of a hundred rows of a chat some eighty are texts, and those of one person differ in their words, their time and their
id alone. So a format says with `Texts` which columns these are, and reads a row at a time: what a row said that was a
text and nothing else, all rows say that are the same in all other cells. Whatever is different in any way is read
alone; so nothing changes but the time that it takes. Knows no format.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from wechatlog.engine.entry import Entry, EntryRun, EntryRuns
from wechatlog.model import MessageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wechatlog.engine.reading import Reading
    from wechatlog.engine.tables import TableRows, TableRun

_TEXT: Final = MessageKind.TEXT
_MOST: Final = 10_000
_FEW: Final = 8
"""Rows of which it costs less to read each alone."""
_CLOCKS: Final = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}\n)++")
_SECONDS: Final = re.compile(r"(?:[1-9][0-9]{8,9}\n)++")
_IDS: Final = re.compile(r"(?:[1-9][0-9]{0,19}\n)++")
"""Of whole columns: one pattern over a text is faster than one over each cell."""


class Texts(NamedTuple):
    """In which fields the texts of a table differ; what is in all others is the same in many rows.

    Attributes:
        text: what somebody wrote, as it stands.
        time: a wall clock or Unix seconds.
        id: that of the message, digits; empty where there is none.
        chat: what tells chats apart; empty in a table of one chat.
        unread: fields that say nothing, parted by blanks.
    """

    text: str
    time: str
    id: str = ""
    chat: str = ""
    unread: str = ""


def entries_of(reading: Reading, rows: TableRows, texts: Texts, entry: Callable[[Any, int], Entry | None]) -> EntryRuns:
    """The entries of a table.

    Args:
        reading: of the table.
        rows: those of a table.
        texts: how the texts differ.
        entry: what a row says, with its line; `None` for a row that is no message. For a text it is what the cells
            say, whatever stood above it in the same chat.
    """
    return EntryRuns(filter(None, map(_Rows(reading, rows, texts, entry).take, rows.runs)))


class _Rows:
    def __init__(
        self, reading: Reading, rows: TableRows, texts: Texts, entry: Callable[[Any, int], Entry | None]
    ) -> None:
        self._reading, self._row, self._entry = reading, rows.row, entry
        fields = rows.row._fields
        self._text, self._time = fields.index(texts.text), fields.index(texts.time)
        self._id, self._room = (fields.index(name) if name else None for name in (texts.id, texts.chat))
        apart = {texts.text, texts.time, texts.id, *texts.unread.split()}
        self._same = [at for at, name in enumerate(fields) if name not in apart]
        self._chat = reading.chat
        self._known: dict[tuple[str, ...], tuple[Any, ...]] = {}

    def take(self, run: TableRun) -> EntryRun | list[Entry]:
        """The entries of some rows."""
        columns, lines = run
        height, chat = len(lines), self._chat
        said = list(zip(*(columns[at] for at in self._same), strict=True))
        is_one = height >= _FEW and (self._room is None or len({*columns[self._room]}) == 1)
        times = self._times(columns[self._time]) if is_one and self._known else None
        if times is None:
            return [*filter(None, map(self._alone, zip(*columns, strict=True), said, lines))]
        who, ids = list(map(self._known.get, said)), self._ids(columns)
        others: dict[int, Any] = {
            place: self._alone([column[place] for column in columns], said[place], lines[place])
            for place, known in enumerate(who)
            if known is None or known[3] is not chat or ids[place] == ""
        }
        apart = {place: entry.time for place, entry in others.items() if entry and entry.time != times[place]}
        if apart:
            times = [apart.get(place, time) for place, time in enumerate(times)]
        names, accounts, own, _ = zip(*(known or _NOBODY for known in who), strict=True)
        nothing = [None] * height
        texts: dict[str, Sequence[Any]] = {
            "line": lines, "time": times, "precision": ["second"] * height, "sender": names, "sender_id": accounts,
            "is_self": own, "kind": [_TEXT] * height, "text": columns[self._text], "segments": nothing, "id": ids,
            "reply_to": nothing, "offset": nothing,
        }  # fmt: skip
        entries = EntryRun(chat, texts, others)
        return entries if self._chat is chat and None not in others.values() else [*filter(None, entries)]

    def _alone(self, cells: Sequence[str], said: tuple[str, ...], line: int) -> Any:
        """The entry of a row, if it is a message; from it is learnt what others say."""
        entry: Any = self._entry(self._row(*cells), line)
        if entry is None:
            return None
        self._chat = entry.chat or self._chat
        if entry.kind is _TEXT and said not in self._known and len(self._known) < _MOST:
            text, clock, id_ = cells[self._text], cells[self._time], self._ids([[cell] for cell in cells])[0]
            times = self._times([clock])
            plain = line, times and times[0], "second", *entry[3:6], _TEXT, text, None, id_, None, None, entry.chat
            if entry == plain:
                self._known[said] = *entry[3:6], self._chat
        return entry

    def _times(self, cells: Sequence[str]) -> Sequence[dt.datetime] | None:
        """The times of a column, if all of its cells are such that nothing has to be told of them."""
        text = "\n".join((*cells, ""))
        if self._reading.tz is None and _CLOCKS.fullmatch(text):  # else they depend on each other
            try:
                return list(map(dt.datetime.fromisoformat, cells))
            except ValueError:
                return None
        return self._reading.unix_times(list(map(int, cells))) if _SECONDS.fullmatch(text) else None

    def _ids(self, columns: Sequence[Sequence[str]]) -> Sequence[str | None]:
        """The ids of rows; empty where one is none."""
        cells = columns[self._text] if self._id is None else columns[self._id]
        if self._id is None or not any(cells):
            return [None] * len(cells)
        if _IDS.fullmatch("\n".join((*cells, ""))):
            return cells
        return [cell if _IDS.fullmatch(f"{cell}\n") else "" for cell in cells]


_NOBODY: Final = (None, None, None, None)
