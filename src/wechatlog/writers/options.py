"""Values of writers' options, as Python gives them and as the command line does: text.

Takes the options of one call, gives checked values, and an `OptionError` for any other. Knows no form.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from wechatlog.errors import OptionError

_Word = TypeVar("_Word", bound=str)

PICTURE_OPTIONS: Final[Mapping[str, str]] = {
    "media_root": "the folder, or the ZIP, that the paths of the archive start from: its pictures are put into the "
    "document",
    "aes_key": "your own key of WeChat's encrypted pictures (V2)",
    "xor_key": "your own number of WeChat's encrypted pictures, such as `0x37`",
}
"""The options of documents that have the pictures in them."""

_FLAGS: Final[Mapping[str, bool]] = {
    "true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


def flag_option(options: Mapping[str, Any], name: str, default: bool) -> bool:
    """The truth value of an option: a `bool`, or a text such as `true` or `no`."""
    value = options.get(name, default)
    found = _FLAGS.get(str(value).strip().casefold())
    if found is None:
        raise OptionError(name, f"expected true or false, not {value!r}")
    return found


def choice_option(options: Mapping[str, Any], name: str, choices: tuple[_Word, ...]) -> _Word:
    """The word of an option; the first of its choices is the default."""
    value = options.get(name, choices[0])
    if value not in choices:
        raise OptionError(name, f"expected {' or '.join(choices)}, not {value!r}")
    return choices[choices.index(value)]


def number_option(options: Mapping[str, Any], name: str, default: int, *, least: int = 0, most: int = 1 << 53) -> int:
    """The whole number of an option, from `least` to `most`: an `int`, or a text of digits."""
    value = options.get(name, default)
    try:
        number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise OptionError(name, f"expected a number from {least} to {most}, not {value!r}")
    return number


def folder_option(options: Mapping[str, Any], name: str) -> Path | None:
    """The folder of an option, or the ZIP, or a folder in one; `None` where it is not given."""
    value = options.get(name)
    if value is None:
        return None
    if isinstance(value, str | Path):
        path = Path(value)
        file = next((above for above in (path, *path.parents) if above.exists()), path)
        if path.is_dir() or (file.is_file() and zipfile.is_zipfile(file)):
            return path
    raise OptionError(name, f"no folder {str(value)!r}")


def text_option(options: Mapping[str, Any], name: str) -> str | None:
    """The text of an option, which is not blank, or `None` where it is not given."""
    value = options.get(name)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise OptionError(name, f"expected a text, not {value!r}")
    return value


def texts_option(options: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """Several words: a text with commas, or a collection of texts; `None` where the option is not given."""
    value = options.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return () if value.strip() in ("", "none") else tuple(part.strip() for part in value.split(","))
    try:
        return tuple(str(part) for part in value)
    except TypeError:
        raise OptionError(name, f"expected words separated by commas, not {value!r}") from None
