"""Messages that hold something, as values; and which texts are alike."""

from __future__ import annotations

import pickle
import re
import time
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from tests.cost import assert_linear
from wechatlog import Conversation, Message, SlowPatternError
from wechatlog.content import folding
from wechatlog.content.folding import fold, fold_with_places, keeps_places, knows_variants
from wechatlog.content.patterns import compile_words
from wechatlog.emoji import spellings
from wechatlog.operations import Hit, search
from wechatlog.segments import Forward, Link, Quote, Text

needs_opencc = pytest.mark.skipif(not knows_variants(), reason="needs OpenCC")


def found(words: str, text: str) -> list[str] | None:
    """What of a text is found."""
    spans = compile_words(words)(text)
    return None if spans is None else [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("words", "text", "pieces"),
    [
        ("abc", "ＡＢＣ abc Abc", ["ＡＢＣ", "abc", "Abc"]),
        ("ＡＢＣ１", "abc1", ["abc1"]),
        ("café", "Cafe\u0301 CAFÉ", ["Cafe\u0301", "CAFÉ"]),
        ("e\u0301", "é", ["é"]),
        ("각", "\u1100\u1161\u11a8", ["\u1100\u1161\u11a8"]),
        ("strasse", "Straße", ["Straße"]),
        ("s", "ß", ["ß", "ß"]),
        ("@老周 好", "@老周\u2005好", ["@老周\u2005好"]),
        ("[微笑]", "早[Smile]上/::)好[微笑]🙂", ["[Smile]", "/::)", "[微笑]", "🙂"]),
        ("smile", "早[微笑]上🙂", ["[微笑]", "🙂"]),
        ("微笑", "他微笑着[微笑]🙂", ["微笑", "[微笑]", "🙂"]),
        ("🙂", "[Smile]", ["[Smile]"]),
        ("好[微笑]吧", "好🙂吧 好[Smile]吧 好吧", ["好🙂吧", "好[Smile]吧"]),
        ("❤️", "❤ ❤️ [Heart]", ["❤", "❤️", "[Heart]"]),
        ("👍", "👍🏽", ["👍🏽"]),
        ("👍🏽", "👍", None),
        ("强", "👍[强]", ["强"]),
        ("5486", "测试15486", ["5486"]),
        ("2.3.1", "v2.3.1", ["2.3.1"]),
        ("扳手", "手", None),
        ("", "早", []),
    ],
)  # fmt: skip
def test_words_however_they_are_written(words: str, text: str, pieces: list[str] | None) -> None:
    assert found(words, text) == pieces


@needs_opencc
def test_simplified_and_traditional_are_found_by_either() -> None:
    assert found("图书馆", "去圖書館") == ["圖書館"]
    assert found("圖書館", "去图书馆") == ["图书馆"]
    assert compile_words("图书馆", exact=True)("圖書館") is None


def test_without_opencc_they_are_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_simplifier", lambda: str)
    monkeypatch.setattr(
        folding, "_TABLES", {key: type(table)(case=key[0], variants=key[1]) for key, table in folding._TABLES.items()}
    )
    assert found("图书馆", "去圖書館") is None
    assert found("图书馆", "去图书馆") == ["图书馆"]


@given(st.text())
def test_folding_is_done_once(text: str) -> None:
    for case in (False, True):
        once = fold(text, case=case)
        assert fold(once, case=case) == once
        folded, places = fold_with_places(text, case=case)
        assert (folded, len(places)) == (once, len(folded) + 1)
        assert places == sorted(places)


def test_places_are_kept_where_it_is_said() -> None:
    for code in (
        *range(0x80),
        *range(0x3001, 0x3004),
        *range(0x3008, 0x3012),
        *range(0x4E00, 0xA000),
        *range(0xFF01, 0xFF5F),
    ):
        assert keeps_places(chr(code))
        assert len(fold(chr(code))) == len(fold(chr(code), case=True)) == 1
    for text in ("…", "ß", "e\u0301", "❤️"):
        assert not keeps_places(text)


