"""Rules of somebody else's: `#topic#`, with no change in the package."""

from __future__ import annotations

import importlib.metadata
import re
from typing import TYPE_CHECKING

import attrs
import pytest

from wechatlog.segments import (
    Context,
    Emoji,
    Link,
    Rule,
    Segment,
    SegmentRule,
    Text,
    parse_segments,
    register_segment_rule,
    rule_table,
    segment_rules,
    unregister_segment_rule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@attrs.frozen(slots=True)
class Topic(Segment):
    """A topic between two `#`."""

    name: str = ""


@attrs.frozen
class TopicRule:
    """`#topic#`."""

    name: str = "topic"
    triggers: tuple[str, ...] = ("#",)

    def match(self, body: str, position: int, context: Context) -> tuple[Topic, int] | None:
        found = re.compile(r"#([^#\s]{1,30})#").match(body, position)
        return (Topic(found[1]), found.end()) if found else None


@pytest.fixture(autouse=True)
def _rules_as_before() -> Iterator[None]:
    before = dict(rule_table._registered)
    yield
    rule_table._registered.clear()
    rule_table._registered.update(before)
    rule_table.compiled_rules.cache_clear()


def test_a_registered_rule_is_asked() -> None:
    rule: SegmentRule = TopicRule()
    register_segment_rule(rule)
    segments = parse_segments("看#清算#[强] # 1#")
    assert [type(segment) for segment in segments] == [Text, Topic, Emoji, Text]
    assert segments[1] == Topic("清算", raw="#清算#")
    assert segment_rules()[0] is rule


def test_a_rule_can_be_taken_back() -> None:
    register_segment_rule(TopicRule())
    unregister_segment_rule("topic")
    assert parse_segments("#清算#") == (Text("#清算#"),)
    with pytest.raises(KeyError):
        unregister_segment_rule("topic")


def test_a_rule_replaces_the_one_with_its_name() -> None:
    register_segment_rule(Rule("emoji", ("[强]",), lambda body, position, context: (Link(title="good"), position + 3)))
    assert parse_segments("[强][微笑]") == (Link(title="good", raw="[强]"), Text("[微笑]"))


@pytest.mark.parametrize(
    "result",
    [
        pytest.param((Topic("x"), 0), id="an end before the start"),
        pytest.param((Topic("x"), 99), id="an end behind the body"),
        pytest.param((Text("#"), 2), id="text"),
    ],
)
def test_a_wrong_match_is_none(result: tuple[Segment, int]) -> None:
    register_segment_rule(Rule("wrong", ("#",), lambda body, position, context: result))
    assert parse_segments("a#b") == (Text("a#b"),)


def test_a_wrong_raw_is_put_right() -> None:
    register_segment_rule(Rule("wrong", ("#",), lambda body, position, context: (Topic("x", raw="?"), position + 1)))
    assert parse_segments("a#b") == (Text("a"), Topic("x", raw="#"), Text("b"))


@pytest.mark.parametrize("triggers", [(), ("",), ("#", "")])
def test_a_rule_needs_triggers(triggers: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="triggers"):
        register_segment_rule(Rule("never", triggers, lambda body, position, context: None))


def test_installed_packages_bring_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = importlib.metadata.EntryPoint("broken", "no_such_module_anywhere:rule", rule_table.ENTRY_POINT_GROUP)
    points = [LoadedEntryPoint("topic", TopicRule), LoadedEntryPoint("same", TopicRule()), broken]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: points)
    rule_table._installed_rules.cache_clear()
    rule_table.compiled_rules.cache_clear()
    try:
        with pytest.warns(UserWarning, match="broken"):
            assert parse_segments("#清算#") == (Topic("清算", raw="#清算#"),)
    finally:
        rule_table._installed_rules.cache_clear()


@attrs.frozen
class LoadedEntryPoint:
    """An entry point whose object is at hand."""

    name: str
    value: object

    def load(self) -> object:
        return self.value
