"""What the rows of a table say, piece by piece.

The rows of one person and of one type differ in little more than their words, their time and their id. So a format says
with `Said` what a row says of its sender, which is asked once for all rows that are the same in what it depends on, and
what its time, its body and its id are. Knows no format.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from wechatlog.engine.entry import Entry, new_entry
from wechatlog.model import NOTICES, MessageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wechatlog.engine.reading import Draft, Reading
    from wechatlog.engine.tables import RowRun
    from wechatlog.segments import Segment
    from wechatlog.timestamps import Precision

_TEXT: Final = MessageKind.TEXT
_MOST: Final = 10_000
_FEW: Final = 8
"""Rows of which it costs less to look at one after the other."""

Body: TypeAlias = "tuple[MessageKind, str, tuple[Segment, ...] | None, str | None]"
"""Kind, text, segments, and the id of what is answered."""
Who: TypeAlias = "tuple[str | None, str | None, bool | None, Draft | None]"
"""Name and account of a sender, whether it is the owner, and the chat."""


class Said(NamedTuple):
    """What the rows of a table say; each function gets a named tuple of texts and a line.

    Attributes:
        same: fields, parted by blanks, on which alone depends who sent a row that is no notice, or one that is, in a
            chat, and whether it is a text.
        text: the field of the body, which is the text of a message of that kind.
        clock: the field of the time.
        number: the field of the id, which is digits.
        room: the field that tells chats apart; empty in a table of one chat.
        is_text: whether a row is a text.
        time: its time; a clock as ISO has it stands for itself where the user named no zone.
        body: that of one that is no text, with its time.
        who: its sender by its kind; for one without a time whatever stood above it matters too.
        id: that of the message; beside such a clock a number stands for itself.
    """

    same: str
    text: str
    clock: str
    number: str
    room: str
    is_text: Callable[[Any], bool]
    time: Callable[[Any, int], tuple[dt.datetime | None, Precision | None]]
    body: Callable[[Any, dt.datetime | None, int], Body]
    who: Callable[[Any, MessageKind, int], Who]
    id: Callable[[Any, int], str | None]


def entries_of(reading: Reading, fields: Any, runs: Iterable[RowRun], said: Said) -> Iterator[Entry]:
    """The entries of a table.

    Args:
        reading: of the table.
        fields: a named tuple of them; those of `said.same` that it lacks say nothing.
        runs: its rows.
        said: what they say.
    """
    texts, others, notices = dict[Any, Who](), dict[Any, Who](), dict[Any, Who]()
    place_of, named, names = fields._fields.index, functools.partial(tuple.__new__, fields), fields._fields
    common = operator.itemgetter(*(place_of(name) for name in said.same.split() if name in names))
    text_at, clock_at, id_at = place_of(said.text), place_of(said.clock), place_of(said.number)
    room_at = place_of(said.room) if said.room else None
    entry: tuple[Any, ...]
    time: dt.datetime | None
    chat: Draft | None = None
    parse, is_naive = dt.datetime.fromisoformat, reading.tz is None
    for rows, lines in runs:
        found: list[Any] = [None] * len(rows)
        usual = is_naive and len(rows) >= _FEW and (room_at is None or len({cells[room_at] for cells in rows}) == 1)
        for at, cells in enumerate(rows if usual else ()):
            who, clock, id_ = texts.get(common(cells)), cells[clock_at], cells[id_at]
            if (
                who is not None
                and who[3] is chat
                and (len(clock) == 19 and clock[4] == clock[7] == "-")
                and (id_.isdigit() and id_.isascii() and id_[0] != "0" and len(id_) <= 20)
            ):
                name, account, own, _ = who
                try:
                    time = parse(clock)
                except ValueError:  # told below
                    continue
                line, text = lines[at], cells[text_at]
                entry = line, time, "second", name, account, own, _TEXT, text, None, id_, None, None, chat
                found[at] = new_entry(Entry, entry)
        for at in [at for at, entry in enumerate(found) if entry is None]:
            cells, line = rows[at], lines[at]
            row, same = named(cells), common(cells)
            time, precision = said.time(row, line)
            is_text = said.is_text(row)
            body: Body = (_TEXT, row[text_at], None, None) if is_text else said.body(row, time, line)
            kind, text, segments, reply_to = body
            known = texts if is_text else notices if kind in NOTICES else others
            who = known.get(same)
            if who is None or who[3] is not chat or time is None:
                who = said.who(row, kind, line)
                chat = who[3]
                if len(known) < _MOST and time is not None:
                    known[same] = who
            name, account, own, _ = who
            id_ = said.id(row, line)
            entry = line, time, precision, name, account, own, kind, text, segments, id_, reply_to, None, chat
            found[at] = new_entry(Entry, entry)
        yield from found