@given(st.text())
def test_every_text_finds_itself_in_all_its_forms(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC"):
        other = unicodedata.normalize(form, text)
        assert (compile_words(text)(other) is None) == (fold(text) not in fold(other) and not spellings(text))


@given(st.text(min_size=1, max_size=4), st.text(), st.text())
def test_places_are_in_the_text(words: str, before: str, after: str) -> None:
    text = before + words + after
    for start, end in compile_words(words)(text) or ():
        assert 0 <= start < end <= len(text)


def test_a_thousand_places_in_a_long_text_cost_little() -> None:
    def find(size: int) -> None:
        assert len(compile_words("圖")("é圖" * size) or ()) == 1000

    assert_linear(find, 80_000)


def chat() -> Conversation:
    inner = Forward("内层", (Message(sender="温杉", text="伞面用皮纸"),), raw="[聊天记录]")
    outer = Forward(
        "记录", (Message(sender="顾桐", kind="forward", text="[聊天记录]", segments=(inner,)),), raw="[聊天记录]"
    )
    return Conversation(
        [
            Message(sender="张三", text="谁有伞骨"),
            Message(sender="李四", text="我有", segments=[Quote("张三", "谁有伞骨"), Text("我有")]),
            Message(sender="李四", kind="forward", text="[聊天记录]", segments=[outer]),
            Message(
                sender="王五",
                kind="link",
                text="报名",
                segments=[Link("https://example.invalid/umbrella", "报名", raw="报名")],
            ),
            Message(sender="王五", text="好"),
        ]
    )


@pytest.mark.parametrize(
    ("words", "numbers"), [("伞骨", [0, 1]), ("皮纸", [2]), ("UMBRELLA", [3]), ("内层", [2]), ("没有", [])]
)
def test_what_stands_apart_is_found(words: str, numbers: list[int]) -> None:
    hits = list(search(chat(), words))
    assert [hit.number for hit in hits] == numbers
    assert [hit.message for hit in hits] == list(chat().search(words))
    assert all(str(place).lower() == words.lower() for hit in hits for place in hit.places)


def test_a_hit_is_a_value() -> None:
    first, second = search(chat(), "伞骨", before=1, after=2)
    assert (first.spans, first.before, len(first.after)) == (((2, 4),), (), 2)
    assert (second.spans, len(second.before), len(second.after)) == ((), 1, 2)
    assert (first.span, first.context) == ((2, 4), (first.message, *first.after))
    assert second.span == (2, 4)
    place = second.places[0]
    assert place.aside is not None
    assert (place.aside.sender, place.text, place.span) == ("张三", "谁有伞骨", (2, 4))
    assert pickle.loads(pickle.dumps(second)) == second
    assert len({first, second}) == 2


@given(strategies.conversations(), st.integers(0, 3), st.integers(0, 3))
def test_what_is_around_a_hit_is_what_stands_there(conversation: Conversation, before: int, after: int) -> None:
    messages = conversation.messages
    for hit in search(iter(messages), re.compile("[aeiou一-鿿]"), before=before, after=after):
        assert isinstance(hit, Hit)
        assert messages[hit.number] is hit.message
        assert hit.before == messages[max(0, hit.number - before) : hit.number]
        assert hit.after == messages[hit.number + 1 : hit.number + 1 + after]


@pytest.mark.parametrize("compile_it", [re.compile, regex.compile])
def test_a_runaway_expression_is_stopped(compile_it: object) -> None:
    slow = compile_it("(x+x+)+y")  # type: ignore[operator]
    start = time.process_time()
    with pytest.raises(SlowPatternError) as caught:
        Conversation([Message(text="x" * 5000)]).search(slow, timeout=0.1)
    assert time.process_time() - start < 5
    assert pickle.loads(pickle.dumps(caught.value)).seconds == 0.1
    assert str(caught.value).startswith("the pattern takes over 0.1 s for one message")


def test_flags_of_an_expression_count() -> None:
    messages = Conversation([Message(text="a\nB"), Message(text="é")])
    assert len(messages.search(re.compile("^b$"))) == 0
    assert len(messages.search(re.compile("^b$", re.MULTILINE | re.IGNORECASE))) == 1
    assert len(messages.search(re.compile(r"\w", re.ASCII))) == 1
    assert len(messages.search(re.compile(r"\w"))) == 2
    assert len(messages.search(re.compile("a.b", re.DOTALL | re.IGNORECASE))) == 1


def test_what_cannot_be_looked_for() -> None:
    for wrong in (re.compile(b"x"), b"x", 3):
        with pytest.raises(TypeError):
            chat().search(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no less than none"):
        search(chat(), "x", before=-1)
