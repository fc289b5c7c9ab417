"""Texts that UTF-8 cannot hold: half a surrogate pair."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from wechatlog.utf8 import json_line, whole

ANY_TEXT = st.text(st.characters())


@given(ANY_TEXT)
def test_a_whole_text_goes_into_a_file(text: str) -> None:
    assert whole(text).encode().decode() == whole(text)
    assert whole(whole(text)) == whole(text)


def test_only_halves_are_replaced() -> None:
    assert whole("好\ud83dx\U0001f600") == "好\ufffdx\U0001f600"
    assert whole("\ud83d\ude00") == "\U0001f600"


@given(ANY_TEXT)
def test_json_keeps_halves(text: str) -> None:
    line = json_line({"text": text})
    assert "\n" not in line
    # JSON has one way to write a character and its two halves.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert json.loads(line.encode())["text"] == joined
