"""Merging what many tools write of one chat: every message is recognised, and none is united with another."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from tests.dialects import CHAT, loaded, thinned, unite
from wechatlog.operations import merge_report


@pytest.mark.parametrize("base", ["jsonl", "markdown", "weflow-txt", "mail"])
def test_pairs(base: str) -> None:
    forms = loaded()
    for name, form in forms.items():
        if name != base:
            found = unite([forms[base], form])
            assert (found.wrong, found.lost) == (0, 0), name
            assert found.recognised >= 0.995 * found.common, name


def test_all_at_once() -> None:
    forms = loaded()
    assert len(forms) >= 20
    found = unite(list(forms.values()))
    assert (found.wrong, found.lost, found.messages) == (0, 0, len(CHAT))


@pytest.mark.parametrize("base", ["jsonl", "markdown", "memotrace-text"])
def test_pairs_that_lack_much(base: str) -> None:
    forms = loaded()
    for name, form in forms.items():
        if name not in (base, "paste-names"):  # without times, one of two equal words may be either
            found = unite([thinned(forms[base], base), thinned(form, name)])
            assert (found.wrong, found.lost) == (0, 0), name
            assert found.recognised >= 0.99 * found.common, name


def test_other_names_other_clocks_and_lost_characters() -> None:
    forms = loaded()
    names = {"李四": "四哥", "王五": "王五-示例公司", "张三": "我"}
    changed = [forms["jsonl"]]
    for number, name in enumerate(("csv", "memotrace-text", "mail", "wcda-txt", "stomakun")):
        conversation, holds = forms[name]
        messages = []
        for index, message in enumerate(conversation):
            sender = names.get(message.sender or "", message.sender) if index > 40 * number else message.sender
            text = (
                message.text.replace("😀", "??").replace("👍", "??") if message.given_segments is None else message.text
            )
            time = message.time and message.time - dt.timedelta(hours=8 * (number == 2))
            fields = {"sender_id": None, "id": None, "is_self": sender == "我" or None}
            messages.append(attrs.evolve(message, time=time, sender=sender, text=text, **fields))
        changed.append((attrs.evolve(conversation, messages=messages), holds))
    found = unite(changed)
    assert (found.wrong, found.lost) == (0, 0)
    assert found.recognised >= 0.995 * found.common
    report = merge_report([conversation for conversation, _ in changed])
    assert {part.offset for part in report.parts} == {dt.timedelta(), dt.timedelta(hours=-8)}
    people = report.people
    assert people.find("四哥") is people.find(None, "wxid_lisi0002")
    assert people.find("王五-示例公司") is people.find(None, "wxid_wangwu0003")
