"""What the writer of Markdown archives makes of conversations that never were Markdown, and of those that changed."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

import wechatlog
from wechatlog import Conversation, Image, Link, Message, MessageKind

NINE = dt.datetime(2026, 5, 1, 9)
DAY = '---\nlayout:     source \ntitle:      "2026-05-01-WeChat"\ndate:       2026-05-01 12:00:00\n---\n'


def say(text: str, time: dt.datetime = NINE, **fields: object) -> Message:
    return Message(time, "second", "李四", text=text, **fields)  # type: ignore[arg-type]


def body(message: Message) -> str:
    """What stands between the separators of the written block."""
    text = wechatlog.dumps(Conversation([message]), "markdown")
    return text.partition("  \n   \n")[2].removesuffix("\n   \n")


def test_one_day_is_daily_and_more_are_merged() -> None:
    one = wechatlog.dumps(Conversation([say("好")], title="示例群"), "markdown")
    assert one == (
        '---\nlayout:     source \ntitle:      "示例群"\ndate:       2026-05-01 12:00:00\nauthor:     "示例群"\n'
        'tag:\t\t  [chat]\nheader-img: "img/post-bg-wechat.jpg"\n---\n> 09:00:00  李四  \n   \n好  \n   \n'
    )
    two = wechatlog.dumps(Conversation([say("好"), say("早", NINE + dt.timedelta(days=1))]), "markdown")
    assert "## 2026-05-01   \n> 2026-05-01 09:00:00  李四  \n" in two
    assert "## 2026-05-02   \n> 2026-05-02 09:00:00  李四  \n" in two
    assert "tag:\t\t  [merged]\n" in two


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("好", "好  "),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d  "),
        ("&amp;", "&amp;amp;amp;amp;  "),
        ("第一行\n第二行", "第一行\n第二行  "),
        ("第一行\n\n第三行", "第一行&#10;&#10;第三行  "),
        ("---", "&#45;--  "),
        ("微信红包", "&#24494;信红包  "),
        ("![x](http://a.example/)", "&#33;[x](http://a.example/)  "),
        ("> 09:00:00  李四  ", "&gt; 09:00:00  李四    "),
    ],
)
def test_bodies(text: str, expected: str) -> None:
    assert body(say(text)) == expected


def test_media_from_other_forms_are_written_as_markdown() -> None:
    image = Image(path="img/1.jpg", raw="[图片]")
    link = Link("https://a.example/?a=1&b=2", "标题", raw="标题\nhttps://a.example/?a=1&b=2")
    assert body(say("[图片]", kind="image", segments=[image])) == "![2026-05-01 09:00:00](img/1.jpg) "
    assert body(say(link.raw, kind="link", segments=[link])) == "[标题](https://a.example/?a=1&amp;b=2)  "
    spaced = attrs.evolve(image, path="my pictures/1 (2).jpg")
    assert body(say("[图片]", kind="image", segments=[spaced])) == "[图片]  "
    back = wechatlog.loads(wechatlog.dumps(Conversation([say(link.raw, kind="link", segments=[link])]), "markdown"))
    assert (back[0].kind, back[0].links[0].url) == (MessageKind.LINK, link.url)


ODD = DAY + "> 09:00:00  李四\n\n&amp;amp;好\n\n> 09:01:00  王五  \n   \n早  \n   \n"


def test_what_was_read_is_given_back_even_when_odd() -> None:
    chat = wechatlog.loads(ODD)
    assert wechatlog.dumps(chat, "markdown") == ODD
    marked = f"\ufeff\ufeff{ODD}"
    assert wechatlog.dumps(wechatlog.loads(marked), "markdown") == marked
    assert wechatlog.dumps(wechatlog.loads(wechatlog.dumps(chat, "jsonl")), "markdown") == ODD


def test_what_was_changed_is_written_anew() -> None:
    chat = wechatlog.loads(ODD)
    changed = attrs.evolve(chat, messages=[attrs.evolve(chat[0], text="变了"), chat[1]])
    assert wechatlog.dumps(changed, "markdown") == ODD.replace(
        "> 09:00:00  李四\n\n&amp;amp;好\n\n", "> 09:00:00  李四  \n   \n变了  \n   \n"
    )
    renamed = attrs.evolve(chat, title="新名")
    assert 'title:      "新名"\n' in wechatlog.dumps(renamed, "markdown")
    moved = attrs.evolve(chat, messages=[attrs.evolve(m, time=m.time + dt.timedelta(days=1)) for m in chat if m.time])
    back = wechatlog.loads(wechatlog.dumps(moved, "markdown"))
    assert [str(m.time) for m in back] == ["2026-05-02 09:00:00", "2026-05-02 09:01:00"]


def test_a_slice_of_a_merged_archive() -> None:
    text = DAY + "".join(
        f"## 2026-05-0{day}   \n> 2026-05-0{day} 09:00:00  李四  \n   \n好  \n   \n> 2026-05-0{day} 10:00:00  李四  \n   \n早  \n   \n"
        for day in (1, 2)
    )
    chat = wechatlog.loads(text)
    assert wechatlog.dumps(chat, "markdown") == text
    assert wechatlog.loads(wechatlog.dumps(chat[1:3], "markdown")).messages == chat[1:3].messages
    assert wechatlog.dumps(chat[1:3], "markdown").count("## ") == 2


def test_an_unknown_option_names_the_valid_ones() -> None:
    with pytest.raises(TypeError, match="the writer 'markdown' takes no option 'x'; valid options: none"):
        wechatlog.dumps(Conversation(), "markdown", x=1)
    with pytest.raises(TypeError, match="valid options: emoji"):
        wechatlog.dumps(Conversation(), "text", x=1)


def test_archives_one_after_the_other_are_told_apart_and_given_back() -> None:
    days = [
        f'---\ntitle: "{day}"\ndate: 2026-05-0{day} 12:00:00\n---\n'
        + "> 09:00:00  李四  \n   \n好  \n   \n" * (day % 2)
        for day in (1, 2, 3)
    ]
    text = "".join(days)
    chats = list(wechatlog.load_archive(text.encode()))
    assert [(chat.title, len(chat)) for chat in chats] == [("1", 1), ("2", 0), ("3", 1)]
    assert [wechatlog.dumps(chat, "markdown") for chat in chats] == days
    assert wechatlog.dumps(chats, "markdown") == text
    for chat in chats:
        assert chat.origin.line == text.count("\n", 0, chat.origin.offset) + 1
        assert text.startswith("---\n", chat.origin.offset)
    with pytest.raises(wechatlog.MultipleConversationsError, match="load_archive"):
        wechatlog.loads(text)
