"""How far an input was read: a value, and the small JSON file that keeps it.

Takes nothing but values and gives values; who reads on from a mark is `inputs.after`. A mark holds no text of a chat,
only numbers and checksums. Knows no format.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import operator
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from wechatlog.atomic import replacing
from wechatlog.content.native import segment_to_json
from wechatlog.errors import FormatError, OptionError

if TYPE_CHECKING:
    import os

    from wechatlog.model import Message

LAST: Final = 64
"""Messages before the mark that are looked at again: as far as a reader looks ahead to judge what is a header."""

_SCHEMA: Final = "wechatlog-mark/1"


def fingerprint(message: Message) -> str:
    """Sixteen digits by which a message is known again, whatever machine made them."""
    time = None if message.time is None else message.time.isoformat()
    people = (message.sender, message.sender_id, message.is_self)
    segments = None if message._segments is None else [*map(segment_to_json, message._segments)]
    content = (time, message.precision, *people, message.kind.value, message.text, segments, message.id)
    return hashlib.blake2b(
        repr((*content, message.reply_to)).encode("utf-8", "surrogatepass"), digest_size=8
    ).hexdigest()


def checksum(messages: Iterable[Message], before: int) -> int:
    """A running checksum of messages: one for all of them, cheap enough for every message of a file."""
    for message in messages:
        time = None if message.time is None else message.time.isoformat()
        people = f"{message.sender}\0{message.sender_id}\0{message.is_self}"
        content = f"{time}\0{people}\0{message.kind.value}\0{message.text}\0"
        before = zlib.crc32(content.encode("utf-8", "surrogatepass"), before)
    return before


@attrs.frozen
class Seen:
    """What was read of one chat; the chats of one file are told apart by their order.

    Attributes:
        count: how many messages.
        sum: checksum of all but the last of them.
        last: fingerprints of the last of them.
    """

    count: int
    sum: int
    last: tuple[str, ...]

    @property
    def border(self) -> int:
        """How many messages stand before the last ones."""
        return self.count - len(self.last)

    def known(self, last: Iterable[str]) -> int | None:
        """How many of the messages are as they were: all, or all but some at the end, which went on.

        Compared are the fingerprints of what stands where the last messages stood.

        Returns:
            `None` where none of the last is as it was.
        """
        same = map(operator.eq, self.last, last)
        count = sum(1 for _ in itertools.takewhile(bool, same))
        return self.border + count if count or not self.last else None


@attrs.frozen
class Place:
    """Where reading goes on in a text: its beginning is read again, then what stands from a place before the mark on.

    Attributes:
        stop: bytes of the beginning.
        start: the byte where it goes on; `stop` where nothing lies between them.
        stop_line: lines of the beginning.
        start_line: 1-based line at `start`.
        shift: characters that lie between them.
        messages: messages of both, up to the mark.
        lines: lines of both, up to the mark.
        encoding: that was found before the mark, or `None` for plain ASCII.
    """

    stop: int
    start: int
    stop_line: int
    start_line: int
    shift: int
    messages: int
    lines: int
    encoding: str | None


@attrs.frozen
class Rows:
    """What was read of a table of a database.

    Attributes:
        table: its name.
        anchor: the row after which one looks again.
        last: the last row.
        count: how many rows up to there.
    """

    table: str
    anchor: int
    last: int
    count: int


@attrs.frozen
class Mark:
    """How far an input was read, for `after=`; the empty one, `Mark()`, stands before everything.

    Attributes:
        format: the reader's name; empty in the empty mark.
        size: bytes that were read; for a packed file, those that were unpacked.
        head: checksum of the first 64 kB of them.
        tail: checksum of the last 64 kB of them.
        line: that the last message begins on, where it has one.
        chats: what was read of each chat.
        place: where reading goes on, for a text that need not be read whole.
        rows: what was read of each table of a database.
        known: fingerprints of the messages of a database that are looked at again.

    Example:
        >>> stream = wechatlog.iter_messages("examples/reading-club.jsonl", after=wechatlog.Mark())
        >>> len(list(stream))
        417
        >>> stream.mark.save("club.mark")
        >>> wechatlog.Mark.load("club.mark").format
        'jsonl'
    """

    format: str = ""
    size: int = 0
    head: str = ""
    tail: str = ""
    line: int = 0
    chats: tuple[Seen, ...] = ()
    place: Place | None = None
    rows: tuple[Rows, ...] = ()
    known: tuple[str, ...] = ()

    @property
    def offset(self) -> int:
        """The byte from which on it is read next time, but for the beginning; 0 for what is read whole."""
        return 0 if self.place is None else self.place.start

    def to_json(self) -> dict[str, Any]:
        """The mark as plain JSON values."""
        return {"schema": _SCHEMA, **attrs.asdict(self)}

    @classmethod
    def from_json(cls, value: Any, source: str | None = None) -> Mark:
        """The mark of what `to_json` gave.

        Args:
            value: the JSON value.
            source: where it stood, for the error.

        Raises:
            FormatError: where it is none.
        """
        try:
            mark = cls(**_fields(value))
            _check(mark)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise FormatError(f"this is no mark ({_SCHEMA}); remove it to begin anew", source=source) from None
        return mark

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Mark:
        """The mark in a file; the empty one where there is no file yet.

        Raises:
            FormatError: where the file holds something else.
            OSError: where it cannot be read.
        """
        try:
            data = Path(path).read_bytes()
        except FileNotFoundError:
            return cls()
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = None
        return cls.from_json(value, Path(path).name)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the mark into a file, atomically.

        Raises:
            OSError: where it cannot be written.
        """
        with replacing(Path(path)) as part:
            part.write_text(json.dumps(self.to_json(), ensure_ascii=False) + "\n", encoding="utf-8")


def _fields(value: Any) -> dict[str, Any]:
    found = dict(value)
    if found.pop("schema") != _SCHEMA:
        raise ValueError(_SCHEMA)
    found["chats"] = tuple(Seen(**{**chat, "last": tuple(chat["last"])}) for chat in found["chats"])
    found["place"] = None if found["place"] is None else Place(**found["place"])
    found["rows"] = tuple(Rows(**rows) for rows in found["rows"])
    found["known"] = tuple(found["known"])
    return found


def _check(value: Any) -> None:
    """Raise `TypeError` where a field holds what it may not: whoever edits a mark is told so."""
    for field in attrs.fields(type(value)):
        content = getattr(value, field.name)
        kind = str(field.type)
        if attrs.has(type(content)):
            _check(content)
        elif isinstance(content, tuple):
            for item in content:
                if attrs.has(type(item)):
                    _check(item)
                elif type(item) is not str:
                    raise TypeError
        elif type(content) is not (int if kind == "int" else str) and not (content is None and "None" in kind):
            raise TypeError


def check_mark(mark: object) -> None:
    """See whether something is a mark.

    Raises:
        OptionError: where it is none.
    """
    if not isinstance(mark, Mark):
        raise OptionError(
            "after", f"expected a Mark, not {mark!r:.80}; `wechatlog.mark` gives one, the empty one is Mark()"
        )


def check_marks(marks: object) -> None:
    """See whether something is a mapping of paths to marks.

    Raises:
        OptionError: where it is none.
    """
    if not isinstance(marks, Mapping) or not all(isinstance(mark, Mark) for mark in marks.values()):
        raise OptionError(
            "after", f"expected a mapping of paths to marks, as `Archive.marks` is one, not {marks!r:.80}"
        )
