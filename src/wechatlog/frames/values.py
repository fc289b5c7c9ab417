"""Values made such that any table can hold them: texts as UTF-8, numbers of 64 bits, times of one zone.

Takes plain values, or lists of them, gives the same where nothing has to change.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["aware_in", "naive_in_utc", "to_json_line", "within_64_bits", "without_surrogates"]

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LARGEST: Final = (1 << 63) - 1


def to_json_line(value: Any) -> str:
    """A value as a line of JSON that UTF-8 can hold: half a surrogate pair is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not text.isascii() and _SURROGATE.search(text):
        text = _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return text


def without_surrogates(values: Sequence[Any]) -> list[Any]:
    """Texts, and lists of texts, with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold."""
    return [
        value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if isinstance(value, str)
        else without_surrogates(value)
        if isinstance(value, list)
        else value
        for value in values
    ]


def within_64_bits(values: Sequence[Any]) -> list[Any]:
    """Numbers, without those that no column of 64 bits can hold: a damaged archive may claim any size of a file."""
    return [value if value is None or -_LARGEST <= value <= _LARGEST else None for value in values]


def naive_in_utc(times: Sequence[dt.datetime | None]) -> list[dt.datetime | None]:
    """The clock in UTC at each time; naive times stay as they are."""
    return [
        time if time is None or time.tzinfo is None else time.astimezone(dt.UTC).replace(tzinfo=None) for time in times
    ]


def aware_in(zone: dt.tzinfo, clocks: Sequence[Any]) -> list[Any]:
    """The opposite of `naive_in_utc`: aware times in a zone; what is no clock is left to others to complain of."""
    return [_aware_in(zone, clock) if isinstance(clock, dt.datetime) else clock for clock in clocks]


def _aware_in(zone: dt.tzinfo, clock: dt.datetime) -> dt.datetime:
    time = clock.replace(tzinfo=dt.UTC)
    try:
        return time.astimezone(zone)
    except OverflowError:  # on the first or last day that there is
        return time
