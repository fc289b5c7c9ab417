"""Every clock text to a `datetime` and its precision.

Fixed forms go through `datetime.fromisoformat` or one pattern; python-dateutil is kept for the odd ones, since it
is about forty times slower. The machine's own zone, locale and clock are never consulted: what a text does not
say must come from the caller. This module knows no chat format.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

Precision: TypeAlias = Literal["second", "minute", "day"]
ZoneLike: TypeAlias = "str | dt.tzinfo"
Day: TypeAlias = "dt.datetime | dt.date | str"
"""Where a span of time begins or ends: a time, a day, or a text in ISO form that is one of them."""

ASSUMED_ZONE: Final = "Asia/Shanghai"
"""The zone of Unix times when nobody names one: WeChat's home, and where nearly all archives were made."""


_UNITS: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which size on a number counts parts of a second, and how many."""


class Clock(NamedTuple):
    """A point in time as a text gives it.

    Attributes:
        time: naive, or aware where the text carries an offset.
        precision: the smallest unit that the text gives.
    """

    time: dt.datetime
    precision: Precision


class UnixTimes(Sequence[dt.datetime]):
    """Times of one zone as the seconds since 1970: for columns of which nobody may ever ask for a `datetime`."""

    __slots__ = ("seconds", "zone")

    def __init__(self, seconds: Sequence[int], zone: dt.tzinfo) -> None:
        self.seconds, self.zone = seconds, zone

    def __len__(self) -> int:
        return len(self.seconds)

    def __iter__(self) -> Iterator[dt.datetime]:
        return map(dt.datetime.fromtimestamp, self.seconds, itertools.repeat(self.zone))

    def __getitem__(self, place: Any) -> Any:
        found = self.seconds[place]
        return UnixTimes(found, self.zone) if isinstance(place, slice) else dt.datetime.fromtimestamp(found, self.zone)

    @property
    def extremes(self) -> UnixTimes:
        """The first and the last of them."""
        return UnixTimes((min(self.seconds), max(self.seconds)), self.zone)


_EPOCH: Final = dt.datetime(1970, 1, 1)
_EPOCH_AWARE: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def instant(time: dt.datetime) -> dt.timedelta:
    """What times are compared and subtracted by: Python takes the wall clocks of aware times of one zone for that.

    The clocks go back by an hour in autumn. A naive time counts as it stands.
    """
    return time - (_EPOCH if time.tzinfo is None else _EPOCH_AWARE)


def identity_of(time: dt.datetime | None) -> dt.datetime | dt.timedelta | None:
    """What a time is equal by: an aware one by its instant, whatever zone shows it, and a naive one as it stands.

    Python finds the two hours equal that one clock shows when it goes back, and neither equal to that of another zone
    (PEP 495).
    """
    return time if time is None or time.tzinfo is None else instant(time)


def span(times: Iterable[dt.datetime | None]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The first and the last of some times; `None` twice where none of them is known."""
    known = [time for time in times if time is not None]
    return min(known, default=None, key=instant), max(known, default=None, key=instant)


_CLOCK_END: Final = {"second": 19, "minute": 16, "day": 11, None: 19}


def day_and_clock(time: dt.datetime | None, precision: Precision | None) -> tuple[str, str]:
    """A time for people, as exactly as it is known: `2026-05-01` and `09:01:30`; empty texts for what is not known."""
    text = "" if time is None else time.isoformat(" ")
    return text[:10], text[11 : _CLOCK_END[precision]]


def parse_day(text: str) -> dt.date | dt.datetime:
    """A day (`2026-05-01`) or a time (`2026-05-01T09:30`) of a text in ISO form.

    Raises:
        ValueError: where it is neither.
    """
    try:
        return dt.date.fromisoformat(text) if len(text) <= 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date (2026-05-01) and no time (2026-05-01T09:30)") from None


def moment(day: Day | None, zone: dt.tzinfo | None, *, last: bool) -> dt.timedelta | None:
    """The instant at which a span begins or ends.

    Args:
        day: a time, a day or an ISO text; `None` for no bound.
        zone: that of the times, which a bound without one means; `None` where the times are naive.
        last: the span ends here; a day is then included.

    Raises:
        TypeError: for a bound with a zone where the times have none.
        ValueError: for a text that is no ISO date or time.
    """
    if day is None:
        return None
    if isinstance(day, str):
        day = parse_day(day)
    if not isinstance(day, dt.datetime):
        day = dt.datetime.combine(day, dt.time())
        if last and day.date() == dt.date.max:
            return None
        day += dt.timedelta(days=last)
    if day.tzinfo is None:
        return instant(day.replace(tzinfo=zone))
    if zone is None:
        raise TypeError("this conversation has naive times; pass a bound without a zone, or load it with tz=")
    return instant(day)


