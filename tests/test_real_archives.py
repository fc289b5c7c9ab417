"""The real archives, whole and after a person touched them. Skipped where they are absent; nothing of them is shown."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Conversation

COUNTS = {"devarch": 14, "merged": 1, "prodarch": 15, "proddev": 31, "seed": 1}
BLOCK = re.compile(r"> ((?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d)  (.*)  \n   \n(.*?)(?: {1,2})\n   \n")


def _files(corpus: Path) -> list[Path]:
    return sorted(corpus.glob("*/*.markdown"))


def _facts(conversation: Conversation) -> list[tuple[object, ...]]:
    """What must survive the hand of an editor; white space at the ends of a text cannot, and counts for nothing."""
    return [(m.time, (m.sender or "").strip(), m.kind, m.text.strip()) for m in conversation]


@functools.cache
def _load(path: Path) -> Conversation:
    """An archive as it is, read once for all tests of a process: nothing can change it."""
    return wechatlog.load(path)


def test_nothing_is_missing_and_everything_comes_back(corpus: Path) -> None:
    files = _files(corpus)
    assert {folder: sum(path.parent.name == folder for path in files) for folder in COUNTS} == COUNTS
    total = 0
    for path in files:
        data = path.read_bytes()
        chat = _load(path)
        assert wechatlog.dumps(chat, "markdown").encode() == data, path.name
        assert wechatlog.dumps(wechatlog.loads(wechatlog.dumps(chat, "jsonl")), "markdown").encode() == data, path.name
        found = BLOCK.findall(data.decode())
        assert [(m.time.isoformat(" ")[-len(found[0][0]) :], m.sender) for m in chat if m.time] == [
            f[:2] for f in found
        ]
        assert all("".join(s.raw for s in m.segments) == m.text for m in chat)
        total += len(chat)
    assert total == 27_665


def _double_blank_lines(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*\n", lambda match: match[0] * 2, text)


EDITS: dict[str, Callable[[str], bytes]] = {
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
    "bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "gb18030": lambda text: text.encode("gb18030"),
    "utf-16": lambda text: text.encode("utf-16"),
    "stripped lines": lambda text: re.sub(r"(?m)[ \t]+$", "", text).encode(),
    "stripped lines, crlf": lambda text: re.sub(r"(?m)[ \t]+$", "", text).replace("\n", "\r\n").encode(),
    "doubled blank lines": lambda text: _double_blank_lines(text).encode(),
    "no final newline": lambda text: text.removesuffix("   \n").removesuffix("\n").encode(),
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_same_messages_after_an_edit(corpus: Path, edit: str) -> None:
    for path in _files(corpus):
        text = path.read_bytes().decode()
        assert _facts(wechatlog.load(EDITS[edit](text))) == _facts(_load(path)), path.name


def test_no_front_matter_and_the_day_elsewhere(corpus: Path, tmp_path: Path) -> None:
    for path in _files(corpus):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_bytes().decode(), flags=re.DOTALL)
        expected = _facts(_load(path))
        if not expected:
            continue
        day = path.name[:10]
        named = tmp_path / path.name
        named.write_bytes(text.encode())
        assert _facts(wechatlog.load(named)) == expected
        assert _facts(wechatlog.load(text.encode(), date=day)) == expected
        if path.parent.name != "merged":
            with pytest.raises(wechatlog.FormatError, match="no day is known for this time"):
                wechatlog.load(text.encode())


def test_a_cut_file_keeps_what_is_before_the_cut(corpus: Path) -> None:
    path = corpus / "seed" / "2017-08-19-chat.markdown"
    whole, data = wechatlog.load(path), path.read_bytes()
    for cut in range(300, len(data), 61):
        found = wechatlog.load(data[:cut])
        before = len(found) - 1
        assert found.messages[:before] == whole.messages[:before]
        if before >= 0:
            assert whole[before].text.startswith(found[before].text.rstrip("\ufffd ")[:-1])


def test_mentions_of_the_real_archives_have_their_shares(corpus: Path) -> None:
    """Precision needs eyes; the shares of the terminators, measured on the whole set, show when the rules drift."""
    mentions = with_mention = 0
    for path in _files(corpus):
        for message in wechatlog.load(path):
            mentions += len(message.mentions)
            with_mention += bool(message.mentions)
    assert 2_300 < mentions < 2_500
    assert 2_100 < with_mention < mentions
