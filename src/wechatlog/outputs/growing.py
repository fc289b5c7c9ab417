"""A stored archive that grows: new exports are united with its end, and its beginning is copied as it is.

Takes the path of an archive and conversations; replaces the file atomically. An archive in the library's own lines that
was written here is in order of time and says until when, so that its end is found by halving and only as much of it is
read as the new exports can concern. Every other archive is read and written as a whole, once.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from wechatlog.api import load
from wechatlog.atomic import replacing
from wechatlog.errors import WechatlogError
from wechatlog.operations.merge import MergeReport, merge_report, with_one_clock
from wechatlog.outputs.file import dump, dumps

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from wechatlog.model import Conversation
    from wechatlog.operations import Identities

_MARK: Final = "sorted_until"
"""The metadata of an archive that is in order of time: the time of its last message."""

_FORMAT: Final = "jsonl"
_MARGIN: Final = dt.timedelta(days=2)
"""How long before the first new message the end begins: clocks may be wrong by hours, and of some messages only the
day is known."""


def merge_into(
    path: str | os.PathLike[str],
    conversations: Iterable[Conversation],
    *,
    people: Identities | None = None,
    sync: bool = True,
) -> MergeReport:
    """Unite a stored archive with new exports of the same chat, and write it in its place.

    Where there is none it becomes a new file in the library's own lines, whatever its suffix. A `ValueError` says that
    it has several conversations. The first part of the report is what was read of the archive.
    """
    target, new = Path(path), list(conversations)
    if not target.exists():
        report = merge_report(with_one_clock(new), people=people)
        dump(_marked(report.conversation), target, _FORMAT, sync=sync)
        return report
    place = _find_end(target, new)
    if place is None:
        old = load(target)
        report = merge_report(with_one_clock([_plain(old), *new]), people=people)
        is_native = old.metadata.get(_MARK) is not None or target.suffix in (".jsonl", ".ndjson")
        dump(
            _marked(report.conversation) if is_native else report.conversation,
            target,
            _FORMAT if is_native else None,
            sync=sync,
        )
        return report
    head, start = place
    with target.open("rb") as stream:
        stream.seek(start)
        end = load(head + stream.read(), format=_FORMAT)
        report = merge_report(with_one_clock([_plain(end), *new]), people=people)
        header, _, lines = dumps(_marked(report.conversation), _FORMAT).encode("utf-8").partition(b"\n")
        with replacing(target, sync=sync) as part, part.open("wb") as out:
            out.write(header + b"\n")
            _copy(stream, len(head), start, out)
            out.write(lines)
    return report


def _copy(stream: IO[bytes], start: int, end: int, out: IO[bytes]) -> None:
    """The part of a file between two places, without looking at it."""
    stream.seek(start)
    left = end - start
    while left > 0 and (block := stream.read(min(left, shutil.COPY_BUFSIZE))):  # type: ignore[attr-defined]
        out.write(block)
        left -= len(block)


def _marked(conversation: Conversation) -> Conversation:
    """With the time until which it is in order; without a mark where something in it has no time."""
    last = conversation.messages[-1].time if conversation.messages else None
    if last is None or any(message.time is None for message in conversation.messages):
        return _plain(conversation)
    return attrs.evolve(
        conversation, metadata={**conversation.metadata, _MARK: last.isoformat()}, lexicon=conversation._lexicon
    )


def _plain(conversation: Conversation) -> Conversation:
    metadata = {name: value for name, value in conversation.metadata.items() if name != _MARK}
    return attrs.evolve(conversation, metadata=metadata)


def _find_end(path: Path, new: list[Conversation]) -> tuple[bytes, int] | None:
    """The header line of an archive, and the offset of the first line that the new exports can concern.

    `None` where the archive has no mark, or nothing says when the new exports begin.
    """
    times = [message.time for conversation in new for message in conversation.messages if message.time is not None]
    with path.open("rb") as stream:
        head = stream.readline()
        mark = _mark(head)
        if mark is None or not times or len(times) < sum(map(len, new)):
            return None
        start = min(times, key=lambda time: _comparable(time, mark))
        border = _comparable(start, mark) - _MARGIN
        low, high = len(head), path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            begin, time = _line_at(stream, middle)
            if time is None or _comparable(time, mark) >= border:
                high = middle
            else:
                low = begin
        stream.seek(low)
        return head, low


def _mark(head: bytes) -> dt.datetime | None:
    try:
        value: Any = json.loads(head)
        return dt.datetime.fromisoformat(value["metadata"][_MARK])
    except (ValueError, KeyError, TypeError):
        return None


def _comparable(time: dt.datetime, mark: dt.datetime) -> dt.datetime:
    """A time of the kind that an archive has: a clock on the wall is taken for that of its zone."""
    if (time.tzinfo is None) == (mark.tzinfo is None):
        return time
    return time.replace(tzinfo=mark.tzinfo)


def _line_at(stream: IO[bytes], place: int) -> tuple[int, dt.datetime | None]:
    """Where the line after a place ends, and its time; no time at the end of the file."""
    stream.seek(place - 1)
    stream.readline()
    line = stream.readline()
    if not line:
        return stream.tell(), None
    try:
        return stream.tell(), dt.datetime.fromisoformat(json.loads(line)["time"])
    except (ValueError, KeyError, TypeError):
        raise WechatlogError(
            f"{stream.name}: no line of a message at {place}; merge the archive with -o instead"
        ) from None
