"""Messages of a page that stand elsewhere than in its list, or in elements of another shape, are read or told."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest

import wechatlog
from tests.test_corpus import cases, expected_of
from wechatlog.engine.html import parse_page

Element = Any
PAGES = [path for path in cases() if path.suffix == ".html" and "error" not in expected_of(path)]


def _list_in(page: Element, texts: list[str]) -> list[Element]:
    """The elements of messages that stand in one element: where most of them do."""
    lists = [
        [
            child
            for child in node
            if child.tag not in ("script", "style") and any(map(child.text_content().count, texts))
        ]
        for node in page.iter()
        if isinstance(node.tag, str) and node.tag not in ("html", "head", "script", "style")
    ]
    return max(reversed(lists), key=len)


def _renamed(messages: list[Element]) -> None:
    for each in messages:
        each.set("class", "zz")


def _more_classes(messages: list[Element]) -> None:
    for each in messages:
        each.set("class", f"zz {each.get('class') or ''}")


def _other_tag(messages: list[Element]) -> None:
    for each in messages:
        each.tag = "section" if each.tag != "tr" else "tr"


def _moved(messages: list[Element]) -> None:
    place = messages[0].getparent()
    for each in reversed(messages):
        place.addnext(each)


def _moved_up(messages: list[Element]) -> None:
    place = messages[0].getparent()
    for each in messages:
        place.addprevious(each)


def _twice(messages: list[Element]) -> None:
    messages[0].getparent().addnext(copy.deepcopy(messages[0].getparent()))


def _beside(messages: list[Element]) -> None:
    other = messages[0].makeelement("div", {"class": "zz"})
    messages[0].getparent().addprevious(other)
    other.extend(map(copy.deepcopy, messages))


def _read(page: Element, how: dict[str, Any]) -> tuple[int, set[str]]:
    data = lxml.html.tostring(page, encoding="utf-8", doctype="<!DOCTYPE html>")
    chats = list(wechatlog.load_archive(data, **how))
    return sum(map(len, chats)), {entry.message for chat in chats for entry in chat.diagnostics}


def _changes(count: int) -> Iterator[tuple[Callable[[list[Element]], None], slice, bool]]:
    """What is done to the elements of messages, to which of them, and whether there are more of them then."""
    for change in (_renamed, _more_classes, _other_tag, _moved, _moved_up):
        yield change, slice(count // 2, None), False
        if count > 7:  # times of fewer may be those of a head
            yield change, slice(count // 2), False
    yield from ((change, slice(None), True) for change in (_twice, _beside))


@pytest.mark.parametrize("case", PAGES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_messages_beside_the_list_of_a_page_are_read_or_told(case: Path) -> None:
    expected = expected_of(case)
    how = {"format": expected["format"], **expected.get("options", {})}
    texts = [
        text.split("\n")[0][:12] for each in wechatlog.load_archive(case, **how) for text in (m.text for m in each)
    ]
    page = parse_page(case.read_text("utf-8"))
    messages = _list_in(page, [text for text in texts if text])
    usual, told = _read(page, how)
    if len(messages) < 3 or usual < len(texts) or not re.search(rb"[0-9]:[0-9]{2}", lxml.html.tostring(messages[0])):
        pytest.skip("its messages are no elements of one list, or its reader takes the tool's own markup alone")
    for change, part, is_more in _changes(len(messages)):
        other = copy.deepcopy(page)
        change(_list_in(other, [text for text in texts if text])[part])
        count, now = _read(other, how)
        assert count > usual or (count == usual and not is_more) or now - told, (change.__name__, part)
