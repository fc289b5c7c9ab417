"""Values made such that any table can hold them: texts as UTF-8, numbers of 64 bits, times of one zone.

Takes plain values, or lists of them, gives the same where nothing has to change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from wechatlog.timestamps import in_zone
from wechatlog.utf8 import whole

Made = TypeVar("Made")

_LARGEST: Final = (1 << 63) - 1
_EPOCH: Final = dt.datetime(1970, 1, 1)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


def held(make: Callable[[Sequence[Any]], Made], values: Sequence[Any]) -> Made:
    """What is made of values, without those that it cannot hold.

    Half a surrogate pair becomes U+FFFD, and a number of more than 64 bits nothing: a damaged archive may claim any
    size of a file.
    """
    try:
        return make(values)
    except UnicodeEncodeError:
        return held(make, without_surrogates(values))
    except (OverflowError, TypeError):
        fitting = [None if isinstance(value, int | float) and abs(value) > _LARGEST else value for value in values]
        if fitting == values:
            raise
        return held(make, fitting)


def without_surrogates(values: Sequence[Any]) -> list[Any]:
    """Texts, and lists of texts, with U+FFFD for each half of a surrogate pair, which UTF-8 cannot hold."""
    return [
        whole(value) if isinstance(value, str) else without_surrogates(value) if isinstance(value, list) else value
        for value in values
    ]


def microseconds(times: Sequence[dt.datetime | None]) -> list[int | None]:
    """Microseconds since the beginning of 1970, of aware times in UTC, of naive ones by their own clock."""
    aware = any(time is not None and time.tzinfo is not None for time in times)
    epoch = _EPOCH.replace(tzinfo=dt.UTC) if aware else _EPOCH
    return [None if time is None else (time - epoch) // _MICROSECOND for time in times]


def aware_in(zone: dt.tzinfo, clocks: Sequence[Any]) -> list[Any]:
    """Times in a zone, of the clocks that UTC shows at them; what is no clock is left to others to complain of."""
    return [_aware_in(zone, clock) for clock in clocks]


def _aware_in(zone: dt.tzinfo, clock: Any) -> Any:
    if isinstance(clock, dt.datetime):
        return in_zone(clock.replace(tzinfo=dt.UTC), zone)
    if type(clock) is not int:
        return clock
    edge = (
        dt.datetime(1, 1, 1) if clock < 0 else dt.datetime(9999, 12, 31)
    )  # UTC has no day for it, the zone may have one
    try:
        offset = zone.utcoffset(edge) or dt.timedelta()
        return (_EPOCH + (dt.timedelta(microseconds=clock) + offset)).replace(tzinfo=zone)
    except OverflowError:
        return clock
