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


def find_date_order(blocks: Iterable[str]) -> Order | None:
    """What comes first in the dates of a text: what makes days of all of them, and else what puts them in order.

    Args:
        blocks: the text in pieces; a date that is parted is passed over.
    """
    found = itertools.chain.from_iterable(map(YEAR_LAST.finditer, blocks))
    written = (match.group("one", "two", "year") for match in found if match["mark"] != ".")
    runs = itertools.islice((date for date, _ in itertools.groupby(written)), _MOST)
    dates = [(int(one), int(two), int(year)) for one, two, year in runs]
    day_first = _disorder([_day(year, two, one) for one, two, year in dates])
    month_first = _disorder([_day(year, one, two) for one, two, year in dates])
    if day_first == month_first:
        return None
    return "dmy" if day_first < month_first else "mdy"


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None


def _disorder(days: list[dt.date | None]) -> tuple[int, int]:
    """How many dates are none, and how many stand against the direction of the others."""
    known = [day for day in days if day is not None]
    pairs = list(itertools.pairwise(known))
    return days.count(None), min(sum(one > two for one, two in pairs), sum(one < two for one, two in pairs))
