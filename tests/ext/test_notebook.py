"""The views in notebooks: bounded, and nothing in them runs or is loaded."""

from __future__ import annotations

import sys

import lxml.html
import pytest
from hypothesis import given, settings

from tests.goldens import conversation as golden_conversation
from tests.strategies import conversations
from wechatlog import Conversation, Forward, Message
from wechatlog.operations import statistics
from wechatlog.testing import SAMPLE_CONVERSATIONS

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) \"'><b>"


def parse(markup: str | None) -> lxml.html.HtmlElement:
    assert markup is not None
    return lxml.html.document_fromstring(f"<body>{markup}</body>")


def check_inert(markup: str | None) -> None:
    """No element that runs or loads anything, no handler, no odd address."""
    for element in parse(markup).iter():
        assert element.tag not in (
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "audio",
            "video",
            "link",
            "form",
            "base",
        )
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset", "srcdoc", "action", "data")
            if name == "href":
                assert value.startswith(("http://", "https://", "mailto:")), value
            if name == "style":
                assert set(value) <= set("width:opacity0123456789%"), value


@pytest.mark.parametrize("conversation", [*SAMPLE_CONVERSATIONS, golden_conversation()])
def test_nothing_runs(conversation: Conversation) -> None:
    check_inert(conversation._repr_html_())
    check_inert(statistics(conversation)._repr_html_())
    for message in conversation:
        check_inert(message._repr_html_())


@given(conversation=conversations())
@settings(max_examples=30)
def test_nothing_runs_whatever_the_chat_holds(conversation: Conversation) -> None:
    check_inert(conversation._repr_html_())
    check_inert(statistics(conversation)._repr_html_())


def test_hostile_names_and_titles_are_text() -> None:
    conversation = Conversation([Message(sender=HOSTILE, text=HOSTILE)], title=HOSTILE)
    check_inert(conversation._repr_html_())
    check_inert(statistics(conversation)._repr_html_())
    assert HOSTILE in parse(conversation._repr_html_()).text_content()


def test_a_conversation_shows_its_beginning_and_its_end() -> None:
    conversation = Conversation([Message(text=f"第{number}条") for number in range(100)], title="示例群")
    text = parse(conversation._repr_html_()).text_content()
    assert "示例群" in text
    assert "100 messages" in text
    shown = [number for number in range(100) if f"第{number}条" in text]
    assert shown == [*range(20), *range(80, 100)]
    assert "… 60 more messages …" in text


def test_one_message_is_hidden() -> None:
    text = parse(Conversation([Message(text="早")] * 41)._repr_html_()).text_content()
    assert "… 1 more message …" in text


def test_the_view_is_bounded() -> None:
    long = Message(text="长" * 1_000_000)
    bundle = Message(
        text="", segments=[Forward("记录", tuple(Message(text="早") for _ in range(10_000)))], kind="forward"
    )
    empty = len(Conversation()._repr_html_() or "")
    assert len(Conversation([long] * 1000)._repr_html_() or "") < empty + 200_000
    assert len(bundle._repr_html_() or "") < empty + 20_000


def test_the_statistics_show_who_and_when() -> None:
    found = statistics(golden_conversation())
    text = parse(found._repr_html_()).text_content()
    assert "35 messages" in text
    assert "李四" in text
    assert "[强]" in text
    hours = parse(found._repr_html_()).xpath("//table[@class='week']//td/@title")
    assert len(hours) == 7 * 24
    assert "Mon 22:00, 3 messages" in hours


def test_codes_of_emoji_stand_behind_their_pictures() -> None:
    chat = Conversation([Message(sender="李四", text=text) for text in ("[强]", "👍👍", "[不存在的]")])
    page = parse(statistics(chat)._repr_html_()).text_content()
    assert "👍 [强]" in page
    assert "👍 👍" not in page


def test_no_messages_at_all() -> None:
    assert "0 messages" in parse(Conversation()._repr_html_()).text_content()
    assert "0 messages" in parse(statistics(Conversation())._repr_html_()).text_content()


def test_without_the_extra_a_notebook_shows_the_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith(("wechatlog.pages", "wechatlog.ext.notebook")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert Conversation()._repr_html_() is None
    assert Message()._repr_html_() is None
    assert statistics(Conversation())._repr_html_() is None
