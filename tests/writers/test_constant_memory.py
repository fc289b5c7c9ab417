"""The forms of `csv`, `tsv`, `json` and `xlsx` are written, and but for `xlsx` read, in memory that does not grow."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import wechatlog
from wechatlog import Message

TIME = dt.datetime(2026, 5, 1, 9)

ENOUGH = {"csv": 2000, "tsv": 2000, "json": 500, "xlsx": 2000}
"""Messages that fill all that a form keeps."""


def messages(count: int) -> Iterator[Message]:
    return (Message(TIME, "second", "李四", text=f"第{n}条 @王五\u2005[强]", id=f"7{n:018}") for n in range(count))


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xlsx"])
def test_writing(form: str, tmp_path: Path) -> None:
    def write(count: int) -> int:
        return peak(lambda: wechatlog.dump(messages(count), tmp_path / "out", form))

    write(10)
    size = ENOUGH[form]
    assert write(2 * size) < 1.3 * write(size)


@pytest.mark.parametrize("form", ["csv", "tsv", "json"])
def test_reading(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechatlog.decoding.BLOCK_SIZE", 1 << 14)

    def read(count: int) -> int:
        path = tmp_path / f"{count}.{form}"
        wechatlog.dump(messages(count), path)
        return peak(lambda: sum(1 for _ in wechatlog.iter_messages(path)))

    read(10)
    assert read(4_000) < 1.3 * read(2_000)
