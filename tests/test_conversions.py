"""What a conversion of a whole file costs: nothing where it can be undone, and it is told.

What cannot be known stands in `docs/explanation/lossless.md`, in the table that `fuzz.damage` makes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import wechatlog
from wechatlog.engine.conversions import Conversion, judge_text

sys.path.insert(0, str(Path(__file__).parents[1]))
from fuzz.mutations import WHOLE
from fuzz.oracle import judge
from fuzz.seeds import Seed, load_seeds, read

MISREAD = "UTF-8 taken for Latin-1"
UNDONE = [
    "CR CR LF for every line end",
    "every line end twice",
    "four blanks before every line",
    "`> ` before every line",
    "two blanks before every line end",
    "a code fence round all of it",
    MISREAD,
]
LOST = "UTF-8 taken for GBK"
LINES = ("text", "CSV", "HTML", "JSON")
CHAT = "".join(f"2026-05-01 08:0{n}:00 '{name}'\n第一行\n第二行 好\n\n" for n, name in enumerate(["李四", "张三"] * 3))


@pytest.fixture(scope="module")
def seeds() -> list[Seed]:
    return [seed for seed in load_seeds() if seed.family in LINES and len(seed.messages) >= 6]


@pytest.mark.parametrize("name", [*UNDONE, "CR LF for every line end", "CR for every line end"])
def test_what_happened_to_every_line_is_undone(seeds: list[Seed], name: str) -> None:
    """Only a body that ends its lines in CR LF itself, or is full of `>`, may be another then, and that is told.

    Of a page whose few line ends all stand in texts nobody can know what happened to them; what this library writes
    without loss may hold texts that were misread before.
    """
    if name == MISREAD:
        seeds = [seed for seed in seeds if seed.format not in ("jsonl", "json", "csv", "tsv")]
    if name in UNDONE:
        seeds = [seed for seed in seeds if seed.family != "HTML" or seed.data.count(b"\n") >= 4]
    outcomes = {seed.name: judge(seed, WHOLE[name](seed.data)) for seed in seeds}
    assert not [seed for seed, outcome in outcomes.items() if outcome.refused]
    changed = [seed.name for seed in seeds if outcomes[seed.name].lost and outcomes[seed.name].silent]
    assert len(changed) <= 1
    assert sum(outcome.lost > 0 for outcome in outcomes.values()) < len(outcomes) // 3


@pytest.mark.parametrize("name", sorted(WHOLE.keys() - {LOST}))
def test_a_conversion_is_undone_or_told(name: str) -> None:
    """One text in which each of them can be known."""
    data = WHOLE[name](CHAT.encode())
    chat = wechatlog.loads(data.decode(), format="weflow-txt")
    whole = wechatlog.loads(CHAT, format="weflow-txt")
    assert [(message.sender, message.text) for message in chat] == [(message.sender, message.text) for message in whole]
    told = {entry.code for entry in chat.diagnostics}
    bare = name.startswith(("CR LF", "CR for", "typographic", "blanks", "lines"))
    assert told == (set() if bare else {"converted-text"})


@pytest.mark.parametrize("mark", ["> ", ">", "> > "])
def test_a_quotation_loses_its_own_mark_alone(mark: str) -> None:
    """The headers of a Markdown archive, and what people quote, begin with the same mark."""
    text = "".join(f"> 2026-05-01 09:00:0{n}  李四  \n   \n> 第{n}句\n>\n好  \n   \n" for n in range(5))
    whole = wechatlog.loads(f"---\ntitle: 群\n---\n{text}")
    quoted = "".join(f"{mark}{line}" for line in f"---\ntitle: 群\n---\n{text}".splitlines(keepends=True))
    chat = wechatlog.loads(quoted)
    assert len(whole) == 5
    assert [(message.sender, message.text) for message in chat] == [(message.sender, message.text) for message in whole]


def test_all_of_them_at_once() -> None:
    data = CHAT.replace(" ", "\u00a0").replace("\n", "\n\n")
    data = "\r\r\n".join("\u00a0\u00a0" + line if line else line for line in data.split("\n"))
    assert judge_text(data, dense=True) == Conversion(1, doubled=True, margin="\u00a0\u00a0", blanks=True)
    assert "".join(Conversion(1, doubled=True, margin="\u00a0\u00a0", blanks=True).undo(data)) == CHAT.replace(
        "\n", "\r\n"
    )
    assert [message.text for message in wechatlog.loads(data, format="weflow-txt")] == ["第一行\n第二行 好"] * 6


@pytest.mark.parametrize(
    "text",
    [
        CHAT,
        "> 09:00:00  李四  \n   \n早  \n   \n" * 4,
        "> 09:00:00  李四\n\n早\n\n" * 4,  # a Markdown archive whose line ends an editor trimmed
        '{"messages": [\n  {"text": "a\u00a0b"}\n]}',
        '{"text":"2026年看\u00a0这"}\n' * 5,
        "```\n代码\n```\n" + CHAT,  # a fence that ends in the middle
        "> 09:00:00  李四  \n\n早  \n\n" * 4,
        CHAT.replace("第一行", "第一行  "),
        "第一段\n\n第二段\n\n第三段\n\n第四段\n第五段\n\n第六段",
        "<p>第一段\n\n第二段\n\n第三段\n\n第四段\n\n第五段</p>",
        "",
        "\n\n\n\n\n\n\n\n",
    ],
)
def test_what_is_whole_is_left_alone(text: str) -> None:
    assert judge_text(text, dense=not text.startswith("> ")) is None


def test_a_long_line_without_end_costs_what_it_is_long() -> None:
    blocks = ["    a\n" * 5, *["x" * 1000] * 50, "\n    b\n"]
    assert "".join(Conversion(margin="    ").undo(blocks)) == "a\n" * 5 + "x" * 50_000 + "\nb\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_a_block_of_code_is_what_stands_in_it(fence: str, end: str) -> None:
    """Also with blanks at the line ends, in blocks of any size; each line stays where it is."""
    bare = CHAT.replace("第二行", "```不是``` ").rstrip() + "\n"
    fenced = f"\n{fence}Text\n{bare}\n{fence}\n\n".replace("\n", "  \n").replace("\n", end)
    expected = f"\n\n{bare}\n".replace("\n", end)
    conversion = judge_text(fenced, dense=True)
    assert conversion == Conversion(hard=True, fenced=True)
    for size in (1, 7, len(fenced)):
        blocks = [fenced[at : at + size] for at in range(0, len(fenced), size)]
        assert "".join(conversion.undo(blocks)) == expected
        assert "".join(conversion.undo([*blocks, "  张三", "  "])).endswith(f"{fence}{end}{end}  张三")


def test_a_diagnostic_in_a_block_of_code_has_its_line_of_the_file() -> None:
    fenced = "```\n" + CHAT.replace("2026-05-01 08:03", "2026-05-71 08:03") + "```\n"
    told = [(entry.code, entry.line) for entry in wechatlog.loads(fenced, format="weflow-txt").diagnostics]
    line = fenced[: fenced.index("2026-05-71")].count("\n") + 1
    assert told[0] == ("converted-text", 1)
    assert ("bad-time", line) in told


def test_a_markdown_archive_keeps_its_fences_and_its_blanks() -> None:
    """Each of its lines may end in two blanks."""
    for body in ("```\n代码\n```", "第一行  \n第二行", "", "早"):
        data = "---\ntitle: 群\n---\n" + f"> 2026-05-01 09:00:00  李四  \n   \n{body}  \n   \n" * 5
        for text in (data, data.partition("---\n> ")[2].join(("> ", ""))):
            chat = wechatlog.loads(text, format="markdown")
            assert not chat.diagnostics
            assert wechatlog.dumps(chat, "markdown") == text


def test_line_ends_inside_a_text_of_json_are_told(seeds: list[Seed]) -> None:
    text = '{"messages": [{"text": "第一行\n第二行"}]}'
    found = wechatlog.loads(
        text.replace('"messages": [', '"messages": [{"createTime": 1, "localType": 1}, '), format="weflow-json"
    )
    assert [(entry.code, entry.line) for entry in found.diagnostics if entry.code == "broken-json"] == [
        ("broken-json", 1)
    ]


def test_texts_are_the_same_however_they_come_in(seeds: list[Seed], monkeypatch: pytest.MonkeyPatch) -> None:
    """A header or a row may stand where one block ends and the next begins."""
    from wechatlog.engine import delimited
    from wechatlog.tokenizer import engine

    whole_lines, expected = engine.whole_lines, [read(seed.data, seed.format, seed.options) for seed in seeds]
    for size in (1, 61):

        def in_pieces(blocks: list[str], size: int = size) -> object:
            return whole_lines(block[at : at + size] for block in blocks for at in range(0, len(block), size))

        monkeypatch.setattr(engine, "whole_lines", in_pieces)
        monkeypatch.setattr(delimited, "whole_lines", in_pieces)
        for seed, chats in zip(seeds, expected, strict=True):
            found = read(seed.data, seed.format, seed.options)
            assert found == chats, seed.name
            assert [chat.diagnostics for chat in found] == [chat.diagnostics for chat in chats], seed.name


def test_what_was_taken_for_gbk_is_told(seeds: list[Seed]) -> None:
    """Bytes of it are lost, so that nothing can be undone; a text with hardly a Chinese character does not tell."""
    outcomes = [judge(seed, WHOLE[LOST](seed.data)) for seed in seeds]
    silent = sum(outcome.lost > 0 and outcome.silent for outcome in outcomes)
    assert silent < len(outcomes) // 10
    text = CHAT.replace("第二行 好", "今天几点出发？我们八点在门口见")
    chat = wechatlog.loads(WHOLE[LOST](text.encode()).decode(), format="weflow-txt")
    assert [entry.code for entry in chat.diagnostics] == ["converted-text"]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_what_was_taken_for_latin_1_is_undone_in_pieces(size: int) -> None:
    for encoding in ("latin-1", "cp1252"):
        misread = "".join(bytes((byte,)).decode(encoding, "ignore") or chr(byte) for byte in CHAT.encode())
        conversion = judge_text(misread, dense=False)
        assert conversion == Conversion(misread="latin-1")
        pieces = [misread[at : at + size] for at in range(0, len(misread), size)]
        assert "".join(conversion.undo(pieces)) == CHAT


@pytest.mark.parametrize(
    "text", ["Crème brûlée, Ã la carte", "Ã¤ ist ä", "中文聊天记录，今天几点？好的，明天见", "â€™"]
)
def test_other_texts_were_not_taken_for_another_encoding(text: str) -> None:
    assert judge_text(text * 3, dense=False) is None


def test_what_somebody_quotes_was_misread_in_the_chat() -> None:
    misread = "微信聊天".encode().decode("latin-1")
    said = [f"{misread}是什么", f"乱码，应该是{misread}", "好的，明天再说"]
    text = "".join(f"[2026-05-01 08:0{n}:05] 我: {each}\n" for n, each in enumerate(said))
    chat = wechatlog.loads(text)
    assert [message.text for message in chat] == said
    assert not chat.diagnostics
    chat = wechatlog.loads(text.encode().decode("latin-1"))  # all of it was, once more
    assert [message.text for message in chat] == said
    assert [entry.code for entry in chat.diagnostics] == ["converted-text"]


@pytest.mark.parametrize("name", ["jsonl", "json", "csv", "tsv", "chatlab-json"])
def test_a_text_that_was_misread_in_the_chat_comes_back_so(name: str) -> None:
    text, sender = ("你好，世界".encode().decode("latin-1"), "张三".encode().decode("latin-1"))
    chat = wechatlog.Conversation(messages=[wechatlog.Message(sender=sender, kind="text", text=text)] * 4)
    assert [
        (message.sender, message.text) for message in wechatlog.loads(wechatlog.dumps(chat, name), format=name)
    ] == [(sender, text)] * 4
