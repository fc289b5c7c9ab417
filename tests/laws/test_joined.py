"""Law 3 for files that somebody joined (`cat a b > c`): the messages of both, or it is told.

What cannot be known: of texts, two whose heads have nothing in common, and one without a line end at its end, to whose
last line the first of the next belongs then.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections import Counter
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Message, MultipleConversationsError, Severity, WechatlogError
from wechatlog.engine.joined import FirstOfJoined
from wechatlog.engine.swallowed import SwallowedTexts

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


TYPED = ("</html>\n<!DOCTYPE html>\n<html><head><title>", "</div></body></html><html><head>", "}];", ";")


@pytest.mark.parametrize(
    "name",
    [
        "ciphertalk-html/group.html",
        "tracememo-js/messages.js",
        "pywxdump-js/data.js",
        "wetrace-js/data.js",
        "wxbackup-js/private.js",
    ],
)
def test_what_is_typed_into_a_string_is_no_seam(name: str) -> None:
    text = (CORPUS / name).read_text("utf-8")
    head = text[: text.index("{")].strip("[ ") if name.endswith(".js") else ""
    whole = load_all(text)
    word = next(word for message in whole if f'"{(word := message.text[:2])}' in text and word.isalpha())
    for typed in (*TYPED, f"];\n{head}[{{", f";{head} [{{", f"]{head} {{"):
        changed = text.replace(f'"{word}', f'"{json.dumps(typed)[1:-1]}{word}')
        assert changed != text
        assert [each.text.replace(typed, "") for each in load_all(changed)] == [each.text for each in whole]


@pytest.mark.parametrize(
    ("name", "word"),
    [("weflow-cli-html/own-code.html", "[链接/文件]"), ("named-columns/send-or-receive.html", "李四撤回了一条消息")],
)
@pytest.mark.parametrize("typed", ["</html>", "</HTML\n>", "</body></html>\n<html><head>", "</html><!-- </html> -->"])
def test_an_end_of_a_page_that_is_typed_costs_no_message(name: str, word: str, typed: str) -> None:
    text = (CORPUS / name).read_text("utf-8")
    assert text.count(word) == 1
    changed = load_all(text.replace(word, word[:4] + typed + word[4:]))
    pairs = zip(load_all(text), changed, strict=True)
    assert sum(old.text != new.text for old, new in pairs) <= 1


def load_all(text: str) -> list[Message]:
    return [message for chat in wechatlog.load_archive(text.encode()) for message in chat]


PYWXDUMP, CIPHERTALK = "pywxdump-js/joined.js", "ciphertalk-html/joined.html"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (PYWXDUMP, "localStorage.setItem(", "\ufefflocalStorage."),
        (PYWXDUMP, "localStorage.setItem('isUseLocalData', 't')  //  't' : 'f' \n", ""),
        (PYWXDUMP, "const local_user_list = {", "const local_ = {"),
        (CIPHERTALK, "<!DOCTYPE html>", "<!DOCTYPE html>\n<!DOCTYPE html>"),
        (CIPHERTALK, "<!DOCTYPE html>\n<html", "<!DOC\n"),
        (CIPHERTALK, "</body>\n</html>\n", ""),
    ],
)
def test_what_was_hit_at_its_head_is_still_two(name: str, old: str, new: str) -> None:
    text = (CORPUS / name).read_text("utf-8")
    assert old in text
    damaged = text.replace(old, new, 1)
    whole = load_all(text)
    found = read(damaged.encode(), next(seed.format for seed in load_seeds() if seed.name == name), {})
    assert [message.text for chat in found for message in chat] == [message.text for message in whole]
    assert len(found) == 2


def test_a_script_that_begins_inside_its_list_gives_the_rest_of_it() -> None:
    text = (CORPUS / PYWXDUMP).read_text("utf-8")
    chats = read(text[text.index("几点") :].encode(), "pywxdump-js", {})
    assert [message.text for chat in chats for message in chat] == [message.text for message in load_all(text)][1:]
    assert "damaged-head" in {entry.code for chat in chats for entry in chat.diagnostics}


def test_a_repeated_statement_costs_nothing_of_a_script() -> None:
    text = (CORPUS / "pywxdump-js/data.js").read_text("utf-8")
    line = next(line for line in text.split("\n") if line.startswith("const local_user_list"))
    assert load_all(text.replace(line, f"{line}\n{line}")) == load_all(text)


def test_times_without_a_message_are_told() -> None:
    page = "<html><body>" + "".join(f"<p>0{hour}:00 早" for hour in range(6)) + "</body></html>"
    chat = wechatlog.load(f"\n{page}".encode(), format="named-pages")
    assert [(entry.code, entry.severity, entry.line) for entry in chat.diagnostics] == [
        ("unread-part", Severity.WARNING, 2)
    ]
    assert wechatlog.load(b"<html></html>", format="named-pages").diagnostics[0].severity is Severity.INFO


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


SHAPES = (
    "bracket-lines/toolkit.txt",
    "chatlab-txt/united-states.txt",
    "chatlog-text/chatlog-plain-year.txt",
    "memotrace-markdown/memotrace-v3-private.md",
    "memotrace-text/memotrace-v3-private.txt",
    "paste/english.txt",
    "stomakun/stomakun-wechatexport-ios.txt",
    "thearas/group.txt",
    "tracememo-markdown/private.md",
    "wechat-dump/wechat-dump.txt",
    "wechatexporter-txt/transfers.txt",
    "weflow-markdown/private.md",
    "wx-cli-md/own-code.md",
)
"""Texts whose messages have clocks, each of another shape."""


def test_no_text_of_another_shape_is_lost_in_silence() -> None:
    seeds = [seed for seed in load_seeds() if seed.name in SHAPES]
    assert len(seeds) == len(SHAPES)
    days = wechatlog.dumps(wechatlog.loads(NAME_TIME, format="paste"), format="markdown").encode()
    seeds.append(Seed("days.markdown", "markdown", "text", days, {}, tuple(wechatlog.load(days))))
    silent = []
    for one, other in itertools.permutations(seeds, 2):
        above = one.data.rstrip(b"\n") + b"\n\n"
        chats = read(above + other.data, one.format, one.options)
        told = [entry for chat in chats for entry in chat.diagnostics if entry.severity is not Severity.INFO]
        found = _said(tuple(message for chat in chats for message in chat))
        if (_said(other.messages) - found).total() > 1 and not told:
            silent.append((one.name, other.name))
    assert silent == []


SEVEN = [(f"2026-05-01 08:00:0{second}", ("张三", "李四")[second % 2], f"好{second}") for second in range(7)]
BRACKETS = "".join(f"[{time}] {name}: {text}\n" for time, name, text in SEVEN)
NAME_TIME = "".join(f"{name} {time}\n{text}\n\n" for time, name, text in SEVEN)
TIME_NAME = "".join(f"{time} {name}\n{text}\n\n" for time, name, text in SEVEN)
DAYS = "> 08:00:00  张三\n   \n早  \n   \n"


@pytest.mark.parametrize(
    ("format", "one", "other", "line"),
    [
        ("bracket-lines", BRACKETS, NAME_TIME, 8),
        ("paste", NAME_TIME, BRACKETS, 22),
        ("memotrace-text", TIME_NAME, NAME_TIME, 22),
        ("paste", NAME_TIME, TIME_NAME, 22),
    ],
)
def test_seven_of_one_shape_and_seven_of_another(format: str, one: str, other: str, line: int) -> None:  # noqa: A002
    chat = wechatlog.loads(one + other, format=format)
    assert len(chat) == 7
    assert [(told.code, told.severity, told.line) for told in chat.diagnostics] == [
        ("unread-part", Severity.WARNING, line)
    ]
    with pytest.raises(wechatlog.FormatError, match=r"a text of the format .* begins in this message"):
        wechatlog.loads(one + other, format=format, errors="strict")


@pytest.mark.parametrize(
    "pasted",
    [
        "张三 2026-05-01 08:00:05\n好\n\n李四 2026-05-01 08:00:06\n好\n\n张三 2026-05-01 08:00:07\n走",
        "\n".join(f"2026-05-0{day} 08:00:05 [示例市] 快件已到达" for day in range(1, 9)),
        "\n".join(f"0{hour}:00-0{hour}:45 第 {hour} 讲" for hour in range(9)),
        "\n".join(f"worker {second}: done at 08:00:0{second}" for second in range(9)),
    ],
)
@pytest.mark.parametrize("above", [BRACKETS, f"---\ndate: 2026-05-01\ntitle: x\n---\n\n{DAYS[:-7]}\n"])
def test_lines_with_times_that_somebody_pasted_are_words(above: str, pasted: str) -> None:
    chat = wechatlog.loads(f"{above}{pasted}\n")
    assert pasted.split("\n", 1)[0] in chat[-1].text
    assert "unread-part" not in {told.code for told in chat.diagnostics}


def test_a_log_that_somebody_pasted_is_no_damage() -> None:
    log = "\n".join(f"2026-05-01 08:00:0{second} INFO app.main: started" for second in range(9))
    assert wechatlog.loads(f"{BRACKETS}{log}\n", errors="strict")[-1].text.endswith("started")


def test_looking_at_what_people_paste_costs_little() -> None:
    """A bounded number of looks, and one more for each that has more clocks than all before."""
    asked: list[str] = []
    texts = SwallowedTexts(asked.append)  # type: ignore[arg-type]
    for _ in range(1000):
        assert texts.find("\n" + "08:00 早\n" * 5) is None
    assert len(asked) <= 40
    assert texts.find("\n" + "08:00 早\n" * 50) is None
    assert len(asked[-1].split("\n")) > 50


def test_lines_behind_the_markup_of_a_message_are_kept() -> None:
    card = '<?xml version="1.0"?>\n<msg username="wxid_wangwu0003" nickname="王五" />\n'
    chat = wechatlog.loads(f"### 26-05-01\n[Received]07:35: {card}\n{BRACKETS}", format="weixin-exporter")
    assert BRACKETS.strip() in chat[-1].text
    assert {told.code for told in chat.diagnostics} == {"broken-xml", "unread-part"}
