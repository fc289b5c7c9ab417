"""What people put round a chat, and editors into its lines: read as if it were not there, and told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import wechatlog
from wechatlog.engine.around import Around, find_around
from wechatlog.engine.head import Head
from wechatlog.source import Source

CHAT = "".join(f"[2026-05-01 08:0{n}:00] {name}: 早_安_ *好* [微笑]\n" for n, name in enumerate(["李四", "张三"] * 3))
FRONT = "---\ntitle: 家庭群\ntags: [聊天]\n---\n\n"


def each(change: Callable[[int, str], str]) -> Callable[[str], str]:
    """What is done to every line of a text, which has its number too."""
    return lambda text: "".join(f"{change(n, line)}\n" for n, line in enumerate(text.rstrip("\n").split("\n"), 1))


IN_LINES: dict[str, Callable[[str], str]] = {
    "escapes": lambda text: re.sub(r"([\[\]*_.\\])", r"\\\1", text),
    "escapes of brackets": lambda text: re.sub(r"([\[\]])", r"\\\1", text),
    "numbers": each(lambda n, line: f"{n:>6}\t{line}"),
    "numbers of a search": each(lambda n, line: f"{n}:{line}"),
    "a list": each(lambda _, line: f"- {line}"),
    "invisible characters": each(lambda _, line: f"\u200b{line}"),
    "invisible characters at the end": each(lambda _, line: f"{line}\u200b"),
    "ideographic blanks": lambda text: text.replace(" ", "\u3000"),
    "wide colons": lambda text: text.replace(":", "："),
}


def said(chat: wechatlog.Conversation) -> list[tuple[object, ...]]:
    return [(message.time, message.sender, message.text) for message in chat]


@pytest.mark.parametrize("name", IN_LINES)
@pytest.mark.parametrize("above", ["", "# 家庭群\n\n", FRONT, f"{FRONT}# 家庭群\n导出于 2026-06-01 10:00\n\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_read_without_what_is_in_them(name: str, above: str, end: str) -> None:
    text = (above + IN_LINES[name](CHAT)).replace("\n", end)
    chat = wechatlog.loads(text)
    assert said(chat) == said(wechatlog.loads(CHAT))
    assert [message.origin.line for message in chat] == [above.count("\n") + n for n in range(1, 7)]
    told = [entry.line for entry in chat.diagnostics if entry.code == "converted-text"]
    assert set(told) == {1}
    assert chat.metadata.get("title") == ("家庭群" if above.startswith("---") else None)


@pytest.mark.parametrize(
    "case",
    [
        "thearas/private.txt",
        "paste/english.txt",
        "wetrace-text/plain.txt",
        "wcda-txt/names.txt",
        "weflow-txt/four-in-a-group.txt",
    ],
)
@pytest.mark.parametrize(
    "above", ["# 家庭群\n\n", "家庭群\n", "# 家庭群\n导出于 2024-01-01 10:00\n\n", FRONT, FRONT.rstrip() + "\n"]
)
def test_what_stands_above_costs_nothing(case: str, above: str) -> None:
    text = (Path(__file__).parents[1] / "corpus" / case).read_text("utf-8")
    whole, chat = wechatlog.loads(text), wechatlog.loads(above + text)
    assert said(chat) == said(whole)
    lines = above.count("\n")
    assert [message.origin.line for message in chat] == [lines + (message.origin.line or 0) for message in whole]
    told = [entry.code for entry in chat.diagnostics if entry not in whole.diagnostics]
    assert ("text-before-first-message" in told) is not above.startswith("---")
    assert (chat.metadata.get("tags") == "[聊天]") is above.startswith("---")


def test_a_block_of_code_under_a_title() -> None:
    chat = wechatlog.loads(f"# 家庭群\n\n```\n{CHAT}```\n")
    assert said(chat) == said(wechatlog.loads(CHAT))
    assert chat[0].origin.line == 4


HEADERS = """
- **{who}** ({when}): {what}
* {who} ({when}): {what}
**{who}** [{when}]: {what}
**{who}** _{when}_: {what}
`{when}` **{who}**: {what}
{when} `{who}`: {what}
> **{who}** {when}|> {what}
“{who}” {when}：{what}
【{who}】{when} {what}
[{who}][{when}]{what}
<{who}> {when} {what}
{who} [{when}] {what}
{n}、{who} {when}|{what}|
#{n} {who} {when}|{what}|
({n}) {when} {who}: {what}
{when} >> {who}: {what}
{when}→{who}→{what}
{who} · {when}|{what}|
{when} · {who}|{what}|
◆ {who} {when}|{what}|
★{who} {when}|{what}|
{who} @ {when}: {what}
@{who} {when}: {what}
{when} @{who}: {what}
--- {when} {who} ---|{what}|
=== {who} | {when} ===|{what}|
[{when}] {who}<{account}>: {what}
"""


@pytest.mark.parametrize("form", HEADERS.split("\n")[1:-1])
def test_marks_in_headers_are_no_part_of_names(form: str) -> None:
    wanted = [
        ("张三", "2026-05-01 08:00:05", "早_安_ *好* [微笑]"),
        ("我", "2026-05-01 08:01:00", "第一行"),
        ("李四", "2026-05-01 20:46:05", "[图片]"),
        ("张三", "2026-05-02 08:00:00", "看 https://example.com/a?b=1&c=2"),
    ]
    lines = (
        form.replace("|", "\n")
        .replace(" \n ", " | ")
        .format(who=who, when=when, what=what, n=n, account=f"wxid_ab12cd34{n}")
        for n, (who, when, what) in enumerate(wanted, 1)
    )
    chat = wechatlog.loads("\n".join(lines) + "\n")
    assert [(m.sender, str(m.time), m.text.strip()) for m in chat] == wanted
    assert [m.is_self for m in chat] in ([None] * 4, [False, True, False, False])


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_blocks_of_any_size(size: int) -> None:
    text = "\n\n标题\n说明\n" + IN_LINES["numbers"](CHAT)
    (around,) = [found for found in find_around(Head.of(Source.of(text.encode()))) if found.lines == 2]
    blocks = [text[at : at + size] for at in range(0, len(text), size)]
    assert "".join(around.undo(blocks)) == "\n" * 4 + CHAT
    assert "".join(Around(1).undo(["x" * 1000] * 50)) == "x" * 50_000


@pytest.mark.parametrize(
    "text",
    [
        CHAT,
        CHAT + r"[2026-05-01 08:09:00] 李四: 公式 \[x\] 和 \[y\]" + "\n",
        FRONT + "> 2026-05-01 09:00:00  李四  \n   \n\\[微笑\\] \\[微笑\\] \\[微笑\\] \\[微笑\\]  \n   \n",
    ],
)
def test_what_is_known_as_it_stands_is_left_alone(text: str) -> None:
    assert "without" not in wechatlog.detect(text.encode()).reason


def test_what_is_no_chat_is_none() -> None:
    for text in ("# 标题\n\n10:30 开会\n第二行\n第三行\n", "- 10:30\n- b\n- c\n- d\n", "1. 10:30\n2. b\n3. c\n4. d\n"):
        with pytest.raises(wechatlog.UnknownFormatError):
            wechatlog.loads(text)
