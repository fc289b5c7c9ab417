"""Pages that somebody saved out of a browser: it writes other quotes, and tags without a slash, and says the same."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest

import wechatlog
from tests.test_corpus import CORPUS, expected_of

NESTED = {
    "ciphertalk-html/joined.html": "several pages are one for a browser",
    "stomakun-html/group.html": "markup in names is not escaped",
    "wechat-dump-html/cut.html": "markup in texts is not escaped",
    "wechat-dump-html/group.html": "markup in texts is not escaped",
    "wechat-dump-html/李四.html": "markup in texts is not escaped",
    "wechat-export-studio-html/damaged-end.html": "the last element is not whole",
    "wechat-export-tool-html/first-version.html": "markup in texts is not escaped",
    "wechatbaktool-html/private.html": "the tool closes more than it opens",
    "wechatexporter-html/every-template.html": "markup in texts is not escaped",
}
CASES = [case for case in sorted(CORPUS.glob("*-html/*.html")) if f"{case.parent.name}/{case.name}" not in NESTED]


def _saved(page: str) -> str:
    """What Chromium saves of a page."""
    root = lxml.html.document_fromstring(page)
    text = lxml.html.tostring(root, encoding="unicode").replace("\xa0", "&nbsp;").replace("</source>", "")
    return f"<!DOCTYPE html>\n<!-- saved from url=(0030)file:///C:/x.html -->\n{text}"


def _said(data: bytes, **options: str) -> list[tuple[object, ...]]:
    chats = wechatlog.load_archive(data, **options)
    return [(m.time, m.sender, m.is_self, m.kind, m.text) for chat in chats for m in chat]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_saved_page_says_the_same(case: Path) -> None:
    expected = expected_of(case)
    data = _saved(case.read_bytes().decode("utf-8-sig")).encode()
    assert wechatlog.detect(data).format == expected["format"]
    options = expected.get("options", {})
    assert _said(data, **options) == _said(case.read_bytes(), **options)