def in_span(low: dt.timedelta | None, high: dt.timedelta | None) -> Callable[[dt.datetime | None], bool]:
    """A test whether a time is known and lies between two instants, the second excluded; `None` for no bound."""

    def is_inside(time: dt.datetime | None) -> bool:
        if time is None:
            return False
        point = instant(time)
        return (low is None or point >= low) and (high is None or point < high)

    return is_inside


def in_zone(time: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """An aware time in a zone; one so near the year 1 or 9999 that the zone has no day for it stays as it is."""
    if time.tzinfo is zone:
        return time
    here = time.replace(tzinfo=zone)
    if here.utcoffset() == time.utcoffset():
        return here
    try:
        return time.astimezone(zone)
    except (OverflowError, ValueError):
        return time


def resolve_zone(zone: ZoneLike) -> dt.tzinfo:
    """A `tzinfo` from itself, an IANA name (`"Asia/Shanghai"`) or an offset (`"+08:00"`).

    Raises:
        ValueError: for a name that is not known.
        TypeError: for another type.
    """
    if isinstance(zone, dt.tzinfo):
        return zone
    if not isinstance(zone, str):
        raise TypeError(f"tz must be a zone name or a tzinfo, not {type(zone).__name__}")
    return _zone_of(zone)


@functools.cache
def _zone_of(name: str) -> dt.tzinfo:
    if name.upper() in ("UTC", "Z"):
        return dt.UTC
    if match := re.fullmatch(r"(?:UTC)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", name):
        sign, hours, minutes = match.groups()
        name = f"{sign}{hours:0>2}:{minutes or '00'}"
    try:
        return zone_from_name(name)
    except ValueError:
        import difflib
        import zoneinfo

        near = difflib.get_close_matches(name, sorted(zoneinfo.available_timezones()), 1)
        hint = f"did you mean {near[0]}?" if near else "use a name such as Asia/Shanghai or an offset such as +08:00"
        raise ValueError(f"unknown time zone: {name!r}; {hint}") from None


def zone_from_name(name: str) -> dt.tzinfo:
    """The zone that `zone_name` named.

    Raises:
        ValueError: for a name that is not known.
    """
    import zoneinfo

    try:
        if name.startswith(("+", "-")):
            zone = dt.datetime.fromisoformat(f"2000-01-01T00:00:00{name}").tzinfo
            assert zone is not None  # noqa: S101 - an offset always gives one
            return zone
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone: {name!r}") from error


def zone_name(zone: dt.tzinfo) -> str | None:
    """A name from which `zone_from_name` makes an equal zone: an IANA name or an offset; `None` for other kinds."""
    if isinstance(zone, dt.timezone):
        return dt.datetime(2000, 1, 1, tzinfo=zone).isoformat()[19:]
    key = getattr(zone, "key", None)
    return key if isinstance(key, str) else None


def from_unix(seconds: float, zone: dt.tzinfo) -> dt.datetime:
    """An aware time from Unix seconds (milli-, micro- and nanoseconds are told by their size).

    Args:
        seconds: since 1970-01-01 UTC.
        zone: of the result.

    Raises:
        ValueError: outside the years 1970 to 9999, and for 0, which stands for no time.
    """
    for least, unit in _UNITS:
        if seconds >= least:
            seconds /= unit
            break
    try:
        if seconds <= 0:
            raise ValueError
        return dt.datetime.fromtimestamp(seconds, zone)
    except (OverflowError, ValueError, OSError) as error:
        raise ValueError(f"not a Unix time: {seconds!r}") from error


# Digits are ASCII on purpose: `\d` would take full-width ones.
_DATE = r"(?P<year>[0-9]{4})(?:-|/|\.|年)(?P<month>[0-9]{1,2})(?:-|/|\.|月)(?P<day>[0-9]{1,2})日?"
_HALF = r"(?P<half>上午|下午|中午|凌晨|早上|早晨|晚上|傍晚|清晨|夜里|半夜|午夜|AM|PM|am|pm|[ap]\.m\.)"
_TIME = (
    r"(?P<hour>[0-9]{1,2})(?::|：|时|点)(?P<minute>[0-9]{2})"
    r"(?:(?::|：|分)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?秒?|分)?"
)
_HALF2 = _HALF.replace("half", "half2")
_OFFSET = r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})"
_GAP = r"[T \u00a0\u2002-\u200a\u202f\u3000]*"
_WEEKDAY = r"(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天])"

