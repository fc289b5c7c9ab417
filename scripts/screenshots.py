"""Take the pictures of the page that the documentation shows: `python scripts/screenshots.py [FOLDER]`.

Writes pages of the invented reading club, opens them in Chromium, and puts the pictures into `docs/images/`, or into
FOLDER: the page in light and in dark, on a phone, lists and figures, an enlarged picture, the filter, and the index
of sixty chats. Needs the extras `test` and `plot`, and of Debian the packages chromium, fonts-noto-cjk and
fonts-noto-color-emoji.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from build_example import draw

import wechatlog
from wechatlog import Conversation, Image, Link, Message, Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
SEARCH = """word => {
  const find = document.getElementById("find");
  find.focus();
  find.value = word;
  find.dispatchEvent(new Event("input"));
}"""
GO_TO = """day => {
  const picker = document.getElementById("date");
  picker.value = day;
  picker.dispatchEvent(new Event("change"));
}"""
CLICK = "selector => document.querySelector(selector).click()"
AT_REST = """() => [...document.images].filter((image) => {
  const box = image.getBoundingClientRect();
  return box.width && box.bottom > 0 && box.top < innerHeight;
}).every((image) => image.complete) && document.getAnimations().every((one) => one.playState !== "running")"""
"""What was found has stopped glowing, and every picture in sight is there."""
SHELVES = 15
TITLES = (
    "城南读书会 装帧小组 跑步打卡群 周末骑行 三单元业主 家里人 大学室友 产品周会 羽毛球周四 瑜伽晨练 摄影交换 菜谱互助 "
    "租房信息 猫咪领养 旧物置换 毕业十年 采购对接 设计评审 值班安排 新人入职"
).split()
FOLDERS = ("群聊", "群聊/兴趣", "群聊/工作", "私聊")
PEOPLE = ("林晓", "周远", "何苗", "苏沐🌿", "老郑", "钱蓝", "Tom Fischer", "陈一", "吴桐", "沈墨")


def take(
    browser: Browser, page: Path, target: Path, size: tuple[int, int], *acts: tuple[str, str], **context: Any
) -> None:
    """One picture, as the page looks after scripts, each with its argument."""
    width, height = size
    context.setdefault("device_scale_factor", 1.5)
    tab = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **context).new_page()
    tab.goto(page.as_uri())
    for script, argument in acts:
        tab.evaluate(script, argument)
        rest(tab)
    rest(tab)
    tab.screenshot(path=target)
    print(f"{target}: {target.stat().st_size // 1000} kB")


def rest(tab: Page) -> None:
    """Wait until nothing moves any more."""
    still = 0
    for _ in range(200):
        if still == 5:
            return
        still = still + 1 if tab.evaluate(AT_REST) else 0
        tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 40)))")


def with_shelves(club: Conversation, folder: Path) -> Conversation:
    """The club with more pictures and links than the example has, so that lists are lists."""
    messages = list(club)
    for number in range(SHELVES):
        draw(folder / f"shelf-{number}.png", seed=100 + number)
        time = dt.datetime(2026, 3, 8, 15, 30, tzinfo=club.tz) + dt.timedelta(days=5.6 * number)
        sender = PEOPLE[number * 3 % 6]
        shelf = Image(path=f"media/shelf-{number}.png", raw="[图片]")
        page = Link(f"https://books.example.invalid/{number}", f"《灯塔与河》札记之{number + 1}", raw="链接")
        cover = Image(path=f"media/shelf-{number}.png")
        account = next(person.id for person in club.participants if person.name == sender)
        common = {"precision": "second", "sender": sender, "sender_id": account, "is_self": sender == "林晓"}
        messages.append(Message(time=time, kind="image", text="[图片]", segments=[shelf], **common))
        if number % 3 == 0:
            later = time + dt.timedelta(minutes=2)
            messages.append(Message(time=later, kind="link", text="链接", segments=[page, cover], **common))
    return attrs.evolve(club, messages=messages).sorted()


def sixty_chats(club: Conversation) -> Iterator[Conversation]:
    """Chats of all sizes, as they come out of the folders of an export."""
    dice = random.Random(5)
    for number in range(60):
        private = number % 3 == 2
        title = PEOPLE[number // 3 % 10] if private else TITLES[number // 3 % 20]
        title += "" if number < 30 else f" {2024 + number % 3}"
        first = dice.randrange(300)
        count = int(2 ** dice.uniform(1, 8.5))
        source = f"{FOLDERS[3 if private else number % 3]}/{title}.jsonl"
        messages = [message for message in club[first : first + count] for _ in range(dice.choice((1, 1, 4, 30)))]
        yield attrs.evolve(club, messages=messages, title=title, origin=Origin(source))


def main() -> None:
    """Take them all."""
    from playwright.sync_api import sync_playwright

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        place = Path(temporary)
        shutil.copytree(ROOT / "examples" / "media", place / "media")
        chat = wechatlog.load(ROOT / "examples" / "reading-club.jsonl")
        page, rich = place / "chat.html", place / "rich.html"
        wechatlog.dump(chat, page)
        wechatlog.dump(with_shelves(chat, place / "media"), rich)
        wechatlog.dump_archive(sixty_chats(chat), place / "chats", "html", title="我的聊天")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--disable-gpu", "--hide-scrollbars", *sandbox]
        )
        large, small = (960, 960), (390, 780)
        phone = {"is_mobile": True, "has_touch": True}
        take(browser, page, folder / "page-light.png", large)
        take(browser, page, folder / "page-dark.png", large, (GO_TO, "2026-03-22"), color_scheme="dark")
        take(browser, page, folder / "page-phone.png", small, (SEARCH, "书"), **phone)
        take(browser, page, folder / "page-filter.png", (960, 800), (CLICK, "#who summary"))
        index = place / "chats" / "index.html"
        take(browser, index, folder / "page-index.png", (960, 800), (CLICK, "[data-by=messages]"))
        wide = (1240, 860)
        take(browser, rich, folder / "page-lists.png", wide, (GO_TO, "2026-04-12"), (CLICK, "#lists"))
        links = ((CLICK, "#lists"), (CLICK, "#tab-links"))
        take(browser, rich, folder / "page-links-phone.png", small, *links, color_scheme="dark", **phone)
        figures = ((CLICK, "#lists"), (CLICK, "#tab-figures"))
        take(browser, rich, folder / "page-figures.png", wide, *figures, color_scheme="dark")
        picture = ((GO_TO, "2026-03-22"), (CLICK, "figure.image"))
        take(browser, rich, folder / "page-picture.png", (960, 720), *picture)
        browser.close()


if __name__ == "__main__":
    main()
