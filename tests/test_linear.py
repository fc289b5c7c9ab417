"""No text costs more than its length: every format of the registry, with long runs of what its patterns look for.

A format joins by itself. Its shortest case of the corpus is the seed: a run of blanks, marks, brackets, digits or line
ends is put before and behind the first header, behind one that breaks off, and all by itself; the file is looked at and read. A run that is
eight times as long may take no more than four times eight times the CPU time (`tests/cost.py`).
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

import wechatlog
from tests.cost import growth
from wechatlog.engine import Head
from wechatlog.engine.document_text import DocumentReader
from wechatlog.readers import READERS
from wechatlog.registry import find_reader
from wechatlog.source import Source

CORPUS = Path(__file__).parent / "corpus"
TEXTS = frozenset({"text", "csv", "json", "jsonl", "html", "js"})
SIZE = 14_000
LEAST = 0.001
"""Seconds, of the smaller one: a pattern that is tried from every character to the end costs 0.07 at `SIZE`."""
RUNS = (" ", "> ", "[", "(", "1", "\n", " \n", '"', "a: ", "\u200e", "{", ",")
PLACES = ("header", "inside", "damaged", "alone")
_DIGITS = re.compile(r"[0-9]{2}:[0-9]{2}")


def _seeds() -> dict[str, str]:
    """The shortest text of each format in the corpus."""
    found: dict[str, str] = {}
    for row in READERS:
        if TEXTS.isdisjoint(row.containers):
            continue
        texts = []
        for path in (CORPUS / row.name).glob("*"):
            is_expectation = path.suffix == ".expected" or (path.suffix == ".json" and "json" not in row.containers)
            if path.suffix == ".docx":
                texts += [head.text for head in DocumentReader.heads(Head.of(Source.of(path)))]
            elif path.is_file() and not is_expectation:
                with contextlib.suppress(UnicodeDecodeError):
                    texts.append(path.read_bytes().decode("utf-8-sig"))
        if texts:
            found[row.name] = min(texts, key=len)
    return found


SEEDS = _seeds()


def _grown(seed: str, run: str, place: str, size: int) -> bytes:
    """The seed with a run of a length in characters at a place."""
    long = run * (size // len(run))
    clock = _DIGITS.search(seed)
    at = clock.start() if clock else len(seed) // 2
    line = seed.rfind("\n", 0, at) + 1
    end = seed.find("\n", at)
    end = len(seed) if end < 0 else end
    cut = {"header": line, "inside": end, "damaged": end, "alone": 0}[place]
    if place == "damaged":  # the beginning of a header, on a line of its own
        long = f"\n{seed[line : at + 2]}{long}"
    rest = "" if place == "alone" else seed[cut:]
    return f"{seed[:cut]}{long}{rest}".encode()


@pytest.mark.parametrize("name", SEEDS)
def test_no_run_of_anything_costs_more_than_its_length(name: str) -> None:
    reader = find_reader(name)

    def read(data: bytes) -> None:
        reader.detect(Head.of(Source.of(data)))
        with contextlib.suppress(wechatlog.WechatlogError):
            wechatlog.load(data, format=name)

    found = {
        (run, place): growth(lambda size: read(_grown(SEEDS[name], run, place, size)), SIZE, LEAST)  # noqa: B023
        for run in RUNS
        for place in PLACES
    }
    assert not any(found.values()), {where: how for where, how in found.items() if how}


def test_the_seeds_are_there() -> None:
    """A format of text without a readable case would not be looked at."""
    missing = {row.name for row in READERS if not TEXTS.isdisjoint(row.containers)} - SEEDS.keys()
    assert missing <= {"jsonl"}, missing  # its cases are made in tests of their own
