"""Keep the Chinese documentation in step with the English: `python scripts/translate_docs.py [PAGE...]`.

Takes the pages in `docs/`; brings the catalogues in `docs/locale/` up to date, and makes those of the pages that are
named (`how-to/agents`). A page with a catalogue counts as translated; any other is shown in English. With `--check`
nothing is written: the exit code is 1 where a translated page lacks a paragraph, or where the search of the pages in
`docs/_build/html` does not find what people look for. Needs Sphinx and sphinx-intl.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS: Final = Path(__file__).parents[1] / "docs"
LANGUAGE: Final = "zh_CN"
CATALOGUES: Final = DOCS / "locale" / LANGUAGE / "LC_MESSAGES"
BUILT: Final = (DOCS / "_build" / "html", DOCS / "_build" / "html" / "zh")
SOUGHT: Final = ("留痕", "合并", "ChatGPT", "MemoTrace")
"""What the search of both languages finds."""


def translated_pages() -> set[str]:
    """The pages that have a catalogue."""
    return {path.relative_to(CATALOGUES).with_suffix("").as_posix() for path in CATALOGUES.rglob("*.po")}


def extract(pages: set[str], folder: Path) -> Path:
    """The templates of some pages."""
    found, wanted = folder / "all", folder / "wanted"
    same_date = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}  # or else every page changes with every run
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "gettext", str(DOCS), str(found)]
    subprocess.run(command, check=True, env=same_date)
    for page in pages:
        target = wanted / f"{page}.pot"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(found / f"{page}.pot", target)
    return wanted


def update(templates: Path) -> None:
    """Bring the catalogues up to date: what changed is marked as fuzzy, what is gone is dropped."""
    command = ["update", "-p", str(templates), "-d", str(DOCS / "locale"), "-l", LANGUAGE, "-w", "0", "--no-obsolete"]
    subprocess.run([sys.executable, "-m", "sphinx_intl", *command], check=True)
    for path in CATALOGUES.rglob("*.po"):
        with path.open("rb") as file:
            catalogue = read_po(file)
        guessed = [message for message in catalogue if message.id and message.fuzzy and not needs_twin(message.id)]
        for message in guessed:
            message.string = ""
            message.flags.discard("fuzzy")
        if guessed:
            with path.open("wb") as file:
                write_po(file, catalogue, width=0)


def needs_twin(text: str) -> bool:
    """Whether there are words to translate: a number, a name in capitals and code are the same in all languages."""
    return bool(re.search(r"[a-z]{2}", re.sub(r"`[^`]*`", "", text)))


def missing(templates: Path) -> Iterator[str]:
    """What translated pages lack."""
    for template in sorted(templates.rglob("*.pot")):
        page = template.relative_to(templates).with_suffix("")
        with template.open("rb") as file:
            wanted = [message.id for message in read_po(file) if message.id]
        with (CATALOGUES / f"{page}.po").open("rb") as file:
            twins = {message.id: message.string for message in read_po(file) if not message.fuzzy}
        yield from (
            f"{page}: {text[:100]!r} has no twin" for text in wanted if needs_twin(text) and not twins.get(text)
        )


def not_found() -> Iterator[str]:
    """What the search of the pages that were built does not find."""
    for folder in BUILT:
        if "ChineseStemmer" in (folder / "_static" / "language_data.js").read_text(encoding="utf-8"):
            yield f"{folder.relative_to(DOCS.parent)}: the search fails, for lack of its stemmer"
        text = (folder / "searchindex.js").read_text(encoding="utf-8")
        index: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
        terms = index["terms"].keys() | index["titleterms"].keys()
        for word in SOUGHT:
            if not any(term.startswith(word.lower()[:7]) for term in terms):
                yield f"{folder.relative_to(DOCS.parent)}: the search does not find {word}"


def main() -> int:
    """Update, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        templates = extract(translated_pages() | set(given.pages), Path(folder))
        if not given.check:
            update(templates)
        problems = [*missing(templates), *(not_found() if given.check else ())]
    print(*problems, f"{len(translated_pages())} pages are translated, {len(problems)} problems", sep="\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
