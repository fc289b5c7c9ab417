"""The report as a browser shows it: nothing asked for, nothing wider than the screen, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import wechatlog
from wechatlog.operations import statistics
from wechatlog.pages.report import render_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Tab


def test_it_is_shown_without_a_network(tab: Callable[..., Tab], tmp_path: Path) -> None:
    club = wechatlog.load("examples/reading-club.jsonl")
    path = tmp_path / "report.html"
    path.write_text(render_report("城南读书会", statistics(club), year=2026), encoding="utf-8")
    found = tab(own=True)
    asked: list[str] = []
    found.page.on("request", lambda request: asked.append(request.url))
    found.open(path)
    assert asked == [path.as_uri()]
    found.check()
    assert found.get("document.querySelectorAll('.days rect.on').length") > 20
    for width, scheme in ((1100, "light"), (1100, "dark"), (360, "light")):
        found.see({"width": width, "height": 800}, color_scheme=scheme)
        assert found.get("document.documentElement.scrollWidth") <= width
        ground = found.get("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(20, 22, 24)") is (scheme == "dark")
    found.check()
