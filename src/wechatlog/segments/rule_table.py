"""The ordered table of segment rules.

Takes rules: those registered at run time, those of installed packages (entry point group
`wechatlog.segment_rules`) and the built-in ones, in this order; gives the parser one pattern for "something
may begin here" and the rules to ask at each first character. Knows no body and no segment. Nothing is
imported or compiled before the first body is parsed.
"""

from __future__ import annotations

import functools
import re
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wechatlog.segments.rule import Context, SegmentRule
    from wechatlog.segments.types import Segment

    Match = Callable[[str, int, Context], tuple[Segment, int] | None]
    CompiledRules = tuple[Callable[[str, int], re.Match[str] | None], Mapping[str, tuple[Match, ...]]]

ENTRY_POINT_GROUP = "wechatlog.segment_rules"

BUILT_IN = ("image_link", "markdown_link", "bare_url", "quote", "emoji_code", "mention")
"""The modules of the built-in rules, in the order in which they are asked; each has a `RULE`."""

_registered: dict[str, SegmentRule] = {}


def register_segment_rule(rule: SegmentRule) -> None:
    """Add a rule for this process. It is asked before all others, and replaces one with its name.

    Bodies that were parsed before keep their segments. Packages declare an entry point in the group
    `wechatlog.segment_rules` instead, which names a rule or a function that makes one.

    Args:
        rule: see `SegmentRule`.

    Raises:
        ValueError: when the rule has no triggers, or an empty one.

    Example:
        >>> from wechatlog.segments import Rule
        >>> def match_flag(body, position, context):
        ...     return wechatlog.Sticker("flag", raw=body[position : position + 4]), position + 4
        >>> wechatlog.register_segment_rule(Rule("flag", ("%fl%",), match_flag))
        >>> wechatlog.parse_segments("hoist %fl%")[1]
        Sticker(raw='%fl%', name='flag', url=None, md5=None, path=None)
    """
    if not rule.triggers or not all(rule.triggers):
        raise ValueError(f"segment rule {rule.name!r} needs triggers, none of them empty")
    _registered.pop(rule.name, None)
    _registered[rule.name] = rule
    compiled_rules.cache_clear()


def unregister_segment_rule(name: str) -> None:
    """Take back a rule that was registered at run time.

    Args:
        name: the name of the rule.

    Raises:
        KeyError: when no such rule was registered.
    """
    del _registered[name]
    compiled_rules.cache_clear()


def segment_rules() -> tuple[SegmentRule, ...]:
    """All rules, in the order in which they are asked."""
    rules: dict[str, SegmentRule] = {}
    built_in = (import_module(f"wechatlog.segments.{name}").RULE for name in BUILT_IN)
    for rule in (*reversed(_registered.values()), *_installed_rules(), *built_in):
        rules.setdefault(rule.name, rule)
    return tuple(rules.values())


@functools.cache
def _installed_rules() -> tuple[SegmentRule, ...]:
    """The rules of installed packages. One that cannot be loaded is left out, with a warning."""
    from importlib.metadata import entry_points

    rules = []
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            loaded = entry_point.load()
            is_rule = hasattr(loaded, "triggers") and not isinstance(loaded, type)
            rules.append(cast("SegmentRule", loaded if is_rule else loaded()))
        except Exception as error:  # noqa: BLE001  # a broken plug-in must not keep people from their chats
            warnings.warn(f"segment rule {entry_point.name!r} could not be loaded: {error}", stacklevel=2)
    return tuple(rules)


@functools.cache
def compiled_rules() -> CompiledRules:
    """The search for the next trigger, and the rules to ask at each first character.

    Compiled once, and again after a change.
    """
    rules = segment_rules()
    triggers = {trigger for rule in rules for trigger in rule.triggers}
    by_character: dict[str, tuple[Match, ...]] = {
        first: tuple(match for rule in rules if (match := _match_from(rule, first)))
        for first in {trigger[0] for trigger in triggers}
    }
    return trigger_pattern(triggers).search, by_character


def _match_from(rule: SegmentRule, first: str) -> Match | None:
    """How to ask a rule at a first character: only where one of its triggers stands. `None`: not at all."""
    triggers = tuple(trigger for trigger in rule.triggers if trigger[0] == first)
    if not triggers or first in triggers:
        return rule.match if triggers else None
    match = rule.match

    def match_trigger(body: str, position: int, context: Context) -> tuple[Segment, int] | None:
        return match(body, position, context) if body.startswith(triggers, position) else None

    return match_trigger


def trigger_pattern(triggers: Iterable[str]) -> re.Pattern[str]:
    """One pattern that finds the next trigger.

    It begins with a set of characters, since that lets the engine skip plain text in a tight loop; the rest
    of the longer triggers is looked at only behind their first character.
    """
    rests: dict[str, set[str]] = {}
    for trigger in triggers:
        rests.setdefault(trigger[0], set()).add(trigger[1:])
    longer = {first: rest for first, rest in rests.items() if "" not in rest}
    checks = [f"(?<={re.escape(first)})(?:{_alternatives(rest)})" for first, rest in longer.items()]
    if longer:
        checks.insert(0, f"(?<!{_character_set(longer)})")
    return re.compile(_character_set(rests) + f"(?:{'|'.join(checks)})")


def _character_set(characters: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, sorted(characters)))}]"


def _alternatives(strings: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(strings)))