_ABSOLUTE: Final = re.compile(
    rf"{_DATE}{_GAP}(?:(?:星期|周)[一二三四五六日天]{_GAP})?"
    rf"(?:{_HALF}?{_GAP}{_TIME}(?:{_GAP}{_HALF2})?(?: ?{_OFFSET})?)?"
)
_COMPACT: Final = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:[T _-]?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}))?)?(?P<offset>Z|[+-][0-9]{4})?"
)
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second", "half", "half2", "fraction", "offset")
_SHORT_DATE: Final = re.compile(
    rf"(?P<month>[0-9]{{1,2}})(?:-|/|月)(?P<day>[0-9]{{1,2}})日?{_GAP}{_HALF}?{_GAP}{_TIME}"
)
_RELATIVE: Final = re.compile(
    rf"(?:(?P<word>今天|昨天|前天|Yesterday|Today|yesterday|today)|{_WEEKDAY})?{_GAP}{_HALF}?{_GAP}{_TIME}"
    rf"(?:{_GAP}{_HALF2})?"
)
_DAYS_BACK: Final = {"今天": 0, "昨天": 1, "前天": 2, "today": 0, "yesterday": 1}
_SUNDAY: Final = 6
_SET_BACK: Final = frozenset({2, 3, 4, 9, 10, 11})
_WEEKDAYS: Final = "一二三四五六日"
_NO_WORD: Final = re.compile(r"[\W_]+")
_MORNING: Final = frozenset({"上午", "凌晨", "早上", "早晨", "清晨", "am"})
_EVENING: Final = frozenset({"晚上", "夜里", "半夜", "午夜"})
_NIGHT: Final = frozenset({"夜里", "半夜", "午夜"})


