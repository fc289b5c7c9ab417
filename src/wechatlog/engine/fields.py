"""Which keys of an object, or columns of a row, hold the fields of a segment: a table, compiled to functions.

`Fields({MessageKind.LINK: "title=linkTitle url=linkUrl|linkPath"})` reads the fields of a link from any mapping: the
first key that holds something counts, `a.b` is a key of an inner object. What a field is (seconds, bytes, degrees,
state, text, the picture on a card) follows from its name, whatever tool wrote it. Knows no format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from wechatlog.content.vocabulary import PLAIN_KINDS, TRANSFER_STATES, segment_for
from wechatlog.engine.json_values import read_degrees, read_integer, read_string
from wechatlog.engine.reading import local_picture
from wechatlog.segments.types import Image

if TYPE_CHECKING:
    from wechatlog.model import MessageKind
    from wechatlog.segments import Segment

Getter: TypeAlias = "Callable[[Mapping[str, Any]], Any]"


def _seconds(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9 else None


def _size(value: Any) -> int | None:
    number = read_integer(value)
    return number if number is not None and number > 0 else None


def _state(value: Any) -> str | None:
    number = read_integer(value)
    return None if number is None else TRANSFER_STATES.get(number)


def _milliseconds(value: Any) -> float | None:
    seconds = _seconds(value)
    return None if seconds is None else seconds / 1000


_CONVERTERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "seconds": _seconds,
    "milliseconds": _milliseconds,
    "size": _size,
    "latitude": read_degrees,
    "longitude": read_degrees,
    "state": _state,
    "thumb": local_picture,
}
"""What a field of a segment is; the others are text."""


def path_getter(paths: str) -> Getter:
    """A function that gives the first value that is there: `"a|b.c"` asks the key `a`, then `c` in the object `b`."""
    ways = [path.split(".") for path in paths.split("|")]
    if len(ways) == 1 and len(ways[0]) == 1:
        (key,) = ways[0]
        return lambda row: row.get(key)
    if all(len(way) == 1 for way in ways):
        keys = [key for (key,) in ways]

        def get_first(row: Mapping[str, Any]) -> Any:
            for key in keys:
                if (value := row.get(key)) not in (None, ""):
                    return value
            return None

        return get_first

    def get(row: Mapping[str, Any]) -> Any:
        for way in ways:
            value: Any = row
            for key in way:
                value = value.get(key) if isinstance(value, Mapping) else None
            if value not in (None, ""):
                return value
        return None

    return get


class Fields:
    """The fields of segments in the rows of one format.

    Args:
        by_kind: the fields of each kind: `"title=title|des url=url"`.
    """

    def __init__(self, by_kind: Mapping[MessageKind, str]) -> None:
        self._by_kind = {kind: [_field(*word.split("=")) for word in spec.split()] for kind, spec in by_kind.items()}

    def read(self, kind: MessageKind, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that a row has for the segment of a kind; those that it does not have are left out."""
        found: dict[str, Any] = {}
        for name, get, convert in self._by_kind.get(kind, ()):
            value = get(row)
            if value is not None and (value := convert(value)) not in (None, ""):
                found[name] = value
        return found

    def segments(self, kind: MessageKind, raw: str, row: Mapping[str, Any], **more: Any) -> tuple[Segment, ...] | None:
        """The one segment of a message, with what the row and `more` say; `None` for a kind that is plain text."""
        return None if kind in PLAIN_KINDS else one_segment(kind, raw, **self.read(kind, row), **more)


def _field(name: str, paths: str) -> tuple[str, Getter, Callable[[Any], Any]]:
    return name.removeprefix("milli"), path_getter(paths), _CONVERTERS.get(name, read_string)


def one_segment(kind: MessageKind, raw: str, /, **fields: Any) -> tuple[Segment, ...]:
    """A body of one segment; fields that are empty count as unknown.

    Behind a card comes the picture on it, where the fields have a `thumb`: the export has it as a file.
    """
    thumb = fields.pop("thumb", None)
    return with_thumb((segment_for(kind, raw, **fields),), thumb)


def with_thumb(segments: tuple[Segment, ...], thumb: str | None) -> tuple[Segment, ...]:
    """The segments of a card and the picture on it, which has no part of the text."""
    return (*segments, Image(path=thumb)) if thumb else segments
