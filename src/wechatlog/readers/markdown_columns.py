"""Markdown archives as columns: runs of usual blocks are cut up by one pattern and become columns as they are.

Takes the walk of the reader and blocks of text, gives rows. A block is usual where the loop of the reader needs no
second look at it; whatever is not, or may not be, goes through that loop, so that both say the same. Knows the grammar
of the archive and nothing of its syntax.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, compress
from typing import TYPE_CHECKING, Any, Final

from wechatlog.content.markdown_archive import OWNER_NAME, SPECIAL_FIRST, SPECIAL_LAST, classify, may_act
from wechatlog.engine.columns import Rows, RowSink, columns_of_messages
from wechatlog.model import MessageKind
from wechatlog.readers.markdown import BLOCKS, STRUCTURAL_FIRST, Walk
from wechatlog.tokenizer import MARKDOWN, Record, iter_records, whole_lines

if TYPE_CHECKING:
    from wechatlog.engine.protocol import Draft


def _one_of(characters: Iterable[str]) -> str:
    return "".join(map(re.escape, sorted(filter(None, characters))))


_BODY: Final = r"[^\n\r&<>{]"
_PLAIN: Final = rf"(?=[^{_one_of(SPECIAL_FIRST | STRUCTURAL_FIRST)}]){_BODY}+(?<![{_one_of(SPECIAL_LAST)}])"
_USUAL: Final = re.compile(
    r"\n> (?P<stamp>(?:[0-9]{4}-[0-9]{2}-[0-9]{2} )?(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])  (?P<sender>.*)(?<=  )"
    rf"\n   \n(?:(?P<plain>{_PLAIN})  |(?P<image>!\[[^\n\r&<>]*\)) |(?P<other>{_BODY}*)  )\n   (?=\n)"
)
"""A block of one line in the exact frame, with the line end before it: of plain text, a picture, or to be looked at."""

_STRIDE: Final = _USUAL.groups + 1
_LINES: Final = 4
_FRAME: Final = len("\n>   \n   \n\n   ")
"""Lines of a usual block, and characters round what it says."""


def iter_rows(walk: Walk, blocks: Iterable[str], sink: RowSink) -> Iterator[Rows]:
    """The rows of a text.

    Args:
        walk: that of the reader, at the beginning of the text.
        blocks: the text in pieces of any size, its lines ending in LF or CRLF.
        sink: numbers and chooses the rows.
    """
    line, offset, first = 1, 0, True
    for text, last in _whole_records(blocks):
        yield from _Piece(walk, sink, text, line, offset, first=first, last=last).rows()
        line += text.count("\n") - 1
        offset += len(text) - 1
        first = False
    yield sink.give(walk.draft, 0, dict.fromkeys(sink.needed, ()))
    walk.finish()


def _whole_records(blocks: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The text in pieces of whole records, each with a line end at its front, and whether a piece is the last.

    The first has what is before the records.
    """
    parts: list[str] = []
    for text in whole_lines(blocks):
        cut = len(text)
        while (cut := text.rfind("\n> ", 0, cut)) >= 0 and not MARKDOWN.pattern.match(text, cut):
            pass
        if cut >= 0:
            yield "".join(("\n", *parts, text[1 : cut + 1])), False
            parts.clear()
        parts.append(text[max(cut, 0) + 1 :])
    yield "".join(("\n", *parts)), True


