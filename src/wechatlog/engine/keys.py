"""What JSON of a format looks like, as data: the keys of its object, and those of the first of its messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from wechatlog.engine.head import Head
from wechatlog.engine.json_values import first_object, read_list, read_object
from wechatlog.engine.protocol import Evidence


class Keys(NamedTuple):
    """Keys that decide.

    Attributes:
        confidence: in the format, where they are there.
        outer: of the object; empty where the messages are the whole document.
        inner: of the first message; empty where there is none.
        under: the key of the messages.
    """

    confidence: float
    outer: str
    inner: str
    under: str = "messages"


def keyed(*rules: Keys) -> Callable[[Head], Evidence | None]:
    """The detection of a format by the first rule that holds."""
    split = [(rule, frozenset(rule.outer.split()), frozenset(rule.inner.split())) for rule in rules]

    def detect(head: Head) -> Evidence | None:
        value = head.json
        for rule, outer, inner in split:
            rows = read_object(value).get(rule.under) if outer else value
            fits = first_object(rows).keys() >= inner if inner else not read_list(rows)
            if fits and outer <= read_object(value).keys():
                keys, message, under = ", ".join(rule.outer.split()), ", ".join(rule.inner.split()), rule.under
                if not outer:
                    return Evidence(rule.confidence, f"a list of objects with {message}")
                reason = (
                    f"an object with {keys}, and {under} with {message}" if inner else f"an object with {keys} alone"
                )
                return Evidence(rule.confidence, reason)
        return None

    return detect
