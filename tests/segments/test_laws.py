"""What holds for any body."""

from __future__ import annotations

import itertools
import pickle

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechatlog.segments import Lexicon, Text, parse_segments

DASHES = " - - - - - - - - - - - - - - - "
PIECES = st.sampled_from(
    [
        *(
            "@",
            "?",
            "??",
            "\u2005",
            " ",
            "\n",
            "\r\n",
            "[",
            "]",
            "(",
            ")",
            "![",
            "](",
            "!",
            "「",
            "」",
            "：",
            ": ",
            "? ",
        ),
        *(
            "张三",
            "李四 -某",
            "所有人",
            "all",
            "[强]",
            "[微笑]",
            "/::)",
            "/微笑",
            "/",
            "\ue415",
            DASHES,
            "\n" + DASHES[1:],
        ),
        *(
            "http://",
            "http://a.cn/x",
            "www.",
            "www.a.cn",
            "a@b.cn",
            "<tr x>",
            ".",
            "，",
            "x",
            "é",
            "😀",
            "\u2028",
            "\x85",
        ),
    ]
)
BODIES = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))
LEXICONS = st.one_of(
    st.none(),
    st.builds(Lexicon, st.just(["张三", "张三??", "李四 -某"]), lossy=st.sampled_from([None, True, False])),
)


@given(BODIES, LEXICONS)
def test_segments_join_to_the_body(body: str, lexicon: Lexicon | None) -> None:
    segments = parse_segments(body, lexicon)
    assert "".join(segment.raw for segment in segments) == body
    assert all(segment.raw for segment in segments)


@given(BODIES, LEXICONS)
def test_texts_never_stand_side_by_side(body: str, lexicon: Lexicon | None) -> None:
    kinds = [isinstance(segment, Text) for segment in parse_segments(body, lexicon)]
    assert not any(a and b for a, b in itertools.pairwise(kinds))


@given(BODIES)
def test_segments_are_values(body: str) -> None:
    segments = parse_segments(body)
    assert pickle.loads(pickle.dumps(segments)) == segments == parse_segments(body)
    assert hash(segments) == hash(parse_segments(body))
    for segment in segments:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            segment.raw = "x"  # type: ignore[misc]


@given(st.lists(BODIES, max_size=5), BODIES)
def test_a_lexicon_survives_pickling(bodies: list[str], body: str) -> None:
    lexicon = Lexicon(["张三"])
    lexicon.learn(bodies)
    copy = pickle.loads(pickle.dumps(lexicon))
    assert (copy.names, copy.lossy) == (lexicon.names, lexicon.lossy)
    assert parse_segments(body, copy) == parse_segments(body, lexicon)


def test_an_empty_body_has_no_segments() -> None:
    assert parse_segments("") == ()


def test_plain_text_is_one_segment() -> None:
    assert parse_segments("今天天气不错") == (Text("今天天气不错"),)
