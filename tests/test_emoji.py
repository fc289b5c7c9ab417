"""The emoji table: each class of forms, what is no emoji, and `to_unicode`."""

from __future__ import annotations

import pickle
import subprocess
import sys

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechatlog import emoji


@pytest.mark.parametrize(
    ("code", "name", "unicode"),
    [
        pytest.param("[微笑]", "[微笑]", "🙂", id="simplified"),
        pytest.param("[強]", "[强]", "👍", id="traditional"),
        pytest.param("[累]", "[困]", "😪", id="traditional that is another word"),
        pytest.param("[加油！]", "[加油加油]", "💪", id="full-width exclamation mark"),
        pytest.param("[ThumbsUp]", "[强]", "👍", id="English of the apps"),
        pytest.param("[Strong]", "[强]", "👍", id="English of the web client"),
        pytest.param("[Let Down]", "[失望]", "😔", id="English with a blank"),
        pytest.param("[Bah！L]", "[左哼哼]", "😤", id="English, full-width"),
        pytest.param("[ยิ้ม]", "[微笑]", "🙂", id="Thai"),
        pytest.param("[可爱]", "[愉快]", "😊", id="old Chinese name"),
        pytest.param("[Blush]", "[囧]", None, id="the one form that two codes claim"),
        pytest.param("[發]", "[發]", "🀅", id="traditional on purpose"),
        pytest.param("[吐舌]", "[吐舌]", "😝", id="only in article comments"),
        pytest.param("/::)", "[微笑]", "🙂", id="slash"),
        pytest.param("/:handclap", "[鼓掌]", "👏", id="slash word"),
        pytest.param("/可爱", "[愉快]", "😊", id="old Chinese slash word"),
        pytest.param("\ue415", "[笑脸]", "😄", id="private use"),
    ],
)
def test_lookup(code: str, name: str, unicode: str | None) -> None:
    entry = emoji.lookup(code)
    assert entry is not None
    assert (entry.name, entry.unicode) == (name, unicode)
    assert code in entry.forms


@pytest.mark.parametrize("code", ["[敬礼]", "[doge]", "[图片]", "[强", "强", "[thumbsup]", "[ 强]", "[]", "", "\ue000"])
def test_unknown_is_no_emoji(code: str) -> None:
    assert emoji.lookup(code) is None


def test_private_use_characters_are_all_known() -> None:
    characters = [start for start in emoji.code_starts() if "\ue000" <= start <= "\uf8ff"]
    assert len(characters) == 168
    assert all(emoji.lookup(character) for character in characters)


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("好的[强][强]", "好的👍👍"),
        ("[强]/:strong/::)[ThumbsUp]", "👍👍🙂👍"),
        ("谢谢\ue415", "谢谢😄"),
        ("来 /咖啡/啤酒，走", "来 ☕🍺，走"),
        ("啤酒/咖啡 强/弱 https://a.cn/微笑", "啤酒/咖啡 强/弱 https://a.cn/微笑"),
        ("http://a.cn/:no a/:no", "http://a.cn/:no a/:no"),
        ("/OK /NO", "/OK /NO"),
        ("[强](https://a.cn)", "[强](https://a.cn)"),
        ("[囧] [未知] []", "[囧] [未知] []"),
        ("[囧]/微笑", "[囧]🙂"),
        ("[[强]]", "[👍]"),
        ("", ""),
    ],
)
def test_replace(text: str, replaced: str) -> None:
    assert emoji.to_unicode(text) == replaced
    assert emoji.to_unicode(text, "keep") == text


def test_annotate() -> None:
    assert emoji.to_unicode("好[强]/::)[囧]", "annotate") == "好[强]👍/::)🙂[囧]"


def test_unknown_policy() -> None:
    with pytest.raises(ValueError, match="annotate"):
        emoji.to_unicode("好", "drop")  # type: ignore[arg-type]


@given(st.text(alphabet="[]/:强微笑)b\ue415 x。"))
def test_annotate_loses_nothing(text: str) -> None:
    annotated = emoji.to_unicode(text, "annotate")
    kept = iter(annotated)
    assert all(character in kept for character in text)


def test_entry_is_a_value() -> None:
    entry = emoji.lookup("[强]")
    assert entry is not None
    assert pickle.loads(pickle.dumps(entry)) == entry
    assert hash(entry) == hash(emoji.lookup("/:strong"))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        entry.name = "x"  # type: ignore[misc]


def test_table_is_read_when_first_needed() -> None:
    code = "import wechatlog.emoji as e; print(e._table.cache_info().currsize)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "0"
