"""A browser for the tests of the page: Debian's Chromium, without a screen and without a network.

Skipped where Chromium or Playwright is absent, but not on CI, where their absence is a failure.
"""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, ViewportSize

ARGUMENTS = [
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
WATCH = """
window.__problems = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__problems.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""


SETTLED = """() => new Promise((done) => {
  let last = null, still = 0;
  const look = () => {
    still = scrollY === last ? still + 1 : 0;
    last = scrollY;
    if (still < 3) requestAnimationFrame(look); else done();
  };
  look();
})"""
SIZE = {"width": 1000, "height": 800}
PATIENCE = 120
"""Seconds after which what has not happened never will, on the busiest of machines."""


def until(holds: Callable[[], Any], what: str = "") -> None:
    """Ask again until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"still not true: {what}"
        time.sleep(0.02)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, for these tests only: as long as it runs, no other test of the process can run an event loop."""
    path = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        reason = "needs the package playwright and Debian's chromium on the path"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *(["--no-sandbox"] if root else [])])
        yield found
        found.close()


class Tab:
    """A page in the browser, and everything that it complained of or asked for.

    Attributes:
        page: Playwright's page.
        asked: the addresses that were requested, beside those of the disk.
        problems: messages on the console, errors of scripts, dialogs.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.problems: list[str] = []
        self.picture = b""
        context.add_init_script(WATCH)
        context.route("**/*", self._route)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("console", lambda message: self.problems.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)

    def _route(self, route: Route, request: Request) -> None:
        if request.url.startswith(("file:", "data:")):
            route.continue_()
            return
        self.asked.append(request.url)
        self.headers.append(request.all_headers())
        if self.picture:
            route.fulfill(body=self.picture, content_type="image/png")
        else:
            route.abort()

    def _dialog(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def forget(self) -> None:
        """Be as a new one."""
        self.get("localStorage.clear()")
        self.page.goto("about:blank")
        self.page.emulate_media(media="null", color_scheme="light", reduced_motion="no-preference")
        self.page.set_viewport_size(SIZE)
        self.asked, self.headers, self.problems, self.picture = [], [], [], b""

    def see(self, viewport: ViewportSize | None = None, **media: Any) -> Tab:
        """Be of a size, or before eyes that want it dark, or still."""
        if viewport is not None:
            self.page.set_viewport_size(viewport)
        if media:
            self.page.emulate_media(**media)
        return self

    def open(self, path: Path, fragment: str = "") -> Tab:
        """Load a file."""
        self.page.goto(path.as_uri() + fragment)
        return self

    def get(self, expression: str, argument: Any = None) -> Any:
        """The value of an expression in the page."""
        return self.page.evaluate(expression, argument)

    def wait(self, expression: str, argument: Any = None) -> None:
        """Wait for an expression to be true; Playwright's own way would need `eval`, which the page forbids."""
        until(lambda: self.get(expression, argument), expression)

    def settle(self) -> None:
        """Wait until the page has not scrolled for three pictures on the screen."""
        self.get(SETTLED)

    def search(self, text: str) -> str:
        """Search, and give what the counter says in the end.

        The text is put in at once and without a word: somebody who types would start a search after a moment, and
        `Enter` would then already go on to the next hit.
        """
        self.get("text => { const find = document.getElementById('find'); find.focus(); find.value = text; }", text)
        self.page.press("#find", "Enter")
        self.wait("!/…/.test(document.getElementById('count').textContent)")
        return str(self.page.text_content("#count"))

    def check(self) -> None:
        """Nothing went wrong, nothing was asked of the network, and the policy was not even tried."""
        assert self.problems == []
        assert self.asked == []
        assert self.get("window.__problems") == []
        assert self.get("window.__pwned") is None


@pytest.fixture(scope="package")
def usual_tab(browser: Browser) -> Tab:
    """A tab for all tests: a new one is a process of its own, which takes longer to start than most pages to open."""
    return Tab(browser.new_context(viewport=SIZE))


@pytest.fixture
def tab(browser: Browser, usual_tab: Tab) -> Iterator[Callable[..., Tab]]:
    """Opens tabs: the usual one, unless a test has it already, wants no scripts, or one of its own."""
    contexts = []
    given = False

    def make(*, own: bool = False, java_script_enabled: bool = True, **options: Any) -> Tab:
        nonlocal given
        if java_script_enabled and not own and not given:
            given = True
            return usual_tab.see(**options)
        contexts.append(browser.new_context(viewport=SIZE, java_script_enabled=java_script_enabled))
        return Tab(contexts[-1]).see(**options)

    yield make
    for context in contexts:
        context.close()
    if given:
        usual_tab.forget()
