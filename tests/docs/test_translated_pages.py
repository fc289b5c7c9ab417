"""The Chinese pages say of the same code the same: what stands in backquotes, and where links lead.

Whether a page lacks a paragraph, Sphinx must say: `scripts/translate_docs.py --check`, in the session `docs`. The code
blocks of both languages are the same ones, since catalogues do not hold them; what they print is English.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from wechatlog.cli.language import read_catalogue

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "docs" / "locale").rglob("*.po"))
CODE = re.compile(r"`+[^`]+`+|(?<=\]\()[^)\s]+(?=\))")


def code_of(text: str) -> Counter[str]:
    return Counter(CODE.findall(text))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header, _, entries = text.partition("\n\n")
    assert '"Language: zh_CN\\n"' in header
    assert "#, fuzzy" not in entries, "something changed: run scripts/translate_docs.py, and translate what is fuzzy"
    assert "#~" not in entries
    pairs = list(read_catalogue(entries))
    empty = re.findall(r'^msgid "(.*)"\nmsgstr ""$', entries, re.MULTILINE)
    assert [one for one in empty if re.search("[a-z]{2}", re.sub("`[^`]*`", "", one))] == [], "something has no twin"
    strange = [twin for one, twin in pairs if code_of(one) != code_of(twin)]
    assert strange == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_there_is_such_a_page(path: Path) -> None:
    page = path.relative_to(ROOT / "docs" / "locale" / "zh_CN" / "LC_MESSAGES").with_suffix(".md")
    assert (ROOT / "docs" / page).exists()
