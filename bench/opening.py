"""Measure the page in headless Chromium: `python bench/opening.py [--messages N] [--cores 2] [--runs 5]`.

Writes an invented chat as one page and opens it, each run in a browser of its own that may use so many cores. All times
are the page's own, by its clock: `first paint` is when something was seen, `ready` when the page could be scrolled,
searched and clicked, both since the browser began to load the file; the others are how long an action took until the
page had drawn what it gives. The best and the median of the runs are shown. Needs the extra `test` and Debian's
chromium.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from synthetic import make

import wechatlog

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

OPENED = """() => {
  const [navigation] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const ready = navigation.domContentLoadedEventEnd;
  return { "first paint": paint ? paint.startTime : ready, ready };
}"""
DRAWN = """const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
const timed = async (act, holds) => {
  const began = performance.now();
  act();
  while (!holds()) await drawn();
  await drawn();
  return performance.now() - began;
};
const $ = (id) => document.getElementById(id);
const whole = () => $("count").textContent && !$("count").textContent.includes("…");
const searched = (text, holds = whole) => timed(() => {
  $("find").value = text;
  $("find").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
}, holds);
"""
ACTIONS = {
    "search what is everywhere": "searched('接口')",
    "its first hit": "searched('清算', () => document.querySelector('.now') && $('count').textContent)",
    "search what is nowhere": "searched('没有这句话')",
    "letters, anywhere": "searched('review')",
    "longest wait while searching": """(async () => {
        let longest = 0;
        let before = performance.now();
        const watch = () => {
          longest = Math.max(longest, performance.now() - before);
          before = performance.now();
          if (!over) setTimeout(watch, 0);
        };
        let over = false;
        setTimeout(watch, 0);
        await searched("渠道");
        over = true;
        return longest;
      })()""",
    "go to the last day": """timed(() => {
        $("date").value = $("date").max;
        $("date").dispatchEvent(new Event("change"));
      },
      () => document.querySelector(".now")?.closest(".y").querySelector("time").dateTime === $("date").max)""",
    "filter by one person": """timed(() => $("names").querySelector("input").click(),
      () => $("chosen").textContent === "1")""",
    "list the links": """timed(() => { $("everyone").click(); $("lists").click(); $("tab-links").click(); },
      () => document.querySelectorAll("#list .entry").length >= 60)""",
}
"""What somebody does, and when it is done; in this order on one page."""


def run(playwright: Playwright, page: Path) -> dict[str, float]:
    """The times of one browser, in milliseconds."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = ["--disable-gpu", "--no-first-run", *(["--no-sandbox"] if root else [])]
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.set_default_timeout(120_000)
    tab.goto(page.as_uri())
    found: dict[str, float] = tab.evaluate(OPENED)
    for name, action in ACTIONS.items():
        found[name] = tab.evaluate(f"async () => {{ {DRAWN} return await {action}; }}")
    browser.close()
    return found


def write_page(folder: Path, count: int) -> Path:
    """The page of an invented chat, 97 seconds between one message and the next."""
    source, page = folder / f"{count}.txt", folder / f"{count}.html"
    make("markdown", count, source)
    start = dt.datetime(2020, 1, 1)
    times = (start + dt.timedelta(seconds=97 * number) for number in range(count))
    messages = (attrs.evolve(message, time=next(times)) for message in wechatlog.iter_messages(source))
    wechatlog.dump(messages, page)
    return page


def main() -> None:
    """Print the table."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # the browser inherits it
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.cores])
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        page = write_page(Path(temporary), arguments.messages)
        runs: list[dict[str, Any]] = [run(playwright, page) for _ in range(arguments.runs)]
        print(f"{arguments.messages:,} messages, {page.stat().st_size / 1e6:.1f} MB, {arguments.cores} cores\n")
    print("| milliseconds | best | median |\n|---|---|---|")
    for name in runs[0]:
        times = [found[name] for found in runs]
        print(f"| {name} | {min(times):,.0f} | {statistics.median(times):,.0f} |")


if __name__ == "__main__":
    main()
