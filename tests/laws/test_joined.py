"""Law 3 for files that somebody joined (`cat a b > c`): the messages of both, or it is told.

What cannot be known: of texts, two whose heads have nothing in common, and one without a line end at its end, to whose
last line the first of the next belongs then.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Message, MultipleConversationsError, WechatlogError
from wechatlog.engine.joined import FirstOfJoined

sys.path.insert(0, str(Path(__file__).parents[2]))
from fuzz.seeds import CORPUS, Seed, load_seeds, read

TEXTS = ("text", "SQL")
FAMILIES = (*TEXTS, "HTML", "JSON", "CSV", "YAML")


def pairs() -> list[tuple[Seed, Seed]]:
    """The smallest case of each format and suffix with itself, and, but for texts, with the next one."""
    found = []
    seeds = sorted((seed for seed in load_seeds() if seed.family in FAMILIES and ".eml" not in seed.name), key=_group)
    for _, group in itertools.groupby(seeds, key=_group):
        first, *others = sorted(group, key=lambda seed: len(seed.data))
        found += [(first, other) for other in (first, *others[: first.family not in TEXTS])]
    return found


def _group(seed: Seed) -> tuple[str, str]:
    return seed.format, Path(seed.name).suffix


def _said(messages: tuple[Message, ...]) -> Counter[object]:
    return Counter((message.time, message.sender, message.kind, message.text.strip()) for message in messages)


def _told(seed: Seed) -> set[str]:
    return {entry.code for chat in read(seed.data, seed.format, seed.options) for entry in chat.diagnostics}


def test_no_message_of_either_is_lost_in_silence() -> None:
    silent = []
    for one, other in pairs():
        for between in (b"", b"\n") if one.data.endswith(b"\n") or one.family not in TEXTS else (b"\n",):
            try:
                chats = read(one.data + between + other.data, one.format, one.options)
            except WechatlogError:
                continue
            told = {entry.code for chat in chats for entry in chat.diagnostics} - _told(one) - _told(other)
            found = _said(tuple(message for chat in chats for message in chat))
            if found != _said((*one.messages, *other.messages)) and not told:
                silent.append((one.name, other.name, between))
    assert silent == []


@pytest.mark.parametrize("name", ["ciphertalk-html/group.html", "pywxdump-js/data.js", "wcda-html/group.html"])
def test_pages_and_scripts_are_several_chats(name: str) -> None:
    """As the messages of either file alone, on the lines of the whole."""
    data = (CORPUS / name).read_bytes().rstrip() + b"\n"
    chat = wechatlog.load(data)
    with pytest.raises(MultipleConversationsError, match="load_archive"):
        wechatlog.load(data * 2)
    chats = list(wechatlog.load_archive(data * 3))
    assert [list(found) for found in chats] == [list(chat)] * 3
    assert [found.title for found in chats] == [chat.title] * 3
    lines = [[message.origin.line or 0 for message in found] for found in chats]
    assert lines == [[line + data.count(b"\n") * place for line in lines[0]] for place in range(3)]


def test_a_page_of_another_tool_is_told() -> None:
    page = (CORPUS / "ciphertalk-html/group.html").read_bytes().rstrip() + b"\n"
    chat = wechatlog.load(page + (CORPUS / "wcda-html/group.html").read_bytes(), format="ciphertalk-html")
    assert list(chat) == list(wechatlog.load(page))
    assert [(entry.code, entry.line) for entry in chat.diagnostics] == [("unread-part", page.count(b"\n") + 1)]


@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_what_stands_in_a_message_is_no_seam(size: int) -> None:
    page = "<html><body>" + "<p></html> <html> </html><!-- -->" * 50 + "</body></html>\n"
    blocks = [page[at : at + size] for at in range(0, len(page), size)]
    assert "".join(FirstOfJoined((page[:20], *blocks)))[20:] == page


def test_one_that_was_cut_does_not_cost_the_one_before_it() -> None:
    data = (CORPUS / "pywxdump-js/data.js").read_bytes().rstrip() + b"\n"
    chat = wechatlog.load(data + data[: data.index(b"const local_msg_list =")])
    assert list(chat) == list(wechatlog.load(data))
    assert [entry.code for entry in chat.diagnostics] == ["unread-part"]


def test_line_ends_above_the_first_are_no_seam() -> None:
    data = (CORPUS / "pywxdump-js/data.js").read_bytes().rstrip() + b"\n"
    for changed in (b"\n\n" + data, b"```\n" + data + b"```\n", data.replace(b"\n", b"\r")):
        assert list(wechatlog.load(changed)) == list(wechatlog.load(data))
