"""Take the pictures of the page that the documentation shows: `python scripts/screenshots.py [FOLDER]`.

Writes the page of the invented reading club, opens it in Chromium, and puts `page-light.png`, `page-dark.png`,
`page-phone.png` and `page-index.png` into `docs/images/`, or into FOLDER. Needs the extra `test`, and of Debian the
packages chromium, fonts-noto-cjk and fonts-noto-color-emoji.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import wechatlog

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
SEARCH = """word => {
  const find = document.getElementById("find");
  find.focus();
  find.value = word;
  find.dispatchEvent(new Event("input"));
}"""


def take(browser: Browser, page: Path, target: Path, size: tuple[int, int], script: str = "", **context: Any) -> None:
    """One picture, as the page looks after a script."""
    width, height = size
    context.setdefault("device_scale_factor", 1.5)
    tab = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **context).new_page()
    tab.goto(page.as_uri())
    if script:
        tab.evaluate(script)
    tab.wait_for_timeout(2500)  # until what was found has stopped glowing
    tab.screenshot(path=target)
    print(f"{target}: {target.stat().st_size // 1000} kB")


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
        page = place / "chat.html"
        wechatlog.dump(chat, page)
        wechatlog.dump_archive(chat, place / "months", "html", split="month", title=chat.title)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--disable-gpu", "--hide-scrollbars", *sandbox]
        )
        take(browser, page, folder / "page-light.png", (960, 960))
        take(browser, page, folder / "page-dark.png", (960, 960), "location.hash = '#m89'", color_scheme="dark")
        take(browser, page, folder / "page-phone.png", (390, 780), f"({SEARCH})('书')", is_mobile=True, has_touch=True)
        take(browser, place / "months" / "index.html", folder / "page-index.png", (960, 460))
        browser.close()


if __name__ == "__main__":
    main()
