"""Whether day or month comes first in dates whose year stands last (`5/1/2026 08:00`): what the dates of a file show.

Takes a text, gives the order, or nothing where it could be either. Knows no format.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Order: TypeAlias = Literal["dmy", "mdy"]
ORDERS: Final[tuple[Order, Order]] = ("dmy", "mdy")
Written: TypeAlias = tuple[str, ...]
"""What stands first in a date, what second, and the year."""

_HALF: Final = "[AaPp][Mm]|上午|下午"
YEAR_LAST: Final = re.compile(
    r"(?<![^\n\r\t,;\"'(\[>])(?P<one>[0-9]{1,2})(?P<mark>[/.-])(?P<two>[0-9]{1,2})(?P=mark)"
    r"(?P<year>[0-9]{4}|(?<=/)[0-9]{2}(?=,? {1,2}[0-9:]{4}))(?![0-9/.-])"
    rf"(?:(?:,? {{1,2}}|T)(?P<half>{_HALF})?(?P<clock>[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)"
    rf"(?: ?(?P<half2>{_HALF}))?|(?=[\t,;\"'\r\n]|\Z))"
)
"""A date whose year stands last, at the start of a line or a field, and a clock behind it, or the end of the field."""
_MOST: Final = 20_000
"""Dates that are looked at; one that follows itself counts once, so that busy days hide none that decides."""


def find_date_order(dates: Iterable[Written], *, is_sorted: bool = False) -> Order | None:
    """What comes first in dates: what makes days of all of them, and else what puts them in order.

    Args:
        dates: as they stand in the file.
        is_sorted: the newest is never first.
    """
    found = list(itertools.islice((date for date, _ in itertools.groupby(dates)), _MOST))
    day_first, month_first = (_disorder([day_of(date, order) for date in found], is_sorted) for order in ORDERS)
    if day_first == month_first:
        return None
    return "dmy" if day_first < month_first else "mdy"


def day_of(date: Written, order: str) -> dt.date | None:
    """The day of a date whose year stands last; `None` where there is no such day."""
    one, two, year = date
    month, day = (two, one) if order == "dmy" else (one, two)
    try:
        return dt.date(int(year) if len(year) > 2 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return None


def _disorder(days: list[dt.date | None], is_sorted: bool) -> tuple[int, int]:
    """How many dates are none, and how many stand against the direction of the others."""
    steps = list(itertools.pairwise(day for day in days if day is not None))
    back, on = sum(one > two for one, two in steps), sum(one < two for one, two in steps)
    return days.count(None), back if is_sorted else min(back, on)
