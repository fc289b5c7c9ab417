"""What a lexicon learns, and what it finds."""

from __future__ import annotations

import pickle

import pytest

from wechatlog.segments import Lexicon


def learnt(*bodies: str, lossy: bool | None = None) -> frozenset[str]:
    lexicon = Lexicon(lossy=lossy)
    lexicon.learn(bodies)
    return lexicon.names


@pytest.mark.parametrize(
    ("bodies", "names"),
    [
        pytest.param(["@张三?早"], {"张三"}, id="lost terminator"),
        pytest.param(["@张三\u2005早", "@李四?"], {"张三"}, id="a ? ends no name in intact text"),
        pytest.param(["@张三???早"], {"张三??"}, id="lost emoji in the name"),
        pytest.param(["@张三??早"], set(), id="an even run ends nothing"),
        pytest.param(["@张三@某公司?早"], {"张三@某公司"}, id="inner @"),
        pytest.param(["@张三 某公司?早"], set(), id="a blank, seen once"),
        pytest.param(["@张三 某公司?早"] * 2, {"张三 某公司"}, id="a blank, seen twice"),
        pytest.param(["@张三 某公司?早", "@张三 某公司 好"], {"张三 某公司"}, id="a blank, seen again"),
        pytest.param(["@张三 早?", "@张三 早 好", "@张三?"], {"张三"}, id="a blank behind a name"),
        pytest.param(["@张三 某-北京?早"], {"张三 某-北京"}, id="a blank and a dash"),
        pytest.param(["@Tom Lee\u2005hi"], {"Tom Lee"}, id="a blank before U+2005"),
        pytest.param(["「张三：早」", "「 李四: 早 」"], {"张三", "李四"}, id="quote heads"),
        pytest.param(["a@b.cn?", 'x @"y"?', "http://a.cn/@x?", "@@张三?"], {"张三"}, id="no mentions"),
        pytest.param(["张三?", "早"], set(), id="no @"),
    ],
)
def test_learning(bodies: list[str], names: set[str]) -> None:
    assert learnt(*bodies) == names


def test_lossy_is_learnt_or_given() -> None:
    assert Lexicon(["张三"]).lossy is None
    assert Lexicon(lossy=True).lossy is True
    lexicon = Lexicon()
    lexicon.learn(["@张三?"])
    assert lexicon.lossy is True
    lexicon.learn(["@张三\u2005"])
    assert lexicon.lossy is False
    assert learnt("@张三\u2005", "@李四?", lossy=True) == {"张三", "李四"}


def test_longest_name_with_a_boundary() -> None:
    lexicon = Lexicon(["张", "张三", "张三-某公司", "Tom Lee", " "])
    body = "@张三-某公司x @张三~ @张三 @Tom Lee"
    starts = [index + 1 for index, character in enumerate(body) if character == "@"]
    assert [lexicon.longest(body, start) for start in starts] == [None, None, 17, 26]
    assert lexicon.longest("张", 0) == 1
    assert lexicon.longest("张三", 0) == 2
    assert lexicon.longest("", 0) is None


def test_bound_sources_are_asked_when_a_name_is() -> None:
    asked = []

    def source() -> tuple[list[str], list[str]]:
        asked.append(True)
        return ["李四"], ["@张三?"]

    lexicon = Lexicon(["王五"])
    lexicon.bind(source)
    assert not asked
    assert lexicon.names == {"王五", "李四", "张三"}
    lexicon.bind(lambda: (["赵六"], []))
    assert lexicon.longest("赵六", 0) == 2
    assert len(asked) == 1


def test_pickles_what_it_has_learnt() -> None:
    lexicon = Lexicon()
    lexicon.bind(lambda: (["李四"], ["@张三?"]))
    copy = pickle.loads(pickle.dumps(lexicon))
    assert (copy.names, copy.lossy) == ({"李四", "张三"}, True)
    assert repr(copy) == "<Lexicon of 2 names>"
    assert len({lexicon, copy}) == 2
