"""Nothing private is left: in 500 invented sentences with every form, and in the real archives in every form of output.

The second is skipped where the archives are absent; nothing of them is shown, not even where a name is left.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

import wechatlog
from wechatlog import Conversation
from wechatlog.operations import Pseudonyms, pseudonymize_archive
from wechatlog.operations.identity.names import is_everyday_word, personal_parts
from wechatlog.registry import find_writer
from wechatlog.writers import pdf
from wechatlog.writers.base import is_folder_writer

SCRIPT = Path(__file__).parents[1] / "scripts" / "measure_leakage.py"


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_leakage", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sentences_leak_nothing() -> None:
    script = _script()
    assert len(script.sentences()) == 500
    result = script.measure()
    assert {form: left for form, (_, left) in result.forms.items() if left} == {}
    assert result.taken[0] == 0
    assert result.nothing == []
    assert result.report.replaced_words == 0


def test_the_measure_sees_what_is_left() -> None:
    leaked = _script().leaked
    assert leaked("13800138000", "手机13800138000") == 11
    assert leaked("138 0013 8000", "手机[phone]8000") == 4
    assert leaked("13800138000", "手机[phone]") == 0
    assert leaked("张三", "问P1") == 0
    assert leaked("张三", "问张三") == 2


# --- the real archives ---------------------------------------------------------------------------------


def _is_telling(name: str) -> bool:
    return (
        2 <= len(name) <= 200
        and any(c.isalnum() for c in name)
        and not (name.isascii() and name.isdigit() and len(name) < 5)
    )


def _names(chats: Iterable[Conversation]) -> set[str]:
    """Full names, and their personal parts; no everyday words."""
    full: set[str] = set()
    for chat in chats:
        for message in chat:
            full |= {message.sender.strip()} if message.sender else set()
            full |= {
                mention.name.strip()
                for mention in message.mentions
                if not mention.everyone and mention.confidence >= 0.9
            }
    parts = {part for name in full for part in personal_parts(name)}
    return {name for name in full | parts if _is_telling(name) and not is_everyday_word(name)}


def _stands_in(name: str, text: str) -> bool:
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        pairs = (text[max(start - 1, 0) : start + 1] if start else "", text[end - 1 : end + 1])
        if not any(len(pair) == 2 and all(c.isalnum() and c < "\u2e80" for c in pair) for pair in pairs):
            return True
        start = text.find(name, start + 1)
    return False


def _left(names: set[str], text: str, usual: str = "") -> int:
    """How many of the names stand in a text, but for those that stand in any output of this form."""
    pairs = set(itertools.pairwise(text))  # no name is shorter, and most begin with two characters that are not there
    return sum((name[0], name[1]) in pairs and _stands_in(name, text) and name not in usual for name in names)


def _as_text(chats: list[Conversation], form: str, folder: Path) -> str:
    """What an output says: of a PDF the page that is set, of another binary one what is read back from it."""
    writer = find_writer(form)
    target = folder / f"out-{form}{'' if is_folder_writer(writer) else writer.suffixes[0]}"
    several = chats if writer.several else chats[0]
    wechatlog.dump(several, target, form)
    if is_folder_writer(writer) or (writer.binary and form != "pdf"):
        return "\n".join(wechatlog.dumps(chat, "jsonl") for chat in wechatlog.load_archive(target))
    return target.read_text(encoding="utf-8")


@pytest.mark.parametrize("group", ["devarch", "prodarch", "proddev"])
def test_the_archives_leak_nothing(corpus: Path, group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_to_pdf", str.encode)
    chats = [wechatlog.load(path) for path in sorted((corpus / group).glob("*.markdown"))]
    names = _names(chats)
    book = Pseudonyms()
    shown = list(pseudonymize_archive(chats, book))
    text = "\n".join(wechatlog.dumps(chat, "jsonl") for chat in shown)
    assert _left(names, text) == 0
    report = book.report
    words = f"{report.replaced_words} of {report.replaced_in_text} replacements in running text hit an everyday word"
    assert report.replaced_words <= 0.05 * report.replaced_in_text, words
    sample = [shown[0], shown[len(shown) // 2]]
    empty = [Conversation([], title="x")]
    for info in wechatlog.formats():
        if info.role == "writer" and info.origin == "built-in":
            usual = _as_text(empty, info.name, tmp_path)
            found = _as_text(sample, info.name, tmp_path)
            assert _left(names, found, usual) == 0, info.name