def is_set_back(before: dt.datetime, after: dt.datetime, zone: dt.tzinfo | None = None) -> bool:
    """Whether a wall clock went back because daylight saving ended between two messages.

    Args:
        before: the clock of the earlier message.
        after: that of the later one, which shows less.
        zone: where the clocks were, or `None`: then any Sunday before four o'clock may be such a night, in the months
            in which some country sets its clocks back.

    Example:
        >>> is_set_back(dt.datetime(2025, 11, 2, 1, 55), dt.datetime(2025, 11, 2, 1, 3))
        True
    """
    if not dt.timedelta(0) < before - after < dt.timedelta(hours=1):
        return False
    if zone is not None:
        first, second = (after.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
        return first is not None and second is not None and first > second
    return before.weekday() == _SUNDAY and before.hour < 4 and before.month in _SET_BACK


def parse_clock(text: str, *, today: dt.date | None = None) -> Clock | None:
    """Read a clock text.

    Understood: ISO 8601, `2017/8/19 7:14[:35]`, `2017年8月19日 17:33`, `17时33分`, `20170819173300`, with
    `上午`/`下午`/`AM`/`PM` on either side of the clock, with an offset; relative days (`昨天 21:30`, `星期三 21:30`,
    `21:30`) and dates without a year (`08-19 07:14:35`), which need `today`; as a last resort whatever
    python-dateutil reads without guessing a part.

    Args:
        text: the clock text, white space around it allowed.
        today: the day on which the text was written, which relative days count back from.

    Returns:
        `None` where the text is no complete time, or a relative one without `today`.
    """
    if len(text) == 19 and text[4] == "-" and text[10] in " T":
        with contextlib.suppress(ValueError):
            return Clock(dt.datetime.fromisoformat(text), "second")
    if len(text) == 24 and text[23] == "Z" and text[7] == "-" and text[10] == "T":  # as JavaScript writes it
        with contextlib.suppress(ValueError):
            return Clock(dt.datetime.fromisoformat(text[:23]).replace(tzinfo=resolve_zone("Z")), "second")
    text = text.strip()
    if match := _ABSOLUTE.fullmatch(text):
        return _build_plain(match) or _build(match, None)
    if match := _SHORT_DATE.fullmatch(text):
        day = today and today.replace(day=1)  # no 31st is lost in a shorter month
        return _build(match, day)
    if match := _RELATIVE.fullmatch(text):
        return _build(match, _relative_day(match, today))
    if match := _COMPACT.fullmatch(text):
        return _build(match, None)
    return _parse_odd(text)


@functools.lru_cache(maxsize=4096)
def cached_clock(text: str, today: dt.date | None) -> Clock | None:
    """`parse_clock`, remembered: formats without seconds repeat themselves, and headers are looked at twice."""
    return parse_clock(text, today=today)


def _build_plain(match: re.Match[str]) -> Clock | None:
    """The time of digits alone, which is what nearly every header has; `None` for all else."""
    year, month, day, hour, minute, second, half, half2, fraction, offset = match.group(*_PARTS)
    if hour is None or half or half2 or fraction or offset:
        return None
    try:
        time = dt.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    return Clock(time, "second" if second else "minute")


def _relative_day(match: re.Match[str], today: dt.date | None) -> dt.date | None:
    if today is None:
        return None
    if word := match["word"]:
        return today - dt.timedelta(days=_DAYS_BACK[word.lower()])
    if weekday := match["weekday"]:
        index = _WEEKDAYS.index("日" if weekday == "天" else weekday)
        return today - dt.timedelta(days=(today.weekday() - index) % 7 or 7)
    return today


def _build(match: re.Match[str], day: dt.date | None) -> Clock | None:
    """The time of a match, on a day where it names none, or in the year of the day where it names no year."""
    groups = match.groupdict()
    try:
        if groups.get("year"):
            day = dt.date(int(groups["year"]), int(groups["month"]), int(groups["day"]))
        elif day is not None and "month" in groups:
            day = day.replace(month=int(groups["month"]), day=int(groups["day"]))
        if day is None:
            return None
        if groups["hour"] is None:
            return Clock(dt.datetime.combine(day, dt.time()), "day")
        half = groups.get("half") or groups.get("half2")
        hour = hour_of_day(int(groups["hour"]), half or None)
        fraction = (groups.get("fraction") or "0")[:6].ljust(6, "0")
        clock = dt.time(
            hour,
            int(groups["minute"]),
            int(groups["second"] or 0),
            int(fraction),
            resolve_zone(offset) if (offset := groups.get("offset")) else None,
        )
    except ValueError:
        return None
    return Clock(dt.datetime.combine(day, clock), "second" if groups["second"] else "minute")


def hour_of_day(hour: int, half: str | None) -> int:
    """The hour of a 24-hour clock; `下午12:30` is half past noon and `上午12:30` half past midnight.

    Args:
        hour: as the clock shows it.
        half: of the day: `am`, `p.m.`, `下午`, `凌晨`, …; `None` for a clock of 24 hours.
    """
    half = None if half is None else _NO_WORD.sub("", half).lower()
    if half is None or hour > 12:
        return hour
    if half in _NIGHT and hour != 12 and hour < 6:
        return hour
    if half in _MORNING:
        return hour % 12
    if half == "中午":
        return hour if hour >= 10 else hour + 12
    if half in _EVENING and hour == 12:
        return 0
    return hour % 12 + 12


@functools.lru_cache(maxsize=4096)
def _parse_odd(text: str) -> Clock | None:
    """What no pattern takes, with python-dateutil; two defaults show which parts the text itself gives."""
    if (
        len(text) > 64
        or not re.search(r"(?<![0-9])[0-9]{4}(?![0-9])", text)
        or any(c.isdigit() > c.isascii() for c in text)
    ):
        return None  # no year to be sure of, or digits that no exporter writes
    from dateutil import parser

    def zone_of(_name: str | None, offset: int | None) -> dt.tzinfo | None:
        """Keep it from asking the machine what `CST` means."""
        return None if offset is None else dt.timezone(dt.timedelta(seconds=offset))

    try:
        one, two = (
            parser.parse(text, default=default, tzinfos=zone_of)
            for default in (dt.datetime(2000, 1, 1), dt.datetime(2004, 2, 2, 1))
        )
    except (ValueError, OverflowError, TypeError, ArithmeticError, AttributeError):
        return None
    if one != two and one.date() == two.date() and one.replace(hour=0) == two.replace(hour=0):
        return Clock(one.replace(hour=0), "day")
    if one != two:
        return None
    return Clock(one, "second" if text.count(":") >= 2 else "minute")
