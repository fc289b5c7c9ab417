"""The conditions of a query that a scan can take over, so that rows nobody asked for are not made.

An engine says what it filters by as simple comparisons; `narrow` gives the arguments of `wechatlog.scan` that keep at
least the rows which pass. Who asks filters the rows again: what is not understood here is left out, and never wrong.
Knows no engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from wechatlog.model import MessageKind

_ARGUMENTS: Final = {
    "sender": "sender",
    "sender_id": "sender",
    "kind": "kind",
    "conversation": "conversation",
    "conversation_id": "conversation",
}
"""Which argument of `scan` narrows a column."""
_KINDS: Final = frozenset(kind.value for kind in MessageKind)
_MOMENT: Final = dt.timedelta(microseconds=1)


class Condition(NamedTuple):
    """A comparison that every row must pass.

    Attributes:
        column: of the table of messages.
        operator: `==`, `<`, `<=`, `>`, `>=`, or `in`.
        value: what the column is compared with; several for `in`.
    """

    column: str
    operator: str
    value: Any


def narrow(conditions: Iterable[Condition], *, aware: bool) -> dict[str, Any]:
    """The arguments of `scan` that keep at least the rows which pass all conditions, by times with a zone or naive."""
    found: dict[str, Any] = {}
    for column, operator, value in conditions:
        if column == "time":
            _narrow_time(found, operator, value, aware=aware)
            continue
        argument = _ARGUMENTS.get(column)
        if argument is None or operator not in ("==", "in"):
            continue
        values = {value} if operator == "==" else set(value)
        if all(isinstance(text, str) and _is_safe(argument, text) for text in values):
            known = found.get(argument)
            # Of two columns one argument: either narrows, and both at once would ask for what no row has.
            found[argument] = values if known is None or len(values) < len(known) else known
    return {name: sorted(value) if isinstance(value, set) else value for name, value in found.items()}


def _is_safe(argument: str, text: str) -> bool:
    """Whether `scan` finds by this text all rows whose column holds it.

    A name is compared with single blanks, and a column holds U+FFFD for what Arrow cannot hold.
    """
    if argument == "kind":
        return text in _KINDS
    return "\ufffd" not in text and (argument != "sender" or text == " ".join(text.split()))


def _narrow_time(found: dict[str, Any], operator: str, value: Any, *, aware: bool) -> None:
    if not isinstance(value, dt.datetime) or (value.tzinfo is not None) is not aware:
        return
    if operator in ("==", ">", ">="):
        found["since"] = max(value, found.get("since", value))
    if operator == "<":
        found["until"] = min(value, found.get("until", value))
    elif operator in ("==", "<=") and value < dt.datetime.max.replace(tzinfo=value.tzinfo):
        end = value + _MOMENT
        found["until"] = min(end, found.get("until", end))
