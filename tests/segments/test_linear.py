"""Time is linear in the body: counted in calls, of Python and of C, at two sizes."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from wechatlog.segments import Lexicon, Quote, parse_segments

DASHES = " - - - - - - - - - - - - - - - "
SMALL = 500
FACTOR = 8


def count_calls(body: str, lexicon: Lexicon | None) -> int:
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        parse_segments(body, lexicon)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "[",
            "]",
            "@",
            "@x",
            "x@",
            "@x?",
            "@x??",
            "@@",
            "「",
            "「张三：",
            "!",
            "![",
            "](",
            "[](",
            "![](",
            "[](http://",
        ),
        *(
            "?",
            "? ",
            "? 张三: ",
            "/",
            "/:",
            "/微笑",
            "[强]",
            "http://",
            "http://a.cn(",
            "www.",
            "(",
            " ",
            "\n",
            "好",
            "h",
        ),
        *(
            "「a」 - - - - - -",
            f"「a」{DASHES}",
            "「a" + DASHES,
            "@张三-",
            "@张三 -",
            "a.@",
            "@a.",
            "- ",
            "<tr ",
            "[a](<tr ",
        ),
    ],
)
@pytest.mark.parametrize("known", [False, True], ids=["no lexicon", "lexicon"])
def test_calls_grow_with_the_body(piece: str, known: bool) -> None:
    lexicon = Lexicon(["张三", "张三-张三", "x", "xx"]) if known else None
    parse_segments(piece * 3, lexicon)
    small, large = count_calls(piece * SMALL, lexicon), count_calls(piece * SMALL * FACTOR, lexicon)
    assert large <= 1.05 * small * FACTOR + 50


def test_one_long_line_of_text_costs_no_more_calls_than_a_short_one() -> None:
    parse_segments("好")
    assert count_calls("好" * 1_000_000, None) == count_calls("好", None)


@pytest.mark.parametrize(
    ("head", "tail"),
    [("「张三：", f"」{DASHES}好"), ("? 张三: ", f" ?{DASHES}好")],
    ids=["brackets", "lost brackets"],
)
def test_nested_quotes(head: str, tail: str) -> None:
    def nested(depth: int) -> str:
        return head * depth + "早" + tail * depth

    parse_segments(nested(1))
    assert count_calls(nested(8000), None) <= 10 * count_calls(nested(1000), None)
    quote, reply = parse_segments(nested(10_000))
    assert isinstance(quote, Quote)
    assert (quote.sender, reply.raw) == ("张三", "好")


def test_learning_grows_with_the_bodies() -> None:
    lexicon = Lexicon()
    lexicon.learn(["@张三?" * 10_000, "@a b c " * 10_000, "@" * 100_000, "「" * 100_000])
    assert "张三" in lexicon.names
