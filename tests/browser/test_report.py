"""The report as a browser shows it: nothing asked for, nothing wider than the screen, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import wechatlog
from wechatlog.operations import statistics
from wechatlog.pages.report import render_report

from .conftest import WATCH

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (1100, "dark"), (360, "light")])
def test_it_is_shown_without_a_network(browser: Any, tmp_path: Path, width: int, scheme: str) -> None:
    club = wechatlog.load("examples/reading-club.jsonl")
    path = tmp_path / "report.html"
    path.write_text(render_report("城南读书会", statistics(club), year=2026), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
    context.add_init_script(WATCH)
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert page.evaluate("window.__problems") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(20, 22, 24)") is (scheme == "dark")
    assert page.evaluate("document.querySelectorAll('.days rect.on').length") > 20
    context.close()
