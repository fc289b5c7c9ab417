"""What the fuller head of a long input costs, and what it keeps."""

from __future__ import annotations

import pytest

from tests.cost import assert_linear, cpu
from wechatlog.engine import Head
from wechatlog.source import HEAD_SIZE, Source

PAGE = "<!doctype html><html><body>"
SIZE = 3 << 20


def _fuller(text: str, encoding: str = "utf-8") -> Head:
    return Head.of(Source.of(text.encode(encoding))).fuller


@pytest.mark.parametrize(
    "run",
    [
        "<style", "<style></style ", "<svg ", "<svg </svg ", "<!--", "<!-", "<script ", "<script></script", "data:a,", ">", "<",
    ],
)  # fmt: skip
def test_no_page_costs_more_than_its_length(run: str) -> None:
    assert_linear(lambda size: _fuller(PAGE + run * (size // len(run))), SIZE)


@pytest.mark.parametrize("block", ["<script" * 1100 + "</script>", ">" * 2000 + "<b>"])
def test_what_is_no_bulk_is_not_looked_at_again_from_each_beginning_in_it(block: str) -> None:
    """As much of another kind costs about the same."""
    plain = cpu(lambda: _fuller(f"{PAGE}<svg></svg>{'<b>text</b>' * (SIZE // 11)}"))
    assert cpu(lambda: _fuller(f"{PAGE}<svg></svg>{block * (SIZE // len(block))}")) < 8 * plain


def test_of_a_long_line_both_ends_are_kept() -> None:
    """Whatever ends it, and whatever its encoding."""
    long = f"李四: {'长' * HEAD_SIZE} (2026-05-01 08:00)"
    for mark in ("\n", "\r\n", "\r"):
        for encoding in ("utf-8", "utf-16", "gb18030"):
            lines = _fuller(mark.join((long, "王五: 早 (2026-05-01 08:01)", long, "")), encoding).lines
            assert [line[:5] + line[-18:] for line in lines if line] == [
                "李四: 长(2026-05-01 08:00)",
                "王五: 早(2026-05-01 08:01)",
                "李四: 长(2026-05-01 08:00)",
            ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_of_a_page_styles_are_left_out_in_any_encoding(encoding: str) -> None:
    styles = "/* 样式 */ a > b { color: red }" * HEAD_SIZE
    assert _fuller(f"{PAGE}<style>{styles}</style><p>早上好</p>", encoding).text == (
        f"{PAGE}<style></style><p>早上好</p>"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_the_end_of_a_long_object_stands_in_front_in_any_encoding(encoding: str) -> None:
    messages = ",".join(f'{{"text": "第{number}句"}}' for number in range(HEAD_SIZE))
    assert _fuller(f'{{"messages": [{messages}], "talker": "李四"}}', encoding).json["talker"] == "李四"


@pytest.mark.parametrize("text", ["早上好\n" * HEAD_SIZE, f"{PAGE}{'<p>早上好</p>' * HEAD_SIZE}", "\1\2\3" * HEAD_SIZE])
def test_a_head_from_which_nothing_would_be_left_out_is_the_fuller_one(text: str) -> None:
    head = Head.of(Source.of(text.encode()))
    assert head.fuller is head
