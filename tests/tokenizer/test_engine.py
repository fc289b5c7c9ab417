"""The engine: records, grammars, linear time and flat memory."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest

import wechatlog
from wechatlog.tokenizer import (
    MARKDOWN,
    Grammar,
    compile_format,
    iter_lines,
    iter_records,
    iter_tokens,
    prepare,
    tokenize,
)

COLON = Grammar("colon", r"(?P<sender>[^:\n]+): (?P<text>.*)")
FRAMED = Grammar("framed", r"(?P<sender>\w+) (?P<time>[0-9:]+)(?=\n|\Z)", framed=True)


def records(blocks: Iterable[str], grammar: Grammar) -> list[tuple[str | None, str, int, int]]:
    return [
        (header and header.group()[1:], body, offset, line)
        for batch in iter_records(blocks, grammar)
        for header, body, offset, line in batch
    ]


def test_records_have_offsets_and_lines() -> None:
    text = "before\na: x\nmore\nb: y\n"
    assert records([text], COLON) == [
        (None, "before\n", 0, 1),
        ("a: x", "\nmore\n", 7, 2),
        ("b: y", "\n", 17, 4),
    ]
    assert [text[offset] for header, _, offset, _ in records([text], COLON) if header] == ["a", "b"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_blocks_of_any_size_give_the_same_records(size: int) -> None:
    text = "before\r\na: x\r\n\r\nmore\r\nb: y"
    assert records([text[i : i + size] for i in range(0, len(text), size)], COLON) == records([text], COLON)


def test_an_empty_text_has_one_empty_record() -> None:
    assert records([], COLON) == [(None, "", 0, 1)]
    assert tokenize("") == ()


def test_a_framed_header_needs_a_blank_line_before_it() -> None:
    text = "李四 9:00\n\n王五 9:01\nstill body\n\n赵六 9:02\nx\n"
    assert [header for header, *_ in records([text], FRAMED) if header] == [
        "李四 9:00",
        "王五 9:01",
        "赵六 9:02",
    ]
    for blocks in (["李四 9:00\n王五 9:01\n"], ["李四 9:00\n", "王五 9:01\n"]):
        assert [header for header, *_ in records(blocks, FRAMED) if header] == ["李四 9:00"]
    by_line = [line + "\n" for line in text.split("\n")[:-1]]
    assert records(by_line, FRAMED)[1:] == records([text], FRAMED)[1:]


@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeff\ufeff"])
def test_lines_may_end_with_cr_alone_behind_a_byte_order_mark_too(mark: str) -> None:
    for blocks in ([f"{mark}a: x\rb: y\r"], [*mark, "a: x\rb", ": y\r"]):
        prepared = prepare(blocks)
        assert (prepared.mark, prepared.cr, "".join(prepared.blocks)) == (mark, True, "a: x\nb: y\n")


def test_accept_has_the_last_word() -> None:
    picky = Grammar("picky", COLON.header, accept=lambda match: match["sender"] != "b")
    assert [header for header, *_ in records(["a: x\nb: y\n"], picky) if header] == ["a: x"]


def test_lines_end_at_line_feeds_only() -> None:
    assert list(iter_lines(["a\u2028b\x85c\x0bd\re\n", "f"])) == [("a\u2028b\x85c\x0bd\re\n", 0), ("f", 10)]


def test_described_formats() -> None:
    grammar, clock = compile_format("[%Y-%m-%d %H:%M:%S] {sender}: {text}")
    assert clock == "%Y-%m-%d %H:%M:%S"
    (first, _) = tokenize("[2026-05-01 09:00:05] 李四: 早: 上好\n第二行", grammar)
    assert (first.time, first.sender, dict(first.fields)["text"]) == (
        "2026-05-01 09:00:05",
        "李四",
        "早: 上好",
    )
    grammar, clock = compile_format("{sender} (100%%) %H:%M")
    assert (clock, tokenize("李四 (100%) 09:00\n好", grammar)[0].sender) == ("%H:%M", "李四")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("plain", "names neither a time nor a field"),
        ("%Q {text}", "unknown directive %Q"),
        ("%-d.%m.%Y {text}", "unknown directive %-d"),
        ("%Y-%m-%d %b {text}", "%b in .* says a part of the time again"),
        ("%H %I {text}", "%I in .* says a part of the time again"),
        ("%s %Y {text}", "%Y in .* says a part of the time again"),
        ("{who}: {text}", r"field \{who\} in .* is unknown; known: sender, sender_id, text"),
        ("{text} {text}", r"field \{text\} in .* is twice"),
        ("%H {sender} %M", "the parts of the time .* must stand together"),
        ("\n{text}", "leave out the line break"),
        ("{sender}\r\n{text}", "leave out the line break"),
    ],
)
def test_bad_descriptions_say_why(template: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compile_format(template)


def _calls(text: str) -> int:
    """How many Python and C calls reading a text takes: a count, so that no clock decides."""
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        for message in wechatlog.loads(text, format="markdown"):
            assert message.text is not None
        tokenize(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "unit",
    ["x" * 1000, "[" * 1000, "@" * 1000, "> 09:00:00  a  \n   \nb  \n   \n", "> 09:00:00  ", "\n", "   \n", "---\n", "## 2026-05-01   \n", "「a：", "&amp;", "\r"],
    ids=repr,
)  # fmt: skip
def test_time_is_linear(unit: str) -> None:
    head = "---\ndate: 2026-05-01\n---\n> 09:00:00  李四  \n   \n"
    small, large = (_calls(head + unit * (size // len(unit))) for size in (20_000, 200_000))
    assert large < small * 12


def _endless(count: int) -> Iterator[str]:
    for number in range(count):
        yield f"> 09:00:00  李四  \n   \n{number}  \n   \n"


def test_streamed_tokens_need_no_memory() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in iter_tokens(_endless(count))) == 4 * count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) < peak(2_000) + 100_000


def test_a_line_of_a_megabyte_in_small_blocks() -> None:
    text = "> 09:00:00  李四  \n   \n" + "字" * 1_000_000 + "  \n   \n"
    blocks = [text[i : i + 4096] for i in range(0, len(text), 4096)]
    (body,) = (body for header, body, *_ in records(blocks, MARKDOWN) if header)
    assert body.count("字") == 1_000_000
