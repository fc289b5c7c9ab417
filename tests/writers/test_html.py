"""`html`: whatever a chat holds, the page is the same few elements, and nothing of the chat is more than text in them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

import lxml.html
import pytest
from hypothesis import given, settings

import wechatlog
from tests.goldens import conversation as example
from tests.goldens import golden
from tests.media.test_media import AES_KEY, XOR_KEY, combined, encrypted, png, silk
from tests.strategies import conversations
from wechatlog import Conversation, Message, MissingExtraError, OptionError, Origin
from wechatlog.pages import asset, clean, script
from wechatlog.registry import find_writer
from wechatlog.segments.types import Emoji, Forward, Image, Link, Mention, MiniProgram, Quote, Text, Video, Voice
from wechatlog.testing import SAMPLE_CONVERSATIONS, check_writer
from wechatlog.writers import html
from wechatlog.writers.base import IndexEntry, IndexWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.html import HtmlElement

ELEMENTS = frozenset("div p b i a time h2 figure img blockquote details summary span small audio video script".split())
"""What the messages are made of; `script` holds the text of later chunks."""
ATTRIBUTES = frozenset(
    "class id href target rel title src alt loading decoding datetime data-i data-k data-n data-u controls preload type".split()
)
ADDRESS = re.compile(r"https?://|mailto:|#[mh][\w.~-]+\Z|(?![A-Za-z][A-Za-z0-9+.-]*:)[^/\\]")
SOURCE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif|bmp);base64,|(?![A-Za-z][A-Za-z0-9+.-]*:)[^/\\]")
START = dt.datetime(2026, 5, 1, 9, 0)


def say(text: str, minute: int = 0, **fields: Any) -> Message:
    fields.setdefault("sender", "李四")
    return Message(time=START + dt.timedelta(minutes=minute), precision="second", text=text, **fields)


def page(messages: Any, **options: Any) -> str:
    return wechatlog.dumps(
        messages if isinstance(messages, Conversation) else Conversation(messages), "html", **options
    )


def parse(text: str) -> HtmlElement:
    return lxml.html.document_fromstring(text.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8"))


def chunks(text: str) -> list[HtmlElement]:
    """Every chunk as an element, those that the page keeps as text as well."""
    found = []
    for node in parse(text).get_element_by_id("log"):
        if node.tag == "script":
            assert dict(node.attrib).keys() == {"type", "data-n"}
            assert node.get("type") == "text/plain"
            assert not re.search(r"<!--|</?script", node.text, re.IGNORECASE)
            node = lxml.html.fragment_fromstring(node.text, create_parent="div")
        found.append(node)
    return found


def rows(text: str) -> list[HtmlElement]:
    return [row for chunk in chunks(text) for row in chunk.xpath(".//div[@id]")]


def check_inert(text: str) -> None:
    """Only elements, attributes and addresses that the writer makes."""
    for chunk in chunks(text):
        for node in chunk.iter():
            assert node.tag in ELEMENTS, node.tag
            assert set(node.attrib) <= ATTRIBUTES, dict(node.attrib)
            assert ADDRESS.match(node.get("href", "x")), node.get("href")
            assert SOURCE.match(node.get("src", "x")), node.get("src")
            if node.get("target"):
                assert node.get("rel") == "noopener noreferrer"
    document = parse(text)
    scripts = [node for node in document.iter("script") if node.get("type") != "text/plain"]
    assert [node.get("type") for node in scripts] == ["application/json", None]
    assert scripts[1].text == script("page")
    assert json.loads(scripts[0].text)["count"] == len(rows(text))
    assert not [node for node in document.iter() if any(name.startswith("on") for name in node.attrib)]
    assert not document.xpath("//*[@style]")


# --- laws ------------------------------------------------------------------------------------------


def test_what_breaks_writers() -> None:
    check_writer(find_writer("html"))
    assert isinstance(find_writer("html"), IndexWriter)


@settings(max_examples=30)
@given(conversation=conversations())
def test_whatever_a_chat_holds_is_inert_and_complete(conversation: Conversation) -> None:
    text = wechatlog.dumps(conversation, "html")
    check_inert(text)
    addresses = [row.get("id") for row in rows(text)]
    assert len(set(addresses)) == len(conversation)
    assert all(re.fullmatch(r"[mh][\w.~-]+", address) for address in addresses)
    assert wechatlog.dumps(iter(conversation.messages), "html", title="x") == wechatlog.dumps(
        Conversation(conversation.messages), "html", title="x"
    )


@pytest.mark.parametrize("live", [2000, 0], ids=["as elements", "as text"])
@pytest.mark.parametrize(
    "conversation", [example(), *SAMPLE_CONVERSATIONS], ids=lambda found: found.title or len(found)
)
def test_every_text_and_name_is_in_the_page_and_only_escaped(
    conversation: Conversation, live: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "_LIVE", live)
    text = wechatlog.dumps(conversation, "html", emoji="code")
    check_inert(text)
    found = rows(text)
    for message, row in zip(conversation, found, strict=True):
        shown = "".join(row.xpath(".//text()[not(parent::small)]"))
        for value in said(message):
            if clean(value).strip() not in shown:
                pytest.fail(f"{value[:80]!r} is not in {shown[:80]!r}")
    names = {message.sender for message in conversation if message.sender and message.sender.strip()}
    shown = {node.text for chunk in chunks(text) for node in chunk.xpath(".//b[@data-i]")}
    assert {clean(name) for name in names} <= shown
    for raw in ("<script>alert", "<img src=x", "<b>坏名字", "<b>x</b>"):
        assert raw not in text


def said(message: Message) -> Iterator[str]:
    """The texts of a message that a reader of the page should see."""
    for segment in message.segments:
        if isinstance(segment, Text | Mention | Emoji):
            yield segment.raw
        yield from filter(None, (getattr(segment, name, None) for name in ("title", "text", "transcript", "poi")))


def test_golden_page() -> None:
    text = wechatlog.dumps(example(), "html")
    for code in (script("page"), asset("messages.css"), asset("page.css")):
        text = text.replace(code, "/* … */")
    text = re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-…", text)
    golden("html/page.html", re.sub(r"[0-9]+ kB(?=\"|</p>)", "… kB", text))


def test_memory_does_not_grow_with_the_chat(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        wechatlog.dump((say("x" * 200, number, id=str(number)) for number in range(count)), tmp_path / "chat.html")
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(6000) - peak(2000) < 1_500_000  # what the days and the last ids take


# --- the page --------------------------------------------------------------------------------------


def test_the_policy_allows_this_style_and_this_script_only() -> None:
    document = parse(page([say("早")]))
    policy = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style, script = document.xpath("//style")[0].text, document.xpath("//script[not(@type)]")[0].text
    for part, text in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{part} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "base-uri 'none'; form-action 'none'" in policy
    assert document.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]


def test_title_language_and_theme() -> None:
    chat = Conversation([say("早")], title="<b>群</b> & \0\ud800")
    document = parse(wechatlog.dumps(chat, "html"))
    assert document.xpath("//title")[0].text == "<b>群</b> & \ufffd\ufffd"
    assert document.xpath("//h1")[0].text_content() == "<b>群</b> & \ufffd\ufffd"
    assert document.get("lang") == "zh-CN"
    assert document.get("data-theme") is None
    document = parse(wechatlog.dumps(chat, "html", title="Club", lang="en-GB", theme="dark"))
    assert document.xpath("//title")[0].text == "Club"
    assert (document.get("lang"), document.get("data-theme")) == ("en-GB", "dark")
    assert document.xpath("//input[@id='find']/@placeholder") == ["Search messages"]
    document = parse(wechatlog.dumps(chat, "html", lang="en", interface="zh"))
    assert document.xpath("//input[@id='find']/@placeholder") == ["搜索消息"]
    assert document.xpath("//*[@id='bar']/@lang") == ["zh-CN"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("owner", ""),
        ("title", 3),
        ("emoji", "both"),
        ("media", "all"),
        ("media", "embed"),
        ("media_root", "no/such/folder"),
        ("media_limit", "-1"),
        ("theme", "blue"),
        ("lang", 'zh" onload="'),
        ("interface", "de"),
        ("index", "/index.html"),
        ("index", "javascript:alert(1)"),
        ("index", "a/../index.html"),
    ],
)
def test_options_that_mean_nothing(option: str, value: object) -> None:
    with pytest.raises(OptionError, match=option if value != "embed" else "media_root"):
        page([say("早")], **{option: value})


def test_an_empty_chat_is_a_page() -> None:
    text = page([])
    check_inert(text)
    assert "0 条消息 · 0 人" in text


def test_facts_are_said_at_the_end_and_to_the_script() -> None:
    text = page([say("早"), say("好", 60 * 24, sender="王五")], lang="en")
    facts = r"2 messages · 2 people · 2026-05-01 – 2026-05-02 · 2 days · [0-9]+ kB"
    document = parse(text)
    assert re.fullmatch(facts, document.xpath("//footer/p")[0].text)
    data = json.loads(document.get_element_by_id("data").text)
    assert data["days"] == [["2026-05-01", 0, 1], ["2026-05-02", 1, 1]]
    assert [(person["number"], person["name"], person["count"]) for person in data["people"]] == [
        (0, "李四", 1),
        (1, "王五", 1),
    ]
    assert (data["count"], data["remote"], data["huge"]) == (2, 0, False)
    size = re.search(r"([0-9]+) kB", data["facts"])
    assert size
    assert abs(int(size[1]) - len(text.encode()) / 1000) < 2


def test_a_page_with_much_text_says_that_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_HUGE", 100_000)
    assert json.loads(parse(page([say("x" * 90_000)])).get_element_by_id("data").text)["huge"] is True


def test_later_chunks_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_CHUNK", 10)
    monkeypatch.setattr(html, "_LIVE", 20)
    text = page([say(f"<i>{number}</i> </script><!-- -->", number // 4) for number in range(45)])
    log = parse(text).get_element_by_id("log")
    assert [(node.tag, node.get("data-n")) for node in log] == [
        ("div", "0"),
        ("div", "10"),
        ("script", "20"),
        ("script", "30"),
        ("script", "40"),
    ]
    assert len(rows(text)) == 45
    check_inert(text)


def test_a_chunk_ends_early_where_texts_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_LIVE_TEXT", 300_000)
    text = page([say("x" * 50_000) for _ in range(9)])
    assert len(chunks(text)) == 5
    assert len(rows(text)) == 9
    assert text.count('type="text/plain"') > 0


def test_each_chunk_begins_with_its_day_and_its_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_CHUNK", 2)
    found = chunks(page([say("一"), say("二"), say("三"), say("四", 60 * 24)]))
    assert [[h2.get("class") for h2 in chunk.xpath(".//h2")] for chunk in found] == [[None], ["again", None]]
    assert [len(chunk.xpath(".//b[@data-i]")) for chunk in found] == [1, 2]


# --- messages --------------------------------------------------------------------------------------


def test_days_runs_and_times() -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    text = page(
        [
            Message(text="没有时间", sender="李四"),
            Message(time=dt.datetime(2026, 5, 1, tzinfo=zone), precision="day", sender="李四", text="一天"),
            Message(time=dt.datetime(2026, 5, 1, 9, 30, tzinfo=zone), precision="minute", sender="李四", text="一分"),
            Message(
                time=dt.datetime(2026, 5, 1, 9, 30, 7, 123, tzinfo=zone), precision="second", sender="李四", text="一秒"
            ),
            Message(time=dt.datetime(2026, 5, 1, 9, 31, 7, tzinfo=zone), precision="second", sender="王五", text="我"),
        ]
    )
    assert [h2.text_content() for h2 in chunks(text)[0].xpath(".//h2")] == ["2026年5月1日 星期五"]
    times = [row.xpath("./time") for row in rows(text)]
    assert [[time.get("datetime") for time in found] for found in times] == [
        [],
        ["2026-05-01"],
        ["2026-05-01T09:30+08:00"],
        ["2026-05-01T09:30:07+08:00"],
        ["2026-05-01T09:31:07+08:00"],
    ]
    assert [time.text for found in times for time in found] == [None, "09:30", "09:30", "09:31"]
    assert [time.get("class") for found in times for time in found] == [None, "q", None, None]
    assert len(chunks(text)[0].xpath(".//b[@data-i]")) == 3


def side(text: str) -> list[bool]:
    return [" s " in row.getparent().get("class") for row in rows(text)]


def test_own_messages_stand_on_the_right() -> None:
    messages = [
        say("一", sender="张三", sender_id="wxid_zhangsan0001", is_self=True),
        say("二", sender="李四", sender_id="wxid_lisi00000002", is_self=False),
        say("三", sender="王 五", sender_id="wxid_wangwu0003"),
    ]
    assert side(page(messages)) == [True, False, False]
    assert side(page(messages, owner="李四")) == [False, True, False]
    assert side(page(messages, owner="wxid_lisi00000002")) == [False, True, False]
    assert side(page(messages, owner="王  五")) == [False, False, True]
    assert side(wechatlog.dumps(Conversation(messages, owner="wxid_wangwu0003"), "html")) == [True, False, True]


def test_notices_stand_in_the_middle_and_say_whose_they_are() -> None:
    text = page(
        [
            say('"李四" 撤回了一条消息', kind="recall"),
            say("撤回了一条消息", kind="recall"),
            say("你撤回了一条消息", kind="recall", sender="张三", is_self=True),
            say("王五加入了群聊", kind="system", sender=None),
        ]
    )
    assert {row.getparent().get("class") for row in rows(text)} == {"o"}
    assert [row[0].text_content() for row in rows(text)] == [
        '"李四" 撤回了一条消息',
        "李四 撤回了一条消息",
        "你撤回了一条消息",
        "王五加入了群聊",
    ]


def test_nobody_is_named_so() -> None:
    text = page([say("一", sender=" \n"), say("二", sender="", sender_id="wxid_lisi00000002"), say("三", sender="")])
    assert [node.text for node in parse(text).xpath("//b[@data-i]")] == ["无名", "wxid_lisi00000002", "无名"]


def first(message: Message, **options: Any) -> HtmlElement:
    """The body of a message."""
    return rows(page([message], **options))[0][0]


def test_emoji_mentions_and_links() -> None:
    body = first(say("@王五\u2005看 https://example.invalid/a?b=1&c=2[强]"))
    assert [(node.tag, node.text) for node in body] == [
        ("b", "@王五"),
        ("a", "https://example.invalid/a?b=1&c=2"),
        ("i", "👍"),
    ]
    assert body[1].get("href") == "https://example.invalid/a?b=1&c=2"
    assert body[2].get("title") == "[强]"
    assert first(say("好[强]"), emoji="code").text == "好[强]"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://example.invalid/",
        "intent://x#Intent;end",
        "https://example.invalid/\u202egpj.exe",
        "https:// example.invalid",
        "//example.invalid/",
        "https:javascript",
    ],
)
def test_other_addresses_are_text(url: str) -> None:
    for message in (
        say("看这里", kind="link", segments=[Link(url=url, title="看这里", raw="看这里")]),
        say("文字 看这里", segments=[Text("文字 "), Link(url=url, title="看这里", raw="看这里")]),
        say("[图片]", kind="image", segments=[Image(url=url, raw="[图片]")]),
    ):
        text = page([message])
        check_inert(text)
        assert not [row for row in rows(text) if row.xpath(".//@href|.//@src")]


def test_line_breaks_stay() -> None:
    assert first(say("第一行\n第二行\n\n  空行后面")).text == "第一行\n第二行\n\n  空行后面"
    assert first(say("a\x0bb\x0cc\x85d\0\x07\ufffe")).text == "a\nb\nc\nd\ufffd\ufffd\ufffd"


def test_long_texts_are_folded_and_whole() -> None:
    long = "开头[强]" + "很长" * 4000 + "结尾"
    body = first(say(long), emoji="code")
    assert body[0].tag == "details"
    assert "".join(body.xpath(".//text()[not(parent::small)]")) == long
    assert len(body.xpath(".//summary")[0].text_content()) < 1000


def test_a_quote_leads_to_its_message() -> None:
    messages = [
        say("早上好", id="7000000000000000001"),
        say("早", kind="quote", reply_to="7000000000000000001", segments=[Quote("李四", "早上好[微笑]"), Text("早")]),
        say("晚", reply_to="7000000000000000001"),
        say("不在这里", reply_to="7", segments=[Quote("李四", "以前"), Text("不在这里")]),
    ]
    found = rows(page(messages))
    assert found[1].xpath(".//blockquote/a/@href") == ["#m7000000000000000001"]
    assert found[1].xpath(".//blockquote")[0].text_content() == "李四 早上好🙂"
    assert found[2].xpath(".//a[@class='quote']/@href") == ["#m7000000000000000001"]
    assert not found[3].xpath(".//@href")


def test_what_is_answered_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.pages.addresses._REMEMBERED", 10)
    found = rows(page([say("答", id=str(number), reply_to=str(number - 8)) for number in range(60)]))
    assert [row.xpath(".//a/@href") for row in found[8:]] == [[f"#m{number}"] for number in range(52)]
    far = rows(page([say("答", id=str(number), reply_to=str(number - 30)) for number in range(60)]))
    assert not [row for row in far if row.xpath(".//a")]


def addresses(messages: Any) -> list[str]:
    return [row.get("id") for row in rows(page(messages))]


def test_addresses_are_ids_or_hashes_and_stay() -> None:
    known = say("早", id="7300000000000000001")
    odd = say("早", id='"><b>1')
    plain, later = say("早"), say("早", 1)
    timeless = Message(text="好的", sender="王五")
    chat = [known, odd, plain, later, timeless, timeless, plain, known]
    found = addresses(chat)
    assert found[0] == "m7300000000000000001"
    assert found[7] == f"{found[0]}~2"
    assert len(set(found)) == len(chat)
    assert found[6] == f"{found[2]}~2"
    assert found[5] == f"{found[4]}~2"
    more = [say("以前", -60), *chat[:3], say("中间", 1, sender="赵六"), *chat[3:], say("以后", 9)]
    kept = addresses(more)
    assert [kept[place] for place in (1, 2, 3, 5, 6, 7, 8, 9)] == found
    assert addresses([say("早", sender="李四（改名）", sender_id="wxid_1")]) == addresses(
        [say("早", sender_id="wxid_1")]
    )
    kinds = [say("早"), say("早", kind="quote"), say("早", 2), say("早 ")]
    assert len(set(addresses(kinds))) == len(kinds)


def test_repeats_are_told_apart_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.pages.addresses._REMEMBERED", 10)
    found = addresses([Message(text=str(number % 8), sender="李四") for number in range(80)])
    assert len(set(found)) == 80


def test_rows_name_their_kind() -> None:
    text = page([say("早"), say("[图片]", kind="image"), say("撤回了一条消息", kind="recall")])
    assert [row.get("data-k") for row in rows(text)] == [None, "image", "recall"]
    data = json.loads(parse(text).get_element_by_id("data").text)
    assert data["kinds"] == [["text", "文本", 1], ["image", "图片", 1], ["recall", "撤回", 1]]
    assert sum(map(sum, data["hours"])) == 3
    assert data["hours"][4][9] == 3


def test_forwards_are_nested_to_a_depth() -> None:
    message = say("里面")
    for _ in range(12):
        message = Message(sender="王五", kind="forward", segments=[Forward(title="记录", messages=[message])])
    text = page([message])
    check_inert(text)
    assert text.count('<details class="forward">') == 8
    assert "更深的内容没有显示" in text


@pytest.mark.parametrize("kind", list(wechatlog.MessageKind))
def test_a_kind_without_a_segment_of_its_own_is_named(kind: wechatlog.MessageKind) -> None:
    text = first(say("内容", kind=kind)).text_content()
    assert text.endswith("内容")
    plain = ("text", "quote", "system", "recall", "pat", "other", "link")
    assert (text.removeprefix("李四 ") == "内容") == (kind in plain)


def test_odd_numbers_of_segments_do_no_harm() -> None:
    for seconds in (float("nan"), float("inf"), -5, 10**9):
        check_inert(page([say("", kind="voice", segments=[Voice(seconds=seconds)])]))


# --- media -----------------------------------------------------------------------------------------


def test_remote_pictures_are_links_until_they_are_clicked() -> None:
    text = page([say("[图片]", kind="image", segments=[Image(url="https://example.invalid/1.png", raw="[图片]")])])
    link = rows(text)[0][0]
    assert (link.tag, link.get("href"), link.get("class")) == ("a", "https://example.invalid/1.png", "remote image")
    assert not parse(text).xpath("//img")
    assert json.loads(parse(text).get_element_by_id("data").text)["remote"] == 1


def test_local_media() -> None:
    image = say("[图片]", kind="image", segments=[Image(path="image\\2026 五月\\1?.jpg", raw="[图片]")])
    assert first(image)[0].get("src") == "image/2026%20%E4%BA%94%E6%9C%88/1%3F.jpg"
    assert first(image, media="none").text_content() == "图片"
    voice = say("", kind="voice", segments=[Voice(seconds=3, path="voice/1.mp3", transcript="好")])
    assert first(voice)[0].tag == "audio"
    silk = say("", kind="voice", segments=[Voice(seconds=3, path="voice/1.silk")])
    assert (first(silk)[0].tag, first(silk)[0].get("href")) == ("a", "voice/1.silk")
    video = say("", kind="video", segments=[Video(path="v/1.mp4")])
    assert first(video)[0].tag == "video"
    assert first(video, media="none").tag == "div"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x.png",
        "a/../../x.png",
        "a\\..\\..\\x.png",
        "C:\\x.png",
        "\\\\host\\x.png",
        "//host/x.png",
        "javascript:alert(1)//x.png",
        "data:image/svg+xml;base64,AAAA",
        "data:text/html;base64,AAAA",
        "data:image/png,<b>",
        "file:///x.png",
        "https://example.invalid/x.png",
        "",
        "x\0.png",
        "x\n.png",
    ],
)
def test_paths_that_lead_elsewhere_are_names_only(path: str, tmp_path: Path) -> None:
    message = say("[图片]", kind="image", segments=[Image(path=path, raw="[图片]")])
    for options in ({}, {"media": "embed", "media_root": str(tmp_path)}, {"media_root": tmp_path}):
        assert not first(message, **options).xpath("descendant-or-self::*/@src|descendant-or-self::*/@href")


def test_contents_that_stand_in_place_of_a_path_are_shown() -> None:
    picture, sound, film = (f"data:{kind};base64,AAAA" for kind in ("image/png", "audio/mpeg", "video/mp4"))
    image = say("[图片]", kind="image", segments=[Image(path=picture, raw="[图片]")])
    voice, video = (
        say("", kind="voice", segments=[Voice(path=sound)]),
        say("", kind="video", segments=[Video(path=film)]),
    )
    for message, place in ((image, picture), (voice, sound), (video, film)):
        assert first(message).xpath("descendant-or-self::*/@src") == [place]
        for options in ({"media": "none"}, {"media_limit": "9"}):
            shown = page([message], **options)
            assert place not in shown
    swapped = say("", kind="voice", segments=[Voice(path=picture)])
    assert not first(swapped).xpath("descendant-or-self::*/@src"), "a picture is no sound"


@pytest.mark.parametrize(
    "place",
    ["file:///home/zhangsan/%s", "FILE:///C:/Users/zhangsan/%s", " file:///home/zhangsan/%s", "/home/zhangsan/%s",
     "C:\\Users\\zhangsan\\%s", "\\\\nas\\zhangsan\\%s"],
)  # fmt: skip
def test_of_a_place_on_a_disk_only_the_name_is_shown(place: str) -> None:
    path = place % "伞.png"
    text = page(
        [
            say("[图片]", kind="image", segments=[Image(path=path, raw="[图片]")]),
            say("[链接]", kind="link", segments=[Link(url=path, title="题", raw="[链接]")]),
            say("", kind="link", segments=[Link(url=path)]),
            say("看", segments=[Text("看"), Link(url=path)]),
        ]
    )
    assert "zhangsan" not in text
    assert "file:///" not in text.lower()
    assert text.count("伞.png") >= 4


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_embedded_pictures(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    (root / "image").mkdir(parents=True)
    (root / "image" / "1.png").write_bytes(PNG)
    (root / "image" / "page.png").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    (tmp_path / "secret.png").write_bytes(PNG)
    (root / "image" / "out.png").symlink_to(tmp_path / "secret.png")

    def source(name: str, **options: Any) -> list[str]:
        message = say("[图片]", kind="image", segments=[Image(path=f"image\\{name}", raw="[图片]")])
        found: list[str] = first(message, media="embed", media_root=str(root), **options).xpath(".//@src")
        return found

    assert source("1.png") == [f"data:image/png;base64,{base64.b64encode(PNG).decode()}"]
    assert source("1.png", media_limit="10") == []
    assert source("page.png") == []
    assert source("out.png") == []
    assert source("missing.png") == []
    linked = say("[图片]", kind="image", segments=[Image(path="image/1.png", raw="[图片]")])
    assert first(linked, media_root=root).xpath(".//@src") == ["image/1.png"]
    assert first(linked, media_root=root, page_folder=root.parent).xpath(".//@src") == [f"{root.name}/image/1.png"]
    assert first(linked, media_root=root, page_folder=root / "页").xpath(".//@src") == ["../image/1.png"]


def test_embedded_media_are_decoded(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_bytes(combined(png(), 0x37))
    (tmp_path / "v2.dat").write_bytes(encrypted(png(), 2, aes=32, tail=8))
    (tmp_path / "1.silk").write_bytes(silk(0.1))
    (tmp_path / "bad.silk").write_bytes(b"\x02#!SILK_V3\xff\xff\xff")
    keys = {"aes_key": AES_KEY, "xor_key": XOR_KEY}

    def sources(segment: Any, **options: Any) -> list[str]:
        message = say(segment.raw, 1, kind="image", segments=[segment])
        found: list[str] = first(message, media="embed", media_root=tmp_path, **options).xpath(".//@src")
        return [source[:22] for source in found]

    assert sources(Image(path="a.dat", raw="[图片]")) == ["data:image/png;base64,"]
    assert sources(Image(path="v2.dat", raw="[图片]")) == []
    assert sources(Image(path="v2.dat", raw="[图片]"), **keys) == ["data:image/png;base64,"]
    assert sources(Voice(path="1.silk", raw="[语音]")) == ["data:audio/wav;base64,"]
    assert sources(Voice(path="1.silk", raw="[语音]"), media_limit=1000) == []
    assert sources(Voice(path="bad.silk", raw="[语音]")) == []
    assert sources(Image(path="1.silk", raw="[图片]")) == []
    with pytest.raises(OptionError, match="aes_key: expected 16 characters"):
        page([say("早", 1)], aes_key="short")


def test_cards_show_their_pictures(tmp_path: Path) -> None:
    link = Link("https://example.invalid/a", "一篇文章", raw="一篇文章")
    program = MiniProgram("点餐", "https://example.invalid/m", "餐厅", raw="[小程序]")

    def card(segment: Any, image: Image, kind: str = "link", **options: Any) -> HtmlElement:
        return first(say(segment.raw, kind=kind, segments=[segment, image]), **options)

    for segment, kind in ((link, "link"), (program, "mini_program")):
        shown = card(segment, Image(path="图/1.png"), kind)
        assert shown.xpath("self::a[contains(@class, 'card')]/span[@class='thumb']/img/@src") == ["%E5%9B%BE/1.png"]
        remote = card(segment, Image(url="https://example.invalid/1.png"), kind)
        assert remote.xpath(".//span[@class='thumb']/@data-u") == ["https://example.invalid/1.png"]
        assert not remote.xpath(".//@src")
        assert not card(segment, Image(path="1.png"), kind, media="none").xpath(".//*[@class='thumb']")
        assert not card(segment, Image(path="../1.png", url="javascript:1"), kind).xpath(".//*[@class='thumb']")
    (tmp_path / "1.png").write_bytes(PNG)
    inside = card(link, Image(path="1.png"), media="embed", media_root=tmp_path).xpath(".//@src")
    assert inside == [f"data:image/png;base64,{base64.b64encode(PNG).decode()}"]
    text = page([say("[小程序]", kind="mini_program", segments=[program, Image(url="https://example.invalid/1.png")])])
    check_inert(text)
    assert json.loads(parse(text).get_element_by_id("data").text)["remote"] == 1
    typed = first(say("看图[图片]", kind="link", segments=[link, Image(path="1.png", raw="[图片]")]))
    assert not typed.xpath(".//*[@class='thumb']"), "a picture in the text stands for itself"


def faces(avatars: object, **options: Any) -> list[str | None]:
    said = [say("早", sender_id="wxid_lisi00000002"), say("好", sender="王五"), say("嗯", sender="赵六")]
    text = page(Conversation(said, metadata={"avatars": avatars}), **options)
    people = json.loads(parse(text).get_element_by_id("data").text)["people"]
    return [person["face"] for person in sorted(people, key=lambda person: person["number"])]


def test_pictures_of_people_are_those_of_the_archive(tmp_path: Path) -> None:
    inside = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    avatars = {"wxid_lisi00000002": "头像/1.png", "王五": inside}
    assert faces(avatars) == ["%E5%A4%B4%E5%83%8F/1.png", inside, None]
    assert faces(avatars, media="none") == [None, None, None]
    assert faces(avatars, media_root=tmp_path / "..", page_folder=tmp_path) == [
        "../%E5%A4%B4%E5%83%8F/1.png",
        inside,
        None,
    ]
    (tmp_path / "头像").mkdir()
    (tmp_path / "头像" / "1.png").write_bytes(PNG)
    assert faces(avatars, media="embed", media_root=tmp_path) == [inside, inside, None]
    assert faces(avatars, media_limit=20) == ["%E5%A4%B4%E5%83%8F/1.png", None, None]


@pytest.mark.parametrize(
    "picture",
    [
        "https://example.invalid/1.png",
        "//example.invalid/1.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "../1.png",
        "data:image/svg+xml;base64,AAAA",
        "data:text/html,<script>alert(1)</script>",
        'data:image/png;base64,AAAA"); background: url("https://example.invalid',
        7,
        None,
        {"url": "x"},
    ],
)
def test_pictures_of_people_that_lead_elsewhere_are_not_shown(picture: object) -> None:
    assert faces({"王五": picture}) == [None, None, None]
    assert faces(picture) == [None, None, None]


def test_a_chunk_has_few_embedded_pictures(tmp_path: Path) -> None:
    images = [say("[图片]", kind="image", segments=[Image(path="1.png", raw="[图片]")]) for _ in range(30)]
    assert len(chunks(page(images, media="embed", media_root=tmp_path))) == 6
    assert len(chunks(page(images))) == 1


# --- index -----------------------------------------------------------------------------------------


def test_the_index_says_how_large_each_page_is() -> None:
    entries = [
        IndexEntry(
            "2026-04.html", "示例群 <b>四月</b>", 1200, START, START + dt.timedelta(days=29), 345_678, "群/<i>四月</i>"
        ),
        IndexEntry("sub/2026 05.html", "示例群", 1, START, START, 999),
        IndexEntry("javascript:alert(1)", "坏", 0),
    ]
    text = "".join(find_writer("html").write_index(entries, {"title": "示例群"}))  # type: ignore[attr-defined]
    document = parse(text)
    assert document.xpath("//ol//@href") == ["2026-04.html", "sub/2026%2005.html"]
    assert document.xpath("//ol//b/text()") == ["示例群 <b>四月</b>", "示例群", "坏"]
    assert document.xpath("//ol//span/text()") == ["2026-05-01 – 2026-05-30", "2026-05-01"]
    assert document.xpath("//ol//small/text()")[:4] == ["1,200 条消息", "346 kB", "1 条消息", "999 B"]
    assert document.xpath("//ol//i/text()") == ["群/<i>四月</i>"]
    assert document.xpath("//ol/li/@data-messages") == ["1200", "1", "0"]
    assert [float(width) for width in document.xpath("//ol//rect/@width")] == [100.0, 2.9, 0.0]
    assert document.xpath("//header/p/text()") == ["3 页 · 1,201 条消息 · 347 kB"]
    assert not document.xpath("//*[@style]")
    assert [node.text for node in document.xpath("//script")] == [script("index")]
    digest = base64.b64encode(hashlib.sha256(script("index").encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in document.xpath("//meta[@http-equiv]/@content")[0]
    assert "".join(find_writer("html").write_index([], {}))  # type: ignore[attr-defined]


def test_pages_of_a_folder_lead_back_to_their_index(tmp_path: Path) -> None:
    chat = Conversation([say("早"), say("晚", 60 * 24 * 40)], title="示例群")

    def back(folder: str, chats: Any, **options: Any) -> list[str]:
        written = wechatlog.dump_archive(chats, tmp_path / folder, "html", **options)
        return [
            address
            for file in written
            for address in parse(file.path.read_text("utf-8")).xpath("//a[@class='back']/@href")
        ]

    assert back("split", chat, split="month") == ["index.html", "index.html"]
    assert back("several", [chat, chat]) == ["index.html", "index.html"]
    assert back("alone", chat) == []
    assert back("named", chat, index="..\\../all chats.html") == ["../../all%20chats.html"]
    assert back("elsewhere", chat, index="sub/all chats.html") == ["sub/all%20chats.html"]


def test_the_index_names_the_folder_of_each_chat(tmp_path: Path) -> None:
    sources = (
        "工作/chat.jsonl",
        "家\\旧\\chat.jsonl",
        "chat.jsonl",
        None,
        str(tmp_path / "chat.jsonl"),
        "C:\\chat.jsonl",
    )
    chats = [Conversation([say("早")], title="群", origin=Origin(source)) for source in sources]
    wechatlog.dump_archive(chats, tmp_path / "out", "html")
    text = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert parse(text).xpath("//ol//i/text()") == ["工作", "家/旧"]
    assert str(tmp_path) not in text
    assert "file://" not in text


# --- the extra -------------------------------------------------------------------------------------


def test_without_jinja_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "import wechatlog\n"
        "assert 'html' in [info.name for info in wechatlog.formats()]\n"
        "try: wechatlog.dumps(wechatlog.Conversation(), 'html')\n"
        "except wechatlog.MissingExtraError as error: print(error.command)\n"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == MissingExtraError("html", "the HTML page").command


def test_pieces_are_made_as_they_are_asked_for() -> None:
    def messages() -> Iterator[Message]:
        for number in range(1000):
            asked.append(number)
            yield say("早", number)

    asked: list[int] = []
    pieces = find_writer("html").write([(Conversation(), messages())], {})
    next(pieces)
    assert len(asked) <= 300
