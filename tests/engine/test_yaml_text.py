"""YAML documents that were damaged, or made to do harm."""

from __future__ import annotations

import pytest

import wechatlog

pytest.importorskip("yaml")

DOCUMENT = "chat: 李四\nchat_type: private\nis_group: false\nmessages:\n" + "".join(
    f"- timestamp: {1777593620 + number}\n  sender: 李四\n  content: 早{number}\n  type: 文本\n  local_id: {number}\n"
    for number in range(4)
)


def texts(document: str) -> tuple[list[str], list[int | None]]:
    """What was read, and the lines of errors."""
    chat = wechatlog.loads(document)
    errors = [entry.line for entry in chat.diagnostics if entry.severity is wechatlog.Severity.ERROR]
    return [message.text for message in chat], errors


def test_a_whole_document() -> None:
    assert texts(DOCUMENT) == (["早0", "早1", "早2", "早3"], [])
    assert texts(f"%YAML 1.2\n---\n{DOCUMENT}...\n") == (["早0", "早1", "早2", "早3"], [])
    assert texts(DOCUMENT.replace("\n", "\r\n")) == (["早0", "早1", "早2", "早3"], [])


@pytest.mark.parametrize(
    "content",
    [
        '"早',
        "[微笑]早",
        "*alias",
        "&anchor [*anchor]",
        "早\0",
        "早\x07",
        '"\\ud83d"',
        "[" * 10_000,
        "- " * 10_000,
        "早: 早",
    ],
)
def test_damage_costs_the_item_that_it_hit(content: str) -> None:
    found, errors = texts(DOCUMENT.replace("早1", content))
    assert found[:1] + found[-2:] == ["早0", "早2", "早3"]
    assert errors
    assert all(line in range(10, 16) for line in errors)


@pytest.mark.parametrize(("line", "hit"), [("  type: 文本", "早1"), ("  sender: 李四", "早2")])
@pytest.mark.parametrize("damage", ["x", "－", "\u200b", "? ", "x: "])
def test_a_line_that_begins_as_a_key_does_costs_its_item(line: str, hit: str, damage: str) -> None:
    """It would end the list."""
    before, after = DOCUMENT.split("早1\n")
    found, errors = texts(f"{before}早1\n{after.replace(line, damage + line, 1)}meta:\n  status: ok\n")
    assert {"早0", "早1", "早2", "早3"} - {hit} <= set(found)
    assert errors


def test_a_second_list_is_not_one_of_messages() -> None:
    assert texts(f"{DOCUMENT}count: 4\nmembers:\n- username: wxid_1\n") == (["早0", "早1", "早2", "早3"], [])


@pytest.mark.parametrize("more", ["---\n" + DOCUMENT, "...\nmore\n", "more\n", "- [\n"])
def test_what_stands_behind_the_archive_is_told(more: str) -> None:
    found, errors = texts(DOCUMENT + more)
    assert found == ["早0", "早1", "早2", "早3"]
    assert errors


def test_numbers_are_numbers_and_null_is_nothing() -> None:
    assert texts(DOCUMENT.replace("早1", "null"))[0] == ["早0", "", "早2", "早3"]
    assert texts(DOCUMENT.replace("早1", "'null'"))[0] == ["早0", "null", "早2", "早3"]


def test_a_tag_makes_no_object() -> None:
    assert texts(DOCUMENT.replace("早1", "!!python/object/apply:os.abort []"))[0][::3] == ["早0", "早3"]
