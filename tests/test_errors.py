"""Errors and diagnostics: their data, their sentences, their journeys."""

from __future__ import annotations

import pickle

import pytest

import wechatlog
from wechatlog import errors
from wechatlog.diagnostics import Collector, Diagnostic, Severity

EXAMPLES = [
    errors.FormatError("wrong", source="f.txt", line=3, column=5, span=(4, 6), excerpt="> 25:00"),
    errors.UnknownFormatError("f.txt", "no known format", {"a": "no header"}),
    errors.AmbiguousFormatError("f.txt", {"a": "x", "b": "y"}),
    errors.RefusedFormatError("f.txt", "training-set", "no times"),
    errors.MultipleConversationsError("f.txt", ["一", "二"]),
    errors.MissingExtraError("html", "reading pages"),
    errors.OptionError("date", "not a day"),
    errors.WriteError("too long", "text"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_all_pickle_and_are_ours(error: wechatlog.WechatlogError) -> None:
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)
    assert isinstance(error, wechatlog.WechatlogError)
    assert getattr(wechatlog, type(error).__name__) is type(error)


def test_sentences() -> None:
    assert [str(error) for error in EXAMPLES] == [
        "f.txt:3:5: wrong\n    > 25:00\n        ^^",
        "f.txt: no known format\n  a: no header",
        "f.txt: several formats fit equally well; pass format= to choose one\n  a: x\n  b: y",
        "f.txt: training-set: no times",
        "f.txt: holds several conversations (一, 二); use wechatlog.load_archive",
        "reading pages needs an optional library; install it with: pip install 'wechatlog[html]'",
        "date: not a day",
        "text: too long",
    ]
    assert str(errors.FormatError("wrong")) == "wrong"
    assert str(errors.WriteError("wrong")) == "wrong"
    assert issubclass(errors.FormatError, ValueError)
    assert issubclass(errors.MissingExtraError, ImportError)


def test_the_caret_lines_up_under_wide_characters_and_in_long_lines() -> None:
    wide = errors.FormatError("x", line=1, column=4, excerpt="李四：坏")
    assert str(wide) == "1:4: x\n    李四：坏\n    \u3000\u3000\u3000^"
    long = errors.FormatError("x", line=1, column=501, excerpt="a" * 500 + "!" + "b" * 500)
    shown, caret = str(long).split("\n")[1:]
    assert shown[caret.index("^")] == "!"
    assert len(shown) < 80
    hostile = errors.FormatError("x", line=1, column=1, excerpt="\x1b[31m\0")
    assert "\x1b" not in str(hostile)


def test_strict_raises_at_the_first_warning_and_info_never() -> None:
    text = "---\ndate: 2026-05-01\nlines: 7\n---\n> 09:00:00  a  \n   \nwxid_lisi0002:  \n   \n"
    lenient = wechatlog.loads(text)
    assert [entry.code for entry in lenient.diagnostics] == ["cut-message", "message-count"]
    assert str(lenient.diagnostics[0]) == "7:1: warning: only the account id is left of this message [cut-message]"
    with pytest.raises(errors.FormatError) as caught:
        wechatlog.loads(text, errors="strict")
    assert str(caught.value) == "7:1: only the account id is left of this message\n    wxid_lisi0002:\n    ^"
    healthy = text.replace("wxid_lisi0002:", "好")
    assert len(wechatlog.loads(healthy, errors="strict")) == 1


def test_the_policy_is_checked() -> None:
    with pytest.raises(ValueError, match='errors must be "collect" or "strict", not \'ignore\''):
        wechatlog.loads("x", errors="ignore")  # type: ignore[arg-type]


def test_a_flood_of_one_code_is_summed_up() -> None:
    collector = Collector("collect", "f")
    for line in range(3000):
        collector.report("flood", "again", line=line)
    collector.report("other", "once", severity=Severity.ERROR)
    found = collector.diagnostics
    assert len(found) == 1002
    assert found[-1] == Diagnostic("flood", "and 2000 more like this", Severity.INFO, "f")
    assert collector.take() == found
    assert collector.diagnostics == ()
