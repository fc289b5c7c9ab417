"""Values of JSON exports made safe: what a field should be, whatever a file has there.

Takes parsed JSON values, gives what readers need; a wrong type never raises. Knows no format.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from wechatlog.engine.protocol import Context

__all__ = [
    "is_rounded_number",
    "read_degrees",
    "read_flag",
    "read_identifier",
    "read_integer",
    "read_list",
    "read_object",
    "read_string",
]

_INTEGER: Final = re.compile(r"-?[0-9]{1,30}")
_ROUNDED: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+|[0-9]+\.[0-9]+")
_FLAGS: Final = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "y", "t", "是"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "n", "f", "否"), False),
}


def read_string(value: Any) -> str:
    """Text; `""` for what is missing or null. Other values become their JSON text: nothing is lost."""
    if isinstance(value, str):
        return value
    try:
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def read_integer(value: Any) -> int | None:
    """A whole number, also one that is written as text or as `1.0`."""
    if type(value) is int:
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value == int(value) else None
    found = _INTEGER.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(found[0]) if found else None


def read_degrees(value: Any) -> float | None:
    """A coordinate, also one that is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) <= 360 else None


def read_flag(value: Any) -> bool | None:
    """Yes or no: `true`, `1`, `"1"`, `"yes"`, `"是"`; `None` for null and everything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value == 1 if value in (0, 1) else None
    return _FLAGS.get(value.strip().lower()) if isinstance(value, str) else None


def read_object(value: Any) -> dict[str, Any]:
    """An object; `{}` for anything else."""
    return value if isinstance(value, dict) else {}


def read_list(value: Any) -> list[Any]:
    """A list; `[]` for anything else."""
    return value if isinstance(value, list) else []


def first_object(value: Any) -> dict[str, Any]:
    """The first object of a list; `{}` where it does not begin with one."""
    return read_object(value[0]) if isinstance(value, list) and value else {}


def is_rounded_number(digits: str) -> bool:
    """Whether JavaScript writes so a number that it cannot hold: zeros behind sixteen or seventeen digits.

    One true id in a hundred looks so too: ask this of files of a tool that is known to do it.
    """
    if len(digits) < 18 or not digits.endswith("00") or not digits.isascii() or not digits.isdigit():
        return False
    mantissa, _, exponent = repr(float(digits)).partition("e+")
    shortest = mantissa.replace(".", "").removesuffix("0")
    return shortest.ljust(int(exponent or 0) + 1, "0") == digits


def read_identifier(context: Context, value: Any, line: int | None = None, *, javascript: bool = False) -> str | None:
    """The server's id of a message with all its digits; `0` stands for none.

    One that went through floating-point numbers has lost digits: it is dropped, and reported.

    Args:
        context: takes the report.
        value: as the file has it.
        line: 1-based line.
        javascript: the writer is known to put ids through numbers of JavaScript.
    """
    if value is None:
        return None
    if not javascript and type(value) is str and value.isdigit() and value.isascii() and value[0] != "0":
        return value
    if (
        isinstance(value, float)
        or (isinstance(value, str) and _ROUNDED.fullmatch(value.strip()))
        or (javascript and is_rounded_number(str(value).strip()))
    ):
        context.report("rounded-id", f"the message id {value!r} has lost digits and was dropped", line=line)
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value.strip()
    return value if value.strip("0") else None
