"""The page in Chromium: it does what its tools promise, asks the network for nothing, and runs nothing of a chat."""

from __future__ import annotations

import base64
import datetime as dt
import re
import zlib
from typing import TYPE_CHECKING, Any

import pytest

import wechatlog
from tests.browser.conftest import until
from tests.goldens import conversation as example
from wechatlog import Conversation, Message
from wechatlog.registry import find_writer
from wechatlog.segments.types import (
    Card,
    File,
    Forward,
    Image,
    Link,
    Location,
    MiniProgram,
    Quote,
    RedPacket,
    Sticker,
    Text,
    Transfer,
    Video,
    Voice,
)
from wechatlog.writers import html
from wechatlog.writers.base import IndexEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Tab

    Open = Callable[..., Tab]

START = dt.datetime(2026, 1, 1, 8, 0)
NAMES = ("张三", "李四", "王五")
BIG = 30_000
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ROWS = "#log :is(.g, .o) > div"
VISIBLE_ROWS = f"[...document.querySelectorAll('{ROWS}')].filter(row => row.offsetParent).map(row => row.id)"
COUNT = f"document.querySelectorAll('{ROWS}').length"
IN_VIEW = """id => { const row = document.getElementById(id); if (!row) return false;
  const box = row.getBoundingClientRect(); return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight; }"""


def html_ids(page: Path) -> list[str]:
    """The addresses of the messages of a page."""
    return re.findall(r'<div id="([mh][^"]+)"', page.read_text("utf-8"))


def write(folder: Path, name: str, chat: Any, **options: Any) -> Path:
    path = folder / name
    wechatlog.dump(chat, path, **options)
    return path


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the conversation that all golden files are made of, with its pictures beside it."""
    folder = tmp_path_factory.mktemp("chat")
    (folder / "images").mkdir()
    (folder / "images" / "1.jpg").write_bytes(PICTURE)
    return write(folder, "chat.html", example())


def long_messages(count: int) -> list[Message]:
    """An hour between one message and the next; every thousandth has a word of its own."""
    return [
        Message(
            time=START + dt.timedelta(hours=number),
            precision="second",
            sender=NAMES[number % 3],
            is_self=number % 3 == 0,
            text=f"第 {number} 条消息"
            + (f" 里程碑{number // 1000}" if number % 1000 == 0 else "")
            + "，后面还有话" * (number % 7),
            id=str(number),
            reply_to=str(number - 4000) if number == BIG - 1 else None,
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of 30,000 messages, most of them kept as text."""
    return write(tmp_path_factory.mktemp("big"), "big.html", Conversation(long_messages(BIG), title="大群"))


# --- it opens --------------------------------------------------------------------------------------


