"""Values of writers' options, as Python gives them and as the command line does: text.

Takes the options of one call, gives checked values. Knows no form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wechatlog.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["choice_option", "flag_option", "number_option"]

_FLAGS: Final[Mapping[str, bool]] = {
    "true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


def flag_option(options: Mapping[str, Any], name: str, default: bool) -> bool:
    """The truth value of an option: a `bool`, or a text such as `true` or `no`.

    Raises:
        OptionError: for anything else.
    """
    value = options.get(name, default)
    found = _FLAGS.get(str(value).strip().casefold())
    if found is None:
        raise OptionError(name, f"expected true or false, not {value!r}")
    return found


def choice_option(options: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    """The word of an option; the first of its choices is the default.

    Raises:
        OptionError: for another word.
    """
    value = options.get(name, choices[0])
    if value not in choices:
        raise OptionError(name, f"expected {' or '.join(choices)}, not {value!r}")
    return str(value)


def number_option(options: Mapping[str, Any], name: str, default: int, *, least: int = 0, most: int = 1 << 53) -> int:
    """The whole number of an option: an `int`, or a text of digits.

    Raises:
        OptionError: for anything else, and outside `least` to `most`.
    """
    value = options.get(name, default)
    try:
        number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise OptionError(name, f"expected a number from {least} to {most}, not {value!r}")
    return number