class _Piece:
    """A piece of the text: whole records.

    Args:
        walk: that of the reader.
        sink: numbers and chooses the rows.
        text: with a line end at its front.
        line: 1-based line of its second character.
        offset: of that character.
        first: the piece begins with what stands before the first record.
        last: no piece follows.
    """

    def __init__(
        self, walk: Walk, sink: RowSink, text: str, line: int, offset: int, *, first: bool, last: bool
    ) -> None:
        self._walk, self._sink = walk, sink
        self._text, self._line, self._offset = text, line, offset
        self._first, self._last = first, last
        self._position = 0  # in the text, where the next records begin, or before it where nobody asks for offsets
        parts = _USUAL.split(text)
        self._between: list[str] = parts[0::_STRIDE]  # what stands in front of each block, and behind the last
        self._stamps: list[str] = parts[1::_STRIDE]
        self._senders: list[str] = parts[2::_STRIDE]
        self._bodies: list[str | None] = parts[3::_STRIDE]
        self._images: list[str | None] = parts[4::_STRIDE]
        self._others: list[str | None] = parts[5::_STRIDE]

    def rows(self) -> Iterator[Rows]:
        draft = self._walk.draft
        waiting: list[dict[str, Sequence[Any]]] = []
        for found, columns in self._runs():
            waiting.append(columns)
            if found is not draft:  # told before anything is told of it
                yield from self._give(draft, waiting[:-1])
                yield from self._give(found, waiting[-1:])
                draft, waiting = found, []
        yield from self._give(draft, waiting)

    def _give(self, draft: Draft, runs: list[dict[str, Sequence[Any]]]) -> Iterator[Rows]:
        if not runs:
            return
        joined = runs[0]
        if len(runs) > 1:
            names = set.intersection(*map(set, runs))
            joined = {name: list(chain.from_iterable(run[name] for run in runs)) for name in names}
        yield self._sink.give(draft, len(joined["text"]), joined)

    def _runs(self) -> Iterator[tuple[Draft, dict[str, Sequence[Any]]]]:
        """The rows as they stand: usual ones as columns, others as columns of their messages."""
        walk, count = self._walk, len(self._stamps)
        if self._first or self._between[0]:
            yield from self._look(self._between[0], 0)
        odd = iter([*sorted(self._find_odd()), count])
        stop, place = next(odd), 0
        while place < count:
            while stop < place:
                stop = next(odd)
            stamp = self._stamps[place]
            fits = len(stamp) == walk.stamp_length and stamp.startswith(walk.last_day) and not walk.lead
            height, columns = self._columns(place, stop) if fits else (0, {})
            if height:
                walk.count += height
                yield walk.draft, columns
                self._line += _LINES * height
                place += height
            else:
                yield from self._look(self._block(place) + self._between[place + 1], place + 1)
                place += 1

    def _find_odd(self) -> set[int]:
        """The blocks that are not usual after all; bodies that are get their place among the others."""
        bodies, stamps = self._bodies, self._stamps
        odd = {place for place, text in enumerate(self._between[1:-1]) if text}
        if self._between[-1] != "\n":  # the line end of the last block
            odd.add(len(stamps) - 1)
        for place, text in _known(self._others):
            bodies[place] = text
            if text[:1] in STRUCTURAL_FIRST or classify(text).kind is not MessageKind.TEXT:
                odd.add(place)
        for place, text in _known(self._images):
            bodies[place] = text
            if classify(text).kind is not MessageKind.IMAGE:
                odd.add(place)
        odd.update(place for place, text in enumerate(bodies) if text is not None and "](" in text and may_act(text))
        if unfit := {name for name in set(self._senders) if not self._walk.shown_name(name)}:
            odd.update(place for place, name in enumerate(self._senders) if name in unfit)
        if set(map(len, stamps)) - {8}:
            days = [stamp[:-8] for stamp in stamps]
            odd.update(place for place in range(1, len(days)) if days[place] != days[place - 1])
        return odd

    def _columns(self, start: int, stop: int) -> tuple[int, dict[str, Sequence[Any]]]:
        """How many usual blocks there are before the first that has no time, and their columns."""
        walk, names = self._walk, self._sink.needed
        found: dict[str, Sequence[Any]] = {}
        if "time" in names or not walk.day:
            found["time"] = times = self._times(start, stop)
            stop = start + len(times)
        height = stop - start
        shown = {name: walk.shown_name(name) for name in set(self._senders[start:stop])}
        found["text"] = self._bodies[start:stop]
        found["line"] = range(self._line, self._line + _LINES * height, _LINES)
        if "sender" in names:
            found["sender"] = [shown[name] for name in self._senders[start:stop]]
        if "is_self" in names:
            own = {name: as_shown == OWNER_NAME for name, as_shown in shown.items()}
            found["is_self"] = [own[name] for name in self._senders[start:stop]]
        if "kind" in names:
            found["kind"] = kinds = [MessageKind.TEXT] * height
            for place, _ in _known(self._images[start:stop]):
                kinds[place] = MessageKind.IMAGE
        if "offset" in names:
            *offsets, end = accumulate(self._lengths(start, stop), initial=self._offset + self._position)
            found["offset"], self._position = offsets, end - self._offset
        nothing = [None] * height
        found.update(dict.fromkeys(("sender_id", "id", "reply_to", "given", "raw"), nothing))
        found["precision"] = ["second"] * height
        found["source"] = [walk.context.source.place] * height
        return height, found

    def _times(self, start: int, stop: int) -> list[dt.datetime]:
        zone, day, parse = self._walk.context.tz, self._walk.day, dt.datetime.fromisoformat
        times: list[dt.datetime] = []
        with contextlib.suppress(ValueError):
            for stamp in self._stamps[start:stop]:
                times.append(parse(day + stamp))  # noqa: PERF401 - what was read before a bad one is kept
        return times if zone is None else [time.replace(tzinfo=zone) for time in times]

    def _lengths(self, start: int, stop: int) -> Iterator[int]:
        """Characters of usual blocks, each with the line end before it."""
        gaps = (_FRAME + (2 if image is None else 1) for image in self._images[start:stop])
        parts = zip(gaps, self._stamps[start:stop], self._senders[start:stop], self._bodies[start:stop], strict=True)
        return (gap + len(stamp) + len(name) + len(body or "") for gap, stamp, name, body in parts)

    def _block(self, place: int) -> str:
        gap = " " if self._images[place] is not None else "  "
        return f"\n> {self._stamps[place]}  {self._senders[place]}\n   \n{self._bodies[place]}{gap}\n   "

    def _look(self, text: str, behind: int) -> Iterator[tuple[Draft, dict[str, Sequence[Any]]]]:
        """The rows of records of any shape, which the reader makes messages of."""
        begin = self._position = max(0, self._text.find(text, self._position))
        self._position += len(text)
        ends = behind >= len(self._stamps)
        if not ends:
            text += "\n"  # which the pattern takes for that of the next block
        batches = self._walk.batches(self._records(text, self._offset + begin))
        for draft, messages in self._walk.closing(batches) if ends and self._last else batches:
            yield draft, columns_of_messages(messages, self._sink.needed | {"text"})
        self._line += text.count("\n") - 1

    def _records(self, text: str, offset: int) -> list[Record]:
        found = [record for records in iter_records([text[1:]], BLOCKS) for record in records]
        if not self._first:
            del found[0]
        self._first = False
        return [(header, body, offset + place, self._line - 1 + number) for header, body, place, number in found]


def _known(values: Sequence[str | None]) -> list[tuple[int, str]]:
    present = [value is not None for value in values]
    if True not in present:
        return []
    return list(zip(compress(range(len(values)), present), compress(values, present), strict=True))  # type: ignore[arg-type]