def test_it_opens_without_a_word_and_without_the_network(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    assert found.page.title() == "示例读书会"
    assert "35 条消息" in str(found.page.text_content("#facts"))
    found.wait("document.querySelector('figure img').naturalWidth === 1")
    assert found.get("getComputedStyle(document.getElementById('bar')).display") == "flex"
    found.check()


def test_it_can_be_read_without_scripts(tab: Open, chat: Path) -> None:
    found = tab(java_script_enabled=False).open(chat)
    assert found.page.locator(ROWS).nth(1).locator("text=图书馆").is_visible()
    assert not found.page.is_visible("#bar")
    assert found.page.is_visible("noscript p")
    assert found.page.is_visible("#about >> text=35 条消息")


def test_a_chat_without_messages_and_times(tab: Open, tmp_path: Path) -> None:
    found = tab().open(write(tmp_path, "empty.html", Conversation()))
    assert found.search("早") == "没有结果"
    found.check()
    found = tab().open(write(tmp_path, "timeless.html", Conversation([Message(text="早", sender="李四")])))
    assert not found.page.is_visible("#date")
    assert found.search("早") == "1 / 1"
    found.check()


def test_a_missing_picture_is_named(tab: Open, tmp_path: Path) -> None:
    image = Message(sender="李四", kind="image", text="[图片]", segments=[Image(path="没有/1.png", raw="[图片]")])
    found = tab().open(write(tmp_path, "chat.html", Conversation([image])))
    found.page.wait_for_selector("p.absent")
    assert "没有/1.png" in str(found.page.text_content("p.absent"))


# --- search ----------------------------------------------------------------------------------------


def test_search_counts_and_jumps(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    found.page.keyboard.press("/")
    assert found.get("document.activeElement.id") == "find"
    found.page.keyboard.insert_text("扳手")  # at once: the first of them alone is found as often
    found.wait("document.getElementById('count').textContent === '1 / 2'")
    first = found.get("document.querySelector('.now').id")
    assert found.get(IN_VIEW, first)
    assert found.get("[CSS.highlights.get('current').size, CSS.highlights.get('hit').size]") == [1, 1]
    for key, count in (("Enter", "2 / 2"), ("Enter", "1 / 2"), ("Shift+Enter", "2 / 2"), ("Shift+Enter", "1 / 2")):
        found.page.keyboard.press(key)
        assert found.page.text_content("#count") == count
    found.page.click("#next")
    assert found.page.text_content("#count") == "2 / 2"
    found.page.click("#previous")
    assert found.get("document.querySelector('.now').id") == first
    found.page.focus("#find")
    found.page.keyboard.press("Escape")
    assert found.page.input_value("#find") == ""
    assert found.page.text_content("#count") == ""
    assert found.get("CSS.highlights.get('hit').size + CSS.highlights.get('current').size") == 0
    found.check()


FOUND = {
    "没有这个词": "没有结果",
    "<SCRIPT>alert": "1 / 1",
    "&amp;": "1 / 1",
    "'引号' \"双引号\"": "1 / 1",
    "早上好🙂 今天": "1 / 2",
    "@张三 好的": "1 / 1",
    "记得带水好": "没有结果",
    "记得带水": "1 / 1",
    "class=": "没有结果",
    "09:01": "没有结果",
    "我晚点到": "1 / 1",
    "": "",
}
"""What the counter says of a search in the conversation that all golden files are made of."""


@pytest.mark.parametrize("live", [2000, 0], ids=["elements", "text"])
def test_search_finds_what_is_read(tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: int) -> None:
    monkeypatch.setattr(html, "_LIVE", live)
    monkeypatch.setattr(html, "_CHUNK", 7)
    found = tab().open(write(tmp_path, "chat.html", example(), media="none"))
    said = {}
    for query in FOUND:
        found.get("scrollTo(0, 0)")
        said[query] = found.search(query)
        found.search("")
    assert said == FOUND
    found.check()


@pytest.mark.parametrize("live", [2000, 0], ids=["elements", "text"])
def test_letters_are_found_in_either_case_and_across_links(
    tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: int
) -> None:
    monkeypatch.setattr(html, "_LIVE", live)
    texts = (
        "İSTANBUL'da",
        "ΟΔΟΣ",
        "Review OF a",
        "一\u3000二",
        "看https://a.example.invalid/B好",
        "@张三 看<i>这</i>里",
    )
    chat = Conversation([Message(sender="张三", text=text) for text in texts])
    found = tab().open(write(tmp_path, "chat.html", chat))
    queries = (
        "İstanbul",
        "stanbul'",
        "οδος",
        "reVIEW of",
        "一 二",
        "看HTTPS://a.example.invalid/b好",
        "张三 看<i>这",
        "</I>里",
    )
    assert {query: found.search(query).split(" / ")[-1] for query in queries} == dict.fromkeys(queries, "1")
    found.check()


def test_what_is_folded_is_opened_where_something_is_found_in_it(tab: Open, tmp_path: Path) -> None:
    long = Message(sender="李四", text="很长的话，" * 2000 + "结尾")
    forward = Message(sender="王五", kind="forward", segments=[Forward(title="记录", messages=[Message(text="里面")])])
    found = tab().open(write(tmp_path, "chat.html", Conversation([long, forward])))
    height = f"document.querySelector('{ROWS}').offsetHeight"
    assert found.get(height) < 600
    assert found.search("结尾") == "1 / 1"
    assert found.get(height) > 1500
    assert not found.page.is_visible("text=里面")
    assert found.search("里面") == "1 / 1"
    assert found.page.is_visible("text=里面")
    found.check()


@pytest.mark.parametrize("emoji", ["unicode", "code"])
@pytest.mark.parametrize("live", [2000, 0], ids=["elements", "text"])
def test_an_emoji_is_found_in_every_spelling(
    tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: int, emoji: str
) -> None:
    monkeypatch.setattr(html, "_LIVE", live)
    texts = ("好的[微笑]", "好的🙂", "[Smile]", "/::)走了", "微笑", "[强]✌️", "[胜利]")
    said = [Message(sender="李四", text=text) for text in texts]
    found = tab().open(write(tmp_path, "chat.html", Conversation(said), emoji=emoji))
    for query in ("[微笑]", "🙂", "[smile]", "/::)"):
        assert found.search(query) == "1 / 4", query
        assert found.get("CSS.highlights.get('hit').size + CSS.highlights.get('current').size") == 4
        found.search("")
    for query, count in (
        ("好的[微笑]", 2),
        ("好的🙂", 2),
        ("👍[胜利]", 1),
        ("✌", 2),
        ("✌️", 2),
        ("微笑", 2 + (emoji == "code")),
    ):
        said_there = found.search(query)
        assert said_there.split(" / ")[-1] in (str(count), str(count - 1)), query
        found.search("")
    found.check()


# --- copying ---------------------------------------------------------------------------------------

COPIED = """range => {
  const rows = [...document.querySelectorAll('#log :is(.g, .o) > div')];
  const selection = getSelection();
  selection.setBaseAndExtent(rows[range[0]], 0, rows[range[1]], rows[range[1]].childNodes.length);
  const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
  document.dispatchEvent(event);
  return event.defaultPrevented ? event.clipboardData.getData('text/plain') : null;
}"""


def test_copying_keeps_times_and_names(tab: Open, tmp_path: Path) -> None:
    said = [
        Message(time=START, precision="second", sender="李四", text="早 <b>", is_self=False),
        Message(time=START, precision="minute", sender="张三", text="第一行\n第二行[微笑]", is_self=True),
        Message(time=START, precision="second", text="王五加入了群聊", kind="system"),
        Message(
            time=START,
            precision="second",
            sender="王五",
            kind="quote",
            text="好",
            segments=[Quote("李四", "早"), Text("好")],
        ),
        Message(sender="李四", kind="file", text="[文件]", segments=[File("笔记.pdf", 2048, raw="[文件]")]),
    ]
    found = tab().open(write(tmp_path, "chat.html", Conversation(said)))
    assert found.get(COPIED, [0, 4]) == (
        "[2026-01-01 08:00:00] 李四: 早 <b>\n"
        "[2026-01-01 08:00] 张三: 第一行\n第二行🙂\n"
        "[2026-01-01 08:00:00] 王五加入了群聊\n"
        "[2026-01-01 08:00:00] 王五: 李四 早\n好\n"
        "李四: 笔记.pdf\n2.0 kB\n文件\n"
    )
    assert found.get(COPIED, [1, 1]) == "[2026-01-01 08:00] 张三: 第一行\n第二行🙂\n"
    found.get(
        "getSelection().setBaseAndExtent(document.querySelector('#log p').firstChild, 0, document.querySelector('#log p').firstChild, 1)"
    )
    part = """() => { const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
      document.dispatchEvent(event); return event.defaultPrevented; }"""
    assert found.get(part) is False, "a part of one message is copied as it is"
    found.get("getSelection().selectAllChildren(document.body)")
    assert found.get(part) is True
    found.check()


def test_copying_reaches_over_what_is_far_away(tab: Open, big: Path) -> None:
    found = tab().open(big)
    found.get("""() => { const rows = [...document.querySelectorAll('#log .g > div')];
      getSelection().setBaseAndExtent(rows[0], 0, rows.at(-1), 1); }""")
    found.get("location.hash = '#m29000'")
    found.wait("document.querySelector('.now')?.id === 'm29000'")
    found.get("getSelection().extend(document.querySelector('.now'), 1)")
    text = found.get("""() => { const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
      document.dispatchEvent(event); return event.clipboardData.getData('text/plain'); }""")
    lines = text.rstrip("\n").split("\n")
    assert len(lines) == 29_001
    assert lines[0].startswith("[2026-01-01 08:00:00] 张三: 第 0 条消息")
    assert lines[-1].split("] ")[1].startswith("李四: 第 29000 条消息" if 29000 % 3 == 1 else "王五: 第 29000 条消息")
    found.check()


# --- people, days, light and dark ------------------------------------------------------------------


def test_filter_by_sender(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    everything = found.get(VISIBLE_ROWS)
    assert len(everything) == 35
    found.page.click("#who summary")
    assert found.page.locator("#names label").all_inner_texts()[0].split() == ["李", "李四", "11"]
    found.page.check("#names label:has-text('赵六') input")
    rows = found.get(VISIBLE_ROWS)
    assert 0 < len(rows) < 10
    senders = (
        "ids => [...new Set(ids.map(id => document.getElementById(id).parentElement.querySelector('b').textContent))]"
    )
    assert found.get(senders, rows) == ["赵六"]
    assert found.page.text_content("#chosen") == "1"
    assert found.search("马上来") == "1 / 1"
    assert found.search("扳手") == "没有结果"
    found.page.click("#everyone")
    assert found.get(VISIBLE_ROWS) == everything
    found.wait("document.getElementById('count').textContent.endsWith('2')")
    found.page.keyboard.press("Escape")
    assert not found.get("document.getElementById('who').open")
    found.check()


def test_a_date_leads_to_the_nearest_day(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    assert found.get("[date.min, date.max, date.value]") == ["2026-05-01", "2026-06-01", "2026-05-01"]
    nearest = {"2026-06-01": "2026-06-01", "2026-05-03": "2026-05-02", "2026-05-29": "2026-06-01"}
    for date, expected in nearest.items():
        found.page.fill("#date", date)
        found.get("document.activeElement.blur()")
        day = "document.querySelector('.now').closest('.y').querySelector('h2 time').dateTime"
        assert found.get(day) == expected
        assert found.get(IN_VIEW, found.get("document.querySelector('.now').id"))
    found.check()


@pytest.mark.parametrize("live", [2000, 0], ids=["elements", "text"])
def test_filter_by_kind(tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: int) -> None:
    monkeypatch.setattr(html, "_LIVE", live)
    found = tab().open(write(tmp_path, "chat.html", example(), media="none"))
    found.get("dispatchEvent(new Event('beforeprint')), dispatchEvent(new Event('afterprint'))")
    kinds = (
        "[...new Set([...document.querySelectorAll('%s')].filter(r => r.offsetParent).map(r => r.dataset.k ?? 'text'))]"
    )
    assert len(found.get(kinds % ROWS)) > 3
    found.page.click("#who summary")
    found.page.check("#kinds label:has-text('图片') input")
    assert found.get(kinds % ROWS) == ["image"]
    found.page.check("#kinds label:has-text('系统') input")
    assert sorted(found.get(kinds % ROWS)) == ["image", "system"]
    assert found.page.text_content("#chosen") == "2"
    assert found.search("马上来") == "没有结果"
    found.page.click("#everyone")
    assert len(found.get(VISIBLE_ROWS)) == 35
    assert found.page.is_disabled("#everyone")
    found.check()


def test_people_are_found_by_their_names(tab: Open, tmp_path: Path) -> None:
    people = [Message(sender=f"成员{number} Tom", text="早") for number in range(60)]
    found = tab().open(write(tmp_path, "chat.html", Conversation(people)))
    found.page.click("#who summary")
    found.page.fill("#person", "成员5 tOM")
    shown = "[...document.querySelectorAll('#names label')].filter(label => label.offsetParent).length"
    found.wait(f"{shown} === 1")
    found.page.check("#names label:visible input")
    assert len(found.get(VISIBLE_ROWS)) == 1
    found.page.fill("#person", "")
    found.wait(f"{shown} === 60")
    found.check()


def test_a_link_to_a_message_that_is_filtered_out_shows_it(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    found.page.click("#who summary")
    found.page.check("#names label:has-text('赵六') input")
    hidden = next(address for address in html_ids(chat) if address not in found.get(VISIBLE_ROWS))
    found.get("address => { location.hash = address }", hidden)
    found.wait(f"document.querySelector('.now')?.id === '{hidden}'")
    assert found.get(IN_VIEW, hidden)
    assert found.page.text_content("#chosen") == ""


@pytest.mark.parametrize("day", ["2026-01-01", "2026-03-02", "2027-12-30", "2029-06-03"])
def test_a_date_puts_its_day_at_the_top(tab: Open, big: Path, day: str) -> None:
    found = tab().open(big)
    found.page.fill("#date", day)
    found.get("document.activeElement.blur()")
    found.wait("document.querySelector('.now') !== null")
    where = """() => { const day = document.querySelector('.now').closest('.y');
      return [day.querySelector('h2 time').dateTime, day.getBoundingClientRect().top - document.getElementById('bar').offsetHeight]; }"""
    found.settle()
    date, away = found.get(where)
    assert date == day
    assert abs(away) < 2
    found.wait(f"document.getElementById('date').value === '{day}'")
    found.check()


def test_the_whole_column_of_a_bar_can_be_clicked(tab: Open, big: Path) -> None:
    found = tab().open(big)
    box = found.page.locator("#strip svg").bounding_box()
    assert box
    for share in (0.25, 0.75):
        found.get("scrollTo(0, 0)")
        found.settle()
        found.page.mouse.click(box["x"] + share * box["width"], box["y"] + 1)
        found.wait("document.querySelector('.now') !== null")
        found.settle()
        expected = START + dt.timedelta(hours=share * BIG)
        date = dt.date.fromisoformat(
            found.get("document.querySelector('.now').closest('.y').querySelector('time').dateTime")
        )
        assert abs(date - expected.date()) < dt.timedelta(days=12)
    found.check()


def test_light_and_dark(tab: Open, chat: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = tab(color_scheme="light").open(chat)
    dark = tab(color_scheme="dark").open(chat)
    assert light.get(ground) != dark.get(ground)
    colours = [light.get(ground), dark.get(ground)]
    light.page.click("#theme")
    light.wait(f"{ground} === '{colours[1]}'")
    until(lambda: light.open(chat).get(ground) == colours[1])  # the browser writes its storage when it likes
    light.page.click("#theme")
    light.wait(f"{ground} === '{colours[0]}'")
    light.check()


def test_a_theme_can_be_fixed_and_kept_nowhere(tab: Open, tmp_path: Path) -> None:
    path = write(tmp_path, "dark.html", example()[:2], theme="dark")
    found = tab(own=True)
    found.page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})")
    found.open(path)
    assert found.get("getComputedStyle(document.body).colorScheme") == "dark"
    found.page.click("#theme")
    assert found.get("getComputedStyle(document.body).colorScheme") == "light"
    found.check()


# --- pictures --------------------------------------------------------------------------------------


def picture(number: int) -> Message:
    segment = Image(url=f"https://example.invalid/{number}.png", raw="[图片]")
    return Message(sender="李四", kind="image", text="[图片]", segments=[segment])


def test_a_remote_picture_is_loaded_when_it_is_clicked(tab: Open, tmp_path: Path) -> None:
    found = tab().open(write(tmp_path, "chat.html", Conversation([picture(number) for number in range(3)])))
    found.picture = PICTURE
    found.settle()
    found.check()
    found.page.locator(ROWS).nth(1).locator("a.remote").click()
    found.wait("document.querySelector('#log img')?.naturalWidth === 1")
    assert found.get("document.activeElement.localName") == "figure"
    assert found.asked == ["https://example.invalid/1.png"]
    assert "referer" not in found.headers[0]
    assert found.problems == []


def test_all_remote_pictures_can_be_loaded(tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_LIVE", 2)
    monkeypatch.setattr(html, "_CHUNK", 2)
    filler = Message(sender="王五", text="\n" * 60)
    found = tab().open(write(tmp_path, "chat.html", Conversation([picture(1), *[filler] * 30, picture(2)])))
    found.picture = PICTURE
    found.page.click("#load")
    found.wait("document.querySelectorAll('#log img').length === 1")
    found.page.keyboard.press("End")
    found.wait("[...document.querySelectorAll('#log .c:last-of-type img')].some(image => image.naturalWidth === 1)")
    assert sorted(found.asked) == ["https://example.invalid/1.png", "https://example.invalid/2.png"]
    assert not found.page.is_visible("#load")


def pictures_beside(folder: Path, count: int) -> list[Message]:
    """Messages with pictures of their own, and the files beside the page."""
    found = []
    for number in range(count):
        (folder / f"{number}.png").write_bytes(png(40 + number, 30, bytes([number * 20 % 256, 90, 160])))
        segment = Image(path=f"{number}.png", raw="[图片]")
        time = START + dt.timedelta(minutes=number)
        found.append(
            Message(
                time=time, precision="second", sender=NAMES[number % 3], kind="image", text="[图片]", segments=[segment]
            )
        )
    return found


def png(width: int, height: int, pixel: bytes) -> bytes:
    """A picture of one colour."""

    def part(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + name + content + checksum

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    rows = zlib.compress((b"\0" + pixel * width) * height)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


VIEWED = "document.querySelector('#viewer img').src.split('/').at(-1)"


def test_a_picture_is_enlarged_and_the_next_one_follows(
    tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html, "_LIVE", 2)
    monkeypatch.setattr(html, "_CHUNK", 2)
    filler = [Message(sender="王五", text="\n" * 60)] * 20
    first, second, *others = pictures_beside(tmp_path, 4)
    found = tab().open(write(tmp_path, "chat.html", Conversation([first, second, *filler, *others])))
    assert not found.page.is_visible("#viewer")
    found.page.click("figure >> nth=1")
    assert found.page.is_visible("#viewer")
    assert found.get(VIEWED) == "1.png"
    assert found.page.text_content("#caption") == "李四 · 2026-01-01 08:01 · 2 / 4"
    for key, name in (
        ("ArrowRight", "2.png"),
        ("ArrowRight", "3.png"),
        ("ArrowRight", "3.png"),
        ("ArrowLeft", "2.png"),
    ):
        found.page.keyboard.press(key)
        assert found.get(VIEWED) == name
    found.page.click("#later")
    assert (found.get(VIEWED), found.page.is_disabled("#later")) == ("3.png", True)
    found.page.click("#where")
    assert not found.page.is_visible("#viewer")
    found.wait("document.querySelector('.now img')?.src.endsWith('3.png')")
    assert found.get(IN_VIEW, found.get("document.querySelector('.now').id"))
    found.check()


def test_the_keyboard_enlarges_and_the_focus_comes_back(tab: Open, tmp_path: Path) -> None:
    found = tab().open(write(tmp_path, "chat.html", Conversation(pictures_beside(tmp_path, 3))))
    assert found.page.get_by_role("button", name="放大: 图片").count() == 3
    found.page.focus("figure >> nth=1")
    for key in ("Enter", "Space"):
        found.page.keyboard.press(key)
        assert found.get(VIEWED) == "1.png"
        assert found.get("document.getElementById('viewer').contains(document.activeElement)")
        for _ in range(6):
            found.page.keyboard.press("Tab")
            assert found.get(
                "[document.body, ...document.querySelectorAll('#viewer *')].includes(document.activeElement)"
            )
        found.page.keyboard.press("ArrowRight")
        found.page.keyboard.press("Escape")
        assert not found.page.is_visible("#viewer")
        assert found.get("[...document.querySelectorAll('figure')].indexOf(document.activeElement)") == 1
    found.page.click("figure >> nth=2")
    found.page.mouse.click(10, 300)
    assert not found.page.is_visible("#viewer")
    found.check()


def test_a_picture_that_is_opened_before_the_last_is_told_to_be_closed_stays(tab: Open, tmp_path: Path) -> None:
    found = tab().open(write(tmp_path, "chat.html", Conversation(pictures_beside(tmp_path, 2))))
    found.page.click("figure >> nth=0")
    again = "document.getElementById('viewer').close(); document.querySelectorAll('figure')[1].click();"
    found.get(f"new Promise((told) => {{ document.getElementById('viewer').onclose = told; {again} }}).then(() => 1)")
    assert found.get(VIEWED) == "1.png"
    found.page.keyboard.press("Escape")
    found.wait("document.querySelector('#viewer img') === null")
    found.check()


def test_the_picture_on_a_card_is_loaded_with_the_others(tab: Open, tmp_path: Path) -> None:
    link = Link("https://example.invalid/a", "一篇文章", raw="一篇文章")
    thumb = Image(url="https://example.invalid/thumb.png")
    said = Message(sender="李四", kind="link", text="一篇文章", segments=[link, thumb])
    found = tab().open(write(tmp_path, "chat.html", Conversation([said])))
    found.picture = PICTURE
    found.check()
    found.page.click("#load")
    found.wait("document.querySelector('.card .thumb img')?.naturalWidth === 1")
    assert found.asked == ["https://example.invalid/thumb.png"]


def test_people_have_the_pictures_of_the_archive(tab: Open, tmp_path: Path) -> None:
    (tmp_path / "头像").mkdir()
    (tmp_path / "头像" / "1.png").write_bytes(png(30, 30, b"\x20\x90\xe0"))
    inside = f"data:image/png;base64,{base64.b64encode(png(30, 30, b'aaa')).decode()}"
    people = [("李四", "头像/1.png"), ("王五", inside), ("赵六", None), ("坏", 'x") } * { color: red } /*')]
    said = [Message(sender=name, text="早") for name, _ in people]
    chat = Conversation(said, metadata={"avatars": {name: picture for name, picture in people if picture}})
    found = tab().open(write(tmp_path, "chat.html", chat))
    shown = "[...document.querySelectorAll('.g > b')].map(b => getComputedStyle(b, '::after').backgroundImage)"
    first, second, third, last = found.get(shown)
    assert first.endswith('/%E5%A4%B4%E5%83%8F/1.png")')
    assert second == f'url("{inside}")'
    assert third == "none"
    assert last == "none" or last.startswith('url("file:')
    assert found.get("getComputedStyle(document.querySelector('.g p')).color") != "rgb(255, 0, 0)"
    found.page.click("#who summary")
    assert found.get("document.querySelectorAll('#names .circle i').length") >= 2
    assert [problem for problem in found.problems if "ERR_FILE_NOT_FOUND" not in problem] == []
    assert found.asked == []


# --- lists and figures -----------------------------------------------------------------------------


@pytest.mark.parametrize("live", [2000, 0], ids=["elements", "text"])
def test_lists_lead_to_their_messages(tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: int) -> None:
    monkeypatch.setattr(html, "_LIVE", live)
    monkeypatch.setattr(html, "_CHUNK", 3)
    link = Link("https://example.invalid/a", "一篇文章", raw="一篇文章")
    said = [
        Message(sender="李四", kind="link", text="一篇文章", segments=[link, Image(path="0.png")]),
        Message(sender="王五", text="看 https://example.invalid/b 这里"),
        Message(sender="李四", kind="file", text="[文件]", segments=[File("笔记.pdf", 2048, raw="[文件]")]),
    ]
    filler = [Message(sender="赵六", text="\n" * 50)] * 12
    found = tab().open(
        write(tmp_path, "chat.html", Conversation([*pictures_beside(tmp_path, 3), *filler, *said, *filler]))
    )
    found.page.click("#lists")
    assert found.get("document.activeElement.id") == "tab-pictures"
    found.wait("document.querySelectorAll('#list .tile').length === 3")
    assert found.get("document.querySelectorAll('.tile .film').length") == 0
    assert found.get("[...document.querySelectorAll('.tile a')].map(a => a.textContent)") == [
        "01-01 · 王五", "01-01 · 李四", "01-01 · 张三",
    ]  # fmt: skip
    found.page.click(".tile a >> nth=2")
    found.wait("document.querySelector('.now img')?.src.endsWith('0.png')")
    found.page.click(".tile button >> nth=1")
    assert found.get(VIEWED) == "1.png"
    found.page.keyboard.press("Escape")
    found.page.click("#tab-links")
    found.wait("document.querySelectorAll('#list .entry').length === 2")
    texts = found.page.locator("#list .entry").all_inner_texts()
    assert [text.split("\n")[0] for text in texts] == ["https://example.invalid/b", "一篇文章"]
    found.page.click("#list .entry >> nth=1 >> .title")
    found.wait("document.querySelector('.now')?.textContent.startsWith('一篇文章')")
    assert found.get("document.querySelector('#list .out').href") == "https://example.invalid/b"
    assert texts[1].split("\n")[:2] == ["一篇文章", "example.invalid"]
    assert found.get("document.querySelectorAll('#list .entry > img').length") == 1
    found.page.keyboard.press("Escape")
    found.page.click("#lists") if not found.page.is_visible("#panel") else None
    found.page.click("#tab-files")
    found.wait("document.querySelectorAll('#list .entry').length === 1")
    found.page.click("#list .title")
    found.wait("document.querySelector('.now')?.textContent.startsWith('笔记.pdf')")
    assert found.get(IN_VIEW, found.get("document.querySelector('.now').id"))
    found.check()


def test_lists_keep_to_the_people_chosen_and_say_when_they_are_empty(tab: Open, tmp_path: Path) -> None:
    found = tab().open(write(tmp_path, "chat.html", Conversation(pictures_beside(tmp_path, 7))))
    found.page.click("#lists")
    found.wait("document.querySelectorAll('.tile').length === 7")
    found.page.click("#who summary")
    found.page.check("#names label:has-text('张三') input")
    found.wait("document.querySelectorAll('.tile').length === 3")
    found.page.click("#tab-files")
    found.wait("!document.getElementById('nothing').hidden")
    found.check()


def test_videos_are_listed_with_the_pictures(tab: Open, tmp_path: Path) -> None:
    video = Video(url="https://example.invalid/1.mp4", seconds=4, raw="[视频]")
    said = [Message(sender="李四", kind="video", text="[视频]", segments=[video]), *pictures_beside(tmp_path, 1)]
    found = tab().open(write(tmp_path, "chat.html", Conversation(said)))
    found.page.click("#lists")
    found.wait("document.querySelectorAll('.tile').length === 2")
    found.page.click(".tile .film")
    found.wait("document.querySelector('.now')?.dataset.k === 'video'")
    found.page.click("#tab-links")
    found.wait("!document.getElementById('nothing').hidden")
    found.check()


def test_long_lists_come_in_portions(tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_LIVE", 0)
    links = [Message(sender="李四", text=f"https://example.invalid/{number}") for number in range(400)]
    found = tab().open(write(tmp_path, "chat.html", Conversation(links)))
    found.page.click("#lists")
    found.page.click("#tab-links")
    entries = "document.querySelectorAll('#list .entry').length"
    found.wait(f"{entries} >= 60")
    for _ in range(20):
        if found.get(entries) == 400:
            break
        before = found.get(entries)
        found.get("document.getElementById('shown').scrollTo(0, 1e6)")
        found.wait(f"{entries} > {before} || document.getElementById('more').hidden")
    assert found.get(entries) == 400
    found.check()


def test_figures(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    found.page.click("#lists")
    found.page.keyboard.press("ArrowLeft")
    assert found.get("document.activeElement.id") == "tab-figures"
    assert found.get("document.activeElement.getAttribute('aria-selected')") == "true"
    totals = found.page.locator(".totals div").all_inner_texts()
    assert "35" in totals[0]
    assert "消息" in totals[0]
    rows = found.page.locator("#list .bars").first.locator("li").all_inner_texts()
    assert rows[0].split()[-2:] == ["李四", "11"]
    assert found.page.locator("svg.week rect.on").count() > 0
    found.page.click(".totals button")
    found.wait("document.querySelector('.now') !== null")
    found.page.click("#close")
    assert not found.page.is_visible("#panel")
    assert found.get("document.activeElement.id") == "lists"
    found.check()


# --- a page of 30,000 messages ----------------------------------------------------------------------


def test_the_big_page_keeps_few_elements_and_reaches_its_end(tab: Open, big: Path) -> None:
    found = tab().open(big)
    count = "document.querySelectorAll('*').length"
    assert found.get(count) < 15_000
    last = (START + dt.timedelta(hours=BIG - 1)).date()
    found.page.fill("#date", last.isoformat())
    found.wait("document.querySelector('.now') !== null")
    number = int(found.get("document.querySelector('.now').id")[1:])
    assert (START + dt.timedelta(hours=number)).date() == last
    assert found.get(IN_VIEW, f"m{number}")
    found.get("scrollTo(0, document.documentElement.scrollHeight)")
    found.wait(f"document.getElementById('m{BIG - 1}') !== null")
    for _ in range(12):
        found.page.mouse.wheel(0, -9000)
        found.settle()
    assert found.get(count) < 20_000
    found.check()


def test_search_in_the_big_page(tab: Open, big: Path) -> None:
    found = tab().open(big)
    assert found.search("里程碑17") == "1 / 1"
    assert found.get("document.querySelector('.now').id") == "m17000"
    assert found.get(IN_VIEW, "m17000")
    assert found.get("CSS.highlights.get('current').size") == 1
    assert found.search("条消息") == f"17001 / {BIG}"
    found.page.press("#find", "Shift+Enter")
    assert found.page.text_content("#count") == f"17000 / {BIG}"
    found.check()


def test_addresses_of_messages(tab: Open, big: Path) -> None:
    found = tab().open(big, "#m23456")
    found.wait("document.querySelector('.now')?.id === 'm23456'")
    assert found.get(IN_VIEW, "m23456")
    found.get("location.hash = '#m77'")
    found.wait("document.querySelector('.now')?.id === 'm77'")
    assert found.get(IN_VIEW, "m77")
    found.get(f"location.hash = '#m{BIG - 1}'")
    found.wait(f"document.querySelector('.now')?.id === 'm{BIG - 1}'")
    found.page.click(f"#m{BIG - 1} a.quote")
    found.wait(f"document.querySelector('.now')?.id === 'm{BIG - 4001}'")
    assert found.get(IN_VIEW, f"m{BIG - 4001}")
    found.page.click(f"#m{BIG - 4001} > time")
    assert found.get("location.hash") == f"#m{BIG - 4001}"
    for odd in ("m99999999", "h0", "%E0%A4%A", "m1%7e2", "log"):
        found.get("odd => { location.hash = '#' + odd }", odd)
    found.check()
    found = tab().open(big, "#%E0%A4%A")
    assert found.page.is_visible("#bar")
    found.check()


def test_what_is_read_stays_in_place_while_scrolling_up(tab: Open, big: Path) -> None:
    found = tab().open(big, "#m15000")
    found.wait("document.querySelector('.now') !== null")
    top = """Number([...document.querySelectorAll('#log :is(.g, .o) > div')]
      .find(row => row.getBoundingClientRect().bottom > 80).id.slice(1))"""
    last = found.get(top)
    for _ in range(20):  # over more than one chunk
        found.page.mouse.wheel(0, -700)
        found.wait(f"{top} < {last}")
        found.settle()
        now = found.get(top)
        assert last - 25 < now < last, "a jump"
        last = now
    assert last < 14_900 - html._CHUNK // 2
    found.check()


def test_filter_in_the_big_page(tab: Open, big: Path) -> None:
    found = tab().open(big, "#m20000")
    found.wait("document.querySelector('.now') !== null")
    found.page.click("#who summary")
    found.page.check("#names label:has-text('李四') input")
    assert found.get(IN_VIEW, "m20002")
    names = "[...new Set([...document.querySelectorAll('.g')].filter(run => run.offsetParent).map(run => run.firstChild.textContent))]"
    assert found.get(names) == ["李四"]
    assert found.search("里程碑") == "8 / 10"
    found.check()


# --- paper -----------------------------------------------------------------------------------------


def test_every_message_is_printed(tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_LIVE", 150)
    found = tab().open(write(tmp_path, "chat.html", Conversation(long_messages(320))))
    pages = len(re.findall(rb"/Type\s*/Page\b", found.page.pdf(format="A4")))
    assert pages > 10
    assert found.get(COUNT) < 320, "they are put away again"
    found.get("dispatchEvent(new Event('beforeprint'))")
    found.page.emulate_media(media="print")
    assert found.get(COUNT) == 320
    assert not found.page.is_visible("#bar")
    assert found.get("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    found.check()


@pytest.mark.parametrize(("scripts", "shown"), [(True, "#facts"), (False, "#about")])
def test_the_facts_are_printed_once(tab: Open, chat: Path, *, scripts: bool, shown: str) -> None:
    """At the top, where the script puts them, or else at the end, to which a link on the screen leads."""
    page = tab(java_script_enabled=scripts).open(chat).page
    page.emulate_media(media="print")
    assert [where for where in ("#facts", "#about") if page.is_visible(where)] == [shown]


# --- everybody -------------------------------------------------------------------------------------


def test_the_keyboard_reaches_everything_in_order(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    order: list[str] = []
    for _ in range(40):
        found.page.keyboard.press("Tab")
        if found.get("document.activeElement === document.body"):
            break
        name = found.get(
            "document.activeElement.id || document.activeElement.className || document.activeElement.localName"
        )
        outlined = found.get(
            "getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement.matches('#date, audio, video')"
        )
        assert outlined, f"the focus on {name} is not seen"
        if name not in order:
            order.append(name)
    wanted = ["skip", "find", "date", "icon funnel", "lists", "load", "theme"]
    assert order[: len(wanted)] == wanted
    assert "remote image" in order
    found.get("document.querySelector('.skip').focus()")
    assert found.get("document.querySelector('.skip').getBoundingClientRect().top") >= 0
    found.page.keyboard.press("Enter")
    assert found.get("document.activeElement.id") == "log"
    found.page.focus("#who summary")
    found.page.keyboard.press("Enter")
    found.page.keyboard.press("Tab")
    assert found.get("document.activeElement.type") == "checkbox"
    found.page.keyboard.press("Space")
    assert found.page.text_content("#chosen") == "1"
    found.page.keyboard.press("Escape")
    assert found.get("document.activeElement.localName") == "summary"
    found.check()


@pytest.mark.parametrize("width", [320, 390, 560, 1000, 2000])
def test_windows_do_not_scroll_sideways(tab: Open, chat: Path, width: int) -> None:
    found = tab(viewport={"width": width, "height": 700}).open(chat)
    found.get("document.querySelectorAll('details').forEach(node => { node.open = true; })")
    assert found.get("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    wide = """[...document.querySelectorAll('#log *, #bar *, header *')].filter(node => {
      const box = node.getBoundingClientRect(); return box.width && (box.right > innerWidth + 1 || box.left < -1); })
      .map(node => node.outerHTML.slice(0, 80))"""
    assert found.get(wide) == []
    found.check()


CONTRAST = """
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const bad = [];
  const check = (node, style, text, below) => {
    const front = over(parse(style.color), below);
    const [high, low] = [light(front), light(below)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${node.localName}.${node.className}: ${text.slice(0, 30)}`);
  };
  let count = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.offsetParent || node.closest("script, noscript, svg")) continue;
    count += 1;
    check(node, getComputedStyle(node), text.data, ground(node));
  }
  for (const name of document.querySelectorAll("b[data-i]")) {
    const style = getComputedStyle(name, "::before");
    check(name, style, name.dataset.i, parse(style.backgroundColor).slice(0, 3));
  }
  return [count, bad];
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(tab: Open, tmp_path: Path, scheme: str) -> None:
    people = [
        Message(time=START, precision="second", sender=f"第{number}人 <b>", text=f"话 {number} https://example.invalid")
        for number in range(40)
    ]
    mixed = Conversation(
        [*example(), *people, Message(time=START, sender="张三", is_self=True, text="@李四 \n长" * 900)]
    )
    found = tab(color_scheme=scheme).open(write(tmp_path, "chat.html", mixed, media="link"))
    found.get("document.getElementById('log').classList.add('all')")
    found.get("document.querySelectorAll('details').forEach(node => { node.open = true; })")
    count, bad = found.get(CONTRAST)
    assert count > 200
    assert bad == []


def test_names_roles_and_languages(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    assert found.get("document.documentElement.lang") == "zh-CN"
    assert found.get("document.querySelectorAll('h1').length") == 1
    unnamed = """[...document.querySelectorAll('button, input, summary, a, img, audio')].filter(node =>
      !(node.getAttribute('aria-label') || node.textContent.trim() || node.alt || node.closest('label') || node.controls))
      .map(node => node.outerHTML)"""
    assert found.get(unnamed) == []
    assert (
        found.get("(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(n => n.id))") == 0
    )
    assert found.get("document.getElementById('log').getAttribute('role')") == "log"
    assert found.page.get_by_role("main").count() == 1
    assert found.page.get_by_role("searchbox", name="搜索消息").count() == 1
    assert found.page.get_by_role("heading", level=2).first.inner_text() == "2026年5月1日 星期五"


def test_motion_can_be_refused(tab: Open, chat: Path) -> None:
    address = html_ids(chat)[3]
    found = tab(reduced_motion="reduce").open(chat, f"#{address}")
    found.wait("document.querySelector('.now') !== null")
    assert found.get("getComputedStyle(document.querySelector('.now > *')).animationName") == "none"


# --- hostile chats ---------------------------------------------------------------------------------

PWN = "window.__pwned=1;alert(1)"
HOSTILE = (
    f"<script>{PWN}</script>",
    f"</script><script>{PWN}</script>",
    f"</style></title></textarea><img src=x onerror='{PWN}'>",
    f"<!-- <script> --><script>{PWN}</script>",
    f'"><svg onload="{PWN}">',
    f"' autofocus onfocus='{PWN}' x='",
    f'<div id="m0" style="position:fixed;inset:0" onclick="{PWN}">',
    f"javascript:{PWN}",
    f'[点我](javascript:{PWN}) ![x](javascript:{PWN}) https://example.invalid/"onclick="{PWN}',
    f"{{{{ {PWN} }}}} {{% raw %}} ${{{PWN}}}",
    "\u202e\u2066反转\ud800\0\u2028&#60;script&#62;",
    f"data:text/html,<script>{PWN}</script>",
)


def hostile_messages() -> list[Message]:
    found = []
    for text in HOSTILE:
        pieces = [
            Link(url=text, title=text, raw=text),
            Image(url=text, path=text, label=text),
            Quote(sender=text, text=text),
            File(name=text, path=text, md5=text),
            Voice(transcript=text, path=text, seconds=1),
            Video(url=text, path=text),
            Sticker(name=text, url=text, path=text),
            Location(latitude=1.0, longitude=2.0, label=text, poi=text),
            Card(name=text, id=text),
            Transfer(amount=text, note=text, state=text),
            RedPacket(title=text),
            MiniProgram(title=text, url=text, name=text),
            Forward(title=text, messages=[Message(sender=text, text=text)]),
        ]
        found.append(Message(time=START, precision="second", sender=text, sender_id=text, text=text, id=text))
        found.append(Message(time=START, sender=text, reply_to=text, segments=[*pieces, Text(text)]))
        found += [Message(time=START, sender=text, segments=[piece]) for piece in pieces]
        found.append(Message(kind="system", text=text))
    return found


@pytest.mark.parametrize("live", [2000, 0], ids=["elements", "text"])
def test_whatever_a_chat_holds_does_nothing(
    tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: int
) -> None:
    monkeypatch.setattr(html, "_LIVE", live)
    chat = Conversation(hostile_messages(), title=HOSTILE[1], owner=HOSTILE[5])
    found = tab().open(write(tmp_path, "chat.html", chat))
    found.get("dispatchEvent(new Event('beforeprint'))")
    assert found.get(COUNT) == len(chat)
    for query in ("script", "alert(1)", "<svg"):
        found.search(query)
    found.page.click("#who summary")
    found.page.check("#names label:nth-child(2) input")
    found.page.click("#everyone")
    allowed = "http:|https:|mailto:|file:"
    bad = """allowed => [...document.querySelectorAll('#log [href], #log [src]')]
      .filter(node => !new RegExp(`^(?:${allowed})`).test(node.href || node.src)).map(node => node.outerHTML)"""
    assert found.get(bad, allowed) == []
    assert (
        found.get(
            "[...document.querySelectorAll('#log *')].filter(n => n.getAttributeNames().some(a => /^on|^style$/.test(a) && !n.matches('.c'))).length"
        )
        == 0
    )
    assert found.get("document.querySelectorAll('script:not([type])').length") == 1
    found.settle()
    local = [problem for problem in found.problems if "ERR_FILE_NOT_FOUND" not in problem]
    assert local == []
    assert found.asked == []
    assert found.get("window.__pwned") is None
    assert found.get("window.__problems") == []


# --- the index -------------------------------------------------------------------------------------


def write_index(path: Path, entries: list[IndexEntry]) -> Path:
    path.write_text("".join(find_writer("html").write_index(entries, {"title": "读书会"})), encoding="utf-8")  # type: ignore[attr-defined]
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_index(tab: Open, chat: Path, scheme: str) -> None:
    entries = [
        IndexEntry("chat.html", "示例 <b>群</b>", 34, START, START, 60_000, "文件夹/" + "很长" * 40),
        IndexEntry("//x/y", "坏", 1),
    ]
    path = write_index(chat.parent / f"index-{scheme}.html", entries)
    found = tab(color_scheme=scheme, viewport={"width": 320, "height": 700}).open(path)
    assert found.get("document.documentElement.scrollWidth") <= 320
    assert found.get(CONTRAST)[1] == []
    found.check()
    found.page.click("text=示例")
    assert found.page.title() == "示例读书会"


def test_the_index_is_ordered_and_filtered(tab: Open, tmp_path: Path) -> None:
    days = (3, 1, 2)
    entries = [
        IndexEntry(
            f"{number}.html",
            f"群{number * 9}",
            number**3,
            START,
            START + dt.timedelta(days=days[number % 3]),
            9 - number,
            f"夹/{number % 2}",
        )
        for number in range(6)
    ]
    found = tab().open(write_index(tmp_path / "index.html", entries))
    shown = "[...document.querySelectorAll('#chats li')].filter(li => li.offsetParent).map(li => li.querySelector('b').textContent.slice(1))"
    assert found.get(shown) == ["0", "9", "18", "27", "36", "45"]
    orders = {
        "messages": (["45", "36", "27", "18", "9", "0"], ["0", "9", "18", "27", "36", "45"]),
        "size": (["0", "9", "18", "27", "36", "45"], ["45", "36", "27", "18", "9", "0"]),
        "last": (["0", "27", "18", "45", "9", "36"], ["9", "36", "18", "45", "0", "27"]),
        "title": (["0", "9", "18", "27", "36", "45"], ["45", "36", "27", "18", "9", "0"]),
    }
    for name, ways in orders.items():
        for expected in ways:
            found.page.click(f"[data-by={name}]")
            assert found.get(shown) == expected
            assert found.page.get_attribute(f"[data-by={name}]", "aria-pressed") == "true"
    found.page.click("[data-by=title]")
    assert found.get(shown) == ["0", "9", "18", "27", "36", "45"]
    found.page.keyboard.press("/")
    found.page.keyboard.type("夹/1")
    found.wait("document.getElementById('count').textContent === '3 / 6'")
    assert found.get(shown) == ["9", "27", "45"]
    found.page.fill("#find", "没有")
    assert found.page.is_visible("#nothing")
    found.page.keyboard.press("Escape")
    assert len(found.get(shown)) == 6
    heights = found.get("[...document.querySelectorAll('#chats svg')].map(svg => svg.getBoundingClientRect().height)")
    assert min(heights) >= 6, "the bars can be seen"
    found.check()


def test_the_index_can_be_read_without_scripts(tab: Open, tmp_path: Path) -> None:
    path = write_index(tmp_path / "index.html", [IndexEntry(f"{name}.html", name, 1) for name in "ab"])
    found = tab(java_script_enabled=False).open(path)
    assert found.page.locator("#chats a").all_inner_texts()[0].startswith("a")
    assert not found.page.is_visible("#find")
