"""The page in Chromium: it does what its tools promise, asks the network for nothing, and runs nothing of a chat."""

from __future__ import annotations

import base64
import datetime as dt
import re
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
VISIBLE_ROWS = "[...document.querySelectorAll('[id^=m]')].filter(row => row.offsetParent).map(row => row.id)"
IN_VIEW = """id => { const row = document.getElementById(id); if (!row) return false;
  const box = row.getBoundingClientRect(); return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight; }"""


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
    assert found.get("document.querySelector('figure img').naturalWidth") == 1
    assert found.get("getComputedStyle(document.getElementById('bar')).display") == "flex"
    found.check()


def test_it_can_be_read_without_scripts(tab: Open, chat: Path) -> None:
    found = tab(java_script_enabled=False).open(chat)
    assert found.page.is_visible("#m1 >> text=图书馆")
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
    found.page.keyboard.type("扳手")
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


def test_what_is_folded_is_opened_where_something_is_found_in_it(tab: Open, tmp_path: Path) -> None:
    long = Message(sender="李四", text="很长的话，" * 2000 + "结尾")
    forward = Message(sender="王五", kind="forward", segments=[Forward(title="记录", messages=[Message(text="里面")])])
    found = tab().open(write(tmp_path, "chat.html", Conversation([long, forward])))
    height = "document.getElementById('m0').offsetHeight"
    assert found.get(height) < 600
    assert found.search("结尾") == "1 / 1"
    assert found.get(height) > 1500
    assert not found.page.is_visible("text=里面")
    assert found.search("里面") == "1 / 1"
    assert found.page.is_visible("text=里面")
    found.check()


# --- people, days, light and dark ------------------------------------------------------------------


def test_filter_by_sender(tab: Open, chat: Path) -> None:
    found = tab().open(chat)
    everything = found.get(VISIBLE_ROWS)
    assert len(everything) == 35
    found.page.click("#who summary")
    assert found.page.locator("#names label").all_inner_texts()[0].split() == ["李四", "11"]
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
    found = tab(color_scheme="light")
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
    found.page.wait_for_timeout(100)
    found.check()
    found.page.click("#m1 a.remote")
    found.page.wait_for_selector("#m1 img")
    found.wait("document.querySelector('#m1 img').naturalWidth === 1")
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
    found.wait("document.querySelector('#m31 img')?.naturalWidth === 1")
    assert sorted(found.asked) == ["https://example.invalid/1.png", "https://example.invalid/2.png"]
    assert not found.page.is_visible("#load")


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
        found.page.wait_for_timeout(40)
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
    found.get("location.hash = '#m99999999'")
    found.check()


def test_what_is_read_stays_in_place_while_scrolling_up(tab: Open, big: Path) -> None:
    found = tab().open(big, "#m15000")
    found.wait("document.querySelector('.now') !== null")
    top = """Number([...document.querySelectorAll('[id^=m]')]
      .find(row => row.getBoundingClientRect().bottom > 80).id.slice(1))"""
    last = found.get(top)
    for _ in range(30):
        found.page.mouse.wheel(0, -700)
        found.wait(f"{top} < {last}")
        found.settle()
        now = found.get(top)
        assert last - 25 < now < last, "a jump"
        last = now
    assert last < 14_900
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
    found = tab().open(write(tmp_path, "chat.html", Conversation(long_messages(600))))
    pages = len(re.findall(rb"/Type\s*/Page\b", found.page.pdf(format="A4")))
    assert pages > 20
    assert found.get("document.querySelectorAll('[id^=m]').length") < 600, "they are put away again"
    found.get("dispatchEvent(new Event('beforeprint'))")
    found.page.emulate_media(media="print")
    assert found.get("document.querySelectorAll('[id^=m]').length") == 600
    assert not found.page.is_visible("#bar")
    assert found.get("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    found.check()


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
    wanted = ["skip", "find", "date", "icon people", "load", "theme"]
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
    found = tab(reduced_motion="reduce").open(chat, "#m3")
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
    assert found.get("document.querySelectorAll('[id^=m]').length") == len(chat)
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
    found.page.wait_for_timeout(100)
    local = [problem for problem in found.problems if "ERR_FILE_NOT_FOUND" not in problem]
    assert local == []
    assert found.asked == []
    assert found.get("window.__pwned") is None
    assert found.get("window.__problems") == []


# --- the index -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_index(tab: Open, tmp_path: Path, chat: Path, scheme: str) -> None:
    entries = [IndexEntry("chat.html", "示例 <b>群</b>", 34, START, START, 60_000), IndexEntry("//x/y", "坏", 1)]
    path = chat.parent / f"index-{scheme}.html"
    path.write_text("".join(find_writer("html").write_index(entries, {"title": "读书会"})), encoding="utf-8")  # type: ignore[attr-defined]
    found = tab(color_scheme=scheme, viewport={"width": 320, "height": 700}).open(path)
    assert found.get("document.documentElement.scrollWidth") <= 320
    assert found.get(CONTRAST)[1] == []
    found.check()
    found.page.click("text=示例")
    assert found.page.title() == "示例读书会"
