"""Markdown archives as columns: runs of usual blocks are cut up by one pattern and become columns as they are.

Takes the walk of the reader and blocks of text, gives rows. What is no usual block becomes a message as it does where
messages are wanted, so that both say the same. Knows nothing of the syntax of the archive.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from wechatlog.content.markdown_archive import OWNER_NAME
from wechatlog.engine.columns import Rows, RowSink, columns_of_messages
from wechatlog.model import Message, MessageKind
from wechatlog.readers.markdown import FRAME, LINES, Piece, Records, Walk, known, whole_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def iter_rows(walk: Walk, blocks: Iterable[str], sink: RowSink) -> Iterator[Rows]:
    """The rows of a text.

    Args:
        walk: that of the reader, at the beginning of the text.
        blocks: the text in pieces of any size, its lines ending in LF or CRLF.
        sink: numbers and chooses the rows.
    """
    for records in whole_records(blocks, walk.context.source):
        for draft, columns in _Columns(walk, records, sink).given():
            yield sink.give(draft, len(columns["text"]), columns)
    yield sink.give(walk.draft, 0, dict.fromkeys(sink.needed, ()))
    walk.finish()


class _Columns(Piece):
    """What some records say, as columns."""

    def __init__(self, walk: Walk, records: Records, sink: RowSink) -> None:
        super().__init__(walk, records)
        self._sink = sink

    def join(self, runs: list[Any]) -> Any:
        """Runs one below the other; of the columns those that all have."""
        if len(runs) == 1:
            return runs[0]
        names = set.intersection(*map(set, runs))
        return {name: list(itertools.chain.from_iterable(run[name] for run in runs)) for name in names}

    def odd(self, messages: list[Message]) -> Any:
        """The columns of messages."""
        return columns_of_messages(messages, self._sink.needed | {"text"})

    def usual(self, start: int, stop: int) -> tuple[int, dict[str, Sequence[Any]]]:
        """How many usual blocks there are before the first that has no time, and their columns."""
        walk, names = self.walk, self._sink.needed
        found: dict[str, Sequence[Any]] = {}
        if "time" in names or not walk.day:
            found["time"] = times = self._times(start, stop)
            stop = start + len(times)
        height = stop - start
        shown = {name: walk.shown_name(name) for name in set(self.senders[start:stop])}
        found["text"] = self.bodies[start:stop]
        found["line"] = range(self.line, self.line + LINES * height, LINES)
        if "sender" in names:
            found["sender"] = [shown[name] for name in self.senders[start:stop]]
        if "is_self" in names:
            own = {name: as_shown == OWNER_NAME for name, as_shown in shown.items()}
            found["is_self"] = [own[name] for name in self.senders[start:stop]]
        if "kind" in names:
            found["kind"] = kinds = [MessageKind.TEXT] * height
            for place, _ in known(self.images[start:stop]):
                kinds[place] = MessageKind.IMAGE
        if "offset" in names:
            *offsets, end = itertools.accumulate(self._lengths(start, stop), initial=self.offset + self.position)
            found["offset"], self.position = offsets, end - self.offset
        nothing = [None] * height
        found.update(dict.fromkeys(("sender_id", "id", "reply_to", "given", "raw"), nothing))
        found["precision"] = ["second"] * height
        found["source"] = [walk.context.source.place] * height
        return height, found

    def _times(self, start: int, stop: int) -> list[dt.datetime]:
        zone, day, parse = self.walk.context.tz, self.walk.day, dt.datetime.fromisoformat
        times: list[dt.datetime] = []
        with contextlib.suppress(ValueError):
            for stamp in self.stamps[start:stop]:
                times.append(parse(day + stamp))  # noqa: PERF401 - what was read before a bad one is kept
        return times if zone is None else [time.replace(tzinfo=zone) for time in times]

    def _lengths(self, start: int, stop: int) -> Iterator[int]:
        """Characters of usual blocks, each with the line end before it."""
        gaps = (FRAME + (2 if image is None else 1) for image in self.images[start:stop])
        parts = zip(gaps, self.stamps[start:stop], self.senders[start:stop], self.bodies[start:stop], strict=True)
        return (gap + len(stamp) + len(name) + len(body or "") for gap, stamp, name, body in parts)
