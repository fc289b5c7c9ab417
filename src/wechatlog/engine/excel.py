"""What Excel does to a CSV file that somebody opens and saves: ids rounded, clocks rewritten or made numbers.

Takes the text of a field, gives its value and says what is lost. Knows no format. Excel keeps fifteen
digits of a number and shows long ones as `7.43727E+18`; it writes clocks in the manner of its locale,
without seconds.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from typing import TYPE_CHECKING, Any, Final

from wechatlog.errors import OptionError
from wechatlog.timestamps import Clock

if TYPE_CHECKING:
    from wechatlog.engine.protocol import Context
    from wechatlog.timestamps import Precision

DATE_ORDER_OPTION: Final = {
    "date_order": '`"mdy"` or `"dmy"`: how to read a date such as 4/10/2024 of Excel; default `"mdy"`'
}
"""The option of readers whose files pass through Excel."""

_DIGITS: Final = re.compile(r"-?[0-9]{1,20}")
_FLOAT: Final = re.compile(r"[0-9](?:[.,][0-9]{1,17})?[eE]\+?[0-9]{1,3}")
_EXCEL_DIGITS: Final = 15


_NUMBER: Final = re.compile(r"[0-9]{1,19}(?:\.[0-9]{0,20})?(?:[eE]\+?[0-9]{1,2})?")
_UNITS: Final = {8: 0, 9: 0, 12: 3, 15: 6, 18: 9}
"""Unix times by the power of ten of their first digit: how many digits count parts of a second."""
_DAYS: Final = range(30_000, 80_000)
"""Those of the years 1982 to 2119 as spreadsheets count them."""
_DAY_ZERO: Final = dt.datetime(1899, 12, 30)


def read_number_of_time(text: str) -> float | Clock | None:
    """The Unix seconds that a number stands for, or the clock that a spreadsheet made one of; `None` for another text.

    One that a spreadsheet rounded to more than a second is no time any more.
    """
    if _NUMBER.fullmatch(text) is None:
        return None
    number = decimal.Decimal(text)
    unit = _UNITS.get(number.adjusted())
    if unit is not None and int(number.as_tuple().exponent) <= unit:
        return float(number.scaleb(-unit))
    if number.adjusted() != 4 or int(number) not in _DAYS:
        return None
    seconds = round(number * 86400)
    return Clock(_DAY_ZERO + dt.timedelta(seconds=seconds), "second" if seconds % 86400 else "day")


def check_date_order(context: Context, *, orders: tuple[str, ...] = ("mdy", "dmy")) -> Any:
    """The value of the option, or `None` where it was not given.

    Raises:
        OptionError: where it is none of the orders.
    """
    value = context.options.get("date_order")
    if value not in (None, *orders):
        raise OptionError("date_order", f"must be one of {', '.join(orders)}, not {value!r}")
    return value


def is_rewritten(clock: str) -> bool:
    """Whether a clock text is one that Excel wrote: with slashes, without leading zeros or seconds."""
    return "/" in clock


def read_server_id(value: str, context: Context, *, line: int | None = None, excel: bool = False) -> str | None:
    """A server id with all of its digits, or `None`; one that Excel rounded is dropped and reported.

    Args:
        value: the field.
        context: told of a rounded id (`rounded-id`) and of one that is no number (`bad-id`).
        line: 1-based line of the row.
        excel: whether the row shows that Excel saved it; zeros after the fifteenth digit then count as lost
            digits.
    """
    if not excel and value.isdigit() and value.isascii() and value[0] != "0" and len(value) <= 20:
        return value
    text = value.strip().strip("'")
    if not text.strip("0"):
        return None
    if _DIGITS.fullmatch(text):
        if not excel or len(text) < _EXCEL_DIGITS + 3 or text[_EXCEL_DIGITS:].strip("0"):
            return text
    elif not _FLOAT.fullmatch(text):
        context.report("bad-id", f"not a message id: {text[:60]!r}", line=line)
        return None
    context.report("rounded-id", f"Excel rounded the message id to {text[:60]}; it was dropped", line=line)
    return None


def read_local_clock(
    text: str, context: Context, *, line: int | None = None
) -> tuple[dt.datetime | None, Precision | None]:
    """The time and precision of a clock that Excel may have rewritten.

    Args:
        text: `2024-10-04 11:42:07`, `2024/10/4 11:42`, or `10/4/2024 11:42` of an English Excel, for which
            the option `date_order` counts and which is reported (`ambiguous-date`) where it could be either.
        context: has the option, and is told of what is no time.
        line: 1-based line of the row.
    """
    if len(text) == 19 and text[4] == text[7] == "-":  # nearly all of them
        try:
            time = dt.datetime.fromisoformat(text)
            return time if context.tz is None else context.wall_time(time), "second"
        except ValueError:  # told there
            pass
    return context.clock(text, line=line)
