"""Rows of files of unknown tools, whatever container they stand in, and the values of their fields.

A row is a row of a table or of a database, or an object of JSON; what gives the value of a field does not show which.
Knows no container.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from wechatlog.content.column_words import fields_of
from wechatlog.engine import Draft
from wechatlog.engine.json_values import read_list, read_string


@attrs.frozen
class NamedRow:
    """A row.

    Attributes:
        get: gives the value of a field.
        line: where it stands.
        offset: where it stands in a text.
        chat: whose it is, where that is known.
        said: what objects in it say beside the fields.
    """

    get: Any
    line: int
    offset: int | None = None
    chat: Draft | None = None
    said: Mapping[str, Any] = {}


def fields_by(row: Mapping[str, Any], told: Mapping[str, str] | None) -> dict[str, Any]:
    """The values of the fields of an object, whose keys names tell, or what objects hold."""
    return {field: row.get(key) for field, key in told.items()} if told else fields_of(row)


def text_of(value: Any) -> str:
    """A value as a text; empty for what is none."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):  # {"$date": …} of MongoDB
        return text_of(*value.values())
    return "" if value is None else str(value) if isinstance(value, int | float) else read_string(value)


def text_in(value: Any, keys: tuple[str, ...]) -> str:
    """What a text says, or one of the keys of an object, or of the first object of a list."""
    value = read_list(value)[0] if read_list(value) else value
    if isinstance(value, dict):
        return next((text_of(value[key]) for key in keys if text_of(value.get(key))), "")
    return text_of(value)
